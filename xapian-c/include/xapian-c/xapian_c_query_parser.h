/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::QueryParser: what a user typed becomes a Query; with the stoppers,
 * range processors and field processors that it uses. The conventions are
 * those of xapian_c.h. A parser keeps what it is given, so the handles of
 * stems, stoppers, databases and range processors may be freed before it.
 *
 * `data` of a callback must stay until the handle made with it and every
 * parser or term generator given that handle are freed. A callback must not
 * use the parser that runs it. */
#ifndef XAPIAN_C_XAPIAN_C_QUERY_PARSER_H
#define XAPIAN_C_XAPIAN_C_QUERY_PARSER_H

#include <stdbool.h>

#include "xapian-c/xapian_c_query.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_query_parser xapian_c_query_parser;
typedef struct xapian_c_stopper xapian_c_stopper;
typedef struct xapian_c_range_processor xapian_c_range_processor;
typedef struct xapian_c_database xapian_c_database;

/* ---- Stopper ---- */

/* Tells a stop-word: above 0 for one, 0 for none, below 0 for failure. */
typedef int (*xapian_c_stopper_callback)(void *data, const char *term,
                                         size_t len);

/* SimpleStopper of no words yet.
 *   out  set to the stopper, which the caller frees
 *   XAPIAN_C_NO_MEMORY  the stopper could not be allocated */
XAPIAN_C_CHECKED xapian_c_status xapian_c_stopper_new(
    xapian_c_stopper **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* A stopper that asks `callback`, which must not be NULL. Out and status as
 * xapian_c_stopper_new(). */
XAPIAN_C_CHECKED xapian_c_status xapian_c_stopper_new_callback(
    xapian_c_stopper_callback callback, void *data, xapian_c_stopper **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Adds a word; also those who were given the stopper before see it.
 *   XAPIAN_C_INVALID_OPERATION_ERROR  the stopper has a callback
 *   XAPIAN_C_NO_MEMORY                the word could not be stored */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_stopper_add(xapian_c_stopper *stopper, const char *word, size_t len,
                     xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Sets *stop to whether `term` is a stop-word; to false on failure.
 *   XAPIAN_C_CALLBACK_FAILED  the stopper's callback failed */
XAPIAN_C_CHECKED xapian_c_status xapian_c_stopper_apply(
    const xapian_c_stopper *stopper, const char *term, size_t len, bool *stop,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Xapian's text for it, for a person; borrowed from `stopper`, ends in a zero
 * byte. *out_len is set to its length. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_stopper_get_description(
    xapian_c_stopper *stopper, const char **out, size_t *out_len,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void
xapian_c_stopper_free(xapian_c_stopper *stopper) XAPIAN_C_NOEXCEPT;

/* ---- RangeProcessor ---- */

/* Flags of range processors, to be combined by |. */
typedef enum xapian_c_range_flag {
    XAPIAN_C_RP_SUFFIX = 1,         /* the marker is a suffix: 5..10kg */
    XAPIAN_C_RP_REPEATED = 2,       /* it may stand at both ends: $5..$10 */
    XAPIAN_C_RP_DATE_PREFER_MDY = 4 /* 2/3/2000 is the 3rd of February */
} xapian_c_range_flag;

/* Makes a query of a range, its marker removed; `end` is empty for no upper
 * limit. Returns 0, with *out a query that then belongs to the library, or
 * left NULL if this is no range it knows; other than 0 for failure. */
typedef int (*xapian_c_range_callback)(void *data, const char *begin,
                                       size_t begin_len, const char *end,
                                       size_t end_len, xapian_c_query **out);

/* For each `_new` below:
 *   slot    the value that is searched
 *   marker  `len` bytes by which the range is known, such as "date:" or "kg";
 *           none if len is 0
 *   flags   of xapian_c_range_flag
 *   out     set to the range processor, which the caller frees
 *   XAPIAN_C_NO_MEMORY  it could not be allocated */

/* RangeProcessor: values are the very strings that the user typed. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_range_processor_new(
    unsigned slot, const char *marker, size_t len, unsigned flags,
    xapian_c_range_processor **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* DateRangeProcessor: values are dates as YYYYMMDD.
 *   epoch_year  first of the 100 years that two digits stand for; Xapian's
 *               default is 1970 */
XAPIAN_C_CHECKED xapian_c_status xapian_c_range_processor_new_date(
    unsigned slot, const char *marker, size_t len, unsigned flags,
    int epoch_year, xapian_c_range_processor **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* NumberRangeProcessor: values are of xapian_c_sortable_serialise(). */
XAPIAN_C_CHECKED xapian_c_status xapian_c_range_processor_new_number(
    unsigned slot, const char *marker, size_t len, unsigned flags,
    xapian_c_range_processor **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* A RangeProcessor of one's own; `callback` must not be NULL. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_range_processor_new_callback(
    const char *marker, size_t len, unsigned flags,
    xapian_c_range_callback callback, void *data,
    xapian_c_range_processor **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Checks for the marker, then makes the query.
 *   out  set to the query, which the caller frees; one of type OP_INVALID if
 *        this is no range that it knows
 *   XAPIAN_C_CALLBACK_FAILED  the callback failed */
XAPIAN_C_CHECKED xapian_c_status xapian_c_range_processor_check_range(
    xapian_c_range_processor *processor, const char *begin, size_t begin_len,
    const char *end, size_t end_len, xapian_c_query **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* operator(): the same without a look at the marker. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_range_processor_apply(
    xapian_c_range_processor *processor, const char *begin, size_t begin_len,
    const char *end, size_t end_len, xapian_c_query **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void xapian_c_range_processor_free(
    xapian_c_range_processor *processor) XAPIAN_C_NOEXCEPT;

/* ---- QueryParser ---- */

/* Flags of xapian_c_query_parser_parse_query(), to be combined by |; their
 * numbers are those of QueryParser::feature_flag. */
typedef enum xapian_c_query_parser_flag {
    XAPIAN_C_FLAG_BOOLEAN = 1,          /* AND, OR, NOT, brackets */
    XAPIAN_C_FLAG_PHRASE = 2,           /* "quoted phrases" */
    XAPIAN_C_FLAG_LOVEHATE = 4,         /* +must -not */
    XAPIAN_C_FLAG_DEFAULT = 7,          /* these three */
    XAPIAN_C_FLAG_BOOLEAN_ANY_CASE = 8, /* and, or, not as well */
    XAPIAN_C_FLAG_WILDCARD = 16,        /* wha* */
    XAPIAN_C_FLAG_PURE_NOT = 32,        /* NOT apples, alone */
    XAPIAN_C_FLAG_PARTIAL = 64,         /* the last word is not finished */
    XAPIAN_C_FLAG_SPELLING_CORRECTION = 128,
    XAPIAN_C_FLAG_SYNONYM = 256, /* ~word */
    XAPIAN_C_FLAG_AUTO_SYNONYMS = 512,
    XAPIAN_C_FLAG_AUTO_MULTIWORD_SYNONYMS = 1024,
    XAPIAN_C_FLAG_CJK_NGRAM = 2048,
    XAPIAN_C_FLAG_ACCUMULATE = 65536,   /* keep the last query's lists */
    XAPIAN_C_FLAG_NO_POSITIONS = 131072 /* phrases become ANDs */
} xapian_c_query_parser_flag;

/* QueryParser::stem_strategy, with its numbers; also for term generators. */
typedef enum xapian_c_stem_strategy {
    XAPIAN_C_STEM_NONE = 0,
    XAPIAN_C_STEM_SOME = 1, /* Xapian's default */
    XAPIAN_C_STEM_ALL = 2,
    XAPIAN_C_STEM_ALL_Z = 3,
    XAPIAN_C_STEM_SOME_FULL_POS = 4
} xapian_c_stem_strategy;

/* Makes a query of the `len` bytes at `text`, which are a field's contents.
 * Returns 0, with *out a query that then belongs to the library, or left NULL
 * to match nothing; other than 0 for failure. */
typedef int (*xapian_c_field_callback)(void *data, const char *text,
                                       size_t len, xapian_c_query **out);

/* Makes a parser without stemmer, stopper, prefixes and database.
 *   out  set to the parser, which the caller frees
 *   XAPIAN_C_NO_MEMORY  the parser could not be allocated */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_parser_new(
    xapian_c_query_parser **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void
xapian_c_query_parser_free(xapian_c_query_parser *parser) XAPIAN_C_NOEXCEPT;

/* Stems words by `stem`. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_parser_set_stemmer(
    xapian_c_query_parser *parser, const xapian_c_stem *stem,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Which words are stemmed.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  strategy is none of the five */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_parser_set_stemming_strategy(
    xapian_c_query_parser *parser, xapian_c_stem_strategy strategy,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Leaves out the words of `stopper`; NULL for none, as in a new parser. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_parser_set_stopper(
    xapian_c_query_parser *parser, const xapian_c_stopper *stopper,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The operator between words that have none, at first XAPIAN_C_OP_OR.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  op is none of AND, OR, NEAR, PHRASE,
 *                                    ELITE_SET, SYNONYM and MAX */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_parser_set_default_op(
    xapian_c_query_parser *parser, xapian_c_query_op op,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Sets *out to that operator; to XAPIAN_C_OP_AND, which is 0, on failure. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_parser_get_default_op(
    const xapian_c_query_parser *parser, xapian_c_query_op *out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The database for spelling correction and synonyms. Wildcards use the one
 * that is searched. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_parser_set_database(
    xapian_c_query_parser *parser, const xapian_c_database *database,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* How many terms a wildcard, or a partial last word, may become.
 *   max    0 for no limit, which is the default for wildcards; for partial
 *          words it is the 100 most frequent
 *   flags  FLAG_WILDCARD, FLAG_PARTIAL or both
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  limit is none of the three */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_parser_set_max_expansion(
    xapian_c_query_parser *parser, unsigned max, xapian_c_wildcard_limit limit,
    unsigned flags, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Searches `field`:word as the term `prefix`word. A field may have several
 * prefixes; an empty field stands for words without one.
 *   XAPIAN_C_INVALID_OPERATION_ERROR  the field is a boolean one already
 *   XAPIAN_C_FEATURE_UNAVAILABLE_ERROR  the field has a callback */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_parser_add_prefix(
    xapian_c_query_parser *parser, const char *field, size_t field_len,
    const char *prefix, size_t prefix_len,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The same for a field whose contents `callback` turns into a query: a
 * FieldProcessor. Statuses as xapian_c_query_parser_add_prefix(), the last
 * one for a field that has a prefix or callback. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_parser_add_prefix_callback(
    xapian_c_query_parser *parser, const char *field, size_t field_len,
    xapian_c_field_callback callback, void *data,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Makes `field`:term a filter by the term `prefix`term, which is not split,
 * stemmed or weighted.
 *   grouping  filters of one grouping are ORed, different ones ANDed. NULL
 *             for one named as the field; if not NULL and of length 0, each
 *             filter is ANDed
 *   XAPIAN_C_UNIMPLEMENTED_ERROR      field is empty
 *   XAPIAN_C_INVALID_OPERATION_ERROR  the field is a free-text one already,
 *                                     or its grouping is another
 *   XAPIAN_C_FEATURE_UNAVAILABLE_ERROR  the field has a callback */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_parser_add_boolean_prefix(
    xapian_c_query_parser *parser, const char *field, size_t field_len,
    const char *prefix, size_t prefix_len, const char *grouping,
    size_t grouping_len, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The same with a FieldProcessor. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_query_parser_add_boolean_prefix_callback(
    xapian_c_query_parser *parser, const char *field, size_t field_len,
    xapian_c_field_callback callback, void *data, const char *grouping,
    size_t grouping_len, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Offers ranges to `processor`, after those that were added before.
 *   grouping  ranges of one grouping are ORed, different ones ANDed; NULL for
 *             one named as the slot. The empty one is a grouping like others */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_parser_add_rangeprocessor(
    xapian_c_query_parser *parser, xapian_c_range_processor *processor,
    const char *grouping, size_t grouping_len,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Makes a query of the `len` bytes at `text`.
 *   flags           of xapian_c_query_parser_flag
 *   default_prefix  prefix of words without a field; may be empty
 *   out             set to the query, which the caller frees
 *   XAPIAN_C_QUERY_PARSER_ERROR  the text breaks the syntax; the message is
 *                                for whoever typed it
 *   XAPIAN_C_CALLBACK_FAILED     a stem, stopper, range or field callback
 *                                failed
 *   XAPIAN_C_NO_MEMORY           memory ran out
 *   and the errors of the database, which spelling and synonyms read; Xapian
 *   1.4.22 itself leaks some memory in case of these and NO_MEMORY */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_parser_parse_query(
    xapian_c_query_parser *parser, const char *text, size_t len,
    unsigned flags, const char *default_prefix, size_t default_prefix_len,
    xapian_c_query **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- What the last query was ---- */

/* The text with its spelling corrected; empty if nothing was to correct or
 * FLAG_SPELLING_CORRECTION was not given. Borrowed from `parser`, ends in a
 * zero byte. *out_len is set to its length. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_query_parser_get_corrected_query_string(
    xapian_c_query_parser *parser, const char **out, size_t *out_len,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The words that the stopper left out, in the order of the text.
 *   out  set to a cursor of this moment's list, which the caller frees by
 *        xapian_c_term_iterator_free() */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_parser_stoplist_begin(
    const xapian_c_query_parser *parser, xapian_c_term_iterator **out,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The forms in the text that became the term `term`, prefix included. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_parser_unstem_begin(
    const xapian_c_query_parser *parser, const char *term, size_t len,
    xapian_c_term_iterator **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Xapian's text for the parser, as the corrected query string. */
XAPIAN_C_CHECKED xapian_c_status xapian_c_query_parser_get_description(
    xapian_c_query_parser *parser, const char **out, size_t *out_len,
    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
