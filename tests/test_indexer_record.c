/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * JSON tokens, records, and the cutting of a JSON text into records. Records
 * are written from random values, with random escapes and white space, and
 * must come back the same.
 */
#include "convert.h"
#include "run_suite.h"

#include "asserts.h"

static uint32_t random_state;

static uint32_t next_random(uint32_t below)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % below;
}

/* A line in memory of its own size, so that the sanitizers see an overrun;
 * one byte more is allowed. */
static char *line_of(const char *text, size_t len)
{
    char *const line = malloc(len + 1);

    ck_assert_ptr_nonnull(line);
    memcpy(line, text, len);
    line[len] = '\n';
    return line;
}

static bool parses(const char *text)
{
    const size_t len = strlen(text);
    char *const line = line_of(text, len);
    osi_record record = {0};
    const char *reason = NULL;
    const bool ok = osi_record_parse(&record, line, len, &reason);

    ck_assert(ok == (reason == NULL));
    osi_record_free(&record);
    free(line);
    return ok;
}

START_TEST(test_record_parse_valid_is_taken)
{
    static const char *const good[] = {
        "{}",
        " { } ",
        "{\"a\":[]}",
        "{\"a\":[1,2.5,-0,1e5,true,null,\"x\",[1,[2]],{\"b\":1}]}",
        "{\"a\":{\"b\":{\"c\":[{}]}}}",
        "{\"id\":1,\"id\":\"2\"}",
        "{\"a\":\"\\u0041\\ud83d\\ude00\\n\"}",
        "{\"a\":99999999999999999999999999}",
        "{\"id\":null,\"title\":null,\"text\":null}",
    };

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(parses(good[i]), "%s", good[i]);
}
END_TEST

START_TEST(test_record_parse_malformed_is_refused)
{
    static const char *const bad[] = {
        "",          "[]",         "1",           "\"a\"",     "{",
        "}",         "{]",         "{\"a\"}",     "{\"a\":}",  "{\"a\":1,}",
        "{,}",       "{\"a\" 1}",  "{\"a\":1}x",  "{\"a\":01}", "{\"a\":1.}",
        "{\"a\":-}", "{\"a\":.5}", "{\"a\":1e}",  "{\"a\":+1}", "{\"a\":nul}",
        "{a:1}",     "{\"a\":\"}", "{\"a\":[1,]}", "{\"a\":[}", "{\"a\":[1",
        "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\t\"}",
        "{\"id\":true}",   "{\"id\":[1]}",      "{\"id\":\"\"}",
        "{\"id\":\"a\\u0000b\"}", "{\"a\":'b'}", "{\"a\":1 \"b\":2}",
        "{\"a\":NaN}"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!parses(bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(test_record_parse_deep_nesting_is_refused)
{
    static char text[200001];
    size_t n = 0;

    n += (size_t)sprintf(text, "{\"a\":");
    while (n < sizeof text - 1)
        text[n++] = '[';
    text[n] = '\0';
    ck_assert(!parses(text));
}
END_TEST

static bool is(const char *text, size_t len, const char *expected)
{
    return text != NULL && len == strlen(expected) &&
           memcmp(text, expected, len) == 0;
}

static const osteon_field *field_of(const osi_record *r, const char *name,
                                    osteon_value_kind kind)
{
    for (size_t i = 0; i < r->n_fields; i++)
        if (r->fields[i].kind == kind &&
            is(r->fields[i].name, r->fields[i].name_len, name))
            return &r->fields[i];
    return NULL;
}

START_TEST(test_record_parse_members_are_placed)
{
    static const char text[] =
        "{\"title\":\"T\\u00e9\",\"body\":\"B\",\"year\":2021,\"score\":1.5,"
        "\"open\":true,\"tags\":[\"x\",\"y\"],\"a\":{\"b\":\"c\",\"d\":{}},"
        "\"text\":\"main\",\"bad name\":1,\"path\":\"p\","
        "\"@path\":\"q\",\"@\":[1],\"_id\":42}";
    char *const line = line_of(text, sizeof text - 1);
    osi_record r = {0};
    const char *reason = "";
    const osteon_field *f;

    ck_assert_msg(osi_record_parse(&r, line, sizeof text - 1, &reason), "%s",
                  reason);
    ck_assert(is(r.id, r.id_len, "42"));
    ck_assert(is(r.title, r.title_len, "T\xc3\xa9"));
    ck_assert(is(r.body, r.body_len, "main"));
    ck_assert(is(r.more, r.more_len, "B"));
    ck_assert_uint_eq(r.skipped, 2);
    f = field_of(&r, "year", OSTEON_INTEGER);
    ck_assert(f != NULL && f->integer == 2021);
    f = field_of(&r, "score", OSTEON_REAL);
    ck_assert(f != NULL && f->real > 1.49 && f->real < 1.51);
    f = field_of(&r, "open", OSTEON_STRING);
    ck_assert(f != NULL && is(f->text, f->text_len, "true"));
    ck_assert_ptr_null(field_of(&r, "open", OSTEON_TEXT));
    f = field_of(&r, "a.b", OSTEON_TEXT);
    ck_assert(f != NULL && is(f->text, f->text_len, "c"));
    f = field_of(&r, "tags", OSTEON_TEXT);
    ck_assert(f != NULL && is(f[2].text, f[2].text_len, "y"));
    osi_record_free(&r);
    free(line);
}
END_TEST

START_TEST(test_record_parse_long_string_is_no_value)
{
    char text[2000], *line;
    osi_record r = {0};
    const char *reason;
    const size_t len = (size_t)sprintf(text, "{\"a\":\"%01025d\"}", 7);

    line = line_of(text, len);
    ck_assert(osi_record_parse(&r, line, len, &reason));
    ck_assert_ptr_nonnull(field_of(&r, "a", OSTEON_TEXT));
    ck_assert_ptr_null(field_of(&r, "a", OSTEON_STRING));
    ck_assert_uint_eq(r.id_len, 16); /* a hash */
    osi_record_free(&r);
    free(line);
}
END_TEST

/* Appends `value` as a JSON string with random escapes. */
static void write_string(osi_bytes *out, const char *value, size_t len)
{
    osi_bytes_add(out, "\"", 1);
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)value[i];
        char escape[8];
        if (c < 0x20 || c == '"' || c == '\\' ||
            (c < 0x80 && next_random(8) == 0)) {
            snprintf(escape, sizeof escape, "\\u%04x", c);
            osi_bytes_add_text(out, escape);
        } else {
            osi_bytes_add(out, value + i, 1);
        }
    }
    osi_bytes_add(out, "\"", 1);
}

static void white(osi_bytes *out)
{
    static const char space[] = " \t\r";

    while (next_random(3) == 0)
        osi_bytes_add(out, space + next_random(3), 1);
}

START_TEST(test_record_parse_random_comes_back)
{
    char values[8][64];
    size_t lens[8];

    random_state = 5;
    for (int round = 0; round < 5000; round++) {
        const uint32_t n = 1 + next_random(8);
        osi_bytes text = {0};
        osi_record r = {0};
        const char *reason = "";
        char *line;
        osi_bytes_add_text(&text, "{");
        for (uint32_t i = 0; i < n; i++) {
            char name[16];
            lens[i] = next_random(64);
            for (size_t k = 0; k < lens[i]; k++)
                values[i][k] = (char)next_random(128);
            snprintf(name, sizeof name, "%sf%u", i ? "," : "", i);
            white(&text);
            if (i > 0)
                osi_bytes_add(&text, ",", 1);
            white(&text);
            write_string(&text, name + (i > 0), strlen(name) - (i > 0));
            white(&text);
            osi_bytes_add(&text, ":", 1);
            white(&text);
            write_string(&text, values[i], lens[i]);
        }
        osi_bytes_add_text(&text, "}");
        line = line_of(text.data, text.len);
        ck_assert_msg(osi_record_parse(&r, line, text.len, &reason), "%s: %s",
                      reason, text.data);
        ck_assert_uint_eq(r.n_fields, 2 * n);
        for (uint32_t i = 0; i < n; i++) {
            ck_assert_uint_eq(r.fields[2 * i].text_len, lens[i]);
            ck_assert_mem_eq(r.fields[2 * i].text, values[i], lens[i]);
        }
        osi_record_free(&r);
        free(line);
        osi_bytes_free(&text);
    }
}
END_TEST

static const char sample[] =
    "{\"id\":\"a\\u00e9\\n\",\"n\":-12.5e3,\"l\":[1,true,[{}]],"
    "\"o\":{\"p\":\"q\",\"r\":null},\"text\":\"\\ud83d\\ude00 x\"}";

START_TEST(test_record_parse_escapes_are_decoded)
{
    char *const line = line_of(sample, sizeof sample - 1);
    osi_record r = {0};
    const char *reason;

    ck_assert(osi_record_parse(&r, line, sizeof sample - 1, &reason));
    ck_assert(is(r.id, r.id_len, "a\xc3\xa9\n"));
    ck_assert(is(r.body, r.body_len, "\xf0\x9f\x98\x80 x"));
    osi_record_free(&r);
    free(line);
}
END_TEST

START_TEST(test_record_parse_cut_anywhere_is_refused)
{
    for (size_t len = 0; len < sizeof sample - 1; len++) {
        char *const line = line_of(sample, len);
        osi_record r = {0};
        const char *reason;
        ck_assert(!osi_record_parse(&r, line, len, &reason));
        osi_record_free(&r);
        free(line);
    }
}
END_TEST

START_TEST(test_record_parse_any_byte_changed_stays_inside)
{
    for (size_t at = 0; at < sizeof sample - 1; at++) {
        for (int byte = 0; byte < 256; byte++) {
            char *const line = line_of(sample, sizeof sample - 1);
            osi_record r = {0};
            const char *reason;
            line[at] = (char)byte;
            osi_record_parse(&r, line, sizeof sample - 1, &reason);
            osi_record_free(&r);
            free(line);
        }
    }
}
END_TEST

START_TEST(test_record_parse_memory_fails_is_reported)
{
    bool done = false;

    for (unsigned long n = 1; !done; n++) {
        char *const line = line_of(sample, sizeof sample - 1);
        osi_record r = {0};
        const char *reason = "";
        osi_alloc_fail_at(n);
        done = osi_record_parse(&r, line, sizeof sample - 1, &reason);
        osi_alloc_fail_at(0);
        ck_assert(done || strcmp(reason, "out of memory") == 0);
        ck_assert_uint_lt(n, 100);
        osi_record_free(&r);
        free(line);
    }
}
END_TEST

/* Cuts the text and joins the records with a bar, each with its line. */
static const char *split(const char *text)
{
    static char out[512];
    char *const copy = line_of(text, strlen(text));
    osi_splitter s;
    const char *reason = "";
    size_t n = 0;
    int more;

    osi_splitter_start(&s, copy, strlen(text));
    out[0] = '\0';
    while ((more = osi_splitter_next(&s, &reason)) == 1)
        n += (size_t)snprintf(out + n, sizeof out - n, "%u%.*s|", s.line,
                              (int)s.len, s.object);
    if (more < 0)
        snprintf(out + n, sizeof out - n, "error");
    ck_assert_int_eq(osi_splitter_next(&s, &reason), 0);
    free(copy);
    return out;
}

START_TEST(test_splitter_next_forms_are_cut)
{
    ck_assert_str_eq(split(""), "");
    ck_assert_str_eq(split("[]"), "");
    ck_assert_str_eq(split(" [ ] \n"), "");
    ck_assert_str_eq(split("{}"), "1{}|");
    ck_assert_str_eq(split("{}{}\n{}"), "1{}|1{}|2{}|");
    ck_assert_str_eq(split("[{},\n{\"a\":[1]}]"), "1{}|2{\"a\":[1]}|");
    ck_assert_str_eq(split("\n[\n{\"a\":\"]}\\\"\"}\n]"),
                     "3{\"a\":\"]}\\\"\"}|");
    ck_assert_str_eq(split("[{}"), "1{}|error");
    ck_assert_str_eq(split("[{},]"), "1{}|error");
    ck_assert_str_eq(split("[{}{}]"), "1{}|error");
    ck_assert_str_eq(split("[{}] x"), "1{}|error");
    ck_assert_str_eq(split("[1]"), "error");
    ck_assert_str_eq(split("{"), "error");
    ck_assert_str_eq(split("{}, {}"), "1{}|error");
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("indexer_record");
    TCase *const parse = tcase_create("osi_record_parse");
    TCase *const splitter = tcase_create("osi_splitter_next");

    tcase_add_test(parse, test_record_parse_valid_is_taken);
    tcase_add_test(parse, test_record_parse_malformed_is_refused);
    tcase_add_test(parse, test_record_parse_deep_nesting_is_refused);
    tcase_add_test(parse, test_record_parse_members_are_placed);
    tcase_add_test(parse, test_record_parse_long_string_is_no_value);
    tcase_add_test(parse, test_record_parse_random_comes_back);
    tcase_add_test(parse, test_record_parse_escapes_are_decoded);
    tcase_add_test(parse, test_record_parse_cut_anywhere_is_refused);
    tcase_add_test(parse, test_record_parse_any_byte_changed_stays_inside);
    tcase_add_test(parse, test_record_parse_memory_fails_is_reported);
    tcase_add_test(splitter, test_splitter_next_forms_are_cut);
    suite_add_tcase(suite, parse);
    suite_add_tcase(suite, splitter);
    return run_suite(suite);
}
