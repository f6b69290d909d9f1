/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Document data taken apart, in a copy of them that is cut and unescaped in
 * place. They may hold anything.
 */
#include "xapian_data.h"

#include "xapian_layout.h"

#include <errno.h>
#include <stdio.h>

/* A line at hand: name and value, with a NUL behind each. */
typedef struct line {
    char *name, *value;
    size_t name_len, len;
} line;

static bool parse_unsigned(const char *text, uint64_t most, uint64_t *out)
{
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' && *out <= most;
}

static uint32_t number32(const line *l)
{
    uint64_t n;

    return parse_unsigned(l->value, UINT32_MAX, &n) ? (uint32_t)n : 0;
}

static bool parse_signed(const char *text, int64_t *out)
{
    char *end;

    if ((*text < '0' || *text > '9') && *text != '-')
        return false;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' && end > text;
}

static bool is(const line *l, const char *name)
{
    return strcmp(l->name, name) == 0;
}

/* ---- Values ---- */

static bool begins(const line *l, const char *kind, size_t len)
{
    return l->name_len > len && memcmp(l->name, kind, len) == 0;
}

static osteon_status add_value(ost_xapian_data *d, const line *l,
                               osteon_error *err)
{
    static const struct {
        const char *name;
        size_t len;
        osteon_value_kind kind;
    } kinds[] = {{"string.", 7, OSTEON_STRING},
                 {"integer.", 8, OSTEON_INTEGER},
                 {"real.", 5, OSTEON_REAL}};
    osteon_field field = {0};
    char *end;

    for (size_t i = 0; i < 3; i++) {
        if (!begins(l, kinds[i].name, kinds[i].len))
            continue;
        field.kind = kinds[i].kind;
        field.name = l->name + kinds[i].len;
        field.name_len = l->name_len - kinds[i].len;
    }
    if (field.name == NULL ||
        (field.kind == OSTEON_INTEGER &&
         !parse_signed(l->value, &field.integer)))
        return OSTEON_OK;
    if (field.kind == OSTEON_STRING) {
        field.text = l->value;
        field.text_len = l->len;
    }
    if (field.kind == OSTEON_REAL) {
        field.real = strtod(l->value, &end);
        if (end == l->value || *end != '\0')
            return OSTEON_OK;
    }
    if (!OST_GROW(&d->fields, &d->field_room, d->n_fields + 1))
        return ost_fail_memory(err);
    d->fields[d->n_fields++] = field;
    return OSTEON_OK;
}

static int by_name(const void *a, const void *b)
{
    const osteon_field *x = a, *y = b;
    const int order = strcmp(x->name, y->name);

    /* Names lie in the order they came in. */
    return order != 0 ? order : (x->name > y->name) - (x->name < y->name);
}

/* ---- Lines ---- */

static void set_text(const char **text, size_t *len, const line *l)
{
    *text = l->value;
    *len = l->len;
}

static osteon_status take_ours(ost_xapian_data *d, const line *l,
                               osteon_error *err)
{
    uint64_t size;
    int64_t time;

    if (is(l, "id"))
        set_text(&d->id, &d->id_len, l);
    else if (is(l, "url"))
        set_text(&d->path, &d->path_len, l);
    else if (is(l, "caption"))
        set_text(&d->title, &d->title_len, l);
    else if (is(l, "source"))
        d->source = number32(l);
    else if (is(l, "line"))
        d->line = number32(l);
    else if (is(l, "tokens"))
        d->tokens = number32(l);
    else if (is(l, "size") && parse_unsigned(l->value, UINT64_MAX, &size))
        d->size = size;
    else if (is(l, "mtime_ns") && parse_signed(l->value, &time))
        d->mtime_ns = time;
    else
        return add_value(d, l, err);
    return OSTEON_OK;
}

/* Omega's address of a document: a file where it says so, a path where it
 * has no scheme. */
static void take_address(ost_xapian_data *d, const line *l)
{
    static const char scheme[] = "file://";
    char *at = l->value;
    size_t len = l->len;

    d->is_file = strncmp(at, scheme, sizeof scheme - 1) == 0;
    if (d->is_file) {
        const char *slash = strchr(at + sizeof scheme - 1, '/');
        if (slash != NULL) {
            len -= (size_t)(slash - at);
            at += slash - at;
        }
    }
    len = ost_xapian_unescape(at, len);
    at[len] = '\0';
    if (memchr(at, '\0', len) != NULL)
        return;
    if (d->is_file || strstr(at, "://") == NULL) {
        d->path = at;
        d->path_len = len;
    }
    d->id = at;
    d->id_len = len;
}

/* Times of Omega are in whole seconds, so a file is not compared by them. */
static void take_omegas(ost_xapian_data *d, const line *l)
{
    uint64_t size;

    if (is(l, "url"))
        take_address(d, l);
    else if (is(l, "caption") || (is(l, "title") && d->title == NULL))
        set_text(&d->title, &d->title_len, l);
    else if (is(l, "sample"))
        set_text(&d->text, &d->text_len, l);
    else if (is(l, "size") && parse_unsigned(l->value, UINT64_MAX, &size))
        d->size = size;
}

/* Cuts the line at `at`, and returns where the next begins, NULL after the
 * last. l->name is NULL where it is no "name=value". */
static char *next_line(char *at, char *end, line *l)
{
    char *stop = memchr(at, '\n', (size_t)(end - at));
    char *equal;

    if (stop == NULL)
        stop = end;
    *stop = '\0'; /* there is room for one behind the last */
    equal = memchr(at, '=', (size_t)(stop - at));
    l->name = equal != NULL && equal > at ? at : NULL;
    if (l->name != NULL) {
        *equal = '\0';
        l->name_len = (size_t)(equal - at);
        l->value = equal + 1;
        l->len = (size_t)(stop - l->value);
    }
    return stop < end ? stop + 1 : NULL;
}

/* The lines of text= are moved together, at the place of the first. */
static void add_text(ost_xapian_data *d, char **write, const line *l)
{
    if (d->text == NULL) {
        d->text = *write = l->value;
    } else {
        *(*write)++ = '\n';
    }
    memmove(*write, l->value, l->len);
    *write += l->len;
    d->text_len = (size_t)(*write - d->text);
}

static osteon_status parse_ours(ost_xapian_data *d, size_t len,
                                osteon_error *err)
{
    char *end = d->memory + len, *write = NULL;
    osteon_status s = OSTEON_OK;
    line l;

    for (char *at = d->memory; at != NULL && s == OSTEON_OK;) {
        at = next_line(at, end, &l);
        if (l.name == NULL)
            continue;
        if (is(&l, "text")) {
            add_text(d, &write, &l);
            continue;
        }
        l.len = ost_xapian_unescape(l.value, l.len);
        l.value[l.len] = '\0';
        s = take_ours(d, &l, err);
    }
    if (write != NULL)
        *write = '\0';
    if (d->n_fields > 1)
        qsort(d->fields, d->n_fields, sizeof *d->fields, by_name);
    return s;
}

/* A name of Omega's is a word. */
static bool is_name(const char *at, const char *end)
{
    const char *start = at;

    while (at < end && ((*at >= 'a' && *at <= 'z') || *at == '_' ||
                        (at > start && *at >= '0' && *at <= '9')))
        at++;
    return at > start && at < end && *at == '=';
}

/* Whether all lines are name=value. */
static bool looks_like_omegas(const char *at, const char *end)
{
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL)
            stop = end;
        if (stop > at && !is_name(at, stop))
            return false;
        at = stop + 1;
    }
    return true;
}

osteon_status ost_xapian_data_parse(ost_xapian_data *out, bool ours,
                                    const char *bytes, size_t len,
                                    osteon_error *err)
{
    line l;

    memset(out, 0, sizeof *out);
    out->mtime_ns = INT64_MIN;
    out->memory = ost_malloc(len + 1);
    if (out->memory == NULL)
        return ost_fail_memory(err);
    memcpy(out->memory, bytes, len);
    out->memory[len] = '\0';
    if (ours)
        return parse_ours(out, len, err);
    if (len == 0)
        return OSTEON_OK;
    if (!looks_like_omegas(out->memory, out->memory + len)) {
        out->text = out->memory;
        out->text_len = len;
        return OSTEON_OK;
    }
    for (char *at = out->memory; at != NULL;) {
        at = next_line(at, out->memory + len, &l);
        if (l.name != NULL)
            take_omegas(out, &l);
    }
    return OSTEON_OK;
}

void ost_xapian_data_free(ost_xapian_data *data)
{
    ost_free(data->fields);
    ost_free(data->memory);
}

void ost_xapian_url_encode(ost_buffer *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const uint8_t c = (uint8_t)text[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            (c >= '0' && c <= '9') || memchr("/-._~", c, 5) != NULL)
            ost_buffer_add_byte(out, c);
        else
            ost_buffer_printf(out, "%%%02x", c);
    }
}
