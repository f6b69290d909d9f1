/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Checking and compacting. A descriptor is Xapian's from the moment its
 * function is called; until then a failure here closes it. */
#include "xapian-c/xapian_c_database_tools.h"

#include <sys/stat.h>
#include <unistd.h>

#include <ostream>
#include <streambuf>
#include <vector>

#include "xapian_c_call.h"

using namespace xapian_c;

static_assert(
    XAPIAN_C_DBCHECK_SHORT_TREE == Xapian::DBCHECK_SHORT_TREE &&
        XAPIAN_C_DBCHECK_FULL_TREE == Xapian::DBCHECK_FULL_TREE &&
        XAPIAN_C_DBCHECK_SHOW_FREELIST == Xapian::DBCHECK_SHOW_FREELIST &&
        XAPIAN_C_DBCHECK_SHOW_STATS == Xapian::DBCHECK_SHOW_STATS &&
        XAPIAN_C_DBCHECK_FIX == Xapian::DBCHECK_FIX &&
        XAPIAN_C_COMPACTOR_STANDARD == int(Xapian::Compactor::STANDARD) &&
        XAPIAN_C_COMPACTOR_FULL == int(Xapian::Compactor::FULL) &&
        XAPIAN_C_COMPACTOR_FULLER == int(Xapian::Compactor::FULLER) &&
        XAPIAN_C_DBCOMPACT_NO_RENUMBER == Xapian::DBCOMPACT_NO_RENUMBER &&
        XAPIAN_C_DBCOMPACT_MULTIPASS == Xapian::DBCOMPACT_MULTIPASS &&
        XAPIAN_C_DBCOMPACT_SINGLE_FILE == Xapian::DBCOMPACT_SINGLE_FILE,
    "flags are passed on as they are");

namespace {

/* Hands what is written on to a C function. A stream swallows what its buffer
 * throws, so a failure is noted, and makes the rest be dropped. */
class callback_buffer : public std::streambuf {
  public:
    callback_buffer(xapian_c_database_check_write write, void *data) noexcept
        : write_(write), data_(data)
    {
    }

    bool failed() const noexcept
    {
        return failed_;
    }

  protected:
    std::streamsize xsputn(const char *bytes, std::streamsize n) override
    {
        if (!failed_ && n > 0)
            failed_ = write_(data_, bytes, static_cast<size_t>(n)) != 0;
        return failed_ ? 0 : n;
    }

    int_type overflow(int_type byte) override
    {
        const char c = traits_type::to_char_type(byte);
        return xsputn(&c, 1) == 1 ? byte : traits_type::eof();
    }

  private:
    xapian_c_database_check_write write_;
    void *data_;
    bool failed_ = false;
};

/* Runs `body` with the stream for a report, or NULL. */
template <typename Body>
size_t check(xapian_c_database_check_write write, void *data, Body &&body)
{
    if (write == nullptr)
        return body(nullptr);
    callback_buffer buffer(write, data);
    std::ostream stream(&buffer);
    const size_t faults = body(&stream);
    if (buffer.failed())
        throw callback_failure();
    return faults;
}

/* Glass and chert hand out a metadata key as it is in their table: with this
 * before it, which is no part of the key. */
const char key_mark[] = {'\0', '\xC0'};

/* An exception that passes through a compaction makes Xapian leak its tables
 * and their descriptors. A failure is therefore noted, nothing is called any
 * more, and the compaction runs to its end. */
class callback_compactor : public Xapian::Compactor {
  public:
    explicit callback_compactor(const xapian_c_compactor &callbacks)
        : c_(callbacks)
    {
    }

    bool failed() const noexcept
    {
        return failed_;
    }

    void set_status(const std::string &table,
                    const std::string &status) override
    {
        if (!failed_ && c_.set_status != nullptr)
            failed_ = c_.set_status(c_.data, table.c_str(), table.size(),
                                    status.c_str(), status.size()) != 0;
    }

    std::string
    resolve_duplicate_metadata(const std::string &key, size_t count,
                               const std::string tags[]) override
    {
        if (failed_ || c_.resolve_duplicate_metadata == nullptr)
            return Compactor::resolve_duplicate_metadata(key, count, tags);
        const size_t skip = key.compare(0, 2, key_mark, 2) == 0 ? 2 : 0;
        std::vector<const char *> values;
        std::vector<size_t> lens;
        for (size_t i = 0; i < count; i++) {
            values.push_back(tags[i].c_str());
            lens.push_back(tags[i].size());
        }
        const char *out = values[0];
        size_t out_len = lens[0];
        failed_ = c_.resolve_duplicate_metadata(
                      c_.data, key.c_str() + skip, key.size() - skip, count,
                      values.data(), lens.data(), &out, &out_len) != 0 ||
                  !valid(out, out_len);
        return failed_ ? tags[0] : copy(out, out_len);
    }

  private:
    const xapian_c_compactor &c_;
    bool failed_ = false;
};

/* Closes a descriptor that Xapian failed to close, which it does where it
 * refuses to compact at all. The number may by now stand for another file. */
void close_leftover(int fd, const struct stat &before) noexcept
{
    struct stat now;
    if (fstat(fd, &now) == 0 && now.st_dev == before.st_dev &&
        now.st_ino == before.st_ino)
        close(fd);
}

/* `target` returns a path or a descriptor. */
template <typename Target>
void compact(xapian_c_database *database, Target &&target, unsigned flags,
             int block_size, const xapian_c_compactor *compactor)
{
    if (compactor == nullptr) {
        database->db.compact(target(), flags, block_size);
    } else {
        callback_compactor callbacks(*compactor);
        database->db.compact(target(), flags, block_size, callbacks);
        if (callbacks.failed())
            throw callback_failure();
    }
}

} // namespace

xapian_c_status
xapian_c_database_check(const char *path, int options,
                        xapian_c_database_check_write write, void *data,
                        size_t *out, xapian_c_error *err) noexcept
{
    return get(path != nullptr, out, err, [&] {
        return check(write, data, [&](std::ostream *report) {
            return Xapian::Database::check(std::string(path), options,
                                           report);
        });
    });
}

xapian_c_status
xapian_c_database_check_fd(int fd, int options,
                           xapian_c_database_check_write write, void *data,
                           size_t *out, xapian_c_error *err) noexcept
{
    bool taken = false;
    const xapian_c_status status = get(true, out, err, [&] {
        return check(write, data, [&](std::ostream *report) {
            taken = true;
            return Xapian::Database::check(fd, options, report);
        });
    });
    if (!taken && fd >= 0)
        close(fd);
    return status;
}

xapian_c_status
xapian_c_database_compact(xapian_c_database *database, const char *path,
                          unsigned flags, int block_size,
                          const xapian_c_compactor *compactor,
                          xapian_c_error *err) noexcept
{
    return run(database != nullptr && path != nullptr, err, [&] {
        compact(
            database, [&] { return std::string(path); }, flags, block_size,
            compactor);
    });
}

xapian_c_status
xapian_c_database_compact_fd(xapian_c_database *database, int fd,
                             unsigned flags, int block_size,
                             const xapian_c_compactor *compactor,
                             xapian_c_error *err) noexcept
{
    struct stat before;
    const bool was_open = fstat(fd, &before) == 0;
    const xapian_c_status status = run(database != nullptr, err, [&] {
        compact(
            database, [&] { return fd; }, flags, block_size, compactor);
    });
    if (status != XAPIAN_C_OK && was_open)
        close_leftover(fd, before);
    return status;
}
