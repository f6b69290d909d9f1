/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writing the file that holds a segment: header, aligned sections, page
 * checksums, footer. What is in the sections is not known here.
 */
#ifndef OST_SEGMENT_WRITER_H
#define OST_SEGMENT_WRITER_H

#include "format.h"

typedef struct ost_segment_writer ost_segment_writer;

/* Creates `path`. */
OSTEON_MUST_CHECK osteon_status ost_segment_writer_open(
    const char *path, uint32_t n_documents, ost_segment_writer **out,
    osteon_error *err);

/* Appends bytes to a section. Sections are written one after the other: once
 * another has begun, a section is done. */
OSTEON_MUST_CHECK osteon_status
ost_segment_writer_add(ost_segment_writer *w, ost_section_id id,
                       const void *bytes, size_t len, osteon_error *err);

/* Appends a whole buffer; OSTEON_NO_MEMORY where filling it had failed. */
OSTEON_MUST_CHECK osteon_status
ost_segment_writer_add_buffer(ost_segment_writer *w, ost_section_id id,
                              const ost_buffer *b, osteon_error *err);

/* Writes checksums and footer, fsyncs, and tells size and checksum for the
 * manifest. */
OSTEON_MUST_CHECK osteon_status
ost_segment_writer_finish(ost_segment_writer *w, uint64_t *size,
                          uint64_t *checksum, osteon_error *err);

/* Closes; the file is removed unless finished. NULL allowed. */
void ost_segment_writer_close(ost_segment_writer *w);

#endif
