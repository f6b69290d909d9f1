/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the user named: operands, lists of names, and the default. Each becomes
 * an absolute path, once however often it is named.
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "update.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

bool osi_stdin_allowed(const char *hint)
{
    if (!isatty(STDIN_FILENO))
        return true;
    osi_error("standard input is a terminal; %s", hint);
    return false;
}

static bool each_in(osi_bytes *line, FILE *from, char end,
                    bool (*each)(void *, const char *, size_t), void *arg)
{
    int c;

    do {
        c = getc(from);
        if (c != EOF && c != end) {
            const char byte = (char)c;
            osi_bytes_add(line, &byte, 1);
            continue;
        }
        if (line->len == 0)
            continue;
        osi_bytes_add(line, "", 1);
        if (line->failed) {
            osi_error("out of memory");
            return false;
        }
        if (!each(arg, line->data, line->len - 1))
            return false;
        line->len = 0;
    } while (c != EOF);
    return true;
}

bool osi_each_name(const char *file, bool null_data,
                   bool (*each)(void *arg, const char *name, size_t len),
                   void *arg)
{
    const bool standard = strcmp(file, "-") == 0;
    FILE *const from = standard ? stdin : fopen(file, "re");
    osi_bytes line = {0};
    bool ok;

    if (from == NULL) {
        osi_error_path(file, strlen(file), strerror(errno));
        return false;
    }
    if (standard && !osi_stdin_allowed("pipe a list of names into it"))
        return false;
    errno = 0;
    ok = each_in(&line, from, null_data ? '\0' : '\n', each, arg);
    if (ok && ferror(from)) {
        osi_error_path(file, strlen(file),
                       errno != 0 ? strerror(errno) : "cannot be read");
        ok = false;
    }
    osi_bytes_free(&line);
    if (!standard)
        fclose(from);
    return ok;
}

/* What is being put together. */
typedef struct loader {
    osi_operands *out;
    osi_names *set, *kept;
    const osi_place *place;
    osi_resolver resolver;
    osi_bytes path;
    bool loud;
} loader;

static bool out_of_memory(void)
{
    osi_error("out of memory");
    return false;
}

static osi_operand *push(osi_operands *list)
{
    if (list->n == list->room) {
        const size_t room = list->room ? list->room * 2 : 16;
        osi_operand *const fresh =
            osi_realloc(list->items, room * sizeof *fresh);
        if (fresh == NULL)
            return NULL;
        list->items = fresh;
        list->room = room;
    }
    memset(&list->items[list->n], 0, sizeof *list->items);
    return &list->items[list->n++];
}

static bool add_stdin(loader *l)
{
    osi_operand *item;

    if (l->out->reads_stdin) {
        osi_error("standard input is named twice");
        return false;
    }
    item = push(l->out);
    if (item == NULL)
        return out_of_memory();
    item->kind = OSI_OPERAND_OTHER;
    l->out->reads_stdin = true;
    return true;
}

static bool report(loader *l, const char *name, const char *reason)
{
    osi_error_path(name, strlen(name), reason);
    osi_mark_partly();
    return l->path.len == 0 ||
           osi_names_put(l->kept, l->path.data, l->path.len, 0) != NULL ||
           out_of_memory();
}

/* The walk would pass it by; who names it is told. */
static bool is_index(const loader *l)
{
    struct stat a, b;

    return stat(l->path.len > 0 ? l->path.data : "/", &a) == 0 &&
           stat(l->place->index, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* What was typed, which mostly is the end of the absolute path: millions of
 * names in a list need no second copy then. */
static const char *keep_shown(osi_names *set, const osi_operand *item,
                              const char *shown)
{
    const size_t len = strlen(shown);

    return len <= item->len &&
                   memcmp(item->path + item->len - len, shown, len) == 0
               ? item->path + item->len - len
               : osi_names_copy(set, shown, len);
}

static bool add_path(loader *l, const char *name, const char *shown)
{
    uint64_t size = 0;
    int64_t mtime_ns = 0;
    const osi_operand_kind kind =
        osi_resolve(&l->resolver, name, &l->path, &size, &mtime_ns);
    const size_t before = l->set->n;
    osi_operand *item;

    if (kind == OSI_OPERAND_ERROR && errno == ENOMEM)
        return out_of_memory();
    if (kind == OSI_OPERAND_ERROR || kind == OSI_OPERAND_OTHER)
        return report(l, name, kind == OSI_OPERAND_ERROR
                                   ? strerror(errno)
                                   : "neither a file nor a folder");
    if (kind == OSI_OPERAND_FOLDER && is_index(l))
        return report(l, name, "is the index, and not indexed");
    if (osi_names_put(l->set, l->path.data, l->path.len,
                      kind == OSI_OPERAND_MISSING ? OSI_NAMED_MISSING
                                                  : OSI_NAMED) == NULL)
        return out_of_memory();
    if (l->set->n == before)
        return true; /* named before */
    item = push(l->out);
    if (item == NULL)
        return out_of_memory();
    *item = (osi_operand){
        kind, l->loud, osi_names_own(l->set, l->path.data, l->path.len),
        l->path.len, NULL, size, mtime_ns};
    item->shown = keep_shown(l->set, item, shown);
    return item->shown != NULL || out_of_memory();
}

static bool add_name(void *arg, const char *name, size_t len)
{
    (void)len;
    return add_path(arg, name, name);
}

/* Writes the way up from the current folder to the root, "../.." and the
 * like; the root itself where that is no way up. */
static void show_root(const osi_place *place, osi_bytes *out)
{
    char *const here = realpath(".", NULL);
    const size_t len = here != NULL ? strlen(here) : 0;

    if (here == NULL || len < place->root_len ||
        memcmp(here, place->root, place->root_len) != 0 ||
        (len > place->root_len && here[place->root_len] != '/')) {
        osi_bytes_add_text(out, place->root_len > 0 ? place->root : "/");
    } else {
        for (size_t i = place->root_len; i + 1 < len; i++)
            if (here[i] == '/')
                osi_bytes_add_text(out, out->len > 0 ? "/.." : "..");
    }
    free(here);
    osi_bytes_add(out, "", 1);
}

/* Without a PATH: the tree the index belongs to, or the current folder. */
static bool add_default(loader *l, const osi_place *place)
{
    osi_bytes shown = {0};
    bool ok;

    if (!place->belongs)
        return add_path(l, ".", "");
    show_root(place, &shown);
    ok = shown.failed ? out_of_memory()
                      : add_path(l, place->root_len > 0 ? place->root : "/",
                                 shown.data);
    osi_bytes_free(&shown);
    return ok;
}

static bool load(loader *l, const osi_options *options,
                 const osi_place *place)
{
    for (size_t i = 0; i < options->n_operands; i++) {
        const char *const name = options->operands[i];
        if (name[0] == '\0') {
            osi_error("a PATH is empty");
            return false;
        }
        if (strcmp(name, "-") == 0 ? !add_stdin(l)
                                   : !add_path(l, name, name))
            return false;
    }
    l->loud = false;
    if (options->files_from != NULL) {
        if (l->out->reads_stdin && strcmp(options->files_from, "-") == 0) {
            osi_error("standard input cannot be a list and a document");
            return false;
        }
        return osi_each_name(options->files_from, options->null_data,
                             add_name, l);
    }
    if (options->n_operands > 0 || (options->merge && !options->rebuild))
        return true;
    return add_default(l, place);
}

bool osi_operands_load(const osi_options *options, const osi_place *place,
                       osi_operands *out, osi_names *set, osi_names *kept)
{
    loader l = {
        .out = out, .set = set, .kept = kept, .place = place, .loud = true};
    const bool ok = load(&l, options, place);

    osi_resolver_free(&l.resolver);
    osi_bytes_free(&l.path);
    return ok;
}

void osi_operands_free(osi_operands *operands)
{
    free(operands->items);
    memset(operands, 0, sizeof *operands);
}

void osi_report_missing(const osi_operands *operands, const osi_names *set)
{
    for (size_t i = 0; i < operands->n; i++) {
        const osi_operand *const item = &operands->items[i];
        const uint32_t *const state =
            item->kind == OSI_OPERAND_MISSING
                ? osi_names_find(set, item->path, item->len)
                : NULL;
        if (state != NULL && *state == OSI_NAMED_MISSING) {
            osi_error_path(item->shown, strlen(item->shown),
                           strerror(ENOENT));
            osi_mark_partly();
        }
    }
}

/* A glob given as "x" is to take, "!x" to leave out: the other way round than
 * in an ignore file. Sets *some_take. */
static bool add_glob(osi_rules *rules, const char *glob, bool *some_take)
{
    osi_bytes line = {0};
    bool ok;

    if (glob[0] == '!') {
        glob++;
        if (glob[0] == '#' || glob[0] == '!') /* not a comment here */
            osi_bytes_add(&line, "\\", 1);
    } else {
        osi_bytes_add(&line, "!", 1);
        *some_take = true;
    }
    osi_bytes_add(&line, glob, strlen(glob));
    ok = !line.failed && osi_rules_add_line(rules, line.data, line.len);
    osi_bytes_free(&line);
    return ok;
}

void osi_report_ignored(const osi_walk_counts *counts, bool quiet)
{
    if (!quiet && counts->files == 0 && counts->ignored > 0)
        osi_error("no file was found: ignore files (.gitignore, .ignore) "
                  "leave all out; see --no-ignore");
}

bool osi_walk_setup(osi_walk *walk, const osi_options *options,
                    const osi_place *place, osi_rules **globs)
{
    struct stat st;

    *globs = NULL;
    *walk = (osi_walk){.place = place,
                       .hidden = options->hidden,
                       .no_ignore = options->no_ignore};
    if (stat(place->index, &st) == 0) {
        walk->index_device = st.st_dev;
        walk->index_inode = st.st_ino;
    }
    if (options->globs.n == 0)
        return true;
    *globs = osi_rules_new();
    for (size_t i = 0; *globs != NULL && i < options->globs.n; i++) {
        if (!add_glob(*globs, options->globs.items[i], &walk->only_globs)) {
            osi_rules_free(*globs);
            *globs = NULL;
        }
    }
    walk->globs = *globs;
    return *globs != NULL;
}
