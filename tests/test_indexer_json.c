/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Our JSON scanner and record parser beside jansson: the same texts, written
 * and then damaged at random, must be taken or refused by both, and what both
 * take must give the same values. Left out is what differs on purpose:
 *   - bytes that are not UTF-8, and loose surrogates (\ud800): refused by
 *     jansson, passed on or replaced by us;
 *   - \u0000 in a name: jansson has no such names;
 *   - numbers beyond a long long or a double: refused by jansson, a real or
 *     left out with us;
 *   - a name twice in an object: jansson keeps the last, we keep both;
 *   - nesting: 512 levels with us, 2048 with jansson; never as deep here.
 */
#include "convert.h"

#include "asserts.h"
#include <jansson.h>

#define ROUNDS 100000
#define TEXT_MAX 4096

static uint32_t random_state;

static uint32_t next_random(uint32_t below)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % below;
}

typedef struct sample {
    char bytes[TEXT_MAX];
    size_t len;
} sample;

static const char *const seeds[] = {
    "{}",
    "{\"id\":\"a-1\",\"title\":\"On bone\",\"text\":\"A long story.\"}",
    "{\"_id\":42,\"title\":null,\"contents\":\"c\",\"abstract\":\"a\"}",
    "{\"id\":7,\"body\":\"first\",\"text\":\"second\",\"year\":1998}",
    "{\"a\":[1,2.5,-0,1e5,true,null,\"x\",[1,[2]],{\"b\":1}],\"b\":[]}",
    "{\"outer\":{\"inner\":\"v\",\"n\":-12.25e-3,\"deep\":{\"x\":[{}]}}}",
    " { \"s\" : \"tab\\t\\u00e9\\ud83d\\ude00\\\\\\/\" ,\r\n\t\"t\" : false } ",
    "{\"id\":\"\xc3\xa9\xe2\x82\xac\",\"v\":\"\xf0\x9f\x98\x80 end\"}",
    "{\"n\":9223372036854775807,\"m\":-9223372036854775808,\"k\":0.1}",
    "{\"text\":[\"one\",\"two\"],\"title\":{\"a\":1},\"bad name\":3}",
    "{\"path\":\"p\",\"Title\":\"reserved\",\"x.y\":true,\"z-_9\":\"\"}",
    "[{\"id\":1},\"no record\",2]",
};
#define N_SEEDS (sizeof seeds / sizeof *seeds)

/* What is put in: whole tokens, so that texts often stay JSON. */
static const char *const parts[] = {
    "{",      "}",       "[",       "]",         ",",         ":",
    "\"",     "\\",      "0",       "-",         ".5",        "e+2",
    "E",      "1",       "00",      " ",         "\n",        "true",
    "false",  "null",    "nul",     "\"k\":1,",  "\"id\":3,", "\"q\":{},",
    ",\"x\"", "[1],",    "\\n",     "\\u00df",   "\\u00DF",   "\\u1",
    "\\x",    "\\u0000", "\\ud83d", "\\ud83c\\udf08", "\\\"", "\xc3\xa4",
    "\xff",   "\t",      "\x01",    "\x7f",      "1e400",     "\"\"",
    "99999999999999999999", "{\"text\":\"t\"}", "\"body\":\"\",",
};
#define N_PARTS (sizeof parts / sizeof *parts)

static void replace(sample *t, size_t at, size_t n, const char *with,
                    size_t len)
{
    if (t->len - n + len > sizeof t->bytes)
        return;
    memmove(t->bytes + at + len, t->bytes + at + n, t->len - at - n);
    memcpy(t->bytes + at, with, len);
    t->len = t->len - n + len;
}

static void mutate(sample *t)
{
    const size_t at = next_random((uint32_t)t->len + 1);
    const char *const part = parts[next_random(N_PARTS)];
    size_t n = next_random(4);
    char copy[64];

    if (n > t->len - at)
        n = t->len - at;
    switch (next_random(6)) {
    case 0:
        replace(t, at, n, "", 0);
        break;
    case 1:
        replace(t, at, n, part, strlen(part));
        break;
    case 2: /* a part of it once more, elsewhere */
        n = next_random(sizeof copy);
        if (n > t->len - at)
            n = t->len - at;
        memcpy(copy, t->bytes + at, n);
        replace(t, next_random((uint32_t)t->len + 1), 0, copy, n);
        break;
    case 3:
        if (next_random(8) == 0)
            t->len = at;
        break;
    default:
        replace(t, at, 0, part, strlen(part));
    }
}

static void make_text(sample *t)
{
    const char *const seed = seeds[next_random(N_SEEDS)];

    t->len = 0;
    replace(t, 0, 0, seed, strlen(seed));
    for (uint32_t i = next_random(4); i > 0; i--)
        mutate(t);
}

/* A copy in memory of its own size, so that the sanitizers see an overrun;
 * one byte more is allowed. */
static char *copy_of(const sample *t)
{
    char *const copy = malloc(t->len + 1);

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, t->bytes, t->len);
    copy[t->len] = '\n';
    return copy;
}

/* Jansson's opinion. NULL: refused, or *differs on purpose. */
static json_t *second_opinion(const sample *t, bool *differs)
{
    json_error_t error;
    json_t *const value = json_loadb(
        t->bytes, t->len,
        JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

    *differs = false;
    if (value != NULL)
        return value;
    switch (json_error_code(&error)) {
    case json_error_invalid_utf8:
    case json_error_null_byte_in_key:
    case json_error_numeric_overflow:
    case json_error_duplicate_key:
        *differs = true;
        break;
    default:
        *differs = strncmp(error.text, "invalid Unicode '", 17) == 0;
    }
    return NULL;
}

static bool is_text(const char *text, size_t len, const char *other,
                    size_t other_len)
{
    return len == other_len && memcmp(text, other, len) == 0;
}

/* Follows the tokens of a value, the first of which is at hand, along the
 * tree that jansson made of it. */
static void compare_value(osi_json *json, const json_t *value)
{
    const char *name;
    json_t *inner;
    size_t i;
    bool first = true;

    switch (json_typeof(value)) {
    case JSON_OBJECT:
        ck_assert(osi_json_is(json, '{'));
        json_object_foreach((json_t *)value, name, inner)
        {
            osi_json_next(json);
            if (!first) {
                ck_assert(osi_json_is(json, ','));
                osi_json_next(json);
            }
            first = false;
            ck_assert(json->kind == OSI_JSON_STRING);
            ck_assert(is_text(json->text, json->len, name, strlen(name)));
            osi_json_next(json);
            ck_assert(osi_json_is(json, ':'));
            osi_json_next(json);
            compare_value(json, inner);
        }
        osi_json_next(json);
        ck_assert(osi_json_is(json, '}'));
        break;
    case JSON_ARRAY:
        ck_assert(osi_json_is(json, '['));
        json_array_foreach((json_t *)value, i, inner)
        {
            osi_json_next(json);
            if (i > 0) {
                ck_assert(osi_json_is(json, ','));
                osi_json_next(json);
            }
            compare_value(json, inner);
        }
        osi_json_next(json);
        ck_assert(osi_json_is(json, ']'));
        break;
    case JSON_STRING:
        ck_assert(json->kind == OSI_JSON_STRING);
        ck_assert(is_text(json->text, json->len, json_string_value(value),
                          json_string_length(value)));
        break;
    case JSON_INTEGER:
        ck_assert(json->kind == OSI_JSON_INTEGER);
        ck_assert(strtoll(json->text, NULL, 10) == json_integer_value(value));
        break;
    case JSON_REAL:
        ck_assert(json->kind == OSI_JSON_REAL);
        ck_assert(strtod(json->text, NULL) == json_real_value(value));
        break;
    case JSON_TRUE:
        ck_assert(json->kind == OSI_JSON_TRUE);
        break;
    case JSON_FALSE:
        ck_assert(json->kind == OSI_JSON_FALSE);
        break;
    case JSON_NULL:
        ck_assert(json->kind == OSI_JSON_NULL);
        break;
    }
}

static bool scans(char *copy, size_t len)
{
    osi_json json;

    osi_json_start(&json, copy, len);
    osi_json_next(&json);
    return osi_json_skip(&json) && osi_json_next(&json) == OSI_JSON_END;
}

START_TEST(test_scan_damaged_text_agrees_with_jansson)
{
    unsigned taken = 0, refused = 0;

    random_state = 20240611;
    for (unsigned round = 0; round < ROUNDS; round++) {
        sample t;
        bool differs, ours;
        json_t *value;
        char *copy;
        make_text(&t);
        copy = copy_of(&t);
        ours = scans(copy, t.len);
        free(copy);
        value = second_opinion(&t, &differs);
        if (!differs)
            ck_assert_msg(ours == (value != NULL), "round %u: we %s: %.*s",
                          round, ours ? "take" : "refuse", (int)t.len,
                          t.bytes);
        if (!differs)
            *(ours ? &taken : &refused) += 1;
        if (value != NULL) {
            osi_json json;
            copy = copy_of(&t);
            osi_json_start(&json, copy, t.len);
            osi_json_next(&json);
            compare_value(&json, value);
            ck_assert(osi_json_next(&json) == OSI_JSON_END);
            free(copy);
        }
        json_decref(value);
    }
    ck_assert_uint_ge(taken, ROUNDS / 5);
    ck_assert_uint_ge(refused, ROUNDS / 5);
}
END_TEST

/* ---- records: what jansson's tree says they should hold ---- */

static void add_field_line(osi_bytes *out, const char *name, size_t name_len,
                           const char *kind, const char *value, size_t len)
{
    osi_bytes_add_text(out, kind);
    osi_bytes_add_json(out, name, name_len);
    osi_bytes_add(out, "=", 1);
    osi_bytes_add_json(out, value, len);
    osi_bytes_add(out, "\n", 1);
}

static void expect_text(osi_bytes *out, const char *name, const char *value,
                        size_t len, bool searched)
{
    if (searched)
        add_field_line(out, name, strlen(name), "text ", value, len);
    if (len <= 1024)
        add_field_line(out, name, strlen(name), "string ", value, len);
}

static void expect_scalar(osi_bytes *out, const char *name,
                          const json_t *value)
{
    char number[64];
    int len;

    switch (json_typeof(value)) {
    case JSON_STRING:
        expect_text(out, name, json_string_value(value),
                    json_string_length(value), true);
        break;
    case JSON_INTEGER:
        len = snprintf(number, sizeof number, "%lld",
                       (long long)json_integer_value(value));
        add_field_line(out, name, strlen(name), "integer ", number,
                       (size_t)len);
        break;
    case JSON_REAL:
        len = snprintf(number, sizeof number, "%a", json_real_value(value));
        add_field_line(out, name, strlen(name), "real ", number, (size_t)len);
        break;
    case JSON_TRUE:
        expect_text(out, name, "true", 4, false);
        break;
    case JSON_FALSE:
        expect_text(out, name, "false", 5, false);
        break;
    default:
        break;
    }
}

static void expect_value(osi_bytes *out, const char *name,
                         const json_t *value)
{
    const json_t *inner;
    size_t i;

    if (!json_is_array(value)) {
        expect_scalar(out, name, value);
        return;
    }
    json_array_foreach((json_t *)value, i, inner)
        expect_scalar(out, name, inner);
}

static bool is_field_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    static const char *const reserved[] = {"title", "body", "id", "path"};
    const size_t len = strlen(name);
    bool ok = len > 0 && len <= 64 && strspn(name, letters) == len;

    for (size_t i = 0; i < 4 && ok; i++) {
        char lower[65];
        for (size_t k = 0; k <= len; k++)
            lower[k] = name[k] >= 'A' && name[k] <= 'Z'
                           ? (char)(name[k] - 'A' + 'a')
                           : name[k];
        ok = strcmp(lower, reserved[i]) != 0;
    }
    return ok;
}

static bool is_container(const json_t *value)
{
    return json_is_object(value) || json_is_array(value);
}

static bool is_special(const char *name)
{
    static const char *const names[] = {"id",   "_id",      "title",   "text",
                                        "body", "contents", "abstract"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static void expect_nested(osi_bytes *out, const char *outer,
                          const json_t *object)
{
    const char *inner;
    json_t *value;

    json_object_foreach((json_t *)object, inner, value)
    {
        char name[TEXT_MAX * 2];
        snprintf(name, sizeof name, "%s.%s", outer, inner);
        if (is_field_name(name))
            expect_value(out, name, value);
    }
}

static void expect_members(osi_bytes *out, const json_t *record)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)record, name, value)
    {
        if ((is_special(name) && !is_container(value)) ||
            !is_field_name(name))
            continue;
        if (json_is_object(value))
            expect_nested(out, name, value);
        else
            expect_value(out, name, value);
    }
}

static bool is_given(const json_t *id)
{
    return id != NULL && !json_is_null(id);
}

/* Whether an id, NULL or not, lets the record be one. */
static bool is_good_id(const json_t *id, bool chosen)
{
    if (!is_given(id) || json_is_number(id))
        return true;
    if (!json_is_string(id))
        return false;
    return !chosen || (json_string_length(id) > 0 &&
                       json_string_length(id) <= 4096 &&
                       strlen(json_string_value(id)) ==
                           json_string_length(id));
}

static bool is_record(const json_t *value)
{
    const json_t *const id = json_object_get(value, "id");
    const json_t *const other = json_object_get(value, "_id");

    return json_is_object(value) && is_good_id(id, true) &&
           is_good_id(other, !is_given(id));
}

static void record_fields(osi_bytes *out, const osi_record *r)
{
    for (size_t i = 0; i < r->n_fields; i++) {
        const osteon_field *const f = &r->fields[i];
        char number[64];
        int len;
        switch (f->kind) {
        case OSTEON_TEXT:
            add_field_line(out, f->name, f->name_len, "text ", f->text,
                           f->text_len);
            break;
        case OSTEON_STRING:
            add_field_line(out, f->name, f->name_len, "string ", f->text,
                           f->text_len);
            break;
        case OSTEON_INTEGER:
            len = snprintf(number, sizeof number, "%lld",
                           (long long)f->integer);
            add_field_line(out, f->name, f->name_len, "integer ", number,
                           (size_t)len);
            break;
        case OSTEON_REAL:
            len = snprintf(number, sizeof number, "%a", f->real);
            add_field_line(out, f->name, f->name_len, "real ", number,
                           (size_t)len);
            break;
        }
    }
}

/* A special member that is text; a number or truth value is taken as it
 * stands in the line and not compared. */
static void compare_special(const char *text, size_t len,
                            const json_t *expected)
{
    if (json_is_string(expected))
        ck_assert(is_text(text, len, json_string_value(expected),
                          json_string_length(expected)));
}

static bool is_scalar_body(const json_t *value)
{
    return is_given(value) && !is_container(value) &&
           !(json_is_string(value) && json_string_length(value) == 0);
}

/* The body, what is read with it, and the fields that come last: an _id
 * beside an id, and what is left of contents and abstract. False: some of
 * these are numbers or truth values, which are taken as they stand. */
static bool compare_body(const osi_record *r, const json_t *value,
                         osi_bytes *expected)
{
    static const char *const bodies[] = {"text", "body", "contents",
                                         "abstract"};
    const json_t *const other = json_object_get(value, "_id");
    bool has_body = false, exact = true;

    if (is_given(json_object_get(value, "id")) && is_given(other)) {
        exact = json_is_string(other);
        if (exact)
            expect_text(expected, "_id", json_string_value(other),
                        json_string_length(other), false);
    }
    for (size_t i = 0; i < 4; i++) {
        const json_t *const body = json_object_get(value, bodies[i]);
        if (!is_scalar_body(body))
            continue;
        if (!has_body)
            compare_special(r->body, r->body_len, body);
        else if (i == 1)
            compare_special(r->more, r->more_len, body);
        else if (json_is_string(body))
            expect_scalar(expected, bodies[i], body);
        else
            exact = false;
        has_body = true;
    }
    ck_assert(has_body == (r->body_len > 0));
    return exact;
}

static void compare_record(const osi_record *r, const json_t *value)
{
    const json_t *const id = json_object_get(value, "id");
    osi_bytes ours = {0}, expected = {0};

    record_fields(&ours, r);
    expect_members(&expected, value);
    compare_special(r->id, r->id_len,
                    is_given(id) ? id : json_object_get(value, "_id"));
    compare_special(r->title, r->title_len, json_object_get(value, "title"));
    if (compare_body(r, value, &expected)) {
        ck_assert(!ours.failed && !expected.failed);
        ck_assert_uint_eq(ours.len, expected.len);
        if (ours.len > 0)
            ck_assert(memcmp(ours.data, expected.data, ours.len) == 0);
    }
    osi_bytes_free(&ours);
    osi_bytes_free(&expected);
}

START_TEST(test_record_parse_damaged_text_agrees_with_jansson)
{
    osi_record record = {0};
    unsigned taken = 0, refused = 0;

    random_state = 19980401;
    for (unsigned round = 0; round < ROUNDS; round++) {
        const char *reason = NULL;
        sample t;
        bool differs, ours;
        json_t *value;
        char *copy;
        make_text(&t);
        copy = copy_of(&t);
        ours = osi_record_parse(&record, copy, t.len, &reason);
        value = second_opinion(&t, &differs);
        if (!differs) {
            ck_assert_msg(ours == (value != NULL && is_record(value)),
                          "round %u: we %s: %.*s", round,
                          ours ? "take" : reason, (int)t.len, t.bytes);
            *(ours ? &taken : &refused) += 1;
        }
        if (ours && value != NULL)
            compare_record(&record, value);
        json_decref(value);
        free(copy);
    }
    osi_record_free(&record);
    ck_assert_uint_ge(taken, ROUNDS / 5);
    ck_assert_uint_ge(refused, ROUNDS / 5);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("indexer-json");
    TCase *const scan = tcase_create("scan");
    TCase *const records = tcase_create("records");
    SRunner *runner;
    int failures;

    tcase_add_test(scan, test_scan_damaged_text_agrees_with_jansson);
    suite_add_tcase(suite, scan);
    tcase_add_test(records,
                   test_record_parse_damaged_text_agrees_with_jansson);
    suite_add_tcase(suite, records);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
