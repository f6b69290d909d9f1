/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One character at a time: what it is to the tokenizer, and what it folds to.
 * Private to text/. Folding is by code point, so the outcome does not depend
 * on where a text is cut, and folding what is folded changes nothing.
 */
#ifndef OST_FOLD_H
#define OST_FOLD_H

#include "base.h"

/* Longest fold of one character: three of three bytes (Tibetan U+0F77). */
#define OST_FOLD_MAX 10

/* Kinds from OST_CHAR_DIGIT up make words; from OST_CHAR_LATIN up they are
 * letters (or marks that are kept). */
typedef enum ost_char_kind {
    OST_CHAR_OTHER = 0, /* separates words */
    OST_CHAR_MALFORMED, /* a byte that is not UTF-8 */
    OST_CHAR_VANISH,    /* a mark or format character: folds to nothing */
    OST_CHAR_APOSTROPHE,
    OST_CHAR_HYPHEN, /* U+2010, U+2011 */
    OST_CHAR_CJK,
    OST_CHAR_DIGIT,  /* folds to ASCII digits */
    OST_CHAR_NUMBER, /* any other numeral */
    OST_CHAR_LATIN,
    OST_CHAR_GREEK,
    OST_CHAR_LETTER
} ost_char_kind;

typedef struct ost_char {
    uint8_t kind;
    uint8_t size; /* bytes read: 1..12, more than 4 for a composed pair */
    uint8_t len;  /* bytes of the fold; 0 for kinds that make no token */
    char bytes[OST_FOLD_MAX];
} ost_char;

/* Remembers folds: about 64 KiB, not cleared between texts. */
typedef struct ost_folder ost_folder;

ost_folder *ost_folder_open(void); /* NULL: no memory */
void ost_folder_close(ost_folder *f);

/* Reads the character at `text`, of which `left` >= 1 bytes remain. */
void ost_folder_read(ost_folder *f, const char *text, size_t left,
                     ost_char *out);

/* The same without memory of earlier characters, for one code point. */
void ost_fold_code(uint32_t code, ost_char *out);

/* The Latin name of a small Greek letter α..ω, NULL for others. */
const char *ost_greek_name(uint32_t code);

#endif
