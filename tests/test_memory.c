/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A build, with its commit and merges, needs the budget of memory and 64 MiB
 * more at most, with one thread or several, also of many small files with a
 * large one among them now and then; and the budget changes no answer.
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
#define PIECE 1000u /* words of a large document that are fed at once */

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
    unsigned large_words; /* of every 32nd batch's first document; 0: as others */
    bool sources;         /* each document is a file */
    bool merge;           /* all of it into one segment */
    _Atomic unsigned next; /* batch */
    _Atomic bool failed;
} build;

/* `n` words drawn from the vocabulary, the low ones more often; of a large
 * document most are one of sixteen. */
static size_t make_text(const build *b, bool is_large, unsigned n,
                        uint64_t *state, char *text)
{
    size_t len = 0;

    for (unsigned i = 0; i < n; i++) {
        unsigned word, of = i % 4 == 0 ? 1000 : b->vocabulary;
        if (is_large && i % 16 != 0)
            of = 16;
        *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
        word = (unsigned)(*state >> 33) % of;
        len += (size_t)sprintf(text + len, "q%xq ", word * 2654435761u);
    }
    return len;
}

static bool put_source(const build *b, osteon_document *doc,
                       osteon_error *error)
{
    const osteon_source source = {
        .path = doc->id, .path_len = doc->id_len, .size = doc->body_len};

    return osteon_writer_source_put(b->writer, &source, &doc->source,
                                    error) == 0;
}

/* Adds document `number`, a large one in pieces, some of which are equal. */
static bool add_document(const build *b, osteon_feed *feed, unsigned number,
                         char *text, osteon_error *error)
{
    const bool is_large =
        b->large_words > 0 && number % (32 * b->per_batch) == 0;
    uint64_t state = number * UINT64_C(0x9E3779B97F4A7C15) + 1;
    char id[64];
    osteon_document doc = {.id = id, .title = id, .body = text};
    size_t len = 0;
    bool ok;

    doc.id_len = doc.title_len = (size_t)sprintf(
        id, "a folder/of a tree/of some depth/%u/d%u", number / 100, number);
    doc.body_len = make_text(b, is_large, b->words, &state, text);
    if (!b->sources && number % 8 == 0) {
        doc.stored = text;
        doc.stored_len = doc.body_len;
    }
    ok = (!b->sources || put_source(b, &doc, error)) &&
         osteon_feed_add(feed, &doc, error) == 0;
    for (unsigned i = 0; is_large && i < b->large_words && ok; i += PIECE) {
        if (i % (64 * PIECE) == 0)
            len = make_text(b, true, PIECE, &state, text);
        ok = osteon_feed_more(feed, text, len, false, error) == 0;
    }
    return ok;
}

/* Feeds batches while there are any, as one of the threads. */
static void *feed_batches(void *arg)
{
    build *const b = arg;
    char *text = malloc((b->words > PIECE ? b->words : PIECE) * 16 + 1);
    osteon_feed *feed = NULL;
    osteon_error error;
    unsigned k;

    if (text == NULL || osteon_feed_open(b->writer, &feed, &error) != 0)
        b->failed = true;
    while (!b->failed && (k = b->next++) < b->n_batches) {
        if (osteon_feed_begin(feed, k, &error) != 0)
            b->failed = true;
        for (unsigned i = 0; i < b->per_batch && !b->failed; i++)
            if (!add_document(b, feed, k * b->per_batch + i, text, &error))
                b->failed = true;
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
    if (b.merge)
        osteon_writer_merge_all(b.writer);
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

static const build tree = {.n_batches = 40,
                           .per_batch = 1000,
                           .words = 8,
                           .vocabulary = 500000,
                           .large_words = 4000000,
                           .sources = true};

/* Without a bound it takes more: else the other tests would show nothing. */
START_TEST(test_memory_without_a_budget_is_larger)
{
    build b = large;

    b.n_threads = 1;
    ck_assert_uint_gt(peak_of(b, 1024 * MIB), BUDGET + ALLOWED);
}
END_TEST

/* _i: which build, and by how many threads. */
START_TEST(test_memory_stays_in_budget)
{
    build b = _i < 3 ? large : tree;
    size_t peak;

    b.n_threads = 1u << _i % 3;
    if (SANITIZED)
        b.large_words /= 16;
    peak = peak_of(b, BUDGET);
    if (!SANITIZED) /* which has memory of its own */
        ck_assert_uint_le(peak, BUDGET + (_i < 3 ? ALLOWED : ALLOWED / 2));
}
END_TEST

START_TEST(test_memory_budget_changes_no_answer)
{
    static const size_t budgets[] = {1, MIB, 4 * MIB, 0};
    build b = {.n_batches = 140, /* with the least, as many segments */
               .per_batch = 7,
               .words = 60,
               .vocabulary = 20000,
               .n_threads = 1};
    char *expected;

    ck_assert(run_build(b, 0));
    expected = index_dump_ok(scratch);
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++)
        for (b.n_threads = 1; b.n_threads <= 4; b.n_threads *= 2) {
            char *dump;
            b.merge = b.n_threads == 2;
            ck_assert(run_build(b, budgets[i]));
            if (b.merge)
                ck_assert_uint_eq(info().segments, 1);
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
    tcase_add_loop_test(tc, test_memory_stays_in_budget, 0, 6);
    tcase_add_test(tc, test_memory_budget_changes_no_answer);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
