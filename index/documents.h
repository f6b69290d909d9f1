/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the writer and the reader of document records agree on; docs/format.md,
 * "Documents".
 */
#ifndef OST_DOCUMENTS_H
#define OST_DOCUMENTS_H

#include "format.h"

/* At the head of a block: source and line of its first document, then columns
 * of packed integers, a value a document, but for the two of steps. */
typedef enum ost_doc_column {
    OST_DOC_SOURCE = 0,   /* zigzag of the step from the one before */
    OST_DOC_LINE,         /* the same */
    OST_DOC_PREFIX,       /* bytes the id shares with the one before */
    OST_DOC_SUFFIX,       /* further bytes of the id */
    OST_DOC_TITLE,        /* bytes */
    OST_DOC_LENGTH,       /* tokens */
    OST_DOC_STORED,       /* bytes of stored text + 1; 0: none */
    OST_DOC_STORED_BLOCK, /* zigzag of the step from the last text's block */
    OST_DOC_STORED_AT,
    OST_DOC_COLUMNS,
    OST_DOC_STEPS = OST_DOC_PREFIX /* columns of steps */
} ost_doc_column;

/* Bytes of text that a block can have. */
#define OST_DOC_TEXT_MAX ((size_t)OST_DOC_BLOCK * (OST_MAX_ID + OST_MAX_TITLE))

/* Steps between unsigned numbers, modulo 2^32, small ones as small numbers. */
static inline uint32_t ost_zigzag(uint32_t from, uint32_t to)
{
    const uint32_t step = to - from;

    return step << 1 ^ (step >> 31 ? UINT32_MAX : 0);
}
static inline uint32_t ost_zigzag_undo(uint32_t from, uint32_t code)
{
    return from + (code >> 1 ^ (code & 1 ? UINT32_MAX : 0));
}

/* Whether what a segment keeps of each document has the size that as many as
 * it says it has take: so what is made for each of them is bounded by the
 * size of its file.
 *   OSTEON_CORRUPT  it has not */
OSTEON_MUST_CHECK osteon_status ost_documents_check(const ost_segment *segment,
                                                    osteon_error *err);

/* ---- Going through many ---- */

/* Reads records of a segment, and keeps the block that the last one lay in:
 * those of one block are then inflated once. */
typedef struct ost_record_reader ost_record_reader;

OSTEON_MUST_CHECK osteon_status ost_record_reader_open(ost_segment *segment,
                                                       ost_record_reader **out,
                                                       osteon_error *err);
void ost_record_reader_close(ost_record_reader *r);

/* As ost_record_get. */
OSTEON_MUST_CHECK osteon_status ost_record_reader_get(ost_record_reader *r,
                                                      uint32_t doc,
                                                      ost_record *out,
                                                      osteon_error *err);

/* The source numbers of documents in any order; a block of them is held. `doc`
 * is below the number of documents. */
typedef struct ost_source_column {
    ost_segment *segment;
    uint32_t block; /* that is held, UINT32_MAX: none */
    uint32_t sources[OST_DOC_BLOCK];
} ost_source_column;

void ost_source_column_start(ost_source_column *c, ost_segment *segment);
OSTEON_MUST_CHECK osteon_status ost_source_column_get(ost_source_column *c,
                                                      uint32_t doc,
                                                      uint32_t *out,
                                                      osteon_error *err);

/* A block of stored texts as it lies in the segment: its head of 4 bytes, and
 * what follows, whose compression is not looked at. */
typedef struct ost_stored_block {
    const uint8_t *bytes;
    uint64_t size;
    uint32_t raw_size;
    bool plain; /* not compressed */
} ost_stored_block;

OSTEON_MUST_CHECK osteon_status ost_stored_block_get(ost_segment *segment,
                                                     uint64_t block,
                                                     ost_stored_block *out,
                                                     osteon_error *err);

/* ---- The id table: open addressing, u32 a slot ---- */

/* A slot holds document + 1 in the low bits, as many as the number of
 * documents has, and bits of the id's hash above; 0 is empty. */
typedef struct ost_id_slot {
    uint64_t slot; /* where to begin */
    uint32_t tag;  /* the bits above, in place */
    uint32_t mask; /* of the bits of document + 1 */
} ost_id_slot;

/* Slots for so many documents: a load of 0.8. */
static inline uint64_t ost_id_capacity(uint32_t n_documents)
{
    return (uint64_t)n_documents + n_documents / 4 + 1;
}

ost_id_slot ost_id_hash(const char *id, size_t len, uint32_t n_documents);

#endif
