/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Documents that any child matches, a window of documents at a time; their
 * sum or the best of them. This is MAXSCORE by windows: the children are put
 * in order of what they can give in the window, and those which could not
 * reach the floor together only add to what the others, the essential ones,
 * have found there.
 *
 * Invariants: docs[at..n_found) are the candidates of [doc, end), ascending;
 * sums and bits are zero between windows; every child has passed all that the
 * found documents need of it, so `end` only rises.
 */
#include "scorer_term.h"

enum {
    WINDOW = 4096, /* documents; a multiple of 64 */
    NARROW = 512,  /* a shorter one has this many, or more */
    BOUNDED = 16   /* children, at most, for which blocks are looked at */
};

typedef struct window_scorer {
    ost_scorer base;
    bool best;
    bool terms; /* all children are */
    uint32_t n, documents;
    uint32_t first;        /* children[0..first) cannot reach the floor */
    int64_t below;         /* what they can give together */
    ost_scorer **children; /* in order of max */
    ost_scorer **order;    /* in order of bounds */
    int64_t *bounds;       /* of order[i], in this window */
    int64_t end;
    uint32_t n_found, at;
    uint32_t best_at; /* where the highest score from `at` on is, if it is in
                       * [at, n_found); else it is not known */
    uint32_t *docs;
    int64_t *scores; /* of docs[], without ranking too */
    int64_t *sums; /* by document, from the window's first */
    uint64_t *bits;
} window_scorer;

static int64_t join(const window_scorer *w, int64_t x, int64_t y)
{
    if (!w->best)
        return x + y;
    return x > y ? x : y;
}

/* ---- The window ---- */

/* Moves the children that matter to `from`, and returns the first document
 * that any of them has. */
static int64_t start(window_scorer *w, int64_t from)
{
    int64_t first = OST_DOC_END;

    while (w->first < w->n) {
        const int64_t most = join(w, w->below, w->children[w->first]->max);
        if (most > w->base.floor)
            break;
        w->below = most;
        w->first++;
    }
    for (uint32_t i = w->first; i < w->n; i++) {
        const int64_t doc = ost_scorer_seek(w->children[i], from);
        if (doc < first)
            first = doc;
    }
    return first;
}

/* The highest bound of a child from `from` to w->end. */
static int64_t bound_within(const window_scorer *w, ost_scorer *c,
                            int64_t from)
{
    int64_t most = 0;

    if (c->doc >= w->end)
        return 0;
    while (from < w->end && from < OST_DOC_END) {
        uint32_t upto;
        const int64_t bound = c->type->bound(c, (uint32_t)from, &upto);
        if (bound > most)
            most = bound;
        from = (int64_t)upto + 1;
    }
    return most;
}

/* Ends the window where some child's bound changes, that bounds be sharp, but
 * not before NARROW documents. */
static void choose_end(window_scorer *w, int64_t from)
{
    const int64_t least = from + NARROW;

    for (uint32_t i = w->first; i < w->n; i++) {
        ost_scorer *c = w->children[i];
        int64_t end = c->doc;
        while (end < least) {
            uint32_t upto;
            c->type->bound(c, (uint32_t)end, &upto);
            end = (int64_t)upto + 1;
        }
        if (end < w->end)
            w->end = end;
    }
}

static void insert(window_scorer *w, uint32_t n, ost_scorer *c, int64_t bound)
{
    while (n > 0 && w->bounds[n - 1] > bound) {
        w->order[n] = w->order[n - 1];
        w->bounds[n] = w->bounds[n - 1];
        n--;
    }
    w->order[n] = c;
    w->bounds[n] = bound;
}

/* Puts the children in order and returns how many are not essential; *below
 * is what those can give. */
static uint32_t divide(window_scorer *w, int64_t from, int64_t *below)
{
    uint32_t m = 0;

    *below = w->below;
    if (w->n > BOUNDED)
        return w->first; /* order and bounds are as at the start */
    *below = 0;
    if (w->base.floor >= 0)
        choose_end(w, from);
    for (uint32_t i = 0; i < w->n; i++) {
        ost_scorer *c = w->children[i];
        insert(w, i, c, w->base.floor < 0 ? c->max : bound_within(w, c, from));
    }
    while (m < w->n && join(w, *below, w->bounds[m]) <= w->base.floor)
        *below = join(w, *below, w->bounds[m++]);
    return m;
}

/* ---- Essential children ---- */

/* A term that goes through all its blocks, with scores if they are wanted. */
static bool is_plain(const window_scorer *w, const ost_scorer *c)
{
    return ost_scorer_is_term(c) && w->base.ranking;
}

/* Candidates as they are found: behind the last one of w->docs[]. */
typedef struct kept {
    uint32_t *docs;
    int64_t *scores;
    uint32_t n;
} kept;

static inline kept begin_kept(const window_scorer *w)
{
    return (kept){w->docs, w->scores, w->n_found};
}

/* Keeps a document if `wanted`: as a rule that cannot be foretold. */
static inline void keep(kept *k, uint32_t doc, int64_t score, bool wanted)
{
    k->docs[k->n] = doc;
    k->scores[k->n] = score;
    k->n += wanted;
}

/* What a candidate's other children leave to reach: for a child whose bound
 * is part of `all`. */
static int64_t needed(const window_scorer *w, int64_t all, int64_t bound)
{
    return w->best ? w->base.floor : w->base.floor - (all - bound);
}

/* What a child's score must be above for a candidate, where the others give
 * `below`. Those of a MAX are all below the floor themselves. */
static int64_t enough(const window_scorer *w, int64_t below)
{
    return w->best ? w->base.floor : w->base.floor - below;
}

/* A single essential term gives the candidates, a block at a time. */
static void take_term(window_scorer *w, ost_term_scorer *t, int64_t below)
{
    const int64_t least = enough(w, below);
    const ost_postings *p = t->postings;
    int64_t scores[OST_BLOCK];

    while (t->base.doc < w->end) {
        const uint32_t from = p->at, to = ost_postings_find(p, w->end);
        kept k = begin_kept(w);
        if (!ost_term_scores(t, to, scores))
            return;
        for (uint32_t i = from; i < to; i++)
            keep(&k, p->docs[i], scores[i], scores[i] > least);
        w->n_found = k.n;
        ost_term_move(t, to);
    }
}

/* A single essential child gives the candidates as it has them. */
static void take(window_scorer *w, int64_t from, int64_t below)
{
    ost_scorer *c = w->order[w->n - 1];
    const int64_t floor = needed(w, below, 0);
    kept k = begin_kept(w);

    ost_scorer_seek(c, from);
    if (is_plain(w, c)) {
        take_term(w, (ost_term_scorer *)c, below);
        return;
    }
    for (; c->doc < w->end; c->type->next(c)) {
        int64_t score;
        if (!ost_scorer_match(c, floor))
            continue;
        score = w->base.ranking ? c->type->score(c) : 0;
        keep(&k, (uint32_t)c->doc, score, score > enough(w, below));
    }
    w->n_found = k.n;
}

/* Adds what one of several essential children has in the window. */
static void collect(window_scorer *w, ost_scorer *c, int64_t from,
                    uint32_t base, int64_t floor)
{
    ost_scorer_seek(c, from);
    if (ost_scorer_is_term(c)) {
        ost_scorer_term_collect(c, base, w->end, w->best, w->sums, w->bits);
        return;
    }
    for (; c->doc < w->end; c->type->next(c)) {
        const uint32_t i = (uint32_t)c->doc - base;
        if (!ost_scorer_match(c, floor))
            continue;
        w->bits[i >> 6] |= (uint64_t)1 << (i & 63);
        if (w->base.ranking)
            w->sums[i] = join(w, w->sums[i], c->type->score(c));
    }
}

/* Collects from order[m..n). */
static void collect_all(window_scorer *w, uint32_t m, int64_t from,
                        uint32_t base)
{
    int64_t all = 0;

    for (uint32_t i = 0; i < w->n; i++)
        all = join(w, all, w->bounds[i]);
    for (uint32_t i = m; i < w->n; i++)
        collect(w, w->order[i], from, base, needed(w, all, w->bounds[i]));
}

/* Takes the candidates out of the window, which is zero again. */
static void sweep(window_scorer *w, uint32_t base, int64_t below)
{
    const uint32_t words = (uint32_t)((w->end - base + 63) / 64);
    const int64_t least = enough(w, below);
    int64_t *const sums = w->sums;
    kept k = begin_kept(w);

    for (uint32_t word = 0; word < words; word++) {
        uint64_t bits = w->bits[word];
        w->bits[word] = 0;
        for (; bits != 0; bits &= bits - 1) {
            const uint32_t i = word * 64 + (uint32_t)__builtin_ctzll(bits);
            if (sums == NULL) { /* without ranking */
                keep(&k, base + i, 0, true);
                continue;
            }
            keep(&k, base + i, sums[i], sums[i] > least);
            sums[i] = 0;
        }
    }
    w->n_found = k.n;
}

/* Makes the window zero. */
static void clear(window_scorer *w, uint32_t base)
{
    const uint32_t words = (uint32_t)((w->end - base + 63) / 64);

    for (uint32_t word = 0; word < words; word++) {
        if (w->bits[word] != 0)
            memset(w->sums + (size_t)word * 64, 0, 64 * sizeof *w->sums);
        w->bits[word] = 0;
    }
}

/* ---- The others ---- */

/* Adds a term to those of its block that are candidates: which[] of those from
 * docs[] on, at at[] of the block. */
static void add_met(window_scorer *w, ost_term_scorer *t, uint32_t from,
                    const uint8_t *which, const uint8_t *at, uint32_t n)
{
    int64_t scores[OST_BLOCK];

    ost_term_scores_at(t, at, n, scores);
    for (uint32_t i = 0; i < n; i++)
        w->scores[from + which[i]] += scores[i];
}

/* Adds a term to the candidates it is in. */
static void complete_term(window_scorer *w, ost_term_scorer *t)
{
    uint8_t which[OST_BLOCK], at[OST_BLOCK];
    uint32_t passed;

    for (uint32_t k = 0; k < w->n_found; k += passed) {
        const uint32_t left = w->n_found - k;
        uint32_t n;
        if (ost_term_seek(t, w->docs[k]) == OST_DOC_END)
            break;
        n = ost_postings_meet(t->postings, w->docs + k,
                              left < OST_BLOCK ? left : OST_BLOCK, which, at,
                              &passed);
        if (n > 0 && ost_postings_load_tfs(t->postings))
            add_met(w, t, k, which, at, n);
    }
}

static void complete_any(window_scorer *w, ost_scorer *c, int64_t others)
{
    for (uint32_t k = 0; k < w->n_found; k++) {
        const uint32_t doc = w->docs[k];
        if (ost_scorer_seek(c, doc) == doc &&
            ost_scorer_match(c, w->base.floor - w->scores[k] - others))
            w->scores[k] += c->type->score(c);
    }
}

/* Leaves out candidates that the most the others can give does not lift above
 * the floor. */
static void refilter(window_scorer *w, int64_t below)
{
    const int64_t least = w->base.floor - below;
    kept k = {w->docs, w->scores, 0};

    for (uint32_t i = 0; i < w->n_found; i++)
        keep(&k, k.docs[i], k.scores[i], k.scores[i] > least);
    w->n_found = k.n;
}

/* Adds what walks have left in the window to the candidates; it is zero
 * again. */
static void add_sums(window_scorer *w, uint32_t base)
{
    for (uint32_t k = 0; k < w->n_found; k++)
        w->scores[k] += w->sums[w->docs[k] - base];
    clear(w, base);
}

/* Whether going through all a term has in the window is faster than looking
 * for each candidate: a posting is a few instructions, a search many. Of few
 * terms each leaves so few candidates to the next that it is not. */
static bool walk_pays(const window_scorer *w, const ost_scorer *c,
                      uint32_t base)
{
    enum { SEARCH = 4 }; /* postings */
    const uint64_t postings =
        c->cost * (uint64_t)(w->end - base) / (w->documents + 1);

    return w->n > BOUNDED && postings < (uint64_t)SEARCH * w->n_found;
}

/* Adds the children order[0..m), best first, to those candidates that can
 * still reach the floor. Those of a MAX cannot reach it at all. */
static void complete(window_scorer *w, uint32_t m, uint32_t base,
                     int64_t below)
{
    enum { WALKS = 32 }; /* before the candidates are looked at again */
    uint32_t walked = 0;

    for (uint32_t i = m; i-- > 0 && w->n_found > 0 && !w->best;) {
        ost_scorer *c = w->order[i];
        const int64_t others = below - w->bounds[i];
        const bool plain = is_plain(w, c);
        if (plain && walk_pays(w, c, base)) {
            ost_scorer_seek(c, base);
            ost_scorer_term_collect(c, base, w->end, false, w->sums, w->bits);
            walked++;
        } else if (plain) {
            complete_term(w, (ost_term_scorer *)c);
        } else {
            if (walked > 0)
                add_sums(w, base);
            walked = 0;
            complete_any(w, c, others);
        }
        below = others;
        if (walked % WALKS != 0 && i > 0)
            continue;
        if (walked > 0)
            add_sums(w, base);
        walked = 0;
        refilter(w, below);
    }
}

/* Finds the candidates of the next window, from `from` on, that has any. The
 * floor may be above some of them. */
static int64_t fill(window_scorer *w, int64_t from)
{
    w->n_found = w->at = 0;
    w->best_at = UINT32_MAX;
    while (w->n_found == 0) {
        uint32_t base, m;
        int64_t below;
        from = start(w, from);
        if (from == OST_DOC_END)
            return w->base.doc = OST_DOC_END;
        base = (uint32_t)from & ~(uint32_t)63;
        w->end = (int64_t)base + WINDOW;
        m = divide(w, from, &below);
        if (m + 1 == w->n) {
            take(w, from, below);
        } else if (m < w->n) {
            collect_all(w, m, from, base);
            sweep(w, base, below);
        }
        complete(w, m, base, below);
        from = w->end;
    }
    return w->docs[0];
}

/* ---- The scorer ---- */

static int64_t window_seek(ost_scorer *s, uint32_t target)
{
    window_scorer *w = (window_scorer *)s;

    for (;;) {
        while (w->at < w->n_found && (w->docs[w->at] < target ||
                                      w->scores[w->at] <= s->floor))
            w->at++;
        if (w->at < w->n_found)
            return s->doc = w->docs[w->at];
        if (fill(w, target > w->end ? target : w->end) == OST_DOC_END)
            return OST_DOC_END;
    }
}

static int64_t window_next(ost_scorer *s)
{
    return window_seek(s, (uint32_t)(s->doc + 1));
}

static int64_t window_score(ost_scorer *s)
{
    const window_scorer *w = (const window_scorer *)s;

    return w->scores[w->at];
}

/* The highest score from the current candidate of the window on. It is looked
 * for again once it has been passed, so that who asks for each document does
 * not look at all others each time. */
static int64_t rest_of_window(window_scorer *w)
{
    if (w->at >= w->n_found)
        return 0;
    if (w->best_at < w->at || w->best_at >= w->n_found) {
        w->best_at = w->at;
        for (uint32_t i = w->at + 1; i < w->n_found; i++)
            if (w->scores[i] > w->scores[w->best_at])
                w->best_at = i;
    }
    return w->scores[w->best_at];
}

/* Within the window all is known; past it the children tell. */
static int64_t window_bound(ost_scorer *s, uint32_t target, uint32_t *upto)
{
    window_scorer *w = (window_scorer *)s;
    int64_t most = 0;

    *upto = OST_DOC_END;
    if (target < w->end) {
        *upto = (uint32_t)(w->end - 1);
        return rest_of_window(w);
    }
    if (w->n > BOUNDED)
        return s->max;
    for (uint32_t i = 0; i < w->n; i++) {
        ost_scorer *c = w->children[i];
        uint32_t end;
        most = join(w, most, c->type->bound(c, target, &end));
        if (end < *upto)
            *upto = end;
    }
    return most;
}

static void window_set_floor(ost_scorer *s, int64_t floor)
{
    s->floor = floor;
}

/* A sum, or the best, is no less than any part. */
static int64_t window_seed(ost_scorer *s, uint64_t k)
{
    const window_scorer *w = (const window_scorer *)s;
    int64_t most = 0;

    for (uint32_t i = 0; i < w->n; i++) {
        const int64_t seed = ost_scorer_seed(w->children[i], k);
        most = seed > most ? seed : most;
    }
    return most;
}

static const ost_scorer_type window_type = {
    .next = window_next,
    .seek = window_seek,
    .score = window_score,
    .bound = window_bound,
    .set_floor = window_set_floor,
    .seed = window_seed,
};

bool ost_scorer_is_window(const ost_scorer *s)
{
    return s->type == &window_type;
}

static int by_max(const void *a, const void *b)
{
    const ost_scorer *const *x = a, *const *y = b;

    return ((*x)->max > (*y)->max) - ((*x)->max < (*y)->max);
}

ost_scorer *ost_scorer_window(ost_plan *plan, ost_scorer **children,
                              uint32_t n, bool best)
{
    /* No more room than the segment has documents. */
    const uint32_t room =
        plan->documents < WINDOW ? (plan->documents + 63) / 64 * 64 : WINDOW;
    window_scorer *w = ost_plan_scorer(plan, &window_type, sizeof *w);

    if (w == NULL)
        return NULL;
    w->order = ost_arena_array(plan->arena, n, sizeof *w->order);
    w->bounds = ost_arena_array(plan->arena, n, sizeof *w->bounds);
    w->docs = ost_arena_raw(plan->arena, room, sizeof *w->docs);
    w->scores = ost_arena_raw(plan->arena, room, sizeof *w->scores);
    if (plan->ranking)
        w->sums = ost_arena_array(plan->arena, room, sizeof *w->sums);
    w->bits = ost_arena_array(plan->arena, WINDOW / 64, sizeof *w->bits);
    if (w->order == NULL || w->bounds == NULL || w->docs == NULL ||
        w->scores == NULL || (w->sums == NULL && plan->ranking) ||
        w->bits == NULL)
        return NULL;
    qsort(children, n, sizeof(ost_scorer *), by_max);
    w->children = children;
    w->n = n;
    w->documents = plan->documents;
    w->best = best;
    w->terms = true;
    for (uint32_t i = 0; i < n; i++) {
        w->terms = w->terms && ost_scorer_is_term(children[i]);
        w->order[i] = children[i];
        w->bounds[i] = children[i]->max;
        w->base.max = join(w, w->base.max, children[i]->max);
        w->base.cost += children[i]->cost;
    }
    return &w->base;
}

uint64_t ost_scorer_window_count(ost_scorer *s, uint32_t documents,
                                 const uint64_t *deleted)
{
    window_scorer *w = (window_scorer *)s;
    uint64_t n = 0;

    if (w->terms)
        return ost_count_any(w->children, w->n, documents, deleted);
    for (int64_t from = start(w, 0); from != OST_DOC_END;
         from = start(w, w->end)) {
        const uint32_t base = (uint32_t)from & ~(uint32_t)63;
        w->end = (int64_t)base + WINDOW;
        for (uint32_t i = 0; i < w->n; i++)
            collect(w, w->children[i], from, base, -1);
        for (uint32_t word = 0; word < WINDOW / 64; word++) {
            uint64_t bits = w->bits[word];
            w->bits[word] = 0;
            if (bits != 0 && deleted != NULL)
                bits &= ~deleted[base / 64 + word];
            n += (uint64_t)__builtin_popcountll(bits);
        }
    }
    return n;
}
