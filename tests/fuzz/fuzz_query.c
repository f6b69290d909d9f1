/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Queries: parsed in all ways, printed, searched with and without pruning,
 * and shown in a passage of their own text.
 */
#include "fuzz.h"

static osteon_index *index_of_many(void)
{
    static osteon_index *index;

    if (index == NULL) {
        fuzz_build(600);
        FUZZ_ASSERT(osteon_index_open(fuzz_folder(), &index, NULL) ==
                    OSTEON_OK);
    }
    return index;
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
        osteon_query_close(query);
    }
    fuzz_search(index, text, size, true);
    free(text);
    return 0;
}
