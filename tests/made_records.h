/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Document records of all kinds, drawn at random, and segments that hold them.
 */
#ifndef OST_MADE_RECORDS_H
#define OST_MADE_RECORDS_H

#include "write.h"

#include "segment_fixture.h"

#define N_SECTIONS 3

static uint64_t state = 0x2545f4914f6cdd1du;

static inline uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 16) % below);
}

/* ---- Records to write ---- */

typedef struct made_record {
    ost_record record;
    bool dead;
    char id[OST_MAX_ID + 1];
    char title[OST_MAX_TITLE + 8];
} made_record;

static inline void make_record(made_record *m, uint32_t doc)
{
    ost_record *r = &m->record;

    memset(m, 0, sizeof *m);
    if (draw(200) == 0) { /* as long as ids may be */
        memset(m->id, 'x', OST_MAX_ID);
        r->id_len = (uint32_t)snprintf(m->id, 20, "%u/long", doc);
        m->id[r->id_len] = '/';
        r->id_len = OST_MAX_ID;
    } else {
        r->id_len = (uint32_t)snprintf(m->id, sizeof m->id,
                                       "folder/%u/%s%u.txt", doc / 9,
                                       draw(2) ? "chapter-" : "", doc);
    }
    r->id = m->id;
    r->title_len = draw(4) == 0 ? 0 : draw(60);
    if (draw(100) == 0)
        r->title_len = OST_MAX_TITLE;
    for (uint32_t i = 0; i < r->title_len; i++)
        m->title[i] = (char)('a' + draw(16));
    r->title = m->title;
    r->source = draw(3) ? doc / 3 : draw(UINT32_MAX);
    r->line = draw(2) ? 0 : draw(UINT32_MAX);
    r->length = draw(3000);
    r->has_stored = draw(3) > 0;
    if (r->has_stored) {
        r->stored_block = draw(20) ? doc / 7 : draw(UINT32_MAX);
        r->stored_at = draw(40000);
        r->stored_len = draw(5) ? draw(3000) : draw(0x7fffffff);
    }
    m->dead = draw(10) == 0;
}

static inline made_record *make_records(uint32_t n)
{
    made_record *made = malloc((n ? n : 1) * sizeof *made);

    ck_assert_ptr_nonnull(made);
    for (uint32_t i = 0; i < n; i++)
        make_record(&made[i], i);
    return made;
}

static inline ost_document_writer *write_records(const made_record *made,
                                                 uint32_t n,
                                                 const ost_buffer **sections)
{
    ost_document_writer *w;

    ck_assert_int_eq(ost_document_writer_open(n, &w, NULL), OSTEON_OK);
    for (uint32_t i = 0; i < n; i++)
        ck_assert(ost_document_writer_add(w, &made[i].record, made[i].dead));
    ck_assert(ost_document_writer_finish(w, sections));
    return w;
}

static inline void as_fixture(const ost_buffer *sections, fixture_section *out)
{
    for (unsigned i = 0; i < N_SECTIONS; i++) {
        out[i].id = (ost_section_id)(OST_SECTION_DOCUMENTS + i);
        out[i].data = sections[i].data;
        out[i].len = sections[i].len;
    }
}

static inline ost_segment *open_records(const made_record *made, uint32_t n)
{
    const ost_buffer *sections;
    fixture_section parts[N_SECTIONS];
    ost_document_writer *w = write_records(made, n, &sections);
    ost_segment *segment;

    as_fixture(sections, parts);
    segment = fixture_open(n, parts, N_SECTIONS);
    ost_document_writer_close(w);
    return segment;
}

#endif
