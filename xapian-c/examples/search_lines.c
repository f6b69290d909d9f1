/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Searches what index_lines.c made: prints rank, percentage and line of the
 * ten best.
 *
 *   cc search_lines.c -o search_lines $(pkg-config --cflags --libs xapian-c)
 *   ./search_lines DATABASE 'whale AND (hunt OR "white sea")'
 */
#include <stdio.h>
#include <string.h>

#include <xapian-c/xapian_c.h>
#include <xapian-c/xapian_c_database.h>
#include <xapian-c/xapian_c_document.h>
#include <xapian-c/xapian_c_enquire.h>
#include <xapian-c/xapian_c_mset.h>
#include <xapian-c/xapian_c_query.h>
#include <xapian-c/xapian_c_query_parser.h>

static xapian_c_status parse(const xapian_c_database *database,
                             const char *text, xapian_c_query **out,
                             xapian_c_error *err)
{
    xapian_c_query_parser *parser = NULL;
    xapian_c_stem *stem = NULL;
    xapian_c_status s = xapian_c_stem_new("english", &stem, err);

    *out = NULL;
    if (s == XAPIAN_C_OK)
        s = xapian_c_query_parser_new(&parser, err);
    if (s == XAPIAN_C_OK)
        s = xapian_c_query_parser_set_stemmer(parser, stem, err);
    if (s == XAPIAN_C_OK)
        s = xapian_c_query_parser_set_database(parser, database, err);
    if (s == XAPIAN_C_OK)
        s = xapian_c_query_parser_parse_query(parser, text, strlen(text),
                                              XAPIAN_C_FLAG_DEFAULT, NULL, 0,
                                              out, err);
    xapian_c_query_parser_free(parser);
    xapian_c_stem_free(stem);
    return s;
}

static xapian_c_status print_hit(const xapian_c_mset *mset, unsigned item,
                                 xapian_c_error *err)
{
    xapian_c_document *document = NULL;
    const char *data = NULL;
    size_t len = 0;
    int percent = 0;
    xapian_c_status s = xapian_c_mset_get_percent(mset, item, &percent, err);

    if (s == XAPIAN_C_OK)
        s = xapian_c_mset_get_document(mset, item, &document, err);
    if (s == XAPIAN_C_OK)
        s = xapian_c_document_get_data(document, &data, &len, err);
    if (s == XAPIAN_C_OK)
        printf("%u. %d%% %.*s\n", item + 1, percent, (int)len, data);
    xapian_c_document_free(document);
    return s;
}

int main(int argc, char **argv)
{
    xapian_c_database *database = NULL;
    xapian_c_query *query = NULL;
    xapian_c_enquire *enquire = NULL;
    xapian_c_mset *mset = NULL;
    xapian_c_error err;
    xapian_c_status s;

    if (argc != 3) {
        fprintf(stderr, "usage: search_lines DATABASE QUERY\n");
        return 2;
    }
    s = xapian_c_database_new_path(argv[1], 0, &database, &err);
    if (s == XAPIAN_C_OK)
        s = parse(database, argv[2], &query, &err);
    if (s == XAPIAN_C_OK)
        s = xapian_c_enquire_new(database, &enquire, &err);
    if (s == XAPIAN_C_OK)
        s = xapian_c_enquire_set_query(enquire, query, 0, &err);
    if (s == XAPIAN_C_OK)
        s = xapian_c_enquire_get_mset(enquire, 0, 10, NULL, &mset, &err);
    for (unsigned i = 0; s == XAPIAN_C_OK && i < xapian_c_mset_size(mset); i++)
        s = print_hit(mset, i, &err);
    if (s != XAPIAN_C_OK)
        fprintf(stderr, "search_lines: %s: %s\n", err.type, err.message);
    xapian_c_mset_free(mset);
    xapian_c_enquire_free(enquire);
    xapian_c_query_free(query);
    xapian_c_database_free(database);
    return s == XAPIAN_C_OK ? 0 : 1;
}
