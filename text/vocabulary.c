/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Surface forms in, term numbers out. One hash table holds all words, forms
 * and terms alike, each with the number of the term it is the spelling of and
 * of the term it stems to: a known form costs one look into one cache line,
 * since a slot has the first 16 bytes of the word and only the rest of longer
 * ones is elsewhere. The table is at most 60% full and has linear steps.
 * Growing reads no words but those in the slots. Hashes are salted: no
 * prepared text makes its words meet in one place. What comes out does not
 * depend on the salt.
 */
#include "text.h"

#include "terms.h"

#include <time.h>

#define INLINE 16     /* bytes of a word in its slot */
#define BATCH 16      /* words whose slots are fetched at the same time */
#define FIRST_BITS 11 /* 64 KiB of slots */
#define MOST_BITS 31

typedef struct slot {
    uint64_t key[2]; /* up to 16 bytes: the word, zeros behind its end. More:
                      * its first 8 bytes; hash << 32 | place in the store */
    uint64_t shape;  /* field << 32 | length; 0: empty */
    uint32_t term;   /* number + 1 of the term spelled so; 0: none so far */
    uint32_t stems_to; /* number + 1 of the term of this surface form; 0: the
                        * form was not met so far */
} slot;

/* A word to look for: as in a slot, but key[1] is bytes in any case. */
typedef struct probe {
    uint64_t key[2];
    uint64_t shape;
    uint32_t hash;
} probe;

struct ost_vocabulary {
    ost_stemmer *stemmer;
    slot *slots; /* aligned, so that none straddles two cache lines */
    void *slots_memory;
    size_t used; /* slots */
    unsigned bits; /* of the number of slots */
    uint64_t salt[2];
    ost_word_store words;
    ost_term *terms;
    size_t n_terms, room;
};

static uint64_t mix(uint64_t a, uint64_t b)
{
    a *= UINT64_C(0x9E3779B97F4A7C15);
    b *= UINT64_C(0xC2B2AE3D27D4EB4F);
    a ^= b >> 32 | b << 32;
    a = (a ^ a >> 32) * UINT64_C(0xD6E8FEB86659FD93);
    return a ^ a >> 32;
}

static uint32_t hash_of(const ost_vocabulary *v, uint64_t shape, uint64_t a,
                        uint64_t b)
{
    return (uint32_t)(mix(a ^ v->salt[0] ^ shape, b ^ v->salt[1]) >> 32);
}

/* Reads a word of `field` into a probe. Up to 16 bytes behind its end are read
 * and masked away (OST_WORD_PADDING). */
static void read_word(const ost_vocabulary *v, uint32_t field,
                      const char *word, size_t len, probe *p)
{
    uint64_t a = ost_get64(word), b = ost_get64(word + 8);

    if (len < 8) {
        a &= (UINT64_C(1) << 8 * len) - 1;
        b = 0;
    } else if (len < 16) {
        b &= (UINT64_C(1) << 8 * (len - 8)) - 1;
    }
    p->key[0] = a;
    p->key[1] = b;
    p->shape = (uint64_t)field << 32 | len;
    for (size_t i = INLINE; i < len; i += 8) {
        /* The last eight bytes may be seen twice. */
        const size_t at = i + 8 <= len ? i : len - 8;
        b = mix(b ^ v->salt[1], ost_get64(word + at));
    }
    p->hash = hash_of(v, p->shape, a, b);
}

static bool alloc_slots(unsigned bits, slot **slots, void **memory)
{
    const size_t line = 64; /* bytes of a cache line: two slots */

    if ((SIZE_MAX - line) / sizeof **slots >> bits == 0)
        return false;
    *memory = ost_calloc(1, (sizeof **slots << bits) + line);
    if (*memory == NULL)
        return false;
    ost_advise_huge(*memory, sizeof **slots << bits);
    *slots = (void *)((char *)*memory + (line - (uintptr_t)*memory % line));
    return true;
}

osteon_status ost_vocabulary_open(const char *language, ost_vocabulary **out,
                                  osteon_error *err)
{
    ost_vocabulary *v = ost_calloc(1, sizeof *v);
    struct timespec now = {0};
    osteon_status s;

    *out = NULL;
    if (v == NULL)
        return ost_fail_memory(err);
    s = ost_stemmer_open(language, &v->stemmer, err);
    if (s == OSTEON_OK) {
        v->bits = FIRST_BITS;
        if (!alloc_slots(v->bits, &v->slots, &v->slots_memory))
            s = ost_fail_memory(err);
    }
    if (s != OSTEON_OK) {
        ost_vocabulary_close(v);
        return s;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    v->salt[0] = mix((uint64_t)(uintptr_t)v, (uint64_t)now.tv_nsec);
    v->salt[1] = mix((uint64_t)now.tv_sec, v->salt[0]);
    *out = v;
    return OSTEON_OK;
}

void ost_vocabulary_close(ost_vocabulary *v)
{
    if (v == NULL)
        return;
    ost_stemmer_close(v->stemmer);
    ost_free(v->slots_memory);
    ost_word_store_free(&v->words);
    ost_free(v->terms);
    ost_free(v);
}

static uint32_t slot_hash(const ost_vocabulary *v, const slot *s)
{
    if ((uint32_t)s->shape > INLINE)
        return (uint32_t)(s->key[1] >> 32);
    return hash_of(v, s->shape, s->key[0], s->key[1]);
}

static bool grow(ost_vocabulary *v)
{
    const size_t old = (size_t)1 << v->bits, mask = 2 * old - 1;
    slot *slots;
    void *memory;

    if (v->bits == MOST_BITS || !alloc_slots(v->bits + 1, &slots, &memory))
        return false;
    v->bits++;
    for (size_t i = 0; i < old; i++) {
        const slot *s = &v->slots[i];
        size_t to;
        if (s->shape == 0)
            continue;
        to = slot_hash(v, s) >> (32 - v->bits);
        while (slots[to].shape != 0)
            to = (to + 1) & mask;
        slots[to] = *s;
    }
    ost_free(v->slots_memory);
    v->slots = slots;
    v->slots_memory = memory;
    return true;
}

static bool is_word(const ost_vocabulary *v, const slot *s, const probe *p,
                    const char *word)
{
    const size_t len = (uint32_t)p->shape;

    if (s->shape != p->shape || s->key[0] != p->key[0])
        return false;
    if (len <= INLINE)
        return s->key[1] == p->key[1];
    return s->key[1] >> 32 == p->hash &&
           memcmp(ost_word_store_at(&v->words, (uint32_t)s->key[1]) + 8,
                  word + 8, len - 8) == 0;
}

/* The slot of a word, or the empty one where it belongs. */
static slot *find(const ost_vocabulary *v, const probe *p, const char *word)
{
    const size_t mask = ((size_t)1 << v->bits) - 1;
    size_t i = p->hash >> (32 - v->bits);

    while (!is_word(v, &v->slots[i], p, word) && v->slots[i].shape != 0)
        i = (i + 1) & mask;
    return &v->slots[i];
}

/* Finds the slot of a word, or makes it in a table that has room. NULL: no
 * memory. */
static slot *find_or_add(ost_vocabulary *v, const probe *p, const char *word)
{
    const size_t len = (uint32_t)p->shape;
    slot *s = find(v, p, word);
    uint32_t at;

    if (s->shape != 0)
        return s;
    s->key[0] = p->key[0];
    s->key[1] = p->key[1];
    if (len > INLINE) {
        if (!ost_word_store_add(&v->words, word, len, &at))
            return NULL;
        s->key[1] = (uint64_t)p->hash << 32 | at;
    }
    s->shape = p->shape;
    v->used++;
    return s;
}

/* Makes the word of a slot a term. */
static bool add_term(ost_vocabulary *v, slot *s, const char *word)
{
    ost_term *term;
    const uint32_t len = (uint32_t)s->shape;
    uint32_t at = (uint32_t)s->key[1];

    if (v->n_terms >= UINT32_MAX - 1 ||
        !OST_GROW(&v->terms, &v->room, v->n_terms + 1) ||
        (len <= INLINE && !ost_word_store_add(&v->words, word, len, &at)))
        return false;
    term = &v->terms[v->n_terms++];
    term->at = at;
    term->field = (uint32_t)(s->shape >> 32);
    term->len = len;
    s->term = (uint32_t)v->n_terms;
    return true;
}

/* Gives a surface form its term; either may be new. */
static bool add_surface(ost_vocabulary *v, uint32_t field, const char *word,
                        size_t len, const probe *p, uint32_t *id)
{
    char stem[OST_WORD_MAX + OST_WORD_PADDING] = {0};
    slot *form, *term;
    probe q;
    size_t n;

    /* Room for both, so that no slot moves meanwhile. */
    if ((v->used + 2) * 5 > ((size_t)3 << v->bits) && !grow(v))
        return false;
    form = term = find_or_add(v, p, word);
    if (form == NULL)
        return false;
    n = ost_stemmer_apply(v->stemmer, word, len, stem);
    if (n != len || memcmp(stem, word, len) != 0) {
        read_word(v, field, stem, n, &q);
        term = find_or_add(v, &q, stem);
        if (term == NULL)
            return false;
    }
    if (term->term == 0 && !add_term(v, term, stem))
        return false;
    form->stems_to = term->term;
    *id = term->term - 1;
    return true;
}

bool ost_vocabulary_lookup(ost_vocabulary *v, uint32_t field,
                           const ost_token *tokens, size_t n, uint32_t *ids)
{
    probe probes[BATCH];

    while (n > 0) {
        const size_t m = n < BATCH ? n : BATCH;
        for (size_t i = 0; i < m; i++) {
            read_word(v, field, tokens[i].word, tokens[i].len, &probes[i]);
            __builtin_prefetch(&v->slots[probes[i].hash >> (32 - v->bits)]);
        }
        for (size_t i = 0; i < m; i++) {
            const slot *s = find(v, &probes[i], tokens[i].word);
            if (OST_LIKELY(s->stems_to != 0))
                ids[i] = s->stems_to - 1;
            else if (!add_surface(v, field, tokens[i].word, tokens[i].len,
                                  &probes[i], &ids[i]))
                return false;
        }
        tokens += m;
        ids += m;
        n -= m;
    }
    return true;
}

size_t ost_vocabulary_size(const ost_vocabulary *v)
{
    return v->n_terms;
}

void ost_vocabulary_term(const ost_vocabulary *v, uint32_t id,
                         const char **bytes, size_t *len, uint32_t *field)
{
    const ost_term *term = &v->terms[id];

    *bytes = ost_word_store_at(&v->words, term->at);
    *len = term->len;
    *field = term->field;
}

bool ost_vocabulary_sort(const ost_vocabulary *v, uint32_t *ids)
{
    return ost_term_sort(v->terms, v->n_terms, &v->words, ids);
}

size_t ost_vocabulary_memory(const ost_vocabulary *v)
{
    return sizeof *v + (sizeof *v->slots << v->bits) + v->words.memory +
           v->room * sizeof *v->terms;
}

void ost_vocabulary_reset(ost_vocabulary *v)
{
    slot *slots;
    void *memory;

    ost_word_store_free(&v->words);
    ost_free(v->terms);
    v->terms = NULL;
    v->n_terms = v->room = 0;
    v->used = 0;
    /* Without memory for a small table, the large one serves. */
    if (v->bits > FIRST_BITS && alloc_slots(FIRST_BITS, &slots, &memory)) {
        ost_free(v->slots_memory);
        v->slots = slots;
        v->slots_memory = memory;
        v->bits = FIRST_BITS;
    } else {
        memset(v->slots, 0, sizeof *v->slots << v->bits);
    }
}
