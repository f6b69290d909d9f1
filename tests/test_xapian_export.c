/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A native index as a Xapian database: the same documents, but for the words
 * that stems came from. The native index is "native" in the scratch folder.
 */
#include "run_suite.h"
#include "xapian_dump.h"

static osteon_error err;
static char native[240], target[240];

#define OK(call) ck_assert_msg((call) == OSTEON_OK, "%s", err.text)

static void add(osteon_writer *w, const char *id, uint32_t source,
                const char *body)
{
    const osteon_field fields[] = {
        {.name = "tag", .name_len = 3, .text = "blue whale",
         .text_len = 10},
        {.name = "n", .name_len = 1, .kind = OSTEON_INTEGER, .integer = 5}};
    const osteon_document doc = {
        .id = id, .id_len = strlen(id), .title = "Walks", .title_len = 5,
        .body = body, .body_len = strlen(body), .fields = fields,
        .n_fields = 2, .source = source, .line = 7, .stored = "a\nb",
        .stored_len = 3};

    OK(osteon_writer_add(w, &doc, &err));
}

static void make_native(void)
{
    const osteon_source one = {.path = "gone", .path_len = 4},
                        two = {.path = "two", .path_len = 3, .size = 9,
                               .mtime_ns = INT64_MIN};
    osteon_writer *w;
    uint32_t id;

    snprintf(native, sizeof native, "%.200s/native", scratch);
    snprintf(target, sizeof target, "%.200s/target", scratch);
    OK(osteon_writer_open(native, NULL, &w, &err));
    OK(osteon_writer_source_put(w, &one, &id, &err));
    OK(osteon_writer_source_put(w, &two, &id, &err));
    add(w, "a", id, "walking 12 PD-1");
    add(w, "b", 0, "deleted");
    OK(osteon_writer_source_remove(w, 1, &err));
    OK(osteon_writer_commit(w, &err));
    OK(osteon_writer_delete(w, "b", 1, &err));
    add(w, "c", 0, "walked"); /* another segment */
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
}

static osteon_status export(void)
{
    osteon_index *index;
    osteon_status s;

    OK(osteon_index_open(native, &index, &err));
    s = osteon_export_xapian(index, target, NULL, &err);
    osteon_index_close(index);
    return s;
}

/* The dump of the database in `target`. */
static char *dump_target(void)
{
    char before[sizeof scratch], *dump;

    memcpy(before, scratch, sizeof scratch);
    snprintf(scratch, sizeof scratch, "%s", target);
    dump = xapian_dump(true);
    memcpy(scratch, before, sizeof scratch);
    return dump;
}

static void has(const char *dump, const char *text)
{
    ck_assert_msg(strstr(dump, text) != NULL, "not there: %s\nin:\n%s", text,
                  dump);
}

/* Removes a folder and what is in it. */
static void remove_folder(const char *folder)
{
    char before[sizeof scratch];

    memcpy(before, scratch, sizeof scratch);
    snprintf(scratch, sizeof scratch, "%s", folder);
    scratch_remove();
    memcpy(scratch, before, sizeof scratch);
}

START_TEST(test_xapian_export_has_what_the_index_has)
{
    char *dump;
    osteon_writer *w;

    make_native();
    OK(export());
    dump = dump_target();
    has(dump, "document\nid=a\nurl=two\ncaption=Walks\nsource=1\nline=7\n"
              "tokens=9\nsize=9\ninteger.n=5\ntext=a\ntext=b\nlength 90\n");
    has(dump, "document\nid=c\ncaption=Walks\nline=7\ntokens=6\n"
              "integer.n=5\ntext=a\ntext=b\nlength 60\n");
    ck_assert_ptr_null(strstr(dump, "id=b"));
    has(dump, "\n\tQa:0\n");
    has(dump, "\n\tXSRC:1:0\n");
    has(dump, "\n\tXHAS:S:0\n");
    has(dump, "\n\tXHAS:XTAG:0\n");
    has(dump, "\n\tZSwalk:1 1\n");
    has(dump, "\n\tZwalk:4 1 12 23 34\n");
    has(dump, "\n\t12:1 35\n");
    has(dump, "\n\tZpd1:1\n");
    has(dump, "\n\tZXTAGwhale:1 2\n");
    has(dump, "value 9=\\00\\00\\00\\00\\00\\00\\00\\01\n");
    has(dump, "metadata osteon.positions=stems\n");
    has(dump, "metadata osteon.slot.n=10 integer\n");
    ck_assert_ptr_null(strstr(dump, "walking"));
    ck_assert_ptr_null(strstr(dump, "synonyms"));
    free(dump);
    ck_assert_int_eq(export(), OSTEON_INVALID); /* it is there already */
    ck_assert_int_eq(osteon_writer_open(target, NULL, &w, &err),
                     OSTEON_INVALID);
    remove_folder(native);
    remove_folder(target);
}
END_TEST

START_TEST(test_xapian_export_failing_allocations_leave_nothing)
{
    struct stat st;

    make_native();
    for (unsigned long n = 1;; n++) {
        osteon_index *index;
        osteon_status s;
        OK(osteon_index_open(native, &index, &err));
        ost_alloc_fail_at(n);
        s = osteon_export_xapian(index, target, NULL, &err);
        osteon_index_close(index);
        if (ost_alloc_fail_at(0) != 0) {
            OK(s);
            break;
        }
        if (s == OSTEON_OK) /* nothing depends on this one */
            remove_folder(target);
        else
            ck_assert_int_eq(s, OSTEON_NO_MEMORY);
        if (stat(target, &st) == 0) { /* no memory to remove it with */
            char stub[320];
            snprintf(stub, sizeof stub, "%s/XAPIANDB", target);
            ck_assert_int_ne(stat(stub, &st), 0);
            remove_folder(target);
        }
    }
    remove_folder(native);
    remove_folder(target);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xapian_export");
    TCase *tc = scratch_case(suite, "export");

    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, test_xapian_export_has_what_the_index_has);
    tcase_add_test(tc,
                   test_xapian_export_failing_allocations_leave_nothing);
    return run_suite(suite);
}
