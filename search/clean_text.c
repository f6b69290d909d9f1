/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Cleaning, character by character. A mark is moved along: its new start is
 * where its first character went, its new end is where the last one ended, so
 * that white space that was dropped belongs to no mark.
 */
#include "clean_text.h"

#include "search_program.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* Decodes one character. Returns its length; where the bytes are not UTF-8,
 * 1 with *c set to -1. `len` > 0. */
static size_t decode(const char *bytes, size_t len, utf8proc_int32_t *c)
{
    utf8proc_ssize_t n;

    *c = (unsigned char)bytes[0];
    if (*c < 0x80)
        return 1;
    n = utf8proc_iterate((const utf8proc_uint8_t *)bytes,
                         (utf8proc_ssize_t)(len < 4 ? len : 4), c);
    if (n > 0)
        return (size_t)n;
    *c = -1;
    return 1;
}

static bool is_control(utf8proc_int32_t c)
{
    return (c >= 0 && c < 0x20) || (c >= 0x7f && c < 0xa0) ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static bool is_space(utf8proc_int32_t c)
{
    return c == ' ' || is_control(c) || c == 0x2028 || c == 0x2029 ||
           c == 0xfeff;
}

/* Length of the line that begins at `text` if it only underlines or divides,
 * like "=====" or "|---|---|", else 0. */
static size_t rule_length(const char *text, size_t len)
{
    enum { LEAST = 3 };
    size_t run = 0, longest = 0, i;

    for (i = 0; i < len && text[i] != '\n'; i++) {
        if (text[i] == '\0' || strchr("=-~^*_#`+|: \t\r", text[i]) == NULL)
            return 0;
        run = i > 0 && text[i] == text[i - 1] ? run + 1 : 1;
        if (run > longest && strchr("=-~^*_#`", text[i]) != NULL)
            longest = run;
    }
    return longest >= LEAST ? i : 0;
}

/* A pass over the text in one mode. */
typedef struct cleaner {
    sink out;
    clean_mode mode;
    bool space; /* a space is due before the next character */
    bool blank; /* nothing of this line of the text yet but white space */
} cleaner;

/* Length of what a space can stand for at `text`, which begins with character
 * `code` of `n` bytes; 0 if there is nothing. Rows of a table are divided by
 * the end of the one, so that the next needs no '|' before it. */
static size_t gap_length(cleaner *c, const char *text, size_t len,
                         utf8proc_int32_t code, size_t n)
{
    size_t gap;

    if (c->mode != CLEAN_LINE)
        return 0;
    if (is_space(code)) {
        c->blank = c->blank || code == '\n';
        return n;
    }
    if (!c->blank)
        return 0;
    c->blank = false;
    gap = rule_length(text, len);
    if (gap == 0 && code == '|' &&
        (c->out.len == 0 || c->out.data[c->out.len - 1] == '|'))
        gap = n;
    return gap;
}

static void flush_space(cleaner *c)
{
    if (c->space && c->out.len > 0)
        sink_byte(&c->out, ' ');
    c->space = false;
}

static void put_character(cleaner *c, const char *bytes, size_t n,
                          utf8proc_int32_t code, bool before_newline)
{
    const bool page = c->mode == CLEAN_PAGE;

    if (code >= 0 && (c->mode == CLEAN_UTF8 || !is_control(code) ||
                      (page && (code == '\n' || code == '\t'))))
        sink_add(&c->out, bytes, n);
    else if (!page || code != '\r' || !before_newline)
        sink_text(&c->out, replacement);
}

/* Cleans bytes [start, end) of `text`. */
static void clean_range(clean_text *out, const char *text, size_t start,
                        size_t end, const osteon_mark *marks, size_t n_marks,
                        clean_mode mode)
{
    cleaner c = {.mode = mode, .blank = true};
    size_t mark = 0, begun = SIZE_MAX, n, gap;
    utf8proc_int32_t code;

    memset(out, 0, sizeof *out);
    sink_open(&c.out, -1);
    out->marks = grow_memory(NULL, n_marks, sizeof *out->marks);
    for (size_t i = start; i <= end; i += n) {
        while (mark < n_marks && (marks[mark].end <= i || i == end)) {
            if (begun != SIZE_MAX && c.out.len > begun)
                out->marks[out->n_marks++] =
                    (osteon_mark){begun, c.out.len};
            begun = SIZE_MAX;
            mark++;
        }
        if (i == end)
            break;
        n = decode(text + i, end - i, &code);
        gap = gap_length(&c, text + i, end - i, code, n);
        if (gap > 0) {
            n = gap;
            c.space = true;
            continue;
        }
        flush_space(&c);
        if (mark < n_marks && marks[mark].start <= i && begun == SIZE_MAX)
            begun = c.out.len;
        put_character(&c, text + i, n, code,
                      i + 1 < end && text[i + 1] == '\n');
    }
    out->len = c.out.len;
    sink_byte(&c.out, '\0'); /* so that there is always a pointer */
    out->text = c.out.data;
}

void clean_text_open(clean_text *out, const char *bytes, size_t len,
                     clean_mode mode)
{
    clean_range(out, bytes, 0, len, NULL, 0, mode);
}

void clean_text_open_snippet(clean_text *out, const char *text, size_t len,
                             const osteon_snippet *snippet, clean_mode mode)
{
    const size_t end = snippet->end < len ? snippet->end : len;
    const size_t start = snippet->start < end ? snippet->start : end;

    clean_range(out, text, start, end, snippet->marks, snippet->n_marks,
                mode);
}

void clean_text_close(clean_text *clean)
{
    free(clean->text);
    free(clean->marks);
    memset(clean, 0, sizeof *clean);
}

void clean_text_drop(clean_text *clean, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < clean->n_marks; i++) {
        osteon_mark mark = clean->marks[i];

        if (mark.end <= n)
            continue;
        mark.start = mark.start > n ? mark.start - n : 0;
        mark.end -= n;
        clean->marks[kept++] = mark;
    }
    clean->n_marks = kept;
    clean->len -= n;
    memmove(clean->text, clean->text + n, clean->len + 1);
}

void clean_text_add(clean_text *clean, const char *text)
{
    const size_t more = strlen(text) + 1;

    clean->text = grow_memory(clean->text, clean->len + more, 1);
    memcpy(clean->text + clean->len, text, more);
    clean->len += more - 1;
}

void clean_text_put(const clean_text *clean, size_t start, size_t end,
                    const char *on, const char *off, sink *out)
{
    for (size_t i = 0; i < clean->n_marks && start < end; i++) {
        size_t from = clean->marks[i].start, to = clean->marks[i].end;

        if (to <= start)
            continue;
        if (from >= end)
            break;
        from = from < start ? start : from;
        to = to > end ? end : to;
        sink_add(out, clean->text + start, from - start);
        sink_text(out, on);
        sink_add(out, clean->text + from, to - from);
        sink_text(out, off);
        start = to;
    }
    if (start < end)
        sink_add(out, clean->text + start, end - start);
}

void put_clean(sink *out, const char *bytes, size_t len, clean_mode mode)
{
    clean_text clean;

    clean_text_open(&clean, bytes, len, mode);
    sink_add(out, clean.text, clean.len);
    clean_text_close(&clean);
}

static void put_escape(sink *out, const char *bytes, size_t n)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char named[] = "\\\\\tt\nn\rr";

    for (size_t i = 0; n == 1 && named[i]; i += 2) {
        if (bytes[0] != named[i])
            continue;
        sink_byte(out, '\\');
        sink_byte(out, named[i + 1]);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const unsigned char byte = (unsigned char)bytes[i];

        sink_text(out, "\\x");
        sink_byte(out, hex[byte >> 4]);
        sink_byte(out, hex[byte & 15]);
    }
}

static bool is_separator(utf8proc_int32_t c)
{
    const utf8proc_category_t category = utf8proc_category(c);

    return category == UTF8PROC_CATEGORY_ZS ||
           category == UTF8PROC_CATEGORY_ZL ||
           category == UTF8PROC_CATEGORY_ZP;
}

static void put_escaped(sink *out, const char *bytes, size_t len,
                        bool separators)
{
    utf8proc_int32_t code;
    size_t n;

    for (size_t i = 0; i < len; i += n) {
        n = decode(bytes + i, len - i, &code);
        if (code < 0 || code == '\\' || is_control(code) ||
            (separators && is_separator(code)))
            put_escape(out, bytes + i, n);
        else
            sink_add(out, bytes + i, n);
    }
}

void put_tsv(sink *out, const char *bytes, size_t len)
{
    put_escaped(out, bytes, len, false);
}

void put_word(sink *out, const char *bytes, size_t len)
{
    put_escaped(out, bytes, len, true);
}

size_t text_columns(const char *text, size_t len)
{
    utf8proc_int32_t code;
    size_t columns = 0;

    for (size_t i = 0, n; i < len; i += n) {
        n = decode(text + i, len - i, &code);
        columns += code < 0 ? 1 : (size_t)utf8proc_charwidth(code);
    }
    return columns;
}
