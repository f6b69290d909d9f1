/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian as a second opinion: the same random documents in an index of ours
 * and in a Xapian database in memory, asked the same random boolean queries
 * and phrases. The sets of documents must be equal, and the scores of single
 * words a constant multiple of Xapian's BM25 (whose idf differs).
 *
 * Documents are shorter than 40 words, so that their lengths are exact.
 */
#include "base.h"
#include "run_suite.h"
#include "scratch.h"

#include <math.h>
#include <xapian-c/xapian_c_database_writable.h>
#include <xapian-c/xapian_c_document.h>
#include <xapian-c/xapian_c_enquire.h>
#include <xapian-c/xapian_c_mset.h>
#include <xapian-c/xapian_c_query.h>
#include <xapian-c/xapian_c_weight.h>

#define DOCS 700
#define WORDS 40

static osteon_error err;
static xapian_c_error xerr;

#define OK(call) ck_assert_msg((call) == OSTEON_OK, "%s", err.text)
#define XOK(call) ck_assert_msg((call) == XAPIAN_C_OK, "%s", xerr.message)

static uint64_t state = 0x2545f4914f6cdd1du;
static uint32_t below(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state % n);
}

/* Common words have low numbers. */
static uint32_t random_word(void)
{
    return below(below(WORDS) + 1);
}

/* Fills both with the same documents: number i here is i + 1 there. */
static void fill(xapian_c_database *db)
{
    const osteon_writer_options options = {.language = "none"};
    osteon_writer *w;

    OK(osteon_writer_open(scratch, &options, &w, &err));
    for (uint32_t i = 0; i < DOCS; i++) {
        const uint32_t n = 1 + below(35);
        char id[16], body[400] = "";
        osteon_document doc = {.id = id, .body = body};
        xapian_c_document *d;
        unsigned docid;
        XOK(xapian_c_document_new(&d, &xerr));
        for (uint32_t k = 0; k < n; k++) {
            char word[16];
            const size_t len =
                (size_t)sprintf(word, "w%lu", (unsigned long)random_word());
            XOK(xapian_c_document_add_posting(d, word, len, k + 1, 1, &xerr));
            doc.body_len +=
                (size_t)sprintf(body + doc.body_len, "%s ", word);
        }
        XOK(xapian_c_writable_database_add_document(db, d, &docid, &xerr));
        ck_assert_uint_eq(docid, i + 1);
        xapian_c_document_free(d);
        doc.id_len = (size_t)sprintf(id, "d%lu", (unsigned long)i);
        OK(osteon_writer_add(w, &doc, &err));
        if (below(150) == 0)
            OK(osteon_writer_commit(w, &err));
    }
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
}

/* A random query as our text and as a Xapian tree. */
static xapian_c_query *make(ost_buffer *text, int depth)
{
    const uint32_t kind = depth == 0 ? 0 : below(5);
    const char *between[] = {"", " AND ", " OR ", " AND NOT ", " "};
    static const xapian_c_query_op ops[] = {
        XAPIAN_C_OP_AND, XAPIAN_C_OP_AND, XAPIAN_C_OP_OR,
        XAPIAN_C_OP_AND_NOT, XAPIAN_C_OP_PHRASE};
    xapian_c_query *a, *b, *both;
    char word[16];

    if (kind == 0) {
        const size_t len =
            (size_t)sprintf(word, "w%lu", (unsigned long)random_word());
        ost_buffer_add(text, word, len);
        XOK(xapian_c_query_new_term(word, len, 1, 0, &a, &xerr));
        return a;
    }
    ost_buffer_add_text(text, kind == 4 ? "\"" : "(");
    a = make(text, kind == 4 ? 0 : depth - 1);
    ost_buffer_add_text(text, between[kind]);
    b = make(text, kind == 4 ? 0 : depth - 1);
    ost_buffer_add_text(text, kind == 4 ? "\"" : ")");
    XOK(xapian_c_query_new_pair(ops[kind], a, b, &both, &xerr));
    xapian_c_query_free(a);
    xapian_c_query_free(b);
    return both;
}

static osteon_result *ask_us(const osteon_index *index, const char *text,
                             size_t len)
{
    const osteon_search_options options = {
        .limit = DOCS, .k1 = 1.2, .b = 0.75, .count = true};
    osteon_query *q;
    osteon_result *r;

    OK(osteon_query_open(index, text, len, OSTEON_QUERY_STRICT, &q, &err));
    OK(osteon_search(index, q, &options, &r, &err));
    osteon_query_close(q);
    return r;
}

static xapian_c_mset *ask_xapian(const xapian_c_database *db,
                                 const xapian_c_query *query)
{
    const xapian_c_bm25_params params = {.k1 = 1.2, .b = 0.75};
    xapian_c_weight *weight;
    xapian_c_enquire *enquire;
    xapian_c_mset *mset;

    XOK(xapian_c_enquire_new(db, &enquire, &xerr));
    XOK(xapian_c_weight_new_bm25(&params, &weight, &xerr));
    XOK(xapian_c_enquire_set_weighting_scheme(enquire, weight, &xerr));
    XOK(xapian_c_enquire_set_query(enquire, query, 0, &xerr));
    XOK(xapian_c_enquire_get_mset(enquire, 0, DOCS, NULL, &mset, &xerr));
    xapian_c_weight_free(weight);
    xapian_c_enquire_free(enquire);
    return mset;
}

/* Scores by document; 0 where it does not match and -1 where it does with
 * score 0. */
static void scores_of(const osteon_result *r, const xapian_c_mset *mset,
                      double ours[DOCS], double theirs[DOCS])
{
    memset(ours, 0, DOCS * sizeof *ours);
    memset(theirs, 0, DOCS * sizeof *theirs);
    for (size_t i = 0; i < r->n_hits; i++)
        ours[r->hits[i].document] =
            r->hits[i].score > 0 ? r->hits[i].score : -1;
    for (unsigned i = 0; i < xapian_c_mset_size(mset); i++) {
        unsigned docid;
        double weight;
        XOK(xapian_c_mset_get_docid(mset, i, &docid, &xerr));
        XOK(xapian_c_mset_get_weight(mset, i, &weight, &xerr));
        theirs[docid - 1] = weight > 0 ? weight : -1;
    }
}

static xapian_c_database *open_both(osteon_index **index)
{
    xapian_c_database *db;

    XOK(xapian_c_writable_database_new_path("", XAPIAN_C_DB_BACKEND_INMEMORY,
                                            0, &db, &xerr));
    fill(db);
    OK(osteon_index_open(scratch, index, &err));
    return db;
}

START_TEST(test_queries_match_the_same_documents)
{
    static double ours[DOCS], theirs[DOCS];
    osteon_index *index;
    xapian_c_database *db = open_both(&index);
    size_t found = 0;

    for (int i = 0; i < 1500; i++) {
        ost_buffer text = {0};
        xapian_c_query *query = make(&text, 1 + (int)below(3));
        osteon_result *r = ask_us(index, (char *)text.data, text.len);
        xapian_c_mset *mset = ask_xapian(db, query);
        scores_of(r, mset, ours, theirs);
        for (uint32_t d = 0; d < DOCS; d++)
            ck_assert_msg((ours[d] != 0) == (theirs[d] != 0),
                          "%.*s: document %lu matches %s only",
                          (int)text.len, (char *)text.data,
                          (unsigned long)d, ours[d] != 0 ? "here" : "there");
        ck_assert_uint_eq(r->matches, r->n_hits);
        found += r->n_hits;
        xapian_c_mset_free(mset);
        osteon_result_close(r);
        xapian_c_query_free(query);
        ost_buffer_free(&text);
    }
    ck_assert_uint_gt(found, 10000);
    osteon_index_close(index);
    xapian_c_database_free(db);
}
END_TEST

START_TEST(test_words_are_ranked_as_bm25_of_xapian)
{
    static double ours[DOCS], theirs[DOCS];
    osteon_index *index;
    xapian_c_database *db = open_both(&index);

    for (unsigned word = 0; word < WORDS; word++) {
        char text[16];
        const size_t len = (size_t)sprintf(text, "w%u", word);
        double ratio = 0;
        xapian_c_query *query;
        osteon_result *r;
        xapian_c_mset *mset;
        XOK(xapian_c_query_new_term(text, len, 1, 0, &query, &xerr));
        r = ask_us(index, text, len);
        mset = ask_xapian(db, query);
        scores_of(r, mset, ours, theirs);
        for (uint32_t d = 0; d < DOCS; d++) {
            ck_assert_int_eq(ours[d] != 0, theirs[d] != 0);
            if (theirs[d] <= 0)
                continue;
            if (ratio <= 0)
                ratio = ours[d] / theirs[d];
            ck_assert_double_eq_tol(ours[d] / theirs[d], ratio,
                                    ratio * 1e-4);
        }
        ck_assert_double_gt(ratio, 0);
        xapian_c_mset_free(mset);
        osteon_result_close(r);
        xapian_c_query_free(query);
    }
    osteon_index_close(index);
    xapian_c_database_free(db);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("second_opinion");
    TCase *tc = tcase_create("second_opinion");

    tcase_add_unchecked_fixture(tc, scratch_make, scratch_remove);
    tcase_add_checked_fixture(tc, scratch_empty, NULL);
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, test_queries_match_the_same_documents);
    tcase_add_test(tc, test_words_are_ranked_as_bm25_of_xapian);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
