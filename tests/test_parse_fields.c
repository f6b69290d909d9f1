/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Names before ':' where the parser knows which fields there are: what is a
 * field, what is a word, what the reader is told, and how often it asks.
 */
#include "query.h"
#include "run_suite.h"

#include "asserts.h"
#include <stdio.h>

#define UNKNOWN(names)                                                        \
    "no document has a text field named " names ": searched as words"

static unsigned n_asked;

/* There are the fields title and author. */
static bool has_field(const void *index, const char *name)
{
    ck_assert_ptr_eq(index, &n_asked);
    n_asked++;
    return strcmp(name, "title") == 0 || strcmp(name, "author") == 0;
}

static osteon_status parse(const char *text, unsigned flags,
                           osteon_query **query, osteon_error *err)
{
    ost_query_slot slot = {.has_field = has_field, .index = &n_asked};
    const osteon_status s = ost_query_parse_with(
        &slot, "english", text, strlen(text), flags, query, err);

    ost_query_tools_close(&slot);
    return s;
}

static const struct sample {
    const char *query, *tree, *note;
} samples[] = {
    {"title:bone Author:lee", "(title:bone OR author:lee)", NULL},
    {"body:bone BODY:cell", "(bone OR cell)", NULL},
    {"localhost:8080", "(localhost OR 8080)", UNKNOWN("localhost")},
    {"bone AND localhost:8080", "(bone AND \"localhost 8080\")",
     UNKNOWN("localhost")},
    {"+error:timeout -x:y", "(+\"error timeout\" -\"x y\")",
     UNKNOWN("error, x")},
    {"x:y x:z title:x", "(x OR y OR z OR title:x)", UNKNOWN("x")},
    {"said:\"bone cell\"", "(said OR \"bone cell\")", UNKNOWN("said")},
    {"-said:\"bone cell\" drug", "(drug -said -\"bone cell\")",
     UNKNOWN("said")},
    {"said:(bone cell)", "(said OR bone OR cell)", UNKNOWN("said")},
    {"said:()", "said", UNKNOWN("said")},
    {"drug NOT said:\"bone cell\"", "(drug -said -\"bone cell\")",
     UNKNOWN("said")},
    {"drug NOT NOT NOT said:(bone cell)", "(drug -said -bone -cell)",
     UNKNOWN("said")},
    {"drug NOT NOT said:\"bone cell\"", "(drug OR said OR \"bone cell\")",
     UNKNOWN("said")},
    {"drug NOT -said:\"bone cell\"", "(drug OR said OR \"bone cell\")",
     UNKNOWN("said")},
    {"drug AND NOT said:()", "(+drug -said)", UNKNOWN("said")},
    {"said:\"bone cell\"~3 NEAR drug", "(said OR \"bone cell drug\"~9)",
     UNKNOWN("said")},
    {"title:said:bone", "title:\"said bone\"", NULL},
};

START_TEST(test_fields_unknown_name_is_a_word)
{
    const struct sample *s = &samples[_i];
    osteon_query *query;
    osteon_error err;

    ck_assert_int_eq(parse(s->query, 0, &query, &err), OSTEON_OK);
    ck_assert_str_eq(osteon_query_text(query), s->tree);
    if (s->note == NULL)
        ck_assert_ptr_null(osteon_query_note(query, 0));
    else
        ck_assert_str_eq(osteon_query_note(query, 0), s->note);
    osteon_query_close(query);
}
END_TEST

START_TEST(test_fields_strict_unknown_name_has_offset)
{
    osteon_query *query;
    osteon_error err;

    ck_assert_int_eq(
        parse("title:bone x:y", OSTEON_QUERY_STRICT, &query, &err),
        OSTEON_SYNTAX);
    ck_assert_ptr_null(query);
    ck_assert_uint_eq(err.offset, 11);
    ck_assert_ptr_nonnull(strstr(err.text, "no document has this text field"));
}
END_TEST

/* An answer may come from another host: a name is asked for once, and what a
 * hostile query can make the parser ask is bounded. */
START_TEST(test_fields_each_name_is_asked_for_once)
{
    char text[2000] = "";
    osteon_query *query;

    n_asked = 0;
    for (int i = 0; i < 100; i++)
        strcat(text, "q:bone title:x ");
    ck_assert_int_eq(parse(text, 0, &query, NULL), OSTEON_OK);
    ck_assert_uint_eq(n_asked, 2);
    osteon_query_close(query);

    n_asked = 0;
    text[0] = '\0';
    for (int i = 0; i < 100; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "q%d:bone ",
                 i);
    ck_assert_int_eq(parse(text, 0, &query, NULL), OSTEON_OK);
    ck_assert_uint_eq(n_asked, 16);
    ck_assert_ptr_nonnull(strstr(osteon_query_text(query), "q16:bone"));
    osteon_query_close(query);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parse_fields");
    TCase *tcase = tcase_create("fields");

    tcase_add_loop_test(tcase, test_fields_unknown_name_is_a_word, 0,
                        (int)(sizeof samples / sizeof *samples));
    tcase_add_test(tcase, test_fields_strict_unknown_name_has_offset);
    tcase_add_test(tcase, test_fields_each_name_is_asked_for_once);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
