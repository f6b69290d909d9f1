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
            ost_topk_add(&top, all[i].score, all[i].doc);
    }
    qsort(all, n, sizeof *all, by_rank);
    ost_topk_sort(&top);
    ck_assert(!top.failed);
    ck_assert_uint_eq(top.n, kept);
    for (size_t i = 0; i < kept; i++) {
        ck_assert_uint_eq(top.heap[i].doc, all[i].doc);
        ck_assert_int_eq(top.heap[i].score, all[i].score);
    }
    ost_topk_free(&top);
}

START_TEST(test_topk_random_streams_equal_sorting)
{
    uint64_t seed = (uint64_t)_i;

    for (uint32_t k = 1; k < 40; k++, seed += 7)
        check_stream(seed, k * 13 % 200, k, 1000000);
    check_stream(seed, MOST, 10, 1000000);
    check_stream(seed, MOST, 1000, 1000000);
    check_stream(seed, MOST, MOST, 1000000);
    check_stream(seed, MOST, SIZE_MAX, 1000000);
}
END_TEST

START_TEST(test_topk_equal_scores_keep_the_first_documents)
{
    for (size_t k = 1; k < 100; k++) {
        check_stream(k, 300, k, 1);
        check_stream(k, 300, k, 4);
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
        ost_topk_add(&top, 50 - (int64_t)i * 20, i);
    }
    ck_assert_int_eq(ost_topk_floor(&top), 10);
    ost_topk_add(&top, 40, 3);
    ck_assert_int_eq(ost_topk_floor(&top), 30);
    ost_topk_free(&top);
}
END_TEST

START_TEST(test_topk_without_memory_fails_and_keeps_what_it_has)
{
    ost_topk top = {.k = 100};

    for (uint32_t i = 0; i < 16; i++)
        ost_topk_add(&top, i, i);
    ost_alloc_fail_at(1);
    ost_topk_add(&top, 16, 16);
    ost_alloc_fail_at(0);
    ck_assert(top.failed);
    ck_assert_uint_eq(top.n, 16);
    ost_topk_free(&top);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("topk");
    TCase *tc = tcase_create("topk");

    tcase_add_loop_test(tc, test_topk_random_streams_equal_sorting, 0, 5);
    tcase_add_test(tc, test_topk_equal_scores_keep_the_first_documents);
    tcase_add_test(tc, test_topk_of_none_lets_nothing_in);
    tcase_add_test(tc, test_topk_floor_is_the_lowest_score_once_full);
    tcase_add_test(tc, test_topk_without_memory_fails_and_keeps_what_it_has);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
