/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Documents that any child matches, one by one; their sum or the best of
 * them. Made to be led by another scorer, and for a small number of children:
 * each step looks at all of them.
 */
#include "scorer.h"

typedef struct any_scorer {
    ost_scorer base;
    ost_scorer **children;
    uint32_t n;
    bool best;
    int64_t value; /* what match() found */
} any_scorer;

static int64_t first_doc(any_scorer *a)
{
    int64_t doc = OST_DOC_END;

    for (uint32_t i = 0; i < a->n; i++)
        if (a->children[i]->doc < doc)
            doc = a->children[i]->doc;
    return a->base.doc = doc;
}

static int64_t any_seek(ost_scorer *s, uint32_t target)
{
    any_scorer *a = (any_scorer *)s;

    for (uint32_t i = 0; i < a->n; i++)
        ost_scorer_seek(a->children[i], target);
    return first_doc(a);
}

static int64_t any_next(ost_scorer *s)
{
    any_scorer *a = (any_scorer *)s;

    for (uint32_t i = 0; i < a->n; i++) {
        ost_scorer *c = a->children[i];
        if (c->doc == s->doc)
            c->type->next(c);
    }
    return first_doc(a);
}

static int64_t join(const any_scorer *a, int64_t x, int64_t y)
{
    if (!a->best)
        return x + y;
    return x > y ? x : y;
}

/* The score of the children that need no verifying; *any tells whether there
 * is one. */
static int64_t certain(const any_scorer *a, bool *any)
{
    int64_t score = 0;

    *any = false;
    for (uint32_t i = 0; i < a->n; i++) {
        ost_scorer *c = a->children[i];
        if (c->doc != a->base.doc || c->verify)
            continue;
        *any = true;
        if (a->base.ranking)
            score = join(a, score, c->type->score(c));
    }
    return score;
}

/* What the other children that are at this document can give. */
static int64_t uncertain(const any_scorer *a)
{
    int64_t most = 0;

    for (uint32_t i = 0; i < a->n; i++) {
        const ost_scorer *c = a->children[i];
        if (c->doc == a->base.doc && c->verify)
            most = join(a, most, c->max);
    }
    return most;
}

static bool any_match(ost_scorer *s, int64_t floor)
{
    any_scorer *a = (any_scorer *)s;
    bool any;
    int64_t score = certain(a, &any);
    int64_t rest = uncertain(a);

    for (uint32_t i = 0; i < a->n && (s->ranking || !any); i++) {
        ost_scorer *c = a->children[i];
        int64_t needed = floor;
        if (c->doc != s->doc || !c->verify)
            continue;
        if (floor >= 0 && join(a, score, rest) <= floor)
            break;
        if (a->best) {
            /* Below the best so far it does not count. */
            if (any && score > needed)
                needed = score;
        } else {
            rest -= c->max;
            needed = floor - score - rest;
        }
        if (!c->type->match(c, needed))
            continue;
        any = true;
        if (s->ranking)
            score = join(a, score, c->type->score(c));
    }
    a->value = score;
    return any;
}

static int64_t any_score(ost_scorer *s)
{
    const any_scorer *a = (const any_scorer *)s;
    bool any;

    return s->verify ? a->value : certain(a, &any);
}

static int64_t any_bound(ost_scorer *s, uint32_t target, uint32_t *upto)
{
    const any_scorer *a = (const any_scorer *)s;
    int64_t most = 0;

    *upto = OST_DOC_END;
    for (uint32_t i = 0; i < a->n; i++) {
        ost_scorer *c = a->children[i];
        uint32_t end;
        most = join(a, most, c->type->bound(c, target, &end));
        if (end < *upto)
            *upto = end;
    }
    return most;
}

/* The best of several is above a floor only where one of them is. */
static void any_set_floor(ost_scorer *s, int64_t floor)
{
    any_scorer *a = (any_scorer *)s;

    s->floor = floor;
    for (uint32_t i = 0; i < a->n && a->best; i++)
        a->children[i]->type->set_floor(a->children[i], floor);
}

static const ost_scorer_type any_type = {
    .next = any_next,
    .seek = any_seek,
    .match = any_match,
    .score = any_score,
    .bound = any_bound,
    .set_floor = any_set_floor,
};

ost_scorer *ost_scorer_any(ost_plan *plan, ost_scorer **children, uint32_t n,
                           bool best)
{
    any_scorer *a = ost_plan_scorer(plan, &any_type, sizeof *a);

    if (a == NULL)
        return NULL;
    a->children = children;
    a->n = n;
    a->best = best;
    for (uint32_t i = 0; i < n; i++) {
        const ost_scorer *c = children[i];
        a->base.max = join(a, a->base.max, c->max);
        a->base.cost += c->cost;
        a->base.verify = a->base.verify || c->verify;
    }
    return &a->base;
}
