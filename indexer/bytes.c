/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Growing bytes, and the ways to write untrusted bytes where a person or a
 * JSON reader will see them. Invariant of osi_bytes: len <= room.
 */
#include "indexer.h"

#include <stdatomic.h>

/* Counts down to the request that shall fail; 0: none. */
static atomic_ulong fail_countdown;

void osi_alloc_fail_at(unsigned long n)
{
    atomic_store(&fail_countdown, n);
}

void *osi_realloc(void *old, size_t size)
{
    if (atomic_load_explicit(&fail_countdown, memory_order_relaxed) != 0 &&
        atomic_fetch_sub(&fail_countdown, 1) == 1)
        return NULL;
    return realloc(old, size ? size : 1);
}

char *osi_bytes_reserve(osi_bytes *b, size_t more)
{
    size_t grown = b->room ? b->room : 64;
    char *fresh;

    if (b->failed || more > SIZE_MAX / 4 || b->len > SIZE_MAX / 4) {
        b->failed = true;
        return NULL;
    }
    if (b->room - b->len >= more)
        return b->data + b->len;
    while (grown < b->len + more)
        grown *= 2;
    fresh = osi_realloc(b->data, grown);
    if (fresh == NULL) {
        b->failed = true;
        return NULL;
    }
    b->data = fresh;
    b->room = grown;
    return b->data + b->len;
}

void osi_bytes_add(osi_bytes *b, const void *bytes, size_t len)
{
    char *place;

    if (len == 0)
        return;
    place = osi_bytes_reserve(b, len);
    if (place != NULL) {
        memcpy(place, bytes, len);
        b->len += len;
    }
}

void osi_bytes_add_text(osi_bytes *b, const char *text)
{
    osi_bytes_add(b, text, strlen(text));
}

void osi_bytes_empty(osi_bytes *b)
{
    if (b->room > OSI_KEPT || b->failed)
        osi_bytes_free(b);
    b->len = 0;
}

void osi_bytes_free(osi_bytes *b)
{
    free(b->data);
    memset(b, 0, sizeof *b);
}

static bool is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

size_t osi_utf8_length(const char *text, const char *end)
{
    const unsigned char *p = (const unsigned char *)text;
    const size_t left = (size_t)(end - text);

    if (left == 0)
        return 0;
    if (p[0] < 0x80)
        return 1;
    if (p[0] >= 0xc2 && p[0] <= 0xdf)
        return left >= 2 && is_tail(p[1]) ? 2 : 0;
    if (p[0] >= 0xe0 && p[0] <= 0xef) {
        if (left < 3 || !is_tail(p[1]) || !is_tail(p[2]))
            return 0;
        if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] >= 0xa0))
            return 0; /* overlong, or a surrogate */
        return 3;
    }
    if (p[0] >= 0xf0 && p[0] <= 0xf4) {
        if (left < 4 || !is_tail(p[1]) || !is_tail(p[2]) || !is_tail(p[3]))
            return 0;
        if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] >= 0x90))
            return 0;
        return 4;
    }
    return 0;
}

bool osi_utf8_valid(const char *text, size_t len)
{
    const char *const end = text + len;

    while (text < end) {
        const size_t n = osi_utf8_length(text, end);
        if (n == 0)
            return false;
        text += n;
    }
    return true;
}

size_t osi_utf8_put(char *to, unsigned c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3f));
        to[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3f));
    to[2] = (char)(0x80 | (c >> 6 & 0x3f));
    to[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* C0, DEL, and C1 (U+0080 to U+009F, which some terminals obey too). */
static bool is_control(const char *p, size_t n)
{
    const unsigned char *u = (const unsigned char *)p;

    return (n == 1 && (u[0] < 0x20 || u[0] == 0x7f)) ||
           (n == 2 && u[0] == 0xc2 && u[1] < 0xa0);
}

static void add_escape(osi_bytes *b, unsigned char c)
{
    char text[8];

    if (c == '\n')
        memcpy(text, "\\n", 3);
    else if (c == '\t')
        memcpy(text, "\\t", 3);
    else
        snprintf(text, sizeof text, "\\x%02x", c);
    osi_bytes_add_text(b, text);
}

void osi_bytes_add_shown(osi_bytes *b, const char *text, size_t len)
{
    const char *const end = text + len;

    while (text < end) {
        size_t n = osi_utf8_length(text, end);
        if (n != 0 && !is_control(text, n)) {
            osi_bytes_add(b, text, n);
        } else {
            n = n ? n : 1;
            for (size_t i = 0; i < n; i++)
                add_escape(b, (unsigned char)text[i]);
        }
        text += n;
    }
}

void osi_bytes_add_json(osi_bytes *b, const char *text, size_t len)
{
    const char *const end = text + len;

    while (text < end) {
        const size_t n = osi_utf8_length(text, end);
        const unsigned char c = (unsigned char)*text;
        char escape[8];
        if (n == 0) {
            osi_bytes_add_text(b, "\xef\xbf\xbd");
        } else if (c == '"' || c == '\\') {
            osi_bytes_add(b, "\\", 1);
            osi_bytes_add(b, text, 1);
        } else if (c < 0x20 || c == 0x7f) {
            snprintf(escape, sizeof escape, "\\u%04x", c);
            osi_bytes_add_text(b, escape);
        } else {
            osi_bytes_add(b, text, n);
        }
        text += n ? n : 1;
    }
}
