/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * From the model to a query that Xapian runs, here or on other hosts, with
 * weighting schemes that it has everywhere.
 *
 * Xapian's BM25 has an idf of its own. Every term stands under a factor, the
 * ratio of the two idfs, which makes its weight ours. A phrase is the AND of
 * its terms, for their weights, filtered by the phrase of their words: the
 * sum is a bound on what the phrase scores.
 *
 * The best of several is searched as any of them, whose sum is a bound:
 * Xapian 1.4.22 crashes on OP_MAX below OP_OR when it prunes.
 *
 * What Xapian cannot tell exactly is taken too wide where it must match, and
 * left out where it must not (`narrow`), so that no match is lost.
 */
#include "xapian_model.h"

#include <math.h>

/* The weight of a term in Xapian 1.4's BM25Weight without its k1 + 1. */
static double xapian_idf(uint64_t documents, uint64_t df)
{
    const double n = (double)df;
    const double odds = ((double)documents - n + 0.5) / (n + 0.5);

    return log(odds < 2 ? odds * 0.5 + 1 : odds);
}

/* A list of queries under way; all are freed with it. */
typedef struct queries {
    xapian_c_query **list;
    size_t n, room;
} queries;

static void queries_free(queries *q)
{
    for (size_t i = 0; i < q->n; i++)
        xapian_c_query_free(q->list[i]);
    ost_free(q->list);
}

static osteon_status fail(const ost_xapian_model *model,
                          xapian_c_status status, osteon_error *err)
{
    return ost_xapian_fail(model->x, status, err);
}

/* Takes over `query`, NULL allowed. */
static osteon_status queries_add(queries *q, xapian_c_query *query,
                                 osteon_error *err)
{
    if (query == NULL)
        return OSTEON_OK;
    if (!OST_GROW(&q->list, &q->room, q->n + 1)) {
        xapian_c_query_free(query);
        return ost_fail_memory(err);
    }
    q->list[q->n++] = query;
    return OSTEON_OK;
}

static osteon_status combine(const ost_xapian_model *model,
                             xapian_c_query_op op, const queries *q,
                             unsigned parameter, xapian_c_query **out,
                             osteon_error *err)
{
    const xapian_c_status status = xapian_c_query_new_list(
        op, (const xapian_c_query *const *)q->list, q->n, parameter, out,
        &model->x->error);

    return status == XAPIAN_C_OK ? OSTEON_OK : fail(model, status, err);
}

/* Makes *query into `query op other`, and takes over `other`. */
static osteon_status join(const ost_xapian_model *model, xapian_c_query_op op,
                          xapian_c_query **query, xapian_c_query *other,
                          osteon_error *err)
{
    xapian_c_query *both = NULL;
    xapian_c_status status;

    if (other == NULL)
        return OSTEON_OK;
    status = xapian_c_query_new_pair(op, *query, other, &both,
                                     &model->x->error);
    xapian_c_query_free(other);
    if (status != XAPIAN_C_OK)
        return fail(model, status, err);
    xapian_c_query_free(*query);
    *query = both;
    return OSTEON_OK;
}

/* ---- Terms and phrases ---- */

static osteon_status make_key(const ost_xapian_model *model,
                              const ost_xapian_key *key, xapian_c_query **out,
                              osteon_error *err)
{
    const xapian_c_status status = xapian_c_query_new_term(
        key->bytes, key->len, 1, 0, out, &model->x->error);

    return status == XAPIAN_C_OK ? OSTEON_OK : fail(model, status, err);
}

static osteon_status make_leaf(const ost_xapian_model *model,
                               const ost_xapian_leaf *leaf,
                               xapian_c_query **out, osteon_error *err)
{
    const double theirs = xapian_idf(model->documents, leaf->df) *
                          (model->adapted.k1 + 1);
    const double factor =
        theirs > 0 ? leaf->idf * (model->bm25.k1 + 1) / theirs : 0;
    xapian_c_status status;
    osteon_status s = make_key(model, leaf->key, out, err);

    if (s != OSTEON_OK)
        return s;
    status = xapian_c_query_scale(*out, factor, &model->x->error);
    if (status == XAPIAN_C_OK)
        return OSTEON_OK;
    xapian_c_query_free(*out);
    *out = NULL;
    return fail(model, status, err);
}

/* Any word of a member. */
static osteon_status make_words(const ost_xapian_model *model,
                                const ost_xapian_leaf *leaf,
                                xapian_c_query **out, osteon_error *err)
{
    queries words = {0};
    osteon_status s = OSTEON_OK;

    for (size_t i = 0; s == OSTEON_OK && i < leaf->n_forms; i++) {
        xapian_c_query *word;
        s = make_key(model, leaf->forms[i], &word, err);
        if (s == OSTEON_OK)
            s = queries_add(&words, word, err);
    }
    if (s == OSTEON_OK)
        s = combine(model, XAPIAN_C_OP_OR, &words, 0, out, err);
    queries_free(&words);
    return s;
}

/* Whether Xapian's operator finds the phrase, and perhaps more: members in
 * ascending places, all their words known. So with words near each other,
 * where no child is a phrase. */
static bool has_window(const ost_xapian_part *part)
{
    for (uint32_t i = 0; i < part->n_members; i++)
        if (!part->members[i]->complete ||
            (i > 0 && (part->kind == OST_NODE_NEAR
                           ? part->units[i] == part->units[i - 1]
                           : part->offsets[i] <= part->offsets[i - 1])))
            return false;
    return true;
}

static osteon_status make_window(const ost_xapian_model *model,
                                 const ost_xapian_part *part,
                                 xapian_c_query **out, osteon_error *err)
{
    const uint32_t n = part->n_members;
    queries members = {0};
    osteon_status s = OSTEON_OK;

    for (uint32_t i = 0; s == OSTEON_OK && i < n; i++) {
        xapian_c_query *member;
        s = make_words(model, part->members[i], &member, err);
        if (s == OSTEON_OK)
            s = queries_add(&members, member, err);
    }
    if (s == OSTEON_OK && part->kind == OST_NODE_NEAR)
        s = combine(model, XAPIAN_C_OP_NEAR, &members, part->node->window, out,
                    err);
    else if (s == OSTEON_OK)
        s = combine(model, XAPIAN_C_OP_PHRASE, &members,
                    part->offsets[n - 1] - part->offsets[0] + 1, out, err);
    queries_free(&members);
    return s;
}

static osteon_status make_phrase(const ost_xapian_model *model,
                                 const ost_xapian_part *part,
                                 xapian_c_query **out, osteon_error *err)
{
    queries members = {0};
    xapian_c_query *window = NULL, *member;
    osteon_status s = OSTEON_OK;

    for (uint32_t i = 0; s == OSTEON_OK && i < part->n_members; i++) {
        s = make_leaf(model, part->members[i], &member, err);
        if (s == OSTEON_OK)
            s = queries_add(&members, member, err);
    }
    if (s == OSTEON_OK)
        s = combine(model, XAPIAN_C_OP_AND, &members, 0, out, err);
    queries_free(&members);
    if (s == OSTEON_OK && has_window(part))
        s = make_window(model, part, &window, err);
    if (s == OSTEON_OK)
        s = join(model, XAPIAN_C_OP_FILTER, out, window, err);
    if (s != OSTEON_OK) {
        xapian_c_query_free(*out);
        *out = NULL;
    }
    return s;
}

/* ---- Inner nodes: *out is NULL where nothing is left ---- */

static osteon_status make(const ost_xapian_model *model,
                          const ost_xapian_part *part, bool narrow,
                          xapian_c_query **out, osteon_error *err);

static osteon_status make_list(const ost_xapian_model *model,
                               const ost_xapian_part *part, bool narrow,
                               xapian_c_query **out, osteon_error *err)
{
    static const xapian_c_query_op ops[] = {
        [OST_NODE_OR] = XAPIAN_C_OP_OR,
        [OST_NODE_MAX] = XAPIAN_C_OP_OR, /* see above */
        [OST_NODE_AND] = XAPIAN_C_OP_AND,
    };
    queries all = {0};
    osteon_status s = OSTEON_OK;

    for (uint32_t i = 0; s == OSTEON_OK && i < part->n_parts; i++) {
        xapian_c_query *one;
        s = make(model, part->parts[i], narrow, &one, err);
        if (s == OSTEON_OK && one == NULL && part->kind == OST_NODE_AND)
            goto done;
        if (s == OSTEON_OK)
            s = queries_add(&all, one, err);
    }
    if (s == OSTEON_OK && all.n > 0)
        s = combine(model, ops[part->kind], &all, 0, out, err);
done:
    queries_free(&all);
    return s;
}

static osteon_status make_all(const ost_xapian_model *model,
                              xapian_c_query **out, osteon_error *err)
{
    xapian_c_status status =
        xapian_c_query_new_match_all(out, &model->x->error);

    if (status == XAPIAN_C_OK)
        status = xapian_c_query_scale(*out, 0, &model->x->error);
    return status == XAPIAN_C_OK ? OSTEON_OK : fail(model, status, err);
}

/* Whether the query of a part has an AND of Xapian's in it. */
static bool has_and(const ost_xapian_part *part)
{
    bool found = part->kind == OST_NODE_AND || part->kind == OST_NODE_PHRASE ||
                 part->kind == OST_NODE_NEAR ||
                 part->kind == OST_NODE_FILTER || part->foreign != NULL;

    for (uint32_t i = 0; i < part->n_parts; i++)
        found = found || has_and(part->parts[i]);
    return found;
}

/* Takes the matches of `excluded`, which it takes over, from *query. In
 * Xapian 1.4.22 an AND on the right side of AND_NOT prunes by numbers that
 * were never set, and loses matches; so what has one is not excluded, but its
 * complement required. */
static osteon_status exclude(const ost_xapian_model *model,
                             const ost_xapian_part *part,
                             xapian_c_query *excluded, xapian_c_query **query,
                             osteon_error *err)
{
    xapian_c_query *rest = NULL;
    osteon_status s;

    if (!has_and(part))
        return join(model, XAPIAN_C_OP_AND_NOT, query, excluded, err);
    s = make_all(model, &rest, err);
    if (s != OSTEON_OK) {
        xapian_c_query_free(excluded);
        return s;
    }
    s = join(model, XAPIAN_C_OP_XOR, &rest, excluded, err);
    if (s == OSTEON_OK)
        return join(model, XAPIAN_C_OP_FILTER, query, rest, err);
    xapian_c_query_free(rest);
    return s;
}

static osteon_status make_filter(const ost_xapian_model *model,
                                 const ost_xapian_part *part, bool narrow,
                                 xapian_c_query **out, osteon_error *err)
{
    xapian_c_query *other = NULL;
    osteon_status s = part->required != NULL
                          ? make(model, part->required, narrow, out, err)
                          : make_all(model, out, err);

    if (s != OSTEON_OK || *out == NULL)
        return s;
    if (part->optional != NULL)
        s = make(model, part->optional, false, &other, err);
    if (s == OSTEON_OK)
        s = join(model, XAPIAN_C_OP_AND_MAYBE, out, other, err);
    other = NULL;
    if (s == OSTEON_OK && part->excluded != NULL)
        s = make(model, part->excluded, !narrow, &other, err);
    if (s == OSTEON_OK && other != NULL)
        s = exclude(model, part->excluded, other, out, err);
    return s;
}

static osteon_status copy_foreign(const ost_xapian_model *model,
                                  const ost_xapian_part *part,
                                  xapian_c_query **out, osteon_error *err)
{
    const xapian_c_status status =
        xapian_c_query_new_copy(part->foreign, out, &model->x->error);

    return status == XAPIAN_C_OK ? OSTEON_OK : fail(model, status, err);
}

static osteon_status make(const ost_xapian_model *model,
                          const ost_xapian_part *part, bool narrow,
                          xapian_c_query **out, osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    *out = NULL;
    if (part->foreign != NULL)
        return copy_foreign(model, part, out, err);
    switch (part->kind) {
    case OST_NODE_EMPTY:
        break;
    case OST_NODE_TERM:
        s = make_leaf(model, part->members[0], out, err);
        break;
    case OST_NODE_PHRASE:
    case OST_NODE_NEAR:
        if (!narrow || part->exact)
            s = make_phrase(model, part, out, err);
        break;
    case OST_NODE_OR:
    case OST_NODE_MAX:
    case OST_NODE_AND:
        s = make_list(model, part, narrow, out, err);
        break;
    case OST_NODE_FILTER:
        s = make_filter(model, part, narrow, out, err);
        break;
    }
    if (s != OSTEON_OK) {
        xapian_c_query_free(*out);
        *out = NULL;
    }
    return s;
}

osteon_status ost_xapian_query_make(const ost_xapian_model *model,
                                    const ost_xapian_part *part,
                                    xapian_c_query **out, osteon_error *err)
{
    xapian_c_status status;
    const osteon_status s = make(model, part, false, out, err);

    if (s != OSTEON_OK || *out != NULL)
        return s;
    status = xapian_c_query_new_match_nothing(out, &model->x->error);
    return status == XAPIAN_C_OK ? OSTEON_OK : fail(model, status, err);
}
