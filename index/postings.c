/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The cursor over a term's documents (docs/format.md, "Postings").
 *
 * Invariants: docs[0..n) is the decoded block `block`, ascending and below
 * the segment's number of documents, which is checked when a block is
 * decoded; frequencies of a block are decoded when first asked for. After
 * damage the cursor is at OST_DOC_END and stays there. Positions are in
 * position_reader.c.
 */
#include "positions.h"
#include "postings_parts.h"

static uint32_t finish(ost_postings *p)
{
    p->n = p->at = 0;
    p->tfs_known = p->positions_known = false;
    p->block = p->n_blocks;
    return p->doc = OST_DOC_END;
}

uint32_t ost_postings_stop(ost_postings *p, osteon_status status)
{
    if (p->status == OSTEON_OK)
        p->status = status;
    return finish(p);
}

uint32_t ost_postings_fail(ost_postings *p, ost_section_id section,
                           uint64_t at, const char *what)
{
    return ost_postings_stop(p, ost_section_fail(p->segment, section, at,
                                                 what, &p->error));
}

static uint32_t block_last(const ost_postings *p, uint32_t block)
{
    const unsigned bits = p->layout.doc_bits;

    return (uint32_t)ost_bits_get(p->skips, (uint64_t)block * bits, bits);
}

/* Where a block begins in the list. */
static uint64_t block_postings(const ost_postings *p, uint32_t block)
{
    return ost_bits_get(p->skips + p->layout.postings,
                        (uint64_t)block * p->layout.postings_bits,
                        p->layout.postings_bits);
}

/* Twice the offset of a block's positions in the list's, and whether some
 * occurrences have none. */
static uint64_t block_positions(const ost_postings *p, uint32_t block)
{
    return ost_bits_get(p->skips + p->layout.positions,
                        (uint64_t)block * p->layout.positions_bits,
                        p->layout.positions_bits);
}

static unsigned block_size(const ost_postings *p, uint32_t block)
{
    return block + 1 < p->n_blocks
               ? OST_BLOCK
               : p->df - (p->n_blocks - 1) * OST_BLOCK;
}

/* The blocks of a long list are found by its skip table. */
static osteon_status open_skips(ost_postings *p, osteon_error *err)
{
    p->layout = ost_skip_layout_of(p->n_blocks, p->segment->n_documents,
                                   p->term.postings_size,
                                   p->term.positions_size);
    p->skips = ost_section_get(p->segment, OST_SECTION_SKIPS, p->term.skips,
                               p->layout.size, err);
    if (p->skips == NULL)
        return OSTEON_CORRUPT;
    p->impacts = p->skips + p->layout.impacts;
    return OSTEON_OK;
}

osteon_status ost_postings_begin(ost_postings *p, ost_segment *segment,
                                 const ost_term *term, osteon_error *err)
{
    uint32_t *const positions = p->positions;
    const size_t room = p->positions_room;

    /* The arrays are left as they are: they are large, and a search opens
     * a cursor a term. */
    memset(p, 0, offsetof(ost_postings, docs));
    memset(&p->segment, 0,
           offsetof(ost_postings, own_counts) -
               offsetof(ost_postings, segment));
    p->positions = positions;
    p->positions_room = room;
    p->n_positions = 0;
    p->status = OSTEON_OK;
    p->term = *term;
    p->df = term->df;
    p->segment = segment;
    p->n_blocks = (term->df + OST_BLOCK - 1) / OST_BLOCK;
    p->block = UINT32_MAX;
    p->wide = ost_positions_wide();
    return p->n_blocks > 1 ? open_skips(p, err) : OSTEON_OK;
}

osteon_status ost_postings_open(ost_segment *segment, const ost_term *term,
                                ost_postings **out, osteon_error *err)
{
    ost_postings *p = ost_malloc(sizeof *p);
    osteon_status s;

    *out = NULL;
    if (p == NULL)
        return ost_fail_memory(err);
    p->positions = NULL;
    p->positions_room = 0;
    s = ost_postings_begin(p, segment, term, err);
    if (s != OSTEON_OK) {
        ost_free(p);
        return s;
    }
    *out = p;
    return OSTEON_OK;
}

void ost_postings_close(ost_postings *p)
{
    if (p == NULL)
        return;
    ost_free(p->positions);
    ost_free(p);
}

/* ---- Blocks ---- */

/* The postings of a small term, which came with it, are a block. */
static bool load_small(ost_postings *p)
{
    p->n = p->df;
    p->block = 0;
    memset(p->docs, 0xff, sizeof p->docs); /* OST_DOC_END */
    memcpy(p->docs, p->term.docs, p->df * sizeof *p->docs);
    memcpy(p->tfs, p->term.tfs, p->df * sizeof *p->tfs);
    p->tfs_known = true;
    p->positions_known = false;
    return true;
}

/* Decodes the documents of a block. */
static bool load(ost_postings *p, uint32_t block)
{
    uint64_t from = 0, to = p->term.postings_size;
    const uint8_t *bytes;
    uint32_t base = 0;

    if (p->df <= OST_SMALL)
        return load_small(p);
    if (p->n_blocks > 1) {
        from = block_postings(p, block);
        if (block + 1 < p->n_blocks)
            to = block_postings(p, block + 1);
        if (block > 0)
            base = block_last(p, block - 1) + 1;
        if (from >= to || to > p->term.postings_size) {
            ost_postings_fail(p, OST_SECTION_SKIPS, p->term.skips,
                    "block offsets out of order");
            return false;
        }
    }
    bytes = ost_section_get(p->segment, OST_SECTION_POSTINGS,
                            p->term.postings + from, to - from, &p->error);
    if (bytes == NULL) {
        ost_postings_stop(p, OSTEON_CORRUPT);
        return false;
    }
    p->n = block_size(p, block);
    p->block_end = bytes + (to - from);
    p->tfs_at = ost_unpack_gaps(bytes, p->block_end, p->n, base, p->docs);
    p->tfs_known = p->positions_known = false;
    if (p->tfs_at == NULL || p->docs[p->n - 1] >= p->segment->n_documents ||
        (p->n_blocks > 1 && p->docs[p->n - 1] != block_last(p, block))) {
        ost_postings_fail(p, OST_SECTION_POSTINGS, p->term.postings + from,
                "bad block of postings");
        return false;
    }
    for (uint32_t i = p->n; i < OST_BLOCK; i++)
        p->docs[i] = OST_DOC_END;
    p->block = block;
    return true;
}

uint32_t ost_postings_next_block(ost_postings *p)
{
    const uint32_t next = p->block + 1; /* UINT32_MAX wraps to 0 */

    if (p->doc == OST_DOC_END || next >= p->n_blocks)
        return finish(p);
    p->at = 0;
    if (!load(p, next))
        return OST_DOC_END;
    return p->doc = p->docs[0];
}

/* The first block, from `block` on, whose last document is not below target:
 * galloping, for most seeks are short. */
static uint32_t find_block(const ost_postings *p, uint32_t block,
                           uint32_t target)
{
    uint32_t low = block, step = 1, high;

    if (low >= p->n_blocks || block_last(p, low) >= target)
        return low;
    while (low + step < p->n_blocks && block_last(p, low + step) < target) {
        low += step;
        step *= 2;
    }
    high = low + step < p->n_blocks ? low + step : p->n_blocks;
    low++; /* block_last(low - 1) < target <= block_last(high) */
    while (low < high) {
        const uint32_t mid = low + (high - low) / 2;
        if (block_last(p, mid) < target)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

typedef uint32_t lanes __attribute__((vector_size(16)));

/* How many of docs[0..OST_BLOCK) are below `end`; what follows n is
 * OST_DOC_END. In two steps that have no branch: the last documents of seven
 * groups tell the group, and all of that are compared. */
static inline uint32_t count_below(const uint32_t *docs, uint32_t end)
{
    enum { GROUP = OST_BLOCK / 8 };
    const lanes ends = {end, end, end, end};
    lanes below = {0, 0, 0, 0}; /* counts down: a true comparison is -1 */
    uint32_t group = 0;

#pragma GCC unroll 7
    for (uint32_t i = 1; i < 8; i++)
        group += docs[i * GROUP - 1] < end;
    docs += (size_t)group * GROUP;
    for (uint32_t i = 0; i < GROUP; i += 4) {
        lanes v;
        memcpy(&v, docs + i, sizeof v);
        below += (lanes)(v < ends);
    }
    below += __builtin_shufflevector(below, below, 2, 3, 0, 1);
    return group * GROUP - (below[0] + below[1]);
}

uint32_t ost_postings_find(const ost_postings *p, int64_t end)
{
    if (p->n == 0 || p->docs[p->n - 1] < end)
        return p->n;
    return count_below(p->docs, (uint32_t)end);
}

uint32_t ost_postings_seek(ost_postings *p, uint32_t target)
{
    uint32_t at;

    if (p->doc == OST_DOC_END)
        return OST_DOC_END;
    if (p->n > 0 && p->doc >= target)
        return p->doc;
    if (p->n == 0 || p->docs[p->n - 1] < target) {
        uint32_t block = p->block == UINT32_MAX ? 0 : p->block;
        if (p->n_blocks > 1)
            block = find_block(p, block, target);
        else if (p->n > 0)
            block = 1;
        if (block >= p->n_blocks)
            return finish(p);
        if ((block != p->block || p->n == 0) && !load(p, block))
            return OST_DOC_END;
        p->at = 0;
    }
    /* In a long list the next document is often the one. */
    at = p->at + 1;
    if (at >= p->n || p->docs[at] < target || p->docs[p->at] >= target)
        at = count_below(p->docs, target);
    if (at >= p->n) /* one block only, and the target is past it */
        return finish(p);
    p->at = at;
    return p->doc = p->docs[at];
}

/* ---- Frequencies ---- */

bool ost_postings_load_tfs(ost_postings *p)
{
    const uint8_t *end;
    uint32_t wrapped = 0;

    if (p->n == 0 || p->tfs_known)
        return p->n > 0;
    end = ost_unpack(p->tfs_at, p->block_end, p->n, p->tfs);
    if (end != p->block_end) {
        ost_postings_fail(p, OST_SECTION_POSTINGS, p->term.postings,
                "bad block of frequencies");
        return false;
    }
    for (unsigned i = 0; i < p->n; i++) {
        p->tfs[i]++;
        wrapped |= p->tfs[i] == 0;
    }
    if (wrapped) {
        ost_postings_fail(p, OST_SECTION_POSTINGS, p->term.postings,
                "impossible frequency");
        return false;
    }
    p->tfs_known = true;
    return true;
}

void ost_postings_places(const ost_postings *p, uint64_t *from, uint64_t *to,
                         bool *bare)
{
    uint64_t here;

    *from = 0;
    *to = p->term.positions_size;
    *bare = p->term.bare;
    if (p->n_blocks == 1)
        return;
    here = block_positions(p, p->block);
    *from = here >> 1;
    *bare = here & 1;
    if (p->block + 1 < p->n_blocks)
        *to = block_positions(p, p->block + 1) >> 1;
}

/* ---- Bounds ---- */

uint8_t ost_postings_bound(ost_postings *p, uint32_t target, uint32_t *upto)
{
    if (p->n_blocks > 1) {
        p->shallow = find_block(p, p->shallow, target);
        if (p->shallow >= p->n_blocks) {
            *upto = OST_DOC_END;
            return 0;
        }
        *upto = block_last(p, p->shallow);
        return p->impacts[p->shallow];
    }
    *upto = p->df <= OST_SMALL ? p->term.docs[p->df - 1] : OST_DOC_END - 1;
    if (target > *upto) {
        *upto = OST_DOC_END;
        return 0;
    }
    return p->term.impact;
}

uint8_t ost_postings_kth_impact(const ost_postings *p, uint64_t k)
{
    uint32_t blocks[256] = {0};
    uint64_t n = 0;
    unsigned impact = UINT8_MAX;

    if (p->n_blocks == 1)
        return k == 1 ? p->term.impact : 0;
    if (k == 0 || p->n_blocks < k)
        return 0;
    for (uint32_t i = 0; i < p->n_blocks; i++)
        blocks[p->impacts[i]]++;
    while ((n += blocks[impact]) < k)
        impact--;
    return (uint8_t)impact;
}

osteon_status ost_postings_live(ost_segment *segment, const ost_term *term,
                                uint32_t *out, osteon_error *err)
{
    ost_postings *p;
    uint32_t gone = 0;
    osteon_status s;

    *out = term->df;
    if (segment->n_deleted == 0)
        return OSTEON_OK;
    s = ost_postings_open(segment, term, &p, err);
    if (s != OSTEON_OK)
        return s;
    /* Few documents are deleted: look each of them up. */
    for (uint32_t word = 0; word <= (segment->n_documents - 1) / 64; word++) {
        uint64_t bits = segment->deleted[word];
        for (; bits != 0; bits &= bits - 1) {
            const uint32_t doc =
                word * 64 + (uint32_t)__builtin_ctzll(bits);
            gone += ost_postings_seek(p, doc) == doc;
        }
    }
    s = p->status;
    if (s != OSTEON_OK && err != NULL)
        *err = p->error;
    ost_postings_close(p);
    *out = term->df - gone;
    return s;
}
