/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a database says of itself, read by its writer and written with each
 * commit. The keys are in xapian_layout.h.
 */
#include "xapian_writer.h"

#include "manifest.h"

#include <stdio.h>

typedef struct metadata {
    xapian_c_database *db;
    const char *path;
    osteon_error *err;
    osteon_status status; /* sticky */
} metadata;

static void fail(metadata *m, xapian_c_status s, const xapian_c_error *e)
{
    m->status = ost_xw_fail(m->err, m->path, s, e);
}

static void damaged(metadata *m, const char *key)
{
    m->status = ost_fail(m->err, OSTEON_CORRUPT,
                         "%s: metadata \"%s\" are damaged", m->path, key);
}

/* ---- Reading ---- */

/* Copies the value of a key; false where there is none, or after a failure. */
static bool get(metadata *m, const char *key, char *out, size_t room)
{
    const char *value;
    xapian_c_error e;
    xapian_c_status s;
    size_t len;

    out[0] = '\0';
    if (m->status != OSTEON_OK)
        return false;
    s = xapian_c_database_get_metadata(m->db, key, strlen(key), &value, &len,
                                       &e);
    if (s != XAPIAN_C_OK)
        fail(m, s, &e);
    else if (len >= room || memchr(value, '\0', len) != NULL)
        damaged(m, key);
    if (m->status != OSTEON_OK)
        return false;
    memcpy(out, value, len);
    out[len] = '\0';
    return len > 0;
}

static uint64_t number(metadata *m, const char *key)
{
    unsigned long long value = 0;
    char text[24], end;

    if (get(m, key, text, sizeof text) &&
        sscanf(text, "%llu%c", &value, &end) != 1)
        damaged(m, key);
    else if (m->status == OSTEON_OK && text[0] == '\0')
        damaged(m, key);
    return value;
}

static void read_sources(metadata *m, ost_xw_writer *w)
{
    char text[OST_FILE_NAME + 48], name[OST_FILE_NAME], end;
    unsigned long long size, checksum;

    if (!get(m, OST_KEY_SOURCES, text, sizeof text))
        return;
    if (sscanf(text, "%39s %llu %llu%c", name, &size, &checksum, &end) != 3 ||
        !ost_file_name_parse(name, strlen(name), "src", NULL))
        damaged(m, OST_KEY_SOURCES);
    else
        m->status = ost_file_ref_set(&w->source_file, name, size, checksum,
                                     m->err);
}

static void read_shard(metadata *m, ost_xw_writer *w)
{
    char text[32], end;

    w->shard = w->n_shards = 0;
    if (get(m, OST_KEY_SHARD, text, sizeof text) &&
        (sscanf(text, "%u/%u%c", &w->shard, &w->n_shards, &end) != 2 ||
         w->shard == 0 || w->shard > w->n_shards))
        damaged(m, OST_KEY_SHARD);
}

static const char *const kinds[] = {"text", "string", "integer", "real"};

static void read_slot(metadata *m, ost_xw_writer *w, const char *key,
                      size_t len)
{
    const size_t start = strlen(OST_KEY_SLOT);
    char copy[sizeof OST_KEY_SLOT + OST_MAX_FIELD_NAME], text[32], kind[16];
    ost_slot *slot = &w->slots[w->n_slots];
    char end;

    if (w->n_slots == OST_MOST_SLOTS || len <= start || len >= sizeof copy) {
        damaged(m, OST_KEY_SLOT);
        return;
    }
    memcpy(copy, key, len);
    copy[len] = '\0';
    if (!get(m, copy, text, sizeof text) ||
        sscanf(text, "%u %15s%c", &slot->slot, kind, &end) != 2 ||
        slot->slot < OST_SLOT_FIRST) {
        damaged(m, copy);
        return;
    }
    for (slot->kind = OSTEON_STRING; slot->kind <= OSTEON_REAL; slot->kind++)
        if (strcmp(kind, kinds[slot->kind]) == 0)
            break;
    if (slot->kind > OSTEON_REAL) {
        damaged(m, copy);
        return;
    }
    strcpy(slot->name, copy + start);
    w->n_slots++;
}

static void read_slots(metadata *m, ost_xw_writer *w)
{
    xapian_c_term_iterator *keys = NULL;
    xapian_c_error e;
    xapian_c_status s;

    if (m->status != OSTEON_OK)
        return;
    s = xapian_c_database_metadata_keys_begin(
        m->db, OST_KEY_SLOT, strlen(OST_KEY_SLOT), &keys, &e);
    while (s == XAPIAN_C_OK && m->status == OSTEON_OK) {
        const char *key;
        size_t len;
        s = xapian_c_term_iterator_next(keys, &e);
        if (s == XAPIAN_C_OK)
            s = xapian_c_term_iterator_get_term(keys, &key, &len, &e);
        if (s == XAPIAN_C_OK)
            read_slot(m, w, key, len);
    }
    if (s != XAPIAN_C_OK && s != XAPIAN_C_END)
        fail(m, s, &e);
    xapian_c_term_iterator_free(keys);
}

static void check_versions(metadata *m)
{
    char text[24];

    if (!get(m, OST_KEY_LAYOUT, text, sizeof text)) {
        if (m->status == OSTEON_OK)
            damaged(m, OST_KEY_LAYOUT);
        return;
    }
    if (number(m, OST_KEY_LAYOUT) != OST_XAPIAN_LAYOUT &&
        m->status == OSTEON_OK)
        m->status = ost_fail(m->err, OSTEON_VERSION,
                             "%s: layout %s of another Osteon; this one "
                             "writes %d",
                             m->path, text, OST_XAPIAN_LAYOUT);
    if (m->status != OSTEON_OK)
        return;
    if (number(m, OST_KEY_ANALYZER) != OST_ANALYZER_VERSION &&
        m->status == OSTEON_OK)
        m->status = ost_fail(m->err, OSTEON_VERSION,
                             "%s: written with another analyzer than %d of "
                             "this Osteon: --rebuild makes it anew",
                             m->path, OST_ANALYZER_VERSION);
}

static void check_positions(metadata *m)
{
    char text[16];

    get(m, OST_KEY_POSITIONS, text, sizeof text);
    if (m->status == OSTEON_OK && strcmp(text, "forms") != 0)
        m->status = ost_fail(m->err, OSTEON_INVALID,
                             "%s: an export of a native index, which cannot "
                             "be updated: --rebuild makes it anew",
                             m->path);
}

osteon_status ost_xw_load(ost_xw_writer *w, osteon_error *err)
{
    metadata m = {.err = err};
    xapian_c_error e;
    char *path;
    osteon_status s = ost_xw_path(w, w->published, &path, err);
    xapian_c_status got;

    if (s != OSTEON_OK)
        return s;
    m.path = path;
    got = xapian_c_database_new_path(path, 0, &m.db, &e);
    if (got != XAPIAN_C_OK)
        fail(&m, got, &e);
    check_versions(&m);
    if (!get(&m, OST_KEY_LANGUAGE, w->language, sizeof w->language) &&
        m.status == OSTEON_OK)
        damaged(&m, OST_KEY_LANGUAGE);
    w->title_weight = (unsigned)number(&m, OST_KEY_TITLE_WEIGHT);
    if (m.status == OSTEON_OK && w->title_weight > OST_TITLE_WEIGHT_MOST)
        damaged(&m, OST_KEY_TITLE_WEIGHT);
    w->generation = number(&m, OST_KEY_GENERATION);
    w->next_order = number(&m, OST_KEY_ORDER);
    read_shard(&m, w);
    read_sources(&m, w);
    read_slots(&m, w);
    check_positions(&m);
    xapian_c_database_free(m.db);
    ost_free(path);
    return m.status;
}

/* ---- Writing ---- */

static void set(metadata *m, const char *key, const char *format, ...)
    OST_PRINTF(3, 4);

static void set(metadata *m, const char *key, const char *format, ...)
{
    char text[128];
    xapian_c_error e;
    xapian_c_status s;
    va_list args;
    int len;

    if (m->status != OSTEON_OK)
        return;
    va_start(args, format);
    len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    s = xapian_c_writable_database_set_metadata(m->db, key, strlen(key), text,
                                                (size_t)len, &e);
    if (s != XAPIAN_C_OK)
        fail(m, s, &e);
}

osteon_status ost_xw_save(ost_xw_writer *w, xapian_c_database *db,
                          const char *path, osteon_error *err)
{
    metadata m = {.db = db, .path = path, .err = err};
    const ost_file_ref *file = &w->source_file;

    set(&m, OST_KEY_LAYOUT, "%d", OST_XAPIAN_LAYOUT);
    set(&m, OST_KEY_ANALYZER, "%d", OST_ANALYZER_VERSION);
    set(&m, OST_KEY_LANGUAGE, "%s", w->language);
    set(&m, OST_KEY_TITLE_WEIGHT, "%u", w->title_weight);
    set(&m, OST_KEY_POSITIONS, w->stems ? "stems" : "forms");
    set(&m, OST_KEY_GENERATION, "%llu",
        (unsigned long long)w->generation + 1);
    set(&m, OST_KEY_ORDER, "%llu", (unsigned long long)w->next_order);
    if (w->n_shards > 0)
        set(&m, OST_KEY_SHARD, "%u/%u", w->shard, w->n_shards);
    if (file->name != NULL)
        set(&m, OST_KEY_SOURCES, "%s %llu %llu", file->name,
            (unsigned long long)file->size,
            (unsigned long long)file->checksum);
    for (uint32_t i = 0; i < w->n_slots; i++) {
        char key[sizeof OST_KEY_SLOT + OST_MAX_FIELD_NAME];
        snprintf(key, sizeof key, "%s%s", OST_KEY_SLOT, w->slots[i].name);
        set(&m, key, "%u %s", w->slots[i].slot, kinds[w->slots[i].kind]);
    }
    return m.status;
}
