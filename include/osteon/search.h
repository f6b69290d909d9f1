/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading an index: opening it, searching, and what was found; and the
 * analysis of text. osteon.h has the conventions.
 */
#ifndef OSTEON_SEARCH_H
#define OSTEON_SEARCH_H

#include <osteon/common.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- An index -------------------------------------------------------- */

typedef struct osteon_index osteon_index;

/* Opens the last committed state of the index in folder `path`. It stays as
 * it is until closed, whatever a writer does meanwhile. Its files are mapped,
 * and no writer changes one: if somebody else cuts one short, or the disk
 * fails to read it, the process gets SIGBUS.
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

/* Between the path of an archive and the name of a member in the id of what
 * came from it: no path has two slashes side by side. */
#define OSTEON_MEMBER_MARK "//"

/* id, title, path and member have a NUL behind their last byte as well. */
typedef struct osteon_entry_info {
    const char *id;
    size_t id_len;
    const char *title; /* may be empty */
    size_t title_len;
    const char *path; /* of the source, as in osteon_source; NULL: none */
    size_t path_len;
    const char *member; /* of the archive at `path`; NULL: the document is
                         * no member of one */
    size_t member_len;
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

#ifdef __cplusplus
}
#endif

#endif
