/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::TermGenerator: text becomes the terms of a Document. The
 * conventions are those of xapian_c.h. A generator shares the document it is
 * given, so terms show in the caller's handle; that handle and those of
 * stems, stoppers and databases may be freed before the generator. `data` of
 * a stem's or stopper's callback must then stay until the generator is freed.
 */
#ifndef XAPIAN_C_XAPIAN_C_TERM_GENERATOR_H
#define XAPIAN_C_XAPIAN_C_TERM_GENERATOR_H

#include "xapian-c/xapian_c.h"
#include "xapian-c/xapian_c_query_parser.h"
#include "xapian-c/xapian_c_stem_user.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_term_generator xapian_c_term_generator;
typedef struct xapian_c_document xapian_c_document;

/* Flags of xapian_c_term_generator_set_flags(), to be combined by |. */
typedef enum xapian_c_term_generator_flag {
    XAPIAN_C_TERM_GENERATOR_SPELLING = 128, /* feed the spelling dictionary */
    XAPIAN_C_TERM_GENERATOR_CJK_NGRAM = 2048
} xapian_c_term_generator_flag;

/* What becomes of a stop-word. */
typedef enum xapian_c_stop_strategy {
    XAPIAN_C_STOP_NONE = 0,   /* the stopper is not asked */
    XAPIAN_C_STOP_ALL = 1,    /* no term */
    XAPIAN_C_STOP_STEMMED = 2 /* no stemmed term; Xapian's default */
} xapian_c_stop_strategy;

/* Makes a generator without stemmer, stopper and database, and with an empty
 * document of its own.
 *   out  set to the generator, which the caller frees
 *   XAPIAN_C_NO_MEMORY  the generator could not be allocated */
XAPIAN_C_CHECKED xapian_c_status xapian_c_term_generator_new(
    xapian_c_term_generator **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void xapian_c_term_generator_free(
    xapian_c_term_generator *generator) XAPIAN_C_NOEXCEPT;

/* Makes stemmed terms by `stem` too. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_term_generator_set_stemmer(
    xapian_c_term_generator *generator, const xapian_c_stem *stem,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Which terms are made of a word: STEM_NONE unstemmed ones, STEM_SOME both,
 * the stemmed with prefix Z and without positions, STEM_SOME_FULL_POS with
 * them, STEM_ALL stemmed ones, STEM_ALL_Z those with prefix Z.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  strategy is none of the five */
XAPIAN_C_CHECKED xapian_c_status xapian_c_term_generator_set_stemming_strategy(
    xapian_c_term_generator *generator, xapian_c_stem_strategy strategy,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Tells stop-words by `stopper`; NULL for none, as in a new generator. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_term_generator_set_stopper(
    xapian_c_term_generator *generator, const xapian_c_stopper *stopper,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/*   XAPIAN_C_INVALID_ARGUMENT_ERROR  strategy is none of the three */
XAPIAN_C_CHECKED xapian_c_status xapian_c_term_generator_set_stopper_strategy(
    xapian_c_term_generator *generator, xapian_c_stop_strategy strategy,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Adds terms to `document` from now on, and starts again at position 0. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_term_generator_set_document(
    xapian_c_term_generator *generator, xapian_c_document *document,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The document that terms are added to.
 *   out  set to a new handle on it, which the caller frees by
 *        xapian_c_document_free() */
XAPIAN_C_CHECKED xapian_c_status xapian_c_term_generator_get_document(
    const xapian_c_term_generator *generator, xapian_c_document **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The database whose spelling dictionary is fed.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  it was not opened for writing */
XAPIAN_C_CHECKED xapian_c_status xapian_c_term_generator_set_database(
    xapian_c_term_generator *generator, xapian_c_database *database,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Makes the flags (flags & mask) ^ toggle; with a mask of 0, just `toggle`.
 *   old  set to the flags before; may be NULL */
XAPIAN_C_CHECKED xapian_c_status xapian_c_term_generator_set_flags(
    xapian_c_term_generator *generator, unsigned toggle, unsigned mask,
    unsigned *old, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Leaves out words of more than `max` bytes; Xapian's default is 64. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_term_generator_set_max_word_length(
    xapian_c_term_generator *generator, unsigned max,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Adds the terms of the `len` bytes of UTF-8 at `text` to the document, with
 * positions that go on from the last text's.
 *   wdf_inc  added to a term's frequency each time it occurs; often 1
 *   prefix   put before each term; may be empty
 *   XAPIAN_C_CALLBACK_FAILED          a stem's or stopper's callback failed
 *   XAPIAN_C_INVALID_OPERATION_ERROR  the spelling flag without a database
 *   XAPIAN_C_NO_MEMORY                memory ran out
 *   and the errors of the database, with the spelling flag. On failure the
 *   document may have some of the terms. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_term_generator_index_text(
    xapian_c_term_generator *generator, const char *text, size_t len,
    unsigned wdf_inc, const char *prefix, size_t prefix_len,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The same without positions: a smaller database that finds no phrases. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_term_generator_index_text_without_positions(
    xapian_c_term_generator *generator, const char *text, size_t len,
    unsigned wdf_inc, const char *prefix, size_t prefix_len,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Moves the position on by `delta`, Xapian's default is 100, lest a phrase
 * reach from one field into the next. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_term_generator_increase_termpos(
    xapian_c_term_generator *generator, unsigned delta,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The position of the last word, 0 before the first. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_term_generator_get_termpos(
    const xapian_c_term_generator *generator, unsigned *out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status xapian_c_term_generator_set_termpos(
    xapian_c_term_generator *generator, unsigned termpos,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Xapian's text for it, for a person; borrowed from `generator`, ends in a
 * zero byte. *out_len is set to its length. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_term_generator_get_description(
    xapian_c_term_generator *generator, const char **out, size_t *out_len,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
