/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A block of the dictionary (docs/format.md, "Dictionary and directory"): what
 * it says of its terms, a column for each thing, packed as integers.
 */
#ifndef OST_TERM_BLOCK_H
#define OST_TERM_BLOCK_H

#include "format.h"

typedef enum ost_term_column {
    OST_COLUMN_SHARED = 0, /* bytes shared with the text before */
    OST_COLUMN_MORE,       /* other bytes of the text */
    OST_COLUMN_DF,         /* df - 1 */
    OST_COLUMN_DOC,        /* of terms of one document */
    OST_COLUMN_TF,         /* the same: tf - 1 */
    OST_COLUMN_POSITION,   /* of terms of one occurrence: 1 + it, 0: none */
    OST_COLUMN_AGAIN,      /* of the others, lists: cf - df */
    OST_COLUMN_IMPACT,     /* of lists */
    OST_COLUMN_POSTINGS,   /* of lists: bytes */
    OST_COLUMN_POSITIONS,  /* of all but terms of one occurrence: bytes */
    OST_COLUMN_BARE,       /* the same: 1: some occurrences have no position */
    OST_N_COLUMNS
} ost_term_column;

typedef struct ost_term_columns {
    uint32_t n[OST_N_COLUMNS];
    uint32_t v[OST_N_COLUMNS][OST_BLOCK];
} ost_term_columns;

static inline void ost_term_columns_add(ost_term_columns *c,
                                        ost_term_column which, uint32_t value)
{
    c->v[which][c->n[which]++] = value;
}

/* Appends columns first..last. */
void ost_term_columns_put(ost_buffer *out, const ost_term_columns *c,
                          ost_term_column first, ost_term_column last);

/* Reads the columns of n texts, then those of their terms. Return the byte
 * after, NULL where the bytes cannot be such columns. */
const uint8_t *ost_term_columns_texts(const uint8_t *in, const uint8_t *end,
                                      uint32_t n, ost_term_columns *c);
const uint8_t *ost_term_columns_terms(const uint8_t *in, const uint8_t *end,
                                      uint32_t n, ost_term_columns *c);

#endif
