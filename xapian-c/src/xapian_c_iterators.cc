/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Moves and getters of the four cursors; see xapian_c_cursor.h. */
#include "xapian-c/xapian_c_iterators.h"

#include "xapian_c_cursor.h"

using namespace xapian_c;

static_assert(sizeof(Xapian::docid) == sizeof(unsigned) &&
                  sizeof(Xapian::termcount) == sizeof(unsigned) &&
                  sizeof(Xapian::termpos) == sizeof(unsigned),
              "the header says unsigned");

namespace {

template <typename It>
std::unique_ptr<xapian_c_position_iterator> positions_of(const cursor<It> &c)
{
    c.check_entry();
    auto positions = std::make_unique<xapian_c_position_iterator>();
    positions->walk_with(c);
    positions->it = c.it.positionlist_begin();
    return positions;
}

template <typename Cursor>
xapian_c_status describe(Cursor *c, const char **out, size_t *out_len,
                         xapian_c_error *err) noexcept
{
    return lend(c, true, out, out_len, err, [&] {
        c->check_usable();
        return c->it.get_description();
    });
}

} // namespace

/* ---- Terms ---- */

void xapian_c_term_iterator_free(xapian_c_term_iterator *terms) noexcept
{
    delete terms;
}

xapian_c_status xapian_c_term_iterator_next(xapian_c_term_iterator *terms,
                                            xapian_c_error *err) noexcept
{
    return next(terms, err);
}

/* The target is copied first: it may lie in what the cursor lent. Some of
 * Xapian's lists would go back when told to, hence the comparison. */
xapian_c_status xapian_c_term_iterator_skip_to(xapian_c_term_iterator *terms,
                                               const char *term, size_t len,
                                               xapian_c_error *err) noexcept
{
    return move(terms, valid(term, len), err, [&](place before) {
        const std::string target = copy(term, len);
        if (before != place::ON || *terms->it < target)
            terms->it.skip_to(target);
    });
}

xapian_c_status xapian_c_term_iterator_get_term(xapian_c_term_iterator *terms,
                                                const char **out,
                                                size_t *out_len,
                                                xapian_c_error *err) noexcept
{
    return lend(terms, true, out, out_len, err, [&] {
        terms->check_entry();
        return *terms->it;
    });
}

xapian_c_status
xapian_c_term_iterator_get_wdf(const xapian_c_term_iterator *terms,
                               unsigned *out, xapian_c_error *err) noexcept
{
    return get_entry(terms, out, err, [&] { return terms->it.get_wdf(); });
}

xapian_c_status
xapian_c_term_iterator_get_termfreq(const xapian_c_term_iterator *terms,
                                    unsigned *out,
                                    xapian_c_error *err) noexcept
{
    return get_entry(terms, out, err,
                     [&] { return terms->it.get_termfreq(); });
}

xapian_c_status xapian_c_term_iterator_positionlist_count(
    const xapian_c_term_iterator *terms, unsigned *out,
    xapian_c_error *err) noexcept
{
    return get_entry(terms, out, err,
                     [&] { return terms->it.positionlist_count(); });
}

xapian_c_status xapian_c_term_iterator_positionlist_begin(
    const xapian_c_term_iterator *terms, xapian_c_position_iterator **out,
    xapian_c_error *err) noexcept
{
    return make(terms != nullptr, out, err,
                [&] { return positions_of(*terms); });
}

xapian_c_status
xapian_c_term_iterator_get_description(xapian_c_term_iterator *terms,
                                       const char **out, size_t *out_len,
                                       xapian_c_error *err) noexcept
{
    return describe(terms, out, out_len, err);
}

/* ---- Postings ---- */

void xapian_c_posting_iterator_free(
    xapian_c_posting_iterator *postings) noexcept
{
    delete postings;
}

xapian_c_status
xapian_c_posting_iterator_next(xapian_c_posting_iterator *postings,
                               xapian_c_error *err) noexcept
{
    return next(postings, err);
}

xapian_c_status
xapian_c_posting_iterator_skip_to(xapian_c_posting_iterator *postings,
                                  unsigned docid,
                                  xapian_c_error *err) noexcept
{
    return move(postings, true, err, [&](place before) {
        if (before != place::ON || *postings->it < docid)
            postings->it.skip_to(docid);
    });
}

xapian_c_status xapian_c_posting_iterator_get_docid(
    const xapian_c_posting_iterator *postings, unsigned *out,
    xapian_c_error *err) noexcept
{
    return get_entry(postings, out, err, [&] { return *postings->it; });
}

xapian_c_status
xapian_c_posting_iterator_get_wdf(const xapian_c_posting_iterator *postings,
                                  unsigned *out, xapian_c_error *err) noexcept
{
    return get_entry(postings, out, err,
                     [&] { return postings->it.get_wdf(); });
}

xapian_c_status xapian_c_posting_iterator_get_doclength(
    const xapian_c_posting_iterator *postings, unsigned *out,
    xapian_c_error *err) noexcept
{
    return get_entry(postings, out, err,
                     [&] { return postings->it.get_doclength(); });
}

xapian_c_status xapian_c_posting_iterator_get_unique_terms(
    const xapian_c_posting_iterator *postings, unsigned *out,
    xapian_c_error *err) noexcept
{
    return get_entry(postings, out, err,
                     [&] { return postings->it.get_unique_terms(); });
}

xapian_c_status xapian_c_posting_iterator_positionlist_begin(
    const xapian_c_posting_iterator *postings,
    xapian_c_position_iterator **out, xapian_c_error *err) noexcept
{
    return make(postings != nullptr, out, err,
                [&] { return positions_of(*postings); });
}

xapian_c_status xapian_c_posting_iterator_get_description(
    xapian_c_posting_iterator *postings, const char **out, size_t *out_len,
    xapian_c_error *err) noexcept
{
    return describe(postings, out, out_len, err);
}

/* ---- Positions ---- */

void xapian_c_position_iterator_free(
    xapian_c_position_iterator *positions) noexcept
{
    delete positions;
}

xapian_c_status
xapian_c_position_iterator_next(xapian_c_position_iterator *positions,
                                xapian_c_error *err) noexcept
{
    return next(positions, err);
}

xapian_c_status
xapian_c_position_iterator_skip_to(xapian_c_position_iterator *positions,
                                   unsigned position,
                                   xapian_c_error *err) noexcept
{
    return move(positions, true, err, [&](place before) {
        if (before != place::ON || *positions->it < position)
            positions->it.skip_to(position);
    });
}

xapian_c_status xapian_c_position_iterator_get_position(
    const xapian_c_position_iterator *positions, unsigned *out,
    xapian_c_error *err) noexcept
{
    return get_entry(positions, out, err, [&] { return *positions->it; });
}

xapian_c_status xapian_c_position_iterator_get_description(
    xapian_c_position_iterator *positions, const char **out, size_t *out_len,
    xapian_c_error *err) noexcept
{
    return describe(positions, out, out_len, err);
}
