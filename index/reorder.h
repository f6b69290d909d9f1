/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An order of documents in which like ones are neighbours, so that distances
 * in posting lists are short and blocks hold what scores alike.
 */
#ifndef OST_REORDER_H
#define OST_REORDER_H

#include "index.h"

/* ---- bisect.c ---- */

/* Documents as sets of terms: those of document d are terms[starts[d]] up to
 * terms[starts[d + 1]], all below n_terms, each once. */
typedef struct ost_forward {
    uint32_t n_docs, n_terms;
    const uint64_t *starts; /* n_docs + 1 */
    const uint32_t *terms;
} ost_forward;

/* Fills order[n_docs] with the numbers of all documents, neighbours alike:
 * recursive graph bisection (Dhulipala et al., "Compressing Graphs and Indexes
 * with Recursive Graph Bisection", KDD 2016) with the gain and the stop of
 * Mackenzie, Petri, Moffat, "Faster Index Reordering with Bipartite Graph
 * Partitioning", SIGIR 2021. The same documents give the same order, whatever
 * the number of threads. Cost: about 2 ns a term of a document, level (log2 of
 * n_docs / 32) and iteration (20 at most); memory 16 bytes a term of n_terms
 * for each thread. OSTEON_NO_MEMORY */
OSTEON_MUST_CHECK osteon_status ost_bisect(const ost_forward *forward,
                                           unsigned threads, uint32_t *order,
                                           osteon_error *err);

/* ---- reorder.c ---- */

/* Fills order[documents of the segment] for ost_merge_job.order, by the terms
 * of the default field. Terms of half of all documents or more tell nothing;
 * of the others the rarest are left out where all would take more than
 * `memory` bytes. The segment has no deleted documents.
 *   OSTEON_CORRUPT, OSTEON_NO_MEMORY */
OSTEON_MUST_CHECK osteon_status ost_reorder(ost_segment *segment,
                                            size_t memory, unsigned threads,
                                            uint32_t *order,
                                            osteon_error *err);

#endif
