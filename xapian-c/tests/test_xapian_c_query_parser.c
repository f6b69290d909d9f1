/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * QueryParser: flags, prefixes, filters, stopper, database, and what the last
 * query was. Callbacks and ranges are in test_xapian_c_query_range.c. */
#define _XOPEN_SOURCE 700
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

#include "xapian-c/xapian_c_database_writable.h"
#include "xapian_c_query_parser_test.h"

static xapian_c_stem *english(void)
{
    xapian_c_stem *stem = NULL;
    OK(xapian_c_stem_new("english", &stem, &err));
    return stem;
}

/* ---- parsing ---- */

static const struct {
    const char *text;
    unsigned flags;
    const char *query;
} cases[] = {
    {"", XAPIAN_C_FLAG_DEFAULT, "Query()"},
    {"white whale", XAPIAN_C_FLAG_DEFAULT, "Query((white@1 OR whale@2))"},
    {"white AND whale", XAPIAN_C_FLAG_DEFAULT, "Query((white@1 AND whale@2))"},
    {"white and whale", XAPIAN_C_FLAG_BOOLEAN | XAPIAN_C_FLAG_BOOLEAN_ANY_CASE,
     "Query((white@1 AND whale@2))"},
    {"\"white whale\"", XAPIAN_C_FLAG_DEFAULT,
     "Query((white@1 PHRASE 2 whale@2))"},
    {"\"white whale\"", XAPIAN_C_FLAG_DEFAULT | XAPIAN_C_FLAG_NO_POSITIONS,
     "Query((white@1 AND whale@2))"},
    {"+white -whale", XAPIAN_C_FLAG_DEFAULT,
     "Query((white@1 AND_NOT whale@2))"},
    {"wha*", XAPIAN_C_FLAG_WILDCARD, "Query(WILDCARD SYNONYM wha)"},
    {"white wha", XAPIAN_C_FLAG_PARTIAL,
     "Query((white@1 OR (WILDCARD SYNONYM wha OR wha@2)))"},
    {"NOT whale", XAPIAN_C_FLAG_DEFAULT | XAPIAN_C_FLAG_PURE_NOT,
     "Query((<alldocuments> AND_NOT whale@1))"},
    {"\xE9\xAF\xA8\xE9\xB1\xBC", XAPIAN_C_FLAG_CJK_NGRAM,
     "Query((\xE9\xAF\xA8@1 AND \xE9\xAF\xA8\xE9\xB1\xBC@1 AND "
     "\xE9\xB1\xBC@1))"},
};

START_TEST(test_parse_text_gives_query)
{
    xapian_c_query_parser *parser = new_parser();
    expect_parse(parser, cases[_i].text, cases[_i].flags, cases[_i].query);
    xapian_c_query_parser_free(parser);
}
END_TEST

START_TEST(test_parse_bad_syntax_is_query_parser_error)
{
    static const char *const texts[] = {"white AND", "NOT whale", "OR",
                                        "a XOR"};
    xapian_c_query_parser *parser = new_parser();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        xapian_c_query *q = JUNK(xapian_c_query);
        FAILS(QUERY_PARSER_ERROR,
              xapian_c_query_parser_parse_query(
                  parser, texts[i], strlen(texts[i]), XAPIAN_C_FLAG_DEFAULT,
                  NULL, 0, &q, &err));
        ck_assert_ptr_null(q);
        ck_assert_str_eq(err.type, "QueryParserError");
    }
    expect_parse(parser, "whale", XAPIAN_C_FLAG_DEFAULT, "Query(whale@1)");
    xapian_c_query_parser_free(parser);
}
END_TEST

START_TEST(test_parse_default_prefix_is_put_before_words)
{
    xapian_c_query_parser *parser = new_parser();
    xapian_c_query *q;
    OK(xapian_c_query_parser_parse_query(
        parser, "whale", 5, XAPIAN_C_FLAG_DEFAULT, "A", 1, &q, &err));
    expect(q, "Query(Awhale@1)");
    xapian_c_query_parser_free(parser);
}
END_TEST

/* ---- settings ---- */

static const char *const stemmed[] = {
    "Query((whales@1 OR running@2))", "Query((Zwhale@1 OR Zrun@2))",
    "Query((whale@1 OR run@2))", "Query((Zwhale@1 OR Zrun@2))",
    "Query((Zwhale@1 OR Zrun@2))"};

START_TEST(test_stemmer_each_strategy)
{
    xapian_c_query_parser *parser = new_parser();
    xapian_c_stem *stem = english();
    OK(xapian_c_query_parser_set_stemmer(parser, stem, &err));
    xapian_c_stem_free(stem);
    OK(xapian_c_query_parser_set_stemming_strategy(
        parser, (xapian_c_stem_strategy)_i, &err));
    expect_parse(parser, "whales running", XAPIAN_C_FLAG_DEFAULT, stemmed[_i]);
    INVALID(xapian_c_query_parser_set_stemming_strategy(
        parser, (xapian_c_stem_strategy)5, &err));
    xapian_c_query_parser_free(parser);
}
END_TEST

START_TEST(test_default_op_is_set_and_checked)
{
    xapian_c_query_parser *parser = new_parser();
    xapian_c_query_op op = XAPIAN_C_OP_INVALID;
    OK(xapian_c_query_parser_get_default_op(parser, &op, &err));
    ck_assert_int_eq(op, XAPIAN_C_OP_OR);
    OK(xapian_c_query_parser_set_default_op(parser, XAPIAN_C_OP_AND, &err));
    OK(xapian_c_query_parser_get_default_op(parser, &op, &err));
    ck_assert_int_eq(op, XAPIAN_C_OP_AND);
    expect_parse(parser, "a b", 0, "Query((a@1 AND b@2))");
    INVALID(
        xapian_c_query_parser_set_default_op(parser, XAPIAN_C_OP_XOR, &err));
    INVALID(xapian_c_query_parser_set_default_op(parser, (xapian_c_query_op)98,
                                                 &err));
    xapian_c_query_parser_free(parser);
}
END_TEST

START_TEST(test_max_expansion_is_checked)
{
    xapian_c_query_parser *parser = new_parser();
    OK(xapian_c_query_parser_set_max_expansion(
        parser, 5, XAPIAN_C_WILDCARD_LIMIT_MOST_FREQUENT,
        XAPIAN_C_FLAG_WILDCARD, &err));
    expect_parse(parser, "wha*", XAPIAN_C_FLAG_WILDCARD,
                 "Query(WILDCARD SYNONYM wha)");
    INVALID(xapian_c_query_parser_set_max_expansion(
        parser, 5, (xapian_c_wildcard_limit)3, XAPIAN_C_FLAG_WILDCARD, &err));
    xapian_c_query_parser_free(parser);
}
END_TEST

START_TEST(test_prefix_field_becomes_prefix)
{
    xapian_c_query_parser *parser = new_parser();
    OK(xapian_c_query_parser_add_prefix(parser, "author", 6, "A", 1, &err));
    OK(xapian_c_query_parser_add_prefix(parser, "by", 2, "A", 1, &err));
    OK(xapian_c_query_parser_add_prefix(parser, "by", 2, "B", 1, &err));
    OK(xapian_c_query_parser_add_prefix(parser, NULL, 0, "X", 1, &err));
    expect_parse(parser, "author:melville", 0, "Query(Amelville@1)");
    expect_parse(parser, "by:melville", 0,
                 "Query((Amelville@1 OR Bmelville@1))");
    expect_parse(parser, "whale", 0, "Query(Xwhale@1)");
    FAILS(INVALID_OPERATION_ERROR,
          xapian_c_query_parser_add_boolean_prefix(parser, "by", 2, "H", 1,
                                                   NULL, 0, &err));
    xapian_c_query_parser_free(parser);
}
END_TEST

START_TEST(test_boolean_prefix_each_grouping)
{
    static const struct {
        const char *grouping;
        size_t len;
        const char *query;
    } ways[] = {{NULL, 0, "Query(0 * ((Ha OR Hb) AND Sc))"},
                {"", 0, "Query(0 * (Ha AND Hb AND Sc))"},
                {"one", 3, "Query(0 * (Ha OR Hb OR Sc))"}};
    for (int i = 0; i < 3; i++) {
        xapian_c_query_parser *parser = new_parser();
        OK(xapian_c_query_parser_add_boolean_prefix(
            parser, "host", 4, "H", 1, ways[i].grouping, ways[i].len, &err));
        OK(xapian_c_query_parser_add_boolean_prefix(
            parser, "site", 4, "S", 1, ways[i].grouping, ways[i].len, &err));
        expect_parse(parser, "host:a host:b site:c", XAPIAN_C_FLAG_DEFAULT,
                     ways[i].query);
        FAILS(INVALID_OPERATION_ERROR, xapian_c_query_parser_add_prefix(
                                           parser, "host", 4, "A", 1, &err));
        FAILS(UNIMPLEMENTED_ERROR,
              xapian_c_query_parser_add_boolean_prefix(parser, NULL, 0, "S", 1,
                                                       NULL, 0, &err));
        xapian_c_query_parser_free(parser);
    }
}
END_TEST

START_TEST(test_stopper_words_are_left_out)
{
    xapian_c_query_parser *parser = new_parser();
    xapian_c_stopper *stopper;
    xapian_c_term_iterator *terms;
    const char *text;
    size_t len;
    bool stop = true;
    OK(xapian_c_stopper_new(&stopper, &err));
    OK(xapian_c_stopper_add(stopper, "the", 3, &err));
    OK(xapian_c_query_parser_set_stopper(parser, stopper, &err));
    OK(xapian_c_stopper_add(stopper, "of", 2, &err));
    OK(xapian_c_stopper_apply(stopper, "whale", 5, &stop, &err));
    ck_assert(!stop);
    OK(xapian_c_stopper_apply(stopper, "of", 2, &stop, &err));
    ck_assert(stop);
    OK(xapian_c_stopper_get_description(stopper, &text, &len, &err));
    ck_assert_ptr_nonnull(strstr(text, "SimpleStopper"));
    ck_assert_uint_eq(len, strlen(text));
    xapian_c_stopper_free(stopper);
    expect_parse(parser, "the hunt of the whale", XAPIAN_C_FLAG_DEFAULT,
                 "Query((hunt@2 OR whale@5))");
    OK(xapian_c_query_parser_stoplist_begin(parser, &terms, &err));
    expect_terms(terms, "the of the");
    expect_parse(parser, "the sea", XAPIAN_C_FLAG_ACCUMULATE, "Query(sea@2)");
    OK(xapian_c_query_parser_stoplist_begin(parser, &terms, &err));
    OK(xapian_c_query_parser_set_stopper(parser, NULL, &err));
    expect_parse(parser, "the", 0, "Query(the@1)");
    xapian_c_query_parser_free(parser);
    expect_terms(terms, "the of the the");
}
END_TEST

START_TEST(test_unstem_gives_forms)
{
    xapian_c_query_parser *parser = new_parser();
    xapian_c_stem *stem = english();
    xapian_c_term_iterator *terms;
    OK(xapian_c_query_parser_set_stemmer(parser, stem, &err));
    expect_parse(parser, "whales whaling whale", 0,
                 "Query((Zwhale@1 OR Zwhale@2 OR Zwhale@3))");
    OK(xapian_c_query_parser_unstem_begin(parser, "Zwhale", 6, &terms, &err));
    expect_terms(terms, "whales whaling whale");
    OK(xapian_c_query_parser_unstem_begin(parser, "none", 4, &terms, &err));
    expect_terms(terms, "");
    xapian_c_query_parser_free(parser);
    xapian_c_stem_free(stem);
}
END_TEST

/* ---- database ---- */

static char folder[32];

static int remove_entry(const char *path, const struct stat *st, int kind,
                        struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static void make_folder(void)
{
    strcpy(folder, "/tmp/xapian-c-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

START_TEST(test_database_serves_spelling_and_synonyms)
{
    xapian_c_query_parser *parser = new_parser();
    xapian_c_database *db;
    const char *text;
    size_t len;
    OK(xapian_c_writable_database_new_path(folder, XAPIAN_C_DB_CREATE_OR_OPEN,
                                           0, &db, &err));
    OK(xapian_c_writable_database_add_spelling(db, "whale", 5, 1, &err));
    OK(xapian_c_writable_database_add_synonym(db, "sea", 3, "ocean", 5, &err));
    OK(xapian_c_writable_database_commit(db, &err));
    OK(xapian_c_query_parser_set_database(parser, db, &err));
    expect_parse(parser, "captain whael", XAPIAN_C_FLAG_SPELLING_CORRECTION,
                 "Query((captain@1 OR whael@2))");
    OK(xapian_c_query_parser_get_corrected_query_string(parser, &text, &len,
                                                        &err));
    ck_assert_str_eq(text, "captain whale");
    ck_assert_uint_eq(len, 13);
    xapian_c_database_free(db);
    expect_parse(parser, "~sea", XAPIAN_C_FLAG_SYNONYM,
                 "Query((sea@1 SYNONYM ocean@1))");
    OK(xapian_c_query_parser_get_corrected_query_string(parser, &text, &len,
                                                        &err));
    ck_assert_uint_eq(len, 0);
    xapian_c_query_parser_free(parser);
}
END_TEST

/* Xapian leaks a token then. */
START_TEST(test_database_closed_is_database_closed_error)
{
    xapian_c_query_parser *parser = new_parser();
    xapian_c_database *db;
    xapian_c_query *q = JUNK(xapian_c_query);
    OK(xapian_c_writable_database_new_path(folder, XAPIAN_C_DB_CREATE_OR_OPEN,
                                           0, &db, &err));
    OK(xapian_c_query_parser_set_database(parser, db, &err));
    OK(xapian_c_database_close(db, &err));
    FAILS(DATABASE_CLOSED_ERROR,
          xapian_c_query_parser_parse_query(parser, "whael", 5,
                                            XAPIAN_C_FLAG_SPELLING_CORRECTION,
                                            NULL, 0, &q, &err));
    ck_assert_ptr_null(q);
    xapian_c_database_free(db);
    xapian_c_query_parser_free(parser);
    remove_folder();
    _Exit(EXIT_SUCCESS);
}
END_TEST

/* ---- arguments ---- */

START_TEST(test_null_is_invalid_argument)
{
    xapian_c_query_parser *parser = new_parser();
    xapian_c_stopper *stopper;
    xapian_c_term_iterator *terms = JUNK(xapian_c_term_iterator);
    xapian_c_query *q = JUNK(xapian_c_query);
    const char *text;
    size_t len;
    bool stop;
    xapian_c_query_op op;
    OK(xapian_c_stopper_new(&stopper, &err));
    INVALID(xapian_c_query_parser_new(NULL, &err));
    INVALID(xapian_c_query_parser_set_stemmer(parser, NULL, &err));
    INVALID(xapian_c_query_parser_set_stemming_strategy(
        NULL, XAPIAN_C_STEM_ALL, &err));
    INVALID(xapian_c_query_parser_set_stopper(NULL, stopper, &err));
    INVALID(xapian_c_query_parser_set_default_op(NULL, XAPIAN_C_OP_OR, &err));
    INVALID(xapian_c_query_parser_get_default_op(NULL, &op, &err));
    INVALID(xapian_c_query_parser_set_database(parser, NULL, &err));
    INVALID(xapian_c_query_parser_set_max_expansion(
        NULL, 1, XAPIAN_C_WILDCARD_LIMIT_FIRST, 0, &err));
    INVALID(xapian_c_query_parser_add_prefix(parser, NULL, 1, "A", 1, &err));
    INVALID(xapian_c_query_parser_add_boolean_prefix(parser, "a", 1, NULL, 1,
                                                     NULL, 0, &err));
    INVALID(xapian_c_query_parser_parse_query(parser, NULL, 1, 0, NULL, 0, &q,
                                              &err));
    ck_assert_ptr_null(q);
    INVALID(xapian_c_query_parser_get_corrected_query_string(NULL, &text, &len,
                                                             &err));
    INVALID(xapian_c_query_parser_stoplist_begin(NULL, &terms, &err));
    ck_assert_ptr_null(terms);
    INVALID(xapian_c_query_parser_unstem_begin(parser, NULL, 1, &terms, &err));
    INVALID(xapian_c_stopper_new(NULL, &err));
    INVALID(xapian_c_stopper_add(stopper, NULL, 1, &err));
    INVALID(xapian_c_stopper_apply(NULL, "a", 1, &stop, &err));
    INVALID(xapian_c_stopper_get_description(NULL, &text, &len, &err));
    OK(xapian_c_query_parser_get_description(parser, &text, &len, &err));
    ck_assert_uint_gt(len, 0);
    INVALID(xapian_c_query_parser_get_description(parser, NULL, &len, &err));
    xapian_c_query_parser_free(NULL);
    xapian_c_stopper_free(NULL);
    xapian_c_stopper_free(stopper);
    xapian_c_query_parser_free(parser);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xapian_c_query_parser");
    TCase *parse = tcase_create("parse");
    tcase_add_loop_test(parse, test_parse_text_gives_query, 0,
                        sizeof cases / sizeof cases[0]);
    tcase_add_test(parse, test_parse_bad_syntax_is_query_parser_error);
    tcase_add_test(parse, test_parse_default_prefix_is_put_before_words);
    tcase_add_test(parse, test_null_is_invalid_argument);
    suite_add_tcase(suite, parse);

    TCase *set = tcase_create("settings");
    tcase_add_loop_test(set, test_stemmer_each_strategy, 0, 5);
    tcase_add_test(set, test_default_op_is_set_and_checked);
    tcase_add_test(set, test_max_expansion_is_checked);
    tcase_add_test(set, test_prefix_field_becomes_prefix);
    tcase_add_test(set, test_boolean_prefix_each_grouping);
    tcase_add_test(set, test_stopper_words_are_left_out);
    tcase_add_test(set, test_unstem_gives_forms);
    suite_add_tcase(suite, set);

    TCase *database = tcase_create("database");
    tcase_add_checked_fixture(database, make_folder, remove_folder);
    tcase_add_test(database, test_database_serves_spelling_and_synonyms);
    add_leaking_test(database, test_database_closed_is_database_closed_error);
    suite_add_tcase(suite, database);
    return run_suite(suite);
}
