/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Messages about queries and answers.
 */
#include "tell.h"

#include "clean_text.h"
#include "search_program.h"

#include <stdio.h>

const char empty_query_note[] = "the query has no word to search for";

void tell_place(const osteon_error *err, const char *query, size_t len)
{
    enum { BEFORE = 40, WINDOW = 72 };
    size_t offset = len;
    size_t start, end;
    clean_text line;
    size_t columns;

    if (err->status != OSTEON_SYNTAX || len == 0)
        return;
    if (err->offset < len)
        offset = (size_t)err->offset;
    start = offset > BEFORE ? offset - BEFORE : 0;
    while (start < offset && ((unsigned char)query[start] & 0xc0) == 0x80)
        start++;
    end = len - start > WINDOW ? start + WINDOW : len;
    while (end < len && ((unsigned char)query[end] & 0xc0) == 0x80)
        end++;
    clean_text_open(&line, query + start, offset - start, CLEAN_NAME);
    columns = text_columns(line.text, line.len);
    clean_text_close(&line);
    clean_text_open(&line, query + start, end - start, CLEAN_NAME);
    fprintf(stderr, "  %.*s\n  %*s^\n", (int)line.len, line.text,
            (int)columns, "");
    clean_text_close(&line);
}

void tell_stale(const stale_hits *stale, uint64_t hits)
{
    if (stale->n == 1)
        complain_note("%s: %s since it was indexed; run osteon-index",
                      stale->name, stale->gone ? "gone" : "changed");
    else if (stale->n > 1)
        complain_note("%zu of %llu hits have changed since they were "
                      "indexed; run osteon-index",
                      stale->n, (unsigned long long)hits);
}

void tell_index_notes(const search_context *search)
{
    const char *note;

    if (search->options->quiet)
        return;
    for (size_t i = 0;
         (note = osteon_index_note(search->index, i)) != NULL; i++)
        complain_note("%s", note);
}
