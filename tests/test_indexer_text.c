/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Encodings, compressed files, reading in pieces, cuts, titles, kinds.
 */
#include "convert.h"
#include "run_suite.h"

#include "asserts.h"
#include <unistd.h>
#include <zlib.h>

START_TEST(test_kind_of_names_agree)
{
    static const struct {
        const char *name;
        osi_format format;
        osi_packing packing;
    } table[] = {{"a.html", OSI_FORMAT_HTML, OSI_PLAIN},
                 {"a.HTM", OSI_FORMAT_HTML, OSI_PLAIN},
                 {"a.xhtml", OSI_FORMAT_HTML, OSI_PLAIN},
                 {"a.md", OSI_FORMAT_MARKDOWN, OSI_PLAIN},
                 {"a.markdown.gz", OSI_FORMAT_MARKDOWN, OSI_GZIP},
                 {"a.jsonl", OSI_FORMAT_JSONL, OSI_PLAIN},
                 {"a.ndjson.gz", OSI_FORMAT_JSONL, OSI_GZIP},
                 {"a.json", OSI_FORMAT_TEXT, OSI_PLAIN},
                 {"a.txt.gz", OSI_FORMAT_TEXT, OSI_GZIP},
                 {".md", OSI_FORMAT_TEXT, OSI_PLAIN},
                 {"md", OSI_FORMAT_TEXT, OSI_PLAIN},
                 {".gz", OSI_FORMAT_TEXT, OSI_PLAIN},
                 {"a.gz", OSI_FORMAT_TEXT, OSI_GZIP},
                 {"a.md.xz", OSI_FORMAT_MARKDOWN, OSI_PACKED},
                 {"a.jsonl.zst", OSI_FORMAT_JSONL, OSI_PACKED},
                 {"a.bz2", OSI_FORMAT_TEXT, OSI_PACKED},
                 {"a.tar", OSI_FORMAT_AUTO, OSI_ARCHIVE},
                 {"a.md.tar.GZ", OSI_FORMAT_AUTO, OSI_ARCHIVE},
                 {"a.tar.xz", OSI_FORMAT_AUTO, OSI_ARCHIVE},
                 {"a.tgz", OSI_FORMAT_AUTO, OSI_ARCHIVE},
                 {"a.ZIP", OSI_FORMAT_AUTO, OSI_ARCHIVE},
                 {"a.7z", OSI_FORMAT_AUTO, OSI_ARCHIVE},
                 {"tar.gz", OSI_FORMAT_TEXT, OSI_GZIP},
                 {"a.targz", OSI_FORMAT_TEXT, OSI_PLAIN}};

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const osi_kind kind = osi_kind_of(
            table[i].name, strlen(table[i].name), OSI_FORMAT_AUTO);
        ck_assert_msg(kind.format == table[i].format &&
                          kind.packing == table[i].packing,
                      "%s", table[i].name);
    }
    ck_assert_int_eq(osi_kind_of("a.md", 4, OSI_FORMAT_HTML).format,
                     OSI_FORMAT_HTML);
}
END_TEST

/* The title, a bar, and what is left of the text. */
static const char *title_of(const char *text)
{
    static char out[1024];
    osi_title t;

    if (!osi_title_find(text, strlen(text), &t))
        return "none";
    snprintf(out, sizeof out, "%.*s|%.*s|%s", (int)t.len, text + t.start,
             (int)t.from, text, text + t.to);
    return out;
}

START_TEST(test_title_find_forms_are_told)
{
    ck_assert_str_eq(title_of(""), "none");
    ck_assert_str_eq(title_of("---\n***\n"), "none");
    ck_assert_str_eq(title_of("Title"), "Title||");
    ck_assert_str_eq(title_of("Title\nbody\n"), "Title||body\n");
    ck_assert_str_eq(title_of("=====\nTitle\n=====\nbody"),
                     "Title|=====\n|=====\nbody");
    ck_assert_str_eq(title_of("# Title #\nx"), "Title||x");
    ck_assert_str_eq(title_of("/* a file */\nx"), "a file||x");
    ck_assert_str_eq(title_of("<!-- a page -->\nx"), "a page||x");
    ck_assert_str_eq(title_of("On C#\nx"), "On C#||x");
    ck_assert_str_eq(title_of("\r\n Title \r\nx"), "Title|\r\n|x");
    ck_assert_str_eq(title_of("#!/bin/sh\n# says hello\necho"),
                     "says hello|#!/bin/sh\n|echo");
    ck_assert_str_eq(title_of(".. SPDX-License-Identifier: GPL-2.0\n\n"
                              ".. _label:\n\n====\nPCI\n====\ntext"),
                     "PCI|.. SPDX-License-Identifier: GPL-2.0\n\n"
                     ".. _label:\n\n====\n|====\ntext");
    ck_assert_str_eq(title_of(".. include:: x\n   :a: b\n\n:Original: y\n"
                              "Titolo\n"),
                     "Titolo|.. include:: x\n   :a: b\n\n:Original: y\n|");
    ck_assert_str_eq(title_of("// SPDX-License-Identifier: MIT\n/*\n"
                              " * Copyright 2020 X\n * the widget\n */\n"),
                     "the widget|// SPDX-License-Identifier: MIT\n/*\n"
                     " * Copyright 2020 X\n| */\n");
    ck_assert_str_eq(title_of("#include <a.h>\n/* b */\n"),
                     "b|#include <a.h>\n|");
    ck_assert_str_eq(title_of("%YAML 1.2\n---\n$id: http://x\n"
                              "title: A device\nmore: 1\n"),
                     "A device|%YAML 1.2\n---\n$id: http://x\n|more: 1\n");
    ck_assert_str_eq(title_of("-*- coding: utf-8 -*-\n\xc3\x9c""ber uns\n"),
                     "\xc3\x9c""ber uns|-*- coding: utf-8 -*-\n|");
}
END_TEST

START_TEST(test_title_find_long_line_is_none)
{
    char text[300];
    osi_title t;

    memset(text, 'x', sizeof text);
    ck_assert(!osi_title_find(text, 201, &t));
    ck_assert(osi_title_find(text, 200, &t));
    text[250] = '\n';
    ck_assert(!osi_title_find(text, sizeof text, &t));
}
END_TEST

START_TEST(test_title_find_late_line_is_none)
{
    char text[64];
    osi_title t;

    memset(text, '\n', 39);
    text[39] = 'x';
    ck_assert(osi_title_find(text, 40, &t));
    memset(text, '\n', 40);
    text[40] = 'x';
    ck_assert(!osi_title_find(text, 41, &t));
}
END_TEST

START_TEST(test_cut_places_agree)
{
    ck_assert_uint_eq(osi_cut("ab cd", 5), 3);
    ck_assert_uint_eq(osi_cut("ab ", 3), 3);
    ck_assert_uint_eq(osi_cut("a b-c", 5), 2);
    ck_assert_uint_eq(osi_cut("a bcd", 5), 2);
    ck_assert_uint_eq(osi_cut("ab-cd", 5), 3);
    ck_assert_uint_eq(osi_cut("abcd", 4), 4);
    ck_assert_uint_eq(osi_cut("a", 1), 1);
    ck_assert_uint_eq(osi_cut("ab\xc3", 3), 2);
    ck_assert_uint_eq(osi_cut("ab\xc3\xa9", 4), 4);
    ck_assert_uint_eq(osi_cut("ab\xf0\x9f\x98", 5), 2);
    ck_assert_uint_eq(osi_cut("\xf0", 1), 1);
    ck_assert_uint_eq(osi_cut("\x80\x80\x80\x80\x80\x80", 6), 6);
}
END_TEST

/* The encoding of a text, told by its first bytes. */
static osi_encoding encoding(const char *bytes, size_t len, size_t *skip)
{
    char *const copy = malloc(len ? len : 1);
    osi_encoding e;

    memcpy(copy, bytes, len);
    e = osi_encoding_of(copy, len, skip);
    free(copy);
    return e;
}

START_TEST(test_encoding_of_marks_and_nuls_are_told)
{
    size_t skip;

    ck_assert_int_eq(encoding("abc", 3, &skip), OSI_UTF8);
    ck_assert_uint_eq(skip, 0);
    ck_assert_int_eq(encoding("", 0, &skip), OSI_UTF8);
    ck_assert_int_eq(encoding("\xef\xbb\xbf" "a", 4, &skip), OSI_UTF8);
    ck_assert_uint_eq(skip, 3);
    ck_assert_int_eq(encoding("\xff\xfe" "a\0", 4, &skip), OSI_UTF16_LE);
    ck_assert_uint_eq(skip, 2);
    ck_assert_int_eq(encoding("\xfe\xff\0a", 4, &skip), OSI_UTF16_BE);
    ck_assert_int_eq(encoding("\xff\xfe\0\0a\0\0\0", 8, &skip), OSI_NO_TEXT);
    ck_assert_int_eq(encoding("a\0b\0c\0\n\0", 8, &skip), OSI_UTF16_LE);
    ck_assert_uint_eq(skip, 0);
    ck_assert_int_eq(encoding("\0a\0b\0c", 6, &skip), OSI_UTF16_BE);
    ck_assert_int_eq(encoding("a\0b", 3, &skip), OSI_NO_TEXT);
    ck_assert_int_eq(encoding("\1\0\2\0\3\0", 6, &skip), OSI_NO_TEXT);
    ck_assert_int_eq(encoding("ELF\0\0\0\0\0", 8, &skip), OSI_NO_TEXT);
}
END_TEST

static void decoded(const char *bytes, size_t len, bool last,
                    const char *expected, size_t used)
{
    osi_bytes out = {0};

    ck_assert_uint_eq(osi_utf16_decode(bytes, len, false, last, &out), used);
    ck_assert_uint_eq(out.len, strlen(expected));
    ck_assert_mem_eq(out.data, expected, out.len);
    osi_bytes_free(&out);
}

START_TEST(test_utf16_decode_units_become_utf8)
{
    decoded("a\0", 2, true, "a", 2);
    decoded("\xe9\0", 2, true, "\xc3\xa9", 2);
    decoded("\xac\x20", 2, true, "\xe2\x82\xac", 2);
    decoded("\x3d\xd8\x00\xde", 4, true, "\xf0\x9f\x98\x80", 4);
    decoded("\x3d\xd8", 2, false, "", 0);
    decoded("\x3d\xd8", 2, true, "\xef\xbf\xbd", 2);
    decoded("\x3d\xd8""a\0", 4, true, "\xef\xbf\xbd""a", 4);
    decoded("\x00\xde", 2, true, "\xef\xbf\xbd", 2);
    decoded("a", 1, false, "", 0);
    decoded("a\0b", 3, true, "a\xef\xbf\xbd", 3);
}
END_TEST

/* A temporary file, open and already unlinked, holding these bytes. */
static int file_of(const char *bytes, size_t len)
{
    char name[] = "/tmp/osteon-test-XXXXXX";
    const int fd = mkstemp(name);

    ck_assert_int_ge(fd, 0);
    unlink(name);
    ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

/* Compresses into `out` and returns the length. */
static size_t gzip_of(const char *text, size_t len, char *out, size_t room)
{
    z_stream z;

    memset(&z, 0, sizeof z);
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, 0), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)text;
    z.avail_in = (uInt)len;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return z.total_out;
}

/* Reads all of a file; what came out is in `text`. */
static osi_got read_file(const char *bytes, size_t len, bool gzip,
                         uint64_t limit, osi_bytes *text)
{
    osi_input *const input = osi_input_new();
    const int fd = file_of(bytes, len);
    osi_reader reader = {0};
    osi_got got = osi_input_start(input, fd, gzip, limit);

    osi_reader_start(&reader, input, gzip);
    if (got == OSI_GOT_TEXT)
        got = osi_reader_fill(&reader, SIZE_MAX);
    text->len = 0;
    osi_bytes_add(text, reader.text.data, reader.text.len);
    osi_bytes_add(text, "", 1);
    osi_reader_free(&reader);
    osi_input_free(input);
    close(fd);
    return got;
}

START_TEST(test_reader_fill_gzip_comes_back)
{
    static char text[300000], packed[600000];
    osi_bytes got = {0};
    size_t n;

    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i * i % 26);
    n = gzip_of(text, sizeof text, packed, sizeof packed);
    ck_assert_int_eq(read_file(packed, n, true, 0, &got), OSI_GOT_TEXT);
    ck_assert_uint_eq(got.len, sizeof text + 1);
    ck_assert_mem_eq(got.data, text, sizeof text);
    /* Two members, and zeros behind them. */
    n += gzip_of("more", 4, packed + n, sizeof packed - n);
    memset(packed + n, 0, 100);
    ck_assert_int_eq(read_file(packed, n + 100, true, 0, &got), OSI_GOT_TEXT);
    ck_assert_uint_eq(got.len, sizeof text + 5);
    ck_assert_int_eq(read_file(packed, n, true, 300003, &got),
                     OSI_GOT_TOO_LARGE);
    ck_assert_int_eq(read_file(packed, n, true, 300004, &got), OSI_GOT_TEXT);
    osi_bytes_free(&got);
}
END_TEST

START_TEST(test_reader_fill_gzip_cut_anywhere_is_damaged)
{
    char packed[200];
    const size_t n = gzip_of("some text, twice: some text", 27, packed, 200);
    osi_bytes got = {0};

    for (size_t len = 1; len < n; len++)
        ck_assert_int_eq(read_file(packed, len, true, 0, &got),
                         OSI_GOT_DAMAGED);
    ck_assert_int_eq(read_file(packed, 0, true, 0, &got), OSI_GOT_TEXT);
    osi_bytes_free(&got);
}
END_TEST

START_TEST(test_reader_fill_gzip_bit_flipped_is_damaged_or_same)
{
    static const char text[] = "some text, twice: some text";
    char packed[200];
    const size_t n = gzip_of(text, 27, packed, sizeof packed);
    osi_bytes got = {0};

    for (size_t bit = 0; bit < 8 * n; bit++) {
        packed[bit / 8] = (char)(packed[bit / 8] ^ 1 << bit % 8);
        /* Of the header some bits say nothing of the text. */
        if (read_file(packed, n, true, 0, &got) == OSI_GOT_TEXT)
            ck_assert_mem_eq(got.data, text, 27);
        packed[bit / 8] = (char)(packed[bit / 8] ^ 1 << bit % 8);
    }
    ck_assert_int_eq(read_file("plain text", 10, true, 0, &got),
                     OSI_GOT_DAMAGED);
    osi_bytes_free(&got);
}
END_TEST

START_TEST(test_reader_fill_utf16_in_pieces_is_whole)
{
    enum { N = 200000 };
    static char bytes[2 + 4 * N];
    osi_bytes got = {0};

    memcpy(bytes, "\xff\xfe", 2);
    for (size_t i = 0; i < N; i++)
        memcpy(bytes + 2 + 4 * i, "\x3d\xd8\x00\xde", 4);
    ck_assert_int_eq(read_file(bytes, sizeof bytes, false, 0, &got),
                     OSI_GOT_TEXT);
    ck_assert_uint_eq(got.len, 4 * N + 1);
    for (size_t i = 0; i < N; i++)
        ck_assert_mem_eq(got.data + 4 * i, "\xf0\x9f\x98\x80", 4);
    osi_bytes_free(&got);
}
END_TEST

START_TEST(test_reader_fill_binary_is_told)
{
    osi_bytes got = {0};

    ck_assert_int_eq(read_file("ab\0c", 4, false, 0, &got), OSI_GOT_BINARY);
    ck_assert_int_eq(read_file("abc", 3, false, 2, &got), OSI_GOT_TOO_LARGE);
    ck_assert_int_eq(read_file("\xef\xbb\xbf""abc", 6, false, 0, &got),
                     OSI_GOT_TEXT);
    ck_assert_str_eq(got.data, "abc");
    osi_bytes_free(&got);
}
END_TEST

START_TEST(test_reader_take_and_split_keep_the_rest)
{
    osi_input *const input = osi_input_new();
    const int fd = file_of("first\nsecond\nthird", 18);
    osi_reader reader = {0};
    osi_bytes front = {0};

    ck_assert_int_eq(osi_input_start(input, fd, false, 0), OSI_GOT_TEXT);
    osi_reader_start(&reader, input, false);
    ck_assert_int_eq(osi_reader_fill(&reader, SIZE_MAX), OSI_GOT_TEXT);
    ck_assert(osi_reader_split(&reader, 6, &front));
    ck_assert_uint_eq(front.len, 6);
    ck_assert_mem_eq(front.data, "first\n", 6);
    osi_reader_take(&reader, 7);
    ck_assert_uint_eq(reader.text.len, 5);
    ck_assert_mem_eq(reader.text.data, "third", 5);
    osi_bytes_free(&front);
    osi_reader_free(&reader);
    osi_input_free(input);
    close(fd);
}
END_TEST

START_TEST(test_bytes_add_shown_hides_controls)
{
    osi_bytes b = {0};

    osi_bytes_add_shown(&b, "a\n\t\x1b[\x7f\xc2\x85\xff\xc3\xa9", 11);
    osi_bytes_add(&b, "", 1);
    ck_assert_str_eq(b.data,
                     "a\\n\\t\\x1b[\\x7f\\xc2\\x85\\xff\xc3\xa9");
    b.len = 0;
    osi_bytes_add_json(&b, "\"\\\n\xff", 4);
    osi_bytes_add(&b, "", 1);
    ck_assert_str_eq(b.data, "\\\"\\\\\\u000a\xef\xbf\xbd");
    osi_bytes_free(&b);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("indexer_text");
    TCase *const formats = tcase_create("formats");
    TCase *const encodings = tcase_create("encodings");
    TCase *const reader = tcase_create("osi_reader");

    tcase_add_test(formats, test_kind_of_names_agree);
    tcase_add_test(formats, test_title_find_forms_are_told);
    tcase_add_test(formats, test_title_find_long_line_is_none);
    tcase_add_test(formats, test_title_find_late_line_is_none);
    tcase_add_test(formats, test_cut_places_agree);
    tcase_add_test(formats, test_bytes_add_shown_hides_controls);
    tcase_add_test(encodings, test_encoding_of_marks_and_nuls_are_told);
    tcase_add_test(encodings, test_utf16_decode_units_become_utf8);
    tcase_add_test(reader, test_reader_fill_gzip_comes_back);
    tcase_add_test(reader, test_reader_fill_gzip_cut_anywhere_is_damaged);
    tcase_add_test(reader,
                   test_reader_fill_gzip_bit_flipped_is_damaged_or_same);
    tcase_add_test(reader, test_reader_fill_utf16_in_pieces_is_whole);
    tcase_add_test(reader, test_reader_fill_binary_is_told);
    tcase_add_test(reader, test_reader_take_and_split_keep_the_rest);
    suite_add_tcase(suite, formats);
    suite_add_tcase(suite, encodings);
    suite_add_tcase(suite, reader);
    return run_suite(suite);
}
