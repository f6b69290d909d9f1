/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The values of a merged segment, a column after the other: documents may
 * have names of their own, and as many columns as there are documents are no
 * reason to look into each for every document.
 */
#include "merge_parts.h"
#include "values.h"
#include "write.h"

typedef struct state {
    const ost_merge *m;
    ost_value_writer *writer;
    uint64_t *keys; /* of values that stay: new document, then value */
    size_t n, room;
} state;

static int by_key(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

/* Lists the values of a column that stay, in the new order. */
static osteon_status list_values(state *st, size_t segment,
                                 const ost_column *c, osteon_error *err)
{
    ost_segment *seg = st->m->job->segments[segment];
    bool in_order = true;

    st->n = 0;
    if (!OST_GROW(&st->keys, &st->room, c->count))
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < c->count; i++) {
        uint32_t doc, number;
        const osteon_status s = ost_column_doc(seg, c, i, &doc, err);
        if (s != OSTEON_OK)
            return s;
        number = ost_merge_number(st->m, segment, doc);
        if (number == OST_DOC_END)
            continue;
        st->keys[st->n] = (uint64_t)number << 32 | i;
        in_order &= st->n == 0 || st->keys[st->n - 1] < st->keys[st->n];
        st->n++;
    }
    if (!in_order)
        qsort(st->keys, st->n, sizeof *st->keys, by_key);
    return OSTEON_OK;
}

static osteon_status copy_column(state *st, size_t segment,
                                 const ost_column *c, osteon_error *err)
{
    osteon_status s = list_values(st, segment, c, err);

    for (size_t k = 0; k < st->n && s == OSTEON_OK; k++) {
        osteon_field value;
        s = ost_column_value(st->m->job->segments[segment], c,
                             (uint32_t)st->keys[k], &value, err);
        if (s == OSTEON_OK &&
            !ost_value_writer_add(st->writer,
                                  (uint32_t)(st->keys[k] >> 32), &value))
            s = ost_fail_memory(err);
    }
    return s;
}

static osteon_status copy_segment(state *st, size_t segment,
                                  osteon_error *err)
{
    ost_column c = {0};
    osteon_status s;

    while ((s = ost_column_next(st->m->job->segments[segment], &c, err)) ==
           OSTEON_OK) {
        s = copy_column(st, segment, &c, err);
        if (s != OSTEON_OK)
            return s;
    }
    return s == OSTEON_NOT_FOUND ? OSTEON_OK : s;
}

osteon_status ost_merge_values(const ost_merge *m, osteon_error *err)
{
    state st = {.m = m};
    osteon_status s = ost_value_writer_open(&st.writer, err);

    for (size_t i = 0; i < m->job->n && s == OSTEON_OK; i++)
        s = copy_segment(&st, i, err);
    if (s == OSTEON_OK)
        s = ost_value_writer_save(st.writer, m->n_docs, m->segment, err);
    ost_value_writer_close(st.writer);
    ost_free(st.keys);
    return s;
}
