/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Cursors over the lists of a database. */
#include "xapian-c/xapian_c_database.h"

#include "xapian_c_cursor.h"

using namespace xapian_c;

namespace {

/* Makes a cursor of the iterator that `body` returns. */
template <typename Cursor, typename Body>
xapian_c_status list(const xapian_c_database *database, bool ok, Cursor **out,
                     xapian_c_error *err, Body &&body) noexcept
{
    return make(database != nullptr && ok, out, err, [&] {
        auto cursor = std::make_unique<Cursor>();
        cursor->walk(*database);
        cursor->it = body(database->db);
        return cursor;
    });
}

} // namespace

xapian_c_status
xapian_c_database_allterms_begin(const xapian_c_database *database,
                                 const char *prefix, size_t len,
                                 xapian_c_term_iterator **out,
                                 xapian_c_error *err) noexcept
{
    return list(database, valid(prefix, len), out, err,
                [&](const Xapian::Database &db) {
                    return db.allterms_begin(copy(prefix, len));
                });
}

xapian_c_status
xapian_c_database_postlist_begin(const xapian_c_database *database,
                                 const char *term, size_t len,
                                 xapian_c_posting_iterator **out,
                                 xapian_c_error *err) noexcept
{
    return list(database, valid(term, len), out, err,
                [&](const Xapian::Database &db) {
                    return db.postlist_begin(copy(term, len));
                });
}

xapian_c_status
xapian_c_database_termlist_begin(const xapian_c_database *database,
                                 unsigned docid, xapian_c_term_iterator **out,
                                 xapian_c_error *err) noexcept
{
    return list(database, true, out, err, [&](const Xapian::Database &db) {
        return db.termlist_begin(docid);
    });
}

xapian_c_status xapian_c_database_positionlist_begin(
    const xapian_c_database *database, unsigned docid, const char *term,
    size_t len, xapian_c_position_iterator **out,
    xapian_c_error *err) noexcept
{
    return list(database, valid(term, len), out, err,
                [&](const Xapian::Database &db) {
                    return db.positionlist_begin(docid, copy(term, len));
                });
}

xapian_c_status
xapian_c_database_valuestream_begin(const xapian_c_database *database,
                                    unsigned slot,
                                    xapian_c_value_iterator **out,
                                    xapian_c_error *err) noexcept
{
    return list(database, true, out, err, [&](const Xapian::Database &db) {
        return db.valuestream_begin(slot);
    });
}

xapian_c_status
xapian_c_database_spellings_begin(const xapian_c_database *database,
                                  xapian_c_term_iterator **out,
                                  xapian_c_error *err) noexcept
{
    return list(database, true, out, err, [](const Xapian::Database &db) {
        return db.spellings_begin();
    });
}

xapian_c_status
xapian_c_database_synonyms_begin(const xapian_c_database *database,
                                 const char *term, size_t len,
                                 xapian_c_term_iterator **out,
                                 xapian_c_error *err) noexcept
{
    return list(database, valid(term, len), out, err,
                [&](const Xapian::Database &db) {
                    return db.synonyms_begin(copy(term, len));
                });
}

xapian_c_status
xapian_c_database_synonym_keys_begin(const xapian_c_database *database,
                                     const char *prefix, size_t len,
                                     xapian_c_term_iterator **out,
                                     xapian_c_error *err) noexcept
{
    return list(database, valid(prefix, len), out, err,
                [&](const Xapian::Database &db) {
                    return db.synonym_keys_begin(copy(prefix, len));
                });
}

xapian_c_status
xapian_c_database_metadata_keys_begin(const xapian_c_database *database,
                                      const char *prefix, size_t len,
                                      xapian_c_term_iterator **out,
                                      xapian_c_error *err) noexcept
{
    return list(database, valid(prefix, len), out, err,
                [&](const Xapian::Database &db) {
                    return db.metadata_keys_begin(copy(prefix, len));
                });
}
