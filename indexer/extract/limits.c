/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Resource limits of this process. One that cannot be set is left as it is:
 * they are the second line of defence, after the checks of the parsers.
 */
#include "limits.h"

#include <sys/resource.h>

#define MEMORY_MAX ((rlim_t)1 << 30)

/* AddressSanitizer maps more address space than any limit of use, and writes
 * what it finds. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static void limit(int what, rlim_t most)
{
    struct rlimit now;

    if (getrlimit(what, &now) != 0)
        return;
    if (now.rlim_max != RLIM_INFINITY && most > now.rlim_max)
        most = now.rlim_max;
    now.rlim_cur = most;
    setrlimit(what, &now);
}

void osi_limit_process(void)
{
    limit(RLIMIT_CORE, 0);
    if (SANITIZED)
        return;
    limit(RLIMIT_AS, MEMORY_MAX);
    limit(RLIMIT_FSIZE, 0);
}

/* The limit counts all the process has used. */
void osi_limit_time(void)
{
    struct rusage used;

    if (getrusage(RUSAGE_SELF, &used) == 0)
        limit(RLIMIT_CPU, (rlim_t)(used.ru_utime.tv_sec +
                                   used.ru_stime.tv_sec + OSI_SECONDS_MAX +
                                   1));
}
