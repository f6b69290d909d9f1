/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writes the table of sources (docs/format.md, "Sources file"): a header of
 * 64 bytes; blocks of 32 sources in ascending id, each with a checksum of its
 * own and paths front-coded within it; a directory of (u32 first id, u64
 * offset) a block; and u64 XXH3 of all before it. A walk finds files in
 * order, so neighbours share most of their paths and little of their times.
 */
#include "sources.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* What a source is coded against: the one before it in the block. */
typedef struct context {
    const char *path;
    size_t path_len;
    uint64_t mtime;
    uint32_t id;
} context;

/* Signed to unsigned, small for small of either sign. */
static uint64_t zigzag(uint64_t delta)
{
    return delta << 1 ^ (0 - (delta >> 63));
}

static unsigned flags_of(const osteon_source *source, uint32_t gap)
{
    unsigned flags = (unsigned)source->state;

    if (source->reason_len > 0)
        flags |= OST_SOURCE_HAS_REASON;
    if (source->hash != 0)
        flags |= OST_SOURCE_HAS_HASH;
    if (source->mtime_ns != INT64_MIN)
        flags |= OST_SOURCE_HAS_MTIME;
    if (gap > 0)
        flags |= OST_SOURCE_HAS_GAP;
    return flags;
}

static void encode(ost_buffer *out, context *before,
                   const osteon_source *source)
{
    const size_t shared = ost_shared_prefix(before->path, before->path_len,
                                            source->path, source->path_len);
    const size_t suffix = source->path_len - shared;
    const uint32_t gap = source->id - before->id - 1;
    const uint64_t mtime = (uint64_t)source->mtime_ns;
    uint8_t *p = ost_buffer_reserve(out, suffix + source->reason_len + 64);

    if (p == NULL)
        return;
    *p++ = (uint8_t)flags_of(source, gap);
    if (gap > 0)
        p = ost_varint_put(p, gap);
    p = ost_varint_put(p, shared);
    p = ost_varint_put(p, suffix);
    memcpy(p, source->path + shared, suffix);
    p = ost_varint_put(p + suffix, source->size);
    if (source->mtime_ns != INT64_MIN) {
        p = ost_varint_put(p, zigzag(mtime - before->mtime));
        before->mtime = mtime;
    }
    if (source->hash != 0) {
        ost_put64(p, source->hash);
        p += 8;
    }
    if (source->reason_len > 0) {
        p = ost_varint_put(p, source->reason_len);
        memcpy(p, source->reason, source->reason_len);
        p += source->reason_len;
    }
    out->len = (size_t)(p - out->data);
    before->path = source->path;
    before->path_len = source->path_len;
    before->id = source->id;
}

static void write_blocks(const ost_sources *s, ost_buffer *out,
                         ost_buffer *directory)
{
    uint32_t cursor = 0;
    osteon_source source;
    bool more = ost_sources_next(s, &cursor, &source);

    while (more && !out->failed && !directory->failed) {
        context before = {.id = source.id - 1};
        const size_t start = out->len;
        uint8_t entry[OST_SOURCE_ENTRY], sum[4] = {0};
        ost_put32(entry, source.id);
        ost_put64(entry + 4, start);
        ost_buffer_add(directory, entry, sizeof entry);
        ost_buffer_add(out, sum, sizeof sum);
        for (int i = 0; i < OST_SOURCE_BLOCK && more; i++) {
            encode(out, &before, &source);
            more = ost_sources_next(s, &cursor, &source);
        }
        if (!out->failed)
            ost_put32(out->data + start,
                      (uint32_t)XXH3_64bits(out->data + start + 4,
                                            out->len - start - 4));
    }
}

static void fill_header(uint8_t *header, const ost_sources *s,
                        uint64_t directory_at, const ost_buffer *directory)
{
    memcpy(header, OST_SOURCES_MAGIC, OST_MAGIC_SIZE);
    ost_put32(header + 8, OSTEON_FORMAT_VERSION);
    ost_put32(header + OST_SOURCES_AT_COUNT, (uint32_t)ost_sources_count(s));
    ost_put32(header + OST_SOURCES_AT_HIGHEST, ost_sources_highest(s));
    ost_put64(header + OST_SOURCES_AT_DIRECTORY, directory_at);
    ost_put64(header + OST_SOURCES_AT_DIRECTORY_SUM,
              XXH3_64bits(directory->data, directory->len));
    ost_put64(header + OST_SOURCES_AT_HEADER_SUM,
              XXH3_64bits(header, OST_SOURCES_AT_HEADER_SUM));
}

osteon_status ost_sources_write(const ost_sources *s, const char *path,
                                uint64_t *size, uint64_t *checksum,
                                osteon_error *err)
{
    static const uint8_t zeros[OST_HEADER_SIZE];
    ost_buffer out = {0}, directory = {0};
    uint8_t sum[OST_SOURCE_TRAILER];
    uint64_t directory_at;
    osteon_status status;

    ost_buffer_add(&out, zeros, sizeof zeros);
    write_blocks(s, &out, &directory);
    directory_at = out.len;
    ost_buffer_add(&out, directory.data, directory.len);
    if (out.failed || directory.failed) {
        status = ost_fail_memory(err);
        goto done;
    }
    fill_header(out.data, s, directory_at, &directory);
    *checksum = XXH3_64bits(out.data, out.len);
    ost_put64(sum, *checksum);
    ost_buffer_add(&out, sum, sizeof sum);
    *size = out.len;
    status = out.failed ? ost_fail_memory(err)
                        : ost_file_write(path, out.data, out.len, err);
done:
    ost_buffer_free(&directory);
    ost_buffer_free(&out);
    return status;
}
