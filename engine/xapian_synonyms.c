/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Words as synonyms of their stems. Xapian keeps the synonyms of one term in
 * memory at a time, so they are added in order.
 */
#include "xapian_writer.h"

typedef struct synonym {
    const char *stem, *word;
    uint32_t stem_len, word_len;
} synonym;

static int compare_bytes(const char *a, size_t a_len, const char *b,
                         size_t b_len)
{
    const int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

    return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

static int compare(const void *a, const void *b)
{
    const synonym *x = a, *y = b;
    const int order =
        compare_bytes(x->stem, x->stem_len, y->stem, y->stem_len);

    return order != 0 ? order
                      : compare_bytes(x->word, x->word_len, y->word,
                                      y->word_len);
}

static const uint8_t *read_bytes(const uint8_t *p, const uint8_t *end,
                                 const char **bytes, uint32_t *len)
{
    uint64_t n;

    p = ost_varint_get(p, end, &n);
    *bytes = (const char *)p;
    *len = (uint32_t)n;
    return p + n;
}

static bool collect(const ost_xw_batch *batches, synonym **out, size_t *n)
{
    size_t room = 0;

    *out = NULL;
    *n = 0;
    for (const ost_xw_batch *b = batches; b != NULL; b = b->next) {
        const uint8_t *p = b->synonyms.data, *end = p + b->synonyms.len;
        while (p != end) {
            synonym s;
            p = read_bytes(p, end, &s.stem, &s.stem_len);
            p = read_bytes(p, end, &s.word, &s.word_len);
            if (!OST_GROW(out, &room, *n + 1))
                return false;
            (*out)[(*n)++] = s;
        }
    }
    return true;
}

/* Sets *found to whether the database has it. */
static xapian_c_status look(xapian_c_database *db, const char *term,
                            size_t term_len, const synonym *s, bool *found,
                            xapian_c_error *e)
{
    xapian_c_term_iterator *words = NULL;
    xapian_c_status got =
        xapian_c_database_synonyms_begin(db, term, term_len, &words, e);
    const char *word;
    size_t len;

    *found = false;
    while (got == XAPIAN_C_OK && !*found) {
        got = xapian_c_term_iterator_next(words, e);
        if (got == XAPIAN_C_OK)
            got = xapian_c_term_iterator_get_term(words, &word, &len, e);
        *found = got == XAPIAN_C_OK && len == s->word_len &&
                 memcmp(word, s->word, len) == 0;
    }
    xapian_c_term_iterator_free(words);
    return got == XAPIAN_C_END ? XAPIAN_C_OK : got;
}

osteon_status ost_xw_synonyms(xapian_c_database *db, const char *path,
                              const ost_xw_batch *batches, bool known,
                              osteon_error *err)
{
    xapian_c_status got = XAPIAN_C_OK;
    xapian_c_error e;
    synonym *all;
    size_t n;

    if (!collect(batches, &all, &n)) {
        ost_free(all);
        return ost_fail_memory(err);
    }
    if (n > 1)
        qsort(all, n, sizeof *all, compare);
    for (size_t i = 0; i < n && got == XAPIAN_C_OK; i++) {
        char term[OST_XAPIAN_TERM_MOST];
        size_t len;
        bool found = false;
        if (i > 0 && compare(&all[i - 1], &all[i]) == 0)
            continue;
        len = ost_xapian_term(true, "", all[i].stem, all[i].stem_len, term);
        if (known)
            got = look(db, term, len, &all[i], &found, &e);
        if (got == XAPIAN_C_OK && !found)
            got = xapian_c_writable_database_add_synonym(
                db, term, len, all[i].word, all[i].word_len, &e);
    }
    ost_free(all);
    return got == XAPIAN_C_OK ? OSTEON_OK : ost_xw_fail(err, path, got, &e);
}
