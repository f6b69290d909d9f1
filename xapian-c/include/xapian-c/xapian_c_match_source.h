/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::PostingSource: a list of documents and weights that takes part in a
 * search as a query does: xapian_c_query_new_posting_source() makes one of it.
 * The conventions of xapian_c.h and what xapian_c_match.h says of callbacks
 * and of statuses hold. A query, and each enquire it is given to, keeps its
 * sources, also where their handles are freed: the `data` of a source must
 * stay until all of these are. */
#ifndef XAPIAN_C_XAPIAN_C_MATCH_SOURCE_H
#define XAPIAN_C_XAPIAN_C_MATCH_SOURCE_H

#include "xapian-c/xapian_c.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_database xapian_c_database;
typedef struct xapian_c_posting_source xapian_c_posting_source;

/* ---- Sources by callback ---- */

/* What a source says about its list: how many documents it has at least,
 * about, and at most, and a weight that none of them exceeds. */
typedef struct xapian_c_posting_bounds {
    unsigned termfreq_min, termfreq_est, termfreq_max;
    double max_weight;
} xapian_c_posting_bounds;

/* A list of documents by ascending number, as a set of callbacks. A search
 * calls init, then moves by next, skip_to and check; it reads docid and
 * weight only after a move, and if at_end says no. In a move, `min_weight` is
 * a hint: documents of less weight may be left out. Those marked 0 return 0,
 * other than 0 for failure; those marked ? above 0 for yes, 0 for no, below 0
 * for failure. Those that may be NULL say what then is done. */
typedef struct xapian_c_posting_callbacks {
    /* 0: Places the list before its first document in `db`, which is borrowed
     * until the next init and is one single database. Sets the bounds, all 0
     * before; they stay writable while `data` is searched, and max_weight may
     * be lowered in later moves. */
    int (*init)(void *data, xapian_c_database *db,
                xapian_c_posting_bounds *bounds);
    /* 0: Moves to the next document, or to the end. */
    int (*next)(void *data, double min_weight);
    /* 0: Moves to the first document of that number or more, never back.
     * NULL: calls next as often as it takes. */
    int (*skip_to)(void *data, unsigned docid, double min_weight);
    /* ?: Looks for a document that exists in the database. Yes: has moved as
     * skip_to would. No: it is not in the list, and the next move takes the
     * list to the first document after it. NULL: calls skip_to, says yes. */
    int (*check)(void *data, unsigned docid, double min_weight);
    /* ?: Is the list past its last document? */
    int (*at_end)(void *data);
    /* 0: Sets *out to the number of the current document, not 0. */
    int (*docid)(void *data, unsigned *out);
    /* 0: Sets *out to its weight, 0 to max_weight. NULL: always 0. */
    int (*weight)(void *data, double *out);
    /* 0: Sets *out to a `data` for a list of its own. Each search makes one
     * for each database. NULL: `data` itself is used, and only searches of
     * a single database are possible, one at a time. */
    int (*clone)(void *data, void **out);
    /* Ends a `data` that clone has made. NULL: nothing is done. */
    void (*release)(void *data);
} xapian_c_posting_callbacks;

/* callbacks  copied
 * out        set to the source, which the caller frees; NULL on failure
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  init, next, at_end or docid is NULL */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_source_new_callback(
    const xapian_c_posting_callbacks *callbacks, void *data,
    xapian_c_posting_source **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- Xapian's own; the caller frees what `out` is set to ---- */

/* All documents, each with that weight.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  weight is negative, or not a number */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_source_new_fixed_weight(double weight,
                                         xapian_c_posting_source **out,
                                         xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

/* Documents with a value in `slot`, which is a number as
 * xapian_c_sortable_serialise() writes it, and is their weight. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_source_new_value_weight(unsigned slot,
                                         xapian_c_posting_source **out,
                                         xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

/* The same where these weights never grow with the number of the document,
 * from document `first` to `last`; 0 stands for no limit. A search may end
 * early thanks to that. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_source_new_decreasing_value_weight(
    unsigned slot, unsigned first, unsigned last,
    xapian_c_posting_source **out, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Documents with a value in `slot`, weighted by a table from values to
 * weights, which is empty yet; other values have the default weight, 0. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_source_new_value_map(unsigned slot,
                                      xapian_c_posting_source **out,
                                      xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Add to that table, empty it, set its default.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR   weight is negative, or not a number
 *   XAPIAN_C_INVALID_OPERATION_ERROR  the source has no table */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_source_add_mapping(xapian_c_posting_source *source,
                                    const char *value, size_t len,
                                    double weight,
                                    xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_source_clear_mappings(xapian_c_posting_source *source,
                                       xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_source_set_default_weight(xapian_c_posting_source *source,
                                           double weight,
                                           xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

/* A source by the name and parameters that the next but one functions gave.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  there is no source of that name
 *   XAPIAN_C_NETWORK_ERROR, XAPIAN_C_SERIALISATION_ERROR  the bytes are no
 *                                    parameters for it */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_source_unserialise(const char *name, const char *bytes,
                                    size_t len,
                                    xapian_c_posting_source **out,
                                    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- Any source ---- */

/* A source with the same parameters.
 *   XAPIAN_C_UNIMPLEMENTED_ERROR  it has callbacks, and none of them clones */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_source_clone(const xapian_c_posting_source *source,
                              xapian_c_posting_source **out,
                              xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Name, empty for callbacks, and parameters; both are lent.
 *   XAPIAN_C_UNIMPLEMENTED_ERROR  serialise: it has callbacks */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_source_name(xapian_c_posting_source *source,
                             const char **out, size_t *out_len,
                             xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_source_serialise(xapian_c_posting_source *source,
                                  const char **out, size_t *out_len,
                                  xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Text for a person, lent. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_source_get_description(xapian_c_posting_source *source,
                                        const char **out, size_t *out_len,
                                        xapian_c_error *err)
    XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void
xapian_c_posting_source_free(xapian_c_posting_source *source)
    XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
