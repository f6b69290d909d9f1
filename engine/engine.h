/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files behind the public reading interface share.
 */
#ifndef OST_ENGINE_H
#define OST_ENGINE_H

#include "commit.h"
#include "query.h"
#include "segment.h"

#include <pthread.h>

struct osteon_index {
    ost_snapshot *snapshot;
    pthread_mutex_t mutex; /* guards `sources` */
    ost_sources *sources;  /* all of them, once they are listed */
};

/* The segment that holds a document, and its number there.
 * OSTEON_NOT_FOUND: no such number (err filled). */
OSTEON_MUST_CHECK osteon_status
ost_index_locate(const osteon_index *index, uint32_t document,
                 ost_segment **segment, uint32_t *local, osteon_error *err);

/* ---- check.c, check_lists.c ---- */

/* Where damage is told to; counts the lines. */
typedef struct ost_reporter {
    void (*report)(void *arg, const char *line);
    void *arg;
    size_t n;
} ost_reporter;

void ost_report(ost_reporter *r, const char *format, ...) OST_PRINTF(2, 3);

/* Walks every list of a segment and compares it with what dictionary, skip
 * table, norms and field table say of it. */
OSTEON_MUST_CHECK osteon_status ost_check_lists(ost_segment *segment,
                                                ost_reporter *r,
                                                osteon_error *err);

#endif
