/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The k best of the documents that come by. Documents must come in ascending
 * order: of equal scores the first to come stays.
 */
#ifndef OST_TOPK_H
#define OST_TOPK_H

#include "base.h"

typedef struct ost_ranked {
    int64_t score;
    uint32_t doc;
    uint32_t group; /* 0: none */
} ost_ranked;

/* Zero it, and set k, to begin with. Memory is for the documents that have
 * come, not for k. Where there are groups, the best of each stands for it. */
typedef struct ost_topk {
    size_t k;
    size_t n, room;
    ost_ranked *heap; /* the worst first */
    uint32_t *places; /* of groups: place in the heap + 1, 0: not there */
    uint32_t n_groups;
    bool failed;      /* memory ran out */
} ost_topk;

void ost_topk_free(ost_topk *top);

/* Only documents with a higher score can still enter; -1: any can. */
static inline int64_t ost_topk_floor(const ost_topk *top)
{
    return top->n < top->k ? -1 : top->k == 0 ? INT64_MAX : top->heap[0].score;
}

/* Has groups 1 to n_groups; before the first document. False: no memory. */
bool ost_topk_group(ost_topk *top, uint32_t n_groups);

/* Adds a document whose score is above the floor. A group that is not one of
 * the above is none. */
void ost_topk_add(ost_topk *top, int64_t score, uint32_t doc, uint32_t group);

/* Orders heap[0..n): the best first, ties by document. The last call. */
void ost_topk_sort(ost_topk *top);

#endif
