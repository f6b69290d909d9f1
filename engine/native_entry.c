/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A document of a native index: its record, values and source.
 */
#include "engine.h"

typedef struct ost_native_entry {
    osteon_entry base;
    ost_segment *segment;
    ost_record record;
    osteon_field *values;
    char *texts; /* id and title, each with a NUL behind it */
    void *source_memory;
    char *stored;
    size_t stored_len;
} ost_native_entry;

static void close_entry(osteon_entry *base)
{
    ost_native_entry *e = (ost_native_entry *)(void *)base;

    ost_record_free(&e->record);
    ost_free(e->values);
    ost_free(e->texts);
    ost_free(e->source_memory);
    ost_free(e->stored);
    ost_free(e);
}

static osteon_status stored(osteon_entry *base, const char **text, size_t *len,
                            osteon_error *err)
{
    ost_native_entry *e = (ost_native_entry *)(void *)base;
    osteon_status s = OSTEON_OK;

    if (e->stored == NULL)
        s = ost_record_stored(e->segment, &e->record, &e->stored,
                              &e->stored_len, err);
    if (s == OSTEON_OK) {
        *text = e->stored;
        *len = e->stored_len;
    }
    return s;
}

static osteon_status load_source(ost_native_entry *e, osteon_error *err)
{
    const ost_snapshot *snap = ost_native_snapshot(e->base.index);
    osteon_source source;
    osteon_status s;

    if (e->record.source == 0 || snap->sources == NULL)
        return OSTEON_OK;
    s = ost_source_table_get(snap->sources, e->record.source, &source,
                             &e->source_memory, err);
    if (s == OSTEON_NOT_FOUND)
        return OSTEON_OK;
    if (s != OSTEON_OK)
        return s;
    e->base.info.path = source.path;
    e->base.info.path_len = source.path_len;
    e->base.info.source_size = source.size;
    e->base.info.source_mtime_ns = source.mtime_ns;
    return ost_entry_resolve(&e->base, err);
}

static osteon_status copy_texts(ost_native_entry *e, osteon_error *err)
{
    const ost_record *r = &e->record;

    e->texts = ost_calloc(1, (size_t)r->id_len + r->title_len + 2);
    if (e->texts == NULL)
        return ost_fail_memory(err);
    memcpy(e->texts, r->id, r->id_len);
    memcpy(e->texts + r->id_len + 1, r->title, r->title_len);
    e->base.info.id = e->texts;
    e->base.info.id_len = r->id_len;
    e->base.info.title = e->texts + r->id_len + 1;
    e->base.info.title_len = r->title_len;
    return OSTEON_OK;
}

static osteon_status load(ost_native_entry *e, uint32_t local,
                          osteon_error *err)
{
    osteon_status s = ost_record_get(e->segment, local, &e->record, err);

    if (s != OSTEON_OK)
        return s;
    s = copy_texts(e, err);
    if (s != OSTEON_OK)
        return s;
    e->base.info.line = e->record.line;
    e->base.info.tokens = e->record.length;
    e->base.info.has_stored = e->record.has_stored;
    e->base.info.source_mtime_ns = INT64_MIN;
    s = ost_segment_values(e->segment, local, &e->values,
                           &e->base.info.n_fields, err);
    e->base.info.fields = e->values;
    return s == OSTEON_OK ? load_source(e, err) : s;
}

/* The segment that holds a document, and its number there. */
static osteon_status locate(const osteon_index *index, uint32_t document,
                            ost_segment **segment, uint32_t *local,
                            osteon_error *err)
{
    const ost_snapshot *snap = ost_native_snapshot(index);

    for (uint32_t i = 0; i < snap->n_segments; i++) {
        if (document >= snap->bases[i + 1])
            continue;
        *segment = snap->segments[i];
        *local = document - snap->bases[i];
        return OSTEON_OK;
    }
    return ost_fail(err, OSTEON_NOT_FOUND, "%lu: no such document",
                    (unsigned long)document);
}

osteon_status ost_native_entry_open(const osteon_index *index,
                                    uint32_t document, osteon_entry **out,
                                    osteon_error *err)
{
    ost_native_entry *e;
    ost_segment *segment = NULL;
    uint32_t local = 0;
    osteon_status s = locate(index, document, &segment, &local, err);

    if (s != OSTEON_OK)
        return s;
    if (ost_bit(segment->deleted, local))
        return ost_fail(err, OSTEON_NOT_FOUND, "%lu: deleted document",
                        (unsigned long)document);
    e = ost_calloc(1, sizeof *e);
    if (e == NULL)
        return ost_fail_memory(err);
    e->base.index = index;
    e->base.stored = stored;
    e->base.close = close_entry;
    e->segment = segment;
    s = load(e, local, err);
    if (s != OSTEON_OK) {
        osteon_entry_close(&e->base);
        return s;
    }
    *out = &e->base;
    return OSTEON_OK;
}

osteon_status ost_native_entry_open_id(const osteon_index *index,
                                       const char *id, size_t len,
                                       osteon_entry **out, osteon_error *err)
{
    const ost_snapshot *snap = ost_native_snapshot(index);

    for (uint32_t i = 0; i < snap->n_segments; i++) {
        uint32_t doc;
        osteon_status s =
            ost_record_find(snap->segments[i], id, len, &doc, err);
        if (s == OSTEON_OK)
            return ost_native_entry_open(index, snap->bases[i] + doc, out,
                                         err);
        if (s != OSTEON_NOT_FOUND)
            return s;
    }
    return ost_fail(err, OSTEON_NOT_FOUND, "%.*s: no such document",
                    (int)(len < 4096 ? len : 4096), id);
}
