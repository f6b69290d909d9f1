/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A native index as a Xapian database, without its sources being read again.
 * Postings are transposed for one range of documents after the other: the
 * dictionary is walked for each, and what a term has in the range is appended
 * to the terms of its documents. A range is then a batch as feeds hand over.
 * Memory is that of a range; time is that of the postings, and of a look at
 * each list for each range.
 *
 * The words that stems came from are not known any more: Z terms have the
 * positions (docs/xapian.md).
 */
#include "xapian_writer.h"

#include "dictionary.h"
#include "xapian_index.h"

#include <stdio.h>

/* A range ends before the document that would exceed these. */
#define MOST_TOKENS 1000000
#define MOST_DOCUMENTS 65536

/* A document of the range. */
typedef struct member {
    ost_buffer terms;
    uint32_t n_terms;
    uint64_t wdf; /* of all */
} member;

typedef struct exporter {
    const ost_snapshot *snap;
    ost_xw_writer *w;
    uint32_t *sources; /* new numbers by old ones */
    size_t n_sources, sources_room;
    uint64_t sequence;
    ost_segment *seg;
    uint32_t first, end; /* the range */
    member *members;     /* of it */
    ost_xw_parts parts;
} exporter;

/* ---- Sources ---- */

/* The folder that holds the new index, as a real path. */
static osteon_status find_root(const ost_xw_writer *w, char **out,
                               osteon_error *err)
{
    char *parent = ost_path_join(w->folder, "..");

    *out = NULL;
    if (parent == NULL)
        return ost_fail_memory(err);
    *out = realpath(parent, NULL);
    ost_free(parent);
    return *out != NULL ? OSTEON_OK : ost_fail_memory(err);
}

/* Puts one source in the new table, under its absolute path where the new
 * index lies elsewhere. */
static osteon_status put_source(exporter *e, osteon_source *source,
                                bool elsewhere, osteon_error *err)
{
    const uint32_t old = source->id;
    uint32_t id;
    char *path = NULL;
    osteon_status s;

    if (elsewhere && source->path_len > 0 && source->path[0] != '/') {
        path = ost_path_join(e->snap->root, source->path);
        if (path == NULL)
            return ost_fail_memory(err);
        source->path = path;
        source->path_len = strlen(path);
    }
    s = ost_source_keeper_put(&e->w->sources, source, &id, err);
    ost_free(path);
    if (s != OSTEON_OK)
        return s;
    if (!OST_GROW(&e->sources, &e->sources_room, (size_t)old + 1))
        return ost_fail_memory(err);
    for (; e->n_sources <= old; e->n_sources++)
        e->sources[e->n_sources] = 0;
    e->sources[old] = id;
    return OSTEON_OK;
}

static osteon_status put_sources(exporter *e, osteon_error *err)
{
    ost_sources *table = NULL;
    osteon_source source;
    uint32_t cursor = 0;
    char *root;
    osteon_status s;

    if (e->snap->sources == NULL)
        return OSTEON_OK;
    s = find_root(e->w, &root, err);
    if (s != OSTEON_OK)
        return s;
    s = ost_source_table_read(e->snap->sources, &table, err);
    while (s == OSTEON_OK && ost_sources_next(table, &cursor, &source))
        s = put_source(e, &source, strcmp(root, e->snap->root) != 0, err);
    ost_sources_free(table);
    free(root);
    return s;
}

/* ---- Terms ---- */

static void add_term(member *m, const char *term, size_t len, uint32_t tf,
                     const uint32_t *positions, uint32_t n)
{
    uint32_t before = 0;

    ost_buffer_add_varint(&m->terms, len);
    ost_buffer_add(&m->terms, term, len);
    ost_buffer_add_varint(&m->terms, tf);
    ost_buffer_add_varint(&m->terms, n);
    for (uint32_t i = 0; i < n; i++) { /* from 1, as docs/xapian.md tells */
        ost_buffer_add_varint(&m->terms, positions[i] + 1 - before);
        before = positions[i] + 1;
    }
    m->n_terms++;
    m->wdf += tf;
}

/* Gives what a term has in the range to its documents. */
static osteon_status spread(exporter *e, const ost_term_cursor *c,
                            const char *prefix, osteon_error *err)
{
    const ost_term *t = &c->info;
    char term[OST_XAPIAN_TERM_MOST];
    ost_postings *p;
    uint32_t doc;
    size_t len;
    osteon_status s;

    if (t->df == 1 && (t->docs[0] < e->first || t->docs[0] >= e->end))
        return OSTEON_OK;
    len = ost_xapian_term(
        ost_xapian_is_stemmed(e->w->language, c->term, c->len), prefix,
        c->term, c->len, term);
    s = ost_postings_open(e->seg, t, &p, err);
    if (s != OSTEON_OK)
        return s;
    for (doc = ost_postings_seek(p, e->first); doc < e->end;
         doc = ost_postings_next(p)) {
        member *m = &e->members[doc - e->first];
        uint32_t tf;
        const uint32_t *positions;
        if (ost_bit(e->seg->deleted, doc))
            continue;
        tf = ost_postings_tf(p);
        positions = ost_postings_positions(p);
        add_term(m, term, len, tf, positions, ost_postings_n_positions(p));
        if (m->terms.failed) {
            ost_postings_close(p);
            return ost_fail_memory(err);
        }
    }
    s = ost_postings_status(p);
    if (s != OSTEON_OK && err != NULL)
        *err = p->error;
    ost_postings_close(p);
    return s;
}

/* Notes which documents of the range have a field. */
static osteon_status note_field(exporter *e, uint32_t field,
                                const char *prefix, osteon_error *err)
{
    char term[sizeof OST_TERM_HAS + OST_PREFIX_ROOM];
    const size_t len = (size_t)snprintf(term, sizeof term, "%s%s",
                                        OST_TERM_HAS, prefix);
    const uint8_t *norms;
    osteon_status s = ost_field_norms(e->seg, field, &norms, err);

    for (uint32_t d = e->first; d < e->end && s == OSTEON_OK; d++) {
        member *m = &e->members[d - e->first];
        if (norms[d] != 0 && !ost_bit(e->seg->deleted, d))
            add_term(m, term, len, 0, NULL, 0);
    }
    return s;
}

static osteon_status transpose(exporter *e, osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    for (uint32_t f = 0; f < e->seg->n_fields && s == OSTEON_OK; f++) {
        char prefix[OST_PREFIX_ROOM];
        ost_term_cursor c;
        ost_xapian_prefix(e->seg->fields[f].name, prefix);
        ost_term_cursor_start(&c, e->seg, f);
        while (s == OSTEON_OK) {
            s = ost_term_cursor_next(&c, err);
            if (s != OSTEON_OK || c.len == 0)
                break;
            s = spread(e, &c, prefix, err);
        }
        if (s == OSTEON_OK && e->seg->fields[f].name[0] != '\0')
            s = note_field(e, f, prefix, err);
    }
    return s;
}

/* ---- Documents ---- */

static osteon_status add_values(exporter *e, ost_xw_batch *batch,
                                uint32_t doc, ost_xw_record *head,
                                osteon_error *err)
{
    osteon_field *fields;
    size_t n;
    osteon_status s = ost_segment_values(e->seg, doc, &fields, &n, err);

    if (s != OSTEON_OK)
        return s;
    for (size_t i = 0; i < n && s == OSTEON_OK; i++) {
        char name[OST_MAX_FIELD_NAME + 1];
        if (ost_field_fold(&fields[i], name) &&
            !ost_xw_value(batch, head, &e->parts, &fields[i], name))
            s = ost_fail_memory(err);
    }
    ost_free(fields);
    return s;
}

static osteon_status add_stored(exporter *e, const ost_record *r,
                                ost_xw_record *head, osteon_error *err)
{
    char *text;
    size_t len;
    osteon_status s;

    if (!r->has_stored)
        return OSTEON_OK;
    s = ost_record_stored(e->seg, r, &text, &len, err);
    if (s != OSTEON_OK)
        return s;
    ost_xw_stored(head, &e->parts, text, len);
    ost_free(text);
    return OSTEON_OK;
}

/* The term that makes the length what it is natively. */
static void add_length(member *m, uint32_t tokens)
{
    uint64_t length = (uint64_t)tokens * OST_LENGTH_UNIT;

    if (tokens == 0)
        return;
    length = length > UINT32_MAX ? UINT32_MAX : length;
    add_term(m, OST_TERM_LENGTH, strlen(OST_TERM_LENGTH),
             length > m->wdf ? (uint32_t)(length - m->wdf) : 0, NULL, 0);
}

static osteon_status write_document(exporter *e, ost_xw_batch *batch,
                                    uint32_t doc, osteon_error *err)
{
    member *m = &e->members[doc - e->first];
    ost_xw_record head = {.index = batch->offered++};
    ost_record r;
    size_t start;
    osteon_status s = ost_record_get(e->seg, doc, &r, err);

    if (s != OSTEON_OK)
        return s;
    ost_xw_parts_clear(&e->parts);
    ost_buffer_add(&e->parts.id, r.id, r.id_len);
    ost_buffer_add(&e->parts.title, r.title, r.title_len);
    head.source = r.source < e->n_sources ? e->sources[r.source] : 0;
    head.line = r.line;
    head.tokens = r.length;
    s = add_values(e, batch, doc, &head, err);
    if (s == OSTEON_OK)
        s = add_stored(e, &r, &head, err);
    if (s == OSTEON_OK) {
        add_length(m, r.length);
        start = ost_xw_record_begin(batch, &head, &e->parts);
        ost_buffer_add(&batch->bytes, m->terms.data, m->terms.len);
        head.n_terms += m->n_terms;
        batch->cost += (size_t)m->n_terms * OST_TERM_COST;
        if (m->terms.failed ||
            !ost_xw_record_end(batch, start, &head, &e->parts))
            s = ost_fail_memory(err);
    }
    ost_record_free(&r);
    return s;
}

static osteon_status hand_over(exporter *e, ost_xw_batch *batch,
                               osteon_error *err)
{
    ost_xw_writer *w = e->w;
    osteon_status s;

    pthread_mutex_lock(&w->mutex);
    ost_xw_hand_over(w, batch);
    s = w->status;
    if (s != OSTEON_OK && err != NULL)
        *err = w->error;
    pthread_mutex_unlock(&w->mutex);
    return s;
}

static osteon_status write_range(exporter *e, osteon_error *err)
{
    const uint32_t n = e->end - e->first;
    ost_xw_batch *batch = ost_calloc(1, sizeof *batch);
    osteon_status s = OSTEON_OK;

    e->members = ost_calloc(n, sizeof *e->members);
    if (batch == NULL || e->members == NULL)
        s = ost_fail_memory(err);
    else
        batch->sequence = e->sequence++;
    if (s == OSTEON_OK)
        s = transpose(e, err);
    for (uint32_t d = e->first; d < e->end && s == OSTEON_OK; d++) {
        if (!ost_bit(e->seg->deleted, d))
            s = write_document(e, batch, d, err);
        ost_buffer_free(&e->members[d - e->first].terms);
    }
    for (uint32_t i = 0; e->members != NULL && i < n; i++)
        ost_buffer_free(&e->members[i].terms);
    ost_free(e->members);
    if (s == OSTEON_OK)
        return hand_over(e, batch, err);
    ost_xw_batch_free(batch);
    return s;
}

/* Ends the range before it has too many tokens or documents. */
static osteon_status find_end(exporter *e, osteon_error *err)
{
    uint64_t tokens = 0;

    for (e->end = e->first;
         e->end < e->seg->n_documents && e->end - e->first < MOST_DOCUMENTS;
         e->end++) {
        uint32_t length;
        osteon_status s = ost_record_length(e->seg, e->end, &length, err);
        if (s != OSTEON_OK)
            return s;
        tokens += length;
        if (tokens > MOST_TOKENS && e->end > e->first)
            break;
    }
    return OSTEON_OK;
}

static osteon_status write_all(exporter *e, osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    for (uint32_t i = 0; i < e->snap->n_segments; i++) {
        e->seg = e->snap->segments[i];
        for (e->first = 0; e->first < e->seg->n_documents; e->first = e->end) {
            s = find_end(e, err);
            if (s == OSTEON_OK)
                s = write_range(e, err);
            if (s != OSTEON_OK)
                return s;
        }
    }
    return s;
}

static osteon_status fail_present(const char *path, osteon_error *err)
{
    return ost_fail(err, OSTEON_INVALID,
                    "%s: there is an index already: choose another folder, "
                    "or remove it",
                    path);
}

osteon_status osteon_export_xapian(const osteon_index *index,
                                   const char *path,
                                   const osteon_writer_options *options,
                                   osteon_error *err)
{
    osteon_writer_options o = options ? *options : (osteon_writer_options){0};
    exporter e = {0};
    osteon_writer *writer = NULL;
    osteon_status s = ost_native_only(index, &e.snap, err);

    if (s != OSTEON_OK)
        return s;
    o.engine = "xapian";
    o.language = e.snap->language;
    o.shard = o.n_shards = 0;
    if (!o.rebuild && ost_xapian_is_at(path))
        return fail_present(path, err);
    s = osteon_writer_open(path, &o, &writer, err);
    if (s != OSTEON_OK)
        return s;
    e.w = writer->self;
    e.w->stems = true;
    e.w->title_weight = e.snap->manifest->title_weight;
    if (e.w->published[0] != '\0' && !o.rebuild)
        s = fail_present(path, err);
    if (s == OSTEON_OK)
        s = put_sources(&e, err);
    if (s == OSTEON_OK)
        s = write_all(&e, err);
    if (s == OSTEON_OK)
        s = osteon_writer_commit(writer, err);
    osteon_writer_close(writer);
    ost_free(e.sources);
    ost_xw_parts_free(&e.parts);
    return s;
}
