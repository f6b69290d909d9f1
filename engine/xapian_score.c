/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The exact score of one document: how often it has each term, by its list of
 * terms; where, by the positions of their words. Costs a walk over the terms
 * of the document and a list for each word of a phrase, so it is done for
 * documents that Xapian has found and that may be among the best.
 */
#include "xapian_model.h"

#include "model.h"
#include "places.h"

#include <xapian-c/xapian_c_iterators.h>

/* The document that is looked at. */
typedef struct document {
    ost_xapian_model *model;
    ost_arena *arena; /* for what is found of it */
    xapian_c_database *db;
    unsigned number; /* in db */
    uint32_t length; /* in tokens */
    double damping;
    ost_stemmer *stemmer; /* where not all words of a stem are known */
    struct stray *strays;
} document;

/* A word of the document whose stem is that of an incomplete leaf. */
typedef struct stray {
    const ost_xapian_leaf *leaf;
    bool title;
    ost_xapian_key key;
    struct stray *next;
} stray;

/* Positions, ascending. */
typedef struct places {
    uint32_t *at;
    size_t n, room;
} places;

static osteon_status fail(const document *d, xapian_c_status status,
                          osteon_error *err)
{
    return ost_xapian_fail(d->model->x, status, err);
}

/* ---- Its terms ---- */

/* Looks for all keys in the document's terms, which are in the same order. */
static osteon_status look_for_keys(document *d, xapian_c_term_iterator *terms,
                                   osteon_error *err)
{
    ost_xapian_model *model = d->model;
    xapian_c_error *error = &model->x->error;
    xapian_c_status status = XAPIAN_C_OK;

    for (size_t i = 0; i < model->n_keys; i++)
        model->keys[i]->present = false;
    for (size_t i = 0; i < model->n_keys && status != XAPIAN_C_END; i++) {
        ost_xapian_key *key = model->keys[i];
        const char *term;
        size_t len;
        unsigned wdf;
        status = xapian_c_term_iterator_skip_to(terms, key->bytes, key->len,
                                                error);
        if (status == XAPIAN_C_OK)
            status =
                xapian_c_term_iterator_get_term(terms, &term, &len, error);
        if (status == XAPIAN_C_OK &&
            (len != key->len || memcmp(term, key->bytes, len) != 0))
            continue;
        if (status == XAPIAN_C_OK)
            status = xapian_c_term_iterator_get_wdf(terms, &wdf, error);
        if (status == XAPIAN_C_END)
            break;
        if (status != XAPIAN_C_OK)
            return fail(d, status, err);
        key->present = true;
        key->wdf = wdf;
    }
    return OSTEON_OK;
}

/* Whether the term is the prefix and a word of the leaf's stem. */
static bool is_stray(const document *d, const ost_xapian_leaf *leaf,
                     const char *prefix, const char *term, size_t len)
{
    const ost_node *node = leaf->node;
    const size_t prefix_len = strlen(prefix);
    char stem[OST_WORD_MAX];

    if (len <= prefix_len || memcmp(term, prefix, prefix_len) != 0)
        return false;
    term += prefix_len;
    len -= prefix_len;
    return (*term < 'A' || *term > 'Z') && len <= OST_WORD_MAX &&
           ost_stemmer_apply(d->stemmer, term, len, stem) == node->term_len &&
           memcmp(stem, node->term, node->term_len) == 0;
}

static osteon_status add_stray(document *d, const ost_xapian_leaf *leaf,
                               bool title, const char *term, size_t len,
                               osteon_error *err)
{
    stray *new = ost_arena_alloc(d->arena, sizeof *new);

    if (new == NULL)
        return ost_fail_memory(err);
    new->leaf = leaf;
    new->title = title;
    new->key.bytes = ost_arena_copy(d->arena, term, len);
    new->key.len = len;
    new->key.present = true;
    new->next = d->strays;
    d->strays = new;
    return new->key.bytes != NULL ? OSTEON_OK : ost_fail_memory(err);
}

static osteon_status look_at_term(document *d, const char *term, size_t len,
                                  osteon_error *err)
{
    ost_xapian_model *model = d->model;
    osteon_status s = OSTEON_OK;

    for (size_t i = 0; s == OSTEON_OK && i <= model->leaf_mask; i++) {
        const ost_xapian_leaf *leaf = model->leaves[i];
        if (leaf == NULL || !leaf->positioned || leaf->complete)
            continue;
        if (is_stray(d, leaf, leaf->prefix, term, len))
            s = add_stray(d, leaf, false, term, len, err);
        else if (leaf->titles != NULL && is_stray(d, leaf, "S", term, len))
            s = add_stray(d, leaf, true, term, len, err);
    }
    return s;
}

/* Looks at all terms for words whose stems are asked for. */
static osteon_status look_for_strays(document *d,
                                     xapian_c_term_iterator *terms,
                                     osteon_error *err)
{
    xapian_c_error *error = &d->model->x->error;
    xapian_c_status status;
    osteon_status s = OSTEON_OK;

    while (s == OSTEON_OK &&
           (status = xapian_c_term_iterator_next(terms, error)) !=
               XAPIAN_C_END) {
        const char *term;
        size_t len;
        if (status == XAPIAN_C_OK)
            status =
                xapian_c_term_iterator_get_term(terms, &term, &len, error);
        if (status != XAPIAN_C_OK)
            return fail(d, status, err);
        s = look_at_term(d, term, len, err);
    }
    return s;
}

static bool has_incomplete(const ost_xapian_model *model)
{
    for (size_t i = 0; i <= model->leaf_mask; i++)
        if (model->leaves[i] != NULL && model->leaves[i]->positioned &&
            !model->leaves[i]->complete)
            return true;
    return false;
}

static osteon_status list_terms(const document *d,
                                xapian_c_term_iterator **out,
                                osteon_error *err)
{
    const xapian_c_status status = xapian_c_database_termlist_begin(
        d->db, d->number, out, &d->model->x->error);

    return status == XAPIAN_C_OK ? OSTEON_OK : fail(d, status, err);
}

static osteon_status look(document *d, osteon_error *err)
{
    ost_xapian_model *model = d->model;
    const ost_bm25 *bm25 = &model->bm25;
    xapian_c_term_iterator *terms = NULL;
    xapian_c_status status;
    unsigned length;
    osteon_status s = list_terms(d, &terms, err);

    if (s == OSTEON_OK)
        s = look_for_keys(d, terms, err);
    xapian_c_term_iterator_free(terms);
    terms = NULL;
    if (s == OSTEON_OK && has_incomplete(model)) {
        s = ost_xapian_stemmer(model->x, &d->stemmer, err);
        if (s == OSTEON_OK)
            s = list_terms(d, &terms, err);
        if (s == OSTEON_OK)
            s = look_for_strays(d, terms, err);
        xapian_c_term_iterator_free(terms);
    }
    if (s != OSTEON_OK)
        return s;
    status = xapian_c_database_get_doclength(d->db, d->number, &length,
                                             &model->x->error);
    if (status != XAPIAN_C_OK)
        return fail(d, status, err);
    d->length = length / OST_LENGTH_UNIT;
    d->damping = bm25->k1 *
                 (1 - bm25->b +
                  (model->average > 0 ? bm25->b * length / OST_LENGTH_UNIT /
                                            model->average
                                      : 0));
    return OSTEON_OK;
}

/* ---- Its positions ---- */

static osteon_status add_places(const document *d, const ost_xapian_key *key,
                                places *out, osteon_error *err)
{
    xapian_c_error *error = &d->model->x->error;
    xapian_c_position_iterator *list = NULL;
    osteon_status s = OSTEON_OK;
    unsigned position;
    xapian_c_status status;

    if (!key->present)
        return OSTEON_OK;
    status = xapian_c_database_positionlist_begin(
        d->db, d->number, key->bytes, key->len, &list, error);
    while (status == XAPIAN_C_OK && s == OSTEON_OK &&
           (status = xapian_c_position_iterator_next(list, error)) ==
               XAPIAN_C_OK) {
        status =
            xapian_c_position_iterator_get_position(list, &position, error);
        if (status != XAPIAN_C_OK)
            break;
        if (OST_GROW(&out->at, &out->room, out->n + 1))
            out->at[out->n++] = position;
        else
            s = ost_fail_memory(err);
    }
    xapian_c_position_iterator_free(list);
    if (s == OSTEON_OK && status != XAPIAN_C_END)
        s = fail(d, status, err);
    return s;
}

static int by_place(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Where any word of the leaf stands, in the title or anywhere. */
static osteon_status find_places(const document *d,
                                 const ost_xapian_leaf *leaf, bool title,
                                 places *out, osteon_error *err)
{
    ost_xapian_key **forms = title ? leaf->titles : leaf->forms;
    osteon_status s = OSTEON_OK;

    for (size_t i = 0; s == OSTEON_OK && leaf->complete && i < leaf->n_forms;
         i++)
        s = add_places(d, forms[i], out, err);
    for (const stray *w = d->strays; s == OSTEON_OK && w != NULL; w = w->next)
        if (w->leaf == leaf && w->title == title)
            s = add_places(d, &w->key, out, err);
    if (s == OSTEON_OK && out->n > 1)
        qsort(out->at, out->n, sizeof *out->at, by_place);
    return s;
}

static bool has_place(const places *p, uint64_t place)
{
    const uint32_t want = (uint32_t)place;

    return p->n > 0 && place <= UINT32_MAX &&
           bsearch(&want, p->at, p->n, sizeof *p->at, by_place) != NULL;
}

/* Distinct places where the phrase begins. */
static uint32_t count_starts(const ost_xapian_part *part, const places *all)
{
    const places *first = &all[0];
    uint32_t n = 0;

    for (size_t i = 0; i < first->n; i++) {
        bool stands = i == 0 || first->at[i] != first->at[i - 1];
        for (uint32_t k = 1; stands && k < part->n_members; k++)
            stands = has_place(&all[k], (uint64_t)first->at[i] +
                                            part->offsets[k] -
                                            part->offsets[0]);
        n += stands;
    }
    return n;
}

/* Makes positions distinct, with what behind them ost_near_count may read. */
static bool make_distinct(places *p)
{
    size_t n = 0;

    if (p->n > UINT32_MAX ||
        !OST_GROW(&p->at, &p->room, p->n + OST_POSITIONS_PAD))
        return false;
    for (size_t i = 0; i < p->n; i++)
        if (i == 0 || p->at[i] != p->at[i - 1])
            p->at[n++] = p->at[i];
    p->n = n;
    memset(p->at + n, 0xff, OST_POSITIONS_PAD * sizeof *p->at);
    return true;
}

/* Windows of all children of a NEAR, as the native engine counts them. */
static osteon_status count_windows(const document *d,
                                   const ost_xapian_part *part, places *all,
                                   uint32_t *out, osteon_error *err)
{
    const ost_node *node = part->node;
    ost_near_unit *units =
        ost_arena_array(d->arena, node->n_children, sizeof *units);

    if (units == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < part->n_members; i++) {
        ost_near_unit *u = &units[part->units[i]];
        if (!make_distinct(&all[i]))
            return ost_fail_memory(err);
        if (u->first == NULL) {
            const uint32_t words = (uint32_t)ost_node_terms(
                node->children[part->units[i]]);
            u->first = all[i].at;
            u->n_first = (uint32_t)all[i].n;
            u->width = ost_node_width(node->children[part->units[i]]);
            if (words == 1)
                continue;
            u->others = ost_arena_array(d->arena, words - 1,
                                        sizeof *u->others);
            u->kept = ost_arena_array(d->arena, OST_NEAR_KEPT,
                                      sizeof *u->kept);
            if (u->others == NULL || u->kept == NULL)
                return ost_fail_memory(err);
        } else {
            u->others[u->n_others++] =
                (ost_near_word){.positions = all[i].at,
                                .n = (uint32_t)all[i].n,
                                .offset = part->offsets[i]};
        }
    }
    *out = ost_near_count(units, node->n_children, node->window, false);
    return OSTEON_OK;
}

static osteon_status count_phrases(const document *d,
                                   const ost_xapian_part *part, bool title,
                                   uint32_t *out, osteon_error *err)
{
    places *all = ost_calloc(part->n_members, sizeof *all);
    osteon_status s = all != NULL ? OSTEON_OK : ost_fail_memory(err);
    bool empty = false;

    *out = 0;
    for (uint32_t i = 0; s == OSTEON_OK && !empty && i < part->n_members;
         i++) {
        s = find_places(d, part->members[i], title, &all[i], err);
        empty = all[i].n == 0;
    }
    if (s == OSTEON_OK && !empty && part->kind == OST_NODE_NEAR)
        s = count_windows(d, part, all, out, err);
    else if (s == OSTEON_OK && !empty)
        *out = count_starts(part, all);
    for (uint32_t i = 0; all != NULL && i < part->n_members; i++)
        ost_free(all[i].at);
    ost_free(all);
    return s;
}

/* ---- Its score ---- */

/* A phrase in a title counts as often as a word there does; so do words near
 * each other. */
static osteon_status phrase_tf(const document *d, const ost_xapian_part *part,
                               uint32_t *tf, osteon_error *err)
{
    const uint32_t more = d->model->x->settings.title_weight - 1;
    uint32_t in_title = 0;
    osteon_status s;

    *tf = 0;
    for (uint32_t i = 0; i < part->n_members; i++)
        if (!part->members[i]->key->present)
            return OSTEON_OK;
    s = count_phrases(d, part, false, tf, err);
    if (s == OSTEON_OK && *tf > 0 && part->members[0]->titles != NULL)
        s = count_phrases(d, part, true, &in_title, err);
    *tf += in_title * more;
    return s;
}

static int by_df(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* What is told of a leaf beside its score. */
static osteon_status describe(const document *d, const ost_xapian_part *part,
                              ost_finding *f, osteon_error *err)
{
    uint64_t *df = ost_arena_array(d->arena, part->n_members, sizeof *df);

    if (df == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < part->n_members; i++) {
        bool again = false;
        for (uint32_t k = 0; k < i; k++)
            again = again || part->members[k] == part->members[i];
        if (!again)
            df[f->n_df++] = part->members[i]->df;
    }
    qsort(df, f->n_df, sizeof *df, by_df);
    f->df = df;
    f->documents = d->model->documents;
    f->average = d->model->average;
    f->length = d->length;
    return OSTEON_OK;
}

static osteon_status find_leaf(void *arg, const ost_xapian_part *part,
                               ost_finding *f, osteon_error *err)
{
    const document *d = arg;
    const ost_xapian_key *key = part->members[0]->key;
    osteon_status s = OSTEON_OK;

    if (part->kind == OST_NODE_PHRASE || part->kind == OST_NODE_NEAR)
        s = phrase_tf(d, part, &f->tf, err);
    else
        f->tf = key->present ? key->wdf : 0;
    if (s != OSTEON_OK || f->tf == 0)
        return s;
    f->matches = true;
    f->score = ost_contribution(part->weight, f->tf, d->damping);
    return describe(d, part, f, err);
}

osteon_status ost_xapian_find(ost_xapian_model *model, uint32_t joined,
                              ost_arena *arena, ost_finding **out,
                              osteon_error *err)
{
    document d = {.model = model, .arena = arena};
    osteon_status s;

    d.db = model->x->shards[ost_xapian_shard_at(model->x, joined, &d.number)]
               .db;
    s = look(&d, err);
    return s == OSTEON_OK
               ? ost_xapian_combine(model->root, find_leaf, &d, arena, out,
                                    err)
               : s;
}

/* ---- Inner nodes ---- */

static osteon_status combine_filter(const ost_xapian_part *part,
                                    ost_xapian_find_leaf *leaf, void *arg,
                                    ost_arena *arena, ost_finding *f,
                                    osteon_error *err)
{
    const ost_xapian_part *const scoring[] = {part->required, part->optional};
    ost_finding *child;
    osteon_status s;

    f->matches = part->required == NULL;
    f->found = ost_arena_array(arena, 2, sizeof *f->found);
    if (f->found == NULL)
        return ost_fail_memory(err);
    for (unsigned i = 0; i < 2; i++) {
        if (scoring[i] == NULL)
            continue;
        s = ost_xapian_combine(scoring[i], leaf, arg, arena, &child, err);
        if (s != OSTEON_OK)
            return s;
        ost_finding_add(f, child);
        if (child->matches && scoring[i] == part->required)
            f->matches = true;
    }
    if (part->excluded == NULL)
        return OSTEON_OK;
    s = ost_xapian_combine(part->excluded, leaf, arg, arena, &child, err);
    if (s == OSTEON_OK && child->matches) {
        f->matches = false;
        f->excluded = true;
    }
    return s;
}

osteon_status ost_xapian_combine(const ost_xapian_part *part,
                                 ost_xapian_find_leaf *leaf, void *arg,
                                 ost_arena *arena, ost_finding **out,
                                 osteon_error *err)
{
    ost_finding *f = ost_arena_alloc(arena, sizeof *f);
    osteon_status s = OSTEON_OK;

    *out = f;
    if (f == NULL)
        return ost_fail_memory(err);
    f->node = part->node;
    f->kind = part->kind;
    if (part->kind == OST_NODE_EMPTY)
        return OSTEON_OK;
    if (part->kind == OST_NODE_FILTER)
        return combine_filter(part, leaf, arg, arena, f, err);
    if (part->parts == NULL)
        return leaf(arg, part, f, err);
    f->found = ost_arena_array(arena, part->n_parts, sizeof *f->found);
    if (f->found == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; s == OSTEON_OK && i < part->n_parts; i++) {
        ost_finding *child;
        s = ost_xapian_combine(part->parts[i], leaf, arg, arena, &child, err);
        if (s == OSTEON_OK)
            ost_finding_add(f, child);
    }
    f->matches = part->kind == OST_NODE_AND ? f->n_found == part->n_parts
                                            : f->n_found > 0;
    return s;
}
