/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The public reading interface: what an index says of itself, documents by
 * number and id, their text and freshness, sources, many threads at once.
 * The index lies in a folder of its own below the scratch folder, so that
 * the scratch folder is its root.
 */
#include "run_suite.h"
#include "scratch.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>

static osteon_error err;
static char index_path[300];

#define OK(call) ck_assert_msg((call) == OSTEON_OK, "%s", err.text)

static void remove_index(void)
{
    char command[400];

    snprintf(command, sizeof command, "rm -rf '%s'", index_path);
    ck_assert_int_eq(system(command), 0);
}

static void setup(void)
{
    snprintf(index_path, sizeof index_path, "%s/ix", scratch);
    remove_index();
    scratch_empty();
}

static osteon_source source_of(const char *name)
{
    osteon_source s = {.path = name, .path_len = strlen(name)};
    struct stat st;

    ck_assert_int_eq(stat(scratch_path(name), &st), 0);
    s.size = (uint64_t)st.st_size;
    s.mtime_ns =
        (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    return s;
}

/* A file, a record of another file with stored text, and one of nowhere. */
static void build(void)
{
    const osteon_field year = {.name = "year", .name_len = 4,
                               .kind = OSTEON_INTEGER, .integer = 1999};
    osteon_source file, records;
    osteon_writer *w;
    uint32_t file_id, records_id;

    scratch_write("file.txt", "A title\nbone marrow text\n", 25);
    scratch_write("records.jsonl", "{}\n{}\n", 6);
    file = source_of("file.txt");
    records = source_of("records.jsonl");
    OK(osteon_writer_open(index_path, NULL, &w, &err));
    OK(osteon_writer_source_put(w, &file, &file_id, &err));
    OK(osteon_writer_source_put(w, &records, &records_id, &err));
    {
        const osteon_document docs[] = {
            {.id = "file.txt", .id_len = 8, .title = "A title",
             .title_len = 7, .body = "bone marrow text", .body_len = 16,
             .source = file_id},
            {.id = "r2", .id_len = 2, .body = "bone record", .body_len = 11,
             .stored = "bone record", .stored_len = 11,
             .source = records_id, .line = 2, .fields = &year,
             .n_fields = 1},
            {.id = "loose", .id_len = 5, .body = "bone alone",
             .body_len = 10}};
        for (size_t i = 0; i < 3; i++)
            OK(osteon_writer_add(w, &docs[i], &err));
    }
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
}

static osteon_index *open_index(void)
{
    osteon_index *index;

    OK(osteon_index_open(index_path, &index, &err));
    return index;
}

static osteon_entry *open_id(const osteon_index *index, const char *id)
{
    osteon_entry *entry;

    OK(osteon_entry_open_id(index, id, strlen(id), &entry, &err));
    return entry;
}

START_TEST(test_index_info_and_parts_add_up)
{
    osteon_index_info info;
    osteon_part parts[32];
    osteon_index *index;
    uint64_t sum = 0;
    size_t n;

    build();
    index = open_index();
    OK(osteon_index_info_get(index, &info, &err));
    ck_assert_uint_eq(info.documents, 3);
    ck_assert_uint_eq(info.sources, 2);
    ck_assert_uint_eq(info.segments, 1);
    ck_assert_str_eq(info.language, "english");
    {
        char *real = realpath(scratch, NULL);
        ck_assert_str_eq(info.root, real);
        free(real);
    }
    n = osteon_index_parts(index, parts, 32);
    ck_assert_uint_le(n, 32);
    for (size_t i = 0; i < n; i++)
        sum += parts[i].bytes;
    ck_assert_uint_eq(sum, info.bytes);
    ck_assert_uint_eq(osteon_index_parts(index, parts, 1), n);
    osteon_index_close(index);
}
END_TEST

START_TEST(test_index_open_tells_why_not)
{
    osteon_index *index;

    ck_assert_int_eq(osteon_index_open(index_path, &index, &err),
                     OSTEON_NOT_FOUND);
    ck_assert_ptr_null(index);
    ck_assert_ptr_nonnull(strstr(err.text, index_path));
    ck_assert_int_eq(osteon_index_open(scratch, &index, NULL),
                     OSTEON_NOT_INDEX);
    scratch_write("f", "x", 1);
    ck_assert_int_eq(osteon_index_open(scratch_path("f"), &index, &err),
                     OSTEON_NOT_INDEX);
    osteon_index_close(NULL);
}
END_TEST

START_TEST(test_entry_tells_what_is_known)
{
    const osteon_entry_info *info;
    osteon_index *index;
    osteon_entry *entry;

    build();
    index = open_index();
    entry = open_id(index, "file.txt");
    info = osteon_entry_info_get(entry);
    ck_assert_str_eq(info->id, "file.txt");
    ck_assert_str_eq(info->title, "A title");
    ck_assert_str_eq(info->path, "file.txt");
    ck_assert_uint_eq(info->source_size, 25);
    ck_assert_uint_eq(info->line, 0);
    ck_assert(!info->has_stored);
    osteon_entry_close(entry);
    entry = open_id(index, "r2");
    info = osteon_entry_info_get(entry);
    ck_assert_str_eq(info->title, "");
    ck_assert_str_eq(info->path, "records.jsonl");
    ck_assert_uint_eq(info->line, 2);
    ck_assert_uint_eq(info->tokens, 2);
    ck_assert_uint_eq(info->n_fields, 1);
    ck_assert_int_eq(info->fields[0].integer, 1999);
    ck_assert(info->has_stored);
    osteon_entry_close(entry);
    entry = open_id(index, "loose");
    ck_assert_ptr_null(osteon_entry_info_get(entry)->path);
    osteon_entry_close(entry);
    ck_assert_int_eq(osteon_entry_open_id(index, "none", 4, &entry, &err),
                     OSTEON_NOT_FOUND);
    ck_assert_int_eq(osteon_entry_open(index, 3, &entry, &err),
                     OSTEON_NOT_FOUND);
    ck_assert_ptr_null(entry);
    osteon_entry_close(NULL);
    osteon_index_close(index);
}
END_TEST

START_TEST(test_entry_text_comes_from_index_or_file)
{
    osteon_index *index;
    osteon_entry *entry;
    const char *text;
    size_t len;

    build();
    index = open_index();
    entry = open_id(index, "r2");
    OK(osteon_entry_text(entry, 0, &text, &len, &err));
    ck_assert_uint_eq(len, 11);
    ck_assert_mem_eq(text, "bone record", 11);
    osteon_entry_close(entry);
    entry = open_id(index, "file.txt");
    OK(osteon_entry_text(entry, 0, &text, &len, &err));
    ck_assert_uint_eq(len, 25);
    OK(osteon_entry_text(entry, 7, &text, &len, &err));
    ck_assert_uint_eq(len, 7);
    ck_assert_mem_eq(text, "A title", 7);
    unlink(scratch_path("file.txt"));
    ck_assert_int_eq(osteon_entry_text(entry, 0, &text, &len, &err),
                     OSTEON_NOT_FOUND);
    ck_assert_ptr_null(text);
    osteon_entry_close(entry);
    entry = open_id(index, "loose");
    ck_assert_int_eq(osteon_entry_text(entry, 0, &text, &len, &err),
                     OSTEON_NOT_FOUND);
    osteon_entry_close(entry);
    osteon_index_close(index);
}
END_TEST

START_TEST(test_entry_freshness_follows_the_file)
{
    osteon_index *index;
    osteon_entry *file, *loose;
    /* the year 2400, which nanoseconds in 64 bits do not reach */
    const struct timespec far[2] = {{13569465600, 0}, {13569465600, 0}};

    build();
    index = open_index();
    file = open_id(index, "file.txt");
    loose = open_id(index, "loose");
    ck_assert_int_eq(osteon_entry_freshness(file), OSTEON_FRESH);
    ck_assert_int_eq(osteon_entry_freshness(loose), OSTEON_FRESH);
    ck_assert_int_eq(utimensat(AT_FDCWD, scratch_path("file.txt"), far, 0),
                     0);
    ck_assert_int_eq(osteon_entry_freshness(file), OSTEON_STALE);
    scratch_write("file.txt", "A title\nbone marrow texts\n", 26);
    ck_assert_int_eq(osteon_entry_freshness(file), OSTEON_STALE);
    unlink(scratch_path("file.txt"));
    ck_assert_int_eq(osteon_entry_freshness(file), OSTEON_GONE);
    osteon_entry_close(file);
    osteon_entry_close(loose);
    osteon_index_close(index);
}
END_TEST

START_TEST(test_index_lists_its_sources)
{
    osteon_source source;
    osteon_index *index;
    uint32_t cursor = 0;
    bool more;

    build();
    index = open_index();
    OK(osteon_index_source_next(index, &cursor, &source, &more, &err));
    ck_assert(more);
    ck_assert_str_eq(source.path, "file.txt");
    OK(osteon_index_source_next(index, &cursor, &source, &more, &err));
    ck_assert(more);
    ck_assert_str_eq(source.path, "records.jsonl");
    OK(osteon_index_source_next(index, &cursor, &source, &more, &err));
    ck_assert(!more);
    osteon_index_close(index);
}
END_TEST

/* A commit that changes the table of sources removes the file of the old
 * one, which whoever opened the index before still has. */
START_TEST(test_index_lists_its_sources_after_another_commit)
{
    osteon_source source;
    osteon_index *index;
    osteon_writer *w;
    uint32_t cursor = 0;
    bool more;

    build();
    index = open_index();
    OK(osteon_writer_open(index_path, NULL, &w, &err));
    ck_assert(osteon_writer_source_find(w, "records.jsonl", 13, &source));
    OK(osteon_writer_source_remove(w, source.id, &err));
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
    for (int i = 0; i < 2; i++) {
        OK(osteon_index_source_next(index, &cursor, &source, &more, &err));
        ck_assert(more);
    }
    ck_assert_str_eq(source.path, "records.jsonl");
    osteon_index_close(index);
}
END_TEST

/* All of a search, from one thread of many on the same index. */
static void *search_often(void *arg)
{
    const osteon_index *index = arg;
    intptr_t bad = 0;

    for (int i = 0; i < 200; i++) {
        osteon_query *q = NULL;
        osteon_result *r = NULL;
        osteon_snippet *s = NULL;
        osteon_entry *e = NULL;
        if (osteon_query_open(index, "bone +marrow", 12, 0, &q, NULL) ||
            osteon_search(index, q, NULL, &r, NULL) || r->n_hits != 1 ||
            osteon_entry_open(index, r->hits[0].document, &e, NULL) ||
            osteon_snippet_open(index, q, "bone marrow", 11, 0, &s, NULL) ||
            s->n_marks != 2)
            bad++;
        osteon_snippet_close(s);
        osteon_entry_close(e);
        osteon_result_close(r);
        osteon_query_close(q);
    }
    return (void *)bad; /* NOLINT: a count */
}

START_TEST(test_index_serves_many_threads)
{
    pthread_t threads[4];
    osteon_index *index;

    build();
    index = open_index();
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(
            pthread_create(&threads[i], NULL, search_often, index), 0);
    for (int i = 0; i < 4; i++) {
        void *bad;
        pthread_join(threads[i], &bad);
        ck_assert_ptr_null(bad);
    }
    osteon_index_close(index);
}
END_TEST

static void note_token(void *arg, const osteon_token *token)
{
    ost_buffer *b = arg;

    ost_buffer_printf(b, "%.*s@%lu ", (int)token->term_len, token->term,
                      (unsigned long)token->position);
}

START_TEST(test_analyze_gives_terms_of_the_language)
{
    ost_buffer b = {0};

    OK(osteon_analyze("english", "PD-1 inhibitors", 15, note_token, &b,
                      &err));
    ost_buffer_add_byte(&b, 0);
    ck_assert_str_eq((char *)b.data, "pd@0 pd1@0 1@1 inhibitor@2 ");
    ost_buffer_free(&b);
    ck_assert_int_eq(osteon_analyze("klingon", "", 0, note_token, &b, &err),
                     OSTEON_INVALID);
    ck_assert_ptr_nonnull(strstr(osteon_languages(), "german"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine");
    TCase *tc = tcase_create("engine");

    tcase_add_unchecked_fixture(tc, scratch_make, scratch_remove);
    tcase_add_checked_fixture(tc, setup, remove_index);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_index_info_and_parts_add_up);
    tcase_add_test(tc, test_index_open_tells_why_not);
    tcase_add_test(tc, test_entry_tells_what_is_known);
    tcase_add_test(tc, test_entry_text_comes_from_index_or_file);
    tcase_add_test(tc, test_entry_freshness_follows_the_file);
    tcase_add_test(tc, test_index_lists_its_sources);
    tcase_add_test(tc, test_index_lists_its_sources_after_another_commit);
    tcase_add_test(tc, test_index_serves_many_threads);
    tcase_add_test(tc, test_analyze_gives_terms_of_the_language);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
