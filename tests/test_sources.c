/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The sources in memory, against a plain list of them.
 */
#include "commit.h"
#include "like_ids.h"
#include "scratch.h"
#include "run_suite.h"

/* The reference: a list searched from its beginning. */
typedef struct plain {
    uint32_t id;
    char path[24];
    char reason[24];
    uint64_t size;
} plain;

static plain list[4096];
static size_t n_list;

static plain *plain_find(const char *path)
{
    for (size_t i = 0; i < n_list; i++)
        if (strcmp(list[i].path, path) == 0)
            return &list[i];
    return NULL;
}

static ost_sources *new_sources(void)
{
    ost_sources *s;

    ck_assert_int_eq(ost_sources_new(&s, NULL), OSTEON_OK);
    return s;
}

static uint32_t put(ost_sources *s, const char *path, const char *reason,
                    uint64_t size)
{
    const osteon_source source = {
        .state = *reason ? OSTEON_SOURCE_BINARY : OSTEON_SOURCE_INDEXED,
        .path = path,
        .path_len = strlen(path),
        .size = size,
        .mtime_ns = (int64_t)size - 50,
        .hash = size * 3,
        .reason = reason,
        .reason_len = strlen(reason)};
    uint32_t id;

    ck_assert_int_eq(ost_sources_put(s, &source, &id, NULL), OSTEON_OK);
    ck_assert_uint_ne(id, 0);
    return id;
}

/* One assertion for all: each costs a system call. */
static void expect_plain(const osteon_source *source, const plain *p)
{
    ck_assert_msg(
        source->id == p->id && source->path_len == strlen(p->path) &&
            strcmp(source->path, p->path) == 0 &&
            source->reason_len == strlen(p->reason) &&
            strcmp(source->reason, p->reason) == 0 &&
            source->state == (*p->reason ? OSTEON_SOURCE_BINARY
                                         : OSTEON_SOURCE_INDEXED) &&
            source->size == p->size &&
            source->mtime_ns == (int64_t)p->size - 50 &&
            source->hash == p->size * 3,
        "source %u (%s) is not as it was", (unsigned)p->id, p->path);
}

/* The list is in order of id: what is removed is closed up, what is new is
 * appended. */
static void expect_list(const ost_sources *s)
{
    uint32_t cursor = 0;
    osteon_source source;

    ck_assert_uint_eq(ost_sources_count(s), n_list);
    for (size_t i = 0; i < n_list; i++) {
        const plain *p = &list[i];
        ck_assert(ost_sources_next(s, &cursor, &source));
        expect_plain(&source, p);
        ck_assert(ost_sources_get(s, p->id, &source));
        expect_plain(&source, p);
        ck_assert(ost_sources_find(s, p->path, strlen(p->path), &source));
        expect_plain(&source, p);
    }
    ck_assert(!ost_sources_next(s, &cursor, &source));
    ck_assert(!ost_sources_next(s, &cursor, &source));
}

static void put_both(ost_sources *s, const char *path, uint64_t *state,
                     uint32_t *highest)
{
    const uint64_t size = scratch_random(state) >> 8;
    plain *p = plain_find(path);
    char reason[24] = "";

    if (size % 3 == 0)
        snprintf(reason, sizeof reason, "reason %u", (unsigned)size % 5);
    if (p == NULL) {
        p = &list[n_list++];
        snprintf(p->path, sizeof p->path, "%s", path);
        p->id = ++*highest;
    }
    strcpy(p->reason, reason);
    p->size = size;
    ck_assert_uint_eq(put(s, path, reason, size), p->id);
}

static void remove_both(ost_sources *s, uint32_t id)
{
    size_t i = 0;

    while (i < n_list && list[i].id != id)
        i++;
    ck_assert_int_eq(ost_sources_remove(s, id), i < n_list);
    if (i < n_list)
        memmove(&list[i], &list[i + 1], (--n_list - i) * sizeof *list);
}

static ost_sources *save_and_load(ost_sources *s)
{
    uint64_t size, checksum;

    ck_assert_int_eq(ost_sources_write(s, scratch_path("src-1.ost"), &size,
                                       &checksum, NULL),
                     OSTEON_OK);
    ost_sources_free(s);
    ck_assert_int_eq(ost_sources_read(scratch_path("src-1.ost"), size,
                                      checksum, &s, NULL),
                     OSTEON_OK);
    return s;
}

/* _i: how many paths there are, and how often they are saved and loaded. */
START_TEST(test_sources_random_operations_equal_a_list)
{
    const unsigned paths = _i % 2 ? 40 : 1500;
    ost_sources *s = new_sources();
    uint64_t state = (uint64_t)_i;
    uint32_t highest = 0;
    osteon_source source;

    n_list = 0;
    for (int step = 0; step < 6000; step++) {
        const uint64_t r = scratch_random(&state);
        /* It grows and shrinks, so that places are given up. */
        const bool shrink = step / 1500 % 2 == 1;
        char path[24];
        snprintf(path, sizeof path, "dir%u/f%u", (unsigned)r % paths % 7,
                 (unsigned)r % paths);
        if (r >> 32 & (shrink ? 3 : 12))
            shrink ? remove_both(s, 1 + (uint32_t)(r % (highest + 2)))
                   : put_both(s, path, &state, &highest);
        else
            ck_assert_int_eq(
                ost_sources_find(s, path, strlen(path), &source),
                plain_find(path) != NULL);
        if (step % 500 == 499)
            expect_list(s);
        if (step % 1000 == 999)
            s = save_and_load(s);
    }
    expect_list(s);
    ost_sources_free(s);
}
END_TEST

START_TEST(test_sources_empty_has_nothing)
{
    ost_sources *s = new_sources();
    uint32_t cursor = 0;
    osteon_source source;

    for (int round = 0; round < 2; round++) {
        ck_assert_uint_eq(ost_sources_count(s), 0);
        ck_assert(!ost_sources_find(s, "a", 1, &source));
        ck_assert(!ost_sources_get(s, 0, &source));
        ck_assert(!ost_sources_get(s, 1, &source));
        ck_assert(!ost_sources_get(s, UINT32_MAX, &source));
        ck_assert(!ost_sources_next(s, &cursor, &source));
        ck_assert(!ost_sources_remove(s, 1));
        s = save_and_load(s);
    }
    ost_sources_free(s);
    ost_sources_free(NULL);
}
END_TEST

START_TEST(test_sources_ids_are_never_given_again)
{
    ost_sources *s = new_sources();

    ck_assert_uint_eq(put(s, "a", "", 1), 1);
    ck_assert_uint_eq(put(s, "b", "", 1), 2);
    ck_assert(ost_sources_remove(s, 2));
    ck_assert(!ost_sources_remove(s, 2));
    ck_assert_uint_eq(put(s, "b", "", 1), 3);
    ck_assert(ost_sources_remove(s, 3));
    ck_assert(ost_sources_remove(s, 1));
    s = save_and_load(s);
    ck_assert_uint_eq(ost_sources_count(s), 0);
    ck_assert_uint_eq(put(s, "a", "", 1), 4);
    ost_sources_free(s);
}
END_TEST

START_TEST(test_sources_can_be_changed_with_their_own_texts)
{
    ost_sources *s = new_sources();
    osteon_source source;
    uint32_t id;

    put(s, "a/b", "was binary", 5);
    for (int round = 0; round < 2; round++) {
        ck_assert(ost_sources_find(s, "a/b", 3, &source));
        source.size = 6;
        ck_assert_int_eq(ost_sources_put(s, &source, &id, NULL), OSTEON_OK);
        ck_assert(ost_sources_get(s, id, &source));
        ck_assert_str_eq(source.reason, "was binary");
        source.reason = source.path; /* of the text about to be replaced */
        source.reason_len = source.path_len;
        ck_assert_int_eq(ost_sources_put(s, &source, &id, NULL), OSTEON_OK);
        ck_assert(ost_sources_get(s, id, &source));
        ck_assert_str_eq(source.path, "a/b");
        ck_assert_str_eq(source.reason, "a/b");
        put(s, "a/b", "was binary", 5);
        s = save_and_load(s);
    }
    put(s, "a/b", "", 5);
    ck_assert(ost_sources_find(s, "a/b", 3, &source));
    ck_assert_str_eq(source.reason, "");
    ost_sources_free(s);
}
END_TEST

START_TEST(test_sources_stepping_survives_changes)
{
    ost_sources *s = new_sources();
    uint32_t cursor = 0, seen = 0;
    osteon_source source;
    char path[24];

    for (unsigned i = 1; i <= 500; i++) {
        snprintf(path, sizeof path, "%u", i);
        put(s, path, "", i);
    }
    while (ost_sources_next(s, &cursor, &source)) {
        ck_assert_uint_eq(source.id, ++seen);
        ck_assert(ost_sources_remove(s, source.id));
        if (seen == 400)
            put(s, "new", "", 1);
    }
    ck_assert_uint_eq(seen, 501);
    ck_assert_uint_eq(ost_sources_count(s), 0);
    ost_sources_free(s);
}
END_TEST

START_TEST(test_sources_put_of_nonsense_is_invalid)
{
    static char long_text[65537];
    ost_sources *s = new_sources();
    const osteon_source good = {.path = long_text, .path_len = 65535,
                                .reason = long_text, .reason_len = 65535};
    osteon_source source;
    uint32_t id = 7;

    memset(long_text, 'x', sizeof long_text);
    ck_assert_int_eq(ost_sources_put(s, &good, &id, NULL), OSTEON_OK);
    source = good;
    source.path_len = 65536;
    ck_assert_int_eq(ost_sources_put(s, &source, &id, NULL), OSTEON_INVALID);
    ck_assert_uint_eq(id, 0);
    source.path_len = 0;
    ck_assert_int_eq(ost_sources_put(s, &source, &id, NULL), OSTEON_INVALID);
    source = good;
    source.reason_len = 65536;
    ck_assert_int_eq(ost_sources_put(s, &source, &id, NULL), OSTEON_INVALID);
    source = good;
    source.state = (osteon_source_state)6;
    ck_assert_int_eq(ost_sources_put(s, &source, &id, NULL), OSTEON_INVALID);
    source = good;
    source.reason = NULL; /* its length is not looked at then */
    ck_assert_int_eq(ost_sources_put(s, &source, &id, NULL), OSTEON_OK);
    long_text[9] = '\0';
    ck_assert_int_eq(ost_sources_put(s, &good, &id, NULL), OSTEON_INVALID);
    ck_assert_uint_eq(ost_sources_count(s), 1);
    ost_sources_free(s);
}
END_TEST

/* Texts of what is gone give their memory back, and those left stay. */
START_TEST(test_sources_texts_given_up_take_no_memory)
{
    static char long_text[10000];
    ost_sources *s = new_sources();
    osteon_source source;
    uint32_t id, kept;

    memset(long_text, 'r', sizeof long_text - 1);
    kept = put(s, "kept", "for long", 1);
    for (unsigned i = 0; i < 2000; i++) {
        char path[24];
        snprintf(path, sizeof path, "%u", i);
        id = put(s, path, long_text, i);
        put(s, "changed", long_text + i % 2, i);
        ck_assert(ost_sources_remove(s, id));
        ck_assert_uint_lt(ost_sources_memory(s), 4 << 20);
    }
    ck_assert(ost_sources_get(s, kept, &source));
    ck_assert_str_eq(source.path, "kept");
    ck_assert_str_eq(source.reason, "for long");
    ck_assert(ost_sources_find(s, "changed", 7, &source));
    ck_assert_str_eq(source.reason, long_text + 1);
    ost_sources_free(s);
}
END_TEST

START_TEST(test_sources_each_allocation_failing_changes_nothing)
{
    static char long_text[60000];
    ost_sources *s = new_sources();
    uint64_t state = 1;
    uint32_t highest = 0, id;
    unsigned failures = 0;

    memset(long_text, 'r', sizeof long_text);
    n_list = 0;
    for (unsigned i = 0; i < 200; i++) {
        char path[24];
        osteon_source source = {.path = path, .reason = long_text,
                                .reason_len = sizeof long_text};
        snprintf(path, sizeof path, "%u", i);
        source.path_len = strlen(path);
        for (unsigned long at = 1; at <= 3; at++) {
            ost_alloc_fail_at(at);
            if (ost_sources_put(s, &source, &id, NULL) == OSTEON_OK) {
                ck_assert(ost_sources_remove(s, id));
                ck_assert_uint_eq(id, ++highest);
            } else {
                failures++;
                ck_assert_uint_eq(id, 0);
            }
            ost_alloc_fail_at(0);
        }
        put_both(s, path, &state, &highest);
    }
    expect_list(s);
    ck_assert_uint_gt(failures, 10);
    /* A change, too, happens wholly or not at all: it may be that there is
     * room left for some. */
    for (failures = 0; failures == 0;) {
        const osteon_source source = {.path = "other", .path_len = 5,
                                      .reason = long_text,
                                      .reason_len = sizeof long_text};
        put(s, "other", "", 1);
        ost_alloc_fail_at(1);
        failures = ost_sources_put(s, &source, &id, NULL) != OSTEON_OK;
        ost_alloc_fail_at(0);
    }
    list[n_list++] = (plain){.id = ++highest, .path = "other", .size = 1};
    expect_list(s);
    ost_sources_free(s);
}
END_TEST

/* Whoever names files cannot know which of them meet in the table: these would
 * be compared with each other, 10^10 times. */
START_TEST(test_sources_of_one_hash_take_no_longer)
{
    ost_sources *s = new_sources();
    uint8_t path[ID];
    uint32_t id;

    for (uint32_t i = 0; i < 150000; i++) {
        const osteon_source source = {
            .path = (const char *)path, .path_len = ID, .reason = ""};
        make_id(path, nth(i), 7);
        if (ost_sources_put(s, &source, &id, NULL) != OSTEON_OK || id != i + 1)
            ck_abort();
    }
    ost_sources_free(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sources");
    TCase *tc = scratch_case(suite, "sources");

    tcase_add_loop_test(tc, test_sources_random_operations_equal_a_list, 0,
                        6);
    tcase_add_test(tc, test_sources_empty_has_nothing);
    tcase_add_test(tc, test_sources_ids_are_never_given_again);
    tcase_add_test(tc, test_sources_can_be_changed_with_their_own_texts);
    tcase_add_test(tc, test_sources_stepping_survives_changes);
    tcase_add_test(tc, test_sources_put_of_nonsense_is_invalid);
    tcase_add_test(tc, test_sources_texts_given_up_take_no_memory);
    tcase_add_test(tc, test_sources_each_allocation_failing_changes_nothing);
    tcase_add_test(tc, test_sources_of_one_hash_take_no_longer);
    return run_suite(suite);
}
