/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The inside of a term's scorer, for scorers that go through its blocks
 * themselves: most of a query's time is spent there, and a call for each
 * document would be most of that.
 */
#ifndef OST_SCORER_TERM_H
#define OST_SCORER_TERM_H

#include "scorer.h"

/* With a floor it jumps over blocks whose bound is not above it. Invariant:
 * documents up to `checked` lie in a block that is known to be worth reading
 * at the present floor. */
typedef struct ost_term_scorer {
    ost_scorer base;
    ost_list *list;
    ost_postings *postings;
    const uint8_t *norms;
    const double *damping;
    double weight;
    const ost_impact_scale *scale;
    int64_t checked;
} ost_term_scorer;

/* Moves to the first document numbered `target` or higher. Only for scorers
 * without a floor. */
static inline int64_t ost_term_seek(ost_term_scorer *t, int64_t target)
{
    if (t->base.doc >= target)
        return t->base.doc;
    return t->base.doc = ost_postings_seek(t->postings, (uint32_t)target);
}

/* Makes docs[at] of the block the current document, or the first of the next
 * block where that is past its end. Only for scorers without a floor. */
static inline int64_t ost_term_move(ost_term_scorer *t, uint32_t at)
{
    return t->base.doc = ost_postings_move(t->postings, at);
}

/* Sets scores[i] for docs[i] of the block from the current one up to `to`;
 * false after damage, when there are no more documents. */
static inline bool ost_term_scores(ost_term_scorer *t, uint32_t to,
                                   int64_t scores[OST_BLOCK])
{
    ost_postings *p = t->postings;
    const uint32_t at = p->at;

    if (!ost_postings_load_tfs(p)) {
        t->base.doc = OST_DOC_END;
        return false;
    }
    ost_contributions(t->weight, t->damping, t->norms, p->docs + at,
                      p->tfs + at, to - at, scores + at);
    return true;
}

/* Sets scores[i] for the n documents at places at[] of the block, whose
 * frequencies are loaded. */
static inline void ost_term_scores_at(const ost_term_scorer *t,
                                      const uint8_t *at, uint32_t n,
                                      int64_t scores[OST_BLOCK])
{
    const ost_postings *p = t->postings;
    uint32_t docs[OST_BLOCK], tfs[OST_BLOCK];

    for (uint32_t i = 0; i < n; i++) {
        docs[i] = p->docs[at[i]];
        tfs[i] = p->tfs[at[i]];
    }
    ost_contributions(t->weight, t->damping, t->norms, docs, tfs, n, scores);
}

/* count_terms.c: keeps those of n ascending documents, OST_BLOCK at most, that
 * the term has, and returns how many. It is moved past none it was not asked
 * for. Only for scorers without a floor. */
uint32_t ost_term_keep(ost_term_scorer *t, uint32_t *docs, uint32_t n);

#endif
