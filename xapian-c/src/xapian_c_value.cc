/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Numbers as bytes that sort as they do. Xapian wants a number's bytes in a
 * std::string, which holds the longest, 9 bytes, in place. */
#include "xapian-c/xapian_c_unicode.h"
#include "xapian_c_call.h"

size_t xapian_c_sortable_serialise(double value, char *out) noexcept
{
    return out == nullptr ? 0 : Xapian::sortable_serialise_(value, out);
}

xapian_c_status xapian_c_sortable_unserialise(const char *bytes, size_t len,
                                              double *out,
                                              xapian_c_error *err) noexcept
{
    return xapian_c::get(xapian_c::valid(bytes, len), out, err, [&] {
        return Xapian::sortable_unserialise(xapian_c::copy(bytes, len));
    });
}
