/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Lengths in a byte, BM25's saturation, and impacts: the saturation in 255ths,
 * rounded up, which bounds the score of a posting whatever the query.
 *
 * Invariant: impact / 255 is never below the saturation, computed in double or
 * in single precision: OST_IMPACT_SLACK is wider than the rounding of either.
 */
#include "index.h"

#include <math.h>

/* Values of the byte that stand for themselves before the float form begins:
 * as many as are left over when 2^31 - 1 is to get byte 255. */
#define PLAIN_NORMS 24
#define LONGEST 0x7fffffffu

uint8_t ost_norm_encode(uint32_t length)
{
    uint32_t rest, shift;

    if (length < PLAIN_NORMS)
        return (uint8_t)length;
    rest = (length > LONGEST ? LONGEST : length) - PLAIN_NORMS;
    if (rest < 8)
        return (uint8_t)(PLAIN_NORMS + rest);
    /* Four significant bits; the first is 1 and not stored. */
    shift = 28 - (uint32_t)__builtin_clz(rest);
    return (uint8_t)(PLAIN_NORMS + ((shift + 1) << 3 | (rest >> shift & 7)));
}

uint32_t ost_norm_decode(uint8_t norm)
{
    uint32_t rest, shift;

    if (norm < PLAIN_NORMS)
        return norm;
    rest = norm - PLAIN_NORMS;
    shift = rest >> 3;
    if (shift == 0)
        return norm;
    return PLAIN_NORMS + ((8 | (rest & 7)) << (shift - 1));
}

/* What BM25 adds to tf below the line. Without an average (no document has
 * the field) every length counts as 0: any value that is not negative keeps
 * the bounds below true. */
static double damping(uint8_t norm, double k1, double b, double average)
{
    const double length = ost_norm_decode(norm);

    return k1 * (1 - b + (average > 0 ? b * length / average : 0));
}

double ost_saturation(uint32_t tf, uint8_t norm, double k1, double b,
                      double average)
{
    return tf == 0 ? 0 : tf / (tf + damping(norm, k1, b, average));
}

void ost_damping_fill(double out[256], double k1, double b, double average)
{
    for (unsigned norm = 0; norm < 256; norm++)
        out[norm] = damping((uint8_t)norm, k1, b, average);
}

static uint8_t impact_of(uint32_t tf, double k)
{
    const double exact = ceil(255 * OST_IMPACT_SLACK * (tf / (tf + k)));

    return exact < 255 ? (uint8_t)exact : 255;
}

uint8_t ost_impact(uint32_t tf, uint8_t norm, double average)
{
    if (tf == 0)
        return 0;
    return impact_of(tf,
                     damping(norm, OST_IMPACT_K1, OST_IMPACT_B, average));
}

void ost_impact_maker_init(ost_impact_maker *maker, double average)
{
    ost_damping_fill(maker->damping, OST_IMPACT_K1, OST_IMPACT_B, average);
    for (unsigned norm = 0; norm < 256; norm++) {
        const double k = maker->damping[norm];
        maker->small[0][norm] = 0;
        for (uint32_t tf = 1; tf < OST_IMPACT_SMALL; tf++)
            maker->small[tf][norm] = impact_of(tf, k);
    }
}

uint8_t ost_impact_large(const ost_impact_maker *maker, uint32_t tf,
                         uint8_t norm)
{
    return impact_of(tf, maker->damping[norm]);
}

/* With K the damping of the search and L that of the impacts, a posting of
 * saturation x = tf / (tf + L) has tf = L x / (1 - x), and under the search
 * tf / (tf + K) = x / (x + (1 - x) K / L), which rises with x and falls with
 * K / L. Both K and L are linear in the length, and L is above 0, so that K / L
 * has no extreme between the shortest and the longest. */
ost_impact_scale ost_impact_scale_for(double k1, double b, double average,
                                      double own, uint8_t shortest,
                                      uint8_t longest)
{
    const double first =
        damping(shortest, k1, b, average) /
        damping(shortest, OST_IMPACT_K1, OST_IMPACT_B, own);
    const double last = damping(longest, k1, b, average) /
                        damping(longest, OST_IMPACT_K1, OST_IMPACT_B, own);

    return first < last ? (ost_impact_scale){first, last}
                        : (ost_impact_scale){last, first};
}
