/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A map from byte strings to numbers: open addressing, at most half full.
 * Each name is a copy of its own; a slot with no bytes is free.
 */
#include "indexer.h"

#include <xxhash.h>

struct osi_name {
    char *bytes; /* NULL: free */
    size_t len;
    uint64_t hash;
    uint32_t value;
};

static struct osi_name *slot_of(const osi_names *names, const char *name,
                                size_t len, uint64_t hash)
{
    size_t at = (size_t)hash & (names->room - 1);

    for (;;) {
        struct osi_name *const slot = &names->slots[at];
        if (slot->bytes == NULL ||
            (slot->hash == hash && slot->len == len &&
             memcmp(slot->bytes, name, len) == 0))
            return slot;
        at = (at + 1) & (names->room - 1);
    }
}

static bool grow(osi_names *names)
{
    osi_names fresh = {NULL, names->n, names->room ? names->room * 2 : 64};

    if (fresh.room > SIZE_MAX / sizeof *fresh.slots)
        return false;
    fresh.slots = osi_realloc(NULL, fresh.room * sizeof *fresh.slots);
    if (fresh.slots == NULL)
        return false;
    memset(fresh.slots, 0, fresh.room * sizeof *fresh.slots);
    for (size_t i = 0; i < names->room; i++) {
        const struct osi_name *const old = &names->slots[i];
        if (old->bytes != NULL)
            *slot_of(&fresh, old->bytes, old->len, old->hash) = *old;
    }
    free(names->slots);
    *names = fresh;
    return true;
}

uint32_t *osi_names_put(osi_names *names, const char *name, size_t len,
                        uint32_t value)
{
    const uint64_t hash = XXH3_64bits(name, len);
    struct osi_name *slot;
    char *copy;

    if (names->n >= names->room / 2 && !grow(names))
        return NULL;
    slot = slot_of(names, name, len, hash);
    if (slot->bytes != NULL)
        return &slot->value;
    copy = osi_realloc(NULL, len + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, name, len);
    copy[len] = '\0';
    *slot = (struct osi_name){copy, len, hash, value};
    names->n++;
    return &slot->value;
}

uint32_t *osi_names_find(const osi_names *names, const char *name, size_t len)
{
    struct osi_name *slot;

    if (names->n == 0)
        return NULL;
    slot = slot_of(names, name, len, XXH3_64bits(name, len));
    return slot->bytes != NULL ? &slot->value : NULL;
}

void osi_names_free(osi_names *names)
{
    for (size_t i = 0; i < names->room; i++)
        free(names->slots[i].bytes);
    free(names->slots);
    memset(names, 0, sizeof *names);
}
