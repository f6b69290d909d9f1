/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Feeds: the ways into a writer, one a thread. Each inverts on its own; they
 * meet only to begin and end a batch, and for a flush, which runs while no
 * feed is inside a batch.
 *
 * A flush waits until every batch below the highest begun has been begun and
 * ended, so that the documents it writes are a prefix of all: their numbers
 * then do not depend on threads. A caller who leaves numbers out would wait
 * for ever; after PATIENCE seconds the flush goes on without them, which
 * costs the order only.
 */
#include "writer.h"

#include <errno.h>
#include <time.h>

#define PATIENCE 2

/* What a thread that feeds has beside its inverter, about: the text it reads,
 * and what malloc keeps for it. */
#define THREAD_MEMORY ((size_t)2 << 20)

/* Bytes of text a batch of ost_writer_add grows to. */
#define OWN_BATCH ((size_t)1 << 20)

static osteon_status told(const ost_writer *w, osteon_error *err)
{
    if (w->status != OSTEON_OK && err != NULL)
        *err = w->error;
    return w->status;
}

/* Keeps the first failure: afterwards nothing can be committed. */
static osteon_status keep(ost_writer *w, osteon_status s,
                          const osteon_error *error)
{
    if (s != OSTEON_OK && w->status == OSTEON_OK) {
        w->status = s;
        w->error = *error;
        pthread_cond_broadcast(&w->changed_state);
    }
    return s;
}

/* Nothing is added to an index that was imported: its terms were analysed by
 * other rules. Looked at before the first feed, while nobody else can touch
 * the segments: so an update with nothing to add opens none. */
static osteon_status refuse_imported(ost_writer *w, osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    pthread_mutex_lock(&w->mutex);
    for (size_t i = 0; w->feeds == NULL && i < w->next->n_segments &&
                       s == OSTEON_OK; i++) {
        s = ost_writer_segment_open(w, i, err);
        if (s == OSTEON_OK && w->segments[i].reader->fields[0].flags &
                                  OST_FIELD_NO_POSITIONS)
            s = ost_fail(err, OSTEON_INVALID,
                         "%s: the index was imported and takes no further "
                         "documents: --rebuild makes it anew",
                         w->folder);
    }
    pthread_mutex_unlock(&w->mutex);
    return s;
}

osteon_status ost_feed_open(ost_writer *w, ost_feed **out, osteon_error *err)
{
    ost_feed *feed = ost_calloc(1, sizeof *feed);
    osteon_status s;

    *out = NULL;
    if (feed == NULL)
        return ost_fail_memory(err);
    s = refuse_imported(w, err);
    if (s == OSTEON_OK)
        s = ost_inverter_open(w->next->language, w->next->title_weight,
                              &w->names, &feed->inverter, err);
    if (s != OSTEON_OK) {
        ost_free(feed);
        return s;
    }
    feed->writer = w;
    pthread_mutex_lock(&w->mutex);
    feed->next = w->feeds;
    w->feeds = feed;
    pthread_mutex_unlock(&w->mutex);
    *out = feed;
    return OSTEON_OK;
}

/* A closed feed's documents stay with the writer until they are flushed: the
 * feed is only marked by having no owner, and freed with the writer. */
void ost_feed_close(ost_feed *feed)
{
    ost_writer *w;

    if (feed == NULL)
        return;
    w = feed->writer;
    pthread_mutex_lock(&w->mutex);
    if (feed->in_batch) { /* given up inside a batch */
        osteon_error error;
        ost_fail(&error, OSTEON_INVALID, "a feed was closed in a batch");
        keep(w, OSTEON_INVALID, &error);
        feed->in_batch = false;
        w->active--;
        pthread_cond_broadcast(&w->changed_state);
    }
    pthread_mutex_unlock(&w->mutex);
}

void ost_feed_free(ost_feed *feed)
{
    if (feed == NULL)
        return;
    ost_inverter_close(feed->inverter);
    ost_free(feed);
}

/* ---- Flushing; the mutex is not held, and no feed is in a batch ---- */

/* A document that was added replaces those with its id in older segments. */
static osteon_status replace(void *arg, const char *id, size_t len,
                             osteon_error *err)
{
    ost_writer *w = arg;
    bool found = false;
    osteon_status s = ost_writer_delete_id(w, id, len, &found, err);

    w->replaced += found;
    return s;
}

unsigned ost_writer_threads(const ost_writer *w)
{
    const size_t most = 2 + w->memory / ((size_t)32 << 20);

    return w->threads < most ? w->threads : (unsigned)most;
}

/* Writes one segment of what is in the inverters. */
static osteon_status flush_segment(ost_writer *w, ost_flush_job *job,
                                   osteon_error *err)
{
    char name[OST_FILE_NAME], *path = NULL;
    osteon_status s;

    ost_manifest_next_name(w->next, "seg", name);
    s = ost_writer_path(w, name, &path, err);
    job->path = path;
    if (s == OSTEON_OK)
        s = ost_flush(job, replace, w, err);
    if (s == OSTEON_OK && job->documents > 0)
        s = ost_writer_segment_add(w, name, job->size, job->checksum,
                                   job->documents, job->dead, job->n_dead,
                                   err);
    if (s == OSTEON_OK)
        w->changed = w->changed || job->documents > 0;
    ost_free(path);
    return s;
}

static osteon_status flush_now(ost_writer *w, ost_feed *feeds,
                               osteon_error *err)
{
    ost_flush_job job = {.folder = w->folder,
                         .threads = ost_writer_threads(w),
                         .most = w->most,
                         .names = &w->names};
    ost_inverter **inverters;
    size_t n = 0, i = 0;
    osteon_status s;

    for (const ost_feed *f = feeds; f != NULL; f = f->next)
        n += f->inverter->n_docs > 0;
    if (n == 0)
        return OSTEON_OK;
    inverters = ost_malloc(n * sizeof *inverters);
    if (inverters == NULL)
        return ost_fail_memory(err);
    for (const ost_feed *f = feeds; f != NULL; f = f->next)
        if (f->inverter->n_docs > 0)
            inverters[i++] = f->inverter;
    job.inverters = inverters;
    job.n_inverters = n;
    do
        s = flush_segment(w, &job, err);
    while (s == OSTEON_OK && job.more);
    if (s == OSTEON_OK) {
        ost_writer_forget(w);
        for (ost_feed *f = feeds; f != NULL; f = f->next) {
            ost_inverter_reset(f->inverter);
            f->memory = 0;
            f->weight = 0;
        }
        ost_trim(); /* or each arena keeps what was freed between its blocks */
        w->used = w->batches = 0;
        w->weight = 0;
    }
    ost_free(inverters);
    return s;
}

/* The writer's own batch stays open from one ost_writer_add to the next,
 * which may never come; between them whoever flushes ends it. */
static void end_idle_batch(ost_writer *w)
{
    ost_feed *own = w->own;
    osteon_error error;

    if (own == NULL || !own->in_batch || w->adding)
        return;
    keep(w, ost_inverter_end(own->inverter, &error), &error);
    own->in_batch = false;
    w->own_bytes = 0;
    w->active--;
}

/* Waits until no feed is in a batch and, for a while, until no number is left
 * out. The mutex is held. */
static void wait_for_batches(ost_writer *w, bool last)
{
    struct timespec until = {0};

    for (;;) {
        end_idle_batch(w);
        if (w->status != OSTEON_OK ||
            (w->active == 0 && (last || w->begun >= w->highest)))
            return;
        if (w->active > 0) {
            pthread_cond_wait(&w->changed_state, &w->mutex);
            until.tv_sec = 0;
            continue;
        }
        if (until.tv_sec == 0) {
            clock_gettime(CLOCK_MONOTONIC, &until);
            until.tv_sec += PATIENCE;
        }
        if (pthread_cond_timedwait(&w->changed_state, &w->mutex, &until) ==
                ETIMEDOUT &&
            w->active == 0)
            return;
    }
}

/* Flushes from one thread while the others wait. Called and left with the
 * mutex held. `last`: no more batches will come, so none is waited for. */
static osteon_status flush_together(ost_writer *w, bool last)
{
    osteon_error error;
    osteon_status s;

    w->flushing = true;
    wait_for_batches(w, last);
    s = w->status;
    if (s == OSTEON_OK) {
        ost_feed *const feeds = w->feeds;
        w->writing = true;
        pthread_mutex_unlock(&w->mutex);
        s = flush_now(w, feeds, &error);
        pthread_mutex_lock(&w->mutex);
        w->writing = false;
        keep(w, s, &error);
    }
    w->flushing = false;
    pthread_cond_broadcast(&w->changed_state);
    return s;
}

/* ---- Batches ---- */

osteon_status ost_feed_begin(ost_feed *feed, uint64_t sequence,
                             osteon_error *err)
{
    ost_writer *w = feed->writer;
    osteon_status s;

    pthread_mutex_lock(&w->mutex);
    /* A number below the highest is let in while the flush waits for it. */
    while (w->flushing && (w->writing || sequence >= w->highest) &&
           w->status == OSTEON_OK)
        pthread_cond_wait(&w->changed_state, &w->mutex);
    s = told(w, err);
    if (s == OSTEON_OK && feed->in_batch)
        s = ost_fail(err, OSTEON_INVALID, "a feed is inside a batch");
    if (s == OSTEON_OK) {
        osteon_error error;
        s = ost_inverter_begin(feed->inverter, sequence, &error);
        if (s != OSTEON_OK && err != NULL)
            *err = error;
        if (s != OSTEON_INVALID)
            keep(w, s, &error);
    }
    if (s == OSTEON_OK) {
        w->active++;
        w->begun++;
        if (sequence >= w->highest)
            w->highest = sequence + 1;
        feed->in_batch = true;
    }
    pthread_mutex_unlock(&w->mutex);
    return s;
}

/* Whether the inverters hold what they may, looked at when a batch has ended:
 * what half a segment has room for, so that a batch more need not make it two;
 * the budget without the table of sources, without what one more batch of each
 * feed adds until the next look, and without what its thread has beside it. But
 * half of the budget is theirs: beyond that flushes would become more, and
 * memory hardly less. */
static bool is_full(const ost_writer *w)
{
    const size_t others =
        ost_source_keeper_memory(&w->sources) +
        (w->used / w->batches + THREAD_MEMORY) * (w->active + 1);
    const size_t half = w->memory / 2;

    return w->used > w->memory - (others < half ? others : half) ||
           w->weight > w->most / 2;
}

static osteon_status check_batch(const ost_feed *feed, osteon_error *err)
{
    return feed->in_batch ? OSTEON_OK
                          : ost_fail(err, OSTEON_INVALID,
                                     "a feed is not inside a batch");
}

osteon_status ost_feed_end(ost_feed *feed, osteon_error *err)
{
    ost_writer *w = feed->writer;
    osteon_error error;
    osteon_status ended, s;
    uint64_t weight;
    size_t memory;
    bool full;

    if (check_batch(feed, err) != OSTEON_OK)
        return OSTEON_INVALID;
    ended = ost_inverter_end(feed->inverter, &error);
    memory = ost_inverter_memory(feed->inverter);
    weight = ost_inverter_weight(feed->inverter) +
             ost_inverter_terms_weight(feed->inverter);
    full = ost_inverter_is_full(feed->inverter);
    pthread_mutex_lock(&w->mutex);
    keep(w, ended, &error);
    feed->in_batch = false;
    w->active--;
    w->used += memory - feed->memory;
    w->batches++;
    feed->memory = memory;
    w->weight += weight - feed->weight;
    feed->weight = weight;
    if (w->flushing)
        pthread_cond_broadcast(&w->changed_state);
    else if ((is_full(w) || full) && w->status == OSTEON_OK)
        flush_together(w, false);
    s = told(w, err);
    pthread_mutex_unlock(&w->mutex);
    return s;
}

/* A failure inside a document leaves the inverter in an unknown state, unless
 * it is the document's own. */
static osteon_status fed(ost_feed *feed, osteon_status s,
                         const osteon_error *error, osteon_error *err)
{
    if (s != OSTEON_OK && s != OSTEON_INVALID && s != OSTEON_TOO_LARGE) {
        pthread_mutex_lock(&feed->writer->mutex);
        keep(feed->writer, s, error);
        pthread_mutex_unlock(&feed->writer->mutex);
    }
    if (s != OSTEON_OK && err != NULL)
        *err = *error;
    return s;
}

osteon_status ost_feed_add(ost_feed *feed, const osteon_document *doc,
                           osteon_error *err)
{
    osteon_error error;

    if (check_batch(feed, err) != OSTEON_OK)
        return OSTEON_INVALID;
    return fed(feed, ost_inverter_add(feed->inverter, doc, &error), &error,
               err);
}

osteon_status ost_feed_more(ost_feed *feed, const char *body, size_t len,
                            bool store, osteon_error *err)
{
    osteon_error error;

    if (check_batch(feed, err) != OSTEON_OK)
        return OSTEON_INVALID;
    return fed(feed,
               ost_inverter_more(feed->inverter, body, len, store, &error),
               &error, err);
}

void ost_feed_abandon(ost_feed *feed)
{
    if (feed->in_batch)
        ost_inverter_abandon(feed->inverter);
}

/* ---- The writer's own feed ---- */

/* Bytes of text in a document, about. */
static size_t bytes_of(const osteon_document *doc)
{
    size_t n = doc->body_len + doc->title_len + doc->stored_len + 64;

    for (size_t i = 0; i < doc->n_fields; i++)
        n += doc->fields[i].text_len + 16;
    return n;
}

/* While `adding` is set, nobody else ends the own batch. */
static void set_adding(ost_writer *w, bool adding)
{
    pthread_mutex_lock(&w->mutex);
    w->adding = adding;
    if (!adding && w->flushing)
        pthread_cond_broadcast(&w->changed_state);
    pthread_mutex_unlock(&w->mutex);
}

static osteon_status add_own(ost_writer *w, const osteon_document *doc,
                             osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    if (!w->own->in_batch) {
        uint64_t sequence;
        pthread_mutex_lock(&w->mutex);
        sequence = w->highest;
        pthread_mutex_unlock(&w->mutex);
        s = ost_feed_begin(w->own, sequence, err);
    }
    if (s == OSTEON_OK)
        s = ost_feed_add(w->own, doc, err);
    if (s != OSTEON_OK)
        return s;
    w->own_bytes += bytes_of(doc);
    if (w->own_bytes < OWN_BATCH)
        return OSTEON_OK;
    w->own_bytes = 0;
    return ost_feed_end(w->own, err);
}

osteon_status ost_writer_add(ost_writer *w, const osteon_document *doc,
                             osteon_error *err)
{
    osteon_status s;

    if (w->own == NULL) {
        ost_feed *own;
        s = ost_feed_open(w, &own, err);
        if (s != OSTEON_OK)
            return s;
        pthread_mutex_lock(&w->mutex);
        w->own = own;
        pthread_mutex_unlock(&w->mutex);
    }
    set_adding(w, true);
    s = add_own(w, doc, err);
    set_adding(w, false);
    return s;
}

osteon_status ost_writer_flush(ost_writer *w, osteon_error *err)
{
    osteon_status s;

    pthread_mutex_lock(&w->mutex);
    while (w->flushing) /* for a feed whose batch has ended */
        pthread_cond_wait(&w->changed_state, &w->mutex);
    end_idle_batch(w);
    if (w->active > 0) {
        pthread_mutex_unlock(&w->mutex);
        return ost_fail(err, OSTEON_INVALID, "a feed is inside a batch");
    }
    s = told(w, err);
    if (s == OSTEON_OK) {
        s = flush_together(w, true);
        told(w, err);
    }
    pthread_mutex_unlock(&w->mutex);
    return s;
}
