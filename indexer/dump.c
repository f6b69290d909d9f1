/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * --dump: the terms of an index, for other programs.
 */
#include "indexer.h"

static bool print_term(void *arg, const osteon_term *term)
{
    osi_bytes *const line = arg;
    char counts[64];

    line->len = 0;
    osi_bytes_add_text(line, term->field);
    osi_bytes_add(line, "\t", 1);
    osi_bytes_add_shown(line, term->term, term->term_len);
    snprintf(counts, sizeof counts, "\t%lu\t%llu\n", (unsigned long)term->df,
             (unsigned long long)term->cf);
    osi_bytes_add_text(line, counts);
    if (!line->failed)
        fwrite(line->data, 1, line->len, stdout);
    return !line->failed && !ferror(stdout) && !osi_stop_asked();
}

int osi_dump(const char *index)
{
    osteon_index *handle;
    osteon_error err;
    osi_bytes line = {0};
    bool failed;
    osteon_status s = osteon_index_open(index, &handle, &err);

    if (s == OSTEON_OK)
        s = osteon_index_terms(handle, print_term, &line, &err);
    osteon_index_close(handle);
    failed = line.failed;
    osi_bytes_free(&line);
    if (osi_stop_asked())
        osi_stop_die();
    if (s != OSTEON_OK)
        return osi_library_error(index, &err);
    if (failed) {
        osi_error("out of memory");
        return OSI_FATAL;
    }
    return osi_stdout_end() ? OSI_DONE : OSI_FATAL;
}
