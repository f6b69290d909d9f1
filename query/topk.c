/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A binary heap with the worst document in front: the lowest score, of equal
 * ones the highest number.
 */
#include "topk.h"

static bool worse(const ost_ranked *a, const ost_ranked *b)
{
    return a->score != b->score ? a->score < b->score : a->doc > b->doc;
}

static void put(ost_topk *top, size_t at, ost_ranked item)
{
    top->heap[at] = item;
    if (item.group != 0)
        top->places[item.group] = (uint32_t)at + 1;
}

/* Puts `item` where it belongs at `at` or below. */
static void sink(ost_topk *top, size_t n, size_t at, ost_ranked item)
{
    const ost_ranked *heap = top->heap;
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
    const ost_ranked *heap = top->heap;

    while (at > 0 && worse(&item, &heap[(at - 1) / 2])) {
        put(top, at, heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(top, at, item);
}

void ost_topk_free(ost_topk *top)
{
    ost_free(top->heap);
    ost_free(top->places);
    memset(top, 0, sizeof *top);
}

bool ost_topk_group(ost_topk *top, uint32_t n_groups)
{
    top->places = ost_calloc((size_t)n_groups + 1, sizeof *top->places);
    top->n_groups = top->places != NULL ? n_groups : 0;
    return top->places != NULL;
}

void ost_topk_add(ost_topk *top, int64_t score, uint32_t doc, uint32_t group)
{
    const ost_ranked item = {score, doc, group <= top->n_groups ? group : 0};
    const size_t place = item.group != 0 ? top->places[group] : 0;

    if (place > 0) { /* the first of equals stays */
        if (score > top->heap[place - 1].score)
            sink(top, top->n, place - 1, item);
        return;
    }
    if (top->n == top->k) {
        if (top->heap[0].group != 0)
            top->places[top->heap[0].group] = 0;
        sink(top, top->n, 0, item);
        return;
    }
    if (!OST_GROW(&top->heap, &top->room, top->n + 1)) {
        top->failed = true;
        return;
    }
    rise(top, top->n++, item);
}

void ost_topk_sort(ost_topk *top)
{
    for (size_t n = top->n; n > 1; n--) {
        const ost_ranked worst = top->heap[0];
        sink(top, n - 1, 0, top->heap[n - 1]);
        top->heap[n - 1] = worst;
    }
}
