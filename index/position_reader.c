/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading the positions of the document a cursor is at (docs/format.md,
 * "Positions"; positions.c tells how they are coded).
 *
 * Invariants, once p->positions_known: counts[0..n) are what the block's
 * postings have of positions; those of posting `passed` begin at bit ones_at
 * upwards and end at bit lows_at downwards, and if posting `held` is decoded,
 * those behind it begin at held_ones and held_lows.
 */
#include "position_bits.h"
#include "postings_parts.h"

/* ---- The block ---- */

/* The first processors with BMI2 take a loop for pdep. */
static bool has_fast(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    return __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("popcnt") && !__builtin_cpu_is("znver1") &&
           !__builtin_cpu_is("znver2");
#else
    return false;
#endif
}

bool ost_positions_fail(ost_postings *p)
{
    p->n_positions = 0;
    ost_postings_fail(p, OST_SECTION_POSITIONS, p->term.positions,
                      "bad block of positions");
    return false;
}

/* How many positions each posting has. A damaged count of those without one
 * wraps; what follows bounds it. Returns where the bits begin, NULL after
 * damage. */
static const uint8_t *count_positions(ost_postings *p, const uint8_t *at,
                                      const uint8_t *end, bool bare)
{
    p->counts = p->tfs;
    if (!bare)
        return at;
    p->counts = p->own_counts;
    if (at == end) {
        memset(p->own_counts, 0, sizeof p->own_counts);
        return at;
    }
    at = ost_unpack(at, end, p->n, p->own_counts);
    for (uint32_t i = 0; i < p->n && at != NULL; i++)
        p->own_counts[i] = p->tfs[i] - p->own_counts[i];
    return at;
}

bool ost_positions_open(ost_postings *p)
{
    uint64_t from, to;
    const uint8_t *bytes, *bits;
    bool bare;

    if (!ost_postings_load_tfs(p))
        return false;
    ost_postings_places(p, &from, &to, &bare);
    if (from > to || to > p->term.positions_size || (from == to && !bare)) {
        ost_postings_fail(p, OST_SECTION_POSITIONS, p->term.positions,
                          "position offsets out of order");
        return false;
    }
    bytes = ost_section_get(p->segment, OST_SECTION_POSITIONS,
                            p->term.positions + from, to - from, &p->error);
    if (bytes == NULL ||
        (p->norms == NULL &&
         ost_field_norms(p->segment, p->term.field, &p->norms, &p->error) !=
             OSTEON_OK)) {
        ost_postings_stop(p, p->error.status);
        return false;
    }
    bits = count_positions(p, bytes, bytes + (to - from), bare);
    if (bits == NULL) {
        ost_postings_fail(p, OST_SECTION_POSITIONS, p->term.positions,
                          "bad counts of positions");
        return false;
    }
    p->positions_at = bits;
    p->passed = 0;
    p->ones_at = 0;
    p->lows_at = (to - from - (uint64_t)(bits - bytes)) * 8;
    p->held = OST_BLOCK;
    p->fast = has_fast();
    return p->positions_known = true;
}

/* ---- Moving to a posting ---- */

/* ost_positions_limit */
ALWAYS_INLINE uint64_t limit_of(uint8_t norm)
{
    const uint64_t limit = (uint64_t)ost_position_spans[norm] << 8;

    return limit < UINT32_MAX ? limit : UINT32_MAX;
}

/* Moves on to those of posting `to` of the block, or their end; false after
 * damage. */
ALWAYS_INLINE bool pass(ost_postings *p, uint32_t to, bool fast)
{
    uint64_t ones = 0, lows = 0;

    if (p->held < to && p->held >= p->passed) {
        p->passed = p->held + 1;
        p->ones_at = p->held_ones;
        p->lows_at = p->held_lows;
    }
    for (uint32_t i = p->passed; i < to; i++) {
        const uint32_t n = p->counts[i];
        ones += n;
        lows += (uint64_t)n * low_bits(p->norms[p->docs[i]], n);
    }
    p->passed = to;
    if (ones > 0)
        p->ones_at =
            pass_ones(p->positions_at, p->ones_at, p->lows_at, ones, fast);
    if (p->ones_at > p->lows_at || lows > p->lows_at - p->ones_at)
        return ost_positions_fail(p);
    p->lows_at -= lows;
    return true;
}

/* Moves to those of the current document, which are not in the dictionary:
 * their number, not 0, and low bits. 0: there are none, or damage. */
ALWAYS_INLINE uint32_t reach(ost_postings *p, unsigned *k, bool fast)
{
    const uint32_t n = p->counts[p->at];

    if (n == 0 || !pass(p, p->at, fast))
        return 0;
    *k = low_bits(p->norms[p->doc], n);
    if ((uint64_t)n * *k + n > p->lows_at - p->ones_at) {
        ost_positions_fail(p);
        return 0;
    }
    return n;
}

/* ---- Decoding ---- */

/* Decodes n positions of k low bits, which are there; returns the bit behind
 * the last one, past lows_at after damage. With the i-th one at bit b from the
 * first bit on, the parts above of distances 0 to i add up to b - i, and each
 * position is i more than the sum of the distances. Of many positions, b - i
 * is the part above of the i-th itself; only those can descend. */
ALWAYS_INLINE uint64_t decode(const ost_postings *p, uint32_t n, unsigned k,
                              bool many)
{
    const uint8_t *bytes = p->positions_at;
    const uint64_t end = p->lows_at, mask = (UINT64_C(1) << k) - 1;
    uint64_t base = p->ones_at & ~UINT64_C(7), above = base - p->ones_at;
    uint64_t word = ost_get64(bytes + (base >> 3)) >> (p->ones_at & 7)
                                                          << (p->ones_at & 7);
    uint64_t low = end, sum = 0, last = 0;
    uint32_t *out = p->positions;
    bool descends = false;
    unsigned one = 0;

    for (uint32_t i = 0; i < n; i++) {
        const uint64_t before = last;
        while (OST_UNLIKELY(word == 0)) {
            base += 64;
            above += 64;
            if (base >= end)
                return UINT64_MAX;
            word = ost_get64(bytes + (base >> 3));
        }
        one = (unsigned)__builtin_ctzll(word);
        word &= word - 1;
        low -= k;
        sum = (many ? 0 : sum) +
              (ost_get64(bytes + (low >> 3)) >> (low & 7) & mask) + 1;
        last = ((above + one) << k) + sum;
        if (many)
            descends |= last <= before;
        out[i] = (uint32_t)last - 1;
        above--;
    }
    return last <= limit_of(p->norms[p->doc]) && !descends
               ? base + one + 1
               : UINT64_MAX;
}

/* Behind the last posting's only zeros are left, to fill a byte. */
static bool ends_well(const ost_postings *p, uint64_t ones, uint64_t lows)
{
    const uint64_t left = lows - ones;

    return left < 8 &&
           ost_bits_get(p->positions_at, ones, (unsigned)left) == 0;
}

static void pad(uint32_t *behind)
{
    memset(behind, 0xff, OST_POSITIONS_PAD * sizeof *behind);
}

enum { WIDE_LEAST = 6 }; /* positions: fewer are faster one by one */

/* Room for n positions; false: no memory. */
static inline bool has_room(ost_postings *p, uint32_t n)
{
    const size_t want = (size_t)n + OST_POSITIONS_PAD;

    if (OST_LIKELY(want <= p->positions_room) ||
        OST_GROW(&p->positions, &p->positions_room, want))
        return true;
    ost_postings_stop(p, ost_fail_memory(&p->error));
    return false;
}

/* A term of one occurrence has its position in the dictionary, if any. */
static const uint32_t *inline_position(ost_postings *p)
{
    if (p->term.positions == 0 || !has_room(p, 1))
        return NULL;
    p->positions[0] = (uint32_t)p->term.positions - 1;
    pad(p->positions + 1);
    p->n_positions = 1;
    return p->positions;
}

ALWAYS_INLINE const uint32_t *read_positions(ost_postings *p, bool fast)
{
    unsigned k = 0;
    const uint32_t n = reach(p, &k, fast);

    if (n == 0 || !has_room(p, n))
        return NULL;
    p->held_lows = p->lows_at - (uint64_t)n * k;
    p->held_ones = UINT64_MAX;
    if (p->wide && n >= WIDE_LEAST)
        p->held_ones = ost_positions_decode_wide(
            p->positions_at, p->ones_at, p->lows_at, n, k,
            limit_of(p->norms[p->doc]), p->positions);
    if (p->held_ones == UINT64_MAX)
        p->held_ones = n < OST_POSITIONS_MANY ? decode(p, n, k, false)
                                              : decode(p, n, k, true);
    if (p->held_ones > p->held_lows ||
        (p->at + 1 == p->n && !ends_well(p, p->held_ones, p->held_lows))) {
        ost_positions_fail(p);
        return NULL;
    }
    pad(p->positions + n);
    p->held = p->at;
    p->n_positions = n;
    return p->positions;
}

FAST static const uint32_t *read_fast(ost_postings *p)
{
    return read_positions(p, true);
}

static const uint32_t *read_plain(ost_postings *p)
{
    return read_positions(p, false);
}

const uint32_t *ost_postings_positions(ost_postings *p)
{
    if (OST_LIKELY(p->positions_known)) {
        if (p->held != p->at)
            p->n_positions = 0;
        else
            return p->positions;
        return p->fast ? read_fast(p) : read_plain(p);
    }
    p->n_positions = 0;
    if (p->term.no_positions || p->n == 0)
        return NULL;
    if (p->term.inlined)
        return inline_position(p);
    if (!ost_positions_open(p))
        return NULL;
    return p->fast ? read_fast(p) : read_plain(p);
}

/* ---- Looking up ---- */

FAST static uint32_t reach_fast(ost_postings *p, unsigned *k)
{
    return reach(p, k, true);
}

static uint32_t reach_plain(ost_postings *p, unsigned *k)
{
    return reach(p, k, false);
}

bool ost_postings_position_set(ost_postings *p, ost_position_set *out)
{
    if (p->term.no_positions || p->term.inlined ||
        ost_postings_tf(p) < OST_POSITIONS_MANY ||
        (!p->positions_known && !ost_positions_open(p)))
        return false;
    out->n = p->fast ? reach_fast(p, &out->k) : reach_plain(p, &out->k);
    out->bytes = p->positions_at;
    out->ones_at = p->ones_at;
    out->lows_at = p->lows_at;
    out->fast = p->fast;
    return out->n >= OST_POSITIONS_MANY;
}

ALWAYS_INLINE bool has(const ost_position_set *set, ost_position_place *place,
                       uint32_t position, bool fast)
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
            uint64_t word;
            unsigned zeros;
            if (base >= last)
                return false;
            word = ~(ost_get64(set->bytes + (base >> 3)) | past);
            zeros = count_ones(word, fast);
            if (place->zeros + zeros >= high) {
                bit = base + 1 +
                      select_one(word, (unsigned)(high - place->zeros), fast);
                break;
            }
            place->zeros += zeros;
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

FAST static bool has_fast_position(const ost_position_set *set,
                                   ost_position_place *place,
                                   uint32_t position)
{
    return has(set, place, position, true);
}

static bool has_plain_position(const ost_position_set *set,
                               ost_position_place *place, uint32_t position)
{
    return has(set, place, position, false);
}

bool ost_position_set_has(const ost_position_set *set,
                          ost_position_place *place, uint32_t position)
{
    return set->fast ? has_fast_position(set, place, position)
                     : has_plain_position(set, place, position);
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
    if ((!p->positions_known && !ost_positions_open(p)) ||
        !pass(p, from, false))
        return false;
    out->bytes = p->positions_at;
    out->ones_at = p->ones_at;
    out->lows_at = p->lows_at;
    memcpy(counts, p->counts + from, n * sizeof *counts);
    if (!pass(p, from + n, false))
        return false;
    out->n_ones = p->ones_at - out->ones_at;
    out->n_lows = out->lows_at - p->lows_at;
    return from + n < p->n || ends_well(p, p->ones_at, p->lows_at) ||
           ost_positions_fail(p);
}

/* ---- One position ---- */

/* Decodes n positions, which are there, up to the one wanted. */
ALWAYS_INLINE bool decode_upto(const ost_postings *p, uint32_t n, unsigned k,
                               uint64_t wanted)
{
    const uint8_t *bytes = p->positions_at;
    const uint64_t end = p->lows_at, mask = (UINT64_C(1) << k) - 1;
    uint64_t base = p->ones_at & ~UINT64_C(7), above = base - p->ones_at;
    uint64_t word = ost_get64(bytes + (base >> 3)) >> (p->ones_at & 7)
                                                          << (p->ones_at & 7);
    uint64_t low = end, sum = 0, last = 0;

    for (; n > 0 && last <= wanted; n--) {
        while (OST_UNLIKELY(word == 0)) {
            base += 64;
            above += 64;
            if (base >= end)
                return false;
            word = ost_get64(bytes + (base >> 3));
        }
        low -= k;
        sum += (ost_get64(bytes + (low >> 3)) >> (low & 7) & mask) + 1;
        last = ((above + (unsigned)__builtin_ctzll(word)) << k) + sum;
        word &= word - 1;
        above--;
    }
    return last == wanted + 1;
}

ALWAYS_INLINE bool find(ost_postings *p, uint32_t position, bool fast)
{
    unsigned k = 0;
    const uint32_t n = reach(p, &k, fast);

    if (n >= OST_POSITIONS_MANY) {
        const ost_position_set set = {p->positions_at, p->ones_at, p->lows_at,
                                      k, n, fast};
        ost_position_place place = {0, 0};
        return has(&set, &place, position, fast);
    }
    return n > 0 && decode_upto(p, n, k, position);
}

FAST static bool find_fast(ost_postings *p, uint32_t position)
{
    return find(p, position, true);
}

static bool find_plain(ost_postings *p, uint32_t position)
{
    return find(p, position, false);
}

bool ost_postings_position_has(ost_postings *p, uint32_t position)
{
    if (p->term.no_positions || p->n == 0)
        return false;
    if (p->term.inlined)
        return p->term.positions == (uint64_t)position + 1;
    if (!p->positions_known && !ost_positions_open(p))
        return false;
    return p->fast ? find_fast(p, position) : find_plain(p, position);
}
