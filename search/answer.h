/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One query answered: parsed, searched, its hits printed. Nothing is said on
 * standard error here: what a reader of the results should know is left in the
 * answer, for whoever knows when to say it.
 */
#ifndef SEARCH_ANSWER_H
#define SEARCH_ANSWER_H

#include "found.h"

/* Hits whose source is not as it was indexed, where their output does not
 * mark them itself. */
typedef struct stale_hits {
    size_t n;
    bool gone;  /* the first one's state and name */
    char *name; /* NULL: none */
} stale_hits;

typedef struct answer {
    int status;          /* the exit status that follows from it */
    osteon_error err;    /* with SEARCH_EXIT_ERROR */
    osteon_query *query; /* NULL: it was not understood */
    osteon_result seen;  /* the figures; the hits are gone */
    double searched;     /* when the search ended, as clock_ms */
    stale_hits stale;
} answer;

/* Parses a query as search->options say and fills all of *out, which is for
 * answer_close. Returns false, with the error in *out, where it cannot be
 * searched for. */
bool answer_open(const search_context *search, const char *text, size_t len,
                 answer *out);

/* Searches for what was opened and writes the hits to search->out. `search`
 * has everything but `query` and `ranking`, which are set here; `query` is
 * reset before returning. */
void answer_print(search_context *search, answer *a);
void answer_close(answer *a);

#endif
