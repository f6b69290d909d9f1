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
#include "index.h"
#include "text.h"

/* ---- parse.c ---- */

typedef enum ost_node_kind {
    OST_NODE_EMPTY = 0, /* matches nothing */
    OST_NODE_TERM,
    OST_NODE_PHRASE, /* children: TERMs; child i at offsets[i] positions from
                      * the first */
    OST_NODE_NEAR,   /* children: TERMs and PHRASEs, all of them in some order
                      * within `window` positions */
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
    /* PHRASE, NEAR, OR, MAX, AND */
    ost_node **children;
    uint32_t n_children;
    uint32_t *offsets; /* PHRASE */
    uint32_t window;   /* NEAR: from the first word of a child to the last of
                        * any, both counted; no less than their words */
    /* FILTER */
    ost_node *required, *optional, *excluded;
    size_t start, end; /* bytes of the query it came from */
};

/* Nodes and all they point to live in the query's arena. */
struct osteon_query {
    ost_node *root;      /* never NULL */
    const char **notes;  /* NULL-terminated */
    const char *text;    /* the query as understood */
    const char *source;  /* the query as given, not terminated */
    size_t n_terms;      /* distinct (field, term) pairs in the tree */
    void *arena;         /* owner of everything above */
};

/* Positions that a TERM or PHRASE takes. */
static inline uint32_t ost_node_width(const ost_node *node)
{
    return node->kind == OST_NODE_PHRASE
               ? node->offsets[node->n_children - 1] + 1
               : 1;
}

/* The trees ost_query_parse makes are normalised:
 *   - EMPTY is the root or nowhere.
 *   - OR, AND and MAX have two children or more, all different; OR has no OR
 *     below it, AND no AND. A PHRASE has two TERMs or more, of one field; so
 *     has a NEAR, of which some may be PHRASEs.
 *   - FILTER has `excluded`, or both `required` and `optional`. A FILTER that
 *     only excludes is never a child of AND, `required`, `excluded`, or a
 *     child of an OR that is `excluded`. It may be a child of another OR.
 *
 * osteon_query_text writes a tree so that all of it can be seen; terms are as
 * in the dictionary:
 *   sarcoma   title:sarcoma     TERM, in a field
 *   "bone tumor"  title:"a b"   PHRASE; `_` is a position without a term
 *   "bone tumor"~5              NEAR, with so many other words between
 *   ("a b" NEAR/5 c)            NEAR with a PHRASE in it: one word less
 *   (a OR b)  (a AND b)         OR, AND
 *   (pd1 | "pd 1")              MAX
 *   (+a +b c d -e -f)           FILTER: the ANDed required, the ORed optional
 *                               and the ORed excluded; -e where it is alone
 *   nothing at all              EMPTY
 * But for MAX and `_` this is the query language again, for an index without
 * stems. A FILTER written -e stands in parentheses among the optional. */

/* A flag beside those of osteon_query_open: the default field keeps no
 * positions, so that a phrase in it means all of its words. */
#define OST_QUERY_NO_POSITIONS (1u << 16)

/* What parsing works with, kept for the next query. Zero at first; by __atomic
 * operations, so that any thread may parse with it. */
typedef struct ost_query_tools ost_query_tools;
typedef struct ost_query_slot {
    ost_query_tools *tools;
    /* Whether documents have a field of this folded name: `name:` is a word
     * where none has. NULL: any name is a field's. Any thread. */
    bool (*has_field)(const void *index, const char *name);
    const void *index;
} ost_query_slot;

/* Lets go of what is in it. */
void ost_query_tools_close(ost_query_slot *slot);

/* Parses `text` for an index of this language. See osteon_query_open.
 *   OSTEON_INVALID  longer than 1 MiB, unknown flags or language
 *   OSTEON_SYNTAX, OSTEON_NO_MEMORY */
OSTEON_MUST_CHECK osteon_status
ost_query_parse_with(ost_query_slot *slot, const char *language,
                     const char *text, size_t len, unsigned flags,
                     osteon_query **out, osteon_error *err);

/* The same without a slot. */
OSTEON_MUST_CHECK osteon_status ost_query_parse(const char *language,
                                                const char *text, size_t len,
                                                unsigned flags,
                                                osteon_query **out,
                                                osteon_error *err);

/* ---- snippet.c ---- */

/* Picks a passage for osteon_snippet_open from a text in this language. It is
 * the one whose matches weigh most, the first of equals; docs/design.md tells
 * the weights. Cost: one pass of the tokenizer over `text`; memory is for one
 * passage, whatever the length of the text.
 *   OSTEON_INVALID  unknown language
 *   OSTEON_NO_MEMORY */
OSTEON_MUST_CHECK osteon_status
ost_snippet_make(const char *language, const osteon_query *query,
                 const char *text, size_t len, size_t width,
                 osteon_snippet **out, osteon_error *err);

/* ---- search.c ---- */

/* Finds the best documents: see osteon_search. The result is closed with
 * osteon_result_close. Any thread; many may search a snapshot at once.
 *   matches  exact where options->count is set, or fewer than limit + offset
 *            match; else the number found. With a limit of 0 and no count: 1
 *            where anything matches.
 *   OSTEON_CORRUPT, OSTEON_INVALID, OSTEON_NO_MEMORY, OSTEON_IO */
OSTEON_MUST_CHECK osteon_status
ost_search(ost_snapshot *snapshot, const osteon_query *query,
           const osteon_search_options *options, osteon_result **out,
           osteon_error *err);

/* ---- explain.c ---- */

/* Tells how the score of `document` comes about: see osteon_explain. Lines
 * end with a newline; a part's lines are indented below it, and the numbers
 * of the parts add up to its own. Only options->k1 and b are looked at.
 *   OSTEON_NOT_FOUND  no such document, or deleted
 *   others            as ost_search */
OSTEON_MUST_CHECK osteon_status
ost_explain(ost_snapshot *snapshot, const osteon_query *query,
            const osteon_search_options *options, uint32_t document,
            char **out, osteon_error *err);

#endif
