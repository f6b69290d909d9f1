/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian's C++ API as plain C: errors, versions and stems so far. The
 * conventions below hold for the whole binding, also for what comes later.
 *
 *  1 Names. Xapian::TermGenerator is the opaque xapian_c_term_generator, its
 *    method set_stemmer is xapian_c_term_generator_set_stemmer (MSet: mset,
 *    ESet: eset). A C++ overload ends in the argument that sets it apart.
 *  2 Making and ending. Whoever makes an object ends it: `_new` and every
 *    other function with a parameter `T **out` gives a handle that the caller
 *    passes to the `_free` of its type, once. `const T **out` is borrowed. A
 *    `_close` is Xapian's own method of that name and frees nothing.
 *  3 Order. A handle counts its own reference on what Xapian shares, so
 *    handles may be freed in any order; only what a callback uses must be
 *    kept by the caller (8).
 *  4 Bytes in are a pointer, then a length. They may hold zero bytes, need not
 *    be UTF-8, and are copied before the call returns. A `const char *` with
 *    no length after it is a name or path that ends in a zero byte.
 *  5 Bytes out are never passed to free(). They come in one of three ways:
 *      a returned `const char *`    static, lives as long as the program;
 *      `const char **out` (+ len)   borrowed from the handle, good until the
 *                                   next call on it; static if no handle;
 *      `char *out, size_t room, size_t *out_len`
 *                                   the caller's buffer, no zero byte added;
 *                                   too small: XAPIAN_C_NO_ROOM, the length
 *                                   needed in *out_len, out not written.
 *  6 Errors. What can fail returns a status and takes `err` last. `err` may
 *    be NULL and is written on failure only. On failure out-pointers are NULL
 *    and out-numbers 0, but for *out_len as in 5. An iterator's `_next`
 *    returns XAPIAN_C_END after its last entry, which is no failure.
 *  7 Exceptions never leave a function; all are noexcept for a C++ caller.
 *  8 Callbacks are a function pointer and a `void *data` that the caller
 *    keeps until the handle they were given to is freed. A callback reports
 *    failure by what it returns: the call that ran it then ends with
 *    XAPIAN_C_CALLBACK_FAILED. It must neither throw nor longjmp out.
 *  9 NULL. Every `_free` accepts it, `err` may be it, and bytes of length 0
 *    may be it. Anywhere else it is XAPIAN_C_INVALID_ARGUMENT_ERROR, unless
 *    the function says what it means.
 * 10 Threads. Xapian's reference counts are not atomic. A handle, and all
 *    handles that came from it or were given to it, are used by one thread at
 *    a time; each thread has its own stems and opens its own databases.
 *    Functions without a handle may be called from any thread at any time. A
 *    thread must not be cancelled (pthread_cancel) inside a call.
 * 11 ABI. Numbers of statuses keep their meaning and xapian_c_error its
 *    layout while XAPIAN_C_ABI_VERSION is the same; new ones may be added. */
#ifndef XAPIAN_C_XAPIAN_C_H
#define XAPIAN_C_XAPIAN_C_H

#include <stddef.h>

#ifdef __cplusplus
#define XAPIAN_C_NOEXCEPT noexcept
extern "C" {
#else
#define XAPIAN_C_NOEXCEPT
#endif

#if defined __GNUC__
#define XAPIAN_C_API __attribute__((visibility("default")))
#define XAPIAN_C_CHECKED \
    __attribute__((visibility("default"), warn_unused_result))
#else
#define XAPIAN_C_API
#define XAPIAN_C_CHECKED
#endif

/* ---- Errors ---- */

/* Xapian's classes keep their names: DocNotFoundError is
 * XAPIAN_C_DOC_NOT_FOUND_ERROR. A class that this binding does not know has
 * the status of its nearest base. */
typedef enum xapian_c_status {
    XAPIAN_C_OK = 0,
    XAPIAN_C_END = 1,              /* an iterator is past its last entry */
    XAPIAN_C_NO_ROOM = 2,          /* the caller's buffer is too small */
    XAPIAN_C_NO_MEMORY = 3,        /* std::bad_alloc */
    XAPIAN_C_CALLBACK_FAILED = 4,  /* a callback of the caller said so */
    XAPIAN_C_STD_EXCEPTION = 5,    /* any other std::exception */
    XAPIAN_C_UNKNOWN = 6,          /* something else was thrown */

    XAPIAN_C_ERROR = 32,           /* Xapian::Error itself */
    XAPIAN_C_LOGIC_ERROR = 33,
    XAPIAN_C_RUNTIME_ERROR = 34,
    XAPIAN_C_ASSERTION_ERROR = 35, /* a bug in Xapian */
    XAPIAN_C_INVALID_ARGUMENT_ERROR = 36,
    XAPIAN_C_INVALID_OPERATION_ERROR = 37,
    XAPIAN_C_UNIMPLEMENTED_ERROR = 38,
    XAPIAN_C_DATABASE_ERROR = 39,
    XAPIAN_C_DATABASE_CLOSED_ERROR = 40,
    XAPIAN_C_DATABASE_CORRUPT_ERROR = 41,
    XAPIAN_C_DATABASE_CREATE_ERROR = 42,
    XAPIAN_C_DATABASE_LOCK_ERROR = 43,
    XAPIAN_C_DATABASE_MODIFIED_ERROR = 44, /* reopen, then retry */
    XAPIAN_C_DATABASE_NOT_FOUND_ERROR = 45,
    XAPIAN_C_DATABASE_OPENING_ERROR = 46,
    XAPIAN_C_DATABASE_VERSION_ERROR = 47,
    XAPIAN_C_DOC_NOT_FOUND_ERROR = 48,
    XAPIAN_C_FEATURE_UNAVAILABLE_ERROR = 49,
    XAPIAN_C_INTERNAL_ERROR = 50,
    XAPIAN_C_NETWORK_ERROR = 51,
    XAPIAN_C_NETWORK_TIMEOUT_ERROR = 52,
    XAPIAN_C_QUERY_PARSER_ERROR = 53,
    XAPIAN_C_RANGE_ERROR = 54,
    XAPIAN_C_SERIALISATION_ERROR = 55,
    XAPIAN_C_WILDCARD_ERROR = 56
} xapian_c_status;

#define XAPIAN_C_TYPE_SIZE 32
#define XAPIAN_C_TEXT_SIZE 200

/* What went wrong, in the caller's own storage. The texts always end in a
 * zero byte; one too long is cut, not within a UTF-8 character. */
typedef struct xapian_c_error {
    xapian_c_status status;
    char type[XAPIAN_C_TYPE_SIZE];    /* Xapian's class name, "std::bad_alloc",
                                       * "std::exception", "unknown", or
                                       * "xapian_c": found by this library */
    char message[XAPIAN_C_TEXT_SIZE]; /* for a person; with the system's own
                                       * text in parentheses if there is one */
    char context[XAPIAN_C_TEXT_SIZE]; /* such as the remote host; or "" */
} xapian_c_error;

/* The enumerator without its prefix, such as "DATABASE_LOCK_ERROR"; static.
 * "INVALID_STATUS" for a number that is none of the above; never NULL. */
XAPIAN_C_API const char *
xapian_c_status_name(xapian_c_status status) XAPIAN_C_NOEXCEPT;

/* ---- Versions ---- */

/* The interface this header describes; it grows by one when a program must
 * be compiled anew. xapian_c_abi_version() is that of the library in use. */
#define XAPIAN_C_ABI_VERSION 1
XAPIAN_C_API int xapian_c_abi_version(void) XAPIAN_C_NOEXCEPT;

/* The libxapian that is loaded, such as "1.4.22" and 1, 4, 22; static. */
XAPIAN_C_API const char *xapian_c_version_string(void) XAPIAN_C_NOEXCEPT;
XAPIAN_C_API int xapian_c_major_version(void) XAPIAN_C_NOEXCEPT;
XAPIAN_C_API int xapian_c_minor_version(void) XAPIAN_C_NOEXCEPT;
XAPIAN_C_API int xapian_c_revision(void) XAPIAN_C_NOEXCEPT;

/* The libxapian this library was compiled against; static. */
XAPIAN_C_API const char *
xapian_c_compiled_version_string(void) XAPIAN_C_NOEXCEPT;

/* ---- Stem ---- */

/* Reduces the words of one language to stems. The object keeps buffers that
 * every application uses, so const or not, it serves one thread at a time. */
typedef struct xapian_c_stem xapian_c_stem;

/* The longest word that is stemmed, in bytes. Xapian has no limit, but its
 * time may grow with the square of the length (Tamil: seconds at 128 KiB). */
#define XAPIAN_C_STEM_WORD_MAX 16384

/* Makes a stemmer.
 *   language  English name or code, in lower case: "english", "en"; "none" or
 *             "" for one that returns each word as it is
 *   out       set to the stemmer, which the caller frees; NULL on failure
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  Xapian does not know the language
 *   XAPIAN_C_NO_MEMORY               the stemmer could not be allocated */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_stem_new(const char *language, xapian_c_stem **out,
                  xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void xapian_c_stem_free(xapian_c_stem *stem) XAPIAN_C_NOEXCEPT;

/* Writes the stem of the `len` bytes at `word` to the `room` bytes at `out`.
 * Words are expected in lower-case UTF-8; other bytes do no harm. A stem may
 * be longer than its word: Turkish adds a letter to some.
 *   out      may be `word` itself, to stem in place; may be NULL if room is 0
 *   out_len  set to the length of the stem; 0 on failure but NO_ROOM
 *   XAPIAN_C_NO_ROOM                 *out_len is more than room
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  len is over XAPIAN_C_STEM_WORD_MAX
 *   XAPIAN_C_NO_MEMORY               a buffer could not grow; the stemmer
 *                                    remains usable
 * Cost: no allocation once the buffers fit, for stems of up to 15 bytes; one
 * within the call for longer stems. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_stem_apply(const xapian_c_stem *stem, const char *word, size_t len,
                    char *out, size_t room, size_t *out_len,
                    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Sets `out` to the names of all languages, separated by single spaces: each
 * language once, without its short codes and without "none". The text ends in
 * a zero byte, is static and the same at each call.
 *   XAPIAN_C_NO_MEMORY  the first call could not allocate it; may be retried */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_stem_languages(const char **out,
                        xapian_c_error *err) XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
