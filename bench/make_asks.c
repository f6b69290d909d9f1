/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * make_asks SET FORM MOST <QUERIES: turns public files of queries into the
 * form of bench_asks.h, so that every engine is asked the same.
 *   FORM  game        a line is `a b` (any), `+a +b` (all) or `"a b"`
 *         luceneutil  "Class: query # remarks"; term, and, or, phrase classes,
 *                     and sloppy phrases of distance 4
 *         log         words; asked once for any and once for all of them
 *   MOST  queries of one class, taken evenly from all of them
 *
 * Engines cut words differently, hence words of ASCII letters and digits only:
 * queries with others, and mixed ones, are left out and counted on standard
 * error. Engines treat stop words differently: they are left out where any or
 * all words are asked for, as is a repeated word; a phrase that has one, and a
 * stop word asked for alone, are classes of their own.
 */
#include "bench_asks.h"
#include "bench_text.h"
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MOST 64
#define CLASS_ROOM 64

typedef struct made {
    char class_name[CLASS_ROOM];
    bench_kind kind;
    char *words;
    size_t place, of; /* among those of its class */
} made;

typedef struct mades {
    made *items;
    size_t n, room;
    size_t left_out;
} mades;

typedef struct words {
    char *items[WORDS_MOST];
    size_t n;
    bool plain; /* nothing but letters and digits, and not too many */
    bool stop;  /* one is a stop word */
} words;

static bool is_stop_word(const char *word)
{
    return ost_is_stop_word("english", word, strlen(word));
}

/* Cuts `text` into lower-case words, in place. */
static words split(char *text)
{
    words w = {.n = 0, .plain = true};
    char *rest = text, *word;

    while ((word = strtok_r(rest, " ", &rest)) != NULL) {
        if (w.n == WORDS_MOST) {
            w.plain = false;
            break;
        }
        for (char *c = word; *c != '\0'; c++) {
            *c = (char)tolower((unsigned char)*c);
            w.plain = w.plain && isascii(*c) && isalnum((unsigned char)*c);
        }
        w.stop = w.stop || is_stop_word(word);
        w.items[w.n++] = word;
    }
    return w;
}

/* Takes stop words and repetitions away; one word alone stays as it is. */
static void thin(words *w)
{
    size_t n = 0;

    if (w->n < 2)
        return;

    for (size_t i = 0; i < w->n; i++) {
        bool keep = !is_stop_word(w->items[i]);
        for (size_t j = 0; j < n; j++)
            keep = keep && strcmp(w->items[i], w->items[j]) != 0;
        if (keep)
            w->items[n++] = w->items[i];
    }
    w->n = n;
}

static void add(mades *all, const char *class_name, bench_kind kind,
                const words *w)
{
    size_t len = 1;
    made *m;

    if (all->n == all->room) {
        all->room = all->room ? all->room * 2 : 1024;
        all->items = realloc(all->items, all->room * sizeof *all->items);
        if (all->items == NULL)
            bench_fail("queries", strerror(ENOMEM));
    }
    m = &all->items[all->n++];
    snprintf(m->class_name, sizeof m->class_name, "%s", class_name);
    m->kind = kind;
    for (size_t i = 0; i < w->n; i++)
        len += strlen(w->items[i]) + 1;
    m->words = calloc(1, len);
    if (m->words == NULL)
        bench_fail("queries", strerror(ENOMEM));
    for (size_t i = 0; i < w->n; i++) {
        strcat(m->words, i > 0 ? " " : "");
        strcat(m->words, w->items[i]);
    }
}

/* Adds a query of this kind. Its class is `named`, or else tells its length;
 * words that are too few for a kind make no query of it. */
static void put(mades *all, const char *named, bench_kind kind, char *text)
{
    static const char *const kinds[] = {"term", "OR", "AND", "phrase",
                                        "near"};
    words w = split(text);
    char class_name[CLASS_ROOM];
    const char *name;

    if (w.n == 1 && kind == BENCH_OR)
        kind = BENCH_TERM;
    if (w.plain && (kind == BENCH_OR || kind == BENCH_AND))
        thin(&w);
    name = named ? named : kinds[kind];
    if (!w.plain || w.n == 0 || (w.n == 1) != (kind == BENCH_TERM)) {
        all->left_out++;
        return;
    }
    if (kind == BENCH_PHRASE || kind == BENCH_NEAR || kind == BENCH_TERM)
        snprintf(class_name, sizeof class_name, "%s%s", name,
                 w.stop ? " with stop words" : "");
    else if (named != NULL)
        snprintf(class_name, sizeof class_name, "%s", name);
    else
        snprintf(class_name, sizeof class_name, "%s %zu%s", name,
                 w.n > 4 ? 4 : w.n, w.n >= 4 ? "+" : "");
    add(all, class_name, kind, &w);
}

/* `a b`, `+a +b`, `"a b"`, `"a b"~4`, with or without a name of their class.
 */
static void put_marked(mades *all, const char *named, char *text)
{
    static const char near[] = "\"~" BENCH_BETWEEN;
    const size_t len = strlen(text);
    size_t n_words = 0, signs = 0;

    if (len >= sizeof near && text[0] == '"' &&
        strcmp(strchr(text + 1, '"') ? strchr(text + 1, '"') : "", near) == 0) {
        text[len - (sizeof near - 1)] = '\0';
        put(all, named, BENCH_NEAR, text + 1);
        return;
    }
    if (len > 2 && text[0] == '"' && strchr(text + 1, '"') == text + len - 1) {
        text[len - 1] = '\0';
        put(all, named, BENCH_PHRASE, text + 1);
        return;
    }
    for (char *c = text; *c != '\0'; c++)
        if (c == text || c[-1] == ' ') {
            n_words++;
            signs += *c == '+';
        }
    if (signs > 0 && signs == n_words) {
        for (char *c = text; *c != '\0'; c++)
            *c = *c == '+' ? ' ' : *c;
        put(all, named, BENCH_AND, text);
        return;
    }
    put(all, named, BENCH_OR, text);
}

static void put_luceneutil(mades *all, char *line)
{
    static const char *const known[] = {"Term",       "AndHighHigh",
                                        "AndHighMed", "OrHighHigh",
                                        "OrHighMed",  "Phrase",
                                        "SloppyPhrase"};
    char *text = strstr(line, ": ");
    char *remark = strstr(line, " # ");

    if (text == NULL)
        return;
    *text = '\0';
    text += 2;
    if (remark != NULL)
        *remark = '\0';
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(line, known[i]) == 0)
            put_marked(all, known[i], text);
}

static void put_log(mades *all, char *line)
{
    char *again = strdup(line);

    if (again == NULL)
        bench_fail("queries", strerror(ENOMEM));
    put(all, NULL, BENCH_OR, line);
    if (strchr(again, ' ') != NULL)
        put(all, NULL, BENCH_AND, again);
    free(again);
}

static int by_class(const void *a, const void *b)
{
    const made *x = a, *y = b;
    const int order = x->kind != y->kind
                          ? (x->kind > y->kind) - (x->kind < y->kind)
                          : strcmp(x->class_name, y->class_name);

    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

/* Prints at most `most` of each class, evenly taken. */
static void print(mades *all, const char *set, size_t most)
{
    static const char *const kinds[] = {"term", "or", "and", "phrase",
                                        "near"};
    size_t n;

    for (size_t i = 0; i < all->n; i++)
        all->items[i].place = i;
    if (all->n > 0)
        qsort(all->items, all->n, sizeof *all->items, by_class);
    for (size_t first = 0; first < all->n; first += n) {
        const made *m = all->items + first;
        for (n = 1; first + n < all->n; n++)
            if (strcmp(m[n].class_name, m->class_name) != 0)
                break;
        for (size_t i = 0; i < n; i++)
            if (i == 0 || n <= most || i * most / n != (i - 1) * most / n)
                printf("%s\t%s\t%s\t%s\n", set, m->class_name, kinds[m->kind],
                       m[i].words);
    }
}

int main(int argc, char **argv)
{
    mades all = {NULL, 0, 0, 0};
    const char *form = argc > 2 ? argv[2] : "";
    const size_t most = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
    char *line = NULL;
    size_t room = 0;

    if (argc != 4 || most == 0)
        bench_fail("usage", "make_asks SET FORM MOST");
    while (getline(&line, &room, stdin) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (strcmp(form, "game") == 0)
            put_marked(&all, NULL, line);
        else if (strcmp(form, "luceneutil") == 0)
            put_luceneutil(&all, line);
        else if (strcmp(form, "log") == 0)
            put_log(&all, line);
        else
            bench_fail(form, "no form of queries");
    }
    if (ferror(stdin))
        bench_fail("standard input", strerror(errno));
    print(&all, argv[1], most);
    if (all.left_out > 0)
        fprintf(stderr, "make_asks: %s: %zu queries left out\n", argv[1],
                all.left_out);
    for (size_t i = 0; i < all.n; i++)
        free(all.items[i].words);
    free(all.items);
    free(line);
    return fflush(stdout) != 0 ? 2 : 0;
}
