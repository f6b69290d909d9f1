/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Analysis for a person to look at: every token of a text as it would go into
 * an index.
 */
#include "text.h"

#include <xapian-c/xapian_c.h>

#define BATCH 64

static void tell(ost_stemmer *stemmer, const ost_token *token,
                 void (*each)(void *arg, const osteon_token *token), void *arg)
{
    char stem[OST_WORD_MAX];
    const osteon_token out = {
        .term_len =
            ost_stemmer_apply(stemmer, token->word, token->len, stem),
        .term = stem,
        .position = token->position,
        .start = token->start,
        .end = token->end,
        .joined = token->kind != OST_TOKEN_WORD &&
                  token->kind != OST_TOKEN_CJK,
    };

    each(arg, &out);
}

osteon_status osteon_analyze(const char *language, const char *text,
                             size_t len,
                             void (*each)(void *arg,
                                          const osteon_token *token),
                             void *arg, osteon_error *err)
{
    ost_tokenizer *tokenizer = NULL;
    ost_stemmer *stemmer = NULL;
    ost_token tokens[BATCH];
    osteon_status s;
    size_t n;

    s = ost_stemmer_open(language, &stemmer, err);
    if (s != OSTEON_OK)
        goto done;
    s = ost_tokenizer_open(&tokenizer, err);
    if (s != OSTEON_OK)
        goto done;
    ost_tokenizer_start(tokenizer, text, len, 0);
    while ((n = ost_tokenizer_next(tokenizer, tokens, BATCH)) > 0)
        for (size_t i = 0; i < n; i++)
            tell(stemmer, &tokens[i], each, arg);
done:
    ost_tokenizer_close(tokenizer);
    ost_stemmer_close(stemmer);
    return s;
}

const char *osteon_languages(void)
{
    const char *languages = "";

    if (xapian_c_stem_languages(&languages, NULL) != XAPIAN_C_OK)
        return "none";
    return languages;
}
