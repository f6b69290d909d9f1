/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Checking and compacting, with their callbacks. */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "database_fixture.h"

/* What callbacks saw, and when they are to fail. */
typedef struct record {
    size_t calls;
    size_t bytes;
    size_t fail_at; /* 0: never */
    const char *keep; /* NULL: join the values */
    char joined[64];
} record;

static int take_report(void *data, const char *bytes, size_t len)
{
    record *r = data;
    ck_assert_ptr_nonnull(bytes);
    r->bytes += len;
    return ++r->calls == r->fail_at;
}

static int take_status(void *data, const char *table, size_t table_len,
                       const char *status, size_t status_len)
{
    record *r = data;
    ck_assert_uint_eq(strlen(table), table_len);
    ck_assert_uint_eq(strlen(status), status_len);
    return ++r->calls == r->fail_at;
}

static int join_values(void *data, const char *key, size_t key_len,
                       size_t count, const char *const *values,
                       const size_t *lens, const char **out, size_t *out_len)
{
    record *r = data;
    BYTES_ARE("k", key, key_len);
    BYTES_ARE("one", *out, *out_len);
    r->joined[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(strlen(values[i]), lens[i]);
        strcat(r->joined, values[i]);
    }
    *out = r->keep != NULL ? r->keep : r->joined;
    *out_len = strlen(*out);
    return ++r->calls == r->fail_at;
}

static int claim_null_bytes(void *data, const char *key, size_t key_len,
                            size_t count, const char *const *values,
                            const size_t *lens, const char **out,
                            size_t *out_len)
{
    (void)data;
    (void)key;
    (void)key_len;
    (void)count;
    (void)values;
    (void)lens;
    *out = NULL;
    *out_len = 1;
    return 0;
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) != -1 || errno != EBADF;
}

static void set_key(const char *name, const char *value)
{
    xapian_c_database *db = open_write(name, XAPIAN_C_DB_OPEN);
    OK(xapian_c_writable_database_set_metadata(db, "k", 1, value,
                                               strlen(value), NULL));
    OK(xapian_c_writable_database_commit(db, NULL));
    xapian_c_database_free(db);
}

/* Two databases with metadata under one key, joined. */
static xapian_c_database *open_two(void)
{
    xapian_c_database *all = NULL;
    xapian_c_database *b = NULL;
    make_whales("a");
    make_whales("b");
    set_key("a", "one");
    set_key("b", "two");
    OK(xapian_c_database_new_path(in_folder("a"), 0, &all, NULL));
    OK(xapian_c_database_new_path(in_folder("b"), 0, &b, NULL));
    OK(xapian_c_database_add_database(all, b, NULL));
    xapian_c_database_free(b);
    return all;
}

static void key_is(const char *name, const char *value)
{
    xapian_c_database *db = open_read(name);
    const char *out = NULL;
    size_t len = 0;
    ck_assert_uint_eq(doccount(db), 6);
    OK(xapian_c_database_get_metadata(db, "k", 1, &out, &len, NULL));
    BYTES_ARE(value, out, len);
    xapian_c_database_free(db);
}

/* ---- check ---- */

START_TEST(test_check_sound_database_has_no_faults)
{
    record r = {0};
    size_t faults = 7;
    make_whales("db");
    OK(xapian_c_database_check(in_folder("db"), XAPIAN_C_DBCHECK_SHOW_STATS,
                               take_report, &r, &faults, NULL));
    ck_assert_uint_eq(faults, 0);
    ck_assert_uint_gt(r.bytes, 20);
    OK(xapian_c_database_check(in_folder("db"), XAPIAN_C_DBCHECK_FULL_TREE,
                               NULL, NULL, &faults, NULL));
    OK(xapian_c_database_check(in_folder("db/postlist"),
                               XAPIAN_C_DBCHECK_SHORT_TREE |
                                   XAPIAN_C_DBCHECK_SHOW_FREELIST,
                               take_report, &r, &faults, NULL));
}
END_TEST

START_TEST(test_check_damaged_database_has_faults)
{
    size_t faults = 0;
    make_whales("db");
    int fd = open(in_folder("db/postlist.glass"), O_WRONLY);
    for (off_t at = 100; at < 8192; at += 50)
        ck_assert_int_eq(pwrite(fd, "\xA5\x5A\xFF", 3, at), 3);
    close(fd);
    xapian_c_status status = xapian_c_database_check(
        in_folder("db"), 0, NULL, NULL, &faults, NULL);
    ck_assert(status == XAPIAN_C_DATABASE_CORRUPT_ERROR ||
              (status == XAPIAN_C_OK && faults > 0));
}
END_TEST

START_TEST(test_check_callback_failure_is_reported)
{
    size_t faults = 7;
    make_whales("db");
    for (size_t at = 1; at < 4; at++) {
        record r = {.fail_at = at};
        xapian_c_error err = {0};
        STATUS_IS(XAPIAN_C_CALLBACK_FAILED,
                  xapian_c_database_check(in_folder("db"),
                                          XAPIAN_C_DBCHECK_SHOW_STATS,
                                          take_report, &r, &faults, &err));
        ck_assert_str_eq(err.type, "xapian_c");
        ck_assert_uint_eq(faults, 0);
        ck_assert_uint_eq(r.calls, at);
    }
}
END_TEST

START_TEST(test_check_missing_is_an_error)
{
    size_t faults = 7;
    STATUS_IS(XAPIAN_C_DATABASE_OPENING_ERROR,
              xapian_c_database_check(in_folder("none"), 0, NULL, NULL,
                                      &faults, NULL));
    ck_assert_uint_eq(faults, 0);
    INVALID(xapian_c_database_check(NULL, 0, NULL, NULL, &faults, NULL));
    INVALID(xapian_c_database_check(folder, 0, NULL, NULL, NULL, NULL));
}
END_TEST

/* ---- compact ---- */

START_TEST(test_compact_joined_databases_are_one)
{
    xapian_c_database *db = open_two();
    record r = {0};
    const xapian_c_compactor compactor = {take_status, NULL, &r};
    OK(xapian_c_database_compact(db, in_folder("plain"), 0, 0, NULL, NULL));
    key_is("plain", "one");
    OK(xapian_c_database_compact(db, in_folder("told"),
                                 XAPIAN_C_COMPACTOR_FULLER |
                                     XAPIAN_C_DBCOMPACT_MULTIPASS,
                                 4096, &compactor, NULL));
    key_is("told", "one");
    ck_assert_uint_gt(r.calls, 4);
    WRONG_TIME(xapian_c_database_compact(db, in_folder("overlap"),
                                         XAPIAN_C_DBCOMPACT_NO_RENUMBER, 0,
                                         NULL, NULL));
    xapian_c_database_free(db);
}
END_TEST

START_TEST(test_compact_duplicate_metadata_is_resolved)
{
    xapian_c_database *db = open_two();
    record r = {0};
    const xapian_c_compactor compactor = {NULL, join_values, &r};
    OK(xapian_c_database_compact(db, in_folder("joined"), 0, 0, &compactor,
                                 NULL));
    key_is("joined", "onetwo");
    r.keep = "";
    OK(xapian_c_database_compact(db, in_folder("dropped"), 0, 0, &compactor,
                                 NULL));
    key_is("dropped", "");
    xapian_c_database_free(db);
}
END_TEST

START_TEST(test_compact_callback_failure_is_reported)
{
    xapian_c_database *db = open_two();
    record r = {.fail_at = 2};
    xapian_c_compactor compactor = {take_status, NULL, &r};
    xapian_c_error err = {0};
    STATUS_IS(XAPIAN_C_CALLBACK_FAILED,
              xapian_c_database_compact(db, in_folder("x"), 0, 0, &compactor,
                                        &err));
    ck_assert_str_eq(err.message, "a callback reported failure");
    ck_assert_uint_eq(r.calls, 2);
    compactor = (xapian_c_compactor){NULL, join_values, &r};
    r = (record){.fail_at = 1};
    STATUS_IS(XAPIAN_C_CALLBACK_FAILED,
              xapian_c_database_compact(db, in_folder("y"), 0, 0, &compactor,
                                        NULL));
    compactor.resolve_duplicate_metadata = claim_null_bytes;
    STATUS_IS(XAPIAN_C_CALLBACK_FAILED,
              xapian_c_database_compact(db, in_folder("z"), 0, 0, &compactor,
                                        NULL));
    ck_assert_uint_eq(doccount(db), 6);
    xapian_c_database_free(db);
}
END_TEST

START_TEST(test_compact_to_descriptor_and_check_it)
{
    xapian_c_database *db = open_two();
    record r = {0};
    size_t faults = 7;
    int fd = open(in_folder("one"), O_RDWR | O_CREAT, 0600);
    OK(xapian_c_database_compact_fd(db, fd, 0, 0, NULL, NULL));
    ck_assert(!is_open(fd));
    key_is("one", "one");
    fd = open(in_folder("one"), O_RDONLY);
    OK(xapian_c_database_check_fd(fd, 0, take_report, &r, &faults, NULL));
    ck_assert_uint_eq(faults, 0);
    ck_assert(!is_open(fd));
    fd = open(in_folder("one"), O_RDONLY);
    INVALID(xapian_c_database_check_fd(fd, 0, NULL, NULL, NULL, NULL));
    ck_assert(!is_open(fd));
    fd = open(in_folder("two"), O_RDWR | O_CREAT, 0600);
    INVALID(xapian_c_database_compact_fd(NULL, fd, 0, 0, NULL, NULL));
    ck_assert(!is_open(fd));
    write_file(in_folder("text"), "this is not a database, but long enough");
    fd = open(in_folder("text"), O_RDONLY);
    ck_assert_int_ne(
        xapian_c_database_check_fd(fd, 0, NULL, NULL, &faults, NULL),
        XAPIAN_C_OK);
    ck_assert(!is_open(fd));
    r = (record){.fail_at = 1};
    const xapian_c_compactor compactor = {take_status, NULL, &r};
    fd = open(in_folder("two"), O_RDWR | O_CREAT, 0600);
    STATUS_IS(XAPIAN_C_CALLBACK_FAILED,
              xapian_c_database_compact_fd(db, fd, 0, 0, &compactor, NULL));
    ck_assert(!is_open(fd));
    xapian_c_database_free(db);
}
END_TEST

START_TEST(test_compact_what_cannot_be)
{
    xapian_c_database *db = NULL;
    xapian_c_database *memory = open_memory();
    int fd = open(in_folder("text"), O_RDWR | O_CREAT, 0600);
    OK(xapian_c_database_new(&db, NULL));
    STATUS_IS(XAPIAN_C_DATABASE_ERROR,
              xapian_c_database_compact(memory, in_folder("m"), 0, 0, NULL,
                                        NULL));
    STATUS_IS(XAPIAN_C_DATABASE_ERROR,
              xapian_c_database_compact_fd(memory, fd, 0, 0, NULL, NULL));
    ck_assert(!is_open(fd));
    INVALID(xapian_c_database_compact(NULL, folder, 0, 0, NULL, NULL));
    INVALID(xapian_c_database_compact(db, NULL, 0, 0, NULL, NULL));
    xapian_c_database_free(memory);
    xapian_c_database_free(db);

    make_whales("db");
    db = open_write("db", XAPIAN_C_DB_OPEN);
    INVALID(xapian_c_database_compact(db, in_folder("db"), 0, 0, NULL, NULL));
    STATUS_IS(XAPIAN_C_DATABASE_ERROR,
              xapian_c_database_compact(db, in_folder("no/where"), 0, 0, NULL,
                                        NULL));
    add(db, "kraken");
    WRONG_TIME(xapian_c_database_compact(db, in_folder("out"), 0, 0, NULL,
                                         NULL));
    xapian_c_database_free(db);
}
END_TEST

static Suite *tools_suite(void)
{
    Suite *suite = suite_create("xapian_c_database_tools");
    TCase *all = tcase_create("tools");
    tcase_set_timeout(all, 30);
    tcase_add_checked_fixture(all, folder_make, folder_remove);
    tcase_add_test(all, test_check_sound_database_has_no_faults);
    tcase_add_test(all, test_check_damaged_database_has_faults);
    tcase_add_test(all, test_check_callback_failure_is_reported);
    tcase_add_test(all, test_check_missing_is_an_error);
    tcase_add_test(all, test_compact_joined_databases_are_one);
    tcase_add_test(all, test_compact_duplicate_metadata_is_resolved);
    tcase_add_test(all, test_compact_callback_failure_is_reported);
    tcase_add_test(all, test_compact_to_descriptor_and_check_it);
    tcase_add_test(all, test_compact_what_cannot_be);
    suite_add_tcase(suite, all);
    return suite;
}

int main(void)
{
    return run_suite(tools_suite());
}
