/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * TermGenerator: terms and positions of each strategy, stopper, spelling,
 * callbacks that fail, and handles freed early. */
#define _XOPEN_SOURCE 700
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

#include "alloc_probe.h"
#include "xapian-c/xapian_c_database_writable.h"
#include "xapian-c/xapian_c_document.h"
#include "xapian-c/xapian_c_term_generator.h"
#include "xapian_c_query_test.h"

static xapian_c_term_generator *generator;
static xapian_c_document *document;

static void set_up(void)
{
    OK(xapian_c_term_generator_new(&generator, &err));
    OK(xapian_c_document_new(&document, &err));
    OK(xapian_c_term_generator_set_document(generator, document, &err));
}

static void tear_down(void)
{
    xapian_c_term_generator_free(generator);
    xapian_c_document_free(document);
}

static xapian_c_status index_text(const char *text)
{
    return xapian_c_term_generator_index_text(generator, text, strlen(text), 1,
                                              NULL, 0, &err);
}

static void expect_document(const char *terms)
{
    xapian_c_term_iterator *list;
    OK(xapian_c_document_termlist_begin(document, &list, &err));
    expect_terms(list, terms);
}

static unsigned termpos(void)
{
    unsigned pos = 7;
    OK(xapian_c_term_generator_get_termpos(generator, &pos, &err));
    return pos;
}

static unsigned positions_of_first(void)
{
    xapian_c_term_iterator *list;
    unsigned count = 0;
    OK(xapian_c_document_termlist_begin(document, &list, &err));
    OK(xapian_c_term_iterator_next(list, &err));
    OK(xapian_c_term_iterator_positionlist_count(list, &count, &err));
    xapian_c_term_iterator_free(list);
    return count;
}

/* ---- terms ---- */

static const struct {
    xapian_c_stem_strategy strategy;
    const char *terms;
} strategies[] = {
    {XAPIAN_C_STEM_NONE, "running the whales"},
    {XAPIAN_C_STEM_SOME, "Zrun Zthe Zwhale running the whales"},
    {XAPIAN_C_STEM_ALL, "run the whale"},
    {XAPIAN_C_STEM_ALL_Z, "Zrun Zthe Zwhale"},
    {XAPIAN_C_STEM_SOME_FULL_POS, "Zrun Zthe Zwhale running the whales"},
};

START_TEST(test_index_each_stem_strategy)
{
    xapian_c_stem *stem;
    OK(xapian_c_stem_new("en", &stem, &err));
    OK(xapian_c_term_generator_set_stemmer(generator, stem, &err));
    xapian_c_stem_free(stem);
    OK(xapian_c_term_generator_set_stemming_strategy(
        generator, strategies[_i].strategy, &err));
    OK(index_text("the running whales"));
    expect_document(strategies[_i].terms);
    ck_assert_uint_eq(termpos(), 3);
    INVALID(xapian_c_term_generator_set_stemming_strategy(
        generator, (xapian_c_stem_strategy)7, &err));
}
END_TEST

static const char *const stopped[] = {"Zthe Zwhale the whale", "Zwhale whale",
                                      "Zwhale the whale"};

START_TEST(test_index_each_stop_strategy)
{
    xapian_c_stem *stem;
    xapian_c_stopper *stopper;
    OK(xapian_c_stem_new("en", &stem, &err));
    OK(xapian_c_term_generator_set_stemmer(generator, stem, &err));
    OK(xapian_c_stopper_new(&stopper, &err));
    OK(xapian_c_term_generator_set_stopper(generator, stopper, &err));
    OK(xapian_c_stopper_add(stopper, "the", 3, &err));
    xapian_c_stopper_free(stopper);
    OK(xapian_c_term_generator_set_stopper_strategy(
        generator, (xapian_c_stop_strategy)_i, &err));
    OK(index_text("the whale"));
    expect_document(stopped[_i]);
    OK(xapian_c_term_generator_set_stopper(generator, NULL, &err));
    OK(index_text("the"));
    if (_i == XAPIAN_C_STOP_ALL)
        expect_document("Zthe Zwhale the whale");
    INVALID(xapian_c_term_generator_set_stopper_strategy(
        generator, (xapian_c_stop_strategy)3, &err));
    xapian_c_stem_free(stem);
}
END_TEST

START_TEST(test_index_prefix_and_wdf)
{
    xapian_c_term_iterator *list;
    unsigned wdf = 0;
    OK(xapian_c_term_generator_index_text(generator, "Sea sea", 7, 3, "S", 1,
                                          &err));
    expect_document("Ssea");
    OK(xapian_c_document_termlist_begin(document, &list, &err));
    OK(xapian_c_term_iterator_next(list, &err));
    OK(xapian_c_term_iterator_get_wdf(list, &wdf, &err));
    ck_assert_uint_eq(wdf, 6);
    xapian_c_term_iterator_free(list);
    ck_assert_uint_eq(positions_of_first(), 2);
}
END_TEST

START_TEST(test_index_without_positions_has_none)
{
    OK(xapian_c_term_generator_index_text_without_positions(
        generator, "sea sea", 7, 1, NULL, 0, &err));
    expect_document("sea");
    ck_assert_uint_eq(positions_of_first(), 0);
    ck_assert_uint_eq(termpos(), 0);
}
END_TEST

START_TEST(test_index_odd_bytes_do_no_harm)
{
    OK(xapian_c_term_generator_index_text(generator, NULL, 0, 1, NULL, 0,
                                          &err));
    expect_document("");
    OK(xapian_c_term_generator_index_text(generator, "a\0b\xFF", 4, 1, NULL, 0,
                                          &err));
    expect_document("a b\xC3\xBF");
}
END_TEST

START_TEST(test_termpos_is_moved)
{
    OK(index_text("a b"));
    OK(xapian_c_term_generator_increase_termpos(generator, 100, &err));
    ck_assert_uint_eq(termpos(), 102);
    OK(xapian_c_term_generator_set_termpos(generator, 5, &err));
    OK(index_text("c"));
    ck_assert_uint_eq(termpos(), 6);
}
END_TEST

START_TEST(test_max_word_length_leaves_words_out)
{
    OK(xapian_c_term_generator_set_max_word_length(generator, 4, &err));
    OK(index_text("sea whale ship"));
    expect_document("sea ship");
}
END_TEST

START_TEST(test_cjk_flag_makes_ngrams)
{
    unsigned old = 7;
    OK(xapian_c_term_generator_set_flags(
        generator, XAPIAN_C_TERM_GENERATOR_CJK_NGRAM, 0, &old, &err));
    ck_assert_uint_eq(old, 0);
    OK(index_text("\xE9\xAF\xA8\xE9\xB1\xBC"));
    expect_document("\xE9\xAF\xA8 \xE9\xAF\xA8\xE9\xB1\xBC \xE9\xB1\xBC");
    OK(xapian_c_term_generator_set_flags(generator, 0, ~0U, &old, &err));
    ck_assert_uint_eq(old, XAPIAN_C_TERM_GENERATOR_CJK_NGRAM);
    OK(xapian_c_term_generator_set_flags(generator, 0, 0, NULL, &err));
}
END_TEST

/* ---- document ---- */

START_TEST(test_document_is_shared)
{
    xapian_c_document *same;
    xapian_c_term_iterator *walk;
    OK(index_text("whale"));
    OK(xapian_c_document_termlist_begin(document, &walk, &err));
    OK(xapian_c_term_iterator_next(walk, &err));
    OK(index_text("sea"));
    FAILS(INVALID_OPERATION_ERROR, xapian_c_term_iterator_next(walk, &err));
    xapian_c_term_iterator_free(walk);
    OK(xapian_c_term_generator_get_document(generator, &same, &err));
    xapian_c_term_generator_free(generator);
    generator = NULL;
    xapian_c_document_free(document);
    document = same;
    expect_document("sea whale");
}
END_TEST

START_TEST(test_document_of_ones_own)
{
    xapian_c_document *own;
    xapian_c_term_generator_free(generator);
    OK(xapian_c_term_generator_new(&generator, &err));
    OK(index_text("whale"));
    OK(xapian_c_term_generator_get_document(generator, &own, &err));
    xapian_c_document_free(document);
    document = own;
    expect_document("whale");
}
END_TEST

/* ---- callbacks ---- */

static int fail_stem(void *data, const char *word, size_t len, char *out,
                     size_t room, size_t *out_len)
{
    (void)word;
    (void)out;
    (void)room;
    *out_len = 0;
    return *(int *)data && len > 3;
}

static int fail_stop(void *data, const char *word, size_t len)
{
    (void)word;
    return *(int *)data && len > 3 ? -1 : 0;
}

START_TEST(test_callback_failing_ends_the_call)
{
    int fail = 1;
    xapian_c_stem *stem;
    xapian_c_stopper *stopper;
    OK(xapian_c_stem_new_callback(fail_stem, &fail, &stem, &err));
    OK(xapian_c_term_generator_set_stemmer(generator, stem, &err));
    xapian_c_stem_free(stem);
    FAILS(CALLBACK_FAILED, index_text("sea whale ship"));
    OK(xapian_c_stem_new("none", &stem, &err));
    OK(xapian_c_term_generator_set_stemmer(generator, stem, &err));
    xapian_c_stem_free(stem);
    OK(xapian_c_stopper_new_callback(fail_stop, &fail, &stopper, &err));
    OK(xapian_c_term_generator_set_stopper(generator, stopper, &err));
    OK(xapian_c_term_generator_set_stopper_strategy(generator,
                                                    XAPIAN_C_STOP_ALL, &err));
    xapian_c_stopper_free(stopper);
    FAILS(CALLBACK_FAILED, index_text("sea whale ship"));
    fail = 0;
    OK(index_text("ocean"));
}
END_TEST

/* ---- spelling ---- */

static char folder[32];

static int remove_entry(const char *path, const struct stat *st, int kind,
                        struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static void make_folder(void)
{
    strcpy(folder, "/tmp/xapian-c-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    set_up();
}

static void remove_folder(void)
{
    tear_down();
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

START_TEST(test_spelling_words_reach_the_database)
{
    xapian_c_database *db, *reader;
    xapian_c_term_iterator *words;
    OK(xapian_c_term_generator_set_flags(
        generator, XAPIAN_C_TERM_GENERATOR_SPELLING, 0, NULL, &err));
    FAILS(INVALID_OPERATION_ERROR, index_text("whale"));
    OK(xapian_c_writable_database_new_path(folder, XAPIAN_C_DB_CREATE_OR_OPEN,
                                           0, &db, &err));
    OK(xapian_c_term_generator_set_database(generator, db, &err));
    OK(index_text("whale sea"));
    OK(xapian_c_writable_database_commit(db, &err));
    xapian_c_database_free(db);
    OK(xapian_c_database_new_path(folder, 0, &reader, &err));
    OK(xapian_c_database_spellings_begin(reader, &words, &err));
    expect_terms(words, "sea whale");
    INVALID(xapian_c_term_generator_set_database(generator, reader, &err));
    xapian_c_database_free(reader);
}
END_TEST

START_TEST(test_spelling_closed_is_database_closed_error)
{
    xapian_c_database *db;
    OK(xapian_c_term_generator_set_flags(
        generator, XAPIAN_C_TERM_GENERATOR_SPELLING, 0, NULL, &err));
    OK(xapian_c_writable_database_new_path(folder, XAPIAN_C_DB_CREATE_OR_OPEN,
                                           0, &db, &err));
    OK(xapian_c_term_generator_set_database(generator, db, &err));
    OK(xapian_c_database_close(db, &err));
    FAILS(DATABASE_CLOSED_ERROR, index_text("whale"));
    xapian_c_database_free(db);
}
END_TEST

/* ---- arguments and memory ---- */

START_TEST(test_null_is_invalid_argument)
{
    xapian_c_document *doc = JUNK(xapian_c_document);
    const char *text;
    size_t len;
    unsigned pos = 7;
    INVALID(xapian_c_term_generator_new(NULL, &err));
    INVALID(xapian_c_term_generator_set_stemmer(generator, NULL, &err));
    INVALID(xapian_c_term_generator_set_stopper(NULL, NULL, &err));
    INVALID(xapian_c_term_generator_set_document(generator, NULL, &err));
    INVALID(xapian_c_term_generator_get_document(NULL, &doc, &err));
    ck_assert_ptr_null(doc);
    INVALID(xapian_c_term_generator_set_database(generator, NULL, &err));
    INVALID(xapian_c_term_generator_set_flags(NULL, 0, 0, &pos, &err));
    ck_assert_uint_eq(pos, 0);
    INVALID(xapian_c_term_generator_set_max_word_length(NULL, 1, &err));
    INVALID(xapian_c_term_generator_index_text(generator, NULL, 1, 1, NULL, 0,
                                               &err));
    INVALID(xapian_c_term_generator_index_text_without_positions(
        generator, "a", 1, 1, NULL, 1, &err));
    INVALID(xapian_c_term_generator_increase_termpos(NULL, 1, &err));
    INVALID(xapian_c_term_generator_get_termpos(generator, NULL, &err));
    INVALID(xapian_c_term_generator_set_termpos(NULL, 1, &err));
    INVALID(xapian_c_term_generator_get_description(NULL, &text, &len, &err));
    OK(xapian_c_term_generator_get_description(generator, &text, &len, &err));
    ck_assert_uint_gt(len, 0);
    xapian_c_term_generator_free(NULL);
}
END_TEST

/* Runs with the 1st, 2nd, ... allocation failing until none is left to. */
START_TEST(test_index_failing_allocation_is_no_memory)
{
    unsigned long n = 1;
    if (!alloc_probe_works())
        return;
    for (;; n++) {
        alloc_probe_fail(n);
        xapian_c_status status =
            index_text("an uncommonlylongwordtobeheldinplace and another");
        bool failed = alloc_probe_has_failed();
        alloc_probe_fail(0);
        ck_assert_int_eq(status, failed ? XAPIAN_C_NO_MEMORY : XAPIAN_C_OK);
        if (!failed)
            break;
        tear_down();
        set_up();
    }
    ck_assert_uint_gt(n, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xapian_c_term_generator");
    TCase *index = tcase_create("index");
    tcase_add_checked_fixture(index, set_up, tear_down);
    tcase_add_loop_test(index, test_index_each_stem_strategy, 0, 5);
    tcase_add_loop_test(index, test_index_each_stop_strategy, 0, 3);
    tcase_add_test(index, test_index_prefix_and_wdf);
    tcase_add_test(index, test_index_without_positions_has_none);
    tcase_add_test(index, test_index_odd_bytes_do_no_harm);
    tcase_add_test(index, test_termpos_is_moved);
    tcase_add_test(index, test_max_word_length_leaves_words_out);
    tcase_add_test(index, test_cjk_flag_makes_ngrams);
    tcase_add_test(index, test_document_is_shared);
    tcase_add_test(index, test_document_of_ones_own);
    tcase_add_test(index, test_callback_failing_ends_the_call);
    tcase_add_test(index, test_null_is_invalid_argument);
    tcase_add_test(index, test_index_failing_allocation_is_no_memory);
    suite_add_tcase(suite, index);

    TCase *spelling = tcase_create("spelling");
    tcase_add_checked_fixture(spelling, make_folder, remove_folder);
    tcase_add_test(spelling, test_spelling_words_reach_the_database);
    tcase_add_test(spelling, test_spelling_closed_is_database_closed_error);
    suite_add_tcase(suite, spelling);
    return run_suite(suite);
}
