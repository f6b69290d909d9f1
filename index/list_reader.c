/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading lists back: entries are decoded and cut where documents end, many
 * documents at a time. What lies in memory was written by lists.c: it is
 * trusted.
 *
 * Invariant: a document is only given out whole; the entry that shows that
 * another one has begun is held for it.
 */
#include "list_chunks.h"

#include "index.h"

/* Positions there is room for in the beginning, and from list to list. */
#define FIRST_ROOM ((size_t)1024)
#define KEPT_ROOM ((size_t)64 << 10)

/* ---- Documents of places ---- */

bool ost_places_open(ost_places *p, const uint32_t *first, uint32_t n)
{
    const uint64_t most = 2 * (uint64_t)n + 16;
    size_t size;
    uint32_t doc = 0;

    p->n = n;
    p->shift = 0;
    while (first[n] >> p->shift > most)
        p->shift++;
    size = (size_t)(first[n] >> p->shift) + 1;
    p->first = ost_malloc(((size_t)n + 3) * sizeof *p->first);
    p->table = ost_malloc(size * sizeof *p->table);
    if (p->first == NULL || p->table == NULL) {
        ost_places_close(p);
        return false;
    }
    memcpy(p->first, first, ((size_t)n + 1) * sizeof *first);
    p->first[n + 1] = p->first[n + 2] = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        while (doc + 1 < n && first[doc + 1] <= (uint64_t)i << p->shift)
            doc++;
        p->table[i] = doc;
    }
    return true;
}

void ost_places_close(ost_places *p)
{
    ost_free(p->first);
    ost_free(p->table);
    p->first = p->table = NULL;
}

uint32_t ost_places_search(const ost_places *p, uint32_t place, uint32_t low)
{
    const uint32_t *const first = p->first;
    uint32_t high = p->n;

    for (unsigned steps = 0; steps < 8; steps++, low++)
        if (first[low + 1] > place)
            return low;
    /* Many short documents there: the last that begins at `place` or before. */
    while (high - low > 1) {
        const uint32_t mid = low + (high - low) / 2;
        if (first[mid] <= place)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* ---- Going before ---- */

/* Longer chunks are noticed by the processor itself. */
#define SCOUT_BYTES 512u

void ost_list_scout_meet(const ost_lists *l, uint32_t term)
{
    OST_PREFETCH(&l->lists[term]);
    OST_PREFETCH(&l->chunks[term]);
}

static void ask_for_chunk(ost_list_scout *s, const uint8_t *chunk,
                          uint32_t size)
{
    const uint32_t most = size < SCOUT_BYTES ? size : SCOUT_BYTES;

    for (uint32_t i = 0; i < most; i += 64)
        OST_PREFETCH(chunk + i);
    s->end = chunk + size - OST_LIST_LINK;
    s->used += size;
    OST_PREFETCH(s->end);
}

void ost_list_scout_begin(ost_list_scout *s, const ost_lists *l,
                          uint32_t term)
{
    s->used = 0;
    s->all = l->chunks[term].used;
    if (s->all > 0)
        ask_for_chunk(s, ost_list_chunk_at(l, l->chunks[term].head),
                      OST_LIST_FIRST_CHUNK);
}

void ost_list_scout_step(ost_list_scout *s, const ost_lists *l)
{
    if (s->used < s->all)
        ask_for_chunk(s, ost_list_chunk_at(l, ost_get32(s->end)),
                      ost_list_chunk_size(s->used));
}

/* ---- Reading ---- */

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

/* Documents while they are made. Sizes are kept as sums over all so far: then
 * no branch depends on where a document ends, which would be guessed wrong. */
typedef struct cut {
    size_t at;       /* of the open one; SIZE_MAX: none is */
    uint32_t doc;    /* the same */
    uint32_t seen;   /* entries */
    uint32_t made;   /* positions */
    uint32_t before; /* the entry before */
} cut;

/* Adds an entry to its document. False: there is no room for that. */
static inline bool add_entry(ost_list_reader *r, const ost_places *places,
                             uint32_t entry, cut *c)
{
    const uint32_t place = entry / 2;
    const uint32_t doc = ost_places_find(places, place);
    const size_t at = c->at + (doc != c->doc);

    if (OST_UNLIKELY(at == OST_LIST_BATCH))
        return false;
    c->at = at;
    c->doc = doc;
    r->positions[c->made] = place - places->first[doc];
    c->made += entry & (entry != c->before);
    c->before = entry;
    r->docs[at] = doc;
    r->tfs[at] = ++c->seen;
    r->counts[at] = c->made;
    return true;
}

/* Decodes what is left of the chunk, for whose positions there is room. That
 * it ends, with FILL or not, is seen where a distance would go past its end:
 * one branch an entry, guessed wrong once. (The link is there to be read, too.)
 * False: the last entry belongs to a document there is no room for. */
static bool add_chunk(ost_list_reader *r, cut *c)
{
    static const uint32_t masks[4] = {0xff, 0xffff, 0xffffff, 0xffffffff};
    const ost_places places = *r->places;
    const uint8_t *const end = r->end;
    const uint8_t *at = r->at;
    uint32_t entry = r->entry;
    cut own = *c;
    bool ok = true;

    while (ok) {
        uint32_t code = ost_get32(at);
        const uint32_t more = code & 3;
        if (more >= end - at)
            break;
        at += more + 1;
        code = (code & masks[more]) >> 2;
        entry += code;
        if (OST_LIKELY(code != OST_LIST_STEP))
            ok = add_entry(r, &places, entry, &own);
    }
    r->at = at;
    r->entry = entry;
    *c = own;
    return ok;
}

bool ost_list_reader_start(ost_list_reader *r, const ost_lists *l,
                           const ost_places *places, uint32_t term)
{
    const ost_list *list = &l->lists[term];
    const ost_list_chunks *chunks = &l->chunks[term];

    OST_SHED(&r->positions, &r->positions_room, KEPT_ROOM);
    if (!OST_GROW(&r->positions, &r->positions_room, FIRST_ROOM))
        return false;
    r->lists = l;
    r->places = places;
    r->entry = UINT32_MAX; /* one before entry 0 */
    r->held = false;
    r->more = chunks->used > 0;
    r->last_end = list->at;
    r->all = chunks->used;
    if (r->more) {
        r->used = OST_LIST_FIRST_CHUNK;
        r->at = ost_list_chunk_at(l, chunks->head);
        r->end = r->used == r->all
                     ? list->at
                     : r->at + OST_LIST_FIRST_CHUNK - OST_LIST_LINK;
    } else if (list->last > 0) {
        r->entry = list->last - 1;
        r->held = true;
    }
    return ost_list_reader_next(r);
}

bool ost_list_reader_next(ost_list_reader *r)
{
    cut c = {.at = SIZE_MAX, .doc = UINT32_MAX, .before = UINT32_MAX};

    if (r->held)
        r->held = !add_entry(r, r->places, r->entry, &c);
    while (!r->held && r->more) {
        /* An entry has a byte at least. */
        if (!OST_GROW(&r->positions, &r->positions_room,
                      c.made + (size_t)(r->end - r->at)))
            return false;
        r->held = !add_chunk(r, &c);
        if (!r->held)
            r->more = next_chunk(r);
    }
    r->n = (uint32_t)(c.at + 1);
    for (size_t i = r->n; i > 1; i--) {
        r->tfs[i - 1] -= r->tfs[i - 2];
        r->counts[i - 1] -= r->counts[i - 2];
    }
    return true;
}

void ost_list_reader_free(ost_list_reader *r)
{
    ost_free(r->positions);
    memset(r, 0, sizeof *r);
}
