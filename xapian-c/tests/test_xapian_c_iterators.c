/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The four cursors, on a database on disk and on one in memory: order, skips,
 * what there is to read, and that they outlive and notice what they should. */
#define _XOPEN_SOURCE 700
#include "alloc_probe.h"
#include "database_fixture.h"

static xapian_c_database *db;

/* Loop tests run with 0, on disk, and with 1, in memory. */
static void open_whales(int memory)
{
    db = memory ? open_memory() : open_write("db", XAPIAN_C_DB_CREATE);
    add(db, "whale hunt whale");
    add(db, "whale song");
    add(db, "ship sails north");
    if (!memory)
        OK(xapian_c_writable_database_commit(db, NULL));
}

static void fixture_end(void)
{
    xapian_c_database_free(db);
    db = NULL;
    folder_remove();
}

static unsigned docid_of(const xapian_c_posting_iterator *postings)
{
    unsigned docid = 0;
    OK(xapian_c_posting_iterator_get_docid(postings, &docid, NULL));
    return docid;
}

/* ---- terms ---- */

START_TEST(test_terms_walk_gives_each_in_order)
{
    xapian_c_term_iterator *terms = NULL;
    open_whales(_i);
    OK(xapian_c_database_allterms_begin(db, NULL, 0, &terms, NULL));
    terms_are("hunt north sails ship song whale ", terms);
    OK(xapian_c_database_allterms_begin(db, "s", 1, &terms, NULL));
    terms_are("sails ship song ", terms);
    OK(xapian_c_database_termlist_begin(db, 1, &terms, NULL));
    terms_are("hunt whale ", terms);
    OK(xapian_c_database_allterms_begin(db, "zz", 2, &terms, NULL));
    STATUS_IS(XAPIAN_C_END, xapian_c_term_iterator_next(terms, NULL));
    STATUS_IS(XAPIAN_C_END, xapian_c_term_iterator_next(terms, NULL));
    STATUS_IS(XAPIAN_C_END,
              xapian_c_term_iterator_skip_to(terms, "a", 1, NULL));
    xapian_c_term_iterator_free(terms);
}
END_TEST

START_TEST(test_terms_skip_never_goes_back)
{
    xapian_c_term_iterator *terms = NULL;
    const char *term = NULL;
    size_t len = 0;
    open_whales(_i);
    OK(xapian_c_database_allterms_begin(db, NULL, 0, &terms, NULL));
    OK(xapian_c_term_iterator_skip_to(terms, "o", 1, NULL));
    OK(xapian_c_term_iterator_get_term(terms, &term, &len, NULL));
    BYTES_ARE("sails", term, len);
    OK(xapian_c_term_iterator_skip_to(terms, "hunt", 4, NULL));
    OK(xapian_c_term_iterator_get_term(terms, &term, &len, NULL));
    BYTES_ARE("sails", term, len);
    /* The target may be what the cursor lent. */
    OK(xapian_c_term_iterator_skip_to(terms, term, len, NULL));
    OK(xapian_c_term_iterator_next(terms, NULL));
    OK(xapian_c_term_iterator_get_term(terms, &term, &len, NULL));
    BYTES_ARE("ship", term, len);
    STATUS_IS(XAPIAN_C_END,
              xapian_c_term_iterator_skip_to(terms, "x", 1, NULL));
    WRONG_TIME(xapian_c_term_iterator_get_term(terms, &term, &len, NULL));
    ck_assert_ptr_null(term);
    xapian_c_term_iterator_free(terms);
}
END_TEST

START_TEST(test_terms_numbers_are_those_of_the_document)
{
    xapian_c_term_iterator *terms = NULL;
    xapian_c_position_iterator *positions = NULL;
    const char *text = NULL;
    size_t len = 0;
    unsigned n = 0;
    open_whales(_i);
    OK(xapian_c_database_termlist_begin(db, 1, &terms, NULL));
    OK(xapian_c_term_iterator_skip_to(terms, "whale", 5, NULL));
    OK(xapian_c_term_iterator_get_wdf(terms, &n, NULL));
    ck_assert_uint_eq(n, 2);
    OK(xapian_c_term_iterator_get_termfreq(terms, &n, NULL));
    ck_assert_uint_eq(n, 2);
    OK(xapian_c_term_iterator_positionlist_count(terms, &n, NULL));
    ck_assert_uint_eq(n, 2);
    OK(xapian_c_term_iterator_get_description(terms, &text, &len, NULL));
    ck_assert_uint_gt(len, 0);
    OK(xapian_c_term_iterator_positionlist_begin(terms, &positions, NULL));
    xapian_c_term_iterator_free(terms);
    OK(xapian_c_position_iterator_next(positions, NULL));
    OK(xapian_c_position_iterator_next(positions, NULL));
    OK(xapian_c_position_iterator_get_position(positions, &n, NULL));
    ck_assert_uint_eq(n, 3);
    xapian_c_position_iterator_free(positions);
}
END_TEST

/* ---- postings ---- */

START_TEST(test_postings_walk_and_skip)
{
    xapian_c_posting_iterator *postings = NULL;
    const char *text = NULL;
    size_t len = 0;
    unsigned n = 0;
    open_whales(_i);
    OK(xapian_c_database_postlist_begin(db, "whale", 5, &postings, NULL));
    OK(xapian_c_posting_iterator_next(postings, NULL));
    ck_assert_uint_eq(docid_of(postings), 1);
    OK(xapian_c_posting_iterator_get_wdf(postings, &n, NULL));
    ck_assert_uint_eq(n, 2);
    OK(xapian_c_posting_iterator_get_doclength(postings, &n, NULL));
    ck_assert_uint_eq(n, 3);
    OK(xapian_c_posting_iterator_get_unique_terms(postings, &n, NULL));
    ck_assert_uint_eq(n, 2);
    OK(xapian_c_posting_iterator_get_description(postings, &text, &len,
                                                 NULL));
    OK(xapian_c_posting_iterator_skip_to(postings, 2, NULL));
    OK(xapian_c_posting_iterator_skip_to(postings, 1, NULL));
    ck_assert_uint_eq(docid_of(postings), 2);
    STATUS_IS(XAPIAN_C_END, xapian_c_posting_iterator_next(postings, NULL));
    STATUS_IS(XAPIAN_C_END,
              xapian_c_posting_iterator_skip_to(postings, 9, NULL));
    WRONG_TIME(xapian_c_posting_iterator_get_docid(postings, &n, NULL));
    ck_assert_uint_eq(n, 0);
    xapian_c_posting_iterator_free(postings);

    OK(xapian_c_database_postlist_begin(db, NULL, 0, &postings, NULL));
    OK(xapian_c_posting_iterator_skip_to(postings, 3, NULL));
    ck_assert_uint_eq(docid_of(postings), 3);
    xapian_c_posting_iterator_free(postings);
}
END_TEST

/* ---- positions ---- */

START_TEST(test_positions_walk_and_skip)
{
    xapian_c_posting_iterator *postings = NULL;
    xapian_c_position_iterator *positions = NULL;
    const char *text = NULL;
    size_t len = 0;
    unsigned n = 0;
    open_whales(_i);
    OK(xapian_c_database_postlist_begin(db, "whale", 5, &postings, NULL));
    WRONG_TIME(xapian_c_posting_iterator_positionlist_begin(
        postings, &positions, NULL));
    OK(xapian_c_posting_iterator_next(postings, NULL));
    OK(xapian_c_posting_iterator_positionlist_begin(postings, &positions,
                                                    NULL));
    xapian_c_posting_iterator_free(postings);
    WRONG_TIME(xapian_c_position_iterator_get_position(positions, &n, NULL));
    OK(xapian_c_position_iterator_skip_to(positions, 2, NULL));
    OK(xapian_c_position_iterator_skip_to(positions, 1, NULL));
    OK(xapian_c_position_iterator_get_position(positions, &n, NULL));
    ck_assert_uint_eq(n, 3);
    OK(xapian_c_position_iterator_get_description(positions, &text, &len,
                                                  NULL));
    STATUS_IS(XAPIAN_C_END, xapian_c_position_iterator_next(positions, NULL));
    xapian_c_position_iterator_free(positions);

    OK(xapian_c_database_positionlist_begin(db, 1, "hunt", 4, &positions,
                                            NULL));
    OK(xapian_c_position_iterator_next(positions, NULL));
    OK(xapian_c_position_iterator_get_position(positions, &n, NULL));
    ck_assert_uint_eq(n, 2);
    xapian_c_position_iterator_free(positions);
}
END_TEST

/* ---- values ---- */

START_TEST(test_values_of_slot_walk_skip_and_check)
{
    xapian_c_value_iterator *values = NULL;
    const char *out = NULL;
    size_t len = 0;
    unsigned n = 0;
    bool found = true;
    open_whales(_i);
    OK(xapian_c_writable_database_delete_document(db, 2, NULL));
    OK(xapian_c_database_valuestream_begin(db, 0, &values, NULL));
    OK(xapian_c_value_iterator_next(values, NULL));
    OK(xapian_c_value_iterator_get_value(values, &out, &len, NULL));
    BYTES_ARE("whale hunt whale", out, len);
    OK(xapian_c_value_iterator_check(values, 2, &found, NULL));
    ck_assert(!found);
    WRONG_TIME(xapian_c_value_iterator_get_docid(values, &n, NULL));
    OK(xapian_c_value_iterator_next(values, NULL));
    OK(xapian_c_value_iterator_get_docid(values, &n, NULL));
    ck_assert_uint_eq(n, 3);
    OK(xapian_c_value_iterator_skip_to(values, 1, NULL));
    OK(xapian_c_value_iterator_check(values, 3, &found, NULL));
    ck_assert(found);
    OK(xapian_c_value_iterator_get_valueno(values, &n, NULL));
    ck_assert_uint_eq(n, 0);
    OK(xapian_c_value_iterator_get_description(values, &out, &len, NULL));
    STATUS_IS(XAPIAN_C_END, xapian_c_value_iterator_next(values, NULL));
    OK(xapian_c_value_iterator_check(values, 3, &found, NULL));
    ck_assert(!found);
    xapian_c_value_iterator_free(values);
}
END_TEST

START_TEST(test_values_of_document_walk_by_slot)
{
    xapian_c_document *doc = make_document("word");
    xapian_c_value_iterator *values = NULL;
    unsigned n = 0;
    bool found = false;
    OK(xapian_c_document_add_value(doc, 5, "five", 4, NULL));
    OK(xapian_c_document_values_begin(doc, &values, NULL));
    OK(xapian_c_value_iterator_check(values, 2, &found, NULL));
    ck_assert(!found);
    OK(xapian_c_value_iterator_skip_to(values, 1, NULL));
    OK(xapian_c_value_iterator_get_valueno(values, &n, NULL));
    ck_assert_uint_eq(n, 5);
    WRONG_TIME(xapian_c_value_iterator_get_docid(values, &n, NULL));
    OK(xapian_c_value_iterator_check(values, 5, &found, NULL));
    ck_assert(found);
    STATUS_IS(XAPIAN_C_END, xapian_c_value_iterator_next(values, NULL));
    xapian_c_value_iterator_free(values);
    xapian_c_document_free(doc);
}
END_TEST

/* ---- lifetimes ---- */

START_TEST(test_cursors_outlive_database_and_document)
{
    xapian_c_document *doc = NULL;
    xapian_c_term_iterator *terms = NULL;
    xapian_c_term_iterator *own = NULL;
    xapian_c_value_iterator *values = NULL;
    open_whales(_i);
    OK(xapian_c_database_get_document(db, 3, 0, &doc, NULL));
    OK(xapian_c_document_termlist_begin(doc, &own, NULL));
    OK(xapian_c_document_values_begin(doc, &values, NULL));
    OK(xapian_c_database_termlist_begin(db, 3, &terms, NULL));
    xapian_c_document_free(doc);
    xapian_c_database_free(db);
    db = NULL;
    terms_are("north sails ship ", terms);
    terms_are("north sails ship ", own);
    OK(xapian_c_value_iterator_next(values, NULL));
    xapian_c_value_iterator_free(values);
}
END_TEST

START_TEST(test_cursors_on_changed_document_stop)
{
    xapian_c_document *doc = make_document("a b c");
    xapian_c_term_iterator *terms = NULL;
    xapian_c_value_iterator *values = NULL;
    xapian_c_position_iterator *positions = NULL;
    xapian_c_error err = {0};
    unsigned n = 0;
    OK(xapian_c_document_termlist_begin(doc, &terms, NULL));
    OK(xapian_c_document_values_begin(doc, &values, NULL));
    OK(xapian_c_term_iterator_next(terms, NULL));
    OK(xapian_c_term_iterator_positionlist_begin(terms, &positions, NULL));
    WRONG_TIME(xapian_c_term_iterator_get_termfreq(terms, &n, NULL));
    OK(xapian_c_document_clear_terms(doc, NULL));
    WRONG_TIME(xapian_c_term_iterator_get_wdf(terms, &n, NULL));
    WRONG_TIME(xapian_c_term_iterator_next(terms, &err));
    ck_assert_str_eq(err.message, "what the cursor walks was changed");
    WRONG_TIME(xapian_c_value_iterator_next(values, NULL));
    WRONG_TIME(xapian_c_position_iterator_next(positions, NULL));
    xapian_c_term_iterator_free(terms);
    xapian_c_value_iterator_free(values);
    xapian_c_position_iterator_free(positions);
    xapian_c_document_free(doc);
}
END_TEST

/* On disk a cursor goes on; in memory Xapian's would read freed memory. */
START_TEST(test_cursors_on_changed_database)
{
    xapian_c_posting_iterator *postings = NULL;
    xapian_c_document *doc = NULL;
    xapian_c_term_iterator *terms = NULL;
    xapian_c_status expected =
        _i == 0 ? XAPIAN_C_OK : XAPIAN_C_INVALID_OPERATION_ERROR;
    open_whales(_i);
    OK(xapian_c_database_get_document(db, 1, 0, &doc, NULL));
    OK(xapian_c_document_termlist_begin(doc, &terms, NULL));
    OK(xapian_c_database_postlist_begin(db, "whale", 5, &postings, NULL));
    OK(xapian_c_posting_iterator_next(postings, NULL));
    for (int i = 0; i < 100; i++)
        add(db, "whale");
    STATUS_IS(expected, xapian_c_posting_iterator_next(postings, NULL));
    STATUS_IS(expected, xapian_c_term_iterator_next(terms, NULL));
    xapian_c_posting_iterator_free(postings);
    xapian_c_term_iterator_free(terms);
    xapian_c_document_free(doc);
}
END_TEST

START_TEST(test_cursors_on_closed_database_fail)
{
    xapian_c_term_iterator *terms = NULL;
    xapian_c_posting_iterator *postings = NULL;
    open_whales(0);
    OK(xapian_c_database_allterms_begin(db, NULL, 0, &terms, NULL));
    OK(xapian_c_database_close(db, NULL));
    STATUS_IS(XAPIAN_C_DATABASE_CLOSED_ERROR,
              xapian_c_database_postlist_begin(db, "whale", 5, &postings,
                                               NULL));
    ck_assert_ptr_null(postings);
    /* Already read, or closed: but once failed, it stays so. */
    xapian_c_status status = xapian_c_term_iterator_next(terms, NULL);
    while (status == XAPIAN_C_OK)
        status = xapian_c_term_iterator_next(terms, NULL);
    if (status != XAPIAN_C_END)
        WRONG_TIME(xapian_c_term_iterator_next(terms, NULL));
    xapian_c_term_iterator_free(terms);
}
END_TEST

START_TEST(test_null_is_invalid_argument)
{
    xapian_c_position_iterator *positions = NULL;
    xapian_c_term_iterator *terms = NULL;
    const char *out = NULL;
    size_t len = 0;
    unsigned n = 0;
    bool found = true;
    open_whales(1);
    OK(xapian_c_database_allterms_begin(db, NULL, 0, &terms, NULL));
    OK(xapian_c_term_iterator_next(terms, NULL));
    INVALID(xapian_c_term_iterator_skip_to(terms, NULL, 1, NULL));
    INVALID(xapian_c_term_iterator_get_term(terms, NULL, &len, NULL));
    INVALID(xapian_c_term_iterator_get_wdf(terms, NULL, NULL));
    INVALID(xapian_c_term_iterator_positionlist_begin(terms, NULL, NULL));
    INVALID(xapian_c_term_iterator_next(NULL, NULL));
    INVALID(xapian_c_posting_iterator_next(NULL, NULL));
    INVALID(xapian_c_position_iterator_next(NULL, NULL));
    INVALID(xapian_c_value_iterator_next(NULL, NULL));
    INVALID(xapian_c_posting_iterator_skip_to(NULL, 1, NULL));
    INVALID(xapian_c_posting_iterator_get_docid(NULL, &n, NULL));
    INVALID(xapian_c_value_iterator_get_value(NULL, &out, &len, NULL));
    INVALID(xapian_c_value_iterator_check(NULL, 1, &found, NULL));
    ck_assert(!found);
    INVALID(xapian_c_posting_iterator_positionlist_begin(NULL, &positions,
                                                         NULL));
    xapian_c_term_iterator_free(terms);
    xapian_c_term_iterator_free(NULL);
    xapian_c_posting_iterator_free(NULL);
    xapian_c_position_iterator_free(NULL);
    xapian_c_value_iterator_free(NULL);
}
END_TEST

START_TEST(test_cursor_failing_allocation_is_no_memory)
{
    unsigned long n = 1;
    bool failed = alloc_probe_works();
    open_whales(_i);
    for (; failed; n++) {
        xapian_c_term_iterator *terms = NULL;
        const char *term = NULL;
        size_t len = 0;
        alloc_probe_fail(n);
        xapian_c_status status =
            xapian_c_database_termlist_begin(db, 3, &terms, NULL);
        ck_assert((status == XAPIAN_C_OK) == (terms != NULL));
        while (status == XAPIAN_C_OK) {
            status = xapian_c_term_iterator_next(terms, NULL);
            if (status == XAPIAN_C_OK)
                status = xapian_c_term_iterator_get_term(terms, &term, &len,
                                                         NULL);
        }
        failed = alloc_probe_has_failed();
        alloc_probe_fail(0);
        ck_assert_int_eq(status, failed ? XAPIAN_C_NO_MEMORY : XAPIAN_C_END);
        xapian_c_term_iterator_free(terms);
    }
}
END_TEST

static Suite *iterators_suite(void)
{
    Suite *suite = suite_create("xapian_c_iterators");

    TCase *both = tcase_create("both");
    tcase_add_checked_fixture(both, folder_make, fixture_end);
    tcase_add_loop_test(both, test_terms_walk_gives_each_in_order, 0, 2);
    tcase_add_loop_test(both, test_terms_skip_never_goes_back, 0, 2);
    tcase_add_loop_test(both, test_terms_numbers_are_those_of_the_document, 0,
                        2);
    tcase_add_loop_test(both, test_postings_walk_and_skip, 0, 2);
    tcase_add_loop_test(both, test_positions_walk_and_skip, 0, 2);
    tcase_add_loop_test(both, test_values_of_slot_walk_skip_and_check, 0, 2);
    tcase_add_loop_test(both, test_cursors_outlive_database_and_document, 0,
                        2);
    tcase_add_loop_test(both, test_cursors_on_changed_database, 0, 2);
    tcase_add_loop_test(both, test_cursor_failing_allocation_is_no_memory, 0,
                        2);
    tcase_add_test(both, test_cursors_on_closed_database_fail);
    tcase_add_test(both, test_null_is_invalid_argument);
    tcase_add_test(both, test_values_of_document_walk_by_slot);
    tcase_add_test(both, test_cursors_on_changed_document_stop);
    suite_add_tcase(suite, both);
    return suite;
}

int main(void)
{
    return run_suite(iterators_suite());
}
