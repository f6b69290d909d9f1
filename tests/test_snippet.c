/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Snippets: which passage is picked and what is marked in it, where it may be
 * cut, and the limits.
 */
#include "query.h"
#include "run_suite.h"

#include "asserts.h"
#include <stdio.h>

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

static osteon_snippet *make(const char *language, const char *words,
                            const char *text, size_t len, size_t width)
{
    osteon_query *query = parse(language, words);
    osteon_snippet *snippet;
    osteon_error err;

    ck_assert_int_eq(ost_snippet_make(language, query, text, len, width,
                                      &snippet, &err),
                     OSTEON_OK);
    osteon_query_close(query);
    return snippet;
}

/* "line: passage" with [marks]. */
static void render(const osteon_snippet *s, const char *text, ost_buffer *out)
{
    size_t at = s->start;

    ost_buffer_printf(out, "%u: ", s->line);
    for (size_t i = 0; i < s->n_marks; i++) {
        ost_buffer_printf(out, "%.*s[%.*s]", (int)(s->marks[i].start - at),
                          text + at,
                          (int)(s->marks[i].end - s->marks[i].start),
                          text + s->marks[i].start);
        at = s->marks[i].end;
    }
    ost_buffer_printf(out, "%.*s", (int)(s->end - at), text + at);
    ost_buffer_add_byte(out, '\0');
}

/* ---- What is picked and marked ---- */

static const char cell[] =
    "Bone tumors are rare. A tumor of bone grows. PD-1 is a receptor on T "
    "cells.\n\nInhibitors of PD-1 release T cells. One dose costs much.\n";

typedef struct sample {
    const char *language, *query, *text;
    size_t width;
    const char *passage;
} sample;

static const sample samples[] = {
    /* what fits is shown whole */
    {"english", "bones", "  The bone.\n", 200, "1: The [bone]."},
    {"english", "bone", "a\nb\n\nbone c", 200, "4: a\nb\n\n[bone] c"},
    {"english", "", "", 200, "1: "},
    {"english", "bone", " \n ", 200, "2: "},
    /* stems, compounds, Greek, phrases, CJK */
    {"english", "tumor", "Tumors, tumor's", 0, "1: [Tumors], [tumor's]"},
    {"english", "PD-1", "the PD-1 and PD1 or pd 1, not 1 pd", 0,
     "1: the [PD-1] and [PD1] or [pd] [1], not 1 pd"},
    {"english", "pd1", "the PD-1", 0, "1: the [PD-1]"},
    {"english", "pd", "the PD-1", 0, "1: the [PD]-1"},
    {"english", "gamma", "IFN-\xce\xb3", 0, "1: IFN-[\xce\xb3]"},
    {"english", "\"T cell\"", "T cells, a cell, a T", 0,
     "1: [T] [cells], a [cell], a [T]"},
    {"english", "\"the cell\"", "the the cell and the drug", 0,
     "1: the [the] [cell] and the drug"},
    {"english", "\"to be or not to be\"", "be to, to be or not to be or", 0,
     "1: be to, [to] [be] [or] [not] [to] [be] or"},
    {"english", "\"cell the bone\"~3", "the bone of the cell", 0,
     "1: the [bone] of the [cell]"},
    {"english", "\"the of\"~3", "the bone of", 0, "1: [the] bone [of]"},
    {"english", "\"PD-1 cell\"~3", "the cell: 1 PD, PD-1", 0,
     "1: the [cell]: [1] [PD], [PD]-[1]"},
    {"none", "\"a a b\"", "a a a b", 0, "1: [a] [a] [a] [b]"},
    {"english", "\xe5\x85\x8d\xe7\x96\xab\xe6\xb2\xbb",
     "\xe3\x80\x8c\xe5\x85\x8d\xe7\x96\xab\xe6\xb2\xbb\xe7\x99\x82", 0,
     "1: \xe3\x80\x8c[\xe5\x85\x8d\xe7\x96\xab\xe6\xb2\xbb]\xe7\x99\x82"},
    {"french", "os", "dans l'os", 0, "1: dans [l'os]"},
    /* of the query's parts */
    {"english", "+bone cell -drug", "drug cell bone", 0,
     "1: drug [cell] [bone]"},
    {"english", "-drug", "drug cell", 0, "1: drug cell"},
    {"english", "title:bone AND (cell OR NOT drug)", "bone cell drug", 0,
     "1: [bone] [cell] drug"},
    /* the passage */
    {"english", "receptor", cell, 40, "1: PD-1 is a [receptor] on T cells."},
    {"english", "receptor", cell, 25, "1: PD-1 is a [receptor] on T"},
    {"english", "bone cells", cell, 30, "1: [Bone] tumors are rare. A tumor"},
    {"english", "inhibitor PD-1", cell, 40,
     "3: [Inhibitors] of [PD-1] release T cells."},
    {"english", "\"PD 1\" release", cell, 36,
     "3: Inhibitors of [PD]-[1] [release] T cells."},
    {"english", "dose", cell, 30, "3: One [dose] costs much."},
    {"english", "costs", cell, 60,
     "3: Inhibitors of PD-1 release T cells. One dose [costs] much."},
    {"english", "the dose", "the end\n\nthe dose of the drug", 9,
     "3: the [dose]"},
    {"none", "b", "aaaaa\n  b c\nd", 5, "2: [b] c\nd"},
    {"none", "x", "aaaa bbbb e.g. cccc x dddd", 13, "1: cccc [x] dddd"},
    {"none", "x", "http://a.b/cccccccccccc/x/dddddddddd", 8, "1: [x]"},
    /* the beginning */
    {"english", "none", "====\n Title \n====\n\nText is here.", 12,
     "2: Title \n===="},
    {"english", "none",
     ".. SPDX-License-Identifier: GPL-2.0\n\n.. _label:\n\nText is here", 8,
     "5: Text is"},
    {"english", "none", "#!/bin/sh\n# SPDX-x\n# Say hello", 8, "3: # Say"},
    {"english", "none", "====\n----\n", 4, "1: ===="},
    {"english", "none", "immunotherapy", 6, "1: immuno"},
    {"english", "immunotherapy", "an immunotherapy", 6, "1: an"},
    /* of characters in several parts: kana with a voicing mark, a heart with
     * a selector, a family of two, a flag beside an ideograph */
    {"none", "none", "\xe3\x81\x8b\xe3\x82\x99\xe3\x81\x8b\xe3\x82\x99", 9,
     "1: \xe3\x81\x8b\xe3\x82\x99"},
    {"none", "none", "\xe2\x9d\xa4\xef\xb8\x8f\xe2\x9d\xa4\xef\xb8\x8f", 9,
     "1: \xe2\x9d\xa4\xef\xb8\x8f"},
    {"none", "none",
     "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9"
     "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9", 18,
     "1: \xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9"},
    {"none", "none", "\xe7\x99\x8c\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", 8,
     "1: \xe7\x99\x8c"},
};

START_TEST(test_snippet_sample_is_picked)
{
    const sample *s = &samples[_i];
    ost_buffer got = {0};
    osteon_snippet *snippet =
        make(s->language, s->query, s->text, strlen(s->text), s->width);

    render(snippet, s->text, &got);
    ck_assert_str_eq((const char *)got.data, s->passage);
    osteon_snippet_close(snippet);
    ost_buffer_free(&got);
}
END_TEST

START_TEST(test_snippet_long_text_shows_best_place)
{
    ost_buffer text = {0};
    osteon_snippet *snippet;
    size_t place = 0;

    for (int i = 0; i < 100000; i++) {
        if (i == 70000) {
            ost_buffer_add_text(&text, "A ");
            place = text.len - 2;
            ost_buffer_add_text(&text, "cell with bone and tumor.\n");
        }
        ost_buffer_add_text(&text, i % 2 ? "bone in drugs. " : "tumors\n");
    }
    ck_assert(!text.failed);
    snippet = make("english", "bone tumor cell", (const char *)text.data,
                   text.len, 30);
    ck_assert_uint_eq(snippet->start, place);
    ck_assert_uint_eq(snippet->n_marks, 3);
    ck_assert_uint_eq(snippet->line, 35001);
    osteon_snippet_close(snippet);
    ost_buffer_free(&text);
}
END_TEST

/* ---- Where it is cut ---- */

/* What is wrong with a snippet; NULL: nothing. */
#define EXPECT(what)      \
    do {                  \
        if (!(what))      \
            return #what; \
    } while (0)

/* For text that is UTF-8. */
static bool inside_character(const char *text, size_t len, size_t at)
{
    return at < len && ((unsigned char)text[at] & 0xc0) == 0x80;
}

static const char *fault_of(const osteon_snippet *s, const char *text,
                            size_t len, size_t width, bool utf8)
{
    uint32_t line = 1;
    const size_t shown = s->n_marks > 0 ? s->marks[0].start : s->start;

    EXPECT(s->start <= s->end && s->end <= len);
    EXPECT(s->end - s->start <= width);
    for (size_t i = 0; i < shown; i++)
        line += text[i] == '\n';
    EXPECT(s->line == line);
    EXPECT(!utf8 || !inside_character(text, len, s->start));
    EXPECT(!utf8 || !inside_character(text, len, s->end));
    for (size_t i = 0; i < s->n_marks; i++) {
        const osteon_mark *mark = &s->marks[i];
        EXPECT(mark->start < mark->end);
        EXPECT(mark->start >= s->start && mark->end <= s->end);
        EXPECT(i == 0 || mark->start > mark[-1].end);
        EXPECT(!utf8 || !inside_character(text, len, mark->start));
        EXPECT(!utf8 || !inside_character(text, len, mark->end));
    }
    return NULL;
}

static void check(const char *words, const char *text, size_t len,
                  size_t width, bool utf8)
{
    osteon_snippet *snippet = make("english", words, text, len, width);
    const char *fault = fault_of(snippet, text, len, width, utf8);

    if (fault != NULL)
        ck_abort_msg("%s: %zu bytes of %.*s: %s", words, width, (int)len,
                     text, fault);
    osteon_snippet_close(snippet);
}

START_TEST(test_snippet_every_width_keeps_characters_whole)
{
    static const char *const texts[] = {
        "\xe5\x85\x8d\xe7\x96\xab\xe6\xb2\xbb\xe7\x99\x82\xe3\x81\xae bone "
        "\xe7\x99\x8c\xe3\x80\x82\xe7\x99\x8c",
        "Gr\xc3\xb6\xc3\x9f" "e der Knochen bone, \xf0\x9f\xa6\xb4\xf0\x9f"
        "\xa6\xb4\xf0\x9f\xa6\xb4 \xce\xb3\xce\xb3\xce\xb3\xce\xb3 IFN-\xce"
        "\xb3 \xe2\x80\x9c" "bone\xe2\x80\x9d",
        "\xf0\xa0\x80\x80\xf0\xa0\x80\x81\xf0\xa0\x80\x82" "bone"};
    static const char *const queries[] = {
        "bone", "nothing", "IFN-\xce\xb3", "\xe7\x99\x8c bone",
        "\xe5\x85\x8d\xe7\x96\xab", "gamma"};

    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
        for (size_t q = 0; q < sizeof queries / sizeof *queries; q++)
            for (size_t width = 1; width <= 80; width++)
                check(queries[q], texts[t], strlen(texts[t]), width, true);
}
END_TEST

START_TEST(test_snippet_random_text_keeps_its_promises)
{
    static const char *const words[] = {
        "bone ",   "cells ", "PD-1", " ",      "\n", ". ", "\n\n", "the ",
        "A ",      "\xe7\x99\x8c", "\xe5\x85\x8d\xe7\x96\xab", "=====\n",
        "IFN-\xce\xb3", "/", "-", "\xe3\x80\x82", "drug "};
    static const char *const queries[] = {
        "bone", "\"the bone\" PD-1", "\xe5\x85\x8d\xe7\x96\xab bone",
        "IFN-\xce\xb3 -bone", "the of", "\"bone cell drug\" +drug", "zero"};

    for (int i = 0; i < 10000; i++) {
        const char *query = queries[draw(sizeof queries / sizeof *queries)];
        const bool utf8 = draw(2) == 0;
        char text[512] = "";
        size_t len;
        for (uint32_t k = draw(40); k > 0; k--)
            strcat(text, words[draw(sizeof words / sizeof *words)]);
        len = strlen(text);
        for (uint32_t k = utf8 ? 0 : draw(8); k > 0 && len > 0; k--)
            text[draw((uint32_t)len)] = (char)draw(256);
        check(query, text, len, 1 + draw(90), utf8);
    }
}
END_TEST

/* More words than the cache has room for, alike but for one part. */
START_TEST(test_snippet_words_alike_are_told_apart)
{
    static const char *const forms[] = {"%u", "wordword%u", "%uwordword",
                                        "wordwordwordword%u",
                                        "wordwordwordwordwordword%u"};

    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        ost_buffer text = {0};
        osteon_snippet *snippet;
        char target[64];
        snprintf(target, sizeof target, forms[f], 7777U);
        for (unsigned i = 1000; i < 9999; i++) {
            char word[64];
            snprintf(word, sizeof word, forms[f], i);
            ost_buffer_printf(&text, "%s %s ", target, word);
        }
        snippet = make("none", target, (const char *)text.data, text.len,
                       text.len);
        ck_assert_uint_eq(snippet->n_marks, 9000);
        osteon_snippet_close(snippet);
        ost_buffer_free(&text);
    }
}
END_TEST

START_TEST(test_snippet_huge_phrases_are_bounded)
{
    ost_buffer words = {0}, text = {0};
    osteon_snippet *snippet;

    for (int i = 0; i < 3000; i++) /* more words, and phrases, than tracked */
        ost_buffer_add_text(&words, i % 40 == 0 ? "\" \"x y " : "x x ");
    ost_buffer_add_text(&words, "\"");
    ost_buffer_add_byte(&words, '\0');
    for (int i = 0; i < 100000; i++)
        ost_buffer_add_text(&text, "x ");
    snippet = make("none", (const char *)words.data, (const char *)text.data,
                   text.len, 20);
    ck_assert_uint_eq(snippet->start, 0);
    ck_assert_uint_eq(snippet->n_marks, 10);
    osteon_snippet_close(snippet);
    ost_buffer_free(&words);
    ost_buffer_free(&text);
}
END_TEST

START_TEST(test_snippet_no_memory_is_told)
{
    osteon_query *query = parse("english", "\"bone cell\" PD-1 x -drug");
    unsigned long n = 0;
    osteon_status s;

    do {
        osteon_snippet *snippet;
        osteon_error err;
        ost_alloc_fail_at(++n);
        s = ost_snippet_make("english", query, cell, strlen(cell), 40,
                             &snippet, &err);
        ost_alloc_fail_at(0);
        if (s != OSTEON_OK) {
            ck_assert_int_eq(s, OSTEON_NO_MEMORY);
            ck_assert_int_eq(err.status, OSTEON_NO_MEMORY);
            ck_assert_ptr_null(snippet);
        }
        osteon_snippet_close(snippet);
    } while (s != OSTEON_OK);
    ck_assert_uint_gt(n, 10);
    osteon_query_close(query);
}
END_TEST

START_TEST(test_snippet_unknown_language_is_invalid)
{
    osteon_query *query = parse("english", "bone");
    osteon_snippet *snippet;
    osteon_error err;

    ck_assert_int_eq(ost_snippet_make("klingon", query, "bone", 4, 0,
                                      &snippet, &err),
                     OSTEON_INVALID);
    ck_assert_ptr_null(snippet);
    osteon_query_close(query);
}
END_TEST

static void add_case(Suite *suite, const char *name, const TTest *const *tests,
                     size_t n)
{
    TCase *tcase = tcase_create(name);

    for (size_t i = 0; i < n; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    Suite *suite = suite_create("snippet");
    TCase *passage = tcase_create("passage");

    tcase_add_loop_test(passage, test_snippet_sample_is_picked, 0,
                        (int)(sizeof samples / sizeof *samples));
    tcase_add_test(passage, test_snippet_long_text_shows_best_place);
    suite_add_tcase(suite, passage);
    add_case(suite, "edges",
             (const TTest *const[]){
                 test_snippet_every_width_keeps_characters_whole,
                 test_snippet_random_text_keeps_its_promises},
             2);
    add_case(suite, "limits",
             (const TTest *const[]){test_snippet_words_alike_are_told_apart,
                                    test_snippet_huge_phrases_are_bounded,
                                    test_snippet_no_memory_is_told,
                                    test_snippet_unknown_language_is_invalid},
             4);
    return run_suite(suite);
}
