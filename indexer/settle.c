/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How the reading of a file ends in the index: its source record, and what
 * becomes of the documents it had. What cannot be read keeps them; what has
 * no text any more loses them.
 */
#include "archive.h"

#include <errno.h>

static bool fatal(osi_task *task)
{
    osi_fail(task->worker->run, &task->worker->err);
    return false;
}

bool osi_put_source(osi_task *task, osteon_source_state state, uint64_t hash,
                    const char *reason)
{
    osi_worker *const worker = task->worker;
    const osteon_source source = {.state = state,
                                  .path = task->path,
                                  .path_len = task->len,
                                  .size = task->size,
                                  .mtime_ns = task->mtime_ns,
                                  .hash = hash,
                                  .reason = reason,
                                  .reason_len = strlen(reason)};

    osteon_status s;

    if (task->archive != NULL)
        return osi_archive_note(task->archive, state);
    if (task->job == NULL)
        return true;
    pthread_mutex_lock(&worker->run->sources);
    s = osteon_writer_source_put(worker->run->writer, &source, &task->source,
                                 &worker->err);
    pthread_mutex_unlock(&worker->run->sources);
    return s == OSTEON_OK || fatal(task);
}

bool osi_drop_old(osi_task *task)
{
    osi_worker *const worker = task->worker;
    osteon_status s;

    if (task->job == NULL || task->job->old.id == 0)
        return true;
    pthread_mutex_lock(&worker->run->sources);
    s = osteon_writer_source_clear(worker->run->writer, task->job->old.id,
                                   &worker->err);
    pthread_mutex_unlock(&worker->run->sources);
    return s == OSTEON_OK || fatal(task);
}

bool osi_is_same(const osi_task *task, uint64_t hash)
{
    const osteon_source *old;

    if (task->job == NULL)
        return false;
    old = &task->job->old;
    return old->id != 0 && old->hash == hash && old->size == task->size &&
           (old->state == OSTEON_SOURCE_INDEXED ||
            old->state == OSTEON_SOURCE_UNREADABLE);
}

bool osi_settle_same(osi_task *task)
{
    osi_count(OSI_UNCHANGED, task->path, task->len);
    return osi_put_source(task, OSTEON_SOURCE_INDEXED, task->job->old.hash,
                          "");
}

static bool settle_vanished(osi_task *task)
{
    osi_worker *const worker = task->worker;
    osteon_status s;

    osi_count(OSI_VANISHED, task->path, task->len);
    pthread_mutex_lock(&worker->run->sources);
    s = osteon_writer_source_remove(worker->run->writer, task->job->source,
                                    &worker->err);
    pthread_mutex_unlock(&worker->run->sources);
    return s == OSTEON_OK || fatal(task);
}

/* The record keeps telling of the content that is indexed, so that a file
 * that can be read again is compared with that. */
static bool settle_unreadable(osi_task *task, const char *reason)
{
    const osteon_source *const old = &task->job->old;
    uint64_t hash = 0;

    /* As it is, unless reading began and the record was changed for that. */
    if (old->id != 0 && old->state == OSTEON_SOURCE_UNREADABLE &&
        task->source == 0)
        return true;
    if (old->id != 0) {
        task->size = old->size;
        task->mtime_ns = old->mtime_ns;
        hash = old->hash;
    }
    return osi_put_source(task, OSTEON_SOURCE_UNREADABLE, hash, reason);
}

static osteon_source_state state_of(osi_outcome outcome)
{
    switch (outcome) {
    case OSI_EMPTY:
        return OSTEON_SOURCE_EMPTY;
    case OSI_BINARY:
        return OSTEON_SOURCE_BINARY;
    case OSI_TOO_LARGE:
        return OSTEON_SOURCE_TOO_LARGE;
    default:
        return OSTEON_SOURCE_MALFORMED;
    }
}

bool osi_settle(osi_task *task, osi_outcome outcome, const char *reason)
{
    const bool is_failure =
        outcome == OSI_UNREADABLE || outcome == OSI_MALFORMED;
    const bool loud = task->job == NULL || task->job->loud;

    if (is_failure) {
        if (task->archive == NULL || osi_archive_is_told(task))
            osi_tell(task, reason);
        osi_mark_partly();
    } else if (loud && outcome != OSI_VANISHED) {
        char note[160];
        osi_not_indexed(state_of(outcome), reason, strlen(reason), note,
                        sizeof note);
        osi_tell_note(task, note);
    }
    if (outcome == OSI_VANISHED)
        return settle_vanished(task);
    osi_count(outcome, task->path, task->len);
    if (task->job == NULL)
        return true;
    if (outcome == OSI_UNREADABLE)
        return settle_unreadable(task, reason);
    return osi_put_source(task, state_of(outcome), 0, reason) &&
           osi_drop_old(task);
}

bool osi_settle_refused(osi_task *task)
{
    char reason[OSTEON_ERROR_TEXT];

    memcpy(reason, task->worker->err.text, sizeof reason);
    osi_tell(task, reason);
    osi_mark_partly();
    osi_count(OSI_TOO_LARGE, task->path, task->len);
    /* A member that is left out by a rule is none of the bad ones; this is. */
    if (task->archive != NULL)
        return osi_archive_note(task->archive, OSTEON_SOURCE_MALFORMED);
    return osi_put_source(task, OSTEON_SOURCE_TOO_LARGE, 0, reason) &&
           osi_drop_old(task);
}

bool osi_settle_unopened(osi_task *task, int code)
{
    if (code == ENOENT || code == ENOTDIR || code == ELOOP || code == ENXIO)
        return osi_settle(task, OSI_VANISHED, "");
    return osi_settle(task, OSI_UNREADABLE, strerror(code));
}

bool osi_settle_got(osi_task *task, osi_got got)
{
    const osi_options *const options = task->worker->run->options;
    char reason[80];

    switch (got) {
    case OSI_GOT_BINARY:
        osi_binary_reason(&task->worker->reader, reason, sizeof reason);
        return osi_settle(task, OSI_BINARY, reason);
    case OSI_GOT_TOO_LARGE:
        if (task->kind.packing != OSI_PLAIN)
            osi_too_large_reason(options->max_filesize, reason,
                                 sizeof reason);
        else
            snprintf(reason, sizeof reason, "more than %llu bytes",
                     (unsigned long long)options->max_filesize);
        return osi_settle(task, OSI_TOO_LARGE, reason);
    case OSI_GOT_DAMAGED:
        return osi_settle(task, OSI_MALFORMED,
                          osi_input_reason(task->worker->input));
    case OSI_GOT_NO_MEMORY:
        osi_fail_memory(task->worker->run);
        return false;
    case OSI_GOT_STOPPED:
        return false;
    case OSI_GOT_ERROR:
    default:
        return osi_settle(task, OSI_UNREADABLE,
                          osi_input_reason(task->worker->input));
    }
}
