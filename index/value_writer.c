/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Columns of values, one for each field name and kind, gathered in memory and
 * laid out at the end; docs/format.md, "Values".
 */
#include "values.h"
#include "write.h"

#define XXH_INLINE_ALL
#include <assert.h>
#include <xxhash.h>

typedef struct column {
    char *name;
    size_t name_len;
    uint64_t hash; /* of name and kind */
    osteon_value_kind kind;
    uint32_t *docs;
    size_t docs_room, n;
    uint64_t *numbers; /* integers, bits of reals, ends of strings */
    size_t numbers_room;
    ost_buffer bytes; /* of strings */
} column;

/* Names come from documents, and may be as many as these have values: columns
 * are found by a hash table, at most half full. */
struct ost_value_writer {
    column *columns;
    size_t n, room;
    size_t likely; /* documents bring their fields in the same order */
    uint32_t *slots; /* index of a column, plus 1; 0: free */
    size_t n_slots;  /* a power of two, or 0 */
};

osteon_status ost_value_writer_open(ost_value_writer **out, osteon_error *err)
{
    *out = ost_calloc(1, sizeof **out);
    return *out != NULL ? OSTEON_OK : ost_fail_memory(err);
}

void ost_value_writer_close(ost_value_writer *w)
{
    if (w == NULL)
        return;
    for (size_t i = 0; i < w->n; i++) {
        ost_free(w->columns[i].name);
        ost_free(w->columns[i].docs);
        ost_free(w->columns[i].numbers);
        ost_buffer_free(&w->columns[i].bytes);
    }
    ost_free(w->columns);
    ost_free(w->slots);
    ost_free(w);
}

static bool is_column_of(const column *c, const osteon_field *value)
{
    return c->kind == value->kind && c->name_len == value->name_len &&
           memcmp(c->name, value->name, c->name_len) == 0;
}

static uint64_t hash_of(const osteon_field *value)
{
    return XXH3_64bits_withSeed(value->name, value->name_len,
                                ost_seed() + (uint64_t)value->kind);
}

/* Makes room in the table for one more. */
static bool grow_slots(ost_value_writer *w)
{
    const size_t n = w->n_slots ? w->n_slots * 2 : 64;
    uint32_t *fresh;

    if (w->n < w->n_slots / 2)
        return true;
    fresh = ost_calloc(n, sizeof *fresh);
    if (fresh == NULL)
        return false;
    for (size_t i = 0; i < w->n; i++) {
        size_t at = (size_t)w->columns[i].hash & (n - 1);
        while (fresh[at] != 0)
            at = (at + 1) & (n - 1);
        fresh[at] = (uint32_t)i + 1;
    }
    ost_free(w->slots);
    w->slots = fresh;
    w->n_slots = n;
    return true;
}

static column *add_column(ost_value_writer *w, const osteon_field *value,
                          uint64_t hash)
{
    column *c;

    if (w->n >= UINT32_MAX || !OST_GROW(&w->columns, &w->room, w->n + 1))
        return NULL;
    c = &w->columns[w->n];
    memset(c, 0, sizeof *c);
    c->name = ost_malloc(value->name_len);
    if (c->name == NULL)
        return NULL;
    memcpy(c->name, value->name, value->name_len);
    c->name_len = value->name_len;
    c->hash = hash;
    c->kind = value->kind;
    w->n++;
    return c;
}

static column *find_column(ost_value_writer *w, const osteon_field *value)
{
    uint64_t hash;
    size_t at;
    column *c;

    if (w->likely >= w->n)
        w->likely = 0;
    if (w->n > 0 && is_column_of(&w->columns[w->likely], value))
        return &w->columns[w->likely++];
    if (!grow_slots(w))
        return NULL;
    hash = hash_of(value);
    at = (size_t)hash & (w->n_slots - 1);
    for (; w->slots[at] != 0; at = (at + 1) & (w->n_slots - 1)) {
        const size_t k = w->slots[at] - 1;
        if (w->columns[k].hash == hash &&
            is_column_of(&w->columns[k], value)) {
            w->likely = k + 1;
            return &w->columns[k];
        }
    }
    c = add_column(w, value, hash);
    if (c != NULL)
        w->slots[at] = (uint32_t)w->n;
    w->likely = w->n;
    return c;
}

bool ost_value_writer_add(ost_value_writer *w, uint32_t doc,
                          const osteon_field *value)
{
    column *c = find_column(w, value);

    assert(value->kind != OSTEON_TEXT);
    if (c == NULL || c->n >= UINT32_MAX ||
        !OST_GROW(&c->docs, &c->docs_room, c->n + 1) ||
        !OST_GROW(&c->numbers, &c->numbers_room, c->n + 1))
        return false;
    assert(c->n == 0 || c->docs[c->n - 1] <= doc);
    if (value->kind == OSTEON_STRING) {
        ost_buffer_add(&c->bytes, value->text, value->text_len);
        if (c->bytes.failed || c->bytes.len > UINT32_MAX)
            return false;
        c->numbers[c->n] = c->bytes.len;
    } else if (value->kind == OSTEON_INTEGER) {
        c->numbers[c->n] = (uint64_t)value->integer;
    } else {
        memcpy(&c->numbers[c->n], &value->real, sizeof value->real);
    }
    c->docs[c->n++] = doc;
    return true;
}

/* ---- Layout ---- */

static int compare_columns(const void *left, const void *right)
{
    const column *a = left, *b = right;
    const size_t most = a->name_len < b->name_len ? a->name_len : b->name_len;
    const int order = memcmp(a->name, b->name, most);

    if (order != 0)
        return order;
    if (a->name_len != b->name_len)
        return a->name_len < b->name_len ? -1 : 1;
    return (a->kind > b->kind) - (a->kind < b->kind);
}

/* Integers are kept as the distance from the least one, in as few bytes as
 * the largest distance takes. */
static unsigned choose_width(const column *c, uint64_t *base)
{
    uint64_t widest = 0;
    unsigned width = 0;
    int64_t least;

    *base = 0;
    if (c->kind != OSTEON_INTEGER)
        return c->kind == OSTEON_REAL ? 8 : 4;
    least = (int64_t)c->numbers[0];
    for (size_t i = 1; i < c->n; i++)
        if ((int64_t)c->numbers[i] < least)
            least = (int64_t)c->numbers[i];
    *base = (uint64_t)least;
    for (size_t i = 0; i < c->n; i++)
        widest |= c->numbers[i] - *base;
    while (width < 8 && widest >> 8 * width != 0)
        width++;
    return width;
}

static bool is_dense(const column *c, uint32_t n_documents)
{
    if (c->n != n_documents)
        return false;
    for (size_t i = 0; i < c->n; i++)
        if (c->docs[i] != i)
            return false;
    return true;
}

static void put_head(const column *c, uint32_t n_documents, ost_buffer *out)
{
    uint8_t head[OST_COLUMN_HEAD] = {0};
    const bool dense = is_dense(c, n_documents);
    uint64_t base;
    const unsigned width = choose_width(c, &base);

    head[OST_COLUMN_KIND] = (uint8_t)c->kind;
    head[OST_COLUMN_DENSE] = dense;
    head[OST_COLUMN_WIDTH] = (uint8_t)width;
    ost_put32(head + OST_COLUMN_COUNT, (uint32_t)c->n);
    ost_put64(head + OST_COLUMN_BASE, base);
    ost_put64(head + OST_COLUMN_SIZE,
              (uint64_t)c->n * (width + (dense ? 0 : 4)) + c->bytes.len);
    ost_buffer_add_varint(out, c->name_len);
    ost_buffer_add(out, c->name, c->name_len);
    ost_buffer_add(out, head, sizeof head);
}

static void put_data(const column *c, uint32_t n_documents, ost_buffer *out)
{
    uint8_t bytes[8];
    uint64_t base;
    const unsigned width = choose_width(c, &base);

    if (!is_dense(c, n_documents)) {
        for (size_t i = 0; i < c->n; i++) {
            ost_put32(bytes, c->docs[i]);
            ost_buffer_add(out, bytes, 4);
        }
    }
    for (size_t i = 0; i < c->n; i++) {
        ost_put64(bytes, c->numbers[i] - base);
        ost_buffer_add(out, bytes, width);
    }
    ost_buffer_add(out, c->bytes.data, c->bytes.len);
}

bool ost_value_writer_finish(ost_value_writer *w, uint32_t n_documents,
                             ost_buffer *out)
{
    uint8_t size[4] = {0};
    const size_t at = out->len;

    if (w->n == 0)
        return !out->failed;
    qsort(w->columns, w->n, sizeof *w->columns, compare_columns);
    ost_buffer_add(out, size, sizeof size);
    for (size_t i = 0; i < w->n; i++)
        put_head(&w->columns[i], n_documents, out);
    if (out->failed || out->len - at - 4 > UINT32_MAX)
        return false;
    ost_put32(out->data + at, (uint32_t)(out->len - at - 4));
    for (size_t i = 0; i < w->n; i++)
        put_data(&w->columns[i], n_documents, out);
    return !out->failed;
}

osteon_status ost_value_writer_save(ost_value_writer *w, uint32_t n_documents,
                                    ost_segment_writer *segment,
                                    osteon_error *err)
{
    ost_buffer out = {0};
    osteon_status s;

    if (ost_value_writer_finish(w, n_documents, &out))
        s = ost_segment_writer_add_buffer(segment, OST_SECTION_VALUES, &out,
                                          err);
    else
        s = ost_fail_memory(err);
    ost_buffer_free(&out);
    return s;
}
