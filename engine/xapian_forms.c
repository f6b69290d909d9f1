/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The words that have a stem. Positions are those of words, so a phrase of
 * stems is searched as one of any of their words.
 *
 * On this host they are the synonyms of the Z term. Xapian 1.4 does not send
 * synonyms over a connection: there they are sought among the terms with the
 * same beginning, which is where most of them are. Whether all are found is
 * known by counting: every occurrence of a word is one of its stem as well.
 */
#include "xapian_model.h"

/* Terms with the same beginning that are looked through, at most. */
#define MOST_TERMS 2000

typedef struct collector {
    ost_xapian_model *model;
    ost_xapian_leaf *leaf;
    ost_stemmer *stemmer;
    bool titles;
    size_t form_room, title_room;
} collector;

static osteon_status add_form(collector *c, bool stem, const char *word,
                              size_t len, osteon_error *err)
{
    ost_xapian_leaf *leaf = c->leaf;
    ost_xapian_model *model = c->model;
    const size_t n = leaf->n_forms;

    if (n == c->form_room) { /* the arena has no realloc */
        const size_t room = n > 0 ? 2 * n : 4;
        ost_xapian_key **forms =
            ost_arena_array(model->arena, room, sizeof *forms);
        ost_xapian_key **titles =
            ost_arena_array(model->arena, room, sizeof *titles);
        if (forms == NULL || titles == NULL)
            return ost_fail_memory(err);
        if (n > 0) {
            memcpy(forms, leaf->forms, n * sizeof(ost_xapian_key *));
            if (c->titles)
                memcpy(titles, leaf->titles, n * sizeof(ost_xapian_key *));
        }
        leaf->forms = forms;
        leaf->titles = c->titles ? titles : NULL;
        c->form_room = room;
    }
    leaf->forms[n] =
        ost_xapian_key_add(model, stem, leaf->prefix, word, len);
    if (c->titles)
        leaf->titles[n] = ost_xapian_key_add(model, stem, "S", word, len);
    if (leaf->forms[n] == NULL || (c->titles && leaf->titles[n] == NULL))
        return ost_fail_memory(err);
    leaf->n_forms++;
    return OSTEON_OK;
}

static bool has_stem(const collector *c, const char *word, size_t len)
{
    const ost_node *node = c->leaf->node;
    char stem[OST_WORD_MAX];

    return len > 0 && len <= OST_WORD_MAX &&
           ost_stemmer_apply(c->stemmer, word, len, stem) == node->term_len &&
           memcmp(stem, node->term, node->term_len) == 0;
}

/* A stem is a word as well, where it is its own stem. */
static osteon_status add_stem_itself(collector *c, osteon_error *err)
{
    const ost_node *node = c->leaf->node;

    if (!has_stem(c, node->term, node->term_len))
        return OSTEON_OK;
    return add_form(c, false, node->term, node->term_len, err);
}

/* ---- On this host ---- */

static osteon_status add_synonyms(collector *c, osteon_error *err)
{
    ost_xapian_index *x = c->model->x;
    const ost_node *node = c->leaf->node;
    char key[OST_XAPIAN_TERM_MOST];
    const size_t len =
        ost_xapian_term(true, "", node->term, node->term_len, key);
    xapian_c_term_iterator *words = NULL;
    osteon_status s = OSTEON_OK;
    xapian_c_status status =
        xapian_c_database_synonyms_begin(x->db, key, len, &words, &x->error);

    while (status == XAPIAN_C_OK && s == OSTEON_OK &&
           (status = xapian_c_term_iterator_next(words, &x->error)) ==
               XAPIAN_C_OK) {
        const char *word;
        size_t word_len;
        status = xapian_c_term_iterator_get_term(words, &word, &word_len,
                                                 &x->error);
        if (status == XAPIAN_C_OK)
            s = add_form(c, false, word, word_len, err);
    }
    xapian_c_term_iterator_free(words);
    if (s == OSTEON_OK && status != XAPIAN_C_END)
        s = ost_xapian_fail(x, status, err);
    c->leaf->complete = s == OSTEON_OK;
    return s == OSTEON_OK ? add_stem_itself(c, err) : s;
}

/* ---- Over a connection ---- */

/* Looks through terms that begin as the stem does. *all is false where there
 * are too many. */
static osteon_status add_neighbours(collector *c, bool *all,
                                    osteon_error *err)
{
    ost_xapian_index *x = c->model->x;
    ost_xapian_leaf *leaf = c->leaf;
    const size_t n = leaf->node->term_len;
    const size_t begins = n <= 3 ? n : n - 1 > 3 ? n - 1 : 3;
    const size_t prefix_len = strlen(leaf->prefix);
    char beginning[OST_XAPIAN_TERM_MOST];
    const size_t len = ost_xapian_term(false, leaf->prefix, leaf->node->term,
                                       begins, beginning);
    xapian_c_term_iterator *terms = NULL;
    osteon_status s = OSTEON_OK;
    size_t seen = 0;
    xapian_c_status status = xapian_c_database_allterms_begin(
        x->db, beginning, len, &terms, &x->error);

    *all = true;
    while (status == XAPIAN_C_OK && s == OSTEON_OK &&
           (status = xapian_c_term_iterator_next(terms, &x->error)) ==
               XAPIAN_C_OK) {
        const char *term;
        size_t term_len;
        *all = seen++ < MOST_TERMS;
        if (!*all)
            break;
        status = xapian_c_term_iterator_get_term(terms, &term, &term_len,
                                                 &x->error);
        if (status == XAPIAN_C_OK && term_len > prefix_len &&
            has_stem(c, term + prefix_len, term_len - prefix_len))
            s = add_form(c, false, term + prefix_len, term_len - prefix_len,
                         err);
    }
    xapian_c_term_iterator_free(terms);
    if (s == OSTEON_OK && *all && status != XAPIAN_C_END)
        s = ost_xapian_fail(x, status, err);
    return s;
}

static osteon_status occurrences(ost_xapian_index *x,
                                 const ost_xapian_key *key, uint64_t *sum,
                                 osteon_error *err)
{
    unsigned n;
    const xapian_c_status status = xapian_c_database_get_collection_freq(
        x->db, key->bytes, key->len, &n, &x->error);

    *sum += n;
    return status == XAPIAN_C_OK ? OSTEON_OK : ost_xapian_fail(x, status, err);
}

static osteon_status seek_words(collector *c, osteon_error *err)
{
    ost_xapian_index *x = c->model->x;
    ost_xapian_leaf *leaf = c->leaf;
    uint64_t of_stem = 0, of_words = 0;
    bool all;
    osteon_status s = add_neighbours(c, &all, err);

    if (s == OSTEON_OK)
        s = occurrences(x, leaf->key, &of_stem, err);
    for (size_t i = 0; s == OSTEON_OK && all && i < leaf->n_forms; i++)
        s = occurrences(x, leaf->forms[i], &of_words, err);
    leaf->complete = all && of_words == of_stem;
    return s;
}

/* ---- Both ---- */

osteon_status ost_xapian_forms(ost_xapian_model *model, ost_xapian_leaf *leaf,
                               osteon_error *err)
{
    ost_xapian_index *x = model->x;
    collector c = {.model = model, .leaf = leaf};
    const ost_node *node = leaf->node;
    osteon_status s;

    if (leaf->positioned)
        return OSTEON_OK;
    leaf->positioned = true;
    c.titles = node->field[0] == '\0' && x->settings.title_weight > 1;
    if (!leaf->stemmed || x->settings.stems) {
        leaf->complete = true;
        return add_form(&c, leaf->stemmed, node->term, node->term_len, err);
    }
    s = ost_xapian_stemmer(x, &c.stemmer, err);
    if (s != OSTEON_OK)
        return s;
    return x->remote ? seek_words(&c, err) : add_synonyms(&c, err);
}
