/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every file of an index cut at every length, and each of its bytes flipped:
 * a reader gives an error or the right answer, a check always finds it.
 */
#include "index_dump.h"
#include "manifest.h"
#include "scratch.h"
#include "run_suite.h"

static osteon_error err;
static char *whole; /* the dump of the sound index */

#define OK(call) ck_assert_msg((call) == OSTEON_OK, "%s", err.text)

static void add(osteon_writer *w, uint32_t i, uint32_t source)
{
    const osteon_field year = {.name = "year", .name_len = 4,
                               .kind = OSTEON_INTEGER, .integer = 2000 + i};
    char id[32], body[200];
    osteon_document doc = {.id = id, .title = "a title", .title_len = 7,
                           .body = body, .fields = &year, .n_fields = 1,
                           .source = source};

    doc.id_len = (size_t)snprintf(id, sizeof id, "folder/file%03u.txt", i);
    doc.body_len = (size_t)snprintf(
        body, sizeof body, "common words and number%u, common again %u", i,
        i % 5);
    doc.stored = body;
    doc.stored_len = i % 3 ? 0 : doc.body_len;
    OK(osteon_writer_add(w, &doc, &err));
}

/* Two segments, one with deletions and a list of more than one block. */
static void build(void)
{
    const osteon_source source = {.path = "folder/file.jsonl",
                                  .path_len = 17, .size = 100,
                                  .mtime_ns = 7, .hash = 9};
    osteon_writer *w;
    uint32_t id;

    OK(osteon_writer_open(scratch, NULL, &w, &err));
    OK(osteon_writer_source_put(w, &source, &id, &err));
    for (uint32_t i = 0; i < 140; i++)
        add(w, i, i % 2 ? id : 0);
    OK(osteon_writer_commit(w, &err));
    for (uint32_t i = 0; i < 3; i++)
        add(w, i, 0);
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
    whole = index_dump_ok(scratch);
}

/* Reads everything of the damaged index. */
static void expect_found(const char *what, const char *name, size_t at)
{
    ost_buffer dump = {0};
    osteon_status s = osteon_index_check(scratch, NULL, NULL, &err);

    ck_assert_msg(s != OSTEON_OK && s != OSTEON_NO_MEMORY && err.text[0],
                  "%s %s at %zu not found by check (%d)", what, name, at, s);
    s = index_dump(scratch, &dump, &err);
    ck_assert_msg(s != OSTEON_OK || strcmp((char *)dump.data, whole) == 0,
                  "%s %s at %zu changed the answer", what, name, at);
    ck_assert_msg(s == OSTEON_OK || err.text[0], "%s without a line", name);
    ost_buffer_free(&dump);
}

static void damage(const char *name, size_t *files)
{
    ost_buffer bytes = scratch_read(name);

    ++*files;
    for (size_t n = 0; n < bytes.len; n++) {
        scratch_write(name, bytes.data, n);
        expect_found("cut", name, n);
    }
    for (size_t i = 0; i < bytes.len; i++) {
        const uint8_t mask = (uint8_t)(1u << i % 8);
        bytes.data[i] ^= mask;
        scratch_write(name, bytes.data, bytes.len);
        expect_found("flip", name, i);
        bytes.data[i] ^= mask;
    }
    scratch_write(name, bytes.data, bytes.len);
    ck_assert_int_eq(osteon_index_check(scratch, NULL, NULL, &err), 0);
    ost_buffer_free(&bytes);
}

START_TEST(test_damage_of_each_file_is_found)
{
    ost_manifest *m;
    size_t files = 0;

    build();
    OK(ost_manifest_read(scratch, &m, &err));
    damage("MANIFEST", &files);
    damage(m->sources.name, &files);
    for (size_t i = 0; i < m->n_segments; i++) {
        damage(m->segments[i].file.name, &files);
        if (m->segments[i].deletes.name != NULL)
            damage(m->segments[i].deletes.name, &files);
    }
    ck_assert_uint_eq(files, 5);
    ost_manifest_free(m);
    free(whole);
}
END_TEST

START_TEST(test_damage_by_a_missing_file_is_found)
{
    ost_manifest *m;
    osteon_index *index;

    build();
    OK(ost_manifest_read(scratch, &m, &err));
    unlink(scratch_path(m->segments[1].file.name));
    ck_assert_int_eq(osteon_index_open(scratch, &index, &err),
                     OSTEON_CORRUPT);
    ck_assert_ptr_nonnull(strstr(err.text, m->segments[1].file.name));
    ck_assert_int_eq(osteon_index_check(scratch, NULL, NULL, &err),
                     OSTEON_CORRUPT);
    ost_manifest_free(m);
    free(whole);
}
END_TEST

static void note_line(void *arg, const char *line)
{
    ost_buffer_printf(arg, "%s\n", line);
}

START_TEST(test_damage_of_several_files_is_told_of_each)
{
    const char **names;
    ost_buffer lines = {0};
    ost_manifest *m;
    size_t n;

    build();
    OK(ost_manifest_read(scratch, &m, &err));
    ck_assert(ost_manifest_names(m, &names, &n));
    ck_assert_uint_eq(n, 4);
    for (size_t i = 0; i < n; i++) {
        ost_buffer bytes = scratch_read(names[i]);
        bytes.data[bytes.len - 1] ^= 1;
        scratch_write(names[i], bytes.data, bytes.len);
        ost_buffer_free(&bytes);
    }
    ck_assert_int_eq(osteon_index_check(scratch, note_line, &lines, &err),
                     OSTEON_CORRUPT);
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(strstr((char *)lines.data, names[i]) != NULL,
                      "%s is not in: %s", names[i], (char *)lines.data);
    ost_buffer_free(&lines);
    ost_free(names);
    ost_manifest_free(m);
    free(whole);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("damage");
    TCase *tc = tcase_create("damage");

    tcase_add_unchecked_fixture(tc, scratch_make, scratch_remove);
    tcase_add_checked_fixture(tc, scratch_empty, NULL);
    tcase_set_timeout(tc, 600);
    tcase_add_test(tc, test_damage_of_each_file_is_found);
    tcase_add_test(tc, test_damage_by_a_missing_file_is_found);
    tcase_add_test(tc, test_damage_of_several_files_is_told_of_each);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
