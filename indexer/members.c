/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The calling side of extract/archive_members.c, which tells the frames. A
 * helper reads one archive after another as long as each is read to its end
 * and sound; else it is ended, and the next archive has a new one. What it
 * says is not trusted: lengths are checked, and bytes counted again.
 */
#include "convert.h"
#include "helper.h"

#define BUFFER ((size_t)128 << 10)
#define FRAME_MAX ((size_t)64 << 10)
#define HEAD 5
#define MESSAGE 16

/* Seconds for a frame to come: its disk may be slow, or asleep. */
#define PATIENCE 60

struct osi_members {
    osi_helper helper;
    const char *part; /* what it is called when it dies */
    uint64_t limit, given;
    uint64_t member;   /* number of the one at hand, from 1 */
    bool in_member;    /* its end has not come */
    bool ended;        /* nothing comes any more, because of: */
    osi_got end;
    size_t left;       /* bytes of the data frame at hand */
    unsigned char *buffer; /* received: bytes [at, len) */
    size_t at, len;
    osi_bytes name;
    char reason[300];
};

osi_members *osi_members_new(void)
{
    osi_members *const m = osi_realloc(NULL, sizeof *m);

    if (m == NULL)
        return NULL;
    memset(m, 0, sizeof *m);
    m->helper.fd = -1;
    m->ended = true;
    m->end = OSI_GOT_END;
    m->buffer = osi_realloc(NULL, BUFFER);
    if (m->buffer != NULL)
        return m;
    free(m);
    return NULL;
}

/* Nothing comes any more. */
static osi_got finish(osi_members *m, osi_got end)
{
    int status;

    if (end != OSI_GOT_END)
        osi_helper_stop(&m->helper, &status);
    m->ended = true;
    m->end = end;
    m->in_member = false;
    return end;
}

void osi_members_stop(osi_members *m)
{
    if (!m->ended)
        finish(m, OSI_GOT_STOPPED);
}

void osi_members_free(osi_members *m)
{
    if (m == NULL)
        return;
    finish(m, OSI_GOT_STOPPED);
    osi_bytes_free(&m->name);
    free(m->buffer);
    free(m);
}

bool osi_members_ended(const osi_members *m)
{
    return m->ended;
}

const char *osi_members_reason(const osi_members *m)
{
    return m->reason;
}

static void fill_message(unsigned char *message, char kind, uint64_t number)
{
    memset(message, 0, MESSAGE);
    message[0] = (unsigned char)kind;
    for (unsigned i = 0; i < 8; i++)
        message[8 + i] = (unsigned char)(number >> 8 * i);
}

osi_got osi_members_start(osi_members *m, int fd, osi_packing packing,
                          uint64_t limit)
{
    const bool packed = packing == OSI_PACKED;
    unsigned char message[MESSAGE];
    bool is_new;
    osi_helped how;

    osi_members_stop(m);
    m->part = packed ? "decompressor" : "archive reader";
    m->limit = limit;
    m->given = 0;
    m->member = 0;
    m->at = m->len = m->left = 0;
    m->reason[0] = '\0';
    fill_message(message, packed ? 'p' : 'a', limit);
    do {
        is_new = m->helper.fd < 0;
        if (is_new && !osi_helper_start(&m->helper, "archives")) {
            snprintf(m->reason, sizeof m->reason, "%s", m->helper.reason);
            return finish(m, OSI_GOT_ERROR);
        }
        osi_helper_wait(&m->helper, PATIENCE);
        how = osi_helper_send_file(&m->helper, message, MESSAGE, fd);
        if (how == OSI_HELP_STOPPED)
            return finish(m, OSI_GOT_STOPPED);
        if (how != OSI_HELPED && !is_new)
            finish(m, OSI_GOT_ERROR); /* it ended in between */
    } while (how != OSI_HELPED && !is_new);
    /* Where a new one did not take it, what it says tells. */
    m->ended = false;
    return OSI_GOT_TEXT;
}

/* What the helper did not do, or did wrong. */
static osi_got lose(osi_members *m, osi_helped how)
{
    if (how == OSI_HELP_STOPPED)
        return finish(m, OSI_GOT_STOPPED);
    osi_helper_bury(&m->helper, how, m->part);
    snprintf(m->reason, sizeof m->reason, "%s", m->helper.reason);
    /* Another time it may be quick enough. */
    return finish(m, how == OSI_HELP_LATE ? OSI_GOT_ERROR : OSI_GOT_DAMAGED);
}

/* Receives until `want` bytes are in the buffer, at most BUFFER. */
static osi_got fill(osi_members *m, size_t want)
{
    if (m->len - m->at >= want)
        return OSI_GOT_TEXT;
    memmove(m->buffer, m->buffer + m->at, m->len - m->at);
    m->len -= m->at;
    m->at = 0;
    while (m->len < want) {
        size_t got;
        osi_helped how;
        osi_helper_wait(&m->helper, PATIENCE);
        how = osi_helper_receive(&m->helper, m->buffer + m->len,
                                 BUFFER - m->len, &got);
        if (how != OSI_HELPED)
            return lose(m, how);
        m->len += got;
    }
    return OSI_GOT_TEXT;
}

static void keep_reason(osi_members *m, size_t len)
{
    if (len > sizeof m->reason - 1)
        len = sizeof m->reason - 1;
    while (len > 0 && m->buffer[m->at + len - 1] == '\n')
        len--;
    memcpy(m->reason, m->buffer + m->at, len);
    m->reason[len] = '\0';
}

/* The frame that says there are no more. */
static osi_got take_end(osi_members *m, char kind, size_t len)
{
    if (kind == 'l')
        return finish(m, OSI_GOT_TOO_LARGE);
    keep_reason(m, len);
    return finish(m, len > 0 ? OSI_GOT_DAMAGED : OSI_GOT_END);
}

/* Reads the head of the next frame, and all of it unless it is data. */
static osi_got next_frame(osi_members *m, char *kind, size_t *len)
{
    osi_got got;

    do {
        got = fill(m, HEAD);
        if (got != OSI_GOT_TEXT)
            return got;
        *kind = (char)m->buffer[m->at];
        *len = 0;
        for (unsigned i = 0; i < 4; i++)
            *len |= (size_t)m->buffer[m->at + 1 + i] << 8 * i;
        if (*len > FRAME_MAX || strchr("nde.lz", *kind) == NULL ||
            *kind == '\0')
            return lose(m, OSI_HELP_FAILED);
        m->at += HEAD;
    } while (*kind == '.');
    return *kind == 'd' ? OSI_GOT_TEXT : fill(m, *len);
}

/* The bytes of the data frame at hand that are there, up to `room`. */
static osi_got take_data(osi_members *m, size_t room, size_t *got)
{
    const osi_got s = fill(m, 1);

    if (s != OSI_GOT_TEXT)
        return s;
    *got = m->len - m->at;
    if (*got > m->left)
        *got = m->left;
    if (*got > room)
        *got = room;
    m->at += *got;
    m->left -= *got;
    m->given += *got;
    return OSI_GOT_TEXT;
}

osi_got osi_members_read(osi_members *m, char *to, size_t room, size_t *got)
{
    osi_got s = OSI_GOT_TEXT;
    char kind = 'd';
    size_t len;

    *got = 0;
    if (m->ended || !m->in_member)
        return m->ended ? m->end : OSI_GOT_END;
    while (m->left == 0) {
        s = next_frame(m, &kind, &len);
        if (s != OSI_GOT_TEXT)
            return s;
        if (kind != 'd')
            break;
        m->left = len;
    }
    if (kind == 'e') {
        m->in_member = false;
        keep_reason(m, len);
        m->at += len;
        return len > 0 ? OSI_GOT_DAMAGED : OSI_GOT_END;
    }
    if (kind == 'n')
        return lose(m, OSI_HELP_FAILED);
    if (kind != 'd')
        return take_end(m, kind, len);
    s = take_data(m, room, got);
    if (s != OSI_GOT_TEXT)
        return s;
    memcpy(to, m->buffer + m->at - *got, *got);
    return m->limit > 0 && m->given > m->limit ? finish(m, OSI_GOT_TOO_LARGE)
                                               : OSI_GOT_TEXT;
}

/* Tells the helper that the rest of the member is not wanted. One that has
 * gone after its last frame need not hear it. */
static osi_got leave_member(osi_members *m)
{
    unsigned char message[MESSAGE];
    osi_helped how;

    fill_message(message, 'u', m->member);
    osi_helper_wait(&m->helper, PATIENCE);
    how = osi_helper_send(&m->helper, message, MESSAGE);
    return how == OSI_HELPED || how == OSI_HELP_FAILED ? OSI_GOT_TEXT
                                                       : lose(m, how);
}

/* Passes what is left of the member at hand. */
static osi_got pass_member(osi_members *m)
{
    char waste[4096];
    osi_got s = OSI_GOT_TEXT;
    bool is_told = false;
    size_t got;

    /* Most are small, and all of them is here: nothing need be said. */
    while (m->in_member && !m->ended &&
           (s == OSI_GOT_TEXT || s == OSI_GOT_DAMAGED)) {
        if (!is_told && m->len - m->at < HEAD) {
            is_told = true;
            s = leave_member(m);
        } else {
            s = osi_members_read(m, waste, sizeof waste, &got);
        }
    }
    return m->ended ? m->end : OSI_GOT_TEXT;
}

osi_got osi_members_next(osi_members *m, const char **name, size_t *len)
{
    char kind;
    size_t name_len;
    osi_got s = m->ended ? m->end : pass_member(m);

    *name = "";
    *len = 0;
    if (s == OSI_GOT_TEXT)
        s = next_frame(m, &kind, &name_len);
    if (s != OSI_GOT_TEXT)
        return s;
    if (kind == 'l' || kind == 'z')
        return take_end(m, kind, name_len);
    if (kind != 'n')
        return lose(m, OSI_HELP_FAILED);
    m->name.len = 0;
    osi_bytes_add(&m->name, m->buffer + m->at, name_len);
    osi_bytes_add(&m->name, "", 1);
    m->at += name_len;
    if (m->name.failed)
        return finish(m, OSI_GOT_NO_MEMORY);
    m->member++;
    m->in_member = true;
    m->left = 0;
    *name = m->name.data;
    *len = name_len;
    return OSI_GOT_TEXT;
}
