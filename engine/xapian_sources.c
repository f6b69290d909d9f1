/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The sources of a writer. The table is read when first asked for. All
 * functions but the last may be called from any thread.
 */
#include "xapian_writer.h"

/* Reads the table; the mutex is held. */
static osteon_status load(ost_xw_writer *w, osteon_error *err)
{
    const ost_file_ref *ref = &w->source_file;
    char *path;
    osteon_status s;

    if (w->sources != NULL)
        return OSTEON_OK;
    if (ref->name == NULL)
        return ost_sources_new(&w->sources, err);
    s = ost_xw_path(w, ref->name, &path, err);
    if (s != OSTEON_OK)
        return s;
    s = ost_sources_read(path, ref->size, ref->checksum, &w->sources, err);
    ost_free(path);
    return s;
}

/* A table that cannot be read must not look empty: the failure is kept, and
 * no commit will pass. */
static bool load_or_keep(ost_xw_writer *w)
{
    osteon_error error;

    return ost_xw_keep(w, load(w, &error), &error) == OSTEON_OK;
}

bool ost_xw_source_find(void *self, const char *path, size_t len,
                            osteon_source *out)
{
    ost_xw_writer *w = self;
    bool found;

    pthread_mutex_lock(&w->mutex);
    found = load_or_keep(w) && ost_sources_find(w->sources, path, len, out);
    pthread_mutex_unlock(&w->mutex);
    return found;
}

bool ost_xw_source_next(void *self, uint32_t *cursor, osteon_source *out)
{
    ost_xw_writer *w = self;
    bool found;

    pthread_mutex_lock(&w->mutex);
    found = load_or_keep(w) && ost_sources_next(w->sources, cursor, out);
    pthread_mutex_unlock(&w->mutex);
    return found;
}

osteon_status ost_xw_source_put(void *self, const osteon_source *source,
                                    uint32_t *id, osteon_error *err)
{
    ost_xw_writer *w = self;
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
static osteon_status note(ost_xw_writer *w, uint32_t id,
                          osteon_error *err)
{
    if (!OST_GROW(&w->cleared, &w->cleared_room, w->n_cleared + 1))
        return ost_fail_memory(err);
    w->cleared[w->n_cleared++] = id;
    return OSTEON_OK;
}

osteon_status ost_xw_source_clear(void *self, uint32_t id,
                                      osteon_error *err)
{
    ost_xw_writer *w = self;
    osteon_status s;

    pthread_mutex_lock(&w->mutex);
    s = note(w, id, err);
    pthread_mutex_unlock(&w->mutex);
    return s;
}

osteon_status ost_xw_source_remove(void *self, uint32_t id,
                                       osteon_error *err)
{
    ost_xw_writer *w = self;
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

osteon_status ost_xw_source_get(ost_xw_writer *w, uint32_t id,
                                    osteon_source *out, ost_buffer *path,
                                    bool *found, osteon_error *err)
{
    osteon_status s;

    path->len = 0;
    pthread_mutex_lock(&w->mutex);
    s = load(w, err);
    *found = s == OSTEON_OK && ost_sources_get(w->sources, id, out);
    if (*found)
        ost_buffer_add(path, out->path, out->path_len);
    pthread_mutex_unlock(&w->mutex);
    if (!*found)
        return s;
    if (path->failed)
        return ost_fail_memory(err);
    out->path = (const char *)path->data;
    out->reason = "";
    out->reason_len = 0;
    return OSTEON_OK;
}

osteon_status ost_xw_sources(ost_xw_writer *w, osteon_error *err)
{
    char name[OST_FILE_NAME], *path;
    uint64_t size, checksum;
    osteon_status s;

    if (!w->sources_changed)
        return OSTEON_OK;
    ost_xw_next_name(w, "src", ".ost", name);
    s = ost_xw_path(w, name, &path, err);
    if (s != OSTEON_OK)
        return s;
    s = ost_sources_write(w->sources, path, &size, &checksum, err);
    ost_free(path);
    if (s == OSTEON_OK)
        s = ost_folder_sync(w->folder, err);
    if (s == OSTEON_OK)
        s = ost_file_ref_set(&w->source_file, name, size, checksum, err);
    if (s == OSTEON_OK)
        w->sources_changed = false;
    w->changed = w->changed || s == OSTEON_OK;
    return s;
}
