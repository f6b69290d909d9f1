/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A JSON object as a document: id, title and text by their usual names, all
 * else as fields. A string is a text field and, up to 1024 bytes, a value.
 * Pieces point into the line, whose strings are decoded in place; names of
 * nested fields ("a.b") are put together in record->names.
 */
#include "convert.h"

#include <errno.h>
#include <math.h>
#include <xxhash.h>

#define VALUE_MAX 1024   /* bytes of a string that is also a value */
#define NAME_MAX_LEN 64  /* of a field, see osteon_field */
#define ID_MAX_LEN 4096

typedef struct piece {
    const char *text; /* NULL: not in the record */
    size_t len;
} piece;

/* What is being put together, beside the fields. */
typedef struct parts {
    osi_record *record;
    osi_json json;
    piece id, other_id, title, text, body, contents, abstract;
    const char *reason;
    bool nested; /* names are put together: see add_field */
} parts;

static bool fail(parts *p, const char *reason)
{
    if (p->reason == NULL)
        p->reason = p->json.reason != NULL ? p->json.reason : reason;
    return false;
}

static bool is_name(const char *name, size_t len)
{
    static const char *const reserved[] = {"title", "body", "id", "path"};

    if (len == 0 || len > NAME_MAX_LEN)
        return false;
    for (size_t i = 0; i < len; i++) {
        const char c = name[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
              (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.'))
            return false;
    }
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        size_t same = 0;
        while (same < len && (name[same] | 0x20) == reserved[i][same])
            same++;
        if (same == len && reserved[i][len] == '\0')
            return false;
    }
    return true;
}

/* One more field, its name and kind set; NULL: no memory. The name of a
 * nested one is copied to record->names, which may move later: the field gets
 * its name in set_names. */
static osteon_field *add_field(parts *p, const piece *name,
                               osteon_value_kind kind)
{
    osi_record *const r = p->record;
    osteon_field *f;

    if (r->n_fields == r->room) {
        const size_t room = r->room ? r->room * 2 : 32;
        f = osi_realloc(r->fields, room * sizeof *f);
        if (f == NULL) {
            fail(p, "out of memory");
            return NULL;
        }
        r->fields = f;
        r->room = room;
    }
    f = &r->fields[r->n_fields++];
    *f = (osteon_field){.name = p->nested ? NULL : name->text,
                        .name_len = name->len,
                        .kind = kind};
    if (p->nested)
        osi_bytes_add(&r->names, name->text, name->len);
    return f;
}

static bool add_text(parts *p, const piece *name, const char *text,
                     size_t len, bool searched)
{
    osteon_field *f;

    if (searched) {
        f = add_field(p, name, OSTEON_TEXT);
        if (f == NULL)
            return false;
        f->text = text;
        f->text_len = len;
    }
    if (len <= VALUE_MAX) {
        f = add_field(p, name, OSTEON_STRING);
        if (f == NULL)
            return false;
        f->text = text;
        f->text_len = len;
    }
    return true;
}

static bool add_number(parts *p, const piece *name)
{
    const bool integer = p->json.kind == OSI_JSON_INTEGER;
    long long whole = 0;
    double real = 0;
    osteon_field *f;

    /* What ends a number in JSON ends it for these too. */
    errno = 0;
    if (integer)
        whole = strtoll(p->json.text, NULL, 10);
    if (!integer || errno != 0)
        real = strtod(p->json.text, NULL);
    if (!isfinite(real)) {
        p->record->skipped++;
        return true;
    }
    f = add_field(p, name,
                  integer && errno == 0 ? OSTEON_INTEGER : OSTEON_REAL);
    if (f == NULL)
        return false;
    f->integer = whole;
    f->real = real;
    return true;
}

/* Adds the value of the token at hand, if it is no object or array. */
static bool add_scalar(parts *p, const piece *name)
{
    switch (p->json.kind) {
    case OSI_JSON_STRING:
        return add_text(p, name, p->json.text, p->json.len, true);
    case OSI_JSON_INTEGER:
    case OSI_JSON_REAL:
        return add_number(p, name);
    case OSI_JSON_TRUE:
        return add_text(p, name, "true", 4, false);
    case OSI_JSON_FALSE:
        return add_text(p, name, "false", 5, false);
    default:
        return true;
    }
}

/* The values of an array become fields of one name; what is nested in it is
 * left out. */
static bool add_array(parts *p, const piece *name)
{
    osi_json *const json = &p->json;

    osi_json_next(json);
    while (!osi_json_is(json, ']')) {
        if (name != NULL && !add_scalar(p, name))
            return false;
        if (!osi_json_skip(json))
            return fail(p, "an array has no end");
        osi_json_next(json);
        if (osi_json_is(json, ']'))
            break;
        if (!osi_json_is(json, ','))
            return fail(p, "an array has no end");
        osi_json_next(json);
        if (osi_json_is(json, ']'))
            return fail(p, "a value was expected");
    }
    return true;
}

/* Adds the value at hand as field `name`, which NULL skips. Objects are left
 * out: see add_nested. */
static bool add_value(parts *p, const piece *name)
{
    if (osi_json_is(&p->json, '['))
        return add_array(p, name);
    if (name != NULL && !add_scalar(p, name))
        return false;
    return osi_json_skip(&p->json) || fail(p, "cut off");
}

/* Calls `member` for each member of the object whose '{' is at hand; it is
 * given the name, and the value's first token is at hand. */
static bool each_member(parts *p, const piece *outer,
                        bool (*member)(parts *, const piece *outer, piece))
{
    osi_json *const json = &p->json;

    osi_json_next(json);
    while (!osi_json_is(json, '}')) {
        piece name;
        if (json->kind != OSI_JSON_STRING)
            return fail(p, "a name was expected in an object");
        name = (piece){json->text, json->len};
        osi_json_next(json);
        if (!osi_json_is(json, ':'))
            return fail(p, "a ':' was expected in an object");
        osi_json_next(json);
        if (!member(p, outer, name))
            return false;
        osi_json_next(json);
        if (osi_json_is(json, '}'))
            break;
        if (!osi_json_is(json, ','))
            return fail(p, "an object has no end");
        osi_json_next(json);
        if (osi_json_is(json, '}'))
            return fail(p, "a name was expected in an object");
    }
    return true;
}

/* A member of an object in the record: "outer.inner". */
static bool add_nested(parts *p, const piece *outer, piece inner)
{
    char text[NAME_MAX_LEN];
    const piece name = {text, outer->len + 1 + inner.len};
    bool ok;

    if (inner.len >= NAME_MAX_LEN || name.len > NAME_MAX_LEN) {
        p->record->skipped++;
        return add_value(p, NULL);
    }
    memcpy(text, outer->text, outer->len);
    text[outer->len] = '.';
    memcpy(text + outer->len + 1, inner.text, inner.len);
    if (!is_name(text, name.len)) {
        p->record->skipped++;
        return add_value(p, NULL);
    }
    p->nested = true;
    ok = add_value(p, &name);
    p->nested = false;
    return ok;
}

static void set_names(osi_record *r)
{
    const char *at = r->names.data;

    for (size_t i = 0; i < r->n_fields; i++) {
        if (r->fields[i].name == NULL) {
            r->fields[i].name = at;
            at += r->fields[i].name_len;
        }
    }
}

static piece *special(parts *p, const piece *name)
{
    static const char *const names[] = {"id",   "_id",      "title",   "text",
                                        "body", "contents", "abstract"};
    piece *const pieces[] = {&p->id,   &p->other_id, &p->title,   &p->text,
                             &p->body, &p->contents, &p->abstract};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == name->len &&
            memcmp(names[i], name->text, name->len) == 0)
            return pieces[i];
    return NULL;
}

/* A member of the record itself. */
static bool add_member(parts *p, const piece *outer, piece name)
{
    piece *const place = special(p, &name);
    const bool is_id = place == &p->id || place == &p->other_id;

    (void)outer;
    if (place != NULL && p->json.kind != OSI_JSON_MARK) {
        const bool is_truth = p->json.kind == OSI_JSON_TRUE ||
                              p->json.kind == OSI_JSON_FALSE;
        if (is_id && is_truth)
            return fail(p, "its id is neither text nor a number");
        if (p->json.kind != OSI_JSON_NULL)
            *place = (piece){p->json.text, p->json.len};
        return osi_json_skip(&p->json) || fail(p, "cut off");
    }
    if (is_id)
        return fail(p, "its id is neither text nor a number");
    if (!is_name(name.text, name.len)) {
        /* What begins with '@' tells of the record: see --export jsonl. */
        p->record->skipped += name.len == 0 || name.text[0] != '@';
        return add_value(p, NULL);
    }
    if (osi_json_is(&p->json, '{'))
        return each_member(p, &name, add_nested);
    return add_value(p, &name);
}

static bool choose_id(parts *p, const char *hash)
{
    const piece id = p->id.text != NULL ? p->id : p->other_id;
    static const piece other = {"_id", 3};

    if (id.text == NULL) {
        p->record->id = hash;
        p->record->id_len = strlen(hash);
        return true;
    }
    if (id.len == 0)
        return fail(p, "its id is empty");
    if (id.len > ID_MAX_LEN)
        return fail(p, "its id is longer than 4096 bytes");
    if (memchr(id.text, '\0', id.len) != NULL)
        return fail(p, "its id holds a NUL byte");
    p->record->id = id.text;
    p->record->id_len = id.len;
    if (p->id.text != NULL && p->other_id.text != NULL)
        return add_text(p, &other, p->other_id.text, p->other_id.len, false);
    return true;
}

/* The first of text, body, contents and abstract that is not empty is the
 * body; the others are searched all the same. */
static bool choose_body(parts *p)
{
    osi_record *const r = p->record;
    static const piece names[] = {{"contents", 8}, {"abstract", 8}};
    const piece *const candidates[] = {&p->text, &p->body, &p->contents,
                                       &p->abstract};

    for (size_t i = 0; i < 4; i++) {
        const piece *const c = candidates[i];
        if (c->len == 0)
            continue;
        if (r->body == NULL) {
            r->body = c->text;
            r->body_len = c->len;
        } else if (i == 1) {
            r->more = c->text;
            r->more_len = c->len;
        } else if (!add_text(p, &names[i - 2], c->text, c->len, true)) {
            return false;
        }
    }
    return true;
}

static bool parse(parts *p, char *line, size_t len)
{
    osi_record *const r = p->record;

    snprintf(r->hash, sizeof r->hash, "%016llx",
             (unsigned long long)XXH3_64bits(line, len));
    osi_json_start(&p->json, line, len);
    osi_json_next(&p->json);
    if (!osi_json_is(&p->json, '{'))
        return fail(p, "not a JSON object");
    if (!each_member(p, NULL, add_member))
        return false;
    if (osi_json_next(&p->json) != OSI_JSON_END)
        return fail(p, "bytes after the object");
    if (!choose_id(p, r->hash) || !choose_body(p))
        return false;
    r->title = p->title.text;
    r->title_len = p->title.len;
    if (r->names.failed)
        return fail(p, "out of memory");
    set_names(r);
    return true;
}

bool osi_record_parse(osi_record *record, char *line, size_t len,
                      const char **reason)
{
    parts p = {.record = record};

    record->id = record->title = record->body = record->more = NULL;
    record->id_len = record->title_len = 0;
    record->body_len = record->more_len = 0;
    record->n_fields = 0;
    record->skipped = 0;
    record->names.len = 0;
    if (parse(&p, line, len))
        return true;
    *reason = p.reason != NULL ? p.reason : "not a record";
    return false;
}

void osi_record_free(osi_record *record)
{
    free(record->fields);
    osi_bytes_free(&record->names);
    memset(record, 0, sizeof *record);
}
