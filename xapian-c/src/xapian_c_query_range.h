/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The C++ inside of xapian_c_range_processor. */
#ifndef XAPIAN_C_QUERY_RANGE_H
#define XAPIAN_C_QUERY_RANGE_H

#include "xapian_c_internal.h"
#include "xapian-c/xapian_c_query_parser.h"

struct xapian_c_range_processor {
    xapian_c::counted<Xapian::RangeProcessor> processor;
};

#endif
