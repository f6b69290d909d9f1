/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Documents of pieces that later ones of the same id replace. The terms of
 * ids are walked in all pieces at once, in order; where one has several
 * documents, all but the last are deleted.
 */
#include "xapian_writer.h"

#define ID_TERM "Q"

/* A piece and its place in the walk. */
typedef struct walk {
    xapian_c_database *db; /* for reading */
    xapian_c_term_iterator *terms; /* NULL: at its end */
    const char *term;
    size_t len;
    unsigned n_documents; /* that have it */
    char *path;
    unsigned *dead; /* documents to delete */
    size_t n_dead, room;
} walk;

static osteon_status step(walk *p, osteon_error *err)
{
    xapian_c_error e;
    xapian_c_status got = xapian_c_term_iterator_next(p->terms, &e);

    if (got == XAPIAN_C_OK)
        got = xapian_c_term_iterator_get_termfreq(p->terms, &p->n_documents,
                                                  &e);
    if (got == XAPIAN_C_OK)
        got = xapian_c_term_iterator_get_term(p->terms, &p->term, &p->len,
                                              &e);
    if (got == XAPIAN_C_OK)
        return OSTEON_OK;
    xapian_c_term_iterator_free(p->terms);
    p->terms = NULL;
    return got == XAPIAN_C_END ? OSTEON_OK
                               : ost_xw_fail(err, p->path, got, &e);
}

static osteon_status start(ost_xw_writer *w, const char *name, walk *p,
                           osteon_error *err)
{
    xapian_c_error e;
    xapian_c_status got;
    osteon_status s = ost_xw_path(w, name, &p->path, err);

    if (s != OSTEON_OK)
        return s;
    got = xapian_c_database_new_path(p->path, 0, &p->db, &e);
    if (got == XAPIAN_C_OK)
        got = xapian_c_database_allterms_begin(p->db, ID_TERM,
                                               strlen(ID_TERM), &p->terms,
                                               &e);
    return got == XAPIAN_C_OK ? step(p, err)
                              : ost_xw_fail(err, p->path, got, &e);
}

static int compare(const walk *a, const walk *b)
{
    const int order =
        memcmp(a->term, b->term, a->len < b->len ? a->len : b->len);

    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

/* Notes the documents of the current term; `all` or all but the last. */
static osteon_status note(walk *p, bool all, osteon_error *err)
{
    xapian_c_posting_iterator *documents = NULL;
    xapian_c_error e;
    unsigned number, n = p->n_documents - !all;
    xapian_c_status got;

    if (n == 0)
        return OSTEON_OK;
    got = xapian_c_database_postlist_begin(p->db, p->term, p->len, &documents,
                                           &e);
    for (; got == XAPIAN_C_OK && n > 0; n--) {
        got = xapian_c_posting_iterator_next(documents, &e);
        if (got == XAPIAN_C_OK)
            got = xapian_c_posting_iterator_get_docid(documents, &number, &e);
        if (got == XAPIAN_C_OK) {
            if (!OST_GROW(&p->dead, &p->room, p->n_dead + 1)) {
                xapian_c_posting_iterator_free(documents);
                return ost_fail_memory(err);
            }
            p->dead[p->n_dead++] = number;
        }
    }
    xapian_c_posting_iterator_free(documents);
    return got == XAPIAN_C_OK ? OSTEON_OK
                              : ost_xw_fail(err, p->path, got, &e);
}

/* Handles the least term of all, and steps over it. */
static osteon_status take_least(walk *pieces, size_t n, bool *more,
                                osteon_error *err)
{
    bool same[OST_MOST_PARTS], later = false;
    const walk *least = NULL;
    osteon_status s = OSTEON_OK;

    for (size_t i = 0; i < n; i++)
        if (pieces[i].terms != NULL &&
            (least == NULL || compare(&pieces[i], least) < 0))
            least = &pieces[i];
    *more = least != NULL;
    if (least == NULL)
        return OSTEON_OK;
    for (size_t i = 0; i < n; i++)
        same[i] = pieces[i].terms != NULL && compare(&pieces[i], least) == 0;
    for (size_t i = n; i-- > 0 && s == OSTEON_OK;) {
        if (!same[i])
            continue;
        s = note(&pieces[i], later, err);
        later = true;
    }
    for (size_t i = 0; i < n && s == OSTEON_OK; i++)
        if (same[i])
            s = step(&pieces[i], err);
    return s;
}

static osteon_status delete_dead(const walk *p, osteon_error *err)
{
    xapian_c_database *db;
    xapian_c_error e;
    xapian_c_status got = xapian_c_writable_database_new_path(
        p->path,
        XAPIAN_C_DB_OPEN | XAPIAN_C_DB_DANGEROUS | XAPIAN_C_DB_NO_SYNC, 0,
        &db, &e);

    for (size_t i = 0; i < p->n_dead && got == XAPIAN_C_OK; i++)
        got = xapian_c_writable_database_delete_document(db, p->dead[i], &e);
    if (got == XAPIAN_C_OK)
        got = xapian_c_writable_database_commit(db, &e);
    xapian_c_database_free(db);
    return got == XAPIAN_C_OK ? OSTEON_OK
                              : ost_xw_fail(err, p->path, got, &e);
}

osteon_status ost_xw_drop_replaced(ost_xw_writer *w, osteon_error *err)
{
    walk pieces[OST_MOST_PARTS] = {0};
    osteon_status s = OSTEON_OK;
    bool more = true;

    for (size_t i = 0; i < w->n_pieces && s == OSTEON_OK; i++)
        s = start(w, w->pieces[i], &pieces[i], err);
    while (s == OSTEON_OK && more)
        s = take_least(pieces, w->n_pieces, &more, err);
    for (size_t i = 0; i < w->n_pieces; i++) {
        walk *p = &pieces[i];
        xapian_c_term_iterator_free(p->terms);
        xapian_c_database_free(p->db);
        if (s == OSTEON_OK && p->n_dead > 0)
            s = delete_dead(p, err);
        ost_free(p->dead);
        ost_free(p->path);
    }
    return s;
}
