/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where a passage begins and ends. It is cut at white space or beside a CJK
 * character; only where a word does not fit at all, inside it, and never
 * inside a UTF-8 sequence. What readers take for one character, as a kana with
 * a voicing mark or an emoji of several, counts as one. It begins at a
 * sentence, else a line, else a word.
 *
 * Nothing here looks further from a place than a passage is wide, or than
 * LOOK_BACK bytes.
 */
#include "snippet.h"

#include <utf8proc.h>

enum { LOOK_BACK = 256 };

static unsigned char at_of(const char *text, size_t at)
{
    return (unsigned char)text[at];
}

static bool is_white(unsigned char c)
{
    return c <= 0x20 || c == 0x7f;
}

static bool is_small(unsigned char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_letter(unsigned char c)
{
    return is_small(c | 0x20) || c >= 0x80;
}

/* The start of the UTF-8 sequence that byte `at` is in; `at` itself where
 * that is no UTF-8. */
static size_t char_start(const char *text, size_t at)
{
    for (size_t back = 0; back < 4 && back <= at; back++) {
        const unsigned char c = at_of(text, at - back);
        const size_t size = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
        if (c < 0x80)
            break;
        if (c >= 0xc0)
            return back < size ? at - back : at;
    }
    return at;
}

/* Is the character that begins at `at` written without spaces around words?
 * By its first bytes: U+3000 to U+FFFF but for few, U+1F000 and up. */
static bool is_wide(const char *text, size_t len, size_t at)
{
    const unsigned char c = at_of(text, at);

    return (c >= 0xe3 && c <= 0xef) ||
           (c == 0xf0 && at + 1 < len && at_of(text, at + 1) >= 0x9f);
}

/* The code point at `at`, -1 where that is no UTF-8. */
static utf8proc_int32_t code_at(const char *text, size_t len, size_t at)
{
    const size_t left = len - at;
    utf8proc_int32_t code;

    utf8proc_iterate((const utf8proc_uint8_t *)text + at,
                     (utf8proc_ssize_t)(left < 4 ? left : 4), &code);
    return code;
}

/* Is what begins at `at` a part of what stands before it, from `before` on? By
 * the pairs of UAX #29; behind a joiner, and in a row of flags, always. */
static bool is_joined(const char *text, size_t len, size_t before, size_t at)
{
    enum { JOINER = 0x200D };
    const utf8proc_int32_t a = code_at(text, len, before);
    const utf8proc_int32_t b = code_at(text, len, at);

    return a >= 0 && b >= 0 && (a == JOINER || !utf8proc_grapheme_break(a, b));
}

static bool is_cut(const char *text, size_t len, size_t at)
{
    size_t before;

    if (at == 0 || at >= len)
        return true;
    if (is_white(at_of(text, at)) || is_white(at_of(text, at - 1)))
        return true;
    before = char_start(text, at - 1);
    return char_start(text, at) == at &&
           (is_wide(text, len, at) || is_wide(text, len, before)) &&
           !is_joined(text, len, before, at);
}

/* ---- Where sentences and lines begin ---- */

typedef enum beginning { INSIDE = 0, OF_LINE, OF_SENTENCE } beginning;

/* Does what ends at `end` end a sentence? Closing quotes and brackets may
 * stand behind the full stop. */
static bool ends_sentence(const char *text, size_t end)
{
    for (unsigned i = 0; i < 3 && end > 0; i++) {
        const unsigned char c = at_of(text, end - 1);
        if (c == '.' || c == '!' || c == '?')
            return true;
        if (c != '"' && c != '\'' && c != ')' && c != ']')
            break;
        end--;
    }
    return end >= 3 && (memcmp(text + end - 3, "\xe3\x80\x82", 3) == 0 ||
                        memcmp(text + end - 3, "\xef\xbc\x81", 3) == 0 ||
                        memcmp(text + end - 3, "\xef\xbc\x9f", 3) == 0);
}

/* What begins at `at`? A sentence does after a full stop (not before a small
 * letter, as in `e.g. here`) and after an empty line. */
static beginning begins_at(const char *text, size_t at)
{
    unsigned lines = 0;
    size_t end = at;

    if (at == 0)
        return OF_SENTENCE;
    if (is_white(at_of(text, at)))
        return INSIDE;
    while (end > 0 && is_white(at_of(text, end - 1)) && at - end < LOOK_BACK)
        lines += text[--end] == '\n';
    if (lines >= 2)
        return OF_SENTENCE;
    if ((end < at || at_of(text, end - 1) >= 0x80) &&
        ends_sentence(text, end) &&
        !is_small(at_of(text, at)))
        return OF_SENTENCE;
    return lines == 1 ? OF_LINE : INSIDE;
}

uint64_t ost_edge_bonus(const char *text, size_t at)
{
    for (size_t back = 0; back < OST_EDGE_BONUS && back <= at; back++)
        if (begins_at(text, at - back) != INSIDE)
            return OST_EDGE_BONUS - back;
    return 0;
}

/* ---- Passages ---- */

static size_t skip_white(const char *text, size_t at, size_t end)
{
    while (at < end && is_white(at_of(text, at)))
        at++;
    return at;
}

static size_t trim_white(const char *text, size_t start, size_t end)
{
    while (end > start && is_white(at_of(text, end - 1)))
        end--;
    return end;
}

/* The nearest beginning of a sentence in [lowest, at]; else of a line, else a
 * word in the half nearer to `at`, else `at`. */
static size_t near_beginning(const char *text, size_t len, size_t lowest,
                             size_t at)
{
    size_t line = at, word = at;
    bool has_line = false;

    for (size_t i = at;; i--) {
        const beginning b = begins_at(text, i);
        if (b == OF_SENTENCE)
            return i;
        if (b == OF_LINE && !has_line) {
            line = i;
            has_line = true;
        }
        if (!is_white(at_of(text, i)) && is_cut(text, len, i) &&
            at - i <= (at - lowest) / 2)
            word = i;
        if (i == lowest)
            break;
    }
    return has_line ? line : word;
}

/* The first beginning of a sentence in [lowest, at]; else `at`. */
static size_t far_beginning(const char *text, size_t lowest, size_t at)
{
    for (size_t i = lowest; i < at; i++)
        if (begins_at(text, i) == OF_SENTENCE)
            return i;
    return at;
}

/* The last place in [least, limit] to end at: behind a sentence if one ends
 * in the last quarter of the width, else behind a word, else `least`. */
static size_t last_end(const char *text, size_t len, size_t least,
                       size_t limit, size_t width)
{
    const size_t tolerable = limit - least > width / 4 ? limit - width / 4
                                                       : least;
    size_t word = limit;

    while (word > least && !is_cut(text, len, word))
        word--;
    word = trim_white(text, least, word);
    for (size_t at = word; at > tolerable && at < len; at--)
        if (is_cut(text, len, at) && ends_sentence(text, at))
            return at;
    return word;
}

void ost_edge_around(const char *text, size_t len, size_t width,
                     size_t *start, size_t *end)
{
    const size_t spare = width - (*end - *start);
    size_t first, limit, last;

    first = near_beginning(text, len, *start > spare ? *start - spare : 0,
                           *start);
    limit = len - first > width ? first + width : len;
    last = last_end(text, len, *end, limit, width);
    if (limit == len && last - first < width)
        first = far_beginning(text, last > width ? last - width : 0, first);
    first = skip_white(text, first, *start);
    *start = first;
    *end = last;
}

/* Whether the line says anything to a reader: it has a letter, and is neither
 * a licence tag nor markup that is not shown. */
static bool says_something(const char *line, size_t len)
{
    bool letter = false;
    size_t at = skip_white(line, 0, len);

    if (len - at >= 3 && memcmp(line + at, ".. ", 3) == 0)
        return false;
    if (len - at >= 2 && memcmp(line + at, "#!", 2) == 0)
        return false;
    for (; at < len; at++) {
        letter = letter || is_letter(at_of(line, at));
        if (line[at] == 'S' && len - at >= 5 &&
            memcmp(line + at, "SPDX-", 5) == 0)
            return false;
    }
    return letter;
}

void ost_edge_beginning(const char *text, size_t len, size_t width,
                        size_t *start, size_t *end)
{
    size_t first = 0, limit, last;

    while (first < len) {
        const char *newline = memchr(text + first, '\n', len - first);
        const size_t next = newline ? (size_t)(newline - text) : len;
        if (says_something(text + first, next - first))
            break;
        first = next < len ? next + 1 : len;
    }
    if (first == len)
        first = 0;
    first = skip_white(text, first, len);
    limit = len - first > width ? first + width : len;
    last = last_end(text, len, first, limit, width);
    if (last == first && limit > first) { /* a word longer than that */
        last = limit;
        if (last < len)
            last = char_start(text, last);
    }
    *start = first;
    *end = last;
}
