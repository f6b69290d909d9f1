/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Comparing what a segment's parts say of one another: counts of the field
 * table with the dictionary and the norms, the dictionary with the lists,
 * impacts and skip tables with the postings.
 */
#include "engine.h"

#include "dictionary.h"

/* Walks one list and compares it with its term. Reports what differs. */
static osteon_status check_list(ost_segment *seg, uint32_t field,
                                const ost_term_cursor *c,
                                const uint8_t *norms, ost_reporter *r,
                                osteon_error *err)
{
    const double average = ost_field_average(&seg->fields[field]);
    const ost_term *t = &c->info;
    uint64_t cf = 0;
    uint32_t df = 0, upto = 0;
    uint8_t bound = 0;
    bool first = true, over = false, lost = false;
    ost_postings *p;
    osteon_status s = ost_postings_open(seg, t, &p, err);

    if (s != OSTEON_OK)
        return s;
    while (ost_postings_next(p) != OST_DOC_END) {
        const uint32_t tf = ost_postings_tf(p);
        uint8_t impact;
        ost_postings_positions(p);
        if (p->doc == OST_DOC_END)
            break;
        if (first || p->doc > upto)
            bound = ost_postings_bound(p, p->doc, &upto);
        first = false;
        impact = ost_impact(tf, norms[p->doc], average);
        over = over || impact > bound || impact > t->impact;
        lost = lost || norms[p->doc] == 0;
        df++;
        cf += tf;
    }
    s = ost_postings_status(p);
    if (s != OSTEON_OK && err != NULL)
        *err = p->error;
    ost_postings_close(p);
    if (s != OSTEON_OK)
        return s;
    if (df != t->df || cf != t->cf)
        ost_report(r, "%s: term %.*s: list and dictionary disagree",
                   seg->path, (int)c->len, c->term);
    if (over)
        ost_report(r, "%s: term %.*s: an impact is above its bound",
                   seg->path, (int)c->len, c->term);
    if (lost)
        ost_report(r, "%s: term %.*s: in a document without length",
                   seg->path, (int)c->len, c->term);
    return OSTEON_OK;
}

static osteon_status check_field(ost_segment *seg, uint32_t field,
                                 ost_reporter *r, osteon_error *err)
{
    const ost_field *f = &seg->fields[field];
    uint64_t terms = 0, postings = 0, positions = 0, length = 0;
    uint32_t documents = 0;
    const uint8_t *norms;
    ost_term_cursor c;
    osteon_status s = ost_field_norms(seg, field, &norms, err);

    if (s != OSTEON_OK)
        return s;
    ost_term_cursor_start(&c, seg, field);
    for (;;) {
        ost_term found;
        s = ost_term_cursor_next(&c, err);
        if (s != OSTEON_OK || c.len == 0)
            break;
        s = check_list(seg, field, &c, norms, r, err);
        if (s != OSTEON_OK)
            break;
        s = ost_dictionary_find(seg, field, c.term, c.len, &found, err);
        if (s == OSTEON_NOT_FOUND ||
            (s == OSTEON_OK && found.postings != c.info.postings)) {
            ost_report(r, "%s: term %.*s: not found by the directory",
                       seg->path, (int)c.len, c.term);
            s = OSTEON_OK;
        }
        if (s != OSTEON_OK)
            break;
        terms++;
        postings += c.info.df;
        positions += c.info.cf;
    }
    if (s != OSTEON_OK)
        return s;
    for (uint32_t d = 0; d < seg->n_documents; d++) {
        documents += norms[d] != 0;
        length += ost_norm_decode(norms[d]);
    }
    if (terms != f->n_terms || postings != f->postings ||
        positions != f->positions || documents != f->documents ||
        length != f->length)
        ost_report(r, "%s: field %s: counts of the field table are wrong",
                   seg->path, f->name_len ? f->name : "(default)");
    return OSTEON_OK;
}

osteon_status ost_check_lists(ost_segment *seg, ost_reporter *r,
                              osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    for (uint32_t f = 0; f < seg->n_fields && s == OSTEON_OK; f++)
        s = check_field(seg, f, r, err);
    return s;
}
