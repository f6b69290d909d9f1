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
 * What comes the other way are messages of 16 bytes: a byte of kind, seven of
 * nothing, eight of number.
 *   a  with an open file: read this archive (tar, zip or 7z, also compressed);
 *      the number limits the bytes of all members together, 0: no limit
 *   p  the same for one compressed file, a member without a name
 *   u  the rest of the member of this number, from 1, is not wanted
 * Only regular files are members. Nothing is ever written by the name of one.
 */
#define _GNU_SOURCE /* MSG_DONTWAIT, MSG_CMSG_CLOEXEC */
#include "archive_members.h"

#include "limits.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PART ((size_t)64 << 10)
#define HEAD 5
#define NAME_MAX_LEN 8192 /* longer than any that can be an id */

/* Read without a word to the other side, at most. */
#define SILENT ((uint64_t)16 << 20)

/* A message, which comes in pieces, perhaps. */
#define MESSAGE 16
typedef struct inbox {
    unsigned char bytes[MESSAGE];
    size_t n;
    int file; /* that came with it, or -1 */
    char kind; /* of the last one that was whole */
    uint64_t number;
} inbox;

typedef struct sender {
    struct archive *archive;
    uint64_t limit, passed; /* bytes of members so far */
    uint64_t silent;        /* of them since the last frame */
    uint64_t member, unwanted;
    inbox *in;
    unsigned char *out; /* frames to be written */
    size_t n_out;
    bool over;   /* a frame said so */
    bool failed; /* nobody listens */
} sender;

static void take_file(inbox *in, struct msghdr *head)
{
    const struct cmsghdr *const c = CMSG_FIRSTHDR(head);

    if (c == NULL || c->cmsg_level != SOL_SOCKET ||
        c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof(int)))
        return;
    if (in->file >= 0)
        close(in->file);
    memcpy(&in->file, CMSG_DATA(c), sizeof in->file);
}

/* 1: a message is there, 0: none so far, -1: none will come. */
static int receive(inbox *in, int flags)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {in->bytes + in->n, MESSAGE - in->n};
    struct msghdr head = {.msg_iov = &part,
                          .msg_iovlen = 1,
                          .msg_control = control.bytes,
                          .msg_controllen = sizeof control.bytes};
    const ssize_t got =
        recvmsg(STDOUT_FILENO, &head, flags | MSG_CMSG_CLOEXEC);

    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    if (got == 0)
        return -1;
    take_file(in, &head);
    in->n += (size_t)got;
    if (in->n < MESSAGE)
        return 0;
    in->n = 0;
    in->kind = (char)in->bytes[0];
    in->number = 0;
    for (unsigned i = 0; i < 8; i++)
        in->number |= (uint64_t)in->bytes[8 + i] << 8 * i;
    return 1;
}

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
    while (receive(s->in, MSG_DONTWAIT) > 0)
        if (s->in->kind == 'u')
            s->unwanted = s->in->number;
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
        archive_read_support_format_empty(a) == ARCHIVE_OK &&
        archive_read_support_filter_gzip(a) == ARCHIVE_OK &&
        archive_read_support_filter_bzip2(a) == ARCHIVE_OK &&
        archive_read_support_filter_xz(a) == ARCHIVE_OK &&
        archive_read_support_filter_zstd(a) == ARCHIVE_OK;

    if (packed)
        return filters && archive_read_support_format_raw(a) == ARCHIVE_OK;
    return filters && archive_read_support_format_tar(a) == ARCHIVE_OK &&
           archive_read_support_format_zip(a) == ARCHIVE_OK &&
           archive_read_support_format_7zip(a) == ARCHIVE_OK;
}

/* False: the other side has gone, or there is no memory. */
static bool read_archive(inbox *in, unsigned char *out)
{
    const bool packed = in->kind == 'p';
    sender s = {.archive = archive_read_new(), .limit = in->number,
                .in = in, .out = out};
    const int file = in->file;

    in->file = -1;
    if (s.archive == NULL) {
        close(file);
        return false;
    }
    if (!set_up(s.archive, packed) ||
        archive_read_open_fd(s.archive, file, PART) != ARCHIVE_OK)
        end(&s, 'z', reason(&s));
    else
        send_all(&s, packed);
    archive_read_free(s.archive);
    close(file);
    return !s.failed;
}

int osi_archive_members(void)
{
    inbox in = {.file = -1};
    unsigned char *const out = malloc(2 * (HEAD + PART));
    bool ok = out != NULL;
    int got;

    /* Names come as UTF-8 where their bytes tell what they are in. */
    setlocale(LC_CTYPE, "C.UTF-8");
    while (ok && (got = receive(&in, 0)) >= 0)
        if (got > 0 && in.kind != 'u') /* what is late says nothing */
            ok = in.file >= 0 && read_archive(&in, out);
    free(out);
    return ok ? 0 : 1;
}
