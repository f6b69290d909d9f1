/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading the term dictionary (docs/format.md, "Dictionary"): a directory of
 * 8-byte prefixes finds the block, whose front-coded texts are walked.
 *
 * Invariant: everything a term's metadata says of other sections is checked
 * against their sizes here, so that postings.c may trust an ost_term.
 */
#include "dictionary.h"

#define DIRECTORY_ENTRY 24 /* prefix and four offsets */

static osteon_status bad(ost_segment *seg, uint64_t at, const char *what,
                         osteon_error *err)
{
    return ost_section_fail(seg, OST_SECTION_DICTIONARY, at, what, err);
}

/* Takes block `number` of the dictionary apart. */
static osteon_status open_block(ost_segment *seg, uint64_t number,
                                ost_term_block *b, osteon_error *err)
{
    const uint64_t n =
        ost_section_size(seg, OST_SECTION_DIRECTORY) / DIRECTORY_ENTRY;
    const uint64_t size = ost_section_size(seg, OST_SECTION_DICTIONARY);
    const uint8_t *e = ost_section_get(seg, OST_SECTION_DIRECTORY,
                                       n * 8 + number * 16, 16, err);
    uint64_t next = size, count, text_len;
    const uint8_t *p;

    if (e == NULL)
        return OSTEON_CORRUPT;
    b->at = ost_get32(e);
    b->postings = ost_get32(e + 4);
    b->skips = ost_get32(e + 8);
    b->positions = ost_get32(e + 12);
    if (number + 1 < n) {
        const uint8_t *f =
            ost_section_get(seg, OST_SECTION_DIRECTORY,
                            n * 8 + (number + 1) * 16, 4, err);
        if (f == NULL)
            return OSTEON_CORRUPT;
        next = ost_get32(f);
    }
    if (next <= b->at || next > size || next - b->at > OST_TERM_BLOCK_MAX)
        return bad(seg, b->at, "dictionary block out of bounds", err);
    p = ost_section_get(seg, OST_SECTION_DICTIONARY, b->at, next - b->at,
                        err);
    if (p == NULL)
        return OSTEON_CORRUPT;
    b->end = p + (next - b->at);
    p = ost_varint_get(p, b->end, &count);
    p = ost_varint_get(p, b->end, &text_len);
    if (p == NULL || count == 0 || count > OST_TERM_BLOCK ||
        text_len > (uint64_t)(b->end - p))
        return bad(seg, b->at, "bad head of a dictionary block", err);
    b->left = (uint32_t)count;
    b->text = p;
    b->text_end = p + text_len;
    b->meta = b->text_end;
    return OSTEON_OK;
}

/* Reads the next text into term[*len], which holds the one before. */
static bool next_text(ost_term_block *b, char *term, size_t *len)
{
    size_t shared, more;

    if (b->text_end - b->text < 2)
        return false;
    shared = b->text[0];
    more = b->text[1];
    b->text += 2;
    if (shared > *len || shared + more > OST_WORD_MAX || shared + more == 0 ||
        more > (size_t)(b->text_end - b->text))
        return false;
    memcpy(term + shared, b->text, more);
    b->text += more;
    *len = shared + more;
    return true;
}

static const uint8_t *meta_single(ost_term_block *b, const uint8_t *p,
                                  bool once, ost_term *t)
{
    uint64_t doc, tf = 1, value;

    p = ost_varint_get(p, b->end, &doc);
    if (!once)
        p = ost_varint_get(p, b->end, &tf);
    p = ost_varint_get(p, b->end, &value);
    if (p == NULL || doc >= OST_MAX_DOCUMENTS || tf == 0 || tf > UINT32_MAX)
        return NULL;
    t->df = 1;
    t->cf = tf;
    t->doc = (uint32_t)doc;
    t->tf = (uint32_t)tf;
    if (once) {
        if (value > UINT32_MAX)
            return NULL;
        t->inlined = true;
        t->positions = value; /* the position itself */
    } else {
        t->bare = value & 1;
        t->positions = b->positions;
        t->positions_size = value >> 1;
        b->positions += value >> 1;
    }
    return p;
}

static const uint8_t *meta_list(ost_term_block *b, const uint8_t *p,
                                uint64_t df, uint32_t n_documents,
                                ost_term *t)
{
    uint64_t more, value;

    p = ost_varint_get(p, b->end, &more);
    if (p == NULL || p == b->end || df > OST_MAX_DOCUMENTS ||
        more > UINT64_MAX - df)
        return NULL;
    t->df = (uint32_t)df;
    t->cf = df + more;
    t->impact = *p++;
    p = ost_varint_get(p, b->end, &t->postings_size);
    p = ost_varint_get(p, b->end, &value);
    if (p == NULL)
        return NULL;
    t->bare = value & 1;
    t->positions_size = value >> 1;
    t->postings = b->postings;
    t->positions = b->positions;
    t->skips = b->skips;
    b->postings += t->postings_size;
    b->positions += t->positions_size;
    if (df > OST_BLOCK)
        b->skips += ost_skip_layout_of((df + OST_BLOCK - 1) / OST_BLOCK,
                                       n_documents, t->postings_size,
                                       t->positions_size)
                        .size;
    return p;
}

/* Reads the next term's metadata. */
static bool next_meta(ost_segment *seg, uint32_t field, ost_term_block *b,
                      ost_term *t)
{
    uint64_t head;
    const uint8_t *p = ost_varint_get(b->meta, b->end, &head);

    memset(t, 0, sizeof *t);
    if (p == NULL)
        return false;
    t->field = field;
    t->no_positions =
        (seg->fields[field].flags & OST_FIELD_NO_POSITIONS) != 0;
    p = head < 2 ? meta_single(b, p, head == 0, t)
                 : meta_list(b, p, head, seg->n_documents, t);
    if (p == NULL || t->df > seg->n_documents ||
        t->postings_size > ost_section_size(seg, OST_SECTION_POSTINGS) ||
        t->positions_size > ost_section_size(seg, OST_SECTION_POSITIONS) ||
        b->postings > ost_section_size(seg, OST_SECTION_POSTINGS) ||
        b->positions > ost_section_size(seg, OST_SECTION_POSITIONS) ||
        b->skips > ost_section_size(seg, OST_SECTION_SKIPS) ||
        (t->df == 1 && t->doc >= seg->n_documents) ||
        (t->no_positions && t->positions_size > 0))
        return false;
    b->meta = p;
    b->left--;
    return true;
}

/* The impact of a single posting is made when the term is found. */
static osteon_status add_impact(ost_segment *seg, uint32_t field, ost_term *t,
                                osteon_error *err)
{
    const uint8_t *norms;
    osteon_status s;

    if (t->df != 1)
        return OSTEON_OK;
    s = ost_field_norms(seg, field, &norms, err);
    if (s == OSTEON_OK)
        t->impact = ost_impact(t->tf, norms[t->doc],
                               ost_field_average(&seg->fields[field]));
    return s;
}

/* ---- Finding one term ---- */

/* Finds the last block of the field whose first term is not greater than
 * `term`. Blocks with an equal prefix are told apart by that first term. */
static osteon_status find_block(ost_segment *seg, const ost_field *f,
                                const char *term, size_t len,
                                uint64_t *number, ost_term_block *b,
                                osteon_error *err)
{
    const uint64_t prefix = ost_term_prefix(term, len);
    uint64_t low = f->first_block, high = low + f->n_blocks;
    const uint8_t *p = ost_section_get(seg, OST_SECTION_DIRECTORY, low * 8,
                                       f->n_blocks * 8, err);

    if (p == NULL)
        return OSTEON_CORRUPT;
    p -= low * 8;
    while (low < high) { /* to the first block that begins above */
        const uint64_t mid = low + (high - low) / 2;
        if (ost_get64(p + mid * 8) <= prefix)
            low = mid + 1;
        else
            high = mid;
    }
    for (;;) {
        char first[OST_WORD_MAX];
        size_t first_len = 0;
        ost_term_block copy;
        osteon_status s;
        if (low == f->first_block)
            return OSTEON_NOT_FOUND;
        low--;
        s = open_block(seg, low, b, err);
        if (s != OSTEON_OK)
            return s;
        if (ost_get64(p + low * 8) != prefix)
            break;
        copy = *b;
        if (!next_text(&copy, first, &first_len))
            return bad(seg, b->at, "bad first term of a block", err);
        if (ost_term_compare(first, first_len, term, len) <= 0)
            break;
    }
    *number = low;
    return OSTEON_OK;
}

osteon_status ost_dictionary_find(ost_segment *seg, uint32_t field,
                                  const char *term, size_t len, ost_term *out,
                                  osteon_error *err)
{
    char found[OST_WORD_MAX];
    size_t found_len = 0;
    uint64_t number;
    uint32_t index = 0;
    ost_term_block b;
    osteon_status s;

    if (len == 0 || len > OST_WORD_MAX)
        return OSTEON_NOT_FOUND;
    s = find_block(seg, &seg->fields[field], term, len, &number, &b, err);
    if (s != OSTEON_OK)
        return s;
    for (;; index++) {
        int c;
        if (index == b.left)
            return OSTEON_NOT_FOUND;
        if (!next_text(&b, found, &found_len))
            return bad(seg, b.at, "bad term in a block", err);
        c = ost_term_compare(found, found_len, term, len);
        if (c > 0)
            return OSTEON_NOT_FOUND;
        if (c == 0)
            break;
    }
    for (uint32_t i = 0; i <= index; i++)
        if (!next_meta(seg, field, &b, out))
            return bad(seg, b.at, "bad metadata of a term", err);
    return add_impact(seg, field, out, err);
}

/* ---- Walking ---- */

void ost_term_cursor_start(ost_term_cursor *c, ost_segment *segment,
                           uint32_t field)
{
    memset(c, 0, sizeof *c);
    c->segment = segment;
    c->field = field;
    c->next_block = segment->fields[field].first_block;
}

osteon_status ost_term_cursor_next(ost_term_cursor *c, osteon_error *err)
{
    const ost_field *f = &c->segment->fields[c->field];
    ost_term_block *b = &c->block;
    char before[OST_WORD_MAX];
    const size_t before_len = c->len;

    memcpy(before, c->term, before_len);
    if (b->left == 0) {
        osteon_status s;
        c->len = 0;
        if (c->next_block == f->first_block + f->n_blocks)
            return OSTEON_OK;
        s = open_block(c->segment, c->next_block++, b, err);
        if (s != OSTEON_OK)
            return s;
    }
    if (!next_text(b, c->term, &c->len) ||
        !next_meta(c->segment, c->field, b, &c->info)) {
        c->len = 0;
        return bad(c->segment, b->at, "bad term in a block", err);
    }
    if (before_len > 0 &&
        ost_term_compare(before, before_len, c->term, c->len) >= 0)
        return bad(c->segment, b->at, "terms out of order", err);
    return add_impact(c->segment, c->field, &c->info, err);
}
