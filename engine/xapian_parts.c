/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Records put together: see xapian_record.h.
 */
#include "xapian_layout.h"
#include "xapian_record.h"

#include <stdio.h>
#include <xapian-c/xapian_c_unicode.h>

/* The id may come a second time as that of the source. */
bool ost_xw_parts_fit(const ost_xw_parts *parts)
{
    const uint64_t title = parts->title.len; /* three bytes for one that is
                                              * escaped */

    return 2 * (uint64_t)parts->id.len + 3 * title + parts->lines.len +
               parts->stored.len + OST_DOCUMENT_COST <=
           OST_XAPIAN_TAG_MOST;
}

void ost_xw_parts_clear(ost_xw_parts *parts)
{
    parts->id.len = parts->title.len = parts->lines.len = 0;
    parts->stored.len = parts->values.len = 0;
}

void ost_xw_parts_free(ost_xw_parts *parts)
{
    ost_buffer_free(&parts->id);
    ost_buffer_free(&parts->title);
    ost_buffer_free(&parts->lines);
    ost_buffer_free(&parts->stored);
    ost_buffer_free(&parts->values);
}

void ost_xw_stored(ost_xw_record *head, ost_xw_parts *parts, const char *text,
                   size_t len)
{
    if (!head->has_stored)
        parts->line_begun = false;
    head->has_stored = true;
    while (len > 0 || !parts->line_begun) {
        const char *end = len > 0 ? memchr(text, '\n', len) : NULL;
        const size_t n = end != NULL ? (size_t)(end - text) : len;
        if (!parts->line_begun)
            ost_buffer_add_text(&parts->stored, "text=");
        parts->line_begun = true;
        ost_buffer_add(&parts->stored, text, n);
        if (end == NULL)
            return;
        ost_buffer_add_byte(&parts->stored, '\n');
        parts->line_begun = false;
        text += n + 1;
        len -= n + 1;
    }
}

/* The number of a value's name in the batch; OST_BATCH_NAMES: it has none. */
static bool name_number(ost_xw_batch *batch, const char *name, uint8_t kind,
                        uint32_t *number)
{
    uint32_t i;

    if (batch->names == NULL) {
        batch->names = ost_calloc(OST_BATCH_NAMES, sizeof *batch->names);
        if (batch->names == NULL)
            return false;
    }
    for (i = 0; i < batch->n_names; i++)
        if (strcmp(batch->names[i].name, name) == 0)
            break;
    *number = i;
    if (i == batch->n_names && i < OST_BATCH_NAMES) {
        strcpy(batch->names[i].name, name);
        batch->names[i].kind = kind;
        batch->n_names++;
    }
    return true;
}

/* A line of data, and bytes for the slot, if the name has one. */
bool ost_xw_value(ost_xw_batch *batch, ost_xw_record *head,
                  ost_xw_parts *parts, const osteon_field *f,
                  const char *name)
{
    char bytes[XAPIAN_C_SORTABLE_MAX], start[9] = {0};
    const char *value = bytes;
    uint32_t number;
    size_t len;

    if (f->kind == OSTEON_STRING) {
        ost_buffer_printf(&parts->lines, "string.%s=", name);
        ost_xapian_escape(&parts->lines, f->text, f->text_len);
        ost_buffer_add_byte(&parts->lines, '\n');
        value = f->text;
        len = f->text_len;
    } else if (f->kind == OSTEON_INTEGER) {
        ost_buffer_printf(&parts->lines, "integer.%s=%lld\n", name,
                          (long long)f->integer);
        len = xapian_c_sortable_serialise((double)f->integer, bytes);
    } else {
        ost_buffer_printf(&parts->lines, "real.%s=%.17g\n", name, f->real);
        len = xapian_c_sortable_serialise(f->real, bytes);
    }
    if (!name_number(batch, name, (uint8_t)f->kind, &number))
        return false;
    if (number == OST_BATCH_NAMES)
        return true;
    if (len > OST_SLOT_BYTES)
        len = OST_SLOT_BYTES;
    ost_put32(start, number);
    start[4] = (char)f->kind;
    ost_put32(start + 5, (uint32_t)len);
    ost_buffer_add(&parts->values, start, sizeof start);
    ost_buffer_add(&parts->values, value, len);
    head->n_values++;
    return true;
}

void ost_xw_term_write(ost_buffer *out, const char *term, size_t len,
                       uint32_t wdf)
{
    ost_buffer_add_varint(out, len);
    ost_buffer_add(out, term, len);
    ost_buffer_add_varint(out, wdf);
    ost_buffer_add_varint(out, 0);
}

size_t ost_xw_record_begin(ost_xw_batch *batch, ost_xw_record *head,
                           ost_xw_parts *parts)
{
    ost_buffer *out = &batch->bytes;
    const size_t start = out->len;
    char term[OST_XAPIAN_TERM_MOST];

    if (head->has_stored)
        ost_buffer_add_byte(&parts->stored, '\n');
    if (parts->id.failed) /* there is no id */
        return start;
    head->id_len = (uint32_t)parts->id.len;
    head->title_len = (uint32_t)parts->title.len;
    head->lines_len = parts->lines.len;
    head->stored_len = parts->stored.len;
    ost_buffer_add(out, head, sizeof *head);
    ost_buffer_add(out, parts->id.data, parts->id.len);
    ost_buffer_add(out, parts->title.data, parts->title.len);
    ost_buffer_add(out, parts->lines.data, parts->lines.len);
    ost_buffer_add(out, parts->stored.data, parts->stored.len);
    ost_buffer_add(out, parts->values.data, parts->values.len);
    ost_xw_term_write(out, term,
                      ost_xapian_id_term((const char *)parts->id.data,
                                         parts->id.len, term),
                      0);
    head->n_terms = 1;
    if (head->source != 0) {
        const int len =
            snprintf(term, sizeof term, "%s%lu", OST_TERM_SOURCE,
                     (unsigned long)head->source);
        ost_xw_term_write(out, term, (size_t)len, 0);
        head->n_terms++;
    }
    return start;
}

bool ost_xw_record_end(ost_xw_batch *batch, size_t start, ost_xw_record *head,
                       const ost_xw_parts *parts)
{
    ost_buffer *out = &batch->bytes;

    if (out->failed || parts->id.failed || parts->title.failed ||
        parts->lines.failed || parts->stored.failed ||
        parts->values.failed || batch->synonyms.failed)
        return false;
    head->size = out->len - start - sizeof *head;
    memcpy(out->data + start, head, sizeof *head);
    batch->documents++;
    batch->cost += OST_DOCUMENT_COST + 2 * (out->len - start);
    return true;
}
