/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Plain ASCII words, eight bytes at a time. Whether a word goes on behind the
 * byte that ends it is decided by that byte and the next one alone, and where
 * it might, the word is left to the compound reader.
 */
#include "ascii.h"

enum {
    LETTER = 1,
    DIGIT = 2,
    HIGH = 4, /* not ASCII */
    ANY = 8   /* every byte, and the end of the text */
};

#define D (DIGIT | ANY)
#define L (LETTER | ANY)
#define H (HIGH | ANY)
#define D8 D, D, D, D, D, D, D, D
#define L8 L, L, L, L, L, L, L, L
#define H16 H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H
#define A ANY
#define A8 A, A, A, A, A, A, A, A

/* What a byte is. */
static const uint8_t kinds[256] = {
    A8, A8, A8, A8, A8, A8, D8, D, D, A, A, A, A, A, A, /* 00-3F */
    A, L, L, L, L, L, L, L, L8, L8, L, L, L, A, A, A, A, A, /* 40-5F */
    A, L, L, L, L, L, L, L, L8, L8, L, L, L, A, A, A, A, A, /* 60-7F */
    H16, H16, H16, H16, H16, H16, H16, H16,
};

#undef D
#undef L
#undef H
#undef A
#undef D8
#undef L8
#undef H16
#undef A8

#define C (LETTER | DIGIT | HIGH) /* a connector: any word may follow */

/* What the byte after this one must be for a word to go on behind it. */
static const uint8_t goes_on[128] = {
    ['-'] = C, ['_'] = C, ['.'] = C, ['@'] = C, ['&'] = C, ['+'] = C,
    [','] = DIGIT,
    ['\''] = LETTER | HIGH,
};

static bool may_go_on(const char *text, size_t at, size_t end)
{
    const uint8_t c = (uint8_t)text[at];
    const uint8_t next = at + 1 < end ? kinds[(uint8_t)text[at + 1]] : ANY;

    return c >= 0x80 || (goes_on[c] & next) != 0;
}

/* Steps over separators. Most often there is one; in indented text, many. */
static size_t skip(const char *text, size_t at, size_t end)
{
    if (at < end && kinds[(uint8_t)text[at]] == ANY)
        at++;
    if (at < end && kinds[(uint8_t)text[at]] == ANY) {
        at++;
        while (end - at >= 8) {
            const unsigned n = ost_ascii_separators(text + at);
            at += n;
            if (n < 8)
                return at;
        }
        while (at < end && kinds[(uint8_t)text[at]] == ANY)
            at++;
    }
    return at;
}

size_t ost_ascii_words(ost_scan *s, ost_token *out, size_t room)
{
    const char *const text = s->text;
    const size_t end = s->end;
    size_t at = s->at, n = 0;
    char *dst = s->dst;

    while (n < room && dst < s->dst_limit) {
        size_t start, len = 0;
        ost_chunk c;

        at = skip(text, at, end);
        start = at;
        do {
            c = ost_ascii_chunk(text + at, end - at);
            ost_put64(dst + len, c.folded);
            at += c.n;
            len += c.n;
        } while (c.n == 8 && len <= OST_WORD_MAX - 8);
        if (at < end && (c.n == 8 || may_go_on(text, at, end))) {
            at = start;
            break;
        }
        if (len == 0) /* the end */
            break;
        out[n].word = dst;
        out[n].len = (uint32_t)len;
        out[n].position = ost_scan_position(s);
        out[n].start = start;
        out[n].end = at;
        out[n].kind = OST_TOKEN_WORD;
        n++;
        dst += len;
    }
    s->at = at;
    s->dst = dst;
    return n;
}
