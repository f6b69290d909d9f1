/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For tests of the tokenizer: all tokens of a text as one line, and numbers at
 * random.
 */
#ifndef OST_TOKENIZER_FIXTURE_H
#define OST_TOKENIZER_FIXTURE_H

#include "text.h"

#include "asserts.h"

static uint64_t random_state = 1;

static inline unsigned draw(unsigned n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 20) % n;
}

static inline ost_tokenizer *open_tokenizer(void)
{
    ost_tokenizer *t;

    ck_assert_int_eq(ost_tokenizer_open(&t, NULL), OSTEON_OK);
    return t;
}

/* Appends a token: kind unless WORD, word, position. */
static inline void put_token(ost_buffer *b, const ost_token *t, bool bytes)
{
    static const char *const kinds[] = {"", "J:", "A:", "C:", "P:"};

    ost_buffer_printf(b, "%s%s%.*s@%u", b->len > 0 ? " " : "", kinds[t->kind],
                      (int)t->len, t->word, t->position);
    if (bytes)
        ost_buffer_printf(b, "[%zu-%zu]", t->start, t->end);
}

/* All tokens of a text, which lies in memory of just its size. */
static inline ost_buffer render(ost_tokenizer *t, const char *text, size_t len,
                         size_t room, bool bytes)
{
    ost_token *tokens = malloc(room * sizeof *tokens);
    char *copy = malloc(len + 1);
    ost_buffer b = {0};
    size_t n;

    memcpy(copy + 1, text, len); /* odd address */
    ost_tokenizer_start(t, copy + 1, len, 0);
    while ((n = ost_tokenizer_next(t, tokens, room)) > 0) {
        ck_assert_uint_le(n, room);
        for (size_t i = 0; i < n; i++)
            put_token(&b, &tokens[i], bytes);
    }
    ck_assert_uint_eq(ost_tokenizer_next(t, tokens, room), 0);
    ost_buffer_add_byte(&b, 0);
    ck_assert(!b.failed);
    free(copy);
    free(tokens);
    return b;
}

/* A suite's case of its own for one test, run n times. */
static inline void add(Suite *s, const char *name, const TTest *test, int n)
{
    TCase *c = tcase_create(name);

    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, test, 0, n);
    suite_add_tcase(s, c);
}

static inline int run(Suite *s)
{
    SRunner *r = srunner_create(s);
    int failed;

    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
