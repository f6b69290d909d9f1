/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A query weighed against a Xapian database: the tree of the query with what
 * BM25 needs of each term, from statistics of all shards together. The tree
 * serves twice: as a query of Xapian's (xapian_query.c), and to find the
 * exact score of one document (xapian_score.c). Made for one search.
 */
#ifndef OST_XAPIAN_MODEL_H
#define OST_XAPIAN_MODEL_H

#include "arena.h"
#include "explain.h"
#include "score.h"
#include "xapian_index.h"

#include <xapian-c/xapian_c_enquire.h>
#include <xapian-c/xapian_c_query.h>

/* A term as it stands in the database, and whether the document that is
 * looked at has it. */
typedef struct ost_xapian_key {
    const char *bytes;
    size_t len;
    bool present;
    uint32_t wdf;
} ost_xapian_key;

/* A term of the query, once however often it occurs there. */
typedef struct ost_xapian_leaf {
    const ost_node *node;
    char prefix[OST_PREFIX_ROOM];
    bool stemmed;         /* its key is the Z term */
    bool positioned;      /* is in a phrase: what follows is set */
    ost_xapian_key *key;  /* what counts and weighs */
    uint64_t df;
    double idf;
    /* What has its positions: the words of this stem, or the key itself; and
     * the same in titles (NULL: titles are not looked at). Where `complete`
     * is not set there may be others, which only the words of a document
     * tell. */
    ost_xapian_key **forms, **titles;
    size_t n_forms;
    bool complete;
} ost_xapian_leaf;

/* A node of the tree. What cannot match is not in it, but for the root.
 * FILTER as in ost_part. */
typedef struct ost_xapian_part ost_xapian_part;
struct ost_xapian_part {
    ost_node_kind kind;
    const ost_node *node;
    double weight;                /* TERM, PHRASE, NEAR: as ost_weight */
    ost_xapian_part **parts;      /* OR, MAX, AND */
    uint32_t n_parts;
    ost_xapian_part *required, *optional, *excluded;
    ost_xapian_leaf **members;    /* TERM: one; PHRASE, NEAR: the words as in
                                   * the query */
    uint32_t *offsets; /* PHRASE: of each member. NEAR: in its child */
    uint32_t *units;   /* NEAR: number of each member's child */
    uint32_t n_members;
    bool exact; /* PHRASE: Xapian's own operator finds just its documents */
    /* Of a foreign database: TERM, PHRASE, NEAR and MAX are what Xapian's
     * parser made of them. */
    const xapian_c_query *foreign;
};

typedef struct ost_xapian_model {
    ost_xapian_index *x;
    ost_arena *arena;
    ost_bm25 bm25;
    uint64_t documents;
    double average;    /* length of documents with text, in tokens */
    ost_bm25 adapted;  /* for Xapian, whose average counts all documents */
    ost_xapian_part *root;
    ost_xapian_part nothing;
    ost_xapian_leaf **leaves; /* a hash table; NULL: free */
    size_t leaf_mask;
    ost_xapian_key **keys; /* once sorted, in order of bytes */
    size_t n_keys, key_room;
    bool bounds;  /* weights of Xapian are bounds of scores only */
    bool inexact; /* what Xapian finds must be looked at */
    xapian_c_query **foreign; /* owned */
    size_t n_foreign, foreign_room;
} ost_xapian_model;

/* ---- xapian_model.c ---- */

OSTEON_MUST_CHECK osteon_status
ost_xapian_model_open(ost_xapian_index *x, const osteon_query *query,
                      const osteon_search_options *options,
                      ost_xapian_model **out, osteon_error *err);
void ost_xapian_model_close(ost_xapian_model *model);

/* A key in the arena that is looked for in documents; NULL: no memory. */
ost_xapian_key *ost_xapian_key_add(ost_xapian_model *model, bool stem,
                                   const char *prefix, const char *word,
                                   size_t len);

/* ---- xapian_forms.c ---- */

/* Fills in what a leaf needs as a member of a phrase. */
OSTEON_MUST_CHECK osteon_status ost_xapian_forms(ost_xapian_model *model,
                                                 ost_xapian_leaf *leaf,
                                                 osteon_error *err);

/* ---- xapian_foreign.c ---- */

/* What Xapian's own parser makes of the bytes that a node came from. */
OSTEON_MUST_CHECK osteon_status
ost_xapian_foreign(ost_xapian_model *model, const osteon_query *query,
                   const ost_node *node, const xapian_c_query **out,
                   osteon_error *err);

/* ---- xapian_query.c ---- */

/* The query whose matches are those of `part`, or more of them where the
 * model is inexact; weights are those of scores, or bounds of them. *out is
 * the caller's, for xapian_c_query_free. */
OSTEON_MUST_CHECK osteon_status
ost_xapian_query_make(const ost_xapian_model *model,
                      const ost_xapian_part *part, xapian_c_query **out,
                      osteon_error *err);

/* ---- xapian_search.c ---- */

/* An enquire for the query, with the weights of the model and ties in order
 * of input. *out is the caller's. */
OSTEON_MUST_CHECK osteon_status
ost_xapian_enquire(ost_xapian_model *model, const xapian_c_query *query,
                   const osteon_search_options *options,
                   xapian_c_enquire **out, osteon_error *err);

/* ---- xapian_score.c ---- */

/* What of the query a document (of the joined database) matches, and how it
 * scores. *out lives in `arena`. Not for foreign databases.
 *   OSTEON_NOT_FOUND  there is no such document */
OSTEON_MUST_CHECK osteon_status
ost_xapian_find(ost_xapian_model *model, uint32_t document, ost_arena *arena,
                ost_finding **out, osteon_error *err);

/* Puts together what the parts of `part` came to: the same for all engines.
 * `leaf` finds TERM and PHRASE, and MAX of a foreign database. */
typedef osteon_status ost_xapian_find_leaf(void *arg,
                                           const ost_xapian_part *part,
                                           ost_finding *f, osteon_error *err);
OSTEON_MUST_CHECK osteon_status
ost_xapian_combine(const ost_xapian_part *part, ost_xapian_find_leaf *leaf,
                   void *arg, ost_arena *arena, ost_finding **out,
                   osteon_error *err);

#endif
