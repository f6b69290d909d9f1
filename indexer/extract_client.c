/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The calling side of osteon-extract. The helper is started when it is first
 * needed, talked to over a socket pair (a dead helper gives an error, not
 * SIGPIPE), killed when a document takes too long, and started anew for the
 * next. The frames are told in extract/extract_main.c.
 */
#include "convert.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS_MAX 10 /* for one document */
#define LOOK_EVERY 200 /* milliseconds between looks at the stop flag */

extern char **environ;

struct osi_extract {
    int fd; /* -1: not running */
    pid_t pid;
    double deadline;
    char reason[160];
};

osi_extract *osi_extract_new(void)
{
    osi_extract *const e = osi_realloc(NULL, sizeof *e);

    if (e != NULL) {
        memset(e, 0, sizeof *e);
        e->fd = -1;
    }
    return e;
}

static void stop_helper(osi_extract *e, int *status)
{
    *status = 0;
    if (e->fd < 0)
        return;
    close(e->fd);
    e->fd = -1;
    kill(e->pid, SIGKILL);
    while (waitpid(e->pid, status, 0) < 0 && errno == EINTR)
        ;
}

void osi_extract_free(osi_extract *extract)
{
    int status;

    if (extract == NULL)
        return;
    stop_helper(extract, &status);
    free(extract);
}

const char *osi_extract_reason(const osi_extract *extract)
{
    return extract->reason;
}

/* The helper's path: by the environment, beside this program (as built), or
 * where it is installed. */
static bool find_helper(osi_bytes *path)
{
    /* In the build tree, and in an installation wherever it was put. */
    static const char *const beside[] = {
        "osteon-extract", "../" OSI_LIBEXEC "/osteon-extract"};
    const char *const given = getenv("OSTEON_EXTRACT");
    char self[4096];
    const ssize_t len = readlink("/proc/self/exe", self, sizeof self);
    size_t folder = len > 0 ? (size_t)len : 0;

    path->len = 0;
    if (given != NULL && given[0] != '\0') {
        osi_bytes_add(path, given, strlen(given) + 1);
        return !path->failed;
    }
    while (folder > 0 && self[folder - 1] != '/')
        folder--;
    for (size_t i = 0; i < 2 && folder > 0; i++) {
        path->len = 0;
        osi_bytes_add(path, self, folder);
        osi_bytes_add(path, beside[i], strlen(beside[i]) + 1);
        if (!path->failed && access(path->data, X_OK) == 0)
            return true;
    }
    path->len = 0;
    osi_bytes_add_text(path, OSI_LIBEXEC_DIR "/osteon-extract");
    osi_bytes_add(path, "", 1);
    return !path->failed;
}

static int spawn(const char *path, int fd, pid_t *pid)
{
    char name[] = "osteon-extract";
    char *argv[] = {name, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    int code = posix_spawn_file_actions_init(&actions);

    if (code != 0)
        return code;
    code = posix_spawnattr_init(&attributes);
    if (code != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return code;
    }
    sigemptyset(&none);
    if (posix_spawnattr_setsigmask(&attributes, &none) != 0 ||
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO) != 0 ||
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
                                         O_WRONLY, 0) != 0)
        code = ENOMEM;
    else
        code = posix_spawn(pid, path, &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

static bool start_helper(osi_extract *e)
{
    osi_bytes path = {0};
    int pair[2], code = 0;

    if (!find_helper(&path))
        code = ENOMEM;
    else if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        code = errno;
    if (code == 0) {
        code = spawn(path.data, pair[1], &e->pid);
        close(pair[1]);
        if (code == 0)
            e->fd = pair[0];
        else
            close(pair[0]);
    }
    if (code != 0)
        snprintf(e->reason, sizeof e->reason, "%.100s cannot be started: %s",
                 path.failed || path.data == NULL ? "osteon-extract"
                                                  : path.data,
                 strerror(code));
    osi_bytes_free(&path);
    return code == 0;
}

typedef enum passed { PASSED, FAILED, LATE, STOPPED } passed;

/* Waits until the helper can take or give bytes. */
static passed wait_for(const osi_extract *e, short events)
{
    struct pollfd at = {e->fd, events, 0};

    for (;;) {
        if (osi_stop_asked())
            return STOPPED;
        if (osi_now() > e->deadline)
            return LATE;
        if (poll(&at, 1, LOOK_EVERY) > 0)
            return PASSED;
    }
}

static passed send_all(const osi_extract *e, const void *bytes, size_t len)
{
    const char *p = bytes;

    while (len > 0) {
        const ssize_t done = send(e->fd, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (done > 0) {
            p += done;
            len -= (size_t)done;
        } else if (done < 0 && (errno == EAGAIN || errno == EINTR)) {
            const passed w = wait_for(e, POLLOUT);
            if (w != PASSED)
                return w;
        } else {
            return FAILED;
        }
    }
    return PASSED;
}

static passed receive_all(const osi_extract *e, void *bytes, size_t len)
{
    char *p = bytes;

    while (len > 0) {
        const ssize_t got = recv(e->fd, p, len, MSG_DONTWAIT);
        if (got > 0) {
            p += got;
            len -= (size_t)got;
        } else if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            const passed w = wait_for(e, POLLIN);
            if (w != PASSED)
                return w;
        } else {
            return FAILED;
        }
    }
    return PASSED;
}

static uint64_t number(const unsigned char *p, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)p[i] << 8 * i;
    return value;
}

/* Sends the document and receives the answer; *converted is what it says. */
static passed exchange(const osi_extract *e, const char *html, size_t len,
                       osi_bytes *text, osi_bytes *title, bool *converted)
{
    unsigned char head[13];
    uint64_t title_len, text_len;
    char *place;
    passed s;

    for (unsigned i = 0; i < 8; i++)
        head[i] = (unsigned char)((uint64_t)len >> 8 * i);
    s = send_all(e, head, 8);
    if (s == PASSED)
        s = send_all(e, html, len);
    if (s == PASSED)
        s = receive_all(e, head, sizeof head);
    if (s != PASSED)
        return s;
    *converted = head[0] == 0;
    title_len = number(head + 1, 4);
    text_len = number(head + 5, 8);
    /* Encodings grow to at most four bytes a byte. */
    if (title_len > 4 * len + 64 || text_len > 4 * len + 64)
        return FAILED;
    place = osi_bytes_reserve(title, (size_t)title_len);
    if (place == NULL && title->failed)
        return FAILED;
    s = receive_all(e, place, (size_t)title_len);
    title->len = (size_t)title_len;
    place = osi_bytes_reserve(text, (size_t)text_len + 1);
    if (place == NULL || s != PASSED)
        return s != PASSED ? s : FAILED;
    text->len = (size_t)text_len;
    return receive_all(e, place, (size_t)text_len);
}

osi_extracted osi_extract_html(osi_extract *e, const char *html, size_t len,
                               osi_bytes *text, osi_bytes *title)
{
    bool converted = false;
    int status;
    passed s;

    text->len = title->len = 0;
    if (e->fd < 0 && !start_helper(e))
        return OSI_EXTRACT_MISSING;
    e->deadline = osi_now() + SECONDS_MAX;
    s = exchange(e, html, len, text, title, &converted);
    if (s == PASSED && converted)
        return OSI_EXTRACTED;
    text->len = title->len = 0;
    if (s == PASSED) {
        snprintf(e->reason, sizeof e->reason,
                 "the HTML parser ran out of memory");
        return OSI_EXTRACT_FAILED;
    }
    if (s == STOPPED)
        return OSI_EXTRACT_STOPPED;
    stop_helper(e, &status);
    if (s == LATE || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
        snprintf(e->reason, sizeof e->reason,
                 "the HTML parser took longer than %d seconds", SECONDS_MAX);
    else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
        snprintf(e->reason, sizeof e->reason,
                 "the HTML parser died of signal %d", WTERMSIG(status));
    else
        snprintf(e->reason, sizeof e->reason, "the HTML parser died");
    return OSI_EXTRACT_FAILED;
}
