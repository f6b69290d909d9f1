/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Paths and the walk over a tree made for each case, the index's place, the
 * set of names, and which sources a run covers.
 */
#define _XOPEN_SOURCE 700 /* nftw, realpath, mkdtemp */
#include "update.h"
#include "run_suite.h"
#include "tree_fixture.h"

#include "asserts.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file with this content; folders on the way are made. */
static void put(const char *path, const char *content)
{
    char part[512];
    FILE *file;

    for (const char *p = strchr(path, '/'); p; p = strchr(p + 1, '/')) {
        snprintf(part, sizeof part, "%.*s", (int)(p - path), path);
        ck_assert(mkdir(part, 0777) == 0 || errno == EEXIST);
    }
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(content, file);
    fclose(file);
}

static osi_bytes seen; /* ids, a line each */
static const char *passed_by; /* an absolute path */

static bool on_file(void *arg, const osi_found *found)
{
    (void)arg;
    ck_assert_uint_eq(strlen(found->path), found->len);
    osi_bytes_add_text(&seen, found->path + found->id);
    osi_bytes_add_text(&seen, "\n");
    return true;
}

static bool is_operand(void *arg, const char *path, size_t len)
{
    (void)arg;
    (void)len;
    return passed_by != NULL && strcmp(path, passed_by) == 0;
}

static void on_failure(void *arg, const char *path, size_t len, int code)
{
    (void)arg;
    osi_bytes_add_text(&seen, "failed ");
    osi_bytes_add(&seen, path + strlen(tree), len - strlen(tree));
    osi_bytes_add_text(&seen, code == EACCES ? " EACCES\n" : "\n");
}

/* The ids a walk over `from` meets with these options and globs. */
static const char *walked(const char *from, osi_options options)
{
    char path[4096];
    osi_place place;
    osi_rules *globs;
    osi_walk walk;
    bool no_memory;

    snprintf(path, sizeof path, "%s%s", tree, from);
    ck_assert(osi_place_find(".osteon", &place));
    ck_assert(osi_walk_setup(&walk, &options, &place, &globs));
    walk.file = on_file;
    walk.is_operand = is_operand;
    walk.failed = on_failure;
    seen.len = 0;
    ck_assert(osi_walk_folder(&walk, path, strlen(path), &no_memory));
    osi_bytes_add(&seen, "", 1);
    osi_rules_free(globs);
    osi_place_free(&place);
    return seen.data;
}

static const char *walked_with(const char *glob, const char *other)
{
    char *items[] = {(char *)(uintptr_t)glob, (char *)(uintptr_t)other};
    const osi_options options = {
        .globs = {items, other != NULL ? 2 : 1, 2}};

    return walked("", options);
}

static const osi_options plain;

START_TEST(test_walk_order_is_bytewise_by_folder)
{
    put("b", "");
    put("a.txt", "");
    put("a/z", "");
    put("a/y/x", "");
    put("a-", "");
    put("B", "");
    put("\xff", "");
    put("new\nline", "");
    put("longername1", "");
    put("longername0", "");
    ck_assert_str_eq(walked("", plain),
                     "B\na/y/x\na/z\na-\na.txt\nb\nlongername0\n"
                     "longername1\nnew\nline\n\xff\n");
}
END_TEST

START_TEST(test_walk_links_and_others_are_left_out)
{
    put("f", "");
    put("d/f", "");
    ck_assert_int_eq(symlink("f", "link"), 0);
    ck_assert_int_eq(symlink("d", "dlink"), 0);
    ck_assert_int_eq(symlink("..", "d/up"), 0);
    ck_assert_int_eq(mkfifo("pipe", 0600), 0);
    ck_assert_str_eq(walked("", plain), "d/f\nf\n");
}
END_TEST

START_TEST(test_walk_hidden_only_when_asked)
{
    const osi_options hidden = {.hidden = true};

    put(".h", "");
    put(".d/f", "");
    put("f", "");
    put(".osteon/MANIFEST", "");
    put("d/.osteon/f", "");
    ck_assert_str_eq(walked("", plain), "f\n");
    ck_assert_str_eq(walked("", hidden), ".d/f\n.h\nf\n");
    ck_assert_str_eq(walked("/.d", plain), ".d/f\n");
}
END_TEST

START_TEST(test_walk_ignore_files_are_obeyed)
{
    const osi_options no_ignore = {.no_ignore = true};

    put(".gitignore", "*.o\n/build/\n");
    put(".ignore", "!keep.o\n");
    put(".osteonignore", "secret\n");
    put("a.o", "");
    put("keep.o", "");
    put("build/f", "");
    put("d/build/f", "");
    put("d/secret/f", "");
    put("d/.gitignore", "!a.o\n");
    put("d/a.o", "");
    put("d/e/a.o", "");
    put("f", "");
    ck_assert_str_eq(walked("", plain),
                     "d/a.o\nd/build/f\nd/e/a.o\nf\nkeep.o\n");
    ck_assert_str_eq(walked("/d", plain), "d/a.o\nd/build/f\nd/e/a.o\n");
    ck_assert_str_eq(walked("/d/e", plain), "d/e/a.o\n");
    ck_assert_str_eq(walked("", no_ignore),
                     "a.o\nbuild/f\nd/a.o\nd/build/f\nd/e/a.o\n"
                     "d/secret/f\nf\nkeep.o\n");
}
END_TEST

START_TEST(test_walk_globs_take_and_leave_out)
{
    put("a.c", "");
    put("a.h", "");
    put("d/b.c", "");
    put("d/b.txt", "");
    put("e/c.c", "");
    ck_assert_str_eq(walked_with("*.c", NULL), "a.c\nd/b.c\ne/c.c\n");
    ck_assert_str_eq(walked_with("!*.c", NULL), "a.h\nd/b.txt\n");
    ck_assert_str_eq(walked_with("*.c", "!d"), "a.c\ne/c.c\n");
    ck_assert_str_eq(walked_with("*.c", "!/a.c"), "d/b.c\ne/c.c\n");
    ck_assert_str_eq(walked_with("d/*", NULL), "d/b.c\nd/b.txt\n");
}
END_TEST

START_TEST(test_walk_operands_are_passed_by)
{
    char path[4096];

    put("a/f", "");
    put("b/f", "");
    snprintf(path, sizeof path, "%s/a", tree);
    passed_by = path;
    ck_assert_str_eq(walked("", plain), "b/f\n");
    passed_by = NULL;
}
END_TEST

START_TEST(test_walk_unreadable_folder_is_told)
{
    put("a/f", "");
    put("b/f", "");
    ck_assert_int_eq(chmod("a", 0), 0);
    if (geteuid() == 0) /* who may read all the same */
        ck_assert_str_eq(walked("", plain), "a/f\nb/f\n");
    else
        ck_assert_str_eq(walked("", plain), "failed /a EACCES\nb/f\n");
    ck_assert_int_eq(chmod("a", 0700), 0);
}
END_TEST

START_TEST(test_walk_unreadable_ignore_file_is_told)
{
    put("a/f", "");
    put("b/f", "");
    ck_assert_int_eq(symlink(".gitignore", "a/.gitignore"), 0); /* ELOOP */
    ck_assert_int_eq(symlink("nowhere", "b/.gitignore"), 0);
    ck_assert_int_eq(mkdir("b/.ignore", 0777), 0);
    ck_assert_str_eq(walked("", plain),
                     "failed /a/.gitignore\na/f\nb/f\n");
    ck_assert_str_eq(walked("/a", plain), "failed /a/.gitignore\na/f\n");
    ck_assert_int_eq(mkdir("a/c", 0777), 0);
    put("a/c/f", "");
    ck_assert_str_eq(walked("/a/c", plain), "a/c/f\n");
}
END_TEST

START_TEST(test_walk_deep_tree_is_finished)
{
    enum { DEPTH = 300 };
    unsigned lines = 0;

    for (int i = 0; i < DEPTH; i++) {
        ck_assert_int_eq(mkdir("d", 0777), 0);
        put("z", "");
        ck_assert_int_eq(chdir("d"), 0);
    }
    ck_assert_int_eq(chdir(tree), 0);
    walked("", plain);
    for (const char *p = seen.data; *p != '\0'; p++)
        lines += *p == '\n';
    ck_assert_uint_eq(lines, DEPTH);
}
END_TEST

START_TEST(test_walk_memory_fails_is_reported)
{
    bool no_memory = true;

    put(".gitignore", "x\n");
    put("a/b/f", "");
    put("f", "");
    put("x", "");
    for (unsigned long n = 1; no_memory; n++) {
        osi_place place;
        osi_rules *globs;
        osi_walk walk;
        ck_assert(osi_place_find(".osteon", &place));
        ck_assert(osi_walk_setup(&walk, &plain, &place, &globs));
        walk.file = on_file;
        walk.is_operand = is_operand;
        walk.failed = on_failure;
        osi_bytes_free(&seen);
        osi_bytes_reserve(&seen, 1000);
        osi_alloc_fail_at(n);
        ck_assert(osi_walk_folder(&walk, tree, strlen(tree), &no_memory) ==
                  !no_memory);
        osi_alloc_fail_at(0);
        ck_assert_uint_lt(n, 200);
        osi_place_free(&place);
    }
    osi_bytes_add(&seen, "", 1);
    ck_assert_str_eq(seen.data, "a/b/f\nf\n"); /* rules were not lost */
}
END_TEST

START_TEST(test_place_find_nearest_is_found)
{
    osi_place place;
    char expected[4096];

    ck_assert_int_eq(unsetenv("OSTEON_INDEX"), 0);
    put("a/b/f", "");
    ck_assert(osi_place_find(NULL, &place));
    ck_assert_str_eq(place.index, ".osteon");
    ck_assert(!place.exists && place.belongs);
    ck_assert_str_eq(place.root, tree);
    osi_place_free(&place);
    ck_assert_int_eq(mkdir("a/.osteon", 0777), 0);
    ck_assert_int_eq(chdir("a/b"), 0);
    ck_assert(osi_place_find(NULL, &place));
    snprintf(expected, sizeof expected, "%s/a/.osteon", tree);
    ck_assert_str_eq(place.index, expected);
    snprintf(expected, sizeof expected, "%s/a", tree);
    ck_assert_str_eq(place.root, expected);
    ck_assert(place.exists);
    osi_place_free(&place);
    ck_assert_int_eq(setenv("OSTEON_INDEX", "new.idx/", 1), 0);
    ck_assert(osi_place_find(NULL, &place));
    ck_assert_str_eq(place.index, "new.idx");
    ck_assert(!place.exists && !place.belongs);
    osi_place_free(&place);
    ck_assert_int_eq(unsetenv("OSTEON_INDEX"), 0);
}
END_TEST

/* The id of what a name on the command line stands for, and its kind. */
static const char *resolved(const char *name, osi_operand_kind kind)
{
    static osi_bytes path;
    osi_resolver resolver = {0};
    uint64_t size;
    int64_t mtime_ns;

    ck_assert_int_eq(osi_resolve(&resolver, name, &path, &size, &mtime_ns),
                     kind);
    osi_resolver_free(&resolver);
    ck_assert_uint_ge(path.len, strlen(tree));
    ck_assert_mem_eq(path.data, tree, strlen(tree));
    return path.data + strlen(tree);
}

START_TEST(test_resolve_names_are_real)
{
    char all[4096];

    put("a/f", "x");
    ck_assert_int_eq(symlink("a", "link"), 0);
    ck_assert_int_eq(symlink("a/f", "flink"), 0);
    ck_assert_int_eq(mkfifo("pipe", 0600), 0);
    ck_assert_str_eq(resolved("a/f", OSI_OPERAND_FILE), "/a/f");
    ck_assert_str_eq(resolved("./a/../a//f", OSI_OPERAND_FILE), "/a/f");
    ck_assert_str_eq(resolved("link/f", OSI_OPERAND_FILE), "/a/f");
    ck_assert_str_eq(resolved("flink", OSI_OPERAND_FILE), "/a/f");
    ck_assert_str_eq(resolved("link", OSI_OPERAND_FOLDER), "/a");
    ck_assert_str_eq(resolved("a/", OSI_OPERAND_FOLDER), "/a");
    ck_assert_str_eq(resolved(".", OSI_OPERAND_FOLDER), "");
    ck_assert_str_eq(resolved("a/..", OSI_OPERAND_FOLDER), "");
    ck_assert_str_eq(resolved("pipe", OSI_OPERAND_OTHER), "/pipe");
    ck_assert_str_eq(resolved("none", OSI_OPERAND_MISSING), "/none");
    ck_assert_str_eq(resolved("link/no/./x/../y", OSI_OPERAND_MISSING),
                     "/a/no/y");
    snprintf(all, sizeof all, "%s/a/f", tree);
    ck_assert_str_eq(resolved(all, OSI_OPERAND_FILE), "/a/f");
}
END_TEST

START_TEST(test_is_covered_nearest_decides)
{
    osi_place place = {.root = (char *)(uintptr_t) "/r", .root_len = 2};
    osi_names operands = {0}, kept = {0};

    ck_assert_ptr_nonnull(osi_names_put(&operands, "/r/a", 4, OSI_NAMED));
    ck_assert_ptr_nonnull(
        osi_names_put(&operands, "/r/gone", 7, OSI_NAMED_MISSING));
    ck_assert_ptr_nonnull(osi_names_put(&kept, "/r/a/k", 6, 0));
    ck_assert(osi_is_covered(&place, &operands, &kept, "a", 1));
    ck_assert(osi_is_covered(&place, &operands, &kept, "a/b/c", 5));
    ck_assert(!osi_is_covered(&place, &operands, &kept, "ab", 2));
    ck_assert(!osi_is_covered(&place, &operands, &kept, "a/k/x", 5));
    ck_assert(!osi_is_covered(&place, &operands, &kept, "/other", 6));
    ck_assert(osi_is_covered(&place, &operands, &kept, "gone/x", 6));
    ck_assert_uint_eq(*osi_names_find(&operands, "/r/gone", 7),
                      OSI_NAMED_KNOWN);
    ck_assert_ptr_nonnull(osi_names_put(&operands, "", 0, OSI_NAMED));
    ck_assert(osi_is_covered(&place, &operands, &kept, "/other", 6));
    osi_names_free(&operands);
    osi_names_free(&kept);
}
END_TEST

/* What a list of files with millions of names costs. */
START_TEST(test_names_of_many_files_take_little)
{
    osi_names names = {0};
    char name[128];
    const char *first = NULL;
    size_t bytes = 0;

    for (uint32_t i = 0; i < 100000; i++) {
        const size_t len = (size_t)snprintf(
            name, sizeof name, "/some/folder/of/a/tree/with/names/a-%05u", i);
        ck_assert_ptr_nonnull(osi_names_put(&names, name, len, i));
        bytes += len;
        if (i == 0)
            first = osi_names_own(&names, name, len);
    }
    ck_assert_uint_ge(osi_names_memory(&names), bytes);
    ck_assert_uint_le(osi_names_memory(&names), bytes + 100000 * 50);
    ck_assert_str_eq(first, "/some/folder/of/a/tree/with/names/a-00000");
    ck_assert_ptr_null(osi_names_own(&names, "a", 1));
    ck_assert_str_eq(osi_names_copy(&names, "text", 3), "tex");
    ck_assert_ptr_null(osi_names_find(&names, "tex", 3));
    osi_names_free(&names);
}
END_TEST

START_TEST(test_names_put_many_are_found)
{
    osi_names names = {0};
    char name[16];

    ck_assert_ptr_null(osi_names_find(&names, "x", 1));
    for (uint32_t i = 0; i < 10000; i++) {
        const int len = snprintf(name, sizeof name, "n%u", i);
        ck_assert_uint_eq(*osi_names_put(&names, name, (size_t)len, i), i);
        ck_assert_uint_eq(*osi_names_put(&names, name, (size_t)len, 0), i);
    }
    for (uint32_t i = 0; i < 10000; i++) {
        const int len = snprintf(name, sizeof name, "n%u", i);
        ck_assert_uint_eq(*osi_names_find(&names, name, (size_t)len), i);
    }
    ck_assert_ptr_null(osi_names_find(&names, "n", 1));
    osi_names_free(&names);
}
END_TEST

static void bad_sizes(void)
{
    uint64_t size;
    static const char *const bad[] = {"",   "x",    "-1",  "1Q", "1KK", "0x10",
                                      "1e5", "1 K", "1iK", "99999999999T"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!osi_parse_size(bad[i], &size), "%s", bad[i]);
}

START_TEST(test_parse_size_forms_agree)
{
    uint64_t size;

    ck_assert(osi_parse_size("0", &size) && size == 0);
    ck_assert(osi_parse_size("512", &size) && size == 512);
    ck_assert(osi_parse_size("10k", &size) && size == 10240);
    ck_assert(osi_parse_size("1.5M", &size) && size == 1572864);
    ck_assert(osi_parse_size("2GiB", &size) && size == (uint64_t)2 << 30);
    ck_assert(osi_parse_size("3B", &size) && size == 3);
    bad_sizes();
}
END_TEST

START_TEST(test_stat_settled_fresh_file_gets_a_tick_old)
{
    char name[] = "/tmp/osteon-test-XXXXXX";
    const int fd = mkstemp(name);
    struct timespec now;
    struct stat st;

    ck_assert_int_ge(fd, 0);
    unlink(name);
    ck_assert_int_eq(write(fd, "x", 1), 1);
    ck_assert_int_eq(osi_stat_settled(fd, &st), 0);
    ck_assert_int_eq(st.st_size, 1);
    clock_gettime(CLOCK_REALTIME, &now);
    ck_assert_int_ge(osi_nanoseconds(now) - osi_nanoseconds(st.st_mtim),
                     OSI_TICK_NS);
    close(fd);
    ck_assert_int_eq(osi_stat_settled(fd, &st), -1);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("indexer_walk");
    TCase *const walk = tcase_create("osi_walk_folder");
    TCase *const paths = tcase_create("paths");

    tcase_add_checked_fixture(walk, make_tree, drop_tree);
    tcase_add_checked_fixture(paths, make_tree, drop_tree);
    tcase_add_test(walk, test_walk_order_is_bytewise_by_folder);
    tcase_add_test(walk, test_walk_links_and_others_are_left_out);
    tcase_add_test(walk, test_walk_hidden_only_when_asked);
    tcase_add_test(walk, test_walk_ignore_files_are_obeyed);
    tcase_add_test(walk, test_walk_globs_take_and_leave_out);
    tcase_add_test(walk, test_walk_operands_are_passed_by);
    tcase_add_test(walk, test_walk_unreadable_folder_is_told);
    tcase_add_test(walk, test_walk_unreadable_ignore_file_is_told);
    tcase_add_test(walk, test_walk_deep_tree_is_finished);
    tcase_add_test(walk, test_walk_memory_fails_is_reported);
    tcase_add_test(paths, test_place_find_nearest_is_found);
    tcase_add_test(paths, test_resolve_names_are_real);
    tcase_add_test(paths, test_stat_settled_fresh_file_gets_a_tick_old);
    tcase_add_test(paths, test_is_covered_nearest_decides);
    tcase_add_test(paths, test_names_put_many_are_found);
    tcase_add_test(paths, test_names_of_many_files_take_little);
    tcase_add_test(paths, test_parse_size_forms_agree);
    suite_add_tcase(suite, walk);
    suite_add_tcase(suite, paths);
    return run_suite(suite);
}
