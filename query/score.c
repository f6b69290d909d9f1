/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * BM25's parameters and the numbers made of them once a query. The formulas
 * are Robertson's, with the idf that is never negative; damping is in
 * index/norm.c.
 */
#include "score.h"

#include <math.h>

#define MOST_K1 100.0

osteon_status ost_bm25_choose(const osteon_search_options *options,
                              ost_bm25 *out, osteon_error *err)
{
    out->k1 = options->k1 < 0 ? OST_IMPACT_K1 : options->k1;
    out->b = options->b < 0 ? OST_IMPACT_B : options->b;
    if (!(out->k1 <= MOST_K1)) /* also where it is no number */
        return ost_fail(err, OSTEON_INVALID, "k1 must be from 0 to %.0f",
                        MOST_K1);
    if (!(out->b <= 1))
        return ost_fail(err, OSTEON_INVALID, "b must be from 0 to 1");
    return OSTEON_OK;
}

double ost_idf(uint64_t documents, uint64_t df)
{
    const double n = (double)df;

    return log1p(((double)documents - n + 0.5) / (n + 0.5));
}

double ost_weight(const ost_bm25 *bm25, double idf)
{
    return idf * (bm25->k1 + 1) * OST_SCORE_ONE;
}
