/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Committing a manifest with each step failing, and sweeping the folder. The
 * two calls that decide are replaced here by ones that log and can fail.
 */
#define _GNU_SOURCE /* syscall */
#include "manifest.h"
#include "scratch.h"
#include "run_suite.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static char calls[256];      /* "d": fsync of a folder, "f": of a file,
                              * "r": rename */
static unsigned fail_call;   /* 1: the next one; 0: none */
static unsigned fail_length; /* how many fail, once one does */

static bool must_fail(void)
{
    if (fail_call == 0 || --fail_call > 0)
        return false;
    if (fail_length > 1) {
        fail_length--;
        fail_call = 1;
    }
    errno = EIO;
    return true;
}

int fsync(int fd)
{
    struct stat st;

    fstat(fd, &st);
    strcat(calls, S_ISDIR(st.st_mode) ? "d" : "f");
    return must_fail() ? -1 : (int)syscall(SYS_fsync, fd);
}

int rename(const char *from, const char *to)
{
    strcat(calls, "r");
    return must_fail() ? -1
                       : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD,
                                      to, 0);
}

static ost_manifest *make(uint64_t generation)
{
    ost_manifest *m;
    char name[OST_FILE_NAME];

    ck_assert_int_eq(ost_manifest_new("english", &m, NULL), OSTEON_OK);
    m->generation = generation;
    ost_manifest_next_name(m, "seg", name);
    ck_assert_int_eq(ost_manifest_add(m, name, 1, 2, 3, NULL), OSTEON_OK);
    return m;
}

static osteon_status commit(uint64_t generation, osteon_error *err)
{
    ost_manifest *m = make(generation);
    const osteon_status s = ost_manifest_commit(scratch, m, err);

    ost_manifest_free(m);
    return s;
}

/* The generation a reader finds, 0: none. */
static uint64_t current(void)
{
    ost_manifest *m;
    uint64_t generation = 0;

    if (ost_manifest_read(scratch, &m, NULL) == OSTEON_OK)
        generation = m->generation;
    ost_manifest_free(m);
    return generation;
}

START_TEST(test_commit_replaces_and_leaves_nothing_beside)
{
    scratch_write("MANIFEST.tmp", "rest of a crash", 15);
    ck_assert_int_eq(commit(1, NULL), OSTEON_OK);
    ck_assert_uint_eq(current(), 1);
    ck_assert_int_eq(commit(2, NULL), OSTEON_OK);
    ck_assert_uint_eq(current(), 2);
    ck_assert(!scratch_has("MANIFEST.tmp"));
}
END_TEST

START_TEST(test_commit_syncs_folder_file_rename_folder)
{
    calls[0] = '\0';
    ck_assert_int_eq(commit(1, NULL), OSTEON_OK);
    ck_assert_str_eq(calls, "dfrd");
}
END_TEST

/* _i: the step that fails. */
START_TEST(test_commit_with_a_step_failing_changes_nothing)
{
    osteon_error err;

    for (uint64_t before = 0; before < 2; before++) {
        if (before > 0)
            ck_assert_int_eq(commit(before, NULL), OSTEON_OK);
        fail_call = (unsigned)_i;
        fail_length = 1;
        ck_assert_int_eq(commit(before + 1, &err), OSTEON_IO);
        fail_call = 0;
        ck_assert_int_eq(err.os_error, EIO);
        ck_assert_ptr_nonnull(strstr(err.text, scratch));
        ck_assert_uint_eq(current(), before);
        ck_assert(before > 0 || !scratch_has("MANIFEST"));
        ck_assert(!scratch_has("MANIFEST.tmp"));
    }
    ck_assert_int_eq(commit(2, NULL), OSTEON_OK);
    ck_assert_uint_eq(current(), 2);
}
END_TEST

START_TEST(test_commit_with_every_last_fsync_failing_puts_the_old_back)
{
    ck_assert_int_eq(commit(1, NULL), OSTEON_OK);
    fail_call = 4; /* the folder after the rename; then the file put back */
    fail_length = 2;
    ck_assert_int_eq(commit(2, NULL), OSTEON_IO);
    fail_call = 0;
    ck_assert_uint_eq(current(), 1);
    ck_assert(!scratch_has("MANIFEST.tmp"));
}
END_TEST

START_TEST(test_commit_on_a_full_disk_changes_nothing)
{
    struct rlimit limit, old;
    osteon_error err;
    osteon_status s;

    ck_assert_int_eq(commit(1, NULL), OSTEON_OK);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    limit = old;
    limit.rlim_cur = 60;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    s = commit(2, &err);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
    ck_assert_int_eq(s, OSTEON_IO);
    ck_assert_int_eq(err.os_error, EFBIG);
    ck_assert_uint_eq(current(), 1);
    ck_assert(!scratch_has("MANIFEST.tmp"));
}
END_TEST

START_TEST(test_commit_with_things_in_its_way_fails)
{
    ost_manifest *m = make(2);
    ost_buffer victim;

    ck_assert_int_eq(ost_manifest_commit(scratch_path("none"), m, NULL),
                     OSTEON_IO);
    ck_assert_int_eq(commit(1, NULL), OSTEON_OK);
    mkdir(scratch_path("MANIFEST.tmp"), 0777);
    ck_assert_int_eq(ost_manifest_commit(scratch, m, NULL), OSTEON_IO);
    ck_assert_uint_eq(current(), 1);
    rmdir(scratch_path("MANIFEST.tmp"));
    scratch_write("victim", "precious", 8);
    ck_assert_int_eq(symlink("victim", scratch_path("MANIFEST.tmp")), 0);
    ck_assert_int_eq(ost_manifest_commit(scratch, m, NULL), OSTEON_OK);
    ck_assert_uint_eq(current(), 2);
    victim = scratch_read("victim");
    ck_assert_uint_eq(victim.len, 8);
    ost_buffer_free(&victim);
    unlink(scratch_path("MANIFEST"));
    mkdir(scratch_path("MANIFEST"), 0777);
    ck_assert_int_eq(ost_manifest_commit(scratch, m, NULL), OSTEON_IO);
    ost_manifest_free(m);
}
END_TEST

static void spoil(ost_manifest *m, int how)
{
    switch (how) {
    case 0:
        m->generation = 0;
        break;
    case 1:
        m->next_file = 1;
        break;
    case 2:
        memcpy(m->language, "en/lish", 7);
        break;
    case 3:
        memcpy(m->segments[0].file.name, "../", 3);
        break;
    case 4:
        m->segments[0].documents = OST_MAX_DOCUMENTS + 1;
        break;
    case 5: /* the deleted would be back */
        m->segments[0].deleted = 1;
        break;
    default:
        m->segments[0].file.size = UINT64_MAX;
    }
}

START_TEST(test_commit_of_what_could_not_be_read_is_invalid)
{
    ost_manifest *m = make(2);

    ck_assert_int_eq(commit(1, NULL), OSTEON_OK);
    calls[0] = '\0';
    spoil(m, _i);
    ck_assert_int_eq(ost_manifest_commit(scratch, m, NULL), OSTEON_INVALID);
    ck_assert_str_eq(calls, "");
    ck_assert_uint_eq(current(), 1);
    ost_manifest_free(m);
}
END_TEST

START_TEST(test_commit_each_allocation_failing_is_no_memory)
{
    ost_manifest *m = make(2);
    unsigned long at = 1;
    osteon_status s;

    ck_assert_int_eq(commit(1, NULL), OSTEON_OK);
    for (;;) {
        ost_alloc_fail_at(at++);
        s = ost_manifest_commit(scratch, m, NULL);
        ost_alloc_fail_at(0);
        if (s == OSTEON_OK)
            break;
        ck_assert_int_eq(s, OSTEON_NO_MEMORY);
        ck_assert_uint_eq(current(), 1);
        ck_assert(!scratch_has("MANIFEST.tmp"));
    }
    ck_assert_uint_gt(at, 8);
    ck_assert_uint_eq(current(), 2);
    ost_manifest_free(m);
}
END_TEST

static void touch(const char *const *names)
{
    for (; *names != NULL; names++)
        scratch_write(*names, "", 0);
}

START_TEST(test_sweep_removes_ours_that_nothing_names)
{
    static const char *const kept[] = {
        "seg-00000001.ost", "seg-00000002.ost", "del-00000003.ost",
        "src-00000004.ost", "src-00000005.ost", "MANIFEST",
        "LOCK",             "notes.txt",        "seg-notes.ost",
        "seg-1.ost.bak",    "xyz-00000001.ost", "tmp-backup",
        "tmp-backup1.ost",  "tmp-a.c.ef.ost",   NULL};
    static const char *const gone[] = {
        "seg-00000003.ost", "seg-00000009.ost", "del-00000001.ost",
        "src-00000001.ost", "seg-1.ost",        "MANIFEST.tmp",
        "tmp-aB3xYz.ost",   NULL};
    ost_manifest *m = make(1), *also = make(2);

    ck_assert_int_eq(
        ost_manifest_add(m, "seg-00000002.ost", 1, 1, 1, NULL), OSTEON_OK);
    ck_assert_int_eq(ost_file_ref_set(&m->segments[0].deletes,
                                      "del-00000003.ost", 1, 1, NULL),
                     OSTEON_OK);
    ck_assert_int_eq(
        ost_file_ref_set(&m->sources, "src-00000004.ost", 1, 1, NULL),
        OSTEON_OK);
    ck_assert_int_eq(
        ost_file_ref_set(&also->sources, "src-00000005.ost", 1, 1, NULL),
        OSTEON_OK);
    touch(kept);
    touch(gone);
    mkdir(scratch_path("seg-00000077.ost"), 0777);
    ost_manifest_sweep(scratch, m, also);
    for (size_t i = 0; kept[i] != NULL; i++)
        ck_assert_msg(scratch_has(kept[i]), "%s is gone", kept[i]);
    for (size_t i = 0; gone[i] != NULL; i++)
        ck_assert_msg(!scratch_has(gone[i]), "%s is there", gone[i]);
    ost_manifest_sweep(scratch, m, NULL);
    ck_assert(!scratch_has("src-00000005.ost"));
    ck_assert(scratch_has("src-00000004.ost"));
    ost_manifest_sweep(scratch_path("none"), m, NULL);
    ost_manifest_free(m);
    ost_manifest_free(also);
}
END_TEST

START_TEST(test_sweep_without_memory_removes_nothing)
{
    static const char *const names[] = {"seg-00000001.ost",
                                        "seg-00000009.ost", NULL};
    ost_manifest *m = make(1);

    touch(names);
    for (unsigned long at = 1; at <= 2; at++) {
        ost_alloc_fail_at(at);
        ost_manifest_sweep(scratch, m, m);
        ck_assert(scratch_has(names[0]) && scratch_has(names[1]));
    }
    ost_alloc_fail_at(0);
    ost_manifest_free(m);
}
END_TEST

START_TEST(test_next_name_counts_up)
{
    ost_manifest *m;
    char name[OST_FILE_NAME];

    ck_assert_int_eq(ost_manifest_new("english", &m, NULL), OSTEON_OK);
    ck_assert_uint_eq(m->generation, 0);
    ost_manifest_next_name(m, "seg", name);
    ck_assert_str_eq(name, "seg-00000001.ost");
    ost_manifest_next_name(m, "del", name);
    ck_assert_str_eq(name, "del-00000002.ost");
    m->next_file = 123456789012;
    ost_manifest_next_name(m, "src", name);
    ck_assert_str_eq(name, "src-123456789012.ost");
    ck_assert_uint_eq(m->next_file, 123456789013);
    ost_manifest_free(m);
}
END_TEST

START_TEST(test_folder_scan_tells_ours_from_others)
{
    static const char *const ours[] = {"seg-00000041.ost", "LOCK",
                                       "del-7.ost", NULL};
    ost_folder_contents has;

    ck_assert_int_eq(ost_folder_scan(scratch, &has, NULL), OSTEON_OK);
    ck_assert(!has.ours && !has.others);
    ck_assert_uint_eq(has.next_file, 1);
    touch(ours);
    ck_assert_int_eq(ost_folder_scan(scratch, &has, NULL), OSTEON_OK);
    ck_assert(has.ours && !has.others);
    ck_assert_uint_eq(has.next_file, 42);
    scratch_write("MANIFEST", "", 0); /* may be anyone's */
    ck_assert_int_eq(ost_folder_scan(scratch, &has, NULL), OSTEON_OK);
    ck_assert(has.ours && has.others);
    unlink(scratch_path("MANIFEST"));
    scratch_write(".hidden", "", 0);
    ck_assert_int_eq(ost_folder_scan(scratch, &has, NULL), OSTEON_OK);
    ck_assert(has.ours && has.others);
    ck_assert_int_eq(ost_folder_scan(scratch_path("none"), &has, NULL),
                     OSTEON_NOT_FOUND);
    ck_assert_int_eq(ost_folder_scan(scratch_path("LOCK"), &has, NULL),
                     OSTEON_NOT_INDEX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("manifest commit");
    TCase *tc = scratch_case(suite, "commit");

    tcase_add_test(tc, test_commit_replaces_and_leaves_nothing_beside);
    tcase_add_test(tc, test_commit_syncs_folder_file_rename_folder);
    tcase_add_loop_test(tc, test_commit_with_a_step_failing_changes_nothing,
                        1, 5);
    tcase_add_test(
        tc, test_commit_with_every_last_fsync_failing_puts_the_old_back);
    tcase_add_test(tc, test_commit_on_a_full_disk_changes_nothing);
    tcase_add_test(tc, test_commit_with_things_in_its_way_fails);
    tcase_add_loop_test(tc, test_commit_of_what_could_not_be_read_is_invalid,
                        0, 7);
    tcase_add_test(tc, test_commit_each_allocation_failing_is_no_memory);
    tc = scratch_case(suite, "folder");
    tcase_add_test(tc, test_sweep_removes_ours_that_nothing_names);
    tcase_add_test(tc, test_sweep_without_memory_removes_nothing);
    tcase_add_test(tc, test_next_name_counts_up);
    tcase_add_test(tc, test_folder_scan_tells_ours_from_others);
    return run_suite(suite);
}
