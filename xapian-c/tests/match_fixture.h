/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Five documents to search, for the tests of enquire, mset, weight and match.
 * Number i of 1 to 5 has the terms "all", "n<i>" and, up to 4, i times "word".
 * Value 0 is "red" if i is odd, else "blue"; value 1 is the digit 6 - i; value
 * 2 is i as a sortable number; value 3 is "x" in document 3 alone. */
#ifndef XAPIAN_C_MATCH_FIXTURE_H
#define XAPIAN_C_MATCH_FIXTURE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xapian-c/xapian_c_database.h"
#include "xapian-c/xapian_c_database_writable.h"
#include "xapian-c/xapian_c_document.h"
#include "xapian-c/xapian_c_enquire.h"
#include "xapian-c/xapian_c_query.h"
#include "xapian-c/xapian_c_unicode.h"

enum { DOCS = 5 };

#define IS(name, call) ck_assert_str_eq(xapian_c_status_name(call), #name)
#define OK(call) IS(OK, call)
#define INVALID(call) IS(INVALID_ARGUMENT_ERROR, call)

static inline void add_value(xapian_c_document *doc, unsigned slot,
                             const char *value, size_t len)
{
    OK(xapian_c_document_add_value(doc, slot, value, len, NULL));
}

static inline void add_doc(xapian_c_database *db, unsigned i)
{
    xapian_c_document *doc = NULL;
    char text[16];
    unsigned docid = 0;
    OK(xapian_c_document_new(&doc, NULL));
    OK(xapian_c_document_add_term(doc, "all", 3, 1, NULL));
    snprintf(text, sizeof text, "n%u", i);
    OK(xapian_c_document_add_term(doc, text, strlen(text), 1, NULL));
    if (i <= 4)
        OK(xapian_c_document_add_term(doc, "word", 4, i, NULL));
    if (i % 2 == 1)
        add_value(doc, 0, "red", 3);
    else
        add_value(doc, 0, "blue", 4);
    text[0] = (char)(i <= DOCS ? '0' + DOCS + 1 - i : '9');
    add_value(doc, 1, text, 1);
    add_value(doc, 2, text, xapian_c_sortable_serialise(i, text));
    if (i == 3)
        add_value(doc, 3, "x", 1);
    OK(xapian_c_writable_database_add_document(db, doc, &docid, NULL));
    ck_assert_uint_eq(docid, i);
    xapian_c_document_free(doc);
}

/* A database of the five; of none if `path` is "" and else on disk. */
static inline xapian_c_database *open_docs(const char *path)
{
    xapian_c_database *db = NULL;
    int flags = *path == '\0' ? XAPIAN_C_DB_BACKEND_INMEMORY
                              : XAPIAN_C_DB_NO_SYNC;
    OK(xapian_c_writable_database_new_path(path, flags, 0, &db, NULL));
    for (unsigned i = 1; i <= DOCS; i++)
        add_doc(db, i);
    if (*path != '\0')
        OK(xapian_c_writable_database_commit(db, NULL));
    return db;
}

static inline xapian_c_query *term_query_at(const char *term, unsigned pos)
{
    xapian_c_query *query = NULL;
    OK(xapian_c_query_new_term(term, strlen(term), 1, pos, &query, NULL));
    return query;
}

static inline xapian_c_query *term_query(const char *term)
{
    return term_query_at(term, 0);
}

static inline xapian_c_query *or_query(const char *a, const char *b)
{
    xapian_c_query *x = term_query_at(a, 1), *y = term_query_at(b, 2);
    xapian_c_query *query = NULL;
    OK(xapian_c_query_new_pair(XAPIAN_C_OP_OR, x, y, &query, NULL));
    xapian_c_query_free(x);
    xapian_c_query_free(y);
    return query;
}

static inline xapian_c_enquire *enquire_on(const xapian_c_database *db,
                                           xapian_c_query *query)
{
    xapian_c_enquire *enquire = NULL;
    OK(xapian_c_enquire_new(db, &enquire, NULL));
    OK(xapian_c_enquire_set_query(enquire, query, 0, NULL));
    xapian_c_query_free(query);
    return enquire;
}

/* An enquire for `term` on a database in memory of its own. */
static inline xapian_c_enquire *enquire_for(const char *term)
{
    xapian_c_database *db = open_docs("");
    xapian_c_enquire *enquire = enquire_on(db, term_query(term));
    xapian_c_database_free(db);
    return enquire;
}

static inline xapian_c_mset *search(const xapian_c_enquire *enquire)
{
    const xapian_c_match_options all = {100, NULL, NULL};
    xapian_c_mset *mset = NULL;
    OK(xapian_c_enquire_get_mset(enquire, 0, 100, &all, &mset, NULL));
    return mset;
}

/* Checks that a result is these documents, given as digits, in order. */
static inline void has_docs(const xapian_c_mset *mset, const char *docs)
{
    char found[32] = "";
    unsigned size = xapian_c_mset_size(mset);
    ck_assert_uint_lt(size, sizeof found);
    for (unsigned i = 0; i < size; i++) {
        unsigned docid = 0;
        OK(xapian_c_mset_get_docid(mset, i, &docid, NULL));
        ck_assert_uint_le(docid, 10);
        found[i] = docid < 10 ? (char)('0' + docid) : 'X';
    }
    ck_assert_str_eq(found, docs);
}

static inline void finds(const xapian_c_enquire *enquire, const char *docs)
{
    xapian_c_mset *mset = search(enquire);
    has_docs(mset, docs);
    xapian_c_mset_free(mset);
}

/* Checks that a cursor has these terms, each followed by a space; frees it.
 * With `freq`, each has its frequency after a colon. */
static inline void has_terms(xapian_c_term_iterator *terms, bool freq,
                             const char *expected)
{
    char found[128] = "";
    size_t at = 0;
    xapian_c_status status = xapian_c_term_iterator_next(terms, NULL);
    for (; status == XAPIAN_C_OK;
         status = xapian_c_term_iterator_next(terms, NULL)) {
        const char *term = NULL;
        size_t len = 0;
        unsigned n = 0;
        OK(xapian_c_term_iterator_get_term(terms, &term, &len, NULL));
        at += (size_t)snprintf(found + at, sizeof found - at, "%.*s",
                               (int)len, term);
        if (freq) {
            OK(xapian_c_term_iterator_get_termfreq(terms, &n, NULL));
            at += (size_t)snprintf(found + at, sizeof found - at, ":%u", n);
        }
        at += (size_t)snprintf(found + at, sizeof found - at, " ");
        ck_assert_uint_lt(at, sizeof found);
    }
    IS(END, status);
    ck_assert_str_eq(found, expected);
    xapian_c_term_iterator_free(terms);
}

/* Checks lent bytes. */
static inline void is_text(const char *bytes, size_t len, const char *expected)
{
    ck_assert_uint_eq(len, strlen(expected));
    ck_assert_mem_eq(bytes, expected, len);
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
