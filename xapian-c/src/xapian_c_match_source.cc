/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Posting sources. One of callbacks asks C for its position once after each
 * move and keeps it, so that what Xapian reads often costs no call, and a
 * position is never asked for where there is none. */
#include "xapian-c/xapian_c_match_source.h"

#include "xapian_c_enquire_util.h"

using namespace xapian_c;

namespace {

class callback_source : public Xapian::PostingSource {
  public:
    /* With `owned`, `data` came from clone and ends with the source. */
    callback_source(const xapian_c_posting_callbacks &callbacks, void *data,
                    bool owned) noexcept
        : calls_(callbacks), data_(data), owned_(owned)
    {
    }

    ~callback_source() override
    {
        if (owned_ && calls_.release != nullptr)
            calls_.release(data_);
    }

    Xapian::doccount get_termfreq_min() const override
    {
        return bounds_.termfreq_min;
    }

    Xapian::doccount get_termfreq_est() const override
    {
        return bounds_.termfreq_est;
    }

    Xapian::doccount get_termfreq_max() const override
    {
        return bounds_.termfreq_max;
    }

    void init(const Xapian::Database &db) override
    {
        bounds_ = xapian_c_posting_bounds{0, 0, 0, 0.0};
        at_end_ = false;
        docid_ = 0;
        db_ = xapian_c_database{db, nullptr, std::string()};
        require(calls_.init(data_, &db_, &bounds_));
        if (bounds_.termfreq_min > bounds_.termfreq_est ||
            bounds_.termfreq_est > bounds_.termfreq_max ||
            !(bounds_.max_weight >= 0.0))
            throw Xapian::InvalidArgumentError(
                "the bounds of a posting source are wrong");
        set_maxweight(bounds_.max_weight);
    }

    void next(double min_weight) override
    {
        require(calls_.next(data_, min_weight));
        settle();
    }

    void skip_to(Xapian::docid docid, double min_weight) override
    {
        if (calls_.skip_to == nullptr) {
            while (!at_end_ && docid_ < docid)
                next(min_weight);
            return;
        }
        require(calls_.skip_to(data_, docid, min_weight));
        settle();
    }

    bool check(Xapian::docid docid, double min_weight) override
    {
        if (calls_.check == nullptr) {
            skip_to(docid, min_weight);
            return true;
        }
        if (!answer(calls_.check(data_, docid, min_weight)))
            return false;
        settle();
        return true;
    }

    bool at_end() const override
    {
        return at_end_;
    }

    Xapian::docid get_docid() const override
    {
        return docid_;
    }

    double get_weight() const override
    {
        double weight = 0.0;
        if (calls_.weight != nullptr)
            require(calls_.weight(data_, &weight));
        return weight;
    }

    callback_source *clone() const override
    {
        if (calls_.clone == nullptr)
            return nullptr;
        /* Made first, lest a copy of the data be lost for want of memory. */
        auto copy = std::make_unique<callback_source>(calls_, nullptr, false);
        require(calls_.clone(data_, &copy->data_));
        copy->owned_ = true;
        return copy.release();
    }

    std::string get_description() const override
    {
        return "PostingSource(C callbacks)";
    }

  private:
    void settle()
    {
        if (bounds_.max_weight < get_maxweight())
            set_maxweight(bounds_.max_weight);
        at_end_ = answer(calls_.at_end(data_));
        if (at_end_)
            return;
        unsigned docid = 0;
        require(calls_.docid(data_, &docid));
        if (docid == 0)
            throw callback_failure();
        docid_ = docid;
    }

    xapian_c_posting_callbacks calls_;
    void *data_;
    bool owned_;
    bool at_end_ = false;
    Xapian::docid docid_ = 0;
    xapian_c_posting_bounds bounds_{0, 0, 0, 0.0};
    xapian_c_database db_{};
};

using handle = std::unique_ptr<xapian_c_posting_source>;

handle own(counted<Xapian::PostingSource> source)
{
    auto h = std::make_unique<xapian_c_posting_source>();
    h->source = std::move(source);
    return h;
}

/* Xapian would take these, and its search then go wrong. */
void check_weight(double weight)
{
    if (!(weight >= 0.0))
        throw Xapian::InvalidArgumentError("a weight is negative or NaN");
}

Xapian::ValueMapPostingSource &value_map(xapian_c_posting_source &h)
{
    return as<Xapian::ValueMapPostingSource>(*h.source,
                                             "the source has no table");
}

} // namespace

xapian_c_status xapian_c_posting_source_new_callback(
    const xapian_c_posting_callbacks *callbacks, void *data,
    xapian_c_posting_source **out, xapian_c_error *err) noexcept
{
    const bool ok = callbacks != nullptr && callbacks->init != nullptr &&
                    callbacks->next != nullptr &&
                    callbacks->at_end != nullptr &&
                    callbacks->docid != nullptr;
    return make(ok, out, err, [&] {
        return own(share<callback_source>(*callbacks, data, false));
    });
}

xapian_c_status xapian_c_posting_source_new_fixed_weight(
    double weight, xapian_c_posting_source **out,
    xapian_c_error *err) noexcept
{
    return make(true, out, err, [&] {
        check_weight(weight);
        return own(share<Xapian::FixedWeightPostingSource>(weight));
    });
}

xapian_c_status xapian_c_posting_source_new_value_weight(
    unsigned slot, xapian_c_posting_source **out,
    xapian_c_error *err) noexcept
{
    return make(true, out, err, [&] {
        return own(share<Xapian::ValueWeightPostingSource>(slot));
    });
}

xapian_c_status xapian_c_posting_source_new_decreasing_value_weight(
    unsigned slot, unsigned first, unsigned last,
    xapian_c_posting_source **out, xapian_c_error *err) noexcept
{
    return make(true, out, err, [&] {
        return own(share<Xapian::DecreasingValueWeightPostingSource>(
            slot, first, last));
    });
}

xapian_c_status xapian_c_posting_source_new_value_map(
    unsigned slot, xapian_c_posting_source **out,
    xapian_c_error *err) noexcept
{
    return make(true, out, err, [&] {
        return own(share<Xapian::ValueMapPostingSource>(slot));
    });
}

xapian_c_status
xapian_c_posting_source_add_mapping(xapian_c_posting_source *source,
                                    const char *value, size_t len,
                                    double weight,
                                    xapian_c_error *err) noexcept
{
    return run(source != nullptr && valid(value, len), err, [&] {
        check_weight(weight);
        value_map(*source).add_mapping(copy(value, len), weight);
    });
}

xapian_c_status
xapian_c_posting_source_clear_mappings(xapian_c_posting_source *source,
                                       xapian_c_error *err) noexcept
{
    return run(source != nullptr, err,
               [&] { value_map(*source).clear_mappings(); });
}

xapian_c_status
xapian_c_posting_source_set_default_weight(xapian_c_posting_source *source,
                                           double weight,
                                           xapian_c_error *err) noexcept
{
    return run(source != nullptr, err, [&] {
        check_weight(weight);
        value_map(*source).set_default_weight(weight);
    });
}

xapian_c_status xapian_c_posting_source_unserialise(
    const char *name, const char *bytes, size_t len,
    xapian_c_posting_source **out, xapian_c_error *err) noexcept
{
    return make(name != nullptr && valid(bytes, len), out, err, [&] {
        Xapian::Registry registry;
        const Xapian::PostingSource *found =
            registry.get_posting_source(name);
        if (found == nullptr)
            throw Xapian::InvalidArgumentError(
                std::string("no posting source has the name ") + name);
        return own(count(
            found->unserialise_with_registry(copy(bytes, len), registry)));
    });
}

xapian_c_status
xapian_c_posting_source_clone(const xapian_c_posting_source *source,
                              xapian_c_posting_source **out,
                              xapian_c_error *err) noexcept
{
    return make(source != nullptr, out, err, [&] {
        Xapian::PostingSource *copy = source->source->clone();
        if (copy == nullptr)
            throw Xapian::UnimplementedError("the source cannot be cloned");
        return own(count(copy));
    });
}

xapian_c_status
xapian_c_posting_source_name(xapian_c_posting_source *source,
                             const char **out, size_t *out_len,
                             xapian_c_error *err) noexcept
{
    return lend(source, true, out, out_len, err,
                [&] { return source->source->name(); });
}

xapian_c_status
xapian_c_posting_source_serialise(xapian_c_posting_source *source,
                                  const char **out, size_t *out_len,
                                  xapian_c_error *err) noexcept
{
    return lend(source, true, out, out_len, err,
                [&] { return source->source->serialise(); });
}

xapian_c_status
xapian_c_posting_source_get_description(xapian_c_posting_source *source,
                                        const char **out, size_t *out_len,
                                        xapian_c_error *err) noexcept
{
    return lend(source, true, out, out_len, err,
                [&] { return source->source->get_description(); });
}

void xapian_c_posting_source_free(xapian_c_posting_source *source) noexcept
{
    delete source;
}
