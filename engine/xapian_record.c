/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Records of a batch to Xapian documents: terms, values and data. The bytes of
 * a batch are our own, written a moment ago in this process, and trusted.
 */
#include "xapian_writer.h"

#include <stdio.h>
#include <xapian-c/xapian_c_unicode.h>

void ost_xw_batch_free(ost_xw_batch *batch)
{
    while (batch != NULL) {
        ost_xw_batch *next = batch->next;
        ost_buffer_free(&batch->bytes);
        ost_buffer_free(&batch->synonyms);
        ost_free(batch->names);
        ost_free(batch);
        batch = next;
    }
}

void ost_record_start(ost_record_reader *r, const ost_xw_batch *batch)
{
    r->batch = batch;
    r->at = batch->bytes.data;
}

void ost_record_reader_free(ost_record_reader *r)
{
    ost_buffer_free(&r->data);
    ost_buffer_free(&r->path);
    ost_free(r->postings);
    ost_free(r->positions);
}

static const uint8_t *get(const uint8_t *p, uint64_t *value)
{
    return ost_varint_get(p, p + 10, value);
}

/* ---- Data ---- */

static void add_line(ost_buffer *data, const char *name, const char *text,
                     size_t len)
{
    ost_buffer_add_text(data, name);
    ost_xapian_escape(data, text, len);
    ost_buffer_add_byte(data, '\n');
}

static int64_t seconds_of(int64_t ns)
{
    return ns / 1000000000 - (ns % 1000000000 < 0);
}

/* `source` NULL: the document has none. `p` is at its title. */
static void make_data(ost_record_reader *r, const osteon_source *source,
                      const char *p)
{
    const ost_xw_record *h = &r->head;
    ost_buffer *data = &r->data;

    data->len = 0;
    if (source == NULL || source->path_len != h->id_len ||
        memcmp(source->path, r->id, h->id_len) != 0)
        add_line(data, "id=", r->id, h->id_len);
    if (source != NULL)
        add_line(data, "url=", source->path, source->path_len);
    if (h->title_len > 0)
        add_line(data, "caption=", p, h->title_len);
    p += h->title_len;
    if (h->source != 0)
        ost_buffer_printf(data, "source=%lu\n", (unsigned long)h->source);
    if (h->line != 0)
        ost_buffer_printf(data, "line=%lu\n", (unsigned long)h->line);
    ost_buffer_printf(data, "tokens=%lu\n", (unsigned long)h->tokens);
    if (source != NULL) {
        ost_buffer_printf(data, "size=%llu\n",
                          (unsigned long long)source->size);
        if (source->mtime_ns != INT64_MIN)
            ost_buffer_printf(data, "modtime=%lld\nmtime_ns=%lld\n",
                              (long long)seconds_of(source->mtime_ns),
                              (long long)source->mtime_ns);
    }
    ost_buffer_add(data, p, h->lines_len + h->stored_len);
}

static xapian_c_status set_data(const ost_record_reader *r,
                                xapian_c_document *doc, xapian_c_error *e)
{
    size_t len = r->data.len;

    if (len > 0 && r->data.data[len - 1] == '\n')
        len--; /* lines have their end between them */
    return xapian_c_document_set_data(doc, (const char *)r->data.data, len,
                                      e);
}

/* ---- Values ---- */

static xapian_c_status add_order(const ost_record_reader *r,
                                 xapian_c_document *doc, xapian_c_error *e)
{
    const uint64_t order = r->batch->first_order + r->head.index;
    char bytes[8];

    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (char)(order >> (56 - 8 * i));
    return xapian_c_document_add_value(doc, OST_SLOT_ORDER, bytes, 8, e);
}

static xapian_c_status add_source_values(const osteon_source *source,
                                         xapian_c_document *doc,
                                         xapian_c_error *e)
{
    char bytes[XAPIAN_C_SORTABLE_MAX];
    xapian_c_status s = XAPIAN_C_OK;

    if (source->mtime_ns != INT64_MIN) {
        int64_t t = seconds_of(source->mtime_ns);
        t = t < 0 ? 0 : t > UINT32_MAX ? UINT32_MAX : t;
        for (unsigned i = 0; i < 4; i++)
            bytes[i] = (char)(t >> (24 - 8 * i));
        s = xapian_c_document_add_value(doc, OST_SLOT_MODIFIED, bytes, 4, e);
    }
    if (s != XAPIAN_C_OK)
        return s;
    return xapian_c_document_add_value(
        doc, OST_SLOT_SIZE, bytes,
        xapian_c_sortable_serialise((double)source->size, bytes), e);
}

/* The first value of each name, where its kind sorts with that of the slot. */
static xapian_c_status add_values(const ost_record_reader *r, const uint8_t **p,
                                  xapian_c_document *doc, xapian_c_error *e)
{
    uint64_t done[(OST_BATCH_NAMES + 63) / 64] = {0};
    xapian_c_status s = XAPIAN_C_OK;

    for (uint32_t i = 0; i < r->head.n_values && s == XAPIAN_C_OK; i++) {
        const uint32_t name = ost_get32(*p), len = ost_get32(*p + 5);
        const bool string = (*p)[4] == OSTEON_STRING;
        const ost_slot *slot = &r->batch->names[name];
        const uint64_t bit = (uint64_t)1 << (name & 63);
        if (slot->slot != 0 && !(done[name >> 6] & bit) &&
            string == (slot->kind == OSTEON_STRING))
            s = xapian_c_document_add_value(
                doc, slot->slot, (const char *)*p + 9, len, e);
        done[name >> 6] |= bit;
        *p += 9 + len;
    }
    return s;
}

/* ---- Terms ---- */

/* Reads the postings; positions are pointed at once all of them are there. */
static bool read_postings(ost_record_reader *r, const uint8_t *p)
{
    size_t n_positions = 0;

    if (!OST_GROW(&r->postings, &r->postings_room, r->head.n_terms))
        return false;
    for (uint32_t i = 0; i < r->head.n_terms; i++) {
        xapian_c_posting *posting = &r->postings[i];
        uint64_t len, wdf, n, gap, at = 0;
        p = get(p, &len);
        posting->term = (const char *)p;
        posting->len = (size_t)len;
        p = get(p + len, &wdf);
        posting->wdf_inc = (unsigned)wdf;
        p = get(p, &n);
        posting->n_positions = (size_t)n;
        if (!OST_GROW(&r->positions, &r->positions_room,
                      n_positions + (size_t)n))
            return false;
        for (uint64_t k = 0; k < n; k++) {
            p = get(p, &gap);
            at += gap;
            r->positions[n_positions++] = (unsigned)at;
        }
    }
    n_positions = 0;
    for (uint32_t i = 0; i < r->head.n_terms; i++) {
        r->postings[i].positions = r->positions + n_positions;
        n_positions += r->postings[i].n_positions;
    }
    return true;
}

/* ---- The whole ---- */

static osteon_status make(ost_record_reader *r, const osteon_source *source,
                          const uint8_t *p, xapian_c_document **out,
                          const char *path, osteon_error *err)
{
    const ost_xw_record *h = &r->head;
    xapian_c_document *doc;
    xapian_c_error e;
    xapian_c_status s = xapian_c_document_new(&doc, &e);

    if (s == XAPIAN_C_OK)
        s = set_data(r, doc, &e);
    if (s == XAPIAN_C_OK)
        s = add_order(r, doc, &e);
    if (s == XAPIAN_C_OK && source != NULL)
        s = add_source_values(source, doc, &e);
    if (s == XAPIAN_C_OK)
        s = add_values(r, &p, doc, &e);
    if (s == XAPIAN_C_OK && !read_postings(r, p)) {
        xapian_c_document_free(doc);
        return ost_fail_memory(err);
    }
    if (s == XAPIAN_C_OK)
        s = xapian_c_document_add_postings(doc, r->postings, h->n_terms, &e);
    if (s == XAPIAN_C_OK) {
        *out = doc;
        return OSTEON_OK;
    }
    xapian_c_document_free(doc);
    return ost_xw_fail(err, path, s, &e);
}

osteon_status ost_record_next(ost_record_reader *r, ost_xw_writer *w,
                              xapian_c_document **out, osteon_error *err)
{
    const ost_xw_record *h = &r->head;
    const uint8_t *p = r->at;
    osteon_source source;
    bool has_source = false;
    osteon_status s = OSTEON_OK;

    *out = NULL;
    if (p == NULL || p == r->batch->bytes.data + r->batch->bytes.len)
        return OSTEON_OK;
    memcpy(&r->head, p, sizeof r->head);
    p += sizeof r->head;
    r->id = (const char *)p;
    r->at = p + h->size;
    if (h->source != 0)
        s = ost_source_keeper_get(&w->sources, h->source, &source, &r->path,
                                  &has_source, err);
    if (s != OSTEON_OK)
        return s;
    p += h->id_len;
    make_data(r, has_source ? &source : NULL, (const char *)p);
    if (r->data.failed)
        return ost_fail_memory(err);
    p += h->title_len + h->lines_len + h->stored_len;
    return make(r, has_source ? &source : NULL, p, out, w->folder, err);
}
