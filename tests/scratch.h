/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A folder of its own for tests that write files: made before the first test
 * of a case, emptied before each, removed after the last even if they fail.
 */
#ifndef OST_TEST_SCRATCH_H
#define OST_TEST_SCRATCH_H

#include "base.h"

#include "asserts.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch[256];

static void scratch_make(void)
{
    const char *base = getenv("TMPDIR");

    /* In memory where possible: some tests write a file thousands of times. */
    if (base == NULL || strlen(base) >= 200)
        base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(scratch, sizeof scratch, "%s/osteon-test-XXXXXX", base);
    if (mkdtemp(scratch) == NULL) {
        perror(scratch);
        exit(2);
    }
}

/* Removes a folder and the files in it. */
static void scratch_remove_folder(int at, const char *name)
{
    const int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL)
        unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir != NULL)
        closedir(dir);
    unlinkat(at, name, AT_REMOVEDIR);
}

static void scratch_empty(void)
{
    DIR *dir = opendir(scratch);
    const struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 ||
            strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlinkat(dirfd(dir), entry->d_name, 0) != 0)
            scratch_remove_folder(dirfd(dir), entry->d_name);
    }
    if (dir != NULL)
        closedir(dir);
}

static void scratch_remove(void)
{
    scratch_empty();
    rmdir(scratch);
}

/* The path of a name in the folder, good until the fourth call from now. */
static inline const char *scratch_path(const char *name)
{
    static char paths[4][512];
    static unsigned turn;
    char *path = paths[turn++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", scratch, name);
    return path;
}

/* Writes over what is there. Neither through ost_file_write nor by cutting
 * the file to nothing first: both may wait for the disk. */
static inline void scratch_write(const char *name, const void *bytes,
                                 size_t len)
{
    const int fd = open(scratch_path(name), O_WRONLY | O_CREAT, 0666);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ost_write_all(fd, bytes, len, name, NULL), OSTEON_OK);
    ck_assert_int_eq(ftruncate(fd, (off_t)len), 0);
    close(fd);
}

static inline ost_buffer scratch_read(const char *name)
{
    ost_buffer bytes = {0};

    ck_assert_int_eq(
        ost_file_read(scratch_path(name), SIZE_MAX, &bytes, NULL), OSTEON_OK);
    return bytes;
}

static inline bool scratch_has(const char *name)
{
    struct stat st;

    return lstat(scratch_path(name), &st) == 0;
}

/* A case whose tests have the folder. */
static inline TCase *scratch_case(Suite *suite, const char *name)
{
    TCase *tc = tcase_create(name);

    tcase_add_unchecked_fixture(tc, scratch_make, scratch_remove);
    tcase_add_checked_fixture(tc, scratch_empty, NULL);
    suite_add_tcase(suite, tc);
    return tc;
}

/* Numbers that are the same in every run. */
static inline uint64_t scratch_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

#endif
