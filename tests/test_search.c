/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pruned search, exhaustive search and the plain reference give the same
 * documents, scores, order and counts, for random documents and queries of
 * all kinds, in one segment and several, with and without deleted documents.
 */
#include "ranking_queries.h"
#include "run_suite.h"

#include <pthread.h>

/* ---- Comparing ---- */

static void compare(const ref_corpus *c, const osteon_result *result,
                    const osteon_search_options *o, const ref_hit *hits,
                    uint32_t n)
{
    const size_t from = o->offset < n ? o->offset : n;
    const size_t want = o->limit < n - from ? o->limit : n - from;

    ck_assert_uint_eq(result->n_hits, want);
    for (size_t i = 0; i < want; i++) {
        const osteon_hit *hit = &result->hits[i];
        ck_assert_uint_lt(hit->document, c->n_numbers);
        ck_assert_uint_eq(c->numbers[hit->document], hits[from + i].doc);
        ck_assert_double_eq(hit->score,
                            (double)hits[from + i].score / OST_SCORE_ONE);
    }
    ck_assert_uint_ge(result->matches, result->n_hits);
    if (o->limit == 0)
        ck_assert_int_eq(result->matches > 0, n > 0);
}

/* Keeps the first hit of each source; returns how many there are. */
static uint32_t keep_sources(const ref_corpus *c, const ref_hit *hits,
                             uint32_t n, ref_hit *out)
{
    bool *seen = calloc(c->n + 2, sizeof *seen);
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i++) {
        const uint32_t source = c->docs[hits[i].doc].source;
        if (source == 0 || !seen[source])
            out[kept++] = hits[i];
        seen[source] = true;
    }
    free(seen);
    return kept;
}

/* Searches in four ways with these options and compares. */
static void check_options(const ref_corpus *c, const osteon_query *query,
                          osteon_search_options o, const ref_hit *hits,
                          uint32_t n)
{
    ref_hit *unique = calloc(n + 1, sizeof *unique);
    const uint32_t n_unique = keep_sources(c, hits, n, unique);

    for (unsigned way = 0; way < 4; way++) {
        osteon_result *result;
        osteon_error err = {0};
        o.exhaustive = way == 1;
        o.count = way >= 2;
        o.one_per_source = way == 3;
        ck_assert_msg(ost_search(c->snapshot, query, &o, &result, &err) ==
                          OSTEON_OK,
                      "%s", err.text);
        if (o.one_per_source)
            compare(c, result, &o, unique, n_unique);
        else
            compare(c, result, &o, hits, n);
        ck_assert_uint_le(result->matches, n);
        if (o.count)
            ck_assert_uint_eq(result->matches, n);
        osteon_result_close(result);
    }
    free(unique);
}

/* Searches with various k, offsets and parameters and compares. */
static void check_query(ref_corpus *c, ost_node *root)
{
    static const double k1s[] = {-1, 1.2, 0, 0.4, 2.5, 100};
    static const double bs[] = {-1, 0.75, 0, 0.4, 1};
    const osteon_query query = {.root = root};
    ref_hit *hits = calloc(c->n + 1, sizeof *hits);
    const bool usual = ref_draw(c, 2) == 0;
    osteon_search_options o = {
        .k1 = usual ? -1 : k1s[ref_draw(c, 6)],
        .b = usual ? -1 : bs[ref_draw(c, 5)],
    };
    ost_bm25 bm25;
    uint32_t n;

    ck_assert_int_eq(ost_bm25_choose(&o, &bm25, NULL), OSTEON_OK);
    n = ref_rank(c, &bm25, root, hits);
    o.limit = 1 + ref_draw(c, 12);
    check_options(c, &query, o, hits, n);
    o.limit = ref_draw(c, 3) * (1 + ref_draw(c, c->n));
    o.offset = ref_draw(c, 2) * ref_draw(c, 20);
    check_options(c, &query, o, hits, n);
    o.limit = SIZE_MAX - ref_draw(c, 2);
    o.offset = ref_draw(c, 3);
    check_options(c, &query, o, hits, n);
    free(hits);
}

static void check_queries(ref_corpus *c, unsigned n, unsigned depth)
{
    for (unsigned i = 0; i < n; i++) {
        ost_arena *arena = ost_arena_open();
        check_query(c, ref_query(c, arena, depth));
        ost_arena_close(arena);
    }
}

/* One node of a kind over terms, as plain queries are. */
static void check_flat(ref_corpus *c, ost_node_kind kind, uint32_t n)
{
    ost_arena *arena = ost_arena_open();
    ost_node *root = ref_node(arena, kind, n);

    for (uint32_t i = 0; i < n; i++)
        root->children[i] = ref_term(arena, "", ref_word(c));
    check_query(c, root);
    ost_arena_close(arena);
}

/* ---- Small collections ---- */

START_TEST(test_search_small_random_collections_equal_reference)
{
    const uint32_t i = (uint32_t)_i;
    const uint64_t seed = 1000 + i;
    uint64_t random = seed;
    const uint32_t n = 1 + (uint32_t)(scratch_random(&random) % 300);
    const uint32_t words = 3 + (uint32_t)(scratch_random(&random) % 60);
    ref_corpus c;

    ref_corpus_make(&c, seed, n, words, 1 + n % 40);
    ref_corpus_index(&c, 1 + i % 6, i % 3 == 0 ? 0 : 2 + i % 9);
    check_queries(&c, 60, 4);
    for (uint32_t k = 2; k < 6; k++) {
        check_flat(&c, OST_NODE_OR, k);
        check_flat(&c, OST_NODE_AND, k);
        check_flat(&c, OST_NODE_MAX, k);
    }
    ref_corpus_free(&c);
}
END_TEST

START_TEST(test_search_all_documents_deleted_finds_none)
{
    ref_corpus c;

    ref_corpus_make(&c, 5, 30, 10, 20);
    ref_corpus_index(&c, 2, 1);
    ck_assert_uint_eq(c.live, 0);
    check_queries(&c, 30, 3);
    ref_corpus_free(&c);
}
END_TEST

START_TEST(test_search_documents_without_words_are_found_by_exclusion)
{
    ref_corpus c;

    ref_corpus_make(&c, 6, 50, 10, 1);
    ref_corpus_index(&c, 1, 0);
    check_queries(&c, 60, 3);
    ref_corpus_free(&c);
}
END_TEST

/* ---- A collection of many blocks ---- */

static void make_large(ref_corpus *c, uint32_t segments, uint32_t one_in)
{
    ref_corpus_make(c, 77, 5000, 400, 60);
    ref_corpus_index(c, segments, one_in);
}

START_TEST(test_search_large_collection_trees_equal_reference)
{
    ref_corpus c;

    make_large(&c, _i == 0 ? 1 : 4, _i == 0 ? 0 : 9);
    check_queries(&c, 80, 3);
    ref_corpus_free(&c);
}
END_TEST

START_TEST(test_search_large_collection_lists_equal_reference)
{
    ref_corpus c;

    make_large(&c, _i == 0 ? 1 : 3, _i == 0 ? 0 : 20);
    for (uint32_t n = 1; n < 40; n += 1 + n / 6) {
        check_flat(&c, OST_NODE_OR, n);
        check_flat(&c, OST_NODE_MAX, n);
        check_flat(&c, OST_NODE_AND, n < 5 ? n : 5);
    }
    for (uint32_t n = 0; n < 20; n++) {
        ost_arena *arena = ost_arena_open();
        check_query(&c, ref_phrase(&c, arena));
        if (n % 3 == 0) /* its reference takes longer */
            check_query(&c, ref_near(&c, arena));
        ost_arena_close(arena);
    }
    ref_corpus_free(&c);
}
END_TEST

/* All of many groups, each of so many words that most documents have one. */
START_TEST(test_search_all_of_many_groups_equals_reference)
{
    ref_corpus c;

    ref_corpus_make(&c, 78, 1200, 400, 60);
    ref_corpus_index(&c, _i == 0 ? 1 : 3, _i == 0 ? 0 : 15);
    for (uint32_t groups = 3; groups < 40; groups += 15) {
        ost_arena *arena = ost_arena_open();
        ost_node *root = ref_node(arena, OST_NODE_AND, groups);
        for (uint32_t i = 0; i < groups; i++) {
            const uint32_t n = 8 + ref_draw(&c, 24);
            ost_node *group = ref_node(
                arena, ref_draw(&c, 4) ? OST_NODE_OR : OST_NODE_MAX, n);
            for (uint32_t k = 0; k < n; k++)
                group->children[k] = ref_term(arena, "", ref_word(&c) / 4);
            root->children[i] = group;
        }
        check_query(&c, root);
        ost_arena_close(arena);
    }
    ref_corpus_free(&c);
}
END_TEST

/* Few words and long documents: many places of a word in each, so that all
 * ways of comparing them are taken. */
START_TEST(test_search_phrases_of_frequent_words_equal_reference)
{
    ref_corpus c;

    ref_corpus_make(&c, 900 + (uint64_t)_i, 400, 3 + 5 * (uint32_t)_i,
                    REF_LONGEST - 1);
    ref_corpus_index(&c, 1 + (uint32_t)_i % 3, _i % 2 == 0 ? 0 : 9);
    for (uint32_t n = 0; n < 60; n++) {
        ost_arena *arena = ost_arena_open();
        check_query(&c, ref_phrase(&c, arena));
        if (n % 3 == 0) /* its reference takes longer */
            check_query(&c, ref_near(&c, arena));
        ost_arena_close(arena);
    }
    ref_corpus_free(&c);
}
END_TEST

/* More documents than any window of a walk, of few words: with blocks enough
 * that the first floor is known before a document has come. */
START_TEST(test_search_wide_collection_lists_equal_reference)
{
    ref_corpus c;

    ref_corpus_make(&c, 33, 40000, 60, 6);
    ref_corpus_index(&c, _i < 2 ? 1 : 3, _i % 2 == 0 ? 0 : 30);
    for (uint32_t n = 1; n < 5; n++) {
        check_flat(&c, OST_NODE_OR, n);
        check_flat(&c, OST_NODE_AND, n);
    }
    check_flat(&c, OST_NODE_MAX, 3);
    check_queries(&c, 6, 3);
    ref_corpus_free(&c);
}
END_TEST

START_TEST(test_search_merged_index_gives_the_same_scores)
{
    const osteon_writer_options options = {.threads = 1};
    const osteon_search_options o = {.limit = 50, .k1 = -1, .b = -1};
    ost_arena *arena = ost_arena_open();
    osteon_result *before[40];
    ost_node *roots[40];
    uint32_t *numbers;
    osteon_writer *w;
    ref_corpus c;

    make_large(&c, 5, 10);
    ck_assert_uint_gt(c.snapshot->n_segments, 1);
    for (int i = 0; i < 40; i++) {
        osteon_query query = {0};
        query.root = roots[i] = ref_query(&c, arena, 3);
        ck_assert_int_eq(ost_search(c.snapshot, &query, &o, &before[i], NULL),
                         OSTEON_OK);
    }
    numbers = c.numbers;
    c.numbers = NULL;
    ref_close_snapshot(&c);
    ck_assert_int_eq(osteon_writer_open(scratch, &options, &w, NULL),
                     OSTEON_OK);
    osteon_writer_merge_all(w);
    ref_commit(w);
    osteon_writer_close(w);
    ref_open_snapshot(&c);
    ck_assert_uint_eq(c.snapshot->n_segments, 1);
    for (int i = 0; i < 40; i++) {
        const osteon_query query = {.root = roots[i]};
        osteon_result *after;
        ck_assert_int_eq(ost_search(c.snapshot, &query, &o, &after, NULL),
                         OSTEON_OK);
        ck_assert_uint_eq(after->n_hits, before[i]->n_hits);
        for (size_t k = 0; k < after->n_hits; k++) {
            ck_assert_uint_eq(c.numbers[after->hits[k].document],
                              numbers[before[i]->hits[k].document]);
            ck_assert_double_eq(after->hits[k].score,
                                before[i]->hits[k].score);
        }
        osteon_result_close(after);
        osteon_result_close(before[i]);
    }
    free(numbers);
    ost_arena_close(arena);
    ref_corpus_free(&c);
}
END_TEST

/* ---- Many words, many threads ---- */

START_TEST(test_search_or_of_10000_words_equals_reference)
{
    ref_corpus c;

    ref_corpus_make(&c, 8, 400, 10000, 60);
    ref_corpus_index(&c, 2, 10);
    for (unsigned kind = 0; kind < 2; kind++) {
        ost_arena *arena = ost_arena_open();
        ost_node *root =
            ref_node(arena, kind == 0 ? OST_NODE_OR : OST_NODE_MAX, 10000);
        ost_node *both = ref_node(arena, OST_NODE_AND, 2);
        for (uint32_t i = 0; i < 10000; i++)
            root->children[i] = ref_term(arena, "", i);
        both->children[0] = root;
        both->children[1] = ref_term(arena, "", 0);
        check_query(&c, root);
        check_query(&c, both);
        ost_arena_close(arena);
    }
    ref_corpus_free(&c);
}
END_TEST

typedef struct search_thread {
    pthread_t thread;
    ref_corpus corpus; /* its own random numbers, the common snapshot */
} search_thread;

static void *search_many(void *arg)
{
    search_thread *t = arg;

    check_queries(&t->corpus, 40, 3);
    return NULL;
}

START_TEST(test_search_one_snapshot_many_threads_equal_reference)
{
    search_thread threads[4];
    ref_corpus c;

    ref_corpus_make(&c, 9, 800, 50, 60);
    ref_corpus_index(&c, 3, 10);
    for (int i = 0; i < 4; i++) {
        threads[i].corpus = c;
        threads[i].corpus.random += (uint64_t)i;
        ck_assert_int_eq(
            pthread_create(&threads[i].thread, NULL, search_many, &threads[i]),
            0);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i].thread, NULL);
    ref_corpus_free(&c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("search");
    TCase *small = scratch_case(suite, "small");
    TCase *large = scratch_case(suite, "large");
    TCase *many = scratch_case(suite, "many");

    tcase_add_loop_test(
        small, test_search_small_random_collections_equal_reference, 0, 30);
    tcase_add_test(small, test_search_all_documents_deleted_finds_none);
    tcase_add_test(small,
                   test_search_documents_without_words_are_found_by_exclusion);
    tcase_add_loop_test(
        large, test_search_large_collection_trees_equal_reference, 0, 2);
    tcase_add_loop_test(
        large, test_search_large_collection_lists_equal_reference, 0, 2);
    tcase_add_loop_test(
        large, test_search_all_of_many_groups_equals_reference, 0, 2);
    tcase_add_loop_test(
        large, test_search_phrases_of_frequent_words_equal_reference, 0, 6);
    tcase_add_loop_test(
        large, test_search_wide_collection_lists_equal_reference, 0, 4);
    tcase_add_test(large, test_search_merged_index_gives_the_same_scores);
    tcase_add_test(many, test_search_or_of_10000_words_equals_reference);
    tcase_add_test(many,
                   test_search_one_snapshot_many_threads_equal_reference);
    tcase_set_timeout(large, 120);
    tcase_set_timeout(many, 120);
    return run_suite(suite);
}
