/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The code of positions (docs/format.md, "Positions"): each posting's by
 * itself, with a parameter that follows from the document's length and their
 * number, so that one document's are read without its neighbours'.
 */
#ifndef OST_POSITIONS_H
#define OST_POSITIONS_H

#include "index.h"

/* What low bits follow from: of each norm byte the largest length it stands
 * for, and 16; the same rounded. */
extern const uint32_t ost_position_spans[256];
extern const float ost_position_floats[256];

/* Where a field's length is the byte `norm`, positions at or past this are not
 * kept: the unary part of a code stays within some bytes a position. */
uint32_t ost_positions_limit(uint8_t norm);

/* From so many of a document on, they themselves are split, not their
 * distances: at 64, 0.9 % more for all positions of an encyclopedia. */
#define OST_POSITIONS_MANY 64u

/* Low bits of each of n positions in a document of that length. */
unsigned ost_positions_low(uint8_t norm, uint32_t n);

/* Whether a position in a document of that length is at its limit or past
 * it. */
static inline bool ost_position_is_far(uint8_t norm, uint32_t position)
{
    return position >> 8 >= ost_position_spans[norm];
}

/* Appends, where some occurrences of n postings have no position, how many of
 * each posting. False: no memory. */
bool ost_positions_put_without(ost_buffer *out, unsigned n,
                               const uint32_t *tfs, const uint32_t *counts);

/* Appends the positions of n (1..OST_BLOCK) postings: counts[i] of the tfs[i]
 * occurrences in a document of length norms[i] have one, ascending and below
 * the limit; nothing where there are none at all. *bare tells whether any
 * occurrence has none, which decoding needs to know. False: no memory. */
bool ost_positions_put(ost_buffer *out, unsigned n, const uint8_t *norms,
                       const uint32_t *tfs, const uint32_t *counts,
                       const uint32_t *positions, bool *bare);

/* ---- Copying what is encoded: position_runs.c ---- */

/* The positions of postings that follow each other in one block, as they lie
 * there: of the string of bits at `bytes`, n_ones from ones_at on, which are in
 * unary, and the n_lows low ones before lows_at. No bytes: there are none (of
 * either), or they are made of the one `position` of one posting. */
typedef struct ost_position_run {
    const uint8_t *bytes;
    uint64_t ones_at, n_ones, lows_at, n_lows;
    uint32_t position;
} ost_position_run;

/* A run of one posting that has one position, in a document of that length. */
ost_position_run ost_position_run_of(uint8_t norm, uint32_t position);

/* The position in a run of one posting that has one. */
uint32_t ost_position_run_only(const ost_position_run *run);

/* As ost_positions_put, for what runs hold, in order. Positions are not looked
 * at, only their bits: what is damaged stays so. False: no memory. */
bool ost_position_runs_put(ost_buffer *out, unsigned n, const uint32_t *tfs,
                           const uint32_t *counts,
                           const ost_position_run *runs, unsigned n_runs,
                           bool *bare);

/* ---- position_decode.c ---- */

/* Whether the processor can do the following. */
bool ost_positions_wide(void);

/* Decodes n (1 or more) positions of k low bits, which are there: parts above
 * from bit ones_at upwards, low ones from lows_at downwards. All are below
 * `limit`. out[] has room for OST_POSITIONS_PAD more, which may be written.
 * Returns the bit behind the last part above, UINT64_MAX where they are to be
 * decoded otherwise, or are damaged. Of bytes[] up to six in front and eight
 * behind are looked at: in a section of a segment they are there. */
uint64_t ost_positions_decode_wide(const uint8_t *bytes, uint64_t ones_at,
                                   uint64_t lows_at, uint32_t n, unsigned k,
                                   uint64_t limit, uint32_t *out);

/* ---- position_reader.c ---- */

/* Tells where the positions of the current posting and n - 1 behind it in its
 * block lie, and counts[n] of each; of a term of one occurrence `position`
 * only, the count of ones being 0. Within a block postings are asked for in
 * ascending order. False after damage (see status). */
bool ost_postings_run(ost_postings *p, uint32_t n, uint32_t *counts,
                      ost_position_run *out);

#endif
