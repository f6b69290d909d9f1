/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Steps on vectors of eight integers that several decoders take, for x86-64
 * processors with AVX2 (ost_positions_wide): only included for these.
 */
#ifndef OST_WIDE_H
#define OST_WIDE_H

#include <immintrin.h>

#include "index.h"

#define OST_WIDE __attribute__((target("avx2,bmi,bmi2,popcnt")))

enum { OST_LONGEST_LOW = 14 }; /* bits: four and a shift by 7 fit in a word */

/* Four low parts of k bits, the first of them uppermost, from `bit` on. */
OST_WIDE static inline __m256i ost_four_lows(const uint8_t *bytes, int64_t bit,
                                             __m256i shifts, __m256i mask)
{
    const uint64_t word = ost_get64(bytes + (bit >> 3)) >> (bit & 7);

    return _mm256_and_si256(
        _mm256_srlv_epi64(_mm256_set1_epi64x((long long)word), shifts), mask);
}

/* The sums of all numbers up to each. */
OST_WIDE static inline __m256i ost_running_sums(__m256i v)
{
    v = _mm256_add_epi32(v, _mm256_slli_si256(v, 4));
    v = _mm256_add_epi32(v, _mm256_slli_si256(v, 8));
    return _mm256_add_epi32(
        v, _mm256_shuffle_epi32(_mm256_permute2x128_si256(v, v, 0x08), 0xff));
}

#endif
