/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a term gives to the documents of a block, several at a time where the
 * processor has AVX2. Both ways do the operations of ost_contribution in its
 * order, so they agree in every bit.
 */
#include "score.h"

static void one_by_one(double weight, const double damping[256],
                       const uint8_t *norms, const uint32_t *docs,
                       const uint32_t *tfs, uint32_t n, int64_t *out)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = ost_contribution(weight, tfs[i], damping[norms[docs[i]]]);
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

/* Below 2^52 a double added to 2^52 has its whole part in the low bits. */
#define WHOLE 0x1p52

__attribute__((target("avx2"))) static void
four_at_once(double weight, const double damping[256], const uint8_t *norms,
             const uint32_t *docs, const uint32_t *tfs, uint32_t n,
             int64_t *out)
{
    const __m256d whole = _mm256_set1_pd(WHOLE);

    for (uint32_t i = 0; i < n; i += 4) {
        const __m128i counts = _mm_loadu_si128((const __m128i *)(tfs + i));
        const __m256d tf = _mm256_cvtepi32_pd(counts);
        const __m256d under = _mm256_set_pd(
            damping[norms[docs[i + 3]]], damping[norms[docs[i + 2]]],
            damping[norms[docs[i + 1]]], damping[norms[docs[i]]]);
        __m256d score = _mm256_div_pd(tf, _mm256_add_pd(tf, under));
        score = _mm256_mul_pd(_mm256_set1_pd(weight), score);
        score = _mm256_add_pd(score, _mm256_set1_pd(0.5));
        score = _mm256_round_pd(score, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
        _mm256_storeu_si256((__m256i *)(out + i),
                            _mm256_xor_si256(
                                _mm256_castpd_si256(
                                    _mm256_add_pd(score, whole)),
                                _mm256_castpd_si256(whole)));
    }
}

/* Counts must be signed for the conversion, and scores below WHOLE. */
static bool fits(double weight, const uint32_t *tfs, uint32_t n)
{
    uint32_t any = 0;

    for (uint32_t i = 0; i < n; i++)
        any |= tfs[i];
    return any <= INT32_MAX && weight < WHOLE / 2;
}

void ost_contributions(double weight, const double damping[256],
                       const uint8_t *norms, const uint32_t *docs,
                       const uint32_t *tfs, uint32_t n, int64_t *out)
{
    const uint32_t fours = n / 4 * 4;

    if (fours > 0 && __builtin_cpu_supports("avx2") &&
        fits(weight, tfs, fours)) {
        four_at_once(weight, damping, norms, docs, tfs, fours, out);
        docs += fours;
        tfs += fours;
        out += fours;
        n -= fours;
    }
    one_by_one(weight, damping, norms, docs, tfs, n, out);
}

#else

void ost_contributions(double weight, const double damping[256],
                       const uint8_t *norms, const uint32_t *docs,
                       const uint32_t *tfs, uint32_t n, int64_t *out)
{
    one_by_one(weight, damping, norms, docs, tfs, n, out);
}

#endif
