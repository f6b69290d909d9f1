/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading a CIFF file message by message, a long message in pieces. All of it
 * is hostile: every length is held against what is left, and memory does not
 * grow with what the file says. Failures are OSTEON_CORRUPT with the byte in
 * the file, OSTEON_IO and OSTEON_NO_MEMORY.
 */
#ifndef OST_CIFF_READ_H
#define OST_CIFF_READ_H

#include "base.h"

#include <ciff.pb-c.h>

/* Bytes of a message that is read as a whole. */
#define OST_CIFF_WHOLE ((size_t)1 << 20)

typedef struct ost_ciff_reader {
    int fd;
    const char *name; /* for messages */
    uint64_t size;    /* of the file */
    uint64_t at;      /* file offset of the window */
    uint8_t *window;
    size_t used, filled; /* of the window */
    uint64_t left;       /* bytes of the open message that were not taken */
    uint64_t begin;      /* where that message begins, its length included */
    struct ost_ciff_pool *pool; /* holds the messages taken apart */
    ProtobufCAllocator allocator;
} ost_ciff_reader;

/* `fd` is a regular file, borrowed, as is `name`. To be closed even after
 * failure. OSTEON_INVALID: it is no regular file. */
OSTEON_MUST_CHECK osteon_status ost_ciff_open(ost_ciff_reader *r, int fd,
                                              const char *name,
                                              osteon_error *err);
void ost_ciff_close(ost_ciff_reader *r);

/* Fails at a byte of the file. */
osteon_status ost_ciff_fail(const ost_ciff_reader *r, uint64_t at,
                            osteon_error *err, const char *format, ...)
    OST_PRINTF(4, 5);

uint64_t ost_ciff_tell(const ost_ciff_reader *r);
OSTEON_MUST_CHECK osteon_status ost_ciff_seek(ost_ciff_reader *r,
                                              uint64_t offset,
                                              osteon_error *err);

/* Begins the next message, in words for a person `what`. */
OSTEON_MUST_CHECK osteon_status ost_ciff_next(ost_ciff_reader *r,
                                              const char *what,
                                              osteon_error *err);

/* Goes to the end of the message. */
OSTEON_MUST_CHECK osteon_status ost_ciff_skip(ost_ciff_reader *r,
                                              osteon_error *err);

/* Takes the whole message apart, which has OST_CIFF_WHOLE bytes at most. *out
 * lives until the next call for a message or a piece. */
OSTEON_MUST_CHECK osteon_status
ost_ciff_whole(ost_ciff_reader *r, const ProtobufCMessageDescriptor *type,
               ProtobufCMessage **out, osteon_error *err);

/* Takes some of a postings list's fields apart: those that come next. *out is
 * NULL at the end of the message; it lives as with ost_ciff_whole. */
OSTEON_MUST_CHECK osteon_status ost_ciff_piece(ost_ciff_reader *r,
                                               OstCiffPostingsList **out,
                                               osteon_error *err);

#endif
