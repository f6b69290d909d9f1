/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the sources of queries, parsers and term generators share: the insides
 * of their structs and how they look at what a callback returned. Whatever a
 * caller gives to a parser is held there by a reference of its own, so that
 * handles may be freed in any order. */
#ifndef XAPIAN_C_QUERY_SUPPORT_H
#define XAPIAN_C_QUERY_SUPPORT_H

#include <cstring>

#include "xapian_c_call.h"
#include "xapian_c_cursor.h"
#include "xapian-c/xapian_c_query.h"

namespace xapian_c {

inline Xapian::Query::op to_op(xapian_c_query_op op) noexcept
{
    return static_cast<Xapian::Query::op>(op);
}

/* Throws unless a C caller passed one of Xapian's ways. */
inline int to_limit(xapian_c_wildcard_limit limit)
{
    const int number = static_cast<int>(limit);
    if (number < XAPIAN_C_WILDCARD_LIMIT_ERROR ||
        number > XAPIAN_C_WILDCARD_LIMIT_MOST_FREQUENT)
        throw Xapian::InvalidArgumentError("unknown limit of a wildcard");
    return number;
}

inline std::unique_ptr<xapian_c_query> new_query(const Xapian::Query &query)
{
    auto made = std::make_unique<xapian_c_query>();
    made->query = query;
    return made;
}

/* The query that a callback made, which is ended here, or `none` if it made
 * none. Throws if the callback failed. */
inline Xapian::Query take_query(int failed, xapian_c_query *made,
                                const Xapian::Query &none)
{
    const std::unique_ptr<xapian_c_query> owner(made);
    if (failed != 0)
        throw callback_failure();
    return owner ? owner->query : none;
}

/* While the parser runs, callbacks that fail do not throw: an exception from
 * a stemmer or field processor makes it leak (Xapian 1.4.22). The failure is
 * held here until the parser has returned. Xapian's objects for callbacks do
 * not know which parser runs them, so the place to hold it is the thread's. */
class held_failure {
  public:
    held_failure() noexcept : outer_(current_)
    {
        current_ = this;
    }
    ~held_failure()
    {
        current_ = outer_;
    }
    held_failure(const held_failure &) = delete;
    held_failure &operator=(const held_failure &) = delete;

    bool failed() const noexcept
    {
        return failed_;
    }

    /* Runs `call`, which throws if its callback fails. Inside the parser, the
     * answer is then `none`, and so it is for all callbacks after it. What a
     * callback calls itself is not inside the parser. */
    template <typename Answer, typename Call>
    static Answer ask(const Answer &none, Call &&call)
    {
        held_failure *const held = current_;
        if (held == nullptr)
            return call();
        if (held->failed_)
            return none;
        const restore after{held};
        current_ = nullptr;
        try {
            return call();
        } catch (const callback_failure &) {
            held->failed_ = true;
            return none;
        }
    }

  private:
    struct restore {
        held_failure *held;
        ~restore()
        {
            current_ = held;
        }
    };

    static inline thread_local held_failure *current_ = nullptr;
    held_failure *outer_;
    bool failed_ = false;
};

/* A cursor before the first of Xapian's terms. */
inline std::unique_ptr<xapian_c_term_iterator>
new_terms(const Xapian::TermIterator &begin)
{
    auto cursor = std::make_unique<xapian_c_term_iterator>();
    cursor->it = begin;
    return cursor;
}

/* A stopper's own part for one parser or term generator: the new object
 * belongs to whoever takes a reference on it. `stopper` is not NULL. */
counted<Xapian::Stopper> share_stopper(const xapian_c_stopper &stopper);

/* Copies bytes into the caller's buffer, if they fit. */
inline xapian_c_status deliver(const std::string &bytes, char *out,
                               size_t room, size_t *out_len,
                               xapian_c_error *err) noexcept
{
    *out_len = bytes.size();
    if (bytes.size() > room)
        return fail(err, XAPIAN_C_NO_ROOM, "the buffer is too small");
    if (!bytes.empty())
        std::memcpy(out, bytes.data(), bytes.size());
    return XAPIAN_C_OK;
}

} // namespace xapian_c

#endif
