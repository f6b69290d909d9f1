/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The terms of an index, field by field.
 */
#include "engine.h"

#include "collection.h"

/* The least field name of all segments that is greater than `after`, which is
 * NULL at first; NULL: there is none. */
static const char *next_field(const ost_snapshot *snap, const char *after)
{
    const char *least = NULL;

    for (uint32_t i = 0; i < snap->n_segments; i++) {
        const ost_segment *seg = snap->segments[i];
        for (uint32_t f = 0; f < seg->n_fields; f++) {
            const char *name = seg->fields[f].name;
            if ((after == NULL || strcmp(name, after) > 0) &&
                (least == NULL || strcmp(name, least) < 0))
                least = name;
        }
    }
    return least;
}

static osteon_status list_field(const ost_collection *c, const char *field,
                                bool (*each)(void *arg,
                                             const osteon_term *term),
                                void *arg, bool *go_on, osteon_error *err)
{
    ost_term_walk w;
    osteon_status s = ost_term_walk_open(c, field, &w, err);

    while (s == OSTEON_OK && *go_on) {
        osteon_term term = {.field = field, .term = w.term};
        s = ost_term_walk_next(&w, err);
        if (s != OSTEON_OK || w.len == 0)
            break;
        s = ost_term_walk_count(&w, &term.df, &term.cf, err);
        term.term_len = w.len;
        if (s == OSTEON_OK)
            *go_on = each(arg, &term);
    }
    ost_term_walk_close(&w);
    return s;
}

osteon_status osteon_index_terms(const osteon_index *index,
                                 bool (*each)(void *arg,
                                              const osteon_term *term),
                                 void *arg, osteon_error *err)
{
    const ost_snapshot *snap;
    const char *field = NULL;
    bool go_on = true;
    ost_collection c;
    osteon_status s = ost_native_only(index, &snap, err);

    if (s != OSTEON_OK)
        return s;
    s = ost_collection_open(snap, &c, err);
    while (s == OSTEON_OK && go_on &&
           (field = next_field(snap, field)) != NULL)
        s = list_field(&c, field, each, arg, &go_on, err);
    ost_collection_close(&c);
    return s;
}
