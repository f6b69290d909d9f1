/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writing what all feeds hold in memory as one segment.
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

    uint32_t documents; /* 0: nothing was there, and no file was made */
    uint64_t size, checksum;
    uint64_t *dead; /* bitmap of documents replaced in the same flush or
                     * abandoned: the caller's; NULL where there are none */
    uint32_t n_dead;
} ost_flush_job;

/* Documents are numbered by batch sequence, then as they came, whichever feed
 * brought them; of several with one id the last lives. Calls `each` for every
 * document that lives, in order, before anything is written. */
OSTEON_MUST_CHECK osteon_status
ost_flush(ost_flush_job *job,
          osteon_status (*each)(void *arg, const char *id, size_t len,
                                osteon_error *err),
          void *arg, osteon_error *err);

#endif
