/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Files of text: decompressed, decoded, cut and converted. The first byte
 * says whether the rest is gzipped, and how much is asked for at a time.
 */
#define _GNU_SOURCE
#include "convert.h"
#include "fuzz.h"

#include <sys/mman.h>

static void convert(const osi_reader *reader)
{
    osi_bytes text = {0}, title = {0};
    osi_title found;

    if (osi_title_find(reader->text.data, reader->text.len, &found))
        FUZZ_ASSERT(found.from <= found.start &&
                    found.start + found.len <= found.to &&
                    found.to <= reader->text.len);
    if (osi_markdown(reader->text.data, reader->text.len, &text, &title)) {
        fuzz_touch(text.data, text.len);
        fuzz_touch(title.data, title.len);
    }
    osi_bytes_free(&text);
    osi_bytes_free(&title);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static osi_input *input;
    static int fd = -1;
    osi_reader reader = {0};
    bool gzip;
    size_t want;

    if (input == NULL) {
        input = osi_input_new();
        fd = memfd_create("text", 0);
        FUZZ_ASSERT(input != NULL && fd >= 0);
    }
    if (size == 0)
        return 0;
    gzip = *data & 1;
    want = *data / 2 + 1;
    FUZZ_ASSERT(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 &&
                write(fd, data + 1, size - 1) == (ssize_t)size - 1 &&
                lseek(fd, 0, SEEK_SET) == 0);
    FUZZ_ASSERT(osi_input_start(input, fd, gzip, 1 << 20) == OSI_GOT_TEXT);
    osi_reader_start(&reader, input, gzip);
    while (!reader.ended && osi_reader_fill(&reader, want) == OSI_GOT_TEXT) {
        if (reader.text.len == 0)
            continue;
        if (want < 100) {
            const size_t cut = osi_cut(reader.text.data, reader.text.len);
            FUZZ_ASSERT(cut > 0 && cut <= reader.text.len);
            osi_reader_take(&reader, cut);
        } else {
            want = reader.text.len + 4096;
        }
    }
    convert(&reader);
    osi_reader_free(&reader);
    return 0;
}
