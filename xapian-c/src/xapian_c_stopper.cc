/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Stoppers. Xapian would refer to a stopper that is deleted with its handle,
 * so each parser gets an object of its own, and these and the handle's share
 * the words or the callback: a word added later stops in all of them. */
#include "xapian_c_query_support.h"
#include "xapian-c/xapian_c_query_parser.h"

using xapian_c::copy;
using xapian_c::get;
using xapian_c::lend;
using xapian_c::make;
using xapian_c::run;
using xapian_c::valid;

namespace {

class callback_stopper final : public Xapian::Stopper {
  public:
    callback_stopper(xapian_c_stopper_callback callback, void *data)
        : callback_(callback), data_(data)
    {
    }

    bool operator()(const std::string &term) const override
    {
        return xapian_c::held_failure::ask(false, [&] {
            const int answer = callback_(data_, term.data(), term.size());
            if (answer < 0)
                throw xapian_c::callback_failure();
            return answer > 0;
        });
    }

    std::string get_description() const override
    {
        return "xapian_c_stopper(callback)";
    }

  private:
    xapian_c_stopper_callback callback_;
    void *data_;
};

class shared_stopper final : public Xapian::Stopper {
  public:
    explicit shared_stopper(std::shared_ptr<Xapian::Stopper> real)
        : real_(std::move(real))
    {
    }

    bool operator()(const std::string &term) const override
    {
        return (*real_)(term);
    }

    std::string get_description() const override
    {
        return real_->get_description();
    }

    const std::shared_ptr<Xapian::Stopper> &real() const noexcept
    {
        return real_;
    }

  private:
    std::shared_ptr<Xapian::Stopper> real_;
};

std::unique_ptr<xapian_c_stopper>
new_stopper(std::shared_ptr<Xapian::Stopper> real)
{
    auto made = std::make_unique<xapian_c_stopper>();
    made->stopper = std::make_unique<shared_stopper>(std::move(real));
    return made;
}

/* Handles hold nothing but what new_stopper() made. */
const std::shared_ptr<Xapian::Stopper> &real_of(const xapian_c_stopper &s)
{
    return static_cast<const shared_stopper &>(*s.stopper).real();
}

void add(const xapian_c_stopper &stopper, const std::string &word)
{
    auto simple =
        dynamic_cast<Xapian::SimpleStopper *>(real_of(stopper).get());
    if (simple == nullptr)
        throw Xapian::InvalidOperationError(
            "a stopper with a callback has no words");
    simple->add(word);
}

} // namespace

namespace xapian_c {

counted<Xapian::Stopper> share_stopper(const xapian_c_stopper &stopper)
{
    return count<Xapian::Stopper>(new shared_stopper(real_of(stopper)));
}

} // namespace xapian_c

xapian_c_status xapian_c_stopper_new(xapian_c_stopper **out,
                                     xapian_c_error *err) noexcept
{
    return make(true, out, err, [] {
        return new_stopper(std::make_shared<Xapian::SimpleStopper>());
    });
}

xapian_c_status
xapian_c_stopper_new_callback(xapian_c_stopper_callback callback, void *data,
                              xapian_c_stopper **out,
                              xapian_c_error *err) noexcept
{
    return make(callback != nullptr, out, err, [&] {
        return new_stopper(std::make_shared<callback_stopper>(callback, data));
    });
}

xapian_c_status xapian_c_stopper_add(xapian_c_stopper *stopper,
                                     const char *word, size_t len,
                                     xapian_c_error *err) noexcept
{
    return run(stopper != nullptr && valid(word, len), err,
               [&] { add(*stopper, copy(word, len)); });
}

xapian_c_status xapian_c_stopper_apply(const xapian_c_stopper *stopper,
                                       const char *term, size_t len,
                                       bool *stop,
                                       xapian_c_error *err) noexcept
{
    return get(stopper != nullptr && valid(term, len), stop, err,
               [&] { return (*stopper->stopper)(copy(term, len)); });
}

xapian_c_status xapian_c_stopper_get_description(xapian_c_stopper *stopper,
                                                 const char **out,
                                                 size_t *out_len,
                                                 xapian_c_error *err) noexcept
{
    return lend(stopper, true, out, out_len, err,
                [&] { return stopper->stopper->get_description(); });
}

void xapian_c_stopper_free(xapian_c_stopper *stopper) noexcept
{
    delete stopper;
}
