/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Nodes put together in the normal form that query.h tells. All inner nodes
 * come from ost_tree_combine, so that AND, OR and FILTER are one matter: a
 * list of children with roles. What is the same twice counts once: a word
 * does not score higher for being repeated.
 */
#include "parse.h"

#include <xxhash.h>

typedef struct node_list {
    ost_node **nodes;
    size_t n;
} node_list;

/* ---- Equality ---- */

static uint64_t mix(uint64_t h, const void *bytes, size_t len)
{
    return XXH3_64bits_withSeed(bytes, len, h);
}

static uint64_t node_hash(const ost_node *node)
{
    const ost_node *const members[] = {node->required, node->optional,
                                       node->excluded};
    uint64_t h = mix(ost_seed(), &node->kind, sizeof node->kind);

    if (node->kind == OST_NODE_TERM) {
        h = mix(h, node->field, strlen(node->field));
        return mix(h, node->term, node->term_len);
    }
    h = mix(h, &node->window, sizeof node->window);
    if (node->offsets != NULL)
        h = mix(h, node->offsets, node->n_children * sizeof *node->offsets);
    for (uint32_t i = 0; i < node->n_children; i++) {
        const uint64_t child = node_hash(node->children[i]);
        h = mix(h, &child, sizeof child);
    }
    for (size_t i = 0; i < 3; i++) {
        const uint64_t child = members[i] ? node_hash(members[i]) : 0;
        h = mix(h, &child, sizeof child);
    }
    return h;
}

static bool same(const ost_node *a, const ost_node *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    if (a->kind != b->kind || a->n_children != b->n_children ||
        a->window != b->window)
        return false;
    if (a->kind == OST_NODE_TERM)
        return a->term_len == b->term_len &&
               memcmp(a->term, b->term, a->term_len) == 0 &&
               strcmp(a->field, b->field) == 0;
    for (uint32_t i = 0; i < a->n_children; i++)
        if (!same(a->children[i], b->children[i]) ||
            (a->offsets != NULL && a->offsets[i] != b->offsets[i]))
            return false;
    return same(a->required, b->required) && same(a->optional, b->optional) &&
           same(a->excluded, b->excluded);
}

/* ---- A set of nodes ---- */

typedef struct slot {
    uint64_t hash;
    const ost_node *node; /* NULL: free */
} slot;

enum { FEW = 16 }; /* slots of a small set, which takes no allocation */

typedef struct node_set {
    slot *slots;
    size_t mask;
    slot few[FEW];
} node_set;

/* A set with room for `n` nodes. */
static bool set_open(node_set *set, size_t n)
{
    size_t slots = FEW;

    while (slots / 2 < n)
        slots *= 2;
    set->mask = slots - 1;
    if (slots == FEW) {
        set->slots = set->few;
        memset(set->few, 0, sizeof set->few);
        return true;
    }
    set->slots = ost_calloc(slots, sizeof *set->slots);
    return set->slots != NULL;
}

static void set_close(node_set *set)
{
    if (set->slots != set->few)
        ost_free(set->slots);
}

/* False: the same is in it already. */
static bool set_add(node_set *set, const ost_node *node)
{
    const uint64_t hash = node_hash(node);
    size_t at = (size_t)(hash ^ hash >> 32) & set->mask;

    while (set->slots[at].node != NULL) {
        if (set->slots[at].hash == hash && same(set->slots[at].node, node))
            return false;
        at = (at + 1) & set->mask;
    }
    set->slots[at] = (slot){hash, node};
    return true;
}

/* Drops what is in the set and adds the rest to it. */
static void set_drop_known(node_set *set, node_list *list)
{
    size_t n = 0;

    for (size_t i = 0; i < list->n; i++)
        if (set_add(set, list->nodes[i]))
            list->nodes[n++] = list->nodes[i];
    list->n = n;
}

/* ---- Normal form ---- */

bool ost_tree_only_excludes(const ost_node *node)
{
    return node->kind == OST_NODE_FILTER && node->required == NULL &&
           node->optional == NULL;
}

/* Adds `node` to the list of its role, taken apart where its role allows: the
 * parts of an AND are required one by one, to require what only excludes is
 * to exclude, to exclude it is to require. Counts only where lists[] have no
 * room yet (nodes == NULL). Goes down four levels at most, since the trees it
 * meets are normalised. */
static void spread(ost_node *node, ost_role role, node_list lists[3])
{
    const ost_node_kind splits =
        role == OST_REQUIRED ? OST_NODE_AND : OST_NODE_OR;
    node_list *list = &lists[role];

    if (node->kind == OST_NODE_EMPTY)
        return;
    if (node->kind == splits) {
        for (uint32_t i = 0; i < node->n_children; i++)
            spread(node->children[i], role, lists);
    } else if (role != OST_OPTIONAL && ost_tree_only_excludes(node)) {
        spread(node->excluded,
               role == OST_REQUIRED ? OST_EXCLUDED : OST_REQUIRED, lists);
    } else {
        if (list->nodes != NULL)
            list->nodes[list->n] = node;
        list->n++;
    }
}

static void widen(ost_node *node, const ost_node *child)
{
    if (child == NULL)
        return;
    if (node->start == node->end || child->start < node->start)
        node->start = child->start;
    if (child->end > node->end)
        node->end = child->end;
}

/* The list as one node; *out is NULL for an empty one. */
static bool join(ost_parser *p, ost_node_kind kind, const node_list *list,
                 ost_node **out)
{
    ost_node *node;

    *out = NULL;
    if (list->n <= 1) {
        if (list->n == 1)
            *out = list->nodes[0];
        return true;
    }
    node = ost_arena_alloc(p->arena, sizeof *node);
    if (node == NULL)
        return ost_parse_no_memory(p);
    node->kind = kind;
    node->children = list->nodes;
    node->n_children = (uint32_t)list->n;
    for (size_t i = 0; i < list->n; i++)
        widen(node, list->nodes[i]);
    *out = node;
    return true;
}

static ost_node *filter(ost_parser *p, const node_list lists[3])
{
    ost_node *required, *optional, *excluded, *node;

    if (!join(p, OST_NODE_AND, &lists[OST_REQUIRED], &required) ||
        !join(p, OST_NODE_OR, &lists[OST_OPTIONAL], &optional) ||
        !join(p, OST_NODE_OR, &lists[OST_EXCLUDED], &excluded))
        return NULL;
    if (excluded == NULL && optional == NULL)
        return required != NULL ? required : p->empty;
    if (excluded == NULL && required == NULL)
        return optional;
    node = ost_arena_alloc(p->arena, sizeof *node);
    if (node == NULL) {
        ost_parse_no_memory(p);
        return NULL;
    }
    node->kind = OST_NODE_FILTER;
    node->required = required;
    node->optional = optional;
    node->excluded = excluded;
    widen(node, required);
    widen(node, optional);
    widen(node, excluded);
    return node;
}

static bool drop_repeated(ost_parser *p, node_list lists[3])
{
    node_set set;

    if (lists[OST_REQUIRED].n + lists[OST_OPTIONAL].n < 2 &&
        lists[OST_EXCLUDED].n < 2)
        return true;
    if (!set_open(&set, lists[OST_REQUIRED].n + lists[OST_OPTIONAL].n))
        return ost_parse_no_memory(p);
    set_drop_known(&set, &lists[OST_REQUIRED]);
    set_drop_known(&set, &lists[OST_OPTIONAL]);
    set_close(&set);
    if (!set_open(&set, lists[OST_EXCLUDED].n))
        return ost_parse_no_memory(p);
    set_drop_known(&set, &lists[OST_EXCLUDED]);
    set_close(&set);
    return true;
}

ost_node *ost_tree_combine(ost_parser *p, const ost_item *items, size_t n)
{
    node_list lists[3] = {{0}};

    /* What stands alone is in normal form already. */
    if (n == 1 && items[0].role != OST_EXCLUDED &&
        !ost_tree_only_excludes(items[0].node))
        return items[0].node;
    for (size_t i = 0; i < n; i++)
        spread(items[i].node, (ost_role)items[i].role, lists);
    for (size_t i = 0; i < 3; i++) {
        if (lists[i].n == 0)
            continue;
        lists[i].nodes =
            ost_arena_array(p->arena, lists[i].n, sizeof *lists[i].nodes);
        lists[i].n = 0;
        if (lists[i].nodes == NULL) {
            ost_parse_no_memory(p);
            return NULL;
        }
    }
    for (size_t i = 0; i < n; i++)
        spread(items[i].node, (ost_role)items[i].role, lists);
    return drop_repeated(p, lists) ? filter(p, lists) : NULL;
}

ost_node *ost_tree_max(ost_parser *p, ost_node *a, ost_node *b)
{
    node_list list = {NULL, 2};
    ost_node *node;

    if (same(a, b))
        return a;
    list.nodes = ost_arena_array(p->arena, 2, sizeof *list.nodes);
    if (list.nodes == NULL) {
        ost_parse_no_memory(p);
        return NULL;
    }
    list.nodes[0] = a;
    list.nodes[1] = b;
    return join(p, OST_NODE_MAX, &list, &node) ? node : NULL;
}

/* ---- Counting ---- */

/* Counts the TERMs below, all of them or, with a set, the distinct ones. */
static size_t count_terms(const ost_node *node, node_set *set)
{
    const ost_node *const members[] = {node->required, node->optional,
                                       node->excluded};
    size_t n = 0;

    if (node->kind == OST_NODE_TERM)
        return set == NULL || set_add(set, node);
    for (uint32_t i = 0; i < node->n_children; i++)
        n += count_terms(node->children[i], set);
    for (size_t i = 0; i < 3; i++)
        if (members[i] != NULL)
            n += count_terms(members[i], set);
    return n;
}

bool ost_tree_count_terms(ost_parser *p, const ost_node *root, size_t *out)
{
    node_set set;

    *out = 1;
    if (root->kind == OST_NODE_TERM)
        return true;
    if (!set_open(&set, count_terms(root, NULL)))
        return ost_parse_no_memory(p);
    *out = count_terms(root, &set);
    set_close(&set);
    return true;
}
