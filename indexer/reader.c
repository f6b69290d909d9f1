/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Text of a file in pieces. UTF-8 is read straight into the text buffer;
 * UTF-16 goes through `raw`.
 */
#include "convert.h"

#define SNIFF ((size_t)64 << 10)  /* read before the encoding is judged */
#define STEP ((size_t)256 << 10)  /* read at a time */

void osi_reader_start(osi_reader *reader, osi_input *input,
                      osi_packing packing)
{
    reader->input = input;
    osi_bytes_empty(&reader->text);
    osi_bytes_empty(&reader->raw);
    reader->encoding = OSI_UTF8;
    reader->begun = reader->ended = false;
    reader->converted = packing != OSI_PLAIN;
}

void osi_reader_free(osi_reader *reader)
{
    osi_bytes_free(&reader->text);
    osi_bytes_free(&reader->raw);
}

/* Reads once more into `to`, not much beyond `want` bytes in all; at the end
 * sets `ended`. One byte behind the text stays free, for a parser that works
 * in place. */
static osi_got read_more(osi_reader *reader, osi_bytes *to, size_t want)
{
    size_t got = 0, room;
    osi_got s;

    if (osi_bytes_reserve(to, STEP + 1) == NULL)
        return OSI_GOT_NO_MEMORY;
    room = to->room - to->len - 1;
    if (want <= to->len)
        room = STEP;
    else if (room > STEP && room > want - to->len)
        room = want - to->len > STEP ? want - to->len : STEP;
    s = osi_input_read(reader->input, to->data + to->len, room, &got);
    to->len += got;
    if (s == OSI_GOT_END) {
        reader->ended = true;
        return OSI_GOT_TEXT;
    }
    return s;
}

static osi_got begin(osi_reader *reader)
{
    osi_bytes swap;
    size_t skip;
    osi_got s = OSI_GOT_TEXT;

    while (s == OSI_GOT_TEXT && !reader->ended && reader->text.len < SNIFF)
        s = read_more(reader, &reader->text, SNIFF);
    if (s != OSI_GOT_TEXT)
        return s;
    reader->begun = true;
    reader->encoding =
        osi_encoding_of(reader->text.data, reader->text.len, &skip);
    if (reader->encoding == OSI_NO_TEXT)
        return OSI_GOT_BINARY;
    osi_reader_take(reader, skip);
    if (reader->encoding == OSI_UTF8)
        return OSI_GOT_TEXT;
    reader->converted = true;
    swap = reader->raw;
    reader->raw = reader->text;
    reader->text = swap;
    reader->text.len = 0;
    return OSI_GOT_TEXT;
}

static void decode(osi_reader *reader)
{
    osi_bytes *const raw = &reader->raw;
    const size_t used =
        osi_utf16_decode(raw->data, raw->len, reader->encoding == OSI_UTF16_BE,
                         reader->ended, &reader->text);

    memmove(raw->data, raw->data + used, raw->len - used);
    raw->len -= used;
    osi_bytes_reserve(&reader->text, 1);
}

osi_got osi_reader_fill(osi_reader *reader, size_t want)
{
    osi_got s = reader->begun ? OSI_GOT_TEXT : begin(reader);

    if (s == OSI_GOT_TEXT && reader->raw.len > 0)
        decode(reader);
    while (s == OSI_GOT_TEXT && !reader->ended && reader->text.len < want) {
        if (reader->encoding == OSI_UTF8) {
            s = read_more(reader, &reader->text, want);
        } else {
            s = read_more(reader, &reader->raw, want);
            if (s == OSI_GOT_TEXT)
                decode(reader);
        }
    }
    if (reader->text.failed || reader->raw.failed)
        return OSI_GOT_NO_MEMORY;
    return s;
}

void osi_reader_take(osi_reader *reader, size_t n)
{
    osi_bytes *const text = &reader->text;

    if (n == 0)
        return;
    memmove(text->data, text->data + n, text->len - n);
    text->len -= n;
}

bool osi_reader_split(osi_reader *reader, size_t n, osi_bytes *front)
{
    const size_t room =
        reader->text.room < OSI_KEPT ? reader->text.room : OSI_KEPT;
    const size_t left = reader->text.len - n + 1;
    osi_bytes rest = {0};

    /* As large as the last one at once: nothing is copied while it fills. */
    osi_bytes_reserve(&rest, left > room ? left : room);
    osi_bytes_add(&rest, reader->text.data + n, reader->text.len - n);
    if (rest.failed)
        return false;
    *front = reader->text;
    front->len = n;
    reader->text = rest;
    return true;
}
