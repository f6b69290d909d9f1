/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of the snippet maker share. snippet_match.c finds the words
 * of a query in a text, snippet_window.c the stretch of the text whose
 * matches weigh most, snippet_edge.c places where a passage may begin and
 * end; snippet.c puts them together.
 */
#ifndef OST_SNIPPET_H
#define OST_SNIPPET_H

#include "query.h"

/* ---- snippet_match.c ---- */

/* A feature is what a passage can show once or several times: a word of the
 * query, a phrase, or a compound in any of its forms. */
typedef struct ost_match {
    uint32_t feature;
    size_t start, end; /* bytes of the text */
    size_t at;         /* start of the token that completed it: no later match
                        * completes at a lower one */
    const osteon_mark *parts; /* the words that matched, ascending */
    size_t n_parts;
} ost_match;

#define OST_WEIGHT_WORD 1000
#define OST_WEIGHT_COMMON 100 /* a stop word asked for by itself */
#define OST_WEIGHT_PHRASE 1500

typedef struct ost_matcher ost_matcher;

/* For texts of about `len` bytes. The query is borrowed. */
OSTEON_MUST_CHECK osteon_status ost_matcher_open(const char *language,
                                                 const osteon_query *query,
                                                 size_t len, ost_matcher **out,
                                                 osteon_error *err);
void ost_matcher_close(ost_matcher *m);

/* The weight of each feature; *n is 0 for a query that shows nothing. */
const uint32_t *ost_matcher_weights(const ost_matcher *m, uint32_t *n);

/* Calls `each` for the matches in bytes [start, end) of `text`. A match
 * inside the one before of the same feature is left out. Stops, and returns
 * false, where `each` does. */
bool ost_matcher_scan(ost_matcher *m, const char *text, size_t start,
                      size_t end,
                      bool (*each)(void *arg, const ost_match *match),
                      void *arg);

/* ---- snippet_window.c ---- */

/* A match that may be in a window. */
typedef struct ost_span {
    size_t start, end;
    uint32_t feature;
} ost_span;

/* Spans in order of their start or end; those before `head` are gone. */
typedef struct ost_span_queue {
    ost_span *spans;
    size_t head, n, room;
    bool by_end;
} ost_span_queue;

/* The windows of a text: those of `width` bytes that begin where a match
 * does. Members are private but best_*. */
typedef struct ost_window {
    const char *text;
    size_t width;
    const uint32_t *weights;
    uint32_t *counts;         /* of each feature, in the present window */
    ost_span_queue leaving;   /* by start: the first begins the window */
    ost_span_queue entering;  /* by end: not in the window yet */
    size_t entered_end;       /* of the last that entered */
    uint64_t score;
    uint64_t best_score;      /* 0: there was no match */
    size_t best_start, best_end; /* around its matches */
} ost_window;

/* False: no memory. Close in either case. */
bool ost_window_open(ost_window *w, const char *text, size_t width,
                     const uint32_t *weights, uint32_t n_features);
void ost_window_close(ost_window *w);

bool ost_window_add(ost_window *w, const ost_match *match);
void ost_window_finish(ost_window *w);

/* What the n-th showing of a feature is worth, counted from 1. */
uint64_t ost_window_gain(uint32_t weight, uint32_t n);

/* ---- snippet_edge.c ---- */

/* What a window beginning at `at` gets for a sentence or line that begins at
 * or shortly before it: 0..OST_EDGE_BONUS. */
#define OST_EDGE_BONUS 64
uint64_t ost_edge_bonus(const char *text, size_t at);

/* The passage of at most `width` bytes around [*start, *end), which fits. */
void ost_edge_around(const char *text, size_t len, size_t width,
                     size_t *start, size_t *end);

/* The passage at the beginning. */
void ost_edge_beginning(const char *text, size_t len, size_t width,
                        size_t *start, size_t *end);

#endif
