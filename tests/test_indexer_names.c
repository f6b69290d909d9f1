/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The map of names: what was put in is there, and names that were made to have
 * the same hash take no longer than others.
 */
#include "indexer.h"
#include "like_ids.h"
#include "run_suite.h"

START_TEST(test_names_of_one_hash_are_found)
{
    const uint32_t n = 150000;
    osi_names names = {0};
    uint8_t name[ID];

    for (uint32_t i = 0; i < n; i++) {
        const uint32_t *number;
        make_id(name, nth(i), 7);
        number = osi_names_put(&names, (const char *)name, ID, i);
        if (number == NULL || *number != i)
            ck_abort();
    }
    ck_assert_uint_eq(names.n, n);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t *number;
        make_id(name, nth(i), 7);
        number = osi_names_find(&names, (const char *)name, ID);
        if (number == NULL || *number != i)
            ck_abort();
    }
    make_id(name, nth(n), 7);
    ck_assert_ptr_null(osi_names_find(&names, (const char *)name, ID));
    osi_names_free(&names);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("names");
    TCase *tc = tcase_create("names");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_names_of_one_hash_are_found);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
