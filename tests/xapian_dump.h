/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * All that is in a Xapian database as text, for tests that compare: documents
 * in order of input with their terms, values and data, then metadata and
 * synonyms. Numbers of documents are left out.
 */
#ifndef OST_TEST_XAPIAN_DUMP_H
#define OST_TEST_XAPIAN_DUMP_H

#include "scratch.h"
#include "xapian_layout.h"

#include <xapian-c/xapian_c_database.h>

static xapian_c_error xd_error;

#define XOK(call)                                                           \
    ck_assert_msg((call) == XAPIAN_C_OK, "%s: %s", xd_error.type,           \
                  xd_error.message)

static inline void xd_bytes(ost_buffer *out, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i] == '\n' || (bytes[i] >= ' ' && bytes[i] != '\\'))
            ost_buffer_add_byte(out, (uint8_t)bytes[i]);
        else
            ost_buffer_printf(out, "\\%02x", (uint8_t)bytes[i]);
}

static inline void xd_positions(ost_buffer *out, xapian_c_term_iterator *terms)
{
    xapian_c_position_iterator *positions;
    unsigned position;

    XOK(xapian_c_term_iterator_positionlist_begin(terms, &positions,
                                                  &xd_error));
    while (xapian_c_position_iterator_next(positions, &xd_error) ==
           XAPIAN_C_OK) {
        XOK(xapian_c_position_iterator_get_position(positions, &position,
                                                    &xd_error));
        ost_buffer_printf(out, " %u", position);
    }
    xapian_c_position_iterator_free(positions);
}

static inline void xd_terms(ost_buffer *out, xapian_c_database *db,
                            unsigned number)
{
    xapian_c_term_iterator *terms;
    const char *term;
    size_t len;
    unsigned wdf;

    XOK(xapian_c_database_termlist_begin(db, number, &terms, &xd_error));
    while (xapian_c_term_iterator_next(terms, &xd_error) == XAPIAN_C_OK) {
        XOK(xapian_c_term_iterator_get_wdf(terms, &wdf, &xd_error));
        XOK(xapian_c_term_iterator_get_term(terms, &term, &len, &xd_error));
        ost_buffer_add_byte(out, '\t');
        xd_bytes(out, term, len);
        ost_buffer_printf(out, ":%u", wdf);
        xd_positions(out, terms);
        ost_buffer_add_byte(out, '\n');
    }
    xapian_c_term_iterator_free(terms);
}

static inline void xd_document(ost_buffer *out, xapian_c_database *db,
                               unsigned number)
{
    xapian_c_document *doc;
    xapian_c_value_iterator *values;
    const char *bytes;
    size_t len;
    unsigned n;

    XOK(xapian_c_database_get_document(db, number, 0, &doc, &xd_error));
    XOK(xapian_c_document_get_data(doc, &bytes, &len, &xd_error));
    ost_buffer_add_text(out, "document\n");
    xd_bytes(out, bytes, len);
    XOK(xapian_c_database_get_doclength(db, number, &n, &xd_error));
    ost_buffer_printf(out, "\nlength %u\n", n);
    XOK(xapian_c_document_values_begin(doc, &values, &xd_error));
    while (xapian_c_value_iterator_next(values, &xd_error) == XAPIAN_C_OK) {
        XOK(xapian_c_value_iterator_get_valueno(values, &n, &xd_error));
        XOK(xapian_c_value_iterator_get_value(values, &bytes, &len,
                                              &xd_error));
        ost_buffer_printf(out, "value %u=", n);
        xd_bytes(out, bytes, len);
        ost_buffer_add_byte(out, '\n');
    }
    xapian_c_value_iterator_free(values);
    xapian_c_document_free(doc);
    xd_terms(out, db, number);
}

/* Documents by their order of input. */
typedef struct xd_place {
    char order[8];
    unsigned number;
} xd_place;

static inline int xd_compare(const void *a, const void *b)
{
    return memcmp(a, b, 8);
}

static inline void xd_documents(ost_buffer *out, xapian_c_database *db)
{
    xapian_c_value_iterator *orders;
    xd_place *places = NULL;
    size_t n = 0, room = 0, len;
    const char *bytes;

    XOK(xapian_c_database_valuestream_begin(db, OST_SLOT_ORDER, &orders,
                                            &xd_error));
    while (xapian_c_value_iterator_next(orders, &xd_error) == XAPIAN_C_OK) {
        ck_assert(OST_GROW(&places, &room, n + 1));
        XOK(xapian_c_value_iterator_get_docid(orders, &places[n].number,
                                              &xd_error));
        XOK(xapian_c_value_iterator_get_value(orders, &bytes, &len,
                                              &xd_error));
        ck_assert_uint_eq(len, 8);
        memcpy(places[n++].order, bytes, 8);
    }
    xapian_c_value_iterator_free(orders);
    if (n > 0)
        qsort(places, n, sizeof *places, xd_compare);
    for (size_t i = 0; i < n; i++)
        xd_document(out, db, places[i].number);
    ost_free(places);
}

static inline void xd_metadata(ost_buffer *out, xapian_c_database *db)
{
    xapian_c_term_iterator *keys;
    const char *key, *value;
    size_t len;

    XOK(xapian_c_database_metadata_keys_begin(db, "", 0, &keys, &xd_error));
    while (xapian_c_term_iterator_next(keys, &xd_error) == XAPIAN_C_OK) {
        XOK(xapian_c_term_iterator_get_term(keys, &key, &len, &xd_error));
        ost_buffer_add_text(out, "metadata ");
        xd_bytes(out, key, len);
        XOK(xapian_c_database_get_metadata(db, key, len, &value, &len,
                                           &xd_error));
        ost_buffer_add_byte(out, '=');
        xd_bytes(out, value, len);
        ost_buffer_add_byte(out, '\n');
    }
    xapian_c_term_iterator_free(keys);
}

static inline void xd_synonyms(ost_buffer *out, xapian_c_database *db)
{
    xapian_c_term_iterator *keys, *words;
    const char *key, *word;
    size_t key_len, len;

    XOK(xapian_c_database_synonym_keys_begin(db, "", 0, &keys, &xd_error));
    while (xapian_c_term_iterator_next(keys, &xd_error) == XAPIAN_C_OK) {
        XOK(xapian_c_term_iterator_get_term(keys, &key, &key_len, &xd_error));
        ost_buffer_add_text(out, "synonyms ");
        xd_bytes(out, key, key_len);
        XOK(xapian_c_database_synonyms_begin(db, key, key_len, &words,
                                             &xd_error));
        while (xapian_c_term_iterator_next(words, &xd_error) == XAPIAN_C_OK) {
            XOK(xapian_c_term_iterator_get_term(words, &word, &len,
                                                &xd_error));
            ost_buffer_add_byte(out, ' ');
            xd_bytes(out, word, len);
        }
        xapian_c_term_iterator_free(words);
        ost_buffer_add_byte(out, '\n');
    }
    xapian_c_term_iterator_free(keys);
}

/* The database in the scratch folder; the text is the caller's (free). */
static inline char *xapian_dump(bool metadata)
{
    xapian_c_database *db;
    ost_buffer out = {0};

    XOK(xapian_c_database_new_path(scratch, 0, &db, &xd_error));
    xd_documents(&out, db);
    if (metadata)
        xd_metadata(&out, db);
    xd_synonyms(&out, db);
    xapian_c_database_free(db);
    ost_buffer_add_byte(&out, '\0');
    ck_assert(!out.failed);
    return (char *)out.data;
}

#endif
