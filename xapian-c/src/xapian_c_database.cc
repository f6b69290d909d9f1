/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Opening, joining and closing databases, local and remote, for reading. */
#include "xapian-c/xapian_c_database.h"

#include <unistd.h>

#include "xapian_c_call.h"

using namespace xapian_c;

static_assert(
    XAPIAN_C_DB_BACKEND_GLASS == Xapian::DB_BACKEND_GLASS &&
        XAPIAN_C_DB_BACKEND_CHERT == Xapian::DB_BACKEND_CHERT &&
        XAPIAN_C_DB_BACKEND_STUB == Xapian::DB_BACKEND_STUB &&
        XAPIAN_C_DB_BACKEND_INMEMORY == Xapian::DB_BACKEND_INMEMORY,
    "flags are passed on as they are");

namespace {

/* Runs `body`, which returns a Xapian::Database, and wraps that. */
template <typename Body>
xapian_c_status open(bool ok, xapian_c_database **out, xapian_c_error *err,
                     Body &&body) noexcept
{
    return make(ok, out, err, [&] {
        auto database = std::make_unique<xapian_c_database>();
        database->db = body();
        return database;
    });
}

/* Both sides see the changes that are made through either. */
void join(xapian_c_database *database, const xapian_c_database *other)
{
    change_counts changes = database->changes;
    changes.insert(changes.end(), other->changes.begin(),
                   other->changes.end());
    if (database == other)
        throw Xapian::InvalidArgumentError(
            "a database cannot be added to itself");
    if (database->writable == nullptr) {
        database->db.add_database(other->db);
    } else if (other->writable != nullptr) {
        database->writable->add_database(*other->writable);
        database->db = *database->writable;
    } else {
        throw Xapian::InvalidOperationError(
            "only a writable database can be added to a writable one");
    }
    database->changes.swap(changes);
}

} // namespace

/* ---- Opening ---- */

xapian_c_status xapian_c_database_new(xapian_c_database **out,
                                      xapian_c_error *err) noexcept
{
    return open(true, out, err, [] { return Xapian::Database(); });
}

xapian_c_status xapian_c_database_new_path(const char *path, int flags,
                                           xapian_c_database **out,
                                           xapian_c_error *err) noexcept
{
    return open(path != nullptr, out, err,
                [&] { return Xapian::Database(std::string(path), flags); });
}

/* Xapian owns the descriptor from the moment its constructor runs. */
xapian_c_status xapian_c_database_new_fd(int fd, int flags,
                                         xapian_c_database **out,
                                         xapian_c_error *err) noexcept
{
    bool taken = false;
    const xapian_c_status status = open(true, out, err, [&] {
        taken = true;
        return Xapian::Database(fd, flags);
    });
    if (!taken && fd >= 0)
        close(fd);
    return status;
}

xapian_c_status xapian_c_remote_open_tcp(const char *host, unsigned port,
                                         unsigned timeout,
                                         unsigned connect_timeout,
                                         xapian_c_database **out,
                                         xapian_c_error *err) noexcept
{
    return open(host != nullptr, out, err, [&] {
        return Xapian::Remote::open(std::string(host), port, timeout,
                                    connect_timeout);
    });
}

xapian_c_status xapian_c_remote_open_program(const char *program,
                                             const char *args,
                                             unsigned timeout,
                                             xapian_c_database **out,
                                             xapian_c_error *err) noexcept
{
    return open(program != nullptr && args != nullptr, out, err, [&] {
        return Xapian::Remote::open(std::string(program), std::string(args),
                                    timeout);
    });
}

void xapian_c_database_free(xapian_c_database *database) noexcept
{
    delete database;
}

/* ---- The whole ---- */

xapian_c_status xapian_c_database_add_database(xapian_c_database *database,
                                               const xapian_c_database *other,
                                               xapian_c_error *err) noexcept
{
    return run(database != nullptr && other != nullptr, err,
               [&] { join(database, other); });
}

xapian_c_status xapian_c_database_size(const xapian_c_database *database,
                                       size_t *out,
                                       xapian_c_error *err) noexcept
{
    return get(database != nullptr, out, err,
               [&] { return database->db.size(); });
}

xapian_c_status xapian_c_database_reopen(xapian_c_database *database,
                                         bool *out,
                                         xapian_c_error *err) noexcept
{
    return get(database != nullptr, out, err,
               [&] { return database->db.reopen(); });
}

xapian_c_status xapian_c_database_close(xapian_c_database *database,
                                        xapian_c_error *err) noexcept
{
    return run(database != nullptr, err, [&] {
        count_change(database->changes);
        database->db.close();
    });
}

xapian_c_status xapian_c_database_locked(const xapian_c_database *database,
                                         bool *out,
                                         xapian_c_error *err) noexcept
{
    return get(database != nullptr, out, err,
               [&] { return database->db.locked(); });
}

xapian_c_status xapian_c_database_keep_alive(xapian_c_database *database,
                                             xapian_c_error *err) noexcept
{
    return run(database != nullptr, err,
               [&] { database->db.keep_alive(); });
}

xapian_c_status xapian_c_database_get_uuid(xapian_c_database *database,
                                           const char **out, size_t *out_len,
                                           xapian_c_error *err) noexcept
{
    return lend(database, true, out, out_len, err,
                [&] { return database->db.get_uuid(); });
}

xapian_c_status
xapian_c_database_get_revision(const xapian_c_database *database,
                               unsigned long long *out,
                               xapian_c_error *err) noexcept
{
    return get(database != nullptr, out, err, [&] {
        return static_cast<unsigned long long>(database->db.get_revision());
    });
}

xapian_c_status
xapian_c_database_get_description(xapian_c_database *database,
                                  const char **out, size_t *out_len,
                                  xapian_c_error *err) noexcept
{
    return lend(database, true, out, out_len, err, [&] {
        return database->writable != nullptr
                   ? database->writable->get_description()
                   : database->db.get_description();
    });
}

/* ---- Metadata and spelling ---- */

xapian_c_status xapian_c_database_get_metadata(xapian_c_database *database,
                                               const char *key, size_t len,
                                               const char **out,
                                               size_t *out_len,
                                               xapian_c_error *err) noexcept
{
    return lend(database, valid(key, len), out, out_len, err,
                [&] { return database->db.get_metadata(copy(key, len)); });
}

xapian_c_status xapian_c_database_get_spelling_suggestion(
    xapian_c_database *database, const char *word, size_t len,
    unsigned max_edits, const char **out, size_t *out_len,
    xapian_c_error *err) noexcept
{
    return lend(database, valid(word, len), out, out_len, err, [&] {
        return database->db.get_spelling_suggestion(copy(word, len),
                                                    max_edits);
    });
}
