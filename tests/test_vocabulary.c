/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The vocabulary: every word gets the term that the stemmer gives, one number
 * a term, in order of first sight; order against qsort; memory running out.
 */
#include "terms.h"
#include "text.h"
#include "run_suite.h"

#include "asserts.h"
#include <stdio.h>

static uint64_t random_state;

static unsigned draw(unsigned n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 20) % n;
}

static ost_vocabulary *open_vocabulary(const char *language)
{
    ost_vocabulary *v;

    ck_assert_int_eq(ost_vocabulary_open(language, &v, NULL), OSTEON_OK);
    return v;
}

/* Words as a tokenizer gives them, with bytes behind that mean nothing. */
typedef struct words {
    ost_token *tokens;
    char (*bytes)[OST_WORD_MAX + OST_WORD_PADDING];
    size_t n;
} words;

static words make_words(size_t n)
{
    words w = {.n = n};

    w.tokens = calloc(n, sizeof *w.tokens);
    w.bytes = malloc(n * sizeof *w.bytes);
    memset(w.bytes, 0xEE, n * sizeof *w.bytes);
    return w;
}

static void set_word(words *w, size_t i, const char *word, size_t len)
{
    memcpy(w->bytes[i], word, len);
    w->tokens[i].word = w->bytes[i];
    w->tokens[i].len = (uint32_t)len;
}

static void free_words(words *w)
{
    free(w->tokens);
    free(w->bytes);
}

/* Words of 1 to 40 bytes, and some of up to 255, of a small alphabet, many of
 * which begin alike; common endings, so that stems meet. */
static words random_words(size_t n)
{
    static const char *const starts[] = {"", "", "", "inter", "internat",
                                         "internationalisat",
                                         "config_option_with_long_na"};
    static const char *const ends[] = {"", "", "s", "ing", "ed", "'s", "ation"};
    words w = make_words(n);

    for (size_t i = 0; i < n; i++) {
        char word[OST_WORD_MAX + 64];
        size_t len = 0;
        const size_t middle = draw(50) == 0 ? draw(200) : draw(6);
        len += (size_t)sprintf(word, "%s", starts[draw(7)]);
        for (size_t k = 0; k <= middle; k++)
            word[len++] = "aeioubcdfghst0"[draw(14)];
        len += (size_t)sprintf(word + len, "%s", ends[draw(7)]);
        set_word(&w, i, word, len);
    }
    return w;
}

/* Looks words up in uneven portions and compares with the stemmer. */
static void check_lookup(ost_vocabulary *v, const char *language,
                         uint32_t field, const words *w, uint32_t *ids)
{
    ost_stemmer *stemmer;
    size_t known = ost_vocabulary_size(v);
    size_t step;

    ck_assert_int_eq(ost_stemmer_open(language, &stemmer, NULL), OSTEON_OK);
    for (size_t at = 0; at < w->n; at += step) {
        step = draw(5) == 0 ? draw(300) : draw(40);
        if (step > w->n - at)
            step = w->n - at;
        ck_assert(ost_vocabulary_lookup(v, field, w->tokens + at, step,
                                        ids + at));
    }
    for (size_t i = 0; i < w->n; i++) {
        char stem[OST_WORD_MAX];
        const size_t n = ost_stemmer_apply(stemmer, w->tokens[i].word,
                                           w->tokens[i].len, stem);
        const char *bytes;
        size_t len;
        uint32_t its_field;
        ck_assert_uint_le(ids[i], known);
        known += ids[i] == known;
        ost_vocabulary_term(v, ids[i], &bytes, &len, &its_field);
        ck_assert_uint_eq(its_field, field);
        ck_assert_uint_eq(len, n);
        ck_assert_int_eq(memcmp(bytes, stem, n), 0);
    }
    ck_assert_uint_eq(ost_vocabulary_size(v), known);
    ost_stemmer_close(stemmer);
}

static const ost_vocabulary *sorted;

static int by_field_and_bytes(const void *a, const void *b)
{
    const char *x, *y;
    size_t n, m;
    uint32_t f, g;
    int order;

    ost_vocabulary_term(sorted, *(const uint32_t *)a, &x, &n, &f);
    ost_vocabulary_term(sorted, *(const uint32_t *)b, &y, &m, &g);
    if (f != g)
        return f < g ? -1 : 1;
    order = memcmp(x, y, n < m ? n : m);
    return order != 0 ? order : (n > m) - (n < m);
}

/* Compares with qsort; and no term may be there twice. */
static void check_sort(const ost_vocabulary *v)
{
    const size_t n = ost_vocabulary_size(v);
    uint32_t *got = malloc((n + 1) * sizeof *got);
    uint32_t *expected = malloc((n + 1) * sizeof *expected);

    ck_assert(ost_vocabulary_sort(v, got));
    for (size_t i = 0; i < n; i++)
        expected[i] = (uint32_t)i;
    sorted = v;
    qsort(expected, n, sizeof *expected, by_field_and_bytes);
    for (size_t i = 0; i < n; i++) {
        ck_assert_uint_eq(got[i], expected[i]);
        if (i > 0)
            ck_assert_int_lt(by_field_and_bytes(&got[i - 1], &got[i]), 0);
    }
    free(got);
    free(expected);
}

START_TEST(test_vocabulary_random_words_get_their_stems)
{
    static const char *const languages[] = {"english", "none", "french"};
    words w = random_words(60000);
    uint32_t *ids = malloc(w.n * sizeof *ids);
    uint32_t *again = malloc(w.n * sizeof *again);
    ost_vocabulary *v = open_vocabulary(languages[_i]);

    random_state = 1 + (uint64_t)_i;
    check_lookup(v, languages[_i], 0, &w, ids);
    check_lookup(v, languages[_i], 16, &w, again);
    check_lookup(v, languages[_i], 15, &w, again);
    for (size_t i = 0; i < w.n; i++)
        ck_assert_uint_ne(ids[i], again[i]);
    check_lookup(v, languages[_i], 0, &w, again);
    ck_assert_int_eq(memcmp(ids, again, w.n * sizeof *ids), 0);
    check_sort(v);
    ost_vocabulary_close(v);
    free(ids);
    free(again);
    free_words(&w);
}
END_TEST

START_TEST(test_vocabulary_zero_bytes_and_lengths_tell_words_apart)
{
    ost_vocabulary *v = open_vocabulary("none");
    words w = make_words(2 * OST_WORD_MAX);
    uint32_t ids[2 * OST_WORD_MAX];
    static const char zeros[OST_WORD_MAX];
    char ones[OST_WORD_MAX];

    memset(ones, 'a', sizeof ones);
    for (size_t len = 1; len <= OST_WORD_MAX; len++) {
        set_word(&w, 2 * len - 2, zeros, len);
        set_word(&w, 2 * len - 1, ones, len);
    }
    check_lookup(v, "none", (1 << 24) - 1, &w, ids);
    ck_assert_uint_eq(ost_vocabulary_size(v), 2 * OST_WORD_MAX);
    check_sort(v);
    ost_vocabulary_close(v);
    free_words(&w);
}
END_TEST

START_TEST(test_vocabulary_forms_and_terms_may_be_the_same_word)
{
    ost_vocabulary *v = open_vocabulary("english");
    words w = make_words(6);
    static const char *const forms[] = {"generalizations", "general",
                                        "generalize", "generous", "gener",
                                        "general"};
    uint32_t ids[6];

    for (size_t i = 0; i < 6; i++)
        set_word(&w, i, forms[i], strlen(forms[i]));
    check_lookup(v, "english", 0, &w, ids);
    ck_assert_uint_eq(ids[0], ids[1]);
    ck_assert_uint_eq(ids[1], ids[5]);
    ost_vocabulary_close(v);
    free_words(&w);
}
END_TEST

START_TEST(test_vocabulary_reset_forgets_and_gives_back)
{
    ost_vocabulary *v = open_vocabulary("english");
    const size_t empty = ost_vocabulary_memory(v);
    words w = random_words(20000);
    uint32_t *ids = malloc(w.n * sizeof *ids);

    check_sort(v);
    for (int round = 0; round < 3; round++) {
        check_lookup(v, "english", 1, &w, ids);
        ck_assert_uint_eq(ids[0], 0);
        ck_assert_uint_gt(ost_vocabulary_memory(v), 10 * empty);
        check_sort(v);
        ost_vocabulary_reset(v);
        ck_assert_uint_eq(ost_vocabulary_size(v), 0);
        ck_assert_uint_eq(ost_vocabulary_memory(v), empty);
    }
    ost_vocabulary_close(v);
    free(ids);
    free_words(&w);
}
END_TEST

START_TEST(test_vocabulary_many_terms_with_one_beginning_are_sorted)
{
    const size_t n = 40000;
    ost_vocabulary *v = open_vocabulary("none");
    words w = make_words(n);
    uint32_t *ids = malloc(n * sizeof *ids);
    char word[80];

    for (size_t i = 0; i < n; i++) {
        const int len = sprintf(word, "%.*s%u", (int)draw(40),
                                "this_is_the_same_beginning_of_all_of_them",
                                draw(1000000));
        set_word(&w, i, word, (size_t)len);
        ck_assert(ost_vocabulary_lookup(v, draw(5) ? 2 : draw(300),
                                        &w.tokens[i], 1, ids));
    }
    check_sort(v);
    ost_vocabulary_close(v);
    free(ids);
    free_words(&w);
}
END_TEST

/* Fails the n-th allocation of: open, look up, sort. Then all must work. */
static bool fail_at(unsigned long n, const words *w, uint32_t *ids)
{
    ost_vocabulary *v;
    osteon_status s;
    bool ok;

    ost_alloc_fail_at(n);
    s = ost_vocabulary_open("english", &v, NULL);
    if (s != OSTEON_OK) {
        ck_assert_int_eq(s, OSTEON_NO_MEMORY);
        ck_assert_ptr_null(v);
        return false;
    }
    ok = ost_vocabulary_lookup(v, 0, w->tokens, w->n, ids) &&
         ost_vocabulary_sort(v, ids);
    ost_alloc_fail_at(0);
    if (!ok) {
        for (size_t i = 0; i < ost_vocabulary_size(v); i++) {
            const char *bytes;
            size_t len;
            uint32_t field;
            ost_vocabulary_term(v, (uint32_t)i, &bytes, &len, &field);
            ck_assert_uint_ge(len, 1);
        }
        ck_assert(ost_vocabulary_lookup(v, 0, w->tokens, w->n, ids));
        check_sort(v);
    }
    ost_vocabulary_close(v);
    return ok;
}

START_TEST(test_vocabulary_every_allocation_failing_is_survived)
{
    words w = random_words(9000);
    uint32_t *ids = malloc(w.n * sizeof *ids);
    unsigned long n = 1;

    while (!fail_at(n, &w, ids))
        n++;
    ck_assert_uint_gt(n, 20);
    free(ids);
    free_words(&w);
}
END_TEST

START_TEST(test_vocabulary_unknown_language_is_invalid)
{
    ost_vocabulary *v;

    ck_assert_int_eq(ost_vocabulary_open("klingon", &v, NULL), OSTEON_INVALID);
    ck_assert_ptr_null(v);
    ost_vocabulary_close(NULL);
}
END_TEST

START_TEST(test_word_store_full_is_an_error)
{
    ost_word_store w = {0};
    uint32_t at, first;
    char bytes[OST_WORD_MAX] = "x";

    ck_assert(ost_word_store_add(&w, "first", 5, &first));
    w.n_blocks = 65536; /* as if 4 GiB were in use */
    w.used = 65536 - 3;
    ck_assert(!ost_word_store_add(&w, bytes, 4, &at));
    w.n_blocks = 1;
    w.used = 5;
    ck_assert(ost_word_store_add(&w, bytes, 255, &at));
    ck_assert_int_eq(memcmp(ost_word_store_at(&w, first), "first", 5), 0);
    ost_word_store_free(&w);
}
END_TEST

static void add(Suite *s, const char *name, const TTest *test, int n)
{
    TCase *c = tcase_create(name);

    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, test, 0, n);
    suite_add_tcase(s, c);
}

int main(void)
{
    Suite *s = suite_create("vocabulary");

    random_state = 7;
    add(s, "stems", test_vocabulary_random_words_get_their_stems, 3);
    add(s, "zeros", test_vocabulary_zero_bytes_and_lengths_tell_words_apart,
        1);
    add(s, "forms", test_vocabulary_forms_and_terms_may_be_the_same_word, 1);
    add(s, "reset", test_vocabulary_reset_forgets_and_gives_back, 1);
    add(s, "sort", test_vocabulary_many_terms_with_one_beginning_are_sorted,
        1);
    add(s, "memory", test_vocabulary_every_allocation_failing_is_survived, 1);
    add(s, "language", test_vocabulary_unknown_language_is_invalid, 1);
    add(s, "store", test_word_store_full_is_an_error, 1);
    return run_suite(s);
}
