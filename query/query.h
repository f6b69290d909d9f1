/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What does this query mean, and which k documents answer it best? The
 * interface of query/ inside the library.
 *
 * A query is parsed once into a tree of nodes (parse.c), then turned into a
 * tree of scorers for each segment (plan.c), which top-k (topk.c) walks.
 * Scores are fixed-point integers (score.h), so that a sum does not depend on
 * the order of its parts and pruned results equal exhaustive ones bit by bit.
 */
#ifndef OST_QUERY_H
#define OST_QUERY_H

#include "base.h"
#include "text.h"

/* ---- parse.c ---- */

typedef enum ost_node_kind {
    OST_NODE_EMPTY = 0, /* matches nothing */
    OST_NODE_TERM,
    OST_NODE_PHRASE, /* children: TERMs; child i at offsets[i] positions from
                      * the first */
    OST_NODE_OR,     /* any child; scores add up */
    OST_NODE_MAX,    /* any child; the best score counts (forms of one word) */
    OST_NODE_AND,    /* all children; scores add up */
    OST_NODE_FILTER  /* children[0] decides and scores; `excluded` must not
                      * match; OPTIONAL children only add to the score */
} ost_node_kind;

/* A node of the tree. FILTER is: required (may be NULL: then any `optional`
 * must match), optional (may be NULL), excluded (may be NULL). A query that
 * only excludes has required == NULL and optional == NULL: it matches every
 * document that is not excluded, with score 0. */
typedef struct ost_node ost_node;
struct ost_node {
    ost_node_kind kind;
    /* TERM */
    const char *field; /* NUL-terminated, "" for the default field */
    const char *term;  /* as in the dictionary, not terminated */
    uint32_t term_len;
    const char *surface; /* folded, before stemming: for snippets */
    uint32_t surface_len;
    /* PHRASE, OR, MAX, AND */
    ost_node **children;
    uint32_t n_children;
    uint32_t *offsets; /* PHRASE */
    /* FILTER */
    ost_node *required, *optional, *excluded;
    size_t start, end; /* bytes of the query it came from */
};

/* Nodes and all they point to live in the query's arena. */
struct osteon_query {
    ost_node *root;      /* never NULL */
    const char **notes;  /* NULL-terminated */
    const char *text;    /* the query as understood */
    size_t n_terms;      /* distinct (field, term) pairs in the tree */
    void *arena;         /* owner of everything above */
};

/* Parses `text` for an index of this language. See osteon_query_open. */
OSTEON_MUST_CHECK osteon_status ost_query_parse(const char *language,
                                                const char *text, size_t len,
                                                unsigned flags,
                                                osteon_query **out,
                                                osteon_error *err);

#endif
