/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Deflate streams: what goes in comes out, what does not shrink stays as it
 * is, and a damaged stream is damaged or of the right length.
 */
#include "deflate.h"
#include "run_suite.h"

#include "asserts.h"
#include <stdlib.h>

#define LONGEST 70000u

static uint8_t text[LONGEST], inflated[LONGEST + 1];

static void make_text(void)
{
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)("tumor bone "[i % 11] + (i / 37 * i % 5 == 0));
}

/* The stream of the first `len` bytes; false where they are as they were. */
static bool make_stream(size_t len, ost_buffer *out)
{
    ost_deflater *const d = ost_deflater_open();
    bool deflated;

    ck_assert_ptr_nonnull(d);
    ck_assert(ost_deflate(d, text, len, out, &deflated));
    ost_deflater_close(d);
    return deflated;
}

START_TEST(test_deflate_gives_back_what_it_got)
{
    static const size_t lengths[] = {100,   101,   163,    1000,
                                     32767, 32768, 65536,  LONGEST};

    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        ost_buffer out = {0};
        ck_assert(make_stream(lengths[i], &out));
        ck_assert_uint_lt(out.len, lengths[i]);
        memset(inflated, 0, sizeof inflated);
        ck_assert_int_eq(
            ost_inflate(out.data, out.len, inflated, lengths[i]), OSTEON_OK);
        ck_assert_mem_eq(inflated, text, lengths[i]);
        ost_buffer_free(&out);
    }
}
END_TEST

START_TEST(test_deflate_keeps_what_would_grow)
{
    for (size_t len = 0; len < 30; len++) {
        ost_buffer out = {0};
        ost_buffer_add(&out, "before", 6);
        ck_assert(!make_stream(len, &out));
        ck_assert_uint_eq(out.len, 6 + len);
        ck_assert_mem_eq(out.data, "before", 6);
        if (len > 0)
            ck_assert_mem_eq(out.data + 6, text, len);
        ost_buffer_free(&out);
    }
}
END_TEST

START_TEST(test_deflate_other_lengths_are_damage)
{
    ost_buffer out = {0};

    ck_assert(make_stream(1000, &out));
    for (size_t len = 0; len <= 1100; len++)
        ck_assert_int_eq(ost_inflate(out.data, out.len, inflated, len),
                         len == 1000 ? OSTEON_OK : OSTEON_CORRUPT);
    for (size_t cut = 0; cut < out.len; cut++) {
        uint8_t *const part = malloc(cut + 1); /* seen by sanitizers */
        ck_assert_ptr_nonnull(part);
        memcpy(part, out.data, cut);
        ck_assert_int_eq(ost_inflate(part, cut, inflated, 1000),
                         OSTEON_CORRUPT);
        free(part);
    }
    ost_buffer_free(&out);
}
END_TEST

START_TEST(test_deflate_flipped_bits_stay_within_bounds)
{
    ost_buffer out = {0};
    uint8_t *const room = malloc(1000);

    ck_assert_ptr_nonnull(room);
    ck_assert(make_stream(1000, &out));
    for (size_t bit = 0; bit < out.len * 8; bit++) {
        osteon_status s;
        out.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        s = ost_inflate(out.data, out.len, room, 1000);
        ck_assert(s == OSTEON_OK || s == OSTEON_CORRUPT);
        out.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    ost_buffer_free(&out);
    free(room);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("deflate");
    TCase *const c = tcase_create("streams");

    make_text();
    tcase_add_test(c, test_deflate_gives_back_what_it_got);
    tcase_add_test(c, test_deflate_keeps_what_would_grow);
    tcase_add_test(c, test_deflate_other_lengths_are_damage);
    tcase_add_test(c, test_deflate_flipped_bits_stay_within_bounds);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
