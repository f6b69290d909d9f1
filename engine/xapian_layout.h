/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How an index lies in a Xapian database: names of terms, value slots, lines
 * of document data and keys of metadata, for whoever writes or reads one.
 * docs/xapian.md tells the whole of it; the conventions are those of Xapian's
 * Omega (its docs/termprefixes.rst and docs/overview.rst), so that Xapian's
 * own tools find the same.
 */
#ifndef OST_XAPIAN_LAYOUT_H
#define OST_XAPIAN_LAYOUT_H

#include "text.h"

/* Raised when databases written before can no longer be read. */
#define OST_XAPIAN_LAYOUT 1

/* A field's prefix, at most: X, 64 bytes of a name, a colon. */
#define OST_PREFIX_ROOM 72

/* Longest term Xapian takes. All bytes count once but NUL, which words and
 * ids do not have. */
#define OST_XAPIAN_TERM_MOST 245

/* Bytes of the data of a document, of the list of its terms, and of a term's
 * positions in it, at most. Glass cuts such a thing in 65,535 parts of about 2
 * KiB; where that is not enough, all changes since the last commit are lost. */
#define OST_XAPIAN_TAG_MOST ((uint64_t)120 << 20)

/* Length of a document in Xapian, in tokens as BM25 counts them. Every
 * occurrence of a word gives several terms; one more term, OST_TERM_LENGTH,
 * takes up the rest, so that Xapian's lengths are ours times this. */
#define OST_LENGTH_UNIT 10

/* Terms that are no words. OST_TERM_LENGTH is in every document with text;
 * OST_TERM_HAS + prefix in every one with that field. */
#define OST_TERM_LENGTH "XOSTEON"
#define OST_TERM_HAS "XHAS:"
#define OST_TERM_SOURCE "XSRC:" /* + number, decimal */

/* Value slots. The first three are Omega's. */
enum {
    OST_SLOT_MODIFIED = 0, /* seconds since 1970, u32 big-endian */
    OST_SLOT_SIZE = 2,     /* bytes of the source, sortable */
    OST_SLOT_ORDER = 9,    /* u64 big-endian: ascending in order of input */
    OST_SLOT_FIRST = 10    /* of the values of documents */
};

/* Metadata. Values are text; numbers are decimal. */
#define OST_KEY_LAYOUT "osteon"             /* OST_XAPIAN_LAYOUT */
#define OST_KEY_ANALYZER "osteon.analyzer"  /* OST_ANALYZER_VERSION */
#define OST_KEY_LANGUAGE "osteon.language"
#define OST_KEY_TITLE_WEIGHT "osteon.title-weight"
#define OST_KEY_POSITIONS "osteon.positions" /* "forms" or "stems" */
#define OST_KEY_GENERATION "osteon.generation"
#define OST_KEY_ORDER "osteon.next-order"
#define OST_KEY_SHARD "osteon.shard"     /* "2/3"; absent: all documents */
#define OST_KEY_SOURCES "osteon.sources" /* "FILE SIZE CHECKSUM" */
#define OST_KEY_SLOT "osteon.slot." /* + name of a value: slot, kind */

/* Writes the prefix of the terms of a field ("" for the default one, "S" for
 * "title", "A" for "author", "X" and the name in capitals for others, with a
 * colon behind where not all of it are letters) and returns its length.
 * `field` is folded, at most 64 bytes. */
size_t ost_xapian_prefix(const char *field, char out[OST_PREFIX_ROOM]);

/* True where a stem has a term of its own, with Z before the prefix: in a
 * language with stems, where it has a letter. Other words are searched by
 * the term without Z. */
bool ost_xapian_is_stemmed(const char *language, const char *stem, size_t len);

/* Writes "Z" (if `stem`), prefix and word as a term, cut and ended by a hash
 * where it would be too long, and returns its length. */
size_t ost_xapian_term(bool stem, const char *prefix, const char *word,
                       size_t len, char out[OST_XAPIAN_TERM_MOST]);

/* The unique term of an id: Q and the id, cut in the same way. */
size_t ost_xapian_id_term(const char *id, size_t len,
                          char out[OST_XAPIAN_TERM_MOST]);

/* Part of an id among n (from 1), by XXH3 of it. */
unsigned ost_xapian_shard_of(const char *id, size_t len, unsigned n);

/* ---- Document data: lines "name=value", as Omega has them ----
 *
 *   id=        id, where it is not the path
 *   url=       path of the source
 *   caption=   title
 *   source=, line=, tokens=, size=   numbers
 *   modtime=   seconds; mtime_ns= the whole, where it is known
 *   string.NAME=, integer.NAME=, real.NAME=   values, in their order
 *   text=      stored text, a line each (at least one where text is stored)
 *
 * Values but those of text= have control characters and '%' as %XX. */
void ost_xapian_escape(ost_buffer *out, const char *text, size_t len);

/* Undoes it in place and returns the new length; % without two hexadecimal
 * digits behind it stays. */
size_t ost_xapian_unescape(char *text, size_t len);

#endif
