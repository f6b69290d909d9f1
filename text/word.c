/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Words that are too long. The first KEEP bytes of the area stay what they
 * are; what comes after them is hashed each time the area is full.
 */
#include "word.h"

#define KEEP 256                     /* >= OST_WORD_MAX */
#define TAIL 17                      /* '~' and 16 digits */
#define HEAD (OST_WORD_MAX - TAIL)   /* bytes kept of a word that is cut */

void ost_word_flush(ost_word *w)
{
    if (!w->hashing) {
        XXH3_64bits_reset(w->state);
        XXH3_64bits_update(w->state, w->bytes, w->len);
        w->hashing = true;
    } else {
        XXH3_64bits_update(w->state, w->bytes + KEEP, w->len - KEEP);
    }
    w->len = KEEP;
}

void ost_word_put_long(ost_word *w, const char *bytes, size_t n)
{
    while (n > 0) {
        const size_t step = n < OST_WORD_PUT_MAX ? n : OST_WORD_PUT_MAX;
        ost_word_put(w, bytes, step);
        bytes += step;
        n -= step;
    }
}

uint32_t ost_word_end(ost_word *w, bool *cut)
{
    static const char hex[] = "0123456789abcdef";
    size_t at = HEAD;
    uint64_t hash;

    *cut = w->hashing || w->len > OST_WORD_MAX;
    if (!*cut)
        return (uint32_t)w->len;
    ost_word_flush(w);
    hash = XXH3_64bits_digest(w->state);
    while (at > 0 && ((uint8_t)w->bytes[at] & 0xC0) == 0x80)
        at--;
    w->bytes[at++] = '~';
    for (unsigned i = 0; i < 16; i++)
        w->bytes[at++] = hex[hash >> (60 - 4 * i) & 15];
    return (uint32_t)at;
}
