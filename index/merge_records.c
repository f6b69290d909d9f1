/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What is kept of documents, into a merged segment. A block of stored text
 * goes over as it is where all of its texts live and documents keep their
 * order: compressing them again would take most of a merge. Small blocks are
 * taken apart all the same, so that those of many small commits become large.
 */
#include "merge_parts.h"

#include "documents.h"
#include "write.h"

/* A block of fewer bytes of text is taken apart. */
#define LEAST_COPIED (OST_STORED_BLOCK / 2)

/* Bytes of blocks that are written out together. */
#define DRAINED ((size_t)1 << 20)

/* What became of a block of a segment; else its number in the new one. */
#define UNTOUCHED UINT32_MAX
#define SPOILED (UINT32_MAX - 1) /* to be taken apart */

typedef struct state {
    const ost_merge *merge;
    ost_document_writer *documents;
    ost_store store;
    ost_buffer index; /* of the blocks written: their ends */
    uint64_t base;    /* bytes of blocks written */
    size_t indexed;   /* blocks in `index` */
    /* Of the segment being gone through. */
    ost_record_reader *reader;
    uint32_t *blocks; /* what became of them */
    uint64_t n_blocks;
} state;

/* Writes out the blocks that are finished, to bound memory. */
static osteon_status drain(state *st, bool all, osteon_error *err)
{
    ost_store *store = &st->store;
    osteon_status s;

    if (all && !ost_store_flush(store))
        return ost_fail_memory(err);
    if (!all && store->blocks.len < DRAINED)
        return OSTEON_OK;
    for (; st->indexed < store->n_blocks; st->indexed++) {
        uint8_t end[8];
        ost_put64(end, st->base + store->ends[st->indexed]);
        ost_buffer_add(&st->index, end, sizeof end);
    }
    s = ost_segment_writer_add(st->merge->segment, OST_SECTION_STORED,
                               store->blocks.data, store->blocks.len, err);
    /* Ends of blocks still to come count from the emptied buffer. */
    st->base += store->blocks.len;
    store->blocks.len = 0;
    for (size_t i = 0; i < st->merge->job->n; i++)
        ost_segment_forget(st->merge->job->segments[i]);
    return st->index.failed ? ost_fail_memory(err) : s;
}

/* Puts the text of a record into the open block. */
static osteon_status add_text(state *st, ost_segment *seg, ost_record *r,
                              osteon_error *err)
{
    char *text;
    size_t len;
    osteon_status s = ost_record_stored(seg, r, &text, &len, err);

    if (s != OSTEON_OK)
        return s;
    if (!ost_store_begin(&st->store) || !ost_store_add(&st->store, text, len) ||
        !ost_store_close(&st->store, &r->stored_block, &r->stored_at,
                         &r->stored_len))
        s = ost_fail_memory(err);
    ost_free(text);
    return s;
}

/* Gives a record its text in the new segment. */
static osteon_status move_text(state *st, ost_segment *seg, ost_record *r,
                               osteon_error *err)
{
    uint32_t *became;
    osteon_status s;

    if (r->stored_len == 0 || st->blocks == NULL ||
        r->stored_block >= st->n_blocks)
        return add_text(st, seg, r, err);
    became = &st->blocks[r->stored_block];
    if (*became == UNTOUCHED) {
        ost_stored_block b = {0};
        s = ost_stored_block_get(seg, r->stored_block, &b, err);
        if (s != OSTEON_OK)
            return s;
        if (b.raw_size < LEAST_COPIED)
            *became = SPOILED;
        else if (ost_store_copy(&st->store, b.bytes, (size_t)b.size) &&
                 st->store.n_blocks < SPOILED)
            *became = (uint32_t)st->store.n_blocks - 1;
        else
            return ost_fail_memory(err);
    }
    if (*became == SPOILED)
        return add_text(st, seg, r, err);
    r->stored_block = *became;
    return OSTEON_OK;
}

/* Marks the blocks that hold text of deleted documents. */
static osteon_status spoil(state *st, size_t i, osteon_error *err)
{
    const ost_segment *seg = st->merge->job->segments[i];
    osteon_status s = OSTEON_OK;

    for (uint32_t d = 0; d < seg->n_documents && s == OSTEON_OK; d++) {
        ost_record r;
        if (seg->n_deleted == 0)
            break;
        if (ost_merge_number(st->merge, i, d) != OST_DOC_END)
            continue;
        s = ost_record_reader_get(st->reader, d, &r, err);
        if (s == OSTEON_OK && r.has_stored && r.stored_block < st->n_blocks)
            st->blocks[r.stored_block] = SPOILED;
        ost_record_free(&r);
    }
    return s;
}

static osteon_status begin_segment(state *st, size_t i, osteon_error *err)
{
    ost_segment *seg = st->merge->job->segments[i];
    osteon_status s = ost_record_reader_open(seg, &st->reader, err);

    st->n_blocks = ost_section_size(seg, OST_SECTION_STORED_INDEX) / 8;
    if (s != OSTEON_OK || st->n_blocks == 0 || st->merge->job->order != NULL)
        return s;
    st->blocks = ost_malloc(st->n_blocks * sizeof *st->blocks);
    if (st->blocks == NULL)
        return ost_fail_memory(err);
    memset(st->blocks, 0xff, st->n_blocks * sizeof *st->blocks); /* UNTOUCHED */
    return spoil(st, i, err);
}

static void end_segment(state *st)
{
    ost_record_reader_close(st->reader);
    ost_free(st->blocks);
    st->reader = NULL;
    st->blocks = NULL;
}

/* Adds document d of a segment. */
static osteon_status add_record(state *st, ost_segment *seg, uint32_t d,
                                osteon_error *err)
{
    ost_record r;
    osteon_status s = ost_record_reader_get(st->reader, d, &r, err);

    if (s != OSTEON_OK)
        return s;
    if (r.has_stored)
        s = move_text(st, seg, &r, err);
    if (s == OSTEON_OK && !ost_document_writer_add(st->documents, &r, false))
        s = ost_fail_memory(err);
    ost_record_free(&r);
    return s == OSTEON_OK ? drain(st, false, err) : s;
}

/* The document of a segment to take as its k-th. */
static uint32_t pick(const ost_merge *m, uint32_t k)
{
    return m->job->order != NULL ? m->job->order[k] : k;
}

static osteon_status write_records(const ost_merge *m, osteon_error *err)
{
    state st = {.merge = m};
    osteon_status s = ost_document_writer_open(m->n_docs, &st.documents, err);

    for (size_t i = 0; i < m->job->n && s == OSTEON_OK; i++) {
        ost_segment *seg = m->job->segments[i];
        s = begin_segment(&st, i, err);
        for (uint32_t k = 0; k < seg->n_documents && s == OSTEON_OK; k++) {
            const uint32_t d = pick(m, k);
            if (ost_merge_number(m, i, d) != OST_DOC_END)
                s = add_record(&st, seg, d, err);
        }
        end_segment(&st);
    }
    if (s == OSTEON_OK)
        s = drain(&st, true, err);
    if (s == OSTEON_OK)
        s = ost_segment_writer_add(m->segment, OST_SECTION_STORED_INDEX,
                                   st.index.data, st.index.len, err);
    if (s == OSTEON_OK)
        s = ost_document_writer_save(st.documents, m->segment, err);
    ost_store_free(&st.store);
    ost_buffer_free(&st.index);
    ost_document_writer_close(st.documents);
    return s;
}

osteon_status ost_merge_records(const ost_merge *m, osteon_error *err)
{
    const osteon_status s = write_records(m, err);

    return s == OSTEON_OK ? ost_merge_values(m, err) : s;
}
