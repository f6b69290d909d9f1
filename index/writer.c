/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A writer from open to close, and the commit. See writer.h.
 */
#include "writer.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* Above this a segment could outgrow OST_MAX_SEGMENT. */
#define MOST_MEMORY ((size_t)2 << 30)

/* ---- Opening ---- */

/* A folder that holds nothing but what a first build leaves when it is
 * killed may become an index. */
static osteon_status check_unused(const char *folder, osteon_error *err)
{
    ost_folder_contents contents;
    osteon_status s = ost_folder_scan(folder, &contents, err);

    if (s == OSTEON_OK && contents.others)
        s = ost_fail(err, OSTEON_NOT_INDEX,
                     "%s: not an index, and not empty", folder);
    return s;
}

/* Begins empty, over what may be a damaged or newer index. */
static osteon_status begin_empty(ost_writer *w, const char *language,
                                 osteon_error *err)
{
    const ost_manifest *old = w->committed;
    ost_folder_contents contents = {.next_file = 1};
    osteon_status s = ost_folder_scan(w->folder, &contents, err);

    if (s != OSTEON_OK)
        return s;
    if (language == NULL)
        language = old ? old->language : "english";
    s = ost_manifest_new(language, &w->next, err);
    if (s != OSTEON_OK)
        return s;
    w->next->generation = old ? old->generation : 0;
    w->next->next_file = old ? old->next_file : contents.next_file;
    w->changed = old != NULL;
    return OSTEON_OK;
}

/* Looks before the lock is taken, which puts a file there: a folder that is
 * not ours is left as it is. */
static osteon_status check_ours(ost_writer *w, osteon_error *err)
{
    ost_manifest *m;
    const osteon_status s = ost_manifest_read(w->folder, &m, NULL);

    ost_manifest_free(m);
    return s == OSTEON_NOT_INDEX ? check_unused(w->folder, err) : OSTEON_OK;
}

static osteon_status read_state(ost_writer *w, const osteon_writer_options *o,
                                osteon_error *err)
{
    osteon_error error;
    osteon_status s = ost_manifest_read(w->folder, &w->committed, &error);

    if (s == OSTEON_NOT_INDEX) {
        s = check_unused(w->folder, err);
        if (s == OSTEON_OK && o->must_exist)
            s = ost_fail(err, OSTEON_NOT_FOUND, "%s: no such index",
                         w->folder);
        return s == OSTEON_OK ? begin_empty(w, o->language, err) : s;
    }
    if (o->rebuild && (s == OSTEON_OK || s == OSTEON_CORRUPT ||
                       s == OSTEON_VERSION)) {
        /* Another version may still read what we cannot. */
        w->unsure = w->committed == NULL;
        s = begin_empty(w, o->language, err);
        w->changed = true;
        return s;
    }
    if (s != OSTEON_OK) {
        if (err != NULL)
            *err = error;
        return s;
    }
    if (o->language != NULL &&
        strcmp(o->language, w->committed->language) != 0)
        return ost_fail(err, OSTEON_INVALID,
                        "%s: the index is in language %s, not %s: --rebuild "
                        "changes it",
                        w->folder, w->committed->language, o->language);
    s = ost_manifest_copy(w->committed, &w->next, err);
    if (s != OSTEON_OK)
        return s;
    if (!OST_GROW(&w->segments, &w->segments_room, w->next->n_segments))
        return ost_fail_memory(err);
    if (w->next->n_segments > 0)
        memset(w->segments, 0, w->next->n_segments * sizeof *w->segments);
    ost_manifest_sweep(w->folder, w->committed, NULL);
    return OSTEON_OK;
}

osteon_status ost_writer_open(const char *path,
                              const osteon_writer_options *options,
                              ost_writer **out, osteon_error *err)
{
    osteon_writer_options o;
    ost_writer *w = ost_calloc(1, sizeof *w);
    osteon_status s;

    *out = NULL;
    if (w == NULL)
        return ost_fail_memory(err);
    pthread_mutex_init(&w->mutex, NULL);
    ost_condition_init(&w->changed_state);
    ost_field_names_init(&w->names);
    s = ost_writer_options(options, &o, err);
    if (s != OSTEON_OK)
        goto done;
    w->memory = o.memory < MOST_MEMORY ? o.memory : MOST_MEMORY;
    w->most = OST_MOST_WEIGHT;
    w->threads = o.threads;
    w->folder = ost_path_join("", path);
    if (w->folder == NULL) {
        s = ost_fail_memory(err);
        goto done;
    }
    s = ost_folder_make(w->folder, o.must_exist, &w->made_folder, err);
    if (s == OSTEON_OK)
        s = check_ours(w, err);
    if (s == OSTEON_OK)
        s = ost_lock_take(w->folder, o.wait, &w->lock, err);
    if (s == OSTEON_OK)
        s = read_state(w, &o, err);
    if (s == OSTEON_OK)
        w->sources = (ost_source_keeper){.mutex = &w->mutex,
                                         .folder = w->folder,
                                         .file = &w->next->sources};
done:
    if (s != OSTEON_OK) {
        ost_writer_close(w);
        return s;
    }
    *out = w;
    return OSTEON_OK;
}

static void close_feeds(ost_writer *w)
{
    while (w->feeds != NULL) {
        ost_feed *next = w->feeds->next;
        ost_feed_free(w->feeds);
        w->feeds = next;
    }
}

/* What was flushed and not committed is swept away; a folder made for an
 * index that never was goes again. */
static void clean_up(ost_writer *w)
{
    if (w->unsure)
        return;
    if (w->committed != NULL) {
        ost_manifest_sweep(w->folder, w->committed, NULL);
        return;
    }
    if (w->next != NULL) {
        ost_manifest *none;
        if (ost_manifest_new("none", &none, NULL) == OSTEON_OK) {
            ost_manifest_sweep(w->folder, none, NULL);
            ost_manifest_free(none);
        }
    }
    if (w->made_folder) {
        char *lock = ost_path_join(w->folder, "LOCK");
        if (lock != NULL)
            unlink(lock);
        ost_free(lock);
        rmdir(w->folder);
    }
}

void ost_writer_close(ost_writer *w)
{
    if (w == NULL)
        return;
    close_feeds(w);
    ost_writer_segments_close(w);
    if (w->lock != NULL)
        clean_up(w);
    else if (w->made_folder)
        rmdir(w->folder); /* unless another writer has it by now */
    ost_source_keeper_close(&w->sources);
    ost_manifest_free(w->committed);
    ost_manifest_free(w->next);
    ost_lock_release(w->lock);
    ost_free(w->segments);
    ost_free(w->folder);
    pthread_cond_destroy(&w->changed_state);
    pthread_mutex_destroy(&w->mutex);
    pthread_mutex_destroy(&w->names.mutex);
    ost_free(w);
}

/* ---- Changes ---- */

osteon_status ost_writer_delete(ost_writer *w, const char *id, size_t len,
                                osteon_error *err)
{
    bool found;
    /* What was added just now must be there to be deleted. */
    osteon_status s = ost_writer_flush(w, err);

    if (s == OSTEON_OK)
        s = ost_writer_delete_id(w, id, len, &found, err);
    if (s != OSTEON_OK)
        return s;
    if (!found)
        return ost_fail(err, OSTEON_NOT_FOUND, "%.*s: no such document",
                        (int)(len < 4096 ? len : 4096), id);
    w->deleted++;
    return OSTEON_OK;
}

void ost_writer_merge_all(ost_writer *w)
{
    w->merge_all = true;
}

void ost_writer_reorder(ost_writer *w)
{
    w->merge_all = w->reorder = true;
}

/* The name of a new index's folder must be durable too. */
static osteon_status sync_parent(const ost_writer *w, osteon_error *err)
{
    osteon_status s;
    char *parent;

    if (w->committed != NULL)
        return OSTEON_OK;
    parent = ost_path_join(w->folder, "..");
    if (parent == NULL)
        return ost_fail_memory(err);
    s = ost_folder_sync(parent, err);
    ost_free(parent);
    return s;
}

/* Makes `next` the state on disk. All that can fail comes before; a failure
 * inside leaves it open which state is there, and nothing is swept then. */
static osteon_status publish(ost_writer *w, osteon_error *err)
{
    ost_manifest *copy;
    osteon_status s;

    w->next->generation++;
    s = sync_parent(w, err);
    if (s != OSTEON_OK)
        return s;
    s = ost_manifest_copy(w->next, &copy, err);
    if (s != OSTEON_OK)
        return s;
    w->unsure = true;
    s = ost_manifest_commit(w->folder, copy, err);
    if (s != OSTEON_OK) {
        ost_manifest_free(copy);
        return s;
    }
    w->unsure = false;
    ost_manifest_free(w->committed);
    w->committed = copy;
    for (size_t i = 0; i < w->next->n_segments; i++)
        w->segments[i].fresh = false;
    ost_manifest_sweep(w->folder, w->committed, NULL);
    w->changed = false;
    return OSTEON_OK;
}

osteon_status ost_writer_commit(ost_writer *w, osteon_error *err)
{
    osteon_error error = {0};
    osteon_status s = ost_writer_flush(w, &error);

    if (s == OSTEON_OK && w->committed == NULL)
        w->changed = true; /* an index of nothing is an index */
    if (s == OSTEON_OK)
        s = ost_writer_sources(w, &error);
    if (s == OSTEON_OK && (w->changed || w->merge_all))
        s = ost_writer_deletes(w, &error);
    if (s == OSTEON_OK && (w->changed || w->merge_all))
        s = ost_writer_merge(w, &error);
    w->merge_all = w->reorder = false;
    if (s == OSTEON_OK && w->changed)
        s = publish(w, &error);
    if (s != OSTEON_OK && w->status == OSTEON_OK) {
        w->status = s;
        w->error = error;
    }
    if (s != OSTEON_OK && err != NULL)
        *err = error;
    return s;
}

void ost_writer_counts_get(const ost_writer *w, osteon_writer_counts *out)
{
    *out = w->counts;
    for (const ost_feed *f = w->feeds; f != NULL; f = f->next) {
        const osteon_writer_counts *c = &f->inverter->counts;
        out->added += c->added;
        out->text_bytes += c->text_bytes;
        out->tokens += c->tokens;
        out->malformed += c->malformed;
        out->long_words += c->long_words;
        out->fields_folded += c->fields_folded;
    }
    out->removed = w->deleted;
}
