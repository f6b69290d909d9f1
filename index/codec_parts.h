/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of the integer codec share: bits.c packs in a fixed number of
 * bits, unary.c what is above that, codec.c chooses.
 */
#ifndef OST_CODEC_PARTS_H
#define OST_CODEC_PARTS_H

#include "index.h"

typedef uint32_t ost_lanes __attribute__((vector_size(16)));

/* Bytes of n integers of w bits. */
static inline size_t ost_bits_size(unsigned n, unsigned w)
{
    return ((size_t)n * w + 7) / 8;
}

/* Packs the low w (0..32) bits of n (1..OST_BLOCK) integers. May write up to
 * seven bytes past the payload. */
void ost_bits_pack(const uint32_t *in, unsigned n, uint8_t *out, unsigned w);

/* Unpacks them. The payload ends at or before `end`, which is checked by the
 * caller; bytes up to `end` are read. `out` has room for OST_BLOCK. */
void ost_bits_unpack(const uint8_t *in, const uint8_t *end, unsigned n,
                     unsigned w, uint32_t *out);

/* ---- unary.c ---- */

/* The places of a byte's ones, ascending, then zeros. */
extern const uint16_t ost_unary_places[256][8];

/* The longest unary part of a block, in bits. */
#define OST_UNARY_MAX 2048u

/* Appends n numbers in[i] >> k in unary: so many zeros, then a one. `bits` is
 * the sum of all, n included, at most OST_UNARY_MAX. Returns the byte after. */
uint8_t *ost_unary_put(const uint32_t *in, unsigned n, unsigned k,
                       unsigned bits, uint8_t *out);

/* Reads n numbers and adds each, shifted left by k, to out[i], which is below
 * 2^k. Returns the byte after, or NULL where the bytes end too early, go on
 * past OST_UNARY_MAX bits, or a number does not fit in 32 bits; bits behind
 * the last one of its byte must be zero. */
const uint8_t *ost_unary_add(const uint8_t *in, const uint8_t *end, unsigned n,
                             unsigned k, uint32_t *out);

/* The same without instructions that not all processors have. */
const uint8_t *ost_unary_add_plain(const uint8_t *in, const uint8_t *end,
                                   unsigned n, unsigned k, uint32_t *out);

/* ost_unary_add for gaps of an ascending list, then ost_sum_gaps: NULL also
 * where a number reaches 2^31. All OST_BLOCK of out[] may be written. */
const uint8_t *ost_unary_sum(const uint8_t *in, const uint8_t *end, unsigned n,
                             unsigned k, uint32_t base, uint32_t *out);

#endif
