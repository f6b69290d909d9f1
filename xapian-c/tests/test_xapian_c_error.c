/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The guard and the error struct: every exception has its status, texts
 * always fit and end, and `err` may be NULL. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_probe.h"
#include "guard_probe.h"

/* ---- guard ---- */

static const struct {
    const char *name;
    xapian_c_status status;
    const char *status_name;
} mapped[] = {
    {"AssertionError", XAPIAN_C_ASSERTION_ERROR, "ASSERTION_ERROR"},
    {"InvalidArgumentError", XAPIAN_C_INVALID_ARGUMENT_ERROR,
     "INVALID_ARGUMENT_ERROR"},
    {"InvalidOperationError", XAPIAN_C_INVALID_OPERATION_ERROR,
     "INVALID_OPERATION_ERROR"},
    {"UnimplementedError", XAPIAN_C_UNIMPLEMENTED_ERROR,
     "UNIMPLEMENTED_ERROR"},
    {"DatabaseError", XAPIAN_C_DATABASE_ERROR, "DATABASE_ERROR"},
    {"DatabaseClosedError", XAPIAN_C_DATABASE_CLOSED_ERROR,
     "DATABASE_CLOSED_ERROR"},
    {"DatabaseCorruptError", XAPIAN_C_DATABASE_CORRUPT_ERROR,
     "DATABASE_CORRUPT_ERROR"},
    {"DatabaseCreateError", XAPIAN_C_DATABASE_CREATE_ERROR,
     "DATABASE_CREATE_ERROR"},
    {"DatabaseLockError", XAPIAN_C_DATABASE_LOCK_ERROR,
     "DATABASE_LOCK_ERROR"},
    {"DatabaseModifiedError", XAPIAN_C_DATABASE_MODIFIED_ERROR,
     "DATABASE_MODIFIED_ERROR"},
    {"DatabaseNotFoundError", XAPIAN_C_DATABASE_NOT_FOUND_ERROR,
     "DATABASE_NOT_FOUND_ERROR"},
    {"DatabaseOpeningError", XAPIAN_C_DATABASE_OPENING_ERROR,
     "DATABASE_OPENING_ERROR"},
    {"DatabaseVersionError", XAPIAN_C_DATABASE_VERSION_ERROR,
     "DATABASE_VERSION_ERROR"},
    {"DocNotFoundError", XAPIAN_C_DOC_NOT_FOUND_ERROR,
     "DOC_NOT_FOUND_ERROR"},
    {"FeatureUnavailableError", XAPIAN_C_FEATURE_UNAVAILABLE_ERROR,
     "FEATURE_UNAVAILABLE_ERROR"},
    {"InternalError", XAPIAN_C_INTERNAL_ERROR, "INTERNAL_ERROR"},
    {"NetworkError", XAPIAN_C_NETWORK_ERROR, "NETWORK_ERROR"},
    {"NetworkTimeoutError", XAPIAN_C_NETWORK_TIMEOUT_ERROR,
     "NETWORK_TIMEOUT_ERROR"},
    {"QueryParserError", XAPIAN_C_QUERY_PARSER_ERROR, "QUERY_PARSER_ERROR"},
    {"RangeError", XAPIAN_C_RANGE_ERROR, "RANGE_ERROR"},
    {"SerialisationError", XAPIAN_C_SERIALISATION_ERROR,
     "SERIALISATION_ERROR"},
    {"WildcardError", XAPIAN_C_WILDCARD_ERROR, "WILDCARD_ERROR"},
};

enum { MAPPED = sizeof mapped / sizeof mapped[0] };

START_TEST(test_guard_xapian_error_has_its_own_status)
{
    xapian_c_error err;
    memset(&err, 'x', sizeof err);
    int status = guard_probe(mapped[_i].name, &err);
    ck_assert_int_eq(status, mapped[_i].status);
    ck_assert_int_eq(err.status, mapped[_i].status);
    ck_assert_str_eq(err.type, mapped[_i].name);
    ck_assert_str_eq(err.message, "the message");
    ck_assert_str_eq(err.context, "the context");
    ck_assert_str_eq(xapian_c_status_name(err.status),
                     mapped[_i].status_name);
}
END_TEST

START_TEST(test_guard_null_err_still_returns_status)
{
    ck_assert_int_eq(guard_probe(mapped[_i].name, NULL), mapped[_i].status);
}
END_TEST

static const struct {
    const char *name;
    xapian_c_status status;
    const char *type;
    const char *message;
} others[] = {
    {"NewLogicError", XAPIAN_C_LOGIC_ERROR, "NewLogicError", "new"},
    {"NewRuntimeError", XAPIAN_C_RUNTIME_ERROR, "NewRuntimeError", "new"},
    {"NewDatabaseError", XAPIAN_C_DATABASE_ERROR, "NewDatabaseError", "new"},
    {"NewError", XAPIAN_C_ERROR, "NewError", "new"},
    {"bad_alloc", XAPIAN_C_NO_MEMORY, "std::bad_alloc", "out of memory"},
    {"bad_array_new_length", XAPIAN_C_NO_MEMORY, "std::bad_alloc",
     "out of memory"},
    {"runtime_error", XAPIAN_C_STD_EXCEPTION, "std::exception",
     "the message"},
    {"int", XAPIAN_C_UNKNOWN, "unknown", "an exception of unknown type"},
    {"string", XAPIAN_C_UNKNOWN, "unknown", "an exception of unknown type"},
    {"callback_failure", XAPIAN_C_CALLBACK_FAILED, "xapian_c",
     "a callback reported failure"},
};

enum { OTHERS = sizeof others / sizeof others[0] };

START_TEST(test_guard_other_exception_has_nearest_status)
{
    xapian_c_error err;
    memset(&err, 'x', sizeof err);
    int status = guard_probe(others[_i].name, &err);
    ck_assert_int_eq(status, others[_i].status);
    ck_assert_int_eq(err.status, others[_i].status);
    ck_assert_str_eq(err.type, others[_i].type);
    ck_assert_str_eq(err.message, others[_i].message);
    ck_assert_str_eq(err.context, "");
    ck_assert_int_eq(guard_probe(others[_i].name, NULL), others[_i].status);
}
END_TEST

START_TEST(test_guard_nothing_thrown_leaves_err_alone)
{
    xapian_c_error err;
    xapian_c_error before;
    memset(&err, 'x', sizeof err);
    before = err;
    ck_assert_int_eq(guard_probe("", &err), XAPIAN_C_OK);
    ck_assert_mem_eq(&err, &before, sizeof err);
}
END_TEST

/* ---- texts ---- */

static void throw_text(const char *message, size_t len, const char *context,
                       int system_errno, xapian_c_error *err)
{
    memset(err, 'x', sizeof *err);
    xapian_c_status status =
        guard_probe_text(message, len, context, system_errno, err);
    ck_assert_int_eq(status, XAPIAN_C_DATABASE_OPENING_ERROR);
}

/* Every length around the end of the buffer, in message and context. */
START_TEST(test_text_any_length_is_cut_and_ended)
{
    char text[300];
    size_t len = (size_t)_i;
    size_t kept = len < XAPIAN_C_TEXT_SIZE ? len : XAPIAN_C_TEXT_SIZE - 1;
    xapian_c_error err;
    memset(text, 'a', len);
    text[len] = '\0';
    throw_text(text, len, text, 0, &err);
    ck_assert_uint_eq(strlen(err.message), kept);
    ck_assert_uint_eq(strlen(err.context), kept);
    ck_assert_mem_eq(err.message, text, kept);
    ck_assert_mem_eq(err.context, text, kept);
}
END_TEST

/* Four-byte characters behind 0 to 3 letters: the cut never splits one. */
START_TEST(test_text_long_utf8_is_cut_between_characters)
{
    char text[301] = "abc";
    size_t lead = (size_t)_i;
    size_t len = lead;
    xapian_c_error err;
    for (; len + 4 < sizeof text; len += 4)
        memcpy(text + len, "\xF0\x9F\x90\x8B", 4);
    throw_text(text, len, "", 0, &err);
    size_t kept = strlen(err.message);
    ck_assert_uint_eq((kept - lead) % 4, 0);
    ck_assert_uint_gt(kept, XAPIAN_C_TEXT_SIZE - 1 - 4);
    ck_assert_mem_eq(err.message, text, kept);
}
END_TEST

START_TEST(test_text_long_not_utf8_keeps_most)
{
    char text[250];
    xapian_c_error err;
    memset(text, 0x80, sizeof text);
    throw_text(text, sizeof text, "", 0, &err);
    ck_assert_uint_ge(strlen(err.message), XAPIAN_C_TEXT_SIZE - 4);
}
END_TEST

START_TEST(test_text_zero_byte_becomes_question_mark)
{
    xapian_c_error err;
    throw_text("a\0b", 3, "", 0, &err);
    ck_assert_str_eq(err.message, "a?b");
}
END_TEST

START_TEST(test_text_errno_is_explained)
{
    char expected[100];
    xapian_c_error err;
    snprintf(expected, sizeof expected, "no luck (%s)", strerror(ENOENT));
    throw_text("no luck", 7, "here", ENOENT, &err);
    ck_assert_str_eq(err.message, expected);
    ck_assert_str_eq(err.context, "here");
}
END_TEST

START_TEST(test_text_errno_without_memory_is_left_out)
{
    xapian_c_error err;
    if (!alloc_probe_works())
        return;
    memset(&err, 'x', sizeof err);
    ck_assert_int_eq(guard_probe_no_memory(&err),
                     XAPIAN_C_DATABASE_OPENING_ERROR);
    ck_assert_str_eq(err.type, "DatabaseOpeningError");
    ck_assert_str_eq(err.message, "short");
    ck_assert_str_eq(err.context, "");
}
END_TEST

/* ---- status_name ---- */

START_TEST(test_status_name_own_status_is_spelled)
{
    static const char *const names[] = {
        "OK",        "END",           "NO_ROOM",
        "NO_MEMORY", "CALLBACK_FAILED", "STD_EXCEPTION",
        "UNKNOWN",
    };
    for (int i = 0; i < (int)(sizeof names / sizeof names[0]); i++)
        ck_assert_str_eq(xapian_c_status_name((xapian_c_status)i), names[i]);
    ck_assert_str_eq(xapian_c_status_name(XAPIAN_C_ERROR), "ERROR");
    ck_assert_str_eq(xapian_c_status_name(XAPIAN_C_LOGIC_ERROR),
                     "LOGIC_ERROR");
    ck_assert_str_eq(xapian_c_status_name(XAPIAN_C_RUNTIME_ERROR),
                     "RUNTIME_ERROR");
}
END_TEST

/* Only numbers the enum's type can hold: others are undefined in C++. */
START_TEST(test_status_name_unknown_number_is_invalid)
{
    static const int numbers[] = {7, 31, 57, 63};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        ck_assert_str_eq(xapian_c_status_name((xapian_c_status)numbers[i]),
                         "INVALID_STATUS");
}
END_TEST

static Suite *error_suite(void)
{
    Suite *suite = suite_create("xapian_c_error");

    TCase *guard = tcase_create("guard");
    tcase_add_loop_test(guard, test_guard_xapian_error_has_its_own_status, 0,
                        MAPPED);
    tcase_add_loop_test(guard, test_guard_null_err_still_returns_status, 0,
                        MAPPED);
    tcase_add_loop_test(guard, test_guard_other_exception_has_nearest_status,
                        0, OTHERS);
    tcase_add_test(guard, test_guard_nothing_thrown_leaves_err_alone);
    suite_add_tcase(suite, guard);

    TCase *text = tcase_create("text");
    tcase_add_loop_test(text, test_text_any_length_is_cut_and_ended, 190,
                        210);
    tcase_add_loop_test(text, test_text_long_utf8_is_cut_between_characters,
                        0, 4);
    tcase_add_test(text, test_text_long_not_utf8_keeps_most);
    tcase_add_test(text, test_text_zero_byte_becomes_question_mark);
    tcase_add_test(text, test_text_errno_is_explained);
    tcase_add_test(text, test_text_errno_without_memory_is_left_out);
    suite_add_tcase(suite, text);

    TCase *name = tcase_create("status_name");
    tcase_add_test(name, test_status_name_own_status_is_spelled);
    tcase_add_test(name, test_status_name_unknown_number_is_invalid);
    suite_add_tcase(suite, name);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(error_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
