/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Deciders and key makers. Those of callbacks are subclasses that call C and
 * throw what a negative answer means. Xapian counts references on all but
 * match deciders, which are lent to it for the length of one search. */
#include "xapian-c/xapian_c_match.h"

#include "xapian_c_enquire_util.h"

using namespace xapian_c;

namespace {

class callback_match_decider : public Xapian::MatchDecider {
  public:
    callback_match_decider(xapian_c_match_callback callback, void *data)
        : callback_(callback), data_(data)
    {
    }

    bool operator()(const Xapian::Document &doc) const override
    {
        xapian_c_document handle = lent(doc);
        return answer(callback_(data_, &handle));
    }

  private:
    xapian_c_match_callback callback_;
    void *data_;
};

class callback_expand_decider : public Xapian::ExpandDecider {
  public:
    callback_expand_decider(xapian_c_expand_callback callback, void *data)
        : callback_(callback), data_(data)
    {
    }

    bool operator()(const std::string &term) const override
    {
        return answer(callback_(data_, term.data(), term.size()));
    }

  private:
    xapian_c_expand_callback callback_;
    void *data_;
};

class callback_key_maker : public Xapian::KeyMaker {
  public:
    callback_key_maker(xapian_c_key_callback callback, void *data)
        : callback_(callback), data_(data)
    {
    }

    std::string operator()(const Xapian::Document &doc) const override
    {
        xapian_c_document handle = lent(doc);
        const char *key = nullptr;
        size_t len = 0;
        require(callback_(data_, &handle, &key, &len));
        if (!valid(key, len))
            throw callback_failure();
        return copy(key, len);
    }

  private:
    xapian_c_key_callback callback_;
    void *data_;
};

std::unique_ptr<xapian_c_expand_decider>
own(counted<Xapian::ExpandDecider> decider)
{
    auto h = std::make_unique<xapian_c_expand_decider>();
    h->decider = std::move(decider);
    return h;
}

Xapian::ValueSetMatchDecider &value_set(xapian_c_match_decider &h)
{
    return as<Xapian::ValueSetMatchDecider>(*h.decider,
                                            "the decider has no values");
}

} // namespace

/* ---- MatchDecider ---- */

xapian_c_status
xapian_c_match_decider_new_callback(xapian_c_match_callback callback,
                                    void *data, xapian_c_match_decider **out,
                                    xapian_c_error *err) noexcept
{
    return make(callback != nullptr, out, err, [&] {
        auto h = std::make_unique<xapian_c_match_decider>();
        h->decider = std::make_unique<callback_match_decider>(callback, data);
        return h;
    });
}

xapian_c_status
xapian_c_match_decider_new_value_set(unsigned slot, bool inclusive,
                                     xapian_c_match_decider **out,
                                     xapian_c_error *err) noexcept
{
    return make(true, out, err, [&] {
        auto h = std::make_unique<xapian_c_match_decider>();
        h->decider =
            std::make_unique<Xapian::ValueSetMatchDecider>(slot, inclusive);
        return h;
    });
}

xapian_c_status
xapian_c_match_decider_add_value(xapian_c_match_decider *decider,
                                 const char *value, size_t len,
                                 xapian_c_error *err) noexcept
{
    return run(decider != nullptr && valid(value, len), err,
               [&] { value_set(*decider).add_value(copy(value, len)); });
}

xapian_c_status
xapian_c_match_decider_remove_value(xapian_c_match_decider *decider,
                                    const char *value, size_t len,
                                    xapian_c_error *err) noexcept
{
    return run(decider != nullptr && valid(value, len), err,
               [&] { value_set(*decider).remove_value(copy(value, len)); });
}

xapian_c_status
xapian_c_match_decider_apply(const xapian_c_match_decider *decider,
                             const xapian_c_document *doc, bool *out,
                             xapian_c_error *err) noexcept
{
    return get(decider != nullptr && doc != nullptr, out, err,
               [&] { return (*decider->decider)(doc->doc); });
}

void xapian_c_match_decider_free(xapian_c_match_decider *decider) noexcept
{
    delete decider;
}

/* ---- ExpandDecider ---- */

xapian_c_status
xapian_c_expand_decider_new_callback(xapian_c_expand_callback callback,
                                     void *data,
                                     xapian_c_expand_decider **out,
                                     xapian_c_error *err) noexcept
{
    return make(callback != nullptr, out, err, [&] {
        return own(share<callback_expand_decider>(callback, data));
    });
}

xapian_c_status
xapian_c_expand_decider_new_and(const xapian_c_expand_decider *first,
                                const xapian_c_expand_decider *second,
                                xapian_c_expand_decider **out,
                                xapian_c_error *err) noexcept
{
    return make(first != nullptr && second != nullptr, out, err, [&] {
        const Xapian::ExpandDecider &a = *first->decider;
        const Xapian::ExpandDecider &b = *second->decider;
        return own(share<Xapian::ExpandDeciderAnd>(a, b));
    });
}

xapian_c_status xapian_c_expand_decider_new_filter_terms(
    const char *const *terms, const size_t *lens, size_t n,
    xapian_c_expand_decider **out, xapian_c_error *err) noexcept
{
    bool ok = n == 0 || (terms != nullptr && lens != nullptr);
    for (size_t i = 0; ok && i < n; i++)
        ok = valid(terms[i], lens[i]);
    return make(ok, out, err, [&] {
        std::vector<std::string> rejects;
        for (size_t i = 0; i < n; i++)
            rejects.push_back(copy(terms[i], lens[i]));
        return own(share<Xapian::ExpandDeciderFilterTerms>(rejects.begin(),
                                                           rejects.end()));
    });
}

xapian_c_status
xapian_c_expand_decider_new_filter_prefix(const char *prefix, size_t len,
                                          xapian_c_expand_decider **out,
                                          xapian_c_error *err) noexcept
{
    return make(valid(prefix, len), out, err, [&] {
        return own(
            share<Xapian::ExpandDeciderFilterPrefix>(copy(prefix, len)));
    });
}

xapian_c_status
xapian_c_expand_decider_apply(const xapian_c_expand_decider *decider,
                              const char *term, size_t len, bool *out,
                              xapian_c_error *err) noexcept
{
    return get(decider != nullptr && valid(term, len), out, err,
               [&] { return (*decider->decider)(copy(term, len)); });
}

void xapian_c_expand_decider_free(xapian_c_expand_decider *decider) noexcept
{
    delete decider;
}

/* ---- KeyMaker ---- */

xapian_c_status
xapian_c_key_maker_new_callback(xapian_c_key_callback callback, void *data,
                                xapian_c_key_maker **out,
                                xapian_c_error *err) noexcept
{
    return make(callback != nullptr, out, err, [&] {
        auto h = std::make_unique<xapian_c_key_maker>();
        h->maker = share<callback_key_maker>(callback, data);
        return h;
    });
}

xapian_c_status xapian_c_key_maker_new_multi_value(
    xapian_c_key_maker **out, xapian_c_error *err) noexcept
{
    return make(true, out, err, [&] {
        auto h = std::make_unique<xapian_c_key_maker>();
        h->maker = share<Xapian::MultiValueKeyMaker>();
        return h;
    });
}

xapian_c_status xapian_c_key_maker_add_value(xapian_c_key_maker *maker,
                                             unsigned slot, bool reverse,
                                             const char *defvalue, size_t len,
                                             xapian_c_error *err) noexcept
{
    return run(maker != nullptr && valid(defvalue, len), err, [&] {
        as<Xapian::MultiValueKeyMaker>(*maker->maker,
                                       "the key maker has no slots")
            .add_value(slot, reverse, copy(defvalue, len));
    });
}

xapian_c_status xapian_c_key_maker_apply(xapian_c_key_maker *maker,
                                         const xapian_c_document *doc,
                                         const char **out, size_t *out_len,
                                         xapian_c_error *err) noexcept
{
    return lend(maker, doc != nullptr, out, out_len, err,
                [&] { return (*maker->maker)(doc->doc); });
}

void xapian_c_key_maker_free(xapian_c_key_maker *maker) noexcept
{
    delete maker;
}
