/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Many queries in one process: --batch.
 */
#ifndef SEARCH_BATCH_H
#define SEARCH_BATCH_H

#include "search_run.h"

/* Answers the queries of search->options->batch in their order. `search` is
 * as for run_search. Returns SEARCH_EXIT_ERROR if any query could not be
 * searched for, else SEARCH_EXIT_HITS if any has hits; messages have been
 * written. */
int run_batch(const search_context *search, const search_times *times);

#endif
