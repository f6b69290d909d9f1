/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The fast path of the tokenizer: words of ASCII and compounds of them, read
 * off a window's runs. Private to text/. Also eight bytes at a time, for words
 * that runs do not tell.
 */
#ifndef OST_ASCII_H
#define OST_ASCII_H

#include "window.h"

/* Where a tokenizer stands. */
typedef struct ost_scan {
    const char *text; /* [at, end) is still to be read */
    size_t at, end;
    char *dst;       /* where the next folded word goes */
    char *dst_limit; /* no word begins at or beyond; OST_COMPOUND_MARGIN bytes
                      * follow, more than any word of ASCII touches */
    uint32_t position;
} ost_scan;

/* Positions stay at the last one instead of starting again. */
static inline uint32_t ost_scan_position(ost_scan *s)
{
    const uint32_t position = s->position;
    s->position += position != UINT32_MAX;
    return position;
}

/* Eight bytes seen at once. A mask has the high bit of each byte it means. */
typedef struct ost_chunk {
    uint64_t folded;  /* the bytes, letters in lower case */
    uint64_t letters; /* mask of ASCII letters */
    unsigned n;       /* letters and digits before the first other byte: 0..8 */
} ost_chunk;

#define OST_BYTES(b) (UINT64_C(0x0101010101010101) * (b))
#define OST_HIGH_BITS OST_BYTES(0x80)

/* Masks of ASCII letters, and of digits. Sums never carry from one byte to the
 * next: all are below 0x80 before, and below 0x100 after. */
static inline uint64_t ost_mask_letters(uint64_t x)
{
    const uint64_t lower = (x & ~OST_HIGH_BITS) | OST_BYTES(0x20);

    return ((lower + OST_BYTES(0x80 - 'a')) ^
            (lower + OST_BYTES(0x80 - 'z' - 1))) & ~x & OST_HIGH_BITS;
}
static inline uint64_t ost_mask_digits(uint64_t x)
{
    const uint64_t low = x & ~OST_HIGH_BITS;

    return ((low + OST_BYTES(0x80 - '0')) ^
            (low + OST_BYTES(0x80 - '9' - 1))) & ~x & OST_HIGH_BITS;
}

/* How many bytes stand in front of the first that a mask means: 0..8. */
static inline unsigned ost_mask_skip(uint64_t mask)
{
    return mask == 0 ? 8 : (unsigned)__builtin_ctzll(mask) / 8;
}

/* Looks at the first 8 of `left` bytes; behind the end all is separator. */
static inline ost_chunk ost_ascii_chunk(const char *text, size_t left)
{
    uint64_t x;
    ost_chunk c;

    if (OST_LIKELY(left >= 8)) {
        x = ost_get64(text);
    } else {
        char last[8] = {0};
        memcpy(last, text, left);
        x = ost_get64(last);
    }
    c.letters = ost_mask_letters(x);
    c.folded = x | c.letters >> 2;
    c.n = ost_mask_skip(~(c.letters | ost_mask_digits(x)) & OST_HIGH_BITS);
    return c;
}

/* Is it an ASCII letter or digit? */
static inline bool ost_ascii_in_word(char c)
{
    const unsigned low = (uint8_t)c | 0x20u;

    return low - 'a' < 26 || (uint8_t)c - (unsigned)'0' < 10;
}

/* The part of a mask that belongs to the first n <= 8 bytes. */
static inline uint64_t ost_mask_first(uint64_t mask, unsigned n)
{
    return n == 8 ? mask : mask & ((UINT64_C(1) << 8 * n) - 1);
}

/* ost_tokenizer_open with a given form of the first pass (tokenizer.c). */
OSTEON_MUST_CHECK osteon_status ost_tokenizer_open_with(ost_classify *classify,
                                                        ost_tokenizer **out,
                                                        osteon_error *err);

/* Why ost_ascii_words stopped. */
typedef enum ost_ascii_stop {
    OST_STOP_NONE = 0,
    OST_STOP_ROOM,   /* for tokens or for words is used up */
    OST_STOP_WINDOW, /* ends; s->at is where the next must begin */
    OST_STOP_OTHER   /* something else comes */
} ost_ascii_stop;

/* Fills tokens from *n on with words and compounds of ASCII. Something else is
 * a byte over 0x7F, a word over OST_WORD_MAX bytes, a compound of too many
 * parts, a number with commas, or an apostrophe behind a digit; of a compound
 * that holds it nothing is read: s->at is where the compound begins. */
ost_ascii_stop ost_ascii_words(ost_scan *s, ost_window *w, ost_token *out,
                               size_t room, size_t *n);

#endif
