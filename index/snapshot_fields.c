/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a snapshot knows of its fields. It takes a look at all segments, and at
 * all deleted documents, so it is kept. Fields are a list that only grows, by
 * its head: whoever makes one that another thread has made meanwhile lets go of
 * its own.
 */
#include "segment.h"

/* What deleted documents hold of a field is taken off again. */
static osteon_status subtract_deleted(ost_segment *seg, uint32_t field,
                                      ost_known_field *out, osteon_error *err)
{
    const ost_field *f = &seg->fields[field];
    const uint8_t *norms;
    uint64_t documents = 0, length = 0;
    osteon_status s;

    if (seg->n_deleted == 0)
        return OSTEON_OK;
    s = ost_field_norms(seg, field, &norms, err);
    if (s != OSTEON_OK)
        return s;
    for (uint32_t word = 0; word <= (seg->n_documents - 1) / 64; word++) {
        uint64_t bits = seg->deleted[word];
        for (; bits != 0; bits &= bits - 1) {
            const uint32_t doc =
                word * 64 + (uint32_t)__builtin_ctzll(bits);
            documents += norms[doc] != 0;
            length += ost_norm_decode(norms[doc]);
        }
    }
    if (documents > f->documents || length > f->length)
        return ost_section_fail(seg, OST_SECTION_NORMS, f->norms_at,
                                "deleted documents have more of a field than "
                                "all have", err);
    out->documents -= documents;
    out->length -= length;
    return OSTEON_OK;
}

/* Looks at all segments; *known tells whether one has the field. */
static osteon_status view_segments(ost_snapshot *snap, ost_known_field *out,
                                   bool *known, osteon_error *err)
{
    *known = false;
    for (uint32_t i = 0; i < snap->n_segments; i++) {
        ost_segment *seg = snap->segments[i];
        ost_field_view *view = &out->views[i];
        osteon_status s = ost_segment_field(seg, out->name, view, err);
        if (s == OSTEON_NOT_FOUND)
            continue;
        if (s != OSTEON_OK)
            return s;
        out->documents += seg->fields[view->number].documents;
        out->length += seg->fields[view->number].length;
        *known = true;
        s = subtract_deleted(seg, view->number, out, err);
        if (s != OSTEON_OK)
            return s;
    }
    return OSTEON_OK;
}

static void field_free(ost_known_field *field)
{
    if (field == NULL)
        return;
    ost_free(field->views);
    ost_free(field->scales);
    ost_free(field);
}

static osteon_status field_make(ost_snapshot *snap, const char *name,
                                ost_known_field **out, osteon_error *err)
{
    const size_t len = strlen(name), n = snap->n_segments;
    ost_known_field *field = ost_calloc(1, sizeof *field + len + 1);
    osteon_status s = OSTEON_OK;
    bool known = false;

    *out = NULL;
    if (field == NULL)
        return ost_fail_memory(err);
    memcpy(field->name, name, len);
    field->views = ost_calloc(n, sizeof *field->views);
    field->scales = ost_calloc(n, sizeof *field->scales);
    if (field->views == NULL || field->scales == NULL)
        s = ost_fail_memory(err);
    if (s == OSTEON_OK)
        s = view_segments(snap, field, &known, err);
    if (s != OSTEON_OK || !known) {
        field_free(field);
        return s != OSTEON_OK ? s : OSTEON_NOT_FOUND;
    }
    if (field->documents > 0)
        field->average = (double)field->length / (double)field->documents;
    ost_damping_fill(field->damping, OST_IMPACT_K1, OST_IMPACT_B,
                     field->average);
    for (size_t i = 0; i < n; i++)
        if (field->views[i].norms != NULL)
            field->scales[i] = ost_impact_scale_for(
                OST_IMPACT_K1, OST_IMPACT_B, field->average,
                field->views[i].average, 1, UINT8_MAX);
    *out = field;
    return OSTEON_OK;
}

static const ost_known_field *find(const ost_known_field *field,
                                   const char *name)
{
    while (field != NULL && strcmp(field->name, name) != 0)
        field = field->older;
    return field;
}

osteon_status ost_snapshot_field(ost_snapshot *snap, const char *name,
                                 const ost_known_field **out,
                                 osteon_error *err)
{
    ost_known_field *head = __atomic_load_n(&snap->fields, __ATOMIC_ACQUIRE);
    ost_known_field *made;
    osteon_status s;

    *out = find(head, name);
    if (*out != NULL)
        return OSTEON_OK;
    s = field_make(snap, name, &made, err);
    if (s != OSTEON_OK)
        return s;
    do {
        *out = find(head, name);
        if (*out != NULL) {
            field_free(made);
            return OSTEON_OK;
        }
        made->older = head;
    } while (!__atomic_compare_exchange_n(&snap->fields, &head, made, false,
                                          __ATOMIC_ACQ_REL,
                                          __ATOMIC_ACQUIRE));
    *out = made;
    return OSTEON_OK;
}

void ost_snapshot_forget_fields(ost_snapshot *snap)
{
    while (snap->fields != NULL) {
        ost_known_field *older = snap->fields->older;
        field_free(snap->fields);
        snap->fields = older;
    }
}
