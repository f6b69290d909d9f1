/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Removing repeated paths from ranked hits: sorted by path and rank, the
 * first of each path stays, and those are sorted by rank again.
 */
#include "unique_paths.h"

#include "search_program.h"

#include <stdlib.h>
#include <string.h>

typedef struct named_hit {
    char *name; /* path, or id where there is none */
    size_t len, rank;
    osteon_hit hit;
} named_hit;

static int by_name(const void *left, const void *right)
{
    const named_hit *a = left, *b = right;
    const size_t shorter = a->len < b->len ? a->len : b->len;
    const int order = memcmp(a->name, b->name, shorter);

    if (order != 0)
        return order;
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    return a->rank < b->rank ? -1 : a->rank > b->rank;
}

static int by_rank(const void *left, const void *right)
{
    const named_hit *a = left, *b = right;

    return a->rank < b->rank ? -1 : a->rank > b->rank;
}

static bool same_name(const named_hit *a, const named_hit *b)
{
    return a->len == b->len && memcmp(a->name, b->name, a->len) == 0;
}

static osteon_status name_hit(const osteon_index *index,
                              const osteon_hit *hit, named_hit *out,
                              osteon_error *err)
{
    osteon_entry *entry = NULL;
    const osteon_entry_info *info;
    osteon_status s = osteon_entry_open(index, hit->document, &entry, err);

    if (s != OSTEON_OK)
        return s;
    info = osteon_entry_info_get(entry);
    out->hit = *hit;
    out->len = info->path != NULL ? info->path_len : info->id_len;
    out->name = grow_memory(NULL, out->len, 1);
    memcpy(out->name, info->path != NULL ? info->path : info->id, out->len);
    osteon_entry_close(entry);
    return OSTEON_OK;
}

/* Moves the best hit of each name to the front, by rank; returns how many. */
static size_t keep_best(named_hit *named, size_t n)
{
    size_t kept = 0;

    qsort(named, n, sizeof *named, by_name);
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && same_name(named + kept - 1, named + i))
            continue;
        const named_hit other = named[kept];

        named[kept++] = named[i];
        named[i] = other;
    }
    qsort(named, kept, sizeof *named, by_rank);
    return kept;
}

/* The unique ones of `ranked`, from the offset on and up to the limit.
 * *unique is how many names there were. */
static osteon_status select_hits(const search_context *search,
                                 const osteon_result *ranked,
                                 osteon_hit *out, size_t *n_out,
                                 size_t *unique, osteon_error *err)
{
    named_hit *named = grow_memory(NULL, ranked->n_hits, sizeof *named);
    osteon_status s = OSTEON_OK;
    size_t n = 0;

    *n_out = *unique = 0;
    for (; n < ranked->n_hits; n++) {
        s = name_hit(search->index, ranked->hits + n, named + n, err);
        if (s != OSTEON_OK)
            goto done;
        named[n].rank = n;
    }
    *unique = keep_best(named, n);
    for (size_t i = search->ranking.offset;
         i < *unique && *n_out < search->ranking.limit; i++)
        out[(*n_out)++] = named[i].hit;
done:
    for (size_t i = 0; i < n; i++)
        free(named[i].name);
    free(named);
    return s;
}

osteon_status unique_paths_search(const search_context *search,
                                  osteon_hit **hits, size_t *n_hits,
                                  osteon_error *err)
{
    osteon_search_options ranking = search->ranking;
    const size_t limit = ranking.limit;
    const size_t wanted = ranking.offset < SIZE_MAX - limit
                              ? ranking.offset + limit
                              : SIZE_MAX;

    *hits = NULL;
    *n_hits = 0;
    ranking.offset = 0;
    ranking.limit = wanted;
    for (;;) {
        osteon_result *ranked = NULL;
        size_t unique;
        bool all;
        osteon_status s = osteon_search(search->index, search->query,
                                        &ranking, &ranked, err);

        if (s != OSTEON_OK)
            return s;
        all = ranked->n_hits < ranking.limit;
        *hits = grow_memory(NULL, ranked->n_hits, sizeof **hits);
        s = select_hits(search, ranked, *hits, n_hits, &unique, err);
        osteon_result_close(ranked);
        if (s == OSTEON_OK && (all || unique >= wanted))
            return OSTEON_OK;
        free(*hits);
        *hits = NULL;
        *n_hits = 0;
        if (s != OSTEON_OK)
            return s;
        ranking.limit =
            ranking.limit > SIZE_MAX / 4 ? SIZE_MAX : ranking.limit * 4;
    }
}
