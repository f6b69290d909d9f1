/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A build, with its commit and merges, needs the budget of memory and 64 MiB
 * more at most, with one thread or several; and the budget changes no answer.
 */
#define _DEFAULT_SOURCE /* wait4 */
#include "writer_fixture.h"

#include "run_suite.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define MIB ((size_t)1 << 20)
#define BUDGET (8 * MIB)
#define ALLOWED (64 * MIB)

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* A build of made-up documents. */
typedef struct build {
    osteon_writer *writer;
    unsigned n_threads, n_batches, per_batch, words, vocabulary;
    _Atomic unsigned next; /* batch */
    _Atomic bool failed;
} build;

/* Text of document `number`: words drawn from the vocabulary, the low ones
 * more often. */
static size_t make_text(const build *b, unsigned number, char *text)
{
    uint64_t state = number * UINT64_C(0x9E3779B97F4A7C15) + 1;
    size_t len = 0;

    for (unsigned i = 0; i < b->words; i++) {
        unsigned word;
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
        word = (unsigned)(state >> 33);
        word = word % (i % 4 == 0 ? 1000 : b->vocabulary);
        len += (size_t)sprintf(text + len, "q%xq ", word * 2654435761u);
    }
    return len;
}

/* Feeds batches while there are any, as one of the threads. */
static void *feed_batches(void *arg)
{
    build *const b = arg;
    char *text = malloc(b->words * 16 + 1), id[16];
    osteon_feed *feed = NULL;
    osteon_error error;
    unsigned k;

    if (text == NULL || osteon_feed_open(b->writer, &feed, &error) != 0)
        b->failed = true;
    while (!b->failed && (k = b->next++) < b->n_batches) {
        if (osteon_feed_begin(feed, k, &error) != 0)
            b->failed = true;
        for (unsigned i = 0; i < b->per_batch && !b->failed; i++) {
            const unsigned number = k * b->per_batch + i;
            osteon_document doc = {.id = id, .body = text};
            doc.id_len = (size_t)sprintf(id, "d%u", number);
            doc.title = id;
            doc.title_len = doc.id_len;
            doc.body_len = make_text(b, number, text);
            doc.stored = number % 8 == 0 ? text : NULL;
            doc.stored_len = number % 8 == 0 ? doc.body_len : 0;
            if (osteon_feed_add(feed, &doc, &error) != 0)
                b->failed = true;
        }
        if (!b->failed && osteon_feed_end(feed, &error) != 0)
            b->failed = true;
    }
    osteon_feed_close(feed);
    free(text);
    return NULL;
}

/* Builds the index in the scratch folder anew. */
static bool run_build(build b, size_t memory)
{
    const osteon_writer_options options = {
        .memory = memory, .threads = b.n_threads, .rebuild = true};
    pthread_t threads[8];
    osteon_error error;
    bool ok;

    if (osteon_writer_open(scratch, &options, &b.writer, &error) != 0)
        return false;
    for (unsigned i = 0; i < b.n_threads; i++)
        if (pthread_create(&threads[i], NULL, feed_batches, &b) != 0)
            abort();
    for (unsigned i = 0; i < b.n_threads; i++)
        pthread_join(threads[i], NULL);
    ok = !b.failed && osteon_writer_commit(b.writer, &error) == 0;
    osteon_writer_close(b.writer);
    return ok;
}

/* The same in a process of its own: its peak memory in bytes. */
static size_t peak_of(build b, size_t memory)
{
    const pid_t child = fork();
    struct rusage used;
    int status;

    ck_assert_int_ge(child, 0);
    if (child == 0) {
#ifdef __GLIBC__
        mallopt(M_MMAP_THRESHOLD, 2 << 20); /* as osteon-index does */
#endif
        _exit(run_build(b, memory) ? 0 : 1);
    }
    ck_assert_int_eq(wait4(child, &status, 0, &used), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    ck_assert_uint_eq(info().documents, b.n_batches * b.per_batch);
    return (size_t)used.ru_maxrss * 1024;
}

static const build large = {.n_batches = 24,
                            .per_batch = 500,
                            .words = 200,
                            .vocabulary = 500000};

/* Without a bound it takes more: else the other tests would show nothing. */
START_TEST(test_memory_without_a_budget_is_larger)
{
    build b = large;

    b.n_threads = 1;
    ck_assert_uint_gt(peak_of(b, 1024 * MIB), BUDGET + ALLOWED);
}
END_TEST

START_TEST(test_memory_stays_in_budget)
{
    build b = large;
    size_t peak;

    b.n_threads = 1u << _i;
    peak = peak_of(b, BUDGET);
    if (!SANITIZED) /* which has memory of its own */
        ck_assert_uint_le(peak, BUDGET + ALLOWED);
}
END_TEST

START_TEST(test_memory_budget_changes_no_answer)
{
    static const size_t budgets[] = {1, MIB, 4 * MIB, 0};
    build b = {.n_batches = 23,
               .per_batch = 40,
               .words = 60,
               .vocabulary = 20000,
               .n_threads = 1};
    char *expected;

    ck_assert(run_build(b, 0));
    expected = index_dump_ok(scratch);
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++)
        for (b.n_threads = 1; b.n_threads <= 4; b.n_threads *= 2) {
            char *dump;
            ck_assert(run_build(b, budgets[i]));
            dump = index_dump_ok(scratch);
            ck_assert_msg(strcmp(dump, expected) == 0,
                          "another index with %zu bytes, %u threads",
                          budgets[i], b.n_threads);
            free(dump);
        }
    free(expected);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *tc = tcase_create("memory");

    tcase_set_timeout(tc, 300);
    tcase_add_unchecked_fixture(tc, scratch_make, scratch_remove);
    tcase_add_checked_fixture(tc, scratch_empty, NULL);
    tcase_add_test(tc, test_memory_without_a_budget_is_larger);
    tcase_add_loop_test(tc, test_memory_stays_in_budget, 0, 3);
    tcase_add_test(tc, test_memory_budget_changes_no_answer);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
