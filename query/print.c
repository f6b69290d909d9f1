/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A tree as text, in the notation that query.h tells. Recursion is as deep as
 * the tree, which the parser bounds.
 */
#include "parse.h"

static void print_field(const ost_node *term, ost_buffer *out)
{
    if (term->field[0] != '\0') {
        ost_buffer_add_text(out, term->field);
        ost_buffer_add_byte(out, ':');
    }
}

static void print_phrase(const ost_node *node, ost_buffer *out)
{
    uint32_t position = 0;

    print_field(node->children[0], out);
    ost_buffer_add_byte(out, '"');
    for (uint32_t i = 0; i < node->n_children; i++) {
        const ost_node *child = node->children[i];
        if (i > 0)
            ost_buffer_add_byte(out, ' ');
        for (; position < node->offsets[i]; position++)
            ost_buffer_add_text(out, "_ ");
        position++;
        ost_buffer_add(out, child->term, child->term_len);
    }
    ost_buffer_add_byte(out, '"');
}

/* All that a NEAR of TERMs needs is a number behind its words. */
static void print_near(const ost_node *node, ost_buffer *out)
{
    uint32_t between = node->window;
    bool plain = true;

    for (uint32_t i = 0; i < node->n_children; i++) {
        between -= ost_node_width(node->children[i]);
        plain = plain && node->children[i]->kind == OST_NODE_TERM;
    }
    if (plain)
        print_field(node->children[0], out);
    ost_buffer_add_byte(out, plain ? '"' : '(');
    for (uint32_t i = 0; i < node->n_children; i++) {
        const ost_node *child = node->children[i];
        if (i > 0 && plain)
            ost_buffer_add_byte(out, ' ');
        else if (i > 0)
            ost_buffer_printf(out, " NEAR/%lu ", (unsigned long)between + 1);
        if (plain)
            ost_buffer_add(out, child->term, child->term_len);
        else
            ost_query_print(child, out);
    }
    if (plain)
        ost_buffer_printf(out, "\"~%lu", (unsigned long)between);
    else
        ost_buffer_add_byte(out, ')');
}

static void print_list(const ost_node *node, const char *between,
                       ost_buffer *out)
{
    for (uint32_t i = 0; i < node->n_children; i++) {
        if (i > 0)
            ost_buffer_add_text(out, between);
        ost_query_print(node->children[i], out);
    }
}

/* A FILTER that is written -e, without parentheses. */
static bool is_single_exclusion(const ost_node *node)
{
    return ost_tree_only_excludes(node) &&
           node->excluded->kind != OST_NODE_OR;
}

/* A member of a FILTER, its children one by one where it is a `splits`. */
static void print_member(const ost_node *member, ost_node_kind splits,
                         const char *sign, ost_buffer *out)
{
    if (member == NULL)
        return;
    if (member->kind == splits) {
        for (uint32_t i = 0; i < member->n_children; i++)
            print_member(member->children[i], OST_NODE_EMPTY, sign, out);
        return;
    }
    if (out->len > 0 && out->data[out->len - 1] != '(')
        ost_buffer_add_byte(out, ' ');
    ost_buffer_add_text(out, sign);
    if (is_single_exclusion(member)) { /* an optional one, not `excluded` */
        ost_buffer_add_byte(out, '(');
        ost_query_print(member, out);
        ost_buffer_add_byte(out, ')');
    } else {
        ost_query_print(member, out);
    }
}

static void print_filter(const ost_node *node, ost_buffer *out)
{
    if (is_single_exclusion(node)) {
        ost_buffer_add_byte(out, '-');
        ost_query_print(node->excluded, out);
        return;
    }
    ost_buffer_add_byte(out, '(');
    print_member(node->required, OST_NODE_AND, "+", out);
    print_member(node->optional, OST_NODE_OR, "", out);
    print_member(node->excluded, OST_NODE_OR, "-", out);
    ost_buffer_add_byte(out, ')');
}

void ost_query_print(const ost_node *node, ost_buffer *out)
{
    switch (node->kind) {
    case OST_NODE_EMPTY:
        break;
    case OST_NODE_TERM:
        print_field(node, out);
        ost_buffer_add(out, node->term, node->term_len);
        break;
    case OST_NODE_PHRASE:
        print_phrase(node, out);
        break;
    case OST_NODE_NEAR:
        print_near(node, out);
        break;
    case OST_NODE_OR:
    case OST_NODE_MAX:
    case OST_NODE_AND:
        ost_buffer_add_byte(out, '(');
        print_list(node,
                   node->kind == OST_NODE_OR    ? " OR "
                   : node->kind == OST_NODE_AND ? " AND "
                                                : " | ",
                   out);
        ost_buffer_add_byte(out, ')');
        break;
    case OST_NODE_FILTER:
        print_filter(node, out);
        break;
    }
}
