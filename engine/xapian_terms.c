/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Text to the terms of a document. Two vocabularies number the words of a
 * token, one as they are and one as stems, so that a word is folded, hashed
 * and stemmed once a thread and not once an occurrence. What a document has
 * of each number lies in an entry; positions are noted as they come and
 * sorted by entry at its end.
 *
 * Invariant: a place is of this document where its `doc` is t->doc.
 */
#include "xapian_layout.h"
#include "xapian_record.h"

#include <stdio.h>

#define TOKENS 256

/* Xapian 1.4.22 loses the first of the positions 0 and 1. */
#define FIRST_POSITION 1

/* What an entry in the list of a document's terms takes beside its bytes: what
 * it shares, their number, and a wdf. */
#define ENTRY_BYTES 7

/* Positions of a term in one document, at most: however they lie in a document
 * that its length lets in, they are below OST_XAPIAN_TAG_MOST. */
#define MOST_POSITIONS ((uint32_t)1 << 26)

/* Above this the vocabularies are begun anew with the next batch. */
#define MOST_VOCABULARY ((size_t)64 << 20)

/* A number of one of the vocabularies. */
typedef struct place {
    uint32_t doc;   /* that `entry` belongs to */
    uint32_t entry;
    uint32_t batch; /* of forms: that its synonym was told in */
    uint8_t kind;   /* of stems: 0 not known yet, STEMMED or BARE */
} place;

enum { STEMMED = 1, BARE };

typedef struct entry {
    uint32_t id;
    uint32_t wdf, n_positions;
    bool form; /* which vocabulary it is of */
} entry;

typedef struct occurrence {
    uint32_t entry, position;
} occurrence;

typedef struct table {
    ost_vocabulary *vocabulary;
    place *places;
    size_t room;
} table;

struct ost_xw_terms {
    char language[64];
    ost_field_names *names;
    ost_tokenizer *tokenizer;
    table forms, stems;
    uint32_t doc, batch;
    entry *entries;
    size_t n_entries, entries_room;
    occurrence *occurrences;
    size_t n_occurrences, occurrences_room;
    uint32_t *sorted; /* positions by entry */
    size_t sorted_room;
    uint32_t position, length;
    uint64_t wdf;        /* of all entries */
    uint64_t list_bytes; /* of the list of terms, at most */
    bool too_many;       /* positions of one entry */
    uint32_t has[OST_MAX_FIELDS]; /* document + 1 that last had the field */
    ost_buffer *synonyms;
    char prefixes[OST_MAX_FIELDS][OST_PREFIX_ROOM]; /* "": not made yet */
};

osteon_status ost_xw_terms_open(const char *language,
                                    ost_field_names *names,
                                    ost_xw_terms **out, osteon_error *err)
{
    ost_xw_terms *t = ost_calloc(1, sizeof *t);
    osteon_status s;

    *out = NULL;
    if (t == NULL)
        return ost_fail_memory(err);
    t->names = names;
    snprintf(t->language, sizeof t->language, "%s", language);
    s = ost_tokenizer_open(&t->tokenizer, err);
    if (s == OSTEON_OK)
        s = ost_vocabulary_open("none", &t->forms.vocabulary, err);
    if (s == OSTEON_OK)
        s = ost_vocabulary_open(language, &t->stems.vocabulary, err);
    if (s != OSTEON_OK) {
        ost_xw_terms_close(t);
        return s;
    }
    *out = t;
    return OSTEON_OK;
}

void ost_xw_terms_close(ost_xw_terms *t)
{
    if (t == NULL)
        return;
    ost_vocabulary_close(t->forms.vocabulary);
    ost_vocabulary_close(t->stems.vocabulary);
    ost_tokenizer_close(t->tokenizer);
    ost_free(t->forms.places);
    ost_free(t->stems.places);
    ost_free(t->entries);
    ost_free(t->occurrences);
    ost_free(t->sorted);
    ost_free(t);
}

static void forget(table *t)
{
    ost_vocabulary_reset(t->vocabulary);
    ost_free(t->places);
    t->places = NULL;
    t->room = 0;
}

void ost_xw_terms_batch(ost_xw_terms *t, ost_buffer *synonyms)
{
    t->synonyms = synonyms;
    t->batch++;
    if (ost_vocabulary_memory(t->forms.vocabulary) +
            ost_vocabulary_memory(t->stems.vocabulary) >
        MOST_VOCABULARY) {
        forget(&t->forms);
        forget(&t->stems);
    }
}

void ost_xw_terms_start(ost_xw_terms *t)
{
    t->doc++;
    t->n_entries = t->n_occurrences = 0;
    t->position = FIRST_POSITION;
    t->length = 0;
    t->wdf = t->list_bytes = 0;
    t->too_many = false;
}

bool ost_xw_terms_fit(const ost_xw_terms *t)
{
    return !t->too_many && t->list_bytes <= OST_XAPIAN_TAG_MOST &&
           t->wdf <= UINT32_MAX &&
           (uint64_t)t->length * OST_LENGTH_UNIT <= UINT32_MAX &&
           t->n_occurrences < UINT32_MAX - 2 * TOKENS &&
           ost_vocabulary_has_room(t->forms.vocabulary) &&
           ost_vocabulary_has_room(t->stems.vocabulary);
}

void ost_xw_terms_gap(ost_xw_terms *t)
{
    if (t->position > FIRST_POSITION &&
        t->position < UINT32_MAX - OST_POSITION_GAP)
        t->position += OST_POSITION_GAP;
}

/* Numbers the words of tokens, with a place for each number. */
static bool look_up(table *t, uint32_t field, const ost_token *tokens,
                    size_t n, uint32_t *ids)
{
    const size_t had = t->room;

    if (!ost_vocabulary_lookup(t->vocabulary, field, tokens, n, ids) ||
        !OST_GROW(&t->places, &t->room,
                  ost_vocabulary_size(t->vocabulary)))
        return false;
    if (t->room > had)
        memset(t->places + had, 0,
               (t->room - had) * sizeof *t->places);
    return true;
}

/* Counts an occurrence of a term; false: no memory. */
static bool count(ost_xw_terms *t, bool form, uint32_t id, unsigned wdf,
                  bool at_position, uint32_t position)
{
    place *p = &(form ? t->forms : t->stems).places[id];
    entry *e;

    if (p->doc != t->doc) {
        if (!OST_GROW(&t->entries, &t->entries_room, t->n_entries + 1))
            return false;
        p->doc = t->doc;
        p->entry = (uint32_t)t->n_entries;
        t->entries[t->n_entries++] = (entry){.id = id, .form = form};
    }
    e = &t->entries[p->entry];
    e->wdf = e->wdf > UINT32_MAX - wdf ? UINT32_MAX : e->wdf + wdf;
    t->wdf += wdf;
    if (!at_position)
        return true;
    if (!OST_GROW(&t->occurrences, &t->occurrences_room,
                  t->n_occurrences + 1))
        return false;
    t->too_many |= ++e->n_positions > MOST_POSITIONS;
    t->occurrences[t->n_occurrences++] = (occurrence){p->entry, position};
    return true;
}

static bool is_same(const ost_xw_terms *t, uint32_t form, uint32_t stem)
{
    const char *a, *b;
    size_t a_len, b_len;
    uint32_t field;

    ost_vocabulary_term(t->forms.vocabulary, form, &a, &a_len, &field);
    ost_vocabulary_term(t->stems.vocabulary, stem, &b, &b_len, &field);
    return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static uint8_t kind_of(ost_xw_terms *t, uint32_t stem)
{
    place *p = &t->stems.places[stem];
    const char *word;
    size_t len;
    uint32_t field;

    if (p->kind == 0) {
        ost_vocabulary_term(t->stems.vocabulary, stem, &word, &len, &field);
        p->kind = ost_xapian_is_stemmed(t->language, word, len) ? STEMMED
                                                                : BARE;
    }
    return p->kind;
}

static void add_bytes(ost_buffer *out, const char *bytes, size_t len)
{
    ost_buffer_add_varint(out, len);
    ost_buffer_add(out, bytes, len);
}

/* A word that its stem is not: once a batch. */
static bool tell_synonym(ost_xw_terms *t, uint32_t form, uint32_t stem)
{
    place *p = &t->forms.places[form];
    const char *bytes;
    size_t len;
    uint32_t field;

    if (p->batch == t->batch)
        return true;
    p->batch = t->batch;
    if (is_same(t, form, stem))
        return true;
    ost_vocabulary_term(t->stems.vocabulary, stem, &bytes, &len, &field);
    add_bytes(t->synonyms, bytes, len);
    ost_vocabulary_term(t->forms.vocabulary, form, &bytes, &len, &field);
    add_bytes(t->synonyms, bytes, len);
    return !t->synonyms->failed;
}

/* A word, at a position. */
static bool add_word(ost_xw_terms *t, uint32_t form, uint32_t stem,
                     unsigned wdf, uint32_t position)
{
    if (!count(t, true, form, wdf, true, position))
        return false;
    if (kind_of(t, stem) == STEMMED)
        return count(t, false, stem, wdf, false, 0) &&
               tell_synonym(t, form, stem);
    return is_same(t, form, stem) ||
           count(t, false, stem, wdf, true, position);
}

/* Takes the tokens of one call of the tokenizer into a field. `part` is the
 * last word before: an alias of the same bytes is a word too. */
static bool take(ost_xw_terms *t, uint32_t field, unsigned wdf,
                 const ost_token *tokens, size_t n, const ost_token *part)
{
    const size_t beside =
        ENTRY_BYTES + (field != OST_FIELD_DEFAULT ? OST_PREFIX_ROOM : 1);
    uint32_t forms[TOKENS], stems[TOKENS];

    if (!look_up(&t->forms, field, tokens, n, forms) ||
        !look_up(&t->stems, field, tokens, n, stems))
        return false;
    for (size_t i = 0; i < n; i++) {
        const ost_token *token = &tokens[i];
        const size_t had = t->n_entries;
        bool ok, word = token->kind != OST_TOKEN_JOINED;
        if (i + 8 < n) {
            OST_PREFETCH(&t->forms.places[forms[i + 8]]);
            OST_PREFETCH(&t->stems.places[stems[i + 8]]);
        }
        if (token->kind == OST_TOKEN_WORD)
            part = token;
        else if (token->kind == OST_TOKEN_ALIAS)
            word = token->start == part->start && token->end == part->end;
        if (word)
            ok = add_word(t, forms[i], stems[i], wdf, token->position);
        else
            ok = kind_of(t, stems[i]) != 0 &&
                 count(t, false, stems[i], wdf, false, 0);
        if (!ok)
            return false;
        t->list_bytes += (t->n_entries - had) * (token->len + beside);
    }
    return true;
}

bool ost_xw_terms_text(ost_xw_terms *t, uint32_t field,
                           unsigned weight, const char *text, size_t len,
                           uint64_t *n_tokens)
{
    ost_token tokens[TOKENS], part = {.start = SIZE_MAX};
    uint64_t length = 0;
    size_t n;

    *n_tokens = 0;
    ost_tokenizer_start(t->tokenizer, text, len, t->position);
    while (ost_xw_terms_fit(t) &&
           (n = ost_tokenizer_next(t->tokenizer, tokens, TOKENS)) > 0) {
        if (!take(t, OST_FIELD_DEFAULT, weight, tokens, n, &part) ||
            (field != OST_FIELD_DEFAULT &&
             !take(t, field, 1, tokens, n, &part)))
            return false;
        for (size_t i = 0; i < n; i++) {
            length += tokens[i].kind == OST_TOKEN_WORD ||
                      tokens[i].kind == OST_TOKEN_CJK;
            if (tokens[i].kind == OST_TOKEN_WORD)
                part = tokens[i];
        }
        *n_tokens += n;
    }
    t->position = ost_tokenizer_position(t->tokenizer);
    if (length > 0)
        t->has[field] = t->doc;
    length = length * weight + t->length;
    t->length = length > UINT32_MAX ? UINT32_MAX : (uint32_t)length;
    return true;
}

uint32_t ost_xw_terms_length(const ost_xw_terms *t)
{
    return t->length;
}

/* ---- Writing them ---- */

static const char *prefix_of(ost_xw_terms *t, uint32_t field)
{
    if (field != OST_FIELD_DEFAULT && t->prefixes[field][0] == '\0')
        ost_xapian_prefix(t->names->names[field], t->prefixes[field]);
    return t->prefixes[field];
}

/* Sorts positions by entry; the order within an entry stays. */
static bool sort_positions(ost_xw_terms *t)
{
    uint32_t at = 0;

    if (!OST_GROW(&t->sorted, &t->sorted_room, t->n_occurrences))
        return false;
    for (size_t i = 0; i < t->n_entries; i++) {
        const uint32_t n = t->entries[i].n_positions;
        t->entries[i].n_positions = at; /* where its first one goes */
        at += n;
    }
    for (size_t i = 0; i < t->n_occurrences; i++) {
        const occurrence *o = &t->occurrences[i];
        t->sorted[t->entries[o->entry].n_positions++] = o->position;
    }
    return true; /* each n_positions is now where the entry's positions end */
}

static void write_entry(ost_xw_terms *t, const entry *e, uint32_t from,
                        ost_buffer *out)
{
    const bool stemmed =
        !e->form && t->stems.places[e->id].kind == STEMMED;
    char term[OST_XAPIAN_TERM_MOST];
    uint32_t field, before = 0;
    const char *word;
    uint8_t *start, *p;
    size_t len;

    ost_vocabulary_term((e->form ? &t->forms : &t->stems)->vocabulary, e->id,
                        &word, &len, &field);
    len = ost_xapian_term(stemmed, prefix_of(t, field), word, len, term);
    start = p = ost_buffer_reserve(
        out, len + 25 + (size_t)5 * (e->n_positions - from));
    if (p == NULL)
        return;
    p = ost_varint_put(p, len);
    memcpy(p, term, len);
    p = ost_varint_put(p + len, e->wdf);
    p = ost_varint_put(p, e->n_positions - from);
    for (uint32_t i = from; i < e->n_positions; i++) {
        p = ost_varint_put(p, t->sorted[i] - before);
        before = t->sorted[i];
    }
    out->len += (size_t)(p - start);
}

uint32_t ost_xw_terms_write(ost_xw_terms *t, ost_buffer *out,
                                size_t *cost)
{
    uint32_t from = 0, n = (uint32_t)t->n_entries;
    uint64_t wdf = 0, length = (uint64_t)t->length * OST_LENGTH_UNIT;

    if (!sort_positions(t)) {
        out->failed = true;
        return 0;
    }
    for (size_t i = 0; i < t->n_entries; i++) {
        write_entry(t, &t->entries[i], from, out);
        from = t->entries[i].n_positions;
        wdf += t->entries[i].wdf;
    }
    for (uint32_t f = 1; f < OST_MAX_FIELDS; f++) {
        char name[sizeof OST_TERM_HAS + OST_PREFIX_ROOM];
        if (t->has[f] != t->doc)
            continue;
        ost_xw_term_write(
            out, name,
            (size_t)snprintf(name, sizeof name, "%s%s", OST_TERM_HAS,
                             prefix_of(t, f)),
            0);
        n++;
    }
    if (t->length > 0) {
        length = length > UINT32_MAX ? UINT32_MAX : length;
        length = length > wdf ? length - wdf : 0;
        ost_xw_term_write(out, OST_TERM_LENGTH, strlen(OST_TERM_LENGTH),
                              (uint32_t)length);
        n++;
    }
    *cost += (size_t)n * OST_TERM_COST + t->n_occurrences * OST_POSITION_COST;
    return n;
}

uint64_t ost_xw_terms_malformed(const ost_xw_terms *t)
{
    return ost_tokenizer_malformed(t->tokenizer);
}

uint64_t ost_xw_terms_long_words(const ost_xw_terms *t)
{
    return ost_tokenizer_long_words(t->tokenizer);
}
