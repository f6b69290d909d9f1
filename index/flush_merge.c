/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a flush has to encode, in order: the fields by name with the lengths
 * of their documents, and the sorted terms of all inverters cut into pieces
 * that threads merge and encode side by side. Invariant: references of one
 * term are neighbours, in order of inverters, and all but the first are
 * marked `same`.
 */
#include "flush_parts.h"

#include "term_pieces.h"

/* The work of a term is that of its list, by bytes, and some more that each
 * has. A piece of less than that of so many is not worth a task of its own. */
#define TERM_WORK 32
#define LEAST_WORK ((uint64_t)2048 * TERM_WORK)

/* How many terms ahead of its use one is asked for. */
#define AHEAD ((size_t)16)

/* Terms asked for together: they wait together for their addresses. */
#define GROUP ((size_t)32)

static int by_name(const void *a, const void *b)
{
    return strcmp(((const ost_flush_field *)a)->name,
                  ((const ost_flush_field *)b)->name);
}

/* Sorts the lengths by field, and the fields by name. */
static bool collect_fields(const ost_flush_job *job, ost_flush_plan *t)
{
    const ost_flush_order *o = t->order;
    size_t counts[OST_MAX_FIELDS + 1] = {0}, total = 0;

    for (size_t i = 0; i < o->n_inverters; i++)
        for (size_t k = 0; k < o->inverters[i]->n_lengths; k++)
            counts[o->inverters[i]->lengths[k].field + 1]++;
    for (uint32_t f = 0; f < job->names->n; f++) {
        const size_t n = counts[f + 1];
        counts[f + 1] += counts[f];
        if (n > 0 || f == OST_FIELD_DEFAULT)
            t->fields[t->n_fields++] =
                (ost_flush_field){.number = f,
                              .name = job->names->names[f],
                              .first_length = counts[f],
                              .end_length = counts[f + 1]};
    }
    total = counts[job->names->n];
    t->lengths = ost_malloc(total * sizeof *t->lengths);
    if (t->lengths == NULL)
        return false;
    for (size_t i = 0; i < o->n_inverters; i++)
        for (size_t k = 0; k < o->inverters[i]->n_lengths; k++) {
            ost_field_length l = o->inverters[i]->lengths[k];
            l.doc = o->numbers[i][l.doc];
            t->lengths[counts[l.field]++] = l;
        }
    qsort(t->fields, t->n_fields, sizeof *t->fields, by_name);
    return true;
}

void ost_flush_norms(const ost_flush_plan *t, const ost_flush_field *f,
                     uint8_t *norms)
{
    memset(norms, 0, t->order->n_docs);
    for (size_t i = f->first_length; i < f->end_length; i++)
        norms[t->lengths[i].doc] = ost_norm_encode(t->lengths[i].length);
}

/* ---- Sorting ---- */

typedef struct sorter {
    ost_inverter *inverter;
    uint32_t *ids; /* NULL: no memory */
    pthread_t thread;
    bool started;
} sorter;

static void *sort_terms(void *arg)
{
    sorter *s = arg;
    const ost_vocabulary *v = s->inverter->vocabulary;

    s->ids = ost_malloc(ost_vocabulary_size(v) * sizeof *s->ids);
    if (s->ids != NULL && (!ost_lists_settle(&s->inverter->lists) ||
                           !ost_vocabulary_sort(v, s->ids))) {
        ost_free(s->ids);
        s->ids = NULL;
    }
    return NULL;
}

/* Sorts the terms of each inverter, and settles its lists, in a thread each
 * but for the first. */
static bool sort_all(ost_flush_plan *t)
{
    const size_t n = t->order->n_inverters;
    sorter *sorters = ost_calloc(n, sizeof *sorters);
    bool ok = true;

    t->ids = ost_calloc(n, sizeof *t->ids);
    if (sorters == NULL || t->ids == NULL) {
        ost_free(sorters);
        return false;
    }
    for (size_t i = 0; i < n; i++)
        sorters[i].inverter = t->order->inverters[i];
    for (size_t i = 1; i < n; i++)
        sorters[i].started = pthread_create(&sorters[i].thread, NULL,
                                            sort_terms, &sorters[i]) == 0;
    for (size_t i = 0; i < n; i++)
        if (!sorters[i].started)
            sort_terms(&sorters[i]);
    for (size_t i = 0; i < n; i++) {
        if (sorters[i].started)
            pthread_join(sorters[i].thread, NULL);
        t->ids[i] = sorters[i].ids;
        ok = ok && t->ids[i] != NULL;
    }
    ost_free(sorters);
    return ok;
}

/* ---- Cutting ---- */

/* A term of the sorted list of an inverter. */
typedef struct key {
    uint32_t field;
    const char *bytes;
    size_t len;
} key;

static key key_at(const ost_flush_plan *t, size_t inverter, size_t at)
{
    const ost_vocabulary *v = t->order->inverters[inverter]->vocabulary;
    key k;

    if (at + AHEAD < ost_vocabulary_size(v))
        ost_vocabulary_prefetch(v, t->ids[inverter][at + AHEAD]);
    ost_vocabulary_term(v, t->ids[inverter][at], &k.bytes, &k.len, &k.field);
    return k;
}

static int compare(const key *a, const key *b)
{
    if (a->field != b->field)
        return a->field < b->field ? -1 : 1;
    return ost_term_compare(a->bytes, a->len, b->bytes, b->len);
}

/* The first term of an inverter, from `low` on, that is not below `k`. */
static size_t lower_bound(const ost_flush_plan *t, size_t inverter, size_t low,
                          const key *k)
{
    size_t high =
        ost_vocabulary_size(t->order->inverters[inverter]->vocabulary);

    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const key it = key_at(t, inverter, mid);
        if (compare(&it, k) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Adds the piece from `cursors` to the first terms not below `end`, where the
 * cursors then stand. */
static bool add_piece(ost_flush_plan *t, uint32_t field, size_t *cursors,
                      const key *end)
{
    const size_t n = t->order->n_inverters;
    ost_flush_piece *piece;

    if (!OST_GROW(&t->pieces, &t->pieces_room, t->n_pieces + 1))
        return false;
    piece = &t->pieces[t->n_pieces];
    piece->field = field;
    piece->bounds = ost_malloc(n * 2 * sizeof *piece->bounds);
    if (piece->bounds == NULL)
        return false;
    t->n_pieces++;
    for (size_t i = 0; i < n; i++) {
        piece->bounds[i * 2] = cursors[i];
        cursors[i] = lower_bound(t, i, cursors[i], end);
        piece->bounds[i * 2 + 1] = cursors[i];
    }
    return true;
}

static uint64_t work_of(const ost_flush_plan *t, size_t inverter, size_t at)
{
    const ost_inverter *inv = t->order->inverters[inverter];
    const uint32_t *ids = t->ids[inverter];

    if (at + AHEAD < ost_vocabulary_size(inv->vocabulary))
        ost_list_scout_meet(&inv->lists, ids[at + AHEAD]);
    return ost_list_bytes_of(&inv->lists, ids[at]) + TERM_WORK;
}

/* Cuts a field where the terms of the inverter with most of them make `limit`
 * of work. */
static bool cut_field(ost_flush_plan *t, uint32_t field, uint64_t limit,
                      size_t *cursors)
{
    const uint32_t number = t->fields[field].number;
    const key begin = {.field = number, .bytes = "", .len = 0};
    const key end = {.field = number + 1, .bytes = "", .len = 0};
    size_t most = 0, from = 0, to = 0;
    uint64_t work = 0;

    for (size_t i = 0; i < t->order->n_inverters; i++) {
        const size_t low = lower_bound(t, i, 0, &begin);
        const size_t high = lower_bound(t, i, low, &end);
        cursors[i] = low;
        if (i == 0 || high - low > to - from) {
            most = i;
            from = low;
            to = high;
        }
    }
    for (size_t at = from; at < to && limit < UINT64_MAX; at++) {
        const uint64_t here = work_of(t, most, at);
        if (at > from && work + here / 2 > limit) {
            const key k = key_at(t, most, at);
            if (!add_piece(t, field, cursors, &k))
                return false;
            work = 0;
        }
        work += here;
    }
    return from == to || add_piece(t, field, cursors, &end);
}

static bool cut_all(ost_flush_plan *t, unsigned threads)
{
    size_t *cursors = ost_malloc(t->order->n_inverters * sizeof *cursors);
    uint64_t most = 0;
    bool ok = cursors != NULL;

    for (size_t i = 0; i < t->order->n_inverters; i++) {
        const ost_inverter *inv = t->order->inverters[i];
        const uint64_t work = ost_lists_bytes(&inv->lists) +
                              (uint64_t)TERM_WORK *
                                  ost_vocabulary_size(inv->vocabulary);
        most = work > most ? work : most;
    }
    most = threads > 1 ? most / ((uint64_t)threads * OST_PIECES_A_THREAD)
                       : UINT64_MAX;
    most = most > LEAST_WORK ? most : LEAST_WORK;
    for (uint32_t f = 0; f < t->n_fields && ok; f++)
        ok = cut_field(t, f, most, cursors);
    ost_free(cursors);
    return ok;
}

/* ---- Merging ---- */

/* Writes the references of the least term at the cursors and moves those that
 * stand at it. Returns how many there are, 0 at the end. */
static size_t merge_term(const ost_flush_plan *t, const ost_flush_piece *piece,
                         size_t *cursors, ost_flush_ref *refs)
{
    const size_t n = t->order->n_inverters;
    size_t made = 0;
    key least = {0};

    for (size_t i = 0; i < n; i++) {
        const size_t at = cursors[i];
        int c = -1;
        key k;
        if (at == piece->bounds[i * 2 + 1])
            continue;
        k = key_at(t, i, at);
        if (made > 0)
            c = compare(&k, &least);
        if (c > 0)
            continue;
        if (c < 0) { /* what was noted before is not the least */
            made = 0;
            least = k;
        }
        refs[made] = (ost_flush_ref){.bytes = k.bytes,
                                     .inverter = (uint32_t)i,
                                     .term = t->ids[i][at],
                                     .len = (uint8_t)k.len,
                                     .same = made > 0};
        made++;
    }
    for (size_t i = 0; i < made; i++)
        cursors[refs[i].inverter]++;
    return made;
}

/* The same for as many terms as there is room for, where only one inverter has
 * any. */
static size_t copy_terms(const ost_flush_plan *t, const ost_flush_piece *piece,
                         size_t *cursor, ost_flush_ref *refs, size_t room)
{
    const ost_vocabulary *v = t->order->inverters[0]->vocabulary;
    const uint32_t *ids = t->ids[0] + *cursor;
    const size_t left = piece->bounds[1] - *cursor;
    const size_t n = left < room ? left : room;

    for (size_t from = 0, to; from < n; from = to) {
        to = n - from < GROUP ? n : from + GROUP;
        for (size_t i = from; i < to; i++)
            ost_vocabulary_prefetch(v, ids[i]);
        for (size_t i = from; i < to; i++) {
            size_t len;
            uint32_t field;
            refs[i] = (ost_flush_ref){.term = ids[i]};
            ost_vocabulary_term(v, ids[i], &refs[i].bytes, &len, &field);
            refs[i].len = (uint8_t)len;
        }
    }
    *cursor += n;
    return n;
}

size_t ost_flush_merge(const ost_flush_plan *t, const ost_flush_piece *piece,
                       size_t *cursors, ost_flush_ref *refs, size_t room)
{
    const size_t n = t->order->n_inverters;
    size_t made = 0, more;

    if (n == 1)
        return copy_terms(t, piece, cursors, refs, room);
    while (room - made >= n) {
        more = merge_term(t, piece, cursors, refs + made);
        if (more == 0)
            break;
        made += more;
    }
    return made;
}

/* ---- The plan ---- */

static bool open_places(ost_flush_plan *t)
{
    const size_t n = t->order->n_inverters;

    t->places = ost_calloc(n, sizeof *t->places);
    if (t->places == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        const ost_inverter *inv = t->order->inverters[i];
        if (!ost_places_open(&t->places[i], inv->places,
                             (uint32_t)inv->n_docs))
            return false;
    }
    return true;
}

bool ost_flush_plan_make(const ost_flush_job *job, ost_flush_plan *t)
{
    return collect_fields(job, t) && open_places(t) && sort_all(t) &&
           cut_all(t, job->threads);
}

void ost_flush_plan_free(ost_flush_plan *t)
{
    for (size_t i = 0; i < t->n_pieces; i++)
        ost_free(t->pieces[i].bounds);
    for (size_t i = 0; i < t->order->n_inverters && t->ids != NULL; i++)
        ost_free(t->ids[i]);
    for (size_t i = 0; i < t->order->n_inverters && t->places != NULL; i++)
        ost_places_close(&t->places[i]);
    ost_free(t->pieces);
    ost_free(t->places);
    ost_free(t->ids);
    ost_free(t->lengths);
}
