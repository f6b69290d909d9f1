/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Cursors over terms, postings, positions and values. All four work alike:
 *
 *  - A new cursor is placed before the first entry. `_next` moves to the next
 *    one and returns XAPIAN_C_OK, or XAPIAN_C_END after the last; then it
 *    goes on returning END.
 *  - `_skip_to` moves to the first entry at or after its target, never back:
 *    a cursor already at or past the target stays where it is.
 *  - A getter reads the current entry. Before the first, at the end and after
 *    a failure there is none: XAPIAN_C_INVALID_OPERATION_ERROR.
 *  - After a failed move a cursor can only be freed. One of them asks for
 *    action: on XAPIAN_C_DATABASE_MODIFIED_ERROR, reopen the database and
 *    take a new cursor. Others come from the database: CLOSED, CORRUPT or, if
 *    it is remote, XAPIAN_C_NETWORK_ERROR and its kin.
 *  - Changing a document, or a database in memory, ends the cursors on it:
 *    XAPIAN_C_INVALID_OPERATION_ERROR. Only where two handles share one
 *    document, as two that an MSet gave for the same match do, the caller must
 *    not change it by the one while walking it by the other.
 *
 * A cursor keeps what it walks alive, and with a database its write lock. */
#ifndef XAPIAN_C_XAPIAN_C_ITERATORS_H
#define XAPIAN_C_XAPIAN_C_ITERATORS_H

#include <stdbool.h>

#include "xapian-c/xapian_c.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_term_iterator xapian_c_term_iterator;
typedef struct xapian_c_posting_iterator xapian_c_posting_iterator;
typedef struct xapian_c_position_iterator xapian_c_position_iterator;
typedef struct xapian_c_value_iterator xapian_c_value_iterator;

/* ---- Terms: in byte order ---- */

XAPIAN_C_API void xapian_c_term_iterator_free(xapian_c_term_iterator *terms)
    XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_term_iterator_next(xapian_c_term_iterator *terms,
                            xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/*   XAPIAN_C_INVALID_OPERATION_ERROR  the list is not sorted
 *   XAPIAN_C_UNIMPLEMENTED_ERROR      this kind of list cannot skip */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_term_iterator_skip_to(xapian_c_term_iterator *terms,
                               const char *term, size_t len,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The current term, borrowed from the cursor. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_term_iterator_get_term(xapian_c_term_iterator *terms,
                                const char **out, size_t *out_len,
                                xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* How often the term is in the document.
 *   XAPIAN_C_INVALID_OPERATION_ERROR, XAPIAN_C_UNIMPLEMENTED_ERROR
 *                                     the list is not one of a document */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_term_iterator_get_wdf(const xapian_c_term_iterator *terms,
                               unsigned *out,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* In how many documents of the database the term is; for spellings, the
 * frequency of the word.
 *   XAPIAN_C_INVALID_OPERATION_ERROR  the terms are of a document that is in
 *                                     no database, or was changed
 *   XAPIAN_C_UNIMPLEMENTED_ERROR      the list has no such number */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_term_iterator_get_termfreq(const xapian_c_term_iterator *terms,
                                    unsigned *out,
                                    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The number of positions of the term in the document; errors as get_wdf. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_term_iterator_positionlist_count(
    const xapian_c_term_iterator *terms, unsigned *out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* A cursor over those positions, which the caller frees. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_term_iterator_positionlist_begin(
    const xapian_c_term_iterator *terms, xapian_c_position_iterator **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* For debugging; borrowed from the cursor. So are the next three. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_term_iterator_get_description(xapian_c_term_iterator *terms,
                                       const char **out, size_t *out_len,
                                       xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

/* ---- Postings: the documents of a term, by number ---- */

XAPIAN_C_API void
xapian_c_posting_iterator_free(xapian_c_posting_iterator *postings)
    XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_iterator_next(xapian_c_posting_iterator *postings,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_iterator_skip_to(xapian_c_posting_iterator *postings,
                                  unsigned docid,
                                  xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_iterator_get_docid(
    const xapian_c_posting_iterator *postings, unsigned *out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* How often the term is in the document; 1 in a list of all documents. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_iterator_get_wdf(const xapian_c_posting_iterator *postings,
                                  unsigned *out,
                                  xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_iterator_get_doclength(
    const xapian_c_posting_iterator *postings, unsigned *out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_iterator_get_unique_terms(
    const xapian_c_posting_iterator *postings, unsigned *out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* A cursor over the term's positions in the document; the caller frees it.
 *   XAPIAN_C_INVALID_OPERATION_ERROR, XAPIAN_C_UNIMPLEMENTED_ERROR
 *                                     the list is one of all documents */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_iterator_positionlist_begin(
    const xapian_c_posting_iterator *postings,
    xapian_c_position_iterator **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_iterator_get_description(
    xapian_c_posting_iterator *postings, const char **out, size_t *out_len,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- Positions: of a term in a document, ascending ---- */

XAPIAN_C_API void
xapian_c_position_iterator_free(xapian_c_position_iterator *positions)
    XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_position_iterator_next(xapian_c_position_iterator *positions,
                                xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_position_iterator_skip_to(xapian_c_position_iterator *positions,
                                   unsigned position,
                                   xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_position_iterator_get_position(
    const xapian_c_position_iterator *positions, unsigned *out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_position_iterator_get_description(
    xapian_c_position_iterator *positions, const char **out, size_t *out_len,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- Values: of a document by slot, or of a slot by document ---- */

XAPIAN_C_API void
xapian_c_value_iterator_free(xapian_c_value_iterator *values)
    XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_value_iterator_next(xapian_c_value_iterator *values,
                             xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/*   target  a slot, or a document's number, as the list is ordered */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_value_iterator_skip_to(xapian_c_value_iterator *values,
                                unsigned target,
                                xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Looks whether there is an entry at `target`, which for a list by document
 * must be the number of a document that exists and not before the current.
 * Sets *out, with XAPIAN_C_OK in either case:
 *   true   and moves there
 *   false  the cursor is on no entry, until a move takes it to the first one
 *          after `target`, or to the end
 * Cost: may be far less than skip_to. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_value_iterator_check(xapian_c_value_iterator *values,
                              unsigned target, bool *out,
                              xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The current value, borrowed from the cursor. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_value_iterator_get_value(xapian_c_value_iterator *values,
                                  const char **out, size_t *out_len,
                                  xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/*   XAPIAN_C_INVALID_OPERATION_ERROR  the values are those of one document */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_value_iterator_get_docid(const xapian_c_value_iterator *values,
                                  unsigned *out,
                                  xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_value_iterator_get_valueno(const xapian_c_value_iterator *values,
                                    unsigned *out,
                                    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_value_iterator_get_description(xapian_c_value_iterator *values,
                                        const char **out, size_t *out_len,
                                        xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
