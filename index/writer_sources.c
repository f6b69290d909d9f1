/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The sources of a writer, and the documents that go with them. The table is
 * read when first asked for, so that adding records by id costs nothing for
 * it. All functions here may be called from any thread.
 */
#include "writer.h"

/* Reads the table; the mutex is held. */
static osteon_status load(ost_writer *w, osteon_error *err)
{
    const ost_file_ref *ref = &w->next->sources;
    char *path;
    osteon_status s;

    if (w->sources != NULL)
        return OSTEON_OK;
    if (ref->name == NULL)
        return ost_sources_new(&w->sources, err);
    s = ost_writer_path(w, ref->name, &path, err);
    if (s != OSTEON_OK)
        return s;
    s = ost_sources_read(path, ref->size, ref->checksum, &w->sources, err);
    ost_free(path);
    return s;
}

/* A table that cannot be read must not look empty: the failure is kept, and
 * no commit will pass. */
static bool load_or_keep(ost_writer *w)
{
    osteon_error error;
    const osteon_status s = load(w, &error);

    if (s != OSTEON_OK && w->status == OSTEON_OK) {
        w->status = s;
        w->error = error;
    }
    return s == OSTEON_OK;
}

bool ost_writer_source_find(ost_writer *w, const char *path, size_t len,
                            osteon_source *out)
{
    bool found;

    pthread_mutex_lock(&w->mutex);
    found = load_or_keep(w) && ost_sources_find(w->sources, path, len, out);
    pthread_mutex_unlock(&w->mutex);
    return found;
}

bool ost_writer_source_next(ost_writer *w, uint32_t *cursor,
                            osteon_source *out)
{
    bool found;

    pthread_mutex_lock(&w->mutex);
    found = load_or_keep(w) && ost_sources_next(w->sources, cursor, out);
    pthread_mutex_unlock(&w->mutex);
    return found;
}

osteon_status ost_writer_source_put(ost_writer *w, const osteon_source *source,
                                    uint32_t *id, osteon_error *err)
{
    osteon_status s;

    *id = 0;
    pthread_mutex_lock(&w->mutex);
    s = load(w, err);
    if (s == OSTEON_OK)
        s = ost_sources_put(w->sources, source, id, err);
    if (s == OSTEON_OK)
        w->sources_changed = true;
    pthread_mutex_unlock(&w->mutex);
    return s;
}

/* Notes a source for clearing; the mutex is held. */
static osteon_status note(ost_writer *w, uint32_t id, osteon_error *err)
{
    if (!OST_GROW(&w->cleared, &w->cleared_room, w->n_cleared + 1))
        return ost_fail_memory(err);
    w->cleared[w->n_cleared++] = id;
    return OSTEON_OK;
}

osteon_status ost_writer_source_clear(ost_writer *w, uint32_t id,
                                      osteon_error *err)
{
    osteon_status s;

    pthread_mutex_lock(&w->mutex);
    s = note(w, id, err);
    pthread_mutex_unlock(&w->mutex);
    return s;
}

osteon_status ost_writer_source_remove(ost_writer *w, uint32_t id,
                                       osteon_error *err)
{
    osteon_status s;

    pthread_mutex_lock(&w->mutex);
    s = load(w, err);
    if (s == OSTEON_OK)
        s = note(w, id, err);
    if (s == OSTEON_OK && ost_sources_remove(w->sources, id))
        w->sources_changed = true;
    pthread_mutex_unlock(&w->mutex);
    return s;
}

/* ---- At a commit ---- */

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Deletes the documents of one segment whose source is cleared. */
static osteon_status clear_segment(ost_writer *w, size_t i, osteon_error *err)
{
    const uint8_t *sources;
    uint32_t before = 0, n_documents;
    bool hit = false;
    osteon_status s = ost_writer_segment_open(w, i, err);

    if (s == OSTEON_OK)
        s = ost_segment_sources(w->segments[i].reader, &sources, err);
    if (s != OSTEON_OK)
        return s;
    n_documents = w->segments[i].reader->n_documents;
    for (uint32_t d = 0; d < n_documents && s == OSTEON_OK; d++) {
        const uint32_t source = ost_get32(sources + (size_t)d * 4);
        bool was_live;
        if (source == 0)
            continue;
        if (source != before) { /* records of one source are neighbours */
            hit = bsearch(&source, w->cleared, w->n_cleared,
                          sizeof *w->cleared, by_number) != NULL;
            before = source;
        }
        if (!hit)
            continue;
        s = ost_writer_mark(w, i, d, &was_live, err);
        w->deleted += was_live;
    }
    return s;
}

static osteon_status write_table(ost_writer *w, osteon_error *err)
{
    char name[OST_FILE_NAME], *path;
    uint64_t size, checksum;
    osteon_status s;

    ost_manifest_next_name(w->next, "src", name);
    s = ost_writer_path(w, name, &path, err);
    if (s != OSTEON_OK)
        return s;
    s = ost_sources_write(w->sources, path, &size, &checksum, err);
    ost_free(path);
    if (s == OSTEON_OK)
        s = ost_file_ref_set(&w->next->sources, name, size, checksum, err);
    if (s == OSTEON_OK)
        w->sources_changed = false;
    w->changed = w->changed || s == OSTEON_OK;
    return s;
}

osteon_status ost_writer_sources(ost_writer *w, osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    if (w->n_cleared > 0) {
        qsort(w->cleared, w->n_cleared, sizeof *w->cleared, by_number);
        for (size_t i = 0; i < w->next->n_segments && s == OSTEON_OK; i++)
            if (!w->segments[i].fresh)
                s = clear_segment(w, i, err);
        if (s == OSTEON_OK)
            w->n_cleared = 0;
    }
    if (s == OSTEON_OK && w->sources_changed)
        s = write_table(w, err);
    return s;
}
