/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A folded word while it is being written into scratch memory. Private to
 * text/. It takes at most OST_WORD_AREA bytes there, however long it is: what
 * does not fit is hashed and dropped, and a word over OST_WORD_MAX bytes ends
 * as its beginning, '~' and the hash of all of it in 16 hexadecimal digits.
 */
#ifndef OST_WORD_H
#define OST_WORD_H

#include "text.h"

#include <xxhash.h>

#define OST_WORD_AREA 512
#define OST_WORD_PUT_MAX 16 /* bytes that a short put may add */

typedef struct ost_word {
    char *bytes;         /* OST_WORD_AREA of them */
    size_t len;          /* in the area */
    XXH3_state_t *state; /* begun once `hashing` */
    bool hashing;
} ost_word;

static inline void ost_word_begin(ost_word *w, char *bytes,
                                  XXH3_state_t *state)
{
    w->bytes = bytes;
    w->len = 0;
    w->state = state;
    w->hashing = false;
}

/* Moves what fills the area into the hash. */
void ost_word_flush(ost_word *w);

static inline void ost_word_room(ost_word *w)
{
    if (OST_UNLIKELY(w->len > OST_WORD_AREA - 2 * OST_WORD_PUT_MAX))
        ost_word_flush(w);
}

/* Adds n <= OST_WORD_PUT_MAX bytes. */
static inline void ost_word_put(ost_word *w, const char *bytes, size_t n)
{
    ost_word_room(w);
    memcpy(w->bytes + w->len, bytes, n);
    w->len += n;
}

/* Adds n bytes that may not fit. */
void ost_word_put_long(ost_word *w, const char *bytes, size_t n);

/* Adds any number of bytes, behind which OST_WORD_PADDING may be read. */
static inline void ost_word_put_all(ost_word *w, const char *bytes, size_t n)
{
    char *to = w->bytes + w->len;

    if (OST_UNLIKELY(n + OST_WORD_PADDING > OST_WORD_AREA - w->len)) {
        ost_word_put_long(w, bytes, n);
        return;
    }
    /* Most parts of words are one step long. What a step reads behind the end
     * may lie where it writes, hence the detour. */
    for (size_t i = 0; i < n; i += OST_WORD_PADDING) {
        char step[OST_WORD_PADDING];
        memcpy(step, bytes + i, sizeof step);
        memcpy(to + i, step, sizeof step);
    }
    w->len += n;
}

/* Ends the word and returns its length, 0..OST_WORD_MAX; *cut is set where it
 * was longer. */
uint32_t ost_word_end(ost_word *w, bool *cut);

#endif
