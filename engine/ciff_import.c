/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A CIFF file (engine/ciff.proto) to a new index. Impacts of postings need
 * the lengths of documents, which come last: so the file is passed twice,
 * first for header and documents, jumping from list to list, then for the
 * lists. What it says twice is compared where it matters: df with the
 * postings. Its totals, averages and cf are not asked: an index has its own.
 */
#include "ciff_read.h"
#include "import.h"

#include "text.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Bytes that a document record takes at least: its length, a tag, a length
 * and a byte of an id. */
#define LEAST_RECORD 4

typedef struct importer {
    ost_ciff_reader reader;
    ost_import *import;
    uint32_t n_documents;
    uint64_t n_lists, lists_at, documents_at;
    uint64_t *hashes;        /* of ids */
    char term[OST_WORD_MAX]; /* the one before */
    size_t term_len;
    osteon_ciff_counts counts;
} importer;

/* A postings list being read. */
typedef struct open_list {
    uint64_t at; /* in the file */
    char term[OST_WORD_MAX];
    size_t term_len;  /* more than that: it is left out */
    int64_t df, told; /* postings read; what the list says, 0: nothing */
    uint64_t doc;     /* of the last posting */
} open_list;

/* ---- The header ---- */

static osteon_status read_header(importer *m, osteon_error *err)
{
    ost_ciff_reader *r = &m->reader;
    const OstCiffHeader *h;
    ProtobufCMessage *message;
    osteon_status s = ost_ciff_next(r, "the header", err);

    if (s == OSTEON_OK)
        s = ost_ciff_whole(r, &ost_ciff_header__descriptor, &message, err);
    if (s != OSTEON_OK)
        return s;
    h = (const OstCiffHeader *)message;
    if (h->version != 1)
        return ost_ciff_fail(r, 0, err,
                             "version %ld of the format, this reads 1",
                             (long)h->version);
    if (h->num_docs < 0 || h->num_postings_lists < 0)
        return ost_ciff_fail(r, 0, err, "a count below 0 in the header");
    if ((uint64_t)h->num_docs > r->size / LEAST_RECORD ||
        (uint64_t)h->num_postings_lists > r->size)
        return ost_ciff_fail(r, 0, err,
                             "%ld lists and %ld documents in %llu bytes",
                             (long)h->num_postings_lists, (long)h->num_docs,
                             (unsigned long long)r->size);
    m->n_documents = (uint32_t)h->num_docs;
    m->n_lists = (uint64_t)h->num_postings_lists;
    m->lists_at = ost_ciff_tell(r);
    return OSTEON_OK;
}

/* ---- Documents ---- */

static osteon_status next_record(ost_ciff_reader *r,
                                 const OstCiffDocRecord **out,
                                 osteon_error *err)
{
    ProtobufCMessage *message = NULL;
    osteon_status s = ost_ciff_next(r, "a document", err);

    if (s == OSTEON_OK)
        s = ost_ciff_whole(r, &ost_ciff_doc_record__descriptor, &message, err);
    *out = (const OstCiffDocRecord *)message;
    return s;
}

static osteon_status read_document(importer *m, uint32_t i, osteon_error *err)
{
    ost_ciff_reader *r = &m->reader;
    const OstCiffDocRecord *d;
    osteon_status s = next_record(r, &d, err);

    if (s != OSTEON_OK)
        return s;
    if (d->docid < 0 || (uint32_t)d->docid != i)
        return ost_ciff_fail(r, r->begin, err,
                             "document %ld where %lu should be",
                             (long)d->docid, (unsigned long)i);
    if (d->doclength < 0)
        return ost_ciff_fail(r, r->begin, err, "a length below 0");
    if (d->collection_docid.len == 0 || d->collection_docid.len > OST_MAX_ID ||
        memchr(d->collection_docid.data, 0, d->collection_docid.len) != NULL)
        return ost_ciff_fail(r, r->begin, err,
                             "an id that is not 1 to %d bytes without NUL",
                             OST_MAX_ID);
    m->hashes[i] =
        XXH3_64bits(d->collection_docid.data, d->collection_docid.len);
    return ost_import_document(
        m->import, (const char *)d->collection_docid.data,
        d->collection_docid.len, (uint32_t)d->doclength, err);
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* An id whose hash another has too. */
typedef struct like_id {
    const char *id;
    uint64_t at; /* of its document in the file */
} like_id;

static int by_id(const void *a, const void *b)
{
    const like_id *x = a, *y = b;
    const int c = strcmp(x->id, y->id);

    return c != 0 ? c : (x->at > y->at) - (x->at < y->at);
}

/* Leaves those of n sorted hashes that are there more than once, each once;
 * returns how many. */
static size_t keep_repeated(uint64_t *hashes, size_t n)
{
    size_t kept = 0;

    for (size_t i = 1; i < n; i++)
        if (hashes[i] == hashes[i - 1] &&
            (kept == 0 || hashes[kept - 1] != hashes[i]))
            hashes[kept++] = hashes[i];
    return kept;
}

/* Reads the documents again and gathers the ids that have one of n hashes,
 * with a NUL behind each, in `ids`. */
static osteon_status gather_ids(importer *m, size_t n, ost_buffer *ids,
                                like_id **out, size_t *n_out,
                                osteon_error *err)
{
    ost_ciff_reader *r = &m->reader;
    size_t room = 0;
    osteon_status s = ost_ciff_seek(r, m->documents_at, err);

    for (uint32_t i = 0; i < m->n_documents && s == OSTEON_OK; i++) {
        const OstCiffDocRecord *d;
        uint64_t hash;
        s = next_record(r, &d, err);
        if (s != OSTEON_OK)
            break;
        hash =
            XXH3_64bits(d->collection_docid.data, d->collection_docid.len);
        if (bsearch(&hash, m->hashes, n, sizeof hash, by_value) == NULL)
            continue;
        ost_buffer_add(ids, d->collection_docid.data,
                       d->collection_docid.len);
        ost_buffer_add_byte(ids, 0);
        if (ids->failed || !OST_GROW(out, &room, *n_out + 1))
            s = ost_fail_memory(err);
        else
            (*out)[(*n_out)++].at = r->begin;
    }
    return s;
}

/* An id names one document. Those of equal hashes are compared: sorted, for
 * somebody may have made many. */
static osteon_status check_ids(importer *m, osteon_error *err)
{
    ost_buffer ids = {0};
    like_id *like = NULL;
    size_t n_like = 0, n = m->n_documents;
    osteon_status s = OSTEON_OK;

    if (n > 0)
        qsort(m->hashes, n, sizeof *m->hashes, by_value);
    n = keep_repeated(m->hashes, n);
    if (n > 0)
        s = gather_ids(m, n, &ids, &like, &n_like, err);
    if (s == OSTEON_OK && n_like > 0) {
        const char *id = (const char *)ids.data;
        for (size_t i = 0; i < n_like; i++, id += strlen(id) + 1)
            like[i].id = id;
        qsort(like, n_like, sizeof *like, by_id);
    }
    for (size_t i = 1; i < n_like && s == OSTEON_OK; i++)
        if (strcmp(like[i].id, like[i - 1].id) == 0)
            s = ost_ciff_fail(&m->reader, like[i].at, err,
                              "the id %s comes twice", like[i].id);
    ost_free(like);
    ost_buffer_free(&ids);
    ost_free(m->hashes);
    m->hashes = NULL;
    return s;
}

/* Jumps over the lists, and reads what comes behind them. */
static osteon_status read_documents(importer *m, osteon_error *err)
{
    ost_ciff_reader *r = &m->reader;
    osteon_status s = OSTEON_OK;

    m->hashes = ost_malloc((size_t)m->n_documents * 8 + 1);
    if (m->hashes == NULL)
        return ost_fail_memory(err);
    for (uint64_t i = 0; i < m->n_lists && s == OSTEON_OK; i++) {
        s = ost_ciff_next(r, "a postings list", err);
        if (s == OSTEON_OK)
            s = ost_ciff_skip(r, err);
    }
    m->documents_at = ost_ciff_tell(r);
    for (uint32_t i = 0; i < m->n_documents && s == OSTEON_OK; i++)
        s = read_document(m, i, err);
    if (s == OSTEON_OK && ost_ciff_tell(r) != r->size)
        s = ost_ciff_fail(r, ost_ciff_tell(r), err,
                          "bytes behind the last document");
    m->counts.documents = m->n_documents;
    return s == OSTEON_OK ? check_ids(m, err) : s;
}

/* ---- Postings ---- */

static void note_term(open_list *l, const OstCiffPostingsList *piece)
{
    l->term_len = piece->term.len;
    if (l->term_len > 0 && l->term_len <= sizeof l->term)
        memcpy(l->term, piece->term.data, l->term_len);
}

/* Reads the first piece of a list. The term is in it, but where an engine
 * writes it behind the postings of a long list: then it is looked for, and
 * the piece is read once more. A term of 0 bytes is none. */
static osteon_status read_first(importer *m, open_list *l,
                                OstCiffPostingsList **piece, osteon_error *err)
{
    ost_ciff_reader *r = &m->reader;
    const uint64_t left = r->left, start = ost_ciff_tell(r);
    osteon_status s = ost_ciff_piece(r, piece, err);

    if (s != OSTEON_OK || *piece == NULL || (*piece)->term.len > 0) {
        if (s == OSTEON_OK && *piece != NULL)
            note_term(l, *piece);
        return s;
    }
    while (s == OSTEON_OK && *piece != NULL && l->term_len == 0) {
        s = ost_ciff_piece(r, piece, err);
        if (s == OSTEON_OK && *piece != NULL)
            note_term(l, *piece);
    }
    if (s == OSTEON_OK)
        s = ost_ciff_seek(r, start, err);
    r->left = left;
    return s == OSTEON_OK ? ost_ciff_piece(r, piece, err) : s;
}

/* Terms ascend by bytes, so that each comes once. */
static osteon_status check_order(importer *m, const open_list *l,
                                 osteon_error *err)
{
    const int c = ost_term_compare(m->term, m->term_len, l->term, l->term_len);

    if (c >= 0)
        return ost_ciff_fail(&m->reader, l->at, err,
                             c == 0 ? "the term %.*s comes twice"
                                    : "the term %.*s is out of order",
                             (int)l->term_len, l->term);
    memcpy(m->term, l->term, l->term_len);
    m->term_len = l->term_len;
    return OSTEON_OK;
}

static osteon_status bad_posting(const importer *m, const open_list *l,
                                 const char *what, uint64_t value,
                                 osteon_error *err)
{
    return ost_ciff_fail(&m->reader, l->at, err, "term %.*s: %s %llu",
                         (int)l->term_len, l->term, what,
                         (unsigned long long)value);
}

static osteon_status add_posting(importer *m, open_list *l,
                                 const OstCiffPosting *p, osteon_error *err)
{
    if (p->docid < (l->df > 0))
        return bad_posting(m, l, "documents do not ascend behind", l->doc,
                           err);
    l->doc += (uint32_t)p->docid;
    if (l->doc >= m->n_documents)
        return bad_posting(m, l, "no such document:", l->doc, err);
    if (p->tf < 1)
        return bad_posting(m, l, "a frequency below 1 in document", l->doc,
                           err);
    if (ost_import_norms(m->import)[l->doc] == 0)
        return bad_posting(m, l, "it is in a document without length:", l->doc,
                           err);
    l->df++;
    return ost_import_posting(m->import, (uint32_t)l->doc, (uint32_t)p->tf,
                              err);
}

/* Reads the postings of a term that was begun, from this piece on. */
static osteon_status read_postings(importer *m, open_list *l,
                                   OstCiffPostingsList *piece,
                                   osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    while (piece != NULL) {
        if (piece->term.len > 0 &&
            (piece->term.len != l->term_len ||
             memcmp(piece->term.data, l->term, l->term_len) != 0))
            return ost_ciff_fail(&m->reader, l->at, err,
                                 "a list of two terms");
        if (piece->df != 0)
            l->told = piece->df;
        for (size_t i = 0; i < piece->n_postings && s == OSTEON_OK; i++)
            s = add_posting(m, l, piece->postings[i], err);
        if (s == OSTEON_OK)
            s = ost_ciff_piece(&m->reader, &piece, err);
        if (s != OSTEON_OK)
            return s;
    }
    if (l->told != 0 && l->told != l->df)
        return bad_posting(m, l, "its df is not the number of its postings,",
                           (uint64_t)l->df, err);
    return OSTEON_OK;
}

static osteon_status read_list(importer *m, osteon_error *err)
{
    open_list l = {.term_len = 0};
    OstCiffPostingsList *first;
    osteon_status s = ost_ciff_next(&m->reader, "a postings list", err);

    l.at = m->reader.begin;
    if (s == OSTEON_OK)
        s = read_first(m, &l, &first, err);
    if (s != OSTEON_OK)
        return s;
    if (l.term_len == 0 || l.term_len > OST_WORD_MAX) {
        m->counts.terms_left_out++;
        return ost_ciff_skip(&m->reader, err);
    }
    s = check_order(m, &l, err);
    if (s == OSTEON_OK)
        s = ost_import_term(m->import, l.term, l.term_len, err);
    if (s == OSTEON_OK)
        s = read_postings(m, &l, first, err);
    m->counts.terms += l.df > 0;
    m->counts.postings += (uint64_t)l.df;
    return s;
}

static osteon_status read_lists(importer *m, osteon_error *err)
{
    osteon_status s = ost_ciff_seek(&m->reader, m->lists_at, err);

    for (uint64_t i = 0; i < m->n_lists && s == OSTEON_OK; i++)
        s = read_list(m, err);
    return s;
}

/* ---- All of it ---- */

static osteon_status import_into(importer *m, ost_writer *w, osteon_error *err)
{
    osteon_status s = ost_import_open(w, m->n_documents, &m->import, err);

    if (s == OSTEON_OK)
        s = read_documents(m, err);
    if (s == OSTEON_OK)
        s = read_lists(m, err);
    if (s == OSTEON_OK)
        s = ost_import_finish(m->import, err);
    if (s == OSTEON_OK)
        s = ost_writer_commit(w, err);
    ost_import_close(m->import);
    return s;
}

osteon_status osteon_import_ciff(const char *path, int fd, const char *name,
                                 const osteon_writer_options *options,
                                 osteon_ciff_counts *counts, osteon_error *err)
{
    osteon_writer_options o = {0};
    bool replace;
    ost_writer *w = NULL;
    importer *m = ost_calloc(1, sizeof *m);
    osteon_status s;

    if (m == NULL)
        return ost_fail_memory(err);
    if (options != NULL)
        o = *options;
    if (o.language == NULL)
        o.language = "none";
    replace = o.rebuild;
    o.rebuild = true; /* begins empty, whatever is there, and changes nothing
                       * before the commit */
    s = ost_ciff_open(&m->reader, fd, name, err);
    if (s == OSTEON_OK && o.engine != NULL && strcmp(o.engine, "native") != 0)
        s = ost_fail(err, OSTEON_INVALID,
                     "an import makes a native index, not one of %s",
                     o.engine);
    if (s == OSTEON_OK)
        s = read_header(m, err);
    if (s == OSTEON_OK)
        s = ost_writer_open(path, &o, &w, err);
    if (s == OSTEON_OK && !replace && (w->committed != NULL || w->unsure))
        s = ost_fail(err, OSTEON_INVALID,
                     "%s: there is an index already: --rebuild replaces it",
                     path);
    if (s == OSTEON_OK)
        s = import_into(m, w, err);
    if (s == OSTEON_OK && counts != NULL)
        *counts = m->counts;
    ost_writer_close(w);
    ost_ciff_close(&m->reader);
    ost_free(m->hashes);
    ost_free(m);
    return s;
}
