/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What osteon-extract may use: its parsers read what others wrote.
 */
#ifndef OSI_LIMITS_H
#define OSI_LIMITS_H

/* Of the processor, for one document or one part of an archive. */
#define OSI_SECONDS_MAX 10

/* 1 GiB of memory, no core file, and not a byte into any file. */
void osi_limit_process(void);

/* From now on OSI_SECONDS_MAX. */
void osi_limit_time(void);

#endif
