/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Encoding the terms of a segment side by side: they are cut into pieces, in
 * order, which threads take one after the other; the pieces are then put
 * behind each other. For flushes and merges.
 *
 * Invariant: the bytes of a term do not depend on the cuts, save that a
 * dictionary block ends there.
 */
#ifndef OST_TERM_PIECES_H
#define OST_TERM_PIECES_H

#include "segment.h"
#include "term_writer.h"

/* Pieces to cut for each thread, that all end at about the same time. */
#define OST_PIECES_A_THREAD 8

typedef struct ost_term_pieces {
    ost_term_writer **writers; /* [piece] */
    size_t n;
    /* ---- private ---- */
    ost_spill spill; /* of all writers; no folder: there are none */
    uint32_t n_documents;
    size_t next; /* piece; by __atomic operations */
    size_t held; /* bytes of pieces that are done; by __atomic operations */
} ost_term_pieces;

/* Encodes piece `number`; `worker` is this thread's own. */
typedef osteon_status (*ost_encode_piece)(void *worker, size_t number,
                                          ost_term_writer *w,
                                          osteon_error *err);

/* Encodes n pieces, in as many threads as there are workers, the first of which
 * is the caller's; others may be fewer than asked for. `folder` is borrowed.
 * To be freed even after failure. */
OSTEON_MUST_CHECK osteon_status ost_term_pieces_encode(
    ost_term_pieces *t, size_t n, const char *folder, uint32_t n_documents,
    ost_encode_piece encode, void *const *workers, size_t n_workers,
    osteon_error *err);

/* Adds what the pieces hold to the fields that they were told to be of, and
 * writes the field table and the sections of the terms. */
OSTEON_MUST_CHECK osteon_status
ost_term_pieces_save(const ost_term_pieces *t, ost_field *fields,
                     uint32_t n_fields, ost_segment_writer *segment,
                     osteon_error *err);
void ost_term_pieces_free(ost_term_pieces *t); /* all zero allowed */

#endif
