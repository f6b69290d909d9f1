/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A writer of a Xapian database is killed at any moment, also while it joins
 * pieces, merges and swaps: what is seen is always one whole commit.
 *
 * Each commit i of the child replaces all of DOCS documents by version i, so
 * that a mixture of two commits would show.
 */
#include "run_suite.h"
#include "xapian_dump.h"

#include "commit.h"
#include "crash_rounds.h"

#include <signal.h>
#include <sys/wait.h>
#include <xapian-c/xapian_c_database_tools.h>

#define DOCS 30

static osteon_error err;

#define OK(call) ck_assert_msg((call) == OSTEON_OK, "%s", err.text)

static osteon_status write_version(osteon_writer *w, unsigned long version)
{
    const osteon_source source = {
        .path = "s", .path_len = 1, .size = version};
    uint32_t number;
    osteon_status s = osteon_writer_source_put(w, &source, &number, &err);

    for (unsigned i = 0; i < DOCS && s == OSTEON_OK; i++) {
        char id[32], body[64];
        osteon_document doc = {.id = id, .body = body, .source = number};
        doc.id_len = (size_t)sprintf(id, "doc%u", i);
        doc.body_len =
            (size_t)sprintf(body, "same words version%lu", version);
        s = osteon_writer_add(w, &doc, &err);
    }
    return s;
}

static osteon_status write_once(unsigned long version)
{
    const osteon_writer_options options = {.engine = "xapian",
                                           .rebuild = version % 3 == 0};
    osteon_writer *w;
    osteon_status s = osteon_writer_open(scratch, &options, &w, &err);

    if (s == OSTEON_OK)
        s = write_version(w, version);
    if (s == OSTEON_OK && version % 5 == 0)
        osteon_writer_merge_all(w);
    if (s == OSTEON_OK)
        s = osteon_writer_commit(w, &err);
    osteon_writer_close(w);
    return s;
}

/* The one version all documents are of. The table of sources that the
 * metadata name has it too. */
static unsigned long read_version(void)
{
    char *dump = xapian_dump(true), name[64];
    const char *p = strstr(dump, "\tversion"), *sources;
    unsigned long version = 0, other;
    unsigned long long size, checksum;
    ost_sources *table;
    osteon_source source;
    unsigned n = 0;

    ck_assert_ptr_nonnull(p);
    ck_assert_int_eq(sscanf(p, "\tversion%lu", &version), 1);
    for (; p != NULL; p = strstr(p + 1, "\tversion"), n++) {
        ck_assert_int_eq(sscanf(p, "\tversion%lu", &other), 1);
        ck_assert_uint_eq(other, version);
    }
    ck_assert_uint_eq(n, DOCS);
    sources = strstr(dump, "metadata osteon.sources=");
    ck_assert_ptr_nonnull(sources);
    ck_assert_int_eq(sscanf(sources + 24, "%63s %llu %llu", name, &size,
                            &checksum),
                     3);
    OK(ost_sources_read(scratch_path(name), size, checksum, &table, &err));
    ck_assert(ost_sources_find(table, "s", 1, &source));
    ck_assert_uint_eq(source.size, version);
    ost_sources_free(table);
    free(dump);
    return version;
}

/* Xapian's own check frees an object by a wrong size, which the address
 * sanitizer takes for an error. */
static void check_database(void)
{
#ifndef __SANITIZE_ADDRESS__
    size_t faults = 1, len;
    ost_buffer stub = scratch_read("XAPIANDB");
    const char *name;

    ost_buffer_add_byte(&stub, '\0');
    name = strtok((char *)stub.data + strlen("auto "), "\n");
    len = strlen(name);
    ck_assert_uint_gt(len, 3);
    XOK(xapian_c_database_check(scratch_path(name), 0, NULL, NULL, &faults,
                                &xd_error));
    ck_assert_uint_eq(faults, 0);
    ost_buffer_free(&stub);
#endif
}

START_TEST(test_xapian_crash_at_any_moment_leaves_a_whole_commit)
{
    unsigned long version = 1, last = 1;
    crash_rounds rounds = {.span = 0.09};

    OK(write_once(version));
    while (crash_goes_on(&rounds)) {
        const pid_t child = fork();
        int status;
        if (child == 0)
            for (;; version++)
                if (write_once(version + 1) != OSTEON_OK)
                    _exit(1);
        ck_assert_int_gt(child, 0);
        crash_pause(&rounds, 0);
        kill(child, SIGKILL);
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFSIGNALED(status));
        version = read_version();
        ck_assert_uint_ge(version, last);
        crash_round_done(&rounds, version > last);
        last = version;
        check_database();
    }
    OK(write_once(version + 1));
    ck_assert_uint_eq(read_version(), version + 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xapian_crash");
    TCase *tc = scratch_case(suite, "crash");

    tcase_set_timeout(tc, 300);
    tcase_add_test(tc,
                   test_xapian_crash_at_any_moment_leaves_a_whole_commit);
    return run_suite(suite);
}
