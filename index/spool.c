/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Spilling to a file that has no name, so that nothing is left behind
 * whatever happens to us.
 */
#define _GNU_SOURCE /* O_TMPFILE */
#include "spool.h"

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

void ost_spool_free(ost_spool *s)
{
    ost_buffer_free(&s->tail);
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}
