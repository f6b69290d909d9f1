/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An arena is a list of blocks, newest first; the first one comes with it.
 * Small requests are cut from the newest block; a request larger than a
 * quarter of a new block gets one of its own, so that the room left in the
 * newest is not thrown away.
 * Invariant: used <= room in every block.
 */
#include "arena.h"

#include <stdalign.h>

enum { FIRST_BLOCK = 4096, LAST_BLOCK = 1 << 18 };

typedef struct block block;
struct block {
    block *older;
    size_t used, room;
    alignas(max_align_t) unsigned char bytes[];
};

struct ost_arena {
    block *newest;
    size_t next_room;
    alignas(max_align_t) unsigned char first[]; /* a block */
};

ost_arena *ost_arena_open(void)
{
    ost_arena *arena = ost_calloc(1, FIRST_BLOCK);

    if (arena == NULL)
        return NULL;
    arena->next_room = 2 * FIRST_BLOCK;
    arena->newest = (block *)(void *)arena->first;
    arena->newest->room = FIRST_BLOCK - sizeof *arena - sizeof(block);
    return arena;
}

void ost_arena_close(ost_arena *arena)
{
    if (arena == NULL)
        return;
    for (block *b = arena->newest; b != NULL;) {
        block *older = b->older;
        if ((void *)b != arena->first)
            ost_free(b);
        b = older;
    }
    ost_free(arena);
}

static block *block_open(size_t room, bool zeroed)
{
    block *b;

    if (room > SIZE_MAX - sizeof *b)
        return NULL;
    b = zeroed ? ost_calloc(1, sizeof *b + room)
               : ost_malloc(sizeof *b + room);
    if (b == NULL)
        return NULL;
    b->room = room;
    b->used = 0;
    return b;
}

static void *alloc_apart(ost_arena *arena, size_t size, bool zeroed)
{
    block *b = block_open(size, zeroed);

    if (b == NULL)
        return NULL;
    b->used = size;
    b->older = arena->newest->older; /* which stays in front, for its room */
    arena->newest->older = b;
    return b->bytes;
}

void *ost_arena_alloc(ost_arena *arena, size_t size)
{
    const size_t step = alignof(max_align_t);
    block *b = arena->newest;
    void *place;

    if (size == 0 || size > SIZE_MAX - step)
        return NULL;
    size = (size + step - 1) / step * step;
    if (b->room - b->used < size) {
        if (size > arena->next_room / 4)
            return alloc_apart(arena, size, true);
        b = block_open(arena->next_room, true);
        if (b == NULL)
            return NULL;
        b->older = arena->newest;
        arena->newest = b;
        if (arena->next_room < LAST_BLOCK)
            arena->next_room *= 2;
    }
    place = b->bytes + b->used;
    b->used += size;
    return place;
}

void *ost_arena_array(ost_arena *arena, size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size)
        return NULL;
    return ost_arena_alloc(arena, n * size);
}

void *ost_arena_raw(ost_arena *arena, size_t n, size_t size)
{
    if (n == 0 || size == 0 || n > SIZE_MAX / size)
        return NULL;
    return alloc_apart(arena, n * size, false);
}

char *ost_arena_copy(ost_arena *arena, const void *bytes, size_t len)
{
    char *copy = len == SIZE_MAX ? NULL : ost_arena_alloc(arena, len + 1);

    if (copy != NULL && len > 0)
        memcpy(copy, bytes, len);
    return copy;
}
