/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The documents that several lists hold, a block of the first list at a time.
 */
#ifndef OST_MEETING_H
#define OST_MEETING_H

#include "scorer.h"

typedef struct ost_meeting {
    ost_postings **lists; /* the first leads: few documents are best */
    uint32_t n_lists;
    uint32_t n;      /* documents found */
    uint32_t resume; /* all before this one were looked at */
    uint32_t docs[OST_BLOCK];
    uint8_t (*at)[OST_BLOCK]; /* of each list: where in its block */
} ost_meeting;

/* Makes room for n lists, which the caller sets; false: no memory. */
OSTEON_MUST_CHECK bool ost_meeting_init(ost_meeting *m, ost_arena *arena,
                                        uint32_t n);

/* Looks n (1 or more) documents of the first list's block up in the others, as
 * far as the blocks they move to reach. The documents are docs[], ascending,
 * at places[] of the block, or from its current one on where that is NULL.
 * What was found may be none; m->resume is OST_DOC_END where a list has
 * ended. */
void ost_meeting_of(ost_meeting *m, const uint32_t *docs,
                    const uint8_t *places, uint32_t n);

/* Moves all lists to document k of those found. */
static inline void ost_meeting_place(ost_meeting *m, uint32_t k)
{
    for (uint32_t i = 0; i < m->n_lists; i++) {
        m->lists[i]->at = m->at[i][k];
        m->lists[i]->doc = m->docs[k];
    }
}

/* Makes document k of those found the one numbered `to`, not after k. */
static inline void ost_meeting_keep(ost_meeting *m, uint32_t k, uint32_t to)
{
    m->docs[to] = m->docs[k];
    for (uint32_t i = 0; i < m->n_lists; i++)
        m->at[i][to] = m->at[i][k];
}

#endif
