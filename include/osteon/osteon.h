/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Osteon: full-text search. What a program that embeds us may call.
 *
 * Conventions, once for all functions:
 *  1. What can fail returns osteon_status and takes `osteon_error *err` last
 *     (NULL allowed). On failure out-pointers are NULL and err is filled once.
 *  2. Whoever opens closes: each _open has one _close. Every _close accepts
 *     NULL. Anything else passed or returned is borrowed and lives until the
 *     handle it came from is closed, unless said otherwise.
 *  3. Bytes are a pointer and a length; names and paths are NUL-terminated
 *     where they are `const char *` without a length.
 *  4. An osteon_index may be used from many threads at once. An osteon_writer
 *     belongs to one thread, save for the functions marked "any thread"; an
 *     osteon_feed belongs to one thread, and many feeds run at once.
 *  5. The library never prints, never exits and installs no signal handler.
 *
 * common.h   errors, fields, sources
 * write.h    making and changing an index
 * search.h   reading and searching one
 * exchange.h what other engines read and write
 */
#ifndef OSTEON_OSTEON_H
#define OSTEON_OSTEON_H

#include <osteon/common.h>
#include <osteon/exchange.h>
#include <osteon/search.h>
#include <osteon/write.h>

#endif
