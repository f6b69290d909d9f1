/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Ids of documents in CIFF files: each names one document, and a file whose
 * ids were made to have the same hash is read in reasonable time.
 */
#include "like_ids.h"
#include "run_suite.h"
#include "writer_fixture.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static void put_message(ost_buffer *file, ost_buffer *message)
{
    ost_buffer_add_varint(file, message->len);
    ost_buffer_add(file, message->data, message->len);
    message->len = 0;
}

/* A file of n documents, of which the i-th has ids[i], and no lists. */
static osteon_status import(uint8_t (*ids)[ID], uint32_t n)
{
    ost_buffer file = {0}, message = {0};
    osteon_status s;
    int fd;

    ost_buffer_add(&message, "\x08\x01\x18", 3); /* version 1; documents */
    ost_buffer_add_varint(&message, n);
    put_message(&file, &message);
    for (uint32_t i = 0; i < n; i++) {
        ost_buffer_add_byte(&message, 0x08);
        ost_buffer_add_varint(&message, i);
        ost_buffer_add(&message, "\x12\x20", 2);
        ost_buffer_add(&message, ids[i], ID);
        ost_buffer_add(&message, "\x18\x01", 2); /* length */
        put_message(&file, &message);
    }
    ck_assert(!file.failed && !message.failed);
    scratch_write("in.ciff", file.data, file.len);
    ost_buffer_free(&file);
    ost_buffer_free(&message);
    fd = open(scratch_path("in.ciff"), O_RDONLY);
    ck_assert_int_ge(fd, 0);
    s = osteon_import_ciff(scratch_path("imported"), fd, "in.ciff", NULL,
                           NULL, &err);
    close(fd);
    return s;
}

/* Pairs, or `like` at once, that have the same hash. */
static void expect_read(uint32_t n, uint32_t like)
{
    uint8_t (*ids)[ID] = ost_malloc((size_t)n * ID);
    uint32_t other;

    ck_assert_ptr_nonnull(ids);
    for (uint32_t i = 0; i < n; i++)
        make_id(ids[i], nth(i), nth(i / like));
    for (uint32_t i = 1; i < n; i++)
        ck_assert(i % like == 0 || XXH3_64bits(ids[i], ID) ==
                                       XXH3_64bits(ids[i - 1], ID));
    OK(import(ids, n));
    OK(osteon_index_check(scratch_path("imported"), NULL, NULL, &err));
    scratch_empty();
    other = n - n / 3;
    memcpy(ids[n - 2], ids[other], ID);
    ck_assert_int_eq(import(ids, n), OSTEON_CORRUPT);
    ck_assert_ptr_nonnull(strstr(err.text, "comes twice"));
    ost_free(ids);
}

START_TEST(test_ciff_ids_of_one_hash_are_all_there)
{
    expect_read(300, 300);
}
END_TEST

START_TEST(test_ciff_ids_in_pairs_of_one_hash_take_no_pass_each)
{
    expect_read(30000, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ciff_ids");
    TCase *tc = scratch_case(suite, "ids");

    tcase_set_timeout(tc, 30);
    tcase_add_test(tc, test_ciff_ids_of_one_hash_are_all_there);
    tcase_add_test(tc, test_ciff_ids_in_pairs_of_one_hash_take_no_pass_each);
    return run_suite(suite);
}
