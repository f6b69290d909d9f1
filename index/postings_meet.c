/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which of some documents are in a block of postings? Many at once, and for
 * each without a branch that depends on the answer: where two lists meet
 * cannot be foretold, and a wrong guess costs more than a look-up. The last
 * documents of eight groups tell the one group that may hold a document; all
 * of that group are compared.
 */
#include "index.h"

enum { GROUPS = 8, GROUP = OST_BLOCK / GROUPS };

/* The group that is to be looked at for a document not past the last one. */
static inline uint32_t group_of(const uint32_t *docs, uint32_t doc)
{
    uint32_t group = 0;

    for (uint32_t i = 1; i < GROUPS; i++)
        group += docs[i * GROUP - 1] < doc;
    return group * GROUP;
}

static uint32_t meet(const ost_postings *p, const uint32_t *docs, uint32_t n,
                     uint8_t *which, uint8_t *at, uint32_t *passed)
{
    const uint32_t last = p->docs[p->n - 1];
    uint32_t found = 0, i;

    for (i = 0; i < n && docs[i] <= last; i++) {
        const uint32_t from = group_of(p->docs, docs[i]);
        uint32_t place = from;
        for (uint32_t k = 0; k < GROUP; k++)
            place += p->docs[from + k] < docs[i];
        which[found] = (uint8_t)i;
        at[found] = (uint8_t)place;
        found += p->docs[place] == docs[i];
    }
    *passed = i;
    return found;
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

_Static_assert(GROUPS == 8 && GROUP == 16, "vectors of eight, and of sixteen");

__attribute__((target("avx2,bmi"))) static uint32_t
meet_wide(const ost_postings *p, const uint32_t *docs, uint32_t n,
          uint8_t *which, uint8_t *at, uint32_t *passed)
{
    const uint32_t last = p->docs[p->n - 1];
    const uint32_t *d = p->docs + GROUP - 1;
    const __m256i lasts =
        _mm256_setr_epi32((int)d[0], (int)d[16], (int)d[32], (int)d[48],
                          (int)d[64], (int)d[80], (int)d[96], (int)d[112]);
    uint32_t found = 0, i;

    for (i = 0; i < n && docs[i] <= last; i++) {
        const __m256i doc = _mm256_set1_epi32((int)docs[i]);
        const __m256i reach =
            _mm256_cmpeq_epi32(_mm256_max_epu32(lasts, doc), lasts);
        const unsigned from = GROUP * _tzcnt_u32((unsigned)_mm256_movemask_ps(
                                          _mm256_castsi256_ps(reach)));
        const __m256i *group = (const __m256i *)(p->docs + from);
        const __m256i low = _mm256_cmpeq_epi32(_mm256_loadu_si256(group), doc);
        const __m256i high =
            _mm256_cmpeq_epi32(_mm256_loadu_si256(group + 1), doc);
        const unsigned equal =
            (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(low)) |
            (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(high)) << 8;
        which[found] = (uint8_t)i;
        at[found] = (uint8_t)(from + _tzcnt_u32(equal));
        found += equal != 0;
    }
    *passed = i;
    return found;
}

#else

#define meet_wide meet

#endif

uint32_t ost_postings_meet(const ost_postings *p, const uint32_t *docs,
                           uint32_t n, uint8_t *which, uint8_t *at,
                           uint32_t *passed)
{
    *passed = 0;
    if (p->n == 0)
        return 0;
    return p->wide ? meet_wide(p, docs, n, which, at, passed)
                   : meet(p, docs, n, which, at, passed);
}
