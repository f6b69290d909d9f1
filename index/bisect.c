/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Recursive graph bisection. A range of the order is halved; documents change
 * sides as long as that makes the two halves more different; then each half is
 * treated likewise, down to LEAF documents.
 *
 * A document's bias is the sum over its terms of log2(how many documents on
 * the right have the term) - log2(how many on the left): what moving it to
 * the right would save, to a first approximation, the same expression for
 * both sides. The half of the range with the least bias belongs on the left.
 * Invariant: order[] is a permutation at every moment; left[t] and right[t]
 * are zero for every term between two ranges.
 */
#include "reorder.h"

#include <math.h>
#include <pthread.h>

#define LEAF 32
#define ITERATIONS 20

/* Below this a thread of its own costs more than it saves. */
#define LEAST_THREAD 4096

/* Logarithms of larger degrees are computed. */
#define LOGS 4096

typedef struct bisection {
    const ost_forward *forward;
    uint32_t *order;
    float *bias;   /* by document */
    uint8_t *side; /* by document: where it was, 1 right */
    float logs[LOGS];
} bisection;

/* What one thread counts with, by term. */
typedef struct counts {
    uint32_t *left, *right;
    float *bias;       /* of the term */
    uint32_t *touched; /* terms of the range */
    uint32_t n_touched;
} counts;

typedef struct task {
    bisection *b;
    uint32_t from, to;
    unsigned threads;
    bool no_memory;
} task;

static bool counts_open(counts *c, uint32_t n_terms)
{
    c->left = ost_calloc(n_terms, sizeof *c->left);
    c->right = ost_calloc(n_terms, sizeof *c->right);
    c->bias = ost_malloc(n_terms * sizeof *c->bias);
    c->touched = ost_malloc(n_terms * sizeof *c->touched);
    c->n_touched = 0;
    return c->left != NULL && c->right != NULL && c->bias != NULL &&
           c->touched != NULL;
}

static void counts_close(counts *c)
{
    ost_free(c->left);
    ost_free(c->right);
    ost_free(c->bias);
    ost_free(c->touched);
}

static float log_of(const bisection *b, uint32_t n)
{
    return n < LOGS ? b->logs[n] : log2f((float)n);
}

/* Counts the terms of the range's documents on their sides. */
static void count(const bisection *b, counts *c, uint32_t from, uint32_t mid,
                  uint32_t to)
{
    const ost_forward *f = b->forward;

    c->n_touched = 0;
    for (uint32_t i = from; i < to; i++) {
        const uint32_t d = b->order[i];
        uint32_t *const degrees = i < mid ? c->left : c->right;
        for (uint64_t k = f->starts[d]; k < f->starts[d + 1]; k++) {
            const uint32_t t = f->terms[k];
            if (c->left[t] + c->right[t] == 0)
                c->touched[c->n_touched++] = t;
            degrees[t]++;
        }
    }
}

static void forget(counts *c)
{
    for (uint32_t i = 0; i < c->n_touched; i++) {
        c->left[c->touched[i]] = 0;
        c->right[c->touched[i]] = 0;
    }
}

/* Biases of the terms, then of the documents. */
static void weigh(const bisection *b, counts *c, uint32_t from, uint32_t to)
{
    const ost_forward *f = b->forward;

    for (uint32_t i = 0; i < c->n_touched; i++) {
        const uint32_t t = c->touched[i];
        c->bias[t] = log_of(b, c->right[t]) - log_of(b, c->left[t]);
    }
    for (uint32_t i = from; i < to; i++) {
        const uint32_t d = b->order[i];
        float sum = 0;
        for (uint64_t k = f->starts[d]; k < f->starts[d + 1]; k++)
            sum += c->bias[f->terms[k]];
        b->bias[d] = sum;
    }
}

/* Is `a` to stand before `b`? Equal biases go by number, so that the order is
 * the same whoever computes it. */
static bool before(const bisection *b, uint32_t x, uint32_t y)
{
    return b->bias[x] < b->bias[y] || (b->bias[x] == b->bias[y] && x < y);
}

static void swap(uint32_t *a, uint32_t *b)
{
    const uint32_t t = *a;

    *a = *b;
    *b = t;
}

/* Partitions order[from, to) so that the documents before `mid` are those of
 * least bias (Hoare's selection, median of three as the pivot). */
static void select_half(bisection *b, uint32_t from, uint32_t mid, uint32_t to)
{
    uint32_t *const o = b->order;

    while (to - from > 1) {
        const uint32_t centre = from + (to - from) / 2;
        uint32_t low = from, high = to - 1, pivot;
        if (before(b, o[centre], o[from]))
            swap(&o[centre], &o[from]);
        if (before(b, o[to - 1], o[from]))
            swap(&o[to - 1], &o[from]);
        if (before(b, o[to - 1], o[centre]))
            swap(&o[to - 1], &o[centre]);
        pivot = o[centre];
        while (low <= high) {
            while (before(b, o[low], pivot))
                low++;
            while (before(b, pivot, o[high]))
                high--;
            if (low <= high) {
                swap(&o[low], &o[high]);
                low++;
                if (high == 0)
                    break;
                high--;
            }
        }
        if (mid <= high)
            to = high + 1;
        else if (mid > low)
            from = low;
        else
            return;
    }
}

/* Takes the documents that changed sides from one count to the other. Returns
 * how many did. */
static uint32_t move(const bisection *b, counts *c, uint32_t from,
                     uint32_t mid, uint32_t to)
{
    const ost_forward *f = b->forward;
    uint32_t moved = 0;

    for (uint32_t i = from; i < to; i++) {
        const uint32_t d = b->order[i];
        const uint8_t side = i >= mid;
        uint32_t *const gains = side ? c->right : c->left;
        uint32_t *const loses = side ? c->left : c->right;
        if (b->side[d] == side)
            continue;
        b->side[d] = side;
        moved++;
        for (uint64_t k = f->starts[d]; k < f->starts[d + 1]; k++) {
            gains[f->terms[k]]++;
            loses[f->terms[k]]--;
        }
    }
    return moved;
}

/* The largest bias on the left less the least on the right: what the best
 * exchange would save. */
static float best_gain(const bisection *b, uint32_t from, uint32_t mid,
                       uint32_t to)
{
    float left = -HUGE_VALF, right = HUGE_VALF;

    for (uint32_t i = from; i < mid; i++)
        left = fmaxf(left, b->bias[b->order[i]]);
    for (uint32_t i = mid; i < to; i++)
        right = fminf(right, b->bias[b->order[i]]);
    return left - right;
}

static void halve(bisection *b, counts *c, uint32_t from, uint32_t mid,
                  uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        b->side[b->order[i]] = i >= mid;
    count(b, c, from, mid, to);
    for (unsigned i = 0; i < ITERATIONS; i++) {
        weigh(b, c, from, to);
        /* The later, the more it must be worth. */
        if (best_gain(b, from, mid, to) <= (float)i)
            break;
        select_half(b, from, mid, to);
        if (move(b, c, from, mid, to) == 0)
            break;
    }
    forget(c);
}

/* The leaf's documents keep the order they had at first. */
static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void *run(void *arg);

/* Recursion is as deep as the logarithm of the range. */
static bool bisect(bisection *b, counts *c, uint32_t from, uint32_t to,
                   unsigned threads)
{
    const uint32_t mid = from + (to - from) / 2;
    task other = {
        .b = b, .from = mid, .to = to, .threads = threads - threads / 2};
    pthread_t thread;
    bool good;

    if (to - from <= LEAF) {
        qsort(b->order + from, to - from, sizeof *b->order, by_number);
        return true;
    }
    halve(b, c, from, mid, to);
    if (threads < 2 || to - from < LEAST_THREAD ||
        pthread_create(&thread, NULL, run, &other) != 0)
        return bisect(b, c, from, mid, threads) &&
               bisect(b, c, mid, to, threads);
    good = bisect(b, c, from, mid, threads / 2);
    pthread_join(thread, NULL);
    return good && !other.no_memory;
}

static void *run(void *arg)
{
    task *t = arg;
    counts c;

    t->no_memory = !counts_open(&c, t->b->forward->n_terms) ||
                   !bisect(t->b, &c, t->from, t->to, t->threads);
    counts_close(&c);
    return NULL;
}

osteon_status ost_bisect(const ost_forward *forward, unsigned threads,
                         uint32_t *order, osteon_error *err)
{
    bisection *b = ost_calloc(1, sizeof *b);
    task all = {.b = b, .to = forward->n_docs, .threads = threads};

    all.no_memory = true;
    for (uint32_t i = 0; i < forward->n_docs; i++)
        order[i] = i;
    if (b == NULL)
        return ost_fail_memory(err);
    b->forward = forward;
    b->order = order;
    b->bias = ost_malloc(forward->n_docs * sizeof *b->bias);
    b->side = ost_malloc(forward->n_docs);
    for (uint32_t i = 1; i < LOGS; i++)
        b->logs[i] = log2f((float)i);
    if (b->bias != NULL && b->side != NULL)
        run(&all);
    ost_free(b->bias);
    ost_free(b->side);
    ost_free(b);
    return all.no_memory ? ost_fail_memory(err) : OSTEON_OK;
}
