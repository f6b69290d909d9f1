/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One pass from postings to the bytes of a segment (docs/format.md,
 * "Postings" and "Dictionary").
 *
 * State: at most one block of OST_BLOCK postings and its positions is held
 * decoded; a full block is encoded when the next posting comes, so that the
 * last block of a list, full or not, is the one written by _end. Offsets in
 * the directory count from the beginning of this writer's range until
 * ost_term_writers_join adds where the range begins.
 */
#include "term_writer.h"

#include "dictionary_writer.h"
#include "positions.h"
#include "text.h"

/* Positions of an open block there is room for from term to term. */
#define KEPT_PLACES ((size_t)64 << 10)

/* What a skip table tells of a block. */
typedef struct skip {
    uint32_t last_doc;
    uint8_t impact;
    bool bare;
    uint64_t postings, positions; /* offsets in the list */
} skip;

struct ost_term_writer {
    uint32_t n_documents;
    ost_spool postings, skips, positions;
    ost_dictionary_writer dictionary;
    ost_field_terms *fields;
    size_t n_fields, fields_room;
    const uint8_t *norms;
    ost_impact_maker impacts;

    /* The open term. */
    char term[OST_WORD_MAX];
    size_t term_len;
    uint32_t df;
    uint64_t cf;
    uint8_t impact;
    uint32_t base; /* one past the last document of the block before */
    uint64_t postings_at, skips_at, positions_at;
    skip *table;
    size_t n_table, table_room;

    /* The open block. */
    unsigned n;
    uint32_t docs[OST_BLOCK], tfs[OST_BLOCK];
    uint32_t counts[OST_BLOCK]; /* of positions */
    uint8_t lengths[OST_BLOCK]; /* norms of the documents */
    uint32_t *places;           /* the positions */
    size_t n_places, places_room;
    ost_position_run runs[OST_BLOCK]; /* they are here where they are copied */
    unsigned n_runs;
};

osteon_status ost_term_writer_open(ost_spill *spill, uint32_t n_documents,
                                   ost_term_writer **out, osteon_error *err)
{
    ost_term_writer *w = ost_calloc(1, sizeof *w);

    *out = NULL;
    if (w == NULL)
        return ost_fail_memory(err);
    w->n_documents = n_documents;
    w->postings.spill = w->skips.spill = w->positions.spill = spill;
    ost_dictionary_writer_init(&w->dictionary, spill, n_documents);
    *out = w;
    return OSTEON_OK;
}

void ost_term_writer_close(ost_term_writer *w)
{
    if (w == NULL)
        return;
    ost_spool_free(&w->postings);
    ost_spool_free(&w->skips);
    ost_spool_free(&w->positions);
    ost_dictionary_writer_free(&w->dictionary);
    ost_free(w->fields);
    ost_free(w->table);
    ost_free(w->places);
    ost_free(w);
}

/* ---- Dictionary blocks ---- */

static osteon_status end_dictionary_block(ost_term_writer *w,
                                          osteon_error *err)
{
    bool ended;
    const osteon_status s =
        ost_dictionary_writer_end_block(&w->dictionary, &ended, err);

    if (s == OSTEON_OK && ended)
        w->fields[w->n_fields - 1].n_blocks++;
    return s;
}

static void add(ost_term_writer *w, ost_term_column which, uint32_t value)
{
    ost_dictionary_writer_add(&w->dictionary, which, value);
}

/* ---- Postings ---- */

/* Encodes the positions of the open block; *bare tells whether some
 * occurrences have none. */
static bool add_positions(ost_term_writer *w, bool *bare)
{
    const bool ok =
        w->n_runs > 0
            ? ost_position_runs_put(&w->positions.tail, w->n, w->tfs,
                                    w->counts, w->runs, w->n_runs, bare)
            : ost_positions_put(&w->positions.tail, w->n, w->lengths, w->tfs,
                                w->counts, w->places, bare);

    w->n_places = w->n_runs = 0;
    return ok;
}

/* Encodes documents and frequencies of the open block. */
static bool add_documents(ost_term_writer *w, uint8_t *impact)
{
    ost_buffer *out = &w->postings.tail;
    uint8_t *p = ost_buffer_reserve(out, 2 * OST_PACK_ROOM(OST_BLOCK)), *end;
    uint32_t packed[OST_BLOCK];

    if (p == NULL)
        return false;
    *impact = 0;
    for (unsigned i = 0; i < w->n; i++) {
        const uint8_t one =
            ost_impact_make(&w->impacts, w->tfs[i], w->lengths[i]);
        *impact = one > *impact ? one : *impact;
        packed[i] = w->docs[i] - w->base;
        w->base = w->docs[i] + 1;
    }
    end = ost_pack(packed, w->n, p);
    for (unsigned i = 0; i < w->n; i++)
        packed[i] = w->tfs[i] - 1;
    end = ost_pack(packed, w->n, end);
    out->len += (size_t)(end - p);
    return true;
}

/* Encodes the open block and notes it for the skip table. */
static osteon_status end_block(ost_term_writer *w, osteon_error *err)
{
    osteon_status s;
    skip *e;

    if (!OST_GROW(&w->table, &w->table_room, w->n_table + 1))
        return ost_fail_memory(err);
    e = &w->table[w->n_table++];
    e->last_doc = w->docs[w->n - 1];
    e->postings = ost_spool_at(&w->postings) - w->postings_at;
    e->positions = ost_spool_at(&w->positions) - w->positions_at;
    if (!add_documents(w, &e->impact) || !add_positions(w, &e->bare))
        return ost_fail_memory(err);
    w->impact = e->impact > w->impact ? e->impact : w->impact;
    w->n = 0;
    s = ost_spool_relieve(&w->postings, err);
    if (s == OSTEON_OK)
        s = ost_spool_relieve(&w->positions, err);
    return s;
}

osteon_status ost_term_writer_field(ost_term_writer *w, uint32_t field,
                                    const uint8_t *norms, double average,
                                    osteon_error *err)
{
    osteon_status s = end_dictionary_block(w, err);

    if (s != OSTEON_OK)
        return s;
    if (!OST_GROW(&w->fields, &w->fields_room, w->n_fields + 1))
        return ost_fail_memory(err);
    w->fields[w->n_fields++] = (ost_field_terms){.field = field};
    w->norms = norms;
    ost_impact_maker_init(&w->impacts, average);
    return OSTEON_OK;
}

void ost_term_writer_begin(ost_term_writer *w, const char *term, size_t len)
{
    memcpy(w->term, term, len);
    w->term_len = len;
    w->df = 0;
    w->cf = 0;
    w->impact = 0;
    w->base = 0;
    w->postings_at = ost_spool_at(&w->postings);
    w->skips_at = ost_spool_at(&w->skips);
    w->positions_at = ost_spool_at(&w->positions);
    w->n_table = 0;
    OST_SHED(&w->places, &w->places_room, KEPT_PLACES);
}

osteon_status ost_term_writer_posting(ost_term_writer *w, uint32_t doc,
                                      uint32_t tf, const uint32_t *positions,
                                      uint32_t n_positions, osteon_error *err)
{
    const uint8_t length = w->norms[doc];
    const uint32_t limit = ost_positions_limit(length);
    uint32_t *places, n = 0;

    if (w->n == OST_BLOCK) {
        osteon_status s = end_block(w, err);
        if (s != OSTEON_OK)
            return s;
    }
    if (!OST_GROW(&w->places, &w->places_room, w->n_places + n_positions))
        return ost_fail_memory(err);
    places = w->places + w->n_places;
    for (uint32_t i = 0; i < n_positions && positions[i] < limit; i++)
        if (n == 0 || places[n - 1] != positions[i])
            places[n++] = positions[i];
    w->n_places += n;
    w->counts[w->n] = n;
    w->lengths[w->n] = length;
    w->docs[w->n] = doc;
    w->tfs[w->n++] = tf;
    w->df++;
    w->cf += tf;
    return OSTEON_OK;
}

/* Adds n postings one by one: a position is past its limit. */
static osteon_status add_cut(ost_term_writer *w, unsigned n,
                             const uint32_t *docs, const uint32_t *tfs,
                             const uint32_t *counts,
                             const uint32_t *positions, osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    for (unsigned i = 0; i < n && s == OSTEON_OK; i++) {
        s = ost_term_writer_posting(w, docs[i], tfs[i], positions, counts[i],
                                    err);
        positions += counts[i];
    }
    return s;
}

/* Adds n postings to the open block, which has room for them, and moves
 * *positions behind theirs. */
static osteon_status add_some(ost_term_writer *w, unsigned n,
                              const uint32_t *docs, const uint32_t *tfs,
                              const uint32_t *counts,
                              const uint32_t **positions, osteon_error *err)
{
    const uint32_t *const from = *positions, *end = from;
    bool far = false;
    uint64_t cf = 0;

    for (unsigned i = 0, to = w->n; i < n; i++, to++) {
        const uint8_t length = w->norms[docs[i]];
        end += counts[i];
        far |= counts[i] > 0 && ost_position_is_far(length, end[-1]);
        cf += tfs[i];
        w->docs[to] = docs[i];
        w->tfs[to] = tfs[i];
        w->counts[to] = counts[i];
        w->lengths[to] = length;
    }
    *positions = end;
    if (OST_UNLIKELY(far))
        return add_cut(w, n, docs, tfs, counts, from, err);
    if (!OST_GROW(&w->places, &w->places_room,
                  w->n_places + (size_t)(end - from)))
        return ost_fail_memory(err);
    if (end > from)
        memcpy(w->places + w->n_places, from,
               (size_t)(end - from) * sizeof *from);
    w->n_places += (size_t)(end - from);
    w->n += n;
    w->df += n;
    w->cf += cf;
    return OSTEON_OK;
}

osteon_status ost_term_writer_postings(ost_term_writer *w, size_t n,
                                       const uint32_t *docs,
                                       const uint32_t *tfs,
                                       const uint32_t *counts,
                                       const uint32_t *positions,
                                       osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    while (n > 0 && s == OSTEON_OK) {
        const unsigned room = OST_BLOCK - w->n % OST_BLOCK;
        const unsigned some = n < room ? (unsigned)n : room;
        if (w->n == OST_BLOCK)
            s = end_block(w, err);
        if (s == OSTEON_OK)
            s = add_some(w, some, docs, tfs, counts, &positions, err);
        docs += some;
        tfs += some;
        counts += some;
        n -= some;
    }
    return s;
}

unsigned ost_term_writer_room(const ost_term_writer *w)
{
    return w->n < OST_BLOCK ? OST_BLOCK - w->n : OST_BLOCK;
}

osteon_status ost_term_writer_copy(ost_term_writer *w, unsigned n,
                                   const uint32_t *docs, const uint32_t *tfs,
                                   const uint32_t *counts,
                                   const ost_position_run *run,
                                   osteon_error *err)
{
    if (w->n == OST_BLOCK) {
        osteon_status s = end_block(w, err);
        if (s != OSTEON_OK)
            return s;
    }
    w->runs[w->n_runs++] = run->bytes == NULL && counts[0] > 0
                               ? ost_position_run_of(w->norms[docs[0]],
                                                     run->position)
                               : *run;
    memcpy(w->docs + w->n, docs, n * sizeof *docs);
    memcpy(w->tfs + w->n, tfs, n * sizeof *tfs);
    memcpy(w->counts + w->n, counts, n * sizeof *counts);
    for (unsigned i = 0; i < n; i++) {
        w->lengths[w->n + i] = w->norms[docs[i]];
        w->cf += tfs[i];
    }
    w->n += n;
    w->df += n;
    return OSTEON_OK;
}

/* The position of a term of one occurrence, which has one. */
static uint32_t only_position(const ost_term_writer *w)
{
    return w->n_runs > 0 ? ost_position_run_only(&w->runs[0]) : w->places[0];
}

/* Tells of the open term's positions where they are not in the dictionary. (A
 * size past 32 bits makes the segment too large, which joining tells.) */
static void add_places(ost_term_writer *w, bool bare)
{
    add(w, OST_COLUMN_POSITIONS,
        (uint32_t)(ost_spool_at(&w->positions) - w->positions_at));
    add(w, OST_COLUMN_BARE, bare);
}

/* The posting of a term that only one document holds lies in the dictionary;
 * so does its position, if there is one occurrence only. */
static bool end_single(ost_term_writer *w)
{
    bool bare;

    add(w, OST_COLUMN_DF, 0);
    add(w, OST_COLUMN_DOC, w->docs[0]);
    add(w, OST_COLUMN_TF, w->tfs[0] - 1);
    if (w->tfs[0] == 1) {
        add(w, OST_COLUMN_PLACED, w->counts[0] > 0);
        if (w->counts[0] > 0)
            add(w, OST_COLUMN_POSITION, only_position(w));
        w->n_places = w->n_runs = 0;
    } else {
        if (!add_positions(w, &bare))
            return false;
        add_places(w, bare);
    }
    w->n = 0;
    return true;
}

/* Those of a term of few documents lie there too. */
static bool end_small(ost_term_writer *w)
{
    bool bare;

    ost_dictionary_writer_small(&w->dictionary, w->df, w->docs, w->tfs);
    if (!add_positions(w, &bare))
        return false;
    add_places(w, bare);
    w->n = 0;
    return true;
}

/* Appends the skip table. */
static bool add_table(ost_term_writer *w)
{
    const size_t n = w->n_table;
    const ost_skip_layout l = ost_skip_layout_of(
        n, w->n_documents, ost_spool_at(&w->postings) - w->postings_at,
        ost_spool_at(&w->positions) - w->positions_at);
    ost_buffer *out = &w->skips.tail;
    uint8_t *p = ost_buffer_reserve(out, (size_t)l.size + 8);

    if (p == NULL)
        return false;
    memset(p, 0, (size_t)l.size + 8);
    for (size_t i = 0; i < n; i++) {
        const skip *e = &w->table[i];
        ost_bits_set(p, i * l.doc_bits, e->last_doc);
        ost_bits_set(p + l.postings, i * l.postings_bits, e->postings);
        ost_bits_set(p + l.positions, i * l.positions_bits,
                     e->positions << 1 | e->bare);
        p[l.impacts + i] = e->impact;
    }
    out->len += (size_t)l.size;
    return true;
}

static osteon_status end_list(ost_term_writer *w, osteon_error *err)
{
    osteon_status s = end_block(w, err);

    if (s != OSTEON_OK)
        return s;
    if (w->df > OST_BLOCK) {
        if (!add_table(w))
            return ost_fail_memory(err);
        s = ost_spool_relieve(&w->skips, err);
        if (s != OSTEON_OK)
            return s;
    }
    add(w, OST_COLUMN_DF, OST_SMALL);
    add(w, OST_COLUMN_LONG, w->df - OST_SMALL - 1);
    ost_dictionary_writer_again(&w->dictionary, w->cf - w->df);
    add(w, OST_COLUMN_IMPACT, w->impact);
    add(w, OST_COLUMN_POSTINGS,
        (uint32_t)(ost_spool_at(&w->postings) - w->postings_at));
    add_places(w, w->df <= OST_BLOCK && w->table[0].bare);
    return OSTEON_OK;
}

osteon_status ost_term_writer_end(ost_term_writer *w, osteon_error *err)
{
    ost_field_terms *f = &w->fields[w->n_fields - 1];
    osteon_status s = OSTEON_OK;
    bool ended;

    if (w->df == 0)
        return OSTEON_OK;
    ost_dictionary_writer_term(&w->dictionary, w->term, w->term_len,
                               w->postings_at, w->skips_at, w->positions_at);
    if (w->df > OST_SMALL)
        s = end_list(w, err);
    else if (!(w->df == 1 ? end_single(w) : end_small(w)))
        s = ost_fail_memory(err);
    if (s == OSTEON_OK && w->df <= OST_SMALL)
        s = ost_spool_relieve(&w->positions, err);
    if (s != OSTEON_OK)
        return s;
    f->n_terms++;
    f->postings += w->df;
    f->positions += w->cf;
    s = ost_dictionary_writer_end(&w->dictionary, &ended, err);
    f->n_blocks += s == OSTEON_OK && ended;
    return s;
}

/* Many finished writers wait for the last one: they keep their output only. */
osteon_status ost_term_writer_finish(ost_term_writer *w, osteon_error *err)
{
    OST_SHED(&w->places, &w->places_room, 0);
    OST_SHED(&w->table, &w->table_room, 0);
    return end_dictionary_block(w, err);
}

size_t ost_term_writer_memory(const ost_term_writer *w)
{
    return w->postings.tail.room + w->skips.tail.room +
           w->positions.tail.room +
           ost_dictionary_writer_memory(&w->dictionary);
}

osteon_status ost_term_writer_spill(ost_term_writer *w, osteon_error *err)
{
    osteon_status s = ost_spool_spill(&w->postings, err);

    if (s == OSTEON_OK)
        s = ost_spool_spill(&w->skips, err);
    if (s == OSTEON_OK)
        s = ost_spool_spill(&w->positions, err);
    if (s == OSTEON_OK)
        s = ost_dictionary_writer_spill(&w->dictionary, err);
    return s;
}

const ost_field_terms *ost_term_writer_fields(const ost_term_writer *w,
                                              size_t *n)
{
    *n = w->n_fields;
    return w->fields;
}

/* ---- Joining ---- */

/* Writes the dictionary, now that the sizes of all ranges are known. */
static osteon_status join_dictionaries(ost_term_writer *const *writers,
                                       size_t n, ost_segment_writer *segment,
                                       osteon_error *err)
{
    ost_dictionary_range *ranges = ost_calloc(n + 1, sizeof *ranges);
    ost_dictionary_range *r = ranges;
    uint64_t size;
    osteon_status s;

    if (ranges == NULL)
        return ost_fail_memory(err);
    for (size_t i = 0; i < n; i++, r++) {
        const ost_term_writer *w = writers[i];
        r->writer = &w->dictionary;
        r[1].postings = r->postings + ost_spool_at(&w->postings);
        r[1].skips = r->skips + ost_spool_at(&w->skips);
        r[1].positions = r->positions + ost_spool_at(&w->positions);
    }
    s = ost_dictionary_write(ranges, n, segment, &size, err);
    if (s == OSTEON_OK && r->postings + r->positions + r->skips + size >=
                              OST_MAX_SEGMENT)
        s = ost_fail(err, OSTEON_INVALID,
                     "a segment of the index would reach 4 GiB");
    ost_free(ranges);
    return s;
}

osteon_status ost_term_writers_join(ost_term_writer *const *writers, size_t n,
                                    ost_segment_writer *segment,
                                    osteon_error *err)
{
    osteon_status s = join_dictionaries(writers, n, segment, err);

    for (size_t i = 0; i < n && s == OSTEON_OK; i++)
        s = ost_spool_copy(&writers[i]->skips, segment, OST_SECTION_SKIPS,
                           err);
    for (size_t i = 0; i < n && s == OSTEON_OK; i++)
        s = ost_spool_copy(&writers[i]->postings, segment,
                           OST_SECTION_POSTINGS, err);
    for (size_t i = 0; i < n && s == OSTEON_OK; i++)
        s = ost_spool_copy(&writers[i]->positions, segment,
                           OST_SECTION_POSITIONS, err);
    return s;
}
