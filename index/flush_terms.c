/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Encoding the terms of a flush: threads take pieces of the sorted terms, merge
 * the inverters' lists and encode them; the pieces are joined in order.
 *
 * Invariant: the bytes of a term do not depend on the cuts, save that a
 * dictionary block ends there.
 */
#include "flush_parts.h"

#include "segment.h"
#include "term_writer.h"

/* References merged at a time, and how far ahead their lists are asked for. */
#define REFS ((size_t)1024)
#define AHEAD ((size_t)8)

/* Bytes of output that may stay in memory until all pieces are done. */
#define HELD ((size_t)16 << 20)

/* What the threads share: they take pieces in order. */
typedef struct work {
    const ost_flush_plan *terms;
    ost_term_writer **writers; /* [piece] */
    size_t next;               /* piece; by __atomic operations */
    size_t held; /* bytes of pieces that are done; by __atomic operations */
} work;

/* A thread, and what it keeps from piece to piece. */
typedef struct worker {
    work *work;
    uint8_t *norms;
    uint32_t field; /* that norms are of, UINT32_MAX: none */
    ost_list_reader *readers;
    size_t *cursors;
    ost_flush_ref *refs;
    size_t room; /* of refs */
    osteon_status status;
    osteon_error error;
    pthread_t thread;
    bool started;
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
    const ost_flush_order *o = w->work->terms->order;
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
    const ost_flush_plan *t = w->work->terms;
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
        look_ahead(w->work->terms->order, refs + i, n_refs - i);
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
    const ost_flush_plan *t = w->work->terms;
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
    if (s == OSTEON_OK)
        s = ost_term_writer_finish(writer, &w->error);
    return s;
}

/* Keeps the output of a piece in memory, or writes it out where others hold
 * enough. */
static osteon_status hold(worker *w, ost_term_writer *writer)
{
    const size_t bytes = ost_term_writer_memory(writer);

    if (__atomic_add_fetch(&w->work->held, bytes, __ATOMIC_RELAXED) <= HELD)
        return OSTEON_OK;
    __atomic_sub_fetch(&w->work->held, bytes, __ATOMIC_RELAXED);
    return ost_term_writer_spill(writer, &w->error);
}

static void *encode_pieces(void *arg)
{
    worker *w = arg;
    const ost_flush_plan *t = w->work->terms;
    const size_t n = t->order->n_inverters;

    w->field = UINT32_MAX;
    w->norms = ost_malloc(t->order->n_docs);
    w->readers = ost_calloc(n, sizeof *w->readers);
    w->cursors = ost_malloc(n * sizeof *w->cursors);
    w->room = n + REFS;
    w->refs = ost_malloc(w->room * sizeof *w->refs);
    if (w->norms == NULL || w->readers == NULL || w->cursors == NULL ||
        w->refs == NULL)
        w->status = ost_fail_memory(&w->error);
    while (w->status == OSTEON_OK) {
        const size_t i =
            __atomic_fetch_add(&w->work->next, 1, __ATOMIC_RELAXED);
        if (i >= t->n_pieces)
            break;
        w->status = ost_term_writer_open(t->folder, t->order->n_docs,
                                         &w->work->writers[i], &w->error);
        if (w->status == OSTEON_OK)
            w->status =
                encode_piece(w, &t->pieces[i], w->work->writers[i]);
        if (w->status == OSTEON_OK)
            w->status = hold(w, w->work->writers[i]);
    }
    for (size_t i = 0; i < n && w->readers != NULL; i++)
        ost_list_reader_free(&w->readers[i]);
    ost_free(w->readers);
    ost_free(w->norms);
    ost_free(w->cursors);
    ost_free(w->refs);
    return NULL;
}

/* Runs the workers, the first one in this thread; the others may be fewer
 * than asked for. */
static osteon_status encode_all(work *k, size_t n, osteon_error *err)
{
    worker *workers = ost_calloc(n, sizeof *workers);
    osteon_status s = OSTEON_OK;

    if (workers == NULL)
        return ost_fail_memory(err);
    for (size_t i = 0; i < n; i++)
        workers[i].work = k;
    for (size_t i = 1; i < n; i++)
        workers[i].started = pthread_create(&workers[i].thread, NULL,
                                            encode_pieces, &workers[i]) == 0;
    encode_pieces(&workers[0]);
    for (size_t i = 0; i < n; i++) {
        if (workers[i].started)
            pthread_join(workers[i].thread, NULL);
        if (workers[i].status != OSTEON_OK && s == OSTEON_OK) {
            s = workers[i].status;
            if (err != NULL)
                *err = workers[i].error;
        }
    }
    ost_free(workers);
    return s;
}

/* ---- Writing ---- */

static osteon_status write_fields(ost_flush_plan *t,
                                  ost_term_writer *const *writers, size_t n,
                                  ost_segment_writer *segment,
                                  osteon_error *err)
{
    ost_buffer table = {0};
    uint64_t block = 0;
    osteon_status s;
    ost_field infos[OST_MAX_FIELDS];

    for (size_t k = 0; k < n; k++) {
        size_t n_made;
        const ost_field_terms *made =
            ost_term_writer_fields(writers[k], &n_made);
        for (size_t i = 0; i < n_made; i++) {
            ost_field *f = &t->fields[made[i].field].info;
            if (f->n_blocks == 0)
                f->first_block = block;
            f->n_blocks += made[i].n_blocks;
            f->n_terms += made[i].n_terms;
            f->postings += made[i].postings;
            f->positions += made[i].positions;
            block += made[i].n_blocks;
        }
    }
    for (uint32_t i = 0; i < t->n_fields; i++)
        infos[i] = t->fields[i].info;
    ost_fields_put(&table, infos, t->n_fields);
    s = ost_segment_writer_add_buffer(segment, OST_SECTION_FIELDS, &table,
                                      err);
    ost_buffer_free(&table);
    return s;
}

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
    work k = {.terms = t};
    osteon_status s = OSTEON_OK;

    if (t == NULL)
        return ost_fail_memory(err);
    t->order = o;
    t->folder = job->folder;
    if (!ost_flush_plan_make(job, t)) {
        s = ost_fail_memory(err);
        goto done;
    }
    k.writers = ost_calloc(t->n_pieces, sizeof *k.writers);
    if (k.writers == NULL) {
        s = ost_fail_memory(err);
        goto done;
    }
    s = write_norms(t, segment, err);
    if (s == OSTEON_OK)
        s = encode_all(&k, job->threads > 0 ? job->threads : 1, err);
    if (s == OSTEON_OK)
        s = write_fields(t, k.writers, t->n_pieces, segment, err);
    if (s == OSTEON_OK)
        s = ost_term_writers_join(k.writers, t->n_pieces, segment, err);
done:
    for (size_t i = 0; i < t->n_pieces && k.writers != NULL; i++)
        ost_term_writer_close(k.writers[i]);
    ost_free(k.writers);
    ost_flush_plan_free(t);
    ost_free(t);
    return s;
}
