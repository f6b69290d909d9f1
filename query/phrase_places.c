/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which places of a phrase's word have another where they must: ascending
 * numbers looked up among ascending numbers, eight at a time without a branch,
 * for both are short as a rule and where they meet cannot be foretold.
 */
#include "places.h"

#include "index.h"

/* Whether one of eight numbers is the one wanted. */
static inline bool among(const uint32_t *numbers, uint32_t wanted);

#if defined(__SSE2__)
#include <emmintrin.h>

static inline bool among(const uint32_t *numbers, uint32_t wanted)
{
    const __m128i w = _mm_set1_epi32((int)wanted);
    const __m128i a = _mm_loadu_si128((const __m128i *)numbers);
    const __m128i b = _mm_loadu_si128((const __m128i *)(numbers + 4));

    return _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi32(a, w),
                                          _mm_cmpeq_epi32(b, w))) != 0;
}

#else

static inline bool among(const uint32_t *numbers, uint32_t wanted)
{
    bool any = false;

    for (unsigned i = 0; i < 8; i++)
        any |= numbers[i] == wanted;
    return any;
}
#endif

_Static_assert(OST_POSITIONS_PAD >= 8, "eight are compared at once");

uint32_t ost_places_keep(const uint32_t *places, uint32_t n, int64_t distance,
                         const uint32_t *positions, uint32_t n_positions,
                         uint32_t *at, uint32_t *out)
{
    const int64_t last = positions[n_positions - 1];
    uint32_t kept = 0, i = *at, k = 0;

    while (k < n && places[k] + distance < 0)
        k++;
    for (; k < n && places[k] + distance <= last; k++) {
        const uint32_t wanted = (uint32_t)(places[k] + distance);
        while (positions[i + 7] < wanted)
            i += 8;
        out[kept] = places[k];
        kept += among(positions + i, wanted);
    }
    *at = i;
    return kept;
}
