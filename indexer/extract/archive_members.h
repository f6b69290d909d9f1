/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An archive, or a compressed file, as its members.
 */
#ifndef OSI_ARCHIVE_MEMBERS_H
#define OSI_ARCHIVE_MEMBERS_H

#include <stdbool.h>
#include <stdint.h>

/* Reads an archive (tar, zip or 7z, also compressed), or with `packed` one
 * compressed file, from standard input and writes frames to standard output, a
 * socket, which tells what is not wanted; see members.c. `limit` is of bytes
 * of all members together, 0: none. False: the other side has gone, or there
 * is no memory. */
bool osi_archive_members(bool packed, uint64_t limit);

#endif
