/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The command line: what is an option, what is a word of the query, what is
 * refused with which message; and that the helps show every option in 80
 * columns.
 */
#include "search_options.h"
#include "run_suite.h"

#include "asserts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Helpers ---- */

static search_options options;
static char said[4096]; /* on standard error by the last parse */
static char words[512]; /* of the last parse: options borrow from them */

/* Parses the words of `line`, which are separated by single '|'. */
static bool parse(const char *line)
{
    char *argv[32] = {NULL};
    FILE *messages = tmpfile();
    const int saved = dup(STDERR_FILENO);
    int argc = 0;
    size_t n;
    bool good;

    ck_assert_ptr_nonnull(messages);
    ck_assert_uint_lt(strlen(line), sizeof words);
    strcpy(words, line);
    argv[argc++] = words;
    for (char *p = words; (p = strchr(p, '|')) != NULL;) {
        *p++ = '\0';
        argv[argc++] = p;
        ck_assert_int_lt(argc, 31);
    }
    fflush(stderr);
    dup2(fileno(messages), STDERR_FILENO);
    good = search_options_open(argc, argv, &options);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(messages);
    n = fread(said, 1, sizeof said - 1, messages);
    said[n] = '\0';
    fclose(messages);
    sink_byte(&options.query, '\0');
    return good;
}

static void ck_query(const char *line, const char *query)
{
    ck_assert_msg(parse(line), "%s: %s", line, said);
    ck_assert_str_eq(options.query.data, query);
    search_options_close(&options);
}

static void ck_refused(const char *line, const char *message)
{
    ck_assert_msg(!parse(line), "%s", line);
    ck_assert_msg(strstr(said, message) != NULL, "%s: %s", line, said);
    ck_assert_ptr_nonnull(
        strstr(said, "\nTry 'osteon-search --help' for more information.\n"));
    search_options_close(&options);
}

/* ---- Words and options ---- */

START_TEST(test_parse_words_are_joined)
{
    ck_query("x|tumor", "tumor");
    ck_query("x|bone tumor|+must", "bone tumor +must");
    ck_query("x|a|-l|b|--limit|3|c", "a b c");
    ck_query("x|-e|-a|b|--query=c", "-a b c");
    ck_query("x||", "");
    ck_query("x|a||b", "a  b");
    ck_query("x|--|-a|--json", "-a --json");
    ck_query("x|a|--|-c", "a -c");
}
END_TEST

START_TEST(test_parse_defaults_are_set)
{
    ck_assert(parse("x|word"));
    ck_assert_uint_eq(options.limit, 10);
    ck_assert_uint_eq(options.offset, 0);
    ck_assert(options.k1 < 0 && options.b < 0);
    ck_assert_int_eq(options.mode, MODE_HITS);
    ck_assert_int_eq(options.color, COLOR_AUTO);
    ck_assert_ptr_null(options.index);
    ck_assert(!options.from_stdin);
    ck_assert_ptr_null(options.batch);
    ck_assert_ptr_null(options.format);
    ck_assert_uint_eq(options.jobs, 0);
    search_options_close(&options);
}
END_TEST

START_TEST(test_parse_every_form_of_a_value)
{
    static const char *const lines[] = {
        "x|-n5|w",        "x|-n|5|w",         "x|--limit=5|w",
        "x|--limit|5|w",  "x|w|-n5",          "x|w|-n|5",
        "x|w|--limit=5",  "x|--lim=5|w",      "x|w|-ln5",
        "x|w|-lqn|5",     "x|-n7|-n5|w",      "x|w|--limit|5"};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        ck_assert_msg(parse(lines[i]), "%s: %s", lines[i], said);
        ck_assert_uint_eq(options.limit, 5);
        ck_assert_str_eq(options.query.data, "w");
        search_options_close(&options);
    }
}
END_TEST

START_TEST(test_parse_flags_set_members)
{
    ck_assert(parse("x|-0qc|--all|--strict|--explain|--no-explain|--time|"
                    "--print-query|--k1=0.9|--b|0.4|--color=never|"
                    "--snippet-width=80|--offset=20|-i|dir|w"));
    ck_assert(options.null && options.quiet && options.all);
    ck_assert(options.strict && options.time && options.print_query);
    ck_assert(!options.explain);
    ck_assert_int_eq(options.mode, MODE_COUNT);
    ck_assert(options.k1 == 0.9 && options.b == 0.4);
    ck_assert_int_eq(options.color, COLOR_NEVER);
    ck_assert_uint_eq(options.snippet_width, 80);
    ck_assert_uint_eq(options.offset, 20);
    ck_assert_str_eq(options.index, "dir");
    search_options_close(&options);
    ck_assert(parse("x|w|--json|-l"));
    ck_assert_int_eq(options.mode, MODE_FILES); /* the last one counts */
    search_options_close(&options);
}
END_TEST

START_TEST(test_parse_dash_alone_is_standard_input)
{
    ck_assert(parse("x|-"));
    ck_assert(options.from_stdin);
    search_options_close(&options);
    ck_assert(parse("x|--|-"));
    ck_assert(options.from_stdin);
    search_options_close(&options);
    ck_assert(parse("x|a|-"));
    ck_assert(!options.from_stdin);
    search_options_close(&options);
    ck_assert(parse("x|-|a"));
    ck_assert(!options.from_stdin);
    search_options_close(&options);
    ck_assert(parse("x|-e|-"));
    ck_assert(!options.from_stdin);
    search_options_close(&options);
}
END_TEST

START_TEST(test_parse_batch_needs_no_query)
{
    ck_assert(parse("x|--batch=-|-j3|--csv"));
    ck_assert_str_eq(options.batch, "-");
    ck_assert_uint_eq(options.jobs, 3);
    ck_assert_int_eq(options.mode, MODE_CSV);
    search_options_close(&options);
}
END_TEST

START_TEST(test_parse_format_sets_the_mode)
{
    ck_assert(parse("x|--trec|--format=%p\\n%{Year}%%|w"));
    ck_assert_int_eq(options.mode, MODE_FORMAT);
    ck_assert_str_eq(options.format, "%p\\n%{Year}%%");
    search_options_close(&options);
    ck_assert(parse("x|--format=x|--trec|w"));
    ck_assert_int_eq(options.mode, MODE_TREC);
    search_options_close(&options);
}
END_TEST

/* ---- Excluded words ---- */

START_TEST(test_parse_dash_word_after_a_word_is_excluded)
{
    static const char *const excluded[] = {
        "-chemotherapy", "-canine",  "-cell",  "-line",   "-ion",
        "-human",        "-he",      "-lhc",   "-nine",   "-n5x",
        "-title:foo",    "-\"a b\"", "-(a b)", "-10",     "-index",
        "-review",       "-\xc3\xa9", "-el",   "-in",     "-quick",
        "-eWORD",        "-ln",      "-0x",    "-query",  "-job",
        "-lj"};
    char line[64], query[64];

    for (size_t i = 0; i < sizeof excluded / sizeof *excluded; i++) {
        snprintf(line, sizeof line, "x|tumor|%s", excluded[i]);
        snprintf(query, sizeof query, "tumor %s", excluded[i]);
        ck_query(line, query);
        snprintf(line, sizeof line, "x|-e|tumor|%s|-l", excluded[i]);
        ck_query(line, query);
    }
}
END_TEST

START_TEST(test_parse_bundle_after_a_word_is_options)
{
    ck_assert(parse("x|w|-lq0|-i/dir|-n3"));
    ck_assert_str_eq(options.query.data, "w");
    ck_assert(options.quiet && options.null);
    ck_assert_int_eq(options.mode, MODE_FILES);
    ck_assert_str_eq(options.index, "/dir");
    ck_assert_uint_eq(options.limit, 3);
    search_options_close(&options);
}
END_TEST

START_TEST(test_parse_excluded_name_of_an_option_is_noted)
{
    ck_query("x|tumor|-json", "tumor -json");
    ck_assert(parse("x|tumor|-json"));
    ck_assert_ptr_nonnull(
        strstr(said, "note: '-json' excludes a word; the option is "
                     "'--json'\n"));
    search_options_close(&options);
    ck_assert(parse("x|-q|tumor|-json"));
    ck_assert_str_eq(said, "");
    search_options_close(&options);
}
END_TEST

START_TEST(test_parse_dash_word_first_is_refused)
{
    ck_refused("x|-tumor|w", "unknown option '-t'; a query that begins with "
                             "'-' goes after '--'");
    ck_refused("x|-json|w", "unknown option '-json', did you mean --json?");
    ck_refused("x|-null|w", "unknown option '-null', did you mean --null?");
    ck_refused("x|-jso|w", "unknown option '-jso', did you mean --json?");
    ck_refused("x|-jx|w", "--jobs: 'x' is not a number of 1 or more");
    ck_refused("x|-the|w", "unknown option '-t'; a query that begins with '-' "
                           "goes after '--'");
    ck_refused("x|w|-x", "unknown option '-x'");
}
END_TEST

/* ---- Errors ---- */

START_TEST(test_parse_unknown_option_is_refused_with_a_suggestion)
{
    ck_refused("x|--limt=3|w", "unknown option '--limt', did you mean "
                               "--limit?");
    ck_refused("x|w|--jsno", "did you mean --json?");
    ck_refused("x|w|--colour=never", "did you mean --color?");
    ck_refused("x|w|--zzzzzz", "unknown option '--zzzzzz'\n");
    ck_refused("x|w|--s", "option '--s' is ambiguous: --strict "
                          "--snippet-width --show");
    ck_refused("x|w|--\033[1m", "unknown option '--\xef\xbf\xbd[1m'");
}
END_TEST

START_TEST(test_parse_value_missing_or_too_much_is_refused)
{
    ck_refused("x|w|-n", "option '-n' needs a value (N)");
    ck_refused("x|w|--limit", "option '--limit' needs a value (N)");
    ck_refused("x|w|--json=3", "option '--json' takes no value");
    ck_refused("x|w|--index=", "--index: '' is not a name");
}
END_TEST

START_TEST(test_parse_bad_values_are_refused)
{
    ck_refused("x|w|-n|-1", "--limit: '-1' is not a number of 0 or more");
    ck_refused("x|-nx|w", "--limit: 'x' is not a number");
    ck_refused("x|w|-n=5", "--limit: '=5' is not a number");
    ck_refused("x|w|-n|1e3", "--limit: '1e3' is not a number");
    ck_refused("x|w|-n|99999999999999999999999", "a number that fits");
    ck_refused("x|w|--snippet-width=3", "is not a number of 16 or more");
    ck_refused("x|w|--k1=101", "is not a number from 0 to 100");
    ck_refused("x|w|--k1=nan", "is not a number from 0 to 100");
    ck_refused("x|w|--b=1.01", "is not a number from 0 to 1");
    ck_refused("x|w|--b=", "is not a number from 0 to 1");
    ck_refused("x|w|--b=-0.1", "is not a number from 0 to 1");
    ck_refused("x|w|--b=0x1", "is not a number from 0 to 1");
    ck_refused("x|--batch=f|-j0", "--jobs: '0' is not a number of 1 or more");
    ck_refused("x|w|--format=", "--format: '' is not a format");
    ck_refused("x|w|--format=a%z", "--format: byte 1: '%z' is no escape");
    ck_refused("x|w|--format=\\", "--format: byte 0: '\\' is no escape");
    ck_refused("x|w|--color=blue", "'blue' is not auto, always or never");
}
END_TEST

START_TEST(test_parse_what_does_not_go_together_is_refused)
{
    ck_refused("x", "no query");
    ck_refused("x|-l", "no query");
    ck_refused("x|--show|a|w", "--show prints one document");
    ck_refused("x|--batch|f|w", "--batch has the queries in its file");
    ck_refused("x|--batch|f|--show|a", "--show prints one document");
    ck_refused("x|--batch|f|--explain|--csv", "no other output than --json");
    ck_refused("x|--show|a|--tsv", "no other output than --json");
    ck_refused("x|w|--explain|-l", "no other output than --json");
    ck_query("x|--show|a|--json", "");
    ck_query("x|w|--explain|--json", "w");
}
END_TEST

START_TEST(test_parse_help_needs_no_query)
{
    ck_assert(parse("x|-h"));
    ck_assert_int_eq(options.action, ACTION_SHORT_HELP);
    search_options_close(&options);
    ck_assert(parse("x|--help"));
    ck_assert_int_eq(options.action, ACTION_LONG_HELP);
    search_options_close(&options);
    ck_assert(parse("x|w|--version"));
    ck_assert_int_eq(options.action, ACTION_VERSION);
    search_options_close(&options);
}
END_TEST

/* ---- Helps ---- */

START_TEST(test_help_every_option_fits_80_columns)
{
    void (*const helps[])(sink *) = {put_short_help, put_long_help};

    for (size_t i = 0; i < 2; i++) {
        sink out;

        sink_open(&out, -1);
        helps[i](&out);
        sink_byte(&out, '\0');
        for (const search_option *o = search_table; !is_table_end(o); o++) {
            char name[64];

            if (o->name == NULL)
                continue;
            snprintf(name, sizeof name, "--%s%s%s", o->name,
                     o->argument != NULL ? "=" : "",
                     o->argument != NULL ? o->argument : "");
            ck_assert_msg(strstr(out.data, name) != NULL, "%s", name);
        }
        for (const char *p = out.data; *p != '\0';) {
            const size_t len = strcspn(p, "\n");

            ck_assert_msg(len <= 80, "%.*s", (int)len, p);
            ck_assert(len == 0 || p[len - 1] != ' ');
            p += len + 1;
        }
        sink_close(&out);
    }
}
END_TEST

START_TEST(test_table_names_and_letters_are_unique)
{
    for (const search_option *a = search_table; !is_table_end(a); a++)
        for (const search_option *b = a + 1; !is_table_end(b); b++) {
            ck_assert(a->letter == 0 || a->letter != b->letter);
            ck_assert(a->name == NULL || b->name == NULL ||
                      strcmp(a->name, b->name) != 0);
        }
}
END_TEST

START_TEST(test_suggestion_every_name_is_its_own_nearest)
{
    for (const search_option *o = search_table; !is_table_end(o); o++)
        if (o->name != NULL && strlen(o->name) > 1)
            ck_assert_ptr_eq(nearest_search_option(o->name, strlen(o->name)),
                             o);
    ck_assert_ptr_null(nearest_search_option("", 0));
    ck_assert_ptr_null(nearest_search_option(
        "a-name-that-is-much-longer-than-any-option", 42));
}
END_TEST

static TCase *parsing(void)
{
    TCase *tcase = tcase_create("search_options_open");

    tcase_add_test(tcase, test_parse_words_are_joined);
    tcase_add_test(tcase, test_parse_defaults_are_set);
    tcase_add_test(tcase, test_parse_every_form_of_a_value);
    tcase_add_test(tcase, test_parse_flags_set_members);
    tcase_add_test(tcase, test_parse_dash_alone_is_standard_input);
    tcase_add_test(tcase, test_parse_batch_needs_no_query);
    tcase_add_test(tcase, test_parse_format_sets_the_mode);
    tcase_add_test(tcase, test_parse_dash_word_after_a_word_is_excluded);
    tcase_add_test(tcase, test_parse_bundle_after_a_word_is_options);
    tcase_add_test(tcase, test_parse_excluded_name_of_an_option_is_noted);
    tcase_add_test(tcase, test_parse_dash_word_first_is_refused);
    tcase_add_test(tcase,
                   test_parse_unknown_option_is_refused_with_a_suggestion);
    tcase_add_test(tcase, test_parse_value_missing_or_too_much_is_refused);
    tcase_add_test(tcase, test_parse_bad_values_are_refused);
    tcase_add_test(tcase, test_parse_what_does_not_go_together_is_refused);
    tcase_add_test(tcase, test_parse_help_needs_no_query);
    return tcase;
}

int main(void)
{
    Suite *suite = suite_create("search_options");
    TCase *helps = tcase_create("put_long_help");

    tcase_add_test(helps, test_help_every_option_fits_80_columns);
    tcase_add_test(helps, test_table_names_and_letters_are_unique);
    tcase_add_test(helps, test_suggestion_every_name_is_its_own_nearest);
    suite_add_tcase(suite, parsing());
    suite_add_tcase(suite, helps);
    return run_suite(suite);
}
