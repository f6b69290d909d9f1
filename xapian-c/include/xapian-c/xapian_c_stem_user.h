/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * More of Xapian::Stem: stemmers of one's own, and what a stemmer is. The
 * conventions are those of xapian_c.h. */
#ifndef XAPIAN_C_XAPIAN_C_STEM_USER_H
#define XAPIAN_C_XAPIAN_C_STEM_USER_H

#include <stdbool.h>

#include "xapian-c/xapian_c.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the stem of the `len` bytes at `word`, never 0, to the `room` bytes
 * at `out`, and its length to *out_len. A stem longer than `room` is not
 * written, only *out_len set: the call is then made again, once, with that
 * much room. Returns 0; other than 0 for failure. A stem of more than
 * XAPIAN_C_STEM_WORD_MAX bytes counts as failure too. */
typedef int (*xapian_c_stem_callback)(void *data, const char *word, size_t len,
                                      char *out, size_t room, size_t *out_len);

/* Makes a stemmer of one's own, a StemImplementation.
 *   data  must stay until the stemmer, and all parsers and term generators
 *         that were given it, are freed
 *   out   set to the stemmer, which the caller frees by xapian_c_stem_free()
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  callback is NULL
 *   XAPIAN_C_NO_MEMORY               the stemmer could not be allocated */
XAPIAN_C_CHECKED xapian_c_status xapian_c_stem_new_callback(
    xapian_c_stem_callback callback, void *data, xapian_c_stem **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* As xapian_c_stem_new(), but a language that Xapian does not know gives a
 * stemmer that returns each word as it is. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_stem_new_fallback(const char *language, xapian_c_stem **out,
                           xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* True for a stemmer that returns each word as it is, and for NULL. */
XAPIAN_C_API bool
xapian_c_stem_is_none(const xapian_c_stem *stem) XAPIAN_C_NOEXCEPT;

/* Writes Xapian's text for it, such as "Xapian::Stem(english)", for a person,
 * to the `room` bytes at `out`.
 *   out_len  set to its length; 0 on failure but NO_ROOM
 *   XAPIAN_C_NO_ROOM  *out_len is more than room */
XAPIAN_C_CHECKED xapian_c_status xapian_c_stem_get_description(
    const xapian_c_stem *stem, char *out, size_t room, size_t *out_len,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
