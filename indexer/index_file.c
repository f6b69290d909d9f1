/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One file, or standard input, as one document (or, with --format=json, as
 * the records in it). A long text is fed in pieces, so that memory does not
 * grow with it; where reading fails in the middle the document is taken back.
 */
#include "archive.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Text is fed in pieces of this size: the buffer they are read into has
 * OSI_KEPT bytes then. */
#define PIECE ((size_t)3 << 18)

/* So much of a file is asked for when it is opened. */
#define WANTED ((off_t)256 << 10)

static bool wants_stored(const osi_task *task, bool converted)
{
    switch ((osi_store)task->worker->run->options->store) {
    case OSI_STORE_ALL:
        return true;
    case OSI_STORE_NONE:
        return false;
    case OSI_STORE_AUTO:
        break;
    }
    return converted || task->job == NULL || task->archive != NULL;
}

/* What a document is called where its text has no title. */
static void name_as_title(const osi_task *task, osteon_document *document)
{
    size_t at = task->len;

    if (task->job == NULL)
        return;
    while (at > 0 && task->path[at - 1] != '/')
        at--;
    document->title = task->path + at;
    document->title_len = task->len - at;
}

static osteon_document begin_document(const osi_task *task)
{
    const osi_options *const options = task->worker->run->options;
    osteon_document document = {.id = task->path, .id_len = task->len,
                                .source = task->source};

    if (task->job == NULL) {
        document.id = options->id != NULL ? options->id : "stdin";
        document.id_len = strlen(document.id);
    }
    name_as_title(task, &document);
    return document;
}

/* What the index says to a document. False: it was settled without one, or the
 * error is fatal. */
static bool taken(osi_task *task, osteon_status s)
{
    if (s == OSTEON_TOO_LARGE)
        osi_settle_refused(task);
    else if (s != OSTEON_OK)
        osi_fail(task->worker->run, &task->worker->err);
    return s == OSTEON_OK;
}

static bool add(osi_task *task, const osteon_document *document)
{
    osi_worker *const worker = task->worker;

    return taken(task,
                 osteon_feed_add(worker->feed, document, &worker->err));
}

static bool add_more(osi_task *task, const char *body, size_t len, bool store)
{
    osi_worker *const worker = task->worker;

    if (len == 0)
        return true;
    return taken(task, osteon_feed_more(worker->feed, body, len, store,
                                        &worker->err));
}

/* The document is all there. */
static bool finish(osi_task *task)
{
    if (!osi_drop_old(task))
        return false;
    osi_count_documents(1);
    osi_count(OSI_INDEXED, task->path, task->len);
    return true;
}

/* Feeds the first piece of a text: its title, and what stands around it. False:
 * as feed_rest. */
static bool feed_first(osi_task *task, const char *text, size_t len,
                       bool store)
{
    osteon_document document = begin_document(task);
    osi_title title;
    const char *rest = NULL;
    size_t rest_len = 0;

    document.body = text;
    document.body_len = len;
    document.stored = store ? text : NULL;
    document.stored_len = store ? len : 0;
    if (osi_title_find(text, len, &title)) {
        document.title = text + title.start;
        document.title_len = title.len;
        rest = text + title.to;
        rest_len = len - title.to;
        document.body_len = title.from;
        if (!osi_has_word(text, title.from)) {
            document.body = rest;
            document.body_len = rest_len;
            rest_len = 0;
        }
    }
    return add(task, &document) && add_more(task, rest, rest_len, false);
}

static void count_read(osi_task *task)
{
    const uint64_t bytes = osi_input_bytes(task->worker->input);

    osi_count_read(bytes - task->counted);
    task->counted = bytes;
}

/* Feeds what comes after the first piece. False: it was settled, or the error
 * is fatal. */
static bool feed_rest(osi_task *task, osi_reader *reader, bool store)
{
    osi_got got = OSI_GOT_TEXT;

    while (got == OSI_GOT_TEXT && (!reader->ended || reader->text.len > 0)) {
        size_t len;
        got = osi_reader_fill(reader, PIECE);
        if (got != OSI_GOT_TEXT)
            break;
        len = reader->text.len;
        if (!reader->ended)
            len = osi_cut(reader->text.data, len);
        if (!add_more(task, reader->text.data, len, store))
            return false;
        osi_reader_take(reader, len);
        count_read(task);
        osi_progress();
    }
    if (got == OSI_GOT_TEXT)
        return true;
    osteon_feed_abandon(task->worker->feed);
    osi_settle_got(task, got);
    return false;
}

static bool index_text(osi_task *task)
{
    osi_worker *const worker = task->worker;
    osi_reader *const reader = &worker->reader;
    const osi_got got = osi_reader_fill(reader, PIECE);
    const bool store = wants_stored(task, reader->converted);
    const bool whole = reader->ended;
    uint64_t hash = 0;
    size_t len;

    if (got != OSI_GOT_TEXT)
        return osi_settle_got(task, got);
    len = reader->text.len;
    if (whole) {
        hash = osi_input_hash(worker->input);
        if (osi_is_same(task, hash))
            return osi_settle_same(task);
        if (!osi_has_word(reader->text.data, len))
            return osi_settle(task, OSI_EMPTY, "empty");
    } else {
        len = osi_cut(reader->text.data, len);
    }
    if (!osi_put_source(task, OSTEON_SOURCE_INDEXED, hash, ""))
        return false;
    if (!feed_first(task, reader->text.data, len, store))
        return !osi_is_halted(worker->run);
    if (!whole) {
        osi_reader_take(reader, len);
        if (!feed_rest(task, reader, store))
            return !osi_is_halted(worker->run);
        hash = osi_input_hash(worker->input);
        if (!osi_put_source(task, OSTEON_SOURCE_INDEXED, hash, ""))
            return false;
    }
    return finish(task);
}

/* Reads all of a file whose format needs it in one piece. True: go on; else
 * *result is what to return. */
static bool read_whole(osi_task *task, bool *result)
{
    osi_worker *const worker = task->worker;
    osi_reader *const reader = &worker->reader;
    const osi_got got = osi_reader_fill(reader, SIZE_MAX);

    *result = true;
    if (got != OSI_GOT_TEXT)
        *result = osi_settle_got(task, got);
    else if (osi_is_same(task, osi_input_hash(worker->input)))
        *result = osi_settle_same(task);
    else if (!osi_has_word(reader->text.data, reader->text.len))
        *result = osi_settle(task, OSI_EMPTY, "empty");
    else
        return true;
    return false;
}

/* Feeds a converted text. */
static bool feed_converted(osi_task *task, const osi_bytes *stored)
{
    osi_worker *const worker = task->worker;
    osteon_document document;

    if (!osi_put_source(task, OSTEON_SOURCE_INDEXED,
                        osi_input_hash(worker->input), ""))
        return false;
    document = begin_document(task);
    if (osi_has_word(worker->title.data, worker->title.len)) {
        document.title = worker->title.data;
        document.title_len = worker->title.len;
    }
    document.body = worker->text.data;
    document.body_len = worker->text.len;
    if (stored != NULL) {
        document.stored = stored->data;
        document.stored_len = stored->len;
    }
    if (!add(task, &document))
        return !osi_is_halted(worker->run);
    return finish(task);
}

static bool index_markdown(osi_task *task)
{
    osi_worker *const worker = task->worker;
    const osi_bytes *const source = &worker->reader.text;
    bool result;

    worker->text.len = worker->title.len = 0;
    if (!read_whole(task, &result))
        return result;
    if (!osi_markdown(source->data, source->len, &worker->text,
                      &worker->title)) {
        if (osi_is_halted(worker->run))
            return false;
        if (!worker->text.failed && !worker->title.failed)
            return index_text(task); /* too long: taken as it stands */
        osi_fail_memory(worker->run);
        return false;
    }
    /* What a snippet is cut from is the file, or what it decompresses to. */
    return feed_converted(
        task, wants_stored(task, worker->reader.converted) ? source : NULL);
}

static bool index_html(osi_task *task)
{
    osi_worker *const worker = task->worker;
    const osi_bytes *const source = &worker->reader.text;
    bool result;

    if (!read_whole(task, &result))
        return result;
    switch (osi_extract_html(worker->extract, source->data, source->len,
                             &worker->text, &worker->title)) {
    case OSI_EXTRACTED:
        break;
    case OSI_EXTRACT_FAILED:
        return osi_settle(task, OSI_MALFORMED,
                          osi_extract_reason(worker->extract));
    case OSI_EXTRACT_MISSING:
        return osi_settle(task, OSI_UNREADABLE,
                          osi_extract_reason(worker->extract));
    case OSI_EXTRACT_STOPPED:
        return false;
    }
    if (!osi_has_word(worker->text.data, worker->text.len) &&
        !osi_has_word(worker->title.data, worker->title.len))
        return osi_settle(task, OSI_EMPTY, "empty");
    return feed_converted(task,
                          wants_stored(task, true) ? &worker->text : NULL);
}

/* Feeds the records of a JSON text; *n of them, of which *bad are not in the
 * index. */
static bool feed_records(osi_task *task, uint64_t *n, uint64_t *bad,
                         const char **reason)
{
    osi_worker *const worker = task->worker;
    const bool store = wants_stored(task, true);
    osi_splitter splitter;
    int more;

    *n = *bad = 0;
    osi_splitter_start(&splitter, worker->reader.text.data,
                       worker->reader.text.len);
    while ((more = osi_splitter_next(&splitter, reason)) == 1) {
        ++*n;
        if ((!osi_record_parse(&worker->record, splitter.object, splitter.len,
                               reason) ||
             !osi_feed_record(worker, task->source, splitter.line, store,
                              reason)) &&
            !osi_is_halted(worker->run) && ++*bad <= OSI_BAD_SHOWN)
            osi_tell_line(task, splitter.line, *reason);
        if (osi_is_halted(worker->run))
            return false;
    }
    if (more < 0) {
        ++*n;
        if (++*bad <= OSI_BAD_SHOWN)
            osi_tell_line(task, splitter.at_line, *reason);
    }
    return true;
}

static bool index_json(osi_task *task)
{
    osi_worker *const worker = task->worker;
    const char *reason = "";
    char text[80];
    uint64_t n, bad;
    bool result;

    if (!read_whole(task, &result))
        return result;
    if (!osi_put_source(task, OSTEON_SOURCE_INDEXED, 0, "") ||
        !feed_records(task, &n, &bad, &reason) || !osi_drop_old(task))
        return false;
    osi_count_documents(n - bad);
    if (bad == 0) {
        osi_count(n > 0 ? OSI_INDEXED : OSI_EMPTY, task->path, task->len);
        return osi_put_source(
            task, n > 0 ? OSTEON_SOURCE_INDEXED : OSTEON_SOURCE_EMPTY,
            osi_input_hash(worker->input), "");
    }
    osi_bad_records(bad, n, text, sizeof text);
    osi_mark_partly();
    osi_count(OSI_MALFORMED, task->path, task->len);
    return osi_put_source(task, OSTEON_SOURCE_MALFORMED, 0, text);
}

/* Indexes what the input was started on, or settles what was not. */
static bool index_input(osi_task *task, osi_got started)
{
    osi_worker *const worker = task->worker;
    bool ok;

    if (started != OSI_GOT_TEXT)
        return osi_settle_got(task, started);
    osi_reader_start(&worker->reader, worker->input, task->kind.packing);
    switch (task->kind.format) {
    case OSI_FORMAT_MARKDOWN:
        ok = index_markdown(task);
        break;
    case OSI_FORMAT_HTML:
        ok = index_html(task);
        break;
    case OSI_FORMAT_JSON:
        ok = index_json(task);
        break;
    default:
        ok = index_text(task);
    }
    count_read(task);
    osi_bytes_empty(&worker->reader.text);
    osi_bytes_empty(&worker->reader.raw);
    osi_bytes_empty(&worker->text);
    osi_bytes_empty(&worker->title);
    return ok;
}

/* For a file that had this size before and is too large to be held at once:
 * is its content the same too? */
static bool has_same_content(osi_task *task, int fd)
{
    osi_worker *const worker = task->worker;
    const osteon_source *const old = &task->job->old;

    return old->id != 0 && old->hash != 0 && old->size == task->size &&
           (task->size > PIECE || task->kind.packing != OSI_PLAIN) &&
           osi_is_same(task, osi_input_hash_file(worker->input, fd,
                                                 &worker->reader.text));
}

static bool open_and_index(osi_task *task, int fd)
{
    const uint64_t most = task->worker->run->options->max_filesize;
    struct stat st;

    if (osi_stat_settled(fd, &st) != 0)
        return osi_settle_unopened(task, errno);
    task->size = (uint64_t)st.st_size;
    task->mtime_ns = osi_nanoseconds(st.st_mtim);
    if (most > 0 && task->size > most)
        return osi_settle_got(task, OSI_GOT_TOO_LARGE);
    if (has_same_content(task, fd))
        return osi_settle_same(task);
    return index_input(task, osi_input_start(task->worker->input, fd,
                                             task->kind.packing, most));
}

/* The size that was met by the walk may tell that nothing is to be read. */
static bool is_too_large(const osi_options *options, const osi_job *job)
{
    return options->max_filesize > 0 && job->size > options->max_filesize;
}

static bool is_empty(const osi_job *job)
{
    return job->size == 0 && !job->named;
}

int osi_job_open(const osi_run *run, const osi_job *job, const char *path)
{
    int fd;

    if (is_too_large(run->options, job) || is_empty(job))
        return OSI_UNOPENED;
    /* O_NONBLOCK: it may have become a pipe since. */
    fd = openat(run->root, path,
                O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    posix_fadvise(fd, 0, WANTED, POSIX_FADV_WILLNEED);
    return fd;
}

bool osi_index_job(osi_worker *worker, const osi_job *job, const char *path,
                   int fd)
{
    const osi_options *const options = worker->run->options;
    osi_task task = {.worker = worker,
                     .job = job,
                     .path = path,
                     .len = job->len,
                     .size = job->size,
                     .mtime_ns = job->mtime_ns,
                     .kind = osi_kind_of(path, job->len,
                                         (osi_format)options->format)};
    bool ok;

    if (is_too_large(options, job)) {
        task.kind.packing = OSI_PLAIN; /* its own size is too large */
        return osi_settle_got(&task, OSI_GOT_TOO_LARGE);
    }
    if (is_empty(job))
        return osi_settle(&task, OSI_EMPTY, "empty");
    if (fd < 0)
        return osi_settle_unopened(&task, -fd);
    ok = open_and_index(&task, fd);
    close(fd);
    return ok;
}

bool osi_index_stdin(osi_worker *worker)
{
    const osi_options *const options = worker->run->options;
    osi_task task = {.worker = worker, .path = "standard input",
                     .len = sizeof "standard input" - 1,
                     .kind = {(osi_format)options->format, OSI_PLAIN}};
    const bool in_pieces = task.kind.format == OSI_FORMAT_AUTO ||
                           task.kind.format == OSI_FORMAT_TEXT;

    return index_input(
        &task, osi_input_start(worker->input, STDIN_FILENO, OSI_PLAIN,
                               in_pieces ? 0 : options->max_filesize));
}

bool osi_index_member(osi_worker *worker, osi_archive *archive,
                      const osi_job *job, const char *id, const char *bytes,
                      size_t len, osi_members *rest)
{
    const osi_options *const options = worker->run->options;
    const osi_format format = options->format == OSI_FORMAT_ARCHIVE
                                  ? OSI_FORMAT_AUTO
                                  : (osi_format)options->format;
    osi_task task = {.worker = worker,
                     .job = job,
                     .path = id,
                     .len = job->len,
                     .size = job->size,
                     .mtime_ns = job->mtime_ns,
                     .source = job->source,
                     .kind = osi_kind_of(id, job->len, format),
                     .archive = archive,
                     .rest = rest};

    const bool ok = index_input(
        &task, osi_input_start_member(worker->input, bytes, len, rest,
                                      task.kind.packing,
                                      osi_archive_left(archive)));

    osi_archive_count(archive, osi_input_given(worker->input));
    return ok;
}

bool osi_index_members(osi_worker *worker, const osi_batch *batch)
{
    const char *bytes = batch->slice.data;
    bool ok = true;

    for (size_t i = 0; ok && i < batch->n && !osi_is_halted(worker->run);
         i++) {
        const osi_job *const job = &batch->jobs[i];
        const size_t len = (size_t)job->size;
        ok = osi_index_member(worker, batch->archive, job,
                              batch->names.data + job->path, bytes, len,
                              NULL);
        bytes += len;
        osi_progress();
    }
    return ok;
}
