/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writing the term dictionary (docs/format.md, "Dictionary and directory"). A
 * writer takes a range of terms in order; those of a segment are joined when
 * all are done, for only then is it known how texts are best coded.
 */
#ifndef OST_DICTIONARY_WRITER_H
#define OST_DICTIONARY_WRITER_H

#include "spool.h"
#include "term_block.h"
#include "text.h"

/* A block as it is known to its writer. */
typedef struct ost_dictionary_entry {
    uint64_t prefix; /* first 8 bytes of its first term, big-endian */
    uint64_t postings, skips, positions; /* where its first term's begin */
    uint32_t columns_size, texts_size;   /* bytes in the spools */
} ost_dictionary_entry;

typedef struct ost_dictionary_writer {
    uint32_t n_documents;
    /* Of all blocks: what is before the texts, and these, uncoded. */
    ost_spool columns, texts;
    ost_dictionary_entry *entries;
    size_t n_entries, entries_room;
    /* The open block. */
    uint32_t n; /* terms */
    ost_dictionary_entry block;
    ost_term_columns values;
    ost_buffer large; /* cf - df that take more than 32 bits */
    char last[OST_WORD_MAX];
    size_t last_len;
} ost_dictionary_writer;

/* `spill` is borrowed: where spools go. */
void ost_dictionary_writer_init(ost_dictionary_writer *w, ost_spill *spill,
                                uint32_t n_documents);
void ost_dictionary_writer_free(ost_dictionary_writer *w);

/* Begins a term of 1..OST_WORD_MAX bytes, greater than the one before in its
 * field; its lists begin at these offsets. */
void ost_dictionary_writer_term(ost_dictionary_writer *w, const char *term,
                                size_t len, uint64_t postings, uint64_t skips,
                                uint64_t positions);

/* What the dictionary says of the term: a value of a column; a frequency of
 * df, of which a small one comes with all postings; cf - df of any size, for
 * others than small ones. */
static inline void ost_dictionary_writer_add(ost_dictionary_writer *w,
                                             ost_term_column which,
                                             uint32_t value)
{
    ost_term_columns_add(&w->values, which, value);
}
void ost_dictionary_writer_small(ost_dictionary_writer *w, uint32_t df,
                                 const uint32_t *docs, const uint32_t *tfs);
void ost_dictionary_writer_again(ost_dictionary_writer *w, uint64_t again);

/* Ends the term. *ended tells whether a block ended with it. */
OSTEON_MUST_CHECK osteon_status ost_dictionary_writer_end(
    ost_dictionary_writer *w, bool *ended, osteon_error *err);

/* Ends the block, if one is open: *ended. */
OSTEON_MUST_CHECK osteon_status ost_dictionary_writer_end_block(
    ost_dictionary_writer *w, bool *ended, osteon_error *err);

/* Bytes of output held in memory; writing them out. */
size_t ost_dictionary_writer_memory(const ost_dictionary_writer *w);
OSTEON_MUST_CHECK osteon_status
ost_dictionary_writer_spill(ost_dictionary_writer *w, osteon_error *err);

/* A finished writer, and where the postings, skips and positions of its range
 * begin in the segment. */
typedef struct ost_dictionary_range {
    const ost_dictionary_writer *writer;
    uint64_t postings, skips, positions;
} ost_dictionary_range;

/* Writes _TEXT_CODE, _DICTIONARY and _DIRECTORY of a segment that has these
 * ranges, in order. *size: bytes of the dictionary, which may be too many. */
OSTEON_MUST_CHECK osteon_status
ost_dictionary_write(const ost_dictionary_range *ranges, size_t n,
                     ost_segment_writer *segment, uint64_t *size,
                     osteon_error *err);

#endif
