/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Phrases and words near each other in documents of many thousand words, in
 * which a word stands thousands of times: positions are read in other ways
 * there than in short ones. How often is compared with a plain count over the
 * words, for phrases that lead a search and for those that follow a word.
 */
#include "run_suite.h"
#include "scratch.h"

#include <osteon/osteon.h>

enum { DOCS = 12, LONGEST = 24000, WORDS = 9, UNITS = 4, MEMBERS = 6 };

static uint8_t words[DOCS][LONGEST];
static uint32_t lengths[DOCS];
static uint64_t random_state;
static osteon_index *open_index;

static uint32_t draw(uint32_t below)
{
    return (uint32_t)(scratch_random(&random_state) % below);
}

/* Every document begins with a word that all have, so that something can be
 * asked for beside a phrase. Word 0 is most of what follows. */
static void make_documents(void)
{
    for (uint32_t d = 0; d < DOCS; d++) {
        const uint32_t rare = 1 + draw(2000);
        lengths[d] = 1 + (draw(4) == 0 ? draw(300) : draw(LONGEST));
        words[d][0] = WORDS;
        for (uint32_t i = 1; i < lengths[d]; i++) {
            const uint32_t r = draw(rare);
            words[d][i] = (uint8_t)(r == 0  ? draw(WORDS)
                                    : r < 4 ? draw(4)
                                            : draw(2));
        }
    }
}

static void index_documents(void)
{
    static char body[3 * LONGEST];
    const osteon_writer_options options = {.language = "none", .threads = 1};
    osteon_writer *w;

    ck_assert_int_eq(osteon_writer_open(scratch, &options, &w, NULL),
                     OSTEON_OK);
    for (uint32_t d = 0; d < DOCS; d++) {
        const char id = (char)('a' + d);
        const osteon_document doc = {.id = &id, .id_len = 1, .body = body,
                                     .body_len = 3 * (size_t)lengths[d]};
        for (uint32_t i = 0; i < lengths[d]; i++) {
            body[3 * i] = 'w';
            body[3 * i + 1] = (char)('a' + words[d][i]);
            body[3 * i + 2] = ' ';
        }
        ck_assert_int_eq(osteon_writer_add(w, &doc, NULL), OSTEON_OK);
        if (d == DOCS / 2)
            ck_assert_int_eq(osteon_writer_commit(w, NULL), OSTEON_OK);
    }
    ck_assert_int_eq(osteon_writer_commit(w, NULL), OSTEON_OK);
    osteon_writer_close(w);
    ck_assert_int_eq(osteon_index_open(scratch, &open_index, NULL), OSTEON_OK);
}

/* ---- What is asked for, and the plain count ---- */

/* Phrases, or single words, within `window` positions; one: a phrase. */
typedef struct asked {
    uint8_t members[UNITS][MEMBERS];
    uint32_t widths[UNITS], n_units, window;
    char text[128];
} asked;

static void write_unit(asked *a, uint32_t unit)
{
    char *const to = a->text + strlen(a->text);
    size_t len = 0;

    to[len++] = '"';
    for (uint32_t i = 0; i < a->widths[unit]; i++) {
        to[len++] = 'w';
        to[len++] = (char)('a' + a->members[unit][i]);
        to[len++] = i + 1 < a->widths[unit] ? ' ' : '"';
    }
    to[len] = '\0';
}

/* Words of a document as they stand there, or any. */
static void make_unit(asked *a, uint32_t unit)
{
    const uint32_t d = draw(DOCS), n = a->widths[unit];
    const uint32_t at = lengths[d] > n + 1 ? 1 + draw(lengths[d] - n) : 0;

    for (uint32_t i = 0; i < n; i++)
        a->members[unit][i] =
            at > 0 && draw(12) ? words[d][at + i] : (uint8_t)draw(WORDS);
}

static bool same_unit(const asked *a, uint32_t x, uint32_t y)
{
    return a->widths[x] == a->widths[y] &&
           memcmp(a->members[x], a->members[y], a->widths[x]) == 0;
}

static void make_asked(asked *a)
{
    uint32_t between = draw(3) ? draw(6) : draw(3000), wanted = 1 + draw(UNITS);

    memset(a, 0, sizeof *a);
    if (draw(2))
        wanted = 1;
    while (wanted-- > 0) {
        const uint32_t unit = a->n_units;
        bool known = false;
        a->widths[unit] = draw(2) ? 1 : 2 + draw(MEMBERS - 1);
        make_unit(a, unit);
        for (uint32_t i = 0; i < unit; i++) /* the same twice counts once */
            known = known || same_unit(a, i, unit);
        if (known)
            continue;
        if (unit > 0)
            snprintf(a->text + strlen(a->text), 20, " NEAR/%u ", between + 1);
        write_unit(a, unit);
        a->n_units++;
        a->window += a->widths[unit];
    }
    a->window += between;
}

static bool stands(const asked *a, uint32_t unit, uint32_t d, uint32_t at)
{
    return at + a->widths[unit] <= lengths[d] &&
           memcmp(words[d] + at, a->members[unit], a->widths[unit]) == 0;
}

/* Each window as short as can be, from the left, behind the one before. */
static uint32_t plain_count(const asked *a, uint32_t d)
{
    int64_t last[UNITS], begin = 0;
    uint32_t found = 0;

    memset(last, 0xff, sizeof last);
    for (uint32_t end = 1; end <= lengths[d]; end++) {
        bool all = true;
        if (end > a->window && begin < (int64_t)(end - a->window))
            begin = end - a->window;
        for (uint32_t i = 0; i < a->n_units; i++) {
            if (end >= a->widths[i] && stands(a, i, d, end - a->widths[i]))
                last[i] = end - a->widths[i];
            all = all && last[i] >= begin;
        }
        if (!all)
            continue;
        found++;
        if (a->n_units > 1) /* a phrase may overlap itself */
            begin = end;
        else
            last[0] = -1;
    }
    return found;
}

/* ---- What the index says ---- */

static osteon_result *search(const char *text, bool exhaustive)
{
    const osteon_search_options o = {.limit = DOCS, .k1 = -1, .b = -1,
                                     .count = true, .exhaustive = exhaustive};
    osteon_result *result;
    osteon_query *query;

    ck_assert_int_eq(osteon_query_open(open_index, text, strlen(text), 0,
                                       &query, NULL),
                     OSTEON_OK);
    ck_assert_int_eq(osteon_search(open_index, query, &o, &result, NULL),
                     OSTEON_OK);
    osteon_query_close(query);
    return result;
}

/* The score of a document, -1 where it is not among the hits. */
static double score_of(const osteon_result *result, uint32_t d)
{
    for (size_t i = 0; i < result->n_hits; i++)
        if (result->hits[i].document == d)
            return result->hits[i].score;
    return -1;
}

/* How often, as an explanation has it. */
static uint32_t told_count(const char *text, uint32_t d)
{
    const osteon_search_options o = {.k1 = -1, .b = -1};
    osteon_query *query;
    const char *tf;
    char *lines;
    uint32_t n = 0;

    ck_assert_int_eq(osteon_query_open(open_index, text, strlen(text), 0,
                                       &query, NULL),
                     OSTEON_OK);
    ck_assert_int_eq(osteon_explain(open_index, query, &o, d, &lines, NULL),
                     OSTEON_OK);
    tf = strstr(lines, "  tf ");
    if (tf != NULL)
        n = (uint32_t)strtoul(tf + 5, NULL, 10);
    free(lines);
    osteon_query_close(query);
    return n;
}

static void check(const asked *a, const osteon_result *every)
{
    osteon_result *alone = search(a->text, false);
    osteon_result *all = search(a->text, true), *beside, *excluding;
    uint64_t matches = 0;
    char text[160];

    snprintf(text, sizeof text, "+wj +(%s)", a->text);
    beside = search(text, false);
    snprintf(text, sizeof text, "wj NOT (%s)", a->text);
    excluding = search(text, false);
    for (uint32_t d = 0; d < DOCS; d++) {
        const uint32_t expected = plain_count(a, d);
        const double score = score_of(alone, d);
        matches += expected > 0;
        ck_assert_msg(told_count(a->text, d) == expected,
                      "%s in %u: %u, not %u",
                      a->text, d, told_count(a->text, d), expected);
        ck_assert_double_eq(score, score_of(all, d));
        ck_assert_int_eq(score >= 0, expected > 0);
        ck_assert_double_eq(score_of(beside, d),
                            expected > 0 ? score + score_of(every, d) : -1);
        ck_assert_int_eq(score_of(excluding, d) >= 0, expected == 0);
    }
    ck_assert_uint_eq(alone->matches, matches);
    ck_assert_uint_eq(beside->matches, matches);
    ck_assert_uint_eq(excluding->matches, DOCS - matches);
    osteon_result_close(alone);
    osteon_result_close(all);
    osteon_result_close(beside);
    osteon_result_close(excluding);
}

START_TEST(test_long_documents_phrases_are_counted)
{
    osteon_result *every;

    random_state = 4711 + (uint64_t)_i;
    make_documents();
    index_documents();
    every = search("wj", false);
    ck_assert_uint_eq(every->n_hits, DOCS);
    for (int i = 0; i < 80; i++) {
        asked a;
        make_asked(&a);
        check(&a, every);
    }
    osteon_result_close(every);
    osteon_index_close(open_index);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("long documents");
    TCase *tc = scratch_case(suite, "long documents");

    tcase_add_loop_test(tc, test_long_documents_phrases_are_counted, 0, 4);
    tcase_set_timeout(tc, 120);
    return run_suite(suite);
}
