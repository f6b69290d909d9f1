/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * When a test kills a writer: at moments spread over a span of time, in
 * CRASH_ROUNDS rounds or more. The span doubles where writers come to no
 * commit before they are killed, so that a busy machine only takes longer.
 */
#ifndef CRASH_ROUNDS_H
#define CRASH_ROUNDS_H

#include <stdbool.h>
#include <time.h>

#define CRASH_ROUNDS 60
#define CRASH_GROWN 10 /* rounds with a commit, at least */

typedef struct crash_rounds {
    double span; /* seconds: no pause is longer */
    unsigned round, grown;
} crash_rounds;

/* Whether another round is to come. */
static inline bool crash_goes_on(const crash_rounds *c)
{
    return c->round < CRASH_ROUNDS || c->grown < CRASH_GROWN;
}

/* Waits for this round's part of the span, another for each `salt`. */
static inline void crash_pause(const crash_rounds *c, unsigned salt)
{
    const double seconds = c->span * ((c->round * 37 + salt) % 100) / 100;
    struct timespec left = {.tv_sec = (time_t)seconds};

    left.tv_nsec = (long)((seconds - (double)left.tv_sec) * 1e9);
    while (nanosleep(&left, &left) != 0)
        ;
}

/* Ends a round, in which the writer came to a commit or did not. */
static inline void crash_round_done(crash_rounds *c, bool grown)
{
    c->round++;
    c->grown += grown;
    if (c->round % 6 == 0 && c->grown < c->round / 6)
        c->span *= 2;
}

#endif
