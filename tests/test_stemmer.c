/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Stems, stop words, and the analysis that a person may look at.
 */
#include "english.h"
#include "stop_words.h"
#include "text.h"
#include "run_suite.h"

#include <xapian-c/xapian_c.h>

#include "asserts.h"
#include <stdio.h>

static void check_stem(ost_stemmer *s, const char *word, const char *expected)
{
    char out[OST_WORD_MAX];
    const size_t n = ost_stemmer_apply(s, word, strlen(word), out);

    ck_assert_msg(n == strlen(expected) && memcmp(out, expected, n) == 0,
                  "%s: %.*s, not %s", word, (int)n, out, expected);
}

static void check_stems(const char *language, const char *const (*pairs)[2],
                        size_t n)
{
    ost_stemmer *s;

    ck_assert_int_eq(ost_stemmer_open(language, &s, NULL), OSTEON_OK);
    for (size_t i = 0; i < n; i++)
        check_stem(s, pairs[i][0], pairs[i][1]);
    ost_stemmer_close(s);
}

#define CHECK_STEMS(language, ...)                                          \
    do {                                                                    \
        static const char *const pairs[][2] = {__VA_ARGS__};                \
        check_stems(language, pairs, sizeof pairs / sizeof *pairs);         \
    } while (0)

START_TEST(test_stemmer_english_gives_xapian_stems)
{
    CHECK_STEMS("english", {"running", "run"}, {"tumors", "tumor"},
                {"generalizations", "general"}, {"a", "a"}, {"s", "s"},
                {"pd1", "pd1"}, {"3.5", "3.5"}, {"'s", "'s"},
                {"sarcoma's", "sarcoma"}, {"1990's", "1990"},
                {"don't", "don't"}, {"l'ete", "l'ete"},
                {"\xE6\x97\xA5", "\xE6\x97\xA5"});
    CHECK_STEMS("en", {"running", "run"});
}
END_TEST

/* What is said to stay must stay. Returns whether it was said. */
static bool check_stays(const xapian_c_stem *stem, const char *word,
                        size_t len)
{
    char out[OST_WORD_MAX];
    size_t n;

    if (!ost_english_stays(word, len))
        return false;
    ck_assert_int_eq(xapian_c_stem_apply(stem, word, len, out, sizeof out, &n,
                                         NULL), XAPIAN_C_OK);
    ck_assert_msg(n == len && memcmp(out, word, n) == 0, "%.*s: %.*s",
                  (int)len, word, (int)n, out);
    return true;
}

/* All endings of four letters, behind beginnings with and without vowels. */
START_TEST(test_english_words_that_stay_have_themselves_as_stem)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz'7";
    static const char *const starts[] = {"", "y", "generaliz", "bcd"};
    const size_t n = sizeof letters - 1, all = n * n * n * n;
    const char *const start = starts[_i];
    const size_t len = strlen(start);
    xapian_c_stem *stem;
    size_t stay = 0;

    ck_assert_int_eq(xapian_c_stem_new("english", &stem, NULL), XAPIAN_C_OK);
    for (size_t i = 0; i < all; i++) {
        char word[32];
        memcpy(word, start, len);
        word[len] = letters[i / n / n / n];
        word[len + 1] = letters[i / n / n % n];
        word[len + 2] = letters[i / n % n];
        word[len + 3] = letters[i % n];
        stay += check_stays(stem, word, len + 4);
    }
    ck_assert_uint_gt(stay, all / 2);
    for (size_t i = 0; i < n * n * n; i++) {
        const char word[3] = {letters[i / n / n], letters[i / n % n],
                              letters[i % n]};
        check_stays(stem, word, 1 + i % 3);
    }
    check_stays(stem, "caf\xC3\xA9", 5);
    xapian_c_stem_free(stem);
}
END_TEST

/* Each of the list's endings and words may change. */
START_TEST(test_english_endings_do_not_stay)
{
    static const char *const words[] = {
        "skis", "skies", "dying", "lying", "tying", "idly", "gently", "ugly",
        "early", "only", "singly", "caresses", "ties", "gaps", "agreed",
        "hopped", "hopping", "happy", "rational", "valenci", "digitizer",
        "operator", "feudalism", "decisiveness", "callousness", "analogi",
        "vileli", "sensibiliti", "electrical", "hopeful", "goodness",
        "allowance", "inference", "airliner", "gyroscopic", "adjustable",
        "irritant", "replacement", "adjustment", "dependent", "adoption",
        "activate", "angulariti", "homologous", "effective", "rate",
        "controll",
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        ck_assert_msg(!ost_english_stays(words[i], strlen(words[i])), "%s",
                      words[i]);
}
END_TEST

START_TEST(test_stemmer_none_keeps_words)
{
    CHECK_STEMS("none", {"running", "running"}, {"ewing's", "ewing's"});
}
END_TEST

START_TEST(test_stemmer_elision_goes_where_the_language_has_it)
{
    CHECK_STEMS("french", {"l'homme", "homm"}, {"qu'elle", "elle"},
                {"jusqu'ici", "ici"}, {"aujourd'hui", "aujourd'hui"},
                {"homme", "homm"}, {"pont's", "pont"});
    CHECK_STEMS("it", {"dell'amicizia", "amiciz"},
                {"amicizia", "amiciz"});
    CHECK_STEMS("dutch", {"foto's", "foto"}, {"d'anvers", "d'anver"});
}
END_TEST

START_TEST(test_stemmer_russian_stems_cyrillic)
{
    CHECK_STEMS("russian",
                {"\xD0\xBA\xD1\x80\xD0\xB0\xD1\x81\xD0\xBD\xD1\x8B\xD0\xB9",
                 "\xD0\xBA\xD1\x80\xD0\xB0\xD1\x81\xD0\xBD"},
                {"running", "running"});
}
END_TEST

START_TEST(test_stemmer_long_words_stay)
{
    ost_stemmer *s;
    char word[OST_WORD_MAX + 1], out[OST_WORD_MAX];

    ck_assert_int_eq(ost_stemmer_open("english", &s, NULL), OSTEON_OK);
    for (size_t len = 10; len <= OST_WORD_MAX; len++) {
        memset(word, 'a', len);
        memcpy(word + len - 3, "ing", 3);
        ck_assert_uint_eq(ost_stemmer_apply(s, word, len, out),
                          len <= 64 ? len - 3 : len);
    }
    ost_stemmer_close(s);
}
END_TEST

START_TEST(test_stemmer_unknown_language_is_invalid)
{
    static const char *const names[] = {"", "klingon", "English", "fr ", " "};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ost_stemmer *s = (ost_stemmer *)&s;
        osteon_error err;
        ck_assert_int_eq(ost_stemmer_open(names[i], &s, &err),
                         OSTEON_INVALID);
        ck_assert_ptr_null(s);
        ck_assert_ptr_nonnull(strstr(err.text, "known: none "));
        ck_assert_ptr_nonnull(strstr(err.text, " english "));
    }
    ck_assert_ptr_nonnull(strstr(osteon_languages(), "english"));
}
END_TEST

START_TEST(test_stemmer_no_memory_is_reported)
{
    ost_stemmer *s;

    ost_alloc_fail_at(1);
    ck_assert_int_eq(ost_stemmer_open("none", &s, NULL), OSTEON_NO_MEMORY);
    ck_assert_ptr_null(s);
    ost_stemmer_close(NULL);
}
END_TEST

START_TEST(test_stop_words_are_found)
{
    ck_assert(ost_is_stop_word("english", "the", 3));
    ck_assert(ost_is_stop_word("en", "a", 1));
    ck_assert(ost_is_stop_word("en", "yourselves", 10));
    ck_assert(ost_is_stop_word("german", "fur", 3));
    ck_assert(ost_is_stop_word("fr", "ou", 2));
    ck_assert(!ost_is_stop_word("english", "th", 2));
    ck_assert(!ost_is_stop_word("english", "them\0", 5));
    ck_assert(!ost_is_stop_word("english", "thes", 4));
    ck_assert(!ost_is_stop_word("english", "", 0));
    ck_assert(!ost_is_stop_word("english", "tumor", 5));
    ck_assert(!ost_is_stop_word("none", "the", 3));
    ck_assert(!ost_is_stop_word("german", "the", 3));
    ck_assert(!ost_is_stop_word("", "the", 3));
}
END_TEST

/* What a query looks for is a folded word, and by halves. */
START_TEST(test_stop_lists_are_folded_and_sorted)
{
    ost_tokenizer *t;
    ost_token tokens[32];

    ck_assert_int_eq(ost_tokenizer_open(&t, NULL), OSTEON_OK);
    for (size_t i = 0; i < ost_n_stop_lists; i++) {
        const ost_stop_list *list = &ost_stop_lists[i];
        char name[32] = "";
        sscanf(list->languages, " %31s", name);
        for (size_t k = 0; k < list->n; k++) {
            const char *word = list->words[k];
            if (k > 0)
                ck_assert_str_lt(list->words[k - 1], word);
            ost_tokenizer_start(t, word, strlen(word), 0);
            ck_assert_uint_eq(ost_tokenizer_next(t, tokens, 32), 1);
            ck_assert_uint_eq(tokens[0].len, strlen(word));
            ck_assert_int_eq(memcmp(tokens[0].word, word, tokens[0].len), 0);
            ck_assert(ost_is_stop_word(name, word, strlen(word)));
        }
    }
    ost_tokenizer_close(t);
}
END_TEST

static void collect(void *arg, const osteon_token *token)
{
    ost_buffer_printf(arg, "%.*s@%u[%zu-%zu]%s ", (int)token->term_len,
                      token->term, token->position, token->start, token->end,
                      token->joined ? "+" : "");
}

START_TEST(test_analyze_tells_every_term)
{
    static const char text[] = "Tumors of PD-1's \xCE\xB3 \xE6\x97\xA5\xE6\x9C"
                               "\xAC";
    ost_buffer b = {0};

    ck_assert_int_eq(osteon_analyze("english", text, sizeof text - 1, collect,
                                    &b, NULL), OSTEON_OK);
    ost_buffer_add_byte(&b, 0);
    ck_assert_str_eq((char *)b.data,
                     "tumor@0[0-6] of@1[7-9] pd@2[10-12] pd1@2[10-16]+ "
                     "1@3[13-16] \xCE\xB3@4[17-19] gamma@4[17-19]+ "
                     "\xE6\x97\xA5@5[20-23] \xE6\x97\xA5\xE6\x9C\xAC@5[20-26]+ "
                     "\xE6\x9C\xAC@6[23-26] ");
    ost_buffer_free(&b);
}
END_TEST

START_TEST(test_analyze_failures_are_reported)
{
    ost_buffer b = {0};
    osteon_error err;

    ck_assert_int_eq(osteon_analyze("klingon", "a", 1, collect, &b, &err),
                     OSTEON_INVALID);
    for (unsigned long n = 1; n <= 5; n++) {
        ost_alloc_fail_at(n);
        ck_assert_int_eq(osteon_analyze("none", "", 0, collect, &b, &err),
                         n <= 4 ? OSTEON_NO_MEMORY : OSTEON_OK);
    }
    ost_alloc_fail_at(0);
    ck_assert_uint_eq(b.len, 0);
}
END_TEST

static void add_loop(Suite *s, const char *name, const TTest *test, int n)
{
    TCase *c = tcase_create(name);

    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, test, 0, n);
    suite_add_tcase(s, c);
}

static void add(Suite *s, const char *name, const TTest *test)
{
    add_loop(s, name, test, 1);
}

int main(void)
{
    Suite *s = suite_create("stemmer");

    add(s, "english", test_stemmer_english_gives_xapian_stems);
    add_loop(s, "stays",
             test_english_words_that_stay_have_themselves_as_stem, 4);
    add(s, "endings", test_english_endings_do_not_stay);
    add(s, "none", test_stemmer_none_keeps_words);
    add(s, "elision", test_stemmer_elision_goes_where_the_language_has_it);
    add(s, "russian", test_stemmer_russian_stems_cyrillic);
    add(s, "long", test_stemmer_long_words_stay);
    add(s, "unknown", test_stemmer_unknown_language_is_invalid);
    add(s, "memory", test_stemmer_no_memory_is_reported);
    add(s, "stop", test_stop_words_are_found);
    add(s, "lists", test_stop_lists_are_folded_and_sorted);
    add(s, "analyze", test_analyze_tells_every_term);
    add(s, "failures", test_analyze_failures_are_reported);
    return run_suite(s);
}
