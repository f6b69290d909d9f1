/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Checking the files of a database, and compacting or merging databases. */
#ifndef XAPIAN_C_XAPIAN_C_DATABASE_TOOLS_H
#define XAPIAN_C_XAPIAN_C_DATABASE_TOOLS_H

#include "xapian-c/xapian_c_database.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Check ---- */

enum {
    XAPIAN_C_DBCHECK_SHORT_TREE = 1,
    XAPIAN_C_DBCHECK_FULL_TREE = 2,
    XAPIAN_C_DBCHECK_SHOW_FREELIST = 4,
    XAPIAN_C_DBCHECK_SHOW_STATS = 8,
    XAPIAN_C_DBCHECK_FIX = 16 /* repair what can be: keep a copy */
};

/* Takes a piece of the report. Anything but 0 fails the check, which then ends
 * in XAPIAN_C_CALLBACK_FAILED; it is not called again. */
typedef int (*xapian_c_database_check_write)(void *data, const char *bytes,
                                             size_t len);

/* Looks for damage in a database, or in one table of it.
 *   path     the database, or such as "<database>/postlist"
 *   options  of XAPIAN_C_DBCHECK_*, added up
 *   write    gets the report, with `data`; NULL for no report
 *   out      set to the number of faults found, with XAPIAN_C_OK
 *   XAPIAN_C_DATABASE_OPENING_ERROR  there is no database, nor a table
 *   XAPIAN_C_DATABASE_CORRUPT_ERROR, XAPIAN_C_DATABASE_VERSION_ERROR
 *                                    it cannot even be opened
 *   XAPIAN_C_UNIMPLEMENTED_ERROR     the backend has no check
 *   XAPIAN_C_CALLBACK_FAILED         `write` said so */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_check(const char *path, int options,
                        xapian_c_database_check_write write, void *data,
                        size_t *out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* As that, for a single-file database at the current offset of the descriptor
 * `fd`, which Xapian closes, also if the call fails. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_check_fd(int fd, int options,
                           xapian_c_database_check_write write, void *data,
                           size_t *out, xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

/* ---- Compact ---- */

/* How far to compact: one of the first three; then any of the others. */
enum {
    XAPIAN_C_COMPACTOR_STANDARD = 0, /* split items only if needed */
    XAPIAN_C_COMPACTOR_FULL = 1,     /* split items if it saves space */
    XAPIAN_C_COMPACTOR_FULLER = 2,   /* oversized items: for reading only */

    XAPIAN_C_DBCOMPACT_NO_RENUMBER = 4, /* keep documents' numbers; the ranges
                                         * of several parts must not overlap */
    XAPIAN_C_DBCOMPACT_MULTIPASS = 8,   /* faster, more temporary space */
    XAPIAN_C_DBCOMPACT_SINGLE_FILE = 16
};

/* Both callbacks fail by returning anything but 0. Xapian cannot be stopped
 * without losing memory and descriptors: the compaction runs to its end, none
 * is called again, and only then is it XAPIAN_C_CALLBACK_FAILED. */

/* Told of progress. `status` is empty when a table begins. */
typedef int (*xapian_c_compactor_set_status)(void *data, const char *table,
                                             size_t table_len,
                                             const char *status,
                                             size_t status_len);

/* Decides on metadata that several parts have under one key.
 *   count, values, lens  what they have, at least two
 *   out, out_len         to be set to the bytes to keep, which are copied at
 *                        once: one of `values`, or what `data` holds. They
 *                        begin as the first value; length 0 drops the key */
typedef int (*xapian_c_compactor_resolve_duplicate_metadata)(
    void *data, const char *key, size_t key_len, size_t count,
    const char *const *values, const size_t *lens, const char **out,
    size_t *out_len);

/* The callbacks of one compaction; NULL where none is wanted. */
typedef struct xapian_c_compactor {
    xapian_c_compactor_set_status set_status;
    xapian_c_compactor_resolve_duplicate_metadata resolve_duplicate_metadata;
    void *data;
} xapian_c_compactor;

/* Writes what is in the parts of the database to a new one.
 *   path        where it goes: nothing, or an empty directory; or the stub
 *               that was opened, which is then made to name the new one
 *   flags       as above, added up
 *   block_size  a power of two from 2048 to 65536; else 8192
 *   compactor   callbacks, used during this call only; NULL for none
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR   the path is that of a part
 *   XAPIAN_C_INVALID_OPERATION_ERROR  it has changes that were not committed;
 *                                     or ranges overlap with NO_RENUMBER
 *   XAPIAN_C_DATABASE_ERROR           it could not be written; or a part is
 *                                     in memory or remote
 *   XAPIAN_C_CALLBACK_FAILED          a callback said so; what was written
 *                                     is left there */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_compact(xapian_c_database *database, const char *path,
                          unsigned flags, int block_size,
                          const xapian_c_compactor *compactor,
                          xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* As that, to a single file at the current offset of the descriptor `fd`,
 * which is open for reading and writing. Xapian closes it, also if the call
 * fails. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_database_compact_fd(xapian_c_database *database, int fd,
                             unsigned flags, int block_size,
                             const xapian_c_compactor *compactor,
                             xapian_c_error *err) XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
