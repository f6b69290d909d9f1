/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The distinct fields and terms of a query, each looked up once.
 */
#ifndef OST_LEAF_H
#define OST_LEAF_H

#include "model.h"

/* A hash table of pointers; NULL: free slot. */
typedef struct ost_slots {
    void **items;
    size_t mask;
} ost_slots;

typedef struct ost_leaf_table {
    ost_model *model;
    ost_slots fields, leaves;
} ost_leaf_table;

/* A table with room for the fields and terms of `n_terms` nodes, in the
 * model's arena. */
OSTEON_MUST_CHECK osteon_status ost_leaf_table_open(ost_leaf_table *table,
                                                    ost_model *model,
                                                    size_t n_terms,
                                                    osteon_error *err);

/* The leaf of a TERM; lives in the model's arena. */
OSTEON_MUST_CHECK osteon_status ost_leaf_get(ost_leaf_table *table,
                                             const ost_node *node,
                                             ost_leaf **out,
                                             osteon_error *err);

#endif
