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

#include "text.h"

/* A directory entry: what is known of a dictionary block. */
typedef struct entry {
    uint64_t prefix; /* first 8 bytes of its first term, big-endian */
    uint64_t block, postings, skips, positions; /* offsets */
} entry;

struct ost_term_writer {
    const char *folder;
    ost_spool postings, skips, positions, dictionary;
    entry *entries;
    size_t n_entries, entries_room;
    ost_field_terms *fields;
    size_t n_fields, fields_room;
    const uint8_t *norms;
    ost_impact_maker impacts;

    /* The open dictionary block: texts and metadata are apart. */
    unsigned block_terms;
    ost_buffer texts, metadata;
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
    ost_buffer last_docs, offsets, position_offsets, block_impacts;

    /* The open block. */
    unsigned n;
    uint32_t docs[OST_BLOCK], tfs[OST_BLOCK];
    uint32_t *gaps; /* of positions, as coded */
    size_t n_gaps, gaps_room;
};

osteon_status ost_term_writer_open(const char *folder, ost_term_writer **out,
                                   osteon_error *err)
{
    ost_term_writer *w = ost_calloc(1, sizeof *w);

    *out = NULL;
    if (w == NULL)
        return ost_fail_memory(err);
    w->folder = folder;
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
    ost_buffer_free(&w->metadata);
    ost_buffer_free(&w->last_docs);
    ost_buffer_free(&w->offsets);
    ost_buffer_free(&w->position_offsets);
    ost_buffer_free(&w->block_impacts);
    ost_free(w->entries);
    ost_free(w->fields);
    ost_free(w->gaps);
    ost_free(w);
}

/* ---- Dictionary blocks ---- */

static osteon_status end_dictionary_block(ost_term_writer *w,
                                          osteon_error *err)
{
    ost_buffer *out = &w->dictionary.tail;

    if (w->block_terms == 0)
        return OSTEON_OK;
    if (w->texts.failed || w->metadata.failed ||
        !OST_GROW(&w->entries, &w->entries_room, w->n_entries + 1))
        return ost_fail_memory(err);
    w->entries[w->n_entries++] = w->block;
    ost_buffer_add_varint(out, w->block_terms);
    ost_buffer_add_varint(out, w->texts.len);
    ost_buffer_add(out, w->texts.data, w->texts.len);
    ost_buffer_add(out, w->metadata.data, w->metadata.len);
    w->texts.len = w->metadata.len = 0;
    w->block_terms = 0;
    w->fields[w->n_fields - 1].n_blocks++;
    return ost_spool_relieve(&w->dictionary, w->folder, err);
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
    ost_buffer_add_byte(&w->texts, (uint8_t)shared);
    ost_buffer_add_byte(&w->texts, (uint8_t)(w->term_len - shared));
    ost_buffer_add(&w->texts, w->term + shared, w->term_len - shared);
    memcpy(w->last_term, w->term, w->term_len);
    w->last_len = w->term_len;
}

/* ---- Postings ---- */

/* Encodes positions as gaps: the first of a document from 0. */
static void add_positions(ost_term_writer *w)
{
    ost_buffer *out = &w->positions.tail;

    for (size_t i = 0; i < w->n_gaps; i += OST_BLOCK) {
        const unsigned n =
            w->n_gaps - i < OST_BLOCK ? (unsigned)(w->n_gaps - i) : OST_BLOCK;
        uint8_t *p = ost_buffer_reserve(out, OST_PACK_ROOM(n));
        if (p == NULL)
            return;
        out->len += (size_t)(ost_pack(w->gaps + i, n, p) - p);
    }
    w->n_gaps = 0;
}

static void add_u32(ost_buffer *b, uint64_t value)
{
    uint8_t bytes[4];

    ost_put32(bytes, (uint32_t)value);
    ost_buffer_add(b, bytes, sizeof bytes);
}

/* Encodes the open block and notes it for the skip table. */
static osteon_status end_block(ost_term_writer *w, osteon_error *err)
{
    ost_buffer *out = &w->postings.tail;
    uint32_t packed[OST_BLOCK];
    uint8_t impact = 0, *p;
    osteon_status s;

    add_u32(&w->last_docs, w->docs[w->n - 1]);
    add_u32(&w->offsets, ost_spool_at(&w->postings) - w->postings_at);
    add_u32(&w->position_offsets,
            ost_spool_at(&w->positions) - w->positions_at);
    for (unsigned i = 0; i < w->n; i++) {
        const uint8_t one = ost_impact_make(&w->impacts, w->tfs[i],
                                            w->norms[w->docs[i]]);
        impact = one > impact ? one : impact;
        packed[i] = w->docs[i] - w->base;
        w->base = w->docs[i] + 1;
    }
    ost_buffer_add_byte(&w->block_impacts, impact);
    w->impact = impact > w->impact ? impact : w->impact;
    p = ost_buffer_reserve(out, 2 * OST_PACK_ROOM(OST_BLOCK));
    if (p == NULL)
        return ost_fail_memory(err);
    {
        uint8_t *end = ost_pack(packed, w->n, p);
        for (unsigned i = 0; i < w->n; i++)
            packed[i] = w->tfs[i] - 1;
        end = ost_pack(packed, w->n, end);
        out->len += (size_t)(end - p);
    }
    add_positions(w);
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
    w->last_docs.len = w->offsets.len = 0;
    w->position_offsets.len = w->block_impacts.len = 0;
}

osteon_status ost_term_writer_posting(ost_term_writer *w, uint32_t doc,
                                      uint32_t tf, const uint32_t *positions,
                                      osteon_error *err)
{
    uint32_t before = 0;

    if (w->n == OST_BLOCK) {
        osteon_status s = end_block(w, err);
        if (s != OSTEON_OK)
            return s;
    }
    if (positions != NULL &&
        !OST_GROW(&w->gaps, &w->gaps_room, w->n_gaps + tf))
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < tf && positions != NULL; i++) {
        w->gaps[w->n_gaps++] = positions[i] - before;
        before = positions[i];
    }
    w->docs[w->n] = doc;
    w->tfs[w->n++] = tf;
    w->df++;
    w->cf += tf;
    return OSTEON_OK;
}

/* The posting of a term that only one document holds lies in the dictionary;
 * so does its position, if there is one only. */
static void end_single(ost_term_writer *w)
{
    ost_buffer *m = &w->metadata;

    if (w->tfs[0] == 1) {
        ost_buffer_add_byte(m, 0);
        ost_buffer_add_varint(m, w->docs[0]);
        ost_buffer_add_varint(m, w->n_gaps > 0 ? w->gaps[0] : 0);
        w->n_gaps = 0;
    } else {
        ost_buffer_add_byte(m, 1);
        ost_buffer_add_varint(m, w->docs[0]);
        ost_buffer_add_varint(m, w->tfs[0]);
        add_positions(w);
        ost_buffer_add_varint(m,
                              ost_spool_at(&w->positions) - w->positions_at);
    }
    w->n = 0;
}

static osteon_status end_list(ost_term_writer *w, osteon_error *err)
{
    ost_buffer *m = &w->metadata;
    osteon_status s = end_block(w, err);

    if (s != OSTEON_OK)
        return s;
    if (w->df > OST_BLOCK) {
        ost_buffer *skips = &w->skips.tail;
        ost_buffer_add(skips, w->last_docs.data, w->last_docs.len);
        ost_buffer_add(skips, w->offsets.data, w->offsets.len);
        ost_buffer_add(skips, w->position_offsets.data,
                       w->position_offsets.len);
        ost_buffer_add(skips, w->block_impacts.data, w->block_impacts.len);
        s = ost_spool_relieve(&w->skips, w->folder, err);
        if (s != OSTEON_OK)
            return s;
    }
    ost_buffer_add_varint(m, w->df);
    ost_buffer_add_varint(m, w->cf - w->df);
    ost_buffer_add_byte(m, w->impact);
    ost_buffer_add_varint(m, ost_spool_at(&w->postings) - w->postings_at);
    ost_buffer_add_varint(m, ost_spool_at(&w->positions) - w->positions_at);
    return OSTEON_OK;
}

osteon_status ost_term_writer_end(ost_term_writer *w, osteon_error *err)
{
    ost_field_terms *f = &w->fields[w->n_fields - 1];
    osteon_status s = OSTEON_OK;

    if (w->df == 0)
        return OSTEON_OK;
    add_text(w);
    if (w->df == 1)
        end_single(w);
    else
        s = end_list(w, err);
    if (s == OSTEON_OK &&
        (w->positions.tail.failed || w->postings.tail.failed ||
         w->last_docs.failed || w->offsets.failed ||
         w->position_offsets.failed || w->block_impacts.failed))
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
