/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Telling text from other bytes, and UTF-16 to UTF-8.
 */
#include "convert.h"

/* Bytes looked at for NULs. */
#define SAMPLE ((size_t)64 << 10)

static unsigned unit_at(const char *p, bool big_endian)
{
    const unsigned a = (unsigned char)p[0], b = (unsigned char)p[1];

    return big_endian ? a << 8 | b : b << 8 | a;
}

/* True where the bytes read as UTF-16 without control characters or loose
 * surrogates, and every second byte is NUL about as in European text. */
static bool looks_like_utf16(const char *bytes, size_t len, bool big_endian)
{
    size_t ascii = 0, pairs = len / 2;

    for (size_t i = 0; i + 1 < len; i += 2) {
        const unsigned unit = unit_at(bytes + i, big_endian);
        if ((unit < 0x20 && unit != '\t' && unit != '\n' && unit != '\r' &&
             unit != '\f') ||
            unit == 0xffff)
            return false;
        if (unit >= 0xdc00 && unit <= 0xdfff)
            return false;
        if (unit >= 0xd800 && unit <= 0xdbff) {
            unsigned low = 0xdc00; /* the sample may be cut here */
            i += 2;
            if (i + 1 < len)
                low = unit_at(bytes + i, big_endian);
            if (low < 0xdc00 || low > 0xdfff)
                return false;
        }
        ascii += unit < 0x80;
    }
    return pairs >= 2 && ascii >= pairs - pairs / 4;
}

/* A file that begins with a byte order mark. A NUL character tells that it is
 * something else: UTF-32, or not text at all. */
static osi_encoding with_mark(const char *bytes, size_t len, size_t *skip)
{
    *skip = 2;
    for (size_t i = 2; i + 1 < len; i += 2)
        if (bytes[i] == '\0' && bytes[i + 1] == '\0')
            return OSI_NO_TEXT;
    return bytes[0] == '\xff' ? OSI_UTF16_LE : OSI_UTF16_BE;
}

osi_encoding osi_encoding_of(const char *bytes, size_t len, size_t *skip)
{
    const size_t sample = len < SAMPLE ? len : SAMPLE;

    *skip = 0;
    if (len >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 ||
                     memcmp(bytes, "\xfe\xff", 2) == 0))
        return with_mark(bytes, sample, skip);
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        *skip = 3;
    if (sample == 0 || memchr(bytes, '\0', sample) == NULL)
        return OSI_UTF8;
    if (len < SAMPLE && len % 2 != 0)
        return OSI_NO_TEXT;
    if (looks_like_utf16(bytes, sample, false))
        return OSI_UTF16_LE;
    if (looks_like_utf16(bytes, sample, true))
        return OSI_UTF16_BE;
    return OSI_NO_TEXT;
}

size_t osi_utf16_decode(const char *bytes, size_t len, bool big_endian,
                        bool last, osi_bytes *out)
{
    /* A unit gives at most three bytes, a pair of them four. */
    char *to = osi_bytes_reserve(out, len / 2 * 3 + 3);
    size_t i = 0;

    if (to == NULL)
        return len;
    for (; i + 1 < len; i += 2) {
        unsigned c = unit_at(bytes + i, big_endian);
        if (c >= 0xd800 && c <= 0xdbff) {
            unsigned low = 0;
            if (i + 3 >= len && !last)
                break;
            if (i + 3 < len)
                low = unit_at(bytes + i + 2, big_endian);
            if (low >= 0xdc00 && low <= 0xdfff) {
                c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
                i += 2;
            } else {
                c = 0xfffd;
            }
        } else if (c >= 0xdc00 && c <= 0xdfff) {
            c = 0xfffd;
        }
        to += osi_utf8_put(to, c);
    }
    if (last && i < len) {
        to += osi_utf8_put(to, 0xfffd);
        i = len;
    }
    out->len = (size_t)(to - out->data);
    return i;
}
