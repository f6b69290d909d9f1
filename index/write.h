/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How a segment is written. The parts (terms, documents, values, stored
 * text) are built by writers of their own into buffers, or straight into the
 * file, and put together by whoever flushes or merges.
 */
#ifndef OST_WRITE_H
#define OST_WRITE_H

#include "segment_writer.h"

/* ---- store.c: stored text, compressed as it comes ---- */

/* Collects texts into deflated blocks of about OST_STORED_BLOCK raw bytes; a
 * text is never split over blocks (a longer one gets a block of its own). */
typedef struct ost_store {
    ost_buffer blocks;  /* finished blocks: u32 raw size, stream */
    uint64_t *ends;     /* end of each finished block in `blocks` */
    size_t n_blocks, ends_room;
    ost_buffer raw;     /* the block being filled */
    uint32_t text_at;   /* start of the open text in `raw` */
    bool text_open;
    struct ost_deflater *deflater; /* kept between blocks */
} ost_store;

/* Zero a store to begin with. */
void ost_store_free(ost_store *store);

/* Opens a text, adds to it in any number of pieces, closes it. _close gives
 * the block (numbered from 0 in this store), offset and length to find it by;
 * the block may still be filling. _drop takes the open text back. False:
 * memory ran out, or a text of 2 GiB or more: see ost_store_fits. */
bool ost_store_begin(ost_store *store);
bool ost_store_fits(const ost_store *store, size_t len); /* so much more */
bool ost_store_add(ost_store *store, const char *text, size_t len);
bool ost_store_close(ost_store *store, uint64_t *block, uint32_t *at,
                     uint32_t *len);
void ost_store_drop(ost_store *store);

/* Compresses what is still open, so that `blocks` holds all. */
bool ost_store_flush(ost_store *store);

/* Compresses what is still open, and adds a block of another store or of a
 * segment as it is. Its number is n_blocks - 1 afterwards. */
bool ost_store_copy(ost_store *store, const uint8_t *block, size_t size);

size_t ost_store_memory(const ost_store *store);

/* ---- document_writer.c ---- */

/* Builds OST_SECTION_DOCUMENTS, _DOC_INDEX and _IDS from records in document
 * order. */
typedef struct ost_document_writer ost_document_writer;

OSTEON_MUST_CHECK osteon_status
ost_document_writer_open(uint32_t n_documents, ost_document_writer **out,
                         osteon_error *err);
void ost_document_writer_close(ost_document_writer *w);

/* Adds the next document; its title is cut to OST_MAX_TITLE bytes between
 * characters. `record->memory` is not looked at. `dead`: the
 * document is deleted at birth (replaced in the same batch): its id is left
 * out of the id table. Ids of live documents are distinct (the caller's
 * duty). False: no memory. */
bool ost_document_writer_add(ost_document_writer *w, const ost_record *record,
                             bool dead);

/* Finishes; the four sections are then in these buffers, which the writer
 * owns, indexed by ost_section_id - OST_SECTION_DOCUMENTS. False: no memory,
 * or fewer documents were added than announced. */
bool ost_document_writer_finish(ost_document_writer *w,
                                const ost_buffer **sections);

/* Finishes, and writes the four sections to a segment. */
OSTEON_MUST_CHECK osteon_status
ost_document_writer_save(ost_document_writer *w, ost_segment_writer *segment,
                         osteon_error *err);

/* ---- value_writer.c ---- */

/* Builds OST_SECTION_VALUES. A column holds the values of one field name and
 * kind. */
typedef struct ost_value_writer ost_value_writer;

OSTEON_MUST_CHECK osteon_status ost_value_writer_open(ost_value_writer **out,
                                                      osteon_error *err);
void ost_value_writer_close(ost_value_writer *w);

/* Adds a value of document `doc`; documents never fall. The field's name is
 * already folded and valid, its kind is not OSTEON_TEXT. False: no memory. */
bool ost_value_writer_add(ost_value_writer *w, uint32_t doc,
                          const osteon_field *value);
bool ost_value_writer_finish(ost_value_writer *w, uint32_t n_documents,
                             ost_buffer *out);

/* Finishes, and writes the section to a segment. */
OSTEON_MUST_CHECK osteon_status
ost_value_writer_save(ost_value_writer *w, uint32_t n_documents,
                      ost_segment_writer *segment, osteon_error *err);

#endif
