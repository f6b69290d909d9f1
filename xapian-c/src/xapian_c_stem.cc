/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::Stem. An indexer stems each distinct word of its input, hundreds of
 * thousands in a run, so the path through apply() avoids allocations: the
 * word goes into a string that the object keeps, and the stem comes back in
 * a string that libstdc++ holds in place up to 15 bytes. */
#include <cstring>
#include <string>

#include <xapian.h>

#include "xapian_c_guard.h"
#include "xapian_c_internal.h"

using xapian_c::fail;
using xapian_c::guard;

namespace {

/* Apart from the guarded lambdas, as these throw on purpose. */
xapian_c_stem *make(const char *language)
{
    return new xapian_c_stem(language);
}

/* Xapian's own text has no zero byte behind it. The copy is made once and
 * never destroyed, so that borrowers may read it in exit handlers. */
const std::string &languages()
{
    static const std::string &copy =
        *new std::string(Xapian::Stem::get_available_languages());
    return copy;
}

/* The source may overlap the target, as it does for "none" in place. */
xapian_c_status deliver(const char *bytes, size_t len, char *out, size_t room,
                        size_t *out_len, xapian_c_error *err) noexcept
{
    *out_len = len;
    if (len > room)
        return fail(err, XAPIAN_C_NO_ROOM,
                    "the buffer is too small for the stem");
    if (len > 0)
        std::memmove(out, bytes, len);
    return XAPIAN_C_OK;
}

} // namespace

xapian_c_status xapian_c_stem_new(const char *language, xapian_c_stem **out,
                                  xapian_c_error *err) noexcept
{
    if (out == nullptr)
        return fail(err, XAPIAN_C_INVALID_ARGUMENT_ERROR, "out is NULL");
    *out = nullptr;
    if (language == nullptr)
        return fail(err, XAPIAN_C_INVALID_ARGUMENT_ERROR, "language is NULL");
    return guard(err, [&] {
        *out = make(language);
        return XAPIAN_C_OK;
    });
}

void xapian_c_stem_free(xapian_c_stem *stem) noexcept
{
    delete stem;
}

xapian_c_status xapian_c_stem_apply(const xapian_c_stem *stem,
                                    const char *word, size_t len, char *out,
                                    size_t room, size_t *out_len,
                                    xapian_c_error *err) noexcept
{
    if (out_len == nullptr)
        return fail(err, XAPIAN_C_INVALID_ARGUMENT_ERROR, "out_len is NULL");
    *out_len = 0;
    if (stem == nullptr || (word == nullptr && len > 0) ||
        (out == nullptr && room > 0))
        return fail(err, XAPIAN_C_INVALID_ARGUMENT_ERROR,
                    "stem, word or out is NULL");
    if (len > XAPIAN_C_STEM_WORD_MAX)
        return fail(err, XAPIAN_C_INVALID_ARGUMENT_ERROR,
                    "the word is too long to be stemmed");
    if (stem->stemmer.is_none() || len == 0)
        return deliver(word, len, out, room, out_len, err);
    return guard(err, [&] {
        stem->word.assign(word, len);
        const std::string result = stem->stemmer(stem->word);
        return deliver(result.data(), result.size(), out, room, out_len, err);
    });
}

xapian_c_status xapian_c_stem_languages(const char **out,
                                        xapian_c_error *err) noexcept
{
    if (out == nullptr)
        return fail(err, XAPIAN_C_INVALID_ARGUMENT_ERROR, "out is NULL");
    *out = nullptr;
    return guard(err, [&] {
        *out = languages().c_str();
        return XAPIAN_C_OK;
    });
}
