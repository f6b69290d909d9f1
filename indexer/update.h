/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An update: what the walk found is compared with what the index remembers;
 * what is new or changed goes in batches to threads that read it and feed it
 * to the index. The walk runs in the main thread, which also cuts large files
 * of records into slices. Order of documents is order of batches.
 */
#ifndef OSI_UPDATE_H
#define OSI_UPDATE_H

#include "convert.h"
#include "walk.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

/* Something the user named. Texts live in the set of operands. */
typedef struct osi_operand {
    osi_operand_kind kind;
    bool loud;
    const char *path; /* absolute; NULL: standard input */
    size_t len;
    const char *shown; /* as typed; "" for the current folder by default */
    uint64_t size;
    int64_t mtime_ns;
} osi_operand;

/* A file to be read. */
typedef struct osi_job {
    const osi_operand *operand; /* by which it was found */
    size_t path, len; /* its id, in the batch's names */
    uint64_t size;
    int64_t mtime_ns;
    osteon_source old; /* id 0: not in the index; no path, no reason */
    uint32_t source;   /* its id now; given in the order of the walk */
    bool named, loud;
} osi_job;

typedef struct osi_stream osi_stream;
typedef struct osi_archive osi_archive;

/* Files, or a slice of a stream of records, or members of an archive; one
 * sequence number. */
typedef struct osi_batch {
    struct osi_batch *next;
    uint64_t sequence;
    osi_bytes names;
    osi_job *jobs;
    size_t n, room;
    uint64_t bytes;
    osi_stream *stream;   /* NULL: files or members */
    osi_archive *archive; /* NULL: none */
    osi_bytes slice;      /* whole lines; or members, one after another */
    uint32_t line;        /* of its first line */
} osi_batch;

typedef struct osi_run osi_run;

/* What one thread needs to read files and feed documents. */
typedef struct osi_worker {
    osi_run *run;
    osteon_feed *feed; /* NULL: not yet */
    osi_input *input;
    osi_reader reader;
    osi_extract *extract;
    osi_bytes text, title; /* converted */
    osi_record record;
    osteon_error err;
    pthread_t thread;
} osi_worker;

/* The batches between the main thread and the workers. */
typedef struct osi_queue {
    pthread_mutex_t lock;
    pthread_cond_t filled, emptied;
    osi_batch *first, *last;
    size_t n, most;
    bool ended;
    osi_batch *held; /* the first: run by the main thread if it stays alone */
    osi_worker *workers;
    unsigned n_workers, wanted;
    uint64_t next_sequence;
} osi_queue;

struct osi_run {
    const osi_options *options;
    const osi_place *place;
    int root; /* the folder relative ids start at */
    osteon_writer *writer;
    osi_names operands; /* absolute paths the user named */
    osi_names kept;     /* could not be read: what is under them stays */
    osi_walk_counts walked;
    pthread_mutex_t sources; /* around all calls about source records: what
                              * a look-up gives is lost with the next put */
    pthread_mutex_t lock;    /* of seen and fatal */
    unsigned char *seen;  /* by source id: one bit */
    size_t seen_room;
    osteon_error fatal;
    atomic_bool failed;
    osi_worker own; /* of the main thread */
    osi_input *stream_input; /* of files of records */
    osi_reader stream_reader;
    osi_members *members; /* of the archive at hand */
    const osi_rules *globs; /* NULL: none; as in osi_walk, for members */
    bool only_globs;
    osi_queue queue;
    osi_batch *open; /* being filled */
    const osi_operand *operand; /* being taken */
};

/* ---- change.c ---- */

/* Longer ids are not taken. */
#define OSI_ID_MAX 4096

/* True where the file has to be read; `old` is what the index has of it, or
 * NULL. */
bool osi_is_changed(const osi_options *options, const osi_found *found,
                    const osteon_source *old);

/* Counts a file that need not be read. */
void osi_count_old(const osteon_source *old, const char *path, size_t len);

/* Why a compressed file or an archive is too large; compared when it is met
 * again. */
void osi_too_large_reason(uint64_t most, char *out, size_t room);

/* Why what was read is no text. */
void osi_binary_reason(const osi_reader *reader, char *out, size_t room);

/* What is told of a source of this state for which it was named. */
void osi_not_indexed(osteon_source_state state, const char *reason, size_t len,
                     char *out, size_t room);

/* Marks a source as met. False: no memory. */
bool osi_mark_seen(osi_run *run, uint32_t id);
bool osi_was_seen(const osi_run *run, uint32_t id);

/* True where a source lies under an operand and not under what could not be
 * read. Marks the operand as one the index knows. */
bool osi_is_covered(const osi_place *place, const osi_names *operands,
                    const osi_names *kept, const char *path, size_t len);

/* Values in the set of operands. */
enum { OSI_NAMED = 0, OSI_NAMED_MISSING = 1, OSI_NAMED_KNOWN = 2 };

/* ---- member_rules.c; archive.h has the others ---- */

/* What all members of an archive of this size may have; 0: any number. */
uint64_t osi_archive_limit(const osi_options *options, uint64_t size);

/* A reason for an archive's record, with a mark of the rules its members were
 * taken by, at most 30 bytes; no mark for those by default. */
void osi_member_reason(const osi_options *options, const char *reason,
                       char *out, size_t room);

/* False: the file is an archive whose members were taken by other rules. */
bool osi_member_rules_hold(const osi_options *options, const char *path,
                           size_t len, const osteon_source *old);

/* ---- operands.c ---- */

typedef struct osi_operands {
    osi_operand *items;
    size_t n, room;
    bool reads_stdin;
} osi_operands;

/* Resolves the operands, the names of --files-from, or the default, into
 * `out` and the set. False: fatal, a message was printed. What cannot be
 * looked at is reported and goes to `kept`. */
bool osi_operands_load(const osi_options *options, const osi_place *place,
                       osi_operands *out, osi_names *set, osi_names *kept);
void osi_operands_free(osi_operands *operands); /* before the set */

/* Reports names that are neither there nor in the index. */
void osi_report_missing(const osi_operands *operands, const osi_names *set);

/* Calls `each` for every name in a list: a file, or "-" for standard input.
 * False: a message was printed, or `each` returned false. */
bool osi_each_name(const char *file, bool null_data,
                   bool (*each)(void *arg, const char *name, size_t len),
                   void *arg);

/* Reads standard input for a person's eyes: false, with a hint, where it is
 * a terminal. */
bool osi_stdin_allowed(const char *hint);

/* Sets up a walk's rules from the options. *globs is the caller's to free.
 * False: no memory. */
bool osi_walk_setup(osi_walk *walk, const osi_options *options,
                    const osi_place *place, osi_rules **globs);

/* Tells where walks took no file, and ignore files are why. */
void osi_report_ignored(const osi_walk_counts *counts, bool quiet);

/* ---- batch.c ---- */

/* Gives a filled batch, which becomes the queue's, the next number. Waits
 * where enough are waiting; runs it where there is one thread. */
void osi_queue_push(osi_run *run, osi_batch *batch);

/* Runs what is left and ends the threads. */
void osi_queue_finish(osi_run *run);

bool osi_queue_init(osi_run *run);
void osi_queue_free(osi_run *run);

osi_batch *osi_batch_new(void); /* NULL: no memory */

/* Adds a job, whose path is copied. False: no memory. */
bool osi_batch_add(osi_batch *batch, osi_job job, const char *path);

/* A fatal error: the first one is kept and everything ends soon. */
void osi_fail(osi_run *run, const osteon_error *err);
void osi_fail_memory(osi_run *run);

/* True when there is no point in going on. */
bool osi_is_halted(const osi_run *run);

/* Opens the worker's feed and begins a batch. False: fatal, told. */
bool osi_worker_begin(osi_worker *worker, uint64_t sequence);

/* The same for a batch that the main thread runs itself, after one that it may
 * have held back: a feed takes batches in ascending order. */
bool osi_begin_own(osi_run *run);

/* Ends the batch. Where there is no point in going on, the feed is given up
 * instead, at once: another thread may wait for the batch before it writes
 * memory out, and for that thread the end of the run. */
void osi_worker_end(osi_worker *worker);

/* ---- index_file.c ---- */

/* Opens a file of a batch, and asks for its first bytes. Returns the
 * descriptor; less than 0: errno with a minus, or OSI_UNOPENED where it need
 * not be read. */
#define OSI_UNOPENED INT_MIN
int osi_job_open(const osi_run *run, const osi_job *job, const char *path);

/* Reads one file of a batch and feeds it. `fd` is what osi_job_open returned,
 * and is closed. False: fatal, told by osi_fail. */
bool osi_index_job(osi_worker *worker, const osi_job *job, const char *path,
                   int fd);

/* The same for standard input, any format but jsonl and archives. */
bool osi_index_stdin(osi_worker *worker);

/* The same for a member of an archive: bytes that are there, and what `rest`,
 * if not NULL, still has of it. */
bool osi_index_member(osi_worker *worker, osi_archive *archive,
                      const osi_job *job, const char *id,
                      const char *bytes, size_t len, osi_members *rest);

/* The same for the members of a batch. */
bool osi_index_members(osi_worker *worker, const osi_batch *batch);

/* ---- settle.c: the end of a file that gave no document ---- */

typedef struct osi_task {
    osi_worker *worker;
    const osi_job *job; /* NULL: standard input */
    const char *path;   /* its id, or what to call standard input */
    size_t len;
    uint64_t size; /* when it was opened */
    int64_t mtime_ns;
    uint32_t source; /* 0: its record was not written so far */
    osi_kind kind;
    uint64_t counted; /* bytes read that are told to osi_count_read */
    osi_archive *archive; /* of a member, which has no record; or NULL */
    osi_members *rest;    /* where a member is read from, or NULL */
    bool is_silent;       /* where it is cut the whole archive is */
} osi_task;

/* Records in the index how the file ended, keeps or drops its documents, and
 * tells the user. False: fatal, told by osi_fail. */
bool osi_settle(osi_task *task, osi_outcome outcome, const char *reason);
/* The same for what cannot be opened; `code` is errno's. Only what is not there
 * any more, or no file, has vanished: all else may be there again. */
bool osi_settle_unopened(osi_task *task, int code);
/* The same for a document that the index refused, as worker->err tells: it is
 * past a limit. It was taken back. */
bool osi_settle_refused(osi_task *task);
/* The same for what a reader gave instead of text. */
bool osi_settle_got(osi_task *task, osi_got got);
/* Its content is as the index has it: only the record changes. */
bool osi_settle_same(osi_task *task);
/* Writes the source's record and sets task->source. */
bool osi_put_source(osi_task *task, osteon_source_state state, uint64_t hash,
                    const char *reason);
/* Drops what the source had before this run. */
bool osi_drop_old(osi_task *task);

/* True where the old content had this size and hash and is still indexed. */
bool osi_is_same(const osi_task *task, uint64_t hash);

/* ---- shown.c ---- */

/* Writes an absolute path, which lies at or under the operand's, as reached
 * from what the user typed; terminated. */
void osi_show_path(const osi_operand *operand, const char *path, size_t len,
                   osi_bytes *out);

/* osi_error_path, osi_error_line and osi_note_path about a task. */
void osi_tell(const osi_task *task, const char *reason);
void osi_tell_line(const osi_task *task, uint64_t line, const char *reason);
void osi_tell_note(const osi_task *task, const char *note);

/* ---- stream.c ---- */

/* Cuts a file of records, a line each, into slices and pushes them.
 * `job` NULL: standard input. */
void osi_stream_file(osi_run *run, const osi_job *job, const char *path,
                     osi_kind kind);

/* The same for a member of an archive: see osi_index_member. */
void osi_stream_member(osi_run *run, osi_archive *archive,
                       const osi_job *job, const char *id, osi_kind kind,
                       const osi_bytes *head, osi_members *rest);

/* Makes what the main thread reads streams with. False: no memory. */
bool osi_stream_begin(osi_run *run);

/* Opens the file of a task for the main thread, sets its size and time, and
 * settles what needs no reading. -1: it is done. */
int osi_open_source(osi_run *run, osi_task *task);

/* Feeds the records of a slice. False: fatal, told by osi_fail. */
bool osi_index_slice(osi_worker *worker, osi_batch *batch);
void osi_stream_release(osi_stream *stream, osi_worker *worker);

/* Lines of bad records shown for one file; the others are counted. */
#define OSI_BAD_SHOWN 10

/* The reason of a source some of whose records are none. */
void osi_bad_records(uint64_t bad, uint64_t all, char *out, size_t room);

/* Feeds the worker's record; for slices and for --format=json. False: it is not
 * in the index, and *reason tells why; with osi_is_halted: fatal. */
bool osi_feed_record(osi_worker *worker, uint32_t source, uint32_t line,
                     bool store, const char **reason);

/* ---- update.c, dry_run.c, delete.c ---- */

int osi_update(const osi_options *options, const osi_place *place);
int osi_dry_run(const osi_options *options, const osi_place *place);
int osi_delete(const osi_options *options, const osi_place *place);

#endif
