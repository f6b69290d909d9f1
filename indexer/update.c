/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The course of an update: open the index, walk what was named, compare each
 * file with what the index remembers, read what is new or changed, drop what
 * vanished, commit. Where nothing has changed no file is opened, no thread is
 * started and nothing is written.
 */
#include "archive.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A batch is so much text, or so many files. */
#define BATCH_BYTES ((uint64_t)1 << 20)
#define BATCH_FILES 1024

#define JOBS_MAX 256
#define DEFAULT_MEMORY ((uint64_t)512 << 20)

static bool push_open_batch(osi_run *run)
{
    osi_batch *const batch = run->open;

    run->open = NULL;
    if (batch != NULL)
        osi_queue_push(run, batch);
    return !osi_is_halted(run);
}

static bool no_memory(osi_run *run)
{
    osi_fail_memory(run);
    return false;
}

static bool add_job(osi_run *run, const osi_job *job, const char *id)
{
    osi_batch *batch = run->open;

    if (batch == NULL)
        batch = run->open = osi_batch_new();
    if (batch == NULL)
        return no_memory(run);
    if (!osi_batch_add(batch, *job, id))
        return no_memory(run);
    if (batch->bytes < BATCH_BYTES && batch->n < BATCH_FILES)
        return true;
    return push_open_batch(run);
}

/* A message about an absolute path, met at the operand at hand. */
static void tell(const osi_run *run, const char *path, size_t len,
                 const char *reason, bool is_note)
{
    osi_bytes shown = {0};

    osi_show_path(run->operand, path, len, &shown);
    if (shown.failed)
        osi_error("out of memory");
    else if (is_note)
        osi_note_path(shown.data, shown.len, reason);
    else
        osi_error_path(shown.data, shown.len, reason);
    osi_bytes_free(&shown);
}

static bool too_long(const osi_run *run, const osi_found *found)
{
    tell(run, found->path, found->len, "the name is longer than 4096 bytes",
         false);
    osi_mark_partly();
    osi_count(OSI_UNREADABLE, found->path + found->id,
              found->len - found->id);
    return true;
}

/* Compares a file with what the index has of it. 1: it has to be read, 0: it
 * was counted, -1: no memory. */
static int compare(osi_run *run, const osi_found *found, osteon_source *old)
{
    const char *const id = found->path + found->id;
    const size_t len = found->len - found->id;
    char note[160] = "";
    bool known, changed;

    pthread_mutex_lock(&run->sources);
    known = osteon_writer_source_find(run->writer, id, len, old);
    changed = osi_is_changed(run->options, found, known ? old : NULL);
    if (known && !osi_member_rules_hold(run->options, found->path,
                                        found->len, old))
        old->hash = 0; /* the same content is to be read again */
    if (!changed && found->loud && old->reason_len > 0 &&
        old->state != OSTEON_SOURCE_INDEXED) {
        if (old->state == OSTEON_SOURCE_MALFORMED) /* but in part */
            snprintf(note, sizeof note, "%.*s", (int)old->reason_len,
                     old->reason);
        else
            osi_not_indexed(old->state, old->reason, old->reason_len, note,
                            sizeof note);
    }
    pthread_mutex_unlock(&run->sources);
    old->path = old->reason = NULL; /* these may be gone by now */
    if (note[0] != '\0')
        tell(run, found->path, found->len, note, true);
    if (known && !osi_mark_seen(run, old->id))
        return -1;
    if (!changed)
        osi_count_old(old, id, len);
    return changed;
}

/* Gives a new file its source id here, so that ids do not depend on which
 * thread reads it when. */
static bool register_source(osi_run *run, osi_job *job, const char *id)
{
    const osteon_source source = {.path = id,
                                  .path_len = job->len,
                                  .size = job->size,
                                  .mtime_ns = job->mtime_ns,
                                  .reason = ""};
    osteon_error err;
    osteon_status s;

    job->source = job->old.id;
    if (job->source != 0)
        return true;
    pthread_mutex_lock(&run->sources);
    s = osteon_writer_source_put(run->writer, &source, &job->source, &err);
    pthread_mutex_unlock(&run->sources);
    if (s != OSTEON_OK)
        osi_fail(run, &err);
    else if (!osi_mark_seen(run, job->source))
        osi_fail_memory(run);
    return !osi_is_halted(run);
}

static bool on_file(void *arg, const osi_found *found)
{
    osi_run *const run = arg;
    const osi_options *const options = run->options;
    const char *const id = found->path + found->id;
    const size_t len = found->len - found->id;
    osi_job job = {.operand = run->operand, .len = len, .size = found->size,
                   .mtime_ns = found->mtime_ns, .named = found->named,
                   .loud = found->loud};
    osi_kind kind;
    int changed;

    osi_count_found(1);
    if (len > OSI_ID_MAX)
        return too_long(run, found);
    changed = compare(run, found, &job.old);
    if (changed < 0)
        return no_memory(run);
    if (!changed)
        return !osi_is_halted(run);
    if (!register_source(run, &job, id))
        return false;
    kind = osi_kind_of(id, len, (osi_format)options->format);
    if ((kind.format != OSI_FORMAT_JSONL && kind.packing != OSI_ARCHIVE) ||
        (found->size == 0 && !found->named))
        return add_job(run, &job, id);
    if (!push_open_batch(run))
        return false;
    if (kind.packing == OSI_ARCHIVE)
        osi_archive_file(run, &job, id, kind);
    else
        osi_stream_file(run, &job, id, kind);
    return !osi_is_halted(run);
}

static bool is_operand(void *arg, const char *path, size_t len)
{
    const osi_run *const run = arg;

    return run->operands.n > 1 &&
           osi_names_find(&run->operands, path, len) != NULL;
}

static void on_failure(void *arg, const char *path, size_t len, int code)
{
    osi_run *const run = arg;

    tell(run, path, len, strerror(code), false);
    osi_mark_partly();
    osi_count(OSI_UNREADABLE, path + osi_place_id(run->place, path, len),
              len - osi_place_id(run->place, path, len));
    /* "/" is kept as "", as in the set of operands. */
    if (osi_names_put(&run->kept, path, len > 1 ? len : 0, 0) == NULL)
        osi_fail_memory(run);
}

static bool take_stdin(osi_run *run)
{
    osi_worker *const own = &run->own;

    if (!osi_stdin_allowed("pipe documents into it"))
        return false;
    if (!push_open_batch(run))
        return true;
    osi_count_found(1);
    if (run->options->format == OSI_FORMAT_JSONL) {
        osi_stream_file(run, NULL, "standard input",
                        (osi_kind){OSI_FORMAT_JSONL, OSI_PLAIN});
        return true;
    }
    if (run->options->format == OSI_FORMAT_ARCHIVE) {
        osi_archive_file(run, NULL, "standard input",
                         (osi_kind){OSI_FORMAT_AUTO, OSI_ARCHIVE});
        return true;
    }
    if (osi_begin_own(run)) {
        osi_index_stdin(own);
        osi_worker_end(own);
    }
    return true;
}

/* Takes one operand. False: fatal, a message was printed. */
static bool take_operand(osi_run *run, const osi_walk *walk,
                         const osi_operand *operand)
{
    bool out_of_memory = false;

    run->operand = operand;
    if (operand->path == NULL)
        return take_stdin(run);
    if (operand->kind == OSI_OPERAND_FILE) {
        const osi_found found = {
            operand->path, operand->len,
            osi_place_id(run->place, operand->path, operand->len),
            operand->size, operand->mtime_ns, true, operand->loud};
        on_file(run, &found);
    } else if (operand->kind == OSI_OPERAND_FOLDER) {
        osi_walk_folder(walk, operand->path, operand->len, &out_of_memory);
        if (out_of_memory)
            osi_fail_memory(run);
    }
    return true;
}

/* Drops the sources that lie under an operand and were not met. */
static bool drop_vanished(osi_run *run)
{
    osi_bytes gone = {0}; /* ids, as removing may disturb the steps */
    osteon_source source;
    osteon_error err;
    uint32_t cursor = 0, id;
    bool ok = true;

    while (osteon_writer_source_next(run->writer, &cursor, &source)) {
        if (osi_was_seen(run, source.id) ||
            !osi_is_covered(run->place, &run->operands, &run->kept,
                            source.path, source.path_len))
            continue;
        osi_bytes_add(&gone, &source.id, sizeof source.id);
        if (run->options->verbose)
            osi_count(OSI_VANISHED, source.path, source.path_len);
    }
    if (gone.failed)
        ok = no_memory(run);
    for (size_t at = 0; ok && at < gone.len; at += sizeof id) {
        memcpy(&id, gone.data + at, sizeof id);
        if (osteon_writer_source_remove(run->writer, id, &err) != OSTEON_OK) {
            osi_fail(run, &err);
            ok = false;
        }
    }
    osi_bytes_free(&gone);
    return ok;
}

/* The budget without what the names of files take, but half of it at least. */
static size_t memory_for_writer(const osi_run *run,
                                const osi_operands *operands)
{
    const size_t memory = (size_t)run->options->memory;
    const size_t names = osi_names_memory(&run->operands) +
                         operands->room * sizeof *operands->items;

    return memory - (names < memory / 2 ? names : memory / 2);
}

static osteon_status open_writer(osi_run *run, const osi_operands *operands,
                                 osteon_error *err)
{
    const osi_options *const options = run->options;
    const osteon_writer_options wanted = {
        .engine = options->engine,
        .language = options->language,
        .memory = memory_for_writer(run, operands),
        .threads = (unsigned)options->jobs,
        .wait = options->wait,
        .must_exist = options->merge && options->n_operands == 0 &&
                      options->files_from == NULL && !options->rebuild,
        .rebuild = options->rebuild,
        .shard = options->shard.part,
        .n_shards = options->shard.parts};

    return osteon_writer_open(run->place->index, &wanted, &run->writer, err);
}

/* Everything up to the commit. False: fatal, a message was printed or
 * run->failed is set. */
static bool gather(osi_run *run, const osi_operands *operands)
{
    osi_rules *globs = NULL;
    osi_walk walk;
    bool ok = osi_walk_setup(&walk, run->options, run->place, &globs);

    walk.file = on_file;
    walk.is_operand = is_operand;
    walk.failed = on_failure;
    walk.arg = run;
    walk.counts = &run->walked;
    run->globs = globs;
    run->only_globs = walk.only_globs;
    if (!ok)
        no_memory(run);
    for (size_t i = 0; ok && i < operands->n && !osi_is_halted(run); i++)
        ok = take_operand(run, &walk, &operands->items[i]);
    push_open_batch(run);
    osi_queue_finish(run);
    run->globs = NULL;
    osi_rules_free(globs);
    if (!ok || osi_is_halted(run))
        return false;
    if (!drop_vanished(run))
        return false;
    osi_report_missing(operands, &run->operands);
    return true;
}

/* What there is to tell of the native index at the place, which a commit
 * changes; false where it cannot be told. */
static bool look(const osi_place *place, osteon_index_info *info)
{
    osteon_index *index;
    bool ok;

    if (osteon_index_open(place->index, &index, NULL) != OSTEON_OK)
        return false;
    ok = osteon_index_info_get(index, info, NULL) == OSTEON_OK &&
         strcmp(info->engine, "native") == 0;
    osteon_index_close(index);
    return ok;
}

/* Somebody who names a folder may look for its index there. */
static void tell_of_new_index(const osi_run *run)
{
    const osi_options *o = run->options;
    osi_bytes path = {0};

    if (run->place->exists || osi_place_is_given(o->index) ||
        (o->n_operands == 0 && o->files_from == NULL))
        return;
    osi_bytes_add(&path, run->place->root, run->place->root_len);
    osi_bytes_add_text(&path, "/.osteon");
    if (!path.failed)
        osi_note_path(path.data, path.len, "new index");
    osi_bytes_free(&path);
}

static int commit(osi_run *run)
{
    const osi_options *o = run->options;
    osteon_index_info before, after;
    const bool merge_only = o->merge && o->n_operands == 0 && !o->rebuild &&
                            look(run->place, &before);
    osteon_writer_counts counts;
    osteon_error err;

    if (run->options->merge == OSI_MERGE_ONE)
        osteon_writer_merge_all(run->writer);
    if (run->options->merge == OSI_MERGE_REORDER &&
        osteon_writer_reorder(run->writer, &err) != OSTEON_OK)
        return osi_library_error(run->place->index, &err);
    osi_progress_end();
    /* From here a signal may end us at any time: a commit is whole or none. */
    osi_stop_default();
    if (osi_stop_asked())
        return OSI_FATAL;
    if (osteon_writer_commit(run->writer, &err) != OSTEON_OK)
        return osi_library_error(run->place->index, &err);
    osteon_writer_counts_get(run->writer, &counts);
    if (merge_only && look(run->place, &after))
        osi_summary_merge(&before, &after);
    else
        osi_summary(&counts, counts.removed);
    tell_of_new_index(run);
    osi_report_ignored(&run->walked, run->options->quiet);
    return osi_is_partly() ? OSI_PARTLY : OSI_DONE;
}

/* Whether there is anything to put into an index that is not there yet, or
 * that is to be made anew: a misspelt PATH shall not empty it. */
static bool is_worth_making(const osi_run *run, const osi_operands *operands)
{
    if (!run->options->rebuild &&
        (run->place->exists || run->options->merge))
        return true;
    for (size_t i = 0; i < operands->n; i++)
        if (operands->items[i].kind != OSI_OPERAND_MISSING)
            return true;
    return false;
}

static int run_update(osi_run *run, const osi_operands *operands)
{
    const char *const root = run->place->root_len ? run->place->root : "/";
    osteon_error err;
    int status;

    if (!is_worth_making(run, operands)) {
        osi_report_missing(operands, &run->operands);
        if (run->place->exists) {
            osi_error("nothing to rebuild the index from; it stays as it is");
            return OSI_FATAL;
        }
        return osi_is_partly() ? OSI_PARTLY : OSI_DONE;
    }
    run->root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (run->root < 0) {
        osi_error_path(root, strlen(root), strerror(errno));
        return OSI_FATAL;
    }
    if (open_writer(run, operands, &err) != OSTEON_OK) {
        close(run->root);
        return osi_library_error(run->place->index, &err);
    }
    if (gather(run, operands))
        status = commit(run);
    else if (atomic_load(&run->failed))
        status = osi_library_error(run->place->index, &run->fatal);
    else
        status = OSI_FATAL;
    osi_progress_end();
    osteon_writer_close(run->writer);
    close(run->root);
    return status;
}

/* Threads to index with. Each has some megabytes beside what it adds to the
 * budget: a small one feeds few, two and one more for each 32 MiB. */
static uint64_t count_threads(const osi_options *options)
{
    const uint64_t fed = 2 + options->memory / ((uint64_t)32 << 20);
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t n = options->jobs;

    if (n == 0)
        n = cores > 0 ? (uint64_t)cores : 1;
    n = n < fed ? n : fed;
    return n < JOBS_MAX ? n : JOBS_MAX;
}

int osi_update(const osi_options *options, const osi_place *place)
{
    osi_options filled = *options;
    osi_operands operands = {0};
    osi_run run;
    int status = OSI_FATAL;

    if (filled.memory == 0)
        filled.memory = DEFAULT_MEMORY;
    filled.jobs = count_threads(&filled);
    memset(&run, 0, sizeof run);
    run.options = &filled;
    run.place = place;
    if (pthread_mutex_init(&run.lock, NULL) != 0 ||
        pthread_mutex_init(&run.sources, NULL) != 0 ||
        !osi_queue_init(&run)) {
        osi_error("out of memory");
        return OSI_FATAL;
    }
    if (osi_operands_load(&filled, place, &operands, &run.operands,
                          &run.kept))
        status = run_update(&run, &operands);
    osi_operands_free(&operands);
    osi_names_free(&run.operands);
    osi_names_free(&run.kept);
    osi_input_free(run.stream_input);
    osi_reader_free(&run.stream_reader);
    osi_members_free(run.members);
    free(run.seen);
    osi_queue_free(&run);
    pthread_mutex_destroy(&run.sources);
    pthread_mutex_destroy(&run.lock);
    if (osi_stop_asked())
        osi_stop_die();
    return status;
}
