/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A writer is killed at any moment, while readers look on: what they see is
 * always one whole commit, a check is clean, and the next writer goes on.
 *
 * Each commit i of the child replaces all of DOCS documents by version i, so
 * that a mixture of two commits would show.
 */
#include "crash_rounds.h"
#include "index_dump.h"
#include "scratch.h"
#include "run_suite.h"

#include <signal.h>
#include <sys/wait.h>

#define DOCS 30

static osteon_error err;

#define OK(call) ck_assert_msg((call) == OSTEON_OK, "%s", err.text)

static osteon_status write_version(osteon_writer *w, uint32_t version)
{
    osteon_status s = OSTEON_OK;

    for (uint32_t i = 0; i < DOCS && s == OSTEON_OK; i++) {
        char id[32], body[64];
        osteon_document doc = {.id = id, .body = body};
        doc.id_len = (size_t)sprintf(id, "doc%u", i);
        doc.body_len =
            (size_t)sprintf(body, "same words version%lu",
                            (unsigned long)version);
        s = osteon_writer_add(w, &doc, &err);
    }
    return s;
}

/* Commits for ever; killed from outside. */
static void write_for_ever(uint32_t version)
{
    osteon_writer *w;

    for (;; version++) {
        if (osteon_writer_open(scratch, NULL, &w, &err) != OSTEON_OK ||
            write_version(w, version) != OSTEON_OK ||
            osteon_writer_commit(w, &err) != OSTEON_OK)
            _exit(1);
        if (version % 7 == 0) {
            osteon_writer_merge_all(w);
            if (osteon_writer_commit(w, &err) != OSTEON_OK)
                _exit(1);
        }
        osteon_writer_close(w);
    }
}

/* The one version all documents are of. */
static uint32_t read_version(void)
{
    char *dump = index_dump_ok(scratch);
    const char *p = strstr(dump, "\n:version");
    unsigned long version = 0;
    uint32_t n = 0;

    ck_assert_ptr_nonnull(p);
    ck_assert_int_eq(sscanf(p, "\n:version%lu", &version), 1);
    for (; p != NULL; p = strstr(p + 1, "\n:version")) {
        unsigned long other;
        ck_assert_int_eq(sscanf(p, "\n:version%lu", &other), 1);
        ck_assert_uint_eq(other, version);
        n++;
    }
    ck_assert_uint_eq(n, DOCS);
    free(dump);
    return (uint32_t)version;
}

static size_t count_files(void)
{
    DIR *dir = opendir(scratch);
    size_t n = 0;

    ck_assert_ptr_nonnull(dir);
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n - 2; /* . and .. */
}

START_TEST(test_crash_at_any_moment_leaves_a_whole_commit)
{
    crash_rounds rounds = {.span = 0.009};
    uint32_t version = 1, last = 1;
    osteon_writer *w;

    OK(osteon_writer_open(scratch, NULL, &w, &err));
    OK(write_version(w, version));
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
    while (crash_goes_on(&rounds)) {
        const pid_t child = fork();
        int status;
        if (child == 0)
            write_for_ever(version + 1);
        ck_assert_int_gt(child, 0);
        crash_pause(&rounds, 3);
        read_version(); /* beside the living writer */
        crash_pause(&rounds, 50);
        kill(child, SIGKILL);
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFSIGNALED(status));
        version = read_version();
        ck_assert_uint_ge(version, last);
        crash_round_done(&rounds, version > last);
        last = version;
        ck_assert_int_eq(osteon_index_check(scratch, NULL, NULL, &err), 0);
    }
    OK(osteon_writer_open(scratch, NULL, &w, &err));
    OK(write_version(w, version + 1));
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
    ck_assert_uint_eq(read_version(), version + 1);
    OK(osteon_writer_open(scratch, NULL, &w, &err));
    osteon_writer_merge_all(w);
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
    ck_assert_uint_eq(count_files(), 3); /* MANIFEST, LOCK, a segment */
}
END_TEST

/* A reader that is open keeps its snapshot through updates and merges. */
START_TEST(test_crash_reader_keeps_its_snapshot)
{
    osteon_index *index;
    osteon_index_info before, after;
    osteon_writer *w;

    OK(osteon_writer_open(scratch, NULL, &w, &err));
    OK(write_version(w, 1));
    OK(osteon_writer_commit(w, &err));
    OK(osteon_index_open(scratch, &index, &err));
    OK(osteon_index_info_get(index, &before, &err));
    for (uint32_t v = 2; v < 30; v++) {
        osteon_entry *entry;
        OK(write_version(w, v));
        osteon_writer_merge_all(w);
        OK(osteon_writer_commit(w, &err));
        OK(osteon_index_info_get(index, &after, &err));
        ck_assert_uint_eq(before.generation, after.generation);
        OK(osteon_entry_open_id(index, "doc3", 4, &entry, &err));
        osteon_entry_close(entry);
    }
    osteon_index_close(index);
    osteon_writer_close(w);
    ck_assert_uint_eq(read_version(), 29);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crash");
    TCase *tc = tcase_create("crash");

    tcase_add_unchecked_fixture(tc, scratch_make, scratch_remove);
    tcase_add_checked_fixture(tc, scratch_empty, NULL);
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, test_crash_at_any_moment_leaves_a_whole_commit);
    tcase_add_test(tc, test_crash_reader_keeps_its_snapshot);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
