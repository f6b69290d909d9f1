/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * From the query's tree to the model's. What is in no document is dropped on
 * the way: *out is NULL for it. Recursion is as deep as the query, which the
 * parser bounds.
 *
 * Scores are those of query/score.h: N counts all documents, and lengths are
 * against the average of those with text.
 */
#include "xapian_model.h"

#include "model.h"

#include <xxhash.h>

typedef struct maker {
    ost_xapian_model *model;
    const osteon_query *query;
    bool excluded; /* inside what must not match: no scores */
} maker;

static osteon_status make(maker *m, const ost_node *node,
                          ost_xapian_part **out, osteon_error *err);

static ost_xapian_part *new_part(maker *m, const ost_node *node)
{
    ost_xapian_part *part = ost_arena_alloc(m->model->arena, sizeof *part);

    if (part != NULL) {
        part->kind = node->kind;
        part->node = node;
    }
    return part;
}

/* ---- Terms ---- */

ost_xapian_key *ost_xapian_key_add(ost_xapian_model *model, bool stem,
                                   const char *prefix, const char *word,
                                   size_t len)
{
    char term[OST_XAPIAN_TERM_MOST];
    const size_t term_len = ost_xapian_term(stem, prefix, word, len, term);
    ost_xapian_key *key = ost_arena_alloc(model->arena, sizeof *key);

    if (key == NULL ||
        !OST_GROW(&model->keys, &model->key_room, model->n_keys + 1))
        return NULL;
    key->bytes = ost_arena_copy(model->arena, term, term_len);
    key->len = term_len;
    if (key->bytes == NULL)
        return NULL;
    model->keys[model->n_keys++] = key;
    return key;
}

static osteon_status count_documents(ost_xapian_model *model,
                                     ost_xapian_leaf *leaf, osteon_error *err)
{
    ost_xapian_index *x = model->x;
    unsigned df;
    const xapian_c_status status = xapian_c_database_get_termfreq(
        x->db, leaf->key->bytes, leaf->key->len, &df, &x->error);

    if (status != XAPIAN_C_OK)
        return ost_xapian_fail(x, status, err);
    leaf->df = df;
    leaf->idf = ost_idf(model->documents, df);
    return OSTEON_OK;
}

/* The place of a term in model->leaves, open addressing: its own, or a free
 * one. */
static ost_xapian_leaf **leaf_place(ost_xapian_model *model,
                                    const ost_node *node)
{
    size_t at = (size_t)XXH3_64bits_withSeed(
        node->term, node->term_len,
        XXH3_64bits_withSeed(node->field, strlen(node->field), ost_seed()));

    for (;; at++) {
        ost_xapian_leaf **place = &model->leaves[at & model->leaf_mask];
        const ost_node *other = *place != NULL ? (*place)->node : NULL;
        if (other == NULL ||
            (other->term_len == node->term_len &&
             memcmp(other->term, node->term, node->term_len) == 0 &&
             strcmp(other->field, node->field) == 0))
            return place;
    }
}

static osteon_status get_leaf(maker *m, const ost_node *node,
                              ost_xapian_leaf **out, osteon_error *err)
{
    ost_xapian_model *model = m->model;
    ost_xapian_leaf **place = leaf_place(model, node), *leaf = *place;

    *out = leaf;
    if (leaf != NULL)
        return OSTEON_OK;
    leaf = ost_arena_alloc(model->arena, sizeof *leaf);
    if (leaf == NULL)
        return ost_fail_memory(err);
    leaf->node = node;
    ost_xapian_prefix(node->field, leaf->prefix);
    leaf->stemmed = ost_xapian_is_stemmed(model->x->language, node->term,
                                          node->term_len);
    leaf->key = ost_xapian_key_add(model, leaf->stemmed, leaf->prefix,
                                   node->term, node->term_len);
    if (leaf->key == NULL)
        return ost_fail_memory(err);
    *out = *place = leaf;
    return count_documents(model, leaf, err);
}

static osteon_status make_term(maker *m, const ost_node *node,
                               ost_xapian_part **out, osteon_error *err)
{
    ost_xapian_part *part = new_part(m, node);
    ost_xapian_leaf *leaf;
    osteon_status s;

    if (part == NULL)
        return ost_fail_memory(err);
    s = get_leaf(m, node, &leaf, err);
    if (s != OSTEON_OK || leaf->df == 0)
        return s;
    part->members = ost_arena_alloc(m->model->arena, sizeof *part->members);
    if (part->members == NULL)
        return ost_fail_memory(err);
    part->members[0] = leaf;
    part->n_members = 1;
    part->weight = ost_weight(&m->model->bm25, leaf->idf);
    *out = part;
    return OSTEON_OK;
}

/* Members one behind the other, and all their words known: that is what
 * Xapian's phrases are. */
static bool is_exact(const ost_xapian_part *part)
{
    for (uint32_t i = 0; i < part->n_members; i++)
        if (part->offsets[i] != i || !part->members[i]->complete)
            return false;
    return true;
}

/* Adds the words of a phrase, or a single one, to the members. Ends early, the
 * last of them without a document, where one has none. */
static osteon_status add_members(maker *m, ost_xapian_part *part,
                                 const ost_node *node, uint32_t unit,
                                 osteon_error *err)
{
    const bool is_phrase = node->kind == OST_NODE_PHRASE;
    const uint32_t n = is_phrase ? node->n_children : 1;

    for (uint32_t i = 0; i < n; i++) {
        const uint32_t at = part->n_members++;
        const osteon_status s =
            get_leaf(m, is_phrase ? node->children[i] : node,
                     &part->members[at], err);
        part->offsets[at] = is_phrase ? node->offsets[i] : 0;
        part->units[at] = unit;
        if (s != OSTEON_OK || part->members[at]->df == 0)
            return s;
    }
    return OSTEON_OK;
}

/* A PHRASE or NEAR. */
static osteon_status make_phrase(maker *m, const ost_node *node,
                                 ost_xapian_part **out, osteon_error *err)
{
    ost_xapian_part *part = new_part(m, node);
    ost_arena *arena = m->model->arena;
    const bool near = node->kind == OST_NODE_NEAR;
    const size_t n = ost_node_terms(node);
    osteon_status s = OSTEON_OK;
    double idf = 0;

    if (part != NULL) {
        part->members = ost_arena_array(arena, n, sizeof *part->members);
        part->offsets = ost_arena_array(arena, n, sizeof *part->offsets);
        part->units = ost_arena_array(arena, n, sizeof *part->units);
    }
    if (part == NULL || part->members == NULL || part->offsets == NULL ||
        part->units == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < (near ? node->n_children : 1); i++) {
        s = add_members(m, part, near ? node->children[i] : node, i, err);
        if (s != OSTEON_OK || part->members[part->n_members - 1]->df == 0)
            return s;
    }
    for (uint32_t i = 0; i < part->n_members; i++) {
        idf += part->members[i]->idf;
        s = ost_xapian_forms(m->model, part->members[i], err);
        if (s != OSTEON_OK)
            return s;
    }
    part->weight = ost_weight(&m->model->bm25, idf);
    part->exact = !near && is_exact(part);
    m->model->bounds = m->model->bounds || !m->excluded;
    m->model->inexact = m->model->inexact || !part->exact;
    *out = part;
    return OSTEON_OK;
}

/* A TERM, PHRASE, NEAR or MAX of a foreign database. */
static osteon_status make_foreign(maker *m, const ost_node *node,
                                  ost_xapian_part **out, osteon_error *err)
{
    ost_xapian_part *part = new_part(m, node);

    if (part == NULL)
        return ost_fail_memory(err);
    *out = part;
    return ost_xapian_foreign(m->model, m->query, node, &part->foreign, err);
}

/* ---- Inner nodes ---- */

static osteon_status make_list(maker *m, const ost_node *node,
                               ost_xapian_part **out, osteon_error *err)
{
    ost_xapian_part *part = new_part(m, node);

    if (part != NULL)
        part->parts = ost_arena_array(m->model->arena, node->n_children,
                                      sizeof(ost_xapian_part *));
    if (part == NULL || part->parts == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < node->n_children; i++) {
        ost_xapian_part *child;
        const osteon_status s = make(m, node->children[i], &child, err);
        if (s != OSTEON_OK)
            return s;
        if (child != NULL)
            part->parts[part->n_parts++] = child;
        else if (node->kind == OST_NODE_AND)
            return OSTEON_OK;
    }
    if (part->n_parts > 0)
        *out = part;
    if (node->kind == OST_NODE_MAX && part->n_parts > 1 && !m->excluded)
        m->model->bounds = true;
    return OSTEON_OK;
}

static osteon_status make_filter(maker *m, const ost_node *node,
                                 ost_xapian_part **out, osteon_error *err)
{
    const ost_node *decides =
        node->required != NULL ? node->required : node->optional;
    const ost_node *adds = node->required != NULL ? node->optional : NULL;
    ost_xapian_part *part = new_part(m, node);
    const bool before = m->excluded;
    osteon_status s = OSTEON_OK;

    if (part == NULL)
        return ost_fail_memory(err);
    if (decides != NULL) {
        s = make(m, decides, &part->required, err);
        if (s != OSTEON_OK || part->required == NULL)
            return s;
    }
    if (adds != NULL)
        s = make(m, adds, &part->optional, err);
    m->excluded = true;
    if (s == OSTEON_OK && node->excluded != NULL)
        s = make(m, node->excluded, &part->excluded, err);
    m->excluded = before;
    if (s == OSTEON_OK)
        *out = part;
    return s;
}

static osteon_status make(maker *m, const ost_node *node,
                          ost_xapian_part **out, osteon_error *err)
{
    const bool ours = m->model->x->settings.ours;

    *out = NULL;
    switch (node->kind) {
    case OST_NODE_EMPTY:
        break;
    case OST_NODE_TERM:
        return ours ? make_term(m, node, out, err)
                    : make_foreign(m, node, out, err);
    case OST_NODE_PHRASE:
    case OST_NODE_NEAR:
        return ours ? make_phrase(m, node, out, err)
                    : make_foreign(m, node, out, err);
    case OST_NODE_MAX:
        return ours ? make_list(m, node, out, err)
                    : make_foreign(m, node, out, err);
    case OST_NODE_OR:
    case OST_NODE_AND:
        return make_list(m, node, out, err);
    case OST_NODE_FILTER:
        return make_filter(m, node, out, err);
    }
    return OSTEON_OK;
}

/* ---- Statistics ---- */

/* Sets k1 and b so that Xapian's damping, by the average over all documents,
 * is ours, by that over documents with text. */
static void adapt(ost_xapian_model *model, double ratio)
{
    const ost_bm25 *own = &model->bm25;
    const double by_length = own->k1 * own->b * ratio;

    model->adapted.k1 = own->k1 * (1 - own->b) + by_length;
    model->adapted.b =
        model->adapted.k1 > 0 ? by_length / model->adapted.k1 : 0;
}

static osteon_status take_statistics(ost_xapian_model *model,
                                     osteon_error *err)
{
    ost_xapian_index *x = model->x;
    unsigned long long length = 0;
    unsigned documents, with_text = 0;
    xapian_c_status status =
        xapian_c_database_get_doccount(x->db, &documents, &x->error);

    if (status == XAPIAN_C_OK)
        status =
            xapian_c_database_get_total_length(x->db, &length, &x->error);
    if (status == XAPIAN_C_OK)
        status = xapian_c_database_get_termfreq(
            x->db, OST_TERM_LENGTH, strlen(OST_TERM_LENGTH), &with_text,
            &x->error);
    if (status != XAPIAN_C_OK)
        return ost_xapian_fail(x, status, err);
    model->documents = documents;
    if (with_text == 0 || with_text > documents)
        return OSTEON_OK; /* nothing of ours is in it */
    model->average = (double)length / OST_LENGTH_UNIT / with_text;
    adapt(model, (double)with_text / documents);
    return OSTEON_OK;
}

/* ---- The whole ---- */

static int by_bytes(const void *a, const void *b)
{
    const ost_xapian_key *x = *(ost_xapian_key *const *)a;
    const ost_xapian_key *y = *(ost_xapian_key *const *)b;
    const int order =
        memcmp(x->bytes, y->bytes, x->len < y->len ? x->len : y->len);

    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

/* Room for the terms of a query, at most half full. */
static osteon_status make_table(ost_xapian_model *model, size_t n_terms,
                                osteon_error *err)
{
    size_t room = 8;

    while (room / 2 < n_terms)
        room *= 2;
    model->leaves =
        ost_arena_array(model->arena, room, sizeof(ost_xapian_leaf *));
    model->leaf_mask = room - 1;
    return model->leaves != NULL ? OSTEON_OK : ost_fail_memory(err);
}

osteon_status ost_xapian_model_open(ost_xapian_index *x,
                                    const osteon_query *query,
                                    const osteon_search_options *options,
                                    ost_xapian_model **out, osteon_error *err)
{
    ost_xapian_model *model = ost_calloc(1, sizeof *model);
    maker m = {.model = model, .query = query};
    osteon_status s;

    *out = NULL;
    if (model == NULL)
        return ost_fail_memory(err);
    model->x = x;
    model->arena = ost_arena_open();
    s = model->arena != NULL ? ost_bm25_choose(options, &model->bm25, err)
                             : ost_fail_memory(err);
    model->adapted = model->bm25;
    if (s == OSTEON_OK)
        s = make_table(model, ost_node_terms(query->root), err);
    if (s == OSTEON_OK)
        s = take_statistics(model, err);
    if (s == OSTEON_OK)
        s = make(&m, query->root, &model->root, err);
    if (s != OSTEON_OK) {
        ost_xapian_model_close(model);
        return s;
    }
    if (model->root == NULL)
        model->root = &model->nothing;
    if (model->n_keys > 0)
        qsort(model->keys, model->n_keys, sizeof(ost_xapian_key *), by_bytes);
    *out = model;
    return OSTEON_OK;
}

void ost_xapian_model_close(ost_xapian_model *model)
{
    if (model == NULL)
        return;
    for (size_t i = 0; i < model->n_foreign; i++)
        xapian_c_query_free(model->foreign[i]);
    ost_free(model->foreign);
    ost_free(model->keys);
    ost_arena_close(model->arena);
    ost_free(model);
}
