/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The field table of a segment and the norms of its fields. In the file the
 * table is a list of fixed parts and names (docs/format.md, "Fields"); norms
 * are a byte a document, or pairs for a field that few documents have.
 */
#include "segment.h"

#define FIXED 64 /* bytes of a field's fixed part */

static osteon_status bad(ost_segment *seg, uint64_t at, const char *what,
                         osteon_error *err)
{
    return ost_section_fail(seg, OST_SECTION_FIELDS, at, what, err);
}

static osteon_status read_field(ost_segment *seg, const uint8_t *p,
                                uint64_t at, ost_field *f, osteon_error *err)
{
    const uint64_t blocks = ost_section_size(seg, OST_SECTION_DIRECTORY) / 24;

    f->first_block = ost_get32(p);
    f->n_blocks = ost_get32(p + 4);
    f->documents = ost_get32(p + 8);
    f->norms_kind = ost_get32(p + 12);
    f->n_terms = ost_get64(p + 16);
    f->length = ost_get64(p + 24);
    f->postings = ost_get64(p + 32);
    f->positions = ost_get64(p + 40);
    f->norms_at = ost_get64(p + 48);
    f->name_len = ost_get32(p + 56);
    f->flags = ost_get32(p + 60);
    if (f->first_block > blocks || f->n_blocks > blocks - f->first_block ||
        f->n_terms > f->n_blocks * OST_TERM_BLOCK ||
        f->documents > seg->n_documents || f->norms_kind > 1 ||
        f->length > (uint64_t)f->documents * ost_norm_decode(UINT8_MAX) ||
        f->flags > OST_FIELD_NO_POSITIONS)
        return bad(seg, at, "field out of bounds", err);
    return OSTEON_OK;
}

osteon_status ost_fields_read(ost_segment *seg, osteon_error *err)
{
    const uint64_t size = ost_section_size(seg, OST_SECTION_FIELDS);
    const uint8_t *p =
        ost_section_get(seg, OST_SECTION_FIELDS, 0, size, err);
    uint64_t at = 4;
    uint32_t n;

    if (p == NULL)
        return OSTEON_CORRUPT;
    if (size < 4)
        return bad(seg, 0, "no field table", err);
    n = ost_get32(p);
    if (n > OST_MAX_FIELDS || n == 0)
        return bad(seg, 0, "impossible number of fields", err);
    seg->fields = ost_calloc(n, sizeof *seg->fields);
    if (seg->fields == NULL)
        return ost_fail_memory(err);
    seg->n_fields = n;
    for (uint32_t i = 0; i < n; i++) {
        ost_field *f = &seg->fields[i];
        osteon_status s;
        if (size - at < FIXED)
            return bad(seg, at, "field table cut", err);
        s = read_field(seg, p + at, at, f, err);
        if (s != OSTEON_OK)
            return s;
        at += FIXED;
        if (f->name_len > OST_MAX_FIELD_NAME || f->name_len > size - at ||
            memchr(p + at, 0, f->name_len) != NULL ||
            (i == 0) != (f->name_len == 0))
            return bad(seg, at, "bad field name", err);
        f->name = ost_calloc(1, f->name_len + 1);
        if (f->name == NULL)
            return ost_fail_memory(err);
        memcpy(f->name, p + at, f->name_len);
        if (i > 0 && strcmp(seg->fields[i - 1].name, f->name) >= 0)
            return bad(seg, at, "fields out of order", err);
        at += f->name_len;
    }
    return OSTEON_OK;
}

void ost_fields_free(ost_segment *seg)
{
    for (uint32_t i = 0; i < seg->n_fields; i++) {
        ost_free(seg->fields[i].name);
        ost_free(seg->fields[i].expanded);
    }
    ost_free(seg->fields);
    seg->fields = NULL;
    seg->n_fields = 0;
}

void ost_fields_put(ost_buffer *out, const ost_field *fields, uint32_t n)
{
    uint8_t *p = ost_buffer_reserve(out, 4);

    if (p == NULL)
        return;
    ost_put32(p, n);
    out->len += 4;
    for (uint32_t i = 0; i < n; i++) {
        const ost_field *f = &fields[i];
        p = ost_buffer_reserve(out, FIXED);
        if (p == NULL)
            return;
        memset(p, 0, FIXED);
        ost_put32(p, (uint32_t)f->first_block);
        ost_put32(p + 4, (uint32_t)f->n_blocks);
        ost_put32(p + 8, f->documents);
        ost_put32(p + 12, f->norms_kind);
        ost_put64(p + 16, f->n_terms);
        ost_put64(p + 24, f->length);
        ost_put64(p + 32, f->postings);
        ost_put64(p + 40, f->positions);
        ost_put64(p + 48, f->norms_at);
        ost_put32(p + 56, (uint32_t)f->name_len);
        ost_put32(p + 60, f->flags);
        out->len += FIXED;
        ost_buffer_add(out, f->name, f->name_len);
    }
}

/* ---- Norms ---- */

/* Sparse norms are expanded on first use; two threads may do so at once, and
 * the loser frees its copy. */
static osteon_status expand(ost_segment *seg, ost_field *f,
                            const uint8_t **out, osteon_error *err)
{
    const uint8_t *p =
        ost_section_get(seg, OST_SECTION_NORMS, f->norms_at,
                        (uint64_t)f->documents * 5, err);
    uint8_t *made, *none = NULL;
    uint32_t before = 0;

    if (p == NULL)
        return OSTEON_CORRUPT;
    made = ost_calloc(seg->n_documents, 1);
    if (made == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < f->documents; i++) {
        const uint32_t doc = ost_get32(p + (size_t)i * 4);
        if (doc >= seg->n_documents || (i > 0 && doc <= before)) {
            ost_free(made);
            return ost_section_fail(seg, OST_SECTION_NORMS,
                                    f->norms_at + (uint64_t)i * 4,
                                    "norms out of order", err);
        }
        made[doc] = p[(size_t)f->documents * 4 + i];
        before = doc;
    }
    if (!__atomic_compare_exchange_n(&f->expanded, &none, made, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        ost_free(made);
        made = none;
    }
    *out = made;
    return OSTEON_OK;
}

osteon_status ost_field_norms(ost_segment *seg, uint32_t field,
                              const uint8_t **out, osteon_error *err)
{
    ost_field *f = &seg->fields[field];

    *out = NULL;
    if (f->norms_kind == OST_NORMS_SPARSE) {
        *out = __atomic_load_n(&f->expanded, __ATOMIC_ACQUIRE);
        return *out ? OSTEON_OK : expand(seg, f, out, err);
    }
    /* Asked for with each term, and of many pages in a large segment. */
    *out = __atomic_load_n(&f->dense, __ATOMIC_RELAXED);
    if (*out != NULL)
        return OSTEON_OK;
    *out = ost_section_get(seg, OST_SECTION_NORMS, f->norms_at,
                           seg->n_documents, err);
    if (*out == NULL)
        return OSTEON_CORRUPT;
    __atomic_store_n(&f->dense, *out, __ATOMIC_RELAXED);
    return OSTEON_OK;
}

void ost_norms_put(ost_buffer *out, ost_field *f, const uint8_t *norms,
                   uint32_t n_documents)
{
    f->norms_at = out->len;
    f->documents = 0;
    f->length = 0;
    for (uint32_t i = 0; i < n_documents; i++) {
        f->documents += norms[i] != 0;
        f->length += ost_norm_decode(norms[i]);
    }
    if (f->documents >= n_documents / 8) {
        f->norms_kind = OST_NORMS_DENSE;
        ost_buffer_add(out, norms, n_documents);
        return;
    }
    f->norms_kind = OST_NORMS_SPARSE;
    for (uint32_t i = 0; i < n_documents; i++) {
        uint8_t doc[4];
        ost_put32(doc, i);
        if (norms[i] != 0)
            ost_buffer_add(out, doc, sizeof doc);
    }
    for (uint32_t i = 0; i < n_documents; i++)
        if (norms[i] != 0)
            ost_buffer_add_byte(out, norms[i]);
}

double ost_field_average(const ost_field *f)
{
    return f->documents ? (double)f->length / f->documents : 1.0;
}

osteon_status ost_segment_field(ost_segment *seg, const char *name,
                                ost_field_view *out, osteon_error *err)
{
    for (uint32_t i = 0; i < seg->n_fields; i++) {
        if (strcmp(seg->fields[i].name, name) != 0)
            continue;
        out->number = i;
        out->average = ost_field_average(&seg->fields[i]);
        return ost_field_norms(seg, i, &out->norms, err);
    }
    return OSTEON_NOT_FOUND;
}
