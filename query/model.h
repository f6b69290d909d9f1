/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A query weighed against a snapshot: the tree of the query with what BM25
 * knows of each term. Statistics are over the live documents of all segments,
 * so scores depend neither on how documents are spread over segments nor on
 * deleted ones. A model is made for one search and belongs to one thread.
 */
#ifndef OST_MODEL_H
#define OST_MODEL_H

#include "arena.h"
#include "query.h"
#include "score.h"

/* A field of the query. The arrays are of the snapshot's segments. */
typedef struct ost_model_field {
    const char *name;
    double average;        /* length of live documents that have it */
    const double *damping; /* 256; NULL: no live document has it */
    const ost_field_view *views; /* norms is NULL where the segment has no
                                  * such field */
    const ost_impact_scale *scales; /* of each segment's impacts */
} ost_model_field;

/* A term of the query, once however often it occurs there. */
typedef struct ost_leaf {
    const ost_node *node;
    const ost_model_field *field;
    uint64_t df; /* live documents */
    double idf;
    ost_term *in;  /* each segment's; df is 0 where it has none */
    uint32_t mark; /* scratch while a phrase is made */
} ost_leaf;

/* A node of the tree. What cannot match any live document is not in it, but
 * for the root, which is then EMPTY. FILTER: `required` NULL stands for all
 * documents; where a query has no required part, its optional one is here. */
typedef struct ost_part ost_part;
struct ost_part {
    ost_node_kind kind;
    double weight;    /* TERM, PHRASE, NEAR */
    ost_part **parts; /* OR, MAX, AND: one or more */
    uint32_t n_parts;
    ost_part *required, *optional, *excluded;
    /* TERM: one leaf. PHRASE: its distinct leaves, in order of df; member i
     * is leaves[which[i]] at offsets[i]. NEAR: the same, member i being at
     * offsets[i] of child units[i]. */
    ost_leaf **leaves;
    uint32_t n_leaves;
    uint32_t *which, *offsets, *units;
    uint32_t n_members, n_units;
    const ost_node *node;
};

typedef struct ost_model {
    ost_arena *arena;
    ost_snapshot *snapshot;
    ost_bm25 bm25;
    ost_part *root;
    ost_part nothing; /* EMPTY */
} ost_model;

/*   OSTEON_CORRUPT  a dictionary or field is damaged
 *   OSTEON_NO_MEMORY, OSTEON_IO */
OSTEON_MUST_CHECK osteon_status ost_model_open(ost_snapshot *snapshot,
                                               const osteon_query *query,
                                               const ost_bm25 *bm25,
                                               ost_model **out,
                                               osteon_error *err);
void ost_model_close(ost_model *model);

/* The TERMs of a tree, as often as they occur there. */
size_t ost_node_terms(const ost_node *node);

/* True where the part may match something in segment `number`: all of its
 * required terms are there. */
bool ost_part_occurs(const ost_part *part, uint32_t number);

#endif
