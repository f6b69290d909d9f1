/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Writing a Xapian database: what is in it, read back by xapian-c, and that it
 * depends on nothing but the documents and their order.
 */
#include "run_suite.h"
#include "writer_fixture.h"
#include "xapian_dump.h"

#include "inverter.h"

#define FAILS(status, call) ck_assert_int_eq((call), (status))

static osteon_writer_options xapian = {.engine = "xapian"};

static osteon_document text_document(const char *id, const char *body)
{
    return (osteon_document){.id = id,
                             .id_len = strlen(id),
                             .body = body,
                             .body_len = strlen(body)};
}

static uint32_t put_source(osteon_writer *w, const char *path)
{
    const osteon_source source = {.path = path,
                                  .path_len = strlen(path),
                                  .size = 1000,
                                  .mtime_ns = 1700000000123456789};
    uint32_t id;

    OK(osteon_writer_source_put(w, &source, &id, &err));
    return id;
}

static void add_from(osteon_writer *w, const char *id, uint32_t source)
{
    osteon_document doc = text_document(id, "text of a source");

    doc.source = source;
    OK(osteon_writer_add(w, &doc, &err));
}

static void has(const char *dump, const char *text)
{
    ck_assert_msg(strstr(dump, text) != NULL, "not there: %s\nin:\n%s", text,
                  dump);
}

static int count(const char *dump, const char *text)
{
    int n = 0;

    for (const char *p = dump; (p = strstr(p, text)) != NULL; p++)
        n++;
    return n;
}

/* Ids in order, with a space behind each. */
static void ids_are(const char *expected)
{
    char *dump = xapian_dump(false);
    ost_buffer ids = {0};

    for (const char *p = dump; (p = strstr(p, "document\nid=")) != NULL;) {
        p += strlen("document\nid=");
        ost_buffer_add(&ids, p, strcspn(p, "\n"));
        ost_buffer_add_byte(&ids, ' ');
    }
    ost_buffer_add_byte(&ids, '\0');
    ck_assert_str_eq((char *)ids.data, expected);
    ost_buffer_free(&ids);
    free(dump);
}

START_TEST(test_xapian_writer_document_is_as_documented)
{
    const osteon_field fields[] = {
        {.name = "Author", .name_len = 6, .text = "Ann", .text_len = 3},
        {.name = "tag2", .name_len = 4, .text = "x-y", .text_len = 3},
        {.name = "n", .name_len = 1, .kind = OSTEON_INTEGER, .integer = -7},
        {.name = "s", .name_len = 1, .kind = OSTEON_STRING,
         .text = "a\nb%", .text_len = 4},
        {.name = "s", .name_len = 1, .kind = OSTEON_STRING,
         .text = "second", .text_len = 6}};
    osteon_document doc = {.id = "i", .id_len = 1,
                           .title = "Whales\n\0!", .title_len = 9,
                           .body = "Walking \xCE\xB2 12", .body_len = 13,
                           .fields = fields, .n_fields = 5,
                           .line = 4, .stored = "one\n\ntwo",
                           .stored_len = 8};
    osteon_writer *w = open_writer(&xapian);
    char *dump;

    doc.source = put_source(w, "a/b.txt");
    OK(osteon_writer_add(w, &doc, &err));
    commit_and_close(w);
    dump = xapian_dump(true);
    has(dump, "document\nid=i\nurl=a/b.txt\ncaption=Whales%0A%00!\nsource=1\n"
              "line=4\ntokens=9\nsize=1000\nmodtime=1700000000\n"
              "mtime_ns=1700000000123456789\ninteger.n=-7\n"
              "string.s=a%0Ab%25\nstring.s=second\ntext=one\ntext=\n"
              "text=two\nlength 90\n");
    has(dump, "value 0=eS\\f1\\00\n");
    has(dump, "value 9=\\00\\00\\00\\00\\00\\00\\00\\00\n");
    has(dump, "value 11=a\nb%\n");
    has(dump, "\n\tQi:0\n");
    has(dump, "\n\tXSRC:1:0\n");
    has(dump, "\n\tXHAS:S:0\n");
    has(dump, "\n\tXHAS:A:0\n");
    has(dump, "\n\tXHAS:XTAG2::0\n");
    has(dump, "\n\twhales:3 1\n");
    has(dump, "\n\tZwhale:3\n");
    has(dump, "\n\tSwhales:1 1\n");
    has(dump, "\n\tZSwhale:1\n");
    has(dump, "\n\twalking:1 12\n");
    has(dump, "\n\tZwalk:1\n");
    has(dump, "\n\t\\ce\\b2:1 13\n");
    has(dump, "\n\tbeta:1 13\n");
    has(dump, "\n\tZbeta:1\n");
    has(dump, "\n\t12:1 14\n");
    ck_assert_ptr_null(strstr(dump, "\tZ12:"));
    has(dump, "\n\tann:1 25\n");
    has(dump, "\n\tAann:1 25\n");
    has(dump, "\n\tx:1 36\n");
    has(dump, "\n\tXTAG2:y:1 37\n");
    has(dump, "\n\tZXTAG2:xy:1\n");
    ck_assert_ptr_null(strstr(dump, "\txy:"));
    has(dump, "synonyms Zwalk walking\n");
    has(dump, "synonyms Zwhale whales\n");
    has(dump, "metadata osteon=1\n");
    has(dump, "metadata osteon.analyzer=1\n");
    has(dump, "metadata osteon.generation=1\n");
    has(dump, "metadata osteon.language=english\n");
    has(dump, "metadata osteon.next-order=1\n");
    has(dump, "metadata osteon.positions=forms\n");
    has(dump, "metadata osteon.slot.n=10 integer\n");
    has(dump, "metadata osteon.slot.s=11 string\n");
    has(dump, "metadata osteon.title-weight=3\n");
    free(dump);
}
END_TEST

START_TEST(test_xapian_writer_last_of_an_id_stays)
{
    osteon_writer *w = open_writer(&xapian);

    add(w, "a", "old");
    add(w, "b", "b");
    add(w, "a", "new");
    OK(osteon_writer_commit(w, &err));
    ids_are("b a ");
    add(w, "b", "again");
    add(w, "c", "c");
    add(w, "c", "c2");
    commit_and_close(w);
    ids_are("a b c ");
}
END_TEST

START_TEST(test_xapian_writer_deletes)
{
    osteon_writer *w = open_writer(&xapian);
    osteon_writer_counts counts;

    add(w, "a", "a");
    add(w, "b", "b");
    OK(osteon_writer_delete(w, "a", 1, &err)); /* added just now */
    FAILS(OSTEON_NOT_FOUND, osteon_writer_delete(w, "a", 1, &err));
    add(w, "c", "c");
    OK(osteon_writer_commit(w, &err));
    ids_are("b c ");
    OK(osteon_writer_delete(w, "c", 1, &err));
    ids_are("b c "); /* not before the commit */
    osteon_writer_counts_get(w, &counts);
    ck_assert_uint_eq(counts.removed, 2);
    ck_assert_uint_eq(counts.added, 3);
    OK(osteon_writer_commit(w, &err));
    ids_are("b ");
    osteon_writer_close(w);
}
END_TEST

START_TEST(test_xapian_writer_clear_drops_documents_of_before)
{
    osteon_writer *w = open_writer(&xapian);
    uint32_t one = put_source(w, "one"), two = put_source(w, "two");

    add_from(w, "a", one);
    add_from(w, "b", one);
    add_from(w, "c", two);
    OK(osteon_writer_source_clear(w, one, &err)); /* of nothing */
    OK(osteon_writer_commit(w, &err));
    ids_are("a b c ");
    OK(osteon_writer_source_clear(w, one, &err));
    add_from(w, "b", one);
    add_from(w, "d", one);
    OK(osteon_writer_commit(w, &err));
    ids_are("c b d ");
    OK(osteon_writer_source_remove(w, one, &err));
    commit_and_close(w);
    ids_are("c ");
    w = open_writer(NULL);
    {
        osteon_source source;
        ck_assert(!osteon_writer_source_find(w, "one", 3, &source));
        ck_assert(osteon_writer_source_find(w, "two", 3, &source));
        ck_assert_uint_eq(source.id, two);
    }
    osteon_writer_close(w);
}
END_TEST

START_TEST(test_xapian_writer_abandon_and_more)
{
    osteon_writer *w = open_writer(&xapian);
    osteon_document doc = text_document("a", "one");
    osteon_feed *feed;
    char *dump;

    OK(osteon_feed_open(w, &feed, &err));
    OK(osteon_feed_begin(feed, 0, &err));
    FAILS(OSTEON_INVALID, osteon_feed_more(feed, "x", 1, false, &err));
    OK(osteon_feed_add(feed, &doc, &err));
    OK(osteon_feed_more(feed, "gone", 4, false, &err));
    osteon_feed_abandon(feed);
    FAILS(OSTEON_INVALID, osteon_feed_more(feed, "x", 1, false, &err));
    doc.id = "b";
    OK(osteon_feed_add(feed, &doc, &err));
    OK(osteon_feed_more(feed, "two\nthr", 7, true, &err));
    OK(osteon_feed_more(feed, "ee", 2, true, &err));
    FAILS(OSTEON_INVALID, osteon_writer_commit(w, &err));
    OK(osteon_feed_end(feed, &err));
    osteon_feed_close(feed);
    commit_and_close(w);
    ids_are("b ");
    dump = xapian_dump(false);
    has(dump, "text=two\ntext=three\n");
    has(dump, "\ttwo:1 2\n");
    ck_assert_ptr_null(strstr(dump, "gone"));
    free(dump);
}
END_TEST

/* ---- Order, threads ---- */

enum { BATCHES = 12, PER_BATCH = 40 };

static void feed_batch(osteon_feed *feed, uint64_t sequence)
{
    uint64_t random = sequence;

    OK(osteon_feed_begin(feed, sequence, &err));
    for (unsigned i = 0; i < PER_BATCH; i++) {
        char id[32], body[400] = "";
        osteon_document doc;
        for (unsigned k = 0; k < 20; k++)
            sprintf(body + strlen(body), "w%uing ",
                    (unsigned)(scratch_random(&random) % 500));
        sprintf(id, "id%u", (unsigned)(scratch_random(&random) % 300));
        doc = text_document(id, body);
        OK(osteon_feed_add(feed, &doc, &err));
    }
    OK(osteon_feed_end(feed, &err));
}

/* Feeds bring the batches in turn, the last batch first where they can. */
static char *dump_of(unsigned feeds, const osteon_writer_options *options)
{
    osteon_writer *w = open_writer(options);
    osteon_feed *feed[BATCHES];
    char *dump;

    for (unsigned i = 0; i < feeds; i++)
        OK(osteon_feed_open(w, &feed[i], &err));
    if (feeds == 1)
        for (unsigned b = 0; b < BATCHES; b++)
            feed_batch(feed[0], b);
    else
        for (unsigned i = feeds; i-- > 0;)
            for (unsigned b = i; b < BATCHES; b += feeds)
                feed_batch(feed[i], b);
    for (unsigned i = 0; i < feeds; i++)
        osteon_feed_close(feed[i]);
    commit_and_close(w);
    dump = xapian_dump(true);
    scratch_empty();
    return dump;
}

START_TEST(test_xapian_writer_feeds_in_any_order_are_as_one)
{
    osteon_writer_options small = {.engine = "xapian", .memory = 1 << 20,
                                   .threads = 3};
    char *one = dump_of(1, &xapian);

    for (unsigned feeds = 2; feeds <= BATCHES; feeds += 5) {
        char *many = dump_of(feeds, &xapian);
        ck_assert_str_eq(one, many);
        free(many);
        many = dump_of(feeds, &small); /* many pieces */
        ck_assert_str_eq(one, many);
        free(many);
    }
    ck_assert_int_gt(count(one, "document\n"), 200);
    free(one);
}
END_TEST

START_TEST(test_xapian_writer_update_is_as_new)
{
    char *one = dump_of(1, &xapian), *other;
    osteon_writer *w = open_writer(&xapian);
    osteon_feed *feed;

    OK(osteon_feed_open(w, &feed, &err));
    for (unsigned b = 0; b < BATCHES; b++) {
        feed_batch(feed, b);
        OK(osteon_writer_commit(w, &err));
    }
    osteon_feed_close(feed);
    osteon_writer_close(w);
    other = xapian_dump(true);
    /* But for the generation. */
    ck_assert_ptr_nonnull(strstr(other, "generation=12"));
    memcpy(strstr(other, "generation=12"), "generation=1\n", 13);
    memmove(strstr(other, "generation=1\n\n") + 13,
            strstr(other, "generation=1\n\n") + 14,
            strlen(strstr(other, "generation=1\n\n") + 14) + 1);
    ck_assert_str_eq(one, other);
    free(one);
    free(other);
}
END_TEST

START_TEST(test_xapian_writer_shards_are_disjoint_and_complete)
{
    char *all = dump_of(1, &xapian);
    int sum = 0;

    for (unsigned k = 1; k <= 3; k++) {
        const osteon_writer_options part = {
            .engine = "xapian", .shard = k, .n_shards = 3};
        char *dump = dump_of(2, &part), expected[40];
        for (char *p = dump, *end; (p = strstr(p, "document\n")) != NULL;
             p = end) { /* each is there as in the whole, with its order */
            char kept;
            end = strstr(p, "\n\tZ");
            ck_assert_ptr_nonnull(end);
            kept = *end;
            *end = '\0';
            has(all, p);
            *end = kept;
        }
        snprintf(expected, sizeof expected, "metadata osteon.shard=%u/3\n",
                 k);
        has(dump, expected);
        has(dump, "metadata osteon.next-order=480\n");
        ck_assert_int_gt(count(dump, "document\n"), 50);
        sum += count(dump, "document\n");
        free(dump);
    }
    ck_assert_int_eq(sum, count(all, "document\n"));
    free(all);
}
END_TEST

START_TEST(test_xapian_writer_refuses_other_settings)
{
    static const osteon_writer_options bad[] = {
        {.engine = "native"},
        {.engine = "native", .rebuild = true},
        {.engine = "lucene"},
        {.language = "german"},
        {.shard = 2, .n_shards = 3},
        {.shard = 1, .n_shards = 2},
        {.shard = 0, .n_shards = 2},
        {.shard = 4, .n_shards = 3}};
    osteon_writer_options part = {
        .engine = "xapian", .shard = 1, .n_shards = 3};
    osteon_writer *w = open_writer(&part), *held;

    add(w, "a", "a");
    commit_and_close(w);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        FAILS(OSTEON_INVALID, osteon_writer_open(scratch, &bad[i], &w, &err));
        ck_assert_ptr_null(w);
    }
    held = open_writer(&part);
    FAILS(OSTEON_LOCKED, osteon_writer_open(scratch, &xapian, &w, &err));
    ck_assert_ptr_null(w);
    osteon_writer_close(held);
}
END_TEST

START_TEST(test_xapian_writer_native_folder_is_refused)
{
    const osteon_writer_options part = {.shard = 1, .n_shards = 2};
    osteon_writer *w = open_writer(NULL);

    commit_and_close(w);
    FAILS(OSTEON_INVALID, osteon_writer_open(scratch, &xapian, &w, &err));
    FAILS(OSTEON_INVALID, osteon_writer_open(scratch, &part, &w, &err));
    scratch_empty();
    scratch_write("other", "x", 1);
    FAILS(OSTEON_NOT_INDEX, osteon_writer_open(scratch, &xapian, &w, &err));
    ck_assert(!scratch_has("LOCK"));
    scratch_empty();
    scratch_write("XAPIANDB", "auto /elsewhere\n", 16);
    FAILS(OSTEON_NOT_INDEX, osteon_writer_open(scratch, &xapian, &w, &err));
}
END_TEST

/* ---- States of the folder ---- */

static size_t count_files(void)
{
    DIR *dir = opendir(scratch);
    size_t n = 0;

    ck_assert_ptr_nonnull(dir);
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n - 2;
}

START_TEST(test_xapian_writer_leaves_nothing_behind)
{
    osteon_writer_options rebuild = {.rebuild = true};
    osteon_writer *w = open_writer(&xapian);

    add(w, "a", "a");
    osteon_writer_close(w); /* not committed */
    ck_assert_uint_eq(count_files(), 1);
    w = open_writer(&xapian);
    put_source(w, "s");
    add(w, "a", "a");
    OK(osteon_writer_commit(w, &err));
    ck_assert_uint_eq(count_files(), 4); /* LOCK, XAPIANDB, db-*, src-* */
    OK(osteon_writer_commit(w, &err)); /* nothing to do */
    add(w, "b", "b");
    osteon_writer_merge_all(w);
    commit_and_close(w);
    ids_are("a b ");
    ck_assert_uint_eq(count_files(), 4);
    w = open_writer(&rebuild);
    add(w, "c", "c");
    ids_are("a b ");
    osteon_writer_close(w);
    ids_are("a b ");
    ck_assert_uint_eq(count_files(), 4);
    w = open_writer(&rebuild);
    add(w, "c", "c");
    commit_and_close(w);
    ids_are("c ");
    ck_assert_uint_eq(count_files(), 3);
    ck_assert(mkdir(scratch_path("db-99999999"), 0777) == 0);
    scratch_write("src-00000077.ost", "x", 1);
    scratch_write("XAPIANDB.tmp", "x", 1);
    osteon_writer_close(open_writer(NULL));
    ck_assert_uint_eq(count_files(), 3);
}
END_TEST

START_TEST(test_xapian_writer_takes_extremes)
{
    static char id[4096], long_text[1 << 20];
    osteon_document doc = {.id = id, .id_len = sizeof id};
    osteon_field *fields = ost_calloc(10000, sizeof *fields);
    char (*names)[16] = ost_calloc(10000, sizeof *names);
    osteon_writer *w = open_writer(&xapian);
    osteon_writer_counts counts;
    char *dump;

    ck_assert(fields != NULL && names != NULL);
    memset(id, 'i', sizeof id);
    OK(osteon_writer_add(w, &doc, &err));
    id[4095] = 'j';
    memset(long_text, 'w', sizeof long_text);
    doc.body = long_text;
    doc.body_len = sizeof long_text;
    for (unsigned i = 0; i < 10000; i++) {
        fields[i].name_len = (size_t)sprintf(names[i], "f%u", i);
        fields[i].name = names[i];
        fields[i].kind = i % 2 ? OSTEON_TEXT : OSTEON_INTEGER;
        fields[i].text = "word";
        fields[i].text_len = 4;
    }
    doc.fields = fields;
    doc.n_fields = 10000;
    OK(osteon_writer_add(w, &doc, &err));
    doc.id = "";
    doc.id_len = 0;
    FAILS(OSTEON_INVALID, osteon_writer_add(w, &doc, &err));
    doc.id = "a\0b";
    doc.id_len = 3;
    FAILS(OSTEON_INVALID, osteon_writer_add(w, &doc, &err));
    osteon_writer_counts_get(w, &counts);
    ck_assert_uint_eq(counts.added, 2);
    ck_assert_uint_eq(counts.fields_folded, 5000 - (OST_MAX_FIELDS - 2));
    commit_and_close(w);
    dump = xapian_dump(true);
    ck_assert_int_eq(count(dump, "document\n"), 2);
    has(dump, "\n\tword:5000 ");
    has(dump, "\ninteger.f9998=0\n");
    ck_assert_int_eq(count(dump, "metadata osteon.slot."), 256);
    free(dump);
    ost_free(fields);
    ost_free(names);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xapian_writer");
    TCase *tc = scratch_case(suite, "writer");

    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, test_xapian_writer_document_is_as_documented);
    tcase_add_test(tc, test_xapian_writer_last_of_an_id_stays);
    tcase_add_test(tc, test_xapian_writer_deletes);
    tcase_add_test(tc, test_xapian_writer_clear_drops_documents_of_before);
    tcase_add_test(tc, test_xapian_writer_abandon_and_more);
    tcase_add_test(tc, test_xapian_writer_feeds_in_any_order_are_as_one);
    tcase_add_test(tc, test_xapian_writer_update_is_as_new);
    tcase_add_test(tc, test_xapian_writer_shards_are_disjoint_and_complete);
    tcase_add_test(tc, test_xapian_writer_refuses_other_settings);
    tcase_add_test(tc, test_xapian_writer_native_folder_is_refused);
    tcase_add_test(tc, test_xapian_writer_leaves_nothing_behind);
    tcase_add_test(tc, test_xapian_writer_takes_extremes);
    return run_suite(suite);
}
