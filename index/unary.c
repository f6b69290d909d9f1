/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Numbers in unary, the high parts of split integers (docs/format.md, "Packed
 * integers"): as many zero bits as the number says, then a one. So the i-th
 * number is the distance of two neighbouring ones, and reading a block is
 * finding all ones of a string of bits: eight at a time, by a table of where
 * they are in a byte (as in Lemire's "Iterating over set bits quickly", 2018).
 */
#include "codec_parts.h"

/* How many ones of byte b are below bit i, and the place of its r-th one. */
#define BELOW(b, i) COUNT((b) & ((1 << (i)) - 1))
#define IS(b, r, i) (((b) >> (i) & 1) && BELOW(b, i) == (r) ? (i) : 0)
#define PLACE(b, r)                                                         \
    IS(b, r, 0) + IS(b, r, 1) + IS(b, r, 2) + IS(b, r, 3) + IS(b, r, 4) +   \
        IS(b, r, 5) + IS(b, r, 6) + IS(b, r, 7)
#define PLACES(b)                                                           \
    {                                                                       \
        PLACE(b, 0), PLACE(b, 1), PLACE(b, 2), PLACE(b, 3), PLACE(b, 4),    \
            PLACE(b, 5), PLACE(b, 6), PLACE(b, 7)                           \
    }
#define COUNT(b)                                                            \
    (((b) & 1) + ((b) >> 1 & 1) + ((b) >> 2 & 1) + ((b) >> 3 & 1) +         \
     ((b) >> 4 & 1) + ((b) >> 5 & 1) + ((b) >> 6 & 1) + ((b) >> 7 & 1))
#define FOUR(of, b) of(b), of((b) + 1), of((b) + 2), of((b) + 3)
#define SIXTEEN(of, b)                                                      \
    FOUR(of, b), FOUR(of, (b) + 4), FOUR(of, (b) + 8), FOUR(of, (b) + 12)
#define SIXTY_FOUR(of, b)                                                   \
    SIXTEEN(of, b), SIXTEEN(of, (b) + 16), SIXTEEN(of, (b) + 32),           \
        SIXTEEN(of, (b) + 48)
#define ALL_BYTES(of)                                                       \
    SIXTY_FOUR(of, 0), SIXTY_FOUR(of, 64), SIXTY_FOUR(of, 128),             \
        SIXTY_FOUR(of, 192)

const uint16_t ost_unary_places[256][8] = {ALL_BYTES(PLACES)};
static const uint8_t counts[256] = {ALL_BYTES(COUNT)};

uint8_t *ost_unary_put(const uint32_t *in, unsigned n, unsigned k,
                       unsigned bits, uint8_t *out)
{
    uint8_t *const end = out + (bits + 7) / 8;
    uint64_t held = 0; /* bits not yet written, the lowest `at` of a word */
    uint32_t at = 0;

    for (unsigned i = 0; i < n; i++) {
        for (at += in[i] >> k; OST_UNLIKELY(at >= 64); at -= 64) {
            ost_put64(out, held);
            out += 8;
            held = 0;
        }
        held |= (uint64_t)1 << at++;
    }
    for (; out < end; held >>= 8)
        *out++ = (uint8_t)held;
    return end;
}

#if defined(__GNUC__)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define ALWAYS_INLINE static inline
#endif

/* Writes where the ones are to at[0..n); room for eight more. */
ALWAYS_INLINE const uint8_t *find_ones(const uint8_t *in, const uint8_t *end,
                                       unsigned n, uint16_t *at)
{
    typedef uint16_t eight __attribute__((vector_size(16)));
    unsigned i = 0;
    uint16_t base = 0;

    if (end - in > OST_UNARY_MAX / 8)
        end = in + OST_UNARY_MAX / 8;
    while (i < n) {
        eight v;
        if (in >= end)
            return NULL;
        memcpy(&v, ost_unary_places[*in], sizeof v);
        v += base;
        memcpy(at + i, &v, sizeof v);
        i += counts[*in++];
        base = (uint16_t)(base + 8);
    }
    return i == n ? in : NULL;
}

ALWAYS_INLINE const uint8_t *add(const uint8_t *in, const uint8_t *end,
                                 unsigned n, unsigned k, uint32_t *out)
{
    uint16_t at[1 + OST_BLOCK + 8], most = 0;

    at[0] = UINT16_MAX; /* a one before the first */
    in = find_ones(in, end, n, at + 1);
    if (in == NULL)
        return NULL;
    for (unsigned i = 0; i < n; i++) {
        const uint16_t high = (uint16_t)(at[i + 1] - at[i] - 1);
        most |= high;
        out[i] |= (uint32_t)high << k;
    }
    return (uint64_t)most << k <= UINT32_MAX ? in : NULL;
}

/* The loop over all numbers is made a second time, for wider vectors. */
#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx2"))) static const uint8_t *
add_wide(const uint8_t *in, const uint8_t *end, unsigned n, unsigned k,
         uint32_t *out)
{
    return add(in, end, n, k, out);
}

const uint8_t *ost_unary_add(const uint8_t *in, const uint8_t *end, unsigned n,
                             unsigned k, uint32_t *out)
{
    return __builtin_cpu_supports("avx2") ? add_wide(in, end, n, k, out)
                                          : add(in, end, n, k, out);
}
#else
const uint8_t *ost_unary_add(const uint8_t *in, const uint8_t *end, unsigned n,
                             unsigned k, uint32_t *out)
{
    return add(in, end, n, k, out);
}
#endif
