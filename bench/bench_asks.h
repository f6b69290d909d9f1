/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One way to ask queries of any engine and to time them. A file of queries
 * (bench/make_asks.c writes it) has lines of four columns parted by tabs:
 *   set    where the query comes from
 *   class  the row it counts for, such as "AND 2"
 *   kind   term, or, and, phrase, near
 *   words  lower-case letters and digits, parted by single spaces
 *
 * Each mode (ten best, a hundred best, count ...) passes over all queries
 * several times, and the least time of each query counts: so an engine has
 * answered all other queries since it last saw this one, as in the
 * search-benchmark-game. A line is printed for each query and mode:
 *   set, class, mode, number of the line, microseconds, hits
 * parted by tabs; hits are those returned, or counted.
 */
#ifndef BENCH_ASKS_H
#define BENCH_ASKS_H

#include <stddef.h>
#include <stdint.h>

#define BENCH_COUNT SIZE_MAX /* instead of a limit: count all matches */

typedef enum bench_kind {
    BENCH_TERM,
    BENCH_OR,
    BENCH_AND,
    BENCH_PHRASE,
    BENCH_NEAR
} bench_kind;

/* Words that are near each other, in any order, have so many others between
 * them at most. Engines write it in their own way. */
#define BENCH_BETWEEN "4"
#define BENCH_APART "5"

typedef struct bench_engine {
    void *state;
    /* How this engine writes a query: around each word; before each word that
     * is required; between words, any or all of which are asked for. A phrase
     * is the words in double quotes. Words near each other have something
     * before the first, between two, and after the last. */
    const char *quote, *sign, *any, *all, *near_open, *near, *near_close;
    /* Answers the query: parses it, finds the best `limit` documents or counts
     * all, and returns how many. Ends the program on failure. */
    uint64_t (*ask)(void *state, const char *text, size_t len, size_t limit);
} bench_engine;

/* Asks the queries of file `path`.
 *   modes   limits parted by commas, and "count": "10,100,count"
 *   passes  over all queries for each mode, at least 1 */
void bench_asks_run(const bench_engine *engine, const char *path,
                    const char *modes, const char *passes);

#endif
