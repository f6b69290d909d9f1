/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Walking all terms of a field in order, for merging, checking and listing.
 */
#ifndef OST_DICTIONARY_H
#define OST_DICTIONARY_H

#include "text.h"
#include "segment.h"
#include "term_block.h"
#include "text_code.h"

/* A dictionary block taken apart as it is read. */
typedef struct ost_term_block {
    const uint8_t *meta, *end; /* after the columns of the texts */
    ost_text_reader text;
    uint64_t at;                      /* in its section, for errors */
    uint64_t postings, skips, positions; /* of the next term: in the section */
    uint32_t n;                          /* terms */
    uint32_t texts, terms;               /* taken so far */
    uint32_t next[OST_N_COLUMNS];        /* value of each column */
    uint32_t next_small;                 /* frequency of a small term */
    uint32_t last;                       /* document of one that is alone */
    const uint8_t *large, *docs;
    uint64_t docs_bit;
    ost_term_columns columns;
} ost_term_block;

/* To be started by ost_term_cursor_start. */
typedef struct ost_term_cursor {
    ost_segment *segment;
    uint32_t field;
    uint64_t next_block; /* the field's first_block at first */
    ost_term_block block;
    char term[OST_WORD_MAX]; /* of the current term */
    size_t len;              /* 0 after the last */
    ost_term info;
} ost_term_cursor;

/* Places a cursor before the first term of a field. */
void ost_term_cursor_start(ost_term_cursor *c, ost_segment *segment,
                           uint32_t field);

/* Moves to the next term; c->len is 0 after the last. */
OSTEON_MUST_CHECK osteon_status ost_term_cursor_next(ost_term_cursor *c,
                                                     osteon_error *err);

/* Moves a cursor that was started to the first term of its field that is not
 * below `term`. */
OSTEON_MUST_CHECK osteon_status ost_term_cursor_seek(ost_term_cursor *c,
                                                     const char *term,
                                                     size_t len,
                                                     osteon_error *err);

/* Bytes of terms, postings and positions in front of a dictionary block; past
 * the last one, all of them. */
OSTEON_MUST_CHECK osteon_status ost_dictionary_bytes(ost_segment *segment,
                                                     uint64_t block,
                                                     uint64_t *out,
                                                     osteon_error *err);

#endif
