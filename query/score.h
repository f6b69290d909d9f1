/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * BM25 in fixed point. A score is a whole number of 2^-24ths, so that a sum
 * does not depend on the order of its parts; what a term gives to a document
 * is rounded once, here, for all ways of finding the best documents.
 *
 * Weights are in the same unit: weight * saturation is a score. A term's is
 * idf * (k1 + 1), a phrase's the sum of its members'.
 */
#ifndef OST_SCORE_H
#define OST_SCORE_H

#include "index.h"

#define OST_SCORE_ONE 16777216 /* 2^24 */

typedef struct ost_bm25 {
    double k1, b;
} ost_bm25;

/* Takes k1 and b from the options, or the defaults where they are below 0.
 *   OSTEON_INVALID  out of range, or not a number */
OSTEON_MUST_CHECK osteon_status ost_bm25_choose(
    const osteon_search_options *options, ost_bm25 *out, osteon_error *err);

/* ln(1 + (N - n + 1/2) / (n + 1/2)): never negative. */
double ost_idf(uint64_t documents, uint64_t df);

/* The weight of what has this idf. */
double ost_weight(const ost_bm25 *bm25, double idf);

/* The score of tf occurrences; 0 for none. */
static inline int64_t ost_contribution(double weight, uint32_t tf,
                                       double damping)
{
    if (OST_UNLIKELY(tf == 0))
        return 0;
    return (int64_t)(weight * (tf / (tf + damping)) + 0.5);
}

/* Sets out[i] to the contribution to docs[i], where the term occurs tfs[i]
 * (not 0) times, for all i < n. */
void ost_contributions(double weight, const double damping[256],
                       const uint8_t *norms, const uint32_t *docs,
                       const uint32_t *tfs, uint32_t n, int64_t *out);

/* No posting of this impact contributes more. The 2 is above what rounding,
 * there and here, can come to. */
static inline int64_t ost_contribution_bound(double weight,
                                             const ost_impact_scale *scale,
                                             uint8_t impact)
{
    return (int64_t)(weight * ost_impact_most(scale, impact)) + 2;
}

/* No posting of this impact contributes less. */
static inline int64_t ost_contribution_least(double weight,
                                             const ost_impact_scale *scale,
                                             uint8_t impact)
{
    const int64_t least =
        (int64_t)(weight * ost_impact_least(scale, impact)) - 2;

    return least > 0 ? least : 0;
}

#endif
