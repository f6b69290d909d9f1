/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The key of this process's hash tables. Drawn once, on first need.
 */
#define _DEFAULT_SOURCE /* getrandom */
#include "base.h"

#include <sys/random.h>
#include <time.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static uint64_t seed;

/* A kernel that has no random numbers yet is not waited for. */
static void draw(void)
{
    struct timespec now = {0};

    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == sizeof seed)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    seed = (uint64_t)now.tv_nsec * UINT64_C(0x9E3779B97F4A7C15) ^
           (uint64_t)now.tv_sec ^ (uint64_t)(uintptr_t)&now;
}

uint64_t ost_seed(void)
{
    pthread_once(&once, draw);
    return seed;
}
