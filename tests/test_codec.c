/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Packed integers: round trips compared with a second decoder that works bit
 * by bit in the words of docs/format.md, sizes compared with a search over all
 * forms, and damaged bytes in buffers of exact size.
 */
#include "codec_parts.h"
#include "run_suite.h"

#include "asserts.h"

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint32_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16);
}

static uint32_t draw_bits(unsigned w)
{
    return w == 0 ? 0 : draw() >> (32 - w);
}

/* ---- The second opinion ---- */

static unsigned bit_at(const uint8_t *in, size_t bit)
{
    return (unsigned)in[bit / 8] >> bit % 8 & 1;
}

static uint32_t plain_integer(const uint8_t *in, unsigned n, unsigned w,
                              unsigned i)
{
    uint32_t value = 0;

    for (unsigned k = 0; k < w; k++) {
        size_t bit = (size_t)i * w + k;
        if (n == OST_BLOCK) { /* bit of the lane; words of lanes alternate */
            const size_t of_lane = (size_t)(i / 4) * w + k;
            bit = (of_lane / 32 * 4 + i % 4) * 32 + of_lane % 32;
        }
        value |= (uint32_t)bit_at(in, bit) << k;
    }
    return value;
}

static const uint8_t *plain_varint(const uint8_t *in, uint32_t *value)
{
    unsigned shift = 0;

    *value = 0;
    do
        *value |= (uint32_t)(*in & 127) << shift;
    while (shift += 7, *in++ & 128);
    return in;
}

/* Decodes bytes known to be good. */
static const uint8_t *plain_unpack(const uint8_t *in, unsigned n,
                                   uint32_t *out)
{
    const unsigned token = *in++;
    unsigned w = token, exceptions = 0;

    if (token >= 64 && token < 128) {
        uint32_t value = token - 64;
        if (token == 127)
            in = plain_varint(in, &value);
        for (unsigned i = 0; i < n; i++)
            out[i] = value;
        return in;
    }
    if (token > 32 && token < 64) {
        size_t bit = 0;
        w = token - 33;
        for (unsigned i = 0; i < n; i++)
            out[i] = plain_integer(in, n, w, i);
        in += ((size_t)n * w + 7) / 8;
        for (unsigned i = 0; i < n; i++)
            for (; bit_at(in, bit++) == 0;)
                out[i] += 1u << w;
        return in + (bit + 7) / 8;
    }
    if (token >= 128) {
        w = token % 32;
        exceptions = (token - 128) / 32 + 1;
        if (exceptions == 4)
            exceptions = *in++;
    }
    for (unsigned i = 0; i < n; i++)
        out[i] = plain_integer(in, n, w, i);
    in += ((size_t)n * w + 7) / 8;
    while (exceptions-- > 0) {
        const unsigned index = *in % 128;
        uint32_t high = 1;
        if (*in++ < 128)
            in = plain_varint(in, &high);
        out[index] += high << w;
    }
    return in;
}

static size_t varint_size(uint32_t value)
{
    uint8_t bytes[10];

    return (size_t)(ost_varint_put(bytes, value) - bytes);
}

/* The fewest bytes of any form, tried one by one. */
static size_t plain_size(const uint32_t *in, unsigned n)
{
    size_t best = SIZE_MAX;
    bool equal = true;

    for (unsigned i = 1; i < n; i++)
        equal = equal && in[i] == in[0];
    if (equal)
        best = in[0] < 63 ? 1 : 1 + varint_size(in[0]);
    for (unsigned w = 0; w <= 32; w++) {
        size_t size = 1 + ((size_t)n * w + 7) / 8;
        unsigned exceptions = 0;
        for (unsigned i = 0; i < n; i++) {
            const uint64_t high = (uint64_t)in[i] >> w;
            if (high == 0)
                continue;
            exceptions++;
            size += high == 1 ? 1 : 1 + varint_size((uint32_t)high);
        }
        size += exceptions > 3;
        if (size < best)
            best = size;
    }
    return best;
}

/* The fewest bytes of the split form. */
static size_t plain_split_size(const uint32_t *in, unsigned n)
{
    size_t best = SIZE_MAX;

    for (unsigned w = 0; w <= 30; w++) {
        uint64_t bits = n;
        for (unsigned i = 0; i < n; i++)
            bits += in[i] >> w;
        if (bits <= 2048 && 1 + ((size_t)n * w + 7) / 8 + (bits + 7) / 8 < best)
            best = 1 + ((size_t)n * w + 7) / 8 + (size_t)(bits + 7) / 8;
    }
    return best;
}

/* ---- Round trips ---- */

/* The same bytes read as gaps of an ascending list, and without wide vectors,
 * give what ost_unpack gave. */
static void check_other_ways(const uint8_t *in, const uint8_t *end, unsigned n,
                             const uint8_t *after, const uint32_t *numbers)
{
    const uint32_t base = draw() % 4 ? draw_bits(20) : draw();
    const uint8_t *sums = after;
    uint32_t v[OST_BLOCK], out[OST_BLOCK + 1];

    if (after != NULL) {
        memcpy(v, numbers, n * sizeof *v);
        if (!ost_sum_gaps(v, n, base))
            sums = NULL;
    }
    out[OST_BLOCK] = 0x5eed;
    ck_assert_ptr_eq(ost_unpack_gaps(in, end, n, base, out), sums);
    ck_assert_uint_eq(out[OST_BLOCK], 0x5eed);
    if (sums != NULL)
        ck_assert_mem_eq(out, v, n * sizeof *v);
    if (in < end && *in > 32 && *in < 64) {
        const size_t size = ost_bits_size(n, *in - 33u);
        if ((size_t)(end - in) <= size)
            return;
        ost_bits_unpack(in + 1, end, n, *in - 33u, out);
        ck_assert_ptr_eq(
            ost_unary_add_plain(in + 1 + size, end, n, *in - 33u, out), after);
        if (after != NULL)
            ck_assert_mem_eq(out, numbers, n * sizeof *v);
    }
}

static void check_integers(const uint32_t *in, unsigned n)
{
    uint8_t room[OST_PACK_ROOM(OST_BLOCK)], *exact;
    uint32_t out[OST_BLOCK + 1], plain[OST_BLOCK];
    size_t size;

    memset(room, 0xa5, sizeof room);
    size = (size_t)(ost_pack(in, n, room) - room);
    ck_assert_uint_le(size, OST_PACK_ROOM(n));
    for (size_t i = OST_PACK_ROOM(n); i < sizeof room; i++)
        ck_assert_uint_eq(room[i], 0xa5);
    /* The width of the split form is searched by bits, not bytes. */
    if (room[0] > 32 && room[0] < 64)
        ck_assert_uint_lt(size, plain_size(in, n));
    else
        ck_assert_uint_eq(size, plain_size(in, n));
    ck_assert_uint_le(size, plain_split_size(in, n) + 1);

    ck_assert_ptr_eq(plain_unpack(room, n, plain), room + size);
    ck_assert_mem_eq(plain, in, n * sizeof *in);

    exact = malloc(size); /* so that ASan sees reads past the end */
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, room, size);
    out[OST_BLOCK] = 0x5eed;
    ck_assert_ptr_eq(ost_unpack(exact, exact + size, n, out), exact + size);
    ck_assert_mem_eq(out, in, n * sizeof *in);
    ck_assert_uint_eq(out[OST_BLOCK], 0x5eed);
    check_other_ways(exact, exact + size, n, exact + size, in);
    free(exact);

    /* More bytes after the block must not change anything. */
    ck_assert_ptr_eq(ost_unpack(room, room + sizeof room, n, out),
                     room + size);
    ck_assert_mem_eq(out, in, n * sizeof *in);
    check_other_ways(room, room + sizeof room, n, room + size, in);
}

START_TEST(test_codec_all_sizes_and_widths_round_trip)
{
    uint32_t in[OST_BLOCK];

    for (unsigned n = 1; n <= OST_BLOCK; n++) {
        for (unsigned w = 0; w <= 32; w++) {
            for (unsigned i = 0; i < n; i++)
                in[i] = draw_bits(w);
            if (w > 0) /* the width is really needed */
                in[draw() % n] |= 1u << (w - 1);
            check_integers(in, n);
        }
    }
}
END_TEST

START_TEST(test_codec_outliers_round_trip)
{
    uint32_t in[OST_BLOCK];

    for (unsigned round = 0; round < 3000; round++) {
        const unsigned n = round % 3 == 0 ? OST_BLOCK : 1 + draw() % OST_BLOCK;
        const unsigned w = draw() % 33, wide = draw() % 33;
        const unsigned every = 1 + draw() % 40;
        for (unsigned i = 0; i < n; i++)
            in[i] = draw() % every == 0 ? draw_bits(wide) : draw_bits(w);
        check_integers(in, n);
        /* Just below a power of two, floats round up. */
        for (unsigned i = 0; i < n; i++)
            in[i] = (in[i] >> 16 != 0 ? UINT32_MAX : 255u) >> draw() % 9;
        check_integers(in, n);
    }
}
END_TEST

/* Small ones more often than large ones: what the split form is for. */
static void draw_geometric(uint32_t *in, unsigned n)
{
    const unsigned w = draw() % 31;

    for (unsigned i = 0; i < n; i++)
        in[i] = (uint32_t)__builtin_ctz(draw() | 1u << 20) << w |
                draw_bits(w);
}

START_TEST(test_codec_geometric_integers_are_split)
{
    uint32_t in[OST_BLOCK];
    uint8_t bytes[OST_PACK_ROOM(OST_BLOCK)];
    unsigned split = 0;

    for (unsigned round = 0; round < 3000; round++) {
        const unsigned n = round % 3 == 0 ? OST_BLOCK : 1 + draw() % OST_BLOCK;
        draw_geometric(in, n);
        check_integers(in, n);
        ost_pack(in, n, bytes);
        split += bytes[0] > 32 && bytes[0] < 64;
    }
    ck_assert_uint_gt(split, 1500);
}
END_TEST

START_TEST(test_codec_gaps_sum_up)
{
    uint32_t v[OST_BLOCK];

    for (unsigned round = 0; round < 20000; round++) {
        const unsigned n = 1 + draw() % OST_BLOCK, w = draw() % 33;
        const uint32_t base = draw_bits(draw() % 32);
        uint64_t at = base;
        uint32_t plain[OST_BLOCK];
        bool fits = true;
        for (unsigned i = 0; i < n; i++) {
            v[i] = draw_bits(w);
            at += v[i];
            fits = fits && at >> 31 == 0;
            plain[i] = (uint32_t)at++;
        }
        ck_assert_int_eq(ost_sum_gaps(v, n, base), fits);
        if (fits)
            ck_assert_mem_eq(v, plain, n * sizeof *v);
    }
}
END_TEST

START_TEST(test_codec_equal_integers_take_least)
{
    static const uint32_t values[] = {
        0,   1,     62,    63,         127,       128,
        255, 65535, 65536, 0x0fffffff, 0x10000000, UINT32_MAX};
    uint32_t in[OST_BLOCK];

    for (unsigned n = 1; n <= OST_BLOCK; n++) {
        for (unsigned v = 0; v < sizeof values / sizeof *values; v++) {
            for (unsigned i = 0; i < n; i++)
                in[i] = values[v];
            check_integers(in, n);
        }
    }
}
END_TEST

START_TEST(test_codec_known_integers_give_known_bytes)
{
    static const uint32_t tail[] = {1, 2, 3, 0, 900};
    static const uint8_t tail_bytes[] = {0x83, 0xd1, 0x40, 0x04, 0x70};
    uint8_t bytes[OST_PACK_ROOM(OST_BLOCK)];
    uint32_t full[OST_BLOCK] = {0};

    ck_assert_int_eq(ost_pack(tail, 5, bytes) - bytes, sizeof tail_bytes);
    ck_assert_mem_eq(bytes, tail_bytes, sizeof tail_bytes);

    /* One bit each: integer i is bit i / 4 of word i % 4. */
    for (unsigned i = 0; i < OST_BLOCK; i += 2)
        full[i] = 1;
    full[1] = 1;
    ck_assert_int_eq(ost_pack(full, OST_BLOCK, bytes) - bytes, 17);
    ck_assert_uint_eq(bytes[0], 1);
    ck_assert_uint_eq(ost_get32(bytes + 1), UINT32_MAX);
    ck_assert_uint_eq(ost_get32(bytes + 5), 1);
    ck_assert_uint_eq(ost_get32(bytes + 9), UINT32_MAX);
    ck_assert_uint_eq(ost_get32(bytes + 13), 0);
}
END_TEST

/* ---- Damage ---- */

static const uint8_t *unpack_exact(const uint8_t *bytes, size_t size,
                                   unsigned n)
{
    uint32_t out[OST_BLOCK + 1];
    uint8_t *exact = malloc(size ? size : 1);
    const uint8_t *after;

    ck_assert_ptr_nonnull(exact);
    memcpy(exact, bytes, size);
    out[OST_BLOCK] = 0x5eed;
    after = ost_unpack(exact, exact + size, n, out);
    ck_assert_uint_eq(out[OST_BLOCK], 0x5eed);
    check_other_ways(exact, exact + size, n, after, out);
    if (after != NULL) {
        ck_assert(after > exact && after <= exact + size);
        after = bytes + (after - exact);
    }
    free(exact);
    return after;
}

static size_t pack_mixed(unsigned round, unsigned *n, uint8_t *bytes)
{
    uint32_t in[OST_BLOCK];
    const unsigned w = draw() % 20, every = 2 + draw() % 12;

    *n = round % 4 == 0 ? OST_BLOCK : 1 + draw() % OST_BLOCK;
    for (unsigned i = 0; i < *n; i++)
        in[i] = draw() % every == 0 ? draw_bits(32) : draw_bits(w);
    if (round % 3 == 0)
        draw_geometric(in, *n);
    return (size_t)(ost_pack(in, *n, bytes) - bytes);
}

START_TEST(test_codec_cut_block_is_refused)
{
    uint8_t bytes[OST_PACK_ROOM(OST_BLOCK)];

    for (unsigned round = 0; round < 60; round++) {
        unsigned n;
        const size_t size = pack_mixed(round, &n, bytes);
        for (size_t cut = 0; cut < size; cut++)
            ck_assert_ptr_null(unpack_exact(bytes, cut, n));
    }
}
END_TEST

START_TEST(test_codec_changed_bytes_stay_in_bounds)
{
    uint8_t bytes[OST_PACK_ROOM(OST_BLOCK)];

    for (unsigned round = 0; round < 16; round++) {
        unsigned n;
        const size_t size = pack_mixed(round, &n, bytes);
        for (size_t i = 0; i < size; i++) {
            const uint8_t good = bytes[i];
            for (unsigned flip = 1; flip < 256; flip = flip * 2 + 1) {
                bytes[i] = (uint8_t)(good ^ flip);
                unpack_exact(bytes, size, n);
            }
            bytes[i] = good;
        }
    }
}
END_TEST

START_TEST(test_codec_random_bytes_stay_in_bounds)
{
    uint8_t bytes[64];

    for (unsigned round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)draw();
        unpack_exact(bytes, draw() % sizeof bytes, 1 + draw() % OST_BLOCK);
    }
}
END_TEST

START_TEST(test_codec_impossible_bytes_are_refused)
{
    static const struct {
        const char *what;
        unsigned n;
        size_t size;
        uint8_t bytes[12];
    } cases[] = {
        {"split, no one", 1, 9, {33}},
        {"split, more ones than integers", 2, 3, {33, 7, 1}},
        {"split, low bits cut", 9, 3, {33 + 2, 1, 2}},
        {"split, over 32 bits", 1, 6, {63, 0, 0, 0, 0, 16}},
        {"equal to 2^32", 2, 6, {127, 0x80, 0x80, 0x80, 0x80, 0x10}},
        {"index past the last", 3, 2, {128, 0x83}},
        {"no index", 3, 1, {128}},
        {"high part of 33 bits", 3, 7,
         {128, 0, 0x80, 0x80, 0x80, 0x80, 0x10}},
        {"high part over the top", 2, 4, {128 | 31, 0, 0, 0}},
        {"high part over width 8", 1, 7,
         {128 | 8, 0, 0, 0x80, 0x80, 0x80, 0x08}},
        {"more exceptions than integers", 2, 8, {128 | 64, 0x80, 0x81, 0x80}},
        {"counted exceptions past n", 4, 8, {128 | 96, 5, 0x80, 0x81}},
        {"count that needs no byte", 9, 8, {128 | 96, 3, 0x80, 0x81, 0x82}},
        {"no count", 9, 1, {128 | 96}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(unpack_exact(cases[i].bytes, cases[i].size,
                                   cases[i].n) == NULL,
                      "%s", cases[i].what);
}
END_TEST

static void add_case(Suite *suite, const char *name, const TTest *test)
{
    TCase *c = tcase_create(name);

    tcase_set_timeout(c, 120);
    tcase_add_test(c, test);
    suite_add_tcase(suite, c);
}

int main(void)
{
    Suite *suite = suite_create("codec");

    add_case(suite, "widths", test_codec_all_sizes_and_widths_round_trip);
    add_case(suite, "outliers", test_codec_outliers_round_trip);
    add_case(suite, "geometric", test_codec_geometric_integers_are_split);
    add_case(suite, "gaps", test_codec_gaps_sum_up);
    add_case(suite, "equal", test_codec_equal_integers_take_least);
    add_case(suite, "bytes", test_codec_known_integers_give_known_bytes);
    add_case(suite, "cut", test_codec_cut_block_is_refused);
    add_case(suite, "changed", test_codec_changed_bytes_stay_in_bounds);
    add_case(suite, "random", test_codec_random_bytes_stay_in_bounds);
    add_case(suite, "impossible", test_codec_impossible_bytes_are_refused);
    return run_suite(suite);
}
