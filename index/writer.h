/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The inside of a writer. Its life: open takes the lock and reads the
 * manifest; feeds fill inverters; a flush turns them into a segment that only
 * this writer knows; a commit applies deletions, merges, and makes the new
 * manifest the index's state. Nothing that a reader may have open is ever
 * written to.
 *
 * Invariant: `next` is the manifest as it will be committed, `committed` as
 * it is on disk; segments[i] belongs to next->segments[i].
 */
#ifndef OST_WRITER_H
#define OST_WRITER_H

#include "commit.h"
#include "flush.h"
#include "native_writer.h"
#include "segment.h"

/* A segment a writer may delete from. */
typedef struct ost_writer_segment {
    ost_segment *reader; /* opened on first need; its bitmap is ours */
    bool fresh;          /* made since the writer was opened */
    bool changed;        /* its deleted documents are not on disk */
} ost_writer_segment;

struct ost_feed {
    ost_writer *writer;
    ost_inverter *inverter;
    ost_feed *next; /* of the writer's list */
    bool in_batch;
    size_t memory;   /* as last told to the writer; */
    uint64_t weight; /* with its terms */
};

struct ost_writer {
    char *folder;
    ost_lock *lock;
    ost_manifest *committed, *next;
    ost_writer_segment *segments;
    size_t segments_room;
    size_t memory; /* above this, a flush */
    uint64_t most; /* weight of a segment that a flush makes */
    unsigned threads;
    bool changed;   /* a commit has something to do */
    bool merge_all; /* the next commit leaves one segment */
    bool reorder;   /* with like documents beside each other */
    bool made_folder;
    bool unsure; /* what is on disk is not `committed`: a commit failed
                  * half-way, or a rebuild found what it cannot read */

    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t changed_state;
    ost_feed *feeds;
    ost_feed *own;    /* of ost_writer_add */
    size_t own_bytes; /* in its open batch */
    uint64_t begun, highest; /* batches begun; one past the highest number */
    unsigned active;         /* feeds inside a batch */
    size_t used;             /* bytes in all inverters */
    uint64_t weight;         /* of them, see ost_inverter_weight */
    size_t batches;          /* that are in them and have ended */
    bool flushing;           /* a feed waits to flush, or flushes */
    bool writing;            /* the inverters are being read */
    bool adding;             /* inside ost_writer_add */
    ost_field_names names;
    osteon_status status; /* sticky: the first failure of a feed or flush */
    osteon_error error;
    osteon_writer_counts counts; /* of closed feeds */
    uint64_t replaced, deleted;

    ost_source_keeper sources;
};

/* ---- writer_segments.c ---- */

/* Opens segment i with a deleted bitmap of its own, if it is not open. */
OSTEON_MUST_CHECK osteon_status ost_writer_segment_open(ost_writer *w,
                                                        size_t i,
                                                        osteon_error *err);

/* Appends a segment to `next` and `segments`. `dead` becomes the writer's. */
OSTEON_MUST_CHECK osteon_status ost_writer_segment_add(
    ost_writer *w, const char *name, uint64_t size, uint64_t checksum,
    uint32_t documents, uint64_t *dead, uint32_t n_dead, osteon_error *err);

/* Takes segment i out of both lists. */
void ost_writer_segment_drop(ost_writer *w, size_t i);

/* Marks a document deleted; false where it is already. */
OSTEON_MUST_CHECK osteon_status ost_writer_mark(ost_writer *w, size_t i,
                                                uint32_t doc, bool *was_live,
                                                osteon_error *err);

/* Deletes the document with this id wherever it lives. */
OSTEON_MUST_CHECK osteon_status ost_writer_delete_id(ost_writer *w,
                                                     const char *id,
                                                     size_t len, bool *found,
                                                     osteon_error *err);

/* Writes deletes files for changed segments, drops those with no documents
 * left. */
OSTEON_MUST_CHECK osteon_status ost_writer_deletes(ost_writer *w,
                                                   osteon_error *err);

/* Lets the pages go on which documents were looked for in segments. */
void ost_writer_forget(const ost_writer *w);

/* Closes segments [0, n) of the writer's list from `from` on. */
void ost_writer_segments_close(ost_writer *w);

/* ---- merge_policy.c ---- */

/* Merges neighbours until the tail of the list is geometric, or everything
 * if asked. */
OSTEON_MUST_CHECK osteon_status ost_writer_merge(ost_writer *w,
                                                 osteon_error *err);

/* ---- feed.c ---- */

/* Ends the own batch and flushes all inverters. */
OSTEON_MUST_CHECK osteon_status ost_writer_flush(ost_writer *w,
                                                 osteon_error *err);
void ost_feed_free(ost_feed *feed);

/* Threads to encode terms with: each holds some megabytes of its own. */
unsigned ost_writer_threads(const ost_writer *w);

/* ---- writer_sources.c ---- */

/* Deletes the documents of cleared sources, and writes the table. */
OSTEON_MUST_CHECK osteon_status ost_writer_sources(ost_writer *w,
                                                   osteon_error *err);

/* "folder/name" in fresh memory. */
OSTEON_MUST_CHECK osteon_status ost_writer_path(const ost_writer *w,
                                                const char *name, char **out,
                                                osteon_error *err);

#endif
