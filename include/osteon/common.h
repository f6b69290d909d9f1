/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Errors, fields and sources: what writing and reading an index share.
 * osteon.h has the conventions.
 */
#ifndef OSTEON_COMMON_H
#define OSTEON_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define OSTEON_MUST_CHECK __attribute__((warn_unused_result))
#define OSTEON_API __attribute__((visibility("default")))
#else
#define OSTEON_MUST_CHECK
#define OSTEON_API
#endif

#define OSTEON_VERSION_TEXT "0.1.0"

/* Highest index format version this library writes and reads. */
#define OSTEON_FORMAT_VERSION 3

/* ---- Errors ---------------------------------------------------------- */

typedef enum osteon_status {
    OSTEON_OK = 0,
    OSTEON_NOT_FOUND, /* no such index, document or source */
    OSTEON_INVALID,   /* an argument or option out of its range */
    OSTEON_SYNTAX,    /* a query that does not parse, in strict mode */
    OSTEON_NOT_INDEX, /* the folder or file is there but is not an index */
    OSTEON_VERSION,   /* made by a newer Osteon, or another analyzer */
    OSTEON_CORRUPT,   /* bytes of the index, or of a file that is imported,
                       * are damaged */
    OSTEON_LOCKED,    /* another writer holds the index */
    OSTEON_IO,        /* a system call failed; os_error holds errno */
    OSTEON_NO_MEMORY, /* an allocation failed */
    OSTEON_TOO_LARGE  /* a document past a limit of the index */
} osteon_status;

#define OSTEON_ERROR_TEXT 512

/* What went wrong, as one line without the program's name: "path: reason".
 * `offset` is the byte in the query (OSTEON_SYNTAX) or file (OSTEON_CORRUPT),
 * `pid` the process that holds the lock (OSTEON_LOCKED) or 0. */
typedef struct osteon_error {
    osteon_status status;
    int os_error;
    uint64_t offset;
    long pid;
    char text[OSTEON_ERROR_TEXT];
} osteon_error;

/* The name of a status, such as "corrupt"; never NULL. */
OSTEON_API const char *osteon_status_name(osteon_status status);

/* The library's version and the instruction sets it uses here, as text. */
OSTEON_API const char *osteon_version(void);

/* ---- Fields of documents --------------------------------------------- */

typedef enum osteon_value_kind {
    OSTEON_TEXT = 0, /* analysed; found by name:word and by plain words */
    OSTEON_STRING,   /* a value: returned, never searched by words */
    OSTEON_INTEGER,  /* a value */
    OSTEON_REAL      /* a value */
} osteon_value_kind;

/* A further field of a document. A name may come several times (a list).
 * Names are 1 to 64 bytes of letters, digits, '_', '-' and '.', and are folded
 * to lower case; "title", "body", "id" and "path" are reserved. */
typedef struct osteon_field {
    const char *name;
    size_t name_len;
    osteon_value_kind kind;
    const char *text; /* OSTEON_TEXT, OSTEON_STRING */
    size_t text_len;
    int64_t integer; /* OSTEON_INTEGER */
    double real;     /* OSTEON_REAL */
} osteon_field;

/* ---- Sources: what documents were read from --------------------------- */

typedef enum osteon_source_state {
    OSTEON_SOURCE_INDEXED = 0,
    OSTEON_SOURCE_EMPTY,      /* nothing in it */
    OSTEON_SOURCE_BINARY,     /* no text in it */
    OSTEON_SOURCE_TOO_LARGE,  /* over the size limit */
    OSTEON_SOURCE_UNREADABLE, /* could not be opened or read */
    OSTEON_SOURCE_MALFORMED   /* could not be parsed, in part or in whole */
} osteon_source_state;

/* A file, or another input, that an index remembers. `path` is relative to
 * the folder that holds the index, absolute where it lies outside it. */
typedef struct osteon_source {
    uint32_t id; /* 0: not yet in the index */
    osteon_source_state state;
    const char *path;
    size_t path_len;
    uint64_t size;    /* bytes */
    int64_t mtime_ns; /* since 1970; INT64_MIN: unknown */
    uint64_t hash;    /* XXH3 of the content, 0: unknown */
    const char *reason; /* of a state that is a failure; never NULL */
    size_t reason_len;
} osteon_source;

#ifdef __cplusplus
}
#endif

#endif
