/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Opening Xapian databases, and opening them anew when they have changed: a
 * reader of Xapian's has one state of the files and is told when that is no
 * longer there.
 */
#include "xapian_index.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Tries while others write. */
#define TRIES 20

/* ---- What is at a path ---- */

static bool has_file(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat st;
    const int n = snprintf(path, sizeof path, "%s/%s", folder, name);

    return n > 0 && (size_t)n < sizeof path && stat(path, &st) == 0 &&
           S_ISREG(st.st_mode);
}

/* True for a single-file database, or a stub: a text of lines that begin
 * with a kind of database. */
static bool is_database_file(const char *path)
{
    static const char magic[] = "\x0f\x0dXapian Glass";
    static const char *const kinds[] = {"auto ", "glass ", "chert ",
                                        "remote "};
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char start[32] = {0};
    ssize_t n;

    if (fd < 0)
        return false;
    n = read(fd, start, sizeof start - 1);
    close(fd);
    if (n >= (ssize_t)sizeof magic - 1 &&
        memcmp(start, magic, sizeof magic - 1) == 0)
        return true;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (n > 0 && strncmp(start, kinds[i], strlen(kinds[i])) == 0)
            return true;
    return false;
}

bool ost_xapian_is_at(const char *path)
{
    struct stat st;

    if (ost_xapian_is_url(path))
        return true;
    if (stat(path, &st) != 0)
        return false;
    if (S_ISREG(st.st_mode))
        return is_database_file(path);
    return S_ISDIR(st.st_mode) && !has_file(path, "MANIFEST") &&
           (has_file(path, "XAPIANDB") || has_file(path, "iamglass") ||
            has_file(path, "iamchert"));
}

/* ---- Failures ---- */

static osteon_status meaning(xapian_c_status status, bool remote)
{
    switch (status) {
    case XAPIAN_C_NO_MEMORY:
        return OSTEON_NO_MEMORY;
    case XAPIAN_C_DATABASE_NOT_FOUND_ERROR:
        return OSTEON_NOT_FOUND;
    case XAPIAN_C_DATABASE_VERSION_ERROR:
    case XAPIAN_C_FEATURE_UNAVAILABLE_ERROR:
    case XAPIAN_C_UNIMPLEMENTED_ERROR:
        return OSTEON_VERSION;
    case XAPIAN_C_DOC_NOT_FOUND_ERROR:
        return OSTEON_NOT_FOUND;
    case XAPIAN_C_DATABASE_ERROR:
    case XAPIAN_C_DATABASE_CLOSED_ERROR:
    case XAPIAN_C_DATABASE_LOCK_ERROR:
    case XAPIAN_C_DATABASE_MODIFIED_ERROR:
    case XAPIAN_C_DATABASE_OPENING_ERROR:
        return OSTEON_IO;
    default:
        /* On this host nothing else goes wrong with files as they should
         * be: Xapian also uses errors of networks and ranges for bytes that
         * do not unpack. */
        return remote ? OSTEON_IO : OSTEON_CORRUPT;
    }
}

osteon_status ost_xapian_fail_as(const char *name, bool remote,
                                 xapian_c_status status,
                                 const xapian_c_error *error,
                                 osteon_error *err)
{
    const osteon_status s = meaning(status, remote);

    if (s == OSTEON_NO_MEMORY)
        return ost_fail_memory(err);
    if (status == XAPIAN_C_NETWORK_TIMEOUT_ERROR && remote)
        return ost_fail(err, s, "%s: no answer in time", name);
    return ost_fail(err, s, "%s: %s", name,
                    error->message[0] != '\0' ? error->message : error->type);
}

/* The shard that an error is of: Xapian tells host and port. */
static const ost_xapian_shard *culprit(const ost_xapian_index *x)
{
    char place[XAPIAN_C_TEXT_SIZE];

    for (uint32_t i = 0; x->remote && i < x->n_shards; i++) {
        snprintf(place, sizeof place, "(%s:%u)", x->shards[i].host,
                 x->shards[i].port);
        if (strstr(x->error.context, place) != NULL)
            return &x->shards[i];
    }
    return x->n_up == 1 ? &x->shards[x->up[0]] : NULL;
}

osteon_status ost_xapian_fail(ost_xapian_index *x, xapian_c_status status,
                              osteon_error *err)
{
    const ost_xapian_shard *shard = culprit(x);

    if (status == XAPIAN_C_DATABASE_MODIFIED_ERROR)
        x->trouble = OST_XAPIAN_MODIFIED;
    else if (x->remote && (status == XAPIAN_C_NETWORK_ERROR ||
                           status == XAPIAN_C_NETWORK_TIMEOUT_ERROR))
        x->trouble = OST_XAPIAN_NETWORK;
    return ost_xapian_fail_as(shard != NULL ? shard->name : x->path, x->remote,
                              status, &x->error, err);
}

/* ---- Notes ---- */

bool ost_xapian_note(ost_xapian_index *x, const char *format, ...)
{
    ost_buffer line = {0};
    char text[OSTEON_ERROR_TEXT + 128];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!OST_GROW(&x->notes, &x->note_room, x->n_notes + 1))
        return false;
    ost_buffer_add(&line, text, strlen(text) + 1);
    if (line.failed)
        return false;
    x->notes[x->n_notes++] = (char *)line.data;
    return true;
}

void ost_xapian_notes_clear(ost_xapian_index *x)
{
    for (size_t i = 0; i < x->n_notes; i++)
        ost_free(x->notes[i]);
    x->n_notes = 0;
}

static const char *note_at(const osteon_index *index, size_t i)
{
    const ost_xapian_index *x = ost_xapian(index);

    return i < x->n_notes ? x->notes[i] : NULL;
}

osteon_status ost_xapian_stemmer(ost_xapian_index *x, ost_stemmer **out,
                                 osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    if (x->stemmer == NULL)
        s = ost_stemmer_open(x->base.language, &x->stemmer, err);
    *out = x->stemmer;
    return s;
}

/* ---- A database on this host ---- */

/* The folder that relative paths of sources start at: the one that holds the
 * index, where our writer made it. A copy that xapian-replicate keeps has the
 * stub file as well, but no lock of ours, and no table of sources. */
static osteon_status find_root(ost_xapian_index *x, osteon_error *err)
{
    char *real, *slash;

    if (x->root != NULL || !x->settings.ours ||
        !has_file(x->path, "XAPIANDB") || !has_file(x->path, "LOCK"))
        return OSTEON_OK;
    real = realpath(x->path, NULL);
    if (real == NULL)
        return ost_fail_os(err, errno, "%s", x->path);
    slash = strrchr(real, '/');
    if (slash != NULL)
        slash[slash == real] = '\0';
    x->root = ost_path_join("", real);
    free(real);
    x->base.root = x->root;
    return x->root != NULL ? OSTEON_OK : ost_fail_memory(err);
}

/* Maps the table of sources. A copy of the database alone does without. */
static osteon_status open_sources(ost_xapian_index *x, osteon_error *err)
{
    uint64_t size, checksum;
    char name[64], *path;
    osteon_status s;

    ost_source_table_close(x->table);
    ost_sources_free(x->sources);
    x->table = NULL;
    x->sources = NULL;
    if (x->root == NULL || x->settings.sources[0] == '\0')
        return OSTEON_OK;
    if (!ost_xapian_sources_file(&x->settings, name, &size, &checksum))
        return ost_fail(err, OSTEON_CORRUPT,
                        "%s: metadata \"" OST_KEY_SOURCES "\" are damaged",
                        x->path);
    path = ost_path_join(x->path, name);
    if (path == NULL)
        return ost_fail_memory(err);
    s = ost_source_table_open(path, size, checksum, &x->table, err);
    ost_free(path);
    return s;
}

/* Reads from the tables that Xapian opens on first use only: a writer may
 * remove the files once it has made another database. */
static osteon_status open_tables(ost_xapian_index *x, xapian_c_database *db,
                                 osteon_error *err)
{
    xapian_c_term_iterator *synonyms = NULL;
    xapian_c_position_iterator *positions = NULL;
    bool any;
    xapian_c_status status =
        xapian_c_database_has_positions(db, &any, &x->error);

    if (status == XAPIAN_C_OK)
        status = xapian_c_database_positionlist_begin(
            db, 1, OST_TERM_LENGTH, strlen(OST_TERM_LENGTH), &positions,
            &x->error);
    if (status == XAPIAN_C_OK)
        status = xapian_c_database_synonyms_begin(db, "Z", 1, &synonyms,
                                                  &x->error);
    xapian_c_position_iterator_free(positions);
    xapian_c_term_iterator_free(synonyms);
    return status == XAPIAN_C_OK ? OSTEON_OK : ost_xapian_fail(x, status, err);
}

static osteon_status open_once(ost_xapian_index *x, osteon_error *err)
{
    ost_xapian_shard *shard = &x->shards[0];
    const xapian_c_status status =
        xapian_c_database_new_path(x->path, 0, &shard->db, &x->error);
    osteon_status s;

    if (status != XAPIAN_C_OK)
        return ost_xapian_fail(x, status, err);
    s = ost_xapian_settings_read(x->path, false, shard->db, &shard->settings,
                                 err);
    if (s == OSTEON_OK)
        s = ost_xapian_join(x, err);
    if (s == OSTEON_OK)
        s = open_tables(x, shard->db, err);
    if (s == OSTEON_OK)
        s = find_root(x, err);
    return s == OSTEON_OK ? open_sources(x, err) : s;
}

static void close_databases(ost_xapian_index *x)
{
    xapian_c_database_free(x->db);
    x->db = NULL;
    for (uint32_t i = 0; i < x->n_shards; i++) {
        xapian_c_database_free(x->shards[i].db);
        x->shards[i].db = NULL;
    }
}

/* Which state of the stub there is: a writer renames a new one over it. */
typedef struct stub_state {
    dev_t device;
    ino_t inode;
    struct timespec changed;
} stub_state;

static stub_state look_at_stub(const char *folder)
{
    stub_state state = {0};
    char path[PATH_MAX];
    struct stat st;

    snprintf(path, sizeof path, "%s/XAPIANDB", folder);
    if (stat(path, &st) == 0)
        state = (stub_state){st.st_dev, st.st_ino, st.st_mtim};
    return state;
}

static bool same_stub(const stub_state *a, const stub_state *b)
{
    return a->device == b->device && a->inode == b->inode &&
           a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}

/* A commit between our steps shows as a failure of one of them: then there is
 * a newer state, which is opened instead. Not finding a file is told from
 * losing it by trying a few times. */
static osteon_status open_local(ost_xapian_index *x, osteon_error *err)
{
    osteon_status s = OSTEON_OK;
    unsigned missed = 0;

    for (unsigned i = 0; i < TRIES; i++) {
        const stub_state before = look_at_stub(x->path);
        stub_state after;
        close_databases(x);
        x->trouble = OST_XAPIAN_FINE;
        s = open_once(x, err);
        if (s == OSTEON_OK)
            return OSTEON_OK;
        after = look_at_stub(x->path);
        if (x->trouble == OST_XAPIAN_FINE && same_stub(&before, &after) &&
            (s != OSTEON_NOT_FOUND || ++missed > 2))
            break;
    }
    close_databases(x);
    if (s == OSTEON_NOT_FOUND) { /* of what is there, a part is not */
        s = OSTEON_CORRUPT;
        if (err != NULL)
            err->status = s;
    }
    return s;
}

/* ---- Running what calls Xapian ---- */

static osteon_status mend(ost_xapian_index *x, unsigned tries,
                          osteon_error *err)
{
    if (x->remote)
        return ost_xapian_reconnect(x, tries, err);
    return open_local(x, err);
}

osteon_status ost_xapian_run(const osteon_index *index, ost_xapian_body *body,
                             void *arg, osteon_error *err)
{
    ost_xapian_index *x = ost_xapian(index);
    ost_pipe_guard guard;
    osteon_error error;
    osteon_status s;

    pthread_mutex_lock(&x->mutex);
    if (x->remote)
        ost_pipe_guard_on(&guard);
    /* Nobody was there the last time. */
    s = x->db == NULL ? mend(x, 0, &error) : OSTEON_OK;
    for (unsigned tries = 0; s == OSTEON_OK; tries++) {
        x->trouble = OST_XAPIAN_FINE;
        s = body(x, arg, &error);
        if (s == OSTEON_OK || x->trouble == OST_XAPIAN_FINE || tries == TRIES)
            break;
        s = mend(x, tries, &error);
    }
    if (x->remote)
        ost_pipe_guard_off(&guard);
    pthread_mutex_unlock(&x->mutex);
    if (s != OSTEON_OK && err != NULL)
        *err = error;
    return s;
}

/* ---- The index ---- */

static void close_index(osteon_index *base)
{
    ost_xapian_index *x = ost_xapian(base);

    close_databases(x);
    for (uint32_t i = 0; i < x->n_shards; i++) {
        ost_free(x->shards[i].name);
        ost_free(x->shards[i].host);
    }
    ost_free(x->shards);
    ost_free(x->up);
    ost_free(x->path);
    ost_free(x->root);
    ost_source_table_close(x->table);
    ost_sources_free(x->sources);
    ost_stemmer_close(x->stemmer);
    ost_xapian_notes_clear(x);
    ost_free(x->notes);
    pthread_mutex_destroy(&x->mutex);
    ost_free(x);
}

static const ost_index_engine xapian_engine = {
    .close = close_index,
    .info = ost_xapian_info,
    .parts = ost_xapian_parts,
    .source_next = ost_xapian_source_next,
    .search = ost_xapian_search,
    .explain = ost_xapian_explain,
    .entry_open = ost_xapian_entry_open,
    .entry_open_id = ost_xapian_entry_open_id,
    .note = note_at,
    .has_field = ost_xapian_has_field,
};

static osteon_status new_local(ost_xapian_index *x, osteon_error *err)
{
    x->shards = ost_calloc(1, sizeof *x->shards);
    x->up = ost_calloc(1, sizeof *x->up);
    if (x->shards == NULL || x->up == NULL)
        return ost_fail_memory(err);
    x->n_shards = 1;
    x->shards[0].name = ost_path_join("", x->path);
    if (x->shards[0].name == NULL)
        return ost_fail_memory(err);
    return open_local(x, err);
}

static osteon_status new_remote(ost_xapian_index *x, osteon_error *err)
{
    osteon_status s = ost_xapian_url_parse(x, err);
    ost_pipe_guard guard;

    if (s != OSTEON_OK)
        return s;
    ost_pipe_guard_on(&guard);
    s = ost_xapian_reconnect(x, 0, err);
    ost_pipe_guard_off(&guard);
    return s;
}

osteon_status ost_xapian_index_open(const char *path,
                                    const osteon_open_options *options,
                                    osteon_index **out, osteon_error *err)
{
    const double timeout =
        options != NULL && options->timeout > 0 ? options->timeout : 10;
    ost_xapian_index *x = ost_calloc(1, sizeof *x);
    osteon_status s;

    *out = NULL;
    if (x == NULL)
        return ost_fail_memory(err);
    pthread_mutex_init(&x->mutex, NULL);
    x->base.engine = &xapian_engine;
    x->base.language = x->language;
    x->timeout_ms = (unsigned)((timeout < 1e6 ? timeout : 1e6) * 1000 + 0.5);
    x->timeout_ms += x->timeout_ms == 0; /* 0 would be for ever */
    x->partial = options != NULL && options->partial;
    x->remote = ost_xapian_is_url(path);
    x->path = ost_path_join("", path);
    if (x->path == NULL)
        s = ost_fail_memory(err);
    else
        s = x->remote ? new_remote(x, err) : new_local(x, err);
    if (s != OSTEON_OK) {
        close_index(&x->base);
        return s;
    }
    *out = &x->base;
    return OSTEON_OK;
}
