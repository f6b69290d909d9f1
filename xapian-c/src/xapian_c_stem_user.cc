/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Stemmers by callback. The stem is first written to a buffer on the stack,
 * as nearly all fit, and to a string of the right size if it did not. */
#include "xapian-c/xapian_c_stem_user.h"
#include "xapian_c_query_support.h"

using xapian_c::callback_failure;
using xapian_c::fail_null;
using xapian_c::guard;
using xapian_c::make;

namespace {

class callback_stem final : public Xapian::StemImplementation {
  public:
    callback_stem(xapian_c_stem_callback callback, void *data)
        : callback_(callback), data_(data)
    {
    }

    std::string operator()(const std::string &word) override
    {
        return xapian_c::held_failure::ask(word, [&] { return stem(word); });
    }

    std::string get_description() const override
    {
        return "callback";
    }

  private:
    std::string stem(const std::string &word) const
    {
        char room[256];
        size_t len = ask(word, room, sizeof room);
        if (len <= sizeof room)
            return std::string(room, len);
        std::string large(len, '\0');
        len = ask(word, &large[0], large.size());
        if (len > large.size())
            throw callback_failure();
        large.resize(len);
        return large;
    }

    size_t ask(const std::string &word, char *out, size_t room) const
    {
        size_t len = 0;
        if (callback_(data_, word.data(), word.size(), out, room, &len) != 0 ||
            len > XAPIAN_C_STEM_WORD_MAX)
            throw callback_failure();
        return len;
    }

    xapian_c_stem_callback callback_;
    void *data_;
};

/* The implementation belongs to the Stem from the first line on. */
std::unique_ptr<xapian_c_stem> new_stem(Xapian::StemImplementation *made)
{
    const Xapian::Stem stemmer(made);
    auto handle = std::make_unique<xapian_c_stem>("none");
    handle->stemmer = stemmer;
    return handle;
}

} // namespace

xapian_c_status xapian_c_stem_new_callback(xapian_c_stem_callback callback,
                                           void *data, xapian_c_stem **out,
                                           xapian_c_error *err) noexcept
{
    return make(callback != nullptr, out, err,
                [&] { return new_stem(new callback_stem(callback, data)); });
}

xapian_c_status xapian_c_stem_new_fallback(const char *language,
                                           xapian_c_stem **out,
                                           xapian_c_error *err) noexcept
{
    return make(language != nullptr, out, err, [&] {
        auto handle = std::make_unique<xapian_c_stem>("none");
        handle->stemmer = Xapian::Stem(language, true);
        return handle;
    });
}

bool xapian_c_stem_is_none(const xapian_c_stem *stem) noexcept
{
    return stem == nullptr || stem->stemmer.is_none();
}

xapian_c_status xapian_c_stem_get_description(const xapian_c_stem *stem,
                                              char *out, size_t room,
                                              size_t *out_len,
                                              xapian_c_error *err) noexcept
{
    if (out_len == nullptr)
        return fail_null(err);
    *out_len = 0;
    if (stem == nullptr || !xapian_c::valid(out, room))
        return fail_null(err);
    return guard(err, [&] {
        const std::string text = stem->stemmer.get_description();
        return xapian_c::deliver(text, out, room, out_len, err);
    });
}
