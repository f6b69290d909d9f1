/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Building in bulk. Xapian keeps postings in trees of trees in memory, which
 * are slow once they outgrow the caches of the processor; so a piece, which is
 * a database nobody else sees, is committed to every megabyte of text or so,
 * and nothing of that is waited for on disk. Its own trees are half empty
 * then, which compaction mends; and it takes the parts of a joined database
 * one after the other, so that documents keep their order. The result is
 * waited for.
 */
#include "xapian_writer.h"

#define PIECE_FLAGS                                                         \
    (XAPIAN_C_DB_CREATE | XAPIAN_C_DB_DANGEROUS | XAPIAN_C_DB_NO_SYNC |     \
     XAPIAN_C_DB_BACKEND_GLASS)
#define CHANGE_FLAGS                                                        \
    (XAPIAN_C_DB_OPEN | XAPIAN_C_DB_DANGEROUS | XAPIAN_C_DB_NO_SYNC)

/* Cost after which a piece is committed to: measured, with little between 20
 * and 50 MiB. */
#define COMMIT_COST ((size_t)32 << 20)

/* ---- Pieces ---- */

static osteon_status add_batch(ost_xw_writer *w, xapian_c_database *db,
                               const char *path, ost_record_reader *r,
                               osteon_error *err)
{
    for (;;) {
        xapian_c_document *doc;
        xapian_c_error e;
        xapian_c_status got;
        unsigned number;
        const osteon_status s = ost_record_next(r, w, &doc, err);
        if (s != OSTEON_OK || doc == NULL)
            return s;
        got = xapian_c_writable_database_add_document(db, doc, &number, &e);
        xapian_c_document_free(doc);
        if (got != XAPIAN_C_OK)
            return ost_xw_fail(err, path, got, &e);
    }
}

osteon_status ost_xw_piece(ost_xw_writer *w, const char *name,
                           ost_xw_batch *batches, osteon_error *err)
{
    ost_record_reader r = {0};
    xapian_c_database *db = NULL;
    size_t cost = 0;
    xapian_c_status got;
    xapian_c_error e;
    char *path;
    osteon_status s = ost_xw_path(w, name, &path, err);

    if (s != OSTEON_OK)
        return s;
    got = xapian_c_writable_database_new_path(path, PIECE_FLAGS, 0, &db, &e);
    if (got != XAPIAN_C_OK) {
        s = ost_xw_fail(err, path, got, &e);
        goto done;
    }
    s = ost_xw_synonyms(db, path, batches, false, err);
    for (ost_xw_batch *b = batches; b != NULL && s == OSTEON_OK; b = b->next) {
        ost_record_start(&r, b);
        s = add_batch(w, db, path, &r, err);
        ost_buffer_free(&b->bytes); /* all of it is with Xapian now */
        cost += b->cost;
        if (s == OSTEON_OK && (cost > COMMIT_COST || b->next == NULL)) {
            got = xapian_c_writable_database_commit(db, &e);
            if (got != XAPIAN_C_OK)
                s = ost_xw_fail(err, path, got, &e);
            cost = 0;
        }
    }
done:
    xapian_c_database_free(db);
    ost_record_reader_free(&r);
    ost_free(path);
    return s;
}

/* ---- Compaction ---- */

/* Opens n databases as one. */
static osteon_status open_parts(ost_xw_writer *w,
                                char (*names)[OST_FILE_NAME], size_t n,
                                xapian_c_database **out, osteon_error *err)
{
    xapian_c_error e;
    xapian_c_status got = xapian_c_database_new(out, &e);
    osteon_status s = OSTEON_OK;

    if (got != XAPIAN_C_OK)
        return ost_xw_fail(err, w->folder, got, &e);
    for (size_t i = 0; i < n && s == OSTEON_OK; i++) {
        xapian_c_database *part;
        char *path;
        s = ost_xw_path(w, names[i], &path, err);
        if (s != OSTEON_OK)
            break;
        got = xapian_c_database_new_path(path, 0, &part, &e);
        if (got == XAPIAN_C_OK)
            got = xapian_c_database_add_database(*out, part, &e);
        if (got != XAPIAN_C_OK)
            s = ost_xw_fail(err, path, got, &e);
        xapian_c_database_free(part);
        ost_free(path);
    }
    if (s != OSTEON_OK) {
        xapian_c_database_free(*out);
        *out = NULL;
    }
    return s;
}

/* Compacts n databases, in order, to a new one. */
static osteon_status compact(ost_xw_writer *w, char (*names)[OST_FILE_NAME],
                             size_t n, char to[OST_FILE_NAME],
                             osteon_error *err)
{
    xapian_c_database *parts;
    xapian_c_error e;
    char *path = NULL;
    osteon_status s = open_parts(w, names, n, &parts, err);

    if (s != OSTEON_OK)
        return s;
    ost_xw_next_name(w, "db", "", to);
    s = ost_xw_path(w, to, &path, err);
    if (s == OSTEON_OK) {
        const xapian_c_status got = xapian_c_database_compact(
            parts, path, XAPIAN_C_COMPACTOR_FULL, 0, NULL, &e);
        if (got != XAPIAN_C_OK)
            s = ost_xw_fail(err, path, got, &e);
    }
    xapian_c_database_free(parts);
    ost_free(path);
    return s;
}

osteon_status ost_xw_compact(ost_xw_writer *w, const char *from,
                             char to[OST_FILE_NAME], osteon_error *err)
{
    char names[1][OST_FILE_NAME];
    osteon_status s;

    memcpy(names[0], from, OST_FILE_NAME);
    s = compact(w, names, 1, to, err);
    return s == OSTEON_OK ? ost_xw_sync(w->folder, to, err) : s;
}

/* Joins neighbours until there are few enough for the last round. */
static osteon_status reduce(ost_xw_writer *w, osteon_error *err)
{
    while (w->n_pieces > OST_MOST_PARTS) {
        size_t n = 0;
        for (size_t i = 0; i < w->n_pieces; i += OST_MOST_PARTS) {
            const size_t left = w->n_pieces - i;
            const size_t take = left < OST_MOST_PARTS ? left : OST_MOST_PARTS;
            char name[OST_FILE_NAME];
            const osteon_status s =
                compact(w, w->pieces + i, take, name, err);
            if (s != OSTEON_OK)
                return s;
            for (size_t k = 0; k < take; k++)
                ost_xw_remove(w->folder, w->pieces[i + k]);
            memcpy(w->pieces[n++], name, sizeof name);
        }
        w->n_pieces = n;
    }
    return OSTEON_OK;
}

/* Writes the metadata to the first piece, of which there is one then. */
static osteon_status save(ost_xw_writer *w, osteon_error *err)
{
    xapian_c_database *db = NULL;
    xapian_c_error e;
    xapian_c_status got;
    char *path;
    osteon_status s;

    if (w->n_pieces == 0) {
        if (!OST_GROW(&w->pieces, &w->pieces_room, 1))
            return ost_fail_memory(err);
        ost_xw_next_name(w, "db", "", w->pieces[w->n_pieces++]);
        s = ost_xw_piece(w, w->pieces[0], NULL, err);
        if (s != OSTEON_OK)
            return s;
    }
    s = ost_xw_path(w, w->pieces[0], &path, err);
    if (s != OSTEON_OK)
        return s;
    got = xapian_c_writable_database_new_path(path, CHANGE_FLAGS, 0, &db, &e);
    if (got == XAPIAN_C_OK) {
        s = ost_xw_save(w, db, path, err);
        if (s == OSTEON_OK)
            got = xapian_c_writable_database_commit(db, &e);
    }
    if (got != XAPIAN_C_OK)
        s = ost_xw_fail(err, path, got, &e);
    xapian_c_database_free(db);
    ost_free(path);
    return s;
}

osteon_status ost_xw_join(ost_xw_writer *w, osteon_error *err)
{
    char name[OST_FILE_NAME];
    osteon_status s = reduce(w, err);

    if (s == OSTEON_OK)
        s = ost_xw_drop_replaced(w, err);
    if (s == OSTEON_OK)
        s = save(w, err);
    if (s == OSTEON_OK)
        s = compact(w, w->pieces, w->n_pieces, name, err);
    if (s == OSTEON_OK)
        s = ost_xw_sync(w->folder, name, err);
    if (s != OSTEON_OK)
        return s;
    for (size_t i = 0; i < w->n_pieces; i++)
        ost_xw_remove(w->folder, w->pieces[i]);
    w->n_pieces = 0;
    memcpy(w->base, name, sizeof name);
    return OSTEON_OK;
}
