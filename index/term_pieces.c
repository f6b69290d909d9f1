/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Threads that take pieces of the terms; see term_pieces.h.
 */
#include "term_pieces.h"

#include <pthread.h>

/* Bytes of output that may stay in memory until all pieces are done. */
#define HELD ((size_t)8 << 20)

typedef struct thread {
    ost_term_pieces *pieces;
    ost_encode_piece encode;
    void *worker;
    pthread_t id;
    bool started;
    osteon_status status;
    osteon_error error;
} thread;

/* Keeps the output of a piece in memory, or writes it out where others hold
 * enough. */
static osteon_status hold(ost_term_pieces *t, ost_term_writer *w,
                          osteon_error *err)
{
    const size_t bytes = ost_term_writer_memory(w);

    if (__atomic_add_fetch(&t->held, bytes, __ATOMIC_RELAXED) <= HELD)
        return OSTEON_OK;
    __atomic_sub_fetch(&t->held, bytes, __ATOMIC_RELAXED);
    return ost_term_writer_spill(w, err);
}

static void *encode_pieces(void *arg)
{
    thread *own = arg;
    ost_term_pieces *t = own->pieces;
    osteon_error *err = &own->error;

    while (own->status == OSTEON_OK) {
        const size_t i = __atomic_fetch_add(&t->next, 1, __ATOMIC_RELAXED);
        if (i >= t->n)
            break;
        own->status = ost_term_writer_open(&t->spill, t->n_documents,
                                           &t->writers[i], err);
        if (own->status == OSTEON_OK)
            own->status = own->encode(own->worker, i, t->writers[i], err);
        if (own->status == OSTEON_OK)
            own->status = ost_term_writer_finish(t->writers[i], err);
        if (own->status == OSTEON_OK)
            own->status = hold(t, t->writers[i], err);
    }
    if (own->status != OSTEON_OK) /* nobody needs the others */
        __atomic_store_n(&t->next, t->n, __ATOMIC_RELAXED);
    return NULL;
}

osteon_status ost_term_pieces_encode(ost_term_pieces *t, size_t n,
                                     const char *folder, uint32_t n_documents,
                                     ost_encode_piece encode,
                                     void *const *workers, size_t n_workers,
                                     osteon_error *err)
{
    thread *threads = ost_calloc(n_workers, sizeof *threads);
    osteon_status s = OSTEON_OK;

    memset(t, 0, sizeof *t);
    ost_spill_init(&t->spill, folder);
    t->n_documents = n_documents;
    t->writers = ost_calloc(n, sizeof *t->writers);
    if (threads == NULL || t->writers == NULL) {
        ost_free(threads);
        return ost_fail_memory(err);
    }
    t->n = n;
    for (size_t i = 0; i < n_workers; i++)
        threads[i] = (thread){
            .pieces = t, .encode = encode, .worker = workers[i]};
    for (size_t i = 1; i < n_workers && i < n; i++)
        threads[i].started = pthread_create(&threads[i].id, NULL,
                                            encode_pieces, &threads[i]) == 0;
    encode_pieces(&threads[0]);
    for (size_t i = 0; i < n_workers; i++) {
        if (threads[i].started)
            pthread_join(threads[i].id, NULL);
        if (threads[i].status != OSTEON_OK && s == OSTEON_OK) {
            s = threads[i].status;
            if (err != NULL)
                *err = threads[i].error;
        }
    }
    ost_free(threads);
    return s;
}

osteon_status ost_term_pieces_save(const ost_term_pieces *t, ost_field *fields,
                                   uint32_t n_fields,
                                   ost_segment_writer *segment,
                                   osteon_error *err)
{
    ost_buffer table = {0};
    uint64_t block = 0;
    osteon_status s;

    for (size_t k = 0; k < t->n; k++) {
        size_t n_made;
        const ost_field_terms *made =
            ost_term_writer_fields(t->writers[k], &n_made);
        for (size_t i = 0; i < n_made; i++) {
            ost_field *f = &fields[made[i].field];
            if (f->n_blocks == 0)
                f->first_block = block;
            f->n_blocks += made[i].n_blocks;
            f->n_terms += made[i].n_terms;
            f->postings += made[i].postings;
            f->positions += made[i].positions;
            block += made[i].n_blocks;
        }
    }
    ost_fields_put(&table, fields, n_fields);
    s = ost_segment_writer_add_buffer(segment, OST_SECTION_FIELDS, &table,
                                      err);
    ost_buffer_free(&table);
    return s == OSTEON_OK
               ? ost_term_writers_join(t->writers, t->n, segment, err)
               : s;
}

void ost_term_pieces_free(ost_term_pieces *t)
{
    for (size_t i = 0; i < t->n; i++)
        ost_term_writer_close(t->writers[i]);
    ost_free(t->writers);
    if (t->spill.folder != NULL)
        ost_spill_free(&t->spill);
    memset(t, 0, sizeof *t);
}
