/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Blocks of up to OST_BLOCK integers, as docs/format.md, "Packed integers",
 * lays them out. The first byte tells the form:
 *   0..32     bit-packed in that many bits
 *   64..126   all equal to the byte less 64
 *   127       all equal to the varint that follows
 *   128..255  bit-packed in (byte & 31) bits, then exceptions: 1, 2 or 3 of
 *             them for (byte >> 5 & 3) = 0, 1, 2; for 3 a count byte follows
 * Full blocks are packed in four lanes of 32-bit words (integer i in lane
 * i % 4), shorter ones as one stream of bits, low bits first.
 * An exception is its index, with the top bit set where the part above the
 * width is 1, and otherwise that part as a varint.
 */
#include "index.h"

#include <assert.h>

#define TOKEN_EQUAL 64u
#define TOKEN_EQUAL_VARINT 127u
#define TOKEN_PATCHED 128u
#define HIGH_IS_ONE 0x80u
#define COUNT_FOLLOWS 3u

/* ---- Full blocks: four lanes ---- */

typedef uint32_t lanes __attribute__((vector_size(16)));

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

static size_t payload_size(unsigned n, unsigned w)
{
    return ((size_t)n * w + 7) / 8;
}

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

/* ---- Choice of the width ---- */

typedef struct plan {
    unsigned width, exceptions;
    size_t size; /* bytes in all */
} plan;

/* All bits that are set in any integer, and all that are not the same in
 * every one. */
static uint32_t scan(const uint32_t *in, unsigned n, uint32_t *differ)
{
    const lanes first = {in[0], in[0], in[0], in[0]};
    lanes any = first, other = {0, 0, 0, 0};
    uint32_t bits;
    unsigned i = 0;

    for (; i + 4 <= n; i += 4) {
        lanes v;
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

/* How many integers need more than w (0..31) bits. */
static unsigned count_wider(const uint32_t *in, unsigned n, unsigned w)
{
    lanes narrow = {0, 0, 0, 0}; /* counts down: a true comparison is -1 */
    unsigned count, i = 0;

    for (; i + 4 <= n; i += 4) {
        lanes v;
        memcpy(&v, in + i, sizeof v);
        narrow += (lanes)(v >> w == 0);
    }
    count = i + narrow[0] + narrow[1] + narrow[2] + narrow[3];
    for (; i < n; i++)
        count += in[i] >> w != 0;
    return count;
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
    unsigned wider[32 + 30]; /* than that many bits */
    plan best = {widest, 0, 1 + payload_size(n, widest)};

    memset(wider + widest, 0, 30 * sizeof *wider);
    for (unsigned w = widest; w-- > 0;) {
        const unsigned count = wider[w] = count_wider(in, n, w);
        const size_t patched = 1 + (size_t)(count > COUNT_FOLLOWS) + count +
                               wider[w + 1] + wider[w + 7] + wider[w + 14] +
                               wider[w + 21] + wider[w + 28];
        const size_t size = patched + payload_size(n, w);
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
    if ((bits + 6) / 7 > payload_size(n, bits))
        return NULL;
    *out = TOKEN_EQUAL_VARINT;
    return ost_varint_put(out + 1, value);
}

uint8_t *ost_pack(const uint32_t *in, unsigned n, uint8_t *out)
{
    uint32_t any, differ;
    plan best;

    assert(n >= 1 && n <= OST_BLOCK);
    any = scan(in, n, &differ);
    if (differ == 0) {
        uint8_t *after = put_equal(in[0], n, out);
        if (after != NULL)
            return after;
    }
    best = plan_widths(in, n, bit_length(any));
    if (best.exceptions == 0) {
        *out++ = (uint8_t)best.width;
    } else if (best.exceptions <= COUNT_FOLLOWS) {
        *out++ = (uint8_t)(TOKEN_PATCHED | (best.exceptions - 1) << 5 |
                           best.width);
    } else {
        *out++ = (uint8_t)(TOKEN_PATCHED | COUNT_FOLLOWS << 5 | best.width);
        *out++ = (uint8_t)best.exceptions;
    }
    if (n == OST_BLOCK)
        pack_full[best.width](in, out);
    else
        pack_tail(in, n, out, best.width);
    out += payload_size(n, best.width);
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
    if (w > 32 || count > n)
        return NULL;
    size = payload_size(n, w);
    if ((size_t)(end - in) < size)
        return NULL;
    if (n == OST_BLOCK)
        unpack_full[w](in, out);
    else
        unpack_tail(in, end, n, w, out);
    return get_exceptions(in + size, end, n, w, count, out);
}
