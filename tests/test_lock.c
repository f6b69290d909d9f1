/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The writer's lock, between real processes.
 */
#include "commit.h"
#include "scratch.h"
#include "run_suite.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void pause_ms(long ms)
{
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&t, NULL);
}

/* A child that takes the lock and holds it for `ms`, below 0: until killed.
 * Returns when it has it. */
static pid_t fork_holder(long ms)
{
    int ends[2];
    char byte;
    pid_t pid;

    ck_assert_int_eq(pipe(ends), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        ost_lock *lock;
        if (ost_lock_take(scratch, 0, &lock, NULL) != OSTEON_OK ||
            write(ends[1], "x", 1) != 1)
            _exit(1);
        if (ms < 0)
            pause();
        pause_ms(ms);
        ost_lock_release(lock);
        _exit(0);
    }
    close(ends[1]);
    ck_assert_int_eq(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    return pid;
}

static void end_holder(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

START_TEST(test_lock_free_is_taken_and_names_us)
{
    ost_lock *lock;
    ost_buffer text;
    char expected[32];

    ck_assert_int_eq(ost_lock_take(scratch, 0, &lock, NULL), OSTEON_OK);
    text = scratch_read("LOCK");
    ost_buffer_add_byte(&text, 0);
    snprintf(expected, sizeof expected, "%ld\n", (long)getpid());
    ck_assert_str_eq((char *)text.data, expected);
    ost_buffer_free(&text);
    ost_lock_release(lock);
    ost_lock_release(NULL);
    ck_assert(scratch_has("LOCK"));
    ck_assert_int_eq(ost_lock_take(scratch, 0, &lock, NULL), OSTEON_OK);
    ost_lock_release(lock);
}
END_TEST

START_TEST(test_lock_taken_names_the_holder)
{
    const pid_t holder = fork_holder(-1);
    char expected[300];
    ost_lock *lock;
    osteon_error err;

    ck_assert_int_eq(ost_lock_take(scratch, 0, &lock, &err), OSTEON_LOCKED);
    ck_assert_ptr_null(lock);
    ck_assert_int_eq(err.pid, holder);
    snprintf(expected, sizeof expected, "%s: locked by process %ld", scratch,
             (long)holder);
    ck_assert_str_eq(err.text, expected);
    ck_assert_int_eq(ost_lock_take(scratch, 0, &lock, NULL), OSTEON_LOCKED);
    end_holder(holder);
}
END_TEST

START_TEST(test_lock_taken_by_ourselves_is_locked)
{
    ost_lock *lock, *second;
    osteon_error err;

    ck_assert_int_eq(ost_lock_take(scratch, 0, &lock, NULL), OSTEON_OK);
    ck_assert_int_eq(ost_lock_take(scratch, 0, &second, &err),
                     OSTEON_LOCKED);
    ck_assert_int_eq(err.pid, getpid());
    ost_lock_release(lock);
}
END_TEST

START_TEST(test_lock_with_strange_pid_is_locked_without_name)
{
    static const char *const texts[] = {
        "",     "x",   "12x\n", "-4\n", "0\n", "12", "99999999999999999999\n",
        "\n\n", "1\n1"};
    const pid_t holder = fork_holder(-1);

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ost_lock *lock;
        osteon_error err;
        const int fd = open(scratch_path("LOCK"), O_WRONLY | O_TRUNC);
        const ssize_t len = (ssize_t)strlen(texts[i]);
        ck_assert_int_eq(write(fd, texts[i], (size_t)len), len);
        close(fd);
        ck_assert_int_eq(ost_lock_take(scratch, 0, &lock, &err),
                         OSTEON_LOCKED);
        ck_assert_int_eq(err.pid, i == 8 ? 1 : 0);
    }
    end_holder(holder);
}
END_TEST

START_TEST(test_lock_killed_holder_frees_it)
{
    ost_lock *lock;

    end_holder(fork_holder(-1));
    ck_assert_int_eq(ost_lock_take(scratch, 0, &lock, NULL), OSTEON_OK);
    ost_lock_release(lock);
}
END_TEST

START_TEST(test_lock_wait_ends_when_released)
{
    const double waits[] = {30, -1};
    const pid_t holder = fork_holder(200);
    const double start = now();
    ost_lock *lock;

    ck_assert_int_eq(ost_lock_take(scratch, waits[_i], &lock, NULL),
                     OSTEON_OK);
    ck_assert_double_ge(now() - start, 0.1);
    ck_assert_double_lt(now() - start, 10);
    ost_lock_release(lock);
    waitpid(holder, NULL, 0);
}
END_TEST

START_TEST(test_lock_wait_gives_up_at_the_deadline)
{
    const pid_t holder = fork_holder(-1);
    const double start = now();
    ost_lock *lock;
    osteon_error err;

    ck_assert_int_eq(ost_lock_take(scratch, 0.15, &lock, &err),
                     OSTEON_LOCKED);
    ck_assert_int_eq(err.pid, holder);
    ck_assert_double_ge(now() - start, 0.15);
    ck_assert_double_lt(now() - start, 5);
    end_holder(holder);
}
END_TEST

static void on_signal(int number)
{
    (void)number;
}

START_TEST(test_lock_signal_ends_the_wait)
{
    const double waits[] = {60, -1};
    const struct sigaction action = {.sa_handler = on_signal};
    const pid_t holder = fork_holder(-1);
    const double start = now();
    ost_lock *lock;
    osteon_error err;
    pid_t killer;

    ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
    killer = fork();
    if (killer == 0) {
        /* Again and again: the first may come before the wait. */
        for (int i = 0; i < 500; i++) {
            pause_ms(20);
            kill(getppid(), SIGUSR1);
        }
        _exit(0);
    }
    ck_assert_int_eq(ost_lock_take(scratch, waits[_i], &lock, &err),
                     OSTEON_IO);
    ck_assert_int_eq(err.os_error, EINTR);
    ck_assert_ptr_null(lock);
    ck_assert_double_lt(now() - start, 8);
    end_holder(killer);
    end_holder(holder);
}
END_TEST

/* Adds one to the number in a file, in a way that loses counts when two do it
 * at once. */
static bool count_up(const char *path)
{
    const int fd = open(path, O_RDWR);
    unsigned n;
    bool done;

    if (fd < 0)
        return false;
    done = pread(fd, &n, sizeof n, 0) == (ssize_t)sizeof n;
    n++;
    pause_ms(0);
    done = done && pwrite(fd, &n, sizeof n, 0) == (ssize_t)sizeof n;
    close(fd);
    return done;
}

START_TEST(test_lock_fought_over_lets_one_in_at_a_time)
{
    enum { CHILDREN = 3, ROUNDS = 60 };
    const unsigned zero = 0;
    ost_buffer bytes;
    unsigned total;

    scratch_write("count", &zero, sizeof zero);
    for (int child = 0; child < CHILDREN; child++) {
        if (fork() > 0)
            continue;
        for (int i = 0; i < ROUNDS; i++) {
            ost_lock *lock;
            if (ost_lock_take(scratch, -1, &lock, NULL) != OSTEON_OK ||
                !count_up(scratch_path("count")))
                _exit(1);
            ost_lock_release(lock);
        }
        _exit(0);
    }
    for (int child = 0; child < CHILDREN; child++) {
        int how;
        ck_assert_int_gt(wait(&how), 0);
        ck_assert(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    }
    bytes = scratch_read("count");
    memcpy(&total, bytes.data, sizeof total);
    ost_buffer_free(&bytes);
    ck_assert_uint_eq(total, CHILDREN * ROUNDS);
}
END_TEST

START_TEST(test_lock_file_removed_while_waiting_is_made_again)
{
    const pid_t holder = fork_holder(150);
    ost_lock *lock, *second;

    ck_assert_int_eq(unlink(scratch_path("LOCK")), 0);
    /* The holder's file is gone: ours is a new one, and it counts. */
    ck_assert_int_eq(ost_lock_take(scratch, -1, &lock, NULL), OSTEON_OK);
    ck_assert(scratch_has("LOCK"));
    ck_assert_int_eq(ost_lock_take(scratch, 0, &second, NULL),
                     OSTEON_LOCKED);
    ost_lock_release(lock);
    waitpid(holder, NULL, 0);
}
END_TEST

START_TEST(test_lock_of_a_file_removed_meanwhile_does_not_count)
{
    const pid_t holder = fork_holder(300);
    const pid_t remover = fork();
    ost_lock *lock, *second;

    if (remover == 0) {
        pause_ms(100);
        _exit(unlink(scratch_path("LOCK")) != 0);
    }
    /* We wait for the file that is removed under us. */
    ck_assert_int_eq(ost_lock_take(scratch, -1, &lock, NULL), OSTEON_OK);
    ck_assert(scratch_has("LOCK"));
    ck_assert_int_eq(ost_lock_take(scratch, 0, &second, NULL),
                     OSTEON_LOCKED);
    ost_lock_release(lock);
    waitpid(remover, NULL, 0);
    waitpid(holder, NULL, 0);
}
END_TEST

START_TEST(test_lock_is_not_inherited_by_other_programs)
{
    ost_lock *lock;
    pid_t child;

    ck_assert_int_eq(ost_lock_take(scratch, 0, &lock, NULL), OSTEON_OK);
    child = fork();
    if (child == 0) {
        execlp("sleep", "sleep", "20", (char *)NULL);
        _exit(1);
    }
    pause_ms(200); /* until it is another program */
    ost_lock_release(lock);
    ck_assert_int_eq(ost_lock_take(scratch, 2, &lock, NULL), OSTEON_OK);
    ost_lock_release(lock);
    end_holder(child);
}
END_TEST

START_TEST(test_lock_in_missing_folder_names_it)
{
    ost_lock *lock;
    osteon_error err;
    char expected[600];

    ck_assert_int_eq(ost_lock_take(scratch_path("none"), 0, &lock, &err),
                     OSTEON_NOT_FOUND);
    snprintf(expected, sizeof expected, "%s: no such folder",
             scratch_path("none"));
    ck_assert_str_eq(err.text, expected);
    scratch_write("file", "x", 1);
    ck_assert_int_eq(ost_lock_take(scratch_path("file"), 0, &lock, &err),
                     OSTEON_NOT_FOUND);
}
END_TEST

START_TEST(test_lock_that_is_no_file_is_io)
{
    ost_lock *lock;
    ost_buffer victim;

    ck_assert_int_eq(mkdir(scratch_path("LOCK"), 0777), 0);
    ck_assert_int_eq(ost_lock_take(scratch, 0, &lock, NULL), OSTEON_IO);
    ck_assert_int_eq(rmdir(scratch_path("LOCK")), 0);
    ck_assert_int_eq(mkfifo(scratch_path("LOCK"), 0666), 0);
    ck_assert_int_eq(ost_lock_take(scratch, -1, &lock, NULL), OSTEON_IO);
    ck_assert_int_eq(unlink(scratch_path("LOCK")), 0);
    scratch_write("victim", "precious", 8);
    ck_assert_int_eq(symlink("victim", scratch_path("LOCK")), 0);
    ck_assert_int_eq(ost_lock_take(scratch, 0, &lock, NULL), OSTEON_IO);
    victim = scratch_read("victim");
    ck_assert_uint_eq(victim.len, 8);
    ost_buffer_free(&victim);
}
END_TEST

START_TEST(test_lock_each_allocation_failing_is_no_memory)
{
    ost_lock *lock;

    for (unsigned long at = 1; at <= 2; at++) {
        ost_alloc_fail_at(at);
        ck_assert_int_eq(ost_lock_take(scratch, 0, &lock, NULL),
                         OSTEON_NO_MEMORY);
        ck_assert_ptr_null(lock);
    }
    ost_alloc_fail_at(0);
    ck_assert_int_eq(ost_lock_take(scratch, 0, &lock, NULL), OSTEON_OK);
    ost_lock_release(lock);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lock");
    TCase *tc = scratch_case(suite, "take");

    tcase_add_test(tc, test_lock_free_is_taken_and_names_us);
    tcase_add_test(tc, test_lock_taken_names_the_holder);
    tcase_add_test(tc, test_lock_taken_by_ourselves_is_locked);
    tcase_add_test(tc, test_lock_with_strange_pid_is_locked_without_name);
    tcase_add_test(tc, test_lock_killed_holder_frees_it);
    tcase_add_test(tc, test_lock_is_not_inherited_by_other_programs);
    tc = scratch_case(suite, "wait");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, test_lock_wait_ends_when_released, 0, 2);
    tcase_add_test(tc, test_lock_wait_gives_up_at_the_deadline);
    tcase_add_loop_test(tc, test_lock_signal_ends_the_wait, 0, 2);
    tcase_add_test(tc, test_lock_fought_over_lets_one_in_at_a_time);
    tcase_add_test(tc, test_lock_file_removed_while_waiting_is_made_again);
    tcase_add_test(tc, test_lock_of_a_file_removed_meanwhile_does_not_count);
    tc = scratch_case(suite, "failure");
    tcase_add_test(tc, test_lock_in_missing_folder_names_it);
    tcase_add_test(tc, test_lock_that_is_no_file_is_io);
    tcase_add_test(tc, test_lock_each_allocation_failing_is_no_memory);
    return run_suite(suite);
}
