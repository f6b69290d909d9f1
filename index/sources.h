/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the table of sources in memory gives to the reader and writer of its
 * file, and the constants of that file (docs/format.md, "Sources file").
 */
#ifndef OST_SOURCES_H
#define OST_SOURCES_H

#include "commit.h"

/* Longest path, and longest reason. */
#define OST_SOURCE_TEXT_MOST 65535u

/* Makes room for `count` sources in an empty table, and sets the highest id
 * ever given. False: no memory. */
bool ost_sources_reserve(ost_sources *s, size_t count, uint32_t highest_id);

/* `len` bytes that live as long as the table; NULL: no memory. */
char *ost_sources_place(ost_sources *s, size_t len);

/* Appends a source whose id is above all others and at most the highest, and
 * whose texts are placed: path, NUL, then reason and NUL where there is one.
 * There is room for it. The path is not looked for: see _link. */
void ost_sources_append(ost_sources *s, const osteon_source *source);

/* Enters the sources appended last, all not entered yet, in the hash table.
 * False: a path is there twice. */
bool ost_sources_link(ost_sources *s);

uint32_t ost_sources_highest(const ost_sources *s);

/* ---- the file ---- */

/* Sources in a block, bytes of a block in the directory, bytes at the end. */
#define OST_SOURCE_BLOCK 32
#define OST_SOURCE_ENTRY 12
#define OST_SOURCE_TRAILER 8

/* Header: magic, u32 version, u32 count, u32 highest id, u32 zero, u64 offset
 * of the directory, u64 XXH3 of the directory, 16 zero bytes, u64 XXH3 of the
 * header before this field. */
#define OST_SOURCES_AT_COUNT 12
#define OST_SOURCES_AT_HIGHEST 16
#define OST_SOURCES_AT_DIRECTORY 24
#define OST_SOURCES_AT_DIRECTORY_SUM 32
#define OST_SOURCES_AT_HEADER_SUM 56

/* A source's first byte: its state, and which parts follow. */
enum {
    OST_SOURCE_STATE_MASK = 7,
    OST_SOURCE_HAS_REASON = 8,
    OST_SOURCE_HAS_HASH = 16,
    OST_SOURCE_HAS_MTIME = 32,
    OST_SOURCE_HAS_GAP = 64, /* ids are left out before this one */
    OST_SOURCE_UNKNOWN_FLAGS = 128
};

#endif
