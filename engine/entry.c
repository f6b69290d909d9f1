/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A found document, whatever engine it comes from: opening it, its source
 * file, its text. Everything an entry hands out lives as long as the entry.
 */
#include "engine.h"

#include <sys/stat.h>

/* A document whose id is that of its source, the mark and more. */
static void find_member(osteon_entry_info *info)
{
    const size_t mark_len = sizeof OSTEON_MEMBER_MARK - 1;
    const size_t at = info->path_len + mark_len;

    if (info->path == NULL || info->line != 0 || info->id_len <= at ||
        memcmp(info->id, info->path, info->path_len) != 0 ||
        memcmp(info->id + info->path_len, OSTEON_MEMBER_MARK, mark_len) != 0)
        return;
    info->member = info->id + at;
    info->member_len = info->id_len - at;
}

osteon_status osteon_entry_open(const osteon_index *index, uint32_t document,
                                osteon_entry **out, osteon_error *err)
{
    osteon_status s;

    *out = NULL;
    s = index->engine->entry_open(index, document, out, err);
    if (s == OSTEON_OK)
        find_member(&(*out)->info);
    return s;
}

osteon_status osteon_entry_open_id(const osteon_index *index, const char *id,
                                   size_t len, osteon_entry **out,
                                   osteon_error *err)
{
    osteon_status s;

    *out = NULL;
    s = index->engine->entry_open_id(index, id, len, out, err);
    if (s == OSTEON_OK)
        find_member(&(*out)->info);
    return s;
}

void osteon_entry_close(osteon_entry *e)
{
    if (e == NULL)
        return;
    ost_free(e->file);
    ost_buffer_free(&e->text);
    e->close(e);
}

osteon_status ost_entry_resolve(osteon_entry *e, osteon_error *err)
{
    const char *path = e->info.path;

    if (path[0] != '/' && e->index->root == NULL)
        return OSTEON_OK;
    e->file = path[0] == '/' ? ost_path_join("", path)
                             : ost_path_join(e->index->root, path);
    return e->file ? OSTEON_OK : ost_fail_memory(err);
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
    if (e->info.has_stored)
        return e->stored(e, text, len, err);
    if (e->file == NULL || e->info.line != 0 || e->info.member != NULL)
        return ost_fail(err, OSTEON_NOT_FOUND, "%.*s: its text is not kept",
                        (int)(e->info.id_len < 4096 ? e->info.id_len : 4096),
                        e->info.id);
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
