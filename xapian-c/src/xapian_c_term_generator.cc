/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::TermGenerator. It shares its document with the caller's handle, and
 * thus counts its changes to it where that handle's cursors look for them. */
#include "xapian-c/xapian_c_term_generator.h"
#include "xapian_c_query_support.h"

using xapian_c::copy;
using xapian_c::counted;
using xapian_c::fail;
using xapian_c::get;
using xapian_c::lend;
using xapian_c::make;
using xapian_c::run;
using xapian_c::valid;

struct xapian_c_term_generator {
    Xapian::TermGenerator generator{};
    std::string text{};
    /* Those of the document's handle. */
    xapian_c::change_counts changes{std::make_shared<unsigned long>(0UL)};
};

namespace {

using generator_t = Xapian::TermGenerator;

#define SAME(ours, name)                                                      \
    static_assert(static_cast<int>(XAPIAN_C_##ours) ==                        \
                      static_cast<int>(generator_t::name),                    \
                  "the header has Xapian's numbers")
SAME(TERM_GENERATOR_SPELLING, FLAG_SPELLING);
SAME(TERM_GENERATOR_CJK_NGRAM, FLAG_CJK_NGRAM);
SAME(STEM_NONE, STEM_NONE);
SAME(STEM_SOME, STEM_SOME);
SAME(STEM_ALL, STEM_ALL);
SAME(STEM_ALL_Z, STEM_ALL_Z);
SAME(STEM_SOME_FULL_POS, STEM_SOME_FULL_POS);
SAME(STOP_NONE, STOP_NONE);
SAME(STOP_ALL, STOP_ALL);
SAME(STOP_STEMMED, STOP_STEMMED);
#undef SAME

generator_t::stem_strategy to_stem(xapian_c_stem_strategy strategy)
{
    const int number = static_cast<int>(strategy);
    if (number < XAPIAN_C_STEM_NONE || number > XAPIAN_C_STEM_SOME_FULL_POS)
        throw Xapian::InvalidArgumentError("unknown stemming strategy");
    return static_cast<generator_t::stem_strategy>(number);
}

generator_t::stop_strategy to_stop(xapian_c_stop_strategy strategy)
{
    const int number = static_cast<int>(strategy);
    if (number < XAPIAN_C_STOP_NONE || number > XAPIAN_C_STOP_STEMMED)
        throw Xapian::InvalidArgumentError("unknown stopper strategy");
    return static_cast<generator_t::stop_strategy>(number);
}

/* An iterator over no bytes must be one past its end. */
Xapian::Utf8Iterator over(const char *text, size_t len) noexcept
{
    return len > 0 ? Xapian::Utf8Iterator(text, len) : Xapian::Utf8Iterator();
}

/* The first of the counts stands for the document itself. Counted before the
 * change, which may fail half-way. */
void will_change(const xapian_c_term_generator &handle) noexcept
{
    ++*handle.changes.front();
}

} // namespace

xapian_c_status xapian_c_term_generator_new(xapian_c_term_generator **out,
                                            xapian_c_error *err) noexcept
{
    return make(true, out, err,
                [] { return std::make_unique<xapian_c_term_generator>(); });
}

void xapian_c_term_generator_free(xapian_c_term_generator *generator) noexcept
{
    delete generator;
}

xapian_c_status
xapian_c_term_generator_set_stemmer(xapian_c_term_generator *generator,
                                    const xapian_c_stem *stem,
                                    xapian_c_error *err) noexcept
{
    return run(generator != nullptr && stem != nullptr, err,
               [&] { generator->generator.set_stemmer(stem->stemmer); });
}

xapian_c_status xapian_c_term_generator_set_stemming_strategy(
    xapian_c_term_generator *generator, xapian_c_stem_strategy strategy,
    xapian_c_error *err) noexcept
{
    return run(generator != nullptr, err, [&] {
        generator->generator.set_stemming_strategy(to_stem(strategy));
    });
}

xapian_c_status
xapian_c_term_generator_set_stopper(xapian_c_term_generator *generator,
                                    const xapian_c_stopper *stopper,
                                    xapian_c_error *err) noexcept
{
    return run(generator != nullptr, err, [&] {
        counted<Xapian::Stopper> own;
        if (stopper != nullptr)
            own = xapian_c::share_stopper(*stopper);
        generator->generator.set_stopper(own.get());
    });
}

xapian_c_status xapian_c_term_generator_set_stopper_strategy(
    xapian_c_term_generator *generator, xapian_c_stop_strategy strategy,
    xapian_c_error *err) noexcept
{
    return run(generator != nullptr, err, [&] {
        generator->generator.set_stopper_strategy(to_stop(strategy));
    });
}

xapian_c_status
xapian_c_term_generator_set_document(xapian_c_term_generator *generator,
                                     xapian_c_document *document,
                                     xapian_c_error *err) noexcept
{
    return run(generator != nullptr && document != nullptr, err, [&] {
        xapian_c::change_counts changes = document->changes;
        generator->generator.set_document(document->doc);
        generator->changes.swap(changes);
    });
}

xapian_c_status
xapian_c_term_generator_get_document(const xapian_c_term_generator *generator,
                                     xapian_c_document **out,
                                     xapian_c_error *err) noexcept
{
    return make(generator != nullptr, out, err, [&] {
        auto made = std::make_unique<xapian_c_document>();
        made->doc = generator->generator.get_document();
        made->changes = generator->changes;
        return made;
    });
}

xapian_c_status
xapian_c_term_generator_set_database(xapian_c_term_generator *generator,
                                     xapian_c_database *database,
                                     xapian_c_error *err) noexcept
{
    if (database != nullptr && database->writable == nullptr)
        return fail(err, XAPIAN_C_INVALID_ARGUMENT_ERROR,
                    "the database was not opened for writing");
    return run(generator != nullptr && database != nullptr, err, [&] {
        generator->generator.set_database(*database->writable);
    });
}

xapian_c_status
xapian_c_term_generator_set_flags(xapian_c_term_generator *generator,
                                  unsigned toggle, unsigned mask,
                                  unsigned *old, xapian_c_error *err) noexcept
{
    if (old != nullptr)
        *old = 0;
    return run(generator != nullptr, err, [&] {
        const int before = generator->generator.set_flags(
            static_cast<int>(toggle), static_cast<int>(mask));
        if (old != nullptr)
            *old = static_cast<unsigned>(before);
    });
}

xapian_c_status
xapian_c_term_generator_set_max_word_length(xapian_c_term_generator *generator,
                                            unsigned max,
                                            xapian_c_error *err) noexcept
{
    return run(generator != nullptr, err,
               [&] { generator->generator.set_max_word_length(max); });
}

xapian_c_status xapian_c_term_generator_index_text(
    xapian_c_term_generator *generator, const char *text, size_t len,
    unsigned wdf_inc, const char *prefix, size_t prefix_len,
    xapian_c_error *err) noexcept
{
    const bool ok =
        generator != nullptr && valid(text, len) && valid(prefix, prefix_len);
    return run(ok, err, [&] {
        will_change(*generator);
        generator->generator.index_text(over(text, len), wdf_inc,
                                        copy(prefix, prefix_len));
    });
}

xapian_c_status xapian_c_term_generator_index_text_without_positions(
    xapian_c_term_generator *generator, const char *text, size_t len,
    unsigned wdf_inc, const char *prefix, size_t prefix_len,
    xapian_c_error *err) noexcept
{
    const bool ok =
        generator != nullptr && valid(text, len) && valid(prefix, prefix_len);
    return run(ok, err, [&] {
        will_change(*generator);
        generator->generator.index_text_without_positions(
            over(text, len), wdf_inc, copy(prefix, prefix_len));
    });
}

xapian_c_status
xapian_c_term_generator_increase_termpos(xapian_c_term_generator *generator,
                                         unsigned delta,
                                         xapian_c_error *err) noexcept
{
    return run(generator != nullptr, err,
               [&] { generator->generator.increase_termpos(delta); });
}

xapian_c_status
xapian_c_term_generator_get_termpos(const xapian_c_term_generator *generator,
                                    unsigned *out,
                                    xapian_c_error *err) noexcept
{
    return get(generator != nullptr, out, err,
               [&] { return generator->generator.get_termpos(); });
}

xapian_c_status
xapian_c_term_generator_set_termpos(xapian_c_term_generator *generator,
                                    unsigned termpos,
                                    xapian_c_error *err) noexcept
{
    return run(generator != nullptr, err,
               [&] { generator->generator.set_termpos(termpos); });
}

xapian_c_status
xapian_c_term_generator_get_description(xapian_c_term_generator *generator,
                                        const char **out, size_t *out_len,
                                        xapian_c_error *err) noexcept
{
    return lend(generator, true, out, out_len, err,
                [&] { return generator->generator.get_description(); });
}
