/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How long does an answer take inside a program? Runs each line of a file as
 * a query several times and prints microseconds by kind of query: parsing and
 * searching, without the opening of the index or the fetching of documents.
 * Of each query the best round counts; rounds go over all queries in turn, so
 * that no query has the caches to itself.
 */
#define _POSIX_C_SOURCE 200809L
#include <osteon/osteon.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* OR has a row for each length beside that of all. */
enum { TERM, OR, OR_2, OR_3, OR_5, OR_9, AND, PHRASE, MIXED, KINDS };

static const char *const kind_names[KINDS] = {
    "one word",      "OR",  "OR, 2 words", "OR, 3 or 4", "OR, 5 to 8",
    "OR, 9 or more", "AND", "phrase",      "mixed"};

typedef struct ask {
    char *text;
    int kind;
    double best; /* microseconds */
} ask;

typedef struct asks {
    ask *items;
    size_t n, room;
} asks;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void die(const char *text)
{
    fprintf(stderr, "query_latency: %s\n", text);
    exit(2);
}

/* The kinds of the search-benchmark-game: `a b`, `+a +b`, `"a b"`. */
static int kind_of(const char *line)
{
    const bool quote = strchr(line, '"') != NULL;
    size_t words = 0, plus = 0, minus = 0;

    for (const char *p = line; *p; p++)
        if (*p != ' ' && (p == line || p[-1] == ' ')) {
            words++;
            plus += *p == '+';
            minus += *p == '-';
        }
    if (quote) {
        const char *end = strchr(line + 1, '"');
        return line[0] == '"' && end != NULL && end[1] == '\0' ? PHRASE
                                                               : MIXED;
    }
    if (minus > 0 || (plus > 0 && plus < words))
        return MIXED;
    if (words == 1)
        return TERM;
    if (plus > 0)
        return AND;
    return words < 3 ? OR_2 : words < 5 ? OR_3 : words < 9 ? OR_5 : OR_9;
}

static void read_asks(const char *path, asks *out)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;

    if (file == NULL)
        die("cannot read the queries");
    while (getline(&line, &room, file) >= 0) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '\0')
            continue;
        if (out->n == out->room) {
            out->room = out->room ? out->room * 2 : 256;
            out->items = realloc(out->items, out->room * sizeof *out->items);
            if (out->items == NULL)
                die("out of memory");
        }
        out->items[out->n] = (ask){strdup(line), kind_of(line), 0};
        if (out->items[out->n++].text == NULL)
            die("out of memory");
    }
    free(line);
    fclose(file);
}

static double run(const osteon_index *index, const char *text,
                  const osteon_search_options *options)
{
    const double from = now();
    osteon_query *query = NULL;
    osteon_result *result = NULL;
    osteon_error err;
    double took;

    if (osteon_query_open(index, text, strlen(text), 0, &query, &err) ||
        osteon_search(index, query, options, &result, &err))
        die(err.text);
    took = now() - from;
    osteon_result_close(result);
    osteon_query_close(query);
    return took;
}

static int by_time(const void *a, const void *b)
{
    const double x = ((const ask *)a)->best, y = ((const ask *)b)->best;

    return (x > y) - (x < y);
}

/* Whether an ask counts in the row of this kind. */
static bool belongs(int kind, int row)
{
    return kind == row || (row == OR && kind >= OR_2 && kind <= OR_9);
}

/* A row for each kind that occurs; `sorted` is by time. */
static void print(const asks *sorted, int row, size_t slowest)
{
    ask *of = malloc((sorted->n + 1) * sizeof *of);
    double sum = 0;
    size_t n = 0;

    if (of == NULL)
        die("out of memory");
    for (size_t i = 0; i < sorted->n; i++)
        if (belongs(sorted->items[i].kind, row)) {
            of[n++] = sorted->items[i];
            sum += sorted->items[i].best;
        }
    if (n > 0)
        printf("| %s | %zu | %.1f | %.1f | %.1f |\n", kind_names[row], n,
               sum / (double)n, of[n / 2].best, of[n * 99 / 100].best);
    for (size_t i = 0; i < slowest && i < n; i++)
        printf("    %8.1f  %.200s\n", of[n - 1 - i].best, of[n - 1 - i].text);
    free(of);
}

/* Runs all asks and prints a table. `what`: a number of documents, or
 * "count" for the number of matches alone. */
static void measure(const osteon_index *index, asks *a, const char *what,
                    int rounds, size_t slowest)
{
    const bool count = strcmp(what, "count") == 0;
    const osteon_search_options options = {
        .limit = count ? 0 : strtoul(what, NULL, 10),
        .k1 = -1,
        .b = -1,
        .count = count};

    for (int r = 0; r < rounds; r++)
        for (size_t i = 0; i < a->n; i++) {
            const double took = run(index, a->items[i].text, &options);
            if (r == 0 || took < a->items[i].best)
                a->items[i].best = took;
        }
    qsort(a->items, a->n, sizeof *a->items, by_time);
    printf("| %s%s | queries | average | p50 | p99 |\n|---|---|---|---|---|\n",
           count ? "" : "top ", what);
    for (int row = 0; row < KINDS; row++)
        print(a, row, slowest);
}

int main(int argc, char **argv)
{
    static char all[] = "10";
    char *wanted = all;
    int rounds = 5, c;
    size_t slowest = 0;
    asks a = {0};
    osteon_index *index;
    osteon_error err;

    while ((c = getopt(argc, argv, "k:n:s:")) != -1)
        switch (c) {
        case 'k':
            wanted = optarg;
            break;
        case 'n':
            rounds = atoi(optarg);
            break;
        case 's':
            slowest = strtoul(optarg, NULL, 10);
            break;
        default:
            return 2;
        }
    if (argc - optind != 2)
        die("usage: query_latency [-k 10,100,1000,count] [-n ROUNDS] "
            "[-s SLOWEST] INDEX QUERIES");
    if (osteon_index_open(argv[optind], &index, &err))
        die(err.text);
    read_asks(argv[optind + 1], &a);
    for (char *what = strtok(wanted, ","); what; what = strtok(NULL, ","))
        measure(index, &a, what, rounds, slowest);
    for (size_t i = 0; i < a.n; i++)
        free(a.items[i].text);
    free(a.items);
    osteon_index_close(index);
    return 0;
}
