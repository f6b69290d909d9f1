/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Searches: parts of results, cutoff, collapsing, every way to sort, query
 * expansion and matching terms; for failures: test_xapian_c_enquire_errors.c */
#include "match_fixture.h"

/* ---- Making, and what is searched for ---- */

START_TEST(test_new_without_database_is_invalid_argument)
{
    xapian_c_enquire *enquire = (xapian_c_enquire *)&enquire;
    xapian_c_database *none = NULL;
    INVALID(xapian_c_enquire_new(NULL, &enquire, NULL));
    ck_assert_ptr_null(enquire);
    OK(xapian_c_database_new(&none, NULL));
    xapian_c_error err = {0};
    INVALID(xapian_c_enquire_new(none, &enquire, &err));
    ck_assert_str_eq(err.type, "InvalidArgumentError");
    ck_assert_ptr_null(enquire);
    INVALID(xapian_c_enquire_new(none, NULL, NULL));
    xapian_c_database_free(none);
    xapian_c_enquire_free(NULL);
}
END_TEST

START_TEST(test_handles_may_be_freed_before_the_enquire)
{
    xapian_c_enquire *enquire = enquire_for("word");
    xapian_c_weight *weight = NULL;
    OK(xapian_c_weight_new_bool(&weight, NULL));
    OK(xapian_c_enquire_set_weighting_scheme(enquire, weight, NULL));
    xapian_c_weight_free(weight);
    finds(enquire, "1234");
    xapian_c_enquire_free(enquire);
}
END_TEST

START_TEST(test_get_query_gives_what_was_set)
{
    xapian_c_database *db = open_docs("");
    xapian_c_enquire *enquire = NULL;
    xapian_c_query *query = NULL;
    const char *p = NULL;
    size_t len = 0;
    OK(xapian_c_enquire_new(db, &enquire, NULL));
    OK(xapian_c_enquire_get_query(enquire, &query, NULL));
    ck_assert(xapian_c_query_empty(query));
    xapian_c_query_free(query);
    finds(enquire, ""); /* no query was set */
    query = term_query("n3");
    OK(xapian_c_enquire_set_query(enquire, query, 3, NULL));
    xapian_c_query_free(query);
    OK(xapian_c_enquire_get_query(enquire, &query, NULL));
    ck_assert_uint_eq(xapian_c_query_get_length(query), 1);
    xapian_c_query_free(query);
    finds(enquire, "3");
    OK(xapian_c_enquire_get_description(enquire, &p, &len, NULL));
    ck_assert_ptr_nonnull(strstr(p, "Enquire("));
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
}
END_TEST

START_TEST(test_get_mset_gives_the_part_asked_for)
{
    static const struct {
        unsigned first, max;
        const char *docs;
    } parts[] = {{0, 2, "43"}, {2, 9, "21"},           {3, 1, "1"},
                 {4, 1, ""},   {0xffffffffU, 1, ""},   {0, 0, ""},
                 {1, 0xffffffffU, "321"}};
    xapian_c_enquire *enquire = enquire_for("word");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        xapian_c_mset *mset = NULL;
        OK(xapian_c_enquire_get_mset(enquire, parts[i].first, parts[i].max,
                                     NULL, &mset, NULL));
        has_docs(mset, parts[i].docs);
        ck_assert_uint_eq(xapian_c_mset_get_matches_estimated(mset), 4);
        xapian_c_mset_free(mset);
    }
    xapian_c_enquire_free(enquire);
}
END_TEST

START_TEST(test_get_mset_with_relevant_documents_still_finds)
{
    xapian_c_enquire *enquire = enquire_for("word");
    xapian_c_match_options o = {5, NULL, NULL};
    xapian_c_rset *rset = NULL;
    xapian_c_mset *mset = NULL;
    OK(xapian_c_rset_new(&rset, NULL));
    OK(xapian_c_rset_add_document(rset, 1, NULL));
    o.rset = rset;
    OK(xapian_c_enquire_get_mset(enquire, 0, 9, &o, &mset, NULL));
    has_docs(mset, "4321");
    xapian_c_mset_free(mset);
    xapian_c_rset_free(rset);
    xapian_c_enquire_free(enquire);
}
END_TEST

/* ---- What is left out ---- */

START_TEST(test_cutoff_leaves_out_low_weights)
{
    xapian_c_enquire *enquire = enquire_for("word");
    xapian_c_mset *mset = search(enquire);
    double w = 0.0;
    int percent = 0;
    OK(xapian_c_mset_get_weight(mset, 1, &w, NULL));
    OK(xapian_c_mset_get_percent(mset, 2, &percent, NULL));
    xapian_c_mset_free(mset);
    OK(xapian_c_enquire_set_cutoff(enquire, 0, w, NULL));
    finds(enquire, "43");
    OK(xapian_c_enquire_set_cutoff(enquire, percent, 0.0, NULL));
    finds(enquire, "432");
    OK(xapian_c_enquire_set_cutoff(enquire, 0, 0.0, NULL));
    finds(enquire, "4321");
    xapian_c_enquire_free(enquire);
}
END_TEST

START_TEST(test_collapse_keeps_the_best_of_each_key)
{
    xapian_c_enquire *enquire = enquire_for("word");
    OK(xapian_c_enquire_set_collapse_key(enquire, 0, 1, NULL));
    xapian_c_mset *mset = search(enquire);
    const char *p = NULL;
    size_t len = 0;
    unsigned n = 0;
    has_docs(mset, "43");
    OK(xapian_c_mset_get_collapse_key(mset, 0, &p, &len, NULL));
    is_text(p, len, "blue");
    OK(xapian_c_mset_get_collapse_count(mset, 0, &n, NULL));
    ck_assert_uint_eq(n, 1);
    ck_assert_uint_eq(xapian_c_mset_get_matches_estimated(mset), 2);
    ck_assert_uint_eq(xapian_c_mset_get_uncollapsed_matches_estimated(mset),
                      4);
    xapian_c_mset_free(mset);
    OK(xapian_c_enquire_set_collapse_key(enquire, 3, 1, NULL));
    finds(enquire, "4321"); /* without a value: all kept */
    OK(xapian_c_enquire_set_collapse_key(enquire, 0, 2, NULL));
    finds(enquire, "4321");
    OK(xapian_c_enquire_set_collapse_key(enquire, 0, 0, NULL));
    finds(enquire, "4321");
    OK(xapian_c_enquire_set_collapse_key(enquire, XAPIAN_C_BAD_VALUENO, 1,
                                         NULL));
    finds(enquire, "4321");
    OK(xapian_c_enquire_set_time_limit(enquire, 60.0, NULL));
    finds(enquire, "4321");
    xapian_c_enquire_free(enquire);
}
END_TEST

/* ---- Sorting ---- */

START_TEST(test_docid_order_decides_between_equals)
{
    xapian_c_enquire *enquire = enquire_for("all");
    xapian_c_weight *weight = NULL;
    OK(xapian_c_weight_new_bool(&weight, NULL));
    OK(xapian_c_enquire_set_weighting_scheme(enquire, weight, NULL));
    xapian_c_weight_free(weight);
    finds(enquire, "12345");
    OK(xapian_c_enquire_set_docid_order(enquire, XAPIAN_C_DOCID_DESCENDING,
                                        NULL));
    finds(enquire, "54321");
    OK(xapian_c_enquire_set_docid_order(enquire, XAPIAN_C_DOCID_ASCENDING,
                                        NULL));
    finds(enquire, "12345");
    OK(xapian_c_enquire_set_docid_order(enquire, XAPIAN_C_DOCID_DONT_CARE,
                                        NULL));
    INVALID(xapian_c_enquire_set_docid_order(enquire,
                                             (xapian_c_docid_order)3, NULL));
    xapian_c_enquire_free(enquire);
}
END_TEST

START_TEST(test_sort_by_value_follows_the_value)
{
    xapian_c_enquire *e = enquire_for("word");
    const char *p = NULL;
    size_t len = 0;
    OK(xapian_c_enquire_set_sort_by_value(e, 1, false, NULL));
    finds(e, "4321");
    OK(xapian_c_enquire_set_sort_by_value(e, 1, true, NULL));
    finds(e, "1234");
    xapian_c_mset *mset = search(e);
    OK(xapian_c_mset_get_sort_key(mset, 0, &p, &len, NULL));
    is_text(p, len, "5");
    xapian_c_mset_free(mset);
    OK(xapian_c_enquire_set_sort_by_value(e, 0, false, NULL));
    finds(e, "2413"); /* blue before red, then by number */
    OK(xapian_c_enquire_set_sort_by_value_then_relevance(e, 0, false, NULL));
    finds(e, "4231");
    OK(xapian_c_enquire_set_sort_by_value_then_relevance(e, 0, true, NULL));
    finds(e, "3142");
    OK(xapian_c_enquire_set_sort_by_relevance_then_value(e, 0, true, NULL));
    finds(e, "4321");
    OK(xapian_c_enquire_set_sort_by_value(e, 3, true, NULL));
    finds(e, "3124"); /* a missing value is the smallest */
    OK(xapian_c_enquire_set_sort_by_relevance(e, NULL));
    finds(e, "4321");
    xapian_c_enquire_free(e);
}
END_TEST

START_TEST(test_sort_by_key_follows_the_key)
{
    xapian_c_enquire *e = enquire_for("word");
    xapian_c_key_maker *maker = NULL;
    OK(xapian_c_key_maker_new_multi_value(&maker, NULL));
    OK(xapian_c_key_maker_add_value(maker, 0, false, NULL, 0, NULL));
    OK(xapian_c_enquire_set_sort_by_key(e, maker, false, NULL));
    finds(e, "2413");
    OK(xapian_c_enquire_set_sort_by_key(e, maker, true, NULL));
    finds(e, "1324");
    OK(xapian_c_enquire_set_sort_by_key_then_relevance(e, maker, false,
                                                       NULL));
    finds(e, "4231");
    OK(xapian_c_enquire_set_sort_by_relevance_then_key(e, maker, true, NULL));
    xapian_c_key_maker_free(maker); /* the enquire keeps it */
    finds(e, "4321");
    xapian_c_enquire_free(e);
}
END_TEST

/* ---- Expansion and matching terms ---- */

static int reject_word(void *data, const char *term, size_t len)
{
    ++*(unsigned *)data;
    return !(len == 4 && memcmp(term, "word", 4) == 0);
}

static xapian_c_rset *rset_of(unsigned docid)
{
    xapian_c_rset *rset = NULL;
    OK(xapian_c_rset_new(&rset, NULL));
    OK(xapian_c_rset_add_document(rset, docid, NULL));
    return rset;
}

static unsigned expand(const xapian_c_enquire *e,
                       const xapian_c_expand_options *o)
{
    xapian_c_rset *rset = rset_of(4);
    xapian_c_eset *eset = NULL;
    OK(xapian_c_enquire_get_eset(e, 10, rset, o, &eset, NULL));
    unsigned size = xapian_c_eset_size(eset);
    xapian_c_eset_free(eset);
    xapian_c_rset_free(rset);
    return size;
}

START_TEST(test_get_eset_options_have_effect)
{
    xapian_c_enquire *e = enquire_for("n4");
    xapian_c_expand_decider *decider = NULL;
    xapian_c_expand_options o = {0, NULL, 0.0};
    unsigned calls = 0;
    unsigned size = expand(e, NULL);
    ck_assert_uint_eq(expand(e, &o), size);
    o.flags = XAPIAN_C_INCLUDE_QUERY_TERMS | XAPIAN_C_USE_EXACT_TERMFREQ;
    ck_assert_uint_eq(expand(e, &o), size + 1);
    o.min_weight = 1e6;
    ck_assert_uint_eq(expand(e, &o), 0);
    o.min_weight = 0.0;
    OK(xapian_c_expand_decider_new_callback(reject_word, &calls, &decider,
                                            NULL));
    o.decider = decider;
    ck_assert_uint_eq(expand(e, &o), size);
    ck_assert_uint_gt(calls, 0);
    xapian_c_expand_decider_free(decider);
    OK(xapian_c_enquire_set_expansion_scheme(e, "bo1", 1.0, NULL));
    ck_assert_uint_gt(expand(e, NULL), 0);
    OK(xapian_c_enquire_set_expansion_scheme(e, "trad", 0.5, NULL));
    INVALID(xapian_c_enquire_set_expansion_scheme(e, "none", 1.0, NULL));
    xapian_c_enquire_free(e);
}
END_TEST

START_TEST(test_matching_terms_are_those_of_the_query)
{
    xapian_c_database *db = open_docs("");
    xapian_c_enquire *e = enquire_on(db, or_query("word", "n2"));
    xapian_c_term_iterator *terms = NULL;
    OK(xapian_c_enquire_get_matching_terms_begin(e, 2, &terms, NULL));
    has_terms(terms, false, "word n2 ");
    OK(xapian_c_enquire_get_matching_terms_begin(e, 5, &terms, NULL));
    has_terms(terms, false, "");
    xapian_c_mset *mset = search(e);
    has_docs(mset, "2431");
    OK(xapian_c_enquire_get_matching_terms_begin_item(e, mset, 1, &terms,
                                                      NULL));
    has_terms(terms, false, "word ");
    IS(RANGE_ERROR, xapian_c_enquire_get_matching_terms_begin_item(
                        e, mset, 4, &terms, NULL));
    ck_assert_ptr_null(terms);
    INVALID(xapian_c_enquire_get_matching_terms_begin(e, 0, &terms, NULL));
    IS(DOC_NOT_FOUND_ERROR,
       xapian_c_enquire_get_matching_terms_begin(e, 6, &terms, NULL));
    xapian_c_mset_free(mset);
    xapian_c_enquire_free(e);
    xapian_c_database_free(db);
}
END_TEST

static Suite *enquire_suite(void)
{
    Suite *suite = suite_create("xapian_c_enquire");
    TCase *what = tcase_create("searching");
    tcase_add_test(what, test_new_without_database_is_invalid_argument);
    tcase_add_test(what, test_handles_may_be_freed_before_the_enquire);
    tcase_add_test(what, test_get_query_gives_what_was_set);
    tcase_add_test(what, test_get_mset_gives_the_part_asked_for);
    tcase_add_test(what, test_get_mset_with_relevant_documents_still_finds);
    tcase_add_test(what, test_cutoff_leaves_out_low_weights);
    tcase_add_test(what, test_collapse_keeps_the_best_of_each_key);
    suite_add_tcase(suite, what);

    TCase *sort = tcase_create("sorting");
    tcase_add_test(sort, test_docid_order_decides_between_equals);
    tcase_add_test(sort, test_sort_by_value_follows_the_value);
    tcase_add_test(sort, test_sort_by_key_follows_the_key);
    suite_add_tcase(suite, sort);

    TCase *terms = tcase_create("terms");
    tcase_add_test(terms, test_get_eset_options_have_effect);
    tcase_add_test(terms, test_matching_terms_are_those_of_the_query);
    suite_add_tcase(suite, terms);
    return suite;
}

int main(void)
{
    return run_suite(enquire_suite());
}
