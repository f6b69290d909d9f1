/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Value columns: what was written is read again, in the order promised, and
 * damaged columns give an error or values within bounds.
 */
#include "values.h"
#include "write.h"

#include "segment_fixture.h"
#include "run_suite.h"

#define N_DOCUMENTS 40

static uint64_t state = 0x853c49e6748fea9bu;

static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 8) % below;
}

/* ---- Values to write ---- */

typedef struct given {
    uint32_t doc;
    osteon_field field;
} given;

typedef struct given_list {
    given all[1000];
    size_t n;
} given_list;

static osteon_field *give(given_list *list, uint32_t doc, const char *name,
                          osteon_value_kind kind)
{
    given *g = &list->all[list->n++];

    ck_assert_uint_le(list->n, 1000);
    memset(g, 0, sizeof *g);
    g->doc = doc;
    g->field.name = name;
    g->field.name_len = strlen(name);
    g->field.kind = kind;
    return &g->field;
}

static const char words[] = "tumours and the bones they grow in";

static void give_string(given_list *list, uint32_t doc, const char *name)
{
    osteon_field *f = give(list, doc, name, OSTEON_STRING);

    f->text = words + draw(10);
    f->text_len = draw(20);
}

/* Every kind, dense and sparse, single and repeated; names where one begins
 * another; integers of every width. */
static void give_all(given_list *list)
{
    static const char *const widths[] = {"w0", "w1", "w2", "w3", "w4",
                                         "w5", "w6", "w7", "w8"};

    list->n = 0;
    for (uint32_t doc = 0; doc < N_DOCUMENTS; doc++) {
        give(list, doc, "year", OSTEON_INTEGER)->integer =
            1900 + (int64_t)draw(150);
        if (draw(3) == 0)
            give(list, doc, "score", OSTEON_REAL)->real =
                (double)draw(1000) / 7 - 50;
        for (uint64_t k = draw(4); k > 0; k--)
            give_string(list, doc, "author");
        if (draw(2))
            give_string(list, doc, "year");
        if (doc == 17)
            give_string(list, doc, "yea");
        for (unsigned w = 0; w < 9; w++)
            if (draw(3) == 0)
                give(list, doc, widths[w], OSTEON_INTEGER)->integer =
                    w == 0 ? -7
                           : (int64_t)(draw(UINT64_MAX >> (64 - 8 * w)) -
                                       (w == 8 ? 0 : 1000));
        give_string(list, doc, "z");
    }
    give(list, N_DOCUMENTS - 1, "w8", OSTEON_INTEGER)->integer = INT64_MIN;
    give(list, N_DOCUMENTS - 1, "w8", OSTEON_INTEGER)->integer = INT64_MAX;
}

static bool write_all(const given_list *list, uint32_t n_documents,
                      ost_buffer *out)
{
    ost_value_writer *w;
    bool done = true;

    if (ost_value_writer_open(&w, NULL) != OSTEON_OK)
        return false;
    for (size_t i = 0; i < list->n && done; i++)
        done = ost_value_writer_add(w, list->all[i].doc, &list->all[i].field);
    done = done && ost_value_writer_finish(w, n_documents, out);
    ost_value_writer_close(w);
    return done;
}

static ost_segment *open_values(const ost_buffer *values)
{
    const fixture_section part = {OST_SECTION_VALUES, values->data,
                                  values->len};

    return fixture_open(N_DOCUMENTS, &part, 1);
}

/* ---- Round trips ---- */

static bool before(const osteon_field *a, const osteon_field *b)
{
    const size_t most = a->name_len < b->name_len ? a->name_len : b->name_len;
    const int order = memcmp(a->name, b->name, most);

    if (order != 0)
        return order < 0;
    if (a->name_len != b->name_len)
        return a->name_len < b->name_len;
    return a->kind < b->kind;
}

/* The values of a document in the order promised, by insertion. */
static size_t expect(const given_list *list, uint32_t doc, osteon_field *out)
{
    size_t n = 0;

    for (size_t i = 0; i < list->n; i++) {
        size_t at = n;
        if (list->all[i].doc != doc)
            continue;
        while (at > 0 && before(&list->all[i].field, &out[at - 1])) {
            out[at] = out[at - 1];
            at--;
        }
        out[at] = list->all[i].field;
        n++;
    }
    return n;
}

static void check_same(const osteon_field *a, const osteon_field *b)
{
    ck_assert_uint_eq(a->name_len, b->name_len);
    ck_assert_mem_eq(a->name, b->name, a->name_len);
    ck_assert_int_eq(a->kind, b->kind);
    ck_assert_uint_eq(a->text_len, b->text_len);
    if (a->text_len > 0)
        ck_assert_mem_eq(a->text, b->text, a->text_len);
    ck_assert_int_eq(a->integer, b->integer);
    ck_assert_double_eq(a->real, b->real);
}

static void check_document(ost_segment *segment, const given_list *list,
                           uint32_t doc)
{
    osteon_field want[64], *fields;
    const size_t n_want = expect(list, doc, want);
    osteon_error err = {0};
    size_t n;
    const osteon_status s =
        ost_segment_values(segment, doc, &fields, &n, &err);

    ck_assert_msg(s == OSTEON_OK, "%s", err.text);
    ck_assert_uint_eq(n, n_want);
    for (size_t i = 0; i < n; i++)
        check_same(&fields[i], &want[i]);
    ost_free(fields);
}

/* Columns hold what documents do, each value once. */
static void check_columns(ost_segment *segment, const given_list *list)
{
    ost_column c = {0};
    size_t n = 0;
    osteon_status s;

    while ((s = ost_column_next(segment, &c, NULL)) == OSTEON_OK) {
        uint32_t last = UINT32_MAX;
        size_t nth = 0;
        for (uint32_t i = 0; i < c.count; i++) {
            osteon_field want[64], value;
            size_t at = 0;
            uint32_t doc;
            ck_assert_int_eq(ost_column_doc(segment, &c, i, &doc, NULL), 0);
            ck_assert_int_eq(ost_column_value(segment, &c, i, &value, NULL),
                             0);
            ck_assert(last == UINT32_MAX || doc >= last);
            nth = doc == last ? nth + 1 : 0;
            last = doc;
            expect(list, doc, want);
            while (before(&want[at], &value))
                at++;
            check_same(&value, &want[at + nth]);
            n++;
        }
    }
    ck_assert_int_eq(s, OSTEON_NOT_FOUND);
    ck_assert_uint_eq(n, list->n);
}

START_TEST(test_values_all_kinds_round_trip)
{
    for (unsigned round = 0; round < 20; round++) {
        static given_list list;
        ost_buffer values = {0};
        ost_segment *segment;
        give_all(&list);
        ck_assert(write_all(&list, N_DOCUMENTS, &values));
        segment = open_values(&values);
        for (uint32_t doc = 0; doc < N_DOCUMENTS; doc++)
            check_document(segment, &list, doc);
        check_columns(segment, &list);
        ost_segment_close(segment);
        ost_buffer_free(&values);
    }
}
END_TEST

START_TEST(test_values_none_give_no_section)
{
    static const given_list list;
    ost_buffer values = {0};
    ost_segment *segment;
    osteon_field *fields;
    size_t n = 9;

    ck_assert(write_all(&list, N_DOCUMENTS, &values));
    ck_assert_uint_eq(values.len, 0);
    segment = open_values(&values);
    ck_assert_int_eq(ost_segment_values(segment, 3, &fields, &n, NULL),
                     OSTEON_OK);
    ck_assert_uint_eq(n, 0);
    ck_assert_ptr_null(fields);
    ost_segment_close(segment);
}
END_TEST

START_TEST(test_values_of_no_document_are_refused)
{
    static given_list list;
    ost_buffer values = {0};
    ost_segment *segment;
    osteon_field *fields;
    size_t n;

    give_all(&list);
    ck_assert(write_all(&list, N_DOCUMENTS, &values));
    segment = open_values(&values);
    ck_assert_int_eq(ost_segment_values(segment, N_DOCUMENTS, &fields, &n,
                                        NULL),
                     OSTEON_INVALID);
    ost_segment_close(segment);
    ost_buffer_free(&values);
}
END_TEST

/* ---- Damage ---- */

/* Reads all columns; true: damage was found. */
static bool read_columns(ost_segment *segment)
{
    ost_column c = {0};
    osteon_error err = {0};
    osteon_status s;

    while ((s = ost_column_next(segment, &c, &err)) == OSTEON_OK) {
        for (uint32_t i = 0; i < c.count && s == OSTEON_OK; i++) {
            osteon_field value;
            uint32_t doc;
            s = ost_column_doc(segment, &c, i, &doc, &err);
            ck_assert(s != OSTEON_OK || doc < N_DOCUMENTS);
            if (s == OSTEON_OK)
                s = ost_column_value(segment, &c, i, &value, &err);
        }
        if (s != OSTEON_OK)
            break;
    }
    ck_assert(s == OSTEON_NOT_FOUND || s == OSTEON_CORRUPT);
    return s == OSTEON_CORRUPT;
}

/* Reads values of some documents; returns how many calls failed. */
static unsigned read_some(const ost_buffer *values)
{
    static const uint32_t docs[] = {0, 17, N_DOCUMENTS - 1};
    ost_segment *segment = open_values(values);
    unsigned failed = 0;

    for (size_t d = 0; d < sizeof docs / sizeof *docs; d++) {
        osteon_field *fields;
        osteon_error err = {0};
        size_t n, bytes = 0;
        const osteon_status s =
            ost_segment_values(segment, docs[d], &fields, &n, &err);
        ck_assert(s == OSTEON_OK || s == OSTEON_CORRUPT);
        ck_assert_int_eq(err.status, s);
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < fields[i].text_len; k++)
                bytes += (unsigned char)fields[i].text[k];
        ck_assert_uint_lt(bytes, SIZE_MAX); /* they were all readable */
        ost_free(fields);
        failed += s != OSTEON_OK;
    }
    failed += read_columns(segment);
    ost_segment_close(segment);
    return failed;
}

START_TEST(test_values_cut_section_is_corrupt)
{
    static given_list list;
    ost_buffer values = {0};

    give_all(&list);
    ck_assert(write_all(&list, N_DOCUMENTS, &values));
    for (size_t cut = 1; cut < values.len; cut++) {
        ost_buffer part = values;
        part.len = cut;
        ck_assert_uint_gt(read_some(&part), 0);
    }
    ck_assert_uint_eq(read_some(&values), 0);
    ost_buffer_free(&values);
}
END_TEST

START_TEST(test_values_changed_byte_stays_in_bounds)
{
    static given_list list;
    ost_buffer values = {0};

    give_all(&list);
    ck_assert(write_all(&list, N_DOCUMENTS, &values));
    for (size_t i = 0; i < values.len; i++) {
        const uint8_t good = values.data[i];
        values.data[i] = (uint8_t)(good ^ (1u << draw(8)));
        read_some(&values);
        values.data[i] = (uint8_t)~good;
        read_some(&values);
        values.data[i] = good;
    }
    ost_buffer_free(&values);
}
END_TEST

/* ---- Memory ---- */

START_TEST(test_values_writer_without_memory_fails)
{
    static given_list list;
    unsigned long at = 1;
    bool done = false;

    give_all(&list);
    for (; !done; at++) {
        ost_buffer values = {0};
        ost_alloc_fail_at(at);
        done = write_all(&list, N_DOCUMENTS, &values);
        ost_alloc_fail_at(0);
        ost_buffer_free(&values);
    }
    ck_assert_uint_gt(at, 30);
}
END_TEST

START_TEST(test_values_reader_without_memory_fails)
{
    static given_list list;
    ost_buffer values = {0};
    ost_segment *segment;
    osteon_status s = OSTEON_NO_MEMORY;

    give_all(&list);
    ck_assert(write_all(&list, N_DOCUMENTS, &values));
    segment = open_values(&values);
    for (unsigned long at = 1; s != OSTEON_OK; at++) {
        osteon_field *fields;
        size_t n;
        ost_alloc_fail_at(at);
        s = ost_segment_values(segment, 17, &fields, &n, NULL);
        ost_alloc_fail_at(0);
        ck_assert(s == OSTEON_OK || s == OSTEON_NO_MEMORY);
        ck_assert((s == OSTEON_OK) == (fields != NULL && at > 1));
        ost_free(fields);
    }
    ost_segment_close(segment);
    ost_buffer_free(&values);
}
END_TEST

/* A record may have as many names as it has bytes for them. */
START_TEST(test_values_of_many_names_take_no_time)
{
    const uint32_t n = 200000;
    ost_value_writer *w;
    ost_buffer values = {0};
    char name[16];

    ck_assert_int_eq(ost_value_writer_open(&w, NULL), 0);
    for (uint32_t doc = 0; doc < 2; doc++)
        for (uint32_t i = 0; i < n; i++) {
            const osteon_field f = {
                .name = name,
                .name_len = (size_t)snprintf(name, sizeof name, "n%u",
                                             i * 7919 % n),
                .kind = i % 2 ? OSTEON_INTEGER : OSTEON_REAL,
                .integer = i};
            ck_assert(ost_value_writer_add(w, doc, &f));
        }
    ck_assert(ost_value_writer_finish(w, 2, &values));
    /* Each name once, with both of its values. */
    ck_assert_uint_gt(values.len, n * 26);
    ck_assert_uint_lt(values.len, n * 60);
    ost_value_writer_close(w);
    ost_buffer_free(&values);
}
END_TEST

static void add_case(Suite *suite, const char *name, const TTest *const *tests)
{
    TCase *c = tcase_create(name);

    tcase_set_timeout(c, 120);
    while (*tests != NULL)
        tcase_add_test(c, *tests++);
    suite_add_tcase(suite, c);
}

int main(void)
{
    const TTest *whole[] = {test_values_all_kinds_round_trip,
                            test_values_none_give_no_section,
                            test_values_of_no_document_are_refused,
                            test_values_of_many_names_take_no_time, NULL};
    const TTest *damage[] = {test_values_cut_section_is_corrupt,
                             test_values_changed_byte_stays_in_bounds, NULL};
    const TTest *memory[] = {test_values_writer_without_memory_fails,
                             test_values_reader_without_memory_fails, NULL};
    Suite *suite = suite_create("values");

    add_case(suite, "whole", whole);
    add_case(suite, "damage", damage);
    add_case(suite, "memory", memory);
    return run_suite(suite);
}
