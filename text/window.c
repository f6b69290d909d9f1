/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Runs of word characters from masks of what bytes are: 64 bytes at a time by
 * bitwise operations, in which a neighbour's bit comes from a shift. The runs'
 * edges are then read off one by one.
 */
#include "window.h"

/* The bit of the byte before, and of the byte behind each. */
static uint64_t before(uint64_t mask, uint64_t previous)
{
    return mask << 1 | previous >> 63;
}
static uint64_t behind(uint64_t mask, uint64_t next)
{
    return mask >> 1 | next << 63;
}

static unsigned count_bits(uint64_t x)
{
    x -= x >> 1 & UINT64_C(0x5555555555555555);
    x = (x & UINT64_C(0x3333333333333333)) +
        (x >> 2 & UINT64_C(0x3333333333333333));
    x = (x + (x >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (unsigned)(x * UINT64_C(0x0101010101010101) >> 56);
}

/* Appends the places of the bits. The number of rounds is nearly always the
 * same, unlike that of bits; what is written too much is written over. */
static uint16_t *put_edges(uint16_t *to, uint64_t edges, unsigned place)
{
    const unsigned n = count_bits(edges);

    for (unsigned done = 0; done < n; done += 8)
        for (unsigned i = 0; i < 8; i++) {
            const uint64_t guard = UINT64_C(1) << 63;
            to[done + i] =
                (uint16_t)(place + (unsigned)__builtin_ctzll(edges | guard));
            edges &= edges - 1;
        }
    return to + n;
}

/* Reads runs off the masks, of which one of zeros follows the last. */
static void find_runs(ost_window *w, size_t blocks)
{
    static const ost_byte_masks none;
    const ost_byte_masks *previous = &none;
    uint64_t run_before = 0;
    uint16_t *edge = w->edges;

    for (size_t b = 0; b < blocks; b++) {
        const ost_byte_masks *m = &w->masks[b], *next = m + 1;
        const uint64_t letter_before = before(m->letters, previous->letters);
        const uint64_t digit_before = before(m->digits, previous->digits);
        const uint64_t letter_behind = behind(m->letters, next->letters);
        const uint64_t digit_behind = behind(m->digits, next->digits);
        const uint64_t high_behind = behind(m->high, next->high);
        const uint64_t word_before = letter_before | digit_before;
        const uint64_t run =
            m->letters | m->digits | m->high |
            (m->apostrophes & letter_before & letter_behind);

        w->high[b] = m->high;
        w->joins[b] =
            m->connectors & word_before & (letter_behind | digit_behind);
        w->special[b] =
            w->joins[b] |
            (m->connectors & word_before & high_behind) |
            (m->commas & digit_before & digit_behind) |
            (m->apostrophes & word_before & high_behind) |
            (m->apostrophes & digit_before & letter_behind);
        edge = put_edges(edge, run ^ before(run, run_before),
                         (unsigned)b * OST_BLOCK);
        run_before = run;
        previous = m;
    }
    w->joins[blocks] = w->special[blocks] = 0;
    if ((edge - w->edges) % 2 != 0)
        *edge++ = (uint16_t)w->len;
    edge[0] = edge[1] = UINT16_MAX;
    w->n_runs = (size_t)(edge - w->edges) / 2;
}

/* Finds the first byte over 0x7F from `place` < len on. */
static void find_high(ost_window *w, size_t place)
{
    size_t block = place / OST_BLOCK;
    uint64_t bits = w->high[block] & UINT64_MAX << place % OST_BLOCK;

    while (bits == 0 && ++block * OST_BLOCK < w->len)
        bits = w->high[block];
    w->next_high = bits == 0 ? w->len
                             : (uint32_t)(block * OST_BLOCK +
                                          (unsigned)__builtin_ctzll(bits));
    w->limit = w->known < w->next_high ? w->known : w->next_high;
}

void ost_window_fill(ost_window *w, const char *text, size_t base, size_t end)
{
    const size_t left = end - base;
    const size_t len = left < OST_WINDOW ? left : OST_WINDOW;
    const size_t whole = len / OST_BLOCK, rest = len % OST_BLOCK;
    size_t blocks = whole;

    w->base = base;
    w->len = (uint32_t)len;
    /* The byte behind a run and the next one decide. */
    w->known = (uint32_t)(len == left ? len : len - 2);
    w->classify(text + base, whole, w->folded, w->masks);
    if (rest > 0) {
        char last[OST_BLOCK] = {0};
        memcpy(last, text + base + whole * OST_BLOCK, rest);
        w->classify(last, 1, w->folded + whole * OST_BLOCK, w->masks + whole);
        blocks++;
    }
    memset(&w->masks[blocks], 0, sizeof w->masks[blocks]);
    find_runs(w, blocks);
    w->run = 0;
    find_high(w, 0);
}

void ost_window_clear(ost_window *w, size_t base)
{
    w->base = base;
    w->len = w->known = w->next_high = w->limit = 0;
    w->run = w->n_runs = 0;
    w->edges[0] = w->edges[1] = UINT16_MAX;
}

void ost_window_seek(ost_window *w, size_t at)
{
    const size_t place = at - w->base;

    if (place >= w->len) {
        ost_window_clear(w, at);
        return;
    }
    while (w->run < w->n_runs && w->edges[2 * w->run + 1] <= place)
        w->run++;
    if (w->run < w->n_runs && w->edges[2 * w->run] < place)
        w->edges[2 * w->run] = (uint16_t)place;
    if (w->next_high < place)
        find_high(w, place);
}
