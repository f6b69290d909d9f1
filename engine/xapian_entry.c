/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A document of a Xapian database: its data, as we or Omega write them, and
 * what the table of sources knows. All is copied when it is opened, so that
 * an entry outlives changes of the database.
 */
#include "xapian_data.h"
#include "xapian_index.h"

#include <stdio.h>
#include <sys/stat.h>
#include <xapian-c/xapian_c_document.h>

typedef struct ost_xapian_entry {
    osteon_entry base;
    ost_xapian_data data;
    char *id; /* of a foreign document, where its data have none */
    void *source_memory;
} ost_xapian_entry;

static void close_entry(osteon_entry *base)
{
    ost_xapian_entry *e = (ost_xapian_entry *)(void *)base;

    ost_xapian_data_free(&e->data);
    ost_free(e->id);
    ost_free(e->source_memory);
    ost_free(e);
}

static osteon_status stored(osteon_entry *base, const char **text, size_t *len,
                            osteon_error *err)
{
    const ost_xapian_entry *e = (const ost_xapian_entry *)(const void *)base;

    (void)err;
    *text = e->data.text;
    *len = e->data.text_len;
    return OSTEON_OK;
}

/* ---- What it is ---- */

/* What the table of sources knows is newer than the data: a file that was
 * only touched is not indexed again. */
static osteon_status take_source(ost_xapian_index *x, ost_xapian_entry *e,
                                 osteon_error *err)
{
    osteon_entry_info *info = &e->base.info;
    osteon_source source;
    osteon_status s;

    if (e->data.source == 0 || x->table == NULL)
        return OSTEON_OK;
    s = ost_source_table_get(x->table, e->data.source, &source,
                             &e->source_memory, err);
    if (s == OSTEON_NOT_FOUND)
        return OSTEON_OK;
    if (s != OSTEON_OK)
        return s;
    info->path = source.path;
    info->path_len = source.path_len;
    info->source_size = source.size;
    info->source_mtime_ns = source.mtime_ns;
    return OSTEON_OK;
}

/* A path of ours is what it says. One of Omega's may be the path of an
 * address, with no such file: then nothing is known of the file. */
static osteon_status take_file(ost_xapian_index *x, ost_xapian_entry *e,
                               osteon_error *err)
{
    struct stat st;

    if (e->base.info.path == NULL || x->remote)
        return OSTEON_OK;
    if (!x->settings.ours && !e->data.is_file &&
        (e->base.info.path[0] != '/' || stat(e->base.info.path, &st) != 0))
        return OSTEON_OK;
    return ost_entry_resolve(&e->base, err);
}

/* Sets the id to the text of the first term that begins with `letter`;
 * *found tells whether there is one. */
static osteon_status take_term(ost_xapian_index *x, ost_xapian_entry *e,
                               xapian_c_document *document, char letter,
                               bool *found, osteon_error *err)
{
    xapian_c_term_iterator *terms = NULL;
    ost_buffer id = {0};
    const char *term;
    size_t len;
    xapian_c_status status = xapian_c_document_termlist_begin(
        document, &terms, &x->error);

    *found = false;
    if (status == XAPIAN_C_OK)
        status = xapian_c_term_iterator_skip_to(terms, &letter, 1, &x->error);
    if (status == XAPIAN_C_OK)
        status =
            xapian_c_term_iterator_get_term(terms, &term, &len, &x->error);
    if (status == XAPIAN_C_OK && len > 1 && term[0] == letter) {
        ost_buffer_add(&id, term + 1, len - 1);
        ost_buffer_add_byte(&id, '\0');
        e->id = (char *)id.data;
        e->base.info.id = e->id;
        e->base.info.id_len = len - 1;
        *found = true;
    }
    xapian_c_term_iterator_free(terms);
    if (id.failed)
        return ost_fail_memory(err);
    if (status != XAPIAN_C_OK && status != XAPIAN_C_END)
        return ost_xapian_fail(x, status, err);
    return OSTEON_OK;
}

/* The id of a document whose data have none: its unique term by the customs
 * of Xapian's tools, else its number. */
static osteon_status find_id(ost_xapian_index *x, ost_xapian_entry *e,
                             xapian_c_document *document, uint32_t number,
                             osteon_error *err)
{
    ost_buffer id = {0};
    bool found;
    osteon_status s = take_term(x, e, document, 'Q', &found, err);

    if (s == OSTEON_OK && !found)
        s = take_term(x, e, document, 'U', &found, err);
    if (s != OSTEON_OK || found)
        return s;
    ost_buffer_printf(&id, "%lu", (unsigned long)number);
    ost_buffer_add_byte(&id, '\0');
    if (id.failed)
        return ost_fail_memory(err);
    e->id = (char *)id.data;
    e->base.info.id = e->id;
    e->base.info.id_len = id.len - 1;
    return OSTEON_OK;
}

static void take_data(ost_xapian_entry *e)
{
    const ost_xapian_data *d = &e->data;
    osteon_entry_info *info = &e->base.info;

    info->id = d->id != NULL ? d->id : d->path;
    info->id_len = d->id != NULL ? d->id_len : d->path_len;
    info->title = d->title != NULL ? d->title : "";
    info->title_len = d->title_len;
    info->path = d->path;
    info->path_len = d->path_len;
    info->line = d->line;
    info->tokens = d->tokens;
    info->source_size = d->size;
    info->source_mtime_ns = d->mtime_ns;
    info->fields = d->fields;
    info->n_fields = d->n_fields;
    info->has_stored = d->text != NULL;
}

static osteon_status load(ost_xapian_index *x, ost_xapian_entry *e,
                          xapian_c_database *db, uint32_t local,
                          uint32_t number, osteon_error *err)
{
    xapian_c_document *document = NULL;
    const char *bytes;
    size_t len;
    unsigned length;
    xapian_c_status status = xapian_c_database_get_document(
        db, local, 0, &document, &x->error);
    osteon_status s = OSTEON_OK;

    if (status == XAPIAN_C_DOC_NOT_FOUND_ERROR)
        return ost_fail(err, OSTEON_NOT_FOUND, "%lu: no such document",
                        (unsigned long)number);
    if (status == XAPIAN_C_OK)
        status =
            xapian_c_document_get_data(document, &bytes, &len, &x->error);
    if (status == XAPIAN_C_OK)
        s = ost_xapian_data_parse(&e->data, x->settings.ours, bytes, len, err);
    if (status == XAPIAN_C_OK && s == OSTEON_OK && !x->settings.ours) {
        status = xapian_c_database_get_doclength(db, local, &length,
                                                 &x->error);
        e->data.tokens = length;
    }
    if (status == XAPIAN_C_OK && s == OSTEON_OK) {
        take_data(e);
        if (e->base.info.id == NULL)
            s = find_id(x, e, document, number, err);
    }
    xapian_c_document_free(document);
    return status == XAPIAN_C_OK ? s : ost_xapian_fail(x, status, err);
}

static osteon_status open_at(ost_xapian_index *x, xapian_c_database *db,
                             uint32_t local, uint32_t number,
                             osteon_entry **out, osteon_error *err)
{
    ost_xapian_entry *e = ost_calloc(1, sizeof *e);
    osteon_status s;

    if (e == NULL)
        return ost_fail_memory(err);
    e->base.index = &x->base;
    e->base.stored = stored;
    e->base.close = close_entry;
    s = load(x, e, db, local, number, err);
    if (s == OSTEON_OK)
        s = take_source(x, e, err);
    if (s == OSTEON_OK)
        s = take_file(x, e, err);
    if (s != OSTEON_OK) {
        osteon_entry_close(&e->base);
        return s;
    }
    *out = &e->base;
    return OSTEON_OK;
}

/* ---- By number ---- */

typedef struct by_number {
    uint32_t document;
    osteon_entry **out;
} by_number;

static osteon_status number_body(ost_xapian_index *x, void *arg,
                                 osteon_error *err)
{
    const by_number *a = arg;
    xapian_c_database *db;
    uint32_t local;
    const osteon_status s =
        ost_xapian_locate(x, a->document, &db, &local, err);

    return s == OSTEON_OK ? open_at(x, db, local, a->document, a->out, err)
                          : s;
}

osteon_status ost_xapian_entry_open(const osteon_index *index,
                                    uint32_t document, osteon_entry **out,
                                    osteon_error *err)
{
    by_number a = {document, out};

    return ost_xapian_run(index, number_body, &a, err);
}

/* ---- By id ---- */

typedef struct by_id {
    const char *id;
    size_t len;
    osteon_entry **out;
} by_id;

/* Opens the first document with this term in any shard that is up; NOT_FOUND
 * where there is none. A term cut short stands for several ids, so ours are
 * compared. */
static osteon_status open_term(ost_xapian_index *x, const by_id *a,
                               const char *term, size_t len, osteon_error *err)
{
    for (uint32_t i = 0; i < x->n_up; i++) {
        xapian_c_database *db = x->shards[x->up[i]].db;
        xapian_c_posting_iterator *postings = NULL;
        osteon_status s = OSTEON_NOT_FOUND;
        xapian_c_status status = xapian_c_database_postlist_begin(
            db, term, len, &postings, &x->error);
        while (status == XAPIAN_C_OK && s == OSTEON_NOT_FOUND &&
               (status = xapian_c_posting_iterator_next(
                    postings, &x->error)) == XAPIAN_C_OK) {
            unsigned local;
            status = xapian_c_posting_iterator_get_docid(postings, &local,
                                                         &x->error);
            if (status != XAPIAN_C_OK)
                break;
            s = open_at(x, db, local, (local - 1) * x->n_shards + x->up[i] + 1,
                        a->out, err);
            if (s == OSTEON_OK && x->settings.ours &&
                ((*a->out)->info.id_len != a->len ||
                 memcmp((*a->out)->info.id, a->id, a->len) != 0)) {
                osteon_entry_close(*a->out);
                *a->out = NULL;
                s = OSTEON_NOT_FOUND;
            }
        }
        xapian_c_posting_iterator_free(postings);
        if (s != OSTEON_NOT_FOUND)
            return s;
        if (status != XAPIAN_C_END)
            return ost_xapian_fail(x, status, err);
    }
    return OSTEON_NOT_FOUND;
}

/* A foreign document: by its Q or U term, the latter perhaps with its
 * address as Omega writes it, or by its number. */
static osteon_status open_foreign(ost_xapian_index *x, const by_id *a,
                                  osteon_error *err)
{
    ost_buffer term = {0};
    uint32_t number = 0;
    osteon_status s = OSTEON_NOT_FOUND;

    for (unsigned way = 0; way < 3 && s == OSTEON_NOT_FOUND; way++) {
        term.len = 0;
        ost_buffer_add_byte(&term, way == 0 ? 'Q' : 'U');
        if (way < 2)
            ost_buffer_add(&term, a->id, a->len);
        else
            ost_xapian_url_encode(&term, a->id, a->len);
        if (term.failed)
            s = ost_fail_memory(err);
        else if (term.len <= OST_XAPIAN_TERM_MOST)
            s = open_term(x, a, (const char *)term.data, term.len, err);
    }
    ost_buffer_free(&term);
    if (s != OSTEON_NOT_FOUND)
        return s;
    for (size_t i = 0; i < a->len; i++) {
        const uint8_t digit = (uint8_t)(a->id[i] - '0');
        if (digit > 9 || number > (UINT32_MAX - digit) / 10)
            return OSTEON_NOT_FOUND;
        number = number * 10 + digit;
    }
    return number_body(x, &(by_number){number, a->out}, err);
}

static osteon_status id_body(ost_xapian_index *x, void *arg, osteon_error *err)
{
    const by_id *a = arg;
    char term[OST_XAPIAN_TERM_MOST];
    osteon_status s;

    if (x->settings.ours)
        s = open_term(x, a, term, ost_xapian_id_term(a->id, a->len, term),
                      err);
    else
        s = open_foreign(x, a, err);
    if (s == OSTEON_NOT_FOUND)
        return ost_fail(err, OSTEON_NOT_FOUND, "%.*s: no such document",
                        (int)(a->len < 4096 ? a->len : 4096), a->id);
    return s;
}

osteon_status ost_xapian_entry_open_id(const osteon_index *index,
                                       const char *id, size_t len,
                                       osteon_entry **out, osteon_error *err)
{
    by_id a = {id, len, out};

    return ost_xapian_run(index, id_body, &a, err);
}
