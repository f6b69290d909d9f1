/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Encoding the terms of a flush. The terms of all inverters are merged into
 * one sorted list of references; it is cut between terms into ranges of about
 * equal bytes, and each range is encoded by a thread.
 *
 * Invariant: what a range's bytes are does not depend on the cuts, save that
 * a dictionary block ends there.
 */
#include "flush_parts.h"

#include "segment.h"
#include "term_writer.h"

/* One inverter's list of a term. `same`: of the same term as the one before,
 * in a later inverter. */
typedef struct reference {
    uint32_t inverter, term;
    uint16_t field; /* index in fields[] */
    bool same;
} reference;

/* A field of the new segment. */
typedef struct flush_field {
    uint32_t number; /* in the names of the writer */
    const char *name;
    ost_field info;
    size_t first_length, end_length; /* in lengths */
} flush_field;

typedef struct terms {
    const ost_flush_order *order;
    const char *folder;
    flush_field fields[OST_MAX_FIELDS];
    uint32_t n_fields;
    ost_field_length *lengths; /* by field, doc in the new segment */
    reference *refs;
    size_t n_refs;
} terms;

/* A thread's work and what came of it. */
typedef struct range {
    const terms *terms;
    size_t from, to; /* references */
    ost_term_writer *writer;
    osteon_status status;
    osteon_error error;
    pthread_t thread;
    bool started;
} range;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const flush_field *)a)->name,
                  ((const flush_field *)b)->name);
}

/* Sorts the lengths by field, and the fields by name. */
static bool collect_fields(const ost_flush_job *job, terms *t)
{
    const ost_flush_order *o = t->order;
    size_t counts[OST_MAX_FIELDS + 1] = {0}, total = 0;

    for (size_t i = 0; i < o->n_inverters; i++)
        for (size_t k = 0; k < o->inverters[i]->n_lengths; k++)
            counts[o->inverters[i]->lengths[k].field + 1]++;
    for (uint32_t f = 0; f < job->names->n; f++) {
        const size_t n = counts[f + 1];
        counts[f + 1] += counts[f];
        if (n > 0 || f == OST_FIELD_DEFAULT)
            t->fields[t->n_fields++] =
                (flush_field){.number = f,
                              .name = job->names->names[f],
                              .first_length = counts[f],
                              .end_length = counts[f + 1]};
    }
    total = counts[job->names->n];
    t->lengths = ost_malloc(total * sizeof *t->lengths);
    if (t->lengths == NULL)
        return false;
    for (size_t i = 0; i < o->n_inverters; i++)
        for (size_t k = 0; k < o->inverters[i]->n_lengths; k++) {
            ost_field_length l = o->inverters[i]->lengths[k];
            l.doc = o->numbers[i][l.doc];
            t->lengths[counts[l.field]++] = l;
        }
    qsort(t->fields, t->n_fields, sizeof *t->fields, by_name);
    return true;
}

static void fill_norms(const terms *t, const flush_field *f, uint8_t *norms)
{
    memset(norms, 0, t->order->n_docs);
    for (size_t i = f->first_length; i < f->end_length; i++)
        norms[t->lengths[i].doc] = ost_norm_encode(t->lengths[i].length);
}

/* ---- Merging the terms of the inverters ---- */

typedef struct merge_input {
    const ost_inverter *inverter;
    uint32_t *ids; /* sorted by field number, then bytes; NULL: no memory */
    size_t n, at, end;
    const char *bytes; /* of the term at ids[at] */
    size_t len;
    pthread_t thread;
    bool started;
} merge_input;

static void look(const ost_inverter *inv, merge_input *in)
{
    uint32_t field;

    if (in->at < in->end)
        ost_vocabulary_term(inv->vocabulary, in->ids[in->at], &in->bytes,
                            &in->len, &field);
}

/* Finds an inverter's terms of one field by bisection. */
static void select_field(const ost_inverter *inv, merge_input *in,
                         uint32_t number)
{
    size_t bounds[2];

    for (uint32_t k = 0; k < 2; k++) {
        size_t low = 0, high = in->n;
        while (low < high) {
            const size_t mid = low + (high - low) / 2;
            const char *bytes;
            size_t len;
            uint32_t field;
            ost_vocabulary_term(inv->vocabulary, in->ids[mid], &bytes, &len,
                                &field);
            if (field < number + k)
                low = mid + 1;
            else
                high = mid;
        }
        bounds[k] = low;
    }
    in->at = bounds[0];
    in->end = bounds[1];
    look(inv, in);
}

static int compare(const merge_input *a, const merge_input *b)
{
    const int c =
        memcmp(a->bytes, b->bytes, a->len < b->len ? a->len : b->len);

    return c ? c : (a->len > b->len) - (a->len < b->len);
}

/* Adds the references of the least term of all inputs; false at the end. */
static bool take_least(terms *t, merge_input *in, uint16_t field)
{
    const size_t n = t->order->n_inverters;
    size_t least = n;
    bool same = false;
    merge_input key;

    for (size_t i = 0; i < n; i++)
        if (in[i].at < in[i].end &&
            (least == n || compare(&in[i], &in[least]) < 0))
            least = i;
    if (least == n)
        return false;
    key = in[least];
    for (size_t i = least; i < n; i++) {
        if (in[i].at == in[i].end || compare(&in[i], &key) != 0)
            continue;
        t->refs[t->n_refs++] = (reference){.inverter = (uint32_t)i,
                                           .term = in[i].ids[in[i].at],
                                           .field = field,
                                           .same = same};
        same = true;
        in[i].at++;
        look(t->order->inverters[i], &in[i]);
    }
    return true;
}

static void *sort_input(void *arg)
{
    merge_input *in = arg;
    const ost_vocabulary *v = in->inverter->vocabulary;

    in->n = ost_vocabulary_size(v);
    in->ids = ost_malloc(in->n * sizeof *in->ids);
    if (in->ids != NULL && !ost_vocabulary_sort(v, in->ids)) {
        ost_free(in->ids);
        in->ids = NULL;
    }
    return NULL;
}

/* Sorts the terms of each inverter, in a thread each but for the first. */
static bool sort_inputs(merge_input *in, size_t n)
{
    bool ok = true;

    for (size_t i = 1; i < n; i++)
        in[i].started =
            pthread_create(&in[i].thread, NULL, sort_input, &in[i]) == 0;
    for (size_t i = 0; i < n; i++)
        if (!in[i].started)
            sort_input(&in[i]);
    for (size_t i = 0; i < n; i++) {
        if (in[i].started)
            pthread_join(in[i].thread, NULL);
        ok = ok && in[i].ids != NULL;
    }
    return ok;
}

static bool merge_terms(terms *t)
{
    const ost_flush_order *o = t->order;
    merge_input *in = ost_calloc(o->n_inverters, sizeof *in);
    size_t total = 0;
    bool ok = in != NULL;

    for (size_t i = 0; i < o->n_inverters && ok; i++)
        in[i].inverter = o->inverters[i];
    ok = ok && sort_inputs(in, o->n_inverters);
    for (size_t i = 0; i < o->n_inverters && ok; i++)
        total += in[i].n;
    t->refs = ok ? ost_malloc(total * sizeof *t->refs) : NULL;
    ok = t->refs != NULL;
    for (uint32_t f = 0; f < t->n_fields && ok; f++) {
        for (size_t i = 0; i < o->n_inverters; i++)
            select_field(o->inverters[i], &in[i], t->fields[f].number);
        while (take_least(t, in, (uint16_t)f))
            ;
    }
    for (size_t i = 0; i < o->n_inverters && in != NULL; i++)
        ost_free(in[i].ids);
    ost_free(in);
    return ok;
}

/* ---- Encoding a range ---- */

/* Adds the postings of one term from all inverters that have it, in order of
 * documents. */
static osteon_status encode_term(range *r, size_t from, size_t to,
                                 ost_list_reader *readers)
{
    const ost_flush_order *o = r->terms->order;
    const size_t n = to - from;

    for (size_t i = 0; i < n; i++) {
        const reference *ref = &r->terms->refs[from + i];
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
static void look_ahead(const terms *t, size_t i)
{
    for (size_t distance = 8; distance <= 16; distance += 8)
        if (i + distance < t->n_refs) {
            const reference *ref = &t->refs[i + distance];
            ost_list_prefetch(t->order->inverters[ref->inverter], ref->term,
                              distance == 8);
        }
}

static osteon_status encode_terms(range *r, uint8_t *norms,
                                  ost_list_reader *readers)
{
    const terms *t = r->terms;
    uint32_t field = UINT32_MAX;
    osteon_status s = OSTEON_OK;

    for (size_t i = r->from, end; i < r->to && s == OSTEON_OK; i = end) {
        const reference *ref = &t->refs[i];
        const char *bytes;
        size_t len;
        uint32_t number;
        for (end = i + 1; end < r->to && t->refs[end].same; end++)
            ;
        look_ahead(t, i);
        if (ref->field != field) {
            field = ref->field;
            fill_norms(t, &t->fields[field], norms);
            s = ost_term_writer_field(
                r->writer, field, norms,
                ost_field_average(&t->fields[field].info), &r->error);
            if (s != OSTEON_OK)
                break;
        }
        ost_vocabulary_term(t->order->inverters[ref->inverter]->vocabulary,
                            ref->term, &bytes, &len, &number);
        ost_term_writer_begin(r->writer, bytes, len);
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
static void cut_ranges(const terms *t, range *ranges, size_t n)
{
    uint64_t total = 0, sum = 0;
    size_t at = 0;

    for (size_t i = 0; i < t->n_refs; i++) {
        const reference *ref = &t->refs[i];
        total +=
            t->order->inverters[ref->inverter]->lists[ref->term].used + 8;
    }
    for (size_t k = 0; k < n; k++) {
        ranges[k].terms = t;
        ranges[k].from = at;
        while (at < t->n_refs &&
               (sum < total / n * (k + 1) || k + 1 == n ||
                t->refs[at].same)) {
            const reference *ref = &t->refs[at++];
            sum +=
                t->order->inverters[ref->inverter]->lists[ref->term].used + 8;
        }
        ranges[k].to = at;
    }
}

/* ---- Writing ---- */

static osteon_status write_fields(terms *t, range *ranges, size_t n,
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

static osteon_status write_norms(terms *t, ost_segment_writer *segment,
                                 osteon_error *err)
{
    const uint32_t n_docs = t->order->n_docs;
    uint8_t *norms = ost_malloc(n_docs);
    ost_buffer out = {0};
    osteon_status s;

    if (norms == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < t->n_fields; i++) {
        flush_field *f = &t->fields[i];
        fill_norms(t, f, norms);
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
    terms *t = ost_calloc(1, sizeof *t);
    range *ranges = ost_calloc(n, sizeof *ranges);
    ost_term_writer **writers = ost_calloc(n, sizeof *writers);
    osteon_status s = OSTEON_OK;

    if (t == NULL || ranges == NULL || writers == NULL) {
        s = ost_fail_memory(err);
        goto done;
    }
    t->order = o;
    t->folder = job->folder;
    if (!collect_fields(job, t) || !merge_terms(t)) {
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
    if (t != NULL) {
        ost_free(t->lengths);
        ost_free(t->refs);
    }
    ost_free(writers);
    ost_free(ranges);
    ost_free(t);
    return s;
}
