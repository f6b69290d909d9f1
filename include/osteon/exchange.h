/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Exchange with other engines: an index in other forms. osteon.h has the
 * conventions.
 */
#ifndef OSTEON_EXCHANGE_H
#define OSTEON_EXCHANGE_H

#include <osteon/search.h>
#include <osteon/write.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Takes the next bytes of an export. False: they could not be written, and
 * the export ends with OSTEON_IO. */
typedef bool (*osteon_sink)(void *arg, const void *bytes, size_t len);

typedef struct osteon_ciff_counts {
    uint64_t documents, terms, postings;
    uint64_t ids_changed;    /* export: ids that are not UTF-8, whose other
                              * bytes were written as \xNN */
    uint64_t terms_left_out; /* import: empty, or longer than 255 bytes */
} osteon_ciff_counts;

/* Writes the default field (title, body and all text fields together) as a
 * CIFF file: terms in order of bytes, living documents numbered from 0 in the
 * order of the index, lengths as osteon_entry_info.tokens. Positions, fields,
 * values and texts are not in that format. Memory does not grow with the
 * index. `counts` may be NULL.
 *   OSTEON_IO       `write` returned false
 *   OSTEON_INVALID  more than the format's 32-bit numbers hold
 *   OSTEON_CORRUPT, OSTEON_NO_MEMORY */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_export_ciff(const osteon_index *index, osteon_sink write, void *arg,
                   osteon_ciff_counts *counts, osteon_error *err);

/* Makes a new Xapian database in folder `path` of a native index, without
 * reading its sources again: all living documents in their order, with terms,
 * positions, values, stored text and sources; docs/xapian.md tells what it
 * has. Nothing can be added to it later. Relative paths of sources become
 * absolute where `path` is in another folder than the index. Of `options`
 * memory, threads, wait and rebuild count; may be NULL. On failure nothing is
 * left behind; with options->rebuild the old content stays.
 *   OSTEON_INVALID  `index` is not native; there is an index in `path`
 *                   already, and options->rebuild is not set
 *   others          as osteon_writer_open and osteon_writer_commit */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_export_xapian(const osteon_index *index, const char *path,
                     const osteon_writer_options *options, osteon_error *err);

/* Makes a new index in folder `path` of a CIFF file, of any engine. `fd` is a
 * regular file, `name` what messages call it. Terms are taken as they are;
 * options->language says how queries will be analysed, and is "none" where it
 * is NULL. Lengths and frequencies are kept exactly; there are no titles,
 * texts, sources and positions, and nothing can be added later. On failure
 * nothing is left behind; with options->rebuild the old content stays.
 *   OSTEON_CORRUPT  the file is damaged, or says what cannot be: err->offset
 *                   is the byte in it
 *   OSTEON_INVALID  there is an index already, and options->rebuild is not
 *                   set; a file that is not a regular one; more than one
 *                   segment of 4 GiB would hold
 *   others          as osteon_writer_open and osteon_writer_commit */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_import_ciff(const char *path, int fd, const char *name,
                   const osteon_writer_options *options,
                   osteon_ciff_counts *counts, osteon_error *err);

/* A term of a field, of living documents only. */
typedef struct osteon_term {
    const char *field; /* NUL-terminated; "" is the default field */
    const char *term;
    size_t term_len;
    uint32_t df; /* documents that hold it */
    uint64_t cf; /* occurrences in them */
} osteon_term;

/* Calls `each` for every term, in order of field, then bytes; false ends it.
 * What it is given lives during the call.
 *   OSTEON_CORRUPT, OSTEON_NO_MEMORY */
OSTEON_API OSTEON_MUST_CHECK osteon_status
osteon_index_terms(const osteon_index *index,
                   bool (*each)(void *arg, const osteon_term *term),
                   void *arg, osteon_error *err);

#ifdef __cplusplus
}
#endif

#endif
