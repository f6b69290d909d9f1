/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Encoding the terms of a flush: threads take pieces of the sorted terms
 * (term_pieces.h), merge the inverters' lists and encode them.
 */
#include "flush_parts.h"

#include "term_pieces.h"

/* References merged at a time, and how far ahead their lists are asked for. */
#define REFS ((size_t)1024)
#define AHEAD ((size_t)8)

/* What a thread keeps from piece to piece. */
typedef struct worker {
    const ost_flush_plan *plan;
    uint8_t *norms;
    uint32_t field; /* that norms are of, UINT32_MAX: none */
    ost_list_reader *readers;
    size_t *cursors;
    ost_flush_ref *refs;
    size_t room; /* of refs */
    osteon_error error;
} worker;

/* ---- Encoding a piece ---- */

/* The number of the document a reader stands at, OST_DOC_END at its end. */
static uint32_t number_at(const ost_flush_order *o, const ost_flush_ref *ref,
                          const ost_list_reader *r)
{
    return r->doc == OST_DOC_END ? OST_DOC_END
                                 : o->numbers[ref->inverter][r->doc];
}

/* Adds postings from one inverter while their documents come before
 * `limit`. */
static osteon_status encode_run(worker *w, const ost_flush_ref *ref,
                                ost_list_reader *r, uint32_t limit,
                                ost_term_writer *writer)
{
    const ost_flush_order *o = w->plan->order;
    uint32_t doc;

    while ((doc = number_at(o, ref, r)) < limit) {
        if (!ost_bit(o->dead, doc)) {
            osteon_status s = ost_term_writer_posting(
                writer, doc, r->tf, r->positions, r->n_positions, &w->error);
            if (s != OSTEON_OK)
                return s;
        }
        if (!ost_list_reader_next(r))
            return ost_fail_memory(&w->error);
    }
    return OSTEON_OK;
}

/* Adds the postings of one term from all inverters that have it, in order of
 * documents: batches take turns. */
static osteon_status encode_term(worker *w, const ost_flush_ref *refs,
                                 size_t n, ost_term_writer *writer)
{
    const ost_flush_plan *t = w->plan;
    const ost_flush_order *o = t->order;
    ost_list_reader *readers = w->readers;
    osteon_status s = OSTEON_OK;

    for (size_t i = 0; i < n; i++)
        if (!ost_list_reader_start(&readers[i],
                                   &o->inverters[refs[i].inverter]->lists,
                                   &t->places[refs[i].inverter],
                                   refs[i].term))
            return ost_fail_memory(&w->error);
    while (s == OSTEON_OK) {
        uint32_t doc = OST_DOC_END, limit = OST_DOC_END;
        size_t least = 0;
        for (size_t i = 0; i < n; i++) {
            const uint32_t it = number_at(o, &refs[i], &readers[i]);
            if (it < doc) {
                limit = doc;
                doc = it;
                least = i;
            } else if (it < limit) {
                limit = it;
            }
        }
        if (doc == OST_DOC_END)
            break;
        s = encode_run(w, &refs[least], &readers[least], limit, writer);
    }
    return s;
}

/* A flush visits lists in an order of its own: their bytes are asked for
 * some terms ahead. */
static void look_ahead(const ost_flush_order *o, const ost_flush_ref *refs,
                       size_t left)
{
    for (size_t distance = AHEAD; distance <= 2 * AHEAD && distance < left;
         distance += AHEAD) {
        const ost_flush_ref *ref = &refs[distance];
        ost_list_prefetch(&o->inverters[ref->inverter]->lists, ref->term,
                          distance == AHEAD);
        OST_PREFETCH(ref->bytes);
    }
}

static osteon_status encode_refs(worker *w, const ost_flush_ref *refs,
                                 size_t n_refs, ost_term_writer *writer)
{
    osteon_status s = OSTEON_OK;

    for (size_t i = 0, n; i < n_refs && s == OSTEON_OK; i += n) {
        for (n = 1; i + n < n_refs && refs[i + n].same; n++)
            ;
        look_ahead(w->plan->order, refs + i, n_refs - i);
        ost_term_writer_begin(writer, refs[i].bytes, refs[i].len);
        s = encode_term(w, refs + i, n, writer);
        if (s == OSTEON_OK)
            s = ost_term_writer_end(writer, &w->error);
    }
    return s;
}

static osteon_status encode_piece(worker *w, const ost_flush_piece *piece,
                                  ost_term_writer *writer)
{
    const ost_flush_plan *t = w->plan;
    const ost_flush_field *f = &t->fields[piece->field];
    size_t n;
    osteon_status s;

    if (w->field != piece->field)
        ost_flush_norms(t, f, w->norms);
    w->field = piece->field;
    for (size_t i = 0; i < t->order->n_inverters; i++)
        w->cursors[i] = piece->bounds[i * 2];
    s = ost_term_writer_field(writer, piece->field, w->norms,
                              ost_field_average(&f->info), &w->error);
    while (s == OSTEON_OK &&
           (n = ost_flush_merge(t, piece, w->cursors, w->refs, w->room)) > 0)
        s = encode_refs(w, w->refs, n, writer);
    return s;
}

static osteon_status encode(void *own, size_t number, ost_term_writer *writer,
                            osteon_error *err)
{
    worker *w = own;
    const osteon_status s = encode_piece(w, &w->plan->pieces[number], writer);

    if (s != OSTEON_OK && err != NULL)
        *err = w->error;
    return s;
}

static bool worker_open(worker *w, const ost_flush_plan *t)
{
    const size_t n = t->order->n_inverters;

    w->plan = t;
    w->field = UINT32_MAX;
    w->norms = ost_malloc(t->order->n_docs);
    w->readers = ost_calloc(n, sizeof *w->readers);
    w->cursors = ost_malloc(n * sizeof *w->cursors);
    w->room = n + REFS;
    w->refs = ost_malloc(w->room * sizeof *w->refs);
    return w->norms != NULL && w->readers != NULL && w->cursors != NULL &&
           w->refs != NULL;
}

static void worker_close(worker *w)
{
    for (size_t i = 0; w->readers != NULL && i < w->plan->order->n_inverters;
         i++)
        ost_list_reader_free(&w->readers[i]);
    ost_free(w->readers);
    ost_free(w->norms);
    ost_free(w->cursors);
    ost_free(w->refs);
}

static osteon_status encode_all(const ost_flush_plan *t, size_t n,
                                ost_term_pieces *pieces, osteon_error *err)
{
    worker *workers = ost_calloc(n, sizeof *workers);
    void **each = ost_malloc(n * sizeof *each);
    bool ok = workers != NULL && each != NULL;
    osteon_status s;

    for (size_t i = 0; i < n && ok; i++) {
        each[i] = &workers[i];
        ok = worker_open(&workers[i], t);
    }
    s = ok ? ost_term_pieces_encode(pieces, t->n_pieces, t->folder,
                                    t->order->n_docs, encode, each, n, err)
           : ost_fail_memory(err);
    for (size_t i = 0; i < n && workers != NULL; i++)
        worker_close(&workers[i]);
    ost_free(workers);
    ost_free(each);
    return s;
}

/* ---- Writing ---- */

static osteon_status write_norms(ost_flush_plan *t, ost_segment_writer *segment,
                                 osteon_error *err)
{
    const uint32_t n_docs = t->order->n_docs;
    uint8_t *norms = ost_malloc(n_docs);
    ost_buffer out = {0};
    osteon_status s;

    if (norms == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < t->n_fields; i++) {
        ost_flush_field *f = &t->fields[i];
        ost_flush_norms(t, f, norms);
        f->info.name = (char *)(uintptr_t)f->name;
        f->info.name_len = strlen(f->name);
        ost_norms_put(&out, &f->info, norms, n_docs);
    }
    s = ost_segment_writer_add_buffer(segment, OST_SECTION_NORMS, &out, err);
    ost_buffer_free(&out);
    ost_free(norms);
    return s;
}

osteon_status ost_flush_terms(const ost_flush_job *job,
                              const ost_flush_order *o,
                              ost_segment_writer *segment, osteon_error *err)
{
    ost_flush_plan *t = ost_calloc(1, sizeof *t);
    ost_term_pieces pieces = {0};
    ost_field infos[OST_MAX_FIELDS];
    osteon_status s = OSTEON_OK;

    if (t == NULL)
        return ost_fail_memory(err);
    t->order = o;
    t->folder = job->folder;
    if (!ost_flush_plan_make(job, t))
        s = ost_fail_memory(err);
    if (s == OSTEON_OK)
        s = write_norms(t, segment, err);
    if (s == OSTEON_OK)
        s = encode_all(t, job->threads > 0 ? job->threads : 1, &pieces, err);
    for (uint32_t i = 0; i < t->n_fields; i++)
        infos[i] = t->fields[i].info;
    if (s == OSTEON_OK)
        s = ost_term_pieces_save(&pieces, infos, t->n_fields, segment, err);
    ost_term_pieces_free(&pieces);
    ost_flush_plan_free(t);
    ost_free(t);
    return s;
}
