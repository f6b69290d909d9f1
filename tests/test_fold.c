/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Folding, over all of Unicode.
 */
#include "fold.h"
#include "tokenizer_fixture.h"

static size_t encode(uint32_t c, char *out)
{
    const unsigned n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    if (n == 1) {
        out[0] = (char)c;
        return 1;
    }
    for (unsigned i = n; i-- > 1; c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)((0xF00u >> n & 0xF0) | c);
    return n;
}

START_TEST(test_fold_of_a_fold_is_itself)
{
    ost_folder *f = ost_folder_open();

    ck_assert_ptr_nonnull(f);
    for (uint32_t c = 1; c < 0x110000; c++) {
        char bytes[4];
        ost_char ch, again;
        if (c >= 0xD800 && c < 0xE000)
            continue;
        ost_folder_read(f, bytes, encode(c, bytes), &ch);
        ck_assert_uint_ne(ch.kind, OST_CHAR_MALFORMED);
        ck_assert_msg((ch.len > 0) == (ch.kind >= OST_CHAR_CJK ||
                                       ch.kind == OST_CHAR_APOSTROPHE),
                      "U+%04X: %u bytes", (unsigned)c, ch.len);
        for (size_t at = 0; at < ch.len; at += again.size) {
            ost_folder_read(f, ch.bytes + at, ch.len - at, &again);
            ck_assert_msg(again.len == again.size &&
                              memcmp(ch.bytes + at, again.bytes,
                                     again.len) == 0,
                          "U+%04X folds on", (unsigned)c);
        }
    }
    ost_folder_close(f);
}
END_TEST

START_TEST(test_greek_names_cover_the_alphabet)
{
    ck_assert_str_eq(ost_greek_name(0x3B1), "alpha");
    ck_assert_str_eq(ost_greek_name(0x3BB), "lambda");
    ck_assert_str_eq(ost_greek_name(0x3C3), "sigma");
    ck_assert_str_eq(ost_greek_name(0x3C9), "omega");
    ck_assert_ptr_null(ost_greek_name(0x3B0));
    ck_assert_ptr_null(ost_greek_name(0x3CA));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("fold");

    add(s, "fold", test_fold_of_a_fold_is_itself, 1);
    add(s, "greek", test_greek_names_cover_the_alphabet, 1);
    return run(s);
}
