/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Line breaking for a terminal: no line too wide, no word lost.
 */
#include "wrap_text.h"
#include "run_suite.h"

#include "asserts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ELLIPSIS "\xE2\x80\xA6"

static void ck_wrapped(const char *text, size_t columns, size_t lines,
                       const char *expected)
{
    const wrap_style style = {.columns = columns,
                              .indent = 2,
                              .begun = 4,
                              .most_lines = lines,
                              .on = "<",
                              .off = ">"};
    clean_text clean;
    sink out;

    clean_text_open(&clean, text, strlen(text), CLEAN_LINE);
    sink_open(&out, -1);
    wrap_text(&clean, &style, &out);
    sink_byte(&out, '\0');
    ck_assert_str_eq(out.data, expected);
    sink_close(&out);
    clean_text_close(&clean);
}

START_TEST(test_wrap_lines_break_at_spaces)
{
    ck_wrapped("", 20, 2, "\n");
    ck_wrapped("one two", 20, 2, "one two\n");
    ck_wrapped("0123456789 12345", 20, 2, "0123456789 12345\n");
    ck_wrapped("0123456789 123456", 20, 2, "0123456789\n  123456\n");
    ck_wrapped("aaa bbb ccc ddd eee fff", 20, 2,
               "aaa bbb ccc ddd\n  eee fff\n");
}
END_TEST

START_TEST(test_wrap_text_left_over_ends_in_an_ellipsis)
{
    ck_wrapped("aaa bbb ccc ddd eee", 20, 1, "aaa bbb ccc ddd" ELLIPSIS "\n");
    ck_wrapped("aaa bbb ccc dddd eee", 20, 1, "aaa bbb ccc" ELLIPSIS "\n");
}
END_TEST

START_TEST(test_wrap_long_word_is_cut)
{
    ck_wrapped("0123456789abcdefghij", 20, 3, "0123456789abcdef\n  ghij\n");
    ck_wrapped("0123456789abcdefghij", 20, 1,
               "0123456789abcde" ELLIPSIS "\n");
}
END_TEST

START_TEST(test_wrap_wide_characters_take_two_columns)
{
    /* Eight ideographs fill the 16 columns of the first line. */
    ck_wrapped("\xe9\xaa\xa8\xe9\xaa\xa8\xe9\xaa\xa8\xe9\xaa\xa8"
               "\xe9\xaa\xa8\xe9\xaa\xa8\xe9\xaa\xa8\xe9\xaa\xa8"
               "\xe9\xaa\xa8",
               20, 2,
               "\xe9\xaa\xa8\xe9\xaa\xa8\xe9\xaa\xa8\xe9\xaa\xa8"
               "\xe9\xaa\xa8\xe9\xaa\xa8\xe9\xaa\xa8\xe9\xaa\xa8\n"
               "  \xe9\xaa\xa8\n");
    /* A line may end beside them: five more fit after the word. */
    ck_wrapped("aaaa \xe9\xaa\xa8\xe9\xaa\xa8\xe9\xaa\xa8"
               "\xe9\xaa\xa8\xe9\xaa\xa8\xe9\xaa\xa8",
               20, 2,
               "aaaa \xe9\xaa\xa8\xe9\xaa\xa8\xe9\xaa\xa8"
               "\xe9\xaa\xa8\xe9\xaa\xa8\n  \xe9\xaa\xa8\n");
}
END_TEST

/* A letter and its accent, two letters of a flag, a family. */
START_TEST(test_wrap_parts_nothing_that_is_seen_as_one)
{
    ck_wrapped("0123456789abcdee\xcc\x81x", 20, 2,
               "0123456789abcdee\xcc\x81\n  x\n");
    ck_wrapped("0123456789abcde\xF0\x9F\x87\xA9\xF0\x9F\x87\xAAx", 20, 2,
               "0123456789abcde\n"
               "  \xF0\x9F\x87\xA9\xF0\x9F\x87\xAAx\n");
    ck_wrapped("0123456789ab\xF0\x9F\x91\xA9\xE2\x80\x8D"
               "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA6",
               20, 2,
               "0123456789ab\n  \xF0\x9F\x91\xA9\xE2\x80\x8D"
               "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA6\n");
}
END_TEST

START_TEST(test_wrap_narrow_terminal_still_gets_words)
{
    ck_wrapped("aaaa bbbb cccc", 3, 5, "aaaa bbbb\n  cccc\n");
}
END_TEST

START_TEST(test_wrap_mark_over_a_break_is_closed_on_each_line)
{
    osteon_mark marks[] = {{4, 19}};
    char text[] = "aaa bbb ccc ddd eee fff";
    const clean_text clean = {text, strlen(text), marks, 1};
    const wrap_style style = {.columns = 20,
                              .indent = 2,
                              .begun = 4,
                              .most_lines = 2,
                              .on = "<",
                              .off = ">"};
    sink out;

    sink_open(&out, -1);
    wrap_text(&clean, &style, &out);
    sink_byte(&out, '\0');
    ck_assert_str_eq(out.data, "aaa <bbb ccc ddd>\n  <eee> fff\n");
    sink_close(&out);
}
END_TEST

/* Random words, some wide or combining: each line fits, and without spaces
 * nothing is lost or added. */
START_TEST(test_wrap_random_text_fits_and_stays_whole)
{
    static const char *const parts[] = {"a", "bc", " ", "\xe9\xaa\xa8",
                                        "e\xcc\x81", "wordword", " "};
    uint32_t state = 3;

    for (int round = 0; round < 5000; round++) {
        const wrap_style style = {.columns = 14 + (size_t)round % 30,
                                  .indent = 3,
                                  .begun = 3,
                                  .most_lines = SIZE_MAX,
                                  .on = "",
                                  .off = ""};
        sink text, out;
        clean_text clean;
        size_t at = 0;

        sink_open(&text, -1);
        while ((state = state * 1664525 + 1013904223) >> 26 != 0)
            sink_text(&text, parts[(state >> 8) % 7]);
        clean_text_open(&clean, text.len ? text.data : "", text.len,
                        CLEAN_LINE);
        sink_open(&out, -1);
        wrap_text(&clean, &style, &out);
        for (size_t i = 0, n; i < out.len; i += n + 1) {
            const char *line = out.data + i;

            n = (size_t)((char *)memchr(line, '\n', out.len - i) - line);
            ck_assert_uint_le(text_columns(line, n) + (i == 0 ? 3 : 0),
                              style.columns);
            for (size_t k = 0; k < n; k++) {
                while (at < clean.len && clean.text[at] == ' ')
                    at++;
                if (line[k] != ' ' && line[k] != clean.text[at++])
                    ck_abort_msg("byte %zu differs", at - 1);
            }
        }
        ck_assert_uint_eq(at, clean.len);
        sink_close(&out);
        clean_text_close(&clean);
        sink_close(&text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("search_wrap");
    TCase *wrap = tcase_create("wrap_text");

    tcase_add_test(wrap, test_wrap_lines_break_at_spaces);
    tcase_add_test(wrap, test_wrap_text_left_over_ends_in_an_ellipsis);
    tcase_add_test(wrap, test_wrap_long_word_is_cut);
    tcase_add_test(wrap, test_wrap_wide_characters_take_two_columns);
    tcase_add_test(wrap, test_wrap_parts_nothing_that_is_seen_as_one);
    tcase_add_test(wrap, test_wrap_narrow_terminal_still_gets_words);
    tcase_add_test(wrap, test_wrap_mark_over_a_break_is_closed_on_each_line);
    tcase_add_test(wrap, test_wrap_random_text_fits_and_stays_whole);
    suite_add_tcase(suite, wrap);
    return run_suite(suite);
}
