/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the fuzzing programs share. Each is a function that is given bytes;
 * clang's libFuzzer calls it, and the sanitizers and FUZZ_ASSERT tell.
 */
#ifndef OST_FUZZ_H
#define OST_FUZZ_H

#include <osteon/osteon.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FUZZ_ASSERT(true_one)                                               \
    do {                                                                    \
        if (!(true_one)) {                                                  \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__,      \
                    #true_one);                                             \
            abort();                                                        \
        }                                                                   \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads all of `bytes`, so that the sanitizers see whether they are there. */
static inline void fuzz_touch(const void *bytes, size_t len)
{
    static volatile unsigned char last;

    for (size_t i = 0; i < len; i++)
        last = ((const unsigned char *)bytes)[i];
    (void)last;
}

/* The folder of an index that goes with the process, in memory where there
 * is such a place. */
static inline const char *fuzz_folder(void)
{
    static char path[64];

    if (*path == '\0')
        snprintf(path, sizeof path, "%s/osteon-fuzz-%ld",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
                 (long)getpid());
    return path;
}

/* Fills the folder with an index of n documents. */
static inline void fuzz_build(unsigned n)
{
    osteon_writer *w;

    FUZZ_ASSERT(osteon_writer_open(fuzz_folder(), NULL, &w, NULL) ==
                OSTEON_OK);
    for (unsigned i = 0; i < n; i++) {
        const osteon_field fields[] = {
            {.name = "year", .name_len = 4, .kind = OSTEON_INTEGER,
             .integer = i},
            {.name = "tag", .name_len = 3, .kind = OSTEON_STRING,
             .text = "abc", .text_len = i % 4},
            {.name = "by", .name_len = 2, .text = "ann lee",
             .text_len = i % 9 ? 3 : 7}};
        char id[32], body[400];
        osteon_document doc = {.id = id, .title = "a title", .title_len = 7,
                               .body = body, .fields = fields,
                               .n_fields = 3};
        doc.id_len = (size_t)snprintf(id, sizeof id, "folder/%u", i);
        doc.body_len = (size_t)snprintf(
            body, sizeof body, "common words and number%u, the common %u bone "
            "tumor%.*s", i, i % 5, (int)(i % 7 * 8),
            " common words and the words in common once more again");
        doc.stored = body;
        doc.stored_len = i % 3 ? 0 : doc.body_len;
        FUZZ_ASSERT(osteon_writer_add(w, &doc, NULL) == OSTEON_OK);
    }
    FUZZ_ASSERT(osteon_writer_commit(w, NULL) == OSTEON_OK);
    osteon_writer_close(w);
}

/* Searches, best first and counted, and opens what was found. */
static inline void fuzz_search(const osteon_index *index, const char *text,
                               size_t len, bool sound)
{
    osteon_search_options options = {
        .limit = 10, .k1 = -1, .b = -1, .count = true};
    osteon_result *found = NULL, *all = NULL;
    osteon_query *query;

    if (osteon_query_open(index, text, len, 0, &query, NULL) != OSTEON_OK)
        return;
    fuzz_touch(osteon_query_text(query), strlen(osteon_query_text(query)));
    (void)!osteon_search(index, query, &options, &found, NULL);
    options.exhaustive = true;
    (void)!osteon_search(index, query, &options, &all, NULL);
    if (sound) {
        FUZZ_ASSERT(found != NULL && all != NULL);
        FUZZ_ASSERT(found->matches == all->matches);
        FUZZ_ASSERT(found->n_hits == all->n_hits);
        for (size_t i = 0; i < all->n_hits; i++)
            FUZZ_ASSERT(found->hits[i].document == all->hits[i].document &&
                        found->hits[i].score == all->hits[i].score);
    }
    for (size_t i = 0; found != NULL && i < found->n_hits; i++) {
        osteon_entry *entry = NULL;
        const char *stored;
        size_t stored_len;
        char *lines = NULL;
        if (osteon_entry_open(index, found->hits[i].document, &entry, NULL) ==
                OSTEON_OK &&
            osteon_entry_text(entry, 0, &stored, &stored_len, NULL) ==
                OSTEON_OK)
            fuzz_touch(stored, stored_len);
        osteon_entry_close(entry);
        (void)!osteon_explain(index, query, &options,
                              found->hits[i].document, &lines, NULL);
        free(lines);
    }
    osteon_result_close(found);
    osteon_result_close(all);
    osteon_query_close(query);
}

#endif
