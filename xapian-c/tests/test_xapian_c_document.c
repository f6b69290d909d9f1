/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Documents: data, terms, values, and the whole as bytes. */
#define _XOPEN_SOURCE 700
#include "alloc_probe.h"
#include "database_fixture.h"

static xapian_c_document *doc;

static void document_make(void)
{
    doc = make_document("b a b");
}

static void document_end(void)
{
    xapian_c_document_free(doc);
}

static xapian_c_term_iterator *terms_of(const xapian_c_document *document)
{
    xapian_c_term_iterator *terms = NULL;
    OK(xapian_c_document_termlist_begin(document, &terms, NULL));
    return terms;
}

static unsigned wdf_of(const char *term)
{
    xapian_c_term_iterator *terms = terms_of(doc);
    unsigned wdf = 0;
    OK(xapian_c_term_iterator_skip_to(terms, term, strlen(term), NULL));
    OK(xapian_c_term_iterator_get_wdf(terms, &wdf, NULL));
    xapian_c_term_iterator_free(terms);
    return wdf;
}

START_TEST(test_new_null_is_invalid_argument)
{
    xapian_c_error err = {0};
    INVALID(xapian_c_document_new(NULL, &err));
    ck_assert_str_eq(err.type, "xapian_c");
    xapian_c_document_free(NULL);
}
END_TEST

START_TEST(test_data_with_zero_bytes_is_kept)
{
    const char *out = NULL;
    size_t len = 0;
    OK(xapian_c_document_set_data(doc, "x\0y", 3, NULL));
    OK(xapian_c_document_get_data(doc, &out, &len, NULL));
    ck_assert_uint_eq(len, 3);
    ck_assert_mem_eq(out, "x\0y", 4);
    /* What was lent may be given back. */
    OK(xapian_c_document_set_data(doc, out + 1, 2, NULL));
    OK(xapian_c_document_get_data(doc, &out, &len, NULL));
    ck_assert_mem_eq(out, "\0y", 3);
    OK(xapian_c_document_set_data(doc, NULL, 0, NULL));
    OK(xapian_c_document_get_data(doc, &out, &len, NULL));
    ck_assert_uint_eq(len, 0);
    ck_assert_ptr_nonnull(out);
}
END_TEST

START_TEST(test_postings_added_together_are_as_one_by_one)
{
    const unsigned positions[] = {2, 9, 9};
    const xapian_c_posting postings[] = {
        {"z\0z", 3, 4, positions, 3}, {"b", 1, 5, NULL, 0},
        {"new", 3, 0, NULL, 0},       {"b", 1, 1, positions + 1, 1}};
    xapian_c_document *other = make_document("b a b");
    const char *a = NULL, *b = NULL;
    size_t a_len = 0, b_len = 0;
    for (size_t i = 0; i < 3; i++)
        OK(xapian_c_document_add_posting(other, "z\0z", 3, positions[i],
                                         i == 0 ? 4 : 0, NULL));
    OK(xapian_c_document_add_term(other, "b", 1, 5, NULL));
    OK(xapian_c_document_add_boolean_term(other, "new", 3, NULL));
    OK(xapian_c_document_add_posting(other, "b", 1, 9, 1, NULL));
    OK(xapian_c_document_add_postings(doc, postings, 4, NULL));
    OK(xapian_c_document_add_postings(doc, NULL, 0, NULL));
    OK(xapian_c_document_serialise(doc, &a, &a_len, NULL));
    OK(xapian_c_document_serialise(other, &b, &b_len, NULL));
    ck_assert_uint_eq(a_len, b_len);
    ck_assert_mem_eq(a, b, a_len);
    xapian_c_document_free(other);
}
END_TEST

START_TEST(test_postings_refuse_what_is_missing)
{
    const unsigned position = 1;
    const xapian_c_posting empty = {"", 0, 1, &position, 1};
    const xapian_c_posting no_term = {NULL, 1, 1, NULL, 0};
    const xapian_c_posting no_positions = {"a", 1, 1, NULL, 1};
    INVALID(xapian_c_document_add_postings(NULL, &empty, 1, NULL));
    INVALID(xapian_c_document_add_postings(doc, NULL, 1, NULL));
    INVALID(xapian_c_document_add_postings(doc, &empty, 1, NULL));
    INVALID(xapian_c_document_add_postings(doc, &no_term, 1, NULL));
    INVALID(xapian_c_document_add_postings(doc, &no_positions, 1, NULL));
}
END_TEST

START_TEST(test_terms_added_are_listed_in_order)
{
    unsigned n = 0;
    OK(xapian_c_document_add_term(doc, "c", 1, 5, NULL));
    OK(xapian_c_document_add_boolean_term(doc, "Kx", 2, NULL));
    OK(xapian_c_document_termlist_count(doc, &n, NULL));
    ck_assert_uint_eq(n, 4);
    terms_are("Kx a b c ", terms_of(doc));
    ck_assert_uint_eq(wdf_of("Kx"), 0);
    ck_assert_uint_eq(wdf_of("b"), 2);
    ck_assert_uint_eq(wdf_of("c"), 5);
    OK(xapian_c_document_clear_terms(doc, NULL));
    OK(xapian_c_document_termlist_count(doc, &n, NULL));
    ck_assert_uint_eq(n, 0);
    terms_are("", terms_of(doc));
}
END_TEST

START_TEST(test_terms_removed_are_gone)
{
    unsigned n = 7;
    OK(xapian_c_document_remove_posting(doc, "b", 1, 3, 1, NULL));
    ck_assert_uint_eq(wdf_of("b"), 1);
    OK(xapian_c_document_remove_postings(doc, "b", 1, 0, 99, 9, &n, NULL));
    ck_assert_uint_eq(n, 1);
    ck_assert_uint_eq(wdf_of("b"), 0);
    OK(xapian_c_document_remove_postings(doc, "b", 1, 0, 99, 9, &n, NULL));
    ck_assert_uint_eq(n, 0);
    OK(xapian_c_document_remove_term(doc, "b", 1, NULL));
    terms_are("a ", terms_of(doc));
}
END_TEST

START_TEST(test_terms_not_there_are_invalid_argument)
{
    xapian_c_error err = {0};
    unsigned n = 7;
    INVALID(xapian_c_document_remove_posting(doc, "b", 1, 9, 1, &err));
    ck_assert_str_eq(err.type, "InvalidArgumentError");
    INVALID(xapian_c_document_remove_posting(doc, "z", 1, 1, 1, NULL));
    INVALID(xapian_c_document_remove_postings(doc, "z", 1, 0, 9, 1, &n, NULL));
    ck_assert_uint_eq(n, 0);
    INVALID(xapian_c_document_remove_term(doc, "z", 1, NULL));
    INVALID(xapian_c_document_add_term(doc, "", 0, 1, NULL));
    INVALID(xapian_c_document_add_posting(doc, NULL, 0, 1, 1, NULL));
    INVALID(xapian_c_document_remove_value(doc, 9, NULL));
}
END_TEST

START_TEST(test_values_are_set_by_slot)
{
    const char *out = NULL;
    size_t len = 7;
    unsigned n = 0;
    OK(xapian_c_document_add_value(doc, 4, "\0four", 5, NULL));
    OK(xapian_c_document_get_value(doc, 4, &out, &len, NULL));
    ck_assert_uint_eq(len, 5);
    ck_assert_mem_eq(out, "\0four", 5);
    OK(xapian_c_document_values_count(doc, &n, NULL));
    ck_assert_uint_eq(n, 2);
    OK(xapian_c_document_remove_value(doc, 4, NULL));
    OK(xapian_c_document_get_value(doc, 4, &out, &len, NULL));
    ck_assert_uint_eq(len, 0);
    OK(xapian_c_document_clear_values(doc, NULL));
    OK(xapian_c_document_values_count(doc, &n, NULL));
    ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(test_serialise_and_back_is_the_same)
{
    xapian_c_document *back = NULL;
    const char *out = NULL;
    size_t len = 0;
    unsigned docid = 7;
    OK(xapian_c_document_serialise(doc, &out, &len, NULL));
    OK(xapian_c_document_unserialise(out, len, &back, NULL));
    terms_are("a b ", terms_of(back));
    OK(xapian_c_document_get_data(back, &out, &len, NULL));
    BYTES_ARE("b a b", out, len);
    OK(xapian_c_document_get_value(back, 0, &out, &len, NULL));
    BYTES_ARE("b a b", out, len);
    OK(xapian_c_document_get_docid(back, &docid, NULL));
    ck_assert_uint_eq(docid, 0);
    OK(xapian_c_document_get_description(back, &out, &len, NULL));
    ck_assert_uint_gt(len, 0);
    xapian_c_document_free(back);
}
END_TEST

/* Cut at every length, and with each byte changed: an error or a document. */
START_TEST(test_unserialise_damaged_bytes_do_no_harm)
{
    char whole[256];
    const char *out = NULL;
    size_t len = 0;
    int failures = 0;
    OK(xapian_c_document_serialise(doc, &out, &len, NULL));
    ck_assert_uint_lt(len, sizeof whole);
    memcpy(whole, out, len);
    for (size_t i = 0; i < 2 * len; i++) {
        xapian_c_document *back = NULL;
        size_t part = i < len ? i : len;
        char *bytes = malloc(part > 0 ? part : 1);
        memcpy(bytes, whole, part);
        if (i >= len)
            bytes[i - len] = (char)~bytes[i - len];
        xapian_c_status status =
            xapian_c_document_unserialise(bytes, part, &back, NULL);
        if (status != XAPIAN_C_OK) {
            ck_assert(status == XAPIAN_C_NETWORK_ERROR ||
                      status == XAPIAN_C_INVALID_ARGUMENT_ERROR);
            ck_assert_ptr_null(back);
            failures++;
        }
        xapian_c_document_free(back);
        free(bytes);
    }
    ck_assert_int_gt(failures, 0);
}
END_TEST

START_TEST(test_null_handle_or_out_is_invalid_argument)
{
    xapian_c_term_iterator *terms = NULL;
    xapian_c_value_iterator *values = NULL;
    xapian_c_document *back = doc;
    const char *out = "x";
    size_t len = 7;
    unsigned n = 7;
    INVALID(xapian_c_document_get_data(NULL, &out, &len, NULL));
    ck_assert_ptr_null(out);
    ck_assert_uint_eq(len, 0);
    INVALID(xapian_c_document_get_data(doc, NULL, &len, NULL));
    INVALID(xapian_c_document_get_value(doc, 0, &out, NULL, NULL));
    INVALID(xapian_c_document_serialise(NULL, &out, &len, NULL));
    INVALID(xapian_c_document_get_description(NULL, &out, &len, NULL));
    INVALID(xapian_c_document_set_data(NULL, "", 0, NULL));
    INVALID(xapian_c_document_set_data(doc, NULL, 1, NULL));
    INVALID(xapian_c_document_add_term(NULL, "a", 1, 1, NULL));
    INVALID(xapian_c_document_clear_values(NULL, NULL));
    INVALID(xapian_c_document_clear_terms(NULL, NULL));
    INVALID(xapian_c_document_remove_postings(doc, "a", 1, 0, 9, 1, NULL,
                                              NULL));
    INVALID(xapian_c_document_termlist_count(NULL, &n, NULL));
    ck_assert_uint_eq(n, 0);
    INVALID(xapian_c_document_values_count(doc, NULL, NULL));
    INVALID(xapian_c_document_get_docid(NULL, &n, NULL));
    INVALID(xapian_c_document_termlist_begin(NULL, &terms, NULL));
    INVALID(xapian_c_document_values_begin(NULL, &values, NULL));
    INVALID(xapian_c_document_unserialise(NULL, 3, &back, NULL));
    ck_assert_ptr_null(back);
}
END_TEST

/* Everything a document does, with each allocation failing in turn. */
START_TEST(test_document_failing_allocation_is_no_memory)
{
    static const char word[] = "a term that is longer than a short string";
    unsigned long n = 1;
    bool failed = alloc_probe_works();
    for (; failed; n++) {
        xapian_c_document *made = NULL;
        xapian_c_document *back = NULL;
        xapian_c_term_iterator *terms = NULL;
        const char *out = NULL;
        size_t len = 0;
        xapian_c_status status;
        alloc_probe_fail(n);
        status = xapian_c_document_new(&made, NULL);
        if (status == XAPIAN_C_OK)
            status = xapian_c_document_add_posting(made, word, sizeof word, 1,
                                                   1, NULL);
        if (status == XAPIAN_C_OK)
            status = xapian_c_document_add_value(made, 1, word, sizeof word,
                                                 NULL);
        if (status == XAPIAN_C_OK)
            status = xapian_c_document_termlist_begin(made, &terms, NULL);
        if (status == XAPIAN_C_OK)
            status = xapian_c_term_iterator_next(terms, NULL);
        if (status == XAPIAN_C_OK)
            status = xapian_c_document_serialise(made, &out, &len, NULL);
        if (status == XAPIAN_C_OK)
            status = xapian_c_document_unserialise(out, len, &back, NULL);
        failed = alloc_probe_has_failed();
        alloc_probe_fail(0);
        ck_assert_int_eq(status, failed ? XAPIAN_C_NO_MEMORY : XAPIAN_C_OK);
        xapian_c_term_iterator_free(terms);
        xapian_c_document_free(made);
        xapian_c_document_free(back);
    }
}
END_TEST

static Suite *document_suite(void)
{
    Suite *suite = suite_create("xapian_c_document");
    TCase *all = tcase_create("document");
    tcase_add_checked_fixture(all, document_make, document_end);
    tcase_add_test(all, test_new_null_is_invalid_argument);
    tcase_add_test(all, test_data_with_zero_bytes_is_kept);
    tcase_add_test(all, test_postings_added_together_are_as_one_by_one);
    tcase_add_test(all, test_postings_refuse_what_is_missing);
    tcase_add_test(all, test_terms_added_are_listed_in_order);
    tcase_add_test(all, test_terms_removed_are_gone);
    tcase_add_test(all, test_terms_not_there_are_invalid_argument);
    tcase_add_test(all, test_values_are_set_by_slot);
    tcase_add_test(all, test_serialise_and_back_is_the_same);
    tcase_add_test(all, test_unserialise_damaged_bytes_do_no_harm);
    tcase_add_test(all, test_null_handle_or_out_is_invalid_argument);
    tcase_add_test(all, test_document_failing_allocation_is_no_memory);
    suite_add_tcase(suite, all);
    return suite;
}

int main(void)
{
    return run_suite(document_suite());
}
