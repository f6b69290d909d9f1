/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The text that all builders of bench/ read, a document at a time, from one
 * of two forms:
 *   LIST  a file of paths, one a line: each file is a document, read when its
 *         turn comes, as osteon-index does
 *   PACK  (name ends in ".pack") documents one behind another: the size in
 *         bytes, a newline, and the bytes
 */
#ifndef BENCH_TEXT_H
#define BENCH_TEXT_H

#include <stddef.h>
#include <stdint.h>

typedef struct bench_text bench_text;

typedef struct bench_document {
    const char *id; /* path, or the number in the pack; NUL at the end */
    const char *bytes;
    size_t len;
} bench_document;

/* Ends the program with a line on standard error and status 2. */
_Noreturn void bench_fail(const char *what, const char *why);

/* Opens a LIST or PACK. All functions end the program where they fail: a
 * measurement of half a text is none. */
bench_text *bench_text_open(const char *path);
void bench_text_close(bench_text *text);

/* The next document, which lives until the next call; NULL after the last. */
const bench_document *bench_text_next(bench_text *text);

/* Microseconds of a clock that only goes forward. */
double bench_now(void);

#endif
