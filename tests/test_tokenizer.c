/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The tokenizer: a table of the rules of analysis, positions, and words that
 * are too long.
 */
#include "tokenizer_fixture.h"

#include <stdio.h>
#include <xxhash.h>

static void check_text(const char *text, size_t len, const char *expected,
                       bool bytes)
{
    ost_tokenizer *t = open_tokenizer();
    ost_buffer b = render(t, text, len, 64, bytes);

    ck_assert_str_eq((char *)b.data, expected);
    ost_buffer_free(&b);
    ost_tokenizer_close(t);
}

static const struct {
    const char *text, *expected;
} rules[] = {
    {"", ""},
    {" \t\n.,;!?--", ""},
    {"Hello, World!", "hello@0 world@1"},
    {"a/b|c", "a@0 b@1 c@2"},
    /* apostrophes */
    {"don't DON\xE2\x80\x99T", "don't@0 don't@1"},
    {"Ewing's 'quoted' dogs' rock'n'roll",
     "ewing's@0 quoted@1 dogs@2 rock'n'roll@3"},
    {"1990's PD-1's 5'UTR it's5",
     "1990's@0 pd@1 J:pd1's@1 1's@2 5@3 utr@4 it's5@5"},
    {"1's5 1's\xC3\xA9 1's\xC2\xADx", "1@0 s5@1 1@2 se@3 1@4 sx@5"},
    {"l\xE2\x80\x99\xC3\x89t\xC3\xA9 l'\xC3\xA9t\xC3\xA9",
     "l'ete@0 l'ete@1"},
    /* compounds */
    {"PD-1", "pd@0 J:pd1@0 1@1"},
    {"foo_bar e-mail T-cell AT&T a+b x@y.org",
     "foo@0 J:foobar@0 bar@1 e@2 J:email@2 mail@3 t@4 J:tcell@4 cell@5 at@6 "
     "J:att@6 t@7 a@8 J:ab@8 b@9 x@10 J:xyorg@10 y@11 org@12"},
    {"__init__ foo--bar foo- -bar a -b C++ U.S.A. end.Next",
     "init@0 foo@1 bar@2 foo@3 bar@4 a@5 b@6 c@7 u@8 J:usa@8 s@9 a@10 end@11 "
     "J:endnext@11 next@12"},
    {"t\xE2\x80\x90u v\xE2\x80\x91w x\xE2\x80\x93y",
     "t@0 J:tu@0 u@1 v@2 J:vw@2 w@3 x@4 y@5"},
    {"O'Neill-Smith", "o'neill@0 J:o'neillsmith@0 smith@1"},
    {"a.b.c.d.e.f.g.h",
     "a@0 J:abcdefgh@0 b@1 c@2 d@3 e@4 f@5 g@6 h@7"},
    {"a.b.c.d.e.f.g.h.i-1,000 j-k",
     "a@0 b@1 c@2 d@3 e@4 f@5 g@6 h@7 i@8 1@9 000@10 j@11 J:jk@11 k@12"},
    {"a.b.c.d.e.f.g.h.2,345-x",
     "a@0 b@1 c@2 d@3 e@4 f@5 g@6 h@7 2@8 345@9 J:345x@9 x@10"},
    {"abcdefgh-1 abcdefghabcdefgh.12345678",
     "abcdefgh@0 J:abcdefgh1@0 1@1 abcdefghabcdefgh@2 "
     "J:abcdefghabcdefgh12345678@2 12345678@3"},
    /* numbers */
    {"3.5 35 6.1.192 2021-05-01 3+5",
     "3@0 J:3.5@0 5@1 35@2 6@3 J:6.1.192@3 1@4 192@5 2021@6 J:2021-05-01@6 "
     "05@7 01@8 3@9 J:3+5@9 5@10"},
    {"2021\xE2\x80\x91""05", "2021@0 J:2021-05@0 05@1"},
    {"1,000 1,000,000.50 12,345-12,350",
     "1@0 J:1000@0 000@1 1@2 J:1000000.50@2 000@3 000@4 50@5 12@6 "
     "J:12345-12350@6 345@7 12@8 350@9"},
    {"1,00 1,0000 2020,100 0,123 a,123 1,000a 1,000\xC3\xA9 3.14,000",
     "1@0 00@1 1@2 0000@3 2020@4 100@5 0@6 123@7 a@8 123@9 1@10 000a@11 1@12 "
     "000e@13 3@14 J:3.14@14 14@15 000@16"},
    {"1,000\xE2\x82\xAC US-1,000 v3.5",
     "1@0 J:1000@0 000@1 us@2 J:us1000@2 1@3 000@4 v3@5 J:v35@5 5@6"},
    /* Greek */
    {"IFN-\xCE\xB3",
     "ifn@0 J:ifn\xCE\xB3@0 A:ifngamma@0 \xCE\xB3@1 A:gamma@1"},
    {"\xCE\x93 \xCE\xB2-x",
     "\xCE\xB3@0 A:gamma@0 \xCE\xB2@1 A:beta@1 J:\xCE\xB2x@1 A:betax@1 x@2"},
    {"TGF\xCE\xB2", "tgf@0 J:tgf\xCE\xB2@0 A:tgfbeta@0 \xCE\xB2@1 A:beta@1"},
    {"TGF-\xCE\xB2""1 TGF\xCE\xB2""1",
     "tgf@0 J:tgf\xCE\xB2""1@0 A:tgfbeta1@0 \xCE\xB2""1@1 A:beta1@1 "
     "tgf@2 J:tgf\xCE\xB2""1@2 A:tgfbeta1@2 \xCE\xB2""1@3 A:beta1@3"},
    {"TGF-beta", "tgf@0 J:tgfbeta@0 beta@1"},
    {"NF-\xCE\xBA""B",
     "nf@0 J:nf\xCE\xBA""b@0 A:nfkappab@0 \xCE\xBA@1 A:kappa@1 b@2"},
    {"1\xCE\xB2""2c", "1\xCE\xB2""2@0 A:1beta2@0 J:1\xCE\xB2""2c@0 "
                      "A:1beta2c@0 c@1"},
    {"\xC2\xB5m \xE2\x84\xA6",
     "\xCE\xBC@0 A:mu@0 J:\xCE\xBCm@0 A:mum@0 m@1 \xCF\x89@2 A:omega@2"},
    {"\xCE\x9F\xCE\xB4\xCF\x8C\xCF\x82 \xCF\x82",
     "\xCE\xBF\xCE\xB4\xCE\xBF\xCF\x83@0 \xCF\x83@1 A:sigma@1"},
    /* folding */
    {"\xC3\x89T\xC3\x89 e\xCC\x81te\xCC\x81 na\xC3\xAFve",
     "ete@0 ete@1 naive@2"},
    {"\xC5\x81\xC3\xB3""d\xC5\xBA Stra\xC3\x9F""e \xE1\xBA\x9E \xC3\x86r\xC3"
     "\xB8 c\xC5\x93ur \xC3\x9E\xC3\xB3r\xC3\xB0 \xC4\xB0I\xC4\xB1",
     "lodz@0 strasse@1 ss@2 aero@3 coeur@4 thord@5 iii@6"},
    {"\xEF\xBC\xB0\xEF\xBC\xA4\xEF\xBC\x91 \xC5\xBF""ein \xEF\xAC\x81t x\xC2"
     "\xB2 \xC2\xBD \xE2\x85\xA7 \xE2\x91\xA0",
     "pd1@0 sein@1 fit@2 x2@3 \xC2\xBD@4 viii@5 1@6"},
    {"so\xC2\xAD""ft zero\xE2\x80\x8Dwidth\xE2\x80\x8Cjoin a\xE2\x80\x8B" "b",
     "soft@0 zerowidthjoin@1 a@2 b@3"},
    {"\xC2\xADsoft -\xC2\xADx", "soft@0 x@1"},
    {"\xD0\x81\xD0\xBB\xD0\xBA\xD0\xB0 \xD0\x99 \xD0\xB8\xCC\x86",
     "\xD0\xB5\xD0\xBB\xD0\xBA\xD0\xB0@0 \xD0\xB9@1 \xD0\xB9@2"},
    {"\xE0\xA4\x95\xE0\xA4\xBF \xE0\xA4\x95\xE0\xA5\x80 \xD9\xA3\xDB\xB7",
     "\xE0\xA4\x95\xE0\xA4\xBF@0 \xE0\xA4\x95\xE0\xA5\x80@1 37@2"},
    {"\xD9\x85\xD9\x8F\xD8\xAD\xD9\x80\xD9\x85", "\xD9\x85\xD8\xAD\xD9\x85@0"},
    /* CJK */
    {"\xE6\x97\xA5\xE6\x9C\xAC \xE8\xAA\x9E",
     "C:\xE6\x97\xA5@0 P:\xE6\x97\xA5\xE6\x9C\xAC@0 C:\xE6\x9C\xAC@1 "
     "C:\xE8\xAA\x9E@2"},
    {"3\xE6\x97\xA5x-\xE6\x97\xA5",
     "3@0 C:\xE6\x97\xA5@1 x@2 C:\xE6\x97\xA5@3"},
    {"\xED\x95\x9C\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB",
     "C:\xED\x95\x9C@0 P:\xED\x95\x9C\xED\x95\x9C@0 C:\xED\x95\x9C@1"},
    {"\xE3\x81\x8C\xE3\x81\x8B\xE3\x82\x99",
     "C:\xE3\x81\x8C@0 P:\xE3\x81\x8C\xE3\x81\x8C@0 C:\xE3\x81\x8C@1"},
    {"\xEF\xBD\xB6\xEF\xBE\x9E", "C:\xE3\x82\xAC@0"},
    {"\xE8\x91\x9B\xF3\xA0\x84\x80\xE5\x9F\x8E",
     "C:\xE8\x91\x9B@0 P:\xE8\x91\x9B\xE5\x9F\x8E@0 C:\xE5\x9F\x8E@1"},
    /* what separates */
    {"a\xF0\x9F\x98\x80" "b \xE2\x84\xA2 c\xEE\x80\x80" "d",
     "a@0 b@1 c@2 d@3"},
    {"ab\xFF" "cd \xC0\x80 \xED\xA0\x80 \xF4\x90\x80\x80x \xE6\x97",
     "ab@0 cd@1 x@2"},
};

START_TEST(test_tokenizer_rules_give_expected_tokens)
{
    check_text(rules[_i].text, strlen(rules[_i].text), rules[_i].expected,
               false);
}
END_TEST

START_TEST(test_tokenizer_bytes_name_the_source)
{
    check_text("x PD-1\0y IFN-\xCE\xB3.", 17,
               "x@0[0-1] pd@1[2-4] J:pd1@1[2-6] 1@2[5-6] y@3[7-8] "
               "ifn@4[9-12] J:ifn\xCE\xB3@4[9-15] A:ifngamma@4[9-15] "
               "\xCE\xB3@5[13-15] A:gamma@5[13-15]",
               true);
    check_text("\xE6\x97\xA5\xE6\x9C\xAC" "e\xCC\x81", 9,
               "C:\xE6\x97\xA5@0[0-3] P:\xE6\x97\xA5\xE6\x9C\xAC@0[0-6] "
               "C:\xE6\x9C\xAC@1[3-6] e@2[6-9]",
               true);
}
END_TEST

/* Eight Greek letters give 18 tokens. */
START_TEST(test_tokenizer_compound_over_the_room_comes_in_two_calls)
{
    static const char text[] =
        "\xCE\xB1.\xCE\xB2.\xCE\xB3.\xCE\xB4.\xCE\xB5.\xCE\xB6.\xCE\xB7."
        "\xCE\xB8 c abcdefgh a-b \xCE\xB9";
    ost_tokenizer *t = open_tokenizer();
    ost_buffer wide = render(t, text, sizeof text - 1, 64, true);

    for (size_t room = 16; room < 20; room++) {
        ost_buffer tight = render(t, text, sizeof text - 1, room, true);
        ck_assert_str_eq((char *)tight.data, (char *)wide.data);
        ost_buffer_free(&tight);
    }
    ck_assert_ptr_nonnull(strstr((char *)wide.data,
                                 "A:alphabetagammadeltaepsilonzetaetatheta@0"
                                 "[0-23] \xCE\xB2@1[3-5] A:beta@1[3-5]"));
    ost_buffer_free(&wide);
    ost_tokenizer_close(t);
}
END_TEST

START_TEST(test_tokenizer_null_text_is_empty)
{
    ost_tokenizer *t = open_tokenizer();
    ost_token tokens[16];

    ost_tokenizer_start(t, NULL, 0, 7);
    ck_assert_uint_eq(ost_tokenizer_next(t, tokens, 16), 0);
    ck_assert_uint_eq(ost_tokenizer_position(t), 7);
    ost_tokenizer_close(t);
    ost_tokenizer_close(NULL);
}
END_TEST

START_TEST(test_tokenizer_positions_saturate)
{
    ost_tokenizer *t = open_tokenizer();
    ost_token tokens[32];

    ost_tokenizer_start(t, "a b c-d", 7, UINT32_MAX - 1);
    ck_assert_uint_eq(ost_tokenizer_next(t, tokens, 32), 5);
    ck_assert_uint_eq(tokens[0].position, UINT32_MAX - 1);
    for (size_t i = 1; i < 5; i++)
        ck_assert_uint_eq(tokens[i].position, UINT32_MAX);
    ck_assert_uint_eq(ost_tokenizer_position(t), UINT32_MAX);
    ost_tokenizer_close(t);
}
END_TEST

START_TEST(test_tokenizer_every_allocation_failing_is_no_memory)
{
    ost_tokenizer *t;
    osteon_error err;
    unsigned long n = 0;
    osteon_status s;

    do {
        ost_alloc_fail_at(++n);
        s = ost_tokenizer_open(&t, &err);
        ck_assert((s == OSTEON_OK) == (t != NULL));
        if (s != OSTEON_OK)
            ck_assert_int_eq(s, OSTEON_NO_MEMORY);
    } while (s != OSTEON_OK);
    ost_alloc_fail_at(0);
    ck_assert_uint_eq(n, 4);
    ost_tokenizer_close(t);
}
END_TEST

/* ---- Long words ---- */

START_TEST(test_tokenizer_word_lengths_around_the_limit)
{
    ost_tokenizer *t = open_tokenizer();
    static char text[1200], expected[1300];

    memset(text, 'Q', sizeof text);
    for (size_t len = 1; len < sizeof text; len++) {
        const uint64_t before = ost_tokenizer_long_words(t);
        ost_buffer b;
        memset(expected, 'q', len);
        if (len > OST_WORD_MAX)
            snprintf(expected + 238, 32, "~%016llx",
                     (unsigned long long)XXH3_64bits(expected, len));
        else
            expected[len] = '\0';
        strcat(expected, "@0");
        b = render(t, text, len, 16, false);
        ck_assert_str_eq((char *)b.data, expected);
        ck_assert_uint_eq(ost_tokenizer_long_words(t) - before,
                          len > OST_WORD_MAX);
        ost_buffer_free(&b);
    }
    ost_tokenizer_close(t);
}
END_TEST

START_TEST(test_tokenizer_long_words_are_cut_between_characters)
{
    ost_tokenizer *t = open_tokenizer();
    char text[1 + 2 * 300];
    ost_token tokens[16];

    for (size_t i = 0; i < 300; i++)
        memcpy(text + 1 + 2 * i, "\xD0\xB0", 2);
    text[0] = 'x'; /* byte 238 is the second half of a letter */
    ost_tokenizer_start(t, text, sizeof text, 0);
    ck_assert_uint_eq(ost_tokenizer_next(t, tokens, 16), 1);
    ck_assert_uint_eq(tokens[0].len, 237 + 17);
    ck_assert_int_eq(tokens[0].word[237], '~');
    ck_assert_uint_eq(tokens[0].end, sizeof text);
    ost_tokenizer_close(t);
}
END_TEST

START_TEST(test_tokenizer_word_of_64_megabytes_is_one_token)
{
    const size_t len = (size_t)64 << 20;
    char *text = malloc(len);
    ost_tokenizer *t = open_tokenizer();
    ost_token tokens[16];
    char tail[18];

    memset(text, 'w', len);
    snprintf(tail, sizeof tail, "~%016llx",
             (unsigned long long)XXH3_64bits(text, len));
    ost_tokenizer_start(t, text, len, 0);
    ck_assert_uint_eq(ost_tokenizer_next(t, tokens, 16), 1);
    ck_assert_uint_eq(tokens[0].len, OST_WORD_MAX);
    ck_assert_int_eq(memcmp(tokens[0].word + 238, tail, 17), 0);
    ck_assert_uint_eq(tokens[0].end, len);
    ck_assert_uint_eq(ost_tokenizer_next(t, tokens, 16), 0);
    ck_assert_uint_eq(ost_tokenizer_long_words(t), 1);
    ost_tokenizer_close(t);
    free(text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tokenizer");

    add(s, "rules", test_tokenizer_rules_give_expected_tokens,
        (int)(sizeof rules / sizeof *rules));
    add(s, "bytes", test_tokenizer_bytes_name_the_source, 1);
    add(s, "held", test_tokenizer_compound_over_the_room_comes_in_two_calls,
        1);
    add(s, "null", test_tokenizer_null_text_is_empty, 1);
    add(s, "positions", test_tokenizer_positions_saturate, 1);
    add(s, "memory", test_tokenizer_every_allocation_failing_is_no_memory, 1);
    add(s, "lengths", test_tokenizer_word_lengths_around_the_limit, 1);
    add(s, "between", test_tokenizer_long_words_are_cut_between_characters, 1);
    add(s, "huge", test_tokenizer_word_of_64_megabytes_is_one_token, 1);
    return run(s);
}
