/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * BM25 in fixed point: parameters, known scores, and that bounds bound for
 * every norm, impact and parameter.
 */
#include "score.h"
#include "run_suite.h"
#include "scratch.h"

#include "asserts.h"
#include <math.h>

static const double k1s[] = {0, 0.3, 0.9, 1.2, 2, 25, 100};
static const double bs[] = {0, 0.4, 0.75, 1};
static const double averages[] = {0.5, 7, 24.3, 300, 20000};

/* ---- Parameters ---- */

static osteon_status choose(double k1, double b, ost_bm25 *out)
{
    const osteon_search_options options = {.k1 = k1, .b = b};

    return ost_bm25_choose(&options, out, NULL);
}

START_TEST(test_bm25_below_zero_gives_defaults)
{
    ost_bm25 bm25;

    ck_assert_int_eq(choose(-1, -0.5, &bm25), OSTEON_OK);
    ck_assert_double_eq(bm25.k1, 1.2);
    ck_assert_double_eq(bm25.b, 0.75);
    ck_assert_int_eq(choose(-INFINITY, 0, &bm25), OSTEON_OK);
    ck_assert_double_eq(bm25.k1, 1.2);
    ck_assert_double_eq(bm25.b, 0);
}
END_TEST

START_TEST(test_bm25_ends_of_the_range_are_taken)
{
    ost_bm25 bm25;

    ck_assert_int_eq(choose(0, 0, &bm25), OSTEON_OK);
    ck_assert_double_eq(bm25.k1, 0);
    ck_assert_int_eq(choose(100, 1, &bm25), OSTEON_OK);
    ck_assert_double_eq(bm25.k1, 100);
    ck_assert_double_eq(bm25.b, 1);
}
END_TEST

START_TEST(test_bm25_outside_the_range_is_invalid)
{
    ost_bm25 bm25;

    ck_assert_int_eq(choose(100.001, 0, &bm25), OSTEON_INVALID);
    ck_assert_int_eq(choose(INFINITY, 0, &bm25), OSTEON_INVALID);
    ck_assert_int_eq(choose(NAN, 0, &bm25), OSTEON_INVALID);
    ck_assert_int_eq(choose(1, 1.001, &bm25), OSTEON_INVALID);
    ck_assert_int_eq(choose(1, INFINITY, &bm25), OSTEON_INVALID);
    ck_assert_int_eq(choose(1, NAN, &bm25), OSTEON_INVALID);
}
END_TEST

/* ---- Parts of a score ---- */

START_TEST(test_idf_known_values)
{
    ck_assert_double_eq_tol(ost_idf(10, 1), log(1 + 9.5 / 1.5), 1e-15);
    ck_assert_double_eq_tol(ost_idf(10, 10), log(1 + 0.5 / 10.5), 1e-15);
    ck_assert_double_eq_tol(ost_idf(10, 0), log(22), 1e-15);
}
END_TEST

START_TEST(test_idf_falls_and_is_never_negative)
{
    double last = INFINITY;

    for (uint64_t df = 0; df <= 5000; df++) {
        const double idf = ost_idf(5000, df);
        ck_assert_double_gt(idf, 0);
        ck_assert_double_lt(idf, last);
        last = idf;
    }
}
END_TEST

START_TEST(test_damping_gives_the_saturation_of_the_index)
{
    for (size_t i = 0; i < sizeof k1s / sizeof *k1s; i++)
        for (size_t k = 0; k < sizeof bs / sizeof *bs; k++)
            for (size_t a = 0; a < sizeof averages / sizeof *averages; a++) {
                const ost_bm25 bm25 = {k1s[i], bs[k]};
                double damping[256];
                ost_damping_fill(damping, bm25.k1, bm25.b, averages[a]);
                for (unsigned norm = 0; norm < 256; norm++)
                    ck_assert_double_eq_tol(3 / (3 + damping[norm]),
                                            ost_saturation(3, (uint8_t)norm,
                                                           k1s[i], bs[k],
                                                           averages[a]),
                                            1e-15);
            }
}
END_TEST

START_TEST(test_damping_without_average_ignores_lengths)
{
    const ost_bm25 bm25 = {1.2, 0.75};
    double damping[256];

    ost_damping_fill(damping, bm25.k1, bm25.b, 0);
    for (unsigned norm = 0; norm < 256; norm++)
        ck_assert_double_eq_tol(damping[norm], 1.2 * 0.25, 1e-15);
}
END_TEST

START_TEST(test_contribution_known_values)
{
    const ost_bm25 bm25 = {1.2, 0.75};
    const double weight = ost_weight(&bm25, 2);

    ck_assert_double_eq_tol(weight, 4.4 * OST_SCORE_ONE, 1e-6);
    ck_assert_int_eq(ost_contribution(weight, 3, 1.2), 52728393);
    ck_assert_int_eq(ost_contribution(weight, 1, 0), 73819750);
    ck_assert_int_eq(ost_contribution(weight, 0, 1.2), 0);
    ck_assert_int_eq(ost_contribution(weight, 0, 0), 0);
    ck_assert_int_eq(ost_contribution(0, 7, 1.2), 0);
}
END_TEST

START_TEST(test_contribution_never_falls_with_tf)
{
    for (double damping = 0; damping < 50; damping += 0.37) {
        int64_t last = 0;
        for (uint32_t tf = 1; tf < 3000; tf += 1 + tf / 9) {
            const int64_t score = ost_contribution(300000, tf, damping);
            ck_assert_int_ge(score, last);
            last = score;
        }
    }
}
END_TEST

/* Several at once give what one by one does, at any size and number. */
START_TEST(test_contributions_equal_one_by_one)
{
    static const double weights[] = {0, 0.4, 1e3, 3e8, 1e15, 1e17};
    uint64_t random = 7;
    uint32_t docs[OST_BLOCK], tfs[OST_BLOCK];
    uint8_t norms[1000];
    double damping[256];

    for (uint32_t n = 0; n <= OST_BLOCK; n++) {
        const ost_bm25 bm25 = {k1s[n % (sizeof k1s / sizeof *k1s)],
                               bs[n % 4]};
        const double weight = weights[n % 6];
        int64_t out[OST_BLOCK];
        ost_damping_fill(damping, bm25.k1, bm25.b, 24.3);
        for (size_t i = 0; i < sizeof norms; i++)
            norms[i] = (uint8_t)scratch_random(&random);
        for (uint32_t i = 0; i < n; i++) {
            docs[i] = (uint32_t)(scratch_random(&random) % 1000);
            tfs[i] = 1 + (uint32_t)(scratch_random(&random) %
                                    (n % 3 ? 9u : UINT32_MAX));
        }
        ost_contributions(weight, damping, norms, docs, tfs, n, out);
        for (uint32_t i = 0; i < n; i++)
            ck_assert_int_eq(out[i], ost_contribution(weight, tfs[i],
                                                      damping[norms[docs[i]]]));
    }
}
END_TEST

/* ---- Bounds ---- */

START_TEST(test_contribution_bound_is_never_below)
{
    static const uint32_t tfs[] = {1, 2, 3, 7, 15, 16, 200, UINT32_MAX};
    static const double own[] = {0.5, 24.3, 700};
    const ost_bm25 bm25 = {k1s[_i], bs[_i % 4]};

    for (size_t a = 0; a < sizeof averages / sizeof *averages; a++)
        for (size_t o = 0; o < 3; o++) {
            const ost_impact_scale scale = ost_impact_scale_for(
                bm25.k1, bm25.b, averages[a], own[o], 0, 255);
            const double weight = ost_weight(&bm25, 0.001 + 3 * (double)a);
            double damping[256];
            ost_damping_fill(damping, bm25.k1, bm25.b, averages[a]);
            for (unsigned norm = 0; norm < 256; norm++)
                for (size_t t = 0; t < sizeof tfs / sizeof *tfs; t++) {
                    const int64_t score =
                        ost_contribution(weight, tfs[t], damping[norm]);
                    const uint8_t impact =
                        ost_impact(tfs[t], (uint8_t)norm, own[o]);
                    ck_assert_int_le(
                        score, ost_contribution_bound(weight, &scale, impact));
                    ck_assert_int_ge(
                        score, ost_contribution_least(weight, &scale, impact));
                }
        }
}
END_TEST

START_TEST(test_contribution_bound_is_close_for_the_usual_parameters)
{
    const ost_bm25 bm25 = {1.2, 0.75};
    const double weight = ost_weight(&bm25, 5);
    const ost_impact_scale scale = {1, 1};
    double damping[256];

    ost_damping_fill(damping, bm25.k1, bm25.b, 300);
    for (unsigned norm = 1; norm < 120; norm++) {
        const uint8_t impact = ost_impact(2, (uint8_t)norm, 300);
        const double most =
            (double)ost_contribution_bound(weight, &scale, impact);
        const double score =
            (double)ost_contribution(weight, 2, damping[norm]);
        ck_assert_double_lt(most - score, weight / 255 + 4);
    }
}
END_TEST

START_TEST(test_contribution_bound_is_at_most_the_weight)
{
    const ost_impact_scale same = {1, 1}, other = {0, 3};

    ck_assert_int_eq(ost_contribution_bound(1000, &other, 200), 1002);
    ck_assert_int_eq(ost_contribution_bound(1000, &same, 255), 1002);
    ck_assert_int_eq(ost_contribution_bound(1000, &other, 0), 2);
    ck_assert_int_eq(ost_contribution_least(1000, &other, 1), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("score");
    TCase *parameters = tcase_create("parameters");
    TCase *parts = tcase_create("parts");
    TCase *bounds = tcase_create("bounds");

    tcase_add_test(parameters, test_bm25_below_zero_gives_defaults);
    tcase_add_test(parameters, test_bm25_ends_of_the_range_are_taken);
    tcase_add_test(parameters, test_bm25_outside_the_range_is_invalid);
    tcase_add_test(parts, test_idf_known_values);
    tcase_add_test(parts, test_idf_falls_and_is_never_negative);
    tcase_add_test(parts, test_damping_gives_the_saturation_of_the_index);
    tcase_add_test(parts, test_damping_without_average_ignores_lengths);
    tcase_add_test(parts, test_contribution_known_values);
    tcase_add_test(parts, test_contribution_never_falls_with_tf);
    tcase_add_test(parts, test_contributions_equal_one_by_one);
    tcase_add_loop_test(bounds, test_contribution_bound_is_never_below, 0,
                        sizeof k1s / sizeof *k1s);
    tcase_add_test(bounds,
                   test_contribution_bound_is_close_for_the_usual_parameters);
    tcase_add_test(bounds, test_contribution_bound_is_at_most_the_weight);
    suite_add_tcase(suite, parameters);
    suite_add_tcase(suite, parts);
    suite_add_tcase(suite, bounds);
    return run_suite(suite);
}
