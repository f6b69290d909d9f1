/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A segment made by somebody who wishes us ill: bytes are changed and all
 * checksums made right again, so that only the readers' own checks are left.
 * Whatever the bytes are, reading ends, with an error or an answer, and
 * touches nothing it should not (which the sanitizers see).
 */
#include "commit.h"
#include "index_dump.h"
#include "merge.h"
#include "scratch.h"
#include "run_suite.h"
#include "seal_segment.h"

static osteon_error err;

#define OK(call) ck_assert_msg((call) == OSTEON_OK, "%s", err.text)

static uint64_t state = 0x9e3779b97f4a7c15u;
static uint32_t below(size_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state % n);
}

static void build(uint32_t n)
{
    osteon_writer *w;

    OK(osteon_writer_open(scratch, NULL, &w, &err));
    for (uint32_t i = 0; i < n; i++) {
        const osteon_field fields[] = {
            {.name = "year", .name_len = 4, .kind = OSTEON_INTEGER,
             .integer = i},
            {.name = "tag", .name_len = 3, .kind = OSTEON_STRING,
             .text = "abc", .text_len = i % 4},
            {.name = "by", .name_len = 2, .text = "ann lee",
             .text_len = i % 9 ? 0 : 7}};
        char id[32], body[400];
        osteon_document doc = {.id = id, .title = "a title", .title_len = 7,
                               .body = body, .fields = fields,
                               .n_fields = 3};
        doc.id_len = (size_t)sprintf(id, "folder/%u", i);
        doc.body_len = (size_t)sprintf(
            body, "common words and number%u, common again %u bone tumor",
            i, i % 5);
        doc.stored = body;
        doc.stored_len = i % 3 ? 0 : doc.body_len;
        OK(osteon_writer_add(w, &doc, &err));
    }
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
}

/* Merges it, one time in four: that takes as long as all else. What comes out
 * may be as bad, and is not looked at. */
static void merge(void)
{
    ost_merge_job job = {.folder = scratch,
                         .path = scratch_path("merged"),
                         .threads = 1 + below(2)};
    ost_snapshot *snap;

    if (below(4) > 0 || ost_snapshot_open(scratch, &snap, &err) != OSTEON_OK)
        return;
    job.segments = snap->segments;
    job.n = snap->n_segments;
    if (ost_merge_segments(&job, &err) == OSTEON_NO_MEMORY)
        ck_assert_msg(0, "a size was believed");
    unlink(job.path);
    ost_snapshot_close(snap);
}

/* Reads all of it in all ways. What comes out does not matter. */
static void use(void)
{
    static const char *const queries[] = {
        "common", "bone tumor", "+again -number3", "\"common words\"",
        "title:title AND by:lee", "number1 number2 4 the and common"};
    const osteon_search_options options = {
        .limit = 20, .k1 = -1, .b = -1, .count = true};
    ost_buffer dump = {0};
    osteon_index *index;

    if (osteon_index_check(scratch, NULL, NULL, &err) == OSTEON_NO_MEMORY ||
        index_dump(scratch, &dump, &err) == OSTEON_NO_MEMORY)
        ck_assert_msg(0, "a size was believed");
    ost_buffer_free(&dump);
    merge();
    if (osteon_index_open(scratch, &index, &err) != OSTEON_OK)
        return;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        osteon_query *q;
        osteon_result *r;
        OK(osteon_query_open(index, queries[i], strlen(queries[i]), 0, &q,
                             &err));
        if (osteon_search(index, q, &options, &r, &err) == OSTEON_OK) {
            for (size_t k = 0; k < r->n_hits; k++) {
                osteon_entry *e;
                const char *text;
                size_t len;
                if (osteon_entry_open(index, r->hits[k].document, &e,
                                      &err) != OSTEON_OK)
                    continue;
                if (osteon_entry_text(e, 0, &text, &len, &err) == OSTEON_OK)
                    ck_assert_uint_le(len, 1 << 20);
                osteon_entry_close(e);
            }
            osteon_result_close(r);
        }
        osteon_query_close(q);
    }
    osteon_index_close(index);
}

/* Changes some bytes; small numbers and extremes more often than others. */
static void change(ost_buffer *b)
{
    const uint8_t *tail =
        b->data + b->len - OST_FOOTER_SIZE + OST_N_SECTIONS * 16;
    const size_t pages_end = (size_t)ost_get64(tail);
    const uint32_t n = 1 + below(3);

    for (uint32_t i = 0; i < n; i++) {
        static const uint8_t values[] = {0, 1, 2, 0x7f, 0x80, 0xfe, 0xff};
        /* Now and then the section table itself. */
        const size_t at =
            below(8) ? OST_HEADER_SIZE + below(pages_end - OST_HEADER_SIZE)
                     : b->len - OST_FOOTER_SIZE + below(OST_N_SECTIONS * 16);
        b->data[at] = below(3) ? values[below(7)] : (uint8_t)below(256);
    }
}

static void attack(uint32_t docs, int rounds)
{
    ost_buffer good;
    ost_manifest *m;

    build(docs);
    OK(ost_manifest_read(scratch, &m, &err));
    good = scratch_read(m->segments[0].file.name);
    for (int i = 0; i < rounds; i++) {
        ost_buffer b = {0};
        ost_buffer_add(&b, good.data, good.len);
        change(&b);
        m->segments[0].file.checksum = seal_segment(&b);
        scratch_write(m->segments[0].file.name, b.data, b.len);
        OK(ost_manifest_commit(scratch, m, &err));
        use();
        ost_buffer_free(&b);
    }
    ost_buffer_free(&good);
    ost_manifest_free(m);
}

START_TEST(test_hostile_small_segment_is_survived)
{
    attack(7, 1500);
}
END_TEST

START_TEST(test_hostile_segment_with_skips_is_survived)
{
    attack(300, 1000);
}
END_TEST

/* Changes the segment, with `value`, and makes it look as if it belonged. */
static void rewrite(void (*how)(ost_buffer *b, uint64_t value),
                    uint64_t value)
{
    ost_manifest *m;
    ost_buffer b;

    OK(ost_manifest_read(scratch, &m, &err));
    b = scratch_read(m->segments[0].file.name);
    how(&b, value);
    m->segments[0].file.checksum = seal_segment(&b);
    m->segments[0].documents = ost_get32(b.data + 12);
    scratch_write(m->segments[0].file.name, b.data, b.len);
    OK(ost_manifest_commit(scratch, m, &err));
    ost_buffer_free(&b);
    ost_manifest_free(m);
}

/* The length of all documents in the default field. */
static void put_length(ost_buffer *b, uint64_t length)
{
    const uint8_t *sections = b->data + b->len - OST_FOOTER_SIZE;

    ost_put64(b->data + ost_get64(sections + OST_SECTION_FIELDS * 16) + 4 + 24,
              length);
}

static void set_length(uint64_t length)
{
    rewrite(put_length, length);
}

static void put_documents(ost_buffer *b, uint64_t documents)
{
    uint8_t *footer = b->data + b->len - OST_FOOTER_SIZE;

    ost_put32(b->data + 12, (uint32_t)documents);
    ost_put32(footer + OST_N_SECTIONS * 16 + 16, (uint32_t)documents);
}

/* Makes a section begin, and go on, where all sections are. */
static void put_section_over_all(ost_buffer *b, uint64_t id)
{
    uint8_t *footer = b->data + b->len - OST_FOOTER_SIZE;
    const uint64_t pages_end = ost_get64(footer + OST_N_SECTIONS * 16);

    ost_put64(footer + id * 16, OST_HEADER_SIZE);
    ost_put64(footer + id * 16 + 8, pages_end - OST_HEADER_SIZE);
}

START_TEST(test_hostile_field_longer_than_can_be_is_refused)
{
    osteon_index *index;

    build(7);
    set_length((uint64_t)7 * ost_norm_decode(255));
    OK(osteon_index_open(scratch, &index, &err));
    osteon_index_close(index);
    set_length((uint64_t)7 * ost_norm_decode(255) + 1);
    ck_assert_int_eq(osteon_index_open(scratch, &index, &err),
                     OSTEON_CORRUPT);
}
END_TEST

START_TEST(test_hostile_field_shorter_than_deleted_is_refused)
{
    osteon_index_info info;
    osteon_index *index;
    osteon_writer *w;

    build(7);
    OK(osteon_writer_open(scratch, NULL, &w, &err));
    OK(osteon_writer_delete(w, "folder/0", 8, &err));
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
    set_length(1);
    OK(osteon_index_open(scratch, &index, &err));
    ck_assert_int_eq(osteon_index_info_get(index, &info, &err),
                     OSTEON_CORRUPT);
    osteon_index_close(index);
}
END_TEST

/* By readers and by writers, who would carry it into the next commit. */
static void expect_refused(const char *what)
{
    osteon_index *index;
    osteon_writer *w;

    ck_assert_int_eq(osteon_index_open(scratch, &index, &err),
                     OSTEON_CORRUPT);
    ck_assert_msg(strstr(err.text, what) != NULL, "%s", err.text);
    OK(osteon_writer_open(scratch, NULL, &w, &err));
    ck_assert_int_eq(osteon_writer_delete(w, "folder/0", 8, &err),
                     OSTEON_CORRUPT);
    osteon_writer_close(w);
}

/* A file of some KiB that would have a search of all documents but some go
 * through two thousand million. */
START_TEST(test_hostile_documents_that_the_file_cannot_hold_are_refused)
{
    build(7);
    rewrite(put_documents, OST_MAX_DOCUMENTS);
    expect_refused("wrong size");
}
END_TEST

START_TEST(test_hostile_manifest_with_other_deletes_is_refused)
{
    ost_manifest *m;
    osteon_writer *w;

    build(7);
    OK(osteon_writer_open(scratch, NULL, &w, &err));
    OK(osteon_writer_delete(w, "folder/1", 8, &err));
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
    OK(ost_manifest_read(scratch, &m, &err));
    m->segments[0].deleted = 2;
    OK(ost_manifest_commit(scratch, m, &err));
    ost_manifest_free(m);
    expect_refused("deleted");
}
END_TEST

/* Sizes that add up to more than the file would make what is left over for
 * its tables negative. */
START_TEST(test_hostile_sections_in_one_another_are_refused)
{
    build(7);
    rewrite(put_section_over_all, OST_SECTION_VALUES);
    expect_refused("in one another");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hostile_index");
    TCase *tc = tcase_create("hostile_index");

    tcase_add_unchecked_fixture(tc, scratch_make, scratch_remove);
    tcase_add_checked_fixture(tc, scratch_empty, NULL);
    tcase_set_timeout(tc, 600);
    tcase_add_test(tc, test_hostile_small_segment_is_survived);
    tcase_add_test(tc, test_hostile_segment_with_skips_is_survived);
    tcase_add_test(tc, test_hostile_field_longer_than_can_be_is_refused);
    tcase_add_test(tc, test_hostile_field_shorter_than_deleted_is_refused);
    tcase_add_test(
        tc, test_hostile_documents_that_the_file_cannot_hold_are_refused);
    tcase_add_test(tc, test_hostile_manifest_with_other_deletes_is_refused);
    tcase_add_test(tc, test_hostile_sections_in_one_another_are_refused);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
