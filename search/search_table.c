/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * All options of osteon-search, in the order the help shows them. The
 * manual page says the same at more length; test_cli_search.sh compares the
 * names.
 */
#include "search_options.h"

#define MEMBER(name) offsetof(search_options, name)
#define HEADING(text) {.brief = (text)}

const search_option search_table[] = {
    HEADING("What to search"),
    {"index", 'i', OPTION_TEXT, MEMBER(index), 0, "DIR",
     "search the index in DIR",
     "Without it: $OSTEON_INDEX, else the folder .osteon here or in the\n"
     "nearest parent folder that has one. DIR may also be a database of\n"
     "Xapian, or several that xapian-tcpsrv serves, searched as one:\n"
     "xapian://HOST:PORT,HOST:PORT,..."},
    {"timeout", 0, OPTION_REAL, MEMBER(timeout), 1000000, "SECONDS",
     "wait so long for a host's answer (10)", NULL},
    {"partial", 0, OPTION_FLAG, MEMBER(partial), 0, NULL,
     "answer without hosts that do not",
     "A note tells who is left out. Without it this is an error."},
    {"query", 'e', OPTION_QUERY, 0, 0, "QUERY",
     "search for QUERY, even if it begins with '-'",
     "May be given several times, and beside other words: all are joined\n"
     "by spaces."},
    {"batch", 0, OPTION_TEXT, MEMBER(batch), 0, "FILE",
     "search for each line of FILE, '-': stdin",
     "A line is a query, or an id, a tab and a query; the id is the line's\n"
     "number where there is none. Each hit begins with the id."},
    {"jobs", 'j', OPTION_COUNT, MEMBER(jobs), 1, "N",
     "threads for --batch (all cores)",
     "The output is the same with any number."},
    {"all", 0, OPTION_FLAG, MEMBER(all), 0, NULL, "require every word",
     NULL},
    {"strict", 0, OPTION_FLAG, MEMBER(strict), 0, NULL,
     "refuse a query that does not parse",
     "Without it, what does not parse is searched as words, with a note."},

    HEADING("Which hits"),
    {"limit", 'n', OPTION_COUNT, MEMBER(limit), 0, "N",
     "print at most N hits (10); 0 prints none", NULL},
    {"offset", 0, OPTION_COUNT, MEMBER(offset), 0, "N",
     "leave out the N best hits", NULL},

    HEADING("What to print"),
    {"files", 'l', OPTION_MODE, MEMBER(mode), MODE_FILES, NULL,
     "print paths only, each once", NULL},
    {"null", '0', OPTION_FLAG, MEMBER(null), 0, NULL,
     "end each path with a NUL byte, for xargs -0", NULL},
    {"count", 'c', OPTION_MODE, MEMBER(mode), MODE_COUNT, NULL,
     "print only how many documents match", NULL},
    {"quiet", 'q', OPTION_FLAG, MEMBER(quiet), 0, NULL,
     "print nothing: the exit status tells", NULL},
    {"json", 0, OPTION_MODE, MEMBER(mode), MODE_JSON, NULL,
     "print each hit as a JSON object on a line", NULL},
    {"tsv", 0, OPTION_MODE, MEMBER(mode), MODE_TSV, NULL,
     "print rank, score, id, path, line, title, snippet",
     "The columns are separated by tabs. A backslash, tab or newline in\n"
     "them is written as \\\\, \\t or \\n."},
    {"csv", 0, OPTION_MODE, MEMBER(mode), MODE_CSV, NULL,
     "print the same as CSV, under a heading", NULL},
    {"trec", 0, OPTION_MODE, MEMBER(mode), MODE_TREC, NULL,
     "print lines of a TREC run",
     "They are: query Q0 id rank score osteon"},
    {"format", 0, OPTION_FORMAT, 0, 0, "STRING",
     "print STRING for each hit, without a newline",
     "%p path, %l line, %i id, %t title, %S snippet, %r rank, %s score,\n"
     "%q id of the query, %{NAME} value of a field, %% a %;\n"
     "\\n newline, \\t tab, \\0 NUL, \\\\ backslash"},
    {"snippet-width", 0, OPTION_COUNT, MEMBER(snippet_width), 16, "N",
     "show passages of at most N bytes",
     "Without it: 200, and what fits on a terminal."},
    {"color", 0, OPTION_COLOR, MEMBER(color), 0, "WHEN",
     "use colour: auto, always or never",
     "auto means on a terminal, unless NO_COLOR is set or TERM is dumb."},
    {"show", 0, OPTION_TEXT, MEMBER(show), 0, "ID",
     "print the text of one document",
     "ID is what --json calls \"id\", or a path. With --json: all that is\n"
     "known of the document."},

    HEADING("How it is ranked"),
    {"k1", 0, OPTION_REAL, MEMBER(k1), 100, "X",
     "weight of repeated words in BM25 (1.2)", NULL},
    {"b", 0, OPTION_REAL, MEMBER(b), 1, "X",
     "weight of document length in BM25 (0.75)", NULL},
    {"explain", 0, OPTION_FLAG, MEMBER(explain), 0, NULL,
     "tell how each score comes about", NULL},
    {"print-query", 0, OPTION_FLAG, MEMBER(print_query), 0, NULL,
     "print the query as understood, on stderr", NULL},
    {"time", 0, OPTION_FLAG, MEMBER(time), 0, NULL,
     "print how long each step took, on stderr", NULL},

    HEADING("Help"),
    {NULL, 'h', OPTION_ACTION, MEMBER(action), ACTION_SHORT_HELP, NULL,
     "print a summary of the options", NULL},
    {"help", 0, OPTION_ACTION, MEMBER(action), ACTION_LONG_HELP, NULL,
     "print this help, with examples", NULL},
    {"version", 0, OPTION_ACTION, MEMBER(action), ACTION_VERSION, NULL,
     "print the version and what it was built with", NULL},
    {0},
};
