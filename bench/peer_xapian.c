/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian through xapian-c, as its own documentation does it: TermGenerator and
 * QueryParser with STEM_SOME, words with positions and stems without.
 *   peer_xapian build DB TEXT                 makes DB (bench_text.h);
 *                                             XAPIAN_FLUSH_THRESHOLD counts
 *   peer_xapian compact DB OUT                a compact copy
 *   peer_xapian ask DB QUERIES MODES PASSES   bench_asks.h
 *   peer_xapian version
 */
#include "bench_asks.h"
#include "bench_text.h"

#include <xapian-c/xapian_c.h>
#include <xapian-c/xapian_c_database.h>
#include <xapian-c/xapian_c_database_tools.h>
#include <xapian-c/xapian_c_database_writable.h>
#include <xapian-c/xapian_c_document.h>
#include <xapian-c/xapian_c_enquire.h>
#include <xapian-c/xapian_c_mset.h>
#include <xapian-c/xapian_c_query_parser.h>
#include <xapian-c/xapian_c_term_generator.h>

#include <stdio.h>
#include <string.h>

typedef struct searcher {
    xapian_c_database *db;
    xapian_c_query_parser *parser;
    unsigned documents;
} searcher;

static xapian_c_error err; /* of the last call that failed */

static void check(xapian_c_status status)
{
    if (status != XAPIAN_C_OK)
        bench_fail("xapian", err.message);
}

static void build(const char *path, const char *source)
{
    bench_text *text = bench_text_open(source);
    const bench_document *d;
    xapian_c_term_generator *generator;
    xapian_c_database *db;
    xapian_c_stem *stem;

    check(xapian_c_writable_database_new_path(
        path, XAPIAN_C_DB_CREATE_OR_OVERWRITE, 0, &db, &err));
    check(xapian_c_stem_new("english", &stem, &err));
    check(xapian_c_term_generator_new(&generator, &err));
    check(xapian_c_term_generator_set_stemmer(generator, stem, &err));
    check(xapian_c_term_generator_set_stemming_strategy(
        generator, XAPIAN_C_STEM_SOME, &err));
    while ((d = bench_text_next(text)) != NULL) {
        xapian_c_document *document;
        unsigned number;
        check(xapian_c_document_new(&document, &err));
        check(
            xapian_c_document_set_data(document, d->id, strlen(d->id), &err));
        check(xapian_c_term_generator_set_document(generator, document, &err));
        check(xapian_c_term_generator_index_text(generator, d->bytes, d->len,
                                                 1, "", 0, &err));
        check(xapian_c_writable_database_add_document(db, document, &number,
                                                      &err));
        xapian_c_document_free(document);
    }
    check(xapian_c_writable_database_commit(db, &err));
    xapian_c_term_generator_free(generator);
    xapian_c_stem_free(stem);
    xapian_c_database_free(db);
    bench_text_close(text);
}

static void compact(const char *path, const char *to)
{
    xapian_c_database *db;

    check(xapian_c_database_new_path(path, 0, &db, &err));
    check(xapian_c_database_compact(db, to, XAPIAN_C_COMPACTOR_FULL, 0, NULL,
                                    &err));
    xapian_c_database_free(db);
}

static uint64_t ask(void *state, const char *text, size_t len, size_t limit)
{
    searcher *s = state;
    const bool count = limit == BENCH_COUNT;
    const xapian_c_match_options options = {.checkatleast =
                                                count ? s->documents : 0};
    xapian_c_enquire *enquire;
    xapian_c_query *query;
    xapian_c_mset *found;
    uint64_t hits;

    check(xapian_c_query_parser_parse_query(
        s->parser, text, len, XAPIAN_C_FLAG_DEFAULT, "", 0, &query, &err));
    check(xapian_c_enquire_new(s->db, &enquire, &err));
    check(xapian_c_enquire_set_query(enquire, query, 0, &err));
    check(xapian_c_enquire_get_mset(enquire, 0, count ? 0 : (unsigned)limit,
                                    &options, &found, &err));
    hits = count ? xapian_c_mset_get_matches_estimated(found)
                 : xapian_c_mset_size(found);
    xapian_c_mset_free(found);
    xapian_c_enquire_free(enquire);
    xapian_c_query_free(query);
    return hits;
}

static void ask_all(const char *path, char **rest)
{
    searcher s;
    const bench_engine engine = {.state = &s,
                                 .quote = "",
                                 .sign = "",
                                 .any = " ",
                                 .all = " AND ",
                                 .near_open = "",
                                 .near = " NEAR/" BENCH_APART " ",
                                 .near_close = "",
                                 .ask = ask};
    xapian_c_stem *stem;

    check(xapian_c_database_new_path(path, 0, &s.db, &err));
    check(xapian_c_database_get_doccount(s.db, &s.documents, &err));
    check(xapian_c_stem_new("english", &stem, &err));
    check(xapian_c_query_parser_new(&s.parser, &err));
    check(xapian_c_query_parser_set_stemmer(s.parser, stem, &err));
    check(xapian_c_query_parser_set_stemming_strategy(
        s.parser, XAPIAN_C_STEM_SOME, &err));
    bench_asks_run(&engine, rest[0], rest[1], rest[2]);
    xapian_c_query_parser_free(s.parser);
    xapian_c_stem_free(stem);
    xapian_c_database_free(s.db);
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";

    if (argc == 4 && strcmp(command, "build") == 0)
        build(argv[2], argv[3]);
    else if (argc == 4 && strcmp(command, "compact") == 0)
        compact(argv[2], argv[3]);
    else if (argc == 6 && strcmp(command, "ask") == 0)
        ask_all(argv[2], argv + 3);
    else if (argc == 2 && strcmp(command, "version") == 0)
        puts(xapian_c_version_string());
    else
        bench_fail("usage", "peer_xapian build DB TEXT | compact DB OUT | "
                            "ask DB QUERIES MODES PASSES | version");
    return 0;
}
