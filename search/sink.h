/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where output goes: a file descriptor, through a buffer, or memory. The
 * first failed write is remembered and later ones are not tried, so that one
 * look at the end finds a full disk.
 */
#ifndef SEARCH_SINK_H
#define SEARCH_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct sink {
    int fd;    /* -1: all is kept in data */
    int error; /* errno of the first write that failed, or 0 */
    char *data;
    size_t len, room;
} sink;

/* Begins on `fd`, which stays the caller's, or on memory where it is -1. */
void sink_open(sink *s, int fd);

/* Frees the buffer; what was not flushed is dropped. */
void sink_close(sink *s);

void sink_add(sink *s, const char *bytes, size_t len);
void sink_text(sink *s, const char *text);
void sink_byte(sink *s, char byte);
void sink_unsigned(sink *s, uint64_t value);
void sink_signed(sink *s, int64_t value);

/* The shortest decimal form that reads back as `value`, always with '.', so
 * that no locale changes it. Not for NaN and infinity. */
void sink_real(sink *s, double value);

/* Writes what is buffered. Returns false, with `error` set, if this or an
 * earlier write failed. */
bool sink_flush(sink *s);

#endif
