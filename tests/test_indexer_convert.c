/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Markdown, and HTML through the helper process as it was built.
 */
#include "convert.h"
#include "helper.h"
#include "run_suite.h"

#include "asserts.h"
#include <sys/stat.h>
#include <unistd.h>

/* Title, a bar, and text. */
static const char *markdown(const char *source)
{
    static char shown[4096];
    osi_bytes text = {0}, title = {0};

    ck_assert(osi_markdown(source, strlen(source), &text, &title));
    snprintf(shown, sizeof shown, "%.*s|%.*s", (int)title.len,
             title.len ? title.data : "", (int)text.len,
             text.len ? text.data : "");
    osi_bytes_free(&text);
    osi_bytes_free(&title);
    return shown;
}

START_TEST(test_markdown_blocks_are_lines)
{
    ck_assert_str_eq(markdown(""), "|");
    ck_assert_str_eq(markdown("one\ntwo\n\nthree\n"), "|one\ntwo\nthree\n");
    ck_assert_str_eq(markdown("- a\n- b\n"), "|a\nb\n");
    ck_assert_str_eq(markdown("```c\nint x;\n```\n"), "|int x;\n");
    ck_assert_str_eq(markdown("| a | b |\n|---|---|\n| c | d |\n"),
                     "|a\tb\t\nc\td\t\n");
}
END_TEST

START_TEST(test_markdown_inline_markup_is_dropped)
{
    ck_assert_str_eq(markdown("a *b* **c** `d` [e](http://x.y/z) f"),
                     "|a b c d e f\n");
    ck_assert_str_eq(markdown("im<b>mun</b>o <!-- no > --> x<br>y"),
                     "|immuno  x y\n");
    ck_assert_str_eq(markdown("a &amp; b &#233; &#x1F600; &zeta;"),
                     "|a & b \xc3\xa9 \xf0\x9f\x98\x80 &zeta;\n");
    ck_assert_str_eq(markdown("![alt](pic.png)"), "|alt\n");
    ck_assert_str_eq(markdown("<div class=\"x\">\nkept\n</div>\n"),
                     "|\nkept\n\n");
}
END_TEST

START_TEST(test_markdown_title_is_taken_out)
{
    ck_assert_str_eq(markdown("# T *x*\n\nbody\n"), "T x|body\n");
    ck_assert_str_eq(markdown("## S\n\n# T\n\nbody\n"), "T|S\nbody\n");
    ck_assert_str_eq(markdown("## S\n\nbody\n"), "S|body\n");
    ck_assert_str_eq(markdown("T\n===\nbody\n"), "T|body\n");
    ck_assert_str_eq(markdown("---\ntitle: \"F\"\nx: y\n---\nbody\n"),
                     "F|body\n");
    ck_assert_str_eq(markdown("---\ntitle: F\n---\n# T\nbody\n"),
                     "T|body\nF\n");
    ck_assert_str_eq(markdown("---\ntitle: F\nbody\n"), "|title: F\nbody\n");
}
END_TEST

START_TEST(test_markdown_memory_fails_is_reported)
{
    static const char source[] = "# T\n\na *b* &amp; <b>c</b>\n\n- d\n";
    bool done = false;

    for (unsigned long n = 1; !done; n++) {
        osi_bytes text = {0}, title = {0};
        osi_alloc_fail_at(n);
        done = osi_markdown(source, sizeof source - 1, &text, &title);
        osi_alloc_fail_at(0);
        ck_assert_uint_lt(n, 50);
        osi_bytes_free(&text);
        osi_bytes_free(&title);
    }
}
END_TEST

static osi_extract *helper(void)
{
    osi_extract *const e = osi_extract_new();

    ck_assert_ptr_nonnull(e);
    return e;
}

static void use_helper(void)
{
    ck_assert_int_eq(setenv("OSTEON_EXTRACT", OSI_BUILT_EXTRACT, 1), 0);
}

static const char *html_of(const char *source, size_t len)
{
    static char shown[8192];
    osi_extract *const e = helper();
    osi_bytes text = {0}, title = {0};

    ck_assert_int_eq(osi_extract_html(e, source, len, &text, &title),
                     OSI_EXTRACTED);
    snprintf(shown, sizeof shown, "%.*s|%.*s", (int)title.len,
             title.len ? title.data : "", (int)text.len,
             text.len ? text.data : "");
    osi_bytes_free(&text);
    osi_bytes_free(&title);
    osi_extract_free(e);
    return shown;
}

static const char *html(const char *source)
{
    return html_of(source, strlen(source));
}

START_TEST(test_extract_html_text_is_kept)
{
    ck_assert_str_eq(html("<p>im<b>mun</b>o</p><p>two</p>"), "|immuno  two");
    ck_assert_str_eq(html("<title> A\n B </title><p>x"), "A B|\nx");
    ck_assert_str_eq(html("<script>no()</script><style>no</style>"
                          "<template>no</template>yes"),
                     "|yes");
    ck_assert_str_eq(html("a &amp; &eacute; &zeta; &#x3b1;"),
                     "|a & \xc3\xa9 \xce\xb6 \xce\xb1");
    ck_assert_str_eq(html("<!-- no -->a<br>b"), "|a  b");
    ck_assert_str_eq(html("<h1>Head</h1>text"), "Head|Head  text");
    ck_assert_str_eq(html("plain"), "|plain");
}
END_TEST

START_TEST(test_extract_html_lines_are_the_sources)
{
    static const char source[] = "<!DOCTYPE html>\n<html>\n<head>\n"
                                 "<title>T</title>\n</head>\n<body>\n"
                                 "<p class=\"a\"\n id=\"b\">line8 and\n"
                                 "line9</p>\n\n<pre>\nline12\n\nline14</pre>\n"
                                 "<table><tr><td>line15</td>\n<td>line16\n";
    osi_extract *const e = helper();
    osi_bytes text = {0}, title = {0};
    unsigned line = 1;

    ck_assert_int_eq(osi_extract_html(e, source, sizeof source - 1, &text,
                                      &title),
                     OSI_EXTRACTED);
    for (size_t i = 0; i < text.len; i++) {
        char expected[16];
        line += text.data[i] == '\n';
        if (i + 5 >= text.len || memcmp(text.data + i, "line", 4) != 0)
            continue;
        snprintf(expected, sizeof expected, "line%u", line);
        ck_assert_mem_eq(text.data + i, expected, strlen(expected));
    }
    ck_assert_uint_eq(line, 16);
    osi_bytes_free(&text);
    osi_bytes_free(&title);
    osi_extract_free(e);
}
END_TEST

START_TEST(test_extract_html_encodings_are_told)
{
    ck_assert_str_eq(html("caf\xc3\xa9"), "|caf\xc3\xa9");
    ck_assert_str_eq(html("<meta charset=\"iso-8859-1\">caf\xe9"),
                     "|caf\xc3\xa9");
    ck_assert_str_eq(html("<meta charset=\"koi8-r\">\xc4\xc1"),
                     "|\xd0\xb4\xd0\xb0");
    /* What is UTF-8 is UTF-8. */
    ck_assert_str_eq(html("<meta charset=\"iso-8859-1\">caf\xc3\xa9"),
                     "|caf\xc3\xa9");
}
END_TEST

START_TEST(test_extract_html_many_documents_one_helper)
{
    osi_extract *const e = helper();
    osi_bytes text = {0}, title = {0};

    for (int i = 0; i < 200; i++) {
        char source[64];
        snprintf(source, sizeof source, "<title>%d</title><p>w%d", i, i);
        ck_assert_int_eq(osi_extract_html(e, source, strlen(source), &text,
                                          &title),
                         OSI_EXTRACTED);
        snprintf(source, sizeof source, "%dw%d", i, i);
        ck_assert_mem_eq(title.data, source, title.len);
        ck_assert_mem_eq(text.data, source + title.len, text.len);
    }
    osi_bytes_free(&text);
    osi_bytes_free(&title);
    osi_extract_free(e);
}
END_TEST

START_TEST(test_extract_html_large_document_passes)
{
    enum { N = 3000000 };
    char *const source = malloc(N);
    osi_extract *const e = helper();
    osi_bytes text = {0}, title = {0};

    for (size_t i = 0; i + 8 <= N; i += 8)
        memcpy(source + i, "<p>abcd\n", 8);
    ck_assert_int_eq(osi_extract_html(e, source, N, &text, &title),
                     OSI_EXTRACTED);
    ck_assert_uint_gt(text.len, N / 2);
    osi_bytes_free(&text);
    osi_bytes_free(&title);
    osi_extract_free(e);
    free(source);
}
END_TEST

/* Makes a helper of these lines of shell. */
static void use_script(const char *lines, char *name)
{
    FILE *file;
    const int fd = mkstemp(name);

    ck_assert_int_ge(fd, 0);
    file = fdopen(fd, "w");
    fprintf(file, "#!/bin/sh\n%s\n", lines);
    fclose(file);
    ck_assert_int_eq(chmod(name, 0700), 0);
    ck_assert_int_eq(setenv("OSTEON_EXTRACT", name, 1), 0);
}

START_TEST(test_extract_html_dead_helper_costs_one_document)
{
    char name[] = "/tmp/osteon-test-XXXXXX";
    osi_extract *const e = helper();
    osi_bytes text = {0}, title = {0};

    use_script("kill -SEGV $$", name);
    ck_assert_int_eq(osi_extract_html(e, "a", 1, &text, &title),
                     OSI_EXTRACT_FAILED);
    ck_assert_ptr_nonnull(strstr(osi_extract_reason(e), "died"));
    unlink(name);
    use_helper();
    ck_assert_int_eq(osi_extract_html(e, "a", 1, &text, &title),
                     OSI_EXTRACTED);
    osi_bytes_free(&text);
    osi_bytes_free(&title);
    osi_extract_free(e);
}
END_TEST

START_TEST(test_extract_html_lying_helper_is_refused)
{
    char name[] = "/tmp/osteon-test-XXXXXX";
    osi_extract *const e = helper();
    osi_bytes text = {0}, title = {0};

    /* A text of 2^63 bytes. */
    use_script("printf '\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000"
               "\\000\\000\\200'; cat >/dev/null",
               name);
    ck_assert_int_eq(osi_extract_html(e, "a", 1, &text, &title),
                     OSI_EXTRACT_FAILED);
    unlink(name);
    osi_bytes_free(&text);
    osi_bytes_free(&title);
    osi_extract_free(e);
}
END_TEST

START_TEST(test_extract_html_hanging_helper_is_killed)
{
    char name[] = "/tmp/osteon-test-XXXXXX";
    osi_extract *const e = helper();
    osi_bytes text = {0}, title = {0};

    use_script("exec sleep 60", name);
    ck_assert_int_eq(osi_extract_html(e, "a", 1, &text, &title),
                     OSI_EXTRACT_FAILED);
    ck_assert_ptr_nonnull(strstr(osi_extract_reason(e), "longer than"));
    unlink(name);
    osi_bytes_free(&text);
    osi_bytes_free(&title);
    osi_extract_free(e);
}
END_TEST

/* What comes of a helper that may be idle for a second. */
static osi_helped answer(const char *lines)
{
    char name[] = "/tmp/osteon-test-XXXXXX", byte;
    osi_helper h = {.fd = -1};
    osi_helped how;
    size_t len;
    int status;

    use_script(lines, name);
    ck_assert_msg(osi_helper_start(&h, NULL), "%s", h.reason);
    osi_helper_wait(&h, 1);
    how = osi_helper_receive(&h, &byte, 1, &len);
    osi_helper_stop(&h, &status);
    unlink(name);
    return how;
}

START_TEST(test_helper_that_works_is_waited_for)
{
    ck_assert_int_eq(answer("i=0; end=$(($(date +%s) + 3))\n"
                            "while [ $(date +%s) -lt $end ]; do\n"
                            "while [ $((i += 1)) -lt 9999 ]; do :; done; i=0\n"
                            "done; echo"),
                     OSI_HELPED);
    ck_assert_int_eq(answer("exec sleep 60"), OSI_HELP_LATE);
}
END_TEST

START_TEST(test_extract_html_no_helper_is_missing)
{
    osi_extract *const e = helper();
    osi_bytes text = {0}, title = {0};

    setenv("OSTEON_EXTRACT", "/nonexistent/osteon-extract", 1);
    ck_assert_int_eq(osi_extract_html(e, "a", 1, &text, &title),
                     OSI_EXTRACT_MISSING);
    osi_bytes_free(&text);
    osi_bytes_free(&title);
    osi_extract_free(e);
}
END_TEST

START_TEST(test_extract_html_random_bytes_never_hang)
{
    osi_extract *const e = helper();
    osi_bytes text = {0}, title = {0};
    uint32_t state = 9;

    for (int i = 0; i < 300; i++) {
        static const char pieces[] = "<>/=\"'&;!-ab \n#xp?[]";
        char source[400];
        for (size_t k = 0; k < sizeof source; k++) {
            state = state * 1664525 + 1013904223;
            source[k] = i % 2 ? (char)(state >> 16)
                              : pieces[(state >> 8) % (sizeof pieces - 1)];
        }
        ck_assert_int_eq(osi_extract_html(e, source, sizeof source, &text,
                                          &title),
                         OSI_EXTRACTED);
    }
    osi_bytes_free(&text);
    osi_bytes_free(&title);
    osi_extract_free(e);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("indexer_convert");
    TCase *const markdowns = tcase_create("osi_markdown");
    TCase *const htmls = tcase_create("osi_extract_html");

    tcase_add_test(markdowns, test_markdown_blocks_are_lines);
    tcase_add_test(markdowns, test_markdown_inline_markup_is_dropped);
    tcase_add_test(markdowns, test_markdown_title_is_taken_out);
    tcase_add_test(markdowns, test_markdown_memory_fails_is_reported);
    tcase_add_unchecked_fixture(htmls, use_helper, NULL);
    tcase_set_timeout(htmls, 60);
    tcase_add_test(htmls, test_extract_html_text_is_kept);
    tcase_add_test(htmls, test_extract_html_lines_are_the_sources);
    tcase_add_test(htmls, test_extract_html_encodings_are_told);
    tcase_add_test(htmls, test_extract_html_many_documents_one_helper);
    tcase_add_test(htmls, test_extract_html_large_document_passes);
    tcase_add_test(htmls, test_extract_html_dead_helper_costs_one_document);
    tcase_add_test(htmls, test_extract_html_lying_helper_is_refused);
    tcase_add_test(htmls, test_extract_html_hanging_helper_is_killed);
    tcase_add_test(htmls, test_helper_that_works_is_waited_for);
    tcase_add_test(htmls, test_extract_html_no_helper_is_missing);
    tcase_add_test(htmls, test_extract_html_random_bytes_never_hang);
    suite_add_tcase(suite, markdowns);
    suite_add_tcase(suite, htmls);
    return run_suite(suite);
}
