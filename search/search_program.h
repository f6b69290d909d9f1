/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What all files of osteon-search share: exit codes, messages and memory.
 */
#ifndef SEARCH_PROGRAM_H
#define SEARCH_PROGRAM_H

#include <stddef.h>

#define SEARCH_PROGRAM "osteon-search"

enum {
    SEARCH_EXIT_HITS = 0,
    SEARCH_EXIT_NONE = 1,
    SEARCH_EXIT_ERROR = 2
};

#if defined(__GNUC__)
#define SEARCH_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define SEARCH_PRINTF(f, a)
#endif

/* Writes "osteon-search: MESSAGE" to standard error as one line: control
 * bytes, which may come from file names and queries, are replaced. */
void complain(const char *format, ...) SEARCH_PRINTF(1, 2);

/* The same with "note: " before the message. */
void complain_note(const char *format, ...) SEARCH_PRINTF(1, 2);

/* Resizes `old` (NULL: none) to `n` elements of `size` bytes. Never returns
 * NULL: where memory runs out, the program ends with a message and status 2.
 * The result is for free(). */
void *grow_memory(void *old, size_t n, size_t size);

#endif
