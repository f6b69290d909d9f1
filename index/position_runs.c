/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copying encoded positions into another block (docs/format.md, "Positions").
 * The bits of a posting depend on its document's length and their own number
 * only, not on its neighbours or its document's number. So what a merge does
 * to documents does not touch them: they are moved to another bit.
 */
#include "positions.h"

ost_position_run ost_position_run_of(uint8_t norm, uint32_t position)
{
    const unsigned k = ost_positions_low(norm, 1);

    return (ost_position_run){.n_ones = ((uint64_t)position >> k) + 1,
                              .n_lows = k,
                              .position = position};
}

uint32_t ost_position_run_only(const ost_position_run *run)
{
    const unsigned k = (unsigned)run->n_lows;

    if (run->bytes == NULL)
        return run->position;
    return (uint32_t)((run->n_ones - 1) << k |
                      ost_bits_get(run->bytes, run->lows_at - k, k));
}

/* Sets n bits that are zero so far. As with ost_bits_set, up to eight bytes
 * from the last one touched are read and written. */
static void copy_bits(uint8_t *out, uint64_t to, const uint8_t *in,
                      uint64_t from, uint64_t n)
{
    unsigned step = -to & 7; /* to a byte of the output */

    if (step > n)
        step = (unsigned)n;
    ost_bits_set(out, to, ost_bits_get(in, from, step));
    to += step;
    from += step;
    n -= step;
    if ((from & 7) == 0 && n >= 64) {
        memcpy(out + (to >> 3), in + (from >> 3), n >> 3);
        to += n & ~UINT64_C(7);
        from += n & ~UINT64_C(7);
        n &= 7;
    }
    /* Seven bytes at a time; the eighth is written next. */
    for (; n >= 64; n -= 56, to += 56, from += 56)
        ost_put64(out + (to >> 3), ost_bits_get(in, from, 56));
    for (; n > 0; n -= step, to += step, from += step) {
        step = n < 56 ? (unsigned)n : 56;
        ost_bits_set(out, to, ost_bits_get(in, from, step));
    }
}

bool ost_position_runs_put(ost_buffer *out, unsigned n, const uint32_t *tfs,
                           const uint32_t *counts,
                           const ost_position_run *runs, unsigned n_runs,
                           bool *bare)
{
    uint64_t ones = 0, lows = 0, at = 0, end;
    uint32_t any = 0;
    uint8_t *bytes;

    for (unsigned i = 0; i < n; i++)
        any |= tfs[i] - counts[i];
    for (unsigned i = 0; i < n_runs; i++) {
        ones += runs[i].n_ones;
        lows += runs[i].n_lows;
    }
    *bare = any != 0;
    if (ones == 0)
        return true;
    if (*bare && !ost_positions_put_without(out, n, tfs, counts))
        return false;
    end = (ones + lows + 7) / 8;
    bytes = ost_buffer_reserve(out, (size_t)end + 16);
    if (bytes == NULL)
        return false;
    memset(bytes, 0, (size_t)end + 16);
    out->len += (size_t)end;
    end *= 8;
    for (unsigned i = 0; i < n_runs; i++) {
        const ost_position_run *r = &runs[i];
        end -= r->n_lows;
        if (r->bytes != NULL) {
            copy_bits(bytes, at, r->bytes, r->ones_at, r->n_ones);
            copy_bits(bytes, end, r->bytes, r->lows_at - r->n_lows, r->n_lows);
        } else if (r->n_ones > 0) {
            const uint64_t mask = (UINT64_C(1) << r->n_lows) - 1;
            ost_bits_set(bytes, at + r->n_ones - 1, 1);
            ost_bits_set(bytes, end, r->position & mask);
        }
        at += r->n_ones;
    }
    return true;
}
