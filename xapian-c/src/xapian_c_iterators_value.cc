/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The cursor over values. Xapian orders it by slot within a document and by
 * document within a slot, with one set of methods for both. */
#include "xapian-c/xapian_c_iterators.h"

#include "xapian_c_cursor.h"

using namespace xapian_c;

namespace {

/* What the list is ordered by, at the current entry. */
unsigned key(const xapian_c_value_iterator &values)
{
    return values.of_document ? values.it.get_valueno()
                              : values.it.get_docid();
}

/* Xapian may also say true for a target that has no entry, having moved to
 * the one after it, which is then delivered by the next move. */
bool check_at(xapian_c_value_iterator *values, unsigned target)
{
    if (values->at_end())
        return false;
    values->at = place::BROKEN; /* should one of these throw */
    place landed = place::BETWEEN;
    if (values->it.check(target))
        landed = !values->at_end() && key(*values) == target ? place::ON
                                                             : place::PENDING;
    values->at = landed;
    return landed == place::ON;
}

} // namespace

void xapian_c_value_iterator_free(xapian_c_value_iterator *values) noexcept
{
    delete values;
}

xapian_c_status xapian_c_value_iterator_next(xapian_c_value_iterator *values,
                                             xapian_c_error *err) noexcept
{
    return next(values, err);
}

xapian_c_status
xapian_c_value_iterator_skip_to(xapian_c_value_iterator *values,
                                unsigned target, xapian_c_error *err) noexcept
{
    return move(values, true, err, [&](place before) {
        if (before != place::ON || key(*values) < target)
            values->it.skip_to(target);
    });
}

xapian_c_status xapian_c_value_iterator_check(xapian_c_value_iterator *values,
                                              unsigned target, bool *out,
                                              xapian_c_error *err) noexcept
{
    return get(values != nullptr, out, err, [&] {
        values->check_usable();
        return check_at(values, target);
    });
}

xapian_c_status
xapian_c_value_iterator_get_value(xapian_c_value_iterator *values,
                                  const char **out, size_t *out_len,
                                  xapian_c_error *err) noexcept
{
    return lend(values, true, out, out_len, err, [&] {
        values->check_entry();
        return *values->it;
    });
}

xapian_c_status
xapian_c_value_iterator_get_docid(const xapian_c_value_iterator *values,
                                  unsigned *out, xapian_c_error *err) noexcept
{
    return get_entry(values, out, err,
                     [&] { return values->it.get_docid(); });
}

xapian_c_status
xapian_c_value_iterator_get_valueno(const xapian_c_value_iterator *values,
                                    unsigned *out,
                                    xapian_c_error *err) noexcept
{
    return get_entry(values, out, err,
                     [&] { return values->it.get_valueno(); });
}

xapian_c_status
xapian_c_value_iterator_get_description(xapian_c_value_iterator *values,
                                        const char **out, size_t *out_len,
                                        xapian_c_error *err) noexcept
{
    return lend(values, true, out, out_len, err, [&] {
        values->check_usable();
        return values->it.get_description();
    });
}
