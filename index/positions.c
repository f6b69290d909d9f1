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
static inline unsigned low_bits(uint8_t norm, uint32_t n)
{
    const uint64_t span = ost_position_spans[norm], parts = (uint64_t)n + 1;
    unsigned k;

    if (parts > span)
        return 0;
    k = ost_bit_length(span) - ost_bit_length(parts);
    return k - (parts << k > span);
}

unsigned ost_positions_low(uint8_t norm, uint32_t n)
{
    return low_bits(norm, n);
}

/* ---- Writing ---- */

/* What stands in two parts for a position behind `next` - 1. */
static uint32_t part_of(uint32_t position, uint32_t next, uint32_t n)
{
    return n < OST_POSITIONS_MANY ? position - next : position;
}

/* Bits of the unary part and of the low parts of one posting. */
static void measure(const uint32_t *positions, uint32_t n, unsigned k,
                    uint64_t *unary, uint64_t *low)
{
    uint32_t next = 0;

    *low += (uint64_t)n * k;
    *unary += n;
    if (n >= OST_POSITIONS_MANY) {
        *unary += positions[n - 1] >> k;
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        *unary += (positions[i] - next) >> k;
        next = positions[i] + 1;
    }
}

bool ost_positions_put(ost_buffer *out, unsigned n, const uint32_t *docs,
                       const uint32_t *tfs, const uint32_t *counts,
                       const uint8_t *norms, const uint32_t *positions,
                       bool *bare)
{
    uint32_t without[OST_BLOCK], any = 0;
    uint8_t ks[OST_BLOCK], *bytes;
    uint64_t unary = 0, low = 0, at = 0, end;
    const uint32_t *first = positions;

    for (unsigned i = 0; i < n; i++) {
        without[i] = tfs[i] - counts[i];
        any |= without[i];
        ks[i] = (uint8_t)ost_positions_low(norms[docs[i]], counts[i]);
        measure(first, counts[i], ks[i], &unary, &low);
        first += counts[i];
    }
    *bare = any != 0;
    if (unary == 0)
        return true;
    if (*bare) {
        bytes = ost_buffer_reserve(out, OST_PACK_ROOM(n));
        if (bytes == NULL)
            return false;
        out->len += (size_t)(ost_pack(without, n, bytes) - bytes);
    }
    end = (unary + low + 7) / 8;
    bytes = ost_buffer_reserve(out, (size_t)end + 8);
    if (bytes == NULL)
        return false;
    memset(bytes, 0, (size_t)end + 8);
    out->len += (size_t)end;
    end *= 8;
    for (unsigned i = 0; i < n; i++) {
        const unsigned k = ks[i];
        const uint32_t mask = (uint32_t)((UINT64_C(1) << k) - 1);
        uint32_t next = 0, before = 0;
        for (uint32_t j = 0; j < counts[i]; j++, positions++) {
            const uint32_t part = part_of(*positions, next, counts[i]);
            next = *positions + 1;
            at += (part >> k) - before;
            if (counts[i] >= OST_POSITIONS_MANY)
                before = part >> k;
            bytes[at >> 3] |= (uint8_t)(1u << (at & 7));
            at++;
            end -= k;
            ost_bits_set(bytes, end, part & mask);
        }
    }
    return true;
}
