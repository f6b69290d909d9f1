/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Encoding the terms of a flush: threads take pieces of the sorted terms
 * (term_pieces.h), merge the inverters' lists and encode them. The first piece
 * is none of terms: whoever takes it writes the records, as nobody else has
 * anything to write to the file before all are done.
 */
#include "flush_parts.h"

#include "term_pieces.h"

/* References merged at a time. */
#define REFS ((size_t)1024)

/* What references will need is asked for in groups: each asking may wait for
 * the address to be looked up, and those that follow each other closely wait
 * together. STAGES groups are on their way. */
#define GROUP ((size_t)8)
#define STEPS ((size_t)4)
#define STAGES (STEPS + 2)

/* What a thread keeps from piece to piece. */
typedef struct worker {
    const ost_flush_plan *plan;
    ost_segment_writer *segment;
    uint8_t *norms;
    uint32_t field; /* that norms are of, UINT32_MAX: none */
    ost_flush_source *sources;
    ost_list_scout scouts[STAGES * GROUP]; /* of the next references */
    size_t *cursors;
    ost_flush_ref *refs;
    size_t room; /* of refs */
    osteon_error error;
} worker;

/* ---- Encoding a piece ---- */

/* Goes on with the groups that are on their way when the references from
 * `next` on are the last ones of which nothing was asked for: for those, their
 * lists; for the group before, the first chunks; for each of the groups before
 * that, one chunk more. */
static void look_ahead(worker *w, const ost_flush_order *o,
                       const ost_flush_ref *refs, size_t n, size_t next)
{
    for (size_t stage = 0; stage < STAGES && stage * GROUP <= next; stage++) {
        const size_t from = next - stage * GROUP;
        const size_t to = from + GROUP < n ? from + GROUP : n;
        for (size_t i = from; i < to; i++) {
            const ost_lists *lists = &o->inverters[refs[i].inverter]->lists;
            ost_list_scout *scout = &w->scouts[i % (STAGES * GROUP)];
            if (stage == 0) {
                ost_list_scout_meet(lists, refs[i].term);
                OST_PREFETCH(refs[i].bytes);
            } else if (stage == 1) {
                ost_list_scout_begin(scout, lists, refs[i].term);
            } else {
                ost_list_scout_step(scout, lists);
            }
        }
    }
}

static osteon_status encode_refs(worker *w, const ost_flush_ref *refs,
                                 size_t n_refs, ost_term_writer *writer)
{
    const ost_flush_order *o = w->plan->order;
    osteon_status s = OSTEON_OK;
    size_t next = 0;

    for (size_t i = 0, n; i < n_refs && s == OSTEON_OK; i += n) {
        for (n = 1; i + n < n_refs && refs[i + n].same; n++)
            ;
        for (; next < i + (STAGES - 1) * GROUP + 1; next += GROUP)
            look_ahead(w, o, refs, n_refs, next);
        ost_term_writer_begin(writer, refs[i].bytes, refs[i].len);
        s = ost_flush_postings(w->plan, refs + i, n, w->sources,
                               writer, &w->error);
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

static osteon_status do_piece(void *own, size_t number,
                              ost_term_writer *writer, osteon_error *err)
{
    worker *w = own;
    osteon_status s;

    if (number == 0)
        return ost_flush_records(w->plan->order, w->segment, err);
    s = encode_piece(w, &w->plan->pieces[number - 1], writer);
    if (s != OSTEON_OK && err != NULL)
        *err = w->error;
    return s;
}

static bool worker_open(worker *w, const ost_flush_plan *t,
                        ost_segment_writer *segment)
{
    const size_t n = t->order->n_inverters;

    w->plan = t;
    w->segment = segment;
    w->field = UINT32_MAX;
    w->norms = ost_malloc(t->order->n_docs);
    w->sources = ost_calloc(n, sizeof *w->sources);
    w->cursors = ost_malloc(n * sizeof *w->cursors);
    w->room = n + REFS;
    w->refs = ost_malloc(w->room * sizeof *w->refs);
    return w->norms != NULL && w->sources != NULL && w->cursors != NULL &&
           w->refs != NULL;
}

static void worker_close(worker *w)
{
    for (size_t i = 0; w->sources != NULL && i < w->plan->order->n_inverters;
         i++)
        ost_list_reader_free(&w->sources[i].reader);
    ost_free(w->sources);
    ost_free(w->norms);
    ost_free(w->cursors);
    ost_free(w->refs);
}

static osteon_status encode_all(const ost_flush_plan *t, size_t n,
                                ost_segment_writer *segment,
                                ost_term_pieces *pieces, osteon_error *err)
{
    worker *workers = ost_calloc(n, sizeof *workers);
    void **each = ost_malloc(n * sizeof *each);
    bool ok = workers != NULL && each != NULL;
    osteon_status s;

    for (size_t i = 0; i < n && ok; i++) {
        each[i] = &workers[i];
        ok = worker_open(&workers[i], t, segment);
    }
    s = ok ? ost_term_pieces_encode(pieces, 1 + t->n_pieces, t->folder,
                                    t->order->n_docs, do_piece, each, n, err)
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
        s = encode_all(t, job->threads > 0 ? job->threads : 1, segment,
                       &pieces, err);
    for (uint32_t i = 0; i < t->n_fields; i++)
        infos[i] = t->fields[i].info;
    if (s == OSTEON_OK)
        s = ost_term_pieces_save(&pieces, infos, t->n_fields, segment, err);
    ost_term_pieces_free(&pieces);
    ost_flush_plan_free(t);
    ost_free(t);
    return s;
}
