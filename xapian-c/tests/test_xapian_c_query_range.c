/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Range processors, and the callbacks of a parser: what they are given, what
 * becomes of their queries, their failures, and handles freed early. */
#include "xapian-c/xapian_c_stem_user.h"
#include "xapian-c/xapian_c_unicode.h"
#include "xapian_c_query_parser_test.h"

/* ---- Xapian's own range processors ---- */

static xapian_c_query *check(xapian_c_range_processor *range,
                             const char *begin, const char *end)
{
    xapian_c_query *q = NULL;
    OK(xapian_c_range_processor_check_range(range, begin, strlen(begin), end,
                                            strlen(end), &q, &err));
    return q;
}

START_TEST(test_string_range_uses_the_text)
{
    xapian_c_range_processor *range;
    xapian_c_query *q;
    OK(xapian_c_range_processor_new(2, "by:", 3, 0, &range, &err));
    expect(check(range, "by:a", "c"), "Query(VALUE_RANGE 2 a c)");
    expect(check(range, "by:a", ""), "Query(VALUE_GE 2 a)");
    expect(check(range, "a", "c"), "Query(<INVALID>)");
    OK(xapian_c_range_processor_apply(range, "a", 1, "c", 1, &q, &err));
    expect(q, "Query(VALUE_RANGE 2 a c)");
    xapian_c_range_processor_free(range);
    OK(xapian_c_range_processor_new(
        2, "kg", 2, XAPIAN_C_RP_SUFFIX | XAPIAN_C_RP_REPEATED, &range, &err));
    expect(check(range, "5kg", "7kg"), "Query(VALUE_RANGE 2 5 7)");
    expect(check(range, "5", "7kg"), "Query(VALUE_RANGE 2 5 7)");
    xapian_c_range_processor_free(range);
}
END_TEST

START_TEST(test_date_range_is_yyyymmdd)
{
    xapian_c_range_processor *range;
    OK(xapian_c_range_processor_new_date(1, NULL, 0, 0, 1970, &range, &err));
    expect(check(range, "1/2/1999", "3/4/2000"),
           "Query(VALUE_RANGE 1 19990201 20000403)");
    expect(check(range, "1/2/69", "1/2/70"), "Query()");
    expect(check(range, "x", "y"), "Query(<INVALID>)");
    xapian_c_range_processor_free(range);
    OK(xapian_c_range_processor_new_date(
        1, NULL, 0, XAPIAN_C_RP_DATE_PREFER_MDY, 1930, &range, &err));
    expect(check(range, "1/2/31", "3/4/32"),
           "Query(VALUE_RANGE 1 19310102 19320304)");
    xapian_c_range_processor_free(range);
}
END_TEST

START_TEST(test_number_range_is_sortable)
{
    xapian_c_query_parser *parser = new_parser();
    xapian_c_range_processor *range;
    xapian_c_query *got, *want;
    char low[XAPIAN_C_SORTABLE_MAX], high[XAPIAN_C_SORTABLE_MAX];
    const char *text;
    size_t len;
    OK(xapian_c_range_processor_new_number(4, "$", 1, 0, &range, &err));
    OK(xapian_c_query_parser_add_rangeprocessor(parser, range, NULL, 0, &err));
    xapian_c_range_processor_free(range);
    OK(xapian_c_query_new_value_range(
        4, low, xapian_c_sortable_serialise(5, low), high,
        xapian_c_sortable_serialise(10, high), &want, &err));
    OK(xapian_c_query_parser_parse_query(parser, "$5..10", 6, 0, NULL, 0, &got,
                                         &err));
    OK(xapian_c_query_get_description(want, &text, &len, &err));
    expect(got, text);
    xapian_c_query_free(want);
    xapian_c_query_parser_free(parser);
}
END_TEST

START_TEST(test_range_null_is_invalid_argument)
{
    xapian_c_range_processor *range = JUNK(xapian_c_range_processor);
    xapian_c_query *q = JUNK(xapian_c_query);
    INVALID(xapian_c_range_processor_new(1, NULL, 1, 0, &range, &err));
    ck_assert_ptr_null(range);
    INVALID(xapian_c_range_processor_new_date(1, "", 0, 0, 1970, NULL, &err));
    INVALID(xapian_c_range_processor_new_number(1, NULL, 1, 0, &range, &err));
    INVALID(xapian_c_range_processor_new_callback(NULL, 0, 0, NULL, NULL,
                                                  &range, &err));
    INVALID(
        xapian_c_range_processor_check_range(NULL, "", 0, "", 0, &q, &err));
    ck_assert_ptr_null(q);
    INVALID(xapian_c_range_processor_apply(NULL, "", 0, "", 0, &q, &err));
    INVALID(
        xapian_c_query_parser_add_rangeprocessor(NULL, NULL, NULL, 0, &err));
    xapian_c_range_processor_free(NULL);
}
END_TEST

/* ---- callbacks ---- */

/* What a callback does, and how often it was called. */
struct plan {
    bool fail, none;
    unsigned calls;
};

static int make_term(const struct plan *plan, const char *text, size_t len,
                     xapian_c_query **out)
{
    char name[64] = "F";
    ck_assert_uint_lt(len, sizeof name - 1);
    memcpy(name + 1, text, len);
    if (!plan->none)
        OK(xapian_c_query_new_term(name, len + 1, 1, 0, out, &err));
    return plan->fail; /* a query that was made all the same is ended */
}

static int field(void *data, const char *text, size_t len,
                 xapian_c_query **out)
{
    struct plan *plan = data;
    plan->calls++;
    return make_term(plan, text, len, out);
}

static int range(void *data, const char *begin, size_t begin_len,
                 const char *end, size_t end_len, xapian_c_query **out)
{
    struct plan *plan = data;
    plan->calls++;
    ck_assert_uint_eq(end_len, 1);
    ck_assert_int_eq(end[0], '9');
    return make_term(plan, begin, begin_len, out);
}

static int stop_b(void *data, const char *term_text, size_t len)
{
    struct plan *plan = data;
    plan->calls++;
    if (plan->fail)
        return -1;
    return len == 1 && term_text[0] == 'b';
}

static int double_word(void *data, const char *word, size_t len, char *out,
                       size_t room, size_t *out_len)
{
    struct plan *plan = data;
    plan->calls++;
    *out_len = 2 * len;
    if (2 * len <= room) {
        memcpy(out, word, len);
        memcpy(out + len, word, len);
    }
    return plan->fail;
}

static int no_word(void *data, const char *word, size_t len, char *out,
                   size_t room, size_t *out_len)
{
    (void)data;
    (void)word;
    (void)len;
    (void)out;
    *out_len = room + 1; /* more than it is ever given */
    return 0;
}

START_TEST(test_field_callback_gives_query)
{
    xapian_c_query_parser *parser = new_parser();
    struct plan plan = {0};
    OK(xapian_c_query_parser_add_prefix_callback(parser, "f", 1, field, &plan,
                                                 &err));
    expect_parse(parser, "a f:b c", 0, "Query((a@1 OR Fb OR c@3))");
    plan.none = true;
    expect_parse(parser, "a f:b", 0, "Query(a@1)");
    ck_assert_uint_eq(plan.calls, 2);
    plan.fail = true;
    expect_callback_failed(parser, "a AND (f:b f:c)");
    ck_assert_uint_eq(plan.calls, 3); /* none after the failure */
    plan.none = false;
    expect_callback_failed(parser, "f:b");
    FAILS(INVALID_OPERATION_ERROR,
          xapian_c_query_parser_add_boolean_prefix_callback(
              parser, "f", 1, field, &plan, NULL, 0, &err));
    FAILS(FEATURE_UNAVAILABLE_ERROR,
          xapian_c_query_parser_add_prefix(parser, "f", 1, "A", 1, &err));
    FAILS(FEATURE_UNAVAILABLE_ERROR, xapian_c_query_parser_add_prefix_callback(
                                         parser, "f", 1, field, &plan, &err));
    INVALID(xapian_c_query_parser_add_prefix_callback(parser, "g", 1, NULL,
                                                      NULL, &err));
    plan.fail = false;
    expect_parse(parser, "f:b", 0, "Query(Fb)");
    xapian_c_query_parser_free(parser);
}
END_TEST

START_TEST(test_boolean_field_callback_gives_filter)
{
    xapian_c_query_parser *parser = new_parser();
    struct plan plan = {0};
    OK(xapian_c_query_parser_add_boolean_prefix_callback(
        parser, "f", 1, field, &plan, NULL, 0, &err));
    OK(xapian_c_query_parser_add_boolean_prefix_callback(parser, "g", 1, field,
                                                         &plan, "f", 1, &err));
    expect_parse(parser, "a f:b g:c", 0, "Query((a@1 FILTER (Fb OR Fc)))");
    plan.fail = true;
    expect_callback_failed(parser, "a f:b");
    expect_callback_failed(parser, "(a f:b) OR AND");
    INVALID(xapian_c_query_parser_add_boolean_prefix_callback(
        parser, "h", 1, NULL, NULL, NULL, 0, &err));
    xapian_c_query_parser_free(parser);
}
END_TEST

START_TEST(test_range_callback_gives_query)
{
    xapian_c_query_parser *parser = new_parser();
    xapian_c_range_processor *processor;
    struct plan plan = {0};
    xapian_c_query *q = JUNK(xapian_c_query);
    OK(xapian_c_range_processor_new_callback("n:", 2, 0, range, &plan,
                                             &processor, &err));
    OK(xapian_c_query_parser_add_rangeprocessor(parser, processor, "n", 1,
                                                &err));
    expect(check(processor, "n:3", "9"), "Query(F3)");
    expect(check(processor, "3", "9"), "Query(<INVALID>)");
    plan.fail = true;
    FAILS(CALLBACK_FAILED,
          xapian_c_range_processor_apply(processor, "3", 1, "9", 1, &q, &err));
    ck_assert_ptr_null(q);
    xapian_c_range_processor_free(processor);
    expect_callback_failed(parser, "a n:3..9");
    plan.fail = false;
    expect_parse(parser, "a n:3..9", 0, "Query((a@1 FILTER F3))");
    plan.none = true;
    FAILS(QUERY_PARSER_ERROR, xapian_c_query_parser_parse_query(
                                  parser, "n:3..9", 6, 0, NULL, 0, &q, &err));
    xapian_c_query_parser_free(parser);
}
END_TEST

START_TEST(test_stopper_callback_is_asked)
{
    xapian_c_query_parser *parser = new_parser();
    xapian_c_stopper *stopper = JUNK(xapian_c_stopper);
    struct plan plan = {0};
    const char *text;
    size_t len;
    bool stop = false;
    INVALID(xapian_c_stopper_new_callback(NULL, NULL, &stopper, &err));
    ck_assert_ptr_null(stopper);
    OK(xapian_c_stopper_new_callback(stop_b, &plan, &stopper, &err));
    OK(xapian_c_query_parser_set_stopper(parser, stopper, &err));
    FAILS(INVALID_OPERATION_ERROR,
          xapian_c_stopper_add(stopper, "c", 1, &err));
    OK(xapian_c_stopper_get_description(stopper, &text, &len, &err));
    OK(xapian_c_stopper_apply(stopper, "b", 1, &stop, &err));
    ck_assert(stop);
    expect_parse(parser, "a b c", 0, "Query((a@1 OR c@3))");
    plan.fail = true;
    FAILS(CALLBACK_FAILED,
          xapian_c_stopper_apply(stopper, "b", 1, &stop, &err));
    ck_assert(!stop);
    xapian_c_stopper_free(stopper);
    expect_callback_failed(parser, "a b c");
    xapian_c_query_parser_free(parser);
}
END_TEST

START_TEST(test_stem_callback_is_asked)
{
    xapian_c_query_parser *parser = new_parser();
    xapian_c_stem *stem;
    struct plan plan = {0};
    OK(xapian_c_stem_new_callback(double_word, &plan, &stem, &err));
    OK(xapian_c_query_parser_set_stemmer(parser, stem, &err));
    xapian_c_stem_free(stem);
    expect_parse(parser, "ab", 0, "Query(Zabab@1)");
    plan.fail = true;
    expect_callback_failed(parser, "ab cd");
    ck_assert_uint_eq(plan.calls, 2);
    plan.fail = false;
    expect_parse(parser, "ab", 0, "Query(Zabab@1)");
    xapian_c_query_parser_free(parser);
}
END_TEST

/* A stem that fits no buffer at first, and ones that are refused. */
START_TEST(test_stem_callback_long_stem_is_asked_twice)
{
    static char word[XAPIAN_C_STEM_WORD_MAX], out[XAPIAN_C_STEM_WORD_MAX];
    struct plan plan = {0};
    xapian_c_stem *stem;
    size_t len = 0;
    memset(word, 'x', sizeof word);
    OK(xapian_c_stem_new_callback(double_word, &plan, &stem, &err));
    OK(xapian_c_stem_apply(stem, word, 128, out, sizeof out, &len, &err));
    ck_assert_uint_eq(len, 256);
    ck_assert_uint_eq(plan.calls, 1);
    OK(xapian_c_stem_apply(stem, word, 129, out, sizeof out, &len, &err));
    ck_assert_uint_eq(len, 258);
    ck_assert_uint_eq(plan.calls, 3);
    ck_assert_mem_eq(out, word, 258);
    FAILS(CALLBACK_FAILED, xapian_c_stem_apply(stem, word, sizeof word, out,
                                               sizeof out, &len, &err));
    ck_assert_uint_eq(len, 0);
    xapian_c_stem_free(stem);
    OK(xapian_c_stem_new_callback(no_word, NULL, &stem, &err));
    FAILS(CALLBACK_FAILED,
          xapian_c_stem_apply(stem, word, 3, out, sizeof out, &len, &err));
    xapian_c_stem_free(stem);
}
END_TEST

/* What a callback calls itself fails by itself. */
static int uses_failing_stem(void *data, const char *text, size_t len,
                             xapian_c_query **out)
{
    char stem[16];
    size_t stem_len;
    FAILS(CALLBACK_FAILED, xapian_c_stem_apply(data, text, len, stem,
                                               sizeof stem, &stem_len, &err));
    OK(xapian_c_query_new_match_all(out, &err));
    return 0;
}

START_TEST(test_callback_failure_within_stays_within)
{
    xapian_c_query_parser *parser = new_parser();
    xapian_c_stem *stem;
    struct plan plan = {.fail = true};
    OK(xapian_c_stem_new_callback(double_word, &plan, &stem, &err));
    OK(xapian_c_query_parser_add_prefix_callback(
        parser, "f", 1, uses_failing_stem, stem, &err));
    expect_parse(parser, "f:b", 0, "Query(<alldocuments>)");
    xapian_c_query_parser_free(parser);
    xapian_c_stem_free(stem);
}
END_TEST

START_TEST(test_stem_description_fallback_and_none)
{
    xapian_c_stem *stem = JUNK(xapian_c_stem);
    char out[64];
    size_t len = 0;
    INVALID(xapian_c_stem_new_callback(NULL, NULL, &stem, &err));
    ck_assert_ptr_null(stem);
    INVALID(xapian_c_stem_new_fallback(NULL, &stem, &err));
    OK(xapian_c_stem_new_fallback("klingon", &stem, &err));
    ck_assert(xapian_c_stem_is_none(stem));
    ck_assert(xapian_c_stem_is_none(NULL));
    xapian_c_stem_free(stem);
    OK(xapian_c_stem_new_fallback("english", &stem, &err));
    ck_assert(!xapian_c_stem_is_none(stem));
    OK(xapian_c_stem_get_description(stem, out, sizeof out, &len, &err));
    ck_assert_uint_eq(len, 21);
    ck_assert_mem_eq(out, "Xapian::Stem(english)", 21);
    FAILS(NO_ROOM, xapian_c_stem_get_description(stem, out, 20, &len, &err));
    ck_assert_uint_eq(len, 21);
    INVALID(xapian_c_stem_get_description(NULL, out, 20, &len, &err));
    INVALID(xapian_c_stem_get_description(stem, out, 20, NULL, &err));
    xapian_c_stem_free(stem);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xapian_c_query_range");
    TCase *own = tcase_create("range");
    tcase_add_test(own, test_string_range_uses_the_text);
    tcase_add_test(own, test_date_range_is_yyyymmdd);
    tcase_add_test(own, test_number_range_is_sortable);
    tcase_add_test(own, test_range_null_is_invalid_argument);
    suite_add_tcase(suite, own);

    TCase *callback = tcase_create("callback");
    tcase_add_test(callback, test_field_callback_gives_query);
    tcase_add_test(callback, test_boolean_field_callback_gives_filter);
    tcase_add_test(callback, test_range_callback_gives_query);
    tcase_add_test(callback, test_stopper_callback_is_asked);
    tcase_add_test(callback, test_stem_callback_is_asked);
    tcase_add_test(callback, test_stem_callback_long_stem_is_asked_twice);
    tcase_add_test(callback, test_callback_failure_within_stays_within);
    tcase_add_test(callback, test_stem_description_fallback_and_none);
    suite_add_tcase(suite, callback);
    return run_suite(suite);
}
