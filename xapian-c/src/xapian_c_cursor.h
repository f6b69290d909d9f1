/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The C++ inside of the four cursors. A Xapian iterator begins on its first
 * entry; a cursor begins before it, so that one loop serves every list. It
 * keeps the database and the document it walks, because not all of Xapian's
 * iterators do. After an exception an iterator's position is unknown: such a
 * cursor can only be freed.
 *
 * To make one from another part of Xapian's API:
 *     auto cursor = std::make_unique<xapian_c_term_iterator>();
 *     cursor->it = queryparser.stoplist_begin();
 */
#ifndef XAPIAN_C_CURSOR_H
#define XAPIAN_C_CURSOR_H

#include "xapian_c_call.h"

namespace xapian_c {

/* Where a cursor is. PENDING: the iterator stands on an entry that was not
 * delivered yet, or at the end. BETWEEN: it must be advanced first. */
enum class place { PENDING, ON, BETWEEN, BROKEN };

template <typename It> struct cursor {
    /* Declared first, thus destroyed after the iterator. */
    Xapian::Database db{};
    Xapian::Document doc{};
    change_counts changes{};
    unsigned long seen = 0;
    It it{};
    place at = place::PENDING;
    std::string text{};

    unsigned long count() const noexcept
    {
        unsigned long sum = 0;
        for (const std::shared_ptr<unsigned long> &n : changes)
            sum += *n;
        return sum;
    }

    void walk(const xapian_c_database &handle)
    {
        db = handle.db;
        changes = handle.changes;
        seen = count();
    }

    void walk(const xapian_c_document &handle)
    {
        doc = handle.doc;
        changes = handle.changes;
        seen = count();
    }

    /* For a cursor that began at an entry of another. */
    template <typename Other> void walk_with(const cursor<Other> &other)
    {
        db = other.db;
        doc = other.doc;
        changes = other.changes;
        seen = other.seen;
    }

    bool at_end() const noexcept
    {
        return it == It();
    }

    /* Throws unless the iterator may be used. */
    void check_usable() const
    {
        if (at == place::BROKEN)
            throw Xapian::InvalidOperationError(
                "an earlier failure ended the cursor");
        if (seen != count())
            throw Xapian::InvalidOperationError(
                "what the cursor walks was changed");
    }

    /* Throws unless there is an entry to read. */
    void check_entry() const
    {
        check_usable();
        if (at != place::ON || at_end())
            throw Xapian::InvalidOperationError(
                "the cursor is not on an entry");
    }
};

template <typename It>
xapian_c_status arrive(cursor<It> *c, place landed) noexcept
{
    c->at = landed;
    return c->at_end() ? XAPIAN_C_END : XAPIAN_C_OK;
}

/* Moves by `body`, which is not run at the end. */
template <typename It, typename Body>
xapian_c_status move(cursor<It> *c, bool ok, xapian_c_error *err,
                     Body &&body) noexcept
{
    if (c == nullptr || !ok)
        return fail_null(err);
    return guard(err, [&] {
        c->check_usable();
        if (c->at_end())
            return XAPIAN_C_END;
        const place before = c->at;
        c->at = place::BROKEN; /* should the body throw */
        body(before);
        return arrive(c, place::ON);
    });
}

template <typename It>
xapian_c_status next(cursor<It> *c, xapian_c_error *err) noexcept
{
    return move(c, true, err, [c](place before) {
        if (before != place::PENDING)
            ++c->it;
    });
}

/* Sets *out to a number read at the current entry. */
template <typename It, typename Number, typename Body>
xapian_c_status get_entry(const cursor<It> *c, Number *out,
                          xapian_c_error *err, Body &&body) noexcept
{
    return get(c != nullptr, out, err, [&] {
        c->check_entry();
        return body();
    });
}

} // namespace xapian_c

struct xapian_c_term_iterator : xapian_c::cursor<Xapian::TermIterator> {};
struct xapian_c_posting_iterator
    : xapian_c::cursor<Xapian::PostingIterator> {};
struct xapian_c_position_iterator
    : xapian_c::cursor<Xapian::PositionIterator> {};
struct xapian_c_value_iterator : xapian_c::cursor<Xapian::ValueIterator> {
    bool of_document = false; /* entries are slots, not documents */
};

#endif
