/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The query parser on queries made at random: the tree is in the normal form
 * that query.h tells, the text of a tree is a query for the same tree, and
 * a query matches what its parts say, by a second evaluation of its grammar.
 */
#include "query.h"
#include "run_suite.h"

#include "asserts.h"
#include <stdio.h>

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % below;
}

/* Documents have titles and no other field. */
static bool few_fields;

static bool is_title(const void *index, const char *name)
{
    (void)index;
    return strcmp(name, "title") == 0;
}

/* NULL: not in strict mode. */
static osteon_query *parse(const char *language, const char *text, size_t len,
                           unsigned flags)
{
    ost_query_slot slot = {.has_field = few_fields ? is_title : NULL};
    osteon_query *query;
    osteon_error err;
    const osteon_status s = ost_query_parse_with(&slot, language, text, len,
                                                 flags, &query, &err);

    ost_query_tools_close(&slot);
    if (s != OSTEON_OK &&
        (s != OSTEON_SYNTAX || (flags & OSTEON_QUERY_STRICT) == 0 ||
         query != NULL || err.offset >= len))
        ck_abort_msg("%.*s: %s", (int)len, text, err.text);
    return query;
}

/* ---- Normal form ---- */

static bool only_excludes(const ost_node *node)
{
    return node->kind == OST_NODE_FILTER && node->required == NULL &&
           node->optional == NULL;
}

static bool same_term(const ost_node *a, const ost_node *b)
{
    return a->term_len == b->term_len && strcmp(a->field, b->field) == 0 &&
           memcmp(a->term, b->term, a->term_len) == 0;
}

/* Lists the distinct terms of a small tree. */
static size_t list_terms(const ost_node *node, const ost_node **out, size_t n)
{
    if (node == NULL)
        return n;
    if (node->kind == OST_NODE_TERM) {
        for (size_t i = 0; i < n; i++)
            if (same_term(out[i], node))
                return n;
        if (n == 512)
            return 0;
        out[n] = node;
        return n + 1;
    }
    for (uint32_t i = 0; i < node->n_children; i++)
        n = list_terms(node->children[i], out, n);
    n = list_terms(node->required, out, n);
    n = list_terms(node->optional, out, n);
    return list_terms(node->excluded, out, n);
}

/* What is wrong with a tree; NULL: nothing. One assertion a query is enough:
 * each is a message to another process. */
#define EXPECT(what)     \
    do {                 \
        if (!(what))     \
            return #what; \
    } while (0)

static const char *fault_of(const ost_node *node, size_t len, unsigned depth);

static const char *fault_of_children(const ost_node *node, size_t len,
                                     unsigned depth)
{
    const ost_node_kind kind = node->kind;

    EXPECT(node->n_children >= 2);
    for (uint32_t i = 0; i < node->n_children; i++) {
        const ost_node *child = node->children[i];
        const char *fault = fault_of(child, len, depth + 1);
        if (fault != NULL)
            return fault;
        EXPECT(child->start >= node->start && child->end <= node->end);
        EXPECT(child->kind != kind || kind == OST_NODE_MAX);
        EXPECT(kind != OST_NODE_NEAR || child->kind == OST_NODE_TERM ||
               child->kind == OST_NODE_PHRASE);
        EXPECT(kind != OST_NODE_AND || !only_excludes(child));
        for (uint32_t j = 0; kind != OST_NODE_PHRASE && j < i; j++)
            EXPECT(child->kind != OST_NODE_TERM ||
                   node->children[j]->kind != OST_NODE_TERM ||
                   !same_term(child, node->children[j]));
    }
    return NULL;
}

static const char *fault_of_phrase(const ost_node *node)
{
    EXPECT(node->offsets[0] == 0);
    for (uint32_t i = 0; i < node->n_children; i++) {
        EXPECT(node->children[i]->kind == OST_NODE_TERM);
        EXPECT(strcmp(node->children[i]->field, node->children[0]->field) ==
               0);
        EXPECT(i == 0 || node->offsets[i] > node->offsets[i - 1]);
    }
    return NULL;
}

static const char *field_of(const ost_node *node)
{
    return node->kind == OST_NODE_TERM ? node->field
                                       : field_of(node->children[0]);
}

static const char *fault_of_near(const ost_node *node)
{
    uint32_t width = 0;

    for (uint32_t i = 0; i < node->n_children; i++) {
        EXPECT(strcmp(field_of(node->children[i]),
                      field_of(node->children[0])) == 0);
        width += ost_node_width(node->children[i]);
    }
    EXPECT(node->window >= width && node->window - width < 100000);
    return NULL;
}

static const char *fault_of_filter(const ost_node *node, size_t len,
                                   unsigned depth)
{
    const ost_node *const members[] = {node->required, node->optional,
                                       node->excluded};
    const char *fault = NULL;

    EXPECT(node->n_children == 0);
    EXPECT(node->excluded != NULL ||
           (node->required != NULL && node->optional != NULL));
    for (size_t i = 0; i < 3 && fault == NULL; i++)
        if (members[i] != NULL)
            fault = fault_of(members[i], len, depth + 1);
    if (fault != NULL)
        return fault;
    EXPECT(node->required == NULL || !only_excludes(node->required));
    if (node->excluded == NULL)
        return NULL;
    EXPECT(!only_excludes(node->excluded));
    if (node->excluded->kind == OST_NODE_OR)
        for (uint32_t i = 0; i < node->excluded->n_children; i++)
            EXPECT(!only_excludes(node->excluded->children[i]));
    return NULL;
}

static const char *fault_of(const ost_node *node, size_t len, unsigned depth)
{
    const char *fault = NULL;

    EXPECT(depth <= 64 * 5);
    EXPECT(node->start < node->end && node->end <= len);
    EXPECT(node->kind != OST_NODE_EMPTY);
    if (node->kind == OST_NODE_TERM) {
        EXPECT(node->term_len >= 1 && node->term_len <= OST_WORD_MAX);
        EXPECT(node->surface_len >= 1);
        return NULL;
    }
    if (node->kind == OST_NODE_FILTER)
        return fault_of_filter(node, len, depth);
    if (node->kind == OST_NODE_PHRASE)
        fault = fault_of_phrase(node);
    if (node->kind == OST_NODE_NEAR)
        fault = fault_of_near(node);
    return fault != NULL ? fault : fault_of_children(node, len, depth);
}

static const char *fault_of_query(const osteon_query *query, size_t len)
{
    const ost_node *terms[512];

    EXPECT(query->n_terms == list_terms(query->root, terms, 0));
    EXPECT(osteon_query_is_empty(query) == (query->text[0] == '\0'));
    return osteon_query_is_empty(query) ? NULL
                                        : fault_of(query->root, len, 0);
}

/* A tree's text parsed again, in a language that leaves words alone. */
static void check_text(const osteon_query *query)
{
    const char *text = query->text;
    osteon_query *again;

    if (strchr(text, '|') != NULL)
        return;
    again = parse("none", text, strlen(text), OSTEON_QUERY_STRICT);
    if (again == NULL || strcmp(again->text, text) != 0)
        ck_abort_msg("%s: %s", text, again ? again->text : "does not parse");
    osteon_query_close(again);
}

static void check_all_flags(const char *text, size_t len, bool plain)
{
    for (unsigned flags = 0; flags < 4; flags++) {
        osteon_query *query;
        const char *fault;

        few_fields = draw(2) == 0;
        query = parse(plain ? "none" : "english", text, len, flags);
        if (query == NULL)
            continue;
        fault = fault_of_query(query, len);
        if (fault != NULL)
            ck_abort_msg("%.*s: %s: %s", (int)len, text, query->text, fault);
        if (plain)
            check_text(query);
        osteon_query_close(query);
    }
}

START_TEST(test_parse_random_bytes_are_normalised)
{
    static const char likely[] = "  \"\"()()+-:ab1\xce\xb3\xe7\x99\x8c./ANDOR~~NEAR";

    for (int i = 0; i < 10000; i++) {
        char text[64];
        const size_t len = draw(sizeof text) + 1;
        for (size_t k = 0; k < len; k++)
            text[k] = draw(8) == 0 ? (char)draw(256)
                                   : likely[draw(sizeof likely - 1)];
        check_all_flags(text, len, false);
    }
}
END_TEST

START_TEST(test_parse_random_lexemes_are_normalised)
{
    static const char *const lexemes[] = {
        "a", "b", "cells", "the", "\"", "\"a b\"", "(", ")", "(", ")", " ",
        " ", " ", " AND ", " OR ", " NOT ", "AND", "+", "-", "title:",
        " NEAR ", " NEAR/3 ", "NEAR", "~5", "\"a PD-1\"~2",
        "body:", "x:", "a*", "PD-1", "3.5", "IFN-\xce\xb3", "\xe5\x85\x8d\xe7\x96\xab",
        "!!!", "http://x", "\x80"};

    for (int i = 0; i < 10000; i++) {
        char text[512] = "";
        for (uint32_t k = draw(24); k > 0; k--)
            strcat(text, lexemes[draw(sizeof lexemes / sizeof *lexemes)]);
        check_all_flags(text, strlen(text), false);
    }
}
END_TEST

START_TEST(test_parse_random_text_of_tree_is_the_same_tree)
{
    static const char *const lexemes[] = {
        "a", "b", "c", "d", "e", "\"a b\"", "\"c d e\"", "x:f", "(", ")", "(",
        " NEAR ", " NEAR/3 ", "\"a b c\"~2", "x:\"d e\"~7",
        ")", " AND ", " OR ", " NOT ", "+", "-", " ", " ", " "};

    for (int i = 0; i < 10000; i++) {
        char text[512] = "";
        for (uint32_t k = draw(32); k > 0; k--)
            strcat(text, lexemes[draw(sizeof lexemes / sizeof *lexemes)]);
        check_all_flags(text, strlen(text), true);
    }
}
END_TEST

/* ---- Meaning ---- */

/* A query by its grammar: a word, a bag with a sign for each member, or parts
 * joined by AND or OR. Words are the letters a to f, a document a set of
 * them, as bits. */
typedef struct part part;
struct part {
    enum { WORD, BAG, BOTH, EITHER } kind;
    uint32_t word, n;
    part *parts[4];
    char signs[4]; /* of a bag's members: '+', '-', '!' for NOT, or ' ' */
};

static part pool[512];
static size_t n_pool;

static bool means(const part *p, unsigned document, bool all)
{
    bool required = true, any = false, has_required = false, has_any = false;

    if (p->kind == WORD)
        return document >> p->word & 1;
    for (uint32_t i = 0; i < p->n; i++) {
        const bool in = means(p->parts[i], document, all);
        const char sign = p->kind == BAG ? p->signs[i] : ' ';
        if (sign == '-' || sign == '!') {
            required = required && !in;
        } else if (sign == '+' || p->kind == BOTH ||
                   (p->kind == BAG && all)) {
            has_required = true;
            required = required && in;
        } else {
            has_any = true;
            any = any || in;
        }
    }
    return required && (has_required || !has_any || any);
}

/* What matches a document without words has no sign: to require it, or to
 * exclude it, is not what the grammar's words say (see query.h). */
static char random_sign(const part *p)
{
    return means(p, 0, false) || means(p, 0, true) ? ' ' : "  +-!"[draw(5)];
}

static part *random_part(unsigned depth)
{
    part *p = &pool[n_pool++];

    p->kind = depth == 0 || draw(3) == 0 ? WORD : BAG + draw(3);
    p->word = draw(6);
    p->n = p->kind == WORD ? 0 : 1 + draw(3);
    for (uint32_t i = 0; i < p->n; i++) {
        p->parts[i] = random_part(depth - 1);
        p->signs[i] = random_sign(p->parts[i]);
    }
    return p;
}

/* Writes parentheses only where precedence asks for them. `over`: what it is
 * a part of. */
static void write_part(const part *p, int over, ost_buffer *out)
{
    const bool open = p->kind != WORD && (over == BAG || (int)p->kind >= over);

    if (open)
        ost_buffer_add_byte(out, '(');
    if (p->kind == WORD)
        ost_buffer_add_byte(out, (uint8_t)('a' + p->word));
    for (uint32_t i = 0; i < p->n; i++) {
        if (i > 0)
            ost_buffer_add_text(out, p->kind == BOTH     ? " AND "
                                     : p->kind == EITHER ? " OR "
                                                         : " ");
        if (p->kind == BAG && p->signs[i] == '!')
            ost_buffer_add_text(out, "NOT ");
        else if (p->kind == BAG && p->signs[i] != ' ')
            ost_buffer_add_byte(out, (uint8_t)p->signs[i]);
        write_part(p->parts[i], (int)p->kind, out);
    }
    if (open)
        ost_buffer_add_byte(out, ')');
}

static bool matches(const ost_node *node, unsigned document)
{
    bool any = false, all = true;

    if (node->kind == OST_NODE_TERM)
        return document >> (node->term[0] - 'a') & 1;
    if (node->kind == OST_NODE_FILTER) {
        if (node->excluded != NULL && matches(node->excluded, document))
            return false;
        return node->required != NULL   ? matches(node->required, document)
               : node->optional != NULL ? matches(node->optional, document)
                                        : true;
    }
    for (uint32_t i = 0; i < node->n_children; i++) {
        const bool in = matches(node->children[i], document);
        any = any || in;
        all = all && in;
    }
    return node->kind == OST_NODE_AND ? all : any;
}

START_TEST(test_parse_random_grammar_means_the_same)
{
    for (int i = 0; i < 10000; i++) {
        const unsigned flags = draw(2) ? OSTEON_QUERY_ALL : 0;
        ost_buffer text = {0};
        osteon_query *query;
        const part *p;
        n_pool = 0;
        p = random_part(4);
        write_part(p, EITHER + 1, &text);
        ost_buffer_add_byte(&text, '\0');
        query = parse("none", (const char *)text.data, text.len - 1,
                      flags | OSTEON_QUERY_STRICT);
        for (unsigned document = 0; document < 64; document++)
            if (matches(query->root, document) !=
                means(p, document, flags != 0))
                ck_abort_msg("%s: %s: %u", (const char *)text.data,
                             query->text, document);
        osteon_query_close(query);
        ost_buffer_free(&text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parse_random");
    TCase *form = tcase_create("normal form");
    TCase *meaning = tcase_create("meaning");

    tcase_add_test(form, test_parse_random_bytes_are_normalised);
    tcase_add_test(form, test_parse_random_lexemes_are_normalised);
    tcase_add_test(form, test_parse_random_text_of_tree_is_the_same_tree);
    suite_add_tcase(suite, form);
    tcase_add_test(meaning, test_parse_random_grammar_means_the_same);
    suite_add_tcase(suite, meaning);
    return run_suite(suite);
}
