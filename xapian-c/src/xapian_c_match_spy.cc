/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Match spies. Xapian counts references on them: an enquire keeps its spies
 * when their handles are freed. */
#include "xapian-c/xapian_c_match.h"

#include "xapian_c_cursor.h"
#include "xapian_c_enquire_util.h"

using namespace xapian_c;

namespace {

class callback_spy : public Xapian::MatchSpy {
  public:
    callback_spy(xapian_c_spy_callback callback, void *data)
        : callback_(callback), data_(data)
    {
    }

    void operator()(const Xapian::Document &doc, double weight) override
    {
        xapian_c_document handle = lent(doc);
        require(callback_(data_, &handle, weight));
    }

  private:
    xapian_c_spy_callback callback_;
    void *data_;
};

std::unique_ptr<xapian_c_match_spy> own(counted<Xapian::MatchSpy> spy)
{
    auto h = std::make_unique<xapian_c_match_spy>();
    h->spy = std::move(spy);
    return h;
}

const Xapian::ValueCountMatchSpy &counting(const xapian_c_match_spy &h)
{
    return as<Xapian::ValueCountMatchSpy>(*h.spy,
                                          "the spy does not count values");
}

std::unique_ptr<xapian_c_term_iterator> cursor_at(Xapian::TermIterator it)
{
    auto c = std::make_unique<xapian_c_term_iterator>();
    c->it = std::move(it);
    return c;
}

} // namespace

xapian_c_status
xapian_c_match_spy_new_callback(xapian_c_spy_callback callback, void *data,
                                xapian_c_match_spy **out,
                                xapian_c_error *err) noexcept
{
    return make(callback != nullptr, out, err,
                [&] { return own(share<callback_spy>(callback, data)); });
}

xapian_c_status xapian_c_match_spy_new_value_count(
    unsigned slot, xapian_c_match_spy **out, xapian_c_error *err) noexcept
{
    return make(true, out, err, [&] {
        return own(share<Xapian::ValueCountMatchSpy>(slot));
    });
}

xapian_c_status xapian_c_match_spy_unserialise(const char *name,
                                               const char *bytes, size_t len,
                                               xapian_c_match_spy **out,
                                               xapian_c_error *err) noexcept
{
    return make(name != nullptr && valid(bytes, len), out, err, [&] {
        Xapian::Registry registry;
        const Xapian::MatchSpy *found = registry.get_match_spy(name);
        if (found == nullptr)
            throw Xapian::InvalidArgumentError(
                std::string("no match spy has the name ") + name);
        return own(count(found->unserialise(copy(bytes, len), registry)));
    });
}

xapian_c_status xapian_c_match_spy_get_total(const xapian_c_match_spy *spy,
                                             size_t *out,
                                             xapian_c_error *err) noexcept
{
    return get(spy != nullptr, out, err,
               [&] { return counting(*spy).get_total(); });
}

xapian_c_status
xapian_c_match_spy_values_begin(const xapian_c_match_spy *spy,
                                xapian_c_term_iterator **out,
                                xapian_c_error *err) noexcept
{
    return make(spy != nullptr, out, err,
                [&] { return cursor_at(counting(*spy).values_begin()); });
}

xapian_c_status
xapian_c_match_spy_top_values_begin(const xapian_c_match_spy *spy, size_t max,
                                    xapian_c_term_iterator **out,
                                    xapian_c_error *err) noexcept
{
    return make(spy != nullptr, out, err, [&] {
        return cursor_at(counting(*spy).top_values_begin(max));
    });
}

xapian_c_status xapian_c_match_spy_clone(const xapian_c_match_spy *spy,
                                         xapian_c_match_spy **out,
                                         xapian_c_error *err) noexcept
{
    return make(spy != nullptr, out, err,
                [&] { return own(count(spy->spy->clone())); });
}

xapian_c_status xapian_c_match_spy_name(xapian_c_match_spy *spy,
                                        const char **out, size_t *out_len,
                                        xapian_c_error *err) noexcept
{
    return lend(spy, true, out, out_len, err,
                [&] { return spy->spy->name(); });
}

xapian_c_status xapian_c_match_spy_serialise(xapian_c_match_spy *spy,
                                             const char **out,
                                             size_t *out_len,
                                             xapian_c_error *err) noexcept
{
    return lend(spy, true, out, out_len, err,
                [&] { return spy->spy->serialise(); });
}

xapian_c_status
xapian_c_match_spy_serialise_results(xapian_c_match_spy *spy,
                                     const char **out, size_t *out_len,
                                     xapian_c_error *err) noexcept
{
    return lend(spy, true, out, out_len, err,
                [&] { return spy->spy->serialise_results(); });
}

xapian_c_status
xapian_c_match_spy_merge_results(xapian_c_match_spy *spy, const char *bytes,
                                 size_t len, xapian_c_error *err) noexcept
{
    return run(spy != nullptr && valid(bytes, len), err,
               [&] { spy->spy->merge_results(copy(bytes, len)); });
}

xapian_c_status xapian_c_match_spy_apply(xapian_c_match_spy *spy,
                                         const xapian_c_document *doc,
                                         double weight,
                                         xapian_c_error *err) noexcept
{
    return run(spy != nullptr && doc != nullptr, err,
               [&] { (*spy->spy)(doc->doc, weight); });
}

xapian_c_status
xapian_c_match_spy_get_description(xapian_c_match_spy *spy, const char **out,
                                   size_t *out_len,
                                   xapian_c_error *err) noexcept
{
    return lend(spy, true, out, out_len, err,
                [&] { return spy->spy->get_description(); });
}

void xapian_c_match_spy_free(xapian_c_match_spy *spy) noexcept
{
    delete spy;
}
