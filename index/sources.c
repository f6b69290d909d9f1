/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The sources of an index in memory: records in ascending id, and a hash
 * table from path to record (open addressing, linear probing, at most half
 * full). A removed record keeps its place, without text, until half of all
 * are such. Texts lie in chunks; of those that were removed or replaced the
 * bytes are given up together, when they are more than half.
 */
#include "sources.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define CHUNK ((size_t)1 << 20)
#define LEAST_SLOTS 64

typedef struct record {
    char *text; /* path, NUL, reason, NUL (these two only where there is a
                 * reason); NULL: removed */
    uint64_t size;
    int64_t mtime_ns;
    uint64_t hash;
    uint32_t id;
    uint16_t path_len, reason_len;
    uint8_t state;
} record;

/* A place of the hash table. The tag gives the home place, so that the table
 * grows and closes gaps without looking at paths. */
typedef struct slot {
    uint32_t tag;   /* half of the path's hash */
    uint32_t index; /* of the record, plus 1; 0: free */
} slot;

struct ost_sources {
    record *records;
    size_t n, room;
    size_t live;
    size_t linked; /* records before this one are in the hash table */
    uint32_t highest;
    slot *slots;
    size_t n_slots; /* a power of two */
    char **chunks;
    size_t n_chunks, chunks_room;
    size_t chunk_used, chunk_size; /* of the last chunk */
    size_t placed, wasted; /* bytes of texts in all chunks; of those given up */
};

static uint32_t tag_of(const char *path, size_t len)
{
    return (uint32_t)XXH3_64bits_withSeed(path, len, ost_seed());
}

/* ---- the hash table ---- */

/* Enters what is known not to be there. */
static void enter(slot *slots, size_t n_slots, slot entry)
{
    size_t i = entry.tag & (n_slots - 1);

    while (slots[i].index != 0)
        i = (i + 1) & (n_slots - 1);
    slots[i] = entry;
}

/* Makes room for `count` entries: at most half of the slots are taken. */
static bool grow_slots(ost_sources *s, size_t count)
{
    size_t n = LEAST_SLOTS;
    slot *fresh;

    if (count <= s->n_slots / 2)
        return true;
    while (n / 2 < count)
        n *= 2;
    fresh = ost_calloc(n, sizeof *fresh);
    if (fresh == NULL)
        return false;
    for (size_t i = 0; i < s->n_slots; i++)
        if (s->slots[i].index != 0)
            enter(fresh, n, s->slots[i]);
    ost_free(s->slots);
    s->slots = fresh;
    s->n_slots = n;
    return true;
}

static bool is_path(const record *r, const char *path, size_t len)
{
    return r->path_len == len && memcmp(r->text, path, len) == 0;
}

/* The slot of a path, or the free one where it belongs. */
static slot *find_slot(const ost_sources *s, uint32_t tag, const char *path,
                       size_t len)
{
    size_t i = tag & (s->n_slots - 1);

    while (s->slots[i].index != 0) {
        if (s->slots[i].tag == tag &&
            is_path(&s->records[s->slots[i].index - 1], path, len))
            break;
        i = (i + 1) & (s->n_slots - 1);
    }
    return &s->slots[i];
}

static record *find_record(const ost_sources *s, const char *path, size_t len)
{
    const slot *found;

    if (s->n_slots == 0)
        return NULL;
    found = find_slot(s, tag_of(path, len), path, len);
    return found->index != 0 ? &s->records[found->index - 1] : NULL;
}

/* Frees a slot, moving later ones of its run back so that none is cut off
 * from its home. */
static void clear_slot(ost_sources *s, size_t hole)
{
    const size_t mask = s->n_slots - 1;
    size_t i = hole;

    for (;;) {
        size_t home;
        i = (i + 1) & mask;
        if (s->slots[i].index == 0)
            break;
        home = s->slots[i].tag & mask;
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            s->slots[hole] = s->slots[i];
            hole = i;
        }
    }
    s->slots[hole].index = 0;
}

/* ---- for the reader of the file ---- */

bool ost_sources_reserve(ost_sources *s, size_t count, uint32_t highest_id)
{
    s->highest = highest_id;
    return OST_GROW(&s->records, &s->room, count) && grow_slots(s, count);
}

char *ost_sources_place(ost_sources *s, size_t len)
{
    char *place;

    if (s->n_chunks == 0 || s->chunk_size - s->chunk_used < len) {
        const size_t size = len > CHUNK ? len : CHUNK;
        if (!OST_GROW(&s->chunks, &s->chunks_room, s->n_chunks + 1))
            return NULL;
        place = ost_malloc(size);
        if (place == NULL)
            return NULL;
        s->chunks[s->n_chunks++] = place;
        s->chunk_size = size;
        s->chunk_used = 0;
    }
    place = s->chunks[s->n_chunks - 1] + s->chunk_used;
    s->chunk_used += len;
    s->placed += len;
    return place;
}

static void fill(record *r, const osteon_source *source)
{
    r->size = source->size;
    r->mtime_ns = source->mtime_ns;
    r->hash = source->hash;
    r->path_len = (uint16_t)source->path_len;
    r->reason_len = (uint16_t)source->reason_len;
    r->state = (uint8_t)source->state;
}

void ost_sources_append(ost_sources *s, const osteon_source *source)
{
    record *r = &s->records[s->n++];

    fill(r, source);
    r->id = source->id;
    r->text = (char *)(uintptr_t)source->path;
    s->live++;
}

bool ost_sources_link(ost_sources *s)
{
    enum { AHEAD = 32 };
    uint32_t tags[AHEAD];

    while (s->linked < s->n) {
        const size_t first = s->linked;
        const size_t n = s->n - first < AHEAD ? s->n - first : AHEAD;
        /* All places first, so that the cache misses overlap. */
        for (size_t i = 0; i < n; i++) {
            const record *r = &s->records[first + i];
            tags[i] = tag_of(r->text, r->path_len);
            __builtin_prefetch(&s->slots[tags[i] & (s->n_slots - 1)], 1);
        }
        for (size_t i = 0; i < n; i++) {
            const record *r = &s->records[first + i];
            slot *place = find_slot(s, tags[i], r->text, r->path_len);
            if (place->index != 0)
                return false;
            *place = (slot){tags[i], (uint32_t)(first + i + 1)};
        }
        s->linked += n;
    }
    return true;
}

uint32_t ost_sources_highest(const ost_sources *s)
{
    return s->highest;
}

/* ---- the table ---- */

osteon_status ost_sources_new(ost_sources **out, osteon_error *err)
{
    *out = ost_calloc(1, sizeof **out);
    return *out != NULL ? OSTEON_OK : ost_fail_memory(err);
}

static void free_chunks(ost_sources *s)
{
    for (size_t i = 0; i < s->n_chunks; i++)
        ost_free(s->chunks[i]);
    s->n_chunks = 0;
}

void ost_sources_free(ost_sources *s)
{
    if (s == NULL)
        return;
    free_chunks(s);
    ost_free(s->chunks);
    ost_free(s->records);
    ost_free(s->slots);
    ost_free(s);
}

size_t ost_sources_count(const ost_sources *s)
{
    return s->live;
}

size_t ost_sources_memory(const ost_sources *s)
{
    return s->n * sizeof *s->records + s->n_slots * sizeof *s->slots +
           s->placed;
}

static void show(const record *r, osteon_source *out)
{
    out->id = r->id;
    out->state = (osteon_source_state)r->state;
    out->path = r->text;
    out->path_len = r->path_len;
    out->size = r->size;
    out->mtime_ns = r->mtime_ns;
    out->hash = r->hash;
    out->reason = r->reason_len > 0 ? r->text + r->path_len + 1 : "";
    out->reason_len = r->reason_len;
}

/* Index of the first record with this id or a higher one. */
static size_t lower_bound(const ost_sources *s, uint32_t id)
{
    size_t low = 0, high = s->n;

    /* Ids are distinct and begin with 1, so record i has id i + 1 or more;
     * without gaps it is the first guess. */
    if (id > 0 && high > id)
        high = id;
    if (high > 0 && s->records[high - 1].id == id)
        return high - 1;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->records[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static record *record_of(const ost_sources *s, uint32_t id)
{
    const size_t i = lower_bound(s, id);

    if (i == s->n || s->records[i].id != id || s->records[i].text == NULL)
        return NULL;
    return &s->records[i];
}

bool ost_sources_find(const ost_sources *s, const char *path, size_t len,
                      osteon_source *out)
{
    const record *r = find_record(s, path, len);

    if (r != NULL)
        show(r, out);
    return r != NULL;
}

bool ost_sources_get(const ost_sources *s, uint32_t id, osteon_source *out)
{
    const record *r = record_of(s, id);

    if (r != NULL)
        show(r, out);
    return r != NULL;
}

bool ost_sources_next(const ost_sources *s, uint32_t *cursor,
                      osteon_source *out)
{
    /* The cursor is the last id, so that removing and adding between calls
     * does no harm. */
    size_t i = *cursor < UINT32_MAX ? lower_bound(s, *cursor + 1) : s->n;

    while (i < s->n && s->records[i].text == NULL)
        i++;
    if (i == s->n)
        return false;
    show(&s->records[i], out);
    *cursor = s->records[i].id;
    return true;
}

static osteon_status check(const osteon_source *source, osteon_error *err)
{
    if (source->path_len == 0 || source->path_len > OST_SOURCE_TEXT_MOST)
        return ost_fail(err, OSTEON_INVALID,
                        "a source's path must have 1 to %u bytes, not %zu",
                        OST_SOURCE_TEXT_MOST, source->path_len);
    if (memchr(source->path, 0, source->path_len) != NULL)
        return ost_fail(err, OSTEON_INVALID,
                        "%s: a source's path must not hold NUL",
                        source->path);
    if (source->reason_len > OST_SOURCE_TEXT_MOST)
        return ost_fail(err, OSTEON_INVALID,
                        "a source's reason must have at most %u bytes",
                        OST_SOURCE_TEXT_MOST);
    if ((unsigned)source->state > OSTEON_SOURCE_MALFORMED)
        return ost_fail(err, OSTEON_INVALID, "not a state of a source: %d",
                        (int)source->state);
    return OSTEON_OK;
}

/* Bytes of path and reason with a NUL behind each. */
static size_t text_size(size_t path_len, size_t reason_len)
{
    return path_len + 1 + (reason_len > 0 ? reason_len + 1 : 0);
}

/* Path and reason, placed; NULL: no memory. */
static char *make_text(ost_sources *s, const osteon_source *source)
{
    char *text = ost_sources_place(
        s, text_size(source->path_len, source->reason_len));
    char *reason;

    if (text == NULL)
        return NULL;
    memcpy(text, source->path, source->path_len);
    text[source->path_len] = '\0';
    if (source->reason_len > 0) {
        reason = text + source->path_len + 1;
        memcpy(reason, source->reason, source->reason_len);
        reason[source->reason_len] = '\0';
    }
    return text;
}

static void give_up_text(ost_sources *s, record *r)
{
    s->wasted += text_size(r->path_len, r->reason_len);
    r->text = NULL;
}

/* Moves the texts that are left into a chunk of their own, once those given up
 * are more than half. Without memory they stay where they are. */
static void repack(ost_sources *s)
{
    const size_t left = s->placed - s->wasted;
    char *chunk, *to;

    if (s->wasted <= CHUNK || s->wasted <= left)
        return;
    chunk = to = ost_malloc(left);
    if (chunk == NULL)
        return;
    for (size_t i = 0; i < s->n; i++) {
        record *r = &s->records[i];
        const size_t size = text_size(r->path_len, r->reason_len);
        if (r->text == NULL)
            continue;
        memcpy(to, r->text, size);
        r->text = to;
        to += size;
    }
    free_chunks(s);
    s->chunks[s->n_chunks++] = chunk;
    s->chunk_used = s->chunk_size = s->placed = left;
    s->wasted = 0;
}

static osteon_status change(ost_sources *s, record *r,
                            const osteon_source *source, osteon_error *err)
{
    /* The new text may be given by pointers into the old one. */
    if (r->reason_len != source->reason_len ||
        (r->reason_len > 0 && memcmp(r->text + r->path_len + 1,
                                     source->reason, r->reason_len) != 0)) {
        char *text = make_text(s, source);
        if (text == NULL)
            return ost_fail_memory(err);
        give_up_text(s, r);
        r->text = text;
    }
    fill(r, source);
    return OSTEON_OK;
}

static osteon_status add(ost_sources *s, const osteon_source *source,
                         osteon_error *err)
{
    const uint32_t tag = tag_of(source->path, source->path_len);
    record *r;
    char *text;

    if (s->highest == UINT32_MAX)
        return ost_fail(err, OSTEON_INVALID,
                        "no number is left for another source: rebuild");
    if (!OST_GROW(&s->records, &s->room, s->n + 1) ||
        !grow_slots(s, s->live + 1))
        return ost_fail_memory(err);
    text = make_text(s, source);
    if (text == NULL)
        return ost_fail_memory(err);
    r = &s->records[s->n++];
    fill(r, source);
    r->id = ++s->highest;
    r->text = text;
    s->live++;
    enter(s->slots, s->n_slots, (slot){tag, (uint32_t)s->n});
    s->linked = s->n;
    return OSTEON_OK;
}

osteon_status ost_sources_put(ost_sources *s, const osteon_source *source,
                              uint32_t *id, osteon_error *err)
{
    osteon_source given = *source;
    osteon_status status;
    record *r;

    *id = 0;
    if (given.reason == NULL)
        given.reason_len = 0;
    status = check(&given, err);
    if (status != OSTEON_OK)
        return status;
    r = find_record(s, given.path, given.path_len);
    status = r != NULL ? change(s, r, &given, err) : add(s, &given, err);
    if (status != OSTEON_OK)
        return status;
    *id = r != NULL ? r->id : s->highest;
    repack(s); /* what was given may point into texts: they are copied now */
    return status;
}

/* Gives up the places of removed records, once they are more than half. */
static void compact(ost_sources *s)
{
    size_t n = 0;

    if (s->n < LEAST_SLOTS || s->live > s->n / 2)
        return;
    for (size_t i = 0; i < s->n; i++)
        if (s->records[i].text != NULL)
            s->records[n++] = s->records[i];
    s->n = n;
    s->linked = n;
    memset(s->slots, 0, s->n_slots * sizeof *s->slots);
    for (size_t i = 0; i < n; i++) {
        const record *r = &s->records[i];
        enter(s->slots, s->n_slots,
              (slot){tag_of(r->text, r->path_len), (uint32_t)(i + 1)});
    }
}

bool ost_sources_remove(ost_sources *s, uint32_t id)
{
    record *r = record_of(s, id);
    const slot *place;

    if (r == NULL)
        return false;
    place = find_slot(s, tag_of(r->text, r->path_len), r->text, r->path_len);
    clear_slot(s, (size_t)(place - s->slots));
    give_up_text(s, r);
    s->live--;
    compact(s);
    return true;
}
