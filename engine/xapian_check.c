/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Verifying a Xapian database: Xapian's own check of its tables, which reads
 * every block, then what we keep in and beside it, and that documents agree
 * with it. The report of Xapian's check is for those who know its tables, so
 * only its lines that tell of faults are passed on.
 */
#include "xapian_index.h"

#include <unistd.h>
#include <xapian-c/xapian_c_database_tools.h>

/* ---- Xapian's check ---- */

static int listen(void *data, const char *bytes, size_t len)
{
    ost_buffer *text = data;

    ost_buffer_add(text, bytes, len);
    return text->failed ? -1 : 0;
}

static bool ends_well(const char *line, size_t len)
{
    return len >= 3 && memcmp(line + len - 3, " OK", 3) == 0;
}

/* Passes on the lines that tell of faults. */
static void report_faults(const char *path, const ost_buffer *text,
                          size_t faults, ost_reporter *r)
{
    const char *at = (const char *)text->data, *end = at + text->len;
    const size_t before = r->n;

    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const int len = (int)((stop != NULL ? stop : end) - at);
        if (len > 0 && len < 400 && !ends_well(at, (size_t)len))
            ost_report(r, "%s: %.*s", path, len, at);
        at += len + 1;
    }
    if (r->n == before)
        ost_report(r, "%s: Xapian finds %zu faults", path, faults);
}

/* Xapian's check takes a folder for the tables themselves, a stub in it by
 * its own path only. */
static osteon_status check_tables(const char *path, ost_reporter *r,
                                  osteon_error *err)
{
    char *stub = ost_path_join(path, "XAPIANDB");
    ost_buffer text = {0};
    xapian_c_error error;
    xapian_c_status status;
    size_t faults = 0;

    if (stub == NULL)
        return ost_fail_memory(err);
    status = xapian_c_database_check(access(stub, F_OK) == 0 ? stub : path, 0,
                                     listen, &text, &faults, &error);
    ost_free(stub);
    if (status == XAPIAN_C_OK && faults > 0)
        report_faults(path, &text, faults, r);
    ost_buffer_free(&text);
    if (status == XAPIAN_C_CALLBACK_FAILED)
        return ost_fail_memory(err);
    return status == XAPIAN_C_OK
               ? OSTEON_OK
               : ost_xapian_fail_as(path, false, status, &error, err);
}

/* ---- Ours ---- */

/* Reads the whole table, whose checksum a search does not look at. */
static osteon_status check_sources(const ost_xapian_index *x,
                                   osteon_error *err)
{
    ost_sources *sources;
    const osteon_status s = ost_xapian_sources_load(x, &sources, err);

    ost_sources_free(sources);
    return s;
}

/* A document is found by its id, and its source is known. */
static osteon_status check_document(ost_xapian_index *x, uint32_t number,
                                    ost_reporter *r, osteon_error *err)
{
    osteon_entry *entry, *again;
    osteon_status s = osteon_entry_open(&x->base, number, &entry, err);

    if (s != OSTEON_OK)
        return s;
    s = osteon_entry_open_id(&x->base, entry->info.id, entry->info.id_len,
                             &again, err);
    if (s == OSTEON_OK)
        osteon_entry_close(again);
    if (s == OSTEON_NOT_FOUND) {
        ost_report(r, "%s: document %lu is not found by its id", x->path,
                   (unsigned long)number);
        s = OSTEON_OK;
    }
    osteon_entry_close(entry);
    return s;
}

static osteon_status check_documents(ost_xapian_index *x, ost_reporter *r,
                                     osteon_error *err)
{
    xapian_c_posting_iterator *all = NULL;
    osteon_status s = OSTEON_OK;
    unsigned number;
    xapian_c_status status = xapian_c_database_postlist_begin(
        x->shards[0].db, "", 0, &all, &x->error);

    while (status == XAPIAN_C_OK && s == OSTEON_OK &&
           (status = xapian_c_posting_iterator_next(all, &x->error)) ==
               XAPIAN_C_OK) {
        status = xapian_c_posting_iterator_get_docid(all, &number, &x->error);
        if (status == XAPIAN_C_OK)
            s = check_document(x, number, r, err);
    }
    xapian_c_posting_iterator_free(all);
    if (s == OSTEON_OK && status != XAPIAN_C_END)
        s = ost_xapian_fail(x, status, err);
    return s;
}

/* Damage becomes a line of the report. */
static osteon_status told(osteon_status s, ost_reporter *r,
                          const osteon_error *error)
{
    if (s != OSTEON_CORRUPT)
        return s;
    ost_report(r, "%s", error->text);
    return OSTEON_OK;
}

static osteon_status check_ours(const char *path, ost_reporter *r,
                                osteon_error *error)
{
    osteon_index *index;
    ost_xapian_index *x;
    osteon_status s = told(ost_xapian_index_open(path, NULL, &index, error),
                           r, error);

    if (s != OSTEON_OK || index == NULL)
        return s;
    x = ost_xapian(index);
    if (x->settings.ours) {
        s = told(check_sources(x, error), r, error);
        if (s == OSTEON_OK)
            s = told(check_documents(x, r, error), r, error);
    }
    osteon_index_close(index);
    return s;
}

osteon_status ost_xapian_check(const char *path, ost_reporter *r,
                               osteon_error *err)
{
    osteon_error error;
    osteon_status s;

    if (ost_xapian_is_url(path))
        return ost_fail(err, OSTEON_INVALID,
                        "%s: only a database on this host can be checked",
                        path);
    s = told(check_tables(path, r, &error), r, &error);
    /* What follows would only follow from damage found so far. */
    if (s == OSTEON_OK && r->n == 0)
        s = check_ours(path, r, &error);
    if (s != OSTEON_OK && err != NULL)
        *err = error;
    return s;
}
