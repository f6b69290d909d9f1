/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Documents that all children match, and the sum of their scores. The child
 * of lowest cost leads. Before the others are moved, the bounds of all up to
 * the end of a block tell whether anything there can be above the floor, and
 * then the leader's score whether this document can. Where all are terms
 * scorer_all_terms.c finds the same faster.
 *
 * Invariant: while there is a floor, a leader that is a term has its scores in
 * lead_scores from the current document to the end of block `scored`.
 */
#include "scorer_term.h"

/* Children, at most, whose blocks are looked at: the rarest ones. Of many, some
 * block ends at every few documents. */
enum { BOUNDED = 16 };

typedef struct and_scorer {
    ost_scorer base;
    ost_scorer **children; /* in order of cost */
    uint32_t n;
    int64_t *bounds; /* of each child, as and_bound found them last */
    int64_t *rests;  /* [i]: of all behind child i, up to `checked` */
    int64_t checked; /* as a term's */
    uint32_t scored;
    int64_t *lead_scores; /* NULL where the leader is no term */
    int64_t verify_max;   /* of all children that verify */
    int64_t value;        /* of document `valued`, found by match() */
    int64_t valued;
} and_scorer;

static int64_t and_bound(ost_scorer *s, uint32_t target, uint32_t *upto)
{
    and_scorer *a = (and_scorer *)s;
    int64_t sum = 0;

    *upto = OST_DOC_END;
    for (uint32_t i = 0; i < a->n; i++) {
        ost_scorer *c = a->children[i];
        uint32_t end = OST_DOC_END;
        a->bounds[i] =
            i < BOUNDED ? c->type->bound(c, target, &end) : c->max;
        sum += a->bounds[i];
        if (end < *upto)
            *upto = end;
    }
    return sum;
}

/* The first document of the leader in its block that, with the most the
 * others can give, is above the floor, or lies past `checked`. */
static int64_t filter_block(and_scorer *a)
{
    ost_term_scorer *lead = (ost_term_scorer *)a->children[0];
    const ost_postings *p = lead->postings;
    const int64_t least = a->base.floor - a->rests[0];
    uint32_t at;

    if (a->scored != p->block &&
        !ost_term_scores(lead, p->n, a->lead_scores))
        return OST_DOC_END;
    a->scored = p->block;
    for (at = p->at; at < p->n && p->docs[at] <= a->checked; at++)
        if (a->lead_scores[at] > least)
            break;
    return at == p->at ? lead->base.doc : ost_term_move(lead, at);
}

/* Goes on from `doc` of the leader to a document that may be above the floor,
 * as far as bounds tell, and the leader's own score where it is a term. */
static int64_t and_skip(and_scorer *a, int64_t doc)
{
    ost_scorer *lead = a->children[0];

    while (doc != OST_DOC_END) {
        uint32_t upto;
        if (doc <= a->checked) {
            int64_t found = doc;
            if (a->lead_scores != NULL)
                found = filter_block(a);
            if (found == doc)
                break;
            doc = found;
        } else if (and_bound(&a->base, (uint32_t)doc, &upto) >
                   a->base.floor) {
            a->checked = upto;
            a->rests[a->n - 1] = 0;
            for (uint32_t i = a->n - 1; i > 0; i--)
                a->rests[i - 1] = a->rests[i] + a->bounds[i];
        } else {
            doc = upto == OST_DOC_END
                      ? OST_DOC_END
                      : ost_scorer_seek(lead, (int64_t)upto + 1);
        }
    }
    return doc;
}

/* The first candidate from `doc` of the leader on. */
static int64_t align(and_scorer *a, int64_t doc)
{
    uint32_t i = 0;

    while (i < a->n) {
        int64_t found;
        if (i == 0 && a->base.floor >= 0)
            doc = and_skip(a, doc);
        if (doc == OST_DOC_END)
            break;
        found = ost_scorer_seek(a->children[i], doc);
        if (found == doc) {
            i++;
        } else {
            doc = ost_scorer_seek(a->children[0], found);
            i = 0;
        }
    }
    return a->base.doc = doc;
}

static int64_t and_next(ost_scorer *s)
{
    and_scorer *a = (and_scorer *)s;

    return align(a, a->children[0]->type->next(a->children[0]));
}

static int64_t and_seek(ost_scorer *s, uint32_t target)
{
    and_scorer *a = (and_scorer *)s;

    return align(a, ost_scorer_seek(a->children[0], target));
}

/* Adds up the certain scores first: with them fewer of the others need to be
 * verified. */
static bool and_match(ost_scorer *s, int64_t floor)
{
    and_scorer *a = (and_scorer *)s;
    int64_t sum = 0, rest = a->verify_max;

    for (uint32_t i = 0; i < a->n && s->ranking; i++)
        if (!a->children[i]->verify)
            sum += a->children[i]->type->score(a->children[i]);
    for (uint32_t i = 0; i < a->n; i++) {
        ost_scorer *c = a->children[i];
        if (!c->verify)
            continue;
        if (floor >= 0 && sum + rest <= floor)
            return false;
        rest -= c->max;
        if (!c->type->match(c, floor - sum - rest))
            return false;
        if (s->ranking)
            sum += c->type->score(c);
    }
    a->value = sum;
    a->valued = s->doc;
    return true;
}

static int64_t and_score(ost_scorer *s)
{
    and_scorer *a = (and_scorer *)s;
    int64_t sum = 0;

    if (a->valued == s->doc)
        return a->value;
    for (uint32_t i = 0; i < a->n; i++)
        sum += a->children[i]->type->score(a->children[i]);
    return sum;
}

/* What the others can add at most leaves a floor for each child. Terms have
 * no use for it: the bound of all together is sharper. */
static void and_set_floor(ost_scorer *s, int64_t floor)
{
    and_scorer *a = (and_scorer *)s;

    s->floor = floor;
    a->checked = -1;
    for (uint32_t i = 0; i < a->n; i++) {
        ost_scorer *c = a->children[i];
        const int64_t left = floor - (s->max - c->max);
        if (left >= 0 && !ost_scorer_is_term(c))
            c->type->set_floor(c, left);
    }
}

static const ost_scorer_type and_type = {
    .next = and_next,
    .seek = and_seek,
    .match = and_match,
    .score = and_score,
    .bound = and_bound,
    .set_floor = and_set_floor,
};

static int by_cost(const void *a, const void *b)
{
    const ost_scorer *const *x = a, *const *y = b;

    return ((*x)->cost > (*y)->cost) - ((*x)->cost < (*y)->cost);
}

ost_scorer *ost_scorer_and(ost_plan *plan, ost_scorer **children, uint32_t n)
{
    uint32_t terms = 0;
    and_scorer *a;

    qsort(children, n, sizeof(ost_scorer *), by_cost);
    while (terms < n && ost_scorer_is_term(children[terms]))
        terms++;
    if (terms == n)
        return ost_scorer_all_terms(plan, children, n);
    a = ost_plan_scorer(plan, &and_type, sizeof *a);
    if (a == NULL)
        return NULL;
    a->bounds = ost_arena_array(plan->arena, n, sizeof *a->bounds);
    a->rests = ost_arena_array(plan->arena, n, sizeof *a->rests);
    if (a->bounds == NULL || a->rests == NULL)
        return NULL;
    if (plan->ranking && ost_scorer_is_term(children[0])) {
        a->lead_scores =
            ost_arena_array(plan->arena, OST_BLOCK, sizeof *a->lead_scores);
        if (a->lead_scores == NULL)
            return NULL;
    }
    a->children = children;
    a->n = n;
    a->checked = a->valued = -1;
    a->scored = UINT32_MAX;
    a->base.cost = children[0]->cost;
    for (uint32_t i = 0; i < n; i++) {
        a->base.max += children[i]->max;
        if (children[i]->verify) {
            a->base.verify = true;
            a->verify_max += children[i]->max;
        }
    }
    return &a->base;
}
