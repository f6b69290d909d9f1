/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How a document's score comes about, in lines for a person. The terms and
 * phrases are scored by the scorers of a search, the rest is put together
 * here once more, and only what matches is shown.
 *
 * Scores are shown in 10,000ths, cut out of the whole: a part that stands for
 * [from, from + score) shows the difference of its rounded ends. So the
 * numbers of the parts add up to that of the whole, digit by digit.
 */
#include "parse.h"
#include "scorer.h"

/* What a part gives to the document. */
typedef struct finding finding;
struct finding {
    const ost_part *part;
    bool matches;
    int64_t score;
    uint32_t tf;     /* TERM, PHRASE */
    uint32_t length; /* of the field */
    finding **found; /* of the parts that match; FILTER: that score */
    uint32_t n_found;
    const finding *best; /* MAX: the one that counts */
    bool excluded;
};

typedef struct explainer {
    const ost_model *model;
    uint32_t segment, doc; /* the document's place */
    ost_arena *arena;
    ost_buffer text;
} explainer;

/* ---- Finding ---- */

static osteon_status find(explainer *x, const ost_part *part, finding **out,
                          osteon_error *err);

static osteon_status find_leaf(explainer *x, const ost_part *part, finding *f,
                               osteon_error *err)
{
    const ost_field_view *view = &part->leaves[0]->field->views[x->segment];
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
        f->length = ost_norm_decode(view->norms[x->doc]);
    }
    s = ost_plan_check(plan, err);
    ost_plan_close(plan);
    return s;
}

static osteon_status find_list(explainer *x, const ost_part *part, finding *f,
                               osteon_error *err)
{
    f->found = ost_arena_array(x->arena, part->n_parts, sizeof *f->found);
    if (f->found == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < part->n_parts; i++) {
        finding *child;
        const osteon_status s = find(x, part->parts[i], &child, err);
        if (s != OSTEON_OK)
            return s;
        if (!child->matches)
            continue;
        f->found[f->n_found++] = child;
        if (part->kind != OST_NODE_MAX) {
            f->score += child->score;
        } else if (f->best == NULL || child->score > f->score) {
            f->best = child;
            f->score = child->score;
        }
    }
    f->matches = part->kind == OST_NODE_AND ? f->n_found == part->n_parts
                                            : f->n_found > 0;
    return OSTEON_OK;
}

static osteon_status find_filter(explainer *x, const ost_part *part,
                                 finding *f, osteon_error *err)
{
    const ost_part *const scoring[] = {part->required, part->optional};
    finding *child;
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
        if (!child->matches)
            continue;
        f->found[f->n_found++] = child;
        f->score += child->score;
        f->matches = f->matches || scoring[i] == part->required;
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

static osteon_status find(explainer *x, const ost_part *part, finding **out,
                          osteon_error *err)
{
    finding *f = ost_arena_alloc(x->arena, sizeof *f);

    *out = f;
    if (f == NULL)
        return ost_fail_memory(err);
    f->part = part;
    switch (part->kind) {
    case OST_NODE_EMPTY:
        break;
    case OST_NODE_TERM:
    case OST_NODE_PHRASE:
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

/* ---- Showing ---- */

/* A score in 10,000ths. */
static int64_t rounded(int64_t score)
{
    return (score * 10000 + OST_SCORE_ONE / 2) / OST_SCORE_ONE;
}

static void show_score(explainer *x, unsigned depth, int64_t from,
                       int64_t score)
{
    const int64_t shown = rounded(from + score) - rounded(from);

    ost_buffer_printf(&x->text, "%*s%lld.%04d", (int)(2 * depth), "",
                      (long long)(shown / 10000), (int)(shown % 10000));
}

static void show_leaf(explainer *x, const finding *f)
{
    const ost_part *part = f->part;
    const double tenths = part->leaves[0]->field->average * 10 + 0.5;
    const unsigned long long average = (unsigned long long)tenths;

    ost_buffer_add_byte(&x->text, ' ');
    ost_query_print(part->node, &x->text);
    ost_buffer_printf(&x->text, "  tf %lu, df ", (unsigned long)f->tf);
    for (uint32_t i = 0; i < part->n_leaves; i++)
        ost_buffer_printf(&x->text, i > 0 ? "/%llu" : "%llu",
                          (unsigned long long)part->leaves[i]->df);
    ost_buffer_printf(&x->text, " of %llu, length %lu (average %llu.%llu)\n",
                      (unsigned long long)x->model->snapshot->documents,
                      (unsigned long)f->length, average / 10, average % 10);
}

/* Shows a finding that matches. `from`: what stands before it in the sum. */
static void show(explainer *x, const finding *f, unsigned depth, int64_t from)
{
    const bool best = f->part->kind == OST_NODE_MAX;

    if (f->n_found == 1) { /* a sum of one is that one */
        show(x, f->found[0], depth, from);
        return;
    }
    show_score(x, depth, from, f->score);
    if (f->n_found > 1)
        ost_buffer_add_text(&x->text, best ? " = best of\n" : " = sum of\n");
    else if (f->part->kind == OST_NODE_FILTER)
        ost_buffer_add_text(&x->text, " for not being excluded\n");
    else
        show_leaf(x, f);
    for (uint32_t i = 0; i < f->n_found; i++) {
        show(x, f->found[i], depth + 1, from);
        if (!best)
            from += f->found[i]->score;
    }
}

/* Terms come from queries and indexes: no control bytes from them. */
static void clean(ost_buffer *text)
{
    for (size_t i = 0; i < text->len; i++)
        if ((text->data[i] < 0x20 && text->data[i] != '\n') ||
            text->data[i] == 0x7f)
            text->data[i] = '?';
}

static osteon_status explain(explainer *x, uint32_t document,
                             osteon_error *err)
{
    finding *f;
    const osteon_status s = find(x, x->model->root, &f, err);

    if (s != OSTEON_OK)
        return s;
    if (f->matches)
        show(x, f, 0, 0);
    else
        ost_buffer_printf(&x->text, "document %lu %s\n",
                          (unsigned long)document,
                          f->excluded ? "is excluded" : "does not match");
    clean(&x->text);
    ost_buffer_add_byte(&x->text, '\0');
    return x->text.failed ? ost_fail_memory(err) : OSTEON_OK;
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
    s = x.arena != NULL ? explain(&x, document, err) : ost_fail_memory(err);
    if (s == OSTEON_OK)
        *out = (char *)x.text.data;
    else
        ost_buffer_free(&x.text);
    ost_arena_close(x.arena);
    ost_model_close(model);
    return s;
}
