/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table of sources of a writer. See source_keeper.h.
 */
#include "source_keeper.h"

void ost_source_keeper_close(ost_source_keeper *k)
{
    ost_sources_free(k->table);
    ost_free(k->cleared);
}

/* Reads the table; the mutex is held. */
static osteon_status load(ost_source_keeper *k, osteon_error *err)
{
    if (k->table != NULL)
        return OSTEON_OK;
    return ost_sources_load(k->folder, k->file, &k->table, err);
}

static bool load_or_keep(ost_source_keeper *k)
{
    osteon_error error;
    const osteon_status s = load(k, &error);

    if (s != OSTEON_OK && k->status == OSTEON_OK) {
        k->status = s;
        k->error = error;
    }
    return s == OSTEON_OK;
}

bool ost_source_keeper_find(ost_source_keeper *k, const char *path, size_t len,
                            osteon_source *out)
{
    bool found;

    pthread_mutex_lock(k->mutex);
    found = load_or_keep(k) && ost_sources_find(k->table, path, len, out);
    pthread_mutex_unlock(k->mutex);
    return found;
}

bool ost_source_keeper_next(ost_source_keeper *k, uint32_t *cursor,
                            osteon_source *out)
{
    bool found;

    pthread_mutex_lock(k->mutex);
    found = load_or_keep(k) && ost_sources_next(k->table, cursor, out);
    pthread_mutex_unlock(k->mutex);
    return found;
}

osteon_status ost_source_keeper_put(ost_source_keeper *k,
                                    const osteon_source *source, uint32_t *id,
                                    osteon_error *err)
{
    osteon_status s;

    *id = 0;
    pthread_mutex_lock(k->mutex);
    s = load(k, err);
    if (s == OSTEON_OK)
        s = ost_sources_put(k->table, source, id, err);
    if (s == OSTEON_OK)
        k->changed = true;
    pthread_mutex_unlock(k->mutex);
    return s;
}

/* Notes a source for clearing; the mutex is held. */
static osteon_status note(ost_source_keeper *k, uint32_t id, osteon_error *err)
{
    if (!OST_GROW(&k->cleared, &k->cleared_room, k->n_cleared + 1))
        return ost_fail_memory(err);
    k->cleared[k->n_cleared++] = id;
    return OSTEON_OK;
}

osteon_status ost_source_keeper_clear(ost_source_keeper *k, uint32_t id,
                                      osteon_error *err)
{
    osteon_status s;

    pthread_mutex_lock(k->mutex);
    s = note(k, id, err);
    pthread_mutex_unlock(k->mutex);
    return s;
}

osteon_status ost_source_keeper_remove(ost_source_keeper *k, uint32_t id,
                                       osteon_error *err)
{
    osteon_status s;

    pthread_mutex_lock(k->mutex);
    s = load(k, err);
    if (s == OSTEON_OK)
        s = note(k, id, err);
    if (s == OSTEON_OK && ost_sources_remove(k->table, id))
        k->changed = true;
    pthread_mutex_unlock(k->mutex);
    return s;
}

osteon_status ost_source_keeper_get(ost_source_keeper *k, uint32_t id,
                                    osteon_source *out, ost_buffer *path,
                                    bool *found, osteon_error *err)
{
    osteon_status s;

    path->len = 0;
    pthread_mutex_lock(k->mutex);
    s = load(k, err);
    *found = s == OSTEON_OK && ost_sources_get(k->table, id, out);
    if (*found)
        ost_buffer_add(path, out->path, out->path_len);
    pthread_mutex_unlock(k->mutex);
    if (!*found)
        return s;
    if (path->failed)
        return ost_fail_memory(err);
    out->path = (const char *)path->data;
    out->reason = "";
    out->reason_len = 0;
    return OSTEON_OK;
}

size_t ost_source_keeper_memory(const ost_source_keeper *k)
{
    return k->table != NULL ? ost_sources_memory(k->table) : 0;
}

osteon_status ost_source_keeper_check(const ost_source_keeper *k,
                                      osteon_error *err)
{
    if (k->status != OSTEON_OK && err != NULL)
        *err = k->error;
    return k->status;
}

osteon_status ost_source_keeper_write(ost_source_keeper *k, const char *name,
                                      osteon_error *err)
{
    uint64_t size, checksum;
    char *path = ost_path_join(k->folder, name);
    osteon_status s;

    if (path == NULL)
        return ost_fail_memory(err);
    s = ost_sources_write(k->table, path, &size, &checksum, err);
    ost_free(path);
    if (s == OSTEON_OK)
        s = ost_file_ref_set(k->file, name, size, checksum, err);
    if (s == OSTEON_OK)
        k->changed = false;
    return s;
}
