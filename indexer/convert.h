/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How bytes of a file become text: decompression, encodings, formats, titles,
 * records. All input is hostile; nothing here prints.
 */
#ifndef OSI_CONVERT_H
#define OSI_CONVERT_H

#include "indexer.h"

/* ---- formats.c ---- */

/* What documents lie in. */
typedef enum osi_packing {
    OSI_PLAIN = 0,
    OSI_GZIP,
    OSI_PACKED, /* xz, bzip2 or zstd: taken off by the helper process */
    OSI_ARCHIVE
} osi_packing;

typedef struct osi_kind {
    osi_format format; /* AUTO only of an archive: each of its members' own */
    osi_packing packing;
} osi_kind;

/* What a file of this name is taken for. */
osi_kind osi_kind_of(const char *name, size_t len, osi_format wanted);

/* True where there is a letter or digit; every byte above 127 counts. */
bool osi_has_word(const char *text, size_t len);

/* Where a text of `len` bytes may be cut in two: behind its last white space,
 * else behind its last byte that is no part of a word, else between two
 * characters. 1 to len, for len > 0. */
size_t osi_cut(const char *text, size_t len);

/* The title a text begins with. Offsets in the text: the title itself, and
 * the part [from, to) that is left out of the body. */
typedef struct osi_title {
    size_t start, len;
    size_t from, to;
} osi_title;

/* Finds the first line among the first 40 that says something: neither
 * markup, nor licence, nor instructions to a program. False: there is none,
 * or it is too long for a title. */
bool osi_title_find(const char *text, size_t len, osi_title *out);

/* ---- utf16.c ---- */

typedef enum osi_encoding {
    OSI_UTF8 = 0, /* or anything else that is mostly ASCII */
    OSI_UTF16_LE,
    OSI_UTF16_BE,
    OSI_NO_TEXT /* binary */
} osi_encoding;

/* Judges the first bytes of a file; *skip is the length of a byte order
 * mark. UTF-16 without one is told by its NUL bytes. */
osi_encoding osi_encoding_of(const char *bytes, size_t len, size_t *skip);

/* Appends `len` bytes of UTF-16 as UTF-8 and returns how many of them were
 * used: all but a cut character, and all where `last` is set. What is not
 * UTF-16 becomes U+FFFD. */
size_t osi_utf16_decode(const char *bytes, size_t len, bool big_endian,
                        bool last, osi_bytes *out);

/* ---- input.c ---- */

typedef enum osi_got {
    OSI_GOT_TEXT = 0, /* read on */
    OSI_GOT_END,
    OSI_GOT_BINARY,
    OSI_GOT_TOO_LARGE,
    OSI_GOT_ERROR,   /* reading failed: see osi_input_reason */
    OSI_GOT_DAMAGED, /* the compressed data is not what it should be */
    OSI_GOT_STOPPED, /* by a signal */
    OSI_GOT_NO_MEMORY
} osi_got;

/* Bytes of one file or member after another, decompressed where wanted, with
 * the hash of a file. One a thread. */
typedef struct osi_input osi_input;
typedef struct osi_members osi_members; /* see members.c */

osi_input *osi_input_new(void); /* NULL: no memory */
void osi_input_free(osi_input *input);

/* Begins on a file descriptor, which is borrowed, and not on an archive.
 * `limit` bounds the bytes given out; 0: none. */
osi_got osi_input_start(osi_input *input, int fd, osi_packing packing,
                        uint64_t limit);

/* Begins on a member of an archive: bytes that are there, and what `rest`, if
 * not NULL, still has of it; both are borrowed. It has no hash. */
osi_got osi_input_start_member(osi_input *input, const char *bytes,
                               size_t len, osi_members *rest,
                               osi_packing packing, uint64_t limit);

/* Reads up to `room` bytes. TEXT: *got of them, at least one. */
osi_got osi_input_read(osi_input *input, char *to, size_t room, size_t *got);

/* Reads a whole file for its hash alone, and goes back to its beginning. The
 * buffer is used and grows. 0: it could not be read. */
uint64_t osi_input_hash_file(osi_input *input, int fd, osi_bytes *buffer);

const char *osi_input_reason(const osi_input *input);
uint64_t osi_input_hash(const osi_input *input); /* never 0 */
uint64_t osi_input_bytes(const osi_input *input); /* read from the file */
uint64_t osi_input_given(const osi_input *input); /* given out so far */

/* ---- members.c ---- */

/* The helper process at work on one archive, or on one compressed file, which
 * is an archive of one member without a name. */
osi_members *osi_members_new(void); /* NULL: no memory; starts nothing */
void osi_members_free(osi_members *members);

/* Starts on an open file of packing OSI_ARCHIVE or OSI_PACKED, from its
 * offset on. It is borrowed until osi_members_stop or _free. All members
 * together may have `limit` bytes; 0: any number. TEXT, or ERROR: the helper
 * cannot be run. */
osi_got osi_members_start(osi_members *members, int fd, osi_packing packing,
                          uint64_t limit);
void osi_members_stop(osi_members *members);

/* Goes to the next member, a regular file, and passes the rest of the one at
 * hand. TEXT: *name is its, as the archive has it, may be empty, and lives
 * until the next call. END, TOO_LARGE (all together), DAMAGED, ERROR (it took
 * too long), STOPPED, NO_MEMORY. */
osi_got osi_members_next(osi_members *members, const char **name,
                         size_t *len);

/* Reads up to `room` bytes of the member, of which TEXT gives at least one.
 * END; DAMAGED, here or all that follows (osi_members_ended); TOO_LARGE: all
 * members together are; ERROR, STOPPED. */
osi_got osi_members_read(osi_members *members, char *to, size_t room,
                         size_t *got);

/* True where no further member will come. */
bool osi_members_ended(const osi_members *members);

/* What is DAMAGED, or the ERROR. */
const char *osi_members_reason(const osi_members *members);

/* ---- reader.c ---- */

/* UTF-8 text of an input, in pieces. `text` holds `len` bytes that are yet to
 * be taken. */
typedef struct osi_reader {
    osi_input *input;
    osi_bytes text;
    osi_bytes raw; /* of UTF-16: not yet decoded */
    osi_encoding encoding;
    bool begun, ended;
    bool converted; /* the text is not the file's own bytes */
} osi_reader;

/* Begins on the input, which was started before. Keeps its memory. */
void osi_reader_start(osi_reader *reader, osi_input *input,
                      osi_packing packing);
void osi_reader_free(osi_reader *reader);

/* Reads until `want` bytes of text are there, or all (`ended`). TEXT, or why
 * not. */
osi_got osi_reader_fill(osi_reader *reader, size_t want);

/* Drops the first n bytes of the text. */
void osi_reader_take(osi_reader *reader, size_t n);

/* Moves the first n bytes to `front`, which becomes the caller's; the byte
 * after them is writable. False: no memory. */
bool osi_reader_split(osi_reader *reader, size_t n, osi_bytes *front);

/* ---- markdown.c ---- */

/* Longer texts are better taken as plain text. */
#define OSI_MARKDOWN_MAX ((size_t)16 << 20)

/* Appends the plain text of a Markdown document to `out` and sets `title`
 * (empty: it has none). False: no memory, or it cannot be parsed. */
bool osi_markdown(const char *text, size_t len, osi_bytes *out,
                  osi_bytes *title);

/* ---- extract_client.c ---- */

/* The helper process of one thread. */
typedef struct osi_extract osi_extract;

osi_extract *osi_extract_new(void); /* NULL: no memory; starts nothing */
void osi_extract_free(osi_extract *extract);

typedef enum osi_extracted {
    OSI_EXTRACTED = 0,
    OSI_EXTRACT_FAILED,   /* the document; see osi_extract_reason */
    OSI_EXTRACT_MISSING,  /* the helper cannot be run; the same */
    OSI_EXTRACT_STOPPED   /* by a signal */
} osi_extracted;

/* Converts an HTML document. Line n of the text is line n of the document. */
osi_extracted osi_extract_html(osi_extract *extract, const char *html,
                               size_t len, osi_bytes *text, osi_bytes *title);
const char *osi_extract_reason(const osi_extract *extract);

/* ---- json_scan.c ---- */

typedef enum osi_json_kind {
    OSI_JSON_ERROR = 0, /* see reason */
    OSI_JSON_END,
    OSI_JSON_STRING, /* decoded in place */
    OSI_JSON_INTEGER,
    OSI_JSON_REAL,
    OSI_JSON_TRUE,
    OSI_JSON_FALSE,
    OSI_JSON_NULL,
    OSI_JSON_MARK /* one of { } [ ] , : */
} osi_json_kind;

/* Reads JSON tokens of a buffer that it changes: strings are decoded in
 * place. The byte at `end` must be readable and no part of a number. */
typedef struct osi_json {
    char *at, *end;
    osi_json_kind kind;
    char *text; /* of a string or number; the byte of a mark */
    size_t len;
    const char *reason;
} osi_json;

void osi_json_start(osi_json *json, char *text, size_t len);
osi_json_kind osi_json_next(osi_json *json);

/* True where the token at hand is this mark. */
static inline bool osi_json_is(const osi_json *json, char mark)
{
    return json->kind == OSI_JSON_MARK && *json->text == mark;
}

/* After the first token of a value: reads the rest of it. False: an error. */
bool osi_json_skip(osi_json *json);

/* ---- record.c ---- */

/* One record: what osteon_document wants of it. Pieces point into the line. */
typedef struct osi_record {
    const char *id, *title, *body, *more;
    size_t id_len, title_len, body_len, more_len;
    osteon_field *fields;
    size_t n_fields, room;
    uint32_t skipped; /* fields whose names an index cannot have */
    osi_bytes names;  /* of nested fields */
    char hash[17];    /* the id of a record that has none */
} osi_record;

/* Parses a JSON object. The line is changed; the byte behind it must be
 * readable and no digit. False: *reason says why it is no record. */
bool osi_record_parse(osi_record *record, char *line, size_t len,
                      const char **reason);
void osi_record_free(osi_record *record);

/* Finds the next object of a JSON text: alone, one after another, or in one
 * array. */
typedef struct osi_splitter {
    char *at, *end;
    char *object; /* the one found */
    size_t len;
    uint32_t line; /* where it begins, from 1 */
    uint32_t at_line;
    bool in_array, ended, after_comma;
} osi_splitter;

void osi_splitter_start(osi_splitter *s, char *text, size_t len);
/* 1: found, 0: no more, -1: *reason. */
int osi_splitter_next(osi_splitter *s, const char **reason);

#endif
