/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The shapes that most functions of the shim have: check the arguments, run
 * the body inside the guard, deliver a number, borrowed bytes or a handle.
 * Out-pointers are cleared before anything can fail and set when nothing can
 * any more. A body sees its handle and arguments only if none is NULL. */
#ifndef XAPIAN_C_CALL_H
#define XAPIAN_C_CALL_H

#include <xapian.h>

#include <memory>
#include <string>
#include <utility>

#include "xapian_c_guard.h"
#include "xapian_c_internal.h"

namespace xapian_c {

inline xapian_c_status fail_null(xapian_c_error *err) noexcept
{
    return fail(err, XAPIAN_C_INVALID_ARGUMENT_ERROR, "an argument is NULL");
}

/* True for bytes a caller may pass. */
inline bool valid(const char *bytes, size_t len) noexcept
{
    return bytes != nullptr || len == 0;
}

inline std::string copy(const char *bytes, size_t len)
{
    return len > 0 ? std::string(bytes, len) : std::string();
}

/* Runs `body` if `ok`, which says that no argument is NULL. */
template <typename Body>
xapian_c_status run(bool ok, xapian_c_error *err, Body &&body) noexcept
{
    if (!ok)
        return fail_null(err);
    return guard(err, [&] {
        body();
        return XAPIAN_C_OK;
    });
}

/* Sets *out to the number that `body` returns. */
template <typename Number, typename Body>
xapian_c_status get(bool ok, Number *out, xapian_c_error *err,
                    Body &&body) noexcept
{
    if (out != nullptr)
        *out = Number();
    return run(ok && out != nullptr, err, [&] { *out = body(); });
}

/* Keeps the bytes that `body` returns in the handle and lends them out. The
 * arguments of `body` may point into the bytes lent before. */
template <typename Handle, typename Body>
xapian_c_status lend(Handle *handle, bool ok, const char **out,
                     size_t *out_len, xapian_c_error *err,
                     Body &&body) noexcept
{
    if (out != nullptr)
        *out = nullptr;
    if (out_len != nullptr)
        *out_len = 0;
    ok = ok && handle != nullptr && out != nullptr && out_len != nullptr;
    return run(ok, err, [&] {
        handle->text = body();
        *out = handle->text.c_str();
        *out_len = handle->text.size();
    });
}

/* Sets *out to the handle that `body` returns in a unique_ptr. */
template <typename Handle, typename Body>
xapian_c_status make(bool ok, Handle **out, xapian_c_error *err,
                     Body &&body) noexcept
{
    if (out != nullptr)
        *out = nullptr;
    return run(ok && out != nullptr, err,
               [&] { *out = std::unique_ptr<Handle>(body()).release(); });
}

inline void count_change(const change_counts &counts) noexcept
{
    for (const std::shared_ptr<unsigned long> &count : counts)
        ++*count;
}

} // namespace xapian_c

#endif
