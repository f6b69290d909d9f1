/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Posting sources: Xapian's own, and callbacks with and without the functions
 * that may be left out, over one and two databases, failing at each point. */
#include "match_fixture.h"

#include <math.h>

#include "xapian-c/xapian_c_match_source.h"

/* A list of the documents `step`, 2 * `step`, ..., each with its number as
 * weight. `fail_in` names the function that fails. */
struct list {
    unsigned step, at, last;
    const char *fail_in;
    unsigned calls, clones;
    struct list *parent;
    xapian_c_posting_bounds *bounds;
};

static int result(const struct list *list, const char *name, int otherwise)
{
    if (list->fail_in != NULL && strcmp(list->fail_in, name) == 0)
        return -1;
    return otherwise;
}

static int list_init(void *data, xapian_c_database *db,
                     xapian_c_posting_bounds *bounds)
{
    struct list *list = data;
    if (xapian_c_database_get_lastdocid(db, &list->last, NULL) != XAPIAN_C_OK)
        return 1;
    list->at = 0;
    bounds->termfreq_max = list->last / list->step;
    bounds->termfreq_est = bounds->termfreq_max;
    bounds->termfreq_min = bounds->termfreq_max;
    bounds->max_weight = list->last;
    list->bounds = bounds;
    if (result(list, "bounds", 0) != 0)
        bounds->termfreq_min++;
    if (result(list, "max", 0) != 0)
        bounds->max_weight = (double)NAN;
    return result(list, "init", 0);
}

static int list_next(void *data, double min_weight)
{
    struct list *list = data;
    (void)min_weight;
    list->at += list->step;
    list->calls++;
    return result(list, "next", 0);
}

static int list_skip_to(void *data, unsigned docid, double min_weight)
{
    struct list *list = data;
    (void)min_weight;
    while (list->at < docid)
        list->at += list->step;
    list->calls++;
    return result(list, "skip_to", 0);
}

static int list_check(void *data, unsigned docid, double min_weight)
{
    struct list *list = data;
    if (list_skip_to(data, docid, min_weight) != 0)
        return -1;
    if (list->at != docid)
        list->at = docid - docid % list->step;
    return result(list, "check", docid % list->step == 0);
}

static int list_at_end(void *data)
{
    const struct list *list = data;
    return result(list, "at_end", list->at > list->last);
}

static int list_docid(void *data, unsigned *out)
{
    const struct list *list = data;
    *out = result(list, "zero", 0) == 0 ? list->at : 0;
    return result(list, "docid", 0);
}

static int list_weight(void *data, double *out)
{
    const struct list *list = data;
    *out = list->at;
    return result(list, "weight", 0);
}

static int list_clone(void *data, void **out)
{
    struct list *list = data, *copy = malloc(sizeof *copy);
    *out = copy;
    if (copy == NULL || result(list, "clone", 0) != 0) {
        free(copy);
        return 1;
    }
    *copy = *list;
    copy->parent = list;
    list->clones++;
    return 0;
}

static void list_release(void *data)
{
    struct list *list = data;
    list->parent->clones--;
    list->parent->calls += list->calls;
    free(list);
}

static const xapian_c_posting_callbacks full = {
    list_init,   list_next,  list_skip_to, list_check,  list_at_end,
    list_docid,  list_weight, list_clone,  list_release};
static const xapian_c_posting_callbacks least = {
    list_init, list_next, NULL, NULL, list_at_end,
    list_docid, NULL,     NULL, NULL};

static xapian_c_posting_source *source_of(
    const xapian_c_posting_callbacks *callbacks, struct list *list)
{
    xapian_c_posting_source *source = NULL;
    OK(xapian_c_posting_source_new_callback(callbacks, list, &source, NULL));
    return source;
}

/* Frees the source: the query keeps it. */
static xapian_c_query *query_of(xapian_c_posting_source *source)
{
    xapian_c_query *query = NULL;
    OK(xapian_c_query_new_posting_source(source, &query, NULL));
    xapian_c_posting_source_free(source);
    return query;
}

/* "all" under an operator with the source. */
static xapian_c_query *under(xapian_c_query_op op,
                             xapian_c_posting_source *source)
{
    xapian_c_query *all = term_query("all"), *leaf = query_of(source);
    xapian_c_query *query = NULL;
    OK(xapian_c_query_new_pair(op, all, leaf, &query, NULL));
    xapian_c_query_free(all);
    xapian_c_query_free(leaf);
    return query;
}

static void query_finds(xapian_c_query *query, const char *docs)
{
    xapian_c_database *db = open_docs("");
    xapian_c_enquire *e = enquire_on(db, query);
    finds(e, docs);
    finds(e, docs); /* a source serves more than one search */
    xapian_c_enquire_free(e);
    xapian_c_database_free(db);
}

static xapian_c_database *two_databases(void)
{
    xapian_c_database *both = NULL, *a = open_docs(""), *b = open_docs("");
    OK(xapian_c_database_new(&both, NULL));
    OK(xapian_c_database_add_database(both, a, NULL));
    OK(xapian_c_database_add_database(both, b, NULL));
    xapian_c_database_free(a);
    xapian_c_database_free(b);
    return both;
}

/* Weights fall from document to document, and so does the bound. */
static int falling_next(void *data, double min_weight)
{
    struct list *list = data;
    int failed = list_next(data, min_weight);
    if (list->at <= list->last)
        list->bounds->max_weight = list->last - list->at;
    return failed;
}

static int falling_weight(void *data, double *out)
{
    const struct list *list = data;
    *out = list->last - list->at;
    return 0;
}

/* ---- Callbacks ---- */

START_TEST(test_callbacks_give_documents_and_weights)
{
    struct list list = {2, 0, 0, NULL, 0, 0, NULL, NULL};
    query_finds(query_of(source_of(&full, &list)), "42");
    query_finds(query_of(source_of(&least, &list)), "24");
    list.step = 1;
    query_finds(query_of(source_of(&full, &list)), "54321");
    list.step = 6;
    query_finds(query_of(source_of(&full, &list)), "");
    ck_assert_uint_eq(list.clones, 0);
}
END_TEST

START_TEST(test_falling_bound_ends_the_search_early)
{
    struct list list = {1, 0, 0, NULL, 0, 0, NULL, NULL};
    xapian_c_posting_callbacks falling = full;
    xapian_c_database *db = open_docs("");
    xapian_c_mset *mset = NULL;
    falling.next = falling_next;
    falling.weight = falling_weight;
    falling.clone = NULL;
    xapian_c_enquire *e =
        enquire_on(db, query_of(source_of(&falling, &list)));
    OK(xapian_c_enquire_get_mset(e, 0, 1, NULL, &mset, NULL));
    has_docs(mset, "1");
    ck_assert_uint_lt(list.calls, DOCS + 1);
    xapian_c_mset_free(mset);
    xapian_c_enquire_free(e);
    xapian_c_database_free(db);
}
END_TEST

START_TEST(test_callbacks_work_under_operators)
{
    struct list list = {2, 0, 0, NULL, 0, 0, NULL, NULL};
    static const struct {
        xapian_c_query_op op;
        const char *full, *least;
    } ops[] = {{XAPIAN_C_OP_AND, "42", "24"},
               {XAPIAN_C_OP_FILTER, "24", "24"},
               {XAPIAN_C_OP_AND_MAYBE, "42513", "51234"},
               {XAPIAN_C_OP_OR, "42513", "51234"},
               {XAPIAN_C_OP_AND_NOT, "513", "513"}};
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        query_finds(under(ops[i].op, source_of(&full, &list)), ops[i].full);
        query_finds(under(ops[i].op, source_of(&least, &list)),
                    ops[i].least);
    }
    ck_assert_uint_eq(list.clones, 0);
}
END_TEST

START_TEST(test_two_databases_need_clones)
{
    struct list list = {2, 0, 0, NULL, 0, 0, NULL, NULL};
    xapian_c_database *db = two_databases();
    xapian_c_mset *mset = (xapian_c_mset *)&mset;
    xapian_c_enquire *e =
        enquire_on(db, query_of(source_of(&full, &list)));
    finds(e, "7834"); /* documents 2 and 4 of each */
    xapian_c_enquire_free(e);
    e = enquire_on(db, query_of(source_of(&least, &list)));
    IS(INVALID_OPERATION_ERROR,
       xapian_c_enquire_get_mset(e, 0, 9, NULL, &mset, NULL));
    ck_assert_ptr_null(mset);
    xapian_c_enquire_free(e);
    xapian_c_database_free(db);
    ck_assert_uint_eq(list.clones, 0);
}
END_TEST

/* Each function fails in turn; the source is alone, then under operators,
 * then over two databases, so that Xapian unwinds trees of all kinds. */
START_TEST(test_callback_that_fails_is_callback_failed)
{
    static const char *const points[] = {"init",  "next",  "at_end", "docid",
                                         "zero",  "weight", "clone"};
    struct list list = {2, 0, 0, points[_i], 0, 0, NULL, NULL};
    xapian_c_database *one = open_docs(""), *two = two_databases();
    for (int i = 0; i < 6; i++) {
        xapian_c_posting_source *source = source_of(&full, &list);
        xapian_c_query *query = i % 3 == 0   ? query_of(source)
                                : i % 3 == 1 ? under(XAPIAN_C_OP_OR, source)
                                             : under(XAPIAN_C_OP_AND, source);
        xapian_c_enquire *e = enquire_on(i < 3 ? one : two, query);
        xapian_c_mset *mset = (xapian_c_mset *)&mset;
        xapian_c_error err = {0};
        IS(CALLBACK_FAILED,
           xapian_c_enquire_get_mset(e, 0, 9, NULL, &mset, &err));
        ck_assert_ptr_null(mset);
        ck_assert_str_eq(err.type, "xapian_c");
        xapian_c_enquire_free(e);
    }
    xapian_c_database_free(one);
    xapian_c_database_free(two);
    ck_assert_uint_eq(list.clones, 0);
}
END_TEST

/* The list with fewer documents leads, the other is checked; where that has
 * moved past the leader's document, the leader skips. */
START_TEST(test_failing_check_and_skip_to_are_callback_failed)
{
    static const char *const points[] = {"check", "skip_to"};
    static const char *const terms[] = {"n1", "n3", "n5"};
    static const size_t lens[] = {2, 2, 2};
    struct list list = {2, 0, 0, points[_i], 0, 0, NULL, NULL};
    xapian_c_database *db = open_docs("");
    xapian_c_query *leaf = query_of(source_of(&full, &list));
    xapian_c_query *other = NULL, *query = NULL;
    xapian_c_mset *mset = NULL;
    OK(xapian_c_query_new_terms(XAPIAN_C_OP_OR, terms, lens, _i == 0 ? 1 : 3,
                                0, &other, NULL));
    OK(xapian_c_query_new_pair(XAPIAN_C_OP_FILTER, other, leaf, &query,
                               NULL));
    xapian_c_query_free(leaf);
    xapian_c_query_free(other);
    xapian_c_enquire *e = enquire_on(db, query);
    IS(CALLBACK_FAILED, xapian_c_enquire_get_mset(e, 0, 9, NULL, &mset,
                                                  NULL));
    ck_assert_ptr_null(mset);
    list.fail_in = NULL;
    finds(e, "");
    xapian_c_enquire_free(e);
    xapian_c_database_free(db);
    ck_assert_uint_eq(list.clones, 0);
}
END_TEST

START_TEST(test_wrong_bounds_are_invalid_argument)
{
    static const char *const points[] = {"bounds", "max"};
    struct list list = {2, 0, 0, points[_i], 0, 0, NULL, NULL};
    xapian_c_database *db = open_docs("");
    xapian_c_enquire *e = enquire_on(db, query_of(source_of(&full, &list)));
    xapian_c_mset *mset = NULL;
    INVALID(xapian_c_enquire_get_mset(e, 0, 9, NULL, &mset, NULL));
    xapian_c_enquire_free(e);
    xapian_c_database_free(db);
}
END_TEST

START_TEST(test_callback_source_is_described_and_cloned)
{
    struct list list = {2, 0, 0, NULL, 0, 0, NULL, NULL};
    xapian_c_posting_callbacks some = full;
    xapian_c_posting_source *source = source_of(&full, &list), *clone = NULL;
    const char *p = NULL;
    size_t len = 7;
    OK(xapian_c_posting_source_get_description(source, &p, &len, NULL));
    is_text(p, len, "PostingSource(C callbacks)");
    OK(xapian_c_posting_source_name(source, &p, &len, NULL));
    ck_assert_uint_eq(len, 0);
    IS(UNIMPLEMENTED_ERROR,
       xapian_c_posting_source_serialise(source, &p, &len, NULL));
    OK(xapian_c_posting_source_clone(source, &clone, NULL));
    ck_assert_uint_eq(list.clones, 1);
    xapian_c_posting_source_free(clone);
    ck_assert_uint_eq(list.clones, 0);
    IS(INVALID_OPERATION_ERROR,
       xapian_c_posting_source_add_mapping(source, "x", 1, 1.0, NULL));
    IS(INVALID_OPERATION_ERROR,
       xapian_c_posting_source_clear_mappings(source, NULL));
    IS(INVALID_OPERATION_ERROR,
       xapian_c_posting_source_set_default_weight(source, 1.0, NULL));
    xapian_c_posting_source_free(source);
    source = source_of(&least, &list);
    IS(UNIMPLEMENTED_ERROR,
       xapian_c_posting_source_clone(source, &clone, NULL));
    xapian_c_posting_source_free(source);
    some.docid = NULL;
    INVALID(xapian_c_posting_source_new_callback(&some, &list, &source,
                                                 NULL));
    ck_assert_ptr_null(source);
    INVALID(xapian_c_posting_source_new_callback(NULL, NULL, &source, NULL));
}
END_TEST

/* ---- Xapian's own ---- */

START_TEST(test_fixed_and_value_weights_order_documents)
{
    xapian_c_posting_source *source = NULL;
    OK(xapian_c_posting_source_new_fixed_weight(2.5, &source, NULL));
    query_finds(query_of(source), "12345");
    OK(xapian_c_posting_source_new_value_weight(2, &source, NULL));
    query_finds(query_of(source), "54321");
    OK(xapian_c_posting_source_new_decreasing_value_weight(3, 1, 5, &source,
                                                           NULL));
    query_finds(query_of(source), "3");
    INVALID(xapian_c_posting_source_new_fixed_weight(-1.0, &source, NULL));
    ck_assert_ptr_null(source);
    INVALID(xapian_c_posting_source_new_fixed_weight((double)NAN, &source,
                                                     NULL));
    INVALID(xapian_c_posting_source_new_value_weight(0, NULL, NULL));
}
END_TEST

START_TEST(test_value_map_weighs_by_value)
{
    xapian_c_posting_source *source = NULL, *copy = NULL;
    const char *p = NULL;
    size_t len = 0;
    OK(xapian_c_posting_source_new_value_map(0, &source, NULL));
    OK(xapian_c_posting_source_add_mapping(source, "blue", 4, 9.0, NULL));
    OK(xapian_c_posting_source_clear_mappings(source, NULL));
    OK(xapian_c_posting_source_add_mapping(source, "red", 3, 2.0, NULL));
    OK(xapian_c_posting_source_set_default_weight(source, 1.0, NULL));
    INVALID(xapian_c_posting_source_add_mapping(source, "red", 3, -1.0,
                                                NULL));
    INVALID(xapian_c_posting_source_add_mapping(source, NULL, 3, 1.0, NULL));
    INVALID(xapian_c_posting_source_set_default_weight(source, -1.0, NULL));
    OK(xapian_c_posting_source_name(source, &p, &len, NULL));
    is_text(p, len, "Xapian::ValueMapPostingSource");
    OK(xapian_c_posting_source_serialise(source, &p, &len, NULL));
    OK(xapian_c_posting_source_unserialise("Xapian::ValueMapPostingSource", p,
                                           len, &copy, NULL));
    query_finds(query_of(source), "13524");
    query_finds(query_of(copy), "13524");
    xapian_c_status status = xapian_c_posting_source_unserialise(
        "Xapian::ValueMapPostingSource", "", 0, &copy, NULL);
    ck_assert(status == XAPIAN_C_NETWORK_ERROR ||
              status == XAPIAN_C_SERIALISATION_ERROR);
    ck_assert_ptr_null(copy);
    INVALID(xapian_c_posting_source_unserialise("x", "", 0, &copy, NULL));
}
END_TEST

START_TEST(test_null_is_invalid_argument)
{
    xapian_c_posting_source *source = NULL;
    const char *p = NULL;
    size_t len = 0;
    INVALID(xapian_c_posting_source_clone(NULL, &source, NULL));
    INVALID(xapian_c_posting_source_name(NULL, &p, &len, NULL));
    INVALID(xapian_c_posting_source_serialise(NULL, &p, &len, NULL));
    INVALID(xapian_c_posting_source_get_description(NULL, &p, &len, NULL));
    INVALID(xapian_c_posting_source_clear_mappings(NULL, NULL));
    INVALID(xapian_c_posting_source_new_value_map(0, NULL, NULL));
    INVALID(xapian_c_posting_source_new_decreasing_value_weight(0, 0, 0, NULL,
                                                                NULL));
    INVALID(xapian_c_posting_source_unserialise(NULL, "", 0, &source, NULL));
    xapian_c_posting_source_free(NULL);
}
END_TEST

static Suite *source_suite(void)
{
    Suite *suite = suite_create("xapian_c_match_source");
    TCase *calls = tcase_create("callbacks");
    tcase_add_test(calls, test_callbacks_give_documents_and_weights);
    tcase_add_test(calls, test_callbacks_work_under_operators);
    tcase_add_test(calls, test_falling_bound_ends_the_search_early);
    tcase_add_test(calls, test_two_databases_need_clones);
    tcase_add_loop_test(calls, test_callback_that_fails_is_callback_failed, 0,
                        7);
    tcase_add_loop_test(calls,
                        test_failing_check_and_skip_to_are_callback_failed, 0,
                        2);
    tcase_add_loop_test(calls, test_wrong_bounds_are_invalid_argument, 0, 2);
    tcase_add_test(calls, test_callback_source_is_described_and_cloned);
    suite_add_tcase(suite, calls);

    TCase *own = tcase_create("Xapian's own");
    tcase_add_test(own, test_fixed_and_value_weights_order_documents);
    tcase_add_test(own, test_value_map_weighs_by_value);
    tcase_add_test(own, test_null_is_invalid_argument);
    suite_add_tcase(suite, own);
    return suite;
}

int main(void)
{
    return run_suite(source_suite());
}
