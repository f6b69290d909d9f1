/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Terms sorted by eight bytes at a time, kept beside their numbers, so that
 * most steps touch no term. Many terms are dealt out by the first byte in which
 * their keys differ (radix sort, highest byte first, between two arrays); few,
 * and what the radix has no more bytes for, are sorted by insertion. Time is
 * bounded by the bytes of all terms, whatever they are.
 */
#include "terms.h"

/* A key of level 0 is the field; of level n > 0, bytes [8n - 8, 8n) of the
 * term, the first one highest, zeros behind its end. */
typedef struct item {
    uint64_t key;
    uint32_t id;
} item;

typedef struct sorter {
    const ost_term *terms;
    const ost_word_store *words;
} sorter;

#define SMALL 32

/* Eight bytes, the first one highest. */
static uint64_t first_bytes(const uint8_t *p)
{
    return (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 |
           (uint64_t)p[2] << 40 | (uint64_t)p[3] << 32 |
           (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 |
           (uint64_t)p[6] << 8 | p[7];
}

static uint64_t load_key(const sorter *s, uint32_t id, size_t level)
{
    const ost_term *term = &s->terms[id];
    const uint8_t *p;
    size_t n;

    if (level == 0)
        return term->field;
    p = (const uint8_t *)ost_word_store_at(s->words, term->at) + 8 * level - 8;
    n = term->len - (8 * level - 8);
    return first_bytes(p) & (n >= 8 ? UINT64_MAX : ~(UINT64_MAX >> 8 * n));
}

/* Orders two terms that agree in all levels below this one. */
static int compare(const sorter *s, const item *a, const item *b, size_t level)
{
    const ost_term *x = &s->terms[a->id], *y = &s->terms[b->id];
    const size_t same = level == 0 ? 0 : 8 * level - 8;
    const size_t least = x->len < y->len ? x->len : y->len;
    int order;

    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    order = memcmp(ost_word_store_at(s->words, x->at) + same,
                   ost_word_store_at(s->words, y->at) + same, least - same);
    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static void insertion_sort(const sorter *s, item *items, size_t n,
                           size_t level)
{
    for (size_t i = 1; i < n; i++) {
        const item moved = items[i];
        size_t j = i;
        for (; j > 0 && (items[j - 1].key > moved.key ||
                         (items[j - 1].key == moved.key &&
                          compare(s, &items[j - 1], &moved, level) > 0));
             j--)
            items[j] = items[j - 1];
        items[j] = moved;
    }
}

static void sort_level(const sorter *s, item *items, item *spare, size_t n,
                       size_t level);

/* Sorts terms with one key. Those that end in this level come first; they
 * differ by zero bytes at the end only, so they are few. */
static void sort_equal(const sorter *s, item *items, item *spare, size_t n,
                       size_t level)
{
    size_t ended = 0;

    if (n <= SMALL) {
        insertion_sort(s, items, n, level);
        return;
    }
    for (size_t i = 0; i < n && level > 0; i++)
        if (s->terms[items[i].id].len <= 8 * level) {
            const item t = items[i];
            items[i] = items[ended];
            items[ended++] = t;
        }
    insertion_sort(s, items, ended, level);
    for (size_t i = ended; i < n; i++)
        items[i].key = load_key(s, items[i].id, level + 1);
    sort_level(s, items + ended, spare, n - ended, level + 1);
}

/* Deals items out to `to` by the byte of their keys at `shift`; ends[i] is
 * where those with byte i end. */
static void deal(const item *items, item *to, size_t n, unsigned shift,
                 uint32_t ends[256])
{
    uint32_t at = 0;

    memset(ends, 0, 256 * sizeof *ends);
    for (size_t i = 0; i < n; i++)
        ends[items[i].key >> shift & 0xFF]++;
    for (unsigned b = 0; b < 256; b++) {
        const uint32_t count = ends[b];
        ends[b] = at;
        at += count;
    }
    for (size_t i = 0; i < n; i++)
        to[ends[items[i].key >> shift & 0xFF]++] = items[i];
}

/* The highest byte in which keys differ, as a shift; 64: none does. */
static unsigned differing(const item *items, size_t n)
{
    uint64_t bits = 0;

    for (size_t i = 1; i < n; i++)
        bits |= items[i].key ^ items[0].key;
    return bits == 0 ? 64 : (63 - (unsigned)__builtin_clzll(bits)) & ~7u;
}

/* Recursion goes one level a byte of a term, and uses 1 KiB of stack. */
static void sort_level(const sorter *s, item *items, item *spare, size_t n,
                       size_t level)
{
    uint32_t ends[256];
    unsigned shift;
    uint32_t from = 0;

    if (n <= SMALL) {
        insertion_sort(s, items, n, level);
        return;
    }
    shift = differing(items, n);
    if (shift == 64) {
        sort_equal(s, items, spare, n, level);
        return;
    }
    deal(items, spare, n, shift, ends);
    memcpy(items, spare, n * sizeof *items);
    for (unsigned b = 0; b < 256; b++) {
        if (ends[b] - from > 1) /* most are empty */
            sort_level(s, items + from, spare, ends[b] - from, level);
        from = ends[b];
    }
}

bool ost_term_sort(const ost_term *terms, size_t n,
                   const ost_word_store *words, uint32_t *ids)
{
    const sorter s = {.terms = terms, .words = words};
    item *items;

    if (n > UINT32_MAX || n > SIZE_MAX / 2 / sizeof *items)
        return false;
    items = ost_malloc(2 * n * sizeof *items);
    if (items == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        items[i].id = (uint32_t)i;
        items[i].key = load_key(&s, items[i].id, 0);
    }
    sort_level(&s, items, items + n, n, 0);
    for (size_t i = 0; i < n; i++)
        ids[i] = items[i].id;
    ost_free(items);
    return true;
}
