/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A run of bytes that is appended to and read back once, in order. The first
 * 256 KiB stay in memory; the rest goes to an unlinked file, so that a
 * merge of gigabytes needs no more memory than a small one.
 */
#ifndef OST_SPOOL_H
#define OST_SPOOL_H

#include "segment_writer.h"

/* Bytes kept in memory before they are written out. */
#define OST_SPOOL_MEMORY ((size_t)1 << 18)

/* Zero to begin with, but for fd, which is -1. */
typedef struct ost_spool {
    ost_buffer tail; /* what was appended and not yet written */
    uint64_t size;   /* bytes written out before the tail */
    int fd;
} ost_spool;

/* Writes the tail out when it has grown past OST_SPOOL_MEMORY; called now and
 * then by whoever appends to `tail`. size counts what was written. */
OSTEON_MUST_CHECK osteon_status ost_spool_relieve(ost_spool *s,
                                                  const char *folder,
                                                  osteon_error *err);

/* Writes the tail out whatever its size, and gives its memory back. */
OSTEON_MUST_CHECK osteon_status ost_spool_spill(ost_spool *s,
                                                const char *folder,
                                                osteon_error *err);

/* Bytes appended so far. */
static inline uint64_t ost_spool_at(const ost_spool *s)
{
    return s->size + s->tail.len;
}

/* Appends all bytes to a section of the segment. */
OSTEON_MUST_CHECK osteon_status ost_spool_copy(ost_spool *s,
                                               ost_segment_writer *segment,
                                               ost_section_id section,
                                               osteon_error *err);
void ost_spool_free(ost_spool *s);

/* ---- Reading piece by piece ---- */

/* Bytes that can be asked for at once. */
#define OST_SPOOL_PIECE ((size_t)1 << 17)

/* Zero to begin with, but for the spool, which is borrowed and not added to
 * meanwhile. */
typedef struct ost_spool_reader {
    const ost_spool *spool;
    uint64_t next; /* byte of the spool behind those in the buffer */
    uint8_t *buffer;
    size_t from, to; /* in the buffer: what was not yet given out */
} ost_spool_reader;

/* The next n (1..OST_SPOOL_PIECE) bytes, which are there, valid until the next
 * call. */
OSTEON_MUST_CHECK osteon_status ost_spool_read(ost_spool_reader *r, size_t n,
                                               const uint8_t **out,
                                               osteon_error *err);
void ost_spool_reader_free(ost_spool_reader *r);

#endif
