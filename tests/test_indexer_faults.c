/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Updates while the system fails: files that cannot be opened, or only read
 * in part; no memory in one thread of several; times of whole seconds.
 */
#define _GNU_SOURCE /* nftw, syscall */
#include "update.h"
#include "count_hits.h"
#include "run_suite.h"
#include "tree_fixture.h"

#include "asserts.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- System calls that fail when told to ---- */

static int open_error; /* of openat(2) of files named bad.* */
static ino_t bad_file; /* the last of them that was opened */
static off_t read_fails_at = -1; /* read(2) of these from there on: EIO */
static bool starve; /* reading standard input takes time, and memory after it */

static bool is_bad(const char *path)
{
    const char *const slash = strrchr(path, '/');

    return strncmp(slash != NULL ? slash + 1 : path, "bad.", 4) == 0;
}

int openat(int at, const char *path, int flags, ...)
{
    va_list args;
    mode_t mode = 0;
    struct stat st;
    int fd;

    if (open_error != 0 && is_bad(path)) {
        errno = open_error;
        return -1;
    }
    if (flags & O_CREAT) {
        va_start(args, flags);
        mode = (mode_t)va_arg(args, int);
        va_end(args);
    }
    fd = (int)syscall(SYS_openat, at, path, flags, mode);
    if (fd >= 0 && is_bad(path) && fstat(fd, &st) == 0)
        bad_file = st.st_ino;
    return fd;
}

ssize_t read(int fd, void *to, size_t room)
{
    struct stat st;

    if (fd == STDIN_FILENO && starve) {
        nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL);
        osi_alloc_fail_at(1);
        memset(to, 'a', room);
        return (ssize_t)room;
    }
    if (read_fails_at >= 0 && fstat(fd, &st) == 0 && st.st_ino == bad_file &&
        lseek(fd, 0, SEEK_CUR) >= read_fails_at) {
        errno = EIO;
        return -1;
    }
    return syscall(SYS_read, fd, to, room);
}

/* ---- A tree for each case ---- */

static void put(const char *path, const char *text, size_t times)
{
    FILE *const file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    for (size_t i = 0; i < times; i++)
        fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

/* Updates the index .osteon, in a process of its own, as a run of the program
 * is; arguments end with NULL. */
static int update(const char *first, ...)
{
    char name[] = "osteon-index", quiet[] = "-q", index[] = "-i.osteon";
    char *argv[16] = {name, quiet, index};
    int argc = 3, status;
    osi_options options;
    osi_place place;
    va_list args;
    pid_t child;

    va_start(args, first);
    for (const char *a = first; a != NULL; a = va_arg(args, const char *))
        argv[argc++] = (char *)(uintptr_t)a;
    va_end(args);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        signal(SIGALRM, SIG_DFL); /* Check's would end the test, too */
        alarm(100); /* where threads wait for ever */
        if (!osi_options_parse(argc, argv, &options) ||
            !osi_place_find(options.index, &place))
            _exit(99);
        status = osi_update(&options, &place);
        osi_place_free(&place);
        osi_options_free(&options);
        _exit(status);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status), "signal %d", WTERMSIG(status));
    return WEXITSTATUS(status);
}

/* ---- Files ---- */

START_TEST(test_open_that_fails_keeps_documents)
{
    static const char *const names[] = {"bad.jsonl", "bad.txt"};
    static const int codes[] = {EACCES, EIO, ENOTCONN, ESTALE, ENAMETOOLONG};
    const char *const name = names[_i % 2];

    put(name, _i % 2 ? "apple" : "{\"id\":\"1\",\"text\":\"apple\"}\n", 1);
    ck_assert_int_eq(update(".", NULL), OSI_DONE);
    ck_assert_uint_eq(count_hits(".osteon", "apple"), 1);
    put(name, "and now something longer is there, to be read", 1);
    open_error = codes[_i / 2];
    ck_assert_int_eq(update(".", NULL), OSI_PARTLY);
    ck_assert_uint_eq(count_hits(".osteon", "apple"), 1);
    open_error = ENOENT;
    ck_assert_int_eq(update(".", NULL), OSI_DONE);
    ck_assert_uint_eq(count_hits(".osteon", "apple"), 0);
}
END_TEST

/* A file that could not be read twice, the second time only in the middle, is
 * read again when it can be, though neither size nor time tells so. */
START_TEST(test_read_that_fails_is_tried_again)
{
    static const char *const names[] = {"bad.txt", "bad.jsonl"};
    const char *const name = names[_i];

    put(name, _i ? "{\"id\":\"1\",\"text\":\"apple\"}\n" : "apple ", 1);
    ck_assert_int_eq(update(".", NULL), OSI_DONE);
    put(name, _i ? "{\"id\":\"1\",\"text\":\"pear\"}\n" : "pear ", 200000);
    read_fails_at = 0;
    ck_assert_int_eq(update(".", NULL), OSI_PARTLY);
    read_fails_at = 900000;
    ck_assert_int_eq(update(".", NULL), OSI_PARTLY);
    read_fails_at = -1;
    ck_assert_int_eq(update(".", NULL), OSI_DONE);
    ck_assert_uint_eq(count_hits(".osteon", "pear"), 1);
    ck_assert_uint_eq(count_hits(".osteon", "apple"), 0);
}
END_TEST

/* A file, written on a file system whose times have whole seconds. */
static void put_coarsely(const char *path, const char *text)
{
    struct timespec times[2];

    put(path, text, 1);
    clock_gettime(CLOCK_REALTIME, &times[1]);
    times[1].tv_nsec = 0;
    times[0] = times[1];
    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Where times have whole seconds, a change within the second of an update
 * leaves the time as it was. */
START_TEST(test_change_in_the_same_second_is_seen)
{
    put_coarsely("a.txt", "apple");
    ck_assert_int_eq(update(".", NULL), OSI_DONE);
    put_coarsely("a.txt", "peach");
    ck_assert_int_eq(update(".", NULL), OSI_DONE);
    ck_assert_uint_eq(count_hits(".osteon", "peach"), 1);
}
END_TEST

/* ---- Threads ---- */

/* A thread that fails inside a batch must not leave another waiting for the
 * batch's end, as whoever writes memory out does. */
START_TEST(test_thread_without_memory_ends_all)
{
    put("a.txt", "some words of a page ", 200000);
    put("b.txt", "some words of a page ", 200000);
    put("c.txt", "some words of a page ", 200000);
    ck_assert_ptr_nonnull(freopen("/dev/null", "r", stdin));
    starve = true;
    ck_assert_int_eq(update("-j2", "--memory=1M", ".", "-", NULL), OSI_FATAL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("indexer_faults");
    TCase *tc = tcase_create("faults");

    osi_report_start(true, false, -1);
    tcase_add_checked_fixture(tc, make_tree, drop_tree);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, test_open_that_fails_keeps_documents, 0, 10);
    tcase_add_loop_test(tc, test_read_that_fails_is_tried_again, 0, 2);
    tcase_add_test(tc, test_change_in_the_same_second_is_seen);
    tcase_add_test(tc, test_thread_without_memory_ends_all);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
