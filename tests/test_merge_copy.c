/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Merging segments, with any of their documents deleted, by one thread or
 * several, against an index of the living ones made in one go: the same
 * answers, and the same bytes of postings, skip tables and positions. And what
 * a merge does without memory, and with damaged segments.
 */
#include "commit.h"
#include "documents.h"
#include "merge.h"
#include "run_suite.h"
#include "writer_fixture.h"

#define MOST_SEGMENTS 8
#define LONGEST 8192

static ost_snapshot *snap;

/* Document `number`: common and rare words, some joined forms, which have no
 * positions, some documents with one word very often, and fields that not all
 * have. */
static void add_made(osteon_writer *w, uint32_t number)
{
    const bool often = number % 50 == 7, has_note = number / 100 == 2;
    uint64_t state = number * UINT64_C(77) + 5;
    const uint32_t n = (uint32_t)(scratch_random(&state) % 90);
    char id[32], *body = malloc(LONGEST);
    size_t len = 0;
    osteon_field fields[2] = {
        {.name = "kind", .name_len = 4, .text = "rare kind of it",
         .text_len = number % 3 == 0 ? 15 : 9},
        {.name = "note", .name_len = 4, .text = "anti-note common1 PD-1",
         .text_len = 22}};
    osteon_document doc = {.id = id, .title = "a common title",
                           .title_len = number % 4 ? 14 : 0, .body = body,
                           .fields = fields, .n_fields = 1 + has_note};

    ck_assert_ptr_nonnull(body);
    doc.id_len = (size_t)sprintf(id, "folder/d%u", number);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t word = (uint32_t)(scratch_random(&state) % 1000);
        len += (size_t)sprintf(body + len, "%s%u ",
                               word < 20 ? "anti-PD-" : "common",
                               word < 900 ? word % 8 : word);
        if (word % 5 == 0)
            len += (size_t)sprintf(body + len, "once%u ", number * 100 + i);
    }
    for (uint32_t i = 0; i < 200 && often; i++)
        len += (size_t)sprintf(body + len, "often%s ", i % 7 ? "" : " x");
    doc.body_len = len;
    doc.stored = number % 2 ? body : NULL;
    doc.stored_len = number % 2 ? len : 0;
    OK(osteon_writer_add(w, &doc, &err));
    free(body);
}

/* An index of segments of so many documents, opened as `snap`. */
static void build(const uint32_t *sizes, uint32_t n)
{
    const osteon_writer_options options = {.rebuild = true, .threads = 1};
    osteon_writer *w = open_writer(&options);

    for (uint32_t i = 0, number = 0; i < n; i++) {
        for (uint32_t k = 0; k < sizes[i]; k++)
            add_made(w, number++);
        OK(osteon_writer_commit(w, &err));
    }
    osteon_writer_close(w);
    OK(ost_snapshot_open(scratch, &snap, &err));
    ck_assert_uint_eq(snap->n_segments, n);
}

/* Deletes about one of `each` documents of a segment; 0: none, 1: all. */
static void delete_some(ost_segment *seg, uint32_t each, uint64_t *state)
{
    uint64_t *bits = ost_calloc(seg->n_documents / 64 + 1, sizeof *bits);
    uint32_t n = 0;

    ck_assert_ptr_nonnull(bits);
    for (uint32_t d = 0; d < seg->n_documents && each > 0; d++)
        if (scratch_random(state) % each == 0) {
            bits[d / 64] |= UINT64_C(1) << d % 64;
            n++;
        }
    ost_segment_set_deleted(seg, bits, n);
}

/* Merges all segments into the file "merged". */
static osteon_status merge(unsigned threads, const uint32_t *order,
                           ost_merge_job *job, osteon_error *error)
{
    *job = (ost_merge_job){.segments = snap->segments,
                           .n = snap->n_segments,
                           .folder = scratch,
                           .path = scratch_path("merged"),
                           .threads = threads,
                           .order = order};
    return ost_merge_segments(job, error);
}

/* Documents, then postings, in order, of segments. */
static char *dump_of(ost_segment *const *segments, uint32_t n)
{
    ost_buffer docs = {0}, lines = {0};
    uint32_t next = 0;
    size_t n_lines = 0;
    char **sorted;

    for (uint32_t i = 0; i < n; i++)
        OK(dump_segment(segments[i], &next, &docs, &lines, &err));
    sorted = malloc((lines.len + 1) * sizeof *sorted);
    ck_assert_ptr_nonnull(sorted);
    for (size_t at = 0; at < lines.len;
         at += strlen((char *)lines.data + at) + 1)
        sorted[n_lines++] = (char *)lines.data + at;
    if (n_lines > 0)
        qsort(sorted, n_lines, sizeof *sorted, dump_compare);
    for (size_t i = 0; i < n_lines; i++)
        ost_buffer_printf(&docs, "%s\n", sorted[i]);
    ost_buffer_add_byte(&docs, 0);
    ck_assert(!docs.failed);
    ost_buffer_free(&lines);
    free(sorted);
    return (char *)docs.data;
}

static ost_segment *open_merged(const ost_merge_job *job)
{
    ost_segment *seg;

    OK(ost_segment_open(scratch_path("merged"), job->size, job->checksum,
                        &seg, &err));
    return seg;
}

static void expect_section(ost_segment *a, ost_segment *b, ost_section_id id)
{
    const uint64_t size = ost_section_size(a, id);

    ck_assert_msg(size == ost_section_size(b, id), "size of section %d", id);
    if (size > 0)
        ck_assert_msg(memcmp(ost_section_get(a, id, 0, size, &err),
                             ost_section_get(b, id, 0, size, &err),
                             size) == 0,
                      "bytes of section %d", id);
}

/* No text is stored but that of documents that are there. */
static void expect_no_other_text(ost_segment *seg)
{
    const uint64_t n = ost_section_size(seg, OST_SECTION_STORED_INDEX) / 8;
    uint64_t bytes = 0;

    for (uint32_t d = 0; d < seg->n_documents; d++) {
        ost_record r;
        OK(ost_record_get(seg, d, &r, &err));
        bytes += r.stored_len;
        ost_record_free(&r);
    }
    for (uint64_t i = 0; i < n; i++) {
        ost_stored_block b;
        OK(ost_stored_block_get(seg, i, &b, &err));
        bytes -= b.raw_size;
    }
    ck_assert_uint_eq(bytes, 0);
}

/* Merges by 1, 2 and 4 threads, and compares with an index in a folder of its
 * own, of the documents whose numbers come. */
static void expect_as_in_one_go(const uint32_t *numbers, uint32_t n,
                                const uint32_t *order)
{
    static const ost_section_id same[] = {
        OST_SECTION_POSTINGS,   OST_SECTION_SKIPS,     OST_SECTION_POSITIONS,
        OST_SECTION_VALUES,     OST_SECTION_IDS,       OST_SECTION_TEXT_CODE,
        OST_SECTION_DICTIONARY, OST_SECTION_DIRECTORY, OST_SECTION_NORMS,
        OST_SECTION_FIELDS};
    const osteon_writer_options options = {.threads = 1};
    char folder[300], *expected, *got;
    osteon_writer *w;
    ost_snapshot *fresh;

    snprintf(folder, sizeof folder, "%s/fresh", scratch);
    OK(osteon_writer_open(folder, &options, &w, &err));
    for (uint32_t i = 0; i < n; i++)
        add_made(w, numbers[i]);
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
    OK(ost_snapshot_open(folder, &fresh, &err));
    expected = dump_of(fresh->segments, fresh->n_segments);
    for (unsigned threads = 1; threads <= 4; threads *= 2) {
        ost_merge_job job;
        ost_segment *merged;
        size_t n_same;
        OK(merge(threads, order, &job, &err));
        ck_assert_uint_eq(job.documents, n);
        if (n == 0)
            continue;
        merged = open_merged(&job);
        got = dump_of(&merged, 1);
        ck_assert_str_eq(got, expected);
        expect_no_other_text(merged);
        /* Cuts between pieces end blocks of the dictionary; and a field stays
         * when its last document goes. */
        n_same = threads > 1 ? 6 : 8;
        if (threads == 1 && merged->n_fields == fresh->segments[0]->n_fields)
            n_same = 10;
        for (size_t i = 0; i < n_same; i++)
            expect_section(merged, fresh->segments[0], same[i]);
        free(got);
        ost_segment_close(merged);
    }
    free(expected);
    ost_snapshot_close(fresh);
    scratch_remove_folder(AT_FDCWD, folder);
}

START_TEST(test_merge_copy_equals_build_in_one_go)
{
    static const uint32_t sizes[] = {300, 1, 129, 256, 40, 128};
    /* Of each segment: how many documents stay for one deleted, 0: all. */
    static const uint8_t deletes[][6] = {
        {0, 0, 0, 0, 0, 0},  {20, 1, 0, 0, 3, 2},   {0, 0, 1, 9, 0, 0},
        {2, 2, 2, 2, 2, 2},  {100, 0, 30, 0, 1, 0}, {1, 1, 1, 1, 1, 1},
        {1, 1, 1, 50, 1, 1}, {0, 0, 0, 1, 1, 1}};
    uint32_t numbers[900], n = 0, number = 0;
    uint64_t state = (uint64_t)_i;

    build(sizes, 6);
    for (uint32_t i = 0; i < 6; i++) {
        ost_segment *seg = snap->segments[i];
        if (deletes[_i][i] > 0)
            delete_some(seg, deletes[_i][i], &state);
        for (uint32_t d = 0; d < sizes[i]; d++, number++)
            if (!ost_bit(seg->deleted, d))
                numbers[n++] = number;
    }
    expect_as_in_one_go(numbers, n, NULL);
    ost_snapshot_close(snap);
}
END_TEST

START_TEST(test_merge_copy_in_any_order)
{
    static const uint32_t size = 700;
    uint32_t order[700];
    uint64_t state = 3;

    build(&size, 1);
    for (uint32_t i = 0; i < size; i++) {
        const uint32_t k = (uint32_t)(scratch_random(&state) % (i + 1));
        order[i] = order[k];
        order[k] = i;
    }
    expect_as_in_one_go(order, size, order);
    ost_snapshot_close(snap);
}
END_TEST

/* Enough terms that several pieces are cut inside one field. */
START_TEST(test_merge_copy_of_many_terms)
{
    static const uint32_t sizes[] = {1500, 2000};
    char *expected, *got;

    build(sizes, 2);
    expected = dump_of(snap->segments, 2);
    for (unsigned threads = 1; threads <= 4; threads *= 2) {
        ost_merge_job job;
        ost_segment *merged;
        OK(merge(threads, NULL, &job, &err));
        merged = open_merged(&job);
        ck_assert_uint_gt(merged->fields[0].n_terms, 25000);
        got = dump_of(&merged, 1);
        ck_assert_msg(strcmp(got, expected) == 0, "%u threads", threads);
        free(got);
        ost_segment_close(merged);
    }
    free(expected);
    ost_snapshot_close(snap);
}
END_TEST

START_TEST(test_merge_copy_without_memory)
{
    static const uint32_t sizes[] = {70, 9};
    unsigned long at = 1, failures = 0;
    osteon_status s;

    build(sizes, _i == 2 ? 1 : 2);
    do {
        static uint32_t order[70];
        ost_merge_job job;
        bool left;
        for (uint32_t i = 0; i < 70; i++)
            order[i] = 69 - i;
        ost_alloc_fail_at(at++);
        s = merge(1 + (_i == 1), _i == 2 ? order : NULL, &job, &err);
        left = ost_alloc_fail_at(0) > 0;
        ck_assert_int_eq(s, left ? OSTEON_OK : OSTEON_NO_MEMORY);
        ck_assert(scratch_has("merged") == (s == OSTEON_OK));
        failures += s != OSTEON_OK;
        if (left)
            break;
        unlink(scratch_path("merged"));
    } while (true);
    ck_assert_uint_gt(failures, 100);
    ost_snapshot_close(snap);
}
END_TEST

/* Each byte of a segment flipped: the merge says so and leaves no file, or did
 * not need the byte. */
START_TEST(test_merge_copy_of_damaged_segment)
{
    static const uint32_t sizes[] = {6, 3};
    char name[64], *expected;
    ost_manifest *m;
    ost_buffer bytes;
    size_t found = 0;

    build(sizes, 2);
    expected = dump_of(snap->segments, 2);
    ost_snapshot_close(snap);
    OK(ost_manifest_read(scratch, &m, &err));
    snprintf(name, sizeof name, "%s", m->segments[0].file.name);
    ost_manifest_free(m);
    bytes = scratch_read(name);
    for (size_t i = 0; i < bytes.len; i++) {
        ost_merge_job job;
        osteon_status s;
        bytes.data[i] ^= (uint8_t)(1u << i % 8);
        scratch_write(name, bytes.data, bytes.len);
        bytes.data[i] ^= (uint8_t)(1u << i % 8);
        unlink(scratch_path("merged"));
        if (ost_snapshot_open(scratch, &snap, &err) != OSTEON_OK) {
            found++;
            continue;
        }
        s = merge(1 + i % 2, NULL, &job, &err);
        if (s == OSTEON_OK) {
            ost_segment *merged = open_merged(&job);
            char *got = dump_of(&merged, 1);
            ck_assert_str_eq(got, expected);
            free(got);
            ost_segment_close(merged);
        } else {
            ck_assert_int_eq(s, OSTEON_CORRUPT);
            ck_assert_ptr_nonnull(strstr(err.text, name));
            ck_assert(!scratch_has("merged"));
            found++;
        }
        ost_snapshot_close(snap);
    }
    /* All but the table of ids, which a merge makes anew, and padding. */
    ck_assert_uint_gt(found, bytes.len * 3 / 4);
    ost_buffer_free(&bytes);
    free(expected);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("merge_copy");
    TCase *tc = scratch_case(suite, "merge_copy");

    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, test_merge_copy_equals_build_in_one_go, 0, 8);
    tcase_add_test(tc, test_merge_copy_in_any_order);
    tcase_add_test(tc, test_merge_copy_of_many_terms);
    tcase_add_loop_test(tc, test_merge_copy_without_memory, 0, 3);
    tcase_add_test(tc, test_merge_copy_of_damaged_segment);
    return run_suite(suite);
}
