/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A flush: the inverters of all feeds become one segment. Documents are put
 * in order of their batches (flush_order.c); terms of all inverters are merged
 * in order and cut into ranges of about equal size, which threads encode
 * (flush_terms.c), while one of them writes what is kept of documents, from
 * here.
 */
#include "flush_parts.h"

static osteon_status write_documents(const ost_flush_order *o,
                                     ost_segment_writer *segment,
                                     osteon_error *err)
{
    ost_document_writer *w;
    osteon_status s = ost_document_writer_open(o->n_docs, &w, err);

    if (s != OSTEON_OK)
        return s;
    for (uint32_t i = 0; i < o->n_docs && s == OSTEON_OK; i++) {
        const ost_flush_doc *d = &o->docs[i];
        const ost_inverter *inv = o->inverters[d->inverter];
        const ost_pending_document *p = &inv->docs[d->local];
        ost_record record = p->record;
        record.id = (const char *)inv->strings.data + p->id_at;
        record.title = (const char *)inv->strings.data + p->title_at;
        if (ost_flush_is_dead(o, i))
            record.has_stored = false;
        else
            record.stored_block += d->block_shift;
        if (!ost_document_writer_add(w, &record, ost_flush_is_dead(o, i)))
            s = ost_fail_memory(err);
    }
    if (s == OSTEON_OK)
        s = ost_document_writer_save(w, segment, err);
    ost_document_writer_close(w);
    return s;
}

/* Marks the blocks, by their numbers in the segment, that documents of it have
 * text in: those of others are left empty. NULL: no memory. */
static uint64_t *find_blocks(const ost_flush_order *o)
{
    uint64_t n = 0, *blocks;

    for (size_t i = 0; i < o->n_batches; i++)
        n += o->batches[i].batch->end_block - o->batches[i].batch->first_block;
    blocks = ost_calloc((size_t)(n / 64 + 1), sizeof *blocks);
    for (uint32_t i = 0; i < o->n_docs && blocks != NULL; i++) {
        const ost_flush_doc *d = &o->docs[i];
        const ost_record *r = &o->inverters[d->inverter]->docs[d->local].record;
        const uint64_t block = r->stored_block + d->block_shift;
        if (r->has_stored && r->stored_len > 0 && !ost_flush_is_dead(o, i))
            blocks[block >> 6] |= (uint64_t)1 << (block & 63);
    }
    return blocks;
}

/* Blocks of stored text are complete in themselves and only copied. */
static osteon_status write_stored(const ost_flush_order *o,
                                  ost_segment_writer *segment,
                                  osteon_error *err)
{
    uint64_t *blocks = find_blocks(o), number = 0, at = 0;
    ost_buffer index = {0};
    osteon_status s = OSTEON_OK;

    if (blocks == NULL)
        return ost_fail_memory(err);
    for (size_t i = 0; i < o->n_batches && s == OSTEON_OK; i++) {
        const ost_store *store =
            &o->inverters[o->batches[i].inverter]->store;
        const ost_batch *b = o->batches[i].batch;
        uint64_t from = b->first_block ? store->ends[b->first_block - 1] : 0;
        for (size_t k = b->first_block; k < b->end_block && s == OSTEON_OK;
             k++, number++) {
            uint8_t end[8];
            if (blocks[number >> 6] >> (number & 63) & 1) {
                at += store->ends[k] - from;
                s = ost_segment_writer_add(
                    segment, OST_SECTION_STORED, store->blocks.data + from,
                    (size_t)(store->ends[k] - from), err);
            }
            ost_put64(end, at);
            ost_buffer_add(&index, end, sizeof end);
            from = store->ends[k];
        }
    }
    if (index.failed && s == OSTEON_OK)
        s = ost_fail_memory(err);
    if (s == OSTEON_OK)
        s = ost_segment_writer_add(segment, OST_SECTION_STORED_INDEX,
                                   index.data, index.len, err);
    ost_buffer_free(&index);
    ost_free(blocks);
    return s;
}

static osteon_status write_values(const ost_flush_order *o,
                                  ost_segment_writer *segment,
                                  osteon_error *err)
{
    ost_value_writer *w;
    osteon_status s = ost_value_writer_open(&w, err);

    if (s != OSTEON_OK)
        return s;
    for (uint32_t i = 0; i < o->n_docs && s == OSTEON_OK; i++) {
        const ost_flush_doc *d = &o->docs[i];
        const ost_inverter *inv = o->inverters[d->inverter];
        const ost_pending_document *p = &inv->docs[d->local];
        for (size_t k = p->first_value;
             k < inv->n_values && inv->values[k].doc == d->local &&
             !ost_flush_is_dead(o, i);
             k++) {
            const ost_pending_value *v = &inv->values[k];
            const char *strings = (const char *)inv->strings.data;
            const osteon_field f = {.name = strings + v->field_at,
                                    .name_len = v->field_len,
                                    .kind = v->kind,
                                    .text = strings + v->text_at,
                                    .text_len = v->text_len,
                                    .integer = v->integer,
                                    .real = v->real};
            if (!ost_value_writer_add(w, i, &f)) {
                s = ost_fail_memory(err);
                break;
            }
        }
    }
    if (s == OSTEON_OK)
        s = ost_value_writer_save(w, o->n_docs, segment, err);
    ost_value_writer_close(w);
    return s;
}

osteon_status ost_flush_records(const ost_flush_order *o,
                                ost_segment_writer *segment,
                                osteon_error *err)
{
    osteon_status s = write_documents(o, segment, err);

    if (s == OSTEON_OK)
        s = write_stored(o, segment, err);
    return s == OSTEON_OK ? write_values(o, segment, err) : s;
}

static osteon_status write_segment(ost_flush_job *job, ost_flush_order *o,
                                   osteon_error *err)
{
    ost_segment_writer *segment;
    osteon_status s =
        ost_segment_writer_open(job->path, o->n_docs, &segment, err);

    if (s != OSTEON_OK)
        return s;
    s = ost_flush_terms(job, o, segment, err);
    if (s == OSTEON_OK)
        s = ost_segment_writer_finish(segment, &job->size, &job->checksum,
                                      err);
    ost_segment_writer_close(segment);
    return s;
}

osteon_status ost_flush(ost_flush_job *job,
                        osteon_status (*each)(void *arg, const char *id,
                                              size_t len, osteon_error *err),
                        void *arg, osteon_error *err)
{
    ost_flush_order order;
    osteon_status s = ost_flush_order_make(job, &order, err);

    job->documents = 0;
    job->dead = NULL;
    job->n_dead = 0;
    for (uint32_t i = 0; i < order.n_docs && s == OSTEON_OK; i++) {
        const ost_flush_doc *d = &order.docs[i];
        const ost_inverter *inv = order.inverters[d->inverter];
        const ost_pending_document *p = &inv->docs[d->local];
        if (!ost_flush_is_dead(&order, i))
            s = each(arg, (const char *)inv->strings.data + p->id_at,
                     p->record.id_len, err);
    }
    if (s == OSTEON_OK && order.n_docs > order.n_dead) {
        s = write_segment(job, &order, err);
        if (s == OSTEON_OK) {
            job->documents = order.n_docs;
            job->n_dead = order.n_dead;
            job->dead = order.dead;
            order.dead = NULL;
        }
    }
    job->next = order.end;
    job->more = order.end < order.n_docs;
    ost_flush_order_free(&order);
    return s;
}
