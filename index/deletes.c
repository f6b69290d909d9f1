/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The deleted documents of a segment (docs/format.md, "Deletes file"): magic,
 * u32 version, u32 documents, u32 count, u32 zero, one bit a document in
 * words of 64, and u64 XXH3 of all before it. The file is small beside its
 * segment, so it is read and checked as a whole.
 */
#include "commit.h"

#define XXH_INLINE_ALL
#include <assert.h>
#include <xxhash.h>

#define HEADER 24

static uint32_t count_bits(const uint64_t *bits, size_t words)
{
    uint32_t count = 0;

    for (size_t i = 0; i < words; i++)
        count += (uint32_t)__builtin_popcountll(bits[i]);
    return count;
}

/* True when no bit at or past n_documents is set. */
static bool end_is_clear(const uint64_t *bits, uint32_t n_documents)
{
    return n_documents % 64 == 0 ||
           bits[n_documents / 64] >> (n_documents % 64) == 0;
}

osteon_status ost_deletes_write(const char *path, const uint64_t *bits,
                                uint32_t n_documents, uint64_t *size,
                                uint64_t *checksum, osteon_error *err)
{
    const size_t words = ((size_t)n_documents + 63) / 64;
    const size_t len = HEADER + words * 8;
    uint8_t *bytes = ost_malloc(len + 8);
    osteon_status s;

    assert(end_is_clear(bits, n_documents));
    if (bytes == NULL)
        return ost_fail_memory(err);
    memcpy(bytes, OST_DELETES_MAGIC, OST_MAGIC_SIZE);
    ost_put32(bytes + 8, OSTEON_FORMAT_VERSION);
    ost_put32(bytes + 12, n_documents);
    ost_put32(bytes + 16, count_bits(bits, words));
    ost_put32(bytes + 20, 0);
    for (size_t i = 0; i < words; i++)
        ost_put64(bytes + HEADER + i * 8, bits[i]);
    *checksum = XXH3_64bits(bytes, len);
    ost_put64(bytes + len, *checksum);
    *size = len + 8;
    s = ost_file_write(path, bytes, len + 8, err);
    ost_free(bytes);
    return s;
}

/* Where the bytes differ from what their first 24 and last 8 must be, NULL:
 * nowhere. */
static const char *check_frame(const uint8_t *bytes, size_t len,
                               uint64_t checksum, uint32_t n_documents,
                               size_t *offset)
{
    *offset = len;
    if (ost_get64(bytes + len) != checksum ||
        XXH3_64bits(bytes, len) != checksum)
        return "checksum does not match";
    *offset = 0;
    if (memcmp(bytes, OST_DELETES_MAGIC, OST_MAGIC_SIZE) != 0)
        return "not a deletes file";
    *offset = 8;
    if (ost_get32(bytes + 8) != OSTEON_FORMAT_VERSION)
        return "unknown version";
    *offset = 12;
    if (ost_get32(bytes + 12) != n_documents)
        return "not of this segment: another number of documents";
    *offset = 20;
    if (ost_get32(bytes + 20) != 0)
        return "reserved bytes are not zero";
    return NULL;
}

static osteon_status decode(const char *path, const ost_buffer *file,
                            uint64_t checksum, uint32_t n_documents,
                            uint64_t **bits, uint32_t *count,
                            osteon_error *err)
{
    const size_t words = ((size_t)n_documents + 63) / 64;
    const size_t len = HEADER + words * 8;
    const char *wrong;
    size_t offset;
    uint64_t *read;

    if (file->len != len + 8)
        return ost_fail_corrupt(err, path, file->len, "wrong size");
    wrong = check_frame(file->data, len, checksum, n_documents, &offset);
    if (wrong != NULL)
        return ost_fail_corrupt(err, path, offset, wrong);
    read = ost_malloc(words * sizeof *read);
    if (read == NULL)
        return ost_fail_memory(err);
    for (size_t i = 0; i < words; i++)
        read[i] = ost_get64(file->data + HEADER + i * 8);
    if (!end_is_clear(read, n_documents))
        wrong = "a document past the end is deleted";
    else if (count_bits(read, words) != ost_get32(file->data + 16))
        wrong = "the count does not match";
    if (wrong != NULL) {
        ost_free(read);
        return ost_fail_corrupt(err, path, 16, wrong);
    }
    *bits = read;
    *count = ost_get32(file->data + 16);
    return OSTEON_OK;
}

osteon_status ost_deletes_read(const char *path, uint64_t size,
                               uint64_t checksum, uint32_t n_documents,
                               uint64_t **bits, uint32_t *count,
                               osteon_error *err)
{
    const size_t words = ((size_t)n_documents + 63) / 64;
    ost_buffer file = {0};
    osteon_status s;

    *bits = NULL;
    *count = 0;
    if (size != HEADER + words * 8 + 8)
        return ost_fail_corrupt(err, path, 0,
                                "its size in the manifest cannot be right");
    s = ost_file_read(path, (size_t)size + 1, &file, err);
    if (s == OSTEON_OK)
        s = decode(path, &file, checksum, n_documents, bits, count, err);
    ost_buffer_free(&file);
    return s;
}
