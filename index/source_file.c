/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reads the table of sources, as a whole or one source of it. Header and
 * directory are checked when the file is mapped; a block, by its checksum,
 * before anything in it is looked at; and every length even so, because a
 * checksum only tells that bytes are as they were written.
 */
#include "sources.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* A source has flags, two lengths and a size of at least a byte each. */
#define LEAST_SOURCE 4
#define LEAST_BLOCK (4 + LEAST_SOURCE)

struct ost_source_table {
    ost_map map;
    char *path;
    uint32_t count, highest, n_blocks;
    uint64_t directory; /* offset */
    uint64_t checksum;  /* of all but the last bytes, which hold it too */
};

static osteon_status damaged(const ost_source_table *t, uint64_t offset,
                             const char *what, osteon_error *err)
{
    return ost_fail_corrupt(err, t->path, offset, what);
}

static uint32_t first_id(const ost_source_table *t, uint32_t block)
{
    return ost_get32(t->map.data + t->directory +
                     (uint64_t)block * OST_SOURCE_ENTRY);
}

static uint64_t block_offset(const ost_source_table *t, uint32_t block)
{
    if (block == t->n_blocks)
        return t->directory;
    return ost_get64(t->map.data + t->directory +
                     (uint64_t)block * OST_SOURCE_ENTRY + 4);
}

static osteon_status check_header(ost_source_table *t, osteon_error *err)
{
    const uint8_t *header = t->map.data;
    uint64_t room;

    if (t->map.size < OST_HEADER_SIZE + OST_SOURCE_TRAILER)
        return damaged(t, t->map.size, "cut short", err);
    if (memcmp(header, OST_SOURCES_MAGIC, OST_MAGIC_SIZE) != 0)
        return damaged(t, 0, "not a table of sources", err);
    if (ost_get64(header + OST_SOURCES_AT_HEADER_SUM) !=
        XXH3_64bits(header, OST_SOURCES_AT_HEADER_SUM))
        return damaged(t, OST_SOURCES_AT_HEADER_SUM,
                       "header checksum does not match", err);
    if (ost_get32(header + 8) != OSTEON_FORMAT_VERSION)
        return damaged(t, 8, "unknown version", err);
    t->count = ost_get32(header + OST_SOURCES_AT_COUNT);
    t->highest = ost_get32(header + OST_SOURCES_AT_HIGHEST);
    t->directory = ost_get64(header + OST_SOURCES_AT_DIRECTORY);
    t->n_blocks = t->count / OST_SOURCE_BLOCK +
                  (t->count % OST_SOURCE_BLOCK > 0);
    room = t->map.size - OST_SOURCE_TRAILER;
    if (t->directory < OST_HEADER_SIZE || t->directory > room ||
        room - t->directory != (uint64_t)t->n_blocks * OST_SOURCE_ENTRY)
        return damaged(t, OST_SOURCES_AT_DIRECTORY,
                       "the directory is not at the end", err);
    if (t->highest < t->count ||
        t->count > (t->directory - OST_HEADER_SIZE) / LEAST_SOURCE)
        return damaged(t, OST_SOURCES_AT_COUNT, "more sources than can be",
                       err);
    return OSTEON_OK;
}

/* Whether it is the file that was meant; not whether its bytes are as they
 * were, which would mean reading them all. */
static osteon_status check_trailer(const ost_source_table *t,
                                   osteon_error *err)
{
    const size_t len = t->map.size - OST_SOURCE_TRAILER;

    return ost_get64(t->map.data + len) == t->checksum
               ? OSTEON_OK
               : damaged(t, len, "checksum does not match", err);
}

/* Blocks follow each other without a gap and their ids do not overlap. */
static osteon_status check_directory(const ost_source_table *t,
                                     osteon_error *err)
{
    uint64_t expected = OST_HEADER_SIZE, least = 1;

    if (ost_get64(t->map.data + OST_SOURCES_AT_DIRECTORY_SUM) !=
        XXH3_64bits(t->map.data + t->directory,
                    t->n_blocks * (size_t)OST_SOURCE_ENTRY))
        return damaged(t, t->directory, "directory checksum does not match",
                       err);
    for (uint32_t i = 0; i < t->n_blocks; i++) {
        const uint64_t at = block_offset(t, i);
        const uint32_t id = first_id(t, i);
        if (i == 0 ? at != expected : at < expected)
            return damaged(t, t->directory + i * (uint64_t)OST_SOURCE_ENTRY,
                           "blocks out of order", err);
        if (at > t->directory || id < least || id > t->highest)
            return damaged(t, t->directory + i * (uint64_t)OST_SOURCE_ENTRY,
                           "a block past the end", err);
        expected = at + LEAST_BLOCK;
        least = (uint64_t)id + OST_SOURCE_BLOCK;
    }
    if (t->n_blocks > 0 ? expected > t->directory : expected != t->directory)
        return damaged(t, t->directory, "the last block is cut short", err);
    return OSTEON_OK;
}

osteon_status ost_source_table_open(const char *path, uint64_t size,
                                    uint64_t checksum, ost_source_table **out,
                                    osteon_error *err)
{
    ost_source_table *t = ost_calloc(1, sizeof *t);
    osteon_status s;

    *out = NULL;
    if (t == NULL)
        return ost_fail_memory(err);
    t->checksum = checksum;
    t->path = ost_path_join("", path);
    if (t->path == NULL)
        s = ost_fail_memory(err);
    else
        s = ost_map_open(&t->map, path, err);
    if (s == OSTEON_OK && t->map.size != size)
        s = damaged(t, t->map.size, "not of the size in the manifest", err);
    if (s == OSTEON_OK)
        s = check_header(t, err);
    if (s == OSTEON_OK)
        s = check_trailer(t, err);
    if (s == OSTEON_OK)
        s = check_directory(t, err);
    if (s != OSTEON_OK) {
        ost_source_table_close(t);
        return s;
    }
    *out = t;
    return OSTEON_OK;
}

void ost_source_table_close(ost_source_table *t)
{
    if (t == NULL)
        return;
    ost_map_close(&t->map);
    ost_free(t->path);
    ost_free(t);
}

/* A place in a block, and what the next source is coded against. */
typedef struct decoder {
    const uint8_t *at, *end;
    uint32_t left; /* sources */
    uint32_t id, highest;
    uint64_t mtime;
    size_t path_len;
} decoder;

/* A source whose texts are still in the block: the path is the first `shared`
 * bytes of the path before, then `suffix`. */
typedef struct coded {
    osteon_source source; /* path is not set */
    size_t shared, suffix_len;
    const uint8_t *suffix;
} coded;

static osteon_status open_block(const ost_source_table *t, uint32_t block,
                                decoder *d, osteon_error *err)
{
    const uint64_t at = block_offset(t, block);
    const uint64_t end = block_offset(t, block + 1);
    const uint32_t left = t->count - block * (uint32_t)OST_SOURCE_BLOCK;

    *d = (decoder){.at = t->map.data + at + 4,
                   .end = t->map.data + end,
                   .left = left < OST_SOURCE_BLOCK ? left : OST_SOURCE_BLOCK,
                   .id = first_id(t, block) - 1,
                   .highest = t->highest};
    if (ost_get32(t->map.data + at) !=
        (uint32_t)XXH3_64bits(d->at, (size_t)(d->end - d->at)))
        return damaged(t, at, "block checksum does not match", err);
    return OSTEON_OK;
}

static const uint8_t *decode_path(const decoder *d, const uint8_t *p,
                                  coded *out)
{
    uint64_t shared, suffix;

    p = ost_varint_get(p, d->end, &shared);
    p = ost_varint_get(p, d->end, &suffix);
    if (p == NULL || shared > d->path_len ||
        suffix > OST_SOURCE_TEXT_MOST - shared || shared + suffix == 0 ||
        suffix > (uint64_t)(d->end - p) || memchr(p, 0, (size_t)suffix))
        return NULL;
    out->shared = (size_t)shared;
    out->suffix = p;
    out->suffix_len = (size_t)suffix;
    out->source.path_len = out->shared + out->suffix_len;
    return p + suffix;
}

static const uint8_t *decode_reason(const decoder *d, const uint8_t *p,
                                    osteon_source *source)
{
    uint64_t len;

    p = ost_varint_get(p, d->end, &len);
    if (p == NULL || len == 0 || len > OST_SOURCE_TEXT_MOST ||
        len > (uint64_t)(d->end - p))
        return NULL;
    source->reason = (const char *)p;
    source->reason_len = (size_t)len;
    return p + len;
}

/* Decodes the next source. False: damaged at d->at. */
static bool decode(decoder *d, coded *out)
{
    const uint8_t *p = d->at;
    osteon_source *source = &out->source;
    uint64_t gap = 0, delta;
    unsigned flags;

    if (p == d->end)
        return false;
    flags = *p++;
    if ((flags & OST_SOURCE_STATE_MASK) > OSTEON_SOURCE_MALFORMED ||
        (flags & OST_SOURCE_UNKNOWN_FLAGS) != 0)
        return false;
    source->state = (osteon_source_state)(flags & OST_SOURCE_STATE_MASK);
    if (flags & OST_SOURCE_HAS_GAP)
        p = ost_varint_get(p, d->end, &gap);
    /* The directory gives the first id; path_len is 0 only before it. */
    if (d->id >= d->highest || gap > d->highest - d->id - 1 ||
        (gap > 0 && d->path_len == 0))
        return false;
    source->id = d->id + 1 + (uint32_t)gap;
    p = decode_path(d, p, out);
    p = ost_varint_get(p, d->end, &source->size);
    source->mtime_ns = INT64_MIN;
    if (flags & OST_SOURCE_HAS_MTIME) {
        p = ost_varint_get(p, d->end, &delta);
        d->mtime += delta >> 1 ^ (0 - (delta & 1));
        source->mtime_ns = (int64_t)d->mtime;
    }
    source->hash = 0;
    if ((flags & OST_SOURCE_HAS_HASH) && p != NULL) {
        if (d->end - p < 8)
            return false;
        source->hash = ost_get64(p);
        p += 8;
    }
    source->reason = "";
    source->reason_len = 0;
    if (flags & OST_SOURCE_HAS_REASON)
        p = decode_reason(d, p, source);
    if (p == NULL)
        return false;
    d->at = p;
    d->id = source->id;
    d->path_len = source->path_len;
    d->left--;
    return true;
}

/* ---- reading all ---- */

/* Gives the source's texts a place in the table and appends it. False: no
 * memory. */
static bool append(ost_sources *s, coded *from, const char **path_before)
{
    osteon_source *source = &from->source;
    const size_t reason = source->reason_len;
    char *text = ost_sources_place(s, source->path_len + 1 +
                                          (reason > 0 ? reason + 1 : 0));

    if (text == NULL)
        return false;
    if (from->shared > 0)
        memcpy(text, *path_before, from->shared);
    memcpy(text + from->shared, from->suffix, from->suffix_len);
    text[source->path_len] = '\0';
    if (reason > 0) {
        memcpy(text + source->path_len + 1, source->reason, reason);
        text[source->path_len + 1 + reason] = '\0';
    }
    source->path = text;
    *path_before = text;
    ost_sources_append(s, source);
    return true;
}

static osteon_status read_block(const ost_source_table *t, uint32_t block,
                                ost_sources *s, osteon_error *err)
{
    const uint64_t at = block_offset(t, block);
    const char *path_before = NULL;
    decoder d;
    coded next;
    osteon_status status = open_block(t, block, &d, err);

    if (status != OSTEON_OK)
        return status;
    while (d.left > 0) {
        if (!decode(&d, &next))
            return damaged(t, (uint64_t)(d.at - t->map.data),
                           "not a source", err);
        if (!append(s, &next, &path_before))
            return ost_fail_memory(err);
    }
    if (d.at != d.end)
        return damaged(t, (uint64_t)(d.at - t->map.data),
                       "bytes after the last source of a block", err);
    if (block + 1 < t->n_blocks && d.id >= first_id(t, block + 1))
        return damaged(t, at, "ids of two blocks overlap", err);
    if (!ost_sources_link(s))
        return damaged(t, at, "a path is there twice", err);
    return OSTEON_OK;
}

osteon_status ost_source_table_read(const ost_source_table *t,
                                    ost_sources **out, osteon_error *err)
{
    const size_t len = t->map.size - OST_SOURCE_TRAILER;
    ost_sources *s = NULL;
    osteon_status status;

    *out = NULL;
    if (XXH3_64bits(t->map.data, len) != t->checksum)
        return damaged(t, len, "checksum does not match", err);
    status = ost_sources_new(&s, err);
    if (status == OSTEON_OK && !ost_sources_reserve(s, t->count, t->highest))
        status = ost_fail_memory(err);
    for (uint32_t i = 0; status == OSTEON_OK && i < t->n_blocks; i++)
        status = read_block(t, i, s, err);
    if (status != OSTEON_OK) {
        ost_sources_free(s);
        return status;
    }
    *out = s;
    return OSTEON_OK;
}

osteon_status ost_sources_read(const char *path, uint64_t size,
                               uint64_t checksum, ost_sources **out,
                               osteon_error *err)
{
    ost_source_table *t;
    osteon_status s = ost_source_table_open(path, size, checksum, &t, err);

    *out = NULL;
    if (s == OSTEON_OK)
        s = ost_source_table_read(t, out, err);
    ost_source_table_close(t);
    return s;
}

osteon_status ost_sources_load(const char *folder, const ost_file_ref *ref,
                               ost_sources **out, osteon_error *err)
{
    char *path;
    osteon_status s;

    *out = NULL;
    if (ref->name == NULL)
        return ost_sources_new(out, err);
    path = ost_path_join(folder, ref->name);
    if (path == NULL)
        return ost_fail_memory(err);
    s = ost_sources_read(path, ref->size, ref->checksum, out, err);
    ost_free(path);
    return s;
}

/* ---- reading one ---- */

/* The only block that may hold `id`; n_blocks: none. */
static uint32_t block_of(const ost_source_table *t, uint32_t id)
{
    uint32_t low = 0, high = t->n_blocks;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (first_id(t, middle) <= id)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? low - 1 : t->n_blocks;
}

osteon_status ost_source_table_get(ost_source_table *t, uint32_t id,
                                   osteon_source *out, void **memory,
                                   osteon_error *err)
{
    const uint32_t block = block_of(t, id);
    coded next = {.source = {0}};
    decoder d;
    char *text;
    osteon_status s;

    *memory = NULL;
    if (block == t->n_blocks)
        return OSTEON_NOT_FOUND;
    s = open_block(t, block, &d, err);
    if (s != OSTEON_OK)
        return s;
    /* Path and reason are made of different bytes of the block. */
    text = ost_malloc((size_t)(d.end - d.at) + 2);
    if (text == NULL)
        return ost_fail_memory(err);
    while (s == OSTEON_OK && d.left > 0 && next.source.id < id) {
        if (decode(&d, &next))
            memcpy(text + next.shared, next.suffix, next.suffix_len);
        else
            s = damaged(t, (uint64_t)(d.at - t->map.data), "not a source",
                        err);
    }
    if (s == OSTEON_OK && next.source.id != id)
        s = OSTEON_NOT_FOUND;
    if (s != OSTEON_OK) {
        ost_free(text);
        return s;
    }
    *out = next.source;
    text[out->path_len] = '\0';
    memcpy(text + out->path_len + 1, out->reason, out->reason_len);
    text[out->path_len + 1 + out->reason_len] = '\0';
    out->path = text;
    out->reason = text + out->path_len + 1;
    *memory = text;
    return OSTEON_OK;
}

uint32_t ost_source_table_count(const ost_source_table *t)
{
    return t->count;
}

uint32_t ost_source_table_highest(const ost_source_table *t)
{
    return t->highest;
}
