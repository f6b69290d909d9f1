/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One term's postings into the order of new document numbers, for a merge
 * that reorders documents.
 */
#include "merge_parts.h"

typedef struct shuffled {
    uint32_t doc, tf, n_positions;
    size_t at; /* of its positions, in `positions` */
} shuffled;

struct ost_shuffle {
    shuffled *postings;
    size_t n, room;
    uint32_t *positions;
    size_t n_positions, positions_room;
};

ost_shuffle *ost_shuffle_open(void)
{
    return ost_calloc(1, sizeof(ost_shuffle));
}

void ost_shuffle_close(ost_shuffle *s)
{
    if (s == NULL)
        return;
    ost_free(s->postings);
    ost_free(s->positions);
    ost_free(s);
}

bool ost_shuffle_add(ost_shuffle *s, uint32_t doc, uint32_t tf,
                     const uint32_t *positions, uint32_t n_positions)
{
    if (!OST_GROW(&s->postings, &s->room, s->n + 1) ||
        !OST_GROW(&s->positions, &s->positions_room,
                  s->n_positions + n_positions))
        return false;
    s->postings[s->n++] = (shuffled){.doc = doc,
                                     .tf = tf,
                                     .n_positions = n_positions,
                                     .at = s->n_positions};
    if (n_positions > 0)
        memcpy(s->positions + s->n_positions, positions,
               n_positions * sizeof *positions);
    s->n_positions += n_positions;
    return true;
}

static int by_doc(const void *a, const void *b)
{
    const shuffled *x = a, *y = b;

    return (x->doc > y->doc) - (x->doc < y->doc);
}

osteon_status ost_shuffle_write(ost_shuffle *s, ost_term_writer *w,
                                osteon_error *err)
{
    osteon_status status = OSTEON_OK;

    qsort(s->postings, s->n, sizeof *s->postings, by_doc);
    for (size_t i = 0; i < s->n && status == OSTEON_OK; i++) {
        const shuffled *p = &s->postings[i];
        status = ost_term_writer_posting(w, p->doc, p->tf,
                                         s->positions + p->at,
                                         p->n_positions, err);
    }
    s->n = s->n_positions = 0;
    return status;
}
