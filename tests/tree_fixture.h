/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A folder made for each case, which is the current one meanwhile. The file
 * that includes it defines _XOPEN_SOURCE 700 or _GNU_SOURCE.
 */
#ifndef OST_TEST_TREE_FIXTURE_H
#define OST_TEST_TREE_FIXTURE_H

#include "asserts.h"
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *tree; /* absolute, real */

static inline void make_tree(void)
{
    char name[] = "/tmp/osteon-test-XXXXXX";

    ck_assert_ptr_nonnull(mkdtemp(name));
    tree = realpath(name, NULL);
    ck_assert_ptr_nonnull(tree);
    ck_assert_int_eq(chdir(tree), 0);
}

static inline int remove_one(const char *path, const struct stat *st, int type,
                             struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline void drop_tree(void)
{
    ck_assert_int_eq(chdir("/"), 0);
    nftw(tree, remove_one, 32, FTW_DEPTH | FTW_PHYS);
    free(tree);
}

#endif
