/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which beginnings of a phrase have a word where they must: ascending numbers
 * looked up among ascending numbers, eight at a time without a branch, for
 * both are short as a rule and where they meet cannot be foretold.
 */
#include "scorer.h"

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

uint32_t ost_starts_keep(uint32_t *starts, uint32_t n, uint32_t offset,
                         const uint32_t *positions, uint32_t n_positions,
                         uint32_t *at)
{
    const uint32_t last = positions[n_positions - 1];
    uint32_t kept = 0, i = *at;

    for (uint32_t k = 0; k < n; k++) {
        const uint32_t start = starts[k];
        if (last < offset || start > last - offset)
            break;
        while (positions[i + 7] < start + offset)
            i += 8;
        starts[kept] = start;
        kept += among(positions + i, start + offset);
    }
    *at = i;
    return kept;
}
