/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The inside of an open segment, for the readers of its sections (segment.c,
 * fields.c, dictionary.c, postings.c). Others use index.h.
 */
#ifndef OST_SEGMENT_H
#define OST_SEGMENT_H

#include "format.h"
#include "text_code.h"

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
    uint32_t norms_kind;
    uint32_t flags;     /* OST_FIELD_ */
    uint64_t norms_at;  /* in OST_SECTION_NORMS */
    uint8_t *expanded;  /* sparse norms, once used; by __atomic operations */
    const uint8_t *dense; /* dense ones, once verified; the same */
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
    ost_text_code text_code; /* borrows from the section */
    uint64_t *deleted; /* NULL: none */
    uint32_t n_deleted;
};

/* Verifies the pages that hold bytes [offset, offset + size) of the file,
 * which must lie before pages_end. Cheap where that was done before. */
osteon_status ost_segment_verify(ost_segment *segment, uint64_t offset,
                                 uint64_t size, osteon_error *err);

/* Lets go of the memory of the pages read so far; those needed again are
 * read again. For who goes through a segment once. */
void ost_segment_forget(const ost_segment *segment);

/* Gives the segment its deleted documents; the bitmap becomes its own. */
void ost_segment_set_deleted(ost_segment *segment, uint64_t *bits,
                             uint32_t count);

/* ---- fields.c ---- */

enum { OST_NORMS_DENSE = 0, OST_NORMS_SPARSE = 1 };

/* Reads the field table; called by ost_segment_open. */
osteon_status ost_fields_read(ost_segment *segment, osteon_error *err);
void ost_fields_free(ost_segment *segment);

/* Appends the field table to OST_SECTION_FIELDS. */
void ost_fields_put(ost_buffer *out, const ost_field *fields, uint32_t n);

/* The norms of a field, a byte a document. */
osteon_status ost_field_norms(ost_segment *segment, uint32_t field,
                              const uint8_t **out, osteon_error *err);

/* Appends a field's norms to OST_SECTION_NORMS and fills the members of `f`
 * that tell of them. */
void ost_norms_put(ost_buffer *out, ost_field *f, const uint8_t *norms,
                   uint32_t n_documents);

/* Mean length over the documents that have the field; 1 for none. */
double ost_field_average(const ost_field *f);

#endif
