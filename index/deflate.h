/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Compression of stored texts and document records: deflate streams (RFC
 * 1951) without the zlib header, as the page checksums already cover them.
 */
#ifndef OST_DEFLATE_H
#define OST_DEFLATE_H

#include "base.h"

/* Bytes that one byte of a deflate stream can stand for at most. What claims
 * to be larger is damaged: check this before memory is asked for. */
#define OST_INFLATE_MOST 1032

/* A deflater keeps its memory (about 200 KiB) between streams. */
typedef struct ost_deflater ost_deflater;

ost_deflater *ost_deflater_open(void); /* NULL: no memory */
void ost_deflater_close(ost_deflater *d);

/* Appends the stream of `len` bytes (below 2 GiB) to `out`; where that would
 * not be smaller, the bytes themselves. *deflated tells which. False: no
 * memory. */
bool ost_deflate(ost_deflater *d, const uint8_t *in, size_t len,
                 ost_buffer *out, bool *deflated);

/* Writes the content of a stream, which has `out_len` bytes.
 *   OSTEON_CORRUPT  not a stream, or its content has another length
 *   OSTEON_NO_MEMORY */
OSTEON_MUST_CHECK osteon_status ost_inflate(const uint8_t *in, size_t len,
                                            uint8_t *out, size_t out_len);

#endif
