/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table of options: one row holds all there is to know about an option.
 */
#ifndef OSI_INDEX_OPTIONS_H
#define OSI_INDEX_OPTIONS_H

#include "indexer.h"

typedef enum osi_row_kind {
    OSI_ROW_SWITCH = 0, /* bool */
    OSI_ROW_TEXT,       /* const char * */
    OSI_ROW_SIZE,       /* uint64_t, bytes */
    OSI_ROW_COUNT,      /* uint64_t */
    OSI_ROW_SECONDS,    /* double; below 0 without a value */
    OSI_ROW_FORMAT,     /* int, osi_format */
    OSI_ROW_STORE,      /* int, osi_store */
    OSI_ROW_MERGE,      /* int, osi_merge; OSI_MERGE_ONE without a value */
    OSI_ROW_EXPORT,     /* osi_exchange */
    OSI_ROW_IMPORT,     /* osi_exchange */
    OSI_ROW_SHARD,      /* osi_shard */
    OSI_ROW_GLOB,       /* osi_list */
    OSI_ROW_EXCLUDE     /* osi_list, with '!' before each */
} osi_row_kind;

typedef struct osi_row {
    const char *name;
    char letter;          /* '\0': none */
    const char *argument; /* its name; "[...]": optional; NULL: none */
    osi_row_kind kind;
    bool negatable;    /* has a --no- form */
    size_t place;      /* in osi_options */
    const char *group; /* heading in the help; NULL: that of the row before */
    const char *brief; /* for -h: one line */
    const char *more;  /* for --help, after the brief; NULL: nothing */
} osi_row;

#define OSI_ROWS_MAX 48
extern const osi_row osi_rows[];
extern const size_t osi_n_rows;

/* The option most like a misspelt name; NULL where none is near. */
const char *osi_suggestion(const char *name, size_t len);

#endif
