/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Weighting schemes: each by its own function and by its name gives the same
 * search; parameters survive serialising; wrong ones are refused. */
#include "match_fixture.h"

#include "alloc_probe.h"

/* ---- One function for each scheme, with Xapian's defaults ---- */

typedef xapian_c_status (*maker)(xapian_c_weight **out, xapian_c_error *err);

static xapian_c_status tf_idf(xapian_c_weight **out, xapian_c_error *err)
{
    return xapian_c_weight_new_tf_idf("ntn", out, err);
}

static xapian_c_status bm25(xapian_c_weight **out, xapian_c_error *err)
{
    return xapian_c_weight_new_bm25(NULL, out, err);
}

static xapian_c_status bm25_plus(xapian_c_weight **out, xapian_c_error *err)
{
    return xapian_c_weight_new_bm25_plus(NULL, out, err);
}

static xapian_c_status trad(xapian_c_weight **out, xapian_c_error *err)
{
    return xapian_c_weight_new_trad(1.0, out, err);
}

static xapian_c_status inl2(xapian_c_weight **out, xapian_c_error *err)
{
    return xapian_c_weight_new_inl2(1.0, out, err);
}

static xapian_c_status ifb2(xapian_c_weight **out, xapian_c_error *err)
{
    return xapian_c_weight_new_ifb2(1.0, out, err);
}

static xapian_c_status ineb2(xapian_c_weight **out, xapian_c_error *err)
{
    return xapian_c_weight_new_ineb2(1.0, out, err);
}

static xapian_c_status bb2(xapian_c_weight **out, xapian_c_error *err)
{
    return xapian_c_weight_new_bb2(1.0, out, err);
}

static xapian_c_status pl2(xapian_c_weight **out, xapian_c_error *err)
{
    return xapian_c_weight_new_pl2(1.0, out, err);
}

static xapian_c_status pl2_plus(xapian_c_weight **out, xapian_c_error *err)
{
    return xapian_c_weight_new_pl2_plus(1.0, 0.8, out, err);
}

static xapian_c_status lm(xapian_c_weight **out, xapian_c_error *err)
{
    return xapian_c_weight_new_lm(0.0, XAPIAN_C_TWO_STAGE_SMOOTHING, -1.0,
                                  -1.0, out, err);
}

static const struct {
    const char *name;
    maker make;
} schemes[] = {
    {"Xapian::BoolWeight", xapian_c_weight_new_bool},
    {"Xapian::CoordWeight", xapian_c_weight_new_coord},
    {"Xapian::TfIdfWeight", tf_idf},
    {"Xapian::BM25Weight", bm25},
    {"Xapian::BM25PlusWeight", bm25_plus},
    {"Xapian::TradWeight", trad},
    {"Xapian::InL2Weight", inl2},
    {"Xapian::IfB2Weight", ifb2},
    {"Xapian::IneB2Weight", ineb2},
    {"Xapian::BB2Weight", bb2},
    {"Xapian::PL2Weight", pl2},
    {"Xapian::PL2PlusWeight", pl2_plus},
    {"Xapian::DLHWeight", xapian_c_weight_new_dlh},
    {"Xapian::DPHWeight", xapian_c_weight_new_dph},
    {"Xapian::LMWeight", lm},
};

enum { SCHEMES = sizeof schemes / sizeof schemes[0] };

/* The weight of each document for "word", in the order of the result. Other
 * documents make the word rare, as some schemes give weights of less than 0
 * to a frequent word, and Xapian then finds nothing. */
static unsigned weigh(const xapian_c_weight *weight, double out[DOCS])
{
    xapian_c_database *db = open_docs("");
    for (unsigned i = DOCS + 1; i < 50; i++)
        add_doc(db, i);
    xapian_c_enquire *enquire = enquire_on(db, term_query("word"));
    xapian_c_database_free(db);
    OK(xapian_c_enquire_set_weighting_scheme(enquire, weight, NULL));
    xapian_c_mset *mset = search(enquire);
    unsigned size = xapian_c_mset_size(mset);
    for (unsigned i = 0; i < size; i++)
        OK(xapian_c_mset_get_weight(mset, i, &out[i], NULL));
    xapian_c_mset_free(mset);
    xapian_c_enquire_free(enquire);
    return size;
}

static void weighs_same(const xapian_c_weight *a, const xapian_c_weight *b)
{
    double x[DOCS], y[DOCS];
    unsigned size = weigh(a, x);
    ck_assert_uint_eq(size, 4);
    ck_assert_uint_eq(weigh(b, y), size);
    for (unsigned i = 0; i < size; i++)
        ck_assert_double_eq(x[i], y[i]);
}

START_TEST(test_new_scheme_is_that_of_its_name)
{
    xapian_c_weight *made = NULL, *named = NULL;
    const char *name = NULL;
    size_t len = 0;
    OK(schemes[_i].make(&made, NULL));
    OK(xapian_c_weight_name(made, &name, &len, NULL));
    is_text(name, len, schemes[_i].name);
    OK(xapian_c_weight_new(schemes[_i].name, &named, NULL));
    weighs_same(made, named);
    xapian_c_weight_free(made);
    xapian_c_weight_free(named);
}
END_TEST

START_TEST(test_serialise_then_unserialise_gives_the_same)
{
    xapian_c_weight *made = NULL, *read = NULL, *clone = NULL;
    const char *bytes = NULL;
    size_t len = 0;
    OK(schemes[_i].make(&made, NULL));
    OK(xapian_c_weight_serialise(made, &bytes, &len, NULL));
    OK(xapian_c_weight_unserialise(schemes[_i].name, bytes, len, &read,
                                   NULL));
    OK(xapian_c_weight_clone(made, &clone, NULL));
    weighs_same(made, read);
    weighs_same(clone, read);
    xapian_c_weight_free(made);
    xapian_c_weight_free(read);
    xapian_c_weight_free(clone);
}
END_TEST

START_TEST(test_new_failing_allocation_is_no_memory)
{
    if (!alloc_probe_works())
        return;
    for (unsigned long n = 1;; n++) {
        xapian_c_weight *weight = NULL;
        alloc_probe_fail(n);
        xapian_c_status status = schemes[_i].make(&weight, NULL);
        bool failed = alloc_probe_has_failed();
        alloc_probe_fail(0);
        if (!failed) {
            OK(status);
            xapian_c_weight_free(weight);
            ck_assert_uint_gt(n, 1);
            return;
        }
        IS(NO_MEMORY, status);
        ck_assert_ptr_null(weight);
    }
}
END_TEST

START_TEST(test_unserialise_wrong_bytes_is_serialisation_error)
{
    xapian_c_weight *weight = NULL;
    xapian_c_error err = {0};
    IS(SERIALISATION_ERROR, xapian_c_weight_unserialise(
                                "Xapian::BM25Weight", "x", 1, &weight, &err));
    ck_assert_str_eq(err.type, "SerialisationError");
    ck_assert_ptr_null(weight);
}
END_TEST

START_TEST(test_new_unknown_name_is_invalid_argument)
{
    xapian_c_weight *weight = (xapian_c_weight *)&weight;
    INVALID(xapian_c_weight_new("BM26", &weight, NULL));
    ck_assert_ptr_null(weight);
    INVALID(xapian_c_weight_unserialise("", "", 0, &weight, NULL));
}
END_TEST

START_TEST(test_tf_idf_normalizations_change_weights)
{
    xapian_c_weight *weight = NULL;
    double w[DOCS];
    OK(xapian_c_weight_new_tf_idf("nnn", &weight, NULL));
    ck_assert_uint_eq(weigh(weight, w), 4);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_double_eq(w[i], 4.0 - i);
    xapian_c_weight_free(weight);
    OK(xapian_c_weight_new_tf_idf("bnn", &weight, NULL));
    ck_assert_uint_eq(weigh(weight, w), 4);
    ck_assert_double_eq(w[0], 1.0);
    ck_assert_double_eq(w[3], 1.0);
    xapian_c_weight_free(weight);
    static const char *const others[] = {"stn", "ltn", "Ltn",
                                         "npn", "nfn", "nsn"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        OK(xapian_c_weight_new_tf_idf(others[i], &weight, NULL));
        ck_assert_uint_eq(weigh(weight, w), 4);
        xapian_c_weight_free(weight);
    }
}
END_TEST

START_TEST(test_wrong_parameters_are_invalid_argument)
{
    xapian_c_weight *weight = (xapian_c_weight *)&weight;
    INVALID(xapian_c_weight_new_tf_idf("zzz", &weight, NULL));
    ck_assert_ptr_null(weight);
    INVALID(xapian_c_weight_new_tf_idf("", &weight, NULL));
    INVALID(xapian_c_weight_new_inl2(0.0, &weight, NULL));
    INVALID(xapian_c_weight_new_ifb2(0.0, &weight, NULL));
    INVALID(xapian_c_weight_new_ineb2(-1.0, &weight, NULL));
    INVALID(xapian_c_weight_new_bb2(0.0, &weight, NULL));
    INVALID(xapian_c_weight_new_pl2(0.0, &weight, NULL));
    INVALID(xapian_c_weight_new_pl2_plus(1.0, 0.0, &weight, NULL));
    weight = (xapian_c_weight *)&weight;
    INVALID(xapian_c_weight_new_lm(0.0, (xapian_c_smoothing)6, 0.0, 0.0,
                                   &weight, NULL));
    ck_assert_ptr_null(weight);
}
END_TEST

START_TEST(test_lm_takes_every_smoothing)
{
    for (int s = 1; s <= 5; s++) {
        xapian_c_weight *weight = NULL;
        double w[DOCS];
        OK(xapian_c_weight_new_lm(10000.0, (xapian_c_smoothing)s, 0.7, 0.5,
                                  &weight, NULL));
        ck_assert_uint_eq(weigh(weight, w), 4);
        ck_assert_double_gt(w[0], 0.0);
        xapian_c_weight_free(weight);
    }
}
END_TEST

START_TEST(test_bm25_parameters_change_weights)
{
    const xapian_c_bm25_params defaults = XAPIAN_C_BM25_DEFAULTS;
    xapian_c_bm25_params flat = XAPIAN_C_BM25_DEFAULTS;
    xapian_c_weight *a = NULL, *b = NULL;
    double w[DOCS];
    OK(xapian_c_weight_new_bm25(NULL, &a, NULL));
    OK(xapian_c_weight_new_bm25(&defaults, &b, NULL));
    weighs_same(a, b);
    xapian_c_weight_free(a);
    xapian_c_weight_free(b);
    flat.k1 = 0.0; /* the frequency in the document no longer counts */
    OK(xapian_c_weight_new_bm25(&flat, &a, NULL));
    ck_assert_uint_eq(weigh(a, w), 4);
    ck_assert_double_eq(w[0], w[3]);
    xapian_c_weight_free(a);
}
END_TEST

START_TEST(test_null_is_invalid_argument)
{
    xapian_c_weight *weight = NULL;
    const char *p = "x";
    size_t len = 7;
    INVALID(xapian_c_weight_new(NULL, &weight, NULL));
    INVALID(xapian_c_weight_new("Xapian::BM25Weight", NULL, NULL));
    INVALID(xapian_c_weight_unserialise("Xapian::BM25Weight", NULL, 1,
                                        &weight, NULL));
    INVALID(xapian_c_weight_clone(NULL, &weight, NULL));
    INVALID(xapian_c_weight_new_tf_idf(NULL, &weight, NULL));
    INVALID(xapian_c_weight_new_bool(NULL, NULL));
    INVALID(xapian_c_weight_name(NULL, &p, &len, NULL));
    ck_assert_ptr_null(p);
    ck_assert_uint_eq(len, 0);
    INVALID(xapian_c_weight_serialise(NULL, &p, &len, NULL));
    xapian_c_weight_free(NULL);
}
END_TEST

static Suite *weight_suite(void)
{
    Suite *suite = suite_create("xapian_c_weight");
    TCase *each = tcase_create("each scheme");
    tcase_add_loop_test(each, test_new_scheme_is_that_of_its_name, 0,
                        SCHEMES);
    tcase_add_loop_test(each, test_serialise_then_unserialise_gives_the_same,
                        0, SCHEMES);
    tcase_add_loop_test(each, test_new_failing_allocation_is_no_memory, 0,
                        SCHEMES);
    suite_add_tcase(suite, each);

    TCase *params = tcase_create("parameters");
    tcase_add_test(params, test_unserialise_wrong_bytes_is_serialisation_error);
    tcase_add_test(params, test_new_unknown_name_is_invalid_argument);
    tcase_add_test(params, test_tf_idf_normalizations_change_weights);
    tcase_add_test(params, test_wrong_parameters_are_invalid_argument);
    tcase_add_test(params, test_lm_takes_every_smoothing);
    tcase_add_test(params, test_bm25_parameters_change_weights);
    tcase_add_test(params, test_null_is_invalid_argument);
    suite_add_tcase(suite, params);
    return suite;
}

int main(void)
{
    return run_suite(weight_suite());
}
