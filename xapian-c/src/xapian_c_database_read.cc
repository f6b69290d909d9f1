/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The numbers and the documents of a database. */
#include "xapian-c/xapian_c_database.h"

#include "xapian_c_call.h"

using namespace xapian_c;

static_assert(XAPIAN_C_DOC_ASSUME_VALID == Xapian::DOC_ASSUME_VALID,
              "flags are passed on as they are");

/* ---- All documents ---- */

xapian_c_status
xapian_c_database_get_doccount(const xapian_c_database *database,
                               unsigned *out, xapian_c_error *err) noexcept
{
    return get(database != nullptr, out, err,
               [&] { return database->db.get_doccount(); });
}

xapian_c_status
xapian_c_database_get_lastdocid(const xapian_c_database *database,
                                unsigned *out, xapian_c_error *err) noexcept
{
    return get(database != nullptr, out, err,
               [&] { return database->db.get_lastdocid(); });
}

xapian_c_status
xapian_c_database_get_average_length(const xapian_c_database *database,
                                     double *out,
                                     xapian_c_error *err) noexcept
{
    return get(database != nullptr, out, err,
               [&] { return database->db.get_avlength(); });
}

xapian_c_status
xapian_c_database_get_total_length(const xapian_c_database *database,
                                   unsigned long long *out,
                                   xapian_c_error *err) noexcept
{
    return get(database != nullptr, out, err, [&] {
        return static_cast<unsigned long long>(
            database->db.get_total_length());
    });
}

xapian_c_status xapian_c_database_get_doclength_lower_bound(
    const xapian_c_database *database, unsigned *out,
    xapian_c_error *err) noexcept
{
    return get(database != nullptr, out, err,
               [&] { return database->db.get_doclength_lower_bound(); });
}

xapian_c_status xapian_c_database_get_doclength_upper_bound(
    const xapian_c_database *database, unsigned *out,
    xapian_c_error *err) noexcept
{
    return get(database != nullptr, out, err,
               [&] { return database->db.get_doclength_upper_bound(); });
}

xapian_c_status
xapian_c_database_has_positions(const xapian_c_database *database, bool *out,
                                xapian_c_error *err) noexcept
{
    return get(database != nullptr, out, err,
               [&] { return database->db.has_positions(); });
}

/* ---- One document ---- */

xapian_c_status
xapian_c_database_get_document(const xapian_c_database *database,
                               unsigned docid, unsigned flags,
                               xapian_c_document **out,
                               xapian_c_error *err) noexcept
{
    return make(database != nullptr, out, err, [&] {
        auto document = std::make_unique<xapian_c_document>();
        document->changes.insert(document->changes.end(),
                                 database->changes.begin(),
                                 database->changes.end());
        document->doc = database->db.get_document(docid, flags);
        return document;
    });
}

xapian_c_status
xapian_c_database_get_doclength(const xapian_c_database *database,
                                unsigned docid, unsigned *out,
                                xapian_c_error *err) noexcept
{
    return get(database != nullptr, out, err,
               [&] { return database->db.get_doclength(docid); });
}

xapian_c_status
xapian_c_database_get_unique_terms(const xapian_c_database *database,
                                   unsigned docid, unsigned *out,
                                   xapian_c_error *err) noexcept
{
    return get(database != nullptr, out, err,
               [&] { return database->db.get_unique_terms(docid); });
}

/* ---- One term ---- */

xapian_c_status
xapian_c_database_term_exists(const xapian_c_database *database,
                              const char *term, size_t len, bool *out,
                              xapian_c_error *err) noexcept
{
    return get(database != nullptr && valid(term, len), out, err,
               [&] { return database->db.term_exists(copy(term, len)); });
}

xapian_c_status
xapian_c_database_get_termfreq(const xapian_c_database *database,
                               const char *term, size_t len, unsigned *out,
                               xapian_c_error *err) noexcept
{
    return get(database != nullptr && valid(term, len), out, err,
               [&] { return database->db.get_termfreq(copy(term, len)); });
}

xapian_c_status
xapian_c_database_get_collection_freq(const xapian_c_database *database,
                                      const char *term, size_t len,
                                      unsigned *out,
                                      xapian_c_error *err) noexcept
{
    return get(database != nullptr && valid(term, len), out, err, [&] {
        return database->db.get_collection_freq(copy(term, len));
    });
}

xapian_c_status
xapian_c_database_get_wdf_upper_bound(const xapian_c_database *database,
                                      const char *term, size_t len,
                                      unsigned *out,
                                      xapian_c_error *err) noexcept
{
    return get(database != nullptr && valid(term, len), out, err, [&] {
        return database->db.get_wdf_upper_bound(copy(term, len));
    });
}

/* ---- One slot ---- */

xapian_c_status
xapian_c_database_get_value_freq(const xapian_c_database *database,
                                 unsigned slot, unsigned *out,
                                 xapian_c_error *err) noexcept
{
    return get(database != nullptr, out, err,
               [&] { return database->db.get_value_freq(slot); });
}

xapian_c_status
xapian_c_database_get_value_lower_bound(xapian_c_database *database,
                                        unsigned slot, const char **out,
                                        size_t *out_len,
                                        xapian_c_error *err) noexcept
{
    return lend(database, true, out, out_len, err,
                [&] { return database->db.get_value_lower_bound(slot); });
}

xapian_c_status
xapian_c_database_get_value_upper_bound(xapian_c_database *database,
                                        unsigned slot, const char **out,
                                        size_t *out_len,
                                        xapian_c_error *err) noexcept
{
    return lend(database, true, out, out_len, err,
                [&] { return database->db.get_value_upper_bound(slot); });
}
