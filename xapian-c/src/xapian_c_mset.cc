/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::MSet. Xapian does not check the numbers of items: every one is
 * compared with the size first. An MSet of no search is empty, and what asks
 * for its search throws. */
#include "xapian-c/xapian_c_mset.h"

#include <algorithm>

#include "xapian_c_call.h"
#include "xapian_c_query_support.h"

using namespace xapian_c;

static_assert(Xapian::MSet::SNIPPET_BACKGROUND_MODEL ==
                      XAPIAN_C_SNIPPET_BACKGROUND_MODEL &&
                  Xapian::MSet::SNIPPET_EXHAUSTIVE ==
                      XAPIAN_C_SNIPPET_EXHAUSTIVE &&
                  Xapian::MSet::SNIPPET_EMPTY_WITHOUT_MATCH ==
                      XAPIAN_C_SNIPPET_EMPTY_WITHOUT_MATCH &&
                  Xapian::MSet::SNIPPET_CJK_NGRAM ==
                      XAPIAN_C_SNIPPET_CJK_NGRAM,
              "the header has Xapian's numbers");

namespace {

Xapian::MSetIterator item_of(const xapian_c_mset *h, unsigned item)
{
    if (item >= h->mset.size())
        throw Xapian::RangeError("the set has no item of that number");
    return h->mset[item];
}

/* A number of an item. */
template <typename Number, typename Body>
xapian_c_status get_item(const xapian_c_mset *mset, unsigned item,
                         Number *out, xapian_c_error *err,
                         Body &&body) noexcept
{
    return get(mset != nullptr, out, err,
               [&] { return body(item_of(mset, item)); });
}

bool complete(const xapian_c_snippet_options &o) noexcept
{
    return o.hi_start != nullptr && o.hi_end != nullptr && o.omit != nullptr;
}

} // namespace

xapian_c_status xapian_c_mset_new(xapian_c_mset **out,
                                  xapian_c_error *err) noexcept
{
    return make(true, out, err,
                [] { return std::make_unique<xapian_c_mset>(); });
}

void xapian_c_mset_free(xapian_c_mset *mset) noexcept
{
    delete mset;
}

/* ---- Numbers that a set holds ready ---- */

unsigned xapian_c_mset_size(const xapian_c_mset *mset) noexcept
{
    return mset != nullptr ? mset->mset.size() : 0;
}

bool xapian_c_mset_empty(const xapian_c_mset *mset) noexcept
{
    return mset == nullptr || mset->mset.empty();
}

unsigned xapian_c_mset_get_firstitem(const xapian_c_mset *mset) noexcept
{
    return mset != nullptr ? mset->mset.get_firstitem() : 0;
}

unsigned
xapian_c_mset_get_matches_lower_bound(const xapian_c_mset *mset) noexcept
{
    return mset != nullptr ? mset->mset.get_matches_lower_bound() : 0;
}

unsigned
xapian_c_mset_get_matches_estimated(const xapian_c_mset *mset) noexcept
{
    return mset != nullptr ? mset->mset.get_matches_estimated() : 0;
}

unsigned
xapian_c_mset_get_matches_upper_bound(const xapian_c_mset *mset) noexcept
{
    return mset != nullptr ? mset->mset.get_matches_upper_bound() : 0;
}

unsigned xapian_c_mset_get_uncollapsed_matches_lower_bound(
    const xapian_c_mset *mset) noexcept
{
    return mset != nullptr ? mset->mset.get_uncollapsed_matches_lower_bound()
                           : 0;
}

unsigned xapian_c_mset_get_uncollapsed_matches_estimated(
    const xapian_c_mset *mset) noexcept
{
    return mset != nullptr ? mset->mset.get_uncollapsed_matches_estimated()
                           : 0;
}

unsigned xapian_c_mset_get_uncollapsed_matches_upper_bound(
    const xapian_c_mset *mset) noexcept
{
    return mset != nullptr ? mset->mset.get_uncollapsed_matches_upper_bound()
                           : 0;
}

double xapian_c_mset_get_max_possible(const xapian_c_mset *mset) noexcept
{
    return mset != nullptr ? mset->mset.get_max_possible() : 0.0;
}

double xapian_c_mset_get_max_attained(const xapian_c_mset *mset) noexcept
{
    return mset != nullptr ? mset->mset.get_max_attained() : 0.0;
}

/* ---- Of terms and weights ---- */

xapian_c_status xapian_c_mset_get_termfreq(const xapian_c_mset *mset,
                                           const char *term, size_t len,
                                           unsigned *out,
                                           xapian_c_error *err) noexcept
{
    return get(mset != nullptr && valid(term, len), out, err,
               [&] { return mset->mset.get_termfreq(copy(term, len)); });
}

xapian_c_status xapian_c_mset_get_termweight(const xapian_c_mset *mset,
                                             const char *term, size_t len,
                                             double *out,
                                             xapian_c_error *err) noexcept
{
    return get(mset != nullptr && valid(term, len), out, err,
               [&] { return mset->mset.get_termweight(copy(term, len)); });
}

xapian_c_status xapian_c_mset_convert_to_percent(const xapian_c_mset *mset,
                                                 double weight, int *out,
                                                 xapian_c_error *err) noexcept
{
    return get(mset != nullptr, out, err, [&] {
        if (!(weight >= 0.0))
            throw Xapian::InvalidArgumentError("the weight is below 0 or NaN");
        /* Xapian converts to int before it cuts at 100. The best weight is
         * 1% or more, so a thousand times that surely is cut. */
        const double limit = 1000.0 * mset->mset.get_max_attained();
        return mset->mset.convert_to_percent(std::min(weight, limit));
    });
}

xapian_c_status xapian_c_mset_fetch(const xapian_c_mset *mset,
                                    xapian_c_error *err) noexcept
{
    return run(mset != nullptr, err, [&] { mset->mset.fetch(); });
}

xapian_c_status xapian_c_mset_fetch_items(const xapian_c_mset *mset,
                                          unsigned item, unsigned n,
                                          xapian_c_error *err) noexcept
{
    return run(mset != nullptr, err, [&] {
        const unsigned size = mset->mset.size();
        if (item > size || n > size - item)
            throw Xapian::RangeError("the set has fewer items");
        for (unsigned i = 0; i < n; i++)
            mset->mset.fetch(mset->mset[item + i]);
    });
}

/* ---- Items ---- */

xapian_c_status xapian_c_mset_get_docid(const xapian_c_mset *mset,
                                        unsigned item, unsigned *out,
                                        xapian_c_error *err) noexcept
{
    return get_item(mset, item, out, err, [](auto it) { return *it; });
}

xapian_c_status xapian_c_mset_get_weight(const xapian_c_mset *mset,
                                         unsigned item, double *out,
                                         xapian_c_error *err) noexcept
{
    return get_item(mset, item, out, err,
                    [](auto it) { return it.get_weight(); });
}

xapian_c_status xapian_c_mset_get_percent(const xapian_c_mset *mset,
                                          unsigned item, int *out,
                                          xapian_c_error *err) noexcept
{
    return get_item(mset, item, out, err,
                    [](auto it) { return it.get_percent(); });
}

xapian_c_status xapian_c_mset_get_rank(const xapian_c_mset *mset,
                                       unsigned item, unsigned *out,
                                       xapian_c_error *err) noexcept
{
    return get_item(mset, item, out, err,
                    [](auto it) { return it.get_rank(); });
}

xapian_c_status xapian_c_mset_get_document(const xapian_c_mset *mset,
                                           unsigned item,
                                           xapian_c_document **out,
                                           xapian_c_error *err) noexcept
{
    return make(mset != nullptr, out, err, [&] {
        auto h = std::make_unique<xapian_c_document>();
        h->changes.insert(h->changes.end(), mset->changes.begin(),
                          mset->changes.end());
        h->doc = item_of(mset, item).get_document();
        return h;
    });
}

xapian_c_status xapian_c_mset_get_collapse_key(xapian_c_mset *mset,
                                               unsigned item,
                                               const char **out,
                                               size_t *out_len,
                                               xapian_c_error *err) noexcept
{
    return lend(mset, true, out, out_len, err,
                [&] { return item_of(mset, item).get_collapse_key(); });
}

xapian_c_status xapian_c_mset_get_collapse_count(const xapian_c_mset *mset,
                                                 unsigned item, unsigned *out,
                                                 xapian_c_error *err) noexcept
{
    return get_item(mset, item, out, err,
                    [](auto it) { return it.get_collapse_count(); });
}

xapian_c_status xapian_c_mset_get_sort_key(xapian_c_mset *mset, unsigned item,
                                           const char **out, size_t *out_len,
                                           xapian_c_error *err) noexcept
{
    return lend(mset, true, out, out_len, err,
                [&] { return item_of(mset, item).get_sort_key(); });
}

/* ---- Snippets and description ---- */

xapian_c_status
xapian_c_mset_snippet(xapian_c_mset *mset, const char *text, size_t len,
                      const xapian_c_snippet_options *options,
                      const char **out, size_t *out_len,
                      xapian_c_error *err) noexcept
{
    static const xapian_c_snippet_options defaults =
        XAPIAN_C_SNIPPET_DEFAULTS;
    const xapian_c_snippet_options &o =
        options != nullptr ? *options : defaults;
    return lend(mset, valid(text, len) && complete(o), out, out_len, err, [&] {
        return mset->mset.snippet(
            copy(text, len), o.length,
            o.stem != nullptr ? o.stem->stemmer : Xapian::Stem(), o.flags,
            o.hi_start, o.hi_end, o.omit);
    });
}

xapian_c_status xapian_c_mset_get_description(xapian_c_mset *mset,
                                              const char **out,
                                              size_t *out_len,
                                              xapian_c_error *err) noexcept
{
    return lend(mset, true, out, out_len, err,
                [&] { return mset->mset.get_description(); });
}
