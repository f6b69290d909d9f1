/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Segments made of given section bytes, for tests of what reads sections: the
 * checksums are right whatever the bytes are, so that damage gets past them.
 */
#ifndef OST_SEGMENT_FIXTURE_H
#define OST_SEGMENT_FIXTURE_H

#include "segment.h"
#include "segment_writer.h"

#include "asserts.h"
#include <stdio.h>
#include <unistd.h>

typedef struct fixture_section {
    ost_section_id id;
    const uint8_t *data;
    size_t len;
} fixture_section;

static inline osteon_status fixture_write(const char *path,
                                          uint32_t n_documents,
                                          const fixture_section *sections,
                                          size_t n, uint64_t *size,
                                          uint64_t *checksum)
{
    ost_segment_writer *w;
    ost_buffer fields = {0};
    char no_name[] = "";
    ost_field field = {.name = no_name};
    osteon_status s = ost_segment_writer_open(path, n_documents, &w, NULL);

    ost_fields_put(&fields, &field, 1);
    if (s == OSTEON_OK)
        s = ost_segment_writer_add(w, OST_SECTION_FIELDS, fields.data,
                                   fields.len, NULL);
    for (size_t i = 0; s == OSTEON_OK && i < n; i++)
        s = ost_segment_writer_add(w, sections[i].id, sections[i].data,
                                   sections[i].len, NULL);
    if (s == OSTEON_OK)
        s = ost_segment_writer_finish(w, size, checksum, NULL);
    ost_buffer_free(&fields);
    ost_segment_writer_close(w);
    return s;
}

/* Where fsync costs nothing, if there is such a place: tests of damage write
 * thousands of segments. */
static inline const char *fixture_folder(void)
{
    const char *folder = getenv("TMPDIR");

    if (folder != NULL)
        return folder;
    return access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
}

/* Opens a segment with these sections; its file has no name any more. */
static inline ost_segment *fixture_open(uint32_t n_documents,
                                        const fixture_section *sections,
                                        size_t n)
{
    char path[4096];
    uint64_t size = 0, checksum = 0;
    ost_segment *segment;
    osteon_error err = {0};
    osteon_status s;

    snprintf(path, sizeof path, "%s/osteon-test-%ld.segment",
             fixture_folder(), (long)getpid());
    s = fixture_write(path, n_documents, sections, n, &size, &checksum);
    ck_assert_int_eq(s, OSTEON_OK);
    s = ost_segment_open(path, size, checksum, &segment, &err);
    unlink(path);
    ck_assert_msg(s == OSTEON_OK, "%s", err.text);
    return segment;
}

#endif
