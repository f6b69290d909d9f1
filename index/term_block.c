/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Columns of a dictionary block to bytes and back. How many values a column
 * has follows from those before it, so only the values are there.
 *
 * The documents of small terms are too few for a form of their own to pay:
 * their gaps are in Rice's code (1979) with a parameter that follows from df,
 * as if documents were drawn at random.
 */
#include "term_block.h"

/* Low bits of the gaps between df of n_documents: the logarithm of what is
 * between them on average, rounded down. */
static unsigned low_bits(uint32_t n_documents, uint32_t df)
{
    const uint32_t mean = n_documents / (df + 1);

    return mean > 0 ? ost_bit_length(mean) - 1 : 0;
}

/* ---- Writing ---- */

void ost_term_columns_small(ost_term_columns *c, uint32_t df,
                            const uint32_t *docs, const uint32_t *tfs)
{
    uint32_t base = 0;

    for (uint32_t i = 0; i < df; i++) {
        c->gaps[c->n_small] = docs[i] - base;
        c->tfs[c->n_small++] = tfs[i] - 1;
        base = docs[i] + 1;
    }
}

void ost_term_columns_clear(ost_term_columns *c)
{
    memset(c->n, 0, sizeof c->n);
    c->n_small = 0;
}

static void put(ost_buffer *out, const uint32_t *v, uint32_t n)
{
    uint8_t *p = ost_buffer_reserve(out, OST_PACK_ROOM(OST_BLOCK));

    if (p != NULL && n > 0)
        out->len += (size_t)(ost_pack(v, n, p) - p);
}

/* Leaves documents out that are the last term's before, where it pays. */
static void mark_same(ost_term_columns *c)
{
    uint32_t *docs = c->v[OST_COLUMN_DOC], *same = c->v[OST_COLUMN_SAME];
    const uint32_t n = c->n[OST_COLUMN_DOC];
    uint32_t left = 0, last = 0;

    c->n[OST_COLUMN_SAME] = n;
    for (uint32_t i = 1; i < n; i++)
        left += docs[i] == docs[i - 1];
    memset(same, 0, n * sizeof *same);
    if (left < n / 8)
        return;
    for (uint32_t i = left = 0; i < n; i++) {
        same[i] = i > 0 && docs[i] == last;
        last = docs[i];
        docs[left] = last;
        left += !same[i];
    }
    c->n[OST_COLUMN_DOC] = left;
}

/* Appends n bits to those in *held, whose whole bytes go out. */
static uint8_t *put_bits(uint8_t *out, uint64_t *held, unsigned *n_held,
                         uint64_t bits, unsigned n)
{
    *held |= bits << *n_held;
    for (*n_held += n; *n_held >= 8; *n_held -= 8) {
        *out++ = (uint8_t)*held;
        *held >>= 8;
    }
    return out;
}

static void put_docs(ost_buffer *out, const ost_term_columns *c,
                     uint32_t n_documents)
{
    /* A part above is at most 2 (OST_SMALL + 1). */
    uint8_t *p = ost_buffer_reserve(out, (size_t)c->n_small * 9 + 1);
    uint64_t held = 0;
    unsigned n_held = 0;
    uint32_t at = 0;

    if (p == NULL)
        return;
    for (uint32_t i = 0; i < c->n[OST_COLUMN_DF]; i++) {
        const uint32_t df = c->v[OST_COLUMN_DF][i] + 1;
        const unsigned k = low_bits(n_documents, df);
        const uint32_t mask = (UINT32_C(1) << k) - 1;
        if (df == 1 || df > OST_SMALL)
            continue;
        for (uint32_t end = at + df; at < end; at++) {
            const unsigned high = c->gaps[at] >> k;
            p = put_bits(p, &held, &n_held, UINT64_C(1) << high, high + 1);
            p = put_bits(p, &held, &n_held, c->gaps[at] & mask, k);
        }
    }
    if (n_held > 0)
        *p++ = (uint8_t)held;
    out->len = (size_t)(p - out->data);
}

void ost_term_columns_put(ost_buffer *out, ost_term_columns *c,
                          const ost_buffer *large, uint32_t n_documents)
{
    mark_same(c);
    for (unsigned i = 0; i < OST_N_COLUMNS; i++)
        put(out, c->v[i], c->n[i]);
    for (uint32_t at = 0; at < c->n_small; at += OST_BLOCK)
        put(out, c->tfs + at,
            c->n_small - at < OST_BLOCK ? c->n_small - at : OST_BLOCK);
    ost_buffer_add(out, large->data, large->len);
    put_docs(out, c, n_documents);
}

/* ---- Reading ---- */

static const uint8_t *get(const uint8_t *in, const uint8_t *end,
                          ost_term_column which, uint32_t n,
                          ost_term_columns *c)
{
    c->n[which] = n;
    return n > 0 && in != NULL ? ost_unpack(in, end, n, c->v[which]) : in;
}

const uint8_t *ost_term_columns_texts(const uint8_t *in, const uint8_t *end,
                                      uint32_t n, ost_term_columns *c)
{
    in = get(in, end, OST_COLUMN_SHARED, n, c);
    return get(in, end, OST_COLUMN_MORE, n, c);
}

uint32_t ost_term_columns_count(const ost_term_columns *c,
                                ost_term_column which, uint32_t n,
                                uint32_t value)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < n; i++)
        found += c->v[which][i] == value;
    return found;
}

/* The same of all values of the column. */
static uint32_t count(const ost_term_columns *c, ost_term_column which,
                      uint32_t value)
{
    return ost_term_columns_count(c, which, c->n[which], value);
}

uint32_t ost_term_columns_small_before(const ost_term_columns *c, uint32_t n)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < n; i++) {
        const uint32_t more = c->v[OST_COLUMN_DF][i];
        found += more > 0 && more < OST_SMALL ? more + 1 : 0;
    }
    return found;
}

/* Counts the postings of small terms; false where a df is impossible. */
static bool count_small(ost_term_columns *c)
{
    const uint32_t n = c->n[OST_COLUMN_DF];
    uint32_t most = 0;

    for (uint32_t i = 0; i < n; i++) {
        const uint32_t more = c->v[OST_COLUMN_DF][i];
        most = more > most ? more : most;
    }
    c->n_small = ost_term_columns_small_before(c, n);
    return most <= OST_SMALL;
}

const uint8_t *ost_term_columns_terms(const uint8_t *in, const uint8_t *end,
                                      uint32_t n, ost_term_columns *c)
{
    uint32_t single, once, lists;

    in = get(in, end, OST_COLUMN_DF, n, c);
    if (in == NULL || !count_small(c))
        return NULL;
    single = count(c, OST_COLUMN_DF, 0);
    lists = count(c, OST_COLUMN_DF, OST_SMALL);
    in = get(in, end, OST_COLUMN_SAME, single, c);
    if (in == NULL)
        return NULL;
    in = get(in, end, OST_COLUMN_DOC, count(c, OST_COLUMN_SAME, 0), c);
    in = get(in, end, OST_COLUMN_TF, single, c);
    if (in == NULL)
        return NULL;
    once = count(c, OST_COLUMN_TF, 0);
    in = get(in, end, OST_COLUMN_PLACED, once, c);
    if (in == NULL)
        return NULL;
    in = get(in, end, OST_COLUMN_POSITION,
             once - count(c, OST_COLUMN_PLACED, 0), c);
    in = get(in, end, OST_COLUMN_LONG, lists, c);
    in = get(in, end, OST_COLUMN_AGAIN, lists, c);
    in = get(in, end, OST_COLUMN_IMPACT, lists, c);
    in = get(in, end, OST_COLUMN_POSTINGS, lists, c);
    in = get(in, end, OST_COLUMN_POSITIONS, n - once, c);
    return get(in, end, OST_COLUMN_BARE, n - once, c);
}

const uint8_t *ost_term_columns_tfs(const uint8_t *in, const uint8_t *end,
                                    ost_term_columns *c)
{
    for (uint32_t at = 0; at < c->n_small && in != NULL; at += OST_BLOCK)
        in = ost_unpack(in, end,
                        c->n_small - at < OST_BLOCK ? c->n_small - at
                                                    : OST_BLOCK,
                        c->tfs + at);
    return in;
}

bool ost_term_columns_docs(const uint8_t *bytes, uint64_t *bit, uint64_t end,
                           uint32_t df, uint32_t n_documents, uint32_t *docs)
{
    const unsigned k = low_bits(n_documents, df);
    uint64_t doc = 0;

    for (uint32_t i = 0; i < df; i++) {
        const uint64_t next = ost_bits_get(bytes, *bit, 57);
        const unsigned high = next != 0 ? (unsigned)__builtin_ctzll(next) : 57;
        *bit += high + 1;
        if (*bit + k > end)
            return false;
        doc += (uint64_t)high << k | ost_bits_get(bytes, *bit, k);
        *bit += k;
        if (doc >= n_documents)
            return false;
        docs[i] = (uint32_t)doc++;
    }
    return true;
}
