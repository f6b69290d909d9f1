/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A spool gives back what was appended, whether it stayed in memory or was
 * spilled, and leaves no file behind.
 */
#include "scratch.h"
#include "segment.h"
#include "spool.h"
#include "run_suite.h"

#include <sys/resource.h>

static osteon_error err;

/* Reads all words in pieces of few and of as many as can be. */
static void read_pieces(const ost_spool *spool, uint32_t n)
{
    ost_spool_reader r = {.spool = spool};
    uint32_t at = 0, wrong = 0;

    while (at < n) {
        const uint32_t most = at % 3 ? 100 : OST_SPOOL_PIECE / 4;
        const uint32_t words = n - at < most ? n - at : most;
        const uint8_t *bytes;
        ck_assert_int_eq(ost_spool_read(&r, words * 4, &bytes, &err), 0);
        for (uint32_t i = 0; i < words; i++, at++)
            wrong += ost_get32(bytes + i * 4) != at * 2654435761u;
    }
    ck_assert_uint_eq(wrong, 0);
    ost_spool_reader_free(&r);
}

/* Appends `total` bytes in odd pieces and reads them back from a segment. */
static void round_trip(size_t total, bool spills)
{
    ost_spill spill;
    ost_spool spool = {.spill = &spill};
    ost_field field = {.name = (char[1]){0}};
    ost_segment_writer *w;
    ost_buffer fields = {0};
    ost_segment *segment;
    const uint8_t *bytes;
    uint64_t size, checksum;
    uint32_t at = 0;

    ost_spill_init(&spill, scratch);
    while (ost_spool_at(&spool) < total) {
        for (int i = 0; i < 1000; i++) {
            uint8_t word[4];
            ost_put32(word, at++ * 2654435761u);
            ost_buffer_add(&spool.tail, word, sizeof word);
        }
        ck_assert_int_eq(ost_spool_relieve(&spool, &err), 0);
    }
    ck_assert_int_eq(spill.fd >= 0, spills);
    read_pieces(&spool, at);
    ck_assert_int_eq(
        ost_segment_writer_open(scratch_path("s"), 0, &w, &err), 0);
    ck_assert_int_eq(
        ost_spool_copy(&spool, w, OST_SECTION_POSTINGS, &err), 0);
    ost_fields_put(&fields, &field, 1);
    ck_assert_int_eq(ost_segment_writer_add(w, OST_SECTION_FIELDS,
                                            fields.data, fields.len, &err),
                     0);
    ck_assert_int_eq(ost_segment_writer_finish(w, &size, &checksum, &err), 0);
    ost_segment_writer_close(w);
    ck_assert_msg(ost_segment_open(scratch_path("s"), size, checksum,
                                   &segment, &err) == 0,
                  "%s", err.text);
    ck_assert_uint_eq(ost_section_size(segment, OST_SECTION_POSTINGS),
                      (uint64_t)at * 4);
    bytes = ost_section_get(segment, OST_SECTION_POSTINGS, 0,
                            (uint64_t)at * 4, &err);
    ck_assert_ptr_nonnull(bytes);
    for (uint32_t i = 0; i < at; i++)
        ck_assert_uint_eq(ost_get32(bytes + (size_t)i * 4), i * 2654435761u);
    ost_segment_close(segment);
    ost_spool_free(&spool);
    ost_spill_free(&spill);
    ost_buffer_free(&fields);
}

START_TEST(test_spool_small_stays_in_memory)
{
    round_trip(100000, false);
}
END_TEST

START_TEST(test_spool_large_is_spilled_and_read_back)
{
    round_trip(3 * OST_SPOOL_MEMORY + 12345, true);
    ck_assert_int_eq(unlink(scratch_path("s")), 0);
    ck_assert_int_eq(rmdir(scratch), 0); /* nothing else is there */
    ck_assert_int_eq(mkdir(scratch, 0700), 0);
}
END_TEST

START_TEST(test_spool_in_missing_folder_is_an_error)
{
    ost_spill spill;
    ost_spool spool = {.spill = &spill};
    const uint8_t *zeros = calloc(1, OST_SPOOL_MEMORY);

    ost_spill_init(&spill, "/nowhere");
    ost_buffer_add(&spool.tail, zeros, OST_SPOOL_MEMORY);
    ck_assert_int_eq(ost_spool_relieve(&spool, &err), OSTEON_IO);
    ck_assert_uint_eq(ost_spool_at(&spool), OST_SPOOL_MEMORY);
    ost_spool_free(&spool);
    ost_spill_free(&spill);
    free((void *)(uintptr_t)zeros);
}
END_TEST

START_TEST(test_spool_reader_without_memory_or_file_fails)
{
    ost_spill spill;
    ost_spool spool = {.spill = &spill};
    ost_spool_reader r = {.spool = &spool};
    const uint8_t *bytes;

    ost_spill_init(&spill, scratch);
    ost_buffer_add(&spool.tail, "some bytes", 10);
    ck_assert_int_eq(ost_spool_spill(&spool, &err), 0);
    ost_alloc_fail_at(1);
    ck_assert_int_eq(ost_spool_read(&r, 10, &bytes, &err), OSTEON_NO_MEMORY);
    ck_assert_ptr_null(bytes);
    ck_assert_int_eq(ftruncate(spill.fd, 5), 0);
    ck_assert_int_eq(ost_spool_read(&r, 10, &bytes, &err), OSTEON_IO);
    ck_assert_ptr_null(bytes);
    ost_spool_reader_free(&r);
    ost_spool_free(&spool);
    ost_spill_free(&spill);
}
END_TEST

#define MANY 200

/* What threads with many fields have: each spool is short, all are spilled,
 * in turns, and a process may not open a file for each. */
START_TEST(test_spool_many_share_a_file)
{
    ost_spill spill;
    ost_spool spools[MANY];
    struct rlimit old, few;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
    few = old;
    few.rlim_cur = 32;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    ost_spill_init(&spill, scratch);
    for (uint32_t i = 0; i < MANY; i++)
        spools[i] = (ost_spool){.spill = &spill};
    for (uint32_t round = 0; round < 5; round++)
        for (uint32_t i = 0; i < MANY; i++) {
            const uint32_t words[] = {i, round};
            for (uint32_t k = 0; k <= i; k++)
                ost_buffer_add(&spools[i].tail, words, sizeof words);
            if (round < 4) /* the last stays in memory */
                ck_assert_int_eq(ost_spool_spill(&spools[i], &err), 0);
        }
    for (uint32_t i = 0; i < MANY; i++) {
        ost_spool_reader r = {.spool = &spools[i]};
        ck_assert_uint_eq(ost_spool_at(&spools[i]), 5 * (i + 1) * 8);
        for (uint32_t k = 0; k < 5 * (i + 1); k++) {
            const uint32_t want[] = {i, k / (i + 1)};
            const uint8_t *bytes;
            ck_assert_int_eq(ost_spool_read(&r, sizeof want, &bytes, &err),
                             0);
            ck_assert_mem_eq(bytes, want, sizeof want);
        }
        ost_spool_reader_free(&r);
        ost_spool_free(&spools[i]);
    }
    ost_spill_free(&spill);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("spool");
    TCase *tc = tcase_create("spool");

    tcase_add_unchecked_fixture(tc, scratch_make, scratch_remove);
    tcase_add_checked_fixture(tc, scratch_empty, NULL);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_spool_small_stays_in_memory);
    tcase_add_test(tc, test_spool_large_is_spilled_and_read_back);
    tcase_add_test(tc, test_spool_in_missing_folder_is_an_error);
    tcase_add_test(tc, test_spool_reader_without_memory_or_file_fails);
    tcase_add_test(tc, test_spool_many_share_a_file);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
