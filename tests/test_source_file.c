/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table of sources on disk: what is written is read back, as a whole and
 * one by one; what is damaged is refused or, for one source, was not needed.
 */
#include "scratch.h"
#include "sources.h"
#include "run_suite.h"

#define XXH_INLINE_ALL
#include <signal.h>
#include <sys/resource.h>
#include <xxhash.h>

#define FILE_NAME "src-00000001.ost"

static uint64_t file_size, file_checksum;

static const char *path(void)
{
    return scratch_path(FILE_NAME);
}

static osteon_status open_table(ost_source_table **t, osteon_error *err)
{
    return ost_source_table_open(path(), file_size, file_checksum, t, err);
}

static char path_text[70000];
static bool short_paths; /* else some are as long as can be */

/* The i-th source of a test, of every kind there is. Its path lives until the
 * next call. */
static osteon_source make(uint32_t i)
{
    static const int64_t times[] = {
        INT64_MIN, INT64_MAX, 0, -1, INT64_MIN + 1, 1700000000000000000};
    static const char reason[] = "cannot \xff be\0 read";
    uint64_t state = i;
    const uint64_t r = scratch_random(&state);
    osteon_source source = {.state = (osteon_source_state)(r % 6),
                            .path = path_text,
                            .reason = reason};

    source.path_len = (size_t)snprintf(path_text, sizeof path_text,
                                       "dir\xfe%u/\x01 file %u", i / 10, i);
    if (i % 50 == 20 && !short_paths) { /* they differ at the end */
        memset(path_text, 'x', 65535);
        source.path_len = 65535 - i % 3;
        memcpy(path_text + source.path_len - 4, &i, 4);
        for (size_t k = 1; k <= 4; k++)
            path_text[source.path_len - k] |= 1;
    }
    source.size = i % 7 ? r >> r % 64 : UINT64_MAX;
    source.mtime_ns = i % 2 ? times[i / 2 % 6]
                            : 1700000000000000000 + (int64_t)(r >> 20);
    source.hash = i % 3 ? r : 0;
    source.reason_len = i % 5 ? 0 : sizeof reason - 1;
    return source;
}

/* A table of the first n, without every id that `gap` divides (0: all), as a
 * file. */
static ost_sources *write_table(uint32_t n, uint32_t gap)
{
    ost_sources *s;
    uint32_t id;

    ck_assert_int_eq(ost_sources_new(&s, NULL), OSTEON_OK);
    for (uint32_t i = 1; i <= n; i++) {
        const osteon_source source = make(i);
        ck_assert_int_eq(ost_sources_put(s, &source, &id, NULL), OSTEON_OK);
        ck_assert_uint_eq(id, i);
    }
    for (uint32_t i = gap; gap > 0 && i <= n; i += gap)
        ck_assert(ost_sources_remove(s, i));
    ck_assert_int_eq(ost_sources_write(s, path(), &file_size,
                                       &file_checksum, NULL),
                     OSTEON_OK);
    return s;
}

/* One assertion for all: each costs a system call. */
static void expect_made(const osteon_source *source, uint32_t id)
{
    const osteon_source expected = make(id);

    ck_assert_msg(
        source->id == id && source->state == expected.state &&
            source->path_len == expected.path_len &&
            memcmp(source->path, expected.path, expected.path_len) == 0 &&
            source->path[source->path_len] == '\0' &&
            source->size == expected.size &&
            source->mtime_ns == expected.mtime_ns &&
            source->hash == expected.hash &&
            source->reason_len == expected.reason_len &&
            memcmp(source->reason, expected.reason, expected.reason_len) ==
                0 &&
            source->reason[source->reason_len] == '\0',
        "source %u is not as it was", (unsigned)id);
}

static void expect_both_ways(uint32_t n, uint32_t gap)
{
    ost_source_table *t;
    ost_sources *s;
    osteon_source source;
    void *memory;

    ck_assert_int_eq(
        ost_sources_read(path(), file_size, file_checksum, &s, NULL),
        OSTEON_OK);
    ck_assert_int_eq(open_table(&t, NULL), OSTEON_OK);
    for (uint32_t id = 0; id < n + 40; id++) {
        const bool there = id > 0 && id <= n && (gap == 0 || id % gap > 0);
        ck_assert_int_eq(ost_sources_get(s, id, &source), there);
        if (there)
            expect_made(&source, id);
        ck_assert_int_eq(ost_source_table_get(t, id, &source, &memory, NULL),
                         there ? OSTEON_OK : OSTEON_NOT_FOUND);
        if (there)
            expect_made(&source, id);
        ck_assert_int_eq(memory != NULL, there);
        ost_free(memory);
    }
    ck_assert_int_eq(
        ost_source_table_get(t, UINT32_MAX, &source, &memory, NULL),
        OSTEON_NOT_FOUND);
    ost_source_table_close(t);
    ost_sources_free(s);
}

START_TEST(test_source_file_every_count_round_trips)
{
    ost_sources_free(write_table((uint32_t)_i, 0));
    expect_both_ways((uint32_t)_i, 0);
}
END_TEST

START_TEST(test_source_file_with_gaps_round_trips)
{
    static const uint32_t gaps[] = {1, 2, 3, 31, 32, 33, 64};

    ost_sources_free(write_table(300, gaps[_i]));
    expect_both_ways(300, gaps[_i]);
}
END_TEST

START_TEST(test_source_file_written_again_is_the_same)
{
    ost_sources *s = write_table(200, 7), *again;
    const uint64_t size = file_size, checksum = file_checksum;

    ck_assert_int_eq(ost_sources_read(path(), size, checksum, &again, NULL),
                     OSTEON_OK);
    ck_assert_int_eq(ost_sources_write(again, path(), &file_size,
                                       &file_checksum, NULL),
                     OSTEON_OK);
    ck_assert_uint_eq(file_size, size);
    ck_assert_uint_eq(file_checksum, checksum);
    ost_sources_free(again);
    ost_sources_free(s);
}
END_TEST

START_TEST(test_source_file_is_laid_out_as_documented)
{
    static const uint8_t block[] = {
        0x30, 0, 3,   'a', '/', 'b', 5,   20,  1, 2, 3, 4, 5, 6, 7, 8, /* 1 */
        0x6a, 1, 2,   2,   'c', 'd', 0,   1,   2, 'n', 'o',            /* 3 */
    };
    osteon_source source = {.path = "a/b", .path_len = 3, .size = 5,
                            .mtime_ns = 10, .hash = 0x0807060504030201};
    ost_sources *s;
    ost_buffer file;
    uint32_t id;

    ck_assert_int_eq(ost_sources_new(&s, NULL), OSTEON_OK);
    ck_assert_int_eq(ost_sources_put(s, &source, &id, NULL), OSTEON_OK);
    source = (osteon_source){.path = "gone", .path_len = 4};
    ck_assert_int_eq(ost_sources_put(s, &source, &id, NULL), OSTEON_OK);
    ck_assert(ost_sources_remove(s, 2));
    source = (osteon_source){.path = "a/cd", .path_len = 4, .mtime_ns = 9,
                             .state = OSTEON_SOURCE_BINARY, .reason = "no",
                             .reason_len = 2};
    ck_assert_int_eq(ost_sources_put(s, &source, &id, NULL), OSTEON_OK);
    ck_assert_int_eq(ost_sources_write(s, path(), &file_size,
                                       &file_checksum, NULL),
                     OSTEON_OK);
    ost_sources_free(s);
    file = scratch_read(FILE_NAME);
    ck_assert_uint_eq(file.len, 64 + 4 + sizeof block + 12 + 8);
    ck_assert_mem_eq(file.data, "OSTEONSR", 8);
    ck_assert_uint_eq(ost_get32(file.data + 8), OSTEON_FORMAT_VERSION);
    ck_assert_uint_eq(ost_get32(file.data + 12), 2);
    ck_assert_uint_eq(ost_get32(file.data + 16), 3);
    ck_assert_uint_eq(ost_get64(file.data + 24), 64 + 4 + sizeof block);
    ck_assert_mem_eq(file.data + 68, block, sizeof block);
    ck_assert_uint_eq(ost_get32(file.data + 68 + sizeof block), 1);
    ck_assert_uint_eq(ost_get64(file.data + 72 + sizeof block), 64);
    ost_buffer_free(&file);
}
END_TEST

static void expect_not_read(osteon_status status)
{
    ost_sources *s;
    osteon_error err;

    ck_assert_int_eq(
        ost_sources_read(path(), file_size, file_checksum, &s, &err), status);
    ck_assert_ptr_null(s);
    ck_assert_ptr_nonnull(strstr(err.text, FILE_NAME));
}

/* Every source is refused, or is what it was. Returns how many were refused;
 * UINT32_MAX: the table was not even opened. */
static uint32_t refused_by_table(uint32_t n)
{
    ost_source_table *t;
    uint32_t refused = 0;
    osteon_error err;

    if (open_table(&t, &err) != OSTEON_OK) {
        ck_assert_int_eq(err.status, OSTEON_CORRUPT);
        ck_assert_ptr_null(t);
        return UINT32_MAX;
    }
    for (uint32_t id = 1; id <= n; id++) {
        osteon_source source;
        void *memory;
        if (ost_source_table_get(t, id, &source, &memory, &err) ==
            OSTEON_OK) {
            expect_made(&source, id);
        } else {
            ck_assert_int_eq(err.status, OSTEON_CORRUPT);
            ck_assert_ptr_null(memory);
            refused++;
        }
        ost_free(memory);
    }
    ost_source_table_close(t);
    return refused;
}

START_TEST(test_source_file_cut_at_every_length_is_corrupt)
{
    ost_buffer whole;

    short_paths = true;
    ost_sources_free(write_table(40, 0));
    whole = scratch_read(FILE_NAME);
    for (size_t len = 0; len < whole.len; len++) {
        scratch_write(FILE_NAME, whole.data, len);
        file_size = whole.len;
        expect_not_read(OSTEON_CORRUPT);
        ck_assert_uint_eq(refused_by_table(40), UINT32_MAX);
        file_size = len; /* the manifest, too, is wrong */
        expect_not_read(OSTEON_CORRUPT);
        ck_assert_uint_eq(refused_by_table(40), UINT32_MAX);
    }
    ost_buffer_free(&whole);
}
END_TEST

START_TEST(test_source_file_each_byte_flipped_is_never_believed)
{
    ost_buffer whole;
    size_t directory;

    short_paths = true;
    ost_sources_free(write_table(70, 0));
    whole = scratch_read(FILE_NAME);
    directory = (size_t)ost_get64(whole.data + 24);
    for (size_t at = 0; at < whole.len; at++) {
        uint32_t refused;
        whole.data[at] ^= (uint8_t)(1 << at % 8);
        scratch_write(FILE_NAME, whole.data, whole.len);
        expect_not_read(OSTEON_CORRUPT);
        refused = refused_by_table(70);
        if (at >= 64 && at < directory) /* one block of three */
            ck_assert(refused == 32 || refused == 6);
        else
            ck_assert_uint_eq(refused, UINT32_MAX);
        whole.data[at] ^= (uint8_t)(1 << at % 8);
    }
    ost_buffer_free(&whole);
}
END_TEST

START_TEST(test_source_file_of_another_checksum_or_size_is_corrupt)
{
    ost_sources_free(write_table(40, 0));
    file_checksum ^= 1;
    expect_not_read(OSTEON_CORRUPT);
    ck_assert_uint_eq(refused_by_table(40), UINT32_MAX);
    file_checksum ^= 1;
    file_size++;
    expect_not_read(OSTEON_CORRUPT);
    ck_assert_uint_eq(refused_by_table(40), UINT32_MAX);
}
END_TEST

START_TEST(test_source_file_missing_is_not_found)
{
    ost_source_table *t;

    expect_not_read(OSTEON_NOT_FOUND);
    ck_assert_int_eq(ost_source_table_open(path(), 72, 0, &t, NULL),
                     OSTEON_NOT_FOUND);
    ost_source_table_close(NULL);
}
END_TEST

START_TEST(test_source_file_that_cannot_be_written_is_io)
{
    ost_sources *s = write_table(40, 0);
    struct rlimit limit;

    ck_assert_int_eq(ost_sources_write(s, scratch_path("none/x"), &file_size,
                                       &file_checksum, NULL),
                     OSTEON_IO);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = 200;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_int_eq(ost_sources_write(s, scratch_path("x"), &file_size,
                                       &file_checksum, NULL),
                     OSTEON_IO);
    ck_assert(!scratch_has("x"));
    ost_sources_free(s);
}
END_TEST

/* _i: 0 writes, 1 reads all, 2 reads one. */
START_TEST(test_source_file_each_allocation_failing_is_no_memory)
{
    ost_sources *s = write_table(100, 0), *read = NULL;
    ost_source_table *t = NULL;
    osteon_source source;
    void *memory = NULL;
    osteon_status status;
    unsigned long at = 1;

    do {
        ost_alloc_fail_at(at++);
        if (_i == 0) {
            status = ost_sources_write(s, path(), &file_size, &file_checksum,
                                       NULL);
        } else if (_i == 1) {
            status = ost_sources_read(path(), file_size, file_checksum,
                                      &read, NULL);
        } else {
            status = open_table(&t, NULL);
            if (status == OSTEON_OK)
                status = ost_source_table_get(t, 50, &source, &memory, NULL);
            ost_source_table_close(t);
        }
        ost_alloc_fail_at(0);
        if (status != OSTEON_OK)
            ck_assert_int_eq(status, OSTEON_NO_MEMORY);
    } while (status != OSTEON_OK);
    ck_assert_uint_gt(at, 3);
    ost_free(memory);
    ost_sources_free(read);
    ost_sources_free(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source file");
    TCase *tc = scratch_case(suite, "round trip");

    tcase_add_loop_test(tc, test_source_file_every_count_round_trips, 0, 100);
    tcase_add_loop_test(tc, test_source_file_with_gaps_round_trips, 0, 7);
    tcase_add_test(tc, test_source_file_written_again_is_the_same);
    tcase_add_test(tc, test_source_file_is_laid_out_as_documented);
    tc = scratch_case(suite, "damage");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_source_file_cut_at_every_length_is_corrupt);
    tcase_add_test(tc, test_source_file_each_byte_flipped_is_never_believed);
    tcase_add_test(tc,
                   test_source_file_of_another_checksum_or_size_is_corrupt);
    tc = scratch_case(suite, "failure");
    tcase_add_test(tc, test_source_file_missing_is_not_found);
    tcase_add_test(tc, test_source_file_that_cannot_be_written_is_io);
    tcase_add_loop_test(
        tc, test_source_file_each_allocation_failing_is_no_memory, 0, 3);
    return run_suite(suite);
}
