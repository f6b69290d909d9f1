/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One term's postings into the order of new document numbers, for a merge
 * that reorders documents.
 */
#include "merge_parts.h"

/* Longer lists are sorted by digits of so many bits. */
#define FEW 128
#define DIGIT 11

typedef struct shuffled {
    uint32_t tf, n_positions;
    ost_position_run run;
} shuffled;

struct ost_shuffle {
    shuffled *postings;
    size_t n, room;
    uint64_t *keys; /* [n]: document << 32 | index of the posting */
    size_t keys_room;
    uint64_t *sorted;
    size_t sorted_room;
};

ost_shuffle *ost_shuffle_open(void)
{
    return ost_calloc(1, sizeof(ost_shuffle));
}

void ost_shuffle_close(ost_shuffle *s)
{
    if (s == NULL)
        return;
    ost_free(s->postings);
    ost_free(s->keys);
    ost_free(s->sorted);
    ost_free(s);
}

bool ost_shuffle_add(ost_shuffle *s, uint32_t doc, uint32_t tf,
                     uint32_t n_positions, const ost_position_run *run)
{
    if (!OST_GROW(&s->postings, &s->room, s->n + 1) ||
        !OST_GROW(&s->keys, &s->keys_room, s->n + 1))
        return false;
    s->keys[s->n] = (uint64_t)doc << 32 | s->n;
    s->postings[s->n++] = (shuffled){
        .tf = tf, .n_positions = n_positions, .run = *run};
    return true;
}

static int by_doc(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Sorts keys by the digit at `shift` into `sorted`, and swaps the two. */
static void sort_digit(ost_shuffle *s, unsigned shift)
{
    const uint64_t mask = (1u << DIGIT) - 1;
    uint64_t *const to = s->sorted;
    const size_t to_room = s->sorted_room;
    uint32_t at[1u << DIGIT] = {0}, sum = 0;

    for (size_t i = 0; i < s->n; i++)
        at[s->keys[i] >> shift & mask]++;
    for (size_t i = 0; i <= mask; i++) {
        const uint32_t n = at[i];
        at[i] = sum;
        sum += n;
    }
    for (size_t i = 0; i < s->n; i++)
        to[at[s->keys[i] >> shift & mask]++] = s->keys[i];
    s->sorted = s->keys;
    s->sorted_room = s->keys_room;
    s->keys = to;
    s->keys_room = to_room;
}

static bool sort_keys(ost_shuffle *s)
{
    uint64_t any = 0;

    if (s->n < FEW) {
        if (s->n > 1)
            qsort(s->keys, s->n, sizeof *s->keys, by_doc);
        return true;
    }
    if (!OST_GROW(&s->sorted, &s->sorted_room, s->n))
        return false;
    for (size_t i = 0; i < s->n; i++)
        any |= s->keys[i];
    for (unsigned shift = 32; shift < 64 && any >> shift != 0; shift += DIGIT)
        sort_digit(s, shift);
    return true;
}

osteon_status ost_shuffle_write(ost_shuffle *s, ost_term_writer *w,
                                osteon_error *err)
{
    osteon_status status =
        sort_keys(s) ? OSTEON_OK : ost_fail_memory(err);

    for (size_t i = 0; i < s->n && status == OSTEON_OK; i++) {
        const shuffled *p = &s->postings[(uint32_t)s->keys[i]];
        const uint32_t doc = (uint32_t)(s->keys[i] >> 32);
        status = ost_term_writer_copy(w, 1, &doc, &p->tf, &p->n_positions,
                                      &p->run, err);
    }
    s->n = 0;
    return status;
}
