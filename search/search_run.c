/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One search: parse, find, print hit by hit, and say on standard error what
 * the reader of the results should know.
 */
#include "search_run.h"

#include "output.h"
#include "search_program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef void output_hit(const search_context *search, const found *hit);

/* Hits whose source is not as it was indexed. */
typedef struct stale_hits {
    size_t n;
    bool gone;  /* the first one's state and name */
    char *name;
} stale_hits;

double clock_ms(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int finish_output(sink *out, int status)
{
    if (sink_flush(out) || out->error == EPIPE)
        return status;
    complain("standard output: %s", strerror(out->error));
    return SEARCH_EXIT_ERROR;
}

static int failed(const osteon_error *err)
{
    complain("%s", err->text);
    return SEARCH_EXIT_ERROR;
}

/* ---- The query ---- */

/* Shows where in the query a syntax error is, below its message. */
static void point_at(const sink *query, size_t offset)
{
    enum { BEFORE = 40, WINDOW = 72 };
    const char *text = query->len > 0 ? query->data : "";
    size_t start, end;
    clean_text line;
    size_t columns;

    if (offset > query->len)
        offset = query->len;
    start = offset > BEFORE ? offset - BEFORE : 0;
    while (start < offset && ((unsigned char)text[start] & 0xc0) == 0x80)
        start++;
    end = query->len - start > WINDOW ? start + WINDOW : query->len;
    while (end < query->len && ((unsigned char)text[end] & 0xc0) == 0x80)
        end++;
    clean_text_open(&line, text + start, offset - start, CLEAN_NAME);
    columns = text_columns(line.text, line.len);
    clean_text_close(&line);
    clean_text_open(&line, text + start, end - start, CLEAN_NAME);
    fprintf(stderr, "  %.*s\n  %*s^\n", (int)line.len, line.text,
            (int)columns, "");
    clean_text_close(&line);
}

static int open_query(const search_context *search, osteon_query **query)
{
    const search_options *options = search->options;
    const sink *text = &options->query;
    const unsigned flags =
        (options->all ? (unsigned)OSTEON_QUERY_ALL : 0) |
        (options->strict ? (unsigned)OSTEON_QUERY_STRICT : 0);
    const char *note;
    osteon_error err;
    osteon_status s;

    s = osteon_query_open(search->index, text->len > 0 ? text->data : "",
                          text->len, flags, query, &err);
    if (s != OSTEON_OK) {
        failed(&err);
        if (s == OSTEON_SYNTAX)
            point_at(text, (size_t)err.offset);
        return SEARCH_EXIT_ERROR;
    }
    if (options->print_query)
        complain("query: %s", osteon_query_text(*query));
    if (options->quiet)
        return SEARCH_EXIT_HITS;
    for (size_t i = 0; (note = osteon_query_note(*query, i)) != NULL; i++)
        complain_note("%s", note);
    if (osteon_query_is_empty(*query))
        complain_note("the query has no word to search for");
    return SEARCH_EXIT_HITS;
}

/* ---- Hits ---- */

static void note_stale(stale_hits *stale, const found *hit)
{
    size_t len;
    const char *name;

    if (hit->freshness == OSTEON_FRESH)
        return;
    if (stale->n++ > 0)
        return;
    name = found_name(hit, &len);
    stale->gone = hit->freshness == OSTEON_GONE;
    stale->name = grow_memory(NULL, len + 1, 1);
    memcpy(stale->name, name, len);
    stale->name[len] = '\0';
}

static void tell_stale(const stale_hits *stale, size_t hits)
{
    if (stale->n == 1)
        complain_note("%s: %s since it was indexed; run osteon-index",
                      stale->name, stale->gone ? "gone" : "changed");
    else if (stale->n > 1)
        complain_note("%zu of %zu hits have changed since they were "
                      "indexed; run osteon-index", stale->n, hits);
}

static output_hit *output_for(const search_context *search)
{
    switch (search->options->mode) {
    case MODE_FILES:
        return output_file;
    case MODE_JSON:
        return output_json;
    case MODE_TSV:
        return output_tsv;
    case MODE_HITS:
    case MODE_COUNT:
        break;
    }
    return search->terminal ? output_terminal : output_line;
}

static int print_hits(const search_context *search,
                      const osteon_result *result)
{
    const search_mode mode = search->options->mode;
    output_hit *const output = output_for(search);
    stale_hits stale = {.n = 0};
    int status = SEARCH_EXIT_HITS;

    for (size_t i = 0; i < result->n_hits && search->out->error == 0; i++) {
        osteon_error err;
        found hit;

        if (found_open(search, result->hits + i,
                       search->ranking.offset + i + 1, mode != MODE_FILES,
                       &hit, &err) != OSTEON_OK) {
            status = failed(&err);
            break;
        }
        output(search, &hit);
        note_stale(&stale, &hit);
        found_close(&hit);
    }
    if (mode != MODE_JSON && output != output_terminal)
        tell_stale(&stale, result->n_hits);
    free(stale.name);
    return status;
}

static int print_result(const search_context *search,
                        const osteon_result *result)
{
    const search_options *options = search->options;
    const bool counting = options->mode == MODE_COUNT && !options->quiet;
    const bool any =
        counting ? result->matches > 0 : result->n_hits > 0;
    int status = any ? SEARCH_EXIT_HITS : SEARCH_EXIT_NONE;

    if (counting) {
        sink_unsigned(search->out, result->matches);
        sink_byte(search->out, '\n');
    } else if (any && !options->quiet && options->limit > 0) {
        status = print_hits(search, result);
    }
    return status;
}

/* ---- The search ---- */

/* What should be known of all answers of this index, or of these. */
static void tell_index_notes(const search_context *search)
{
    const char *note;

    if (search->options->quiet)
        return;
    for (size_t i = 0;
         (note = osteon_index_note(search->index, i)) != NULL; i++)
        complain_note("%s", note);
}

/* What to ask the library for: with nothing to print, one hit will do. */
static osteon_search_options ranking_for(const search_context *search)
{
    const search_options *options = search->options;
    const bool counting = options->mode == MODE_COUNT && !options->quiet;
    osteon_search_options ranking = {
        .limit = options->limit,
        .offset = options->offset,
        .k1 = options->k1,
        .b = options->b,
        /* A terminal is told how many there are. */
        .count = counting || (search->terminal && !options->quiet &&
                              options->mode == MODE_HITS),
        .one_per_source = options->mode == MODE_FILES,
    };

    if (counting)
        ranking.limit = 0;
    else if (options->quiet || options->limit == 0)
        ranking.limit = 1;
    return ranking;
}

/* Searches and prints. The summary's figures are left in *seen, whose hits
 * are gone. */
static int find_and_print(const search_context *search, search_times *times,
                          osteon_result *seen)
{
    osteon_result *result;
    osteon_error err;
    osteon_status s;
    int status;

    s = osteon_search(search->index, search->query, &search->ranking, &result,
                      &err);
    if (s == OSTEON_OK)
        *seen = *result;
    times->searched = clock_ms() - times->begun;
    status = s == OSTEON_OK ? print_result(search, seen) : failed(&err);
    status = finish_output(search->out, status);
    times->printed = clock_ms() - times->begun;
    seen->hits = NULL;
    osteon_result_close(result);
    return status;
}

/* "10 of 214 matches", as far as it is known. */
static void describe_hits(const search_context *search,
                          const osteon_result *result, char *text,
                          size_t size)
{
    const size_t first = search->ranking.offset + 1;
    const unsigned long long all = result->matches;

    if (search->options->limit == 0 && !search->ranking.count)
        snprintf(text, size, "%s", result->n_hits > 0 ? "hits" : "no hits");
    else if (!search->ranking.count)
        snprintf(text, size, "%zu hit%s", result->n_hits,
                 result->n_hits == 1 ? "" : "s");
    else if (all == 0)
        snprintf(text, size, "no matches");
    else if (search->options->limit == 0)
        snprintf(text, size, "%llu match%s", all, all == 1 ? "" : "es");
    else if (search->ranking.offset > 0 && result->n_hits > 0)
        snprintf(text, size, "%zu to %zu of %llu matches", first,
                 first + result->n_hits - 1, all);
    else if (result->n_hits < all && search->ranking.limit > 0)
        snprintf(text, size, "%zu of %llu matches", result->n_hits, all);
    else
        snprintf(text, size, "%llu match%s", all, all == 1 ? "" : "es");
}

static void tell_summary(const search_context *search,
                         const osteon_result *result,
                         const search_times *times)
{
    const search_options *options = search->options;
    char hits[80];

    describe_hits(search, result, hits, sizeof hits);
    if (options->time)
        complain("%s in %.2f ms: open %.2f, parse %.2f, search %.2f, "
                 "print %.2f", hits, times->printed, times->opened,
                 times->parsed - times->opened,
                 times->searched - times->parsed,
                 times->printed - times->searched);
    else if (search->terminal && options->mode == MODE_HITS &&
             !options->quiet && isatty(STDERR_FILENO))
        fprintf(stderr, "%s%s (%.1f ms)\n",
                result->n_hits > 0 && options->limit > 0 ? "\n" : "", hits,
                times->printed);
}

int run_search(search_context *search, search_times *times)
{
    osteon_result seen = {.n_hits = 0};
    osteon_query *query = NULL;
    int status = open_query(search, &query);

    if (status != SEARCH_EXIT_HITS)
        return status;
    times->parsed = clock_ms() - times->begun;
    search->query = query;
    search->ranking = ranking_for(search);
    status = find_and_print(search, times, &seen);
    if (status != SEARCH_EXIT_ERROR) {
        tell_index_notes(search);
        tell_summary(search, &seen, times);
    }
    search->query = NULL;
    osteon_query_close(query);
    return status;
}

int run_show(const search_context *search)
{
    osteon_error err;
    found document;
    osteon_status s =
        found_open_id(search, search->options->show, &document, &err);

    if (s == OSTEON_NOT_FOUND) {
        tell_index_notes(search);
        complain("there is no document '%s' in the index",
                 search->options->show);
        return SEARCH_EXIT_NONE;
    }
    if (s != OSTEON_OK)
        return failed(&err);
    s = output_document(search, &document, &err);
    found_close(&document);
    tell_index_notes(search);
    return finish_output(search->out,
                         s == OSTEON_OK ? SEARCH_EXIT_HITS : failed(&err));
}
