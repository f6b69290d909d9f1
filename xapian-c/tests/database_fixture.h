/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the tests of databases share: a temporary folder for each test, and
 * short forms for making documents and databases. A test that uses it defines
 * _XOPEN_SOURCE as 700 before it includes anything. */
#ifndef XAPIAN_C_DATABASE_FIXTURE_H
#define XAPIAN_C_DATABASE_FIXTURE_H

#include <check.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xapian-c/xapian_c_database_tools.h"
#include "xapian-c/xapian_c_database_writable.h"

#define STATUS_IS(status, call) ck_assert_int_eq((call), (status))
#define OK(call) STATUS_IS(XAPIAN_C_OK, call)
#define INVALID(call) STATUS_IS(XAPIAN_C_INVALID_ARGUMENT_ERROR, call)
#define WRONG_TIME(call) STATUS_IS(XAPIAN_C_INVALID_OPERATION_ERROR, call)

#define BYTES_ARE(text, bytes, len)              \
    do {                                         \
        ck_assert_uint_eq(len, strlen(text));    \
        ck_assert_mem_eq(bytes, text, len);      \
    } while (0)

static char folder[64];

static inline void folder_make(void)
{
    snprintf(folder, sizeof folder, "/tmp/xapian-c-test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static inline int folder_remove_entry(const char *path, const struct stat *st,
                                      int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline void folder_remove(void)
{
    nftw(folder, folder_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* A path in the folder; good until four others were asked for. */
static inline const char *in_folder(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static inline void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static inline xapian_c_database *open_write(const char *name, int flags)
{
    xapian_c_database *db = NULL;
    xapian_c_error err = {0};
    xapian_c_status status = xapian_c_writable_database_new_path(
        in_folder(name), flags, 0, &db, &err);
    ck_assert_msg(status == XAPIAN_C_OK, "%s: %s", err.type, err.message);
    ck_assert_ptr_nonnull(db);
    return db;
}

static inline xapian_c_database *open_read(const char *name)
{
    xapian_c_database *db = NULL;
    OK(xapian_c_database_new_path(in_folder(name), 0, &db, NULL));
    return db;
}

static inline xapian_c_database *open_memory(void)
{
    return open_write("unused", XAPIAN_C_DB_BACKEND_INMEMORY);
}

/* A document of space-separated words at positions 1, 2, ...; the text is
 * also its data and its value in slot 0. */
static inline xapian_c_document *make_document(const char *text)
{
    xapian_c_document *doc = NULL;
    unsigned position = 1;
    OK(xapian_c_document_new(&doc, NULL));
    OK(xapian_c_document_set_data(doc, text, strlen(text), NULL));
    OK(xapian_c_document_add_value(doc, 0, text, strlen(text), NULL));
    for (const char *word = text; *word != '\0';) {
        size_t len = strcspn(word, " ");
        OK(xapian_c_document_add_posting(doc, word, len, position++, 1,
                                         NULL));
        word += len + (word[len] == ' ');
    }
    return doc;
}

static inline unsigned add(xapian_c_database *db, const char *text)
{
    xapian_c_document *doc = make_document(text);
    unsigned docid = 0;
    OK(xapian_c_writable_database_add_document(db, doc, &docid, NULL));
    xapian_c_document_free(doc);
    return docid;
}

/* Makes a committed database of three documents and closes it. */
static inline void make_whales(const char *name)
{
    xapian_c_database *db = open_write(name, XAPIAN_C_DB_CREATE);
    ck_assert_uint_eq(add(db, "whale hunt whale"), 1);
    ck_assert_uint_eq(add(db, "whale song"), 2);
    ck_assert_uint_eq(add(db, "ship sails north"), 3);
    OK(xapian_c_writable_database_commit(db, NULL));
    xapian_c_database_free(db);
}

static inline unsigned doccount(const xapian_c_database *db)
{
    unsigned n = 0;
    OK(xapian_c_database_get_doccount(db, &n, NULL));
    return n;
}

/* Walks to the end; writes the terms to `out`, each with a space behind it. */
static inline void join_terms(xapian_c_term_iterator *terms, char *out,
                              size_t room)
{
    xapian_c_status status;
    size_t used = 0;
    out[0] = '\0';
    while ((status = xapian_c_term_iterator_next(terms, NULL)) ==
           XAPIAN_C_OK) {
        const char *term = NULL;
        size_t len = 0;
        OK(xapian_c_term_iterator_get_term(terms, &term, &len, NULL));
        ck_assert_uint_lt(used + len + 1, room);
        memcpy(out + used, term, len);
        used += len;
        out[used++] = ' ';
        out[used] = '\0';
    }
    ck_assert_int_eq(status, XAPIAN_C_END);
}

/* Frees the cursor, which must have exactly those terms. */
static inline void terms_are(const char *text, xapian_c_term_iterator *terms)
{
    char joined[512];
    join_terms(terms, joined, sizeof joined);
    ck_assert_str_eq(joined, text);
    xapian_c_term_iterator_free(terms);
}

static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
