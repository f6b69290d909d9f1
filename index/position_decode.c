/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Decoding the positions of a document eight at a time (docs/format.md,
 * "Positions"), for processors with AVX2. The i-th one of the parts in unary,
 * at bit b from the first, says that parts above add up to b - i; a table finds
 * all ones of a byte, four low parts come from one word, and what they add up
 * to is a running sum inside a vector.
 *
 * What looks damaged or is too large for 32-bit numbers is left to the reader
 * that takes one after another, which tells the two apart.
 */
#include "positions.h"

#include "codec_parts.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include "wide.h"

bool ost_positions_wide(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

/* Writes where the first n ones from `bit` on are, counted from `bit`, to
 * out[], which has room for seven more. False: not so many before `end`. */
OST_WIDE static bool find_ones(const uint8_t *bytes, uint64_t bit, uint64_t end,
                           uint32_t n, uint32_t *out)
{
    const uint8_t *in = bytes + (bit >> 3), *stop = bytes + ((end + 7) >> 3);
    const __m256i step = _mm256_set1_epi32(8);
    __m256i base = _mm256_sub_epi32(_mm256_setzero_si256(),
                                    _mm256_set1_epi32((int)(bit & 7)));
    unsigned byte = (unsigned)*in >> (bit & 7) << (bit & 7);

    for (uint32_t i = 0;;) {
        const __m128i places =
            _mm_loadu_si128((const __m128i *)ost_unary_places[byte]);
        _mm256_storeu_si256(
            (__m256i *)(out + i),
            _mm256_add_epi32(_mm256_cvtepu16_epi32(places), base));
        i += (uint32_t)_mm_popcnt_u32(byte);
        if (i >= n)
            return true;
        if (++in >= stop)
            return false;
        base = _mm256_add_epi32(base, step);
        byte = *in;
    }
}

/* Whether n (8 or more) numbers ascend. */
OST_WIDE static bool ascends(const uint32_t *v, uint32_t n)
{
    __m256i falls = _mm256_setzero_si256();

    for (uint32_t i = 1; i < n; i += 8) {
        const uint32_t at = i + 8 <= n ? i : n - 8; /* the last ones twice */
        const __m256i a = _mm256_loadu_si256((const __m256i *)(v + at - 1));
        const __m256i b = _mm256_loadu_si256((const __m256i *)(v + at));
        falls = _mm256_or_si256(
            falls, _mm256_andnot_si256(_mm256_cmpgt_epi32(b, a),
                                       _mm256_set1_epi32(-1)));
    }
    return _mm256_testz_si256(falls, falls) != 0;
}

/* Turns the places of ones into positions: all of them are below 2^31. */
OST_WIDE static void add_lows(const uint8_t *bytes, uint64_t lows_at,
                              uint32_t n, unsigned k, bool many, uint32_t *out)
{
    const __m256i shifts = _mm256_setr_epi64x(3 * (long long)k,
                                              2 * (long long)k, k, 0);
    const __m256i mask = _mm256_set1_epi64x((1 << k) - 1);
    const __m256i one = _mm256_set1_epi32(1), last = _mm256_set1_epi32(7);
    const __m256i step = _mm256_set1_epi32(8);
    const __m128i by = _mm_cvtsi32_si128((int)k);
    __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    __m256i before = _mm256_set1_epi32(-1);
    int64_t bit = (int64_t)lows_at - 4 * (int64_t)k;

    for (uint32_t i = 0; i < n; i += 8) {
        const __m256i ones = _mm256_loadu_si256((const __m256i *)(out + i));
        const __m256i a = ost_four_lows(bytes, bit, shifts, mask);
        /* Bits in front of the last ones' are not looked at for others. */
        const __m256i b =
            i + 4 < n ? ost_four_lows(bytes, bit - 4 * (int64_t)k, shifts, mask)
                      : a;
        __m256i sum = _mm256_permute4x64_epi64(
            _mm256_castps_si256(_mm256_shuffle_ps(_mm256_castsi256_ps(a),
                                                  _mm256_castsi256_ps(b),
                                                  0x88)),
            0xd8);
        if (!many) {
            sum = ost_running_sums(_mm256_add_epi32(sum, one));
            sum = _mm256_add_epi32(sum, before);
            before = _mm256_permutevar8x32_epi32(sum, last);
        }
        _mm256_storeu_si256(
            (__m256i *)(out + i),
            _mm256_add_epi32(
                _mm256_sll_epi32(_mm256_sub_epi32(ones, index), by), sum));
        index = _mm256_add_epi32(index, step);
        bit -= 8 * (int64_t)k;
    }
}

OST_WIDE uint64_t ost_positions_decode_wide(const uint8_t *bytes, uint64_t ones_at,
                                        uint64_t lows_at, uint32_t n,
                                        unsigned k, uint64_t limit,
                                        uint32_t *out)
{
    const bool many = n >= OST_POSITIONS_MANY;
    const uint64_t most = UINT64_C(1) << 31;
    uint64_t last;

    if (k > OST_LONGEST_LOW || lows_at - ones_at >= most ||
        !find_ones(bytes, ones_at, lows_at, n, out))
        return UINT64_MAX;
    last = out[n - 1];
    if (((last - (n - 1) + n) << k) >= most)
        return UINT64_MAX;
    add_lows(bytes, lows_at, n, k, many, out);
    if (out[n - 1] >= limit || (many && !ascends(out, n)))
        return UINT64_MAX;
    return ones_at + last + 1;
}

#else

bool ost_positions_wide(void)
{
    return false;
}

uint64_t ost_positions_decode_wide(const uint8_t *bytes, uint64_t ones_at,
                                   uint64_t lows_at, uint32_t n, unsigned k,
                                   uint64_t limit, uint32_t *out)
{
    (void)bytes;
    (void)ones_at;
    (void)lows_at;
    (void)n;
    (void)k;
    (void)limit;
    (void)out;
    return UINT64_MAX;
}
#endif
