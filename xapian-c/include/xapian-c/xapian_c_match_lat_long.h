/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Places on a globe: Xapian::LatLongCoords as arrays, stored in a value of a
 * document, and documents weighted or sorted by the distance from them.
 * Distances are in metres along a great circle of the globe, and between two
 * lists of places that of the nearest two. The conventions of xapian_c.h and
 * of xapian_c_match.h hold. Xapian calls all of this experimental. Searches
 * must only meet values that xapian_c_lat_long_serialise() made: on a value
 * of 1 byte, or 1 more than a multiple of 6, Xapian 1.4.22 does not return
 * and takes all memory. Every function but the last two may return
 *   XAPIAN_C_NO_MEMORY               out of memory
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  an argument is NULL, a latitude is not
 *                                    from -90 to 90, a longitude or radius is
 *                                    not finite, or a radius is below 0 */
#ifndef XAPIAN_C_XAPIAN_C_MATCH_LAT_LONG_H
#define XAPIAN_C_XAPIAN_C_MATCH_LAT_LONG_H

#include "xapian-c/xapian_c_match.h"
#include "xapian-c/xapian_c_match_source.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Degrees; north and east are above 0. */
typedef struct xapian_c_lat_long {
    double latitude;  /* -90 to 90 */
    double longitude; /* any, taken modulo 360; Xapian gives 0 to 360 */
} xapian_c_lat_long;

/* Writes `n` places as the bytes of a value, 6 for each at most.
 *   out_len  set to their number; 0 on failure but NO_ROOM
 *   XAPIAN_C_NO_ROOM  *out_len is more than room */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_lat_long_serialise(const xapian_c_lat_long *places, size_t n,
                            char *out, size_t room, size_t *out_len,
                            xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* Reads them back into the `room` places at `out`.
 *   out_n  set to their number; 0 on failure but NO_ROOM
 *   XAPIAN_C_NO_ROOM              *out_n is more than room
 *   XAPIAN_C_SERIALISATION_ERROR  the bytes are no places */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_lat_long_unserialise(const char *bytes, size_t len,
                              xapian_c_lat_long *out, size_t room,
                              size_t *out_n,
                              xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* The distance between two lists.
 *   radius  of the globe, in metres; 0 for the Earth
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  one of them is empty */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_lat_long_distance(const xapian_c_lat_long *a, size_t a_n,
                           const xapian_c_lat_long *b, size_t b_n,
                           double radius, double *out,
                           xapian_c_error *err) XAPIAN_C_NOEXCEPT;

typedef struct xapian_c_lat_long_options {
    double radius;    /* of the globe; 0 for the Earth */
    double max_range; /* farther documents are left out; 0 for no limit */
    double k1, k2;    /* a weight is k1 * pow(distance + k1, -k2); above 0 */
} xapian_c_lat_long_options;

/* Initialises a xapian_c_lat_long_options with Xapian's defaults. */
#define XAPIAN_C_LAT_LONG_DEFAULTS {0.0, 0.0, 1000.0, 1.0}

/* A source of the documents with places in `slot`, nearest to `centre` first.
 *   n        1 or more
 *   options  NULL stands for the defaults
 *   out      set to the source, which the caller frees; NULL on failure
 *   XAPIAN_C_INVALID_ARGUMENT_ERROR  k1 or k2 is not above 0, or n is 0
 * Values that are no places: see the top. */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_posting_source_new_lat_long(unsigned slot,
                                     const xapian_c_lat_long *centre,
                                     size_t n,
                                     const xapian_c_lat_long_options *options,
                                     xapian_c_posting_source **out,
                                     xapian_c_error *err) XAPIAN_C_NOEXCEPT;

/* A key maker to sort by the distance of the places in `slot`.
 *   radius       0 for the Earth
 *   defdistance  stands in where there are none; below 0: farther than all
 *   statuses as before, n as before */
XAPIAN_C_CHECKED xapian_c_status
xapian_c_key_maker_new_lat_long(unsigned slot,
                                const xapian_c_lat_long *centre, size_t n,
                                double radius, double defdistance,
                                xapian_c_key_maker **out,
                                xapian_c_error *err) XAPIAN_C_NOEXCEPT;

XAPIAN_C_API double xapian_c_miles_to_metres(double miles) XAPIAN_C_NOEXCEPT;
XAPIAN_C_API double
xapian_c_metres_to_miles(double metres) XAPIAN_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
