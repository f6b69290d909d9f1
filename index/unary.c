/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Numbers in unary, the high parts of split integers (docs/format.md, "Packed
 * integers"): as many zero bits as the number says, then a one. So the i-th
 * number is the distance of two neighbouring ones, and reading a block is
 * finding all ones of a string of bits: eight at a time, by a table of where
 * they are in a byte (as in Lemire's "Iterating over set bits quickly", 2018).
 */
#include "codec_parts.h"
#include "positions.h"

/* How many ones of byte b are below bit i, and the place of its r-th one. */
#define BELOW(b, i) COUNT((b) & ((1 << (i)) - 1))
#define IS(b, r, i) (((b) >> (i) & 1) && BELOW(b, i) == (r) ? (i) : 0)
#define PLACE(b, r)                                                         \
    IS(b, r, 0) + IS(b, r, 1) + IS(b, r, 2) + IS(b, r, 3) + IS(b, r, 4) +   \
        IS(b, r, 5) + IS(b, r, 6) + IS(b, r, 7)
#define PLACES(b)                                                           \
    {                                                                       \
        PLACE(b, 0), PLACE(b, 1), PLACE(b, 2), PLACE(b, 3), PLACE(b, 4),    \
            PLACE(b, 5), PLACE(b, 6), PLACE(b, 7)                           \
    }
#define COUNT(b)                                                            \
    (((b) & 1) + ((b) >> 1 & 1) + ((b) >> 2 & 1) + ((b) >> 3 & 1) +         \
     ((b) >> 4 & 1) + ((b) >> 5 & 1) + ((b) >> 6 & 1) + ((b) >> 7 & 1))
#define FOUR(of, b) of(b), of((b) + 1), of((b) + 2), of((b) + 3)
#define SIXTEEN(of, b)                                                      \
    FOUR(of, b), FOUR(of, (b) + 4), FOUR(of, (b) + 8), FOUR(of, (b) + 12)
#define SIXTY_FOUR(of, b)                                                   \
    SIXTEEN(of, b), SIXTEEN(of, (b) + 16), SIXTEEN(of, (b) + 32),           \
        SIXTEEN(of, (b) + 48)
#define ALL_BYTES(of)                                                       \
    SIXTY_FOUR(of, 0), SIXTY_FOUR(of, 64), SIXTY_FOUR(of, 128),             \
        SIXTY_FOUR(of, 192)

const uint16_t ost_unary_places[256][8] = {ALL_BYTES(PLACES)};
static const uint8_t counts[256] = {ALL_BYTES(COUNT)};

uint8_t *ost_unary_put(const uint32_t *in, unsigned n, unsigned k,
                       unsigned bits, uint8_t *out)
{
    uint8_t *const end = out + (bits + 7) / 8;
    uint64_t held = 0; /* bits not yet written, the lowest `at` of a word */
    uint32_t at = 0;

    for (unsigned i = 0; i < n; i++) {
        for (at += in[i] >> k; OST_UNLIKELY(at >= 64); at -= 64) {
            ost_put64(out, held);
            out += 8;
            held = 0;
        }
        held |= (uint64_t)1 << at++;
    }
    for (; out < end; held >>= 8)
        *out++ = (uint8_t)held;
    return end;
}

#if defined(__GNUC__)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define ALWAYS_INLINE static inline
#endif

/* Writes where the ones are to at[0..n); room for eight more. */
ALWAYS_INLINE const uint8_t *find_ones(const uint8_t *in, const uint8_t *end,
                                       unsigned n, uint16_t *at)
{
    typedef uint16_t eight __attribute__((vector_size(16)));
    unsigned i = 0;
    uint16_t base = 0;

    if (end - in > OST_UNARY_MAX / 8)
        end = in + OST_UNARY_MAX / 8;
    while (i < n) {
        eight v;
        if (in >= end)
            return NULL;
        memcpy(&v, ost_unary_places[*in], sizeof v);
        v += base;
        memcpy(at + i, &v, sizeof v);
        i += counts[*in++];
        base = (uint16_t)(base + 8);
    }
    return i == n ? in : NULL;
}

/* Adds n numbers, whose ones are at at[1..n], a one before the first being at
 * at[0]. False where one does not fit. */
ALWAYS_INLINE bool add(const uint16_t *at, unsigned n, unsigned k,
                       uint32_t *out)
{
    uint16_t most = 0;

    for (unsigned i = 0; i < n; i++) {
        const uint16_t high = (uint16_t)(at[i + 1] - at[i] - 1);
        most |= high;
        out[i] |= (uint32_t)high << k;
    }
    return (uint64_t)most << k <= UINT32_MAX;
}

const uint8_t *ost_unary_add_plain(const uint8_t *in, const uint8_t *end,
                                   unsigned n, unsigned k, uint32_t *out)
{
    uint16_t at[1 + OST_BLOCK + 8];

    at[0] = UINT16_MAX;
    in = find_ones(in, end, n, at + 1);
    return in != NULL && add(at, n, k, out) ? in : NULL;
}

#if defined(__x86_64__) && defined(__GNUC__)
#include "wide.h"

OST_WIDE static inline void find_in_byte(unsigned byte, uint16_t base,
                                     uint16_t *at, unsigned *n)
{
    const __m128i places =
        _mm_loadu_si128((const __m128i *)ost_unary_places[byte]);

    _mm_storeu_si128((__m128i *)(at + *n),
                     _mm_add_epi16(places, _mm_set1_epi16((short)base)));
    *n += (unsigned)_mm_popcnt_u32(byte);
}

/* As find_ones, eight bytes at a time as long as there are so many: what is
 * behind the last one, and more ones, may be found; room for 72 more. */
OST_WIDE static inline const uint8_t *find_ones_wide(const uint8_t *in,
                                                 const uint8_t *end,
                                                 unsigned n, uint16_t *at)
{
    const uint8_t *p = in;
    unsigned found = 0;

    if (end - in > OST_UNARY_MAX / 8)
        end = in + OST_UNARY_MAX / 8;
    while (found < n) {
        const uint16_t base = (uint16_t)((p - in) * 8);
        if (OST_LIKELY(end - p >= 8)) {
            const uint64_t word = ost_get64(p);
#pragma GCC unroll 8
            for (unsigned i = 0; i < 64; i += 8)
                find_in_byte(word >> i & 0xff, (uint16_t)(base + i), at,
                             &found);
            p += 8;
        } else if (p < end) {
            find_in_byte(*p++, base, at, &found);
        } else {
            return NULL;
        }
    }
    p = in + at[n - 1] / 8 + 1;
    return found == n || at[n] >= (p - in) * 8 ? p : NULL;
}

OST_WIDE static const uint8_t *add_wide(const uint8_t *in, const uint8_t *end,
                                    unsigned n, unsigned k, uint32_t *out)
{
    uint16_t at[1 + OST_BLOCK + 72];

    at[0] = UINT16_MAX;
    in = find_ones_wide(in, end, n, at + 1);
    return in != NULL && add(at, n, k, out) ? in : NULL;
}

/* With the i-th one at `at`, high parts add up to at - i: only the low ones
 * are summed. */
OST_WIDE static const uint8_t *sum_wide(const uint8_t *in, const uint8_t *end,
                                    unsigned n, unsigned k, uint32_t base,
                                    uint32_t *out)
{
    const __m256i seventh = _mm256_set1_epi32(7), step = _mm256_set1_epi32(8);
    const __m128i by = _mm_cvtsi32_si128((int)k);
    __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    __m256i before = _mm256_set1_epi32((int)base);
    uint16_t at[OST_BLOCK + 72];

    in = find_ones_wide(in, end, n, at);
    for (unsigned i = 0; i < n && in != NULL; i += 8) {
        const __m256i ones = _mm256_cvtepu16_epi32(
            _mm_loadu_si128((const __m128i *)(at + i)));
        const __m256i high =
            _mm256_sll_epi32(_mm256_sub_epi32(ones, index), by);
        const __m256i low = ost_running_sums(
            _mm256_loadu_si256((const __m256i *)(out + i)));
        _mm256_storeu_si256(
            (__m256i *)(out + i),
            _mm256_add_epi32(_mm256_add_epi32(high, index),
                             _mm256_add_epi32(low, before)));
        before = _mm256_add_epi32(before,
                                  _mm256_permutevar8x32_epi32(low, seventh));
        index = _mm256_add_epi32(index, step);
    }
    return in;
}

#else

#define add_wide ost_unary_add_plain
#define sum_wide(in, end, n, k, base, out) NULL
#endif

const uint8_t *ost_unary_add(const uint8_t *in, const uint8_t *end, unsigned n,
                             unsigned k, uint32_t *out)
{
    return ost_positions_wide() ? add_wide(in, end, n, k, out)
                     : ost_unary_add_plain(in, end, n, k, out);
}

const uint8_t *ost_unary_sum(const uint8_t *in, const uint8_t *end, unsigned n,
                             unsigned k, uint32_t base, uint32_t *out)
{
    /* Up to 2^11 ones, and as many low parts, stay below 2^31, and so does
     * `base`: no sum wraps. */
    if (ost_positions_wide() && k < 20 && base >> 31 == 0) {
        in = sum_wide(in, end, n, k, base, out);
    } else {
        in = ost_unary_add(in, end, n, k, out);
        if (in != NULL && !ost_sum_gaps(out, n, base))
            return NULL;
    }
    return in != NULL && out[n - 1] >> 31 == 0 ? in : NULL;
}
