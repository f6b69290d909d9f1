/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of a merge share.
 */
#ifndef OST_MERGE_PARTS_H
#define OST_MERGE_PARTS_H

#include "merge.h"
#include "term_writer.h"

/* The postings of one term, collected to be put in order. */
typedef struct ost_shuffle ost_shuffle;

typedef struct ost_merge_field {
    ost_field info; /* of the new segment; the name is borrowed */
} ost_merge_field;

typedef struct ost_merge {
    ost_merge_job *job;
    uint32_t **maps; /* [segment][doc]: new number, OST_DOC_END: deleted */
    uint32_t n_docs; /* of the new segment */
    ost_merge_field fields[OST_MAX_FIELDS + 1];
    uint32_t n_fields;
    ost_buffer stored_index;
    uint64_t stored_base; /* bytes of stored blocks already written */
    size_t blocks_indexed;
    ost_shuffle *shuffle; /* where the job gives an order */
} ost_merge;

/* ---- merge_shuffle.c ---- */

ost_shuffle *ost_shuffle_open(void); /* NULL: no memory */
void ost_shuffle_close(ost_shuffle *s);

/* Takes a posting and its positions. False: no memory. */
bool ost_shuffle_add(ost_shuffle *s, uint32_t doc, uint32_t tf,
                     const uint32_t *positions, uint32_t n_positions);

/* Gives all of them to the term open in `w`, in order of document, and
 * forgets them. */
OSTEON_MUST_CHECK osteon_status ost_shuffle_write(ost_shuffle *s,
                                                  ost_term_writer *w,
                                                  osteon_error *err);

/* ---- merge.c, merge_terms.c ---- */

/* Fills norms[n_docs] of the field `name`. */
OSTEON_MUST_CHECK osteon_status ost_merge_norms(const ost_merge *m,
                                                const char *name,
                                                uint8_t *norms,
                                                osteon_error *err);

/* Encodes the terms of all fields and writes their sections and the field
 * table. Norms have been written: fields[].info tells of them. */
OSTEON_MUST_CHECK osteon_status ost_merge_terms(ost_merge *m,
                                                ost_segment_writer *segment,
                                                osteon_error *err);

#endif
