/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Queries at work: what they match in a small database in memory, and the
 * errors that show only when they are run. */
#include "xapian-c/xapian_c_database_writable.h"
#include "xapian-c/xapian_c_document.h"
#include "xapian-c/xapian_c_enquire.h"
#include "xapian-c/xapian_c_match_source.h"
#include "xapian-c/xapian_c_mset.h"
#include "xapian-c/xapian_c_term_generator.h"
#include "xapian_c_query_test.h"

static xapian_c_database *db;

static void add(xapian_c_term_generator *generator, const char *text,
                const char *value)
{
    xapian_c_document *document;
    unsigned docid;
    OK(xapian_c_document_new(&document, &err));
    OK(xapian_c_document_add_value(document, 0, value, strlen(value), &err));
    OK(xapian_c_term_generator_set_document(generator, document, &err));
    OK(xapian_c_term_generator_index_text(generator, text, strlen(text), 1,
                                          NULL, 0, &err));
    OK(xapian_c_writable_database_add_document(db, document, &docid, &err));
    xapian_c_document_free(document);
}

static void set_up(void)
{
    xapian_c_term_generator *generator;
    OK(xapian_c_writable_database_new_path("", XAPIAN_C_DB_BACKEND_INMEMORY, 0,
                                           &db, &err));
    OK(xapian_c_term_generator_new(&generator, &err));
    add(generator, "the white whale", "a");
    add(generator, "the whale hunt", "b");
    add(generator, "white water", "c");
    xapian_c_term_generator_free(generator);
}

static void tear_down(void)
{
    xapian_c_database_free(db);
}

/* Runs `query` and ends it; sets `size` to the number of matches. */
static xapian_c_status search(xapian_c_query *query, unsigned *size)
{
    xapian_c_enquire *enquire;
    xapian_c_mset *mset;
    OK(xapian_c_enquire_new(db, &enquire, &err));
    OK(xapian_c_enquire_set_query(enquire, query, 0, &err));
    xapian_c_query_free(query);
    xapian_c_status status =
        xapian_c_enquire_get_mset(enquire, 0, 10, NULL, &mset, &err);
    *size = status == XAPIAN_C_OK ? xapian_c_mset_size(mset) : 0;
    xapian_c_mset_free(mset);
    xapian_c_enquire_free(enquire);
    return status;
}

static void expect_size(xapian_c_query *query, unsigned want)
{
    unsigned size = 99;
    OK(search(query, &size));
    ck_assert_uint_eq(size, want);
}

static xapian_c_query *terms(xapian_c_query_op op, const char *a,
                             const char *b)
{
    const char *const words[] = {a, b};
    const size_t lens[] = {strlen(a), strlen(b)};
    xapian_c_query *q;
    OK(xapian_c_query_new_terms(op, words, lens, 2, 0, &q, &err));
    return q;
}

START_TEST(test_search_operators_match)
{
    xapian_c_query *q;
    expect_size(terms(XAPIAN_C_OP_AND, "white", "whale"), 1);
    expect_size(terms(XAPIAN_C_OP_OR, "white", "whale"), 3);
    expect_size(terms(XAPIAN_C_OP_AND_NOT, "white", "whale"), 1);
    expect_size(terms(XAPIAN_C_OP_XOR, "white", "whale"), 2);
    expect_size(terms(XAPIAN_C_OP_AND_MAYBE, "white", "whale"), 2);
    expect_size(terms(XAPIAN_C_OP_FILTER, "white", "whale"), 1);
    expect_size(terms(XAPIAN_C_OP_NEAR, "whale", "white"), 1);
    expect_size(terms(XAPIAN_C_OP_PHRASE, "whale", "white"), 0);
    expect_size(terms(XAPIAN_C_OP_PHRASE, "white", "whale"), 1);
    expect_size(terms(XAPIAN_C_OP_ELITE_SET, "white", "whale"), 3);
    expect_size(terms(XAPIAN_C_OP_SYNONYM, "white", "whale"), 3);
    expect_size(terms(XAPIAN_C_OP_MAX, "white", "hunt"), 3);
    OK(xapian_c_query_new_match_all(&q, &err));
    expect_size(q, 3);
    OK(xapian_c_query_new_match_nothing(&q, &err));
    expect_size(q, 0);
}
END_TEST

START_TEST(test_search_values_match)
{
    xapian_c_query *q;
    OK(xapian_c_query_new_value_range(0, "a", 1, "b", 1, &q, &err));
    expect_size(q, 2);
    OK(xapian_c_query_new_value_ge(0, "b", 1, &q, &err));
    expect_size(q, 2);
    OK(xapian_c_query_new_value_le(0, "a", 1, &q, &err));
    expect_size(q, 1);
}
END_TEST

START_TEST(test_search_wildcard_limits)
{
    xapian_c_query *q;
    unsigned size;
    OK(xapian_c_query_new_wildcard("wh", 2, 2, XAPIAN_C_WILDCARD_LIMIT_ERROR,
                                   XAPIAN_C_OP_OR, &q, &err));
    expect_size(q, 3);
    OK(xapian_c_query_new_wildcard("wh", 2, 1, XAPIAN_C_WILDCARD_LIMIT_FIRST,
                                   XAPIAN_C_OP_OR, &q, &err));
    expect_size(q, 2);
    OK(xapian_c_query_new_wildcard("w", 1, 2, XAPIAN_C_WILDCARD_LIMIT_ERROR,
                                   XAPIAN_C_OP_SYNONYM, &q, &err));
    FAILS(WILDCARD_ERROR, search(q, &size));
    ck_assert_str_eq(err.type, "WildcardError");
}
END_TEST

START_TEST(test_search_invalid_is_invalid_operation)
{
    xapian_c_query *q;
    unsigned size;
    OK(xapian_c_query_new_invalid(&q, &err));
    FAILS(INVALID_OPERATION_ERROR, search(q, &size));
}
END_TEST

/* The source's handle is freed before the query is run. */
START_TEST(test_search_posting_source_matches)
{
    xapian_c_posting_source *source;
    xapian_c_query *q, *back;
    const char *bytes;
    size_t len;
    OK(xapian_c_posting_source_new_fixed_weight(2.5, &source, &err));
    OK(xapian_c_query_new_posting_source(source, &q, &err));
    xapian_c_posting_source_free(source);
    ck_assert_int_eq(xapian_c_query_get_type(q), XAPIAN_C_LEAF_POSTING_SOURCE);
    OK(xapian_c_query_serialise(q, &bytes, &len, &err));
    OK(xapian_c_query_unserialise(bytes, len, &back, &err));
    expect_size(q, 3);
    expect_size(back, 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xapian_c_query_search");
    TCase *run = tcase_create("search");
    tcase_add_checked_fixture(run, set_up, tear_down);
    tcase_add_test(run, test_search_operators_match);
    tcase_add_test(run, test_search_values_match);
    tcase_add_test(run, test_search_wildcard_limits);
    tcase_add_test(run, test_search_invalid_is_invalid_operation);
    tcase_add_test(run, test_search_posting_source_matches);
    suite_add_tcase(suite, run);
    return run_suite(suite);
}
