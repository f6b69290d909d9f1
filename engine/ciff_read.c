/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * protobuf-c takes a message apart that lies in memory as a whole; a postings
 * list may have gigabytes. But whole fields of a message, some behind one
 * another, are a message too: so a list is cut between its fields (Protocol
 * Buffers, "Encoding": a tag, whose low three bits tell how long its value
 * is, then the value), and protobuf-c gets a piece at a time.
 */
#include "ciff_read.h"

#include <errno.h>
#include <stdalign.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define WINDOW (OST_CIFF_WHOLE + (1 << 16))
#define PIECE ((size_t)1 << 16) /* bytes of fields taken apart at once */
#define FIELD_HEAD 20           /* bytes of a tag and a length, at most */

/* Numbers of the fields of a postings list that count. */
#define TERM_FIELD 1
#define POSTINGS_FIELD 4

/* ---- The pool: what protobuf-c allocates, given back all at once ---- */

typedef struct pool_block {
    struct pool_block *older;
    size_t used, room;
    alignas(max_align_t) unsigned char bytes[];
} pool_block;

typedef struct ost_ciff_pool {
    pool_block *newest; /* the oldest is kept from message to message */
    bool failed;
} ost_ciff_pool;

#define POOL_BLOCK ((size_t)1 << 20)

static void *pool_alloc(void *data, size_t size)
{
    ost_ciff_pool *pool = data;
    const size_t step = alignof(max_align_t);
    pool_block *b = pool->newest;
    void *place;

    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + step - 1) / step * step;
    if (b == NULL || b->room - b->used < size) {
        const size_t room = size > POOL_BLOCK ? size : POOL_BLOCK;
        b = ost_malloc(sizeof *b + room);
        if (b == NULL) {
            pool->failed = true;
            return NULL;
        }
        b->older = pool->newest;
        b->used = 0;
        b->room = room;
        pool->newest = b;
    }
    place = b->bytes + b->used;
    b->used += size;
    return place;
}

static void pool_free(void *data, void *place)
{
    (void)data;
    (void)place;
}

/* Empties the pool; keeps one block where `keep` is set. */
static void pool_reset(ost_ciff_pool *pool, bool keep)
{
    while (pool->newest != NULL && (!keep || pool->newest->older != NULL)) {
        pool_block *older = pool->newest->older;
        ost_free(pool->newest);
        pool->newest = older;
    }
    if (pool->newest != NULL)
        pool->newest->used = 0;
    pool->failed = false;
}

/* ---- Bytes ---- */

osteon_status ost_ciff_open(ost_ciff_reader *r, int fd, const char *name,
                            osteon_error *err)
{
    struct stat st;

    memset(r, 0, sizeof *r);
    r->fd = fd;
    r->name = name;
    if (fstat(fd, &st) != 0)
        return ost_fail_os(err, errno, "%s", name);
    if (!S_ISREG(st.st_mode))
        return ost_fail(err, OSTEON_INVALID, "%s: not a regular file", name);
    r->size = (uint64_t)st.st_size;
    r->window = ost_malloc(WINDOW);
    r->pool = ost_calloc(1, sizeof *r->pool);
    if (r->window == NULL || r->pool == NULL)
        return ost_fail_memory(err);
    r->allocator = (ProtobufCAllocator){
        .alloc = pool_alloc, .free = pool_free, .allocator_data = r->pool};
    return OSTEON_OK;
}

void ost_ciff_close(ost_ciff_reader *r)
{
    if (r->pool != NULL)
        pool_reset(r->pool, false);
    ost_free(r->pool);
    ost_free(r->window);
    memset(r, 0, sizeof *r);
}

osteon_status ost_ciff_fail(const ost_ciff_reader *r, uint64_t at,
                            osteon_error *err, const char *format, ...)
{
    char what[OSTEON_ERROR_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return ost_fail_corrupt(err, r->name, at, what);
}

uint64_t ost_ciff_tell(const ost_ciff_reader *r)
{
    return r->at + r->used;
}

osteon_status ost_ciff_seek(ost_ciff_reader *r, uint64_t offset,
                            osteon_error *err)
{
    if (offset > r->size)
        return ost_ciff_fail(r, r->size, err, "the file ends here");
    if (offset >= r->at && offset - r->at <= r->filled) {
        r->used = (size_t)(offset - r->at);
        return OSTEON_OK;
    }
    r->at = offset;
    r->used = r->filled = 0;
    return OSTEON_OK;
}

/* Reads until `want` bytes (WINDOW at most) are in the window, or the file is
 * at its end. */
static osteon_status fill(ost_ciff_reader *r, size_t want, osteon_error *err)
{
    if (r->filled - r->used >= want)
        return OSTEON_OK;
    memmove(r->window, r->window + r->used, r->filled - r->used);
    r->at += r->used;
    r->filled -= r->used;
    r->used = 0;
    while (r->filled < want) {
        const uint64_t rest = r->size - r->at - r->filled;
        const size_t room = WINDOW - r->filled;
        ssize_t got;
        if (rest == 0)
            break;
        got = pread(r->fd, r->window + r->filled,
                    rest < room ? (size_t)rest : room,
                    (off_t)(r->at + r->filled));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ost_fail_os(err, errno, "%s", r->name);
        if (got == 0)
            return ost_ciff_fail(r, r->at + r->filled, err,
                                 "the file was cut while it was read");
        r->filled += (size_t)got;
    }
    return OSTEON_OK;
}

static void take(ost_ciff_reader *r, size_t n)
{
    r->used += n;
    r->left -= n;
}

/* ---- Messages ---- */

osteon_status ost_ciff_next(ost_ciff_reader *r, const char *what,
                            osteon_error *err)
{
    osteon_status s = fill(r, FIELD_HEAD, err);
    const uint8_t *p, *end;
    uint64_t len;

    if (s != OSTEON_OK)
        return s;
    r->begin = ost_ciff_tell(r);
    p = r->window + r->used;
    end = r->window + r->filled;
    if (p == end)
        return ost_ciff_fail(r, r->begin, err,
                             "the file ends where %s should be", what);
    p = ost_varint_get(p, end, &len);
    if (p == NULL)
        return ost_ciff_fail(r, r->begin, err, "bad length of %s", what);
    r->used = (size_t)(p - r->window);
    if (len > r->size - ost_ciff_tell(r))
        return ost_ciff_fail(r, r->begin, err,
                             "%s of %llu bytes, and the file has %llu more",
                             what, (unsigned long long)len,
                             (unsigned long long)(r->size - ost_ciff_tell(r)));
    r->left = len;
    return OSTEON_OK;
}

osteon_status ost_ciff_skip(ost_ciff_reader *r, osteon_error *err)
{
    const uint64_t end = ost_ciff_tell(r) + r->left;

    r->left = 0;
    return ost_ciff_seek(r, end, err);
}

/* Hands `n` bytes of the window to protobuf-c. */
static osteon_status unpack(ost_ciff_reader *r, size_t n,
                            const ProtobufCMessageDescriptor *type,
                            ProtobufCMessage **out, osteon_error *err)
{
    const uint64_t at = ost_ciff_tell(r);

    *out =
        protobuf_c_message_unpack(type, &r->allocator, n, r->window + r->used);
    take(r, n);
    if (*out != NULL)
        return OSTEON_OK;
    return r->pool->failed
               ? ost_fail_memory(err)
               : ost_ciff_fail(r, at, err, "not the fields of a CIFF file");
}

osteon_status ost_ciff_whole(ost_ciff_reader *r,
                             const ProtobufCMessageDescriptor *type,
                             ProtobufCMessage **out, osteon_error *err)
{
    osteon_status s;

    *out = NULL;
    if (r->left > OST_CIFF_WHOLE)
        return ost_ciff_fail(r, r->begin, err, "a message of %llu bytes",
                             (unsigned long long)r->left);
    pool_reset(r->pool, true);
    s = fill(r, (size_t)r->left, err);
    return s == OSTEON_OK ? unpack(r, (size_t)r->left, type, out, err) : s;
}

/* ---- Fields ---- */

/* What a field of a message takes. */
typedef struct field {
    uint64_t number, size;
    bool bad, cut; /* no field; its head is not all there */
} field;

static field look(const uint8_t *p, const uint8_t *end)
{
    const uint8_t *const start = p;
    field f = {0};
    uint64_t tag, value = 0;

    p = ost_varint_get(p, end, &tag);
    f.number = tag >> 3;
    switch (p != NULL ? tag & 7 : 0) {
    case 0: /* a varint */
        p = ost_varint_get(p, end, &value);
        value = 0;
        break;
    case 1:
        value = 8;
        break;
    case 2: /* so many bytes */
        p = ost_varint_get(p, end, &value);
        break;
    case 5:
        value = 4;
        break;
    default: /* groups, which nobody writes any more, and nothing */
        f.bad = true;
        return f;
    }
    if (p == NULL) {
        f.cut = end - start < FIELD_HEAD;
        f.bad = !f.cut;
        return f;
    }
    f.size = (uint64_t)(p - start);
    f.bad = value > UINT64_MAX - f.size;
    f.size += value;
    return f;
}

/* Counts the bytes of whole fields in the window, up to a piece. `*next` is
 * the field behind them, which is not whole. */
static size_t whole_fields(const ost_ciff_reader *r, field *next)
{
    const uint8_t *const p = r->window + r->used;
    const size_t there = r->filled - r->used;
    const size_t n = r->left < there ? (size_t)r->left : there;
    size_t done = 0;

    *next = (field){0};
    while (done < n && done < PIECE) {
        *next = look(p + done, p + n);
        if (next->bad || next->cut || next->size > n - done)
            break;
        done += (size_t)next->size;
    }
    return done;
}

/* Nothing of the message is whole in a full window: passes a long field by
 * that is none of ours. */
static osteon_status pass_field(ost_ciff_reader *r, const field *f,
                                osteon_error *err)
{
    const uint64_t at = ost_ciff_tell(r);

    if (f->bad || f->cut || f->size > r->left)
        return ost_ciff_fail(r, at, err, "a field runs out of its message");
    if (f->number == TERM_FIELD || f->number == POSTINGS_FIELD)
        return ost_ciff_fail(r, at, err, "a field of %llu bytes",
                             (unsigned long long)f->size);
    r->left -= f->size;
    return ost_ciff_seek(r, at + f->size, err);
}

osteon_status ost_ciff_piece(ost_ciff_reader *r, OstCiffPostingsList **out,
                             osteon_error *err)
{
    ProtobufCMessage *message;
    osteon_status s = OSTEON_OK;

    *out = NULL;
    pool_reset(r->pool, true);
    while (r->left > 0) {
        const size_t want = r->left < 2 * PIECE ? (size_t)r->left : 2 * PIECE;
        size_t n;
        field next;
        s = fill(r, want, err);
        if (s != OSTEON_OK)
            return s;
        n = whole_fields(r, &next);
        if (n > 0) {
            s = unpack(r, n, &ost_ciff_postings_list__descriptor, &message,
                       err);
            *out = (OstCiffPostingsList *)message;
            return s;
        }
        s = pass_field(r, &next, err);
        if (s != OSTEON_OK)
            return s;
    }
    return s;
}
