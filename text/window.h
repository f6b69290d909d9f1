/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A stretch of text in which the runs of word characters are known. Private
 * to text/.
 */
#ifndef OST_WINDOW_H
#define OST_WINDOW_H

#include "classify.h"
#include "text.h"

#define OST_WINDOW 4096 /* bytes; small enough for the first-level cache */
#define OST_WINDOW_BLOCKS (OST_WINDOW / OST_BLOCK)

/* A run is ASCII letters and digits, apostrophes between ASCII letters, and
 * all bytes over 0x7F, of which some make words and others do not. Places are
 * counted from the beginning of the window. */
typedef struct ost_window {
    ost_classify *classify;
    size_t base;        /* place of the window in the text */
    uint32_t len;       /* of the window */
    uint32_t known;     /* what follows a run that ends up to here is known */
    uint32_t next_high; /* first byte over 0x7F that is still to be read; `len`
                         * where there is none */
    uint32_t limit;     /* the lower of these two */
    size_t run, n_runs; /* the next run; all */
    char folded[OST_WINDOW + OST_WORD_PADDING];
    uint64_t high[OST_WINDOW_BLOCKS + 1];
    /* Behind a run of ASCII: a connector that joins it to the next one. */
    uint64_t joins[OST_WINDOW_BLOCKS + 1];
    /* These, and what may make a word go on in a way that runs do not tell. */
    uint64_t special[OST_WINDOW_BLOCKS + 1];
    /* Where run i begins, 2 * i, and ends, 2 * i + 1; then twice a place beyond
     * any. Numbers are written eight at a time. */
    uint16_t edges[OST_WINDOW + 4 + 8];
    ost_byte_masks masks[OST_WINDOW_BLOCKS + 1];
} ost_window;

/* Takes the text from `base` < end on, as much of it as there is room for. */
void ost_window_fill(ost_window *w, const char *text, size_t base, size_t end);

/* Empties the window, which then stands at `base`. Its bytes stay. */
void ost_window_clear(ost_window *w, size_t base);

/* Makes the run that begins at, or holds, place `at` of the text the next. */
void ost_window_seek(ost_window *w, size_t at);

static inline bool ost_window_bit(const uint64_t *bits, uint32_t i)
{
    return (bits[i / OST_BLOCK] >> i % OST_BLOCK & 1) != 0;
}

#endif
