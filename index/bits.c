/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Integers in a fixed number of bits (docs/format.md, "Packed integers").
 * Blocks of OST_BLOCK are packed in four lanes of 32-bit words (integer i in
 * lane i % 4), shorter ones as one stream of bits, low bits first. The layout
 * of full blocks is the vertical one of SIMD-BP128 (Lemire and Boytsov, 2015).
 */
#include "codec_parts.h"

/* ---- Full blocks: four lanes ---- */

typedef ost_lanes lanes;

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
static inline lanes swap(lanes v)
{
    return v << 24 | (v & 0xff00) << 8 | (v >> 8 & 0xff00) | v >> 24;
}
#else
static inline lanes swap(lanes v)
{
    return v;
}
#endif

static inline lanes load_packed(const uint8_t *in)
{
    lanes v;

    memcpy(&v, in, sizeof v);
    return swap(v);
}

static inline void store_packed(uint8_t *out, lanes v)
{
    v = swap(v);
    memcpy(out, &v, sizeof v);
}

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* One step for row i (integers 4i to 4i + 3). Width and row are constants
 * after inlining, so that each row is two or three vector operations. */
ALWAYS_INLINE void unpack_row(const uint8_t *in, uint32_t *out, unsigned w,
                              unsigned i)
{
    const unsigned word = i * w / 32, shift = i * w % 32;
    lanes v = {0, 0, 0, 0};

    if (w > 0) {
        v = load_packed(in + (size_t)word * 16) >> shift;
        if (shift + w > 32)
            v |= load_packed(in + (size_t)word * 16 + 16) << (32 - shift);
        if (w < 32 && shift + w != 32)
            v &= (1u << w) - 1;
    }
    memcpy(out + (size_t)i * 4, &v, sizeof v);
}

ALWAYS_INLINE void pack_row(const uint32_t *in, uint8_t *out, unsigned w,
                            unsigned i, lanes *word)
{
    const unsigned shift = i * w % 32;
    lanes v;

    if (w == 0)
        return;
    memcpy(&v, in + (size_t)i * 4, sizeof v);
    if (w < 32)
        v &= (1u << w) - 1;
    *word = shift == 0 ? v : *word | v << shift;
    if (shift + w >= 32)
        store_packed(out + (size_t)(i * w / 32) * 16, *word);
    if (shift + w > 32)
        *word = v >> (32 - shift);
}

/* step(i) for the 32 rows of a block; step(w) for all widths. */
#define EIGHT(step, i)                                                      \
    step(i) step((i) + 1) step((i) + 2) step((i) + 3) step((i) + 4)         \
    step((i) + 5) step((i) + 6) step((i) + 7)
#define ROWS(step) EIGHT(step, 0) EIGHT(step, 8) EIGHT(step, 16) EIGHT(step, 24)
#define WIDTHS(step)                                                        \
    step(0) step(1) step(2) step(3) step(4) step(5) step(6) step(7) step(8) \
    step(9) step(10) step(11) step(12) step(13) step(14) step(15) step(16)  \
    step(17) step(18) step(19) step(20) step(21) step(22) step(23) step(24) \
    step(25) step(26) step(27) step(28) step(29) step(30) step(31) step(32)

#define UNPACK_ROW(i) unpack_row(in, out, w, (i));
#define PACK_ROW(i) pack_row(in, out, w, (i), &word);

ALWAYS_INLINE void unpack_rows(const uint8_t *in, uint32_t *out, unsigned w)
{
    ROWS(UNPACK_ROW)
}

ALWAYS_INLINE void pack_rows(const uint32_t *in, uint8_t *out, unsigned w)
{
    lanes word = {0, 0, 0, 0};

    ROWS(PACK_ROW)
}

#define DEFINE_WIDTH(w)                                                     \
    static void unpack_##w(const uint8_t *in, uint32_t *out)                \
    {                                                                       \
        unpack_rows(in, out, w);                                            \
    }                                                                       \
    static void pack_##w(const uint32_t *in, uint8_t *out)                  \
    {                                                                       \
        pack_rows(in, out, w);                                              \
    }
WIDTHS(DEFINE_WIDTH)

#define UNPACK_NAME(w) unpack_##w,
#define PACK_NAME(w) pack_##w,
static void (*const unpack_full[33])(const uint8_t *, uint32_t *) = {
    WIDTHS(UNPACK_NAME)};
static void (*const pack_full[33])(const uint32_t *, uint8_t *) = {
    WIDTHS(PACK_NAME)};

/* ---- Shorter blocks: one stream of bits ---- */

static inline uint32_t low_bits(unsigned w)
{
    return (uint32_t)((UINT64_C(1) << w) - 1);
}

/* May write up to seven bytes past the payload. */
static void pack_tail(const uint32_t *in, unsigned n, uint8_t *out, unsigned w)
{
    const uint32_t mask = low_bits(w);
    uint64_t bits = 0;
    unsigned fill = 0;

    for (unsigned i = 0; i < n; i++) {
        bits |= (uint64_t)(in[i] & mask) << fill;
        fill += w;
        if (fill >= 32) {
            ost_put32(out, (uint32_t)bits);
            out += 4;
            bits >>= 32;
            fill -= 32;
        }
    }
    ost_put32(out, (uint32_t)bits);
}

/* Eight integers take exactly w bytes, so that all offsets are constants. The
 * last window read is GROUP_WINDOW(w) bytes long from `in`. */
#define GROUP_WINDOW(w) ((w) * 7 / 8 + 8)
ALWAYS_INLINE void unpack_group(const uint8_t *in, uint32_t *out, unsigned w)
{
    const uint32_t mask = low_bits(w);

#define UNPACK_ONE(i)                                                       \
    out[i] = (uint32_t)(ost_get64(in + (i) * w / 8) >> (i) * w % 8) & mask;
    EIGHT(UNPACK_ONE, 0)
}

#define DEFINE_GROUP(w)                                                     \
    static void unpack_group_##w(const uint8_t *in, uint32_t *out)          \
    {                                                                       \
        unpack_group(in, out, w);                                           \
    }
#define GROUP_NAME(w) unpack_group_##w,
WIDTHS(DEFINE_GROUP)
static void (*const unpack_groups[33])(const uint8_t *, uint32_t *) = {
    WIDTHS(GROUP_NAME)};

/* Reads whole 64-bit windows while they end before `end`; the integers after
 * that lie in the last window, the eight bytes before `end`. The payload
 * itself ends before `end` (checked by the caller). */
static void unpack_tail(const uint8_t *in, const uint8_t *end, unsigned n,
                        unsigned w, uint32_t *out)
{
    const size_t size = (size_t)(end - in);
    const uint32_t mask = low_bits(w);
    unsigned bit = 0, i = 0;
    uint64_t last = 0;
    unsigned base = 0;

    for (; i + 8 <= n && (bit >> 3) + GROUP_WINDOW(w) <= size; i += 8) {
        unpack_groups[w](in + (bit >> 3), out + i);
        bit += 8 * w;
    }
    if (size >= 8) {
        for (; i < n && (bit >> 3) + 8 <= size; i++, bit += w)
            out[i] = (uint32_t)(ost_get64(in + (bit >> 3)) >> (bit & 7)) & mask;
        if (i == n)
            return;
        base = (unsigned)(size - 8) * 8;
        last = ost_get64(end - 8);
    } else {
        for (size_t k = 0; k < size; k++)
            last |= (uint64_t)in[k] << 8 * k;
    }
    for (; i < n; i++, bit += w)
        out[i] = (uint32_t)(last >> (bit - base)) & mask;
}

void ost_bits_pack(const uint32_t *in, unsigned n, uint8_t *out, unsigned w)
{
    if (n == OST_BLOCK)
        pack_full[w](in, out);
    else
        pack_tail(in, n, out, w);
}

void ost_bits_unpack(const uint8_t *in, const uint8_t *end, unsigned n,
                     unsigned w, uint32_t *out)
{
    if (n == OST_BLOCK)
        unpack_full[w](in, out);
    else
        unpack_tail(in, end, n, w, out);
}

/* Four at a time: sums inside a vector by two shifted additions. No number
 * wraps unseen: while those before are below 2^31 and the gap is too, the next
 * one that is not has its top bit set. */
bool ost_sum_gaps(uint32_t *v, unsigned n, uint32_t base)
{
    const lanes zero = {0, 0, 0, 0}, index = {0, 1, 2, 3};
    lanes before = {base, base, base, base}, any = before;
    uint32_t top;
    unsigned i = 0;

    for (; i + 4 <= n; i += 4) {
        lanes x;
        memcpy(&x, v + i, sizeof x);
        any |= x;
        x += __builtin_shufflevector(x, zero, 4, 0, 1, 2);
        x += __builtin_shufflevector(x, zero, 4, 4, 0, 1);
        x += before + index;
        any |= x;
        before = __builtin_shufflevector(x, x, 3, 3, 3, 3) + 1;
        memcpy(v + i, &x, sizeof x);
    }
    top = any[0] | any[1] | any[2] | any[3];
    base = before[0];
    for (; i < n; i++) {
        top |= v[i];
        v[i] += base;
        top |= v[i];
        base = v[i] + 1;
    }
    return top >> 31 == 0;
}
