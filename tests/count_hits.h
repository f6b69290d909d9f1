/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a test that writes an index by the program asks of it afterwards.
 */
#ifndef COUNT_HITS_H
#define COUNT_HITS_H

#include "asserts.h"
#include <osteon/osteon.h>
#include <string.h>

/* How many documents of the index have a word, ten at most. */
static inline uint64_t count_hits(const char *path, const char *word)
{
    osteon_index *index;
    osteon_query *query;
    osteon_result *found;
    osteon_error err;
    uint64_t n;

    ck_assert_msg(osteon_index_open(path, &index, &err) == OSTEON_OK, "%s",
                  err.text);
    ck_assert_int_eq(osteon_query_open(index, word, strlen(word), 0, &query,
                                       &err), OSTEON_OK);
    ck_assert_int_eq(osteon_search(index, query, NULL, &found, &err),
                     OSTEON_OK);
    n = found->n_hits;
    osteon_result_close(found);
    osteon_query_close(query);
    osteon_index_close(index);
    return n;
}

#endif
