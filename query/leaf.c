/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Looking up fields and terms in all segments, and counting their live
 * documents. Open addressing, at most half full; names are compared, so a
 * chosen collision costs time only.
 */
#include "leaf.h"

static uint64_t mix(uint64_t h, const void *bytes, size_t len)
{
    const unsigned char *b = bytes;

    for (size_t i = 0; i < len; i++)
        h = (h ^ b[i]) * 0x100000001b3U;
    return (h ^ h >> 29) * 0x9e3779b97f4a7c15U;
}

static uint64_t name_hash(const char *name)
{
    return mix(0xcbf29ce484222325U, name, strlen(name));
}

static bool slots_open(ost_slots *slots, size_t n)
{
    size_t room = 8;

    while (room / 2 < n)
        room *= 2;
    slots->items = ost_calloc(room, sizeof *slots->items);
    slots->mask = room - 1;
    return slots->items != NULL;
}

osteon_status ost_leaf_table_open(ost_leaf_table *table, ost_model *model,
                                  size_t n_terms, osteon_error *err)
{
    memset(table, 0, sizeof *table);
    table->model = model;
    if (!slots_open(&table->fields, n_terms) ||
        !slots_open(&table->leaves, n_terms))
        return ost_fail_memory(err);
    return OSTEON_OK;
}

void ost_leaf_table_close(ost_leaf_table *table)
{
    ost_free(table->fields.items);
    ost_free(table->leaves.items);
}

/* ---- Fields ---- */

/* With the parameters impacts were made with, the ratio of dampings is about
 * that of the averages at any length. With others it grows with the length,
 * and it pays to look which lengths there are. A document without the field,
 * norm 0, has no postings there. */
static ost_impact_scale scale_of(const ost_bm25 *bm25, double average,
                                 const ost_field_view *view, uint32_t n)
{
    const bool usual =
        bm25->k1 >= OST_IMPACT_K1 && bm25->k1 <= OST_IMPACT_K1 &&
        bm25->b >= OST_IMPACT_B && bm25->b <= OST_IMPACT_B;
    uint8_t before = UINT8_MAX, longest = 1; /* one before the shortest */

    if (usual)
        return ost_impact_scale_for(bm25->k1, bm25->b, average, view->average,
                                    1, UINT8_MAX);
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t norm = view->norms[i], less = (uint8_t)(norm - 1);
        before = less < before ? less : before;
        longest = norm > longest ? norm : longest;
    }
    return ost_impact_scale_for(bm25->k1, bm25->b, average, view->average,
                                before < longest ? before + 1 : 1, longest);
}

/* What the segments have of a field that live documents have. */
static osteon_status view_field(ost_model *model, ost_model_field *field,
                                osteon_error *err)
{
    const ost_snapshot *snapshot = model->snapshot;
    const ost_bm25 *bm25 = &model->bm25;

    field->damping =
        ost_arena_array(model->arena, 256, sizeof *field->damping);
    field->views = ost_arena_array(model->arena, snapshot->n_segments,
                                   sizeof *field->views);
    field->scales = ost_arena_array(model->arena, snapshot->n_segments,
                                    sizeof *field->scales);
    if (field->damping == NULL || field->views == NULL ||
        field->scales == NULL)
        return ost_fail_memory(err);
    ost_damping_fill(field->damping, bm25, field->average);
    for (uint32_t i = 0; i < snapshot->n_segments; i++) {
        ost_field_view *view = &field->views[i];
        const osteon_status s =
            ost_segment_field(snapshot->segments[i], field->name, view, err);
        if (s == OSTEON_NOT_FOUND) {
            view->norms = NULL;
            continue;
        }
        if (s != OSTEON_OK)
            return s;
        field->scales[i] =
            scale_of(bm25, field->average, view,
                     ost_segment_documents(snapshot->segments[i]));
    }
    return OSTEON_OK;
}

static osteon_status get_field(ost_leaf_table *table, const char *name,
                               ost_model_field **out, osteon_error *err)
{
    size_t at = (size_t)name_hash(name) & table->fields.mask;
    ost_field_stats stats = {0, 0};
    ost_model_field *field;
    osteon_status s;

    *out = NULL;
    for (; (field = table->fields.items[at]) != NULL;
         at = (at + 1) & table->fields.mask)
        if (strcmp(field->name, name) == 0) {
            *out = field;
            return OSTEON_OK;
        }
    s = ost_snapshot_field(table->model->snapshot, name, &stats, err);
    if (s != OSTEON_OK && s != OSTEON_NOT_FOUND)
        return s;
    field = ost_arena_alloc(table->model->arena, sizeof *field);
    if (field == NULL)
        return ost_fail_memory(err);
    field->name = name;
    if (s == OSTEON_OK && stats.documents > 0) {
        field->average = (double)stats.length / (double)stats.documents;
        s = view_field(table->model, field, err);
        if (s != OSTEON_OK)
            return s;
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
