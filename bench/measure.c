/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * measure [-n RUNS] [-o FILE] COMMAND [ARGUMENT]...
 *
 * Runs a command so many times (once) and writes a line for each run to FILE
 * (standard error): microseconds it took from its start to its end, then
 * those of user and of system time, and the most memory it held, in KiB, as
 * the kernel counts it (ru_maxrss). The command's own output goes where
 * ours goes. A command that fails ends the measuring with its status;
 * one that grep would call "none found" (1) does not.
 */
#define _DEFAULT_SOURCE /* wait4 */

#include "bench_text.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static long long microseconds(struct timeval t)
{
    return (long long)t.tv_sec * 1000000 + t.tv_usec;
}

/* Microseconds from the start of the command to its end. */
static double run(char **command, struct rusage *usage)
{
    const double from = bench_now();
    double took;
    int failed, status;
    pid_t child;

    failed = posix_spawnp(&child, command[0], NULL, NULL, command, environ);
    if (failed)
        bench_fail(command[0], strerror(failed));
    while (wait4(child, &status, 0, usage) < 0)
        if (errno != EINTR)
            bench_fail(command[0], strerror(errno));
    took = bench_now() - from;
    if (!WIFEXITED(status))
        bench_fail(command[0], "killed by a signal");
    if (WEXITSTATUS(status) > 1)
        exit(WEXITSTATUS(status));
    return took;
}

int main(int argc, char **argv)
{
    FILE *out = stderr;
    long runs = 1;
    int option;

    while ((option = getopt(argc, argv, "+n:o:")) != -1) {
        if (option == 'n')
            runs = strtol(optarg, NULL, 10);
        else if (option == 'o')
            out = fopen(optarg, "ae");
        else
            return 2;
    }
    if (out == NULL)
        bench_fail("-o", strerror(errno));
    if (optind == argc || runs < 1)
        bench_fail("usage", "measure [-n RUNS] [-o FILE] COMMAND...");
    for (long i = 0; i < runs; i++) {
        struct rusage usage;
        const double took = run(argv + optind, &usage);
        fprintf(out, "%.0f\t%lld\t%lld\t%ld\n", took,
                microseconds(usage.ru_utime), microseconds(usage.ru_stime),
                usage.ru_maxrss);
    }
    if (fflush(out) != 0)
        bench_fail("-o", strerror(errno));
    return 0;
}
