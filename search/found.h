/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One search as a whole, and one of its hits with all that any output shows.
 */
#ifndef SEARCH_FOUND_H
#define SEARCH_FOUND_H

#include "search_options.h"

#include <osteon/osteon.h>

/* What is known once the index is open. All is borrowed but by main. */
typedef struct search_context {
    const search_options *options;
    const osteon_index *index;
    const osteon_query *query;         /* NULL with --show */
    const char *query_id;              /* NULL: there is one query only */
    size_t query_id_len;
    osteon_search_options ranking;     /* limit and offset as asked for */
    const char *root;                  /* of the index, free of links */
    const char *here;                  /* current folder, NULL: unknown */
    sink *out;
    bool terminal;  /* out is one */
    bool color;     /* colours are wanted */
    size_t columns; /* of the terminal, or 80 */
} search_context;

typedef struct found {
    size_t rank; /* from 1 */
    double score;
    osteon_entry *entry;
    const osteon_entry_info *info;
    char *path; /* as it can be opened from here, but for what lies in an
                 * archive; NULL: none */
    size_t path_len;
    osteon_freshness freshness;
    const char *text; /* NULL: it cannot be had */
    size_t text_len;
    osteon_snippet *snippet; /* NULL without text */
    uint32_t line;           /* from 1, in the source; 0: not known */
    char *explanation;       /* lines; NULL: not asked for */
} found;

/* How much of a hit is asked for; each is more work than the one before. */
typedef enum found_depth {
    FOUND_ID,     /* score and info: no file is looked at */
    FOUND_NAME,   /* path and freshness */
    FOUND_PASSAGE /* text, snippet, line and explanation */
} found_depth;

/* Fills *out for one hit, as far as `depth` says.
 *   statuses of osteon_entry_open, _entry_text, _snippet_open, _explain; a
 *   text that is not there is none of them */
OSTEON_MUST_CHECK osteon_status found_open(const search_context *search,
                                           const osteon_hit *hit,
                                           size_t rank, found_depth depth,
                                           found *out, osteon_error *err);

/* Fills *out for the document `id`, without score and snippet. `id` may also
 * be a path as it is here. OSTEON_NOT_FOUND: there is none. */
OSTEON_MUST_CHECK osteon_status found_open_id(const search_context *search,
                                              const char *id, found *out,
                                              osteon_error *err);
void found_close(found *f);

/* What an output calls the document: its path, else its id. */
const char *found_name(const found *f, size_t *len);

#endif
