/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::WritableDatabase. It has no type of its own: a xapian_c_database
 * opened here may be read, too, and sees its own changes. The functions below
 * give XAPIAN_C_INVALID_OPERATION_ERROR for one opened for reading.
 *
 * Changes are kept in memory until a commit, or until 10,000 documents were
 * changed (XAPIAN_FLUSH_THRESHOLD in the environment). Each is made as a whole
 * or not at all. Besides what is listed below, any of them may end in
 *   XAPIAN_C_DATABASE_ERROR          writing failed, such as on a full disk
 *   XAPIAN_C_DATABASE_CLOSED_ERROR   the database was closed
 *   XAPIAN_C_DATABASE_CORRUPT_ERROR  the files are damaged
 *   XAPIAN_C_NETWORK_ERROR, XAPIAN_C_NETWORK_TIMEOUT_ERROR  if remote
 *   XAPIAN_C_UNIMPLEMENTED_ERROR     the backend cannot do it
 *   XAPIAN_C_NO_MEMORY */
#ifndef XAPIAN_C_XAPIAN_C_DATABASE_WRITABLE_H
#define XAPIAN_C_XAPIAN_C_DATABASE_WRITABLE_H

#include "xapian-c/xapian_c_database.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How to open: one of the first four, with any of the others, and with one of
 * XAPIAN_C_DB_BACKEND_*. */
enum {
    XAPIAN_C_DB_CREATE_OR_OPEN = 0x00,
    XAPIAN_C_DB_CREATE_OR_OVERWRITE = 0x01,
    XAPIAN_C_DB_CREATE = 0x02,
    XAPIAN_C_DB_OPEN = 0x03,

    XAPIAN_C_DB_NO_SYNC = 0x04,     /* do not wait for the disk */
    XAPIAN_C_DB_FULL_SYNC = 0x08,   /* try harder to reach the disk */
    XAPIAN_C_DB_DANGEROUS = 0x10,   /* in place: not safe from crashes, and
                                     * not to be read meanwhile */
    XAPIAN_C_DB_NO_TERMLIST = 0x20, /* smaller, but without lists of the terms
                                     * of documents */
    XAPIAN_C_DB_RETRY_LOCK = 0x40   /* wait for another writer to end */
};

/* ---- Opening ---- */

/* Makes a database of no parts, for xapian_c_database_add_database with
 * others that are writable; then documents added go to each part in turn. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_new(xapian_c_database **out,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Opens a database for writing, and locks it.
 *   path        a directory, which is made if only its last part is missing;
 *               or a stub, with one part for each database it names; ignored
 *               if in memory
 *   block_size  of files to be created: a power of two from 2048 to 65536;
 *               anything else stands for 8192
 *   out         set to the database, which the caller frees; NULL on failure
 *   XAPIAN_C_DATABASE_LOCK_ERROR       somebody has it open for writing
 *   XAPIAN_C_DATABASE_CREATE_ERROR     it cannot be created, or exists though
 *                                      flags say CREATE
 *   XAPIAN_C_DATABASE_NOT_FOUND_ERROR  it does not exist though flags say OPEN
 *   XAPIAN_C_DATABASE_OPENING_ERROR    it could not be opened; a single file
 *                                      never can be
 *   XAPIAN_C_DATABASE_VERSION_ERROR    a format this Xapian does not know
 *   XAPIAN_C_FEATURE_UNAVAILABLE_ERROR this Xapian has no such backend */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_new_path(const char *path, int flags,
                                    int block_size, xapian_c_database **out,
                                    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* As xapian_c_remote_open_tcp, of a server with --writable.
 *   flags  XAPIAN_C_DB_RETRY_LOCK or 0
 *   XAPIAN_C_DATABASE_LOCK_ERROR      somebody has it open for writing
 *   XAPIAN_C_INVALID_OPERATION_ERROR  the server only lets read */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_remote_open_writable_tcp(const char *host, unsigned port,
                                  unsigned timeout, unsigned connect_timeout,
                                  int flags, xapian_c_database **out,
                                  xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* As xapian_c_remote_open_program, of a program with --writable. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_remote_open_writable_program(const char *program, const char *args,
                                      unsigned timeout, int flags,
                                      xapian_c_database **out,
                                      xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- Commits and transactions ---- */

/* Writes all changes to disk, where readers see them on opening. What fails is
 * discarded with the changes since the last commit.
 *   XAPIAN_C_INVALID_OPERATION_ERROR  within a transaction
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR   a term, or a word or term with synonyms,
 *                                     is too long on disk */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_commit(xapian_c_database *database,
                                  xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Begins a transaction: its changes are all made or none.
 *   flushed  commit before it and at its end. If not, cancelling it also
 *            discards earlier changes that were not committed.
 *   XAPIAN_C_INVALID_OPERATION_ERROR  in a transaction already
 *   XAPIAN_C_UNIMPLEMENTED_ERROR      the database is in memory */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_begin_transaction(xapian_c_database *database,
                                             bool flushed,
                                             xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

/* End it, with its changes or without. It ends also if they fail.
 *   XAPIAN_C_INVALID_OPERATION_ERROR  there is none */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_commit_transaction(xapian_c_database *database,
                                              xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_cancel_transaction(xapian_c_database *database,
                                              xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

/* ---- Documents ---- */

/* Adds a document and sets `out` to its number, one more than the last.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  a term is too long
 *   XAPIAN_C_DATABASE_ERROR          all numbers are used up, or see above */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_add_document(xapian_c_database *database,
                                        const xapian_c_document *document,
                                        unsigned *out, xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

/* Puts a document at a number, in place of one that is there.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  docid is 0, or a term is too long */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_replace_document(
    xapian_c_database *database, unsigned docid,
    const xapian_c_document *document, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Puts a document in place of all that have the term, or adds it if none has.
 * The term is not added to it.
 *   out  set to its number: the lowest of those it replaces, or a new one
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  the term is empty, or a term too long */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_replace_document_term(
    xapian_c_database *database, const char *term, size_t len,
    const xapian_c_document *document, unsigned *out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/*   XAPIAN_C_DOC_NOT_FOUND_ERROR     there is no document of that number
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  docid is 0 */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_delete_document(xapian_c_database *database,
                                           unsigned docid,
                                           xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

/* Deletes all documents that have the term, which may be none.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  the term is empty */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_delete_document_term(xapian_c_database *database,
                                                const char *term, size_t len,
                                                xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

/* ---- Metadata, spelling, synonyms ---- */

/* Sets the metadata of a key; an empty value removes it.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  the key is empty or too long */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_set_metadata(xapian_c_database *database,
                                        const char *key, size_t key_len,
                                        const char *value, size_t value_len,
                                        xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

/* Adds to the frequency of a word that spellings are corrected to. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_add_spelling(xapian_c_database *database,
                                        const char *word, size_t len,
                                        unsigned freq_inc,
                                        xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

/* Takes away from it; at 0 the word is removed. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_remove_spelling(xapian_c_database *database,
                                           const char *word, size_t len,
                                           unsigned freq_dec,
                                           xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

/* Adding one that is there, or removing one that is not, does nothing. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_add_synonym(xapian_c_database *database,
                                       const char *term, size_t len,
                                       const char *synonym,
                                       size_t synonym_len,
                                       xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_remove_synonym(xapian_c_database *database,
                                          const char *term, size_t len,
                                          const char *synonym,
                                          size_t synonym_len,
                                          xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

/* Removes all synonyms of a term. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_writable_database_clear_synonyms(xapian_c_database *database,
                                          const char *term, size_t len,
                                          xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
