/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Bytes in: which terms, at which positions? The interface of text/.
 *
 * A tokenizer turns UTF-8 into folded words (surface forms) with positions.
 * A stemmer turns a surface form into the term that stands in the dictionary.
 * A vocabulary does both at once for an indexing thread: it numbers terms and
 * remembers the number of every surface form, so that a word is stemmed the
 * first time it is seen only.
 *
 * docs/design.md, "Analysis", holds the rules. They are part of an index:
 * whoever changes what comes out for any input raises OST_ANALYZER_VERSION.
 */
#ifndef OST_TEXT_H
#define OST_TEXT_H

#include "base.h"

#define OST_ANALYZER_VERSION 1

/* Longest word in bytes; a longer one is cut and ends in a hash of all of it,
 * so that it stays different from others with the same beginning. */
#define OST_WORD_MAX 255

/* So many bytes behind a token's word may be read (their values mean nothing):
 * a vocabulary takes words 16 bytes at a time. */
#define OST_WORD_PADDING 16

/* Positions left free between two stretches of text of one document (title,
 * body, fields), so that a phrase never spans both. */
#define OST_POSITION_GAP 10

/* ---- tokenizer.c ---- */

typedef enum ost_token_kind {
    OST_TOKEN_WORD = 0,
    OST_TOKEN_JOINED,  /* compound without its connectors: `pd1` of PD-1 */
    OST_TOKEN_ALIAS,   /* Latin name of a lone Greek letter, also in a
                        * joined form: `gamma`, `ifngamma` */
    OST_TOKEN_CJK,     /* one ideograph, kana or hangul syllable */
    OST_TOKEN_CJK_PAIR /* it and the next of its run */
} ost_token_kind;

/* A folded word. WORD and CJK tokens advance the position; the other kinds
 * stand at the position of the WORD or CJK token that begins them and come
 * right after it. */
typedef struct ost_token {
    const char *word; /* folded; not terminated; valid until the next call;
                       * OST_WORD_PADDING bytes follow */
    uint32_t len;     /* 1..OST_WORD_MAX */
    uint32_t position;
    size_t start, end; /* bytes in the text given to ost_tokenizer_start.
                        * JOINED, and its ALIAS: the whole compound */
    uint8_t kind;
} ost_token;

typedef struct ost_tokenizer ost_tokenizer;

/* A tokenizer keeps its scratch memory between texts; one a thread. */
OSTEON_MUST_CHECK osteon_status ost_tokenizer_open(ost_tokenizer **out,
                                                   osteon_error *err);
void ost_tokenizer_close(ost_tokenizer *t);

/* Begins on `len` bytes of text whose first word stands at `position`. The
 * text is borrowed until the next start. Never fails: bytes that are not
 * UTF-8 separate words. */
void ost_tokenizer_start(ost_tokenizer *t, const char *text, size_t len,
                         uint32_t position);

/* Fills up to `room` (>= 16) tokens and returns how many; 0 at the end. The
 * words of one call stay valid until the next. Tokens of one compound may be
 * split over two calls. */
size_t ost_tokenizer_next(ost_tokenizer *t, ost_token *out, size_t room);

/* The first position not used so far. */
uint32_t ost_tokenizer_position(const ost_tokenizer *t);

/* Since the tokenizer was opened: bytes that were not UTF-8, words cut. */
uint64_t ost_tokenizer_malformed(const ost_tokenizer *t);
uint64_t ost_tokenizer_long_words(const ost_tokenizer *t);

/* The instruction set beyond the ordinary that tokenizers use here: "AVX2", or
 * "" for none. */
const char *ost_tokenizer_instructions(void);

/* ---- stemmer.c ---- */

typedef struct ost_stemmer ost_stemmer;

/* language: a Snowball name or code that Xapian knows, or "none".
 *   OSTEON_INVALID  unknown language; the text lists the known ones
 *   OSTEON_NO_MEMORY
 * One stemmer a thread. */
OSTEON_MUST_CHECK osteon_status ost_stemmer_open(const char *language,
                                                 ost_stemmer **out,
                                                 osteon_error *err);
void ost_stemmer_close(ost_stemmer *s);

/* Writes the stem of a folded word to `out` (room OST_WORD_MAX) and returns
 * its length, 1..OST_WORD_MAX. Where the stemmer fails, or gives nothing, the
 * word itself. */
size_t ost_stemmer_apply(ost_stemmer *s, const char *word, size_t len,
                         char *out);

/* True for a folded word that can have a stem: it has a letter of an
 * alphabet and at most 64 bytes. */
bool ost_may_stem(const char *word, size_t len);

/* True for a stop word of the stemmer's language: a query may drop it, the
 * index never does. `word` is folded and not stemmed. */
bool ost_is_stop_word(const char *language, const char *word, size_t len);

/* ---- vocabulary.c ---- */

/* The terms of one indexing thread. Terms are numbered from 0 in order of
 * first sight; a term belongs to a field (0: the default one). */
typedef struct ost_vocabulary ost_vocabulary;

OSTEON_MUST_CHECK osteon_status ost_vocabulary_open(const char *language,
                                                    ost_vocabulary **out,
                                                    osteon_error *err);
void ost_vocabulary_close(ost_vocabulary *v);

/* Finds or adds the terms of `n` tokens in `field` < 2^24 and writes their
 * numbers to ids[n]. Stems a surface form on first sight only. Returns false,
 * with some ids unset, when memory ran out. Cost: about 10 ns a known word. */
bool ost_vocabulary_lookup(ost_vocabulary *v, uint32_t field,
                           const ost_token *tokens, size_t n, uint32_t *ids);

size_t ost_vocabulary_size(const ost_vocabulary *v); /* terms */

/* The term's bytes and field; valid until the next reset or close. */
void ost_vocabulary_term(const ost_vocabulary *v, uint32_t id,
                         const char **bytes, size_t *len, uint32_t *field);

/* Asks for what ost_vocabulary_term will need of this term. */
void ost_vocabulary_prefetch(const ost_vocabulary *v, uint32_t id);

/* Writes all term numbers, ordered by field, then bytes (unsigned, shorter
 * first), to ids[ost_vocabulary_size()]. False: no memory. */
bool ost_vocabulary_sort(const ost_vocabulary *v, uint32_t *ids);

size_t ost_vocabulary_memory(const ost_vocabulary *v); /* bytes held */
size_t ost_vocabulary_text(const ost_vocabulary *v); /* of that, words */

/* True where there is room for the words of OST_VOCABULARY_SOME more tokens,
 * whatever they are; true from a quarter of what can be held on. */
#define OST_VOCABULARY_SOME 256
bool ost_vocabulary_has_room(const ost_vocabulary *v);
bool ost_vocabulary_full(const ost_vocabulary *v);

/* Forgets all terms and gives most memory back. */
void ost_vocabulary_reset(ost_vocabulary *v);

#endif
