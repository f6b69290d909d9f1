/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a parser works with, and keeping it from one query to the next: a
 * tokenizer and a stemmer take longer to make than a query of a few words to
 * parse. A slot holds one set, which whoever parses takes out, so that threads
 * need not wait for each other: who finds none makes one.
 */
#include "parse.h"

/* More than this, of lexemes, items or pieces, is not kept. */
#define KEPT 1024

static void tools_free(ost_query_tools *t)
{
    if (t == NULL)
        return;
    ost_tokenizer_close(t->tokenizer);
    ost_stemmer_close(t->stemmer);
    ost_free(t->lexemes);
    ost_free(t->items);
    ost_free(t->pieces);
    ost_buffer_free(&t->line);
    ost_free(t);
}

void ost_query_tools_close(ost_query_slot *slot)
{
    tools_free(__atomic_exchange_n(&slot->tools, NULL, __ATOMIC_ACQUIRE));
}

static osteon_status tools_make(const char *language, ost_query_tools **out,
                                osteon_error *err)
{
    const size_t len = strlen(language);
    ost_query_tools *t = ost_calloc(1, sizeof *t + len + 1);
    osteon_status s;

    *out = NULL;
    if (t == NULL)
        return ost_fail_memory(err);
    memcpy(t->language, language, len);
    s = ost_tokenizer_open(&t->tokenizer, err);
    if (s == OSTEON_OK)
        s = ost_stemmer_open(language, &t->stemmer, err);
    if (s != OSTEON_OK)
        tools_free(t);
    else
        *out = t;
    return s;
}

osteon_status ost_query_tools_take(ost_query_slot *slot, const char *language,
                                   ost_query_tools **out, osteon_error *err)
{
    *out = __atomic_exchange_n(&slot->tools, NULL, __ATOMIC_ACQUIRE);
    if (*out != NULL && strcmp((*out)->language, language) == 0)
        return OSTEON_OK;
    tools_free(*out);
    return tools_make(language, out, err);
}

void ost_query_tools_keep(ost_query_slot *slot, ost_query_tools *t)
{
    if (t->lexeme_room > KEPT || t->item_room > KEPT || t->piece_room > KEPT ||
        t->line.failed || t->line.room > 64 * KEPT) {
        tools_free(t);
        return;
    }
    t->n_items = t->n_pieces = t->n_lexemes = 0;
    t->line.len = 0;
    tools_free(__atomic_exchange_n(&slot->tools, t, __ATOMIC_ACQ_REL));
}
