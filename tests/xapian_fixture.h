/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Databases in the layout of docs/xapian.md, written from the book by a hand
 * of their own: one document after the other, no threads, no updates. So the
 * reading half is tested against the layout and not against our writer.
 */
#ifndef OST_TEST_XAPIAN_FIXTURE_H
#define OST_TEST_XAPIAN_FIXTURE_H

#include "text.h"
#include "xapian_layout.h"

#include "asserts.h"
#include <stdio.h>
#include <sys/stat.h>
#include <xapian-c/xapian_c_database_writable.h>

static xapian_c_error xf_error;

#define XOK(call) ck_assert_msg((call) == XAPIAN_C_OK, "%s", xf_error.message)

typedef struct xf_writer {
    xapian_c_database *db;
    const char *language;
    ost_tokenizer *tokenizer;
    ost_stemmer *stemmer;
    bool stems; /* positions at Z terms, and no words */
    char folder[400];
} xf_writer;

static inline void xf_set(xf_writer *w, const char *key, const char *value)
{
    XOK(xapian_c_writable_database_set_metadata(
        w->db, key, strlen(key), value, strlen(value), &xf_error));
}

static inline void xf_open(xf_writer *w, const char *folder,
                           const char *language, bool stems)
{
    char path[500];
    FILE *stub;

    memset(w, 0, sizeof *w);
    w->language = language;
    w->stems = stems;
    snprintf(w->folder, sizeof w->folder, "%s", folder);
    ck_assert(mkdir(folder, 0777) == 0);
    snprintf(path, sizeof path, "%s/db-00000001", folder);
    XOK(xapian_c_writable_database_new_path(
        path, XAPIAN_C_DB_CREATE_OR_OVERWRITE, 0, &w->db, &xf_error));
    snprintf(path, sizeof path, "%s/XAPIANDB", folder);
    stub = fopen(path, "w");
    ck_assert_ptr_nonnull(stub);
    fputs("auto db-00000001\n", stub);
    fclose(stub);
    snprintf(path, sizeof path, "%s/LOCK", folder);
    stub = fopen(path, "w");
    ck_assert_ptr_nonnull(stub);
    fclose(stub);
    ck_assert_int_eq(ost_tokenizer_open(&w->tokenizer, NULL), OSTEON_OK);
    ck_assert_int_eq(ost_stemmer_open(language, &w->stemmer, NULL), OSTEON_OK);
    xf_set(w, OST_KEY_LAYOUT, "1");
    xf_set(w, OST_KEY_ANALYZER, "1");
    xf_set(w, OST_KEY_LANGUAGE, language);
    xf_set(w, OST_KEY_TITLE_WEIGHT, "3");
    xf_set(w, OST_KEY_POSITIONS, stems ? "stems" : "forms");
    xf_set(w, OST_KEY_GENERATION, "1");
}

static inline void xf_close(xf_writer *w)
{
    XOK(xapian_c_database_close(w->db, &xf_error));
    xapian_c_database_free(w->db);
    ost_tokenizer_close(w->tokenizer);
    ost_stemmer_close(w->stemmer);
}

/* A document under way. */
typedef struct xf_document {
    xf_writer *w;
    xapian_c_document *doc;
    uint32_t position, length;
    uint64_t wdf; /* of all terms so far */
} xf_document;

static inline void xf_term(xf_document *d, bool z, const char *prefix,
                           const char *word, size_t len, unsigned wdf,
                           int64_t position)
{
    char term[OST_XAPIAN_TERM_MOST];
    const size_t n = ost_xapian_term(z, prefix, word, len, term);

    if (position < 0)
        XOK(xapian_c_document_add_term(d->doc, term, n, wdf, &xf_error));
    else
        XOK(xapian_c_document_add_posting(d->doc, term, n, (unsigned)position,
                                          wdf, &xf_error));
    d->wdf += wdf;
}

static inline void xf_token(xf_document *d, const ost_token *t, bool word,
                            const char *prefix, unsigned wdf)
{
    xf_writer *w = d->w;
    char stem[OST_WORD_MAX], key[OST_XAPIAN_TERM_MOST];
    const size_t n = ost_stemmer_apply(w->stemmer, t->word, t->len, stem);
    const bool same = n == t->len && memcmp(stem, t->word, n) == 0;
    const bool z = ost_xapian_is_stemmed(w->language, stem, n);
    const int64_t at = word ? (int64_t)t->position : -1;

    if (w->stems) {
        xf_term(d, z, prefix, stem, n, wdf, at);
        return;
    }
    if (word)
        xf_term(d, false, prefix, t->word, t->len, wdf, at);
    if (z)
        xf_term(d, true, prefix, stem, n, wdf, -1);
    else if (!word || !same)
        xf_term(d, false, prefix, stem, n, wdf, at);
    if (word && z && !same)
        XOK(xapian_c_writable_database_add_synonym(
            w->db, key, ost_xapian_term(true, "", stem, n, key), t->word,
            t->len, &xf_error));
}

/* `field` NULL: the body. */
static inline void xf_text(xf_document *d, const char *field, unsigned weight,
                           const char *text, size_t len)
{
    ost_token tokens[64], part = {.start = SIZE_MAX};
    char prefix[OST_PREFIX_ROOM] = "", has[OST_PREFIX_ROOM + 8];
    size_t n;
    bool any = false;

    if (field != NULL)
        ost_xapian_prefix(field, prefix);
    if (d->position > 1)
        d->position += OST_POSITION_GAP;
    ost_tokenizer_start(d->w->tokenizer, text, len, d->position);
    while ((n = ost_tokenizer_next(d->w->tokenizer, tokens, 64)) > 0)
        for (size_t i = 0; i < n; i++) {
            const ost_token *t = &tokens[i];
            bool word = t->kind != OST_TOKEN_JOINED;
            if (t->kind == OST_TOKEN_ALIAS)
                word = t->start == part.start && t->end == part.end;
            if (t->kind == OST_TOKEN_WORD)
                part = *t;
            any = true;
            d->length += weight * (t->kind == OST_TOKEN_WORD ||
                                   t->kind == OST_TOKEN_CJK);
            xf_token(d, t, word, "", weight);
            if (field != NULL)
                xf_token(d, t, word, prefix, 1);
        }
    d->position = ost_tokenizer_position(d->w->tokenizer);
    if (any && field != NULL)
        xf_term(d, false, "", has,
                (size_t)sprintf(has, OST_TERM_HAS "%s", prefix), 0, -1);
}

static inline void xf_line(ost_buffer *data, const char *name, const char *text,
                           size_t len)
{
    ost_buffer_add_text(data, name);
    ost_xapian_escape(data, text, len);
    ost_buffer_add_byte(data, '\n');
}

static inline void xf_data(xf_document *d, const osteon_document *doc)
{
    static const char *const kinds[] = {"", "string.", "integer.", "real."};
    ost_buffer data = {0};
    size_t from = 0;

    xf_line(&data, "id=", doc->id, doc->id_len);
    if (doc->title_len > 0)
        xf_line(&data, "caption=", doc->title, doc->title_len);
    if (doc->line > 0)
        ost_buffer_printf(&data, "line=%u\n", doc->line);
    ost_buffer_printf(&data, "tokens=%u\n", d->length);
    for (size_t i = 0; i < doc->n_fields; i++) {
        const osteon_field *f = &doc->fields[i];
        if (f->kind == OSTEON_TEXT)
            continue;
        ost_buffer_add_text(&data, kinds[f->kind]);
        ost_buffer_add(&data, f->name, f->name_len);
        if (f->kind == OSTEON_STRING)
            xf_line(&data, "=", f->text, f->text_len);
        else if (f->kind == OSTEON_INTEGER)
            ost_buffer_printf(&data, "=%lld\n", (long long)f->integer);
        else
            ost_buffer_printf(&data, "=%.17g\n", f->real);
    }
    for (size_t i = 0; doc->stored != NULL && i <= doc->stored_len; i++) {
        if (i < doc->stored_len && doc->stored[i] != '\n')
            continue;
        ost_buffer_add_text(&data, "text=");
        ost_buffer_add(&data, doc->stored + from, i - from);
        ost_buffer_add_byte(&data, '\n');
        from = i + 1;
    }
    XOK(xapian_c_document_set_data(d->doc, (const char *)data.data,
                                   data.len - 1, &xf_error));
    ost_buffer_free(&data);
}

/* Adds a document that is number `order` in the order of input. */
static inline void xf_add(xf_writer *w, const osteon_document *doc,
                          uint64_t order)
{
    xf_document d = {.w = w, .position = 1};
    char id[OST_XAPIAN_TERM_MOST], bytes[8];
    unsigned docid;

    XOK(xapian_c_document_new(&d.doc, &xf_error));
    if (doc->title_len > 0)
        xf_text(&d, "title", 3, doc->title, doc->title_len);
    xf_text(&d, NULL, 1, doc->body, doc->body_len);
    for (size_t i = 0; i < doc->n_fields; i++) {
        const osteon_field *f = &doc->fields[i];
        char name[65] = {0};
        memcpy(name, f->name, f->name_len);
        if (f->kind == OSTEON_TEXT)
            xf_text(&d, name, 1, f->text, f->text_len);
    }
    if (d.length > 0) {
        const uint64_t all = (uint64_t)d.length * OST_LENGTH_UNIT;
        ck_assert_uint_ge(all, d.wdf);
        xf_term(&d, false, "", OST_TERM_LENGTH, strlen(OST_TERM_LENGTH),
                (unsigned)(all - d.wdf), -1);
    }
    XOK(xapian_c_document_add_boolean_term(
        d.doc, id, ost_xapian_id_term(doc->id, doc->id_len, id), &xf_error));
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (char)(order >> (56 - 8 * i));
    XOK(xapian_c_document_add_value(d.doc, OST_SLOT_ORDER, bytes, 8,
                                    &xf_error));
    xf_data(&d, doc);
    XOK(xapian_c_writable_database_add_document(w->db, d.doc, &docid,
                                                &xf_error));
    xapian_c_document_free(d.doc);
}

#endif
