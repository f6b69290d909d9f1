/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Terms at given distances from each other, or near each other. Candidates are
 * the documents that hold the two rarest and all others that most documents do
 * not hold: to ask for the rest would leave few out. A phrase occurs no more
 * often than any of its terms: where the floor is out of reach of that many
 * occurrences, the other lists are not asked for the document, nor are
 * positions read. That is as true of words and phrases near each other
 * (near_places.c).
 */
#include "scorer_phrase.h"

enum { DENSE = 4 }; /* a list that one in so many documents is in */

static int64_t phrase_bound(ost_scorer *s, uint32_t target, uint32_t *upto)
{
    return ost_phrase_bound((ost_phrase_scorer *)s, target, upto);
}

static int64_t phrase_seek(ost_scorer *s, uint32_t target)
{
    ost_phrase_scorer *p = (ost_phrase_scorer *)s;
    const ost_meeting *m = &p->met;

    while (p->next < m->n && m->docs[p->next] < target)
        p->next++;
    if (p->next < m->n)
        return s->doc = m->docs[p->next];
    return s->doc =
               ost_phrase_meet(p, target > m->resume ? target : m->resume);
}

static int64_t phrase_next(ost_scorer *s)
{
    ost_phrase_scorer *p = (ost_phrase_scorer *)s;

    if (p->next + 1 < p->met.n)
        return s->doc = p->met.docs[++p->next];
    return s->doc = ost_phrase_meet(p, p->met.resume);
}

/* The most frequent phrase that p's document could have: as often as the least
 * frequent word there of the leading lists, whose list that is. */
static uint32_t least_frequent(const ost_phrase_scorer *p, uint32_t *list)
{
    uint32_t least = ost_postings_tf(p->lists[0]->postings);

    *list = 0;
    for (uint32_t i = 1; i < p->n_leading; i++) {
        const uint32_t tf = ost_postings_tf(p->lists[i]->postings);
        if (tf < least) {
            least = tf;
            *list = i;
        }
    }
    return least;
}

static bool phrase_match(ost_scorer *s, int64_t floor)
{
    ost_phrase_scorer *p = (ost_phrase_scorer *)s;
    uint32_t list, known = 0, most;

    if (p->pairs != NULL && p->n_members == OST_PHRASE_PAIR &&
        p->pairs[p->next] >= 0) {
        p->tf = (uint32_t)p->pairs[p->next];
        return true;
    }
    ost_meeting_place(&p->met, p->next);
    for (uint32_t i = 0; i < OST_PHRASE_PAIR; i++)
        if (p->found[i])
            ost_postings_at_spot(p->met.lists[i], &p->spots[i][p->next]);
    most = least_frequent(p, &list);
    if (floor >= 0 && ost_phrase_score(p, most, (uint32_t)s->doc) <= floor)
        return false;
    if (p->units != NULL) {
        p->tf = ost_phrase_count_windows(p);
        return p->tf > 0;
    }
    while (p->members[known].list != list)
        known++;
    p->tf = ost_phrase_count(p, known);
    return p->tf > 0;
}

static int64_t phrase_score(ost_scorer *s)
{
    const ost_phrase_scorer *p = (const ost_phrase_scorer *)s;

    return ost_phrase_score(p, p->tf, (uint32_t)s->doc);
}

static void phrase_set_floor(ost_scorer *s, int64_t floor)
{
    s->floor = floor;
    ((ost_phrase_scorer *)s)->checked = -1;
}

static const ost_scorer_type phrase_type = {
    .next = phrase_next,
    .seek = phrase_seek,
    .match = phrase_match,
    .score = phrase_score,
    .bound = phrase_bound,
    .set_floor = phrase_set_floor,
};

uint32_t ost_scorer_phrase_tf(ost_scorer *s)
{
    return ((ost_phrase_scorer *)s)->tf;
}

/* ---- Making one ---- */

static int by_cost(const void *a, const void *b)
{
    const ost_list *const *x = a, *const *y = b;

    return ((*x)->postings->df > (*y)->postings->df) -
           ((*x)->postings->df < (*y)->postings->df);
}

static int by_list(const void *a, const void *b)
{
    const ost_phrase_member *x = a, *y = b;

    return (x->list > y->list) - (x->list < y->list);
}

/* Opens the lists, the rarest of this segment first, and gives the members
 * their numbers in that order. */
static osteon_status open_lists(ost_plan *plan, const ost_part *part,
                                ost_phrase_scorer *p, osteon_error *err)
{
    ost_list **opened =
        ost_arena_array(plan->arena, part->n_leaves, sizeof *opened);

    if (opened == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < p->n_lists; i++) {
        const osteon_status s =
            ost_plan_list(plan, part->leaves[i], &opened[i], err);
        if (s != OSTEON_OK)
            return s;
        p->lists[i] = opened[i];
    }
    qsort(p->lists, p->n_lists, sizeof(ost_list *), by_cost);
    for (uint32_t i = 0; i < p->n_lists; i++)
        p->lists[i]->number = i;
    for (uint32_t i = 0; i < p->n_members; i++) {
        p->members[i].list = opened[part->which[i]]->number;
        p->members[i].offset = part->offsets[i];
        p->members[i].unit = part->units[i];
    }
    qsort(p->members, p->n_members, sizeof *p->members, by_list);
    return OSTEON_OK;
}

/* Makes the children of a NEAR. False: no memory. */
static bool make_units(ost_arena *arena, const ost_part *part,
                       ost_phrase_scorer *p)
{
    p->n_units = part->n_units;
    p->window = part->node->window;
    p->units = ost_arena_array(arena, p->n_units, sizeof *p->units);
    if (p->units == NULL)
        return false;
    for (uint32_t i = 0; i < part->n_members; i++) {
        ost_near_unit *u = &p->units[part->units[i]];
        u->n_others++;
        if (u->width <= part->offsets[i])
            u->width = part->offsets[i] + 1;
    }
    for (uint32_t i = 0; i < p->n_units; i++) {
        ost_near_unit *u = &p->units[i];
        if (u->n_others < 2)
            continue;
        u->others = ost_arena_array(arena, u->n_others - 1, sizeof *u->others);
        u->kept = ost_arena_array(arena, OST_NEAR_KEPT, sizeof *u->kept);
        if (u->others == NULL || u->kept == NULL)
            return false;
    }
    return true;
}

/* False: no memory. */
static bool prepare_pairs(ost_phrase_scorer *p, ost_arena *arena)
{
    uint32_t second = 0;

    while (p->members[second].list != 1)
        second++;
    p->distance = (int64_t)p->members[second].offset - p->members[0].offset;
    p->pairs = ost_arena_raw(arena, OST_BLOCK, sizeof *p->pairs);
    for (uint32_t i = 0; i < OST_PHRASE_PAIR; i++) {
        p->spots[i] = ost_arena_raw(arena, OST_BLOCK, sizeof **p->spots);
        if (p->spots[i] == NULL)
            return false;
    }
    return p->pairs != NULL;
}

osteon_status ost_scorer_phrase(ost_plan *plan, const ost_part *part,
                                bool leads, ost_scorer **out,
                                osteon_error *err)
{
    const ost_leaf *leaf = part->leaves[0];
    ost_arena *arena = plan->arena;
    ost_phrase_scorer *p = ost_plan_scorer(plan, &phrase_type, sizeof *p);
    uint8_t least = UINT8_MAX;
    osteon_status s;

    *out = NULL;
    if (p == NULL)
        return ost_fail_memory(err);
    p->n_lists = part->n_leaves;
    p->n_members = part->n_members;
    p->lists = ost_arena_array(arena, p->n_lists, sizeof *p->lists);
    p->positions = ost_arena_array(arena, p->n_lists, sizeof *p->positions);
    p->members = ost_arena_array(arena, p->n_members, sizeof *p->members);
    if (p->lists == NULL || p->positions == NULL || p->members == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < p->n_lists; i++)
        p->positions[i].doc = -1;
    if (part->kind == OST_NODE_NEAR && !make_units(arena, part, p))
        return ost_fail_memory(err);
    s = open_lists(plan, part, p, err);
    if (s != OSTEON_OK)
        return s;
    for (uint32_t i = 0; i < p->n_lists; i++)
        if (p->lists[i]->postings->term.impact < least)
            least = p->lists[i]->postings->term.impact;
    p->n_leading = p->n_lists < 2 ? p->n_lists : 2;
    while (p->n_leading < p->n_lists &&
           p->lists[p->n_leading]->postings->df < plan->documents / DENSE)
        p->n_leading++;
    if (!ost_meeting_init(&p->met, arena, p->n_leading))
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < p->n_leading; i++)
        p->met.lists[i] = p->lists[i]->postings;
    if (leads && p->units == NULL && p->n_leading >= OST_PHRASE_PAIR &&
        !prepare_pairs(p, arena))
        return ost_fail_memory(err);
    p->norms = leaf->field->views[plan->number].norms;
    p->damping = leaf->field->damping;
    p->weight = part->weight;
    p->scale = &leaf->field->scales[plan->number];
    p->checked = -1;
    p->scored = UINT32_MAX;
    p->base.verify = true;
    p->base.max = ost_contribution_bound(p->weight, p->scale, least);
    p->base.cost = p->lists[0]->postings->df;
    *out = &p->base;
    return OSTEON_OK;
}
