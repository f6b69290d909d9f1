/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The order of documents in a flush: by sequence of their batch. It makes an
 * index independent of how many threads built it and of who was faster.
 */
#include "flush_parts.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static int by_sequence(const void *a, const void *b)
{
    const uint64_t x = ((const ost_flush_batch *)a)->batch->sequence;
    const uint64_t y = ((const ost_flush_batch *)b)->batch->sequence;

    return (x > y) - (x < y);
}

static bool collect_batches(ost_flush_order *o)
{
    size_t room = 0, n_docs = 0;

    for (size_t i = 0; i < o->n_inverters; i++) {
        const ost_inverter *inv = o->inverters[i];
        if (!OST_GROW(&o->batches, &room, o->n_batches + inv->n_batches))
            return false;
        for (size_t k = 0; k < inv->n_batches; k++)
            o->batches[o->n_batches++] = (ost_flush_batch){
                .inverter = (uint32_t)i, .batch = &inv->batches[k]};
        n_docs += inv->n_docs;
    }
    if (n_docs > OST_MAX_DOCUMENTS)
        return false;
    o->n_docs = (uint32_t)n_docs;
    if (o->n_batches > 0)
        qsort(o->batches, o->n_batches, sizeof *o->batches, by_sequence);
    return true;
}

/* Gives every document its number, and every batch's stored blocks theirs. */
static bool number_documents(ost_flush_order *o)
{
    uint32_t number = 0;
    uint64_t blocks = 0;

    o->docs = ost_malloc(o->n_docs * sizeof *o->docs);
    o->numbers = ost_calloc(o->n_inverters, sizeof *o->numbers);
    if (o->docs == NULL || o->numbers == NULL)
        return false;
    for (size_t i = 0; i < o->n_inverters; i++) {
        o->numbers[i] =
            ost_malloc(o->inverters[i]->n_docs * sizeof **o->numbers);
        if (o->numbers[i] == NULL)
            return false;
    }
    for (size_t i = 0; i < o->n_batches; i++) {
        const ost_flush_batch *f = &o->batches[i];
        const ost_batch *b = f->batch;
        for (uint32_t d = b->first_doc; d < b->end_doc; d++) {
            o->numbers[f->inverter][d] = number;
            o->docs[number++] =
                (ost_flush_doc){.inverter = f->inverter,
                                .local = d,
                                .block_shift = blocks - b->first_block};
        }
        blocks += b->end_block - b->first_block;
    }
    return true;
}

static const char *id_of(const ost_flush_order *o, uint32_t number,
                         ost_pending_document **doc)
{
    const ost_flush_doc *d = &o->docs[number];
    const ost_inverter *inv = o->inverters[d->inverter];

    *doc = &inv->docs[d->local];
    return (const char *)inv->strings.data + (*doc)->id_at;
}

/* Of documents with one id the last lives. */
static bool find_doubles(ost_flush_order *o)
{
    size_t room = 16;
    uint32_t *slots; /* number + 1 of the last document with an id */
    const uint64_t seed = ost_seed();

    while (room < (size_t)o->n_docs * 2)
        room *= 2;
    slots = ost_calloc(room, sizeof *slots);
    if (slots == NULL)
        return false;
    for (uint32_t i = 0; i < o->n_docs; i++) {
        ost_pending_document *doc, *other;
        const char *id = id_of(o, i, &doc);
        size_t slot;
        if (doc->dead)
            continue;
        slot = (size_t)XXH3_64bits_withSeed(id, doc->record.id_len, seed) &
               (room - 1);
        for (; slots[slot] != 0; slot = (slot + 1) & (room - 1)) {
            const char *it = id_of(o, slots[slot] - 1, &other);
            if (other->record.id_len == doc->record.id_len &&
                memcmp(it, id, doc->record.id_len) == 0) {
                other->dead = true;
                break;
            }
        }
        slots[slot] = i + 1;
    }
    ost_free(slots);
    return true;
}

/* Where the segment ends that begins with document `first`: it takes one at
 * least, and no more than weigh `most`, all terms on top of them. */
static uint32_t find_end(const ost_flush_order *o, uint32_t first,
                         uint64_t most)
{
    uint64_t weight = 0;
    uint32_t end = first;

    for (size_t i = 0; i < o->n_inverters; i++)
        weight += ost_inverter_terms_weight(o->inverters[i]);
    while (end < o->n_docs) {
        ost_pending_document *doc;
        id_of(o, end, &doc);
        weight += doc->weight;
        if (end > first && weight > most)
            break;
        end++;
    }
    return end;
}

static bool mark_dead(ost_flush_order *o, uint32_t first)
{
    for (uint32_t i = 0; i < o->n_docs; i++) {
        ost_pending_document *doc;
        id_of(o, i, &doc);
        if (!doc->dead && i >= first && i < o->end)
            continue;
        if (o->dead == NULL) {
            o->dead = ost_calloc(o->n_docs / 64 + 1, sizeof *o->dead);
            if (o->dead == NULL)
                return false;
        }
        o->dead[i >> 6] |= (uint64_t)1 << (i & 63);
        o->n_dead++;
    }
    return true;
}

osteon_status ost_flush_order_make(const ost_flush_job *job,
                                   ost_flush_order *o, osteon_error *err)
{
    memset(o, 0, sizeof *o);
    o->inverters = job->inverters;
    o->n_inverters = job->n_inverters;
    if (collect_batches(o) && number_documents(o) && find_doubles(o)) {
        o->end = find_end(o, job->next, job->most);
        if (mark_dead(o, job->next))
            return OSTEON_OK;
    }
    o->n_docs = 0;
    return ost_fail_memory(err);
}

void ost_flush_order_free(ost_flush_order *o)
{
    if (o->numbers != NULL)
        for (size_t i = 0; i < o->n_inverters; i++)
            ost_free(o->numbers[i]);
    ost_free(o->numbers);
    ost_free(o->docs);
    ost_free(o->batches);
    ost_free(o->dead);
}
