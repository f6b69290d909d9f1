/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a flush has to encode, in order: the fields by name with the lengths
 * of their documents, and the terms of all inverters merged into one sorted
 * list of references. Invariant: references of one term are neighbours, in
 * order of inverters, and all but the first are marked `same`.
 */
#include "flush_parts.h"

static int by_name(const void *a, const void *b)
{
    return strcmp(((const ost_flush_field *)a)->name,
                  ((const ost_flush_field *)b)->name);
}

/* Sorts the lengths by field, and the fields by name. */
static bool collect_fields(const ost_flush_job *job, ost_flush_plan *t)
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
                (ost_flush_field){.number = f,
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

void ost_flush_norms(const ost_flush_plan *t, const ost_flush_field *f,
                     uint8_t *norms)
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
static bool take_least(ost_flush_plan *t, merge_input *in, uint16_t field)
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
        t->refs[t->n_refs++] = (ost_flush_ref){.inverter = (uint32_t)i,
                                           .term = in[i].ids[in[i].at],
                                           .bytes = key.bytes,
                                           .len = (uint8_t)key.len,
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

static bool merge_terms(ost_flush_plan *t)
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

bool ost_flush_plan_make(const ost_flush_job *job, ost_flush_plan *t)
{
    return collect_fields(job, t) && merge_terms(t);
}

void ost_flush_plan_free(ost_flush_plan *t)
{
    ost_free(t->lengths);
    ost_free(t->refs);
}
