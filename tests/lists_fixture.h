/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Random lists of postings as plain arrays, and a segment of them written by
 * ost_term_writer.
 */
#ifndef OST_TEST_LISTS_FIXTURE_H
#define OST_TEST_LISTS_FIXTURE_H

#include "dictionary.h"
#include "scratch.h"
#include "term_writer.h"

#define MOST_DOCS 3000

typedef struct list {
    char term[300];
    size_t len;
    uint32_t n;
    uint32_t docs[MOST_DOCS], tfs[MOST_DOCS], counts[MOST_DOCS];
    uint32_t *positions[MOST_DOCS];
} list;

static uint64_t state = 88172645463325252u;

static inline uint32_t below(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state % n);
}

static uint8_t norms[MOST_DOCS];
static bool keep_positions = true;

/* A random list of n documents of MOST_DOCS. */
static inline void fill(list *l, uint32_t n)
{
    /* All occurrences have positions, some, or none. */
    const uint32_t kind = below(4);
    uint32_t doc = 0;

    l->n = n;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t room = MOST_DOCS - doc - (n - i);
        const uint32_t step = room / (n - i) * 2;
        uint32_t position = below(50);
        doc += below((step < room ? step : room) + 1);
        l->docs[i] = doc++;
        l->tfs[i] = below(5)   ? 1 + below(4)
                    : below(8) ? 1 + below(70)
                               : 1 + below(700);
        l->positions[i] = malloc(l->tfs[i] * sizeof(uint32_t));
        l->counts[i] = kind < 2 ? l->tfs[i] : 0;
        if (kind == 2 && below(3) > 0)
            l->counts[i] = below(l->tfs[i] + 1);
        for (uint32_t k = 0; k < l->counts[i]; k++) {
            l->positions[i][k] = position;
            position += 1 + below(below(2) ? 50 : 3);
        }
    }
}

static inline void release(list *l)
{
    for (uint32_t i = 0; i < l->n; i++)
        free(l->positions[i]);
}

/* Adds a list's postings one by one, or some at a time. */
static inline void add_list(ost_term_writer *w, const list *l)
{
    static uint32_t counts[MOST_DOCS];
    const uint32_t step = below(2) ? 1 : 300;
    const bool single = step == 1;
    uint32_t *positions;
    size_t most = 1;
    osteon_error err;

    for (uint32_t i = 0; i < l->n; i++) {
        counts[i] = keep_positions ? l->counts[i] : 0;
        most += counts[i];
    }
    positions = malloc(most * sizeof *positions);
    for (uint32_t from = 0, to; from < l->n; from = to) {
        uint32_t n = 0;
        for (to = from; to < l->n && to - from < step; to++) {
            memcpy(positions + n, l->positions[to],
                   counts[to] * sizeof *positions);
            n += counts[to];
        }
        ck_assert_int_eq(single ? ost_term_writer_posting(w, l->docs[from],
                                                          l->tfs[from],
                                                          positions, n, &err)
                                : ost_term_writer_postings(
                                      w, to - from, l->docs + from,
                                      l->tfs + from, counts + from, positions,
                                      &err),
                         0);
    }
    free(positions);
}

/* Writes the lists, sorted by term, as a segment in two ranges, the first of
 * which does not stay in memory. */
static inline ost_segment *build(const list *lists, size_t n)
{
    ost_field field = {.name = (char[1]){0},
                       .flags = keep_positions ? 0 : OST_FIELD_NO_POSITIONS};
    ost_spill spill;
    ost_term_writer *w[2];
    ost_segment_writer *out;
    ost_buffer table = {0}, bytes = {0};
    uint64_t size, checksum, block = 0;
    ost_segment *segment;
    osteon_error err = {0};
    size_t n_made;

    ost_norms_put(&bytes, &field, norms, MOST_DOCS);
    ost_spill_init(&spill, scratch);
    for (size_t r = 0; r < 2; r++) {
        const size_t half = n / 2;
        ck_assert_int_eq(ost_term_writer_open(&spill, MOST_DOCS, &w[r], &err),
                         0);
        ck_assert_int_eq(ost_term_writer_field(w[r], 0, norms,
                                               ost_field_average(&field),
                                               &err),
                         0);
        for (size_t i = r ? half : 0; i < (r ? n : half); i++) {
            const list *l = &lists[i];
            ost_term_writer_begin(w[r], l->term, l->len);
            add_list(w[r], l);
            ck_assert_int_eq(ost_term_writer_end(w[r], &err), 0);
        }
        ck_assert_int_eq(ost_term_writer_finish(w[r], &err), 0);
        block += ost_term_writer_fields(w[r], &n_made)->n_blocks;
        field.n_terms += ost_term_writer_fields(w[r], &n_made)->n_terms;
    }
    ck_assert_int_eq(ost_term_writer_spill(w[0], &err), 0);
    field.n_blocks = block;
    ost_fields_put(&table, &field, 1);
    ck_assert_int_eq(ost_segment_writer_open(scratch_path("s"), MOST_DOCS,
                                             &out, &err),
                     0);
    ck_assert_int_eq(ost_segment_writer_add(out, OST_SECTION_NORMS,
                                            bytes.data, bytes.len, &err),
                     0);
    ck_assert_int_eq(ost_segment_writer_add(out, OST_SECTION_FIELDS,
                                            table.data, table.len, &err),
                     0);
    ck_assert_int_eq(ost_term_writers_join(w, 2, out, &err), 0);
    ck_assert_int_eq(ost_segment_writer_finish(out, &size, &checksum, &err),
                     0);
    ost_segment_writer_close(out);
    ost_term_writer_close(w[0]);
    ost_term_writer_close(w[1]);
    ost_spill_free(&spill);
    ost_buffer_free(&table);
    ost_buffer_free(&bytes);
    ck_assert_msg(ost_segment_open(scratch_path("s"), size, checksum,
                                   &segment, &err) == 0,
                  "%s", err.text);
    return segment;
}

static inline ost_postings *open_list(ost_segment *segment, const list *l)
{
    ost_postings *p;
    ost_term term;
    osteon_error err = {0};

    ck_assert_msg(ost_dictionary_find(segment, 0, l->term, l->len, &term,
                                      &err) == OSTEON_OK,
                  "%s", err.text);
    ck_assert_uint_eq(term.df, l->n);
    ck_assert_int_eq(ost_postings_open(segment, &term, &p, &err), 0);
    return p;
}

#endif
