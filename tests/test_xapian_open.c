/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Opening Xapian databases: what is told apart, changes while one is open,
 * damage of files and metadata, lack of memory.
 */
#include "engine.h"
#include "made_texts.h"
#include "run_suite.h"
#include "xapian_fixture.h"

#include <pthread.h>
#include <xapian-c/xapian_c_database_tools.h>

static osteon_error err;
static char folder[300];

#define OK(call) ck_assert_msg((call) == OSTEON_OK, "%s", err.text)

static void run(const char *format, const char *argument)
{
    char command[900];

    snprintf(command, sizeof command, format, folder, argument);
    ck_assert_int_eq(system(command), 0);
}

static void add(void *arg, uint32_t i, const osteon_document *doc)
{
    xf_add(arg, doc, i);
}

static void make(uint32_t n)
{
    xf_writer w;

    xf_open(&w, folder, "english", false);
    for (uint32_t i = 0; i < n; i++)
        made_document(i, add, &w);
    xf_close(&w);
}

static void setup(void)
{
    snprintf(folder, sizeof folder, "%s-x", scratch);
    run("rm -rf '%s'%s", "");
    make(120);
}

static void teardown(void)
{
    run("rm -rf '%s'%s", "");
}

/* Number of matches; *s is the status. */
static uint64_t count(const osteon_index *index, const char *text,
                      osteon_status *s)
{
    const osteon_search_options options = {
        .limit = 3, .k1 = -1, .b = -1, .count = true};
    osteon_query *query;
    osteon_result *result;
    uint64_t n = 0;

    OK(osteon_query_open(index, text, strlen(text), 0, &query, &err));
    *s = osteon_search(index, query, &options, &result, &err);
    if (*s == OSTEON_OK)
        n = result->matches;
    osteon_result_close(result);
    osteon_query_close(query);
    return n;
}

static uint64_t count_ok(const osteon_index *index, const char *text)
{
    osteon_status s;
    const uint64_t n = count(index, text, &s);

    ck_assert_msg(s == OSTEON_OK, "%s", err.text);
    return n;
}

/* ---- What is told apart ---- */

START_TEST(test_open_shapes_of_a_database)
{
    const char *const shapes[] = {"", "/db-00000001", "/XAPIANDB", ".single"};
    xapian_c_database *db;
    osteon_index *index;
    char path[400];
    uint64_t all;

    OK(osteon_index_open(folder, &index, &err));
    all = count_ok(index, "bone \"bone tumor\"");
    osteon_index_close(index);
    XOK(xapian_c_database_new_path(folder, 0, &db, &xf_error));
    snprintf(path, sizeof path, "%s.single", folder);
    XOK(xapian_c_database_compact(db, path, XAPIAN_C_DBCOMPACT_SINGLE_FILE, 0,
                                  NULL, &xf_error));
    xapian_c_database_free(db);
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s%s", folder, shapes[i]);
        OK(osteon_index_open(path, &index, &err));
        ck_assert_str_eq(index->language, "english");
        ck_assert_uint_eq(count_ok(index, "bone \"bone tumor\""), all);
        osteon_index_close(index);
    }
    run("rm -f '%s.single'%s", "");
}
END_TEST

START_TEST(test_open_others_are_no_database)
{
    osteon_index *index;

    scratch_write("text", "some text\n", 10);
    ck_assert_int_eq(osteon_index_open(scratch_path("text"), &index, &err),
                     OSTEON_NOT_INDEX);
    ck_assert_int_eq(osteon_index_open(scratch, &index, &err),
                     OSTEON_NOT_INDEX);
    ck_assert_int_eq(osteon_index_open(scratch_path("none"), &index, &err),
                     OSTEON_NOT_FOUND);
}
END_TEST

/* ---- Changes ---- */

START_TEST(test_open_removed_files_stay_readable)
{
    osteon_index *index;
    uint64_t all;

    OK(osteon_index_open(folder, &index, &err));
    all = count_ok(index, "\"bone tumor\" OR title:bone");
    run("rm -rf '%s'%s/db-00000001", "");
    ck_assert_uint_eq(count_ok(index, "\"bone tumor\" OR title:bone"), all);
    osteon_index_close(index);
    ck_assert_int_eq(osteon_index_open(folder, &index, &err), OSTEON_CORRUPT);
}
END_TEST

/* Commits between searches: Xapian loses the state that is open. */
START_TEST(test_open_changed_database_is_opened_anew)
{
    osteon_index *index;
    xapian_c_database *db;
    char path[400];
    uint64_t before, after = 0;

    snprintf(path, sizeof path, "%s/db-00000001", folder);
    OK(osteon_index_open(folder, &index, &err));
    before = count_ok(index, "bone");
    for (unsigned round = 0; round < 6; round++) {
        unsigned docid;
        xapian_c_document *doc;
        XOK(xapian_c_writable_database_new_path(path, XAPIAN_C_DB_OPEN, 0, &db,
                                                &xf_error));
        XOK(xapian_c_document_new(&doc, &xf_error));
        XOK(xapian_c_document_add_term(doc, "Zbone", 5, 1, &xf_error));
        XOK(xapian_c_writable_database_add_document(db, doc, &docid,
                                                    &xf_error));
        xapian_c_document_free(doc);
        XOK(xapian_c_database_close(db, &xf_error));
        xapian_c_database_free(db);
        after = count_ok(index, "bone");
        ck_assert_uint_ge(after, before);
    }
    osteon_index_close(index);
    OK(osteon_index_open(folder, &index, &err));
    ck_assert_uint_eq(count_ok(index, "bone"), before + 6);
    osteon_index_close(index);
}
END_TEST

static void *search_often(void *arg)
{
    uint64_t *n = arg;

    for (unsigned i = 0; i < 30; i++) {
        const osteon_search_options options = {
            .limit = 3, .k1 = -1, .b = -1, .count = true};
        osteon_index *index = *(osteon_index **)(void *)n;
        osteon_query *query;
        osteon_result *result;
        if (osteon_query_open(index, "PD-1 bone", 9, 0, &query, NULL) !=
            OSTEON_OK)
            return arg;
        if (osteon_search(index, query, &options, &result, NULL) !=
            OSTEON_OK)
            return arg;
        osteon_result_close(result);
        osteon_query_close(query);
    }
    return NULL;
}

START_TEST(test_open_many_threads_search)
{
    pthread_t threads[4];
    osteon_index *index;
    void *failed;

    OK(osteon_index_open(folder, &index, &err));
    for (unsigned i = 0; i < 4; i++)
        ck_assert_int_eq(
            pthread_create(&threads[i], NULL, search_often, &index), 0);
    for (unsigned i = 0; i < 4; i++) {
        pthread_join(threads[i], &failed);
        ck_assert_ptr_null(failed);
    }
    osteon_index_close(index);
}
END_TEST

/* ---- Damage ---- */

static const struct {
    const char *key, *value;
    osteon_status status;
} metadata[] = {
    {OST_KEY_LAYOUT, "2", OSTEON_VERSION},
    {OST_KEY_LAYOUT, "one", OSTEON_CORRUPT},
    {OST_KEY_ANALYZER, "7", OSTEON_VERSION},
    {OST_KEY_ANALYZER, "", OSTEON_CORRUPT},
    {OST_KEY_TITLE_WEIGHT, "-3", OSTEON_CORRUPT},
    {OST_KEY_TITLE_WEIGHT, "99999999", OSTEON_CORRUPT},
    {OST_KEY_POSITIONS, "some", OSTEON_CORRUPT},
    {OST_KEY_GENERATION, "99999999999999999999", OSTEON_CORRUPT},
    {OST_KEY_SOURCES, "../../etc/passwd 1 1", OSTEON_CORRUPT},
    {OST_KEY_SOURCES, "src-00000009.ost 1 1", OSTEON_CORRUPT},
};

START_TEST(test_open_damaged_metadata)
{
    char path[400];
    xapian_c_database *db;
    osteon_index *index;

    snprintf(path, sizeof path, "%s/db-00000001", folder);
    XOK(xapian_c_writable_database_new_path(path, XAPIAN_C_DB_OPEN, 0, &db,
                                            &xf_error));
    XOK(xapian_c_writable_database_set_metadata(
        db, metadata[_i].key, strlen(metadata[_i].key), metadata[_i].value,
        strlen(metadata[_i].value), &xf_error));
    XOK(xapian_c_database_close(db, &xf_error));
    xapian_c_database_free(db);
    ck_assert_int_eq(osteon_index_open(folder, &index, &err),
                     metadata[_i].status);
    ck_assert_ptr_null(index);
    ck_assert_ptr_nonnull(strstr(err.text, folder));
}
END_TEST

/* A file cut short is an error or the right answer, never another one. */
START_TEST(test_open_cut_files_never_answer_less)
{
    static const char *const files[] = {"postlist", "position", "docdata",
                                        "termlist", "synonym"};
    const char *const query = "\"bone tumor\" OR title:bone";
    osteon_index *index;
    char path[400];
    struct stat st;
    uint64_t all;

    OK(osteon_index_open(folder, &index, &err));
    all = count_ok(index, query);
    osteon_index_close(index);
    snprintf(path, sizeof path, "%s/db-00000001/%s.glass", folder, files[_i]);
    ck_assert_int_eq(stat(path, &st), 0);
    for (off_t size = st.st_size - 8192; size >= 0; size -= 8192) {
        osteon_status s;
        uint64_t n;
        ck_assert_int_eq(truncate(path, size), 0);
        s = osteon_index_open(folder, &index, &err);
        if (s != OSTEON_OK)
            continue;
        n = count(index, query, &s);
        ck_assert(s != OSTEON_OK || n == all);
        osteon_index_close(index);
    }
}
END_TEST

/* Each allocation of ours fails in turn. */
START_TEST(test_open_without_memory)
{
    static const char query[] = "\"bone tumor\" PD-1 -(title:run AND cell)";
    bool failed = true;

    for (unsigned long at = 1; failed; at++) {
        const osteon_search_options options = {
            .limit = 3, .k1 = -1, .b = -1, .count = true};
        osteon_index *index = NULL;
        osteon_query *q = NULL;
        osteon_result *result = NULL;
        osteon_entry *entry = NULL;
        osteon_status s;
        char *lines = NULL;
        ost_alloc_fail_at(at);
        s = osteon_index_open(folder, &index, &err);
        if (s == OSTEON_OK)
            s = osteon_query_open(index, query, strlen(query), 0, &q, &err);
        if (s == OSTEON_OK)
            s = osteon_search(index, q, &options, &result, &err);
        if (s == OSTEON_OK)
            s = osteon_entry_open(index, result->hits[0].document, &entry,
                                  &err);
        if (s == OSTEON_OK)
            s = osteon_explain(index, q, &options, result->hits[0].document,
                               &lines, &err);
        failed = ost_alloc_fail_at(0) == 0;
        ck_assert_int_eq(s, failed ? OSTEON_NO_MEMORY : OSTEON_OK);
        free(lines);
        osteon_entry_close(entry);
        osteon_result_close(result);
        if (q != NULL)
            osteon_query_close(q);
        osteon_index_close(index);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xapian_open");
    TCase *tc = scratch_case(suite, "open");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_open_shapes_of_a_database);
    tcase_add_test(tc, test_open_others_are_no_database);
    tcase_add_test(tc, test_open_removed_files_stay_readable);
    tcase_add_test(tc, test_open_changed_database_is_opened_anew);
    tcase_add_test(tc, test_open_many_threads_search);
    tcase_add_loop_test(tc, test_open_damaged_metadata, 0,
                        (int)(sizeof metadata / sizeof *metadata));
    tcase_add_loop_test(tc, test_open_cut_files_never_answer_less, 0, 5);
    tcase_add_test(tc, test_open_without_memory);
    return run_suite(suite);
}
