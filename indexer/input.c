/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Bytes of an open file, or of a member of an archive, decompressed with zlib
 * where it is a .gz (of one member or several) and by the helper process where
 * it is packed otherwise, and the XXH3 hash of the file. The limit on bytes
 * given out is what stops a decompression bomb.
 */
#include "convert.h"

#include <errno.h>
#include <unistd.h>
#include <xxhash.h>
#include <zlib.h>

#define PACKED ((size_t)128 << 10) /* compressed bytes read at a time */

struct osi_input {
    int fd; /* -1: a member */
    const char *bytes; /* of a member, that are there */
    size_t len;
    osi_members *rest;   /* of a member; or of a packed file: */
    osi_members *packed; /* ours */
    bool gzip;
    uint64_t limit, given, raw_bytes;
    XXH3_state_t *hash;
    z_stream z;
    bool z_open;
    bool in_member; /* a gzip header was seen, its trailer not yet */
    bool raw_ended;
    char *gzipped;
    char reason[300];
};

osi_input *osi_input_new(void)
{
    osi_input *const input = osi_realloc(NULL, sizeof *input);

    if (input == NULL)
        return NULL;
    memset(input, 0, sizeof *input);
    input->hash = XXH3_createState();
    if (input->hash == NULL) {
        free(input);
        return NULL;
    }
    return input;
}

void osi_input_free(osi_input *input)
{
    if (input == NULL)
        return;
    if (input->z_open)
        inflateEnd(&input->z);
    XXH3_freeState(input->hash);
    free(input->gzipped);
    osi_members_free(input->packed);
    free(input);
}

static osi_got start(osi_input *input, osi_packing packing, uint64_t limit)
{
    input->gzip = packing == OSI_GZIP;
    input->limit = limit;
    input->given = input->raw_bytes = 0;
    input->in_member = input->raw_ended = false;
    input->reason[0] = '\0';
    if (input->packed != NULL)
        osi_members_stop(input->packed);
    XXH3_64bits_reset(input->hash);
    if (!input->gzip)
        return OSI_GOT_TEXT;
    if (input->gzipped == NULL)
        input->gzipped = osi_realloc(NULL, PACKED);
    if (input->gzipped == NULL)
        return OSI_GOT_NO_MEMORY;
    /* 16: a gzip header is wanted. */
    if (!input->z_open) {
        memset(&input->z, 0, sizeof input->z);
        if (inflateInit2(&input->z, 16 + MAX_WBITS) != Z_OK)
            return OSI_GOT_NO_MEMORY;
        input->z_open = true;
    } else {
        inflateReset(&input->z);
    }
    input->z.avail_in = 0;
    return OSI_GOT_TEXT;
}

static osi_got told_by(osi_input *input, const osi_members *members,
                       osi_got got)
{
    if (got == OSI_GOT_ERROR || got == OSI_GOT_DAMAGED)
        snprintf(input->reason, sizeof input->reason, "%s",
                 osi_members_reason(members));
    return got;
}

/* Has the helper take off the packing. The hash is the file's, which is read
 * for it before. */
static osi_got start_packed(osi_input *input, int fd)
{
    osi_bytes buffer = {0};
    const char *name;
    size_t len;
    osi_got got = OSI_GOT_NO_MEMORY;

    if (input->packed == NULL)
        input->packed = osi_members_new();
    if (input->packed == NULL)
        return OSI_GOT_NO_MEMORY;
    if (osi_input_hash_file(input, fd, &buffer) != 0)
        got = osi_members_start(input->packed, fd, OSI_PACKED, 0);
    else if (!buffer.failed)
        got = OSI_GOT_ERROR;
    osi_bytes_free(&buffer);
    if (got == OSI_GOT_TEXT)
        got = osi_members_next(input->packed, &name, &len);
    input->rest = input->packed;
    input->fd = -1;
    /* Without a member it is empty, which the first reading tells. */
    return got == OSI_GOT_END ? OSI_GOT_TEXT
                              : told_by(input, input->packed, got);
}

osi_got osi_input_start(osi_input *input, int fd, osi_packing packing,
                        uint64_t limit)
{
    osi_got got = start(input, packing, limit);

    input->fd = fd;
    input->bytes = NULL;
    input->len = 0;
    input->rest = NULL;
    if (got == OSI_GOT_TEXT && packing == OSI_PACKED) {
        got = start_packed(input, fd);
        input->limit = limit;
        input->given = 0;
    }
    return got;
}

osi_got osi_input_start_member(osi_input *input, const char *bytes,
                               size_t len, osi_members *rest,
                               osi_packing packing, uint64_t limit)
{
    input->fd = -1;
    input->bytes = bytes;
    input->len = len;
    input->rest = rest;
    return start(input, packing, limit);
}

static osi_got read_member(osi_input *input, char *to, size_t room,
                           size_t *got)
{
    const char *name;
    size_t len;
    osi_got s;

    *got = input->len < room ? input->len : room;
    if (*got > 0) {
        memcpy(to, input->bytes, *got);
        input->bytes += *got;
        input->len -= *got;
        return OSI_GOT_TEXT;
    }
    if (input->rest == NULL)
        return OSI_GOT_END;
    s = osi_members_read(input->rest, to, room, got);
    if (s == OSI_GOT_END && input->rest == input->packed) {
        s = osi_members_next(input->packed, &name, &len);
        if (s == OSI_GOT_TEXT)
            s = OSI_GOT_END; /* a second one, of a file that has one */
    }
    return told_by(input, input->rest, s);
}

static osi_got read_file(osi_input *input, char *to, size_t room, size_t *got)
{
    ssize_t n;

    *got = 0;
    do {
        if (osi_stop_asked())
            return OSI_GOT_STOPPED;
        n = read(input->fd, to, room > 1 << 30 ? 1 << 30 : room);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        snprintf(input->reason, sizeof input->reason, "%s", strerror(errno));
        return OSI_GOT_ERROR;
    }
    if (n == 0)
        return OSI_GOT_END;
    *got = (size_t)n;
    XXH3_64bits_update(input->hash, to, *got);
    return OSI_GOT_TEXT;
}

static osi_got read_raw(osi_input *input, char *to, size_t room, size_t *got)
{
    const osi_got s = input->fd >= 0 ? read_file(input, to, room, got)
                                     : read_member(input, to, room, got);

    if (input->rest == NULL || input->rest != input->packed)
        input->raw_bytes += *got; /* of a packed file they are counted */
    return s;
}

static osi_got damaged(osi_input *input, const char *what)
{
    snprintf(input->reason, sizeof input->reason, "%s", what);
    return OSI_GOT_DAMAGED;
}

/* Between two members: zeros may pad the file. Returns END or TEXT (another
 * member begins). */
static osi_got next_member(osi_input *input)
{
    z_stream *const z = &input->z;

    while (z->avail_in > 0 && *z->next_in == 0) {
        z->next_in++;
        z->avail_in--;
    }
    if (z->avail_in == 0)
        return OSI_GOT_TEXT;
    if (*z->next_in != 0x1f)
        return damaged(input, input->given > 0
                                  ? "bytes after the compressed data"
                                  : "not in gzip format");
    if (inflateReset(z) != Z_OK)
        return OSI_GOT_NO_MEMORY;
    input->in_member = true;
    return OSI_GOT_TEXT;
}

static osi_got fill_packed(osi_input *input)
{
    size_t got;
    const osi_got s = read_raw(input, input->gzipped, PACKED, &got);

    if (s == OSI_GOT_END) {
        input->raw_ended = true;
        if (input->raw_bytes == 0)
            return OSI_GOT_END;
        return input->in_member ? damaged(input, "compressed data is cut off")
                                : OSI_GOT_END;
    }
    input->z.next_in = (Bytef *)input->gzipped;
    input->z.avail_in = (uInt)got;
    return s;
}

static osi_got read_gzip(osi_input *input, char *to, size_t room, size_t *got)
{
    z_stream *const z = &input->z;
    osi_got s = OSI_GOT_TEXT;

    *got = 0;
    z->next_out = (Bytef *)to;
    z->avail_out = (uInt)(room > 1 << 30 ? 1 << 30 : room);
    while (z->next_out == (Bytef *)to && s == OSI_GOT_TEXT) {
        int code;
        if (z->avail_in == 0)
            s = fill_packed(input);
        if (s == OSI_GOT_TEXT && !input->in_member)
            s = next_member(input);
        if (s != OSI_GOT_TEXT || !input->in_member)
            continue;
        code = inflate(z, Z_NO_FLUSH);
        if (code == Z_STREAM_END)
            input->in_member = false;
        else if (code == Z_MEM_ERROR)
            s = OSI_GOT_NO_MEMORY;
        else if (code != Z_OK && code != Z_BUF_ERROR)
            s = damaged(input, input->raw_bytes <= PACKED && z->total_in < 3
                                   ? "not in gzip format"
                                   : "compressed data is damaged");
    }
    *got = (size_t)((char *)z->next_out - to);
    return s;
}

osi_got osi_input_read(osi_input *input, char *to, size_t room, size_t *got)
{
    osi_got s;

    /* One byte above the limit tells that there is more. */
    if (input->limit > 0 && room > input->limit - input->given + 1)
        room = (size_t)(input->limit - input->given + 1);
    s = input->gzip ? read_gzip(input, to, room, got)
                    : read_raw(input, to, room, got);
    input->given += *got;
    if (s == OSI_GOT_TEXT && input->limit > 0 && input->given > input->limit)
        return OSI_GOT_TOO_LARGE;
    return s;
}

uint64_t osi_input_hash_file(osi_input *input, int fd, osi_bytes *buffer)
{
    osi_got got = osi_input_start(input, fd, false, 0);
    size_t len;

    buffer->len = 0;
    if (osi_bytes_reserve(buffer, PACKED) == NULL)
        return 0;
    while (got == OSI_GOT_TEXT)
        got = osi_input_read(input, buffer->data, buffer->room, &len);
    if (lseek(fd, 0, SEEK_SET) != 0 || got != OSI_GOT_END)
        return 0;
    return osi_input_hash(input);
}

const char *osi_input_reason(const osi_input *input)
{
    return input->reason;
}

uint64_t osi_input_hash(const osi_input *input)
{
    const uint64_t hash = XXH3_64bits_digest(input->hash);

    return hash != 0 ? hash : 1;
}

uint64_t osi_input_bytes(const osi_input *input)
{
    return input->raw_bytes;
}

uint64_t osi_input_given(const osi_input *input)
{
    return input->given;
}
