/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where files come from: globs, ignore files, the index's place and the paths
 * relative to it, the walk. Paths are bytes; absolute ones have no symlinks,
 * no "." and no "..".
 */
#ifndef OSI_WALK_H
#define OSI_WALK_H

#include "indexer.h"

#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

/* A file's time as the index keeps it; what lies past the years 1678 to 2262
 * is cut there. */
static inline int64_t osi_nanoseconds(struct timespec t)
{
    const int64_t most = INT64_MAX / 1000000000 - 1;

    if (t.tv_sec > most)
        return INT64_MAX;
    if (t.tv_sec < -most)
        return INT64_MIN + 1;
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* fstat(2) of a regular file (of another: ENXIO), but for one changed in this
 * moment waits until the clock that marks changes has gone on: a change after
 * that is then seen by its time. Takes OSI_TICK_NS longer then, 2 s where times
 * have whole seconds. Returns as fstat does. */
#define OSI_TICK_NS 20000000
int osi_stat_settled(int fd, struct stat *st);

/* ---- glob.c ---- */

/* True where the whole of `text` matches: ? * [...] \x as in fnmatch(3) with
 * '/' matched by a '/' only, and ** as in gitignore(5). Cost: at most the
 * product of both lengths. */
bool osi_glob_match(const char *pattern, size_t pattern_len,
                    const char *text, size_t len);

/* ---- ignore.c ---- */

/* Rules in the form of gitignore(5). */
typedef struct osi_rules osi_rules;

typedef enum osi_verdict {
    OSI_NO_RULE = 0,
    OSI_IGNORED,
    OSI_TAKEN /* by a rule with '!' */
} osi_verdict;

/* NULL: no memory. The caller frees it. */
osi_rules *osi_rules_new(void);
void osi_rules_free(osi_rules *rules);

/* Adds the lines of an ignore file; later rules win. False: no memory. */
bool osi_rules_add(osi_rules *rules, const char *text, size_t len);
/* Adds one rule as it would stand in a line. */
bool osi_rules_add_line(osi_rules *rules, const char *line, size_t len);
size_t osi_rules_count(const osi_rules *rules);

/* What the last rule that matches says of `path`, which is relative to the
 * folder of the rules; `name` is its last component. */
osi_verdict osi_rules_judge(const osi_rules *rules, const char *path,
                            size_t len, const char *name, bool is_folder);

/* ---- paths.c ---- */

/* The index folder and the folder that holds it, which ids start at. */
typedef struct osi_place {
    char *index;     /* as given or found: for the library, and messages */
    char *root;      /* absolute; "" for "/" */
    size_t root_len;
    bool exists;     /* there is something by that name */
    bool belongs;    /* named .osteon: the tree around it is its own */
} osi_place;

/* Finds the index: `given`, else OSTEON_INDEX, else the nearest .osteon, else
 * .osteon in the current folder. False: a message was printed. */
bool osi_place_find(const char *given, osi_place *place);
void osi_place_free(osi_place *place);

/* True where the place is not the program's choice. */
bool osi_place_is_given(const char *given);

/* The offset in an absolute path at which its id begins: after the root, or
 * 0 where it lies outside. */
size_t osi_place_id(const osi_place *place, const char *path, size_t len);

/* A path from the command line. */
typedef enum osi_operand_kind {
    OSI_OPERAND_MISSING = 0,
    OSI_OPERAND_FILE,
    OSI_OPERAND_FOLDER,
    OSI_OPERAND_OTHER, /* neither: a pipe, a device, a socket */
    OSI_OPERAND_ERROR  /* cannot be looked at; errno tells why */
} osi_operand_kind;

/* Keeps the folder of the last path, as lists of files name it again and
 * again. All zero at first. */
typedef struct osi_resolver {
    osi_bytes folder, real;
} osi_resolver;

/* Writes the absolute path to `out` (emptied first, terminated), *size and
 * *mtime_ns of a file. What is missing is made absolute as far as possible. */
osi_operand_kind osi_resolve(osi_resolver *resolver, const char *path,
                             osi_bytes *out, uint64_t *size,
                             int64_t *mtime_ns);
void osi_resolver_free(osi_resolver *resolver);

/* ---- walk.c ---- */

/* A regular file. `path` is absolute, terminated, and lives during the call;
 * its id begins at `id`. */
typedef struct osi_found {
    const char *path;
    size_t len, id;
    uint64_t size;
    int64_t mtime_ns;
    bool named; /* by the user, not met by a walk */
    bool loud;  /* on the command line: say why it is left out */
} osi_found;

/* What walks met so far: files that were taken; files and folders that ignore
 * files leave out. */
typedef struct osi_walk_counts {
    uint64_t files, ignored;
} osi_walk_counts;

typedef struct osi_walk {
    const osi_place *place;
    const osi_rules *globs; /* NULL: none; '!' rules leave out */
    bool only_globs;        /* some glob is not a '!': others are left out */
    bool hidden, no_ignore;
    osi_walk_counts *counts; /* added to; NULL: nobody asks */
    dev_t index_device; /* the index's own folder, never entered */
    ino_t index_inode;
    /* False: stop the walk. */
    bool (*file)(void *arg, const osi_found *found);
    /* True: this file or folder is an operand of its own; pass it by. */
    bool (*is_operand)(void *arg, const char *path, size_t len);
    /* A file or folder could not be looked at. */
    void (*failed)(void *arg, const char *path, size_t len, int code);
    void *arg;
} osi_walk;

/* Walks a folder: regular files in the order of their names, bytewise, folder
 * by folder; symlinks are not followed. False: stopped, or out of memory
 * (*no_memory). */
bool osi_walk_folder(const osi_walk *walk, const char *path, size_t len,
                     bool *no_memory);

#endif
