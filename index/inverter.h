/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Documents of one feed, inverted in memory and not yet on disk. Private to
 * the feed's thread; a flush reads the inverters of all feeds while no feed
 * is inside a batch.
 */
#ifndef OST_INVERTER_H
#define OST_INVERTER_H

#include "lists.h"
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
    uint32_t weight; /* see ost_inverter_weight */
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

    ost_lists lists;  /* by term number */
    uint32_t *places; /* where each document begins, and the end of the last:
                       * n_docs + 1, or none before the first */
    size_t places_room;

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
    const char *refused;   /* why the last document is; NULL: it is not */
    uint64_t most;         /* that a document may weigh, with its terms */
    uint64_t tokens;       /* since the last reset */
    uint64_t weight_before; /* the last document, with its terms; */
    uint64_t own_before;    /* without */
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

/* OSTEON_TOO_LARGE: the document is past a limit and was taken back; all others
 * are as they were. */
OSTEON_MUST_CHECK osteon_status ost_inverter_add(ost_inverter *inv,
                                                 const osteon_document *doc,
                                                 osteon_error *err);
OSTEON_MUST_CHECK osteon_status ost_inverter_more(ost_inverter *inv,
                                                  const char *body, size_t len,
                                                  bool store,
                                                  osteon_error *err);
void ost_inverter_abandon(ost_inverter *inv);

/* Bytes in use; whether a flush is due whatever memory there is. */
size_t ost_inverter_memory(const ost_inverter *inv);
bool ost_inverter_is_full(const ost_inverter *inv);

/* What documents may take in a segment at most, and what all terms may on top.
 * A segment ends below 4 GiB: one document, or all that a flush puts in one,
 * must not weigh more than OST_MOST_WEIGHT; the rest is for page checksums and
 * the like. */
#define OST_MOST_WEIGHT ((uint64_t)15 << 28)
uint64_t ost_inverter_weight(const ost_inverter *inv);
uint64_t ost_inverter_terms_weight(const ost_inverter *inv);

/* Forgets what a flush has written, and gives its memory back: inverters that
 * kept it would each grow to the largest share of the budget they ever had. */
void ost_inverter_reset(ost_inverter *inv);

#endif
