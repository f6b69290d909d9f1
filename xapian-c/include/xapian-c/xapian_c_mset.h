/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a search gives: Xapian::MSet (documents that match), Xapian::ESet
 * (terms to add to the query) and what goes in, Xapian::RSet (documents known
 * to be relevant). The conventions of xapian_c.h hold. Items are numbered
 * from 0 within the set. Every function that returns a status may return
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  an argument is NULL that may not be
 *   XAPIAN_C_NO_MEMORY               out of memory
 *   XAPIAN_C_RANGE_ERROR             the set has no item of that number
 * and only what else it may is noted. The others cannot fail, and take NULL
 * for a set of nothing. */
#ifndef XAPIAN_C_XAPIAN_C_MSET_H
#define XAPIAN_C_XAPIAN_C_MSET_H

#include <stdbool.h>

#include "xapian-c/xapian_c.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_document xapian_c_document;
typedef struct xapian_c_mset xapian_c_mset;
typedef struct xapian_c_rset xapian_c_rset;
typedef struct xapian_c_eset xapian_c_eset;

/* ---- MSet ---- */

/* Xapian::MSet(): the result of no search, empty. The caller frees it. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_mset_new(xapian_c_mset **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void xapian_c_mset_free(xapian_c_mset *mset) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API unsigned
xapian_c_mset_size(const xapian_c_mset *mset) XAPIAN_C_NOEXCEPT;
XAPIAN_C_API bool
xapian_c_mset_empty(const xapian_c_mset *mset) XAPIAN_C_NOEXCEPT;

/* The rank of item 0: the `first` the search was run with. */
XAPIAN_C_API unsigned
xapian_c_mset_get_firstitem(const xapian_c_mset *mset) XAPIAN_C_NOEXCEPT;

/* How many documents match in all: at least, about, at most. Then the same
 * before documents of equal collapse keys were left out. */
XAPIAN_C_API unsigned xapian_c_mset_get_matches_lower_bound(
    const xapian_c_mset *mset) XAPIAN_C_NOEXCEPT;
XAPIAN_C_API unsigned xapian_c_mset_get_matches_estimated(
    const xapian_c_mset *mset) XAPIAN_C_NOEXCEPT;
XAPIAN_C_API unsigned xapian_c_mset_get_matches_upper_bound(
    const xapian_c_mset *mset) XAPIAN_C_NOEXCEPT;
XAPIAN_C_API unsigned xapian_c_mset_get_uncollapsed_matches_lower_bound(
    const xapian_c_mset *mset) XAPIAN_C_NOEXCEPT;
XAPIAN_C_API unsigned xapian_c_mset_get_uncollapsed_matches_estimated(
    const xapian_c_mset *mset) XAPIAN_C_NOEXCEPT;
XAPIAN_C_API unsigned xapian_c_mset_get_uncollapsed_matches_upper_bound(
    const xapian_c_mset *mset) XAPIAN_C_NOEXCEPT;

/* The greatest weight a document could have, and the greatest one found,
 * also among documents that are not in this part of the result. */
XAPIAN_C_API double xapian_c_mset_get_max_possible(const xapian_c_mset *mset)
    XAPIAN_C_NOEXCEPT;
XAPIAN_C_API double xapian_c_mset_get_max_attained(const xapian_c_mset *mset)
    XAPIAN_C_NOEXCEPT;

/* In how many documents of the database a term is; of the query's terms this
 * is known from the search.
 *   XAPIAN_C_INVALID_OPERATION_ERROR  the set comes from no search */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_mset_get_termfreq(const xapian_c_mset *mset, const char *term,
                           size_t len, unsigned *out,
                           xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The greatest weight that a term of the query can give a document.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR   the query has no such term
 *   XAPIAN_C_INVALID_OPERATION_ERROR  the set comes from no search */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_mset_get_termweight(const xapian_c_mset *mset, const char *term,
                             size_t len, double *out,
                             xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* What a weight is in percent, where a document that matches all of the query
 * and has the best weight has 100; 1 to 100, or 0 for a weight of 0. In a
 * result without weights all are 100.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  weight is below 0 or not a number */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_mset_convert_to_percent(const xapian_c_mset *mset, double weight,
                                 int *out,
                                 xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Says that all documents, or `n` items from number `item` on, will be asked
 * for; a remote database then sends them together. No effect on results.
 *   XAPIAN_C_RANGE_ERROR              there are fewer items
 *   XAPIAN_C_INVALID_OPERATION_ERROR  the set comes from no search
 *   and what reading the database may return */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_mset_fetch(const xapian_c_mset *mset,
                    xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_mset_fetch_items(const xapian_c_mset *mset, unsigned item,
                          unsigned n, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- Items of an MSet ---- */

XAPIAN_C_CHECKED xapian_c_status
xapian_c_mset_get_docid(const xapian_c_mset *mset, unsigned item,
                        unsigned *out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_mset_get_weight(const xapian_c_mset *mset, unsigned item,
                         double *out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_mset_get_percent(const xapian_c_mset *mset, unsigned item, int *out,
                          xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Place in the whole result, from 0. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_mset_get_rank(const xapian_c_mset *mset, unsigned item,
                       unsigned *out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The document, which the caller frees. Two handles on one item share their
 * document: a change to one is seen in the other.
 *   XAPIAN_C_DOC_NOT_FOUND_ERROR  it was deleted since
 *   and what else reading the database may return; either may be found only
 *   when the document is read */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_mset_get_document(const xapian_c_mset *mset, unsigned item,
                           xapian_c_document **out,
                           xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Lends the key by which it was collapsed; empty if none. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_mset_get_collapse_key(xapian_c_mset *mset, unsigned item,
                               const char **out, size_t *out_len,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* How many documents with that key were surely left out. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_mset_get_collapse_count(const xapian_c_mset *mset, unsigned item,
                                 unsigned *out,
                                 xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Lends the key by which it was sorted; empty if by weight alone. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_mset_get_sort_key(xapian_c_mset *mset, unsigned item,
                           const char **out, size_t *out_len,
                           xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- Snippets ---- */

/* Flags of a snippet, to be ORed. */
#define XAPIAN_C_SNIPPET_BACKGROUND_MODEL 1U    /* choose telling context */
#define XAPIAN_C_SNIPPET_EXHAUSTIVE 2U          /* look for the best of all */
#define XAPIAN_C_SNIPPET_EMPTY_WITHOUT_MATCH 4U /* "" if nothing matches */
#define XAPIAN_C_SNIPPET_CJK_NGRAM 2048U        /* as the index was made */

typedef struct xapian_c_snippet_options {
    size_t length;             /* bytes of text to aim for, without marks */
    const xapian_c_stem *stem; /* as for the query; NULL for none */
    unsigned flags;
    const char *hi_start, *hi_end; /* around a match; end in a zero byte */
    const char *omit;              /* where text is left out */
} xapian_c_snippet_options;

/* Initialises a xapian_c_snippet_options with Xapian's defaults. */
#define XAPIAN_C_SNIPPET_DEFAULTS {500, NULL, 3U, "<b>", "</b>", "..."}

/* Lends the part of the `len` bytes at `text` where the query matches best,
 * with matches marked and with &, < and > escaped for HTML.
 *   options  NULL stands for the defaults; the texts may not be NULL
 *   XAPIAN_C_CALLBACK_FAILED  the stemmer is a callback, and failed */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_mset_snippet(xapian_c_mset *mset, const char *text, size_t len,
                      const xapian_c_snippet_options *options,
                      const char **out, size_t *out_len,
                      xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Text for a person, lent. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_mset_get_description(xapian_c_mset *mset, const char **out,
                              size_t *out_len,
                              xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- RSet ---- */

/* An empty set, which the caller frees. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_rset_new(xapian_c_rset **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void xapian_c_rset_free(xapian_c_rset *rset) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API unsigned
xapian_c_rset_size(const xapian_c_rset *rset) XAPIAN_C_NOEXCEPT;
XAPIAN_C_API bool
xapian_c_rset_empty(const xapian_c_rset *rset) XAPIAN_C_NOEXCEPT;

/* Adds a document; one that is in the set already is no failure.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  docid is 0 */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_rset_add_document(xapian_c_rset *rset, unsigned docid,
                           xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Removes it; one that is not in the set is no failure. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_rset_remove_document(xapian_c_rset *rset, unsigned docid,
                              xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API bool
xapian_c_rset_contains(const xapian_c_rset *rset,
                       unsigned docid) XAPIAN_C_NOEXCEPT;

/* Text for a person, lent. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_rset_get_description(xapian_c_rset *rset, const char **out,
                              size_t *out_len,
                              xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- ESet ---- */

/* Xapian::ESet(): empty. The caller frees it. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_eset_new(xapian_c_eset **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void xapian_c_eset_free(xapian_c_eset *eset) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API unsigned
xapian_c_eset_size(const xapian_c_eset *eset) XAPIAN_C_NOEXCEPT;
XAPIAN_C_API bool
xapian_c_eset_empty(const xapian_c_eset *eset) XAPIAN_C_NOEXCEPT;

/* At most so many terms could have been suggested. */
XAPIAN_C_API unsigned
xapian_c_eset_get_ebound(const xapian_c_eset *eset) XAPIAN_C_NOEXCEPT;

/* Lends the term of an item; best terms come first. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_eset_get_term(xapian_c_eset *eset, unsigned item, const char **out,
                       size_t *out_len,
                       xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_eset_get_weight(const xapian_c_eset *eset, unsigned item,
                         double *out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Text for a person, lent. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_eset_get_description(xapian_c_eset *eset, const char **out,
                              size_t *out_len,
                              xapian_c_error *err) XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
