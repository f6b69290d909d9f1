/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Constants of the index's files. docs/format.md tells what each means; the
 * two change together, and with OSTEON_FORMAT_VERSION.
 *
 * A segment file is: a header of 64 bytes, sections (each begins at a
 * multiple of 64; zero bytes between), the table of page checksums, and a
 * footer. Everything is little-endian.
 */
#ifndef OST_FORMAT_H
#define OST_FORMAT_H

#include "index.h"

#define OST_SEGMENT_MAGIC "OSTEONSG"
#define OST_DELETES_MAGIC "OSTEONDL"
#define OST_SOURCES_MAGIC "OSTEONSR"
#define OST_MAGIC_SIZE 8
#define OST_HEADER_SIZE 64
#define OST_ALIGN 64

/* What a file that is unlinked at once is called until then. */
#define OST_SPILL_START "tmp-"
#define OST_SPILL_END ".ost"
#define OST_SPILL_PATTERN OST_SPILL_START "XXXXXX" OST_SPILL_END

/* Bytes covered by one 32-bit checksum (the low half of XXH3-64). */
#define OST_PAGE 4096

/* Documents that all segments of an index together may hold. */
#define OST_MAX_DOCUMENTS 0x7fffffffu

typedef enum ost_section_id {
    OST_SECTION_FIELDS = 0, /* field table */
    OST_SECTION_NORMS,      /* a byte a document, for each field */
    OST_SECTION_POSTINGS,   /* document and frequency blocks */
    OST_SECTION_SKIPS,      /* skip tables with block impacts */
    OST_SECTION_POSITIONS,
    OST_SECTION_DICTIONARY, /* front-coded blocks of terms */
    OST_SECTION_DIRECTORY,  /* first terms' prefixes and block offsets */
    OST_SECTION_TEXT_CODE,  /* of the texts in the dictionary */
    OST_SECTION_DOCUMENTS,  /* blocks of document records */
    OST_SECTION_DOC_INDEX,  /* u32: where each block begins, and the end */
    OST_SECTION_IDS,         /* hash table: id to document */
    OST_SECTION_STORED,      /* deflated blocks of stored text */
    OST_SECTION_STORED_INDEX, /* u64: where each block ends */
    OST_SECTION_VALUES,       /* value columns */
    OST_N_SECTIONS
} ost_section_id;

/* Section table, 48 bytes more (see segment_writer.c). */
#define OST_FOOTER_SIZE (OST_N_SECTIONS * 16 + 48)

/* Document records in one block, and raw bytes a stored block aims at. */
#define OST_DOC_BLOCK 64
#define OST_STORED_BLOCK 32768

/* Bit of a stored block's raw size: its bytes are not compressed. */
#define OST_STORED_PLAIN 0x80000000u

/* Bytes of an id, and of a title as kept (longer ones are cut). */
#define OST_MAX_ID 4096
#define OST_MAX_TITLE 1024

/* Terms in a dictionary block, and bytes such a block may take. */
#define OST_TERM_BLOCK 64
#define OST_TERM_BLOCK_MAX (OST_TERM_BLOCK * 1024)

/* Fields of a segment, and bytes of a field's name. */
#define OST_MAX_FIELDS 256
#define OST_MAX_FIELD_NAME 64

/* Flag of a field: its occurrences are counted, their positions not kept. */
#define OST_FIELD_NO_POSITIONS 1u

/* A segment file is smaller than this, so that offsets take 32 bits. */
#define OST_MAX_SEGMENT 0xffffffffu

/* The order of terms: by bytes, the shorter first. */
static inline int ost_term_compare(const char *a, size_t a_len, const char *b,
                                   size_t b_len)
{
    const int c = memcmp(a, b, a_len < b_len ? a_len : b_len);

    return c ? c : (a_len > b_len) - (a_len < b_len);
}

/* A term's first 8 bytes as a number of the same order. */
static inline uint64_t ost_term_prefix(const char *term, size_t len)
{
    uint64_t prefix = 0;

    for (size_t i = 0; i < 8; i++)
        prefix = prefix << 8 | (i < len ? (uint8_t)term[i] : 0);
    return prefix;
}

/* Size of a section in bytes, 0 where it is absent. */
uint64_t ost_section_size(const ost_segment *segment, ost_section_id id);

/* The `size` bytes at `offset` of a section, verified; NULL with err filled
 * (OSTEON_CORRUPT) where they are not in the section or are damaged. Readable
 * for as long as the segment is open. Any thread. */
const uint8_t *ost_section_get(ost_segment *segment, ost_section_id id,
                               uint64_t offset, uint64_t size,
                               osteon_error *err);

/* Fills err: damage at `offset` of a section. */
osteon_status ost_section_fail(const ost_segment *segment, ost_section_id id,
                               uint64_t offset, const char *what,
                               osteon_error *err);

#endif
