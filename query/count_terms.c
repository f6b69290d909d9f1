/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How many documents hold all of some terms, or any of them, without scores:
 * a byte for each document of a window counts the terms that were all there so
 * far. Bytes, not bits: a store then waits for no store before it.
 */
#include "scorer_term.h"

enum {
    SPAN = 1 << 14,  /* documents of a window; its bytes stay in fast memory */
    SPARSE = 32,     /* times as many postings: seeking is faster */
    MOST_TERMS = 255 /* a byte can count */
};

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

/* Adds one to the bytes of the term's documents that are `level`. */
static void raise(ost_term_scorer *t, uint32_t base, uint8_t level,
                  uint8_t *marks)
{
    while (t->base.doc < (int64_t)base + SPAN) {
        const ost_postings *p = t->postings;
        const uint32_t to = window_end(t, base);
        for (uint32_t i = p->at; i < to; i++) {
            uint8_t *m = &marks[p->docs[i] - base];
            *m = (uint8_t)(*m + (*m == level));
        }
        ost_term_move(t, to);
    }
}

/* How many bytes of the term's documents are `level`. */
static uint64_t tally(ost_term_scorer *t, uint32_t base, uint8_t level,
                      const uint8_t *marks, const uint64_t *deleted)
{
    uint64_t n = 0;

    while (t->base.doc < (int64_t)base + SPAN) {
        const ost_postings *p = t->postings;
        const uint32_t to = window_end(t, base);
        for (uint32_t i = p->at; i < to; i++)
            n += marks[p->docs[i] - base] == level &&
                 !ost_bit(deleted, p->docs[i]);
        ost_term_move(t, to);
    }
    return n;
}

bool ost_count_all_pays(ost_scorer *const *terms, uint32_t n)
{
    return n > 1 && n <= MOST_TERMS &&
           terms[n - 1]->cost / SPARSE <= terms[0]->cost;
}

uint64_t ost_count_all(ost_scorer *const *terms, uint32_t n,
                       const uint64_t *deleted)
{
    ost_term_scorer *lead = term_of(terms[0]);
    int64_t from = ost_term_seek(lead, 0);
    uint8_t marks[SPAN];
    uint64_t sum = 0;

    while (from != OST_DOC_END) {
        const uint32_t base = (uint32_t)from;
        memset(marks, 0, sizeof marks);
        mark(lead, base, marks);
        for (uint32_t i = 1; i < n; i++) {
            ost_term_scorer *t = term_of(terms[i]);
            ost_term_seek(t, base);
            if (i + 1 < n)
                raise(t, base, (uint8_t)i, marks);
            else
                sum += tally(t, base, (uint8_t)i, marks, deleted);
            if (t->base.doc > from)
                from = t->base.doc;
        }
        if (from < OST_DOC_END)
            from = ost_term_seek(lead, from);
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
