/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Shards as one database: whether they go together, and how documents are
 * numbered. Xapian numbers those of n joined databases in turn; outside, all
 * shards count, be they up or not, so that a number means the same document
 * whoever answers.
 */
#include "xapian_index.h"

/* Scores of shards by different rules mean nothing side by side. */
static osteon_status compare(const ost_xapian_shard *a,
                             const ost_xapian_shard *b, osteon_error *err)
{
    const ost_xapian_settings *s = &a->settings, *t = &b->settings;

    if (s->ours != t->ours)
        return ost_fail(err, OSTEON_INVALID,
                        "%s is a database of Osteon and %s is not: they "
                        "cannot be searched as one",
                        s->ours ? a->name : b->name,
                        s->ours ? b->name : a->name);
    if (strcmp(s->language, t->language) != 0)
        return ost_fail(err, OSTEON_INVALID,
                        "%s is in %s and %s in %s: they cannot be searched "
                        "as one",
                        a->name, s->language, b->name, t->language);
    if (s->title_weight != t->title_weight || s->stems != t->stems)
        return ost_fail(err, OSTEON_INVALID,
                        "%s and %s were written with different settings: "
                        "they cannot be searched as one",
                        a->name, b->name);
    return OSTEON_OK;
}

static bool tell_foreign(ost_xapian_index *x)
{
    return ost_xapian_note(x, "%s was not written by Osteon: words are taken "
                              "to be English, scores are Xapian's, and "
                              "values are not known",
                           x->path);
}

static osteon_status describe(ost_xapian_index *x, osteon_error *err)
{
    bool told = true;

    ost_xapian_notes_clear(x);
    for (uint32_t i = 0; i < x->n_shards; i++)
        if (x->shards[i].db == NULL)
            told = told && ost_xapian_note(x, "left out: %s",
                                           x->shards[i].down.text);
    for (uint32_t i = 0; i < x->n_up; i++)
        for (uint32_t j = 0; j < i; j++) {
            const ost_xapian_shard *a = &x->shards[x->up[j]];
            const ost_xapian_shard *b = &x->shards[x->up[i]];
            if (a->settings.shard[0] != '\0' &&
                strcmp(a->settings.shard, b->settings.shard) == 0)
                told = told &&
                       ost_xapian_note(x, "%s and %s both hold part %s: "
                                          "documents are found twice",
                                       a->name, b->name, a->settings.shard);
        }
    if (!x->settings.ours)
        told = told && tell_foreign(x);
    return told ? OSTEON_OK : ost_fail_memory(err);
}

osteon_status ost_xapian_join(ost_xapian_index *x, osteon_error *err)
{
    xapian_c_status status;

    xapian_c_database_free(x->db);
    x->db = NULL;
    x->n_up = 0;
    status = xapian_c_database_new(&x->db, &x->error);
    for (uint32_t i = 0; i < x->n_shards; i++) {
        const ost_xapian_shard *shard = &x->shards[i];
        osteon_status s;
        if (shard->db == NULL)
            continue;
        if (status == XAPIAN_C_OK)
            status = xapian_c_database_add_database(x->db, shard->db,
                                                    &x->error);
        if (status != XAPIAN_C_OK)
            return ost_xapian_fail(x, status, err);
        if (x->n_up > 0) {
            s = compare(&x->shards[x->up[0]], shard, err);
            if (s != OSTEON_OK)
                return s;
        }
        x->up[x->n_up++] = i;
    }
    if (x->n_up > 0)
        x->settings = x->shards[x->up[0]].settings;
    if (x->language[0] == '\0') /* once: others read it without the mutex */
        strcpy(x->language, x->settings.language);
    if (strcmp(x->language, x->settings.language) != 0)
        return ost_fail(err, OSTEON_INVALID,
                        "%s: its language has changed to %s; open it anew",
                        x->path, x->settings.language);
    return describe(x, err);
}

uint32_t ost_xapian_shard_at(const ost_xapian_index *x, uint32_t joined,
                             uint32_t *local)
{
    if (x->n_up <= 1) {
        *local = joined;
        return x->n_up == 1 ? x->up[0] : 0;
    }
    *local = (joined - 1) / x->n_up + 1;
    return x->up[(joined - 1) % x->n_up];
}

osteon_status ost_xapian_number(const ost_xapian_index *x, uint32_t joined,
                                uint32_t *out, osteon_error *err)
{
    uint32_t local;
    const uint32_t shard = ost_xapian_shard_at(x, joined, &local);
    const uint64_t number = (uint64_t)(local - 1) * x->n_shards + shard + 1;

    if (number > UINT32_MAX)
        return ost_fail(err, OSTEON_INVALID,
                        "%s: numbers of documents do not fit", x->path);
    *out = (uint32_t)number;
    return OSTEON_OK;
}

osteon_status ost_xapian_locate(ost_xapian_index *x, uint32_t document,
                                xapian_c_database **db, uint32_t *local,
                                osteon_error *err)
{
    const ost_xapian_shard *shard;

    if (document == 0)
        return ost_fail(err, OSTEON_NOT_FOUND, "0: no such document");
    shard = &x->shards[(document - 1) % x->n_shards];
    if (shard->db == NULL) {
        if (err != NULL)
            *err = shard->down;
        return shard->down.status;
    }
    *db = shard->db;
    *local = (document - 1) / x->n_shards + 1;
    return OSTEON_OK;
}
