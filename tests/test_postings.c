/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Lists written by ost_term_writer and read by the cursors, compared with
 * plain arrays: sizes around block edges, all ways of moving, bounds.
 */
#include "lists_fixture.h"
#include "positions.h"
#include "run_suite.h"

/* Looks single positions up: those there are, their neighbours, others. */
static void check_single(ost_postings *p, const uint32_t *positions,
                         uint32_t n)
{
    for (uint32_t i = 0; i < 4; i++) {
        const uint32_t any =
            n > 0 && below(4) ? positions[below(n)] + below(3) - 1
                              : below(3) ? below(3000) : UINT32_MAX;
        bool there = false;
        for (uint32_t k = 0; k < n; k++)
            there |= positions[k] == any;
        ck_assert_int_eq(ost_postings_position_has(p, any), there);
    }
}

/* Looks up the current document's positions, and what lies between them. */
static void check_set(ost_postings *p, const uint32_t *positions, uint32_t n)
{
    ost_position_place place = {0, 0};
    ost_position_set set;
    uint32_t from = 0;

    if (!ost_postings_position_set(p, &set)) {
        ck_assert_uint_lt(n, OST_POSITIONS_MANY);
        return;
    }
    ck_assert_uint_eq(set.n, n);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t other = from; other < positions[i]; other++)
            if (other < from + 3 || below(8) == 0)
                ck_assert(!ost_position_set_has(&set, &place, other));
        if (below(4) > 0)
            ck_assert(ost_position_set_has(&set, &place, positions[i]));
        from = positions[i] + 1;
    }
    ck_assert(!ost_position_set_has(&set, &place, from));
    ck_assert(!ost_position_set_has(&set, &place, UINT32_MAX));
}

/* Compares all that is told of the current document's positions, in any
 * order, with and without the instructions that not all processors have. */
static void check_positions(ost_postings *p, const list *l, uint32_t i)
{
    const uint32_t limit = ost_positions_limit(norms[p->doc]);
    const uint32_t first = below(3);
    const uint32_t *positions;
    uint32_t n = 0;

    while (keep_positions && n < l->counts[i] && l->positions[i][n] < limit)
        n++;
    if (below(2))
        p->fast = false;
    if (below(2))
        p->wide = false;
    if (first == 0)
        check_single(p, l->positions[i], n);
    if (first == 1)
        check_set(p, l->positions[i], n);
    if (first < 2 && below(2))
        return;
    positions = ost_postings_positions(p);
    ck_assert_int_eq(ost_postings_status(p), OSTEON_OK);
    ck_assert_uint_eq(ost_postings_n_positions(p), n);
    if (n == 0) {
        ck_assert_ptr_null(positions);
    } else {
        ck_assert_mem_eq(positions, l->positions[i], n * sizeof *positions);
        for (uint32_t k = 0; k < OST_POSITIONS_PAD; k++)
            ck_assert_uint_eq(positions[n + k], UINT32_MAX);
    }
    check_set(p, l->positions[i], n);
    check_single(p, l->positions[i], n);
}

static void check_here(ost_postings *p, const list *l, uint32_t i)
{
    ck_assert_uint_eq(p->doc, l->docs[i]);
    ck_assert_uint_eq(ost_postings_tf(p), l->tfs[i]);
    if (below(3) == 0)
        check_positions(p, l, i);
}

static void walk(ost_segment *segment, const list *l)
{
    ost_postings *p = open_list(segment, l);

    for (uint32_t i = 0; i < l->n; i++) {
        ck_assert_uint_eq(ost_postings_next(p), l->docs[i]);
        check_here(p, l, i);
    }
    ck_assert_uint_eq(ost_postings_next(p), OST_DOC_END);
    ck_assert_uint_eq(ost_postings_next(p), OST_DOC_END);
    ck_assert_int_eq(ost_postings_status(p), OSTEON_OK);
    ost_postings_close(p);
}

/* Jumps by random distances, mixed with single steps. */
static void jump(ost_segment *segment, const list *l, uint32_t farthest)
{
    ost_postings *p = open_list(segment, l);
    uint32_t target = 0, i = 0;

    for (;;) {
        const bool step = i > 0 && below(4) == 0;
        uint32_t doc;
        if (step) {
            doc = ost_postings_next(p);
        } else {
            target += below(farthest);
            while (i > 0 && target < l->docs[i - 1])
                target += below(farthest);
            doc = ost_postings_seek(p, target);
            i = 0;
            while (i < l->n && l->docs[i] < target)
                i++;
        }
        if (i >= l->n) {
            ck_assert_uint_eq(doc, OST_DOC_END);
            break;
        }
        ck_assert_uint_eq(doc, l->docs[i]);
        check_here(p, l, i);
        i++;
        target = doc;
    }
    ck_assert_int_eq(ost_postings_status(p), OSTEON_OK);
    ost_postings_close(p);
}

/* Every posting lies under the bound of its stretch, and stretches follow one
 * another to the end. */
static void bounds(ost_segment *segment, const list *l)
{
    ost_postings *p = open_list(segment, l);
    ost_field_view view;
    uint32_t target = 0, i = 0, upto;

    ck_assert_int_eq(ost_segment_field(segment, "", &view, NULL), 0);
    for (;;) {
        const uint8_t bound = ost_postings_bound(p, target, &upto);
        ck_assert_uint_le(bound, p->term.impact);
        for (; i < l->n && l->docs[i] <= upto; i++)
            ck_assert_uint_le(ost_impact(l->tfs[i], norms[l->docs[i]],
                                         view.average),
                              bound);
        if (upto >= OST_DOC_END - 1)
            break;
        target = upto + 1;
    }
    ck_assert_uint_eq(i, l->n);
    ost_postings_close(p);
}

/* Looks random documents up in blocks, and those that are there. */
static void meet(ost_segment *segment, const list *l)
{
    ost_postings *p = open_list(segment, l);
    uint32_t docs[256], passed;
    uint8_t which[256], at[256];

    ck_assert_uint_eq(ost_postings_meet(p, docs, 0, which, at, &passed), 0);
    for (uint32_t target = 0;
         (target = ost_postings_seek(p, target)) != OST_DOC_END;
         target += 1 + below(200)) {
        const uint32_t step = 1 + below(below(2) ? 3 : 30);
        uint32_t n = 0, doc = target, k = 0, found;
        for (; n < 256 && below(200) > 0; doc += 1 + below(step))
            docs[n++] = doc;
        p->wide = p->wide && below(2);
        found = ost_postings_meet(p, docs, n, which, at, &passed);
        for (uint32_t i = 0; i < passed; i++) {
            uint32_t place = 0;
            while (p->docs[place] < docs[i])
                place++;
            if (p->docs[place] != docs[i])
                continue;
            ck_assert_uint_lt(k, found);
            ck_assert_uint_eq(which[k], i);
            ck_assert_uint_eq(at[k++], place);
        }
        ck_assert_uint_eq(k, found);
        ck_assert(passed == n || docs[passed] > p->docs[p->n - 1]);
        ck_assert(passed == 0 || docs[passed - 1] <= p->docs[p->n - 1]);
    }
    ost_postings_close(p);
}

/* ---- Pairs of positions ---- */

/* Whether a list has a position, and it is kept. */
static bool stands(const list *l, uint32_t i, int64_t position)
{
    for (uint32_t k = 0; k < l->counts[i]; k++)
        if (l->positions[i][k] == position)
            return position < ost_positions_limit(norms[l->docs[i]]);
    return false;
}

static uint32_t index_of(const list *l, uint32_t doc)
{
    uint32_t i = 0;

    while (l->docs[i] != doc)
        i++;
    return i;
}

/* Compares spots of the same documents of two lists, and what is read at some
 * of them afterwards; returns how many pairs were told. */
static uint32_t check_spots(ost_postings *const *p, const list *const *l,
                            uint8_t (*at)[OST_BLOCK], uint32_t n)
{
    ost_position_spot spots[2][OST_BLOCK];
    const int64_t distance = (int64_t)below(9) - 4;
    const bool one = below(2);
    int pairs[OST_BLOCK];
    uint32_t told = 0;

    for (unsigned i = 0; i < 2; i++)
        if (!ost_postings_spots(p[i], at[i], n, spots[i]))
            return 0;
    ost_position_spots_pairs(spots[0], spots[1], n, distance, one, pairs);
    for (uint32_t k = 0; k < n; k++) {
        const uint32_t doc = p[0]->docs[at[0][k]];
        const uint32_t x = index_of(l[0], doc), y = index_of(l[1], doc);
        int there = 0;
        for (uint32_t i = 0; i < l[0]->counts[x]; i++)
            there += stands(l[0], x, l[0]->positions[x][i]) &&
                     stands(l[1], y, l[0]->positions[x][i] + distance);
        if (pairs[k] >= 0 && one)
            ck_assert_int_eq(pairs[k] > 0, there > 0);
        else if (pairs[k] >= 0)
            ck_assert_int_eq(pairs[k], there);
        told += pairs[k] >= 0;
        for (unsigned i = 0; i < 2 && below(2); i++) {
            p[i]->at = at[i][k];
            p[i]->doc = doc;
            ost_postings_at_spot(p[i], &spots[i][k]);
            check_here(p[i], l[i], i == 0 ? x : y);
            p[i]->wide = true;
        }
    }
    return told;
}

/* Goes through two lists; returns how many pairs were told. */
static uint32_t pairs(ost_segment *segment, const list *a, const list *b)
{
    const list *const l[] = {a, b};
    ost_postings *const p[] = {open_list(segment, a), open_list(segment, b)};
    const bool wide = p[0]->wide;
    uint32_t target = 0, told = 0;

    while (wide &&
           (target = ost_postings_seek(p[0], target)) != OST_DOC_END &&
           ost_postings_seek(p[1], target) != OST_DOC_END) {
        uint8_t at[2][OST_BLOCK];
        uint32_t n = 0, to;
        for (uint32_t i = p[0]->at; i < p[0]->n; i++)
            for (uint32_t k = p[1]->at; k < p[1]->n && below(9); k++)
                if (p[0]->docs[i] == p[1]->docs[k]) {
                    at[0][n] = (uint8_t)i;
                    at[1][n++] = (uint8_t)k;
                }
        to = p[0]->docs[p[0]->n - 1];
        if (p[1]->docs[p[1]->n - 1] < to)
            to = p[1]->docs[p[1]->n - 1];
        if (n > 0)
            told += check_spots(p, l, at, n);
        target = (target > to ? target : to) + 1;
    }
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_int_eq(ost_postings_status(p[i]), OSTEON_OK);
        ost_postings_close(p[i]);
    }
    return wide ? told : 1;
}

/* Sizes from 1 to 257 and some long ones, in one segment. */
static void check_sizes(void)
{
    static const uint32_t longs[] = {383, 384, 385, 1000, 2999, 3000};
    const size_t n = 257 + sizeof longs / sizeof *longs;
    uint32_t told = 0;
    list *lists = calloc(n, sizeof *lists);
    ost_segment *segment;

    for (uint32_t d = 0; d < MOST_DOCS; d++)
        norms[d] = (uint8_t)(below(4) ? 1 + below(100) : below(256));
    for (size_t i = 0; i < n; i++) {
        fill(&lists[i], i < 257 ? (uint32_t)i + 1 : longs[i - 257]);
        lists[i].len = (size_t)sprintf(lists[i].term, "term%05zu", i);
    }
    segment = build(lists, n);
    for (size_t i = 0; i < n; i++) {
        walk(segment, &lists[i]);
        jump(segment, &lists[i], 5);
        jump(segment, &lists[i], 200);
        jump(segment, &lists[i], 2000);
        bounds(segment, &lists[i]);
        meet(segment, &lists[i]);
    }
    for (unsigned i = 0; i < 200; i++)
        told += pairs(segment, &lists[n - 1 - below(below(2) ? 6 : 200)],
                      &lists[n - 1 - below(6)]);
    ck_assert(told > 0 || !keep_positions);
    for (size_t i = 0; i < n; i++)
        release(&lists[i]);
    ost_segment_close(segment);
    free(lists);
}

START_TEST(test_postings_sizes_equal_reference)
{
    check_sizes();
}
END_TEST

/* A field without positions: all else is as with them. */
START_TEST(test_postings_without_positions_have_none)
{
    keep_positions = false;
    check_sizes();
}
END_TEST

/* So many that their number plus one is not looked up, nor is a float. */
START_TEST(test_postings_a_million_positions_are_passed)
{
    const uint32_t tfs[] = {2, (1 << 20) + 3, 65, 3, (1 << 20) - 1, 1};
    list *l = calloc(1, sizeof *l);
    ost_segment *segment;

    keep_positions = true;
    memset(norms, 190, sizeof norms);
    l->n = sizeof tfs / sizeof *tfs;
    l->len = (size_t)sprintf(l->term, "often");
    for (uint32_t i = 0; i < l->n; i++) {
        l->docs[i] = 7 * i;
        l->tfs[i] = l->counts[i] = tfs[i];
        l->positions[i] = malloc(tfs[i] * sizeof(uint32_t));
        for (uint32_t k = 0; k < tfs[i]; k++)
            l->positions[i][k] = 2 * k + below(2);
    }
    segment = build(l, 1);
    for (unsigned round = 0; round < 6; round++) {
        ost_postings *p = open_list(segment, l);
        for (uint32_t i = 0; i < l->n; i++) {
            ck_assert_uint_eq(ost_postings_next(p), l->docs[i]);
            if (tfs[i] < 100)
                check_here(p, l, i);
            else if (round % 2 == 0)
                ck_assert_mem_eq(ost_postings_positions(p), l->positions[i],
                                 tfs[i] * sizeof **l->positions);
        }
        ost_postings_close(p);
    }
    release(l);
    ost_segment_close(segment);
    free(l);
}
END_TEST

static int by_term(const void *a, const void *b)
{
    const list *x = a, *y = b;
    const int c = memcmp(x->term, y->term, x->len < y->len ? x->len : y->len);

    return c ? c : (x->len > y->len) - (x->len < y->len);
}

/* A term is found to be what a walk to it says. */
static void check_found(ost_segment *segment, const ost_term_cursor *c)
{
    const ost_term *walked = &c->info;
    ost_term t;

    ck_assert_int_eq(
        ost_dictionary_find(segment, 0, c->term, c->len, &t, NULL), OSTEON_OK);
    ck_assert_uint_eq(t.df, walked->df);
    ck_assert_uint_eq(t.cf, walked->cf);
    ck_assert_uint_eq(t.impact, walked->impact);
    ck_assert_uint_eq(t.postings, walked->postings);
    ck_assert_uint_eq(t.postings_size, walked->postings_size);
    ck_assert_uint_eq(t.positions, walked->positions);
    ck_assert_uint_eq(t.positions_size, walked->positions_size);
    ck_assert(t.inlined == walked->inlined && t.bare == walked->bare);
    if (t.df > OST_BLOCK)
        ck_assert_uint_eq(t.skips, walked->skips);
    if (t.df > OST_SMALL)
        return;
    ck_assert_mem_eq(t.docs, walked->docs, t.df * sizeof *t.docs);
    ck_assert_mem_eq(t.tfs, walked->tfs, t.df * sizeof *t.tfs);
}

/* Terms with long common beginnings, all lengths, all bytes. */
START_TEST(test_dictionary_random_terms_are_found)
{
    const size_t most = 1500;
    list *lists = calloc(most, sizeof *lists);
    ost_segment *segment;
    ost_term_cursor c;
    size_t n = 0;

    memset(norms, 7, sizeof norms);
    for (size_t i = 0; i < most; i++) {
        list *l = &lists[i];
        l->len = below(8) ? 1 + below(12) : 1 + below(OST_WORD_MAX);
        for (size_t k = 0; k < l->len; k++)
            l->term[k] = (char)(k < 9 && below(2) ? 'a'
                                                  : below(3) ? 'a' + below(3)
                                                             : below(256));
    }
    qsort(lists, most, sizeof *lists, by_term);
    for (size_t i = 0; i < most; i++)
        if (n == 0 || by_term(&lists[n - 1], &lists[i]) != 0)
            lists[n++] = lists[i];
    for (size_t i = 0; i < n; i++)
        fill(&lists[i], below(4) ? 1 : 1 + below(below(4) ? 20 : 300));
    for (size_t i = 1; i < n; i++) /* as often as not of the same document */
        if (lists[i].n == 1 && lists[i - 1].n == 1 && below(2))
            lists[i].docs[0] = lists[i - 1].docs[0];
    segment = build(lists, n);
    ost_term_cursor_start(&c, segment, 0);
    for (size_t i = 0; i < n; i++) {
        char other[OST_WORD_MAX];
        ost_term term;
        list key;
        walk(segment, &lists[i]);
        ck_assert_int_eq(ost_term_cursor_next(&c, NULL), OSTEON_OK);
        ck_assert_uint_eq(c.len, lists[i].len);
        ck_assert_mem_eq(c.term, lists[i].term, c.len);
        check_found(segment, &c);
        /* A neighbour that is not there is not found. */
        memcpy(other, lists[i].term, lists[i].len);
        other[lists[i].len - 1] ^= 1;
        memcpy(key.term, other, lists[i].len);
        key.len = lists[i].len;
        ck_assert_int_eq(
            ost_dictionary_find(segment, 0, other, key.len, &term, NULL),
            bsearch(&key, lists, n, sizeof *lists, by_term) ? OSTEON_OK
                                                           : OSTEON_NOT_FOUND);
    }
    ck_assert_int_eq(ost_term_cursor_next(&c, NULL), OSTEON_OK);
    ck_assert_uint_eq(c.len, 0);
    ost_segment_close(segment);
    for (size_t i = 0; i < n; i++)
        release(&lists[i]);
    free(lists);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("postings");
    TCase *tc = tcase_create("cursor");

    tcase_add_unchecked_fixture(tc, scratch_make, scratch_remove);
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, test_postings_sizes_equal_reference);
    tcase_add_test(tc, test_postings_without_positions_have_none);
    tcase_add_test(tc,
                   test_postings_a_million_positions_are_passed);
    tcase_add_test(tc, test_dictionary_random_terms_are_found);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
