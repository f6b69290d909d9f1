/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Stored texts: what was stored is read again from a real segment, texts that
 * were taken back are not there, and damaged blocks are refused.
 */
#include "write.h"

#include "segment_fixture.h"
#include "run_suite.h"

static uint64_t state = 0xda942042e4dd58b5u;

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 16) % below);
}

#define MOST_TEXTS 300

typedef struct stored_texts {
    ost_record records[MOST_TEXTS]; /* what finds each text */
    char *texts[MOST_TEXTS];
    size_t n;
} stored_texts;

static char *make_text(uint32_t len, bool noise)
{
    static const char *const words[] = {"bone ", "tumour ", "of the ",
                                        "osteoid\n"};
    char *text = malloc(len + 16);
    uint32_t at = 0;

    ck_assert_ptr_nonnull(text);
    while (at < len) {
        if (noise) {
            text[at++] = (char)draw(256);
        } else {
            const char *word = words[draw(4)];
            memcpy(text + at, word, strlen(word));
            at += (uint32_t)strlen(word);
        }
    }
    return text;
}

/* Stores a text in several pieces. */
static bool store_text(ost_store *store, const char *text, uint32_t len,
                       ost_record *record)
{
    uint32_t at = 0;

    memset(record, 0, sizeof *record);
    if (!ost_store_begin(store))
        return false;
    while (at < len) {
        const uint32_t piece =
            len - at > 5000 ? 1 + draw(5000) : len - at;
        if (!ost_store_add(store, text + at, piece))
            return false;
        at += piece;
    }
    record->has_stored = true;
    return ost_store_close(store, &record->stored_block, &record->stored_at,
                           &record->stored_len);
}

static void add_text(ost_store *store, stored_texts *all, uint32_t len,
                     bool noise)
{
    ck_assert_uint_lt(all->n, MOST_TEXTS);
    all->texts[all->n] = make_text(len, noise);
    ck_assert(store_text(store, all->texts[all->n], len,
                         &all->records[all->n]));
    ck_assert_uint_eq(all->records[all->n].stored_len, len);
    all->n++;
}

static void free_texts(stored_texts *all)
{
    for (size_t i = 0; i < all->n; i++)
        free(all->texts[i]);
    all->n = 0;
}

static ost_segment *open_store(const ost_store *store)
{
    ost_buffer ends = {0};
    fixture_section parts[2] = {
        {OST_SECTION_STORED, store->blocks.data, store->blocks.len},
        {OST_SECTION_STORED_INDEX, NULL, 0}};
    ost_segment *segment;

    for (size_t i = 0; i < store->n_blocks; i++) {
        uint8_t bytes[8];
        ost_put64(bytes, store->ends[i]);
        ost_buffer_add(&ends, bytes, sizeof bytes);
    }
    parts[1].data = ends.data;
    parts[1].len = ends.len;
    segment = fixture_open(1, parts, 2);
    ost_buffer_free(&ends);
    return segment;
}

static void check_texts(const ost_store *store, const stored_texts *all)
{
    ost_segment *segment = open_store(store);

    for (size_t i = 0; i < all->n; i++) {
        char *text;
        size_t len;
        osteon_error err = {0};
        const osteon_status s = ost_record_stored(segment, &all->records[i],
                                                  &text, &len, &err);
        ck_assert_msg(s == OSTEON_OK, "%s", err.text);
        ck_assert_uint_eq(len, all->records[i].stored_len);
        if (len > 0)
            ck_assert_mem_eq(text, all->texts[i], len);
        ost_free(text);
    }
    ost_segment_close(segment);
}

/* ---- Round trips ---- */

START_TEST(test_store_texts_of_all_sizes_round_trip)
{
    static const uint32_t sizes[] = {0,     1,     100,   OST_STORED_BLOCK - 1,
                                     1,     50000, 3,     OST_STORED_BLOCK,
                                     32767, 0,     200000, 2000000,
                                     OST_STORED_BLOCK + 1};

    for (unsigned noise = 0; noise < 2; noise++) {
        static stored_texts all;
        ost_store store = {0};
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            add_text(&store, &all, sizes[i], noise);
        for (unsigned i = 0; i < 200; i++)
            add_text(&store, &all, draw(3000), noise);
        ck_assert(ost_store_flush(&store));
        ck_assert_uint_eq(store.raw.len, 0);
        check_texts(&store, &all);
        ck_assert_uint_gt(ost_store_memory(&store), store.blocks.len);
        ost_store_free(&store);
        free_texts(&all);
    }
}
END_TEST

START_TEST(test_store_only_empty_texts_make_no_block)
{
    static stored_texts all;
    ost_store store = {0};

    add_text(&store, &all, 0, false);
    add_text(&store, &all, 0, false);
    ck_assert(ost_store_flush(&store));
    ck_assert_uint_eq(store.n_blocks, 0);
    check_texts(&store, &all);
    ost_store_free(&store);
    free_texts(&all);
}
END_TEST

START_TEST(test_store_long_text_has_a_block_of_its_own)
{
    static stored_texts all;
    ost_store store = {0};

    add_text(&store, &all, 1000, false);
    add_text(&store, &all, 100000, false);
    add_text(&store, &all, 1000, false);
    ck_assert(ost_store_flush(&store));
    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(all.records[i].stored_block, i);
        ck_assert_uint_eq(all.records[i].stored_at, 0);
    }
    ck_assert_uint_eq(store.n_blocks, 3);
    check_texts(&store, &all);
    ost_store_free(&store);
    free_texts(&all);
}
END_TEST

START_TEST(test_store_dropped_text_is_gone)
{
    static stored_texts all;
    ost_store store = {0}, other = {0};
    static stored_texts same;

    for (unsigned i = 0; i < 40; i++) {
        add_text(&store, &all, 2000 + i, false);
        ck_assert(ost_store_begin(&store));
        ck_assert(ost_store_add(&store, "dropped", 7));
        ost_store_drop(&store);
        ost_store_drop(&store); /* nothing open: nothing happens */
        memset(&same.records[i], 0, sizeof same.records[i]);
        ck_assert(store_text(&other, all.texts[i], 2000 + i,
                             &same.records[i]));
    }
    ck_assert(ost_store_flush(&store) && ost_store_flush(&other));
    check_texts(&store, &all);
    ck_assert_uint_eq(store.blocks.len, other.blocks.len);
    ck_assert_mem_eq(store.blocks.data, other.blocks.data, other.blocks.len);
    ost_store_free(&store);
    ost_store_free(&other);
    free_texts(&all);
}
END_TEST

START_TEST(test_store_text_not_stored_is_not_found)
{
    static stored_texts all;
    ost_store store = {0};
    ost_record none = {0};
    ost_segment *segment;
    char *text;
    size_t len;

    add_text(&store, &all, 10, false);
    ck_assert(ost_store_flush(&store));
    segment = open_store(&store);
    ck_assert_int_eq(ost_record_stored(segment, &none, &text, &len, NULL),
                     OSTEON_NOT_FOUND);
    ck_assert_ptr_null(text);
    ost_segment_close(segment);
    ost_store_free(&store);
    free_texts(&all);
}
END_TEST

/* ---- Damage ---- */

static osteon_status read_text(ost_segment *segment, const ost_record *record)
{
    char *text;
    size_t len;
    osteon_error err = {0};
    const osteon_status s =
        ost_record_stored(segment, record, &text, &len, &err);

    ck_assert(s == OSTEON_OK || s == OSTEON_CORRUPT);
    ck_assert_int_eq(err.status, s);
    ck_assert((s == OSTEON_OK) == (text != NULL));
    ost_free(text);
    return s;
}

static void make_small_store(ost_store *store, stored_texts *all)
{
    add_text(store, all, 300, false);
    add_text(store, all, 200, true);
    ck_assert(ost_store_flush(store));
    add_text(store, all, 64, true); /* a block that is not compressed */
    ck_assert(ost_store_flush(store));
}

START_TEST(test_store_cut_section_is_corrupt)
{
    static stored_texts all;
    ost_store store = {0};
    size_t whole;

    make_small_store(&store, &all);
    whole = store.blocks.len;
    for (size_t cut = 1; cut <= whole; cut++) {
        ost_segment *segment;
        store.blocks.len = cut;
        segment = open_store(&store);
        ck_assert_int_eq(read_text(segment, &all.records[2]),
                         cut == whole ? OSTEON_OK : OSTEON_CORRUPT);
        ck_assert_int_eq(read_text(segment, &all.records[1]),
                         cut < store.ends[0] ? OSTEON_CORRUPT : OSTEON_OK);
        ost_segment_close(segment);
    }
    ost_store_free(&store);
    free_texts(&all);
}
END_TEST

START_TEST(test_store_changed_byte_stays_in_bounds)
{
    static stored_texts all;
    ost_store store = {0};
    ost_segment *segment;

    make_small_store(&store, &all);
    for (size_t i = 0; i < store.blocks.len; i++) {
        const uint8_t good = store.blocks.data[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            store.blocks.data[i] = (uint8_t)(good ^ 1u << bit);
            segment = open_store(&store);
            for (size_t k = 0; k < all.n; k++)
                read_text(segment, &all.records[k]);
            ost_segment_close(segment);
        }
        store.blocks.data[i] = good;
    }
    ost_store_free(&store);
    free_texts(&all);
}
END_TEST

START_TEST(test_store_wrong_places_are_corrupt)
{
    static stored_texts all;
    ost_store store = {0};
    ost_segment *segment;
    ost_record r;
    uint64_t good;

    make_small_store(&store, &all);
    segment = open_store(&store);
    r = all.records[0];
    r.stored_block = 2;
    ck_assert_int_eq(read_text(segment, &r), OSTEON_CORRUPT);
    r.stored_block = UINT32_MAX;
    ck_assert_int_eq(read_text(segment, &r), OSTEON_CORRUPT);
    r = all.records[0];
    r.stored_len = 501;
    ck_assert_int_eq(read_text(segment, &r), OSTEON_CORRUPT);
    r.stored_at = UINT32_MAX;
    r.stored_len = UINT32_MAX;
    ck_assert_int_eq(read_text(segment, &r), OSTEON_CORRUPT);
    ost_segment_close(segment);

    /* The last two bytes may hold the mark of the end and nothing more. */
    good = store.ends[0] - 2;
    for (uint64_t end = 0; end < good; end++) {
        store.ends[0] = end;
        segment = open_store(&store);
        ck_assert_int_eq(read_text(segment, &all.records[1]), OSTEON_CORRUPT);
        ost_segment_close(segment);
    }
    store.ends[0] = good + 2;
    for (store.ends[1]--; store.ends[1] > store.ends[0]; store.ends[1]--) {
        segment = open_store(&store);
        ck_assert_int_eq(read_text(segment, &all.records[2]), OSTEON_CORRUPT);
        ost_segment_close(segment);
    }
    store.ends[0] = UINT64_MAX;
    segment = open_store(&store);
    ck_assert_int_eq(read_text(segment, &all.records[0]), OSTEON_CORRUPT);
    ck_assert_int_eq(read_text(segment, &all.records[2]), OSTEON_CORRUPT);
    ost_segment_close(segment);
    ost_store_free(&store);
    free_texts(&all);
}
END_TEST

/* ---- Memory ---- */

static bool store_with_failure(const char *text, unsigned long at)
{
    ost_store store = {0};
    ost_record r;
    bool done;

    ost_alloc_fail_at(at);
    done = store_text(&store, text, 20000, &r) &&
           store_text(&store, text, 70000, &r) &&
           store_text(&store, text, 100, &r) && ost_store_flush(&store);
    ost_alloc_fail_at(0);
    ost_store_free(&store);
    return done;
}

START_TEST(test_store_writer_without_memory_fails)
{
    char *text = make_text(70000, false);
    unsigned long at = 1;

    while (!store_with_failure(text, at))
        at++;
    ck_assert_uint_gt(at, 10);
    free(text);
}
END_TEST

START_TEST(test_store_reader_without_memory_fails)
{
    static stored_texts all;
    ost_store store = {0};
    ost_segment *segment;
    osteon_status s = OSTEON_NO_MEMORY;
    unsigned long at = 1;

    make_small_store(&store, &all);
    segment = open_store(&store);
    for (; s != OSTEON_OK; at++) {
        char *text;
        size_t len;
        ost_alloc_fail_at(at);
        s = ost_record_stored(segment, &all.records[0], &text, &len, NULL);
        ost_alloc_fail_at(0);
        ck_assert(s == OSTEON_OK || s == OSTEON_NO_MEMORY);
        ost_free(text);
    }
    ck_assert_uint_gt(at, 2);
    ost_segment_close(segment);
    ost_store_free(&store);
    free_texts(&all);
}
END_TEST

static void add_case(Suite *suite, const char *name, const TTest *const *tests)
{
    TCase *c = tcase_create(name);

    tcase_set_timeout(c, 120);
    while (*tests != NULL)
        tcase_add_test(c, *tests++);
    suite_add_tcase(suite, c);
}

int main(void)
{
    const TTest *whole[] = {test_store_texts_of_all_sizes_round_trip,
                            test_store_only_empty_texts_make_no_block,
                            test_store_long_text_has_a_block_of_its_own,
                            test_store_dropped_text_is_gone,
                            test_store_text_not_stored_is_not_found, NULL};
    const TTest *damage[] = {test_store_cut_section_is_corrupt,
                             test_store_changed_byte_stays_in_bounds,
                             test_store_wrong_places_are_corrupt, NULL};
    const TTest *memory[] = {test_store_writer_without_memory_fails,
                             test_store_reader_without_memory_fails, NULL};
    Suite *suite = suite_create("store");

    add_case(suite, "whole", whole);
    add_case(suite, "damage", damage);
    add_case(suite, "memory", memory);
    return run_suite(suite);
}
