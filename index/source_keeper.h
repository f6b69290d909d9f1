/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table of sources of a writer, of either engine: read when first asked
 * for, so that adding records by id costs nothing for it; changed in memory;
 * written by the commit. The documents of cleared sources are the writer's
 * to delete.
 */
#ifndef OST_SOURCE_KEEPER_H
#define OST_SOURCE_KEEPER_H

#include "commit.h"

#include <pthread.h>

typedef struct ost_source_keeper {
    pthread_mutex_t *mutex; /* the writer's: held inside each function */
    const char *folder;
    ost_file_ref *file; /* of the table that was last written; no name: none */
    ost_sources *table; /* NULL: not read */
    bool changed;       /* the file does not have it */
    uint32_t *cleared;  /* sources whose old documents go */
    size_t n_cleared, cleared_room;
    osteon_status status; /* why the table could not be read */
    osteon_error error;
} ost_source_keeper;

/* Frees what is in it. A zeroed one is closed already. */
void ost_source_keeper_close(ost_source_keeper *k);

/* ---- From any thread: as osteon_writer_source_* ---- */

/* A table that cannot be read must not look empty: the failure is kept, and
 * ost_source_keeper_write will report it. */
bool ost_source_keeper_find(ost_source_keeper *k, const char *path, size_t len,
                            osteon_source *out);
bool ost_source_keeper_next(ost_source_keeper *k, uint32_t *cursor,
                            osteon_source *out);
OSTEON_MUST_CHECK osteon_status
ost_source_keeper_put(ost_source_keeper *k, const osteon_source *source,
                      uint32_t *id, osteon_error *err);
OSTEON_MUST_CHECK osteon_status ost_source_keeper_clear(ost_source_keeper *k,
                                                        uint32_t id,
                                                        osteon_error *err);
OSTEON_MUST_CHECK osteon_status ost_source_keeper_remove(ost_source_keeper *k,
                                                         uint32_t id,
                                                         osteon_error *err);

/* Copies the path of a source to `path` and sets *out, without its reason.
 * *found is false where there is no such source. */
OSTEON_MUST_CHECK osteon_status
ost_source_keeper_get(ost_source_keeper *k, uint32_t id, osteon_source *out,
                      ost_buffer *path, bool *found, osteon_error *err);

/* Bytes of the table; the mutex is held. */
size_t ost_source_keeper_memory(const ost_source_keeper *k);

/* ---- At a commit ---- */

/* Fails with what kept the table from being read, if anything did. */
OSTEON_MUST_CHECK osteon_status
ost_source_keeper_check(const ost_source_keeper *k, osteon_error *err);

/* Writes the table to the new file `name` of the folder, synced, and sets
 * *file. The folder is not synced. */
OSTEON_MUST_CHECK osteon_status ost_source_keeper_write(ost_source_keeper *k,
                                                        const char *name,
                                                        osteon_error *err);

#endif
