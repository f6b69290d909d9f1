/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading document records, stored texts and the id table; docs/format.md,
 * "Documents". A block is checked as a whole before a record of it is given
 * out: lengths add up to its text, and ids and titles have their bounds.
 */
#include "documents.h"

#include "deflate.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

ost_id_slot ost_id_hash(const char *id, size_t len, uint32_t n_documents)
{
    const uint64_t hash = XXH3_64bits(id, len);
    ost_id_slot s;

    s.slot = (hash >> 32) * ost_id_capacity(n_documents) >> 32;
    s.mask = 1;
    while (s.mask < n_documents)
        s.mask = s.mask << 1 | 1;
    s.tag = (uint32_t)hash & ~s.mask;
    return s;
}

osteon_status ost_documents_check(const ost_segment *segment,
                                  osteon_error *err)
{
    const uint32_t n = ost_segment_documents(segment);
    const uint64_t blocks = ((uint64_t)n + OST_DOC_BLOCK - 1) / OST_DOC_BLOCK;

    if (ost_section_size(segment, OST_SECTION_DOC_INDEX) != (blocks + 1) * 4)
        return ost_section_fail(segment, OST_SECTION_DOC_INDEX, 0,
                                "index of documents of wrong size", err);
    if (ost_section_size(segment, OST_SECTION_IDS) != ost_id_capacity(n) * 4)
        return ost_section_fail(segment, OST_SECTION_IDS, 0,
                                "id table of wrong size", err);
    return OSTEON_OK;
}

/* ---- Blocks of records ---- */

typedef struct block_view {
    unsigned n;
    uint64_t at; /* of the block, in its section */
    uint32_t columns[OST_DOC_COLUMNS][OST_BLOCK]; /* steps are added up */
    const uint8_t *text, *end; /* as in the file */
    size_t text_size;          /* as it was */
    bool deflated;
} block_view;

static osteon_status bad_block(ost_segment *segment, const block_view *b,
                               const char *what, osteon_error *err)
{
    return ost_section_fail(segment, OST_SECTION_DOCUMENTS, b->at, what, err);
}

/* Finds the bytes of block number `block`. */
static osteon_status find_block(ost_segment *segment, uint32_t block,
                                block_view *b, const uint8_t **begin,
                                osteon_error *err)
{
    const uint8_t *entry = ost_section_get(segment, OST_SECTION_DOC_INDEX,
                                           (uint64_t)block * 4, 8, err);
    const uint32_t left =
        ost_segment_documents(segment) - block * OST_DOC_BLOCK;
    uint32_t from, to;

    if (entry == NULL)
        return OSTEON_CORRUPT;
    from = ost_get32(entry);
    to = ost_get32(entry + 4);
    if (to <= from)
        return ost_section_fail(segment, OST_SECTION_DOC_INDEX,
                                (uint64_t)block * 4,
                                "block of documents ends before it begins",
                                err);
    *begin = ost_section_get(segment, OST_SECTION_DOCUMENTS, from, to - from,
                             err);
    if (*begin == NULL)
        return OSTEON_CORRUPT;
    b->n = left < OST_DOC_BLOCK ? left : OST_DOC_BLOCK;
    b->at = from;
    b->end = *begin + (to - from);
    return OSTEON_OK;
}

/* Checks the lengths of all records and adds up what text they need. */
static bool check_lengths(block_view *b)
{
    uint32_t last = 0;

    b->text_size = 0;
    for (unsigned i = 0; i < b->n; i++) {
        const uint32_t prefix = b->columns[OST_DOC_PREFIX][i];
        const uint32_t suffix = b->columns[OST_DOC_SUFFIX][i];
        if (prefix > last || suffix > OST_MAX_ID - prefix ||
            prefix + suffix == 0 ||
            b->columns[OST_DOC_TITLE][i] > OST_MAX_TITLE)
            return false;
        last = prefix + suffix;
        b->text_size += suffix + b->columns[OST_DOC_TITLE][i];
    }
    return true;
}

/* Reads a column of n steps behind the first value. */
static const uint8_t *read_steps(const uint8_t *in, const uint8_t *end,
                                 unsigned n, uint64_t first, uint32_t *out)
{
    uint32_t steps[OST_BLOCK];

    if (in != NULL && n > 1)
        in = ost_unpack(in, end, n - 1, steps);
    if (in == NULL || first > UINT32_MAX)
        return NULL;
    out[0] = (uint32_t)first;
    for (unsigned i = 1; i < n; i++)
        out[i] = ost_zigzag_undo(out[i - 1], steps[i - 1]);
    return in;
}

/* Reads what a block begins with. */
static const uint8_t *read_places(const uint8_t *in, block_view *b)
{
    uint64_t firsts[OST_DOC_STEPS] = {0};

    for (unsigned c = 0; c < OST_DOC_STEPS && in != NULL; c++)
        in = ost_varint_get(in, b->end, &firsts[c]);
    for (unsigned c = 0; c < OST_DOC_STEPS && in != NULL; c++)
        in = read_steps(in, b->end, b->n, firsts[c], b->columns[c]);
    return in;
}

static osteon_status read_block(ost_segment *segment, uint32_t block,
                                block_view *b, osteon_error *err)
{
    const uint8_t *p = NULL;
    const osteon_status s = find_block(segment, block, b, &p, err);
    size_t size;

    if (s != OSTEON_OK)
        return s;
    p = read_places(p, b);
    for (unsigned c = OST_DOC_STEPS; c < OST_DOC_COLUMNS && p != NULL; c++)
        p = ost_unpack(p, b->end, b->n, b->columns[c]);
    if (p == NULL || p >= b->end || *p > 1)
        return bad_block(segment, b, "columns of documents", err);
    if (!check_lengths(b))
        return bad_block(segment, b, "lengths of ids or titles", err);
    b->deflated = *p++ == 1;
    b->text = p;
    size = (size_t)(b->end - p);
    if (b->deflated ? b->text_size / OST_INFLATE_MOST > size
                    : b->text_size != size)
        return bad_block(segment, b, "size of ids and titles", err);
    return OSTEON_OK;
}

/* Copies id and title of record k from the block's text to fresh memory. */
static bool copy_texts(const block_view *b, unsigned k, const uint8_t *text,
                       ost_record *out)
{
    const uint32_t title = b->columns[OST_DOC_TITLE][k];
    const uint32_t id =
        b->columns[OST_DOC_PREFIX][k] + b->columns[OST_DOC_SUFFIX][k];
    size_t id_at = 0, title_at = 0;
    char *memory = ost_malloc((size_t)id + title);

    if (memory == NULL)
        return false;
    for (unsigned i = 0; i < b->n; i++) {
        const uint32_t prefix = b->columns[OST_DOC_PREFIX][i];
        const uint32_t suffix = b->columns[OST_DOC_SUFFIX][i];
        if (i <= k && prefix < id) /* what later prefixes may refer to */
            memcpy(memory + prefix, text + id_at,
                   suffix < id - prefix ? suffix : id - prefix);
        if (i < k)
            title_at += b->columns[OST_DOC_TITLE][i];
        id_at += suffix;
    }
    if (title > 0)
        memcpy(memory + id, text + id_at + title_at, title);
    out->memory = memory;
    out->id = memory;
    out->id_len = id;
    out->title = memory + id;
    out->title_len = title;
    return true;
}

/* Inflates the block's texts to *out, which is NULL where they are not
 * compressed. */
static osteon_status inflate_texts(ost_segment *segment, const block_view *b,
                                   uint8_t **out, osteon_error *err)
{
    osteon_status s;

    *out = NULL;
    if (!b->deflated)
        return OSTEON_OK;
    *out = ost_malloc(b->text_size);
    if (*out == NULL)
        return ost_fail_memory(err);
    s = ost_inflate(b->text, (size_t)(b->end - b->text), *out, b->text_size);
    if (s == OSTEON_OK)
        return s;
    ost_free(*out);
    *out = NULL;
    return s == OSTEON_CORRUPT
               ? bad_block(segment, b, "compressed ids and titles", err)
               : ost_fail_memory(err);
}

static void read_numbers(const block_view *b, unsigned k, ost_record *out)
{
    const uint32_t *steps = b->columns[OST_DOC_STORED_BLOCK];
    uint32_t block = 0;

    out->source = b->columns[OST_DOC_SOURCE][k];
    out->line = b->columns[OST_DOC_LINE][k];
    out->length = b->columns[OST_DOC_LENGTH][k];
    if (b->columns[OST_DOC_STORED][k] == 0)
        return;
    for (unsigned i = 0; i <= k; i++)
        block = ost_zigzag_undo(block, steps[i]);
    out->has_stored = true;
    out->stored_len = b->columns[OST_DOC_STORED][k] - 1;
    out->stored_block = block;
    out->stored_at = b->columns[OST_DOC_STORED_AT][k];
}

struct ost_record_reader {
    ost_segment *segment;
    uint32_t block; /* that is held, UINT32_MAX: none */
    block_view view;
    uint8_t *inflated; /* its texts, NULL: they are not compressed */
};

osteon_status ost_record_reader_open(ost_segment *segment,
                                     ost_record_reader **out,
                                     osteon_error *err)
{
    ost_record_reader *r = *out = ost_calloc(1, sizeof *r);

    if (r == NULL)
        return ost_fail_memory(err);
    r->segment = segment;
    r->block = UINT32_MAX;
    return OSTEON_OK;
}

void ost_record_reader_close(ost_record_reader *r)
{
    if (r == NULL)
        return;
    ost_free(r->inflated);
    ost_free(r);
}

static osteon_status hold_block(ost_record_reader *r, uint32_t block,
                                osteon_error *err)
{
    osteon_status s;

    if (r->block == block)
        return OSTEON_OK;
    r->block = UINT32_MAX;
    ost_free(r->inflated);
    r->inflated = NULL;
    s = read_block(r->segment, block, &r->view, err);
    if (s == OSTEON_OK)
        s = inflate_texts(r->segment, &r->view, &r->inflated, err);
    if (s == OSTEON_OK)
        r->block = block;
    return s;
}

osteon_status ost_record_reader_get(ost_record_reader *r, uint32_t doc,
                                    ost_record *out, osteon_error *err)
{
    const unsigned k = doc % OST_DOC_BLOCK;
    osteon_status s;

    memset(out, 0, sizeof *out);
    if (doc >= ost_segment_documents(r->segment))
        return ost_fail(err, OSTEON_INVALID, "no document %lu in the segment",
                        (unsigned long)doc);
    s = hold_block(r, doc / OST_DOC_BLOCK, err);
    if (s != OSTEON_OK)
        return s;
    if (!copy_texts(&r->view, k,
                    r->inflated != NULL ? r->inflated : r->view.text, out))
        return ost_fail_memory(err);
    read_numbers(&r->view, k, out);
    return OSTEON_OK;
}

osteon_status ost_record_get(ost_segment *segment, uint32_t doc,
                             ost_record *out, osteon_error *err)
{
    ost_record_reader r = {.segment = segment, .block = UINT32_MAX};
    const osteon_status s = ost_record_reader_get(&r, doc, out, err);

    ost_free(r.inflated);
    return s;
}

osteon_status ost_record_length(ost_segment *segment, uint32_t doc,
                                uint32_t *length, osteon_error *err)
{
    block_view b;
    osteon_status s;

    *length = 0;
    if (doc >= ost_segment_documents(segment))
        return ost_fail(err, OSTEON_INVALID, "no document %lu in the segment",
                        (unsigned long)doc);
    s = read_block(segment, doc / OST_DOC_BLOCK, &b, err);
    if (s == OSTEON_OK)
        *length = b.columns[OST_DOC_LENGTH][doc % OST_DOC_BLOCK];
    return s;
}

void ost_record_free(ost_record *record)
{
    if (record == NULL)
        return;
    ost_free(record->memory);
    memset(record, 0, sizeof *record);
}

/* ---- Stored texts ---- */

static osteon_status bad_stored(ost_segment *segment, uint64_t at,
                                const char *what, osteon_error *err)
{
    return ost_section_fail(segment, OST_SECTION_STORED, at, what, err);
}

/* Finds block number `block`: *at of it in the section. */
static osteon_status find_stored(ost_segment *segment, uint64_t block,
                                 uint64_t *at, ost_stored_block *out,
                                 osteon_error *err)
{
    const uint64_t first = block > 0 ? block - 1 : 0;
    const uint8_t *ends =
        ost_section_get(segment, OST_SECTION_STORED_INDEX, first * 8,
                        (block - first + 1) * 8, err);
    uint64_t end;
    uint32_t head;

    if (ends == NULL)
        return OSTEON_CORRUPT;
    *at = block > 0 ? ost_get64(ends) : 0;
    end = ost_get64(ends + (block - first) * 8);
    if (end < *at || end - *at < 4)
        return ost_section_fail(segment, OST_SECTION_STORED_INDEX, block * 8,
                                "stored block ends before it begins", err);
    out->size = end - *at;
    out->bytes = ost_section_get(segment, OST_SECTION_STORED, *at, out->size,
                                 err);
    if (out->bytes == NULL)
        return OSTEON_CORRUPT;
    head = ost_get32(out->bytes);
    out->raw_size = head & ~OST_STORED_PLAIN;
    out->plain = (head & OST_STORED_PLAIN) != 0;
    return OSTEON_OK;
}

osteon_status ost_stored_block_get(ost_segment *segment, uint64_t block,
                                   ost_stored_block *out, osteon_error *err)
{
    uint64_t at;

    return find_stored(segment, block, &at, out, err);
}

osteon_status ost_record_stored(ost_segment *segment, const ost_record *record,
                                char **text, size_t *len, osteon_error *err)
{
    const size_t want = (size_t)record->stored_at + record->stored_len;
    uint64_t at = 0, size;
    ost_stored_block b = {0};
    uint8_t *raw;
    osteon_status s;

    *text = NULL;
    *len = 0;
    if (!record->has_stored)
        return ost_fail(err, OSTEON_NOT_FOUND, "no text is stored");
    if (record->stored_len == 0) { /* may lie in a block of no bytes */
        *text = ost_malloc(1);
        return *text != NULL ? OSTEON_OK : ost_fail_memory(err);
    }
    s = find_stored(segment, record->stored_block, &at, &b, err);
    if (s != OSTEON_OK)
        return s;
    size = b.size - 4;
    if (want > b.raw_size ||
        (b.plain ? want > size : b.raw_size / OST_INFLATE_MOST > size))
        return bad_stored(segment, at, "stored text outside its block", err);
    raw = ost_malloc(b.plain ? want : b.raw_size);
    if (raw == NULL)
        return ost_fail_memory(err);
    if (b.plain)
        memcpy(raw, b.bytes + 4, want);
    else
        s = ost_inflate(b.bytes + 4, (size_t)size, raw, b.raw_size);
    if (s != OSTEON_OK) {
        ost_free(raw);
        return s == OSTEON_CORRUPT
                   ? bad_stored(segment, at, "compressed stored text", err)
                   : ost_fail_memory(err);
    }
    memmove(raw, raw + record->stored_at, record->stored_len);
    *text = (char *)raw;
    *len = record->stored_len;
    return OSTEON_OK;
}

/* ---- Ids and sources ---- */

/* OSTEON_OK where document `doc` has this id, else OSTEON_NOT_FOUND. */
static osteon_status compare_id(ost_segment *segment, uint32_t doc,
                                const char *id, size_t len, osteon_error *err)
{
    ost_record record;
    osteon_status s = ost_record_get(segment, doc, &record, err);

    if (s == OSTEON_OK &&
        (record.id_len != len || memcmp(record.id, id, len) != 0))
        s = OSTEON_NOT_FOUND;
    ost_record_free(&record);
    return s;
}

osteon_status ost_record_find(ost_segment *segment, const char *id, size_t len,
                              uint32_t *doc, osteon_error *err)
{
    const uint32_t n = ost_segment_documents(segment);
    const uint64_t capacity = ost_id_capacity(n);
    const uint64_t *deleted = ost_segment_deleted(segment);
    const ost_id_slot hash = ost_id_hash(id, len, n);
    uint64_t slot = hash.slot;

    *doc = 0;
    if (ost_section_size(segment, OST_SECTION_IDS) != capacity * 4)
        return ost_section_fail(segment, OST_SECTION_IDS, 0,
                                "id table of wrong size", err);
    for (uint64_t probes = 0; probes < capacity; probes++) {
        const uint8_t *bytes =
            ost_section_get(segment, OST_SECTION_IDS, slot * 4, 4, err);
        uint32_t entry, found;
        osteon_status s;
        if (bytes == NULL)
            return OSTEON_CORRUPT;
        entry = ost_get32(bytes);
        if (entry == 0)
            return OSTEON_NOT_FOUND;
        found = (entry & hash.mask) - 1;
        if (found >= n)
            return ost_section_fail(segment, OST_SECTION_IDS, slot * 4,
                                    "id of no document", err);
        if ((entry & ~hash.mask) == hash.tag && !ost_bit(deleted, found)) {
            s = compare_id(segment, found, id, len, err);
            if (s == OSTEON_OK)
                *doc = found;
            if (s != OSTEON_NOT_FOUND)
                return s;
        }
        slot = slot + 1 < capacity ? slot + 1 : 0;
    }
    return ost_section_fail(segment, OST_SECTION_IDS, 0,
                            "id table without an empty slot", err);
}

/* ---- Sources ---- */

/* Reads no more of a block than the sources of its documents: one for each of
 * them to sources[]. */
static osteon_status read_sources(ost_segment *segment, uint32_t block,
                                  uint32_t *sources, osteon_error *err)
{
    const uint8_t *p = NULL;
    block_view b;
    osteon_status s = find_block(segment, block, &b, &p, err);

    if (s == OSTEON_OK && read_places(p, &b) == NULL)
        s = bad_block(segment, &b, "sources of documents", err);
    if (s != OSTEON_OK)
        return s;
    memcpy(sources, b.columns[OST_DOC_SOURCE], b.n * sizeof *sources);
    return OSTEON_OK;
}

void ost_source_column_start(ost_source_column *c, ost_segment *segment)
{
    c->segment = segment;
    c->block = UINT32_MAX;
}

osteon_status ost_source_column_get(ost_source_column *c, uint32_t doc,
                                    uint32_t *out, osteon_error *err)
{
    const uint32_t block = doc / OST_DOC_BLOCK;

    *out = 0;
    if (block != c->block) {
        const osteon_status s =
            read_sources(c->segment, block, c->sources, err);
        if (s != OSTEON_OK)
            return s;
        c->block = block;
    }
    *out = c->sources[doc % OST_DOC_BLOCK];
    return OSTEON_OK;
}

osteon_status ost_segment_sources(ost_segment *segment, uint32_t **out,
                                  osteon_error *err)
{
    const uint32_t n = ost_segment_documents(segment);
    uint32_t *sources = ost_malloc(((size_t)n + 1) * sizeof *sources);
    osteon_status s = OSTEON_OK;

    *out = NULL;
    if (sources == NULL)
        return ost_fail_memory(err);
    for (uint32_t doc = 0; doc < n && s == OSTEON_OK; doc += OST_DOC_BLOCK)
        s = read_sources(segment, doc / OST_DOC_BLOCK, sources + doc, err);
    if (s != OSTEON_OK) {
        ost_free(sources);
        return s;
    }
    *out = sources;
    return OSTEON_OK;
}
