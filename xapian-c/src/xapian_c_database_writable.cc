/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::WritableDatabase. In the handle, `db` and `writable` share parts. */
#include "xapian-c/xapian_c_database_writable.h"

#include "xapian_c_call.h"

using namespace xapian_c;

static_assert(
    XAPIAN_C_DB_CREATE_OR_OPEN == Xapian::DB_CREATE_OR_OPEN &&
        XAPIAN_C_DB_CREATE_OR_OVERWRITE == Xapian::DB_CREATE_OR_OVERWRITE &&
        XAPIAN_C_DB_CREATE == Xapian::DB_CREATE &&
        XAPIAN_C_DB_OPEN == Xapian::DB_OPEN &&
        XAPIAN_C_DB_NO_SYNC == Xapian::DB_NO_SYNC &&
        XAPIAN_C_DB_FULL_SYNC == Xapian::DB_FULL_SYNC &&
        XAPIAN_C_DB_DANGEROUS == Xapian::DB_DANGEROUS &&
        XAPIAN_C_DB_NO_TERMLIST == Xapian::DB_NO_TERMLIST &&
        XAPIAN_C_DB_RETRY_LOCK == Xapian::DB_RETRY_LOCK,
    "flags are passed on as they are");

namespace {

/* Runs `body`, which returns a WritableDatabase, and wraps that. One in
 * memory, which has no UUID, gets a count of changes: Xapian's iterators on it
 * do not survive them. */
template <typename Body>
xapian_c_status open_writable(bool ok, xapian_c_database **out,
                              xapian_c_error *err, Body &&body) noexcept
{
    return make(ok, out, err, [&] {
        auto database = std::make_unique<xapian_c_database>();
        database->writable =
            std::make_unique<Xapian::WritableDatabase>(body());
        database->db = *database->writable;
        if (database->db.size() > 0 && database->db.get_uuid().empty())
            database->changes.push_back(
                std::make_shared<unsigned long>(0UL));
        return database;
    });
}

Xapian::WritableDatabase &writable(xapian_c_database *database)
{
    if (database->writable == nullptr)
        throw Xapian::InvalidOperationError(
            "the database was not opened for writing");
    return *database->writable;
}

/* Runs `body`, which changes the database. */
template <typename Body>
xapian_c_status change(xapian_c_database *database, bool ok,
                       xapian_c_error *err, Body &&body) noexcept
{
    return run(database != nullptr && ok, err, [&] {
        Xapian::WritableDatabase &db = writable(database);
        count_change(database->changes);
        body(db);
    });
}

/* As change(), and sets *out to the document's number that `body` returns. */
template <typename Body>
xapian_c_status store(xapian_c_database *database, bool ok, unsigned *out,
                      xapian_c_error *err, Body &&body) noexcept
{
    if (out != nullptr)
        *out = 0;
    return change(database, ok && out != nullptr, err,
                  [&](Xapian::WritableDatabase &db) { *out = body(db); });
}

} // namespace

/* ---- Opening ---- */

xapian_c_status xapian_c_writable_database_new(xapian_c_database **out,
                                               xapian_c_error *err) noexcept
{
    return open_writable(true, out, err,
                         [] { return Xapian::WritableDatabase(); });
}

xapian_c_status
xapian_c_writable_database_new_path(const char *path, int flags,
                                    int block_size, xapian_c_database **out,
                                    xapian_c_error *err) noexcept
{
    return open_writable(path != nullptr, out, err, [&] {
        return Xapian::WritableDatabase(std::string(path), flags, block_size);
    });
}

xapian_c_status xapian_c_remote_open_writable_tcp(
    const char *host, unsigned port, unsigned timeout,
    unsigned connect_timeout, int flags, xapian_c_database **out,
    xapian_c_error *err) noexcept
{
    return open_writable(host != nullptr, out, err, [&] {
        return Xapian::Remote::open_writable(std::string(host), port, timeout,
                                             connect_timeout, flags);
    });
}

xapian_c_status xapian_c_remote_open_writable_program(
    const char *program, const char *args, unsigned timeout, int flags,
    xapian_c_database **out, xapian_c_error *err) noexcept
{
    return open_writable(
        program != nullptr && args != nullptr, out, err, [&] {
            return Xapian::Remote::open_writable(
                std::string(program), std::string(args), timeout, flags);
        });
}

/* ---- Commits and transactions ---- */

xapian_c_status
xapian_c_writable_database_commit(xapian_c_database *database,
                                  xapian_c_error *err) noexcept
{
    return run(database != nullptr, err,
               [&] { writable(database).commit(); });
}

xapian_c_status
xapian_c_writable_database_begin_transaction(xapian_c_database *database,
                                             bool flushed,
                                             xapian_c_error *err) noexcept
{
    return run(database != nullptr, err,
               [&] { writable(database).begin_transaction(flushed); });
}

xapian_c_status
xapian_c_writable_database_commit_transaction(xapian_c_database *database,
                                              xapian_c_error *err) noexcept
{
    return run(database != nullptr, err,
               [&] { writable(database).commit_transaction(); });
}

xapian_c_status
xapian_c_writable_database_cancel_transaction(xapian_c_database *database,
                                              xapian_c_error *err) noexcept
{
    return change(
        database, true, err,
        [](Xapian::WritableDatabase &db) { db.cancel_transaction(); });
}

/* ---- Documents ---- */

xapian_c_status
xapian_c_writable_database_add_document(xapian_c_database *database,
                                        const xapian_c_document *document,
                                        unsigned *out,
                                        xapian_c_error *err) noexcept
{
    return store(database, document != nullptr, out, err,
                 [&](Xapian::WritableDatabase &db) {
                     return db.add_document(document->doc);
                 });
}

xapian_c_status xapian_c_writable_database_replace_document(
    xapian_c_database *database, unsigned docid,
    const xapian_c_document *document, xapian_c_error *err) noexcept
{
    return change(database, document != nullptr, err,
                  [&](Xapian::WritableDatabase &db) {
                      db.replace_document(docid, document->doc);
                  });
}

xapian_c_status xapian_c_writable_database_replace_document_term(
    xapian_c_database *database, const char *term, size_t len,
    const xapian_c_document *document, unsigned *out,
    xapian_c_error *err) noexcept
{
    return store(database, document != nullptr && valid(term, len), out, err,
                 [&](Xapian::WritableDatabase &db) {
                     return db.replace_document(copy(term, len),
                                                document->doc);
                 });
}

xapian_c_status
xapian_c_writable_database_delete_document(xapian_c_database *database,
                                           unsigned docid,
                                           xapian_c_error *err) noexcept
{
    return change(
        database, true, err,
        [&](Xapian::WritableDatabase &db) { db.delete_document(docid); });
}

xapian_c_status
xapian_c_writable_database_delete_document_term(xapian_c_database *database,
                                                const char *term, size_t len,
                                                xapian_c_error *err) noexcept
{
    return change(database, valid(term, len), err,
                  [&](Xapian::WritableDatabase &db) {
                      db.delete_document(copy(term, len));
                  });
}

/* ---- Metadata, spelling, synonyms ---- */

xapian_c_status
xapian_c_writable_database_set_metadata(xapian_c_database *database,
                                        const char *key, size_t key_len,
                                        const char *value, size_t value_len,
                                        xapian_c_error *err) noexcept
{
    return change(database, valid(key, key_len) && valid(value, value_len),
                  err, [&](Xapian::WritableDatabase &db) {
                      db.set_metadata(copy(key, key_len),
                                      copy(value, value_len));
                  });
}

xapian_c_status
xapian_c_writable_database_add_spelling(xapian_c_database *database,
                                        const char *word, size_t len,
                                        unsigned freq_inc,
                                        xapian_c_error *err) noexcept
{
    return change(database, valid(word, len), err,
                  [&](Xapian::WritableDatabase &db) {
                      db.add_spelling(copy(word, len), freq_inc);
                  });
}

xapian_c_status
xapian_c_writable_database_remove_spelling(xapian_c_database *database,
                                           const char *word, size_t len,
                                           unsigned freq_dec,
                                           xapian_c_error *err) noexcept
{
    return change(database, valid(word, len), err,
                  [&](Xapian::WritableDatabase &db) {
                      db.remove_spelling(copy(word, len), freq_dec);
                  });
}

xapian_c_status xapian_c_writable_database_add_synonym(
    xapian_c_database *database, const char *term, size_t len,
    const char *synonym, size_t synonym_len, xapian_c_error *err) noexcept
{
    return change(database, valid(term, len) && valid(synonym, synonym_len),
                  err, [&](Xapian::WritableDatabase &db) {
                      db.add_synonym(copy(term, len),
                                     copy(synonym, synonym_len));
                  });
}

xapian_c_status xapian_c_writable_database_remove_synonym(
    xapian_c_database *database, const char *term, size_t len,
    const char *synonym, size_t synonym_len, xapian_c_error *err) noexcept
{
    return change(database, valid(term, len) && valid(synonym, synonym_len),
                  err, [&](Xapian::WritableDatabase &db) {
                      db.remove_synonym(copy(term, len),
                                        copy(synonym, synonym_len));
                  });
}

xapian_c_status
xapian_c_writable_database_clear_synonyms(xapian_c_database *database,
                                          const char *term, size_t len,
                                          xapian_c_error *err) noexcept
{
    return change(database, valid(term, len), err,
                  [&](Xapian::WritableDatabase &db) {
                      db.clear_synonyms(copy(term, len));
                  });
}
