/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What readers of positions share: counting and finding bits, and low bits of
 * a code. It is made twice, the second time for processors that have
 * instructions for it.
 */
#ifndef OST_POSITION_BITS_H
#define OST_POSITION_BITS_H

#include "positions.h"

#if defined(__GNUC__)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define ALWAYS_INLINE static inline
#endif

#define EACH_BYTE UINT64_C(0x0101010101010101)

/* For each byte, how many ones are in it and those below. */
static inline uint64_t running_ones(uint64_t v)
{
    v -= v >> 1 & UINT64_C(0x5555555555555555);
    v = (v & UINT64_C(0x3333333333333333)) +
        (v >> 2 & UINT64_C(0x3333333333333333));
    v = (v + (v >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return v * EACH_BYTE;
}

/* The place of the `count`-th (from 1) one of a word that has so many. The
 * byte is found by comparing all at once (as in Vigna's "Broadword
 * implementation of rank/select queries", 2008). */
static inline unsigned plain_select(uint64_t word, unsigned count)
{
    const uint64_t running = running_ones(word);
    const uint64_t reach =
        ((running | 0x80 * EACH_BYTE) - count * EACH_BYTE) & 0x80 * EACH_BYTE;
    const unsigned from = (unsigned)__builtin_ctzll(reach) & ~7u;

    count -= (unsigned)(running << 8 >> from & 0xff);
    word = word >> from;
    for (; count > 1; count--)
        word &= word - 1;
    return from + (unsigned)__builtin_ctzll(word);
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define FAST __attribute__((target("bmi,bmi2,popcnt")))

FAST static inline unsigned fast_count(uint64_t word)
{
    return (unsigned)_mm_popcnt_u64(word);
}

FAST static inline unsigned fast_select(uint64_t word, unsigned count)
{
    return (unsigned)_tzcnt_u64(_pdep_u64(UINT64_C(1) << (count - 1), word));
}

#else

#define FAST
#define fast_count(word) 0u
#define fast_select(word, count) 0u
#endif

ALWAYS_INLINE unsigned count_ones(uint64_t word, bool fast)
{
    return fast ? fast_count(word) : (unsigned)(running_ones(word) >> 56);
}

ALWAYS_INLINE unsigned select_one(uint64_t word, unsigned count, bool fast)
{
    return fast ? fast_select(word, count) : plain_select(word, count);
}

/* The bit behind the `count`-th (from 1) one from `bit` on; past `end` where
 * there are not so many. */
ALWAYS_INLINE uint64_t pass_ones(const uint8_t *bytes, uint64_t bit,
                                 uint64_t end, uint64_t count, bool fast)
{
    uint64_t base = bit & ~UINT64_C(7);

    /* Those below `bit` are counted too. */
    count += count_ones(bytes[base >> 3] & ((1u << (bit & 7)) - 1), fast);
    while (end - base >= 256 && base < end) {
        const uint8_t *at = bytes + (base >> 3);
        const unsigned ones = count_ones(ost_get64(at), fast) +
                              count_ones(ost_get64(at + 8), fast) +
                              count_ones(ost_get64(at + 16), fast) +
                              count_ones(ost_get64(at + 24), fast);
        if (ones >= count)
            break;
        count -= ones;
        base += 256;
    }
    for (; base < end; base += 64) {
        const uint64_t word = ost_get64(bytes + (base >> 3));
        const unsigned ones = count_ones(word, fast);
        if (ones >= count)
            return base + select_one(word, (unsigned)count, fast) + 1;
        count -= ones;
    }
    return UINT64_MAX;
}

/* ---- Low bits ---- */

/* The first floats from 1 on. */
#define EIGHT(i)                                                            \
    (i) + 1, (i) + 2, (i) + 3, (i) + 4, (i) + 5, (i) + 6, (i) + 7, (i) + 8
static const float ost_first_floats[64] = {
    EIGHT(0),  EIGHT(8),  EIGHT(16), EIGHT(24),
    EIGHT(32), EIGHT(40), EIGHT(48), EIGHT(56)};

/* A float's bits: its exponent and, below, the rest of it. */
ALWAYS_INLINE int32_t bits_of(const float *number)
{
    int32_t bits;

    memcpy(&bits, number, sizeof bits);
    return bits;
}

/* The same as ost_positions_low: the difference of two floats' bits has in
 * front the logarithm of their quotient, rounded down. Numbers below 2^20 are
 * floats; a span that is none differs from one in bits too low to matter. */
ALWAYS_INLINE unsigned low_bits(uint8_t norm, uint32_t n)
{
    int32_t k;

    if (OST_LIKELY(n < 64)) {
        k = bits_of(&ost_first_floats[n]);
    } else if (n >> 20 == 0) {
        const float parts = (float)(int32_t)(n + 1);
        k = bits_of(&parts);
    } else {
        return ost_positions_low(norm, n);
    }
    k = (bits_of(&ost_position_floats[norm]) - k) >> 23;
    return k < 0 ? 0 : (unsigned)k;
}

/* ---- position_reader.c ---- */

/* Finds the bytes of the decoded block's positions, for p->positions_known;
 * false after damage. */
bool ost_positions_open(ost_postings *p);

/* Ends the walk after damage; false. */
bool ost_positions_fail(ost_postings *p);

#endif
