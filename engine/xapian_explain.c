/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How a score comes about, in a Xapian database. Of a foreign one Xapian is
 * asked for the weight of each part in this document: by a search for the
 * part among the documents that share its rarest term.
 */
#include "xapian_model.h"

#include <xapian-c/xapian_c_enquire.h>

typedef struct explaining {
    const osteon_query *query;
    const osteon_search_options *options;
    uint32_t document;
    char **out;
    /* Of a foreign database. */
    ost_xapian_model *model;
    xapian_c_query *filter; /* few documents, this one among them */
    unsigned n_filtered;
    uint32_t joined;
} explaining;

/* The number in the joined database. */
static osteon_status find_joined(ost_xapian_index *x, uint32_t document,
                                 uint32_t *out, osteon_error *err)
{
    const uint32_t shard = (document - 1) % x->n_shards;
    xapian_c_database *db;
    xapian_c_document *found = NULL;
    xapian_c_status status;
    uint32_t local, at = 0;
    osteon_status s = ost_xapian_locate(x, document, &db, &local, err);

    if (s != OSTEON_OK)
        return s;
    status =
        xapian_c_database_get_document(db, local, 0, &found, &x->error);
    xapian_c_document_free(found);
    if (status == XAPIAN_C_DOC_NOT_FOUND_ERROR)
        return ost_fail(err, OSTEON_NOT_FOUND, "no document %lu",
                        (unsigned long)document);
    if (status != XAPIAN_C_OK)
        return ost_xapian_fail(x, status, err);
    while (x->up[at] != shard)
        at++;
    *out = (local - 1) * x->n_up + at + 1;
    return OSTEON_OK;
}

/* ---- Foreign ---- */

/* Makes a query of the document's rarest term. */
static osteon_status find_filter(explaining *e, osteon_error *err)
{
    ost_xapian_index *x = e->model->x;
    xapian_c_term_iterator *terms = NULL;
    ost_buffer rarest = {0};
    xapian_c_status status = xapian_c_database_termlist_begin(
        x->db, e->joined, &terms, &x->error);

    e->n_filtered = 0;
    while (status == XAPIAN_C_OK &&
           (status = xapian_c_term_iterator_next(terms, &x->error)) ==
               XAPIAN_C_OK) {
        const char *term;
        size_t len;
        unsigned df = 0;
        status = xapian_c_term_iterator_get_termfreq(terms, &df, &x->error);
        if (status == XAPIAN_C_OK)
            status = xapian_c_term_iterator_get_term(terms, &term, &len,
                                                     &x->error);
        if (status != XAPIAN_C_OK || (e->n_filtered > 0 &&
                                      df >= e->n_filtered))
            continue;
        e->n_filtered = df;
        rarest.len = 0;
        ost_buffer_add(&rarest, term, len);
    }
    xapian_c_term_iterator_free(terms);
    if (status == XAPIAN_C_END && !rarest.failed)
        status = xapian_c_query_new_term((const char *)rarest.data, rarest.len,
                                         1, 0, &e->filter, &x->error);
    ost_buffer_free(&rarest);
    if (rarest.failed)
        return ost_fail_memory(err);
    return status == XAPIAN_C_OK ? OSTEON_OK : ost_xapian_fail(x, status, err);
}

/* Takes the document's weight from a result. */
static xapian_c_status take_weight(const explaining *e, xapian_c_mset *mset,
                                   ost_finding *f, xapian_c_error *error)
{
    xapian_c_status status = XAPIAN_C_OK;

    for (unsigned i = 0; status == XAPIAN_C_OK && i < xapian_c_mset_size(mset);
         i++) {
        unsigned docid;
        double weight;
        status = xapian_c_mset_get_docid(mset, i, &docid, error);
        if (status != XAPIAN_C_OK || docid != e->joined)
            continue;
        status = xapian_c_mset_get_weight(mset, i, &weight, error);
        f->matches = status == XAPIAN_C_OK;
        f->score = (int64_t)(weight * OST_SCORE_ONE + 0.5);
    }
    return status;
}

static osteon_status find_leaf(void *arg, const ost_xapian_part *part,
                               ost_finding *f, osteon_error *err)
{
    explaining *e = arg;
    ost_xapian_index *x = e->model->x;
    xapian_c_query *both = NULL;
    xapian_c_enquire *enquire = NULL;
    xapian_c_mset *mset = NULL;
    xapian_c_status status = xapian_c_query_new_pair(
        XAPIAN_C_OP_FILTER, part->foreign, e->filter, &both, &x->error);
    osteon_status s = OSTEON_OK;

    if (status == XAPIAN_C_OK)
        s = ost_xapian_enquire(e->model, both, e->options, &enquire, err);
    if (s == OSTEON_OK && status == XAPIAN_C_OK)
        status = xapian_c_enquire_get_mset(enquire, 0, e->n_filtered, NULL,
                                           &mset, &x->error);
    if (s == OSTEON_OK && status == XAPIAN_C_OK)
        status = take_weight(e, mset, f, &x->error);
    xapian_c_mset_free(mset);
    xapian_c_enquire_free(enquire);
    xapian_c_query_free(both);
    if (s == OSTEON_OK && status != XAPIAN_C_OK)
        s = ost_xapian_fail(x, status, err);
    return s;
}

static osteon_status find_foreign(explaining *e, ost_arena *arena,
                                  ost_finding **out, osteon_error *err)
{
    osteon_status s = find_filter(e, err);

    if (s == OSTEON_OK)
        s = ost_xapian_combine(e->model->root, find_leaf, e, arena, out, err);
    xapian_c_query_free(e->filter);
    return s;
}

/* ---- The whole ---- */

static osteon_status explain_body(ost_xapian_index *x, void *arg,
                                  osteon_error *err)
{
    explaining e = *(explaining *)arg;
    ost_arena *arena = ost_arena_open();
    ost_finding *f;
    osteon_status s = arena != NULL
                          ? find_joined(x, e.document, &e.joined, err)
                          : ost_fail_memory(err);

    if (s == OSTEON_OK)
        s = ost_xapian_model_open(x, e.query, e.options, &e.model, err);
    if (s == OSTEON_OK)
        s = x->settings.ours
                ? ost_xapian_find(e.model, e.joined, arena, &f, err)
                : find_foreign(&e, arena, &f, err);
    if (s == OSTEON_OK)
        s = ost_finding_show(f, e.document, e.out, err);
    ost_xapian_model_close(e.model);
    ost_arena_close(arena);
    return s;
}

osteon_status ost_xapian_explain(const osteon_index *index,
                                 const osteon_query *query,
                                 const osteon_search_options *options,
                                 uint32_t document, char **out,
                                 osteon_error *err)
{
    explaining e = {.query = query, .options = options, .document = document,
                    .out = out};

    *out = NULL;
    return ost_xapian_run(index, explain_body, &e, err);
}
