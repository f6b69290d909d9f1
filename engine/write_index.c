/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The public writing interface: each function is handed on to the engine
 * that the writer was opened with.
 */
#include "engine.h"

#include <sys/stat.h>

static const struct engine_name {
    const char *name, *file; /* the file that tells it */
    const ost_writer_engine *engine;
} engines[] = {
    {"native", "MANIFEST", &ost_native_writer_engine},
    {"xapian", "XAPIANDB", &ost_xapian_writer_engine},
};

#define N_ENGINES (sizeof engines / sizeof *engines)

/* The engine of what lies in a folder; NULL: there is no index of ours. */
static osteon_status find_engine(const char *folder,
                                 const struct engine_name **out,
                                 osteon_error *err)
{
    *out = NULL;
    for (size_t i = 0; i < N_ENGINES && *out == NULL; i++) {
        char *path = ost_path_join(folder, engines[i].file);
        struct stat st;
        if (path == NULL)
            return ost_fail_memory(err);
        if (lstat(path, &st) == 0)
            *out = &engines[i];
        ost_free(path);
    }
    return OSTEON_OK;
}

static osteon_status choose_engine(const char *folder,
                                   const osteon_writer_options *options,
                                   const ost_writer_engine **out,
                                   osteon_error *err)
{
    const char *wanted = options != NULL ? options->engine : NULL;
    const struct engine_name *chosen = NULL, *there;
    osteon_status s = find_engine(folder, &there, err);

    if (s != OSTEON_OK)
        return s;
    for (size_t i = 0; i < N_ENGINES && wanted != NULL; i++)
        if (strcmp(engines[i].name, wanted) == 0)
            chosen = &engines[i];
    if (wanted != NULL && chosen == NULL)
        return ost_fail(err, OSTEON_INVALID,
                        "unknown engine '%.32s'; known: native xapian",
                        wanted);
    if (there != NULL && chosen != NULL && there != chosen)
        return ost_fail(err, OSTEON_INVALID,
                        "%s: an index of the engine %s, not %s: choose "
                        "another folder, or remove it",
                        folder, there->name, chosen->name);
    if (chosen == NULL)
        chosen = there != NULL ? there : &engines[0];
    if (chosen == &engines[0] && options != NULL &&
        (options->shard != 0 || options->n_shards != 0))
        return ost_fail(err, OSTEON_INVALID,
                        "%s: only an index of the engine xapian can be a "
                        "part",
                        folder);
    *out = chosen->engine;
    return OSTEON_OK;
}

osteon_status osteon_writer_open(const char *path,
                                 const osteon_writer_options *options,
                                 osteon_writer **out, osteon_error *err)
{
    osteon_writer *writer = ost_calloc(1, sizeof *writer);
    osteon_status s;

    *out = NULL;
    if (writer == NULL)
        return ost_fail_memory(err);
    s = choose_engine(path, options, &writer->engine, err);
    if (s == OSTEON_OK)
        s = writer->engine->open(path, options, &writer->self, err);
    if (s != OSTEON_OK) {
        ost_free(writer);
        return s;
    }
    *out = writer;
    return OSTEON_OK;
}

void osteon_writer_close(osteon_writer *writer)
{
    if (writer == NULL)
        return;
    writer->engine->close(writer->self);
    ost_free(writer);
}

void osteon_writer_counts_get(const osteon_writer *writer,
                              osteon_writer_counts *out)
{
    writer->engine->counts(writer->self, out);
}

osteon_status osteon_feed_open(osteon_writer *writer, osteon_feed **out,
                               osteon_error *err)
{
    osteon_feed *feed = ost_calloc(1, sizeof *feed);
    osteon_status s;

    *out = NULL;
    if (feed == NULL)
        return ost_fail_memory(err);
    feed->engine = writer->engine;
    s = feed->engine->feed_open(writer->self, &feed->self, err);
    if (s != OSTEON_OK) {
        ost_free(feed);
        return s;
    }
    *out = feed;
    return OSTEON_OK;
}

void osteon_feed_close(osteon_feed *feed)
{
    if (feed == NULL)
        return;
    feed->engine->feed_close(feed->self);
    ost_free(feed);
}

osteon_status osteon_writer_add(osteon_writer *writer,
                                const osteon_document *document,
                                osteon_error *err)
{
    return writer->engine->add(writer->self, document, err);
}

osteon_status osteon_writer_delete(osteon_writer *writer, const char *id,
                                   size_t len, osteon_error *err)
{
    return writer->engine->delete (writer->self, id, len, err);
}

osteon_status osteon_writer_commit(osteon_writer *writer, osteon_error *err)
{
    return writer->engine->commit(writer->self, err);
}

void osteon_writer_merge_all(osteon_writer *writer)
{
    writer->engine->merge_all(writer->self);
}

osteon_status osteon_writer_reorder(osteon_writer *writer, osteon_error *err)
{
    if (writer->engine->reorder == NULL)
        return ost_fail(err, OSTEON_INVALID,
                        "documents are reordered in a native index only");
    writer->engine->reorder(writer->self);
    return OSTEON_OK;
}

static ost_source_keeper *keeper_of(osteon_writer *writer)
{
    return writer->engine->sources(writer->self);
}

bool osteon_writer_source_find(osteon_writer *writer, const char *path,
                               size_t len, osteon_source *out)
{
    return ost_source_keeper_find(keeper_of(writer), path, len, out);
}

osteon_status osteon_writer_source_put(osteon_writer *writer,
                                       const osteon_source *source,
                                       uint32_t *id, osteon_error *err)
{
    return ost_source_keeper_put(keeper_of(writer), source, id, err);
}

osteon_status osteon_writer_source_clear(osteon_writer *writer, uint32_t id,
                                         osteon_error *err)
{
    return ost_source_keeper_clear(keeper_of(writer), id, err);
}

osteon_status osteon_writer_source_remove(osteon_writer *writer, uint32_t id,
                                          osteon_error *err)
{
    return ost_source_keeper_remove(keeper_of(writer), id, err);
}

bool osteon_writer_source_next(osteon_writer *writer, uint32_t *cursor,
                               osteon_source *out)
{
    return ost_source_keeper_next(keeper_of(writer), cursor, out);
}

osteon_status osteon_feed_begin(osteon_feed *feed, uint64_t sequence,
                                osteon_error *err)
{
    return feed->engine->feed_begin(feed->self, sequence, err);
}

osteon_status osteon_feed_add(osteon_feed *feed,
                              const osteon_document *document,
                              osteon_error *err)
{
    return feed->engine->feed_add(feed->self, document, err);
}

osteon_status osteon_feed_more(osteon_feed *feed, const char *body, size_t len,
                               bool store, osteon_error *err)
{
    return feed->engine->feed_more(feed->self, body, len, store, err);
}

void osteon_feed_abandon(osteon_feed *feed)
{
    feed->engine->feed_abandon(feed->self);
}

osteon_status osteon_feed_end(osteon_feed *feed, osteon_error *err)
{
    return feed->engine->feed_end(feed->self, err);
}
