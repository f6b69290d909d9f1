/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Text laid out in lines of a terminal.
 */
#ifndef SEARCH_WRAP_TEXT_H
#define SEARCH_WRAP_TEXT_H

#include "clean_text.h"

/* U+2026, one column: text was left out here. */
#define ELLIPSIS "\xE2\x80\xA6"

typedef struct wrap_style {
    size_t columns;    /* of the terminal */
    size_t indent;     /* spaces before each line but the first */
    size_t begun;      /* columns the first line has before the text */
    size_t most_lines; /* the last ends in ELLIPSIS if more
                        * text follows */
    const char *on;    /* before and after a marked stretch */
    const char *off;
} wrap_style;

/* Writes clean text (CLEAN_LINE) in lines, each ended by a newline. Lines are
 * broken at spaces and beside wide characters; a word longer than a line is
 * cut. */
void wrap_text(const clean_text *clean, const wrap_style *style, sink *out);

#endif
