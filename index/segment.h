/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The inside of an open segment, for the readers of its sections (segment.c,
 * fields.c, dictionary.c, postings.c). Others use index.h.
 */
#ifndef OST_SEGMENT_H
#define OST_SEGMENT_H

#include "format.h"

typedef struct ost_section {
    uint64_t offset, size;
} ost_section;

/* A field as the field table tells it; see docs/format.md, "Fields". */
typedef struct ost_field {
    char *name; /* NUL-terminated */
    size_t name_len;
    uint64_t first_block, n_blocks; /* dictionary blocks of its terms */
    uint64_t n_terms;
    uint64_t postings, positions; /* counts */
    uint32_t documents; /* that have the field, deleted ones too */
    uint64_t length;    /* sum of decoded norms */
} ost_field;

struct ost_segment {
    char *path;
    ost_map map;
    uint32_t n_documents;
    ost_section sections[OST_N_SECTIONS];
    uint64_t pages_end;     /* bytes covered by page checksums */
    const uint8_t *checksums;
    uint64_t *verified; /* a bit a page; by __atomic operations */
    ost_field *fields; /* in order of name; the default one, "", first */
    uint32_t n_fields;
    uint64_t *deleted; /* NULL: none */
    uint32_t n_deleted;
};

/* Verifies the pages that hold bytes [offset, offset + size) of the file,
 * which must lie before pages_end. Cheap where that was done before. */
osteon_status ost_segment_verify(ost_segment *segment, uint64_t offset,
                                 uint64_t size, osteon_error *err);

/* Gives the segment its deleted documents; the bitmap becomes its own. */
void ost_segment_set_deleted(ost_segment *segment, uint64_t *bits,
                             uint32_t count);

/* Reads the field table (fields.c); called by ost_segment_open. */
osteon_status ost_fields_read(ost_segment *segment, osteon_error *err);
void ost_fields_free(ost_segment *segment);

#endif
