/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Changing a database: documents, transactions, metadata, spellings and
 * synonyms. */
#define _XOPEN_SOURCE 700
#include "alloc_probe.h"
#include "database_fixture.h"

static xapian_c_database *db;

static void setup(void)
{
    folder_make();
    db = open_write("db", XAPIAN_C_DB_CREATE);
    add(db, "whale hunt whale");
    add(db, "whale song");
    add(db, "ship sails north");
    OK(xapian_c_writable_database_commit(db, NULL));
}

static void end(void)
{
    xapian_c_database_free(db);
    folder_remove();
}

static unsigned termfreq(const char *term)
{
    unsigned n = 0;
    OK(xapian_c_database_get_termfreq(db, term, strlen(term), &n, NULL));
    return n;
}

START_TEST(test_open_each_flag_is_accepted)
{
    static const int flags[] = {
        XAPIAN_C_DB_CREATE_OR_OPEN, XAPIAN_C_DB_CREATE_OR_OVERWRITE,
        XAPIAN_C_DB_NO_SYNC,        XAPIAN_C_DB_FULL_SYNC,
        XAPIAN_C_DB_DANGEROUS,      XAPIAN_C_DB_RETRY_LOCK,
        XAPIAN_C_DB_BACKEND_GLASS,  XAPIAN_C_DB_CREATE_OR_OVERWRITE |
                                        XAPIAN_C_DB_BACKEND_CHERT,
    };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        xapian_c_database *other = open_write("other", flags[i]);
        unsigned n = doccount(other);
        add(other, "whale");
        OK(xapian_c_writable_database_commit(other, NULL));
        ck_assert_uint_eq(doccount(other), n + 1);
        xapian_c_database_free(other);
    }
    write_file(in_folder("stub"), "inmemory\n");
    xapian_c_database *stub =
        open_write("stub", XAPIAN_C_DB_BACKEND_STUB | XAPIAN_C_DB_OPEN);
    add(stub, "whale");
    xapian_c_database_free(stub);

    size_t parts = 0;
    write_file(in_folder("stub"), "inmemory\ninmemory\n");
    stub = open_write("stub", XAPIAN_C_DB_BACKEND_STUB | XAPIAN_C_DB_OPEN);
    OK(xapian_c_database_size(stub, &parts, NULL));
    ck_assert_uint_eq(parts, 2);
    xapian_c_database_free(stub);
}
END_TEST

START_TEST(test_open_no_termlist_has_no_termlists)
{
    xapian_c_database *other = open_write(
        "other", XAPIAN_C_DB_CREATE | XAPIAN_C_DB_NO_TERMLIST);
    xapian_c_term_iterator *terms = NULL;
    add(other, "whale");
    OK(xapian_c_writable_database_commit(other, NULL));
    STATUS_IS(XAPIAN_C_FEATURE_UNAVAILABLE_ERROR,
              xapian_c_database_termlist_begin(other, 1, &terms, NULL));
    ck_assert_ptr_null(terms);
    xapian_c_database_free(other);
}
END_TEST

START_TEST(test_documents_replaced_and_deleted_by_number)
{
    xapian_c_document *doc = make_document("kraken");
    OK(xapian_c_writable_database_replace_document(db, 2, doc, NULL));
    OK(xapian_c_writable_database_replace_document(db, 9, doc, NULL));
    ck_assert_uint_eq(termfreq("kraken"), 2);
    ck_assert_uint_eq(termfreq("song"), 0);
    OK(xapian_c_writable_database_delete_document(db, 9, NULL));
    STATUS_IS(XAPIAN_C_DOC_NOT_FOUND_ERROR,
              xapian_c_writable_database_delete_document(db, 9, NULL));
    INVALID(xapian_c_writable_database_delete_document(db, 0, NULL));
    INVALID(xapian_c_writable_database_replace_document(db, 0, doc, NULL));
    ck_assert_uint_eq(doccount(db), 3);
    ck_assert_uint_eq(add(db, "whale"), 10);
    xapian_c_document_free(doc);
}
END_TEST

START_TEST(test_documents_replaced_and_deleted_by_term)
{
    xapian_c_document *doc = make_document("kraken");
    unsigned docid = 0;
    OK(xapian_c_writable_database_replace_document_term(db, "whale", 5, doc,
                                                        &docid, NULL));
    ck_assert_uint_eq(docid, 1);
    ck_assert_uint_eq(doccount(db), 2);
    OK(xapian_c_writable_database_replace_document_term(db, "none", 4, doc,
                                                        &docid, NULL));
    ck_assert_uint_eq(docid, 4);
    OK(xapian_c_writable_database_delete_document_term(db, "kraken", 6,
                                                       NULL));
    ck_assert_uint_eq(doccount(db), 1);
    OK(xapian_c_writable_database_delete_document_term(db, "none", 4, NULL));
    INVALID(xapian_c_writable_database_delete_document_term(db, "", 0, NULL));
    INVALID(xapian_c_writable_database_replace_document_term(
        db, "", 0, doc, &docid, NULL));
    ck_assert_uint_eq(docid, 0);
    xapian_c_document_free(doc);
}
END_TEST

START_TEST(test_add_too_long_term_is_invalid_argument)
{
    char term[300];
    xapian_c_document *doc = NULL;
    unsigned docid = 7;
    memset(term, 'x', sizeof term);
    OK(xapian_c_document_new(&doc, NULL));
    OK(xapian_c_document_add_term(doc, term, 245, 1, NULL));
    OK(xapian_c_writable_database_add_document(db, doc, &docid, NULL));
    OK(xapian_c_document_add_term(doc, term, 246, 1, NULL));
    INVALID(xapian_c_writable_database_add_document(db, doc, &docid, NULL));
    ck_assert_uint_eq(docid, 0);
    /* Zero bytes take two bytes on disk, and are noticed there. */
    OK(xapian_c_document_clear_terms(doc, NULL));
    memset(term, 0, sizeof term);
    OK(xapian_c_document_add_term(doc, term, 122, 1, NULL));
    OK(xapian_c_writable_database_add_document(db, doc, &docid, NULL));
    OK(xapian_c_writable_database_commit(db, NULL));
    OK(xapian_c_document_add_term(doc, term, 200, 1, NULL));
    OK(xapian_c_writable_database_add_document(db, doc, &docid, NULL));
    unsigned before = doccount(db);
    add(db, "lost with it");
    INVALID(xapian_c_writable_database_commit(db, NULL));
    ck_assert_uint_eq(doccount(db), before - 1);
    xapian_c_document_free(doc);
}
END_TEST

/* ---- transactions ---- */

START_TEST(test_transaction_commit_or_cancel)
{
    for (int flushed = 0; flushed < 2; flushed++) {
        unsigned before = doccount(db);
        OK(xapian_c_writable_database_begin_transaction(db, flushed, NULL));
        add(db, "kraken");
        WRONG_TIME(xapian_c_writable_database_commit(db, NULL));
        WRONG_TIME(xapian_c_writable_database_begin_transaction(db, flushed,
                                                                NULL));
        OK(xapian_c_writable_database_cancel_transaction(db, NULL));
        ck_assert_uint_eq(doccount(db), before);
        OK(xapian_c_writable_database_begin_transaction(db, flushed, NULL));
        add(db, "kraken");
        OK(xapian_c_writable_database_commit_transaction(db, NULL));
        ck_assert_uint_eq(doccount(db), before + 1);
    }
    WRONG_TIME(xapian_c_writable_database_commit_transaction(db, NULL));
    WRONG_TIME(xapian_c_writable_database_cancel_transaction(db, NULL));
}
END_TEST

START_TEST(test_transaction_in_memory_is_unimplemented)
{
    xapian_c_database *memory = open_memory();
    xapian_c_error err = {0};
    STATUS_IS(XAPIAN_C_UNIMPLEMENTED_ERROR,
              xapian_c_writable_database_begin_transaction(memory, true,
                                                           &err));
    ck_assert_str_eq(err.type, "UnimplementedError");
    xapian_c_database_free(memory);
}
END_TEST

/* ---- metadata, spelling, synonyms ---- */

START_TEST(test_metadata_is_kept_by_key)
{
    xapian_c_term_iterator *keys = NULL;
    const char *out = NULL;
    size_t len = 0;
    OK(xapian_c_writable_database_set_metadata(db, "k\0a", 3, "v\0", 2,
                                               NULL));
    OK(xapian_c_writable_database_set_metadata(db, "kb", 2, "b", 1, NULL));
    OK(xapian_c_writable_database_set_metadata(db, "x", 1, "x", 1, NULL));
    OK(xapian_c_writable_database_commit(db, NULL));
    OK(xapian_c_database_get_metadata(db, "k\0a", 3, &out, &len, NULL));
    ck_assert_uint_eq(len, 2);
    ck_assert_mem_eq(out, "v\0", 2);
    OK(xapian_c_writable_database_set_metadata(db, "x", 1, NULL, 0, NULL));
    OK(xapian_c_writable_database_set_metadata(db, "k\0a", 3, "", 0, NULL));
    OK(xapian_c_writable_database_commit(db, NULL));
    OK(xapian_c_database_metadata_keys_begin(db, "k", 1, &keys, NULL));
    terms_are("kb ", keys);
    OK(xapian_c_database_get_metadata(db, "x", 1, &out, &len, NULL));
    ck_assert_uint_eq(len, 0);
    INVALID(xapian_c_database_get_metadata(db, "", 0, &out, &len, NULL));
    ck_assert_ptr_null(out);
    INVALID(xapian_c_writable_database_set_metadata(db, "", 0, "v", 1, NULL));
}
END_TEST

START_TEST(test_metadata_keys_in_memory_are_unimplemented)
{
    xapian_c_database *memory = open_memory();
    xapian_c_term_iterator *keys = NULL;
    OK(xapian_c_writable_database_set_metadata(memory, "k", 1, "v", 1, NULL));
    STATUS_IS(XAPIAN_C_UNIMPLEMENTED_ERROR,
              xapian_c_database_metadata_keys_begin(memory, "", 0, &keys,
                                                    NULL));
    ck_assert_ptr_null(keys);
    xapian_c_database_free(memory);
}
END_TEST

START_TEST(test_spelling_suggests_what_was_added)
{
    xapian_c_term_iterator *words = NULL;
    const char *out = NULL;
    size_t len = 0;
    unsigned n = 0;
    OK(xapian_c_writable_database_add_spelling(db, "whale", 5, 3, NULL));
    OK(xapian_c_writable_database_add_spelling(db, "sail", 4, 1, NULL));
    OK(xapian_c_database_get_spelling_suggestion(db, "whael", 5, 2, &out,
                                                 &len, NULL));
    BYTES_ARE("whale", out, len);
    OK(xapian_c_database_get_spelling_suggestion(db, "zzzzzz", 6, 2, &out,
                                                 &len, NULL));
    ck_assert_uint_eq(len, 0);
    OK(xapian_c_writable_database_remove_spelling(db, "whale", 5, 1, NULL));
    OK(xapian_c_writable_database_remove_spelling(db, "sail", 4, 1, NULL));
    OK(xapian_c_writable_database_commit(db, NULL));
    OK(xapian_c_database_spellings_begin(db, &words, NULL));
    OK(xapian_c_term_iterator_next(words, NULL));
    OK(xapian_c_term_iterator_get_termfreq(words, &n, NULL));
    ck_assert_uint_eq(n, 2);
    STATUS_IS(XAPIAN_C_END, xapian_c_term_iterator_next(words, NULL));
    xapian_c_term_iterator_free(words);
}
END_TEST

START_TEST(test_synonyms_are_listed_and_removed)
{
    xapian_c_term_iterator *terms = NULL;
    OK(xapian_c_writable_database_add_synonym(db, "whale", 5, "orca", 4,
                                              NULL));
    OK(xapian_c_writable_database_add_synonym(db, "whale", 5, "beluga", 6,
                                              NULL));
    OK(xapian_c_writable_database_add_synonym(db, "ship", 4, "boat", 4,
                                              NULL));
    OK(xapian_c_writable_database_commit(db, NULL));
    OK(xapian_c_database_synonyms_begin(db, "whale", 5, &terms, NULL));
    terms_are("beluga orca ", terms);
    OK(xapian_c_database_synonym_keys_begin(db, "w", 1, &terms, NULL));
    terms_are("whale ", terms);
    OK(xapian_c_writable_database_remove_synonym(db, "whale", 5, "orca", 4,
                                                 NULL));
    OK(xapian_c_writable_database_clear_synonyms(db, "ship", 4, NULL));
    OK(xapian_c_writable_database_commit(db, NULL));
    OK(xapian_c_database_synonym_keys_begin(db, "", 0, &terms, NULL));
    terms_are("whale ", terms);
    OK(xapian_c_database_synonyms_begin(db, "whale", 5, &terms, NULL));
    terms_are("beluga ", terms);
}
END_TEST

/* ---- refusals ---- */

START_TEST(test_read_only_database_refuses_changes)
{
    xapian_c_database *reader = open_read("db");
    xapian_c_document *doc = make_document("kraken");
    xapian_c_error err = {0};
    unsigned n = 7;
    WRONG_TIME(xapian_c_writable_database_commit(reader, &err));
    ck_assert_str_eq(err.type, "InvalidOperationError");
    WRONG_TIME(xapian_c_writable_database_begin_transaction(reader, true,
                                                            NULL));
    WRONG_TIME(xapian_c_writable_database_add_document(reader, doc, &n,
                                                       NULL));
    ck_assert_uint_eq(n, 0);
    WRONG_TIME(xapian_c_writable_database_delete_document(reader, 1, NULL));
    WRONG_TIME(xapian_c_writable_database_set_metadata(reader, "k", 1, "v", 1,
                                                       NULL));
    xapian_c_document_free(doc);
    xapian_c_database_free(reader);
}
END_TEST

START_TEST(test_null_is_invalid_argument)
{
    xapian_c_document *doc = make_document("kraken");
    unsigned n = 7;
    INVALID(xapian_c_writable_database_commit(NULL, NULL));
    INVALID(xapian_c_writable_database_begin_transaction(NULL, true, NULL));
    INVALID(xapian_c_writable_database_add_document(db, NULL, &n, NULL));
    ck_assert_uint_eq(n, 0);
    INVALID(xapian_c_writable_database_add_document(db, doc, NULL, NULL));
    INVALID(xapian_c_writable_database_replace_document(db, 1, NULL, NULL));
    INVALID(xapian_c_writable_database_replace_document_term(db, NULL, 1, doc,
                                                             &n, NULL));
    INVALID(xapian_c_writable_database_delete_document_term(db, NULL, 1,
                                                            NULL));
    INVALID(xapian_c_writable_database_set_metadata(db, "k", 1, NULL, 1,
                                                    NULL));
    INVALID(xapian_c_writable_database_add_spelling(db, NULL, 1, 1, NULL));
    INVALID(xapian_c_writable_database_remove_spelling(NULL, "a", 1, 1,
                                                       NULL));
    INVALID(xapian_c_writable_database_add_synonym(db, "a", 1, NULL, 1,
                                                   NULL));
    INVALID(xapian_c_writable_database_remove_synonym(NULL, "a", 1, "b", 1,
                                                      NULL));
    INVALID(xapian_c_writable_database_clear_synonyms(NULL, "a", 1, NULL));
    ck_assert_uint_eq(doccount(db), 3);
    xapian_c_document_free(doc);
}
END_TEST

START_TEST(test_add_failing_allocation_is_no_memory)
{
    xapian_c_document *doc = make_document("a word or two for the database");
    unsigned long n = 1;
    bool failed = alloc_probe_works();
    for (; failed; n++) {
        xapian_c_database *memory = open_memory();
        unsigned docid = 7;
        alloc_probe_fail(n);
        xapian_c_status status = xapian_c_writable_database_add_document(
            memory, doc, &docid, NULL);
        failed = alloc_probe_has_failed();
        alloc_probe_fail(0);
        ck_assert_int_eq(status, failed ? XAPIAN_C_NO_MEMORY : XAPIAN_C_OK);
        ck_assert_uint_eq(docid, failed ? 0 : 1);
        xapian_c_database_free(memory);
    }
    xapian_c_document_free(doc);
}
END_TEST

static Suite *writable_suite(void)
{
    Suite *suite = suite_create("xapian_c_database_writable");
    TCase *all = tcase_create("writable");
    tcase_set_timeout(all, 30);
    tcase_add_checked_fixture(all, setup, end);
    tcase_add_test(all, test_open_each_flag_is_accepted);
    tcase_add_test(all, test_open_no_termlist_has_no_termlists);
    tcase_add_test(all, test_documents_replaced_and_deleted_by_number);
    tcase_add_test(all, test_documents_replaced_and_deleted_by_term);
    tcase_add_test(all, test_add_too_long_term_is_invalid_argument);
    tcase_add_test(all, test_transaction_commit_or_cancel);
    tcase_add_test(all, test_transaction_in_memory_is_unimplemented);
    tcase_add_test(all, test_metadata_is_kept_by_key);
    tcase_add_test(all, test_metadata_keys_in_memory_are_unimplemented);
    tcase_add_test(all, test_spelling_suggests_what_was_added);
    tcase_add_test(all, test_synonyms_are_listed_and_removed);
    tcase_add_test(all, test_read_only_database_refuses_changes);
    tcase_add_test(all, test_null_is_invalid_argument);
    tcase_add_test(all, test_add_failing_allocation_is_no_memory);
    suite_add_tcase(suite, all);
    return suite;
}

int main(void)
{
    return run_suite(writable_suite());
}
