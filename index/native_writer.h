/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writing a native index: what engine/ hands the public functions of the same
 * names (osteon_writer_..., osteon_feed_...) on to. include/osteon/write.h
 * has the contracts.
 */
#ifndef OST_NATIVE_WRITER_H
#define OST_NATIVE_WRITER_H

#include "base.h"
#include "source_keeper.h"

typedef struct ost_writer ost_writer;
typedef struct ost_feed ost_feed;

/* ---- writer.c ---- */

OSTEON_MUST_CHECK osteon_status
ost_writer_open(const char *path, const osteon_writer_options *options,
                ost_writer **out, osteon_error *err);
void ost_writer_close(ost_writer *writer);
OSTEON_MUST_CHECK osteon_status ost_writer_delete(ost_writer *writer,
                                                  const char *id, size_t len,
                                                  osteon_error *err);
OSTEON_MUST_CHECK osteon_status ost_writer_commit(ost_writer *writer,
                                                  osteon_error *err);
void ost_writer_merge_all(ost_writer *writer);
void ost_writer_reorder(ost_writer *writer);
void ost_writer_counts_get(const ost_writer *writer,
                           osteon_writer_counts *out);

/* ---- feed.c ---- */

OSTEON_MUST_CHECK osteon_status ost_writer_add(ost_writer *writer,
                                               const osteon_document *document,
                                               osteon_error *err);
OSTEON_MUST_CHECK osteon_status ost_feed_open(ost_writer *writer,
                                              ost_feed **out,
                                              osteon_error *err);
void ost_feed_close(ost_feed *feed);
OSTEON_MUST_CHECK osteon_status ost_feed_begin(ost_feed *feed,
                                               uint64_t sequence,
                                               osteon_error *err);
OSTEON_MUST_CHECK osteon_status ost_feed_add(ost_feed *feed,
                                             const osteon_document *document,
                                             osteon_error *err);
OSTEON_MUST_CHECK osteon_status ost_feed_more(ost_feed *feed, const char *body,
                                              size_t len, bool store,
                                              osteon_error *err);
void ost_feed_abandon(ost_feed *feed);
OSTEON_MUST_CHECK osteon_status ost_feed_end(ost_feed *feed,
                                             osteon_error *err);

/* ---- writer_sources.c ---- */

ost_source_keeper *ost_writer_source_keeper(ost_writer *writer);

#endif
