/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Cleaning of text: no control byte gets through, whatever the bytes, marks
 * stay on their words, and TSV escapes can be undone.
 */
#include "clean_text.h"
#include "run_suite.h"

#include "asserts.h"
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define BAD "\xEF\xBF\xBD"

/* ---- Helpers ---- */

static void ck_clean_eq(const char *bytes, size_t len, clean_mode mode,
                        const char *expected)
{
    clean_text clean;

    clean_text_open(&clean, bytes, len, mode);
    ck_assert_uint_eq(clean.len, strlen(expected));
    ck_assert_mem_eq(clean.text, expected, clean.len);
    clean_text_close(&clean);
}

#define ck_clean(text, mode, expected)                                      \
    ck_clean_eq((text), sizeof(text) - 1, (mode), (expected))

static void ck_word(const char *bytes, const char *expected)
{
    sink out;

    sink_open(&out, -1);
    put_word(&out, bytes, strlen(bytes));
    sink_byte(&out, '\0');
    ck_assert_str_eq(out.data, expected);
    sink_close(&out);
}

static void ck_tsv(const char *bytes, size_t len, const char *expected)
{
    sink out;

    sink_open(&out, -1);
    put_tsv(&out, bytes, len);
    sink_byte(&out, '\0');
    ck_assert_str_eq(out.data, expected);
    sink_close(&out);
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/* Bytes with many of the troublesome kinds. */
static size_t random_text(uint32_t *state, char *out, size_t room)
{
    static const char *const parts[] = {
        "a",  "word", " ",        "\n",           "\r\n",         "\t",
        "\\", "\x1b", "\xc2\x9b", "\xe9\xaa\xa8", "\xe2\x80\xae", "\x7f",
        "é",  "\xe9", "\xff",     "\xf0\x9f",     "\"",           "\xed\xa0"};
    size_t len = 0;

    for (uint32_t n = next_random(state) % 20; n > 0; n--) {
        const char *part =
            parts[next_random(state) % (sizeof parts / sizeof *parts)];
        if (len + strlen(part) + 1 > room)
            break;
        memcpy(out + len, part, strlen(part));
        len += strlen(part);
        if (next_random(state) % 8 == 0)
            out[len++] = '\0';
    }
    return len;
}

/* True if all is UTF-8 and, but for newlines and tabs where `page`, free of
 * control characters. */
static bool is_clean(const char *text, size_t len, bool page)
{
    utf8proc_int32_t c;

    for (size_t i = 0; i < len;) {
        const utf8proc_ssize_t n =
            utf8proc_iterate((const utf8proc_uint8_t *)text + i,
                             (utf8proc_ssize_t)(len - i), &c);
        if (n <= 0)
            return false;
        if ((c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x202e) &&
            !(page && (c == '\n' || c == '\t')))
            return false;
        i += (size_t)n;
    }
    return true;
}

/* ---- Modes ---- */

START_TEST(test_clean_line_white_space_and_controls_are_one_space)
{
    ck_clean("", CLEAN_LINE, "");
    ck_clean(" \n\t ", CLEAN_LINE, "");
    ck_clean("  a \r\n\tb\033[1mc\0d ", CLEAN_LINE, "a b [1mc d");
    ck_clean("a\xc2\x85"
             "b\xe2\x80\xa8"
             "c",
             CLEAN_LINE, "a b c");
    ck_clean("caf\xe9 \xff", CLEAN_LINE, "caf" BAD " " BAD);
}
END_TEST

START_TEST(test_clean_name_control_is_replaced)
{
    ck_clean("a  b", CLEAN_NAME, "a  b");
    ck_clean("a\nb\x7f", CLEAN_NAME, "a" BAD "b" BAD);
    ck_clean("\xc2\x9b"
             "2J\xe2\x80\xae",
             CLEAN_NAME, BAD "2J" BAD);
}
END_TEST

START_TEST(test_clean_page_newlines_and_tabs_stay)
{
    ck_clean("a\r\n\tb\rc\033", CLEAN_PAGE, "a\n\tb" BAD "c" BAD);
    ck_clean("\r", CLEAN_PAGE, BAD);
}
END_TEST

START_TEST(test_clean_utf8_only_bad_bytes_change)
{
    ck_clean("a\n\033\xc3\xa9", CLEAN_UTF8, "a\n\033\xc3\xa9");
    ck_clean("\xc3", CLEAN_UTF8, BAD);
    ck_clean("\xed\xa0\x80", CLEAN_UTF8, BAD BAD BAD); /* a surrogate */
    ck_clean("\xc0\xaf", CLEAN_UTF8, BAD BAD);         /* too long a form */
}
END_TEST

START_TEST(test_clean_random_bytes_come_out_clean)
{
    uint32_t state = 4711;
    char text[256];

    for (int round = 0; round < 20000; round++) {
        const size_t len = random_text(&state, text, sizeof text);
        clean_text clean;

        for (int mode = CLEAN_LINE; mode <= CLEAN_PAGE; mode++) {
            clean_text_open(&clean, text, len, (clean_mode)mode);
            ck_assert(is_clean(clean.text, clean.len, mode == CLEAN_PAGE));
            clean_text_close(&clean);
        }
    }
}
END_TEST

/* ---- Marks ---- */

static void ck_marked(const char *text, size_t start, size_t end,
                      const osteon_mark *marks, size_t n, clean_mode mode,
                      const char *expected)
{
    const osteon_snippet snippet = {
        .start = start, .end = end, .marks = marks, .n_marks = n};
    clean_text clean;
    sink out;

    clean_text_open_snippet(&clean, text, strlen(text), &snippet, mode);
    sink_open(&out, -1);
    clean_text_put(&clean, 0, clean.len, "<", ">", &out);
    sink_byte(&out, '\0');
    ck_assert_str_eq(out.data, expected);
    sink_close(&out);
    clean_text_close(&clean);
}

START_TEST(test_marks_dropped_space_belongs_to_none)
{
    const char text[] = "x  bone \n tumor  y";
    const osteon_mark words[] = {{3, 7}, {10, 15}};
    const osteon_mark wide[] = {{1, 16}};

    ck_marked(text, 0, 18, words, 2, CLEAN_LINE, "x <bone> <tumor> y");
    ck_marked(text, 0, 18, wide, 1, CLEAN_LINE, "x <bone tumor> y");
    ck_marked(text, 3, 15, words, 2, CLEAN_LINE, "<bone> <tumor>");
    ck_marked(text, 0, 18, words, 2, CLEAN_UTF8, "x  <bone> \n <tumor>  y");
}
END_TEST

START_TEST(test_marks_bad_bytes_before_them_shift_them)
{
    const osteon_mark mark[] = {{3, 8}};

    ck_marked("\xff\xfe bone.", 0, 8, mark, 1, CLEAN_UTF8,
              BAD BAD " <bone.>");
    ck_marked("\xff\xfe bone.", 0, 7, mark, 1, CLEAN_LINE,
              BAD BAD " <bone>");
}
END_TEST

START_TEST(test_marks_outside_the_passage_are_clipped)
{
    const osteon_mark marks[] = {{0, 2}, {4, 4}, {7, 50}};

    ck_marked("abcdefghi", 1, 100, marks, 3, CLEAN_UTF8, "<b>cdefg<hi>");
    ck_marked("abcdefghi", 3, 6, marks, 3, CLEAN_UTF8, "def");
    ck_marked("abcdefghi", 20, 30, marks, 3, CLEAN_UTF8, "");
}
END_TEST

START_TEST(test_marks_put_of_a_part_closes_what_it_opens)
{
    osteon_mark marks[] = {{2, 6}, {8, 9}};
    char text[] = "0123456789";
    const clean_text clean = {text, 10, marks, 2};
    static const char *const expected[] = {"01<23>", "<45>67<8>9"};

    for (size_t i = 0; i < 2; i++) {
        sink out;

        sink_open(&out, -1);
        clean_text_put(&clean, i == 0 ? 0 : 4, i == 0 ? 4 : 10, "<", ">",
                       &out);
        sink_byte(&out, '\0');
        ck_assert_str_eq(out.data, expected[i]);
        sink_close(&out);
    }
}
END_TEST

/* ---- TSV ---- */

START_TEST(test_tsv_special_bytes_are_escaped)
{
    ck_tsv("a b", 3, "a b");
    ck_tsv("\t\n\r\\", 4, "\\t\\n\\r\\\\");
    ck_tsv("\0\033\x7f", 3, "\\x00\\x1B\\x7F");
    ck_tsv("\xc2\x9b\xff\xc3\xa9", 5, "\\xC2\\x9B\\xFF\xc3\xa9");
}
END_TEST

/* Undoes the escapes; returns the length. */
static size_t undo(const char *text, size_t len, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] != '\\') {
            out[n++] = text[i];
            continue;
        }
        i++;
        if (text[i] == 'x') {
            const char hex[] = {text[i + 1], text[i + 2], '\0'};
            out[n++] = (char)strtoul(hex, NULL, 16);
            i += 2;
        } else {
            out[n++] = text[i] == 't'   ? '\t'
                       : text[i] == 'n' ? '\n'
                       : text[i] == 'r' ? '\r'
                                        : '\\';
        }
    }
    return n;
}

START_TEST(test_word_white_space_is_escaped)
{
    ck_word("plain-id_1.txt", "plain-id_1.txt");
    ck_word("a b\tc\\", "a\\x20b\\tc\\\\");
    ck_word("\xc3\xa9\xc2\xa0\xe3\x80\x80\xe2\x80\xa8\xff",
            "\xc3\xa9\\xC2\\xA0\\xE3\\x80\\x80\\xE2\\x80\\xA8\\xFF");
}
END_TEST

START_TEST(test_tsv_random_bytes_can_be_undone)
{
    uint32_t state = 99;
    char text[256], back[1024];

    for (int round = 0; round < 20000; round++) {
        const size_t len = random_text(&state, text, sizeof text);
        sink out;

        sink_open(&out, -1);
        put_tsv(&out, text, len);
        ck_assert(is_clean(out.data, out.len, false));
        ck_assert_uint_eq(undo(out.data, out.len, back), len);
        ck_assert(memcmp(back, text, len) == 0);
        sink_close(&out);
    }
}
END_TEST

START_TEST(test_columns_wide_and_combining_characters_count)
{
    ck_assert_uint_eq(text_columns("abc", 3), 3);
    ck_assert_uint_eq(text_columns("\xe9\xaa\xa8", 3), 2);
    ck_assert_uint_eq(text_columns("e\xcc\x81", 3), 1);
    ck_assert_uint_eq(text_columns("", 0), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("search_clean");
    TCase *modes = tcase_create("clean_text_open");
    TCase *marks = tcase_create("clean_text_open_snippet");
    TCase *tsv = tcase_create("put_tsv");

    tcase_add_test(modes,
                   test_clean_line_white_space_and_controls_are_one_space);
    tcase_add_test(modes, test_clean_name_control_is_replaced);
    tcase_add_test(modes, test_clean_page_newlines_and_tabs_stay);
    tcase_add_test(modes, test_clean_utf8_only_bad_bytes_change);
    tcase_add_test(modes, test_clean_random_bytes_come_out_clean);
    tcase_add_test(marks, test_marks_dropped_space_belongs_to_none);
    tcase_add_test(marks, test_marks_bad_bytes_before_them_shift_them);
    tcase_add_test(marks, test_marks_outside_the_passage_are_clipped);
    tcase_add_test(marks, test_marks_put_of_a_part_closes_what_it_opens);
    tcase_add_test(tsv, test_tsv_special_bytes_are_escaped);
    tcase_add_test(tsv, test_word_white_space_is_escaped);
    tcase_add_test(tsv, test_tsv_random_bytes_can_be_undone);
    tcase_add_test(tsv, test_columns_wide_and_combining_characters_count);
    suite_add_tcase(suite, modes);
    suite_add_tcase(suite, marks);
    suite_add_tcase(suite, tsv);
    return run_suite(suite);
}
