/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which documents of a segment match a part of a query, and with what score?
 *
 * A scorer walks candidates in ascending order. `doc` is the current one, -1
 * before the first, OST_DOC_END after the last. Deleted documents are not
 * left out. Where `verify` is set a candidate may be no match: match() tells.
 *
 * Floors make a walk shorter: whoever needs only documents with a score above
 * some floor says so. A scorer may then leave others out, in part or whole,
 * and give any score up to the floor for them; above it all are exact. Floors
 * only rise. A floor below 0 is none, for no score is below 0.
 *
 * Scorers never fail: damage ends a walk, and ost_plan_check tells.
 */
#ifndef OST_SCORER_H
#define OST_SCORER_H

#include "model.h"
#include "places.h"

typedef struct ost_scorer ost_scorer;
typedef struct ost_plan ost_plan;

typedef struct ost_scorer_type {
    /* Move to the next candidate, or to the first numbered `target` or
     * higher (never below the current one); both return s->doc. */
    int64_t (*next)(ost_scorer *s);
    int64_t (*seek)(ost_scorer *s, uint32_t target);
    /* Whether the candidate is a match; may also be false where its score is
     * not above `floor`. Only called where `verify` is set; not twice for
     * one candidate. */
    bool (*match)(ost_scorer *s, int64_t floor);
    /* The score of the candidate, after match() was true if need be. Not for
     * scorers of plans without ranking. */
    int64_t (*score)(ost_scorer *s);
    /* No candidate from `target`, or the current one if that is higher, to
     * *upto inclusive scores more. */
    int64_t (*bound)(ost_scorer *s, uint32_t target, uint32_t *upto);
    void (*set_floor)(ost_scorer *s, int64_t floor);
    /* A score that k candidates have or are above, deleted ones among them,
     * as far as it can be told before the scorer is moved; 0: unknown. NULL
     * where it never is. */
    int64_t (*seed)(ost_scorer *s, uint64_t k);
} ost_scorer_type;

struct ost_scorer {
    const ost_scorer_type *type;
    int64_t doc;
    int64_t max;   /* no document scores more */
    int64_t floor; /* -1 at first */
    uint64_t cost; /* candidates there may be */
    bool verify;
    bool ranking; /* scores are wanted; else only matches */
};

/* Moves to the first candidate numbered `target` or higher, if the scorer is
 * not there already. */
static inline int64_t ost_scorer_seek(ost_scorer *s, int64_t target)
{
    return s->doc >= target ? s->doc : s->type->seek(s, (uint32_t)target);
}

/* Whether the current candidate matches. Not twice for one candidate. */
static inline bool ost_scorer_match(ost_scorer *s, int64_t floor)
{
    return !s->verify || s->type->match(s, floor);
}

static inline int64_t ost_scorer_seed(ost_scorer *s, uint64_t k)
{
    return s->type->seed != NULL ? s->type->seed(s, k) : 0;
}

/* ---- plan.c ---- */

/* A cursor of a plan. */
typedef struct ost_list ost_list;
struct ost_list {
    ost_postings *postings;
    int64_t asked;   /* highest document a bound was asked for */
    uint32_t number; /* among the lists of a phrase */
    ost_list *older;
};

/* The scorers of one segment. */
struct ost_plan {
    const ost_model *model;
    uint32_t number; /* of the segment */
    ost_segment *segment;
    uint32_t documents;
    bool ranking;
    ost_arena *arena;
    ost_list *lists;
    ost_scorer *root; /* NULL: nothing matches */
};

/* Makes scorers for the model's root in segment `number`; without `ranking`
 * for matches only. */
OSTEON_MUST_CHECK osteon_status ost_plan_open(const ost_model *model,
                                              uint32_t number, bool ranking,
                                              ost_plan **out,
                                              osteon_error *err);
/* The same for any part of the model: *out may hold a root or not. */
OSTEON_MUST_CHECK osteon_status ost_plan_open_part(
    const ost_model *model, const ost_part *part, uint32_t number,
    bool ranking, ost_plan **out, osteon_error *err);
void ost_plan_close(ost_plan *plan);

/* The first failure of any cursor. */
OSTEON_MUST_CHECK osteon_status ost_plan_check(const ost_plan *plan,
                                               osteon_error *err);

/* Opens a cursor that the plan closes. */
OSTEON_MUST_CHECK osteon_status ost_plan_list(ost_plan *plan,
                                              const ost_leaf *leaf,
                                              ost_list **out,
                                              osteon_error *err);

/* ost_postings_bound for targets that may fall, and between documents. */
uint8_t ost_list_bound(ost_list *list, uint32_t target, uint32_t *upto);

/* A zeroed scorer of `size` bytes; NULL: no memory. */
void *ost_plan_scorer(ost_plan *plan, const ost_scorer_type *type,
                      size_t size);

/* ---- scorer_*.c: each makes a scorer in the plan's arena ---- */

OSTEON_MUST_CHECK osteon_status ost_scorer_term(ost_plan *plan,
                                                const ost_part *part,
                                                ost_scorer **out,
                                                osteon_error *err);

/* Occurrences of a term in its current document. */
uint32_t ost_scorer_term_tf(ost_scorer *s);

/* Adds the scores of the term's documents in [current, end) to sums[doc -
 * base] (or keeps the highest, if `best`; nothing without ranking), sets
 * their bits, and moves to `end` or after. */
void ost_scorer_term_collect(ost_scorer *s, uint32_t base, int64_t end,
                             bool best, int64_t *sums, uint64_t *bits);
bool ost_scorer_is_term(const ost_scorer *s);

/* Of a PHRASE or NEAR. `leads`: all candidates are walked, and asked whether
 * they match. */
OSTEON_MUST_CHECK osteon_status ost_scorer_phrase(ost_plan *plan,
                                                  const ost_part *part,
                                                  bool leads,
                                                  ost_scorer **out,
                                                  osteon_error *err);

/* Occurrences of a phrase in the document match() was true for. */
uint32_t ost_scorer_phrase_tf(ost_scorer *s);

/* The others are NULL for lack of memory only. `children` (two or more; one
 * will do for AND) become the scorer's own; they are in the plan's arena. */
ost_scorer *ost_scorer_all(ost_plan *plan);
ost_scorer *ost_scorer_and(ost_plan *plan, ost_scorer **children, uint32_t n);
ost_scorer *ost_scorer_all_terms(ost_plan *plan, ost_scorer **terms,
                                 uint32_t n); /* in order of cost; for AND */
ost_scorer *ost_scorer_filter(ost_plan *plan, ost_scorer *required,
                              ost_scorer *optional, ost_scorer *excluded);

/* Any child; their sum, or the best. The first goes document by document, to
 * be led by others; n is small. The second goes by windows: to lead, or for
 * many children. */
ost_scorer *ost_scorer_any(ost_plan *plan, ost_scorer **children, uint32_t n,
                           bool best);
ost_scorer *ost_scorer_window(ost_plan *plan, ost_scorer **children,
                              uint32_t n, bool best);
bool ost_scorer_is_window(const ost_scorer *s);

/* The number of matches, `deleted` ones (NULL: none) left out, of a scorer
 * without ranking that has not been moved: a window, and an AND of terms
 * only. */
uint64_t ost_scorer_window_count(ost_scorer *s, uint32_t documents,
                                 const uint64_t *deleted);
bool ost_scorer_is_all_terms(const ost_scorer *s);
uint64_t ost_scorer_all_terms_count(ost_scorer *s, const uint64_t *deleted);

/* ---- count_terms.c: the same for terms, in order of cost for `all` ---- */

uint64_t ost_count_all(ost_scorer *const *terms, uint32_t n,
                       const uint64_t *deleted);
uint64_t ost_count_any(ost_scorer *const *terms, uint32_t n,
                       uint32_t documents, const uint64_t *deleted);

#endif
