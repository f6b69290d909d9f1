/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of osteon-index share: memory, sets of names, messages and
 * counts, options. Where files come from is in walk.h, how their bytes
 * become text in convert.h, how both become an update in update.h.
 *
 * Names begin with osi_, as the library's own internal ones (ost_) are linked
 * into the same program.
 */
#ifndef OSI_INDEXER_H
#define OSI_INDEXER_H

#include <osteon/osteon.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__)
#define OSI_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define OSI_PRINTF(f, a)
#endif

/* Exit statuses; 1 is "done, but some documents could not be read". */
enum { OSI_DONE = 0, OSI_PARTLY = 1, OSI_FATAL = 2, OSI_BUSY = 75 };

/* ---- bytes.c ---- */

/* The one way to memory here, so that tests can make the n-th request from
 * now fail (osi_alloc_fail_at; 0: none). free() gives it back. */
void *osi_realloc(void *old, size_t size);
void osi_alloc_fail_at(unsigned long n);

/* Bytes that grow. After a failed request `failed` stays set, later calls do
 * nothing, and one check at the end is enough. */
typedef struct osi_bytes {
    char *data;
    size_t len, room;
    bool failed;
} osi_bytes;

/* Makes room for `more` bytes after len and returns the place; NULL: none. */
char *osi_bytes_reserve(osi_bytes *b, size_t more);
void osi_bytes_add(osi_bytes *b, const void *bytes, size_t len);
void osi_bytes_add_text(osi_bytes *b, const char *text);
void osi_bytes_free(osi_bytes *b); /* leaves it empty, usable again */

/* Empties a buffer that is used again and again. One that grew past OSI_KEPT
 * for something large is given back. */
#define OSI_KEPT ((size_t)1 << 20)
void osi_bytes_empty(osi_bytes *b);

/* Adds `text` fit for a terminal or a line of its own: control characters
 * and bytes that are not UTF-8 as \n, \t, \x1b; a backslash before them is
 * left alone. */
void osi_bytes_add_shown(osi_bytes *b, const char *text, size_t len);

/* Adds `text` as the inside of a JSON string; what is not UTF-8 becomes
 * U+FFFD. */
void osi_bytes_add_json(osi_bytes *b, const char *text, size_t len);

/* The length of the UTF-8 sequence at p (1 to 4), 0 where it is malformed. */
size_t osi_utf8_length(const char *p, const char *end);
bool osi_utf8_valid(const char *text, size_t len);

/* Writes code point c (at most 0x10ffff) as UTF-8 and returns the length. */
size_t osi_utf8_put(char *to, unsigned c);

/* ---- names.c ---- */

/* A map from byte strings to numbers. All zero is an empty one. */
typedef struct osi_names {
    struct osi_name *slots;
    size_t n, room; /* room is 0 or a power of two */
    uint64_t key;   /* of the hash; drawn for the first name */
    struct osi_name_chunk *chunks; /* of the names themselves */
    size_t bytes;                  /* of all chunks */
} osi_names;

/* Adds the name unless it is there; returns the place of its number (a new
 * one holds `value`), valid until the next put. NULL: no memory. */
uint32_t *osi_names_put(osi_names *names, const char *name, size_t len,
                        uint32_t value);
uint32_t *osi_names_find(const osi_names *names, const char *name,
                         size_t len); /* NULL: not there */

/* The copy of a name that the map has, terminated, for as long as the map
 * lives. NULL: it is not there. */
const char *osi_names_own(const osi_names *names, const char *name,
                          size_t len);

/* A terminated copy of a text that lives as long as the map, which does not
 * take it for a name. NULL: no memory. */
const char *osi_names_copy(osi_names *names, const char *text, size_t len);

size_t osi_names_memory(const osi_names *names); /* bytes held */
void osi_names_free(osi_names *names);

/* ---- report.c ---- */

/* How a file of a run ended. */
typedef enum osi_outcome {
    OSI_INDEXED = 0, /* with at least one document */
    OSI_UNCHANGED,
    OSI_EMPTY,
    OSI_BINARY,
    OSI_TOO_LARGE,
    OSI_UNREADABLE,
    OSI_MALFORMED,
    OSI_VANISHED, /* between the walk and the reading */
    OSI_OUTCOMES
} osi_outcome;

/* Messages and counts are the process's own: any thread may call these. */
void osi_report_start(bool quiet, bool verbose, int progress);

/* "osteon-index: ..." as one line on stderr, control bytes made visible. */
void osi_error(const char *format, ...) OSI_PRINTF(1, 2);

/* The same for a path and a reason, however long the path is. */
void osi_error_path(const char *path, size_t len, const char *reason);

/* The same for a line of a file. */
void osi_error_line(const char *path, size_t len, uint64_t line,
                    const char *reason);

/* The same, left out with --quiet. */
void osi_note_path(const char *path, size_t len, const char *note);

/* One more file ended this way; -v prints a line for it. */
void osi_count(osi_outcome outcome, const char *path, size_t len);
uint64_t osi_counted(osi_outcome outcome);

/* So many documents more; files found by the walk; bytes read. For the
 * summary and the progress line, which osi_progress redraws when due. */
void osi_count_documents(uint64_t n);
uint64_t osi_documents_counted(void);
void osi_count_found(uint64_t files);
void osi_count_read(uint64_t bytes);
void osi_progress(void);
void osi_progress_end(void);

/* Something could not be read: the exit status will be 1. */
void osi_mark_partly(void);
bool osi_is_partly(void);

/* Seconds of a clock that is never set. */
double osi_now(void);

/* The closing line; `counts` may be NULL. */
void osi_summary(const osteon_writer_counts *counts, uint64_t removed);

/* The closing line of a merge and nothing else: the index before and after. */
void osi_summary_merge(const osteon_index_info *before,
                       const osteon_index_info *after);

/* Flushes stdout; false, with a message, where not all could be written. */
bool osi_stdout_end(void);

/* ---- index_options.c ---- */

typedef enum osi_format {
    OSI_FORMAT_AUTO = 0,
    OSI_FORMAT_TEXT,
    OSI_FORMAT_HTML,
    OSI_FORMAT_MARKDOWN,
    OSI_FORMAT_JSON,
    OSI_FORMAT_JSONL,
    OSI_FORMAT_ARCHIVE
} osi_format;

typedef enum osi_store {
    OSI_STORE_AUTO = 0,
    OSI_STORE_ALL,
    OSI_STORE_NONE
} osi_store;

typedef enum osi_merge {
    OSI_MERGE_NOT = 0,
    OSI_MERGE_ONE,
    OSI_MERGE_REORDER
} osi_merge;

typedef struct osi_list {
    char **items;
    size_t n, room;
} osi_list;

/* Another form of an index: "KIND:TARGET". */
typedef enum osi_exchange_kind {
    OSI_EXCHANGE_NONE = 0,
    OSI_EXCHANGE_CIFF,
    OSI_EXCHANGE_JSONL,
    OSI_EXCHANGE_XAPIAN
} osi_exchange_kind;

typedef struct osi_exchange {
    int kind;           /* osi_exchange_kind */
    const char *target; /* a file; "-": standard output or input */
} osi_exchange;

/* Part `part` of `parts`, from 1; 0, 0: all. */
typedef struct osi_shard {
    unsigned part, parts;
} osi_shard;

#define OSI_FILESIZE ((uint64_t)256 << 20) /* --max-filesize by default */

typedef struct osi_options {
    const char *index;
    uint64_t jobs; /* 0: one a core */
    uint64_t memory;
    int format; /* osi_format */
    int store;  /* osi_store */
    int merge;  /* osi_merge */
    const char *files_from;
    const char *delete_from;
    const char *id; /* of standard input */
    const char *language;
    const char *engine;
    osi_shard shard;
    osi_list globs; /* as given to -g; those of --exclude with a '!' */
    uint64_t max_filesize;
    double wait; /* seconds; below 0: for ever */
    osi_exchange export, import;
    bool dump; /* a mode */
    bool rebuild, null_data, hidden, no_ignore, dry_run, json;
    bool delete_ids, analyze, stats, check, failed; /* modes */
    bool quiet, verbose, no_progress, progress;
    bool help_short, help, version;
    const char **operands;
    size_t n_operands;
} osi_options;

/* Fills *options from the command line. False: a message was printed and the
 * exit status is OSI_FATAL. osi_options_free frees what it holds. */
bool osi_options_parse(int argc, char **argv, osi_options *options);
void osi_options_free(osi_options *options);

/* "512", "10M", "1.5G", "64KiB": bytes, powers of 1024. False: not a size. */
bool osi_parse_size(const char *text, uint64_t *out);

/* ---- index_help.c ---- */

void osi_help_short(void);
void osi_help_full(void);
void osi_version(void);

/* ---- inspect.c, analyze.c: the modes that only read ---- */

int osi_stats(const char *index, bool json);
int osi_check(const char *index, bool quiet);
int osi_failed(const char *index, bool null_data, bool json);

/* `index` is where to take the language from where none is given, or NULL. */
int osi_analyze(const char *language, const char *index);

/* Prints a library error as this program's; returns its exit status. */
int osi_library_error(const char *index, const osteon_error *err);

/* ---- output.c ---- */

/* Where an export goes: standard output, or a file that gets its name when
 * all of it is written. */
typedef struct osi_output {
    const char *target; /* for messages */
    char *path, *temporary; /* NULL: written to where it stands */
    int fd;
    int error; /* of the write that failed */
    osi_bytes gathered;
} osi_output;

/* False: a message was printed. */
bool osi_output_open(osi_output *out, const char *target);
/* An osteon_sink; `arg` is the osi_output. False also when a signal came. */
bool osi_output_write(void *arg, const void *bytes, size_t len);
/* Writes the rest and names the file, where `ok`; else, or on failure, takes
 * away what was written. False: it failed, and a message was printed. */
bool osi_output_close(osi_output *out, bool ok);

/* ---- exchange.c, export_jsonl.c, dump.c ---- */

int osi_export(const osi_options *options, const char *index);
int osi_import(const osi_options *options, const char *index);
int osi_export_jsonl(const char *index, const char *target);

/* Prints the terms of an index: field, term, df and cf a line. */
int osi_dump(const char *index);

/* ---- stop.c ---- */

/* SIGINT and SIGTERM set a flag; a second one, or a second that passes, ends
 * the process as the signal would have. */
void osi_stop_install(void);
int osi_stop_asked(void); /* the signal, 0: none */
void osi_stop_default(void); /* from here on signals end the process at once */
void osi_stop_die(void);     /* ends it as the signal would have */

#endif
