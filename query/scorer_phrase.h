/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The inside of a phrase's scorer: phrase_meet.c finds documents that may have
 * it, phrase_count.c its places in a document.
 */
#ifndef OST_SCORER_PHRASE_H
#define OST_SCORER_PHRASE_H

#include "meeting.h"

enum {
    OST_PHRASE_PAIR = 2,   /* lists whose positions are looked at together */
    OST_PHRASE_PLACES = 64 /* of a word, looked at together */
};

/* A member's place in the current document. */
typedef struct ost_phrase_member {
    uint32_t list, offset;
    uint32_t unit;            /* NEAR: number of the child */
    uint32_t at;              /* next position to look at */
    ost_position_place place; /* the same in a set */
} ost_phrase_member;

/* A list's positions in document `doc`, once they are asked for: decoded, or,
 * of many, a set of them. */
typedef struct ost_phrase_positions {
    int64_t doc;             /* -1 at first */
    const uint32_t *decoded; /* n of them, NULL: look in the set */
    uint32_t n;
    ost_position_set set;
} ost_phrase_positions;

typedef struct ost_phrase_scorer {
    ost_scorer base;
    ost_list **lists; /* distinct terms, the rarest first */
    uint32_t n_lists;
    uint32_t n_leading; /* the first ones: all of them have each candidate;
                         * others are asked once places are left */
    ost_phrase_member *members; /* in order of their lists */
    uint32_t n_members;
    ost_phrase_positions *positions; /* of each list */
    ost_near_unit *units;            /* NULL: a phrase */
    uint32_t n_units, window;
    const uint8_t *norms;
    const double *damping;
    double weight;
    const ost_impact_scale *scale;
    ost_meeting met; /* of the leading lists: the candidates */
    uint32_t next;   /* of them: the current one */
    /* Where candidates' positions in the first two lists lie, if they were
     * found, and in how many places the two words stand as in the phrase,
     * negative where that is not known. NULL: not asked at once for all. */
    ost_position_spot *spots[OST_PHRASE_PAIR];
    bool found[OST_PHRASE_PAIR];
    int *pairs;
    int64_t distance; /* from the one word to the other */
    int64_t checked;  /* as a term's */
    /* With a floor: what documents of block `scored` of the first list come to
     * as often as its word is there, from where it was first looked at. */
    int64_t lead_scores[OST_BLOCK];
    uint32_t scored;
    uint32_t tf; /* what match() found */
    uint32_t places[OST_PHRASE_PLACES];
} ost_phrase_scorer;

/* The score of tf occurrences in `doc`. */
static inline int64_t ost_phrase_score(const ost_phrase_scorer *p, uint32_t tf,
                                       uint32_t doc)
{
    return ost_contribution(p->weight, tf, p->damping[p->norms[doc]]);
}

/* No candidate from `target`, or the current one if that is higher, to *upto
 * inclusive scores more. */
int64_t ost_phrase_bound(ost_phrase_scorer *p, uint32_t target,
                         uint32_t *upto);

/* Finds the next candidates, from document `from` on, and returns the first,
 * OST_DOC_END where there is none. */
int64_t ost_phrase_meet(ost_phrase_scorer *p, uint32_t from);

/* Places of the phrase in the current candidate, at which the leading lists
 * are, or whether there is one where that is enough: those of member `known`,
 * the first of its list, are looked at, some at a time. */
uint32_t ost_phrase_count(ost_phrase_scorer *p, uint32_t known);

/* Windows of all children of a NEAR there, or whether there is one where that
 * is enough. */
uint32_t ost_phrase_count_windows(ost_phrase_scorer *p);

#endif
