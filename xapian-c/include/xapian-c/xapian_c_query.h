/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::Query: trees of terms, value ranges and operators. The conventions
 * are those of xapian_c.h. A tree is shared, not copied: a query given to
 * another one, to a parser or to an enquire may be freed right after. Only
 * xapian_c_query_combine() and _scale() change a handle, and never a query
 * it was given to before.
 *
 * Xapian walks a tree by recursion. One nested some ten thousand levels deep,
 * as bytes from a stranger given to _unserialise() can be, overflows the
 * stack; the width of a tree has no such limit. */
#ifndef XAPIAN_C_XAPIAN_C_QUERY_H
#define XAPIAN_C_XAPIAN_C_QUERY_H

#include <stdbool.h>

#include "xapian-c/xapian_c.h"
#include "xapian-c/xapian_c_iterators.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_query xapian_c_query;
typedef struct xapian_c_posting_source xapian_c_posting_source;

/* Xapian::Query::op, with its numbers. */
typedef enum xapian_c_query_op {
    XAPIAN_C_OP_AND = 0,
    XAPIAN_C_OP_OR = 1,
    XAPIAN_C_OP_AND_NOT = 2,
    XAPIAN_C_OP_XOR = 3,
    XAPIAN_C_OP_AND_MAYBE = 4,
    XAPIAN_C_OP_FILTER = 5,
    XAPIAN_C_OP_NEAR = 6,
    XAPIAN_C_OP_PHRASE = 7,
    XAPIAN_C_OP_VALUE_RANGE = 8,
    XAPIAN_C_OP_SCALE_WEIGHT = 9,
    XAPIAN_C_OP_ELITE_SET = 10,
    XAPIAN_C_OP_VALUE_GE = 11,
    XAPIAN_C_OP_VALUE_LE = 12,
    XAPIAN_C_OP_SYNONYM = 13,
    XAPIAN_C_OP_MAX = 14,
    XAPIAN_C_OP_WILDCARD = 15,
    XAPIAN_C_OP_INVALID = 99,
    XAPIAN_C_LEAF_TERM = 100,
    XAPIAN_C_LEAF_POSTING_SOURCE = 101,
    XAPIAN_C_LEAF_MATCH_ALL = 102,
    XAPIAN_C_LEAF_MATCH_NOTHING = 103
} xapian_c_query_op;

/* What happens when a wildcard fits more terms than its limit. */
typedef enum xapian_c_wildcard_limit {
    XAPIAN_C_WILDCARD_LIMIT_ERROR = 0, /* WILDCARD_ERROR at search time */
    XAPIAN_C_WILDCARD_LIMIT_FIRST = 1, /* the first by byte order */
    XAPIAN_C_WILDCARD_LIMIT_MOST_FREQUENT = 2
} xapian_c_wildcard_limit;

/* ---- Leaves ---- */

/* For each `_new` below:
 *   out  set to the query, which the caller frees; NULL on failure
 *   XAPIAN_C_NO_MEMORY  the query could not be allocated
 * Only further statuses are given with the function. */

/* Query() and Query(""): matches no document, and every document. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_new_match_nothing(
    xapian_c_query **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_new_match_all(
    xapian_c_query **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Query(OP_INVALID), a placeholder: a search for it fails. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_new_invalid(
    xapian_c_query **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* One term; the empty term matches every document.
 *   wqf  how often the term occurs in the query; Xapian's default is 1
 *   pos  position in the query, by which the terms of a query are sorted;
 *        Xapian's default is 0 */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_new_term(
    const char *term, size_t len, unsigned wqf, unsigned pos,
    xapian_c_query **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Documents whose value in `slot` is from `lower` to `upper`, both included,
 * by byte order. No document if `upper` is below `lower`. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_new_value_range(
    unsigned slot, const char *lower, size_t lower_len, const char *upper,
    size_t upper_len, xapian_c_query **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Documents whose value in `slot` is `limit` or more, `limit` or less. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_new_value_ge(
    unsigned slot, const char *limit, size_t len, xapian_c_query **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_new_value_le(
    unsigned slot, const char *limit, size_t len, xapian_c_query **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* All terms that begin with `prefix`, looked up when the search is run.
 *   max       most terms in each database, 0 for no limit; Xapian's default
 *   limit     what is done with more
 *   combiner  XAPIAN_C_OP_SYNONYM (Xapian's default), _OR or _MAX
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  limit or combiner is none of those */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_new_wildcard(
    const char *prefix, size_t len, unsigned max,
    xapian_c_wildcard_limit limit, xapian_c_query_op combiner,
    xapian_c_query **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* What a posting source gives. The source may be freed before the query. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_new_posting_source(
    xapian_c_posting_source *source, xapian_c_query **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- Operators ---- */

/* A second handle on the same tree. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_query_new_copy(const xapian_c_query *query, xapian_c_query **out,
                        xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Multiplies the weights that `query` gives.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  factor is negative or not a number */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_new_scale(
    double factor, const xapian_c_query *query, xapian_c_query **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Two queries under an operator: AND, OR, AND_NOT, XOR, AND_MAYBE, FILTER,
 * NEAR, PHRASE, ELITE_SET, SYNONYM or MAX. The two may be the same handle.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  op takes no list of queries
 *   XAPIAN_C_UNIMPLEMENTED_ERROR     op is NEAR or PHRASE, and a query below
 *                                    it is more than terms and ORs of terms;
 *                                    some trees are refused only when run */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_new_pair(
    xapian_c_query_op op, const xapian_c_query *a, const xapian_c_query *b,
    xapian_c_query **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* `n` queries under an operator; of none comes a query that matches nothing.
 *   queries    `n` handles, none of them NULL; may be NULL if n is 0
 *   parameter  window of NEAR and PHRASE, where 0 stands for n, or how many
 *              queries ELITE_SET picks, where 0 stands for 10
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  parameter is not 0 for another operator
 *   further statuses as xapian_c_query_new_pair() */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_new_list(
    xapian_c_query_op op, const xapian_c_query *const *queries, size_t n,
    unsigned parameter, xapian_c_query **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The same of `n` terms, each with a wqf of 1.
 *   terms, lens  `n` terms and their lengths in bytes */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_new_terms(
    xapian_c_query_op op, const char *const *terms, const size_t *lens,
    size_t n, unsigned parameter, xapian_c_query **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Makes `query` into `query op other`, as Xapian's &=, |=, ^= and &=~ do for
 * AND, OR, XOR and AND_NOT. One that is already under `op`, and is not shared,
 * gets a further branch and no further level. `other` may be `query`.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  op is none of those four
 *   on failure `query` is unchanged */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_combine(
    xapian_c_query *query, xapian_c_query_op op, const xapian_c_query *other,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Makes `query` into xapian_c_query_new_scale() of it, as *= does; for /=
 * pass 1 / factor. Statuses as there; on failure `query` is unchanged. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_query_scale(xapian_c_query *query, double factor,
                     xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void xapian_c_query_free(xapian_c_query *query) XAPIAN_C_NOEXCEPT;

/* ---- What a query is ---- */

/* These four cannot fail. A NULL query counts as one that matches nothing. */

/* True for a query that matches nothing by construction. */
XAPIAN_C_API bool
xapian_c_query_empty(const xapian_c_query *query) XAPIAN_C_NOEXCEPT;

/* Sum of the wqf of its terms. */
XAPIAN_C_API unsigned
xapian_c_query_get_length(const xapian_c_query *query) XAPIAN_C_NOEXCEPT;

/* What stands at the top of the tree: an operator or one of the leaves. */
XAPIAN_C_API xapian_c_query_op
xapian_c_query_get_type(const xapian_c_query *query) XAPIAN_C_NOEXCEPT;

/* How many queries are right below the top; 0 for a leaf. */
XAPIAN_C_API size_t xapian_c_query_get_num_subqueries(
    const xapian_c_query *query) XAPIAN_C_NOEXCEPT;

/* The query number `n`, from 0, right below the top.
 *   out  set to a new handle on it, which the caller frees
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  there is no such query */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_get_subquery(
    const xapian_c_query *query, size_t n, xapian_c_query **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Xapian's text for it, such as "Query((whale OR hunt))", for a person.
 *   out      set to the text, borrowed from `query`; a zero byte ends it
 *   out_len  set to its length */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_get_description(
    xapian_c_query *query, const char **out, size_t *out_len,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Bytes that xapian_c_query_unserialise() makes into the same query.
 *   out, out_len  set to the bytes, borrowed from `query`, and how many
 *   XAPIAN_C_UNIMPLEMENTED_ERROR  a posting source within cannot do it */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_serialise(
    xapian_c_query *query, const char **out, size_t *out_len,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The query of bytes that xapian_c_query_serialise() gave.
 *   out  set to the query, which the caller frees
 *   XAPIAN_C_SERIALISATION_ERROR  the bytes are damaged. So they are where it
 *   is XAPIAN_C_NETWORK_ERROR, which Xapian uses for lengths, or
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR or _UNIMPLEMENTED_ERROR: they would make
 *   a query that cannot be. Xapian 1.4.22 itself leaks some memory then. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_query_unserialise(const char *bytes, size_t len, xapian_c_query **out,
                           xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- Lists of terms ---- */

/* The terms of a query by position, as often as there are positions, and its
 * distinct terms by byte order.
 *   out  set to a cursor before the first term, which the caller frees by
 *        xapian_c_term_iterator_free(). It has the list of this moment; the
 *        query may change or be freed. Only its _next and _get_term make
 *        sense: a query's terms have no frequencies. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_get_terms_begin(
    const xapian_c_query *query, xapian_c_term_iterator **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_get_unique_terms_begin(
    const xapian_c_query *query, xapian_c_term_iterator **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
