/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Postings in memory. For each term a stream of bytes: for each document a
 * varint of the distance to the one before (from -1 for the first), for each
 * occurrence 1 if it has no position, else a varint of the distance of its
 * position plus 2, and 0 before the next document. Streams live in chunks of 16 bytes, then doubling; the
 * last 4 bytes of a chunk hold the place of the next (after the "expull"
 * lists of tantivy).
 *
 * Invariant: a chunk never crosses a page; list->end leaves room for the link.
 */
#include "inverter.h"

#define PAGE_BITS 20
#define PAGE_SIZE ((size_t)1 << PAGE_BITS)
#define MAX_PAGES ((size_t)1 << (32 - PAGE_BITS))
#define LINK 4
#define FIRST_CHUNK 16u
#define LAST_CHUNK 8192u

void ost_lists_free(ost_inverter *inv)
{
    for (size_t i = 0; i < inv->n_pages; i++)
        ost_free(inv->pages[i]);
    ost_free(inv->pages);
    ost_free(inv->lists);
    inv->pages = NULL;
    inv->lists = NULL;
    inv->n_pages = inv->pages_room = inv->page_used = 0;
    inv->n_lists = inv->lists_room = 0;
}

size_t ost_lists_memory(const ost_inverter *inv)
{
    return inv->n_pages * PAGE_SIZE + inv->lists_room * sizeof *inv->lists;
}

bool ost_lists_reserve(ost_inverter *inv, size_t terms)
{
    if (terms <= inv->n_lists)
        return true;
    if (terms > inv->lists_room) {
        if (!OST_GROW(&inv->lists, &inv->lists_room, terms))
            return false;
        ost_advise_huge(inv->lists, inv->lists_room * sizeof *inv->lists);
    }
    memset(inv->lists + inv->n_lists, 0,
           (terms - inv->n_lists) * sizeof *inv->lists);
    inv->n_lists = terms;
    return true;
}

static uint32_t chunk_size(uint32_t used)
{
    if (used == 0)
        return FIRST_CHUNK;
    return used < LAST_CHUNK ? used : LAST_CHUNK;
}

/* Gives the list a fresh chunk and links it; false: no memory. */
static bool add_chunk(ost_inverter *inv, ost_list *list)
{
    const uint32_t size = chunk_size(list->used);
    uint32_t place;
    uint8_t *chunk;

    if (inv->n_pages == 0 || inv->page_used + size > PAGE_SIZE) {
        if (inv->n_pages == MAX_PAGES ||
            !OST_GROW(&inv->pages, &inv->pages_room, inv->n_pages + 1))
            return false;
        inv->pages[inv->n_pages] = ost_malloc(PAGE_SIZE);
        if (inv->pages[inv->n_pages] == NULL)
            return false;
        inv->n_pages++;
        inv->page_used = 0;
    }
    place = (uint32_t)((inv->n_pages - 1) << PAGE_BITS | inv->page_used);
    chunk = inv->pages[inv->n_pages - 1] + inv->page_used;
    inv->page_used += size;
    if (list->used == 0)
        list->head = place;
    else
        ost_put32(list->end, place);
    list->at = chunk;
    list->end = chunk + size - LINK;
    list->used += size;
    return true;
}

static bool put_byte(ost_inverter *inv, ost_list *list, uint8_t byte)
{
    if (list->at == list->end && !add_chunk(inv, list))
        return false;
    *list->at++ = byte;
    return true;
}

/* Appends bytes that may go over the end of a chunk. */
static bool put_slowly(ost_inverter *inv, ost_list *list, const uint8_t *bytes,
                       size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!put_byte(inv, list, bytes[i]))
            return false;
    return true;
}

bool ost_list_add(ost_inverter *inv, uint32_t term, uint32_t doc,
                  uint32_t position)
{
    ost_list *list = &inv->lists[term];
    uint8_t bytes[16], *p = bytes;
    const bool fits = list->end - list->at >= (ptrdiff_t)sizeof bytes;

    if (fits)
        p = list->at;
    if (list->doc != doc + 1) {
        if (list->doc != 0)
            *p++ = 0;
        p = ost_varint_put(p, doc + 1 - list->doc);
        list->doc = doc + 1;
        list->position = 0;
    }
    if (position == OST_NO_POSITION) {
        *p++ = 1;
    } else {
        p = ost_varint_put(p, (uint64_t)(position - list->position) + 2);
        list->position = position;
    }
    if (OST_LIKELY(fits)) {
        list->at = p;
        return true;
    }
    return put_slowly(inv, list, bytes, (size_t)(p - bytes));
}

/* ---- Reading lists back ---- */

static const uint8_t *chunk_at(const ost_inverter *inv, uint32_t place)
{
    return inv->pages[place >> PAGE_BITS] + (place & (PAGE_SIZE - 1));
}

void ost_list_prefetch(const ost_inverter *inv, uint32_t term, bool chunk)
{
    const ost_list *list = &inv->lists[term];

    if (!chunk)
        OST_PREFETCH(list);
    else if (list->used > 0)
        OST_PREFETCH(chunk_at(inv, list->head));
}

/* Copies the chunks of a list behind one another. */
static bool gather(ost_list_reader *r, const ost_inverter *inv,
                   const ost_list *list)
{
    uint32_t place = list->head, used = 0;

    r->bytes.len = 0;
    while (used < list->used) {
        const uint32_t size = chunk_size(used);
        const uint8_t *chunk = chunk_at(inv, place);
        used += size;
        if (used < list->used) {
            ost_buffer_add(&r->bytes, chunk, size - LINK);
            place = ost_get32(chunk + size - LINK);
        } else {
            ost_buffer_add(&r->bytes, chunk, (size_t)(list->at - chunk));
        }
    }
    r->at = r->bytes.data;
    r->end = r->bytes.data + r->bytes.len;
    return !r->bytes.failed;
}

bool ost_list_reader_start(ost_list_reader *r, const ost_inverter *inv,
                           uint32_t term)
{
    const ost_list *list = &inv->lists[term];

    r->doc = UINT32_MAX; /* one before document 0 */
    r->at = r->end = NULL;
    if (list->used == FIRST_CHUNK) { /* as most are: read in place */
        r->at = chunk_at(inv, list->head);
        r->end = list->at;
    } else if (list->used > 0 && !gather(r, inv, list)) {
        return false;
    }
    return ost_list_reader_next(r);
}

bool ost_list_reader_next(ost_list_reader *r)
{
    const uint8_t *p = r->at, *const end = r->end;
    uint64_t gap;
    uint32_t position = 0, n = 0, bare = 0;

    if (p == end) {
        r->doc = OST_DOC_END;
        return true;
    }
    p = ost_varint_get(p, end, &gap);
    r->doc += (uint32_t)gap; /* wraps from UINT32_MAX */
    while (p < end) {
        p = ost_varint_get(p, end, &gap);
        if (gap == 0)
            break;
        if (gap == 1) {
            bare++;
            continue;
        }
        if (n + 1 > r->positions_room &&
            !OST_GROW(&r->positions, &r->positions_room, (size_t)n + 1))
            return false;
        position += (uint32_t)(gap - 2);
        r->positions[n++] = position;
    }
    r->tf = n + bare;
    r->n_positions = n;
    r->at = p;
    return true;
}

void ost_list_reader_free(ost_list_reader *r)
{
    ost_buffer_free(&r->bytes);
    ost_free(r->positions);
    memset(r, 0, sizeof *r);
}
