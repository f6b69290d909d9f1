/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How queries are made. Operators are checked here, before Xapian sees them:
 * it takes a wrong one for an empty list and throws only for others. */
#include <cmath>
#include <vector>

#include "xapian_c_query_support.h"

using xapian_c::copy;
using xapian_c::make;
using xapian_c::new_query;
using xapian_c::run;
using xapian_c::to_limit;
using xapian_c::to_op;
using xapian_c::valid;

namespace {

#define SAME(name)                                                            \
    static_assert(static_cast<int>(XAPIAN_C_##name) ==                        \
                      static_cast<int>(Xapian::Query::name),                  \
                  "the header has Xapian's numbers")
SAME(OP_AND);
SAME(OP_OR);
SAME(OP_AND_NOT);
SAME(OP_XOR);
SAME(OP_AND_MAYBE);
SAME(OP_FILTER);
SAME(OP_NEAR);
SAME(OP_PHRASE);
SAME(OP_VALUE_RANGE);
SAME(OP_SCALE_WEIGHT);
SAME(OP_ELITE_SET);
SAME(OP_VALUE_GE);
SAME(OP_VALUE_LE);
SAME(OP_SYNONYM);
SAME(OP_MAX);
SAME(OP_WILDCARD);
SAME(OP_INVALID);
SAME(LEAF_TERM);
SAME(LEAF_POSTING_SOURCE);
SAME(LEAF_MATCH_ALL);
SAME(LEAF_MATCH_NOTHING);
SAME(WILDCARD_LIMIT_ERROR);
SAME(WILDCARD_LIMIT_FIRST);
SAME(WILDCARD_LIMIT_MOST_FREQUENT);
#undef SAME

Xapian::Query::op to_list_op(xapian_c_query_op op)
{
    switch (static_cast<int>(op)) {
    case XAPIAN_C_OP_AND:
    case XAPIAN_C_OP_OR:
    case XAPIAN_C_OP_AND_NOT:
    case XAPIAN_C_OP_XOR:
    case XAPIAN_C_OP_AND_MAYBE:
    case XAPIAN_C_OP_FILTER:
    case XAPIAN_C_OP_NEAR:
    case XAPIAN_C_OP_PHRASE:
    case XAPIAN_C_OP_ELITE_SET:
    case XAPIAN_C_OP_SYNONYM:
    case XAPIAN_C_OP_MAX:
        return to_op(op);
    default:
        throw Xapian::InvalidArgumentError(
            "this operator takes no list of queries");
    }
}

Xapian::Query::op to_combiner(xapian_c_query_op op)
{
    if (op != XAPIAN_C_OP_SYNONYM && op != XAPIAN_C_OP_OR &&
        op != XAPIAN_C_OP_MAX)
        throw Xapian::InvalidArgumentError(
            "a wildcard's terms combine by SYNONYM, OR or MAX");
    return to_op(op);
}

Xapian::Query scaled(double factor, const Xapian::Query &query)
{
    if (std::isnan(factor))
        throw Xapian::InvalidArgumentError("the factor is not a number");
    return Xapian::Query(factor, query);
}

void combine(Xapian::Query &query, xapian_c_query_op op,
             const Xapian::Query &other)
{
    switch (static_cast<int>(op)) {
    case XAPIAN_C_OP_AND:
        query &= other;
        break;
    case XAPIAN_C_OP_OR:
        query |= other;
        break;
    case XAPIAN_C_OP_XOR:
        query ^= other;
        break;
    case XAPIAN_C_OP_AND_NOT:
        query = Xapian::Query(Xapian::Query::OP_AND_NOT, query, other);
        break;
    default:
        throw Xapian::InvalidArgumentError(
            "queries combine by AND, OR, XOR or AND_NOT");
    }
}

template <typename T>
Xapian::Query list(xapian_c_query_op op, const std::vector<T> &parts,
                   unsigned parameter)
{
    return Xapian::Query(to_list_op(op), parts.begin(), parts.end(),
                         parameter);
}

bool all_set(const xapian_c_query *const *queries, size_t n) noexcept
{
    if (queries == nullptr)
        return n == 0;
    for (size_t i = 0; i < n; i++)
        if (queries[i] == nullptr)
            return false;
    return true;
}

bool all_valid(const char *const *terms, const size_t *lens, size_t n) noexcept
{
    if (terms == nullptr || lens == nullptr)
        return n == 0;
    for (size_t i = 0; i < n; i++)
        if (!valid(terms[i], lens[i]))
            return false;
    return true;
}

} // namespace

xapian_c_status xapian_c_query_new_match_nothing(xapian_c_query **out,
                                                 xapian_c_error *err) noexcept
{
    return make(true, out, err, [] { return new_query(Xapian::Query()); });
}

/* Not Query::MatchAll, whose count all threads would share. */
xapian_c_status xapian_c_query_new_match_all(xapian_c_query **out,
                                             xapian_c_error *err) noexcept
{
    return make(true, out, err,
                [] { return new_query(Xapian::Query(std::string())); });
}

xapian_c_status xapian_c_query_new_invalid(xapian_c_query **out,
                                           xapian_c_error *err) noexcept
{
    return make(true, out, err, [] {
        return new_query(Xapian::Query(Xapian::Query::OP_INVALID));
    });
}

xapian_c_status xapian_c_query_new_term(const char *term, size_t len,
                                        unsigned wqf, unsigned pos,
                                        xapian_c_query **out,
                                        xapian_c_error *err) noexcept
{
    return make(valid(term, len), out, err, [&] {
        return new_query(Xapian::Query(copy(term, len), wqf, pos));
    });
}

xapian_c_status xapian_c_query_new_value_range(
    unsigned slot, const char *lower, size_t lower_len, const char *upper,
    size_t upper_len, xapian_c_query **out, xapian_c_error *err) noexcept
{
    const bool ok = valid(lower, lower_len) && valid(upper, upper_len);
    return make(ok, out, err, [&] {
        return new_query(Xapian::Query(Xapian::Query::OP_VALUE_RANGE, slot,
                                       copy(lower, lower_len),
                                       copy(upper, upper_len)));
    });
}

xapian_c_status xapian_c_query_new_value_ge(unsigned slot, const char *limit,
                                            size_t len, xapian_c_query **out,
                                            xapian_c_error *err) noexcept
{
    return make(valid(limit, len), out, err, [&] {
        return new_query(
            Xapian::Query(Xapian::Query::OP_VALUE_GE, slot, copy(limit, len)));
    });
}

xapian_c_status xapian_c_query_new_value_le(unsigned slot, const char *limit,
                                            size_t len, xapian_c_query **out,
                                            xapian_c_error *err) noexcept
{
    return make(valid(limit, len), out, err, [&] {
        return new_query(
            Xapian::Query(Xapian::Query::OP_VALUE_LE, slot, copy(limit, len)));
    });
}

xapian_c_status xapian_c_query_new_wildcard(const char *prefix, size_t len,
                                            unsigned max,
                                            xapian_c_wildcard_limit limit,
                                            xapian_c_query_op combiner,
                                            xapian_c_query **out,
                                            xapian_c_error *err) noexcept
{
    return make(valid(prefix, len), out, err, [&] {
        return new_query(Xapian::Query(Xapian::Query::OP_WILDCARD,
                                       copy(prefix, len), max, to_limit(limit),
                                       to_combiner(combiner)));
    });
}

xapian_c_status
xapian_c_query_new_posting_source(xapian_c_posting_source *source,
                                  xapian_c_query **out,
                                  xapian_c_error *err) noexcept
{
    const bool ok = source != nullptr && source->source != nullptr;
    return make(ok, out, err, [&] {
        return new_query(Xapian::Query(source->source.get()));
    });
}

xapian_c_status xapian_c_query_new_copy(const xapian_c_query *query,
                                        xapian_c_query **out,
                                        xapian_c_error *err) noexcept
{
    return make(query != nullptr, out, err,
                [&] { return new_query(query->query); });
}

xapian_c_status xapian_c_query_new_scale(double factor,
                                         const xapian_c_query *query,
                                         xapian_c_query **out,
                                         xapian_c_error *err) noexcept
{
    return make(query != nullptr, out, err,
                [&] { return new_query(scaled(factor, query->query)); });
}

xapian_c_status xapian_c_query_new_pair(xapian_c_query_op op,
                                        const xapian_c_query *a,
                                        const xapian_c_query *b,
                                        xapian_c_query **out,
                                        xapian_c_error *err) noexcept
{
    return make(a != nullptr && b != nullptr, out, err, [&] {
        return new_query(Xapian::Query(to_list_op(op), a->query, b->query));
    });
}

xapian_c_status xapian_c_query_new_list(xapian_c_query_op op,
                                        const xapian_c_query *const *queries,
                                        size_t n, unsigned parameter,
                                        xapian_c_query **out,
                                        xapian_c_error *err) noexcept
{
    return make(all_set(queries, n), out, err, [&] {
        std::vector<Xapian::Query> parts;
        parts.reserve(n);
        for (size_t i = 0; i < n; i++)
            parts.push_back(queries[i]->query);
        return new_query(list(op, parts, parameter));
    });
}

xapian_c_status
xapian_c_query_new_terms(xapian_c_query_op op, const char *const *terms,
                         const size_t *lens, size_t n, unsigned parameter,
                         xapian_c_query **out, xapian_c_error *err) noexcept
{
    return make(all_valid(terms, lens, n), out, err, [&] {
        std::vector<std::string> parts;
        parts.reserve(n);
        for (size_t i = 0; i < n; i++)
            parts.push_back(copy(terms[i], lens[i]));
        return new_query(list(op, parts, parameter));
    });
}

xapian_c_status xapian_c_query_combine(xapian_c_query *query,
                                       xapian_c_query_op op,
                                       const xapian_c_query *other,
                                       xapian_c_error *err) noexcept
{
    return run(query != nullptr && other != nullptr, err,
               [&] { combine(query->query, op, other->query); });
}

xapian_c_status xapian_c_query_scale(xapian_c_query *query, double factor,
                                     xapian_c_error *err) noexcept
{
    return run(query != nullptr, err,
               [&] { query->query = scaled(factor, query->query); });
}

void xapian_c_query_free(xapian_c_query *query) noexcept
{
    delete query;
}
