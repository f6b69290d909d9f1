/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Terms at given distances from each other, or near each other. Candidates are the documents that
 * hold the two rarest and all others that most documents do not hold: to ask
 * for the rest would leave few out. A phrase occurs no more often than any of
 * its terms: where the floor is out of reach of that many occurrences, the
 * other lists are not asked for the document, nor are positions read. That is
 * as true of words and phrases near each other (near_places.c).
 */
#include "scorer.h"

enum {
    DENSE = 4,      /* a list that one in so many documents is in */
    PLACES = 64,    /* of a word, looked at together */
    LOOKED_UP = 24, /* times as many positions: faster than decoding them */
    LOOKED_UP_FOR_ONE = 8 /* the same where one match is enough */
};

/* A member's place in the current document. */
typedef struct phrase_member {
    uint32_t list, offset;
    uint32_t unit; /* NEAR: number of the child */
    uint32_t at; /* next position to look at */
    ost_position_place place; /* the same in a set */
} phrase_member;

/* A list's positions in document `doc`, once they are asked for: decoded, or,
 * of many, a set of them. */
typedef struct phrase_positions {
    int64_t doc; /* -1 at first */
    const uint32_t *decoded; /* n of them, NULL: look in the set */
    uint32_t n;
    ost_position_set set;
} phrase_positions;

typedef struct phrase_scorer {
    ost_scorer base;
    ost_list **lists; /* distinct terms, the rarest first */
    uint32_t n_lists;
    uint32_t n_leading; /* the first ones: all of them have each candidate;
                         * others are asked once places are left */
    phrase_member *members; /* in order of their lists */
    uint32_t n_members;
    phrase_positions *positions; /* of each list */
    ost_near_unit *units;        /* NULL: a phrase */
    uint32_t n_units, window;
    const uint8_t *norms;
    const double *damping;
    double weight;
    const ost_impact_scale *scale;
    int64_t checked; /* as a term's */
    uint32_t tf;     /* what match() found */
    uint32_t places[PLACES];
} phrase_scorer;

static int64_t phrase_bound(ost_scorer *s, uint32_t target, uint32_t *upto)
{
    phrase_scorer *p = (phrase_scorer *)s;
    uint8_t least = UINT8_MAX;

    *upto = OST_DOC_END;
    for (uint32_t i = 0; i < p->n_lists; i++) {
        uint32_t end;
        const uint8_t impact = ost_list_bound(p->lists[i], target, &end);
        if (impact < least)
            least = impact;
        if (end < *upto)
            *upto = end;
    }
    return ost_contribution_bound(p->weight, p->scale, least);
}

/* The score of tf occurrences in `doc`. */
static int64_t score_of(const phrase_scorer *p, uint32_t tf, uint32_t doc)
{
    return ost_contribution(p->weight, tf, p->damping[p->norms[doc]]);
}

/* Goes on from `doc` of the first list to one that may be above the floor. */
static uint32_t skip(phrase_scorer *p, uint32_t doc)
{
    ost_postings *lead = p->lists[0]->postings;

    while (doc != OST_DOC_END) {
        uint32_t upto;
        if (doc <= p->checked) {
            if (score_of(p, ost_postings_tf(lead), doc) > p->base.floor)
                break;
            doc = ost_postings_next(lead);
        } else if (phrase_bound(&p->base, doc, &upto) > p->base.floor) {
            p->checked = upto;
        } else {
            doc = upto == OST_DOC_END ? OST_DOC_END
                                      : ost_postings_seek(lead, upto + 1);
        }
    }
    return doc;
}

/* The first document from `doc` of the first list on that all leading lists
 * hold. */
static int64_t align(phrase_scorer *p, uint32_t doc)
{
    uint32_t i = 0;

    while (i < p->n_leading) {
        uint32_t found;
        if (i == 0 && p->base.floor >= 0)
            doc = skip(p, doc);
        if (doc == OST_DOC_END)
            break;
        found = i == 0 ? doc : ost_postings_seek(p->lists[i]->postings, doc);
        if (found == doc) {
            i++;
        } else {
            doc = ost_postings_seek(p->lists[0]->postings, found);
            i = 0;
        }
    }
    return p->base.doc = doc;
}

static int64_t phrase_next(ost_scorer *s)
{
    phrase_scorer *p = (phrase_scorer *)s;

    return align(p, ost_postings_next(p->lists[0]->postings));
}

static int64_t phrase_seek(ost_scorer *s, uint32_t target)
{
    phrase_scorer *p = (phrase_scorer *)s;

    return align(p, ost_postings_seek(p->lists[0]->postings, target));
}

/* ---- Positions ---- */

/* Decodes a list's positions in the current document; false after damage, or
 * where there are none. */
static bool decode(phrase_scorer *p, uint32_t list)
{
    phrase_positions *positions = &p->positions[list];
    ost_postings *postings = p->lists[list]->postings;

    positions->decoded = ost_postings_positions(postings);
    positions->n = ost_postings_n_positions(postings);
    positions->doc = p->base.doc;
    return positions->decoded != NULL;
}

/* Gets them ready when first asked for, to look n places up: most documents
 * drop out before the frequent words are looked at. Of many positions a few
 * are looked up rather than all decoded. */
static bool get_ready(phrase_scorer *p, uint32_t list, uint32_t n)
{
    phrase_positions *positions = &p->positions[list];
    ost_postings *postings = p->lists[list]->postings;
    const uint32_t times =
        p->base.ranking ? LOOKED_UP : LOOKED_UP_FOR_ONE;

    if (ost_postings_tf(postings) / times > n &&
        ost_postings_position_set(postings, &positions->set)) {
        positions->decoded = NULL;
        positions->doc = p->base.doc;
        return true;
    }
    return decode(p, list);
}

/* Looks n places up in a set; the first found is enough where `one` is. */
static uint32_t look_up(const ost_position_set *set, ost_position_place *place,
                        const uint32_t *places, uint32_t n, int64_t distance,
                        bool one, uint32_t *out)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n && !(one && kept > 0); i++) {
        const int64_t wanted = places[i] + distance;
        if (wanted < 0 || wanted >= UINT32_MAX)
            continue;
        out[kept] = places[i];
        kept += ost_position_set_has(set, place, (uint32_t)wanted);
    }
    return kept;
}

/* Sets p->places[] to those of n (at most PLACES) places, `distance` in front
 * of which member m stands too, and returns how many. `last` is set for the
 * last member. */
static uint32_t keep_places(phrase_scorer *p, phrase_member *m,
                            const uint32_t *places, uint32_t n,
                            int64_t distance, bool last)
{
    const phrase_positions *positions = &p->positions[m->list];

    if (positions->doc != p->base.doc) {
        const uint32_t doc = (uint32_t)p->base.doc;
        if (m->list >= p->n_leading &&
            ost_postings_seek(p->lists[m->list]->postings, doc) != doc)
            return 0;
        if (n == 1) { /* no need to decode all */
            const int64_t wanted = places[0] + distance;
            p->places[0] = places[0];
            return wanted >= 0 && wanted < UINT32_MAX &&
                   ost_postings_position_has(p->lists[m->list]->postings,
                                             (uint32_t)wanted);
        }
        if (!get_ready(p, m->list, n))
            return 0;
    }
    if (positions->decoded != NULL)
        return ost_places_keep(places, n, distance, positions->decoded,
                               positions->n, &m->at, p->places);
    return look_up(&positions->set, &m->place, places, n, distance,
                   last && !p->base.ranking, p->places);
}

/* How many of n places of member `known` are in a phrase. They ascend from
 * call to call in one document. */
static uint32_t count_some(phrase_scorer *p, const uint32_t *places,
                           uint32_t n, uint32_t known)
{
    const int64_t from = p->members[known].offset;

    for (uint32_t i = 0; i < p->n_members && n > 0; i++) {
        phrase_member *m = &p->members[i];
        if (i == known)
            continue;
        n = keep_places(p, m, places, n, m->offset - from,
                        i + 1 == p->n_members);
        places = p->places;
    }
    return n;
}

/* Places of the phrase, or whether there is one where that is enough: those of
 * member `known`, the first of its list, are looked at, some at a time. */
static uint32_t count_places(phrase_scorer *p, uint32_t known)
{
    const phrase_positions *positions = &p->positions[p->members[known].list];
    uint32_t n = 0, at = 0, some;

    for (uint32_t i = 0; i < p->n_members; i++) {
        p->members[i].at = 0;
        p->members[i].place = (ost_position_place){0, 0};
    }
    if (!decode(p, p->members[known].list))
        return 0;
    while (at < positions->n && (n == 0 || p->base.ranking)) {
        some = positions->n - at < PLACES ? positions->n - at : PLACES;
        n += count_some(p, positions->decoded + at, some, known);
        at += some;
    }
    return n;
}

/* ---- Near each other ---- */

/* Decodes the positions of all lists. False: the document is in not all of
 * them, or there was damage. */
static bool decode_all(phrase_scorer *p)
{
    const uint32_t doc = (uint32_t)p->base.doc;

    for (uint32_t i = 0; i < p->n_lists; i++)
        if ((i >= p->n_leading &&
             ost_postings_seek(p->lists[i]->postings, doc) != doc) ||
            !decode(p, i))
            return false;
    return true;
}

/* Windows of all children, or whether there is one where that is enough. */
static uint32_t count_windows(phrase_scorer *p)
{
    if (!decode_all(p))
        return 0;
    for (uint32_t i = 0; i < p->n_units; i++) {
        p->units[i].first = NULL;
        p->units[i].n_others = 0;
    }
    for (uint32_t i = 0; i < p->n_members; i++) {
        const phrase_member *m = &p->members[i];
        const phrase_positions *positions = &p->positions[m->list];
        ost_near_unit *u = &p->units[m->unit];
        if (m->offset == 0 && u->first == NULL) {
            u->first = positions->decoded;
            u->n_first = positions->n;
        } else {
            u->others[u->n_others++] =
                (ost_near_word){.positions = positions->decoded,
                                .n = positions->n,
                                .offset = m->offset};
        }
    }
    return ost_near_count(p->units, p->n_units, p->window, !p->base.ranking);
}

/* ---- Matches ---- */

/* The most frequent phrase that p's document could have: as often as the least
 * frequent word there of the leading lists, whose list that is. */
static uint32_t least_frequent(const phrase_scorer *p, uint32_t *list)
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
    phrase_scorer *p = (phrase_scorer *)s;
    uint32_t list, known = 0;
    const uint32_t most = least_frequent(p, &list);

    if (floor >= 0 && score_of(p, most, (uint32_t)s->doc) <= floor)
        return false;
    if (p->units != NULL) {
        p->tf = count_windows(p);
        return p->tf > 0;
    }
    while (p->members[known].list != list)
        known++;
    p->tf = count_places(p, known);
    return p->tf > 0;
}

static int64_t phrase_score(ost_scorer *s)
{
    const phrase_scorer *p = (const phrase_scorer *)s;

    return score_of(p, p->tf, (uint32_t)s->doc);
}

static void phrase_set_floor(ost_scorer *s, int64_t floor)
{
    s->floor = floor;
    ((phrase_scorer *)s)->checked = -1;
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
    return ((phrase_scorer *)s)->tf;
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
    const phrase_member *x = a, *y = b;

    return (x->list > y->list) - (x->list < y->list);
}

/* Opens the lists, the rarest of this segment first, and gives the members
 * their numbers in that order. */
static osteon_status open_lists(ost_plan *plan, const ost_part *part,
                                phrase_scorer *p, osteon_error *err)
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
                       phrase_scorer *p)
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
        u->others = ost_arena_array(arena, u->n_others - 1,
                                    sizeof *u->others);
        u->kept = ost_arena_array(arena, OST_NEAR_KEPT, sizeof *u->kept);
        if (u->others == NULL || u->kept == NULL)
            return false;
    }
    return true;
}

osteon_status ost_scorer_phrase(ost_plan *plan, const ost_part *part,
                                ost_scorer **out, osteon_error *err)
{
    const ost_leaf *leaf = part->leaves[0];
    ost_arena *arena = plan->arena;
    phrase_scorer *p = ost_plan_scorer(plan, &phrase_type, sizeof *p);
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
    p->norms = leaf->field->views[plan->number].norms;
    p->damping = leaf->field->damping;
    p->weight = part->weight;
    p->scale = &leaf->field->scales[plan->number];
    p->checked = -1;
    p->base.verify = true;
    p->base.max = ost_contribution_bound(p->weight, p->scale, least);
    p->base.cost = p->lists[0]->postings->df;
    *out = &p->base;
    return OSTEON_OK;
}
