/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::Enquire: what is searched for, scored and sorted. The enquire holds
 * references on all it is given, but for what one search borrows. */
#include "xapian-c/xapian_c_enquire.h"

#include "xapian_c_cursor.h"

using namespace xapian_c;

static_assert(Xapian::BAD_VALUENO == XAPIAN_C_BAD_VALUENO &&
                  int{Xapian::Enquire::DESCENDING} ==
                      int{XAPIAN_C_DOCID_DESCENDING} &&
                  int{Xapian::Enquire::ASCENDING} ==
                      int{XAPIAN_C_DOCID_ASCENDING} &&
                  int{Xapian::Enquire::DONT_CARE} ==
                      int{XAPIAN_C_DOCID_DONT_CARE} &&
                  Xapian::Enquire::INCLUDE_QUERY_TERMS ==
                      XAPIAN_C_INCLUDE_QUERY_TERMS &&
                  Xapian::Enquire::USE_EXACT_TERMFREQ ==
                      XAPIAN_C_USE_EXACT_TERMFREQ,
              "the header has Xapian's numbers");

namespace {

/* The database's changes are known to the enquire, its results and their
 * documents, for cursors on these. */
std::unique_ptr<xapian_c_mset> search(const xapian_c_enquire &enquire,
                                      unsigned first, unsigned maxitems,
                                      const xapian_c_match_options &options)
{
    auto h = std::make_unique<xapian_c_mset>();
    h->changes = enquire.changes;
    h->mset = enquire.enquire.get_mset(
        first, maxitems, options.checkatleast,
        options.rset != nullptr ? &options.rset->rset : nullptr,
        options.decider != nullptr ? options.decider->decider.get()
                                   : nullptr);
    return h;
}

std::unique_ptr<xapian_c_term_iterator>
cursor_at(const Xapian::TermIterator &it)
{
    auto c = std::make_unique<xapian_c_term_iterator>();
    c->it = it;
    return c;
}

} // namespace

xapian_c_status xapian_c_enquire_new(const xapian_c_database *database,
                                     xapian_c_enquire **out,
                                     xapian_c_error *err) noexcept
{
    return make(database != nullptr, out, err, [&] {
        return std::unique_ptr<xapian_c_enquire>(
            new xapian_c_enquire{Xapian::Enquire(database->db),
                                 std::string(), database->changes});
    });
}

void xapian_c_enquire_free(xapian_c_enquire *enquire) noexcept
{
    delete enquire;
}

/* ---- What is searched for ---- */

xapian_c_status xapian_c_enquire_set_query(xapian_c_enquire *enquire,
                                           const xapian_c_query *query,
                                           unsigned qlen,
                                           xapian_c_error *err) noexcept
{
    return run(enquire != nullptr && query != nullptr, err,
               [&] { enquire->enquire.set_query(query->query, qlen); });
}

xapian_c_status xapian_c_enquire_get_query(const xapian_c_enquire *enquire,
                                           xapian_c_query **out,
                                           xapian_c_error *err) noexcept
{
    return make(enquire != nullptr, out, err, [&] {
        auto h = std::make_unique<xapian_c_query>();
        h->query = enquire->enquire.get_query();
        return h;
    });
}

/* ---- How documents are scored and chosen ---- */

xapian_c_status
xapian_c_enquire_set_weighting_scheme(xapian_c_enquire *enquire,
                                      const xapian_c_weight *weight,
                                      xapian_c_error *err) noexcept
{
    return run(enquire != nullptr && weight != nullptr, err, [&] {
        enquire->enquire.set_weighting_scheme(*weight->weight);
    });
}

xapian_c_status
xapian_c_enquire_set_expansion_scheme(const xapian_c_enquire *enquire,
                                      const char *name, double k,
                                      xapian_c_error *err) noexcept
{
    return run(enquire != nullptr && name != nullptr, err,
               [&] { enquire->enquire.set_expansion_scheme(name, k); });
}

xapian_c_status xapian_c_enquire_set_cutoff(xapian_c_enquire *enquire,
                                            int percent, double weight,
                                            xapian_c_error *err) noexcept
{
    return run(enquire != nullptr, err,
               [&] { enquire->enquire.set_cutoff(percent, weight); });
}

xapian_c_status xapian_c_enquire_set_collapse_key(xapian_c_enquire *enquire,
                                                  unsigned slot, unsigned max,
                                                  xapian_c_error *err) noexcept
{
    return run(enquire != nullptr, err,
               [&] { enquire->enquire.set_collapse_key(slot, max); });
}

xapian_c_status xapian_c_enquire_add_matchspy(xapian_c_enquire *enquire,
                                              const xapian_c_match_spy *spy,
                                              xapian_c_error *err) noexcept
{
    return run(enquire != nullptr && spy != nullptr, err,
               [&] { enquire->enquire.add_matchspy(spy->spy.get()); });
}

xapian_c_status xapian_c_enquire_clear_matchspies(xapian_c_enquire *enquire,
                                                  xapian_c_error *err) noexcept
{
    return run(enquire != nullptr, err,
               [&] { enquire->enquire.clear_matchspies(); });
}

xapian_c_status xapian_c_enquire_set_time_limit(xapian_c_enquire *enquire,
                                                double seconds,
                                                xapian_c_error *err) noexcept
{
    return run(enquire != nullptr, err,
               [&] { enquire->enquire.set_time_limit(seconds); });
}

/* ---- How documents are sorted ---- */

xapian_c_status xapian_c_enquire_set_docid_order(xapian_c_enquire *enquire,
                                                 xapian_c_docid_order order,
                                                 xapian_c_error *err) noexcept
{
    if (order != XAPIAN_C_DOCID_DESCENDING &&
        order != XAPIAN_C_DOCID_ASCENDING && order != XAPIAN_C_DOCID_DONT_CARE)
        return fail(err, XAPIAN_C_INVALID_ARGUMENT_ERROR,
                    "there is no such order of documents");
    return run(enquire != nullptr, err, [&] {
        enquire->enquire.set_docid_order(
            static_cast<Xapian::Enquire::docid_order>(order));
    });
}

xapian_c_status
xapian_c_enquire_set_sort_by_relevance(xapian_c_enquire *enquire,
                                       xapian_c_error *err) noexcept
{
    return run(enquire != nullptr, err,
               [&] { enquire->enquire.set_sort_by_relevance(); });
}

xapian_c_status
xapian_c_enquire_set_sort_by_value(xapian_c_enquire *enquire, unsigned slot,
                                   bool reverse, xapian_c_error *err) noexcept
{
    return run(enquire != nullptr, err,
               [&] { enquire->enquire.set_sort_by_value(slot, reverse); });
}

xapian_c_status
xapian_c_enquire_set_sort_by_key(xapian_c_enquire *enquire,
                                 const xapian_c_key_maker *maker,
                                 bool reverse, xapian_c_error *err) noexcept
{
    return run(enquire != nullptr && maker != nullptr, err, [&] {
        enquire->enquire.set_sort_by_key(maker->maker.get(), reverse);
    });
}

xapian_c_status xapian_c_enquire_set_sort_by_value_then_relevance(
    xapian_c_enquire *enquire, unsigned slot, bool reverse,
    xapian_c_error *err) noexcept
{
    return run(enquire != nullptr, err, [&] {
        enquire->enquire.set_sort_by_value_then_relevance(slot, reverse);
    });
}

xapian_c_status xapian_c_enquire_set_sort_by_key_then_relevance(
    xapian_c_enquire *enquire, const xapian_c_key_maker *maker, bool reverse,
    xapian_c_error *err) noexcept
{
    return run(enquire != nullptr && maker != nullptr, err, [&] {
        enquire->enquire.set_sort_by_key_then_relevance(maker->maker.get(),
                                                        reverse);
    });
}

xapian_c_status xapian_c_enquire_set_sort_by_relevance_then_value(
    xapian_c_enquire *enquire, unsigned slot, bool reverse,
    xapian_c_error *err) noexcept
{
    return run(enquire != nullptr, err, [&] {
        enquire->enquire.set_sort_by_relevance_then_value(slot, reverse);
    });
}

xapian_c_status xapian_c_enquire_set_sort_by_relevance_then_key(
    xapian_c_enquire *enquire, const xapian_c_key_maker *maker, bool reverse,
    xapian_c_error *err) noexcept
{
    return run(enquire != nullptr && maker != nullptr, err, [&] {
        enquire->enquire.set_sort_by_relevance_then_key(maker->maker.get(),
                                                        reverse);
    });
}

/* ---- Search ---- */

xapian_c_status xapian_c_enquire_get_mset(
    const xapian_c_enquire *enquire, unsigned first, unsigned maxitems,
    const xapian_c_match_options *options, xapian_c_mset **out,
    xapian_c_error *err) noexcept
{
    const xapian_c_match_options defaults = {0, nullptr, nullptr};
    return make(enquire != nullptr, out, err, [&] {
        return search(*enquire, first, maxitems,
                      options != nullptr ? *options : defaults);
    });
}

xapian_c_status xapian_c_enquire_get_eset(
    const xapian_c_enquire *enquire, unsigned maxitems,
    const xapian_c_rset *rset, const xapian_c_expand_options *options,
    xapian_c_eset **out, xapian_c_error *err) noexcept
{
    const xapian_c_expand_options defaults = {0, nullptr, 0.0};
    const xapian_c_expand_options &o =
        options != nullptr ? *options : defaults;
    return make(enquire != nullptr && rset != nullptr, out, err, [&] {
        auto h = std::make_unique<xapian_c_eset>();
        h->eset = enquire->enquire.get_eset(
            maxitems, rset->rset, static_cast<int>(o.flags),
            o.decider != nullptr ? o.decider->decider.get() : nullptr,
            o.min_weight);
        return h;
    });
}

xapian_c_status
xapian_c_enquire_get_matching_terms_begin(const xapian_c_enquire *enquire,
                                          unsigned docid,
                                          xapian_c_term_iterator **out,
                                          xapian_c_error *err) noexcept
{
    return make(enquire != nullptr, out, err, [&] {
        return cursor_at(enquire->enquire.get_matching_terms_begin(docid));
    });
}

xapian_c_status xapian_c_enquire_get_matching_terms_begin_item(
    const xapian_c_enquire *enquire, const xapian_c_mset *mset, unsigned item,
    xapian_c_term_iterator **out, xapian_c_error *err) noexcept
{
    return make(enquire != nullptr && mset != nullptr, out, err, [&] {
        if (item >= mset->mset.size())
            throw Xapian::RangeError("the set has no item of that number");
        return cursor_at(
            enquire->enquire.get_matching_terms_begin(mset->mset[item]));
    });
}

xapian_c_status
xapian_c_enquire_get_description(xapian_c_enquire *enquire, const char **out,
                                 size_t *out_len,
                                 xapian_c_error *err) noexcept
{
    return lend(enquire, true, out, out_len, err,
                [&] { return enquire->enquire.get_description(); });
}
