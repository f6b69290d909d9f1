/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Looking up fields and terms in all segments, and counting their live
 * documents. Open addressing, at most half full; names are compared, so a
 * chosen collision costs time only.
 */
#include "leaf.h"

#include <xxhash.h>

static uint64_t mix(uint64_t h, const void *bytes, size_t len)
{
    return XXH3_64bits_withSeed(bytes, len, h);
}

static uint64_t name_hash(const char *name)
{
    return mix(ost_seed(), name, strlen(name));
}

static bool slots_open(ost_slots *slots, ost_arena *arena, size_t n)
{
    size_t room = 8;

    while (room / 2 < n)
        room *= 2;
    slots->items = ost_arena_array(arena, room, sizeof *slots->items);
    slots->mask = room - 1;
    return slots->items != NULL;
}

osteon_status ost_leaf_table_open(ost_leaf_table *table, ost_model *model,
                                  size_t n_terms, osteon_error *err)
{
    memset(table, 0, sizeof *table);
    table->model = model;
    if (!slots_open(&table->fields, model->arena, n_terms) ||
        !slots_open(&table->leaves, model->arena, n_terms))
        return ost_fail_memory(err);
    return OSTEON_OK;
}

/* ---- Fields ---- */

static bool usual(const ost_bm25 *bm25)
{
    return bm25->k1 >= OST_IMPACT_K1 && bm25->k1 <= OST_IMPACT_K1 &&
           bm25->b >= OST_IMPACT_B && bm25->b <= OST_IMPACT_B;
}

/* With the parameters impacts were made with, the ratio of dampings is about
 * that of the averages at any length. With others it grows with the length,
 * and it pays to look which lengths there are. A document without the field,
 * norm 0, has no postings there. */
static ost_impact_scale scale_of(const ost_bm25 *bm25, double average,
                                 const ost_field_view *view, uint32_t n)
{
    uint8_t before = UINT8_MAX, longest = 1; /* one before the shortest */

    for (uint32_t i = 0; i < n; i++) {
        const uint8_t norm = view->norms[i], less = (uint8_t)(norm - 1);
        before = less < before ? less : before;
        longest = norm > longest ? norm : longest;
    }
    return ost_impact_scale_for(bm25->k1, bm25->b, average, view->average,
                                before < longest ? before + 1 : 1, longest);
}

/* What depends on the parameters of the search, where they are not those that
 * the snapshot has it for. */
static osteon_status weigh_field(ost_model *model, ost_model_field *field,
                                 const ost_known_field *known,
                                 osteon_error *err)
{
    const ost_snapshot *snapshot = model->snapshot;
    const ost_bm25 *bm25 = &model->bm25;
    double *damping = ost_arena_array(model->arena, 256, sizeof *damping);
    ost_impact_scale *scales = ost_arena_array(
        model->arena, snapshot->n_segments, sizeof *scales);

    if (damping == NULL || scales == NULL)
        return ost_fail_memory(err);
    ost_damping_fill(damping, bm25->k1, bm25->b, known->average);
    for (uint32_t i = 0; i < snapshot->n_segments; i++)
        if (known->views[i].norms != NULL)
            scales[i] =
                scale_of(bm25, known->average, &known->views[i],
                         ost_segment_documents(snapshot->segments[i]));
    field->damping = damping;
    field->scales = scales;
    return OSTEON_OK;
}

static osteon_status get_field(ost_leaf_table *table, const char *name,
                               ost_model_field **out, osteon_error *err)
{
    size_t at = (size_t)name_hash(name) & table->fields.mask;
    const ost_known_field *known = NULL;
    ost_model_field *field;
    osteon_status s;

    *out = NULL;
    for (; (field = table->fields.items[at]) != NULL;
         at = (at + 1) & table->fields.mask)
        if (strcmp(field->name, name) == 0) {
            *out = field;
            return OSTEON_OK;
        }
    s = ost_snapshot_field(table->model->snapshot, name, &known, err);
    if (s != OSTEON_OK && s != OSTEON_NOT_FOUND)
        return s;
    field = ost_arena_alloc(table->model->arena, sizeof *field);
    if (field == NULL)
        return ost_fail_memory(err);
    field->name = name;
    if (known != NULL && known->documents > 0) {
        field->average = known->average;
        field->views = known->views;
        field->damping = known->damping;
        field->scales = known->scales;
        if (!usual(&table->model->bm25)) {
            s = weigh_field(table->model, field, known, err);
            if (s != OSTEON_OK)
                return s;
        }
    }
    *out = table->fields.items[at] = field;
    return OSTEON_OK;
}

/* ---- Terms ---- */

static osteon_status look_up(ost_model *model, ost_leaf *leaf,
                             osteon_error *err)
{
    const ost_snapshot *snapshot = model->snapshot;

    if (leaf->field->damping == NULL)
        return OSTEON_OK;
    leaf->in =
        ost_arena_array(model->arena, snapshot->n_segments, sizeof *leaf->in);
    if (leaf->in == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < snapshot->n_segments; i++) {
        const ost_field_view *view = &leaf->field->views[i];
        uint32_t live = 0;
        osteon_status s = OSTEON_NOT_FOUND;
        if (view->norms != NULL)
            s = ost_dictionary_find(snapshot->segments[i], view->number,
                                    leaf->node->term, leaf->node->term_len,
                                    &leaf->in[i], err);
        if (s == OSTEON_OK)
            s = ost_postings_live(snapshot->segments[i], &leaf->in[i], &live,
                                  err);
        if (s == OSTEON_NOT_FOUND) {
            leaf->in[i].df = 0;
            continue;
        }
        if (s != OSTEON_OK)
            return s;
        leaf->df += live;
    }
    return OSTEON_OK;
}

osteon_status ost_leaf_get(ost_leaf_table *table, const ost_node *node,
                           ost_leaf **out, osteon_error *err)
{
    const ost_model *model = table->model;
    size_t at =
        (size_t)mix(name_hash(node->field), node->term, node->term_len) &
        table->leaves.mask;
    ost_model_field *field;
    ost_leaf *leaf;
    osteon_status s;

    *out = NULL;
    s = get_field(table, node->field, &field, err);
    if (s != OSTEON_OK)
        return s;
    for (; (leaf = table->leaves.items[at]) != NULL;
         at = (at + 1) & table->leaves.mask)
        if (leaf->field == field && leaf->node->term_len == node->term_len &&
            memcmp(leaf->node->term, node->term, node->term_len) == 0) {
            *out = leaf;
            return OSTEON_OK;
        }
    leaf = ost_arena_alloc(model->arena, sizeof *leaf);
    if (leaf == NULL)
        return ost_fail_memory(err);
    leaf->node = node;
    leaf->field = field;
    s = look_up(table->model, leaf, err);
    if (s != OSTEON_OK)
        return s;
    leaf->idf = ost_idf(model->snapshot->documents, leaf->df);
    *out = table->leaves.items[at] = leaf;
    return OSTEON_OK;
}
