/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A door for C tests into the guard: makes C++ code throw inside it. */
#ifndef XAPIAN_C_GUARD_PROBE_H
#define XAPIAN_C_GUARD_PROBE_H

#include "xapian-c/xapian_c.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Throws what `name` says inside the guard and returns the guard's status: a
 * Xapian class (with message "the message" and context "the context"), or one
 * of the names in guard_probe.cc. "" throws nothing and returns OK. Returns
 * -1 for a name it does not know. */
int guard_probe(const char *name, xapian_c_error *err);

/* Throws Xapian::DatabaseOpeningError with a message, a context and errno. */
xapian_c_status guard_probe_text(const char *message, size_t len,
                                 const char *context, int system_errno,
                                 xapian_c_error *err);

/* As that, with message "short" and ENOENT, while the next operator new
 * fails: the one for the system's text. */
xapian_c_status guard_probe_no_memory(xapian_c_error *err);

#ifdef __cplusplus
}
#endif

#endif
