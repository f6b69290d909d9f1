/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Feeds and batches: what is taken back, refused or left open, what counts
 * as memory, and how many fields a merge may join.
 */
#define _GNU_SOURCE /* syscall */
#include "commit.h"
#include "run_suite.h"
#include "writer_fixture.h"

#include <sys/syscall.h>
#include <time.h>

/* The day's clock is an hour ahead when it is asked, and then set right: no
 * wait may go by it. */
int clock_gettime(clockid_t clock, struct timespec *t)
{
    const int status = (int)syscall(SYS_clock_gettime, clock, t);

    if (clock == CLOCK_REALTIME)
        t->tv_sec += 3600;
    return status;
}

START_TEST(test_feed_abandoned_document_is_not_there)
{
    osteon_writer *w = open_writer(NULL);
    osteon_document doc = {.id = "a",
                           .id_len = 1,
                           .body = "gone",
                           .body_len = 4,
                           .stored = "gone",
                           .stored_len = 4};
    osteon_feed *feed;

    OK(osteon_feed_open(w, &feed, &err));
    OK(osteon_feed_begin(feed, 0, &err));
    OK(osteon_feed_add(feed, &doc, &err));
    OK(osteon_feed_more(feed, "more", 4, true, &err));
    osteon_feed_abandon(feed);
    doc.id = "b";
    doc.body = "kept";
    OK(osteon_feed_add(feed, &doc, &err));
    OK(osteon_feed_end(feed, &err));
    osteon_feed_close(feed);
    commit_and_close(w);
    ck_assert_uint_eq(info().documents, 1);
    ck_assert_int_eq(lines_with(":gone "), 0);
    ck_assert_int_eq(lines_with("b|"), 1);
}
END_TEST

static uint64_t next_file(void)
{
    ost_folder_contents contents;

    OK(ost_folder_scan(scratch, &contents, &err));
    return contents.next_file;
}

START_TEST(test_feed_text_of_fields_counts_as_memory)
{
    const osteon_writer_options options = {.memory = 1};
    osteon_writer *w = open_writer(&options);
    const size_t len = 1 << 20;
    char *text = malloc(len), id[16];

    memset(text, ' ', len);
    for (int i = 0; i < 8; i++) {
        const osteon_field field = {
            .name = "note", .name_len = 4, .text = text, .text_len = len};
        const osteon_document doc = {.id = id,
                                     .id_len = (size_t)sprintf(id, "d%d", i),
                                     .fields = &field,
                                     .n_fields = 1};
        text[i] = 'x';
        OK(osteon_writer_add(w, &doc, &err));
    }
    ck_assert_uint_gt(next_file(), 1); /* segments before any commit */
    commit_and_close(w);
    ck_assert_uint_eq(info().documents, 8);
    free(text);
}
END_TEST

/* Each session brings 60 fields of its own, so that eight of them cannot be
 * one segment. */
START_TEST(test_feed_merge_of_too_many_fields_is_left_undone)
{
    for (unsigned session = 0; session < 9; session++) {
        osteon_writer *w = open_writer(NULL);
        osteon_field fields[60] = {{0}};
        char names[60][16], id[16];
        osteon_document doc = {.id = id,
                               .id_len = (size_t)sprintf(id, "d%u", session),
                               .fields = fields,
                               .n_fields = 60};
        for (unsigned i = 0; i < 60; i++)
            fields[i] = (osteon_field){
                .name = names[i],
                .name_len = (size_t)sprintf(names[i], "f%u-%u", session, i),
                .text = "tumor",
                .text_len = 5};
        OK(osteon_writer_add(w, &doc, &err));
        if (session == 8)
            osteon_writer_merge_all(w);
        commit_and_close(w);
    }
    ck_assert_uint_eq(info().documents, 9);
    ck_assert_uint_eq(info().segments, 3); /* 9 * 60 fields, 254 a segment */
    ck_assert_int_eq(lines_with("f8-59:tumor "), 1);
    ck_assert_int_eq(osteon_index_check(scratch, NULL, NULL, &err),
                     OSTEON_OK);
}
END_TEST

START_TEST(test_feed_abandoned_alone_keeps_the_generation)
{
    osteon_writer *w = open_writer(NULL);
    const osteon_document doc = {.id = "a", .id_len = 1},
                          bad = {.id = "", .id_len = 0};
    osteon_feed *feed;

    commit_and_close(w);
    w = open_writer(NULL);
    OK(osteon_feed_open(w, &feed, &err));
    OK(osteon_feed_begin(feed, 0, &err));
    OK(osteon_feed_add(feed, &doc, &err));
    osteon_feed_abandon(feed);
    OK(osteon_feed_end(feed, &err));
    OK(osteon_writer_commit(w, &err));
    ck_assert_uint_eq(info().generation, 1);
    OK(osteon_feed_begin(feed, 1, &err));
    OK(osteon_feed_add(feed, &doc, &err));
    OK(osteon_feed_end(feed, &err));
    OK(osteon_feed_begin(feed, 2, &err));
    ck_assert_int_eq(osteon_feed_add(feed, &bad, &err), OSTEON_INVALID);
    osteon_feed_abandon(feed); /* nothing of this batch */
    OK(osteon_feed_end(feed, &err));
    ck_assert_int_eq(osteon_feed_end(feed, &err), OSTEON_INVALID);
    osteon_feed_close(feed);
    commit_and_close(w);
    ck_assert_uint_eq(info().documents, 1);
}
END_TEST

/* A number that does not ascend is refused, and nobody waits for it. */
START_TEST(test_feed_refused_batch_leaves_the_writer_usable)
{
    osteon_writer *w = open_writer(NULL);
    const osteon_document doc = {.id = "a", .id_len = 1};
    osteon_feed *feed;

    OK(osteon_feed_open(w, &feed, &err));
    OK(osteon_feed_begin(feed, 5, &err));
    OK(osteon_feed_add(feed, &doc, &err));
    OK(osteon_feed_end(feed, &err));
    ck_assert_int_eq(osteon_feed_begin(feed, 5, &err), OSTEON_INVALID);
    OK(osteon_feed_begin(feed, 6, &err));
    OK(osteon_feed_end(feed, &err));
    osteon_feed_close(feed);
    commit_and_close(w);
    ck_assert_uint_eq(info().documents, 1);
}
END_TEST

/* The batch of osteon_writer_add is open while a feed wants to flush. */
START_TEST(test_feed_own_batch_does_not_hold_up_a_feed)
{
    const osteon_writer_options options = {.memory = 1};
    osteon_writer *w = open_writer(&options);
    const osteon_document doc = {
        .id = "b", .id_len = 1, .body = "two", .body_len = 3};
    osteon_feed *feed;

    add(w, "a", "one");
    OK(osteon_feed_open(w, &feed, &err));
    OK(osteon_feed_begin(feed, 1, &err));
    OK(osteon_feed_add(feed, &doc, &err));
    OK(osteon_feed_end(feed, &err)); /* flushes */
    ck_assert_uint_gt(next_file(), 1);
    osteon_feed_close(feed);
    add(w, "c", "three");
    commit_and_close(w);
    ck_assert_uint_eq(info().documents, 3);
}
END_TEST

/* Batches 0 to 4 never come: the flush waits a while, not for ever. */
START_TEST(test_feed_left_out_batch_is_waited_for_a_while)
{
    const osteon_writer_options options = {.memory = 1};
    osteon_writer *w = open_writer(&options);
    const osteon_document doc = {
        .id = "a", .id_len = 1, .body = "one", .body_len = 3};
    osteon_feed *feed;

    OK(osteon_feed_open(w, &feed, &err));
    OK(osteon_feed_begin(feed, 5, &err));
    OK(osteon_feed_add(feed, &doc, &err));
    OK(osteon_feed_end(feed, &err)); /* flushes */
    ck_assert_uint_gt(next_file(), 1);
    osteon_feed_close(feed);
    commit_and_close(w);
    ck_assert_uint_eq(info().documents, 1);
}
END_TEST

START_TEST(test_feed_text_too_large_to_store_is_left_out)
{
    osteon_writer *w = open_writer(NULL);
    const osteon_document doc = {.id = "a",
                                 .id_len = 1,
                                 .stored = "x", /* not looked at */
                                 .stored_len = (size_t)2 << 30};

    ck_assert_int_eq(osteon_writer_add(w, &doc, &err), OSTEON_TOO_LARGE);
    ck_assert_ptr_nonnull(strstr(err.text, "2 GiB"));
    add(w, "b", "kept");
    commit_and_close(w);
    ck_assert_uint_eq(info().documents, 1);
    ck_assert_int_eq(lines_with("b|"), 1);
}
END_TEST

START_TEST(test_feed_outside_a_batch_takes_nothing)
{
    osteon_writer *w = open_writer(NULL);
    const osteon_document doc = {
        .id = "a", .id_len = 1, .body = "one", .body_len = 3};
    osteon_feed *feed;

    OK(osteon_feed_open(w, &feed, &err));
    ck_assert_int_eq(osteon_feed_add(feed, &doc, &err), OSTEON_INVALID);
    OK(osteon_feed_begin(feed, 0, &err));
    OK(osteon_feed_add(feed, &doc, &err));
    OK(osteon_feed_end(feed, &err));
    ck_assert_int_eq(osteon_feed_add(feed, &doc, &err), OSTEON_INVALID);
    ck_assert_int_eq(osteon_feed_more(feed, "two", 3, true, &err),
                     OSTEON_INVALID);
    osteon_feed_abandon(feed);
    osteon_feed_close(feed);
    commit_and_close(w);
    ck_assert_uint_eq(info().documents, 1);
    ck_assert_int_eq(lines_with(":two "), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("feed");
    TCase *tc = tcase_create("feed");

    tcase_add_unchecked_fixture(tc, scratch_make, scratch_remove);
    tcase_add_checked_fixture(tc, scratch_empty, NULL);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_feed_abandoned_document_is_not_there);
    tcase_add_test(tc, test_feed_text_of_fields_counts_as_memory);
    tcase_add_test(tc, test_feed_merge_of_too_many_fields_is_left_undone);
    tcase_add_test(tc, test_feed_abandoned_alone_keeps_the_generation);
    tcase_add_test(tc, test_feed_refused_batch_leaves_the_writer_usable);
    tcase_add_test(tc, test_feed_own_batch_does_not_hold_up_a_feed);
    tcase_add_test(tc, test_feed_left_out_batch_is_waited_for_a_while);
    tcase_add_test(tc, test_feed_text_too_large_to_store_is_left_out);
    tcase_add_test(tc, test_feed_outside_a_batch_takes_nothing);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
