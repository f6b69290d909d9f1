/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The few file operations an index needs, each with its error filled in.
 */
#define _DEFAULT_SOURCE /* madvise */
#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static osteon_status open_file(const char *path, int *fd, struct stat *st,
                               osteon_error *err)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0) {
        const int code = errno;
        if (code == ENOENT || code == ENOTDIR) {
            ost_fail_os(err, code, "%s", path);
            if (err != NULL)
                err->status = OSTEON_NOT_FOUND;
            return OSTEON_NOT_FOUND;
        }
        return ost_fail_os(err, code, "%s", path);
    }
    if (fstat(*fd, st) != 0) {
        const int code = errno;
        close(*fd);
        return ost_fail_os(err, code, "%s", path);
    }
    if (!S_ISREG(st->st_mode)) {
        close(*fd);
        return ost_fail(err, OSTEON_IO, "%s: not a regular file", path);
    }
    return OSTEON_OK;
}

osteon_status ost_map_open(ost_map *map, const char *path, osteon_error *err)
{
    struct stat st;
    int fd;
    osteon_status s = open_file(path, &fd, &st, err);

    map->data = NULL;
    map->size = 0;
    if (s != OSTEON_OK)
        return s;
    if (st.st_size > 0) {
        void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
        if (at == MAP_FAILED) {
            s = ost_fail_os(err, errno, "%s", path);
        } else {
            map->data = at;
            map->size = (size_t)st.st_size;
        }
    }
    close(fd);
    return s;
}

void ost_map_close(ost_map *map)
{
    if (map->data != NULL)
        munmap((void *)(uintptr_t)map->data, map->size);
    map->data = NULL;
    map->size = 0;
}

void ost_map_forget(const ost_map *map)
{
#ifdef MADV_DONTNEED
    if (map->data != NULL)
        madvise((void *)(uintptr_t)map->data, map->size, MADV_DONTNEED);
#else
    (void)map;
#endif
}

osteon_status ost_file_read(const char *path, size_t most, ost_buffer *out,
                            osteon_error *err)
{
    struct stat st;
    int fd;
    osteon_status s = open_file(path, &fd, &st, err);

    if (s != OSTEON_OK)
        return s;
    while (out->len < most) {
        size_t want = most - out->len;
        uint8_t *place;
        ssize_t got;
        if (want > 1 << 18)
            want = 1 << 18;
        place = ost_buffer_reserve(out, want);
        if (place == NULL) {
            s = ost_fail_memory(err);
            break;
        }
        got = read(fd, place, want);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            s = ost_fail_os(err, errno, "%s", path);
        if (got <= 0)
            break;
        out->len += (size_t)got;
    }
    close(fd);
    return s;
}

osteon_status ost_write_all(int fd, const void *bytes, size_t len,
                            const char *path, osteon_error *err)
{
    const uint8_t *p = bytes;

    while (len > 0) {
        /* Linux writes at most 2 GiB in one call. */
        const ssize_t done = write(fd, p, len > 1 << 30 ? 1 << 30 : len);
        if (done < 0) {
            if (errno == EINTR)
                continue;
            return ost_fail_os(err, errno, "%s", path);
        }
        p += done;
        len -= (size_t)done;
    }
    return OSTEON_OK;
}

osteon_status ost_file_write(const char *path, const void *bytes, size_t len,
                             osteon_error *err)
{
    const int fd =
        open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    osteon_status s;

    if (fd < 0)
        return ost_fail_os(err, errno, "%s", path);
    s = ost_write_all(fd, bytes, len, path, err);
    if (s == OSTEON_OK && fsync(fd) != 0)
        s = ost_fail_os(err, errno, "%s", path);
    if (close(fd) != 0 && s == OSTEON_OK)
        s = ost_fail_os(err, errno, "%s", path);
    if (s != OSTEON_OK)
        unlink(path);
    return s;
}

osteon_status ost_folder_sync(const char *path, osteon_error *err)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    osteon_status s = OSTEON_OK;

    if (fd < 0)
        return ost_fail_os(err, errno, "%s", path);
    if (fsync(fd) != 0 && errno != EINVAL) /* some file systems cannot */
        s = ost_fail_os(err, errno, "%s", path);
    close(fd);
    return s;
}

char *ost_path_join(const char *folder, const char *name)
{
    const size_t a = strlen(folder), b = strlen(name);
    const size_t slash = a > 0 && folder[a - 1] != '/';
    char *path = ost_malloc(a + slash + b + 1);

    if (path == NULL)
        return NULL;
    memcpy(path, folder, a);
    if (slash)
        path[a] = '/';
    memcpy(path + a + slash, name, b + 1);
    return path;
}
