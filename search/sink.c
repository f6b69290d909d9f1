/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The output buffer. Invariant: len <= room; with a descriptor, room never
 * changes after the first byte.
 */
#include "sink.h"

#include "search_program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SINK_BUFFER ((size_t)1 << 16)

void sink_open(sink *s, int fd)
{
    memset(s, 0, sizeof *s);
    s->fd = fd;
}

void sink_close(sink *s)
{
    free(s->data);
    memset(s, 0, sizeof *s);
    s->fd = -1;
}

static void write_out(sink *s, const char *bytes, size_t len)
{
    while (len > 0 && s->error == 0) {
        const ssize_t done = write(s->fd, bytes, len);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0) {
            s->error = errno;
            return;
        }
        bytes += done;
        len -= (size_t)done;
    }
}

bool sink_flush(sink *s)
{
    if (s->fd >= 0) {
        write_out(s, s->data, s->len);
        s->len = 0;
    }
    return s->error == 0;
}

static void make_room(sink *s, size_t more)
{
    size_t room = s->room > 0 ? s->room : s->fd >= 0 ? SINK_BUFFER : 256;

    if (s->fd < 0)
        while (room - s->len < more)
            room = room > SIZE_MAX / 2 ? SIZE_MAX : room * 2;
    if (room == s->room)
        return;
    s->data = grow_memory(s->data, room, 1);
    s->room = room;
}

void sink_add(sink *s, const char *bytes, size_t len)
{
    if (len == 0 || s->error != 0)
        return;
    if (s->room - s->len < len) {
        make_room(s, len);
        if (s->room - s->len < len)
            sink_flush(s);
        if (s->room < len) {
            write_out(s, bytes, len);
            return;
        }
    }
    memcpy(s->data + s->len, bytes, len);
    s->len += len;
}

void sink_text(sink *s, const char *text)
{
    sink_add(s, text, strlen(text));
}

void sink_byte(sink *s, char byte)
{
    sink_add(s, &byte, 1);
}

void sink_unsigned(sink *s, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    sink_add(s, digits + at, sizeof digits - at);
}

void sink_signed(sink *s, int64_t value)
{
    if (value < 0)
        sink_byte(s, '-');
    sink_unsigned(s, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

/* Writes `value` with so many digits. Returns true if it reads back. */
static bool format_real(char *text, size_t size, int digits, double value)
{
    snprintf(text, size, "%.*g", digits, value);
    return strtod(text, NULL) == value;
}

void sink_real(sink *s, double value)
{
    char text[40];
    /* What does not fit 14 digits, as most scores, fits no fewer. */
    int digits = format_real(text, sizeof text, 14, value) ? 6 : 15;

    while (digits < 17 && !format_real(text, sizeof text, digits, value))
        digits++;
    if (digits == 17)
        snprintf(text, sizeof text, "%.17g", value);
    for (char *p = text; *p; p++)
        if (strchr("0123456789+-e", *p) == NULL)
            *p = '.';
    sink_text(s, text);
}
