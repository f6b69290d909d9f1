/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Archives: names and rules of members; what the helper process may say, true
 * or not; an update while memory fails.
 */
#define _GNU_SOURCE /* nftw */
#include "archive.h"
#include "count_hits.h"
#include "run_suite.h"
#include "tree_fixture.h"

#include "asserts.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Names and rules ---- */

START_TEST(test_member_name_keeps_what_says_something)
{
    static const char *const names[][2] = {
        {"a", "a"},           {"a/b", "a/b"},       {"./a", "a"},
        {"/a", "a"},          {"a//b/", "a/b"},     {".", ""},
        {"", ""},             {"././/", ""},        {"..", ".."},
        {"../a/..", "../a/.."}, {".a/./...", ".a/..."}, {"a\n/ b", "a\n/ b"}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        osi_bytes out = {0};
        osi_bytes_add_text(&out, "x//");
        osi_member_name(names[i][0], strlen(names[i][0]), &out);
        osi_bytes_add(&out, "", 1);
        ck_assert_str_eq(out.data + 3, names[i][1]);
        osi_bytes_free(&out);
    }
}
END_TEST

START_TEST(test_archive_limit_grows_with_the_archive)
{
    osi_options options = {.max_filesize = 1000};

    ck_assert_uint_eq(osi_archive_limit(&options, 0), 1000);
    ck_assert_uint_eq(osi_archive_limit(&options, 10), 1000);
    ck_assert_uint_eq(osi_archive_limit(&options, 11), 1100);
    options.max_filesize = 0;
    ck_assert_uint_eq(osi_archive_limit(&options, 11), 0);
}
END_TEST

/* Whether an archive that was read by the rules of `then` may stay. */
static bool holds(const osi_options *then, const osi_options *now,
                  const char *reason)
{
    char text[120];
    osteon_source old = {.state = OSTEON_SOURCE_INDEXED, .reason = text};

    osi_member_reason(then, reason, text, sizeof text);
    ck_assert(strncmp(text, reason, strlen(reason)) == 0);
    old.reason_len = strlen(text);
    return osi_member_rules_hold(now, "x.tar", 5, &old);
}

START_TEST(test_member_rules_hold_only_where_they_are_the_same)
{
    char first[] = "*.md", second[] = "!*.txt";
    char *one[] = {first}, *two[] = {first, second};
    const osi_options sets[] = {
        {.max_filesize = OSI_FILESIZE},
        {.max_filesize = OSI_FILESIZE, .hidden = true},
        {.max_filesize = 5},
        {.max_filesize = OSI_FILESIZE, .globs = {one, 1, 1}},
        {.max_filesize = OSI_FILESIZE, .globs = {two, 2, 2}},
        {.max_filesize = 5, .globs = {two, 2, 2}}};
    const size_t n = sizeof sets / sizeof *sets;
    osteon_source old = {.state = OSTEON_SOURCE_BINARY, .reason = "binary",
                         .reason_len = 6};

    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            ck_assert_msg(holds(&sets[i], &sets[k], "") == (i == k),
                          "%zu %zu", i, k);
            ck_assert_msg(holds(&sets[i], &sets[k], "1 of 2 members could "
                                                    "not be read") == (i == k),
                          "%zu %zu", i, k);
        }
    }
    /* From before there were archives; of a file it says nothing. */
    ck_assert(!osi_member_rules_hold(&sets[0], "x.tar", 5, &old));
    ck_assert(osi_member_rules_hold(&sets[1], "x.jpg", 5, &old));
}
END_TEST

/* ---- What the helper says ---- */

static void put(const char *path, const void *bytes, size_t len)
{
    FILE *const file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
    ck_assert_int_eq(fclose(file), 0);
}

/* A helper that says what is in the file "frames", whatever it is asked. */
static void use_parrot(void)
{
    static const char script[] = "#!/bin/sh\nexec cat frames\n";

    put("parrot", script, sizeof script - 1);
    ck_assert_int_eq(chmod("parrot", 0755), 0);
    ck_assert_int_eq(setenv("OSTEON_EXTRACT", "./parrot", 1), 0);
}

/* What comes of frames: "name=text;", or "name!reason;" where the end of a
 * member has one, and how it all ends. */
static const char *members_of(const void *frames, size_t len, uint64_t limit)
{
    static char out[4096];
    static const char *const ends[] = {
        [OSI_GOT_END] = "END",          [OSI_GOT_TOO_LARGE] = "TOO LARGE",
        [OSI_GOT_DAMAGED] = "DAMAGED ", [OSI_GOT_ERROR] = "ERROR"};
    osi_members *const m = osi_members_new();
    const int fd = open("/dev/null", O_RDONLY);
    const char *name;
    size_t at = 0, name_len, n;
    osi_got got;

    put("frames", frames, len);
    ck_assert_int_eq(osi_members_start(m, fd, OSI_ARCHIVE, limit),
                     OSI_GOT_TEXT);
    out[0] = '\0';
    while ((got = osi_members_next(m, &name, &name_len)) == OSI_GOT_TEXT) {
        at += (size_t)snprintf(out + at, 200, "%s=", name);
        while ((got = osi_members_read(m, out + at, 100, &n)) ==
               OSI_GOT_TEXT) {
            at += n;
            ck_assert_uint_lt(at, sizeof out - 600);
        }
        if (got == OSI_GOT_DAMAGED && !osi_members_ended(m))
            at += (size_t)snprintf(out + at, 400, "!%s",
                                   osi_members_reason(m));
        out[at++] = ';';
        ck_assert_uint_lt(at, sizeof out - 600);
    }
    snprintf(out + at, 600, "%s%s", ends[got],
             got == OSI_GOT_DAMAGED ? osi_members_reason(m) : "");
    osi_members_free(m);
    close(fd);
    return out;
}

#define FRAMES                                                                \
    "n\1\0\0\0ad\5\0\0\0helloe\0\0\0\0n\1\0\0\0be\x9\0\0\0encrypted"          \
    ".\0\0\0\0n\2\0\0\0cdd\1\0\0\0xd\2\0\0\0yze\0\0\0\0n\0\0\0\0e\0\0\0\0"    \
    "z\0\0\0\0"
#define MEMBERS "a=hello;b=!encrypted;cd=xyz;=;"

START_TEST(test_members_come_as_they_are_told)
{
    ck_assert_str_eq(members_of(FRAMES, sizeof FRAMES - 1, 0), MEMBERS "END");
    ck_assert_str_eq(members_of("z\3\0\0\0bad", 8, 0), "DAMAGED bad");
    ck_assert_str_eq(members_of("z\4\0\0\0bad\n", 9, 0), "DAMAGED bad");
    ck_assert_str_eq(members_of("n\1\0\0\0al\0\0\0\0", 11, 0),
                     "a=;TOO LARGE");
    ck_assert_str_eq(members_of("n\1\0\0\0az\2\0\0\0no", 13, 0),
                     "a=;DAMAGED no");
}
END_TEST

START_TEST(test_members_more_than_the_limit_are_not_taken)
{
    ck_assert_str_eq(members_of(FRAMES, sizeof FRAMES - 1, 8), MEMBERS "END");
    ck_assert_ptr_nonnull(
        strstr(members_of(FRAMES, sizeof FRAMES - 1, 7), "TOO LARGE"));
    ck_assert_ptr_nonnull(
        strstr(members_of(FRAMES, sizeof FRAMES - 1, 4), "a=;TOO LARGE"));
}
END_TEST

START_TEST(test_members_of_nonsense_are_damaged)
{
    static const char lost[] = "DAMAGED the archive reader died";

    ck_assert_str_eq(members_of("", 0, 0), lost);
    ck_assert_str_eq(members_of("x\0\0\0\0", 5, 0), lost);
    ck_assert_str_eq(members_of("\0\0\0\0\0", 5, 0), lost);
    ck_assert_str_eq(members_of("d\1\0\0\0a", 6, 0), lost);
    ck_assert_str_eq(members_of("e\0\0\0\0", 5, 0), lost);
    ck_assert_str_eq(members_of("n\1\0\1\0a", 6, 0), lost);
    ck_assert_str_eq(members_of("n\xff\xff\xff\xff", 5, 0), lost);
    ck_assert_str_eq(members_of("n\1\0\0\0an\1\0\0\0b", 12, 0),
                     "a=;DAMAGED the archive reader died");
}
END_TEST

START_TEST(test_members_cut_anywhere_are_damaged)
{
    for (size_t len = 0; len < sizeof FRAMES - 1; len++) {
        const char *const got = members_of(FRAMES, len, 0);
        const char *const end = strstr(got, "DAMAGED");
        ck_assert_msg(end != NULL, "cut at %zu: %s", len, got);
        /* A member that is whole is as it was told. */
        for (const char *p = got; p < end; p++)
            if (*p == ';' && p + 1 < end)
                ck_assert_msg(strncmp(got, MEMBERS, (size_t)(p - got)) == 0,
                              "cut at %zu: %s", len, got);
    }
}
END_TEST

START_TEST(test_members_with_any_byte_changed_come_to_an_end)
{
    char frames[sizeof FRAMES];

    for (size_t i = 0; i < sizeof FRAMES - 1; i++) {
        memcpy(frames, FRAMES, sizeof FRAMES);
        frames[i] = (char)(frames[i] ^ (1 << i % 8));
        members_of(frames, sizeof FRAMES - 1, 0);
    }
}
END_TEST

/* ---- Updates without memory ---- */

static void add_file(FILE *tar, const char *name, const char *text,
                     size_t times)
{
    const size_t len = strlen(text) * times;
    char head[512] = {0};
    unsigned sum = 0;

    snprintf(head, 100, "%s", name);
    memcpy(head + 100, "0000644", 8);
    snprintf(head + 124, 12, "%011o", (unsigned)len & 0xffffff);
    memcpy(head + 136, "00000000000", 12);
    memset(head + 148, ' ', 8);
    head[156] = '0';
    memcpy(head + 257, "ustar\00000", 8);
    for (size_t i = 0; i < sizeof head; i++)
        sum += (unsigned char)head[i];
    snprintf(head + 148, 8, "%06o", sum);
    fwrite(head, 1, sizeof head, tar);
    for (size_t i = 0; i < times; i++)
        fputs(text, tar);
    for (size_t i = len; i % 512 != 0; i++)
        fputc('\0', tar);
}

static void make_archive(void)
{
    FILE *const tar = fopen("x.tar", "w");

    ck_assert_ptr_nonnull(tar);
    add_file(tar, "a.txt", "apple", 1);
    add_file(tar, "b.html", "<p>apple</p>", 1);
    add_file(tar, "c.md", "# Of an apple", 1);
    add_file(tar, "large.txt", "an apple a day\n", 60000);
    add_file(tar, "r.jsonl", "{\"id\":\"1\",\"text\":\"apple\"}\n", 1);
    for (int i = 0; i < 1024; i++)
        fputc('\0', tar);
    ck_assert_int_eq(fclose(tar), 0);
}

/* Makes the index anew, in a process of its own as a run of the program is,
 * while the n-th request for memory fails. */
static int rebuild(unsigned long n, const char *jobs)
{
    char name[] = "osteon-index", rebuild[] = "--rebuild", index[] = "-i.ix",
         archive[] = "x.tar", quiet[] = "-q", threads[8];
    char *argv[] = {name, quiet, index, rebuild, threads, archive, NULL};
    osi_options options;
    osi_place place;
    int status;
    const pid_t child = fork();

    ck_assert_int_ge(child, 0);
    snprintf(threads, sizeof threads, "%s", jobs);
    if (child == 0) {
        signal(SIGALRM, SIG_DFL);
        alarm(20);
        ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
        if (!osi_options_parse(6, argv, &options) ||
            !osi_place_find(options.index, &place))
            _exit(99);
        osi_alloc_fail_at(n);
        status = osi_update(&options, &place);
        osi_alloc_fail_at(0);
        osi_place_free(&place);
        osi_options_free(&options);
        _exit(status);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status), "%lu: signal %d", n, WTERMSIG(status));
    return WEXITSTATUS(status);
}

START_TEST(test_update_without_memory_fails_or_has_all)
{
    unsigned long done = 0, n = 0;

    make_archive();
    ck_assert_int_eq(setenv("OSTEON_EXTRACT", OSI_BUILT_EXTRACT, 1), 0);
    /* Some requests are for messages, or can be done without. */
    while (done < 10) {
        const int status = rebuild(++n, _i ? "-j3" : "-j1");
        ck_assert_msg(status == OSI_DONE || status == OSI_PARTLY ||
                          status == OSI_FATAL,
                      "%lu: %d", n, status);
        done = status == OSI_DONE ? done + 1 : 0;
        if (status == OSI_DONE)
            ck_assert_msg(count_hits(".ix", "apple") == 5, "%lu", n);
    }
    ck_assert_uint_gt(n, 40);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("indexer_archive");
    TCase *rules = tcase_create("rules");
    TCase *members = tcase_create("members");
    TCase *memory = tcase_create("memory");

    osi_report_start(true, false, -1);
    tcase_add_test(rules, test_member_name_keeps_what_says_something);
    tcase_add_test(rules, test_archive_limit_grows_with_the_archive);
    tcase_add_test(rules, test_member_rules_hold_only_where_they_are_the_same);
    suite_add_tcase(suite, rules);
    tcase_add_checked_fixture(members, make_tree, drop_tree);
    tcase_add_checked_fixture(members, use_parrot, NULL);
    tcase_set_timeout(members, 120);
    tcase_add_test(members, test_members_come_as_they_are_told);
    tcase_add_test(members, test_members_more_than_the_limit_are_not_taken);
    tcase_add_test(members, test_members_of_nonsense_are_damaged);
    tcase_add_test(members, test_members_cut_anywhere_are_damaged);
    tcase_add_test(members,
                   test_members_with_any_byte_changed_come_to_an_end);
    suite_add_tcase(suite, members);
    tcase_add_checked_fixture(memory, make_tree, drop_tree);
    tcase_set_timeout(memory, 300);
    tcase_add_loop_test(memory, test_update_without_memory_fails_or_has_all,
                        0, 2);
    suite_add_tcase(suite, memory);
    return run_suite(suite);
}
