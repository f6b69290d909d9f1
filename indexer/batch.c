/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Batches on their way from the main thread to the workers. Numbers are given
 * out in the order of pushes and batches are taken in that order, so the index
 * is the same whatever the number of threads. Threads start with the second
 * batch: a small update needs none. Invariant: `n` batches are linked from
 * `first`, and n is at most `most` when the main thread goes on.
 */
#include "archive.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

/* Files that are open at once in a thread, and in all, at most. */
#define OPEN 16
#define OPEN_IN_ALL 128

osi_batch *osi_batch_new(void)
{
    osi_batch *const batch = osi_realloc(NULL, sizeof *batch);

    if (batch != NULL)
        memset(batch, 0, sizeof *batch);
    return batch;
}

bool osi_batch_add(osi_batch *batch, osi_job job, const char *path)
{
    if (batch->n == batch->room) {
        const size_t room = batch->room ? batch->room * 2 : 64;
        osi_job *const fresh = osi_realloc(batch->jobs, room * sizeof *fresh);
        if (fresh == NULL)
            return false;
        batch->jobs = fresh;
        batch->room = room;
    }
    job.path = batch->names.len;
    osi_bytes_add(&batch->names, path, job.len);
    osi_bytes_add(&batch->names, "", 1);
    if (batch->names.failed)
        return false;
    batch->jobs[batch->n++] = job;
    batch->bytes += job.size;
    return true;
}

static void free_batch(osi_batch *batch)
{
    osi_bytes_free(&batch->names);
    osi_bytes_free(&batch->slice);
    free(batch->jobs);
    free(batch);
}

void osi_fail(osi_run *run, const osteon_error *err)
{
    pthread_mutex_lock(&run->lock);
    if (!atomic_load(&run->failed)) {
        run->fatal = *err;
        atomic_store(&run->failed, true);
    }
    pthread_mutex_unlock(&run->lock);
}

void osi_fail_memory(osi_run *run)
{
    osteon_error err = {.status = OSTEON_NO_MEMORY};

    snprintf(err.text, sizeof err.text, "out of memory");
    osi_fail(run, &err);
}

bool osi_is_halted(const osi_run *run)
{
    return osi_stop_asked() != 0 || atomic_load(&run->failed);
}

bool osi_worker_begin(osi_worker *worker, uint64_t sequence)
{
    osi_run *const run = worker->run;
    osteon_status s = OSTEON_OK;

    if (worker->input == NULL)
        worker->input = osi_input_new();
    if (worker->extract == NULL)
        worker->extract = osi_extract_new();
    if (worker->input == NULL || worker->extract == NULL) {
        osi_fail_memory(run);
        return false;
    }
    if (worker->feed == NULL)
        s = osteon_feed_open(run->writer, &worker->feed, &worker->err);
    if (s == OSTEON_OK)
        s = osteon_feed_begin(worker->feed, sequence, &worker->err);
    if (s != OSTEON_OK)
        osi_fail(run, &worker->err);
    return s == OSTEON_OK;
}

void osi_worker_end(osi_worker *worker)
{
    if (osi_is_halted(worker->run)) {
        osteon_feed_close(worker->feed);
        worker->feed = NULL;
    } else if (osteon_feed_end(worker->feed, &worker->err) != OSTEON_OK) {
        osi_fail(worker->run, &worker->err);
    }
}

static void free_worker(osi_worker *worker)
{
    osteon_feed_close(worker->feed);
    osi_input_free(worker->input);
    osi_extract_free(worker->extract);
    osi_reader_free(&worker->reader);
    osi_bytes_free(&worker->text);
    osi_bytes_free(&worker->title);
    osi_record_free(&worker->record);
    memset(worker, 0, sizeof *worker);
}

/* Files a thread holds open: all threads together an eighth of what the process
 * may, so that there are some for all else. */
static size_t most_open(const osi_run *run)
{
    struct rlimit limit;
    size_t share;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1;
    share = limit.rlim_cur < 8 * OPEN_IN_ALL ? (size_t)limit.rlim_cur / 8
                                             : OPEN_IN_ALL;
    share /= (size_t)run->options->jobs;
    return share < 1 ? 1 : share < OPEN ? share : OPEN;
}

static void close_files(int *fds, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (fds[i % OPEN] >= 0)
            close(fds[i % OPEN]);
}

static int open_job(const osi_run *run, const osi_batch *batch, size_t i)
{
    const osi_job *const job = &batch->jobs[i];

    return osi_job_open(run, job, batch->names.data + job->path);
}

/* Files are opened some time before they are read, and what is in them asked
 * for, so that a disk reads many at once while others are indexed. Where too
 * many are open, those whose turn has not come are closed again. */
static void run_files(osi_worker *worker, const osi_batch *batch)
{
    osi_run *const run = worker->run;
    const char *const names = batch->names.data;
    size_t most = most_open(run), opened = 0, i = 0;
    int fds[OPEN];
    bool ok = true;

    for (; ok && i < batch->n && !osi_is_halted(run); i++) {
        const osi_job *const job = &batch->jobs[i];
        int *const fd = &fds[i % OPEN];
        for (; opened < batch->n && opened < i + most; opened++)
            fds[opened % OPEN] = open_job(run, batch, opened);
        if ((*fd == -EMFILE || *fd == -ENFILE) && opened > i + 1) {
            close_files(fds, i + 1, opened);
            most = 1;
            opened = i + 1;
            *fd = open_job(run, batch, i);
        }
        ok = osi_index_job(worker, job, names + job->path, *fd);
        if (ok)
            osi_progress();
    }
    close_files(fds, i, opened);
}

/* Runs a batch and frees it. */
static void run_batch(osi_worker *worker, osi_batch *batch)
{
    if (!osi_is_halted(worker->run) &&
        osi_worker_begin(worker, batch->sequence)) {
        if (batch->stream != NULL)
            osi_index_slice(worker, batch);
        else if (batch->archive != NULL)
            osi_index_members(worker, batch);
        else
            run_files(worker, batch);
        osi_worker_end(worker);
    }
    if (batch->stream != NULL)
        osi_stream_release(batch->stream, worker);
    if (batch->archive != NULL)
        osi_archive_release(batch->archive, worker);
    free_batch(batch);
}

static osi_batch *take(osi_queue *queue)
{
    osi_batch *batch;

    pthread_mutex_lock(&queue->lock);
    while (queue->first == NULL && !queue->ended)
        pthread_cond_wait(&queue->filled, &queue->lock);
    batch = queue->first;
    if (batch != NULL) {
        queue->first = batch->next;
        queue->n--;
        pthread_cond_signal(&queue->emptied);
    }
    pthread_mutex_unlock(&queue->lock);
    return batch;
}

static void *work(void *arg)
{
    osi_worker *const worker = arg;
    osi_batch *batch;

    while ((batch = take(&worker->run->queue)) != NULL)
        run_batch(worker, batch);
    return NULL;
}

/* Starts as many threads as are wanted and can be had. Signals go to the main
 * thread. */
static void start_threads(osi_run *run)
{
    osi_queue *const queue = &run->queue;
    sigset_t all, before;

    queue->workers =
        osi_realloc(NULL, queue->wanted * sizeof *queue->workers);
    if (queue->workers == NULL) {
        queue->wanted = 1;
        return;
    }
    memset(queue->workers, 0, queue->wanted * sizeof *queue->workers);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    while (queue->n_workers < queue->wanted) {
        osi_worker *const worker = &queue->workers[queue->n_workers];
        worker->run = run;
        if (pthread_create(&worker->thread, NULL, work, worker) != 0)
            break;
        queue->n_workers++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (queue->n_workers == 0)
        queue->wanted = 1;
}

static void enqueue(osi_queue *queue, osi_batch *batch)
{
    pthread_mutex_lock(&queue->lock);
    while (queue->n >= queue->most)
        pthread_cond_wait(&queue->emptied, &queue->lock);
    if (queue->first == NULL)
        queue->first = batch;
    else
        queue->last->next = batch;
    queue->last = batch;
    queue->n++;
    pthread_cond_signal(&queue->filled);
    pthread_mutex_unlock(&queue->lock);
}

void osi_queue_push(osi_run *run, osi_batch *batch)
{
    osi_queue *const queue = &run->queue;

    batch->sequence = queue->next_sequence++;
    if (queue->wanted > 1 && queue->n_workers == 0) {
        if (queue->held == NULL) {
            queue->held = batch;
            return;
        }
        start_threads(run);
    }
    if (queue->n_workers > 0) {
        if (queue->held != NULL)
            enqueue(queue, queue->held);
        enqueue(queue, batch);
    } else {
        if (queue->held != NULL)
            run_batch(&run->own, queue->held);
        run_batch(&run->own, batch);
    }
    queue->held = NULL;
}

/* Runs the batch that waits for a second one. */
static void run_held(osi_run *run)
{
    osi_batch *const held = run->queue.held;

    run->queue.held = NULL;
    if (held != NULL)
        run_batch(&run->own, held);
}

bool osi_begin_own(osi_run *run)
{
    run_held(run);
    return osi_worker_begin(&run->own, run->queue.next_sequence++);
}

void osi_queue_finish(osi_run *run)
{
    osi_queue *const queue = &run->queue;

    run_held(run);
    pthread_mutex_lock(&queue->lock);
    queue->ended = true;
    pthread_cond_broadcast(&queue->filled);
    pthread_mutex_unlock(&queue->lock);
    for (unsigned i = 0; i < queue->n_workers; i++) {
        pthread_join(queue->workers[i].thread, NULL);
        free_worker(&queue->workers[i]);
    }
    free(queue->workers);
    queue->workers = NULL;
    queue->n_workers = 0;
    free_worker(&run->own);
    run->own.run = run;
}

bool osi_queue_init(osi_run *run)
{
    osi_queue *const queue = &run->queue;

    memset(queue, 0, sizeof *queue);
    run->own.run = run;
    queue->next_sequence = 0;
    queue->wanted = (unsigned)run->options->jobs;
    queue->most = 2 * (size_t)queue->wanted;
    return pthread_mutex_init(&queue->lock, NULL) == 0 &&
           pthread_cond_init(&queue->filled, NULL) == 0 &&
           pthread_cond_init(&queue->emptied, NULL) == 0;
}

void osi_queue_free(osi_run *run)
{
    pthread_cond_destroy(&run->queue.emptied);
    pthread_cond_destroy(&run->queue.filled);
    pthread_mutex_destroy(&run->queue.lock);
}
