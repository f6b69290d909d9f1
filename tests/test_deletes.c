/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The deletes file: round trips at all word edges, and damage of every kind.
 */
#include "commit.h"
#include "scratch.h"
#include "run_suite.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define FILE_NAME "del-00000001.ost"

static const char *path(void)
{
    return scratch_path(FILE_NAME);
}

/* Writes n documents of which about one in four is deleted. */
static void write_random(uint32_t n, uint64_t *bits, uint64_t *size,
                         uint64_t *checksum)
{
    uint64_t state = n;

    memset(bits, 0, (n + 63) / 64 * sizeof *bits);
    for (uint32_t i = 0; i < n; i++)
        if (scratch_random(&state) % 4 == 0)
            bits[i / 64] |= (uint64_t)1 << i % 64;
    ck_assert_int_eq(
        ost_deletes_write(path(), bits, n, size, checksum, NULL), OSTEON_OK);
}

START_TEST(test_deletes_all_sizes_round_trip)
{
    const uint32_t n = (uint32_t)_i;
    uint64_t bits[8], *read, size, checksum;
    uint32_t expected = 0, count;

    write_random(n, bits, &size, &checksum);
    for (uint32_t i = 0; i < n; i++)
        expected += ost_bit(bits, i);
    ck_assert_int_eq(ost_deletes_read(path(), size, checksum, n, &read,
                                      &count, NULL),
                     OSTEON_OK);
    ck_assert_uint_eq(count, expected);
    ck_assert_mem_eq(read, bits, (n + 63) / 64 * sizeof *bits);
    ost_free(read);
}
END_TEST

START_TEST(test_deletes_large_bitmap_round_trip)
{
    enum { N = 1000003, WORDS = (N + 63) / 64 };
    static uint64_t bits[WORDS];
    uint64_t *read, size, checksum;
    uint32_t count;

    write_random(N, bits, &size, &checksum);
    ck_assert_uint_eq(size, WORDS * 8 + 32);
    ck_assert_int_eq(ost_deletes_read(path(), size, checksum, N, &read,
                                      &count, NULL),
                     OSTEON_OK);
    ck_assert_mem_eq(read, bits, sizeof bits);
    ost_free(read);
}
END_TEST

static void expect_corrupt(uint64_t size, uint64_t checksum, uint32_t n)
{
    uint64_t *read;
    uint32_t count;
    osteon_error err;

    ck_assert_int_eq(
        ost_deletes_read(path(), size, checksum, n, &read, &count, &err),
        OSTEON_CORRUPT);
    ck_assert_ptr_null(read);
    ck_assert_ptr_nonnull(strstr(err.text, FILE_NAME));
}

START_TEST(test_deletes_cut_at_every_length_is_corrupt)
{
    uint64_t bits[8], size, checksum;
    ost_buffer whole;

    write_random(130, bits, &size, &checksum);
    whole = scratch_read(FILE_NAME);
    for (size_t len = 0; len < whole.len; len++) {
        scratch_write(FILE_NAME, whole.data, len);
        expect_corrupt(size, checksum, 130);
        expect_corrupt(len, checksum, 130);
    }
    ost_buffer_add_byte(&whole, 0);
    scratch_write(FILE_NAME, whole.data, whole.len);
    expect_corrupt(size, checksum, 130);
    ost_buffer_free(&whole);
}
END_TEST

START_TEST(test_deletes_each_bit_flipped_is_corrupt)
{
    uint64_t bits[8], size, checksum;
    ost_buffer whole;

    write_random(130, bits, &size, &checksum);
    whole = scratch_read(FILE_NAME);
    for (size_t i = 0; i < whole.len * 8; i++) {
        whole.data[i / 8] ^= (uint8_t)(1 << i % 8);
        scratch_write(FILE_NAME, whole.data, whole.len);
        expect_corrupt(size, checksum, 130);
        whole.data[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    ost_buffer_free(&whole);
}
END_TEST

START_TEST(test_deletes_one_document_for_another_is_corrupt)
{
    uint64_t bits[1] = {0x0f}, size, checksum;
    ost_buffer whole;

    ck_assert_int_eq(
        ost_deletes_write(path(), bits, 60, &size, &checksum, NULL),
        OSTEON_OK);
    whole = scratch_read(FILE_NAME);
    whole.data[24] = 0x1e; /* the count still holds */
    scratch_write(FILE_NAME, whole.data, whole.len);
    expect_corrupt(size, checksum, 60);
    ost_buffer_free(&whole);
}
END_TEST

START_TEST(test_deletes_another_checksum_or_segment_is_corrupt)
{
    uint64_t bits[8], size, checksum;

    write_random(130, bits, &size, &checksum);
    expect_corrupt(size, checksum ^ 1, 130);
    expect_corrupt(size, checksum, 131);
    expect_corrupt(size, checksum, 129);
    expect_corrupt(size, checksum, 1000);
    expect_corrupt(UINT64_MAX, checksum, 130);
}
END_TEST

/* What no accident makes: wrong content under a right checksum. */
static void seal_and_expect_corrupt(ost_buffer *bytes)
{
    const size_t len = bytes->len - 8;
    const uint64_t checksum = XXH3_64bits(bytes->data, len);

    ost_put64(bytes->data + len, checksum);
    scratch_write(FILE_NAME, bytes->data, bytes->len);
    expect_corrupt(bytes->len, checksum, 130);
}

START_TEST(test_deletes_wrong_content_under_right_checksum_is_corrupt)
{
    /* magic, version, documents, count, reserved, a bit, past the end */
    static const size_t places[] = {0, 8, 12, 16, 20, 25, 24 + 16, 24 + 23};
    uint64_t bits[8], size, checksum;

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        ost_buffer whole;
        write_random(130, bits, &size, &checksum);
        whole = scratch_read(FILE_NAME);
        whole.data[places[i]] ^= 4;
        seal_and_expect_corrupt(&whole);
        ost_buffer_free(&whole);
    }
}
END_TEST

START_TEST(test_deletes_past_the_end_with_right_count_is_corrupt)
{
    uint64_t bits[8], size, checksum;
    ost_buffer whole;

    write_random(130, bits, &size, &checksum);
    whole = scratch_read(FILE_NAME);
    whole.data[24 + 16] |= 4; /* document 130 of 130 */
    whole.data[16]++;
    seal_and_expect_corrupt(&whole);
    ost_buffer_free(&whole);
}
END_TEST

START_TEST(test_deletes_missing_file_is_not_found)
{
    uint64_t *read;
    uint32_t count;

    ck_assert_int_eq(
        ost_deletes_read(path(), 24 + 8 + 8, 0, 1, &read, &count, NULL),
        OSTEON_NOT_FOUND);
    ck_assert_ptr_null(read);
}
END_TEST

START_TEST(test_deletes_unwritable_path_is_io)
{
    uint64_t bits[1] = {1}, size, checksum;
    osteon_error err;

    ck_assert_int_eq(ost_deletes_write(scratch_path("none/x"), bits, 1, &size,
                                       &checksum, &err),
                     OSTEON_IO);
    ck_assert_int_ne(err.os_error, 0);
}
END_TEST

START_TEST(test_deletes_each_allocation_failing_is_no_memory)
{
    uint64_t bits[8], *read, size, checksum;
    uint32_t count;
    osteon_status s;
    unsigned long at = 1;

    write_random(130, bits, &size, &checksum);
    ost_alloc_fail_at(1);
    ck_assert_int_eq(
        ost_deletes_write(path(), bits, 130, &size, &checksum, NULL),
        OSTEON_NO_MEMORY);
    do {
        ost_alloc_fail_at(at++);
        s = ost_deletes_read(path(), size, checksum, 130, &read, &count,
                             NULL);
        ost_alloc_fail_at(0);
        if (s != OSTEON_OK) {
            ck_assert_int_eq(s, OSTEON_NO_MEMORY);
            ck_assert_ptr_null(read);
        }
    } while (s != OSTEON_OK);
    ck_assert_uint_gt(at, 3);
    ost_free(read);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("deletes");
    TCase *tc = scratch_case(suite, "round trip");

    tcase_add_loop_test(tc, test_deletes_all_sizes_round_trip, 0, 258);
    tcase_add_test(tc, test_deletes_large_bitmap_round_trip);
    tc = scratch_case(suite, "damage");
    tcase_add_test(tc, test_deletes_cut_at_every_length_is_corrupt);
    tcase_add_test(tc, test_deletes_each_bit_flipped_is_corrupt);
    tcase_add_test(tc, test_deletes_one_document_for_another_is_corrupt);
    tcase_add_test(tc, test_deletes_another_checksum_or_segment_is_corrupt);
    tcase_add_test(
        tc, test_deletes_wrong_content_under_right_checksum_is_corrupt);
    tcase_add_test(tc,
                   test_deletes_past_the_end_with_right_count_is_corrupt);
    tc = scratch_case(suite, "failure");
    tcase_add_test(tc, test_deletes_missing_file_is_not_found);
    tcase_add_test(tc, test_deletes_unwritable_path_is_io);
    tcase_add_test(tc, test_deletes_each_allocation_failing_is_no_memory);
    return run_suite(suite);
}
