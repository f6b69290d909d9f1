/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Unicode functions, and numbers as values: known characters, every length
 * of a broken text, and order. */
#include <math.h>

#include "alloc_probe.h"
#include "xapian-c/xapian_c_unicode.h"
#include "xapian_c_query_test.h"

/* ---- decode and encode ---- */

START_TEST(test_decode_text_gives_characters)
{
    static const char text[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x90\x8B";
    static const unsigned want[] = {'a', 0xE9, 0x20AC, 0x1F40B};
    const char *at = text;
    size_t left = sizeof text - 1;
    unsigned ch = 0;
    for (size_t i = 0; i < 4; i++) {
        size_t n = xapian_c_unicode_decode(at, left, &ch);
        ck_assert_uint_eq(n, i + 1);
        ck_assert_uint_eq(ch, want[i]);
        at += n;
        left -= n;
    }
    ck_assert_uint_eq(xapian_c_unicode_decode(at, left, &ch), 0);
    ck_assert_uint_eq(ch, (unsigned)-1);
    ck_assert_uint_eq(xapian_c_unicode_decode(NULL, 0, NULL), 0);
    ck_assert_uint_eq(xapian_c_unicode_decode(NULL, 3, NULL), 0);
    ck_assert_uint_eq(xapian_c_unicode_decode("\0", 1, &ch), 1);
    ck_assert_uint_eq(ch, 0);
}
END_TEST

/* Cut anywhere, in a block of just that size, every byte is walked once. */
START_TEST(test_decode_cut_text_ends)
{
    static const char text[] = "\xF0\x9F\x90\x8B\xE2\x82\xAC\xFF\xC3\xA9\x80";
    for (size_t from = 0; from < sizeof text; from++)
        for (size_t len = 0; from + len < sizeof text; len++) {
            char *bytes = malloc(len + 1);
            ck_assert_ptr_nonnull(bytes);
            memcpy(bytes, text + from, len);
            size_t walked = 0;
            size_t n;
            unsigned ch;
            char *exact = realloc(bytes, len > 0 ? len : 1);
            ck_assert_ptr_nonnull(exact);
            while ((n = xapian_c_unicode_decode(exact + walked, len - walked,
                                                &ch)) > 0)
                walked += n;
            ck_assert_uint_eq(walked, len);
            free(exact);
        }
}
END_TEST

START_TEST(test_decode_bad_byte_is_its_number)
{
    unsigned ch = 0;
    ck_assert_uint_eq(xapian_c_unicode_decode("\xFFz", 2, &ch), 1);
    ck_assert_uint_eq(ch, 0xFF);
    ck_assert_uint_eq(xapian_c_unicode_decode("\xE2\x82", 2, &ch), 1);
    ck_assert_uint_eq(ch, 0xE2);
}
END_TEST

START_TEST(test_to_utf8_gives_what_decode_reads)
{
    static const unsigned chars[] = {0,     'a',    0x7F,    0x80,    0x7FF,
                                     0x800, 0xFFFF, 0x10000, 0x10FFFF};
    for (size_t i = 0; i < sizeof chars / sizeof chars[0]; i++) {
        char out[XAPIAN_C_UTF8_MAX] = "";
        unsigned ch = 1;
        size_t n = xapian_c_unicode_to_utf8(chars[i], out);
        ck_assert_uint_eq(xapian_c_unicode_decode(out, n, &ch), n);
        ck_assert_uint_eq(ch, chars[i]);
        size_t wide = xapian_c_unicode_nonascii_to_utf8(chars[i], out);
        ck_assert_uint_eq(wide, chars[i] < 128 ? 0 : n);
    }
}
END_TEST

START_TEST(test_to_utf8_of_none_writes_nothing)
{
    char out[XAPIAN_C_UTF8_MAX] = {'x', 'x', 'x', 'x'};
    ck_assert_uint_eq(xapian_c_unicode_to_utf8(0x200000, out), 0);
    ck_assert_uint_eq(xapian_c_unicode_to_utf8((unsigned)-1, out), 0);
    ck_assert_uint_eq(xapian_c_unicode_to_utf8('a', NULL), 0);
    ck_assert_uint_eq(xapian_c_unicode_nonascii_to_utf8(0xE9, NULL), 0);
    ck_assert_mem_eq(out, "xxxx", 4);
}
END_TEST

/* ---- categories and case ---- */

static const struct {
    unsigned ch;
    xapian_c_unicode_category category;
    bool word, space, currency;
    unsigned lower, upper;
} chars[] = {
    {'a', XAPIAN_C_LOWERCASE_LETTER, true, false, false, 'a', 'A'},
    {'Z', XAPIAN_C_UPPERCASE_LETTER, true, false, false, 'z', 'Z'},
    {0xC9, XAPIAN_C_UPPERCASE_LETTER, true, false, false, 0xE9, 0xC9},
    {'7', XAPIAN_C_DECIMAL_DIGIT_NUMBER, true, false, false, '7', '7'},
    {'_', XAPIAN_C_CONNECTOR_PUNCTUATION, true, false, false, '_', '_'},
    {' ', XAPIAN_C_SPACE_SEPARATOR, false, true, false, ' ', ' '},
    {'\n', XAPIAN_C_CONTROL, false, true, false, '\n', '\n'},
    {0x2028, XAPIAN_C_LINE_SEPARATOR, false, true, false, 0x2028, 0x2028},
    {0x20AC, XAPIAN_C_CURRENCY_SYMBOL, false, false, true, 0x20AC, 0x20AC},
    {'-', XAPIAN_C_DASH_PUNCTUATION, false, false, false, '-', '-'},
    {0x4E00, XAPIAN_C_OTHER_LETTER, true, false, false, 0x4E00, 0x4E00},
    {0x110000, XAPIAN_C_UNASSIGNED, false, false, false, 0x110000, 0x110000},
};

START_TEST(test_category_known_character_is_known)
{
    unsigned ch = chars[_i].ch;
    ck_assert_int_eq(xapian_c_unicode_get_category(ch), chars[_i].category);
    ck_assert(xapian_c_unicode_is_wordchar(ch) == chars[_i].word);
    ck_assert(xapian_c_unicode_is_whitespace(ch) == chars[_i].space);
    ck_assert(xapian_c_unicode_is_currency(ch) == chars[_i].currency);
    ck_assert_uint_eq(xapian_c_unicode_tolower(ch), chars[_i].lower);
    ck_assert_uint_eq(xapian_c_unicode_toupper(ch), chars[_i].upper);
}
END_TEST

START_TEST(test_change_text_gives_other_case)
{
    static const char text[] = "\xC3\x89t\xC3\xA9 \xFF";
    char out[16];
    size_t len = 0;
    OK(xapian_c_unicode_tolower_text(text, 7, out, sizeof out, &len, &err));
    ck_assert_uint_eq(len, 8); /* the bad byte became a character */
    ck_assert_mem_eq(out, "\xC3\xA9t\xC3\xA9 \xC3\xBF", 8);
    OK(xapian_c_unicode_toupper_text(text, 5, out, sizeof out, &len, &err));
    ck_assert_uint_eq(len, 5);
    ck_assert_mem_eq(out, "\xC3\x89T\xC3\x89", 5);
    OK(xapian_c_unicode_toupper_text(NULL, 0, NULL, 0, &len, &err));
    ck_assert_uint_eq(len, 0);
}
END_TEST

START_TEST(test_change_text_small_room_is_no_room)
{
    char out[4] = "xxxx";
    size_t len = 0;
    FAILS(NO_ROOM,
          xapian_c_unicode_tolower_text("HELLO", 5, out, 4, &len, &err));
    ck_assert_uint_eq(len, 5);
    ck_assert_mem_eq(out, "xxxx", 4);
    INVALID(xapian_c_unicode_tolower_text(NULL, 5, out, 4, &len, &err));
    ck_assert_uint_eq(len, 0);
    INVALID(xapian_c_unicode_toupper_text("a", 1, NULL, 4, &len, &err));
    INVALID(xapian_c_unicode_toupper_text("a", 1, out, 4, NULL, &err));
}
END_TEST

START_TEST(test_change_text_failing_allocation_is_no_memory)
{
    static const char text[] = "A TEXT TOO LONG TO BE HELD IN PLACE";
    char out[64];
    size_t len = 0;
    if (!alloc_probe_works())
        return;
    alloc_probe_fail(1);
    xapian_c_status status = xapian_c_unicode_tolower_text(
        text, sizeof text - 1, out, sizeof out, &len, &err);
    alloc_probe_fail(0);
    ck_assert_int_eq(status, XAPIAN_C_NO_MEMORY);
    ck_assert_uint_eq(len, 0);
}
END_TEST

/* ---- numbers ---- */

static const double numbers[] = {-INFINITY, -1e300, -3.5,    -1, -1e-9,
                                 0,         1e-9,   0.5,     1,  2,
                                 1e6,       1e300,  INFINITY};
enum { NUMBERS = sizeof numbers / sizeof numbers[0] };

START_TEST(test_sortable_numbers_sort_and_come_back)
{
    char last[XAPIAN_C_SORTABLE_MAX];
    size_t last_len = 0;
    for (int i = 0; i < NUMBERS; i++) {
        char out[XAPIAN_C_SORTABLE_MAX];
        double back = 7;
        size_t len = xapian_c_sortable_serialise(numbers[i], out);
        ck_assert_uint_le(len, sizeof out);
        OK(xapian_c_sortable_unserialise(out, len, &back, &err));
        ck_assert(memcmp(&back, &numbers[i], sizeof back) == 0 || i == 0 ||
                  i == NUMBERS - 1);
        ck_assert(i > 0 ? back > numbers[i - 1] : back < -1e300);
        if (i > 0) {
            size_t both = len < last_len ? len : last_len;
            int order = memcmp(last, out, both);
            ck_assert(order < 0 || (order == 0 && last_len < len));
        }
        memcpy(last, out, len);
        last_len = len;
    }
}
END_TEST

START_TEST(test_sortable_other_bytes_are_some_number)
{
    double number = 7;
    for (unsigned i = 0; i < 65536; i++) {
        char bytes[2] = {(char)(i >> 8), (char)(i & 255)};
        OK(xapian_c_sortable_unserialise(bytes, 1, &number, &err));
        OK(xapian_c_sortable_unserialise(bytes, 2, &number, &err));
    }
    OK(xapian_c_sortable_unserialise("a rather long text", 18, &number, &err));
    ck_assert_uint_le(xapian_c_sortable_serialise(NAN, (char[9]){0}), 9);
}
END_TEST

START_TEST(test_sortable_null_is_invalid_argument)
{
    double number = 7;
    ck_assert_uint_eq(xapian_c_sortable_serialise(1, NULL), 0);
    INVALID(xapian_c_sortable_unserialise(NULL, 1, &number, &err));
    ck_assert(number < 1);
    INVALID(xapian_c_sortable_unserialise("a", 1, NULL, &err));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xapian_c_unicode");
    TCase *utf8 = tcase_create("utf8");
    tcase_add_test(utf8, test_decode_text_gives_characters);
    tcase_add_test(utf8, test_decode_cut_text_ends);
    tcase_add_test(utf8, test_decode_bad_byte_is_its_number);
    tcase_add_test(utf8, test_to_utf8_gives_what_decode_reads);
    tcase_add_test(utf8, test_to_utf8_of_none_writes_nothing);
    suite_add_tcase(suite, utf8);

    TCase *kinds = tcase_create("kinds");
    tcase_add_loop_test(kinds, test_category_known_character_is_known, 0,
                        sizeof chars / sizeof chars[0]);
    tcase_add_test(kinds, test_change_text_gives_other_case);
    tcase_add_test(kinds, test_change_text_small_room_is_no_room);
    tcase_add_test(kinds, test_change_text_failing_allocation_is_no_memory);
    suite_add_tcase(suite, kinds);

    TCase *sortable = tcase_create("sortable");
    tcase_add_test(sortable, test_sortable_numbers_sort_and_come_back);
    tcase_add_test(sortable, test_sortable_other_bytes_are_some_number);
    tcase_add_test(sortable, test_sortable_null_is_invalid_argument);
    suite_add_tcase(suite, sortable);
    return run_suite(suite);
}
