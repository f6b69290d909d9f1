/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A required part that decides, an optional one that only adds to the score,
 * and an excluded one; and all documents, with score 0, for queries that only
 * exclude.
 */
#include "scorer.h"

typedef struct filter_scorer {
    ost_scorer base;
    ost_scorer *required, *optional, *excluded; /* the last two may be NULL */
    int64_t checked;                            /* as a term's */
} filter_scorer;

static int64_t filter_bound(ost_scorer *s, uint32_t target, uint32_t *upto)
{
    const filter_scorer *f = (const filter_scorer *)s;
    int64_t bound = f->required->type->bound(f->required, target, upto);

    if (f->optional != NULL) {
        uint32_t end;
        bound += f->optional->type->bound(f->optional, target, &end);
        if (end < *upto)
            *upto = end;
    }
    return bound;
}

/* Goes on from `doc` to a stretch that may hold something above the floor. */
static int64_t settle(filter_scorer *f, int64_t doc)
{
    while (f->base.floor >= 0 && doc != OST_DOC_END && doc > f->checked) {
        uint32_t upto;
        if (filter_bound(&f->base, (uint32_t)doc, &upto) > f->base.floor)
            f->checked = upto;
        else
            doc = upto == OST_DOC_END
                      ? OST_DOC_END
                      : ost_scorer_seek(f->required, (int64_t)upto + 1);
    }
    return f->base.doc = doc;
}

static int64_t filter_next(ost_scorer *s)
{
    filter_scorer *f = (filter_scorer *)s;

    return settle(f, f->required->type->next(f->required));
}

static int64_t filter_seek(ost_scorer *s, uint32_t target)
{
    filter_scorer *f = (filter_scorer *)s;

    return settle(f, ost_scorer_seek(f->required, target));
}

/* Cheap tests first: excluded terms, the required part, excluded phrases. */
static bool filter_match(ost_scorer *s, int64_t floor)
{
    filter_scorer *f = (filter_scorer *)s;
    ost_scorer *const x = f->excluded;
    const int64_t added = f->optional != NULL ? f->optional->max : 0;
    const bool suspect = x != NULL && ost_scorer_seek(x, s->doc) == s->doc;

    if (suspect && !x->verify)
        return false;
    return ost_scorer_match(f->required, floor - added) &&
           !(suspect && x->type->match(x, -1));
}

static int64_t filter_score(ost_scorer *s)
{
    filter_scorer *f = (filter_scorer *)s;
    ost_scorer *const o = f->optional;
    const int64_t score = f->required->type->score(f->required);

    if (o == NULL || score + o->max <= s->floor ||
        ost_scorer_seek(o, s->doc) != s->doc ||
        !ost_scorer_match(o, s->floor - score))
        return score;
    return score + o->type->score(o);
}

static void filter_set_floor(ost_scorer *s, int64_t floor)
{
    filter_scorer *f = (filter_scorer *)s;
    const int64_t left = floor - (f->optional != NULL ? f->optional->max : 0);

    s->floor = floor;
    f->checked = -1;
    if (left >= 0)
        f->required->type->set_floor(f->required, left);
}

/* Of what the required part knows, excluded documents may be a part. */
static int64_t filter_seed(ost_scorer *s, uint64_t k)
{
    const filter_scorer *f = (const filter_scorer *)s;

    return f->excluded != NULL ? 0 : ost_scorer_seed(f->required, k);
}

static const ost_scorer_type filter_type = {
    .next = filter_next,
    .seek = filter_seek,
    .match = filter_match,
    .score = filter_score,
    .bound = filter_bound,
    .set_floor = filter_set_floor,
    .seed = filter_seed,
};

ost_scorer *ost_scorer_filter(ost_plan *plan, ost_scorer *required,
                              ost_scorer *optional, ost_scorer *excluded)
{
    filter_scorer *f = ost_plan_scorer(plan, &filter_type, sizeof *f);

    if (f == NULL)
        return NULL;
    f->required = required;
    f->optional = plan->ranking ? optional : NULL;
    f->excluded = excluded;
    f->checked = -1;
    f->base.verify = required->verify || excluded != NULL;
    f->base.cost = required->cost;
    f->base.max = required->max;
    if (f->optional != NULL)
        f->base.max += optional->max;
    return &f->base;
}

/* ---- All documents ---- */

typedef struct all_scorer {
    ost_scorer base;
    uint32_t n;
} all_scorer;

static int64_t all_seek(ost_scorer *s, uint32_t target)
{
    const uint32_t n = ((const all_scorer *)s)->n;

    return s->doc = s->floor < 0 && target < n ? target : OST_DOC_END;
}

static int64_t all_next(ost_scorer *s)
{
    return all_seek(s, (uint32_t)(s->doc + 1));
}

static int64_t all_score(ost_scorer *s)
{
    (void)s;
    return 0;
}

static int64_t all_bound(ost_scorer *s, uint32_t target, uint32_t *upto)
{
    (void)s;
    (void)target;
    *upto = OST_DOC_END;
    return 0;
}

static void all_set_floor(ost_scorer *s, int64_t floor)
{
    s->floor = floor;
}

static const ost_scorer_type all_type = {
    .next = all_next,
    .seek = all_seek,
    .score = all_score,
    .bound = all_bound,
    .set_floor = all_set_floor,
};

ost_scorer *ost_scorer_all(ost_plan *plan)
{
    all_scorer *a = ost_plan_scorer(plan, &all_type, sizeof *a);

    if (a == NULL)
        return NULL;
    a->n = plan->documents;
    a->base.cost = a->n;
    return &a->base;
}
