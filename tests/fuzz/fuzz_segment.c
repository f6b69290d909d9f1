/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Segments with changed bytes and right checksums. An input is a byte that
 * picks the segment, then changes of four bytes: the place (two), what is
 * done there, and the value.
 */
#include "../seal_segment.h"
#include "commit.h"
#include "fuzz.h"

#include <fcntl.h>

typedef struct segment {
    ost_buffer bytes;
    ost_manifest *manifest;
} segment;

static segment segments[3]; /* of 1, of some, and of documents with skips */

static const char *segment_path(const segment *s)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s", fuzz_folder(),
             s->manifest->segments[0].file.name);
    return path;
}

static void make(segment *s, unsigned documents)
{
    const osteon_writer_options fresh = {.rebuild = true};
    osteon_writer *w;

    FUZZ_ASSERT(osteon_writer_open(fuzz_folder(), &fresh, &w, NULL) ==
                OSTEON_OK);
    FUZZ_ASSERT(osteon_writer_commit(w, NULL) == OSTEON_OK);
    osteon_writer_close(w);
    fuzz_build(documents);
    FUZZ_ASSERT(ost_manifest_read(fuzz_folder(), &s->manifest, NULL) ==
                OSTEON_OK);
    FUZZ_ASSERT(ost_file_read(segment_path(s), SIZE_MAX, &s->bytes, NULL) ==
                OSTEON_OK);
}

static void change(ost_buffer *b, const uint8_t *data, size_t size)
{
    for (; size >= 4; data += 4, size -= 4) {
        const size_t at = (data[0] | (size_t)data[1] << 8) % b->len;
        switch (data[2] % 4) {
        case 0:
            b->data[at] = data[3];
            break;
        case 1:
            b->data[at] ^= (uint8_t)(1 << data[3] % 8);
            break;
        case 2:
            b->data[at] = (uint8_t)(b->data[at] + data[3]);
            break;
        default:
            memset(b->data + at, data[3] % 3 == 0 ? 0xff : data[3],
                   b->len - at < 8 ? b->len - at : 8);
        }
    }
}

/* Makes all checksums right; returns the footer's. Where the pages end is put
 * right as well: without it nothing is read. */
static uint64_t seal(ost_buffer *b, uint64_t pages_end)
{
    ost_put64(b->data + b->len - OST_FOOTER_SIZE + OST_N_SECTIONS * 16,
              pages_end);
    return seal_segment(b);
}

static void put(const segment *s, const ost_buffer *b, uint64_t checksum)
{
    const int fd = open(segment_path(s), O_WRONLY | O_CREAT | O_TRUNC, 0666);

    FUZZ_ASSERT(fd >= 0 && ost_write_all(fd, b->data, b->len, "segment",
                                         NULL) == OSTEON_OK);
    close(fd);
    s->manifest->segments[0].file.checksum = checksum;
    FUZZ_ASSERT(ost_manifest_commit(fuzz_folder(), s->manifest, NULL) ==
                OSTEON_OK);
}

static bool take_term(void *arg, const osteon_term *term)
{
    (void)arg;
    fuzz_touch(term->term, term->term_len);
    return true;
}

static bool take_bytes(void *arg, const void *bytes, size_t len)
{
    (void)arg;
    fuzz_touch(bytes, len);
    return true;
}

static void ignore(void *arg, const char *line)
{
    (void)arg;
    (void)line;
}

static void read_all(void)
{
    static const char *const queries[] = {
        "common", "bone tumor", "+again -number3", "\"common words\"",
        "title:title AND by:lee", "number1 number2 4 the and common",
        "\"words and the\" number7", "the OR +\"bone tumor common\""};
    osteon_entry *entry = NULL;
    osteon_index *index;
    osteon_error err;

    err.status = OSTEON_OK;
    (void)!osteon_index_check(fuzz_folder(), ignore, NULL, &err);
    FUZZ_ASSERT(err.status != OSTEON_NO_MEMORY);
    if (osteon_index_open(fuzz_folder(), &index, &err) != OSTEON_OK)
        return;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        fuzz_search(index, queries[i], strlen(queries[i]), false);
    (void)!osteon_entry_open_id(index, "folder/3", 8, &entry, &err);
    osteon_entry_close(entry);
    (void)!osteon_index_terms(index, take_term, NULL, &err);
    (void)!osteon_export_ciff(index, take_bytes, NULL, NULL, &err);
    osteon_index_close(index);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    segment *s;
    ost_buffer b = {0};
    uint64_t pages_end;

    if (segments[0].manifest == NULL) {
        make(&segments[0], 1);
        make(&segments[1], 9);
        make(&segments[2], 300);
    }
    if (size == 0)
        return 0;
    s = &segments[*data % 3];
    ost_buffer_add(&b, s->bytes.data, s->bytes.len);
    FUZZ_ASSERT(!b.failed);
    pages_end = ost_get64(b.data + b.len - OST_FOOTER_SIZE +
                          OST_N_SECTIONS * 16);
    change(&b, data + 1, size - 1);
    put(s, &b, seal(&b, pages_end));
    read_all();
    ost_buffer_free(&b);
    return 0;
}
