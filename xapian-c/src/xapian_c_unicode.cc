/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian's Unicode functions. All that is called outside the guard reads
 * constant tables and writes at most four bytes: it cannot throw. */
#include "xapian-c/xapian_c_unicode.h"
#include "xapian_c_query_support.h"

using xapian_c::fail_null;
using xapian_c::guard;
using xapian_c::valid;

namespace unicode = Xapian::Unicode;

static_assert(static_cast<int>(XAPIAN_C_UNASSIGNED) ==
                      static_cast<int>(unicode::UNASSIGNED) &&
                  static_cast<int>(XAPIAN_C_CONTROL) ==
                      static_cast<int>(unicode::CONTROL) &&
                  static_cast<int>(XAPIAN_C_CONNECTOR_PUNCTUATION) ==
                      static_cast<int>(unicode::CONNECTOR_PUNCTUATION) &&
                  static_cast<int>(XAPIAN_C_OTHER_SYMBOL) ==
                      static_cast<int>(unicode::OTHER_SYMBOL),
              "the header has Xapian's numbers, which have no gaps");

namespace {

template <typename Change>
xapian_c_status change_text(const char *text, size_t len, char *out,
                            size_t room, size_t *out_len, xapian_c_error *err,
                            Change &&change) noexcept
{
    if (out_len == nullptr)
        return fail_null(err);
    *out_len = 0;
    if (!valid(text, len) || !valid(out, room))
        return fail_null(err);
    return guard(err, [&] {
        return xapian_c::deliver(change(xapian_c::copy(text, len)), out, room,
                                 out_len, err);
    });
}

} // namespace

size_t xapian_c_unicode_decode(const char *text, size_t len,
                               unsigned *ch) noexcept
{
    if (text == nullptr)
        len = 0;
    Xapian::Utf8Iterator at;
    if (len > 0)
        at.assign(text, len);
    if (ch != nullptr)
        *ch = *at;
    if (len == 0)
        return 0;
    ++at;
    return len - at.left();
}

size_t xapian_c_unicode_to_utf8(unsigned ch, char *out) noexcept
{
    return out == nullptr ? 0 : unicode::to_utf8(ch, out);
}

size_t xapian_c_unicode_nonascii_to_utf8(unsigned ch, char *out) noexcept
{
    if (out == nullptr || ch < 128)
        return 0;
    return unicode::nonascii_to_utf8(ch, out);
}

xapian_c_unicode_category xapian_c_unicode_get_category(unsigned ch) noexcept
{
    return static_cast<xapian_c_unicode_category>(unicode::get_category(ch));
}

bool xapian_c_unicode_is_wordchar(unsigned ch) noexcept
{
    return unicode::is_wordchar(ch);
}

bool xapian_c_unicode_is_whitespace(unsigned ch) noexcept
{
    return unicode::is_whitespace(ch);
}

bool xapian_c_unicode_is_currency(unsigned ch) noexcept
{
    return unicode::is_currency(ch);
}

unsigned xapian_c_unicode_tolower(unsigned ch) noexcept
{
    return unicode::tolower(ch);
}

unsigned xapian_c_unicode_toupper(unsigned ch) noexcept
{
    return unicode::toupper(ch);
}

xapian_c_status xapian_c_unicode_tolower_text(const char *text, size_t len,
                                              char *out, size_t room,
                                              size_t *out_len,
                                              xapian_c_error *err) noexcept
{
    return change_text(
        text, len, out, room, out_len, err,
        [](const std::string &s) { return unicode::tolower(s); });
}

xapian_c_status xapian_c_unicode_toupper_text(const char *text, size_t len,
                                              char *out, size_t room,
                                              size_t *out_len,
                                              xapian_c_error *err) noexcept
{
    return change_text(
        text, len, out, room, out_len, err,
        [](const std::string &s) { return unicode::toupper(s); });
}
