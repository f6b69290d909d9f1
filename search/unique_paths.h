/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The search behind -l: the best documents of different files.
 */
#ifndef SEARCH_UNIQUE_PATHS_H
#define SEARCH_UNIQUE_PATHS_H

#include "found.h"

/* As osteon_search with search->ranking, but of documents that have one path
 * only the best is kept, and limit and offset count paths. Asks for more hits
 * until there are enough, so that files of many records cost more. *hits is
 * for free(), NULL on failure. */
OSTEON_MUST_CHECK osteon_status
unique_paths_search(const search_context *search, osteon_hit **hits,
                    size_t *n_hits, osteon_error *err);

#endif
