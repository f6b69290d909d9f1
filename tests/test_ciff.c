/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * CIFF files: what is exported, imported and exported again is the same to
 * the byte, and an index of several segments exports as a merged one does.
 * Every cut and every changed byte of a file is an error or an index that
 * checks clean; no failed import leaves anything behind.
 */
#include "run_suite.h"
#include "writer_fixture.h"

#define IMPORTED "imported"

static uint64_t seed;

static uint32_t below(uint32_t n)
{
    return (uint32_t)(scratch_random(&seed) % n);
}

static bool gather(void *arg, const void *bytes, size_t len)
{
    ost_buffer_add(arg, bytes, len);
    return true;
}

static ost_buffer export_from(const char *folder, osteon_ciff_counts *counts)
{
    ost_buffer out = {0};
    osteon_index *index;

    OK(osteon_index_open(folder, &index, &err));
    OK(osteon_export_ciff(index, gather, &out, counts, &err));
    osteon_index_close(index);
    ck_assert(!out.failed);
    return out;
}

/* Adds n documents of random words w0, w1, ...; the smaller, the more often.
 */
static void add_random(osteon_writer *w, uint32_t first, uint32_t n,
                       uint32_t words)
{
    for (uint32_t i = first; i < first + n; i++) {
        char id[32], body[512] = "common";
        snprintf(id, sizeof id, "doc-%u", (unsigned)i);
        for (uint32_t k = below(40); k > 0; k--) {
            const size_t at = strlen(body);
            snprintf(body + at, sizeof body - at, " w%u",
                     (unsigned)(below(words) * below(words) / words));
        }
        add(w, id, body);
    }
}

/* Three segments; documents of the first two are deleted or replaced. */
static void make_index(uint32_t n, uint32_t words)
{
    for (uint32_t i = 0; i < 3; i++) {
        osteon_writer *w = open_writer(NULL);
        add_random(w, i * n - i * n / 10, n, words);
        commit_and_close(w);
    }
    {
        osteon_writer *w = open_writer(NULL);
        for (uint32_t i = 0; i < n / 10; i++) {
            char id[32];
            snprintf(id, sizeof id, "doc-%u", (unsigned)(i * 7));
            OK(osteon_writer_delete(w, id, strlen(id), &err));
        }
        commit_and_close(w);
    }
    ck_assert_uint_eq(info().segments, 3);
    ck_assert_uint_gt(info().deleted, n / 10);
}

static void merge(void)
{
    osteon_writer *w = open_writer(NULL);

    osteon_writer_merge_all(w);
    commit_and_close(w);
    ck_assert_uint_eq(info().segments, 1);
    ck_assert_uint_eq(info().deleted, 0);
}

static void remove_imported(void)
{
    DIR *dir = opendir(scratch_path(IMPORTED));
    const struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir != NULL)
        closedir(dir);
    rmdir(scratch_path(IMPORTED));
}

static osteon_status import_bytes(const void *bytes, size_t len,
                                  osteon_ciff_counts *counts)
{
    osteon_status s;
    int fd;

    scratch_write("in.ciff", bytes, len);
    fd = open(scratch_path("in.ciff"), O_RDONLY);
    ck_assert_int_ge(fd, 0);
    s = osteon_import_ciff(scratch_path(IMPORTED), fd, "in.ciff",
                           &(osteon_writer_options){.language = "english"},
                           counts, &err);
    close(fd);
    return s;
}

static void check_clean(void)
{
    ck_assert_msg(osteon_index_check(scratch_path(IMPORTED), NULL, NULL,
                                     &err) == OSTEON_OK,
                  "%s", err.text);
}

static void check_round_trip(uint32_t n, uint32_t words)
{
    osteon_ciff_counts counts, again;
    ost_buffer one, merged, two;

    make_index(n, words);
    one = export_from(scratch, &counts);
    ck_assert_uint_eq(counts.documents, info().documents);
    merge();
    ck_assert_uint_eq(counts.terms, info().terms);
    ck_assert_uint_eq(counts.postings, info().postings);
    merged = export_from(scratch, NULL);
    ck_assert_uint_eq(one.len, merged.len);
    ck_assert_mem_eq(one.data, merged.data, one.len);
    ck_assert_msg(import_bytes(one.data, one.len, &again) == OSTEON_OK, "%s",
                  err.text);
    ck_assert_mem_eq(&counts, &again, sizeof counts);
    check_clean();
    two = export_from(scratch_path(IMPORTED), NULL);
    ck_assert_uint_eq(one.len, two.len);
    ck_assert_mem_eq(one.data, two.data, one.len);
    ost_buffer_free(&one);
    ost_buffer_free(&merged);
    ost_buffer_free(&two);
    remove_imported();
}

START_TEST(test_ciff_round_trip_is_the_same_to_the_byte)
{
    seed = 1;
    check_round_trip(200, 60);
}
END_TEST

/* Lists of more postings than are packed, or taken apart, at once. */
START_TEST(test_ciff_long_lists_round_trip)
{
    seed = 2;
    check_round_trip(12000, 9);
}
END_TEST

/* Lists of a piece, and of one posting fewer and more. */
START_TEST(test_ciff_lists_at_the_edge_of_a_piece)
{
    for (uint32_t n = 4095; n <= 4097; n++) {
        osteon_writer *w = open_writer(
            &(osteon_writer_options){.rebuild = scratch_has("MANIFEST")});
        ost_buffer one, two;
        for (uint32_t i = 0; i < n; i++) {
            char id[16];
            snprintf(id, sizeof id, "%u", (unsigned)i);
            add(w, id, "word");
        }
        commit_and_close(w);
        one = export_from(scratch, NULL);
        OK(import_bytes(one.data, one.len, NULL));
        check_clean();
        two = export_from(scratch_path(IMPORTED), NULL);
        ck_assert_uint_eq(one.len, two.len);
        ck_assert_mem_eq(one.data, two.data, one.len);
        ost_buffer_free(&one);
        ost_buffer_free(&two);
        remove_imported();
    }
}
END_TEST

START_TEST(test_ciff_of_an_empty_index_round_trips)
{
    ost_buffer one, two;

    commit_and_close(open_writer(NULL));
    one = export_from(scratch, NULL);
    OK(import_bytes(one.data, one.len, NULL));
    two = export_from(scratch_path(IMPORTED), NULL);
    ck_assert_uint_eq(one.len, two.len);
    ck_assert_mem_eq(one.data, two.data, one.len);
    ost_buffer_free(&one);
    ost_buffer_free(&two);
    remove_imported();
}
END_TEST

static ost_buffer small_file(void)
{
    osteon_writer *w = open_writer(NULL);

    seed = 3;
    add_random(w, 0, 6, 8);
    commit_and_close(w);
    return export_from(scratch, NULL);
}

START_TEST(test_ciff_cut_anywhere_is_an_error_and_leaves_nothing)
{
    ost_buffer file = small_file();

    for (size_t len = 0; len < file.len; len++) {
        const osteon_status s = import_bytes(file.data, len, NULL);
        ck_assert_msg(s == OSTEON_CORRUPT, "%zu bytes: %d %s", len, (int)s,
                      err.text);
        ck_assert_uint_le(err.offset, len);
        ck_assert_ptr_nonnull(strstr(err.text, "in.ciff: "));
        ck_assert(!scratch_has(IMPORTED));
    }
    ost_buffer_free(&file);
}
END_TEST

START_TEST(test_ciff_changed_byte_is_an_error_or_a_sound_index)
{
    ost_buffer file = small_file();
    unsigned refused = 0, taken = 0;

    for (size_t at = 0; at < file.len; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            osteon_status s;
            file.data[at] ^= (uint8_t)(1u << bit);
            s = import_bytes(file.data, file.len, NULL);
            file.data[at] ^= (uint8_t)(1u << bit);
            if (s == OSTEON_OK) {
                check_clean();
                remove_imported();
                taken++;
            } else {
                ck_assert_int_eq(s, OSTEON_CORRUPT);
                ck_assert(!scratch_has(IMPORTED));
                refused++;
            }
        }
    }
    ck_assert_uint_gt(refused, taken);
    ck_assert_uint_gt(taken, 0); /* letters of ids, bits of lengths */
    ost_buffer_free(&file);
}
END_TEST

START_TEST(test_ciff_each_allocation_failing_is_told)
{
    ost_buffer file = small_file(), out = {0};
    osteon_index *index;
    osteon_status s;
    unsigned long n;
    bool failed;

    for (n = 1, failed = true; failed; n++) {
        ost_alloc_fail_at(n);
        s = import_bytes(file.data, file.len, NULL);
        failed = ost_alloc_fail_at(0) == 0;
        /* Some are for comfort only. */
        ck_assert(s == OSTEON_OK || (failed && s == OSTEON_NO_MEMORY));
        ck_assert_msg(s == OSTEON_OK || !scratch_has(IMPORTED "/MANIFEST"),
                      "allocation %lu: an index is left", n);
        if (s == OSTEON_OK)
            check_clean();
        remove_imported();
    }
    ck_assert_uint_gt(n, 50);
    OK(osteon_index_open(scratch, &index, &err));
    for (n = 1, failed = true; failed; n++) {
        ost_buffer_free(&out);
        ost_buffer_reserve(&out, 1 << 16);
        ost_alloc_fail_at(n);
        s = osteon_export_ciff(index, gather, &out, NULL, &err);
        failed = ost_alloc_fail_at(0) == 0;
        ck_assert_int_eq(s, failed ? OSTEON_NO_MEMORY : OSTEON_OK);
    }
    ck_assert_uint_gt(n, 20);
    ck_assert_mem_eq(out.data, file.data, file.len);
    osteon_index_close(index);
    ost_buffer_free(&out);
    ost_buffer_free(&file);
}
END_TEST

static bool refuse(void *arg, const void *bytes, size_t len)
{
    (void)bytes;
    (void)len;
    ++*(unsigned *)arg;
    return false;
}

START_TEST(test_ciff_export_that_cannot_be_written_fails)
{
    ost_buffer file = small_file();
    osteon_index *index;
    unsigned calls = 0;

    OK(osteon_index_open(scratch, &index, &err));
    ck_assert_int_eq(osteon_export_ciff(index, refuse, &calls, NULL, &err),
                     OSTEON_IO);
    ck_assert_uint_eq(calls, 1);
    osteon_index_close(index);
    ost_buffer_free(&file);
}
END_TEST

START_TEST(test_ciff_import_over_an_index_needs_rebuild)
{
    ost_buffer file = small_file();
    int fd;

    scratch_write("in.ciff", file.data, file.len);
    OK(import_bytes(file.data, file.len, NULL));
    ck_assert_int_eq(import_bytes(file.data, file.len, NULL), OSTEON_INVALID);
    check_clean();
    fd = open(scratch_path("in.ciff"), O_RDONLY);
    ck_assert_int_eq(
        osteon_import_ciff(scratch_path(IMPORTED), fd, "in.ciff",
                           &(osteon_writer_options){.rebuild = true}, NULL,
                           &err),
        OSTEON_OK);
    check_clean();
    /* A file that is damaged leaves the index as it is. */
    scratch_write("in.ciff", file.data, file.len - 1);
    ck_assert_int_eq(
        osteon_import_ciff(scratch_path(IMPORTED), fd, "in.ciff",
                           &(osteon_writer_options){.rebuild = true}, NULL,
                           &err),
        OSTEON_CORRUPT);
    check_clean();
    close(fd);
    ost_buffer_free(&file);
    remove_imported();
}
END_TEST

START_TEST(test_ciff_imported_index_takes_no_documents_but_deletes)
{
    ost_buffer file = small_file();
    const osteon_document doc = {
        .id = "x", .id_len = 1, .body = "word", .body_len = 4};
    osteon_writer *w;
    osteon_index *index;
    osteon_index_info about;

    OK(import_bytes(file.data, file.len, NULL));
    OK(osteon_writer_open(scratch_path(IMPORTED), NULL, &w, &err));
    ck_assert_int_eq(osteon_writer_add(w, &doc, &err), OSTEON_INVALID);
    OK(osteon_writer_delete(w, "doc-1", 5, &err));
    osteon_writer_merge_all(w);
    commit_and_close(w);
    check_clean();
    OK(osteon_index_open(scratch_path(IMPORTED), &index, &err));
    OK(osteon_index_info_get(index, &about, &err));
    ck_assert_uint_eq(about.documents, 5);
    ck_assert_uint_eq(about.deleted, 0);
    osteon_index_close(index);
    ost_buffer_free(&file);
    remove_imported();
}
END_TEST

static osteon_query *parse(const osteon_index *index, const char *text,
                           unsigned flags, osteon_status *status)
{
    osteon_query *query;

    *status =
        osteon_query_open(index, text, strlen(text), flags, &query, &err);
    return query;
}

START_TEST(test_ciff_phrases_of_an_imported_index_are_words_with_a_note)
{
    static const struct {
        const char *query, *means;
        bool note;
    } cases[] = {{"\"a b\"", "(a AND b)", true},
                 {"\"b a b\"", "(b AND a)", true},
                 {"\"word\"", "word", false},
                 {"\"a b\" +c", "(+c (a AND b))", true},
                 {"+\"a b\" +c", "(a AND b AND c)", true},
                 {"title:\"a b\"", "(titl OR (a AND b))", true},
                 {"pd-1", "(pd1 | (pd AND 1))", false}};
    osteon_index *index;
    osteon_query *query;
    osteon_status s;
    osteon_writer *w =
        open_writer(&(osteon_writer_options){.language = "none"});
    ost_buffer file;

    add(w, "1", "a b");
    commit_and_close(w);
    file = export_from(scratch, NULL);
    OK(import_bytes(file.data, file.len, NULL));
    OK(osteon_index_open(scratch_path(IMPORTED), &index, &err));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        query = parse(index, cases[i].query, 0, &s);
        ck_assert_int_eq(s, OSTEON_OK);
        ck_assert_str_eq(osteon_query_text(query), cases[i].means);
        ck_assert((osteon_query_note(query, 0) != NULL) == cases[i].note);
        osteon_query_close(query);
        query = parse(index, cases[i].query, OSTEON_QUERY_STRICT, &s);
        ck_assert_int_eq(s, cases[i].note ? OSTEON_SYNTAX : OSTEON_OK);
        osteon_query_close(query);
    }
    query = parse(index, "a", 1u << 16, &s);
    ck_assert_int_eq(s, OSTEON_INVALID);
    ck_assert_ptr_null(query);
    osteon_index_close(index);
    ost_buffer_free(&file);
    remove_imported();
}
END_TEST

typedef struct listing {
    ost_buffer lines;
    unsigned left; /* calls before it says stop */
} listing;

static bool list_term(void *arg, const osteon_term *t)
{
    listing *l = arg;

    ost_buffer_printf(&l->lines, "%s:%.*s %u %llu\n", t->field,
                      (int)t->term_len, t->term, (unsigned)t->df,
                      (unsigned long long)t->cf);
    return --l->left > 0;
}

static void list(unsigned most, listing *out)
{
    osteon_index *index;

    *out = (listing){.left = most};
    OK(osteon_index_open(scratch, &index, &err));
    OK(osteon_index_terms(index, list_term, out, &err));
    ost_buffer_add_byte(&out->lines, 0);
    osteon_index_close(index);
}

START_TEST(test_terms_count_living_documents_of_all_segments)
{
    listing l;
    osteon_writer *w = open_writer(NULL);

    add(w, "1", "a a b");
    add(w, "2", "a c");
    commit_and_close(w);
    w = open_writer(NULL);
    add(w, "2", "b");
    {
        const osteon_document doc = {.id = "3",
                                     .id_len = 1,
                                     .title = "d",
                                     .title_len = 1,
                                     .body = "a",
                                     .body_len = 1};
        OK(osteon_writer_add(w, &doc, &err));
    }
    commit_and_close(w);
    list(100, &l);
    ck_assert_str_eq((char *)l.lines.data,
                     ":a 2 3\n:b 2 2\n:d 1 3\ntitle:d 1 1\n");
    ost_buffer_free(&l.lines);
    list(2, &l);
    ck_assert_str_eq((char *)l.lines.data, ":a 2 3\n:b 2 2\n");
    ost_buffer_free(&l.lines);
}
END_TEST

START_TEST(test_terms_are_the_same_merged_and_not)
{
    listing before, after;

    seed = 4;
    make_index(300, 50);
    list(UINT32_MAX, &before);
    merge();
    list(UINT32_MAX, &after);
    ck_assert_uint_gt(before.lines.len, 500);
    ck_assert_str_eq((char *)before.lines.data, (char *)after.lines.data);
    ost_buffer_free(&before.lines);
    ost_buffer_free(&after.lines);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ciff");
    TCase *trips = scratch_case(suite, "round trips");
    TCase *hostile = scratch_case(suite, "hostile");
    TCase *imported = scratch_case(suite, "imported");
    TCase *terms = scratch_case(suite, "terms");

    tcase_set_timeout(trips, 300);
    tcase_add_test(trips, test_ciff_round_trip_is_the_same_to_the_byte);
    tcase_add_test(trips, test_ciff_long_lists_round_trip);
    tcase_add_test(trips, test_ciff_lists_at_the_edge_of_a_piece);
    tcase_add_test(trips, test_ciff_of_an_empty_index_round_trips);
    tcase_set_timeout(hostile, 300);
    tcase_add_test(hostile,
                   test_ciff_cut_anywhere_is_an_error_and_leaves_nothing);
    tcase_add_test(hostile,
                   test_ciff_changed_byte_is_an_error_or_a_sound_index);
    tcase_add_test(hostile, test_ciff_each_allocation_failing_is_told);
    tcase_add_test(hostile, test_ciff_export_that_cannot_be_written_fails);
    tcase_add_test(imported, test_ciff_import_over_an_index_needs_rebuild);
    tcase_add_test(imported,
                   test_ciff_imported_index_takes_no_documents_but_deletes);
    tcase_add_test(
        imported,
        test_ciff_phrases_of_an_imported_index_are_words_with_a_note);
    tcase_add_test(terms, test_terms_count_living_documents_of_all_segments);
    tcase_add_test(terms, test_terms_are_the_same_merged_and_not);
    return run_suite(suite);
}
