/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Encoding terms: postings, skip tables, positions and dictionary, in one
 * streaming pass. A writer encodes a range of terms in order; ranges encoded
 * side by side are then put behind each other.
 */
#ifndef OST_TERM_WRITER_H
#define OST_TERM_WRITER_H

#include "positions.h"
#include "segment_writer.h"
#include "spool.h"

typedef struct ost_term_writer ost_term_writer;

/* What a writer made of one field. */
typedef struct ost_field_terms {
    uint32_t field;    /* the caller's number */
    uint32_t n_blocks; /* of the dictionary */
    uint64_t n_terms, postings, positions;
} ost_field_terms;

/* `spill`: where output that outgrows memory goes, borrowed; `n_documents`: of
 * the segment. */
OSTEON_MUST_CHECK osteon_status ost_term_writer_open(ost_spill *spill,
                                                     uint32_t n_documents,
                                                     ost_term_writer **out,
                                                     osteon_error *err);
void ost_term_writer_close(ost_term_writer *w);

/* Begins a field: its terms follow, in order. Norms, a byte a document, and
 * their average are borrowed until the next field or the end. */
OSTEON_MUST_CHECK osteon_status
ost_term_writer_field(ost_term_writer *w, uint32_t field, const uint8_t *norms,
                      double average, osteon_error *err);

/* Begins a term of 1..OST_WORD_MAX bytes, greater than the one before. */
void ost_term_writer_begin(ost_term_writer *w, const char *term, size_t len);

/* Adds a posting: documents ascend, tf >= 1. n_positions <= tf of its
 * occurrences have a position; these never fall, and of equal ones the first is
 * kept. */
OSTEON_MUST_CHECK osteon_status
ost_term_writer_posting(ost_term_writer *w, uint32_t doc, uint32_t tf,
                        const uint32_t *positions, uint32_t n_positions,
                        osteon_error *err);

/* Adds n postings in the same way, of counts[i] positions each, which stand one
 * behind the other; those of one posting ascend. */
OSTEON_MUST_CHECK osteon_status
ost_term_writer_postings(ost_term_writer *w, size_t n, const uint32_t *docs,
                         const uint32_t *tfs, const uint32_t *counts,
                         const uint32_t *positions, osteon_error *err);

/* How many postings ost_term_writer_copy takes. */
unsigned ost_term_writer_room(const ost_term_writer *w);

/* Adds n >= 1 postings as ost_term_writer_posting does, counts[i] of whose
 * tfs[i] occurrences have positions. These are encoded already: `run` tells
 * where, and its bytes are borrowed until the term ends. One term is either of
 * such postings or of the others. */
OSTEON_MUST_CHECK osteon_status
ost_term_writer_copy(ost_term_writer *w, unsigned n, const uint32_t *docs,
                     const uint32_t *tfs, const uint32_t *counts,
                     const ost_position_run *run, osteon_error *err);

/* Ends the term; one without postings leaves no trace. */
OSTEON_MUST_CHECK osteon_status ost_term_writer_end(ost_term_writer *w,
                                                    osteon_error *err);

/* Ends the last field. */
OSTEON_MUST_CHECK osteon_status ost_term_writer_finish(ost_term_writer *w,
                                                       osteon_error *err);

/* Bytes of output held in memory; writing them out. */
size_t ost_term_writer_memory(const ost_term_writer *w);
OSTEON_MUST_CHECK osteon_status ost_term_writer_spill(ost_term_writer *w,
                                                      osteon_error *err);

/* The fields this writer met, in the order they came. */
const ost_field_terms *ost_term_writer_fields(const ost_term_writer *w,
                                              size_t *n);

/* Writes the sections of `n` finished writers, the ranges in order, as those
 * of one segment: _POSTINGS, _SKIPS, _POSITIONS, _DICTIONARY, _DIRECTORY,
 * _TEXT_CODE.
 * OSTEON_INVALID: a section would reach OST_MAX_SEGMENT. */
OSTEON_MUST_CHECK osteon_status
ost_term_writers_join(ost_term_writer *const *writers, size_t n,
                      ost_segment_writer *segment, osteon_error *err);

#endif
