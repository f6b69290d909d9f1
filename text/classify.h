/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What each byte of a text is, 64 at a time: the first pass of the tokenizer.
 * Private to text/. There are several forms of it, for different processors;
 * all write the same bytes.
 */
#ifndef OST_CLASSIFY_H
#define OST_CLASSIFY_H

#include "base.h"

#define OST_BLOCK 64

/* Bit i is for byte i of a block. */
typedef struct ost_byte_masks {
    uint64_t letters, digits; /* of ASCII */
    uint64_t high;            /* bytes over 0x7F */
    uint64_t connectors;      /* - _ . @ & + */
    uint64_t apostrophes, commas;
} ost_byte_masks;

/* Reads `blocks` blocks of text and writes masks[blocks] and the bytes, with
 * ASCII letters in lower case, to `folded`. */
typedef void ost_classify(const char *text, size_t blocks, char *folded,
                          ost_byte_masks *masks);

void ost_classify_portable(const char *text, size_t blocks, char *folded,
                           ost_byte_masks *masks);

/* ---- classify_avx2.c ---- */

#if defined(__GNUC__) && defined(__x86_64__)
#define OST_HAS_AVX2 1

/* Only for processors with AVX2. */
void ost_classify_avx2(const char *text, size_t blocks, char *folded,
                       ost_byte_masks *masks);
#endif

/* The fastest form that runs here, and its instruction set, as in
 * ost_tokenizer_instructions. */
ost_classify *ost_classify_best(const char **name);

#endif
