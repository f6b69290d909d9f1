/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Memory that is given back all at once. A query and everything in it lives
 * in one arena, so that no failure on the way can leak a part of it.
 */
#ifndef OST_ARENA_H
#define OST_ARENA_H

#include "base.h"

typedef struct ost_arena ost_arena;

ost_arena *ost_arena_open(void); /* NULL: no memory */
void ost_arena_close(ost_arena *arena);

/* Zeroed bytes, aligned for any object; NULL: no memory, or size == 0. */
void *ost_arena_alloc(ost_arena *arena, size_t size);

/* The same for an array; NULL also where n * size overflows. */
void *ost_arena_array(ost_arena *arena, size_t n, size_t size);

/* The same, but what is in it is left open: for large arrays that are written
 * before they are read. */
void *ost_arena_raw(ost_arena *arena, size_t n, size_t size);

/* A copy of the bytes with a NUL after them. */
char *ost_arena_copy(ost_arena *arena, const void *bytes, size_t len);

#endif
