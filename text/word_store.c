/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Words in blocks of 64 KiB that never move. A word's number is its block in
 * the high half and its place there in the low half.
 */
#include "terms.h"

#define BLOCK 65536
#define SLACK 8 /* behind each block, so that eight bytes of a word can be read
                 * from any of its places */

bool ost_word_store_add(ost_word_store *w, const char *bytes, size_t len,
                        uint32_t *at)
{
    if (w->n_blocks == 0 || BLOCK - w->used < len) {
        if (w->n_blocks > UINT16_MAX ||
            !OST_GROW(&w->blocks, &w->room, w->n_blocks + 1))
            return false;
        w->blocks[w->n_blocks] = ost_malloc(BLOCK + SLACK);
        if (w->blocks[w->n_blocks] == NULL)
            return false;
        w->n_blocks++;
        w->used = 0;
        w->memory += BLOCK;
    }
    *at = (uint32_t)((w->n_blocks - 1) * BLOCK + w->used);
    memcpy(w->blocks[w->n_blocks - 1] + w->used, bytes, len);
    w->used += len;
    return true;
}

const char *ost_word_store_at(const ost_word_store *w, uint32_t at)
{
    return w->blocks[at / BLOCK] + at % BLOCK;
}

void ost_word_store_free(ost_word_store *w)
{
    for (size_t i = 0; i < w->n_blocks; i++)
        ost_free(w->blocks[i]);
    ost_free(w->blocks);
    memset(w, 0, sizeof *w);
}
