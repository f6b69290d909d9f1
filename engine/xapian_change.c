/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Changing a database that is there: one transaction from the first change to
 * the commit, so that Xapian, which writes what it has now and then, shows
 * none of it before. Used by one thread at a time.
 */
#include "xapian_writer.h"

#include <stdio.h>

static osteon_status fail(const ost_xw_writer *w, xapian_c_status got,
                          const xapian_c_error *e, osteon_error *err)
{
    return ost_xw_fail(err, w->folder, got, e);
}

osteon_status ost_xw_base_open(ost_xw_writer *w, osteon_error *err)
{
    const bool known = strcmp(w->base, w->published) == 0;
    xapian_c_error e;
    xapian_c_status got;
    char *path;
    osteon_status s;

    if (w->db != NULL)
        return OSTEON_OK;
    s = ost_xw_path(w, w->base, &path, err);
    if (s != OSTEON_OK)
        return s;
    got = xapian_c_writable_database_new_path(path, XAPIAN_C_DB_OPEN, 0,
                                              &w->db, &e);
    ost_free(path);
    w->last_before = 0;
    if (got == XAPIAN_C_OK && known)
        got = xapian_c_database_get_lastdocid(w->db, &w->last_before, &e);
    if (got == XAPIAN_C_OK)
        got = xapian_c_writable_database_begin_transaction(w->db, true, &e);
    if (got != XAPIAN_C_OK)
        return fail(w, got, &e, err);
    w->touched = ost_calloc(w->last_before / 64 + 1, sizeof *w->touched);
    return w->touched != NULL ? OSTEON_OK : ost_fail_memory(err);
}

void ost_xw_base_close(ost_xw_writer *w)
{
    xapian_c_database_free(w->db);
    ost_free(w->touched);
    w->db = NULL;
    w->touched = NULL;
    w->unwritten = 0;
}

static bool is_touched(const ost_xw_writer *w, unsigned number)
{
    return number > w->last_before ||
           (w->touched[number >> 6] >> (number & 63) & 1) != 0;
}

/* ---- Adding ---- */

/* Has Xapian write what it keeps in memory, within the transaction. There is
 * no call for it: it does so after 10,000 changes, so these are made to a
 * document without anything in it, which goes again. */
static osteon_status press(ost_xw_writer *w, osteon_error *err)
{
    xapian_c_document *nothing = NULL;
    xapian_c_error e;
    unsigned number = 0;
    xapian_c_status got = xapian_c_document_new(&nothing, &e);

    if (got == XAPIAN_C_OK)
        got = xapian_c_writable_database_add_document(w->db, nothing, &number,
                                                      &e);
    for (unsigned i = 0; i < 10000 && got == XAPIAN_C_OK; i++)
        got = xapian_c_writable_database_replace_document(w->db, number,
                                                          nothing, &e);
    if (got == XAPIAN_C_OK)
        got = xapian_c_writable_database_delete_document(w->db, number, &e);
    xapian_c_document_free(nothing);
    w->unwritten = 0;
    return got == XAPIAN_C_OK ? OSTEON_OK : fail(w, got, &e, err);
}

static osteon_status apply_batch(ost_xw_writer *w, ost_record_reader *r,
                                 osteon_error *err)
{
    for (;;) {
        char term[OST_XAPIAN_TERM_MOST];
        xapian_c_document *doc;
        xapian_c_error e;
        xapian_c_status got;
        unsigned number;
        const osteon_status s = ost_record_next(r, w, &doc, err);
        if (s != OSTEON_OK || doc == NULL)
            return s;
        got = xapian_c_writable_database_replace_document_term(
            w->db, term, ost_xapian_id_term(r->id, r->head.id_len, term), doc,
            &number, &e);
        xapian_c_document_free(doc);
        if (got != XAPIAN_C_OK)
            return fail(w, got, &e, err);
        if (number <= w->last_before)
            w->touched[number >> 6] |= (uint64_t)1 << (number & 63);
    }
}

osteon_status ost_xw_apply(ost_xw_writer *w, ost_xw_batch *batches,
                           osteon_error *err)
{
    ost_record_reader r = {0};
    osteon_status s = ost_xw_base_open(w, err);

    if (s == OSTEON_OK)
        s = ost_xw_synonyms(w->db, w->folder, batches, true, err);
    for (ost_xw_batch *b = batches; b != NULL && s == OSTEON_OK; b = b->next) {
        ost_record_start(&r, b);
        s = apply_batch(w, &r, err);
        ost_buffer_free(&b->bytes);
        w->unwritten += b->cost;
        if (s == OSTEON_OK && w->unwritten > w->memory / 2)
            s = press(w, err);
    }
    ost_record_reader_free(&r);
    w->changed = true;
    return s;
}

/* ---- Deleting ---- */

/* Deletes the documents of a term; with `before`, only what readers know and
 * was not replaced. Sets *n to how many. */
static osteon_status delete_term(ost_xw_writer *w, const char *term,
                                 size_t len, bool before, uint64_t *n,
                                 osteon_error *err)
{
    xapian_c_posting_iterator *documents = NULL;
    unsigned *numbers = NULL, number;
    size_t room = 0, count = 0;
    xapian_c_error e;
    xapian_c_status got = xapian_c_database_postlist_begin(
        w->db, term, len, &documents, &e);

    *n = 0;
    while (got == XAPIAN_C_OK) {
        got = xapian_c_posting_iterator_next(documents, &e);
        if (got == XAPIAN_C_OK)
            got = xapian_c_posting_iterator_get_docid(documents, &number, &e);
        if (got != XAPIAN_C_OK || (before && is_touched(w, number)))
            continue;
        if (!OST_GROW(&numbers, &room, count + 1)) {
            xapian_c_posting_iterator_free(documents);
            ost_free(numbers);
            return ost_fail_memory(err);
        }
        numbers[count++] = number;
    }
    xapian_c_posting_iterator_free(documents);
    if (got == XAPIAN_C_END)
        got = XAPIAN_C_OK;
    for (size_t i = 0; i < count && got == XAPIAN_C_OK; i++)
        got = xapian_c_writable_database_delete_document(w->db, numbers[i],
                                                         &e);
    ost_free(numbers);
    if (got != XAPIAN_C_OK)
        return fail(w, got, &e, err);
    *n = count;
    w->changed = w->changed || count > 0;
    return OSTEON_OK;
}

osteon_status ost_xw_delete_id(ost_xw_writer *w, const char *id, size_t len,
                               bool *found, osteon_error *err)
{
    char term[OST_XAPIAN_TERM_MOST];
    uint64_t n;
    osteon_status s = ost_xw_base_open(w, err);

    if (s == OSTEON_OK)
        s = delete_term(w, term, ost_xapian_id_term(id, len, term), false, &n,
                        err);
    *found = s == OSTEON_OK && n > 0;
    return s;
}

osteon_status ost_xw_clear(ost_xw_writer *w, osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    if (w->sources.n_cleared > 0)
        s = ost_xw_base_open(w, err);
    for (size_t i = 0; i < w->sources.n_cleared && s == OSTEON_OK; i++) {
        char term[32];
        uint64_t n;
        const int len = snprintf(term, sizeof term, "%s%lu", OST_TERM_SOURCE,
                                 (unsigned long)w->sources.cleared[i]);
        s = delete_term(w, term, (size_t)len, true, &n, err);
        w->counts.removed += n;
    }
    if (s == OSTEON_OK)
        w->sources.n_cleared = 0;
    return s;
}
