/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the C++ sides of callbacks share. A callback that fails throws
 * callback_failure, which passes through Xapian's matcher up to the guard of
 * the call that ran the match; the matcher frees its own on the way. */
#ifndef XAPIAN_C_ENQUIRE_UTIL_H
#define XAPIAN_C_ENQUIRE_UTIL_H

#include "xapian_c_call.h"

namespace xapian_c {

/* What a callback returned: below 0 for failure, 0 for no, above for yes. */
inline bool answer(int returned)
{
    if (returned < 0)
        throw callback_failure();
    return returned > 0;
}

/* The same for a callback with nothing to answer. */
inline void require(int returned)
{
    if (returned != 0)
        throw callback_failure();
}

/* Makes an object that Xapian counts references on, with one of them. */
template <typename T, typename... Args> counted<T> share(Args &&...args)
{
    return count(new T(std::forward<Args>(args)...));
}

/* A document lent to a callback; it ends with the call. */
inline xapian_c_document lent(const Xapian::Document &doc)
{
    return xapian_c_document{doc, std::string()};
}

/* Throws unless `object` is of the class a method belongs to. */
template <typename To, typename From>
To &as(From &object, const char *message)
{
    To *found = dynamic_cast<To *>(&object);
    if (found == nullptr)
        throw Xapian::InvalidOperationError(message);
    return *found;
}

} // namespace xapian_c

#endif
