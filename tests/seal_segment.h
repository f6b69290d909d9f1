/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Checksums of a segment whose bytes were changed, made right again, for tests
 * and fuzzing programs that want the readers' own checks to be reached.
 */
#ifndef OST_TEST_SEAL_SEGMENT_H
#define OST_TEST_SEAL_SEGMENT_H

#include "format.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Makes page checksums and footer of a segment right; returns the checksum of
 * the latter. Where the pages end is taken from the footer: it must be inside
 * of the file. */
static inline uint64_t seal_segment(ost_buffer *b)
{
    uint8_t *footer = b->data + b->len - OST_FOOTER_SIZE;
    uint8_t *tail = footer + OST_N_SECTIONS * 16;
    const uint64_t pages_end = ost_get64(tail);
    uint8_t *sums = b->data + pages_end;

    for (uint64_t at = 0; at < pages_end; at += OST_PAGE, sums += 4)
        ost_put32(sums, (uint32_t)XXH3_64bits(
                            b->data + at, pages_end - at < OST_PAGE
                                              ? pages_end - at
                                              : OST_PAGE));
    ost_put64(tail + 24, XXH3_64bits(b->data + pages_end,
                                     (size_t)(footer - b->data) - pages_end));
    ost_put64(tail + 32, XXH3_64bits(footer, OST_FOOTER_SIZE - 16));
    return ost_get64(tail + 32);
}

#endif
