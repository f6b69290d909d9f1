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
    uint32_t group; /* 0: none; else, in items[], its place in groups[] + 1 */
} ost_ranked;

/* A group some document of which is in items[], or was. */
typedef struct ost_ranked_group {
    uint32_t group; /* 0: a free slot */
    uint32_t place; /* of its document in items[] + 1, 0: not there */
} ost_ranked_group;

/* Zero it, and set k, to begin with. Memory is for the documents that have
 * come, not for k. Where there are groups, the best of each stands for it. */
typedef struct ost_topk {
    size_t k;
    size_t n, room; /* n may be above k before _sort */
    ost_ranked *items;
    int64_t floor;    /* once n >= k */
    bool grouped;
    uint32_t n_groups;
    ost_ranked_group *groups; /* a hash table, at most half full */
    size_t groups_room, groups_used; /* room: 0, or a power of two */
    uint64_t seed;
    bool failed; /* memory ran out */
} ost_topk;

void ost_topk_free(ost_topk *top);

/* Only documents with a higher score can still enter; -1: any can. Of many that
 * are wanted it may be lower than the worst of the best so far. */
static inline int64_t ost_topk_floor(const ost_topk *top)
{
    return top->n < top->k ? -1 : top->k == 0 ? INT64_MAX : top->floor;
}

/* Has groups 1 to n_groups; before the first document. Memory is for those of
 * documents that are kept, not for n_groups. */
void ost_topk_group(ost_topk *top, uint32_t n_groups);

/* Adds a document whose score is above the floor. A group that is not one of
 * the above is none. */
void ost_topk_add(ost_topk *top, int64_t score, uint32_t doc, uint32_t group);

/* Leaves the best, at most k, and orders them: the best first, ties by
 * document. Its last call; top->failed where memory ran out. */
void ost_topk_sort(ost_topk *top);

#endif
