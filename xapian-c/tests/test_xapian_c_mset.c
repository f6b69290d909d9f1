/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Results: numbers, items, documents and snippets of an MSet, and the sets of
 * relevant documents and of suggested terms. */
#include "match_fixture.h"

#include <math.h>

static xapian_c_mset *find_word(void)
{
    xapian_c_enquire *enquire = enquire_for("word");
    xapian_c_mset *mset = search(enquire);
    xapian_c_enquire_free(enquire); /* the result does without it */
    return mset;
}

/* ---- The set ---- */

START_TEST(test_mset_numbers_are_those_of_the_search)
{
    xapian_c_mset *mset = find_word();
    has_docs(mset, "4321");
    ck_assert_uint_eq(xapian_c_mset_size(mset), 4);
    ck_assert(!xapian_c_mset_empty(mset));
    ck_assert_uint_eq(xapian_c_mset_get_firstitem(mset), 0);
    ck_assert_uint_eq(xapian_c_mset_get_matches_lower_bound(mset), 4);
    ck_assert_uint_eq(xapian_c_mset_get_matches_estimated(mset), 4);
    ck_assert_uint_eq(xapian_c_mset_get_matches_upper_bound(mset), 4);
    ck_assert_uint_eq(
        xapian_c_mset_get_uncollapsed_matches_lower_bound(mset), 4);
    ck_assert_uint_eq(xapian_c_mset_get_uncollapsed_matches_estimated(mset),
                      4);
    ck_assert_uint_eq(
        xapian_c_mset_get_uncollapsed_matches_upper_bound(mset), 4);
    double attained = xapian_c_mset_get_max_attained(mset);
    ck_assert_double_gt(attained, 0.0);
    ck_assert_double_ge(xapian_c_mset_get_max_possible(mset), attained);
    xapian_c_mset_free(mset);
}
END_TEST

START_TEST(test_mset_of_no_search_is_empty)
{
    xapian_c_mset *mset = NULL;
    unsigned n = 7;
    double w = 7.0;
    OK(xapian_c_mset_new(&mset, NULL));
    ck_assert(xapian_c_mset_empty(mset));
    ck_assert_uint_eq(xapian_c_mset_size(mset), 0);
    IS(INVALID_OPERATION_ERROR,
       xapian_c_mset_get_termfreq(mset, "all", 3, &n, NULL));
    ck_assert_uint_eq(n, 0);
    IS(INVALID_OPERATION_ERROR,
       xapian_c_mset_get_termweight(mset, "all", 3, &w, NULL));
    ck_assert_double_eq(w, 0.0);
    IS(RANGE_ERROR, xapian_c_mset_get_docid(mset, 0, &n, NULL));
    xapian_c_mset_free(mset);
}
END_TEST

START_TEST(test_mset_null_is_a_set_of_nothing)
{
    ck_assert(xapian_c_mset_empty(NULL));
    ck_assert_uint_eq(xapian_c_mset_size(NULL), 0);
    ck_assert_uint_eq(xapian_c_mset_get_firstitem(NULL), 0);
    ck_assert_uint_eq(xapian_c_mset_get_matches_lower_bound(NULL), 0);
    ck_assert_uint_eq(xapian_c_mset_get_matches_estimated(NULL), 0);
    ck_assert_uint_eq(xapian_c_mset_get_matches_upper_bound(NULL), 0);
    ck_assert_uint_eq(
        xapian_c_mset_get_uncollapsed_matches_lower_bound(NULL), 0);
    ck_assert_uint_eq(xapian_c_mset_get_uncollapsed_matches_estimated(NULL),
                      0);
    ck_assert_uint_eq(
        xapian_c_mset_get_uncollapsed_matches_upper_bound(NULL), 0);
    ck_assert_double_eq(xapian_c_mset_get_max_possible(NULL), 0.0);
    ck_assert_double_eq(xapian_c_mset_get_max_attained(NULL), 0.0);
    xapian_c_mset_free(NULL);
    INVALID(xapian_c_mset_new(NULL, NULL));
}
END_TEST

START_TEST(test_mset_terms_have_frequency_and_weight)
{
    xapian_c_mset *mset = find_word();
    unsigned n = 0;
    double w = 0.0;
    OK(xapian_c_mset_get_termfreq(mset, "word", 4, &n, NULL));
    ck_assert_uint_eq(n, 4);
    OK(xapian_c_mset_get_termfreq(mset, "all", 3, &n, NULL));
    ck_assert_uint_eq(n, 5);
    OK(xapian_c_mset_get_termfreq(mset, "none", 4, &n, NULL));
    ck_assert_uint_eq(n, 0);
    OK(xapian_c_mset_get_termweight(mset, "word", 4, &w, NULL));
    ck_assert_double_gt(w, 0.0);
    INVALID(xapian_c_mset_get_termweight(mset, "none", 4, &w, NULL));
    INVALID(xapian_c_mset_get_termfreq(mset, NULL, 1, &n, NULL));
    INVALID(xapian_c_mset_get_termweight(NULL, "word", 4, &w, NULL));
    xapian_c_mset_free(mset);
}
END_TEST

START_TEST(test_mset_percent_is_of_the_best)
{
    xapian_c_mset *mset = find_word();
    int percent = 0, best = 0;
    double w = 0.0;
    OK(xapian_c_mset_get_percent(mset, 0, &best, NULL));
    ck_assert_int_eq(best, 100);
    OK(xapian_c_mset_get_weight(mset, 3, &w, NULL));
    OK(xapian_c_mset_get_percent(mset, 3, &percent, NULL));
    ck_assert_int_lt(percent, best);
    OK(xapian_c_mset_convert_to_percent(mset, w, &best, NULL));
    ck_assert_int_eq(best, percent);
    OK(xapian_c_mset_convert_to_percent(mset, INFINITY, &percent, NULL));
    ck_assert_int_eq(percent, 100);
    OK(xapian_c_mset_convert_to_percent(mset, 0.0, &percent, NULL));
    ck_assert_int_eq(percent, 0);
    INVALID(xapian_c_mset_convert_to_percent(mset, (double)NAN, &percent,
                                             NULL));
    INVALID(xapian_c_mset_convert_to_percent(mset, -1.0, &percent, NULL));
    xapian_c_mset_free(mset);
}
END_TEST

START_TEST(test_mset_fetch_changes_nothing)
{
    xapian_c_mset *mset = find_word();
    OK(xapian_c_mset_fetch(mset, NULL));
    OK(xapian_c_mset_fetch_items(mset, 1, 3, NULL));
    OK(xapian_c_mset_fetch_items(mset, 4, 0, NULL));
    IS(RANGE_ERROR, xapian_c_mset_fetch_items(mset, 1, 4, NULL));
    IS(RANGE_ERROR, xapian_c_mset_fetch_items(mset, 5, 0, NULL));
    IS(RANGE_ERROR, xapian_c_mset_fetch_items(mset, 1, 0xffffffffU, NULL));
    INVALID(xapian_c_mset_fetch(NULL, NULL));
    INVALID(xapian_c_mset_fetch_items(NULL, 0, 0, NULL));
    has_docs(mset, "4321");
    xapian_c_mset_free(mset);
}
END_TEST

/* ---- Items ---- */

START_TEST(test_item_past_the_end_is_range_error)
{
    xapian_c_mset *mset = find_word();
    const unsigned wrong[] = {4, 5, 0xffffffffU};
    for (size_t i = 0; i < 3; i++) {
        xapian_c_document *doc = (xapian_c_document *)&doc;
        xapian_c_error err = {0};
        const char *p = "x";
        size_t len = 7;
        unsigned n = 7;
        int percent = 7;
        double w = 7.0;
        IS(RANGE_ERROR, xapian_c_mset_get_docid(mset, wrong[i], &n, &err));
        ck_assert_uint_eq(n, 0);
        ck_assert_str_eq(err.type, "RangeError");
        IS(RANGE_ERROR, xapian_c_mset_get_weight(mset, wrong[i], &w, NULL));
        ck_assert_double_eq(w, 0.0);
        IS(RANGE_ERROR,
           xapian_c_mset_get_percent(mset, wrong[i], &percent, NULL));
        IS(RANGE_ERROR, xapian_c_mset_get_rank(mset, wrong[i], &n, NULL));
        IS(RANGE_ERROR,
           xapian_c_mset_get_document(mset, wrong[i], &doc, NULL));
        ck_assert_ptr_null(doc);
        IS(RANGE_ERROR, xapian_c_mset_get_collapse_key(mset, wrong[i], &p,
                                                       &len, NULL));
        ck_assert_ptr_null(p);
        IS(RANGE_ERROR,
           xapian_c_mset_get_collapse_count(mset, wrong[i], &n, NULL));
        IS(RANGE_ERROR,
           xapian_c_mset_get_sort_key(mset, wrong[i], &p, &len, NULL));
    }
    xapian_c_mset_free(mset);
}
END_TEST

START_TEST(test_items_have_rank_document_and_no_keys)
{
    xapian_c_enquire *enquire = enquire_for("word");
    xapian_c_mset *mset = NULL;
    OK(xapian_c_enquire_get_mset(enquire, 1, 2, NULL, &mset, NULL));
    has_docs(mset, "32");
    ck_assert_uint_eq(xapian_c_mset_get_firstitem(mset), 1);
    for (unsigned i = 0; i < 2; i++) {
        xapian_c_document *doc = NULL;
        const char *p = NULL;
        size_t len = 7;
        unsigned rank = 0;
        OK(xapian_c_mset_get_rank(mset, i, &rank, NULL));
        ck_assert_uint_eq(rank, 1 + i);
        OK(xapian_c_mset_get_document(mset, i, &doc, NULL));
        OK(xapian_c_document_get_value(doc, 0, &p, &len, NULL));
        is_text(p, len, i == 0 ? "red" : "blue");
        xapian_c_document_free(doc);
        OK(xapian_c_mset_get_collapse_key(mset, i, &p, &len, NULL));
        ck_assert_uint_eq(len, 0);
        OK(xapian_c_mset_get_sort_key(mset, i, &p, &len, NULL));
        ck_assert_uint_eq(len, 0);
    }
    xapian_c_mset_free(mset);
    xapian_c_enquire_free(enquire);
}
END_TEST

/* ---- Snippets ---- */

START_TEST(test_snippet_marks_matches_and_escapes)
{
    static const char text[] = "A word & a <tag>";
    xapian_c_snippet_options o = XAPIAN_C_SNIPPET_DEFAULTS;
    xapian_c_mset *mset = find_word();
    const char *p = NULL;
    size_t len = 0;
    OK(xapian_c_mset_snippet(mset, text, strlen(text), NULL, &p, &len, NULL));
    is_text(p, len, "A <b>word</b> &amp; a &lt;tag&gt;");
    o.hi_start = "[";
    o.hi_end = "]";
    OK(xapian_c_mset_snippet(mset, text, strlen(text), &o, &p, &len, NULL));
    is_text(p, len, "A [word] &amp; a &lt;tag&gt;");
    /* The text may be what the handle lent before. */
    o.hi_start = "";
    o.hi_end = "";
    OK(xapian_c_mset_snippet(mset, p, len, &o, &p, &len, NULL));
    ck_assert_uint_gt(len, 0);
    OK(xapian_c_mset_snippet(mset, NULL, 0, NULL, &p, &len, NULL));
    ck_assert_uint_eq(len, 0);
    xapian_c_mset_free(mset);
}
END_TEST

START_TEST(test_snippet_options_have_effect)
{
    static const char text[] =
        "One two three four five six seven. Then words follow the others "
        "and eight nine ten eleven twelve thirteen fourteen fifteen.";
    xapian_c_snippet_options o = XAPIAN_C_SNIPPET_DEFAULTS;
    xapian_c_mset *mset = find_word();
    xapian_c_stem *stem = NULL;
    const char *p = NULL;
    size_t len = 0;
    o.flags |= XAPIAN_C_SNIPPET_EMPTY_WITHOUT_MATCH;
    OK(xapian_c_mset_snippet(mset, text, strlen(text), &o, &p, &len, NULL));
    ck_assert_uint_eq(len, 0);
    OK(xapian_c_stem_new("english", &stem, NULL));
    /* The query's term would be "Zword" had a parser stemmed it. */
    xapian_c_enquire *enquire = enquire_for("Zword");
    xapian_c_mset_free(mset);
    mset = search(enquire);
    xapian_c_enquire_free(enquire);
    o.stem = stem;
    o.length = 30;
    o.omit = "~";
    OK(xapian_c_mset_snippet(mset, text, strlen(text), &o, &p, &len, NULL));
    ck_assert_ptr_nonnull(strstr(p, "<b>words</b>"));
    ck_assert_ptr_nonnull(strchr(p, '~'));
    ck_assert_uint_lt(len, 60);
    xapian_c_stem_free(stem);
    xapian_c_mset_free(mset);
}
END_TEST

START_TEST(test_snippet_null_is_invalid_argument)
{
    xapian_c_snippet_options o = XAPIAN_C_SNIPPET_DEFAULTS;
    xapian_c_mset *mset = find_word();
    const char *p = "x";
    size_t len = 7;
    INVALID(xapian_c_mset_snippet(mset, NULL, 1, NULL, &p, &len, NULL));
    ck_assert_ptr_null(p);
    ck_assert_uint_eq(len, 0);
    INVALID(xapian_c_mset_snippet(NULL, "x", 1, NULL, &p, &len, NULL));
    o.omit = NULL;
    INVALID(xapian_c_mset_snippet(mset, "x", 1, &o, &p, &len, NULL));
    xapian_c_mset_free(mset);
}
END_TEST

START_TEST(test_descriptions_name_the_class)
{
    xapian_c_mset *mset = find_word();
    xapian_c_rset *rset = NULL;
    xapian_c_eset *eset = NULL;
    const char *p = NULL;
    size_t len = 0;
    OK(xapian_c_mset_get_description(mset, &p, &len, NULL));
    ck_assert_ptr_nonnull(strstr(p, "MSet("));
    OK(xapian_c_rset_new(&rset, NULL));
    OK(xapian_c_rset_get_description(rset, &p, &len, NULL));
    ck_assert_ptr_nonnull(strstr(p, "RSet("));
    OK(xapian_c_eset_new(&eset, NULL));
    OK(xapian_c_eset_get_description(eset, &p, &len, NULL));
    ck_assert_ptr_nonnull(strstr(p, "ESet("));
    INVALID(xapian_c_mset_get_description(NULL, &p, &len, NULL));
    INVALID(xapian_c_rset_get_description(NULL, &p, &len, NULL));
    INVALID(xapian_c_eset_get_description(NULL, &p, &len, NULL));
    xapian_c_mset_free(mset);
    xapian_c_rset_free(rset);
    xapian_c_eset_free(eset);
}
END_TEST

/* ---- RSet and ESet ---- */

START_TEST(test_rset_holds_what_was_added)
{
    xapian_c_rset *rset = NULL;
    OK(xapian_c_rset_new(&rset, NULL));
    ck_assert(xapian_c_rset_empty(rset));
    OK(xapian_c_rset_add_document(rset, 2, NULL));
    OK(xapian_c_rset_add_document(rset, 2, NULL));
    OK(xapian_c_rset_add_document(rset, 4, NULL));
    ck_assert_uint_eq(xapian_c_rset_size(rset), 2);
    ck_assert(!xapian_c_rset_empty(rset));
    ck_assert(xapian_c_rset_contains(rset, 2));
    OK(xapian_c_rset_remove_document(rset, 2, NULL));
    OK(xapian_c_rset_remove_document(rset, 3, NULL));
    ck_assert(!xapian_c_rset_contains(rset, 2));
    ck_assert_uint_eq(xapian_c_rset_size(rset), 1);
    INVALID(xapian_c_rset_add_document(rset, 0, NULL));
    xapian_c_rset_free(rset);
    INVALID(xapian_c_rset_add_document(NULL, 1, NULL));
    INVALID(xapian_c_rset_remove_document(NULL, 1, NULL));
    INVALID(xapian_c_rset_new(NULL, NULL));
    ck_assert_uint_eq(xapian_c_rset_size(NULL), 0);
    ck_assert(xapian_c_rset_empty(NULL));
    ck_assert(!xapian_c_rset_contains(NULL, 1));
    xapian_c_rset_free(NULL);
}
END_TEST

START_TEST(test_eset_has_terms_and_weights)
{
    xapian_c_enquire *enquire = enquire_for("all");
    xapian_c_rset *rset = NULL;
    xapian_c_eset *eset = NULL;
    const char *p = NULL;
    size_t len = 0;
    double first = 0.0, second = 0.0;
    OK(xapian_c_rset_new(&rset, NULL));
    OK(xapian_c_rset_add_document(rset, 4, NULL));
    OK(xapian_c_enquire_get_eset(enquire, 10, rset, NULL, &eset, NULL));
    xapian_c_enquire_free(enquire);
    xapian_c_rset_free(rset);
    ck_assert_uint_eq(xapian_c_eset_size(eset), 2);
    ck_assert(!xapian_c_eset_empty(eset));
    ck_assert_uint_ge(xapian_c_eset_get_ebound(eset), 2);
    OK(xapian_c_eset_get_term(eset, 0, &p, &len, NULL));
    is_text(p, len, "n4");
    OK(xapian_c_eset_get_term(eset, 1, &p, &len, NULL));
    is_text(p, len, "word");
    OK(xapian_c_eset_get_weight(eset, 0, &first, NULL));
    OK(xapian_c_eset_get_weight(eset, 1, &second, NULL));
    ck_assert_double_gt(first, second);
    IS(RANGE_ERROR, xapian_c_eset_get_term(eset, 2, &p, &len, NULL));
    IS(RANGE_ERROR, xapian_c_eset_get_weight(eset, 2, &first, NULL));
    xapian_c_eset_free(eset);
}
END_TEST

START_TEST(test_eset_null_is_a_set_of_nothing)
{
    double w = 7.0;
    ck_assert_uint_eq(xapian_c_eset_size(NULL), 0);
    ck_assert(xapian_c_eset_empty(NULL));
    ck_assert_uint_eq(xapian_c_eset_get_ebound(NULL), 0);
    INVALID(xapian_c_eset_get_weight(NULL, 0, &w, NULL));
    INVALID(xapian_c_eset_new(NULL, NULL));
    xapian_c_eset_free(NULL);
}
END_TEST

static Suite *mset_suite(void)
{
    Suite *suite = suite_create("xapian_c_mset");
    TCase *set = tcase_create("mset");
    tcase_add_test(set, test_mset_numbers_are_those_of_the_search);
    tcase_add_test(set, test_mset_of_no_search_is_empty);
    tcase_add_test(set, test_mset_null_is_a_set_of_nothing);
    tcase_add_test(set, test_mset_terms_have_frequency_and_weight);
    tcase_add_test(set, test_mset_percent_is_of_the_best);
    tcase_add_test(set, test_mset_fetch_changes_nothing);
    tcase_add_test(set, test_item_past_the_end_is_range_error);
    tcase_add_test(set, test_items_have_rank_document_and_no_keys);
    suite_add_tcase(suite, set);

    TCase *text = tcase_create("texts");
    tcase_add_test(text, test_snippet_marks_matches_and_escapes);
    tcase_add_test(text, test_snippet_options_have_effect);
    tcase_add_test(text, test_snippet_null_is_invalid_argument);
    tcase_add_test(text, test_descriptions_name_the_class);
    suite_add_tcase(suite, text);

    TCase *sets = tcase_create("rset and eset");
    tcase_add_test(sets, test_rset_holds_what_was_added);
    tcase_add_test(sets, test_eset_has_terms_and_weights);
    tcase_add_test(sets, test_eset_null_is_a_set_of_nothing);
    suite_add_tcase(suite, sets);
    return suite;
}

int main(void)
{
    return run_suite(mset_suite());
}
