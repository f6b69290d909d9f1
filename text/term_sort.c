/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Multikey quicksort (Bentley and Sedgewick 1997) with eight bytes of the term
 * as the key, kept beside its number: most comparisons touch no term. Pivots
 * are drawn at random, so that no prepared input makes it slow; the larger
 * side is the loop's, so that the stack stays small.
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
    uint64_t random;
} sorter;

#define SMALL 16

static uint64_t load_key(const sorter *s, uint32_t id, size_t level)
{
    const ost_term *term = &s->terms[id];
    const uint8_t *p;
    size_t n;
    uint64_t key = 0;

    if (level == 0)
        return term->field;
    p = (const uint8_t *)ost_word_store_at(s->words, term->at) + 8 * level - 8;
    n = term->len - (8 * level - 8);
    if (n >= 8) {
        for (unsigned i = 0; i < 8; i++)
            key = key << 8 | p[i];
        return key;
    }
    for (size_t i = 0; i < n; i++)
        key |= (uint64_t)p[i] << (56 - 8 * i);
    return key;
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
        for (; j > 0 && compare(s, &items[j - 1], &moved, level) > 0; j--)
            items[j] = items[j - 1];
        items[j] = moved;
    }
}

static uint64_t median(uint64_t a, uint64_t b, uint64_t c)
{
    if (a > b) {
        const uint64_t t = a;
        a = b;
        b = t;
    }
    return c <= a ? a : c >= b ? b : c;
}

/* xorshift64 (Marsaglia 2003). */
static size_t draw(sorter *s, size_t n)
{
    s->random ^= s->random << 13;
    s->random ^= s->random >> 7;
    s->random ^= s->random << 17;
    return (size_t)(s->random % n);
}

static void swap(item *a, item *b)
{
    const item t = *a;
    *a = *b;
    *b = t;
}

/* Three parts: keys below the pivot [0, *low), equal, above [*high, n). */
static void partition(sorter *s, item *items, size_t n, size_t *low,
                      size_t *high)
{
    const uint64_t pivot =
        median(items[draw(s, n)].key, items[draw(s, n)].key,
               items[draw(s, n)].key);
    size_t i = 0, lt = 0, gt = n;

    while (i < gt) {
        if (items[i].key < pivot)
            swap(&items[i++], &items[lt++]);
        else if (items[i].key > pivot)
            swap(&items[i], &items[--gt]);
        else
            i++;
    }
    *low = lt;
    *high = gt;
}

static void sort_level(sorter *s, item *items, size_t n, size_t level);

/* Sorts terms with one key. Those that end in this level come first; they
 * differ by zero bytes at the end only, so they are few. */
static void sort_equal(sorter *s, item *items, size_t n, size_t level)
{
    size_t ended = 0;

    for (size_t i = 0; i < n && level > 0; i++)
        if (s->terms[items[i].id].len <= 8 * level)
            swap(&items[i], &items[ended++]);
    insertion_sort(s, items, ended, level);
    for (size_t i = ended; i < n; i++)
        items[i].key = load_key(s, items[i].id, level + 1);
    sort_level(s, items + ended, n - ended, level + 1);
}

static void sort_level(sorter *s, item *items, size_t n, size_t level)
{
    while (n > SMALL) {
        size_t low, high;
        partition(s, items, n, &low, &high);
        sort_equal(s, items + low, high - low, level);
        if (low < n - high) {
            sort_level(s, items, low, level);
            items += high;
            n -= high;
        } else {
            sort_level(s, items + high, n - high, level);
            n = low;
        }
    }
    insertion_sort(s, items, n, level);
}

bool ost_term_sort(const ost_term *terms, size_t n,
                   const ost_word_store *words, uint32_t *ids)
{
    sorter s = {.terms = terms, .words = words};
    item *items;

    if (n > SIZE_MAX / sizeof *items)
        return false;
    items = ost_malloc(n * sizeof *items);
    if (items == NULL)
        return false;
    s.random = (uint64_t)(uintptr_t)items | 1;
    for (size_t i = 0; i < n; i++) {
        items[i].id = (uint32_t)i;
        items[i].key = load_key(&s, items[i].id, 0);
    }
    sort_level(&s, items, n, 0);
    for (size_t i = 0; i < n; i++)
        ids[i] = items[i].id;
    ost_free(items);
    return true;
}
