/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What postings.c does for positions.c and for a merge.
 */
#ifndef OST_POSTINGS_PARTS_H
#define OST_POSTINGS_PARTS_H

#include "segment.h"

/* Places a cursor, zero or used before, before the first document of another
 * term: ost_postings_open without an allocation. */
OSTEON_MUST_CHECK osteon_status ost_postings_begin(ost_postings *p,
                                                   ost_segment *segment,
                                                   const ost_term *term,
                                                   osteon_error *err);

/* End the walk after damage or for lack of memory; the first cause is kept.
 * p->error is filled already, or is by _fail. Both return OST_DOC_END. */
uint32_t ost_postings_stop(ost_postings *p, osteon_status status);
uint32_t ost_postings_fail(ost_postings *p, ost_section_id section,
                           uint64_t at, const char *what);

/* Where the positions of the block lie, in bytes from the list's first, not
 * checked; *bare tells whether some occurrences have none. */
void ost_postings_places(const ost_postings *p, uint64_t *from, uint64_t *to,
                         bool *bare);

#endif
