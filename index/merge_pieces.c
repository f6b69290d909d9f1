/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Cutting the terms of a merge into pieces of about equal bytes, at the first
 * terms of dictionary blocks of the segment that has most of a field.
 */
#include "merge_parts.h"

#include "dictionary.h"
#include "term_pieces.h"

/* A piece of fewer bytes is not worth a task of its own. */
#define LEAST_BYTES ((uint64_t)64 << 10)

/* The field of a segment, NULL: it has none of that name. */
static const ost_field *find_field(const ost_segment *seg, const char *name,
                                   uint32_t *number)
{
    for (*number = 0; *number < seg->n_fields; ++*number)
        if (strcmp(seg->fields[*number].name, name) == 0)
            return &seg->fields[*number];
    return NULL;
}

/* Bytes of a field of a segment. */
static osteon_status field_bytes(ost_segment *seg, const ost_field *f,
                                 uint64_t *out, osteon_error *err)
{
    uint64_t from, to;
    osteon_status s = ost_dictionary_bytes(seg, f->first_block, &from, err);

    if (s == OSTEON_OK)
        s = ost_dictionary_bytes(seg, f->first_block + f->n_blocks, &to, err);
    if (s == OSTEON_OK)
        *out = to > from ? to - from : 0;
    return s;
}

/* The bytes of a field in all segments, and the segment that has most. */
static osteon_status weigh(const ost_merge *m, const char *name, size_t *most,
                           uint64_t *most_bytes, uint64_t *all,
                           osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    *all = *most_bytes = *most = 0;
    for (size_t i = 0; i < m->job->n && s == OSTEON_OK; i++) {
        ost_segment *seg = m->job->segments[i];
        uint32_t number;
        const ost_field *f = find_field(seg, name, &number);
        uint64_t bytes = 0;
        if (f == NULL)
            continue;
        s = field_bytes(seg, f, &bytes, err);
        *all += bytes;
        if (bytes > *most_bytes) {
            *most_bytes = bytes;
            *most = i;
        }
    }
    return s;
}

/* Begins a piece at a term, or, without one, at the first of the field. */
static osteon_status add_piece(ost_merge *m, uint32_t field, const char *term,
                               size_t len, osteon_error *err)
{
    ost_merge_piece *p;

    if (!OST_GROW(&m->pieces, &m->pieces_room, m->n_pieces + 1))
        return ost_fail_memory(err);
    p = &m->pieces[m->n_pieces++];
    p->field = field;
    p->len = len;
    if (len > 0)
        memcpy(p->term, term, len);
    return OSTEON_OK;
}

/* Cuts a field where every `step` bytes of a segment's part begin. */
static osteon_status cut(ost_merge *m, uint32_t field, ost_segment *seg,
                         uint64_t step, osteon_error *err)
{
    uint32_t number;
    const ost_field *f =
        find_field(seg, m->fields[field].info.name, &number);
    uint64_t last, at;
    osteon_status s = ost_dictionary_bytes(seg, f->first_block, &last, err);

    for (uint64_t b = 1; b < f->n_blocks && s == OSTEON_OK; b++) {
        ost_term_cursor c;
        s = ost_dictionary_bytes(seg, f->first_block + b, &at, err);
        if (s != OSTEON_OK || at < last || at - last < step)
            continue;
        last = at;
        ost_term_cursor_start(&c, seg, number);
        c.next_block = f->first_block + b;
        s = ost_term_cursor_next(&c, err);
        if (s == OSTEON_OK)
            s = add_piece(m, field, c.term, c.len, err);
    }
    return s;
}

osteon_status ost_merge_cut(ost_merge *m, unsigned threads, osteon_error *err)
{
    uint64_t total = 0, target;
    osteon_status s = OSTEON_OK;

    for (size_t i = 0; i < m->job->n && s == OSTEON_OK; i++) {
        uint64_t bytes;
        s = ost_dictionary_bytes(m->job->segments[i], UINT64_MAX, &bytes, err);
        total += bytes;
    }
    target = threads > 1 ? total / (threads * OST_PIECES_A_THREAD) : UINT64_MAX;
    target = target > LEAST_BYTES ? target : LEAST_BYTES;
    for (uint32_t f = 0; f < m->n_fields && s == OSTEON_OK; f++) {
        size_t most;
        uint64_t most_bytes, all;
        s = weigh(m, m->fields[f].info.name, &most, &most_bytes, &all, err);
        if (s == OSTEON_OK)
            s = add_piece(m, f, NULL, 0, err);
        if (s == OSTEON_OK && all > target)
            s = cut(m, f, m->job->segments[most],
                    (uint64_t)((double)target / (double)all *
                               (double)most_bytes),
                    err);
    }
    return s;
}
