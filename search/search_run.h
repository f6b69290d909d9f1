/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * From an open index to an exit status: the search itself, and --show.
 */
#ifndef SEARCH_RUN_H
#define SEARCH_RUN_H

#include "found.h"

/* Moments since the program began, in milliseconds, for --time. */
typedef struct search_times {
    double begun; /* on the clock itself */
    double opened, parsed, searched, printed;
} search_times;

/* Milliseconds on a clock that only goes forward. */
double clock_ms(void);

/* Searches and prints as search->options say. `search` has everything but
 * `query` and `ranking`, which are set here and reset before returning.
 * Returns an exit status; messages have been written. */
int run_search(search_context *search, search_times *times);

/* Prints the document search->options->show names. */
int run_show(const search_context *search);

/* Flushes search->out. A reader that has gone away is no error. Returns
 * `status`, or SEARCH_EXIT_ERROR with a message. */
int finish_output(sink *out, int status);

#endif
