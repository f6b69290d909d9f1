/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The numbers of a database, on disk and in memory. */
#define _XOPEN_SOURCE 700
#include "database_fixture.h"

static xapian_c_database *db;

static void setup(void)
{
    folder_make();
    make_whales("db");
    db = open_read("db");
}

static void end(void)
{
    xapian_c_database_free(db);
    folder_remove();
}

/* Loop tests run with 0, on disk, and with 1, in memory. */
static void use(int memory)
{
    if (memory) {
        xapian_c_database_free(db);
        db = open_memory();
        add(db, "whale hunt whale");
        add(db, "whale song");
        add(db, "ship sails north");
    }
}

START_TEST(test_numbers_of_the_whole)
{
    unsigned n = 0;
    double average = 0;
    unsigned long long total = 0;
    bool yes = false;
    use(_i);
    ck_assert_uint_eq(doccount(db), 3);
    OK(xapian_c_database_get_lastdocid(db, &n, NULL));
    ck_assert_uint_eq(n, 3);
    OK(xapian_c_database_get_average_length(db, &average, NULL));
    ck_assert_double_eq_tol(average, 8.0 / 3, 1e-9);
    OK(xapian_c_database_get_total_length(db, &total, NULL));
    ck_assert_uint_eq(total, 8);
    OK(xapian_c_database_get_doclength_lower_bound(db, &n, NULL));
    ck_assert_uint_le(n, 2);
    OK(xapian_c_database_get_doclength_upper_bound(db, &n, NULL));
    ck_assert_uint_ge(n, 3);
    OK(xapian_c_database_has_positions(db, &yes, NULL));
    ck_assert(yes);
    OK(xapian_c_database_keep_alive(db, NULL));
}
END_TEST

START_TEST(test_numbers_of_one_document)
{
    xapian_c_document *doc = NULL;
    const char *out = NULL;
    size_t len = 0;
    unsigned n = 0;
    use(_i);
    OK(xapian_c_database_get_doclength(db, 1, &n, NULL));
    ck_assert_uint_eq(n, 3);
    OK(xapian_c_database_get_unique_terms(db, 1, &n, NULL));
    ck_assert_uint_eq(n, 2);
    OK(xapian_c_database_get_document(db, 2, 0, &doc, NULL));
    OK(xapian_c_document_get_docid(doc, &n, NULL));
    ck_assert_uint_eq(n, 2);
    OK(xapian_c_document_get_data(doc, &out, &len, NULL));
    BYTES_ARE("whale song", out, len);
    OK(xapian_c_document_get_value(doc, 0, &out, &len, NULL));
    BYTES_ARE("whale song", out, len);
    OK(xapian_c_document_termlist_count(doc, &n, NULL));
    ck_assert_uint_eq(n, 2);
    INVALID(xapian_c_document_remove_value(doc, 8, NULL));
    xapian_c_document_free(doc);
}
END_TEST

START_TEST(test_document_missing_is_doc_not_found)
{
    xapian_c_document *doc = NULL;
    xapian_c_term_iterator *terms = NULL;
    xapian_c_position_iterator *positions = NULL;
    xapian_c_error err = {0};
    unsigned n = 7;
    use(_i);
    STATUS_IS(XAPIAN_C_DOC_NOT_FOUND_ERROR,
              xapian_c_database_get_document(db, 9, 0, &doc, &err));
    ck_assert_str_eq(err.type, "DocNotFoundError");
    ck_assert_ptr_null(doc);
    INVALID(xapian_c_database_get_document(db, 0, 0, &doc, NULL));
    STATUS_IS(XAPIAN_C_DOC_NOT_FOUND_ERROR,
              xapian_c_database_get_doclength(db, 9, &n, NULL));
    ck_assert_uint_eq(n, 0);
    STATUS_IS(XAPIAN_C_DOC_NOT_FOUND_ERROR,
              xapian_c_database_get_unique_terms(db, 9, &n, NULL));
    STATUS_IS(XAPIAN_C_DOC_NOT_FOUND_ERROR,
              xapian_c_database_termlist_begin(db, 9, &terms, NULL));
    INVALID(xapian_c_database_termlist_begin(db, 0, &terms, NULL));
    INVALID(xapian_c_database_positionlist_begin(db, 1, "", 0, &positions,
                                                 NULL));
    INVALID(xapian_c_database_positionlist_begin(db, 0, "whale", 5,
                                                 &positions, NULL));
    if (_i == 0) {
        OK(xapian_c_database_get_document(db, 9, XAPIAN_C_DOC_ASSUME_VALID,
                                          &doc, NULL));
        STATUS_IS(XAPIAN_C_DOC_NOT_FOUND_ERROR,
                  xapian_c_document_termlist_count(doc, &n, NULL));
        xapian_c_document_free(doc);
    }
}
END_TEST

START_TEST(test_numbers_of_one_term)
{
    static const struct {
        const char *term;
        unsigned termfreq, collection_freq, wdf;
    } rows[] = {{"whale", 2, 3, 2}, {"song", 1, 1, 1}, {"kraken", 0, 0, 0}};
    use(_i);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *term = rows[i].term;
        size_t len = strlen(term);
        unsigned n = 7;
        bool yes = true;
        OK(xapian_c_database_term_exists(db, term, len, &yes, NULL));
        ck_assert(yes == (rows[i].termfreq > 0));
        OK(xapian_c_database_get_termfreq(db, term, len, &n, NULL));
        ck_assert_uint_eq(n, rows[i].termfreq);
        OK(xapian_c_database_get_collection_freq(db, term, len, &n, NULL));
        ck_assert_uint_eq(n, rows[i].collection_freq);
        OK(xapian_c_database_get_wdf_upper_bound(db, term, len, &n, NULL));
        ck_assert_uint_ge(n, rows[i].wdf);
    }
    unsigned n = 0;
    OK(xapian_c_database_get_termfreq(db, NULL, 0, &n, NULL));
    ck_assert_uint_eq(n, 3);
}
END_TEST

START_TEST(test_numbers_of_one_slot)
{
    const char *out = NULL;
    size_t len = 0;
    unsigned n = 0;
    use(_i);
    OK(xapian_c_database_get_value_freq(db, 0, &n, NULL));
    ck_assert_uint_eq(n, 3);
    OK(xapian_c_database_get_value_lower_bound(db, 0, &out, &len, NULL));
    BYTES_ARE("ship sails north", out, len);
    OK(xapian_c_database_get_value_upper_bound(db, 0, &out, &len, NULL));
    BYTES_ARE("whale song", out, len);
    OK(xapian_c_database_get_value_upper_bound(db, 9, &out, &len, NULL));
    ck_assert_uint_eq(len, 0);
}
END_TEST

START_TEST(test_texts_of_the_whole)
{
    xapian_c_database *memory = open_memory();
    const char *out = NULL;
    size_t len = 0;
    unsigned long long revision = 0;
    OK(xapian_c_database_get_uuid(db, &out, &len, NULL));
    ck_assert_uint_eq(len, 36);
    OK(xapian_c_database_get_description(db, &out, &len, NULL));
    ck_assert_ptr_nonnull(strstr(out, "Database("));
    OK(xapian_c_database_get_revision(db, &revision, NULL));
    ck_assert_uint_eq(revision, 1);
    OK(xapian_c_database_get_uuid(memory, &out, &len, NULL));
    ck_assert_uint_eq(len, 0);
    OK(xapian_c_database_get_description(memory, &out, &len, NULL));
    ck_assert_ptr_nonnull(strstr(out, "WritableDatabase("));
    ck_assert_int_ne(xapian_c_database_get_revision(memory, &revision, NULL),
                     XAPIAN_C_OK);
    ck_assert_uint_eq(revision, 0);
    xapian_c_database_free(memory);
}
END_TEST

START_TEST(test_null_is_invalid_argument)
{
    const char *out = NULL;
    size_t len = 0;
    unsigned n = 7;
    double average = 1;
    unsigned long long total = 1;
    bool yes = true;
    INVALID(xapian_c_database_get_doccount(NULL, &n, NULL));
    ck_assert_uint_eq(n, 0);
    INVALID(xapian_c_database_get_doccount(db, NULL, NULL));
    INVALID(xapian_c_database_get_lastdocid(NULL, &n, NULL));
    INVALID(xapian_c_database_get_average_length(NULL, &average, NULL));
    INVALID(xapian_c_database_get_total_length(NULL, &total, NULL));
    INVALID(xapian_c_database_get_doclength_lower_bound(NULL, &n, NULL));
    INVALID(xapian_c_database_get_doclength_upper_bound(NULL, &n, NULL));
    INVALID(xapian_c_database_has_positions(NULL, &yes, NULL));
    INVALID(xapian_c_database_term_exists(db, NULL, 1, &yes, NULL));
    ck_assert(!yes);
    INVALID(xapian_c_database_get_termfreq(db, NULL, 1, &n, NULL));
    INVALID(xapian_c_database_get_collection_freq(db, NULL, 1, &n, NULL));
    INVALID(xapian_c_database_get_wdf_upper_bound(NULL, "a", 1, &n, NULL));
    INVALID(xapian_c_database_get_value_freq(NULL, 0, &n, NULL));
    INVALID(xapian_c_database_get_value_lower_bound(db, 0, NULL, &len, NULL));
    INVALID(xapian_c_database_get_value_upper_bound(db, 0, &out, NULL, NULL));
    INVALID(xapian_c_database_get_document(db, 1, 0, NULL, NULL));
}
END_TEST

static Suite *read_suite(void)
{
    Suite *suite = suite_create("xapian_c_database_read");
    TCase *all = tcase_create("read");
    tcase_add_checked_fixture(all, setup, end);
    tcase_add_loop_test(all, test_numbers_of_the_whole, 0, 2);
    tcase_add_loop_test(all, test_numbers_of_one_document, 0, 2);
    tcase_add_loop_test(all, test_document_missing_is_doc_not_found, 0, 2);
    tcase_add_loop_test(all, test_numbers_of_one_term, 0, 2);
    tcase_add_loop_test(all, test_numbers_of_one_slot, 0, 2);
    tcase_add_test(all, test_texts_of_the_whole);
    tcase_add_test(all, test_null_is_invalid_argument);
    suite_add_tcase(suite, all);
    return suite;
}

int main(void)
{
    return run_suite(read_suite());
}
