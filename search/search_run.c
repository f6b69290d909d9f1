/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One search, with what is said of it on standard error; and --show.
 */
#include "search_run.h"

#include "output.h"
#include "search_program.h"
#include "tell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

/* What the parser did not take as written. */
static void tell_query(const search_context *search, const answer *a)
{
    const char *note;

    if (search->options->print_query)
        complain("query: %s", osteon_query_text(a->query));
    if (search->options->quiet)
        return;
    for (size_t i = 0; (note = osteon_query_note(a->query, i)) != NULL; i++)
        complain_note("%s", note);
    if (osteon_query_is_empty(a->query))
        complain_note("%s", empty_query_note);
}

/* ---- The search ---- */

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
    const sink *text = &search->options->query;
    answer a;
    int status;

    if (!answer_open(search, text->len > 0 ? text->data : "", text->len,
                     &a)) {
        status = failed(&a.err);
        tell_place(&a.err, text->data, text->len);
        answer_close(&a);
        return status;
    }
    times->parsed = clock_ms() - times->begun;
    tell_query(search, &a);
    output_heading(search);
    answer_print(search, &a);
    status = a.status == SEARCH_EXIT_ERROR ? failed(&a.err) : a.status;
    tell_stale(&a.stale, a.seen.n_hits);
    times->searched = a.searched - times->begun;
    status = finish_output(search->out, status);
    times->printed = clock_ms() - times->begun;
    if (status != SEARCH_EXIT_ERROR) {
        tell_index_notes(search);
        tell_summary(search, &a.seen, times);
    }
    answer_close(&a);
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
