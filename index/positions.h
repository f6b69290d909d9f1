/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The code of positions (docs/format.md, "Positions"): each posting's by
 * itself, with a parameter that follows from the document's length and their
 * number, so that one document's are read without its neighbours'.
 */
#ifndef OST_POSITIONS_H
#define OST_POSITIONS_H

#include "index.h"

/* Where a field's length is the byte `norm`, positions at or past this are not
 * kept: the unary part of a code stays within some bytes a position. */
uint32_t ost_positions_limit(uint8_t norm);

/* From so many of a document on, they themselves are split, not their
 * distances: at 64, 0.9 % more for all positions of an encyclopedia. */
#define OST_POSITIONS_MANY 64u

/* Low bits of each of n positions in a document of that length. */
unsigned ost_positions_low(uint8_t norm, uint32_t n);

/* Appends the positions of n (1..OST_BLOCK) postings: counts[i] of the tfs[i]
 * occurrences in docs[i] have one, ascending and below the limit; nothing
 * where there are none at all. *bare tells whether any occurrence has none,
 * which decoding needs to know. False: no memory. */
bool ost_positions_put(ost_buffer *out, unsigned n, const uint32_t *docs,
                       const uint32_t *tfs, const uint32_t *counts,
                       const uint8_t *norms, const uint32_t *positions,
                       bool *bare);

#endif
