/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the writer and the reader of value columns agree on; docs/format.md,
 * "Values".
 */
#ifndef OST_VALUES_H
#define OST_VALUES_H

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

#endif
