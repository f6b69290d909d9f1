/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writing positions (docs/format.md, "Positions"); position_reader.c reads.
 *
 * A block's bytes are one string of bits. From its start come the high parts
 * of all positions in unary, from its end, downwards, their low bits; fewer
 * than eight zero bits lie between. A reader passes by a document's positions
 * by counting ones, and needs of its length only how many low bits it has.
 * After Rice (1979); the split of the two parts is that of Elias and Fano.
 *
 * Where a document has many, the positions themselves are split, not their
 * distances (Elias 1974, Fano 1971). That takes more, but whether a position
 * is among them is seen by counting zeros, as Vigna has it ("Quasi-succinct
 * indices", 2013).
 */
#include "positions.h"

/* The largest length that a norm byte stands for, and some room for the
 * positions left free between stretches of text. */
#define DECODED(b)                                                          \
    ((b) < 32 ? (uint32_t)(b)                                               \
              : 24u + ((8u | (((b)-24u) & 7u)) << ((((b)-24u) >> 3) - 1)))
#define SPAN(b) (DECODED((b) + 1u) + 15u)
#define FOUR(t, b)                                                          \
    (t) SPAN(b), (t)SPAN(b + 1u), (t)SPAN(b + 2u), (t)SPAN(b + 3u)
#define SIXTEEN(t, b)                                                       \
    FOUR(t, b), FOUR(t, b + 4u), FOUR(t, b + 8u), FOUR(t, b + 12u)
#define SIXTY_FOUR(t, b)                                                    \
    SIXTEEN(t, b), SIXTEEN(t, b + 16u), SIXTEEN(t, b + 32u),                \
        SIXTEEN(t, b + 48u)
#define ALL_NORMS(t)                                                        \
    {                                                                       \
        SIXTY_FOUR(t, 0u), SIXTY_FOUR(t, 64u), SIXTY_FOUR(t, 128u),         \
            SIXTY_FOUR(t, 192u)                                             \
    }
const uint32_t ost_position_spans[256] = ALL_NORMS(uint32_t);
const float ost_position_floats[256] = ALL_NORMS(float);

uint32_t ost_positions_limit(uint8_t norm)
{
    return ost_position_spans[norm] >> 24 ? UINT32_MAX
                                          : ost_position_spans[norm] << 8;
}

/* The logarithm of the span over n + 1, rounded down. */
unsigned ost_positions_low(uint8_t norm, uint32_t n)
{
    const uint64_t span = ost_position_spans[norm], parts = (uint64_t)n + 1;
    unsigned k;

    if (parts > span)
        return 0;
    k = ost_bit_length(span) - ost_bit_length(parts);
    return k - (parts << k > span);
}

/* ---- Writing ---- */

/* The same as ost_positions_low, with fewer steps: position_reader.c tells
 * why. */
static inline unsigned low_bits(uint8_t norm, uint32_t n)
{
    const float parts = (float)(int32_t)(n + 1);
    int32_t k, of_parts;

    if (OST_UNLIKELY(n >> 20 != 0))
        return ost_positions_low(norm, n);
    memcpy(&k, &ost_position_floats[norm], sizeof k);
    memcpy(&of_parts, &parts, sizeof of_parts);
    k = (k - of_parts) >> 23;
    return k < 0 ? 0 : (unsigned)k;
}

/* Both parts of the string while it is made: `ones` goes up from its start,
 * `lows` down from the end of the room for it. Bits are collected in words, of
 * which the highest `lows` ones and the lowest `ones` ones are not in
 * memory. */
typedef struct parts {
    uint8_t *ones_at, *lows_at;
    uint64_t ones, lows;
    unsigned n_ones, n_lows; /* 0..64, 0..7 */
} parts;

/* Zeros, then a one. */
static inline void put_one(parts *p, uint64_t zeros)
{
    uint64_t at = p->n_ones + zeros;

    while (OST_UNLIKELY(at >= 64)) {
        ost_put64(p->ones_at, p->ones);
        p->ones_at += 8;
        p->ones = 0;
        at -= 64;
    }
    p->ones |= (uint64_t)1 << at;
    p->n_ones = (unsigned)at + 1;
}

/* k (0..31) bits. Writes up to eight bytes below, of which the topmost are
 * complete (where no bit is, none); what is above them in the word was written
 * before. */
static inline void put_low(parts *p, uint32_t bits, unsigned k)
{
    unsigned n = p->n_lows + k;

    p->lows = p->lows << k | bits;
    ost_put64(p->lows_at - 8, p->lows << (-n & 63));
    p->lows_at -= n >> 3;
    p->n_lows = n & 7;
}

/* Moves the low bits down to where the others end; returns the byte after. */
static uint8_t *join(parts *p, uint8_t *start, const uint8_t *top)
{
    const size_t whole = (size_t)(top - p->lows_at);
    const size_t bits =
        (size_t)(p->ones_at - start) * 8 + p->n_ones + p->n_lows;
    uint8_t *const lows = start + (bits + 7) / 8;

    ost_put64(p->ones_at, p->ones);
    p->ones_at[8] = 0;
    lows[-1] |= (uint8_t)(p->lows << (8 - p->n_lows));
    memmove(lows, p->lows_at, whole);
    return lows + whole;
}

/* What stands for all positions of some postings that have few each, from
 * their parameters: k, and FIRST at the first of a posting. */
#define FIRST 0x80u
static void put_few(parts *p, const uint32_t *positions, size_t n,
                    const uint8_t *kinds)
{
    parts own = *p;
    uint32_t next = 0;

    for (size_t i = 0; i < n; i++) {
        const unsigned k = kinds[i] & ~FIRST;
        const uint32_t distance =
            positions[i] - (kinds[i] & FIRST ? 0 : next);
        const uint32_t high = distance >> k;
        next = positions[i] + 1;
        put_one(&own, high);
        put_low(&own, distance - (high << k), k);
    }
    *p = own;
}

/* The same for one posting that has many. */
static void put_many(parts *p, const uint32_t *positions, size_t n, unsigned k)
{
    uint32_t before = 0;

    for (size_t i = 0; i < n; i++) {
        const uint32_t above = positions[i] >> k;
        put_one(p, above - before);
        before = above;
        put_low(p, positions[i] - (above << k), k);
    }
}

static void put_all(parts *p, unsigned n, const uint32_t *counts,
                    const uint8_t *ks, const uint32_t *positions)
{
    uint8_t kinds[OST_BLOCK * OST_POSITIONS_MANY + 8];
    size_t few = 0; /* described, and not yet written */

    for (unsigned i = 0; i < n; i++) {
        const uint64_t each = UINT64_C(0x0101010101010101) * ks[i];
        if (counts[i] >= OST_POSITIONS_MANY) {
            put_few(p, positions, few, kinds);
            put_many(p, positions + few, counts[i], ks[i]);
            positions += few + counts[i];
            few = 0;
            continue;
        }
        ost_put64(kinds + few, each | FIRST);
        for (uint32_t k = 8; k < counts[i]; k += 8)
            ost_put64(kinds + few + k, each);
        few += counts[i];
    }
    put_few(p, positions, few, kinds);
}

bool ost_positions_put_without(ost_buffer *out, unsigned n,
                               const uint32_t *tfs, const uint32_t *counts)
{
    uint32_t without[OST_BLOCK];
    uint8_t *bytes = ost_buffer_reserve(out, OST_PACK_ROOM(n));

    if (bytes == NULL)
        return false;
    for (unsigned i = 0; i < n; i++)
        without[i] = tfs[i] - counts[i];
    out->len += (size_t)(ost_pack(without, n, bytes) - bytes);
    return true;
}

bool ost_positions_put(ost_buffer *out, unsigned n, const uint8_t *norms,
                       const uint32_t *tfs, const uint32_t *counts,
                       const uint32_t *positions, bool *bare)
{
    uint32_t any = 0;
    uint8_t ks[OST_BLOCK], *start, *top;
    uint64_t all = 0, bits = 0; /* positions; bits for them at most */
    parts p = {0};

    for (unsigned i = 0; i < n; i++) {
        const uint32_t count = counts[i];
        any |= tfs[i] - count;
        ks[i] = (uint8_t)low_bits(norms[i], count);
        all += count;
        bits += (uint64_t)count * (ks[i] + 1u);
        if (count > 0)
            bits += positions[all - 1] >> ks[i];
    }
    *bare = any != 0;
    if (all == 0)
        return true;
    if (*bare && !ost_positions_put_without(out, n, tfs, counts))
        return false;
    /* The words at both ends are written whole, and one byte more. */
    start = ost_buffer_reserve(out, (size_t)(bits / 8) + 32);
    if (start == NULL)
        return false;
    top = start + (size_t)(bits / 8) + 32;
    p.ones_at = start;
    p.lows_at = top;
    put_all(&p, n, counts, ks, positions);
    out->len += (size_t)(join(&p, start, top) - start);
    return true;
}
