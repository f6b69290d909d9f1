/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Deciders, spies and key makers: Xapian's own, callbacks, and callbacks that
 * fail, in a search and called directly. */
#include "match_fixture.h"

/* What the callbacks below count, and when they fail: at call number
 * `fail_at`, counted from 1. */
struct probe {
    unsigned calls, fail_at;
    double weights;
};

static bool fails(struct probe *probe)
{
    return ++probe->calls == probe->fail_at;
}

static xapian_c_document *document(unsigned docid)
{
    xapian_c_database *db = open_docs("");
    xapian_c_document *doc = NULL;
    OK(xapian_c_database_get_document(db, docid, 0, &doc, NULL));
    xapian_c_database_free(db);
    return doc;
}

/* ---- MatchDecider ---- */

static int red_only(void *data, xapian_c_document *doc)
{
    const char *p = NULL;
    size_t len = 0;
    if (fails(data) ||
        xapian_c_document_get_value(doc, 0, &p, &len, NULL) != XAPIAN_C_OK)
        return -1;
    return len == 3 && memcmp(p, "red", 3) == 0;
}

static void decides(const xapian_c_match_decider *decider, const char *docs)
{
    xapian_c_enquire *e = enquire_for("all");
    const xapian_c_match_options o = {100, NULL, decider};
    xapian_c_mset *mset = NULL;
    OK(xapian_c_enquire_set_sort_by_value(e, 1, true, NULL));
    OK(xapian_c_enquire_get_mset(e, 0, 9, &o, &mset, NULL));
    has_docs(mset, docs);
    xapian_c_mset_free(mset);
    xapian_c_enquire_free(e);
}

START_TEST(test_match_callback_chooses_documents)
{
    struct probe probe = {0, 0, 0.0};
    xapian_c_match_decider *decider = NULL;
    OK(xapian_c_match_decider_new_callback(red_only, &probe, &decider, NULL));
    decides(decider, "135");
    ck_assert_uint_eq(probe.calls, 5);
    xapian_c_match_decider_free(decider);
}
END_TEST

START_TEST(test_match_callback_that_fails_is_callback_failed)
{
    struct probe probe = {0, 3, 0.0};
    xapian_c_match_options o = {0, NULL, NULL};
    xapian_c_match_decider *decider = NULL;
    xapian_c_enquire *e = enquire_for("all");
    xapian_c_mset *mset = (xapian_c_mset *)&mset;
    xapian_c_error err = {0};
    OK(xapian_c_match_decider_new_callback(red_only, &probe, &decider, NULL));
    o.decider = decider;
    IS(CALLBACK_FAILED, xapian_c_enquire_get_mset(e, 0, 9, &o, &mset, &err));
    ck_assert_ptr_null(mset);
    ck_assert_int_eq(err.status, XAPIAN_C_CALLBACK_FAILED);
    ck_assert_uint_eq(probe.calls, 3); /* the match ended there */
    OK(xapian_c_enquire_get_mset(e, 0, 9, &o, &mset, NULL));
    ck_assert_uint_eq(xapian_c_mset_size(mset), 3);
    xapian_c_mset_free(mset);
    xapian_c_match_decider_free(decider);
    xapian_c_enquire_free(e);
}
END_TEST

START_TEST(test_value_set_chooses_by_value)
{
    xapian_c_match_decider *in = NULL, *out = NULL;
    xapian_c_document *doc = document(2);
    bool yes = true;
    OK(xapian_c_match_decider_new_value_set(0, true, &in, NULL));
    OK(xapian_c_match_decider_new_value_set(3, false, &out, NULL));
    decides(in, "");
    decides(out, "12345");
    OK(xapian_c_match_decider_add_value(in, "red", 3, NULL));
    OK(xapian_c_match_decider_add_value(out, "x", 1, NULL));
    decides(in, "135");
    decides(out, "1245");
    OK(xapian_c_match_decider_apply(in, doc, &yes, NULL));
    ck_assert(!yes);
    OK(xapian_c_match_decider_remove_value(in, "red", 3, NULL));
    OK(xapian_c_match_decider_remove_value(in, "red", 3, NULL));
    decides(in, "");
    xapian_c_document_free(doc);
    xapian_c_match_decider_free(in);
    xapian_c_match_decider_free(out);
}
END_TEST

START_TEST(test_values_of_a_callback_are_invalid_operation)
{
    struct probe probe = {0, 2, 0.0};
    xapian_c_match_decider *decider = NULL;
    xapian_c_document *doc = document(3);
    bool yes = false;
    OK(xapian_c_match_decider_new_callback(red_only, &probe, &decider, NULL));
    IS(INVALID_OPERATION_ERROR,
       xapian_c_match_decider_add_value(decider, "x", 1, NULL));
    IS(INVALID_OPERATION_ERROR,
       xapian_c_match_decider_remove_value(decider, "x", 1, NULL));
    OK(xapian_c_match_decider_apply(decider, doc, &yes, NULL));
    ck_assert(yes);
    IS(CALLBACK_FAILED,
       xapian_c_match_decider_apply(decider, doc, &yes, NULL));
    ck_assert(!yes);
    INVALID(xapian_c_match_decider_apply(decider, NULL, &yes, NULL));
    xapian_c_match_decider_free(decider);
    INVALID(xapian_c_match_decider_new_callback(NULL, NULL, &decider, NULL));
    ck_assert_ptr_null(decider);
    xapian_c_match_decider_free(NULL);
    xapian_c_document_free(doc);
}
END_TEST

/* ---- ExpandDecider ---- */

static int not_word(void *data, const char *term, size_t len)
{
    if (fails(data))
        return -1;
    return !(len == 4 && memcmp(term, "word", 4) == 0);
}

static xapian_c_status expand(const xapian_c_expand_decider *decider,
                              xapian_c_eset **out)
{
    xapian_c_enquire *e = enquire_for("all");
    const xapian_c_expand_options o = {0, decider, 0.0};
    xapian_c_rset *rset = NULL;
    OK(xapian_c_rset_new(&rset, NULL));
    OK(xapian_c_rset_add_document(rset, 4, NULL));
    xapian_c_status status =
        xapian_c_enquire_get_eset(e, 9, rset, &o, out, NULL);
    xapian_c_rset_free(rset);
    xapian_c_enquire_free(e);
    return status;
}

static void takes(const xapian_c_expand_decider *decider, const char *term,
                  bool expected)
{
    bool yes = !expected;
    OK(xapian_c_expand_decider_apply(decider, term, strlen(term), &yes,
                                     NULL));
    ck_assert(yes == expected);
}

START_TEST(test_expand_callback_chooses_terms_or_fails)
{
    struct probe probe = {0, 0, 0.0};
    xapian_c_expand_decider *decider = NULL;
    xapian_c_eset *eset = NULL;
    bool yes = true;
    OK(xapian_c_expand_decider_new_callback(not_word, &probe, &decider,
                                            NULL));
    OK(expand(decider, &eset));
    ck_assert_uint_eq(xapian_c_eset_size(eset), 1);
    xapian_c_eset_free(eset);
    probe.fail_at = probe.calls + 1;
    IS(CALLBACK_FAILED, expand(decider, &eset));
    ck_assert_ptr_null(eset);
    probe.fail_at = probe.calls + 1;
    IS(CALLBACK_FAILED,
       xapian_c_expand_decider_apply(decider, "x", 1, &yes, NULL));
    ck_assert(!yes);
    xapian_c_expand_decider_free(decider);
    INVALID(xapian_c_expand_decider_new_callback(NULL, NULL, &decider, NULL));
    xapian_c_expand_decider_free(NULL);
}
END_TEST

START_TEST(test_expand_filters_choose_terms)
{
    static const char *const terms[] = {"word", "a\0b", NULL};
    static const size_t lens[] = {4, 3, 0};
    static const size_t bad[] = {4, 3, 1};
    xapian_c_expand_decider *prefix = NULL, *list = NULL, *both = NULL;
    bool yes = true;
    OK(xapian_c_expand_decider_new_filter_prefix("w", 1, &prefix, NULL));
    takes(prefix, "word", true);
    takes(prefix, "n4", false);
    OK(xapian_c_expand_decider_new_filter_terms(terms, lens, 3, &list, NULL));
    takes(list, "word", false);
    takes(list, "", false);
    takes(list, "a", true);
    OK(xapian_c_expand_decider_apply(list, "a\0b", 3, &yes, NULL));
    ck_assert(!yes);
    OK(xapian_c_expand_decider_new_and(prefix, list, &both, NULL));
    xapian_c_expand_decider_free(prefix);
    xapian_c_expand_decider_free(list);
    takes(both, "word", false);
    takes(both, "world", true);
    takes(both, "a", false);
    xapian_c_expand_decider_free(both);
    OK(xapian_c_expand_decider_new_filter_terms(NULL, NULL, 0, &list, NULL));
    takes(list, "word", true);
    INVALID(xapian_c_expand_decider_new_filter_terms(terms, bad, 3, &both,
                                                     NULL));
    INVALID(xapian_c_expand_decider_new_filter_prefix(NULL, 1, &both, NULL));
    INVALID(xapian_c_expand_decider_new_and(list, NULL, &both, NULL));
    ck_assert_ptr_null(both);
    xapian_c_expand_decider_free(list);
}
END_TEST

/* ---- MatchSpy ---- */

static int watch(void *data, xapian_c_document *doc, double weight)
{
    struct probe *probe = data;
    (void)doc;
    probe->weights += weight;
    return fails(probe) ? 1 : 0;
}

START_TEST(test_spy_callback_sees_documents_or_fails)
{
    struct probe probe = {0, 0, 0.0};
    xapian_c_match_spy *spy = NULL;
    xapian_c_enquire *e = enquire_for("word");
    xapian_c_mset *mset = NULL;
    OK(xapian_c_match_spy_new_callback(watch, &probe, &spy, NULL));
    OK(xapian_c_enquire_add_matchspy(e, spy, NULL));
    xapian_c_match_spy_free(spy); /* the enquire keeps it */
    finds(e, "4321");
    ck_assert_uint_eq(probe.calls, 4);
    ck_assert_double_gt(probe.weights, 0.0);
    probe.fail_at = 6;
    IS(CALLBACK_FAILED, xapian_c_enquire_get_mset(e, 0, 9, NULL, &mset,
                                                  NULL));
    ck_assert_ptr_null(mset);
    ck_assert_uint_eq(probe.calls, 6);
    OK(xapian_c_enquire_clear_matchspies(e, NULL));
    finds(e, "4321");
    ck_assert_uint_eq(probe.calls, 6);
    xapian_c_enquire_free(e);
}
END_TEST

START_TEST(test_value_count_counts_values)
{
    xapian_c_match_spy *spy = NULL;
    xapian_c_enquire *e = enquire_for("all");
    xapian_c_term_iterator *values = NULL;
    const char *p = NULL;
    size_t n = 0, len = 0;
    OK(xapian_c_match_spy_new_value_count(0, &spy, NULL));
    OK(xapian_c_enquire_add_matchspy(e, spy, NULL));
    finds(e, "51234"); /* the shortest is first */
    OK(xapian_c_match_spy_get_total(spy, &n, NULL));
    ck_assert_uint_eq(n, 5);
    OK(xapian_c_match_spy_values_begin(spy, &values, NULL));
    has_terms(values, true, "blue:2 red:3 ");
    OK(xapian_c_match_spy_top_values_begin(spy, 9, &values, NULL));
    has_terms(values, true, "red:3 blue:2 ");
    OK(xapian_c_match_spy_top_values_begin(spy, 1, &values, NULL));
    xapian_c_match_spy_free(spy);
    has_terms(values, true, "red:3 "); /* the cursor does without the spy */
    xapian_c_enquire_free(e);
    OK(xapian_c_match_spy_new_value_count(0, &spy, NULL));
    OK(xapian_c_match_spy_get_description(spy, &p, &len, NULL));
    ck_assert_ptr_nonnull(strstr(p, "ValueCountMatchSpy"));
    xapian_c_match_spy_free(spy);
}
END_TEST

START_TEST(test_value_count_merges_and_unserialises)
{
    xapian_c_match_spy *spy = NULL, *clone = NULL, *read = NULL;
    xapian_c_document *doc = document(1);
    xapian_c_term_iterator *values = NULL;
    const char *p = NULL;
    size_t len = 0, n = 0;
    OK(xapian_c_match_spy_new_value_count(0, &spy, NULL));
    OK(xapian_c_match_spy_apply(spy, doc, 1.0, NULL));
    OK(xapian_c_match_spy_clone(spy, &clone, NULL));
    OK(xapian_c_match_spy_get_total(clone, &n, NULL));
    ck_assert_uint_eq(n, 0);
    OK(xapian_c_match_spy_name(spy, &p, &len, NULL));
    is_text(p, len, "Xapian::ValueCountMatchSpy");
    OK(xapian_c_match_spy_serialise(clone, &p, &len, NULL));
    OK(xapian_c_match_spy_unserialise("Xapian::ValueCountMatchSpy", p, len,
                                      &read, NULL));
    OK(xapian_c_match_spy_apply(read, doc, 1.0, NULL));
    OK(xapian_c_match_spy_serialise_results(spy, &p, &len, NULL));
    OK(xapian_c_match_spy_merge_results(read, p, len, NULL));
    OK(xapian_c_match_spy_values_begin(read, &values, NULL));
    has_terms(values, true, "red:2 ");
    xapian_c_status status =
        xapian_c_match_spy_merge_results(read, "\xff\xff", 2, NULL);
    ck_assert(status == XAPIAN_C_NETWORK_ERROR ||
              status == XAPIAN_C_SERIALISATION_ERROR);
    xapian_c_match_spy_free(read);
    status = xapian_c_match_spy_unserialise("Xapian::ValueCountMatchSpy", "",
                                            0, &read, NULL);
    ck_assert(status == XAPIAN_C_NETWORK_ERROR ||
              status == XAPIAN_C_SERIALISATION_ERROR);
    ck_assert_ptr_null(read);
    INVALID(xapian_c_match_spy_unserialise("x", "", 0, &read, NULL));
    xapian_c_match_spy_free(spy);
    xapian_c_match_spy_free(clone);
    xapian_c_document_free(doc);
}
END_TEST

START_TEST(test_counts_of_a_callback_are_errors)
{
    struct probe probe = {0, 1, 0.0};
    xapian_c_match_spy *spy = NULL, *clone = NULL;
    xapian_c_term_iterator *values = NULL;
    xapian_c_document *doc = document(1);
    const char *p = NULL;
    size_t len = 0, n = 7;
    OK(xapian_c_match_spy_new_callback(watch, &probe, &spy, NULL));
    IS(INVALID_OPERATION_ERROR, xapian_c_match_spy_get_total(spy, &n, NULL));
    ck_assert_uint_eq(n, 0);
    IS(INVALID_OPERATION_ERROR,
       xapian_c_match_spy_values_begin(spy, &values, NULL));
    IS(INVALID_OPERATION_ERROR,
       xapian_c_match_spy_top_values_begin(spy, 1, &values, NULL));
    IS(UNIMPLEMENTED_ERROR, xapian_c_match_spy_clone(spy, &clone, NULL));
    IS(UNIMPLEMENTED_ERROR, xapian_c_match_spy_name(spy, &p, &len, NULL));
    IS(UNIMPLEMENTED_ERROR,
       xapian_c_match_spy_serialise(spy, &p, &len, NULL));
    IS(UNIMPLEMENTED_ERROR,
       xapian_c_match_spy_serialise_results(spy, &p, &len, NULL));
    IS(UNIMPLEMENTED_ERROR,
       xapian_c_match_spy_merge_results(spy, "", 0, NULL));
    IS(CALLBACK_FAILED, xapian_c_match_spy_apply(spy, doc, 1.0, NULL));
    INVALID(xapian_c_match_spy_apply(spy, NULL, 1.0, NULL));
    INVALID(xapian_c_match_spy_get_total(NULL, &n, NULL));
    INVALID(xapian_c_match_spy_new_callback(NULL, NULL, &clone, NULL));
    INVALID(xapian_c_match_spy_new_value_count(0, NULL, NULL));
    xapian_c_match_spy_free(spy);
    xapian_c_match_spy_free(NULL);
    xapian_c_document_free(doc);
}
END_TEST

/* ---- KeyMaker ---- */

/* The digit of value 1: sorts documents backwards. */
static int digit(void *data, xapian_c_document *doc, const char **key,
                 size_t *len)
{
    if (fails(data))
        return -1;
    return xapian_c_document_get_value(doc, 1, key, len, NULL) != XAPIAN_C_OK;
}

static int nowhere(void *data, xapian_c_document *doc, const char **key,
                   size_t *len)
{
    (void)data;
    (void)doc;
    *key = NULL;
    *len = 1;
    return 0;
}

START_TEST(test_key_callback_sorts_or_fails)
{
    struct probe probe = {0, 0, 0.0};
    xapian_c_key_maker *maker = NULL;
    xapian_c_enquire *e = enquire_for("all");
    xapian_c_mset *mset = NULL;
    const char *p = NULL;
    size_t len = 0;
    OK(xapian_c_key_maker_new_callback(digit, &probe, &maker, NULL));
    OK(xapian_c_enquire_set_sort_by_key(e, maker, false, NULL));
    finds(e, "54321");
    mset = search(e);
    OK(xapian_c_mset_get_sort_key(mset, 0, &p, &len, NULL));
    is_text(p, len, "1");
    xapian_c_mset_free(mset);
    probe.fail_at = probe.calls + 2;
    IS(CALLBACK_FAILED, xapian_c_enquire_get_mset(e, 0, 9, NULL, &mset,
                                                  NULL));
    ck_assert_ptr_null(mset);
    IS(INVALID_OPERATION_ERROR,
       xapian_c_key_maker_add_value(maker, 0, false, "", 0, NULL));
    xapian_c_key_maker_free(maker);
    OK(xapian_c_key_maker_new_callback(nowhere, NULL, &maker, NULL));
    OK(xapian_c_enquire_set_sort_by_key(e, maker, false, NULL));
    IS(CALLBACK_FAILED, xapian_c_enquire_get_mset(e, 0, 9, NULL, &mset,
                                                  NULL));
    xapian_c_key_maker_free(maker);
    xapian_c_enquire_free(e);
    INVALID(xapian_c_key_maker_new_callback(NULL, NULL, &maker, NULL));
    xapian_c_key_maker_free(NULL);
}
END_TEST

START_TEST(test_multi_value_key_joins_slots)
{
    xapian_c_key_maker *maker = NULL;
    xapian_c_document *doc = document(3);
    xapian_c_enquire *e = enquire_for("all");
    const char *p = NULL;
    size_t len = 0;
    OK(xapian_c_key_maker_new_multi_value(&maker, NULL));
    OK(xapian_c_key_maker_add_value(maker, 3, false, "z", 1, NULL));
    OK(xapian_c_key_maker_apply(maker, doc, &p, &len, NULL));
    is_text(p, len, "x");
    OK(xapian_c_key_maker_add_value(maker, 0, true, NULL, 0, NULL));
    OK(xapian_c_key_maker_add_value(maker, 1, false, NULL, 0, NULL));
    OK(xapian_c_enquire_set_sort_by_key(e, maker, false, NULL));
    finds(e, "35142"); /* x, then red by digit, then blue by digit */
    INVALID(xapian_c_key_maker_add_value(maker, 0, false, NULL, 1, NULL));
    INVALID(xapian_c_key_maker_add_value(NULL, 0, false, "", 0, NULL));
    INVALID(xapian_c_key_maker_apply(maker, NULL, &p, &len, NULL));
    ck_assert_ptr_null(p);
    INVALID(xapian_c_key_maker_new_multi_value(NULL, NULL));
    xapian_c_key_maker_free(maker);
    xapian_c_document_free(doc);
    xapian_c_enquire_free(e);
}
END_TEST

static Suite *match_suite(void)
{
    Suite *suite = suite_create("xapian_c_match");
    TCase *deciders = tcase_create("deciders");
    tcase_add_test(deciders, test_match_callback_chooses_documents);
    tcase_add_test(deciders, test_match_callback_that_fails_is_callback_failed);
    tcase_add_test(deciders, test_value_set_chooses_by_value);
    tcase_add_test(deciders, test_values_of_a_callback_are_invalid_operation);
    tcase_add_test(deciders, test_expand_callback_chooses_terms_or_fails);
    tcase_add_test(deciders, test_expand_filters_choose_terms);
    suite_add_tcase(suite, deciders);

    TCase *spies = tcase_create("spies");
    tcase_add_test(spies, test_spy_callback_sees_documents_or_fails);
    tcase_add_test(spies, test_value_count_counts_values);
    tcase_add_test(spies, test_value_count_merges_and_unserialises);
    tcase_add_test(spies, test_counts_of_a_callback_are_errors);
    suite_add_tcase(suite, spies);

    TCase *keys = tcase_create("key makers");
    tcase_add_test(keys, test_key_callback_sorts_or_fails);
    tcase_add_test(keys, test_multi_value_key_joins_slots);
    suite_add_tcase(suite, keys);
    return suite;
}

int main(void)
{
    return run_suite(match_suite());
}
