/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One interface over the engines: what the public functions hand on to. An
 * engine is two tables of functions, one for writing and one for reading;
 * include/osteon has the contract of each, under the name it has there.
 * `options` and out-pointers are never NULL here, save where said.
 */
#ifndef OST_ENGINE_H
#define OST_ENGINE_H

#include "commit.h"
#include "query.h"
#include "segment.h"
#include "source_keeper.h"

/* ---- Writing ---- */

typedef struct ost_writer_engine {
    /* `options` may be NULL. */
    osteon_status (*open)(const char *path,
                          const osteon_writer_options *options, void **out,
                          osteon_error *err);
    void (*close)(void *self);
    osteon_status (*add)(void *self, const osteon_document *document,
                         osteon_error *err);
    osteon_status (*delete)(void *self, const char *id, size_t len,
                            osteon_error *err);
    osteon_status (*commit)(void *self, osteon_error *err);
    void (*merge_all)(void *self);
    void (*reorder)(void *self); /* NULL: this engine does not */
    void (*counts)(const void *self, osteon_writer_counts *out);
    ost_source_keeper *(*sources)(void *self);
    osteon_status (*feed_open)(void *self, void **out, osteon_error *err);
    void (*feed_close)(void *feed);
    osteon_status (*feed_begin)(void *feed, uint64_t sequence,
                                osteon_error *err);
    osteon_status (*feed_add)(void *feed, const osteon_document *document,
                              osteon_error *err);
    osteon_status (*feed_more)(void *feed, const char *body, size_t len,
                               bool store, osteon_error *err);
    void (*feed_abandon)(void *feed);
    osteon_status (*feed_end)(void *feed, osteon_error *err);
} ost_writer_engine;

struct osteon_writer {
    const ost_writer_engine *engine;
    void *self;
};

struct osteon_feed {
    const ost_writer_engine *engine;
    void *self;
};

extern const ost_writer_engine ost_native_writer_engine;
extern const ost_writer_engine ost_xapian_writer_engine;

/* ---- Reading ---- */

typedef struct ost_index_engine {
    void (*close)(osteon_index *index);
    osteon_status (*info)(const osteon_index *index, osteon_index_info *out,
                          osteon_error *err); /* *out is all zero */
    size_t (*parts)(const osteon_index *index, osteon_part *out, size_t room);
    osteon_status (*source_next)(osteon_index *index, uint32_t *cursor,
                                 osteon_source *out, bool *more,
                                 osteon_error *err);
    osteon_status (*search)(const osteon_index *index,
                            const osteon_query *query,
                            const osteon_search_options *options,
                            osteon_result **out, osteon_error *err);
    osteon_status (*explain)(const osteon_index *index,
                             const osteon_query *query,
                             const osteon_search_options *options,
                             uint32_t document, char **out, osteon_error *err);
    osteon_status (*entry_open)(const osteon_index *index, uint32_t document,
                                osteon_entry **out, osteon_error *err);
    osteon_status (*entry_open_id)(const osteon_index *index, const char *id,
                                   size_t len, osteon_entry **out,
                                   osteon_error *err);
    const char *(*note)(const osteon_index *index, size_t i); /* or NULL */
    /* Whether documents have this field of text; true where that cannot be
     * told. `name` is folded, at most 64 bytes. */
    bool (*has_field)(const osteon_index *index, const char *name);
} ost_index_engine;

/* The beginning of each engine's own index. */
struct osteon_index {
    const ost_index_engine *engine;
    const char *language; /* that queries and passages are analysed in */
    const char *root; /* folder that relative paths of sources start at; NULL:
                       * unknown, and files of relative paths are not read */
    unsigned query_flags; /* of ost_query_parse: added to every query's */
    ost_query_slot query_tools; /* kept by osteon_query_open */
};

/* The beginning of each engine's own entry. `stored` and `close` are the
 * engine's: stored text, valid until the entry is closed, asked for where
 * info.has_stored is set; and freeing what is in `info` and the entry. */
struct osteon_entry {
    const osteon_index *index;
    osteon_entry_info info;
    char *file; /* absolute path of the source, NULL: none */
    ost_buffer text;
    osteon_status (*stored)(osteon_entry *entry, const char **text,
                            size_t *len, osteon_error *err);
    void (*close)(osteon_entry *entry);
};

/* Sets `file` from info.path and the index's root. */
OSTEON_MUST_CHECK osteon_status ost_entry_resolve(osteon_entry *entry,
                                                  osteon_error *err);

/* ---- native_index.c, native_entry.c ---- */

OSTEON_MUST_CHECK osteon_status ost_native_index_open(const char *path,
                                                      osteon_index **out,
                                                      osteon_error *err);
ost_snapshot *ost_native_snapshot(const osteon_index *index);

/* The same for what only native indexes can do. OSTEON_INVALID: it is none. */
OSTEON_MUST_CHECK osteon_status ost_native_only(const osteon_index *index,
                                                const ost_snapshot **out,
                                                osteon_error *err);
OSTEON_MUST_CHECK osteon_status
ost_native_entry_open(const osteon_index *index, uint32_t document,
                      osteon_entry **out, osteon_error *err);
OSTEON_MUST_CHECK osteon_status
ost_native_entry_open_id(const osteon_index *index, const char *id, size_t len,
                         osteon_entry **out, osteon_error *err);

/* ---- one_per_source.c ---- */

/* osteon_search with options->one_per_source, by way of searches without. The
 * more documents a source has, the more it costs. */
OSTEON_MUST_CHECK osteon_status
ost_one_per_source(const osteon_index *index, const osteon_query *query,
                   const osteon_search_options *options, osteon_result **out,
                   osteon_error *err);

/* ---- check.c, check_lists.c ---- */

/* Where damage is told to; counts the lines. */
typedef struct ost_reporter {
    void (*report)(void *arg, const char *line);
    void *arg;
    size_t n;
} ost_reporter;

void ost_report(ost_reporter *r, const char *format, ...) OST_PRINTF(2, 3);

/* Walks every list of a segment and compares it with what dictionary, skip
 * table, norms and field table say of it. Fails at the first list that cannot
 * be read; what merely disagrees is told to `r`. */
OSTEON_MUST_CHECK osteon_status ost_check_lists(ost_segment *segment,
                                                ost_reporter *r,
                                                osteon_error *err);

#endif
