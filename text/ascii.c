/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Words of ASCII. A run with nothing special behind it is a word, and lies
 * folded in the window; runs that connectors join are a compound, of which
 * only the joined form is written anew.
 */
#include "ascii.h"

#include "compound.h"

/* A token of bytes [start, end) of the window. */
static inline void put(ost_token *t, const ost_window *w, uint32_t start,
                       uint32_t end, uint32_t position)
{
    t->word = w->folded + start;
    t->len = end - start;
    t->position = position;
    t->start = w->base + start;
    t->end = w->base + end;
    t->kind = OST_TOKEN_WORD;
}

/* Is there a letter among the folded bytes of a compound? */
static bool has_letter(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] >= 'a')
            return true;
    return false;
}

/* Writes runs [first, last] without their connectors; returns the length. */
static uint32_t join(const ost_window *w, size_t first, size_t last, char *to)
{
    char *const begin = to;

    for (size_t run = first; run <= last; run++) {
        const uint32_t start = w->edges[2 * run];
        const uint32_t len = w->edges[2 * run + 1] - start;
        for (uint32_t i = 0; i < len; i += OST_WORD_PADDING)
            memcpy(to + i, w->folded + start + i, OST_WORD_PADDING);
        to += len;
    }
    return (uint32_t)(to - begin);
}

/* Reads words from the next run on while they are plain: known, of ASCII, not
 * too long, and with nothing special behind. Returns the next token. */
static ost_token *read_plain(ost_scan *s, ost_window *w, ost_token *t,
                             const ost_token *out_end)
{
    const uint32_t limit = w->limit;
    const uint16_t *edges = w->edges + 2 * w->run;
    uint32_t position = s->position;

    /* The edge behind the last run is beyond any limit. */
    for (; t < out_end; t++, edges += 2) {
        const uint32_t start = edges[0], end = edges[1];
        if (end > limit || end - start > OST_WORD_MAX ||
            ost_window_bit(w->special, end))
            break;
        put(t, w, start, end, position);
        position += position != UINT32_MAX;
    }
    w->run = (size_t)(edges - w->edges) / 2;
    s->position = position;
    return t;
}

/* The tokens of a compound of runs [first, last]. */
static ost_token *put_compound(ost_scan *s, const ost_window *w, size_t first,
                               size_t last, ost_token *t)
{
    const uint16_t *edges = w->edges;
    const uint32_t start = edges[2 * first], end = edges[2 * last + 1];
    const uint32_t position = ost_scan_position(s);

    put(t++, w, start, edges[2 * first + 1], position);
    put(t, w, start, end, position);
    t->kind = OST_TOKEN_JOINED;
    if (has_letter(t->word, t->len)) {
        t->word = s->dst;
        t->len = join(w, first, last, s->dst);
        s->dst += t->len;
    }
    for (size_t run = first + 1; run <= last; run++)
        put(++t, w, edges[2 * run], edges[2 * run + 1],
            ost_scan_position(s));
    return t + 1;
}

/* Reads the compound that begins with the next run into *t, and moves *t on.
 * Where it is not one of ASCII, or finds no room, nothing is read. */
static ost_ascii_stop read_compound(ost_scan *s, ost_window *w, ost_token **t,
                                    const ost_token *out_end)
{
    const size_t first = w->run;
    const uint32_t start = w->edges[2 * first];
    uint32_t end = w->edges[2 * first + 1];
    size_t last = first;

    while (end <= w->limit && last < first + OST_COMPOUND_PARTS &&
           ost_window_bit(w->joins, end))
        end = w->edges[2 * ++last + 1];
    if (end > w->known && end <= w->next_high && start > 0)
        return OST_STOP_WINDOW;
    if (end > w->limit || end - start > OST_WORD_MAX || last == first ||
        last == first + OST_COMPOUND_PARTS ||
        ost_window_bit(w->special, end))
        return OST_STOP_OTHER;
    if ((size_t)(out_end - *t) < last - first + 2)
        return OST_STOP_ROOM;
    *t = put_compound(s, w, first, last, *t);
    w->run = last + 1;
    return OST_STOP_NONE;
}

ost_ascii_stop ost_ascii_words(ost_scan *s, ost_window *w, ost_token *out,
                               size_t room, size_t *n)
{
    ost_token *t = out + *n, *const out_end = out + room;
    ost_ascii_stop stop = OST_STOP_NONE;

    while (stop == OST_STOP_NONE) {
        t = read_plain(s, w, t, out_end);
        if (w->run == w->n_runs)
            stop = OST_STOP_WINDOW;
        else if (t == out_end || s->dst >= s->dst_limit)
            stop = OST_STOP_ROOM;
        else
            stop = read_compound(s, w, &t, out_end);
    }
    s->at = w->base + (w->run < w->n_runs ? w->edges[2 * w->run] : w->len);
    *n = (size_t)(t - out);
    return stop;
}
