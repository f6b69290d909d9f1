/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The errors that a search can end in: no memory, queries that cannot be run,
 * databases that were closed or changed, documents that are missing. */
#define _XOPEN_SOURCE 700
#include "match_fixture.h"

#include <ftw.h>
#include <unistd.h>

#include "alloc_probe.h"

/* ---- A database on disk ---- */

static int remove_entry(const char *path, const struct stat *status, int type,
                        struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

static void make_folder(char path[32])
{
    snprintf(path, 32, "/tmp/xapian_c_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(path));
}

static void remove_folder(const char *path)
{
    ck_assert_int_eq(nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static xapian_c_rset *rset_of(unsigned docid)
{
    xapian_c_rset *rset = NULL;
    OK(xapian_c_rset_new(&rset, NULL));
    OK(xapian_c_rset_add_document(rset, docid, NULL));
    return rset;
}

/* ---- Failures ---- */

/* Later ones are not made to fail: Xapian's matcher leaks when they do. */
START_TEST(test_get_mset_failing_allocation_is_no_memory)
{
    xapian_c_enquire *e = enquire_for("word");
    for (unsigned long n = 1; alloc_probe_works() && n <= 2; n++) {
        xapian_c_mset *mset = (xapian_c_mset *)&mset;
        alloc_probe_fail(n);
        xapian_c_status status =
            xapian_c_enquire_get_mset(e, 0, 9, NULL, &mset, NULL);
        alloc_probe_fail(0);
        IS(NO_MEMORY, status);
        ck_assert_ptr_null(mset);
    }
    finds(e, "4321");
    xapian_c_enquire_free(e);
}
END_TEST

START_TEST(test_percent_cutoff_sorted_by_value_is_unimplemented)
{
    xapian_c_enquire *e = enquire_for("word");
    xapian_c_mset *mset = (xapian_c_mset *)&mset;
    xapian_c_error err = {0};
    OK(xapian_c_enquire_set_cutoff(e, 50, 0.0, NULL));
    OK(xapian_c_enquire_set_sort_by_value(e, 1, false, NULL));
    IS(UNIMPLEMENTED_ERROR,
       xapian_c_enquire_get_mset(e, 0, 9, NULL, &mset, &err));
    ck_assert_ptr_null(mset);
    ck_assert_str_eq(err.type, "UnimplementedError");
    xapian_c_enquire_free(e);
}
END_TEST

START_TEST(test_wildcard_of_too_many_terms_is_wildcard_error)
{
    xapian_c_database *db = open_docs("");
    xapian_c_query *query = NULL;
    xapian_c_mset *mset = NULL;
    OK(xapian_c_query_new_wildcard("n", 1, 2, XAPIAN_C_WILDCARD_LIMIT_ERROR,
                                   XAPIAN_C_OP_SYNONYM, &query, NULL));
    xapian_c_enquire *e = enquire_on(db, query);
    IS(WILDCARD_ERROR, xapian_c_enquire_get_mset(e, 0, 9, NULL, &mset, NULL));
    xapian_c_enquire_free(e);
    xapian_c_database_free(db);
}
END_TEST

START_TEST(test_expansion_of_missing_document_is_doc_not_found)
{
    xapian_c_enquire *e = enquire_for("word");
    xapian_c_rset *rset = rset_of(77);
    xapian_c_eset *eset = NULL;
    IS(DOC_NOT_FOUND_ERROR,
       xapian_c_enquire_get_eset(e, 9, rset, NULL, &eset, NULL));
    ck_assert_ptr_null(eset);
    xapian_c_rset_free(rset);
    xapian_c_enquire_free(e);
}
END_TEST

START_TEST(test_closed_database_is_database_closed)
{
    char path[32];
    make_folder(path);
    xapian_c_database *db = open_docs(path);
    xapian_c_enquire *e = enquire_on(db, term_query("word"));
    xapian_c_mset *before = search(e), *mset = NULL;
    xapian_c_document *doc = NULL;
    const char *p = NULL;
    size_t len = 0;
    OK(xapian_c_database_close(db, NULL));
    IS(DATABASE_CLOSED_ERROR,
       xapian_c_enquire_get_mset(e, 0, 9, NULL, &mset, NULL));
    OK(xapian_c_mset_get_document(before, 0, &doc, NULL)); /* not read yet */
    IS(DATABASE_CLOSED_ERROR,
       xapian_c_document_get_value(doc, 0, &p, &len, NULL));
    xapian_c_document_free(doc);
    xapian_c_mset_free(before);
    xapian_c_enquire_free(e);
    xapian_c_database_free(db);
    remove_folder(path);
}
END_TEST

static void add_docs(xapian_c_database *db, unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++)
        add_doc(db, i);
    OK(xapian_c_writable_database_commit(db, NULL));
}

/* Two commits after it was opened, blocks that a reader has not yet read have
 * been reused; with few documents there would be none such. */
START_TEST(test_changed_database_is_database_modified)
{
    char path[32];
    xapian_c_database *reader = NULL;
    xapian_c_mset *mset = NULL;
    bool changed = false;
    make_folder(path);
    xapian_c_database *db = open_docs(path);
    add_docs(db, 6, 1000);
    OK(xapian_c_database_new_path(path, 0, &reader, NULL));
    xapian_c_enquire *e = enquire_on(reader, term_query("word"));
    for (unsigned i = 10; i < 14; i++)
        add_docs(db, i * 100, i * 100 + 100);
    IS(DATABASE_MODIFIED_ERROR,
       xapian_c_enquire_get_mset(e, 0, 9, NULL, &mset, NULL));
    ck_assert_ptr_null(mset);
    OK(xapian_c_database_reopen(reader, &changed, NULL));
    ck_assert(changed);
    finds(e, "4321");
    xapian_c_enquire_free(e);
    xapian_c_database_free(reader);
    xapian_c_database_free(db);
    remove_folder(path);
}
END_TEST

START_TEST(test_null_is_invalid_argument)
{
    xapian_c_enquire *e = enquire_for("word");
    xapian_c_key_maker *maker = NULL;
    xapian_c_mset *mset = search(e), *m = (xapian_c_mset *)&m;
    xapian_c_term_iterator *terms = NULL;
    xapian_c_query *q = NULL;
    xapian_c_eset *eset = NULL;
    xapian_c_rset *rset = rset_of(1);
    const char *p = NULL;
    size_t len = 0;
    OK(xapian_c_key_maker_new_multi_value(&maker, NULL));
    INVALID(xapian_c_enquire_set_query(e, NULL, 0, NULL));
    INVALID(xapian_c_enquire_get_query(NULL, &q, NULL));
    INVALID(xapian_c_enquire_set_weighting_scheme(e, NULL, NULL));
    INVALID(xapian_c_enquire_set_expansion_scheme(e, NULL, 1.0, NULL));
    INVALID(xapian_c_enquire_set_cutoff(NULL, 0, 0.0, NULL));
    INVALID(xapian_c_enquire_set_collapse_key(NULL, 0, 1, NULL));
    INVALID(xapian_c_enquire_add_matchspy(e, NULL, NULL));
    INVALID(xapian_c_enquire_clear_matchspies(NULL, NULL));
    INVALID(xapian_c_enquire_set_time_limit(NULL, 0.0, NULL));
    INVALID(xapian_c_enquire_set_docid_order(NULL, XAPIAN_C_DOCID_ASCENDING,
                                             NULL));
    INVALID(xapian_c_enquire_set_sort_by_relevance(NULL, NULL));
    INVALID(xapian_c_enquire_set_sort_by_value(NULL, 0, false, NULL));
    INVALID(xapian_c_enquire_set_sort_by_key(e, NULL, false, NULL));
    INVALID(xapian_c_enquire_set_sort_by_value_then_relevance(NULL, 0, false,
                                                              NULL));
    INVALID(xapian_c_enquire_set_sort_by_key_then_relevance(NULL, maker,
                                                            false, NULL));
    INVALID(xapian_c_enquire_set_sort_by_relevance_then_value(NULL, 0, false,
                                                              NULL));
    INVALID(xapian_c_enquire_set_sort_by_relevance_then_key(e, NULL, false,
                                                            NULL));
    INVALID(xapian_c_enquire_get_mset(NULL, 0, 9, NULL, &m, NULL));
    ck_assert_ptr_null(m);
    INVALID(xapian_c_enquire_get_mset(e, 0, 9, NULL, NULL, NULL));
    INVALID(xapian_c_enquire_get_eset(e, 9, NULL, NULL, &eset, NULL));
    INVALID(xapian_c_enquire_get_eset(e, 9, rset, NULL, NULL, NULL));
    INVALID(xapian_c_enquire_get_matching_terms_begin(NULL, 1, &terms, NULL));
    INVALID(xapian_c_enquire_get_matching_terms_begin_item(e, NULL, 0, &terms,
                                                           NULL));
    INVALID(xapian_c_enquire_get_description(NULL, &p, &len, NULL));
    xapian_c_rset_free(rset);
    xapian_c_key_maker_free(maker);
    xapian_c_mset_free(mset);
    xapian_c_enquire_free(e);
}
END_TEST

static Suite *errors_suite(void)
{
    Suite *suite = suite_create("xapian_c_enquire_errors");
    TCase *failing = tcase_create("failures");
    tcase_add_test(failing, test_get_mset_failing_allocation_is_no_memory);
    tcase_add_test(failing,
                   test_percent_cutoff_sorted_by_value_is_unimplemented);
    tcase_add_test(failing, test_wildcard_of_too_many_terms_is_wildcard_error);
    tcase_add_test(failing,
                   test_expansion_of_missing_document_is_doc_not_found);
    tcase_add_test(failing, test_closed_database_is_database_closed);
    tcase_add_test(failing, test_changed_database_is_database_modified);
    tcase_add_test(failing, test_null_is_invalid_argument);
    suite_add_tcase(suite, failing);
    return suite;
}

int main(void)
{
    return run_suite(errors_suite());
}
