/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A map from byte strings to numbers: open addressing, at most half full.
 * Names are copied into chunks, as a list of files may have millions: a name
 * takes 5 bytes beside itself, and its slot 16, of which there are two to four
 * a name. Invariant: what lies in a chunk stays where it is.
 *
 * Whoever names files chooses what is in a map: it hashes by a key of its own,
 * so that names cannot be made to meet in one place.
 */
#define _DEFAULT_SOURCE /* getrandom */
#include "indexer.h"

#include <sys/random.h>
#include <xxhash.h>

#define CHUNK ((size_t)64 << 10)

struct osi_name {
    const char *bytes; /* terminated, behind their number; NULL: free */
    uint32_t tag;      /* half of their hash */
    uint32_t value;
};

struct osi_name_chunk {
    struct osi_name_chunk *next;
    size_t used, room;
    char bytes[];
};

static uint32_t tag_of(const osi_names *names, const char *name, size_t len)
{
    return (uint32_t)XXH3_64bits_withSeed(name, len, names->key);
}

static uint32_t len_of(const char *bytes)
{
    uint32_t len;

    memcpy(&len, bytes - sizeof len, sizeof len);
    return len;
}

static struct osi_name *slot_of(const osi_names *names, const char *name,
                                size_t len, uint32_t tag)
{
    size_t at = tag & (names->room - 1);

    for (;;) {
        struct osi_name *const slot = &names->slots[at];
        if (slot->bytes == NULL ||
            (slot->tag == tag && len_of(slot->bytes) == len &&
             memcmp(slot->bytes, name, len) == 0))
            return slot;
        at = (at + 1) & (names->room - 1);
    }
}

static bool grow(osi_names *names)
{
    const size_t room = names->room ? names->room * 2 : 64;
    struct osi_name *fresh;

    if (room > SIZE_MAX / sizeof *fresh)
        return false;
    fresh = osi_realloc(NULL, room * sizeof *fresh);
    if (fresh == NULL)
        return false;
    memset(fresh, 0, room * sizeof *fresh);
    for (size_t i = 0; i < names->room; i++) {
        size_t at = names->slots[i].tag & (room - 1);
        if (names->slots[i].bytes == NULL)
            continue;
        while (fresh[at].bytes != NULL)
            at = (at + 1) & (room - 1);
        fresh[at] = names->slots[i];
    }
    free(names->slots);
    names->slots = fresh;
    names->room = room;
    return true;
}

const char *osi_names_copy(osi_names *names, const char *text, size_t len)
{
    const uint32_t number = (uint32_t)len;
    const size_t size = sizeof number + len + 1;
    struct osi_name_chunk *chunk = names->chunks;
    char *to;

    if (len > UINT32_MAX)
        return NULL;
    if (chunk == NULL || chunk->room - chunk->used < size) {
        const size_t room = size > CHUNK ? size : CHUNK;
        chunk = osi_realloc(NULL, sizeof *chunk + room);
        if (chunk == NULL)
            return NULL;
        chunk->next = names->chunks;
        chunk->used = 0;
        chunk->room = room;
        names->chunks = chunk;
        names->bytes += sizeof *chunk + room;
    }
    to = chunk->bytes + chunk->used;
    chunk->used += size;
    memcpy(to, &number, sizeof number);
    memcpy(to + sizeof number, text, len);
    to[sizeof number + len] = '\0';
    return to + sizeof number;
}

uint32_t *osi_names_put(osi_names *names, const char *name, size_t len,
                        uint32_t value)
{
    struct osi_name *slot;
    const char *copy;
    uint32_t tag;

    /* Without a random number the key is 0: slower for such names, no more. */
    if (names->room == 0 &&
        getrandom(&names->key, sizeof names->key, GRND_NONBLOCK) < 0)
        names->key = 0;
    if (names->n >= names->room / 2 && !grow(names))
        return NULL;
    tag = tag_of(names, name, len);
    slot = slot_of(names, name, len, tag);
    if (slot->bytes != NULL)
        return &slot->value;
    copy = osi_names_copy(names, name, len);
    if (copy == NULL)
        return NULL;
    *slot = (struct osi_name){copy, tag, value};
    names->n++;
    return &slot->value;
}

static struct osi_name *find(const osi_names *names, const char *name,
                             size_t len)
{
    struct osi_name *slot;

    if (names->n == 0)
        return NULL;
    slot = slot_of(names, name, len, tag_of(names, name, len));
    return slot->bytes != NULL ? slot : NULL;
}

uint32_t *osi_names_find(const osi_names *names, const char *name, size_t len)
{
    struct osi_name *const slot = find(names, name, len);

    return slot != NULL ? &slot->value : NULL;
}

const char *osi_names_own(const osi_names *names, const char *name, size_t len)
{
    const struct osi_name *const slot = find(names, name, len);

    return slot != NULL ? slot->bytes : NULL;
}

size_t osi_names_memory(const osi_names *names)
{
    return names->bytes + names->room * sizeof *names->slots;
}

void osi_names_free(osi_names *names)
{
    while (names->chunks != NULL) {
        struct osi_name_chunk *const next = names->chunks->next;
        free(names->chunks);
        names->chunks = next;
    }
    free(names->slots);
    memset(names, 0, sizeof *names);
}
