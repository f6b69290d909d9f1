/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The segments of a writer and what is deleted from them. A bitmap that is
 * being changed is the writer's own copy; readers have theirs.
 */
#include "writer.h"

#include "documents.h"

osteon_status ost_writer_path(const ost_writer *w, const char *name,
                              char **out, osteon_error *err)
{
    *out = ost_path_join(w->folder, name);
    return *out ? OSTEON_OK : ost_fail_memory(err);
}

static osteon_status read_deletes(ost_writer *w, size_t i, ost_segment *reader,
                                  osteon_error *err)
{
    const ost_manifest_segment *m = &w->next->segments[i];
    uint64_t *bits;
    uint32_t count;
    char *path;
    osteon_status s;

    if (m->deletes.name == NULL)
        return OSTEON_OK;
    s = ost_writer_path(w, m->deletes.name, &path, err);
    if (s != OSTEON_OK)
        return s;
    s = ost_deletes_read(path, m->deletes.size, m->deletes.checksum,
                         m->documents, &bits, &count, err);
    if (s == OSTEON_OK)
        ost_segment_set_deleted(reader, bits, count);
    if (s == OSTEON_OK && count != m->deleted)
        s = ost_fail_corrupt(err, path, 0,
                             "number of deleted documents differs from the "
                             "manifest");
    ost_free(path);
    return s;
}

osteon_status ost_writer_segment_open(ost_writer *w, size_t i,
                                      osteon_error *err)
{
    const ost_manifest_segment *m = &w->next->segments[i];
    ost_segment *reader;
    char *path;
    osteon_status s;

    if (w->segments[i].reader != NULL)
        return OSTEON_OK;
    s = ost_writer_path(w, m->file.name, &path, err);
    if (s != OSTEON_OK)
        return s;
    s = ost_segment_open(path, m->file.size, m->file.checksum, &reader, err);
    ost_free(path);
    if (s != OSTEON_OK)
        return s;
    if (reader->n_documents != m->documents)
        s = ost_fail_corrupt(err, reader->path, 0,
                             "number of documents differs from the manifest");
    else
        s = ost_documents_check(reader, err);
    if (s == OSTEON_OK)
        s = read_deletes(w, i, reader, err);
    if (s != OSTEON_OK) {
        ost_segment_close(reader);
        return s;
    }
    w->segments[i].reader = reader;
    return OSTEON_OK;
}

osteon_status ost_writer_segment_add(ost_writer *w, const char *name,
                                     uint64_t size, uint64_t checksum,
                                     uint32_t documents, uint64_t *dead,
                                     uint32_t n_dead, osteon_error *err)
{
    const size_t i = w->next->n_segments;
    osteon_status s;

    if (!OST_GROW(&w->segments, &w->segments_room, i + 1)) {
        ost_free(dead);
        return ost_fail_memory(err);
    }
    memset(&w->segments[i], 0, sizeof w->segments[i]);
    w->segments[i].fresh = true;
    s = ost_manifest_add(w->next, name, size, checksum, documents, err);
    if (s == OSTEON_OK && dead != NULL) {
        s = ost_writer_segment_open(w, i, err);
        if (s == OSTEON_OK) {
            ost_segment_set_deleted(w->segments[i].reader, dead, n_dead);
            w->next->segments[i].deleted = n_dead;
            w->segments[i].changed = true;
            dead = NULL;
        }
    }
    ost_free(dead);
    return s;
}

osteon_status ost_writer_mark(ost_writer *w, size_t i, uint32_t doc,
                              bool *was_live, osteon_error *err)
{
    ost_segment *reader = w->segments[i].reader;
    uint64_t bit;

    *was_live = false;
    if (reader->deleted == NULL) {
        uint64_t *bits =
            ost_calloc(reader->n_documents / 64 + 1, sizeof *bits);
        if (bits == NULL)
            return ost_fail_memory(err);
        ost_segment_set_deleted(reader, bits, 0);
    }
    bit = (uint64_t)1 << (doc & 63);
    if (reader->deleted[doc >> 6] & bit)
        return OSTEON_OK;
    reader->deleted[doc >> 6] |= bit;
    reader->n_deleted++;
    w->next->segments[i].deleted = reader->n_deleted;
    w->segments[i].changed = true;
    w->changed = true;
    *was_live = true;
    return OSTEON_OK;
}

osteon_status ost_writer_delete_id(ost_writer *w, const char *id, size_t len,
                                   bool *found, osteon_error *err)
{
    *found = false;
    for (size_t i = 0; i < w->next->n_segments; i++) {
        uint32_t doc;
        osteon_status s = ost_writer_segment_open(w, i, err);
        if (s == OSTEON_OK)
            s = ost_record_find(w->segments[i].reader, id, len, &doc, err);
        if (s == OSTEON_NOT_FOUND)
            continue;
        if (s == OSTEON_OK)
            s = ost_writer_mark(w, i, doc, found, err);
        return s; /* an id lives once */
    }
    return OSTEON_OK;
}

void ost_writer_segment_drop(ost_writer *w, size_t i)
{
    ost_segment_close(w->segments[i].reader);
    memmove(&w->segments[i], &w->segments[i + 1],
            (w->next->n_segments - i - 1) * sizeof *w->segments);
    ost_manifest_remove(w->next, i);
}

osteon_status ost_writer_deletes(ost_writer *w, osteon_error *err)
{
    for (size_t i = w->next->n_segments; i-- > 0;) {
        ost_manifest_segment *m = &w->next->segments[i];
        const ost_segment *reader = w->segments[i].reader;
        char name[OST_FILE_NAME], *path;
        uint64_t size, checksum;
        osteon_status s;
        if (m->deleted == m->documents) {
            ost_writer_segment_drop(w, i);
            continue;
        }
        if (!w->segments[i].changed)
            continue;
        ost_manifest_next_name(w->next, "del", name);
        s = ost_writer_path(w, name, &path, err);
        if (s != OSTEON_OK)
            return s;
        s = ost_deletes_write(path, reader->deleted, reader->n_documents,
                              &size, &checksum, err);
        ost_free(path);
        if (s == OSTEON_OK)
            s = ost_file_ref_set(&m->deletes, name, size, checksum, err);
        if (s != OSTEON_OK)
            return s;
        w->segments[i].changed = false;
    }
    return OSTEON_OK;
}

void ost_writer_forget(const ost_writer *w)
{
    for (size_t i = 0; i < w->next->n_segments; i++)
        if (w->segments[i].reader != NULL)
            ost_segment_forget(w->segments[i].reader);
}

void ost_writer_segments_close(ost_writer *w)
{
    if (w->next == NULL)
        return;
    for (size_t i = 0; i < w->next->n_segments && w->segments != NULL; i++) {
        ost_segment_close(w->segments[i].reader);
        w->segments[i].reader = NULL;
    }
}
