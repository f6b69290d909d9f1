/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Lengths in a byte, and that impacts and their factor are bounds: tried for
 * every norm byte, in double and in single precision.
 */
#include "index.h"
#include "run_suite.h"

#include "asserts.h"
#include <math.h>

static const double averages[] = {0.01, 1, 7.3, 24, 118.25, 700, 3e4, 2e9};
#define N_AVERAGES (sizeof averages / sizeof *averages)

/* ---- Norms ---- */

START_TEST(test_norm_every_byte_decodes_to_itself)
{
    for (unsigned norm = 0; norm < 256; norm++) {
        const uint32_t length = ost_norm_decode((uint8_t)norm);
        ck_assert_uint_eq(ost_norm_encode(length), norm);
        if (norm > 0)
            ck_assert_uint_gt(length, ost_norm_decode((uint8_t)(norm - 1)));
    }
}
END_TEST

START_TEST(test_norm_lengths_round_down_by_less_than_an_eighth)
{
    uint32_t length = 0;

    while (length < 0x70000000) {
        const uint8_t norm = ost_norm_encode(length);
        const uint32_t kept = ost_norm_decode(norm);
        ck_assert_uint_le(kept, length);
        if (length < 40)
            ck_assert_uint_eq(kept, length);
        ck_assert_uint_lt(length - kept, length / 8 + 1);
        ck_assert_uint_le(norm, ost_norm_encode(length + 1));
        length += 1 + length / 5000;
    }
}
END_TEST

START_TEST(test_norm_known_lengths_give_known_bytes)
{
    /* As Lucene's SmallFloat.intToByte4. */
    ck_assert_uint_eq(ost_norm_encode(0), 0);
    ck_assert_uint_eq(ost_norm_encode(39), 39);
    ck_assert_uint_eq(ost_norm_encode(40), 40);
    ck_assert_uint_eq(ost_norm_encode(41), 40);
    ck_assert_uint_eq(ost_norm_encode(42), 41);
    ck_assert_uint_eq(ost_norm_encode(1000), 87);
    ck_assert_uint_eq(ost_norm_decode(87), 984);
    ck_assert_uint_eq(ost_norm_decode(255), 2013265944);
    ck_assert_uint_eq(ost_norm_encode(0x7fffffff), 255);
    ck_assert_uint_eq(ost_norm_encode(UINT32_MAX), 255);
}
END_TEST

/* ---- Impacts ---- */

static void check_impact(const ost_impact_maker *maker, uint32_t tf,
                         uint8_t norm, double average)
{
    const uint8_t impact = ost_impact(tf, norm, average);
    const double exact = ost_saturation(tf, norm, OST_IMPACT_K1,
                                        OST_IMPACT_B, average);
    const float k = (float)(OST_IMPACT_K1 *
                            (1 - OST_IMPACT_B +
                             OST_IMPACT_B * ost_norm_decode(norm) / average));
    const float single = (float)tf / ((float)tf + k);

    if (!(impact / 255.0 >= exact) || !((float)impact / 255.0f >= single) ||
        impact > exact * 255 * 1.00001 + 1 ||
        ost_impact_make(maker, tf, norm) != impact)
        ck_abort_msg("tf %u norm %u average %g: impact %u (%u), saturation %g",
                     tf, norm, average, impact,
                     ost_impact_make(maker, tf, norm), exact);
}

START_TEST(test_impact_is_a_bound_for_every_norm)
{
    for (size_t a = 0; a < N_AVERAGES; a++) {
        ost_impact_maker maker;
        ost_impact_maker_init(&maker, averages[a]);
        for (unsigned norm = 0; norm < 256; norm++) {
            for (uint32_t tf = 1; tf <= 2000; tf++)
                check_impact(&maker, tf, (uint8_t)norm, averages[a]);
            for (uint32_t tf = 2001; tf < 1u << 31; tf += tf / 9)
                check_impact(&maker, tf, (uint8_t)norm, averages[a]);
            check_impact(&maker, 1u << 31, (uint8_t)norm, averages[a]);
            check_impact(&maker, UINT32_MAX, (uint8_t)norm, averages[a]);
        }
    }
}
END_TEST

START_TEST(test_impact_of_no_occurrence_is_zero)
{
    ost_impact_maker maker;

    ost_impact_maker_init(&maker, 20);
    ck_assert_uint_eq(ost_impact(0, 0, 20), 0);
    ck_assert_uint_eq(ost_impact_make(&maker, 0, 0), 0);
    ck_assert_double_eq(ost_saturation(0, 0, 0, 0, 20), 0);
}
END_TEST

START_TEST(test_saturation_without_average_is_finite)
{
    ck_assert_double_eq(ost_saturation(3, 9, 1.2, 0.75, 0), 3 / (3 + 0.3));
    ck_assert_uint_eq(ost_impact(1, 0, 0), 197);
    ck_assert(isfinite(ost_impact_scale_for(0.9, 0.4, 12, 0, 0, 255).most));
}
END_TEST

/* ---- Other parameters ---- */

static void check_posting(const ost_impact_scale *scale, double saturation,
                          uint8_t impact)
{
    const double most = ost_impact_most(scale, impact);
    const double least = ost_impact_least(scale, impact);

    if (!(saturation <= most * (1 + 1e-14)) ||
        !(saturation >= least * (1 - 1e-14)) || !(most <= 1))
        ck_abort_msg("%.17g is not from %.17g to %.17g", saturation, least,
                     most);
}

static void check_scale(double k1, double b, double average, double own,
                        uint8_t shortest, uint8_t longest)
{
    static const uint32_t tfs[] = {1, 2, 3, 7, 40, 999, 1u << 20, UINT32_MAX};
    const ost_impact_scale scale =
        ost_impact_scale_for(k1, b, average, own, shortest, longest);

    ck_assert(isfinite(scale.most));
    ck_assert_double_le(scale.least, scale.most);
    ck_assert_double_ge(scale.least, 0);
    for (unsigned norm = shortest; norm <= longest; norm++)
        for (size_t i = 0; i < sizeof tfs / sizeof *tfs; i++)
            check_posting(
                &scale,
                ost_saturation(tfs[i], (uint8_t)norm, k1, b, average),
                ost_impact(tfs[i], (uint8_t)norm, own));
}

START_TEST(test_impact_scale_bounds_other_parameters)
{
    static const double k1s[] = {0, 0.001, 0.9, 1.2, 2, 100};
    static const double bs[] = {0, 0.4, 0.75, 1};

    for (size_t k = 0; k < sizeof k1s / sizeof *k1s; k++)
        for (size_t b = 0; b < sizeof bs / sizeof *bs; b++)
            for (size_t i = 0; i < N_AVERAGES; i++)
                for (size_t j = 0; j < N_AVERAGES; j++) {
                    check_scale(k1s[k], bs[b], averages[i], averages[j], 0,
                                255);
                    check_scale(k1s[k], bs[b], averages[i], averages[j], 17,
                                90);
                }
}
END_TEST

/* Over lengths that occur, a block of rare words in documents of any length
 * does not look as good as the best. */
START_TEST(test_impact_scale_of_near_lengths_is_tight)
{
    const uint8_t shortest = ost_norm_encode(200);
    const uint8_t longest = ost_norm_encode(800);
    const ost_impact_scale scale =
        ost_impact_scale_for(1.2, 0, 400, 400, shortest, longest);
    const uint8_t impact = ost_impact(1, shortest, 400);

    ck_assert_double_lt(ost_impact_most(&scale, impact), 0.75);
    ck_assert_double_gt(ost_impact_least(&scale, impact), 0.40);
}
END_TEST

START_TEST(test_impact_scale_of_own_parameters_is_one)
{
    for (size_t i = 0; i < N_AVERAGES; i++) {
        const ost_impact_scale scale =
            ost_impact_scale_for(OST_IMPACT_K1, OST_IMPACT_B, averages[i],
                                 averages[i], 0, 255);
        ck_assert_double_eq(scale.least, 1);
        ck_assert_double_eq(scale.most, 1);
    }
}
END_TEST

static void add_case(Suite *suite, const char *name, const TTest *const *tests)
{
    TCase *c = tcase_create(name);

    tcase_set_timeout(c, 120);
    while (*tests != NULL)
        tcase_add_test(c, *tests++);
    suite_add_tcase(suite, c);
}

int main(void)
{
    const TTest *norms[] = {
        test_norm_every_byte_decodes_to_itself,
        test_norm_lengths_round_down_by_less_than_an_eighth,
        test_norm_known_lengths_give_known_bytes, NULL};
    const TTest *impacts[] = {test_impact_is_a_bound_for_every_norm,
                              test_impact_of_no_occurrence_is_zero,
                              test_saturation_without_average_is_finite, NULL};
    const TTest *scales[] = {test_impact_scale_bounds_other_parameters,
                             test_impact_scale_of_near_lengths_is_tight,
                             test_impact_scale_of_own_parameters_is_one, NULL};
    Suite *suite = suite_create("norm");

    add_case(suite, "norm", norms);
    add_case(suite, "impact", impacts);
    add_case(suite, "scale", scales);
    return run_suite(suite);
}
