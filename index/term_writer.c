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

#include "positions.h"
#include "term_block.h"
#include "text.h"

/* A directory entry: what is known of a dictionary block. */
typedef struct entry {
    uint64_t prefix; /* first 8 bytes of its first term, big-endian */
    uint64_t block, postings, skips, positions; /* offsets */
} entry;

/* What a skip table tells of a block. */
typedef struct skip {
    uint32_t last_doc;
    uint8_t impact;
    bool bare;
    uint64_t postings, positions; /* offsets in the list */
} skip;

struct ost_term_writer {
    const char *folder;
    uint32_t n_documents;
    ost_spool postings, skips, positions, dictionary;
    entry *entries;
    size_t n_entries, entries_room;
    ost_field_terms *fields;
    size_t n_fields, fields_room;
    const uint8_t *norms;
    ost_impact_maker impacts;

    /* The open dictionary block. */
    unsigned block_terms;
    ost_term_columns columns;
    ost_buffer texts, large; /* cf - df that take more than 32 bits */
    entry block;
    char last_term[OST_WORD_MAX];
    size_t last_len;

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
    uint32_t *places;           /* the positions */
    size_t n_places, places_room;
    ost_position_run runs[OST_BLOCK]; /* they are here where they are copied */
    unsigned n_runs;
};

osteon_status ost_term_writer_open(const char *folder, uint32_t n_documents,
                                   ost_term_writer **out, osteon_error *err)
{
    ost_term_writer *w = ost_calloc(1, sizeof *w);

    *out = NULL;
    if (w == NULL)
        return ost_fail_memory(err);
    w->folder = folder;
    w->n_documents = n_documents;
    w->postings.fd = w->skips.fd = w->positions.fd = w->dictionary.fd = -1;
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
    ost_spool_free(&w->dictionary);
    ost_buffer_free(&w->texts);
    ost_buffer_free(&w->large);
    ost_free(w->entries);
    ost_free(w->fields);
    ost_free(w->table);
    ost_free(w->places);
    ost_free(w);
}

/* ---- Dictionary blocks ---- */

static osteon_status end_dictionary_block(ost_term_writer *w,
                                          osteon_error *err)
{
    ost_buffer *out = &w->dictionary.tail;

    if (w->block_terms == 0)
        return OSTEON_OK;
    if (w->texts.failed || w->large.failed ||
        !OST_GROW(&w->entries, &w->entries_room, w->n_entries + 1))
        return ost_fail_memory(err);
    w->entries[w->n_entries++] = w->block;
    ost_buffer_add_byte(out, (uint8_t)w->block_terms);
    ost_term_columns_put(out, &w->columns, OST_COLUMN_SHARED,
                         OST_COLUMN_MORE);
    ost_buffer_add(out, w->texts.data, w->texts.len);
    ost_term_columns_put(out, &w->columns, OST_COLUMN_DF, OST_COLUMN_BARE);
    ost_buffer_add(out, w->large.data, w->large.len);
    w->texts.len = w->large.len = 0;
    memset(w->columns.n, 0, sizeof w->columns.n);
    w->block_terms = 0;
    w->fields[w->n_fields - 1].n_blocks++;
    return ost_spool_relieve(&w->dictionary, w->folder, err);
}

static void add(ost_term_writer *w, ost_term_column which, uint32_t value)
{
    ost_term_columns_add(&w->columns, which, value);
}

/* Adds the open term's text, front-coded against the one before. */
static void add_text(ost_term_writer *w)
{
    size_t shared = 0;

    if (w->block_terms == 0) {
        w->last_len = 0;
        w->block.prefix = ost_term_prefix(w->term, w->term_len);
        w->block.block = ost_spool_at(&w->dictionary);
        w->block.postings = w->postings_at;
        w->block.skips = w->skips_at;
        w->block.positions = w->positions_at;
    }
    while (shared < w->last_len && shared < w->term_len &&
           w->last_term[shared] == w->term[shared])
        shared++;
    add(w, OST_COLUMN_SHARED, (uint32_t)shared);
    add(w, OST_COLUMN_MORE, (uint32_t)(w->term_len - shared));
    ost_buffer_add(&w->texts, w->term + shared, w->term_len - shared);
    memcpy(w->last_term, w->term, w->term_len);
    w->last_len = w->term_len;
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
            : ost_positions_put(&w->positions.tail, w->n, w->docs, w->tfs,
                                w->counts, w->norms, w->places, bare);

    w->n_places = w->n_runs = 0;
    return ok;
}

static void add_u32(ost_buffer *b, uint64_t value)
{
    uint8_t bytes[4];

    ost_put32(bytes, (uint32_t)value);
    ost_buffer_add(b, bytes, sizeof bytes);
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
        const uint8_t one = ost_impact_make(&w->impacts, w->tfs[i],
                                            w->norms[w->docs[i]]);
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
    s = ost_spool_relieve(&w->postings, w->folder, err);
    if (s == OSTEON_OK)
        s = ost_spool_relieve(&w->positions, w->folder, err);
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
}

osteon_status ost_term_writer_posting(ost_term_writer *w, uint32_t doc,
                                      uint32_t tf, const uint32_t *positions,
                                      uint32_t n_positions, osteon_error *err)
{
    const uint32_t limit = ost_positions_limit(w->norms[doc]);
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
    w->docs[w->n] = doc;
    w->tfs[w->n++] = tf;
    w->df++;
    w->cf += tf;
    return OSTEON_OK;
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
    w->n += n;
    w->df += n;
    for (unsigned i = 0; i < n; i++)
        w->cf += tfs[i];
    return OSTEON_OK;
}

/* Of a term of one occurrence: one past its position, 0: it has none. */
static uint32_t only_position(const ost_term_writer *w)
{
    if (w->counts[0] == 0)
        return 0;
    return 1 + (w->n_runs > 0 ? ost_position_run_only(&w->runs[0])
                              : w->places[0]);
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
    const uint64_t again = w->cf - w->df;
    osteon_status s = end_block(w, err);

    if (s != OSTEON_OK)
        return s;
    if (w->df > OST_BLOCK) {
        if (!add_table(w))
            return ost_fail_memory(err);
        s = ost_spool_relieve(&w->skips, w->folder, err);
        if (s != OSTEON_OK)
            return s;
    }
    add(w, OST_COLUMN_DF, w->df - 1);
    add(w, OST_COLUMN_AGAIN, again < UINT32_MAX ? (uint32_t)again : UINT32_MAX);
    if (again >= UINT32_MAX)
        ost_buffer_add_varint(&w->large, again);
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

    if (w->df == 0)
        return OSTEON_OK;
    add_text(w);
    if (w->df > 1)
        s = end_list(w, err);
    else if (!end_single(w))
        s = ost_fail_memory(err);
    if (s != OSTEON_OK)
        return s;
    f->n_terms++;
    f->postings += w->df;
    f->positions += w->cf;
    if (++w->block_terms == OST_TERM_BLOCK)
        s = end_dictionary_block(w, err);
    return s;
}

osteon_status ost_term_writer_finish(ost_term_writer *w, osteon_error *err)
{
    return end_dictionary_block(w, err);
}

size_t ost_term_writer_memory(const ost_term_writer *w)
{
    return w->postings.tail.room + w->skips.tail.room +
           w->positions.tail.room + w->dictionary.tail.room;
}

osteon_status ost_term_writer_spill(ost_term_writer *w, osteon_error *err)
{
    osteon_status s = ost_spool_spill(&w->postings, w->folder, err);

    if (s == OSTEON_OK)
        s = ost_spool_spill(&w->skips, w->folder, err);
    if (s == OSTEON_OK)
        s = ost_spool_spill(&w->positions, w->folder, err);
    if (s == OSTEON_OK)
        s = ost_spool_spill(&w->dictionary, w->folder, err);
    return s;
}

const ost_field_terms *ost_term_writer_fields(const ost_term_writer *w,
                                              size_t *n)
{
    *n = w->n_fields;
    return w->fields;
}

/* ---- Joining ---- */

/* Appends the directory: the prefixes of all blocks, then their offsets. */
static osteon_status join_directory(ost_term_writer *const *writers, size_t n,
                                    ost_segment_writer *segment,
                                    osteon_error *err)
{
    entry base = {0};
    ost_buffer prefixes = {0}, offsets = {0};
    osteon_status s;

    for (size_t i = 0; i < n; i++) {
        const ost_term_writer *w = writers[i];
        for (size_t k = 0; k < w->n_entries; k++) {
            const entry *e = &w->entries[k];
            uint8_t prefix[8];
            ost_put64(prefix, e->prefix);
            ost_buffer_add(&prefixes, prefix, sizeof prefix);
            add_u32(&offsets, base.block + e->block);
            add_u32(&offsets, base.postings + e->postings);
            add_u32(&offsets, base.skips + e->skips);
            add_u32(&offsets, base.positions + e->positions);
        }
        base.block += ost_spool_at(&w->dictionary);
        base.postings += ost_spool_at(&w->postings);
        base.skips += ost_spool_at(&w->skips);
        base.positions += ost_spool_at(&w->positions);
    }
    ost_buffer_add(&prefixes, offsets.data, offsets.len);
    if (prefixes.failed || offsets.failed)
        s = ost_fail_memory(err);
    else if (base.postings + base.positions + base.skips + base.block >=
             OST_MAX_SEGMENT)
        s = ost_fail(err, OSTEON_INVALID,
                     "a segment of the index would reach 4 GiB");
    else
        s = ost_segment_writer_add(segment, OST_SECTION_DIRECTORY,
                                   prefixes.data, prefixes.len, err);
    ost_buffer_free(&prefixes);
    ost_buffer_free(&offsets);
    return s;
}

osteon_status ost_term_writers_join(ost_term_writer *const *writers, size_t n,
                                    ost_segment_writer *segment,
                                    osteon_error *err)
{
    osteon_status s = join_directory(writers, n, segment, err);

    for (size_t i = 0; i < n && s == OSTEON_OK; i++)
        s = ost_spool_copy(&writers[i]->dictionary, segment,
                           OST_SECTION_DICTIONARY, err);
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
