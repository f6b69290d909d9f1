/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Runs of bytes that are appended to and read back once, in order. The first
 * 256 KiB of each stay in memory; the rest goes to an unlinked file, so that a
 * merge of gigabytes needs no more memory than a small one. All spools of a
 * flush or a merge, of which there are thousands with many threads or fields,
 * share one such file: a process may hold some hundred open.
 */
#ifndef OST_SPOOL_H
#define OST_SPOOL_H

#include "segment_writer.h"

#include <pthread.h>

/* Bytes kept in memory before they are written out. */
#define OST_SPOOL_MEMORY ((size_t)1 << 18)

/* The file spools share. Any thread. */
typedef struct ost_spill {
    const char *folder; /* borrowed: where the file is made */
    int fd;             /* -1: nothing was spilled */
    uint64_t end;       /* of what spools were given */
    pthread_mutex_t mutex; /* of fd and end */
} ost_spill;

void ost_spill_init(ost_spill *spill, const char *folder);

/* For a file that no spool needs any more. */
void ost_spill_free(ost_spill *spill);

/* A stretch of a spool in the file. */
typedef struct ost_extent {
    uint64_t at, size;
} ost_extent;

/* Zero to begin with, but for `spill`, which is borrowed. */
typedef struct ost_spool {
    ost_spill *spill;
    ost_buffer tail; /* what was appended and not yet written */
    uint64_t size;   /* bytes written out before the tail */
    ost_extent *extents; /* where they are */
    size_t n_extents, extents_room;
} ost_spool;

/* Writes the tail out when it has grown past OST_SPOOL_MEMORY; called now and
 * then by whoever appends to `tail`. size counts what was written. */
OSTEON_MUST_CHECK osteon_status ost_spool_relieve(ost_spool *s,
                                                  osteon_error *err);

/* Writes the tail out whatever its size, and gives its memory back. */
OSTEON_MUST_CHECK osteon_status ost_spool_spill(ost_spool *s,
                                                osteon_error *err);

/* Bytes appended so far. */
static inline uint64_t ost_spool_at(const ost_spool *s)
{
    return s->size + s->tail.len;
}

/* Appends all bytes to a section of the segment. */
OSTEON_MUST_CHECK osteon_status ost_spool_copy(const ost_spool *s,
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
    size_t extent; /* where that byte is */
    uint64_t before; /* bytes of the extents before that one */
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
