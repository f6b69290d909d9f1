/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A running osteon-extract: found, started, talked to over a socket pair (a
 * dead one gives an error, not SIGPIPE), killed when it takes too long. What
 * is said is up to the callers, extract_client.c and members.c.
 */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_EVERY 200 /* milliseconds between looks at the stop flag */

extern char **environ;

void osi_helper_stop(osi_helper *h, int *status)
{
    *status = 0;
    if (h->fd < 0)
        return;
    close(h->fd);
    h->fd = -1;
    kill(h->pid, SIGKILL);
    while (waitpid(h->pid, status, 0) < 0 && errno == EINTR)
        ;
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

static int spawn(const char *path, const char *task, int fd, pid_t *pid)
{
    char name[] = "osteon-extract", argument[32];
    char *argv[] = {name, task != NULL ? argument : NULL, NULL};
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
    if (task != NULL)
        snprintf(argument, sizeof argument, "%s", task);
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

bool osi_helper_start(osi_helper *h, const char *task)
{
    osi_bytes path = {0};
    int pair[2], code = 0;

    if (!find_helper(&path))
        code = ENOMEM;
    else if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        code = errno;
    if (code == 0) {
        code = spawn(path.data, task, pair[1], &h->pid);
        close(pair[1]);
        if (code == 0)
            h->fd = pair[0];
        else
            close(pair[0]);
    }
    if (code == 0 && clock_getcpuclockid(h->pid, &h->clock) != 0)
        h->clock = (clockid_t)-1; /* then it is never seen at work */
    if (code != 0)
        snprintf(h->reason, sizeof h->reason, "%.100s cannot be started: %s",
                 path.failed || path.data == NULL ? "osteon-extract"
                                                  : path.data,
                 strerror(code));
    osi_bytes_free(&path);
    return code == 0;
}

void osi_helper_wait(osi_helper *h, unsigned seconds)
{
    h->seconds = seconds;
    h->deadline = osi_now() + seconds;
}

/* Whether the helper had the processor since this was last asked. */
static bool has_worked(osi_helper *h)
{
    const int64_t before = h->used;
    struct timespec t;

    if (clock_gettime(h->clock, &t) == 0)
        h->used = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
    return h->used != before;
}

/* Waits until the helper can take or give bytes. */
static osi_helped wait_for(osi_helper *h, short events)
{
    struct pollfd at = {h->fd, events, 0};

    for (;;) {
        if (osi_stop_asked())
            return OSI_HELP_STOPPED;
        if (poll(&at, 1, LOOK_EVERY) > 0)
            return OSI_HELPED;
        if (has_worked(h))
            h->deadline = osi_now() + h->seconds;
        else if (osi_now() > h->deadline)
            return OSI_HELP_LATE;
    }
}

osi_helped osi_helper_send(osi_helper *h, const void *bytes, size_t len)
{
    const char *p = bytes;

    while (len > 0) {
        const ssize_t done = send(h->fd, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (done > 0) {
            p += done;
            len -= (size_t)done;
        } else if (done < 0 && (errno == EAGAIN || errno == EINTR)) {
            const osi_helped w = wait_for(h, POLLOUT);
            if (w != OSI_HELPED)
                return w;
        } else {
            return OSI_HELP_FAILED;
        }
    }
    return OSI_HELPED;
}

osi_helped osi_helper_send_file(osi_helper *h, const void *bytes,
                                size_t len, int file)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {(void *)(uintptr_t)bytes, len};
    struct msghdr head = {.msg_iov = &part,
                          .msg_iovlen = 1,
                          .msg_control = control.bytes,
                          .msg_controllen = sizeof control.bytes};
    struct cmsghdr *const c = CMSG_FIRSTHDR(&head);
    ssize_t done;

    memset(&control, 0, sizeof control);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &file, sizeof file);
    while ((done = sendmsg(h->fd, &head, MSG_NOSIGNAL | MSG_DONTWAIT)) < 0) {
        osi_helped w;
        if (errno != EAGAIN && errno != EINTR)
            return OSI_HELP_FAILED;
        w = wait_for(h, POLLOUT);
        if (w != OSI_HELPED)
            return w;
    }
    return osi_helper_send(h, (const char *)bytes + done,
                           len - (size_t)done);
}

osi_helped osi_helper_receive(osi_helper *h, void *to, size_t room,
                              size_t *len)
{
    *len = 0;
    for (;;) {
        const ssize_t got = recv(h->fd, to, room, MSG_DONTWAIT);
        if (got > 0) {
            *len = (size_t)got;
            return OSI_HELPED;
        }
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            const osi_helped w = wait_for(h, POLLIN);
            if (w != OSI_HELPED)
                return w;
        } else {
            return OSI_HELP_FAILED;
        }
    }
}

void osi_helper_bury(osi_helper *h, osi_helped how, const char *part)
{
    int status;

    osi_helper_stop(h, &status);
    if (how != OSI_HELP_LATE && WIFSIGNALED(status) &&
        WTERMSIG(status) == SIGXCPU)
        h->seconds = OSI_HELPER_SECONDS;
    if (how == OSI_HELP_LATE ||
        (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
        snprintf(h->reason, sizeof h->reason,
                 "the %s took longer than %u seconds", part, h->seconds);
    else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
        snprintf(h->reason, sizeof h->reason, "the %s died of signal %d", part,
                 WTERMSIG(status));
    else
        snprintf(h->reason, sizeof h->reason, "the %s died", part);
}
