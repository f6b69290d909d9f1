/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The postings of one term in a flush: its lists in all inverters are decoded
 * many documents at a time, and go to the writer in order of documents. As
 * batches take turns, so do lists: runs of documents come from one of them.
 */
#include "flush_parts.h"


/* Puts numbers of the segment in place of the inverter's. They rise with
 * them. */
static void renumber(const ost_flush_order *o, ost_flush_source *from)
{
    const uint32_t *const numbers = o->numbers[from->inverter];
    ost_list_reader *r = &from->reader;

    if (o->n_inverters == 1)
        return; /* they are the same */
    for (uint32_t i = 0; i < r->n; i++)
        r->docs[i] = numbers[r->docs[i]];
}

/* Takes documents out that do not live. */
static void leave_out(const ost_flush_order *o, ost_list_reader *r)
{
    const uint32_t *from = r->positions;
    uint32_t *to = r->positions;
    uint32_t n = 0;

    for (uint32_t i = 0; i < r->n; i++) {
        const uint32_t count = r->counts[i];
        if (!ost_bit(o->dead, r->docs[i])) {
            memmove(to, from, count * sizeof *to);
            to += count;
            r->docs[n] = r->docs[i];
            r->tfs[n] = r->tfs[i];
            r->counts[n++] = count;
        }
        from += count;
    }
    r->n = n;
}

/* Makes ready what a reader has decoded; where none of it lives, what comes
 * next. False: no memory. */
static bool settle(const ost_flush_order *o, ost_flush_source *from)
{
    ost_list_reader *r = &from->reader;

    while (r->n > 0) {
        renumber(o, from);
        if (o->dead != NULL)
            leave_out(o, r);
        if (r->n > 0)
            break;
        if (!ost_list_reader_next(r))
            return false;
    }
    from->at = 0;
    from->positions = r->positions;
    return true;
}

static uint32_t doc_at(const ost_flush_source *from)
{
    return from->reader.n > 0 ? from->reader.docs[from->at] : OST_DOC_END;
}

/* Adds postings while their documents come before `limit`. */
static osteon_status add_run(const ost_flush_order *o, ost_flush_source *from,
                             uint32_t limit, ost_term_writer *writer,
                             osteon_error *err)
{
    ost_list_reader *r = &from->reader;

    while (doc_at(from) < limit) {
        const uint32_t at = from->at;
        const uint32_t *const positions = from->positions;
        osteon_status s;
        do {
            from->positions += r->counts[from->at++];
        } while (from->at < r->n && r->docs[from->at] < limit);
        s = ost_term_writer_postings(writer, from->at - at, r->docs + at,
                                     r->tfs + at, r->counts + at, positions,
                                     err);
        if (s != OSTEON_OK)
            return s;
        if (from->at < r->n)
            break;
        if (!ost_list_reader_next(r) || !settle(o, from))
            return ost_fail_memory(err);
    }
    return OSTEON_OK;
}

/* Adds the posting of a term that occurs once: many terms do. */
static osteon_status add_only(const ost_flush_plan *t, uint32_t inverter,
                              uint32_t place, bool has_position,
                              ost_term_writer *writer, osteon_error *err)
{
    const ost_flush_order *o = t->order;
    const ost_places *places = &t->places[inverter];
    const uint32_t local = ost_places_find(places, place);
    const uint32_t doc = o->numbers[inverter][local];
    const uint32_t position = place - places->first[local];

    if (o->dead != NULL && ost_bit(o->dead, doc))
        return OSTEON_OK;
    return ost_term_writer_posting(writer, doc, 1, &position, has_position,
                                   err);
}

osteon_status ost_flush_postings(const ost_flush_plan *t,
                                 const ost_flush_ref *refs, size_t n,
                                 ost_flush_source *sources,
                                 ost_term_writer *writer, osteon_error *err)
{
    const ost_flush_order *o = t->order;
    osteon_status s = OSTEON_OK;
    uint32_t place;
    bool has_position;

    if (n == 1 && ost_list_only(&o->inverters[refs->inverter]->lists,
                                refs->term, &place, &has_position))
        return add_only(t, refs->inverter, place, has_position, writer, err);
    for (size_t i = 0; i < n; i++) {
        const uint32_t inverter = refs[i].inverter;
        sources[i].inverter = inverter;
        if (!ost_list_reader_start(&sources[i].reader,
                                   &o->inverters[inverter]->lists,
                                   &t->places[inverter], refs[i].term) ||
            !settle(o, &sources[i]))
            return ost_fail_memory(err);
    }
    while (s == OSTEON_OK) {
        uint32_t doc = OST_DOC_END, limit = OST_DOC_END;
        size_t least = 0;
        for (size_t i = 0; i < n; i++) {
            const uint32_t it = doc_at(&sources[i]);
            if (it < doc) {
                limit = doc;
                doc = it;
                least = i;
            } else if (it < limit) {
                limit = it;
            }
        }
        if (doc == OST_DOC_END)
            break;
        s = add_run(o, &sources[least], limit, writer, err);
    }
    return s;
}
