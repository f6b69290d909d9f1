/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Places of a phrase in a document. The word with the fewest occurrences there
 * gives the places; each other word keeps those where it stands. For words and
 * phrases near each other all positions are decoded (near_places.c).
 */
#include "scorer_phrase.h"

enum {
    LOOKED_UP = 24, /* times as many positions: faster than decoding them */
    LOOKED_UP_FOR_ONE = 8 /* the same where one match is enough */
};

/* Decodes a list's positions in the current document; false after damage, or
 * where there are none. */
static bool decode(ost_phrase_scorer *p, uint32_t list)
{
    ost_phrase_positions *positions = &p->positions[list];
    ost_postings *postings = p->lists[list]->postings;

    positions->decoded = ost_postings_positions(postings);
    positions->n = ost_postings_n_positions(postings);
    positions->doc = p->base.doc;
    return positions->decoded != NULL;
}

/* Gets them ready when first asked for, to look n places up: most documents
 * drop out before the frequent words are looked at. Of many positions a few
 * are looked up rather than all decoded. */
static bool get_ready(ost_phrase_scorer *p, uint32_t list, uint32_t n)
{
    ost_phrase_positions *positions = &p->positions[list];
    ost_postings *postings = p->lists[list]->postings;
    const uint32_t times = p->base.ranking ? LOOKED_UP : LOOKED_UP_FOR_ONE;

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

/* Sets p->places[] to those of n (at most OST_PHRASE_PLACES) places,
 * `distance` in front of which member m stands too, and returns how many.
 * `last` is set for the last member. */
static uint32_t keep_places(ost_phrase_scorer *p, ost_phrase_member *m,
                            const uint32_t *places, uint32_t n,
                            int64_t distance, bool last)
{
    const ost_phrase_positions *positions = &p->positions[m->list];

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
static uint32_t count_some(ost_phrase_scorer *p, const uint32_t *places,
                           uint32_t n, uint32_t known)
{
    const int64_t from = p->members[known].offset;

    for (uint32_t i = 0; i < p->n_members && n > 0; i++) {
        ost_phrase_member *m = &p->members[i];
        if (i == known)
            continue;
        n = keep_places(p, m, places, n, m->offset - from,
                        i + 1 == p->n_members);
        places = p->places;
    }
    return n;
}

uint32_t ost_phrase_count(ost_phrase_scorer *p, uint32_t known)
{
    const ost_phrase_positions *positions =
        &p->positions[p->members[known].list];
    uint32_t n = 0, at = 0, some;

    for (uint32_t i = 0; i < p->n_members; i++) {
        p->members[i].at = 0;
        p->members[i].place = (ost_position_place){0, 0};
    }
    if (!decode(p, p->members[known].list))
        return 0;
    while (at < positions->n && (n == 0 || p->base.ranking)) {
        some = positions->n - at < OST_PHRASE_PLACES ? positions->n - at
                                                     : OST_PHRASE_PLACES;
        n += count_some(p, positions->decoded + at, some, known);
        at += some;
    }
    return n;
}

/* ---- Near each other ---- */

/* Decodes the positions of all lists. False: the document is in not all of
 * them, or there was damage. */
static bool decode_all(ost_phrase_scorer *p)
{
    const uint32_t doc = (uint32_t)p->base.doc;

    for (uint32_t i = 0; i < p->n_lists; i++)
        if ((i >= p->n_leading &&
             ost_postings_seek(p->lists[i]->postings, doc) != doc) ||
            !decode(p, i))
            return false;
    return true;
}

uint32_t ost_phrase_count_windows(ost_phrase_scorer *p)
{
    if (!decode_all(p))
        return 0;
    for (uint32_t i = 0; i < p->n_units; i++) {
        p->units[i].first = NULL;
        p->units[i].n_others = 0;
    }
    for (uint32_t i = 0; i < p->n_members; i++) {
        const ost_phrase_member *m = &p->members[i];
        const ost_phrase_positions *positions = &p->positions[m->list];
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
