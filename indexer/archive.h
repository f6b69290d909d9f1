/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Archives and their members, for those of an update that meet them. A
 * member's id is the archive's, OSTEON_MEMBER_MARK, and its name.
 */
#ifndef OSI_ARCHIVE_H
#define OSI_ARCHIVE_H

#include "update.h"

/* ---- member_rules.c ---- */

/* Appends a member's name without what says nothing: "", "." and a slash at
 * either end. */
void osi_member_name(const char *name, size_t len, osi_bytes *out);

/* The globs as they bear on members of one archive. */
typedef struct osi_member_rules {
    osi_bytes path; /* what globs are compared with; first the archive's: */
    size_t at;
    bool is_taken; /* a glob takes the archive, and so what is in it */
} osi_member_rules;

/* False: no memory. */
bool osi_member_rules_load(const osi_run *run, const osi_job *job,
                           const char *id, osi_member_rules *out);
void osi_member_rules_free(osi_member_rules *rules);

/* False: a glob leaves the member out, or it is hidden. Without memory, too,
 * which osi_fail then has been told. */
bool osi_is_member_wanted(osi_run *run, osi_member_rules *rules,
                          const char *name, size_t len);

/* ---- archive.c ---- */

/* Reads an archive and pushes its members. `job` NULL: standard input. */
void osi_archive_file(osi_run *run, const osi_job *job, const char *path,
                      osi_kind kind);

/* Who works on a part of it holds it; the last to release it settles it. */
void osi_archive_hold(osi_archive *archive);
void osi_archive_release(osi_archive *archive, osi_worker *worker);

/* The bytes a member may have, 0: any number; and those it had. All members
 * together are bounded after what gzip adds to them, too. */
uint64_t osi_archive_left(const osi_archive *archive);
void osi_archive_count(osi_archive *archive, uint64_t bytes);

/* Takes note of how a member ended, in place of a record of its own. True. */
bool osi_archive_note(osi_archive *archive, osteon_source_state state);

/* Whether a member's failure gets a line: not where it is the archive that
 * ends, and not after the tenth. */
bool osi_archive_is_told(const osi_task *task);

#endif
