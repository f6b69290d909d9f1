/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Walking the dictionaries of several segments side by side, and encoding
 * each term's postings of all of them as one list.
 */
#include "merge_parts.h"

#include "dictionary.h"

/* Bytes of lists read before the pages they lie on are let go. */
#define MOST_MAPPED ((uint64_t)8 << 20)

/* A segment's place in the field being merged. */
typedef struct input {
    ost_term_cursor cursor; /* len 0: no more terms, or no such field */
} input;

static osteon_status start_inputs(const ost_merge *m, const char *name,
                                  input *inputs, osteon_error *err)
{
    for (size_t i = 0; i < m->job->n; i++) {
        ost_segment *seg = m->job->segments[i];
        inputs[i].cursor.len = 0;
        for (uint32_t f = 0; f < seg->n_fields; f++) {
            osteon_status s;
            if (strcmp(seg->fields[f].name, name) != 0)
                continue;
            ost_term_cursor_start(&inputs[i].cursor, seg, f);
            s = ost_term_cursor_next(&inputs[i].cursor, err);
            if (s != OSTEON_OK)
                return s;
        }
    }
    return OSTEON_OK;
}

static int compare(const ost_term_cursor *a, const ost_term_cursor *b)
{
    return ost_term_compare(a->term, a->len, b->term, b->len);
}

/* Adds the living postings of one segment's term. */
static osteon_status add_postings(const ost_merge *m, size_t i,
                                  const ost_term *term, ost_term_writer *w,
                                  osteon_error *err)
{
    ost_postings *p;
    osteon_status s =
        ost_postings_open(m->job->segments[i], term, &p, err);

    if (s != OSTEON_OK)
        return s;
    while (s == OSTEON_OK && ost_postings_next(p) != OST_DOC_END) {
        const uint32_t doc = m->maps[i][p->doc];
        const uint32_t *positions;
        uint32_t tf;
        if (doc == OST_DOC_END)
            continue;
        tf = ost_postings_tf(p);
        positions = ost_postings_positions(p);
        if (p->doc == OST_DOC_END)
            break;
        if (m->shuffle == NULL)
            s = ost_term_writer_posting(w, doc, tf, positions,
                                        ost_postings_n_positions(p), err);
        else if (!ost_shuffle_add(m->shuffle, doc, tf, positions,
                                  ost_postings_n_positions(p)))
            s = ost_fail_memory(err);
    }
    if (s == OSTEON_OK && m->shuffle != NULL &&
        ost_postings_status(p) == OSTEON_OK)
        s = ost_shuffle_write(m->shuffle, w, err);
    if (s == OSTEON_OK && ost_postings_status(p) != OSTEON_OK) {
        s = ost_postings_status(p);
        if (err != NULL)
            *err = p->error;
    }
    ost_postings_close(p);
    return s;
}

/* Merges the least term of all inputs; *more is false at the end. Adds to
 * *bytes what it read. */
static osteon_status merge_least(const ost_merge *m, input *inputs,
                                 ost_term_writer *w, bool *more,
                                 uint64_t *bytes, osteon_error *err)
{
    const ost_term_cursor *least = NULL;
    char term[OST_WORD_MAX];
    size_t len;
    osteon_status s = OSTEON_OK;

    for (size_t i = 0; i < m->job->n; i++)
        if (inputs[i].cursor.len > 0 &&
            (least == NULL || compare(&inputs[i].cursor, least) < 0))
            least = &inputs[i].cursor;
    *more = least != NULL;
    if (least == NULL)
        return OSTEON_OK;
    len = least->len;
    memcpy(term, least->term, len);
    ost_term_writer_begin(w, term, len);
    for (size_t i = 0; i < m->job->n && s == OSTEON_OK; i++) {
        ost_term_cursor *c = &inputs[i].cursor;
        if (c->len == 0 ||
            ost_term_compare(c->term, c->len, term, len) != 0)
            continue;
        *bytes += c->info.postings_size + c->info.positions_size + c->len;
        s = add_postings(m, i, &c->info, w, err);
        if (s == OSTEON_OK)
            s = ost_term_cursor_next(c, err);
    }
    if (s == OSTEON_OK)
        s = ost_term_writer_end(w, err);
    return s;
}

static osteon_status merge_field(const ost_merge *m, uint32_t field,
                                 input *inputs, uint8_t *norms,
                                 ost_term_writer *w, osteon_error *err)
{
    const ost_field *f = &m->fields[field].info;
    uint64_t bytes = 0;
    bool more = true;
    osteon_status s = ost_merge_norms(m, f->name, norms, err);

    if (s == OSTEON_OK)
        s = ost_term_writer_field(w, field, norms, ost_field_average(f), err);
    if (s == OSTEON_OK)
        s = start_inputs(m, f->name, inputs, err);
    while (s == OSTEON_OK && more) {
        s = merge_least(m, inputs, w, &more, &bytes, err);
        if (bytes < MOST_MAPPED)
            continue;
        for (size_t i = 0; i < m->job->n; i++)
            ost_segment_forget(m->job->segments[i]);
        bytes = 0;
    }
    return s;
}

static osteon_status write_fields(ost_merge *m, const ost_term_writer *w,
                                  ost_segment_writer *segment,
                                  osteon_error *err)
{
    ost_field infos[OST_MAX_FIELDS];
    ost_buffer table = {0};
    uint64_t block = 0;
    size_t n;
    const ost_field_terms *made = ost_term_writer_fields(w, &n);
    osteon_status s;

    for (size_t i = 0; i < n; i++) {
        ost_field *f = &m->fields[made[i].field].info;
        f->first_block = block;
        f->n_blocks = made[i].n_blocks;
        f->n_terms = made[i].n_terms;
        f->postings = made[i].postings;
        f->positions = made[i].positions;
        block += made[i].n_blocks;
    }
    for (uint32_t i = 0; i < m->n_fields; i++)
        infos[i] = m->fields[i].info;
    ost_fields_put(&table, infos, m->n_fields);
    s = ost_segment_writer_add_buffer(segment, OST_SECTION_FIELDS, &table,
                                      err);
    ost_buffer_free(&table);
    return s;
}

osteon_status ost_merge_terms(ost_merge *m, ost_segment_writer *segment,
                              osteon_error *err)
{
    input *inputs = ost_calloc(m->job->n, sizeof *inputs);
    uint8_t *norms = ost_malloc(m->n_docs);
    ost_term_writer *w = NULL;
    osteon_status s;

    if (inputs == NULL || norms == NULL)
        s = ost_fail_memory(err);
    else
        s = ost_term_writer_open(m->job->folder, m->n_docs, &w, err);
    for (uint32_t f = 0; f < m->n_fields && s == OSTEON_OK; f++)
        s = merge_field(m, f, inputs, norms, w, err);
    if (s == OSTEON_OK)
        s = ost_term_writer_finish(w, err);
    if (s == OSTEON_OK)
        s = write_fields(m, w, segment, err);
    if (s == OSTEON_OK)
        s = ost_term_writers_join(&w, 1, segment, err);
    ost_term_writer_close(w);
    ost_free(norms);
    ost_free(inputs);
    return s;
}
