/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The public view of a committed index: each function is handed on to the
 * engine that the index was opened by. Queries and passages are the same for
 * all engines.
 */
#include "engine.h"
#include "xapian_index.h"

osteon_status osteon_index_open(const char *path, osteon_index **out,
                                osteon_error *err)
{
    return osteon_index_open_with(path, NULL, out, err);
}

static bool has_field(const void *arg, const char *name)
{
    const osteon_index *index = arg;

    return index->engine->has_field(index, name);
}

osteon_status osteon_index_open_with(const char *path,
                                     const osteon_open_options *options,
                                     osteon_index **out, osteon_error *err)
{
    osteon_status s;

    *out = NULL;
    if (options != NULL && !(options->timeout >= 0))
        return ost_fail(err, OSTEON_INVALID, "timeout must be 0 or more");
    s = ost_xapian_is_at(path)
            ? ost_xapian_index_open(path, options, out, err)
            : ost_native_index_open(path, out, err);
    if (s == OSTEON_OK) {
        (*out)->query_tools.has_field = has_field;
        (*out)->query_tools.index = *out;
    }
    return s;
}

const char *osteon_index_note(const osteon_index *index, size_t i)
{
    return index->engine->note != NULL ? index->engine->note(index, i) : NULL;
}

void osteon_index_close(osteon_index *index)
{
    if (index == NULL)
        return;
    ost_query_tools_close(&index->query_tools);
    index->engine->close(index);
}

osteon_status osteon_index_info_get(const osteon_index *index,
                                    osteon_index_info *out, osteon_error *err)
{
    memset(out, 0, sizeof *out);
    return index->engine->info(index, out, err);
}

size_t osteon_index_parts(const osteon_index *index, osteon_part *out,
                          size_t room)
{
    return index->engine->parts(index, out, room);
}

osteon_status osteon_index_source_next(osteon_index *index, uint32_t *cursor,
                                       osteon_source *out, bool *more,
                                       osteon_error *err)
{
    return index->engine->source_next(index, cursor, out, more, err);
}

/* ---- Searching ---- */

osteon_status osteon_query_open(const osteon_index *index, const char *text,
                                size_t len, unsigned flags, osteon_query **out,
                                osteon_error *err)
{
    /* No index is const; to keep the tools does not change what it is. */
    ost_query_slot *slot =
        &((osteon_index *)(uintptr_t)index)->query_tools;

    if (flags & OST_QUERY_NO_POSITIONS) {
        *out = NULL;
        return ost_fail(err, OSTEON_INVALID, "unknown query flags: %#x",
                        flags);
    }
    return ost_query_parse_with(slot, index->language, text, len,
                                flags | index->query_flags, out, err);
}

osteon_status osteon_search(const osteon_index *index,
                            const osteon_query *query,
                            const osteon_search_options *options,
                            osteon_result **out, osteon_error *err)
{
    static const osteon_search_options defaults = {
        .limit = 10, .k1 = -1, .b = -1};

    return index->engine->search(index, query, options ? options : &defaults,
                                 out, err);
}

osteon_status osteon_explain(const osteon_index *index,
                             const osteon_query *query,
                             const osteon_search_options *options,
                             uint32_t document, char **out, osteon_error *err)
{
    static const osteon_search_options defaults = {.k1 = -1, .b = -1};

    return index->engine->explain(index, query, options ? options : &defaults,
                                  document, out, err);
}

osteon_status osteon_snippet_open(const osteon_index *index,
                                  const osteon_query *query, const char *text,
                                  size_t len, size_t width,
                                  osteon_snippet **out, osteon_error *err)
{
    return ost_snippet_make(index->language, query, text, len, width, out,
                            err);
}

const char *osteon_version(void)
{
    return *ost_tokenizer_instructions() == '\0'
               ? "osteon " OSTEON_VERSION_TEXT
               : "osteon " OSTEON_VERSION_TEXT " (AVX2)";
}
