/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Spilling to a file that has no name, so that nothing is left behind
 * whatever happens to us.
 */
#define _GNU_SOURCE /* O_TMPFILE */
#include "spool.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* A file without a name, or, where the file system has none such, one whose
 * name is taken away at once. */
static osteon_status spill_open(ost_spool *s, const char *folder,
                                osteon_error *err)
{
    osteon_status status = OSTEON_OK;
    char *path;

#ifdef O_TMPFILE
    s->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (s->fd >= 0)
        return OSTEON_OK;
#endif
    path = ost_path_join(folder, "tmp-XXXXXX");
    if (path == NULL)
        return ost_fail_memory(err);
    s->fd = mkstemp(path);
    if (s->fd < 0)
        status = ost_fail_os(err, errno, "%s", path);
    else
        unlink(path);
    ost_free(path);
    return status;
}

static osteon_status write_tail(ost_spool *s, const char *folder,
                                osteon_error *err)
{
    osteon_status status = OSTEON_OK;

    if (s->fd < 0)
        status = spill_open(s, folder, err);
    if (status == OSTEON_OK)
        status =
            ost_write_all(s->fd, s->tail.data, s->tail.len, folder, err);
    if (status == OSTEON_OK) {
        s->size += s->tail.len;
        s->tail.len = 0;
        OST_SHED(&s->tail.data, &s->tail.room, 2 * OST_SPOOL_MEMORY);
    }
    return status;
}

osteon_status ost_spool_relieve(ost_spool *s, const char *folder,
                                osteon_error *err)
{
    if (s->tail.failed)
        return ost_fail_memory(err);
    return s->tail.len < OST_SPOOL_MEMORY ? OSTEON_OK
                                          : write_tail(s, folder, err);
}

osteon_status ost_spool_spill(ost_spool *s, const char *folder,
                              osteon_error *err)
{
    osteon_status status = OSTEON_OK;

    if (s->tail.failed)
        return ost_fail_memory(err);
    if (s->tail.len > 0)
        status = write_tail(s, folder, err);
    if (status == OSTEON_OK)
        ost_buffer_free(&s->tail);
    return status;
}

osteon_status ost_spool_copy(ost_spool *s, ost_segment_writer *segment,
                             ost_section_id section, osteon_error *err)
{
    osteon_status status = OSTEON_OK;
    uint64_t left = s->size;
    uint8_t *buffer;

    if (s->tail.failed)
        return ost_fail_memory(err);
    if (left == 0)
        return ost_segment_writer_add(segment, section, s->tail.data,
                                      s->tail.len, err);
    buffer = ost_malloc(1 << 18);
    if (buffer == NULL)
        return ost_fail_memory(err);
    if (lseek(s->fd, 0, SEEK_SET) != 0)
        status = ost_fail_os(err, errno, "temporary file");
    while (status == OSTEON_OK && left > 0) {
        const ssize_t got =
            read(s->fd, buffer, left < 1 << 18 ? (size_t)left : 1 << 18);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            status = ost_fail_os(err, got < 0 ? errno : EIO,
                                 "temporary file");
            break;
        }
        left -= (uint64_t)got;
        status = ost_segment_writer_add(segment, section, buffer,
                                        (size_t)got, err);
    }
    ost_free(buffer);
    if (status == OSTEON_OK)
        status = ost_segment_writer_add(segment, section, s->tail.data,
                                        s->tail.len, err);
    return status;
}

/* Reads what follows into the buffer, whose content moves to its head. */
static osteon_status fill(ost_spool_reader *r, osteon_error *err)
{
    const ost_spool *s = r->spool;
    size_t room, n;

    memmove(r->buffer, r->buffer + r->from, r->to - r->from);
    r->to -= r->from;
    r->from = 0;
    room = 2 * OST_SPOOL_PIECE - r->to;
    if (r->next < s->size) {
        const uint64_t left = s->size - r->next;
        const ssize_t got =
            pread(s->fd, r->buffer + r->to,
                  left < room ? (size_t)left : room, (off_t)r->next);
        if (got < 0 && errno == EINTR)
            return OSTEON_OK;
        if (got <= 0)
            return ost_fail_os(err, got < 0 ? errno : EIO, "temporary file");
        n = (size_t)got;
    } else {
        const size_t at = (size_t)(r->next - s->size);
        n = s->tail.len - at < room ? s->tail.len - at : room;
        assert(n > 0);
        memcpy(r->buffer + r->to, s->tail.data + at, n);
    }
    r->to += n;
    r->next += n;
    return OSTEON_OK;
}

osteon_status ost_spool_read(ost_spool_reader *r, size_t n,
                             const uint8_t **out, osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    assert(n > 0 && n <= OST_SPOOL_PIECE);
    *out = NULL;
    if (r->buffer == NULL)
        r->buffer = ost_malloc(2 * OST_SPOOL_PIECE);
    if (r->buffer == NULL)
        return ost_fail_memory(err);
    while (s == OSTEON_OK && r->to - r->from < n)
        s = fill(r, err);
    if (s != OSTEON_OK)
        return s;
    *out = r->buffer + r->from;
    r->from += n;
    return OSTEON_OK;
}

void ost_spool_reader_free(ost_spool_reader *r)
{
    ost_free(r->buffer);
    r->buffer = NULL;
}

void ost_spool_free(ost_spool *s)
{
    ost_buffer_free(&s->tail);
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}
