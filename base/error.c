/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Filling the one error struct. The text is always one line and always
 * terminated; a path that does not fit loses its beginning, not the reason.
 */
#include "base.h"

#include <errno.h>
#include <stdio.h>

const char *osteon_status_name(osteon_status status)
{
    switch (status) {
    case OSTEON_OK:
        return "ok";
    case OSTEON_NOT_FOUND:
        return "not found";
    case OSTEON_INVALID:
        return "invalid argument";
    case OSTEON_SYNTAX:
        return "syntax error";
    case OSTEON_NOT_INDEX:
        return "not an index";
    case OSTEON_VERSION:
        return "version not supported";
    case OSTEON_CORRUPT:
        return "corrupt";
    case OSTEON_LOCKED:
        return "locked";
    case OSTEON_IO:
        return "input/output error";
    case OSTEON_NO_MEMORY:
        return "out of memory";
    case OSTEON_TOO_LARGE:
        return "too large";
    }
    return "unknown status";
}

static void fill(osteon_error *err, osteon_status status, const char *format,
                 va_list args)
{
    char line[OSTEON_ERROR_TEXT + 4096];
    size_t len;
    int made;

    memset(err, 0, sizeof *err);
    err->status = status;
    made = vsnprintf(line, sizeof line, format, args);
    if (made < 0) {
        line[0] = '\0';
        made = 0;
    }
    len = strlen(line);
    if (len < sizeof err->text) {
        memcpy(err->text, line, len + 1);
    } else {
        /* The end holds the reason: keep it. */
        memcpy(err->text, "...", 3);
        memcpy(err->text + 3, line + len - (sizeof err->text - 4),
               sizeof err->text - 3);
    }
    for (char *p = err->text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
}

osteon_status ost_fail(osteon_error *err, osteon_status status,
                       const char *format, ...)
{
    va_list args;

    if (err == NULL)
        return status;
    va_start(args, format);
    fill(err, status, format, args);
    va_end(args);
    return status;
}

osteon_status ost_fail_os(osteon_error *err, int code, const char *format, ...)
{
    const osteon_status status =
        code == ENOMEM ? OSTEON_NO_MEMORY : OSTEON_IO;
    size_t len, room;
    va_list args;

    if (err == NULL)
        return status;
    va_start(args, format);
    fill(err, status, format, args);
    va_end(args);
    err->os_error = code;
    len = strlen(err->text);
    room = sizeof err->text - len;
    if (room < 64) { /* make room for the reason, at the path's cost */
        memmove(err->text, err->text + 64, len - 64 + 1);
        len -= 64;
        room += 64;
    }
    snprintf(err->text + len, room, ": %s", strerror(code));
    return status;
}

osteon_status ost_fail_corrupt(osteon_error *err, const char *path,
                               uint64_t offset, const char *what)
{
    ost_fail(err, OSTEON_CORRUPT, "%s: damaged at byte %llu: %s", path,
             (unsigned long long)offset, what);
    if (err != NULL)
        err->offset = offset;
    return OSTEON_CORRUPT;
}

osteon_status ost_fail_memory(osteon_error *err)
{
    return ost_fail(err, OSTEON_NO_MEMORY, "out of memory");
}
