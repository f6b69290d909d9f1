/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The names of things in a Xapian database: see xapian_layout.h.
 */
#include "xapian_layout.h"

#include <stdio.h>
#include <xxhash.h>

/* What replaces the end of a term that is too long: '~' and 16 digits. */
#define HASH_TAIL 17

size_t ost_xapian_prefix(const char *field, char out[OST_PREFIX_ROOM])
{
    bool letters = true;
    size_t n = 0;

    if (strcmp(field, "title") == 0)
        return (size_t)snprintf(out, OST_PREFIX_ROOM, "S");
    if (strcmp(field, "author") == 0)
        return (size_t)snprintf(out, OST_PREFIX_ROOM, "A");
    if (field[0] != '\0')
        out[n++] = 'X';
    for (; *field != '\0' && n < OST_PREFIX_ROOM - 2; field++) {
        const bool letter = *field >= 'a' && *field <= 'z';
        out[n++] = letter ? (char)(*field - 'a' + 'A') : *field;
        letters = letters && letter;
    }
    if (!letters)
        out[n++] = ':';
    out[n] = '\0';
    return n;
}

bool ost_xapian_is_stemmed(const char *language, const char *stem, size_t len)
{
    return strcmp(language, "none") != 0 && ost_may_stem(stem, len);
}

/* Appends bytes to a term of n; past the end only the length is counted. */
static size_t append(char *out, size_t n, const char *bytes, size_t len)
{
    if (n < OST_XAPIAN_TERM_MOST) {
        const size_t room = OST_XAPIAN_TERM_MOST - n;
        memcpy(out + n, bytes, len < room ? len : room);
    }
    return n + len;
}

/* The end of what did not fit: a hash of all of the word, so that long words
 * with the same beginning stay apart. */
static size_t finish(char *out, size_t n, const char *word, size_t len)
{
    char tail[HASH_TAIL + 1];

    if (n <= OST_XAPIAN_TERM_MOST)
        return n;
    snprintf(tail, sizeof tail, "~%016llx",
             (unsigned long long)XXH3_64bits(word, len));
    memcpy(out + OST_XAPIAN_TERM_MOST - HASH_TAIL, tail, HASH_TAIL);
    return OST_XAPIAN_TERM_MOST;
}

size_t ost_xapian_term(bool stem, const char *prefix, const char *word,
                       size_t len, char out[OST_XAPIAN_TERM_MOST])
{
    size_t n = append(out, 0, "Z", stem);

    n = append(out, n, prefix, strlen(prefix));
    n = append(out, n, word, len);
    return finish(out, n, word, len);
}

size_t ost_xapian_id_term(const char *id, size_t len,
                          char out[OST_XAPIAN_TERM_MOST])
{
    return ost_xapian_term(false, "Q", id, len, out);
}

unsigned ost_xapian_shard_of(const char *id, size_t len, unsigned n)
{
    return 1 + (unsigned)(XXH3_64bits(id, len) % n);
}

void ost_xapian_escape(ost_buffer *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const uint8_t c = (uint8_t)text[i];
        if (c < 0x20 || c == '%' || c == 0x7f)
            ost_buffer_printf(out, "%%%02X", c);
        else
            ost_buffer_add_byte(out, c);
    }
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t ost_xapian_unescape(char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '%' && i + 2 < len && digit(text[i + 1]) >= 0 &&
            digit(text[i + 2]) >= 0) {
            text[n++] = (char)(digit(text[i + 1]) * 16 + digit(text[i + 2]));
            i += 2;
        } else {
            text[n++] = text[i];
        }
    }
    return n;
}
