/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How a document's score comes about: what each part of a query gives it.
 * Engines find that in their own ways; it is shown in one.
 */
#ifndef OST_EXPLAIN_H
#define OST_EXPLAIN_H

#include "arena.h"
#include "query.h"

/* What a part of the query gives to a document. */
typedef struct ost_finding ost_finding;
struct ost_finding {
    const ost_node *node;
    ost_node_kind kind; /* TERM and PHRASE are leaves */
    bool matches;
    int64_t score;
    uint32_t tf, length; /* leaf; the length is of the field */
    double average;      /* length */
    const uint64_t *df;  /* of each distinct term, NULL: not known */
    uint32_t n_df;
    uint64_t documents;   /* in the index */
    ost_finding **found;  /* of the parts that match; FILTER: that score */
    uint32_t n_found;
    bool excluded;
};

/* Adds what a part came to: the best of MAX counts, of others all do. There
 * is room for it in f->found. Whether `f` matches is left to the caller. */
void ost_finding_add(ost_finding *f, ost_finding *part);

/* Shows it as osteon_explain does; *out is for free(). Lines end with a
 * newline; a part's lines are indented below it, and the numbers of the parts
 * add up to its own. */
OSTEON_MUST_CHECK osteon_status ost_finding_show(const ost_finding *f,
                                                 uint32_t document, char **out,
                                                 osteon_error *err);

#endif
