/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * From a segment's lists to documents as sets of terms, for bisection. The
 * dictionary is walked three times: for the document frequencies, for the
 * size of each document, and for its terms.
 */
#include "reorder.h"

#include "dictionary.h"

/* A term of one document brings no two together. */
#define LEAST_DF 2

/* Bytes a posting, and a document, take in an ost_forward. */
#define POSTING_BYTES sizeof(uint32_t)

typedef struct gathering {
    ost_segment *segment;
    uint32_t least, most; /* document frequencies of terms that count */
    uint32_t n_terms;
    uint64_t *ends; /* [doc + 1]: sizes, then ends so far */
    uint32_t *terms;
} gathering;

/* What is done with a term: `number` is its own among those that count. */
typedef osteon_status each_term(gathering *g, const ost_term *term,
                                uint32_t number, void *arg, osteon_error *err);

static osteon_status walk(gathering *g, each_term *each, void *arg,
                          osteon_error *err)
{
    ost_term_cursor cursor;
    ost_field_view field;
    uint32_t number = 0;
    osteon_status s = ost_segment_field(g->segment, "", &field, err);

    if (s != OSTEON_OK) /* no document has a word */
        return s == OSTEON_NOT_FOUND ? OSTEON_OK : s;
    ost_term_cursor_start(&cursor, g->segment, field.number);
    s = ost_term_cursor_next(&cursor, err);
    while (s == OSTEON_OK && cursor.len > 0) {
        if (cursor.info.df >= g->least && cursor.info.df <= g->most)
            s = each(g, &cursor.info, number++, arg, err);
        if (s == OSTEON_OK)
            s = ost_term_cursor_next(&cursor, err);
    }
    g->n_terms = number;
    return s;
}

/* ---- Which terms count ---- */

/* postings[i]: of terms with df from 2^i on, below 2^(i + 1). */
static osteon_status tally(gathering *g, const ost_term *term, uint32_t number,
                           void *arg, osteon_error *err)
{
    uint64_t *postings = arg;
    unsigned level = 0;

    (void)g;
    (void)number;
    (void)err;
    while (term->df >> level > 1)
        level++;
    postings[level] += term->df;
    return OSTEON_OK;
}

/* Raises `least` by powers of two until the rest fits into memory. */
static osteon_status choose(gathering *g, size_t memory, osteon_error *err)
{
    uint64_t postings[32] = {0}, sum = 0;
    osteon_status s;

    g->least = LEAST_DF;
    g->most = ost_segment_documents(g->segment) / 2;
    s = walk(g, tally, postings, err);
    for (unsigned i = 0; i < 32; i++)
        sum += postings[i];
    for (unsigned i = 1; i < 32 && sum > memory / POSTING_BYTES; i++) {
        sum -= postings[i];
        g->least = (uint32_t)1 << (i + 1 < 32 ? i + 1 : 31);
    }
    return s;
}

/* ---- Their documents ---- */

/* Walks one list; `fill`: writes the term, else counts it. */
static osteon_status add(gathering *g, const ost_term *term, uint32_t number,
                         void *fill, osteon_error *err)
{
    ost_postings *p;
    osteon_status s = ost_postings_open(g->segment, term, &p, err);

    if (s != OSTEON_OK)
        return s;
    while (ost_postings_next(p) != OST_DOC_END) {
        if (fill != NULL)
            g->terms[g->ends[p->doc + 1]] = number;
        g->ends[p->doc + 1]++;
    }
    s = ost_postings_status(p);
    if (s != OSTEON_OK && err != NULL)
        *err = p->error;
    ost_postings_close(p);
    return s;
}

/* Sizes to starts: ends[d + 1] is where document d begins, until it is
 * filled. */
static uint64_t lay_out(uint64_t *ends, uint32_t n)
{
    uint64_t at = 0;

    for (uint32_t d = 0; d < n; d++) {
        const uint64_t size = ends[d + 1];
        ends[d + 1] = at;
        at += size;
    }
    return at;
}

osteon_status ost_reorder(ost_segment *segment, size_t memory,
                          unsigned threads, uint32_t *order, osteon_error *err)
{
    const uint32_t n = ost_segment_documents(segment);
    gathering g = {.segment = segment};
    ost_forward forward = {.n_docs = n};
    osteon_status s = choose(&g, memory, err);

    if (s != OSTEON_OK)
        return s;
    g.ends = ost_calloc((size_t)n + 1, sizeof *g.ends);
    if (g.ends == NULL)
        return ost_fail_memory(err);
    s = walk(&g, add, NULL, err);
    if (s == OSTEON_OK) {
        const uint64_t all = lay_out(g.ends, n);
        g.terms = ost_malloc(all * sizeof *g.terms);
        s = g.terms != NULL ? walk(&g, add, g.terms, err)
                            : ost_fail_memory(err);
    }
    if (s == OSTEON_OK) {
        forward.n_terms = g.n_terms;
        forward.starts = g.ends;
        forward.terms = g.terms;
        s = ost_bisect(&forward, threads, order, err);
    }
    ost_free(g.terms);
    ost_free(g.ends);
    return s;
}
