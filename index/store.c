/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Stored texts, gathered into compressed blocks; docs/format.md, "Stored
 * text". A block is a u32, raw size with the top bit set where the bytes that
 * follow are not compressed, and those bytes. Invariant: `raw` holds whole
 * texts and at most one open one, from text_at to its end.
 */
#include "write.h"

#include "deflate.h"

#include <assert.h>

#define LONGEST 0x7fffffffu

/* Memory for a long text is not kept for the short ones that follow. */
#define RAW_KEPT ((size_t)1 << 20)
#define DEFLATER_MEMORY ((size_t)1 << 18)

void ost_store_free(ost_store *store)
{
    ost_buffer_free(&store->blocks);
    ost_buffer_free(&store->raw);
    ost_free(store->ends);
    ost_deflater_close(store->deflater);
    memset(store, 0, sizeof *store);
}

/* Makes a block of the first `size` raw bytes. */
static bool finish_block(ost_store *store, size_t size)
{
    const size_t at = store->blocks.len;
    uint8_t head[4] = {0};
    bool deflated;

    if (size == 0)
        return true;
    if (store->deflater == NULL)
        store->deflater = ost_deflater_open();
    if (store->deflater == NULL ||
        !OST_GROW(&store->ends, &store->ends_room, store->n_blocks + 1))
        return false;
    ost_buffer_add(&store->blocks, head, sizeof head);
    if (!ost_deflate(store->deflater, store->raw.data, size, &store->blocks,
                     &deflated))
        return false;
    ost_put32(store->blocks.data + at,
              (uint32_t)size | (deflated ? 0 : OST_STORED_PLAIN));
    store->ends[store->n_blocks++] = store->blocks.len;
    store->raw.len -= size;
    memmove(store->raw.data, store->raw.data + size, store->raw.len);
    if (store->raw.len == 0 && store->raw.room > RAW_KEPT)
        ost_buffer_free(&store->raw);
    return true;
}

bool ost_store_begin(ost_store *store)
{
    assert(!store->text_open);
    if (store->raw.failed || store->blocks.failed)
        return false;
    store->text_at = (uint32_t)store->raw.len;
    store->text_open = true;
    return true;
}

bool ost_store_fits(const ost_store *store, size_t len)
{
    return len <= LONGEST - (store->raw.len - store->text_at);
}

bool ost_store_add(ost_store *store, const char *text, size_t len)
{
    assert(store->text_open);
    if (!ost_store_fits(store, len))
        return false;
    ost_buffer_add(&store->raw, text, len);
    return !store->raw.failed;
}

bool ost_store_close(ost_store *store, uint64_t *block, uint32_t *at,
                     uint32_t *len)
{
    assert(store->text_open);
    *len = (uint32_t)(store->raw.len - store->text_at);
    /* Too much for this block: the texts before it go without it. */
    if (store->raw.len > OST_STORED_BLOCK && store->text_at > 0) {
        if (!finish_block(store, store->text_at))
            return false;
        store->text_at = 0;
    }
    *block = store->n_blocks;
    *at = store->text_at;
    store->text_open = false;
    return store->raw.len < OST_STORED_BLOCK ||
           finish_block(store, store->raw.len);
}

void ost_store_drop(ost_store *store)
{
    if (store->text_open)
        store->raw.len = store->text_at;
    store->text_open = false;
}

bool ost_store_flush(ost_store *store)
{
    assert(!store->text_open);
    return finish_block(store, store->raw.len) && !store->raw.failed &&
           !store->blocks.failed;
}

bool ost_store_copy(ost_store *store, const uint8_t *block, size_t size)
{
    if (!ost_store_flush(store) ||
        !OST_GROW(&store->ends, &store->ends_room, store->n_blocks + 1))
        return false;
    ost_buffer_add(&store->blocks, block, size);
    store->ends[store->n_blocks++] = store->blocks.len;
    return !store->blocks.failed;
}

size_t ost_store_memory(const ost_store *store)
{
    return store->blocks.room + store->raw.room +
           store->ends_room * sizeof *store->ends +
           (store->deflater != NULL ? DEFLATER_MEMORY : 0);
}
