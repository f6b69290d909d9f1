/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Members of an archive by libarchive, as frames: a byte of kind, four of
 * length, so many bytes. Numbers are little-endian.
 *   n  a member begins: its name
 *   d  bytes of it, up to PART
 *   e  its end: nothing, or why there is no more of it
 *   .  still at work, on what nobody wants to have
 *   l  all members together are over the limit; the last frame
 *   z  the end: nothing, or why the rest cannot be read; the last frame
 * What comes the other way are numbers of members, four bytes each, counted
 * from 1: the rest of that one is not wanted. Only regular files are members.
 * Nothing is ever written by the name of a member.
 */
#define _GNU_SOURCE /* MSG_DONTWAIT */
#include "archive_members.h"

#include "limits.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PART ((size_t)64 << 10)
#define HEAD 5
#define NAME_MAX_LEN 8192 /* longer than any that can be an id */

/* Read without a word to the other side, at most. */
#define SILENT ((uint64_t)16 << 20)

typedef struct sender {
    struct archive *archive;
    uint64_t limit, passed; /* bytes of members so far */
    uint64_t silent;        /* of them since the last frame */
    uint32_t member, unwanted;
    unsigned char in[4];
    size_t n_in;
    unsigned char *out; /* frames to be written */
    size_t n_out;
    bool over;   /* a frame said so */
    bool failed; /* nobody listens */
} sender;

static void flush(sender *s)
{
    const unsigned char *p = s->out;

    while (s->n_out > 0 && !s->failed) {
        const ssize_t done = write(STDOUT_FILENO, p, s->n_out);
        if (done > 0) {
            p += done;
            s->n_out -= (size_t)done;
        } else if (done == 0 || errno != EINTR) {
            s->failed = true;
        }
    }
    s->silent = 0;
}

/* The place of a frame's bytes, of which there are up to PART. */
static unsigned char *frame(sender *s)
{
    if (s->n_out > PART)
        flush(s);
    return s->out + s->n_out + HEAD;
}

static void put(sender *s, char kind, size_t len)
{
    unsigned char *const head = s->out + s->n_out;

    head[0] = (unsigned char)kind;
    for (unsigned i = 0; i < 4; i++)
        head[1 + i] = (unsigned char)(len >> 8 * i);
    s->n_out += HEAD + len;
}

static void send_text(sender *s, char kind, const char *text, size_t most)
{
    const size_t len = text != NULL ? strnlen(text, most) : 0;
    unsigned char *const place = frame(s);

    memcpy(place, text != NULL ? text : "", len);
    put(s, kind, len);
}

/* Nothing comes after the frame. */
static void end(sender *s, char kind, const char *reason)
{
    send_text(s, kind, reason, 256);
    flush(s);
    s->over = true;
}

static const char *reason(const sender *s)
{
    const char *const text = archive_error_string(s->archive);

    return text != NULL && *text != '\0' ? text : "it cannot be read";
}

static bool is_wanted(sender *s)
{
    ssize_t got;

    while ((got = recv(STDOUT_FILENO, s->in + s->n_in, 4 - s->n_in,
                       MSG_DONTWAIT)) > 0) {
        s->n_in += (size_t)got;
        if (s->n_in == 4)
            s->unwanted = s->in[0] | (uint32_t)s->in[1] << 8 |
                          (uint32_t)s->in[2] << 16 | (uint32_t)s->in[3] << 24;
        s->n_in %= 4;
    }
    return s->unwanted != s->member;
}

/* False: enough was read of this archive. */
static bool count(sender *s, size_t len)
{
    const la_int64_t position = archive_filter_bytes(s->archive, 0);

    osi_limit_time();
    s->passed += len;
    s->silent += len;
    if (s->silent >= SILENT) {
        frame(s);
        put(s, '.', 0);
        flush(s);
    }
    if (s->limit == 0 || (s->passed <= s->limit &&
                          (position < 0 || (uint64_t)position <= s->limit)))
        return true;
    end(s, 'l', NULL);
    return false;
}

/* Whether what nobody wants can be passed by a seek. */
static bool can_skip(const sender *s)
{
    const int format = archive_format(s->archive) & ARCHIVE_FORMAT_BASE_MASK;

    return archive_filter_count(s->archive) == 1 &&
           (format == ARCHIVE_FORMAT_TAR || format == ARCHIVE_FORMAT_ZIP);
}

/* Passes the rest of a member. */
static void pass(sender *s)
{
    const void *block;
    la_int64_t at;
    size_t len;
    int code = ARCHIVE_OK;

    if (can_skip(s)) {
        if (archive_read_data_skip(s->archive) == ARCHIVE_FATAL)
            end(s, 'z', reason(s));
        return;
    }
    while (!s->failed && (code = archive_read_data_block(
                              s->archive, &block, &len, &at)) == ARCHIVE_OK)
        if (!count(s, len))
            return;
    if (!s->failed && code == ARCHIVE_FATAL)
        end(s, 'z', reason(s));
}

static void send_data(sender *s)
{
    la_ssize_t got = 0;

    while (!s->failed) {
        unsigned char *const place = frame(s);
        if (!is_wanted(s)) {
            send_text(s, 'e', NULL, 0);
            pass(s);
            return;
        }
        got = archive_read_data(s->archive, place, PART);
        if (got == ARCHIVE_RETRY)
            continue;
        if (got <= 0)
            break;
        put(s, 'd', (size_t)got);
        if (!count(s, (size_t)got))
            return;
    }
    if (got == ARCHIVE_FATAL)
        end(s, 'z', reason(s));
    else
        send_text(s, 'e', got < 0 ? reason(s) : NULL, 256);
}

static void send_member(sender *s, struct archive_entry *entry, bool packed)
{
    const char *name = packed ? NULL : archive_entry_pathname(entry);

    if (name == NULL && !packed)
        name = archive_entry_pathname_utf8(entry);
    s->member++;
    send_text(s, 'n', name, NAME_MAX_LEN);
    if (archive_entry_is_encrypted(entry))
        send_text(s, 'e', "encrypted", 256);
    else
        send_data(s);
}

static void send_all(sender *s, bool packed)
{
    struct archive_entry *entry;
    int code;

    while (!s->over && !s->failed) {
        osi_limit_time();
        code = archive_read_next_header(s->archive, &entry);
        if (code == ARCHIVE_RETRY)
            continue;
        if (code == ARCHIVE_EOF) {
            end(s, 'z', NULL);
        } else if (code < ARCHIVE_WARN) {
            end(s, 'z', reason(s));
        } else if (packed && archive_filter_count(s->archive) == 1) {
            end(s, 'z', "not in the format of its name");
        } else if (count(s, 0)) {
            if (archive_entry_filetype(entry) == AE_IFREG &&
                archive_entry_hardlink(entry) == NULL)
                send_member(s, entry, packed);
            else
                pass(s);
        }
    }
}

/* Only what is well kept in libarchive, and none that runs a program. */
static bool set_up(struct archive *a, bool packed)
{
    const bool filters =
        archive_read_support_filter_gzip(a) == ARCHIVE_OK &&
        archive_read_support_filter_bzip2(a) == ARCHIVE_OK &&
        archive_read_support_filter_xz(a) == ARCHIVE_OK &&
        archive_read_support_filter_zstd(a) == ARCHIVE_OK;

    if (packed)
        return filters && archive_read_support_format_raw(a) == ARCHIVE_OK &&
               archive_read_support_format_empty(a) == ARCHIVE_OK;
    return filters && archive_read_support_format_tar(a) == ARCHIVE_OK &&
           archive_read_support_format_zip(a) == ARCHIVE_OK &&
           archive_read_support_format_7zip(a) == ARCHIVE_OK;
}

bool osi_archive_members(bool packed, uint64_t limit)
{
    sender s = {.archive = archive_read_new(), .limit = limit};
    bool ok = false;

    s.out = malloc(2 * (HEAD + PART));
    if (s.archive == NULL || s.out == NULL)
        goto done;
    /* Names come as UTF-8 where their bytes tell what they are in. */
    setlocale(LC_CTYPE, "C.UTF-8");
    if (!set_up(s.archive, packed) ||
        archive_read_open_fd(s.archive, STDIN_FILENO, PART) != ARCHIVE_OK) {
        end(&s, 'z', reason(&s));
    } else {
        send_all(&s, packed);
    }
    ok = !s.failed;
done:
    archive_read_free(s.archive);
    free(s.out);
    return ok;
}
