/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writing postings in memory. A list is a stream of the distances between its
 * entries, from one before entry 0. A distance takes 1 to 4 bytes, low byte
 * first: two bits tell how many bytes follow the first, the rest is the
 * distance; OST_LIST_STEP adds to the next one. Neither the length of a
 * distance nor the beginning of a document is a branch: both would be guessed
 * wrong often. A list of one entry has no bytes at all, once it is settled:
 * `last` tells it.
 *
 * Streams live in chunks of 32 bytes, then doubling; the last 4 bytes of a
 * chunk hold the place of the next (after the "expull" lists of tantivy). No
 * distance is cut: FILL ends a chunk that has bytes left.
 *
 * What waits is put there when the next entry comes, not as soon as it is
 * enough: by then its bytes have left the processor's store buffer, and can be
 * read in one piece without a delay.
 *
 * Invariant: a chunk never crosses a page; list->left leaves out the link.
 */
#include "list_chunks.h"

/* From so many bytes on lists lie on huge pages; a multiple of these. */
#define LARGE ((size_t)4 << 20)

void ost_lists_free(ost_lists *l)
{
    for (size_t i = 0; i < l->n_pages; i++)
        ost_free(l->pages[i]);
    ost_free(l->pages);
    ost_free(l->lists_memory);
    ost_free(l->chunks);
    memset(l, 0, sizeof *l);
}

size_t ost_lists_bytes(const ost_lists *l)
{
    const size_t full = l->n_pages > 0 ? l->n_pages - 1 : 0;

    return full * OST_LIST_PAGE + l->page_used;
}

size_t ost_lists_memory(const ost_lists *l)
{
    /* Where the array of lists is about to grow, the old one and the new lie
     * side by side. What waits will want a chunk, of most terms the first. */
    const size_t arrays = l->n + l->room / 16 > l->room ? 2 : 1;

    return ost_lists_bytes(l) +
           l->n * (arrays * sizeof *l->lists + sizeof *l->chunks +
                   OST_LIST_FIRST_CHUNK);
}

bool ost_lists_full(const ost_lists *l)
{
    return l->n_pages > OST_LIST_MAX_PAGES / 4;
}

/* The next chunk of a list is as large as all it has, or its first one. */
bool ost_lists_have_room(const ost_lists *l)
{
    const size_t some = OST_LIST_SOME * OST_LIST_LAST_CHUNK;
    const size_t settled = 2 * (l->n_pages * OST_LIST_PAGE + some) +
                           l->n * OST_LIST_FIRST_CHUNK;

    return settled / OST_LIST_PAGE + 2 <= OST_LIST_MAX_PAGES;
}

/* Makes room for the lists of so many terms. False: no memory. */
static bool grow_lists(ost_lists *l, size_t terms)
{
    const size_t line = 64, size = sizeof *l->lists;
    size_t room = l->room ? l->room : 512;
    ost_list *lists;
    void *memory;
    bool large;

    while (room < terms)
        room *= 2;
    if (room > (SIZE_MAX - line) / size)
        return false;
    large = room * size >= LARGE;
    memory = large ? ost_malloc_huge(room * size)
                   : ost_malloc(room * size + line);
    if (memory == NULL)
        return false;
    lists = large ? memory
                  : (void *)((char *)memory +
                             (line - (uintptr_t)memory % line));
    if (l->n > 0)
        memcpy(lists, l->lists, l->n * size);
    ost_free(l->lists_memory);
    l->lists_memory = memory;
    l->lists = lists;
    l->room = room;
    return true;
}

bool ost_lists_reserve(ost_lists *l, size_t terms)
{
    if (terms <= l->n)
        return true;
    if ((terms > l->room && !grow_lists(l, terms)) ||
        !OST_GROW(&l->chunks, &l->chunks_room, terms))
        return false;
    memset(l->lists + l->n, 0, (terms - l->n) * sizeof *l->lists);
    memset(l->chunks + l->n, 0, (terms - l->n) * sizeof *l->chunks);
    l->n = terms;
    return true;
}

/* The first page is not backed by huge ones: most updates are small. */
static bool add_page(ost_lists *l)
{
    uint8_t *page;

    if (l->n_pages == OST_LIST_MAX_PAGES ||
        !OST_GROW(&l->pages, &l->pages_room, l->n_pages + 1))
        return false;
    page = l->n_pages == 0 ? ost_malloc(OST_LIST_PAGE)
                           : ost_malloc_huge(OST_LIST_PAGE);
    if (page == NULL)
        return false;
    l->pages[l->n_pages++] = page;
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
    list->left = (uint16_t)(size - OST_LIST_LINK);
    l->page_used += size;
    chunks->used += size;
    return true;
}

/* Puts one distance, of n bytes, into the chunks. False: no memory. */
static bool put(ost_lists *l, ost_list *list, ost_list_chunks *chunks,
                const uint8_t *bytes, unsigned n)
{
    if (list->left < n) {
        if (list->left > 0)
            *list->at = OST_LIST_FILL;
        if (!add_chunk(l, list, chunks))
            return false;
    }
    memcpy(list->at, bytes, n);
    list->at += n;
    list->left = (uint16_t)(list->left - n);
    return true;
}

/* Puts what waits into the chunks. */
bool ost_list_pour(ost_lists *l, uint32_t term)
{
    ost_list *const list = &l->lists[term];
    const unsigned n = list->n_waiting;

    list->n_waiting = 0;
    if (list->at == NULL && !add_chunk(l, list, &l->chunks[term]))
        return false;
    /* What is written behind the n bytes lies in the chunk still. */
    if (list->left + OST_LIST_LINK >= OST_LIST_WAITING && list->left >= n) {
        memcpy(list->at, list->waiting, OST_LIST_WAITING);
        list->at += n;
        list->left = (uint16_t)(list->left - n);
        return true;
    }
    for (unsigned at = 0, step; at < n; at += step) {
        step = (list->waiting[at] & 3u) + 1;
        if (!put(l, list, &l->chunks[term], list->waiting + at, step))
            return false;
    }
    return true;
}

static bool wait(ost_lists *l, uint32_t term, uint32_t distance)
{
    ost_list *const list = &l->lists[term];
    const unsigned n = ost_list_bytes(distance);

    if (ost_list_is_full(list) && !ost_list_pour(l, term))
        return false;
    ost_put32(list->waiting + list->n_waiting, distance << 2 | (n - 1));
    list->n_waiting = (uint16_t)(list->n_waiting + n);
    return true;
}

/* For distances of more than one step, and an occurrence without position at
 * the place of one that has it, whose entry would be less by one. It may be
 * taken for equal since of equal positions one is written (term_writer.h). */
bool ost_list_add_slowly(ost_lists *l, uint32_t term, uint32_t next)
{
    ost_list *const list = &l->lists[term];
    uint32_t distance;

    next = next < list->last ? list->last : next;
    distance = next - list->last;
    list->last = next;
    for (; distance >= OST_LIST_STEP; distance -= OST_LIST_STEP)
        if (!wait(l, term, OST_LIST_STEP))
            return false;
    return wait(l, term, distance);
}

bool ost_lists_settle(ost_lists *l)
{
    for (size_t i = 0; i < l->n; i++) {
        ost_list *const list = &l->lists[i];
        /* The first distance is the last: there is one entry. */
        if (list->at == NULL && list->n_waiting > 0 &&
            list->n_waiting == (list->waiting[0] & 3u) + 1)
            continue;
        if (list->n_waiting > 0 && !ost_list_pour(l, (uint32_t)i))
            return false;
    }
    return true;
}
