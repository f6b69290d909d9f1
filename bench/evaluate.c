/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * evaluate [--json] QRELS RUN: how good is a ranking? Prints nDCG@10, MAP and
 * recall@100 as trec_eval does (ndcg_cut_10, map, recall_100), averaged over
 * the queries that have a relevant document; one that the run has nothing for
 * counts 0. Equal scores keep the order of the run's ranks, where trec_eval
 * orders by the document's name.
 *
 *   QRELS  TREC: "query 0 document grade", or a table with tabs: "query
 *          document grade", with or without a heading
 *   RUN    TREC: "query Q0 document rank score tag"
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define NDCG_CUT 10
#define RECALL_CUT 100
#define COLUMNS_MOST 6

typedef struct record {
    char *query, *document; /* one allocation, at `query` */
    double value;           /* grade, or score */
    double rank;            /* of a run */
} record;

typedef struct records {
    record *items;
    size_t n, room;
} records;

typedef struct scores {
    size_t queries;
    double ndcg, map, recall;
} scores;

static _Noreturn void fail(const char *path, size_t line, const char *reason)
{
    if (line > 0)
        fprintf(stderr, "evaluate: %s:%zu: %s\n", path, line, reason);
    else
        fprintf(stderr, "evaluate: %s: %s\n", path, reason);
    exit(2);
}

static void *grow(void *old, size_t n, size_t size)
{
    void *p = n > 0 && n <= SIZE_MAX / size ? realloc(old, n * size) : NULL;

    if (p == NULL)
        fail("memory", 0, strerror(ENOMEM));
    return p;
}

/* ---- Reading ---- */

/* Cuts a line at tabs if it has any, else at stretches of spaces; returns
 * the number of columns, at most COLUMNS_MOST. */
static size_t split(char *line, char **columns)
{
    const bool tabs = strchr(line, '\t') != NULL;
    size_t n = 0;

    line[strcspn(line, "\r\n")] = '\0';
    while (n < COLUMNS_MOST) {
        if (!tabs)
            line += strspn(line, " ");
        if (*line == '\0')
            break;
        columns[n++] = line;
        line += strcspn(line, tabs ? "\t" : " ");
        if (*line != '\0')
            *line++ = '\0';
    }
    return n;
}

static bool parse_number(const char *text, double *out)
{
    char *end;

    *out = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*out);
}

static void add(records *all, const char *query, const char *document,
                double value, double rank)
{
    const size_t query_size = strlen(query) + 1;
    const size_t document_size = strlen(document) + 1;
    record *r;

    if (all->n == all->room) {
        all->room = all->room > 0 ? all->room * 2 : 1024;
        all->items = grow(all->items, all->room, sizeof *all->items);
    }
    r = all->items + all->n++;
    r->query = grow(NULL, query_size + document_size, 1);
    r->document = r->query + query_size;
    memcpy(r->query, query, query_size);
    memcpy(r->document, document, document_size);
    r->value = value;
    r->rank = rank;
}

/* Adds a line of judgements. Returns NULL, or what is wrong. */
static const char *add_judgement(records *all, char **columns, size_t n,
                                 size_t line)
{
    double grade;

    if (n != 3 && n != 4)
        return "3 or 4 columns expected";
    if (!parse_number(columns[n - 1], &grade))
        return line == 1 ? NULL : "the grade is no number"; /* a heading */
    add(all, columns[0], columns[n - 2], grade, 0);
    return NULL;
}

static const char *add_ranked(records *all, char **columns, size_t n,
                              size_t line)
{
    double rank, score;

    (void)line;
    if (n < 5)
        return "6 columns expected: query Q0 document rank score tag";
    if (!parse_number(columns[3], &rank) ||
        !parse_number(columns[4], &score))
        return "rank or score is no number";
    add(all, columns[0], columns[2], score, rank);
    return NULL;
}

static void read_records(const char *path, records *all,
                         const char *(*add_line)(records *, char **, size_t,
                                                 size_t))
{
    FILE *in = fopen(path, "r");
    char *columns[COLUMNS_MOST];
    char *text = NULL;
    size_t room = 0, line = 0;

    if (in == NULL)
        fail(path, 0, strerror(errno));
    errno = 0;
    while (getline(&text, &room, in) >= 0) {
        const size_t n = split(text, columns);
        const char *wrong;

        line++;
        if (n == 0)
            continue;
        wrong = add_line(all, columns, n, line);
        if (wrong != NULL)
            fail(path, line, wrong);
    }
    if (ferror(in) || errno == ENOMEM)
        fail(path, 0, strerror(errno));
    free(text);
    fclose(in);
}

static void free_records(records *all)
{
    for (size_t i = 0; i < all->n; i++)
        free(all->items[i].query);
    free(all->items);
}

/* ---- Order ---- */

static int by_document(const void *left, const void *right)
{
    const record *a = left, *b = right;
    const int order = strcmp(a->query, b->query);

    return order != 0 ? order : strcmp(a->document, b->document);
}

static int by_score(const void *left, const void *right)
{
    const record *a = left, *b = right;
    const int order = strcmp(a->query, b->query);

    if (order != 0)
        return order;
    if (a->value > b->value || a->value < b->value)
        return a->value > b->value ? -1 : 1;
    return a->rank < b->rank ? -1 : a->rank > b->rank;
}

/* Sorts by query and document, and refuses a document given twice. */
static void sort_unique(const char *path, records *all)
{
    if (all->n == 0)
        return;
    qsort(all->items, all->n, sizeof *all->items, by_document);
    for (size_t i = 1; i < all->n; i++) {
        const record *r = all->items + i;

        if (by_document(r - 1, r) != 0)
            continue;
        fprintf(stderr, "evaluate: %s: query %s has document %s twice\n",
                path, r->query, r->document);
        exit(2);
    }
}

/* The records of `query` in sorted records: the first, or NULL, and how many
 * there are. */
static const record *of_query(const records *all, const char *query,
                              size_t *n)
{
    size_t low = 0, high = all->n;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (strcmp(all->items[middle].query, query) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*n = 0; low + *n < all->n; ++*n)
        if (strcmp(all->items[low + *n].query, query) != 0)
            break;
    return *n > 0 ? all->items + low : NULL;
}

/* ---- Measures ---- */

static int descending(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;

    return a > b ? -1 : a < b;
}

/* The gain of a document at `place` (from 0), discounted. */
static double gain(double grade, size_t place)
{
    return grade > 0 ? grade / log2((double)place + 2) : 0;
}

/* The best gain that these judgements allow, and how many are relevant. */
static double ideal_gain(const record *judged, size_t n, size_t *relevant)
{
    double *grades = grow(NULL, n, sizeof *grades);
    double sum = 0;

    *relevant = 0;
    for (size_t i = 0; i < n; i++) {
        grades[i] = judged[i].value;
        *relevant += judged[i].value > 0;
    }
    qsort(grades, n, sizeof *grades, descending);
    for (size_t i = 0; i < n && i < NDCG_CUT; i++)
        sum += gain(grades[i], i);
    free(grades);
    return sum;
}

/* Adds one query's measures to the sums. */
static void measure(const record *judged, size_t n_judged,
                    const record *ranked, size_t n_ranked, scores *sums)
{
    double gained = 0, precisions = 0;
    size_t relevant, hits = 0, early = 0;
    const double ideal = ideal_gain(judged, n_judged, &relevant);

    if (relevant == 0)
        return;
    for (size_t i = 0; i < n_ranked; i++) {
        const record *found = bsearch(ranked + i, judged, n_judged,
                                      sizeof *judged, by_document);

        if (found == NULL || found->value <= 0)
            continue;
        hits++;
        early += i < RECALL_CUT;
        precisions += (double)hits / (double)(i + 1);
        if (i < NDCG_CUT)
            gained += gain(found->value, i);
    }
    sums->queries++;
    sums->ndcg += gained / ideal;
    sums->map += precisions / (double)relevant;
    sums->recall += (double)early / (double)relevant;
}

static scores evaluate(const records *judged, const records *ranked)
{
    scores sums = {0, 0, 0, 0};
    size_t n, n_ranked;

    for (size_t i = 0; i < judged->n; i += n) {
        const char *query = judged->items[i].query;
        const record *first = of_query(judged, query, &n);
        const record *run = of_query(ranked, query, &n_ranked);

        measure(first, n, run, n_ranked, &sums);
    }
    if (sums.queries > 0) {
        sums.ndcg /= (double)sums.queries;
        sums.map /= (double)sums.queries;
        sums.recall /= (double)sums.queries;
    }
    return sums;
}

int main(int argc, char **argv)
{
    const bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
    records judged = {NULL, 0, 0}, ranked = {NULL, 0, 0};
    scores mean;

    if (argc != (json ? 4 : 3)) {
        fputs("Usage: evaluate [--json] QRELS RUN\n", stderr);
        return 2;
    }
    read_records(argv[argc - 2], &judged, add_judgement);
    read_records(argv[argc - 1], &ranked, add_ranked);
    sort_unique(argv[argc - 2], &judged);
    sort_unique(argv[argc - 1], &ranked);
    if (ranked.n > 0)
        qsort(ranked.items, ranked.n, sizeof *ranked.items, by_score);
    mean = evaluate(&judged, &ranked);
    if (mean.queries == 0)
        fail(argv[argc - 2], 0, "no query has a relevant document");
    printf(json ? "{\"queries\":%zu,\"ndcg_cut_10\":%.6f,\"map\":%.6f,"
                  "\"recall_100\":%.6f}\n"
                : "queries %zu  nDCG@10 %.4f  MAP %.4f  R@100 %.4f\n",
           mean.queries, mean.ndcg, mean.map, mean.recall);
    free_records(&judged);
    free_records(&ranked);
    if (fflush(stdout) != 0)
        fail("standard output", 0, strerror(errno));
    return 0;
}
