/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writing positions, and reading those of the document a cursor is at
 * (docs/format.md, "Positions").
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

#include "postings_parts.h"

/* The largest length that a norm byte stands for, and some room for the
 * positions left free between stretches of text. */
#define DECODED(b)                                                          \
    ((b) < 32 ? (uint32_t)(b)                                               \
              : 24u + ((8u | (((b)-24u) & 7u)) << ((((b)-24u) >> 3) - 1)))
#define SPAN(b) (DECODED((b) + 1u) + 15u)
#define FOUR(b) SPAN(b), SPAN(b + 1u), SPAN(b + 2u), SPAN(b + 3u)
#define SIXTEEN(b) FOUR(b), FOUR(b + 4u), FOUR(b + 8u), FOUR(b + 12u)
#define SIXTY_FOUR(b)                                                       \
    SIXTEEN(b), SIXTEEN(b + 16u), SIXTEEN(b + 32u), SIXTEEN(b + 48u)
static const uint32_t spans[256] = {SIXTY_FOUR(0u), SIXTY_FOUR(64u),
                                    SIXTY_FOUR(128u), SIXTY_FOUR(192u)};

uint32_t ost_positions_limit(uint8_t norm)
{
    return spans[norm] >> 24 ? UINT32_MAX : spans[norm] << 8;
}

/* The logarithm of the span over n + 1, rounded down. */
static inline unsigned low_bits(uint8_t norm, uint32_t n)
{
    const uint64_t span = spans[norm], parts = (uint64_t)n + 1;
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

/* ---- Reading ---- */

static const uint32_t *bad(ost_postings *p, const char *what)
{
    p->n_positions = 0;
    ost_postings_fail(p, OST_SECTION_POSITIONS, p->term.positions, what);
    return NULL;
}

/* Finds the block's bytes; false after damage. */
static bool open_block(ost_postings *p)
{
    uint64_t from, to;
    bool bare;

    ost_postings_places(p, &from, &to, &bare);
    if (from > to || to > p->term.positions_size || (from == to && !bare))
        return bad(p, "position offsets out of order") != NULL;
    p->positions_at = ost_section_get(p->segment, OST_SECTION_POSITIONS,
                                      p->term.positions + from, to - from,
                                      &p->error);
    if (p->positions_at == NULL ||
        ost_field_norms(p->segment, p->term.field, &p->norms, &p->error) !=
            OSTEON_OK) {
        ost_postings_stop(p, p->error.status);
        return false;
    }
    p->positions_end = p->positions_at + (to - from);
    p->bare = bare;
    p->passed = 0;
    p->ones_at = 0;
    p->lows_at = (to - from) * 8;
    p->held = OST_BLOCK;
    if (bare && to > from) {
        const uint8_t *after = ost_unpack(p->positions_at, p->positions_end,
                                          p->n, p->without);
        if (after == NULL)
            return bad(p, "bad counts of positions") != NULL;
        p->lows_at = (uint64_t)(p->positions_end - after) * 8;
        p->positions_at = after;
    }
    return p->positions_known = true;
}

#define EACH_BYTE UINT64_C(0x0101010101010101)

/* For each byte, how many ones are in it and those below. */
static uint64_t running_ones(uint64_t v)
{
    v -= v >> 1 & UINT64_C(0x5555555555555555);
    v = (v & UINT64_C(0x3333333333333333)) +
        (v >> 2 & UINT64_C(0x3333333333333333));
    v = (v + (v >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return v * EACH_BYTE;
}

/* The bit behind the `count`-th (from 1) one of a word, whose running ones
 * come to that. The byte is found by comparing all at once (as in Vigna's
 * "Broadword implementation of rank/select queries", 2008). */
static unsigned behind_one(uint64_t word, uint64_t running, uint64_t count)
{
    const uint64_t reach =
        ((running | 0x80 * EACH_BYTE) - count * EACH_BYTE) & 0x80 * EACH_BYTE;
    const unsigned from = (unsigned)__builtin_ctzll(reach) & ~7u;

    count -= running << 8 >> from & 0xff;
    word = word >> from;
    for (; count > 1; count--)
        word &= word - 1;
    return from + (unsigned)__builtin_ctzll(word) + 1;
}

/* The bit behind the `count`-th (from 1) one from `bit` on; past `end` where
 * there are not so many. */
static uint64_t pass_ones(const uint8_t *bytes, uint64_t bit, uint64_t end,
                          uint64_t count)
{
    uint64_t base = bit & ~UINT64_C(7);
    uint64_t past = ((uint64_t)1 << (bit & 7)) - 1; /* bits below `bit` */

    for (; base < end; base += 64) {
        const uint64_t word = ost_get64(bytes + (base >> 3)) & ~past;
        const uint64_t running = running_ones(word), ones = running >> 56;
        if (ones >= count)
            return base + behind_one(word, running, count);
        count -= ones;
        past = 0;
    }
    return UINT64_MAX;
}

/* How many positions posting i of the block has. A damaged count of those
 * without one wraps; what follows bounds it. */
static uint32_t count_of(const ost_postings *p, uint32_t i)
{
    if (p->positions_at == p->positions_end)
        return 0;
    return p->bare ? p->tfs[i] - p->without[i] : p->tfs[i];
}

/* Moves on to those of posting `to` of the block, or their end; false after
 * damage. */
static bool pass(ost_postings *p, uint32_t to)
{
    const bool none = p->positions_at == p->positions_end;
    uint64_t ones = 0, lows = 0;

    for (uint32_t i = p->passed; i < to && !none; i++) {
        const uint32_t n = p->bare ? p->tfs[i] - p->without[i] : p->tfs[i];
        ones += n;
        lows += (uint64_t)n * low_bits(p->norms[p->docs[i]], n);
    }
    p->passed = to;
    if (ones > 0)
        p->ones_at = pass_ones(p->positions_at, p->ones_at, p->lows_at, ones);
    if (p->ones_at > p->lows_at || lows > p->lows_at - p->ones_at)
        return bad(p, "bad block of positions") != NULL;
    p->lows_at -= lows;
    return true;
}

/* Decodes n positions of k low bits, which are there; returns the bit behind
 * the last one, past lows_at after damage. With the i-th one at bit b from the
 * first bit on, the parts above of distances 0 to i add up to b - i, and each
 * position is i more than the sum of the distances. Of many positions, b - i
 * is the part above of the i-th itself. */
static inline uint64_t decode(const ost_postings *p, uint32_t n, unsigned k,
                              uint64_t limit, bool many)
{
    const uint8_t *bytes = p->positions_at;
    const uint64_t end = p->lows_at;
    uint64_t base = p->ones_at & ~UINT64_C(7), above = base - p->ones_at;
    uint64_t word = ost_get64(bytes + (base >> 3)) >> (p->ones_at & 7)
                                                          << (p->ones_at & 7);
    uint64_t low = end, sum = 0, last = 0;
    bool descends = false;
    unsigned one = 0;

    for (uint32_t i = 0; i < n; i++) {
        const uint64_t before = last;
        while (word == 0) {
            base += 64;
            above += 64;
            if (base >= end)
                return UINT64_MAX;
            word = ost_get64(bytes + (base >> 3));
        }
        one = (unsigned)__builtin_ctzll(word);
        word &= word - 1;
        low -= k;
        sum = (many ? 0 : sum) + ost_bits_get(bytes, low, k) + 1;
        last = ((above + one) << k) + sum;
        descends |= last <= before;
        p->positions[i] = (uint32_t)last - 1;
        above--;
    }
    return last <= limit && !descends ? base + one + 1 : UINT64_MAX;
}

/* Behind the last posting's only zeros are left, to fill a byte. */
static bool ends_well(const ost_postings *p, uint64_t unary_end,
                      uint64_t lows)
{
    const uint64_t left = p->lows_at - lows - unary_end;

    return p->at + 1 < p->n ||
           (left < 8 && ost_bits_get(p->positions_at, unary_end,
                                     (unsigned)left) == 0);
}

/* A term of one occurrence has its position in the dictionary, if any. */
static const uint32_t *inline_position(ost_postings *p)
{
    if (p->term.positions == 0)
        return NULL;
    if (!OST_GROW(&p->positions, &p->positions_room, 1)) {
        ost_postings_stop(p, ost_fail_memory(&p->error));
        return NULL;
    }
    p->positions[0] = (uint32_t)p->term.positions - 1;
    p->n_positions = 1;
    return p->positions;
}

/* Moves to those of the current document, which are not in the dictionary:
 * their number, not 0, low bits and bound. 0: there are none, or damage. */
static uint32_t reach(ost_postings *p, unsigned *k, uint64_t *limit)
{
    uint32_t n;

    if (!p->positions_known && !open_block(p))
        return 0;
    n = count_of(p, p->at);
    if (n == 0 || !pass(p, p->at))
        return 0;
    *k = low_bits(p->norms[p->doc], n);
    *limit = ost_positions_limit(p->norms[p->doc]);
    if ((uint64_t)n * *k + n > p->lows_at - p->ones_at) {
        bad(p, "bad block of positions");
        return 0;
    }
    return n;
}

const uint32_t *ost_postings_positions(ost_postings *p)
{
    uint64_t end, limit;
    uint32_t n;
    unsigned k;

    p->n_positions = 0;
    if (p->term.no_positions || ost_postings_tf(p) == 0)
        return NULL;
    if (p->term.inlined)
        return inline_position(p);
    n = reach(p, &k, &limit);
    if (n == 0)
        return NULL;
    if (p->held == p->at) {
        p->n_positions = n;
        return p->positions;
    }
    if (!OST_GROW(&p->positions, &p->positions_room, n)) {
        ost_postings_stop(p, ost_fail_memory(&p->error));
        return NULL;
    }
    end = n < OST_POSITIONS_MANY ? decode(p, n, k, limit, false)
                                 : decode(p, n, k, limit, true);
    if (end > p->lows_at - (uint64_t)n * k ||
        !ends_well(p, end, (uint64_t)n * k))
        return bad(p, "bad block of positions");
    p->held = p->at;
    p->n_positions = n;
    return p->positions;
}

/* ---- Copying ---- */

bool ost_postings_run(ost_postings *p, uint32_t n, uint32_t *counts,
                      ost_position_run *out)
{
    const uint32_t from = p->at;

    memset(out, 0, sizeof *out);
    memset(counts, 0, n * sizeof *counts);
    if (p->term.no_positions || ost_postings_tf(p) == 0)
        return p->status == OSTEON_OK;
    if (p->term.inlined) {
        counts[0] = p->term.positions > 0;
        out->position = (uint32_t)p->term.positions - 1;
        return true;
    }
    if ((!p->positions_known && !open_block(p)) || !pass(p, from))
        return false;
    out->bytes = p->positions_at;
    out->ones_at = p->ones_at;
    out->lows_at = p->lows_at;
    for (uint32_t i = 0; i < n; i++)
        counts[i] = count_of(p, from + i);
    if (!pass(p, from + n))
        return false;
    out->n_ones = p->ones_at - out->ones_at;
    out->n_lows = out->lows_at - p->lows_at;
    p->at = from + n - 1;
    if (!ends_well(p, p->ones_at, 0))
        return bad(p, "bad block of positions") != NULL;
    p->at = from;
    return true;
}

/* ---- Looking up ---- */

bool ost_postings_position_set(ost_postings *p, ost_position_set *out)
{
    uint64_t limit;

    if (p->term.no_positions || p->term.inlined ||
        ost_postings_tf(p) < OST_POSITIONS_MANY)
        return false;
    out->n = reach(p, &out->k, &limit);
    out->bytes = p->positions_at;
    out->ones_at = p->ones_at;
    out->lows_at = p->lows_at;
    return out->n >= OST_POSITIONS_MANY;
}

bool ost_position_set_has(const ost_position_set *set,
                          ost_position_place *place, uint32_t position)
{
    const uint64_t high = position >> set->k;
    const uint64_t low = position - (high << set->k);
    const uint64_t last = set->lows_at - set->k * (uint64_t)set->n;
    uint64_t bit = set->ones_at, i;

    if (high > 0) {
        /* Behind as many zeros. Bits below the first do not count. */
        const uint64_t first = set->ones_at & ~UINT64_C(7);
        for (;; place->words++) {
            const uint64_t base = first + place->words * 64;
            const uint64_t past =
                base == first ? (UINT64_C(1) << (set->ones_at & 7)) - 1 : 0;
            uint64_t word, running;
            if (base >= last)
                return false;
            word = ~(ost_get64(set->bytes + (base >> 3)) | past);
            running = running_ones(word);
            if (place->zeros + (running >> 56) >= high) {
                bit = base + behind_one(word, running, high - place->zeros);
                break;
            }
            place->zeros += running >> 56;
        }
    }
    i = bit - set->ones_at - high;
    for (; i < set->n && bit < last && ost_bits_get(set->bytes, bit, 1) != 0;
         i++, bit++) {
        const uint64_t found = ost_bits_get(
            set->bytes, set->lows_at - (i + 1) * set->k, set->k);
        if (found >= low)
            return found == low;
    }
    return false;
}
