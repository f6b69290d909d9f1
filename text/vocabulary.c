/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Surface forms in, term numbers out. One hash table holds all words, forms
 * and terms alike, each with the number of the term it is the spelling of and
 * of the term it stems to: a known form costs one look into one cache line,
 * since a slot has the first 16 bytes of the word and only longer ones are
 * elsewhere. The table is at most 60% full and has linear steps. Growing reads
 * the slots alone. Hashes are salted: no prepared text makes its words meet in
 * one place. What comes out does not depend on the salt.
 */
#include "text.h"

#include "terms.h"

#include <time.h>

#define INLINE 16     /* bytes of a word in its slot */
#define RING 64       /* words on their way; a power of two */
#define AHEAD 48      /* words whose slots are fetched before the first is
                       * needed, < RING */
#define FIRST_BITS 11 /* 64 KiB of slots */
#define MOST_BITS 31

typedef struct slot {
    uint64_t key[2]; /* up to 16 bytes: the word, zeros behind its end. More:
                      * its first 8 bytes; a hash of all */
    uint32_t shape;  /* field << 8 | length; 0: empty */
    uint32_t at;     /* of a word over 16 bytes: place in the store */
    uint32_t term;   /* number + 1 of the term spelled so; 0: none so far */
    uint32_t stems_to; /* number + 1 of the term of this surface form; 0: the
                        * form was not met so far */
} slot;

/* A word to look for: as in a slot. */
typedef struct probe {
    uint64_t key[2];
    uint32_t shape;
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

/* The halves of the product of both, of which each bit depends on all. */
static inline uint64_t mix(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    const wide product = (wide)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    a *= UINT64_C(0x9E3779B97F4A7C15);
    b *= UINT64_C(0xC2B2AE3D27D4EB4F);
    a ^= b >> 32 | b << 32;
    a = (a ^ a >> 32) * UINT64_C(0xD6E8FEB86659FD93);
    return a ^ a >> 32;
#endif
}

static inline uint64_t hash_of(const ost_vocabulary *v, uint32_t shape,
                               uint64_t a, uint64_t b)
{
    return mix(a ^ v->salt[0] ^ (uint64_t)shape << 32, b ^ v->salt[1]);
}

/* Reads a word of over 16 bytes. The last eight may be seen twice. */
static void read_long(const ost_vocabulary *v, const char *word, size_t len,
                      probe *p)
{
    uint64_t b = ost_get64(word + 8);

    p->key[0] = ost_get64(word);
    for (size_t i = INLINE; i < len; i += 8)
        b = mix(b ^ v->salt[1], v->salt[0] ^
                ost_get64(word + (i + 8 <= len ? i : len - 8)));
    p->key[1] = hash_of(v, p->shape, p->key[0], b);
    p->hash = (uint32_t)(p->key[1] >> 32);
}

/* Reads a word of `field` into a probe. Up to 16 bytes behind its end are read
 * and masked away (OST_WORD_PADDING). */
static inline void read_word(const ost_vocabulary *v, uint32_t field,
                             const char *word, size_t len, probe *p)
{
    static const uint8_t masks[2 * INLINE] = {
        255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255};

    p->shape = field << 8 | (uint32_t)len;
    if (OST_UNLIKELY(len > INLINE)) {
        read_long(v, word, len, p);
        return;
    }
    p->key[0] = ost_get64(word) & ost_get64(masks + INLINE - len);
    p->key[1] = ost_get64(word + 8) & ost_get64(masks + INLINE + 8 - len);
    p->hash =
        (uint32_t)(hash_of(v, p->shape, p->key[0], p->key[1]) >> 32);
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
    if ((uint8_t)s->shape > INLINE)
        return (uint32_t)(s->key[1] >> 32);
    return (uint32_t)(hash_of(v, s->shape, s->key[0], s->key[1]) >> 32);
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

/* The slot of a word, or the empty one where it belongs. */
static inline slot *find(const ost_vocabulary *v, const probe *p,
                         const char *word)
{
    const size_t mask = ((size_t)1 << v->bits) - 1;
    const size_t len = (uint8_t)p->shape;

    for (size_t i = p->hash >> (32 - v->bits);; i = (i + 1) & mask) {
        slot *s = &v->slots[i];
        if (((s->key[0] ^ p->key[0]) | (s->key[1] ^ p->key[1]) |
             (s->shape ^ p->shape)) == 0 &&
            (OST_LIKELY(len <= INLINE) ||
             memcmp(ost_word_store_at(&v->words, s->at) + 8, word + 8,
                    len - 8) == 0))
            return s;
        if (s->shape == 0)
            return s;
    }
}

/* Puts a word into the empty slot where it belongs. False: no memory. */
static bool fill_slot(ost_vocabulary *v, slot *s, const probe *p,
                      const char *word)
{
    const size_t len = (uint8_t)p->shape;

    if (len > INLINE && !ost_word_store_add(&v->words, word, len, &s->at))
        return false;
    s->key[0] = p->key[0];
    s->key[1] = p->key[1];
    s->shape = p->shape;
    v->used++;
    return true;
}

/* Makes the word of a slot a term. */
static bool add_term(ost_vocabulary *v, slot *s, const char *word)
{
    ost_term *term;
    const uint32_t len = (uint8_t)s->shape;
    uint32_t at = s->at;

    if (v->n_terms >= UINT32_MAX - 1 ||
        !OST_GROW(&v->terms, &v->room, v->n_terms + 1) ||
        (len <= INLINE && !ost_word_store_add(&v->words, word, len, &at)))
        return false;
    term = &v->terms[v->n_terms++];
    term->at = at;
    term->field = s->shape >> 8;
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
    form = term = find(v, p, word);
    if (form->shape == 0 && !fill_slot(v, form, p, word))
        return false;
    n = ost_stemmer_apply(v->stemmer, word, len, stem);
    if (n != len || memcmp(stem, word, len) != 0) {
        read_word(v, field, stem, n, &q);
        term = find(v, &q, stem);
        if (term->shape == 0 && !fill_slot(v, term, &q, stem))
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
    probe ring[RING];

    for (size_t i = 0; i < n + AHEAD; i++) {
        if (i < n) {
            probe *p = &ring[i % RING];
            read_word(v, field, tokens[i].word, tokens[i].len, p);
            OST_PREFETCH(&v->slots[p->hash >> (32 - v->bits)]);
        }
        if (i >= AHEAD) {
            const size_t k = i - AHEAD;
            const probe *p = &ring[k % RING];
            const slot *s = find(v, p, tokens[k].word);
            if (OST_LIKELY(s->stems_to != 0))
                ids[k] = s->stems_to - 1;
            else if (!add_surface(v, field, tokens[k].word, tokens[k].len, p,
                                  &ids[k]))
                return false;
        }
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
    const size_t slots = (size_t)1 << v->bits;
    /* The table grows at 3/5; the old one and the new then lie side by side.
     * One that is near to it counts as both. */
    const size_t tables = (v->used + slots / 16) * 5 > slots * 3 ? 3 : 1;

    return sizeof *v + tables * slots * sizeof *v->slots + v->words.memory +
           v->n_terms * sizeof *v->terms;
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
