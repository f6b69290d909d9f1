/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Text of documents, names and queries made fit to be shown: control bytes of
 * a document never reach a terminal, and a hit stays one line.
 */
#ifndef SEARCH_CLEAN_TEXT_H
#define SEARCH_CLEAN_TEXT_H

#include "sink.h"

#include <osteon/osteon.h>

/* In all modes a byte that is not UTF-8 becomes U+FFFD. A control character
 * is one of C0, DEL, C1, or one that changes the direction of writing. */
typedef enum clean_mode {
    CLEAN_UTF8, /* nothing else is changed */
    CLEAN_LINE, /* stretches of white space, control characters and lines that
                 * only underline or divide ("====", "|---|") become one
                 * space, none at either end; '|' is not written twice where
                 * rows of a table meet, nor first */
    CLEAN_NAME, /* control characters become U+FFFD */
    CLEAN_PAGE  /* the same, but newlines and tabs stay, and a carriage
                 * return before a newline goes */
} clean_mode;

typedef struct clean_text {
    char *text; /* UTF-8, and a NUL after it */
    size_t len;
    osteon_mark *marks; /* offsets in text, ascending, apart, not empty */
    size_t n_marks;
} clean_text;

/* Fills *out, which is for clean_text_close. Cannot fail. */
void clean_text_open(clean_text *out, const char *bytes, size_t len,
                     clean_mode mode);

/* The same for the passage `snippet` of the text it was made from, with its
 * marks. `text` is the whole text, of `len` bytes. */
void clean_text_open_snippet(clean_text *out, const char *text, size_t len,
                             const osteon_snippet *snippet, clean_mode mode);
void clean_text_close(clean_text *clean);

/* Takes the first `n` bytes of the text away, which end between characters. */
void clean_text_drop(clean_text *clean, size_t n);

/* Adds clean `text` at the end. */
void clean_text_add(clean_text *clean, const char *text);

/* Writes bytes [start, end) of the text with the string `on` before and `off`
 * after each marked stretch. */
void clean_text_put(const clean_text *clean, size_t start, size_t end,
                    const char *on, const char *off, sink *out);

/* Writes `bytes` cleaned. */
void put_clean(sink *out, const char *bytes, size_t len, clean_mode mode);

/* Writes bytes as a TSV field, in a form that can be undone: backslash, tab,
 * newline and carriage return as \\ \t \n \r; other control bytes, and those
 * that are not UTF-8, as \xHH. */
void put_tsv(sink *out, const char *bytes, size_t len);

/* The same with white space of any kind as \xHH for each byte, so that the
 * result is one word to whoever splits there. */
void put_word(sink *out, const char *bytes, size_t len);

/* Columns that `len` bytes of clean text take on a terminal. */
size_t text_columns(const char *text, size_t len);

#endif
