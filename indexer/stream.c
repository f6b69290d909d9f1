/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Files of records, a JSON object a line. The main thread reads them, counts
 * lines, and cuts slices of whole lines; workers parse and feed the slices.
 * A stream is shared by its slices: who releases it last writes the source's
 * record. Old documents are dropped only when all of a file could be read.
 */
#include "archive.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Text of a slice: each thread holds one, and two for each wait. What a reader
 * takes at a time included, one lies in a buffer of 1 MiB. */
#define SLICE ((size_t)3 << 18)

struct osi_stream {
    osi_run *run;
    osi_job job; /* its old record; size and time when opened */
    bool is_stdin;
    char *path;
    size_t len;
    osi_kind kind;
    osi_archive *archive; /* of a member, or NULL */
    bool is_silent;       /* see osi_task */
    uint32_t source;
    atomic_uint users;
    atomic_uint_fast64_t records, bad, skipped_fields;
    osi_got end; /* END: all was read */
    uint64_t hash;
    char reason[300];
};

void osi_bad_records(uint64_t bad, uint64_t all, char *out, size_t room)
{
    snprintf(out, room, "%llu of %llu records could not be indexed",
             (unsigned long long)bad, (unsigned long long)all);
}

bool osi_feed_record(osi_worker *worker, uint32_t source, uint32_t line,
                     bool store, const char **reason)
{
    const osi_record *const r = &worker->record;
    const osteon_document document = {.id = r->id,
                                      .id_len = r->id_len,
                                      .title = r->title,
                                      .title_len = r->title_len,
                                      .body = r->body,
                                      .body_len = r->body_len,
                                      .fields = r->fields,
                                      .n_fields = r->n_fields,
                                      .source = source,
                                      .line = line,
                                      .stored = store ? r->body : NULL,
                                      .stored_len = store ? r->body_len : 0};
    osteon_status s = osteon_feed_add(worker->feed, &document, &worker->err);

    if (s == OSTEON_OK && r->more_len > 0)
        s = osteon_feed_more(worker->feed, r->more, r->more_len, store,
                             &worker->err);
    *reason = worker->err.text;
    if (s != OSTEON_OK && s != OSTEON_TOO_LARGE)
        osi_fail(worker->run, &worker->err);
    return s == OSTEON_OK;
}

static osi_task task_of(osi_stream *stream, osi_worker *worker)
{
    return (osi_task){.worker = worker,
                      .job = stream->is_stdin ? NULL : &stream->job,
                      .path = stream->path,
                      .len = stream->len,
                      .size = stream->job.size,
                      .mtime_ns = stream->job.mtime_ns,
                      .source = stream->source,
                      .kind = stream->kind,
                      .archive = stream->archive,
                      .is_silent = stream->is_silent};
}

static void bad_record(osi_stream *stream, osi_worker *worker, uint64_t line,
                       const char *reason)
{
    const osi_task task = task_of(stream, worker);

    if (atomic_fetch_add(&stream->bad, 1) < OSI_BAD_SHOWN)
        osi_tell_line(&task, line, reason);
}

static bool is_blank(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
        p++;
    return p == end;
}

bool osi_index_slice(osi_worker *worker, osi_batch *batch)
{
    osi_stream *const stream = batch->stream;
    const bool store = worker->run->options->store != OSI_STORE_NONE;
    char *at = batch->slice.data;
    char *const end = at + batch->slice.len;
    uint32_t line = batch->line;
    uint64_t documents = 0, records = 0, skipped = 0;
    const char *reason;

    for (char *stop; at < end && !osi_is_halted(worker->run);
         at = stop + 1, line++) {
        stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL)
            stop = end;
        if (is_blank(at, stop))
            continue;
        records++;
        if (!osi_record_parse(&worker->record, at, (size_t)(stop - at),
                              &reason) ||
            !osi_feed_record(worker, stream->source, line, store, &reason)) {
            if (osi_is_halted(worker->run))
                return false;
            bad_record(stream, worker, line, reason);
            continue;
        }
        skipped += worker->record.skipped;
        documents++;
    }
    atomic_fetch_add(&stream->records, records);
    atomic_fetch_add(&stream->skipped_fields, skipped);
    osi_count_documents(documents);
    osi_progress();
    return true;
}

/* All of the file was read and all its records parsed or not. */
static bool settle_read(osi_stream *stream, osi_task *task)
{
    const uint64_t records = stream->records, bad = stream->bad;
    osteon_source_state state = OSTEON_SOURCE_INDEXED;
    osi_outcome outcome = OSI_INDEXED;
    char reason[80] = "";

    if (bad > 0) {
        osi_bad_records(bad, records, reason, sizeof reason);
        osi_mark_partly();
        state = OSTEON_SOURCE_MALFORMED;
        outcome = OSI_MALFORMED;
        if (bad > OSI_BAD_SHOWN)
            osi_tell(task, reason);
    } else if (records == 0) {
        state = OSTEON_SOURCE_EMPTY;
        outcome = OSI_EMPTY;
    }
    if (stream->skipped_fields > 0) {
        char note[160];
        snprintf(note, sizeof note,
                 "%llu fields were left out: a name has 1 to 64 letters, "
                 "digits, '_', '-', '.' and is not title, body, id or path",
                 (unsigned long long)stream->skipped_fields);
        osi_tell_note(task, note);
    }
    osi_count(outcome, stream->path, stream->len);
    return osi_put_source(task, state, bad > 0 ? 0 : stream->hash, reason) &&
           osi_drop_old(task);
}

/* The rest of the file could not be read: what it had before stays too. */
static bool settle_cut(osi_stream *stream, osi_task *task)
{
    switch (stream->end) {
    case OSI_GOT_ERROR:
        return osi_settle(task, OSI_UNREADABLE, stream->reason);
    case OSI_GOT_DAMAGED:
        if (task->archive == NULL || osi_archive_is_told(task))
            osi_tell(task, stream->reason);
        osi_mark_partly();
        osi_count(OSI_MALFORMED, stream->path, stream->len);
        return osi_put_source(task, OSTEON_SOURCE_MALFORMED, 0,
                              stream->reason);
    case OSI_GOT_TOO_LARGE:
        osi_tell(task, stream->reason);
        osi_count(OSI_TOO_LARGE, stream->path, stream->len);
        return osi_put_source(task, OSTEON_SOURCE_TOO_LARGE, 0,
                              stream->reason);
    case OSI_GOT_BINARY:
        return osi_settle(task, OSI_BINARY, stream->reason);
    default:
        return true;
    }
}

void osi_stream_release(osi_stream *stream, osi_worker *worker)
{
    osi_task task;

    if (atomic_fetch_sub(&stream->users, 1) != 1)
        return;
    task = task_of(stream, worker);
    if (!osi_is_halted(stream->run)) {
        if (stream->end == OSI_GOT_END)
            settle_read(stream, &task);
        else
            settle_cut(stream, &task);
    }
    if (stream->archive != NULL)
        osi_archive_release(stream->archive, worker);
    free(stream->path);
    free(stream);
}

/* Pushes the first n bytes of the reader's text as a slice and counts its
 * lines. */
static bool push_slice(osi_stream *stream, osi_reader *reader, size_t n,
                       uint64_t *line)
{
    osi_batch *const batch = osi_batch_new();

    if (batch == NULL || !osi_reader_split(reader, n, &batch->slice)) {
        free(batch);
        osi_fail_memory(stream->run);
        return false;
    }
    batch->stream = stream;
    batch->line = (uint32_t)*line;
    for (const char *p = batch->slice.data, *const end = p + n;
         (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
        ++*line;
    atomic_fetch_add(&stream->users, 1);
    osi_count_read(n);
    osi_queue_push(stream->run, batch);
    return !osi_is_halted(stream->run);
}

/* Where the last whole line of the text ends, 0: none is whole. */
static size_t last_line_end(const osi_bytes *text, size_t from)
{
    for (size_t i = text->len; i > from; i--)
        if (text->data[i - 1] == '\n')
            return i;
    return 0;
}

/* The line at hand is longer than allowed: drops it. */
static osi_got skip_line(osi_stream *stream, osi_reader *reader,
                         uint64_t *line)
{
    osi_got got = OSI_GOT_TEXT;
    const char *stop = NULL;

    atomic_fetch_add(&stream->records, 1);
    bad_record(stream, &stream->run->own, *line,
               "longer than --max-filesize");
    while (got == OSI_GOT_TEXT) {
        stop = memchr(reader->text.data, '\n', reader->text.len);
        if (stop != NULL || reader->ended)
            break;
        osi_reader_take(reader, reader->text.len);
        got = osi_reader_fill(reader, 1);
    }
    if (got == OSI_GOT_TEXT) {
        osi_reader_take(reader, stop != NULL
                                    ? (size_t)(stop + 1 - reader->text.data)
                                    : reader->text.len);
        ++*line;
    }
    return got;
}

static osi_got cut_slices(osi_stream *stream, osi_reader *reader)
{
    const osi_options *const options = stream->run->options;
    const uint64_t longest = options->max_filesize;
    uint64_t line = 1;
    size_t want = SLICE, looked = 0;
    osi_got got;

    for (;;) {
        size_t n;
        got = osi_reader_fill(reader, want);
        if (got != OSI_GOT_TEXT)
            return got;
        n = reader->ended ? reader->text.len
                          : last_line_end(&reader->text, looked);
        if (n > 0) {
            if (!push_slice(stream, reader, n, &line))
                return OSI_GOT_STOPPED;
            want = SLICE;
            looked = 0;
        } else if (!reader->ended && longest > 0 &&
                   reader->text.len > longest) {
            got = skip_line(stream, reader, &line);
            want = SLICE;
            looked = 0;
        } else {
            looked = reader->text.len;
            want = looked + SLICE;
        }
        if (got != OSI_GOT_TEXT)
            return got;
        if (reader->ended && reader->text.len == 0)
            return OSI_GOT_END;
    }
}

/* Reads what was started, or was not, to its end. The run has a reader for
 * this alone, as a batch may be run by this thread in between. */
static void read_stream(osi_stream *stream, osi_got started)
{
    osi_input *const input = stream->run->stream_input;
    osi_reader *const reader = &stream->run->stream_reader;

    stream->end = started;
    if (started == OSI_GOT_TEXT) {
        osi_reader_start(reader, input, stream->kind.packing);
        stream->end = cut_slices(stream, reader);
    }
    stream->hash = osi_input_hash(input);
    snprintf(stream->reason, sizeof stream->reason, "%s",
             osi_input_reason(input));
    if (stream->end == OSI_GOT_BINARY)
        osi_binary_reason(reader, stream->reason, sizeof stream->reason);
    if (stream->end == OSI_GOT_TOO_LARGE)
        osi_too_large_reason(stream->run->options->max_filesize,
                             stream->reason, sizeof stream->reason);
    if (stream->end == OSI_GOT_NO_MEMORY)
        osi_fail_memory(stream->run);
}

/* True where the old content had this size and has the hash of this file. */
static bool has_same_content(osi_run *run, const osi_task *task, int fd)
{
    const osteon_source *const old = &task->job->old;

    return old->id != 0 && old->hash != 0 && old->size == task->size &&
           osi_is_same(task, osi_input_hash_file(run->stream_input, fd,
                                                 &run->stream_reader.text));
}

int osi_open_source(osi_run *run, osi_task *task)
{
    const uint64_t most = run->options->max_filesize;
    const int fd =
        openat(run->root, task->path,
               O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    struct stat st;

    if (fd < 0) {
        osi_settle_unopened(task, errno);
        return -1;
    }
    if (osi_stat_settled(fd, &st) != 0) {
        osi_settle_unopened(task, errno);
        close(fd);
        return -1;
    }
    task->size = (uint64_t)st.st_size;
    task->mtime_ns = osi_nanoseconds(st.st_mtim);
    if (most > 0 && task->size > most) {
        task->kind.packing = OSI_PLAIN;
        osi_settle_got(task, OSI_GOT_TOO_LARGE);
    } else if (has_same_content(run, task, fd)) {
        osi_settle_same(task);
    } else if (osi_put_source(task, OSTEON_SOURCE_INDEXED, 0, "")) {
        return fd;
    }
    close(fd);
    return -1;
}

static osi_stream *new_stream(osi_run *run, const osi_job *job,
                              const char *path, osi_kind kind)
{
    osi_stream *const stream = osi_realloc(NULL, sizeof *stream);
    const size_t len = strlen(path);

    if (stream == NULL)
        return NULL;
    memset(stream, 0, sizeof *stream);
    stream->run = run;
    stream->is_stdin = job == NULL;
    if (job != NULL)
        stream->job = *job;
    stream->kind = kind;
    stream->len = len;
    atomic_init(&stream->users, 1);
    stream->path = osi_realloc(NULL, len + 1);
    if (stream->path == NULL) {
        free(stream);
        return NULL;
    }
    memcpy(stream->path, path, len + 1);
    return stream;
}

bool osi_stream_begin(osi_run *run)
{
    if (run->stream_input == NULL)
        run->stream_input = osi_input_new();
    return run->stream_input != NULL;
}

/* Opens the stream's file. -1: it is done. */
static int open_stream(osi_stream *stream)
{
    osi_task task = task_of(stream, &stream->run->own);
    const int fd = osi_open_source(stream->run, &task);

    stream->source = task.source;
    stream->job.size = task.size;
    stream->job.mtime_ns = task.mtime_ns;
    return fd;
}

void osi_stream_file(osi_run *run, const osi_job *job, const char *path,
                     osi_kind kind)
{
    osi_stream *const stream = new_stream(run, job, path, kind);
    int fd = STDIN_FILENO;

    if (stream == NULL || !osi_stream_begin(run)) {
        osi_fail_memory(run);
        if (stream != NULL)
            free(stream->path);
        free(stream);
        return;
    }
    if (job != NULL)
        fd = open_stream(stream);
    if (fd < 0) {
        free(stream->path);
        free(stream);
        return;
    }
    read_stream(stream,
                osi_input_start(run->stream_input, fd, kind.packing,
                                job != NULL ? run->options->max_filesize : 0));
    if (job != NULL)
        close(fd);
    osi_stream_release(stream, &run->own);
}

void osi_stream_member(osi_run *run, osi_archive *archive,
                       const osi_job *job, const char *id, osi_kind kind,
                       const osi_bytes *head, osi_members *rest)
{
    osi_stream *const stream = new_stream(run, job, id, kind);

    if (stream == NULL) {
        osi_fail_memory(run);
        return;
    }
    stream->archive = archive;
    osi_archive_hold(archive);
    stream->source = job->source;
    read_stream(stream, osi_input_start_member(
                            run->stream_input, head->data, head->len, rest,
                            kind.packing, osi_archive_left(archive)));
    osi_archive_count(archive, osi_input_given(run->stream_input));
    stream->is_silent = rest != NULL && osi_members_ended(rest);
    osi_stream_release(stream, &run->own);
}
