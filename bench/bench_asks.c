/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reads queries, asks them, prints a line for each query and mode.
 */
#include "bench_asks.h"

#include "bench_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 4

typedef struct ask {
    char *line; /* set, class, kind, words, each with a NUL at the end */
    const char *set, *class_name;
    char *text; /* in the language of the engine */
    size_t len;
    double best; /* microseconds */
    uint64_t hits;
} ask;

typedef struct asks {
    ask *items;
    size_t n, room;
} asks;

static void *checked(void *p)
{
    if (p == NULL)
        bench_fail("queries", strerror(ENOMEM));
    return p;
}

static bench_kind kind_of(const char *name)
{
    static const char *const names[] = {"term", "or", "and", "phrase",
                                        "near"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return (bench_kind)i;
    bench_fail(name, "no kind of query");
}

/* The query in the language of the engine. */
static char *write_query(const bench_engine *engine, bench_kind kind,
                         const char *words)
{
    const char *const between = kind == BENCH_AND    ? engine->all
                                : kind == BENCH_NEAR ? engine->near
                                                     : engine->any;
    const char *const sign = kind == BENCH_AND ? engine->sign : "";
    char *text = NULL;
    size_t len;
    FILE *out = checked(open_memstream(&text, &len));

    if (kind == BENCH_PHRASE)
        fprintf(out, "\"%s\"", words);
    if (kind == BENCH_NEAR)
        fputs(engine->near_open, out);
    for (const char *word = words; kind != BENCH_PHRASE && *word != '\0';) {
        const size_t n = strcspn(word, " ");
        fprintf(out, "%s%s%s%.*s%s", word == words ? "" : between, sign,
                engine->quote, (int)n, word, engine->quote);
        word += n + (word[n] == ' ');
    }
    if (kind == BENCH_NEAR)
        fputs(engine->near_close, out);
    if (fclose(out) != 0)
        bench_fail("queries", strerror(errno));
    return text;
}

static void add(asks *all, const bench_engine *engine, const char *line)
{
    char *columns[COLUMNS], *at;
    ask *a;

    if (all->n == all->room) {
        all->room = all->room ? all->room * 2 : 256;
        all->items =
            checked(realloc(all->items, all->room * sizeof *all->items));
    }
    a = &all->items[all->n++];
    memset(a, 0, sizeof *a);
    a->line = at = checked(strdup(line));
    for (size_t i = 0; i < COLUMNS; i++) {
        if (at == NULL)
            bench_fail("queries", "a line has fewer than four columns");
        columns[i] = at;
        at = strchr(at, '\t');
        if (at != NULL)
            *at++ = '\0';
    }
    a->set = columns[0];
    a->class_name = columns[1];
    a->text = write_query(engine, kind_of(columns[2]), columns[3]);
    a->len = strlen(a->text);
}

static asks read_asks(const bench_engine *engine, const char *path)
{
    asks all = {NULL, 0, 0};
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;

    if (file == NULL)
        bench_fail(path, strerror(errno));
    while ((n = getline(&line, &room, file)) > 0) {
        line[strcspn(line, "\n")] = '\0';
        add(&all, engine, line);
    }
    if (ferror(file))
        bench_fail(path, strerror(errno));
    free(line);
    fclose(file);
    return all;
}

static void run_mode(const bench_engine *engine, asks *all, const char *mode,
                     size_t limit, unsigned long passes)
{
    for (unsigned long pass = 0; pass < passes; pass++)
        for (size_t i = 0; i < all->n; i++) {
            ask *a = &all->items[i];
            const double from = bench_now();
            a->hits = engine->ask(engine->state, a->text, a->len, limit);
            const double took = bench_now() - from;
            if (pass == 0 || took < a->best)
                a->best = took;
        }
    for (size_t i = 0; i < all->n; i++) {
        const ask *a = &all->items[i];
        printf("%s\t%s\t%s\t%zu\t%.2f\t%llu\n", a->set, a->class_name, mode,
               i + 1, a->best, (unsigned long long)a->hits);
    }
}

static unsigned long number(const char *text)
{
    char *end;
    unsigned long value;

    errno = 0;
    value = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value == 0)
        bench_fail(text, "not a number above 0");
    return value;
}

void bench_asks_run(const bench_engine *engine, const char *path,
                    const char *modes, const char *passes)
{
    asks all = read_asks(engine, path);
    char *list = checked(strdup(modes)), *rest = list, *mode;

    while ((mode = strtok_r(rest, ",", &rest)) != NULL)
        run_mode(engine, &all, mode,
                 strcmp(mode, "count") == 0 ? BENCH_COUNT : number(mode),
                 number(passes));
    free(list);
    for (size_t i = 0; i < all.n; i++) {
        free(all.items[i].line);
        free(all.items[i].text);
    }
    free(all.items);
    if (fflush(stdout) != 0)
        bench_fail("standard output", strerror(errno));
}
