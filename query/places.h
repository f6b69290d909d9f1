/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where in a document words stand beside and near each other: arithmetic on
 * ascending positions, whoever read them.
 */
#ifndef OST_PLACES_H
#define OST_PLACES_H

#include "base.h"

/* ---- phrase_places.c ---- */

/* Sets out[] to those of n ascending places that are
 * `distance` below one of the positions (one or more, padded as
 * ost_postings_positions pads them), and returns how many. `out` may be
 * `places`. *at is 0 at first; with it places may come in several calls,
 * ascending. */
uint32_t ost_places_keep(const uint32_t *places, uint32_t n, int64_t distance,
                         const uint32_t *positions, uint32_t n_positions,
                         uint32_t *at, uint32_t *out);

/* ---- near_places.c ---- */

/* A word of a phrase that is not its first one, in one document. */
typedef struct ost_near_word {
    const uint32_t *positions; /* n of them, padded */
    uint32_t n, offset;        /* offset: from the first word */
    uint32_t at;               /* 0 at first */
} ost_near_word;

/* A word, or a phrase, in one document. */
typedef struct ost_near_unit {
    const uint32_t *first; /* positions of its first word: n_first */
    uint32_t n_first, width;
    ost_near_word *others;
    uint32_t n_others;
    uint32_t *kept; /* room for OST_NEAR_KEPT places of a phrase */
    /* ---- private ---- */
    const uint32_t *places; /* those at hand, n of them */
    uint32_t n, at;
    uint32_t begun; /* positions of the first word that were looked at */
} ost_near_unit;

#define OST_NEAR_KEPT 64u

/* Counts places where all units (one or more) stand within `window` positions.
 * They are counted from the left, each as short as can be, and none overlaps
 * the one before: so there are no more than of any unit. With `one` it stops
 * at the first. Takes the positions in; nothing is decoded that is not there.
 * Cost: linear in the positions. */
uint32_t ost_near_count(ost_near_unit *units, uint32_t n, uint32_t window,
                        bool one);

#endif
