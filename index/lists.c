/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writing postings in memory. A list is a stream of the distances between its
 * entries, from one before entry 0. A distance takes 1 to 4 bytes, low byte
 * first: two bits tell how many bytes follow the first, the rest is the
 * distance; OST_LIST_STEP adds to the next one. Neither the length of a
 * distance nor the beginning of a document is a branch: both would be guessed
 * wrong often. A list of one entry has no bytes at all: `last` tells it.
 *
 * Streams live in chunks of 16 bytes, then doubling; the last 4 bytes of a
 * chunk hold the place of the next (after the "expull" lists of tantivy). No
 * distance is cut: FILL ends a chunk that has bytes left.
 *
 * Invariant: a chunk never crosses a page; list->left leaves out the link.
 */
#include "list_chunks.h"

void ost_lists_reset(ost_lists *l)
{
    l->n = 0;
    l->n_pages = 0;
    l->page_used = 0;
}

void ost_lists_free(ost_lists *l)
{
    for (size_t i = 0; i < l->all_pages; i++)
        ost_free(l->pages[i]);
    ost_free(l->pages);
    ost_free(l->lists);
    ost_free(l->chunks);
    memset(l, 0, sizeof *l);
}

size_t ost_lists_memory(const ost_lists *l)
{
    const size_t full = l->n_pages > 0 ? l->n_pages - 1 : 0;

    return full * OST_LIST_PAGE + l->page_used +
           l->n * (sizeof *l->lists + sizeof *l->chunks);
}

bool ost_lists_full(const ost_lists *l)
{
    return l->n_pages > OST_LIST_MAX_PAGES / 2;
}

bool ost_lists_reserve(ost_lists *l, size_t terms)
{
    if (terms <= l->n)
        return true;
    if (terms > l->room) {
        if (!OST_GROW(&l->lists, &l->room, terms))
            return false;
        ost_advise_huge(l->lists, l->room * sizeof *l->lists);
    }
    if (!OST_GROW(&l->chunks, &l->chunks_room, terms))
        return false;
    memset(l->lists + l->n, 0, (terms - l->n) * sizeof *l->lists);
    memset(l->chunks + l->n, 0, (terms - l->n) * sizeof *l->chunks);
    l->n = terms;
    return true;
}

/* The first page is not backed by huge ones: most updates are small. */
static bool add_page(ost_lists *l)
{
    if (l->n_pages == l->all_pages) {
        uint8_t *page;
        if (l->n_pages == OST_LIST_MAX_PAGES ||
            !OST_GROW(&l->pages, &l->pages_room, l->n_pages + 1))
            return false;
        page = l->n_pages == 0 ? ost_malloc(OST_LIST_PAGE)
                               : ost_malloc_huge(OST_LIST_PAGE);
        if (page == NULL)
            return false;
        l->pages[l->all_pages++] = page;
    }
    l->n_pages++;
    l->page_used = 0;
    return true;
}

/* Gives the list a fresh chunk and links it; false: no memory. */
static bool add_chunk(ost_lists *l, ost_list *list, ost_list_chunks *chunks)
{
    const uint32_t size = ost_list_chunk_size(chunks->used);
    uint32_t place;

    if ((l->n_pages == 0 || l->page_used + size > OST_LIST_PAGE) &&
        !add_page(l))
        return false;
    place = (uint32_t)((l->n_pages - 1) << OST_LIST_PAGE_BITS |
                       l->page_used);
    if (chunks->used == 0)
        chunks->head = place;
    else
        ost_put32(list->at + list->left, place);
    list->at = l->pages[l->n_pages - 1] + l->page_used;
    list->left = size - OST_LIST_LINK;
    l->page_used += size;
    chunks->used += size;
    return true;
}

static bool put(ost_lists *l, ost_list *list, ost_list_chunks *chunks,
                uint32_t distance)
{
    const unsigned n = ost_list_bytes(distance);
    const uint32_t code = distance << 2 | (n - 1);

    if (list->left < n) {
        if (list->left > 0)
            *list->at = OST_LIST_FILL;
        if (!add_chunk(l, list, chunks))
            return false;
    }
    for (unsigned i = 0; i < n; i++)
        *list->at++ = (uint8_t)(code >> 8 * i);
    list->left -= n;
    return true;
}

static bool put_any(ost_lists *l, ost_list *list, ost_list_chunks *chunks,
                    uint32_t distance)
{
    for (; distance >= OST_LIST_STEP; distance -= OST_LIST_STEP)
        if (!put(l, list, chunks, OST_LIST_STEP))
            return false;
    return put(l, list, chunks, distance);
}

/* For the first two occurrences of a term, the end of a chunk, distances of
 * more than one step, and an occurrence without position at the place of one
 * that has it, whose entry would be less by one. It may be taken for equal
 * since of equal positions one is written (term_writer.h). */
bool ost_list_add_slowly(ost_lists *l, uint32_t term, uint32_t next)
{
    ost_list *const list = &l->lists[term];
    ost_list_chunks *const chunks = &l->chunks[term];
    const uint32_t last = list->last;

    next = next < last ? last : next;
    list->last = next;
    if (last == 0)
        return true;
    if (chunks->used == 0 && !put_any(l, list, chunks, last))
        return false;
    return put_any(l, list, chunks, next - last);
}
