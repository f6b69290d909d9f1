/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Looking a block of documents up in other lists. Invariant: m->at[i][k] is
 * where lists[i]'s decoded block has m->docs[k], for all lists asked so far.
 */
#include "meeting.h"

bool ost_meeting_init(ost_meeting *m, ost_arena *arena, uint32_t n)
{
    memset(m, 0, sizeof *m);
    m->n_lists = n;
    m->lists = ost_arena_array(arena, n, sizeof *m->lists);
    m->at = ost_arena_raw(arena, n, sizeof *m->at);
    return m->lists != NULL && m->at != NULL;
}

/* Looks n documents up in list i: sets which[] to the indices of those found
 * and returns how many. */
static uint32_t ask(ost_meeting *m, uint32_t i, const uint32_t *docs,
                    uint32_t n, uint8_t *which)
{
    ost_postings *p = m->lists[i];
    const uint32_t first = ost_postings_seek(p, docs[0]);
    uint32_t found, passed;

    if (first > docs[n - 1]) {
        m->resume = first > m->resume ? first : m->resume;
        return 0;
    }
    found = ost_postings_meet(p, docs, n, which, m->at[i], &passed);
    if (passed < n)
        m->resume = docs[passed];
    return found;
}

void ost_meeting_of(ost_meeting *m, const uint32_t *docs,
                    const uint8_t *places, uint32_t n)
{
    const uint32_t from = m->lists[0]->at;
    uint8_t which[OST_BLOCK];

    m->resume = docs[n - 1] + 1;
    if (m->n_lists > 1)
        n = ask(m, 1, docs, n, which);
    for (uint32_t k = 0; k < n; k++) {
        const uint32_t w = m->n_lists > 1 ? which[k] : k;
        m->docs[k] = docs[w];
        m->at[0][k] = places != NULL ? places[w] : (uint8_t)(from + w);
    }
    for (uint32_t i = 2; i < m->n_lists && n > 0; i++) {
        n = ask(m, i, m->docs, n, which);
        for (uint32_t k = 0; k < n; k++)
            m->docs[k] = m->docs[which[k]];
        for (uint32_t list = 0; list < i; list++)
            for (uint32_t k = 0; k < n; k++)
                m->at[list][k] = m->at[list][which[k]];
    }
    m->n = n;
}
