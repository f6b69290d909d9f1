/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The forms a hit can be printed in. Each function writes one hit to
 * search->out and leaves failed writes to whoever flushes it. Where there are
 * many queries (search->query_id is set), a hit says which one it answers.
 */
#ifndef SEARCH_OUTPUT_H
#define SEARCH_OUTPUT_H

#include "clean_text.h"
#include "found.h"

/* Rank, title, path and passage, for reading. */
void output_terminal(const search_context *search, const found *hit);

/* On a terminal, above the hits of one query of many: its id and text, in one
 * line. */
void output_query(const search_context *search, const char *text, size_t len);

/* "path:line:passage" on one line. */
void output_line(const search_context *search, const found *hit);

/* A JSON object on one line. */
void output_json(const search_context *search, const found *hit);

/* Tab-separated columns on one line. */
void output_tsv(const search_context *search, const found *hit);

/* Columns with commas, as RFC 4180 has it. */
void output_csv(const search_context *search, const found *hit);

/* What comes before all hits: the names of CSV's columns, else nothing. */
void output_heading(const search_context *search);

/* "query Q0 id rank score osteon" on one line. */
void output_trec(const search_context *search, const found *hit);

/* The path alone. */
void output_file(const search_context *search, const found *hit);

/* As --format says. */
void output_format(const search_context *search, const found *hit);

/* True if `format` can be printed. Else *start and *end are the bytes of what
 * is no escape. */
bool format_is_good(const char *format, size_t *start, size_t *end);

/* True if a good format shows what takes the text of a document. */
bool format_wants_passage(const char *format);

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
    PAINT_STALE,
    PAINT_QUERY
} search_paint;
const char *paint(const search_context *search, search_paint what);

/* Writes bytes as they are to a file or pipe, and cleaned to a terminal. */
void put_bytes(const search_context *search, const char *bytes, size_t len);

/* Writes the document's path, or id, in its colour, by put_bytes. */
void put_name(const search_context *search, const found *hit);

/* The id of the query a hit answers, "1" of the only one. */
const char *query_id_of(const search_context *search, size_t *len);

/* Where there are many queries, writes the id before a line, with a colon
 * behind it, or a NUL byte with -0. */
void put_query_id(const search_context *search);

/* Writes the lines of --explain, indented, if it was asked for. */
void put_explanation(const search_context *search, const found *hit);

#endif
