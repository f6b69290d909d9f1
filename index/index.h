/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How do terms and postings lie on disk, and how are they read? The reading
 * interface of index/, for query/ and engine/. docs/format.md has the bytes,
 * format.h their constants; writing is behind write.h.
 *
 * A snapshot is one committed generation: a list of segments, each an
 * immutable mapped file plus the set of its deleted documents. Document
 * numbers of a snapshot are a segment's base plus the number in the segment.
 * Every byte of a segment is verified by the checksum of its page before it
 * is first used; every offset is checked even so.
 */
#ifndef OST_INDEX_H
#define OST_INDEX_H

#include "bits.h"

/* Past the last document. Valid numbers are below it. */
#define OST_DOC_END UINT32_MAX

/* Postings in a full block. */
#define OST_BLOCK 128

/* ---- codec.c: blocks of integers (docs/format.md, "Packed integers") ---- */

/* Bytes ost_pack may write for n integers, and bytes a caller of ost_pack
 * must have room for. */
#define OST_PACK_ROOM(n) ((size_t)(n)*10 + 32)

/* Packs n (1..OST_BLOCK) integers at `out` and returns the byte after: in
 * the form, of those that docs/format.md has, of the fewest bytes. */
uint8_t *ost_pack(const uint32_t *in, unsigned n, uint8_t *out);

/* Unpacks n integers written by ost_pack. Reads nothing at or past `end`.
 * `out` has room for OST_BLOCK integers whatever n is. Returns the byte after,
 * or NULL where the bytes cannot have come from ost_pack(n). */
const uint8_t *ost_unpack(const uint8_t *in, const uint8_t *end, unsigned n,
                          uint32_t *out);

/* Turns gaps into the numbers of an ascending list: v[0] += base, then each
 * v[i] += v[i - 1] + 1. Returns false where one reaches 2^31; the numbers mean
 * nothing then. */
bool ost_sum_gaps(uint32_t *v, unsigned n, uint32_t base);

/* ost_unpack, then ost_sum_gaps; NULL where either fails. All of out[], which
 * has room for OST_BLOCK, may be written. */
const uint8_t *ost_unpack_gaps(const uint8_t *in, const uint8_t *end,
                               unsigned n, uint32_t base, uint32_t *out);

/* ---- norm.c: lengths in a byte, and impacts ---- */

/* A field's length in tokens as a byte, 0 only for 0, never falling, exact
 * below 40, four significant bits above (as Lucene's SmallFloat, 2017). All
 * of BM25 uses the decoded value, averages included. */
uint8_t ost_norm_encode(uint32_t length);
uint32_t ost_norm_decode(uint8_t norm);

/* BM25's saturation tf / (tf + k1 * (1 - b + b * dl / average)) in [0, 1). */
double ost_saturation(uint32_t tf, uint8_t norm, double k1, double b,
                      double average);

/* The parameters impacts are made with; `average` is the segment's own. */
#define OST_IMPACT_K1 1.2
#define OST_IMPACT_B 0.75

/* Impacts are rounded up from that much more, which covers rounding in double
 * and in single precision. */
#define OST_IMPACT_SLACK (1.0 + 1.0 / (1 << 20))

/* What BM25 adds to tf below the line, k1 * (1 - b + b * dl / average), for
 * each norm. Without an average (0) all lengths are alike. */
void ost_damping_fill(double damping[256], double k1, double b,
                      double average);

/* Saturation in 255ths, rounded up: impact / 255 >= saturation, for any tf
 * and norm. */
uint8_t ost_impact(uint32_t tf, uint8_t norm, double average);

/* The same as ost_impact for a whole segment's postings, about 1 ns each: a
 * table for small tf, made for one average. No allocation. */
#define OST_IMPACT_SMALL 16
typedef struct ost_impact_maker {
    double damping[256];
    uint8_t small[OST_IMPACT_SMALL][256];
} ost_impact_maker;

void ost_impact_maker_init(ost_impact_maker *maker, double average);
uint8_t ost_impact_large(const ost_impact_maker *maker, uint32_t tf,
                         uint8_t norm); /* for _make only */
static inline uint8_t ost_impact_make(const ost_impact_maker *maker,
                                      uint32_t tf, uint8_t norm)
{
    if (OST_LIKELY(tf < OST_IMPACT_SMALL))
        return maker->small[tf][norm];
    return ost_impact_large(maker, tf, norm);
}

/* What impacts made with average `own` are worth under the parameters of a
 * search: the least and the most that BM25's damping (saturation being
 * tf / (tf + damping)) is of the one they were made with, over all norms from
 * `shortest` to `longest`. Both 1 where the parameters are the same. */
typedef struct ost_impact_scale {
    double least, most;
} ost_impact_scale;

ost_impact_scale ost_impact_scale_for(double k1, double b, double average,
                                      double own, uint8_t shortest,
                                      uint8_t longest);

/* Saturations of postings with this impact, or a lower one, are not above
 * this: as it falls with the ratio of dampings, the least one counts. */
static inline double ost_impact_most(const ost_impact_scale *scale,
                                     uint8_t impact)
{
    const double x = impact / 255.0;

    return impact == 0 ? 0 : x / (x + (1 - x) * scale->least);
}

/* Saturations of postings with this impact, or a higher one, are not below
 * this, but for rounding. */
static inline double ost_impact_least(const ost_impact_scale *scale,
                                      uint8_t impact)
{
    const double x = (impact - 1) / 255.0 / OST_IMPACT_SLACK;

    return impact <= 1 ? 0 : x / (x + (1 - x) * scale->most);
}

/* ---- segment.c ---- */

typedef struct ost_segment ost_segment;

/* Opens the segment file `path` of `size` bytes whose footer has this
 * checksum (both from the manifest). */
OSTEON_MUST_CHECK osteon_status ost_segment_open(const char *path,
                                                 uint64_t size,
                                                 uint64_t checksum,
                                                 ost_segment **out,
                                                 osteon_error *err);
void ost_segment_close(ost_segment *segment);

const char *ost_segment_path(const ost_segment *segment);
uint32_t ost_segment_documents(const ost_segment *segment); /* deleted too */

/* The deleted documents as a bitmap of 64-bit words (bit doc % 64 of word
 * doc / 64), NULL where there are none. */
const uint64_t *ost_segment_deleted(const ost_segment *segment);
uint32_t ost_segment_deleted_count(const ost_segment *segment);

static inline bool ost_bit(const uint64_t *bits, uint32_t i)
{
    return bits != NULL && (bits[i >> 6] >> (i & 63) & 1);
}

/* A field of a segment. Norms hold a byte a document, 0 where the document
 * has no such field; they are verified by ost_segment_field. */
typedef struct ost_field_view {
    uint32_t number;      /* in this segment */
    const uint8_t *norms; /* ost_segment_documents() bytes */
    double average;       /* mean length over documents that have the field,
                           * deleted ones too: what impacts were made with */
} ost_field_view;

/* Finds a field by name ("" is the default one: title, body and all other
 * text fields together). OSTEON_NOT_FOUND: no document has it (err is not
 * filled). */
OSTEON_MUST_CHECK osteon_status ost_segment_field(ost_segment *segment,
                                                  const char *name,
                                                  ost_field_view *out,
                                                  osteon_error *err);

/* ---- dictionary.c ---- */

/* All postings of a term of so many documents are in the dictionary. A divisor
 * of OST_BLOCK. */
#define OST_SMALL 16

/* A term of one segment. Offsets are from the start of the section; with one
 * occurrence all is inline. */
typedef struct ost_term {
    uint32_t df;       /* documents, deleted ones too */
    uint64_t cf;       /* occurrences: the number of positions */
    uint8_t impact;    /* the largest of all its postings */
    uint64_t postings; /* df > OST_SMALL: where its blocks begin */
    uint64_t postings_size;
    uint64_t skips; /* df > OST_BLOCK: where its skip table begins */
    uint64_t positions; /* where its positions begin; if inlined, the only
                         * one + 1, 0: none */
    uint64_t positions_size;
    uint32_t field;
    bool inlined;      /* one occurrence: its position is here */
    bool bare;         /* df <= OST_BLOCK: some occurrences have none */
    bool no_positions; /* its field keeps none */
    uint32_t docs[OST_SMALL], tfs[OST_SMALL]; /* df <= OST_SMALL: all */
} ost_term;

/* Looks a term up. OSTEON_NOT_FOUND: not in this segment (err not filled). */
OSTEON_MUST_CHECK osteon_status
ost_dictionary_find(ost_segment *segment, uint32_t field, const char *term,
                    size_t len, ost_term *out, osteon_error *err);

/* ---- postings.c ---- */

/* A cursor over the documents of a term. Members above the line may be read
 * directly, tfs after ost_postings_load_tfs. It is placed before the first
 * document when opened; `doc` is then 0 and means nothing until the first next
 * or seek. After the last document, or after damage, doc is OST_DOC_END for
 * good, and ost_postings_status tells which. Deleted documents are not left
 * out. */
typedef struct ost_postings {
    uint32_t doc;
    uint32_t df;
    ost_term term;
    /* The decoded block: docs[0..n), current at docs[at]; OST_DOC_END from
     * docs[n] on. */
    uint32_t at, n;
    uint32_t docs[OST_BLOCK];
    uint32_t tfs[OST_BLOCK];
    /* ---- private ---- */
    ost_segment *segment;
    uint32_t block, n_blocks; /* decoded block, UINT32_MAX: none yet */
    uint32_t shallow;         /* block last answered by _bound */
    const uint8_t *skips;     /* skip table, where there are two blocks */
    ost_skip_layout layout;
    const uint8_t *impacts;
    const uint8_t *tfs_at; /* packed frequencies of the block */
    const uint8_t *block_end;
    bool tfs_known, positions_known;
    /* Once positions_known: the bytes of the block's positions and how many
     * each posting has; how many postings were passed by, and between which
     * bits those of the next are; the posting whose positions are held, if
     * any, and where those of the one behind it begin. */
    const uint8_t *norms;
    const uint8_t *positions_at;
    const uint32_t *counts; /* tfs or own_counts */
    uint64_t ones_at, lows_at;
    uint64_t held_ones, held_lows;
    uint32_t passed, held;
    bool fast; /* the processor has what position_reader.c asks for */
    bool wide; /* and what position_decode.c does, from the beginning on */
    uint32_t own_counts[OST_BLOCK];
    uint32_t *positions;
    size_t positions_room;
    uint32_t n_positions;
    osteon_status status;
    osteon_error error;
} ost_postings;

/* Opens a cursor on a term found in `segment`. */
OSTEON_MUST_CHECK osteon_status ost_postings_open(ost_segment *segment,
                                                  const ost_term *term,
                                                  ost_postings **out,
                                                  osteon_error *err);
void ost_postings_close(ost_postings *p);

uint32_t ost_postings_next_block(ost_postings *p); /* for _next only */

/* Moves to the next document and returns it, or OST_DOC_END. */
static inline uint32_t ost_postings_next(ost_postings *p)
{
    if (OST_LIKELY(p->at + 1 < p->n))
        return p->doc = p->docs[++p->at];
    return ost_postings_next_block(p);
}

/* Makes docs[at] current, not before the current one, or the first document
 * of the next block where `at` is n. */
static inline uint32_t ost_postings_move(ost_postings *p, uint32_t at)
{
    if (OST_LIKELY(at < p->n)) {
        p->at = at;
        return p->doc = p->docs[at];
    }
    return ost_postings_next_block(p);
}

/* Where in docs[at..n] the first document from `end` on is, which is above the
 * current one. */
uint32_t ost_postings_find(const ost_postings *p, int64_t end);

/* Moves to the first document numbered `target` or higher. `target` is never
 * below the current one. Cost: skips by the table, decodes one block. */
uint32_t ost_postings_seek(ost_postings *p, uint32_t target);

/* Of n (at most 256) ascending documents sets which[] to the indices of those
 * that are in the decoded block, and at[] to where in docs[] they are; returns
 * how many. Those past the block's last are not looked at: *passed is how many
 * were. which[] and at[] have room for n. */
uint32_t ost_postings_meet(const ost_postings *p, const uint32_t *docs,
                           uint32_t n, uint8_t *which, uint8_t *at,
                           uint32_t *passed);

/* Makes tfs[0..n) the frequencies of docs[0..n). False where there is no
 * block: before the first document, after the last, after damage. */
bool ost_postings_load_tfs(ost_postings *p);

/* Occurrences in the current document; 0 after damage. */
static inline uint32_t ost_postings_tf(ost_postings *p)
{
    if (OST_UNLIKELY(!p->tfs_known) && !ost_postings_load_tfs(p))
        return 0;
    return p->tfs[p->at];
}

/* Positions in the current document, ascending, *n_positions of them, which
 * may be fewer than its occurrences: joined forms have none (docs/design.md,
 * "Positions"). NULL, with n_positions 0, where no occurrence has one, and
 * after damage or when memory ran out (see status). Valid until the cursor
 * moves.
 * Behind the last stand OST_POSITIONS_PAD times UINT32_MAX, which is none, for
 * whoever compares several at once. */
#define OST_POSITIONS_PAD 8
const uint32_t *ost_postings_positions(ost_postings *p);
static inline uint32_t ost_postings_n_positions(const ost_postings *p)
{
    return p->n_positions;
}

/* Whether the current document has the term at `position`. It is decoded up to
 * there only: damage behind, or that only decoding shows, may give any
 * answer. */
bool ost_postings_position_has(ost_postings *p, uint32_t position);

/* Where a document's positions lie, undecoded: n of them in a string of bits,
 * parts above from bit ones_at upwards, k low bits of each from bit lows_at
 * downwards. */
typedef struct ost_position_spot {
    const uint8_t *bytes;
    uint64_t ones_at, lows_at;
    uint32_t n;
    unsigned k;
} ost_position_spot;

/* Finds those of n (1 or more) postings of the decoded block, at[], ascending
 * and not before those found or read before. False where that cannot be: this
 * processor, a term of one occurrence, no positions, damage (see status). */
bool ost_postings_spots(ost_postings *p, const uint8_t *at, uint32_t n,
                        ost_position_spot *out);

/* Lets the positions of the current posting, whose spot it is, be read next,
 * though those of others behind it in the block were found. */
static inline void ost_postings_at_spot(ost_postings *p,
                                        const ost_position_spot *spot)
{
    p->passed = p->at;
    p->ones_at = spot->ones_at;
    p->lows_at = spot->lows_at;
}

/* Sets out[i], for i < n, to how many positions at a[i] of one term have one
 * at b[i] of another's, in the same document, `distance` behind them, or, where
 * it is enough to know of `one`, whether there is any; negative where they must
 * be read for that. Both are of ost_postings_spots. */
void ost_position_spots_pairs(const ost_position_spot *a,
                              const ost_position_spot *b, uint32_t n,
                              int64_t distance, bool one, int *out);

/* Many positions of a document, as they lie in the index: bit strings between
 * which they are found without decoding. Valid as long as the segment. */
typedef struct ost_position_set {
    const uint8_t *bytes;
    uint64_t ones_at, lows_at;
    unsigned k;
    uint32_t n;
    bool fast;
} ost_position_set;

/* How far a search got: words passed, and zeros in them. Zero at first. */
typedef struct ost_position_place {
    uint64_t words, zeros;
} ost_position_place;

/* Whether the current document has so many positions that looking them up in
 * *out is faster than decoding them; false after damage (see status). */
bool ost_postings_position_set(ost_postings *p, ost_position_set *out);

/* Whether `position` is in the set; it never falls from call to call with one
 * place. Damage that only decoding shows may give any answer. */
bool ost_position_set_has(const ost_position_set *set,
                          ost_position_place *place, uint32_t position);

/* The largest impact of any posting from `target` to *upto (inclusive), the
 * end of the block that `target` falls in. Does not move the cursor and
 * decodes nothing. Past the last block: 0 and OST_DOC_END. `target` never
 * falls from call to call. */
uint8_t ost_postings_bound(ost_postings *p, uint32_t target, uint32_t *upto);

/* The k-th largest of the blocks' impacts; 0 where there are fewer blocks. As
 * many documents, deleted ones among them, have such an impact or more. */
uint8_t ost_postings_kth_impact(const ost_postings *p, uint64_t k);

static inline osteon_status ost_postings_status(const ost_postings *p)
{
    return p->status;
}

/* How many of the term's documents are not deleted. */
OSTEON_MUST_CHECK osteon_status ost_postings_live(ost_segment *segment,
                                                  const ost_term *term,
                                                  uint32_t *out,
                                                  osteon_error *err);

/* ---- snapshot.c ---- */

typedef struct ost_snapshot {
    char *folder;      /* of the index, as given */
    char *root;        /* real path of the folder that holds it */
    char *language;    /* settings from the manifest */
    uint32_t analyzer; /* version */
    uint64_t generation;
    ost_segment **segments;
    uint32_t *bases; /* first document number of each, n_segments + 1 */
    uint32_t n_segments;
    uint64_t documents; /* live */
    struct ost_source_table *sources; /* NULL: none; see commit.h */
    struct ost_manifest *manifest;
    struct ost_known_field *fields; /* the newest first; by __atomic
                                     * operations */
} ost_snapshot;

/* Opens the last commit, retrying when a writer replaces it meanwhile. */
OSTEON_MUST_CHECK osteon_status ost_snapshot_open(const char *folder,
                                                  ost_snapshot **out,
                                                  osteon_error *err);
void ost_snapshot_close(ost_snapshot *snapshot);

/* ---- snapshot_fields.c ---- */

/* What BM25 knows of a field that a segment has: over live documents of all
 * segments. The arrays are of the segments. */
typedef struct ost_known_field {
    uint64_t documents; /* that have the field */
    uint64_t length;    /* sum of their decoded norms */
    double average;     /* of these; 0: no documents */
    ost_field_view *views; /* norms is NULL where the segment has no such
                            * field */
    /* Both with OST_IMPACT_K1 and OST_IMPACT_B: */
    double damping[256];
    ost_impact_scale *scales; /* of impacts */
    /* ---- private ---- */
    struct ost_known_field *older;
    char name[];
} ost_known_field;

/* Finds a field by name. It is made when first asked for and kept as long as
 * the snapshot: any thread. OSTEON_NOT_FOUND: no segment has it (err is not
 * filled). */
OSTEON_MUST_CHECK osteon_status
ost_snapshot_field(ost_snapshot *snapshot, const char *name,
                   const ost_known_field **out, osteon_error *err);

/* For ost_snapshot_close. */
void ost_snapshot_forget_fields(ost_snapshot *snapshot);

/* ---- documents.c: what is kept of each document ---- */

/* All pointers live until ost_record_free. */
typedef struct ost_record {
    const char *id;
    uint32_t id_len;
    const char *title;
    uint32_t title_len;
    uint32_t source; /* 0: none */
    uint32_t line;   /* 0: whole source */
    uint32_t length; /* tokens, exact */
    bool has_stored;
    uint64_t stored_block; /* where the stored text lies: private */
    uint32_t stored_at, stored_len;
    void *memory; /* owner of id and title */
} ost_record;

OSTEON_MUST_CHECK osteon_status ost_record_get(ost_segment *segment,
                                               uint32_t doc, ost_record *out,
                                               osteon_error *err);
void ost_record_free(ost_record *record);

/* A document's length alone, which needs none of its block's texts. */
OSTEON_MUST_CHECK osteon_status ost_record_length(ost_segment *segment,
                                                  uint32_t doc,
                                                  uint32_t *length,
                                                  osteon_error *err);

/* The stored text in fresh memory (for ost_free), not terminated.
 * OSTEON_NOT_FOUND: none is stored. */
OSTEON_MUST_CHECK osteon_status
ost_record_stored(ost_segment *segment, const ost_record *record, char **text,
                  size_t *len, osteon_error *err);

/* Finds the live document with this id. OSTEON_NOT_FOUND (err not filled). */
OSTEON_MUST_CHECK osteon_status ost_record_find(ost_segment *segment,
                                                const char *id, size_t len,
                                                uint32_t *doc,
                                                osteon_error *err);

/* The source number of every document, in fresh memory (for ost_free). */
OSTEON_MUST_CHECK osteon_status ost_segment_sources(ost_segment *segment,
                                                    uint32_t **out,
                                                    osteon_error *err);

/* The values of a document, in order of field name, then as given. *fields
 * (fresh, for ost_free) borrows texts from the segment. */
OSTEON_MUST_CHECK osteon_status
ost_segment_values(ost_segment *segment, uint32_t doc, osteon_field **fields,
                   size_t *n, osteon_error *err);

#endif
