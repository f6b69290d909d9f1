/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Verifying an index from the first byte to the last. Unlike a search, which
 * stops at the first damage it meets, a check goes on to the next file.
 */
#include "engine.h"
#include "values.h"
#include "xapian_index.h"

#include <stdio.h>

/* Lines shown; more would only say the same. */
#define MOST_LINES 300

void ost_report(ost_reporter *r, const char *format, ...)
{
    char line[OSTEON_ERROR_TEXT + 128];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (r->report != NULL && r->n < MOST_LINES)
        r->report(r->arg, line);
    if (r->report != NULL && r->n == MOST_LINES)
        r->report(r->arg, "... and more damage");
    r->n++;
}

/* Verifies every page, telling of each that is wrong. */
static void check_pages(ost_segment *seg, ost_reporter *r)
{
    for (uint64_t at = 0; at < seg->pages_end; at += OST_PAGE) {
        osteon_error error;
        if (ost_segment_verify(seg, at, 1, &error) != OSTEON_OK)
            ost_report(r, "%s", error.text);
    }
}

static osteon_status check_document(const ost_snapshot *snap,
                                    ost_segment *seg, uint32_t doc,
                                    ost_reporter *r, osteon_error *err)
{
    ost_record record;
    size_t len;
    char *text = NULL;
    uint32_t found;
    void *memory = NULL;
    osteon_source source;
    osteon_status s = ost_record_get(seg, doc, &record, err);

    if (s != OSTEON_OK)
        return s;
    if (!ost_bit(seg->deleted, doc)) {
        s = ost_record_find(seg, record.id, record.id_len, &found, err);
        if (s == OSTEON_NOT_FOUND || (s == OSTEON_OK && found != doc)) {
            ost_report(r, "%s: document %lu is not found by its id",
                       seg->path, (unsigned long)doc);
            s = OSTEON_OK;
        }
    }
    if (s == OSTEON_OK && record.has_stored)
        s = ost_record_stored(seg, &record, &text, &len, err);
    if (s == OSTEON_OK && record.source != 0 &&
        !ost_bit(seg->deleted, doc)) {
        s = snap->sources
                ? ost_source_table_get(snap->sources, record.source, &source,
                                       &memory, err)
                : OSTEON_NOT_FOUND;
        if (s == OSTEON_NOT_FOUND) {
            ost_report(r, "%s: document %lu has an unknown source",
                       seg->path, (unsigned long)doc);
            s = OSTEON_OK;
        }
    }
    ost_free(memory);
    ost_free(text);
    ost_record_free(&record);
    return s;
}

/* Reads a column of values whole. */
static osteon_status check_column(ost_segment *seg, const ost_column *c,
                                  ost_reporter *r, osteon_error *err)
{
    uint32_t last = 0;
    osteon_status s = OSTEON_OK;

    for (uint32_t i = 0; i < c->count && s == OSTEON_OK; i++) {
        osteon_field value;
        uint32_t doc;
        s = ost_column_doc(seg, c, i, &doc, err);
        if (s == OSTEON_OK)
            s = ost_column_value(seg, c, i, &value, err);
        if (s == OSTEON_OK && doc < last) {
            ost_report(r, "%s: values of %.*s are not in order", seg->path,
                       (int)c->name_len, c->name);
            return OSTEON_OK;
        }
        last = doc;
    }
    return s;
}

static osteon_status check_values(ost_segment *seg, ost_reporter *r,
                                  osteon_error *err)
{
    ost_column c = {0};
    osteon_status s;

    while ((s = ost_column_next(seg, &c, err)) == OSTEON_OK) {
        s = check_column(seg, &c, r, err);
        if (s != OSTEON_OK)
            return s;
    }
    return s == OSTEON_NOT_FOUND ? OSTEON_OK : s;
}

/* Checks one segment; after damage found by its pages nothing more is asked
 * of it, since everything else would only follow from that. */
static osteon_status check_segment(const ost_snapshot *snap, ost_segment *seg,
                                   ost_reporter *r, osteon_error *err)
{
    const size_t before = r->n;
    osteon_status s = OSTEON_OK;

    check_pages(seg, r);
    if (r->n > before)
        return OSTEON_OK;
    s = ost_check_lists(seg, r, err);
    for (uint32_t d = 0; d < seg->n_documents && s == OSTEON_OK; d++)
        s = check_document(snap, seg, d, r, err);
    return s == OSTEON_OK ? check_values(seg, r, err) : s;
}

/* Reads the whole table, which a search does not. */
static osteon_status check_sources(const ost_snapshot *snap,
                                   osteon_error *err)
{
    ost_sources *sources;
    osteon_status s;

    if (snap->sources == NULL)
        return OSTEON_OK;
    s = ost_source_table_read(snap->sources, &sources, err);
    ost_sources_free(sources);
    return s;
}

/* Opens a segment and its deleted documents, each by itself. */
static void check_segment_files(const char *folder,
                                const ost_manifest_segment *m,
                                ost_reporter *r)
{
    char *path = ost_path_join(folder, m->file.name);
    char *deletes = m->deletes.name != NULL
                        ? ost_path_join(folder, m->deletes.name)
                        : NULL;
    ost_segment *seg = NULL;
    uint64_t *bits = NULL;
    uint32_t count;
    osteon_error error;

    if (path != NULL &&
        ost_segment_open(path, m->file.size, m->file.checksum, &seg,
                         &error) != OSTEON_OK)
        ost_report(r, "%s", error.text);
    if (seg != NULL)
        check_pages(seg, r);
    if (deletes != NULL &&
        ost_deletes_read(deletes, m->deletes.size, m->deletes.checksum,
                         m->documents, &bits, &count, &error) != OSTEON_OK)
        ost_report(r, "%s", error.text);
    ost_segment_close(seg);
    ost_free(bits);
    ost_free(path);
    ost_free(deletes);
}

/* Opens the files one by one where the index does not open as a whole, so
 * that all damaged ones are named. */
static osteon_status check_files(const char *folder, ost_reporter *r,
                                 const osteon_error *first)
{
    ost_manifest *m;
    ost_sources *sources;
    osteon_error error;

    if (ost_manifest_read(folder, &m, &error) != OSTEON_OK) {
        ost_report(r, "%s", error.text);
        return OSTEON_OK;
    }
    for (size_t i = 0; i < m->n_segments; i++)
        check_segment_files(folder, &m->segments[i], r);
    if (ost_sources_load(folder, &m->sources, &sources, &error) != OSTEON_OK)
        ost_report(r, "%s", error.text);
    if (r->n == 0)
        ost_report(r, "%s", first->text);
    ost_sources_free(sources);
    ost_manifest_free(m);
    return OSTEON_OK;
}

static osteon_status check_native(const char *path, ost_reporter *r,
                                  osteon_error *err)
{
    osteon_index *index;
    osteon_error error;
    osteon_status s = ost_native_index_open(path, &index, &error);

    if (s == OSTEON_CORRUPT) {
        s = check_files(path, r, &error);
    } else if (s == OSTEON_OK) {
        const ost_snapshot *snap = ost_native_snapshot(index);
        s = check_sources(snap, &error);
        if (s == OSTEON_CORRUPT) {
            ost_report(r, "%s", error.text);
            s = OSTEON_OK;
        }
        for (uint32_t i = 0; i < snap->n_segments && s == OSTEON_OK; i++) {
            s = check_segment(snap, snap->segments[i], r, &error);
            if (s == OSTEON_CORRUPT) {
                ost_report(r, "%s", error.text);
                s = OSTEON_OK;
            }
        }
        osteon_index_close(index);
    }
    if (s != OSTEON_OK && err != NULL)
        *err = error;
    return s;
}

osteon_status osteon_index_check(const char *path,
                                 void (*report)(void *arg, const char *line),
                                 void *arg, osteon_error *err)
{
    ost_reporter r = {.report = report, .arg = arg};
    const osteon_status s = ost_xapian_is_at(path)
                                ? ost_xapian_check(path, &r, err)
                                : check_native(path, &r, err);

    if (s != OSTEON_OK)
        return s;
    return r.n == 0 ? OSTEON_OK
                    : ost_fail(err, OSTEON_CORRUPT, "%s: damaged", path);
}
