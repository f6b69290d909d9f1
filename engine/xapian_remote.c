/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Shards on other hosts, served by xapian-tcpsrv: connecting to all of them
 * at once, so that several dead ones cost one timeout and not one each, and
 * connecting anew.
 */
#include "xapian_index.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#define SCHEME "xapian://"
#define MOST_SHARDS 1024

/* Lost shards are tried again no sooner than after so many seconds. */
#define LOST_SECONDS 5

bool ost_xapian_is_url(const char *path)
{
    return strncmp(path, SCHEME, sizeof SCHEME - 1) == 0;
}

/* ---- The address ---- */

static osteon_status bad_url(const ost_xapian_index *x, osteon_error *err)
{
    return ost_fail(err, OSTEON_INVALID,
                    "%s: not xapian://HOST:PORT,HOST:PORT,...", x->path);
}

/* Makes a shard of [from, end), host:port or [host]:port. */
static osteon_status add_shard(ost_xapian_index *x, const char *from,
                               const char *end, osteon_error *err)
{
    ost_xapian_shard *shard = &x->shards[x->n_shards];
    const char *colon = end;
    ost_buffer name = {0}, host = {0};
    unsigned port = 0;

    while (colon > from && colon[-1] != ':')
        colon--;
    if (colon == from || colon - 1 == from || colon == end || end - colon > 5)
        return bad_url(x, err);
    for (const char *p = colon; p < end; p++) {
        if (*p < '0' || *p > '9')
            return bad_url(x, err);
        port = port * 10 + (unsigned)(*p - '0');
    }
    if (port == 0 || port > 65535)
        return bad_url(x, err);
    ost_buffer_add(&name, from, (size_t)(end - from));
    ost_buffer_add_byte(&name, '\0');
    if (*from == '[' && colon[-2] == ']')
        ost_buffer_add(&host, from + 1, (size_t)(colon - from) - 3);
    else
        ost_buffer_add(&host, from, (size_t)(colon - from) - 1);
    ost_buffer_add_byte(&host, '\0');
    if (name.failed || host.failed) {
        ost_buffer_free(&name);
        ost_buffer_free(&host);
        return ost_fail_memory(err);
    }
    shard->name = (char *)name.data;
    shard->host = (char *)host.data;
    shard->port = port;
    x->n_shards++;
    return OSTEON_OK;
}

osteon_status ost_xapian_url_parse(ost_xapian_index *x, osteon_error *err)
{
    const char *p = x->path + sizeof SCHEME - 1;
    size_t n = 1;

    for (const char *c = p; *c != '\0'; c++)
        n += *c == ',';
    if (n > MOST_SHARDS)
        return bad_url(x, err);
    x->shards = ost_calloc(n, sizeof *x->shards);
    x->up = ost_calloc(n, sizeof *x->up);
    if (x->shards == NULL || x->up == NULL)
        return ost_fail_memory(err);
    for (size_t i = 0; i < n; i++) {
        const size_t len = strcspn(p, ",");
        const osteon_status s = add_shard(x, p, p + len, err);
        if (s != OSTEON_OK)
            return s;
        p += len + 1;
    }
    return OSTEON_OK;
}

/* ---- Connecting ---- */

typedef struct connecting {
    ost_xapian_shard *shard;
    unsigned timeout_ms;
    pthread_t thread;
    bool started;
} connecting;

static void *connect_one(void *arg)
{
    const connecting *c = arg;
    ost_xapian_shard *shard = c->shard;
    xapian_c_error error;
    xapian_c_status status;
    osteon_status s;

    status = xapian_c_remote_open_tcp(shard->host, shard->port, c->timeout_ms,
                                      c->timeout_ms, &shard->db, &error);
    if (status != XAPIAN_C_OK)
        s = ost_xapian_fail_as(shard->name, true, status, &error,
                               &shard->down);
    else
        s = ost_xapian_settings_read(shard->name, true, shard->db,
                                     &shard->settings, &shard->down);
    if (s != OSTEON_OK) {
        xapian_c_database_free(shard->db);
        shard->db = NULL;
    }
    return NULL;
}

static double now(void)
{
    struct timespec t = {0, 0};

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void ost_xapian_connect(ost_xapian_index *x)
{
    connecting *all = ost_calloc(x->n_shards, sizeof *all);
    struct sigaction before;
    const bool known = sigaction(SIGPIPE, NULL, &before) == 0;

    for (uint32_t i = 0; i < x->n_shards; i++) {
        connecting here = {.shard = &x->shards[i],
                           .timeout_ms = x->timeout_ms};
        connecting *c = all != NULL ? &all[i] : &here;
        *c = here;
        if (x->shards[i].db != NULL)
            continue;
        c->started = all != NULL && x->n_shards > 1 &&
                     pthread_create(&c->thread, NULL, connect_one, c) == 0;
        if (!c->started)
            connect_one(c);
    }
    for (uint32_t i = 0; all != NULL && i < x->n_shards; i++)
        if (all[i].started)
            pthread_join(all[i].thread, NULL);
    /* Xapian has set SIGPIPE to be ignored, which is not ours to decide. */
    if (known)
        sigaction(SIGPIPE, &before, NULL);
    x->last_try = now();
    ost_free(all);
}

/* Joins who is there, which must be all unless `partial`. */
static osteon_status join(ost_xapian_index *x, osteon_error *err)
{
    const ost_xapian_shard *down = NULL;
    uint32_t n_down = 0;

    for (uint32_t i = x->n_shards; i > 0; i--)
        if (x->shards[i - 1].db == NULL) {
            down = &x->shards[i - 1];
            n_down++;
        }
    /* Whoever answers with what we cannot read is not out of reach. */
    if (down != NULL &&
        (!x->partial || n_down == x->n_shards ||
         down->down.status != OSTEON_IO)) {
        xapian_c_database_free(x->db);
        x->db = NULL;
        if (err != NULL)
            *err = down->down;
        return down->down.status;
    }
    return ost_xapian_join(x, err);
}

static void disconnect(ost_xapian_index *x)
{
    xapian_c_database_free(x->db);
    x->db = NULL;
    for (uint32_t i = 0; i < x->n_shards; i++) {
        xapian_c_database_free(x->shards[i].db);
        x->shards[i].db = NULL;
    }
}

/* Leaves out the shard that the failure in `err` is of; false: it is not
 * known which that is. */
static bool leave_out(ost_xapian_index *x, const osteon_error *err)
{
    for (uint32_t i = 0; i < x->n_shards; i++) {
        ost_xapian_shard *shard = &x->shards[i];
        const size_t len = strlen(shard->name);
        if (shard->db == NULL || strncmp(err->text, shard->name, len) != 0 ||
            err->text[len] != ':')
            continue;
        shard->down = *err;
        xapian_c_database_free(shard->db);
        shard->db = NULL;
        return true;
    }
    return false;
}

osteon_status ost_xapian_reconnect(ost_xapian_index *x, unsigned tries,
                                   osteon_error *err)
{
    const bool modified = x->trouble == OST_XAPIAN_MODIFIED;
    const osteon_status failed = tries > 0 ? err->status : OSTEON_OK;

    x->trouble = OST_XAPIAN_FINE;
    if (tries == 0 || modified) {
        disconnect(x);
        ost_xapian_connect(x);
    } else if (!x->partial || !leave_out(x, err)) {
        return failed;
    }
    return join(x, err);
}

osteon_status ost_xapian_revive(ost_xapian_index *x, osteon_error *err)
{
    if (x->n_up == x->n_shards || now() - x->last_try < LOST_SECONDS)
        return OSTEON_OK;
    ost_xapian_connect(x);
    return join(x, err);
}

/* ---- SIGPIPE ---- */

static void pipe_only(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGPIPE);
}

void ost_pipe_guard_on(ost_pipe_guard *guard)
{
    sigset_t set, pending;

    sigemptyset(&pending);
    sigpending(&pending);
    guard->pending = sigismember(&pending, SIGPIPE) == 1;
    pipe_only(&set);
    pthread_sigmask(SIG_BLOCK, &set, &guard->before);
}

void ost_pipe_guard_off(const ost_pipe_guard *guard)
{
    const struct timespec none = {0, 0};
    sigset_t set, pending;
    int number;

    sigemptyset(&pending);
    sigpending(&pending);
    pipe_only(&set);
    if (!guard->pending && sigismember(&pending, SIGPIPE) == 1)
        do
            number = sigtimedwait(&set, NULL, &none);
        while (number < 0 && errno == EINTR);
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}
