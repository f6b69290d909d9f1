/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the writer and the reader of value columns agree on (docs/format.md,
 * "Values"), and columns one after the other.
 */
#ifndef OST_VALUES_H
#define OST_VALUES_H

#include "index.h"

#include "format.h"

/* The section: u32 size of what follows up to the first column's data; for
 * each column a varint length, the name, and this head; then their data in
 * the same order. */
#define OST_COLUMN_HEAD 24

/* Offsets in the head. */
enum {
    OST_COLUMN_KIND = 0,  /* u8: osteon_value_kind */
    OST_COLUMN_DENSE = 1, /* u8: 1: a value for every document, none listed */
    OST_COLUMN_WIDTH = 2, /* u8: bytes of a number; then a zero byte */
    OST_COLUMN_COUNT = 4, /* u32: values */
    OST_COLUMN_BASE = 8,  /* u64: what is added to each integer */
    OST_COLUMN_SIZE = 16  /* u64: bytes of the column's data */
};

/* ---- values.c ---- */

/* The values of all documents in one field of one kind. */
typedef struct ost_column {
    const char *name; /* in the segment */
    size_t name_len;
    osteon_value_kind kind;
    uint32_t count; /* of values */
    /* ---- private ---- */
    bool dense;
    unsigned width;
    uint64_t base;
    uint64_t at;   /* of the data, in the section */
    uint64_t size; /* of the data */
    const uint8_t *entry, *end; /* of the directory: the next entry */
} ost_column;

/* Goes to the next column; to the first from all zero. OSTEON_NOT_FOUND (err
 * not filled): there is no more. */
OSTEON_MUST_CHECK osteon_status ost_column_next(ost_segment *segment,
                                                ost_column *c,
                                                osteon_error *err);

/* The document of value i < count; they never fall in a sound column. */
OSTEON_MUST_CHECK osteon_status ost_column_doc(ost_segment *segment,
                                               const ost_column *c, uint32_t i,
                                               uint32_t *doc,
                                               osteon_error *err);

/* Value i < count; texts are borrowed from the segment. */
OSTEON_MUST_CHECK osteon_status ost_column_value(ost_segment *segment,
                                                 const ost_column *c,
                                                 uint32_t i, osteon_field *out,
                                                 osteon_error *err);

#endif
