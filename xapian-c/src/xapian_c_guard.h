/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The wall between C++ exceptions and C callers. Every exported function that
 * runs code of Xapian or of the C++ library does so inside guard(), and thus
 * always returns a status. Internal to the library: it is not installed.
 *
 * A function compiled here is noexcept, so an exception that slipped past the
 * guard would end the program and not unwind through C frames. */
#ifndef XAPIAN_C_GUARD_H
#define XAPIAN_C_GUARD_H

#include "xapian-c/xapian_c.h"

/* Every class of Xapian's error.h with the end of its status. A class stands
 * before its bases, because the first handler that fits is taken; gcc and
 * clang warn of a handler that an earlier one hides. */
#define XAPIAN_C_EACH_ERROR(X)                           \
    X(AssertionError, ASSERTION_ERROR)                   \
    X(InvalidArgumentError, INVALID_ARGUMENT_ERROR)      \
    X(InvalidOperationError, INVALID_OPERATION_ERROR)    \
    X(UnimplementedError, UNIMPLEMENTED_ERROR)           \
    X(LogicError, LOGIC_ERROR)                           \
    X(DatabaseClosedError, DATABASE_CLOSED_ERROR)        \
    X(DatabaseCorruptError, DATABASE_CORRUPT_ERROR)      \
    X(DatabaseCreateError, DATABASE_CREATE_ERROR)        \
    X(DatabaseLockError, DATABASE_LOCK_ERROR)            \
    X(DatabaseModifiedError, DATABASE_MODIFIED_ERROR)    \
    X(DatabaseNotFoundError, DATABASE_NOT_FOUND_ERROR)   \
    X(DatabaseVersionError, DATABASE_VERSION_ERROR)      \
    X(DatabaseOpeningError, DATABASE_OPENING_ERROR)      \
    X(DatabaseError, DATABASE_ERROR)                     \
    X(DocNotFoundError, DOC_NOT_FOUND_ERROR)             \
    X(FeatureUnavailableError, FEATURE_UNAVAILABLE_ERROR)\
    X(InternalError, INTERNAL_ERROR)                     \
    X(NetworkTimeoutError, NETWORK_TIMEOUT_ERROR)        \
    X(NetworkError, NETWORK_ERROR)                       \
    X(QueryParserError, QUERY_PARSER_ERROR)              \
    X(RangeError, RANGE_ERROR)                           \
    X(SerialisationError, SERIALISATION_ERROR)           \
    X(WildcardError, WILDCARD_ERROR)                     \
    X(RuntimeError, RUNTIME_ERROR)                       \
    X(Error, ERROR)

namespace xapian_c {

/* Thrown by the C++ side of a callback whose C function reported failure; it
 * passes through Xapian up to the guard of the call that was under way. It
 * derives from nothing, lest Xapian take it for an error of its own. */
struct callback_failure {};

/* Fills `err`, if it is not NULL, for a failure this library found itself,
 * and returns `status`. */
xapian_c_status fail(xapian_c_error *err, xapian_c_status status,
                     const char *message) noexcept;

/* Fills `err`, if it is not NULL, from the exception being handled and
 * returns its status. Only to be called inside a catch block. */
xapian_c_status fail_caught(xapian_c_error *err) noexcept;

/* Runs `body`, which returns a status, and turns what it throws into one. The
 * handlers are in fail_caught(), one copy for all calls of this template. */
template <typename Body>
xapian_c_status guard(xapian_c_error *err, Body &&body) noexcept
{
    try {
        return body();
    } catch (...) {
        return fail_caught(err);
    }
}

} // namespace xapian_c

#endif
