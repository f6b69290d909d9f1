/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The fast path of the tokenizer: the first pass in all its forms against a
 * plain one, and the tokens of all forms against those of the path that reads
 * character by character.
 */
#include "ascii.h"
#include "tokenizer_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char some[] = "abZz@[`{0019/:sS''--__..@@&&++,,,  \n(";

/* ---- Masks ---- */

static bool between(uint8_t c, char first, char last)
{
    return c >= (uint8_t)first && c <= (uint8_t)last;
}

static void classify_plainly(const char *text, size_t blocks, char *folded,
                             ost_byte_masks *masks)
{
    memset(masks, 0, blocks * sizeof *masks);
    for (size_t i = 0; i < blocks * OST_BLOCK; i++) {
        const uint8_t c = (uint8_t)text[i];
        const bool letter = between(c, 'a', 'z') || between(c, 'A', 'Z');
        const uint64_t bit = UINT64_C(1) << i % OST_BLOCK;
        ost_byte_masks *m = &masks[i / OST_BLOCK];
        folded[i] = (char)(letter && c < 'a' ? c - 'A' + 'a' : c);
        m->letters |= letter ? bit : 0;
        m->digits |= between(c, '0', '9') ? bit : 0;
        m->high |= c > 0x7F ? bit : 0;
        m->connectors |= c != 0 && strchr("-_.@&+", c) != NULL ? bit : 0;
        m->apostrophes |= c == '\'' ? bit : 0;
        m->commas |= c == ',' ? bit : 0;
    }
}

/* The forms that run on this machine. */
static size_t list_forms(ost_classify *forms[3])
{
    const char *name;

    forms[0] = ost_classify_portable;
    forms[1] = ost_classify_best(&name);
    ck_assert_ptr_nonnull(name);
    return forms[1] == forms[0] ? 1 : 2;
}

static void check_masks(ost_classify *form, const char *bytes, size_t blocks,
                        size_t shift)
{
    const size_t size = blocks * OST_BLOCK;
    char *text = malloc(size + shift + 1), *folded = malloc(size + shift + 1);
    char *expected = malloc(size + 1);
    ost_byte_masks got[5], want[5];

    memcpy(text + shift, bytes, size);
    memset(folded, 0x55, size + shift + 1);
    form(text + shift, blocks, folded + shift, got);
    classify_plainly(bytes, blocks, expected, want);
    ck_assert_int_eq(memcmp(folded + shift, expected, size), 0);
    ck_assert_int_eq(folded[size + shift], 0x55);
    ck_assert_int_eq(memcmp(got, want, blocks * sizeof *got), 0);
    free(text);
    free(folded);
    free(expected);
}

START_TEST(test_classify_every_byte_in_every_place)
{
    ost_classify *forms[3];
    const size_t n = list_forms(forms);
    char bytes[OST_BLOCK];

    for (unsigned c = 0; c < 256; c++)
        for (size_t i = 0; i < OST_BLOCK; i++) {
            memset(bytes, (int)(255 - c), sizeof bytes);
            bytes[i] = (char)c;
            for (size_t f = 0; f < n; f++)
                check_masks(forms[f], bytes, 1, 0);
        }
}
END_TEST

START_TEST(test_classify_random_bytes_equal_a_plain_form)
{
    ost_classify *forms[3];
    const size_t n = list_forms(forms);
    char bytes[5 * OST_BLOCK];

    random_state = 11;
    for (int round = 0; round < 3000; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = round % 2 == 0 ? (char)draw(256)
                                      : some[draw(sizeof some - 1)];
        for (size_t f = 0; f < n; f++)
            check_masks(forms[f], bytes, draw(6), draw(33));
    }
}
END_TEST

/* ---- Tokens ---- */

/* As if no byte were ASCII: the tokenizer then reads all characters singly. */
static void classify_as_high(const char *text, size_t blocks, char *folded,
                             ost_byte_masks *masks)
{
    memcpy(folded, text, blocks * OST_BLOCK);
    memset(masks, 0, blocks * sizeof *masks);
    for (size_t b = 0; b < blocks; b++)
        masks[b].high = UINT64_MAX;
}

/* Pieces of words, connectors and what else may stand beside them. */
static const char *const pieces[] = {
    "a", "Bc", "x1", "7", "000", "12", "1990", "s", "S", "'", "'s", "-", "_",
    ".", "@", "&", "+", ",", ",000", " ", " ", "  ", "\n", "/", "(",
    "internationalisation", "0123456789012345678901234567890123456789",
    "\xC3\xA9", "\xCE\xB3", "\xE2\x80\x90", "\xE2\x80\x99", "\xE2\x80\x93",
    "\xE2\x80\x9C", "\xC2\xAD", "\xCC\x81", "\xE6\x97\xA5", "\xFF", "\xE6",
    "\xF0\x9F\x98\x80", "\xC2\xA0",
};

/* Fills a text, mostly with the first `kinds` pieces, some many times. */
static size_t fill(char *text, size_t room, size_t kinds)
{
    size_t len = 0;

    for (;;) {
        const char *piece = pieces[draw((unsigned)(draw(40) == 0
                                                       ? COUNT(pieces)
                                                       : kinds))];
        const size_t size = strlen(piece);
        const size_t times = draw(400) == 0 ? 1 + draw(300) : 1;
        for (size_t k = 0; k < times; k++) {
            if (size > room - len)
                return len;
            memcpy(text + len, piece, size);
            len += size;
        }
    }
}

static void check_tokens(const char *text, size_t len, size_t room)
{
    ost_classify *forms[3];
    const size_t n = list_forms(forms);
    ost_tokenizer *slow, *fast;
    ost_buffer want, got;

    ck_assert_int_eq(ost_tokenizer_open_with(classify_as_high, &slow, NULL),
                     OSTEON_OK);
    want = render(slow, text, len, 300, true);
    for (size_t f = 0; f < n; f++) {
        ck_assert_int_eq(ost_tokenizer_open_with(forms[f], &fast, NULL),
                         OSTEON_OK);
        got = render(fast, text, len, room, true);
        ck_assert_str_eq((char *)got.data, (char *)want.data);
        ck_assert_uint_eq(ost_tokenizer_malformed(fast),
                          ost_tokenizer_malformed(slow));
        ck_assert_uint_eq(ost_tokenizer_long_words(fast),
                          ost_tokenizer_long_words(slow));
        ost_buffer_free(&got);
        ost_tokenizer_close(fast);
    }
    ost_buffer_free(&want);
    ost_tokenizer_close(slow);
}

START_TEST(test_tokenizer_fast_path_equals_the_slow_one)
{
    static const size_t kinds[] = {6, 12, 20, 25, 27, COUNT(pieces)};
    static char text[3 * OST_WINDOW];

    random_state = 5;
    for (int round = 0; round < 1500; round++) {
        const size_t most =
            round % 4 == 0 ? sizeof text : 1 + draw(3 * OST_BLOCK);
        const size_t len =
            fill(text, draw((unsigned)most), kinds[draw(COUNT(kinds))]);
        check_tokens(text, len, 16 + draw(300));
    }
}
END_TEST

/* Everything that decides about a word, in each place around the end of a
 * window and of a block. */
START_TEST(test_tokenizer_window_edges_change_nothing)
{
    static const char *const edges[] = {
        "don't", "1990's", "a-b", "3.5", "1,000", "1,000,000", "a,1", "it'",
        "x-\xC3\xA9", "x\xC3\xA9", "x\xE2\x80\x94y", "a'\xC3\xA9", "e-mail_x.y",
        "a-b-c-d-e-f-g-h", "a-b-c-d-e-f-g-h-i", "12-", "a--b", "1,\xD9\xA1",
    };
    static char text[2 * OST_WINDOW];

    for (size_t e = 0; e < COUNT(edges); e++)
        for (size_t at = 0; at < 24; at++) {
            const size_t size = strlen(edges[e]);
            memset(text, ' ', sizeof text);
            memcpy(text, "first", 5);
            memcpy(text + OST_BLOCK - at, edges[e], size);
            memcpy(text + OST_WINDOW - at, edges[e], size);
            memset(text + OST_WINDOW - at - 3, "  y-"[at % 4], 3);
            check_tokens(text, OST_WINDOW - at + size, 40);
            check_tokens(text, OST_WINDOW, 40);
            check_tokens(text, sizeof text, 40);
        }
}
END_TEST

START_TEST(test_tokenizer_words_longer_than_a_window)
{
    static char text[3 * OST_WINDOW];

    for (size_t n = OST_WINDOW - 4; n < OST_WINDOW + 4; n++)
        for (size_t k = 0; k < 4; k++) {
            memset(text, 'a', sizeof text);
            text[0] = "a -'"[k];
            text[n] = " -.'"[k];
            text[n + 3] = ' ';
            check_tokens(text, sizeof text, 40);
            check_tokens(text, n + 4, 40);
        }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tokenizer_fast");

    add(s, "bytes", test_classify_every_byte_in_every_place, 1);
    add(s, "masks", test_classify_random_bytes_equal_a_plain_form, 1);
    add(s, "slow", test_tokenizer_fast_path_equals_the_slow_one, 1);
    add(s, "edges", test_tokenizer_window_edges_change_nothing, 1);
    add(s, "long", test_tokenizer_words_longer_than_a_window, 1);
    return run(s);
}
