/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Terms and the memory that holds their words. Private to text/.
 */
#ifndef OST_TERMS_H
#define OST_TERMS_H

#include "base.h"

/* ---- word_store.c ---- */

/* Words that stay where they are. They are named by 32-bit numbers. */
typedef struct ost_word_store {
    char **blocks;
    size_t n_blocks, room;
    size_t used;   /* of the last block */
    size_t memory; /* bytes held */
} ost_word_store;

/* Keeps a copy of 1..OST_WORD_MAX bytes. False: no memory, or 4 GiB used. */
bool ost_word_store_add(ost_word_store *w, const char *bytes, size_t len,
                        uint32_t *at);

/* The word's bytes; from each, eight may be read. */
const char *ost_word_store_at(const ost_word_store *w, uint32_t at);
void ost_word_store_free(ost_word_store *w); /* leaves it empty, usable */

typedef struct ost_term {
    uint32_t at; /* in the word store */
    uint32_t field;
    uint32_t len;
} ost_term;

/* ---- term_sort.c ---- */

/* Writes 0..n-1 to ids, ordered by field, then bytes, of distinct terms.
 * False: no memory. */
bool ost_term_sort(const ost_term *terms, size_t n,
                   const ost_word_store *words, uint32_t *ids);

#endif
