/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a query is: its shape, its terms, and it as bytes. Xapian reads a
 * branch without looking whether there is one, so its number is checked. */
#include "xapian_c_query_support.h"

using xapian_c::copy;
using xapian_c::lend;
using xapian_c::make;
using xapian_c::new_query;
using xapian_c::new_terms;
using xapian_c::valid;

namespace {

Xapian::Query branch(const Xapian::Query &query, size_t n)
{
    if (n >= query.get_num_subqueries())
        throw Xapian::InvalidArgumentError("there is no such subquery");
    return query.get_subquery(n);
}

} // namespace

bool xapian_c_query_empty(const xapian_c_query *query) noexcept
{
    return query == nullptr || query->query.empty();
}

unsigned xapian_c_query_get_length(const xapian_c_query *query) noexcept
{
    return query == nullptr ? 0 : query->query.get_length();
}

xapian_c_query_op xapian_c_query_get_type(const xapian_c_query *query) noexcept
{
    if (query == nullptr)
        return XAPIAN_C_LEAF_MATCH_NOTHING;
    return static_cast<xapian_c_query_op>(query->query.get_type());
}

size_t xapian_c_query_get_num_subqueries(const xapian_c_query *query) noexcept
{
    return query == nullptr ? 0 : query->query.get_num_subqueries();
}

xapian_c_status xapian_c_query_get_subquery(const xapian_c_query *query,
                                            size_t n, xapian_c_query **out,
                                            xapian_c_error *err) noexcept
{
    return make(query != nullptr, out, err,
                [&] { return new_query(branch(query->query, n)); });
}

xapian_c_status xapian_c_query_get_description(xapian_c_query *query,
                                               const char **out,
                                               size_t *out_len,
                                               xapian_c_error *err) noexcept
{
    return lend(query, true, out, out_len, err,
                [&] { return query->query.get_description(); });
}

xapian_c_status xapian_c_query_serialise(xapian_c_query *query,
                                         const char **out, size_t *out_len,
                                         xapian_c_error *err) noexcept
{
    return lend(query, true, out, out_len, err,
                [&] { return query->query.serialise(); });
}

xapian_c_status xapian_c_query_unserialise(const char *bytes, size_t len,
                                           xapian_c_query **out,
                                           xapian_c_error *err) noexcept
{
    return make(valid(bytes, len), out, err, [&] {
        return new_query(Xapian::Query::unserialise(copy(bytes, len)));
    });
}

xapian_c_status xapian_c_query_get_terms_begin(const xapian_c_query *query,
                                               xapian_c_term_iterator **out,
                                               xapian_c_error *err) noexcept
{
    return make(query != nullptr, out, err,
                [&] { return new_terms(query->query.get_terms_begin()); });
}

xapian_c_status
xapian_c_query_get_unique_terms_begin(const xapian_c_query *query,
                                      xapian_c_term_iterator **out,
                                      xapian_c_error *err) noexcept
{
    return make(query != nullptr, out, err, [&] {
        return new_terms(query->query.get_unique_terms_begin());
    });
}
