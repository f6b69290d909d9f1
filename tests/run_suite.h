/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The end of every test program.
 */
#ifndef OST_TEST_RUN_SUITE_H
#define OST_TEST_RUN_SUITE_H

#include "asserts.h"

/* Runs a suite, frees it, and returns what main() should. */
static int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

#endif
