/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * limits FILE BYTES: what this machine can do at most, for comparison with
 * what an index does. Prints "what TAB MB/s": a copy in memory, of blocks that
 * no cache holds, and BYTES written to FILE and synced to disk. FILE is
 * removed again.
 */
#include "bench_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK ((size_t)128 << 20)
#define COPIES 5
#define PIECE ((size_t)1 << 20)

static char *block_of(int byte)
{
    char *block = malloc(BLOCK);

    if (block == NULL)
        bench_fail("memory", strerror(ENOMEM));
    memset(block, byte, BLOCK); /* so that every page is there */
    return block;
}

/* The fastest of some copies, in bytes a microsecond, which is MB/s. */
static double copy(char *to, const char *from)
{
    double best = 0;

    for (int i = 0; i < COPIES; i++) {
        const double start = bench_now();
        memcpy(to, from, BLOCK);
        const double speed = (double)BLOCK / (bench_now() - start);
        best = speed > best ? speed : best;
    }
    return best;
}

static double write_synced(const char *path, const char *bytes, size_t total)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    const double start = bench_now();
    double took;

    if (fd < 0)
        bench_fail(path, strerror(errno));
    for (size_t done = 0; done < total;) {
        const size_t left = total - done;
        const ssize_t n = write(fd, bytes, left < PIECE ? left : PIECE);
        if (n < 0 && errno != EINTR)
            bench_fail(path, strerror(errno));
        done += n > 0 ? (size_t)n : 0;
    }
    if (fsync(fd) != 0)
        bench_fail(path, strerror(errno));
    took = bench_now() - start;
    close(fd);
    unlink(path);
    return (double)total / took;
}

int main(int argc, char **argv)
{
    const size_t total = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    char *from, *to;

    if (argc != 3 || total == 0)
        bench_fail("usage", "limits FILE BYTES");
    from = block_of('a');
    to = block_of('b');
    printf("copy in memory\t%.0f\n", copy(to, from));
    printf("write and fsync\t%.0f\n", write_synced(argv[1], to, total));
    free(from);
    free(to);
    return fflush(stdout) != 0 ? 2 : 0;
}
