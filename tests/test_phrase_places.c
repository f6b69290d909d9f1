/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Places of one word kept where another stands at a distance, compared with
 * looking at every pair.
 */
#include "index.h"
#include "places.h"
#include "run_suite.h"

#include "asserts.h"

enum { MOST = 200 };

static uint64_t state = 88172645463325252u;
static uint32_t below(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 11) % n);
}

/* n ascending numbers, most of them near each other, then the padding. */
static void fill(uint32_t *numbers, uint32_t n, uint32_t next)
{
    for (uint32_t i = 0; i < n; i++) {
        next += below(10) ? below(4) : below(300);
        numbers[i] = next++;
    }
    memset(numbers + n, 0xff, OST_POSITIONS_PAD * sizeof *numbers);
}

static uint32_t plain_keep(const uint32_t *places, uint32_t n,
                           int64_t distance, const uint32_t *positions,
                           uint32_t n_positions, uint32_t *out)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < n_positions; k++)
            if (places[i] + distance == positions[k])
                out[kept++] = places[i];
    return kept;
}

/* In one call or several; into the places themselves or elsewhere. */
START_TEST(test_places_kept_equal_reference)
{
    uint32_t places[MOST + OST_POSITIONS_PAD], out[MOST], expected[MOST],
        positions[MOST + OST_POSITIONS_PAD];

    for (unsigned round = 0; round < 20000; round++) {
        const uint32_t n = below(8) ? below(9) : below(MOST);
        const uint32_t n_positions = 1 + (below(8) ? below(20) : below(MOST));
        const uint32_t from = below(20) ? below(30) : UINT32_MAX - 100000;
        const int64_t distance = (int64_t)below(40) - 20;
        const uint32_t whole = below(2) ? n : 1 + below(10);
        const bool in_place = below(2);
        uint32_t at = 0, kept = 0, want;

        fill(places, n, from);
        fill(positions, n_positions, from);
        want = plain_keep(places, n, distance, positions, n_positions,
                          expected);
        for (uint32_t done = 0; done < n;) {
            const uint32_t some = n - done < whole ? n - done : whole;
            uint32_t *to = in_place ? places + done : out;
            const uint32_t got =
                ost_places_keep(places + done, some, distance, positions,
                                n_positions, &at, to);
            ck_assert_uint_le(kept + got, want);
            if (got > 0)
                ck_assert_mem_eq(to, expected + kept, got * sizeof *to);
            kept += got;
            done += some;
        }
        ck_assert_uint_eq(kept, want);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("phrase_places");
    TCase *c = tcase_create("places");

    tcase_add_test(c, test_places_kept_equal_reference);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
