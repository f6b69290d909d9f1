/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where the index lies, and absolute paths of what the user names. An id is a
 * path relative to the folder that holds the index, so that a tree can be
 * moved with its index; outside that folder it is absolute.
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "walk.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>

/* Where times have no parts of a second, as on FAT, whose are even, on ext3 and
 * on old NFS, their clock goes on so seldom. */
#define COARSE_TICK_NS 2000000000

/* A file that is changed all the time is not waited for: it will change again,
 * and be seen then. */
#define TRIES 3

static char *copy_text(const char *text, size_t len)
{
    char *const copy = osi_realloc(NULL, len + 1);

    if (copy != NULL) {
        memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Sets index to the nearest .osteon of this folder and its parents, or to one
 * to be made here. */
static bool search_upwards(osi_place *place)
{
    char *const here = realpath(".", NULL);
    size_t len;

    if (here == NULL) {
        osi_error("the current folder: %s", strerror(errno));
        return false;
    }
    len = strlen(here);
    if (!is_folder(".osteon")) {
        while (len > 1 && place->index == NULL) {
            osi_bytes path = {0};
            while (len > 0 && here[len - 1] != '/')
                len--;
            osi_bytes_add(&path, here, len); /* with the slash */
            osi_bytes_add(&path, ".osteon", sizeof ".osteon");
            if (!path.failed && is_folder(path.data)) {
                place->index = path.data;
                path.data = NULL;
            }
            osi_bytes_free(&path);
            if (len > 0)
                len--;
        }
    }
    free(here);
    if (place->index == NULL)
        place->index = copy_text(".osteon", 7);
    return place->index != NULL;
}

/* The real path of the folder that holds the index. */
static bool find_root(osi_place *place)
{
    osi_bytes folder = {0};
    size_t len = strlen(place->index);
    char *real = place->exists ? realpath(place->index, NULL) : NULL;

    if (real != NULL) {
        len = strlen(real);
        while (len > 0 && real[len - 1] != '/')
            len--;
        place->root_len = len > 0 ? len - 1 : 0;
    } else {
        while (len > 0 && place->index[len - 1] == '/')
            len--;
        while (len > 0 && place->index[len - 1] != '/')
            len--;
        osi_bytes_add(&folder, len ? place->index : ".", len ? len : 1);
        osi_bytes_add(&folder, "", 1);
        if (!folder.failed)
            real = realpath(folder.data, NULL);
        if (real == NULL)
            osi_error_path(place->index, strlen(place->index),
                           folder.failed ? "out of memory" : strerror(errno));
        osi_bytes_free(&folder);
        if (real == NULL)
            return false;
        place->root_len = strcmp(real, "/") == 0 ? 0 : strlen(real);
    }
    real[place->root_len] = '\0';
    place->root = real;
    return true;
}

/* The index somebody named: `given`, else OSTEON_INDEX. NULL: nobody. */
static const char *named_index(const char *given)
{
    if (given == NULL)
        given = getenv("OSTEON_INDEX");
    return given != NULL && given[0] != '\0' ? given : NULL;
}

bool osi_place_is_given(const char *given)
{
    return named_index(given) != NULL;
}

bool osi_place_find(const char *given, osi_place *place)
{
    struct stat st;
    const char *name;
    size_t len;

    memset(place, 0, sizeof *place);
    given = named_index(given);
    if (given != NULL)
        place->index = copy_text(given, strlen(given));
    else if (!search_upwards(place))
        return false;
    if (place->index == NULL) {
        osi_error("out of memory");
        return false;
    }
    len = strlen(place->index);
    while (len > 1 && place->index[len - 1] == '/')
        place->index[--len] = '\0';
    name = strrchr(place->index, '/');
    name = name != NULL ? name + 1 : place->index;
    place->belongs = strcmp(name, ".osteon") == 0;
    place->exists = stat(place->index, &st) == 0;
    return find_root(place);
}

void osi_place_free(osi_place *place)
{
    free(place->index);
    free(place->root);
    memset(place, 0, sizeof *place);
}

size_t osi_place_id(const osi_place *place, const char *path, size_t len)
{
    if (len > place->root_len + 1 && path[place->root_len] == '/' &&
        memcmp(path, place->root, place->root_len) == 0)
        return place->root_len + 1;
    return 0;
}

/* Appends components, leaving out "" and "." and going up for "..". */
static void append_plain(osi_bytes *out, const char *path)
{
    while (*path != '\0') {
        const size_t len = strcspn(path, "/");
        if (len == 2 && path[0] == '.' && path[1] == '.') {
            while (out->len > 0 && out->data[--out->len] != '/')
                ;
        } else if (len > 0 && !(len == 1 && path[0] == '.')) {
            osi_bytes_add(out, "/", 1);
            osi_bytes_add(out, path, len);
        }
        path += len + (path[len] == '/');
    }
}

static void set_real(osi_bytes *out, const char *real)
{
    out->len = 0;
    osi_bytes_add_text(out, strcmp(real, "/") == 0 ? "" : real);
}

/* The real path of the longest part of `path` that is there, then the rest as
 * it stands. */
static void resolve_missing(const char *path, osi_bytes *out)
{
    size_t cut = strlen(path);
    osi_bytes part = {0};
    char *real = NULL;

    while (real == NULL && cut > 0 && !part.failed) {
        while (cut > 0 && path[cut - 1] == '/')
            cut--;
        while (cut > 0 && path[cut - 1] != '/')
            cut--;
        part.len = 0;
        osi_bytes_add(&part, cut ? path : ".", cut ? cut : 1);
        osi_bytes_add(&part, "", 1);
        if (!part.failed)
            real = realpath(part.data, NULL);
    }
    if (real != NULL)
        set_real(out, real);
    else
        out->failed = true;
    append_plain(out, path + cut);
    free(real);
    osi_bytes_free(&part);
}

/* Makes resolver->real the real path of the first `len` bytes of `path`. */
static bool enter_folder(osi_resolver *r, const char *path, size_t len)
{
    char *real;

    if (r->folder.data != NULL && r->folder.len == len + 1 &&
        memcmp(r->folder.data, path, len) == 0)
        return true;
    r->folder.len = 0;
    osi_bytes_add(&r->folder, path, len);
    osi_bytes_add(&r->folder, "", 1);
    if (r->folder.failed)
        return false;
    real = realpath(len > 0 ? r->folder.data : ".", NULL);
    if (real == NULL) {
        r->folder.len = 0;
        return false;
    }
    set_real(&r->real, real);
    free(real);
    return !r->real.failed;
}

static osi_operand_kind resolve_whole(const char *path, osi_bytes *out,
                                      struct stat *st)
{
    char *const real = realpath(path, NULL);

    if (real == NULL && errno != ENOENT && errno != ENOTDIR)
        return OSI_OPERAND_ERROR;
    if (real == NULL) {
        resolve_missing(path, out);
        return OSI_OPERAND_MISSING;
    }
    set_real(out, real);
    free(real);
    osi_bytes_add(out, "", 1);
    if (out->failed || stat(out->len > 1 ? out->data : "/", st) != 0)
        return errno == ENOENT ? OSI_OPERAND_MISSING : OSI_OPERAND_ERROR;
    out->len--;
    return OSI_OPERAND_FILE;
}

/* Sets *st and the path, without following a symlink of the last component
 * more than once. */
static osi_operand_kind resolve_stat(osi_resolver *r, const char *path,
                                     osi_bytes *out, struct stat *st)
{
    const char *const slash = strrchr(path, '/');
    const char *const name = slash != NULL ? slash + 1 : path;
    const size_t folder = slash == NULL ? 0 : (size_t)(slash - path) + 1;

    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
        !enter_folder(r, path, folder))
        return resolve_whole(path, out, st);
    osi_bytes_add(out, r->real.data, r->real.len);
    osi_bytes_add(out, "/", 1);
    osi_bytes_add(out, name, strlen(name) + 1);
    if (out->failed)
        return OSI_OPERAND_ERROR;
    out->len--;
    if (lstat(out->data, st) != 0)
        return errno == ENOENT || errno == ENOTDIR ? OSI_OPERAND_MISSING
                                                   : OSI_OPERAND_ERROR;
    if (!S_ISLNK(st->st_mode))
        return OSI_OPERAND_FILE;
    out->len = 0;
    return resolve_whole(path, out, st);
}

osi_operand_kind osi_resolve(osi_resolver *resolver, const char *path,
                             osi_bytes *out, uint64_t *size,
                             int64_t *mtime_ns)
{
    struct stat st;
    osi_operand_kind kind;

    out->len = 0;
    errno = 0;
    kind = resolve_stat(resolver, path, out, &st);
    osi_bytes_add(out, "", 1);
    if (out->failed) {
        errno = ENOMEM;
        return OSI_OPERAND_ERROR;
    }
    out->len--;
    if (kind != OSI_OPERAND_FILE)
        return kind;
    *size = (uint64_t)st.st_size;
    *mtime_ns = osi_nanoseconds(st.st_mtim);
    if (S_ISDIR(st.st_mode))
        return OSI_OPERAND_FOLDER;
    return S_ISREG(st.st_mode) ? OSI_OPERAND_FILE : OSI_OPERAND_OTHER;
}

void osi_resolver_free(osi_resolver *resolver)
{
    osi_bytes_free(&resolver->folder);
    osi_bytes_free(&resolver->real);
}

int osi_stat_settled(int fd, struct stat *st)
{
    for (int tries = 0;; tries++) {
        struct timespec now;
        int64_t age, tick;
        if (fstat(fd, st) != 0)
            return -1;
        if (!S_ISREG(st->st_mode)) {
            errno = ENXIO;
            return -1;
        }
        tick = st->st_mtim.tv_nsec == 0 ? COARSE_TICK_NS : OSI_TICK_NS;
        clock_gettime(CLOCK_REALTIME, &now);
        age = osi_nanoseconds(now) - osi_nanoseconds(st->st_mtim);
        if (age < 0 || age >= tick || tries == TRIES)
            return 0;
        age = tick - age;
        nanosleep(&(struct timespec){age / 1000000000, age % 1000000000},
                  NULL);
    }
}
