/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The forms a hit can be printed in. Each function writes one hit to
 * search->out and leaves failed writes to whoever flushes it.
 */
#ifndef SEARCH_OUTPUT_H
#define SEARCH_OUTPUT_H

#include "clean_text.h"
#include "found.h"

/* Rank, title, path and passage, for reading. */
void output_terminal(const search_context *search, const found *hit);

/* "path:line:passage" on one line. */
void output_line(const search_context *search, const found *hit);

/* A JSON object on one line. */
void output_json(const search_context *search, const found *hit);

/* Tab-separated columns on one line. */
void output_tsv(const search_context *search, const found *hit);

/* The path alone. */
void output_file(const search_context *search, const found *hit);

/* The text of a document, or, as JSON, all that is known of it. The text is
 * read whole, whatever its size: statuses of osteon_entry_text. */
OSTEON_MUST_CHECK osteon_status output_document(const search_context *search,
                                                found *document,
                                                osteon_error *err);

/* ---- What several of them share (passage.c) ---- */

/* The passage of a hit, else its title, cleaned, for clean_text_close. */
void passage_open(const found *hit, clean_mode mode, clean_text *out);

/* Colours: an escape sequence, or "" where none are wanted. */
typedef enum search_paint {
    PAINT_OFF = 0,
    PAINT_TITLE,
    PAINT_PATH,
    PAINT_LINE,
    PAINT_MATCH,
    PAINT_STALE
} search_paint;
const char *paint(const search_context *search, search_paint what);

/* Writes the document's path, or id, in its colour. Bytes go as they are to a
 * file or pipe, and cleaned to a terminal. */
void put_name(const search_context *search, const found *hit);

/* Writes the lines of --explain, indented, if it was asked for. */
void put_explanation(const search_context *search, const found *hit);

#endif
