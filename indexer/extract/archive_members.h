/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An archive, or a compressed file, as its members.
 */
#ifndef OSI_ARCHIVE_MEMBERS_H
#define OSI_ARCHIVE_MEMBERS_H

/* Serves standard output, a socket over which files are sent, until it ends.
 * Returns the exit status. */
int osi_archive_members(void);

#endif
