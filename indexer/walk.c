/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The walk over a tree: names of a folder are read, sorted bytewise, then
 * taken one by one; a folder among them is entered at its turn. Where the
 * folder tells what an entry is, only regular files are looked at. Frames,
 * one a level, keep their memory for the next folder of that level. Above
 * OPEN_LEVELS the outer folders are closed and opened again when their turn
 * comes, so that depth is limited by the length of paths alone.
 */
#define _GNU_SOURCE /* d_type, and O_PATH's relatives */
#include "walk.h"
#include "convert.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_LEVELS 100

/* An ignore file above this size is cut. */
#define IGNORE_FILE_MAX (1 << 20)

typedef struct item {
    uint64_t prefix; /* first eight bytes of the name, as a number */
    union {
        size_t offset; /* while names are read */
        const char *name;
    } at;
    unsigned char type;  /* DT_... */
    bool maybe_index;    /* has the number of the index's own folder */
} item;

typedef struct frame {
    DIR *dir; /* NULL where the folder had to be opened again */
    int fd;   /* -1: closed for the time being */
    size_t path_len; /* of the folder, in the walker's path */
    item *items;
    size_t n, room, next;
    osi_bytes names;
    osi_rules *rules; /* of this folder's ignore files, or NULL */
    size_t id;        /* where ids of this folder's entries begin */
} frame;

typedef struct walker {
    const osi_walk *walk;
    osi_bytes path; /* absolute, of the entry at hand; "" for "/" */
    frame *frames;
    size_t n, room;
    size_t top; /* length of the path the walk begins at */
    frame *outer;    /* rules of folders above it, outermost first */
    size_t n_outer, outer_room;
    bool no_memory;
} walker;

static const char *const ignore_files[] = {".gitignore", ".ignore",
                                           ".osteonignore"};

static uint64_t prefix_of(const char *name)
{
    uint64_t prefix = 0;

    for (int i = 0; i < 8; i++) {
        prefix = prefix << 8 | (unsigned char)*name;
        name += *name != '\0';
    }
    return prefix;
}

static int by_name(const void *a, const void *b)
{
    const item *const x = a, *const y = b;

    if (x->prefix != y->prefix)
        return x->prefix < y->prefix ? -1 : 1;
    return strcmp(x->at.name, y->at.name);
}

static bool add_item(frame *f, const struct dirent *entry, ino_t index)
{
    item *fresh;

    if (f->n == f->room) {
        const size_t room = f->room ? f->room * 2 : 256;
        fresh = osi_realloc(f->items, room * sizeof *fresh);
        if (fresh == NULL)
            return false;
        f->items = fresh;
        f->room = room;
    }
    fresh = &f->items[f->n];
    fresh->prefix = prefix_of(entry->d_name);
    fresh->at.offset = f->names.len;
    fresh->type = entry->d_type;
    fresh->maybe_index = entry->d_ino == index;
    osi_bytes_add(&f->names, entry->d_name, strlen(entry->d_name) + 1);
    if (f->names.failed)
        return false;
    f->n++;
    return true;
}

/* Adds the rules of a file, of which not more than IGNORE_FILE_MAX bytes are
 * read. Returns errno; false in *memory: there was none. */
static int read_ignore_file(int folder, const char *name, osi_rules *rules,
                            bool *memory)
{
    const int fd = openat(folder, name,
                          O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    osi_bytes text = {0};
    ssize_t got = 1;
    int code = 0;

    if (fd < 0)
        return errno;
    while (got > 0 && text.len < IGNORE_FILE_MAX) {
        char *const place = osi_bytes_reserve(&text, 1 << 14);
        if (place == NULL)
            break;
        got = read(fd, place, 1 << 14);
        if (got > 0)
            text.len += (size_t)got;
    }
    if (got < 0)
        code = errno;
    close(fd);
    *memory = !text.failed && osi_rules_add(rules, text.data, text.len);
    osi_bytes_free(&text);
    return code;
}

/* Tells of an ignore file in the folder at the path that cannot be read: what
 * it leaves out is not left out. */
static void tell_unread(walker *w, size_t folder_len, const char *name,
                        int code)
{
    osi_bytes path = {0};

    osi_bytes_add(&path, w->path.data, folder_len);
    osi_bytes_add(&path, "/", 1);
    osi_bytes_add(&path, name, strlen(name) + 1);
    if (path.failed)
        w->no_memory = true;
    else
        w->walk->failed(w->walk->arg, path.data, path.len - 1, code);
    osi_bytes_free(&path);
}

/* Rules of the ignore files of a folder, NULL: no memory. What is not there is
 * none; nor is a folder of that name. One that cannot be read is told of where
 * the walk goes: paths above it are not the user's. */
static osi_rules *read_rules(walker *w, int folder, size_t folder_len,
                             unsigned present)
{
    osi_rules *const rules = osi_rules_new();
    bool memory = rules != NULL;

    for (unsigned i = 0; memory && i < 3; i++) {
        int code;
        if (!(present & 1U << i))
            continue;
        code = read_ignore_file(folder, ignore_files[i], rules, &memory);
        if (code != 0 && code != ENOENT && code != EISDIR &&
            folder_len >= w->top)
            tell_unread(w, folder_len, ignore_files[i], code);
    }
    if (memory)
        return rules;
    osi_rules_free(rules);
    return NULL;
}

static const char *shown_path(const walker *w)
{
    return w->path.len > 0 ? w->path.data : "/";
}

static void fail_path(const walker *w, size_t len, int code)
{
    w->walk->failed(w->walk->arg, len ? w->path.data : "/", len ? len : 1,
                    code);
}

/* The file that an index of whatever name has, and how it begins. */
static const struct index_mark {
    const char *name, *begins;
} index_marks[] = {{"MANIFEST", "osteon-manifest "}, {"XAPIANDB", "auto db-"}};

static const struct index_mark *find_mark(const char *name)
{
    for (size_t i = 0; i < sizeof index_marks / sizeof *index_marks; i++)
        if (strcmp(name, index_marks[i].name) == 0)
            return &index_marks[i];
    return NULL;
}

/* Whether the folder, which holds a file of that name, is an index: its files
 * are no documents. */
static bool is_some_index(int folder, const struct index_mark *mark)
{
    const size_t len = strlen(mark->begins);
    char head[32];
    const int fd = openat(folder, mark->name,
                          O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
                              O_NOCTTY);
    const bool is = fd >= 0 && read(fd, head, len) == (ssize_t)len &&
                    memcmp(head, mark->begins, len) == 0;

    if (fd >= 0)
        close(fd);
    return is;
}

/* Reads the names of the open folder into the frame. Returns errno. */
static int read_names(walker *w, frame *f)
{
    unsigned present = 0;
    const struct index_mark *mark = NULL;
    const struct dirent *entry;
    int code;

    f->dir = fdopendir(f->fd);
    if (f->dir == NULL)
        return errno;
    while (errno = 0, (entry = readdir(f->dir)) != NULL) {
        const char *const name = entry->d_name;
        if (name[0] == '.') {
            if (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'))
                continue;
            for (unsigned i = 0; i < 3; i++)
                if (strcmp(name, ignore_files[i]) == 0)
                    present |= 1U << i;
            if (!w->walk->hidden)
                continue;
        }
        if (mark == NULL)
            mark = find_mark(name);
        if (!add_item(f, entry, w->walk->index_inode)) {
            w->no_memory = true;
            break;
        }
    }
    code = errno;
    if (mark != NULL && is_some_index(f->fd, mark))
        f->n = 0;
    if (present != 0 && !w->walk->no_ignore && !w->no_memory) {
        f->rules = read_rules(w, f->fd, w->path.len, present);
        w->no_memory = f->rules == NULL;
    }
    return w->no_memory ? 0 : code;
}

static frame *push_frame(walker *w)
{
    frame *f;

    if (w->n == w->room) {
        const size_t room = w->room ? w->room * 2 : 16;
        frame *const fresh = osi_realloc(w->frames, room * sizeof *fresh);
        if (fresh == NULL) {
            w->no_memory = true;
            return NULL;
        }
        memset(fresh + w->room, 0, (room - w->room) * sizeof *fresh);
        w->frames = fresh;
        w->room = room;
    }
    f = &w->frames[w->n++];
    f->n = f->next = f->names.len = 0;
    f->path_len = w->path.len;
    return f;
}

static void close_frame(frame *f)
{
    if (f->dir != NULL)
        closedir(f->dir);
    else if (f->fd >= 0)
        close(f->fd);
    f->dir = NULL;
    f->fd = -1;
}

static void pop_frame(walker *w)
{
    frame *const f = &w->frames[--w->n];

    close_frame(f);
    osi_rules_free(f->rules);
    f->rules = NULL;
}

/* The id of "folder/" and what follows begins here. */
static size_t id_start(walker *w)
{
    size_t id;

    osi_bytes_add(&w->path, "/x", 3);
    if (w->path.failed)
        return 0;
    id = osi_place_id(w->walk->place, w->path.data, w->path.len - 1);
    w->path.len -= 3;
    w->path.data[w->path.len] = '\0';
    return id;
}

static bool is_index(const walker *w, int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && st.st_dev == w->walk->index_device &&
           st.st_ino == w->walk->index_inode;
}

/* Enters the folder the path names, open as `fd`. False: no memory. */
static bool enter(walker *w, int fd)
{
    frame *const f = push_frame(w);
    int code;

    if (f == NULL) {
        close(fd);
        return false;
    }
    f->fd = fd;
    f->id = id_start(w);
    code = read_names(w, f);
    if (code != 0)
        fail_path(w, w->path.len, code); /* what was read is still taken */
    for (size_t i = 0; i < f->n; i++)
        f->items[i].at.name = f->names.data + f->items[i].at.offset;
    if (f->n > 1)
        qsort(f->items, f->n, sizeof *f->items, by_name);
    if (w->n > OPEN_LEVELS)
        close_frame(&w->frames[w->n - 1 - OPEN_LEVELS]);
    return !w->no_memory && !w->path.failed;
}

static int open_folder(int at, const char *name)
{
    return openat(at, name,
                  O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW |
                      O_NONBLOCK);
}

/* The rules of all folders around the entry, innermost first. */
static bool is_left_out(const walker *w, size_t name_len, bool is_dir)
{
    const osi_walk *const walk = w->walk;
    const char *const path = w->path.data;
    const char *const name = path + w->path.len - name_len;
    osi_verdict verdict = OSI_NO_RULE;

    if (walk->globs != NULL) {
        verdict = osi_rules_judge(walk->globs, path + w->top + 1,
                                  w->path.len - w->top - 1, name, is_dir);
        /* A glob with '!' is one that leaves out: see add_globs. What is in a
         * folder or an archive is looked at by itself. */
        if (verdict == OSI_IGNORED ||
            (verdict == OSI_NO_RULE && walk->only_globs && !is_dir &&
             osi_kind_of(name, name_len, OSI_FORMAT_AUTO).packing !=
                 OSI_ARCHIVE))
            return true;
    }
    verdict = OSI_NO_RULE;
    for (size_t i = w->n; i-- > 0 && verdict == OSI_NO_RULE;) {
        const frame *const f = &w->frames[i];
        if (f->rules != NULL)
            verdict = osi_rules_judge(f->rules, path + f->path_len + 1,
                                      w->path.len - f->path_len - 1, name,
                                      is_dir);
    }
    for (size_t i = w->n_outer; i-- > 0 && verdict == OSI_NO_RULE;) {
        const frame *const f = &w->outer[i];
        verdict = osi_rules_judge(f->rules, path + f->path_len + 1,
                                  w->path.len - f->path_len - 1, name,
                                  is_dir);
    }
    if (verdict == OSI_IGNORED && walk->counts != NULL)
        walk->counts->ignored++;
    return verdict == OSI_IGNORED;
}

/* The folder of the frame, opened again where it had been closed. */
static int frame_fd(walker *w, frame *f)
{
    if (f->fd < 0) {
        const char kept = w->path.data[f->path_len];
        w->path.data[f->path_len] = '\0';
        f->fd = open_folder(AT_FDCWD, f->path_len ? w->path.data : "/");
        w->path.data[f->path_len] = kept;
    }
    return f->fd;
}

static bool take_folder(walker *w, int at, const item *entry)
{
    const char *const name = entry->at.name;
    int fd;

    if (strcmp(name, ".osteon") == 0)
        return true;
    fd = open_folder(at, name);
    if (fd >= 0 && entry->maybe_index && is_index(w, fd)) {
        close(fd);
        return true;
    }
    if (fd >= 0)
        return enter(w, fd);
    if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
        fail_path(w, w->path.len, errno);
    return true;
}

/* Takes one entry. False: stop. */
static bool take(walker *w, const item *entry)
{
    frame *const f = &w->frames[w->n - 1];
    const osi_walk *const walk = w->walk;
    const char *const name = entry->at.name;
    struct stat st;
    bool is_dir = entry->type == DT_DIR;
    int fd;

    if (entry->type != DT_DIR && entry->type != DT_REG &&
        entry->type != DT_UNKNOWN)
        return true;
    fd = frame_fd(w, f);
    if (fd < 0) {
        fail_path(w, w->path.len, errno);
        return true;
    }
    if (!is_dir) {
        if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
            if (errno != ENOENT)
                fail_path(w, w->path.len, errno);
            return true;
        }
        is_dir = S_ISDIR(st.st_mode);
        if (!is_dir && !S_ISREG(st.st_mode))
            return true;
    }
    if (is_left_out(w, strlen(name), is_dir) ||
        walk->is_operand(walk->arg, w->path.data, w->path.len))
        return true;
    if (is_dir)
        return take_folder(w, fd, entry);
    if (walk->counts != NULL)
        walk->counts->files++;
    return walk->file(walk->arg,
                      &(osi_found){w->path.data, w->path.len, f->id,
                                   (uint64_t)st.st_size,
                                   osi_nanoseconds(st.st_mtim), false, false});
}

static bool step(walker *w)
{
    frame *const f = &w->frames[w->n - 1];
    const item *entry;

    if (f->next == f->n) {
        pop_frame(w);
        return true;
    }
    entry = &f->items[f->next++];
    w->path.len = f->path_len;
    osi_bytes_add(&w->path, "/", 1);
    osi_bytes_add(&w->path, entry->at.name, strlen(entry->at.name) + 1);
    if (w->path.failed) {
        w->no_memory = true;
        return false;
    }
    w->path.len--;
    return take(w, entry);
}

/* Loads the ignore files of the folders from the index's root down to, not
 * including, the folder the walk begins at: it shall leave out what a walk
 * over all would. */
static bool load_outer(walker *w)
{
    size_t at = w->walk->place->root_len;

    if (w->walk->no_ignore || w->top <= at ||
        osi_place_id(w->walk->place, w->path.data, w->top) == 0)
        return true;
    for (; at < w->top; at += 1 + strcspn(w->path.data + at + 1, "/")) {
        const char kept = w->path.data[at];
        int fd;
        frame *f;
        if (w->n_outer == w->outer_room) {
            const size_t room = w->outer_room ? w->outer_room * 2 : 16;
            f = osi_realloc(w->outer, room * sizeof *f);
            if (f == NULL)
                return false;
            w->outer = f;
            w->outer_room = room;
        }
        f = &w->outer[w->n_outer];
        w->path.data[at] = '\0';
        fd = open_folder(AT_FDCWD, at ? w->path.data : "/");
        w->path.data[at] = kept;
        if (fd < 0)
            continue;
        f->path_len = at;
        f->rules = read_rules(w, fd, at, 7);
        close(fd);
        if (f->rules == NULL)
            return false;
        w->n_outer++;
    }
    return true;
}

static void free_walker(walker *w)
{
    while (w->n > 0)
        pop_frame(w);
    for (size_t i = 0; i < w->room; i++) {
        free(w->frames[i].items);
        osi_bytes_free(&w->frames[i].names);
    }
    for (size_t i = 0; i < w->n_outer; i++)
        osi_rules_free(w->outer[i].rules);
    free(w->frames);
    free(w->outer);
    osi_bytes_free(&w->path);
}

bool osi_walk_folder(const osi_walk *walk, const char *path, size_t len,
                     bool *no_memory)
{
    walker w = {.walk = walk, .top = len};
    bool go_on = true;
    int fd;

    osi_bytes_add(&w.path, path, len);
    osi_bytes_add(&w.path, "", 1);
    w.no_memory = w.path.failed;
    w.path.len = len;
    if (w.no_memory || !load_outer(&w)) {
        w.no_memory = true;
        go_on = false;
    } else {
        fd = open_folder(AT_FDCWD, shown_path(&w));
        if (fd >= 0 && is_index(&w, fd))
            close(fd);
        else if (fd >= 0)
            go_on = enter(&w, fd);
        else
            fail_path(&w, len, errno);
    }
    while (go_on && w.n > 0)
        go_on = step(&w);
    *no_memory = w.no_memory;
    free_walker(&w);
    return go_on && !w.no_memory;
}
