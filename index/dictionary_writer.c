/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Blocks of the dictionary (docs/format.md, "Dictionary and directory") are
 * gathered in two spools, columns and uncoded texts. When all of a segment
 * are there, texts are gone through twice: to count bytes, for their code,
 * and to be coded.
 */
#include "dictionary_writer.h"

#include "text_code.h"

/* Before a term's bytes in the spool of texts: their number, and the class of
 * the first. */
#define TEXT_HEAD 2

void ost_dictionary_writer_init(ost_dictionary_writer *w, ost_spill *spill,
                                uint32_t n_documents)
{
    memset(w, 0, sizeof *w);
    w->n_documents = n_documents;
    w->columns.spill = w->texts.spill = spill;
}

void ost_dictionary_writer_free(ost_dictionary_writer *w)
{
    ost_spool_free(&w->columns);
    ost_spool_free(&w->texts);
    ost_buffer_free(&w->large);
    ost_free(w->entries);
}

/* ---- A range ---- */

void ost_dictionary_writer_term(ost_dictionary_writer *w, const char *term,
                                size_t len, uint64_t postings, uint64_t skips,
                                uint64_t positions)
{
    size_t shared, more;
    uint8_t *text;

    if (w->n == 0) {
        w->last_len = 0;
        w->block.prefix = ost_term_prefix(term, len);
        w->block.postings = postings;
        w->block.skips = skips;
        w->block.positions = positions;
        w->block.texts_size = 0;
    }
    shared = ost_shared_prefix(w->last, w->last_len, term, len);
    ost_dictionary_writer_add(w, OST_COLUMN_SHARED, (uint32_t)shared);
    more = len - shared;
    ost_dictionary_writer_add(w, OST_COLUMN_MORE, (uint32_t)more);
    text = ost_buffer_reserve(&w->texts.tail, TEXT_HEAD + more);
    if (text != NULL) {
        text[0] = (uint8_t)more;
        text[1] = (uint8_t)ost_text_class(term, shared);
        memcpy(text + TEXT_HEAD, term + shared, more);
        w->texts.tail.len += TEXT_HEAD + more;
    }
    w->block.texts_size += (uint32_t)(TEXT_HEAD + more);
    memcpy(w->last, term, len);
    w->last_len = len;
}

void ost_dictionary_writer_small(ost_dictionary_writer *w, uint32_t df,
                                 const uint32_t *docs, const uint32_t *tfs)
{
    ost_dictionary_writer_add(w, OST_COLUMN_DF, df - 1);
    ost_term_columns_small(&w->values, df, docs, tfs);
}

void ost_dictionary_writer_again(ost_dictionary_writer *w, uint64_t again)
{
    ost_dictionary_writer_add(
        w, OST_COLUMN_AGAIN,
        again < UINT32_MAX ? (uint32_t)again : UINT32_MAX);
    if (again >= UINT32_MAX)
        ost_buffer_add_varint(&w->large, again);
}

osteon_status ost_dictionary_writer_end(ost_dictionary_writer *w, bool *ended,
                                        osteon_error *err)
{
    *ended = false;
    if (++w->n < OST_TERM_BLOCK)
        return OSTEON_OK;
    return ost_dictionary_writer_end_block(w, ended, err);
}

osteon_status ost_dictionary_writer_end_block(ost_dictionary_writer *w,
                                              bool *ended, osteon_error *err)
{
    ost_buffer *out = &w->columns.tail;
    const size_t start = out->len;
    osteon_status s;

    *ended = w->n > 0;
    if (w->n == 0)
        return OSTEON_OK;
    ost_buffer_add_byte(out, (uint8_t)w->n);
    ost_term_columns_put(out, &w->values, &w->large, w->n_documents);
    if (out->failed || w->large.failed || w->texts.tail.failed ||
        !OST_GROW(&w->entries, &w->entries_room, w->n_entries + 1))
        return ost_fail_memory(err);
    w->block.columns_size = (uint32_t)(out->len - start);
    w->entries[w->n_entries++] = w->block;
    w->large.len = 0;
    ost_term_columns_clear(&w->values);
    w->n = 0;
    s = ost_spool_relieve(&w->columns, err);
    if (s == OSTEON_OK)
        s = ost_spool_relieve(&w->texts, err);
    return s;
}

size_t ost_dictionary_writer_memory(const ost_dictionary_writer *w)
{
    return w->columns.tail.room + w->texts.tail.room;
}

osteon_status ost_dictionary_writer_spill(ost_dictionary_writer *w,
                                          osteon_error *err)
{
    osteon_status s = ost_spool_spill(&w->columns, err);

    if (s == OSTEON_OK)
        s = ost_spool_spill(&w->texts, err);
    return s;
}

/* ---- Joining ---- */

/* Counts the bytes of a block's texts behind their classes. */
static void count(ost_text_counts *counts, const uint8_t *texts, size_t size)
{
    const uint8_t *end = texts + size;

    while (texts < end) {
        const uint8_t *term = texts + TEXT_HEAD;
        unsigned class = texts[1];
        texts = term + texts[0];
        for (; term < texts; term++) {
            counts->n[class][*term]++;
            class = ost_text_classes[*term];
        }
    }
}

static osteon_status count_range(ost_text_counts *counts,
                                 const ost_dictionary_writer *w,
                                 osteon_error *err)
{
    ost_spool_reader r = {.spool = &w->texts};
    osteon_status s = OSTEON_OK;

    for (size_t i = 0; i < w->n_entries && s == OSTEON_OK; i++) {
        const size_t size = w->entries[i].texts_size;
        const uint8_t *texts;
        s = ost_spool_read(&r, size, &texts, err);
        if (s == OSTEON_OK)
            count(counts, texts, size);
    }
    ost_spool_reader_free(&r);
    return s;
}

/* What joining goes on with from block to block. */
typedef struct state {
    ost_segment_writer *segment;
    ost_text_coder coder;
    ost_buffer code;              /* the section */
    ost_buffer coded;             /* room for texts of a block */
    ost_buffer prefixes, offsets; /* the directory */
    uint64_t at;                  /* in the dictionary */
} state;

/* Codes the texts of a block, whose bits go downwards from the end of the room
 * for them. Returns where they begin, NULL: no memory. */
static const uint8_t *code_texts(state *st, const uint8_t *texts, size_t size,
                                 size_t *coded)
{
    const uint8_t *end = texts + size;
    /* No code takes more than two bytes. */
    const size_t room = 2 * size + 8;
    uint8_t *const first = ost_buffer_reserve(&st->coded, room);
    uint8_t *out;
    uint64_t bits = 0; /* the lowest `n` are not yet written */
    unsigned n = 0;

    if (first == NULL)
        return NULL;
    out = first + room;
    while (texts < end) {
        const uint8_t *term = texts + TEXT_HEAD;
        unsigned class = texts[1];
        texts = term + texts[0];
        for (; term < texts; term++) {
            n += st->coder.bits[class][*term];
            bits = bits << st->coder.bits[class][*term] |
                   st->coder.code[class][*term];
            class = ost_text_classes[*term];
            if (n >= 32) {
                n -= 32;
                out -= 4;
                ost_put32(out, (uint32_t)(bits >> n));
            }
        }
    }
    for (; n >= 8; n -= 8)
        *--out = (uint8_t)(bits >> (n - 8));
    if (n > 0)
        *--out = (uint8_t)(bits << (8 - n));
    *coded = (size_t)(first + room - out);
    return out;
}

static void put_entry(state *st, const ost_dictionary_range *r,
                      const ost_dictionary_entry *e)
{
    uint8_t bytes[16];

    ost_put64(bytes, e->prefix);
    ost_buffer_add(&st->prefixes, bytes, 8);
    ost_put32(bytes, (uint32_t)st->at);
    ost_put32(bytes + 4, (uint32_t)(r->postings + e->postings));
    ost_put32(bytes + 8, (uint32_t)(r->skips + e->skips));
    ost_put32(bytes + 12, (uint32_t)(r->positions + e->positions));
    ost_buffer_add(&st->offsets, bytes, sizeof bytes);
}

static osteon_status write_range(state *st, const ost_dictionary_range *range,
                                 osteon_error *err)
{
    const ost_dictionary_writer *w = range->writer;
    ost_spool_reader columns = {.spool = &w->columns},
                     texts = {.spool = &w->texts};
    osteon_status s = OSTEON_OK;

    for (size_t i = 0; i < w->n_entries && s == OSTEON_OK; i++) {
        const ost_dictionary_entry *e = &w->entries[i];
        const uint8_t *c, *t, *bits;
        size_t coded;
        s = ost_spool_read(&columns, e->columns_size, &c, err);
        if (s == OSTEON_OK)
            s = ost_spool_read(&texts, e->texts_size, &t, err);
        if (s != OSTEON_OK)
            break;
        bits = code_texts(st, t, e->texts_size, &coded);
        if (bits == NULL) {
            s = ost_fail_memory(err);
            break;
        }
        put_entry(st, range, e);
        st->at += e->columns_size + coded;
        s = ost_segment_writer_add(st->segment, OST_SECTION_DICTIONARY, c,
                                   e->columns_size, err);
        if (s == OSTEON_OK)
            s = ost_segment_writer_add(st->segment, OST_SECTION_DICTIONARY,
                                       bits, coded, err);
    }
    ost_spool_reader_free(&columns);
    ost_spool_reader_free(&texts);
    return s;
}

osteon_status ost_dictionary_write(const ost_dictionary_range *ranges,
                                   size_t n, ost_segment_writer *segment,
                                   uint64_t *size, osteon_error *err)
{
    ost_text_counts *counts = ost_calloc(1, sizeof *counts);
    state *st = ost_calloc(1, sizeof *st);
    osteon_status s = OSTEON_OK;

    *size = 0;
    if (counts == NULL || st == NULL) {
        s = ost_fail_memory(err);
        goto done;
    }
    st->segment = segment;
    for (size_t i = 0; i < n && s == OSTEON_OK; i++)
        s = count_range(counts, ranges[i].writer, err);
    if (s != OSTEON_OK)
        goto done;
    ost_text_coder_make(&st->coder, counts, &st->code);
    s = ost_segment_writer_add_buffer(segment, OST_SECTION_TEXT_CODE,
                                      &st->code, err);
    for (size_t i = 0; i < n && s == OSTEON_OK; i++)
        s = write_range(st, &ranges[i], err);
    ost_buffer_add(&st->prefixes, st->offsets.data, st->offsets.len);
    if (st->offsets.failed)
        st->prefixes.failed = true;
    if (s == OSTEON_OK)
        s = ost_segment_writer_add_buffer(segment, OST_SECTION_DIRECTORY,
                                          &st->prefixes, err);
    *size = st->at;
done:
    if (st != NULL) {
        ost_buffer_free(&st->code);
        ost_buffer_free(&st->coded);
        ost_buffer_free(&st->prefixes);
        ost_buffer_free(&st->offsets);
    }
    ost_free(st);
    ost_free(counts);
    return s;
}
