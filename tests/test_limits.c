/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Documents past a limit of the index: each is refused alone, whichever limit
 * it is, and leaves nothing behind. What together is too much for a segment
 * makes several, which answer as one does. Limits are lowered for it.
 */
#include "made_texts.h"
#include "run_suite.h"
#include "writer.h"
#include "writer_fixture.h"

#include "list_chunks.h"

#define MOST ((uint64_t)200000) /* a vocabulary takes 64 KiB at once */
#define LONG ((size_t)1 << 20)

static ost_writer *open_native(void)
{
    ost_writer *w;

    OK(ost_writer_open(scratch, NULL, &w, &err));
    return w;
}

static void commit_native(ost_writer *w)
{
    OK(ost_writer_commit(w, &err));
    ost_writer_close(w);
}

static osteon_document document(const char *id, const char *body, size_t len)
{
    return (osteon_document){
        .id = id, .id_len = strlen(id), .body = body, .body_len = len};
}

/* "far far far ..." */
static char *long_text(void)
{
    char *text = malloc(LONG);

    for (size_t i = 0; i < LONG; i++)
        text[i] = "far "[i % 4];
    return text;
}

static void add_short(ost_feed *feed, const char *id)
{
    const osteon_document d = document(id, "near", 4);

    OK(ost_feed_add(feed, &d, &err));
}

START_TEST(test_limits_long_document_is_refused_alone)
{
    ost_writer *w = open_native();
    char *text = long_text();
    osteon_document d = document("long", text, LONG);
    ost_feed *feed;

    OK(ost_feed_open(w, &feed, &err));
    feed->inverter->most = MOST;
    OK(ost_feed_begin(feed, 0, &err));
    add_short(feed, "a");
    d.stored = text;
    d.stored_len = 1000;
    ck_assert_int_eq(ost_feed_add(feed, &d, &err), OSTEON_TOO_LARGE);
    ck_assert_ptr_nonnull(strstr(err.text, "no document with so much text"));
    ck_assert_int_eq(ost_feed_more(feed, "x", 1, false, &err),
                     OSTEON_INVALID);
    ost_feed_abandon(feed); /* nothing is left to take back */
    add_short(feed, "b");
    d = document("pieces", "far", 3);
    OK(ost_feed_add(feed, &d, &err));
    ck_assert_int_eq(ost_feed_more(feed, text, LONG, true, &err),
                     OSTEON_TOO_LARGE);
    add_short(feed, "c");
    ck_assert_uint_eq(feed->inverter->counts.added, 3);
    OK(ost_feed_end(feed, &err));
    ost_feed_close(feed);
    commit_native(w);
    ck_assert_uint_eq(info().documents, 3);
    ck_assert_int_eq(lines_with(":near "), 3);
    ck_assert_int_eq(lines_with(":far "), 0);
    free(text);
}
END_TEST

/* What is kept beside the words: a text, and values of fields. */
START_TEST(test_limits_kept_text_and_values_are_refused)
{
    ost_writer *w = open_native();
    char *text = long_text();
    const osteon_field field = {.name = "note",
                                .name_len = 4,
                                .kind = OSTEON_STRING,
                                .text = text,
                                .text_len = LONG};
    osteon_document d = document("value", "far", 3);
    ost_feed *feed;

    OK(ost_feed_open(w, &feed, &err));
    feed->inverter->most = MOST;
    OK(ost_feed_begin(feed, 0, &err));
    add_short(feed, "a");
    d.fields = &field;
    d.n_fields = 1;
    ck_assert_int_eq(ost_feed_add(feed, &d, &err), OSTEON_TOO_LARGE);
    add_short(feed, "b");
    d = document("stored", "far", 3);
    d.stored = text;
    d.stored_len = LONG;
    ck_assert_int_eq(ost_feed_add(feed, &d, &err), OSTEON_TOO_LARGE);
    add_short(feed, "c");
    OK(ost_feed_end(feed, &err));
    ost_feed_close(feed);
    commit_native(w);
    ck_assert_uint_eq(info().documents, 3);
    ck_assert_int_eq(lines_with(":far "), 0);
    free(text);
}
END_TEST

/* Places are counted through all documents: the last ones are refused when
 * there are none left, however small they are. */
START_TEST(test_limits_document_without_places_is_refused)
{
    ost_writer *w = open_native();
    const osteon_document d = document("far", "far far far", 11);
    ost_inverter *inv;
    ost_feed *feed;

    OK(ost_feed_open(w, &feed, &err));
    inv = feed->inverter;
    OK(ost_feed_begin(feed, 0, &err));
    add_short(feed, "a");
    inv->places[inv->n_docs] = OST_PLACES - 2;
    ck_assert_int_eq(ost_feed_add(feed, &d, &err), OSTEON_TOO_LARGE);
    add_short(feed, "b");
    ck_assert_uint_eq(inv->places[inv->n_docs], OST_PLACES - 1);
    ck_assert(ost_inverter_is_full(inv));
    OK(ost_feed_end(feed, &err));
    ost_feed_close(feed);
    commit_native(w);
    ck_assert_uint_eq(info().documents, 2);
    ck_assert_int_eq(lines_with(":far "), 0);
}
END_TEST

/* A list may want as much again as all its chunks when it is settled. */
START_TEST(test_limits_lists_end_before_their_pages)
{
    ost_lists l = {0};

    ck_assert(ost_lists_have_room(&l));
    l.n_pages = OST_LIST_MAX_PAGES / 4;
    ck_assert(ost_lists_have_room(&l) && !ost_lists_full(&l));
    l.n_pages++;
    ck_assert(ost_lists_have_room(&l) && ost_lists_full(&l));
    l.n_pages = OST_LIST_MAX_PAGES / 2;
    ck_assert(!ost_lists_have_room(&l));
    l.n_pages = OST_LIST_MAX_PAGES / 4;
    l.n = OST_LIST_MAX_PAGES * OST_LIST_PAGE / OST_LIST_FIRST_CHUNK / 2;
    ck_assert(!ost_lists_have_room(&l));
}
END_TEST

/* ---- Several segments of a flush ---- */

#define BATCHES 16
#define FEEDS 3

static void add_random(ost_feed *feed)
{
    char id[16], body[2000];
    const int64_t number = draw(100);
    const osteon_field fields[] = {
        {.name = "n", .name_len = 1, .kind = OSTEON_INTEGER,
         .integer = number},
        {.name = "note", .name_len = 4, .text = "bone cells",
         .text_len = draw(2) * 10}};
    osteon_document d =
        document(id, body, make_text(body, 200, sizeof body));

    sprintf(id, "d%u", (unsigned)draw(150)); /* some come again */
    d.id_len = strlen(id);
    d.title = id;
    d.title_len = d.id_len;
    d.fields = fields;
    d.n_fields = draw(3);
    d.stored = draw(2) ? body : NULL;
    d.stored_len = d.body_len;
    OK(ost_feed_add(feed, &d, &err));
    if (draw(8) == 0)
        ost_feed_abandon(feed);
}

/* The dump of an index of random documents, none of whose segments weighs more
 * than `most` when it is flushed. */
static char *dump_of(uint64_t seed, uint64_t most, unsigned *segments)
{
    ost_writer *w;
    ost_feed *feeds[FEEDS];
    char *dump;

    scratch_empty();
    made_state = seed;
    w = open_native();
    for (unsigned i = 0; i < FEEDS; i++)
        OK(ost_feed_open(w, &feeds[i], &err));
    for (unsigned b = 0; b < BATCHES; b++) {
        ost_feed *const feed = feeds[draw(FEEDS)];
        OK(ost_feed_begin(feed, b, &err));
        for (uint32_t n = draw(10); n > 0; n--)
            add_random(feed);
        OK(ost_feed_end(feed, &err));
    }
    for (unsigned i = 0; i < FEEDS; i++)
        ost_feed_close(feeds[i]);
    w->most = most;
    OK(ost_writer_flush(w, &err));
    *segments = (unsigned)w->next->n_segments;
    ck_assert_uint_eq(w->replaced, 0); /* none is in two of them */
    commit_native(w);
    ck_assert_int_eq(osteon_index_check(scratch, NULL, NULL, &err),
                     OSTEON_OK);
    dump = index_dump_ok(scratch);
    return dump;
}

START_TEST(test_limits_flush_of_several_segments_is_as_of_one)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        unsigned one, several;
        char *expected = dump_of(seed, OST_MOST_WEIGHT, &one), *got;

        ck_assert_uint_eq(one, 1);
        for (uint64_t most = 1; most < 500000; most = most * 2 + 150000) {
            got = dump_of(seed, most, &several);
            ck_assert_uint_ge(several, most == 1 ? 20 : 1);
            ck_assert_str_eq(got, expected);
            free(got);
        }
        free(expected);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("limits");
    TCase *refused = scratch_case(suite, "refused");
    TCase *flush = scratch_case(suite, "flush");

    tcase_add_test(refused, test_limits_long_document_is_refused_alone);
    tcase_add_test(refused, test_limits_kept_text_and_values_are_refused);
    tcase_add_test(refused, test_limits_document_without_places_is_refused);
    tcase_add_test(refused, test_limits_lists_end_before_their_pages);
    tcase_set_timeout(flush, 120);
    tcase_add_test(flush, test_limits_flush_of_several_segments_is_as_of_one);
    return run_suite(suite);
}
