/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What feeds hold together becomes the same segment as what one of them holds
 * alone, and documents that were replaced meanwhile leave nothing behind.
 */
#include "run_suite.h"
#include "writer_fixture.h"

#define DOCS 900u
#define LONGEST 4000u

static uint64_t state;

static uint32_t below(uint32_t n)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)((state >> 33) % n);
}

/* The text of a document, the same whenever asked for: words of which the
 * first are the most frequent, now and then very many. */
static size_t make_text(uint32_t doc, char *out)
{
    size_t len = 0;
    uint32_t words;

    state = doc;
    words = below(100) == 0 ? below(LONGEST) : below(30);
    for (uint32_t i = 0; i < words; i++) {
        const uint32_t word = below(below(60) + 1);
        len += (size_t)sprintf(out + len, "%s%u ",
                               below(8) ? "word" : "one-two", word);
    }
    return len;
}

/* Every seventh document comes under the id of the next one, which replaces
 * it. */
static bool is_replaced(uint32_t doc)
{
    return doc % 7 == 3 && doc + 1 < DOCS;
}

static void add_made(osteon_feed *feed, uint32_t doc)
{
    static char text[LONGEST * 12];
    char id[16];
    const osteon_document d = {
        .id = id,
        .id_len = (size_t)sprintf(id, "d%u", doc + is_replaced(doc)),
        .body = text,
        .body_len = make_text(doc, text)};

    OK(osteon_feed_add(feed, &d, &err));
}

/* The dump of an index made by so many feeds, which take batches in turn or
 * at random. */
static char *build(unsigned n_feeds, unsigned threads, bool replaced_too)
{
    const osteon_writer_options options = {.threads = threads,
                                           .rebuild = true};
    osteon_writer *w = open_writer(&options);
    osteon_feed *feeds[4];
    uint64_t choice = n_feeds;

    for (unsigned i = 0; i < n_feeds; i++)
        OK(osteon_feed_open(w, &feeds[i], &err));
    for (uint32_t doc = 0, batch = 0; doc < DOCS; batch++) {
        osteon_feed *feed;
        uint32_t n;
        state = choice += 77777;
        feed = feeds[below(n_feeds)];
        n = 1 + below(6);
        OK(osteon_feed_begin(feed, batch, &err));
        for (; n > 0 && doc < DOCS; n--, doc++)
            if (replaced_too || !is_replaced(doc))
                add_made(feed, doc);
        OK(osteon_feed_end(feed, &err));
    }
    for (unsigned i = 0; i < n_feeds; i++)
        osteon_feed_close(feeds[i]);
    commit_and_close(w);
    return index_dump_ok(scratch);
}

START_TEST(test_flush_of_many_feeds_equals_that_of_one)
{
    char *const one = build(1, 1, false);

    ck_assert_uint_gt(strlen(one), 100000);
    for (unsigned feeds = 1; feeds <= 4; feeds++)
        for (unsigned threads = 1; threads <= 3; threads += 2)
            for (int replaced = 0; replaced < 2; replaced++) {
                char *other = build(feeds, threads, replaced);
                ck_assert_msg(strcmp(one, other) == 0,
                              "%u feeds, %u threads, %d", feeds, threads,
                              replaced);
                free(other);
            }
    free(one);
}
END_TEST

/* The postings of replaced documents are left out, not only hidden. */
START_TEST(test_flush_leaves_out_replaced_documents)
{
    uint64_t sizes[2];

    for (int replaced = 0; replaced < 2; replaced++) {
        osteon_index *index;
        osteon_index_info i;
        free(build(2, 1, replaced));
        OK(osteon_index_open(scratch, &index, &err));
        OK(osteon_index_info_get(index, &i, &err));
        sizes[replaced] = i.postings;
        osteon_index_close(index);
    }
    ck_assert_uint_eq(sizes[0], sizes[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("flush");
    TCase *tc = tcase_create("flush");

    tcase_add_unchecked_fixture(tc, scratch_make, scratch_remove);
    tcase_add_checked_fixture(tc, scratch_empty, NULL);
    tcase_add_test(tc, test_flush_of_many_feeds_equals_that_of_one);
    tcase_add_test(tc, test_flush_leaves_out_replaced_documents);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
