/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The query parser: what a query is understood as, what the reader is told,
 * and that any bytes give a tree in normal form.
 */
#include "query.h"
#include "run_suite.h"

#include "asserts.h"
#include <pthread.h>
#include <stdio.h>

#define IGNORED(words) \
    "ignored common words: " words " (use \"...\" or + to require them)"

static osteon_query *parse_in(const char *language, const char *text,
                              size_t len, unsigned flags)
{
    osteon_query *query;
    osteon_error err;
    const osteon_status s =
        ost_query_parse(language, text, len, flags, &query, &err);

    ck_assert_msg(s == OSTEON_OK, "%s: %s", text, err.text);
    return query;
}

static osteon_query *parse(const char *text, unsigned flags)
{
    return parse_in("english", text, strlen(text), flags);
}

/* ---- What is understood ---- */

typedef struct sample {
    const char *query, *tree;
    const char *notes; /* joined by "; "; NULL: none */
} sample;

static const char only[] = "only excluded words: matches everything else";

static const sample samples[] = {
    /* words side by side */
    {"", "", NULL},
    {" \t\n", "", NULL},
    {"tumor", "tumor", NULL},
    {"tumor immunotherapy", "(tumor OR immunotherapi)", NULL},
    {"Tumors TUMOR tumor's", "tumor", NULL},
    {"and or not near", "near", IGNORED("and, or, not")},
    {"bone\xc2\xa0" "cell\xe3\x80\x80-bad", "(bone cell -bad)", NULL},
    {"bone\x01" "cell\x7f" "drug", "(bone OR cell OR drug)", NULL},
    /* punctuation */
    {"what? hello!", "hello", IGNORED("what")},
    {"C++ C#", "c", NULL},
    {"don't", "don't", NULL},
    {"title: bone", "(titl OR bone)", NULL},
    {"bone - cell + drug -- --help ++x", "(bone OR cell OR drug OR help OR x)",
     NULL},
    {"-> <- !!! :-/ *", "", NULL},
    {"5\" nails 6\"", "(5 OR nail OR 6)", NULL},
    {"http://bone", "(http OR bone)", NULL},
    {"12:30 std::vector C:\\x", "(12 OR 30 OR std OR vector OR c OR x)", NULL},
    {"bone,cell/drug", "(bone OR cell OR drug)", NULL},
    {"f(x) g()", "(f OR x OR g)", NULL},
    {"smile:-/", "smile", NULL},
    {"cell- +!!! -...", "cell", NULL},
    {"immun* *bone* cell** int*p *", "(immun OR bone OR cell OR int OR p)",
     "\"*\" is no wildcard: the word before it is searched, in all its forms"},
    {"\"bone*\" **", "bone", NULL},
    /* compounds, Greek, numbers, CJK */
    {"PD-1", "(pd1 | \"pd 1\")", NULL},
    {"bone/PD-1", "(bone OR (pd1 | \"pd 1\"))", NULL},
    {"e-mail bone", "((email | \"e mail\") OR bone)", NULL},
    {"IFN-\xce\xb3", "(ifngamma | \"ifn gamma\")", NULL},
    {"\xce\xb3 \xce\x93", "gamma", NULL},
    {"\xce\xb3-globulin", "(gammaglobulin | \"gamma globulin\")", NULL},
    {"3.5", "3.5", NULL},
    {"\"3.5 mg\"", "\"3 5 mg\"", NULL},
    {"\xe7\x99\x8c", "\xe7\x99\x8c", NULL},
    {"\xe5\x85\x8d\xe7\x96\xab", "\xe5\x85\x8d\xe7\x96\xab", NULL},
    {"\xe5\x85\x8d\xe7\x96\xab\xe6\xb2\xbb",
     "\"\xe5\x85\x8d\xe7\x96\xab \xe7\x96\xab\xe6\xb2\xbb\"", NULL},
    {"\"a\xe5\x85\x8d\xe7\x96\xab\x62\"",
     "\"a \xe5\x85\x8d\xe7\x96\xab _ b\"", NULL},
    /* phrases */
    {"\"checkpoint inhibitors\"", "\"checkpoint inhibitor\"", NULL},
    {"\"The cell\"", "\"the cell\"", NULL},
    {"\"PD-1 inhibitor\"", "\"pd 1 inhibitor\"", NULL},
    {"\"tumors\"", "tumor", NULL},
    {"\"a b\"\"b c\"x", "(\"a b\" OR \"b c\" OR x)", NULL},
    {"\"cell AND (-drug\"", "\"cell and drug\"", NULL},
    /* signs */
    {"+must -exclude", "(+must -exclud)", NULL},
    {"+one +two three four -five -six",
     "(+one +two three four -five -six)", NULL},
    {"+one +two", "(one AND two)", NULL},
    {"+one", "one", NULL},
    {"-one", "-one", only},
    {"-one -two", "(-one -two)", only},
    {"-(one two)", "(-one -two)", only},
    {"bone -\"a cell\"", "(bone -\"a cell\")", NULL},
    {"+bone/cell x", "(+\"bone cell\" x)", NULL},
    {"+PD-1 x", "(+(pd1 | \"pd 1\") x)", NULL},
    {"+(one two) three", "(+(one OR two) three)", NULL},
    {"(-bad good)", "(good -bad)", NULL},
    {"(one)-two", "(one OR two)", NULL},
    {"-(-one) two", "(+one two)", NULL},
    {"+(-one) two", "(two -one)", NULL},
    {"-(one OR -two)", "(+two -one)", NULL},
    {"+one -one", "(+one -one)", NULL},
    /* operators */
    {"one AND two", "(one AND two)", NULL},
    {"one OR two AND three", "(one OR (two AND three))", NULL},
    {"(one OR two) AND three", "((one OR two) AND three)", NULL},
    {"one two AND three four", "((one OR two) AND (three OR four))", NULL},
    {"one two OR three four", "(one OR two OR three OR four)", NULL},
    {"one AND (two AND three)", "(one AND two AND three)", NULL},
    {"one AND NOT two", "(+one -two)", NULL},
    {"one AND two AND NOT three", "(+one +two -three)", NULL},
    {"one NOT two three", "(one three -two)", NULL},
    {"one OR NOT two", "(one OR -two)", NULL},
    {"NOT one", "-one", only},
    {"NOT NOT one", "one", NULL},
    {"NOT -one NOT +two", "(one -two)", NULL},
    {"NOT one AND NOT two", "(-one -two)", only},
    {"+one two AND three", "((+one two) AND three)", NULL},
    {"tcp/ip AND linux", "(\"tcp ip\" AND linux)", NULL},
    {"one AND(two)", "(one AND two)", NULL},
    {"one AND !!!", "one", NULL},
    {"one and two", "(one OR two)", IGNORED("and")},
    /* near each other */
    {"\"bone tumors\"~3 x", "(\"bone tumor\"~3 OR x)", NULL},
    {"\"bone tumors\" \t~0", "\"bone tumor\"~0", NULL},
    {"title:\"Bone tumor\"~12", "title:\"bone tumor\"~12", NULL},
    {"\"bone\"~3", "bone", NULL},
    {"\"bone bones cell\"~3", "\"bone cell\"~3", NULL},
    {"\"bone bones\"~3", "bone", NULL},
    {"\"the cell\"~99999", "\"the cell\"~99999", NULL},
    {"\"PD-1 cells\"~4", "(\"pd 1\" NEAR/5 cell)", NULL},
    {"\"a \xe5\x85\x8d\xe7\x96\xab\xe6\xb2\xbb\"~2",
     "(a NEAR/3 \"\xe5\x85\x8d\xe7\x96\xab \xe7\x96\xab\xe6\xb2\xbb\")", NULL},
    {"\"one two\"~", "\"one two\"", NULL},
    {"\"one two\"~3x", "(\"one two\" OR 3x)", NULL},
    {"\"one two\"~100000", "(\"one two\" OR 100000)", NULL},
    {"\"one two\" ~ 3", "(\"one two\" OR 3)", NULL},
    {"-\"one two\"~3 x", "(x -\"one two\"~3)", NULL},
    {"(\"one two\"~3)(x)", "(\"one two\"~3 OR x)", NULL},
    {"bone NEAR cells", "\"bone cell\"~9", NULL},
    {"bone NEAR/1 cells", "\"bone cell\"~0", NULL},
    {"bone NEAR/5 cells x", "(\"bone cell\"~4 OR x)", NULL},
    {"x +bone NEAR/5 cell NEAR/3 tumor -y",
     "(+\"bone cell tumor\"~4 x -y)", NULL},
    {"one two NEAR/4 three AND four",
     "((one OR \"two three\"~3) AND four)", NULL},
    {"NOT one NEAR/2 two OR three", "(-\"one two\"~1 OR three)", NULL},
    {"\"a b\" NEAR/5 c", "(\"a b\" NEAR/5 c)", NULL},
    {"\"a b\"~7 NEAR/5 c", "\"a b c\"~4", NULL},
    {"PD-1 NEAR/5 tcp/ip", "(\"pd 1\" NEAR/5 \"tcp ip\")", NULL},
    {"title:bone NEAR/5 cell body:x", "(title:\"bone cell\"~4 OR x)", NULL},
    {"title:bone NEAR/5 Title:cell", "title:\"bone cell\"~4", NULL},
    {"title:(bone NEAR cell)", "title:\"bone cell\"~9", NULL},
    {"bone NEAR bones", "bone", NULL},
    {"bone NEAR !!! NEAR/2 cell", "\"bone cell\"~9", NULL},
    {"one NEAR/0 two", "(one OR near OR 0 OR two)", NULL},
    {"one NEAR/x two near/5 three NEARBY",
     "(one OR near OR x OR two OR 5 OR three OR nearbi)", NULL},
    {"title:bone NEAR body:cell", "(title:bone AND cell)",
     "words of different fields are never near: searched as AND"},
    {"NEAR bone", "(near OR bone)",
     "NEAR with no word or phrase before it: searched as a word"},
    {"bone NEAR", "(bone OR near)",
     "NEAR with no word or phrase after it: searched as a word"},
    {"(one two) NEAR three", "(one OR two OR near OR three)",
     "NEAR with no word or phrase before it: searched as a word"},
    {"one NEAR (two)", "(one OR near OR two)",
     "NEAR with no word or phrase after it: searched as a word"},
    {"one NEAR -two", "(one near -two)",
     "NEAR with no word or phrase after it: searched as a word"},
    {"one NEAR AND two", "((one OR near) AND two)",
     "NEAR with no word or phrase after it: searched as a word"},
    {"one NEAR NEAR two", "(one OR \"near two\"~9)",
     "NEAR with no word or phrase after it: searched as a word"},
    {"one NEAR \"\"", "one", "quotes without a word between them ignored"},
    /* what is there twice */
    {"\"a b\"~3 \"a b\"~4 \"a b\"~3",
     "(\"a b\"~3 OR \"a b\"~4)", NULL},
    {"one two one", "(one OR two)", NULL},
    {"one AND one", "one", NULL},
    {"one title:one \"one two\" \"one 3.5\" title:\"one two\"",
     "(one OR title:one OR \"one two\" OR \"one 3 5\" OR title:\"one two\")",
     NULL},
    {"+one one two", "(+one two)", NULL},
    {"-one -one two", "(two -one)", NULL},
    {"\"a b\" \"a b\" PD-1 PD-1", "(\"a b\" OR (pd1 | \"pd 1\"))", NULL},
    /* fields */
    {"title:Sarcoma", "title:sarcoma", NULL},
    {"Title:\"bone tumor\" x", "(title:\"bone tumor\" OR x)", NULL},
    {"title:(one OR \"two three\") x",
     "(title:one OR title:\"two three\" OR x)", NULL},
    {"title:(one body:two) +author:x", "(+author:x title:one two)", NULL},
    {"body:bone bone", "bone", NULL},
    {"-title:one/two x", "(x -title:\"one two\")", NULL},
    {"title:the bone", "(title:the OR bone)", NULL},
    {"title:http://x.y", "title:\"http x y\"", NULL},
    {"a.b_c-9:x", "a.b_c-9:x", NULL},
    /* stop words */
    {"the cat of dogs", "(cat OR dog)", IGNORED("the, of")},
    {"to be or not to be", "(to OR be OR or OR not)", NULL},
    {"the -cat", "(the -cat)", NULL},
    {"the +cat", "cat", IGNORED("the")},
    {"+the cat", "(+the cat)", NULL},
    {"cat -the", "(cat -the)", NULL},
    {"the AND cat", "(the AND cat)", NULL},
    {"the OR cat", "(the OR cat)", NULL},
    {"cat -(the dog)", "(cat -the -dog)", NULL},
    {"a an the of in to is be at by as cat", "cat",
     IGNORED("a, an, the, of, in, to, is, be, at, by, ...")},
    /* what does not parse */
    {"\"bone cell", "(bone OR cell)", "unbalanced quote ignored"},
    {"bone \"", "bone", "unbalanced quote ignored"},
    {"x -\"bone cell", "(x cell -bone)", "unbalanced quote ignored"},
    {"x title:\" y", "(x OR titl OR y)", "unbalanced quote ignored"},
    {"(bone (cell)", "(bone OR cell)",
     "unbalanced \"(\": taken to close at the end"},
    {"x -(bone cell", "(x -bone -cell)",
     "unbalanced \"(\": taken to close at the end"},
    {"bone) cell)", "(bone OR cell)", "unbalanced \")\" ignored"},
    {"bone () (())", "bone", "empty \"()\" ignored"},
    {"bone \"\" \"!!\"", "bone",
     "quotes without a word between them ignored"},
    {"AND", "and", "AND with nothing before it: searched as a word"},
    {"cell AND", "cell",
     "AND with nothing after it: searched as a word; " IGNORED("and")},
    {"OR cell", "cell",
     "OR with nothing before it: searched as a word; " IGNORED("or")},
    {"one AND OR two", "(one OR two)",
     "AND with nothing after it: searched as a word; " IGNORED("and")},
    {"cell NOT", "cell",
     "NOT with nothing after it: searched as a word; " IGNORED("not")},
    {"(one AND) OR two", "(one OR two)",
     "AND with nothing after it: searched as a word; " IGNORED("and")},
    {"one AND () two", "(one AND two)", "empty \"()\" ignored"},
};

static void join_notes(const osteon_query *query, char *out, size_t room)
{
    const char *note;

    *out = '\0';
    for (size_t i = 0; (note = osteon_query_note(query, i)) != NULL; i++) {
        if (i > 0)
            strncat(out, "; ", room - strlen(out) - 1);
        strncat(out, note, room - strlen(out) - 1);
    }
}

START_TEST(test_parse_sample_is_understood)
{
    const sample *s = &samples[_i];
    osteon_query *query = parse(s->query, 0);
    char notes[1024];

    join_notes(query, notes, sizeof notes);
    ck_assert_str_eq(osteon_query_text(query), s->tree);
    ck_assert_str_eq(notes, s->notes == NULL ? "" : s->notes);
    ck_assert_int_eq(osteon_query_is_empty(query), s->tree[0] == '\0');
    ck_assert_ptr_null(osteon_query_note(query, 1000));
    osteon_query_close(query);
}
END_TEST

START_TEST(test_parse_all_requires_every_word)
{
    static const char *const pairs[][2] = {
        {"one two", "(one AND two)"},
        {"one +two -three", "(+one +two -three)"},
        {"one two OR three four", "((one AND two) OR (three AND four))"},
        {"(one two) three", "(one AND two AND three)"},
        {"-(one two)", "-(one AND two)"},
        {"one/two", "(one AND two)"},
        {"PD-1 x", "((pd1 | \"pd 1\") AND x)"},
        {"the one of two", "(one AND two)"},
        {"of the", "(of AND the)"},
    };

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        osteon_query *query = parse(pairs[i][0], OSTEON_QUERY_ALL);
        ck_assert_str_eq(osteon_query_text(query), pairs[i][1]);
        osteon_query_close(query);
    }
}
END_TEST

START_TEST(test_parse_term_keeps_surface_and_place)
{
    osteon_query *query = parse("x +title:\"bone Tumors\"", 0);
    const ost_node *root = query->root, *phrase = root->required;

    ck_assert_int_eq(root->kind, OST_NODE_FILTER);
    ck_assert_int_eq(phrase->kind, OST_NODE_PHRASE);
    ck_assert_str_eq(phrase->children[1]->field, "title");
    ck_assert_mem_eq(phrase->children[1]->surface, "tumors", 6);
    ck_assert_uint_eq(phrase->children[1]->surface_len, 6);
    ck_assert_mem_eq(phrase->children[1]->term, "tumor", 5);
    ck_assert_uint_eq(phrase->children[1]->term_len, 5);
    ck_assert_uint_eq(phrase->children[1]->start, 15);
    ck_assert_uint_eq(phrase->children[1]->end, 21);
    ck_assert_uint_eq(root->start, 0);
    ck_assert_uint_eq(root->end, 21);
    ck_assert_uint_eq(query->n_terms, 3);
    osteon_query_close(query);
}
END_TEST

/* ---- Strict ---- */

START_TEST(test_parse_strict_fault_has_offset)
{
    static const struct {
        const char *query;
        uint64_t offset;
        const char *reason;
    } faults[] = {
        {"a \"b c", 2, "quote is not closed"},
        {"a (b (c)", 2, "\"(\" is not closed"},
        {"((a)", 0, "\"(\" is not closed"},
        {"a) b", 1, "\")\" closes nothing"},
        {"a ()", 2, "nothing between \"(\" and \")\""},
        {"a title:()", 8, "nothing between \"(\" and \")\""},
        {"a \"\"", 3, "no word between the quotes"},
        {"a AND", 2, "nothing after AND"},
        {"AND a", 0, "nothing before AND"},
        {"a OR", 2, "nothing after OR"},
        {"(OR a)", 1, "nothing before OR"},
        {"a NOT", 2, "nothing after NOT"},
    };

    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        osteon_query *query;
        osteon_error err;
        char line[128];
        ck_assert_int_eq(ost_query_parse("english", faults[i].query,
                                         strlen(faults[i].query),
                                         OSTEON_QUERY_STRICT, &query, &err),
                         OSTEON_SYNTAX);
        ck_assert_ptr_null(query);
        ck_assert_uint_eq(err.offset, faults[i].offset);
        snprintf(line, sizeof line, "query: byte %u: %s",
                 (unsigned)faults[i].offset, faults[i].reason);
        ck_assert_str_eq(err.text, line);
    }
}
END_TEST

START_TEST(test_parse_strict_plain_text_is_fine)
{
    osteon_query *query =
        parse("what? C++ e-mail don't f() note: 5\" a - b -- ->",
              OSTEON_QUERY_STRICT);

    ck_assert_str_eq(osteon_query_text(query),
                     "(c OR (email | \"e mail\") OR don't OR f OR note OR 5 "
                     "OR b)");
    osteon_query_close(query);
}
END_TEST

/* ---- Limits ---- */

/* `n` times `a`, then `b`, then n times `c`. */
static char *nest(size_t n, const char *a, const char *b, const char *c)
{
    const size_t a_len = strlen(a), c_len = strlen(c);
    char *text = malloc(n * (a_len + c_len) + strlen(b) + 1), *at = text;

    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < n; i++, at += a_len)
        memcpy(at, a, a_len);
    memcpy(at, b, strlen(b));
    at += strlen(b);
    for (size_t i = 0; i < n; i++, at += c_len)
        memcpy(at, c, c_len);
    *at = '\0';
    return text;
}

START_TEST(test_parse_depth_ends_at_64)
{
    char *fits = nest(64, "(", "one AND two", ")");
    char *deep = nest(65, "(", "one AND two -x", ")");
    osteon_query *query = parse(fits, OSTEON_QUERY_STRICT);
    osteon_error err;

    ck_assert_str_eq(osteon_query_text(query), "(one AND two)");
    osteon_query_close(query);
    query = parse(deep, 0);
    ck_assert_str_eq(osteon_query_text(query), "(one OR two OR x)");
    ck_assert_str_eq(osteon_query_note(query, 0),
                     "groups nested deeper than 64: searched as words");
    osteon_query_close(query);
    ck_assert_int_eq(ost_query_parse("english", deep, strlen(deep),
                                     OSTEON_QUERY_STRICT, &query, &err),
                     OSTEON_SYNTAX);
    ck_assert_uint_eq(err.offset, 64);
    free(fits);
    free(deep);
}
END_TEST

START_TEST(test_parse_ten_thousand_groups_are_words)
{
    static const char *const opens[] = {"(", "(a ", "-(", "x:(b OR "};

    for (size_t i = 0; i < 4; i++) {
        char *text = nest(10000, opens[i], "bone", ") ");
        osteon_query *query = parse(text, 0);
        ck_assert_ptr_nonnull(strstr(osteon_query_text(query), "bone"));
        osteon_query_close(query);
        free(text);
    }
}
END_TEST

START_TEST(test_parse_ten_thousand_words_are_kept)
{
    ost_buffer text = {0};
    osteon_query *query;

    for (int i = 0; i < 20000; i++) /* each twice */
        ost_buffer_printf(&text, "w%dx ", i % 10000);
    query = parse_in("none", (const char *)text.data, text.len, 0);
    ck_assert_uint_eq(query->n_terms, 10000);
    ck_assert_uint_eq(query->root->n_children, 10000);
    osteon_query_close(query);
    ost_buffer_free(&text);
}
END_TEST

/* Phrases, words near each other and parts of compounds, in turn; words, and
 * joined forms of compounds, are kept behind the last as well. */
START_TEST(test_parse_phrases_end_at_512)
{
    static const char *const forms[] = {"\"a%dx bx\" ", "\"a%dx bx\"~3 ",
                                        "a%dx-bx ", "a%dx NEAR bx "};
    ost_buffer text = {0};
    osteon_query *query;
    osteon_error err;
    const char *shown;

    for (int i = 0; i < 512; i++)
        ost_buffer_printf(&text, forms[i % 4], i);
    query = parse_in("none", (const char *)text.data, text.len,
                     OSTEON_QUERY_STRICT);
    ck_assert_uint_eq(query->root->n_children, 512);
    ck_assert_ptr_null(osteon_query_note(query, 0));
    osteon_query_close(query);
    for (unsigned i = 0; i < 4; i++)
        ost_buffer_printf(&text, forms[i], 1000 + (int)i);
    ost_buffer_add_text(&text, "last");
    query = parse_in("none", (const char *)text.data, text.len, 0);
    shown = osteon_query_text(query);
    ck_assert_uint_eq(query->root->n_children, 514);
    ck_assert_ptr_nonnull(strstr(shown, "a1002xbx OR last"));
    ck_assert_ptr_null(strstr(shown, "a1000x"));
    ck_assert_ptr_null(strstr(shown, "a1001x"));
    ck_assert_ptr_null(strstr(shown, "a1003x"));
    ck_assert_str_eq(osteon_query_note(query, 0),
                     "more than 512 phrases and compounds: those behind are "
                     "ignored");
    osteon_query_close(query);
    ck_assert_int_eq(ost_query_parse("none", (const char *)text.data, text.len,
                                     OSTEON_QUERY_STRICT, &query, &err),
                     OSTEON_SYNTAX);
    ck_assert_ptr_nonnull(strstr(err.text, "more than 512 phrases"));
    ost_buffer_free(&text);
}
END_TEST

START_TEST(test_parse_too_long_is_invalid)
{
    char *text = nest(((size_t)1 << 19), ".", "", ",");
    osteon_query *query = parse(text, 0);
    osteon_error err;

    ck_assert(osteon_query_is_empty(query));
    osteon_query_close(query);
    ck_assert_int_eq(ost_query_parse("english", text, ((size_t)1 << 20) + 1,
                                     0, &query, &err),
                     OSTEON_INVALID);
    ck_assert_str_eq(err.text, "query longer than 1 MiB");
    ck_assert_int_eq(ost_query_parse("english", "a", 1, 4, &query, &err),
                     OSTEON_INVALID);
    ck_assert_int_eq(ost_query_parse("klingon", "a", 1, 0, &query, &err),
                     OSTEON_INVALID);
    ck_assert_ptr_null(query);
    free(text);
}
END_TEST

START_TEST(test_parse_no_memory_is_told)
{
    static const char text[] =
        "+title:\"bone cell\" PD-1 (a OR b AND -c) the \"x AND (y";
    unsigned long n = 0;
    osteon_status s;

    do {
        osteon_query *query;
        osteon_error err;
        ost_alloc_fail_at(++n);
        s = ost_query_parse("english", text, strlen(text), 0, &query, &err);
        ost_alloc_fail_at(0);
        if (s != OSTEON_OK) {
            ck_assert_int_eq(s, OSTEON_NO_MEMORY);
            ck_assert_int_eq(err.status, OSTEON_NO_MEMORY);
            ck_assert_ptr_null(query);
        }
        osteon_query_close(query);
    } while (s != OSTEON_OK);
    ck_assert_uint_gt(n, 10);
}
END_TEST

/* ---- One set of tools for many queries ---- */

static ost_query_slot shared;

/* Samples understood with what other queries, of this thread and others, have
 * left behind, as they are without; some are too large to be kept. */
static void *parse_samples(void *language)
{
    char *many = malloc(5 * 1100 + 1);

    for (size_t i = 0; i < 1100; i++)
        memcpy(many + 5 * i, "ab+c ", 6);
    for (size_t round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
            const char *text = i % 32 == 31 ? many : samples[i].query;
            osteon_query *plain = parse_in(language, text, strlen(text), 0);
            osteon_query *query;
            ck_assert_int_eq(ost_query_parse_with(&shared, language, text,
                                                  strlen(text), 0, &query,
                                                  NULL),
                             OSTEON_OK);
            ck_assert_str_eq(osteon_query_text(query),
                             osteon_query_text(plain));
            ck_assert_uint_eq(query->n_terms, plain->n_terms);
            osteon_query_close(query);
            osteon_query_close(plain);
        }
    free(many);
    return NULL;
}

START_TEST(test_parse_tools_serve_many_queries)
{
    static char english[] = "english", german[] = "german";
    pthread_t other;

    parse_samples(english);
    parse_samples(german);
    ck_assert_int_eq(pthread_create(&other, NULL, parse_samples, german), 0);
    parse_samples(english);
    ck_assert_int_eq(pthread_join(other, NULL), 0);
    ost_query_tools_close(&shared);
    ck_assert_ptr_null(shared.tools);
}
END_TEST

static void add_case(Suite *suite, const char *name, const TTest *const *tests,
                     size_t n)
{
    TCase *tcase = tcase_create(name);

    tcase_set_timeout(tcase, 120);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    Suite *suite = suite_create("parse");
    TCase *tree = tcase_create("tree"), *quick = tcase_create("quick");

    tcase_add_loop_test(tree, test_parse_sample_is_understood, 0,
                        (int)(sizeof samples / sizeof *samples));
    tcase_add_test(tree, test_parse_all_requires_every_word);
    tcase_add_test(tree, test_parse_term_keeps_surface_and_place);
    suite_add_tcase(suite, tree);
    add_case(suite, "strict",
             (const TTest *const[]){test_parse_strict_fault_has_offset,
                                    test_parse_strict_plain_text_is_fine},
             2);
    add_case(suite, "limits",
             (const TTest *const[]){test_parse_depth_ends_at_64,
                                    test_parse_ten_thousand_groups_are_words,
                                    test_parse_ten_thousand_words_are_kept,
                                    test_parse_too_long_is_invalid,
                                    test_parse_no_memory_is_told},
             5);
    tcase_set_timeout(quick, 20);
    tcase_add_test(quick, test_parse_phrases_end_at_512);
    suite_add_tcase(suite, quick);
    add_case(suite, "tools",
             (const TTest *const[]){test_parse_tools_serve_many_queries}, 1);
    return run_suite(suite);
}
