/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Globs and ignore rules, the globs against a matcher that tries everything.
 */
#include "walk.h"
#include "run_suite.h"

#include "asserts.h"

static bool match(const char *pattern, const char *text)
{
    return osi_glob_match(pattern, strlen(pattern), text, strlen(text));
}

START_TEST(test_glob_match_table_agrees)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } table[] = {
        {"", "", true},
        {"", "a", false},
        {"a", "a", true},
        {"a", "b", false},
        {"*", "", true},
        {"*", "abc", true},
        {"*", "a/c", false},
        {"a*c", "abbc", true},
        {"a*c", "ac", true},
        {"*a*b*c", "xaxbxbxc", true},
        {"*.tar.*", "x.tar.gz", true},
        {"*.tar.*", "x.tgz", false},
        {"?", "/", false},
        {"a?c", "abc", true},
        {"[abc]", "b", true},
        {"[abc]", "d", false},
        {"[!abc]", "d", true},
        {"[^abc]", "a", false},
        {"[a-c]x", "bx", true},
        {"[]]", "]", true},
        {"[!]]", "a", true},
        {"[a", "[a", true},
        {"[[:digit:]]", "7", true},
        {"[[:digit:]]", "x", false},
        {"[/]", "/", false},
        {"\\*", "*", true},
        {"\\*", "x", false},
        {"a\\", "a\\", true},
        {"**/a", "a", true},
        {"**/a", "x/y/a", true},
        {"**/a", "x/ya", false},
        {"a/**", "a/b/c", true},
        {"a/**", "a", false},
        {"a/**/b", "a/b", true},
        {"a/**/b", "a/x/y/b", true},
        {"a/**/b", "a/xb", false},
        {"a**b", "axxb", true},
        {"a**b", "a/b", false},
        {"**/x*/y", "a/x1/x2/y", true},
        {"**/*.c", "a/b.c/d.c", true},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        ck_assert_msg(match(table[i].pattern, table[i].text) ==
                          table[i].matches,
                      "'%s' and '%s'", table[i].pattern, table[i].text);
}
END_TEST

/* Tries every way: for patterns of a, b, ?, * and slashes. */
static bool slow_match(const char *start, const char *p, const char *t)
{
    const bool whole = p == start || p[-1] == '/';

    if (*p == '\0')
        return *t == '\0';
    if (p[0] == '*' && p[1] == '*' && whole && p[2] == '/') {
        if (slow_match(start, p + 3, t))
            return true;
        for (; *t != '\0'; t++)
            if (*t == '/' && slow_match(start, p + 3, t + 1))
                return true;
        return false;
    }
    if (p[0] == '*' && p[1] == '*' && whole && p[2] == '\0')
        return *t != '\0';
    if (*p == '*') {
        for (;; t++) {
            if (slow_match(start, p + 1, t))
                return true;
            if (*t == '\0' || *t == '/')
                return false;
        }
    }
    if (*t == '\0' || (*p == '?' ? *t == '/' : *p != *t))
        return false;
    return slow_match(start, p + 1, t + 1);
}

static uint32_t random_state;

static uint32_t next_random(uint32_t below)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % below;
}

static void random_text(char *out, size_t most, const char *alphabet)
{
    const size_t len = next_random((uint32_t)most);

    for (size_t i = 0; i < len; i++)
        out[i] = alphabet[next_random((uint32_t)strlen(alphabet))];
    out[len] = '\0';
}

START_TEST(test_glob_match_random_equals_exhaustive)
{
    char pattern[16], text[16];
    unsigned matches = 0;

    random_state = 7;
    for (int i = 0; i < 200000; i++) {
        random_text(pattern, sizeof pattern, "ab?**//");
        random_text(text, sizeof text, "aab/");
        const bool expected = slow_match(pattern, pattern, text);
        matches += expected;
        ck_assert_msg(match(pattern, text) == expected, "'%s' and '%s'",
                      pattern, text);
    }
    ck_assert_uint_gt(matches, 1000);
}
END_TEST

START_TEST(test_glob_match_many_stars_is_fast)
{
    char pattern[400], text[4000];

    for (size_t i = 0; i + 3 < sizeof pattern; i += 2)
        memcpy(pattern + i, "*a", 3);
    memset(text, 'a', sizeof text - 2);
    strcpy(text + sizeof text - 2, "b");
    ck_assert(!match(pattern, text));
}
END_TEST

START_TEST(test_glob_match_random_bytes_stays_inside)
{
    char pattern[12], text[12];

    random_state = 11;
    for (int i = 0; i < 200000; i++) {
        random_text(pattern, sizeof pattern, "ab[]!^-:\\*?/");
        random_text(text, sizeof text, "ab]-/[");
        match(pattern, text); /* the sanitizers judge */
    }
}
END_TEST

static osi_verdict judge(const char *rules_text, const char *path,
                         bool is_folder)
{
    osi_rules *const rules = osi_rules_new();
    const char *const slash = strrchr(path, '/');
    osi_verdict verdict;

    ck_assert_ptr_nonnull(rules);
    ck_assert(osi_rules_add(rules, rules_text, strlen(rules_text)));
    verdict = osi_rules_judge(rules, path, strlen(path),
                              slash ? slash + 1 : path, is_folder);
    osi_rules_free(rules);
    return verdict;
}

START_TEST(test_rules_judge_table_agrees)
{
    static const struct {
        const char *rules, *path;
        bool is_folder;
        osi_verdict verdict;
    } table[] = {
        {"*.o", "a.o", false, OSI_IGNORED},
        {"*.o", "x/y/a.o", false, OSI_IGNORED},
        {"*.o", "a.c", false, OSI_NO_RULE},
        {"*.o\n!keep.o", "keep.o", false, OSI_TAKEN},
        {"!keep.o\n*.o", "keep.o", false, OSI_IGNORED},
        {"build/", "build", true, OSI_IGNORED},
        {"build/", "build", false, OSI_NO_RULE},
        {"/build", "x/build", true, OSI_NO_RULE},
        {"/build", "build", true, OSI_IGNORED},
        {"a/b", "a/b", false, OSI_IGNORED},
        {"a/b", "x/a/b", false, OSI_NO_RULE},
        {"a/*.o", "a/b.o", false, OSI_IGNORED},
        {"*/b.o", "a/c/b.o", false, OSI_NO_RULE},
        {"**/b.o", "a/c/b.o", false, OSI_IGNORED},
        {"a/**", "a/c/b.o", false, OSI_IGNORED},
        {"# a comment\na", "a", false, OSI_IGNORED},
        {"# a comment", "# a comment", false, OSI_NO_RULE},
        {"\\#a", "#a", false, OSI_IGNORED},
        {"\\!a", "!a", false, OSI_IGNORED},
        {"a   ", "a", false, OSI_IGNORED},
        {"a\\ ", "a ", false, OSI_IGNORED},
        {"a\r\nb\r\n", "b", false, OSI_IGNORED},
        {"\n\n\n", "a", false, OSI_NO_RULE},
        {"!", "a", false, OSI_NO_RULE},
        {"/", "a", true, OSI_NO_RULE},
        {"*", "a", false, OSI_IGNORED},
        {"\xef\xbb\xbf*.o", "a.o", false, OSI_IGNORED},
        {"foo\nfo*\n!f*", "foo", false, OSI_TAKEN},
        {"f*\n!foo", "foo", false, OSI_TAKEN},
        {"!f*\nfoo", "foo", false, OSI_IGNORED},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        ck_assert_msg(judge(table[i].rules, table[i].path,
                            table[i].is_folder) == table[i].verdict,
                      "row %zu: '%s' and '%s'", i, table[i].rules,
                      table[i].path);
}
END_TEST

/* The last rule that matches decides, whichever chain it is kept in. */
START_TEST(test_rules_judge_random_equals_last_match)
{
    static const char *const pool[] = {"a", "b", "*a", "*b", "?", "!a", "!*b",
                                       "!?", "[ab]", "ab", "!*ab", "*"};
    char text[64];

    random_state = 3;
    for (int i = 0; i < 20000; i++) {
        osi_rules *const rules = osi_rules_new();
        osi_verdict expected = OSI_NO_RULE;
        random_text(text, 4, "ab");
        for (uint32_t n = next_random(8); n > 0; n--) {
            const char *const line =
                pool[next_random(sizeof pool / sizeof *pool)];
            const bool negated = line[0] == '!';
            ck_assert(osi_rules_add_line(rules, line, strlen(line)));
            if (match(line + negated, text) && text[0] != '\0')
                expected = negated ? OSI_TAKEN : OSI_IGNORED;
        }
        ck_assert_int_eq(
            osi_rules_judge(rules, text, strlen(text), text, false),
            expected);
        osi_rules_free(rules);
    }
}
END_TEST

START_TEST(test_rules_add_memory_fails_is_reported)
{
    static const char text[] = "a\nb\n*.c\n[x]\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"
                               "10\n11\n12\n13\n14\n";
    bool done = false;

    for (unsigned long n = 1; !done; n++) {
        osi_rules *rules;
        osi_alloc_fail_at(n);
        rules = osi_rules_new();
        done = rules != NULL && osi_rules_add(rules, text, sizeof text - 1);
        osi_alloc_fail_at(0);
        ck_assert_uint_lt(n, 100);
        osi_rules_free(rules);
    }
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("indexer_glob");
    TCase *const glob = tcase_create("osi_glob_match");
    TCase *const rules = tcase_create("osi_rules");

    tcase_add_test(glob, test_glob_match_table_agrees);
    tcase_add_test(glob, test_glob_match_random_equals_exhaustive);
    tcase_add_test(glob, test_glob_match_many_stars_is_fast);
    tcase_add_test(glob, test_glob_match_random_bytes_stays_inside);
    tcase_add_test(rules, test_rules_judge_table_agrees);
    tcase_add_test(rules, test_rules_judge_random_equals_last_match);
    tcase_add_test(rules, test_rules_add_memory_fails_is_reported);
    suite_add_tcase(suite, glob);
    suite_add_tcase(suite, rules);
    return run_suite(suite);
}
