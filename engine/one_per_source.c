/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One hit a source for an engine that ranks documents only: hits are asked
 * for until there are enough sources among them, sorted by name and rank, the
 * first of each name stays, and those are sorted by rank again.
 */
#include "engine.h"

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

static osteon_status name_hit(const osteon_index *index, named_hit *named,
                              osteon_error *err)
{
    osteon_entry *entry = NULL;
    const osteon_entry_info *info;
    osteon_status s =
        osteon_entry_open(index, named->hit.document, &entry, err);

    if (s != OSTEON_OK)
        return s;
    info = osteon_entry_info_get(entry);
    named->len = info->path != NULL ? info->path_len : info->id_len;
    named->name = ost_malloc(named->len + 1);
    if (named->name == NULL)
        s = ost_fail_memory(err);
    else
        memcpy(named->name, info->path != NULL ? info->path : info->id,
               named->len);
    osteon_entry_close(entry);
    return s;
}

/* Moves the best hit of each name to the front, by rank; returns how many. */
static size_t keep_best(named_hit *named, size_t n)
{
    size_t kept = 0;

    if (n == 0)
        return 0;
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

/* Makes a result of the unique ones of `ranked`, from the offset on and up to
 * the limit; none where they are fewer than `wanted`. */
static osteon_status select_hits(const osteon_index *index,
                                 const osteon_search_options *options,
                                 const osteon_result *ranked, size_t wanted,
                                 osteon_result **out, osteon_error *err)
{
    named_hit *named = ost_calloc(ranked->n_hits + 1, sizeof *named);
    osteon_status s = OSTEON_OK;
    osteon_hit *hits;
    size_t n = 0, unique;

    if (named == NULL)
        return ost_fail_memory(err);
    for (; n < ranked->n_hits && s == OSTEON_OK; n++) {
        named[n].rank = n;
        named[n].hit = ranked->hits[n];
        s = name_hit(index, named + n, err);
    }
    if (s != OSTEON_OK)
        goto done;
    unique = keep_best(named, n);
    if (unique < wanted)
        goto done;
    *out = ost_calloc(1, sizeof **out + unique * sizeof *hits);
    if (*out == NULL) {
        s = ost_fail_memory(err);
        goto done;
    }
    hits = (osteon_hit *)(*out + 1);
    (*out)->hits = hits;
    (*out)->matches = ranked->matches;
    for (size_t i = options->offset;
         i < unique && (*out)->n_hits < options->limit; i++)
        hits[(*out)->n_hits++] = named[i].hit;
done:
    for (size_t i = 0; i < n; i++)
        ost_free(named[i].name);
    ost_free(named);
    return s;
}

osteon_status ost_one_per_source(const osteon_index *index,
                                 const osteon_query *query,
                                 const osteon_search_options *options,
                                 osteon_result **out, osteon_error *err)
{
    osteon_search_options ranking = *options;
    const size_t wanted = options->offset < SIZE_MAX - options->limit
                              ? options->offset + options->limit
                              : SIZE_MAX;
    osteon_status s = OSTEON_OK;

    *out = NULL;
    ranking.one_per_source = false;
    ranking.offset = 0;
    ranking.limit = wanted;
    if (options->limit == 0) {
        ranking.limit = 0;
        return osteon_search(index, query, &ranking, out, err);
    }
    while (s == OSTEON_OK && *out == NULL) {
        osteon_result *ranked;
        s = osteon_search(index, query, &ranking, &ranked, err);
        if (s == OSTEON_OK) {
            const bool all = ranked->n_hits < ranking.limit;
            s = select_hits(index, options, ranked, all ? 0 : wanted, out,
                            err);
            osteon_result_close(ranked);
        }
        ranking.limit =
            ranking.limit > SIZE_MAX / 4 ? SIZE_MAX : ranking.limit * 4;
    }
    return s;
}
