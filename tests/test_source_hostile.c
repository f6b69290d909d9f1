/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Tables of sources that no accident makes: wrong content under right
 * checksums. They are refused, or can be used; never more than that.
 */
#include "commit.h"
#include "scratch.h"
#include "run_suite.h"

#define XXH_INLINE_ALL
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

/* Gives a file of any content the checksums that belong to it, as far as its
 * directory tells what they cover, and writes it. */
static void write_sealed(ost_buffer *file)
{
    uint8_t *bytes = file->data;
    const size_t end = file->len - 8;
    const uint64_t directory = ost_get64(bytes + 24);

    if (directory <= end) {
        for (uint64_t at = directory; at + 12 <= end; at += 12) {
            const uint64_t start = ost_get64(bytes + at + 4);
            const uint64_t stop = at + 24 <= end ? ost_get64(bytes + at + 16)
                                                 : directory;
            if (start >= 64 && stop <= directory && start < stop)
                ost_put32(bytes + start,
                          (uint32_t)XXH3_64bits(bytes + start + 4,
                                                stop - start - 4));
        }
        ost_put64(bytes + 32,
                  XXH3_64bits(bytes + directory, end - directory));
    }
    ost_put64(bytes + 56, XXH3_64bits(bytes, 56));
    file_checksum = XXH3_64bits(bytes, end);
    ost_put64(bytes + end, file_checksum);
    file_size = file->len;
    scratch_write(FILE_NAME, bytes, file->len);
}

/* A file of one block of these bytes. */
static void write_block(const void *block, size_t len, uint32_t count,
                        uint32_t highest)
{
    uint8_t header[64] = "OSTEONSR", entry[12], zeros[8] = {0};
    ost_buffer file = {0};

    ost_put32(header + 8, OSTEON_FORMAT_VERSION);
    ost_put32(header + 12, count);
    ost_put32(header + 16, highest);
    ost_put64(header + 24, 64 + 4 + len);
    ost_put32(entry, 1);
    ost_put64(entry + 4, 64);
    ost_buffer_add(&file, header, 64);
    ost_buffer_add(&file, zeros, 4);
    ost_buffer_add(&file, block, len);
    ost_buffer_add(&file, entry, 12);
    ost_buffer_add(&file, zeros, 8);
    write_sealed(&file);
    ost_buffer_free(&file);
}

typedef struct hostile_block {
    const char *bytes;
    size_t len;
    uint32_t count, highest;
} hostile_block;

#define BLOCK(text, count, highest) {text, sizeof text - 1, count, highest}

static const hostile_block hostile[] = {
    BLOCK("\0\0\1a\0", 1, 0),                     /* id above the highest */
    BLOCK("\0\0\1a\0", 2, 2),                     /* a source too few */
    BLOCK("\0\0\1a\0\0\0\1b\0", 1, 2),           /* one too many */
    BLOCK("\0\0\1a\0\0\0\1a\0", 2, 2),           /* a path twice */
    BLOCK("\0\0\1a\0\0\1\0\0", 2, 2),            /* the same, shared */
    BLOCK("\0\0\0\0", 1, 1),                      /* no path */
    BLOCK("\0\1\1a\0", 1, 1),                     /* shared with nothing */
    BLOCK("\0\0\1a\0\0\2\1b\0", 2, 2),           /* longer than that */
    BLOCK("\0\0\2a\0\0", 1, 1),                  /* NUL in the path */
    BLOCK("\0\0\5a\0", 1, 1),                     /* past the block */
    BLOCK("\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\1a\0", 1, 1),
    BLOCK("\0\0\x80\x80\4a\0", 1, 1),             /* 65536 bytes */
    BLOCK("\6\0\1a\0", 1, 1),                     /* no such state */
    BLOCK("\x80\0\1a\0", 1, 1),                   /* no such flag */
    BLOCK("\x40\1\0\1a\0", 1, 9),                 /* not the first id */
    BLOCK("\0\0\1a\0\x40\x8\0\1b\0", 2, 9),      /* id 10 of 9 */
    BLOCK("\0\0\1a\0\x40\xff\xff\xff\xff\xf\0\1b\0", 2, 9),
    BLOCK("\0\0\1a\x80", 1, 1),                   /* size is cut */
    BLOCK("\x20\0\1a\0", 1, 1),                   /* no time */
    BLOCK("\x10\0\1a\0xxxxxxx", 1, 1),            /* hash is cut */
    BLOCK("\x8\0\1a\0\0", 1, 1),                  /* empty reason */
    BLOCK("\x8\0\1a\0\2x", 1, 1),                 /* reason is cut */
    BLOCK("\x8\0\1a\0\x80\x80\4x", 1, 1),         /* 65536 bytes */
    BLOCK("\0\0\1a\0", 33, 33),                   /* blocks too few */
    BLOCK("\0\0\1a\0", 0, 0),                     /* and too many */
    BLOCK("\0\0\1", 1, 1),                        /* ends in a source */
};

START_TEST(test_source_hostile_block_is_corrupt)
{
    const hostile_block *h = &hostile[_i];
    ost_sources *s;
    osteon_error err;
    osteon_source source;
    void *memory;
    ost_source_table *t;

    write_block(h->bytes, h->len, h->count, h->highest);
    ck_assert_int_eq(
        ost_sources_read(path(), file_size, file_checksum, &s, &err),
        OSTEON_CORRUPT);
    ck_assert_ptr_null(s);
    ck_assert_ptr_nonnull(strstr(err.text, FILE_NAME));
    if (open_table(&t, NULL) != OSTEON_OK)
        return;
    for (uint32_t id = 0; id < 12; id++)
        if (ost_source_table_get(t, id, &source, &memory, NULL) == OSTEON_OK)
            ost_free(memory);
    ost_source_table_close(t);
}
END_TEST

/* What only reading all would notice must not come out as a source. */
START_TEST(test_source_hostile_cut_hash_is_corrupt_for_one_too)
{
    ost_source_table *t;
    osteon_source source;
    void *memory;

    write_block("\x10\0\1a\0xxxxxxx", 12, 1, 1);
    ck_assert_int_eq(open_table(&t, NULL), OSTEON_OK);
    ck_assert_int_eq(ost_source_table_get(t, 1, &source, &memory, NULL),
                     OSTEON_CORRUPT);
    ck_assert_ptr_null(memory);
    ost_source_table_close(t);
}
END_TEST

START_TEST(test_source_hostile_looking_block_is_read)
{
    ost_sources *s;
    osteon_source source;

    write_block("\0\0\1a\0\x40\7\0\1b\0", 11, 2, 9);
    ck_assert_int_eq(
        ost_sources_read(path(), file_size, file_checksum, &s, NULL),
        OSTEON_OK);
    ck_assert(ost_sources_get(s, 9, &source));
    ck_assert_str_eq(source.path, "b");
    ost_sources_free(s);
}
END_TEST

/* A table of n, without those ids that `gap` divides. */
static void write_table(uint32_t n, uint32_t gap)
{
    ost_sources *s;
    char text[40];
    uint32_t id;

    ck_assert_int_eq(ost_sources_new(&s, NULL), OSTEON_OK);
    for (uint32_t i = 1; i <= n; i++) {
        const osteon_source source = {
            .state = (osteon_source_state)(i % 6),
            .path = text,
            .path_len = (size_t)snprintf(text, sizeof text, "d%u/f%u", i / 9,
                                         i),
            .size = (uint64_t)i * i,
            .mtime_ns = i % 4 ? (int64_t)i << i % 50 : INT64_MIN,
            .hash = i % 3 ? i * 0x9e3779b97f4a7c15u : 0,
            .reason = text,
            .reason_len = i % 6};
        ck_assert_int_eq(ost_sources_put(s, &source, &id, NULL), OSTEON_OK);
    }
    for (uint32_t i = gap; i <= n; i += gap)
        ck_assert(ost_sources_remove(s, i));
    ck_assert_int_eq(ost_sources_write(s, path(), &file_size,
                                       &file_checksum, NULL),
                     OSTEON_OK);
    ost_sources_free(s);
}

/* Of three blocks, of 32, 32 and 6 sources with ids 1 to 70. */
typedef struct hostile_entry {
    unsigned block;
    bool id; /* else the offset is replaced */
    uint64_t value;
} hostile_entry;

static const hostile_entry entries[] = {
    {0, true, 0},   {0, true, 2},           {0, true, 71},
    {1, true, 1},   {1, true, 32},          {1, true, UINT32_MAX},
    {2, true, 64},  {2, true, 71},          {0, false, 0},
    {0, false, 63}, {0, false, 65},         {0, false, UINT64_MAX},
    {1, false, 64}, {1, false, 0},          {1, false, UINT64_MAX},
    {2, false, 70}, {2, false, UINT64_MAX}, {2, false, UINT64_MAX - 8},
    {1, false, 1u << 30}};

START_TEST(test_source_hostile_directory_is_corrupt)
{
    const hostile_entry *h = &entries[_i];
    ost_sources *s;
    ost_buffer file;
    uint8_t *entry;

    write_table(70, 100);
    file = scratch_read(FILE_NAME);
    entry = file.data + ost_get64(file.data + 24) + h->block * 12;
    if (h->id)
        ost_put32(entry, (uint32_t)h->value);
    else
        ost_put64(entry + 4, h->value);
    write_sealed(&file);
    ck_assert_int_eq(
        ost_sources_read(path(), file_size, file_checksum, &s, NULL),
        OSTEON_CORRUPT);
    ost_buffer_free(&file);
}
END_TEST

START_TEST(test_source_hostile_directory_past_the_file_is_corrupt)
{
    static const uint64_t places[] = {0,          63,         65,
                                      UINT64_MAX, 1u << 30,   UINT64_MAX - 7,
                                      INT64_MAX,  UINT32_MAX, 1};
    ost_sources *s;
    ost_buffer file;

    write_table(70, 100);
    file = scratch_read(FILE_NAME);
    ost_put64(file.data + 24, places[_i]);
    write_sealed(&file);
    ck_assert_int_eq(
        ost_sources_read(path(), file_size, file_checksum, &s, NULL),
        OSTEON_CORRUPT);
    ost_buffer_free(&file);
}
END_TEST

START_TEST(test_source_hostile_change_under_the_old_checksum_is_corrupt)
{
    uint64_t checksum;
    ost_sources *s;
    ost_buffer file;

    write_table(20, 100);
    checksum = file_checksum;
    file = scratch_read(FILE_NAME);
    file.data[72] ^= 1; /* in the first path */
    write_sealed(&file);
    ck_assert_int_eq(
        ost_sources_read(path(), file_size, file_checksum, &s, NULL),
        OSTEON_OK);
    ost_sources_free(s);
    ost_put64(file.data + file.len - 8, checksum);
    scratch_write(FILE_NAME, file.data, file.len);
    ck_assert_int_eq(ost_sources_read(path(), file_size, checksum, &s, NULL),
                     OSTEON_CORRUPT);
    ost_buffer_free(&file);
}
END_TEST

/* Whatever a file holds under right checksums, it is refused or it can be
 * used. */
START_TEST(test_source_hostile_random_bytes_do_no_harm)
{
    uint64_t state = (uint64_t)_i;
    ost_buffer good, bad = {0};

    write_table(100, 9);
    good = scratch_read(FILE_NAME);
    for (int round = 0; round < 1500; round++) {
        ost_sources *s;
        bad.len = 0;
        ost_buffer_add(&bad, good.data, good.len);
        for (int k = 0; k <= round % 3; k++)
            bad.data[scratch_random(&state) % good.len] =
                (uint8_t)scratch_random(&state);
        write_sealed(&bad);
        if (ost_sources_read(path(), file_size, file_checksum, &s, NULL) ==
            OSTEON_OK) {
            ost_source_table *t;
            uint32_t cursor = 0;
            osteon_source a, b;
            void *memory;
            ck_assert_int_eq(open_table(&t, NULL), OSTEON_OK);
            while (ost_sources_next(s, &cursor, &a)) {
                ck_assert(
                    ost_source_table_get(t, a.id, &b, &memory, NULL) ==
                        OSTEON_OK &&
                    strcmp(a.path, b.path) == 0 &&
                    a.reason_len == b.reason_len &&
                    memcmp(a.reason, b.reason, a.reason_len) == 0 &&
                    a.mtime_ns == b.mtime_ns && a.hash == b.hash &&
                    a.size == b.size && a.state == b.state);
                ost_free(memory);
            }
            ost_source_table_close(t);
        }
        ost_sources_free(s);
    }
    ost_buffer_free(&bad);
    ost_buffer_free(&good);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hostile tables of sources");
    TCase *tc = scratch_case(suite, "hostile");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, test_source_hostile_block_is_corrupt, 0,
                        (int)(sizeof hostile / sizeof *hostile));
    tcase_add_test(tc, test_source_hostile_looking_block_is_read);
    tcase_add_test(tc, test_source_hostile_cut_hash_is_corrupt_for_one_too);
    tcase_add_loop_test(tc, test_source_hostile_directory_is_corrupt, 0,
                        (int)(sizeof entries / sizeof *entries));
    tcase_add_loop_test(
        tc, test_source_hostile_directory_past_the_file_is_corrupt, 0, 9);
    tcase_add_test(
        tc, test_source_hostile_change_under_the_old_checksum_is_corrupt);
    tcase_add_loop_test(tc, test_source_hostile_random_bytes_do_no_harm, 0,
                        4);
    return run_suite(suite);
}
