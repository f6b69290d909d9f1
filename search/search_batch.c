/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A batch of queries in some threads. Each thread takes the next line, answers
 * it into memory of its own and, where it is the turn of that line, hands it
 * and those behind it that are ready to the output, so that the bytes are those
 * of one thread. No more than `n_jobs` answers are in memory, and no new one is
 * begun while those that wait are large; one thread alone keeps none.
 *
 * Two locks: who waits for a line (`reading`) keeps nobody from writing, so
 * that a program at the other end of a pipe may ask, read the answer and ask
 * again.
 */
#include "search_batch.h"

#include "output.h"
#include "query_lines.h"
#include "search_program.h"
#include "tell.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS_MOST 64

/* Answers in memory for each thread: while one takes long, the others go on. */
#define JOBS_EACH 8

/* Bytes of answers that wait for their turn, above which no query is taken,
 * and of an answer's memory that is kept for the next. */
#define WAITING_MOST ((size_t)32 << 20)
#define KEPT_MOST ((size_t)1 << 20)

typedef struct batch_job {
    query_line line;
    sink out; /* the hits; not with one thread */
    answer a;
    bool first, done;
} batch_job;

typedef struct batch {
    const search_context *search;
    batch_job *jobs; /* that of query i, from 0, is jobs[i % n_jobs] */
    size_t n_jobs, n_threads;
    pthread_mutex_t reading; /* guards `lines`; locked before `writing` */
    query_lines lines;
    pthread_mutex_t writing; /* guards all below, and what is done */
    pthread_cond_t written_more;
    uint64_t taken, written; /* queries */
    size_t waiting; /* bytes that are done and not written */
    bool stopped;   /* nothing more is taken or written */
    int status;
    uint64_t answered; /* queries with hits */
    uint64_t hits;
    stale_hits stale;
    uint64_t noted;    /* queries with notes, and the first one's */
    char *first_note;
    sink told; /* notes on the index, each with a NUL behind it */
} batch;

/* ---- What is said ---- */

static void complain_of_line(const batch *b, const batch_job *job,
                             const char *text)
{
    complain("%s:%llu: %s", b->lines.name,
             (unsigned long long)job->line.number, text);
}

/* Of notes only the first is shown: a log of queries would have thousands. */
static void keep_note(batch *b, const batch_job *job)
{
    const char *note = osteon_query_note(job->a.query, 0);
    sink text;

    if (note == NULL && osteon_query_is_empty(job->a.query))
        note = empty_query_note;
    if (note == NULL || b->noted++ > 0)
        return;
    sink_open(&text, -1);
    sink_text(&text, b->lines.name);
    sink_byte(&text, ':');
    sink_unsigned(&text, job->line.number);
    sink_text(&text, ": ");
    sink_text(&text, note);
    sink_byte(&text, '\0');
    b->first_note = text.data;
}

static bool was_told(const batch *b, const char *note)
{
    for (size_t i = 0; i < b->told.len; i += strlen(b->told.data + i) + 1)
        if (strcmp(b->told.data + i, note) == 0)
            return true;
    return false;
}

/* Hosts come and go: a note is told with the first answer it is true of. */
static void tell_new_index_notes(batch *b, const batch_job *job)
{
    const char *note;

    for (size_t i = 0;
         (note = osteon_index_note(b->search->index, i)) != NULL; i++) {
        if (was_told(b, note))
            continue;
        sink_add(&b->told, note, strlen(note) + 1);
        complain_note("%s:%llu: %s", b->lines.name,
                      (unsigned long long)job->line.number, note);
    }
}

static void tell_query(const batch *b, const batch_job *job)
{
    sink text;

    sink_open(&text, -1);
    sink_text(&text, "query: ");
    sink_text(&text, osteon_query_text(job->a.query));
    sink_byte(&text, '\0');
    complain_of_line(b, job, text.data);
    sink_close(&text);
}

static void tell_summary(const batch *b, const search_times *times)
{
    const search_options *options = b->search->options;
    const double now = clock_ms() - times->begun;
    char text[80];

    snprintf(text, sizeof text, "%llu %s, %llu with hits",
             (unsigned long long)b->written,
             b->written == 1 ? "query" : "queries",
             (unsigned long long)b->answered);
    if (options->time)
        complain("%s in %.2f ms: open %.2f", text, now, times->opened);
    else if (b->search->terminal && options->mode == MODE_HITS &&
             !options->quiet && isatty(STDERR_FILENO))
        fprintf(stderr, "\n%s (%.1f ms)\n", text, now);
}

static void tell_end(batch *b)
{
    if (b->search->options->quiet || b->search->out->error != 0)
        return;
    if (b->noted == 1)
        complain_note("%s", b->first_note);
    else if (b->noted > 1)
        complain_note("%llu queries were not taken as written, the first: %s",
                      (unsigned long long)b->noted, b->first_note);
    tell_stale(&b->stale, b->hits);
    if (b->taken == 0 && b->status != SEARCH_EXIT_ERROR)
        complain_note("%s: there is no query in it", b->lines.name);
}

/* ---- Writing in order ---- */

static void keep_stale(batch *b, stale_hits *stale)
{
    if (b->stale.n == 0) {
        b->stale = *stale;
        stale->name = NULL;
    } else {
        b->stale.n += stale->n;
    }
}

static void tell_failure(batch *b, const batch_job *job)
{
    sink_flush(b->search->out);
    complain_of_line(b, job, job->a.err.text);
    tell_place(&job->a.err, job->line.text, job->line.text_len);
    b->status = SEARCH_EXIT_ERROR;
    /* What is wrong with one query says nothing of the next. */
    b->stopped = job->a.err.status != OSTEON_SYNTAX;
}

/* Writes the answer whose turn it is. */
static void write_answer(batch *b, batch_job *job)
{
    const search_options *options = b->search->options;
    sink *out = b->search->out;
    answer *a = &job->a;

    if (b->n_threads > 1)
        sink_add(out, job->out.data, job->out.len);
    if (a->query != NULL && options->print_query)
        tell_query(b, job);
    if (a->query != NULL && !options->quiet) {
        keep_note(b, job);
        tell_new_index_notes(b, job);
    }
    keep_stale(b, &a->stale);
    b->hits += a->seen.n_hits;
    if (a->status == SEARCH_EXIT_ERROR)
        tell_failure(b, job);
    if (a->status != SEARCH_EXIT_HITS)
        return;
    b->answered++;
    if (b->status == SEARCH_EXIT_NONE || options->quiet)
        b->status = SEARCH_EXIT_HITS;
    b->stopped = b->stopped || options->quiet;
}

/* Makes a job that was written ready for another query. */
static void empty_job(batch *b, batch_job *job)
{
    b->waiting -= job->out.len;
    job->out.len = 0;
    if (job->out.room > KEPT_MOST) {
        sink_close(&job->out);
        sink_open(&job->out, -1);
    }
    answer_close(&job->a);
    job->done = false;
}

/* Marks a job as done and writes what is ready. */
static void finish(batch *b, batch_job *job)
{
    sink *out = b->search->out;

    pthread_mutex_lock(&b->writing);
    b->waiting += job->out.len;
    job->done = true;
    while (b->written < b->taken &&
           (job = b->jobs + b->written % b->n_jobs)->done) {
        if (!b->stopped)
            write_answer(b, job);
        empty_job(b, job);
        b->written++;
    }
    /* Whoever waits for an answer to what was asked last gets it. */
    if (b->written == b->taken)
        sink_flush(out);
    b->stopped = b->stopped || out->error != 0;
    pthread_cond_broadcast(&b->written_more);
    pthread_mutex_unlock(&b->writing);
}

/* ---- Threads ---- */

/* The next query, or NULL where there is none left. */
static batch_job *take(batch *b)
{
    batch_job *job = NULL;
    bool stopped;

    pthread_mutex_lock(&b->reading);
    pthread_mutex_lock(&b->writing);
    while (!b->stopped && (b->taken - b->written >= b->n_jobs ||
                           b->waiting > WAITING_MOST))
        pthread_cond_wait(&b->written_more, &b->writing);
    stopped = b->stopped;
    job = b->jobs + b->taken % b->n_jobs;
    pthread_mutex_unlock(&b->writing);
    if (!stopped) {
        const int got = query_lines_next(&b->lines, &job->line);

        pthread_mutex_lock(&b->writing);
        job->first = b->taken == 0;
        b->taken += got == 1;
        if (got < 0)
            b->status = SEARCH_EXIT_ERROR;
        pthread_mutex_unlock(&b->writing);
        stopped = got != 1;
    }
    pthread_mutex_unlock(&b->reading);
    return stopped ? NULL : job;
}

static void answer_job(const batch *b, batch_job *job)
{
    const search_options *options = b->search->options;
    search_context search = *b->search;
    const query_line *line = &job->line;
    const bool reading = search.terminal && options->mode == MODE_HITS &&
                         !options->quiet && options->limit > 0;

    if (b->n_threads > 1)
        search.out = &job->out;
    search.query_id = line->id;
    search.query_id_len = line->id_len;
    if (reading && !job->first)
        sink_byte(search.out, '\n');
    if (reading)
        output_query(&search, line->text, line->text_len);
    if (!answer_open(&search, line->text, line->text_len, &job->a))
        return;
    answer_print(&search, &job->a);
    if (reading && job->a.status == SEARCH_EXIT_NONE)
        sink_text(search.out, "no hits\n");
}

static void *work(void *arg)
{
    batch *b = arg;
    batch_job *job;

    while ((job = take(b)) != NULL) {
        answer_job(b, job);
        finish(b, job);
    }
    return NULL;
}

/* A database of Xapian serves one thread at a time, and its notes are of the
 * last search: more threads would only wait for each other. */
static size_t count_threads(const search_context *search)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    osteon_index_info info;
    size_t n = search->options->jobs;

    if (osteon_index_info_get(search->index, &info, NULL) != OSTEON_OK ||
        strcmp(info.engine, "native") != 0)
        return 1;
    if (n == 0)
        n = cores > 0 ? (size_t)cores : 1;
    return n < THREADS_MOST ? n : THREADS_MOST;
}

static void open_batch(batch *b, const search_context *search)
{
    memset(b, 0, sizeof *b);
    b->search = search;
    b->status = SEARCH_EXIT_NONE;
    b->n_threads = count_threads(search);
    b->n_jobs = b->n_threads > 1 ? b->n_threads * JOBS_EACH : 1;
    b->jobs = grow_memory(NULL, b->n_jobs, sizeof *b->jobs);
    memset(b->jobs, 0, b->n_jobs * sizeof *b->jobs);
    for (size_t i = 0; i < b->n_jobs; i++) {
        sink_open(&b->jobs[i].line.bytes, -1);
        sink_open(&b->jobs[i].out, -1);
    }
    sink_open(&b->told, -1);
    pthread_mutex_init(&b->reading, NULL);
    pthread_mutex_init(&b->writing, NULL);
    pthread_cond_init(&b->written_more, NULL);
}

static void close_batch(batch *b)
{
    pthread_cond_destroy(&b->written_more);
    pthread_mutex_destroy(&b->writing);
    pthread_mutex_destroy(&b->reading);
    for (size_t i = 0; i < b->n_jobs; i++) {
        sink_close(&b->jobs[i].line.bytes);
        sink_close(&b->jobs[i].out);
    }
    sink_close(&b->told);
    free(b->jobs);
    free(b->first_note);
    free(b->stale.name);
    query_lines_close(&b->lines);
}

/* Answers all lines, with as many threads as there can be. */
static void work_all(batch *b)
{
    pthread_t threads[THREADS_MOST];
    size_t begun = 0;

    while (begun + 1 < b->n_threads &&
           pthread_create(threads + begun, NULL, work, b) == 0)
        begun++;
    work(b);
    while (begun > 0)
        pthread_join(threads[--begun], NULL);
}

int run_batch(const search_context *search, const search_times *times)
{
    search_context heading = *search;
    batch b;
    int status = SEARCH_EXIT_ERROR;

    open_batch(&b, search);
    if (!query_lines_open(&b.lines, search->options->batch))
        goto done;
    heading.query_id = "";
    output_heading(&heading);
    work_all(&b);
    tell_end(&b);
    status = finish_output(search->out, b.status);
    if (status != SEARCH_EXIT_ERROR)
        tell_summary(&b, times);
done:
    close_batch(&b);
    return status;
}
