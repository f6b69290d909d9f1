/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What one search and a batch of them say on standard error alike.
 */
#ifndef SEARCH_TELL_H
#define SEARCH_TELL_H

#include "answer.h"

/* The note on a query with nothing in it. */
extern const char empty_query_note[];

/* Shows where in the query an error of syntax is, below its message. Any
 * other error has no place. */
void tell_place(const osteon_error *err, const char *query, size_t len);

/* Names the one hit of `hits` that has changed, or tells how many have. */
void tell_stale(const stale_hits *stale, uint64_t hits);

/* What should be known of all answers of this index, or of the last one. */
void tell_index_notes(const search_context *search);

#endif
