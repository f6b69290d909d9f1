/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A block of the dictionary (docs/format.md, "Dictionary and directory"): what
 * it says of its terms, a column for each thing, packed as integers, and the
 * documents of small terms, those of 2 to OST_SMALL documents.
 */
#ifndef OST_TERM_BLOCK_H
#define OST_TERM_BLOCK_H

#include "format.h"

typedef enum ost_term_column {
    OST_COLUMN_SHARED = 0, /* bytes shared with the text before */
    OST_COLUMN_MORE,       /* other bytes of the text */
    OST_COLUMN_DF,         /* df - 1, of lists OST_SMALL */
    OST_COLUMN_SAME,       /* of terms of one document: 1: that of the last */
    OST_COLUMN_DOC,        /* the same, where 0: document */
    OST_COLUMN_TF,         /* of terms of one document: tf - 1 */
    OST_COLUMN_PLACED,     /* of terms of one occurrence: 1: has a position */
    OST_COLUMN_POSITION,   /* the same, where 1 */
    OST_COLUMN_LONG,       /* of lists, which have more than OST_SMALL
                            * documents: df - OST_SMALL - 1 */
    OST_COLUMN_AGAIN,      /* of lists: cf - df */
    OST_COLUMN_IMPACT,     /* of lists */
    OST_COLUMN_POSTINGS,   /* of lists: bytes */
    OST_COLUMN_POSITIONS,  /* of all but terms of one occurrence: bytes */
    OST_COLUMN_BARE,       /* the same: 1: some occurrences have no position */
    OST_N_COLUMNS
} ost_term_column;

typedef struct ost_term_columns {
    uint32_t n[OST_N_COLUMNS];
    uint32_t v[OST_N_COLUMNS][OST_BLOCK];
    /* Postings of small terms: gaps of documents, when written; tf - 1. */
    uint32_t n_small;
    uint32_t gaps[OST_TERM_BLOCK * OST_SMALL];
    uint32_t tfs[OST_TERM_BLOCK * OST_SMALL];
} ost_term_columns;

static inline void ost_term_columns_add(ost_term_columns *c,
                                        ost_term_column which, uint32_t value)
{
    c->v[which][c->n[which]++] = value;
}

/* Adds the postings of a small term, but for its df. */
void ost_term_columns_small(ost_term_columns *c, uint32_t df,
                            const uint32_t *docs, const uint32_t *tfs);

void ost_term_columns_clear(ost_term_columns *c);

/* Appends all: columns of the texts and of the terms; `large`, what is too
 * large for a column; and documents of small terms. */
void ost_term_columns_put(ost_buffer *out, ost_term_columns *c,
                          const ost_buffer *large, uint32_t n_documents);

/* Read the columns of n texts, then those of their terms, then frequencies of
 * small terms. Return the byte after, NULL where the bytes cannot be such
 * columns (or `in` is NULL). `end` is past all columns. */
const uint8_t *ost_term_columns_texts(const uint8_t *in, const uint8_t *end,
                                      uint32_t n, ost_term_columns *c);
const uint8_t *ost_term_columns_terms(const uint8_t *in, const uint8_t *end,
                                      uint32_t n, ost_term_columns *c);
const uint8_t *ost_term_columns_tfs(const uint8_t *in, const uint8_t *end,
                                    ost_term_columns *c);

/* How many of the first n values of a column are equal to `value`. */
uint32_t ost_term_columns_count(const ost_term_columns *c,
                                ost_term_column which, uint32_t n,
                                uint32_t value);

/* How many postings small terms among the first n terms have. */
uint32_t ost_term_columns_small_before(const ost_term_columns *c, uint32_t n);

/* Reads the documents of the next small term from *bit of `bytes` on, where
 * bits before `end` count. False where they cannot be such documents. */
bool ost_term_columns_docs(const uint8_t *bytes, uint64_t *bit, uint64_t end,
                           uint32_t df, uint32_t n_documents, uint32_t *docs);

#endif
