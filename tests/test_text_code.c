/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The code of the dictionary's texts: what is written is read, whatever the
 * bytes; no code is too long; a damaged section or text is no more than that.
 */
#include "text_code.h"

#include "run_suite.h"

#define MOST 4000

static uint64_t state = 0x9e3779b97f4a7c15u;
static uint32_t below(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 16) % n);
}

static ost_text_counts counts;
static ost_text_coder coder;
static ost_text_code code;

/* One text of bytes from `first` on, the low ones more frequent. */
static size_t fill(char *text, unsigned first, unsigned alphabet)
{
    const size_t len = 1 + below(MOST);

    for (size_t i = 0; i < len; i++)
        text[i] = (char)(first + below(1 + below(alphabet)));
    return len;
}

static void count(const char *text, size_t len)
{
    memset(&counts, 0, sizeof counts);
    for (size_t i = 0; i < len; i++)
        counts.n[ost_text_class(text, i)][(uint8_t)text[i]]++;
}

/* Appends the text's bits, first ones last; returns how many. */
static uint64_t encode(const char *text, size_t len, ost_buffer *out)
{
    static uint8_t bits[MOST * OST_TEXT_LONGEST];
    uint64_t n = 0;

    for (size_t i = 0; i < len; i++) {
        const unsigned class = ost_text_class(text, i);
        const uint8_t byte = (uint8_t)text[i];
        for (unsigned l = coder.bits[class][byte]; l-- > 0;)
            bits[n++] = coder.code[class][byte] >> l & 1;
    }
    memset(ost_buffer_reserve(out, 8), 0, 8); /* what a reader looks at */
    out->len = 8;
    for (uint64_t byte = (n + 7) / 8; byte-- > 0;) {
        unsigned value = 0;
        for (uint64_t i = byte * 8; i < byte * 8 + 8; i++)
            value = value << 1 | (i < n && bits[i]);
        ost_buffer_add_byte(out, (uint8_t)value);
    }
    return n;
}

static ost_text_reader reader_of(const ost_buffer *b, uint64_t most)
{
    return (ost_text_reader){.end = b->data + b->len, .most = most};
}

static void check_round_trip(const char *text, size_t len, bool flat)
{
    ost_buffer section = {0}, coded = {0};
    char read[MOST];
    uint64_t bits;
    ost_text_reader r;

    count(text, len);
    ost_text_coder_make(&coder, &counts, &section);
    ck_assert(!section.failed);
    ck_assert_int_eq(section.len == 0, flat);
    bits = encode(text, len, &coded);
    ck_assert_uint_le((bits + 7) / 8 + section.len, len);
    memset(&code, 0xaa, sizeof code);
    ck_assert(ost_text_code_read(&code, section.data, section.len));
    r = reader_of(&coded, bits);
    for (size_t from = 0, to; from < len; from = to) {
        to = from + 1 + below(30);
        to = to < len ? to : len;
        ck_assert(ost_text_read(&code, &r, read, from, to));
    }
    ck_assert_uint_eq(r.bit, bits);
    ck_assert_mem_eq(read, text, len);
    /* A bit less is too few. */
    r = reader_of(&coded, bits - 1);
    ck_assert(!ost_text_read(&code, &r, read, 0, len));
    ost_buffer_free(&section);
    ost_buffer_free(&coded);
}

START_TEST(test_text_code_round_trips)
{
    char text[MOST];

    for (int round = 0; round < 300; round++) {
        const size_t len = fill(text, below(256), 1 + below(12));
        if (len > 400)
            check_round_trip(text, len, false);
    }
    memset(text, 'a', sizeof text); /* one symbol: one bit */
    check_round_trip(text, sizeof text, false);
}
END_TEST

START_TEST(test_text_code_that_does_not_pay_is_flat)
{
    char text[MOST];

    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)below(256);
    check_round_trip(text, 300, true);
    check_round_trip(text, sizeof text, true);
    check_round_trip("x", 1, true);
}
END_TEST

/* Counts like Fibonacci's numbers give codes as long as can be. */
START_TEST(test_text_code_is_never_too_long)
{
    ost_buffer section = {0};
    uint64_t a = 1, b = 1;
    unsigned longest = 0;
    uint32_t sum = 0;

    memset(&counts, 0, sizeof counts);
    for (unsigned i = 0; i < 60; i++) {
        counts.n[3]['0' + i] = a;
        b += a;
        a = b - a;
    }
    ost_text_coder_make(&coder, &counts, &section);
    for (unsigned i = 0; i < 60; i++) {
        const unsigned bits = coder.bits[3]['0' + i];
        ck_assert_uint_ge(bits, 1);
        ck_assert_uint_le(bits, OST_TEXT_LONGEST);
        sum += UINT32_C(1) << (OST_TEXT_LONGEST - bits);
        longest = bits > longest ? bits : longest;
    }
    ck_assert_uint_eq(sum, UINT32_C(1) << OST_TEXT_LONGEST);
    ck_assert_uint_gt(longest, OST_TEXT_SHORT);
    ck_assert(ost_text_code_read(&code, section.data, section.len));
    ost_buffer_free(&section);
}
END_TEST

/* ---- Damage ---- */

/* Reads a text by a code that may be anything. */
static void read_whatever(const ost_buffer *coded, size_t len)
{
    char read[MOST];
    ost_text_reader r = reader_of(coded, (coded->len - 8) * 8);

    if (ost_text_read(&code, &r, read, 0, len))
        ck_assert_uint_le(r.bit, r.most);
}

START_TEST(test_text_code_damage_is_seen_or_harmless)
{
    ost_buffer section = {0}, coded = {0};
    char text[MOST];
    size_t len;

    do
        len = fill(text, 'a', 26);
    while (len < 2000);
    count(text, len);
    ost_text_coder_make(&coder, &counts, &section);
    ck_assert_uint_gt(section.len, 0);
    encode(text, len, &coded);
    for (size_t cut = 1; cut < section.len; cut++) {
        uint8_t *copy = malloc(cut);
        memcpy(copy, section.data, cut);
        ck_assert(!ost_text_code_read(&code, copy, cut));
        free(copy);
    }
    ost_buffer_add_byte(&section, 0);
    ck_assert(!ost_text_code_read(&code, section.data, section.len));
    section.len--;
    for (size_t at = 0; at < section.len; at++) {
        const uint8_t good = section.data[at];
        for (unsigned bit = 0; bit < 8; bit++) {
            section.data[at] = (uint8_t)(good ^ 1u << bit);
            if (ost_text_code_read(&code, section.data, section.len))
                read_whatever(&coded, len);
        }
        section.data[at] = good;
    }
    ck_assert(ost_text_code_read(&code, section.data, section.len));
    for (size_t at = 8; at < coded.len; at++) {
        coded.data[at] = (uint8_t)~coded.data[at];
        read_whatever(&coded, len);
    }
    ost_buffer_free(&section);
    ost_buffer_free(&coded);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text_code");
    TCase *tc = tcase_create("code");

    tcase_add_test(tc, test_text_code_round_trips);
    tcase_add_test(tc, test_text_code_that_does_not_pay_is_flat);
    tcase_add_test(tc, test_text_code_is_never_too_long);
    tcase_add_test(tc, test_text_code_damage_is_seen_or_harmless);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
