/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The words and phrases of a query, found in a text. Tokens are compared by
 * stem; a cache of surface forms keeps the stemmer to words not seen lately.
 *
 * A word that stands in the query by itself or in a quoted phrase is a match
 * wherever it is. Stop words of a phrase and parts of a compound (the 1 of
 * PD-1) are matches only where the phrase is complete.
 */
#include "snippet.h"

#include <xxhash.h>

enum {
    BATCH = 256,
    PHRASE_MAX = 32,   /* longer phrases are looked for as words only */
    MEMBERS_MAX = 1024, /* of all phrases together */
    TERM_MEMBERS_MAX = 16, /* of one word: bounds the work for a token */
    CACHE_MIN = 256,
    CACHE_MAX = 32768
};

#define NONE UINT32_MAX

typedef struct term {
    const char *bytes; /* of the query */
    uint32_t len;
    uint32_t feature;    /* NONE: it counts in phrases only */
    uint32_t member;     /* first of its list, NONE: in no phrase */
    uint32_t n_members;
} term;

/* Word i of a phrase, and where it was seen last with words 0..i-1 in front
 * of it: at position `base` + offset. Their places are kept with it, because
 * a word that comes twice in a phrase may begin the next one meanwhile. */
typedef struct member {
    uint32_t phrase, index, offset;
    uint32_t next; /* of the same term, with a lower index in a phrase */
    uint32_t base;
    bool seen;
    size_t places; /* of i + 1 marks in ost_matcher.places */
} member;

typedef struct phrase {
    uint32_t n; /* members */
    uint32_t feature;
} phrase;

/* A surface form and its term. Exact up to 24 bytes; of a longer one the
 * tail is a 64-bit hash. len == 0: a free entry. */
typedef struct cached {
    uint64_t head, middle, tail;
    uint32_t len, term;
} cached;

struct ost_matcher {
    ost_tokenizer *tokenizer;
    ost_stemmer *stemmer;
    const char *language;
    term *terms;
    size_t n_terms, term_room;
    uint32_t *table; /* term numbers by hash, NONE: free */
    size_t table_mask;
    phrase *phrases;
    size_t n_phrases, phrase_room;
    member *members;
    size_t n_members, member_room;
    osteon_mark *places;
    size_t n_places;
    uint32_t *weights; /* by feature */
    osteon_mark *last; /* by feature: its last match */
    size_t n_features, weight_room;
    cached *cache;
    unsigned cache_shift;
    bool begins[256]; /* may a word that begins with this byte match? */
};

/* ---- Terms ---- */

static uint64_t hash_bytes(const char *bytes, size_t len)
{
    return XXH3_64bits_withSeed(bytes, len, ost_seed());
}

/* The place of a term in the table: its number, or NONE where it belongs. */
static uint32_t *find_term(const ost_matcher *m, const char *bytes, size_t len)
{
    size_t at = (size_t)hash_bytes(bytes, len) & m->table_mask;

    while (m->table[at] != NONE) {
        const term *t = &m->terms[m->table[at]];
        if (t->len == len && memcmp(t->bytes, bytes, len) == 0)
            break;
        at = (at + 1) & m->table_mask;
    }
    return &m->table[at];
}

static bool grow_table(ost_matcher *m)
{
    const size_t size = m->table == NULL ? 64 : (m->table_mask + 1) * 2;
    uint32_t *table;

    if (m->table != NULL && m->n_terms * 2 <= m->table_mask)
        return true;
    table = ost_malloc(size * sizeof *table);
    if (table == NULL)
        return false;
    memset(table, 0xff, size * sizeof *table);
    ost_free(m->table);
    m->table = table;
    m->table_mask = size - 1;
    for (uint32_t i = 0; i < m->n_terms; i++)
        *find_term(m, m->terms[i].bytes, m->terms[i].len) = i;
    return true;
}

/* Finds or adds the term of a node; NONE: no memory. */
static uint32_t add_term(ost_matcher *m, const ost_node *node)
{
    uint32_t *place;

    if (!grow_table(m) || !OST_GROW(&m->terms, &m->term_room, m->n_terms + 1))
        return NONE;
    place = find_term(m, node->term, node->term_len);
    if (*place == NONE) {
        *place = (uint32_t)m->n_terms++;
        m->terms[*place] =
            (term){node->term, node->term_len, NONE, NONE, 0};
    }
    return *place;
}

static bool add_feature(ost_matcher *m, uint32_t weight, uint32_t *out)
{
    if (!OST_GROW(&m->weights, &m->weight_room, m->n_features + 1))
        return false;
    *out = (uint32_t)m->n_features;
    m->weights[m->n_features++] = weight;
    return true;
}

/* ---- From the tree ---- */

/* A word that shows `feature`, one of its own where that is NONE. */
static bool add_word(ost_matcher *m, const ost_node *node, uint32_t feature,
                     uint32_t weight)
{
    const uint32_t t = add_term(m, node);

    if (t == NONE)
        return false;
    if (m->terms[t].feature != NONE)
        return true;
    if (feature == NONE && !add_feature(m, weight, &feature))
        return false;
    m->terms[t].feature = feature;
    return true;
}

/* Whether the phrase is within the limits; counts its members if so. */
static bool admit_phrase(ost_matcher *m, const ost_node *node,
                         const uint32_t *terms)
{
    uint32_t n = 0;

    if (m->n_members + node->n_children > MEMBERS_MAX)
        return false;
    while (n < node->n_children &&
           m->terms[terms[n]].n_members < TERM_MEMBERS_MAX)
        m->terms[terms[n++]].n_members++;
    if (n == node->n_children)
        return true;
    while (n > 0)
        m->terms[terms[--n]].n_members--;
    return false;
}

/* A phrase to be found as such. */
static bool add_phrase(ost_matcher *m, const ost_node *node, uint32_t feature)
{
    uint32_t terms[PHRASE_MAX];

    if (node->n_children > PHRASE_MAX)
        return true;
    for (uint32_t i = 0; i < node->n_children; i++) {
        terms[i] = add_term(m, node->children[i]);
        if (terms[i] == NONE)
            return false;
    }
    if (!admit_phrase(m, node, terms))
        return true;
    if (feature == NONE && !add_feature(m, OST_WEIGHT_PHRASE, &feature))
        return false;
    if (!OST_GROW(&m->phrases, &m->phrase_room, m->n_phrases + 1) ||
        !OST_GROW(&m->members, &m->member_room,
                  m->n_members + node->n_children))
        return false;
    m->phrases[m->n_phrases] = (phrase){node->n_children, feature};
    for (uint32_t i = 0; i < node->n_children; i++) {
        term *t = &m->terms[terms[i]];
        m->members[m->n_members] = (member){
            .phrase = (uint32_t)m->n_phrases,
            .index = i,
            .offset = node->offsets[i],
            .next = t->member,
            .places = m->n_places,
        };
        t->member = (uint32_t)m->n_members++;
        m->n_places += i + 1;
    }
    m->n_phrases++;
    return true;
}

static bool is_common(const ost_matcher *m, const ost_node *node)
{
    return ost_is_stop_word(m->language, node->surface, node->surface_len);
}

static bool add_quoted(ost_matcher *m, const ost_node *node)
{
    for (uint32_t i = 0; i < node->n_children; i++)
        if (!is_common(m, node->children[i]) &&
            !add_word(m, node->children[i], NONE, OST_WEIGHT_WORD))
            return false;
    return add_phrase(m, node, NONE);
}

/* Stop words near each other are shown where there is nothing else. */
static bool add_near(ost_matcher *m, const ost_node *node)
{
    bool only_common = true;

    for (uint32_t i = 0; i < node->n_children; i++)
        only_common = only_common &&
                      node->children[i]->kind == OST_NODE_TERM &&
                      is_common(m, node->children[i]);
    for (uint32_t i = 0; i < node->n_children; i++) {
        const ost_node *child = node->children[i];
        if (child->kind == OST_NODE_PHRASE) {
            if (!add_quoted(m, child))
                return false;
        } else if ((only_common || !is_common(m, child)) &&
                   !add_word(m, child, NONE,
                             only_common ? OST_WEIGHT_COMMON
                                         : OST_WEIGHT_WORD)) {
            return false;
        }
    }
    return true;
}

static bool collect(ost_matcher *m, const ost_node *node);

/* All forms of one thing show one feature: that of a form which is a word of
 * the query already, or a new one. */
static bool add_forms(ost_matcher *m, const ost_node *node)
{
    uint32_t feature = NONE;

    for (uint32_t i = 0; i < node->n_children; i++) {
        const ost_node *child = node->children[i];
        uint32_t t;
        if (child->kind != OST_NODE_TERM)
            continue;
        t = add_term(m, child);
        if (t == NONE)
            return false;
        if (feature == NONE)
            feature = m->terms[t].feature;
    }
    if (feature == NONE && !add_feature(m, OST_WEIGHT_WORD, &feature))
        return false;
    for (uint32_t i = 0; i < node->n_children; i++) {
        const ost_node *child = node->children[i];
        if (!(child->kind == OST_NODE_TERM ? add_word(m, child, feature, 0)
              : child->kind == OST_NODE_PHRASE
                  ? add_phrase(m, child, feature)
                  : collect(m, child)))
            return false;
    }
    return true;
}

/* Collects what may be shown: everything but what is excluded. */
static bool collect(ost_matcher *m, const ost_node *node)
{
    switch (node->kind) {
    case OST_NODE_EMPTY:
        return true;
    case OST_NODE_TERM:
        return add_word(m, node, NONE,
                        is_common(m, node) ? OST_WEIGHT_COMMON
                                           : OST_WEIGHT_WORD);
    case OST_NODE_PHRASE:
        return add_quoted(m, node);
    case OST_NODE_NEAR:
        return add_near(m, node);
    case OST_NODE_MAX:
        return add_forms(m, node);
    case OST_NODE_OR:
    case OST_NODE_AND:
        for (uint32_t i = 0; i < node->n_children; i++)
            if (!collect(m, node->children[i]))
                return false;
        return true;
    case OST_NODE_FILTER:
        return (node->required == NULL || collect(m, node->required)) &&
               (node->optional == NULL || collect(m, node->optional));
    }
    return true;
}

static bool open_cache(ost_matcher *m, size_t len)
{
    size_t size = CACHE_MIN;

    m->cache_shift = 64 - 8;
    while (size < CACHE_MAX && size < len / 32) {
        size *= 2;
        m->cache_shift--;
    }
    m->cache = ost_calloc(size, sizeof *m->cache);
    return m->cache != NULL;
}

/* Does the language's stemmer leave the first byte of every word alone? Then
 * a word that begins unlike all terms need not be stemmed. */
static bool keeps_first_byte(const char *language)
{
    static const char *const keep[] = {
        "none",   "english",   "en",    "porter", "danish",    "da",
        "dutch",  "nl",        "finnish", "fi",   "german",    "de",
        "hungarian", "hu",     "norwegian", "no", "nb",        "nn",
        "russian", "ru",       "spanish", "es",   "swedish",   "sv",
    };

    for (size_t i = 0; i < sizeof keep / sizeof *keep; i++)
        if (strcmp(language, keep[i]) == 0)
            return true;
    return false;
}

static void note_beginnings(ost_matcher *m)
{
    memset(m->begins, !keeps_first_byte(m->language), sizeof m->begins);
    for (size_t i = 0; i < m->n_terms; i++)
        m->begins[(unsigned char)m->terms[i].bytes[0]] = true;
}

osteon_status ost_matcher_open(const char *language, const osteon_query *query,
                               size_t len, ost_matcher **out,
                               osteon_error *err)
{
    ost_matcher *m = ost_calloc(1, sizeof *m);
    osteon_status s = OSTEON_OK;

    *out = NULL;
    if (m == NULL)
        return ost_fail_memory(err);
    m->language = language;
    s = ost_tokenizer_open(&m->tokenizer, err);
    if (s == OSTEON_OK)
        s = ost_stemmer_open(language, &m->stemmer, err);
    if (s == OSTEON_OK && (!collect(m, query->root) || !grow_table(m) ||
                           !open_cache(m, len)))
        s = ost_fail_memory(err);
    note_beginnings(m);
    if (s == OSTEON_OK) {
        m->last = ost_calloc(m->n_features, sizeof *m->last);
        m->places = ost_calloc(m->n_places, sizeof *m->places);
        if (m->last == NULL || m->places == NULL)
            s = ost_fail_memory(err);
    }
    if (s != OSTEON_OK)
        ost_matcher_close(m);
    else
        *out = m;
    return s;
}

void ost_matcher_close(ost_matcher *m)
{
    if (m == NULL)
        return;
    ost_tokenizer_close(m->tokenizer);
    ost_stemmer_close(m->stemmer);
    ost_free(m->terms);
    ost_free(m->table);
    ost_free(m->phrases);
    ost_free(m->members);
    ost_free(m->places);
    ost_free(m->weights);
    ost_free(m->last);
    ost_free(m->cache);
    ost_free(m);
}

const uint32_t *ost_matcher_weights(const ost_matcher *m, uint32_t *n)
{
    *n = (uint32_t)m->n_features;
    return m->weights;
}

/* ---- Through the text ---- */

/* The first 8 bytes at `at`, or `len` if that is less, as a number. */
static uint64_t load_part(const char *at, uint32_t len)
{
    const uint64_t v = ost_get64(at);

    return len >= 8 ? v : v & (((uint64_t)1 << 8 * len) - 1);
}

/* Reads up to 7 of the OST_WORD_PADDING bytes behind the word. */
static cached cache_key(const char *word, uint32_t len)
{
    cached key = {.head = load_part(word, len), .len = len, .term = NONE};

    if (len > 8)
        key.middle = load_part(word + 8, len - 8);
    if (len > 24)
        key.tail = hash_bytes(word + 16, len - 16);
    else if (len > 16)
        key.tail = load_part(word + 16, len - 16);
    return key;
}

/* The term of a surface form, NONE where it is not in the query. */
static uint32_t term_of(ost_matcher *m, const char *word, uint32_t len)
{
    cached key = cache_key(word, len);
    const uint64_t hash =
        (key.head ^ (key.middle + len) * 0xff51afd7ed558ccdU ^
         key.tail * 0xc4ceb9fe1a85ec53U) *
        0x9e3779b97f4a7c15U;
    cached *entry = &m->cache[hash >> m->cache_shift];

    if (entry->len != len || entry->head != key.head ||
        entry->tail != key.tail || entry->middle != key.middle) {
        char stem[OST_WORD_MAX];
        const size_t n = ost_stemmer_apply(m->stemmer, word, len, stem);
        key.term = *find_term(m, stem, n);
        *entry = key;
    }
    return entry->term;
}

typedef struct listener {
    bool (*each)(void *arg, const ost_match *match);
    void *arg;
} listener;

static bool tell(ost_matcher *m, const listener *l, uint32_t feature,
                 size_t at, const osteon_mark *parts, size_t n)
{
    osteon_mark *last = &m->last[feature];
    const ost_match match = {feature, parts[0].start, parts[n - 1].end,
                             at,      parts,          n};

    if (match.start >= last->start && match.end <= last->end)
        return true;
    *last = (osteon_mark){match.start, match.end};
    return l->each(l->arg, &match);
}

/* Moves all phrases with this term forward. Higher members come first, so
 * that a token never counts as two words of one phrase. */
static bool advance(ost_matcher *m, const listener *l, const term *t,
                    const ost_token *token, size_t base)
{
    for (uint32_t i = t->member; i != NONE; i = m->members[i].next) {
        member *mem = &m->members[i];
        const phrase *ph = &m->phrases[mem->phrase];
        osteon_mark *places = m->places + mem->places;
        mem->seen = mem->index == 0 ||
                    (mem[-1].seen &&
                     mem[-1].base == token->position - mem->offset);
        if (!mem->seen)
            continue;
        mem->base = token->position - mem->offset;
        if (mem->index > 0)
            memcpy(places, m->places + mem[-1].places,
                   mem->index * sizeof *places);
        places[mem->index] =
            (osteon_mark){base + token->start, base + token->end};
        if (mem->index + 1 == ph->n &&
            !tell(m, l, ph->feature, base + token->start, places, ph->n))
            return false;
    }
    return true;
}

static bool take_token(ost_matcher *m, const listener *l, const term *t,
                       const ost_token *token, size_t base)
{
    const osteon_mark place = {base + token->start, base + token->end};

    if (t->feature != NONE &&
        !tell(m, l, t->feature, place.start, &place, 1))
        return false;
    return advance(m, l, t, token, base);
}

static void forget(ost_matcher *m)
{
    for (size_t i = 0; i < m->n_members; i++)
        m->members[i].seen = false;
    if (m->n_features > 0)
        memset(m->last, 0, m->n_features * sizeof *m->last);
}

bool ost_matcher_scan(ost_matcher *m, const char *text, size_t start,
                      size_t end,
                      bool (*each)(void *arg, const ost_match *match),
                      void *arg)
{
    const listener l = {each, arg};
    ost_token tokens[BATCH];
    size_t n;

    forget(m);
    ost_tokenizer_start(m->tokenizer, text + start, end - start, 0);
    while ((n = ost_tokenizer_next(m->tokenizer, tokens, BATCH)) > 0) {
        for (size_t i = 0; i < n; i++) {
            const ost_token *k = &tokens[i];
            uint32_t number;
            if (OST_LIKELY(!m->begins[(unsigned char)k->word[0]]))
                continue;
            number = term_of(m, k->word, k->len);
            if (number != NONE &&
                !take_token(m, &l, &m->terms[number], k, start))
                return false;
        }
    }
    return true;
}
