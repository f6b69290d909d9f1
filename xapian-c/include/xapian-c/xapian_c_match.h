/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the caller adds to a search: deciders that choose documents and terms,
 * spies that look at what matches, and makers of sort keys. Each is one of
 * Xapian's own or a callback. The conventions of xapian_c.h hold, and:
 *
 *  - A callback that answers yes or no returns above 0 for yes, 0 for no, and
 *    below 0 for failure; any other returns 0, other than 0 for failure. The
 *    search then ends with XAPIAN_C_CALLBACK_FAILED.
 *  - A document given to a callback is borrowed until it returns.
 *  - A callback must neither change the database that is searched, nor use or
 *    free the enquire whose search it is called from.
 *  - An enquire keeps the spies and key makers it was given, also where their
 *    handles are freed; it lends deciders for one call only. So the `data` of
 *    a spy or key maker must stay until its handle and all such enquires are
 *    freed (or the spies cleared).
 *
 * Every function may return XAPIAN_C_INVALID_ARGUMENT_ERROR for an argument
 * that is NULL and XAPIAN_C_NO_MEMORY; only what else it may is noted. An
 * `out` of a `_new` is set to an object that the caller frees. An `_apply`
 * calls the object as a search would; it may also return what reading the
 * document may. */
#ifndef XAPIAN_C_XAPIAN_C_MATCH_H
#define XAPIAN_C_XAPIAN_C_MATCH_H

#include <stdbool.h>

#include "xapian-c/xapian_c_iterators.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_document xapian_c_document;
typedef struct xapian_c_match_decider xapian_c_match_decider;
typedef struct xapian_c_expand_decider xapian_c_expand_decider;
typedef struct xapian_c_match_spy xapian_c_match_spy;
typedef struct xapian_c_key_maker xapian_c_key_maker;

/* ---- MatchDecider: shall this document be in the result? ---- */

typedef int (*xapian_c_match_callback)(void *data, xapian_c_document *doc);

XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_decider_new_callback(xapian_c_match_callback callback,
                                    void *data, xapian_c_match_decider **out,
                                    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Xapian::ValueSetMatchDecider, with an empty set.
 *   inclusive  true: take documents whose value in `slot` is in the set;
 *              false: take the others, also those without a value */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_decider_new_value_set(unsigned slot, bool inclusive,
                                     xapian_c_match_decider **out,
                                     xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Add to that set, and remove from it what may not be in it.
 *   XAPIAN_C_INVALID_OPERATION_ERROR  the decider is a callback */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_decider_add_value(xapian_c_match_decider *decider,
                                 const char *value, size_t len,
                                 xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_decider_remove_value(xapian_c_match_decider *decider,
                                    const char *value, size_t len,
                                    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_decider_apply(const xapian_c_match_decider *decider,
                             const xapian_c_document *doc, bool *out,
                             xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void
xapian_c_match_decider_free(xapian_c_match_decider *decider)
    XAPIAN_C_NOEXCEPT;

/* ---- ExpandDecider: shall this term be suggested? ---- */

typedef int (*xapian_c_expand_callback)(void *data, const char *term,
                                        size_t len);

/* `data` must also outlive all deciders that _new_and() made of this one. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_expand_decider_new_callback(xapian_c_expand_callback callback,
                                     void *data,
                                     xapian_c_expand_decider **out,
                                     xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ExpandDeciderAnd: asks `second` about the terms that `first` takes. Both
 * may be freed right after. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_expand_decider_new_and(const xapian_c_expand_decider *first,
                                const xapian_c_expand_decider *second,
                                xapian_c_expand_decider **out,
                                xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ExpandDeciderFilterTerms: takes all but these `n` terms.
 *   terms, lens  `n` terms and their lengths in bytes */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_expand_decider_new_filter_terms(const char *const *terms,
                                         const size_t *lens, size_t n,
                                         xapian_c_expand_decider **out,
                                         xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

/* ExpandDeciderFilterPrefix: takes terms that begin with `prefix`. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_expand_decider_new_filter_prefix(const char *prefix, size_t len,
                                          xapian_c_expand_decider **out,
                                          xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_expand_decider_apply(const xapian_c_expand_decider *decider,
                              const char *term, size_t len, bool *out,
                              xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void
xapian_c_expand_decider_free(xapian_c_expand_decider *decider)
    XAPIAN_C_NOEXCEPT;

/* ---- MatchSpy: what is in the documents that match? ---- */

/* A search shows a spy at least `checkatleast` of the documents that match,
 * and more or less all of them only if that is as many. */
typedef int (*xapian_c_spy_callback)(void *data, xapian_c_document *doc,
                                     double weight);

XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_spy_new_callback(xapian_c_spy_callback callback, void *data,
                                xapian_c_match_spy **out,
                                xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Xapian::ValueCountMatchSpy: counts how often each value in `slot` is seen,
 * over all searches that it is used in. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_spy_new_value_count(unsigned slot, xapian_c_match_spy **out,
                                   xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* A spy with the parameters that xapian_c_match_spy_serialise() gave.
 *   name  what xapian_c_match_spy_name() gave
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  there is no spy of that name
 *   XAPIAN_C_NETWORK_ERROR, XAPIAN_C_SERIALISATION_ERROR  the bytes are no
 *                                    parameters for it */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_spy_unserialise(const char *name, const char *bytes,
                               size_t len, xapian_c_match_spy **out,
                               xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The number of documents seen.
 *   XAPIAN_C_INVALID_OPERATION_ERROR  the spy does not count values; so for
 *                                     the next two */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_spy_get_total(const xapian_c_match_spy *spy, size_t *out,
                             xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* A cursor over the values in byte order; its get_termfreq() is how often the
 * value was seen. The caller frees it, and must not move it after a further
 * search or merge with the spy. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_spy_values_begin(const xapian_c_match_spy *spy,
                                xapian_c_term_iterator **out,
                                xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The same over the `max` most frequent values, most frequent first. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_spy_top_values_begin(const xapian_c_match_spy *spy, size_t max,
                                    xapian_c_term_iterator **out,
                                    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* A spy with the same parameters that has seen nothing; name and parameters;
 * what was seen, as bytes to be merged elsewhere. The last three are lent.
 *   XAPIAN_C_UNIMPLEMENTED_ERROR  the spy is a callback */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_spy_clone(const xapian_c_match_spy *spy,
                         xapian_c_match_spy **out,
                         xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_spy_name(xapian_c_match_spy *spy, const char **out,
                        size_t *out_len,
                        xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_spy_serialise(xapian_c_match_spy *spy, const char **out,
                             size_t *out_len,
                             xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_spy_serialise_results(xapian_c_match_spy *spy,
                                     const char **out, size_t *out_len,
                                     xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Adds what another spy of this kind saw, as that spy serialised it.
 *   XAPIAN_C_UNIMPLEMENTED_ERROR  the spy is a callback
 *   XAPIAN_C_NETWORK_ERROR, XAPIAN_C_SERIALISATION_ERROR  the bytes are not
 *                                 results; some may have been added */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_spy_merge_results(xapian_c_match_spy *spy, const char *bytes,
                                 size_t len,
                                 xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_spy_apply(xapian_c_match_spy *spy,
                         const xapian_c_document *doc, double weight,
                         xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Text for a person, lent. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_match_spy_get_description(xapian_c_match_spy *spy, const char **out,
                                   size_t *out_len,
                                   xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void
xapian_c_match_spy_free(xapian_c_match_spy *spy) XAPIAN_C_NOEXCEPT;

/* ---- KeyMaker: by what is a document sorted? ---- */

/* Sets *key and *len to bytes that stay until the next call, or that came
 * from `doc`; *len is 0 before. Documents sort by the bytes of their keys. */
typedef int (*xapian_c_key_callback)(void *data, xapian_c_document *doc,
                                     const char **key, size_t *len);

XAPIAN_C_CHECKED xapian_c_status
xapian_c_key_maker_new_callback(xapian_c_key_callback callback, void *data,
                                xapian_c_key_maker **out,
                                xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Xapian::MultiValueKeyMaker of no slots yet. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_key_maker_new_multi_value(xapian_c_key_maker **out,
                                   xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Adds a slot, to sort by where all slots before it are equal.
 *   reverse   turns the order of this slot round
 *   defvalue  stands in for a missing value
 *   XAPIAN_C_INVALID_OPERATION_ERROR  the maker has no slots */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_key_maker_add_value(xapian_c_key_maker *maker, unsigned slot,
                             bool reverse, const char *defvalue, size_t len,
                             xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Lends the key of a document. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_key_maker_apply(xapian_c_key_maker *maker,
                         const xapian_c_document *doc, const char **out,
                         size_t *out_len,
                         xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void
xapian_c_key_maker_free(xapian_c_key_maker *maker) XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
