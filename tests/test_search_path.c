/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Paths shown from the current folder and found again, and the search for an
 * index in parent folders.
 */
#define _XOPEN_SOURCE 700 /* mkdtemp, realpath */

#include "display_path.h"
#include "find_index.h"
#include "run_suite.h"

#include "asserts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- path_from_here ---- */

static void ck_shown(const char *root, const char *here, const char *path,
                     const char *expected)
{
    char *shown;
    const size_t len =
        path_from_here(root, here, path, strlen(path), &shown);

    ck_assert_str_eq(shown, expected);
    ck_assert_uint_eq(len, strlen(expected));
    free(shown);
}

START_TEST(test_path_below_here_is_plain)
{
    ck_shown("/r", "/r", "a/b", "a/b");
    ck_shown("/r", "/r/a", "a/b", "b");
    ck_shown("/r/", "/r/a/", "a/b", "b");
    ck_shown("/", "/", "a", "a");
    ck_shown("/r", "/", "a", "r/a");
    ck_shown("/r", "/r", "-n", "./-n");
    ck_shown("/r", "/r/a", "a", ".");
}
END_TEST

START_TEST(test_path_above_here_goes_up)
{
    ck_shown("/home/u", "/home/u/deep/er", "a/b", "../../a/b");
    ck_shown("/home/u", "/home/u/ab", "a/x", "../a/x");
    ck_shown("/home/u", "/home/u/a", "ab/x", "../ab/x");
    ck_shown("/home/u/p", "/home/u/q", "x", "../p/x");
    ck_shown("/home/u/p", "/home/u/q", "-x", "../p/-x");
}
END_TEST

START_TEST(test_path_elsewhere_is_absolute)
{
    ck_shown("/data", "/home/u", "a/b", "/data/a/b");
    ck_shown("/r", "/home/u", "/etc/x", "/etc/x");
    ck_shown("/h", "/h/1/2/3/4/5", "a", "/h/a");
    ck_shown("/h", NULL, "a", "/h/a");
    ck_shown("/h", NULL, "/a", "/a");
    ck_shown("/", "/home", "a", "/a");
}
END_TEST

/* Applies `path` to folder `here` as the system would. */
static void resolve(const char *here, const char *path, char *out)
{
    char whole[1100];
    char *save = NULL;

    snprintf(whole, sizeof whole, "%s/%s", path[0] == '/' ? "" : here, path);
    out[0] = '\0';
    for (char *part = strtok_r(whole, "/", &save); part != NULL;
         part = strtok_r(NULL, "/", &save)) {
        if (strcmp(part, "..") == 0)
            *strrchr(out, '/') = '\0';
        else if (strcmp(part, ".") != 0)
            strcat(strcat(out, "/"), part);
    }
}

/* A random path of short parts, "" or beginning with '/'. */
static void random_folder(uint32_t *state, char *out)
{
    out[0] = '\0';
    while ((*state = *state * 1664525 + 1013904223) >> 30 != 0)
        strcat(out, (*state >> 20 & 3) == 0   ? "/a"
                    : (*state >> 20 & 3) == 1 ? "/ab"
                    : (*state >> 20 & 3) == 2 ? "/b"
                                              : "/a b");
}

START_TEST(test_path_random_folders_lead_to_the_file_and_back)
{
    uint32_t state = 12;
    char root[512], here[512], path[512], meant[2048], got[2048];

    for (int round = 0; round < 20000; round++) {
        char *shown, *back;

        do
            random_folder(&state, root);
        while (strlen(root) > 60);
        do
            random_folder(&state, here);
        while (strlen(here) > 60);
        strcpy(path, "f");
        if (state & 64)
            strcpy(path, "a/ab/f");
        snprintf(meant, sizeof meant, "%s/%s", root, path);
        path_from_here(root[0] ? root : "/", here[0] ? here : "/", path,
                       strlen(path), &shown);
        resolve(here, shown, got);
        ck_assert_str_eq(got, meant);
        ck_assert_uint_le(strlen(shown), strlen(meant));
        back = path_in_index(root[0] ? root : "/", here[0] ? here : "/",
                             shown);
        ck_assert_str_eq(back, path);
        free(shown);
        free(back);
    }
}
END_TEST

START_TEST(test_path_in_index_dots_are_resolved)
{
    static const char *const cases[][2] = {
        {"a", "sub/a"},          {"./a", "sub/a"},   {"../a", "a"},
        {"../../r/x", "x"},      {"../../x", "/x"},  {"/r/y", "y"},
        {"/rr/y", "/rr/y"},      {"a//b/", "sub/a/b"},
        {"../../../../q", "/q"}, {"/", ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *got = path_in_index("/r", "/r/sub", cases[i][0]);

        ck_assert_str_eq(got, cases[i][1]);
        free(got);
    }
}
END_TEST

/* ---- find_index ---- */

/* Made before the cases, and removed after them even if they fail. */
static char base[4096];

static const char *const folders[] = {"/a", "/a/b", "/a/.osteon"};
#define N_FOLDERS (sizeof folders / sizeof *folders)

static void make_tree(void)
{
    char made[] = "/tmp/test_search_path.XXXXXX";
    char path[5000];

    if (mkdtemp(made) == NULL || realpath(made, base) == NULL) {
        perror(made);
        exit(2);
    }
    for (size_t i = 0; i < N_FOLDERS; i++) {
        snprintf(path, sizeof path, "%s%s", base, folders[i]);
        if (mkdir(path, 0700) != 0) {
            perror(path);
            exit(2);
        }
    }
}

static void remove_tree(void)
{
    char path[5000];

    for (size_t i = N_FOLDERS; i-- > 0;) {
        snprintf(path, sizeof path, "%s%s", base, folders[i]);
        rmdir(path);
    }
    rmdir(base);
}

START_TEST(test_find_index_nearest_parent_is_taken)
{
    char from[5000], expected[5000];
    static const char *const starts[] = {"a", "a/", "a/b", "a/b/none"};

    snprintf(expected, sizeof expected, "%s/a/" INDEX_FOLDER, base);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        char *found;

        snprintf(from, sizeof from, "%s/%s", base, starts[i]);
        found = index_at_or_above(from);
        ck_assert_ptr_nonnull(found);
        ck_assert_str_eq(found, expected);
        free(found);
    }
}
END_TEST

START_TEST(test_find_index_option_wins_over_variable_over_folder)
{
    char folder[5000];
    char *found;

    snprintf(folder, sizeof folder, "%s/a/b", base);
    ck_assert_int_eq(setenv(INDEX_VARIABLE, "/named", 1), 0);
    found = find_index("/given", folder);
    ck_assert_str_eq(found, "/given");
    free(found);
    found = find_index(NULL, folder);
    ck_assert_str_eq(found, "/named");
    free(found);
    ck_assert_int_eq(setenv(INDEX_VARIABLE, "", 1), 0);
    found = find_index(NULL, folder);
    ck_assert_ptr_nonnull(strstr(found, "/a/" INDEX_FOLDER));
    free(found);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("search_path");
    TCase *paths = tcase_create("path_from_here");
    TCase *find = tcase_create("find_index");

    tcase_add_test(paths, test_path_below_here_is_plain);
    tcase_add_test(paths, test_path_above_here_goes_up);
    tcase_add_test(paths, test_path_elsewhere_is_absolute);
    tcase_add_test(paths,
                   test_path_random_folders_lead_to_the_file_and_back);
    tcase_add_test(paths, test_path_in_index_dots_are_resolved);
    tcase_add_unchecked_fixture(find, make_tree, remove_tree);
    tcase_add_test(find, test_find_index_nearest_parent_is_taken);
    tcase_add_test(find,
                   test_find_index_option_wins_over_variable_over_folder);
    suite_add_tcase(suite, paths);
    suite_add_tcase(suite, find);
    return run_suite(suite);
}
