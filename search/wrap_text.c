/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Line breaking, first fit. Widths are columns, not bytes: an ideograph takes
 * two, a combining mark none.
 */
#include "wrap_text.h"

#include <utf8proc.h>

/* Lines have room for this many columns even on a narrow terminal. */
#define LEAST_COLUMNS 10

/* Length and width of the character at `text`, which is clean. */
static size_t character(const char *text, size_t len,
                        utf8proc_int32_t *code, size_t *columns)
{
    const utf8proc_ssize_t n =
        utf8proc_iterate((const utf8proc_uint8_t *)text,
                         (utf8proc_ssize_t)(len < 4 ? len : 4), code);

    *columns = n > 0 ? (size_t)utf8proc_charwidth(*code) : 1;
    return n > 0 ? (size_t)n : 1;
}

/* Where the line that begins at `start` ends: at the last place to break
 * before `columns` are full, else at the last that parts nothing a reader
 * sees as one, like a letter and its accents. Always after at least one
 * character. */
static size_t line_end(const clean_text *clean, size_t start, size_t columns)
{
    size_t used = 0, end = start, whole = start, width = 0, n;
    utf8proc_int32_t before = 0, code = 0, state = 0;

    for (size_t i = start; i < clean->len; i += n, before = code) {
        const bool after_wide = width == 2;

        n = character(clean->text + i, clean->len - i, &code, &width);
        if (i > start &&
            utf8proc_grapheme_break_stateful(before, code, &state)) {
            whole = i;
            if (clean->text[i] == ' ' || after_wide || width == 2)
                end = i;
        }
        used += width;
        if (used > columns && whole > start)
            return end > start ? end : whole;
        if (used > columns)
            return i > start ? i : i + n;
    }
    return clean->len;
}

static void put_spaces(sink *out, size_t n)
{
    while (n-- > 0)
        sink_byte(out, ' ');
}

void wrap_text(const clean_text *clean, const wrap_style *style, sink *out)
{
    size_t start = 0;

    for (size_t line = 0; line < style->most_lines; line++) {
        const size_t before = line == 0 ? style->begun : style->indent;
        const bool last = line + 1 == style->most_lines;
        size_t room = LEAST_COLUMNS, end;

        if (style->columns > before + LEAST_COLUMNS)
            room = style->columns - before;
        end = line_end(clean, start, room);
        if (last && end < clean->len)
            end = line_end(clean, start, room - 1);
        if (line > 0)
            put_spaces(out, style->indent);
        clean_text_put(clean, start, end, style->on, style->off, out);
        if (last && end < clean->len)
            sink_text(out, ELLIPSIS);
        sink_byte(out, '\n');
        start = end;
        while (start < clean->len && clean->text[start] == ' ')
            start++;
        if (start == clean->len)
            return;
    }
}
