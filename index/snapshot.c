/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Opening a committed generation. A writer may replace it between our
 * reading of MANIFEST and our opening of the files it names; then a file is
 * missing, the manifest is read again, and there is a newer generation. Once
 * all files are open, they stay readable whatever a writer removes.
 */
#include "commit.h"
#include "documents.h"
#include "segment.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

/* A writer would have to commit this often while we open a few files. */
#define TRIES 100

static osteon_status open_segment(ost_snapshot *snap, size_t i,
                                  osteon_error *err)
{
    const ost_manifest_segment *m = &snap->manifest->segments[i];
    char *path = ost_path_join(snap->folder, m->file.name);
    char *deletes = m->deletes.name
                        ? ost_path_join(snap->folder, m->deletes.name)
                        : NULL;
    uint64_t *bits = NULL;
    uint32_t count = 0;
    osteon_status s;

    if (path == NULL || (m->deletes.name != NULL && deletes == NULL))
        s = ost_fail_memory(err);
    else
        s = ost_segment_open(path, m->file.size, m->file.checksum,
                             &snap->segments[i], err);
    if (s == OSTEON_OK && snap->segments[i]->n_documents != m->documents)
        s = ost_fail_corrupt(err, path, 0,
                             "number of documents differs from the manifest");
    if (s == OSTEON_OK)
        s = ost_documents_check(snap->segments[i], err);
    if (s == OSTEON_OK && deletes != NULL)
        s = ost_deletes_read(deletes, m->deletes.size, m->deletes.checksum,
                             m->documents, &bits, &count, err);
    if (s == OSTEON_OK && bits != NULL)
        ost_segment_set_deleted(snap->segments[i], bits, count);
    if (s == OSTEON_OK && count != m->deleted)
        s = ost_fail_corrupt(err, deletes ? deletes : path, 0,
                             "number of deleted documents differs from the "
                             "manifest");
    ost_free(path);
    ost_free(deletes);
    return s;
}

static osteon_status open_sources(ost_snapshot *snap, osteon_error *err)
{
    const ost_file_ref *ref = &snap->manifest->sources;
    char *path;
    osteon_status s;

    if (ref->name == NULL)
        return OSTEON_OK;
    path = ost_path_join(snap->folder, ref->name);
    if (path == NULL)
        return ost_fail_memory(err);
    s = ost_source_table_open(path, ref->size, ref->checksum, &snap->sources,
                              err);
    ost_free(path);
    return s;
}

static osteon_status open_files(ost_snapshot *snap, osteon_error *err)
{
    const ost_manifest *m = snap->manifest;
    uint64_t base = 0;
    osteon_status s = OSTEON_OK;

    snap->segments = ost_calloc(m->n_segments, sizeof *snap->segments);
    snap->bases = ost_calloc(m->n_segments + 1, sizeof *snap->bases);
    if (snap->segments == NULL || snap->bases == NULL)
        return ost_fail_memory(err);
    snap->n_segments = (uint32_t)m->n_segments;
    for (size_t i = 0; i < m->n_segments && s == OSTEON_OK; i++) {
        s = open_segment(snap, i, err);
        snap->bases[i] = (uint32_t)base;
        base += m->segments[i].documents;
        snap->documents += m->segments[i].documents - m->segments[i].deleted;
    }
    if (s == OSTEON_OK && base > OST_MAX_DOCUMENTS)
        s = ost_fail_corrupt(err, snap->folder, 0, "too many documents");
    snap->bases[m->n_segments] = (uint32_t)base;
    if (s == OSTEON_OK)
        s = open_sources(snap, err);
    return s;
}

/* The folder that relative source paths start at: the one that holds the
 * index. */
static osteon_status find_root(ost_snapshot *snap, osteon_error *err)
{
    char *real = realpath(snap->folder, NULL), *slash;

    if (real == NULL)
        return ost_fail_os(err, errno, "%s", snap->folder);
    slash = strrchr(real, '/');
    if (slash != NULL)
        slash[slash == real] = '\0';
    snap->root = ost_path_join("", real);
    free(real);
    return snap->root ? OSTEON_OK : ost_fail_memory(err);
}

static osteon_status open_once(const char *folder, ost_snapshot **out,
                               bool *retry, osteon_error *err)
{
    ost_snapshot *snap = ost_calloc(1, sizeof *snap);
    osteon_status s;

    *out = NULL;
    *retry = false;
    if (snap == NULL)
        return ost_fail_memory(err);
    s = ost_manifest_read(folder, &snap->manifest, err);
    if (s != OSTEON_OK)
        goto done;
    snap->folder = ost_path_join("", folder);
    if (snap->folder == NULL) {
        s = ost_fail_memory(err);
        goto done;
    }
    snap->language = snap->manifest->language;
    snap->analyzer = snap->manifest->analyzer;
    snap->generation = snap->manifest->generation;
    s = find_root(snap, err);
    if (s == OSTEON_OK)
        s = open_files(snap, err);
    *retry = s == OSTEON_NOT_FOUND;
done:
    if (s != OSTEON_OK)
        ost_snapshot_close(snap);
    else
        *out = snap;
    return s;
}

osteon_status ost_snapshot_open(const char *folder, ost_snapshot **out,
                                osteon_error *err)
{
    uint64_t before = 0;
    osteon_status s;
    bool retry;

    for (int i = 0; i < TRIES; i++) {
        ost_manifest *m;
        s = open_once(folder, out, &retry, err);
        if (!retry)
            return s;
        /* Missing from the same generation twice: it is lost. */
        if (ost_manifest_read(folder, &m, NULL) == OSTEON_OK) {
            const uint64_t now = m->generation;
            ost_manifest_free(m);
            if (i > 0 && now == before)
                break;
            before = now;
        }
    }
    if (err != NULL)
        err->status = OSTEON_CORRUPT;
    return OSTEON_CORRUPT;
}

void ost_snapshot_close(ost_snapshot *snap)
{
    if (snap == NULL)
        return;
    ost_snapshot_forget_fields(snap);
    for (uint32_t i = 0; i < snap->n_segments; i++)
        ost_segment_close(snap->segments[i]);
    ost_free(snap->segments);
    ost_free(snap->bases);
    ost_source_table_close(snap->sources);
    ost_manifest_free(snap->manifest);
    ost_free(snap->folder);
    ost_free(snap->root);
    ost_free(snap);
}
