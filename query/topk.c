/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Few documents, or the best of groups, are kept in a binary heap with the
 * worst in front (the lowest score, of equal ones the highest number), so that
 * the floor rises with each one that enters. Many are kept as they come, half
 * as many again as are wanted; when those are too many, the worst go. That
 * takes a few steps a document where the heap takes a branch that cannot be
 * foretold for each of its levels. As documents come in order, and stay in it,
 * ties need no care.
 *
 * Invariant once n >= k: k kept documents have a score of `floor` or more.
 */
#include "topk.h"

enum {
    FEW = 128,  /* wanted: a heap */
    SHORT = 32, /* a row that is sorted by insertion */
    DIGIT = 8,  /* bits of a score looked at together */
    DIGITS = 1 << DIGIT
};

static bool is_heap(const ost_topk *top)
{
    return top->k <= FEW || top->grouped;
}

void ost_topk_free(ost_topk *top)
{
    ost_free(top->items);
    ost_free(top->groups);
    memset(top, 0, sizeof *top);
}

void ost_topk_group(ost_topk *top, uint32_t n_groups)
{
    top->grouped = true;
    top->n_groups = n_groups;
    top->seed = ost_seed() | 1;
}

/* ---- Groups ---- */

/* The slot of a group, or the free one where it belongs. */
static size_t find_group(const ost_topk *top, uint32_t group)
{
    const size_t mask = top->groups_room - 1;
    size_t at = (size_t)(group * top->seed >> 32) & mask;

    while (top->groups[at].group != group && top->groups[at].group != 0)
        at = (at + 1) & mask;
    return at;
}

/* Makes a table with room for one more, of the groups in items[] alone. */
static bool renew_groups(ost_topk *top)
{
    ost_ranked_group *const old = top->groups;
    size_t room = 64;

    while (room < 4 * (top->n + 1))
        room *= 2;
    if (room > UINT32_MAX)
        return false;
    top->groups = ost_calloc(room, sizeof *top->groups);
    if (top->groups == NULL) {
        top->groups = old;
        return false;
    }
    top->groups_room = room;
    top->groups_used = 0;
    for (size_t i = 0; i < top->n; i++) {
        ost_ranked *const item = &top->items[i];
        size_t at;
        if (item->group == 0)
            continue;
        at = find_group(top, old[item->group - 1].group);
        top->groups[at] = old[item->group - 1];
        top->groups_used++;
        item->group = (uint32_t)at + 1;
    }
    ost_free(old);
    return true;
}

/* Puts the slot of a group in its place. False: no memory. */
static bool enter_group(ost_topk *top, ost_ranked *item)
{
    size_t at;

    if (2 * (top->groups_used + 1) > top->groups_room && !renew_groups(top))
        return false;
    at = find_group(top, item->group);
    top->groups_used += top->groups[at].group == 0;
    top->groups[at].group = item->group;
    item->group = (uint32_t)at + 1;
    return true;
}

/* ---- A heap ---- */

static bool worse(const ost_ranked *a, const ost_ranked *b)
{
    return a->score != b->score ? a->score < b->score : a->doc > b->doc;
}

static void put(ost_topk *top, size_t at, ost_ranked item)
{
    top->items[at] = item;
    if (item.group != 0)
        top->groups[item.group - 1].place = (uint32_t)at + 1;
}

/* Puts `item` where it belongs at `at` or below. */
static void sink(ost_topk *top, size_t n, size_t at, ost_ranked item)
{
    const ost_ranked *heap = top->items;
    size_t child;

    while ((child = 2 * at + 1) < n) {
        if (child + 1 < n && worse(&heap[child + 1], &heap[child]))
            child++;
        if (!worse(&heap[child], &item))
            break;
        put(top, at, heap[child]);
        at = child;
    }
    put(top, at, item);
}

static void rise(ost_topk *top, size_t at, ost_ranked item)
{
    const ost_ranked *heap = top->items;

    while (at > 0 && worse(&item, &heap[(at - 1) / 2])) {
        put(top, at, heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(top, at, item);
}

static void heap_add(ost_topk *top, ost_ranked item)
{
    size_t place;

    if (item.group != 0 && !enter_group(top, &item)) {
        top->failed = true;
        return;
    }
    place = item.group != 0 ? top->groups[item.group - 1].place : 0;
    if (place > 0) { /* the first of equals stays */
        if (item.score > top->items[place - 1].score)
            sink(top, top->n, place - 1, item);
    } else if (top->n == top->k) {
        if (top->items[0].group != 0)
            top->groups[top->items[0].group - 1].place = 0;
        sink(top, top->n, 0, item);
    } else if (OST_GROW(&top->items, &top->room, top->n + 1)) {
        rise(top, top->n++, item);
    } else {
        top->failed = true;
        return;
    }
    top->floor = top->items[0].score;
}

static void heap_sort(ost_topk *top)
{
    for (size_t n = top->n; n > 1; n--) {
        const ost_ranked worst = top->items[0];
        sink(top, n - 1, 0, top->items[n - 1]);
        top->items[n - 1] = worst;
    }
}

/* ---- A row ---- */

static unsigned bit_length(uint64_t value)
{
    return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll(value);
}

/* The lowest and the highest score. */
static void find_range(const ost_topk *top, int64_t *low, int64_t *high)
{
    *low = *high = top->items[0].score;
    for (size_t i = 1; i < top->n; i++) {
        const int64_t score = top->items[i].score;
        *low = score < *low ? score : *low;
        *high = score > *high ? score : *high;
    }
}

/* Leaves the k best, or some more. Of scores counted from the lowest one, the
 * upper bits of the k-th best are found a digit at a time, until little more
 * than k are at or above them. */
static void drop_worst(ost_topk *top)
{
    int64_t low, high;
    size_t wanted = top->k, kept = 0, same; /* of those bits; that have them */
    uint64_t upper = 0;
    unsigned bits;

    find_range(top, &low, &high);
    bits = bit_length((uint64_t)(high - low));
    same = top->n;
    while (bits > 0 && same - wanted > top->k / 8) {
        const unsigned shift = bits > DIGIT ? bits - DIGIT : 0;
        const unsigned mask = (1u << (bits - shift)) - 1;
        uint32_t counts[DIGITS] = {0};
        unsigned digit = mask;
        for (size_t i = 0; i < top->n; i++) {
            const uint64_t v = (uint64_t)(top->items[i].score - low);
            counts[v >> shift & mask] += v >> bits == upper;
        }
        for (; counts[digit] < wanted; digit--)
            wanted -= counts[digit];
        same = counts[digit];
        upper = upper << (bits - shift) | digit;
        bits = shift;
    }
    top->floor = low + (int64_t)(upper << bits);
    if (bits > 0)
        wanted = same;
    for (size_t i = 0; i < top->n; i++) {
        const int64_t score = top->items[i].score;
        const bool tie = bits == 0 && score == top->floor;
        top->items[kept] = top->items[i];
        kept += tie ? wanted > 0 : score >= top->floor;
        wanted -= tie && wanted > 0;
    }
    top->n = kept;
}

static void row_add(ost_topk *top, ost_ranked item)
{
    int64_t high;

    if (!OST_GROW(&top->items, &top->room, top->n + 1)) {
        top->failed = true;
        return;
    }
    top->items[top->n++] = item;
    if (top->n == top->k)
        find_range(top, &top->floor, &high);
    else if (top->n > top->k && top->n - top->k >= top->k / 2)
        drop_worst(top);
}

static void insertion_sort(ost_ranked *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const ost_ranked item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].score < item.score; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

/* Sorts by score, digit after digit from the lowest, into the other half of
 * the room and back; what is equal stays in order. */
static void row_sort(ost_topk *top)
{
    ost_ranked *from = top->items, *to = top->items + top->n, *swap;
    int64_t low, high;

    find_range(top, &low, &high);
    for (unsigned shift = 0; shift < bit_length((uint64_t)(high - low));
         shift += DIGIT) {
        uint32_t starts[DIGITS + 1] = {0};
        for (size_t i = 0; i < top->n; i++)
            starts[((uint64_t)(high - from[i].score) >> shift) % DIGITS + 1]++;
        for (size_t d = 1; d < DIGITS; d++)
            starts[d] += starts[d - 1];
        for (size_t i = 0; i < top->n; i++)
            to[starts[((uint64_t)(high - from[i].score) >> shift) % DIGITS]++] =
                from[i];
        swap = from;
        from = to;
        to = swap;
    }
    if (from != top->items)
        memcpy(top->items, from, top->n * sizeof *from);
    top->n = top->n < top->k ? top->n : top->k;
}

/* ---- Both ---- */

void ost_topk_add(ost_topk *top, int64_t score, uint32_t doc, uint32_t group)
{
    const ost_ranked item = {score, doc, group <= top->n_groups ? group : 0};

    if (is_heap(top))
        heap_add(top, item);
    else
        row_add(top, item);
}

void ost_topk_sort(ost_topk *top)
{
    if (is_heap(top))
        heap_sort(top);
    else if (top->n <= SHORT)
        insertion_sort(top->items, top->n);
    else if (OST_GROW(&top->items, &top->room, 2 * top->n))
        row_sort(top);
    else
        top->failed = true;
}
