/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The files beside the segments: MANIFEST, LOCK, deletes files, the sources
 * table; and what a commit does with them. See docs/format.md.
 */
#ifndef OST_COMMIT_H
#define OST_COMMIT_H

#include "format.h"

/* ---- manifest.c ---- */

/* A file the manifest names: its name in the index folder, size in bytes, and
 * checksum. `name` is NULL where there is no such file. */
typedef struct ost_file_ref {
    char *name;
    uint64_t size;
    uint64_t checksum; /* XXH3-64 of a segment's footer; of another file's
                        * bytes before the last 8, which hold it too */
} ost_file_ref;

typedef struct ost_manifest_segment {
    ost_file_ref file;
    ost_file_ref deletes;
    uint32_t documents; /* deleted ones too */
    uint32_t deleted;
} ost_manifest_segment;

/* title_weight of a new manifest, and the highest that is taken for one: a
 * writer indexes each title as often. */
#define OST_TITLE_WEIGHT 3
#define OST_TITLE_WEIGHT_MOST 1000

/* One generation. Segments are in document order. */
typedef struct ost_manifest {
    uint64_t generation;  /* 0: nothing committed yet */
    uint64_t next_file;   /* number for the next file's name */
    uint32_t analyzer;    /* OST_ANALYZER_VERSION */
    uint32_t title_weight; /* times a title counts in the default field */
    char *language;
    ost_file_ref sources;
    ost_manifest_segment *segments;
    size_t n_segments, room;
} ost_manifest;

/* Reads and checks `folder`/MANIFEST. Text of lines, see docs/format.md; the
 * last line is a checksum of all before it.
 *   OSTEON_NOT_FOUND  no such folder (the text says so)
 *   OSTEON_NOT_INDEX  a folder without MANIFEST (the text tells whether it is
 *                     empty), a file, or a MANIFEST with no sign of Osteon
 *                     in it and no file of ours beside it
 *   OSTEON_VERSION    a newer format, or another analyzer version: the text
 *                     names both versions
 *   OSTEON_CORRUPT    damaged; OSTEON_IO, OSTEON_NO_MEMORY */
OSTEON_MUST_CHECK osteon_status ost_manifest_read(const char *folder,
                                                  ost_manifest **out,
                                                  osteon_error *err);

/* An empty manifest of generation 0. */
OSTEON_MUST_CHECK osteon_status ost_manifest_new(const char *language,
                                                 ost_manifest **out,
                                                 osteon_error *err);
OSTEON_MUST_CHECK osteon_status ost_manifest_copy(const ost_manifest *from,
                                                  ost_manifest **out,
                                                  osteon_error *err);
void ost_manifest_free(ost_manifest *m);

/* Appends a segment without deletes; `name` is copied. */
OSTEON_MUST_CHECK osteon_status
ost_manifest_add(ost_manifest *m, const char *name, uint64_t size,
                 uint64_t checksum, uint32_t documents, osteon_error *err);

/* Removes segment i and frees what it holds. */
void ost_manifest_remove(ost_manifest *m, size_t i);

/* Replaces *ref (its name is freed); name == NULL: no file. */
OSTEON_MUST_CHECK osteon_status ost_file_ref_set(ost_file_ref *ref,
                                                 const char *name,
                                                 uint64_t size,
                                                 uint64_t checksum,
                                                 osteon_error *err);

/* Makes `m` the index's current state, durably: fsyncs the folder (for the
 * files named in it, which are fsynced already), writes MANIFEST.tmp, fsyncs,
 * renames it to MANIFEST, fsyncs the folder. On failure MANIFEST is as it
 * was, and MANIFEST.tmp is removed.
 *   OSTEON_INVALID  `m` is not one that could be read back (generation 0, a
 *                   name numbered next_file or higher, ...) */
OSTEON_MUST_CHECK osteon_status ost_manifest_commit(const char *folder,
                                                    const ost_manifest *m,
                                                    osteon_error *err);

/* Removes the files in `folder` whose names are of our kinds (seg-*, del-*,
 * src-*, MANIFEST.tmp, tmp-*) and which neither `m` nor, if not NULL, `also`
 * names.
 * Failures are left for the next writer. For the holder of the lock only. */
void ost_manifest_sweep(const char *folder, const ost_manifest *m,
                        const ost_manifest *also);

/* What lies in a folder (index_folder.c). `next_file` is above the number of
 * every file of our kinds, for a new manifest in a folder whose old one cannot
 * be read: its files may still be mapped. */
typedef struct ost_folder_contents {
    bool ours;   /* seg-*, del-*, src-*, tmp-*, MANIFEST.tmp or LOCK */
    bool others; /* anything else; MANIFEST, whose name tells nothing */
    uint64_t next_file;
} ost_folder_contents;

/*   OSTEON_NOT_FOUND  no such folder
 *   OSTEON_NOT_INDEX  not a folder; OSTEON_IO */
OSTEON_MUST_CHECK osteon_status ost_folder_scan(const char *folder,
                                                ost_folder_contents *out,
                                                osteon_error *err);

/* Sets *out to `options`, which may be NULL, with the default memory and
 * number of threads in their places.
 *   OSTEON_INVALID  no such language; OSTEON_NO_MEMORY */
OSTEON_MUST_CHECK osteon_status
ost_writer_options(const osteon_writer_options *options,
                   osteon_writer_options *out, osteon_error *err);

/* Makes the folder of an index where there is none, and sets *made then.
 *   OSTEON_NOT_INDEX  a file is there
 *   OSTEON_NOT_FOUND  nothing is, and it must exist; OSTEON_IO */
OSTEON_MUST_CHECK osteon_status ost_folder_make(const char *folder,
                                                bool must_exist, bool *made,
                                                osteon_error *err);

/* Prints a file name of `kind` ("seg", "del", "src") with the next number,
 * which is counted up: "seg-00000012.ost". */
#define OST_FILE_NAME 40
void ost_manifest_next_name(ost_manifest *m, const char *kind,
                            char name[OST_FILE_NAME]);

/* ---- lock.c ---- */

typedef struct ost_lock ost_lock;

/* Takes flock(2) on `folder`/LOCK, made if need be, and writes our pid in
 * it. wait: seconds, below 0 for ever.
 *   OSTEON_LOCKED     err->pid and the text name the holder where the file
 *                     tells
 *   OSTEON_NOT_FOUND  no such folder
 *   OSTEON_IO         also when a signal ended the wait (os_error EINTR) */
OSTEON_MUST_CHECK osteon_status ost_lock_take(const char *folder, double wait,
                                              ost_lock **out,
                                              osteon_error *err);
void ost_lock_release(ost_lock *lock); /* the file stays; NULL allowed */

/* ---- deletes.c ---- */

/* Writes the file of deleted documents: magic, version, n_documents, count,
 * bitmap words, XXH3. bits: (n_documents + 63) / 64 words. */
OSTEON_MUST_CHECK osteon_status
ost_deletes_write(const char *path, const uint64_t *bits, uint32_t n_documents,
                  uint64_t *size, uint64_t *checksum, osteon_error *err);

/* Reads it, checking size, checksum, header, count and that no bit past the
 * end is set. *bits is the caller's (ost_free). */
OSTEON_MUST_CHECK osteon_status
ost_deletes_read(const char *path, uint64_t size, uint64_t checksum,
                 uint32_t n_documents, uint64_t **bits, uint32_t *count,
                 osteon_error *err);

/* ---- sources.c ---- */

/* The sources of an index in memory: found by path (hash) and by id. Ids are
 * given once and never again. Not for several threads at once. */
typedef struct ost_sources ost_sources;

OSTEON_MUST_CHECK osteon_status ost_sources_new(ost_sources **out,
                                                osteon_error *err);

/* Reads a whole table (front-coded paths; blocks in order of id). Memory and
 * time: about 75 bytes and the path, and 100 ns, a source. */
OSTEON_MUST_CHECK osteon_status
ost_sources_read(const char *path, uint64_t size, uint64_t checksum,
                 ost_sources **out, osteon_error *err);

/* The same of the file that `ref` names in `folder`; without a name: an empty
 * table. */
OSTEON_MUST_CHECK osteon_status ost_sources_load(const char *folder,
                                                 const ost_file_ref *ref,
                                                 ost_sources **out,
                                                 osteon_error *err);
void ost_sources_free(ost_sources *s);

size_t ost_sources_count(const ost_sources *s);
size_t ost_sources_memory(const ost_sources *s); /* bytes held */

/* Borrowed results live until the next put, or until the source is removed. */
bool ost_sources_find(const ost_sources *s, const char *path, size_t len,
                      osteon_source *out);
bool ost_sources_get(const ost_sources *s, uint32_t id, osteon_source *out);
bool ost_sources_next(const ost_sources *s, uint32_t *cursor,
                      osteon_source *out);

/* Adds or changes; *id is set. `source->id` is not looked at. */
OSTEON_MUST_CHECK osteon_status ost_sources_put(ost_sources *s,
                                                const osteon_source *source,
                                                uint32_t *id,
                                                osteon_error *err);
bool ost_sources_remove(ost_sources *s, uint32_t id);

OSTEON_MUST_CHECK osteon_status ost_sources_write(const ost_sources *s,
                                                  const char *path,
                                                  uint64_t *size,
                                                  uint64_t *checksum,
                                                  osteon_error *err);

/* One source of a table on disk without reading all of it: maps the file,
 * checks the header, the directory and that the file's own checksum is this
 * one, and decodes one block (each block carries a checksum). For searches. */
typedef struct ost_source_table ost_source_table;
OSTEON_MUST_CHECK osteon_status
ost_source_table_open(const char *path, uint64_t size, uint64_t checksum,
                      ost_source_table **out, osteon_error *err);
void ost_source_table_close(ost_source_table *t);
uint32_t ost_source_table_count(const ost_source_table *t);
uint32_t ost_source_table_highest(const ost_source_table *t); /* id */

/* All of an open table as ost_sources_read has it, whether or not the file
 * still has a name. Any thread. */
OSTEON_MUST_CHECK osteon_status
ost_source_table_read(const ost_source_table *t, ost_sources **out,
                      osteon_error *err);

/* Any thread. The source's path and reason live in *memory, the caller's
 * (ost_free). OSTEON_NOT_FOUND: no such id (err not filled). */
OSTEON_MUST_CHECK osteon_status
ost_source_table_get(ost_source_table *t, uint32_t id, osteon_source *out,
                     void **memory, osteon_error *err);

#endif
