/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The code of positions in the words of docs/format.md: parameters compared
 * with their definition, bytes decoded a second time bit by bit.
 */
#include "bits.h"
#include "positions.h"
#include "run_suite.h"

#include "asserts.h"
#include <stdlib.h>

static uint64_t state = 88172645463325252u;
static uint32_t below(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 11) % n);
}

/* The largest length with that norm byte, plus 16. */
static uint64_t plain_span(unsigned norm)
{
    uint64_t low = ost_norm_decode((uint8_t)norm), high = low;

    if (norm == 255)
        return (UINT64_C(8) << 28) + 24 + 15;
    high = ost_norm_decode((uint8_t)(norm + 1));
    return high - 1 + 16;
}

static unsigned plain_low(unsigned norm, uint64_t n)
{
    unsigned k = 0;

    while ((n + 1) << (k + 1) <= plain_span(norm))
        k++;
    return k;
}

START_TEST(test_positions_parameters_follow_from_length)
{
    for (unsigned norm = 0; norm < 256; norm++) {
        const uint64_t limit = plain_span(norm) * 256;
        ck_assert_uint_eq(ost_positions_limit((uint8_t)norm),
                          limit < UINT32_MAX ? limit : UINT32_MAX);
        for (uint32_t n = 0; n < 3000; n++)
            ck_assert_uint_eq(ost_positions_low((uint8_t)norm, n),
                              plain_low(norm, n));
        ck_assert_uint_eq(ost_positions_low((uint8_t)norm, UINT32_MAX), 0);
    }
}
END_TEST

static unsigned bit_at(const uint8_t *bytes, uint64_t bit)
{
    return bytes[bit / 8] >> bit % 8 & 1;
}

/* Decodes m positions from both ends of the string. */
static void plain_decode(const uint8_t *bytes, uint64_t *front, uint64_t *back,
                         unsigned norm, uint32_t m, uint32_t *out)
{
    const unsigned k = plain_low(norm, m);
    uint32_t next = 0, above = 0;

    for (uint32_t i = 0; i < m; i++) {
        uint32_t gap = above;
        for (; bit_at(bytes, (*front)++) == 0;)
            gap++;
        if (m >= 64)
            above = gap;
        gap <<= k;
        *back -= k;
        for (unsigned b = 0; b < k; b++)
            gap |= bit_at(bytes, *back + b) << b;
        out[i] = next + gap;
        if (m < 64)
            next = out[i] + 1;
    }
}

START_TEST(test_positions_written_as_the_format_says)
{
    static uint32_t positions[OST_BLOCK * 400], plain[400];

    for (unsigned round = 0; round < 2000; round++) {
        const unsigned n = 1 + below(OST_BLOCK);
        const bool some = below(2);
        uint32_t tfs[OST_BLOCK], counts[OST_BLOCK];
        uint32_t without[OST_BLOCK], *p = positions, sum = 0;
        uint8_t norms[OST_BLOCK];
        ost_buffer out = {0};
        bool bare, any = false;
        uint64_t front = 0, back;
        const uint8_t *at;

        for (unsigned i = 0; i < n; i++) {
            norms[i] = (uint8_t)below(120);
            tfs[i] = below(10) ? 1 + below(4) : 1 + below(400);
            counts[i] = some ? below(tfs[i] + 1) : tfs[i];
            any = any || counts[i] < tfs[i];
            sum += counts[i];
            for (uint32_t k = 0, place = below(200); k < counts[i]; k++) {
                *p++ = place;
                place += 1 + below(1 + below(90));
            }
        }
        ck_assert(ost_positions_put(&out, n, norms, tfs, counts,
                                    positions, &bare));
        ck_assert_int_eq(bare, any);
        ck_assert_int_eq(out.len == 0, sum == 0);
        at = out.data;
        if (bare && sum > 0) {
            at = ost_unpack(at, out.data + out.len, n, without);
            ck_assert_ptr_nonnull(at);
            for (unsigned i = 0; i < n; i++)
                ck_assert_uint_eq(without[i], tfs[i] - counts[i]);
        }
        back = (uint64_t)(out.data + out.len - at) * 8;
        p = positions;
        for (unsigned i = 0; i < n && sum > 0; i++) {
            plain_decode(at, &front, &back, norms[i], counts[i], plain);
            ck_assert_mem_eq(plain, p, counts[i] * sizeof *p);
            p += counts[i];
        }
        ck_assert_uint_le(front, back);
        ck_assert_uint_lt(back - front, 8);
        for (; front < back; front++)
            ck_assert_uint_eq(bit_at(at, front), 0);
        ost_buffer_free(&out);
    }
}
END_TEST

/* One document's positions, in a buffer with room in front and behind. */
typedef struct coded {
    uint32_t n, positions[700];
    uint8_t norm, bytes[16384];
    uint64_t ones, lows; /* bits, from bytes + 16 on */
} coded;

static void encode_one(coded *c)
{
    const uint32_t far = 1 + below(1 + below(90));
    ost_buffer out = {0};
    bool bare;

    c->norm = (uint8_t)below(100);
    c->n = below(3) ? 1 + below(70) : 1 + below(700);
    for (uint32_t k = 0, place = below(200); k < c->n; k++) {
        c->positions[k] = place;
        place += 1 + below(far);
        if (place >= ost_positions_limit(c->norm))
            c->n = k + 1;
    }
    if (c->positions[0] >= ost_positions_limit(c->norm))
        c->positions[0] = 0;
    ck_assert(ost_positions_put(&out, 1, &c->norm, &c->n, &c->n, c->positions,
                                &bare));
    ck_assert_uint_lt(out.len + 24, sizeof c->bytes);
    memset(c->bytes, 0xa5, sizeof c->bytes);
    memcpy(c->bytes + 16, out.data, out.len);
    c->ones = 0;
    c->lows = out.len * 8;
    ost_buffer_free(&out);
}

static uint64_t decode_wide(const coded *c, uint32_t *out)
{
    return ost_positions_decode_wide(
        c->bytes + 16, c->ones, c->lows, c->n,
        ost_positions_low(c->norm, c->n), ost_positions_limit(c->norm), out);
}

/* Eight at a time equals one by one; and what is damaged is seen, or gives
 * positions in their order and below their limit. */
START_TEST(test_positions_decoded_many_at_a_time)
{
    static coded c;
    static uint32_t out[700 + OST_POSITIONS_PAD], plain[700];

    for (unsigned round = 0; round < 20000 && ost_positions_wide(); round++) {
        uint64_t front = 0, back, after;
        encode_one(&c);
        back = c.lows;
        plain_decode(c.bytes + 16, &front, &back, c.norm, c.n, plain);
        ck_assert_mem_eq(plain, c.positions, c.n * sizeof *plain);
        after = decode_wide(&c, out);
        if (ost_positions_low(c.norm, c.n) <= 14) {
            ck_assert_uint_eq(after, front);
            ck_assert_mem_eq(out, plain, c.n * sizeof *out);
        } else {
            ck_assert_uint_eq(after, UINT64_MAX);
        }
        c.bytes[16 + below((uint32_t)(c.lows / 8))] ^=
            (uint8_t)(1 + below(255));
        after = decode_wide(&c, out);
        if (after == UINT64_MAX)
            continue;
        ck_assert_uint_lt(out[c.n - 1], ost_positions_limit(c.norm));
        for (uint32_t i = 1; i < c.n; i++)
            ck_assert_uint_lt(out[i - 1], out[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("positions");
    TCase *tc = tcase_create("positions");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_positions_parameters_follow_from_length);
    tcase_add_test(tc, test_positions_written_as_the_format_says);
    tcase_add_test(tc, test_positions_decoded_many_at_a_time);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
