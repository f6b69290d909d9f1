/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading Xapian databases: what the files xapian_*.c of the reading half
 * share. An index is one or several shards: a database on this host is the
 * only one; of xapian:// each server is one. All that are up are joined.
 *
 * A handle of Xapian serves one thread at a time, so everything below runs
 * under the index's mutex, by ost_xapian_run. What calls Xapian fails by
 * ost_xapian_fail, which remembers what may be mended: _run then opens the
 * database anew and tries again.
 */
#ifndef OST_XAPIAN_INDEX_H
#define OST_XAPIAN_INDEX_H

#include "engine.h"
#include "xapian_layout.h"

#include <pthread.h>
#include <signal.h>
#include <xapian-c/xapian_c_database.h>

#define OST_XAPIAN_LANGUAGE_ROOM 64

/* What the metadata of a database say. */
typedef struct ost_xapian_settings {
    bool ours; /* else somebody else wrote it, and the rest are defaults */
    uint32_t layout, analyzer;
    uint32_t title_weight;
    bool stems; /* positions are those of Z terms */
    uint64_t generation;
    char language[OST_XAPIAN_LANGUAGE_ROOM];
    char shard[32]; /* "" for all documents */
    char sources[128]; /* "FILE SIZE CHECKSUM" or "" */
} ost_xapian_settings;

typedef struct ost_xapian_shard {
    char *name; /* the path, or host:port */
    char *host; /* NULL: on this host */
    unsigned port;
    xapian_c_database *db; /* NULL: not reached */
    ost_xapian_settings settings;
    osteon_error down; /* why it is not reached */
} ost_xapian_shard;

typedef enum ost_xapian_trouble {
    OST_XAPIAN_FINE = 0,
    OST_XAPIAN_MODIFIED, /* open it anew */
    OST_XAPIAN_NETWORK   /* connect anew */
} ost_xapian_trouble;

typedef struct ost_xapian_index {
    osteon_index base;
    pthread_mutex_t mutex; /* guards all below */
    char *path;            /* as given */
    bool remote, partial;
    unsigned timeout_ms;
    ost_xapian_shard *shards;
    uint32_t n_shards;
    uint32_t *up; /* shards that are joined, in order */
    uint32_t n_up;
    xapian_c_database *db; /* all of them */
    ost_xapian_settings settings;
    char language[OST_XAPIAN_LANGUAGE_ROOM];
    char *root;
    ost_source_table *table; /* NULL: none */
    ost_sources *sources;    /* all of them, once they are listed */
    ost_stemmer *stemmer;    /* of the language, once it is asked for */
    double last_try;         /* seconds: when a lost shard was last tried */
    char **notes;
    size_t n_notes, note_room;
    xapian_c_error error; /* what Xapian said last */
    ost_xapian_trouble trouble;
} ost_xapian_index;

static inline ost_xapian_index *ost_xapian(const osteon_index *index)
{
    return (ost_xapian_index *)(void *)(uintptr_t)(const void *)index;
}

/* ---- xapian_open.c ---- */

/* True where `path` names a Xapian database and no native index. */
bool ost_xapian_is_at(const char *path);

OSTEON_MUST_CHECK osteon_status
ost_xapian_index_open(const char *path, const osteon_open_options *options,
                      osteon_index **out, osteon_error *err);

/* Turns x->error, which came with `status`, into ours. */
osteon_status ost_xapian_fail(ost_xapian_index *x, xapian_c_status status,
                              osteon_error *err);

/* The same for a database that is no index yet. `name` begins the text. */
osteon_status ost_xapian_fail_as(const char *name, bool remote,
                                 xapian_c_status status,
                                 const xapian_c_error *error,
                                 osteon_error *err);

/* Runs `body` under the mutex. Where the database was changed under it, or a
 * connection broke, opens anew and runs it again; so `body` leaves nothing
 * behind when it fails. */
typedef osteon_status ost_xapian_body(ost_xapian_index *x, void *arg,
                                      osteon_error *err);
OSTEON_MUST_CHECK osteon_status ost_xapian_run(const osteon_index *index,
                                               ost_xapian_body *body,
                                               void *arg, osteon_error *err);

/* Adds a line for osteon_index_note; false: no memory. */
bool ost_xapian_note(ost_xapian_index *x, const char *format, ...)
    OST_PRINTF(2, 3);
void ost_xapian_notes_clear(ost_xapian_index *x);

/* The stemmer of the index's language. */
OSTEON_MUST_CHECK osteon_status ost_xapian_stemmer(ost_xapian_index *x,
                                                   ost_stemmer **out,
                                                   osteon_error *err);

/* ---- xapian_join.c ---- */

/* Joins what is up, takes its settings, and says in notes what is missing. */
OSTEON_MUST_CHECK osteon_status ost_xapian_join(ost_xapian_index *x,
                                                osteon_error *err);

/* The shard and the number in it of a document of the joined database, and
 * the number outside, which does not depend on who is up. */
uint32_t ost_xapian_shard_at(const ost_xapian_index *x, uint32_t joined,
                             uint32_t *local);
OSTEON_MUST_CHECK osteon_status
ost_xapian_number(const ost_xapian_index *x, uint32_t joined, uint32_t *out,
                  osteon_error *err);

/* Where a document of the number outside is; its shard must be up. */
OSTEON_MUST_CHECK osteon_status ost_xapian_locate(ost_xapian_index *x,
                                                  uint32_t document,
                                                  xapian_c_database **db,
                                                  uint32_t *local,
                                                  osteon_error *err);

/* ---- xapian_settings.c ---- */

/* Reads what a database says of itself. Any thread. */
OSTEON_MUST_CHECK osteon_status
ost_xapian_settings_read(const char *name, bool remote, xapian_c_database *db,
                         ost_xapian_settings *out, osteon_error *err);

/* The file, size and checksum of settings->sources; false: there is none. */
bool ost_xapian_sources_file(const ost_xapian_settings *settings,
                             char name[64], uint64_t *size,
                             uint64_t *checksum);

/* ---- xapian_remote.c ---- */

bool ost_xapian_is_url(const char *path);

/* Makes a shard of each host:port. OSTEON_INVALID: it does not parse. */
OSTEON_MUST_CHECK osteon_status ost_xapian_url_parse(ost_xapian_index *x,
                                                     osteon_error *err);

/* Connects to all shards that are not connected, at once, in a thread each.
 * Who does not answer stays unconnected, and `down` tells why. */
void ost_xapian_connect(ost_xapian_index *x);

/* Mends what broke a body, which is then run again: closes all connections
 * and opens them anew, the first time; later leaves out the shard that
 * x->error is of, where that is allowed. Returns the failure as it is where
 * nothing helps. */
OSTEON_MUST_CHECK osteon_status ost_xapian_reconnect(ost_xapian_index *x,
                                                     unsigned tries,
                                                     osteon_error *err);

/* Before a search: tries lost shards again, now and then. */
OSTEON_MUST_CHECK osteon_status ost_xapian_revive(ost_xapian_index *x,
                                                  osteon_error *err);

/* A write to a connection that the other side has closed raises SIGPIPE,
 * which must not end the program we are in. */
typedef struct ost_pipe_guard {
    sigset_t before;
    bool pending; /* it was so already */
} ost_pipe_guard;
void ost_pipe_guard_on(ost_pipe_guard *guard);
void ost_pipe_guard_off(const ost_pipe_guard *guard);

/* ---- xapian_search.c, xapian_explain.c ---- */

osteon_status ost_xapian_search(const osteon_index *index,
                                const osteon_query *query,
                                const osteon_search_options *options,
                                osteon_result **out, osteon_error *err);
osteon_status ost_xapian_explain(const osteon_index *index,
                                 const osteon_query *query,
                                 const osteon_search_options *options,
                                 uint32_t document, char **out,
                                 osteon_error *err);

/* ---- xapian_entry.c ---- */

osteon_status ost_xapian_entry_open(const osteon_index *index,
                                    uint32_t document, osteon_entry **out,
                                    osteon_error *err);
osteon_status ost_xapian_entry_open_id(const osteon_index *index,
                                       const char *id, size_t len,
                                       osteon_entry **out, osteon_error *err);

/* ---- xapian_info.c ---- */

osteon_status ost_xapian_info(const osteon_index *index,
                              osteon_index_info *out, osteon_error *err);
bool ost_xapian_has_field(const osteon_index *index, const char *name);
size_t ost_xapian_parts(const osteon_index *index, osteon_part *out,
                        size_t room);
osteon_status ost_xapian_source_next(osteon_index *index, uint32_t *cursor,
                                     osteon_source *out, bool *more,
                                     osteon_error *err);

/* Reads the whole table of sources; an empty one where there is none. */
OSTEON_MUST_CHECK osteon_status
ost_xapian_sources_load(const ost_xapian_index *x, ost_sources **out,
                        osteon_error *err);

/* ---- xapian_check.c: see osteon_index_check ---- */

OSTEON_MUST_CHECK osteon_status ost_xapian_check(const char *path,
                                                 ost_reporter *r,
                                                 osteon_error *err);

#endif
