/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The cursor over a term's documents (docs/format.md, "Postings").
 *
 * Invariants: docs[0..n) is the decoded block `block`, ascending and below
 * the segment's number of documents, which is checked when a block is
 * decoded; frequencies of a block are decoded when first asked for, and
 * positions a piece of OST_BLOCK at a time as far as documents ask for them.
 * After damage the cursor is at OST_DOC_END and stays there.
 */
#include "segment.h"

static uint32_t finish(ost_postings *p)
{
    p->n = p->at = 0;
    p->tfs_known = p->positions_known = false;
    p->block = p->n_blocks;
    return p->doc = OST_DOC_END;
}

/* Marks damage: the walk ends, and the first error is kept. */
static uint32_t fail(ost_postings *p, osteon_status status)
{
    if (p->status == OSTEON_OK)
        p->status = status;
    return finish(p);
}

static uint32_t fail_at(ost_postings *p, ost_section_id section, uint64_t at,
                        const char *what)
{
    return fail(p, ost_section_fail(p->segment, section, at, what,
                                    &p->error));
}

static uint32_t block_last(const ost_postings *p, uint32_t block)
{
    return ost_get32(p->last_docs + (size_t)block * 4);
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
    const size_t n = p->n_blocks;
    const uint8_t *t =
        ost_section_get(p->segment, OST_SECTION_SKIPS, p->term.skips,
                        (uint64_t)n * OST_SKIP_ENTRY, err);

    if (t == NULL)
        return OSTEON_CORRUPT;
    p->last_docs = t;
    p->offsets = t + n * 4;
    p->position_offsets = t + n * 8;
    p->impacts = t + n * 12;
    return OSTEON_OK;
}

osteon_status ost_postings_open(ost_segment *segment, const ost_term *term,
                                ost_postings **out, osteon_error *err)
{
    ost_postings *p = ost_malloc(sizeof *p);
    osteon_status s = OSTEON_OK;

    *out = NULL;
    if (p == NULL)
        return ost_fail_memory(err);
    /* The arrays are left as they are: they are large, and a search opens
     * a cursor a term. */
    memset(p, 0, offsetof(ost_postings, docs));
    memset(&p->segment, 0,
           offsetof(ost_postings, tf_before) - offsetof(ost_postings, segment));
    p->positions = NULL;
    p->positions_room = 0;
    p->status = OSTEON_OK;
    p->term = *term;
    p->df = term->df;
    p->segment = segment;
    p->n_blocks = (term->df + OST_BLOCK - 1) / OST_BLOCK;
    p->block = UINT32_MAX;
    if (p->n_blocks > 1)
        s = open_skips(p, err);
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

typedef uint32_t lanes __attribute__((vector_size(16)));

/* v[i] becomes the sum of v[0..i]. */
static inline lanes sum_lanes(lanes v)
{
    const lanes zero = {0, 0, 0, 0};

    v += __builtin_shuffle(v, zero, (lanes){4, 0, 1, 2});
    return v + __builtin_shuffle(v, zero, (lanes){4, 5, 0, 1});
}

/* Turns gaps into documents, the first counted from `base`; false where they
 * leave the segment. With the last one all others are in range. */
static bool sum_gaps(ost_postings *p, uint64_t base)
{
    const lanes one = {1, 1, 1, 1};
    const uint32_t before = (uint32_t)base - 1;
    lanes last = {before, before, before, before};
    uint64_t end = base + p->n;

    for (unsigned i = 0; i < p->n; i++)
        end += p->docs[i];
    for (unsigned i = p->n; i % 4 != 0; i++)
        p->docs[i] = 0;
    for (unsigned i = 0; i < p->n; i += 4) {
        lanes v;
        memcpy(&v, p->docs + i, sizeof v);
        v = sum_lanes(v + one) + last;
        memcpy(p->docs + i, &v, sizeof v);
        last = (lanes){v[3], v[3], v[3], v[3]};
    }
    return end <= p->segment->n_documents;
}

/* Decodes the documents of a block. */
static bool load(ost_postings *p, uint32_t block)
{
    uint64_t from = 0, to = p->term.postings_size;
    const uint8_t *bytes;
    uint64_t base = 0;

    if (p->n_blocks > 1) {
        from = ost_get32(p->offsets + (size_t)block * 4);
        if (block + 1 < p->n_blocks)
            to = ost_get32(p->offsets + (size_t)(block + 1) * 4);
        if (block > 0)
            base = (uint64_t)block_last(p, block - 1) + 1;
        if (from >= to || to > p->term.postings_size) {
            fail_at(p, OST_SECTION_SKIPS, p->term.skips,
                    "block offsets out of order");
            return false;
        }
    }
    bytes = ost_section_get(p->segment, OST_SECTION_POSTINGS,
                            p->term.postings + from, to - from, &p->error);
    if (bytes == NULL) {
        fail(p, OSTEON_CORRUPT);
        return false;
    }
    p->n = block_size(p, block);
    p->block_end = bytes + (to - from);
    p->tfs_at = ost_unpack(bytes, p->block_end, p->n, p->docs);
    p->tfs_known = p->positions_known = false;
    if (p->tfs_at == NULL || !sum_gaps(p, base) ||
        (p->n_blocks > 1 && p->docs[p->n - 1] != block_last(p, block))) {
        fail_at(p, OST_SECTION_POSTINGS, p->term.postings + from,
                "bad block of postings");
        return false;
    }
    p->block = block;
    return true;
}

/* The only posting of a term of one document: a block of one. */
static uint32_t load_single(ost_postings *p)
{
    p->n = 1;
    p->block = 0;
    p->docs[0] = p->term.doc;
    p->tfs[0] = p->term.tf;
    p->tfs_known = true;
    p->positions_known = false;
    return p->doc = p->term.doc;
}

uint32_t ost_postings_next_block(ost_postings *p)
{
    const uint32_t next = p->block + 1; /* UINT32_MAX wraps to 0 */

    if (p->doc == OST_DOC_END || next >= p->n_blocks)
        return finish(p);
    p->at = 0;
    if (p->df == 1)
        return load_single(p);
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

uint32_t ost_postings_seek(ost_postings *p, uint32_t target)
{
    uint32_t at, step;

    if (p->doc == OST_DOC_END)
        return OST_DOC_END;
    if (p->n > 0 && p->doc >= target)
        return p->doc;
    if (p->df == 1) {
        if (p->block == UINT32_MAX && p->term.doc >= target)
            return load_single(p);
        return finish(p);
    }
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
    /* First of docs[at..n) that is >= target, by halving steps. */
    at = p->at;
    for (step = OST_BLOCK / 2; step > 0; step /= 2)
        if (at + step <= p->n && p->docs[at + step - 1] < target)
            at += step;
    if (at < p->n && p->docs[at] < target)
        at++;
    if (at >= p->n) { /* one block only, and the target is past it */
        return finish(p);
    }
    p->at = at;
    return p->doc = p->docs[at];
}

/* ---- Frequencies and positions ---- */

bool ost_postings_load_tfs(ost_postings *p)
{
    const uint8_t *end;
    uint32_t wrapped = 0;

    if (p->n == 0 || p->tfs_known)
        return p->n > 0;
    end = ost_unpack(p->tfs_at, p->block_end, p->n, p->tfs);
    if (end != p->block_end) {
        fail_at(p, OST_SECTION_POSTINGS, p->term.postings,
                "bad block of frequencies");
        return false;
    }
    for (unsigned i = 0; i < p->n; i++) {
        p->tfs[i]++;
        wrapped |= p->tfs[i] == 0;
    }
    if (wrapped) {
        fail_at(p, OST_SECTION_POSTINGS, p->term.postings,
                "impossible frequency");
        return false;
    }
    p->tfs_known = true;
    return true;
}

/* Where the positions of the block lie; NULL after damage. */
static const uint8_t *position_bytes(ost_postings *p, const uint8_t **end)
{
    uint64_t from = 0, to = p->term.positions_size;
    const uint8_t *bytes;

    if (p->n_blocks > 1) {
        from = ost_get32(p->position_offsets + (size_t)p->block * 4);
        if (p->block + 1 < p->n_blocks)
            to = ost_get32(p->position_offsets + (size_t)(p->block + 1) * 4);
        if (from >= to || to > p->term.positions_size) {
            fail_at(p, OST_SECTION_SKIPS, p->term.skips,
                    "position offsets out of order");
            return NULL;
        }
    }
    bytes = ost_section_get(p->segment, OST_SECTION_POSITIONS,
                            p->term.positions + from, to - from, &p->error);
    if (bytes == NULL) {
        fail(p, OSTEON_CORRUPT);
        return NULL;
    }
    *end = bytes + (to - from);
    return bytes;
}

/* Sums up the frequencies. A block of OST_BLOCK positions takes a byte at
 * least, which bounds the sum. */
static bool sum_frequencies(ost_postings *p, uint64_t bytes)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < p->n; i++) {
        p->tf_before[i] = (uint32_t)sum;
        sum += p->tfs[i];
        if (sum > UINT32_MAX || sum / OST_BLOCK > bytes) {
            fail_at(p, OST_SECTION_POSITIONS, p->term.positions,
                    "fewer positions than occurrences");
            return false;
        }
    }
    p->tf_before[p->n] = (uint32_t)sum;
    return true;
}

static bool open_positions(ost_postings *p)
{
    p->positions_at = position_bytes(p, &p->positions_end);
    if (p->positions_at == NULL ||
        !sum_frequencies(p, (uint64_t)(p->positions_end - p->positions_at)))
        return false;
    p->unpacked_from = p->unpacked_to = 0;
    p->summed = OST_BLOCK;
    return p->positions_known = true;
}

/* Unpacks the next piece of distances to positions[at..]. */
static bool unpack_piece(ost_postings *p, uint32_t at)
{
    const uint32_t left = p->tf_before[p->n] - p->unpacked_to * OST_BLOCK;
    const unsigned n = left < OST_BLOCK ? left : OST_BLOCK;
    const bool last = left <= OST_BLOCK;

    p->positions_at =
        ost_unpack(p->positions_at, p->positions_end, n, p->positions + at);
    p->unpacked_to++;
    if (p->positions_at != NULL && (p->positions_at == p->positions_end) == last)
        return true;
    fail_at(p, OST_SECTION_POSITIONS, p->term.positions,
            "bad block of positions");
    return false;
}

/* Makes positions[0..) the distances from piece `first` to `last`, which the
 * pieces unpacked so far do not reach. Documents come in ascending order, so
 * of those only the last one may still be needed. */
static bool unpack_pieces(ost_postings *p, uint32_t first, uint32_t last)
{
    uint32_t at = 0;

    /* Whole pieces are unpacked in place. */
    if (!OST_GROW(&p->positions, &p->positions_room,
                  ((size_t)(last - first) + 1) * OST_BLOCK)) {
        fail(p, ost_fail_memory(&p->error));
        return false;
    }
    while (p->unpacked_to < first)
        if (!unpack_piece(p, 0))
            return false;
    if (first < p->unpacked_to) {
        memmove(p->positions,
                p->positions +
                    (size_t)(first - p->unpacked_from) * OST_BLOCK,
                OST_BLOCK * sizeof *p->positions);
        at = OST_BLOCK;
    }
    p->unpacked_from = first;
    for (; p->unpacked_to <= last; at += OST_BLOCK)
        if (!unpack_piece(p, at))
            return false;
    return true;
}

/* A term of one document and one position has it in the dictionary. */
static const uint32_t *inline_position(ost_postings *p)
{
    if (!OST_GROW(&p->positions, &p->positions_room, 1)) {
        fail(p, ost_fail_memory(&p->error));
        return NULL;
    }
    p->positions[0] = (uint32_t)p->term.positions;
    return p->positions;
}

const uint32_t *ost_postings_positions(ost_postings *p)
{
    const uint32_t n = ost_postings_tf(p);
    uint32_t from, last, *positions;
    uint64_t sum = 0;

    if (n == 0)
        return NULL;
    if (p->df == 1 && n == 1)
        return inline_position(p);
    if (!p->positions_known && !open_positions(p))
        return NULL;
    from = p->tf_before[p->at];
    last = (from + n - 1) / OST_BLOCK;
    if (last >= p->unpacked_to && !unpack_pieces(p, from / OST_BLOCK, last))
        return NULL;
    positions = p->positions + (from - p->unpacked_from * OST_BLOCK);
    if (p->summed == p->at)
        return positions;
    for (uint32_t i = 0; i < n; i++) {
        sum += positions[i];
        positions[i] = (uint32_t)sum;
    }
    if (sum > UINT32_MAX) {
        fail_at(p, OST_SECTION_POSITIONS, p->term.positions,
                "position out of range");
        return NULL;
    }
    p->summed = p->at;
    return positions;
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
    if (p->df == 1 && target > p->term.doc) {
        *upto = OST_DOC_END;
        return 0;
    }
    *upto = p->df == 1 ? p->term.doc : OST_DOC_END - 1;
    return p->term.impact;
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
