/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Archives: each member, a regular file, is a document. The main thread reads
 * members from the helper process; small ones go in batches to the workers,
 * large ones it indexes itself, in pieces, and records are a stream of their
 * own. An archive is shared by its batches and streams: who releases it last
 * writes its source's record. What it had before is dropped only when all of
 * it could be read, as with files of records.
 */
#include "archive.h"

#include <errno.h>
#include <unistd.h>

/* A batch is so much text, or so many members; a member above it is large. */
#define BATCH_BYTES ((size_t)3 << 18)
#define BATCH_MEMBERS 1024

/* Read at a time; enough to tell what is binary. */
#define PART ((size_t)64 << 10)

struct osi_archive {
    osi_run *run;
    osi_job job; /* its old record; size and time when opened */
    bool is_stdin;
    osi_kind kind;
    char *path;
    size_t len;
    uint32_t source;
    atomic_uint users;
    atomic_uint_fast64_t bad, unread; /* members; `unread` may be read later */
    atomic_uint_fast64_t given;          /* bytes of members, unpacked */
    uint64_t members, encrypted;      /* of the main thread, as what follows */
    osi_got end;                      /* END: all was read */
    uint64_t hash, limit;
    osi_member_rules rules;
    osi_bytes id;   /* of the member at hand, terminated */
    size_t name_at; /* where its name begins there */
    osi_bytes head; /* of a large member: what was read of it */
    osi_batch *open;
    char reason[300];
};

/* ---- What others ask ---- */

bool osi_archive_note(osi_archive *archive, osteon_source_state state)
{
    if (state == OSTEON_SOURCE_UNREADABLE)
        atomic_fetch_add(&archive->unread, 1);
    if (state == OSTEON_SOURCE_UNREADABLE ||
        state == OSTEON_SOURCE_MALFORMED)
        atomic_fetch_add(&archive->bad, 1);
    return true;
}

bool osi_archive_is_told(const osi_task *task)
{
    return !task->is_silent &&
           (task->rest == NULL || !osi_members_ended(task->rest)) &&
           atomic_load(&task->archive->bad) < OSI_BAD_SHOWN;
}

static bool is_over_limit(const osi_archive *a)
{
    return a->limit > 0 && atomic_load(&a->given) > a->limit;
}

uint64_t osi_archive_left(const osi_archive *archive)
{
    const uint64_t most = archive->run->options->max_filesize;
    const uint64_t given = atomic_load(&archive->given);
    uint64_t left;

    if (archive->limit == 0)
        return most;
    left = given < archive->limit ? archive->limit - given : 1;
    return most > 0 && most < left ? most : left;
}

void osi_archive_count(osi_archive *archive, uint64_t bytes)
{
    atomic_fetch_add(&archive->given, bytes);
}

void osi_archive_hold(osi_archive *archive)
{
    atomic_fetch_add(&archive->users, 1);
}

/* ---- Its end ---- */

static osi_task task_of(osi_archive *a, osi_worker *worker)
{
    return (osi_task){.worker = worker,
                      .job = a->is_stdin ? NULL : &a->job,
                      .path = a->path,
                      .len = a->len,
                      .size = a->job.size,
                      .mtime_ns = a->job.mtime_ns,
                      .source = a->source,
                      .kind = a->kind};
}

/* The record's reason, with the rules that members were taken by. */
static bool put_source(osi_archive *a, osi_task *task,
                       osteon_source_state state, const char *reason)
{
    char text[200];

    osi_member_reason(a->run->options, reason, text, sizeof text);
    return osi_put_source(task, state,
                          state == OSTEON_SOURCE_INDEXED ? a->hash : 0, text);
}

/* All of it was read, though some members may not be what they should. */
static bool settle_read(osi_archive *a, osi_task *task)
{
    const unsigned long long bad = a->bad, encrypted = a->encrypted;
    osteon_source_state state = OSTEON_SOURCE_INDEXED;
    char reason[120] = "";

    if (bad > 0) {
        const int len = snprintf(
            reason, sizeof reason, "%llu of %llu members %s", bad,
            (unsigned long long)a->members,
            bad == encrypted ? "are encrypted" : "could not be indexed");
        if (encrypted > 0 && bad > encrypted)
            snprintf(reason + len, sizeof reason - (size_t)len,
                     ", %llu of them encrypted", encrypted);
        if (encrypted > 0 || bad > OSI_BAD_SHOWN)
            osi_tell(task, reason);
        osi_mark_partly();
        state = a->unread > 0 ? OSTEON_SOURCE_UNREADABLE
                              : OSTEON_SOURCE_MALFORMED;
    }
    osi_count(OSI_INDEXED, a->path, a->len);
    return put_source(a, task, state, reason) && osi_drop_old(task);
}

static bool settle(osi_archive *a, osi_task *task)
{
    if (a->end == OSI_GOT_END && is_over_limit(a))
        a->end = OSI_GOT_TOO_LARGE;
    switch (a->end) {
    case OSI_GOT_END:
        return settle_read(a, task);
    case OSI_GOT_DAMAGED:
        osi_tell(task, a->reason);
        osi_mark_partly();
        osi_count(OSI_MALFORMED, a->path, a->len);
        return put_source(a, task, OSTEON_SOURCE_MALFORMED, a->reason);
    case OSI_GOT_TOO_LARGE:
        osi_too_large_reason(a->limit, a->reason, sizeof a->reason);
        osi_tell(task, a->reason);
        osi_count(OSI_TOO_LARGE, a->path, a->len);
        return put_source(a, task, OSTEON_SOURCE_TOO_LARGE, a->reason);
    case OSI_GOT_ERROR:
        return osi_settle(task, OSI_UNREADABLE, a->reason);
    default:
        return true;
    }
}

static void free_archive(osi_archive *a)
{
    if (a == NULL)
        return;
    osi_member_rules_free(&a->rules);
    osi_bytes_free(&a->id);
    osi_bytes_free(&a->head);
    free(a->path);
    free(a);
}

void osi_archive_release(osi_archive *archive, osi_worker *worker)
{
    osi_task task;

    if (atomic_fetch_sub(&archive->users, 1) != 1)
        return;
    task = task_of(archive, worker);
    if (!osi_is_halted(archive->run))
        settle(archive, &task);
    free_archive(archive);
}

/* ---- Members ---- */

static osi_job job_of(const osi_archive *a, size_t size)
{
    return (osi_job){.operand = a->is_stdin ? a->run->operand
                                            : a->job.operand,
                     .len = a->id.len,
                     .size = size,
                     .mtime_ns = a->job.mtime_ns,
                     .source = a->source};
}

static osi_got no_memory(const osi_archive *a)
{
    osi_fail_memory(a->run);
    return OSI_GOT_STOPPED;
}

static osi_got push_batch(osi_archive *a)
{
    osi_batch *const batch = a->open;

    a->open = NULL;
    if (batch != NULL) {
        batch->archive = a;
        osi_archive_hold(a);
        osi_queue_push(a->run, batch);
    }
    return osi_is_halted(a->run) ? OSI_GOT_STOPPED : OSI_GOT_TEXT;
}

/* The batch at hand, or a new one; NULL: no memory. */
static osi_batch *open_batch(osi_archive *a)
{
    if (a->open == NULL)
        a->open = osi_batch_new();
    if (a->open != NULL && a->open->slice.data == NULL)
        osi_bytes_reserve(&a->open->slice, OSI_KEPT);
    return a->open;
}

/* A member that is all in the batch. */
static osi_got add_member(osi_archive *a, size_t size)
{
    osi_batch *const batch = a->open;

    if (!osi_batch_add(batch, job_of(a, size), a->id.data))
        return no_memory(a);
    if (batch->slice.len < BATCH_BYTES && batch->n < BATCH_MEMBERS)
        return OSI_GOT_TEXT;
    return push_batch(a);
}

/* A member that this thread indexes: `head` is there, and what the helper may
 * still have. */
static osi_got take_large(osi_archive *a, osi_kind kind, osi_members *rest)
{
    osi_run *const run = a->run;
    const osi_job job = job_of(a, a->head.len);

    if (push_batch(a) != OSI_GOT_TEXT)
        return OSI_GOT_STOPPED;
    if (kind.format == OSI_FORMAT_JSONL) {
        osi_stream_member(run, a, &job, a->id.data, kind, &a->head, rest);
    } else if (osi_begin_own(run)) {
        osi_index_member(&run->own, a, &job, a->id.data, a->head.data,
                         a->head.len, rest);
        osi_worker_end(&run->own);
        osi_progress();
    }
    osi_bytes_empty(&a->head);
    return osi_is_halted(run) ? OSI_GOT_STOPPED : OSI_GOT_TEXT;
}

static osi_got count_member(const osi_archive *a, osi_outcome outcome)
{
    osi_count(outcome, a->id.data, a->id.len);
    return OSI_GOT_TEXT;
}

/* A member whose bytes cannot be had. */
static osi_got bad_member(osi_archive *a)
{
    osi_run *const run = a->run;
    const osi_job job = job_of(a, 0);
    const char *const reason = osi_members_reason(run->members);
    osi_task task = {.worker = &run->own, .job = &job, .path = a->id.data,
                     .len = a->id.len, .archive = a};

    if (strcmp(reason, "encrypted") != 0) {
        osi_settle(&task, OSI_MALFORMED, reason);
        return OSI_GOT_TEXT;
    }
    a->encrypted++; /* told at the end, of all at once */
    osi_archive_note(a, OSTEON_SOURCE_MALFORMED);
    return count_member(a, OSI_MALFORMED);
}

/* Reads the member at hand, up to what makes it a large one. */
static osi_got read_member(osi_archive *a, osi_bytes *to, bool sniff,
                           bool *is_binary)
{
    const size_t start = to->len;
    osi_got got = OSI_GOT_TEXT;

    *is_binary = false;
    while (got == OSI_GOT_TEXT && to->len - start <= BATCH_BYTES) {
        char *const place = osi_bytes_reserve(to, PART);
        size_t n, skip;
        if (place == NULL)
            return no_memory(a);
        got = osi_members_read(a->run->members, place, PART, &n);
        to->len += n;
        if (!sniff || to->len - start < PART)
            continue;
        sniff = false;
        *is_binary = osi_encoding_of(to->data + start, to->len - start,
                                     &skip) == OSI_NO_TEXT;
        if (*is_binary)
            break;
    }
    return got;
}

static osi_got take_member(osi_archive *a)
{
    const osi_kind kind =
        osi_kind_of(a->id.data, a->id.len, a->kind.format);
    osi_members *const members = a->run->members;
    osi_batch *const batch = open_batch(a);
    size_t start, size;
    bool is_binary;
    osi_got got;

    if (kind.packing == OSI_ARCHIVE || kind.packing == OSI_PACKED)
        return count_member(a, OSI_BINARY);
    if (batch == NULL)
        return no_memory(a);
    start = batch->slice.len;
    got = read_member(a, &batch->slice, kind.packing == OSI_PLAIN,
                      &is_binary);
    size = batch->slice.len - start;
    if (is_binary || (got == OSI_GOT_END && size == 0)) {
        batch->slice.len = start;
        return count_member(a, is_binary ? OSI_BINARY : OSI_EMPTY);
    }
    if (got == OSI_GOT_END && kind.format != OSI_FORMAT_JSONL)
        return add_member(a, size);
    if (got == OSI_GOT_TEXT || got == OSI_GOT_END)
        osi_bytes_add(&a->head, batch->slice.data + start, size);
    batch->slice.len = start;
    if (a->head.failed)
        return no_memory(a);
    if (got == OSI_GOT_TEXT || got == OSI_GOT_END)
        return take_large(a, kind, got == OSI_GOT_END ? NULL : members);
    /* Where it is the archive that ends here, the next call tells. */
    return got == OSI_GOT_DAMAGED && !osi_members_ended(members)
               ? bad_member(a)
               : OSI_GOT_TEXT;
}

/* Makes the member's id. False: it is passed by, and told if need be; or there
 * is no memory. */
static bool name_member(osi_archive *a, const char *name, size_t len)
{
    const osi_job job = job_of(a, 0);
    osi_task task = {.worker = &a->run->own, .job = &job, .archive = a};
    const char *reason = NULL;

    a->id.len = a->name_at;
    osi_member_name(name, len, &a->id);
    osi_bytes_add(&a->id, "", 1);
    if (a->id.failed) {
        osi_fail_memory(a->run);
        return false;
    }
    a->id.len--;
    if (a->id.len == a->name_at)
        reason = "a member has no name";
    else if (a->id.len > OSI_ID_MAX)
        reason = "the name is longer than 4096 bytes";
    else if (!osi_is_member_wanted(a->run, &a->rules, a->id.data + a->name_at,
                                   a->id.len - a->name_at))
        return false;
    a->members++;
    osi_count_found(1);
    task.path = a->id.data;
    task.len = a->id.len;
    if (reason != NULL)
        osi_settle(&task, OSI_MALFORMED, reason);
    return reason == NULL;
}

static osi_got read_members(osi_archive *a)
{
    osi_got got = OSI_GOT_TEXT;
    const char *name;
    size_t len;

    while (got == OSI_GOT_TEXT) {
        got = osi_members_next(a->run->members, &name, &len);
        if (got == OSI_GOT_TEXT && name_member(a, name, len))
            got = take_member(a);
        if (got == OSI_GOT_TEXT && is_over_limit(a))
            got = OSI_GOT_TOO_LARGE;
        if (osi_is_halted(a->run))
            got = OSI_GOT_STOPPED;
    }
    if (push_batch(a) != OSI_GOT_TEXT)
        got = OSI_GOT_STOPPED;
    return got;
}

/* ---- The archive ---- */

static osi_archive *new_archive(osi_run *run, const osi_job *job,
                                const char *path, osi_kind kind)
{
    osi_archive *const a = osi_realloc(NULL, sizeof *a);
    const char *const id = run->options->id;
    bool ok;

    if (a == NULL)
        return NULL;
    memset(a, 0, sizeof *a);
    a->run = run;
    a->is_stdin = job == NULL;
    if (job != NULL)
        a->job = *job;
    a->kind = kind;
    a->len = strlen(path);
    atomic_init(&a->users, 1);
    a->path = osi_realloc(NULL, a->len + 1);
    if (a->path != NULL)
        memcpy(a->path, path, a->len + 1);
    osi_bytes_add_text(&a->id, job != NULL ? path
                               : id != NULL ? id
                                            : "stdin");
    osi_bytes_add_text(&a->id, OSTEON_MEMBER_MARK);
    a->name_at = a->id.len;
    ok = job == NULL || osi_member_rules_load(run, job, path, &a->rules);
    if (ok && a->path != NULL && !a->id.failed)
        return a;
    free_archive(a);
    return NULL;
}

/* Opens the archive; its hash wants it to be read once more. -1: it is done. */
static int open_archive(osi_archive *a)
{
    osi_run *const run = a->run;
    osi_task task = task_of(a, &run->own);
    const int fd = osi_open_source(run, &task);

    if (fd < 0)
        return -1;
    a->source = task.source;
    a->job.size = task.size;
    a->job.mtime_ns = task.mtime_ns;
    a->limit = osi_archive_limit(run->options, task.size);
    a->hash = osi_input_hash_file(run->stream_input, fd,
                                  &run->stream_reader.text);
    if (a->hash != 0)
        return fd;
    if (run->stream_reader.text.failed)
        osi_fail_memory(run);
    else if (!osi_is_halted(run))
        osi_settle(&task, OSI_UNREADABLE,
                   osi_input_reason(run->stream_input));
    close(fd);
    return -1;
}

static void read_archive(osi_archive *a, int fd)
{
    osi_run *const run = a->run;

    a->end =
        osi_members_start(run->members, fd, OSI_ARCHIVE, a->limit);
    if (a->end == OSI_GOT_TEXT)
        a->end = read_members(a);
    snprintf(a->reason, sizeof a->reason, "%s",
             osi_members_reason(run->members));
    osi_members_stop(run->members);
    if (a->end == OSI_GOT_NO_MEMORY)
        osi_fail_memory(run);
}

void osi_archive_file(osi_run *run, const osi_job *job, const char *path,
                      osi_kind kind)
{
    osi_archive *const a = new_archive(run, job, path, kind);
    int fd = STDIN_FILENO;

    if (run->members == NULL)
        run->members = osi_members_new();
    if (a == NULL || run->members == NULL || !osi_stream_begin(run)) {
        osi_fail_memory(run);
        free_archive(a);
        return;
    }
    if (job != NULL)
        fd = open_archive(a);
    if (fd < 0) {
        free_archive(a);
        return;
    }
    read_archive(a, fd);
    if (job != NULL)
        close(fd);
    osi_archive_release(a, &run->own);
}
