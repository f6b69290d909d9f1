/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Searches with known answers: phrases, edges of blocks and windows, options
 * at their limits; and what happens without memory or with damaged bytes.
 */
#include "ranking_queries.h"
#include "run_suite.h"

/* ---- Known collections ---- */

/* A collection of given words, one string a document: "a b a". */
static void make_known(ref_corpus *c, const char *const *texts, uint32_t n)
{
    ref_corpus_make(c, 1, n, 26, 0);
    for (uint32_t i = 0; i < n; i++) {
        ref_doc *d = &c->docs[i];
        d->n = d->n_body = 0;
        for (const char *t = texts[i]; *t != '\0'; t++)
            if (*t != ' ')
                d->words[d->n++] = (uint16_t)(*t - 'a');
        d->n_body = d->n;
    }
    ref_corpus_index(c, 1, 0);
}

/* A phrase of one-letter words, a blank for a position without word. */
static ost_node *known_phrase(ost_arena *arena, const char *words)
{
    ost_node *node = ref_node(arena, OST_NODE_PHRASE, (uint32_t)strlen(words));
    uint32_t n = 0;

    for (uint32_t i = 0; words[i] != '\0'; i++) {
        if (words[i] == ' ')
            continue;
        node->children[n] = ref_term(arena, "", (uint32_t)(words[i] - 'a'));
        node->offsets[n++] = i;
    }
    node->n_children = n;
    return node;
}

static osteon_result *search(const ref_corpus *c, ost_node *root,
                             osteon_search_options o)
{
    const osteon_query query = {.root = root};
    osteon_result *result;
    osteon_error err = {0};

    ck_assert_msg(ost_search(c->snapshot, &query, &o, &result, &err) ==
                      OSTEON_OK,
                  "%s", err.text);
    return result;
}

static const osteon_search_options ten = {
    .limit = 10, .k1 = -1, .b = -1, .count = true};

/* The documents that match, as digits in ascending order. */
static void check_matches(const ref_corpus *c, ost_node *root,
                          const char *expected)
{
    osteon_result *result = search(c, root, ten);
    char found[11] = {0};
    size_t n = 0;

    for (uint32_t d = 0; d < 10; d++)
        for (size_t i = 0; i < result->n_hits; i++)
            if (result->hits[i].document == d)
                found[n++] = (char)('0' + d);
    ck_assert_str_eq(found, expected);
    ck_assert_uint_eq(result->matches, strlen(expected));
    osteon_result_close(result);
}

/* ---- Phrases ---- */

START_TEST(test_phrase_known_documents_match)
{
    static const char *const texts[] = {
        "a b a", "a b b a", "b a b", "a a", "a", "a b c a b c a", "c b a", ""};
    ost_arena *arena = ost_arena_open();
    ref_corpus c;

    make_known(&c, texts, 8);
    check_matches(&c, known_phrase(arena, "aba"), "0");
    check_matches(&c, known_phrase(arena, "ab"), "0125");
    check_matches(&c, known_phrase(arena, "aa"), "3");
    check_matches(&c, known_phrase(arena, "a  a"), "15");
    check_matches(&c, known_phrase(arena, "a a"), "0");
    check_matches(&c, known_phrase(arena, "abcabca"), "5");
    check_matches(&c, known_phrase(arena, "abcabcab"), "");
    check_matches(&c, known_phrase(arena, "ad"), "");
    check_matches(&c, known_phrase(arena, "a"), "0123456");
    ost_arena_close(arena);
    ref_corpus_free(&c);
}
END_TEST

/* Phrases of words that nearly all documents have, and of some that few have,
 * are where the text has them; counted and ranked. */
START_TEST(test_phrase_of_frequent_words_matches_where_it_is)
{
    enum { DOCS = 300, WORDS = 24 };
    static char texts[DOCS][2 * WORDS + 1];
    const char *list[DOCS];
    osteon_search_options count = ten, all = ten;
    uint64_t random = 77 + (uint64_t)_i;
    ref_corpus c;

    for (uint32_t d = 0; d < DOCS; d++) {
        const uint32_t n = (uint32_t)(scratch_random(&random) % WORDS);
        char *t = texts[d];
        for (uint32_t i = 0; i < n; i++) {
            const uint64_t r = scratch_random(&random) % 64;
            *t++ = (char)('a' + (r < 60 ? r % 3 : 3 + r % 2));
            *t++ = ' ';
        }
        *t = '\0';
        list[d] = texts[d];
    }
    make_known(&c, list, DOCS);
    count.limit = 0;
    all.limit = DOCS;
    for (uint32_t round = 0; round < 60; round++) {
        ost_arena *arena = ost_arena_open();
        const uint32_t n = 2 + (uint32_t)(scratch_random(&random) % 3);
        char phrase[5] = {0}, spaced[9] = {0};
        osteon_result *counted, *ranked;
        ost_node *node;
        uint32_t expected = 0;
        bool has[DOCS];
        for (uint32_t i = 0; i < n; i++) {
            phrase[i] = (char)('a' + scratch_random(&random) % 5);
            spaced[2 * i] = phrase[i];
            spaced[2 * i + 1] = ' ';
        }
        for (uint32_t d = 0; d < DOCS; d++) {
            has[d] = strstr(texts[d], spaced) != NULL;
            expected += has[d];
        }
        node = known_phrase(arena, phrase);
        counted = search(&c, node, count);
        ranked = search(&c, node, all);
        ck_assert_uint_eq(counted->matches, expected);
        ck_assert_uint_eq(ranked->n_hits, expected);
        for (size_t i = 0; i < ranked->n_hits; i++)
            ck_assert(has[ranked->hits[i].document]);
        osteon_result_close(counted);
        osteon_result_close(ranked);
        ost_arena_close(arena);
    }
    ref_corpus_free(&c);
}
END_TEST

/* Offsets count from the lowest of them, in any order and any size. */
START_TEST(test_phrase_odd_offsets_are_relative)
{
    static const char *const texts[] = {"a b", "b a", "a x b"};
    ost_arena *arena = ost_arena_open();
    ost_node *node = known_phrase(arena, "ab");
    ref_corpus c;

    make_known(&c, texts, 3);
    node->offsets[0] = 7;
    node->offsets[1] = 8;
    check_matches(&c, node, "0");
    node->offsets[0] = 8;
    node->offsets[1] = 7;
    check_matches(&c, node, "1");
    node->offsets[0] = 0;
    node->offsets[1] = UINT32_MAX;
    check_matches(&c, node, "");
    node->offsets[0] = UINT32_MAX;
    node->offsets[1] = UINT32_MAX - 1;
    check_matches(&c, node, "1");
    node->offsets[0] = node->offsets[1] = 5;
    check_matches(&c, node, "");
    ost_arena_close(arena);
    ref_corpus_free(&c);
}
END_TEST

START_TEST(test_phrase_overlapping_occurrences_all_count)
{
    static const char *const texts[] = {"a a a a", "a a x x", "a x x a"};
    ost_arena *arena = ost_arena_open();
    osteon_result *result;
    ref_corpus c;

    make_known(&c, texts, 3);
    result = search(&c, known_phrase(arena, "aa"), ten);
    ck_assert_uint_eq(result->n_hits, 2);
    ck_assert_uint_eq(result->hits[0].document, 0);
    ck_assert_double_gt(result->hits[0].score, result->hits[1].score);
    osteon_result_close(result);
    ost_arena_close(arena);
    ref_corpus_free(&c);
}
END_TEST

START_TEST(test_node_without_children_matches_nothing)
{
    static const char *const texts[] = {"a", "b"};
    static const ost_node_kind kinds[] = {OST_NODE_OR, OST_NODE_AND,
                                          OST_NODE_MAX, OST_NODE_PHRASE};
    ost_arena *arena = ost_arena_open();
    ref_corpus c;

    make_known(&c, texts, 2);
    for (size_t i = 0; i < 4; i++)
        check_matches(&c, ref_node(arena, kinds[i], 0), "");
    ost_arena_close(arena);
    ref_corpus_free(&c);
}
END_TEST

START_TEST(test_or_same_term_twice_counts_twice)
{
    static const char *const texts[] = {"a", "b"};
    ost_arena *arena = ost_arena_open();
    ost_node *twice = ref_node(arena, OST_NODE_OR, 2);
    osteon_result *one, *two;
    ref_corpus c;

    make_known(&c, texts, 2);
    twice->children[0] = twice->children[1] = ref_term(arena, "", 0);
    one = search(&c, twice->children[0], ten);
    two = search(&c, twice, ten);
    ck_assert_double_eq(two->hits[0].score, 2 * one->hits[0].score);
    osteon_result_close(one);
    osteon_result_close(two);
    ost_arena_close(arena);
    ref_corpus_free(&c);
}
END_TEST

/* ---- Edges ---- */

/* The first half of the documents hold a and b; one in 1,024 of them, always
 * at the same place, holds a the more often the later it comes, so that all
 * between can be left out. All are of one length. */
static void make_edges(ref_corpus *c, uint32_t at)
{
    ref_corpus_make(c, 1, 2 * 9 * 1024, 3, 0);
    for (uint32_t i = 0; i < c->n; i++) {
        ref_doc *d = &c->docs[i];
        const uint32_t tf = i % 1024 == at ? 2 + i / 256 : 1;
        for (; d->n < REF_LONGEST; d->n++)
            d->words[d->n] = 2;
        for (uint32_t k = 0; k < tf && i < c->n / 2; k++)
            d->words[k] = 0;
        if (i < c->n / 2)
            d->words[tf] = 1;
        d->n_body = d->n;
    }
    ref_corpus_index(c, 1, 0);
}

START_TEST(test_search_best_at_edges_of_blocks_are_found)
{
    static const ost_node_kind kinds[] = {OST_NODE_OR, OST_NODE_AND,
                                          OST_NODE_MAX, OST_NODE_PHRASE};
    static const uint32_t ats[] = {0, 127, 128, 511, 512, 1023};
    ost_arena *arena = ost_arena_open();
    ref_corpus c;

    make_edges(&c, ats[_i]);
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 1; k < 4; k++) {
            osteon_search_options o = {.limit = k, .k1 = -1, .b = -1};
            ost_node *root = known_phrase(arena, "ab");
            osteon_result *result;
            if (i < 4)
                root->kind = kinds[i];
            else
                root = root->children[0];
            result = search(&c, root, o);
            ck_assert_uint_eq(result->n_hits, k);
            for (uint32_t h = 0; h < k && i != 3; h++)
                ck_assert_uint_eq(result->hits[h].document,
                                  ats[_i] + 1024 * (8 - h));
            osteon_result_close(result);
        }
    ost_arena_close(arena);
    ref_corpus_free(&c);
}
END_TEST

/* ---- Options ---- */

START_TEST(test_search_of_no_documents_finds_none)
{
    const osteon_writer_options options = {.language = "none"};
    ost_arena *arena = ost_arena_open();
    osteon_query query = {.root = ref_term(arena, "", 0)};
    osteon_result *result;
    ost_snapshot *snapshot;
    osteon_writer *w;
    osteon_search_options o = ten;

    ck_assert_int_eq(osteon_writer_open(scratch, &options, &w, NULL),
                     OSTEON_OK);
    ref_commit(w);
    osteon_writer_close(w);
    ck_assert_int_eq(ost_snapshot_open(scratch, &snapshot, NULL), OSTEON_OK);
    for (o.limit = 0; o.limit < 2; o.limit++) {
        ck_assert_int_eq(ost_search(snapshot, &query, &o, &result, NULL),
                         OSTEON_OK);
        ck_assert_uint_eq(result->n_hits, 0);
        ck_assert_uint_eq(result->matches, 0);
        osteon_result_close(result);
    }
    ost_snapshot_close(snapshot);
    ost_arena_close(arena);
}
END_TEST

START_TEST(test_search_limits_at_their_ends_are_taken)
{
    static const size_t sizes[] = {0, 1, 3, 4, 5, SIZE_MAX - 1, SIZE_MAX};
    static const char *const texts[] = {"a", "a b", "a", "b", "a a"};
    ost_arena *arena = ost_arena_open();
    ref_corpus c;

    make_known(&c, texts, 5);
    for (size_t i = 0; i < 7; i++)
        for (size_t k = 0; k < 7; k++) {
            osteon_search_options o = ten;
            osteon_result *result;
            size_t left = sizes[k] < 4 ? 4 - sizes[k] : 0;
            o.limit = sizes[i];
            o.offset = sizes[k];
            result = search(&c, ref_term(arena, "", 0), o);
            ck_assert_uint_eq(result->n_hits, left < o.limit ? left : o.limit);
            ck_assert_uint_eq(result->matches, 4);
            osteon_result_close(result);
        }
    ost_arena_close(arena);
    ref_corpus_free(&c);
}
END_TEST

START_TEST(test_search_options_out_of_range_are_invalid)
{
    static const double wrong[][2] = {{101, 0}, {1, 1.5}};
    static const char *const texts[] = {"a"};
    ost_arena *arena = ost_arena_open();
    const osteon_query query = {.root = ref_term(arena, "", 0)};
    ref_corpus c;

    make_known(&c, texts, 1);
    for (size_t i = 0; i < 2; i++) {
        const osteon_search_options o = {
            .limit = 1, .k1 = wrong[i][0], .b = wrong[i][1]};
        osteon_result *result;
        osteon_error err;
        char *text;
        ck_assert_int_eq(ost_search(c.snapshot, &query, &o, &result, &err),
                         OSTEON_INVALID);
        ck_assert_ptr_null(result);
        ck_assert_int_eq(err.status, OSTEON_INVALID);
        ck_assert_int_eq(ost_explain(c.snapshot, &query, &o, 0, &text, NULL),
                         OSTEON_INVALID);
        ck_assert_ptr_null(text);
    }
    ost_arena_close(arena);
    ref_corpus_free(&c);
}
END_TEST

/* ---- Failures ---- */

START_TEST(test_search_any_allocation_failing_is_no_memory)
{
    ref_corpus c;

    ref_corpus_make(&c, 12, 300, 30, 40);
    ref_corpus_index(&c, 2, 9);
    for (unsigned q = 0; q < 40; q++) {
        ost_arena *arena = ost_arena_open();
        const osteon_query query = {.root = ref_query(&c, arena, 3)};
        const osteon_search_options o = {
            .limit = 40, .k1 = -1, .b = -1, .count = true};
        osteon_status s = OSTEON_NO_MEMORY;
        for (unsigned long n = 1; s != OSTEON_OK; n++) {
            osteon_result *result;
            osteon_error err = {0};
            ost_alloc_fail_at(n);
            s = ost_search(c.snapshot, &query, &o, &result, &err);
            ost_alloc_fail_at(0);
            if (s == OSTEON_OK) {
                osteon_result_close(result);
                continue;
            }
            ck_assert_int_eq(s, OSTEON_NO_MEMORY);
            ck_assert_int_eq(err.status, OSTEON_NO_MEMORY);
            ck_assert_ptr_null(result);
        }
        ost_arena_close(arena);
    }
    ref_corpus_free(&c);
}
END_TEST

/* The bytes of the only segment, to be changed and written back. */
static ost_buffer read_segment(char name[64])
{
    DIR *dir = opendir(scratch);
    const struct dirent *entry;

    name[0] = '\0';
    while ((entry = readdir(dir)) != NULL)
        if (strncmp(entry->d_name, "seg-", 4) == 0)
            snprintf(name, 64, "%.60s", entry->d_name);
    closedir(dir);
    return scratch_read(name);
}

/* Whatever byte is damaged: an error, or the right answer. */
START_TEST(test_search_damaged_segment_is_corrupt_or_right)
{
    ost_arena *arena = ost_arena_open();
    uint32_t corrupt = 0, n;
    ost_buffer bytes;
    ref_hit *hits;
    char name[64];
    ost_node *root = ref_node(arena, OST_NODE_OR, 3);
    const osteon_query query = {.root = root};
    const ost_bm25 bm25 = {1.2, 0.75};
    ref_corpus c;

    ref_corpus_make(&c, 14, 500, 30, 40);
    ref_corpus_index(&c, 1, 0);
    root->children[0] = ref_term(arena, "", 1);
    root->children[1] = ref_phrase(&c, arena);
    root->children[2] = ref_term(arena, "extra", 3);
    hits = calloc(c.n, sizeof *hits);
    n = ref_rank(&c, &bm25, root, hits);
    ref_close_snapshot(&c);
    bytes = read_segment(name);
    for (size_t at = 0; at < bytes.len; at += 61) {
        osteon_error err = {0};
        osteon_search_options o = ten;
        osteon_result *result = NULL;
        ost_snapshot *snapshot;
        osteon_status s;
        o.count = at % 2;
        bytes.data[at] ^= (uint8_t)(1 + at % 255);
        scratch_write(name, bytes.data, bytes.len);
        bytes.data[at] ^= (uint8_t)(1 + at % 255);
        s = ost_snapshot_open(scratch, &snapshot, &err);
        if (s == OSTEON_OK)
            s = ost_search(snapshot, &query, &o, &result, &err);
        if (s == OSTEON_OK) {
            ck_assert_uint_eq(result->matches, o.count ? n : 10);
            ck_assert_uint_eq(result->n_hits, 10);
            for (size_t i = 0; i < result->n_hits; i++)
                ck_assert_uint_eq(result->hits[i].document, hits[i].doc);
        } else {
            ck_assert_int_eq(s, OSTEON_CORRUPT);
            ck_assert_int_eq(err.status, OSTEON_CORRUPT);
            ck_assert_ptr_null(result);
            corrupt++;
        }
        osteon_result_close(result);
        ost_snapshot_close(snapshot);
    }
    ck_assert_uint_gt(corrupt, 0);
    scratch_write(name, bytes.data, bytes.len);
    free(hits);
    ost_buffer_free(&bytes);
    ost_arena_close(arena);
    ref_open_snapshot(&c);
    ref_corpus_free(&c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ranking");
    TCase *known = scratch_case(suite, "known");
    TCase *edges = scratch_case(suite, "edges");
    TCase *options = scratch_case(suite, "options");
    TCase *failures = scratch_case(suite, "failures");

    tcase_add_test(known, test_phrase_known_documents_match);
    tcase_add_loop_test(known,
                        test_phrase_of_frequent_words_matches_where_it_is, 0,
                        5);
    tcase_add_test(known, test_phrase_odd_offsets_are_relative);
    tcase_add_test(known, test_phrase_overlapping_occurrences_all_count);
    tcase_add_test(known, test_node_without_children_matches_nothing);
    tcase_add_test(known, test_or_same_term_twice_counts_twice);
    tcase_add_loop_test(edges, test_search_best_at_edges_of_blocks_are_found,
                        0, 6);
    tcase_add_test(options, test_search_of_no_documents_finds_none);
    tcase_add_test(options, test_search_limits_at_their_ends_are_taken);
    tcase_add_test(options, test_search_options_out_of_range_are_invalid);
    tcase_add_test(failures, test_search_any_allocation_failing_is_no_memory);
    tcase_add_test(failures, test_search_damaged_segment_is_corrupt_or_right);
    tcase_set_timeout(failures, 120);
    return run_suite(suite);
}
