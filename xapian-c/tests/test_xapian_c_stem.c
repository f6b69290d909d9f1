/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Stem: known pairs of words and stems, hostile words, buffers of every size,
 * failing allocations, and that the common path does not allocate. */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_probe.h"
#include "xapian-c/xapian_c.h"

static xapian_c_stem *open_stem(const char *language)
{
    xapian_c_stem *stem = NULL;
    xapian_c_error err = {0};
    xapian_c_status status = xapian_c_stem_new(language, &stem, &err);
    ck_assert_msg(status == XAPIAN_C_OK, "%s: %s", language, err.message);
    ck_assert_ptr_nonnull(stem);
    return stem;
}

/* ---- new and free ---- */

START_TEST(test_new_unknown_language_is_invalid_argument)
{
    static const char *const names[] = {"klingon", "English", "en_GB", " "};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        xapian_c_stem *stem = (xapian_c_stem *)&stem;
        xapian_c_error err = {0};
        ck_assert_int_eq(xapian_c_stem_new(names[i], &stem, &err),
                         XAPIAN_C_INVALID_ARGUMENT_ERROR);
        ck_assert_ptr_null(stem);
        ck_assert_int_eq(err.status, XAPIAN_C_INVALID_ARGUMENT_ERROR);
        ck_assert_str_eq(err.type, "InvalidArgumentError");
        ck_assert_ptr_nonnull(strstr(err.message, names[i]));
    }
}
END_TEST

START_TEST(test_new_null_is_invalid_argument)
{
    xapian_c_stem *stem = (xapian_c_stem *)&stem;
    xapian_c_error err = {0};
    ck_assert_int_eq(xapian_c_stem_new(NULL, &stem, &err),
                     XAPIAN_C_INVALID_ARGUMENT_ERROR);
    ck_assert_ptr_null(stem);
    ck_assert_str_eq(err.type, "xapian_c");
    ck_assert_int_eq(xapian_c_stem_new("en", NULL, NULL),
                     XAPIAN_C_INVALID_ARGUMENT_ERROR);
    ck_assert_int_eq(xapian_c_stem_new("klingon", &stem, NULL),
                     XAPIAN_C_INVALID_ARGUMENT_ERROR);
}
END_TEST

/* Runs with the 1st, 2nd, ... allocation failing until none is left to. */
START_TEST(test_new_failing_allocation_is_no_memory)
{
    unsigned long n = 1;
    if (!alloc_probe_works())
        return;
    for (;; n++) {
        xapian_c_stem *stem = NULL;
        xapian_c_error err = {0};
        alloc_probe_fail(n);
        xapian_c_status status = xapian_c_stem_new("english", &stem, &err);
        bool failed = alloc_probe_has_failed();
        alloc_probe_fail(0);
        if (!failed) {
            ck_assert_int_eq(status, XAPIAN_C_OK);
            xapian_c_stem_free(stem);
            break;
        }
        ck_assert_int_eq(status, XAPIAN_C_NO_MEMORY);
        ck_assert_str_eq(err.type, "std::bad_alloc");
        ck_assert_ptr_null(stem);
    }
    ck_assert_uint_gt(n, 1);
}
END_TEST

START_TEST(test_free_null_does_nothing)
{
    xapian_c_stem_free(NULL);
}
END_TEST

/* ---- apply ---- */

/* What the rules at snowballstem.org give. If one of these changes, Xapian's
 * stemmers have changed, and indexes must be built anew. */
static const struct {
    const char *language, *word, *stem;
} pairs[] = {
    {"english", "running", "run"},
    {"english", "consignment", "consign"},
    {"english", "knackeries", "knackeri"},
    {"english", "generously", "generous"},
    {"english", "skies", "sky"},
    {"en", "whales", "whale"},
    {"english", "don't", "don't"},
    {"porter", "generously", "gener"},
    {"french", "continuellement", "continuel"},
    {"fr", "majestueusement", "majestu"},
    {"german", "aufeinanderfolgenden", "aufeinanderfolg"},
    {"de", "häuser", "haus"},
    {"spanish", "chicharrones", "chicharron"},
    {"portuguese", "quilométricas", "quilométr"},
    {"italian", "abbandonata", "abbandon"},
    {"dutch", "lichamelijkheden", "licham"},
    {"swedish", "jaktkarlarne", "jaktkarl"},
    {"norwegian", "havnedistriktene", "havnedistrikt"},
    {"danish", "indtægterne", "indtæg"},
    {"finnish", "edeltäjiensä", "edeltäjie"},
    {"russian", "важнейшими", "важн"},
    {"turkish", "kitaplar", "kitap"},
};

enum { PAIRS = sizeof pairs / sizeof pairs[0] };

START_TEST(test_apply_known_word_gives_known_stem)
{
    xapian_c_stem *stem = open_stem(pairs[_i].language);
    const char *word = pairs[_i].word;
    char out[64];
    size_t len = 0;
    ck_assert_int_eq(xapian_c_stem_apply(stem, word, strlen(word), out,
                                         sizeof out, &len, NULL),
                     XAPIAN_C_OK);
    ck_assert_uint_eq(len, strlen(pairs[_i].stem));
    ck_assert_mem_eq(out, pairs[_i].stem, len);
    xapian_c_stem_free(stem);
}
END_TEST

START_TEST(test_apply_twice_gives_the_same)
{
    xapian_c_stem *stem = open_stem("english");
    for (int i = 0; i < 3; i++) {
        char out[16];
        size_t len = 0;
        ck_assert_int_eq(xapian_c_stem_apply(stem, "whales", 6, out,
                                             sizeof out, &len, NULL),
                         XAPIAN_C_OK);
        ck_assert_uint_eq(len, 5);
        ck_assert_int_eq(xapian_c_stem_apply(stem, "nationalizations", 16,
                                             out, sizeof out, &len, NULL),
                         XAPIAN_C_OK);
        ck_assert_uint_eq(len, 6);
        ck_assert_mem_eq(out, "nation", 6);
    }
    xapian_c_stem_free(stem);
}
END_TEST

START_TEST(test_apply_none_gives_the_word)
{
    static const char word[] = "Running\0\xFF";
    static const char *const names[] = {"none", ""};
    for (int i = 0; i < 2; i++) {
        xapian_c_stem *stem = open_stem(names[i]);
        char out[16];
        size_t len = 0;
        ck_assert_int_eq(xapian_c_stem_apply(stem, word, 9, out, sizeof out,
                                             &len, NULL),
                         XAPIAN_C_OK);
        ck_assert_uint_eq(len, 9);
        ck_assert_mem_eq(out, word, 9);
        ck_assert_int_eq(xapian_c_stem_apply(stem, word, 9, out, 8, &len,
                                             NULL),
                         XAPIAN_C_NO_ROOM);
        ck_assert_uint_eq(len, 9);
        xapian_c_stem_free(stem);
    }
}
END_TEST

START_TEST(test_apply_in_place_is_allowed)
{
    static const char *const names[] = {"english", "none"};
    for (int i = 0; i < 2; i++) {
        xapian_c_stem *stem = open_stem(names[i]);
        char word[] = "running";
        size_t len = 0;
        ck_assert_int_eq(xapian_c_stem_apply(stem, word, 7, word, 7, &len,
                                             NULL),
                         XAPIAN_C_OK);
        ck_assert_uint_eq(len, i == 0 ? 3 : 7);
        ck_assert_mem_eq(word, "running", len);
        xapian_c_stem_free(stem);
    }
}
END_TEST

START_TEST(test_apply_empty_word_gives_empty_stem)
{
    static const char *const names[] = {"english", "none"};
    for (int i = 0; i < 2; i++) {
        xapian_c_stem *stem = open_stem(names[i]);
        char out[1] = {'x'};
        size_t len = 7;
        ck_assert_int_eq(xapian_c_stem_apply(stem, "", 0, out, 1, &len, NULL),
                         XAPIAN_C_OK);
        ck_assert_uint_eq(len, 0);
        len = 7;
        ck_assert_int_eq(xapian_c_stem_apply(stem, NULL, 0, NULL, 0, &len,
                                             NULL),
                         XAPIAN_C_OK);
        ck_assert_uint_eq(len, 0);
        ck_assert_int_eq(out[0], 'x');
        xapian_c_stem_free(stem);
    }
}
END_TEST

/* Every room from none to more than enough, in a block of just that size so
 * that ASan and valgrind see a byte too many. */
START_TEST(test_apply_small_room_is_no_room)
{
    xapian_c_stem *stem = open_stem("german");
    size_t room = (size_t)_i;
    char *out = room > 0 ? malloc(room) : NULL;
    size_t len = 0;
    xapian_c_error err = {0};
    if (room > 0)
        memset(out, 'x', room);
    xapian_c_status status = xapian_c_stem_apply(
        stem, "aufeinanderfolgenden", 20, out, room, &len, &err);
    ck_assert_uint_eq(len, 15);
    if (room < 15) {
        ck_assert_int_eq(status, XAPIAN_C_NO_ROOM);
        ck_assert_int_eq(err.status, XAPIAN_C_NO_ROOM);
        ck_assert_str_eq(err.type, "xapian_c");
        for (size_t i = 0; i < room; i++)
            ck_assert_int_eq(out[i], 'x');
    } else {
        ck_assert_int_eq(status, XAPIAN_C_OK);
        ck_assert_mem_eq(out, "aufeinanderfolg", 15);
        if (room > 15)
            ck_assert_int_eq(out[15], 'x');
    }
    free(out);
    xapian_c_stem_free(stem);
}
END_TEST

START_TEST(test_apply_null_is_invalid_argument)
{
    xapian_c_stem *stem = open_stem("english");
    char out[8];
    size_t len = 7;
    xapian_c_error err = {0};
    ck_assert_int_eq(xapian_c_stem_apply(NULL, "a", 1, out, 8, &len, &err),
                     XAPIAN_C_INVALID_ARGUMENT_ERROR);
    ck_assert_uint_eq(len, 0);
    ck_assert_str_eq(err.type, "xapian_c");
    ck_assert_int_eq(xapian_c_stem_apply(stem, NULL, 1, out, 8, &len, NULL),
                     XAPIAN_C_INVALID_ARGUMENT_ERROR);
    ck_assert_int_eq(xapian_c_stem_apply(stem, "a", 1, NULL, 8, &len, NULL),
                     XAPIAN_C_INVALID_ARGUMENT_ERROR);
    ck_assert_int_eq(xapian_c_stem_apply(stem, "a", 1, out, 8, NULL, NULL),
                     XAPIAN_C_INVALID_ARGUMENT_ERROR);
    xapian_c_stem_free(stem);
}
END_TEST

START_TEST(test_apply_too_long_word_is_invalid_argument)
{
    static const size_t lens[] = {XAPIAN_C_STEM_WORD_MAX + 1, INT32_MAX,
                                  SIZE_MAX};
    xapian_c_stem *stem = open_stem("english");
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        char out[8];
        size_t len = 7;
        ck_assert_int_eq(xapian_c_stem_apply(stem, "a", lens[i], out, 8, &len,
                                             NULL),
                         XAPIAN_C_INVALID_ARGUMENT_ERROR);
        ck_assert_uint_eq(len, 0);
    }
    xapian_c_stem_free(stem);
}
END_TEST

START_TEST(test_apply_failing_allocation_leaves_stem_usable)
{
    static const char word[] = "antidisestablishmentarianism";
    char out[64];
    size_t len = 0;
    unsigned long n = 1;
    if (!alloc_probe_works())
        return;
    for (;; n++) {
        xapian_c_stem *stem = open_stem("english");
        xapian_c_error err = {0};
        alloc_probe_fail(n);
        xapian_c_status status = xapian_c_stem_apply(
            stem, word, strlen(word), out, sizeof out, &len, &err);
        bool failed = alloc_probe_has_failed();
        alloc_probe_fail(0);
        if (failed) {
            ck_assert_int_eq(status, XAPIAN_C_NO_MEMORY);
            ck_assert_uint_eq(len, 0);
            status = xapian_c_stem_apply(stem, word, strlen(word), out,
                                         sizeof out, &len, NULL);
        }
        ck_assert_int_eq(status, XAPIAN_C_OK);
        ck_assert_uint_eq(len, 25);
        ck_assert_mem_eq(out, "antidisestablishmentarian", 25);
        xapian_c_stem_free(stem);
        if (!failed)
            break;
    }
    ck_assert_uint_eq(n, 3); /* the word's buffer and the long stem */
}
END_TEST

START_TEST(test_apply_short_stem_does_not_allocate)
{
    xapian_c_stem *stem = open_stem("english");
    char out[64];
    size_t len = 0;
    /* The first long word makes room for all words after it. */
    ck_assert_int_eq(xapian_c_stem_apply(stem, "internationalisations", 21,
                                         out, sizeof out, &len, NULL),
                     XAPIAN_C_OK);
    alloc_probe_fail(0);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(xapian_c_stem_apply(stem, "internationalising", 18,
                                             out, sizeof out, &len, NULL),
                         XAPIAN_C_OK);
        ck_assert_uint_le(len, 15);
    }
    ck_assert_uint_eq(alloc_probe_count(), 0);
    xapian_c_stem_free(stem);
}
END_TEST

static Suite *stem_suite(void)
{
    Suite *suite = suite_create("xapian_c_stem");

    TCase *make = tcase_create("new");
    tcase_add_test(make, test_new_unknown_language_is_invalid_argument);
    tcase_add_test(make, test_new_null_is_invalid_argument);
    tcase_add_test(make, test_new_failing_allocation_is_no_memory);
    suite_add_tcase(suite, make);

    TCase *end = tcase_create("free");
    tcase_add_test(end, test_free_null_does_nothing);
    suite_add_tcase(suite, end);

    TCase *apply = tcase_create("apply");
    tcase_add_loop_test(apply, test_apply_known_word_gives_known_stem, 0,
                        PAIRS);
    tcase_add_test(apply, test_apply_twice_gives_the_same);
    tcase_add_test(apply, test_apply_none_gives_the_word);
    tcase_add_test(apply, test_apply_in_place_is_allowed);
    tcase_add_test(apply, test_apply_empty_word_gives_empty_stem);
    tcase_add_loop_test(apply, test_apply_small_room_is_no_room, 0, 18);
    tcase_add_test(apply, test_apply_null_is_invalid_argument);
    tcase_add_test(apply, test_apply_too_long_word_is_invalid_argument);
    tcase_add_test(apply, test_apply_failing_allocation_leaves_stem_usable);
    tcase_add_test(apply, test_apply_short_stem_does_not_allocate);
    suite_add_tcase(suite, apply);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(stem_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
