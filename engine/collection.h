/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The living documents of all segments as one collection, for exports: they
 * are numbered anew from 0, in order, and the terms of a field are walked
 * over all segments at once. Deleted documents, and terms that only they
 * hold, are not met.
 */
#ifndef OST_COLLECTION_H
#define OST_COLLECTION_H

#include "dictionary.h"

typedef struct ost_collection {
    const ost_snapshot *snapshot;
    uint32_t *bases;  /* [segment]: number of its first living document */
    uint32_t **ranks; /* [segment][word of its bitmap]: living documents
                       * before that word; NULL where none is deleted */
    uint32_t n_documents;
} ost_collection;

/* `snapshot` is borrowed. To be closed even after failure. */
OSTEON_MUST_CHECK osteon_status ost_collection_open(
    const ost_snapshot *snapshot, ost_collection *out, osteon_error *err);
void ost_collection_close(ost_collection *c);

/* The number of a living document of a segment. */
uint32_t ost_collection_number(const ost_collection *c, uint32_t segment,
                               uint32_t doc);

/* A place among the terms of a field, and one among the postings of the term
 * there. */
typedef struct ost_term_walk {
    const ost_collection *collection;
    ost_term_cursor *cursors; /* [segment]; len 0: at its end */
    bool *here;               /* [segment]: its cursor is at the term */
    char term[OST_WORD_MAX];
    size_t len; /* 0: after the last term */
    uint32_t segment;
    ost_postings *postings; /* NULL: of this segment not yet open */
} ost_term_walk;

/* Stands before the first term. To be closed even after failure. */
OSTEON_MUST_CHECK osteon_status ost_term_walk_open(const ost_collection *c,
                                                   const char *field,
                                                   ost_term_walk *out,
                                                   osteon_error *err);
void ost_term_walk_close(ost_term_walk *w);

/* Moves to the next term that a living document holds, in order of bytes. */
OSTEON_MUST_CHECK osteon_status ost_term_walk_next(ost_term_walk *w,
                                                   osteon_error *err);

/* Goes before the first posting of the term; any number of times. */
void ost_term_walk_rewind(ost_term_walk *w);

/* Moves to the next posting: *doc is a number of the collection, OST_DOC_END
 * after the last. */
OSTEON_MUST_CHECK osteon_status ost_term_walk_posting(ost_term_walk *w,
                                                      uint32_t *doc,
                                                      uint32_t *tf,
                                                      osteon_error *err);

/* Living documents that hold the term, and its occurrences in them. Postings
 * are rewound. */
OSTEON_MUST_CHECK osteon_status ost_term_walk_count(ost_term_walk *w,
                                                    uint32_t *df, uint64_t *cf,
                                                    osteon_error *err);

#endif
