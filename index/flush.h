/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writing what all feeds hold in memory as a segment, or, where it could be
 * more than one may hold, as several.
 */
#ifndef OST_FLUSH_H
#define OST_FLUSH_H

#include "inverter.h"

/* What to flush and where; `documents`, `size`, `checksum`, `dead` and
 * `n_dead` are results. */
typedef struct ost_flush_job {
    ost_inverter *const *inverters;
    size_t n_inverters;
    const ost_field_names *names;
    const char *folder; /* for what spills */
    const char *path;   /* of the segment to be made */
    unsigned threads;
    uint64_t most; /* weight of a segment, see ost_inverter_weight */
    uint32_t next; /* the first document not yet written: 0 to begin with.
                    * Also a result */
    bool more;     /* there are documents from `next` on: call again */

    uint32_t documents; /* 0: nothing was there, and no file was made */
    uint64_t size, checksum;
    uint64_t *dead; /* bitmap of documents replaced in the same flush,
                     * abandoned, or of another segment: the caller's; NULL
                     * where there are none */
    uint32_t n_dead;
} ost_flush_job;

/* Documents are numbered by batch sequence, then as they came, whichever feed
 * brought them; of several with one id the last lives. Of several segments each
 * has all numbers, and those that live in it one after the other. Calls `each`
 * for every document that lives, in order, before anything is written. */
OSTEON_MUST_CHECK osteon_status
ost_flush(ost_flush_job *job,
          osteon_status (*each)(void *arg, const char *id, size_t len,
                                osteon_error *err),
          void *arg, osteon_error *err);

#endif
