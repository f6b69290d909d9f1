/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The documents of one term.
 */
#include "scorer_term.h"

static int64_t term_bound(ost_scorer *s, uint32_t target, uint32_t *upto)
{
    ost_term_scorer *t = (ost_term_scorer *)s;

    return ost_contribution_bound(t->weight, t->scale,
                                  ost_list_bound(t->list, target, upto));
}

/* Goes on from `doc` to a block that may hold something above the floor. */
static int64_t term_skip(ost_term_scorer *t, uint32_t doc)
{
    while (doc != OST_DOC_END) {
        uint32_t upto;
        if (term_bound(&t->base, doc, &upto) > t->base.floor) {
            t->checked = upto;
            break;
        }
        doc = upto == OST_DOC_END ? OST_DOC_END
                                  : ost_postings_seek(t->postings, upto + 1);
    }
    return doc;
}

static inline int64_t settle(ost_term_scorer *t, uint32_t doc)
{
    t->base.doc = doc;
    if (t->base.floor >= 0 && t->base.doc > t->checked)
        t->base.doc = term_skip(t, doc);
    return t->base.doc;
}

static int64_t term_next(ost_scorer *s)
{
    ost_term_scorer *t = (ost_term_scorer *)s;

    return settle(t, ost_postings_next(t->postings));
}

static int64_t term_seek(ost_scorer *s, uint32_t target)
{
    ost_term_scorer *t = (ost_term_scorer *)s;

    return settle(t, ost_postings_seek(t->postings, target));
}

static int64_t term_score(ost_scorer *s)
{
    const ost_term_scorer *t = (const ost_term_scorer *)s;

    return ost_contribution(t->weight, ost_postings_tf(t->postings),
                            t->damping[t->norms[t->postings->doc]]);
}

/* As many documents as there are blocks have a block's impact. */
static int64_t term_seed(ost_scorer *s, uint64_t k)
{
    const ost_term_scorer *t = (const ost_term_scorer *)s;

    return ost_contribution_least(t->weight, t->scale,
                                  ost_postings_kth_impact(t->postings, k));
}

static void term_set_floor(ost_scorer *s, int64_t floor)
{
    s->floor = floor;
    ((ost_term_scorer *)s)->checked = -1;
}

static const ost_scorer_type term_type = {
    .next = term_next,
    .seek = term_seek,
    .score = term_score,
    .bound = term_bound,
    .set_floor = term_set_floor,
    .seed = term_seed,
};

bool ost_scorer_is_term(const ost_scorer *s)
{
    return s->type == &term_type;
}

uint32_t ost_scorer_term_tf(ost_scorer *s)
{
    return ost_postings_tf(((ost_term_scorer *)s)->postings);
}

void ost_scorer_term_collect(ost_scorer *s, uint32_t base, int64_t end,
                             bool best, int64_t *sums, uint64_t *bits)
{
    ost_term_scorer *t = (ost_term_scorer *)s;
    ost_postings *p = t->postings;
    int64_t scores[OST_BLOCK];

    while (s->doc < end) {
        const uint32_t from = p->at, to = ost_postings_find(p, end);
        for (uint32_t k = from; k < to; k++) {
            const uint32_t i = p->docs[k] - base;
            bits[i >> 6] |= (uint64_t)1 << (i & 63);
        }
        if (s->ranking && !ost_term_scores(t, to, scores))
            return;
        for (uint32_t k = from; k < to && s->ranking; k++) {
            int64_t *sum = &sums[p->docs[k] - base];
            if (!best)
                *sum += scores[k];
            else if (scores[k] > *sum)
                *sum = scores[k];
        }
        ost_term_move(t, to);
    }
}

osteon_status ost_scorer_term(ost_plan *plan, const ost_part *part,
                              ost_scorer **out, osteon_error *err)
{
    const ost_leaf *leaf = part->leaves[0];
    const ost_model_field *field = leaf->field;
    ost_term_scorer *t = ost_plan_scorer(plan, &term_type, sizeof *t);
    osteon_status s;

    *out = NULL;
    if (t == NULL)
        return ost_fail_memory(err);
    s = ost_plan_list(plan, leaf, &t->list, err);
    if (s != OSTEON_OK)
        return s;
    t->postings = t->list->postings;
    t->norms = field->views[plan->number].norms;
    t->damping = field->damping;
    t->weight = part->weight;
    t->scale = &field->scales[plan->number];
    t->checked = -1;
    t->base.max = ost_contribution_bound(t->weight, t->scale,
                                         leaf->in[plan->number].impact);
    t->base.cost = leaf->in[plan->number].df;
    *out = &t->base;
    return OSTEON_OK;
}
