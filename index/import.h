/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A segment made of postings that come from elsewhere: documents with an id
 * and a length, and one field, the default one, without positions. Documents
 * come first, then terms in order of bytes, each with its postings; terms are
 * encoded as they come.
 */
#ifndef OST_IMPORT_H
#define OST_IMPORT_H

#include "writer.h"

typedef struct ost_import ost_import;

/* `w` has no segment; nobody else uses it meanwhile. */
OSTEON_MUST_CHECK osteon_status ost_import_open(ost_writer *w,
                                                uint32_t n_documents,
                                                ost_import **out,
                                                osteon_error *err);
void ost_import_close(ost_import *im);

/* Adds the next document, of so many announced. Its id, 1 to OST_MAX_ID bytes
 * without NUL, is none of those before. */
OSTEON_MUST_CHECK osteon_status ost_import_document(ost_import *im,
                                                    const char *id, size_t len,
                                                    uint32_t length,
                                                    osteon_error *err);

/* The lengths of all documents as norms, once all were added. */
const uint8_t *ost_import_norms(const ost_import *im);

/* Begins a term of 1 to OST_WORD_MAX bytes, greater than the one before. */
OSTEON_MUST_CHECK osteon_status ost_import_term(ost_import *im,
                                                const char *term, size_t len,
                                                osteon_error *err);

/* Adds a posting of that term: documents ascend and have a length, tf >= 1. */
OSTEON_MUST_CHECK osteon_status ost_import_posting(ost_import *im,
                                                   uint32_t doc, uint32_t tf,
                                                   osteon_error *err);

/* Writes the segment and gives it to the writer, for its next commit.
 *   OSTEON_INVALID  it would reach OST_MAX_SEGMENT */
OSTEON_MUST_CHECK osteon_status ost_import_finish(ost_import *im,
                                                  osteon_error *err);

#endif
