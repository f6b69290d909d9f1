/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An index as a CIFF file (engine/ciff.proto). The header tells how many
 * messages follow, so everything is walked once to count; then terms, then
 * documents are written as they are walked again.
 *
 * A postings list is one message, whatever its length, and its own length
 * stands before it. Its postings are packed so many at a time: messages of
 * one type behind one another are one message to whoever reads them. A list
 * of more than one such piece is walked twice, for its length and for its
 * bytes, instead of being held.
 */
#include "engine.h"

#include "collection.h"

#include <ciff.pb-c.h>
#include <utf8proc.h>

/* Postings packed at once, and bytes gathered before they are written. */
#define PIECE 4096
#define GATHERED ((size_t)1 << 18)

typedef struct exporter {
    ost_collection collection;
    osteon_sink write;
    void *arg;
    ost_buffer out;
    OstCiffPosting postings[PIECE];
    OstCiffPosting *pointers[PIECE];
    uint32_t n;    /* postings gathered */
    uint32_t last; /* document of the one before */
    osteon_ciff_counts counts;
    uint64_t tokens;
    ost_buffer id;
} exporter;

/* ---- Bytes out ---- */

static osteon_status hand_on(exporter *e, size_t most, osteon_error *err)
{
    if (e->out.failed)
        return ost_fail_memory(err);
    if (e->out.len <= most)
        return OSTEON_OK;
    if (!e->write(e->arg, e->out.data, e->out.len))
        return ost_fail(err, OSTEON_IO, "the export could not be written");
    e->out.len = 0;
    return OSTEON_OK;
}

/* Appends a message without its length. */
static osteon_status put(exporter *e, const ProtobufCMessage *message,
                         osteon_error *err)
{
    const size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *place = ost_buffer_reserve(&e->out, size);

    if (place != NULL)
        e->out.len += protobuf_c_message_pack(message, place);
    return hand_on(e, GATHERED, err);
}

static osteon_status
put_delimited(exporter *e, const ProtobufCMessage *message, osteon_error *err)
{
    ost_buffer_add_varint(&e->out,
                          protobuf_c_message_get_packed_size(message));
    return put(e, message, err);
}

static osteon_status too_large(const char *what, osteon_error *err)
{
    return ost_fail(err, OSTEON_INVALID, "%s: more than a CIFF file can hold",
                    what);
}

/* ---- The header ---- */

static osteon_status count_terms(exporter *e, osteon_error *err)
{
    ost_term_walk w;
    osteon_status s = ost_term_walk_open(&e->collection, "", &w, err);

    while (s == OSTEON_OK) {
        s = ost_term_walk_next(&w, err);
        if (s != OSTEON_OK || w.len == 0)
            break;
        e->counts.terms++;
    }
    ost_term_walk_close(&w);
    if (s == OSTEON_OK && e->counts.terms > INT32_MAX)
        s = too_large("number of terms", err);
    return s;
}

static osteon_status count_tokens(exporter *e, osteon_error *err)
{
    const ost_snapshot *snap = e->collection.snapshot;
    osteon_status s = OSTEON_OK;

    for (uint32_t i = 0; i < snap->n_segments; i++) {
        ost_segment *seg = snap->segments[i];
        for (uint32_t d = 0; d < seg->n_documents && s == OSTEON_OK; d++) {
            uint32_t length;
            if (ost_bit(seg->deleted, d))
                continue;
            s = ost_record_length(seg, d, &length, err);
            e->tokens += length;
            if (s == OSTEON_OK && length > INT32_MAX)
                s = too_large("length of a document", err);
        }
    }
    return s;
}

static osteon_status put_header(exporter *e, osteon_error *err)
{
    const int32_t documents = (int32_t)e->collection.n_documents;
    OstCiffHeader h = OST_CIFF_HEADER__INIT;
    ost_buffer text = {0};
    osteon_status s;

    ost_buffer_printf(&text, "Osteon %s, language %s", OSTEON_VERSION_TEXT,
                      e->collection.snapshot->language);
    if (text.failed)
        return ost_fail_memory(err);
    h.version = 1;
    h.num_postings_lists = h.total_postings_lists = (int32_t)e->counts.terms;
    h.num_docs = h.total_docs = documents;
    h.total_terms_in_collection = (int64_t)e->tokens;
    h.average_doclength = documents > 0 ? (double)e->tokens / documents : 0;
    h.description.data = text.data;
    h.description.len = text.len;
    s = put_delimited(e, &h.base, err);
    ost_buffer_free(&text);
    return s;
}

/* ---- Postings ---- */

static OstCiffPostingsList piece_of(exporter *e)
{
    OstCiffPostingsList list = OST_CIFF_POSTINGS_LIST__INIT;

    list.postings = e->pointers;
    list.n_postings = e->n;
    return list;
}

/* Gathers the next postings, up to a piece; fewer at the end of the list. */
static osteon_status gather(exporter *e, ost_term_walk *w, osteon_error *err)
{
    for (e->n = 0; e->n < PIECE; e->n++) {
        uint32_t doc, tf;
        osteon_status s = ost_term_walk_posting(w, &doc, &tf, err);
        if (s != OSTEON_OK || doc == OST_DOC_END)
            return s;
        if (tf > INT32_MAX)
            return too_large("occurrences of a term", err);
        e->postings[e->n].docid = (int32_t)(doc - e->last);
        e->postings[e->n].tf = (int32_t)tf;
        e->last = doc;
    }
    return OSTEON_OK;
}

/* Walks the list for the size of all its pieces, behind the first. */
static osteon_status add_sizes(exporter *e, ost_term_walk *w, size_t *size,
                               osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    while (s == OSTEON_OK && e->n > 0) {
        s = gather(e, w, err);
        if (s == OSTEON_OK) {
            const OstCiffPostingsList piece = piece_of(e);
            *size += protobuf_c_message_get_packed_size(&piece.base);
        }
    }
    return s;
}

/* Writes the pieces from where the walk is; the first `e->n` are gathered. */
static osteon_status put_pieces(exporter *e, ost_term_walk *w,
                                osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    while (s == OSTEON_OK && e->n > 0) {
        const OstCiffPostingsList piece = piece_of(e);
        s = put(e, &piece.base, err);
        if (s == OSTEON_OK && e->n < PIECE)
            break;
        if (s == OSTEON_OK)
            s = gather(e, w, err);
    }
    return s;
}

static osteon_status put_list(exporter *e, ost_term_walk *w, osteon_error *err)
{
    OstCiffPostingsList head = OST_CIFF_POSTINGS_LIST__INIT, piece;
    uint32_t df;
    uint64_t cf;
    size_t size;
    osteon_status s = ost_term_walk_count(w, &df, &cf, err);

    if (s != OSTEON_OK)
        return s;
    head.term.data = (uint8_t *)w->term;
    head.term.len = w->len;
    head.df = (int64_t)df;
    head.cf = (int64_t)cf;
    e->counts.postings += df;
    e->last = 0;
    s = gather(e, w, err);
    if (s != OSTEON_OK)
        return s;
    piece = piece_of(e);
    size = protobuf_c_message_get_packed_size(&head.base) +
           protobuf_c_message_get_packed_size(&piece.base);
    if (e->n == PIECE) {
        s = add_sizes(e, w, &size, err);
        ost_term_walk_rewind(w);
        e->last = 0;
        if (s == OSTEON_OK)
            s = gather(e, w, err);
    }
    if (s == OSTEON_OK && size > INT32_MAX) /* what protobuf can read */
        s = too_large("postings of a term", err);
    ost_buffer_add_varint(&e->out, size);
    if (s == OSTEON_OK)
        s = put(e, &head.base, err);
    return s == OSTEON_OK ? put_pieces(e, w, err) : s;
}

static osteon_status put_terms(exporter *e, osteon_error *err)
{
    ost_term_walk w;
    osteon_status s = ost_term_walk_open(&e->collection, "", &w, err);

    while (s == OSTEON_OK) {
        s = ost_term_walk_next(&w, err);
        if (s != OSTEON_OK || w.len == 0)
            break;
        s = put_list(e, &w, err);
    }
    ost_term_walk_close(&w);
    return s;
}

/* ---- Documents ---- */

/* Text in a protobuf is UTF-8, and most readers refuse the whole file for one
 * byte that is not. */
static void put_id(exporter *e, const char *id, size_t len)
{
    const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)id;
    bool changed = false;

    e->id.len = 0;
    while (len > 0) {
        utf8proc_int32_t c;
        utf8proc_ssize_t n =
            utf8proc_iterate(p, len < 4 ? (utf8proc_ssize_t)len : 4, &c);
        if (n > 0) {
            ost_buffer_add(&e->id, p, (size_t)n);
        } else {
            ost_buffer_printf(&e->id, "\\x%02x", *p);
            changed = true;
            n = 1;
        }
        p += n;
        len -= (size_t)n;
    }
    e->counts.ids_changed += changed;
}

static osteon_status put_document(exporter *e, ost_segment *seg, uint32_t doc,
                                  osteon_error *err)
{
    OstCiffDocRecord d = OST_CIFF_DOC_RECORD__INIT;
    ost_record r;
    osteon_status s = ost_record_get(seg, doc, &r, err);

    if (s != OSTEON_OK)
        return s;
    put_id(e, r.id, r.id_len);
    d.docid = (int32_t)e->counts.documents++;
    d.collection_docid.data = e->id.data;
    d.collection_docid.len = e->id.len;
    d.doclength = (int32_t)r.length;
    ost_record_free(&r);
    return e->id.failed ? ost_fail_memory(err)
                        : put_delimited(e, &d.base, err);
}

static osteon_status put_documents(exporter *e, osteon_error *err)
{
    const ost_snapshot *snap = e->collection.snapshot;
    osteon_status s = OSTEON_OK;

    for (uint32_t i = 0; i < snap->n_segments; i++) {
        ost_segment *seg = snap->segments[i];
        for (uint32_t d = 0; d < seg->n_documents && s == OSTEON_OK; d++)
            if (!ost_bit(seg->deleted, d))
                s = put_document(e, seg, d, err);
    }
    return s;
}

osteon_status osteon_export_ciff(const osteon_index *index, osteon_sink write,
                                 void *arg, osteon_ciff_counts *counts,
                                 osteon_error *err)
{
    const ost_snapshot *snapshot;
    osteon_status s = ost_native_only(index, &snapshot, err);
    exporter *e;

    if (s != OSTEON_OK)
        return s;
    e = ost_calloc(1, sizeof *e);
    if (e == NULL)
        return ost_fail_memory(err);
    e->write = write;
    e->arg = arg;
    for (unsigned i = 0; i < PIECE; i++) {
        ost_ciff_posting__init(&e->postings[i]);
        e->pointers[i] = &e->postings[i];
    }
    s = ost_collection_open(snapshot, &e->collection, err);
    if (s == OSTEON_OK)
        s = count_terms(e, err);
    if (s == OSTEON_OK)
        s = count_tokens(e, err);
    if (s == OSTEON_OK)
        s = put_header(e, err);
    if (s == OSTEON_OK)
        s = put_terms(e, err);
    if (s == OSTEON_OK)
        s = put_documents(e, err);
    if (s == OSTEON_OK)
        s = hand_on(e, 0, err);
    if (s == OSTEON_OK && counts != NULL)
        *counts = e->counts;
    ost_collection_close(&e->collection);
    ost_buffer_free(&e->out);
    ost_buffer_free(&e->id);
    ost_free(e);
    return s;
}
