/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Versions of libxapian and of the binding's interface. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "xapian-c/xapian_c.h"

START_TEST(test_abi_version_library_matches_header)
{
    ck_assert_int_eq(xapian_c_abi_version(), XAPIAN_C_ABI_VERSION);
}
END_TEST

START_TEST(test_version_string_agrees_with_numbers)
{
    char text[64];
    snprintf(text, sizeof text, "%d.%d.%d", xapian_c_major_version(),
             xapian_c_minor_version(), xapian_c_revision());
    ck_assert_str_eq(xapian_c_version_string(), text);
    ck_assert_int_eq(xapian_c_major_version(), 1);
    ck_assert_int_ge(xapian_c_minor_version(), 4);
}
END_TEST

/* Xapian keeps its ABI within 1.4; a later revision may be loaded. */
START_TEST(test_compiled_version_loaded_library_is_no_older)
{
    int major = 0;
    int minor = 0;
    int revision = 0;
    int n = sscanf(xapian_c_compiled_version_string(), "%d.%d.%d", &major,
                   &minor, &revision);
    ck_assert_int_eq(n, 3);
    ck_assert_int_eq(major, xapian_c_major_version());
    ck_assert_int_eq(minor, xapian_c_minor_version());
    ck_assert_int_le(revision, xapian_c_revision());
}
END_TEST

static Suite *version_suite(void)
{
    Suite *suite = suite_create("xapian_c_version");

    TCase *abi = tcase_create("abi_version");
    tcase_add_test(abi, test_abi_version_library_matches_header);
    suite_add_tcase(suite, abi);

    TCase *string = tcase_create("version_string");
    tcase_add_test(string, test_version_string_agrees_with_numbers);
    suite_add_tcase(suite, string);

    TCase *compiled = tcase_create("compiled_version_string");
    tcase_add_test(compiled, test_compiled_version_loaded_library_is_no_older);
    suite_add_tcase(suite, compiled);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(version_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
