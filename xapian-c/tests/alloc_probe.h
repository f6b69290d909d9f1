/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Lets a C test count, and fail, what C++ code allocates by operator new, in
 * this program and in libxapian. */
#ifndef XAPIAN_C_ALLOC_PROBE_H
#define XAPIAN_C_ALLOC_PROBE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* False where a tool has put its own operator new before ours, as valgrind
 * does without --soname-synonyms=somalloc=nouserintercepts. A test that needs
 * the probe then has nothing to test. */
bool alloc_probe_works(void);

/* The `n`th allocation from now on fails, once; 0 stands for none. */
void alloc_probe_fail(unsigned long n);

/* True if that failure has taken place. */
bool alloc_probe_has_failed(void);

/* Allocations since the last alloc_probe_fail(). */
unsigned long alloc_probe_count(void);

#ifdef __cplusplus
}
#endif

#endif
