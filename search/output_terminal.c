/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Hits for reading: a title, where it is, and a few lines of the passage,
 * indented below the number. Nothing of a document reaches the terminal
 * uncleaned.
 */
#include "output.h"
#include "wrap_text.h"

#include <string.h>

#define INDENT 3
#define TITLE_LINES 2
#define PASSAGE_LINES 3

/* Lines longer than this are hard to read. */
#define COLUMNS_MOST 120

static wrap_style style_for(const search_context *search, size_t begun,
                            size_t lines, const char *on)
{
    return (wrap_style){
        .columns = search->columns < COLUMNS_MOST ? search->columns
                                                  : COLUMNS_MOST,
        .indent = INDENT,
        .begun = begun,
        .most_lines = lines,
        .on = on,
        .off = paint(search, PAINT_OFF),
    };
}

static void put_place(const search_context *search, const found *hit)
{
    sink *out = search->out;

    put_name(search, hit);
    if (hit->line > 0) {
        sink_byte(out, ':');
        sink_text(out, paint(search, PAINT_LINE));
        sink_unsigned(out, hit->line);
        sink_text(out, paint(search, PAINT_OFF));
    }
    if (hit->freshness != OSTEON_FRESH) {
        sink_text(out, "  ");
        sink_text(out, paint(search, PAINT_STALE));
        sink_text(out,
                  hit->freshness == OSTEON_GONE ? "[gone]" : "[changed]");
        sink_text(out, paint(search, PAINT_OFF));
    }
    sink_byte(out, '\n');
}

static void put_title(const search_context *search, const clean_text *title,
                      size_t begun)
{
    const wrap_style style =
        style_for(search, begun, TITLE_LINES, paint(search, PAINT_TITLE));
    osteon_mark whole = {0, title->len};
    const clean_text painted = {title->text, title->len, &whole, 1};

    wrap_text(&painted, &style, search->out);
}

/* Takes the title off the passage, for it stands above, if words that were
 * found come after it, or nothing at all. */
static void drop_title(clean_text *passage, const clean_text *title)
{
    size_t n = strspn(passage->text, "# ");

    if (title->len == 0 || passage->len - n < title->len ||
        memcmp(passage->text + n, title->text, title->len) != 0)
        return;
    n += title->len;
    if (n == passage->len) {
        clean_text_drop(passage, n);
        return;
    }
    if (passage->n_marks == 0 || passage->text[n] != ' ')
        return;
    n++;
    if (passage->marks[passage->n_marks - 1].start >= n)
        clean_text_drop(passage, n);
}

/* True if the last character ends a sentence, or part of one. */
static bool is_closed(const char *text, size_t len)
{
    static const char *const marks[] = {
        ".", "!", "?", ":", ";",
        "\xE3\x80\x82",                  /* U+3002, as CJK has it */
        "\xEF\xBC\x81", "\xEF\xBC\x9F"}; /* U+FF01, U+FF1F */

    while (len > 0 && strchr("\"')]", text[len - 1]) != NULL)
        len--;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const size_t n = strlen(marks[i]);

        if (len >= n && memcmp(text + len - n, marks[i], n) == 0)
            return true;
    }
    return false;
}

/* True if the passage begins within a sentence: before it, in the same line,
 * nothing is closed. */
static bool begins_cut(const found *hit)
{
    const char *text = hit->text;
    size_t i = hit->snippet->start;

    while (i > 0 && (text[i - 1] == ' ' || text[i - 1] == '\t'))
        i--;
    return i > 0 && text[i - 1] != '\n' && text[i - 1] != '\r' &&
           !is_closed(text, i);
}

/* True if the passage ends within a sentence: nothing closes it, and its
 * paragraph goes on. */
static bool ends_cut(const found *hit, const clean_text *passage)
{
    const char *text = hit->text;
    size_t i = hit->snippet->end, newlines = 0;

    if (is_closed(passage->text, passage->len))
        return false;
    for (; i < hit->text_len && strchr(" \t\r\n", text[i]) != NULL; i++)
        newlines += text[i] == '\n';
    return i < hit->text_len && newlines < 2;
}

static void put_passage(const search_context *search, const found *hit,
                        const clean_text *title)
{
    wrap_style style = style_for(search, INDENT, PASSAGE_LINES,
                                 paint(search, PAINT_MATCH));
    clean_text passage;
    size_t whole;

    if (hit->snippet == NULL)
        return; /* the title is there already */
    passage_open(hit, CLEAN_LINE, &passage);
    whole = passage.len;
    drop_title(&passage, title);
    if (passage.len > 0) {
        sink_text(search->out, "   ");
        if (passage.len == whole && begins_cut(hit)) {
            sink_text(search->out, ELLIPSIS);
            style.begun++;
        }
        if (ends_cut(hit, &passage))
            clean_text_add(&passage, ELLIPSIS);
        wrap_text(&passage, &style, search->out);
    }
    clean_text_close(&passage);
}

void output_query(const search_context *search, const char *text, size_t len)
{
    const wrap_style style =
        style_for(search, 0, 1, paint(search, PAINT_QUERY));
    osteon_mark whole = {0, 0};
    clean_text line;
    sink words;

    sink_open(&words, -1);
    sink_text(&words, "==> ");
    sink_add(&words, search->query_id, search->query_id_len);
    sink_text(&words, ": ");
    sink_add(&words, text, len);
    clean_text_open(&line, words.data, words.len, CLEAN_LINE);
    whole.end = line.len;
    wrap_text(&(clean_text){line.text, line.len, &whole, 1}, &style,
              search->out);
    clean_text_close(&line);
    sink_close(&words);
}

void output_terminal(const search_context *search, const found *hit)
{
    sink *out = search->out;
    size_t begun = 3; /* columns of "1. " */
    clean_text title;

    if (hit->rank > search->ranking.offset + 1)
        sink_byte(out, '\n');
    sink_unsigned(out, hit->rank);
    sink_text(out, ". ");
    clean_text_open(&title, hit->info->title, hit->info->title_len,
                    CLEAN_LINE);
    for (size_t rank = hit->rank; rank >= 10; rank /= 10)
        begun++;
    if (title.len > 0) {
        put_title(search, &title, begun);
        sink_text(out, "   ");
    }
    put_place(search, hit);
    put_passage(search, hit, &title);
    clean_text_close(&title);
    put_explanation(search, hit);
}
