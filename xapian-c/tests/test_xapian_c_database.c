/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Opening, joining and closing databases, and each of Xapian's errors that
 * opening one can end in. */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "alloc_probe.h"
#include "database_fixture.h"

static xapian_c_status try_open(const char *path, int flags,
                                xapian_c_error *err)
{
    xapian_c_database *db = (xapian_c_database *)folder;
    xapian_c_status status = xapian_c_database_new_path(path, flags, &db, err);
    ck_assert((status == XAPIAN_C_OK) == (db != NULL));
    xapian_c_database_free(db);
    return status;
}

static xapian_c_status try_write(const char *path, int flags,
                                 xapian_c_error *err)
{
    xapian_c_database *db = (xapian_c_database *)folder;
    xapian_c_status status =
        xapian_c_writable_database_new_path(path, flags, 0, &db, err);
    ck_assert((status == XAPIAN_C_OK) == (db != NULL));
    xapian_c_database_free(db);
    return status;
}

/* Overwrites `len` bytes of a file at an offset. */
static void damage(const char *path, off_t offset, const char *bytes,
                   size_t len)
{
    int fd = open(path, O_WRONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, bytes, len, offset), (ssize_t)len);
    close(fd);
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) != -1 || errno != EBADF;
}

/* ---- open ---- */

START_TEST(test_open_what_is_there_reads_it)
{
    xapian_c_database *db = NULL;
    make_whales("db");
    db = open_read("db");
    ck_assert_uint_eq(doccount(db), 3);
    xapian_c_database_free(db);
    OK(try_open(in_folder("db"), XAPIAN_C_DB_BACKEND_GLASS, NULL));
    write_file(in_folder("stub"), "auto db\n");
    OK(try_open(in_folder("stub"), 0, NULL));
    OK(try_open(in_folder("stub"), XAPIAN_C_DB_BACKEND_STUB, NULL));
    OK(try_open("", XAPIAN_C_DB_BACKEND_INMEMORY, NULL));
    xapian_c_database_free(NULL);
}
END_TEST

START_TEST(test_open_missing_is_not_found)
{
    xapian_c_error err = {0};
    STATUS_IS(XAPIAN_C_DATABASE_NOT_FOUND_ERROR,
              try_open(in_folder("none"), 0, &err));
    ck_assert_str_eq(err.type, "DatabaseNotFoundError");
    STATUS_IS(XAPIAN_C_DATABASE_NOT_FOUND_ERROR,
              try_write(in_folder("none"), XAPIAN_C_DB_OPEN, NULL));
    STATUS_IS(XAPIAN_C_DATABASE_NOT_FOUND_ERROR,
              try_open(in_folder("none"), XAPIAN_C_DB_BACKEND_STUB, NULL));
}
END_TEST

START_TEST(test_open_not_a_database_is_opening_error)
{
    make_whales("db");
    write_file(in_folder("stub"), "nonsense db\n");
    STATUS_IS(XAPIAN_C_DATABASE_OPENING_ERROR,
              try_open(in_folder("stub"), XAPIAN_C_DB_BACKEND_STUB, NULL));
    ck_assert_int_eq(remove(in_folder("db/postlist.glass")), 0);
    STATUS_IS(XAPIAN_C_DATABASE_OPENING_ERROR,
              try_open(in_folder("db"), 0, NULL));
}
END_TEST

START_TEST(test_open_unknown_version_is_version_error)
{
    make_whales("db");
    /* 14 bytes of magic, then the format's version in two. */
    damage(in_folder("db/iamglass"), 14, "\xFF\xFF", 2);
    STATUS_IS(XAPIAN_C_DATABASE_VERSION_ERROR,
              try_open(in_folder("db"), 0, NULL));
}
END_TEST

START_TEST(test_open_cut_file_is_corrupt)
{
    xapian_c_error err = {0};
    make_whales("db");
    ck_assert_int_eq(truncate(in_folder("db/iamglass"), 20), 0);
    STATUS_IS(XAPIAN_C_DATABASE_CORRUPT_ERROR,
              try_open(in_folder("db"), 0, &err));
    ck_assert_str_eq(err.type, "DatabaseCorruptError");
}
END_TEST

START_TEST(test_open_existing_to_create_is_create_error)
{
    make_whales("db");
    STATUS_IS(XAPIAN_C_DATABASE_CREATE_ERROR,
              try_write(in_folder("db"), XAPIAN_C_DB_CREATE, NULL));
    STATUS_IS(XAPIAN_C_DATABASE_CREATE_ERROR,
              try_write(in_folder("a/b/c"), XAPIAN_C_DB_CREATE, NULL));
}
END_TEST

START_TEST(test_open_twice_for_writing_is_lock_error)
{
    xapian_c_database *db = open_write("db", XAPIAN_C_DB_CREATE);
    xapian_c_database *reader = open_read("db");
    bool locked = false;
    STATUS_IS(XAPIAN_C_DATABASE_LOCK_ERROR,
              try_write(in_folder("db"), XAPIAN_C_DB_OPEN, NULL));
    OK(xapian_c_database_locked(db, &locked, NULL));
    ck_assert(locked);
    OK(xapian_c_database_locked(reader, &locked, NULL));
    ck_assert(locked);
    xapian_c_database_free(db);
    OK(xapian_c_database_locked(reader, &locked, NULL));
    ck_assert(!locked);
    OK(try_write(in_folder("db"),
                 XAPIAN_C_DB_OPEN | XAPIAN_C_DB_RETRY_LOCK, NULL));
    xapian_c_database_free(reader);
}
END_TEST

START_TEST(test_open_single_file_by_descriptor)
{
    xapian_c_database *db = NULL;
    make_whales("db");
    db = open_read("db");
    OK(xapian_c_database_compact(db, in_folder("one"),
                                 XAPIAN_C_DBCOMPACT_SINGLE_FILE, 0, NULL,
                                 NULL));
    xapian_c_database_free(db);
    int fd = open(in_folder("one"), O_RDONLY);
    OK(xapian_c_database_new_fd(fd, 0, &db, NULL));
    ck_assert_uint_eq(doccount(db), 3);
    xapian_c_database_free(db);
    ck_assert(!is_open(fd));
}
END_TEST

START_TEST(test_open_bad_descriptor_closes_it)
{
    xapian_c_database *db = NULL;
    write_file(in_folder("text"), "not a database at all, but long enough");
    int fd = open(in_folder("text"), O_RDONLY);
    ck_assert_int_ne(xapian_c_database_new_fd(fd, 0, &db, NULL), XAPIAN_C_OK);
    ck_assert_ptr_null(db);
    ck_assert(!is_open(fd));
    fd = open(in_folder("text"), O_RDONLY);
    ck_assert_int_ne(
        xapian_c_database_new_fd(fd, XAPIAN_C_DB_BACKEND_CHERT, &db, NULL),
        XAPIAN_C_OK);
    ck_assert(!is_open(fd));
    INVALID(xapian_c_database_new_fd(-1, 0, &db, NULL));
    fd = open(in_folder("text"), O_RDONLY);
    INVALID(xapian_c_database_new_fd(fd, 0, NULL, NULL));
    ck_assert(!is_open(fd));
}
END_TEST

START_TEST(test_open_failing_allocation_is_no_memory)
{
    unsigned long n = 1;
    bool failed = alloc_probe_works();
    make_whales("db");
    for (; failed; n++) {
        const char *path = in_folder("db");
        xapian_c_database *db = NULL;
        alloc_probe_fail(n);
        xapian_c_status status =
            xapian_c_database_new_path(path, 0, &db, NULL);
        failed = alloc_probe_has_failed();
        alloc_probe_fail(0);
        ck_assert_int_eq(status, failed ? XAPIAN_C_NO_MEMORY : XAPIAN_C_OK);
        ck_assert((status == XAPIAN_C_OK) == (db != NULL));
        xapian_c_database_free(db);
    }
}
END_TEST

/* ---- joined ---- */

START_TEST(test_add_database_interleaves_documents)
{
    xapian_c_database *all = NULL;
    size_t parts = 7;
    make_whales("a");
    make_whales("b");
    OK(xapian_c_database_new(&all, NULL));
    OK(xapian_c_database_size(all, &parts, NULL));
    ck_assert_uint_eq(parts, 0);
    ck_assert_uint_eq(doccount(all), 0);
    for (int i = 0; i < 2; i++) {
        xapian_c_database *one = open_read(i == 0 ? "a" : "b");
        OK(xapian_c_database_add_database(all, one, NULL));
        xapian_c_database_free(one);
    }
    OK(xapian_c_database_size(all, &parts, NULL));
    ck_assert_uint_eq(parts, 2);
    ck_assert_uint_eq(doccount(all), 6);
    unsigned long long revision = 7;
    WRONG_TIME(xapian_c_database_get_revision(all, &revision, NULL));
    ck_assert_uint_eq(revision, 0);
    INVALID(xapian_c_database_add_database(all, all, NULL));
    INVALID(xapian_c_database_add_database(all, NULL, NULL));
    xapian_c_database_free(all);
}
END_TEST

START_TEST(test_add_database_writable_takes_writable_only)
{
    xapian_c_database *all = NULL;
    xapian_c_database *a = open_memory();
    xapian_c_database *b = open_write("b", XAPIAN_C_DB_CREATE);
    xapian_c_database *reader = NULL;
    xapian_c_term_iterator *terms = NULL;
    OK(xapian_c_writable_database_new(&all, NULL));
    OK(xapian_c_database_add_database(all, a, NULL));
    OK(xapian_c_database_add_database(all, b, NULL));
    OK(xapian_c_writable_database_commit(b, NULL));
    reader = open_read("b");
    WRONG_TIME(xapian_c_database_add_database(all, reader, NULL));
    OK(xapian_c_database_allterms_begin(all, NULL, 0, &terms, NULL));
    ck_assert_uint_eq(add(all, "whale"), 1);
    ck_assert_uint_eq(add(all, "song"), 2);
    ck_assert_uint_eq(doccount(a), 1);
    ck_assert_uint_eq(doccount(b), 1);
    ck_assert_uint_eq(doccount(all), 2);
    add(a, "ship");
    /* A part in memory was changed under this one. */
    xapian_c_term_iterator_free(terms);
    OK(xapian_c_database_allterms_begin(all, NULL, 0, &terms, NULL));
    add(a, "ship");
    WRONG_TIME(xapian_c_term_iterator_next(terms, NULL));
    xapian_c_term_iterator_free(terms);
    xapian_c_database_free(reader);
    xapian_c_database_free(a);
    xapian_c_database_free(b);
    xapian_c_database_free(all);
}
END_TEST

/* ---- reopen and close ---- */

/* Two commits are what a reader's snapshot does not outlive. */
START_TEST(test_reopen_after_modified_error_reads_again)
{
    xapian_c_database *writer = open_write("db", XAPIAN_C_DB_CREATE);
    char text[32];
    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "whale w%d", i);
        add(writer, text);
    }
    OK(xapian_c_writable_database_commit(writer, NULL));
    xapian_c_database *reader = open_read("db");
    bool changed = true;
    OK(xapian_c_database_reopen(reader, &changed, NULL));
    ck_assert(!changed);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned docid = 1; docid <= 2000; docid++) {
            xapian_c_document *doc = make_document("ship song");
            OK(xapian_c_writable_database_replace_document(writer, docid, doc,
                                                           NULL));
            xapian_c_document_free(doc);
        }
        OK(xapian_c_writable_database_commit(writer, NULL));
    }
    xapian_c_term_iterator *terms = NULL;
    xapian_c_error err = {0};
    xapian_c_status status = XAPIAN_C_OK;
    for (unsigned docid = 1; status == XAPIAN_C_OK && docid <= 2000;
         docid++) {
        status =
            xapian_c_database_termlist_begin(reader, docid, &terms, &err);
        xapian_c_term_iterator_free(terms);
    }
    ck_assert_int_eq(status, XAPIAN_C_DATABASE_MODIFIED_ERROR);
    ck_assert_str_eq(err.type, "DatabaseModifiedError");
    ck_assert_ptr_null(terms);
    OK(xapian_c_database_reopen(reader, &changed, NULL));
    ck_assert(changed);
    OK(xapian_c_database_termlist_begin(reader, 1, &terms, NULL));
    terms_are("ship song ", terms);
    xapian_c_database_free(reader);
    xapian_c_database_free(writer);
}
END_TEST

START_TEST(test_close_commits_and_ends_use)
{
    xapian_c_database *db = open_write("db", XAPIAN_C_DB_CREATE);
    xapian_c_document *doc = make_document("late");
    xapian_c_error err = {0};
    unsigned n = 7;
    bool changed = true;
    add(db, "whale");
    OK(xapian_c_database_close(db, NULL));
    OK(xapian_c_database_close(db, NULL));
    STATUS_IS(XAPIAN_C_DATABASE_CLOSED_ERROR,
              xapian_c_writable_database_add_document(db, doc, &n, &err));
    ck_assert_uint_eq(n, 0);
    ck_assert_str_eq(err.type, "DatabaseClosedError");
    xapian_c_document_free(doc);
    xapian_c_database_free(db);
    db = open_read("db");
    ck_assert_uint_eq(doccount(db), 1);
    OK(xapian_c_database_close(db, NULL));
    STATUS_IS(XAPIAN_C_DATABASE_CLOSED_ERROR,
              xapian_c_database_reopen(db, &changed, NULL));
    ck_assert(!changed);
    xapian_c_database_free(db);
}
END_TEST

START_TEST(test_null_is_invalid_argument)
{
    xapian_c_database *db = NULL;
    const char *out = NULL;
    size_t len = 0;
    bool yes = true;
    INVALID(xapian_c_database_new(NULL, NULL));
    INVALID(xapian_c_database_new_path(NULL, 0, &db, NULL));
    INVALID(xapian_c_database_new_path(folder, 0, NULL, NULL));
    INVALID(xapian_c_writable_database_new(NULL, NULL));
    INVALID(xapian_c_writable_database_new_path(NULL, 0, 0, &db, NULL));
    INVALID(xapian_c_database_size(NULL, &len, NULL));
    INVALID(xapian_c_database_reopen(NULL, &yes, NULL));
    ck_assert(!yes);
    INVALID(xapian_c_database_close(NULL, NULL));
    INVALID(xapian_c_database_locked(NULL, &yes, NULL));
    INVALID(xapian_c_database_keep_alive(NULL, NULL));
    INVALID(xapian_c_database_get_uuid(NULL, &out, &len, NULL));
    INVALID(xapian_c_database_get_description(NULL, &out, &len, NULL));
}
END_TEST

static Suite *database_suite(void)
{
    Suite *suite = suite_create("xapian_c_database");
    TCase *all = tcase_create("database");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, folder_make, folder_remove);
    tcase_add_test(all, test_open_what_is_there_reads_it);
    tcase_add_test(all, test_open_missing_is_not_found);
    tcase_add_test(all, test_open_not_a_database_is_opening_error);
    tcase_add_test(all, test_open_unknown_version_is_version_error);
    tcase_add_test(all, test_open_cut_file_is_corrupt);
    tcase_add_test(all, test_open_existing_to_create_is_create_error);
    tcase_add_test(all, test_open_twice_for_writing_is_lock_error);
    tcase_add_test(all, test_open_single_file_by_descriptor);
    tcase_add_test(all, test_open_bad_descriptor_closes_it);
    tcase_add_test(all, test_open_failing_allocation_is_no_memory);
    tcase_add_test(all, test_add_database_interleaves_documents);
    tcase_add_test(all, test_add_database_writable_takes_writable_only);
    tcase_add_test(all, test_reopen_after_modified_error_reads_again);
    tcase_add_test(all, test_close_commits_and_ends_use);
    tcase_add_test(all, test_null_is_invalid_argument);
    suite_add_tcase(suite, all);
    return suite;
}

int main(void)
{
    return run_suite(database_suite());
}
