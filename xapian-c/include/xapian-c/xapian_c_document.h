/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::Document: data, terms with positions, and values by slot. One that
 * comes from a database reads its parts when they are asked for, so any
 * function here may fail as reading the database may: MODIFIED, CLOSED and
 * CORRUPT errors, network errors, and XAPIAN_C_DOC_NOT_FOUND_ERROR if the
 * document was deleted meanwhile. Everything may end in XAPIAN_C_NO_MEMORY.
 *
 * Changes are to the object alone; xapian_c_database_writable.h has what
 * stores it. They end the cursors on it (xapian_c_iterators.h). */
#ifndef XAPIAN_C_XAPIAN_C_DOCUMENT_H
#define XAPIAN_C_XAPIAN_C_DOCUMENT_H

#include "xapian-c/xapian_c_iterators.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_document xapian_c_document;

/* Makes an empty document, which the caller frees. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_new(xapian_c_document **out,
                      xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void
xapian_c_document_free(xapian_c_document *document) XAPIAN_C_NOEXCEPT;

/* ---- Data: bytes that Xapian stores and returns as they are ---- */

XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_set_data(xapian_c_document *document, const char *data,
                           size_t len, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Borrowed from the document; empty if there is none. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_get_data(xapian_c_document *document, const char **out,
                           size_t *out_len,
                           xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- Terms ---- */

/* Adds `wdf_inc` occurrences of the term at a position, and the term itself
 * if it is new. A position is listed once, however often it is added.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  the term is empty. One of more than 245
 *                                    bytes fails when the document is stored,
 *                                    or, if only because a zero byte takes
 *                                    two bytes, when that is committed */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_add_posting(xapian_c_document *document, const char *term,
                              size_t len, unsigned position, unsigned wdf_inc,
                              xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* As add_posting, without a position. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_add_term(xapian_c_document *document, const char *term,
                           size_t len, unsigned wdf_inc,
                           xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* As add_term with a wdf_inc of 0: a term to filter by. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_add_boolean_term(xapian_c_document *document,
                                   const char *term, size_t len,
                                   xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* A term, its occurrences and its positions. */
typedef struct xapian_c_posting {
    const char *term;
    size_t len;
    unsigned wdf_inc;
    const unsigned *positions; /* NULL if there are none */
    size_t n_positions;
} xapian_c_posting;

/* Adds many terms in one call: each as add_term adds it, then its positions as
 * add_posting does with a wdf_inc of 0. Of a call that fails some terms may
 * have been added.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  a term is empty; one too long fails as
 *                                    in add_posting */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_add_postings(xapian_c_document *document,
                               const xapian_c_posting *postings, size_t n,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Takes the term away from a position and `wdf_dec` off its occurrences, not
 * below 0. The term stays, even without positions.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  the term is not there */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_remove_posting(xapian_c_document *document,
                                 const char *term, size_t len,
                                 unsigned position, unsigned wdf_dec,
                                 xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The same for all positions from `first` to `last`, both included.
 *   out  set to the number of positions removed, which may be 0
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  the document does not have the term */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_remove_postings(xapian_c_document *document,
                                  const char *term, size_t len,
                                  unsigned first, unsigned last,
                                  unsigned wdf_dec, unsigned *out,
                                  xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Removes the term and its positions.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  the document does not have the term */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_remove_term(xapian_c_document *document, const char *term,
                              size_t len,
                              xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_clear_terms(xapian_c_document *document,
                              xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The number of different terms. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_termlist_count(const xapian_c_document *document,
                                 unsigned *out,
                                 xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* A cursor over the terms, which the caller frees. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_termlist_begin(const xapian_c_document *document,
                                 xapian_c_term_iterator **out,
                                 xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- Values: one sequence of bytes for each numbered slot ---- */

/* Sets the value of a slot; an empty one removes it. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_add_value(xapian_c_document *document, unsigned slot,
                            const char *value, size_t len,
                            xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Borrowed from the document; empty if the slot has no value. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_get_value(xapian_c_document *document, unsigned slot,
                            const char **out, size_t *out_len,
                            xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/*   XAPIAN_C_INVALID_ARGUMENT_ERROR  the slot has no value */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_remove_value(xapian_c_document *document, unsigned slot,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_clear_values(xapian_c_document *document,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_values_count(const xapian_c_document *document,
                               unsigned *out,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* A cursor over the values by slot, which the caller frees. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_values_begin(const xapian_c_document *document,
                               xapian_c_value_iterator **out,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- The whole ---- */

/* The number in the database it came from, of several joined ones that in its
 * own; 0 if it came from none. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_get_docid(const xapian_c_document *document, unsigned *out,
                            xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The document as bytes, borrowed from it. Releases of Xapian whose remote
 * protocols differ may not read each other's. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_serialise(xapian_c_document *document, const char **out,
                            size_t *out_len,
                            xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Makes a document of such bytes, which the caller frees.
 *   XAPIAN_C_NETWORK_ERROR           they are not of a document: Xapian's
 *                                    choice, as it sends documents so
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  one of their terms is empty */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_unserialise(const char *bytes, size_t len,
                              xapian_c_document **out,
                              xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* For debugging; borrowed from the document. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_document_get_description(xapian_c_document *document,
                                  const char **out, size_t *out_len,
                                  xapian_c_error *err) XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
