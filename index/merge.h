/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Making one segment of several neighbours, without their deleted documents.
 */
#ifndef OST_MERGE_H
#define OST_MERGE_H

#include "segment.h"

typedef struct ost_merge_job {
    ost_segment *const *segments; /* in document order */
    size_t n;
    const char *folder; /* for what spills */
    const char *path;   /* of the segment to be made */
    unsigned threads;   /* to merge terms with; 0 means 1 */
    const uint32_t *order; /* NULL, or the documents of the only segment, which
                            * has no deleted ones, as they shall follow each
                            * other */

    uint32_t documents; /* results; 0: all were deleted, no file was made */
    uint64_t size, checksum;
} ost_merge_job;

/* Documents keep their order, unless one is given, and their ids, so that
 * answers do not change (save for the order of equal scores).
 * OSTEON_INVALID: the result would reach OST_MAX_SEGMENT or
 * OST_MAX_DOCUMENTS; OSTEON_CORRUPT: a segment is damaged. */
OSTEON_MUST_CHECK osteon_status ost_merge_segments(ost_merge_job *job,
                                                   osteon_error *err);

#endif
