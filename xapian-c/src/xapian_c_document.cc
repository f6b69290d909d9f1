/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Xapian::Document. A change is counted before it is made, as one that fails
 * halfway has changed the document, too. */
#include "xapian-c/xapian_c_document.h"

#include "xapian_c_cursor.h"

using namespace xapian_c;

namespace {

/* Runs `body`, which changes the document and gets its term or data. */
template <typename Body>
xapian_c_status change(xapian_c_document *document, const char *bytes,
                       size_t len, xapian_c_error *err, Body &&body) noexcept
{
    return run(document != nullptr && valid(bytes, len), err, [&] {
        const std::string copied = copy(bytes, len);
        ++*document->changes.front();
        body(copied);
    });
}

} // namespace

xapian_c_status xapian_c_document_new(xapian_c_document **out,
                                      xapian_c_error *err) noexcept
{
    return make(true, out, err,
                [] { return std::make_unique<xapian_c_document>(); });
}

void xapian_c_document_free(xapian_c_document *document) noexcept
{
    delete document;
}

/* ---- Data ---- */

xapian_c_status xapian_c_document_set_data(xapian_c_document *document,
                                           const char *data, size_t len,
                                           xapian_c_error *err) noexcept
{
    return change(document, data, len, err, [&](const std::string &bytes) {
        document->doc.set_data(bytes);
    });
}

xapian_c_status xapian_c_document_get_data(xapian_c_document *document,
                                           const char **out, size_t *out_len,
                                           xapian_c_error *err) noexcept
{
    return lend(document, true, out, out_len, err,
                [&] { return document->doc.get_data(); });
}

/* ---- Terms ---- */

xapian_c_status xapian_c_document_add_posting(xapian_c_document *document,
                                              const char *term, size_t len,
                                              unsigned position,
                                              unsigned wdf_inc,
                                              xapian_c_error *err) noexcept
{
    return change(document, term, len, err, [&](const std::string &name) {
        document->doc.add_posting(name, position, wdf_inc);
    });
}

xapian_c_status xapian_c_document_add_term(xapian_c_document *document,
                                           const char *term, size_t len,
                                           unsigned wdf_inc,
                                           xapian_c_error *err) noexcept
{
    return change(document, term, len, err, [&](const std::string &name) {
        document->doc.add_term(name, wdf_inc);
    });
}

xapian_c_status
xapian_c_document_add_boolean_term(xapian_c_document *document,
                                   const char *term, size_t len,
                                   xapian_c_error *err) noexcept
{
    return xapian_c_document_add_term(document, term, len, 0, err);
}

xapian_c_status
xapian_c_document_add_postings(xapian_c_document *document,
                               const xapian_c_posting *postings, size_t n,
                               xapian_c_error *err) noexcept
{
    bool ok = document != nullptr && (postings != nullptr || n == 0);
    for (size_t i = 0; ok && i < n; i++)
        ok = valid(postings[i].term, postings[i].len) &&
             (postings[i].positions != nullptr ||
              postings[i].n_positions == 0);
    return run(ok, err, [&] {
        std::string name; /* its memory serves all terms */
        ++*document->changes.front();
        for (size_t i = 0; i < n; i++) {
            const xapian_c_posting &p = postings[i];
            name.assign(p.len > 0 ? p.term : "", p.len);
            if (p.n_positions == 0)
                document->doc.add_term(name, p.wdf_inc);
            for (size_t k = 0; k < p.n_positions; k++)
                document->doc.add_posting(name, p.positions[k],
                                          k == 0 ? p.wdf_inc : 0);
        }
    });
}

xapian_c_status xapian_c_document_remove_posting(xapian_c_document *document,
                                                 const char *term, size_t len,
                                                 unsigned position,
                                                 unsigned wdf_dec,
                                                 xapian_c_error *err) noexcept
{
    return change(document, term, len, err, [&](const std::string &name) {
        document->doc.remove_posting(name, position, wdf_dec);
    });
}

xapian_c_status xapian_c_document_remove_postings(
    xapian_c_document *document, const char *term, size_t len, unsigned first,
    unsigned last, unsigned wdf_dec, unsigned *out,
    xapian_c_error *err) noexcept
{
    if (out == nullptr)
        return fail_null(err);
    *out = 0;
    return change(document, term, len, err, [&](const std::string &name) {
        *out = document->doc.remove_postings(name, first, last, wdf_dec);
    });
}

xapian_c_status xapian_c_document_remove_term(xapian_c_document *document,
                                              const char *term, size_t len,
                                              xapian_c_error *err) noexcept
{
    return change(document, term, len, err, [&](const std::string &name) {
        document->doc.remove_term(name);
    });
}

xapian_c_status xapian_c_document_clear_terms(xapian_c_document *document,
                                              xapian_c_error *err) noexcept
{
    return change(document, nullptr, 0, err, [&](const std::string &) {
        document->doc.clear_terms();
    });
}

xapian_c_status
xapian_c_document_termlist_count(const xapian_c_document *document,
                                 unsigned *out, xapian_c_error *err) noexcept
{
    return get(document != nullptr, out, err,
               [&] { return document->doc.termlist_count(); });
}

xapian_c_status
xapian_c_document_termlist_begin(const xapian_c_document *document,
                                 xapian_c_term_iterator **out,
                                 xapian_c_error *err) noexcept
{
    return make(document != nullptr, out, err, [&] {
        auto terms = std::make_unique<xapian_c_term_iterator>();
        terms->walk(*document);
        terms->it = document->doc.termlist_begin();
        return terms;
    });
}

/* ---- Values ---- */

xapian_c_status xapian_c_document_add_value(xapian_c_document *document,
                                            unsigned slot, const char *value,
                                            size_t len,
                                            xapian_c_error *err) noexcept
{
    return change(document, value, len, err, [&](const std::string &bytes) {
        document->doc.add_value(slot, bytes);
    });
}

xapian_c_status xapian_c_document_get_value(xapian_c_document *document,
                                            unsigned slot, const char **out,
                                            size_t *out_len,
                                            xapian_c_error *err) noexcept
{
    return lend(document, true, out, out_len, err,
                [&] { return document->doc.get_value(slot); });
}

xapian_c_status xapian_c_document_remove_value(xapian_c_document *document,
                                               unsigned slot,
                                               xapian_c_error *err) noexcept
{
    return change(document, nullptr, 0, err, [&](const std::string &) {
        document->doc.remove_value(slot);
    });
}

xapian_c_status xapian_c_document_clear_values(xapian_c_document *document,
                                               xapian_c_error *err) noexcept
{
    return change(document, nullptr, 0, err, [&](const std::string &) {
        document->doc.clear_values();
    });
}

xapian_c_status
xapian_c_document_values_count(const xapian_c_document *document,
                               unsigned *out, xapian_c_error *err) noexcept
{
    return get(document != nullptr, out, err,
               [&] { return document->doc.values_count(); });
}

xapian_c_status
xapian_c_document_values_begin(const xapian_c_document *document,
                               xapian_c_value_iterator **out,
                               xapian_c_error *err) noexcept
{
    return make(document != nullptr, out, err, [&] {
        auto values = std::make_unique<xapian_c_value_iterator>();
        values->walk(*document);
        values->it = document->doc.values_begin();
        values->of_document = true;
        return values;
    });
}

/* ---- The whole ---- */

xapian_c_status
xapian_c_document_get_docid(const xapian_c_document *document, unsigned *out,
                            xapian_c_error *err) noexcept
{
    return get(document != nullptr, out, err,
               [&] { return document->doc.get_docid(); });
}

xapian_c_status xapian_c_document_serialise(xapian_c_document *document,
                                            const char **out, size_t *out_len,
                                            xapian_c_error *err) noexcept
{
    return lend(document, true, out, out_len, err,
                [&] { return document->doc.serialise(); });
}

xapian_c_status xapian_c_document_unserialise(const char *bytes, size_t len,
                                              xapian_c_document **out,
                                              xapian_c_error *err) noexcept
{
    return make(valid(bytes, len), out, err, [&] {
        auto document = std::make_unique<xapian_c_document>();
        document->doc = Xapian::Document::unserialise(copy(bytes, len));
        return document;
    });
}

xapian_c_status
xapian_c_document_get_description(xapian_c_document *document,
                                  const char **out, size_t *out_len,
                                  xapian_c_error *err) noexcept
{
    return lend(document, true, out, out_len, err,
                [&] { return document->doc.get_description(); });
}
