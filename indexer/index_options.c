/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The command line: the one table of options (index_options.h) drives the
 * parser, both help texts and the suggestion for a misspelt option. Plain
 * switches also take a --no- form.
 */
#define _GNU_SOURCE /* getopt_long */
#include "index_options.h"

#include <getopt.h>
#include <math.h>

/* What getopt_long returns for table row i, and for its --no- form. */
#define ROW 1000
#define NEGATED 2000

static const char *const formats[] = {"auto", "text",  "html",    "markdown",
                                      "json", "jsonl", "archive", NULL};
static const char *const exports[] = {"ciff", "jsonl", "xapian", NULL};
static const char *const imports[] = {"ciff", NULL};
static const char *const stores[] = {"auto", "all", "none", NULL};
static const char *const merges[] = {"none", "one", "reorder", NULL};

bool osi_parse_size(const char *text, uint64_t *out)
{
    static const char units[] = "KMGT";
    char *end;
    double value;
    const char *unit;

    if (*text < '0' || *text > '9')
        return false;
    value = strtod(text, &end);
    for (const char *p = text; p < end; p++)
        if ((*p < '0' || *p > '9') && *p != '.')
            return false; /* hexadecimal, exponents */
    if (*end != '\0' && *end != 'B' && *end != 'b') {
        unit = strchr(units, *end >= 'a' ? *end - 'a' + 'A' : *end);
        if (unit == NULL)
            return false;
        value = ldexp(value, (int)(unit - units + 1) * 10);
        end++;
        if (*end == 'i')
            end++;
    }
    if (*end == 'B' || *end == 'b')
        end++;
    if (*end != '\0' || value >= 9e18)
        return false;
    *out = (uint64_t)value;
    return true;
}

static bool parse_count(const char *text, uint64_t *out)
{
    char *end;

    if (*text < '0' || *text > '9' || strlen(text) > 9)
        return false;
    *out = strtoul(text, &end, 10);
    return *end == '\0';
}

static bool parse_seconds(const char *text, double *out)
{
    char *end;

    if (text == NULL) {
        *out = -1;
        return true;
    }
    if (*text < '0' || *text > '9')
        return false;
    *out = strtod(text, &end);
    return *end == '\0' && isfinite(*out);
}

/* "K/N", with 1 <= K <= N. */
static bool parse_shard(const char *text, osi_shard *out)
{
    const char *const slash = strchr(text, '/');
    char part[10];
    uint64_t k, n;

    if (slash == NULL || (size_t)(slash - text) >= sizeof part)
        return false;
    memcpy(part, text, (size_t)(slash - text));
    part[slash - text] = '\0';
    if (!parse_count(part, &k) || !parse_count(slash + 1, &n) || k == 0 ||
        k > n)
        return false;
    *out = (osi_shard){(unsigned)k, (unsigned)n};
    return true;
}

static bool parse_choice(const char *text, const char *const *choices,
                         int *out)
{
    for (int i = 0; choices[i] != NULL; i++) {
        if (strcmp(text, choices[i]) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* "KIND:TARGET", or KIND alone for '-'. `kinds` in the order of
 * osi_exchange_kind. */
static bool parse_exchange(const char *text, const char *const *kinds,
                           osi_exchange *out)
{
    const size_t len = strcspn(text, ":");

    out->target = text[len] == ':' ? text + len + 1 : "-";
    for (int i = 0; kinds[i] != NULL; i++) {
        if (strlen(kinds[i]) == len && memcmp(text, kinds[i], len) == 0) {
            out->kind = i + 1;
            return out->target[0] != '\0';
        }
    }
    return false;
}

static bool list_add(osi_list *list, const char *before, const char *text)
{
    const size_t n = strlen(before), len = strlen(text);
    char *copy;

    if (list->n == list->room) {
        const size_t room = list->room ? list->room * 2 : 16;
        char **const fresh = osi_realloc(list->items, room * sizeof *fresh);
        if (fresh == NULL)
            return false;
        list->items = fresh;
        list->room = room;
    }
    copy = osi_realloc(NULL, n + len + 1);
    if (copy == NULL)
        return false;
    memcpy(copy, before, n);
    memcpy(copy + n, text, len + 1);
    list->items[list->n++] = copy;
    return true;
}

static bool bad_value(const osi_row *row, const char *value,
                      const char *const *choices)
{
    char known[128] = "";
    const size_t optional = row->argument[0] == '[';

    const bool several =
        choices != NULL && choices[0] != NULL && choices[1] != NULL;

    for (size_t i = 0; several && choices[i] != NULL; i++) {
        const size_t len = strlen(known);
        snprintf(known + len, sizeof known - len, "%s%s",
                 i ? ", " : "; one of ", choices[i]);
    }
    osi_error("--%s: '%s' is not a valid %.*s%s", row->name, value,
              (int)(strlen(row->argument) - 2 * optional),
              row->argument + optional, known);
    return false;
}

/* Puts the value where the row says. `value` is NULL for a switch. */
static bool apply(const osi_row *row, osi_options *o, const char *value,
                  bool negated)
{
    void *const place = (char *)o + row->place;

    switch (row->kind) {
    case OSI_ROW_SWITCH:
        *(bool *)place = !negated;
        return true;
    case OSI_ROW_TEXT:
        *(const char **)place = value;
        return true;
    case OSI_ROW_SIZE:
        return osi_parse_size(value, place) || bad_value(row, value, NULL);
    case OSI_ROW_COUNT:
        return parse_count(value, place) || bad_value(row, value, NULL);
    case OSI_ROW_SECONDS:
        return parse_seconds(value, place) || bad_value(row, value, NULL);
    case OSI_ROW_FORMAT:
        return parse_choice(value, formats, place) ||
               bad_value(row, value, formats);
    case OSI_ROW_STORE:
        return parse_choice(value, stores, place) ||
               bad_value(row, value, stores);
    case OSI_ROW_MERGE:
        *(int *)place = negated ? OSI_MERGE_NOT : OSI_MERGE_ONE;
        return value == NULL || parse_choice(value, merges, place) ||
               bad_value(row, value, merges);
    case OSI_ROW_EXPORT:
        return parse_exchange(value, exports, place) ||
               bad_value(row, value, exports);
    case OSI_ROW_IMPORT:
        return parse_exchange(value, imports, place) ||
               bad_value(row, value, imports);
    case OSI_ROW_SHARD:
        return parse_shard(value, place) || bad_value(row, value, NULL);
    case OSI_ROW_GLOB:
    case OSI_ROW_EXCLUDE:
        if (list_add(place, row->kind == OSI_ROW_EXCLUDE ? "!" : "", value))
            return true;
        osi_error("out of memory");
        return false;
    }
    return false;
}

/* Edit distance with transpositions, for short words; large where either is
 * long. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t rows[3][40];

    if (n >= 40 || m >= 40)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *const row = rows[i % 3];
        const size_t *const up = rows[(i + 2) % 3];
        const size_t *const up2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = up[j - 1] + (a[i - 1] != b[j - 1]);
            if (up[j] + 1 < best)
                best = up[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
                a[i - 2] == b[j - 1] && up2[j - 2] + 1 < best)
                best = up2[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[n % 3][m];
}

const char *osi_suggestion(const char *name, size_t len)
{
    const char *best = NULL;
    size_t best_distance = len / 3 + 2;

    for (size_t i = 0; i < osi_n_rows; i++) {
        const char *const known = osi_rows[i].name;
        const size_t d = distance(name, len, known, strlen(known));
        if (d < best_distance) {
            best_distance = d;
            best = known;
        }
    }
    return best;
}

static void try_help(void)
{
    fputs("Try 'osteon-index --help' for more information.\n", stderr);
}

static void unknown_long(const char *given)
{
    const char *const name = given + 2;
    const size_t len = strcspn(name, "=");
    char several[256] = "";
    const char *const near = osi_suggestion(name, len);

    for (size_t i = 0; i < osi_n_rows && len > 0; i++) {
        const size_t at = strlen(several);
        if (strncmp(osi_rows[i].name, name, len) == 0 &&
            osi_rows[i].name[1] != '\0')
            snprintf(several + at, sizeof several - at, " --%s",
                     osi_rows[i].name);
    }
    if (several[0] != '\0')
        osi_error("option '--%.*s' is ambiguous:%s", (int)len, name, several);
    else if (near != NULL)
        osi_error("unknown option '--%.*s', did you mean --%s?", (int)len,
                  name, near);
    else
        osi_error("unknown option '--%.*s'", (int)len, name);
}

/* Says what getopt_long did not like; `got` is ':' or '?'. */
static bool complain(int got, char *const *argv)
{
    const osi_row *row = NULL;

    for (size_t i = 0; i < osi_n_rows; i++)
        if (optopt == osi_rows[i].letter || optopt == ROW + (int)i ||
            optopt == NEGATED + (int)i)
            row = optopt != 0 ? &osi_rows[i] : row;
    if (row != NULL && got == ':')
        osi_error("option --%s needs a value (%s)", row->name, row->argument);
    else if (row != NULL)
        osi_error("option --%s takes no value", row->name);
    else if (optopt != 0)
        osi_error("unknown option '-%c'", optopt);
    else
        unknown_long(argv[optind - 1]);
    try_help();
    return false;
}

/* Long options with their --no- forms, and the letters, for getopt_long. */
static struct option *build(char *letters)
{
    struct option *const options =
        osi_realloc(NULL, (2 * osi_n_rows + 1) * sizeof *options);
    static char negated[OSI_ROWS_MAX][32];
    size_t n = 0;

    if (options == NULL)
        return NULL;
    *letters++ = ':';
    for (size_t i = 0; i < osi_n_rows; i++) {
        const osi_row *const row = &osi_rows[i];
        const int takes = row->argument == NULL       ? no_argument
                          : row->argument[0] == '['   ? optional_argument
                                                      : required_argument;
        if (row->name[1] != '\0') /* -h has no long form */
            options[n++] =
                (struct option){row->name, takes, NULL, ROW + (int)i};
        if (row->negatable) {
            snprintf(negated[i], sizeof negated[i], "no-%s", row->name);
            options[n++] = (struct option){negated[i], no_argument, NULL,
                                           NEGATED + (int)i};
        }
        if (row->letter != '\0') {
            *letters++ = row->letter;
            if (takes == required_argument)
                *letters++ = ':';
        }
    }
    *letters = '\0';
    options[n] = (struct option){NULL, 0, NULL, 0};
    return options;
}

static bool parse_all(int argc, char **argv, const struct option *longs,
                      const char *letters, osi_options *o)
{
    int got;

    opterr = 0;
    while ((got = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        const osi_row *row = NULL;
        if (got == '?' || got == ':')
            return complain(got, argv);
        for (size_t i = 0; i < osi_n_rows; i++)
            if (got == osi_rows[i].letter || got == ROW + (int)i ||
                got == NEGATED + (int)i)
                row = &osi_rows[i];
        if (row != NULL && !apply(row, o, optarg, got >= NEGATED)) {
            try_help();
            return false;
        }
    }
    o->operands = (const char **)(argv + optind);
    o->n_operands = (size_t)(argc - optind);
    return true;
}

static bool usage(const char *text)
{
    osi_error("%s", text);
    try_help();
    return false;
}

static bool has_operand(const osi_options *o, const char *text)
{
    for (size_t i = 0; i < o->n_operands; i++)
        if (strcmp(o->operands[i], text) == 0)
            return true;
    return false;
}

/* An empty glob would take nothing, and so remove all. */
static bool has_empty_glob(const osi_options *o)
{
    for (size_t i = 0; i < o->globs.n; i++)
        if (strcmp(o->globs.items[i] + (o->globs.items[i][0] == '!'), "") == 0)
            return true;
    return false;
}

/* Values that are none, and options that would change nothing. */
static bool have_sense(const osi_options *o)
{
    const bool lists = o->files_from != NULL || o->delete_from != NULL ||
                       o->failed || o->dry_run;

    if (o->index != NULL && o->index[0] == '\0')
        return usage("--index: the name is empty");
    if (o->id != NULL && (o->id[0] == '\0' || strlen(o->id) > 4096))
        return usage("--id: an id has 1 to 4096 bytes");
    if (o->id != NULL && !has_operand(o, "-"))
        return usage("--id is for a document on standard input ('-')");
    if (o->dry_run && has_operand(o, "-"))
        return usage("--dry-run does not read standard input");
    if (has_empty_glob(o))
        return usage("--glob, --exclude: the GLOB is empty");
    if (o->null_data && !lists)
        return usage("--null-data is for --files-from, --delete-from, "
                     "--failed and --dry-run");
    if (o->json && !o->stats && !o->failed)
        return usage("--json is for --stats and --failed");
    return true;
}

/* What is to be done instead of an update. */
static const char *mode_name(const osi_options *o)
{
    return o->analyze  ? "analyze"
           : o->stats  ? "stats"
           : o->check  ? "check"
           : o->failed ? "failed"
           : o->dump   ? "dump"
           : o->export.kind != OSI_EXCHANGE_NONE ? "export"
                                                 : "import";
}

/* Options that do not go together. */
static bool agree(const osi_options *o)
{
    const bool deletes = o->delete_ids || o->delete_from != NULL;
    const bool imports_one = o->import.kind != OSI_EXCHANGE_NONE;
    const int modes = deletes + o->analyze + o->stats + o->check + o->failed +
                      o->dump + (o->export.kind != OSI_EXCHANGE_NONE) +
                      imports_one;

    if (modes > 1)
        return usage("--delete, --analyze, --stats, --check, --failed, "
                     "--dump, --export and --import exclude each other");
    if (modes == 1 && ((o->rebuild && !imports_one) || o->merge ||
                       o->files_from != NULL))
        return usage("--rebuild, --merge and --files-from are for updates");
    if (modes == 1 && (o->format != OSI_FORMAT_AUTO || o->globs.n > 0))
        return usage("--format, --glob and --exclude are for updates");
    if (modes == 1 && o->dry_run)
        return usage("--dry-run is for updates");
    if (!deletes && modes == 1 && o->n_operands > 0) {
        osi_error("--%s takes no PATH ('%s')", mode_name(o), o->operands[0]);
        try_help();
        return false;
    }
    if (o->delete_ids && o->n_operands == 0 && o->delete_from == NULL)
        return usage("--delete needs an ID");
    if (o->delete_ids && has_operand(o, ""))
        return usage("an ID is empty");
    if (!o->delete_ids && o->delete_from != NULL && o->n_operands > 0)
        return usage("--delete-from takes no PATH (IDs go after --delete)");
    return have_sense(o);
}

bool osi_options_parse(int argc, char **argv, osi_options *options)
{
    char letters[2 * OSI_ROWS_MAX + 2];
    struct option *const longs = build(letters);
    bool ok;

    memset(options, 0, sizeof *options);
    options->max_filesize = OSI_FILESIZE;
    if (longs == NULL) {
        osi_error("out of memory");
        return false;
    }
    ok = parse_all(argc, argv, longs, letters, options);
    free(longs);
    if (ok && (options->help || options->help_short || options->version))
        return true;
    return ok && agree(options);
}

void osi_options_free(osi_options *options)
{
    for (size_t i = 0; i < options->globs.n; i++)
        free(options->globs.items[i]);
    free(options->globs.items);
    memset(options, 0, sizeof *options);
}
