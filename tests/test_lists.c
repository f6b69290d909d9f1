/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Lists in memory give back what was added to them, document by document,
 * whatever the distances, beside a plain array of all occurrences.
 */
#include "index.h"
#include "lists.h"
#include "run_suite.h"

#define TERMS 40
#define MOST 60000

typedef struct occurrence {
    uint32_t term, doc, position;
    bool bare; /* without position, for lists */
} occurrence;

static occurrence *all; /* as added */
static size_t n_all;
static uint32_t *first; /* of documents */
static uint32_t n_docs;
static uint32_t expected[MOST]; /* positions in one document */
static uint64_t state;

static uint32_t rnd(uint32_t below)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)((state >> 33) % below);
}

/* Makes documents of up to `longest` words that lie up to `apart` positions
 * from each other. Some have no place at all. */
static void make(uint32_t docs, uint32_t longest, uint32_t apart)
{
    n_all = 0;
    n_docs = docs;
    first[0] = 0;
    for (uint32_t d = 0; d < docs; d++) {
        const uint32_t words = rnd(4) == 0 ? 0 : rnd(longest + 1);
        uint32_t position = 0;
        for (uint32_t i = 0; i < words && n_all < MOST; i++) {
            /* Small numbers are frequent terms; two words may stand at one
             * position. */
            const uint32_t term = rnd(rnd(TERMS) + 1);
            position += rnd(5) == 0 ? 0 : rnd(apart) + (apart > 2);
            all[n_all++] = (occurrence){term, d, position, rnd(6) == 0};
        }
        if (words > 0)
            position++;
        ck_assert_uint_le(position, OST_PLACES - first[d]);
        first[d + 1] = first[d] + position;
    }
}

static bool add_all(ost_lists *lists)
{
    bool ok = ost_lists_reserve(lists, TERMS);

    for (size_t i = 0; ok && i < n_all; i++)
        ok = ost_list_add(lists, all[i].term,
                          first[all[i].doc] + all[i].position, !all[i].bare);
    return ok && ost_lists_settle(lists);
}

/* Equal positions of one document count as one. Leaves the others and returns
 * how many those are. */
static uint32_t different(uint32_t *positions, uint32_t n)
{
    uint32_t m = 0;

    for (uint32_t i = 0; i < n; i++)
        if (m == 0 || positions[m - 1] != positions[i])
            positions[m++] = positions[i];
    return m;
}

static void check_term(ost_list_reader *r, const ost_lists *lists,
                       const ost_places *places, uint32_t term)
{
    uint32_t at = 0, passed = 0; /* documents; positions of those at hand */

    ck_assert(ost_list_reader_start(r, lists, places, term));
    for (size_t i = 0; i < n_all;) {
        const uint32_t doc = all[i].doc;
        uint32_t tf = 0, n = 0;
        for (; i < n_all && all[i].doc == doc; i++) {
            if (all[i].term != term)
                continue;
            tf++;
            if (!all[i].bare)
                expected[n++] = all[i].position;
        }
        if (tf == 0)
            continue;
        if (at == r->n) {
            ck_assert(ost_list_reader_next(r));
            at = passed = 0;
        }
        ck_assert_uint_lt(at, r->n);
        ck_assert_uint_eq(r->docs[at], doc);
        ck_assert_uint_eq(r->tfs[at], tf);
        n = different(expected, n);
        ck_assert_uint_eq(r->counts[at], n);
        ck_assert_mem_eq(r->positions + passed, expected,
                         n * sizeof *expected);
        passed += r->counts[at++];
    }
    ck_assert_uint_eq(at, r->n);
    ck_assert(ost_list_reader_next(r));
    ck_assert_uint_eq(r->n, 0);
}

/* Adds and reads back; twice, as lists are used again when they were freed. */
static void round_trip(uint32_t docs, uint32_t longest, uint32_t apart)
{
    ost_lists lists = {0};
    ost_list_reader reader = {0};
    ost_places places;

    for (int round = 0; round < 2; round++) {
        make(docs, longest, apart);
        ck_assert(add_all(&lists));
        ck_assert(ost_places_open(&places, first, n_docs));
        for (uint32_t t = 0; t < TERMS; t++)
            check_term(&reader, &lists, &places, t);
        ost_places_close(&places);
        ost_lists_free(&lists);
        ck_assert_uint_eq(ost_lists_memory(&lists), 0);
    }
    ost_list_reader_free(&reader);
}

static void setup(void)
{
    all = malloc(MOST * sizeof *all);
    first = malloc((MOST + 1) * sizeof *first);
    state = 4711;
}

static void teardown(void)
{
    free(all);
    free(first);
}

START_TEST(test_lists_short_documents_round_trip)
{
    for (uint32_t n = 0; n < 60; n++)
        round_trip(n, n % 7, 2);
    round_trip(MOST, 1, 2);
}
END_TEST

START_TEST(test_lists_long_documents_round_trip)
{
    round_trip(1, 20000, 2); /* more of a term than has room at first */
    round_trip(3, 15000, 100);
    round_trip(200, 200, 70000);
}
END_TEST

START_TEST(test_lists_far_distances_round_trip)
{
    for (int i = 0; i < 20; i++) {
        round_trip(3, 60, 10000000);
        round_trip(40, 1, 45000000);
    }
    round_trip(3, 1, 700000000); /* more than OST_LIST_STEP */
}
END_TEST

/* One document over most places, and many in the rest: they cannot all be
 * told apart by the table. */
START_TEST(test_lists_uneven_documents_are_found)
{
    ost_places places;

    for (uint32_t i = 0; i < MOST; i++)
        first[i] = i == 0 ? 0 : OST_PLACES - (MOST - i);
    first[MOST] = OST_PLACES;
    ck_assert(ost_places_open(&places, first, MOST));
    for (uint32_t i = 0; i < MOST; i++) {
        const uint32_t end = first[i + 1];
        ck_assert_uint_eq(ost_places_find(&places, first[i]), i);
        ck_assert_uint_eq(ost_places_find(&places, end - 1), i);
    }
    ost_places_close(&places);
}
END_TEST

START_TEST(test_lists_every_distance_round_trips)
{
    for (uint32_t bit = 0; bit < 31; bit++)
        for (int off = -2; off <= 2; off++) {
            const uint64_t place = (UINT64_C(1) << bit) + (uint64_t)off;
            ost_lists lists = {0};
            ost_list_reader r = {0};
            ost_places places;
            if (place >= OST_PLACES)
                continue;
            n_docs = 1;
            first[0] = 0;
            first[1] = (uint32_t)place + 1;
            ck_assert(ost_lists_reserve(&lists, 1));
            for (int i = 0; i < 20; i++) /* over the end of the first chunk */
                ck_assert(ost_list_add(
                    &lists, 0, (uint32_t)i < bit % 5 ? 0 : (uint32_t)place,
                    true));
            ck_assert(ost_lists_settle(&lists));
            ck_assert(ost_places_open(&places, first, 1));
            ck_assert(ost_list_reader_start(&r, &lists, &places, 0));
            ck_assert_uint_eq(r.n, 1);
            ck_assert_uint_eq(r.tfs[0], 20);
            ck_assert_uint_eq(r.counts[0], bit % 5 > 0 && place > 0 ? 2 : 1);
            ck_assert_uint_eq(r.positions[0], bit % 5 > 0 ? 0 : place);
            ck_assert_uint_eq(r.positions[r.counts[0] - 1], place);
            ost_places_close(&places);
            ost_list_reader_free(&r);
            ost_lists_free(&lists);
        }
}
END_TEST

/* Adding and reading, with the n-th allocation failing. True: none failed. */
static bool survives(unsigned long n)
{
    ost_lists lists = {0};
    ost_list_reader r = {0};
    ost_places places = {0};
    bool ok;

    ost_alloc_fail_at(n);
    ok = add_all(&lists) && ost_places_open(&places, first, n_docs);
    for (uint32_t t = 0; ok && t < TERMS; t++) {
        ok = ost_list_reader_start(&r, &lists, &places, t);
        while (ok && r.n > 0)
            ok = ost_list_reader_next(&r);
    }
    ck_assert_int_eq(ok, ost_alloc_fail_at(0) != 0);
    ost_places_close(&places);
    ost_list_reader_free(&r);
    ost_lists_free(&lists);
    return ok;
}

START_TEST(test_lists_without_memory_fail)
{
    unsigned long n = 1;

    make(2, 20000, 2);
    while (!survives(n))
        n++;
    ck_assert_uint_gt(n, 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lists");
    TCase *tc = tcase_create("lists");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_lists_short_documents_round_trip);
    tcase_add_test(tc, test_lists_long_documents_round_trip);
    tcase_add_test(tc, test_lists_far_distances_round_trip);
    tcase_add_test(tc, test_lists_uneven_documents_are_found);
    tcase_add_test(tc, test_lists_every_distance_round_trips);
    tcase_add_test(tc, test_lists_without_memory_fail);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
