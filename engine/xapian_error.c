/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian's errors as ours.
 */
#include "xapian_writer.h"

#include <errno.h>

osteon_status ost_xw_fail(osteon_error *err, const char *path,
                              xapian_c_status status,
                              const xapian_c_error *error)
{
    switch (status) {
    case XAPIAN_C_NO_MEMORY:
        return ost_fail_memory(err);
    case XAPIAN_C_DATABASE_LOCK_ERROR:
        return ost_fail(err, OSTEON_LOCKED,
                        "%s: another program has the database open for "
                        "writing",
                        path);
    case XAPIAN_C_DATABASE_CORRUPT_ERROR:
    case XAPIAN_C_DATABASE_NOT_FOUND_ERROR: /* though XAPIANDB names it */
    case XAPIAN_C_DATABASE_OPENING_ERROR:
    case XAPIAN_C_DOC_NOT_FOUND_ERROR: /* though a list has it */
    case XAPIAN_C_FEATURE_UNAVAILABLE_ERROR: /* made without lists of terms */
        return ost_fail(err, OSTEON_CORRUPT, "%s: %s", path, error->message);
    case XAPIAN_C_DATABASE_VERSION_ERROR:
        return ost_fail(err, OSTEON_VERSION, "%s: %s", path, error->message);
    case XAPIAN_C_INVALID_ARGUMENT_ERROR:
        return ost_fail(err, OSTEON_INVALID, "%s: %s", path, error->message);
    default:
        return ost_fail(err, OSTEON_IO, "%s: %s", path, error->message);
    }
}
