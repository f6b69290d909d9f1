/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::QueryParser. A field processor is counted from its making on, so
 * that it ends with the call if the parser refuses it. */
#include "xapian_c_query_range.h"
#include "xapian_c_query_support.h"

using xapian_c::copy;
using xapian_c::counted;
using xapian_c::get;
using xapian_c::lend;
using xapian_c::make;
using xapian_c::new_query;
using xapian_c::new_terms;
using xapian_c::run;
using xapian_c::valid;

struct xapian_c_query_parser {
    Xapian::QueryParser parser{};
    std::string text{};
};

namespace {

using parser = Xapian::QueryParser;

#define SAME(name)                                                            \
    static_assert(static_cast<int>(XAPIAN_C_##name) ==                        \
                      static_cast<int>(parser::name),                         \
                  "the header has Xapian's numbers")
SAME(FLAG_BOOLEAN);
SAME(FLAG_PHRASE);
SAME(FLAG_LOVEHATE);
SAME(FLAG_DEFAULT);
SAME(FLAG_BOOLEAN_ANY_CASE);
SAME(FLAG_WILDCARD);
SAME(FLAG_PURE_NOT);
SAME(FLAG_PARTIAL);
SAME(FLAG_SPELLING_CORRECTION);
SAME(FLAG_SYNONYM);
SAME(FLAG_AUTO_SYNONYMS);
SAME(FLAG_AUTO_MULTIWORD_SYNONYMS);
SAME(FLAG_CJK_NGRAM);
SAME(FLAG_ACCUMULATE);
SAME(FLAG_NO_POSITIONS);
SAME(STEM_NONE);
SAME(STEM_SOME);
SAME(STEM_ALL);
SAME(STEM_ALL_Z);
SAME(STEM_SOME_FULL_POS);
#undef SAME

class callback_field final : public Xapian::FieldProcessor {
  public:
    callback_field(xapian_c_field_callback callback, void *data)
        : callback_(callback), data_(data)
    {
    }

    Xapian::Query operator()(const std::string &text) override
    {
        const Xapian::Query none;
        return xapian_c::held_failure::ask(none, [&] {
            xapian_c_query *made = nullptr;
            const int failed =
                callback_(data_, text.data(), text.size(), &made);
            return xapian_c::take_query(failed, made, none);
        });
    }

  private:
    xapian_c_field_callback callback_;
    void *data_;
};

counted<Xapian::FieldProcessor> new_field(xapian_c_field_callback callback,
                                          void *data)
{
    return xapian_c::count<Xapian::FieldProcessor>(
        new callback_field(callback, data));
}

/* A grouping from C, and how Xapian takes it: NULL is one of its own. */
class grouping_arg {
  public:
    grouping_arg(const char *bytes, size_t len)
        : text_(copy(bytes, len)), given_(bytes != nullptr)
    {
    }

    const std::string *get() const noexcept
    {
        return given_ ? &text_ : nullptr;
    }

  private:
    std::string text_;
    bool given_;
};

/* A failed callback comes before an error of the parser's that it caused. */
Xapian::Query parse(Xapian::QueryParser &from, const std::string &text,
                    unsigned flags, const std::string &prefix)
{
    const xapian_c::held_failure callbacks;
    try {
        const Xapian::Query query = from.parse_query(text, flags, prefix);
        if (!callbacks.failed())
            return query;
    } catch (...) {
        if (!callbacks.failed())
            throw;
    }
    throw xapian_c::callback_failure();
}

parser::stem_strategy to_strategy(xapian_c_stem_strategy strategy)
{
    const int number = static_cast<int>(strategy);
    if (number < XAPIAN_C_STEM_NONE || number > XAPIAN_C_STEM_SOME_FULL_POS)
        throw Xapian::InvalidArgumentError("unknown stemming strategy");
    return static_cast<parser::stem_strategy>(number);
}

} // namespace

xapian_c_status xapian_c_query_parser_new(xapian_c_query_parser **out,
                                          xapian_c_error *err) noexcept
{
    return make(true, out, err,
                [] { return std::make_unique<xapian_c_query_parser>(); });
}

void xapian_c_query_parser_free(xapian_c_query_parser *parser) noexcept
{
    delete parser;
}

xapian_c_status
xapian_c_query_parser_set_stemmer(xapian_c_query_parser *parser,
                                  const xapian_c_stem *stem,
                                  xapian_c_error *err) noexcept
{
    return run(parser != nullptr && stem != nullptr, err,
               [&] { parser->parser.set_stemmer(stem->stemmer); });
}

xapian_c_status
xapian_c_query_parser_set_stemming_strategy(xapian_c_query_parser *parser,
                                            xapian_c_stem_strategy strategy,
                                            xapian_c_error *err) noexcept
{
    return run(parser != nullptr, err, [&] {
        parser->parser.set_stemming_strategy(to_strategy(strategy));
    });
}

xapian_c_status
xapian_c_query_parser_set_stopper(xapian_c_query_parser *parser,
                                  const xapian_c_stopper *stopper,
                                  xapian_c_error *err) noexcept
{
    return run(parser != nullptr, err, [&] {
        counted<Xapian::Stopper> own;
        if (stopper != nullptr)
            own = xapian_c::share_stopper(*stopper);
        parser->parser.set_stopper(own.get());
    });
}

xapian_c_status
xapian_c_query_parser_set_default_op(xapian_c_query_parser *parser,
                                     xapian_c_query_op op,
                                     xapian_c_error *err) noexcept
{
    return run(parser != nullptr, err,
               [&] { parser->parser.set_default_op(xapian_c::to_op(op)); });
}

xapian_c_status
xapian_c_query_parser_get_default_op(const xapian_c_query_parser *parser,
                                     xapian_c_query_op *out,
                                     xapian_c_error *err) noexcept
{
    return get(parser != nullptr, out, err, [&] {
        return static_cast<xapian_c_query_op>(parser->parser.get_default_op());
    });
}

xapian_c_status
xapian_c_query_parser_set_database(xapian_c_query_parser *parser,
                                   const xapian_c_database *database,
                                   xapian_c_error *err) noexcept
{
    return run(parser != nullptr && database != nullptr, err,
               [&] { parser->parser.set_database(database->db); });
}

xapian_c_status xapian_c_query_parser_set_max_expansion(
    xapian_c_query_parser *parser, unsigned max, xapian_c_wildcard_limit limit,
    unsigned flags, xapian_c_error *err) noexcept
{
    return run(parser != nullptr, err, [&] {
        parser->parser.set_max_expansion(max, xapian_c::to_limit(limit),
                                         flags);
    });
}

xapian_c_status xapian_c_query_parser_add_prefix(
    xapian_c_query_parser *parser, const char *field, size_t field_len,
    const char *prefix, size_t prefix_len, xapian_c_error *err) noexcept
{
    const bool ok = parser != nullptr && valid(field, field_len) &&
                    valid(prefix, prefix_len);
    return run(ok, err, [&] {
        parser->parser.add_prefix(copy(field, field_len),
                                  copy(prefix, prefix_len));
    });
}

xapian_c_status xapian_c_query_parser_add_prefix_callback(
    xapian_c_query_parser *parser, const char *field, size_t field_len,
    xapian_c_field_callback callback, void *data, xapian_c_error *err) noexcept
{
    const bool ok =
        parser != nullptr && valid(field, field_len) && callback != nullptr;
    return run(ok, err, [&] {
        const auto processor = new_field(callback, data);
        parser->parser.add_prefix(copy(field, field_len), processor.get());
    });
}

xapian_c_status xapian_c_query_parser_add_boolean_prefix(
    xapian_c_query_parser *parser, const char *field, size_t field_len,
    const char *prefix, size_t prefix_len, const char *grouping,
    size_t grouping_len, xapian_c_error *err) noexcept
{
    const bool ok = parser != nullptr && valid(field, field_len) &&
                    valid(prefix, prefix_len) && valid(grouping, grouping_len);
    return run(ok, err, [&] {
        const grouping_arg group(grouping, grouping_len);
        parser->parser.add_boolean_prefix(
            copy(field, field_len), copy(prefix, prefix_len), group.get());
    });
}

xapian_c_status xapian_c_query_parser_add_boolean_prefix_callback(
    xapian_c_query_parser *parser, const char *field, size_t field_len,
    xapian_c_field_callback callback, void *data, const char *grouping,
    size_t grouping_len, xapian_c_error *err) noexcept
{
    const bool ok = parser != nullptr && valid(field, field_len) &&
                    callback != nullptr && valid(grouping, grouping_len);
    return run(ok, err, [&] {
        const grouping_arg group(grouping, grouping_len);
        const auto processor = new_field(callback, data);
        parser->parser.add_boolean_prefix(copy(field, field_len),
                                          processor.get(), group.get());
    });
}

xapian_c_status xapian_c_query_parser_add_rangeprocessor(
    xapian_c_query_parser *parser, xapian_c_range_processor *processor,
    const char *grouping, size_t grouping_len, xapian_c_error *err) noexcept
{
    const bool ok = parser != nullptr && processor != nullptr &&
                    valid(grouping, grouping_len);
    return run(ok, err, [&] {
        const grouping_arg group(grouping, grouping_len);
        parser->parser.add_rangeprocessor(processor->processor.get(),
                                          group.get());
    });
}

xapian_c_status xapian_c_query_parser_parse_query(
    xapian_c_query_parser *parser, const char *text, size_t len,
    unsigned flags, const char *default_prefix, size_t default_prefix_len,
    xapian_c_query **out, xapian_c_error *err) noexcept
{
    const bool ok = parser != nullptr && valid(text, len) &&
                    valid(default_prefix, default_prefix_len);
    return make(ok, out, err, [&] {
        return new_query(parse(parser->parser, copy(text, len), flags,
                               copy(default_prefix, default_prefix_len)));
    });
}

xapian_c_status xapian_c_query_parser_get_corrected_query_string(
    xapian_c_query_parser *parser, const char **out, size_t *out_len,
    xapian_c_error *err) noexcept
{
    return lend(parser, true, out, out_len, err,
                [&] { return parser->parser.get_corrected_query_string(); });
}

xapian_c_status
xapian_c_query_parser_stoplist_begin(const xapian_c_query_parser *parser,
                                     xapian_c_term_iterator **out,
                                     xapian_c_error *err) noexcept
{
    return make(parser != nullptr, out, err,
                [&] { return new_terms(parser->parser.stoplist_begin()); });
}

xapian_c_status xapian_c_query_parser_unstem_begin(
    const xapian_c_query_parser *parser, const char *term, size_t len,
    xapian_c_term_iterator **out, xapian_c_error *err) noexcept
{
    return make(parser != nullptr && valid(term, len), out, err, [&] {
        return new_terms(parser->parser.unstem_begin(copy(term, len)));
    });
}

xapian_c_status
xapian_c_query_parser_get_description(xapian_c_query_parser *parser,
                                      const char **out, size_t *out_len,
                                      xapian_c_error *err) noexcept
{
    return lend(parser, true, out, out_len, err,
                [&] { return parser->parser.get_description(); });
}
