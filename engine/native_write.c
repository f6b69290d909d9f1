/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The native engine's writer behind the interface that engines share.
 */
#include "engine.h"

#include "native_writer.h"

static osteon_status native_open(const char *path,
                                 const osteon_writer_options *options,
                                 void **out, osteon_error *err)
{
    ost_writer *writer;
    const osteon_status s = ost_writer_open(path, options, &writer, err);

    *out = writer;
    return s;
}

static void native_close(void *self)
{
    ost_writer_close(self);
}

static void native_counts(const void *self, osteon_writer_counts *out)
{
    ost_writer_counts_get(self, out);
}

static osteon_status native_feed_open(void *self, void **out,
                                      osteon_error *err)
{
    ost_feed *feed;
    const osteon_status s = ost_feed_open(self, &feed, err);

    *out = feed;
    return s;
}

static void native_feed_close(void *self)
{
    ost_feed_close(self);
}

static osteon_status native_add(void *self, const osteon_document *document,
                                osteon_error *err)
{
    return ost_writer_add(self, document, err);
}

static osteon_status native_delete(void *self, const char *id, size_t len,
                                   osteon_error *err)
{
    return ost_writer_delete(self, id, len, err);
}

static osteon_status native_commit(void *self, osteon_error *err)
{
    return ost_writer_commit(self, err);
}

static void native_merge_all(void *self)
{
    ost_writer_merge_all(self);
}

static void native_reorder(void *self)
{
    ost_writer_reorder(self);
}

static ost_source_keeper *native_sources(void *self)
{
    return ost_writer_source_keeper(self);
}

static osteon_status native_feed_begin(void *self, uint64_t sequence,
                                       osteon_error *err)
{
    return ost_feed_begin(self, sequence, err);
}

static osteon_status
native_feed_add(void *self, const osteon_document *document, osteon_error *err)
{
    return ost_feed_add(self, document, err);
}

static osteon_status native_feed_more(void *self, const char *body, size_t len,
                                      bool store, osteon_error *err)
{
    return ost_feed_more(self, body, len, store, err);
}

static void native_feed_abandon(void *self)
{
    ost_feed_abandon(self);
}

static osteon_status native_feed_end(void *self, osteon_error *err)
{
    return ost_feed_end(self, err);
}

const ost_writer_engine ost_native_writer_engine = {
    .open = native_open,
    .close = native_close,
    .counts = native_counts,
    .feed_open = native_feed_open,
    .feed_close = native_feed_close,
    .add = native_add,
    .delete = native_delete,
    .commit = native_commit,
    .merge_all = native_merge_all,
    .reorder = native_reorder,
    .sources = native_sources,
    .feed_begin = native_feed_begin,
    .feed_add = native_feed_add,
    .feed_more = native_feed_more,
    .feed_abandon = native_feed_abandon,
    .feed_end = native_feed_end,
};
