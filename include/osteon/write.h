/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writing an index: a writer, and feeds that bring it documents from many
 * threads. osteon.h has the conventions.
 */
#ifndef OSTEON_WRITE_H
#define OSTEON_WRITE_H

#include <osteon/common.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A document to be added. Adding a document whose id is in the index replaces
 * it. All members may be zero but `id`. */
typedef struct osteon_document {
    const char *id; /* 1 to 4096 bytes, any but NUL */
    size_t id_len;
    const char *title;
    size_t title_len;
    const char *body;
    size_t body_len;
    const osteon_field *fields;
    size_t n_fields;
    uint32_t source;    /* from osteon_writer_source_put, or 0: none */
    uint32_t line;      /* line of a record in its source, from 1; 0: the
                         * whole source is the document and lines are counted
                         * in its text */
    const char *stored; /* text to keep in the index, for snippets and
                         * --show; NULL: keep none */
    size_t stored_len;
} osteon_document;

typedef struct osteon_writer osteon_writer;
typedef struct osteon_feed osteon_feed;

typedef struct osteon_writer_options {
    const char *engine;   /* "native" or "xapian"; NULL: the index's own,
                           * native for a new one */
    const char *language; /* Snowball name or "none"; NULL: the index's own,
                           * English for a new one */
    size_t memory;        /* bytes for documents not yet written, 0: 512 MiB */
    unsigned threads;     /* for writing and merging, 0: one a core */
    double wait;          /* seconds to wait for the lock; below 0: for ever */
    bool must_exist;      /* do not make a new index */
    bool rebuild;         /* begin empty: the old content stays searchable
                           * until the commit that replaces all of it */
    unsigned shard, n_shards; /* xapian: keep only the documents of part
                               * `shard` (from 1) of n_shards, by the hash of
                               * their id; the others count as unchanged.
                               * 0, 0: the index's own, all for a new one */
} osteon_writer_options;

/* Opens the index in folder `path` for writing, making it where there is none.
 *   OSTEON_LOCKED     another writer holds it; err->pid names it if known
 *   OSTEON_NOT_INDEX  the folder holds other things, or is no folder
 *   OSTEON_INVALID    unknown language or engine, or not the index's own;
 *                     shard not from 1 to n_shards, not the index's own, or
 *                     of a native index
 *   OSTEON_VERSION, OSTEON_CORRUPT, OSTEON_IO, OSTEON_NO_MEMORY */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_writer_open(const char *path, const osteon_writer_options *options,
                   osteon_writer **out, osteon_error *err);

/* Closes without committing; what was not committed is dropped. All feeds must
 * be closed before. */
OSTEON_API void osteon_writer_close(osteon_writer *writer);

/* Adds one document from the writer's own thread, after all that were added
 * before. Nothing is visible to readers before osteon_writer_commit.
 * OSTEON_TOO_LARGE: this document is past a limit and was left out. */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_writer_add(osteon_writer *writer, const osteon_document *document,
                  osteon_error *err);

/* Removes the document with this id. No feed may be inside a batch.
 *   OSTEON_INVALID    a feed is
 *   OSTEON_NOT_FOUND  there is none; nothing was done */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_writer_delete(osteon_writer *writer, const char *id, size_t len,
                     osteon_error *err);

/* Makes all that was added and deleted visible at once and durable: when it
 * returns OSTEON_OK the change survives a loss of power; on failure the index
 * is as at the last commit. Merges small segments. Does nothing, and keeps
 * the generation, where nothing was changed. No feed may be inside a batch. */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_writer_commit(osteon_writer *writer, osteon_error *err);

/* Asks for the next commit to leave one segment without deleted documents. */
OSTEON_API void osteon_writer_merge_all(osteon_writer *writer);

/* The same, with like documents beside each other: a smaller index that
 * answers faster. Equal scores come in another order than before. Takes some
 * seconds for 100,000 documents.
 *   OSTEON_INVALID  not of a native index */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_writer_reorder(osteon_writer *writer, osteon_error *err);

/* A feed is one thread's way into the writer. Batches carry the order of the
 * documents: those of batch 1 come before those of batch 2, whichever feed
 * brought them and whenever, so that an index does not depend on threads.
 * Numbers begin at 0; each is used once and none is left out (a batch may be
 * empty). A feed takes them in ascending order. */
/* OSTEON_INVALID: the index was imported, and nothing can be added to it. */
OSTEON_API OSTEON_MUST_CHECK osteon_status /* any thread */
osteon_feed_open(osteon_writer *writer, osteon_feed **out, osteon_error *err);
OSTEON_API void osteon_feed_close(osteon_feed *feed); /* any thread */

/* Begins a batch; waits while documents are written to disk for lack of
 * memory. */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_feed_begin(osteon_feed *feed, uint64_t sequence, osteon_error *err);

/* Adds a document to the batch. Where text comes in pieces, `document` holds
 * the first and osteon_feed_more the others; a word is never joined across
 * pieces, so cut between words.
 *   OSTEON_INVALID    no batch is begun, or an id is not 1 to 4096 bytes
 *                     without NUL
 *   OSTEON_TOO_LARGE  the document is past a limit of the index: it was taken
 *                     back, and the batch goes on without it */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_feed_add(osteon_feed *feed, const osteon_document *document,
                osteon_error *err);

/* Adds more body (and stored text, if `store`) to the document added last.
 * OSTEON_TOO_LARGE: as above, all of the document was taken back. */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_feed_more(osteon_feed *feed, const char *body, size_t len, bool store,
                 osteon_error *err);

/* Takes back the document added last in this batch. */
OSTEON_API void osteon_feed_abandon(osteon_feed *feed);

/* Ends the batch. */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_feed_end(osteon_feed *feed, osteon_error *err);

/* What a writer has met, for the closing summary. */
typedef struct osteon_writer_counts {
    uint64_t added;         /* documents, replaced ones included */
    uint64_t removed;       /* documents deleted and not replaced */
    uint64_t text_bytes;    /* analysed */
    uint64_t tokens;
    uint64_t malformed;     /* bytes that are not UTF-8 */
    uint64_t long_words;    /* over 255 bytes, cut */
    uint64_t fields_folded; /* fields over the limit: found by plain words */
} osteon_writer_counts;

OSTEON_API void osteon_writer_counts_get(const osteon_writer *writer,
                                         osteon_writer_counts *out);

/* Looks a source up by its path. `out` is valid until the next _put.
 *   false: there is none */
OSTEON_API bool osteon_writer_source_find(osteon_writer *writer,
                                          const char *path, size_t len,
                                          osteon_source *out);

/* Adds a source, or changes the one with this path, and sets *id, never 0.
 * Any thread. `reason` may be NULL. */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_writer_source_put(osteon_writer *writer, const osteon_source *source,
                         uint32_t *id, osteon_error *err);

/* Drops, at the next commit, the documents that came from this source before
 * this writer was opened or last committed (those added since stay). Any
 * thread. */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_writer_source_clear(osteon_writer *writer, uint32_t id,
                           osteon_error *err);

/* Clears the source and forgets it. Any thread. */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_writer_source_remove(osteon_writer *writer, uint32_t id,
                            osteon_error *err);

/* Steps through all sources: set *cursor to 0 before the first call. Returns
 * false after the last. Order: ascending id. */
OSTEON_API bool osteon_writer_source_next(osteon_writer *writer,
                                          uint32_t *cursor,
                                          osteon_source *out);

#ifdef __cplusplus
}
#endif

#endif
