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
    uint64_t next = size;
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
    b->n = *p++;
    if (b->n == 0 || b->n > OST_TERM_BLOCK)
        return bad(seg, b->at, "bad head of a dictionary block", err);
    p = ost_term_columns_texts(p, b->end, b->n, &b->columns);
    if (p == NULL)
        return bad(seg, b->at, "bad head of a dictionary block", err);
    b->meta = p;
    b->text.end = b->end;
    b->text.bit = 0;
    b->text.most = (uint64_t)(b->end - p) * 8;
    b->texts = b->terms = 0;
    return OSTEON_OK;
}

/* Reads the next text into term[*len], which holds the one before. */
static bool next_text(const ost_segment *seg, ost_term_block *b, char *term,
                      size_t *len)
{
    const uint32_t shared = b->columns.v[OST_COLUMN_SHARED][b->texts],
                   more = b->columns.v[OST_COLUMN_MORE][b->texts];

    if (shared > *len || more > OST_WORD_MAX - shared || shared + more == 0)
        return false;
    b->texts++;
    *len = shared + more;
    return ost_text_read(&seg->text_code, &b->text, term, shared, *len);
}

static uint32_t take(ost_term_block *b, ost_term_column which)
{
    return b->columns.v[which][b->next[which]++];
}

/* Reads the columns of the terms, and sets b->large where they end: but for
 * what open_rest reads. */
static bool open_terms(ost_term_block *b)
{
    memset(b->next, 0, sizeof b->next);
    b->next_small = b->last = 0;
    b->large = ost_term_columns_terms(b->meta, b->end, b->n, &b->columns);
    return b->large != NULL;
}

/* Frequencies of small terms, and where their documents and what is too large
 * for a column are. */
static bool open_rest(ost_term_block *b)
{
    const uint8_t *p = ost_term_columns_tfs(b->large, b->end, &b->columns);
    uint64_t value;

    if (p == NULL)
        return false;
    b->large = p;
    for (uint32_t i = 0; i < b->columns.n[OST_COLUMN_AGAIN]; i++)
        if (b->columns.v[OST_COLUMN_AGAIN][i] == UINT32_MAX)
            p = ost_varint_get(p, b->end, &value);
    b->docs = p;
    b->docs_bit = 0;
    return p != NULL;
}

/* Whether what is read of a block, which is all, ends where texts begin. */
static bool ends_well(const ost_term_block *b)
{
    return (b->docs_bit + 7) / 8 + (b->text.bit + 7) / 8 ==
           (uint64_t)(b->end - b->docs);
}

/* False where the posting is impossible. */
static bool next_single(ost_segment *seg, ost_term_block *b, ost_term *t)
{
    if (take(b, OST_COLUMN_SAME) == 0)
        b->last = take(b, OST_COLUMN_DOC);
    t->docs[0] = b->last;
    t->tfs[0] = take(b, OST_COLUMN_TF) + 1;
    t->cf = t->tfs[0];
    t->inlined = t->tfs[0] == 1;
    if (t->inlined && take(b, OST_COLUMN_PLACED) != 0)
        t->positions = (uint64_t)take(b, OST_COLUMN_POSITION) + 1;
    return t->tfs[0] > 0 && b->last < seg->n_documents;
}

static bool next_small(ost_segment *seg, ost_term_block *b, ost_term *t)
{
    for (uint32_t i = 0; i < t->df; i++) {
        t->tfs[i] = b->columns.tfs[b->next_small++] + 1;
        t->cf += t->tfs[i];
        if (t->tfs[i] == 0)
            return false;
    }
    return ost_term_columns_docs(b->docs, &b->docs_bit,
                                 (uint64_t)(b->end - b->docs) * 8, t->df,
                                 seg->n_documents, t->docs);
}

static bool next_list(ost_segment *seg, ost_term_block *b, ost_term *t)
{
    const uint64_t df =
        (uint64_t)take(b, OST_COLUMN_LONG) + OST_SMALL + 1;
    const uint32_t impact = take(b, OST_COLUMN_IMPACT);
    uint64_t again = take(b, OST_COLUMN_AGAIN);

    if (again == UINT32_MAX)
        b->large = ost_varint_get(b->large, b->end, &again);
    t->df = (uint32_t)df;
    t->cf = df + again;
    t->impact = (uint8_t)impact;
    t->postings_size = take(b, OST_COLUMN_POSTINGS);
    t->postings = b->postings;
    b->postings += t->postings_size;
    return df <= seg->n_documents && impact <= UINT8_MAX && t->cf >= df;
}

/* Moves on behind the positions and the skip table of a term. */
static void next_places(ost_segment *seg, ost_term_block *b, ost_term *t)
{
    t->positions_size = take(b, OST_COLUMN_POSITIONS);
    t->bare = take(b, OST_COLUMN_BARE) != 0;
    t->positions = b->positions;
    b->positions += t->positions_size;
    t->skips = b->skips;
    if (t->df > OST_BLOCK)
        b->skips += ost_skip_layout_of((t->df + OST_BLOCK - 1) / OST_BLOCK,
                                       seg->n_documents, t->postings_size,
                                       t->positions_size)
                        .size;
}

/* Reads the next term's metadata. */
static bool next_meta(ost_segment *seg, uint32_t field, ost_term_block *b,
                      ost_term *t)
{
    bool ok;

    memset(t, 0, offsetof(ost_term, docs));
    t->field = field;
    t->no_positions =
        (seg->fields[field].flags & OST_FIELD_NO_POSITIONS) != 0;
    t->df = take(b, OST_COLUMN_DF) + 1;
    if (t->df == 1)
        ok = next_single(seg, b, t);
    else if (t->df <= OST_SMALL)
        ok = next_small(seg, b, t);
    else
        ok = next_list(seg, b, t);
    if (!ok)
        return false;
    if (!t->inlined)
        next_places(seg, b, t);
    b->terms++;
    return b->postings <= ost_section_size(seg, OST_SECTION_POSTINGS) &&
           b->positions <= ost_section_size(seg, OST_SECTION_POSITIONS) &&
           b->skips <= ost_section_size(seg, OST_SECTION_SKIPS) &&
           !(t->no_positions &&
             (t->inlined ? t->positions > 0 : t->positions_size > 0));
}

/* The sum of the first n values of a column. */
static uint64_t sum(const ost_term_block *b, ost_term_column which, uint32_t n)
{
    const uint32_t *v = b->columns.v[which];
    uint64_t all = 0;

    for (uint32_t i = 0; i < n; i++)
        all += v[i];
    return all;
}

/* Passes the skip tables of the first n terms. */
static void pass_skips(const ost_segment *seg, ost_term_block *b, uint32_t n)
{
    const ost_term_columns *c = &b->columns;
    uint32_t single = 0, list = 0, placed = 0; /* passed; with positions */

    for (uint32_t i = 0; i < n; i++) {
        const uint32_t more = c->v[OST_COLUMN_DF][i];
        const uint32_t *tfs = c->v[OST_COLUMN_TF];
        if (more == OST_SMALL) {
            const uint64_t df =
                (uint64_t)c->v[OST_COLUMN_LONG][list] + OST_SMALL + 1;
            if (df > OST_BLOCK)
                b->skips += ost_skip_layout_of(
                                (df + OST_BLOCK - 1) / OST_BLOCK,
                                seg->n_documents,
                                c->v[OST_COLUMN_POSTINGS][list],
                                c->v[OST_COLUMN_POSITIONS][placed])
                                .size;
            list++;
        }
        placed += more > 0 || tfs[single] > 0;
        single += more == 0;
    }
}

/* Passes the documents of small terms among the first n terms. */
static bool pass_docs(const ost_segment *seg, ost_term_block *b, uint32_t n)
{
    uint32_t docs[OST_SMALL];

    for (uint32_t i = 0; i < n; i++) {
        const uint32_t more = b->columns.v[OST_COLUMN_DF][i];
        if (more > 0 && more < OST_SMALL &&
            !ost_term_columns_docs(b->docs, &b->docs_bit,
                                   (uint64_t)(b->end - b->docs) * 8, more + 1,
                                   seg->n_documents, docs))
            return false;
    }
    return true;
}

/* Moves an open block's reading of terms on to term `index`, column by column;
 * what a term of its kind does not need is not read. What is wrong with other
 * terms may go unseen. */
static bool pass_meta(ost_segment *seg, ost_term_block *b, uint32_t index)
{
    const ost_term_columns *c = &b->columns;
    uint32_t single, once, lists, more;
    bool small, skips, large;

    if (!open_terms(b))
        return false;
    more = c->v[OST_COLUMN_DF][index];
    single = ost_term_columns_count(c, OST_COLUMN_DF, index, 0);
    lists = ost_term_columns_count(c, OST_COLUMN_DF, index, OST_SMALL);
    once = ost_term_columns_count(c, OST_COLUMN_TF, single, 0);
    b->next[OST_COLUMN_DF] = index;
    b->next[OST_COLUMN_SAME] = b->next[OST_COLUMN_TF] = single;
    b->next[OST_COLUMN_DOC] =
        ost_term_columns_count(c, OST_COLUMN_SAME, single, 0);
    if (b->next[OST_COLUMN_DOC] > 0)
        b->last = c->v[OST_COLUMN_DOC][b->next[OST_COLUMN_DOC] - 1];
    b->next[OST_COLUMN_PLACED] = once;
    b->next[OST_COLUMN_POSITION] =
        once - ost_term_columns_count(c, OST_COLUMN_PLACED, once, 0);
    b->next[OST_COLUMN_LONG] = b->next[OST_COLUMN_AGAIN] = lists;
    b->next[OST_COLUMN_IMPACT] = b->next[OST_COLUMN_POSTINGS] = lists;
    b->next[OST_COLUMN_POSITIONS] = b->next[OST_COLUMN_BARE] = index - once;
    b->postings += sum(b, OST_COLUMN_POSTINGS, lists);
    b->positions += sum(b, OST_COLUMN_POSITIONS, index - once);
    small = more > 0 && more < OST_SMALL;
    skips = more == OST_SMALL &&
            c->v[OST_COLUMN_LONG][lists] >= OST_BLOCK - OST_SMALL;
    large = more == OST_SMALL && c->v[OST_COLUMN_AGAIN][lists] == UINT32_MAX;
    if (skips)
        pass_skips(seg, b, index);
    if ((small || large) && !open_rest(b))
        return false;
    if (small) {
        b->next_small = ost_term_columns_small_before(c, index);
        return pass_docs(seg, b, index);
    }
    for (uint32_t i = 0; i < lists && large; i++) {
        uint64_t other;
        if (c->v[OST_COLUMN_AGAIN][i] == UINT32_MAX)
            b->large = ost_varint_get(b->large, b->end, &other);
    }
    return true;
}

/* The impact of a small term is made when the term is found. */
static osteon_status add_impact(ost_segment *seg, uint32_t field, ost_term *t,
                                osteon_error *err)
{
    const double average = ost_field_average(&seg->fields[field]);
    const uint8_t *norms;
    osteon_status s;

    if (t->df > OST_SMALL)
        return OSTEON_OK;
    s = ost_field_norms(seg, field, &norms, err);
    for (uint32_t i = 0; i < t->df && s == OSTEON_OK; i++) {
        const uint8_t one =
            ost_impact(t->tfs[i], norms[t->docs[i]], average);
        t->impact = one > t->impact ? one : t->impact;
    }
    return s;
}

/* ---- Finding one term ---- */

/* The first of blocks [low, high), whose prefixes ascend, with a prefix that
 * is not below `least`. */
static uint64_t first_from(const uint8_t *prefixes, uint64_t low,
                           uint64_t high, uint64_t least)
{
    while (low < high) {
        const uint64_t mid = low + (high - low) / 2;
        if (ost_get64(prefixes + mid * 8) < least)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Opens a block and tells whether it begins with `term` or a lower one. */
static osteon_status begins_below(ost_segment *seg, uint64_t number,
                                  const char *term, size_t len,
                                  ost_term_block *b, bool *below,
                                  osteon_error *err)
{
    char first[OST_WORD_MAX];
    size_t first_len = 0;
    osteon_status s = open_block(seg, number, b, err);

    if (s != OSTEON_OK)
        return s;
    if (!next_text(seg, b, first, &first_len))
        return bad(seg, b->at, "bad first term of a block", err);
    b->text.bit = 0;
    b->texts = 0;
    *below = ost_term_compare(first, first_len, term, len) <= 0;
    return OSTEON_OK;
}

/* Finds the last block of the field whose first term is not greater than
 * `term`. Blocks with an equal prefix, which may be thousands (numbers of one
 * length, say), are told apart by that first term. */
static osteon_status find_block(ost_segment *seg, const ost_field *f,
                                const char *term, size_t len,
                                uint64_t *number, ost_term_block *b,
                                osteon_error *err)
{
    const uint64_t prefix = ost_term_prefix(term, len), from = f->first_block;
    const uint8_t *p = ost_section_get(seg, OST_SECTION_DIRECTORY, from * 8,
                                       f->n_blocks * 8, err);
    uint64_t low, high, opened = UINT64_MAX;

    if (p == NULL)
        return OSTEON_CORRUPT;
    p -= from * 8;
    low = high = from + f->n_blocks;
    if (prefix < UINT64_MAX)
        low = high = first_from(p, from, high, prefix + 1);
    if (low > from && ost_get64(p + (low - 1) * 8) == prefix)
        low = first_from(p, from, high, prefix);
    while (low < high) { /* all of one prefix */
        const uint64_t mid = low + (high - low) / 2;
        bool below;
        const osteon_status s =
            begins_below(seg, mid, term, len, b, &below, err);
        if (s != OSTEON_OK)
            return s;
        opened = mid;
        if (below)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == from)
        return OSTEON_NOT_FOUND;
    *number = low - 1;
    return opened == low - 1 ? OSTEON_OK : open_block(seg, low - 1, b, err);
}

/* Walks to a term of the block: *index. As texts ascend, and the last was less,
 * what a text shares with it tells most of the time how it compares. */
static osteon_status find_text(ost_segment *seg, ost_term_block *b,
                               const char *term, size_t len, uint32_t *index,
                               osteon_error *err)
{
    char found[OST_WORD_MAX];
    size_t found_len = 0, matched = 0; /* bytes as in the term */

    for (*index = 0; *index < b->n; ++*index) {
        const uint32_t shared = b->columns.v[OST_COLUMN_SHARED][*index];
        if (!next_text(seg, b, found, &found_len))
            return bad(seg, b->at, "bad term in a block", err);
        if (shared > matched)
            continue;
        if (shared < matched)
            return OSTEON_NOT_FOUND;
        while (matched < len && matched < found_len &&
               found[matched] == term[matched])
            matched++;
        if (matched == len)
            return found_len == len ? OSTEON_OK : OSTEON_NOT_FOUND;
        if (matched < found_len &&
            (uint8_t)found[matched] > (uint8_t)term[matched])
            return OSTEON_NOT_FOUND;
    }
    return OSTEON_NOT_FOUND;
}

osteon_status ost_dictionary_find(ost_segment *seg, uint32_t field,
                                  const char *term, size_t len, ost_term *out,
                                  osteon_error *err)
{
    uint64_t number;
    uint32_t index;
    ost_term_block b;
    osteon_status s;

    if (len == 0 || len > OST_WORD_MAX)
        return OSTEON_NOT_FOUND;
    s = find_block(seg, &seg->fields[field], term, len, &number, &b, err);
    if (s == OSTEON_OK)
        s = find_text(seg, &b, term, len, &index, err);
    if (s != OSTEON_OK)
        return s;
    if (!pass_meta(seg, &b, index) || !next_meta(seg, field, &b, out))
        return bad(seg, b.at, "bad metadata of a term", err);
    return add_impact(seg, field, out, err);
}

/* ---- Walking ---- */

void ost_term_cursor_start(ost_term_cursor *c, ost_segment *segment,
                           uint32_t field)
{
    c->len = 0;
    c->block.n = c->block.terms = 0;
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
    if (b->terms == b->n) {
        osteon_status s;
        c->len = 0;
        if (c->next_block == f->first_block + f->n_blocks)
            return OSTEON_OK;
        s = open_block(c->segment, c->next_block++, b, err);
        if (s != OSTEON_OK)
            return s;
    }
    if (!next_text(c->segment, b, c->term, &c->len) ||
        (b->terms == 0 && !(open_terms(b) && open_rest(b))) ||
        !next_meta(c->segment, c->field, b, &c->info) ||
        (b->terms == b->n && !ends_well(b))) {
        c->len = 0;
        return bad(c->segment, b->at, "bad term in a block", err);
    }
    if (before_len > 0 &&
        ost_term_compare(before, before_len, c->term, c->len) >= 0)
        return bad(c->segment, b->at, "terms out of order", err);
    return add_impact(c->segment, c->field, &c->info, err);
}

osteon_status ost_term_cursor_seek(ost_term_cursor *c, const char *term,
                                   size_t len, osteon_error *err)
{
    const ost_field *f = &c->segment->fields[c->field];
    uint64_t number = f->first_block;
    osteon_status s = OSTEON_NOT_FOUND;

    if (f->n_blocks > 0)
        s = find_block(c->segment, f, term, len, &number, &c->block, err);
    if (s != OSTEON_OK && s != OSTEON_NOT_FOUND)
        return s;
    c->len = 0;
    c->block.n = c->block.terms = 0;
    c->next_block = number;
    do
        s = ost_term_cursor_next(c, err);
    while (s == OSTEON_OK && c->len > 0 &&
           ost_term_compare(c->term, c->len, term, len) < 0);
    return s;
}

/* ---- Bytes ---- */

osteon_status ost_dictionary_bytes(ost_segment *seg, uint64_t block,
                                   uint64_t *out, osteon_error *err)
{
    const uint64_t n =
        ost_section_size(seg, OST_SECTION_DIRECTORY) / DIRECTORY_ENTRY;
    const uint8_t *e;

    *out = ost_section_size(seg, OST_SECTION_DICTIONARY) +
           ost_section_size(seg, OST_SECTION_POSTINGS) +
           ost_section_size(seg, OST_SECTION_POSITIONS);
    if (block >= n)
        return OSTEON_OK;
    e = ost_section_get(seg, OST_SECTION_DIRECTORY, n * 8 + block * 16, 16,
                        err);
    if (e == NULL)
        return OSTEON_CORRUPT;
    *out = (uint64_t)ost_get32(e) + ost_get32(e + 4) + ost_get32(e + 12);
    return OSTEON_OK;
}
