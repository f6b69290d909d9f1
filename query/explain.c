/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How a document's score comes about: the terms and phrases are scored by the
 * scorers of a search, the rest is put together here once more.
 */
#include "explain.h"
#include "scorer.h"

typedef struct explainer {
    const ost_model *model;
    uint32_t segment, doc; /* the document's place */
    ost_arena *arena;
} explainer;

/* ---- Finding ---- */

static osteon_status find(explainer *x, const ost_part *part,
                          ost_finding **out, osteon_error *err);

/* What is told of a leaf beside its score. */
static osteon_status describe(explainer *x, const ost_part *part,
                              ost_finding *f, osteon_error *err)
{
    const ost_model_field *field = part->leaves[0]->field;
    uint64_t *df = ost_arena_array(x->arena, part->n_leaves, sizeof *df);

    if (df == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < part->n_leaves; i++)
        df[i] = part->leaves[i]->df;
    f->df = df;
    f->n_df = part->n_leaves;
    f->documents = x->model->snapshot->documents;
    f->average = field->average;
    f->length = ost_norm_decode(field->views[x->segment].norms[x->doc]);
    return OSTEON_OK;
}

static osteon_status find_leaf(explainer *x, const ost_part *part,
                               ost_finding *f, osteon_error *err)
{
    ost_plan *plan;
    ost_scorer *scorer;
    osteon_status s;

    s = ost_plan_open_part(x->model, part, x->segment, true, &plan, err);
    if (s != OSTEON_OK)
        return s;
    scorer = plan->root;
    if (scorer != NULL && ost_scorer_seek(scorer, x->doc) == x->doc &&
        ost_scorer_match(scorer, -1)) {
        f->matches = true;
        f->score = scorer->type->score(scorer);
        f->tf = part->kind == OST_NODE_TERM ? ost_scorer_term_tf(scorer)
                                            : ost_scorer_phrase_tf(scorer);
    }
    s = ost_plan_check(plan, err);
    ost_plan_close(plan);
    return s == OSTEON_OK && f->matches ? describe(x, part, f, err) : s;
}

static osteon_status find_list(explainer *x, const ost_part *part,
                               ost_finding *f, osteon_error *err)
{
    f->found = ost_arena_array(x->arena, part->n_parts, sizeof *f->found);
    if (f->found == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < part->n_parts; i++) {
        ost_finding *child;
        const osteon_status s = find(x, part->parts[i], &child, err);
        if (s != OSTEON_OK)
            return s;
        ost_finding_add(f, child);
    }
    f->matches = part->kind == OST_NODE_AND ? f->n_found == part->n_parts
                                            : f->n_found > 0;
    return OSTEON_OK;
}

static osteon_status find_filter(explainer *x, const ost_part *part,
                                 ost_finding *f, osteon_error *err)
{
    const ost_part *const scoring[] = {part->required, part->optional};
    ost_finding *child;
    osteon_status s;

    f->matches = part->required == NULL;
    f->found = ost_arena_array(x->arena, 2, sizeof *f->found);
    if (f->found == NULL)
        return ost_fail_memory(err);
    for (unsigned i = 0; i < 2; i++) {
        if (scoring[i] == NULL)
            continue;
        s = find(x, scoring[i], &child, err);
        if (s != OSTEON_OK)
            return s;
        ost_finding_add(f, child);
        if (child->matches && scoring[i] == part->required)
            f->matches = true;
    }
    if (part->excluded == NULL)
        return OSTEON_OK;
    s = find(x, part->excluded, &child, err);
    if (s == OSTEON_OK && child->matches) {
        f->matches = false;
        f->excluded = true;
    }
    return s;
}

static osteon_status find(explainer *x, const ost_part *part,
                          ost_finding **out, osteon_error *err)
{
    ost_finding *f = ost_arena_alloc(x->arena, sizeof *f);

    *out = f;
    if (f == NULL)
        return ost_fail_memory(err);
    f->node = part->node;
    f->kind = part->kind;
    switch (part->kind) {
    case OST_NODE_EMPTY:
        break;
    case OST_NODE_TERM:
    case OST_NODE_PHRASE:
    case OST_NODE_NEAR:
        return find_leaf(x, part, f, err);
    case OST_NODE_OR:
    case OST_NODE_MAX:
    case OST_NODE_AND:
        return find_list(x, part, f, err);
    case OST_NODE_FILTER:
        return find_filter(x, part, f, err);
    }
    return OSTEON_OK;
}

/* ---- The whole ---- */

/* Finds the segment of a document. */
static osteon_status place(explainer *x, const ost_snapshot *snapshot,
                           uint32_t document, osteon_error *err)
{
    uint32_t i = 0;

    while (i < snapshot->n_segments && document >= snapshot->bases[i + 1])
        i++;
    if (i == snapshot->n_segments ||
        ost_bit(ost_segment_deleted(snapshot->segments[i]),
                document - snapshot->bases[i]))
        return ost_fail(err, OSTEON_NOT_FOUND, "no document %lu",
                        (unsigned long)document);
    x->segment = i;
    x->doc = document - snapshot->bases[i];
    return OSTEON_OK;
}

osteon_status ost_explain(ost_snapshot *snapshot, const osteon_query *query,
                          const osteon_search_options *options,
                          uint32_t document, char **out, osteon_error *err)
{
    explainer x = {0};
    ost_model *model = NULL;
    ost_finding *f;
    ost_bm25 bm25;
    osteon_status s;

    *out = NULL;
    s = ost_bm25_choose(options, &bm25, err);
    if (s == OSTEON_OK)
        s = place(&x, snapshot, document, err);
    if (s == OSTEON_OK)
        s = ost_model_open(snapshot, query, &bm25, &model, err);
    if (s != OSTEON_OK)
        return s;
    x.model = model;
    x.arena = ost_arena_open();
    s = x.arena != NULL ? find(&x, model->root, &f, err)
                        : ost_fail_memory(err);
    if (s == OSTEON_OK)
        s = ost_finding_show(f, document, out, err);
    ost_arena_close(x.arena);
    ost_model_close(model);
    return s;
}
