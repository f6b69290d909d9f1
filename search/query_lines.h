/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The queries of a batch, read a line at a time from a file or standard input.
 */
#ifndef SEARCH_QUERY_LINES_H
#define SEARCH_QUERY_LINES_H

#include "sink.h"

/* A longer query than this is no query, and a longer line no line. */
#define QUERY_MOST ((size_t)1 << 20)

typedef struct query_lines {
    int fd;
    const char *name; /* for messages */
    char *data;       /* bytes [begin, end) are read and not yet a line */
    size_t begin, end, room;
    uint64_t number; /* of the last line, from 1 */
    bool over;       /* there is no more to read */
} query_lines;

/* A line: "query", or "id TAB query". */
typedef struct query_line {
    uint64_t number;
    const char *id; /* in `bytes`, as text is: the number where none is given */
    size_t id_len;
    const char *text;
    size_t text_len;
    sink bytes;
} query_line;

/* Begins to read the file, or standard input for "-", which must be no
 * terminal. `path` is borrowed. Returns false when a message has been written;
 * *out is for query_lines_close in any case. */
bool query_lines_open(query_lines *out, const char *path);
void query_lines_close(query_lines *lines);

/* Goes to the next line that is not blank. `line`, which begins all zero with
 * `bytes` opened on memory, is the caller's. Returns 1, 0 where there is none
 * left, and -1, once, where a message has been written: the file cannot be
 * read on, a line is too long or has a NUL byte. */
int query_lines_next(query_lines *lines, query_line *line);

#endif
