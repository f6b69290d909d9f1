/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Documents of one feed, inverted in memory and not yet on disk. Private to
 * the feed's thread; a flush reads the inverters of all feeds while no feed
 * is inside a batch.
 */
#ifndef OST_INVERTER_H
#define OST_INVERTER_H

#include "text.h"
#include "write.h"

#include <pthread.h>

/* Names of the fields of all feeds of a writer, numbered in order of first
 * sight; 0 is the default field "", 1 is "title". Any thread. */
typedef struct ost_field_names {
    pthread_mutex_t mutex;
    char names[OST_MAX_FIELDS][OST_MAX_FIELD_NAME + 1];
    uint32_t n;
} ost_field_names;

#define OST_FIELD_DEFAULT 0
#define OST_FIELD_TITLE 1

void ost_field_names_init(ost_field_names *names);

/* Folds a field's name; false where it is not one of ours to keep. */
bool ost_field_fold(const osteon_field *f, char name[OST_MAX_FIELD_NAME + 1]);

/* The number of a field; OST_MAX_FIELDS where there are too many. */
uint32_t ost_field_number(ost_field_names *names, const char *name);

/* A byte stream of postings for one term, in chunks of growing size. */
typedef struct ost_list {
    uint8_t *at, *end; /* of the open chunk; 4 bytes for the link follow end */
    uint32_t head;     /* first chunk: page << 20 | offset */
    uint32_t doc;      /* last document + 1, 0: none */
    uint32_t position; /* last position in it */
    uint32_t used;     /* bytes of all chunks, 0: none */
} ost_list;

/* The length of a document's field, and its next free position (kept for
 * named fields, which may come several times). */
typedef struct ost_field_length {
    uint32_t doc, field, length, position;
} ost_field_length;

/* A value, its texts in `strings`. */
typedef struct ost_pending_value {
    uint32_t doc, field_len;
    size_t field_at, text_at, text_len;
    osteon_value_kind kind;
    int64_t integer;
    double real;
} ost_pending_value;

typedef struct ost_pending_document {
    ost_record record; /* id and title are offsets below until the flush */
    size_t id_at, title_at; /* in `strings` */
    size_t first_value;
    bool dead;
} ost_pending_document;

typedef struct ost_batch {
    uint64_t sequence;
    uint32_t first_doc, end_doc;
    size_t first_block, end_block; /* of the store */
} ost_batch;

typedef struct ost_inverter {
    ost_field_names *names;
    ost_tokenizer *tokenizer;
    ost_vocabulary *vocabulary;
    unsigned title_weight;

    ost_list *lists; /* by term number */
    size_t lists_room, n_lists;
    uint8_t **pages; /* of chunks */
    size_t n_pages, pages_room, page_used;

    ost_pending_document *docs;
    size_t n_docs, docs_room;
    ost_field_length *lengths; /* ascending by doc */
    size_t n_lengths, lengths_room;
    ost_pending_value *values; /* ascending by doc */
    size_t n_values, values_room;
    ost_buffer strings;
    ost_store store;
    ost_batch *batches; /* ascending by sequence */
    size_t n_batches, batches_room;

    bool text_open;        /* the last document stores text */
    uint32_t position;     /* next in the default field of the last document */
    osteon_writer_counts counts;
} ost_inverter;

OSTEON_MUST_CHECK osteon_status ost_inverter_open(const char *language,
                                                  unsigned title_weight,
                                                  ost_field_names *names,
                                                  ost_inverter **out,
                                                  osteon_error *err);
void ost_inverter_close(ost_inverter *inv);

/* Batches. A batch that fails is left open; the caller gives up the writer. */
OSTEON_MUST_CHECK osteon_status ost_inverter_begin(ost_inverter *inv,
                                                   uint64_t sequence,
                                                   osteon_error *err);
OSTEON_MUST_CHECK osteon_status ost_inverter_end(ost_inverter *inv,
                                                 osteon_error *err);

OSTEON_MUST_CHECK osteon_status ost_inverter_add(ost_inverter *inv,
                                                 const osteon_document *doc,
                                                 osteon_error *err);
OSTEON_MUST_CHECK osteon_status ost_inverter_more(ost_inverter *inv,
                                                  const char *body, size_t len,
                                                  bool store,
                                                  osteon_error *err);
void ost_inverter_abandon(ost_inverter *inv);

/* Bytes held, and what happens to them after a flush. */
size_t ost_inverter_memory(const ost_inverter *inv);
void ost_inverter_reset(ost_inverter *inv);

/* ---- lists.c ---- */

/* Makes lists for term numbers below `terms`. False: no memory. */
bool ost_lists_reserve(ost_inverter *inv, size_t terms);

/* Position of an occurrence that has none. */
#define OST_NO_POSITION UINT32_MAX

/* Notes an occurrence of a term: documents and, in one document, positions
 * never fall. False: no memory. */
bool ost_list_add(ost_inverter *inv, uint32_t term, uint32_t doc,
                  uint32_t position);

size_t ost_lists_memory(const ost_inverter *inv);
void ost_lists_free(ost_inverter *inv);

/* Reading one back, for a flush. */
typedef struct ost_list_reader {
    ost_buffer bytes; /* the stream, where it is in several chunks */
    const uint8_t *at, *end;
    uint32_t doc;       /* current, OST_DOC_END after the last */
    uint32_t tf;        /* in it */
    uint32_t n_positions;
    uint32_t *positions;
    size_t positions_room;
} ost_list_reader;

/* Has the list of a term, or then its first chunk, brought into the cache:
 * a flush visits them in an order of its own. */
void ost_list_prefetch(const ost_inverter *inv, uint32_t term, bool chunk);

/* Reads the list of a term into memory and moves to its first document.
 * False: no memory. */
bool ost_list_reader_start(ost_list_reader *r, const ost_inverter *inv,
                           uint32_t term);
bool ost_list_reader_next(ost_list_reader *r);
void ost_list_reader_free(ost_list_reader *r);

#endif
