/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which segments are merged at a commit. Only neighbours are, so that
 * documents keep their order. Segments have a level, the logarithm of their
 * live size to base FAN; when FAN segments at the end of the list are of a
 * level or below it, they become one. A document is thus rewritten a
 * logarithmic number of times, and an index of any size has a few dozen
 * segments at most. A segment a quarter of which is deleted is written anew.
 * One merge takes WIDEST segments at most: of each it has some hundred KiB
 * mapped.
 */
#include "writer.h"

#include "merge.h"
#include "reorder.h"

#define FAN 8
#define WIDEST ((size_t)64)
#define LEVEL_0 ((uint64_t)1 << 20) /* bytes */
#define MOST_BYTES ((uint64_t)OST_MAX_SEGMENT / 10 * 9)

static uint64_t live_size(const ost_writer *w, size_t i)
{
    const ost_manifest_segment *m = &w->next->segments[i];

    return m->file.size / m->documents * (m->documents - m->deleted);
}

static unsigned level(uint64_t size)
{
    unsigned l = 0;

    for (; size > LEVEL_0; size /= FAN)
        l++;
    return l;
}

/* Replaces segments [from, to) by their merger. `order`: see merge.h. */
static osteon_status merge_range(ost_writer *w, size_t from, size_t to,
                                 const uint32_t *order, osteon_error *err)
{
    ost_segment **segments = ost_malloc((to - from) * sizeof *segments);
    ost_merge_job job = {.segments = segments,
                         .n = to - from,
                         .folder = w->folder,
                         .threads = ost_writer_threads(w),
                         .order = order};
    char name[OST_FILE_NAME], *path = NULL;
    osteon_status s = OSTEON_OK;

    if (segments == NULL)
        return ost_fail_memory(err);
    for (size_t i = from; i < to && s == OSTEON_OK; i++) {
        s = ost_writer_segment_open(w, i, err);
        segments[i - from] = w->segments[i].reader;
    }
    ost_manifest_next_name(w->next, "seg", name);
    if (s == OSTEON_OK)
        s = ost_writer_path(w, name, &path, err);
    job.path = path;
    if (s == OSTEON_OK)
        s = ost_merge_segments(&job, err);
    ost_free(path);
    ost_free(segments);
    if (s != OSTEON_OK)
        return s;
    for (size_t i = to; i-- > from;)
        ost_writer_segment_drop(w, i);
    if (job.documents == 0)
        return OSTEON_OK;
    s = ost_writer_segment_add(w, name, job.size, job.checksum, job.documents,
                               NULL, 0, err);
    if (s == OSTEON_OK) { /* from the end of the list to its place */
        const size_t last = w->next->n_segments - 1;
        const ost_manifest_segment m = w->next->segments[last];
        const ost_writer_segment seg = w->segments[last];
        memmove(&w->next->segments[from + 1], &w->next->segments[from],
                (last - from) * sizeof m);
        memmove(&w->segments[from + 1], &w->segments[from],
                (last - from) * sizeof seg);
        w->next->segments[from] = m;
        w->segments[from] = seg;
    }
    return s;
}

/* Finds FAN or more segments at the end of the list to merge. */
static bool find_tail(const ost_writer *w, size_t *from)
{
    const size_t n = w->next->n_segments;

    for (unsigned l = 0; l < 64 && n >= FAN; l++) {
        uint64_t bytes = 0;
        size_t i = n;
        while (i > 0 && level(live_size(w, i - 1)) <= l &&
               bytes + live_size(w, i - 1) < MOST_BYTES)
            bytes += live_size(w, --i);
        *from = i;
        if (n - i >= FAN)
            return true;
        if (i == 0)
            return false;
    }
    return false;
}

/* Shortens [from, *to) to what has no more fields than one segment may. */
static osteon_status limit_fields(ost_writer *w, size_t from, size_t *to,
                                  osteon_error *err)
{
    const char *names[OST_MAX_FIELDS];
    uint32_t n = 0;

    for (size_t i = from; i < *to; i++) {
        const ost_segment *seg;
        osteon_status s = ost_writer_segment_open(w, i, err);
        if (s != OSTEON_OK)
            return s;
        seg = w->segments[i].reader;
        for (uint32_t f = 0; f < seg->n_fields; f++) {
            uint32_t k = 0;
            while (k < n && strcmp(names[k], seg->fields[f].name) != 0)
                k++;
            if (k < n)
                continue;
            if (n == OST_MAX_FIELDS) {
                *to = i;
                return OSTEON_OK;
            }
            names[n++] = seg->fields[f].name;
        }
    }
    return OSTEON_OK;
}

/* Merges segments [from, end of the list), into as few as their fields and
 * WIDEST allow. */
static osteon_status merge_tail(ost_writer *w, size_t from, bool *merged,
                                osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    *merged = false;
    for (; from < w->next->n_segments && s == OSTEON_OK; from++) {
        const size_t left = w->next->n_segments - from;
        const size_t parts = (left + WIDEST - 1) / WIDEST;
        size_t to = from + (left + parts - 1) / parts;
        s = limit_fields(w, from, &to, err);
        if (s == OSTEON_OK && to - from > 1) {
            s = merge_range(w, from, to, NULL, err);
            *merged = true;
        }
    }
    return s;
}

/* Merges all segments, into as few as the limits of 4 GiB, of fields, and of
 * WIDEST allow. */
static osteon_status merge_once(ost_writer *w, osteon_error *err)
{
    size_t from = 0;

    while (from < w->next->n_segments) {
        uint64_t bytes = 0;
        size_t to = from;
        osteon_status s;
        while (to < w->next->n_segments && to - from < WIDEST &&
               (to == from || bytes + live_size(w, to) < MOST_BYTES))
            bytes += live_size(w, to++);
        s = limit_fields(w, from, &to, err);
        if (s != OSTEON_OK)
            return s;
        if (to - from > 1 || w->next->segments[from].deleted > 0) {
            const size_t before = w->next->n_segments;
            s = merge_range(w, from, to, NULL, err);
            if (s != OSTEON_OK)
                return s;
            w->changed = true;
            if (w->next->n_segments == before - (to - from))
                continue; /* nothing of it lived */
        }
        from++;
    }
    return OSTEON_OK;
}

/* The same again where there were too many for one round. */
static osteon_status merge_all(ost_writer *w, osteon_error *err)
{
    osteon_status s = OSTEON_OK;
    size_t before;

    do {
        before = w->next->n_segments;
        s = merge_once(w, err);
    } while (s == OSTEON_OK && before > WIDEST &&
             w->next->n_segments < before);
    return s;
}

/* Writes every segment anew, like documents beside each other. */
static osteon_status reorder_all(ost_writer *w, osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    for (size_t i = 0; i < w->next->n_segments && s == OSTEON_OK; i++) {
        const uint32_t n = w->next->segments[i].documents;
        uint32_t *order = ost_malloc(n * sizeof *order);
        s = order == NULL ? ost_fail_memory(err)
                          : ost_writer_segment_open(w, i, err);
        if (s == OSTEON_OK)
            s = ost_reorder(w->segments[i].reader, w->memory / 2,
                            ost_writer_threads(w), order, err);
        if (s == OSTEON_OK)
            s = merge_range(w, i, i + 1, order, err);
        w->changed = true;
        ost_free(order);
    }
    return s;
}

osteon_status ost_writer_merge(ost_writer *w, osteon_error *err)
{
    size_t from;
    bool merged = true;
    osteon_status s = OSTEON_OK;

    if (w->merge_all) {
        s = merge_all(w, err);
        return s == OSTEON_OK && w->reorder ? reorder_all(w, err) : s;
    }
    for (size_t i = w->next->n_segments; i-- > 0 && s == OSTEON_OK;) {
        const ost_manifest_segment *m = &w->next->segments[i];
        if (m->deleted > m->documents / 4)
            s = merge_range(w, i, i + 1, NULL, err);
    }
    while (s == OSTEON_OK && merged && find_tail(w, &from))
        s = merge_tail(w, from, &merged, err);
    return s;
}
