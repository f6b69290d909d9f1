/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The writer's lock: flock(2) on LOCK. The kernel lets go of it when its
 * holder ends, however that happens. The pid inside is a courtesy to whoever
 * finds it taken and decides nothing.
 */
#include "manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Pauses between tries, in milliseconds: growing from the first. */
#define PAUSE_LEAST 10
#define PAUSE_MOST 50

struct ost_lock {
    int fd;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static osteon_status open_file(const char *folder, const char *path, int *fd,
                               osteon_error *err)
{
    struct stat st;

    /* Not through a link: the file is about to be overwritten. */
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
               0666);
    if (*fd < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return ost_fail(err, OSTEON_NOT_FOUND, "%s: no such folder",
                            folder);
        return ost_fail_os(err, errno, "%s", path);
    }
    if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode))
        return OSTEON_OK;
    close(*fd);
    *fd = -1;
    return ost_fail(err, OSTEON_IO, "%s: not a regular file", path);
}

/* True when the file locked is still the one under this path: who waited may
 * have got the lock of a file that is gone. */
static bool still_there(int fd, const char *path)
{
    struct stat mine, theirs;

    return fstat(fd, &mine) == 0 && stat(path, &theirs) == 0 &&
           mine.st_dev == theirs.st_dev && mine.st_ino == theirs.st_ino;
}

static osteon_status fail_locked(int fd, const char *folder,
                                 osteon_error *err)
{
    char text[24] = "";
    const ssize_t got = pread(fd, text, sizeof text - 1, 0);
    char *end = text;
    long pid = 0;

    /* A holder that has just begun has not written yet. */
    if (got > 0) {
        errno = 0;
        pid = strtol(text, &end, 10);
        if (*end != '\n' || errno != 0 || pid <= 0)
            pid = 0;
    }
    if (pid == 0)
        return ost_fail(err, OSTEON_LOCKED, "%s: locked by another process",
                        folder);
    ost_fail(err, OSTEON_LOCKED, "%s: locked by process %ld", folder, pid);
    if (err != NULL)
        err->pid = pid;
    return OSTEON_LOCKED;
}

/* Sleeps for the next pause, but not past `seconds`. False: interrupted. */
static bool pause_for(unsigned *milliseconds, double seconds)
{
    const double most = *milliseconds / 1e3;
    const double length = seconds < most ? seconds : most;
    const struct timespec t = {0, (long)(length * 1e9)};

    *milliseconds += *milliseconds / 2;
    if (*milliseconds > PAUSE_MOST)
        *milliseconds = PAUSE_MOST;
    return nanosleep(&t, NULL) == 0;
}

/* Waits for the lock of `fd` until `deadline`, or for ever. A signal ends the
 * wait, so that the program's handler decides what comes next. */
static osteon_status wait_for(int fd, bool for_ever, double deadline,
                              const char *folder, osteon_error *err)
{
    unsigned milliseconds = PAUSE_LEAST;

    for (;;) {
        double left;
        if (flock(fd, for_ever ? LOCK_EX : LOCK_EX | LOCK_NB) == 0)
            return OSTEON_OK;
        if (errno != EWOULDBLOCK)
            return ost_fail_os(err, errno, "%s/%s", folder, OST_LOCK_NAME);
        left = deadline - now();
        if (!(left > 0))
            return fail_locked(fd, folder, err);
        if (!pause_for(&milliseconds, left))
            return ost_fail_os(err, errno, "%s/%s", folder, OST_LOCK_NAME);
    }
}

/* Names us in the file. A full disk must not keep a writer out, so that
 * failure leaves the file empty. */
static void write_pid(int fd)
{
    char text[24];
    const int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());

    if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) != len)
        (void)!ftruncate(fd, 0);
}

osteon_status ost_lock_take(const char *folder, double wait, ost_lock **out,
                            osteon_error *err)
{
    const double deadline = wait > 0 ? now() + wait : 0;
    ost_lock *lock = ost_malloc(sizeof *lock);
    char *path = ost_path_join(folder, OST_LOCK_NAME);
    osteon_status s = OSTEON_OK;
    int fd = -1;

    *out = NULL;
    if (lock == NULL || path == NULL)
        s = ost_fail_memory(err);
    while (s == OSTEON_OK) {
        s = open_file(folder, path, &fd, err);
        if (s == OSTEON_OK)
            s = wait_for(fd, wait < 0, deadline, folder, err);
        if (s != OSTEON_OK || still_there(fd, path))
            break;
        close(fd);
        fd = -1;
    }
    ost_free(path);
    if (s != OSTEON_OK) {
        if (fd >= 0)
            close(fd);
        ost_free(lock);
        return s;
    }
    write_pid(fd);
    lock->fd = fd;
    *out = lock;
    return OSTEON_OK;
}

void ost_lock_release(ost_lock *lock)
{
    if (lock == NULL)
        return;
    (void)!ftruncate(lock->fd, 0);
    close(lock->fd);
    ost_free(lock);
}
