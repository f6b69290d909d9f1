/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::Weight and its 15 subclasses. A handle owns its scheme; an enquire
 * clones it. Schemes by name come from a registry of the call's own, as
 * Xapian's reference counts may not be shared by threads. */
#include "xapian-c/xapian_c_weight.h"

#include "xapian_c_call.h"

using namespace xapian_c;

namespace {

using handle = std::unique_ptr<xapian_c_weight>;

handle own(std::unique_ptr<Xapian::Weight> weight)
{
    handle h(new xapian_c_weight());
    h->weight = std::move(weight);
    return h;
}

template <typename Scheme, typename... Params>
xapian_c_status make_scheme(xapian_c_weight **out, xapian_c_error *err,
                            Params... params) noexcept
{
    return make(true, out, err,
                [&] { return own(std::make_unique<Scheme>(params...)); });
}

const Xapian::Weight &find(const Xapian::Registry &registry, const char *name)
{
    const Xapian::Weight *found = registry.get_weighting_scheme(name);
    if (found == nullptr)
        throw Xapian::InvalidArgumentError(
            std::string("no weighting scheme has the name ") + name);
    return *found;
}

xapian_c_bm25_params or_defaults(const xapian_c_bm25_params *params) noexcept
{
    if (params != nullptr)
        return *params;
    return XAPIAN_C_BM25_DEFAULTS;
}

} // namespace

xapian_c_status xapian_c_weight_new(const char *name, xapian_c_weight **out,
                                    xapian_c_error *err) noexcept
{
    return make(name != nullptr, out, err, [&] {
        Xapian::Registry registry;
        return own(
            std::unique_ptr<Xapian::Weight>(find(registry, name).clone()));
    });
}

xapian_c_status xapian_c_weight_unserialise(const char *name,
                                            const char *bytes, size_t len,
                                            xapian_c_weight **out,
                                            xapian_c_error *err) noexcept
{
    return make(name != nullptr && valid(bytes, len), out, err, [&] {
        Xapian::Registry registry;
        return own(std::unique_ptr<Xapian::Weight>(
            find(registry, name).unserialise(copy(bytes, len))));
    });
}

xapian_c_status xapian_c_weight_clone(const xapian_c_weight *weight,
                                      xapian_c_weight **out,
                                      xapian_c_error *err) noexcept
{
    return make(weight != nullptr, out, err, [&] {
        return own(
            std::unique_ptr<Xapian::Weight>(weight->weight->clone()));
    });
}

void xapian_c_weight_free(xapian_c_weight *weight) noexcept
{
    delete weight;
}

xapian_c_status xapian_c_weight_name(xapian_c_weight *weight,
                                     const char **out, size_t *out_len,
                                     xapian_c_error *err) noexcept
{
    return lend(weight, true, out, out_len, err,
                [&] { return weight->weight->name(); });
}

xapian_c_status xapian_c_weight_serialise(xapian_c_weight *weight,
                                          const char **out, size_t *out_len,
                                          xapian_c_error *err) noexcept
{
    return lend(weight, true, out, out_len, err,
                [&] { return weight->weight->serialise(); });
}

xapian_c_status xapian_c_weight_new_bool(xapian_c_weight **out,
                                         xapian_c_error *err) noexcept
{
    return make_scheme<Xapian::BoolWeight>(out, err);
}

xapian_c_status xapian_c_weight_new_coord(xapian_c_weight **out,
                                          xapian_c_error *err) noexcept
{
    return make_scheme<Xapian::CoordWeight>(out, err);
}

xapian_c_status xapian_c_weight_new_tf_idf(const char *normalizations,
                                           xapian_c_weight **out,
                                           xapian_c_error *err) noexcept
{
    return make(normalizations != nullptr, out, err, [&] {
        return own(std::make_unique<Xapian::TfIdfWeight>(
            std::string(normalizations)));
    });
}

xapian_c_status xapian_c_weight_new_bm25(const xapian_c_bm25_params *params,
                                         xapian_c_weight **out,
                                         xapian_c_error *err) noexcept
{
    const xapian_c_bm25_params p = or_defaults(params);
    return make_scheme<Xapian::BM25Weight>(out, err, p.k1, p.k2, p.k3, p.b,
                                           p.min_normlen);
}

xapian_c_status
xapian_c_weight_new_bm25_plus(const xapian_c_bm25_params *params,
                              xapian_c_weight **out,
                              xapian_c_error *err) noexcept
{
    const xapian_c_bm25_params p = or_defaults(params);
    return make_scheme<Xapian::BM25PlusWeight>(out, err, p.k1, p.k2, p.k3,
                                               p.b, p.min_normlen, p.delta);
}

xapian_c_status xapian_c_weight_new_trad(double k, xapian_c_weight **out,
                                         xapian_c_error *err) noexcept
{
    return make_scheme<Xapian::TradWeight>(out, err, k);
}

xapian_c_status xapian_c_weight_new_inl2(double c, xapian_c_weight **out,
                                         xapian_c_error *err) noexcept
{
    return make_scheme<Xapian::InL2Weight>(out, err, c);
}

xapian_c_status xapian_c_weight_new_ifb2(double c, xapian_c_weight **out,
                                         xapian_c_error *err) noexcept
{
    return make_scheme<Xapian::IfB2Weight>(out, err, c);
}

xapian_c_status xapian_c_weight_new_ineb2(double c, xapian_c_weight **out,
                                          xapian_c_error *err) noexcept
{
    return make_scheme<Xapian::IneB2Weight>(out, err, c);
}

xapian_c_status xapian_c_weight_new_bb2(double c, xapian_c_weight **out,
                                        xapian_c_error *err) noexcept
{
    return make_scheme<Xapian::BB2Weight>(out, err, c);
}

xapian_c_status xapian_c_weight_new_pl2(double c, xapian_c_weight **out,
                                        xapian_c_error *err) noexcept
{
    return make_scheme<Xapian::PL2Weight>(out, err, c);
}

xapian_c_status xapian_c_weight_new_pl2_plus(double c, double delta,
                                             xapian_c_weight **out,
                                             xapian_c_error *err) noexcept
{
    return make_scheme<Xapian::PL2PlusWeight>(out, err, c, delta);
}

xapian_c_status xapian_c_weight_new_dlh(xapian_c_weight **out,
                                        xapian_c_error *err) noexcept
{
    return make_scheme<Xapian::DLHWeight>(out, err);
}

xapian_c_status xapian_c_weight_new_dph(xapian_c_weight **out,
                                        xapian_c_error *err) noexcept
{
    return make_scheme<Xapian::DPHWeight>(out, err);
}

xapian_c_status xapian_c_weight_new_lm(double log,
                                       xapian_c_smoothing smoothing,
                                       double smoothing1, double smoothing2,
                                       xapian_c_weight **out,
                                       xapian_c_error *err) noexcept
{
    Xapian::Weight::type_smoothing type{};
    switch (smoothing) {
    case XAPIAN_C_TWO_STAGE_SMOOTHING:
        type = Xapian::Weight::TWO_STAGE_SMOOTHING;
        break;
    case XAPIAN_C_DIRICHLET_SMOOTHING:
        type = Xapian::Weight::DIRICHLET_SMOOTHING;
        break;
    case XAPIAN_C_ABSOLUTE_DISCOUNT_SMOOTHING:
        type = Xapian::Weight::ABSOLUTE_DISCOUNT_SMOOTHING;
        break;
    case XAPIAN_C_JELINEK_MERCER_SMOOTHING:
        type = Xapian::Weight::JELINEK_MERCER_SMOOTHING;
        break;
    case XAPIAN_C_DIRICHLET_PLUS_SMOOTHING:
        type = Xapian::Weight::DIRICHLET_PLUS_SMOOTHING;
        break;
    default:
        if (out != nullptr)
            *out = nullptr;
        return fail(err, XAPIAN_C_INVALID_ARGUMENT_ERROR,
                    "there is no such smoothing");
    }
    return make_scheme<Xapian::LMWeight>(out, err, log, type, smoothing1,
                                         smoothing2);
}
