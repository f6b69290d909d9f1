/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What every folder of the library shares: errors, checked growth of arrays,
 * byte buffers, conditions, files, and variable-length integers. Nothing here
 * knows what an index is.
 */
#ifndef OST_BASE_H
#define OST_BASE_H

#include <osteon/osteon.h>

#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__)
#define OST_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define OST_LIKELY(x) __builtin_expect(!!(x), 1)
#define OST_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define OST_PREFETCH(p) __builtin_prefetch(p)
#else
#define OST_PRINTF(f, a)
#define OST_LIKELY(x) (x)
#define OST_UNLIKELY(x) (x)
#define OST_PREFETCH(p) ((void)(p))
#endif

/* ---- error.c ---- */

/* Fills *err (NULL allowed) and returns `status`. Control bytes in the text
 * are replaced, so that it stays one line. */
osteon_status ost_fail(osteon_error *err, osteon_status status,
                       const char *format, ...) OST_PRINTF(3, 4);

/* The same for a failed system call: appends ": strerror(code)" and sets
 * os_error. Status is OSTEON_IO (OSTEON_NO_MEMORY for ENOMEM). */
osteon_status ost_fail_os(osteon_error *err, int code, const char *format,
                          ...) OST_PRINTF(3, 4);

/* The same for damage at byte `offset` of file `path`. */
osteon_status ost_fail_corrupt(osteon_error *err, const char *path,
                               uint64_t offset, const char *what);

osteon_status ost_fail_memory(osteon_error *err);

/* ---- memory.c ---- */

/* All allocations of the library go through these, so that tests can make
 * each of them fail: ost_alloc_fail_at(n) fails the n-th from now on (once),
 * 0 switches it off; it returns what was left of the count before, so that 0
 * means an allocation did fail. Counting is per process. */
void *ost_malloc(size_t size);
void *ost_calloc(size_t n, size_t size);
void *ost_realloc(void *old, size_t size);
void ost_free(void *p); /* same as free(); NULL allowed */
unsigned long ost_alloc_fail_at(unsigned long n);

/* Asks for huge pages under a large block that is used at random and has not
 * been written to; changes nothing where the system has none. */
void ost_advise_huge(void *block, size_t size);

/* Gives freed memory back to the system, as far as the allocator has kept it.
 * For who has freed a lot and does not need it soon. */
void ost_trim(void);

/* Memory of a multiple of 2 MiB that will be used at random and is backed by
 * huge pages where the system has them. */
void *ost_malloc_huge(size_t size);

/* Makes room for `want` elements of `size` bytes in *array, doubling *room.
 * On failure (memory, or overflow) returns false and changes nothing. */
bool ost_grow(void **array, size_t *room, size_t want, size_t size);
#define OST_GROW(array, room, want)                                         \
    ost_grow((void **)(array), (room), (want), sizeof **(array))

/* Frees an array that has room for more than `most` elements: it grew for
 * something large, which is done with, and is to start small again. */
void ost_shed(void **array, size_t *room, size_t most);
#define OST_SHED(array, room, most)                                         \
    ost_shed((void **)(array), (room), (most))

/* A byte buffer that grows. `failed` is sticky: after a failed allocation all
 * later calls do nothing, and one check at the end is enough. */
typedef struct ost_buffer {
    uint8_t *data;
    size_t len, room;
    bool failed;
} ost_buffer;

/* Makes room for `more` bytes after len and returns the place, NULL on
 * failure; len does not change. */
uint8_t *ost_buffer_reserve(ost_buffer *b, size_t more);
void ost_buffer_add(ost_buffer *b, const void *bytes, size_t len);
void ost_buffer_add_byte(ost_buffer *b, uint8_t byte);
void ost_buffer_add_text(ost_buffer *b, const char *text);
void ost_buffer_printf(ost_buffer *b, const char *format, ...)
    OST_PRINTF(2, 3);
void ost_buffer_free(ost_buffer *b); /* leaves it empty, usable again */

/* Variable-length integers: 7 bits a byte, low first, high bit = more follow
 * (LEB128). At most 10 bytes. */
void ost_buffer_add_varint(ost_buffer *b, uint64_t value);
static inline uint8_t *ost_varint_put(uint8_t *p, uint64_t v)
{
    while (v >= 0x80) {
        *p++ = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    *p++ = (uint8_t)v;
    return p;
}

/* Reads one and returns the byte after it, or NULL where it is cut, longer
 * than 10 bytes or p is NULL (so that calls can be chained). */
static inline const uint8_t *ost_varint_get(const uint8_t *p,
                                            const uint8_t *end, uint64_t *out)
{
    uint64_t v = 0;
    unsigned shift = 0;

    *out = 0;
    if (OST_UNLIKELY(p == NULL))
        return NULL;
    while (p < end && shift < 70) {
        const uint8_t byte = *p++;
        v |= (uint64_t)(byte & 0x7f) << (shift < 64 ? shift : 63);
        if (byte < 0x80) {
            *out = v;
            return p;
        }
        shift += 7;
    }
    return NULL;
}

/* Fixed-width little-endian integers at any alignment. */
static inline uint32_t ost_get32(const void *p)
{
    const uint8_t *b = p;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
           (uint32_t)b[3] << 24;
}
static inline uint64_t ost_get64(const void *p)
{
    return ost_get32(p) | (uint64_t)ost_get32((const uint8_t *)p + 4) << 32;
}
/* How many bytes both begin with. */
static inline size_t ost_shared_prefix(const char *a, size_t a_len,
                                       const char *b, size_t b_len)
{
    const size_t most = a_len < b_len ? a_len : b_len;
    size_t n = 0;

    while (most - n >= 8 && ost_get64(a + n) == ost_get64(b + n))
        n += 8;
    while (n < most && a[n] == b[n])
        n++;
    return n;
}
static inline void ost_put32(void *p, uint32_t v)
{
    uint8_t *b = p;
    b[0] = (uint8_t)v;
    b[1] = (uint8_t)(v >> 8);
    b[2] = (uint8_t)(v >> 16);
    b[3] = (uint8_t)(v >> 24);
}
static inline void ost_put64(void *p, uint64_t v)
{
    ost_put32(p, (uint32_t)v);
    ost_put32((uint8_t *)p + 4, (uint32_t)(v >> 32));
}

/* ---- condition.c ---- */

/* Makes a condition variable of which pthread_cond_timedwait goes by
 * CLOCK_MONOTONIC. */
void ost_condition_init(pthread_cond_t *condition);

/* ---- seed.c ---- */

/* A random number, the same for as long as the process lives: for hash tables
 * whose keys others choose, so that they cannot be chosen to meet in one place
 * beforehand. Nothing that is written or printed may depend on it. Any
 * thread. */
uint64_t ost_seed(void);

/* ---- file.c ---- */

/* A read-only map of a whole file. */
typedef struct ost_map {
    const uint8_t *data;
    size_t size;
} ost_map;

/* Maps `path` (an empty file gives size 0 and data NULL). OSTEON_NOT_FOUND
 * where there is no such file, OSTEON_IO otherwise. */
osteon_status ost_map_open(ost_map *map, const char *path, osteon_error *err);
void ost_map_close(ost_map *map);

/* Gives back the memory of a map; what is touched again is read again. */
void ost_map_forget(const ost_map *map);

/* Reads a whole regular file of at most `most` bytes into a buffer. */
osteon_status ost_file_read(const char *path, size_t most, ost_buffer *out,
                            osteon_error *err);

/* write(2) until all is written; EINTR is retried. */
osteon_status ost_write_all(int fd, const void *bytes, size_t len,
                            const char *path, osteon_error *err);

/* Creates `path` (0666 & ~umask) holding these bytes, fsynced. The file is
 * removed again on failure. */
osteon_status ost_file_write(const char *path, const void *bytes, size_t len,
                             osteon_error *err);

/* fsync(2) on a folder, so that names in it are durable. */
osteon_status ost_folder_sync(const char *path, osteon_error *err);

/* "folder/name" in fresh memory, for ost_free; NULL: no memory. */
char *ost_path_join(const char *folder, const char *name);

#endif
