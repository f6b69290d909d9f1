/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * From the query's tree to the model's. Parts that cannot match are dropped
 * on the way: *out is NULL for them. Recursion is as deep as the query, which
 * the parser bounds.
 */
#include "leaf.h"

static osteon_status make(ost_leaf_table *table, const ost_node *node,
                          ost_part **out, osteon_error *err);

static ost_part *new_part(ost_leaf_table *table, const ost_node *node)
{
    ost_part *part = ost_arena_alloc(table->model->arena, sizeof *part);

    if (part != NULL) {
        part->kind = node->kind;
        part->node = node;
    }
    return part;
}

static osteon_status make_term(ost_leaf_table *table, const ost_node *node,
                               ost_part **out, osteon_error *err)
{
    ost_part *part = new_part(table, node);
    ost_leaf *leaf;
    osteon_status s;

    if (part == NULL)
        return ost_fail_memory(err);
    s = ost_leaf_get(table, node, &leaf, err);
    if (s != OSTEON_OK || leaf->df == 0)
        return s;
    part->leaves = ost_arena_alloc(table->model->arena, sizeof *part->leaves);
    if (part->leaves == NULL)
        return ost_fail_memory(err);
    part->leaves[0] = leaf;
    part->n_leaves = 1;
    part->weight = ost_weight(&table->model->bm25, leaf->idf);
    *out = part;
    return OSTEON_OK;
}

/* ---- Phrases ---- */

static int by_df(const void *a, const void *b)
{
    const ost_leaf *const *x = a, *const *y = b;

    return ((*x)->df > (*y)->df) - ((*x)->df < (*y)->df);
}

/* Makes leaves[] distinct and gives which[] what it lost. */
static void number_leaves(ost_part *part, ost_leaf **members)
{
    const uint32_t n = part->n_members;

    for (uint32_t i = 0; i < n; i++)
        members[i]->mark = UINT32_MAX;
    for (uint32_t i = 0; i < n; i++) {
        if (members[i]->mark != UINT32_MAX)
            continue;
        members[i]->mark = part->n_leaves;
        part->leaves[part->n_leaves++] = members[i];
    }
    qsort(part->leaves, part->n_leaves, sizeof(ost_leaf *), by_df);
    for (uint32_t i = 0; i < part->n_leaves; i++)
        part->leaves[i]->mark = i;
    for (uint32_t i = 0; i < n; i++)
        part->which[i] = members[i]->mark;
}

/* Adds the words of a phrase, or a single one, to the members: child `unit` of
 * a NEAR. *found is false where one has no live document. */
static osteon_status add_members(ost_leaf_table *table, ost_part *part,
                                 const ost_node *node, uint32_t unit,
                                 ost_leaf **members, bool *found,
                                 osteon_error *err)
{
    const bool is_phrase = node->kind == OST_NODE_PHRASE;
    const uint32_t n = is_phrase ? node->n_children : 1;
    uint32_t least = UINT32_MAX;

    *found = false;
    for (uint32_t i = 0; is_phrase && i < n; i++)
        if (node->offsets[i] < least)
            least = node->offsets[i];
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t at = part->n_members++;
        const osteon_status s = ost_leaf_get(
            table, is_phrase ? node->children[i] : node, &members[at], err);
        if (s != OSTEON_OK)
            return s;
        *found = members[at]->df > 0;
        if (!*found)
            return OSTEON_OK;
        part->offsets[at] = is_phrase ? node->offsets[i] - least : 0;
        part->units[at] = unit;
    }
    return OSTEON_OK;
}

/* Fills the part from its node. */
static osteon_status fill_phrase(ost_leaf_table *table, ost_part *part,
                                 ost_leaf **members, bool *found,
                                 osteon_error *err)
{
    const ost_node *node = part->node;
    const bool near = node->kind == OST_NODE_NEAR;
    double idf = 0;

    part->n_units = near ? node->n_children : 1;
    for (uint32_t i = 0; i < part->n_units; i++) {
        const osteon_status s =
            add_members(table, part, near ? node->children[i] : node, i,
                        members, found, err);
        if (s != OSTEON_OK || !*found)
            return s;
    }
    for (uint32_t i = 0; i < part->n_members; i++)
        idf += members[i]->idf;
    part->weight = ost_weight(&table->model->bm25, idf);
    number_leaves(part, members);
    return OSTEON_OK;
}

/* A PHRASE or NEAR. */
static osteon_status make_phrase(ost_leaf_table *table, const ost_node *node,
                                 ost_part **out, osteon_error *err)
{
    ost_arena *arena = table->model->arena;
    const size_t n = ost_node_terms(node);
    ost_leaf **members;
    ost_part *part;
    bool found = false;
    osteon_status s;

    if (n == 0)
        return OSTEON_OK;
    part = new_part(table, node);
    members = ost_malloc(n * sizeof *members);
    if (part == NULL || members == NULL) {
        s = ost_fail_memory(err);
        goto done;
    }
    part->leaves = ost_arena_array(arena, n, sizeof *part->leaves);
    part->which = ost_arena_array(arena, n, sizeof *part->which);
    part->offsets = ost_arena_array(arena, n, sizeof *part->offsets);
    part->units = ost_arena_array(arena, n, sizeof *part->units);
    if (part->leaves == NULL || part->which == NULL ||
        part->offsets == NULL || part->units == NULL)
        s = ost_fail_memory(err);
    else
        s = fill_phrase(table, part, members, &found, err);
    if (s == OSTEON_OK && found)
        *out = part;
done:
    ost_free(members);
    return s;
}

/* ---- Inner nodes ---- */

static osteon_status make_list(ost_leaf_table *table, const ost_node *node,
                               ost_part **out, osteon_error *err)
{
    ost_part *part;

    if (node->n_children == 0)
        return OSTEON_OK;
    part = new_part(table, node);
    if (part == NULL)
        return ost_fail_memory(err);
    part->parts = ost_arena_array(table->model->arena, node->n_children,
                                  sizeof *part->parts);
    if (part->parts == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < node->n_children; i++) {
        ost_part *child;
        const osteon_status s = make(table, node->children[i], &child, err);
        if (s != OSTEON_OK)
            return s;
        if (child != NULL)
            part->parts[part->n_parts++] = child;
        else if (node->kind == OST_NODE_AND)
            return OSTEON_OK;
    }
    if (part->n_parts > 0)
        *out = part;
    return OSTEON_OK;
}

static osteon_status make_filter(ost_leaf_table *table, const ost_node *node,
                                 ost_part **out, osteon_error *err)
{
    const ost_node *decides =
        node->required != NULL ? node->required : node->optional;
    const ost_node *adds = node->required != NULL ? node->optional : NULL;
    ost_part *part = new_part(table, node);
    osteon_status s = OSTEON_OK;

    if (part == NULL)
        return ost_fail_memory(err);
    if (decides != NULL) {
        s = make(table, decides, &part->required, err);
        if (s != OSTEON_OK || part->required == NULL)
            return s;
    }
    if (adds != NULL)
        s = make(table, adds, &part->optional, err);
    if (s == OSTEON_OK && node->excluded != NULL)
        s = make(table, node->excluded, &part->excluded, err);
    if (s == OSTEON_OK)
        *out = part;
    return s;
}

static osteon_status make(ost_leaf_table *table, const ost_node *node,
                          ost_part **out, osteon_error *err)
{
    *out = NULL;
    switch (node->kind) {
    case OST_NODE_EMPTY:
        break;
    case OST_NODE_TERM:
        return make_term(table, node, out, err);
    case OST_NODE_PHRASE:
    case OST_NODE_NEAR:
        return make_phrase(table, node, out, err);
    case OST_NODE_OR:
    case OST_NODE_MAX:
    case OST_NODE_AND:
        return make_list(table, node, out, err);
    case OST_NODE_FILTER:
        return make_filter(table, node, out, err);
    }
    return OSTEON_OK;
}

/* ---- The whole ---- */

size_t ost_node_terms(const ost_node *node)
{
    const ost_node *const members[] = {node->required, node->optional,
                                       node->excluded};
    size_t n = node->kind == OST_NODE_TERM;

    for (uint32_t i = 0; i < node->n_children; i++)
        n += ost_node_terms(node->children[i]);
    for (size_t i = 0; i < 3; i++)
        if (members[i] != NULL)
            n += ost_node_terms(members[i]);
    return n;
}

osteon_status ost_model_open(ost_snapshot *snapshot, const osteon_query *query,
                             const ost_bm25 *bm25, ost_model **out,
                             osteon_error *err)
{
    ost_arena *arena = ost_arena_open();
    ost_leaf_table table;
    ost_model *model;
    osteon_status s = OSTEON_OK;

    *out = NULL;
    if (arena == NULL)
        return ost_fail_memory(err);
    model = ost_arena_alloc(arena, sizeof *model);
    if (model == NULL) {
        ost_arena_close(arena);
        return ost_fail_memory(err);
    }
    model->arena = arena;
    model->snapshot = snapshot;
    model->bm25 = *bm25;
    if (snapshot->n_segments > 0) {
        s = ost_leaf_table_open(&table, model, ost_node_terms(query->root),
                                err);
        if (s == OSTEON_OK)
            s = make(&table, query->root, &model->root, err);
    }
    if (model->root == NULL)
        model->root = &model->nothing;
    if (s != OSTEON_OK)
        ost_model_close(model);
    else
        *out = model;
    return s;
}

void ost_model_close(ost_model *model)
{
    if (model != NULL)
        ost_arena_close(model->arena); /* holds the model too */
}

bool ost_part_occurs(const ost_part *part, uint32_t number)
{
    bool all = true, any = false;

    switch (part->kind) {
    case OST_NODE_EMPTY:
        return false;
    case OST_NODE_TERM:
    case OST_NODE_PHRASE:
    case OST_NODE_NEAR:
        for (uint32_t i = 0; i < part->n_leaves && all; i++)
            all = part->leaves[i]->in[number].df > 0;
        return all;
    case OST_NODE_OR:
    case OST_NODE_MAX:
        for (uint32_t i = 0; i < part->n_parts && !any; i++)
            any = ost_part_occurs(part->parts[i], number);
        return any;
    case OST_NODE_AND:
        for (uint32_t i = 0; i < part->n_parts && all; i++)
            all = ost_part_occurs(part->parts[i], number);
        return all;
    case OST_NODE_FILTER:
        return part->required == NULL ||
               ost_part_occurs(part->required, number);
    }
    return false;
}
