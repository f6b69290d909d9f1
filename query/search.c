/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Answering a query: the best documents of all segments, in order, and the
 * number of all matches. Segments are walked one after the other, so that
 * documents come in ascending order and the floor rises across them.
 */
#include "topk.h"

#include "commit.h"
#include "documents.h"
#include "scorer.h"

/* ---- The best ---- */

/* What a document's score must be above to be among the best; before as many
 * as wanted have come, what the scorer tells of them in advance, if each counts
 * for itself. Ties of that score may be among them. */
static int64_t first_floor(const ost_plan *plan, const ost_topk *top)
{
    const int64_t floor = ost_topk_floor(top);
    int64_t seed;

    if (top->grouped)
        return floor;
    seed = ost_scorer_seed(plan->root,
                           top->k + ost_segment_deleted_count(plan->segment));
    return seed - 1 > floor ? seed - 1 : floor;
}

/* Adds document `doc` of a segment, whose number in all is base + doc. */
static osteon_status add(ost_topk *top, ost_source_column *sources,
                         int64_t score, uint32_t base, uint32_t doc,
                         osteon_error *err)
{
    uint32_t source = 0;
    osteon_status s = OSTEON_OK;

    if (top->grouped)
        s = ost_source_column_get(sources, doc, &source, err);
    if (s == OSTEON_OK)
        ost_topk_add(top, score, base + doc, source);
    return s == OSTEON_OK && top->failed ? ost_fail_memory(err) : s;
}

static osteon_status rank(const ost_plan *plan, bool exhaustive, ost_topk *top,
                          osteon_error *err)
{
    const uint64_t *deleted = ost_segment_deleted(plan->segment);
    const uint32_t base = plan->model->snapshot->bases[plan->number];
    ost_scorer *s = plan->root;
    int64_t floor = exhaustive ? -1 : first_floor(plan, top);
    ost_source_column sources;
    osteon_status status = OSTEON_OK;

    if (s->max <= floor)
        return status;
    if (floor >= 0)
        s->type->set_floor(s, floor);
    ost_source_column_start(&sources, plan->segment);
    while (s->type->next(s) != OST_DOC_END) {
        const uint32_t doc = (uint32_t)s->doc;
        int64_t score;
        if (ost_bit(deleted, doc) || !ost_scorer_match(s, floor))
            continue;
        score = s->type->score(s);
        if (score <= floor || score <= ost_topk_floor(top))
            continue;
        status = add(top, &sources, score, base, doc, err);
        if (status != OSTEON_OK)
            return status;
        if (exhaustive || ost_topk_floor(top) <= floor)
            continue;
        floor = ost_topk_floor(top);
        if (s->max <= floor)
            return status;
        s->type->set_floor(s, floor);
    }
    return status;
}

static osteon_status rank_all(const ost_model *model, bool exhaustive,
                              ost_topk *top, osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    for (uint32_t i = 0; i < model->snapshot->n_segments && s == OSTEON_OK;
         i++) {
        ost_plan *plan;
        s = ost_plan_open(model, i, true, &plan, err);
        if (s != OSTEON_OK)
            break;
        if (plan->root != NULL)
            s = rank(plan, exhaustive, top, err);
        if (s == OSTEON_OK)
            s = ost_plan_check(plan, err);
        ost_plan_close(plan);
    }
    return s;
}

/* ---- Counting ---- */

/* The matches in a segment; stops at `most` or soon after. */
static uint64_t count(const ost_plan *plan, uint64_t most)
{
    const uint64_t *deleted = ost_segment_deleted(plan->segment);
    ost_scorer *s = plan->root;
    uint64_t n = 0;

    if (ost_scorer_is_window(s) && most == UINT64_MAX)
        return ost_scorer_window_count(s, plan->documents, deleted);
    if (most == UINT64_MAX && ost_scorer_is_all_terms(s))
        return ost_scorer_all_terms_count(s, deleted);
    while (n < most && s->type->next(s) != OST_DOC_END)
        n += !ost_bit(deleted, (uint32_t)s->doc) && ost_scorer_match(s, -1);
    return n;
}

/* Counts matches up to `most`. */
static osteon_status count_all(const ost_model *model, uint64_t most,
                               uint64_t *out, osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    *out = 0;
    if (model->root->kind == OST_NODE_TERM) {
        *out = model->root->leaves[0]->df;
        return OSTEON_OK;
    }
    for (uint32_t i = 0;
         i < model->snapshot->n_segments && s == OSTEON_OK && *out < most;
         i++) {
        ost_plan *plan;
        s = ost_plan_open(model, i, false, &plan, err);
        if (s != OSTEON_OK)
            break;
        if (plan->root != NULL)
            *out += count(plan, most == UINT64_MAX ? most : most - *out);
        s = ost_plan_check(plan, err);
        ost_plan_close(plan);
    }
    return s;
}

/* ---- The result ---- */

/* The hits after the first `offset`, behind the result in one piece. */
static osteon_status make_result(const ost_topk *top, size_t offset,
                                 uint64_t matches, osteon_result **out,
                                 osteon_error *err)
{
    const size_t n = top->n > offset ? top->n - offset : 0;
    osteon_result *result;
    osteon_hit *hits;

    if (n > (SIZE_MAX - sizeof *result) / sizeof *hits)
        return ost_fail_memory(err);
    result = ost_malloc(sizeof *result + n * sizeof *hits);
    if (result == NULL)
        return ost_fail_memory(err);
    hits = (osteon_hit *)(result + 1);
    for (size_t i = 0; i < n; i++) {
        hits[i].document = top->items[offset + i].doc;
        hits[i].score = (double)top->items[offset + i].score / OST_SCORE_ONE;
    }
    result->hits = hits;
    result->n_hits = n;
    result->matches = matches;
    *out = result;
    return OSTEON_OK;
}

void osteon_result_close(osteon_result *result)
{
    ost_free(result);
}

/* How many documents to keep: no more than there are. */
static size_t wanted(const ost_snapshot *snapshot,
                     const osteon_search_options *options)
{
    const size_t sum = options->limit > SIZE_MAX - options->offset
                           ? SIZE_MAX
                           : options->limit + options->offset;

    if (options->limit == 0)
        return 0;
    return sum < snapshot->documents ? sum : (size_t)snapshot->documents;
}

osteon_status ost_search(ost_snapshot *snapshot, const osteon_query *query,
                         const osteon_search_options *options,
                         osteon_result **out, osteon_error *err)
{
    ost_topk top = {0};
    ost_model *model = NULL;
    uint64_t matches = 0;
    ost_bm25 bm25;
    osteon_status s;

    *out = NULL;
    s = ost_bm25_choose(options, &bm25, err);
    if (s != OSTEON_OK)
        return s;
    s = ost_model_open(snapshot, query, &bm25, &model, err);
    if (s != OSTEON_OK)
        return s;
    top.k = wanted(snapshot, options);
    if (options->one_per_source && snapshot->sources != NULL)
        ost_topk_group(&top, ost_source_table_highest(snapshot->sources));
    if (top.k > 0) {
        s = rank_all(model, options->exhaustive, &top, err);
        ost_topk_sort(&top);
        if (s == OSTEON_OK && top.failed)
            s = ost_fail_memory(err);
        matches = top.n;
    }
    /* Where fewer were found than wanted, nothing was left out. */
    if (s == OSTEON_OK && options->count &&
        (top.n == top.k || top.grouped))
        s = count_all(model, UINT64_MAX, &matches, err);
    else if (s == OSTEON_OK && top.k == 0)
        s = count_all(model, 1, &matches, err);
    if (s == OSTEON_OK)
        s = make_result(&top, options->offset, matches, out, err);
    ost_topk_free(&top);
    ost_model_close(model);
    return s;
}
