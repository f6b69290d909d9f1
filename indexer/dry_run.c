/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What an update would do, as lines on stdout: "+ path" new, "~ path" changed,
 * "- path" gone. Only the index's last state is read, and of new and changed
 * files no more than is needed to tell; nothing is locked, made or written.
 */
#include "update.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define SAMPLE ((size_t)64 << 10)

typedef struct dry_run {
    const osi_options *options;
    const osi_place *place;
    osteon_index *index; /* NULL: there is none */
    osi_names by_path;   /* numbers of `known` */
    osteon_source *known;
    bool *met;
    size_t n, room;
    osi_names operands, kept;
    osi_walk_counts walked;
    const osi_operand *operand; /* being taken */
    osi_input *input;
    osi_bytes buffer;
    uint64_t added, changed, removed;
    bool no_memory;
} dry_run;

static void say(dry_run *d, char sign, const char *path, size_t len)
{
    osi_bytes line = {0};

    *(sign == '+'   ? &d->added
      : sign == '~' ? &d->changed
                    : &d->removed) += 1;
    osi_bytes_add(&line, &sign, 1);
    osi_bytes_add(&line, " ", 1);
    if (d->options->null_data)
        osi_bytes_add(&line, path, len);
    else
        osi_bytes_add_shown(&line, path, len);
    osi_bytes_add(&line, d->options->null_data ? "" : "\n", 1);
    d->no_memory |= line.failed;
    if (!line.failed)
        fwrite(line.data, 1, line.len, stdout);
    osi_bytes_free(&line);
}

static bool remember(dry_run *d, const osteon_source *source)
{
    if (d->n == d->room) {
        const size_t room = d->room ? d->room * 2 : 1024;
        osteon_source *const fresh =
            osi_realloc(d->known, room * sizeof *fresh);
        if (fresh == NULL)
            return false;
        d->known = fresh;
        d->room = room;
    }
    d->known[d->n] = *source;
    return osi_names_put(&d->by_path, source->path, source->path_len,
                         (uint32_t)d->n++) != NULL;
}

/* Loads what the index remembers; a rebuild remembers nothing. */
static osteon_status load(dry_run *d, osteon_error *err)
{
    osteon_source source;
    uint32_t cursor = 0;
    bool more = true;
    osteon_status s = OSTEON_OK;

    if (!d->place->exists || d->options->rebuild)
        return OSTEON_OK;
    s = osteon_index_open(d->place->index, &d->index, err);
    while (s == OSTEON_OK && more) {
        s = osteon_index_source_next(d->index, &cursor, &source, &more, err);
        if (s == OSTEON_OK && more && !remember(d, &source))
            d->no_memory = true;
    }
    d->met = osi_realloc(NULL, d->n + 1);
    d->no_memory |= d->met == NULL;
    if (d->met != NULL)
        memset(d->met, 0, d->n + 1);
    return s;
}

static bool has_documents(const osteon_source *source)
{
    return source->state == OSTEON_SOURCE_INDEXED ||
           source->state == OSTEON_SOURCE_UNREADABLE ||
           source->state == OSTEON_SOURCE_MALFORMED;
}

static void tell(const dry_run *d, const char *path, size_t len, int code)
{
    osi_bytes shown = {0};

    osi_show_path(d->operand, path, len, &shown);
    if (shown.failed)
        osi_error("out of memory");
    else
        osi_error_path(shown.data, shown.len, strerror(code));
    osi_bytes_free(&shown);
    osi_mark_partly();
}

/* Reads the head of the file: is it text? And where the index has a hash of
 * that many bytes: are they the same? */
static osi_outcome judge(dry_run *d, int fd, const osi_found *found,
                         const osteon_source *old)
{
    osi_got got = osi_input_start(d->input, fd, false, 0);
    size_t len = 0, part = 0, skip;
    char *const place = osi_bytes_reserve(&d->buffer, SAMPLE);

    if (place == NULL)
        return OSI_UNREADABLE;
    while (got == OSI_GOT_TEXT && len < SAMPLE) {
        got = osi_input_read(d->input, place + len, SAMPLE - len, &part);
        len += part;
    }
    if (got != OSI_GOT_TEXT && got != OSI_GOT_END)
        return OSI_UNREADABLE;
    if (len == 0)
        return OSI_EMPTY;
    if (osi_kind_of(found->path, found->len,
                    (osi_format)d->options->format).packing == OSI_PLAIN &&
        osi_encoding_of(place, len, &skip) == OSI_NO_TEXT)
        return OSI_BINARY;
    if (old == NULL || old->hash == 0 || old->size != found->size ||
        !osi_member_rules_hold(d->options, found->path, found->len, old))
        return OSI_INDEXED;
    while (got == OSI_GOT_TEXT)
        got = osi_input_read(d->input, place, SAMPLE, &part);
    return got == OSI_GOT_END && osi_input_hash(d->input) == old->hash
               ? OSI_UNCHANGED
               : OSI_INDEXED;
}

static osi_outcome look_at(dry_run *d, const osi_found *found,
                           const osteon_source *old)
{
    const uint64_t most = d->options->max_filesize;
    osi_outcome outcome;
    int fd;

    if (most > 0 && found->size > most)
        return OSI_TOO_LARGE;
    if (found->size == 0 && !found->named)
        return OSI_EMPTY;
    fd = open(found->path,
              O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    if (fd < 0) {
        tell(d, found->path, found->len, errno);
        return OSI_UNREADABLE;
    }
    outcome = judge(d, fd, found, old);
    close(fd);
    return outcome;
}

static bool on_file(void *arg, const osi_found *found)
{
    dry_run *const d = arg;
    const char *const id = found->path + found->id;
    const size_t len = found->len - found->id;
    const uint32_t *const at = osi_names_find(&d->by_path, id, len);
    const osteon_source *const old = at != NULL ? &d->known[*at] : NULL;

    if (at != NULL)
        d->met[*at] = true;
    if (!osi_is_changed(d->options, found, old))
        return !d->no_memory;
    switch (look_at(d, found, old)) {
    case OSI_INDEXED:
        say(d, old != NULL ? '~' : '+', id, len);
        break;
    case OSI_EMPTY:
    case OSI_BINARY:
    case OSI_TOO_LARGE:
        if (old != NULL && has_documents(old))
            say(d, '-', id, len);
        break;
    default:
        break;
    }
    return !d->no_memory && !osi_stop_asked();
}

static bool is_operand(void *arg, const char *path, size_t len)
{
    const dry_run *const d = arg;

    return d->operands.n > 1 &&
           osi_names_find(&d->operands, path, len) != NULL;
}

static void on_failure(void *arg, const char *path, size_t len, int code)
{
    dry_run *const d = arg;

    tell(d, path, len, code);
    if (osi_names_put(&d->kept, path, len > 1 ? len : 0, 0) == NULL)
        d->no_memory = true;
}

static void say_vanished(dry_run *d)
{
    for (size_t i = 0; i < d->n; i++) {
        const osteon_source *const source = &d->known[i];
        if (!d->met[i] &&
            osi_is_covered(d->place, &d->operands, &d->kept, source->path,
                           source->path_len) &&
            has_documents(source))
            say(d, '-', source->path, source->path_len);
    }
}

static void take_operand(dry_run *d, const osi_walk *walk,
                         const osi_operand *operand)
{
    bool no_memory = false;

    d->operand = operand;
    if (operand->kind == OSI_OPERAND_FILE) {
        const osi_found found = {
            operand->path, operand->len,
            osi_place_id(d->place, operand->path, operand->len),
            operand->size, operand->mtime_ns, true, operand->loud};
        on_file(d, &found);
    } else if (operand->kind == OSI_OPERAND_FOLDER) {
        osi_walk_folder(walk, operand->path, operand->len, &no_memory);
        d->no_memory |= no_memory;
    }
}

static bool go(dry_run *d, const osi_operands *operands)
{
    osi_rules *globs = NULL;
    osi_walk walk;

    d->input = osi_input_new();
    if (d->input == NULL ||
        !osi_walk_setup(&walk, d->options, d->place, &globs))
        d->no_memory = true;
    walk.file = on_file;
    walk.is_operand = is_operand;
    walk.failed = on_failure;
    walk.arg = d;
    walk.counts = &d->walked;
    for (size_t i = 0; i < operands->n && !d->no_memory; i++)
        take_operand(d, &walk, &operands->items[i]);
    osi_rules_free(globs);
    if (!d->no_memory) {
        say_vanished(d);
        osi_report_missing(operands, &d->operands);
    }
    if (d->no_memory)
        osi_error("out of memory");
    else if (!d->options->quiet && fflush(stdout) == 0)
        fprintf(stderr, "would index %llu new, %llu changed, remove %llu\n",
                (unsigned long long)d->added, (unsigned long long)d->changed,
                (unsigned long long)d->removed);
    if (!d->no_memory)
        osi_report_ignored(&d->walked, d->options->quiet);
    return !d->no_memory;
}

int osi_dry_run(const osi_options *options, const osi_place *place)
{
    dry_run d = {.options = options, .place = place};
    osi_operands operands = {0};
    osteon_error err;
    int status = OSI_FATAL;

    if (osi_operands_load(options, place, &operands, &d.operands, &d.kept)) {
        if (load(&d, &err) != OSTEON_OK)
            status = osi_library_error(place->index, &err);
        else if (go(&d, &operands) && osi_stdout_end())
            status = osi_is_partly() ? OSI_PARTLY : OSI_DONE;
    }
    osi_operands_free(&operands);
    osi_names_free(&d.operands);
    osi_names_free(&d.kept);
    osi_names_free(&d.by_path);
    osi_bytes_free(&d.buffer);
    osi_input_free(d.input);
    free(d.known);
    free(d.met);
    osteon_index_close(d.index);
    if (osi_stop_asked())
        osi_stop_die();
    return status;
}
