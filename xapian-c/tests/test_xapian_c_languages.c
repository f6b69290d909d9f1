/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The list of languages, and that every language in it takes every word:
 * random bytes, cut UTF-8, and words up to the limit. */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_probe.h"
#include "xapian-c/xapian_c.h"

enum { LANGUAGES_MAX = 64, WORD_MAX_RANDOM = 257 };

/* Calls `visit` with a stemmer of each language; gives their number. */
static int each_language(void (*visit)(const xapian_c_stem *stem))
{
    const char *names = NULL;
    char name[32];
    int count = 0;
    ck_assert_int_eq(xapian_c_stem_languages(&names, NULL), XAPIAN_C_OK);
    while (*names != '\0') {
        xapian_c_stem *stem = NULL;
        size_t len = strcspn(names, " ");
        ck_assert_uint_gt(len, 0);
        ck_assert_uint_lt(len, sizeof name);
        memcpy(name, names, len);
        name[len] = '\0';
        ck_assert_int_eq(xapian_c_stem_new(name, &stem, NULL), XAPIAN_C_OK);
        visit(stem);
        xapian_c_stem_free(stem);
        count++;
        ck_assert_int_lt(count, LANGUAGES_MAX);
        names += len;
        if (*names == ' ') {
            names++;
            ck_assert_int_ne(*names, '\0');
        }
    }
    return count;
}

/* A small linear congruential generator: the same words on each machine. */
static unsigned random_byte(void)
{
    static uint32_t state = 20080;
    state = state * 1664525U + 1013904223U;
    return state >> 24;
}

/* Stems `len` bytes at `word`, held in a block of just that size so that
 * ASan and valgrind see a read too many; the stem is asked for twice, for its
 * length and then for its bytes. */
static void stem_exact(const xapian_c_stem *stem, const char *word, size_t len)
{
    char *in = malloc(len > 0 ? len : 1);
    size_t need = 0;
    size_t got = 0;
    memcpy(in, word, len);
    xapian_c_status status =
        xapian_c_stem_apply(stem, in, len, NULL, 0, &need, NULL);
    ck_assert_int_eq(status, need > 0 ? XAPIAN_C_NO_ROOM : XAPIAN_C_OK);
    char *out = malloc(need > 0 ? need : 1);
    ck_assert_int_eq(xapian_c_stem_apply(stem, in, len, out, need, &got, NULL),
                     XAPIAN_C_OK);
    ck_assert_uint_eq(got, need);
    free(out);
    free(in);
}

/* ---- languages ---- */

START_TEST(test_languages_list_has_known_names)
{
    static const char *const known[] = {"english", "french", "german",
                                        "russian", "tamil",  "turkish"};
    const char *names = NULL;
    ck_assert_int_eq(xapian_c_stem_languages(&names, NULL), XAPIAN_C_OK);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        ck_assert_ptr_nonnull(strstr(names, known[i]));
    ck_assert_ptr_null(strstr(names, "none"));
}
END_TEST

START_TEST(test_languages_called_twice_is_the_same_text)
{
    const char *first = NULL;
    const char *second = NULL;
    ck_assert_int_eq(xapian_c_stem_languages(&first, NULL), XAPIAN_C_OK);
    ck_assert_int_eq(xapian_c_stem_languages(&second, NULL), XAPIAN_C_OK);
    ck_assert_ptr_eq(first, second);
}
END_TEST

START_TEST(test_languages_null_is_invalid_argument)
{
    xapian_c_error err = {0};
    ck_assert_int_eq(xapian_c_stem_languages(NULL, &err),
                     XAPIAN_C_INVALID_ARGUMENT_ERROR);
    ck_assert_str_eq(err.type, "xapian_c");
}
END_TEST

/* Only the first call of a process allocates, so this test stands first in
 * the suite, for CK_FORK=no. */
START_TEST(test_languages_failing_allocation_is_retried)
{
    const char *names = NULL;
    unsigned long n = 1;
    if (!alloc_probe_works())
        return;
    for (;; n++) {
        alloc_probe_fail(n);
        xapian_c_status status = xapian_c_stem_languages(&names, NULL);
        bool failed = alloc_probe_has_failed();
        alloc_probe_fail(0);
        if (!failed) {
            ck_assert_int_eq(status, XAPIAN_C_OK);
            break;
        }
        ck_assert_int_eq(status, XAPIAN_C_NO_MEMORY);
        ck_assert_ptr_null(names);
    }
    ck_assert_ptr_nonnull(names);
    ck_assert_uint_gt(n, 1);
}
END_TEST

/* ---- apply, in every language ---- */

static void visit_random_bytes(const xapian_c_stem *stem)
{
    char word[WORD_MAX_RANDOM];
    for (size_t len = 0; len <= sizeof word; len++) {
        for (size_t i = 0; i < len; i++)
            word[i] = (char)random_byte();
        stem_exact(stem, word, len);
    }
}

START_TEST(test_apply_random_bytes_give_some_stem)
{
    ck_assert_int_ge(each_language(visit_random_bytes), 25);
}
END_TEST

/* Letters of several scripts, then cut at each byte, front and back. */
static void visit_cut_utf8(const xapian_c_stem *stem)
{
    static const char text[] = "ingsationéñßиями"
                               "اتகளை्😀նerna";
    size_t len = strlen(text);
    for (size_t from = 0; from <= len; from++)
        for (size_t to = from; to <= len; to++)
            stem_exact(stem, text + from, to - from);
}

START_TEST(test_apply_cut_utf8_gives_some_stem)
{
    each_language(visit_cut_utf8);
}
END_TEST

static void visit_long_words(const xapian_c_stem *stem)
{
    static const char *const parts[] = {"a", "ing", "lar", "க", "ا", "\xFF"};
    char word[XAPIAN_C_STEM_WORD_MAX];
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t part = strlen(parts[i]);
        for (size_t at = 0; at < sizeof word; at++)
            word[at] = parts[i][at % part];
        stem_exact(stem, word, sizeof word);
        stem_exact(stem, word, 256);
    }
}

START_TEST(test_apply_longest_words_give_some_stem)
{
    each_language(visit_long_words);
}
END_TEST

static Suite *languages_suite(void)
{
    Suite *suite = suite_create("xapian_c_languages");

    TCase *list = tcase_create("languages");
    tcase_add_test(list, test_languages_failing_allocation_is_retried);
    tcase_add_test(list, test_languages_list_has_known_names);
    tcase_add_test(list, test_languages_called_twice_is_the_same_text);
    tcase_add_test(list, test_languages_null_is_invalid_argument);
    suite_add_tcase(suite, list);

    TCase *apply = tcase_create("apply");
    tcase_set_timeout(apply, 120);
    tcase_add_test(apply, test_apply_random_bytes_give_some_stem);
    tcase_add_test(apply, test_apply_cut_utf8_gives_some_stem);
    tcase_add_test(apply, test_apply_longest_words_give_some_stem);
    suite_add_tcase(suite, apply);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(languages_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
