/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Documents and queries of words with stems, compounds, Greek and CJK, drawn
 * at random.
 */
#ifndef OST_TEST_MADE_TEXTS_H
#define OST_TEST_MADE_TEXTS_H

#include "scratch.h"

static const char *const made_words[] = {
    "bone",   "bones",  "tumor",  "tumors", "Tumour", "run",   "running",
    "runs",   "ran",    "PD-1",   "IFN-γ",  "γ",      "gamma", "3.5",
    "2021",   "中文字", "中文",   "die",    "dying",  "cell",  "cells",
    "Ewing's", "Ewing",  "the",    "of",     "studies", "study", "skies",
    "sky",    "foo_bar", "bar",    "x",      "résumé", "resume",
};

#define N_WORDS (sizeof made_words / sizeof *made_words)

static uint64_t made_state = 99;

static inline uint32_t draw(uint32_t n)
{
    return (uint32_t)(scratch_random(&made_state) % n);
}

/* Up to `most` words; frequent ones come first in the list. */
static inline size_t make_text(char *text, uint32_t most, size_t room)
{
    const uint32_t n = draw(most + 1);
    size_t len = 0;

    text[0] = '\0';
    for (uint32_t i = 0; i < n && len + 30 < room; i++)
        len += (size_t)sprintf(text + len, "%s%s", i ? " " : "",
                               made_words[draw(1 + draw(N_WORDS))]);
    return len;
}

/* Makes document i and calls `each` with it. */
static inline void made_document(uint32_t i,
                                 void (*each)(void *arg, uint32_t i,
                                              const osteon_document *doc),
                                 void *arg)
{
    char id[16], title[128], body[512], note[128];
    osteon_field fields[3] = {
        {.name = "note", .name_len = 4, .text = note},
        {.name = "kind", .name_len = 4, .kind = OSTEON_STRING,
         .text = "50% a\nb", .text_len = 7},
        {.name = "year", .name_len = 4, .kind = OSTEON_INTEGER,
         .integer = -(int64_t)i}};
    osteon_document doc = {.id = id, .title = title, .body = body,
                           .fields = fields};
    doc.id_len = (size_t)sprintf(id, "d%u", i);
    if (draw(3) == 0)
        doc.title_len = make_text(title, 3, sizeof title);
    doc.body_len = make_text(body, 14, sizeof body);
    fields[0].text_len =
        draw(3) ? 0 : make_text(note, 3, sizeof note);
    doc.n_fields = 3;
    if (draw(2) == 0) {
        doc.stored = body;
        doc.stored_len = doc.body_len;
    }
    each(arg, i, &doc);
}

/* A random query as text. A joined form is a word of Xapian's without
 * positions, so no phrase has one. */
static inline void make_query(ost_buffer *text, unsigned depth)
{
    static const char *const between[] = {" ", " AND ", " OR ", " -", " NOT ",
                                          " +"};
    const uint32_t kind = draw(depth > 0 ? 10 : 5);

    if (kind < 4) {
        if (draw(8) == 0)
            ost_buffer_add_text(text, draw(2) ? "note:" : "title:");
        ost_buffer_add_text(text, made_words[draw(N_WORDS)]);
    } else if (kind == 4) {
        const uint32_t n = 2 + draw(3);
        if (draw(6) == 0)
            ost_buffer_add_text(text, draw(2) ? "note:" : "title:");
        ost_buffer_add_byte(text, '"');
        for (uint32_t i = 0; i < n; i++) {
            ost_buffer_add_text(text, made_words[draw(1 + draw(N_WORDS))]);
            ost_buffer_add_byte(text, ' ');
        }
        ost_buffer_add_byte(text, '"');
    } else {
        const uint32_t n = 2 + draw(2);
        ost_buffer_add_byte(text, '(');
        for (uint32_t i = 0; i < n; i++) {
            if (i > 0)
                ost_buffer_add_text(text, between[draw(6)]);
            make_query(text, depth - 1);
        }
        ost_buffer_add_byte(text, ')');
    }
}

#endif
