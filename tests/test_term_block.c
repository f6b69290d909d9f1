/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Columns of dictionary blocks: what is written is read, with terms of all
 * kinds and documents of all numbers; cut or changed bytes are seen or give
 * values within their bounds.
 */
#include "term_block.h"

#include "run_suite.h"

static uint64_t state = 0x6c078965u;
static uint32_t below(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 16) % n);
}

/* A term as a block tells of it. */
typedef struct term {
    uint32_t df, again, places;
    uint32_t docs[OST_SMALL], tfs[OST_SMALL];
    bool placed;
} term;

typedef struct block {
    uint32_t n, n_documents;
    term terms[OST_TERM_BLOCK];
    ost_buffer bytes;
} block;

static void draw_postings(term *t, uint32_t n_documents)
{
    uint32_t next = 0;

    for (uint32_t i = 0; i < t->df; i++) {
        const uint32_t room = n_documents - next - (t->df - i) + 1;
        t->docs[i] = next + (i == 0 && t->df > 1 && below(4) == 0
                                 ? room - 1
                                 : below(room));
        next = t->docs[i] + 1;
        t->tfs[i] = below(3) ? 1 : 1 + below(70000);
    }
}

static void draw_terms(block *b)
{
    b->n = 1 + below(OST_TERM_BLOCK);
    b->n_documents = below(4) ? 1 + below(1u << below(31)) : 1 + below(20);
    for (uint32_t i = 0; i < b->n; i++) {
        term *t = &b->terms[i];
        const uint32_t kind = below(8);
        t->df = kind < 4 ? 1 : 2 + below(kind < 7 ? OST_SMALL - 1 : 5000);
        t->df = t->df < b->n_documents ? t->df : b->n_documents;
        t->places = below(3000);
        t->again = below(1u << below(20));
        t->placed = below(2);
        if (t->df <= OST_SMALL)
            draw_postings(t, b->n_documents);
        if (t->df == 1 && i > 0 && b->terms[i - 1].df == 1 && below(2))
            t->docs[0] = b->terms[i - 1].docs[0];
    }
}

static void put_term(ost_term_columns *c, const term *t)
{
    ost_term_columns_add(c, OST_COLUMN_SHARED, t->places % 7);
    ost_term_columns_add(c, OST_COLUMN_MORE, 1);
    ost_term_columns_add(c, OST_COLUMN_DF,
                         t->df > OST_SMALL ? OST_SMALL : t->df - 1);
    if (t->df == 1) {
        ost_term_columns_add(c, OST_COLUMN_DOC, t->docs[0]);
        ost_term_columns_add(c, OST_COLUMN_TF, t->tfs[0] - 1);
        if (t->tfs[0] == 1) {
            ost_term_columns_add(c, OST_COLUMN_PLACED, t->placed);
            if (t->placed)
                ost_term_columns_add(c, OST_COLUMN_POSITION, t->places);
            return;
        }
    } else if (t->df <= OST_SMALL) {
        ost_term_columns_small(c, t->df, t->docs, t->tfs);
    } else {
        ost_term_columns_add(c, OST_COLUMN_LONG, t->df - OST_SMALL - 1);
        ost_term_columns_add(c, OST_COLUMN_AGAIN, t->again);
        ost_term_columns_add(c, OST_COLUMN_IMPACT, t->places & 255);
        ost_term_columns_add(c, OST_COLUMN_POSTINGS, t->places + 1);
    }
    ost_term_columns_add(c, OST_COLUMN_POSITIONS, t->places);
    ost_term_columns_add(c, OST_COLUMN_BARE, t->placed);
}

static ost_term_columns columns;

/* Eight bytes more are behind the block: a reader looks at them. */
static void put_block(block *b)
{
    const ost_buffer none = {0};

    ost_term_columns_clear(&columns);
    for (uint32_t i = 0; i < b->n; i++)
        put_term(&columns, &b->terms[i]);
    b->bytes.len = 0;
    ost_term_columns_put(&b->bytes, &columns, &none, b->n_documents);
    ck_assert_ptr_nonnull(ost_buffer_reserve(&b->bytes, 8));
    memset(b->bytes.data + b->bytes.len, 0xff, 8);
}

static uint32_t next[OST_N_COLUMNS];
static uint32_t take(ost_term_column which)
{
    ck_assert_uint_lt(next[which], columns.n[which]);
    return columns.v[which][next[which]++];
}

static const uint8_t *open_block(const uint8_t *in, const uint8_t *end,
                                 uint32_t n)
{
    memset(&columns, 0xaa, sizeof columns);
    memset(next, 0, sizeof next);
    in = ost_term_columns_texts(in, end, n, &columns);
    in = in != NULL ? ost_term_columns_terms(in, end, n, &columns) : NULL;
    return ost_term_columns_tfs(in, end, &columns);
}

static void check_single(const term *t, uint32_t *last)
{
    if (take(OST_COLUMN_SAME) == 0)
        *last = take(OST_COLUMN_DOC);
    ck_assert_uint_eq(*last, t->docs[0]);
    ck_assert_uint_eq(take(OST_COLUMN_TF), t->tfs[0] - 1);
    if (t->tfs[0] > 1)
        return;
    ck_assert_uint_eq(take(OST_COLUMN_PLACED), t->placed);
    if (t->placed)
        ck_assert_uint_eq(take(OST_COLUMN_POSITION), t->places);
}

static void check_block(const block *b)
{
    const uint8_t *end = b->bytes.data + b->bytes.len;
    const uint8_t *docs = open_block(b->bytes.data, end, b->n);
    uint32_t last = 0, small = 0;
    uint64_t bit = 0;

    ck_assert_ptr_nonnull(docs);
    for (uint32_t i = 0; i < b->n; i++) {
        const term *t = &b->terms[i];
        uint32_t read[OST_SMALL];
        ck_assert_uint_eq(take(OST_COLUMN_DF),
                          t->df > OST_SMALL ? OST_SMALL : t->df - 1);
        if (t->df == 1) {
            check_single(t, &last);
        } else if (t->df <= OST_SMALL) {
            ck_assert(ost_term_columns_docs(docs, &bit,
                                            (uint64_t)(end - docs) * 8, t->df,
                                            b->n_documents, read));
            ck_assert_mem_eq(read, t->docs, t->df * sizeof *read);
            for (uint32_t j = 0; j < t->df; j++)
                ck_assert_uint_eq(columns.tfs[small++], t->tfs[j] - 1);
        } else {
            ck_assert_uint_eq(take(OST_COLUMN_LONG), t->df - OST_SMALL - 1);
            ck_assert_uint_eq(take(OST_COLUMN_AGAIN), t->again);
            ck_assert_uint_eq(take(OST_COLUMN_POSTINGS), t->places + 1);
        }
        if (t->df == 1 && t->tfs[0] == 1)
            continue;
        ck_assert_uint_eq(take(OST_COLUMN_POSITIONS), t->places);
        ck_assert_uint_eq(take(OST_COLUMN_BARE), t->placed);
    }
    ck_assert_uint_eq(small, columns.n_small);
    ck_assert_uint_eq((bit + 7) / 8, (uint64_t)(end - docs));
}

START_TEST(test_term_block_round_trips)
{
    block b = {0};

    for (int round = 0; round < 500; round++) {
        draw_terms(&b);
        put_block(&b);
        check_block(&b);
    }
    ost_buffer_free(&b.bytes);
}
END_TEST

/* All terms small and all documents theirs: no column is longer. */
START_TEST(test_term_block_of_small_terms_round_trips)
{
    block b = {.n = OST_TERM_BLOCK};

    for (b.n_documents = OST_SMALL; b.n_documents < 100; b.n_documents++) {
        for (uint32_t i = 0; i < b.n; i++) {
            b.terms[i].df = OST_SMALL;
            draw_postings(&b.terms[i], b.n_documents);
        }
        put_block(&b);
        check_block(&b);
    }
    ost_buffer_free(&b.bytes);
}
END_TEST

/* Reads what may be anything; returns whether nothing was seen. */
static bool read_whatever(const uint8_t *in, const uint8_t *end,
                          const block *b)
{
    const uint8_t *docs = open_block(in, end, b->n);
    uint64_t bit = 0;
    bool in_bounds = true; /* asserted at the end: an assertion takes long */

    if (docs == NULL)
        return false;
    ck_assert(docs <= end);
    for (uint32_t i = 0; i < b->n; i++) {
        const uint32_t df = columns.v[OST_COLUMN_DF][i] + 1;
        uint32_t read[OST_SMALL];
        in_bounds = in_bounds && df <= OST_SMALL + 1;
        if (df == 1 || df > OST_SMALL)
            continue;
        if (!ost_term_columns_docs(docs, &bit, (uint64_t)(end - docs) * 8, df,
                                   b->n_documents, read))
            return false;
        for (uint32_t j = 0; j < df; j++)
            in_bounds = in_bounds && read[j] < b->n_documents &&
                        (j == 0 || read[j] > read[j - 1]);
    }
    ck_assert(in_bounds);
    return true;
}

START_TEST(test_term_block_damage_is_seen_or_harmless)
{
    block b = {0};

    for (int round = 0; round < 5; round++) {
        draw_terms(&b);
        put_block(&b);
        /* A block cut off: the last bits of documents are missing, or more. */
        for (size_t cut = 0; cut < b.bytes.len; cut++) {
            uint8_t *copy = malloc(cut + 8);
            memcpy(copy, b.bytes.data, cut);
            memset(copy + cut, 0, 8);
            ck_assert(!read_whatever(copy, copy + cut, &b));
            free(copy);
        }
        for (size_t at = 0; at < b.bytes.len; at++) {
            const uint8_t good = b.bytes.data[at];
            for (unsigned bit = 0; bit < 8; bit++) {
                b.bytes.data[at] = (uint8_t)(good ^ 1u << bit);
                read_whatever(b.bytes.data, b.bytes.data + b.bytes.len, &b);
            }
            b.bytes.data[at] = good;
        }
    }
    ost_buffer_free(&b.bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("term_block");
    TCase *tc = tcase_create("columns");

    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, test_term_block_round_trips);
    tcase_add_test(tc, test_term_block_of_small_terms_round_trips);
    tcase_add_test(tc, test_term_block_damage_is_seen_or_harmless);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
