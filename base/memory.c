/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Allocation with a switch that makes the n-th one fail, checked growth, and
 * the growing byte buffer. Invariant of a buffer: len <= room, data holds
 * room bytes; once failed, it never changes again until freed.
 */
#define _DEFAULT_SOURCE /* madvise */
#include "base.h"

#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Below this a block is not worth the call. */
#define HUGE_LEAST ((size_t)4 << 20)

#define HUGE_PAGE ((size_t)2 << 20)

/* Counts down to the allocation that shall fail; 0: none. Atomic because
 * indexing threads allocate too. */
static _Atomic unsigned long fail_countdown;

unsigned long ost_alloc_fail_at(unsigned long n)
{
    const unsigned long left = fail_countdown;

    fail_countdown = n;
    return left;
}

static bool must_fail(void)
{
    unsigned long left = fail_countdown;

    if (OST_LIKELY(left == 0))
        return false;
    return --fail_countdown == 0;
}

void *ost_malloc(size_t size)
{
    return must_fail() ? NULL : malloc(size ? size : 1);
}

void *ost_calloc(size_t n, size_t size)
{
    return must_fail() ? NULL : calloc(n ? n : 1, size ? size : 1);
}

void *ost_realloc(void *old, size_t size)
{
    return must_fail() ? NULL : realloc(old, size ? size : 1);
}

void ost_free(void *p)
{
    free(p);
}

void ost_advise_huge(void *block, size_t size)
{
#ifdef MADV_HUGEPAGE
    const size_t page = 4096;
    const size_t skip = (size_t)(-(uintptr_t)block & (page - 1));

    if (size >= HUGE_LEAST)
        madvise((char *)block + skip, (size - skip) & ~(page - 1),
                MADV_HUGEPAGE);
#else
    (void)block;
    (void)size;
#endif
}

void ost_trim(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

void *ost_malloc_huge(size_t size)
{
    void *const block = must_fail() ? NULL : aligned_alloc(HUGE_PAGE, size);

    if (block != NULL)
        ost_advise_huge(block, size);
    return block;
}

bool ost_grow(void **array, size_t *room, size_t want, size_t size)
{
    size_t grown = *room ? *room : 16;
    void *fresh;

    if (want <= *room)
        return true;
    while (grown < want) {
        if (grown > SIZE_MAX / 2)
            return false;
        grown *= 2;
    }
    if (grown > SIZE_MAX / size)
        return false;
    fresh = ost_realloc(*array, grown * size);
    if (fresh == NULL)
        return false;
    *array = fresh;
    *room = grown;
    return true;
}

void ost_shed(void **array, size_t *room, size_t most)
{
    if (*room <= most)
        return;
    ost_free(*array);
    *array = NULL;
    *room = 0;
}

uint8_t *ost_buffer_reserve(ost_buffer *b, size_t more)
{
    if (b->failed || more > SIZE_MAX - b->len ||
        !ost_grow((void **)&b->data, &b->room, b->len + more, 1)) {
        b->failed = true;
        return NULL;
    }
    return b->data + b->len;
}

void ost_buffer_add(ost_buffer *b, const void *bytes, size_t len)
{
    uint8_t *place;

    if (len == 0)
        return;
    place = ost_buffer_reserve(b, len);
    if (place != NULL) {
        memcpy(place, bytes, len);
        b->len += len;
    }
}

void ost_buffer_add_byte(ost_buffer *b, uint8_t byte)
{
    ost_buffer_add(b, &byte, 1);
}

void ost_buffer_add_text(ost_buffer *b, const char *text)
{
    ost_buffer_add(b, text, strlen(text));
}

void ost_buffer_printf(ost_buffer *b, const char *format, ...)
{
    va_list args;
    uint8_t *place;
    int need;

    va_start(args, format);
    need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (need < 0) {
        b->failed = true;
        return;
    }
    place = ost_buffer_reserve(b, (size_t)need + 1);
    if (place == NULL)
        return;
    va_start(args, format);
    vsnprintf((char *)place, (size_t)need + 1, format, args);
    va_end(args);
    b->len += (size_t)need;
}

void ost_buffer_add_varint(ost_buffer *b, uint64_t value)
{
    uint8_t bytes[10];

    ost_buffer_add(b, bytes, (size_t)(ost_varint_put(bytes, value) - bytes));
}

void ost_buffer_free(ost_buffer *b)
{
    ost_free(b->data);
    memset(b, 0, sizeof *b);
}
