/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Places: bytes of a value and back, distances, and searches by distance. */
#include "match_fixture.h"

#include <math.h>

#include "xapian-c/xapian_c_match_lat_long.h"

enum { SLOT = 7 };

static const xapian_c_lat_long origin = {0.0, 0.0};

/* Documents 1, 2 and 3 lie 2, 1 and 3 degrees east of the origin; 4 is
 * nowhere. */
static xapian_c_database *open_places(void)
{
    static const double east[] = {2.0, 1.0, 3.0};
    xapian_c_database *db = NULL;
    OK(xapian_c_writable_database_new_path("", XAPIAN_C_DB_BACKEND_INMEMORY,
                                           0, &db, NULL));
    for (unsigned i = 0; i < 4; i++) {
        xapian_c_document *doc = NULL;
        char value[16];
        size_t len = 0;
        unsigned docid = 0;
        OK(xapian_c_document_new(&doc, NULL));
        OK(xapian_c_document_add_term(doc, "all", 3, 1, NULL));
        if (i < 3) {
            const xapian_c_lat_long place = {0.0, east[i]};
            OK(xapian_c_lat_long_serialise(&place, 1, value, sizeof value,
                                           &len, NULL));
            add_value(doc, SLOT, value, len);
        }
        OK(xapian_c_writable_database_add_document(db, doc, &docid, NULL));
        xapian_c_document_free(doc);
    }
    return db;
}

START_TEST(test_serialise_then_unserialise_gives_places)
{
    const xapian_c_lat_long in[] = {{51.5, -0.25}, {-90.0, 400.0}};
    xapian_c_lat_long out[2];
    char bytes[12];
    size_t len = 0, n = 0;
    OK(xapian_c_lat_long_serialise(in, 2, bytes, sizeof bytes, &len, NULL));
    OK(xapian_c_lat_long_unserialise(bytes, len, out, 2, &n, NULL));
    ck_assert_uint_eq(n, 2);
    ck_assert_double_eq_tol(out[0].latitude, 51.5, 1e-3);
    ck_assert_double_eq_tol(out[0].longitude, 359.75, 1e-3);
    ck_assert_double_eq_tol(out[1].latitude, -90.0, 1e-3);
    IS(NO_ROOM, xapian_c_lat_long_unserialise(bytes, len, out, 1, &n, NULL));
    ck_assert_uint_eq(n, 2);
    IS(NO_ROOM, xapian_c_lat_long_serialise(in, 2, bytes, 3, &n, NULL));
    ck_assert_uint_eq(n, len);
    OK(xapian_c_lat_long_serialise(NULL, 0, NULL, 0, &n, NULL));
    ck_assert_uint_eq(n, 0);
    IS(SERIALISATION_ERROR,
       xapian_c_lat_long_unserialise("\xff", 1, out, 2, &n, NULL));
    IS(SERIALISATION_ERROR,
       xapian_c_lat_long_unserialise("1234567", 7, out, 2, &n, NULL));
    ck_assert_uint_eq(n, 0);
    INVALID(xapian_c_lat_long_unserialise(NULL, 1, out, 2, &n, NULL));
    INVALID(xapian_c_lat_long_serialise(NULL, 1, bytes, 12, &n, NULL));
}
END_TEST

START_TEST(test_wrong_places_are_invalid_argument)
{
    const xapian_c_lat_long wrong[] = {{90.5, 0.0},
                                       {(double)NAN, 0.0},
                                       {0.0, (double)INFINITY}};
    for (size_t i = 0; i < 3; i++) {
        char bytes[12];
        size_t len = 7;
        double d = 7.0;
        INVALID(xapian_c_lat_long_serialise(&wrong[i], 1, bytes, 12, &len,
                                            NULL));
        ck_assert_uint_eq(len, 0);
        INVALID(xapian_c_lat_long_distance(&wrong[i], 1, &origin, 1, 0.0, &d,
                                           NULL));
        ck_assert_double_eq(d, 0.0);
    }
}
END_TEST

START_TEST(test_distance_is_along_the_globe)
{
    const xapian_c_lat_long pole = {90.0, 0.0};
    double d = 0.0;
    OK(xapian_c_lat_long_distance(&origin, 1, &pole, 1, 1.0, &d, NULL));
    ck_assert_double_eq_tol(d, acos(-1.0) / 2, 1e-9);
    OK(xapian_c_lat_long_distance(&origin, 1, &pole, 1, 0.0, &d, NULL));
    ck_assert_double_eq_tol(d, 1.0e7, 5.0e4);
    INVALID(xapian_c_lat_long_distance(&origin, 1, NULL, 0, 0.0, &d, NULL));
    INVALID(xapian_c_lat_long_distance(&origin, 1, &pole, 1, -1.0, &d, NULL));
    ck_assert_double_eq(xapian_c_miles_to_metres(1.0), 1609.344);
    ck_assert_double_eq_tol(xapian_c_metres_to_miles(1609.344), 1.0, 1e-12);
}
END_TEST

START_TEST(test_source_finds_what_is_near)
{
    xapian_c_lat_long_options o = XAPIAN_C_LAT_LONG_DEFAULTS;
    xapian_c_database *db = open_places();
    xapian_c_posting_source *source = NULL;
    xapian_c_query *query = NULL;
    for (int near = 0; near < 2; near++) {
        o.max_range = near ? 250000.0 : 0.0;
        OK(xapian_c_posting_source_new_lat_long(SLOT, &origin, 1, &o, &source,
                                                NULL));
        OK(xapian_c_query_new_posting_source(source, &query, NULL));
        xapian_c_posting_source_free(source);
        xapian_c_enquire *e = enquire_on(db, query);
        finds(e, near ? "21" : "213");
        xapian_c_enquire_free(e);
    }
    o.k1 = 0.0;
    INVALID(xapian_c_posting_source_new_lat_long(SLOT, &origin, 1, &o,
                                                 &source, NULL));
    ck_assert_ptr_null(source);
    INVALID(xapian_c_posting_source_new_lat_long(SLOT, NULL, 0, NULL, &source,
                                                 NULL));
    xapian_c_database_free(db);
}
END_TEST

START_TEST(test_key_maker_sorts_by_distance)
{
    static const double defdistances[] = {-1.0, 150000.0};
    static const char *const docs[] = {"2134", "2413"};
    xapian_c_database *db = open_places();
    xapian_c_key_maker *maker = NULL;
    xapian_c_enquire *e = enquire_on(db, term_query("all"));
    for (int i = 0; i < 2; i++) {
        OK(xapian_c_key_maker_new_lat_long(SLOT, &origin, 1, 0.0,
                                           defdistances[i], &maker, NULL));
        OK(xapian_c_enquire_set_sort_by_key(e, maker, false, NULL));
        xapian_c_key_maker_free(maker);
        finds(e, docs[i]);
    }
    INVALID(xapian_c_key_maker_new_lat_long(SLOT, NULL, 0, 0.0, 0.0, &maker,
                                            NULL));
    ck_assert_ptr_null(maker);
    xapian_c_enquire_free(e);
    xapian_c_database_free(db);
}
END_TEST

static Suite *lat_long_suite(void)
{
    Suite *suite = suite_create("xapian_c_match_lat_long");
    TCase *tcase = tcase_create("places");
    tcase_add_test(tcase, test_serialise_then_unserialise_gives_places);
    tcase_add_test(tcase, test_wrong_places_are_invalid_argument);
    tcase_add_test(tcase, test_distance_is_along_the_globe);
    tcase_add_test(tcase, test_source_finds_what_is_near);
    tcase_add_test(tcase, test_key_maker_sorts_by_distance);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(lat_long_suite());
}
