/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Queries: parsed in all ways, printed, searched with and without pruning in
 * several segments, explained, and shown in a passage of their own text.
 */
#include "fuzz.h"

/* Words that are found in more than one way, or stand for more than one. */
static const char *const words[] = {
    "the",  "of",     "bone",   "tumors", "tumor", "common", "words", "PD-1",
    "PD1",  "IFN-\xce\xb3", "IFN\xce\xb3", "IFNgamma", "\xce\xb3", "1,000",
    "1000", "3.5",    "foo_bar", "bar",   "foobar", "O'Brien", "l'os",
    "caf\xc3\xa9", "cafe\xcc\x81", "\xe6\xbc\xa2\xe5\xad\x97",
    "\xe5\xad\x97", "\xe3\x81\x8b\xe3\x82\x99", "so\xc2\xad" "ft",
    "\xd7\xa9\xd7\x81\xd7\x9c", "a-b-c-d-e-f-g-h-i", "x\xe2\x80\x8d" "y"};

/* Adds a segment of n documents, number `from` and up, of ten sources. */
static void add_segment(osteon_writer *w, unsigned from, unsigned n)
{
    enum { WORDS = sizeof words / sizeof *words };
    uint32_t state = 1 + from;

    for (unsigned i = from; i < from + n; i++) {
        char id[32], path[16], body[4096];
        osteon_source source = {.path = path};
        osteon_document doc = {.id = id, .title = "bone PD-1", .body = body};
        source.path_len = (size_t)snprintf(path, sizeof path, "s%u", i % 10);
        doc.id_len = (size_t)snprintf(id, sizeof id, "more/%u", i);
        doc.title_len = i % 5 ? 4 : 9;
        for (unsigned k = 0; k < i % 11 * 20; k++) {
            state = state * 1664525 + 1013904223;
            doc.body_len += (size_t)snprintf(
                body + doc.body_len, sizeof body - doc.body_len, "%s%c",
                words[(state >> 16) % (i % 3 ? 9 : WORDS)],
                state >> 28 ? ' ' : ',');
        }
        FUZZ_ASSERT(osteon_writer_source_put(w, &source, &doc.source, NULL) ==
                        OSTEON_OK &&
                    osteon_writer_add(w, &doc, NULL) == OSTEON_OK);
    }
    FUZZ_ASSERT(osteon_writer_commit(w, NULL) == OSTEON_OK);
}

/* One of several segments: in one fewer documents are deleted than it has
 * blocks of a frequent word, in another every third. */
static osteon_index *index_of_many(void)
{
    static osteon_index *index;
    osteon_writer *w;

    if (index != NULL)
        return index;
    fuzz_build(600);
    FUZZ_ASSERT(osteon_writer_open(fuzz_folder(), NULL, &w, NULL) ==
                OSTEON_OK);
    add_segment(w, 0, 700);
    add_segment(w, 700, 90);
    for (unsigned i = 0; i < 790; i += i < 700 ? 250 : 3) {
        char id[32];
        const int len = snprintf(id, sizeof id, "more/%u", i);
        FUZZ_ASSERT(osteon_writer_delete(w, id, (size_t)len, NULL) ==
                    OSTEON_OK);
    }
    FUZZ_ASSERT(osteon_writer_commit(w, NULL) == OSTEON_OK);
    osteon_writer_close(w);
    FUZZ_ASSERT(osteon_index_open(fuzz_folder(), &index, NULL) == OSTEON_OK);
    return index;
}

/* What is found is what is found when every document is looked at, and comes
 * to what is explained. */
static void search_with(const osteon_index *index, const osteon_query *query,
                        osteon_search_options options)
{
    osteon_result *found, *all;

    FUZZ_ASSERT(osteon_search(index, query, &options, &found, NULL) ==
                OSTEON_OK);
    options.exhaustive = true;
    options.count = true;
    FUZZ_ASSERT(osteon_search(index, query, &options, &all, NULL) ==
                OSTEON_OK);
    FUZZ_ASSERT(found->n_hits == all->n_hits &&
                found->matches <= all->matches);
    for (size_t i = 0; i < all->n_hits; i++)
        FUZZ_ASSERT(found->hits[i].document == all->hits[i].document &&
                    found->hits[i].score == all->hits[i].score);
    if (found->n_hits > 0) {
        const osteon_hit *last = &found->hits[found->n_hits - 1];
        char *lines;
        double difference;
        FUZZ_ASSERT(osteon_explain(index, query, &options, last->document,
                                   &lines, NULL) == OSTEON_OK);
        difference = strtod(lines, NULL) - last->score;
        FUZZ_ASSERT(difference < 0.0001 && difference > -0.0001);
        free(lines);
    }
    osteon_result_close(found);
    osteon_result_close(all);
}

/* With parameters and limits that the query's bytes choose. */
static void search_in_ways(const osteon_index *index,
                           const osteon_query *query, const uint8_t *data,
                           size_t size)
{
    static const double k1s[] = {-1, 0, 0.4, 2.5, 100};
    static const double bs[] = {-1, 0, 0.4, 1};
    static const size_t limits[] = {1, 3, 128, 129, 1000, SIZE_MAX};
    uint32_t hash = 5381;

    for (size_t i = 0; i < size; i++)
        hash = hash * 33 + data[i];
    hash ^= hash >> 15;
    search_with(index, query,
                (osteon_search_options){
                    .limit = limits[hash % 6],
                    .offset = hash / 6 % 4 * 5,
                    .k1 = k1s[hash / 24 % 5],
                    .b = bs[hash / 120 % 4],
                    .one_per_source = hash / 480 % 2,
                });
}

static void look_at_passage(const osteon_index *index,
                            const osteon_query *query, const char *text,
                            size_t len, size_t width)
{
    osteon_snippet *s;
    size_t last;

    FUZZ_ASSERT(osteon_snippet_open(index, query, text, len, width, &s,
                                    NULL) == OSTEON_OK);
    FUZZ_ASSERT(s->start <= s->end && s->end <= len);
    last = s->start;
    for (size_t i = 0; i < s->n_marks; i++) {
        FUZZ_ASSERT(s->marks[i].start >= last &&
                    s->marks[i].end > s->marks[i].start &&
                    s->marks[i].end <= s->end);
        last = s->marks[i].end;
    }
    osteon_snippet_close(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const osteon_index *index = index_of_many();
    char *text = malloc(size + 1); /* of its own size: overruns are seen */

    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    for (unsigned flags = 0; flags < 4; flags++) {
        osteon_query *query;
        const osteon_status s =
            osteon_query_open(index, text, size, flags, &query, NULL);
        FUZZ_ASSERT(s == OSTEON_OK ||
                    (s == OSTEON_SYNTAX && (flags & OSTEON_QUERY_STRICT)));
        if (s != OSTEON_OK)
            continue;
        for (size_t i = 0; osteon_query_note(query, i) != NULL; i++)
            fuzz_touch(osteon_query_note(query, i),
                       strlen(osteon_query_note(query, i)));
        look_at_passage(index, query, text, size, size % 97);
        search_in_ways(index, query, data, size);
        osteon_query_close(query);
    }
    fuzz_search(index, text, size, true);
    free(text);
    return 0;
}
