/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Explanations: their numbers add up, at every level, and the first is the
 * score of the search.
 */
#include "explain.h"
#include "ranking_queries.h"
#include "run_suite.h"

static const osteon_search_options all = {
    .limit = SIZE_MAX, .k1 = -1, .b = -1};

static char *explain(const ref_corpus *c, ost_node *root, uint32_t document)
{
    const osteon_query query = {.root = root};
    osteon_error err = {0};
    char *text;

    ck_assert_msg(ost_explain(c->snapshot, &query, &all, document, &text,
                              &err) == OSTEON_OK,
                  "%s", err.text);
    return text;
}

/* ---- Reading one ---- */

typedef struct line {
    size_t depth;
    long units; /* 10,000ths */
    bool sum, best;
} line;

/* Takes a line apart and returns the next, NULL after the last. */
static const char *read_line(const char *text, line *out)
{
    const char *end = strchr(text, '\n');
    const char *number = text + strspn(text, " ");
    const char *point = strchr(number, '.');
    char *rest;
    char shown[64] = {0};

    ck_assert_ptr_nonnull(end);
    ck_assert_ptr_nonnull(point);
    out->depth = (size_t)(number - text) / 2;
    out->units = strtol(number, NULL, 10) * 10000;
    out->units += strtol(point + 1, &rest, 10);
    ck_assert_ptr_eq(rest, point + 5);
    snprintf(shown, sizeof shown, "%.*s", (int)(end - rest), rest);
    out->sum = strcmp(shown, " = sum of") == 0;
    out->best = strcmp(shown, " = best of") == 0;
    return end[1] != '\0' ? end + 1 : NULL;
}

/* Checks that lines[at] is what the lines below it make; returns the line
 * after those. */
static size_t check_sums(const line *lines, size_t n, size_t at)
{
    const line *l = &lines[at];
    size_t next = at + 1;
    long sum = 0, best = 0;

    if (!l->sum && !l->best)
        return next;
    ck_assert_uint_lt(next, n);
    while (next < n && lines[next].depth > l->depth) {
        ck_assert_uint_eq(lines[next].depth, l->depth + 1);
        sum += lines[next].units;
        if (lines[next].units > best)
            best = lines[next].units;
        next = check_sums(lines, n, next);
    }
    if (l->sum)
        ck_assert_int_eq(l->units, sum);
    else /* the parts of the best are cut at other places */
        ck_assert_int_le(labs(l->units - best), 1);
    return next;
}

static void check_text(const char *text, double score)
{
    static line lines[5000];
    size_t n = 0;

    for (const char *at = text; at != NULL; n++) {
        ck_assert_uint_lt(n, 5000);
        at = read_line(at, &lines[n]);
    }
    ck_assert_int_eq(lines[0].units, (long)(score * 10000 + 0.5));
    ck_assert_uint_eq(check_sums(lines, n, 0), n);
}

/* ---- Tests ---- */

START_TEST(test_explain_random_queries_add_up_to_the_score)
{
    ref_corpus c;

    ref_corpus_make(&c, 41, 250, 40, 60);
    ref_corpus_index(&c, 3, 8);
    for (unsigned q = 0; q < 120; q++) {
        ost_arena *arena = ost_arena_open();
        ost_node *root = ref_query(&c, arena, 4);
        const osteon_query query = {.root = root};
        osteon_result *result;
        ck_assert_int_eq(ost_search(c.snapshot, &query, &all, &result, NULL),
                         OSTEON_OK);
        for (size_t i = 0; i < result->n_hits && i < 20; i++) {
            char *text = explain(&c, root, result->hits[i].document);
            check_text(text, result->hits[i].score);
            free(text);
        }
        osteon_result_close(result);
        ost_arena_close(arena);
    }
    ref_corpus_free(&c);
}
END_TEST

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);

    return n >= m && memcmp(text + n - m, end, m) == 0;
}

/* True for the line that a document without a score gets. */
static bool denies(const char *text)
{
    return strncmp(text, "document", 8) == 0 &&
           (ends_with(text, " match\n") || ends_with(text, " excluded\n"));
}

START_TEST(test_explain_every_document_matches_as_in_the_search)
{
    ref_corpus c;

    ref_corpus_make(&c, 42, 60, 12, 20);
    ref_corpus_index(&c, 2, 0);
    for (unsigned q = 0; q < 60; q++) {
        ost_arena *arena = ost_arena_open();
        ost_node *root = ref_query(&c, arena, 3);
        const ost_bm25 bm25 = {1.2, 0.75};
        for (uint32_t d = 0; d < c.n_numbers; d++) {
            char *text = explain(&c, root, d);
            int64_t score;
            const bool matches =
                ref_score(&c, &bm25, &c.docs[c.numbers[d]], root, &score);
            const bool denied = denies(text);
            free(text);
            ck_assert_int_eq(matches, !denied);
        }
        ost_arena_close(arena);
    }
    ref_corpus_free(&c);
}
END_TEST

/* Two documents of two words: idf ln(1 + 1.5 / 1.5), length 2 as the average,
 * so the score is ln 2 * 2.2 / (1 + 1.2) for a tf of 1. */
static void make_two(ref_corpus *c)
{
    ref_corpus_make(c, 1, 2, 26, 0);
    for (uint32_t i = 0; i < 2; i++) {
        c->docs[i].words[0] = (uint16_t)(2 * i);
        c->docs[i].words[1] = (uint16_t)(2 * i + 1);
        c->docs[i].n = c->docs[i].n_body = 2;
    }
    ref_corpus_index(c, 1, 0);
}

START_TEST(test_explain_known_document_has_known_lines)
{
    ost_arena *arena = ost_arena_open();
    ost_node *sum = ref_node(arena, OST_NODE_OR, 3);
    ost_node *phrase = ref_node(arena, OST_NODE_PHRASE, 2);
    ost_node *filter = ref_node(arena, OST_NODE_FILTER, 0);
    ref_corpus c;
    char *text;

    make_two(&c);
    phrase->children[0] = ref_term(arena, "", 0);
    phrase->children[1] = ref_term(arena, "", 1);
    phrase->offsets[1] = 1;
    sum->children[0] = ref_term(arena, "", 0);
    sum->children[1] = phrase;
    sum->children[2] = ref_term(arena, "", 2);
    text = explain(&c, sum, 0);
    ck_assert_str_eq(text,
                     "2.0794 = sum of\n"
                     "  0.6931 bbbb  tf 1, df 1 of 2, length 2 (average 2.0)\n"
                     "  1.3863 \"bbbb bbbc\"  tf 1, df 1/1 of 2, length 2 "
                     "(average 2.0)\n");
    free(text);
    sum->kind = OST_NODE_MAX;
    text = explain(&c, sum, 0);
    ck_assert_str_eq(text,
                     "1.3863 = best of\n"
                     "  0.6931 bbbb  tf 1, df 1 of 2, length 2 (average 2.0)\n"
                     "  1.3863 \"bbbb bbbc\"  tf 1, df 1/1 of 2, length 2 "
                     "(average 2.0)\n");
    free(text);
    sum->kind = OST_NODE_AND;
    text = explain(&c, sum, 1);
    ck_assert_str_eq(text, "document 1 does not match\n");
    free(text);
    filter->excluded = ref_term(arena, "", 0);
    text = explain(&c, filter, 0);
    ck_assert_str_eq(text, "document 0 is excluded\n");
    free(text);
    text = explain(&c, filter, 1);
    ck_assert_str_eq(text, "0.0000 for not being excluded\n");
    free(text);
    ost_arena_close(arena);
    ref_corpus_free(&c);
}
END_TEST

START_TEST(test_explain_unknown_or_deleted_document_is_not_found)
{
    ost_arena *arena = ost_arena_open();
    const osteon_query query = {.root = ref_term(arena, "", 0)};
    uint32_t deleted = 0;
    osteon_error err;
    ref_corpus c;
    char *text;

    ref_corpus_make(&c, 43, 40, 5, 10);
    ref_corpus_index(&c, 2, 10);
    for (uint32_t d = 0; d < c.n_numbers; d++) {
        const osteon_status s =
            ost_explain(c.snapshot, &query, &all, d, &text, &err);
        ck_assert_int_eq(s, c.docs[c.numbers[d]].live ? OSTEON_OK
                                                      : OSTEON_NOT_FOUND);
        deleted += s != OSTEON_OK;
        free(text);
    }
    ck_assert_uint_gt(deleted, 0);
    ck_assert_int_eq(
        ost_explain(c.snapshot, &query, &all, c.n_numbers, &text, &err),
        OSTEON_NOT_FOUND);
    ck_assert_ptr_null(text);
    ck_assert_int_eq(
        ost_explain(c.snapshot, &query, &all, UINT32_MAX, &text, NULL),
        OSTEON_NOT_FOUND);
    ost_arena_close(arena);
    ref_corpus_free(&c);
}
END_TEST

/* More than a search comes to, and the sum of two of them. */
START_TEST(test_explain_highest_scores_are_shown)
{
    const ost_node node = {.kind = OST_NODE_TERM, .field = "", .term = "x",
                           .term_len = 1};
    const int64_t score = (int64_t)123456789 * OST_SCORE_ONE + 4242;
    ost_finding part = {.node = &node, .kind = OST_NODE_TERM, .matches = true,
                        .score = score};
    ost_finding *parts[] = {&part, &part};
    const ost_finding sum = {.kind = OST_NODE_OR, .matches = true,
                             .score = 2 * score, .found = parts, .n_found = 2};
    char *text;

    ck_assert_int_eq(ost_finding_show(&sum, 0, &text, NULL), OSTEON_OK);
    ck_assert_str_eq(text, "246913578.0005 = sum of\n"
                           "  123456789.0003 x\n"
                           "  123456789.0002 x\n");
    free(text);
}
END_TEST

START_TEST(test_explain_any_allocation_failing_is_no_memory)
{
    ref_corpus c;

    ref_corpus_make(&c, 44, 60, 12, 30);
    ref_corpus_index(&c, 1, 0);
    for (unsigned q = 0; q < 20; q++) {
        ost_arena *arena = ost_arena_open();
        const osteon_query query = {.root = ref_query(&c, arena, 3)};
        osteon_status s = OSTEON_NO_MEMORY;
        for (unsigned long n = 1; s != OSTEON_OK; n++) {
            char *text;
            ost_alloc_fail_at(n);
            s = ost_explain(c.snapshot, &query, &all, q, &text, NULL);
            ost_alloc_fail_at(0);
            if (s == OSTEON_OK) {
                free(text);
            } else {
                ck_assert_int_eq(s, OSTEON_NO_MEMORY);
                ck_assert_ptr_null(text);
            }
        }
        ost_arena_close(arena);
    }
    ref_corpus_free(&c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("explain");
    TCase *tc = scratch_case(suite, "explain");

    tcase_add_test(tc, test_explain_random_queries_add_up_to_the_score);
    tcase_add_test(tc, test_explain_every_document_matches_as_in_the_search);
    tcase_add_test(tc, test_explain_known_document_has_known_lines);
    tcase_add_test(tc, test_explain_unknown_or_deleted_document_is_not_found);
    tcase_add_test(tc, test_explain_highest_scores_are_shown);
    tcase_add_test(tc, test_explain_any_allocation_failing_is_no_memory);
    tcase_set_timeout(tc, 120);
    return run_suite(suite);
}
