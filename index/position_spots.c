/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Finding where the positions of several postings of a block lie, to be
 * compared without being read one document after the other. All sums come
 * first, then all searches: so no step waits for a guess about how far the one
 * before goes, and what will be looked at is on its way to the processor.
 */
#include "position_bits.h"

FAST static bool find_spots(ost_postings *p, const uint8_t *at, uint32_t n,
                            ost_position_spot *out)
{
    uint64_t ones_before[OST_BLOCK], lows_before[OST_BLOCK];
    uint64_t ones = 0, lows = 0, passed = 0;
    const uint64_t end = p->lows_at;

    for (uint32_t i = p->passed; i <= at[n - 1]; i++) {
        const uint32_t count = p->counts[i];
        ones_before[i] = ones;
        lows_before[i] = lows;
        ones += count;
        lows += (uint64_t)count * low_bits(p->norms[p->docs[i]], count);
    }
    for (uint32_t i = 0; i < n; i++) {
        ost_position_spot *spot = &out[i];
        if (lows_before[at[i]] > end)
            return ost_positions_fail(p);
        spot->bytes = p->positions_at;
        spot->n = p->counts[at[i]];
        spot->k = low_bits(p->norms[p->docs[at[i]]], spot->n);
        spot->lows_at = end - lows_before[at[i]];
        if (ones_before[at[i]] > passed)
            p->ones_at = pass_ones(p->positions_at, p->ones_at, spot->lows_at,
                                   ones_before[at[i]] - passed, true);
        passed = ones_before[at[i]];
        spot->ones_at = p->ones_at;
        if (spot->ones_at > spot->lows_at ||
            (uint64_t)spot->n * spot->k + spot->n >
                spot->lows_at - spot->ones_at)
            return ost_positions_fail(p);
        __builtin_prefetch(p->positions_at + (spot->lows_at >> 3));
    }
    p->passed = at[n - 1];
    p->lows_at = out[n - 1].lows_at;
    return true;
}

bool ost_postings_spots(ost_postings *p, const uint8_t *at, uint32_t n,
                        ost_position_spot *out)
{
    if (p->term.no_positions || p->n == 0 || p->term.inlined ||
        (!p->positions_known && !ost_positions_open(p)))
        return false;
    return p->fast && p->wide && p->passed <= at[0] &&
           find_spots(p, at, n, out);
}
