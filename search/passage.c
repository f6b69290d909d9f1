/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the outputs for people share: passages, colours, names.
 */
#include "output.h"

#include <string.h>

void passage_open(const found *hit, clean_mode mode, clean_text *out)
{
    if (hit->snippet != NULL)
        clean_text_open_snippet(out, hit->text, hit->text_len, hit->snippet,
                                mode);
    else
        clean_text_open(out, hit->info->title, hit->info->title_len, mode);
}

const char *paint(const search_context *search, search_paint what)
{
    static const char *const colors[] = {
        [PAINT_OFF] = "\033[0m",      [PAINT_TITLE] = "\033[1m",
        [PAINT_PATH] = "\033[35m",    [PAINT_LINE] = "\033[32m",
        [PAINT_MATCH] = "\033[1;31m", [PAINT_STALE] = "\033[33m",
        [PAINT_QUERY] = "\033[1;36m",
    };

    return search->color ? colors[what] : "";
}

void put_bytes(const search_context *search, const char *bytes, size_t len)
{
    if (search->terminal)
        put_clean(search->out, bytes, len, CLEAN_NAME);
    else
        sink_add(search->out, bytes, len);
}

void put_name(const search_context *search, const found *hit)
{
    size_t len;
    const char *name = found_name(hit, &len);

    sink_text(search->out, paint(search, PAINT_PATH));
    put_bytes(search, name, len);
    sink_text(search->out, paint(search, PAINT_OFF));
}

const char *query_id_of(const search_context *search, size_t *len)
{
    *len = search->query_id != NULL ? search->query_id_len : 1;
    return search->query_id != NULL ? search->query_id : "1";
}

void put_query_id(const search_context *search)
{
    if (search->query_id == NULL)
        return;
    put_bytes(search, search->query_id, search->query_id_len);
    sink_byte(search->out, search->options->null ? '\0' : ':');
}

void put_explanation(const search_context *search, const found *hit)
{
    const char *line = hit->explanation;

    while (line != NULL && *line != '\0') {
        const size_t len = strcspn(line, "\n");

        sink_text(search->out, "      ");
        put_clean(search->out, line, len, CLEAN_NAME);
        sink_byte(search->out, '\n');
        line += len + (line[len] == '\n');
    }
}
