/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Words of a query for a database that others wrote. How they made terms of
 * words is known to Xapian's own parser best, so each word, compound and
 * phrase goes there as it was typed; what stands between them stays ours.
 */
#include "xapian_model.h"

#include <xapian-c/xapian_c_query_parser.h>
#include <xapian-c/xapian_c_stem_user.h>

/* The field a node is in; those of a MAX, PHRASE or NEAR are alike. */
static const char *field_of(const ost_node *node)
{
    while (node->kind != OST_NODE_TERM)
        node = node->children[0];
    return node->field;
}

/* Omega's prefixes. */
static const char *prefix_of(const char *field, char room[OST_PREFIX_ROOM])
{
    ost_xapian_prefix(field, room);
    if (strcmp(field, "keyword") == 0 || strcmp(field, "keywords") == 0)
        strcpy(room, "K");
    else if (room[0] == 'X' && room[strlen(room) - 1] == ':')
        room[strlen(room) - 1] = '\0';
    return room;
}

static xapian_c_status make_parser(const char *language,
                                   xapian_c_query_parser **out,
                                   xapian_c_error *error)
{
    xapian_c_stem *stem = NULL;
    xapian_c_status status = xapian_c_stem_new(language, &stem, error);

    *out = NULL;
    if (status == XAPIAN_C_OK)
        status = xapian_c_query_parser_new(out, error);
    if (status == XAPIAN_C_OK)
        status = xapian_c_query_parser_set_stemmer(*out, stem, error);
    if (status == XAPIAN_C_OK)
        status = xapian_c_query_parser_set_stemming_strategy(
            *out, XAPIAN_C_STEM_SOME, error);
    xapian_c_stem_free(stem);
    return status;
}

/* Parses what a node came from, as it was typed or in quotes. *out is the
 * model's. */
static osteon_status parse_source(ost_xapian_model *model,
                                  const osteon_query *query,
                                  const ost_node *node, bool quoted,
                                  const xapian_c_query **out,
                                  osteon_error *err)
{
    ost_xapian_index *x = model->x;
    xapian_c_query_parser *parser = NULL;
    xapian_c_query *parsed = NULL;
    char prefix[OST_PREFIX_ROOM];
    ost_buffer text = {0};
    xapian_c_status status;

    prefix_of(field_of(node), prefix);
    if (quoted)
        ost_buffer_add_byte(&text, '"');
    ost_buffer_add(&text, query->source + node->start,
                   node->end - node->start);
    if (quoted)
        ost_buffer_add_byte(&text, '"');
    if (text.failed || !OST_GROW(&model->foreign, &model->foreign_room,
                                 model->n_foreign + 1)) {
        ost_buffer_free(&text);
        return ost_fail_memory(err);
    }
    status = make_parser(x->language, &parser, &x->error);
    if (status == XAPIAN_C_OK)
        status = xapian_c_query_parser_parse_query(
            parser, (const char *)text.data, text.len, XAPIAN_C_FLAG_PHRASE,
            prefix, strlen(prefix), &parsed, &x->error);
    xapian_c_query_parser_free(parser);
    ost_buffer_free(&text);
    if (status != XAPIAN_C_OK)
        return ost_xapian_fail(x, status, err);
    *out = model->foreign[model->n_foreign++] = parsed;
    return OSTEON_OK;
}

/* Words near each other: each as it is written, for stems have no positions.
 * A phrase among them, also one that Xapian's parser makes of a word, cannot
 * be near anything there: then all of it has to do. */
static osteon_status make_near(ost_xapian_model *model,
                               const osteon_query *query,
                               const ost_node *node,
                               const xapian_c_query **out, osteon_error *err)
{
    ost_xapian_index *x = model->x;
    const uint32_t n = node->n_children;
    const xapian_c_query **children =
        ost_arena_array(model->arena, n, sizeof *children);
    xapian_c_query *all = NULL;
    bool words = true;
    xapian_c_status status;

    if (children == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < n; i++) {
        const osteon_status s = parse_source(model, query, node->children[i],
                                             true, &children[i], err);
        if (s != OSTEON_OK)
            return s;
        words = words && xapian_c_query_get_length(children[i]) == 1;
    }
    if (!OST_GROW(&model->foreign, &model->foreign_room,
                  model->n_foreign + 1))
        return ost_fail_memory(err);
    status = xapian_c_query_new_list(
        words ? XAPIAN_C_OP_NEAR : XAPIAN_C_OP_AND, children, n,
        words ? node->window : 0, &all, &x->error);
    if (status != XAPIAN_C_OK)
        return ost_xapian_fail(x, status, err);
    *out = model->foreign[model->n_foreign++] = all;
    return OSTEON_OK;
}

osteon_status ost_xapian_foreign(ost_xapian_model *model,
                                 const osteon_query *query,
                                 const ost_node *node,
                                 const xapian_c_query **out,
                                 osteon_error *err)
{
    *out = NULL;
    return node->kind == OST_NODE_NEAR
               ? make_near(model, query, node, out, err)
               : parse_source(model, query, node,
                              node->kind == OST_NODE_PHRASE, out, err);
}
