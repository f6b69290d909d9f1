/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Stems, by Xapian's stemmers, with two things done before that not all of
 * them do: a final 's goes, and so does an article or pronoun that leans on
 * the next word (l'os). Also the lookup of stop words.
 */
#include "text.h"

#include "english.h"
#include "stop_words.h"

#include <xapian-c/xapian_c.h>

/* Longer words are no words of a language; also, they may end in a hash. */
#define LONGEST_STEMMED 64

struct ost_stemmer {
    xapian_c_stem *stem; /* NULL: every word is its own stem */
    const char *elided;  /* what an apostrophe may cut off the front, each
                          * between spaces; "" for most languages */
    bool english;
};

static const struct {
    const char *languages, *elided;
} elisions[] = {
    {" french fr ", " c d j jusqu l lorsqu m n puisqu qu quoiqu s t "},
    {" italian it ", " agl all c coll d dagl dall degl dell gl l m negl nell"
                     " quell quest s sugl sull t un v "},
    {" catalan ca ", " d l m n s t "},
    {" portuguese pt ", " d "},
};

/* Is the word in a list of words, each between spaces? */
static bool listed(const char *list, const char *word, size_t len)
{
    for (const char *at = list; *at != '\0';) {
        const size_t n = strcspn(at, " ");
        if (n == len && n > 0 && memcmp(at, word, n) == 0)
            return true;
        at += n + (at[n] == ' ');
    }
    return false;
}

osteon_status ost_stemmer_open(const char *language, ost_stemmer **out,
                               osteon_error *err)
{
    const size_t len = strlen(language);
    ost_stemmer *s = ost_calloc(1, sizeof *s);
    const char *known = "";
    xapian_c_status status;

    *out = NULL;
    if (s == NULL)
        return ost_fail_memory(err);
    s->elided = "";
    s->english = listed(" english en ", language, len);
    for (size_t i = 0; i < sizeof elisions / sizeof *elisions; i++)
        if (listed(elisions[i].languages, language, len))
            s->elided = elisions[i].elided;
    *out = s;
    if (strcmp(language, "none") == 0)
        return OSTEON_OK;
    /* Xapian takes an empty name for "none". */
    status = len == 0 ? XAPIAN_C_INVALID_ARGUMENT_ERROR
                      : xapian_c_stem_new(language, &s->stem, NULL);
    if (status == XAPIAN_C_OK)
        return OSTEON_OK;
    *out = NULL;
    ost_free(s);
    if (status == XAPIAN_C_NO_MEMORY ||
        xapian_c_stem_languages(&known, NULL) != XAPIAN_C_OK)
        return ost_fail_memory(err);
    return ost_fail(err, OSTEON_INVALID, "unknown language '%.32s'; known: "
                    "none %s", language, known);
}

void ost_stemmer_close(ost_stemmer *s)
{
    if (s == NULL)
        return;
    xapian_c_stem_free(s->stem);
    ost_free(s);
}

/* Scripts without an alphabet, and symbols, lie above U+2FFF; below it in
 * UTF-8 is 0xE2 and less. */
bool ost_may_stem(const char *word, size_t len)
{
    if (len > LONGEST_STEMMED)
        return false;
    for (size_t i = 0; i < len; i++) {
        const uint8_t c = (uint8_t)word[i];
        if ((c >= 'a' && c <= 'z') || (c >= 0xC3 && c < 0xE3))
            return true;
    }
    return false;
}

size_t ost_stemmer_apply(ost_stemmer *s, const char *word, size_t len,
                         char *out)
{
    const char *from = word, *apostrophe;
    size_t n = len, got;

    if (s->stem != NULL && ost_may_stem(word, len)) {
        if (n > 2 && memcmp(from + n - 2, "'s", 2) == 0)
            n -= 2;
        apostrophe = memchr(from, '\'', n);
        if (apostrophe != NULL && apostrophe + 1 < from + n &&
            listed(s->elided, from, (size_t)(apostrophe - from))) {
            n -= (size_t)(apostrophe + 1 - from);
            from = apostrophe + 1;
        }
        if (s->english && ost_english_stays(from, n)) {
            memcpy(out, from, n);
            return n;
        }
        if (xapian_c_stem_apply(s->stem, from, n, out, OST_WORD_MAX, &got,
                                NULL) == XAPIAN_C_OK && got > 0)
            return got;
    }
    memcpy(out, word, len);
    return len;
}

static const ost_stop_list *find_list(const char *language)
{
    for (size_t i = 0; i < ost_n_stop_lists; i++)
        if (listed(ost_stop_lists[i].languages, language, strlen(language)))
            return &ost_stop_lists[i];
    return NULL;
}

bool ost_is_stop_word(const char *language, const char *word, size_t len)
{
    const ost_stop_list *list = find_list(language);
    size_t low = 0, high = list != NULL ? list->n : 0;

    while (low < high) {
        const size_t mid = (low + high) / 2;
        const size_t n = strlen(list->words[mid]);
        int order = memcmp(list->words[mid], word, n < len ? n : len);
        if (order == 0 && n == len)
            return true;
        if (order == 0)
            order = n < len ? -1 : 1;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}
