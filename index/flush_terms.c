/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Encoding the terms of a flush: the sorted references are cut between terms
 * into ranges of about equal bytes, and each range is encoded by a thread.
 *
 * Invariant: what a range's bytes are does not depend on the cuts, save that
 * a dictionary block ends there.
 */
#include "flush_parts.h"

#include "segment.h"
#include "term_writer.h"

/* A thread's work and what came of it. */
typedef struct range {
    const ost_flush_plan *terms;
    size_t from, to; /* references */
    ost_term_writer *writer;
    osteon_status status;
    osteon_error error;
    pthread_t thread;
    bool started;
} range;

/* ---- Encoding a range ---- */

/* Adds the postings of one term from all inverters that have it, in order of
 * documents. */
static osteon_status encode_term(range *r, size_t from, size_t to,
                                 ost_list_reader *readers)
{
    const ost_flush_order *o = r->terms->order;
    const size_t n = to - from;

    for (size_t i = 0; i < n; i++) {
        const ost_flush_ref *ref = &r->terms->refs[from + i];
        if (!ost_list_reader_start(&readers[i], o->inverters[ref->inverter],
                                   ref->term))
            return ost_fail_memory(&r->error);
    }
    for (;;) {
        uint32_t doc = OST_DOC_END;
        size_t least = 0;
        for (size_t i = 0; i < n; i++) {
            const uint32_t inverter = r->terms->refs[from + i].inverter;
            const uint32_t it =
                readers[i].doc == OST_DOC_END
                    ? OST_DOC_END
                    : o->numbers[inverter][readers[i].doc];
            if (it < doc) {
                doc = it;
                least = i;
            }
        }
        if (doc == OST_DOC_END)
            return OSTEON_OK;
        if (!ost_bit(o->dead, doc)) {
            osteon_status s = ost_term_writer_posting(
                r->writer, doc, readers[least].tf, readers[least].positions,
                &r->error);
            if (s != OSTEON_OK)
                return s;
        }
        if (!ost_list_reader_next(&readers[least]))
            return ost_fail_memory(&r->error);
    }
}

/* A flush visits lists in an order of its own: their bytes are asked for
 * some terms ahead. */
static void look_ahead(const ost_flush_plan *t, size_t i)
{
    for (size_t distance = 8; distance <= 16; distance += 8)
        if (i + distance < t->n_refs) {
            const ost_flush_ref *ref = &t->refs[i + distance];
            ost_list_prefetch(t->order->inverters[ref->inverter], ref->term,
                              distance == 8);
            OST_PREFETCH(ref->bytes);
        }
}

static osteon_status encode_terms(range *r, uint8_t *norms,
                                  ost_list_reader *readers)
{
    const ost_flush_plan *t = r->terms;
    uint32_t field = UINT32_MAX;
    osteon_status s = OSTEON_OK;

    for (size_t i = r->from, end; i < r->to && s == OSTEON_OK; i = end) {
        const ost_flush_ref *ref = &t->refs[i];
        for (end = i + 1; end < r->to && t->refs[end].same; end++)
            ;
        look_ahead(t, i);
        if (ref->field != field) {
            field = ref->field;
            ost_flush_norms(t, &t->fields[field], norms);
            s = ost_term_writer_field(
                r->writer, field, norms,
                ost_field_average(&t->fields[field].info), &r->error);
            if (s != OSTEON_OK)
                break;
        }
        ost_term_writer_begin(r->writer, ref->bytes, ref->len);
        s = encode_term(r, i, end, readers);
        if (s == OSTEON_OK)
            s = ost_term_writer_end(r->writer, &r->error);
    }
    if (s == OSTEON_OK)
        s = ost_term_writer_finish(r->writer, &r->error);
    return s;
}

static void *encode_range(void *arg)
{
    range *r = arg;
    const ost_flush_order *o = r->terms->order;
    uint8_t *norms = ost_malloc(o->n_docs);
    ost_list_reader *readers = ost_calloc(o->n_inverters, sizeof *readers);

    if (norms == NULL || readers == NULL)
        r->status = ost_fail_memory(&r->error);
    else
        r->status = ost_term_writer_open(r->terms->folder, &r->writer,
                                         &r->error);
    if (r->status == OSTEON_OK)
        r->status = encode_terms(r, norms, readers);
    for (size_t i = 0; i < o->n_inverters && readers != NULL; i++)
        ost_list_reader_free(&readers[i]);
    ost_free(readers);
    ost_free(norms);
    return NULL;
}

/* Cuts the references into n ranges of about equal bytes, between terms. */
static void cut_ranges(const ost_flush_plan *t, range *ranges, size_t n)
{
    uint64_t total = 0, sum = 0;
    size_t at = 0;

    for (size_t i = 0; i < t->n_refs; i++) {
        const ost_flush_ref *ref = &t->refs[i];
        total +=
            t->order->inverters[ref->inverter]->lists[ref->term].used + 8;
    }
    for (size_t k = 0; k < n; k++) {
        ranges[k].terms = t;
        ranges[k].from = at;
        while (at < t->n_refs &&
               (sum < total / n * (k + 1) || k + 1 == n ||
                t->refs[at].same)) {
            const ost_flush_ref *ref = &t->refs[at++];
            sum +=
                t->order->inverters[ref->inverter]->lists[ref->term].used + 8;
        }
        ranges[k].to = at;
    }
}

/* ---- Writing ---- */

static osteon_status write_fields(ost_flush_plan *t, range *ranges, size_t n,
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
            ost_term_writer_fields(ranges[k].writer, &n_made);
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
    s = table.failed ? ost_fail_memory(err)
                     : ost_segment_writer_add(segment, OST_SECTION_FIELDS,
                                              table.data, table.len, err);
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
    s = out.failed ? ost_fail_memory(err)
                   : ost_segment_writer_add(segment, OST_SECTION_NORMS,
                                            out.data, out.len, err);
    ost_buffer_free(&out);
    ost_free(norms);
    return s;
}

/* Runs all ranges, the last one in this thread; one whose thread cannot be
 * had is run here too. */
static osteon_status encode_all(range *ranges, size_t n, osteon_error *err)
{
    for (size_t k = 0; k + 1 < n; k++)
        ranges[k].started = pthread_create(&ranges[k].thread, NULL,
                                           encode_range, &ranges[k]) == 0;
    for (size_t k = 0; k < n; k++)
        if (!ranges[k].started)
            encode_range(&ranges[k]);
    for (size_t k = 0; k < n; k++)
        if (ranges[k].started)
            pthread_join(ranges[k].thread, NULL);
    for (size_t k = 0; k < n; k++)
        if (ranges[k].status != OSTEON_OK) {
            if (err != NULL)
                *err = ranges[k].error;
            return ranges[k].status;
        }
    return OSTEON_OK;
}

osteon_status ost_flush_terms(const ost_flush_job *job,
                              const ost_flush_order *o,
                              ost_segment_writer *segment, osteon_error *err)
{
    const size_t n = job->threads > 0 ? job->threads : 1;
    ost_flush_plan *t = ost_calloc(1, sizeof *t);
    range *ranges = ost_calloc(n, sizeof *ranges);
    ost_term_writer **writers = ost_calloc(n, sizeof *writers);
    osteon_status s = OSTEON_OK;

    if (t == NULL || ranges == NULL || writers == NULL) {
        s = ost_fail_memory(err);
        goto done;
    }
    t->order = o;
    t->folder = job->folder;
    if (!ost_flush_plan_make(job, t)) {
        s = ost_fail_memory(err);
        goto done;
    }
    s = write_norms(t, segment, err);
    if (s != OSTEON_OK)
        goto done;
    cut_ranges(t, ranges, n);
    s = encode_all(ranges, n, err);
    for (size_t k = 0; k < n; k++)
        writers[k] = ranges[k].writer;
    if (s == OSTEON_OK)
        s = write_fields(t, ranges, n, segment, err);
    if (s == OSTEON_OK)
        s = ost_term_writers_join(writers, n, segment, err);
done:
    for (size_t k = 0; k < n && writers != NULL; k++)
        ost_term_writer_close(writers[k]);
    if (t != NULL)
        ost_flush_plan_free(t);
    ost_free(writers);
    ost_free(ranges);
    ost_free(t);
    return s;
}
