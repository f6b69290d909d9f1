/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * From exceptions to xapian_c_error. Nothing here allocates except Xapian's
 * own look-up of a system error text, which may fail and is then left out:
 * an error is reported even when there is no memory at all. */
#include <cstring>
#include <exception>
#include <new>

#include <xapian.h>

#include "xapian_c_guard.h"

namespace {

/* A text buffer of xapian_c_error while it is filled. It always ends in a
 * zero byte. What does not fit is dropped, and so is all that follows. */
class text {
  public:
    template <size_t N>
    explicit text(char (&buffer)[N]) noexcept : at_(buffer), left_(N - 1)
    {
        *at_ = '\0';
    }

    text &put(const char *bytes, size_t len) noexcept
    {
        size_t n = len;
        if (len > left_) {
            n = left_;
            /* At most 3, as bytes need not be UTF-8. */
            for (int i = 0; i < 3 && n > 0 && is_continuation(bytes[n]); i++)
                n--;
        }
        for (size_t i = 0; i < n; i++)
            at_[i] = bytes[i] == '\0' ? '?' : bytes[i];
        at_ += n;
        *at_ = '\0';
        left_ = len > left_ ? 0 : left_ - n;
        return *this;
    }

    text &put(const char *string) noexcept
    {
        return put(string, std::strlen(string));
    }

    text &put(const std::string &bytes) noexcept
    {
        return put(bytes.data(), bytes.size());
    }

  private:
    static bool is_continuation(char byte) noexcept
    {
        return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
    }

    char *at_;
    size_t left_;
};

xapian_c_status fill(xapian_c_error *err, xapian_c_status status,
                     const char *type, const char *message) noexcept
{
    if (err != nullptr) {
        err->status = status;
        text(err->type).put(type);
        text(err->message).put(message);
        text(err->context).put("");
    }
    return status;
}

/* The text of errno is made at the first demand, and that may run out of
 * memory. */
const char *system_text(const Xapian::Error &e) noexcept
{
    try {
        return e.get_error_string();
    } catch (...) {
        return nullptr;
    }
}

xapian_c_status fill_xapian(xapian_c_error *err, xapian_c_status status,
                            const Xapian::Error &e) noexcept
{
    if (err != nullptr) {
        err->status = status;
        text(err->type).put(e.get_type());
        text message(err->message);
        message.put(e.get_msg());
        const char *system = system_text(e);
        if (system != nullptr)
            message.put(" (").put(system).put(")");
        text(err->context).put(e.get_context());
    }
    return status;
}

} // namespace

namespace xapian_c {

xapian_c_status fail(xapian_c_error *err, xapian_c_status status,
                     const char *message) noexcept
{
    return fill(err, status, "xapian_c", message);
}

/* Xapian::Error is no std::exception and has no virtual functions, so its
 * classes can be told apart by handlers only. */
xapian_c_status fail_caught(xapian_c_error *err) noexcept
{
    try {
        throw;
    }
#define HANDLER(name, status)                                \
    catch (const Xapian::name &e)                            \
    {                                                        \
        return fill_xapian(err, XAPIAN_C_##status, e);       \
    }
    XAPIAN_C_EACH_ERROR(HANDLER)
#undef HANDLER
    catch (const callback_failure &)
    {
        return fail(err, XAPIAN_C_CALLBACK_FAILED,
                    "a callback reported failure");
    }
    catch (const std::bad_alloc &)
    {
        return fill(err, XAPIAN_C_NO_MEMORY, "std::bad_alloc",
                    "out of memory");
    }
    catch (const std::exception &e)
    {
        return fill(err, XAPIAN_C_STD_EXCEPTION, "std::exception", e.what());
    }
    catch (...)
    {
        return fill(err, XAPIAN_C_UNKNOWN, "unknown",
                    "an exception of unknown type");
    }
}

} // namespace xapian_c

/* No default label: the compiler then names a status that is missing. */
const char *xapian_c_status_name(xapian_c_status status) noexcept
{
    switch (status) {
    case XAPIAN_C_OK:
        return "OK";
    case XAPIAN_C_END:
        return "END";
    case XAPIAN_C_NO_ROOM:
        return "NO_ROOM";
    case XAPIAN_C_NO_MEMORY:
        return "NO_MEMORY";
    case XAPIAN_C_CALLBACK_FAILED:
        return "CALLBACK_FAILED";
    case XAPIAN_C_STD_EXCEPTION:
        return "STD_EXCEPTION";
    case XAPIAN_C_UNKNOWN:
        return "UNKNOWN";
#define NAME(name, status)    \
    case XAPIAN_C_##status:   \
        return #status;
        XAPIAN_C_EACH_ERROR(NAME)
#undef NAME
    }
    return "INVALID_STATUS";
}
