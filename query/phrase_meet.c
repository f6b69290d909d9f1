/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Documents that may have a phrase, some at a time: those that all leading
 * lists hold. A phrase occurs no more often than any of its terms, so where
 * the floor is out of reach of that many occurrences a document is left out.
 * Where all candidates will be asked for, the positions of the two rarest
 * words are compared at once for all of them, which leaves few.
 */
#include "scorer_phrase.h"

int64_t ost_phrase_bound(ost_phrase_scorer *p, uint32_t target, uint32_t *upto)
{
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

/* Moves the first list to a block that may hold something above the floor, as
 * far as bounds tell; false where there is none. */
static bool skip_blocks(ost_phrase_scorer *p)
{
    ost_postings *lead = p->met.lists[0];

    while (lead->doc != OST_DOC_END && lead->doc > p->checked) {
        uint32_t upto;
        if (ost_phrase_bound(p, lead->doc, &upto) > p->base.floor)
            p->checked = upto;
        else if (upto == OST_DOC_END)
            return false;
        else
            ost_postings_seek(lead, upto + 1);
    }
    return lead->doc != OST_DOC_END;
}

/* Looks for candidates among those documents of the first list's block, from
 * its current one on, that may be above the floor. */
static void meet_filtered(ost_phrase_scorer *p)
{
    ost_postings *lead = p->met.lists[0];
    uint32_t docs[OST_BLOCK], n = 0, at = lead->at;
    uint8_t places[OST_BLOCK];

    p->met.n = 0;
    if (!ost_postings_load_tfs(lead))
        return;
    if (p->scored != lead->block)
        ost_contributions(p->weight, p->damping, p->norms, lead->docs + at,
                          lead->tfs + at, lead->n - at, p->lead_scores + at);
    p->scored = lead->block;
    for (; at < lead->n && lead->docs[at] <= p->checked; at++) {
        docs[n] = lead->docs[at];
        places[n] = (uint8_t)at;
        n += p->lead_scores[at] > p->base.floor;
    }
    if (n > 0)
        ost_meeting_of(&p->met, docs, places, n);
    /* Behind the last one there is none up to where it was looked. */
    if (n == 0 || p->met.resume == docs[n - 1] + 1)
        p->met.resume = lead->docs[at - 1] + 1;
}

/* Leaves candidates out where one of the words is not frequent enough for the
 * floor. */
static void keep_frequent(ost_phrase_scorer *p)
{
    ost_meeting *m = &p->met;
    uint32_t tfs[OST_BLOCK], kept = 0;
    int64_t scores[OST_BLOCK];

    memset(tfs, 0xff, m->n * sizeof *tfs);
    for (uint32_t i = 0; i < m->n_lists; i++) {
        ost_postings *list = m->lists[i];
        if (!ost_postings_load_tfs(list)) {
            m->n = 0;
            return;
        }
        for (uint32_t k = 0; k < m->n; k++)
            if (list->tfs[m->at[i][k]] < tfs[k])
                tfs[k] = list->tfs[m->at[i][k]];
    }
    ost_contributions(p->weight, p->damping, p->norms, m->docs, tfs, m->n,
                      scores);
    for (uint32_t k = 0; k < m->n; k++)
        if (scores[k] > p->base.floor)
            ost_meeting_keep(m, k, kept++);
    m->n = kept;
}

/* Leaves candidates out where the words of the first two lists do not stand
 * as in the phrase. */
static void keep_pairs(ost_phrase_scorer *p)
{
    ost_meeting *m = &p->met;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < OST_PHRASE_PAIR; i++)
        p->found[i] =
            ost_postings_spots(m->lists[i], m->at[i], m->n, p->spots[i]);
    if (!p->found[0] || !p->found[1]) {
        memset(p->pairs, 0xff, m->n * sizeof *p->pairs); /* not known */
        return;
    }
    ost_position_spots_pairs(p->spots[0], p->spots[1], m->n, p->distance,
                             !p->base.ranking, p->pairs);
    for (uint32_t k = 0; k < m->n; k++) {
        if (p->pairs[k] == 0)
            continue;
        p->pairs[kept] = p->pairs[k];
        p->spots[0][kept] = p->spots[0][k];
        p->spots[1][kept] = p->spots[1][k];
        ost_meeting_keep(m, k, kept++);
    }
    m->n = kept;
}

/* Finds the next candidates, from document `from` on, that all leading lists
 * hold. */
int64_t ost_phrase_meet(ost_phrase_scorer *p, uint32_t from)
{
    ost_meeting *m = &p->met;
    ost_postings *lead = m->lists[0];

    m->n = 0;
    m->resume = from;
    while (m->n == 0) {
        if (m->resume == OST_DOC_END)
            return OST_DOC_END;
        if (lead->n == 0 || lead->doc < m->resume)
            ost_postings_seek(lead, m->resume);
        if (lead->doc == OST_DOC_END ||
            (p->base.floor >= 0 && !skip_blocks(p))) {
            m->resume = OST_DOC_END;
            return OST_DOC_END;
        }
        if (p->base.floor >= 0)
            meet_filtered(p);
        else
            ost_meeting_of(m, lead->docs + lead->at, NULL, lead->n - lead->at);
        if (p->pairs != NULL && m->n > 0) {
            if (p->base.floor >= 0)
                keep_frequent(p);
            if (m->n > 0)
                keep_pairs(p);
        }
    }
    p->next = 0;
    return m->docs[0];
}
