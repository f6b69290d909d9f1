/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Documents that hold all of some terms (or of one), and the sum of their
 * scores: some documents of a block of the rarest term at a time. Bounds of
 * all terms tell whether anything there can be above the floor. Of its
 * documents those are kept whose score leaves enough to the others; they are
 * looked up in the next term's blocks, its scores added, and those are kept
 * that still can be above the floor, and so on.
 *
 * Invariants: docs[at..n_found) are the candidates of [doc, end), ascending,
 * with their sums in scores[]; no term has been moved past what is found in
 * documents below `end`, which only rises.
 */
#include "scorer_term.h"

typedef struct all_scorer {
    ost_scorer base;
    ost_scorer **terms; /* in order of cost */
    uint32_t n;
    uint32_t step;   /* documents of the rarest looked at together */
    int64_t *rests;  /* [i]: of all behind term i, up to `checked` */
    int64_t checked; /* as a term's */
    int64_t end;
    uint32_t n_found, at;
    uint32_t docs[OST_BLOCK];
    int64_t scores[OST_BLOCK]; /* 0 without ranking */
} all_scorer;

static ost_term_scorer *term_of(const all_scorer *a, uint32_t i)
{
    return (ost_term_scorer *)a->terms[i];
}

/* The bound of all together; sets rests[] for its stretch. */
static int64_t bound_terms(all_scorer *a, uint32_t target, uint32_t *upto)
{
    int64_t sum = 0;

    *upto = OST_DOC_END;
    for (uint32_t i = a->n; i-- > 0;) {
        uint32_t end;
        a->rests[i] = sum;
        sum += a->terms[i]->type->bound(a->terms[i], target, &end);
        if (end < *upto)
            *upto = end;
    }
    return sum;
}

/* ---- Finding candidates ---- */

/* Adds a term to those of its block that were met, which[] of those from
 * docs[k] on, at at[] of the block, and keeps what may be above the floor:
 * from docs[kept] on. Returns where those kept end. */
static uint32_t add_met(all_scorer *a, uint32_t i, uint32_t k, uint32_t kept,
                        const uint8_t *which, const uint8_t *at, uint32_t n)
{
    int64_t scores[OST_BLOCK];

    ost_term_scores_at(term_of(a, i), at, n, scores);
    for (uint32_t m = 0; m < n; m++) {
        const int64_t sum = a->scores[k + which[m]] + scores[m];
        a->docs[kept] = a->docs[k + which[m]];
        a->scores[kept] = sum;
        kept += sum + a->rests[i] > a->base.floor;
    }
    return kept;
}

/* Keeps those of the first n candidates that term i has too. */
static uint32_t keep_term(all_scorer *a, uint32_t i, uint32_t n)
{
    ost_term_scorer *t = term_of(a, i);
    uint8_t which[OST_BLOCK], at[OST_BLOCK];
    uint32_t kept = 0, passed;

    if (!a->base.ranking) /* all scores are 0 */
        return ost_term_keep(t, a->docs, n);
    for (uint32_t k = 0; k < n; k += passed) {
        uint32_t met;
        if (ost_term_seek(t, a->docs[k]) == OST_DOC_END)
            break;
        met = ost_postings_meet(t->postings, a->docs + k, n - k, which, at,
                                &passed);
        if (met > 0 && ost_postings_load_tfs(t->postings))
            kept = add_met(a, i, k, kept, which, at, met);
    }
    return kept;
}

/* Looks at some documents of the rarest term, from its current one on. */
static void look(all_scorer *a)
{
    ost_term_scorer *lead = term_of(a, 0);
    const ost_postings *p = lead->postings;
    const int64_t least = a->base.floor - a->rests[0];
    uint32_t to = p->n - p->at < a->step ? p->n : p->at + a->step, n = 0;
    int64_t scores[OST_BLOCK];

    if (a->base.floor >= 0 && p->docs[to - 1] > a->checked)
        to = ost_postings_find(p, a->checked + 1);
    if (!a->base.ranking) {
        memset(scores, 0, sizeof scores);
    } else if (!ost_term_scores(lead, to, scores)) {
        a->end = OST_DOC_END;
        return;
    }
    for (uint32_t at = p->at; at < to; at++) {
        const bool wanted = scores[at] > least;
        /* Where no other term leaves it open, few are: guesses are right. */
        if (!wanted && a->n == 1)
            continue;
        a->docs[n] = p->docs[at];
        a->scores[n] = scores[at];
        n += wanted;
    }
    a->end = (int64_t)p->docs[to - 1] + 1;
    for (uint32_t i = 1; i < a->n && n > 0; i++)
        n = keep_term(a, i, n);
    a->n_found = n;
}

/* Finds the next candidates, from `from` on, where there are any. */
static void fill(all_scorer *a, int64_t from)
{
    ost_term_scorer *lead = term_of(a, 0);
    int64_t doc = ost_term_seek(lead, from);

    a->n_found = a->at = 0;
    while (doc != OST_DOC_END) {
        if (a->base.floor >= 0 && doc > a->checked) {
            uint32_t upto;
            if (bound_terms(a, (uint32_t)doc, &upto) <= a->base.floor) {
                doc = upto == OST_DOC_END
                          ? OST_DOC_END
                          : ost_term_seek(lead, (int64_t)upto + 1);
                continue;
            }
            a->checked = upto;
        }
        look(a);
        a->step = a->step < OST_BLOCK / 4 ? a->step * 4 : OST_BLOCK;
        if (a->n_found > 0)
            return;
        doc = a->end == OST_DOC_END ? OST_DOC_END
                                    : ost_term_seek(lead, a->end);
    }
    a->end = OST_DOC_END;
}

/* ---- The scorer ---- */

static int64_t all_seek(ost_scorer *s, uint32_t target)
{
    all_scorer *a = (all_scorer *)s;

    for (;;) {
        while (a->at < a->n_found && (a->docs[a->at] < target ||
                                      a->scores[a->at] <= s->floor))
            a->at++;
        if (a->at < a->n_found)
            return s->doc = a->docs[a->at];
        if (a->end == OST_DOC_END)
            return s->doc = OST_DOC_END;
        /* Who jumps may want no more than the one document. */
        if (target > a->end)
            a->step = 1;
        fill(a, target > a->end ? target : a->end);
    }
}

static int64_t all_next(ost_scorer *s)
{
    return all_seek(s, (uint32_t)(s->doc + 1));
}

static int64_t all_score(ost_scorer *s)
{
    const all_scorer *a = (const all_scorer *)s;

    return a->scores[a->at];
}

/* Below `end` all is known; from there on the terms tell. */
static int64_t all_bound(ost_scorer *s, uint32_t target, uint32_t *upto)
{
    all_scorer *a = (all_scorer *)s;
    int64_t most = 0;

    if (target >= a->end) {
        a->checked = -1; /* rests[] are those of this stretch */
        return bound_terms(a, target, upto);
    }
    for (uint32_t i = a->at; i < a->n_found; i++)
        most = a->scores[i] > most ? a->scores[i] : most;
    *upto = (uint32_t)(a->end - 1);
    return most;
}

static void all_set_floor(ost_scorer *s, int64_t floor)
{
    s->floor = floor;
    ((all_scorer *)s)->checked = -1;
}

/* Only one term tells of itself what is true of all. */
static int64_t all_seed(ost_scorer *s, uint64_t k)
{
    const all_scorer *a = (const all_scorer *)s;

    return a->n > 1 ? 0 : ost_scorer_seed(a->terms[0], k);
}

static const ost_scorer_type all_type = {
    .next = all_next,
    .seek = all_seek,
    .score = all_score,
    .bound = all_bound,
    .set_floor = all_set_floor,
    .seed = all_seed,
};

bool ost_scorer_is_all_terms(const ost_scorer *s)
{
    return s->type == &all_type;
}

uint64_t ost_scorer_all_terms_count(ost_scorer *s, const uint64_t *deleted)
{
    const all_scorer *a = (const all_scorer *)s;

    return ost_count_all(a->terms, a->n, deleted);
}

ost_scorer *ost_scorer_all_terms(ost_plan *plan, ost_scorer **terms,
                                 uint32_t n)
{
    all_scorer *a = ost_plan_scorer(plan, &all_type, sizeof *a);

    if (a == NULL)
        return NULL;
    a->rests = ost_arena_array(plan->arena, n, sizeof *a->rests);
    if (a->rests == NULL)
        return NULL;
    a->terms = terms;
    a->n = n;
    a->step = OST_BLOCK;
    a->checked = -1;
    a->base.cost = terms[0]->cost;
    for (uint32_t i = 0; i < n; i++)
        a->base.max += terms[i]->max;
    return &a->base;
}
