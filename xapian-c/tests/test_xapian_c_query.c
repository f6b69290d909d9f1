/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Query: every leaf and operator by Xapian's description of it, its shape,
 * its terms, failing allocations. */
#include <math.h>

#include "alloc_probe.h"
#include "xapian_c_query_test.h"

/* ---- leaves ---- */

START_TEST(test_leaf_each_is_described)
{
    xapian_c_query *q;
    OK(xapian_c_query_new_match_nothing(&q, &err));
    ck_assert(xapian_c_query_empty(q));
    ck_assert_int_eq(xapian_c_query_get_type(q), XAPIAN_C_LEAF_MATCH_NOTHING);
    expect(q, "Query()");
    OK(xapian_c_query_new_match_all(&q, &err));
    ck_assert(!xapian_c_query_empty(q));
    ck_assert_int_eq(xapian_c_query_get_type(q), XAPIAN_C_LEAF_MATCH_ALL);
    expect(q, "Query(<alldocuments>)");
    OK(xapian_c_query_new_term(NULL, 0, 1, 0, &q, &err));
    ck_assert_int_eq(xapian_c_query_get_type(q), XAPIAN_C_LEAF_MATCH_ALL);
    xapian_c_query_free(q);
    OK(xapian_c_query_new_invalid(&q, &err));
    ck_assert_int_eq(xapian_c_query_get_type(q), XAPIAN_C_OP_INVALID);
    expect(q, "Query(<INVALID>)");
    OK(xapian_c_query_new_term("whale", 5, 3, 7, &q, &err));
    ck_assert_int_eq(xapian_c_query_get_type(q), XAPIAN_C_LEAF_TERM);
    ck_assert_uint_eq(xapian_c_query_get_length(q), 3);
    ck_assert_uint_eq(xapian_c_query_get_num_subqueries(q), 0);
    expect(q, "Query(whale#3@7)");
}
END_TEST

START_TEST(test_value_range_each_is_described)
{
    xapian_c_query *q;
    OK(xapian_c_query_new_value_range(3, "a", 1, "bc", 2, &q, &err));
    ck_assert_int_eq(xapian_c_query_get_type(q), XAPIAN_C_OP_VALUE_RANGE);
    expect(q, "Query(VALUE_RANGE 3 a bc)");
    OK(xapian_c_query_new_value_range(3, "b", 1, "a", 1, &q, &err));
    ck_assert(xapian_c_query_empty(q));
    xapian_c_query_free(q);
    OK(xapian_c_query_new_value_ge(4, "a", 1, &q, &err));
    ck_assert_int_eq(xapian_c_query_get_type(q), XAPIAN_C_OP_VALUE_GE);
    expect(q, "Query(VALUE_GE 4 a)");
    OK(xapian_c_query_new_value_le(5, "a", 1, &q, &err));
    ck_assert_int_eq(xapian_c_query_get_type(q), XAPIAN_C_OP_VALUE_LE);
    expect(q, "Query(VALUE_LE 5 a)");
}
END_TEST

START_TEST(test_wildcard_limits_and_combiners)
{
    static const xapian_c_query_op combiners[] = {
        XAPIAN_C_OP_SYNONYM, XAPIAN_C_OP_OR, XAPIAN_C_OP_MAX};
    xapian_c_query *q;
    for (int limit = 0; limit < 3; limit++)
        for (int i = 0; i < 3; i++) {
            OK(xapian_c_query_new_wildcard("wh", 2, 10,
                                           (xapian_c_wildcard_limit)limit,
                                           combiners[i], &q, &err));
            ck_assert_int_eq(xapian_c_query_get_type(q), XAPIAN_C_OP_WILDCARD);
            xapian_c_query_free(q);
        }
    OK(xapian_c_query_new_wildcard("wh", 2, 0, XAPIAN_C_WILDCARD_LIMIT_ERROR,
                                   XAPIAN_C_OP_SYNONYM, &q, &err));
    expect(q, "Query(WILDCARD SYNONYM wh)");
    q = JUNK(xapian_c_query);
    INVALID(xapian_c_query_new_wildcard(
        "wh", 2, 0, XAPIAN_C_WILDCARD_LIMIT_ERROR, XAPIAN_C_OP_AND, &q, &err));
    ck_assert_ptr_null(q);
    INVALID(xapian_c_query_new_wildcard("wh", 2, 0, (xapian_c_wildcard_limit)3,
                                        XAPIAN_C_OP_OR, &q, &err));
}
END_TEST

/* ---- operators ---- */

static const struct {
    xapian_c_query_op op;
    const char *pair, *list;
} ops[] = {
    {XAPIAN_C_OP_AND, "Query((a AND b))", "Query((a AND b AND c))"},
    {XAPIAN_C_OP_OR, "Query((a OR b))", "Query((a OR b OR c))"},
    {XAPIAN_C_OP_AND_NOT, "Query((a AND_NOT b))",
     "Query((a AND_NOT b AND_NOT c))"},
    {XAPIAN_C_OP_XOR, "Query((a XOR b))", "Query((a XOR b XOR c))"},
    {XAPIAN_C_OP_AND_MAYBE, "Query((a AND_MAYBE b))",
     "Query((a AND_MAYBE b AND_MAYBE c))"},
    {XAPIAN_C_OP_FILTER, "Query((a FILTER b))",
     "Query((a FILTER b FILTER c))"},
    {XAPIAN_C_OP_NEAR, "Query((a NEAR 2 b))", "Query((a NEAR 9 b NEAR 9 c))"},
    {XAPIAN_C_OP_PHRASE, "Query((a PHRASE 2 b))",
     "Query((a PHRASE 9 b PHRASE 9 c))"},
    {XAPIAN_C_OP_ELITE_SET, "Query((a ELITE_SET 10 b))",
     "Query((a ELITE_SET 9 b ELITE_SET 9 c))"},
    {XAPIAN_C_OP_SYNONYM, "Query((a SYNONYM b))",
     "Query((a SYNONYM b SYNONYM c))"},
    {XAPIAN_C_OP_MAX, "Query((a MAX b))", "Query((a MAX b MAX c))"},
};

enum { OPS = sizeof ops / sizeof ops[0] };

static const char *const letters[] = {"a", "b", "c"};
static const size_t ones[] = {1, 1, 1};

/* The parts are freed before the whole is looked at. */
START_TEST(test_operator_each_is_described)
{
    xapian_c_query *parts[3] = {term("a"), term("b"), term("c")};
    xapian_c_query *pair, *list, *terms;
    unsigned parameter = strchr(ops[_i].list, '9') != NULL ? 9 : 0;
    OK(xapian_c_query_new_pair(ops[_i].op, parts[0], parts[1], &pair, &err));
    OK(xapian_c_query_new_list(ops[_i].op,
                               (const xapian_c_query *const *)parts, 3,
                               parameter, &list, &err));
    OK(xapian_c_query_new_terms(ops[_i].op, letters, ones, 3, parameter,
                                &terms, &err));
    for (int i = 0; i < 3; i++)
        xapian_c_query_free(parts[i]);
    ck_assert_int_eq(xapian_c_query_get_type(pair), ops[_i].op);
    ck_assert_uint_eq(xapian_c_query_get_num_subqueries(list), 3);
    expect(pair, ops[_i].pair);
    expect(list, ops[_i].list);
    expect(terms, ops[_i].list);
}
END_TEST

START_TEST(test_list_of_none_matches_nothing)
{
    xapian_c_query *q;
    OK(xapian_c_query_new_list(ops[_i].op, NULL, 0, 0, &q, &err));
    expect(q, "Query()");
    OK(xapian_c_query_new_terms(ops[_i].op, NULL, NULL, 0, 0, &q, &err));
    expect(q, "Query()");
}
END_TEST

START_TEST(test_operator_for_no_list_is_invalid_argument)
{
    static const int wrong[] = {XAPIAN_C_OP_VALUE_RANGE,
                                XAPIAN_C_OP_SCALE_WEIGHT,
                                XAPIAN_C_OP_VALUE_GE,
                                XAPIAN_C_OP_WILDCARD,
                                16,
                                98,
                                XAPIAN_C_OP_INVALID,
                                XAPIAN_C_LEAF_TERM,
                                XAPIAN_C_LEAF_MATCH_NOTHING};
    xapian_c_query *a = term("a");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        xapian_c_query_op op = (xapian_c_query_op)wrong[i];
        xapian_c_query *q = JUNK(xapian_c_query);
        INVALID(xapian_c_query_new_pair(op, a, a, &q, &err));
        ck_assert_ptr_null(q);
        INVALID(xapian_c_query_new_list(op, NULL, 0, 0, &q, &err));
        INVALID(xapian_c_query_new_terms(op, letters, ones, 3, 0, &q, &err));
        INVALID(xapian_c_query_combine(a, op, a, &err));
    }
    xapian_c_query *q = JUNK(xapian_c_query);
    INVALID(xapian_c_query_new_terms(XAPIAN_C_OP_AND, letters, ones, 3, 9, &q,
                                     &err));
    ck_assert_ptr_null(q);
    INVALID(xapian_c_query_combine(a, XAPIAN_C_OP_FILTER, a, &err));
    expect(a, "Query(a)");
}
END_TEST

START_TEST(test_phrase_of_ands_is_unimplemented)
{
    xapian_c_query *a = term("a");
    xapian_c_query *b = term("b");
    xapian_c_query *both, *q = JUNK(xapian_c_query);
    OK(xapian_c_query_new_pair(XAPIAN_C_OP_AND, a, b, &both, &err));
    FAILS(UNIMPLEMENTED_ERROR,
          xapian_c_query_new_pair(XAPIAN_C_OP_PHRASE, both, a, &q, &err));
    ck_assert_ptr_null(q);
    ck_assert_str_eq(err.type, "UnimplementedError");
    FAILS(UNIMPLEMENTED_ERROR,
          xapian_c_query_new_pair(XAPIAN_C_OP_NEAR, a, both, &q, &err));
    xapian_c_query_free(a);
    xapian_c_query_free(b);
    xapian_c_query_free(both);
}
END_TEST

START_TEST(test_scale_factor_is_checked)
{
    xapian_c_query *a = term("a");
    xapian_c_query *q = JUNK(xapian_c_query);
    INVALID(xapian_c_query_new_scale(-0.5, a, &q, &err));
    ck_assert_ptr_null(q);
    INVALID(xapian_c_query_new_scale(NAN, a, &q, &err));
    INVALID(xapian_c_query_scale(a, -1, &err));
    OK(xapian_c_query_new_scale(2.5, a, &q, &err));
    ck_assert_int_eq(xapian_c_query_get_type(q), XAPIAN_C_OP_SCALE_WEIGHT);
    expect(q, "Query(2.5 * a)");
    OK(xapian_c_query_scale(a, 3, &err));
    expect(a, "Query(3 * a)");
}
END_TEST

START_TEST(test_combine_changes_only_its_handle)
{
    static const struct {
        xapian_c_query_op op;
        const char *text;
    } cases[] = {{XAPIAN_C_OP_AND, "Query((a AND b AND b))"},
                 {XAPIAN_C_OP_OR, "Query((a OR b OR b))"},
                 {XAPIAN_C_OP_XOR, "Query((a XOR b XOR b))"},
                 {XAPIAN_C_OP_AND_NOT, "Query((a AND_NOT b AND_NOT b))"}};
    for (size_t i = 0; i < 4; i++) {
        xapian_c_query *a = term("a");
        xapian_c_query *b = term("b");
        xapian_c_query *copy, *holder;
        OK(xapian_c_query_combine(a, cases[i].op, b, &err));
        OK(xapian_c_query_new_copy(a, &copy, &err));
        OK(xapian_c_query_new_scale(2, a, &holder, &err));
        const char *text;
        size_t len;
        OK(xapian_c_query_get_description(a, &text, &len, &err));
        char *before = keep(text, len);
        OK(xapian_c_query_combine(a, cases[i].op, b, &err));
        expect(copy, before);
        free(before);
        ck_assert_uint_eq(xapian_c_query_get_length(holder), 2);
        xapian_c_query_free(holder);
        if (cases[i].op != XAPIAN_C_OP_AND_NOT)
            ck_assert_uint_ge(xapian_c_query_get_num_subqueries(a), 2);
        ck_assert_uint_eq(xapian_c_query_get_length(a), 3);
        xapian_c_query_free(a);
        a = term("a");
        OK(xapian_c_query_combine(a, cases[i].op, b, &err));
        OK(xapian_c_query_combine(a, cases[i].op, b, &err));
        if (cases[i].op != XAPIAN_C_OP_AND_NOT)
            expect(a, cases[i].text);
        else
            xapian_c_query_free(a);
        xapian_c_query_free(b);
    }
}
END_TEST

START_TEST(test_combine_with_itself)
{
    xapian_c_query *a = term("a");
    OK(xapian_c_query_combine(a, XAPIAN_C_OP_AND, a, &err));
    OK(xapian_c_query_combine(a, XAPIAN_C_OP_AND, a, &err));
    ck_assert_uint_eq(xapian_c_query_get_length(a), 4);
    OK(xapian_c_query_combine(a, XAPIAN_C_OP_XOR, a, &err));
    ck_assert(xapian_c_query_empty(a));
    xapian_c_query_free(a);
}
END_TEST

/* ---- shape and terms ---- */

START_TEST(test_subquery_each_is_reached)
{
    xapian_c_query *list, *q;
    OK(xapian_c_query_new_terms(XAPIAN_C_OP_OR, letters, ones, 3, 0, &list,
                                &err));
    for (size_t i = 0; i < 3; i++) {
        char text[] = "Query(x)";
        text[6] = letters[i][0];
        OK(xapian_c_query_get_subquery(list, i, &q, &err));
        expect(q, text);
    }
    q = JUNK(xapian_c_query);
    INVALID(xapian_c_query_get_subquery(list, 3, &q, &err));
    ck_assert_ptr_null(q);
    INVALID(xapian_c_query_get_subquery(list, (size_t)-1, &q, &err));
    xapian_c_query_free(list);
    list = term("a");
    INVALID(xapian_c_query_get_subquery(list, 0, &q, &err));
    OK(xapian_c_query_new_scale(2, list, &q, &err));
    xapian_c_query_free(list);
    OK(xapian_c_query_get_subquery(q, 0, &list, &err));
    expect(list, "Query(a)");
    xapian_c_query_free(q);
    OK(xapian_c_query_new_match_nothing(&q, &err));
    INVALID(xapian_c_query_get_subquery(q, 0, &list, &err));
    xapian_c_query_free(q);
}
END_TEST

START_TEST(test_terms_by_position_and_distinct)
{
    static const struct {
        const char *text;
        unsigned pos;
    } words[] = {{"c", 3}, {"a", 2}, {"b", 1}, {"a", 4}};
    xapian_c_query *q;
    xapian_c_term_iterator *terms;
    OK(xapian_c_query_new_match_nothing(&q, &err));
    OK(xapian_c_query_get_terms_begin(q, &terms, &err));
    expect_terms(terms, "");
    for (int i = 0; i < 4; i++) {
        xapian_c_query *word;
        OK(xapian_c_query_new_term(words[i].text, 1, 1, words[i].pos, &word,
                                   &err));
        OK(xapian_c_query_combine(q, XAPIAN_C_OP_OR, word, &err));
        xapian_c_query_free(word);
    }
    OK(xapian_c_query_get_terms_begin(q, &terms, &err));
    expect_terms(terms, "b a c a");
    OK(xapian_c_query_get_unique_terms_begin(q, &terms, &err));
    xapian_c_query_free(q);
    expect_terms(terms, "a b c");
}
END_TEST

/* ---- arguments and memory ---- */

START_TEST(test_null_is_invalid_argument)
{
    xapian_c_query *a = term("a");
    xapian_c_query *q = JUNK(xapian_c_query);
    const xapian_c_query *holes[2] = {a, NULL};
    const char *words[2] = {"a", NULL};
    xapian_c_term_iterator *terms;
    const char *text;
    size_t len;
    INVALID(xapian_c_query_new_match_all(NULL, &err));
    INVALID(xapian_c_query_new_match_nothing(NULL, &err));
    INVALID(xapian_c_query_new_invalid(NULL, &err));
    INVALID(xapian_c_query_new_term(NULL, 1, 1, 0, &q, &err));
    ck_assert_ptr_null(q);
    INVALID(xapian_c_query_new_value_range(1, NULL, 1, "", 0, &q, &err));
    INVALID(xapian_c_query_new_value_ge(1, NULL, 1, &q, &err));
    INVALID(xapian_c_query_new_value_le(1, NULL, 1, &q, &err));
    INVALID(xapian_c_query_new_wildcard(
        NULL, 1, 0, XAPIAN_C_WILDCARD_LIMIT_ERROR, XAPIAN_C_OP_OR, &q, &err));
    INVALID(xapian_c_query_new_posting_source(NULL, &q, &err));
    INVALID(xapian_c_query_new_copy(NULL, &q, &err));
    INVALID(xapian_c_query_new_scale(1, NULL, &q, &err));
    INVALID(xapian_c_query_new_pair(XAPIAN_C_OP_OR, a, NULL, &q, &err));
    INVALID(xapian_c_query_new_list(XAPIAN_C_OP_OR, holes, 2, 0, &q, &err));
    INVALID(xapian_c_query_new_list(XAPIAN_C_OP_OR, NULL, 2, 0, &q, &err));
    INVALID(
        xapian_c_query_new_terms(XAPIAN_C_OP_OR, words, ones, 2, 0, &q, &err));
    INVALID(xapian_c_query_combine(a, XAPIAN_C_OP_OR, NULL, &err));
    INVALID(xapian_c_query_scale(NULL, 1, &err));
    INVALID(xapian_c_query_get_subquery(NULL, 0, &q, &err));
    INVALID(xapian_c_query_get_description(NULL, &text, &len, &err));
    ck_assert_ptr_null(text);
    INVALID(xapian_c_query_serialise(a, &text, NULL, &err));
    INVALID(xapian_c_query_unserialise(NULL, 1, &q, &err));
    INVALID(xapian_c_query_get_terms_begin(NULL, &terms, &err));
    ck_assert_ptr_null(terms);
    INVALID(xapian_c_query_get_unique_terms_begin(a, NULL, &err));
    ck_assert(xapian_c_query_empty(NULL));
    ck_assert_uint_eq(xapian_c_query_get_length(NULL), 0);
    ck_assert_uint_eq(xapian_c_query_get_num_subqueries(NULL), 0);
    ck_assert_int_eq(xapian_c_query_get_type(NULL),
                     XAPIAN_C_LEAF_MATCH_NOTHING);
    xapian_c_query_free(NULL);
    xapian_c_query_free(a);
}
END_TEST

/* Runs with the 1st, 2nd, ... allocation failing until none is left to. */
START_TEST(test_failing_allocation_is_no_memory)
{
    xapian_c_query *a = term("a term too long to be held in place");
    unsigned long n = 1;
    if (!alloc_probe_works()) {
        xapian_c_query_free(a);
        return;
    }
    for (;; n++) {
        const xapian_c_query *parts[2] = {a, a};
        xapian_c_query *q = JUNK(xapian_c_query);
        alloc_probe_fail(n);
        xapian_c_status status =
            xapian_c_query_new_list(XAPIAN_C_OP_OR, parts, 2, 0, &q, &err);
        bool failed = alloc_probe_has_failed();
        alloc_probe_fail(0);
        ck_assert_int_eq(status, failed ? XAPIAN_C_NO_MEMORY : XAPIAN_C_OK);
        ck_assert((q == NULL) == failed);
        xapian_c_query_free(q);
        if (!failed)
            break;
    }
    ck_assert_uint_gt(n, 2);
    alloc_probe_fail(1);
    const char *text = "";
    size_t len = 1;
    ck_assert_int_eq(xapian_c_query_serialise(a, &text, &len, &err),
                     XAPIAN_C_NO_MEMORY);
    alloc_probe_fail(0);
    ck_assert_ptr_null(text);
    ck_assert_uint_eq(len, 0);
    xapian_c_query_free(a);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xapian_c_query");
    TCase *leaf = tcase_create("leaf");
    tcase_add_test(leaf, test_leaf_each_is_described);
    tcase_add_test(leaf, test_value_range_each_is_described);
    tcase_add_test(leaf, test_wildcard_limits_and_combiners);
    suite_add_tcase(suite, leaf);

    TCase *op = tcase_create("operator");
    tcase_add_loop_test(op, test_operator_each_is_described, 0, OPS);
    tcase_add_loop_test(op, test_list_of_none_matches_nothing, 0, OPS);
    tcase_add_test(op, test_operator_for_no_list_is_invalid_argument);
    tcase_add_test(op, test_phrase_of_ands_is_unimplemented);
    tcase_add_test(op, test_scale_factor_is_checked);
    tcase_add_test(op, test_combine_changes_only_its_handle);
    tcase_add_test(op, test_combine_with_itself);
    suite_add_tcase(suite, op);

    TCase *read = tcase_create("read");
    tcase_add_test(read, test_subquery_each_is_reached);
    tcase_add_test(read, test_terms_by_position_and_distinct);
    tcase_add_test(read, test_null_is_invalid_argument);
    tcase_add_test(read, test_failing_allocation_is_no_memory);
    suite_add_tcase(suite, read);
    return run_suite(suite);
}
