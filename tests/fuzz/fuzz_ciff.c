/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * CIFF files: what is taken must be a sound index, what is not must say why.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <sys/mman.h>

static void show(void *arg, const char *line)
{
    (void)arg;
    fprintf(stderr, "%s\n", line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char query[] = "+bone tumor \"common words\" -number3";
    const osteon_writer_options options = {
        .threads = 1, .memory = 1 << 20, .rebuild = true};
    const int fd = memfd_create("ciff", 0);
    osteon_error err = {.status = OSTEON_OK};
    osteon_index *index;

    FUZZ_ASSERT(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    if (osteon_import_ciff(fuzz_folder(), fd, "fuzz", &options, NULL, &err) ==
        OSTEON_OK) {
        FUZZ_ASSERT(osteon_index_check(fuzz_folder(), show, NULL, &err) ==
                    OSTEON_OK);
        FUZZ_ASSERT(osteon_index_open(fuzz_folder(), &index, &err) ==
                    OSTEON_OK);
        fuzz_search(index, query, sizeof query - 1, true);
        osteon_index_close(index);
    } else {
        FUZZ_ASSERT(err.status == OSTEON_CORRUPT ||
                    err.status == OSTEON_INVALID);
    }
    close(fd);
    return 0;
}
