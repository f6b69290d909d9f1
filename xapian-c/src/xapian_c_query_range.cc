/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Range processors. A handle has one counted reference on its object, and a
 * parser one more. */
#include "xapian_c_query_range.h"
#include "xapian_c_query_support.h"

using xapian_c::copy;
using xapian_c::make;
using xapian_c::new_query;
using xapian_c::valid;

static_assert(static_cast<int>(XAPIAN_C_RP_SUFFIX) ==
                      static_cast<int>(Xapian::RP_SUFFIX) &&
                  static_cast<int>(XAPIAN_C_RP_REPEATED) ==
                      static_cast<int>(Xapian::RP_REPEATED) &&
                  static_cast<int>(XAPIAN_C_RP_DATE_PREFER_MDY) ==
                      static_cast<int>(Xapian::RP_DATE_PREFER_MDY),
              "the header has Xapian's numbers");

namespace {

class callback_range final : public Xapian::RangeProcessor {
  public:
    callback_range(const std::string &marker, unsigned range_flags,
                   xapian_c_range_callback callback, void *data)
        : RangeProcessor(Xapian::BAD_VALUENO, marker, range_flags),
          callback_(callback), data_(data)
    {
    }

    Xapian::Query operator()(const std::string &begin,
                             const std::string &end) override
    {
        const Xapian::Query none(Xapian::Query::OP_INVALID);
        return xapian_c::held_failure::ask(none, [&] {
            xapian_c_query *made = nullptr;
            const int failed = callback_(data_, begin.data(), begin.size(),
                                         end.data(), end.size(), &made);
            return xapian_c::take_query(failed, made, none);
        });
    }

  private:
    xapian_c_range_callback callback_;
    void *data_;
};

/* Takes a new object, which nobody counts yet. */
std::unique_ptr<xapian_c_range_processor>
new_range(std::unique_ptr<Xapian::RangeProcessor> made)
{
    auto handle = std::make_unique<xapian_c_range_processor>();
    handle->processor = xapian_c::count(made.release());
    return handle;
}

} // namespace

xapian_c_status xapian_c_range_processor_new(unsigned slot, const char *marker,
                                             size_t len, unsigned flags,
                                             xapian_c_range_processor **out,
                                             xapian_c_error *err) noexcept
{
    return make(valid(marker, len), out, err, [&] {
        return new_range(std::make_unique<Xapian::RangeProcessor>(
            slot, copy(marker, len), flags));
    });
}

xapian_c_status
xapian_c_range_processor_new_date(unsigned slot, const char *marker,
                                  size_t len, unsigned flags, int epoch_year,
                                  xapian_c_range_processor **out,
                                  xapian_c_error *err) noexcept
{
    return make(valid(marker, len), out, err, [&] {
        return new_range(std::make_unique<Xapian::DateRangeProcessor>(
            slot, copy(marker, len), flags, epoch_year));
    });
}

xapian_c_status xapian_c_range_processor_new_number(
    unsigned slot, const char *marker, size_t len, unsigned flags,
    xapian_c_range_processor **out, xapian_c_error *err) noexcept
{
    return make(valid(marker, len), out, err, [&] {
        return new_range(std::make_unique<Xapian::NumberRangeProcessor>(
            slot, copy(marker, len), flags));
    });
}

xapian_c_status xapian_c_range_processor_new_callback(
    const char *marker, size_t len, unsigned flags,
    xapian_c_range_callback callback, void *data,
    xapian_c_range_processor **out, xapian_c_error *err) noexcept
{
    const bool ok = valid(marker, len) && callback != nullptr;
    return make(ok, out, err, [&] {
        return new_range(std::make_unique<callback_range>(
            copy(marker, len), flags, callback, data));
    });
}

xapian_c_status xapian_c_range_processor_check_range(
    xapian_c_range_processor *processor, const char *begin, size_t begin_len,
    const char *end, size_t end_len, xapian_c_query **out,
    xapian_c_error *err) noexcept
{
    const bool ok =
        processor != nullptr && valid(begin, begin_len) && valid(end, end_len);
    return make(ok, out, err, [&] {
        return new_query(processor->processor->check_range(
            copy(begin, begin_len), copy(end, end_len)));
    });
}

xapian_c_status xapian_c_range_processor_apply(
    xapian_c_range_processor *processor, const char *begin, size_t begin_len,
    const char *end, size_t end_len, xapian_c_query **out,
    xapian_c_error *err) noexcept
{
    const bool ok =
        processor != nullptr && valid(begin, begin_len) && valid(end, end_len);
    return make(ok, out, err, [&] {
        return new_query((*processor->processor)(copy(begin, begin_len),
                                                 copy(end, end_len)));
    });
}

void xapian_c_range_processor_free(
    xapian_c_range_processor *processor) noexcept
{
    delete processor;
}
