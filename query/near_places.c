/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where words, and phrases, stand near each other. The end of a window is the
 * last of the units' ends; who begins too far in front of it moves on, which
 * may move the end, until nobody does. All begin no later then than in any
 * window there is from here on, so the one found ends first.
 *
 * Places of a phrase are found some at a time, as they are asked for.
 */
#include "places.h"

/* Finds more places of a phrase. False: there are none. */
static bool look_for_more(ost_near_unit *u)
{
    while (u->begun < u->n_first) {
        const uint32_t left = u->n_first - u->begun;
        const uint32_t *from = u->first + u->begun;
        uint32_t n = left < OST_NEAR_KEPT ? left : OST_NEAR_KEPT;

        u->begun += n;
        for (uint32_t i = 0; i < u->n_others && n > 0; i++) {
            ost_near_word *w = &u->others[i];
            n = ost_places_keep(from, n, w->offset, w->positions, w->n,
                                &w->at, u->kept);
            from = u->kept;
        }
        u->places = from;
        u->n = n;
        u->at = 0;
        if (n > 0)
            return true;
    }
    return false;
}

/* Begins: at the first place. False: there is none. */
static bool begin(ost_near_unit *u)
{
    u->places = u->first;
    u->n = u->n_others == 0 ? u->n_first : 0;
    u->at = 0;
    u->begun = u->n;
    for (uint32_t i = 0; i < u->n_others; i++)
        u->others[i].at = 0;
    return u->n > 0 || look_for_more(u);
}

/* Moves on to the first place from `target` on. False: there is none. */
static bool seek(ost_near_unit *u, uint64_t target)
{
    do {
        while (u->n - u->at >= 8 && u->places[u->at + 7] < target)
            u->at += 8;
        while (u->at < u->n && u->places[u->at] < target)
            u->at++;
        if (u->at < u->n)
            return true;
    } while (look_for_more(u));
    return false;
}

/* Moves all on to where the first window from here on is. False: there is
 * none. *end: behind its last position. */
static bool find_window(ost_near_unit *units, uint32_t n, uint32_t window,
                        uint64_t *end)
{
    bool moved;

    do {
        moved = false;
        for (uint32_t i = 0; i < n; i++) {
            ost_near_unit *u = &units[i];
            uint64_t own;
            if (*end > window && u->places[u->at] + (uint64_t)window < *end &&
                !seek(u, *end - window))
                return false;
            own = (uint64_t)u->places[u->at] + u->width;
            if (own > *end) {
                *end = own;
                moved = true;
            }
        }
    } while (moved);
    return true;
}

uint32_t ost_near_count(ost_near_unit *units, uint32_t n, uint32_t window,
                        bool one)
{
    uint64_t end = 0;
    uint32_t found = 0;

    for (uint32_t i = 0; i < n; i++)
        if (!begin(&units[i]))
            return 0;
    while (find_window(units, n, window, &end)) {
        found++;
        if (one)
            break;
        for (uint32_t i = 0; i < n; i++)
            if (!seek(&units[i], end))
                return found;
    }
    return found;
}
