/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A Xapian database in our layout answers random queries as a plain scan over
 * the documents does, and as the native engine: the same documents, scores
 * and order. Lengths are below 40, where those of the native engine are
 * exact too.
 *
 * Scores are sums of numbers that are rounded one by one or, by Xapian, not
 * at all: they may differ by one unit for each term.
 */
#include "engine.h"
#include "made_texts.h"
#include "parse.h"
#include "ranking_queries.h"
#include "run_suite.h"
#include "xapian_fixture.h"

enum { DOCS = 300, LONGEST = 38 };

static osteon_error err;
static char database[300], native[300];

#define OK(call) ck_assert_msg((call) == OSTEON_OK, "%s", err.text)

static void remove_all(void)
{
    char command[700];

    snprintf(database, sizeof database, "%s-x", scratch);
    snprintf(native, sizeof native, "%s-n", scratch);
    snprintf(command, sizeof command, "rm -rf '%s' '%s'", database, native);
    ck_assert_int_eq(system(command), 0);
}

/* ---- Words without stems, and a plain scan ---- */

/* Numbers [0, n) in an order of their own. */
static uint32_t *shuffled(ref_corpus *c, uint32_t n)
{
    uint32_t *order = calloc(n, sizeof *order);

    for (uint32_t i = 0; i < n; i++) {
        const uint32_t j = ref_draw(c, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    return order;
}

/* Writes the corpus, some documents of it deleted; the order of input is not
 * that of Xapian's numbers. *numbers is the document of each number. */
static void write_corpus(ref_corpus *c, uint32_t **numbers)
{
    uint32_t *order = shuffled(c, c->n), n = 1;
    xf_writer w;

    *numbers = calloc(c->n + 1, sizeof **numbers);
    xf_open(&w, database, "none", false);
    for (uint32_t i = 0; i < c->n; i++) {
        const uint32_t number = order[i];
        const ref_doc *d = &c->docs[number];
        char id[16], body[REF_LONGEST * 5 + 1], extra[REF_LONGEST * 5 + 1];
        osteon_field field = {.name = "extra", .name_len = 5, .text = extra};
        osteon_document doc = {.id = id, .body = body, .fields = &field};
        if (!d->live)
            continue;
        doc.id_len = (size_t)snprintf(id, sizeof id, "d%u", number);
        doc.body_len = ref_text(d, 0, d->n_body, body);
        field.text_len = ref_text(d, d->n_body, d->n, extra);
        doc.n_fields = field.text_len > 0;
        xf_add(&w, &doc, number);
        (*numbers)[n++] = number;
    }
    xf_close(&w);
    free(order);
}

/* Fields have no lengths of their own in Xapian. */
static void without_fields(ost_node *node)
{
    ost_node *const members[] = {node->required, node->optional,
                                 node->excluded};

    if (node->kind == OST_NODE_TERM && node->field[0] == 'e')
        node->field = "";
    for (uint32_t i = 0; i < node->n_children; i++)
        without_fields(node->children[i]);
    for (size_t i = 0; i < 3; i++)
        if (members[i] != NULL)
            without_fields(members[i]);
}

static uint32_t count_leaves(const ost_node *node)
{
    const ost_node *const members[] = {node->required, node->optional,
                                       node->excluded};
    uint32_t n = node->kind == OST_NODE_TERM;

    for (uint32_t i = 0; i < node->n_children; i++)
        n += count_leaves(node->children[i]);
    for (size_t i = 0; i < 3; i++)
        if (members[i] != NULL)
            n += count_leaves(members[i]);
    return n;
}

static int64_t units(double score)
{
    return (int64_t)(score * OST_SCORE_ONE + 0.5);
}

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* The first `limit` of `expected`, whose order may differ among scores as
 * near as `slack`. */
static void check_hits(const char *text, const osteon_result *result,
                       const uint32_t *numbers,
                       const ref_hit *expected, uint32_t n, uint32_t limit,
                       int64_t slack, bool scores)
{
    const uint32_t wanted = n < limit ? n : limit;
    int64_t before = INT64_MAX;

    ck_assert_uint_eq(result->matches, n);
    ck_assert_uint_eq(result->n_hits, wanted);
    for (uint32_t i = 0; i < wanted; i++) {
        const int64_t score = units(result->hits[i].score);
        const uint32_t doc = numbers[result->hits[i].document];
        uint32_t k = 0;
        while (k < n && expected[k].doc != doc)
            k++;
        ck_assert_uint_lt(k, n);
        ck_assert_int_le(score, before);
        before = score;
        if (!scores)
            continue;
        ck_assert_int_le(distance(score, expected[k].score), slack);
        ck_assert_msg(distance(expected[i].score, expected[k].score) <=
                          2 * slack,
                      "%s: hit %u of %u: %lld, expected %lld", text, i, limit,
                      (long long)expected[k].score,
                      (long long)expected[i].score);
        /* Ties are exact: documents alike in all that counts. */
        if (i > 0 && result->hits[i - 1].score == result->hits[i].score &&
            expected[k].score == 0)
            ck_assert_uint_lt(numbers[result->hits[i - 1].document], doc);
    }
}

static void check_query(ref_corpus *c, const osteon_index *index,
                        const uint32_t *numbers, ost_node *root, bool scores)
{
    const osteon_query query = {.root = root, .n_terms = count_leaves(root)};
    const uint32_t limits[] = {1, 10, DOCS};
    const ost_bm25 bm25 = {ref_draw(c, 4) ? 1.2 : ref_draw(c, 3) / 2.0,
                           ref_draw(c, 4) ? 0.75 : ref_draw(c, 3) / 2.0};
    ref_hit *expected = calloc(c->n, sizeof *expected);
    const uint32_t n = ref_rank(c, &bm25, root, expected);
    const int64_t slack = 1 + (int64_t)query.n_terms;
    ost_buffer text = {0};

    ost_query_print(root, &text);
    ost_buffer_add_byte(&text, '\0');
    for (unsigned i = 0; i < 3; i++) {
        const osteon_search_options options = {.limit = limits[i],
                                               .k1 = bm25.k1,
                                               .b = bm25.b,
                                               .count = true,
                                               .exhaustive = ref_draw(c, 2)};
        osteon_result *result;
        OK(osteon_search(index, &query, &options, &result, &err));
        check_hits((const char *)text.data, result, numbers, expected, n,
                   limits[i], slack, scores);
        osteon_result_close(result);
    }
    ost_buffer_free(&text);
    free(expected);
}

START_TEST(test_ranking_random_queries_equal_plain_scan)
{
    ref_corpus c;
    uint32_t *numbers;
    osteon_index *index;

    remove_all();
    ref_corpus_make(&c, 77 + (uint64_t)_i, DOCS, _i % 2 ? 30 : 300, LONGEST);
    for (uint32_t i = 0; i < c.n; i++)
        c.docs[i].live = ref_draw(&c, 10) != 0;
    ref_count(&c);
    write_corpus(&c, &numbers);
    OK(osteon_index_open(database, &index, &err));
    for (unsigned i = 0; i < 150; i++) {
        ost_arena *arena = ost_arena_open();
        ost_node *root = ref_query(&c, arena, 1 + ref_draw(&c, 4));
        check_query(&c, index, numbers, root, false);
        without_fields(root);
        check_query(&c, index, numbers, root, true);
        ost_arena_close(arena);
    }
    osteon_index_close(index);
    free(numbers);
    free(c.docs);
    for (uint32_t f = 0; f < REF_FIELDS; f++)
        free(c.df[f]);
    remove_all();
}
END_TEST

/* ---- Words with stems, compounds, titles: beside the native engine ---- */

typedef struct both {
    osteon_writer *w;
    xf_writer x;
} both;

static void add_to_both(void *arg, uint32_t i, const osteon_document *doc)
{
    both *b = arg;

    OK(osteon_writer_add(b->w, doc, &err));
    xf_add(&b->x, doc, i);
}

static void make_documents(uint32_t n, bool stems)
{
    const osteon_writer_options options = {.language = "english",
                                           .threads = 1};
    both b;

    OK(osteon_writer_open(native, &options, &b.w, &err));
    xf_open(&b.x, database, "english", stems);
    for (uint32_t i = 0; i < n; i++)
        made_document(i, add_to_both, &b);
    OK(osteon_writer_commit(b.w, &err));
    osteon_writer_close(b.w);
    xf_close(&b.x);
}

static bool has_field(const ost_node *node)
{
    const ost_node *const members[] = {node->required, node->optional,
                                       node->excluded};
    bool found = node->kind == OST_NODE_TERM && node->field[0] != '\0';

    for (uint32_t i = 0; i < node->n_children; i++)
        found = found || has_field(node->children[i]);
    for (size_t i = 0; i < 3; i++)
        found = found || (members[i] != NULL && has_field(members[i]));
    return found;
}

/* The same query to both: the same documents, scores and order. */
static void compare(const osteon_index *a, const osteon_index *b,
                    const char *text, size_t len, uint32_t n)
{
    const size_t limits[] = {1, 7, n};
    osteon_query *query;

    OK(osteon_query_open(a, text, len, 0, &query, &err));
    for (unsigned i = 0; i < 3; i++) {
        const osteon_search_options options = {
            .limit = limits[i], .k1 = -1, .b = -1, .count = true};
        osteon_result *x, *y;
        uint8_t *seen = calloc(n, 1);
        OK(osteon_search(a, query, &options, &x, &err));
        OK(osteon_search(b, query, &options, &y, &err));
        ck_assert_msg(x->matches == y->matches, "%s: %llu, %llu", text,
                      (unsigned long long)x->matches,
                      (unsigned long long)y->matches);
        ck_assert_uint_eq(x->n_hits, y->n_hits);
        for (size_t k = 0; k < x->n_hits; k++) {
            seen[x->hits[k].document]++;
            if (limits[i] == n)
                seen[y->hits[k].document - 1] += 2;
            if (!has_field(query->root))
                ck_assert_msg(
                    distance(units(x->hits[k].score),
                             units(y->hits[k].score)) <=
                        1 + (int64_t)query->n_terms,
                    "%s: hit %zu: %.9g, %.9g", text, k, x->hits[k].score,
                    y->hits[k].score);
        }
        for (uint32_t k = 0; limits[i] == n && k < n; k++)
            ck_assert_msg(seen[k] == 0 || seen[k] == 3, "%s: %u", text, k);
        free(seen);
        osteon_result_close(x);
        osteon_result_close(y);
    }
    osteon_query_close(query);
}

START_TEST(test_ranking_stems_and_compounds_equal_native)
{
    const uint32_t n = 400;
    osteon_index *a, *b;

    remove_all();
    make_documents(n, _i % 2);
    OK(osteon_index_open(native, &a, &err));
    OK(osteon_index_open(database, &b, &err));
    for (unsigned i = 0; i < 300; i++) {
        ost_buffer text = {0};
        make_query(&text, 2);
        ost_buffer_add_byte(&text, '\0');
        compare(a, b, (const char *)text.data, text.len - 1, n);
        ost_buffer_free(&text);
    }
    osteon_index_close(a);
    osteon_index_close(b);
    remove_all();
}
END_TEST

/* ---- Explanations and entries ---- */

/* The first number of an explanation is the score; entries are the same. */
START_TEST(test_ranking_explains_scores_and_opens_entries)
{
    const uint32_t n = 200;
    const osteon_search_options options = {.limit = 20, .k1 = -1, .b = -1};
    osteon_index *a, *b;

    remove_all();
    make_documents(n, false);
    OK(osteon_index_open(native, &a, &err));
    OK(osteon_index_open(database, &b, &err));
    for (unsigned i = 0; i < 100; i++) {
        ost_buffer text = {0};
        osteon_query *query;
        osteon_result *result;
        make_query(&text, 2);
        OK(osteon_query_open(b, (const char *)text.data, text.len, 0, &query,
                             &err));
        OK(osteon_search(b, query, &options, &result, &err));
        for (size_t k = 0; k < result->n_hits; k++) {
            const uint32_t doc = result->hits[k].document;
            osteon_entry *x, *y;
            const char *s, *t;
            size_t s_len, t_len;
            char *lines;
            OK(osteon_explain(b, query, &options, doc, &lines, &err));
            ck_assert_double_eq_tol(strtod(lines, NULL),
                                    result->hits[k].score, 0.00011);
            free(lines);
            OK(osteon_entry_open(a, doc - 1, &x, &err));
            OK(osteon_entry_open_id(b, x->info.id, x->info.id_len, &y, &err));
            ck_assert_str_eq(x->info.title, y->info.title);
            ck_assert_uint_eq(x->info.tokens, y->info.tokens);
            ck_assert_uint_eq(y->info.n_fields, 2);
            for (size_t f = 0; f < 2; f++) {
                const osteon_field *p = &x->info.fields[f];
                const osteon_field *q = &y->info.fields[f];
                ck_assert_mem_eq(p->name, q->name, p->name_len);
                ck_assert_uint_eq(p->text_len, q->text_len);
                ck_assert_int_eq(p->integer, q->integer);
                if (p->text_len > 0)
                    ck_assert_mem_eq(p->text, q->text, p->text_len);
            }
            ck_assert_int_eq(x->info.has_stored, y->info.has_stored);
            if (x->info.has_stored) {
                OK(osteon_entry_text(x, 0, &s, &s_len, &err));
                OK(osteon_entry_text(y, 0, &t, &t_len, &err));
                ck_assert_uint_eq(s_len, t_len);
                ck_assert_mem_eq(s, t, t_len);
            }
            osteon_entry_close(x);
            osteon_entry_close(y);
        }
        osteon_result_close(result);
        osteon_query_close(query);
        ost_buffer_free(&text);
    }
    osteon_index_close(a);
    osteon_index_close(b);
    remove_all();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xapian_ranking");
    TCase *tc = scratch_case(suite, "ranking");

    tcase_add_loop_test(tc, test_ranking_random_queries_equal_plain_scan, 0,
                        4);
    tcase_add_loop_test(tc, test_ranking_stems_and_compounds_equal_native, 0,
                        4);
    tcase_add_test(tc, test_ranking_explains_scores_and_opens_entries);
    return run_suite(suite);
}
