/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Blocks of up to OST_BLOCK integers, as docs/format.md, "Packed integers",
 * lays them out. The first byte tells the form:
 *   0..32     bit-packed in that many bits
 *   33..63    split: the low byte - 33 bits bit-packed, the rest in unary
 *             (Rice's code, its two parts apart)
 *   64..126   all equal to the byte less 64
 *   127       all equal to the varint that follows
 *   128..255  bit-packed in (byte & 31) bits, then exceptions: 1, 2 or 3 of
 *             them for (byte >> 5 & 3) = 0, 1, 2; for 3 a count byte follows
 * Full blocks are packed in four lanes of 32-bit words (integer i in lane
 * i % 4), shorter ones as one stream of bits, low bits first.
 * An exception is its index, with the top bit set where the part above the
 * width is 1, and otherwise that part as a varint.
 */
#include "codec_parts.h"

#include <assert.h>

#define TOKEN_SPLIT 33u
#define MAX_SPLIT 30u
#define TOKEN_EQUAL 64u
#define TOKEN_EQUAL_VARINT 127u
#define TOKEN_PATCHED 128u
#define HIGH_IS_ONE 0x80u
#define COUNT_FOLLOWS 3u

/* ---- Choice of the width; zeros fill sixteen up ---- */

typedef struct plan {
    unsigned width, exceptions;
    size_t size; /* bytes in all */
} plan;

/* All bits that are set in any integer, and all that are not the same in
 * every one. */
static uint32_t scan(const uint32_t *in, unsigned n, uint32_t *differ)
{
    const ost_lanes first = {in[0], in[0], in[0], in[0]};
    ost_lanes any = first, other = {0, 0, 0, 0};
    uint32_t bits;
    unsigned i = 0;

    for (; i + 4 <= n; i += 4) {
        ost_lanes v;
        memcpy(&v, in + i, sizeof v);
        any |= v;
        other |= v ^ first;
    }
    bits = any[0] | any[1] | any[2] | any[3];
    *differ = other[0] | other[1] | other[2] | other[3];
    for (; i < n; i++) {
        bits |= in[i];
        *differ |= in[i] ^ in[0];
    }
    return bits;
}

/* Integers in a vector of their bit lengths; of lengths in all. */
#define SIXTEEN 16u
#define GROUPS (OST_BLOCK / SIXTEEN)

typedef int8_t lengths __attribute__((vector_size(SIXTEEN)));

/* The bit lengths of four integers below 2^31, plus 126, or 0 for those that
 * are 0: the exponents they have as floats. Without the bit below the highest
 * one, rounding leads to no other exponent. */
static inline ost_lanes exponents(const uint32_t *in)
{
    typedef int32_t whole __attribute__((vector_size(16)));
    typedef float floats __attribute__((vector_size(16)));
    ost_lanes v;

    memcpy(&v, in, sizeof v);
    v &= ~(v >> 1);
    return (ost_lanes)__builtin_convertvector((whole)v, floats) >> 23;
}

/* The bit lengths of integers below 2^31, in an order of its own; that of 0 is
 * negative. */
static void measure(const uint32_t *in, unsigned groups, lengths *out)
{
    typedef uint8_t bytes __attribute__((vector_size(SIXTEEN)));

    for (unsigned i = 0; i < groups; i++, in += SIXTEEN) {
        const ost_lanes v = exponents(in) | exponents(in + 4) << 8 |
                            exponents(in + 8) << 16 |
                            exponents(in + 12) << 24;
        out[i] = (lengths)((bytes)v - 126);
    }
}

/* How many bit lengths are above w (0..31). */
static unsigned count_wider(const lengths *in, unsigned groups, unsigned w)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    lengths wider = {0}; /* counts down: a true comparison is -1 */
    uint64_t sums[2];

    for (unsigned i = 0; i < groups; i++)
        wider += (lengths)(in[i] > (int8_t)w);
    wider = -wider;
    memcpy(sums, &wider, sizeof sums);
    return (unsigned)((sums[0] + sums[1]) * each >> 56);
}

static unsigned bit_length(uint32_t value)
{
    return value == 0 ? 0 : 32 - (unsigned)__builtin_clz(value);
}

/* Finds the width with the fewest bytes, at equal cost the widest, for
 * integers of at most `widest` bits. Counts by bit length give the exact
 * size: an exception of one bit above the width is its index byte, others add
 * a varint of seven bits a byte. Exceptions only get more and longer as the
 * width falls, so the search ends where they alone take too much. */
static plan plan_widths(const uint32_t *in, unsigned n, unsigned widest)
{
    const unsigned groups = (n + SIXTEEN - 1) / SIXTEEN;
    uint8_t wider[32 + 32] = {0}; /* than that many bits */
    plan best = {widest, 0, 1 + ost_bits_size(n, widest)};
    lengths all[GROUPS];
    uint32_t below[OST_BLOCK];
    unsigned full = 0; /* integers of 32 bits, then taken to have 31 */

    if (widest == 32) {
        for (unsigned i = 0; i < groups * SIXTEEN; i++) {
            full += in[i] >> 31;
            below[i] = in[i] >> 31 ? INT32_MAX : in[i];
        }
        in = below;
    }
    measure(in, groups, all);
    for (unsigned w = widest; w-- > 0;) {
        const unsigned count = w == 31 ? full : count_wider(all, groups, w);
        const size_t patched = 1 + (size_t)(count > COUNT_FOLLOWS) + count +
                               wider[w + 1] + wider[w + 7] + wider[w + 14] +
                               wider[w + 21] + wider[w + 28];
        const size_t size = patched + ost_bits_size(n, w);
        wider[w] = (uint8_t)count;
        if (patched >= best.size)
            break;
        if (size < best.size) {
            best.width = w;
            best.exceptions = count;
            best.size = size;
        }
    }
    return best;
}

/* Sum of all in[i] >> k; `any` has the bits that are set in any. */
static uint64_t sum_high(const uint32_t *in, unsigned n, unsigned k,
                         uint32_t any)
{
    ost_lanes sums = {0, 0, 0, 0};
    uint64_t sum = 0;

    if (OST_LIKELY(any >> k >> 27 == 0)) {
        for (unsigned i = 0; i < n; i += 4) {
            ost_lanes v;
            memcpy(&v, in + i, sizeof v);
            sums += v >> k;
        }
        return (uint64_t)sums[0] + sums[1] + sums[2] + sums[3];
    }
    for (unsigned i = 0; i < n; i++) /* too large for 32 of them a lane */
        sum += in[i] >> k;
    return sum;
}

/* Bits of the unary part, 0 where it would be too long. */
static unsigned unary_bits(const uint32_t *in, unsigned n, unsigned k,
                           uint32_t any)
{
    const uint64_t bits = n + sum_high(in, n, k, any);

    return bits <= OST_UNARY_MAX ? (unsigned)bits : 0;
}

/* Whether the split form takes fewer bytes than `size`; then *k and *bits tell
 * which. One bit more below halves the sum of what is above, so bits in all
 * fall, then rise with k; for a geometric distribution they are least near the
 * logarithm of 0.69 times the mean, where the search begins. */
static bool plan_split(const uint32_t *in, unsigned n, uint32_t any,
                       size_t size, unsigned *k, unsigned *bits)
{
    const uint64_t mean = sum_high(in, n, 0, any) * 11 / 16 / n;
    const unsigned near = bit_length((uint32_t)mean);
    const unsigned first = near > MAX_SPLIT ? MAX_SPLIT : near;
    bool better = false;

    for (unsigned w = first; w <= MAX_SPLIT; w++) {
        const unsigned unary = unary_bits(in, n, w, any);
        const size_t here = 1 + ost_bits_size(n, w) + (unary + 7) / 8;
        if (unary > 0 && here >= size)
            break;
        if (unary == 0)
            continue;
        better = true;
        size = here;
        *k = w;
        *bits = unary;
    }
    for (unsigned w = first; w-- > 0;) {
        const unsigned unary = unary_bits(in, n, w, any);
        const size_t here = 1 + ost_bits_size(n, w) + (unary + 7) / 8;
        if (unary == 0 || here > size + (w + 1 == first))
            break;
        if (here >= size)
            continue;
        better = true;
        size = here;
        *k = w;
        *bits = unary;
    }
    return better;
}

static uint8_t *put_split(const uint32_t *in, unsigned n, unsigned k,
                          unsigned bits, uint8_t *out)
{
    *out++ = (uint8_t)(TOKEN_SPLIT + k);
    ost_bits_pack(in, n, out, k);
    return ost_unary_put(in, n, k, bits, out + ost_bits_size(n, k));
}

static uint8_t *put_exceptions(const uint32_t *in, unsigned n, uint8_t *out,
                               unsigned w)
{
    uint8_t indexes[OST_BLOCK];
    unsigned count = 0;

    /* Without a branch that depends on the data: it would be mispredicted. */
    for (unsigned i = 0; i < n; i++) {
        indexes[count] = (uint8_t)i;
        count += in[i] >> w != 0;
    }
    for (unsigned k = 0; k < count; k++) {
        const uint32_t high = in[indexes[k]] >> w;
        *out++ = (uint8_t)(indexes[k] | (high == 1 ? HIGH_IS_ONE : 0));
        if (high != 1)
            out = ost_varint_put(out, high);
    }
    return out;
}

/* The equal form, or NULL where bit-packing takes fewer bytes: one large
 * integer alone. */
static uint8_t *put_equal(uint32_t value, unsigned n, uint8_t *out)
{
    const unsigned bits = bit_length(value);

    if (value < TOKEN_EQUAL_VARINT - TOKEN_EQUAL) {
        *out = (uint8_t)(TOKEN_EQUAL + value);
        return out + 1;
    }
    if ((bits + 6) / 7 > ost_bits_size(n, bits))
        return NULL;
    *out = TOKEN_EQUAL_VARINT;
    return ost_varint_put(out + 1, value);
}

uint8_t *ost_pack(const uint32_t *in, unsigned n, uint8_t *out)
{
    uint32_t any, differ, filled[OST_BLOCK];
    unsigned k = 0, bits = 0;
    plan best;

    assert(n >= 1 && n <= OST_BLOCK);
    any = scan(in, n, &differ);
    if (differ == 0) {
        uint8_t *after = put_equal(in[0], n, out);
        if (after != NULL)
            return after;
    }
    if (n % SIXTEEN != 0) {
        memcpy(filled, in, n * sizeof *in);
        memset(filled + n, 0, (SIXTEEN - n % SIXTEEN) * sizeof *filled);
        in = filled;
    }
    best = plan_widths(in, n, bit_length(any));
    if (plan_split(in, n, any, best.size, &k, &bits))
        return put_split(in, n, k, bits, out);
    if (best.exceptions == 0) {
        *out++ = (uint8_t)best.width;
    } else if (best.exceptions <= COUNT_FOLLOWS) {
        *out++ = (uint8_t)(TOKEN_PATCHED | (best.exceptions - 1) << 5 |
                           best.width);
    } else {
        *out++ = (uint8_t)(TOKEN_PATCHED | COUNT_FOLLOWS << 5 | best.width);
        *out++ = (uint8_t)best.exceptions;
    }
    ost_bits_pack(in, n, out, best.width);
    out += ost_bits_size(n, best.width);
    return best.exceptions > 0 ? put_exceptions(in, n, out, best.width) : out;
}

/* ---- Unpacking ---- */

static const uint8_t *get_equal(const uint8_t *in, const uint8_t *end,
                                unsigned token, unsigned n, uint32_t *out)
{
    uint64_t value = token - TOKEN_EQUAL;

    if (token == TOKEN_EQUAL_VARINT) {
        in = ost_varint_get(in, end, &value);
        if (in == NULL || value > UINT32_MAX)
            return NULL;
    }
    for (unsigned i = 0; i < n; i++)
        out[i] = (uint32_t)value;
    return in;
}

static const uint8_t *get_exceptions(const uint8_t *in, const uint8_t *end,
                                     unsigned n, unsigned w, unsigned count,
                                     uint32_t *out)
{
    while (count-- > 0) {
        uint64_t high = 1;
        unsigned index;
        if (in >= end)
            return NULL;
        index = *in & ~HIGH_IS_ONE;
        if (index >= n)
            return NULL;
        if ((*in++ & HIGH_IS_ONE) == 0) {
            in = ost_varint_get(in, end, &high);
            if (in == NULL || high >> (32 - w) != 0)
                return NULL;
        }
        out[index] |= (uint32_t)high << w;
    }
    return in;
}

static const uint8_t *get_split(const uint8_t *in, const uint8_t *end,
                                unsigned token, unsigned n, uint32_t *out)
{
    const unsigned k = token - TOKEN_SPLIT;
    const size_t size = ost_bits_size(n, k);

    if ((size_t)(end - in) < size)
        return NULL;
    ost_bits_unpack(in, end, n, k, out);
    return ost_unary_add(in + size, end, n, k, out);
}

const uint8_t *ost_unpack(const uint8_t *in, const uint8_t *end, unsigned n,
                          uint32_t *out)
{
    unsigned token, w, count = 0;
    size_t size;

    assert(n >= 1 && n <= OST_BLOCK);
    if (in == NULL || in >= end)
        return NULL;
    token = *in++;
    w = token;
    if (token >= TOKEN_PATCHED) {
        w = token & 31;
        count = (token >> 5 & 3) + 1;
        if (count > COUNT_FOLLOWS) {
            if (in >= end || *in <= COUNT_FOLLOWS || *in > n)
                return NULL;
            count = *in++;
        }
    } else if (token >= TOKEN_EQUAL) {
        return get_equal(in, end, token, n, out);
    }
    if (w > 32)
        return get_split(in, end, token, n, out);
    if (count > n)
        return NULL;
    size = ost_bits_size(n, w);
    if ((size_t)(end - in) < size)
        return NULL;
    ost_bits_unpack(in, end, n, w, out);
    return get_exceptions(in + size, end, n, w, count, out);
}

const uint8_t *ost_unpack_gaps(const uint8_t *in, const uint8_t *end,
                               unsigned n, uint32_t base, uint32_t *out)
{
    if (in != NULL && in < end && *in >= TOKEN_SPLIT && *in < TOKEN_EQUAL) {
        const unsigned k = *in++ - TOKEN_SPLIT;
        const size_t size = ost_bits_size(n, k);
        if ((size_t)(end - in) < size)
            return NULL;
        ost_bits_unpack(in, end, n, k, out);
        return ost_unary_sum(in + size, end, n, k, base, out);
    }
    in = ost_unpack(in, end, n, out);
    return in != NULL && ost_sum_gaps(out, n, base) ? in : NULL;
}
