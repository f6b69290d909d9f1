/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a commit does with the sources of a writer, and the documents that go
 * with them.
 */
#include "writer.h"

ost_source_keeper *ost_writer_source_keeper(ost_writer *w)
{
    return &w->sources;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Deletes the documents of one segment whose source is cleared. */
static osteon_status clear_segment(ost_writer *w, size_t i, osteon_error *err)
{
    uint32_t *sources = NULL, before = 0, n_documents;
    bool hit = false;
    osteon_status s = ost_writer_segment_open(w, i, err);

    if (s == OSTEON_OK)
        s = ost_segment_sources(w->segments[i].reader, &sources, err);
    if (s != OSTEON_OK)
        return s;
    n_documents = w->segments[i].reader->n_documents;
    for (uint32_t d = 0; d < n_documents && s == OSTEON_OK; d++) {
        const uint32_t source = sources[d];
        bool was_live;
        if (source == 0)
            continue;
        if (source != before) { /* records of one source are neighbours */
            hit = bsearch(&source, w->sources.cleared, w->sources.n_cleared,
                          sizeof *w->sources.cleared, by_number) != NULL;
            before = source;
        }
        if (!hit)
            continue;
        s = ost_writer_mark(w, i, d, &was_live, err);
        w->deleted += was_live;
    }
    ost_free(sources);
    return s;
}

static osteon_status write_table(ost_writer *w, osteon_error *err)
{
    char name[OST_FILE_NAME];
    osteon_status s;

    ost_manifest_next_name(w->next, "src", name);
    s = ost_source_keeper_write(&w->sources, name, err);
    w->changed = w->changed || s == OSTEON_OK;
    return s;
}

osteon_status ost_writer_sources(ost_writer *w, osteon_error *err)
{
    osteon_status s = ost_source_keeper_check(&w->sources, err);

    if (s == OSTEON_OK && w->sources.n_cleared > 0) {
        qsort(w->sources.cleared, w->sources.n_cleared,
              sizeof *w->sources.cleared, by_number);
        for (size_t i = 0; i < w->next->n_segments && s == OSTEON_OK; i++)
            if (!w->segments[i].fresh)
                s = clear_segment(w, i, err);
        if (s == OSTEON_OK)
            w->sources.n_cleared = 0;
    }
    if (s == OSTEON_OK && w->sources.changed)
        s = write_table(w, err);
    return s;
}
