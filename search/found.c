/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Gathering what is shown of a hit. A source that has gone costs a hit its
 * passage, not its place in the list.
 */
#include "found.h"

#include "clean_text.h"
#include "display_path.h"

#include <stdlib.h>
#include <string.h>

/* Of a plain file no more than this is read for a passage. */
#define TEXT_MOST ((size_t)8 << 20)

/* Room for a passage in a pipe, in bytes. */
#define PIPE_WIDTH 200

/* On a terminal a passage fills two lines, or three with short words: lines
 * broken between words hold less than they could. */
#define TERMINAL_LINES 2
#define TERMINAL_INDENT 3
#define TERMINAL_SLACK 12
#define TERMINAL_LEAST 20

static bool is_for_reading(const search_context *search)
{
    return search->terminal && search->options->mode == MODE_HITS;
}

static size_t snippet_width(const search_context *search)
{
    const search_options *options = search->options;
    const size_t all = TERMINAL_LINES * search->columns;
    const size_t lost = TERMINAL_LINES * TERMINAL_INDENT + TERMINAL_SLACK;

    if (options->snippet_width > 0)
        return options->snippet_width;
    if (!is_for_reading(search))
        return PIPE_WIDTH;
    return all > lost + TERMINAL_LEAST ? all - lost : TERMINAL_LEAST;
}

/* Is there a passage that begins with the title, which a terminal shows
 * already? Then there is room for more. */
static bool repeats_title(const found *f)
{
    const size_t end = f->snippet->end, title_len = f->info->title_len;
    size_t at = f->snippet->start;

    while (at < end && (f->text[at] == '#' || f->text[at] == ' '))
        at++;
    return title_len > 0 && end - at >= title_len &&
           memcmp(f->text + at, f->info->title, title_len) == 0;
}

/* Bytes to ask for so that the passage fills `width` columns: more where its
 * characters take several bytes, or the title is not shown again. */
static size_t bytes_for(const found *f, size_t width, bool title)
{
    const size_t start = f->snippet->start, len = f->snippet->end - start;
    const size_t columns = text_columns(f->text + start, len);
    size_t bytes = width;

    if (columns > 0 && len > columns + columns / 8)
        bytes = width * len / columns;
    if (bytes > 4 * width)
        bytes = 4 * width; /* of marks, which take no column, no more */
    return bytes + (title ? f->info->title_len : 0);
}

static osteon_status open_snippet(const search_context *search, found *out,
                                  osteon_error *err)
{
    const size_t width = snippet_width(search);
    osteon_snippet *first;
    size_t bytes;
    bool title;
    osteon_status s =
        osteon_snippet_open(search->index, search->query, out->text,
                            out->text_len, width, &out->snippet, err);

    if (s != OSTEON_OK || !is_for_reading(search) ||
        search->options->snippet_width > 0)
        return s;
    title = repeats_title(out);
    bytes = bytes_for(out, width, title);
    if (bytes == width)
        return s;
    first = out->snippet;
    out->snippet = NULL;
    s = osteon_snippet_open(search->index, search->query, out->text,
                            out->text_len, bytes, &out->snippet, err);
    if (s == OSTEON_OK && (!title || repeats_title(out))) {
        osteon_snippet_close(first);
    } else { /* a wider one may begin elsewhere */
        osteon_snippet_close(out->snippet);
        out->snippet = first;
    }
    return s;
}

static void describe(const search_context *search, found_depth depth,
                     found *out)
{
    bool is_member;

    out->info = osteon_entry_info_get(out->entry);
    out->line = out->info->line;
    if (depth == FOUND_ID)
        return;
    out->freshness = osteon_entry_freshness(out->entry);
    if (out->info->path == NULL)
        return;
    /* A member's id is a path with its name behind it. A list of files is for
     * other programs: they can open the archive. */
    is_member = out->info->member != NULL &&
                search->options->mode != MODE_FILES;
    out->path_len = path_from_here(
        search->root, search->here,
        is_member ? out->info->id : out->info->path,
        is_member ? out->info->id_len : out->info->path_len, &out->path);
}

static osteon_status find_passage(const search_context *search, found *out,
                                  osteon_error *err)
{
    osteon_status s = osteon_entry_text(out->entry, TEXT_MOST, &out->text,
                                        &out->text_len, err);

    if (s == OSTEON_NOT_FOUND) {
        out->text = NULL;
        return OSTEON_OK;
    }
    if (s != OSTEON_OK)
        return s;
    s = open_snippet(search, out, err);
    if (s == OSTEON_OK && out->line == 0)
        out->line = out->snippet->line;
    return s;
}

osteon_status found_open(const search_context *search, const osteon_hit *hit,
                         size_t rank, found_depth depth, found *out,
                         osteon_error *err)
{
    osteon_status s;

    memset(out, 0, sizeof *out);
    out->rank = rank;
    out->score = hit->score;
    s = osteon_entry_open(search->index, hit->document, &out->entry, err);
    if (s != OSTEON_OK)
        return s;
    describe(search, depth, out);
    if (depth == FOUND_PASSAGE)
        s = find_passage(search, out, err);
    if (s == OSTEON_OK && depth == FOUND_PASSAGE && search->options->explain)
        s = osteon_explain(search->index, search->query, &search->ranking,
                           hit->document, &out->explanation, err);
    if (s != OSTEON_OK)
        found_close(out);
    return s;
}

osteon_status found_open_id(const search_context *search, const char *id,
                            found *out, osteon_error *err)
{
    osteon_status s;
    char *path;

    memset(out, 0, sizeof *out);
    s = osteon_entry_open_id(search->index, id, strlen(id), &out->entry, err);
    for (int as_member = 1; as_member >= 0 && s == OSTEON_NOT_FOUND;
         as_member--) {
        path = (as_member ? member_in_index : path_in_index)(
            search->root, search->here, id);
        s = osteon_entry_open_id(search->index, path, strlen(path),
                                 &out->entry, err);
        free(path);
    }
    if (s == OSTEON_OK)
        describe(search, FOUND_NAME, out);
    return s;
}

void found_close(found *f)
{
    osteon_snippet_close(f->snippet);
    osteon_entry_close(f->entry);
    free(f->path);
    free(f->explanation);
    memset(f, 0, sizeof *f);
}

const char *found_name(const found *f, size_t *len)
{
    *len = f->path != NULL ? f->path_len : f->info->id_len;
    return f->path != NULL ? f->path : f->info->id;
}
