/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * From a part of the model to scorers for one segment. What cannot match
 * there gets no scorer (NULL), and its parents do without or follow it.
 */
#include "scorer.h"

/* Children, at most, that are walked document by document. */
enum { FEW = 16 };

static osteon_status make(ost_plan *plan, const ost_part *part, bool leads,
                          ost_scorer **out, osteon_error *err);

/* ---- What scorers are made with ---- */

void *ost_plan_scorer(ost_plan *plan, const ost_scorer_type *type, size_t size)
{
    ost_scorer *s = ost_arena_alloc(plan->arena, size);

    if (s == NULL)
        return NULL;
    s->type = type;
    s->doc = -1;
    s->floor = -1;
    s->ranking = plan->ranking;
    return s;
}

osteon_status ost_plan_list(ost_plan *plan, const ost_leaf *leaf,
                            ost_list **out, osteon_error *err)
{
    ost_list *list = ost_arena_alloc(plan->arena, sizeof *list);
    osteon_status s;

    *out = NULL;
    if (list == NULL)
        return ost_fail_memory(err);
    s = ost_postings_open(plan->segment, &leaf->in[plan->number],
                          &list->postings, err);
    if (s != OSTEON_OK)
        return s;
    list->older = plan->lists;
    plan->lists = list;
    *out = list;
    return OSTEON_OK;
}

/* Up to the next document nothing scores, so its block's bound holds from
 * `target` on. A cursor answers for rising targets only: below the highest
 * asked for, the bound of the whole list has to do. */
uint8_t ost_list_bound(ost_list *list, uint32_t target, uint32_t *upto)
{
    const ost_postings *p = list->postings;

    *upto = OST_DOC_END;
    if (p->doc == OST_DOC_END)
        return 0;
    if (target < p->doc)
        target = p->doc;
    if (target < list->asked) {
        *upto = (uint32_t)(list->asked - 1);
        return p->term.impact;
    }
    list->asked = target;
    return ost_postings_bound(list->postings, target, upto);
}

/* ---- Inner nodes ---- */

static osteon_status make_and(ost_plan *plan, const ost_part *part,
                              ost_scorer **out, osteon_error *err)
{
    ost_scorer **children;

    /* Ask first: opening lists costs more than seeing that one is not
     * there. */
    if (!ost_part_occurs(part, plan->number))
        return OSTEON_OK;
    children =
        ost_arena_array(plan->arena, part->n_parts, sizeof(ost_scorer *));
    if (children == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < part->n_parts; i++) {
        const osteon_status s =
            make(plan, part->parts[i], false, &children[i], err);
        if (s != OSTEON_OK || children[i] == NULL)
            return s;
    }
    *out = part->n_parts == 1 ? children[0]
                              : ost_scorer_and(plan, children, part->n_parts);
    return *out != NULL ? OSTEON_OK : ost_fail_memory(err);
}

static osteon_status make_or(ost_plan *plan, const ost_part *part, bool leads,
                             ost_scorer **out, osteon_error *err)
{
    const bool best = part->kind == OST_NODE_MAX;
    ost_scorer **children =
        ost_arena_array(plan->arena, part->n_parts, sizeof(ost_scorer *));
    uint32_t n = 0;

    if (children == NULL)
        return ost_fail_memory(err);
    for (uint32_t i = 0; i < part->n_parts; i++) {
        const osteon_status s =
            make(plan, part->parts[i], false, &children[n], err);
        if (s != OSTEON_OK)
            return s;
        n += children[n] != NULL;
    }
    if (n == 0)
        return OSTEON_OK;
    if (n == 1)
        *out = children[0];
    else if (leads || n > FEW)
        *out = ost_scorer_window(plan, children, n, best);
    else
        *out = ost_scorer_any(plan, children, n, best);
    return *out != NULL ? OSTEON_OK : ost_fail_memory(err);
}

static osteon_status make_filter(ost_plan *plan, const ost_part *part,
                                 bool leads, ost_scorer **out,
                                 osteon_error *err)
{
    ost_scorer *required, *optional = NULL, *excluded = NULL;
    osteon_status s = OSTEON_OK;

    if (part->required != NULL)
        s = make(plan, part->required, leads, &required, err);
    else if ((required = ost_scorer_all(plan)) == NULL)
        return ost_fail_memory(err);
    if (s != OSTEON_OK || required == NULL)
        return s;
    if (part->optional != NULL && plan->ranking)
        s = make(plan, part->optional, false, &optional, err);
    if (s == OSTEON_OK && part->excluded != NULL)
        s = make(plan, part->excluded, false, &excluded, err);
    if (s != OSTEON_OK)
        return s;
    *out = optional == NULL && excluded == NULL
               ? required
               : ost_scorer_filter(plan, required, optional, excluded);
    return *out != NULL ? OSTEON_OK : ost_fail_memory(err);
}

/* `leads`: the scorer is walked by itself, from end to end. */
static osteon_status make(ost_plan *plan, const ost_part *part, bool leads,
                          ost_scorer **out, osteon_error *err)
{
    *out = NULL;
    switch (part->kind) {
    case OST_NODE_EMPTY:
        break;
    case OST_NODE_TERM:
        if (ost_part_occurs(part, plan->number))
            return ost_scorer_term(plan, part, out, err);
        break;
    case OST_NODE_PHRASE:
    case OST_NODE_NEAR:
        if (ost_part_occurs(part, plan->number))
            return ost_scorer_phrase(plan, part, leads, out, err);
        break;
    case OST_NODE_OR:
    case OST_NODE_MAX:
        return make_or(plan, part, leads, out, err);
    case OST_NODE_AND:
        return make_and(plan, part, out, err);
    case OST_NODE_FILTER:
        return make_filter(plan, part, leads, out, err);
    }
    return OSTEON_OK;
}

/* ---- Plans ---- */

osteon_status ost_plan_open_part(const ost_model *model, const ost_part *part,
                                 uint32_t number, bool ranking, ost_plan **out,
                                 osteon_error *err)
{
    ost_arena *arena = ost_arena_open();
    ost_plan *plan;
    osteon_status s;

    *out = NULL;
    if (arena == NULL)
        return ost_fail_memory(err);
    plan = ost_arena_alloc(arena, sizeof *plan);
    if (plan == NULL) {
        ost_arena_close(arena);
        return ost_fail_memory(err);
    }
    plan->arena = arena;
    plan->model = model;
    plan->number = number;
    plan->segment = model->snapshot->segments[number];
    plan->documents = ost_segment_documents(plan->segment);
    plan->ranking = ranking;
    s = make(plan, part, true, &plan->root, err);
    if (s != OSTEON_OK)
        ost_plan_close(plan);
    else
        *out = plan;
    return s;
}

osteon_status ost_plan_open(const ost_model *model, uint32_t number,
                            bool ranking, ost_plan **out, osteon_error *err)
{
    const osteon_status s =
        ost_plan_open_part(model, model->root, number, ranking, out, err);
    ost_scorer **only;

    /* Best documents of one term: an AND of one child is the fastest way. */
    if (s != OSTEON_OK || !ranking || (*out)->root == NULL ||
        !ost_scorer_is_term((*out)->root))
        return s;
    only = ost_arena_alloc((*out)->arena, sizeof(ost_scorer *));
    if (only != NULL) {
        *only = (*out)->root;
        (*out)->root = ost_scorer_and(*out, only, 1);
        if ((*out)->root != NULL)
            return OSTEON_OK;
    }
    ost_plan_close(*out);
    *out = NULL;
    return ost_fail_memory(err);
}

void ost_plan_close(ost_plan *plan)
{
    if (plan == NULL)
        return;
    for (ost_list *list = plan->lists; list != NULL; list = list->older)
        ost_postings_close(list->postings);
    ost_arena_close(plan->arena); /* holds the plan too */
}

osteon_status ost_plan_check(const ost_plan *plan, osteon_error *err)
{
    for (const ost_list *list = plan->lists; list != NULL;
         list = list->older) {
        const osteon_status s = ost_postings_status(list->postings);
        if (s == OSTEON_OK)
            continue;
        if (err != NULL)
            *err = list->postings->error;
        return s;
    }
    return OSTEON_OK;
}
