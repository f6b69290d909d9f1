/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Numbers of any few bits at any bit of a buffer, low bits first; and the skip
 * table, which is made of such.
 */
#ifndef OST_BITS_H
#define OST_BITS_H

#include "base.h"

static inline unsigned ost_bit_length(uint64_t value)
{
    return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll(value);
}

/* The w (0..57) bits from `bit` on. Bytes up to the eighth from the first
 * touched are read: in a section of a segment they are there, for its footer
 * follows. */
static inline uint64_t ost_bits_get(const uint8_t *bytes, uint64_t bit,
                                    unsigned w)
{
    return ost_get64(bytes + (bit >> 3)) >> (bit & 7) &
           ((UINT64_C(1) << w) - 1);
}

/* Sets bits that are zero so far to a value of at most 57 bits; as many bytes
 * are touched. */
static inline void ost_bits_set(uint8_t *bytes, uint64_t bit, uint64_t value)
{
    uint8_t *p = bytes + (bit >> 3);

    ost_put64(p, ost_get64(p) | value << (bit & 7));
}

/* ---- Skip tables ---- */

/* Where the parts of a skip table are, in bytes from its start, and their bits
 * a block. */
typedef struct ost_skip_layout {
    unsigned doc_bits, postings_bits, positions_bits;
    uint64_t postings, positions, impacts, size;
} ost_skip_layout;

/* The layout for a list of n blocks. */
static inline ost_skip_layout ost_skip_layout_of(uint64_t n,
                                                 uint32_t n_documents,
                                                 uint64_t postings_size,
                                                 uint64_t positions_size)
{
    ost_skip_layout l;

    l.doc_bits = ost_bit_length(n_documents);
    l.postings_bits = ost_bit_length(postings_size);
    l.positions_bits = ost_bit_length(positions_size) + 1;
    l.postings = (n * l.doc_bits + 7) / 8;
    l.positions = l.postings + (n * l.postings_bits + 7) / 8;
    l.impacts = l.positions + (n * l.positions_bits + 7) / 8;
    l.size = l.impacts + n;
    return l;
}

#endif
