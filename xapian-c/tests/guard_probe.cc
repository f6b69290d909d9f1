/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Throws inside the guard. */
#include "guard_probe.h"

#include <cerrno>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

#include <xapian.h>

#include "alloc_probe.h"
#include "xapian_c_guard.h"

static_assert(noexcept(xapian_c_status_name(XAPIAN_C_OK)),
              "the header promises noexcept");
static_assert(noexcept(xapian_c_stem_free(nullptr)),
              "the header promises noexcept");

namespace {

/* Classes of a Xapian that is newer than the binding. */
struct NewLogicError : Xapian::LogicError {
    NewLogicError() : LogicError("new", "", "\015NewLogicError", 0) {}
};

struct NewRuntimeError : Xapian::RuntimeError {
    NewRuntimeError() : RuntimeError("new", "", "\017NewRuntimeError", 0) {}
};

struct NewDatabaseError : Xapian::DatabaseError {
    NewDatabaseError() : DatabaseError("new", "", "\020NewDatabaseError", 0)
    {
    }
};

struct NewError : Xapian::Error {
    NewError() : Error("new", "", "\010NewError", 0) {}
};

template <typename E> void throw_xapian()
{
    throw E("the message", std::string("the context"));
}

template <typename E> void throw_plain()
{
    throw E();
}

struct entry {
    const char *name;
    void (*thrower)();
};

#define XAPIAN(name) {#name, throw_xapian<Xapian::name>}

const entry entries[] = {
    XAPIAN(AssertionError),
    XAPIAN(InvalidArgumentError),
    XAPIAN(InvalidOperationError),
    XAPIAN(UnimplementedError),
    XAPIAN(DatabaseError),
    XAPIAN(DatabaseClosedError),
    XAPIAN(DatabaseCorruptError),
    XAPIAN(DatabaseCreateError),
    XAPIAN(DatabaseLockError),
    XAPIAN(DatabaseModifiedError),
    XAPIAN(DatabaseNotFoundError),
    XAPIAN(DatabaseOpeningError),
    XAPIAN(DatabaseVersionError),
    XAPIAN(DocNotFoundError),
    XAPIAN(FeatureUnavailableError),
    XAPIAN(InternalError),
    XAPIAN(NetworkError),
    XAPIAN(NetworkTimeoutError),
    XAPIAN(QueryParserError),
    XAPIAN(RangeError),
    XAPIAN(SerialisationError),
    XAPIAN(WildcardError),
    {"NewLogicError", throw_plain<NewLogicError>},
    {"NewRuntimeError", throw_plain<NewRuntimeError>},
    {"NewDatabaseError", throw_plain<NewDatabaseError>},
    {"NewError", throw_plain<NewError>},
    {"bad_alloc", throw_plain<std::bad_alloc>},
    {"bad_array_new_length", throw_plain<std::bad_array_new_length>},
    {"runtime_error", [] { throw std::runtime_error("the message"); }},
    {"int", [] { throw 42; }},
    {"string", throw_plain<std::string>},
    {"callback_failure", throw_plain<xapian_c::callback_failure>},
    {"", [] {}},
};

} // namespace

int guard_probe(const char *name, xapian_c_error *err)
{
    for (const entry &e : entries)
        if (std::strcmp(e.name, name) == 0)
            return xapian_c::guard(err, [&] {
                e.thrower();
                return XAPIAN_C_OK;
            });
    return -1;
}

xapian_c_status guard_probe_text(const char *message, size_t len,
                                 const char *context, int system_errno,
                                 xapian_c_error *err)
{
    return xapian_c::guard(err, [&]() -> xapian_c_status {
        throw Xapian::DatabaseOpeningError(std::string(message, len), context,
                                           system_errno);
    });
}

xapian_c_status guard_probe_no_memory(xapian_c_error *err)
{
    /* Its texts are short enough to be copied without memory; what the
     * exception itself takes is no operator new. */
    const Xapian::DatabaseOpeningError error("short", ENOENT);
    alloc_probe_fail(1);
    const xapian_c_status status =
        xapian_c::guard(err, [&]() -> xapian_c_status { throw error; });
    alloc_probe_fail(0);
    return status;
}
