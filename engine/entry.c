/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A found document: its record, values, source, and text. Everything an entry
 * hands out lives as long as the entry.
 */
#include "engine.h"

#include <fcntl.h>
#include <sys/stat.h>

struct osteon_entry {
    const osteon_index *index;
    ost_segment *segment;
    ost_record record;
    osteon_entry_info info;
    osteon_field *values;
    char *texts; /* id and title, each with a NUL behind it */
    void *source_memory;
    char *file; /* absolute path of the source, NULL: none */
    char *stored;
    size_t stored_len;
    ost_buffer text;
};

/* The path of the source as a file can be opened by. */
static osteon_status resolve(osteon_entry *e, osteon_error *err)
{
    const char *path = e->info.path;

    e->file = path[0] == '/' ? ost_path_join("", path)
                             : ost_path_join(e->index->snapshot->root, path);
    return e->file ? OSTEON_OK : ost_fail_memory(err);
}

static osteon_status load_source(osteon_entry *e, osteon_error *err)
{
    const ost_snapshot *snap = e->index->snapshot;
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
    e->info.path = source.path;
    e->info.path_len = source.path_len;
    e->info.source_size = source.size;
    e->info.source_mtime_ns = source.mtime_ns;
    return resolve(e, err);
}

static osteon_status copy_texts(osteon_entry *e, osteon_error *err)
{
    const ost_record *r = &e->record;

    e->texts = ost_calloc(1, (size_t)r->id_len + r->title_len + 2);
    if (e->texts == NULL)
        return ost_fail_memory(err);
    memcpy(e->texts, r->id, r->id_len);
    memcpy(e->texts + r->id_len + 1, r->title, r->title_len);
    e->info.id = e->texts;
    e->info.id_len = r->id_len;
    e->info.title = e->texts + r->id_len + 1;
    e->info.title_len = r->title_len;
    return OSTEON_OK;
}

static osteon_status load(osteon_entry *e, uint32_t local, osteon_error *err)
{
    osteon_status s = ost_record_get(e->segment, local, &e->record, err);

    if (s != OSTEON_OK)
        return s;
    s = copy_texts(e, err);
    if (s != OSTEON_OK)
        return s;
    e->info.line = e->record.line;
    e->info.tokens = e->record.length;
    e->info.has_stored = e->record.has_stored;
    e->info.source_mtime_ns = INT64_MIN;
    s = ost_segment_values(e->segment, local, &e->values, &e->info.n_fields,
                           err);
    e->info.fields = e->values;
    return s == OSTEON_OK ? load_source(e, err) : s;
}

osteon_status osteon_entry_open(const osteon_index *index, uint32_t document,
                                osteon_entry **out, osteon_error *err)
{
    osteon_entry *e;
    ost_segment *segment;
    uint32_t local;
    osteon_status s =
        ost_index_locate(index, document, &segment, &local, err);

    *out = NULL;
    if (s != OSTEON_OK)
        return s;
    if (ost_bit(segment->deleted, local))
        return ost_fail(err, OSTEON_NOT_FOUND, "%lu: deleted document",
                        (unsigned long)document);
    e = ost_calloc(1, sizeof *e);
    if (e == NULL)
        return ost_fail_memory(err);
    e->index = index;
    e->segment = segment;
    s = load(e, local, err);
    if (s != OSTEON_OK) {
        osteon_entry_close(e);
        return s;
    }
    *out = e;
    return OSTEON_OK;
}

osteon_status osteon_entry_open_id(const osteon_index *index, const char *id,
                                   size_t len, osteon_entry **out,
                                   osteon_error *err)
{
    const ost_snapshot *snap = index->snapshot;

    *out = NULL;
    for (uint32_t i = 0; i < snap->n_segments; i++) {
        uint32_t doc;
        osteon_status s =
            ost_record_find(snap->segments[i], id, len, &doc, err);
        if (s == OSTEON_OK)
            return osteon_entry_open(index, snap->bases[i] + doc, out, err);
        if (s != OSTEON_NOT_FOUND)
            return s;
    }
    return ost_fail(err, OSTEON_NOT_FOUND, "%.*s: no such document",
                    (int)(len < 4096 ? len : 4096), id);
}

void osteon_entry_close(osteon_entry *e)
{
    if (e == NULL)
        return;
    ost_record_free(&e->record);
    ost_free(e->values);
    ost_free(e->texts);
    ost_free(e->source_memory);
    ost_free(e->file);
    ost_free(e->stored);
    ost_buffer_free(&e->text);
    ost_free(e);
}

const osteon_entry_info *osteon_entry_info_get(const osteon_entry *e)
{
    return &e->info;
}

/* Times past the year 2262 are all the last one that 64 bits hold. */
static int64_t nanoseconds(struct timespec t)
{
    const int64_t most = INT64_MAX / 1000000000 - 1;

    if (t.tv_sec > most)
        return INT64_MAX;
    if (t.tv_sec < -most)
        return INT64_MIN + 1;
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

osteon_freshness osteon_entry_freshness(const osteon_entry *e)
{
    struct stat st;

    if (e->file == NULL || e->info.source_mtime_ns == INT64_MIN)
        return OSTEON_FRESH;
    if (stat(e->file, &st) != 0)
        return OSTEON_GONE;
    if ((uint64_t)st.st_size != e->info.source_size ||
        nanoseconds(st.st_mtim) != e->info.source_mtime_ns)
        return OSTEON_STALE;
    return OSTEON_FRESH;
}

osteon_status osteon_entry_text(osteon_entry *e, size_t most,
                                const char **text, size_t *len,
                                osteon_error *err)
{
    osteon_status s;

    *text = NULL;
    *len = 0;
    if (e->record.has_stored) {
        s = e->stored ? OSTEON_OK
                      : ost_record_stored(e->segment, &e->record, &e->stored,
                                          &e->stored_len, err);
        if (s != OSTEON_OK)
            return s;
        *text = e->stored;
        *len = e->stored_len;
        return OSTEON_OK;
    }
    if (e->file == NULL || e->record.line != 0)
        return ost_fail(err, OSTEON_NOT_FOUND, "%.*s: its text is not kept",
                        (int)e->record.id_len, e->record.id);
    e->text.len = 0;
    s = ost_file_read(e->file, most ? most : SIZE_MAX, &e->text, err);
    if (s == OSTEON_IO) { /* it is there, but cannot be read */
        if (err != NULL)
            err->status = OSTEON_NOT_FOUND;
        s = OSTEON_NOT_FOUND;
    }
    if (s != OSTEON_OK)
        return s;
    *text = e->text.data ? (const char *)e->text.data : "";
    *len = e->text.len;
    return OSTEON_OK;
}
