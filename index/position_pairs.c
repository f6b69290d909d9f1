/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Comparing the positions of two terms in a document as they lie in the index,
 * for processors with AVX2: eight of the one and eight of the other at a time,
 * decoded into vectors, as far as is needed; where the other's are many, they
 * are looked up. What is long, or looks damaged, is left to be read.
 */
#include "positions.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include "wide.h"

enum {
    MOST_DISTANCE = 1 << 20,
    FEW = 16 /* where all matches are counted: more are read faster */
};

/* Positions not yet decoded, their distance from before the first added. */
typedef struct stream {
    ost_position_spot spot;
    int32_t before; /* the last one decoded */
} stream;

/* Where the first eight ones of a word are: nibbles of a number that has each
 * place once are picked by the ones of either half. What stands for ones that
 * are not there means nothing. */
OST_WIDE static inline __m256i first_ones(uint32_t word, __m256i index)
{
    const uint64_t each = 0x1111111111111111, places = 0xfedcba9876543210;
    const unsigned low = (unsigned)_mm_popcnt_u32(word & 0xffff);
    const uint64_t of_low =
        _pext_u64(places, _pdep_u64(word & 0xffff, each) * 15);
    const uint64_t of_high =
        _pext_u64(places, _pdep_u64(word >> 16, each) * 15);
    const uint64_t all = of_low | of_high << 4 * (low < 8 ? low : 8);
    const __m256i nibbles = _mm256_srlv_epi32(_mm256_set1_epi32((int)all),
                                              _mm256_slli_epi32(index, 2));
    const __m256i upper =
        _mm256_cmpgt_epi32(_mm256_set1_epi32((int)low), index);

    return _mm256_add_epi32(_mm256_and_si256(nibbles, _mm256_set1_epi32(15)),
                            _mm256_andnot_si256(upper, _mm256_set1_epi32(16)));
}

/* Decodes up to eight positions, the others are `none`, and moves on. False
 * where their parts above or low ones are long, or not there. They are below
 * 2^20 more than the one before: of 32 bits, and eight of 14. */
OST_WIDE static inline bool next_eight(stream *s, int32_t none, __m256i *out)
{
    const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const ost_position_spot *spot = &s->spot;
    const uint32_t n = spot->n < 8 ? spot->n : 8;
    const int64_t k = spot->k;
    const int64_t bit = (int64_t)spot->lows_at - 4 * k;
    __m256i ones, shifts, mask, a, b, v;
    uint32_t word;

    if (k > OST_LONGEST_LOW || spot->ones_at > spot->lows_at ||
        (uint64_t)spot->n * spot->k > spot->lows_at - spot->ones_at)
        return false;
    word = (uint32_t)(ost_get64(spot->bytes + (spot->ones_at >> 3)) >>
                      (spot->ones_at & 7));
    if ((uint32_t)_mm_popcnt_u32(word) < n)
        return false;
    ones = first_ones(word, index);
    shifts = _mm256_setr_epi64x(3 * k, 2 * k, k, 0);
    mask = _mm256_set1_epi64x((1 << k) - 1);
    a = ost_four_lows(spot->bytes, bit, shifts, mask);
    b = ost_four_lows(spot->bytes, n > 4 ? bit - 4 * k : bit, shifts, mask);
    v = _mm256_permute4x64_epi64(
        _mm256_castps_si256(_mm256_shuffle_ps(_mm256_castsi256_ps(a),
                                              _mm256_castsi256_ps(b), 0x88)),
        0xd8);
    v = ost_running_sums(_mm256_add_epi32(v, _mm256_set1_epi32(1)));
    v = _mm256_add_epi32(v, _mm256_set1_epi32(s->before));
    v = _mm256_add_epi32(v, _mm256_sll_epi32(_mm256_sub_epi32(ones, index),
                                             _mm_cvtsi64_si128(k)));
    *out = _mm256_blendv_epi8(
        _mm256_set1_epi32(none), v,
        _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), index));
    s->before = _mm256_cvtsi256_si32(
        _mm256_permutevar8x32_epi32(v, _mm256_set1_epi32((int)n - 1)));
    s->spot.ones_at += (unsigned)_mm256_extract_epi32(ones, 7) + 1;
    s->spot.lows_at -= 8 * (uint64_t)k;
    s->spot.n -= n;
    return true;
}

/* How many of y's numbers are among x's. */
OST_WIDE static inline int common(__m256i x, __m256i y)
{
    __m256i equal = _mm256_cmpeq_epi32(x, y);

    for (unsigned half = 0; half < 2; half++) {
        equal = _mm256_or_si256(
            equal, _mm256_cmpeq_epi32(_mm256_shuffle_epi32(x, 0x39), y));
        equal = _mm256_or_si256(
            equal, _mm256_cmpeq_epi32(_mm256_shuffle_epi32(x, 0x4e), y));
        equal = _mm256_or_si256(
            equal, _mm256_cmpeq_epi32(_mm256_shuffle_epi32(x, 0x93), y));
        x = _mm256_permute2x128_si256(x, x, 1);
        equal = _mm256_or_si256(equal, _mm256_cmpeq_epi32(x, y));
    }
    return (int)_mm_popcnt_u32(
        (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(equal)));
}

/* Looks the one's positions up among many of the other. */
OST_WIDE static int look_up(stream few, const ost_position_spot *b, bool one)
{
    const ost_position_set set = {b->bytes, b->ones_at, b->lows_at,
                                  b->k,     b->n,       true};
    ost_position_place place = {0, 0};
    int found = 0;

    while (few.spot.n > 0 && !(one && found > 0)) {
        const uint32_t n = few.spot.n < 8 ? few.spot.n : 8;
        int32_t wanted[8];
        __m256i x;
        if (!next_eight(&few, INT32_MAX, &x))
            return -1;
        _mm256_storeu_si256((__m256i *)wanted, x);
        for (uint32_t i = 0; i < n && !(one && found > 0); i++)
            found += wanted[i] >= 0 &&
                     ost_position_set_has(&set, &place, (uint32_t)wanted[i]);
    }
    return found;
}

/* Those of the one among those of the other. Of two eights the one that ends
 * first gives way to the next, so that no two are compared twice; what stands
 * for positions that are not there is never met. */
OST_WIDE static int merge(stream few, stream others, bool one)
{
    __m256i x = _mm256_setzero_si256(), y = x;
    bool next_few = true, next_others = true;
    int found = 0;

    do {
        if ((next_few && !next_eight(&few, INT32_MAX, &x)) ||
            (next_others && !next_eight(&others, INT32_MIN, &y)))
            return -1;
        found += common(x, y);
        next_few = few.before <= others.before;
        next_others = !next_few;
    } while ((next_few ? few : others).spot.n > 0 && !(one && found > 0));
    return found;
}

/* Those of `a`, of which there are fewer, and `distance` more, among those of
 * `b`. */
OST_WIDE static inline int pair(const ost_position_spot *a,
                                const ost_position_spot *b, int32_t distance,
                                bool one)
{
    stream few = {*a, distance - 1}, others = {*b, -1};
    __m256i x, y;

    if (OST_LIKELY(b->n <= 8))
        return next_eight(&few, INT32_MAX, &x) &&
                       next_eight(&others, INT32_MIN, &y)
                   ? common(x, y)
                   : -1;
    if (a->n > (one ? OST_POSITIONS_MANY - 1 : FEW))
        return -1;
    return b->n < OST_POSITIONS_MANY ? merge(few, others, one)
                                     : look_up(few, b, one);
}

OST_WIDE void ost_position_spots_pairs(const ost_position_spot *a,
                                       const ost_position_spot *b, uint32_t n,
                                       int64_t distance, bool one, int *out)
{
    const bool near = distance < MOST_DISTANCE && -distance < MOST_DISTANCE;
    const int32_t d = near ? (int32_t)distance : 0;

    for (uint32_t i = 0; i < n; i++) {
        if (a[i].n == 0 || b[i].n == 0)
            out[i] = 0;
        else if (!near)
            out[i] = -1;
        else if (a[i].n <= b[i].n)
            out[i] = pair(&a[i], &b[i], d, one);
        else
            out[i] = pair(&b[i], &a[i], -d, one);
    }
}

#else

void ost_position_spots_pairs(const ost_position_spot *a,
                              const ost_position_spot *b, uint32_t n,
                              int64_t distance, bool one, int *out)
{
    (void)a;
    (void)b;
    (void)distance;
    (void)one;
    for (uint32_t i = 0; i < n; i++)
        out[i] = -1;
}

#endif
