/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Postings in memory: for each term of an inverter the places where it
 * occurs. A place is a position counted through all documents of the
 * inverter: that of a word is its position in the document plus the place
 * where the document begins. An entry of a list is twice the place, plus one
 * if the occurrence has a position. So a list is one row of numbers that never
 * fall, and adding to it need not know whether the document is a new one.
 */
#ifndef OST_LISTS_H
#define OST_LISTS_H

#include "base.h"

/* All places are below it, so that entries, and one more, have 32 bits. */
#define OST_PLACES ((UINT32_C(1) << 31) - 1)

/* A list being written: what is touched for each word, and no more. Its last
 * bytes wait here until they are many: so most words touch one line of the
 * cache, and short lists nothing else. */
#define OST_LIST_WAITING 16
typedef struct ost_list {
    uint8_t waiting[OST_LIST_WAITING];
    uint8_t *at;        /* in the open chunk; NULL: no chunk so far */
    uint32_t last;      /* one past the last entry, 0: the list is empty */
    uint16_t left;      /* bytes from `at` to the link */
    uint16_t n_waiting;
} ost_list;

typedef struct ost_list_chunks {
    uint32_t head; /* the first chunk: page << bits | offset */
    uint32_t used; /* bytes of all chunks */
} ost_list_chunks;

/* All zero is a set of no lists. */
typedef struct ost_lists {
    ost_list *lists; /* by term number; none straddles two cache lines */
    void *lists_memory;
    ost_list_chunks *chunks;
    size_t n, room, chunks_room;
    uint8_t **pages; /* of chunks */
    size_t n_pages, pages_room;
    size_t page_used; /* bytes of the last one */
} ost_lists;

/* Makes lists for term numbers below `terms`. False: no memory. */
bool ost_lists_reserve(ost_lists *l, size_t terms);

/* Distances from here on take more than one step. */
#define OST_LIST_STEP ((UINT32_C(1) << 30) - 1)

/* Bytes a distance below OST_LIST_STEP takes. */
static inline unsigned ost_list_bytes(uint32_t distance)
{
    return 1u + (distance >= 1u << 6) + (distance >= 1u << 14) +
           (distance >= 1u << 22);
}

bool ost_list_add_slowly(ost_lists *l, uint32_t term, uint32_t next);
bool ost_list_pour(ost_lists *l, uint32_t term);

/* True where the next entry finds no room to wait in. */
static inline bool ost_list_is_full(const ost_list *list)
{
    return list->n_waiting > OST_LIST_WAITING - 4;
}

/* Notes an occurrence of a term; places of a term never fall. Of several at
 * one place, those behind the first that has a position may come back as if
 * they had it too. False: no memory. */
static inline bool ost_list_add(ost_lists *l, uint32_t term, uint32_t place,
                                bool has_position)
{
    const uint32_t next = 2 * place + has_position + 1;
    ost_list *list = &l->lists[term];
    const uint32_t distance = next - list->last;
    unsigned n;

    if (OST_UNLIKELY(distance >= OST_LIST_STEP))
        return ost_list_add_slowly(l, term, next);
    if (OST_UNLIKELY(ost_list_is_full(list)) && !ost_list_pour(l, term))
        return false;
    n = ost_list_bytes(distance);
    ost_put32(list->waiting + list->n_waiting, distance << 2 | (n - 1));
    list->n_waiting = (uint16_t)(list->n_waiting + n);
    list->last = next;
    return true;
}

/* Puts all that waits where readers find it: after this, and until more is
 * added, lists can be read. False: no memory. */
bool ost_lists_settle(ost_lists *l);

/* Bytes of all chunks; of those of one list. */
size_t ost_lists_bytes(const ost_lists *l);
static inline uint32_t ost_list_bytes_of(const ost_lists *l, uint32_t term)
{
    return l->chunks[term].used;
}

/* Bytes in use; forgetting all lists. */
size_t ost_lists_memory(const ost_lists *l);
void ost_lists_free(ost_lists *l);

/* True when a list may soon find no place for a chunk. */
bool ost_lists_full(const ost_lists *l);

/* True where there is room for OST_LIST_SOME more entries, and to settle all
 * lists after them. */
#define OST_LIST_SOME 256
bool ost_lists_have_room(const ost_lists *l);

/* ---- Reading lists back, for a flush ---- */

/* Finds documents by places. */
typedef struct ost_places {
    uint32_t n;
    unsigned shift;
    uint32_t *first; /* place where each document begins, then their end; two
                      * more beyond it */
    uint32_t *table; /* [place >> shift]: the last document that begins there
                      * or before */
} ost_places;

/* `first`: where each of n documents begins, and the end: n + 1, never
 * falling. False: no memory. */
bool ost_places_open(ost_places *p, const uint32_t *first, uint32_t n);
void ost_places_close(ost_places *p);

/* The document a place lies in, which is above `low`. */
uint32_t ost_places_search(const ost_places *p, uint32_t place, uint32_t low);

/* The document a place lies in. There are about two lines of the table for a
 * document, so two steps are nearly always enough; they are no branches, which
 * would be guessed wrong. */
static inline uint32_t ost_places_find(const ost_places *p, uint32_t place)
{
    const uint32_t *const first = p->first;
    const uint32_t low = p->table[place >> p->shift];
    const uint32_t doc =
        low + (first[low + 1] <= place) + (first[low + 2] <= place);

    return OST_LIKELY(first[doc + 1] > place)
               ? doc
               : ost_places_search(p, place, doc);
}

/* Documents of a list that are decoded at once, at most. */
#define OST_LIST_BATCH 128

/* Reads one list after another, many documents at a time. All zero to begin
 * with. Memory: that of the longest document's places and a chunk's. */
typedef struct ost_list_reader {
    uint32_t n; /* documents at hand; 0: the list is at its end */
    uint32_t docs[OST_LIST_BATCH], tfs[OST_LIST_BATCH];
    uint32_t counts[OST_LIST_BATCH]; /* of positions, different ones */
    uint32_t *positions;             /* of all these, one behind the other */
    /* ---- private ---- */
    const ost_lists *lists;
    const ost_places *places;
    const uint8_t *at, *end; /* undecoded bytes of the chunk */
    const uint8_t *last_end; /* end of the last chunk */
    uint32_t used, all;      /* bytes of chunks: those begun, those there are */
    uint32_t entry;          /* last decoded, UINT32_MAX before the first */
    bool held;               /* it belongs to the next document */
    bool more;               /* chunks are not at their end */
    size_t positions_room;
} ost_list_reader;

/* Goes before the reader through a list, and has its bytes brought into the
 * cache: a flush visits lists in an order of its own, and each chunk is
 * somewhere else. First _meet is called, then, some time later, _begin, and
 * then _step once in a while. */
typedef struct ost_list_scout {
    const uint8_t *end; /* of the chunk last asked for: the link */
    uint32_t used, all; /* bytes of chunks: to its end, and of all */
} ost_list_scout;

void ost_list_scout_meet(const ost_lists *l, uint32_t term);
void ost_list_scout_begin(ost_list_scout *s, const ost_lists *l,
                          uint32_t term);
void ost_list_scout_step(ost_list_scout *s, const ost_lists *l);

/* True for a list of one entry that has no chunk: a word that occurs once.
 * *place and *has_position then tell where. */
static inline bool ost_list_only(const ost_lists *l, uint32_t term,
                                 uint32_t *place, bool *has_position)
{
    const ost_list *list = &l->lists[term];
    const uint32_t entry = list->last - 1;

    *place = entry / 2;
    *has_position = entry & 1;
    return list->at == NULL && list->last > 0;
}

/* Begins to read the list of a term and decodes its first documents; the next
 * ones. False: no memory. */
bool ost_list_reader_start(ost_list_reader *r, const ost_lists *l,
                           const ost_places *places, uint32_t term);
bool ost_list_reader_next(ost_list_reader *r);
void ost_list_reader_free(ost_list_reader *r);

#endif
