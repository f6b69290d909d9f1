/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A passage of a text for a query: find the window that shows most, give it
 * readable edges, mark the words in it. A snippet is one allocation, its
 * marks behind it.
 */
#include "snippet.h"

#define WIDTH 200

typedef struct mark_list {
    osteon_mark *marks;
    size_t n, room;
} mark_list;

static bool to_window(void *arg, const ost_match *match)
{
    return ost_window_add(arg, match);
}

static bool to_marks(void *arg, const ost_match *match)
{
    mark_list *list = arg;

    if (!OST_GROW(&list->marks, &list->room, list->n + match->n_parts))
        return false;
    memcpy(list->marks + list->n, match->parts,
           match->n_parts * sizeof *match->parts);
    list->n += match->n_parts;
    return true;
}

static int by_start(const void *a, const void *b)
{
    const osteon_mark *x = a, *y = b;

    return (x->start > y->start) - (x->start < y->start);
}

/* Leaves marks ascending and apart: what overlaps or touches is one. */
static void merge_marks(mark_list *list)
{
    size_t n = 0;

    if (list->n == 0)
        return;
    qsort(list->marks, list->n, sizeof *list->marks, by_start);
    for (size_t i = 1; i < list->n; i++) {
        osteon_mark *last = &list->marks[n];
        const osteon_mark mark = list->marks[i];
        if (mark.start > last->end)
            list->marks[++n] = mark;
        else if (mark.end > last->end)
            last->end = mark.end;
    }
    list->n = n + 1;
}

/* Sets [*start, *end) to the window that shows most; false: no memory.
 * *found: there is one. */
static bool find_window(ost_matcher *m, const char *text, size_t len,
                        size_t width, size_t *start, size_t *end, bool *found)
{
    uint32_t n;
    const uint32_t *weights = ost_matcher_weights(m, &n);
    ost_window window;
    bool ok = ost_window_open(&window, text, width, weights, n) &&
              ost_matcher_scan(m, text, 0, len, to_window, &window);

    if (ok)
        ost_window_finish(&window);
    *found = window.best_score > 0;
    *start = window.best_start;
    *end = window.best_end;
    ost_window_close(&window);
    return ok;
}

static uint32_t line_of(const char *text, size_t at)
{
    size_t line = 1;

    for (size_t i = 0; i < at; i++)
        line += text[i] == '\n';
    return line > UINT32_MAX ? UINT32_MAX : (uint32_t)line;
}

static osteon_snippet *make_snippet(const char *text, size_t start, size_t end,
                                    const mark_list *list)
{
    osteon_snippet *snippet;
    osteon_mark *marks;

    if (list->n > (SIZE_MAX - sizeof *snippet) / sizeof *marks)
        return NULL;
    snippet = ost_malloc(sizeof *snippet + list->n * sizeof *marks);
    if (snippet == NULL)
        return NULL;
    marks = (osteon_mark *)(snippet + 1);
    if (list->n > 0)
        memcpy(marks, list->marks, list->n * sizeof *marks);
    *snippet = (osteon_snippet){
        .start = start,
        .end = end,
        .line = line_of(text, list->n > 0 ? marks[0].start : start),
        .marks = marks,
        .n_marks = list->n,
    };
    return snippet;
}

/* Picks the passage; false: no memory. */
static bool pick(ost_matcher *m, const char *text, size_t len, size_t width,
                 size_t *start, size_t *end)
{
    bool found = false;
    uint32_t n;

    ost_matcher_weights(m, &n);
    if (n > 0 &&
        !find_window(m, text, len, width, start, end, &found))
        return false;
    if (found)
        ost_edge_around(text, len, width, start, end);
    else
        ost_edge_beginning(text, len, width, start, end);
    return true;
}

osteon_status ost_snippet_make(const char *language, const osteon_query *query,
                               const char *text, size_t len, size_t width,
                               osteon_snippet **out, osteon_error *err)
{
    ost_matcher *m;
    mark_list list = {0};
    size_t start = 0, end = 0;
    osteon_status s = ost_matcher_open(language, query, len, &m, err);

    *out = NULL;
    if (s != OSTEON_OK)
        return s;
    if (width == 0)
        width = WIDTH;
    if (text == NULL)
        text = "";
    if (pick(m, text, len, width, &start, &end) &&
        ost_matcher_scan(m, text, start, end, to_marks, &list)) {
        merge_marks(&list);
        *out = make_snippet(text, start, end, &list);
    }
    if (*out == NULL)
        s = ost_fail_memory(err);
    ost_matcher_close(m);
    ost_free(list.marks);
    return s;
}

void osteon_snippet_close(osteon_snippet *snippet)
{
    ost_free(snippet);
}
