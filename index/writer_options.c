/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a writer of either engine is opened with: the caller's options, the
 * defaults in their places.
 */
#include "commit.h"
#include "text.h"

#include <unistd.h>

#define DEFAULT_MEMORY ((size_t)512 << 20)
#define MOST_THREADS 64

static unsigned count_threads(unsigned wanted)
{
    long n = (long)wanted;

    if (n == 0)
        n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > MOST_THREADS ? MOST_THREADS : (unsigned)n;
}

osteon_status ost_writer_options(const osteon_writer_options *options,
                                 osteon_writer_options *out,
                                 osteon_error *err)
{
    ost_stemmer *stemmer;
    osteon_status s;

    *out = options != NULL ? *options : (osteon_writer_options){0};
    if (out->memory == 0)
        out->memory = DEFAULT_MEMORY;
    out->threads = count_threads(out->threads);
    if (out->language == NULL)
        return OSTEON_OK;
    s = ost_stemmer_open(out->language, &stemmer, err);
    if (s == OSTEON_OK)
        ost_stemmer_close(stemmer);
    return s;
}
