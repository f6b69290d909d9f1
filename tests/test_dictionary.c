/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Finding a term: by the directory, where many blocks begin alike, too.
 */
#include "run_suite.h"
#include "writer_fixture.h"

enum { TERMS = 60000, ASKED = 97 };

/* Terms that begin with the same eight bytes, and some around them. */
static void build(void)
{
    osteon_writer *w = open_writer(NULL);
    ost_buffer text = {0};

    ost_buffer_add_text(&text, "aaa samesam zzz 5");
    for (unsigned i = 0; i < TERMS; i++)
        ost_buffer_printf(&text, " samesame%05u", i * 2);
    ost_buffer_add_byte(&text, 0);
    ck_assert(!text.failed);
    add(w, "d", (const char *)text.data);
    commit_and_close(w);
    ost_buffer_free(&text);
}

static bool has(ost_snapshot *snap, const char *term)
{
    ost_term found;
    const osteon_status s = ost_dictionary_find(
        snap->segments[0], 0, term, strlen(term), &found, &err);

    ck_assert_msg(s == OSTEON_OK || s == OSTEON_NOT_FOUND, "%s", err.text);
    return s == OSTEON_OK;
}

static ost_snapshot *open_snapshot(void)
{
    ost_snapshot *snap;

    OK(ost_snapshot_open(scratch, &snap, &err));
    return snap;
}

START_TEST(test_dictionary_of_one_prefix_finds_what_is_there)
{
    static const char *const others[] = {"aaa", "samesam", "zzz", "5"};
    static const char *const none[] = {
        "4", "aaaa", "b", "samesal", "samesame", "samesamd", "samesame/",
        "samesame000000", "samesame99999", "samesame:", "samesamf", "zz"};
    ost_snapshot *snap;

    build();
    snap = open_snapshot();
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_msg(has(snap, others[i]), "%s", others[i]);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        ck_assert_msg(!has(snap, none[i]), "%s", none[i]);
    for (unsigned i = 0; i < 2 * TERMS; i++) {
        char term[32];
        snprintf(term, sizeof term, "samesame%05u", i);
        ck_assert_msg(has(snap, term) == (i % 2 == 0), "%s", term);
    }
    ost_snapshot_close(snap);
}
END_TEST

/* Pages of the dictionary that were read so far. */
static unsigned pages_read(const ost_segment *seg)
{
    const ost_section *s = &seg->sections[OST_SECTION_DICTIONARY];
    unsigned n = 0;

    for (uint64_t page = s->offset / OST_PAGE;
         page <= (s->offset + s->size - 1) / OST_PAGE; page++)
        n += ost_bit(seg->verified, (uint32_t)page);
    return n;
}

START_TEST(test_dictionary_of_one_prefix_is_not_read_from_its_end)
{
    const unsigned i = (unsigned)_i * (TERMS / ASKED);
    ost_snapshot *snap = open_snapshot();
    char term[32];

    snprintf(term, sizeof term, "samesame%05u", i * 2);
    ck_assert(snap->segments[0]->sections[OST_SECTION_DICTIONARY].size >
              40 * OST_PAGE);
    ck_assert(has(snap, term));
    ck_assert_uint_le(pages_read(snap->segments[0]), 12);
    ost_snapshot_close(snap);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dictionary");
    TCase *tc = scratch_case(suite, "finding");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_dictionary_of_one_prefix_finds_what_is_there);
    tc = tcase_create("reading");
    tcase_add_unchecked_fixture(tc, scratch_make, scratch_remove);
    tcase_add_unchecked_fixture(tc, build, NULL);
    tcase_add_loop_test(
        tc, test_dictionary_of_one_prefix_is_not_read_from_its_end, 0, ASKED);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
