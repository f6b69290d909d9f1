/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writes a segment file front to back, never seeking: each byte goes through
 * one buffer, which is checksummed page by page as it leaves.
 *
 * Footer (docs/format.md, "Segment file"): section table of OST_N_SECTIONS
 * pairs of u64 (offset, size), u64 offset of the page checksums, u32 page
 * size, u32 version, u32 documents, u32 zero, u64 XXH3 of the checksum table,
 * u64 XXH3 of the footer before this field, magic.
 */
#define _GNU_SOURCE /* sync_file_range */
#include "segment_writer.h"

#define XXH_INLINE_ALL
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

/* Linux keeps what one call wrote together in its cache, and who maps a page of
 * that has all of it mapped: larger writes make a merge, which reads in many
 * places of many segments, hold much that it does not look at. */
#define BUFFER (16 * OST_PAGE)

/* How much the disk is asked to write at a time. */
#define STRETCH (64 * BUFFER)

struct ost_segment_writer {
    char *path;
    int fd;
    bool finished;
    uint32_t n_documents;
    uint64_t at;       /* bytes given so far, buffered ones too */
    uint64_t asked;    /* bytes the disk was asked to write */
    size_t used;       /* of buffer */
    int current;       /* section being written, -1: none */
    uint64_t offsets[OST_N_SECTIONS], sizes[OST_N_SECTIONS];
    ost_buffer checksums;
    uint8_t buffer[BUFFER];
};

/* Has the disk begin with what was written, while more is made: the fsync at
 * the end then waits for little. A hint only; that fsync tells of failures. */
static void begin_writing(ost_segment_writer *w)
{
#ifdef SYNC_FILE_RANGE_WRITE
    if (w->at - w->asked < STRETCH)
        return;
    sync_file_range(w->fd, (off_t)w->asked, (off_t)(w->at - w->asked),
                    SYNC_FILE_RANGE_WRITE);
    w->asked = w->at;
#else
    (void)w;
#endif
}

/* Writes the buffer out. Only the last call may be for less than all of it,
 * so that pages are checksummed whole. */
static osteon_status flush(ost_segment_writer *w, osteon_error *err)
{
    for (size_t i = 0; i < w->used; i += OST_PAGE) {
        const size_t n = w->used - i < OST_PAGE ? w->used - i : OST_PAGE;
        uint8_t sum[4];
        ost_put32(sum, (uint32_t)XXH3_64bits(w->buffer + i, n));
        ost_buffer_add(&w->checksums, sum, sizeof sum);
    }
    if (w->checksums.failed)
        return ost_fail_memory(err);
    if (w->used > 0) {
        osteon_status s =
            ost_write_all(w->fd, w->buffer, w->used, w->path, err);
        if (s != OSTEON_OK)
            return s;
        begin_writing(w);
    }
    w->used = 0;
    return OSTEON_OK;
}

static osteon_status put(ost_segment_writer *w, const void *bytes, size_t len,
                         osteon_error *err)
{
    const uint8_t *p = bytes;

    while (len > 0) {
        size_t n = BUFFER - w->used;
        if (n > len)
            n = len;
        memcpy(w->buffer + w->used, p, n);
        w->used += n;
        w->at += n;
        p += n;
        len -= n;
        if (w->used == BUFFER) {
            osteon_status s = flush(w, err);
            if (s != OSTEON_OK)
                return s;
        }
    }
    return OSTEON_OK;
}

static osteon_status align(ost_segment_writer *w, osteon_error *err)
{
    static const uint8_t zeros[OST_ALIGN];

    return put(w, zeros, (size_t)(-w->at & (OST_ALIGN - 1)), err);
}

osteon_status ost_segment_writer_open(const char *path, uint32_t n_documents,
                                      ost_segment_writer **out,
                                      osteon_error *err)
{
    ost_segment_writer *w = ost_calloc(1, sizeof *w);
    uint8_t header[OST_HEADER_SIZE] = {0};
    osteon_status s;

    *out = NULL;
    if (w == NULL)
        return ost_fail_memory(err);
    w->current = -1;
    w->fd = -1;
    w->n_documents = n_documents;
    w->path = ost_path_join("", path);
    if (w->path == NULL) {
        s = ost_fail_memory(err);
        goto done;
    }
    w->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (w->fd < 0) {
        s = ost_fail_os(err, errno, "%s", path);
        goto done;
    }
    memcpy(header, OST_SEGMENT_MAGIC, OST_MAGIC_SIZE);
    ost_put32(header + 8, OSTEON_FORMAT_VERSION);
    ost_put32(header + 12, n_documents);
    s = put(w, header, sizeof header, err);
done:
    if (s != OSTEON_OK) {
        ost_segment_writer_close(w);
        return s;
    }
    *out = w;
    return OSTEON_OK;
}

osteon_status ost_segment_writer_add(ost_segment_writer *w, ost_section_id id,
                                     const void *bytes, size_t len,
                                     osteon_error *err)
{
    osteon_status s;

    if (w->current != (int)id) {
        s = align(w, err);
        if (s != OSTEON_OK)
            return s;
        w->current = (int)id;
        w->offsets[id] = w->at;
    }
    w->sizes[id] += len;
    return put(w, bytes, len, err);
}

osteon_status ost_segment_writer_add_buffer(ost_segment_writer *w,
                                            ost_section_id id,
                                            const ost_buffer *b,
                                            osteon_error *err)
{
    return b->failed ? ost_fail_memory(err)
                     : ost_segment_writer_add(w, id, b->data, b->len, err);
}

osteon_status ost_segment_writer_finish(ost_segment_writer *w, uint64_t *size,
                                        uint64_t *checksum, osteon_error *err)
{
    uint8_t footer[OST_FOOTER_SIZE] = {0};
    uint8_t *p = footer;
    uint64_t table_at;
    osteon_status s = align(w, err);

    if (s == OSTEON_OK)
        s = flush(w, err);
    if (s != OSTEON_OK)
        return s;
    table_at = w->at;
    s = ost_write_all(w->fd, w->checksums.data, w->checksums.len, w->path,
                      err);
    if (s != OSTEON_OK)
        return s;
    for (int i = 0; i < OST_N_SECTIONS; i++, p += 16) {
        ost_put64(p, w->offsets[i]);
        ost_put64(p + 8, w->sizes[i]);
    }
    ost_put64(p, table_at);
    ost_put32(p + 8, OST_PAGE);
    ost_put32(p + 12, OSTEON_FORMAT_VERSION);
    ost_put32(p + 16, w->n_documents);
    ost_put64(p + 24, XXH3_64bits(w->checksums.data, w->checksums.len));
    *checksum = XXH3_64bits(footer, (size_t)(p + 32 - footer));
    ost_put64(p + 32, *checksum);
    memcpy(p + 40, OST_SEGMENT_MAGIC, OST_MAGIC_SIZE);
    *size = table_at + w->checksums.len + sizeof footer;
    s = ost_write_all(w->fd, footer, sizeof footer, w->path, err);
    if (s == OSTEON_OK && fsync(w->fd) != 0)
        s = ost_fail_os(err, errno, "%s", w->path);
    if (close(w->fd) != 0 && s == OSTEON_OK)
        s = ost_fail_os(err, errno, "%s", w->path);
    w->fd = -1;
    w->finished = s == OSTEON_OK;
    return s;
}

void ost_segment_writer_close(ost_segment_writer *w)
{
    if (w == NULL)
        return;
    if (w->fd >= 0)
        close(w->fd);
    if (!w->finished && w->path != NULL)
        unlink(w->path);
    ost_buffer_free(&w->checksums);
    ost_free(w->path);
    ost_free(w);
}
