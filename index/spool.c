/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Spilling to a file that has no name, so that nothing is left behind
 * whatever happens to us. Invariant: extents are of sizes above 0, do not
 * overlap, and those of a spool add up to its size.
 */
#define _GNU_SOURCE /* O_TMPFILE, mkostemps */
#include "spool.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* Bytes read at a time, to be copied. */
#define COPIED ((size_t)1 << 18)

void ost_spill_init(ost_spill *spill, const char *folder)
{
    *spill = (ost_spill){.folder = folder, .fd = -1};
    pthread_mutex_init(&spill->mutex, NULL);
}

void ost_spill_free(ost_spill *spill)
{
    if (spill->fd >= 0)
        close(spill->fd);
    spill->fd = -1;
    pthread_mutex_destroy(&spill->mutex);
}

/* Makes a file without a name, or, where the file system has none such, one
 * whose name is taken away at once. */
static osteon_status open_file(ost_spill *spill, osteon_error *err)
{
    osteon_status status = OSTEON_OK;
    char *path;

#ifdef O_TMPFILE
    spill->fd = open(spill->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (spill->fd >= 0)
        return OSTEON_OK;
#endif
    path = ost_path_join(spill->folder, OST_SPILL_PATTERN);
    if (path == NULL)
        return ost_fail_memory(err);
    spill->fd = mkostemps(path, (int)strlen(OST_SPILL_END), O_CLOEXEC);
    if (spill->fd < 0)
        status = ost_fail_os(err, errno, "%s", path);
    else
        unlink(path);
    ost_free(path);
    return status;
}

/* Gives `size` bytes of the file, which is made if need be. */
static osteon_status take(ost_spill *spill, uint64_t size, uint64_t *at,
                          osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    pthread_mutex_lock(&spill->mutex);
    if (spill->fd < 0)
        s = open_file(spill, err);
    *at = spill->end;
    if (s == OSTEON_OK)
        spill->end += size;
    pthread_mutex_unlock(&spill->mutex);
    return s;
}

static osteon_status write_at(const ost_spill *spill, const uint8_t *bytes,
                              size_t len, uint64_t at, osteon_error *err)
{
    while (len > 0) {
        /* Linux writes at most 2 GiB in one call. */
        const ssize_t done = pwrite(spill->fd, bytes,
                                    len > 1 << 30 ? 1 << 30 : len, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return ost_fail_os(err, errno, "%s: temporary file",
                               spill->folder);
        bytes += done;
        len -= (size_t)done;
        at += (uint64_t)done;
    }
    return OSTEON_OK;
}

/* Reads some of `len` bytes; *got is 0 where a signal came in between. */
static osteon_status read_at(const ost_spill *spill, uint8_t *bytes,
                             uint64_t len, uint64_t at, size_t *got,
                             osteon_error *err)
{
    const ssize_t n =
        pread(spill->fd, bytes, (size_t)len, (off_t)at);

    *got = n > 0 ? (size_t)n : 0;
    if (n > 0 || (n < 0 && errno == EINTR))
        return OSTEON_OK;
    return ost_fail_os(err, n < 0 ? errno : EIO, "%s: temporary file",
                       spill->folder);
}

static osteon_status write_tail(ost_spool *s, osteon_error *err)
{
    ost_extent *e;
    osteon_status status;

    if (!OST_GROW(&s->extents, &s->extents_room, s->n_extents + 1))
        return ost_fail_memory(err);
    e = &s->extents[s->n_extents];
    e->size = s->tail.len;
    status = take(s->spill, e->size, &e->at, err);
    if (status == OSTEON_OK)
        status = write_at(s->spill, s->tail.data, s->tail.len, e->at, err);
    if (status == OSTEON_OK) {
        s->n_extents++;
        s->size += s->tail.len;
        s->tail.len = 0;
        OST_SHED(&s->tail.data, &s->tail.room, 2 * OST_SPOOL_MEMORY);
    }
    return status;
}

osteon_status ost_spool_relieve(ost_spool *s, osteon_error *err)
{
    if (s->tail.failed)
        return ost_fail_memory(err);
    return s->tail.len < OST_SPOOL_MEMORY ? OSTEON_OK : write_tail(s, err);
}

osteon_status ost_spool_spill(ost_spool *s, osteon_error *err)
{
    osteon_status status = OSTEON_OK;

    if (s->tail.failed)
        return ost_fail_memory(err);
    if (s->tail.len > 0)
        status = write_tail(s, err);
    if (status == OSTEON_OK)
        ost_buffer_free(&s->tail);
    return status;
}

static osteon_status copy_extent(const ost_spool *s, ost_extent e,
                                 uint8_t *buffer, ost_segment_writer *segment,
                                 ost_section_id section, osteon_error *err)
{
    osteon_status status = OSTEON_OK;

    while (status == OSTEON_OK && e.size > 0) {
        size_t got;
        status = read_at(s->spill, buffer, e.size < COPIED ? e.size : COPIED,
                         e.at, &got, err);
        if (status == OSTEON_OK)
            status = ost_segment_writer_add(segment, section, buffer, got,
                                            err);
        e.at += got;
        e.size -= got;
    }
    return status;
}

osteon_status ost_spool_copy(const ost_spool *s, ost_segment_writer *segment,
                             ost_section_id section, osteon_error *err)
{
    osteon_status status = OSTEON_OK;
    uint8_t *buffer = NULL;

    if (s->tail.failed)
        return ost_fail_memory(err);
    if (s->n_extents > 0) {
        buffer = ost_malloc(COPIED);
        if (buffer == NULL)
            return ost_fail_memory(err);
    }
    for (size_t i = 0; i < s->n_extents && status == OSTEON_OK; i++)
        status = copy_extent(s, s->extents[i], buffer, segment, section, err);
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
        const ost_extent *e = &s->extents[r->extent];
        const uint64_t done = r->next - r->before, left = e->size - done;
        const osteon_status status =
            read_at(s->spill, r->buffer + r->to, left < room ? left : room,
                    e->at + done, &n, err);
        if (status != OSTEON_OK)
            return status;
        if (n == left) {
            r->extent++;
            r->before += e->size;
        }
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
    ost_free(s->extents);
    s->extents = NULL;
    s->n_extents = s->extents_room = 0;
}
