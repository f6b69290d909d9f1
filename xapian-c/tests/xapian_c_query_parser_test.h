/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the tests of parsers share. */
#ifndef XAPIAN_C_QUERY_PARSER_TEST_H
#define XAPIAN_C_QUERY_PARSER_TEST_H

#include "xapian-c/xapian_c_query_parser.h"
#include "xapian_c_query_test.h"

static inline xapian_c_query_parser *new_parser(void)
{
    xapian_c_query_parser *parser = NULL;
    OK(xapian_c_query_parser_new(&parser, &err));
    return parser;
}

static inline void expect_parse(xapian_c_query_parser *parser,
                                const char *text, unsigned flags,
                                const char *description)
{
    xapian_c_query *query = NULL;
    OK(xapian_c_query_parser_parse_query(parser, text, strlen(text), flags,
                                         NULL, 0, &query, &err));
    expect(query, description);
}

/* Parsing ends with CALLBACK_FAILED and gives no query. */
static inline void expect_callback_failed(xapian_c_query_parser *parser,
                                          const char *text)
{
    xapian_c_query *query = JUNK(xapian_c_query);
    FAILS(CALLBACK_FAILED, xapian_c_query_parser_parse_query(
                               parser, text, strlen(text),
                               XAPIAN_C_FLAG_DEFAULT, NULL, 0, &query, &err));
    ck_assert_ptr_null(query);
}

#endif
