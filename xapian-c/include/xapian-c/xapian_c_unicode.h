/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian's Unicode functions, Utf8Iterator, and numbers as values that sort.
 * The conventions are those of xapian_c.h; all of this may be used from any
 * thread. A character is a Unicode code point; one above 0x10FFFF counts as
 * unassigned and without case. */
#ifndef XAPIAN_C_XAPIAN_C_UNICODE_H
#define XAPIAN_C_XAPIAN_C_UNICODE_H

#include <stdbool.h>

#include "xapian-c/xapian_c.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Xapian::Unicode::category, with its numbers. */
typedef enum xapian_c_unicode_category {
    XAPIAN_C_UNASSIGNED = 0,                 /* Cn */
    XAPIAN_C_UPPERCASE_LETTER = 1,           /* Lu */
    XAPIAN_C_LOWERCASE_LETTER = 2,           /* Ll */
    XAPIAN_C_TITLECASE_LETTER = 3,           /* Lt */
    XAPIAN_C_MODIFIER_LETTER = 4,            /* Lm */
    XAPIAN_C_OTHER_LETTER = 5,               /* Lo */
    XAPIAN_C_NON_SPACING_MARK = 6,           /* Mn */
    XAPIAN_C_ENCLOSING_MARK = 7,             /* Me */
    XAPIAN_C_COMBINING_SPACING_MARK = 8,     /* Mc */
    XAPIAN_C_DECIMAL_DIGIT_NUMBER = 9,       /* Nd */
    XAPIAN_C_LETTER_NUMBER = 10,             /* Nl */
    XAPIAN_C_OTHER_NUMBER = 11,              /* No */
    XAPIAN_C_SPACE_SEPARATOR = 12,           /* Zs */
    XAPIAN_C_LINE_SEPARATOR = 13,            /* Zl */
    XAPIAN_C_PARAGRAPH_SEPARATOR = 14,       /* Zp */
    XAPIAN_C_CONTROL = 15,                   /* Cc */
    XAPIAN_C_FORMAT = 16,                    /* Cf */
    XAPIAN_C_PRIVATE_USE = 17,               /* Co */
    XAPIAN_C_SURROGATE = 18,                 /* Cs */
    XAPIAN_C_CONNECTOR_PUNCTUATION = 19,     /* Pc */
    XAPIAN_C_DASH_PUNCTUATION = 20,          /* Pd */
    XAPIAN_C_OPEN_PUNCTUATION = 21,          /* Ps */
    XAPIAN_C_CLOSE_PUNCTUATION = 22,         /* Pe */
    XAPIAN_C_INITIAL_QUOTE_PUNCTUATION = 23, /* Pi */
    XAPIAN_C_FINAL_QUOTE_PUNCTUATION = 24,   /* Pf */
    XAPIAN_C_OTHER_PUNCTUATION = 25,         /* Po */
    XAPIAN_C_MATH_SYMBOL = 26,               /* Sm */
    XAPIAN_C_CURRENCY_SYMBOL = 27,           /* Sc */
    XAPIAN_C_MODIFIER_SYMBOL = 28,           /* Sk */
    XAPIAN_C_OTHER_SYMBOL = 29               /* So */
} xapian_c_unicode_category;

/* Most bytes that a character takes in UTF-8. */
#define XAPIAN_C_UTF8_MAX 4

/* Reads the first character of the `len` bytes at `text` and returns how many
 * bytes it takes, as Utf8Iterator steps; 0 at the end, that is for len 0. A
 * byte that begins no valid UTF-8 is a character of that number and takes one
 * byte. A loop over a text adds what is returned to `text`, and takes it from
 * `len`, until it is 0.
 *   ch  set to the character, at the end to (unsigned)-1; may be NULL */
XAPIAN_C_API size_t xapian_c_unicode_decode(const char *text, size_t len,
                                            unsigned *ch) XAPIAN_C_NOEXCEPT;

/* Writes a character to `out`, which has room for XAPIAN_C_UTF8_MAX bytes,
 * and returns how many it wrote: 0 for a character above 0x1FFFFF, and if
 * `out` is NULL. */
XAPIAN_C_API size_t xapian_c_unicode_to_utf8(unsigned ch,
                                             char *out) XAPIAN_C_NOEXCEPT;

/* The same for characters from 128 on; 0 is returned for others. */
XAPIAN_C_API size_t xapian_c_unicode_nonascii_to_utf8(unsigned ch, char *out)
    XAPIAN_C_NOEXCEPT;

XAPIAN_C_API xapian_c_unicode_category
xapian_c_unicode_get_category(unsigned ch) XAPIAN_C_NOEXCEPT;

/* Part of a word (letters, marks, numbers, connectors); white space,
 * which includes all control characters; a currency symbol. */
XAPIAN_C_API bool xapian_c_unicode_is_wordchar(unsigned ch) XAPIAN_C_NOEXCEPT;
XAPIAN_C_API bool
xapian_c_unicode_is_whitespace(unsigned ch) XAPIAN_C_NOEXCEPT;
XAPIAN_C_API bool xapian_c_unicode_is_currency(unsigned ch) XAPIAN_C_NOEXCEPT;

/* The character in the other case, or itself if it has none. */
XAPIAN_C_API unsigned xapian_c_unicode_tolower(unsigned ch) XAPIAN_C_NOEXCEPT;
XAPIAN_C_API unsigned xapian_c_unicode_toupper(unsigned ch) XAPIAN_C_NOEXCEPT;

/* Writes the `len` bytes of UTF-8 at `text`, changed to one case, to the
 * `room` bytes at `out`. Bytes that are no UTF-8 come out as the character of
 * their number. A text may become longer, and `out` must not overlap it.
 *   out_len  set to the length of the result
 *   XAPIAN_C_NO_ROOM  *out_len is more than room; nothing is written */
XAPIAN_C_CHECKED xapian_c_status xapian_c_unicode_tolower_text(
    const char *text, size_t len, char *out, size_t room, size_t *out_len,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status xapian_c_unicode_toupper_text(
    const char *text, size_t len, char *out, size_t room, size_t *out_len,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- Numbers as values ---- */

/* Most bytes that a number takes. */
#define XAPIAN_C_SORTABLE_MAX 9

/* Writes `value` to `out`, which has room for XAPIAN_C_SORTABLE_MAX bytes, as
 * bytes that sort by byte order as numbers do, and returns how many: 0 for
 * minus infinity, whose text is empty, and if `out` is NULL. What is not a
 * number sorts anywhere. */
XAPIAN_C_API size_t xapian_c_sortable_serialise(double value,
                                                char *out) XAPIAN_C_NOEXCEPT;

/* Sets `out` to the number of bytes that xapian_c_sortable_serialise() gave;
 * of other bytes it makes some number.
 *   XAPIAN_C_NO_MEMORY  the bytes could not be copied */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_sortable_unserialise(const char *bytes, size_t len, double *out,
                              xapian_c_error *err) XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
