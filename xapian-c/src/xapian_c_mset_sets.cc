/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::RSet and Xapian::ESet. As in an MSet, numbers of items are compared
 * with the size here and not by Xapian. */
#include "xapian-c/xapian_c_mset.h"

#include "xapian_c_call.h"

using namespace xapian_c;

namespace {

Xapian::ESetIterator item_of(const xapian_c_eset *h, unsigned item)
{
    if (item >= h->eset.size())
        throw Xapian::RangeError("the set has no item of that number");
    return h->eset[item];
}

} // namespace

/* ---- RSet ---- */

xapian_c_status xapian_c_rset_new(xapian_c_rset **out,
                                  xapian_c_error *err) noexcept
{
    return make(true, out, err,
                [] { return std::make_unique<xapian_c_rset>(); });
}

void xapian_c_rset_free(xapian_c_rset *rset) noexcept
{
    delete rset;
}

unsigned xapian_c_rset_size(const xapian_c_rset *rset) noexcept
{
    return rset != nullptr ? rset->rset.size() : 0;
}

bool xapian_c_rset_empty(const xapian_c_rset *rset) noexcept
{
    return rset == nullptr || rset->rset.empty();
}

xapian_c_status xapian_c_rset_add_document(xapian_c_rset *rset,
                                           unsigned docid,
                                           xapian_c_error *err) noexcept
{
    return run(rset != nullptr, err,
               [&] { rset->rset.add_document(docid); });
}

xapian_c_status xapian_c_rset_remove_document(xapian_c_rset *rset,
                                              unsigned docid,
                                              xapian_c_error *err) noexcept
{
    return run(rset != nullptr, err,
               [&] { rset->rset.remove_document(docid); });
}

bool xapian_c_rset_contains(const xapian_c_rset *rset,
                            unsigned docid) noexcept
{
    return rset != nullptr && rset->rset.contains(docid);
}

xapian_c_status xapian_c_rset_get_description(xapian_c_rset *rset,
                                              const char **out,
                                              size_t *out_len,
                                              xapian_c_error *err) noexcept
{
    return lend(rset, true, out, out_len, err,
                [&] { return rset->rset.get_description(); });
}

/* ---- ESet ---- */

xapian_c_status xapian_c_eset_new(xapian_c_eset **out,
                                  xapian_c_error *err) noexcept
{
    return make(true, out, err,
                [] { return std::make_unique<xapian_c_eset>(); });
}

void xapian_c_eset_free(xapian_c_eset *eset) noexcept
{
    delete eset;
}

unsigned xapian_c_eset_size(const xapian_c_eset *eset) noexcept
{
    return eset != nullptr ? eset->eset.size() : 0;
}

bool xapian_c_eset_empty(const xapian_c_eset *eset) noexcept
{
    return eset == nullptr || eset->eset.empty();
}

unsigned xapian_c_eset_get_ebound(const xapian_c_eset *eset) noexcept
{
    return eset != nullptr ? eset->eset.get_ebound() : 0;
}

xapian_c_status xapian_c_eset_get_term(xapian_c_eset *eset, unsigned item,
                                       const char **out, size_t *out_len,
                                       xapian_c_error *err) noexcept
{
    return lend(eset, true, out, out_len, err,
                [&] { return *item_of(eset, item); });
}

xapian_c_status xapian_c_eset_get_weight(const xapian_c_eset *eset,
                                         unsigned item, double *out,
                                         xapian_c_error *err) noexcept
{
    return get(eset != nullptr, out, err,
               [&] { return item_of(eset, item).get_weight(); });
}

xapian_c_status xapian_c_eset_get_description(xapian_c_eset *eset,
                                              const char **out,
                                              size_t *out_len,
                                              xapian_c_error *err) noexcept
{
    return lend(eset, true, out, out_len, err,
                [&] { return eset->eset.get_description(); });
}
