/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading values, of a document or of a column; docs/format.md, "Values".
 * Nothing of a column is used before its size was found to be what its head
 * asks for.
 */
#include "values.h"

typedef struct field_list {
    osteon_field *fields;
    size_t n, room;
} field_list;

static osteon_status bad_values(ost_segment *segment, uint64_t at,
                                const char *what, osteon_error *err)
{
    return ost_section_fail(segment, OST_SECTION_VALUES, at, what, err);
}

/* Where the parts of a column's data begin. */
static uint64_t numbers_at(const ost_column *c)
{
    return c->dense ? 0 : (uint64_t)c->count * 4;
}

static uint64_t strings_at(const ost_column *c)
{
    return numbers_at(c) + (uint64_t)c->count * c->width;
}

static bool width_fits(const ost_column *c)
{
    if (c->kind == OSTEON_STRING)
        return c->width == 4;
    return c->kind == OSTEON_REAL ? c->width == 8 : c->width <= 8;
}

/* Reads the entry at p of the directory; returns the byte after, or NULL. */
static const uint8_t *read_entry(const uint8_t *p, const uint8_t *end,
                                 ost_column *c)
{
    uint64_t len;

    p = ost_varint_get(p, end, &len);
    if (p == NULL || (uint64_t)(end - p) < OST_COLUMN_HEAD ||
        len > (uint64_t)(end - p) - OST_COLUMN_HEAD)
        return NULL;
    c->name = (const char *)p;
    c->name_len = (size_t)len;
    p += len;
    c->dense = p[OST_COLUMN_DENSE] == 1;
    c->width = p[OST_COLUMN_WIDTH];
    c->count = ost_get32(p + OST_COLUMN_COUNT);
    c->base = ost_get64(p + OST_COLUMN_BASE);
    c->size = ost_get64(p + OST_COLUMN_SIZE);
    if (p[OST_COLUMN_KIND] < OSTEON_STRING ||
        p[OST_COLUMN_KIND] > OSTEON_REAL || p[OST_COLUMN_DENSE] > 1)
        return NULL;
    c->kind = (osteon_value_kind)p[OST_COLUMN_KIND];
    if (!width_fits(c) || c->size < strings_at(c) ||
        (c->kind != OSTEON_STRING && c->size != strings_at(c)))
        return NULL;
    return p + OST_COLUMN_HEAD;
}

/* Finds the directory, and where data begin. */
static osteon_status begin_columns(ost_segment *segment, ost_column *c,
                                   osteon_error *err)
{
    const uint8_t *head =
        ost_section_get(segment, OST_SECTION_VALUES, 0, 4, err);
    uint32_t size;

    if (head == NULL)
        return OSTEON_CORRUPT;
    size = ost_get32(head);
    c->entry = ost_section_get(segment, OST_SECTION_VALUES, 4, size, err);
    if (c->entry == NULL)
        return OSTEON_CORRUPT;
    c->end = c->entry + size;
    c->at = 4 + (uint64_t)size;
    return OSTEON_OK;
}

osteon_status ost_column_next(ost_segment *segment, ost_column *c,
                              osteon_error *err)
{
    const uint64_t size = ost_section_size(segment, OST_SECTION_VALUES);

    if (size == 0)
        return OSTEON_NOT_FOUND;
    c->at += c->size;
    if (c->entry == NULL && begin_columns(segment, c, err) != OSTEON_OK)
        return OSTEON_CORRUPT;
    if (c->entry == c->end)
        return OSTEON_NOT_FOUND;
    c->entry = read_entry(c->entry, c->end, c);
    if (c->entry == NULL || c->size > size - c->at)
        return bad_values(segment, 4, "directory of columns", err);
    if (c->dense && c->count != ost_segment_documents(segment))
        return bad_values(segment, c->at, "column of wrong size", err);
    return OSTEON_OK;
}

osteon_status ost_column_doc(ost_segment *segment, const ost_column *c,
                             uint32_t i, uint32_t *doc, osteon_error *err)
{
    const uint8_t *p;

    *doc = i;
    if (c->dense)
        return OSTEON_OK;
    p = ost_section_get(segment, OST_SECTION_VALUES,
                        c->at + (uint64_t)i * 4, 4, err);
    if (p == NULL)
        return OSTEON_CORRUPT;
    *doc = ost_get32(p);
    return *doc < ost_segment_documents(segment)
               ? OSTEON_OK
               : bad_values(segment, c->at, "value of no document", err);
}

/* Finds the first value of `doc`, or where it would be: *first <= count. */
static osteon_status find_value(ost_segment *segment, const ost_column *c,
                                uint32_t doc, uint32_t *first,
                                osteon_error *err)
{
    uint32_t low = 0, high = c->count;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        uint32_t found;
        osteon_status s = ost_column_doc(segment, c, middle, &found, err);
        if (s != OSTEON_OK)
            return s;
        if (found < doc)
            low = middle + 1;
        else
            high = middle;
    }
    *first = low;
    return OSTEON_OK;
}

static osteon_status get_string(ost_segment *segment, const ost_column *c,
                                uint32_t i, osteon_field *out,
                                osteon_error *err)
{
    const uint64_t at = c->at + numbers_at(c) + (uint64_t)i * 4;
    const uint8_t *ends =
        ost_section_get(segment, OST_SECTION_VALUES, i > 0 ? at - 4 : at,
                        i > 0 ? 8 : 4, err);
    uint32_t from, to;

    if (ends == NULL)
        return OSTEON_CORRUPT;
    from = i > 0 ? ost_get32(ends) : 0;
    to = ost_get32(ends + (i > 0 ? 4 : 0));
    if (to < from || to > c->size - strings_at(c))
        return bad_values(segment, at, "string outside its column", err);
    out->text_len = to - from;
    out->text = "";
    if (to == from)
        return OSTEON_OK;
    out->text = (const char *)ost_section_get(segment, OST_SECTION_VALUES,
                                              c->at + strings_at(c) + from,
                                              to - from, err);
    return out->text != NULL ? OSTEON_OK : OSTEON_CORRUPT;
}

osteon_status ost_column_value(ost_segment *segment, const ost_column *c,
                               uint32_t i, osteon_field *out,
                               osteon_error *err)
{
    uint64_t bits = 0;

    memset(out, 0, sizeof *out);
    out->name = c->name;
    out->name_len = c->name_len;
    out->kind = c->kind;
    if (c->kind == OSTEON_STRING)
        return get_string(segment, c, i, out, err);
    if (c->width > 0) {
        const uint8_t *p = ost_section_get(
            segment, OST_SECTION_VALUES,
            c->at + numbers_at(c) + (uint64_t)i * c->width, c->width, err);
        if (p == NULL)
            return OSTEON_CORRUPT;
        for (unsigned k = 0; k < c->width; k++)
            bits |= (uint64_t)p[k] << 8 * k;
    }
    if (c->kind == OSTEON_REAL)
        memcpy(&out->real, &bits, sizeof bits);
    else
        out->integer = (int64_t)(bits + c->base);
    return OSTEON_OK;
}

static osteon_status add_value(ost_segment *segment, const ost_column *c,
                               uint32_t i, field_list *list, osteon_error *err)
{
    if (!OST_GROW(&list->fields, &list->room, list->n + 1))
        return ost_fail_memory(err);
    return ost_column_value(segment, c, i, &list->fields[list->n++], err);
}

/* Adds the values of `doc` in one column. */
static osteon_status add_values(ost_segment *segment, const ost_column *c,
                                uint32_t doc, field_list *list,
                                osteon_error *err)
{
    uint32_t i, found = doc;
    osteon_status s;

    if (c->dense)
        return add_value(segment, c, doc, list, err);
    s = find_value(segment, c, doc, &i, err);
    for (; s == OSTEON_OK && i < c->count; i++) {
        s = ost_column_doc(segment, c, i, &found, err);
        if (found != doc)
            break;
        if (s == OSTEON_OK)
            s = add_value(segment, c, i, list, err);
    }
    return s;
}

osteon_status ost_segment_values(ost_segment *segment, uint32_t doc,
                                 osteon_field **fields, size_t *n,
                                 osteon_error *err)
{
    field_list list = {0};
    ost_column c = {0};
    osteon_status s;

    *fields = NULL;
    *n = 0;
    if (doc >= ost_segment_documents(segment))
        return ost_fail(err, OSTEON_INVALID, "no document %lu in the segment",
                        (unsigned long)doc);
    while ((s = ost_column_next(segment, &c, err)) == OSTEON_OK) {
        s = add_values(segment, &c, doc, &list, err);
        if (s != OSTEON_OK)
            break;
    }
    if (s != OSTEON_NOT_FOUND) {
        ost_free(list.fields);
        return s;
    }
    *fields = list.fields;
    *n = list.n;
    return OSTEON_OK;
}
