/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Searching a Xapian database. Xapian finds and weighs; its weights are our
 * scores but for phrases and compounds, where they are bounds: then documents
 * are taken in descending order of the bound and scored exactly, until no
 * bound can beat the k-th best any more. So the best are found exactly,
 * whichever shards they are on.
 *
 * Scores are rounded to the unit of score.h. Sums of the same numbers in
 * another order, as in another shard, then are the same, and ties go by
 * order of input.
 */
#include "xapian_model.h"

#include <math.h>
#include <xapian-c/xapian_c_enquire.h>

/* Beyond what is wanted, so that ties and bounds seldom need a second run. */
#define EXTRA 16

typedef struct candidate {
    int64_t score;
    uint64_t order; /* of input */
    uint32_t joined; /* number in the joined database */
} candidate;

typedef struct search {
    const osteon_query *query;
    const osteon_search_options *options;
    ost_xapian_index *x;
    ost_xapian_model *model;
    xapian_c_enquire *enquire;
    bool bounds;  /* weights are bounds, or matches are to be looked at */
    bool exactly; /* sums come out bit by bit: no noise between ties */
    size_t k;     /* best documents wanted */
    size_t seen;  /* items of Xapian's that were looked at */
    candidate *best; /* a heap, the worst first, of at most k */
    size_t n, room;
    uint64_t matches;
    bool counted; /* `all_matches` is known, by the way */
    uint64_t all_matches;
    osteon_result **out;
} search;

static osteon_status fail(search *q, xapian_c_status status, osteon_error *err)
{
    return ost_xapian_fail(q->x, status, err);
}

/* ---- The k best ---- */

/* Above 0 where `a` comes after `b`. */
static int compare(const candidate *a, const candidate *b)
{
    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    if (a->order != b->order)
        return a->order > b->order ? 1 : -1;
    return (a->joined > b->joined) - (a->joined < b->joined);
}

static int by_rank(const void *a, const void *b)
{
    return compare(a, b);
}

static void sift_down(candidate *heap, size_t n, size_t at)
{
    for (;;) {
        size_t worst = at, left = 2 * at + 1;
        candidate moved;
        if (left < n && compare(&heap[left], &heap[worst]) > 0)
            worst = left;
        if (left + 1 < n && compare(&heap[left + 1], &heap[worst]) > 0)
            worst = left + 1;
        if (worst == at)
            return;
        moved = heap[at];
        heap[at] = heap[worst];
        heap[worst] = moved;
        at = worst;
    }
}

static osteon_status keep(search *q, candidate c, osteon_error *err)
{
    if (q->k == 0) /* only counting */
        return OSTEON_OK;
    if (q->n == q->k) {
        if (compare(&c, &q->best[0]) > 0)
            return OSTEON_OK;
        q->best[0] = c;
        sift_down(q->best, q->n, 0);
        return OSTEON_OK;
    }
    if (!OST_GROW(&q->best, &q->room, q->n + 1))
        return ost_fail_memory(err);
    q->best[q->n++] = c;
    for (size_t i = q->n - 1; i > 0;) {
        const size_t parent = (i - 1) / 2;
        candidate moved = q->best[i];
        if (compare(&q->best[i], &q->best[parent]) <= 0)
            break;
        q->best[i] = q->best[parent];
        q->best[parent] = moved;
        i = parent;
    }
    return OSTEON_OK;
}

/* ---- Items of Xapian's result ---- */

static int64_t rounded(double weight)
{
    return (int64_t)(weight * OST_SCORE_ONE + 0.5);
}

/* The number in order of input, by which ties are sorted. */
static osteon_status order_of(search *q, xapian_c_mset *mset, unsigned item,
                              uint64_t *out, osteon_error *err)
{
    const char *key;
    size_t len;
    xapian_c_status status;

    *out = 0;
    if (!q->x->settings.ours)
        return OSTEON_OK;
    status = xapian_c_mset_get_sort_key(mset, item, &key, &len, &q->x->error);
    if (status != XAPIAN_C_OK)
        return fail(q, status, err);
    for (size_t i = 0; i < len && i < 8; i++)
        *out = *out << 8 | (uint8_t)key[i];
    return OSTEON_OK;
}

/* Looks at a document for itself: does it match, and how does it score? */
static osteon_status score_exactly(search *q, candidate *c, bool *matches,
                                   osteon_error *err)
{
    ost_arena *arena = ost_arena_open();
    ost_finding *f;
    osteon_status s = arena != NULL ? ost_xapian_find(q->model, c->joined,
                                                      arena, &f, err)
                                    : ost_fail_memory(err);

    *matches = s == OSTEON_OK && f->matches;
    if (*matches && q->model->bounds)
        c->score = f->score;
    ost_arena_close(arena);
    return s;
}

/* Takes items from q->seen on. *over is set where none that follows, in this
 * run or another, can be among the best. */
static osteon_status take_items(search *q, xapian_c_mset *mset, bool *over,
                                osteon_error *err)
{
    /* Each of a query's terms is rounded by itself. */
    const int64_t slack = 1 + (int64_t)q->query->n_terms;
    const unsigned n = xapian_c_mset_size(mset);
    osteon_status s = OSTEON_OK;

    for (; s == OSTEON_OK && q->seen < n; q->seen++) {
        const unsigned item = (unsigned)q->seen;
        candidate c;
        double weight;
        bool matches = true;
        xapian_c_status status =
            xapian_c_mset_get_weight(mset, item, &weight, &q->x->error);
        if (status == XAPIAN_C_OK)
            status = xapian_c_mset_get_docid(mset, item, &c.joined,
                                             &q->x->error);
        if (status != XAPIAN_C_OK)
            return fail(q, status, err);
        c.score = rounded(weight);
        *over = q->n == q->k && q->k > 0 &&
                c.score + (q->bounds ? slack : 0) < q->best[0].score;
        if (*over)
            return OSTEON_OK;
        s = order_of(q, mset, item, &c.order, err);
        if (s == OSTEON_OK && q->bounds)
            s = score_exactly(q, &c, &matches, err);
        if (s != OSTEON_OK || !matches)
            continue;
        q->matches++;
        s = keep(q, c, err);
    }
    return s;
}

/* True where all that follow the last item of a run come after the k-th: the
 * order Xapian sorts by is exactly ours, down to the ties. */
static osteon_status is_settled(search *q, xapian_c_mset *mset, bool *out,
                                osteon_error *err)
{
    const unsigned n = xapian_c_mset_size(mset);
    double last, kth;
    xapian_c_status status = XAPIAN_C_OK;

    *out = q->k == 0;
    if (q->bounds || n < q->k || q->k == 0)
        return OSTEON_OK;
    status = xapian_c_mset_get_weight(mset, n - 1, &last, &q->x->error);
    if (status == XAPIAN_C_OK)
        status = xapian_c_mset_get_weight(mset, (unsigned)q->k - 1, &kth,
                                          &q->x->error);
    if (status != XAPIAN_C_OK)
        return fail(q, status, err);
    *out = rounded(last) < rounded(kth) || (q->exactly && last == kth);
    return OSTEON_OK;
}

/* ---- Runs ---- */

static unsigned all_documents(const search *q)
{
    return (unsigned)q->model->documents;
}

/* With `every` Xapian looks at every match, and so counts them. */
static osteon_status run(search *q, unsigned items, bool every,
                         xapian_c_mset **out, osteon_error *err)
{
    const xapian_c_match_options options = {
        .checkatleast = every ? all_documents(q) : 0};
    const xapian_c_status status = xapian_c_enquire_get_mset(
        q->enquire, 0, items, &options, out, &q->x->error);

    if (status != XAPIAN_C_OK)
        return fail(q, status, err);
    q->all_matches = xapian_c_mset_get_matches_lower_bound(*out);
    q->counted = !q->model->inexact &&
                 q->all_matches == xapian_c_mset_get_matches_upper_bound(*out);
    return OSTEON_OK;
}

/* More items are asked for until the best are settled. Xapian begins anew
 * each time: the number grows fast. */
static osteon_status find_best(search *q, osteon_error *err)
{
    const unsigned all = all_documents(q);
    size_t items = q->k + EXTRA;
    bool over = false;
    osteon_status s = OSTEON_OK;

    while (s == OSTEON_OK && !over) {
        const unsigned asked = items < all ? (unsigned)items : all;
        xapian_c_mset *mset = NULL;
        s = run(q, asked,
                q->options->exhaustive ||
                    (q->options->count && !q->counted && !q->model->inexact),
                &mset, err);
        if (s == OSTEON_OK)
            s = take_items(q, mset, &over, err);
        if (s == OSTEON_OK && !over)
            over = xapian_c_mset_size(mset) < asked || asked == all;
        if (s == OSTEON_OK && !over)
            s = is_settled(q, mset, &over, err);
        xapian_c_mset_free(mset);
        items = items * 4;
    }
    return s;
}

/* Counts by looking at every document that Xapian finds. */
static osteon_status count_one_by_one(search *q, osteon_error *err)
{
    const size_t k = q->k;
    xapian_c_mset *mset = NULL;
    bool over = false;
    osteon_status s = run(q, all_documents(q), false, &mset, err);

    q->k = 0;
    q->seen = 0;
    q->matches = 0;
    if (s == OSTEON_OK)
        s = take_items(q, mset, &over, err);
    xapian_c_mset_free(mset);
    q->k = k;
    return s;
}

static osteon_status count(search *q, osteon_error *err)
{
    xapian_c_mset *mset = NULL;
    osteon_status s = OSTEON_OK;

    if (q->model->inexact)
        return count_one_by_one(q, err);
    if (!q->counted)
        s = run(q, 1, true, &mset, err);
    xapian_c_mset_free(mset);
    mset = NULL;
    if (s == OSTEON_OK && !q->counted) { /* Xapian will not say: list them */
        s = run(q, all_documents(q), true, &mset, err);
        q->all_matches = xapian_c_mset_size(mset);
        xapian_c_mset_free(mset);
    }
    q->matches = q->all_matches;
    return s;
}

/* ---- The result ---- */

static osteon_status make_result(search *q, osteon_error *err)
{
    const size_t offset = q->options->offset;
    const size_t n = q->n > offset ? q->n - offset : 0;
    osteon_result *result = ost_malloc(sizeof *result + n * sizeof(osteon_hit));
    osteon_hit *hits;

    if (result == NULL)
        return ost_fail_memory(err);
    hits = (osteon_hit *)(result + 1);
    if (q->n > 0)
        qsort(q->best, q->n, sizeof *q->best, by_rank);
    for (size_t i = 0; i < n; i++) {
        const candidate *c = &q->best[offset + i];
        const osteon_status s =
            ost_xapian_number(q->x, c->joined, &hits[i].document, err);
        if (s != OSTEON_OK) {
            ost_free(result);
            return s;
        }
        hits[i].score = (double)c->score / OST_SCORE_ONE;
    }
    *result = (osteon_result){hits, n, q->matches};
    *q->out = result;
    return OSTEON_OK;
}

/* ---- The whole ---- */

static xapian_c_status set_weights(search *q)
{
    xapian_c_bm25_params params = XAPIAN_C_BM25_DEFAULTS;
    xapian_c_weight *weight = NULL;
    xapian_c_error *error = &q->x->error;
    xapian_c_status status;

    if (q->x->settings.ours)
        params = (xapian_c_bm25_params){.k1 = q->model->adapted.k1,
                                        .b = q->model->adapted.b};
    else if (q->options->k1 >= 0)
        params.k1 = q->options->k1;
    if (!q->x->settings.ours && q->options->b >= 0)
        params.b = q->options->b;
    status = xapian_c_weight_new_bm25(&params, &weight, error);
    if (status == XAPIAN_C_OK)
        status = xapian_c_enquire_set_weighting_scheme(q->enquire, weight,
                                                       error);
    xapian_c_weight_free(weight);
    if (status == XAPIAN_C_OK && q->x->settings.ours)
        status = xapian_c_enquire_set_sort_by_relevance_then_value(
            q->enquire, OST_SLOT_ORDER, false, error);
    return status;
}

osteon_status ost_xapian_enquire(ost_xapian_model *model,
                                 const xapian_c_query *query,
                                 const osteon_search_options *options,
                                 xapian_c_enquire **out, osteon_error *err)
{
    ost_xapian_index *x = model->x;
    search q = {.x = x, .model = model, .options = options};
    xapian_c_status status = xapian_c_enquire_new(x->db, out, &x->error);

    if (status == XAPIAN_C_OK) {
        q.enquire = *out;
        status = xapian_c_enquire_set_query(*out, query, 0, &x->error);
    }
    if (status == XAPIAN_C_OK)
        status = set_weights(&q);
    if (status == XAPIAN_C_OK)
        return OSTEON_OK;
    xapian_c_enquire_free(*out);
    *out = NULL;
    return fail(&q, status, err);
}

static osteon_status prepare(search *q, osteon_error *err)
{
    xapian_c_query *query = NULL;
    osteon_status s =
        ost_xapian_model_open(q->x, q->query, q->options, &q->model, err);

    if (s == OSTEON_OK)
        s = ost_xapian_query_make(q->model, q->model->root, &query, err);
    if (s == OSTEON_OK)
        s = ost_xapian_enquire(q->model, query, q->options, &q->enquire, err);
    xapian_c_query_free(query);
    if (s != OSTEON_OK)
        return s;
    q->bounds = q->model->bounds || q->model->inexact;
    q->exactly = q->x->n_up == 1 || q->model->root->kind == OST_NODE_TERM ||
                 q->model->root->kind == OST_NODE_EMPTY;
    return OSTEON_OK;
}

/* How many documents to keep: no more than there are. */
static size_t wanted(const search *q)
{
    const osteon_search_options *o = q->options;
    const size_t sum =
        o->limit > SIZE_MAX - o->offset ? SIZE_MAX : o->limit + o->offset;

    if (o->limit == 0)
        return 0;
    return sum < q->model->documents ? sum : (size_t)q->model->documents;
}

/* Whether anything matches, where nothing more is wanted. */
static osteon_status find_any(search *q, osteon_error *err)
{
    osteon_status s;

    q->k = q->model->documents > 0;
    s = find_best(q, err);
    q->matches = q->n;
    q->n = 0;
    return s;
}

static osteon_status search_all(search *q, osteon_error *err)
{
    osteon_status s = prepare(q, err);

    if (s != OSTEON_OK)
        return s;
    q->k = wanted(q);
    if (q->k > 0)
        s = find_best(q, err);
    if (s == OSTEON_OK && q->k == 0 && !q->options->count)
        s = find_any(q, err);
    else if (s == OSTEON_OK && q->n < q->k)
        q->matches = q->n; /* nothing was left out */
    else if (s == OSTEON_OK && q->options->count)
        s = count(q, err);
    else if (s == OSTEON_OK)
        q->matches = q->n;
    return s == OSTEON_OK ? make_result(q, err) : s;
}

static osteon_status search_body(ost_xapian_index *x, void *arg,
                                 osteon_error *err)
{
    search q = *(search *)arg; /* from the beginning, each time */
    osteon_status s = ost_xapian_revive(x, err);

    q.x = x;
    if (s == OSTEON_OK)
        s = search_all(&q, err);
    xapian_c_enquire_free(q.enquire);
    ost_xapian_model_close(q.model);
    ost_free(q.best);
    return s;
}

osteon_status ost_xapian_search(const osteon_index *index,
                                const osteon_query *query,
                                const osteon_search_options *options,
                                osteon_result **out, osteon_error *err)
{
    search q = {.query = query, .options = options, .out = out};

    *out = NULL;
    if (options->one_per_source)
        return ost_one_per_source(index, query, options, out, err);
    return ost_xapian_run(index, search_body, &q, err);
}
