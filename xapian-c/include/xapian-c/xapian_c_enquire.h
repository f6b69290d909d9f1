/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::Enquire: runs queries on a database. The conventions of xapian_c.h
 * hold. What is set stays for all searches after it. An enquire keeps the
 * database, query, weighting scheme, spies and key makers it was given, so
 * their handles may be freed before it. Every function may return
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  an argument is NULL that may not be
 *   XAPIAN_C_NO_MEMORY               out of memory
 * and only what else it may is noted. */
#ifndef XAPIAN_C_XAPIAN_C_ENQUIRE_H
#define XAPIAN_C_XAPIAN_C_ENQUIRE_H

#include <stdbool.h>

#include "xapian-c/xapian_c_iterators.h"
#include "xapian-c/xapian_c_match.h"
#include "xapian-c/xapian_c_mset.h"
#include "xapian-c/xapian_c_weight.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_database xapian_c_database;
typedef struct xapian_c_query xapian_c_query;
typedef struct xapian_c_enquire xapian_c_enquire;

/* Stands for no slot, Xapian::BAD_VALUENO. */
#define XAPIAN_C_BAD_VALUENO 0xffffffffU

/* out  set to the enquire, which the caller frees; NULL on failure
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  the database is one of no parts */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_new(const xapian_c_database *database,
                     xapian_c_enquire **out,
                     xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void
xapian_c_enquire_free(xapian_c_enquire *enquire) XAPIAN_C_NOEXCEPT;

/* ---- What is searched for ---- */

/* Later changes to the query's handle do not reach the enquire.
 *   qlen  the query's length for schemes that use it; 0: that of the query */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_set_query(xapian_c_enquire *enquire,
                           const xapian_c_query *query, unsigned qlen,
                           xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* out  set to a new handle on the query, which the caller frees; one that
 *      matches nothing if none was set */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_get_query(const xapian_c_enquire *enquire,
                           xapian_c_query **out,
                           xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- How documents are scored and chosen ---- */

/* The default is BM25 with its defaults. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_set_weighting_scheme(xapian_c_enquire *enquire,
                                      const xapian_c_weight *weight,
                                      xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* How xapian_c_enquire_get_eset() scores terms.
 *   name  "trad", the default, or "bo1"
 *   k     parameter of "trad"; Xapian's default is 1
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  there is no such scheme */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_set_expansion_scheme(const xapian_c_enquire *enquire,
                                      const char *name, double k,
                                      xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Leaves out documents below `percent` (xapian_c_mset_get_percent()) or below
 * `weight`; 0 and 0, the default, leave out none. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_set_cutoff(xapian_c_enquire *enquire, int percent,
                            double weight,
                            xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Keeps the best `max` documents of those with the same value in `slot`; 1 is
 * Xapian's default, XAPIAN_C_BAD_VALUENO or a `max` of 0 ends it. Documents
 * without a value are all kept. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_set_collapse_key(xapian_c_enquire *enquire, unsigned slot,
                                  unsigned max,
                                  xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Shows the spy what the searches to come match; several spies may be added.
 * Clearing removes all. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_add_matchspy(xapian_c_enquire *enquire,
                              const xapian_c_match_spy *spy,
                              xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_clear_matchspies(xapian_c_enquire *enquire,
                                  xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* After so many seconds a search no longer goes on for `checkatleast` alone;
 * 0, the default, is no limit. No effect where the system has no timers; glibc
 * starts a thread of its own for the first of them. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_set_time_limit(xapian_c_enquire *enquire, double seconds,
                                xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- How documents are sorted ---- */

typedef enum xapian_c_docid_order {
    XAPIAN_C_DOCID_DESCENDING = 0,
    XAPIAN_C_DOCID_ASCENDING = 1, /* the default */
    XAPIAN_C_DOCID_DONT_CARE = 2  /* what is fastest */
} xapian_c_docid_order;

/* How documents are sorted that are else equal.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  there is no such order */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_set_docid_order(xapian_c_enquire *enquire,
                                 xapian_c_docid_order order,
                                 xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Each replaces the one before; by relevance alone is the default. Values and
 * keys are compared as bytes, and a missing value is the smallest.
 *   reverse  false: the smallest comes first; true: the greatest */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_set_sort_by_relevance(xapian_c_enquire *enquire,
                                       xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_set_sort_by_value(xapian_c_enquire *enquire, unsigned slot,
                                   bool reverse,
                                   xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_set_sort_by_key(xapian_c_enquire *enquire,
                                 const xapian_c_key_maker *maker,
                                 bool reverse,
                                 xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_set_sort_by_value_then_relevance(xapian_c_enquire *enquire,
                                                  unsigned slot, bool reverse,
                                                  xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_set_sort_by_key_then_relevance(
    xapian_c_enquire *enquire, const xapian_c_key_maker *maker, bool reverse,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_set_sort_by_relevance_then_value(xapian_c_enquire *enquire,
                                                  unsigned slot, bool reverse,
                                                  xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_set_sort_by_relevance_then_key(
    xapian_c_enquire *enquire, const xapian_c_key_maker *maker, bool reverse,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- Search ---- */

typedef struct xapian_c_match_options {
    unsigned checkatleast;      /* look at so many matches at least: makes the
                                 * numbers of matches exact up to it */
    const xapian_c_rset *rset;  /* relevant documents; NULL for none */
    const xapian_c_match_decider *decider; /* NULL: all that match */
} xapian_c_match_options;

/* Searches.
 *   first     rank of the first document wanted, from 0
 *   maxitems  how many at most; 0 gives estimates only, and is fast
 *   options   NULL stands for {0, NULL, NULL}
 *   out       set to the result, which the caller frees; NULL on failure
 *   XAPIAN_C_CALLBACK_FAILED          a callback failed
 *   XAPIAN_C_DATABASE_MODIFIED_ERROR  reopen the database, then retry
 *   XAPIAN_C_UNIMPLEMENTED_ERROR      a percentage cutoff with documents not
 *                                     sorted by relevance first, or a query
 *                                     that cannot be run
 *   XAPIAN_C_INVALID_OPERATION_ERROR  several databases and a posting source
 *                                     that cannot be cloned
 *   XAPIAN_C_WILDCARD_ERROR           a wildcard fits too many terms
 *   and what reading the database may return: CLOSED, CORRUPT, NETWORK */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_get_mset(const xapian_c_enquire *enquire, unsigned first,
                          unsigned maxitems,
                          const xapian_c_match_options *options,
                          xapian_c_mset **out,
                          xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Flags of xapian_c_enquire_get_eset(), to be ORed. */
#define XAPIAN_C_INCLUDE_QUERY_TERMS 1U
#define XAPIAN_C_USE_EXACT_TERMFREQ 2U /* else estimated if several databases */

typedef struct xapian_c_expand_options {
    unsigned flags;
    const xapian_c_expand_decider *decider; /* NULL: all terms */
    double min_weight;                      /* of a term; Xapian's default 0 */
} xapian_c_expand_options;

/* Finds terms that set relevant documents apart from others.
 *   maxitems  how many at most
 *   options   NULL stands for {0, NULL, 0}
 *   out       set to the terms, which the caller frees; NULL on failure
 *   statuses as xapian_c_enquire_get_mset(), and
 *   XAPIAN_C_DOC_NOT_FOUND_ERROR  a document of `rset` does not exist */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_get_eset(const xapian_c_enquire *enquire, unsigned maxitems,
                          const xapian_c_rset *rset,
                          const xapian_c_expand_options *options,
                          xapian_c_eset **out,
                          xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* A cursor over the query's terms that are in a document, by their position
 * in the query, each once; the caller frees it. The first by the document's
 * number, the second by an item of a result.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  docid is 0
 *   XAPIAN_C_DOC_NOT_FOUND_ERROR     there is no such document
 *   XAPIAN_C_RANGE_ERROR             there is no such item
 *   and what reading the database may return */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_get_matching_terms_begin(const xapian_c_enquire *enquire,
                                          unsigned docid,
                                          xapian_c_term_iterator **out,
                                          xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_get_matching_terms_begin_item(
    const xapian_c_enquire *enquire, const xapian_c_mset *mset, unsigned item,
    xapian_c_term_iterator **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Text for a person, lent. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_enquire_get_description(xapian_c_enquire *enquire, const char **out,
                                 size_t *out_len,
                                 xapian_c_error *err) XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
