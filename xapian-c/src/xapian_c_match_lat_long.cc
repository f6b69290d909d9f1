/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian's LatLong classes. Coordinates are checked here, as Xapian does so
 * with latitudes only and turns what is not finite into wrong integers. */
#include "xapian-c/xapian_c_match_lat_long.h"

#include <cmath>
#include <cstring>

#include "xapian_c_enquire_util.h"

using namespace xapian_c;

namespace {

Xapian::LatLongCoords coords(const xapian_c_lat_long *places, size_t n)
{
    Xapian::LatLongCoords list;
    for (size_t i = 0; i < n; i++) {
        const xapian_c_lat_long &p = places[i];
        if (!std::isfinite(p.latitude) || !std::isfinite(p.longitude))
            throw Xapian::InvalidArgumentError("a place is not finite");
        list.append(Xapian::LatLongCoord(p.latitude, p.longitude));
    }
    return list;
}

Xapian::LatLongCoords centre_of(const xapian_c_lat_long *places, size_t n)
{
    if (n == 0)
        throw Xapian::InvalidArgumentError("there is no place");
    return coords(places, n);
}

Xapian::GreatCircleMetric metric_of(double radius)
{
    if (!std::isfinite(radius) || radius < 0.0)
        throw Xapian::InvalidArgumentError("the radius is no radius");
    return radius > 0.0 ? Xapian::GreatCircleMetric(radius)
                        : Xapian::GreatCircleMetric();
}

bool given(const void *items, size_t n) noexcept
{
    return items != nullptr || n == 0;
}

} // namespace

xapian_c_status xapian_c_lat_long_serialise(const xapian_c_lat_long *places,
                                            size_t n, char *out, size_t room,
                                            size_t *out_len,
                                            xapian_c_error *err) noexcept
{
    if (out_len != nullptr)
        *out_len = 0;
    if (!given(places, n) || !given(out, room) || out_len == nullptr)
        return fail_null(err);
    return guard(err, [&] {
        const std::string bytes = coords(places, n).serialise();
        *out_len = bytes.size();
        if (bytes.size() > room)
            return fail(err, XAPIAN_C_NO_ROOM,
                        "the buffer is too small for the places");
        if (!bytes.empty())
            std::memcpy(out, bytes.data(), bytes.size());
        return XAPIAN_C_OK;
    });
}

xapian_c_status xapian_c_lat_long_unserialise(const char *bytes, size_t len,
                                              xapian_c_lat_long *out,
                                              size_t room, size_t *out_n,
                                              xapian_c_error *err) noexcept
{
    if (out_n != nullptr)
        *out_n = 0;
    if (!valid(bytes, len) || !given(out, room) || out_n == nullptr)
        return fail_null(err);
    return guard(err, [&] {
        /* A place has 6 bytes, the last one 2 to 6. Xapian 1.4.22 never ends
         * on a single byte and takes all memory. */
        if (len % 6 == 1)
            throw Xapian::SerialisationError("the bytes are no places");
        Xapian::LatLongCoords list;
        list.unserialise(copy(bytes, len));
        *out_n = list.size();
        if (list.size() > room)
            return fail(err, XAPIAN_C_NO_ROOM,
                        "the array is too small for the places");
        for (const Xapian::LatLongCoord &c : list)
            *out++ = xapian_c_lat_long{c.latitude, c.longitude};
        return XAPIAN_C_OK;
    });
}

xapian_c_status xapian_c_lat_long_distance(const xapian_c_lat_long *a,
                                           size_t a_n,
                                           const xapian_c_lat_long *b,
                                           size_t b_n, double radius,
                                           double *out,
                                           xapian_c_error *err) noexcept
{
    return get(given(a, a_n) && given(b, b_n), out, err, [&] {
        return metric_of(radius)(centre_of(a, a_n), centre_of(b, b_n));
    });
}

xapian_c_status xapian_c_posting_source_new_lat_long(
    unsigned slot, const xapian_c_lat_long *centre, size_t n,
    const xapian_c_lat_long_options *options, xapian_c_posting_source **out,
    xapian_c_error *err) noexcept
{
    const xapian_c_lat_long_options defaults = XAPIAN_C_LAT_LONG_DEFAULTS;
    const xapian_c_lat_long_options &o =
        options != nullptr ? *options : defaults;
    return make(given(centre, n), out, err, [&] {
        if (!(o.k1 > 0.0) || !(o.k2 > 0.0) || !(o.max_range >= 0.0))
            throw Xapian::InvalidArgumentError("k1, k2 or the range is wrong");
        auto h = std::make_unique<xapian_c_posting_source>();
        h->source = share<Xapian::LatLongDistancePostingSource>(
            slot, centre_of(centre, n), metric_of(o.radius), o.max_range,
            o.k1, o.k2);
        return h;
    });
}

xapian_c_status xapian_c_key_maker_new_lat_long(
    unsigned slot, const xapian_c_lat_long *centre, size_t n, double radius,
    double defdistance, xapian_c_key_maker **out,
    xapian_c_error *err) noexcept
{
    return make(given(centre, n), out, err, [&] {
        const Xapian::LatLongCoords list = centre_of(centre, n);
        const Xapian::GreatCircleMetric metric = metric_of(radius);
        auto h = std::make_unique<xapian_c_key_maker>();
        if (defdistance >= 0.0)
            h->maker = share<Xapian::LatLongDistanceKeyMaker>(
                slot, list, metric, defdistance);
        else
            h->maker =
                share<Xapian::LatLongDistanceKeyMaker>(slot, list, metric);
        return h;
    });
}

double xapian_c_miles_to_metres(double miles) noexcept
{
    return Xapian::miles_to_metres(miles);
}

double xapian_c_metres_to_miles(double metres) noexcept
{
    return Xapian::metres_to_miles(metres);
}
