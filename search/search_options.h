/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The command line of osteon-search. One table (search_table.c) says what
 * options there are; parsing, both helps and suggestions follow it.
 */
#ifndef SEARCH_OPTIONS_H
#define SEARCH_OPTIONS_H

#include "sink.h"

#include <stdbool.h>
#include <stddef.h>

/* What is printed of a hit. */
typedef enum search_mode {
    MODE_HITS = 0, /* as suits the terminal, or a line each */
    MODE_FILES,
    MODE_COUNT,
    MODE_JSON,
    MODE_TSV,
    MODE_CSV,
    MODE_TREC,
    MODE_FORMAT
} search_mode;

typedef enum search_color {
    COLOR_AUTO = 0,
    COLOR_ALWAYS,
    COLOR_NEVER
} search_color;

typedef enum search_action {
    ACTION_SEARCH = 0,
    ACTION_SHORT_HELP,
    ACTION_LONG_HELP,
    ACTION_VERSION
} search_action;

typedef struct search_options {
    search_action action;
    search_mode mode;
    search_color color;
    const char *index; /* NULL: look for one */
    const char *show;  /* NULL: search */
    const char *batch; /* file of queries, "-": standard input; NULL: one */
    const char *format; /* with MODE_FORMAT: format_is_good */
    size_t jobs;        /* threads of a batch, 0: one a core */
    size_t limit, offset;
    size_t snippet_width; /* bytes, 0: what suits the output */
    double k1, b;         /* below 0: the library's */
    double timeout;       /* seconds, 0: the library's */
    bool partial;
    bool null, quiet, all, strict, explain, print_query, time;
    bool from_stdin; /* the query is on standard input */
    sink query;      /* the words, joined by spaces */
} search_options;

/* Parses the command line into *out, which search_options_close frees and
 * which borrows from argv. Returns false when a message has been written. */
bool search_options_open(int argc, char **argv, search_options *out);
void search_options_close(search_options *options);

/* ---- The table (search_table.c) ---- */

typedef enum option_kind {
    OPTION_FLAG,   /* bool; --no-NAME takes it back */
    OPTION_MODE,   /* search_mode, set to `value` */
    OPTION_ACTION, /* search_action, set to `value` */
    OPTION_COUNT,  /* size_t, from `value` on */
    OPTION_REAL,   /* double from 0 to `value` */
    OPTION_TEXT,   /* const char *, not empty */
    OPTION_COLOR,
    OPTION_FORMAT, /* sets the mode, too */
    OPTION_QUERY /* adds to the query */
} option_kind;

typedef struct search_option {
    const char *name; /* NULL: only a letter */
    char letter;      /* 0: none */
    option_kind kind;
    size_t member; /* offset in search_options */
    int value;
    const char *argument; /* what the help calls it; NULL: takes none */
    const char *brief;    /* one line */
    const char *detail;   /* more lines for --help, or NULL */
} search_option;

/* The options, in the order of the help; groups begin with an entry that has
 * only `brief`, the heading. Ends with an entry of zeros. */
extern const search_option search_table[];

/* True for an entry that is an option and no heading. */
static inline bool is_search_option(const search_option *option)
{
    return option->name != NULL || option->letter != 0;
}

/* True after the last entry. */
static inline bool is_table_end(const search_option *option)
{
    return option->brief == NULL;
}

/* ---- search_suggest.c ---- */

/* The option whose name is nearest to `name` (no dashes), or NULL where none
 * is near. */
const search_option *nearest_search_option(const char *name, size_t len);

/* ---- search_help.c ---- */

void put_short_help(sink *out);
void put_long_help(sink *out);
void put_version(sink *out);

#endif
