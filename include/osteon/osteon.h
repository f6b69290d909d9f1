/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Osteon: full-text search. What a program that embeds us may call.
 *
 * Conventions, once for all functions:
 *  1. What can fail returns osteon_status and takes `osteon_error *err` last
 *     (NULL allowed). On failure out-pointers are NULL and err is filled once.
 *  2. Whoever opens closes: each _open has one _close. Every _close accepts
 *     NULL. Anything else passed or returned is borrowed and lives until the
 *     handle it came from is closed, unless said otherwise.
 *  3. Bytes are a pointer and a length; names and paths are NUL-terminated
 *     where they are `const char *` without a length.
 *  4. An osteon_index may be used from many threads at once. An osteon_writer
 *     belongs to one thread, save for the functions marked "any thread"; an
 *     osteon_feed belongs to one thread, and many feeds run at once.
 *  5. The library never prints, never exits and installs no signal handler.
 */
#ifndef OSTEON_OSTEON_H
#define OSTEON_OSTEON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define OSTEON_MUST_CHECK __attribute__((warn_unused_result))
#define OSTEON_API __attribute__((visibility("default")))
#else
#define OSTEON_MUST_CHECK
#define OSTEON_API
#endif

#define OSTEON_VERSION_TEXT "0.1.0"

/* Highest index format version this library writes and reads. */
#define OSTEON_FORMAT_VERSION 3

/* ---- Errors ---------------------------------------------------------- */

typedef enum osteon_status {
    OSTEON_OK = 0,
    OSTEON_NOT_FOUND, /* no such index, document or source */
    OSTEON_INVALID,   /* an argument or option out of its range */
    OSTEON_SYNTAX,    /* a query that does not parse, in strict mode */
    OSTEON_NOT_INDEX, /* the folder or file is there but is not an index */
    OSTEON_VERSION,   /* made by a newer Osteon, or another analyzer */
    OSTEON_CORRUPT,   /* bytes of the index, or of a file that is imported,
                       * are damaged */
    OSTEON_LOCKED,    /* another writer holds the index */
    OSTEON_IO,        /* a system call failed; os_error holds errno */
    OSTEON_NO_MEMORY  /* an allocation failed */
} osteon_status;

#define OSTEON_ERROR_TEXT 512

/* What went wrong, as one line without the program's name: "path: reason".
 * `offset` is the byte in the query (OSTEON_SYNTAX) or file (OSTEON_CORRUPT),
 * `pid` the process that holds the lock (OSTEON_LOCKED) or 0. */
typedef struct osteon_error {
    osteon_status status;
    int os_error;
    uint64_t offset;
    long pid;
    char text[OSTEON_ERROR_TEXT];
} osteon_error;

/* The name of a status, such as "corrupt"; never NULL. */
OSTEON_API const char *osteon_status_name(osteon_status status);

/* The library's version and the instruction sets it uses here, as text. */
OSTEON_API const char *osteon_version(void);

/* ---- Documents ------------------------------------------------------- */

typedef enum osteon_value_kind {
    OSTEON_TEXT = 0, /* analysed; found by name:word and by plain words */
    OSTEON_STRING,   /* a value: returned, never searched by words */
    OSTEON_INTEGER,  /* a value */
    OSTEON_REAL      /* a value */
} osteon_value_kind;

/* A further field of a document. A name may come several times (a list).
 * Names are 1 to 64 bytes of letters, digits, '_', '-' and '.', and are folded
 * to lower case; "title", "body", "id" and "path" are reserved. */
typedef struct osteon_field {
    const char *name;
    size_t name_len;
    osteon_value_kind kind;
    const char *text; /* OSTEON_TEXT, OSTEON_STRING */
    size_t text_len;
    int64_t integer; /* OSTEON_INTEGER */
    double real;     /* OSTEON_REAL */
} osteon_field;

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

/* ---- Sources: what documents were read from --------------------------- */

typedef enum osteon_source_state {
    OSTEON_SOURCE_INDEXED = 0,
    OSTEON_SOURCE_EMPTY,      /* nothing in it */
    OSTEON_SOURCE_BINARY,     /* no text in it */
    OSTEON_SOURCE_TOO_LARGE,  /* over the size limit */
    OSTEON_SOURCE_UNREADABLE, /* could not be opened or read */
    OSTEON_SOURCE_MALFORMED   /* could not be parsed, in part or in whole */
} osteon_source_state;

/* A file, or another input, that an index remembers. `path` is relative to
 * the folder that holds the index, absolute where it lies outside it. */
typedef struct osteon_source {
    uint32_t id; /* 0: not yet in the index */
    osteon_source_state state;
    const char *path;
    size_t path_len;
    uint64_t size;    /* bytes */
    int64_t mtime_ns; /* since 1970; INT64_MIN: unknown */
    uint64_t hash;    /* XXH3 of the content, 0: unknown */
    const char *reason; /* of a state that is a failure; never NULL */
    size_t reason_len;
} osteon_source;

/* ---- Writing --------------------------------------------------------- */

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
 * before. Nothing is visible to readers before osteon_writer_commit. */
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
 * pieces, so cut between words. */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_feed_add(osteon_feed *feed, const osteon_document *document,
                osteon_error *err);

/* Adds more body (and stored text, if `store`) to the document added last. */
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

/* ---- Reading --------------------------------------------------------- */

typedef struct osteon_index osteon_index;

/* Opens the last committed state of the index in folder `path`. It stays as
 * it is until closed, whatever a writer does meanwhile.
 *   OSTEON_NOT_FOUND  no such folder
 *   OSTEON_NOT_INDEX  a folder, or file, that is not an index
 *   OSTEON_VERSION    newer format or other analyzer; the text names both
 *   OSTEON_CORRUPT, OSTEON_IO, OSTEON_NO_MEMORY */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_index_open(const char *path, osteon_index **out, osteon_error *err);

typedef struct osteon_open_options {
    double timeout; /* seconds to wait for a shard's answer; 0: 10 */
    bool partial;   /* answer from the shards that can be reached */
} osteon_open_options;

/* The same, with options for what lies on other hosts. `path` may be
 *   - the folder of an index, native or xapian;
 *   - a Xapian database: a folder, a single file or a stub file, whoever
 *     wrote it;
 *   - xapian://HOST:PORT,HOST:PORT,...: databases served by xapian-tcpsrv,
 *     searched as one. Scores are by statistics over all of them.
 * `options` NULL: the defaults.
 *   OSTEON_IO  a shard does not answer in time, or breaks off; err names it.
 *              With `partial`, only where none answers */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_index_open_with(const char *path, const osteon_open_options *options,
                       osteon_index **out, osteon_error *err);
OSTEON_API void osteon_index_close(osteon_index *index);

/* What a person should know of the answers of this index, as lines: shards
 * left out (which may change with each search), what its engine cannot do;
 * NULL after the last. A line lives until the next search. */
OSTEON_API const char *osteon_index_note(const osteon_index *index, size_t i);

typedef struct osteon_index_info {
    uint64_t generation;
    uint64_t documents;  /* live */
    uint64_t deleted;    /* still taking room */
    uint64_t tokens;     /* of live documents */
    uint64_t terms;      /* distinct, summed over segments; these three are */
    uint64_t postings;   /* not known, 0, of what is not native */
    uint64_t positions;
    uint64_t sources;
    uint32_t segments;   /* native: of the index; else shards that are up */
    uint32_t format_version;
    uint32_t analyzer_version;
    uint32_t title_weight; /* times a title counts in the default field */
    const char *language;
    const char *root; /* absolute folder that relative source paths start at,
                       * "" where it is not known */
    uint64_t bytes;   /* all files of the index; 0: unknown */
    const char *engine; /* "native" or "xapian" */
} osteon_index_info;

OSTEON_API OSTEON_MUST_CHECK osteon_status osteon_index_info_get(
    const osteon_index *index, osteon_index_info *out, osteon_error *err);

/* A part of the index and its size, summed over segments, for --stats. */
typedef struct osteon_part {
    const char *name; /* "postings", "positions", "dictionary", ... */
    uint64_t bytes;
} osteon_part;

/* Fills up to `room` parts and returns how many there are. */
OSTEON_API size_t osteon_index_parts(const osteon_index *index,
                                     osteon_part *out, size_t room);

/* Steps through the sources as osteon_writer_source_next does. */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_index_source_next(osteon_index *index, uint32_t *cursor,
                         osteon_source *out, bool *more, osteon_error *err);

/* Reads and verifies every byte of the index in folder `path`: checksums,
 * structure, and that lists, dictionary and documents agree. Calls `report`
 * with a line for each damage found (the first few hundred).
 *   OSTEON_OK       nothing wrong
 *   OSTEON_CORRUPT  damage was reported
 *   others          as osteon_index_open */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_index_check(const char *path,
                   void (*report)(void *arg, const char *line), void *arg,
                   osteon_error *err);

/* ---- Searching ------------------------------------------------------- */

typedef struct osteon_query osteon_query;

enum {
    OSTEON_QUERY_ALL = 1,   /* every word is required */
    OSTEON_QUERY_STRICT = 2 /* what does not parse is an error */
};

/* Parses a query against the analyzer of `index`. Never fails for its text
 * unless OSTEON_QUERY_STRICT is set: what cannot be parsed is searched as
 * words. docs/design.md tells the language.
 *   OSTEON_SYNTAX  strict, and err->offset is the byte that was not understood
 *   OSTEON_NO_MEMORY */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_query_open(const osteon_index *index, const char *text, size_t len,
                  unsigned flags, osteon_query **out, osteon_error *err);
OSTEON_API void osteon_query_close(osteon_query *query);

/* What the parser did not take as written (words dropped, operators searched
 * as words), as lines for a person; NULL after the last. */
OSTEON_API const char *osteon_query_note(const osteon_query *query, size_t i);

/* The query as it was understood, fully parenthesised, in terms. */
OSTEON_API const char *osteon_query_text(const osteon_query *query);

/* True when the query holds nothing that could match. */
OSTEON_API bool osteon_query_is_empty(const osteon_query *query);

typedef struct osteon_search_options {
    size_t limit;  /* hits wanted; 0: none */
    size_t offset; /* best hits to leave out first */
    double k1;     /* BM25, 0 to 100; below 0: 1.2 */
    double b;      /* BM25, 0 to 1; below 0: 0.75 */
    bool count;    /* also count all matches exactly */
    bool exhaustive; /* score every match: for tests of pruning */
    bool one_per_source; /* of documents of one source only the best: limit
                          * and offset count sources, and documents of none.
                          * Matches are all documents as ever */
} osteon_search_options;

typedef struct osteon_hit {
    uint32_t document; /* number for osteon_document_open */
    double score;
} osteon_hit;

typedef struct osteon_result {
    const osteon_hit *hits; /* best first; ties by document number */
    size_t n_hits;
    uint64_t matches; /* exact if asked for, else at least n_hits */
} osteon_result;

/* Finds the best documents. *out is the caller's, to close. options == NULL:
 * ten hits, default parameters.
 *   OSTEON_CORRUPT  a list needed for the answer is damaged: no hits are
 *                   returned rather than too few
 *   OSTEON_INVALID  an option out of its range; OSTEON_NO_MEMORY */
OSTEON_API OSTEON_MUST_CHECK osteon_status osteon_search(
    const osteon_index *index, const osteon_query *query,
    const osteon_search_options *options, osteon_result **out,
    osteon_error *err);
OSTEON_API void osteon_result_close(osteon_result *result);

/* Tells, in lines for a person, how the score of `document` comes about.
 * *out is the caller's, for free(). */
OSTEON_API OSTEON_MUST_CHECK osteon_status osteon_explain(
    const osteon_index *index, const osteon_query *query,
    const osteon_search_options *options, uint32_t document, char **out,
    osteon_error *err);

/* ---- Documents found ------------------------------------------------- */

typedef struct osteon_entry osteon_entry;

/* id, title and path have a NUL behind their last byte as well. */
typedef struct osteon_entry_info {
    const char *id;
    size_t id_len;
    const char *title; /* may be empty */
    size_t title_len;
    const char *path; /* of the source, as in osteon_source; NULL: none */
    size_t path_len;
    uint32_t line;   /* of a record in its source, 0: see osteon_document */
    uint32_t tokens; /* length as BM25 counts it */
    uint64_t source_size;
    int64_t source_mtime_ns;
    const osteon_field *fields; /* values only, in order of name */
    size_t n_fields;
    bool has_stored; /* osteon_entry_text needs no file */
} osteon_entry_info;

/* Opens a document by number. OSTEON_NOT_FOUND: none, or deleted. */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_entry_open(const osteon_index *index, uint32_t document,
                  osteon_entry **out, osteon_error *err);
/* Opens a document by its id. OSTEON_NOT_FOUND: there is none. */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_entry_open_id(const osteon_index *index, const char *id, size_t len,
                     osteon_entry **out, osteon_error *err);
OSTEON_API void osteon_entry_close(osteon_entry *entry);
OSTEON_API const osteon_entry_info *
osteon_entry_info_get(const osteon_entry *entry);

typedef enum osteon_freshness {
    OSTEON_FRESH = 0, /* the source is as it was when indexed, or there is
                       * no source to compare with */
    OSTEON_STALE,     /* its size or time of change differs */
    OSTEON_GONE       /* it is not there, or cannot be looked at */
} osteon_freshness;

/* Compares the source file with what was indexed: one stat(2). */
OSTEON_API osteon_freshness osteon_entry_freshness(const osteon_entry *entry);

/* The document's text: the stored one, else the source file (read up to
 * `most` bytes; 0: all). Lives as long as the entry.
 *   OSTEON_NOT_FOUND  nothing stored, and no source that can be read
 *   OSTEON_CORRUPT, OSTEON_NO_MEMORY */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_entry_text(osteon_entry *entry, size_t most, const char **text,
                  size_t *len, osteon_error *err);

/* A passage: bytes [start, end) of the text it was made from, the marked
 * stretches in it (offsets from the start of the text, ascending, apart), and
 * the line its first mark is in, counted from 1. */
typedef struct osteon_mark {
    size_t start, end;
} osteon_mark;

typedef struct osteon_snippet {
    size_t start, end;
    uint32_t line;
    const osteon_mark *marks;
    size_t n_marks;
} osteon_snippet;

/* Picks the passage of at most `width` bytes (cut between words; 0: 200) that
 * shows most of the query, or the beginning where no word is in `text`.
 * *out is the caller's, to close. */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_snippet_open(const osteon_index *index, const osteon_query *query,
                    const char *text, size_t len, size_t width,
                    osteon_snippet **out, osteon_error *err);
OSTEON_API void osteon_snippet_close(osteon_snippet *snippet);

/* ---- Analysis -------------------------------------------------------- */

typedef struct osteon_token {
    const char *term; /* as it stands in the dictionary; lives during the
                       * callback */
    size_t term_len;
    uint32_t position;
    size_t start, end; /* bytes of the text it came from */
    bool joined;       /* an added form at its first part's position */
} osteon_token;

/* Analyses `text` as an index of this language would and calls `each` for
 * every token in order. OSTEON_INVALID: unknown language. */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_analyze(const char *language, const char *text, size_t len,
               void (*each)(void *arg, const osteon_token *token), void *arg,
               osteon_error *err);

/* The languages osteon_writer_options.language takes, separated by spaces. */
OSTEON_API const char *osteon_languages(void);

/* ---- Exchange with other engines -------------------------------------- */

/* Takes the next bytes of an export. False: they could not be written, and
 * the export ends with OSTEON_IO. */
typedef bool (*osteon_sink)(void *arg, const void *bytes, size_t len);

typedef struct osteon_ciff_counts {
    uint64_t documents, terms, postings;
    uint64_t ids_changed;    /* export: ids that are not UTF-8, whose other
                              * bytes were written as \xNN */
    uint64_t terms_left_out; /* import: empty, or longer than 255 bytes */
} osteon_ciff_counts;

/* Writes the default field (title, body and all text fields together) as a
 * CIFF file: terms in order of bytes, living documents numbered from 0 in the
 * order of the index, lengths as osteon_entry_info.tokens. Positions, fields,
 * values and texts are not in that format. Memory does not grow with the
 * index. `counts` may be NULL.
 *   OSTEON_IO       `write` returned false
 *   OSTEON_INVALID  more than the format's 32-bit numbers hold
 *   OSTEON_CORRUPT, OSTEON_NO_MEMORY */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_export_ciff(const osteon_index *index, osteon_sink write, void *arg,
                   osteon_ciff_counts *counts, osteon_error *err);

/* Makes a new Xapian database in folder `path` of a native index, without
 * reading its sources again: all living documents in their order, with terms,
 * positions, values, stored text and sources; docs/xapian.md tells what it
 * has. Nothing can be added to it later. Relative paths of sources become
 * absolute where `path` is in another folder than the index. Of `options`
 * memory, threads, wait and rebuild count; may be NULL. On failure nothing is
 * left behind; with options->rebuild the old content stays.
 *   OSTEON_INVALID  `index` is not native; there is an index in `path`
 *                   already, and options->rebuild is not set
 *   others          as osteon_writer_open and osteon_writer_commit */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_export_xapian(const osteon_index *index, const char *path,
                     const osteon_writer_options *options, osteon_error *err);

/* Makes a new index in folder `path` of a CIFF file, of any engine. `fd` is a
 * regular file, `name` what messages call it. Terms are taken as they are;
 * options->language says how queries will be analysed, and is "none" where it
 * is NULL. Lengths and frequencies are kept exactly; there are no titles,
 * texts, sources and positions, and nothing can be added later. On failure
 * nothing is left behind; with options->rebuild the old content stays.
 *   OSTEON_CORRUPT  the file is damaged, or says what cannot be: err->offset
 *                   is the byte in it
 *   OSTEON_INVALID  there is an index already, and options->rebuild is not
 *                   set; a file that is not a regular one; more than one
 *                   segment of 4 GiB would hold
 *   others          as osteon_writer_open and osteon_writer_commit */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_import_ciff(const char *path, int fd, const char *name,
                   const osteon_writer_options *options,
                   osteon_ciff_counts *counts, osteon_error *err);

/* A term of a field, of living documents only. */
typedef struct osteon_term {
    const char *field; /* NUL-terminated; "" is the default field */
    const char *term;
    size_t term_len;
    uint32_t df; /* documents that hold it */
    uint64_t cf; /* occurrences in them */
} osteon_term;

/* Calls `each` for every term, in order of field, then bytes; false ends it.
 * What it is given lives during the call.
 *   OSTEON_CORRUPT, OSTEON_NO_MEMORY */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_index_terms(const osteon_index *index,
                   bool (*each)(void *arg, const osteon_term *term),
                   void *arg, osteon_error *err);

#ifdef __cplusplus
}
#endif

#endif
