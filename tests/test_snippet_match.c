/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The parts of the snippet maker: the best window compared with one found by
 * looking at all of them, and the matches in a text.
 */
#include "snippet.h"
#include "run_suite.h"

#include "asserts.h"

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % below;
}

static osteon_query *parse(const char *language, const char *text)
{
    osteon_query *query;
    osteon_error err;

    ck_assert_int_eq(
        ost_query_parse(language, text, strlen(text), 0, &query, &err),
        OSTEON_OK);
    return query;
}

/* ---- The best window ---- */

typedef struct match_list {
    ost_match matches[512];
    size_t n;
} match_list;

static bool keep(void *arg, const ost_match *match)
{
    match_list *list = arg;

    if (list->n == 512)
        return false;
    list->matches[list->n++] = *match;
    return true;
}

static uint64_t plain_score(const match_list *list, const uint32_t *weights,
                            uint32_t n, size_t start, size_t width)
{
    uint64_t score = 0;

    for (uint32_t f = 0; f < n; f++) {
        uint32_t seen = 0;
        for (size_t i = 0; i < list->n; i++) {
            const ost_match *m = &list->matches[i];
            if (m->feature == f && m->start >= start &&
                m->end <= start + width)
                score += ost_window_gain(weights[f], ++seen);
        }
    }
    return score;
}

static void compare_windows(const char *words, const char *text, size_t width)
{
    osteon_query *query = parse("english", words);
    const size_t len = strlen(text);
    uint64_t best = 0;
    size_t best_start = 0;
    match_list list = {.n = 0};
    ost_matcher *m;
    const uint32_t *weights;
    ost_window w;
    uint32_t n;

    ck_assert_int_eq(ost_matcher_open("english", query, len, &m, NULL),
                     OSTEON_OK);
    weights = ost_matcher_weights(m, &n);
    if (!ost_matcher_scan(m, text, 0, len, keep, &list))
        ck_abort_msg("more matches than there is room for");
    if (!ost_window_open(&w, text, width, weights, n))
        ck_abort_msg("no memory");
    for (size_t i = 0; i < list.n; i++) {
        const size_t start = list.matches[i].start;
        uint64_t score = plain_score(&list, weights, n, start, width);
        if (list.matches[i].end - start > width)
            score = 0; /* no window begins with what does not fit */
        else
            score += ost_edge_bonus(text, start);
        if (score > best || (score == best && start < best_start)) {
            best = score;
            best_start = start;
        }
        if (!ost_window_add(&w, &list.matches[i]))
            ck_abort_msg("no memory");
    }
    ost_window_finish(&w);
    if (w.best_score != best || (best > 0 && w.best_start != best_start))
        ck_abort_msg("%s in %s, %zu: %llu at %zu, best is %llu at %zu", words,
                     text, width, (unsigned long long)w.best_score,
                     w.best_start, (unsigned long long)best, best_start);
    ost_window_close(&w);
    ost_matcher_close(m);
    osteon_query_close(query);
}

START_TEST(test_window_random_text_has_the_best)
{
    static const char *const words[] = {
        "bone ", "cells ", "PD-1 ", "pd ", "1 ", ". ", "\n", "the ", "x ",
        "drug ", "bone-cell-drug ", "I ", "Immunotherapy "};
    static const char *const queries[] = {
        "bone", "bone cell drug", "\"the bone cell\" PD-1", "the",
        "bone-cell-drug x", "bone-cell-drug bone cell drug", "PD-1 pd",
        "\"bone x x\" x \"x bone\"", "\"x x\" cell"};

    for (int i = 0; i < 20000; i++) {
        const char *query = queries[draw(sizeof queries / sizeof *queries)];
        char text[512] = "";
        for (uint32_t k = draw(36); k > 0; k--)
            strcat(text, words[draw(sizeof words / sizeof *words)]);
        compare_windows(query, text, 1 + draw(80));
    }
}
END_TEST

/* ---- Matches ---- */

START_TEST(test_matcher_first_bytes_survive_stems)
{
    static const char *const languages[] = {
        "english", "porter",    "danish",  "dutch",   "finnish", "german",
        "hungarian", "norwegian", "russian", "spanish", "swedish"};

    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        ost_stemmer *s;
        ck_assert_int_eq(ost_stemmer_open(languages[i], &s, NULL), OSTEON_OK);
        for (int k = 0; k < 20000; k++) {
            char word[24], stem[OST_WORD_MAX];
            size_t len = 1 + draw(10);
            for (size_t c = 0; c < len; c++)
                word[c] = "abdeghilnorstuyz'"[draw(c == 0 ? 16 : 17)];
            for (size_t c = 0; c < len && k % 4 == 0; c += 2, len += len % 2)
                memcpy(word + c, &"\xd0\xb0\xd0\xb5\xd0\xb8\xd0\xbe\xd1\x8f"
                                  "\xd1\x8c\xd0\xb2\xd1\x88"[2 * draw(8)],
                       2);
            ost_stemmer_apply(s, word, len, stem);
            if (stem[0] != word[0])
                ck_abort_msg("%s: %.*s", languages[i], (int)len, word);
        }
        ost_stemmer_close(s);
    }
}
END_TEST

START_TEST(test_matcher_compound_matches_once)
{
    osteon_query *query = parse("english", "PD-1");
    match_list list = {.n = 0};
    ost_matcher *m;

    ck_assert_int_eq(ost_matcher_open("english", query, 6, &m, NULL),
                     OSTEON_OK);
    ck_assert(ost_matcher_scan(m, "a PD-1", 0, 6, keep, &list));
    ck_assert_uint_eq(list.n, 1);
    ck_assert_uint_eq(list.matches[0].start, 2);
    ck_assert_uint_eq(list.matches[0].end, 6);
    ck_assert(ost_matcher_scan(m, "a PD-1", 3, 6, keep, &list));
    ck_assert_uint_eq(list.n, 1);
    ost_matcher_close(m);
    osteon_query_close(query);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("snippet_match");
    TCase *window = tcase_create("window");
    TCase *matcher = tcase_create("matcher");

    tcase_add_test(window, test_window_random_text_has_the_best);
    suite_add_tcase(suite, window);
    tcase_add_test(matcher, test_matcher_first_bytes_survive_stems);
    tcase_add_test(matcher, test_matcher_compound_matches_once);
    suite_add_tcase(suite, matcher);
    return run_suite(suite);
}
