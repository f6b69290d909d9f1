/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Trees of queries made at random, of words of a reference corpus.
 */
#ifndef OST_RANKING_QUERIES_H
#define OST_RANKING_QUERIES_H

#include "ranking_reference.h"

static inline ost_node *ref_node(ost_arena *arena, ost_node_kind kind,
                                 uint32_t n)
{
    ost_node *node = ost_arena_alloc(arena, sizeof *node);

    node->kind = kind;
    node->n_children = n;
    if (n > 0)
        node->children = ost_arena_array(arena, n, sizeof(ost_node *));
    if (n > 0 && kind == OST_NODE_PHRASE)
        node->offsets = ost_arena_array(arena, n, sizeof *node->offsets);
    return node;
}

static inline ost_node *ref_term(ost_arena *arena, const char *field,
                                 uint32_t word)
{
    ost_node *node = ref_node(arena, OST_NODE_TERM, 0);
    char name[5];

    ref_name(word, name);
    node->field = field;
    node->term = ost_arena_copy(arena, name, 4);
    node->term_len = 4;
    node->start = word; /* for ref_number */
    return node;
}

static inline const char *ref_field(ref_corpus *c)
{
    const uint32_t draw = ref_draw(c, 20);

    return draw == 0 ? "nosuch" : draw < 5 ? "extra" : "";
}

/* A phrase: of a document, of any words, or of one word again and again. */
static inline ost_node *ref_phrase(ref_corpus *c, ost_arena *arena)
{
    const uint32_t n = 1 + ref_draw(c, 4), kind = ref_draw(c, 8);
    const ref_doc *d = &c->docs[ref_draw(c, c->n)];
    const char *field = ref_field(c);
    ost_node *node = ref_node(arena, OST_NODE_PHRASE, n);
    uint32_t at = d->n > 0 ? ref_draw(c, d->n) : 0, offset = 0;
    const uint32_t one = ref_word(c), other = ref_word(c);

    for (uint32_t i = 0; i < n; i++) {
        uint32_t word = i % 2 ? other : one;
        if (kind < 5 && at + offset < d->n)
            word = d->words[at + offset];
        else if (kind == 7)
            word = one;
        node->children[i] = ref_term(arena, field, word);
        node->offsets[i] = offset;
        offset += ref_draw(c, 6) == 0 ? ref_draw(c, 4) : 1;
    }
    return node;
}

static inline bool ref_has_word(const ost_node *node, const ost_node *term)
{
    for (uint32_t i = 0; i < node->n_children; i++)
        if (node->children[i]->kind == OST_NODE_TERM &&
            node->children[i]->start == term->start)
            return true;
    return false;
}

/* Words, all different, and phrases near each other: of a document, or any. */
static inline ost_node *ref_near(ref_corpus *c, ost_arena *arena)
{
    const uint32_t n = 1 + ref_draw(c, 4);
    const ref_doc *d = &c->docs[ref_draw(c, c->n)];
    ost_node *node = ref_node(arena, OST_NODE_NEAR, n);
    const char *field = ref_field(c);

    node->n_children = 0;
    for (uint32_t i = 0; i < n; i++) {
        ost_node *child = ref_term(
            arena, field,
            d->n > 0 && ref_draw(c, 2) ? d->words[ref_draw(c, d->n)]
                                       : ref_word(c));
        if (ref_draw(c, 3) == 0) {
            child = ref_phrase(c, arena);
            for (uint32_t k = 0; k < child->n_children; k++)
                child->children[k]->field = field;
            if (child->n_children == 1)
                child = child->children[0];
        }
        if (child->kind == OST_NODE_TERM && ref_has_word(node, child))
            continue;
        node->children[node->n_children++] = child;
        node->window += ost_node_width(child);
    }
    node->window += ref_draw(c, 4) ? ref_draw(c, 8) : ref_draw(c, 500);
    return node;
}

static inline ost_node *ref_query(ref_corpus *c, ost_arena *arena,
                                  unsigned depth);

static inline ost_node *ref_list(ref_corpus *c, ost_arena *arena,
                                 ost_node_kind kind, unsigned depth)
{
    const uint32_t n =
        ref_draw(c, 12) == 0 ? 15 + ref_draw(c, 20) : 1 + ref_draw(c, 4);
    ost_node *node = ref_node(arena, kind, n);

    for (uint32_t i = 0; i < n; i++)
        node->children[i] =
            ref_query(c, arena, n > 4 && depth > 1 ? 1 : depth - 1);
    return node;
}

static inline ost_node *ref_filter(ref_corpus *c, ost_arena *arena,
                                   unsigned depth)
{
    ost_node *node = ref_node(arena, OST_NODE_FILTER, 0);
    const uint32_t parts = 1 + ref_draw(c, 7);

    if (parts & 1)
        node->required = ref_query(c, arena, depth - 1);
    if (parts & 2)
        node->optional = ref_query(c, arena, depth - 1);
    if (parts & 4)
        node->excluded = ref_query(c, arena, depth - 1);
    return node;
}

/* A query of at most `depth` levels. */
static inline ost_node *ref_query(ref_corpus *c, ost_arena *arena,
                                  unsigned depth)
{
    const uint32_t draw = depth > 1 ? ref_draw(c, 20) : ref_draw(c, 9);

    if (draw == 8 && ref_draw(c, 2))
        return ref_near(c, arena);
    if (draw == 0 && ref_draw(c, 3) == 0)
        return ref_node(arena, OST_NODE_EMPTY, 0);
    if (draw < 7)
        return ref_term(arena, ref_field(c),
                        ref_draw(c, 3) ? ref_word(c)
                                       : ref_draw(c, c->n_words + 3));
    if (draw < 9)
        return ref_phrase(c, arena);
    if (draw < 13)
        return ref_list(c, arena, OST_NODE_OR, depth);
    if (draw < 15)
        return ref_list(c, arena, OST_NODE_MAX, depth);
    if (draw < 17)
        return ref_list(c, arena, OST_NODE_AND, depth);
    return ref_filter(c, arena, depth);
}

#endif
