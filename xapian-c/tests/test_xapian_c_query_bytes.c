/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A query as bytes: whole, cut at every length, with each bit changed. */
#include "xapian_c_query_test.h"

static const char *const letters[] = {"a", "b", "c"};
static const size_t ones[] = {1, 1, 1};

static xapian_c_query *big_query(void)
{
    xapian_c_query *q, *part;
    OK(xapian_c_query_new_terms(XAPIAN_C_OP_PHRASE, letters, ones, 3, 5, &q,
                                &err));
    OK(xapian_c_query_new_value_range(3, "a", 1, "b", 1, &part, &err));
    OK(xapian_c_query_combine(q, XAPIAN_C_OP_AND, part, &err));
    xapian_c_query_free(part);
    OK(xapian_c_query_scale(q, 1.5, &err));
    OK(xapian_c_query_new_wildcard("wh", 2, 7, XAPIAN_C_WILDCARD_LIMIT_FIRST,
                                   XAPIAN_C_OP_OR, &part, &err));
    OK(xapian_c_query_combine(q, XAPIAN_C_OP_OR, part, &err));
    xapian_c_query_free(part);
    part = term("zero\xFF byte");
    OK(xapian_c_query_combine(q, XAPIAN_C_OP_AND_NOT, part, &err));
    xapian_c_query_free(part);
    return q;
}

START_TEST(test_serialise_round_trip_gives_the_same)
{
    xapian_c_query *q = big_query();
    const char *bytes, *text;
    size_t len;
    OK(xapian_c_query_get_description(q, &text, &len, &err));
    char *before = keep(text, len);
    OK(xapian_c_query_serialise(q, &bytes, &len, &err));
    xapian_c_query *back;
    OK(xapian_c_query_unserialise(bytes, len, &back, &err));
    xapian_c_query_free(q);
    expect(back, before);
    free(before);
    OK(xapian_c_query_unserialise(NULL, 0, &q, &err));
    ck_assert(xapian_c_query_empty(q));
    xapian_c_query_free(q);
}
END_TEST

/* Bytes in blocks of just their size; some make another query. */
static void unserialise_any(const char *bytes, size_t len)
{
    char *exact = malloc(len > 0 ? len : 1);
    xapian_c_query *q = JUNK(xapian_c_query);
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, bytes, len);
    xapian_c_status status = xapian_c_query_unserialise(exact, len, &q, &err);
    ck_assert((status == XAPIAN_C_OK) == (q != NULL));
    if (status != XAPIAN_C_OK)
        ck_assert_msg(status == XAPIAN_C_SERIALISATION_ERROR ||
                          status == XAPIAN_C_NETWORK_ERROR ||
                          status == XAPIAN_C_INVALID_ARGUMENT_ERROR ||
                          status == XAPIAN_C_UNIMPLEMENTED_ERROR,
                      "%s: %s", err.type, err.message);
    xapian_c_query_free(q);
    free(exact);
}

/* Xapian leaks the operators above a damaged spot. */
START_TEST(test_unserialise_damaged_bytes_fail_or_make_a_query)
{
    xapian_c_query *q = big_query();
    const char *bytes;
    size_t len;
    OK(xapian_c_query_serialise(q, &bytes, &len, &err));
    for (size_t i = 0; i < len; i++) {
        unserialise_any(bytes, i);
        char *copy = malloc(len);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, bytes, len);
        for (int bit = 0; bit < 8; bit++) {
            copy[i] = (char)(bytes[i] ^ (1 << bit));
            unserialise_any(copy, len);
        }
        free(copy);
    }
    xapian_c_query *back = JUNK(xapian_c_query);
    FAILS(NETWORK_ERROR,
          xapian_c_query_unserialise("\xFF\xFF", 2, &back, &err));
    ck_assert_ptr_null(back);
    FAILS(SERIALISATION_ERROR,
          xapian_c_query_unserialise("\x05", 1, &back, &err));
    xapian_c_query_free(q);
    _Exit(EXIT_SUCCESS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xapian_c_query_bytes");
    TCase *bytes = tcase_create("serialise");
    tcase_add_test(bytes, test_serialise_round_trip_gives_the_same);
    add_leaking_test(bytes,
                     test_unserialise_damaged_bytes_fail_or_make_a_query);
    suite_add_tcase(suite, bytes);
    return run_suite(suite);
}
