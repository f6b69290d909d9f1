/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The best window over a stream of matches, in memory for one window.
 *
 * A window [S, S + width] holds the matches with start >= S that end in it,
 * and S is the start of a match. Windows are looked at with S ascending, each
 * once no match that ends in it can come any more. A match enters (in order
 * of end) before it leaves (in order of start), because it fits into a
 * window; one that does not is never taken.
 */
#include "snippet.h"

#define BEST_REPEATS 4 /* more showings of a feature add nothing */

uint64_t ost_window_gain(uint32_t weight, uint32_t n)
{
    if (n == 1)
        return weight;
    return n <= BEST_REPEATS ? weight >> (n + 1) : 0;
}

static size_t key(const ost_span_queue *q, const ost_span *span)
{
    return q->by_end ? span->end : span->start;
}

static bool queue_add(ost_span_queue *q, ost_span span)
{
    size_t at;

    if (q->n == q->room && q->head > q->room / 2) {
        q->n -= q->head;
        memmove(q->spans, q->spans + q->head, q->n * sizeof *q->spans);
        q->head = 0;
    }
    if (!OST_GROW(&q->spans, &q->room, q->n + 1))
        return false;
    /* Matches come nearly in order, so this goes back a few places. */
    for (at = q->n; at > q->head; at--) {
        if (key(q, &q->spans[at - 1]) <= key(q, &span))
            break;
        q->spans[at] = q->spans[at - 1];
    }
    q->spans[at] = span;
    q->n++;
    return true;
}

bool ost_window_open(ost_window *w, const char *text, size_t width,
                     const uint32_t *weights, uint32_t n_features)
{
    memset(w, 0, sizeof *w);
    w->text = text;
    w->width = width;
    w->weights = weights;
    w->entering.by_end = true;
    w->counts = ost_calloc(n_features, sizeof *w->counts);
    return w->counts != NULL;
}

void ost_window_close(ost_window *w)
{
    ost_free(w->counts);
    ost_free(w->leaving.spans);
    ost_free(w->entering.spans);
}

/* Looks at the window that begins with the first span, and lets that go. */
static void step(ost_window *w)
{
    const ost_span first = w->leaving.spans[w->leaving.head++];
    ost_span_queue *in = &w->entering;
    uint64_t score;

    while (in->head < in->n &&
           in->spans[in->head].end - first.start <= w->width) {
        const ost_span *span = &in->spans[in->head++];
        w->score += ost_window_gain(w->weights[span->feature],
                                    ++w->counts[span->feature]);
        w->entered_end = span->end;
    }
    if (w->score + OST_EDGE_BONUS > w->best_score) {
        score = w->score + ost_edge_bonus(w->text, first.start);
        if (score > w->best_score) {
            w->best_score = score;
            w->best_start = first.start;
            w->best_end = w->entered_end;
        }
    }
    w->score -= ost_window_gain(w->weights[first.feature],
                                w->counts[first.feature]--);
}

bool ost_window_add(ost_window *w, const ost_match *match)
{
    const ost_span span = {match->start, match->end, match->feature};

    while (w->leaving.head < w->leaving.n &&
           match->at > w->leaving.spans[w->leaving.head].start &&
           match->at - w->leaving.spans[w->leaving.head].start > w->width)
        step(w);
    if (span.end - span.start > w->width)
        return true;
    return queue_add(&w->leaving, span) && queue_add(&w->entering, span);
}

void ost_window_finish(ost_window *w)
{
    while (w->leaving.head < w->leaving.n)
        step(w);
}
