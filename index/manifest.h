/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files behind MANIFEST share: names, bounds, and the parser, which
 * the writer uses to refuse what a reader would refuse. docs/format.md has
 * the grammar.
 */
#ifndef OST_MANIFEST_H
#define OST_MANIFEST_H

#include "commit.h"

#define OST_MANIFEST_NAME "MANIFEST"
#define OST_MANIFEST_TEMPORARY "MANIFEST.tmp"
#define OST_LOCK_NAME "LOCK"

/* What the first line begins with; the format version follows. */
#define OST_MANIFEST_MAGIC "osteon-manifest "

/* Bounds of a file read: its size, and the language's name. */
#define OST_MANIFEST_MOST ((size_t)64 << 20)
#define OST_LANGUAGE_MOST 32

/* Where a text stops being a manifest, and why. */
typedef struct ost_manifest_fault {
    const char *what;
    size_t offset;
} ost_manifest_fault;

/* Parses a whole MANIFEST of this format version.
 *   OSTEON_CORRUPT    *fault tells where and why
 *   OSTEON_NO_MEMORY */
OSTEON_MUST_CHECK osteon_status
ost_manifest_parse(const char *text, size_t len, ost_manifest **out,
                   ost_manifest_fault *fault);

/* True for "kind-DIGITS.ost", shorter than OST_FILE_NAME; kind NULL: any of
 * seg, del and src. *number (NULL allowed) is the number in it. */
bool ost_file_name_parse(const char *name, size_t len, const char *kind,
                         uint64_t *number);

/* The names of all files `m` names, sorted; they are borrowed, the array is
 * the caller's (ost_free). False: no memory. */
bool ost_manifest_names(const ost_manifest *m, const char ***names,
                        size_t *n);
int ost_compare_names(const void *a, const void *b); /* for bsearch */

#endif
