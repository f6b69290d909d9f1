/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading lists back: entries are decoded a window at a time, and cut where
 * documents end. What lies in memory was written by lists.c: it is trusted.
 *
 * Invariant: window[window_at, window_n) are entries that were decoded and not
 * given out; a document is only given out whole.
 */
#include "list_chunks.h"

#include "index.h"

#define WINDOW 1024

/* ---- Documents of places ---- */

bool ost_places_open(ost_places *p, const uint32_t *first, uint32_t n)
{
    const uint64_t most = (uint64_t)n + 16;
    size_t size;
    uint32_t doc = 0;

    p->first = first;
    p->n = n;
    p->shift = 0;
    while (first[n] >> p->shift > most)
        p->shift++;
    size = (size_t)(first[n] >> p->shift) + 1;
    p->table = ost_malloc(size * sizeof *p->table);
    if (p->table == NULL)
        return false;
    for (size_t i = 0; i < size; i++) {
        while (doc + 1 < n && first[doc + 1] <= (uint64_t)i << p->shift)
            doc++;
        p->table[i] = doc;
    }
    return true;
}

void ost_places_close(ost_places *p)
{
    ost_free(p->table);
    p->table = NULL;
}

uint32_t ost_places_find(const ost_places *p, uint32_t place, uint32_t from)
{
    const uint32_t *const first = p->first;
    uint32_t low = p->table[place >> p->shift], high;

    low = low > from ? low : from;
    for (unsigned steps = 0; steps < 8; steps++, low++)
        if (first[low + 1] > place)
            return low;
    /* Many short documents there: the last that begins at `place` or before. */
    high = p->n;
    while (high - low > 1) {
        const uint32_t mid = low + (high - low) / 2;
        if (first[mid] <= place)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* ---- Decoding ---- */

/* Goes on to the next chunk. False: that was the last one. */
static bool next_chunk(ost_list_reader *r)
{
    uint32_t size;

    if (r->used == r->all)
        return false;
    r->at = ost_list_chunk_at(r->lists, ost_get32(r->end));
    size = ost_list_chunk_size(r->used);
    r->used += size;
    r->end = r->used == r->all ? r->last_end : r->at + size - OST_LIST_LINK;
    return true;
}

/* Decodes until the window is full or the list at its end. */
static void decode(ost_list_reader *r)
{
    static const uint32_t masks[4] = {0xff, 0xffff, 0xffffff, 0xffffffff};
    const uint8_t *at = r->at, *end = r->end;
    uint32_t *window = r->window, entry = r->entry;
    size_t n = r->window_n;
    const size_t room = r->window_room;

    while (n < room) {
        uint32_t code, more;
        if (at == end) {
            if (!next_chunk(r))
                break;
            at = r->at;
            end = r->end;
        }
        code = ost_get32(at); /* the link is there to be read, too */
        more = code & 3;
        if (more >= (size_t)(end - at)) { /* OST_LIST_FILL */
            at = end;
            continue;
        }
        code = (code & masks[more]) >> 2;
        at += more + 1;
        entry += code;
        window[n] = entry;
        n += code != OST_LIST_STEP;
    }
    r->at = at;
    r->end = end;
    r->entry = entry;
    r->window_n = n;
}

/* Keeps what is in the window from `window_at` on, and decodes more behind
 * it. False: no memory. */
static bool refill(ost_list_reader *r)
{
    const size_t kept = r->window_n - r->window_at;

    if (kept == r->window_room &&
        !OST_GROW(&r->window, &r->window_room, kept + WINDOW))
        return false;
    if (kept > 0 && r->window_at > 0)
        memmove(r->window, r->window + r->window_at,
                kept * sizeof *r->window);
    r->window_at = 0;
    r->window_n = kept;
    decode(r);
    return true;
}

static bool is_decoded(const ost_list_reader *r)
{
    return r->at == r->end && r->used == r->all;
}

void ost_list_prefetch(const ost_lists *l, uint32_t term, bool chunk)
{
    const ost_list_chunks *chunks = &l->chunks[term];

    if (!chunk) {
        OST_PREFETCH(&l->lists[term]);
        OST_PREFETCH(chunks);
    } else if (chunks->used > 0) {
        OST_PREFETCH(ost_list_chunk_at(l, chunks->head));
    }
}

bool ost_list_reader_start(ost_list_reader *r, const ost_lists *l,
                           const ost_places *places, uint32_t term)
{
    const ost_list *list = &l->lists[term];
    const ost_list_chunks *chunks = &l->chunks[term];

    if (r->window == NULL &&
        !OST_GROW(&r->window, &r->window_room, (size_t)WINDOW))
        return false;
    r->lists = l;
    r->places = places;
    r->doc = 0;
    r->window_at = r->window_n = 0;
    r->entry = UINT32_MAX; /* one before entry 0 */
    r->at = r->end = r->last_end = list->at;
    r->used = r->all = chunks->used;
    if (chunks->used > 0) {
        r->used = OST_LIST_FIRST_CHUNK;
        r->at = ost_list_chunk_at(l, chunks->head);
        if (r->used < r->all)
            r->end = r->at + OST_LIST_FIRST_CHUNK - OST_LIST_LINK;
    } else if (list->last > 0) {
        r->window[r->window_n++] = list->last - 1;
    }
    return ost_list_reader_next(r);
}

bool ost_list_reader_next(ost_list_reader *r)
{
    uint32_t first, end; /* the places of the document */
    uint32_t tf = 0;
    size_t i, n; /* entries read; positions made of them, in their room */

    if (r->window_at == r->window_n) {
        if (!is_decoded(r) && !refill(r))
            return false;
        if (r->window_at == r->window_n) {
            r->doc = OST_DOC_END;
            return true;
        }
    }
    r->doc =
        ost_places_find(r->places, r->window[r->window_at] / 2, r->doc);
    first = r->places->first[r->doc];
    end = r->places->first[r->doc + 1];
    for (i = n = r->window_at;;) {
        for (; i < r->window_n && r->window[i] / 2 < end; i++, tf++) {
            const uint32_t entry = r->window[i];
            r->window[n] = entry / 2 - first;
            n += entry & 1;
        }
        if (i < r->window_n || is_decoded(r))
            break;
        r->window_n = n; /* the document may go on */
        i = n -= r->window_at;
        if (!refill(r))
            return false;
    }
    r->positions = r->window + r->window_at;
    r->n_positions = (uint32_t)(n - r->window_at);
    r->tf = tf;
    r->window_at = i;
    return true;
}

void ost_list_reader_free(ost_list_reader *r)
{
    ost_free(r->window);
    memset(r, 0, sizeof *r);
}
