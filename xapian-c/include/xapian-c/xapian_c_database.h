/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::Database: opening, numbers, lists and documents. Files on disk are
 * read as one snapshot: once they were committed to twice since, reading may
 * end in XAPIAN_C_DATABASE_MODIFIED_ERROR, upon which the caller reopens and
 * retries. Any function that reads may also fail with
 *   XAPIAN_C_DATABASE_CLOSED_ERROR   the database was closed
 *   XAPIAN_C_DATABASE_CORRUPT_ERROR  the files are damaged
 *   XAPIAN_C_DATABASE_ERROR          they could not be read
 *   XAPIAN_C_NETWORK_ERROR, XAPIAN_C_NETWORK_TIMEOUT_ERROR  if remote
 * and most with XAPIAN_C_NO_MEMORY. Only other causes are listed below.
 *
 * A xapian_c_database may also have been opened for writing: then the
 * functions of xapian_c_database_writable.h take it, too. Checking and
 * compacting are in xapian_c_database_tools.h. */
#ifndef XAPIAN_C_XAPIAN_C_DATABASE_H
#define XAPIAN_C_XAPIAN_C_DATABASE_H

#include "xapian-c/xapian_c_document.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_database xapian_c_database;

/* What to open, one of these or 0 for whatever is at the path. */
enum {
    XAPIAN_C_DB_BACKEND_GLASS = 0x100,
    XAPIAN_C_DB_BACKEND_CHERT = 0x200,   /* the format before glass */
    XAPIAN_C_DB_BACKEND_STUB = 0x300,    /* a text file that names others */
    XAPIAN_C_DB_BACKEND_INMEMORY = 0x400 /* the path is ignored */
};

/* ---- Opening ---- */

/* Makes a database of no parts, for xapian_c_database_add_database. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_new(xapian_c_database **out,
                      xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Opens a database for reading.
 *   path   a directory, a single-file database or a stub
 *   flags  one of XAPIAN_C_DB_BACKEND_*, or 0
 *   out    set to the database, which the caller frees; NULL on failure
 *   XAPIAN_C_DATABASE_NOT_FOUND_ERROR  nothing is at the path
 *   XAPIAN_C_DATABASE_OPENING_ERROR    it could not be opened
 *   XAPIAN_C_DATABASE_VERSION_ERROR    a format this Xapian does not read
 *   XAPIAN_C_FEATURE_UNAVAILABLE_ERROR this Xapian has no such backend */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_new_path(const char *path, int flags,
                           xapian_c_database **out,
                           xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* As that, for a single-file database that begins at the current offset of
 * the descriptor `fd`. Xapian closes `fd`, also if the call fails.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  fd is negative */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_new_fd(int fd, int flags, xapian_c_database **out,
                         xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Opens the database that xapian-tcpsrv serves at host and port.
 *   timeout          for each operation, in milliseconds, 0 for none
 *   connect_timeout  the same for connecting
 *   XAPIAN_C_NETWORK_ERROR          nobody answers, or not in this protocol
 *   XAPIAN_C_NETWORK_TIMEOUT_ERROR  a timeout has passed
 *   XAPIAN_C_FEATURE_UNAVAILABLE_ERROR  this Xapian has no remote backend */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_remote_open_tcp(const char *host, unsigned port, unsigned timeout,
                         unsigned connect_timeout, xapian_c_database **out,
                         xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* As that, for a program such as xapian-progsrv, which is run and spoken to
 * by pipe.
 *   args  its arguments, separated by spaces; they cannot hold spaces */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_remote_open_program(const char *program, const char *args,
                             unsigned timeout, xapian_c_database **out,
                             xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Frees the handle. What came from it remains usable; the database closes
 * with the last of that. Changes not committed are then committed, but a
 * failure to do so is lost: commit or close first. */
XAPIAN_C_API void
xapian_c_database_free(xapian_c_database *database) XAPIAN_C_NOEXCEPT;

/* ---- The whole ---- */

/* Joins the parts of `other` to those of `database`; numbers of documents
 * interleave. `other` stays as it is and shares them.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  both are one handle
 *   XAPIAN_C_INVALID_OPERATION_ERROR `database` is writable, `other` is not */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_add_database(xapian_c_database *database,
                               const xapian_c_database *other,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The number of parts. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_size(const xapian_c_database *database, size_t *out,
                       xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Goes to the latest state on disk.
 *   out  false if that is certain to be the state it was already in
 *   XAPIAN_C_DATABASE_CLOSED_ERROR  a closed one stays closed */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_reopen(xapian_c_database *database, bool *out,
                         xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Closes files and gives up the write lock; commits unless a transaction is
 * under way, which is cancelled. Closing again does nothing. Afterwards some
 * functions still answer, of what they had read, and all others fail. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_close(xapian_c_database *database,
                        xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Whether somebody has any part open for writing.
 *   XAPIAN_C_DATABASE_LOCK_ERROR  it could not be found out
 *   XAPIAN_C_UNIMPLEMENTED_ERROR  nor can it be on this system */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_locked(const xapian_c_database *database, bool *out,
                         xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Keeps connections of remote parts from being ended as idle. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_keep_alive(xapian_c_database *database,
                             xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* A text that differs between databases, borrowed; empty for one in memory.
 * Of several parts it has each one's. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_uuid(xapian_c_database *database, const char **out,
                           size_t *out_len,
                           xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* A number that grows with each commit.
 *   XAPIAN_C_INVALID_OPERATION_ERROR  there are several parts
 *   XAPIAN_C_UNIMPLEMENTED_ERROR      the backend has no such number */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_revision(const xapian_c_database *database,
                               unsigned long long *out,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* For debugging; borrowed. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_description(xapian_c_database *database,
                                  const char **out, size_t *out_len,
                                  xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The number of documents. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_doccount(const xapian_c_database *database,
                               unsigned *out,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The highest number a document has ever had. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_lastdocid(const xapian_c_database *database,
                                unsigned *out,
                                xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Length of a document: the sum of its terms' occurrences (wdf). */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_average_length(const xapian_c_database *database,
                                     double *out,
                                     xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_total_length(const xapian_c_database *database,
                                   unsigned long long *out,
                                   xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Bounds on the lengths, not counting empty documents; they need not be the
 * least and the greatest. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_doclength_lower_bound(
    const xapian_c_database *database, unsigned *out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_doclength_upper_bound(
    const xapian_c_database *database, unsigned *out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_has_positions(const xapian_c_database *database, bool *out,
                                xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- One document; DOC_NOT_FOUND if there is none of that number ---- */

enum { XAPIAN_C_DOC_ASSUME_VALID = 1 };

/* Gets a document, which the caller frees.
 *   flags  0, or XAPIAN_C_DOC_ASSUME_VALID: not to look whether it exists,
 *          so that a later call on the document may tell
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  docid is 0 */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_document(const xapian_c_database *database,
                               unsigned docid, unsigned flags,
                               xapian_c_document **out,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_doclength(const xapian_c_database *database,
                                unsigned docid, unsigned *out,
                                xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_unique_terms(const xapian_c_database *database,
                                   unsigned docid, unsigned *out,
                                   xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- One term; it need not exist. The empty one stands for a term that is
 * once in every document. ---- */

XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_term_exists(const xapian_c_database *database,
                              const char *term, size_t len, bool *out,
                              xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The number of documents with the term. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_termfreq(const xapian_c_database *database,
                               const char *term, size_t len, unsigned *out,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The number of its occurrences in all documents. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_collection_freq(const xapian_c_database *database,
                                      const char *term, size_t len,
                                      unsigned *out,
                                      xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* An upper bound on its occurrences in one document. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_wdf_upper_bound(const xapian_c_database *database,
                                      const char *term, size_t len,
                                      unsigned *out,
                                      xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- One slot; UNIMPLEMENTED where the backend keeps no such numbers ---- */

/* The number of documents with a value in the slot. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_value_freq(const xapian_c_database *database,
                                 unsigned slot, unsigned *out,
                                 xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Bounds on the slot's values, borrowed; empty if there are none. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_value_lower_bound(xapian_c_database *database,
                                        unsigned slot, const char **out,
                                        size_t *out_len, xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_value_upper_bound(xapian_c_database *database,
                                        unsigned slot, const char **out,
                                        size_t *out_len, xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

/* ---- Lists: each sets `out` to a cursor that the caller frees ---- */

/* All terms that begin with the prefix, which may be empty. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_allterms_begin(const xapian_c_database *database,
                                 const char *prefix, size_t len,
                                 xapian_c_term_iterator **out,
                                 xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The documents of a term; of the empty term, all documents. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_postlist_begin(const xapian_c_database *database,
                                 const char *term, size_t len,
                                 xapian_c_posting_iterator **out,
                                 xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The terms of a document.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR     docid is 0
 *   XAPIAN_C_DOC_NOT_FOUND_ERROR        there is no such document
 *   XAPIAN_C_FEATURE_UNAVAILABLE_ERROR  made with XAPIAN_C_DB_NO_TERMLIST */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_termlist_begin(const xapian_c_database *database,
                                 unsigned docid, xapian_c_term_iterator **out,
                                 xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The positions of a term in a document; none, if either does not exist.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  docid is 0, or the term empty */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_positionlist_begin(const xapian_c_database *database,
                                     unsigned docid, const char *term,
                                     size_t len,
                                     xapian_c_position_iterator **out,
                                     xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The values in a slot, by document. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_valuestream_begin(const xapian_c_database *database,
                                    unsigned slot,
                                    xapian_c_value_iterator **out,
                                    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The words that spellings are corrected to; termfreq is their frequency. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_spellings_begin(const xapian_c_database *database,
                                  xapian_c_term_iterator **out,
                                  xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The synonyms of a term, and the terms with synonyms under a prefix. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_synonyms_begin(const xapian_c_database *database,
                                 const char *term, size_t len,
                                 xapian_c_term_iterator **out,
                                 xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_synonym_keys_begin(const xapian_c_database *database,
                                     const char *prefix, size_t len,
                                     xapian_c_term_iterator **out,
                                     xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The keys of metadata that begin with the prefix, of the first part.
 *   XAPIAN_C_UNIMPLEMENTED_ERROR  the database is in memory */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_metadata_keys_begin(const xapian_c_database *database,
                                      const char *prefix, size_t len,
                                      xapian_c_term_iterator **out,
                                      xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- Metadata and spelling ---- */

/* The metadata of a key in the first part, borrowed; empty if there is none.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  the key is empty */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_metadata(xapian_c_database *database, const char *key,
                               size_t len, const char **out, size_t *out_len,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The likeliest correction of a word, borrowed; empty if there is none.
 *   max_edits  letters that may be inserted, deleted, changed or swapped with
 *              their neighbour; usually 2 */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_get_spelling_suggestion(xapian_c_database *database,
                                          const char *word, size_t len,
                                          unsigned max_edits,
                                          const char **out, size_t *out_len,
                                          xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
