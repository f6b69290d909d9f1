/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The inside of a writer of a Xapian database. Feeds analyse documents and
 * hand them over a batch at a time as records (xapian_record.h); batches are
 * put in order, and then written by whichever thread has completed enough of
 * them:
 *
 *  - A new index (or --rebuild) is written as pieces, databases of their own,
 *    each of some neighbouring batches. Several threads write pieces at once.
 *    The commit joins them by compaction and swaps the result in.
 *  - An index that is there is changed in one transaction, by one thread at a
 *    time, which the commit ends.
 *
 * Nothing that readers have open is written to but by Xapian's own commits.
 *
 * Invariant: `base` is the database that all changes but those in `pieces`
 * and in batches have gone to; there are pieces only while it is NULL. It is
 * `published` or not named by XAPIANDB yet.
 */
#ifndef OST_XAPIAN_WRITER_H
#define OST_XAPIAN_WRITER_H

#include "engine.h"
#include "xapian_layout.h"
#include "xapian_record.h"

#include <xapian-c/xapian_c_database_tools.h>
#include <xapian-c/xapian_c_database_writable.h>

#define OST_STUB_NAME "XAPIANDB"
#define OST_STUB_TEMPORARY "XAPIANDB.tmp"

/* Names of values that have a slot, at most. */
#define OST_MOST_SLOTS OST_BATCH_NAMES

typedef struct ost_xw_feed ost_xw_feed;

typedef struct ost_xw_writer {
    char *folder;
    ost_lock *lock;
    char language[64];
    unsigned title_weight;
    bool stems; /* positions are those of stems: an export */
    unsigned shard, n_shards; /* 0, 0: all documents */
    size_t memory;
    unsigned threads;
    uint64_t generation, next_order, next_file;
    char published[OST_FILE_NAME], base[OST_FILE_NAME]; /* "": none */
    ost_file_ref source_file;             /* of the commit to come */
    char committed_sources[OST_FILE_NAME]; /* "": none */
    xapian_c_database *db; /* base, in a transaction; NULL: not open */
    unsigned last_before; /* last document in it that readers know */
    uint64_t *touched;    /* bits: documents up to that, replaced since */
    size_t unwritten;     /* memory that Xapian has for changes, about */
    bool changed, merge_all, made_folder;
    bool unsure; /* whether readers see `published`, or what was to be next */

    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t changed_state;
    ost_field_names names;
    ost_xw_feed *feeds, *own; /* all, and that of ..._add */
    size_t own_bytes;             /* in its open batch */
    bool adding;                  /* inside ..._add */
    uint64_t next_sequence;  /* batches below it are in order */
    uint64_t highest;        /* one past the highest begun */
    ost_xw_batch *early; /* by number: one before them is missing */
    ost_xw_batch *ready, *ready_last; /* to be written, in order */
    size_t ready_cost;
    size_t held;       /* cost of all batches in memory */
    unsigned active;   /* feeds inside a batch */
    unsigned building; /* threads that write */
    char (*pieces)[OST_FILE_NAME];
    size_t n_pieces, pieces_room;
    ost_slot slots[OST_MOST_SLOTS];
    uint32_t n_slots;
    osteon_status status; /* sticky: the first failure */
    osteon_error error;
    osteon_writer_counts counts; /* of closed feeds; removed: deleted */

    ost_source_keeper sources;
} ost_xw_writer;

/* ---- xapian_writer.c ---- */

/* Sets `name` to "KIND-NUMBER" (and `end`) with the next number. */
void ost_xw_next_name(ost_xw_writer *w, const char *kind,
                          const char *end, char name[OST_FILE_NAME]);

/* "folder/name" in fresh memory. */
OSTEON_MUST_CHECK osteon_status ost_xw_path(const ost_xw_writer *w,
                                                const char *name, char **out,
                                                osteon_error *err);

/* Keeps the first failure: afterwards nothing can be committed. The mutex is
 * held. Returns s. */
osteon_status ost_xw_keep(ost_xw_writer *w, osteon_status s,
                              const osteon_error *error);

/* ---- xapian_folder.c ---- */

/* Reads `folder`/XAPIANDB and sets `name` to the database it names.
 *   OSTEON_NOT_FOUND  there is none
 *   OSTEON_NOT_INDEX  it is not one of ours
 *   OSTEON_IO, OSTEON_NO_MEMORY */
OSTEON_MUST_CHECK osteon_status ost_stub_read(const char *folder,
                                              char name[OST_FILE_NAME],
                                              osteon_error *err);

/* Makes `name`, whose files are on disk, the database that readers see. On
 * failure *unsure tells whether they may see it already. */
OSTEON_MUST_CHECK osteon_status ost_stub_write(const char *folder,
                                               const char *name, bool *unsure,
                                               osteon_error *err);

typedef struct ost_xw_contents {
    bool others;        /* something that is not of ours */
    uint64_t next_file; /* above the number of every file of ours */
} ost_xw_contents;

OSTEON_MUST_CHECK osteon_status ost_xw_scan(const char *folder,
                                                ost_xw_contents *out,
                                                osteon_error *err);

/* Removes databases, tables of sources and what a failed swap leaves but for
 * `database` and `sources` ("" or NULL: none is kept). */
void ost_xw_sweep(const char *folder, const char *database,
                      const char *sources);

/* Removes one database of ours. */
void ost_xw_remove(const char *folder, const char *name);

/* Has all files of a database on disk. */
OSTEON_MUST_CHECK osteon_status ost_xw_sync(const char *folder,
                                                const char *name,
                                                osteon_error *err);

/* ---- xapian_error.c ---- */

/* Xapian's error as one of ours, "path: reason". */
osteon_status ost_xw_fail(osteon_error *err, const char *path,
                              xapian_c_status status,
                              const xapian_c_error *error);

/* ---- xapian_feed.c ---- */

OSTEON_MUST_CHECK osteon_status ost_xw_feed_open(void *self, void **out,
                                                     osteon_error *err);
void ost_xw_feed_close(void *feed);
void ost_xw_feed_free(ost_xw_feed *feed);

/* Takes a feed out of the list of its writer, which keeps its counts. */
void ost_xw_feed_unlink(ost_xw_feed *feed);
OSTEON_MUST_CHECK osteon_status ost_xw_feed_begin(void *feed,
                                                      uint64_t sequence,
                                                      osteon_error *err);
OSTEON_MUST_CHECK osteon_status
ost_xw_feed_add(void *feed, const osteon_document *doc, osteon_error *err);
OSTEON_MUST_CHECK osteon_status ost_xw_feed_more(void *feed,
                                                     const char *body,
                                                     size_t len, bool store,
                                                     osteon_error *err);
void ost_xw_feed_abandon(void *feed);
OSTEON_MUST_CHECK osteon_status ost_xw_feed_end(void *feed,
                                                    osteon_error *err);
OSTEON_MUST_CHECK osteon_status
ost_xw_add(void *self, const osteon_document *doc, osteon_error *err);
void ost_xw_counts(const void *self, osteon_writer_counts *out);

/* Ends the batch of ..._add, if nobody is inside it. The mutex is held. */
void ost_xw_end_idle(ost_xw_writer *w);

/* ---- xapian_batches.c: the mutex is held ---- */

/* Takes a batch that has ended, puts it in order, and writes if there is
 * enough to write. The batch is the writer's. */
void ost_xw_hand_over(ost_xw_writer *w, ost_xw_batch *batch);

/* Waits while too much is held in memory for batch `sequence` to begin. */
void ost_xw_wait(ost_xw_writer *w, uint64_t sequence);

/* Has everything handed over written. OSTEON_INVALID: a feed is inside a
 * batch. The mutex is not held. */
OSTEON_MUST_CHECK osteon_status ost_xw_drain(ost_xw_writer *w,
                                                 osteon_error *err);

/* ---- xapian_build.c: the mutex is not held ---- */

/* Writes batches to a new database, piece `name`, unsynced. */
OSTEON_MUST_CHECK osteon_status ost_xw_piece(ost_xw_writer *w,
                                                 const char *name,
                                                 ost_xw_batch *batches,
                                                 osteon_error *err);

/* Makes all pieces one database that is `base`, with the metadata of the
 * commit to come, on disk. Of documents with the same id the last stays. */
OSTEON_MUST_CHECK osteon_status ost_xw_join(ost_xw_writer *w,
                                                osteon_error *err);

/* Databases opened at once; more pieces are joined in several rounds. */
#define OST_MOST_PARTS 32

/* Compacts `from` to a new database, on disk, whose name is written to `to`. */
OSTEON_MUST_CHECK osteon_status ost_xw_compact(ost_xw_writer *w,
                                                   const char *from,
                                                   char to[OST_FILE_NAME],
                                                   osteon_error *err);

/* ---- xapian_replaced.c: the mutex is not held ---- */

/* Deletes documents of pieces (at most OST_MOST_PARTS) that later ones of the
 * same id replace. */
OSTEON_MUST_CHECK osteon_status ost_xw_drop_replaced(ost_xw_writer *w,
                                                     osteon_error *err);

/* ---- xapian_synonyms.c ---- */

/* Adds the synonyms of batches; `known`: some may be in the database. */
OSTEON_MUST_CHECK osteon_status ost_xw_synonyms(xapian_c_database *db,
                                                const char *path,
                                                const ost_xw_batch *batches,
                                                bool known,
                                                osteon_error *err);

/* ---- xapian_change.c: the mutex is not held ---- */

/* Opens `base` for writing and begins a transaction, unless that is done. */
OSTEON_MUST_CHECK osteon_status ost_xw_base_open(ost_xw_writer *w,
                                                     osteon_error *err);
void ost_xw_base_close(ost_xw_writer *w); /* undoes the transaction */

/* Adds or replaces the documents of batches in it. */
OSTEON_MUST_CHECK osteon_status ost_xw_apply(ost_xw_writer *w,
                                                 ost_xw_batch *batches,
                                                 osteon_error *err);
OSTEON_MUST_CHECK osteon_status ost_xw_delete_id(ost_xw_writer *w,
                                                     const char *id,
                                                     size_t len, bool *found,
                                                     osteon_error *err);

/* Deletes the documents of cleared sources that readers know. */
OSTEON_MUST_CHECK osteon_status ost_xw_clear(ost_xw_writer *w,
                                                 osteon_error *err);

/* ---- xapian_metadata.c ---- */

/* Reads what a database says of itself; with `tolerant`, what can be read.
 *   OSTEON_VERSION, OSTEON_CORRUPT, OSTEON_INVALID, OSTEON_NO_MEMORY */
OSTEON_MUST_CHECK osteon_status ost_xw_load(ost_xw_writer *w,
                                                osteon_error *err);

/* Sets the metadata of the generation to come. */
OSTEON_MUST_CHECK osteon_status ost_xw_save(ost_xw_writer *w,
                                                xapian_c_database *db,
                                                const char *path,
                                                osteon_error *err);

#endif
