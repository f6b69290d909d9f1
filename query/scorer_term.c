/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The documents of one term. With a floor it jumps over blocks whose bound is
 * not above it. Invariant: documents up to `checked` lie in a block that is
 * known to be worth reading at the present floor.
 */
#include "scorer.h"

typedef struct term_scorer {
    ost_scorer base;
    ost_list *list;
    ost_postings *postings;
    const uint8_t *norms;
    const double *damping;
    double weight, factor;
    int64_t checked;
} term_scorer;

static int64_t term_bound(ost_scorer *s, uint32_t target, uint32_t *upto)
{
    term_scorer *t = (term_scorer *)s;

    return ost_contribution_bound(t->weight, t->factor,
                                  ost_list_bound(t->list, target, upto));
}

/* Goes on from `doc` to a block that may hold something above the floor. */
static int64_t term_skip(term_scorer *t, uint32_t doc)
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

static inline int64_t settle(term_scorer *t, uint32_t doc)
{
    t->base.doc = doc;
    if (t->base.floor >= 0 && t->base.doc > t->checked)
        t->base.doc = term_skip(t, doc);
    return t->base.doc;
}

static int64_t term_next(ost_scorer *s)
{
    term_scorer *t = (term_scorer *)s;

    return settle(t, ost_postings_next(t->postings));
}

static int64_t term_seek(ost_scorer *s, uint32_t target)
{
    term_scorer *t = (term_scorer *)s;

    return settle(t, ost_postings_seek(t->postings, target));
}

static inline int64_t current_score(const term_scorer *t)
{
    return ost_contribution(t->weight, ost_postings_tf(t->postings),
                            t->damping[t->norms[t->postings->doc]]);
}

static int64_t term_score(ost_scorer *s)
{
    return current_score((const term_scorer *)s);
}

static void term_set_floor(ost_scorer *s, int64_t floor)
{
    s->floor = floor;
    ((term_scorer *)s)->checked = -1;
}

static const ost_scorer_type term_type = {
    .next = term_next,
    .seek = term_seek,
    .score = term_score,
    .bound = term_bound,
    .set_floor = term_set_floor,
};

bool ost_scorer_is_term(const ost_scorer *s)
{
    return s->type == &term_type;
}

uint32_t ost_scorer_term_tf(ost_scorer *s)
{
    return ost_postings_tf(((term_scorer *)s)->postings);
}

void ost_scorer_term_collect(ost_scorer *s, uint32_t base, int64_t end,
                             bool best, int64_t *sums, uint64_t *bits)
{
    term_scorer *t = (term_scorer *)s;
    uint32_t doc = (uint32_t)s->doc;

    for (; doc < end; doc = ost_postings_next(t->postings)) {
        const uint32_t i = doc - base;
        bits[i >> 6] |= (uint64_t)1 << (i & 63);
        if (s->ranking) {
            const int64_t score = current_score(t);
            if (!best)
                sums[i] += score;
            else if (score > sums[i])
                sums[i] = score;
        }
    }
    s->doc = doc;
}

osteon_status ost_scorer_term(ost_plan *plan, const ost_part *part,
                              ost_scorer **out, osteon_error *err)
{
    const ost_leaf *leaf = part->leaves[0];
    const ost_model_field *field = leaf->field;
    term_scorer *t = ost_plan_scorer(plan, &term_type, sizeof *t);
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
    t->factor = field->factors[plan->number];
    t->checked = -1;
    t->base.max = ost_contribution_bound(t->weight, t->factor,
                                         leaf->in[plan->number].impact);
    t->base.cost = leaf->in[plan->number].df;
    *out = &t->base;
    return OSTEON_OK;
}
