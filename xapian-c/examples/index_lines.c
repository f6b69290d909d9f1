/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Indexes standard input, a document a line, as Xapian's own examples do:
 *
 *   cc index_lines.c -o index_lines $(pkg-config --cflags --libs xapian-c)
 *   ./index_lines DATABASE <text
 *
 * What is found by search_lines.c, and by any other program on Xapian.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xapian-c/xapian_c.h>
#include <xapian-c/xapian_c_database.h>
#include <xapian-c/xapian_c_database_writable.h>
#include <xapian-c/xapian_c_document.h>
#include <xapian-c/xapian_c_term_generator.h>

/* Whoever opens closes; every _free takes NULL. */
typedef struct indexer {
    xapian_c_database *database;
    xapian_c_stem *stem;
    xapian_c_term_generator *generator;
} indexer;

static xapian_c_status open_indexer(indexer *x, const char *path,
                                    xapian_c_error *err)
{
    xapian_c_status s = xapian_c_writable_database_new_path(
        path, XAPIAN_C_DB_CREATE_OR_OVERWRITE, 0, &x->database, err);

    if (s == XAPIAN_C_OK)
        s = xapian_c_stem_new("english", &x->stem, err);
    if (s == XAPIAN_C_OK)
        s = xapian_c_term_generator_new(&x->generator, err);
    if (s == XAPIAN_C_OK)
        s = xapian_c_term_generator_set_stemmer(x->generator, x->stem, err);
    return s;
}

static xapian_c_status add_line(indexer *x, const char *line, size_t len,
                                xapian_c_error *err)
{
    xapian_c_document *document;
    unsigned number;
    xapian_c_status s = xapian_c_document_new(&document, err);

    if (s == XAPIAN_C_OK)
        s = xapian_c_document_set_data(document, line, len, err);
    if (s == XAPIAN_C_OK)
        s = xapian_c_term_generator_set_document(x->generator, document, err);
    if (s == XAPIAN_C_OK)
        s = xapian_c_term_generator_index_text(x->generator, line, len, 1,
                                               NULL, 0, err);
    if (s == XAPIAN_C_OK)
        s = xapian_c_writable_database_add_document(x->database, document,
                                                    &number, err);
    xapian_c_document_free(document);
    return s;
}

int main(int argc, char **argv)
{
    indexer x = {0};
    xapian_c_error err;
    xapian_c_status s;
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    if (argc != 2) {
        fprintf(stderr, "usage: index_lines DATABASE <text\n");
        return 2;
    }
    s = open_indexer(&x, argv[1], &err);
    while (s == XAPIAN_C_OK && (len = getline(&line, &room, stdin)) > 0) {
        const size_t n = (size_t)len - (line[len - 1] == '\n');
        s = add_line(&x, line, n, &err);
    }
    if (s == XAPIAN_C_OK)
        s = xapian_c_writable_database_commit(x.database, &err);
    if (s != XAPIAN_C_OK)
        fprintf(stderr, "index_lines: %s: %s\n", err.type, err.message);
    free(line);
    xapian_c_term_generator_free(x.generator);
    xapian_c_stem_free(x.stem);
    xapian_c_database_free(x.database);
    return s == XAPIAN_C_OK && !ferror(stdin) ? 0 : 1;
}
