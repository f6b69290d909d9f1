/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::Weight: the formulas that score a document, with their parameters.
 * An enquire copies the scheme it is given, so a weight may be freed right
 * after xapian_c_enquire_set_weighting_scheme(). The conventions of
 * xapian_c.h hold. Every function may return, besides what it names:
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  an argument is NULL that may not be
 *   XAPIAN_C_NO_MEMORY               out of memory
 * A parameter out of its range is moved to the range's end by some schemes
 * and is an invalid argument to others, as in Xapian. */
#ifndef XAPIAN_C_XAPIAN_C_WEIGHT_H
#define XAPIAN_C_XAPIAN_C_WEIGHT_H

#include "xapian-c/xapian_c.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xapian_c_weight xapian_c_weight;

/* Makes a scheme with its default parameters, by its name in Xapian.
 *   name  such as "Xapian::BM25Weight"; all schemes of Xapian are known
 *   out   set to the scheme, which the caller frees; NULL on failure
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  there is no scheme of that name */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_new(const char *name, xapian_c_weight **out,
                    xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* As above, with the parameters that xapian_c_weight_serialise() gave for a
 * scheme of that name.
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  there is no scheme of that name
 *   XAPIAN_C_SERIALISATION_ERROR     the bytes are no parameters for it */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_unserialise(const char *name, const char *bytes, size_t len,
                            xapian_c_weight **out,
                            xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_clone(const xapian_c_weight *weight, xapian_c_weight **out,
                      xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API void
xapian_c_weight_free(xapian_c_weight *weight) XAPIAN_C_NOEXCEPT;

/* Lends the name to give to the two functions at the top. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_name(xapian_c_weight *weight, const char **out,
                     size_t *out_len, xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Lends the parameters as bytes, which may be none. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_serialise(xapian_c_weight *weight, const char **out,
                          size_t *out_len,
                          xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* ---- The schemes ---- */

/* Each sets `out` to a scheme that the caller frees, NULL on failure. */

/* Every weight is 0. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_new_bool(xapian_c_weight **out,
                         xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The number of query terms that match. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_new_coord(xapian_c_weight **out,
                          xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Three letters: for the term's frequency in the document one of "nbslL", for
 * the number of documents with it one of "ntpfs", then "n". Default "ntn".
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  any other text */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_new_tf_idf(const char *normalizations, xapian_c_weight **out,
                           xapian_c_error *err) XAPIAN_C_NOEXCEPT;

typedef struct xapian_c_bm25_params {
    double k1;          /* weight of the frequency in the document, 0 or more */
    double k2;          /* weight of the document's length, 0 or more */
    double k3;          /* weight of the frequency in the query, 0 or more */
    double b;           /* how far k1 depends on the length, 0 to 1 */
    double min_normlen; /* shorter documents count as this times the average */
    double delta;       /* BM25+ only: least weight of a term, 0 or more */
} xapian_c_bm25_params;

/* Initialises a xapian_c_bm25_params with Xapian's defaults. */
#define XAPIAN_C_BM25_DEFAULTS {1.0, 0.0, 1.0, 0.5, 0.5, 1.0}

/* params  NULL stands for the defaults */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_new_bm25(const xapian_c_bm25_params *params,
                         xapian_c_weight **out,
                         xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_new_bm25_plus(const xapian_c_bm25_params *params,
                              xapian_c_weight **out,
                              xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The probabilistic formula that BM25 grew from.
 *   k  how far weights depend on the length, 0 or more; default 1 */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_new_trad(double k, xapian_c_weight **out,
                         xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Divergence from randomness.
 *   c  how far weights depend on the length; default 1
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  c is 0 or less */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_new_inl2(double c, xapian_c_weight **out,
                         xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_new_ifb2(double c, xapian_c_weight **out,
                         xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_new_ineb2(double c, xapian_c_weight **out,
                          xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_new_bb2(double c, xapian_c_weight **out,
                        xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_new_pl2(double c, xapian_c_weight **out,
                        xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/*   delta  least weight of a term; default 0.8
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  c or delta is 0 or less */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_new_pl2_plus(double c, double delta, xapian_c_weight **out,
                             xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Divergence from randomness without parameters. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_new_dlh(xapian_c_weight **out,
                        xapian_c_error *err) XAPIAN_C_NOEXCEPT;
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_new_dph(xapian_c_weight **out,
                        xapian_c_error *err) XAPIAN_C_NOEXCEPT;

typedef enum xapian_c_smoothing {
    XAPIAN_C_TWO_STAGE_SMOOTHING = 1, /* Xapian's default */
    XAPIAN_C_DIRICHLET_SMOOTHING = 2,
    XAPIAN_C_ABSOLUTE_DISCOUNT_SMOOTHING = 3,
    XAPIAN_C_JELINEK_MERCER_SMOOTHING = 4,
    XAPIAN_C_DIRICHLET_PLUS_SMOOTHING = 5
} xapian_c_smoothing;

/* Unigram language model.
 *   log         keeps weights above 0; 0 lets Xapian choose
 *   smoothing1  parameter of the smoothing; below 0: 0.7
 *   smoothing2  second one; below 0: 2000 for two stages, else 0.05
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  no such smoothing */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_weight_new_lm(double log, xapian_c_smoothing smoothing,
                       double smoothing1, double smoothing2,
                       xapian_c_weight **out,
                       xapian_c_error *err) XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
