/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Document records and the id table: what was written is read again, through
 * real segments; damaged sections give an error or a record within bounds.
 */
#include "made_records.h"
#include "run_suite.h"

/* ---- Round trips ---- */

static void check_record(ost_segment *segment, const made_record *m,
                         uint32_t doc)
{
    ost_record r;
    uint32_t found;
    osteon_error err = {0};
    const osteon_status s = ost_record_get(segment, doc, &r, &err);

    ck_assert_msg(s == OSTEON_OK, "%s", err.text);
    ck_assert_uint_eq(r.id_len, m->record.id_len);
    ck_assert_mem_eq(r.id, m->id, r.id_len);
    ck_assert_uint_eq(r.title_len, m->record.title_len);
    if (r.title_len > 0)
        ck_assert_mem_eq(r.title, m->title, r.title_len);
    ck_assert_uint_eq(r.source, m->record.source);
    ck_assert_uint_eq(r.line, m->record.line);
    ck_assert_uint_eq(r.length, m->record.length);
    ck_assert_uint_eq(r.has_stored, m->record.has_stored);
    ck_assert_uint_eq(r.stored_block, m->record.stored_block);
    ck_assert_uint_eq(r.stored_at, m->record.stored_at);
    ck_assert_uint_eq(r.stored_len, m->record.stored_len);
    ost_record_free(&r);
    ck_assert_int_eq(ost_record_find(segment, m->id, m->record.id_len, &found,
                                     NULL),
                     m->dead ? OSTEON_NOT_FOUND : OSTEON_OK);
    if (!m->dead)
        ck_assert_uint_eq(found, doc);
}

START_TEST(test_documents_any_number_round_trips)
{
    static const uint32_t counts[] = {0, 1, 2, 63, 64, 65, 128, 129, 700};

    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        const uint32_t n = counts[c];
        made_record *made = make_records(n);
        ost_segment *segment = open_records(made, n);
        uint32_t *sources, found;
        ost_record r;
        ck_assert_int_eq(ost_segment_sources(segment, &sources, NULL),
                         OSTEON_OK);
        for (uint32_t i = 0; i < n; i++) {
            check_record(segment, &made[i], i);
            ck_assert_uint_eq(sources[i], made[i].record.source);
        }
        ost_free(sources);
        ck_assert_int_eq(ost_record_find(segment, "no such id", 10, &found,
                                         NULL),
                         OSTEON_NOT_FOUND);
        ck_assert_int_eq(ost_record_get(segment, n, &r, NULL),
                         OSTEON_INVALID);
        ost_segment_close(segment);
        free(made);
    }
}
END_TEST

START_TEST(test_documents_long_title_is_cut_between_characters)
{
    static const char *const letters[] = {"a", "\xc3\xa9", "\xe2\x82\xac",
                                          "\xf0\x9f\xa6\xb4"};

    for (size_t k = 0; k < 4; k++) {
        const uint32_t size = (uint32_t)strlen(letters[k]);
        for (uint32_t before = 0; before < 4; before++) {
            char title[OST_MAX_TITLE * 2];
            made_record m = {.id = "one"};
            ost_segment *segment;
            ost_record r;
            uint32_t len = before;
            memset(title, '-', sizeof title);
            while (len + size <= sizeof title) {
                memcpy(title + len, letters[k], size);
                len += size;
            }
            m.record.id = m.id;
            m.record.id_len = 3;
            m.record.title = title;
            m.record.title_len = len;
            segment = open_records(&m, 1);
            ck_assert_int_eq(ost_record_get(segment, 0, &r, NULL), OSTEON_OK);
            ck_assert_uint_eq(r.title_len,
                              before + (OST_MAX_TITLE - before) / size * size);
            ck_assert_mem_eq(r.title, title, r.title_len);
            ost_record_free(&r);
            ost_segment_close(segment);
        }
    }
}
END_TEST

START_TEST(test_documents_deleted_one_is_not_found)
{
    made_record *made = make_records(130);
    uint64_t *bits = ost_calloc(3, sizeof *bits);
    ost_segment *segment;
    uint32_t found;
    ost_record r;

    for (uint32_t i = 0; i < 130; i++)
        made[i].dead = false;
    segment = open_records(made, 130);
    bits[70 / 64] |= (uint64_t)1 << 70 % 64;
    ost_segment_set_deleted(segment, bits, 1);
    ck_assert_int_eq(ost_record_find(segment, made[70].id,
                                     made[70].record.id_len, &found, NULL),
                     OSTEON_NOT_FOUND);
    ck_assert_int_eq(ost_record_get(segment, 70, &r, NULL), OSTEON_OK);
    ost_record_free(&r);
    check_record(segment, &made[71], 71);
    ost_segment_close(segment);
    free(made);
}
END_TEST

START_TEST(test_documents_id_dead_twice_finds_the_live_one)
{
    made_record *made = make_records(3);
    ost_segment *segment;
    uint32_t found = 99;

    for (uint32_t i = 0; i < 3; i++) {
        memcpy(made[i].id, "same", 4);
        made[i].record.id_len = 4;
        made[i].dead = i != 1;
    }
    segment = open_records(made, 3);
    ck_assert_int_eq(ost_record_find(segment, "same", 4, &found, NULL),
                     OSTEON_OK);
    ck_assert_uint_eq(found, 1);
    ost_segment_close(segment);
    free(made);
}
END_TEST

/* ---- Damage ---- */

/* Reads records and ids of the first and last documents of blocks, whatever
 * comes. Returns how many calls failed, each of which must say why. */
static unsigned read_some(ost_segment *segment, const made_record *made,
                         uint32_t n)
{
    uint32_t *sources;
    osteon_error err = {0};
    unsigned failed =
        ost_segment_sources(segment, &sources, &err) != OSTEON_OK;

    ost_free(sources);
    for (uint32_t i = 0; i < n; i += i % 64 == 1 && i + 64 < n ? 62 : 1) {
        ost_record r;
        uint32_t found;
        osteon_status s = ost_record_get(segment, i, &r, &err);
        if (s == OSTEON_OK) {
            ck_assert(r.id_len >= 1 && r.id_len <= OST_MAX_ID);
            ck_assert_uint_le(r.title_len, OST_MAX_TITLE);
            ost_record_free(&r);
        } else {
            ck_assert_int_eq(s, OSTEON_CORRUPT);
            ck_assert_int_eq(err.status, OSTEON_CORRUPT);
            failed++;
        }
        s = ost_record_find(segment, made[i].id, made[i].record.id_len, &found,
                            &err);
        ck_assert(s != OSTEON_OK || found < n);
        failed += s != OSTEON_OK;
    }
    return failed;
}

static void check_damaged(const fixture_section *parts, const made_record *made,
                          uint32_t n, unsigned *failed)
{
    ost_segment *segment = fixture_open(n, parts, N_SECTIONS);

    *failed = read_some(segment, made, n);
    ost_segment_close(segment);
}

/* A few documents of which all are live, so that all can be found. */
static made_record *make_live(uint32_t n)
{
    made_record *made = make_records(n);

    for (uint32_t i = 0; i < n; i++) {
        made[i].dead = false;
        if (made[i].record.id_len > 100)
            made[i].record.id_len = 100;
        if (made[i].record.title_len > 100)
            made[i].record.title_len = 100;
    }
    return made;
}

START_TEST(test_documents_cut_section_is_corrupt)
{
    const uint32_t n = 66;
    made_record *made = make_live(n);
    const ost_buffer *sections;
    ost_document_writer *w = write_records(made, n, &sections);

    for (unsigned i = 0; i < N_SECTIONS; i++) {
        fixture_section parts[N_SECTIONS];
        unsigned failed;
        as_fixture(sections, parts);
        for (size_t cut = 0; cut < sections[i].len; cut++) {
            parts[i].len = cut;
            check_damaged(parts, made, n, &failed);
            ck_assert_uint_gt(failed, 0);
        }
        parts[i].len = sections[i].len;
        check_damaged(parts, made, n, &failed);
        ck_assert_uint_eq(failed, 0);
    }
    ost_document_writer_close(w);
    free(made);
}
END_TEST

START_TEST(test_documents_changed_byte_stays_in_bounds)
{
    const uint32_t n = 66;
    made_record *made = make_live(n);
    const ost_buffer *sections;
    ost_document_writer *w = write_records(made, n, &sections);
    fixture_section parts[N_SECTIONS];

    as_fixture(sections, parts);
    for (unsigned i = 0; i < N_SECTIONS; i++) {
        for (size_t k = 0; k < sections[i].len; k++) {
            const uint8_t good = sections[i].data[k];
            unsigned failed;
            sections[i].data[k] = (uint8_t)(good ^ (1u << draw(8)));
            check_damaged(parts, made, n, &failed);
            sections[i].data[k] = (uint8_t)~good;
            check_damaged(parts, made, n, &failed);
            sections[i].data[k] = good;
        }
    }
    ost_document_writer_close(w);
    free(made);
}
END_TEST

/* Two records of these lengths in a block that is right in all else. */
static osteon_status read_lengths(const uint32_t prefix[2],
                                  const uint32_t suffix[2],
                                  const uint32_t title[2], size_t text)
{
    static const uint32_t zero[2] = {0, 0};
    const uint32_t *columns[7] = {prefix, suffix, title, zero,
                                  zero,   zero,   zero};
    uint8_t block[400], index[8] = {0}, *p = block;
    const fixture_section parts[] = {
        {OST_SECTION_DOCUMENTS, block, sizeof block},
        {OST_SECTION_DOC_INDEX, index, sizeof index}};
    ost_segment *segment;
    ost_record r;
    osteon_status s;

    memset(block, 'x', sizeof block);
    *p++ = 0; /* source and line of the first, then the steps to the second */
    *p++ = 0;
    p = ost_pack(zero, 1, p);
    p = ost_pack(zero, 1, p);
    for (unsigned c = 0; c < 7; c++)
        p = ost_pack(columns[c], 2, p);
    *p++ = 0; /* not compressed */
    ost_put32(index + 4, (uint32_t)((size_t)(p - block) + text));
    segment = fixture_open(2, parts, 2);
    s = ost_record_get(segment, 1, &r, NULL);
    ost_record_free(&r);
    ost_segment_close(segment);
    return s;
}

START_TEST(test_documents_impossible_lengths_are_corrupt)
{
    static const struct {
        uint32_t prefix[2], suffix[2], title[2];
        size_t text;
        osteon_status status;
    } cases[] = {
        {{0, 4}, {4, 1}, {0, 3}, 8, OSTEON_OK},
        {{0, 0}, {4, 1}, {0, 3}, 8, OSTEON_OK},
        {{0, 5}, {4, 1}, {0, 3}, 8, OSTEON_CORRUPT}, /* prefix too long */
        {{1, 4}, {4, 1}, {0, 3}, 8, OSTEON_CORRUPT}, /* of nothing */
        {{0, 4}, {4, 1}, {0, 3}, 7, OSTEON_CORRUPT}, /* text too short */
        {{0, 4}, {4, 1}, {0, 3}, 9, OSTEON_CORRUPT}, /* text too long */
        {{0, 0}, {4, 0}, {0, 3}, 7, OSTEON_CORRUPT}, /* no id */
        {{0, 4}, {4, UINT32_MAX - 3}, {0, 3}, 3, OSTEON_CORRUPT},
        {{0, 4}, {4, OST_MAX_ID - 3}, {0, 3}, 8, OSTEON_CORRUPT},
        {{0, 4}, {4, 1}, {0, OST_MAX_TITLE + 1}, 8, OSTEON_CORRUPT},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(read_lengths(cases[i].prefix, cases[i].suffix,
                                   cases[i].title,
                                   cases[i].text) == cases[i].status,
                      "case %zu", i);
}
END_TEST

START_TEST(test_documents_full_id_table_ends)
{
    const uint32_t n = 40;
    made_record *made = make_live(n);
    const ost_buffer *sections;
    ost_document_writer *w = write_records(made, n, &sections);
    const ost_buffer *ids = &sections[OST_SECTION_IDS - OST_SECTION_DOCUMENTS];
    fixture_section parts[N_SECTIONS];
    ost_segment *segment;
    osteon_error err = {0};
    uint32_t found;

    as_fixture(sections, parts);
    for (size_t i = 0; i < ids->len; i += 4)
        ost_put32(ids->data + i, 1);
    segment = fixture_open(n, parts, N_SECTIONS);
    ck_assert_int_eq(ost_record_find(segment, "none", 4, &found, &err),
                     OSTEON_CORRUPT);
    ost_segment_close(segment);
    ost_document_writer_close(w);
    free(made);
}
END_TEST

/* ---- Memory ---- */

/* True where every allocation was had. */
static bool write_with_failure(const made_record *made, uint32_t n,
                               unsigned long at)
{
    const ost_buffer *sections;
    ost_document_writer *w;
    bool done = false;

    ost_alloc_fail_at(at);
    if (ost_document_writer_open(n, &w, NULL) == OSTEON_OK) {
        uint32_t i = 0;
        while (i < n && ost_document_writer_add(w, &made[i].record, false))
            i++;
        done = i == n && ost_document_writer_finish(w, &sections);
    } else {
        ck_assert_ptr_null(w);
    }
    ost_alloc_fail_at(0);
    ost_document_writer_close(w);
    return done;
}

START_TEST(test_documents_writer_without_memory_fails)
{
    const uint32_t n = 150;
    made_record *made = make_live(n);
    unsigned long at = 1;

    while (!write_with_failure(made, n, at))
        at++;
    ck_assert_uint_gt(at, 10);
    free(made);
}
END_TEST

START_TEST(test_documents_reader_without_memory_fails)
{
    made_record *made = make_live(70);
    ost_segment *segment = open_records(made, 70);
    osteon_status s = OSTEON_NO_MEMORY;

    for (unsigned long at = 1; s != OSTEON_OK; at++) {
        ost_record r;
        osteon_error err = {0};
        ost_alloc_fail_at(at);
        s = ost_record_get(segment, 5, &r, &err);
        ost_alloc_fail_at(0);
        ck_assert(s == OSTEON_OK || s == OSTEON_NO_MEMORY);
        ck_assert_int_eq(err.status, s);
        ck_assert(s == OSTEON_OK ? at > 2 : r.memory == NULL);
        ost_record_free(&r);
    }
    s = OSTEON_NO_MEMORY;
    for (unsigned long at = 1; s != OSTEON_OK; at++) {
        uint32_t found;
        ost_alloc_fail_at(at);
        s = ost_record_find(segment, made[5].id, made[5].record.id_len,
                            &found, NULL);
        ost_alloc_fail_at(0);
        ck_assert(s == OSTEON_OK || s == OSTEON_NO_MEMORY);
    }
    {
        uint32_t *sources;
        ost_alloc_fail_at(1);
        s = ost_segment_sources(segment, &sources, NULL);
        ost_alloc_fail_at(0);
        ck_assert_int_eq(s, OSTEON_NO_MEMORY);
        ck_assert_ptr_null(sources);
    }
    ost_segment_close(segment);
    free(made);
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
    const TTest *records[] = {
        test_documents_any_number_round_trips,
        test_documents_long_title_is_cut_between_characters, NULL};
    const TTest *ids[] = {test_documents_deleted_one_is_not_found,
                          test_documents_id_dead_twice_finds_the_live_one,
                          test_documents_full_id_table_ends, NULL};
    const TTest *damage[] = {test_documents_cut_section_is_corrupt,
                             test_documents_changed_byte_stays_in_bounds,
                             test_documents_impossible_lengths_are_corrupt,
                             NULL};
    const TTest *memory[] = {test_documents_writer_without_memory_fails,
                             test_documents_reader_without_memory_fails, NULL};
    Suite *suite = suite_create("documents");

    add_case(suite, "records", records);
    add_case(suite, "ids", ids);
    add_case(suite, "damage", damage);
    add_case(suite, "memory", memory);
    return run_suite(suite);
}
