/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The k best of a stream equal the first k of all of it, sorted.
 */
#include "topk.h"

#include "scratch.h"
#include "run_suite.h"

enum { MOST = 3000 };

static int by_rank(const void *a, const void *b)
{
    const ost_ranked *x = a, *y = b;

    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return (x->doc > y->doc) - (x->doc < y->doc);
}

/* Offers n documents with scores below `different` and compares. */
static void check_stream(uint64_t seed, uint32_t n, size_t k,
                         uint32_t different)
{
    static ost_ranked all[MOST];
    ost_topk top = {.k = k};
    const size_t kept = k < n ? k : n;

    for (uint32_t i = 0; i < n; i++) {
        all[i].doc = i * 3;
        all[i].score = (int64_t)(scratch_random(&seed) % different);
        if (all[i].score > ost_topk_floor(&top))
            ost_topk_add(&top, all[i].score, all[i].doc, 0);
    }
    qsort(all, n, sizeof *all, by_rank);
    ost_topk_sort(&top);
    ck_assert(!top.failed);
    ck_assert_uint_eq(top.n, kept);
    for (size_t i = 0; i < kept; i++) {
        ck_assert_uint_eq(top.items[i].doc, all[i].doc);
        ck_assert_int_eq(top.items[i].score, all[i].score);
    }
    ost_topk_free(&top);
}

START_TEST(test_topk_random_streams_equal_sorting)
{
    uint64_t seed = (uint64_t)_i;

    for (uint32_t k = 1; k < 40; k++, seed += 7)
        check_stream(seed, k * 13 % 200, k, 1000000);
    check_stream(seed, MOST, 10, 1000000);
    for (size_t k = 100; k < 2000; k += 37)
        check_stream(seed + k, MOST, k, 1000000);
    check_stream(seed, MOST, 200, UINT32_MAX);
    check_stream(seed, MOST, MOST, 1000000);
    check_stream(seed, MOST, SIZE_MAX, 1000000);
}
END_TEST

/* The same where documents have groups: the first of each in the ranking. */
static void check_groups(uint64_t seed, uint32_t n, size_t k,
                         uint32_t different, uint32_t groups)
{
    static ost_ranked all[MOST];
    static bool seen[MOST];
    ost_topk top = {.k = k};
    size_t at = 0;

    ost_topk_group(&top, groups);
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t random = scratch_random(&seed);
        all[i].doc = i * 3;
        all[i].score = (int64_t)(random % different);
        all[i].group = (uint32_t)(random >> 32) % (groups + 1);
        if (all[i].score > ost_topk_floor(&top))
            ost_topk_add(&top, all[i].score, all[i].doc, all[i].group);
    }
    qsort(all, n, sizeof *all, by_rank);
    ost_topk_sort(&top);
    memset(seen, 0, sizeof seen);
    for (uint32_t i = 0; i < n && at < k; i++) {
        if (all[i].group != 0 && seen[all[i].group])
            continue;
        seen[all[i].group] = true;
        ck_assert_uint_lt(at, top.n);
        ck_assert_uint_eq(top.items[at].doc, all[i].doc);
        ck_assert_int_eq(top.items[at].score, all[i].score);
        at++;
    }
    ck_assert_uint_eq(top.n, at);
    ost_topk_free(&top);
}

START_TEST(test_topk_groups_are_shown_by_their_best)
{
    uint64_t seed = (uint64_t)_i;

    for (uint32_t groups = 0; groups < 60; groups++, seed += 3)
        check_groups(seed, 1 + groups * 37 % 400, 1 + groups % 13,
                     groups % 2 ? 1000000 : 5, groups);
    check_groups(seed, MOST, 10, 1000, 1);
    check_groups(seed, MOST, 100, 1000, 50);
    check_groups(seed, MOST, SIZE_MAX, 1000000, MOST - 1);
}
END_TEST

START_TEST(test_topk_group_beyond_the_last_is_none)
{
    ost_topk top = {.k = 9};

    ost_topk_group(&top, 2);
    ost_topk_add(&top, 1, 1, 3);
    ost_topk_add(&top, 2, 2, UINT32_MAX);
    ost_topk_add(&top, 3, 3, 2);
    ost_topk_add(&top, 4, 4, 2);
    ck_assert_uint_eq(top.n, 3);
    ost_topk_free(&top);
}
END_TEST

/* An index may say of any number that it is its highest source: what is asked
 * for is what is kept. */
START_TEST(test_topk_groups_of_high_numbers_take_no_memory)
{
    ost_topk top = {.k = 20};

    ost_topk_group(&top, UINT32_MAX);
    for (uint32_t i = 0; i < 200000; i++) {
        const int64_t score = i / 2;
        if (score > ost_topk_floor(&top))
            ost_topk_add(&top, score, i, UINT32_MAX - i / 4 * 1024);
    }
    ck_assert_uint_le(top.groups_room, 256);
    ost_topk_sort(&top);
    ck_assert_uint_eq(top.n, 20);
    for (uint32_t i = 0; i < 20; i++)
        ck_assert_uint_eq(top.items[i].doc, 200000 - 4 * i - 2);
    ost_topk_free(&top);
}
END_TEST

START_TEST(test_topk_groups_without_memory_fail)
{
    for (unsigned long at = 1; at <= 2; at++) {
        ost_topk top = {.k = 9};

        ost_topk_group(&top, 2);
        ost_alloc_fail_at(at);
        ost_topk_add(&top, 1, 1, 1);
        ost_alloc_fail_at(0);
        ck_assert(top.failed);
        ck_assert_uint_eq(top.n, 0);
        ost_topk_free(&top);
    }
}
END_TEST

START_TEST(test_topk_equal_scores_keep_the_first_documents)
{
    for (size_t k = 1; k < 300; k += 1 + k / 100) {
        check_stream(k, 300, k, 1);
        check_stream(k, 300, k, 4);
    }
    for (size_t k = 120; k < 300; k += 13) {
        check_stream(k, MOST, k, 1);
        check_stream(k, MOST, k, 40);
    }
}
END_TEST

START_TEST(test_topk_of_none_lets_nothing_in)
{
    ost_topk top = {.k = 0};

    ck_assert_int_eq(ost_topk_floor(&top), INT64_MAX);
    ost_topk_sort(&top);
    ck_assert_uint_eq(top.n, 0);
    ost_topk_free(&top);
}
END_TEST

START_TEST(test_topk_floor_is_the_lowest_score_once_full)
{
    ost_topk top = {.k = 3};

    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_int_eq(ost_topk_floor(&top), -1);
        ost_topk_add(&top, 50 - (int64_t)i * 20, i, 0);
    }
    ck_assert_int_eq(ost_topk_floor(&top), 10);
    ost_topk_add(&top, 40, 3, 0);
    ck_assert_int_eq(ost_topk_floor(&top), 30);
    ost_topk_free(&top);
}
END_TEST

/* One score far above all others, and scores of all sizes. */
START_TEST(test_topk_uneven_scores_equal_sorting)
{
    for (uint64_t seed = 1; seed < 60; seed++) {
        static ost_ranked all[MOST];
        uint64_t random = seed;
        ost_topk top = {.k = 130 + seed * 7};

        for (uint32_t i = 0; i < MOST; i++) {
            const uint64_t bits = scratch_random(&random) % 62;
            all[i].doc = i;
            all[i].score = (int64_t)(scratch_random(&random) &
                                     ((UINT64_C(1) << bits) - 1));
            if (seed % 2)
                all[i].score = i == 70 ? INT64_MAX : all[i].score % 50;
            if (all[i].score > ost_topk_floor(&top))
                ost_topk_add(&top, all[i].score, i, 0);
        }
        qsort(all, MOST, sizeof *all, by_rank);
        ost_topk_sort(&top);
        ck_assert_uint_eq(top.n, top.k);
        for (size_t i = 0; i < top.n; i++) {
            ck_assert_uint_eq(top.items[i].doc, all[i].doc);
            ck_assert_int_eq(top.items[i].score, all[i].score);
        }
        ost_topk_free(&top);
    }
}
END_TEST

START_TEST(test_topk_without_memory_fails_and_keeps_what_it_has)
{
    ost_topk top = {.k = 100};

    for (uint32_t i = 0; i < 16; i++)
        ost_topk_add(&top, i, i, 0);
    ost_alloc_fail_at(1);
    ost_topk_add(&top, 16, 16, 0);
    ost_alloc_fail_at(0);
    ck_assert(top.failed);
    ck_assert_uint_eq(top.n, 16);
    ost_topk_free(&top);
    top.k = 1000;
    for (uint32_t i = 0; i < 900; i++)
        ost_topk_add(&top, i, i, 0);
    ost_alloc_fail_at(1);
    ost_topk_sort(&top);
    ost_alloc_fail_at(0);
    ck_assert(top.failed);
    ost_topk_free(&top);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("topk");
    TCase *tc = tcase_create("topk");

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, test_topk_random_streams_equal_sorting, 0, 5);
    tcase_add_loop_test(tc, test_topk_groups_are_shown_by_their_best, 0, 5);
    tcase_add_test(tc, test_topk_group_beyond_the_last_is_none);
    tcase_add_test(tc, test_topk_groups_of_high_numbers_take_no_memory);
    tcase_add_test(tc, test_topk_groups_without_memory_fail);
    tcase_add_test(tc, test_topk_equal_scores_keep_the_first_documents);
    tcase_add_test(tc, test_topk_of_none_lets_nothing_in);
    tcase_add_test(tc, test_topk_floor_is_the_lowest_score_once_full);
    tcase_add_test(tc, test_topk_uneven_scores_equal_sorting);
    tcase_add_test(tc, test_topk_without_memory_fails_and_keeps_what_it_has);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
