/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How lists lie in memory: for lists.c, which writes them, and
 * list_reader.c.
 */
#ifndef OST_LIST_CHUNKS_H
#define OST_LIST_CHUNKS_H

#include "lists.h"

#define OST_LIST_PAGE_BITS 22
#define OST_LIST_PAGE ((size_t)1 << OST_LIST_PAGE_BITS)
#define OST_LIST_MAX_PAGES ((size_t)1 << (32 - OST_LIST_PAGE_BITS))
#define OST_LIST_LINK 4
#define OST_LIST_FIRST_CHUNK 32u
#define OST_LIST_LAST_CHUNK 8192u

/* Says that 3 bytes follow, where fewer are left. */
#define OST_LIST_FILL 3

/* The size of the chunk that comes after chunks of so many bytes. */
static inline uint32_t ost_list_chunk_size(uint32_t used)
{
    if (used == 0)
        return OST_LIST_FIRST_CHUNK;
    return used < OST_LIST_LAST_CHUNK ? used : OST_LIST_LAST_CHUNK;
}

static inline const uint8_t *ost_list_chunk_at(const ost_lists *l,
                                               uint32_t place)
{
    return l->pages[place >> OST_LIST_PAGE_BITS] +
           (place & (OST_LIST_PAGE - 1));
}

#endif
