/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A merge: terms of all segments are walked side by side, each of their lists
 * becoming one (merge_terms.c); records, values and stored text follow in
 * document order (merge_records.c). Invariant: numbers of documents in the new
 * segment ascend with (segment, doc), unless the job gives an order.
 */
#include "merge_parts.h"

/* Numbers the documents of a segment from `number` on. */
static osteon_status make_map(ost_merge *m, size_t i, uint64_t *number,
                              osteon_error *err)
{
    const ost_segment *seg = m->job->segments[i];
    const uint32_t *order = m->job->order;
    uint32_t *map;

    m->bases[i] = (uint32_t)*number;
    if (seg->n_deleted == 0 && order == NULL) {
        *number += seg->n_documents;
        return OSTEON_OK;
    }
    map = m->maps[i] = ost_malloc(seg->n_documents * sizeof *map);
    if (map == NULL)
        return ost_fail_memory(err);
    for (uint32_t k = 0; k < seg->n_documents; k++) {
        const uint32_t d = order != NULL ? order[k] : k;
        map[d] = ost_bit(seg->deleted, d) ? OST_DOC_END
                                          : (uint32_t)(*number)++;
    }
    return OSTEON_OK;
}

static osteon_status make_maps(ost_merge *m, osteon_error *err)
{
    uint64_t number = 0;

    m->maps = ost_calloc(m->job->n, sizeof *m->maps);
    m->bases = ost_malloc(m->job->n * sizeof *m->bases);
    if (m->maps == NULL || m->bases == NULL)
        return ost_fail_memory(err);
    for (size_t i = 0; i < m->job->n; i++) {
        osteon_status s = make_map(m, i, &number, err);
        if (s != OSTEON_OK)
            return s;
        if (number > OST_MAX_DOCUMENTS)
            return ost_fail(err, OSTEON_INVALID,
                            "a merged segment would hold too many documents");
    }
    m->n_docs = (uint32_t)number;
    return OSTEON_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const ost_merge_field *)a)->info.name,
                  ((const ost_merge_field *)b)->info.name);
}

/* Collects the fields of all segments. Names are borrowed from them. */
static osteon_status collect_fields(ost_merge *m, osteon_error *err)
{
    for (size_t i = 0; i < m->job->n; i++) {
        const ost_segment *seg = m->job->segments[i];
        for (uint32_t f = 0; f < seg->n_fields; f++) {
            uint32_t k = 0;
            while (k < m->n_fields &&
                   strcmp(m->fields[k].info.name, seg->fields[f].name) != 0)
                k++;
            if (k == OST_MAX_FIELDS)
                return ost_fail(err, OSTEON_INVALID,
                                "a merged segment would hold more than %d "
                                "fields",
                                OST_MAX_FIELDS);
            if (k < m->n_fields) { /* what one segment keeps is kept */
                m->fields[k].info.flags &= seg->fields[f].flags;
                continue;
            }
            m->fields[k].info.flags = seg->fields[f].flags;
            m->fields[k].info.name = seg->fields[f].name;
            m->fields[k].info.name_len = seg->fields[f].name_len;
            m->n_fields++;
        }
    }
    qsort(m->fields, m->n_fields, sizeof *m->fields, by_name);
    return OSTEON_OK;
}

osteon_status ost_merge_norms(const ost_merge *m, const char *name,
                              uint8_t *norms, osteon_error *err)
{
    memset(norms, 0, m->n_docs);
    for (size_t i = 0; i < m->job->n; i++) {
        ost_segment *seg = m->job->segments[i];
        ost_field_view view;
        osteon_status s = ost_segment_field(seg, name, &view, err);
        if (s == OSTEON_NOT_FOUND)
            continue;
        if (s != OSTEON_OK)
            return s;
        for (uint32_t d = 0; d < seg->n_documents; d++) {
            const uint32_t number = ost_merge_number(m, i, d);
            if (number != OST_DOC_END)
                norms[number] = view.norms[d];
        }
    }
    return OSTEON_OK;
}

static osteon_status write_norms(ost_merge *m, osteon_error *err)
{
    uint8_t *norms = ost_malloc(m->n_docs);
    ost_buffer out = {0};
    osteon_status s = OSTEON_OK;

    if (norms == NULL)
        return ost_fail_memory(err);
    for (uint32_t f = 0; f < m->n_fields && s == OSTEON_OK; f++) {
        s = ost_merge_norms(m, m->fields[f].info.name, norms, err);
        ost_norms_put(&out, &m->fields[f].info, norms, m->n_docs);
    }
    if (s == OSTEON_OK)
        s = ost_segment_writer_add_buffer(m->segment, OST_SECTION_NORMS, &out,
                                          err);
    ost_buffer_free(&out);
    ost_free(norms);
    return s;
}

static osteon_status write_segment(ost_merge *m, osteon_error *err)
{
    osteon_status s =
        ost_segment_writer_open(m->job->path, m->n_docs, &m->segment, err);

    if (s == OSTEON_OK)
        s = write_norms(m, err);
    if (s == OSTEON_OK)
        s = ost_merge_terms(m, err);
    if (s == OSTEON_OK)
        s = ost_segment_writer_finish(m->segment, &m->job->size,
                                      &m->job->checksum, err);
    ost_segment_writer_close(m->segment);
    return s;
}

osteon_status ost_merge_segments(ost_merge_job *job, osteon_error *err)
{
    ost_merge *m = ost_calloc(1, sizeof *m);
    osteon_status s;

    job->documents = 0;
    if (m == NULL)
        return ost_fail_memory(err);
    m->job = job;
    s = make_maps(m, err);
    if (s == OSTEON_OK)
        s = collect_fields(m, err);
    if (s == OSTEON_OK && m->n_docs > 0)
        s = write_segment(m, err);
    if (s == OSTEON_OK)
        job->documents = m->n_docs;
    for (size_t i = 0; i < job->n && m->maps != NULL; i++)
        ost_free(m->maps[i]);
    ost_free(m->maps);
    ost_free(m->bases);
    ost_free(m->pieces);
    ost_free(m);
    return s;
}
