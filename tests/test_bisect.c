/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reordering of documents: made-up topics, mixed, must come apart again.
 */
#include "reorder.h"

#include "run_suite.h"
#include "scratch.h"

#define TOPICS 16
#define WORDS 60  /* of a topic */
#define COMMON 40 /* terms of all topics */
#define PER_DOC 25

static uint64_t state;

static uint32_t draw(uint32_t below)
{
    return (uint32_t)(scratch_random(&state) % below);
}

typedef struct made {
    ost_forward forward;
    uint64_t *starts;
    uint32_t *terms;
    uint32_t *topic;
    uint32_t *order;
} made;

/* Documents of random topics, most of whose words are the topic's. */
static void make(made *m, uint32_t n, uint32_t seed)
{
    const uint32_t n_terms = TOPICS * WORDS + COMMON;
    bool *has = malloc(n_terms);
    uint64_t at = 0;

    state = seed;
    m->starts = malloc((n + 1) * sizeof *m->starts);
    m->terms = malloc((size_t)(n * PER_DOC + 1) * sizeof *m->terms);
    m->topic = malloc((n + 1) * sizeof *m->topic);
    m->order = malloc((n + 1) * sizeof *m->order);
    for (uint32_t d = 0; d < n; d++) {
        m->starts[d] = at;
        m->topic[d] = draw(TOPICS);
        memset(has, 0, n_terms);
        for (int k = 0; k < PER_DOC; k++) {
            const uint32_t t = draw(4) == 0
                                   ? TOPICS * WORDS + draw(COMMON)
                                   : m->topic[d] * WORDS + draw(WORDS);
            if (!has[t])
                m->terms[at++] = t;
            has[t] = true;
        }
    }
    m->starts[n] = at;
    m->forward = (ost_forward){.n_docs = n,
                               .n_terms = n_terms,
                               .starts = m->starts,
                               .terms = m->terms};
    free(has);
}

static void release(made *m)
{
    free(m->starts);
    free(m->terms);
    free(m->topic);
    free(m->order);
}

static void check_permutation(const uint32_t *order, uint32_t n)
{
    bool *seen = calloc(n + 1, 1);

    for (uint32_t i = 0; i < n; i++) {
        ck_assert_uint_lt(order[i], n);
        ck_assert(!seen[order[i]]);
        seen[order[i]] = true;
    }
    free(seen);
}

/* Neighbours of one topic, of all neighbours. */
static double together(const made *m, const uint32_t *order)
{
    const uint32_t n = m->forward.n_docs;
    uint32_t same = 0;

    for (uint32_t i = 1; i < n; i++)
        same += m->topic[order != NULL ? order[i] : i] ==
                m->topic[order != NULL ? order[i - 1] : i - 1];
    return (double)same / (n - 1);
}

START_TEST(test_bisect_topics_come_apart)
{
    made m;

    make(&m, 3000, 7);
    ck_assert_int_eq(ost_bisect(&m.forward, 1, m.order, NULL), OSTEON_OK);
    check_permutation(m.order, 3000);
    ck_assert(together(&m, NULL) < 0.1);
    ck_assert(together(&m, m.order) > 0.9);
    release(&m);
}
END_TEST

START_TEST(test_bisect_any_size_is_a_permutation)
{
    for (uint32_t n = 0; n < 200; n++) {
        made m;
        make(&m, n, n + 1);
        ck_assert_int_eq(ost_bisect(&m.forward, 2, m.order, NULL), OSTEON_OK);
        check_permutation(m.order, n);
        release(&m);
    }
}
END_TEST

/* Without terms nothing tells documents apart: they stay where they are. */
START_TEST(test_bisect_documents_without_terms_stay)
{
    made m;

    make(&m, 500, 3);
    memset(m.starts, 0, 501 * sizeof *m.starts);
    ck_assert_int_eq(ost_bisect(&m.forward, 2, m.order, NULL), OSTEON_OK);
    for (uint32_t i = 0; i < 500; i++)
        ck_assert_uint_eq(m.order[i], i);
    release(&m);
}
END_TEST

START_TEST(test_bisect_threads_do_not_matter)
{
    made m;
    uint32_t *other;

    make(&m, 20000, 11);
    other = malloc(20000 * sizeof *other);
    ck_assert_int_eq(ost_bisect(&m.forward, 1, m.order, NULL), OSTEON_OK);
    for (unsigned threads = 2; threads <= 5; threads++) {
        ck_assert_int_eq(ost_bisect(&m.forward, threads, other, NULL),
                         OSTEON_OK);
        ck_assert_mem_eq(m.order, other, 20000 * sizeof *other);
    }
    free(other);
    release(&m);
}
END_TEST

START_TEST(test_bisect_failed_allocation_is_told)
{
    made m;
    osteon_status s = OSTEON_NO_MEMORY;

    make(&m, 300, 5);
    for (unsigned long n = 1; s == OSTEON_NO_MEMORY; n++) {
        osteon_error err = {0};
        ck_assert_uint_lt(n, 50);
        ost_alloc_fail_at(n);
        s = ost_bisect(&m.forward, 1, m.order, &err);
        if (s != OSTEON_OK)
            ck_assert_int_eq(err.status, OSTEON_NO_MEMORY);
    }
    ost_alloc_fail_at(0);
    ck_assert_int_eq(s, OSTEON_OK);
    release(&m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bisect");
    TCase *tc = tcase_create("bisect");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_bisect_topics_come_apart);
    tcase_add_test(tc, test_bisect_any_size_is_a_permutation);
    tcase_add_test(tc, test_bisect_documents_without_terms_stay);
    tcase_add_test(tc, test_bisect_threads_do_not_matter);
    tcase_add_test(tc, test_bisect_failed_allocation_is_told);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
