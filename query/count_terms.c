/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How many documents hold all of some terms, or any of them, without scores.
 * For all, each block of the rarest term is looked up in the others. For any, a
 * byte for each document of a window tells whether one has it: not a bit, for a
 * store of a byte waits for no store before it.
 */
#include "scorer_term.h"

enum { SPAN = 1 << 14 }; /* documents of a window: bytes in fast memory */

static ost_term_scorer *term_of(ost_scorer *s)
{
    return (ost_term_scorer *)s;
}

/* Where the term's documents of the window end in its block. */
static uint32_t window_end(const ost_term_scorer *t, uint32_t base)
{
    return ost_postings_find(t->postings, (int64_t)base + SPAN);
}

/* Sets the bytes of the term's documents. */
static void mark(ost_term_scorer *t, uint32_t base, uint8_t *marks)
{
    while (t->base.doc < (int64_t)base + SPAN) {
        const ost_postings *p = t->postings;
        const uint32_t to = window_end(t, base);
        for (uint32_t i = p->at; i < to; i++)
            marks[p->docs[i] - base] = 1;
        ost_term_move(t, to);
    }
}

uint32_t ost_term_keep(ost_term_scorer *t, uint32_t *docs, uint32_t n)
{
    uint8_t which[OST_BLOCK], at[OST_BLOCK];
    uint32_t kept = 0, passed;

    for (uint32_t k = 0; k < n; k += passed) {
        uint32_t found;
        if (ost_term_seek(t, docs[k]) == OST_DOC_END)
            break;
        found = ost_postings_meet(t->postings, docs + k, n - k, which, at,
                                  &passed);
        for (uint32_t i = 0; i < found; i++)
            docs[kept++] = docs[k + which[i]];
    }
    return kept;
}

uint64_t ost_count_all(ost_scorer *const *terms, uint32_t n,
                       const uint64_t *deleted)
{
    ost_term_scorer *lead = term_of(terms[0]);
    uint64_t sum = 0;

    while (ost_term_move(lead, lead->postings->n) != OST_DOC_END) {
        uint32_t docs[OST_BLOCK], left = lead->postings->n;
        memcpy(docs, lead->postings->docs, left * sizeof *docs);
        for (uint32_t i = 1; i < n && left > 0; i++)
            left = ost_term_keep(term_of(terms[i]), docs, left);
        for (uint32_t i = 0; i < left; i++)
            sum += !ost_bit(deleted, docs[i]);
    }
    return sum;
}

/* Sums bytes that are 0 or 1. */
static uint64_t sum_marks(const uint8_t *marks)
{
    uint64_t sum = 0;

    for (size_t at = 0; at < SPAN; at += 1024) {
        uint64_t bytes = 0;
        for (size_t i = 0; i < 1024; i += 8)
            bytes += ost_get64(marks + at + i);
        bytes = (bytes & 0x00ff00ff00ff00ff) +
                (bytes >> 8 & 0x00ff00ff00ff00ff);
        sum += bytes * 0x0001000100010001 >> 48;
    }
    return sum;
}

/* Takes the marks of deleted documents away. */
static void unmark(uint8_t *marks, uint32_t base, uint32_t end,
                   const uint64_t *deleted)
{
    for (uint32_t doc = base; doc < end; doc++)
        if (ost_bit(deleted, doc))
            marks[doc - base] = 0;
}

uint64_t ost_count_any(ost_scorer *const *terms, uint32_t n,
                       uint32_t documents, const uint64_t *deleted)
{
    uint8_t marks[SPAN];
    uint64_t sum = 0;
    int64_t from = 0;

    while (from != OST_DOC_END) {
        const uint32_t base = (uint32_t)from;
        memset(marks, 0, sizeof marks);
        from = OST_DOC_END;
        for (uint32_t i = 0; i < n; i++) {
            ost_term_scorer *t = term_of(terms[i]);
            ost_term_seek(t, base);
            mark(t, base, marks);
            if (t->base.doc < from)
                from = t->base.doc;
        }
        if (deleted != NULL)
            unmark(marks, base,
                   documents - base < SPAN ? documents : base + SPAN,
                   deleted);
        sum += sum_marks(marks);
    }
    return sum;
}
