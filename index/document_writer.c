/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Document records, gathered OST_DOC_BLOCK at a time: columns of packed
 * integers, then ids without what they share with the one before, then
 * titles, both compressed together. docs/format.md, "Documents".
 */
#include "documents.h"
#include "write.h"

#include "deflate.h"

#include <assert.h>

#define SECTION(w, id) (&(w)->sections[(id) - OST_SECTION_DOCUMENTS])
#define N_SECTIONS (OST_SECTION_IDS - OST_SECTION_DOCUMENTS + 1)

struct ost_document_writer {
    uint32_t n_documents, added;
    ost_buffer sections[N_SECTIONS];
    uint32_t columns[OST_DOC_COLUMNS][OST_DOC_BLOCK];
    ost_buffer ids, titles; /* of the block; titles follow ids at its end */
    char last_id[OST_MAX_ID];
    uint32_t last_len, last_stored;
    uint32_t lasts[OST_DOC_STEPS]; /* source and line */
    ost_deflater *deflater;
};

/* A buffer of `size` zero bytes. */
static bool fill_zero(ost_buffer *b, size_t size)
{
    uint8_t *place = ost_buffer_reserve(b, size);

    if (b->failed)
        return false;
    if (size > 0)
        memset(place, 0, size);
    b->len = size;
    return true;
}

osteon_status ost_document_writer_open(uint32_t n_documents,
                                       ost_document_writer **out,
                                       osteon_error *err)
{
    ost_document_writer *w = ost_calloc(1, sizeof *w);

    *out = NULL;
    if (w == NULL)
        return ost_fail_memory(err);
    w->n_documents = n_documents;
    w->deflater = ost_deflater_open();
    if (w->deflater == NULL ||
        !fill_zero(SECTION(w, OST_SECTION_IDS),
                   (size_t)ost_id_capacity(n_documents) * 4)) {
        ost_document_writer_close(w);
        return ost_fail_memory(err);
    }
    *out = w;
    return OSTEON_OK;
}

void ost_document_writer_close(ost_document_writer *w)
{
    if (w == NULL)
        return;
    for (size_t i = 0; i < N_SECTIONS; i++)
        ost_buffer_free(&w->sections[i]);
    ost_buffer_free(&w->ids);
    ost_buffer_free(&w->titles);
    ost_deflater_close(w->deflater);
    ost_free(w);
}

static void put_id(ost_document_writer *w, const char *id, size_t len,
                   uint32_t doc)
{
    uint8_t *slots = SECTION(w, OST_SECTION_IDS)->data;
    const uint64_t capacity = ost_id_capacity(w->n_documents);
    const ost_id_slot hash = ost_id_hash(id, len, w->n_documents);
    uint64_t slot = hash.slot;

    while (ost_get32(slots + slot * 4) != 0)
        slot = slot + 1 < capacity ? slot + 1 : 0;
    ost_put32(slots + slot * 4, hash.tag | (doc + 1));
}

/* Offsets of blocks have 32 bits. */
static bool put_block_start(ost_document_writer *w)
{
    uint8_t bytes[4];
    const size_t at = SECTION(w, OST_SECTION_DOCUMENTS)->len;

    if (at > UINT32_MAX)
        return false;
    ost_put32(bytes, (uint32_t)at);
    ost_buffer_add(SECTION(w, OST_SECTION_DOC_INDEX), bytes, sizeof bytes);
    return !SECTION(w, OST_SECTION_DOC_INDEX)->failed;
}

static bool finish_block(ost_document_writer *w, unsigned n)
{
    ost_buffer *out = SECTION(w, OST_SECTION_DOCUMENTS);
    uint8_t room[OST_PACK_ROOM(OST_DOC_BLOCK)];
    size_t at;
    bool deflated;

    if (!put_block_start(w))
        return false;
    for (unsigned c = 0; c < OST_DOC_STEPS; c++)
        ost_buffer_add_varint(out, w->columns[c][0]);
    for (unsigned c = 0; c < OST_DOC_COLUMNS; c++) {
        const unsigned first = c < OST_DOC_STEPS;
        if (n > first)
            ost_buffer_add(out, room,
                           (size_t)(ost_pack(w->columns[c] + first, n - first,
                                             room) -
                                    room));
    }
    ost_buffer_add(&w->ids, w->titles.data, w->titles.len);
    /* The text's size is known from the columns; what needs telling is only
     * whether it is compressed. */
    at = out->len;
    ost_buffer_add_byte(out, 0);
    if (w->ids.failed ||
        !ost_deflate(w->deflater, w->ids.data, w->ids.len, out, &deflated))
        return false;
    out->data[at] = deflated;
    w->ids.len = 0;
    w->titles.len = 0;
    w->last_len = 0;
    w->last_stored = 0;
    return true;
}

/* The length of a title as kept: no character is cut in two. */
static uint32_t title_len(const ost_record *record)
{
    uint32_t len = record->title_len;

    if (len <= OST_MAX_TITLE)
        return len;
    len = OST_MAX_TITLE;
    while (len > OST_MAX_TITLE - 3 && (record->title[len] & 0xc0) == 0x80)
        len--;
    return len;
}

/* The value of a column of steps: the first of a block stands for itself. */
static void put_step(ost_document_writer *w, ost_doc_column column,
                     uint32_t value)
{
    const unsigned k = w->added % OST_DOC_BLOCK;

    w->columns[column][k] =
        k == 0 ? value : ost_zigzag(w->lasts[column], value);
    w->lasts[column] = value;
}

bool ost_document_writer_add(ost_document_writer *w, const ost_record *record,
                             bool dead)
{
    const unsigned k = w->added % OST_DOC_BLOCK;
    const uint32_t shared = (uint32_t)ost_shared_prefix(
        w->last_id, w->last_len, record->id, record->id_len);

    assert(w->added < w->n_documents);
    assert(record->id_len >= 1 && record->id_len <= OST_MAX_ID);
    w->columns[OST_DOC_PREFIX][k] = shared;
    w->columns[OST_DOC_SUFFIX][k] = record->id_len - shared;
    w->columns[OST_DOC_TITLE][k] = title_len(record);
    put_step(w, OST_DOC_SOURCE, record->source);
    put_step(w, OST_DOC_LINE, record->line);
    w->columns[OST_DOC_LENGTH][k] = record->length;
    w->columns[OST_DOC_STORED][k] = 0;
    w->columns[OST_DOC_STORED_BLOCK][k] = 0;
    w->columns[OST_DOC_STORED_AT][k] = 0;
    if (record->has_stored) {
        const uint32_t block = (uint32_t)record->stored_block;
        if (record->stored_block > UINT32_MAX)
            return false;
        w->columns[OST_DOC_STORED][k] = record->stored_len + 1;
        w->columns[OST_DOC_STORED_BLOCK][k] =
            ost_zigzag(w->last_stored, block);
        w->columns[OST_DOC_STORED_AT][k] = record->stored_at;
        w->last_stored = block;
    }
    ost_buffer_add(&w->ids, record->id + shared, record->id_len - shared);
    ost_buffer_add(&w->titles, record->title, title_len(record));
    if (w->ids.failed || w->titles.failed)
        return false;
    memcpy(w->last_id, record->id, record->id_len);
    w->last_len = record->id_len;
    if (!dead)
        put_id(w, record->id, record->id_len, w->added);
    w->added++;
    return k + 1 < OST_DOC_BLOCK || finish_block(w, OST_DOC_BLOCK);
}

bool ost_document_writer_finish(ost_document_writer *w,
                                const ost_buffer **sections)
{
    const unsigned open = w->added % OST_DOC_BLOCK;

    *sections = NULL;
    if (w->added != w->n_documents || (open > 0 && !finish_block(w, open)) ||
        !put_block_start(w))
        return false;
    *sections = w->sections;
    return true;
}

osteon_status ost_document_writer_save(ost_document_writer *w,
                                       ost_segment_writer *segment,
                                       osteon_error *err)
{
    const ost_buffer *sections;
    osteon_status s = OSTEON_OK;

    if (!ost_document_writer_finish(w, &sections))
        return ost_fail_memory(err);
    for (int i = OST_SECTION_DOCUMENTS;
         i <= OST_SECTION_IDS && s == OSTEON_OK; i++)
        s = ost_segment_writer_add_buffer(
            segment, (ost_section_id)i, &sections[i - OST_SECTION_DOCUMENTS],
            err);
    return s;
}
