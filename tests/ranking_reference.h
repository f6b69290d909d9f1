/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A plain second opinion on ranking: documents as arrays of words, and scores
 * found by looking at every word of every live document. Only the score of a
 * tf is taken from the code under test. ranking_queries.h makes queries.
 *
 * A document has a body and a text field "extra"; the default field is both.
 */
#ifndef OST_RANKING_REFERENCE_H
#define OST_RANKING_REFERENCE_H

#include "arena.h"
#include "query.h"
#include "scratch.h"
#include "score.h"

#include "asserts.h"

enum { REF_FIELDS = 2, REF_LONGEST = 400 };

typedef struct ref_doc {
    uint16_t words[REF_LONGEST]; /* the body's, then those of "extra" */
    uint32_t n_body, n;
    uint32_t source; /* 0: none */
    bool live;
} ref_doc;

typedef struct ref_corpus {
    ref_doc *docs;
    uint32_t n, n_words;
    uint64_t random;
    /* Of live documents, by field. */
    uint64_t live, documents[REF_FIELDS], length[REF_FIELDS];
    uint32_t *df[REF_FIELDS];
    /* The snapshot, and the corpus's number of each of its documents. */
    ost_snapshot *snapshot;
    uint32_t *numbers;
    uint32_t n_numbers;
} ref_corpus;

typedef struct ref_hit {
    int64_t score;
    uint32_t doc;
} ref_hit;

static inline uint32_t ref_draw(ref_corpus *c, uint32_t below)
{
    return (uint32_t)(scratch_random(&c->random) % below);
}

/* A word of the corpus: low numbers are frequent. */
static inline uint32_t ref_word(ref_corpus *c)
{
    const double u = ref_draw(c, 1 << 20) / (double)(1 << 20);

    return (uint32_t)(c->n_words * u * u * u);
}

/* Four letters, the same for the same number. */
static inline void ref_name(uint32_t word, char name[5])
{
    for (int i = 3; i >= 0; i--, word /= 20)
        name[i] = "bcdfghjklmnpqrstvwxz"[word % 20];
    name[4] = '\0';
}

/* ---- Making a corpus and its index ---- */

static inline void ref_corpus_make(ref_corpus *c, uint64_t seed, uint32_t n,
                                   uint32_t n_words, uint32_t longest)
{
    memset(c, 0, sizeof *c);
    c->random = seed;
    c->n = n;
    c->n_words = n_words;
    c->docs = calloc(n, sizeof *c->docs);
    ck_assert_ptr_nonnull(c->docs);
    for (uint32_t i = 0; i < n; i++) {
        ref_doc *d = &c->docs[i];
        d->n = ref_draw(c, longest + 1);
        d->n_body = d->n - (ref_draw(c, 3) == 0 ? ref_draw(c, d->n + 1) : 0);
        d->source = i * 7 % (n / 8 + 2);
        d->live = true;
        for (uint32_t k = 0; k < d->n; k++)
            d->words[k] = (uint16_t)ref_word(c);
    }
}

/* Words [from, to) of a document as text. */
static inline size_t ref_text(const ref_doc *d, uint32_t from, uint32_t to,
                              char *text)
{
    size_t len = 0;

    for (; from < to; from++) {
        ref_name(d->words[from], text + len);
        len += 4;
        text[len++] = ' ';
    }
    return len;
}

static inline void ref_add(osteon_writer *w, const ref_doc *d, uint32_t i)
{
    char id[16], body[REF_LONGEST * 5 + 1], extra[REF_LONGEST * 5 + 1];
    osteon_field field = {.name = "extra", .name_len = 5, .text = extra};
    osteon_document doc = {
        .id = id, .body = body, .fields = &field, .source = d->source};

    doc.id_len = (size_t)snprintf(id, sizeof id, "d%u", i);
    doc.body_len = ref_text(d, 0, d->n_body, body);
    field.text_len = ref_text(d, d->n_body, d->n, extra);
    doc.n_fields = field.text_len > 0;
    ck_assert_int_eq(osteon_writer_add(w, &doc, NULL), OSTEON_OK);
}

/* Sources 1 to n / 8 + 1, as ref_corpus_make gives them to documents. */
static inline void ref_add_sources(osteon_writer *w, uint32_t n)
{
    for (uint32_t i = 1; i < n / 8 + 2; i++) {
        char path[16];
        osteon_source source = {.path = path};
        uint32_t id;
        source.path_len = (size_t)snprintf(path, sizeof path, "s%u", i);
        ck_assert_int_eq(osteon_writer_source_put(w, &source, &id, NULL),
                         OSTEON_OK);
        ck_assert_uint_eq(id, i);
    }
}

static inline void ref_commit(osteon_writer *w)
{
    osteon_error err = {0};

    ck_assert_msg(osteon_writer_commit(w, &err) == OSTEON_OK, "%s", err.text);
}

static inline void ref_open_snapshot(ref_corpus *c)
{
    uint32_t at = 0;

    ck_assert_int_eq(ost_snapshot_open(scratch, &c->snapshot, NULL),
                     OSTEON_OK);
    c->n_numbers = c->snapshot->bases[c->snapshot->n_segments];
    c->numbers = calloc(c->n_numbers + 1, sizeof *c->numbers);
    for (uint32_t s = 0; s < c->snapshot->n_segments; s++) {
        ost_segment *segment = c->snapshot->segments[s];
        for (uint32_t d = 0; d < ost_segment_documents(segment); d++) {
            ost_record record;
            char id[16] = {0};
            ck_assert_int_eq(ost_record_get(segment, d, &record, NULL),
                             OSTEON_OK);
            memcpy(id, record.id, record.id_len);
            c->numbers[at++] = (uint32_t)strtoul(id + 1, NULL, 10);
            ost_record_free(&record);
        }
    }
}

static inline void ref_close_snapshot(ref_corpus *c)
{
    ost_snapshot_close(c->snapshot);
    free(c->numbers);
    c->snapshot = NULL;
    c->numbers = NULL;
}

/* Counts what BM25 needs to know. */
static inline void ref_count(ref_corpus *c)
{
    c->live = 0;
    for (uint32_t f = 0; f < REF_FIELDS; f++) {
        c->documents[f] = c->length[f] = 0;
        free(c->df[f]);
        c->df[f] = calloc(c->n_words, sizeof *c->df[f]);
    }
    for (uint32_t i = 0; i < c->n; i++) {
        const ref_doc *d = &c->docs[i];
        c->live += d->live;
        for (uint32_t f = 0; f < REF_FIELDS && d->live; f++) {
            const uint32_t from = f == 0 ? 0 : d->n_body;
            c->documents[f] += d->n > from;
            c->length[f] += ost_norm_decode(ost_norm_encode(d->n - from));
            for (uint32_t k = from; k < d->n; k++) {
                bool before = false;
                for (uint32_t j = from; j < k && !before; j++)
                    before = d->words[j] == d->words[k];
                c->df[f][d->words[k]] += !before;
            }
        }
    }
}

/* Writes the documents in `segments` commits, then deletes a share of them
 * (one in `one_in`; 0: none), and opens the snapshot. */
static inline void ref_corpus_index(ref_corpus *c, uint32_t segments,
                                    uint32_t one_in)
{
    const osteon_writer_options options = {.language = "none", .threads = 1};
    osteon_writer *w;
    char id[16];

    ck_assert_int_eq(osteon_writer_open(scratch, &options, &w, NULL),
                     OSTEON_OK);
    ref_add_sources(w, c->n);
    for (uint32_t i = 0; i < c->n; i++) {
        ref_add(w, &c->docs[i], i);
        if ((i + 1) % (c->n / segments + 1) == 0)
            ref_commit(w);
    }
    ref_commit(w);
    for (uint32_t i = 0; i < c->n && one_in > 0; i++) {
        if (ref_draw(c, one_in) != 0)
            continue;
        c->docs[i].live = false;
        snprintf(id, sizeof id, "d%u", i);
        ck_assert_int_eq(osteon_writer_delete(w, id, strlen(id), NULL),
                         OSTEON_OK);
    }
    ref_commit(w);
    osteon_writer_close(w);
    ref_count(c);
    ref_open_snapshot(c);
}

static inline void ref_corpus_free(ref_corpus *c)
{
    ref_close_snapshot(c);
    free(c->docs);
    for (uint32_t f = 0; f < REF_FIELDS; f++)
        free(c->df[f]);
    scratch_empty();
}

/* ---- Scoring one document ---- */

/* The number of a word the corpus knows, or n_words. */
static inline uint32_t ref_number(const ref_corpus *c, const ost_node *term)
{
    return term->start < c->n_words ? (uint32_t)term->start : c->n_words;
}

/* Occurrences of a phrase (or of a term) in words [from, to). */
static inline uint32_t ref_occurrences(const ref_corpus *c, const ref_doc *d,
                                       const ost_node *node, uint32_t from,
                                       uint32_t to)
{
    const bool term = node->kind == OST_NODE_TERM;
    const uint32_t n = term ? 1 : node->n_children;
    uint32_t found = 0;

    for (uint32_t at = from; at < to; at++) {
        bool all = n > 0;
        for (uint32_t i = 0; i < n && all; i++) {
            const uint32_t k = at + (term ? 0 : node->offsets[i]);
            all = k < to && d->words[k] ==
                                ref_number(c, term ? node : node->children[i]);
        }
        found += all;
    }
    return found;
}

enum { REF_NO_WORD = UINT16_MAX };

/* The words of a field by position; returns how many positions there are. */
static inline uint32_t ref_lay_out(const ref_doc *d, bool extra,
                                   uint32_t words[REF_LONGEST +
                                                  OST_POSITION_GAP])
{
    uint32_t n = 0;

    for (uint32_t i = extra ? d->n_body : 0; i < d->n; i++) {
        for (uint32_t k = 0; i == d->n_body && n > 0 && k < OST_POSITION_GAP;
             k++)
            words[n++] = REF_NO_WORD;
        words[n++] = d->words[i];
    }
    return n;
}

/* Whether a word or phrase stands at `at`. */
static inline bool ref_stands(const ref_corpus *c, const ost_node *node,
                              const uint32_t *words, uint32_t n, uint32_t at)
{
    const bool term = node->kind == OST_NODE_TERM;

    for (uint32_t i = 0; i < (term ? 1 : node->n_children); i++) {
        const uint32_t k = at + (term ? 0 : node->offsets[i]);
        if (k >= n ||
            words[k] != ref_number(c, term ? node : node->children[i]))
            return false;
    }
    return true;
}

/* Windows with all children, the one that ends first, and so on behind it:
 * every window of every end is looked at. */
static inline uint32_t ref_windows(const ref_corpus *c, const ref_doc *d,
                                   const ost_node *node, bool extra)
{
    uint32_t words[REF_LONGEST + OST_POSITION_GAP];
    const uint32_t n = ref_lay_out(d, extra, words);
    uint32_t found = 0, begin = 0;

    for (uint32_t end = 1; end <= n; end++) {
        bool all = node->n_children > 0;
        if (end > node->window && begin < end - node->window)
            begin = end - node->window;
        for (uint32_t i = 0; i < node->n_children && all; i++) {
            const uint32_t width = ost_node_width(node->children[i]);
            all = false;
            for (uint32_t at = begin; at + width <= end && !all; at++)
                all = ref_stands(c, node->children[i], words, n, at);
        }
        if (all) {
            found++;
            begin = end;
        }
    }
    return found;
}

/* The idf of all words of a TERM, PHRASE or NEAR. */
static inline double ref_idf(const ref_corpus *c, uint32_t field,
                             const ost_node *node)
{
    double idf = 0;

    if (node->kind == OST_NODE_TERM)
        return ost_idf(c->live, c->df[field][ref_number(c, node)]);
    for (uint32_t i = 0; i < node->n_children; i++)
        idf += ref_idf(c, field, node->children[i]);
    return idf;
}

/* A term's, phrase's or NEAR's score. */
static inline bool ref_leaf(const ref_corpus *c, const ost_bm25 *bm25,
                            const ref_doc *d, const ost_node *node,
                            int64_t *score)
{
    const ost_node *term = node;
    uint32_t f, from, tf;
    double length, average, damping;

    while (term->kind != OST_NODE_TERM)
        term = term->children[0];
    f = term->field[0] == 'e';
    from = f == 0 ? 0 : d->n_body;
    length = ost_norm_decode(ost_norm_encode(d->n - from));
    if (node->kind == OST_NODE_NEAR)
        tf = ref_windows(c, d, node, f == 1);
    else
        tf = ref_occurrences(c, d, node, d->n_body, d->n) +
             (f == 0 ? ref_occurrences(c, d, node, 0, d->n_body) : 0);
    *score = 0;
    if (term->field[0] == 'n' || tf == 0)
        return false;
    average = (double)c->length[f] / (double)c->documents[f];
    damping = bm25->k1 * (1 - bm25->b + bm25->b * length / average);
    *score = ost_contribution(ost_weight(bm25, ref_idf(c, f, node)), tf,
                              damping);
    return true;
}

static inline bool ref_score(const ref_corpus *c, const ost_bm25 *bm25,
                             const ref_doc *d, const ost_node *node,
                             int64_t *score);

static inline bool ref_score_list(const ref_corpus *c, const ost_bm25 *bm25,
                                  const ref_doc *d, const ost_node *node,
                                  int64_t *score)
{
    uint32_t matching = 0;

    for (uint32_t i = 0; i < node->n_children; i++) {
        int64_t part;
        if (!ref_score(c, bm25, d, node->children[i], &part))
            continue;
        matching++;
        if (node->kind != OST_NODE_MAX)
            *score += part;
        else if (part > *score)
            *score = part;
    }
    return node->kind == OST_NODE_AND
               ? matching > 0 && matching == node->n_children
               : matching > 0;
}

/* Whether a document matches; *score is 0 where it does not. */
static inline bool ref_score(const ref_corpus *c, const ost_bm25 *bm25,
                             const ref_doc *d, const ost_node *node,
                             int64_t *score)
{
    bool matches = true;
    int64_t part;

    *score = 0;
    if (node->kind == OST_NODE_EMPTY)
        return false;
    if (node->kind == OST_NODE_TERM || node->kind == OST_NODE_PHRASE ||
        node->kind == OST_NODE_NEAR)
        return ref_leaf(c, bm25, d, node, score);
    if (node->kind != OST_NODE_FILTER) {
        matches = ref_score_list(c, bm25, d, node, score);
    } else {
        if (node->required != NULL)
            matches = ref_score(c, bm25, d, node->required, score);
        if (node->optional != NULL) {
            const bool adds = ref_score(c, bm25, d, node->optional, &part);
            *score += part;
            if (node->required == NULL)
                matches = adds;
        }
        if (node->excluded != NULL)
            matches = matches && !ref_score(c, bm25, d, node->excluded, &part);
    }
    if (!matches)
        *score = 0;
    return matches;
}

/* ---- Ranking all ---- */

static inline int ref_order(const void *a, const void *b)
{
    const ref_hit *x = a, *y = b;

    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return (x->doc > y->doc) - (x->doc < y->doc);
}

/* All matches, the best first, in hits[c->n]; returns how many. */
static inline uint32_t ref_rank(const ref_corpus *c, const ost_bm25 *bm25,
                                const ost_node *root, ref_hit *hits)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < c->n; i++)
        if (c->docs[i].live &&
            ref_score(c, bm25, &c->docs[i], root, &hits[n].score))
            hits[n++].doc = i;
    qsort(hits, n, sizeof *hits, ref_order);
    return n;
}

#endif
