/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The manifest in memory and as text: what is read back, what is refused, and
 * with which words. Committing is in test_manifest_commit.c.
 */
#include "manifest.h"
#include "scratch.h"
#include "text.h"
#include "run_suite.h"

#include <inttypes.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* The example of docs/format.md. */
#define EXAMPLE_HEAD                                                         \
    "osteon-manifest 3\n"                                                    \
    "generation 12\n"                                                        \
    "next-file 35\n"                                                         \
    "analyzer 1\n"                                                           \
    "title-weight 2\n"                                                       \
    "language english\n"
#define EXAMPLE_FILES                                                        \
    "sources src-00000034.ost 2735231 00000000deadbeef\n"                    \
    "segment seg-00000012.ost 4096 0123456789abcdef 1000\n"                  \
    "deletes del-00000033.ost 160 fedcba9876543210 17\n"                     \
    "segment seg-00000031.ost 8192 ffffffffffffffff 20\n"
#define EXAMPLE_CHECKSUM "checksum 1c4b6974ab3cfec4\n"

static ost_manifest *example(void)
{
    ost_manifest *m;

    ck_assert_int_eq(ost_manifest_new("english", &m, NULL), OSTEON_OK);
    m->generation = 12;
    m->title_weight = 2;
    m->next_file = 35;
    m->analyzer = 1; /* whatever the rules are by now */
    ck_assert_int_eq(ost_file_ref_set(&m->sources, "src-00000034.ost",
                                      2735231, 0xdeadbeef, NULL),
                     OSTEON_OK);
    ck_assert_int_eq(ost_manifest_add(m, "seg-00000012.ost", 4096,
                                      0x0123456789abcdef, 1000, NULL),
                     OSTEON_OK);
    ck_assert_int_eq(ost_file_ref_set(&m->segments[0].deletes,
                                      "del-00000033.ost", 160,
                                      0xfedcba9876543210, NULL),
                     OSTEON_OK);
    m->segments[0].deleted = 17;
    ck_assert_int_eq(ost_manifest_add(m, "seg-00000031.ost", 8192,
                                      UINT64_MAX, 20, NULL),
                     OSTEON_OK);
    return m;
}

static void expect_same_ref(const ost_file_ref *a, const ost_file_ref *b)
{
    ck_assert_pstr_eq(a->name, b->name);
    ck_assert_uint_eq(a->size, b->size);
    ck_assert_uint_eq(a->checksum, b->checksum);
}

static void expect_same(const ost_manifest *a, const ost_manifest *b)
{
    ck_assert_uint_eq(a->generation, b->generation);
    ck_assert_uint_eq(a->next_file, b->next_file);
    ck_assert_uint_eq(a->analyzer, b->analyzer);
    ck_assert_uint_eq(a->title_weight, b->title_weight);
    ck_assert_str_eq(a->language, b->language);
    expect_same_ref(&a->sources, &b->sources);
    ck_assert_uint_eq(a->n_segments, b->n_segments);
    for (size_t i = 0; i < a->n_segments; i++) {
        expect_same_ref(&a->segments[i].file, &b->segments[i].file);
        expect_same_ref(&a->segments[i].deletes, &b->segments[i].deletes);
        ck_assert_uint_eq(a->segments[i].documents, b->segments[i].documents);
        ck_assert_uint_eq(a->segments[i].deleted, b->segments[i].deleted);
    }
}

/* Writes a MANIFEST of these bytes and their right checksum. */
static void write_sealed(const char *text, size_t len)
{
    ost_buffer b = {0};

    ost_buffer_add(&b, text, len);
    ost_buffer_printf(&b, "checksum %016" PRIx64 "\n",
                      (uint64_t)XXH3_64bits(text, len));
    scratch_write("MANIFEST", b.data, b.len);
    ost_buffer_free(&b);
}

static osteon_error expect_refused(osteon_status status)
{
    ost_manifest *m;
    osteon_error err;

    ck_assert_int_eq(ost_manifest_read(scratch, &m, &err), status);
    ck_assert_int_eq(err.status, status);
    ck_assert_ptr_null(m);
    ck_assert_ptr_nonnull(strstr(err.text, scratch));
    return err;
}

START_TEST(test_manifest_example_is_parsed)
{
    static const char text[] = EXAMPLE_HEAD EXAMPLE_FILES EXAMPLE_CHECKSUM;
    ost_manifest *expected = example(), *m;
    ost_manifest_fault where;

    ck_assert_int_eq(ost_manifest_parse(text, sizeof text - 1, &m, &where),
                     OSTEON_OK);
    expect_same(m, expected);
    ost_manifest_free(m);
    ost_manifest_free(expected);
}
END_TEST

START_TEST(test_manifest_example_is_written_to_the_byte)
{
    ost_manifest *m = example();
    ost_buffer text;

    ck_assert_int_eq(ost_manifest_commit(scratch, m, NULL), OSTEON_OK);
    text = scratch_read("MANIFEST");
    ost_buffer_add_byte(&text, 0);
    ck_assert_str_eq((char *)text.data,
                     EXAMPLE_HEAD EXAMPLE_FILES EXAMPLE_CHECKSUM);
    ost_buffer_free(&text);
    ost_manifest_free(m);
}
END_TEST

START_TEST(test_manifest_random_ones_round_trip)
{
    uint64_t state = (uint64_t)_i;
    ost_manifest *m, *again;
    char name[OST_FILE_NAME];
    osteon_status s = ost_manifest_new("none", &m, NULL);

    m->generation = 1 + (scratch_random(&state) >> 1) % INT64_MAX;
    m->next_file = _i % 2 ? 1 : 99999990;
    if (_i % 3) {
        ost_manifest_next_name(m, "src", name);
        s = s ? s : ost_file_ref_set(&m->sources, name, INT64_MAX, 0, NULL);
    }
    for (uint64_t n = scratch_random(&state) % 40; n > 0; n--) {
        ost_manifest_segment *last;
        ost_manifest_next_name(m, "seg", name);
        s = s ? s
              : ost_manifest_add(m, name, scratch_random(&state) >> 1,
                                 scratch_random(&state),
                                 1 + (uint32_t)(scratch_random(&state) >> 40),
                                 NULL);
        ck_assert_int_eq(s, OSTEON_OK);
        last = &m->segments[m->n_segments - 1];
        if (scratch_random(&state) % 2 == 0)
            continue;
        ost_manifest_next_name(m, "del", name);
        s = ost_file_ref_set(&last->deletes, name, n, n, NULL);
        last->deleted = last->documents;
    }
    ck_assert_int_eq(s, OSTEON_OK);
    ck_assert_int_eq(ost_manifest_commit(scratch, m, NULL), OSTEON_OK);
    ck_assert_int_eq(ost_manifest_read(scratch, &again, NULL), OSTEON_OK);
    expect_same(again, m);
    ost_manifest_free(again);
    ck_assert_int_eq(ost_manifest_copy(m, &again, NULL), OSTEON_OK);
    expect_same(again, m);
    ost_manifest_free(m);
    ost_manifest_free(again);
}
END_TEST

START_TEST(test_manifest_remove_and_replace_keep_the_others)
{
    ost_manifest *m = example();

    ost_manifest_remove(m, 0);
    ck_assert_uint_eq(m->n_segments, 1);
    ck_assert_str_eq(m->segments[0].file.name, "seg-00000031.ost");
    /* A name may be given by the reference's own. */
    ck_assert_int_eq(ost_file_ref_set(&m->sources, m->sources.name, 7, 8,
                                      NULL),
                     OSTEON_OK);
    ck_assert_str_eq(m->sources.name, "src-00000034.ost");
    ck_assert_int_eq(ost_file_ref_set(&m->sources, NULL, 7, 8, NULL),
                     OSTEON_OK);
    ck_assert_ptr_null(m->sources.name);
    ck_assert_uint_eq(m->sources.size, 0);
    ost_manifest_remove(m, 0);
    ck_assert_uint_eq(m->n_segments, 0);
    ost_manifest_free(m);
    ost_manifest_free(NULL);
}
END_TEST

START_TEST(test_manifest_cut_at_every_length_is_corrupt)
{
    ost_buffer whole;

    write_sealed(EXAMPLE_HEAD EXAMPLE_FILES,
                 strlen(EXAMPLE_HEAD EXAMPLE_FILES));
    scratch_write("LOCK", "", 0);
    whole = scratch_read("MANIFEST");
    for (size_t len = 0; len < whole.len; len++) {
        scratch_write("MANIFEST", whole.data, len);
        expect_refused(OSTEON_CORRUPT);
    }
    ost_buffer_add_byte(&whole, '\n');
    scratch_write("MANIFEST", whole.data, whole.len);
    expect_refused(OSTEON_CORRUPT);
    ost_buffer_free(&whole);
}
END_TEST

START_TEST(test_manifest_each_bit_flipped_is_refused)
{
    ost_buffer whole;

    write_sealed(EXAMPLE_HEAD EXAMPLE_FILES,
                 strlen(EXAMPLE_HEAD EXAMPLE_FILES));
    scratch_write("LOCK", "", 0);
    whole = scratch_read("MANIFEST");
    for (size_t i = 0; i < whole.len * 8; i++) {
        const size_t digit = strlen("osteon-manifest ");
        char *byte = (char *)&whole.data[i / 8];
        *byte = (char)(*byte ^ 1 << i % 8);
        scratch_write("MANIFEST", whole.data, whole.len);
        expect_refused(i / 8 == digit && *byte >= '1' && *byte <= '9'
                           ? OSTEON_VERSION
                           : OSTEON_CORRUPT);
        *byte = (char)(*byte ^ 1 << i % 8);
    }
    ost_buffer_free(&whole);
}
END_TEST

#define SEG(name, rest) EXAMPLE_HEAD "segment " name " " rest "\n"
#define HEAD(generation, next, analyzer, weight, language)                   \
    "osteon-manifest 3\ngeneration " generation "\nnext-file " next           \
    "\nanalyzer " analyzer "\ntitle-weight " weight "\nlanguage " language    \
    "\n"
#define SUM "0123456789abcdef"

/* Texts that only a hostile hand gives a right checksum. */
static const char *const malformed[] = {
    /* names that lead elsewhere, or are not of the kind */
    SEG("../seg-00000001.ost", "1 " SUM " 1"),
    SEG("/etc/seg-1.ost", "1 " SUM " 1"),
    SEG("seg-1/../2.ost", "1 " SUM " 1"),
    SEG("seg-.ost", "1 " SUM " 1"),
    SEG("seg-1.osx", "1 " SUM " 1"),
    SEG("seg-1.ost.", "1 " SUM " 1"),
    SEG("Seg-1.ost", "1 " SUM " 1"),
    SEG("seg-00000000000000000000000000000001.ost", "1 " SUM " 1"),
    SEG("del-1.ost", "1 " SUM " 1"),
    SEG("", "1 " SUM " 1"),
    SEG("seg-35.ost", "1 " SUM " 1"), /* next-file */
    SEG("seg-9999999999999999999.ost", "1 " SUM " 1"),
    /* numbers */
    SEG("seg-1.ost", "01 " SUM " 1"),
    SEG("seg-1.ost", "+1 " SUM " 1"),
    SEG("seg-1.ost", "-1 " SUM " 1"),
    SEG("seg-1.ost", " " SUM " 1"),
    SEG("seg-1.ost", "9223372036854775808 " SUM " 1"),
    SEG("seg-1.ost", "18446744073709551617 " SUM " 1"),
    SEG("seg-1.ost", "1 0123456789ABCDEF 1"),
    SEG("seg-1.ost", "1 123456789abcdef 1"),
    SEG("seg-1.ost", "1 " SUM " 2147483648"),
    SEG("seg-1.ost", "1 " SUM " "),
    SEG("seg-1.ost", "1 " SUM),
    SEG("seg-1.ost", "1 " SUM " 1 "),
    SEG("seg-1.ost", "1 " SUM " 1\r"),
    SEG("seg-1.ost", "1  " SUM " 1"),
    /* documents of all segments; names given twice */
    SEG("seg-1.ost", "1 " SUM " 2147483647\nsegment seg-2.ost 1 " SUM " 1"),
    SEG("seg-1.ost", "1 " SUM " 1\nsegment seg-1.ost 1 " SUM " 1"),
    SEG("seg-1.ost", "1 " SUM " 2\ndeletes del-2.ost 1 " SUM " 1\n"
                     "segment seg-2.ost 1 " SUM " 2\n"
                     "deletes del-2.ost 1 " SUM " 1"),
    /* deletes */
    SEG("seg-1.ost", "1 " SUM " 2\ndeletes del-2.ost 1 " SUM " 0"),
    SEG("seg-1.ost", "1 " SUM " 2\ndeletes del-2.ost 1 " SUM " 3"),
    SEG("seg-1.ost", "1 " SUM " 2\ndeletes src-2.ost 1 " SUM " 1"),
    SEG("seg-1.ost", "1 " SUM " 2\ndeletes del-2.ost 1 " SUM " 1\n"
                     "deletes del-3.ost 1 " SUM " 1"),
    EXAMPLE_HEAD "deletes del-2.ost 1 " SUM " 1\n",
    /* lines unknown, missing, twice, out of place */
    EXAMPLE_HEAD "colour blue\n",
    EXAMPLE_HEAD "\n",
    EXAMPLE_HEAD "language english\n",
    EXAMPLE_HEAD "sources src-1.ost 1 " SUM "\nsources src-2.ost 1 " SUM "\n",
    SEG("seg-1.ost", "1 " SUM " 1\nsources src-1.ost 1 " SUM),
    EXAMPLE_HEAD "sources src-1.ost 1 " SUM " 1\n",
    "osteon-manifest 3\n",
    "osteon-manifest 03\n",
    "osteon-manifest 3 \n",
    "osteon-manifest 4294967296\n",
    HEAD("1\ngeneration 1", "1", "1", "1", "english"),
    HEAD("0", "1", "1", "1", "english"),
    HEAD("1", "0", "1", "1", "english"),
    HEAD("1", "1", "4294967296", "1", "english"),
    HEAD("1", "1", "1", "1.5", "english"),
    HEAD("1", "1", "1", "1001", "english"),
    HEAD("1", "1", "1", "1", ""),
    HEAD("1", "1", "1", "1", "../x"),
    HEAD("1", "1", "1", "1", "abcdefghijklmnopqrstuvwxyzabcdefg"),
    HEAD("1", "1", "1\nanalyzer 1", "1", "english"),
};

START_TEST(test_manifest_malformed_under_right_checksum_is_corrupt)
{
    const char *text = malformed[_i];

    write_sealed(text, strlen(text));
    expect_refused(OSTEON_CORRUPT);
}
END_TEST

START_TEST(test_manifest_with_nul_under_right_checksum_is_corrupt)
{
    static const char text[] = EXAMPLE_HEAD "\0";

    write_sealed(text, sizeof text - 1);
    expect_refused(OSTEON_CORRUPT);
}
END_TEST

START_TEST(test_manifest_over_64_mib_is_corrupt)
{
    osteon_error err;

    write_sealed(EXAMPLE_HEAD, strlen(EXAMPLE_HEAD));
    ck_assert_int_eq(truncate(scratch_path("MANIFEST"), (64 << 20) + 1), 0);
    err = expect_refused(OSTEON_CORRUPT);
    ck_assert_ptr_nonnull(strstr(err.text, "too large"));
}
END_TEST

START_TEST(test_manifest_of_newer_format_names_both_versions)
{
    static const char text[] = "osteon-manifest 4\nanything \xff\n";
    char expected[400];
    osteon_error err;

    scratch_write("MANIFEST", text, sizeof text - 1);
    err = expect_refused(OSTEON_VERSION);
    snprintf(expected, sizeof expected,
             "%s: made with index format 4; this osteon reads up to %d",
             scratch, OSTEON_FORMAT_VERSION);
    ck_assert_str_eq(err.text, expected);
}
END_TEST

START_TEST(test_manifest_of_older_format_tells_to_rebuild)
{
    static const char text[] = "osteon-manifest 2\nanything";
    char expected[400];
    osteon_error err;

    scratch_write("MANIFEST", text, sizeof text - 1);
    err = expect_refused(OSTEON_VERSION);
    snprintf(expected, sizeof expected,
             "%s: made with index format 2, this osteon reads %d: rebuild "
             "with osteon-index --rebuild",
             scratch, OSTEON_FORMAT_VERSION);
    ck_assert_str_eq(err.text, expected);
}
END_TEST

START_TEST(test_manifest_of_other_analyzer_names_both_versions)
{
    char text[400], expected[400];
    osteon_error err;

    snprintf(text, sizeof text,
             "osteon-manifest 3\ngeneration 1\nnext-file 1\nanalyzer %d\n"
             "title-weight 2\nlanguage english\n",
             OST_ANALYZER_VERSION + 1);
    write_sealed(text, strlen(text));
    err = expect_refused(OSTEON_VERSION);
    snprintf(expected, sizeof expected,
             "%s: analysed with rules version %d, this osteon has version "
             "%d: rebuild with osteon-index --rebuild",
             scratch, OST_ANALYZER_VERSION + 1, OST_ANALYZER_VERSION);
    ck_assert_str_eq(err.text, expected);
}
END_TEST

static void expect_text(osteon_error err, const char *reason)
{
    char expected[400];

    snprintf(expected, sizeof expected, "%s: %s", scratch, reason);
    ck_assert_str_eq(err.text, expected);
}

START_TEST(test_manifest_missing_tells_what_the_folder_is)
{
    expect_text(expect_refused(OSTEON_NOT_INDEX),
                "not an index: the folder is empty");
    scratch_write("notes.txt", "", 0);
    expect_text(expect_refused(OSTEON_NOT_INDEX),
                "not an index: it has no MANIFEST");
    scratch_write("seg-00000001.ost", "", 0);
    expect_text(expect_refused(OSTEON_NOT_INDEX),
                "not an index: it has files of one but no MANIFEST (never "
                "committed, or lost)");
}
END_TEST

START_TEST(test_manifest_of_others_is_not_index_unless_files_are_ours)
{
    scratch_write("MANIFEST", "Name: ant\n", 10);
    scratch_write("seg-notes.txt", "", 0);
    expect_text(expect_refused(OSTEON_NOT_INDEX),
                "not an index: its MANIFEST is not Osteon's");
    scratch_write("MANIFEST", "", 0);
    expect_refused(OSTEON_NOT_INDEX);
    scratch_write("LOCK", "", 0);
    expect_refused(OSTEON_CORRUPT);
    unlink(scratch_path("LOCK"));
    scratch_write("seg-00000001.ost", "", 0);
    expect_refused(OSTEON_CORRUPT);
}
END_TEST

START_TEST(test_manifest_folder_missing_is_not_found)
{
    ost_manifest *m;
    osteon_error err;
    char text[600];

    ck_assert_int_eq(ost_manifest_read(scratch_path("none"), &m, &err),
                     OSTEON_NOT_FOUND);
    snprintf(text, sizeof text, "%s: no such folder", scratch_path("none"));
    ck_assert_str_eq(err.text, text);
    scratch_write("file", "", 0);
    ck_assert_int_eq(ost_manifest_read(scratch_path("file"), &m, &err),
                     OSTEON_NOT_INDEX);
    ck_assert_int_eq(ost_manifest_read(scratch_path("file/x"), &m, &err),
                     OSTEON_NOT_FOUND);
    mkdir(scratch_path("MANIFEST"), 0777);
    expect_refused(OSTEON_IO);
}
END_TEST

START_TEST(test_manifest_each_allocation_failing_is_no_memory)
{
    ost_manifest *m, *from = example();
    unsigned long at = 1;
    osteon_status s;

    from->analyzer = OST_ANALYZER_VERSION;
    ck_assert_int_eq(ost_manifest_commit(scratch, from, NULL), OSTEON_OK);
    do {
        ost_alloc_fail_at(at++);
        s = _i ? ost_manifest_copy(from, &m, NULL)
               : ost_manifest_read(scratch, &m, NULL);
        ost_alloc_fail_at(0);
        if (s != OSTEON_OK) {
            ck_assert_int_eq(s, OSTEON_NO_MEMORY);
            ck_assert_ptr_null(m);
        }
    } while (s != OSTEON_OK);
    ck_assert_uint_gt(at, 7);
    expect_same(m, from);
    ost_manifest_free(m);
    ost_manifest_free(from);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("manifest");
    TCase *tc = scratch_case(suite, "round trip");

    tcase_add_test(tc, test_manifest_example_is_parsed);
    tcase_add_test(tc, test_manifest_example_is_written_to_the_byte);
    tcase_add_loop_test(tc, test_manifest_random_ones_round_trip, 0, 40);
    tcase_add_test(tc, test_manifest_remove_and_replace_keep_the_others);
    tc = scratch_case(suite, "damage");
    tcase_add_test(tc, test_manifest_cut_at_every_length_is_corrupt);
    tcase_add_test(tc, test_manifest_each_bit_flipped_is_refused);
    tcase_add_loop_test(
        tc, test_manifest_malformed_under_right_checksum_is_corrupt, 0,
        (int)(sizeof malformed / sizeof *malformed));
    tcase_add_test(tc, test_manifest_with_nul_under_right_checksum_is_corrupt);
    tcase_add_test(tc, test_manifest_over_64_mib_is_corrupt);
    tc = scratch_case(suite, "refusal");
    tcase_add_test(tc, test_manifest_of_newer_format_names_both_versions);
    tcase_add_test(tc, test_manifest_of_older_format_tells_to_rebuild);
    tcase_add_test(tc, test_manifest_of_other_analyzer_names_both_versions);
    tcase_add_test(tc, test_manifest_missing_tells_what_the_folder_is);
    tcase_add_test(
        tc, test_manifest_of_others_is_not_index_unless_files_are_ours);
    tcase_add_test(tc, test_manifest_folder_missing_is_not_found);
    tcase_add_loop_test(
        tc, test_manifest_each_allocation_failing_is_no_memory, 0, 2);
    return run_suite(suite);
}
