/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The JSON writer and the sink below it: every byte string becomes a string
 * that reads back, numbers read back exactly, failed writes are remembered.
 */
#include "json_write.h"
#include "run_suite.h"

#include "asserts.h"
#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utf8proc.h>

#define BAD "\xEF\xBF\xBD"

/* ---- Strings ---- */

static void ck_string(const char *bytes, size_t len, const char *expected,
                      bool exact)
{
    sink out;

    sink_open(&out, -1);
    ck_assert(json_string(&out, bytes, len) == exact);
    sink_byte(&out, '\0');
    ck_assert_str_eq(out.data, expected);
    sink_close(&out);
}

START_TEST(test_string_special_bytes_are_escaped)
{
    ck_string("", 0, "\"\"", true);
    ck_string("a\"b\\c/d", 7, "\"a\\\"b\\\\c/d\"", true);
    ck_string("\b\t\n\f\r", 5, "\"\\b\\t\\n\\f\\r\"", true);
    ck_string("\0\033\x7f", 3, "\"\\u0000\\u001b\\u007f\"", true);
    ck_string("\xc2\x9b\xc3\xa9", 4, "\"\\u009b\xc3\xa9\"", true);
}
END_TEST

START_TEST(test_string_bytes_not_utf8_are_replaced_and_told)
{
    ck_string("caf\xe9", 4, "\"caf" BAD "\"", false);
    ck_string("\xff\"\xf0\x9f\x98", 5, "\"" BAD "\\\"" BAD BAD BAD "\"",
              false);
    ck_string("\xf0\x9f\x98\x80", 4, "\"\xf0\x9f\x98\x80\"", true);
}
END_TEST

/* Reads a string back, knowing only what the writer may write. */
static size_t read_string(const char *json, size_t len, char *out)
{
    static const char named[] = "\"\"\\\\b\bt\tn\nf\fr\r";
    size_t n = 0;

    ck_assert_int_eq(json[0], '"');
    for (size_t i = 1; i < len - 1; i++) {
        if (json[i] == '"' || (unsigned char)json[i] < 0x20)
            ck_abort_msg("byte %d in a string", json[i]);
        if (json[i] != '\\') {
            out[n++] = json[i];
        } else if (json[++i] == 'u') {
            const char hex[] = {json[i + 1], json[i + 2], json[i + 3],
                                json[i + 4], '\0'};
            n += (size_t)utf8proc_encode_char(
                (utf8proc_int32_t)strtoul(hex, NULL, 16),
                (utf8proc_uint8_t *)out + n);
            i += 4;
        } else {
            const char *p = named;
            while (*p != '\0' && *p != json[i])
                p += 2;
            if (*p == '\0')
                ck_abort_msg("escape '%c'", json[i]);
            out[n++] = p[1];
        }
    }
    ck_assert_int_eq(json[len - 1], '"');
    return n;
}

START_TEST(test_string_random_characters_read_back)
{
    uint32_t state = 7;
    char text[256], back[256];

    for (int round = 0; round < 20000; round++) {
        size_t len = 0, n;
        sink out;

        while (len < 100 && (state = state * 1664525 + 1013904223) >> 28) {
            const uint32_t c = (state >> 8) % (state & 16 ? 0x11000 : 0x100);
            if (c < 0xd800 || c > 0xdfff)
                len += (size_t)utf8proc_encode_char(
                    (utf8proc_int32_t)c, (utf8proc_uint8_t *)text + len);
        }
        sink_open(&out, -1);
        ck_assert(json_string(&out, text, len));
        n = read_string(out.data, out.len, back);
        ck_assert_uint_eq(n, len);
        ck_assert(memcmp(back, text, len) == 0);
        sink_close(&out);
    }
}
END_TEST

START_TEST(test_base64_every_remainder_is_padded)
{
    static const char *const pairs[][2] = {
        {"", "\"\""},         {"f", "\"Zg==\""},    {"fo", "\"Zm8=\""},
        {"foo", "\"Zm9v\""},  {"foob", "\"Zm9vYg==\""},
        {"\xff\xfe", "\"//4=\""}};

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        sink out;

        sink_open(&out, -1);
        json_base64(&out, pairs[i][0], strlen(pairs[i][0]));
        sink_byte(&out, '\0');
        ck_assert_str_eq(out.data, pairs[i][1]);
        sink_close(&out);
    }
}
END_TEST

/* ---- Numbers ---- */

static void ck_real(double value, const char *expected)
{
    sink out;

    sink_open(&out, -1);
    json_real(&out, value);
    sink_byte(&out, '\0');
    if (expected != NULL)
        ck_assert_str_eq(out.data, expected);
    ck_assert(!isfinite(value) || strtod(out.data, NULL) == value);
    sink_close(&out);
}

START_TEST(test_real_shortest_form_reads_back)
{
    uint64_t state = 1;

    ck_real(0, "0");
    ck_real(1.5, "1.5");
    ck_real(0.1, "0.1");
    ck_real(12.345678, "12.345678");
    ck_real(-1e300, "-1e+300");
    ck_real(DBL_MAX, NULL);
    ck_real(DBL_TRUE_MIN, NULL);
    for (int round = 0; round < 20000; round++) {
        double value;

        state = state * 6364136223846793005u + 1442695040888963407u;
        memcpy(&value, &state, sizeof value);
        if (isfinite(value))
            ck_real(value, NULL);
    }
}
END_TEST

START_TEST(test_real_nan_and_infinity_are_null)
{
    ck_real((double)NAN, "null");
    ck_real((double)INFINITY, "null");
    ck_real(-(double)INFINITY, "null");
}
END_TEST

START_TEST(test_integer_extremes_are_exact)
{
    sink out;

    sink_open(&out, -1);
    sink_signed(&out, INT64_MIN);
    sink_byte(&out, ' ');
    sink_signed(&out, INT64_MAX);
    sink_byte(&out, ' ');
    sink_unsigned(&out, UINT64_MAX);
    sink_byte(&out, ' ');
    sink_signed(&out, 0);
    sink_byte(&out, '\0');
    ck_assert_str_eq(out.data, "-9223372036854775808 9223372036854775807 "
                               "18446744073709551615 0");
    sink_close(&out);
}
END_TEST

/* ---- Objects ---- */

START_TEST(test_object_members_are_separated_by_commas)
{
    json_object object;
    sink out;

    sink_open(&out, -1);
    json_begin(&object, &out);
    json_member_unsigned(&object, "a", 1);
    json_member_bool(&object, "b", false);
    json_member_null(&object, "c");
    json_member_exact(&object, "id", "x", 1);
    json_member_exact(&object, "path", "\xff", 1);
    json_end(&object);
    sink_byte(&out, '\0');
    ck_assert_str_eq(out.data, "{\"a\":1,\"b\":false,\"c\":null,\"id\":\"x\","
                               "\"path\":\"" BAD "\",\"path_base64\":"
                               "\"/w==\"}");
    sink_close(&out);
}
END_TEST

/* ---- The sink ---- */

START_TEST(test_sink_pieces_of_all_sizes_arrive_in_order)
{
    char path[] = "/tmp/test_search_json.XXXXXX";
    const int fd = mkstemp(path);
    const size_t sizes[] = {1, 65535, 1, 65536, 200000, 3, 0, 70000};
    size_t total = 0, at = 0;
    char *piece = malloc(200000), got[4096];
    ssize_t n;
    sink out;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(unlink(path), 0);
    sink_open(&out, fd);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t k = 0; k < sizes[i]; k++, total++)
            piece[k] = (char)(total * 7 / 5);
        sink_add(&out, piece, sizes[i]);
    }
    ck_assert(sink_flush(&out));
    sink_close(&out);
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    while ((n = read(fd, got, sizeof got)) > 0)
        for (ssize_t k = 0; k < n; k++, at++)
            if (got[k] != (char)(at * 7 / 5))
                ck_abort_msg("byte %zu differs", at);
    ck_assert_uint_eq(at, total);
    close(fd);
    free(piece);
}
END_TEST

START_TEST(test_sink_full_disk_is_remembered)
{
    const int fd = open("/dev/full", O_WRONLY);
    sink out;

    if (fd < 0)
        return; /* not on this system */
    sink_open(&out, fd);
    sink_text(&out, "x");
    ck_assert_int_eq(out.error, 0);
    ck_assert(!sink_flush(&out));
    ck_assert_int_eq(out.error, ENOSPC);
    sink_text(&out, "y");
    ck_assert(!sink_flush(&out));
    ck_assert_int_eq(out.error, ENOSPC);
    sink_close(&out);
    close(fd);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("search_json");
    TCase *strings = tcase_create("json_string");
    TCase *numbers = tcase_create("json_real");
    TCase *objects = tcase_create("json_object");
    TCase *sinks = tcase_create("sink");

    tcase_add_test(strings, test_string_special_bytes_are_escaped);
    tcase_add_test(strings, test_string_bytes_not_utf8_are_replaced_and_told);
    tcase_add_test(strings, test_string_random_characters_read_back);
    tcase_add_test(strings, test_base64_every_remainder_is_padded);
    tcase_add_test(numbers, test_real_shortest_form_reads_back);
    tcase_add_test(numbers, test_real_nan_and_infinity_are_null);
    tcase_add_test(numbers, test_integer_extremes_are_exact);
    tcase_add_test(objects, test_object_members_are_separated_by_commas);
    tcase_add_test(sinks, test_sink_pieces_of_all_sizes_arrive_in_order);
    tcase_add_test(sinks, test_sink_full_disk_is_remembered);
    suite_add_tcase(suite, strings);
    suite_add_tcase(suite, numbers);
    suite_add_tcase(suite, objects);
    suite_add_tcase(suite, sinks);
    return run_suite(suite);
}
