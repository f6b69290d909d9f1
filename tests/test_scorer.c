/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What scorers promise to each other: next and seek give the matches of the
 * reference in order, bounds hold for all documents they are given for, and a
 * floor loses nothing that is above it.
 */
#include "ranking_queries.h"

#include "scorer.h"
#include "run_suite.h"

enum { DOCUMENTS = 2000 };

typedef struct walk {
    ref_corpus *c;
    ost_arena *arena;
    ost_model *model;
    ost_plan *plan;
    int64_t scores[DOCUMENTS]; /* of the reference, -1: no match */
} walk;

/* A corpus of one segment without deletions, so that numbers are the same. */
static void make_corpus(ref_corpus *c)
{
    ref_corpus_make(c, 31, DOCUMENTS, 120, 60);
    ref_corpus_index(c, 1, 0);
    for (uint32_t i = 0; i < DOCUMENTS; i++)
        ck_assert_uint_eq(c->numbers[i], i);
}

static void open_walk(walk *w, ref_corpus *c, ost_node *root,
                      const ost_bm25 *bm25)
{
    const osteon_query query = {.root = root};

    w->c = c;
    ck_assert_int_eq(
        ost_model_open(c->snapshot, &query, bm25, &w->model, NULL), OSTEON_OK);
    ck_assert_int_eq(ost_plan_open(w->model, 0, true, &w->plan, NULL),
                     OSTEON_OK);
    for (uint32_t i = 0; i < DOCUMENTS; i++)
        if (!ref_score(c, bm25, &c->docs[i], root, &w->scores[i]))
            w->scores[i] = -1;
}

static void close_walk(walk *w)
{
    ck_assert_int_eq(ost_plan_check(w->plan, NULL), OSTEON_OK);
    ost_plan_close(w->plan);
    ost_model_close(w->model);
}

/* The scorer has come from before `from` to its current document: nothing it
 * passed is above its floor, and what it is at is right. */
static void check_step(const walk *w, int64_t from)
{
    ost_scorer *s = w->plan->root;
    const int64_t floor = s->floor;

    ck_assert_int_ge(s->doc, from);
    for (int64_t i = from; i < s->doc && i < DOCUMENTS; i++)
        ck_assert_int_le(w->scores[i], floor);
    if (s->doc == OST_DOC_END)
        return;
    ck_assert_int_lt(s->doc, DOCUMENTS);
    if (!ost_scorer_match(s, floor)) {
        ck_assert_int_le(w->scores[s->doc], floor);
        return;
    }
    if (w->scores[s->doc] > floor)
        ck_assert_int_eq(s->type->score(s), w->scores[s->doc]);
    else
        ck_assert_int_le(s->type->score(s), floor);
    ck_assert_int_le(w->scores[s->doc], s->max);
}

/* Asks for a bound at the current document or after it. */
static void check_bound(const walk *w)
{
    ost_scorer *s = w->plan->root;
    const uint32_t first = s->doc < 0 ? 0 : (uint32_t)s->doc;
    const uint32_t target = first + ref_draw(w->c, 3) * ref_draw(w->c, 300);
    uint32_t upto;
    int64_t bound;

    if (s->doc == OST_DOC_END)
        return;
    bound = s->type->bound(s, target, &upto);
    ck_assert_uint_ge(upto, target);
    for (uint32_t i = target; i <= upto && i < DOCUMENTS; i++)
        if (w->scores[i] > s->floor)
            ck_assert_int_le(w->scores[i], bound);
}

/* Walks to the end in random steps; the floor rises on the way if asked. */
static void check_walk(ref_corpus *c, ost_node *root, bool floors)
{
    const ost_bm25 bm25 = {1.2, ref_draw(c, 2) ? 0.75 : 0.3};
    ost_scorer *s;
    walk w;

    open_walk(&w, c, root, &bm25);
    s = w.plan->root;
    while (s != NULL && s->doc != OST_DOC_END) {
        const int64_t after = s->doc + 1;
        check_bound(&w);
        if (ref_draw(c, 3) == 0) {
            const uint32_t target =
                (uint32_t)after + ref_draw(c, 2) * ref_draw(c, 200);
            s->type->seek(s, target);
            check_step(&w, target);
        } else {
            s->type->next(s);
            check_step(&w, after);
        }
        if (floors && ref_draw(c, 8) == 0) {
            const int64_t floor = ref_draw(c, (uint32_t)s->max + 1) / 2;
            if (floor > s->floor)
                s->type->set_floor(s, floor);
        }
    }
    for (uint32_t i = 0; s == NULL && i < DOCUMENTS; i++)
        ck_assert_int_eq(w.scores[i], -1);
    close_walk(&w);
}

START_TEST(test_scorer_random_walks_equal_reference)
{
    ref_corpus c;

    make_corpus(&c);
    for (unsigned i = 0; i < 150; i++) {
        ost_arena *arena = ost_arena_open();
        check_walk(&c, ref_query(&c, arena, 1 + i % 4), false);
        ost_arena_close(arena);
    }
    ref_corpus_free(&c);
}
END_TEST

START_TEST(test_scorer_floor_loses_nothing_above_it)
{
    ref_corpus c;

    make_corpus(&c);
    for (unsigned i = 0; i < 150; i++) {
        ost_arena *arena = ost_arena_open();
        check_walk(&c, ref_query(&c, arena, 1 + i % 4), true);
        ost_arena_close(arena);
    }
    ref_corpus_free(&c);
}
END_TEST

/* ---- Bounds of a list ---- */

/* The highest impact of documents [from, to]. */
static uint8_t highest(const ref_corpus *c, const ost_node *term,
                       double average, uint32_t from, uint32_t to)
{
    uint8_t most = 0;

    for (uint32_t i = from; i <= to && i < DOCUMENTS; i++) {
        const ref_doc *d = &c->docs[i];
        const uint32_t tf = ref_occurrences(c, d, term, 0, d->n);
        const uint8_t impact = ost_impact(tf, ost_norm_encode(d->n), average);
        if (impact > most)
            most = impact;
    }
    return most;
}

START_TEST(test_list_bound_holds_for_falling_targets_too)
{
    const ost_bm25 bm25 = {1.2, 0.75};
    ref_corpus c;

    make_corpus(&c);
    for (uint32_t word = 0; word < 40; word++) {
        ost_arena *arena = ost_arena_open();
        ost_node *term = ref_term(arena, "", word);
        ost_postings *p;
        double average;
        walk w;
        open_walk(&w, &c, term, &bm25);
        average = w.model->root->leaves[0]->field->views[0].average;
        p = w.plan->lists->postings;
        for (unsigned step = 0; step < 60 && p->doc != OST_DOC_END; step++) {
            const uint32_t target = ref_draw(&c, DOCUMENTS);
            uint32_t upto;
            const uint8_t bound = ost_list_bound(w.plan->lists, target, &upto);
            ck_assert_uint_ge(upto, target);
            ck_assert_uint_ge(bound, highest(&c, term, average,
                                             target < p->doc ? p->doc : target,
                                             upto));
            if (step % 3 == 0)
                ost_postings_next(p);
        }
        close_walk(&w);
        ost_arena_close(arena);
    }
    ref_corpus_free(&c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scorer");
    TCase *tc = scratch_case(suite, "scorer");

    tcase_add_test(tc, test_scorer_random_walks_equal_reference);
    tcase_add_test(tc, test_scorer_floor_loses_nothing_above_it);
    tcase_add_test(tc, test_list_bound_holds_for_falling_targets_too);
    tcase_set_timeout(tc, 120);
    return run_suite(suite);
}
