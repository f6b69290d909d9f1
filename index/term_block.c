/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Columns of a dictionary block to bytes and back. How many values a column
 * has follows from those before it, so only the values are there.
 */
#include "term_block.h"

void ost_term_columns_put(ost_buffer *out, const ost_term_columns *c,
                          ost_term_column first, ost_term_column last)
{
    for (unsigned i = first; i <= last; i++) {
        uint8_t *p = ost_buffer_reserve(out, OST_PACK_ROOM(OST_BLOCK));
        if (p == NULL)
            return;
        if (c->n[i] > 0)
            out->len += (size_t)(ost_pack(c->v[i], c->n[i], p) - p);
    }
}

static const uint8_t *get(const uint8_t *in, const uint8_t *end,
                          ost_term_column which, uint32_t n,
                          ost_term_columns *c)
{
    c->n[which] = n;
    return n > 0 && in != NULL ? ost_unpack(in, end, n, c->v[which]) : in;
}

static uint32_t count_zeros(const uint32_t *v, uint32_t n)
{
    uint32_t zeros = 0;

    for (uint32_t i = 0; i < n; i++)
        zeros += v[i] == 0;
    return zeros;
}

const uint8_t *ost_term_columns_texts(const uint8_t *in, const uint8_t *end,
                                      uint32_t n, ost_term_columns *c)
{
    in = get(in, end, OST_COLUMN_SHARED, n, c);
    return get(in, end, OST_COLUMN_MORE, n, c);
}

const uint8_t *ost_term_columns_terms(const uint8_t *in, const uint8_t *end,
                                      uint32_t n, ost_term_columns *c)
{
    uint32_t single, once, lists;

    in = get(in, end, OST_COLUMN_DF, n, c);
    if (in == NULL)
        return NULL;
    single = count_zeros(c->v[OST_COLUMN_DF], n);
    lists = n - single;
    in = get(in, end, OST_COLUMN_DOC, single, c);
    in = get(in, end, OST_COLUMN_TF, single, c);
    if (in == NULL)
        return NULL;
    once = count_zeros(c->v[OST_COLUMN_TF], single);
    in = get(in, end, OST_COLUMN_POSITION, once, c);
    in = get(in, end, OST_COLUMN_AGAIN, lists, c);
    in = get(in, end, OST_COLUMN_IMPACT, lists, c);
    in = get(in, end, OST_COLUMN_POSTINGS, lists, c);
    in = get(in, end, OST_COLUMN_POSITIONS, n - once, c);
    return get(in, end, OST_COLUMN_BARE, n - once, c);
}
