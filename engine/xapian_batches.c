/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Batches put in order. A batch that ends waits until all before it have
 * ended; then its documents get their numbers, and it is ready to be written.
 * What is ready is written by the thread that made it enough: to a piece of
 * its own, or to the open database, where one thread is at a time. So pieces
 * have neighbouring batches, and the same ones however many threads there are.
 *
 * A caller who leaves numbers out would wait for ever; after PATIENCE seconds
 * memory is used without them, and a commit takes what there is.
 */
#include "xapian_writer.h"

#include <errno.h>
#include <time.h>

#define PATIENCE 2

/* Cost of a piece, at most: about 10 MB of text. Of many small pieces the
 * lists do not grow together again; the trees of large ones take long to
 * write to, as they are not written in order (xapian_build.c). */
#define MOST_PIECE ((size_t)256 << 20)

static size_t piece_cost(const ost_xw_writer *w)
{
    const size_t share = w->memory / (w->threads + 1);

    return share < MOST_PIECE ? share : MOST_PIECE;
}

/* Gives the values of a batch their slots. */
static void name_slots(ost_xw_writer *w, ost_xw_batch *batch)
{
    for (uint32_t i = 0; i < batch->n_names; i++) {
        ost_slot *name = &batch->names[i];
        uint32_t k = 0;
        while (k < w->n_slots && strcmp(w->slots[k].name, name->name) != 0)
            k++;
        if (k == OST_MOST_SLOTS)
            continue;
        if (k == w->n_slots) {
            uint32_t slot = OST_SLOT_FIRST;
            for (uint32_t j = 0; j < k; j++)
                if (w->slots[j].slot >= slot)
                    slot = w->slots[j].slot + 1;
            w->slots[k] = *name;
            w->slots[k].slot = slot;
            w->n_slots++;
        }
        name->slot = w->slots[k].slot;
        name->kind = w->slots[k].kind;
    }
}

/* Makes batches ready whose turn it is; `all`: also where one is missing. */
static void admit(ost_xw_writer *w, bool all)
{
    while (w->early != NULL &&
           (all || w->early->sequence <= w->next_sequence)) {
        ost_xw_batch *batch = w->early;
        w->early = batch->next;
        batch->next = NULL;
        if (batch->sequence >= w->next_sequence)
            w->next_sequence = batch->sequence + 1;
        batch->first_order = w->next_order;
        w->next_order += batch->offered;
        name_slots(w, batch);
        if (batch->documents == 0) {
            w->held -= batch->cost;
            ost_xw_batch_free(batch);
            continue;
        }
        if (w->ready_last != NULL)
            w->ready_last->next = batch;
        else
            w->ready = batch;
        w->ready_last = batch;
        w->ready_cost += batch->cost;
    }
}

/* Takes ready batches for a piece. */
static ost_xw_batch *take(ost_xw_writer *w, bool one_piece, size_t *cost)
{
    ost_xw_batch *first = w->ready, *last = first;

    *cost = first->cost;
    while (last->next != NULL &&
           (!one_piece || *cost + last->next->cost <= piece_cost(w))) {
        last = last->next;
        *cost += last->cost;
    }
    w->ready = last->next;
    if (w->ready == NULL)
        w->ready_last = NULL;
    last->next = NULL;
    w->ready_cost -= *cost;
    return first;
}

/* Writes a piece; its name is in the list before, at its place in order. */
static osteon_status build(ost_xw_writer *w, ost_xw_batch *batches,
                           osteon_error *err)
{
    char name[OST_FILE_NAME];
    osteon_status s;

    if (!OST_GROW(&w->pieces, &w->pieces_room, w->n_pieces + 1))
        return ost_fail_memory(err);
    ost_xw_next_name(w, "db", "", name);
    memcpy(w->pieces[w->n_pieces++], name, sizeof name);
    pthread_mutex_unlock(&w->mutex);
    s = ost_xw_piece(w, name, batches, err);
    pthread_mutex_lock(&w->mutex);
    return s;
}

static osteon_status apply(ost_xw_writer *w, ost_xw_batch *batches,
                           osteon_error *err)
{
    osteon_status s;

    pthread_mutex_unlock(&w->mutex);
    s = ost_xw_apply(w, batches, err);
    pthread_mutex_lock(&w->mutex);
    return s;
}

/* Writes what is ready, while there is enough of it. */
static void work(ost_xw_writer *w, bool all)
{
    const bool pieces = w->base[0] == '\0';

    while (w->ready != NULL && w->status == OSTEON_OK &&
           (pieces ? all || w->ready_cost >= piece_cost(w)
                   : w->building == 0)) {
        size_t cost;
        ost_xw_batch *batches = take(w, pieces, &cost);
        osteon_error error;
        w->building++;
        ost_xw_keep(w,
                    pieces ? build(w, batches, &error)
                           : apply(w, batches, &error),
                    &error);
        w->building--;
        w->held -= cost;
        ost_xw_batch_free(batches);
        pthread_cond_broadcast(&w->changed_state);
    }
}

void ost_xw_hand_over(ost_xw_writer *w, ost_xw_batch *batch)
{
    ost_xw_batch **at = &w->early;

    while (*at != NULL && (*at)->sequence < batch->sequence)
        at = &(*at)->next;
    batch->next = *at;
    *at = batch;
    w->held += batch->cost;
    admit(w, false);
    work(w, false);
}

/* Whether batch `sequence` should rather begin later: the batch that others
 * wait for may always begin, and one that is not its turn may not while there
 * is too much. */
static bool is_too_much(const ost_xw_writer *w, uint64_t sequence)
{
    return w->status == OSTEON_OK && w->held > w->memory &&
           (sequence > w->next_sequence ||
            (w->building > 0 && w->ready_cost > w->memory));
}

void ost_xw_wait(ost_xw_writer *w, uint64_t sequence)
{
    struct timespec until;

    while (is_too_much(w, sequence)) {
        ost_xw_end_idle(w);
        if (!is_too_much(w, sequence))
            return;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += PATIENCE;
        if (pthread_cond_timedwait(&w->changed_state, &w->mutex, &until) ==
                ETIMEDOUT &&
            w->active == 0 && w->building == 0)
            return;
    }
}

osteon_status ost_xw_drain(ost_xw_writer *w, osteon_error *err)
{
    osteon_status s;

    pthread_mutex_lock(&w->mutex);
    ost_xw_end_idle(w);
    if (w->active > 0) {
        pthread_mutex_unlock(&w->mutex);
        return ost_fail(err, OSTEON_INVALID, "a feed is inside a batch");
    }
    while (w->building > 0) /* by a feed whose batch has ended */
        pthread_cond_wait(&w->changed_state, &w->mutex);
    admit(w, true);
    work(w, true);
    s = w->status;
    if (s != OSTEON_OK && err != NULL)
        *err = w->error;
    pthread_mutex_unlock(&w->mutex);
    return s;
}
