/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of a merge share.
 */
#ifndef OST_MERGE_PARTS_H
#define OST_MERGE_PARTS_H

#include "merge.h"
#include "term_writer.h"

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
} ost_merge;

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
