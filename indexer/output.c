/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The file an export goes to. It is written beside the target under another
 * name and takes its place when all of it is on disk, so that a target is
 * whole or as it was. Standard output, pipes and devices are written to as
 * they are.
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "indexer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define GATHERED ((size_t)256 << 10)
#define TRIES 100

static bool fail(const osi_output *out, int code)
{
    osi_error_path(out->target, strlen(out->target), strerror(code));
    return false;
}

/* Creates "PATH.PID-N.tmp", with the permissions a new file gets. */
static bool open_temporary(osi_output *out)
{
    const size_t room = strlen(out->path) + 48;

    out->temporary = osi_realloc(NULL, room);
    if (out->temporary == NULL)
        return fail(out, ENOMEM);
    for (int i = 0; i < TRIES; i++) {
        snprintf(out->temporary, room, "%s.%ld-%d.tmp", out->path,
                 (long)getpid(), i);
        out->fd = open(out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                       0666);
        if (out->fd >= 0)
            return true;
        if (errno != EEXIST)
            break;
    }
    free(out->temporary);
    out->temporary = NULL;
    return fail(out, errno);
}

bool osi_output_open(osi_output *out, const char *target)
{
    struct stat st;

    memset(out, 0, sizeof *out);
    out->fd = -1;
    out->target = target;
    if (strcmp(target, "-") == 0) {
        out->target = "standard output";
        out->fd = STDOUT_FILENO;
        return true;
    }
    if (stat(target, &st) == 0 && !S_ISREG(st.st_mode)) {
        out->fd = open(target, O_WRONLY | O_CLOEXEC);
        return out->fd >= 0 || fail(out, errno);
    }
    /* A symbolic link stays one: what it names is replaced. */
    out->path = realpath(target, NULL);
    if (out->path == NULL)
        out->path = strdup(target);
    if (out->path == NULL)
        return fail(out, ENOMEM);
    if (open_temporary(out))
        return true;
    free(out->path);
    out->path = NULL;
    return false;
}

static bool write_out(osi_output *out)
{
    const char *p = out->gathered.data;
    size_t left = out->gathered.len;

    while (left > 0 && out->error == 0) {
        const ssize_t n = write(out->fd, p, left);
        if (osi_stop_asked())
            return false;
        if (n < 0 && errno != EINTR)
            out->error = errno;
        if (n > 0) {
            p += n;
            left -= (size_t)n;
        }
    }
    out->gathered.len = 0;
    return out->error == 0;
}

bool osi_output_write(void *arg, const void *bytes, size_t len)
{
    osi_output *const out = arg;

    osi_bytes_add(&out->gathered, bytes, len);
    if (out->gathered.failed)
        out->error = ENOMEM;
    if (out->error != 0 || osi_stop_asked())
        return false;
    return out->gathered.len < GATHERED || write_out(out);
}

/* The content is durable before the name is. */
static bool take_name(osi_output *out)
{
    if (fsync(out->fd) != 0 && errno != EINVAL)
        out->error = errno;
    if (close(out->fd) != 0 && out->error == 0)
        out->error = errno;
    out->fd = -1;
    if (out->error == 0 && rename(out->temporary, out->path) != 0)
        out->error = errno;
    return out->error == 0;
}

bool osi_output_close(osi_output *out, bool ok)
{
    ok = ok && write_out(out);
    if (ok && out->temporary != NULL)
        ok = take_name(out);
    if (out->fd >= 0 && out->fd != STDOUT_FILENO && close(out->fd) != 0 && ok)
        out->error = errno;
    if (!ok && out->temporary != NULL)
        unlink(out->temporary);
    if (osi_stop_asked())
        osi_stop_die();
    if (out->error != 0)
        ok = fail(out, out->error);
    free(out->temporary);
    free(out->path);
    osi_bytes_free(&out->gathered);
    return ok;
}
