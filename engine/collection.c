/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A collection over segments. Lists are read only where deleted documents may
 * have a part in them. See collection.h.
 */
#include "collection.h"

#include "segment.h"

/* Counts living documents before each word of a segment's bitmap. */
static uint32_t *make_ranks(const ost_segment *seg)
{
    const uint32_t words = (seg->n_documents + 63) / 64;
    uint32_t *ranks = ost_malloc(words * sizeof *ranks);
    uint32_t dead = 0;

    if (ranks == NULL)
        return NULL;
    for (uint32_t i = 0; i < words; i++) {
        ranks[i] = i * 64 - dead;
        dead += (uint32_t)__builtin_popcountll(seg->deleted[i]);
    }
    return ranks;
}

osteon_status ost_collection_open(const ost_snapshot *snapshot,
                                  ost_collection *out, osteon_error *err)
{
    const uint32_t n = snapshot->n_segments;

    *out = (ost_collection){.snapshot = snapshot};
    out->bases = ost_calloc((size_t)n + 1, sizeof *out->bases);
    out->ranks = ost_calloc((size_t)n + 1, sizeof *out->ranks);
    if (out->bases == NULL || out->ranks == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < n; i++) {
        const ost_segment *seg = snapshot->segments[i];
        out->bases[i] = out->n_documents;
        out->n_documents += seg->n_documents - seg->n_deleted;
        if (seg->n_deleted == 0)
            continue;
        out->ranks[i] = make_ranks(seg);
        if (out->ranks[i] == NULL)
            return ost_fail_memory(err);
    }
    return OSTEON_OK;
}

void ost_collection_close(ost_collection *c)
{
    for (uint32_t i = 0; c->ranks != NULL && i < c->snapshot->n_segments; i++)
        ost_free(c->ranks[i]);
    ost_free(c->ranks);
    ost_free(c->bases);
    c->ranks = NULL;
    c->bases = NULL;
}

uint32_t ost_collection_number(const ost_collection *c, uint32_t segment,
                               uint32_t doc)
{
    const uint32_t *ranks = c->ranks[segment];
    const uint64_t before = ((uint64_t)1 << (doc & 63)) - 1;
    uint64_t dead;

    if (ranks == NULL)
        return c->bases[segment] + doc;
    dead = c->snapshot->segments[segment]->deleted[doc >> 6] & before;
    return c->bases[segment] + ranks[doc >> 6] + (doc & 63) -
           (uint32_t)__builtin_popcountll(dead);
}

/* ---- Terms ---- */

osteon_status ost_term_walk_open(const ost_collection *c, const char *field,
                                 ost_term_walk *out, osteon_error *err)
{
    const uint32_t n = c->snapshot->n_segments;
    osteon_status s = OSTEON_OK;

    memset(out, 0, sizeof *out);
    out->collection = c;
    out->cursors = ost_calloc((size_t)n + 1, sizeof *out->cursors);
    out->here = ost_calloc((size_t)n + 1, sizeof *out->here);
    if (out->cursors == NULL || out->here == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < n && s == OSTEON_OK; i++) {
        ost_segment *seg = c->snapshot->segments[i];
        for (uint32_t f = 0; f < seg->n_fields && s == OSTEON_OK; f++) {
            if (strcmp(seg->fields[f].name, field) != 0)
                continue;
            ost_term_cursor_start(&out->cursors[i], seg, f);
            s = ost_term_cursor_next(&out->cursors[i], err);
        }
    }
    return s;
}

void ost_term_walk_close(ost_term_walk *w)
{
    ost_postings_close(w->postings);
    ost_free(w->cursors);
    ost_free(w->here);
    memset(w, 0, sizeof *w);
}

/* Moves the cursors that are at the term on, and finds the least of all. */
static osteon_status step(ost_term_walk *w, osteon_error *err)
{
    const uint32_t n = w->collection->snapshot->n_segments;
    const ost_term_cursor *least = NULL;

    for (uint32_t i = 0; i < n; i++) {
        ost_term_cursor *c = &w->cursors[i];
        if (w->here[i]) {
            osteon_status s = ost_term_cursor_next(c, err);
            if (s != OSTEON_OK)
                return s;
        }
        if (c->len > 0 &&
            (least == NULL ||
             ost_term_compare(c->term, c->len, least->term, least->len) < 0))
            least = c;
    }
    w->len = least ? least->len : 0;
    if (least != NULL)
        memcpy(w->term, least->term, least->len);
    for (uint32_t i = 0; i < n; i++)
        w->here[i] = w->len > 0 &&
                     ost_term_compare(w->cursors[i].term, w->cursors[i].len,
                                      w->term, w->len) == 0;
    return OSTEON_OK;
}

/* Whether a living document holds the term. */
static osteon_status is_alive(ost_term_walk *w, bool *alive, osteon_error *err)
{
    const ost_snapshot *snap = w->collection->snapshot;
    uint32_t doc, tf;
    osteon_status s;

    *alive = true;
    for (uint32_t i = 0; i < snap->n_segments; i++)
        if (w->here[i] && w->cursors[i].info.df > snap->segments[i]->n_deleted)
            return OSTEON_OK;
    ost_term_walk_rewind(w);
    s = ost_term_walk_posting(w, &doc, &tf, err);
    *alive = doc != OST_DOC_END;
    return s;
}

osteon_status ost_term_walk_next(ost_term_walk *w, osteon_error *err)
{
    bool alive = false;
    osteon_status s;

    do {
        s = step(w, err);
        if (s == OSTEON_OK && w->len > 0)
            s = is_alive(w, &alive, err);
    } while (s == OSTEON_OK && w->len > 0 && !alive);
    ost_term_walk_rewind(w);
    return s;
}

/* ---- Postings ---- */

void ost_term_walk_rewind(ost_term_walk *w)
{
    ost_postings_close(w->postings);
    w->postings = NULL;
    w->segment = 0;
}

/* Moves to the next living posting of the open list; *doc is a number of the
 * segment. */
static osteon_status next_living(ost_term_walk *w, uint32_t *doc, uint32_t *tf,
                                 osteon_error *err)
{
    const ost_segment *seg = w->collection->snapshot->segments[w->segment];
    ost_postings *p = w->postings;

    do
        *doc = ost_postings_next(p);
    while (*doc != OST_DOC_END && ost_bit(seg->deleted, *doc));
    *tf = *doc != OST_DOC_END ? ost_postings_tf(p) : 0;
    if (ost_postings_status(p) != OSTEON_OK && err != NULL)
        *err = p->error;
    return ost_postings_status(p);
}

osteon_status ost_term_walk_posting(ost_term_walk *w, uint32_t *doc,
                                    uint32_t *tf, osteon_error *err)
{
    const ost_snapshot *snap = w->collection->snapshot;

    *doc = OST_DOC_END;
    *tf = 0;
    for (; w->segment < snap->n_segments; w->segment++) {
        const uint32_t i = w->segment;
        osteon_status s;
        if (!w->here[i])
            continue;
        if (w->postings == NULL) {
            s = ost_postings_open(snap->segments[i], &w->cursors[i].info,
                                  &w->postings, err);
            if (s != OSTEON_OK)
                return s;
        }
        s = next_living(w, doc, tf, err);
        if (s != OSTEON_OK)
            return s;
        if (*doc != OST_DOC_END) {
            *doc = ost_collection_number(w->collection, i, *doc);
            return OSTEON_OK;
        }
        ost_postings_close(w->postings);
        w->postings = NULL;
    }
    return OSTEON_OK;
}

/* Adds what one segment has; the walk is at it, with its list not open. */
static osteon_status count_segment(ost_term_walk *w, uint32_t *df,
                                   uint64_t *cf, osteon_error *err)
{
    ost_segment *seg = w->collection->snapshot->segments[w->segment];
    const ost_term *t = &w->cursors[w->segment].info;
    uint32_t doc, tf;
    osteon_status s;

    if (seg->n_deleted == 0) {
        *df += t->df;
        *cf += t->cf;
        return OSTEON_OK;
    }
    s = ost_postings_open(seg, t, &w->postings, err);
    while (s == OSTEON_OK) {
        s = next_living(w, &doc, &tf, err);
        if (doc == OST_DOC_END)
            break;
        *df += 1;
        *cf += tf;
    }
    ost_postings_close(w->postings);
    w->postings = NULL;
    return s;
}

osteon_status ost_term_walk_count(ost_term_walk *w, uint32_t *df, uint64_t *cf,
                                  osteon_error *err)
{
    const uint32_t n = w->collection->snapshot->n_segments;
    osteon_status s = OSTEON_OK;

    *df = 0;
    *cf = 0;
    ost_term_walk_rewind(w);
    for (; w->segment < n && s == OSTEON_OK; w->segment++)
        if (w->here[w->segment])
            s = count_segment(w, df, cf, err);
    ost_term_walk_rewind(w);
    return s;
}
