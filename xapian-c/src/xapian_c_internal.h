/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The C++ inside of the opaque C structs, for the shim's own sources. A struct
 * holds a Xapian object by value (they are reference-counted handles) and
 * whatever C callbacks or buffers must live as long as it does. Xapian's
 * counts are not atomic: an object and all it was made from belong to one
 * thread at a time.
 */
#ifndef XAPIAN_C_INTERNAL_H
#define XAPIAN_C_INTERNAL_H

#include <xapian.h>

#include <memory>
#include <string>
#include <vector>

namespace xapian_c {

/* Counts of changes to what Xapian's iterators point into without a guard of
 * their own, so that a cursor sees that its iterator is no longer good. */
using change_counts = std::vector<std::shared_ptr<unsigned long>>;

} // namespace xapian_c

struct xapian_c_database {
    Xapian::Database db;
    /* Set where it was opened for writing; `db` is then the same database. */
    std::unique_ptr<Xapian::WritableDatabase> writable;
    std::string text; /* of the last borrowed string */
    xapian_c::change_counts changes{}; /* one of each part in memory */
};

struct xapian_c_document {
    Xapian::Document doc;
    std::string text;
    /* Whoever changes `doc` in place adds to the first: cursors on it then
     * stop. Others follow if it comes from a database in memory. */
    xapian_c::change_counts changes{std::make_shared<unsigned long>(0UL)};
};

struct xapian_c_query {
    Xapian::Query query;
    std::string text;
};

struct xapian_c_stem {
    explicit xapian_c_stem(const char *language)
        : stemmer(std::string(language))
    {
    }

    Xapian::Stem stemmer;
    /* The word under way. Its capacity is kept from call to call, which is
     * one of two reasons why an object serves one thread at a time; the other
     * is the work buffer within Xapian's stemmer. */
    mutable std::string word;
};

struct xapian_c_stopper {
    std::unique_ptr<Xapian::Stopper> stopper;
    std::string text;
};

struct xapian_c_mset {
    Xapian::MSet mset;
    std::string text;
    xapian_c::change_counts changes{}; /* of its database */
};

struct xapian_c_rset {
    Xapian::RSet rset;
    std::string text;
};

struct xapian_c_eset {
    Xapian::ESet eset;
    std::string text;
};

struct xapian_c_enquire {
    Xapian::Enquire enquire;
    std::string text;
    xapian_c::change_counts changes{}; /* of its database */
};

struct xapian_c_weight {
    std::unique_ptr<Xapian::Weight> weight;
    std::string text;
};

namespace xapian_c {

/* One reference on an object of a class that counts references only once it
 * was asked to (Xapian's opt_intrusive_base). Xapian then shares it. */
struct unref {
    template <typename T>
    void operator()(const T *object) const noexcept
    {
        object->unref();
    }
};
template <typename T>
using counted = std::unique_ptr<T, unref>;

template <typename T>
counted<T> count(T *object) noexcept
{
    object->ref();
    return counted<T>(object);
}

} // namespace xapian_c

struct xapian_c_posting_source {
    xapian_c::counted<Xapian::PostingSource> source;
    std::string text;
};

struct xapian_c_match_spy {
    xapian_c::counted<Xapian::MatchSpy> spy;
    std::string text;
};

struct xapian_c_key_maker {
    xapian_c::counted<Xapian::KeyMaker> maker;
    std::string text;
};

struct xapian_c_expand_decider {
    xapian_c::counted<Xapian::ExpandDecider> decider;
};

struct xapian_c_match_decider {
    std::unique_ptr<Xapian::MatchDecider> decider;
};

#endif
