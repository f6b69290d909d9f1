/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writing a Xapian database while each allocation fails in turn.
 */
#include "run_suite.h"
#include "writer_fixture.h"
#include "xapian_dump.h"

static const osteon_writer_options xapian = {.engine = "xapian"};

static osteon_status run_once(void)
{
    osteon_document doc = {
        .id = "x", .id_len = 1, .body = "new words of x", .body_len = 14};
    osteon_source source = {.path = "p", .path_len = 1};
    osteon_writer *w;
    uint32_t id;
    osteon_status s = osteon_writer_open(scratch, &xapian, &w, &err);

    if (s == OSTEON_OK)
        s = osteon_writer_source_put(w, &source, &id, &err);
    if (s == OSTEON_OK) {
        doc.source = id;
        s = osteon_writer_add(w, &doc, &err);
    }
    if (s == OSTEON_OK)
        s = osteon_writer_source_clear(w, id, &err);
    if (s == OSTEON_OK) {
        osteon_writer_merge_all(w);
        s = osteon_writer_commit(w, &err);
    }
    osteon_writer_close(w);
    return s;
}

/* Each allocation fails in turn; what is there before or what comes after is
 * there then, whole. */
static void fail_each(const char *before)
{
    for (unsigned long n = 1;; n++) {
        osteon_status s;
        char *now;
        ost_alloc_fail_at(n);
        s = run_once();
        if (ost_alloc_fail_at(0) != 0) {
            OK(s);
            return;
        }
        if (s == OSTEON_OK)
            continue; /* one that nothing depends on */
        ck_assert_int_eq(s, OSTEON_NO_MEMORY);
        if (before == NULL && !scratch_has("XAPIANDB"))
            continue;
        now = xapian_dump(false);
        if (before == NULL || strcmp(before, now) != 0)
            ck_assert_ptr_nonnull(strstr(now, "\nid=x\nurl=p\n"));
        free(now);
        if (n > 100000)
            ck_abort();
    }
}

START_TEST(test_xapian_writer_memory_of_a_new_index)
{
    fail_each(NULL);
}
END_TEST

START_TEST(test_xapian_writer_memory_of_an_update)
{
    osteon_writer *w = open_writer(&xapian);
    char *before;

    add(w, "a", "old words");
    commit_and_close(w);
    before = xapian_dump(false);
    fail_each(before);
    free(before);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xapian_writer_memory");
    TCase *tc = scratch_case(suite, "writer");

    tcase_add_test(tc, test_xapian_writer_memory_of_a_new_index);
    tcase_add_test(tc, test_xapian_writer_memory_of_an_update);
    return run_suite(suite);
}
