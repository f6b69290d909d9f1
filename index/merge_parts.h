/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of a merge share.
 */
#ifndef OST_MERGE_PARTS_H
#define OST_MERGE_PARTS_H

#include "merge.h"
#include "term_writer.h"
#include "text.h"

/* The postings of one term, collected to be put in order. */
typedef struct ost_shuffle ost_shuffle;

typedef struct ost_merge_field {
    ost_field info; /* of the new segment; the name is borrowed */
} ost_merge_field;

/* A stretch of one field's terms: from this term on (of no bytes: from the
 * field's first) to where the next piece begins. */
typedef struct ost_merge_piece {
    uint32_t field; /* index in fields[] */
    size_t len;
    char term[OST_WORD_MAX];
} ost_merge_piece;

typedef struct ost_merge {
    ost_merge_job *job;
    /* [segment]: [doc]: new number, OST_DOC_END: deleted; NULL: numbers are as
     * they were, and bases[segment] more. */
    uint32_t **maps, *bases;
    uint32_t n_docs; /* of the new segment */
    ost_segment_writer *segment;
    ost_merge_field fields[OST_MAX_FIELDS + 1];
    uint32_t n_fields;
    ost_merge_piece *pieces; /* in order */
    size_t n_pieces, pieces_room;
} ost_merge;

/* The number in the new segment of a document, OST_DOC_END: it is deleted. */
static inline uint32_t ost_merge_number(const ost_merge *m, size_t segment,
                                        uint32_t doc)
{
    const uint32_t *map = m->maps[segment];

    return map != NULL ? map[doc] : m->bases[segment] + doc;
}

/* ---- merge_shuffle.c ---- */

ost_shuffle *ost_shuffle_open(void); /* NULL: no memory */
void ost_shuffle_close(ost_shuffle *s);

/* Takes a posting, n_positions of whose occurrences have one: they lie in
 * `run`, the bytes of which are borrowed. False: no memory. */
bool ost_shuffle_add(ost_shuffle *s, uint32_t doc, uint32_t tf,
                     uint32_t n_positions, const ost_position_run *run);

/* Gives all of them to the term open in `w`, in order of document, and
 * forgets them. */
OSTEON_MUST_CHECK osteon_status ost_shuffle_write(ost_shuffle *s,
                                                  ost_term_writer *w,
                                                  osteon_error *err);

/* ---- merge_pieces.c ---- */

/* Cuts the terms of all fields into pieces for so many threads. */
OSTEON_MUST_CHECK osteon_status ost_merge_cut(ost_merge *m, unsigned threads,
                                              osteon_error *err);

/* ---- merge_records.c ---- */

/* Writes records, stored text and values, in the new order. */
OSTEON_MUST_CHECK osteon_status ost_merge_records(const ost_merge *m,
                                                  osteon_error *err);

/* ---- merge_values.c ---- */

/* Writes the values of all documents. */
OSTEON_MUST_CHECK osteon_status ost_merge_values(const ost_merge *m,
                                                 osteon_error *err);

/* ---- merge.c, merge_terms.c ---- */

/* Fills norms[n_docs] of the field `name`. */
OSTEON_MUST_CHECK osteon_status ost_merge_norms(const ost_merge *m,
                                                const char *name,
                                                uint8_t *norms,
                                                osteon_error *err);

/* Encodes the terms of all fields, and writes their sections and the field
 * table; by the side of it what is kept of documents. Norms have been written:
 * fields[].info tells of them. */
OSTEON_MUST_CHECK osteon_status ost_merge_terms(ost_merge *m,
                                                osteon_error *err);

#endif
