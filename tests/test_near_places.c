/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Windows of words and phrases near each other, compared with looking at all
 * beginnings for each end.
 */
#include "index.h"
#include "places.h"
#include "run_suite.h"

#include "asserts.h"

enum { UNITS = 5, WORDS = 3, MOST = 300 };

static uint64_t state = 88172645463325252u;
static uint32_t below(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 11) % n);
}

/* What a unit is made of: words with their positions and offsets. */
typedef struct made {
    uint32_t positions[WORDS][MOST + OST_POSITIONS_PAD], n[WORDS];
    uint32_t offsets[WORDS], n_words;
    ost_near_word others[WORDS];
    uint32_t kept[OST_NEAR_KEPT];
} made;

/* Ascending positions from `from` on, `gap` apart on average. */
static uint32_t fill(uint32_t *positions, uint32_t most, uint32_t from,
                     uint32_t gap)
{
    const uint32_t n = 1 + below(most);

    for (uint32_t i = 0; i < n; i++) {
        from += below(2 * gap);
        positions[i] = from++;
    }
    memset(positions + n, 0xff, OST_POSITIONS_PAD * sizeof *positions);
    return n;
}

static void make_unit(made *m, ost_near_unit *u, uint32_t from)
{
    m->n_words = below(3) ? 1 : 1 + below(WORDS);
    memset(u, 0, sizeof *u);
    for (uint32_t i = 0; i < m->n_words; i++) {
        m->offsets[i] = i == 0 ? 0 : m->offsets[i - 1] + 1 + below(2);
        m->n[i] = fill(m->positions[i], below(4) ? 20 : MOST, from,
                       m->n_words > 1 ? 1 : 1 + below(30));
        if (i > 0)
            m->others[u->n_others++] = (ost_near_word){
                .positions = m->positions[i],
                .n = m->n[i],
                .offset = m->offsets[i],
                .at = 7, /* whatever was there before */
            };
    }
    u->first = m->positions[0];
    u->n_first = m->n[0];
    u->width = m->offsets[m->n_words - 1] + 1;
    u->others = m->others;
    u->kept = m->kept;
}

static bool has(const uint32_t *positions, uint32_t n, uint64_t wanted)
{
    for (uint32_t i = 0; i < n; i++)
        if (positions[i] == wanted)
            return true;
    return false;
}

/* Whether the unit stands within [begin, end). */
static bool stands(const made *m, uint64_t begin, uint64_t end)
{
    for (uint32_t i = 0; i < m->n[0]; i++) {
        const uint64_t at = m->positions[0][i];
        bool all = at >= begin && at + m->offsets[m->n_words - 1] < end;
        for (uint32_t k = 1; all && k < m->n_words; k++)
            all = has(m->positions[k], m->n[k], at + m->offsets[k]);
        if (all)
            return true;
    }
    return false;
}

static uint32_t plain_count(const made *all, uint32_t n, uint32_t window,
                            uint64_t from, uint64_t to)
{
    uint64_t begin = from;
    uint32_t found = 0;

    for (uint64_t end = from + 1; end <= to; end++) {
        bool together = true;
        if (end > window && begin < end - window)
            begin = end - window;
        for (uint32_t i = 0; i < n && together; i++)
            together = stands(&all[i], begin, end);
        if (together) {
            found++;
            begin = end;
        }
    }
    return found;
}

START_TEST(test_near_count_equals_reference)
{
    static made all[UNITS];
    ost_near_unit units[UNITS];

    for (unsigned round = 0; round < 3000; round++) {
        const uint32_t n = 1 + below(UNITS);
        const uint32_t from = below(20) ? below(3) : UINT32_MAX - 20000;
        const uint32_t window = below(8) ? 1 + below(60) : below(UINT32_MAX);
        uint64_t last = 0;
        uint32_t expected;

        for (uint32_t i = 0; i < n; i++) {
            make_unit(&all[i], &units[i], from);
            for (uint32_t k = 0; k < all[i].n_words; k++)
                if (all[i].positions[k][all[i].n[k] - 1] > last)
                    last = all[i].positions[k][all[i].n[k] - 1];
        }
        if (last - from > 2000)
            continue; /* the reference takes its time */
        expected = plain_count(all, n, window, from, last + 1);
        ck_assert_uint_eq(ost_near_count(units, n, window, false), expected);
        ck_assert_uint_eq(ost_near_count(units, n, window, true),
                          expected > 0);
    }
}
END_TEST

START_TEST(test_near_count_takes_places_to_the_last_one)
{
    uint32_t a[1 + OST_POSITIONS_PAD], b[1 + OST_POSITIONS_PAD];
    ost_near_unit units[2] = {{.first = a, .n_first = 1, .width = 1},
                              {.first = b, .n_first = 1, .width = 1}};

    memset(a, 0xff, sizeof a);
    memset(b, 0xff, sizeof b);
    a[0] = UINT32_MAX - 1;
    b[0] = UINT32_MAX - 4;
    ck_assert_uint_eq(ost_near_count(units, 2, 3, false), 0);
    ck_assert_uint_eq(ost_near_count(units, 2, 4, false), 1);
    ck_assert_uint_eq(ost_near_count(units, 2, UINT32_MAX, false), 1);
    b[0] = 0;
    ck_assert_uint_eq(ost_near_count(units, 2, UINT32_MAX - 1, false), 0);
    ck_assert_uint_eq(ost_near_count(units, 2, UINT32_MAX, false), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("near_places");
    TCase *c = tcase_create("windows");

    tcase_add_test(c, test_near_count_equals_reference);
    tcase_add_test(c, test_near_count_takes_places_to_the_last_one);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
