/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The tokenizer on any input: the same answer whatever the room and wherever
 * a text ends, hostile bytes, and a slow plain tokenizer to compare with.
 */
#include "tokenizer_fixture.h"

#include <stdio.h>
#include <xxhash.h>

/* ---- Where texts and batches end ---- */

/* Bytes at the end that begin a character and do not finish it. */
static size_t dangling(const char *text, size_t len)
{
    size_t n = 0, size;

    while (n < len && n < 3 && ((uint8_t)text[len - 1 - n] & 0xC0) == 0x80)
        n++;
    if (n == len)
        return 0;
    size = (uint8_t)text[len - 1 - n] >= 0xF0   ? 4
           : (uint8_t)text[len - 1 - n] >= 0xE0 ? 3
           : (uint8_t)text[len - 1 - n] >= 0xC0 ? 2
                                                : 1;
    return n + 1 < size ? n + 1 : 0;
}

START_TEST(test_tokenizer_text_cut_anywhere_counts_the_rest)
{
    static const char text[] =
        "IFN-\xCE\xB3 \xE6\x97\xA5\xE6\x9C\xAC t\xE2\x80\x90u "
        "\xF0\xA0\x80\x80\xF0\xA0\x80\x81 don\xE2\x80\x99t \xD0\xB8\xCC\x86";
    ost_tokenizer *t = open_tokenizer();

    for (size_t len = 0; len < sizeof text; len++) {
        const uint64_t before = ost_tokenizer_malformed(t);
        ost_buffer cut = render(t, text, len, 16, true);
        const size_t rest = dangling(text, len);
        ost_buffer whole;
        ck_assert_uint_eq(ost_tokenizer_malformed(t) - before, rest);
        whole = render(t, text, len - rest, 16, true);
        ck_assert_str_eq((char *)cut.data, (char *)whole.data);
        ost_buffer_free(&cut);
        ost_buffer_free(&whole);
    }
    ost_tokenizer_close(t);
}
END_TEST

START_TEST(test_tokenizer_malformed_bytes_are_counted)
{
    static const char text[] = "\xC0\x80 \xED\xA0\x80 \xF4\x90\x80\x80 \xFF"
                               "a\xC3 \xE6\x97-\x80\xE0\x80\xAF\xF8";
    ost_tokenizer *t = open_tokenizer();
    ost_buffer b = render(t, text, sizeof text - 1, 16, false);

    ck_assert_str_eq((char *)b.data, "a@0");
    ck_assert_uint_eq(ost_tokenizer_malformed(t), 18);
    ost_buffer_free(&b);
    ost_tokenizer_close(t);
}
END_TEST

/* Pieces that meet many rules when thrown together. */
static size_t random_text(char *text, size_t room)
{
    static const char *const pieces[] = {
        "a", "Bc", "7", "000", "12", "-", "_", ".", ",", "'", "s", " ", "  ",
        "@", "&", "+", "\xCE\xB3", "\xCE\x91\xCF\x8D", "\xC3\x89", "\xC3\x9F",
        "\xE2\x80\x90", "\xE2\x80\x99", "\xE6\x97\xA5", "\xE3\x81\x8B",
        "\xE3\x82\x99", "\xED\x95\x98", "\xE1\x86\xAB", "\xCC\x81", "\xC2\xAD",
        "\xE2\x80\x8B", "\xD0\xB8\xCC\x86", "\xFF", "\xE6\x97", "\xF0\x9F",
        "\xF0\x9F\x98\x80", "\xE0\xA4\x95\xE0\xA4\xBF", "\xC2\xBD", "\n",
        "internationalisation", "\xE2\x93\x91", "\xEF\xBD\xB6", "\xEF\xBE\x9E"};
    size_t len = 0;
    const size_t n = draw(60);

    for (size_t i = 0; i < n; i++) {
        const char *piece = pieces[draw(sizeof pieces / sizeof *pieces)];
        const size_t size = strlen(piece);
        const size_t times = draw(12) == 0 ? 1 + draw(300) : 1;
        for (size_t k = 0; k < times && len + size <= room; k++) {
            memcpy(text + len, piece, size);
            len += size;
        }
    }
    return len;
}

START_TEST(test_tokenizer_any_room_gives_the_same_tokens)
{
    static char text[8192];
    ost_tokenizer *t = open_tokenizer();

    random_state = 1;
    for (int round = 0; round < 3000; round++) {
        const size_t len = random_text(text, sizeof text);
        ost_buffer wide = render(t, text, len, 4096, true);
        ost_buffer tight = render(t, text, len, 16 + draw(4), true);
        ck_assert_str_eq((char *)wide.data, (char *)tight.data);
        ost_buffer_free(&wide);
        ost_buffer_free(&tight);
    }
    ost_tokenizer_close(t);
}
END_TEST

static void check_invariants(const ost_token *tokens, size_t n, size_t len,
                             uint32_t *position)
{
    for (size_t i = 0; i < n; i++) {
        const ost_token *k = &tokens[i];
        const bool advances =
            k->kind == OST_TOKEN_WORD || k->kind == OST_TOKEN_CJK;
        ck_assert_uint_ge(k->len, 1);
        ck_assert_uint_le(k->len, OST_WORD_MAX);
        ck_assert_uint_lt(k->start, k->end);
        ck_assert_uint_le(k->end, len);
        ck_assert_uint_eq(k->position, advances ? *position : *position - 1);
        *position += advances;
    }
}

START_TEST(test_tokenizer_random_bytes_keep_the_invariants)
{
    ost_tokenizer *t = open_tokenizer();
    ost_token tokens[40];

    random_state = 2;
    for (int round = 0; round < 4000; round++) {
        const size_t len = draw(200);
        char *text = malloc(len + 1);
        uint32_t position = 5;
        size_t n;
        for (size_t i = 0; i < len; i++)
            text[i] = (char)(draw(3) == 0 ? 0x80 + draw(0x80) : draw(0x100));
        ost_tokenizer_start(t, text, len, position);
        while ((n = ost_tokenizer_next(t, tokens, 40)) > 0)
            check_invariants(tokens, n, len, &position);
        ck_assert_uint_eq(ost_tokenizer_position(t), position);
        free(text);
    }
    ost_tokenizer_close(t);
}
END_TEST

/* ---- A plain tokenizer for ASCII ---- */

static bool letter(const char *s, size_t i)
{
    return (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z');
}

static bool digit(const char *s, size_t i)
{
    return s[i] >= '0' && s[i] <= '9';
}

static bool in_word(const char *s, size_t i)
{
    return letter(s, i) || digit(s, i);
}

typedef struct plain_part {
    char word[4096];
    size_t start, end;
    char before;
    bool digits;
} plain_part;

static void plain_read(const char *s, size_t i, plain_part *p)
{
    size_t n = 0;

    p->start = i;
    p->digits = true;
    for (;; i++) {
        if (in_word(s, i)) {
            p->word[n++] = (char)(letter(s, i) ? s[i] | 0x20 : s[i]);
            p->digits &= digit(s, i);
        } else if (s[i] == '\'' &&
                   ((letter(s, i - 1) && letter(s, i + 1)) ||
                    (digit(s, i - 1) && (s[i + 1] | 0x20) == 's' &&
                     !in_word(s, i + 2)))) {
            p->word[n++] = '\'';
            p->digits = false;
        } else {
            break;
        }
    }
    p->word[n] = '\0';
    p->end = i;
}

/* Where the part after p begins; 0: there is none. */
static size_t plain_next(const char *s, const plain_part *p)
{
    const size_t i = p->end, n = strlen(p->word);

    if (s[i] != '\0' && strchr("-_.@&+", s[i]) != NULL)
        return in_word(s, i + 1) ? i + 1 : 0;
    if (s[i] == ',' && p->digits && n <= 3 && p->before != '.' &&
        (p->before == ',' || p->word[0] != '0') && digit(s, i + 1) &&
        digit(s, i + 2) && digit(s, i + 3) && !in_word(s, i + 4))
        return i + 1;
    return 0;
}

static void plain_put(ost_buffer *b, const char *kind, const char *word,
                      unsigned position, size_t start, size_t end)
{
    char cut[300];

    snprintf(cut, sizeof cut, "%.255s", word);
    if (strlen(word) > OST_WORD_MAX)
        snprintf(cut + 238, 20, "~%016llx",
                 (unsigned long long)XXH3_64bits(word, strlen(word)));
    ost_buffer_printf(b, "%s%s%s@%u[%zu-%zu]", b->len > 0 ? " " : "", kind,
                      cut, position, start, end);
}

static ost_buffer plain_tokens(const char *s)
{
    static plain_part parts[400];
    static char joined[400 * 40];
    ost_buffer b = {0};
    unsigned position = 0;
    size_t i = 0;

    while (s[i] != '\0') {
        size_t n = 0, next = i;
        bool digits = true;
        if (!in_word(s, i)) {
            i++;
            continue;
        }
        parts[0].before = '\0';
        do {
            plain_read(s, next, &parts[n]);
            digits &= parts[n].digits;
            next = plain_next(s, &parts[n]);
            i = parts[n].end;
            parts[++n].before = s[i];
        } while (next > 0);
        joined[0] = '\0';
        for (size_t k = 0; k < n && n <= 8; k++) {
            if (k > 0 && digits && parts[k].before != ',')
                strncat(joined, &parts[k].before, 1);
            strcat(joined, parts[k].word);
        }
        for (size_t k = 0; k < n; k++) {
            plain_put(&b, "", parts[k].word, position++, parts[k].start,
                      parts[k].end);
            if (k == 0 && n > 1 && n <= 8)
                plain_put(&b, "J:", joined, position - 1, parts[0].start, i);
        }
    }
    ost_buffer_add_byte(&b, 0);
    return b;
}

START_TEST(test_tokenizer_ascii_equals_a_plain_one)
{
    static const char few[] = "abZ0019sS' -_.@&+,,/(";
    ost_tokenizer *t = open_tokenizer();
    char text[301];

    random_state = 3;
    for (int round = 0; round < 20000; round++) {
        const size_t len = draw(round % 10 == 0 ? 300 : 40);
        /* Three mixtures: of few characters, of all, of words mostly. */
        for (size_t i = 0; i < len; i++)
            text[i] = round % 3 == 0   ? few[draw(sizeof few - 1)]
                      : round % 3 == 1 ? (char)(1 + draw(127))
                      : draw(7) == 0   ? few[draw(sizeof few - 1)]
                                       : (char)('a' + draw(26));
        text[len] = '\0';
        ost_buffer expected = plain_tokens(text);
        ost_buffer got = render(t, text, len, 20 + draw(50), true);
        ck_assert_str_eq((char *)got.data, (char *)expected.data);
        ost_buffer_free(&expected);
        ost_buffer_free(&got);
    }
    ost_tokenizer_close(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tokenizer_random");

    add(s, "cut", test_tokenizer_text_cut_anywhere_counts_the_rest, 1);
    add(s, "malformed", test_tokenizer_malformed_bytes_are_counted, 1);
    add(s, "room", test_tokenizer_any_room_gives_the_same_tokens, 1);
    add(s, "random", test_tokenizer_random_bytes_keep_the_invariants, 1);
    add(s, "ascii", test_tokenizer_ascii_equals_a_plain_one, 1);
    return run(s);
}
