/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of a flush share: the order of documents, and the encoding
 * of terms in that order.
 */
#ifndef OST_FLUSH_PARTS_H
#define OST_FLUSH_PARTS_H

#include "flush.h"
#include "segment_writer.h"

/* A document of the new segment: where it comes from. */
typedef struct ost_flush_doc {
    uint32_t inverter, local;
    uint64_t block_shift; /* add to its stored block's number, modulo 2^64 */
} ost_flush_doc;

typedef struct ost_flush_batch {
    uint32_t inverter;
    const ost_batch *batch;
} ost_flush_batch;

typedef struct ost_flush_order {
    ost_inverter *const *inverters;
    size_t n_inverters;
    ost_flush_batch *batches; /* by sequence */
    size_t n_batches;
    ost_flush_doc *docs; /* by number in the segment */
    uint32_t n_docs;
    uint32_t **numbers; /* [inverter][local]: number in the segment */
    uint64_t *dead;     /* bitmap, NULL: none */
    uint32_t n_dead;
} ost_flush_order;

/* ---- flush_order.c ---- */

/* Puts documents in order and marks those dead whose id comes again later.
 * To be freed even after failure. */
OSTEON_MUST_CHECK osteon_status
ost_flush_order_make(const ost_flush_job *job, ost_flush_order *out,
                     osteon_error *err);
void ost_flush_order_free(ost_flush_order *o);

/* ---- flush_terms.c ---- */

/* Encodes all terms, and writes their sections, norms and field table. */
OSTEON_MUST_CHECK osteon_status ost_flush_terms(const ost_flush_job *job,
                                                const ost_flush_order *o,
                                                ost_segment_writer *segment,
                                                osteon_error *err);

#endif
