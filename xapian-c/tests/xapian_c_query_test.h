/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the tests of queries, parsers and term generators share. Each program
 * has one error struct, which OK() prints. */
#ifndef XAPIAN_C_QUERY_TEST_H
#define XAPIAN_C_QUERY_TEST_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "xapian-c/xapian_c_query.h"

static xapian_c_error err;

#define OK(call)                                                              \
    ck_assert_msg((call) == XAPIAN_C_OK, "%s: %s", #call, err.message)

/* The call ends with a status, and says so in `err` too. */
#define FAILS(name, call)                                                     \
    do {                                                                      \
        memset(&err, 0, sizeof err);                                          \
        ck_assert_int_eq(call, XAPIAN_C_##name);                              \
        ck_assert_int_eq(err.status, XAPIAN_C_##name);                        \
        ck_assert_str_ne(err.message, "");                                    \
    } while (0)

#define INVALID(call) FAILS(INVALID_ARGUMENT_ERROR, call)

/* An out-pointer that is not NULL, so that a test sees it cleared. */
#define JUNK(type) ((type *)(void *)&err)

static inline xapian_c_query *term(const char *text)
{
    xapian_c_query *query = NULL;
    OK(xapian_c_query_new_term(text, strlen(text), 1, 0, &query, &err));
    return query;
}

/* Compares Xapian's description of `query`, and ends it. */
static inline void expect(xapian_c_query *query, const char *text)
{
    const char *got = NULL;
    size_t len = 0;
    OK(xapian_c_query_get_description(query, &got, &len, &err));
    ck_assert_str_eq(got, text);
    ck_assert_uint_eq(len, strlen(text));
    xapian_c_query_free(query);
}

/* Compares what is left of a cursor, by single spaces, and ends it. */
static inline void expect_terms(xapian_c_term_iterator *terms,
                                const char *text)
{
    char list[512] = "";
    size_t at = 0;
    xapian_c_status status;
    while ((status = xapian_c_term_iterator_next(terms, &err)) ==
           XAPIAN_C_OK) {
        const char *got = NULL;
        size_t len = 0;
        OK(xapian_c_term_iterator_get_term(terms, &got, &len, &err));
        ck_assert_uint_lt(at + len + 2, sizeof list);
        if (at > 0)
            list[at++] = ' ';
        memcpy(list + at, got, len);
        at += len;
        list[at] = '\0';
    }
    ck_assert_int_eq(status, XAPIAN_C_END);
    ck_assert_str_eq(list, text);
    xapian_c_term_iterator_free(terms);
}

/* A copy of a borrowed text, for free(). */
static inline char *keep(const char *text, size_t len)
{
    char *copy = malloc(len + 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, len + 1);
    return copy;
}

/* Adds a test that ends by _Exit(), and thus without a look for leaks, which
 * are Xapian's. Where tests are not forked it would end them all. */
static inline void add_leaking_test(TCase *tcase, const TTest *test)
{
    const char *fork_mode = getenv("CK_FORK");
    if (fork_mode == NULL || strcmp(fork_mode, "no") != 0)
        tcase_add_exit_test(tcase, test, EXIT_SUCCESS);
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
