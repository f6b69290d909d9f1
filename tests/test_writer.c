/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The writer by its public interface: what is committed is there, what is
 * not is not, and what the lock, settings and sources do.
 */
#include "commit.h"
#include "run_suite.h"
#include "writer_fixture.h"

START_TEST(test_writer_commit_makes_documents_visible)
{
    osteon_writer *w = open_writer(NULL);
    osteon_index *index;

    add(w, "a", "tumor cells");
    add(w, "b", "Tumors shrink");
    ck_assert_int_eq(osteon_index_open(scratch, &index, &err),
                     OSTEON_NOT_INDEX);
    OK(osteon_writer_commit(w, &err));
    ck_assert_uint_eq(info().documents, 2);
    ck_assert_uint_eq(info().generation, 1);
    ck_assert_int_eq(lines_with(":tumor "), 2);
    add(w, "c", "third");
    ck_assert_uint_eq(info().documents, 2);
    commit_and_close(w);
    ck_assert_uint_eq(info().documents, 3);
    ck_assert_int_eq(osteon_index_check(scratch, NULL, NULL, &err),
                     OSTEON_OK);
}
END_TEST

START_TEST(test_writer_commit_of_nothing_keeps_the_generation)
{
    osteon_writer *w = open_writer(NULL);

    commit_and_close(w); /* an empty index */
    ck_assert_uint_eq(info().generation, 1);
    ck_assert_uint_eq(info().documents, 0);
    w = open_writer(NULL);
    commit_and_close(w);
    ck_assert_uint_eq(info().generation, 1);
}
END_TEST

START_TEST(test_writer_close_without_commit_leaves_nothing)
{
    osteon_writer *w = open_writer(NULL);
    ost_folder_contents contents;

    add(w, "a", "one");
    commit_and_close(w);
    w = open_writer(NULL);
    add(w, "b", "two");
    osteon_writer_close(w);
    ck_assert_uint_eq(info().documents, 1);
    OK(ost_folder_scan(scratch, &contents, &err));
    ck_assert_uint_eq(contents.next_file, 2); /* seg-00000001 only */
}
END_TEST

START_TEST(test_writer_same_id_replaces)
{
    osteon_writer *w = open_writer(NULL);
    osteon_writer_counts counts;

    add(w, "a", "first");
    add(w, "a", "second");
    OK(osteon_writer_commit(w, &err));
    ck_assert_int_eq(lines_with(":second "), 1);
    ck_assert_int_eq(lines_with(":first "), 0);
    add(w, "a", "third");
    OK(osteon_writer_commit(w, &err));
    ck_assert_int_eq(lines_with(":third "), 1);
    ck_assert_int_eq(lines_with(":second "), 0);
    ck_assert_uint_eq(info().documents, 1);
    osteon_writer_counts_get(w, &counts);
    ck_assert_uint_eq(counts.added, 3);
    ck_assert_uint_eq(counts.removed, 0);
    osteon_writer_close(w);
}
END_TEST

START_TEST(test_writer_delete_removes)
{
    osteon_writer *w = open_writer(NULL);

    add(w, "a", "one");
    add(w, "b", "two");
    commit_and_close(w);
    w = open_writer(NULL);
    ck_assert_int_eq(osteon_writer_delete(w, "c", 1, &err), OSTEON_NOT_FOUND);
    OK(osteon_writer_delete(w, "a", 1, &err));
    ck_assert_int_eq(osteon_writer_delete(w, "a", 1, &err), OSTEON_NOT_FOUND);
    commit_and_close(w);
    ck_assert_int_eq(lines_with("a|"), 0);
    ck_assert_int_eq(lines_with("b|"), 1);
    w = open_writer(NULL);
    OK(osteon_writer_delete(w, "b", 1, &err));
    commit_and_close(w);
    ck_assert_uint_eq(info().documents, 0);
    ck_assert_uint_eq(info().segments, 0);
}
END_TEST

START_TEST(test_writer_delete_finds_what_was_just_added)
{
    osteon_writer *w = open_writer(NULL);

    add(w, "a", "one");
    OK(osteon_writer_delete(w, "a", 1, &err));
    add(w, "b", "two");
    commit_and_close(w);
    ck_assert_uint_eq(info().documents, 1);
}
END_TEST

START_TEST(test_writer_fields_positions_and_values)
{
    const osteon_field fields[] = {
        {.name = "Author", .name_len = 6, .text = "Ann Lee", .text_len = 7},
        {.name = "author", .name_len = 6, .text = "Bo Ray", .text_len = 6},
        {.name = "year", .name_len = 4, .kind = OSTEON_INTEGER,
         .integer = 2021},
        {.name = "tag", .name_len = 3, .kind = OSTEON_STRING, .text = "x",
         .text_len = 1},
        {.name = "score", .name_len = 5, .kind = OSTEON_REAL, .real = 0.5},
        {.name = "bad name", .name_len = 8, .text = "loose",
         .text_len = 5}};
    const osteon_document doc = {.id = "a",
                                 .id_len = 1,
                                 .title = "Bone",
                                 .title_len = 4,
                                 .body = "marrow",
                                 .body_len = 6,
                                 .fields = fields,
                                 .n_fields = 6};
    osteon_writer *w = open_writer(NULL);

    OK(osteon_writer_add(w, &doc, &err));
    commit_and_close(w);
    /* The title three times, then each stretch ten positions on. */
    ck_assert_int_eq(lines_with(":bone 00000000 3 0 11 22\n"), 1);
    ck_assert_int_eq(lines_with(":marrow 00000000 1 33\n"), 1);
    ck_assert_int_eq(lines_with(":lee 00000000 1 45\n"), 1);
    ck_assert_int_eq(lines_with("title:bone 00000000 1 0\n"), 1);
    ck_assert_int_eq(lines_with("author:lee 00000000 1 1\n"), 1);
    ck_assert_int_eq(lines_with("author:bo 00000000 1 12\n"), 1);
    ck_assert_int_eq(lines_with(":loos 00000000 1"), 1);
    ck_assert_int_eq(lines_with("bad name"), 0);
    {
        char *dump = index_dump_ok(scratch);
        ck_assert_ptr_nonnull(strstr(dump, "year:2::2021"));
        ck_assert_ptr_nonnull(strstr(dump, "tag:1:x:"));
        ck_assert_ptr_nonnull(strstr(dump, "score:3::0:0.5"));
        free(dump);
    }
}
END_TEST

START_TEST(test_writer_bad_ids_are_refused)
{
    osteon_writer *w = open_writer(NULL);
    char *longest = malloc(4097);
    osteon_document doc = {.id = longest, .id_len = 4097};

    memset(longest, 'x', 4097);
    ck_assert_int_eq(osteon_writer_add(w, &doc, &err), OSTEON_INVALID);
    doc.id_len = 0;
    ck_assert_int_eq(osteon_writer_add(w, &doc, &err), OSTEON_INVALID);
    doc.id = "a\0b";
    doc.id_len = 3;
    ck_assert_int_eq(osteon_writer_add(w, &doc, &err), OSTEON_INVALID);
    doc.id = longest;
    doc.id_len = 4096;
    OK(osteon_writer_add(w, &doc, &err));
    commit_and_close(w);
    ck_assert_uint_eq(info().documents, 1);
    free(longest);
}
END_TEST

START_TEST(test_writer_second_one_is_locked_out)
{
    const osteon_writer_options short_wait = {.wait = 0.05};
    osteon_writer *w = open_writer(NULL), *other;

    ck_assert_int_eq(osteon_writer_open(scratch, NULL, &other, &err),
                     OSTEON_LOCKED);
    ck_assert_ptr_null(other);
    ck_assert_int_eq(err.pid, (long)getpid());
    ck_assert_int_eq(osteon_writer_open(scratch, &short_wait, &other, &err),
                     OSTEON_LOCKED);
    osteon_writer_close(w);
    w = open_writer(NULL);
    osteon_writer_close(w);
}
END_TEST

START_TEST(test_writer_foreign_folder_is_refused)
{
    osteon_writer *w;

    scratch_write("letter.txt", "x", 1);
    ck_assert_int_eq(osteon_writer_open(scratch, NULL, &w, &err),
                     OSTEON_NOT_INDEX);
    ck_assert_int_eq(
        osteon_writer_open(scratch_path("letter.txt"), NULL, &w, &err),
        OSTEON_NOT_INDEX);
    ck_assert_ptr_nonnull(strstr(err.text, "letter.txt"));
    ck_assert_int_ne(access(scratch_path("LOCK"), F_OK), 0);
}
END_TEST

START_TEST(test_writer_language_is_kept)
{
    osteon_writer_options german = {.language = "german"};
    osteon_writer *w = open_writer(&german);

    add(w, "a", "Häuser");
    commit_and_close(w);
    ck_assert_int_eq(lines_with(":haus "), 1);
    ck_assert_str_eq(info().language, "german");
    w = open_writer(NULL); /* its own language is taken */
    osteon_writer_close(w);
    german.language = "english";
    ck_assert_int_eq(osteon_writer_open(scratch, &german, &w, &err),
                     OSTEON_INVALID);
    german.language = "klingon";
    ck_assert_int_eq(osteon_writer_open(scratch, &german, &w, &err),
                     OSTEON_INVALID);
    german.language = "english";
    german.rebuild = true;
    w = open_writer(&german);
    add(w, "a", "houses");
    commit_and_close(w);
    ck_assert_int_eq(lines_with(":hous "), 1);
}
END_TEST

START_TEST(test_writer_rebuild_replaces_all_at_once)
{
    const osteon_writer_options rebuild = {.rebuild = true};
    osteon_writer *w = open_writer(NULL);

    add(w, "a", "old");
    commit_and_close(w);
    w = open_writer(&rebuild);
    add(w, "b", "new");
    ck_assert_int_eq(lines_with("a|"), 1);
    osteon_writer_close(w); /* given up: the old one stays */
    ck_assert_int_eq(lines_with("a|"), 1);
    w = open_writer(&rebuild);
    add(w, "b", "new");
    commit_and_close(w);
    ck_assert_int_eq(lines_with("a|"), 0);
    ck_assert_int_eq(lines_with("b|"), 1);
    ck_assert_uint_eq(info().generation, 2);
}
END_TEST

START_TEST(test_writer_rebuild_repairs_a_damaged_index)
{
    const osteon_writer_options rebuild = {.rebuild = true};
    osteon_writer *w = open_writer(NULL);

    add(w, "a", "old");
    commit_and_close(w);
    scratch_write("MANIFEST", "osteon-manifest 3\nrubbish\n", 26);
    ck_assert_int_eq(osteon_writer_open(scratch, NULL, &w, &err),
                     OSTEON_CORRUPT);
    w = open_writer(&rebuild);
    add(w, "b", "new");
    commit_and_close(w);
    ck_assert_int_eq(lines_with("b|"), 1);
}
END_TEST

static uint32_t put_source(osteon_writer *w, const char *path, uint64_t size)
{
    const osteon_source source = {.path = path,
                                  .path_len = strlen(path),
                                  .size = size,
                                  .mtime_ns = 5};
    uint32_t id;

    OK(osteon_writer_source_put(w, &source, &id, &err));
    ck_assert_uint_gt(id, 0);
    return id;
}

static void add_from(osteon_writer *w, const char *id, uint32_t source)
{
    const osteon_document doc = {
        .id = id, .id_len = strlen(id), .source = source, .body = "x",
        .body_len = 1};

    OK(osteon_writer_add(w, &doc, &err));
}

START_TEST(test_writer_sources_own_their_documents)
{
    osteon_writer *w = open_writer(NULL);
    uint32_t one = put_source(w, "one.jsonl", 10);
    uint32_t two = put_source(w, "two.jsonl", 20), cursor = 0;
    osteon_writer_counts counts;
    osteon_source found;

    add_from(w, "1a", one);
    add_from(w, "1b", one);
    add_from(w, "2a", two);
    commit_and_close(w);
    w = open_writer(NULL);
    ck_assert(osteon_writer_source_find(w, "one.jsonl", 9, &found));
    ck_assert_uint_eq(found.id, one);
    ck_assert_uint_eq(found.size, 10);
    ck_assert(!osteon_writer_source_find(w, "none", 4, &found));
    OK(osteon_writer_source_clear(w, one, &err)); /* it changed: */
    put_source(w, "one.jsonl", 11);
    add_from(w, "1a", one);
    add_from(w, "1c", one);
    OK(osteon_writer_commit(w, &err));
    osteon_writer_counts_get(w, &counts);
    ck_assert_uint_eq(counts.removed, 1); /* 1b; 1a was replaced */
    ck_assert_int_eq(lines_with("1a|"), 1);
    ck_assert_int_eq(lines_with("1b|"), 0);
    ck_assert_int_eq(lines_with("1c|"), 1);
    ck_assert_int_eq(lines_with("2a|"), 1);
    OK(osteon_writer_source_remove(w, two, &err));
    OK(osteon_writer_commit(w, &err));
    ck_assert_int_eq(lines_with("2a|"), 0);
    ck_assert(osteon_writer_source_next(w, &cursor, &found));
    ck_assert_uint_eq(found.size, 11);
    ck_assert(!osteon_writer_source_next(w, &cursor, &found));
    osteon_writer_close(w);
    ck_assert_int_eq(osteon_index_check(scratch, NULL, NULL, &err), 0);
}
END_TEST

static osteon_status update(void)
{
    const osteon_document doc = {.id = "b",
                                 .id_len = 1,
                                 .title = "t",
                                 .title_len = 1,
                                 .body = "new text here",
                                 .body_len = 13,
                                 .stored = "new",
                                 .stored_len = 3};
    osteon_writer *w;
    osteon_status s = osteon_writer_open(scratch, NULL, &w, &err);

    if (s == OSTEON_OK)
        s = osteon_writer_add(w, &doc, &err);
    if (s == OSTEON_OK)
        s = osteon_writer_delete(w, "a", 1, &err);
    if (s == OSTEON_OK)
        s = osteon_writer_commit(w, &err);
    osteon_writer_close(w);
    return s;
}

static void two_documents(void)
{
    osteon_writer *w = open_writer(NULL);

    add_from(w, "a", put_source(w, "a.txt", 1));
    add(w, "b", "two words");
    commit_and_close(w);
}

/* Each allocation of a whole update fails once: the index is then as before
 * the update, or as after it, and sound. */
START_TEST(test_writer_each_allocation_failing_loses_nothing)
{
    char *before, *after;
    bool fired = true;
    unsigned long n;

    two_documents();
    before = index_dump_ok(scratch);
    OK(update());
    after = index_dump_ok(scratch);
    for (n = 1; fired; n++) {
        osteon_status s;
        char *now;
        scratch_empty();
        two_documents();
        ost_alloc_fail_at(n);
        s = update();
        fired = ost_alloc_fail_at(0) == 0;
        if (s != OSTEON_OK)
            ck_assert_int_eq(s, OSTEON_NO_MEMORY);
        ck_assert_int_eq(osteon_index_check(scratch, NULL, NULL, &err), 0);
        now = index_dump_ok(scratch);
        if (s == OSTEON_OK)
            ck_assert_str_eq(now, after);
        else if (strcmp(now, after) != 0) /* the last step is a commit */
            ck_assert_str_eq(now, before);
        free(now);
    }
    ck_assert_uint_gt(n, 100);
    free(before);
    free(after);
}
END_TEST

START_TEST(test_writer_rebuild_given_up_keeps_what_it_cannot_read)
{
    const osteon_writer_options options = {.rebuild = true};
    osteon_writer *w = open_writer(NULL);
    char *path = ost_path_join(scratch, "MANIFEST");
    ost_folder_contents contents;
    FILE *f;

    add(w, "a", "one");
    commit_and_close(w);
    f = fopen(path, "w"); /* of a version to come */
    fputs("osteon-manifest 99\n", f);
    fclose(f);
    w = open_writer(&options);
    osteon_writer_close(w);
    OK(ost_folder_scan(scratch, &contents, &err));
    ck_assert_uint_eq(contents.next_file, 2); /* its segment is there */
    w = open_writer(&options);
    add(w, "b", "two");
    commit_and_close(w);
    ck_assert_uint_eq(info().documents, 1);
    free(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("writer");
    TCase *tc = tcase_create("writer");

    tcase_add_unchecked_fixture(tc, scratch_make, scratch_remove);
    tcase_add_checked_fixture(tc, scratch_empty, NULL);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_writer_commit_makes_documents_visible);
    tcase_add_test(tc, test_writer_commit_of_nothing_keeps_the_generation);
    tcase_add_test(tc, test_writer_close_without_commit_leaves_nothing);
    tcase_add_test(tc, test_writer_same_id_replaces);
    tcase_add_test(tc, test_writer_delete_removes);
    tcase_add_test(tc, test_writer_delete_finds_what_was_just_added);
    tcase_add_test(tc, test_writer_fields_positions_and_values);
    tcase_add_test(tc, test_writer_bad_ids_are_refused);
    tcase_add_test(tc, test_writer_second_one_is_locked_out);
    tcase_add_test(tc, test_writer_foreign_folder_is_refused);
    tcase_add_test(tc, test_writer_language_is_kept);
    tcase_add_test(tc, test_writer_rebuild_replaces_all_at_once);
    tcase_add_test(tc, test_writer_rebuild_repairs_a_damaged_index);
    tcase_add_test(tc, test_writer_sources_own_their_documents);
    tcase_add_test(tc, test_writer_rebuild_given_up_keeps_what_it_cannot_read);
    tcase_add_test(tc, test_writer_each_allocation_failing_loses_nothing);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
