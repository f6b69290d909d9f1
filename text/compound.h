/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Words of any script, and compounds of them. Private to text/.
 */
#ifndef OST_COMPOUND_H
#define OST_COMPOUND_H

#include "ascii.h"
#include "fold.h"
#include "word.h"

/* A compound of more parts than this has no joined form. */
#define OST_COMPOUND_PARTS 8

/* Tokens that one call may give: each part and its alias, and the joined form
 * and its alias. */
#define OST_COMPOUND_TOKENS (2 * OST_COMPOUND_PARTS + 2)

/* Scratch memory that one call may touch: all those words, the last of them
 * while it is being written. */
#define OST_COMPOUND_MARGIN (OST_COMPOUND_TOKENS * OST_WORD_MAX + OST_WORD_AREA)

typedef struct ost_compound {
    ost_scan *scan;
    ost_folder *folder;
    XXH3_state_t *state;
    uint64_t long_words; /* words cut so far */
    bool endless;        /* inside a compound of too many parts */
    char connector;      /* there, in front of the next part */
} ost_compound;

/* Reads the compound that begins at scan->at, where a character that makes
 * words stands, and gives 1..OST_COMPOUND_TOKENS tokens. While `endless` is
 * set afterwards, the next call must follow at once: it gives the next part. */
size_t ost_compound_read(ost_compound *c, ost_token *out);

#endif
