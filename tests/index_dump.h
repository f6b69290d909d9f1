/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The whole content of an index as one text that does not depend on how it is
 * spread over segments: a line for each document in order, then a line for
 * each living posting, sorted. Two indexes with equal dumps answer alike.
 */
#ifndef OST_TEST_INDEX_DUMP_H
#define OST_TEST_INDEX_DUMP_H

#include "dictionary.h"
#include "index.h"
#include "segment.h"

#include "asserts.h"
#include <stdio.h>

static int dump_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static osteon_status dump_list(ost_segment *seg, const uint32_t *numbers,
                               const ost_term_cursor *c, ost_buffer *lines,
                               osteon_error *err)
{
    ost_postings *p;
    osteon_status s = ost_postings_open(seg, &c->info, &p, err);

    if (s != OSTEON_OK)
        return s;
    while (ost_postings_next(p) != OST_DOC_END) {
        const uint32_t doc = p->doc, tf = ost_postings_tf(p);
        const uint32_t *positions = ost_postings_positions(p);
        const uint32_t n_positions = ost_postings_n_positions(p);
        if (p->doc == OST_DOC_END)
            break;
        if (ost_bit(seg->deleted, doc))
            continue;
        ost_buffer_printf(lines, "%s:%.*s %08lu %u",
                          seg->fields[c->field].name, (int)c->len, c->term,
                          (unsigned long)numbers[doc],
                          (unsigned)tf);
        for (uint32_t i = 0; i < n_positions; i++)
            ost_buffer_printf(lines, " %lu", (unsigned long)positions[i]);
        ost_buffer_add_byte(lines, 0);
    }
    s = ost_postings_status(p);
    if (s != OSTEON_OK && err != NULL)
        *err = p->error;
    ost_postings_close(p);
    return s;
}

static osteon_status dump_record(ost_segment *seg, uint32_t doc,
                                 ost_buffer *out, osteon_error *err)
{
    ost_record r;
    osteon_field *fields = NULL;
    size_t n = 0, len = 0;
    char *text = NULL;
    osteon_status s = ost_record_get(seg, doc, &r, err);

    if (s != OSTEON_OK)
        return s;
    ost_buffer_printf(out, "%.*s|%.*s|%lu|%lu|%lu|", (int)r.id_len, r.id,
                      (int)r.title_len, r.title, (unsigned long)r.source,
                      (unsigned long)r.line, (unsigned long)r.length);
    for (uint32_t f = 0; f < seg->n_fields && s == OSTEON_OK; f++) {
        const uint8_t *norms;
        s = ost_field_norms(seg, f, &norms, err);
        if (s == OSTEON_OK && norms[doc] != 0)
            ost_buffer_printf(out, "%s=%u,", seg->fields[f].name,
                              norms[doc]);
    }
    if (s == OSTEON_OK && r.has_stored)
        s = ost_record_stored(seg, &r, &text, &len, err);
    if (s == OSTEON_OK)
        ost_buffer_printf(out, "|%.*s|", (int)len, text ? text : "");
    if (s == OSTEON_OK)
        s = ost_segment_values(seg, doc, &fields, &n, err);
    for (size_t i = 0; i < n; i++)
        ost_buffer_printf(out, "%.*s:%d:%.*s:%lld:%g;",
                          (int)fields[i].name_len, fields[i].name,
                          (int)fields[i].kind, (int)fields[i].text_len,
                          fields[i].text_len ? fields[i].text : "",
                          (long long)fields[i].integer, fields[i].real);
    ost_buffer_add_text(out, "\n");
    ost_free(fields);
    ost_free(text);
    ost_record_free(&r);
    return s;
}

static osteon_status dump_segment(ost_segment *seg, uint32_t *next,
                                  ost_buffer *docs, ost_buffer *lines,
                                  osteon_error *err)
{
    uint32_t *numbers = malloc(seg->n_documents * sizeof *numbers + 1);
    osteon_status s = OSTEON_OK;

    for (uint32_t d = 0; d < seg->n_documents && s == OSTEON_OK; d++) {
        numbers[d] = *next;
        if (ost_bit(seg->deleted, d))
            continue;
        s = dump_record(seg, d, docs, err);
        ++*next;
    }
    for (uint32_t f = 0; f < seg->n_fields && s == OSTEON_OK; f++) {
        ost_term_cursor c;
        ost_term_cursor_start(&c, seg, f);
        while ((s = ost_term_cursor_next(&c, err)) == OSTEON_OK && c.len > 0) {
            s = dump_list(seg, numbers, &c, lines, err);
            if (s != OSTEON_OK)
                break;
        }
    }
    free(numbers);
    return s;
}

/* Writes the dump, terminated, to *out, which the caller frees. */
static osteon_status index_dump(const char *folder, ost_buffer *out,
                                osteon_error *err)
{
    ost_buffer lines = {0};
    ost_snapshot *snap;
    uint32_t next = 0;
    size_t n = 0, i = 0;
    char **sorted;
    osteon_status s = ost_snapshot_open(folder, &snap, err);

    memset(out, 0, sizeof *out);
    if (s != OSTEON_OK)
        return s;
    for (uint32_t k = 0; k < snap->n_segments && s == OSTEON_OK; k++)
        s = dump_segment(snap->segments[k], &next, out, &lines, err);
    for (size_t at = 0; at < lines.len; at++)
        n += lines.data[at] == 0;
    sorted = malloc((n + 1) * sizeof *sorted);
    for (size_t at = 0; at < lines.len;
         at += strlen((char *)lines.data + at) + 1)
        sorted[i++] = (char *)lines.data + at;
    if (n > 0)
        qsort(sorted, n, sizeof *sorted, dump_compare);
    for (i = 0; i < n; i++) {
        ost_buffer_add_text(out, sorted[i]);
        ost_buffer_add_text(out, "\n");
    }
    ost_buffer_add_byte(out, 0);
    free(sorted);
    ost_buffer_free(&lines);
    ost_snapshot_close(snap);
    return s;
}

/* The same, which must work. */
static inline char *index_dump_ok(const char *folder)
{
    osteon_error err = {0};
    ost_buffer out;
    const osteon_status s = index_dump(folder, &out, &err);

    ck_assert_msg(s == OSTEON_OK, "%s", err.text);
    return (char *)out.data;
}

#endif
