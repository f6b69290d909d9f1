/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Walking the dictionaries of several segments side by side, and making one
 * list of each term's postings. Documents and frequencies are encoded anew,
 * as their blocks are cut anew; positions are copied as bits
 * (position_runs.c). Threads do it for ranges of terms (merge_pieces.c).
 */
#include "merge_parts.h"

#include "dictionary.h"
#include "postings_parts.h"
#include "term_pieces.h"

/* Bytes of lists read, by all threads, before the pages they lie on are let
 * go. */
#define MOST_MAPPED ((uint64_t)8 << 20)

/* A segment's place in the field being merged. */
typedef struct input {
    ost_term_cursor cursor; /* len 0: no more terms, or no such field */
    uint64_t prefix;        /* of the current term */
} input;

/* A thread's own. */
typedef struct worker {
    const ost_merge *merge;
    uint64_t most_mapped;
    input *inputs; /* [segment] */
    uint8_t *norms;
    uint32_t field; /* that norms are of, UINT32_MAX: none */
    ost_shuffle *shuffle; /* where the job gives an order */
    uint64_t bytes; /* read since pages were let go */
    uint64_t terms; /* taken from inputs */
    ost_postings postings;
} worker;

static osteon_status advance(input *in, osteon_error *err)
{
    osteon_status s = ost_term_cursor_next(&in->cursor, err);

    in->prefix = ost_term_prefix(in->cursor.term, in->cursor.len);
    return s;
}

static osteon_status start_inputs(worker *w, const ost_merge_piece *piece,
                                  osteon_error *err)
{
    const ost_merge *m = w->merge;
    const char *name = m->fields[piece->field].info.name;

    for (size_t i = 0; i < m->job->n; i++) {
        ost_segment *seg = m->job->segments[i];
        input *in = &w->inputs[i];
        in->cursor.len = 0;
        for (uint32_t f = 0; f < seg->n_fields; f++) {
            osteon_status s;
            if (strcmp(seg->fields[f].name, name) != 0)
                continue;
            ost_term_cursor_start(&in->cursor, seg, f);
            s = piece->len > 0
                    ? ost_term_cursor_seek(&in->cursor, piece->term,
                                           piece->len, err)
                    : ost_term_cursor_next(&in->cursor, err);
            if (s != OSTEON_OK)
                return s;
            in->prefix = ost_term_prefix(in->cursor.term, in->cursor.len);
        }
    }
    return OSTEON_OK;
}

static int compare(const input *a, const input *b)
{
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    return ost_term_compare(a->cursor.term, a->cursor.len, b->cursor.term,
                            b->cursor.len);
}

/* ---- Postings ---- */

/* Adds postings [p->at, to) of the block, which live, are numbered from docs[0]
 * on in the new segment, and have room in the block being made. */
static osteon_status add_run(worker *w, const uint32_t *docs, uint32_t to,
                             ost_term_writer *writer, osteon_error *err)
{
    ost_postings *p = &w->postings;
    const uint32_t from = p->at, n = to - from;
    uint32_t counts[OST_BLOCK];
    ost_position_run run;

    if (!ost_postings_run(p, n, counts, &run))
        return OSTEON_OK; /* damage: the caller looks */
    if (w->shuffle == NULL)
        return ost_term_writer_copy(writer, n, docs, p->tfs + from, counts,
                                    &run, err);
    return ost_shuffle_add(w->shuffle, docs[0], p->tfs[from], counts[0], &run)
               ? OSTEON_OK
               : ost_fail_memory(err);
}

/* Adds the block of segment i that the cursor is at the beginning of. */
static osteon_status add_block(worker *w, size_t i, ost_term_writer *writer,
                               osteon_error *err)
{
    ost_postings *p = &w->postings;
    uint32_t docs[OST_BLOCK];
    osteon_status s = OSTEON_OK;

    if (!ost_postings_load_tfs(p))
        return OSTEON_OK;
    for (uint32_t k = 0; k < p->n; k++)
        docs[k] = ost_merge_number(w->merge, i, p->docs[k]);
    for (uint32_t from = 0, to; from < p->n && s == OSTEON_OK; from = to) {
        const uint32_t room =
            w->shuffle == NULL ? ost_term_writer_room(writer) : 1;
        for (to = from; to < p->n && to - from < room &&
                        docs[to] != OST_DOC_END; to++)
            ;
        if (to == from) {
            to++;
            continue;
        }
        ost_postings_move(p, from);
        s = add_run(w, docs + from, to, writer, err);
    }
    return s;
}

/* Adds the living postings of one segment's term. */
static osteon_status add_postings(worker *w, size_t i, const ost_term *term,
                                  ost_term_writer *writer, osteon_error *err)
{
    const ost_merge *m = w->merge;
    ost_postings *p = &w->postings;
    osteon_status s =
        ost_postings_begin(p, m->job->segments[i], term, err);

    if (s != OSTEON_OK)
        return s;
    ost_postings_next(p);
    while (s == OSTEON_OK && p->doc != OST_DOC_END) {
        s = add_block(w, i, writer, err);
        if (s == OSTEON_OK)
            ost_postings_move(p, p->n);
    }
    if (s == OSTEON_OK && ost_postings_status(p) != OSTEON_OK) {
        s = ost_postings_status(p);
        if (err != NULL)
            *err = p->error;
    }
    return s;
}

/* ---- Terms ---- */

/* Merges the least term of all inputs, which is that of `least`. */
static osteon_status merge_term(worker *w, const input *least,
                                ost_term_writer *writer, osteon_error *err)
{
    const uint64_t prefix = least->prefix;
    const size_t len = least->cursor.len;
    char term[OST_WORD_MAX];
    osteon_status s = OSTEON_OK;

    memcpy(term, least->cursor.term, len);
    ost_term_writer_begin(writer, term, len);
    for (size_t i = 0; i < w->merge->job->n && s == OSTEON_OK; i++) {
        input *in = &w->inputs[i];
        ost_term_cursor *c = &in->cursor;
        if (c->len == 0 || in->prefix != prefix ||
            ost_term_compare(c->term, c->len, term, len) != 0)
            continue;
        w->bytes += c->info.postings_size + c->info.positions_size + c->len;
        w->terms++;
        s = add_postings(w, i, &c->info, writer, err);
        if (s == OSTEON_OK)
            s = advance(in, err);
    }
    if (s == OSTEON_OK && w->shuffle != NULL)
        s = ost_shuffle_write(w->shuffle, writer, err);
    return s == OSTEON_OK ? ost_term_writer_end(writer, err) : s;
}

/* The input with the least term, NULL: there is none before `end`. */
static const input *find_least(const worker *w, const ost_merge_piece *end)
{
    const input *least = NULL;

    for (size_t i = 0; i < w->merge->job->n; i++)
        if (w->inputs[i].cursor.len > 0 &&
            (least == NULL || compare(&w->inputs[i], least) < 0))
            least = &w->inputs[i];
    if (least != NULL && end != NULL &&
        ost_term_compare(least->cursor.term, least->cursor.len, end->term,
                         end->len) >= 0)
        return NULL;
    return least;
}

static osteon_status merge_piece(worker *w, const ost_merge_piece *piece,
                                 ost_term_writer *writer, osteon_error *err)
{
    const ost_merge *m = w->merge;
    const ost_merge_piece *end = /* where the next one of the field begins */
        piece + 1 < m->pieces + m->n_pieces && piece[1].field == piece->field
            ? piece + 1
            : NULL;
    const ost_field *f = &m->fields[piece->field].info;
    const input *least;
    osteon_status s = OSTEON_OK;

    if (w->field != piece->field)
        s = ost_merge_norms(m, f->name, w->norms, err);
    w->field = piece->field;
    if (s == OSTEON_OK)
        s = ost_term_writer_field(writer, piece->field, w->norms,
                                  ost_field_average(f), err);
    if (s == OSTEON_OK)
        s = start_inputs(w, piece, err);
    while (s == OSTEON_OK && (least = find_least(w, end)) != NULL) {
        s = merge_term(w, least, writer, err);
        if (w->bytes < w->most_mapped)
            continue;
        for (size_t i = 0; i < m->job->n; i++)
            ost_segment_forget(m->job->segments[i]);
        w->bytes = 0;
    }
    return s;
}

/* ---- Threads ---- */

/* The first of the pieces has no terms: who takes it writes what is kept of
 * documents meanwhile. */
static osteon_status do_piece(void *own, size_t number,
                              ost_term_writer *writer, osteon_error *err)
{
    worker *w = own;

    if (number == 0)
        return ost_merge_records(w->merge, err);
    return merge_piece(w, &w->merge->pieces[number - 1], writer, err);
}

static bool worker_open(worker *w, const ost_merge *m, unsigned threads)
{
    w->merge = m;
    w->most_mapped = MOST_MAPPED / threads;
    w->field = UINT32_MAX;
    w->inputs = ost_calloc(m->job->n, sizeof *w->inputs);
    w->norms = ost_malloc(m->n_docs);
    if (m->job->order != NULL)
        w->shuffle = ost_shuffle_open();
    return w->inputs != NULL && w->norms != NULL &&
           (m->job->order == NULL || w->shuffle != NULL);
}

static void worker_close(worker *w)
{
    ost_free(w->inputs);
    ost_free(w->norms);
    ost_shuffle_close(w->shuffle);
}

/* Where a segment's terms are not in order, pieces may leave out some of them
 * or take them twice. */
static osteon_status count_terms(const ost_merge *m, const worker *workers,
                                 unsigned threads, osteon_error *err)
{
    uint64_t all = 0;

    for (size_t i = 0; i < m->job->n; i++)
        for (uint32_t f = 0; f < m->job->segments[i]->n_fields; f++)
            all += m->job->segments[i]->fields[f].n_terms;
    for (unsigned i = 0; i < threads; i++)
        all -= workers[i].terms;
    return all == 0 ? OSTEON_OK
                    : ost_fail(err, OSTEON_CORRUPT,
                               "%s: number of terms not as the fields say",
                               m->job->segments[0]->path);
}

static osteon_status merge_all(const ost_merge *m, unsigned threads,
                               ost_term_pieces *pieces, osteon_error *err)
{
    worker *workers = ost_calloc(threads, sizeof *workers);
    void **each = ost_malloc(threads * sizeof *each);
    bool ok = workers != NULL && each != NULL;
    osteon_status s;

    for (unsigned i = 0; i < threads && ok; i++) {
        each[i] = &workers[i];
        ok = worker_open(&workers[i], m, threads);
    }
    s = ok ? ost_term_pieces_encode(pieces, 1 + m->n_pieces, m->job->folder,
                                    m->n_docs, do_piece, each, threads, err)
           : ost_fail_memory(err);
    if (s == OSTEON_OK)
        s = count_terms(m, workers, threads, err);
    for (unsigned i = 0; i < threads && workers != NULL; i++)
        worker_close(&workers[i]);
    ost_free(workers);
    ost_free(each);
    return s;
}

osteon_status ost_merge_terms(ost_merge *m, osteon_error *err)
{
    const unsigned threads = m->job->threads > 0 ? m->job->threads : 1;
    ost_term_pieces pieces = {0};
    ost_field infos[OST_MAX_FIELDS];
    osteon_status s = ost_merge_cut(m, threads, err);

    if (s == OSTEON_OK)
        s = merge_all(m, threads, &pieces, err);
    for (uint32_t i = 0; i < m->n_fields; i++)
        infos[i] = m->fields[i].info;
    if (s == OSTEON_OK)
        s = ost_term_pieces_save(&pieces, infos, m->n_fields, m->segment,
                                 err);
    ost_term_pieces_free(&pieces);
    return s;
}
