/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What tests of the writer do again and again, on an index in the scratch
 * folder.
 */
#ifndef OST_TEST_WRITER_FIXTURE_H
#define OST_TEST_WRITER_FIXTURE_H

#include "index_dump.h"
#include "scratch.h"

static osteon_error err;

#define OK(call) ck_assert_msg((call) == OSTEON_OK, "%s", err.text)

static inline osteon_writer *open_writer(const osteon_writer_options *options)
{
    osteon_writer *w;

    OK(osteon_writer_open(scratch, options, &w, &err));
    return w;
}

static inline void add(osteon_writer *w, const char *id, const char *body)
{
    const osteon_document doc = {.id = id,
                                 .id_len = strlen(id),
                                 .body = body,
                                 .body_len = strlen(body)};

    OK(osteon_writer_add(w, &doc, &err));
}

static inline void commit_and_close(osteon_writer *w)
{
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
}

static inline osteon_index_info info(void)
{
    static char language[32];
    osteon_index_info i;
    osteon_index *index;

    OK(osteon_index_open(scratch, &index, &err));
    OK(osteon_index_info_get(index, &i, &err));
    snprintf(language, sizeof language, "%s", i.language);
    i.language = language;
    osteon_index_close(index);
    return i;
}

/* How often a line with this beginning is in the dump. */
static inline int lines_with(const char *start)
{
    char *dump = index_dump_ok(scratch);
    int n = 0;

    for (const char *p = dump; *p; p = strchr(p, '\n') + 1)
        n += strncmp(p, start, strlen(start)) == 0;
    free(dump);
    return n;
}

#endif
