/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Parsing the command line with getopt_long, fed from the table. Operands are
 * query words and may be mixed with options, so a word that shall be excluded
 * (-word) has to be told from options: see is_option_bundle.
 */
#include "search_options.h"

#include "output.h"
#include "search_program.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* getopt_long returns the place in the table plus this; below lie the
 * letters. */
#define LONG_BASE 256
#define NEGATED 1024 /* added for --no-NAME */

/* What getopt_long is given, made from the table. */
typedef struct getopt_tables {
    char letters[128];
    struct option *names;
    char *negated; /* storage for "no-NAME" */
} getopt_tables;

static const search_option *find_letter(int letter)
{
    for (const search_option *o = search_table; !is_table_end(o); o++)
        if (is_search_option(o) && o->letter != 0 && o->letter == letter)
            return o;
    return NULL;
}

static void add_name(getopt_tables *tables, size_t *n, const char *name,
                     const search_option *o, int extra)
{
    tables->names[(*n)++] = (struct option){
        name, o->argument != NULL ? required_argument : no_argument, NULL,
        LONG_BASE + (int)(o - search_table) + extra};
}

static void build_tables(getopt_tables *tables)
{
    size_t n = 0, entries = 0, negated = 0, at = 0;
    char *letter = tables->letters;

    for (const search_option *o = search_table; !is_table_end(o); o++) {
        entries += 2;
        if (o->kind == OPTION_FLAG && o->name != NULL)
            negated += strlen(o->name) + sizeof "no-";
    }
    tables->names = grow_memory(NULL, entries + 1, sizeof *tables->names);
    tables->negated = grow_memory(NULL, negated, 1);
    *letter++ = '-'; /* operands are returned in their place, as 1 */
    *letter++ = ':'; /* a missing argument is returned as ':' */
    for (const search_option *o = search_table; !is_table_end(o); o++) {
        const size_t name_size = o->name != NULL ? strlen(o->name) + 1 : 0;

        if (o->letter != 0) {
            *letter++ = o->letter;
            if (o->argument != NULL)
                *letter++ = ':';
        }
        if (o->name == NULL)
            continue;
        add_name(tables, &n, o->name, o, 0);
        if (o->kind != OPTION_FLAG)
            continue;
        add_name(tables, &n, tables->negated + at, o, NEGATED);
        memcpy(tables->negated + at, "no-", 3);
        memcpy(tables->negated + at + 3, o->name, name_size);
        at += 3 + name_size;
    }
    *letter = '\0';
    tables->names[n] = (struct option){0};
}

static bool is_number(const char *text)
{
    return text != NULL && text[0] != '\0' &&
           text[strspn(text, "0123456789")] == '\0';
}

/* True if `arg`, a '-' and at least two more bytes after the first query
 * word, is a bundle of options and not a word to exclude: all letters are
 * options without a value, but for a last -n with its number. Of options with
 * a text, only -i with a value that begins like a path can be meant. */
static bool is_option_bundle(const char *arg, const char *next)
{
    for (const char *p = arg + 1; *p != '\0'; p++) {
        const search_option *o = find_letter(*p);

        if (o == NULL || o->kind == OPTION_ACTION)
            return false;
        if (o->argument == NULL)
            continue;
        if (p == arg + 1 && p[1] == '=')
            return true; /* refused below with a message: no word */
        if (o->kind == OPTION_COUNT)
            return is_number(p[1] != '\0' ? p + 1 : next);
        return o->kind == OPTION_TEXT && p == arg + 1 &&
               (p[1] == '/' || p[1] == '.');
    }
    return true;
}

static bool is_excluded_word(const char *arg, const char *next)
{
    return arg[0] == '-' && arg[1] != '-' && arg[1] != '\0' &&
           arg[2] != '\0' && !is_option_bundle(arg, next);
}

static void add_to_query(search_options *out, const char *words)
{
    if (out->query.len > 0)
        sink_byte(&out->query, ' ');
    sink_text(&out->query, words);
}

static bool usage(void)
{
    fputs("Try '" SEARCH_PROGRAM " --help' for more information.\n", stderr);
    return false;
}

/* The option as the user would write it. */
static const char *spelled(const search_option *o, char *text, size_t size)
{
    if (o->name != NULL)
        snprintf(text, size, "--%s", o->name);
    else
        snprintf(text, size, "-%c", o->letter);
    return text;
}

static bool bad_value(const search_option *o, const char *value,
                      const char *wanted)
{
    char name[64];

    complain("%s: '%s' is not %s", spelled(o, name, sizeof name), value,
             wanted);
    return usage();
}

static bool parse_count(const search_option *o, const char *value,
                        size_t *out)
{
    unsigned long long number;
    char wanted[64];

    snprintf(wanted, sizeof wanted, "a number of %d or more", o->value);
    if (!is_number(value))
        return bad_value(o, value, wanted);
    errno = 0;
    number = strtoull(value, NULL, 10);
    if (number < (unsigned long long)o->value)
        return bad_value(o, value, wanted);
    if (errno != 0 || number > SIZE_MAX)
        return bad_value(o, value, "a number that fits");
    *out = (size_t)number;
    return true;
}

static bool parse_real(const search_option *o, const char *value, double *out)
{
    char wanted[64];
    char *end;

    *out = strtod(value, &end);
    if (value[0] != '\0' && value[strspn(value, "+-.0123456789eE")] == '\0' &&
        *end == '\0' && *out >= 0 && *out <= o->value)
        return true;
    snprintf(wanted, sizeof wanted, "a number from 0 to %d", o->value);
    return bad_value(o, value, wanted);
}

static bool parse_color(const search_option *o, const char *value,
                        search_color *out)
{
    if (strcmp(value, "auto") == 0)
        *out = COLOR_AUTO;
    else if (strcmp(value, "always") == 0)
        *out = COLOR_ALWAYS;
    else if (strcmp(value, "never") == 0)
        *out = COLOR_NEVER;
    else
        return bad_value(o, value, "auto, always or never");
    return true;
}

static bool parse_format(const search_option *o, const char *value,
                         search_options *out)
{
    size_t start, end;

    if (value[0] == '\0')
        return bad_value(o, value, "a format");
    if (!format_is_good(value, &start, &end)) {
        complain("--%s: byte %zu: '%.*s' is no escape", o->name, start,
                 (int)(end - start), value + start);
        return usage();
    }
    out->format = value;
    out->mode = MODE_FORMAT;
    return true;
}

static bool apply(const search_option *o, bool negated, const char *value,
                  search_options *out)
{
    void *member = (char *)out + o->member;

    switch (o->kind) {
    case OPTION_FLAG:
        *(bool *)member = !negated;
        return true;
    case OPTION_MODE:
        out->mode = (search_mode)o->value;
        return true;
    case OPTION_ACTION:
        if (out->action == ACTION_SEARCH)
            out->action = (search_action)o->value;
        return true;
    case OPTION_COUNT:
        return parse_count(o, value, member);
    case OPTION_REAL:
        return parse_real(o, value, member);
    case OPTION_TEXT:
        if (value[0] == '\0')
            return bad_value(o, value, "a name");
        *(const char **)member = value;
        return true;
    case OPTION_COLOR:
        return parse_color(o, value, &out->color);
    case OPTION_FORMAT:
        return parse_format(o, value, out);
    case OPTION_QUERY:
        add_to_query(out, value);
        return true;
    }
    return true;
}

/* The names that begin with these letters, each after " --"; returns how
 * many there are. */
static size_t names_beginning(const char *name, size_t len, sink *names)
{
    size_t n = 0;

    for (const search_option *o = search_table; !is_table_end(o); o++) {
        if (o->name == NULL || strncmp(o->name, name, len) != 0)
            continue;
        sink_text(names, " --");
        sink_text(names, o->name);
        n++;
    }
    sink_byte(names, '\0');
    return n;
}

/* Complains of a name, long or behind one dash, that getopt_long could not
 * make out. */
static void unknown_name(const char *arg, const char *name, size_t len)
{
    const search_option *near = nearest_search_option(name, len);
    sink names;

    sink_open(&names, -1);
    if (name == arg + 2 && len > 0 && names_beginning(name, len, &names) > 1)
        complain("option '%s' is ambiguous:%s", arg, names.data);
    else if (near != NULL)
        complain("unknown option '%.*s', did you mean --%s?",
                 (int)(name - arg + (ptrdiff_t)len), arg, near->name);
    else
        complain("unknown option '%s'", arg);
    sink_close(&names);
}

/* With one dash only the beginning of a name, of three letters or more, is one
 * misspelt: more likely, the query begins there. */
static bool is_misspelt_name(const char *arg)
{
    const char *name = arg + 1;
    const size_t len = strcspn(name, "=");
    sink names;
    size_t n;

    if (arg[0] != '-' || len < 3)
        return false;
    sink_open(&names, -1);
    n = names_beginning(name, len, &names);
    sink_close(&names);
    return n > 0;
}

/* Complains of what getopt_long did not know in argument `arg`; `letter` is
 * set where it was a letter, or an option that takes no value. */
static bool unknown(const char *arg, int letter)
{
    const bool is_long = arg[0] == '-' && arg[1] == '-';
    const char *name = arg + (is_long ? 2 : 1);
    const size_t len = strcspn(name, "=");

    if (is_long && letter >= LONG_BASE)
        complain("option '%.*s' takes no value", (int)len + 2, arg);
    else if (is_long || is_misspelt_name(arg))
        unknown_name(arg, name, len);
    else
        complain("unknown option '-%c'; a query that begins with '-' goes "
                 "after '--'",
                 letter);
    return usage();
}

static bool missing(const char *arg, int letter)
{
    const search_option *o = letter >= LONG_BASE
                                 ? search_table + (letter - LONG_BASE)
                                 : find_letter(letter);

    if (letter >= LONG_BASE)
        complain("option '%s' needs a value (%s)", arg, o->argument);
    else
        complain("option '-%c' needs a value (%s)", letter, o->argument);
    return usage();
}

/* A word that spells an option's name was perhaps meant as one. */
static void note_excluded(const char *word)
{
    for (const search_option *o = search_table; !is_table_end(o); o++)
        if (o->name != NULL && strcmp(o->name, word + 1) == 0)
            complain_note("'%s' excludes a word; the option is '-%s'", word,
                          word);
}

/* One call of getopt_long and what follows from it. */
static bool parse_next(int argc, char **argv, const getopt_tables *tables,
                       search_options *out, bool *end, size_t *operands)
{
    const int at = optind > 0 ? optind : 1;
    const int c =
        getopt_long(argc, argv, tables->letters, tables->names, NULL);

    if (c == -1) {
        *end = true;
        return true;
    }
    if (c == 1) {
        add_to_query(out, optarg);
        ++*operands;
        out->from_stdin = strcmp(optarg, "-") == 0;
        return true;
    }
    if (c == '?')
        return unknown(argv[at], optopt);
    if (c == ':')
        return missing(argv[at], optopt);
    if (c < LONG_BASE) {
        const search_option *o = find_letter(c);

        /* -json is no -j with "son" */
        if (o->kind == OPTION_COUNT && !is_number(optarg) &&
            is_misspelt_name(argv[at]))
            return unknown(argv[at], c);
        return apply(o, false, optarg, out);
    }
    if (c >= LONG_BASE + NEGATED)
        return apply(search_table + (c - LONG_BASE - NEGATED), true, optarg,
                     out);
    return apply(search_table + (c - LONG_BASE), false, optarg, out);
}

static bool parse_all(int argc, char **argv, const getopt_tables *tables,
                      search_options *out, size_t *operands)
{
    bool end = false;

    optind = 0; /* glibc: begin anew */
    opterr = 0;
    while (!end) {
        const int at = optind > 0 ? optind : 1;

        /* A bundle getopt_long is inside of stays a bundle. */
        if (at < argc && out->query.len > 0 &&
            is_excluded_word(argv[at], argv[at + 1])) {
            if (!out->quiet)
                note_excluded(argv[at]);
            add_to_query(out, argv[at]);
            ++*operands;
            optind = at + 1;
            continue;
        }
        if (!parse_next(argc, argv, tables, out, &end, operands))
            return false;
    }
    for (; optind < argc; optind++) { /* after "--" */
        add_to_query(out, argv[optind]);
        out->from_stdin = strcmp(argv[optind], "-") == 0;
        ++*operands;
    }
    return true;
}

/* What options do not go together, and whether there is a query. */
static bool check(search_options *out, size_t operands)
{
    const bool any_words = out->query.len > 0 || operands > 0;

    if (out->action != ACTION_SEARCH)
        return true;
    if (out->show != NULL && (any_words || out->batch != NULL))
        complain("--show prints one document and takes no query");
    else if (out->batch != NULL && any_words)
        complain("--batch has the queries in its file: no words beside it");
    else if (out->show != NULL && out->mode != MODE_HITS &&
             out->mode != MODE_JSON)
        complain("--show goes with no other output than --json");
    else if (out->explain && out->mode != MODE_HITS &&
             out->mode != MODE_JSON)
        complain("--explain goes with no other output than --json");
    else if (out->show == NULL && out->batch == NULL && !any_words)
        complain(out->index != NULL
                     ? "no query: -i names an index, and case never matters"
                     : "no query");
    else
        return true;
    return usage();
}

bool search_options_open(int argc, char **argv, search_options *out)
{
    getopt_tables tables = {.names = NULL};
    size_t operands = 0;
    bool good;

    memset(out, 0, sizeof *out);
    out->limit = 10;
    out->k1 = out->b = -1;
    sink_open(&out->query, -1);
    build_tables(&tables);
    good = parse_all(argc, argv, &tables, out, &operands) &&
           check(out, operands);
    out->from_stdin = out->from_stdin && out->query.len == 1;
    free(tables.names);
    free(tables.negated);
    return good;
}

void search_options_close(search_options *options)
{
    sink_close(&options->query);
}
