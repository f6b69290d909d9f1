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

/* Puts `item` where it belongs at `at` or below. */
static void sink(ost_ranked *heap, size_t n, size_t at, ost_ranked item)
{
    size_t child;

    while ((child = 2 * at + 1) < n) {
        if (child + 1 < n && worse(&heap[child + 1], &heap[child]))
            child++;
        if (!worse(&heap[child], &item))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = item;
}

static void rise(ost_ranked *heap, size_t at, ost_ranked item)
{
    while (at > 0 && worse(&item, &heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = item;
}

void ost_topk_free(ost_topk *top)
{
    ost_free(top->heap);
    memset(top, 0, sizeof *top);
}

void ost_topk_add(ost_topk *top, int64_t score, uint32_t doc)
{
    const ost_ranked item = {score, doc};

    if (top->n == top->k) {
        sink(top->heap, top->n, 0, item);
        return;
    }
    if (!OST_GROW(&top->heap, &top->room, top->n + 1)) {
        top->failed = true;
        return;
    }
    rise(top->heap, top->n++, item);
}

void ost_topk_sort(ost_topk *top)
{
    for (size_t n = top->n; n > 1; n--) {
        const ost_ranked worst = top->heap[0];
        sink(top->heap, n - 1, 0, top->heap[n - 1]);
        top->heap[n - 1] = worst;
    }
}
