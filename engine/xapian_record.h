/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Documents on their way from a feed to a Xapian database: analysed, but
 * without what depends on their order or on the table of sources. A batch is
 * written by the thread of its feed and read by whichever thread writes it to
 * a database.
 */
#ifndef OST_XAPIAN_RECORD_H
#define OST_XAPIAN_RECORD_H

#include "inverter.h"

#include <xapian-c/xapian_c_document.h>

/* Names of values in a batch that can have a slot; those of others are in the
 * data of documents only. */
#define OST_BATCH_NAMES 256

/* What Xapian takes in memory for a document, a term of it and a position,
 * about, before it is written. */
#define OST_DOCUMENT_COST 1000
#define OST_TERM_COST 190
#define OST_POSITION_COST 6

/* Bytes of a string that go to its slot, at most. */
#define OST_SLOT_BYTES 4096

typedef struct ost_slot {
    char name[OST_MAX_FIELD_NAME + 1];
    uint8_t kind;  /* osteon_value_kind of the first value */
    uint32_t slot; /* 0: none */
} ost_slot;

typedef struct ost_xw_batch {
    struct ost_xw_batch *next;
    uint64_t sequence;
    uint64_t first_order; /* of its first document, once it is in order */
    uint32_t offered;     /* documents that the feed was given */
    uint32_t documents;   /* those of them that are in `bytes` */
    size_t cost;          /* memory that Xapian takes for it, about */
    ost_buffer bytes;     /* of the documents */
    ost_buffer synonyms;  /* stem and word, each with its length before it */
    ost_slot *names;      /* of values, in order of first sight */
    uint32_t n_names;
} ost_xw_batch;

void ost_xw_batch_free(ost_xw_batch *batch); /* and all behind it */

/* What a record begins with. Behind it: id, title, lines of data for values,
 * stored text in lines; then values (u32 name, u8 kind, u32 length, bytes), and
 * terms (length, bytes, wdf, number of positions, positions as differences;
 * all varints). */
typedef struct ost_xw_record {
    uint64_t size;        /* of all that */
    uint64_t lines_len, stored_len;
    uint32_t index;       /* among those offered in its batch */
    uint32_t id_len, title_len, source, line, tokens, n_values, n_terms;
    bool has_stored;
} ost_xw_record;

/* ---- xapian_parts.c: records written ---- */

/* What a record is put together of, but for its terms. Zero it to begin with;
 * the buffers are checked by _record_end. */
typedef struct ost_xw_parts {
    ost_buffer id, title, lines, stored, values;
    bool line_begun; /* of the stored text */
} ost_xw_parts;

/* False: together they are more than the data of a document may be. */
bool ost_xw_parts_fit(const ost_xw_parts *parts);
void ost_xw_parts_clear(ost_xw_parts *parts);
void ost_xw_parts_free(ost_xw_parts *parts);

/* Adds stored text, which may come in pieces. */
void ost_xw_stored(ost_xw_record *head, ost_xw_parts *parts, const char *text,
                   size_t len);

/* Adds a value of this folded name. False: no memory. */
bool ost_xw_value(ost_xw_batch *batch, ost_xw_record *head,
                  ost_xw_parts *parts, const osteon_field *f,
                  const char *name);

/* Appends a record but for the terms of its text, which are to be added to
 * batch->bytes and head->n_terms. Returns where it begins. */
size_t ost_xw_record_begin(ost_xw_batch *batch, ost_xw_record *head,
                           ost_xw_parts *parts);

/* Ends it. False: no memory, the batch is to be given up. */
bool ost_xw_record_end(ost_xw_batch *batch, size_t start, ost_xw_record *head,
                       const ost_xw_parts *parts);

/* Appends one more term, without positions. */
void ost_xw_term_write(ost_buffer *out, const char *term, size_t len,
                       uint32_t wdf);

/* ---- xapian_terms.c: text to terms ---- */

typedef struct ost_xw_terms ost_xw_terms;

OSTEON_MUST_CHECK osteon_status ost_xw_terms_open(const char *language,
                                                      ost_field_names *names,
                                                      ost_xw_terms **out,
                                                      osteon_error *err);
void ost_xw_terms_close(ost_xw_terms *t);

/* Begins a batch, which synonyms go to. */
void ost_xw_terms_batch(ost_xw_terms *t, ost_buffer *synonyms);

/* Begins a document. */
void ost_xw_terms_start(ost_xw_terms *t);

/* Leaves a gap of positions, save in front of the first word. */
void ost_xw_terms_gap(ost_xw_terms *t);

/* Analyses text that counts `weight` times in the default field and, unless
 * `field` is OST_FIELD_DEFAULT, once in that one. Sets *n to the number of
 * tokens. False: no memory. */
bool ost_xw_terms_text(ost_xw_terms *t, uint32_t field,
                           unsigned weight, const char *text, size_t len,
                           uint64_t *n);

/* False: the document has more than a Xapian database takes of one. What is
 * added then is not looked at. */
bool ost_xw_terms_fit(const ost_xw_terms *t);

/* Appends the terms of the document and returns how many; *cost grows by the
 * memory that Xapian takes for them, about. */
uint32_t ost_xw_terms_write(ost_xw_terms *t, ost_buffer *out,
                                size_t *cost);

/* Length of the document so far. */
uint32_t ost_xw_terms_length(const ost_xw_terms *t);

uint64_t ost_xw_terms_malformed(const ost_xw_terms *t);
uint64_t ost_xw_terms_long_words(const ost_xw_terms *t);

/* ---- xapian_record.c: records to documents ---- */

/* What the records of a batch are read with; zero one to begin with. */
typedef struct ost_record_reader {
    const ost_xw_batch *batch;
    const uint8_t *at;
    ost_xw_record head;
    const char *id; /* of the record at hand */
    ost_buffer data, path;
    xapian_c_posting *postings;
    unsigned *positions;
    size_t postings_room, positions_room;
} ost_record_reader;

void ost_record_start(ost_record_reader *r, const ost_xw_batch *batch);
void ost_record_reader_free(ost_record_reader *r);

struct ost_xw_writer;

/* Makes a Xapian document of the next record, which the caller frees; *out is
 * NULL after the last. */
OSTEON_MUST_CHECK osteon_status
ost_record_next(ost_record_reader *r, struct ost_xw_writer *w,
                xapian_c_document **out, osteon_error *err);

#endif
