/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How long does an answer take inside a program? Runs each line of a file as
 * a query several times and prints microseconds by kind of query: parsing and
 * searching, without the opening of the index or the fetching of documents.
 */
#include <osteon/osteon.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TERM, OR, AND, PHRASE, MIXED, KINDS };

static const char *const kind_names[KINDS] = {"one word", "OR", "AND",
                                              "phrase", "mixed"};

typedef struct sample {
    double *best; /* microseconds, of each query */
    size_t n, room;
} sample;

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
    const size_t words = 1 + (strchr(line, ' ') != NULL);
    const bool quote = strchr(line, '"') != NULL;
    size_t plus = 0, bare = 0;

    for (const char *p = line; *p; p++)
        if (p == line || p[-1] == ' ') {
            plus += *p == '+';
            bare += *p != '+';
        }
    if (quote)
        return line[0] == '"' && strchr(line + 1, '"')[1] == '\0' ? PHRASE
                                                                  : MIXED;
    if (strchr(line, '-') != NULL || (plus > 0 && bare > 0))
        return MIXED;
    if (words == 1)
        return TERM;
    return plus > 0 ? AND : OR;
}

static double ask(const osteon_index *index, const char *line, size_t limit,
                  int rounds)
{
    const osteon_search_options options = {.limit = limit, .k1 = -1, .b = -1};
    double best = 1e18;

    for (int i = 0; i < rounds; i++) {
        const double from = now();
        osteon_query *query;
        osteon_result *result;
        osteon_error err;
        double took;
        if (osteon_query_open(index, line, strlen(line), 0, &query, &err) ||
            osteon_search(index, query, &options, &result, &err))
            die(err.text);
        took = now() - from;
        best = took < best ? took : best;
        osteon_result_close(result);
        osteon_query_close(query);
    }
    return best;
}

static void add(sample *s, double value)
{
    if (s->n == s->room) {
        s->room = s->room ? s->room * 2 : 256;
        s->best = realloc(s->best, s->room * sizeof *s->best);
        if (s->best == NULL)
            die("out of memory");
    }
    s->best[s->n++] = value;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void print(const char *name, sample *s)
{
    double sum = 0;

    if (s->n == 0)
        return;
    qsort(s->best, s->n, sizeof *s->best, by_size);
    for (size_t i = 0; i < s->n; i++)
        sum += s->best[i];
    printf("| %s | %zu | %.1f | %.1f | %.1f |\n", name, s->n,
           sum / (double)s->n, s->best[s->n / 2], s->best[s->n * 99 / 100]);
    free(s->best);
}

int main(int argc, char **argv)
{
    const size_t limit = argc > 3 ? strtoul(argv[3], NULL, 10) : 10;
    const int rounds = argc > 4 ? atoi(argv[4]) : 5;
    sample samples[KINDS] = {{0}};
    osteon_index *index;
    osteon_error err;
    char line[4096];
    FILE *file;

    if (argc < 3)
        die("usage: query_latency INDEX QUERIES [LIMIT] [ROUNDS]");
    if (osteon_index_open(argv[1], &index, &err))
        die(err.text);
    file = fopen(argv[2], "r");
    if (file == NULL)
        die("cannot read the queries");
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '\0')
            add(&samples[kind_of(line)], ask(index, line, limit, rounds));
    }
    fclose(file);
    printf("| kind | queries | average | p50 | p99 |\n|---|---|---|---|---|\n");
    for (int k = 0; k < KINDS; k++)
        print(kind_names[k], &samples[k]);
    osteon_index_close(index);
    return 0;
}
