/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An index holds the same whatever way it came about: in one commit or many,
 * merged or not, by one feed or several, under any memory budget. Compared by
 * the dump of all documents and postings.
 */
#include "index_dump.h"
#include "scratch.h"
#include "run_suite.h"

#include <pthread.h>

static osteon_error err;

#define OK(call) ck_assert_msg((call) == OSTEON_OK, "%s", err.text)

/* Random numbers that do not depend on threads: from a seed each time. */
static uint32_t mix(uint64_t seed, uint32_t n)
{
    seed = (seed + 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
    seed = (seed ^ seed >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((seed ^ seed >> 31) % n);
}

/* The text of version `version` of document `id`: a few common words, a few
 * rare ones, lengths from 0 to some hundred. */
static char *make_text(uint32_t id, uint32_t version)
{
    const uint64_t seed = (uint64_t)id << 32 | version << 12;
    const uint32_t n = mix(seed, 40) ? mix(seed + 1, 80) : 700;
    ost_buffer b = {0};

    for (uint32_t i = 0; i < n; i++) {
        const uint64_t s = seed + 10 + i;
        ost_buffer_printf(&b, "%s%u ", mix(s, 2) ? "word" : "tumor",
                          mix(s * 7, mix(s * 5, 10) ? 12 : 900));
    }
    ost_buffer_add_byte(&b, 0);
    return (char *)b.data;
}

typedef struct made {
    char id[32], title[32];
    char *text;
    osteon_field fields[2];
    osteon_document doc;
} made;

static void make(made *m, uint32_t id, uint32_t version)
{
    m->text = make_text(id, version);
    m->doc = (osteon_document){
        .id = m->id,
        .id_len = (size_t)sprintf(m->id, "doc%u", id),
        .title = m->title,
        .title_len = (size_t)sprintf(m->title, "title %u", id % 7),
        .body = m->text,
        .body_len = strlen(m->text),
        .fields = m->fields,
        .n_fields = mix(id, 3)};
    m->fields[0] = (osteon_field){.name = "kind", .name_len = 4,
                                  .text = "rare kind", .text_len = 9};
    m->fields[1] = (osteon_field){.name = "year", .name_len = 4,
                                  .kind = OSTEON_INTEGER, .integer = version};
    if (mix(id * 3, 2)) {
        m->doc.stored = m->text;
        m->doc.stored_len = strlen(m->text);
    }
}

static osteon_writer *open_writer(bool rebuild, size_t memory,
                                  unsigned threads)
{
    const osteon_writer_options o = {
        .rebuild = rebuild, .memory = memory, .threads = threads};
    osteon_writer *w;

    OK(osteon_writer_open(scratch, &o, &w, &err));
    return w;
}

static void add(osteon_writer *w, uint32_t id, uint32_t version)
{
    made m;

    make(&m, id, version);
    OK(osteon_writer_add(w, &m.doc, &err));
    free(m.text);
}

/* The dump, and that a check is clean. */
static char *dump(void)
{
    OK(osteon_index_check(scratch, NULL, NULL, &err));
    return index_dump_ok(scratch);
}

static uint32_t segments(void)
{
    ost_snapshot *snap;
    uint32_t n;

    OK(ost_snapshot_open(scratch, &snap, &err));
    n = snap->n_segments;
    ost_snapshot_close(snap);
    return n;
}

START_TEST(test_merge_many_commits_equal_one)
{
    char *one, *many, *merged;
    uint32_t most = 0;
    osteon_writer *w = open_writer(true, 0, 1);

    for (uint32_t i = 0; i < 300; i++)
        add(w, i, 1);
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
    one = dump();
    w = open_writer(true, 0, 1);
    for (uint32_t i = 0; i < 300; i++) {
        add(w, i, 1);
        if (mix(i, 5) == 0) {
            OK(osteon_writer_commit(w, &err));
            most = segments() > most ? segments() : most;
        }
    }
    OK(osteon_writer_commit(w, &err));
    many = dump();
    ck_assert_str_eq(one, many);
    ck_assert_uint_gt(most, 3);
    ck_assert_uint_lt(most, 10); /* small ones are merged on the way */
    osteon_writer_merge_all(w);
    OK(osteon_writer_commit(w, &err));
    merged = dump();
    ck_assert_str_eq(one, merged);
    ck_assert_uint_eq(segments(), 1);
    osteon_writer_close(w);
    free(one);
    free(many);
    free(merged);
}
END_TEST

/* Random updates and deletions, against a build of what is left at the end.
 * A replaced document moves to the end, so the order of the reference is that
 * of the last changes. */
START_TEST(test_merge_updates_equal_fresh_build)
{
    enum { IDS = 120, STEPS = 900 };
    uint32_t version[IDS] = {0}, when[IDS] = {0}, left = 0;
    char *updated, *fresh;
    osteon_writer *w = open_writer(true, 0, 2);

    for (uint32_t step = 1; step <= STEPS; step++) {
        const uint32_t id = mix(step, IDS);
        if (mix(step * 11, 4) == 0) {
            char name[32];
            const size_t len = (size_t)sprintf(name, "doc%u", id);
            const osteon_status s =
                osteon_writer_delete(w, name, len, &err);
            ck_assert_int_eq(s, when[id] ? OSTEON_OK : OSTEON_NOT_FOUND);
            when[id] = 0;
        } else {
            add(w, id, step);
            version[id] = when[id] = step;
        }
        if (mix(step * 13, 20) == 0) {
            OK(osteon_writer_commit(w, &err));
            OK(osteon_index_check(scratch, NULL, NULL, &err));
        }
        if (mix(step * 17, 200) == 0)
            osteon_writer_merge_all(w);
    }
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
    updated = dump();
    w = open_writer(true, 0, 1);
    for (uint32_t step = 1; step <= STEPS; step++)
        for (uint32_t id = 0; id < IDS; id++)
            if (when[id] == step) {
                add(w, id, version[id]);
                left++;
            }
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
    fresh = dump();
    ck_assert_str_eq(updated, fresh);
    ck_assert_uint_gt(left, 20);
    free(updated);
    free(fresh);
}
END_TEST

/* The ids of all documents, "doc" left off, in the order of the only
 * segment. */
static uint32_t ids_in_order(uint32_t *ids, uint32_t room)
{
    ost_snapshot *snap;
    uint32_t n;

    OK(ost_snapshot_open(scratch, &snap, &err));
    ck_assert_uint_eq(snap->n_segments, 1);
    n = ost_segment_documents(snap->segments[0]);
    ck_assert_uint_le(n, room);
    for (uint32_t d = 0; d < n; d++) {
        ost_record r;
        OK(ost_record_get(snap->segments[0], d, &r, &err));
        ids[d] = (uint32_t)strtoul(r.id + 3, NULL, 10);
        ost_record_free(&r);
    }
    ost_snapshot_close(snap);
    return n;
}

/* Documents that came in another order, and some deleted ones, against a
 * build in the order that the merge chose. */
START_TEST(test_merge_reordered_equals_build_in_that_order)
{
    enum { IDS = 500 };
    uint32_t ids[IDS], n, moved = 0;
    char *reordered, *fresh;
    osteon_writer *w = open_writer(true, 0, 2);

    for (uint32_t i = 0; i < IDS; i++) {
        add(w, i, 1);
        if (i == IDS / 2)
            OK(osteon_writer_commit(w, &err));
    }
    for (uint32_t i = 0; i < IDS; i += 50) {
        char name[32];
        const size_t len = (size_t)sprintf(name, "doc%u", i);
        OK(osteon_writer_delete(w, name, len, &err));
    }
    OK(osteon_writer_reorder(w, &err));
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
    reordered = dump();
    n = ids_in_order(ids, IDS);
    ck_assert_uint_eq(n, IDS - IDS / 50);
    for (uint32_t d = 1; d < n; d++)
        moved += ids[d] < ids[d - 1];
    ck_assert_uint_gt(moved, 10);
    w = open_writer(true, 0, 1);
    for (uint32_t d = 0; d < n; d++)
        add(w, ids[d], 1);
    OK(osteon_writer_commit(w, &err));
    osteon_writer_close(w);
    fresh = dump();
    ck_assert_str_eq(reordered, fresh);
    free(reordered);
    free(fresh);
}
END_TEST

typedef struct job {
    osteon_writer *writer;
    uint32_t *next;
    uint32_t batches, per_batch;
} job;

static void *feed_some(void *arg)
{
    const job *j = arg;
    osteon_error error;
    osteon_feed *feed;

    if (osteon_feed_open(j->writer, &feed, &error) != OSTEON_OK)
        return NULL;
    for (;;) {
        const uint32_t batch =
            __atomic_fetch_add(j->next, 1, __ATOMIC_RELAXED);
        if (batch >= j->batches ||
            osteon_feed_begin(feed, batch, &error) != OSTEON_OK)
            break;
        for (uint32_t i = 0; i < j->per_batch; i++) {
            made m;
            /* Ids come again, so that the last one must win. */
            make(&m, mix(batch * 1000 + i, 700), batch);
            if (osteon_feed_add(feed, &m.doc, &error) != OSTEON_OK)
                return NULL;
            free(m.text);
        }
        if (osteon_feed_end(feed, &error) != OSTEON_OK)
            break;
    }
    osteon_feed_close(feed);
    return NULL;
}

static char *build_parallel(unsigned threads, size_t memory,
                            uint32_t *n_segments)
{
    pthread_t ids[8];
    uint32_t next = 0;
    job j = {.next = &next, .batches = 60, .per_batch = 20};

    j.writer = open_writer(true, memory, threads);
    for (unsigned i = 0; i < threads; i++)
        ck_assert_int_eq(pthread_create(&ids[i], NULL, feed_some, &j), 0);
    for (unsigned i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    OK(osteon_writer_commit(j.writer, &err));
    osteon_writer_close(j.writer);
    *n_segments = segments();
    return dump();
}

START_TEST(test_merge_threads_and_memory_change_nothing)
{
    static const size_t budgets[] = {0, 3000000, 1};
    uint32_t n;
    char *serial = build_parallel(1, 0, &n);

    ck_assert_uint_eq(n, 1);
    for (unsigned threads = 1; threads <= 4; threads *= 2)
        for (size_t b = 0; b < 3; b++) {
            char *other = build_parallel(threads, budgets[b], &n);
            ck_assert_str_eq(serial, other);
            free(other);
        }
    free(serial);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("merge");
    TCase *tc = tcase_create("merge");

    tcase_add_unchecked_fixture(tc, scratch_make, scratch_remove);
    tcase_add_checked_fixture(tc, scratch_empty, NULL);
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, test_merge_many_commits_equal_one);
    tcase_add_test(tc, test_merge_updates_equal_fresh_build);
    tcase_add_test(tc, test_merge_reordered_equals_build_in_that_order);
    tcase_add_test(tc, test_merge_threads_and_memory_change_nothing);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
