/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A writer of a Xapian database from open to close, and the commit. See
 * xapian_writer.h.
 */
#include "xapian_writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void ost_xw_next_name(ost_xw_writer *w, const char *kind, const char *end,
                      char name[OST_FILE_NAME])
{
    snprintf(name, OST_FILE_NAME, "%s-%08" PRIu64 "%s", kind, w->next_file++,
             end);
}

osteon_status ost_xw_path(const ost_xw_writer *w, const char *name,
                          char **out, osteon_error *err)
{
    *out = ost_path_join(w->folder, name);
    return *out ? OSTEON_OK : ost_fail_memory(err);
}

osteon_status ost_xw_keep(ost_xw_writer *w, osteon_status s,
                          const osteon_error *error)
{
    if (s != OSTEON_OK && w->status == OSTEON_OK) {
        w->status = s;
        w->error = *error;
        pthread_cond_broadcast(&w->changed_state);
    }
    return s;
}

/* ---- Opening ---- */

/* Reads the stub. A folder without one may become an index if it holds
 * nothing but what a first build leaves when it is killed. */
static osteon_status look(ost_xw_writer *w, osteon_error *err)
{
    ost_xw_contents contents;
    osteon_status s = ost_stub_read(w->folder, w->published, err);

    if (s != OSTEON_OK && s != OSTEON_NOT_FOUND)
        return s;
    if (s == OSTEON_NOT_FOUND)
        w->published[0] = '\0';
    s = ost_xw_scan(w->folder, &contents, err);
    if (s == OSTEON_OK && contents.others && w->published[0] == '\0')
        s = ost_fail(err, OSTEON_NOT_INDEX,
                     "%s: not an index, and not empty", w->folder);
    w->next_file = contents.next_file;
    return s;
}

/* Compares what is asked for with what the index is. */
static osteon_status check_settings(const ost_xw_writer *w,
                                    const osteon_writer_options *o,
                                    osteon_error *err)
{
    if (o->language != NULL && strcmp(o->language, w->language) != 0)
        return ost_fail(err, OSTEON_INVALID,
                        "%s: the index is in language %s, not %s: --rebuild "
                        "changes it",
                        w->folder, w->language, o->language);
    if (o->n_shards != 0 &&
        (o->shard != w->shard || o->n_shards != w->n_shards)) {
        if (w->n_shards == 0)
            return ost_fail(err, OSTEON_INVALID,
                            "%s: the index holds all documents, not part "
                            "%u/%u: --rebuild changes it",
                            w->folder, o->shard, o->n_shards);
        return ost_fail(err, OSTEON_INVALID,
                        "%s: the index holds part %u/%u, not %u/%u: "
                        "--rebuild changes it",
                        w->folder, w->shard, w->n_shards, o->shard,
                        o->n_shards);
    }
    return OSTEON_OK;
}

/* Begins empty, with settings of the old index where none are asked for. */
static void begin_empty(ost_xw_writer *w, const osteon_writer_options *o)
{
    if (o->language != NULL || w->language[0] == '\0')
        snprintf(w->language, sizeof w->language, "%s",
                 o->language != NULL ? o->language : "english");
    if (o->n_shards != 0) {
        w->shard = o->shard;
        w->n_shards = o->n_shards;
    }
    w->title_weight = OST_TITLE_WEIGHT;
    w->next_order = 0;
    w->n_slots = 0;
    w->changed = true;
    if (ost_file_ref_set(&w->source_file, NULL, 0, 0, NULL) != OSTEON_OK) {
        /* Setting none needs no memory. */
    }
}

static osteon_status read_state(ost_xw_writer *w,
                                const osteon_writer_options *o,
                                osteon_error *err)
{
    osteon_error error;
    osteon_status s = look(w, err);

    if (s != OSTEON_OK)
        return s;
    if (w->published[0] == '\0') {
        if (o->must_exist)
            return ost_fail(err, OSTEON_NOT_FOUND, "%s: no such index",
                            w->folder);
        begin_empty(w, o);
        return OSTEON_OK;
    }
    s = ost_xw_load(w, &error);
    if (s == OSTEON_OK && w->source_file.name != NULL)
        memcpy(w->committed_sources, w->source_file.name,
               strlen(w->source_file.name) + 1);
    /* Of what we cannot read, another version may know the files. */
    w->unsure = s != OSTEON_OK;
    if (o->rebuild && (s == OSTEON_OK || s == OSTEON_CORRUPT ||
                       s == OSTEON_VERSION || s == OSTEON_INVALID)) {
        begin_empty(w, o);
        return OSTEON_OK;
    }
    if (s != OSTEON_OK) {
        if (err != NULL)
            *err = error;
        return s;
    }
    s = check_settings(w, o, err);
    if (s != OSTEON_OK)
        return s;
    memcpy(w->base, w->published, sizeof w->base);
    ost_xw_sweep(w->folder, w->published, w->committed_sources);
    return OSTEON_OK;
}

static osteon_status check_shard(const osteon_writer_options *o,
                                 osteon_error *err)
{
    if ((o->n_shards != 0 || o->shard != 0) &&
        (o->shard == 0 || o->shard > o->n_shards))
        return ost_fail(err, OSTEON_INVALID,
                        "part %u of %u: the parts are 1 to their number",
                        o->shard, o->n_shards);
    return OSTEON_OK;
}

static void writer_close(void *self);

static osteon_status writer_open(const char *path,
                                 const osteon_writer_options *options,
                                 void **out, osteon_error *err)
{
    osteon_writer_options o;
    ost_xw_writer *w = ost_calloc(1, sizeof *w);
    osteon_status s;

    *out = NULL;
    if (w == NULL)
        return ost_fail_memory(err);
    pthread_mutex_init(&w->mutex, NULL);
    ost_condition_init(&w->changed_state);
    ost_field_names_init(&w->names);
    s = ost_writer_options(options, &o, err);
    w->memory = o.memory;
    w->threads = o.threads;
    if (s == OSTEON_OK)
        s = check_shard(&o, err);
    if (s == OSTEON_OK) {
        w->folder = ost_path_join("", path);
        if (w->folder == NULL)
            s = ost_fail_memory(err);
    }
    if (s == OSTEON_OK)
        s = ost_folder_make(w->folder, o.must_exist, &w->made_folder, err);
    if (s == OSTEON_OK) /* before the lock, which puts a file there */
        s = look(w, err);
    if (s == OSTEON_OK)
        s = ost_lock_take(w->folder, o.wait, &w->lock, err);
    if (s == OSTEON_OK)
        s = read_state(w, &o, err);
    if (s == OSTEON_OK)
        w->sources = (ost_source_keeper){.mutex = &w->mutex,
                                         .folder = w->folder,
                                         .file = &w->source_file};
    if (s != OSTEON_OK) {
        writer_close(w);
        return s;
    }
    *out = w;
    return OSTEON_OK;
}

/* ---- Closing ---- */

/* What was not committed is swept away; a folder made for an index that never
 * was goes again. */
static void clean_up(ost_xw_writer *w)
{
    char *lock;

    if (w->unsure || w->language[0] == '\0') /* the state was not read */
        return;
    ost_xw_sweep(w->folder, w->published, w->committed_sources);
    if (w->published[0] != '\0' || !w->made_folder)
        return;
    lock = ost_path_join(w->folder, "LOCK");
    if (lock != NULL) {
        unlink(lock);
        rmdir(w->folder);
    }
    ost_free(lock);
}

static void writer_close(void *self)
{
    ost_xw_writer *w = self;

    while (w->feeds != NULL) {
        ost_xw_feed *feed = w->feeds;
        ost_xw_feed_unlink(feed);
        ost_xw_feed_free(feed);
    }
    ost_xw_batch_free(w->early);
    ost_xw_batch_free(w->ready);
    ost_xw_base_close(w);
    if (w->lock != NULL)
        clean_up(w);
    ost_source_keeper_close(&w->sources);
    ost_free(w->source_file.name);
    ost_lock_release(w->lock);
    ost_free(w->pieces);
    ost_free(w->folder);
    pthread_cond_destroy(&w->changed_state);
    pthread_mutex_destroy(&w->mutex);
    pthread_mutex_destroy(&w->names.mutex);
    ost_free(w);
}

/* ---- Changes ---- */

static osteon_status writer_delete(void *self, const char *id, size_t len,
                                   osteon_error *err)
{
    ost_xw_writer *w = self;
    bool found;
    /* What was added just now must be there to be deleted. */
    osteon_status s = ost_xw_drain(w, err);

    if (s == OSTEON_OK && w->base[0] == '\0')
        s = ost_xw_join(w, err);
    if (s == OSTEON_OK)
        s = ost_xw_delete_id(w, id, len, &found, err);
    if (s != OSTEON_OK)
        return s;
    if (!found)
        return ost_fail(err, OSTEON_NOT_FOUND, "%.*s: no such document",
                        (int)(len < 4096 ? len : 4096), id);
    w->counts.removed++;
    return OSTEON_OK;
}

static void writer_merge_all(void *self)
{
    ost_xw_writer *w = self;

    w->merge_all = true;
}

/* The name of a new index's folder must be durable too. */
static osteon_status sync_parent(const ost_xw_writer *w, osteon_error *err)
{
    osteon_status s;
    char *parent;

    if (w->published[0] != '\0')
        return OSTEON_OK;
    parent = ost_path_join(w->folder, "..");
    if (parent == NULL)
        return ost_fail_memory(err);
    s = ost_folder_sync(parent, err);
    ost_free(parent);
    return s;
}

/* Ends the transaction of changes to `base`. */
static osteon_status commit_changes(ost_xw_writer *w, osteon_error *err)
{
    xapian_c_error e;
    xapian_c_status got;
    osteon_status s = ost_xw_base_open(w, err);

    if (s == OSTEON_OK)
        s = ost_xw_save(w, w->db, w->folder, err);
    if (s != OSTEON_OK)
        return s;
    got = xapian_c_writable_database_commit_transaction(w->db, &e);
    w->unsure = got != XAPIAN_C_OK;
    if (got != XAPIAN_C_OK)
        s = ost_xw_fail(err, w->folder, got, &e);
    ost_xw_base_close(w);
    return s;
}

/* Makes `base`, which is on disk, what readers see. */
static osteon_status publish(ost_xw_writer *w, osteon_error *err)
{
    osteon_status s = sync_parent(w, err);

    if (s == OSTEON_OK)
        s = ost_stub_write(w->folder, w->base, &w->unsure, err);
    if (s == OSTEON_OK)
        memcpy(w->published, w->base, sizeof w->published);
    return s;
}

/* After this, readers see the new state. */
static osteon_status commit(ost_xw_writer *w, osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    if (w->base[0] == '\0')
        s = ost_xw_join(w, err); /* has the metadata */
    else if (w->changed)
        s = commit_changes(w, err);
    if (s == OSTEON_OK && strcmp(w->base, w->published) != 0)
        s = publish(w, err);
    if (s != OSTEON_OK)
        return s;
    w->generation++;
    w->changed = false;
    snprintf(w->committed_sources, sizeof w->committed_sources, "%s",
             w->source_file.name != NULL ? w->source_file.name : "");
    return OSTEON_OK;
}

/* Puts a compacted copy in the place of the database. */
static osteon_status merge(ost_xw_writer *w, osteon_error *err)
{
    char name[OST_FILE_NAME];
    osteon_status s;

    ost_xw_base_close(w);
    s = ost_xw_compact(w, w->base, name, err);
    if (s != OSTEON_OK)
        return s;
    memcpy(w->base, name, sizeof name);
    return publish(w, err);
}

/* Writes the table of sources, if it was changed. */
static osteon_status write_sources(ost_xw_writer *w, osteon_error *err)
{
    char name[OST_FILE_NAME];
    osteon_status s = ost_source_keeper_check(&w->sources, err);

    if (s != OSTEON_OK || !w->sources.changed)
        return s;
    ost_xw_next_name(w, "src", ".ost", name);
    s = ost_source_keeper_write(&w->sources, name, err);
    if (s == OSTEON_OK)
        s = ost_folder_sync(w->folder, err);
    w->changed = w->changed || s == OSTEON_OK;
    return s;
}

static osteon_status commit_all(ost_xw_writer *w, osteon_error *err)
{
    const bool built = w->base[0] == '\0';
    osteon_status s = OSTEON_OK;

    if (built)
        w->sources.n_cleared = 0; /* nothing is there from before */
    else
        s = ost_xw_clear(w, err);
    if (s == OSTEON_OK)
        s = write_sources(w, err);
    if (s == OSTEON_OK && w->changed)
        s = commit(w, err);
    if (s == OSTEON_OK && w->merge_all && !built)
        s = merge(w, err);
    if (s != OSTEON_OK)
        return s;
    ost_xw_base_close(w);
    ost_xw_sweep(w->folder, w->published, w->committed_sources);
    return OSTEON_OK;
}

static osteon_status writer_commit(void *self, osteon_error *err)
{
    ost_xw_writer *w = self;
    osteon_error error = {0};
    osteon_status s = ost_xw_drain(w, &error);

    if (s == OSTEON_OK)
        s = commit_all(w, &error);
    w->merge_all = false;
    if (s != OSTEON_INVALID || w->active == 0)
        ost_xw_keep(w, s, &error);
    if (s != OSTEON_OK && err != NULL)
        *err = error;
    return s;
}

static ost_source_keeper *writer_sources(void *self)
{
    ost_xw_writer *w = self;

    return &w->sources;
}

const ost_writer_engine ost_xapian_writer_engine = {
    .open = writer_open,
    .close = writer_close,
    .add = ost_xw_add,
    .delete = writer_delete,
    .commit = writer_commit,
    .merge_all = writer_merge_all,
    .counts = ost_xw_counts,
    .sources = writer_sources,
    .feed_open = ost_xw_feed_open,
    .feed_close = ost_xw_feed_close,
    .feed_begin = ost_xw_feed_begin,
    .feed_add = ost_xw_feed_add,
    .feed_more = ost_xw_feed_more,
    .feed_abandon = ost_xw_feed_abandon,
    .feed_end = ost_xw_feed_end,
};
