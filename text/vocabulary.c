/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Surface forms in, term numbers out. One hash table holds all words, forms
 * and terms alike; a word that is both, and of different terms, is there
 * twice. What costs time is how much of the table the cache holds, so a slot
 * has 16 bytes: the number, and the word itself up to 11 bytes; of the few
 * longer ones a hash, and where they are kept. The table is at most 60% full
 * and has linear steps. Growing reads the slots alone, and places the words
 * that came first, among them most of the frequent ones, before all others, so
 * that they need no step. Hashes are salted: no prepared text makes its words
 * meet in one place. What comes out does not depend on the salt.
 */
#include "text.h"

#include "terms.h"

#define INLINE 11     /* bytes of a word in its slot */
#define FRONT 4096    /* slots of words met lately */
#define GROUP 64      /* words that are read before those of them are looked
                       * for that are not in front */
#define FIRST_BITS 12 /* 64 KiB of slots */
#define HUGE_BITS 18  /* 4 MiB */
#define MOST_BITS 31
#define EARLY 16384   /* terms that come first */

/* What a slot says of its word, below the number. */
#define FORM 1u /* the surface form was met, and is one of the term */
#define TERM 2u /* the term is spelled so */
#define NUMBER_SHIFT 2
#define MOST_TERMS ((size_t)1 << 30)
#define MOST_USED (((size_t)3 << MOST_BITS) / 5)
#define MOST_TEXT ((size_t)UINT32_MAX)

/* The highest byte of a key: length and field of a word of up to INLINE bytes
 * in one of the first 16 fields, or LONG. */
#define FIELD_SHIFT 4
#define LONG 0x0Fu

/* An empty slot is all zero; no key is. */
typedef struct slot {
    uint64_t low;  /* bytes 0 to 7, zeros behind the end. LONG: half of the
                    * hash, and below it the place in the store */
    uint64_t high; /* bytes 8 to 10, the highest byte of the key; number and
                    * flags. LONG: 24 more bits of the hash instead of bytes */
} slot;

#define KEY (UINT64_MAX << 32)
#define PLACE (~KEY)

/* A word to look for: as in a slot, with zeros for place, number, flags. */
typedef struct probe {
    uint64_t low, high;
    uint32_t hash;
    uint32_t token; /* number of the one whose word it is */
} probe;

/* In front of a long word in the store. */
typedef struct long_head {
    uint32_t field, len;
} long_head;

struct ost_vocabulary {
    ost_stemmer *stemmer;
    slot *slots;
    slot *front; /* copies of slots with FORM, by the lower bits of the hash */
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

static inline uint64_t hash_of(const ost_vocabulary *v, uint64_t a, uint64_t b)
{
    return mix(a ^ v->salt[0], b ^ v->salt[1]);
}

static inline bool is_long(uint64_t high)
{
    return high >> 56 == LONG;
}

/* Reads a word of over INLINE bytes, or of a field beyond the first 16. The
 * last eight bytes may be seen twice. */
static void read_long(const ost_vocabulary *v, uint32_t field,
                      const char *word, size_t len, probe *p)
{
    uint64_t hash = hash_of(v, field, len);

    for (size_t i = 0; i + 8 <= len; i += 8)
        hash = mix(hash ^ v->salt[1], v->salt[0] ^ ost_get64(word + i));
    if (len >= 8) {
        hash = mix(hash ^ v->salt[1], v->salt[0] ^ ost_get64(word + len - 8));
    } else {
        char last[8] = {0};
        memcpy(last, word, len);
        hash = mix(hash ^ v->salt[1], v->salt[0] ^ ost_get64(last));
    }
    p->low = hash & KEY;
    p->high = (uint64_t)LONG << 56 | (hash & 0xFFFFFF) << 32;
    p->hash = (uint32_t)(hash >> 32);
}

/* Reads a word of `field` into a probe. Up to 16 bytes behind its end are read
 * and masked away (OST_WORD_PADDING). */
static inline void read_word(const ost_vocabulary *v, uint32_t field,
                             const char *word, size_t len, probe *p)
{
    static const uint8_t masks[2 * 8 + 8] = {255, 255, 255, 255, 255, 255, 255,
                                             255, 255, 255, 255};

    if (OST_UNLIKELY(len > INLINE || field >= 16)) {
        read_long(v, field, word, len, p);
        return;
    }
    p->low = ost_get64(word) & ost_get64(masks + INLINE - len);
    p->high = (uint64_t)(ost_get32(word + 8) &
                         ost_get32(masks + INLINE + 8 - len)) << 32 |
              (uint64_t)(field << FIELD_SHIFT | (uint32_t)len) << 56;
    p->hash = (uint32_t)(hash_of(v, p->low, p->high) >> 32);
}

/* Slots, all zero. malloc aligns to 16 bytes, so that none straddles two cache
 * lines. A large table lies on huge pages; such memory need not be zero. */
static slot *alloc_slots(unsigned bits)
{
    slot *slots;

    if (SIZE_MAX / sizeof *slots >> bits == 0)
        return NULL;
    if (bits < HUGE_BITS)
        return ost_calloc((size_t)1 << bits, sizeof *slots);
    slots = ost_malloc_huge(sizeof *slots << bits);
    if (slots != NULL)
        memset(slots, 0, sizeof *slots << bits);
    return slots;
}

osteon_status ost_vocabulary_open(const char *language, ost_vocabulary **out,
                                  osteon_error *err)
{
    ost_vocabulary *v = ost_calloc(1, sizeof *v);
    osteon_status s;

    *out = NULL;
    if (v == NULL)
        return ost_fail_memory(err);
    s = ost_stemmer_open(language, &v->stemmer, err);
    if (s == OSTEON_OK) {
        v->bits = FIRST_BITS;
        v->front = ost_calloc(FRONT, sizeof *v->front);
        if (v->front == NULL ||
            (v->slots = alloc_slots(v->bits)) == NULL)
            s = ost_fail_memory(err);
    }
    if (s != OSTEON_OK) {
        ost_vocabulary_close(v);
        return s;
    }
    v->salt[0] = mix(ost_seed(), (uint64_t)(uintptr_t)v | 1);
    v->salt[1] = mix(ost_seed(), v->salt[0]);
    *out = v;
    return OSTEON_OK;
}

void ost_vocabulary_close(ost_vocabulary *v)
{
    if (v == NULL)
        return;
    ost_stemmer_close(v->stemmer);
    ost_free(v->slots);
    ost_free(v->front);
    ost_word_store_free(&v->words);
    ost_free(v->terms);
    ost_free(v);
}

static uint32_t slot_hash(const ost_vocabulary *v, const slot *s)
{
    if (is_long(s->high))
        return (uint32_t)(s->low >> 32);
    return (uint32_t)(hash_of(v, s->low, s->high & KEY) >> 32);
}

static inline bool is_early(const slot *s)
{
    return (s->high & FORM) != 0 &&
           (uint32_t)s->high >> NUMBER_SHIFT < EARLY;
}

/* Puts the words of the table that are early ones, or the others, into one of
 * twice the size. */
static void move(const ost_vocabulary *v, slot *to, bool early)
{
    const size_t n = (size_t)1 << v->bits, mask = 2 * n - 1;

    for (size_t i = 0; i < n; i++) {
        const slot *s = &v->slots[i];
        size_t at;
        if (s->high == 0 || is_early(s) != early)
            continue;
        at = slot_hash(v, s) >> (31 - v->bits);
        while (to[at].high != 0)
            at = (at + 1) & mask;
        to[at] = *s;
    }
}

static bool grow(ost_vocabulary *v)
{
    slot *slots;

    if (v->bits == MOST_BITS || (slots = alloc_slots(v->bits + 1)) == NULL)
        return false;
    move(v, slots, true);
    move(v, slots, false);
    v->bits++;
    ost_free(v->slots);
    v->slots = slots;
    return true;
}

/* The word of a slot, which is a long one. */
static bool same_long(const ost_vocabulary *v, const slot *s, uint32_t field,
                      const char *word, size_t len)
{
    const char *kept = ost_word_store_at(&v->words, (uint32_t)s->low);
    long_head head;

    memcpy(&head, kept, sizeof head);
    return head.field == field && head.len == len &&
           memcmp(kept + sizeof head, word, len) == 0;
}

/* The slot of a word that says `flag` of it, or the empty one where it may be
 * put. */
static inline slot *find(const ost_vocabulary *v, const probe *p,
                         uint32_t flag, uint32_t field, const char *word,
                         size_t len)
{
    const size_t mask = ((size_t)1 << v->bits) - 1;
    const bool is_short = !is_long(p->high);
    const uint64_t low = is_short ? UINT64_MAX : KEY, high = KEY | flag;

    for (size_t i = p->hash >> (32 - v->bits);; i = (i + 1) & mask) {
        slot *s = &v->slots[i];
        if ((((s->low ^ p->low) & low) |
             ((s->high ^ (p->high | flag)) & high)) == 0 &&
            (OST_LIKELY(is_short) || same_long(v, s, field, word, len)))
            return s;
        if (s->high == 0)
            return s;
    }
}

/* Puts a word into the empty slot where it belongs, without number and flags.
 * False: no memory. */
static bool fill_slot(ost_vocabulary *v, slot *s, const probe *p,
                      uint32_t field, const char *word, size_t len)
{
    char text[sizeof(long_head) + OST_WORD_MAX];
    const long_head head = {.field = field, .len = (uint32_t)len};
    uint32_t at = 0;

    if (is_long(p->high)) {
        memcpy(text, &head, sizeof head);
        memcpy(text + sizeof head, word, len);
        if (!ost_word_store_add(&v->words, text, sizeof head + len, &at))
            return false;
    }
    s->low = p->low | at;
    s->high = p->high;
    v->used++;
    return true;
}

/* Makes the word of a slot a term. */
static bool add_term(ost_vocabulary *v, slot *s, uint32_t field,
                     const char *word, size_t len)
{
    uint32_t at = (uint32_t)(s->low & PLACE) + (uint32_t)sizeof(long_head);

    if (v->n_terms >= MOST_TERMS ||
        !OST_GROW(&v->terms, &v->room, v->n_terms + 1) ||
        (!is_long(s->high) && !ost_word_store_add(&v->words, word, len, &at)))
        return false;
    v->terms[v->n_terms] =
        (ost_term){.at = at, .field = field, .len = (uint32_t)len};
    s->high |= (uint32_t)v->n_terms++ << NUMBER_SHIFT | TERM;
    return true;
}

/* Gives a surface form its term; either may be new. Returns the form's slot;
 * NULL: no memory. */
static const slot *add_surface(ost_vocabulary *v, uint32_t field,
                               const char *word, size_t len, const probe *p)
{
    char stem[OST_WORD_MAX + OST_WORD_PADDING];
    slot *form = NULL, *term;
    probe q = *p;
    size_t n;

    /* Room for both, so that no slot moves meanwhile. */
    if ((v->used + 2) * 5 > ((size_t)3 << v->bits) && !grow(v))
        return NULL;
    n = ost_stemmer_apply(v->stemmer, word, len, stem);
    memset(stem + n, 0, OST_WORD_PADDING);
    if (n != len || memcmp(stem, word, len) != 0) {
        read_word(v, field, stem, n, &q);
        form = find(v, p, FORM, field, word, len);
        if (!fill_slot(v, form, p, field, word, len))
            return NULL;
    }
    term = find(v, &q, TERM, field, stem, n);
    if (term->high == 0 && (!fill_slot(v, term, &q, field, stem, n) ||
                            !add_term(v, term, field, stem, n)))
        return NULL;
    if (form == NULL)
        form = term;
    form->high |= ((uint32_t)term->high & ~(FORM | TERM)) | FORM;
    return form;
}

/* Looks for the words of a group in front, and fetches the slots of those that
 * are not there: they go to misses, and their number is returned. There is no
 * branch to be guessed but for long words. */
static size_t look_in_front(const ost_vocabulary *v, uint32_t field,
                            const ost_token *tokens, size_t n, uint32_t *ids,
                            probe *misses)
{
    size_t m = 0;

    for (size_t i = 0; i < n; i++) {
        probe *p = &misses[m];
        const slot *s;
        read_word(v, field, tokens[i].word, tokens[i].len, p);
        p->token = (uint32_t)i;
        s = &v->front[p->hash % FRONT];
        ids[i] = (uint32_t)s->high >> NUMBER_SHIFT;
        m += ((s->low ^ p->low) | (s->high ^ p->high) >> 32) != 0;
    }
    for (size_t i = 0; i < m; i++)
        OST_PREFETCH(&v->slots[misses[i].hash >> (32 - v->bits)]);
    return m;
}

/* Long words lie in the store, which is asked for before they are compared
 * there: each would wait for memory. */
static void fetch_long(const ost_vocabulary *v, const probe *misses, size_t m)
{
    for (size_t i = 0; i < m; i++) {
        const probe *p = &misses[i];
        const slot *s = &v->slots[p->hash >> (32 - v->bits)];
        if (is_long(p->high) && (s->low & KEY) == p->low && is_long(s->high))
            OST_PREFETCH(ost_word_store_at(&v->words, (uint32_t)s->low));
    }
}

/* Looks for the words that were not in front. False: no memory. */
static bool look_behind(ost_vocabulary *v, uint32_t field,
                        const ost_token *tokens, uint32_t *ids,
                        const probe *misses, size_t m)
{
    fetch_long(v, misses, m);
    for (size_t i = 0; i < m; i++) {
        const probe *p = &misses[i];
        const ost_token *t = &tokens[p->token];
        const slot *s = find(v, p, FORM, field, t->word, t->len);
        if (s->high == 0) {
            s = add_surface(v, field, t->word, t->len, p);
            if (s == NULL)
                return false;
        }
        ids[p->token] = (uint32_t)s->high >> NUMBER_SHIFT;
        if (!is_long(p->high))
            v->front[p->hash % FRONT] = *s;
    }
    return true;
}

bool ost_vocabulary_lookup(ost_vocabulary *v, uint32_t field,
                           const ost_token *tokens, size_t n, uint32_t *ids)
{
    probe misses[2][GROUP]; /* of this group, and of the one before */
    size_t m[2] = {0, 0}, turn = 0;

    for (size_t i = 0; i < n + GROUP; i += GROUP, turn ^= 1) {
        const size_t left = i < n ? n - i : 0;
        if (left > 0)
            m[turn] = look_in_front(v, field, tokens + i,
                                    left < GROUP ? left : GROUP, ids + i,
                                    misses[turn]);
        if (i > 0 && !look_behind(v, field, tokens + i - GROUP,
                                  ids + i - GROUP, misses[turn ^ 1],
                                  m[turn ^ 1]))
            return false;
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

void ost_vocabulary_prefetch(const ost_vocabulary *v, uint32_t id)
{
    OST_PREFETCH(&v->terms[id]);
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

    return sizeof *v + (FRONT + tables * slots) * sizeof *v->slots +
           v->words.memory + v->n_terms * sizeof *v->terms;
}

size_t ost_vocabulary_text(const ost_vocabulary *v)
{
    return v->words.memory;
}

/* A token brings a form and a term, each with its text. */
bool ost_vocabulary_has_room(const ost_vocabulary *v)
{
    const size_t words = 2 * OST_VOCABULARY_SOME;
    const size_t text = words * (sizeof(long_head) + OST_WORD_MAX);

    return v->n_terms + words <= MOST_TERMS && v->used + words <= MOST_USED &&
           v->words.memory <= MOST_TEXT - 2 * text;
}

bool ost_vocabulary_full(const ost_vocabulary *v)
{
    return v->n_terms > MOST_TERMS / 4 || v->used > MOST_USED / 4 ||
           v->words.memory > MOST_TEXT / 4;
}

void ost_vocabulary_reset(ost_vocabulary *v)
{
    slot *slots;

    ost_word_store_free(&v->words);
    ost_free(v->terms);
    v->terms = NULL;
    v->n_terms = v->room = 0;
    v->used = 0;
    memset(v->front, 0, FRONT * sizeof *v->front);
    /* Without memory for a small table, the large one serves. */
    if (v->bits > FIRST_BITS && (slots = alloc_slots(FIRST_BITS)) != NULL) {
        ost_free(v->slots);
        v->slots = slots;
        v->bits = FIRST_BITS;
    } else {
        memset(v->slots, 0, sizeof *v->slots << v->bits);
    }
}
