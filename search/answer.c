/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Parse, find, print hit by hit.
 */
#include "answer.h"

#include "output.h"
#include "search_program.h"
#include "search_run.h"

#include <stdlib.h>
#include <string.h>

typedef void output_hit(const search_context *search, const found *hit);

bool answer_open(const search_context *search, const char *text, size_t len,
                 answer *out)
{
    const search_options *options = search->options;
    const unsigned flags =
        (options->all ? (unsigned)OSTEON_QUERY_ALL : 0) |
        (options->strict ? (unsigned)OSTEON_QUERY_STRICT : 0);

    memset(out, 0, sizeof *out);
    out->status = SEARCH_EXIT_NONE;
    if (osteon_query_open(search->index, text, len, flags, &out->query,
                          &out->err) == OSTEON_OK)
        return true;
    out->status = SEARCH_EXIT_ERROR;
    return false;
}

void answer_close(answer *a)
{
    osteon_query_close(a->query);
    free(a->stale.name);
    memset(a, 0, sizeof *a);
}

/* ---- Hits ---- */

static void note_stale(stale_hits *stale, const found *hit)
{
    size_t len;
    const char *name;

    if (hit->freshness == OSTEON_FRESH || stale->n++ > 0)
        return;
    name = found_name(hit, &len);
    stale->gone = hit->freshness == OSTEON_GONE;
    stale->name = grow_memory(NULL, len + 1, 1);
    memcpy(stale->name, name, len);
    stale->name[len] = '\0';
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
    case MODE_CSV:
        return output_csv;
    case MODE_TREC:
        return output_trec;
    case MODE_FORMAT:
        return output_format;
    case MODE_HITS:
    case MODE_COUNT:
        break;
    }
    return search->terminal ? output_terminal : output_line;
}

/* What has to be known of a hit to print it. */
static found_depth depth_for(const search_options *options)
{
    switch (options->mode) {
    case MODE_TREC:
        return FOUND_ID;
    case MODE_FILES:
        return FOUND_NAME;
    case MODE_FORMAT:
        return format_wants_passage(options->format) ? FOUND_PASSAGE
                                                     : FOUND_NAME;
    default:
        return FOUND_PASSAGE;
    }
}

static void print_hits(const search_context *search,
                       const osteon_result *result, answer *a)
{
    const found_depth depth = depth_for(search->options);
    output_hit *const output = output_for(search);

    for (size_t i = 0; i < result->n_hits && search->out->error == 0; i++) {
        found hit;

        if (found_open(search, result->hits + i,
                       search->ranking.offset + i + 1, depth, &hit,
                       &a->err) != OSTEON_OK) {
            a->status = SEARCH_EXIT_ERROR;
            return;
        }
        output(search, &hit);
        if (output != output_json && output != output_terminal)
            note_stale(&a->stale, &hit);
        found_close(&hit);
    }
}

static void print_result(const search_context *search,
                         const osteon_result *result, answer *a)
{
    const search_options *options = search->options;
    const bool counting = options->mode == MODE_COUNT && !options->quiet;
    const bool any = counting ? result->matches > 0 : result->n_hits > 0;

    a->status = any ? SEARCH_EXIT_HITS : SEARCH_EXIT_NONE;
    if (counting) {
        put_query_id(search);
        sink_unsigned(search->out, result->matches);
        sink_byte(search->out, '\n');
    } else if (any && !options->quiet && options->limit > 0) {
        print_hits(search, result, a);
    }
}

/* ---- The search ---- */

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
                              options->mode == MODE_HITS &&
                              search->query_id == NULL),
        .one_per_source = options->mode == MODE_FILES,
    };

    if (counting)
        ranking.limit = 0;
    else if (options->quiet || options->limit == 0)
        ranking.limit = 1;
    return ranking;
}

void answer_print(search_context *search, answer *a)
{
    osteon_result *result;
    osteon_status s;

    search->query = a->query;
    search->ranking = ranking_for(search);
    s = osteon_search(search->index, search->query, &search->ranking, &result,
                      &a->err);
    a->searched = clock_ms();
    if (s == OSTEON_OK) {
        a->seen = *result;
        a->seen.hits = NULL;
        print_result(search, result, a);
    } else {
        a->status = SEARCH_EXIT_ERROR;
    }
    osteon_result_close(result);
    search->query = NULL;
}
