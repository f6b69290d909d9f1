/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * "Did you mean": the option with the fewest letters to change.
 */
#include "search_options.h"

#include <string.h>

/* Longest name compared; no option has more letters. */
#define NAME_MAX_COMPARED 32

static size_t least(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Letters to insert, remove or replace to make `b` of `a` (Levenshtein). */
static size_t distance(const char *a, size_t a_len, const char *b,
                       size_t b_len)
{
    size_t row[NAME_MAX_COMPARED + 1];

    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 0; i < a_len; i++) {
        size_t corner = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < b_len; j++) {
            const size_t replaced = corner + (a[i] != b[j]);

            corner = row[j + 1];
            row[j + 1] = least(replaced, corner + 1, row[j] + 1);
        }
    }
    return row[b_len];
}

const search_option *nearest_search_option(const char *name, size_t len)
{
    const search_option *nearest = NULL;
    size_t best = len / 3 + 1;

    if (len < 2 || len > NAME_MAX_COMPARED)
        return NULL;
    for (const search_option *o = search_table; !is_table_end(o); o++) {
        const size_t o_len = o->name != NULL ? strlen(o->name) : 0;
        size_t d;

        if (o_len < 2 || o_len > NAME_MAX_COMPARED)
            continue;
        d = distance(name, len, o->name, o_len);
        /* A name that was begun right is near however much is missing. */
        if (o_len > len && strncmp(o->name, name, len) == 0)
            d = 1;
        if (d <= best && (nearest == NULL || d < best)) {
            nearest = o;
            best = d;
        }
    }
    return nearest;
}
