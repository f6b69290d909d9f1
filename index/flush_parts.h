/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of a flush share: the order of documents, and the encoding
 * of terms in that order.
 */
#ifndef OST_FLUSH_PARTS_H
#define OST_FLUSH_PARTS_H

#include "flush.h"
#include "segment.h"
#include "segment_writer.h"
#include "term_writer.h"

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
    uint32_t end;       /* one past the last that this segment is for */
    uint64_t *dead;     /* bitmap, NULL: none */
    uint32_t n_dead;
} ost_flush_order;

/* ---- flush_order.c ---- */

/* Puts documents in order, marks those dead whose id comes again later, and,
 * for this segment, those before job->next and those that would be too much.
 * To be freed even after failure. */
OSTEON_MUST_CHECK osteon_status
ost_flush_order_make(const ost_flush_job *job, ost_flush_order *out,
                     osteon_error *err);
void ost_flush_order_free(ost_flush_order *o);

static inline bool ost_flush_is_dead(const ost_flush_order *o, uint32_t doc)
{
    return o->dead != NULL && ost_bit(o->dead, doc);
}

/* ---- flush_merge.c ---- */

/* One inverter's list of a term. `same`: of the same term as the one before,
 * in a later inverter. */
typedef struct ost_flush_ref {
    const char *bytes; /* of the term */
    uint32_t inverter, term;
    uint8_t len;
    bool same;
} ost_flush_ref;

/* A field of the new segment. */
typedef struct ost_flush_field {
    uint32_t number; /* in the names of the writer */
    const char *name;
    ost_field info;
    size_t first_length, end_length; /* in lengths */
} ost_flush_field;

/* A stretch of one field's terms: of each inverter those at [from, to) of its
 * sorted ones, so that a term is in one piece for all of them. */
typedef struct ost_flush_piece {
    uint32_t field; /* index in fields[] */
    size_t *bounds; /* from, to for each inverter */
} ost_flush_piece;

typedef struct ost_flush_plan {
    const ost_flush_order *order;
    const char *folder;
    ost_flush_field fields[OST_MAX_FIELDS];
    uint32_t n_fields;
    ost_field_length *lengths; /* by field, doc in the new segment */
    uint32_t **ids; /* [inverter]: its terms by field number, then bytes */
    ost_places *places; /* [inverter]: its documents */
    ost_flush_piece *pieces; /* in order */
    size_t n_pieces, pieces_room;
} ost_flush_plan;

/* Collects the fields, sorts the terms, and cuts them into pieces for some
 * rounds of the job's threads. To be freed even after failure. False: no
 * memory. */
bool ost_flush_plan_make(const ost_flush_job *job, ost_flush_plan *t);
void ost_flush_plan_free(ost_flush_plan *t);

/* Fills norms[n_docs] of a field. */
void ost_flush_norms(const ost_flush_plan *t, const ost_flush_field *f,
                     uint8_t *norms);

/* Writes the next lists of a piece to refs[room], merged by term, and moves
 * the cursors, which begin at the lower bounds. The lists of a term come all
 * at once: `room` is at least the number of inverters. Returns how many lists
 * came, 0 at the end. */
size_t ost_flush_merge(const ost_flush_plan *t, const ost_flush_piece *piece,
                       size_t *cursors, ost_flush_ref *refs, size_t room);

/* ---- flush_postings.c ---- */

/* One inverter's list of a term, being read: documents [at, reader.n) and
 * their positions are to be added. All zero to begin with. */
typedef struct ost_flush_source {
    ost_list_reader reader;
    uint32_t inverter, at;
    const uint32_t *positions;
} ost_flush_source;

/* Adds the postings of a term, of which there are n references, to `writer`.
 * `sources`: n, kept from term to term. */
OSTEON_MUST_CHECK osteon_status
ost_flush_postings(const ost_flush_plan *t, const ost_flush_ref *refs,
                   size_t n, ost_flush_source *sources,
                   ost_term_writer *writer, osteon_error *err);

/* ---- flush_terms.c ---- */

/* Encodes all terms, and writes norms, the records, what belongs to the terms,
 * and the field table. */
OSTEON_MUST_CHECK osteon_status ost_flush_terms(const ost_flush_job *job,
                                                const ost_flush_order *o,
                                                ost_segment_writer *segment,
                                                osteon_error *err);

/* ---- flush.c ---- */

/* Writes what is kept of documents: records, stored text, values. */
OSTEON_MUST_CHECK osteon_status ost_flush_records(const ost_flush_order *o,
                                                  ost_segment_writer *segment,
                                                  osteon_error *err);

#endif
